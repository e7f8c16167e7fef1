"""Which program computes: its version, a digest of its computing sources, and the libraries that its numbers rest on.

A store holds results of one program only. The stamp is no part of a task's identity, so that results of two versions
of the program can be held against each other by identity.
"""

from __future__ import annotations

import functools
import hashlib
import importlib.util
import json
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import symlandscape

ROOMS = (
    "arith", "backends", "particles", "regions", "relu", "runs", "solve", "spinglass", "statistics.py", "symmetry",
)  # fmt: skip
"""What a result may depend on. The command line, exports, schemas, evidence and the checker come after results."""
LIBRARIES = ("numpy", "scipy", "numba", "llvmlite", "python-flint", "mpmath", "sympy")


@functools.cache
def stamp() -> str:
    """Canonical JSON of version, sha256 of the sources and versions of the libraries; the same for one installation."""
    found = {"symlandscape": symlandscape.__version__, "sources": _digest()}
    for name in LIBRARIES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "absent"
    return json.dumps(found, sort_keys=True, separators=(",", ":"))


def difference(theirs: str, ours: str) -> str:
    """What two stamps differ in, as words: "numpy 2.1 there and 2.2 here"."""
    here = json.loads(ours)
    try:
        there = json.loads(theirs)
    except (TypeError, ValueError):
        there = None
    if not isinstance(there, dict):
        return f"{theirs!r:.40} there names none"
    names = sorted(name for name in {*there, *here} if there.get(name) != here.get(name))
    return ", ".join(f"{n} {str(there.get(n))[:12]} there and {str(here.get(n))[:12]} here" for n in names)


def _digest() -> str:
    found = hashlib.sha256()
    for name, path in sorted(_sources()):
        found.update(f"{name}\n".encode())
        found.update(hashlib.sha256(path.read_bytes()).digest())
    return found.hexdigest()


def _sources() -> Iterator[tuple[str, Path]]:
    """Names and paths of the computing sources; none of them is imported."""
    home = Path(symlandscape.__file__).parent
    kernels = importlib.util.find_spec("numba_kernels")
    roots = [home / room for room in ROOMS]
    roots += [Path(kernels.origin).parent] if kernels is not None and kernels.origin else []
    for root in roots:
        for path in (root,) if root.is_file() else root.rglob("*.py"):
            yield path.relative_to(root.parent).as_posix(), path
