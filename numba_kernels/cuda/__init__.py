"""The kernels on a CUDA device, with the signatures of the processor's. Importing this package imports no CUDA.

`_device` alone imports `numba.cuda`; the files of the kernels import it, so that they are loaded only when asked for.
"""
