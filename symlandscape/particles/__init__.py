"""Neurons as particles: the exact population loss on polynomial targets, and the error of a finite network."""

from __future__ import annotations

from typing import Any

__all__: list[str] = []

_HOMES: dict[str, tuple[str, ...]] = {}


def __getattr__(name: str) -> Any:
    """Import a public name's module on first use: formulas need SymPy, kernels need Numba, few users need both."""
    from importlib import import_module

    for module, names in _HOMES.items():
        if name in names:
            return getattr(import_module(f"{__name__}.{module}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
