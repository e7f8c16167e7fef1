"""Compiled kernels: arrays in, arrays out. A leaf: nothing here imports the rest of the project.

Every function is double precision, allocates nothing in its inner loops and reduces in a fixed order, so that its
bits depend on its arguments alone. With NUMBA_DISABLE_JIT=1 the same functions run as plain Python.
"""
