"""The way to the kernels on a CUDA device. Nothing of CUDA is imported before a device is asked for."""

from __future__ import annotations

import functools
import importlib
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType

from symlandscape.errors import InputError


@functools.cache
def present() -> bool:
    """Whether a CUDA device (or Numba's simulator of one) can run kernels in this process."""
    try:
        return bool(importlib.import_module("numba_kernels.cuda._device").available())
    except ImportError:  # a Numba without CUDA, or only a part of it
        return False


def kernels(name: str) -> ModuleType:
    """The module `name` of the kernels on the device; call it within `reported`."""
    return importlib.import_module(f"numba_kernels.cuda.{name}")


@contextmanager
def reported() -> Iterator[None]:
    """InputError with one sentence where the driver refuses: memory, a lost device, a kernel that cannot be loaded."""
    try:
        yield
    except Exception as error:
        family = {base.__name__ for base in type(error).__mro__}
        if family & {"CudaDriverError", "CudaSupportError", "CudaRuntimeError", "NvvmError", "LinkerError"}:
            reason = " ".join(str(error).split()) or type(error).__name__
            raise InputError(
                f"the CUDA device failed ({reason[:200]}); take fewer at a time, or --device cpu"
            ) from error
        raise
