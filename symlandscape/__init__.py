"""Symmetric loss landscapes of neural networks: formulas that leave with their evidence."""

from __future__ import annotations

from importlib import import_module
from types import ModuleType

__version__ = "0.1.0"

_ROOMS = (
    "arith", "backends", "check", "errors", "evidence", "export", "relu", "reproduce", "runs", "schemas", "solve",
    "statistics", "symmetry",
)  # fmt: skip


def __getattr__(name: str) -> ModuleType:
    """Import a room on first use: `import symlandscape` alone stays light."""
    if name in _ROOMS:
        return import_module(f"{__name__}.{name}")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*globals(), *_ROOMS])
