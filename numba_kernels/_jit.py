"""The one decorator of all kernels, and the one factory that binds a template to a model's functions.

Numba's on-disk cache looks at the file of the cached function only: a caller compiled against an older version of a
function of another file would be served from the cache. Here a digest of every source file of this package is part of
the name under which a function is cached, so that any edit makes all of them stale at once. A template bound to two
models gets two names for the same reason.
"""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Callable
from pathlib import Path
from types import FunctionType
from typing import Any, TypeVar, cast

from numba import config, njit

F = TypeVar("F", bound=Callable[..., Any])

COMPILED: bool = not config.DISABLE_JIT
"""Whether kernels are compiled in this process (False under NUMBA_DISABLE_JIT=1)."""


@functools.cache
def source_digest() -> str:
    """First 12 hex digits of the sha256 of all source files of this package, in path order, but for those of `cuda`.

    Kernels for a device are compiled in each process and call functions of the others, never the other way round.
    """
    root = Path(__file__).parent
    digest = hashlib.sha256()
    for path in sorted(root.rglob("*.py")):
        relative = path.relative_to(root)
        if relative.parts[0] != "cuda":
            digest.update(relative.as_posix().encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def kernel(function: F) -> F:
    """Compile without the GIL, with IEEE division, cached on disk; the plain function when the JIT is off.

    No fastmath: the bits of a result are those of the operations as written. Where no cache folder can be written
    (a read-only installation without a home), the function is compiled in each process.
    """
    if not COMPILED:
        return function
    function.__qualname__ = f"{function.__qualname__}_{source_digest()}"
    options = {"nogil": True, "error_model": "numpy"}
    try:
        return cast(F, njit(cache=True, **options)(function))
    except RuntimeError:  # "cannot cache function ...: no locator available"
        return cast(F, njit(**options)(function))


def part(function: F) -> F:
    """As `kernel`, for functions called by other kernels only: no entry from Python and no cache entry of their own.

    The entry code of a function with twenty arrays as arguments takes longer to compile than the function.
    """
    if not COMPILED:
        return function
    options = {"nogil": True, "error_model": "numpy", "no_cpython_wrapper": True, "no_cfunc_wrapper": True}
    return cast(F, njit(**options)(function))


def pasted(function: F) -> F:
    """As `part`, with the code pasted into each caller: for short steps, where a call with fifty arrays would show."""
    return cast(F, njit(nogil=True, error_model="numpy", inline="always")(function)) if COMPILED else function


def bind(
    template: Callable[..., Any], name: str, *, inline: bool = False, **functions: Callable[..., Any]
) -> Callable[..., Any]:
    """The template's kernel with some of its global functions replaced: one copy of the code for each model.

    A kernel that is a closure over compiled functions would not be found again in the on-disk cache, where they count
    by an identity that changes with the process; global functions do no harm. With `inline` the code is pasted into
    its (one) caller, which saves one round of optimisation of everything below it.
    """
    if not isinstance(template, FunctionType):
        raise TypeError("expected a plain Python function as template")
    scope = {**template.__globals__, **functions}
    bound = FunctionType(template.__code__, scope, name, template.__defaults__)
    bound.__qualname__ = name
    bound.__doc__ = template.__doc__
    if inline and COMPILED:
        return cast(Callable[..., Any], njit(nogil=True, error_model="numpy", inline="always")(bound))
    return part(bound)
