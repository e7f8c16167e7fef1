"""The ratios of an earlier run and the machine that it ran on, in ratios.json beside this file."""

from __future__ import annotations

import json
import os
import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from benchmarks.measure import Row

FILE = Path(__file__).parent / "ratios.json"


def machine() -> dict[str, Any]:
    """Processor, system and versions, without names of hosts or folders."""
    model = platform.machine()
    flags: set[str] = set()
    if Path("/proc/cpuinfo").exists():
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            name, _, value = line.partition(":")
            if name.strip() == "model name":
                model = value.strip()
            elif name.strip() == "flags":
                flags = set(value.split())
    versions = {}
    for name in ("numpy", "scipy", "numba", "python-flint", "mpmath", "gmpy2", "torch", "jax", "optax"):
        try:
            versions[name] = version(name)
        except PackageNotFoundError:
            continue
    return {
        "processor": model,
        "cores": os.cpu_count(),
        "vectors": [name for name in ("avx2", "fma", "avx512f") if name in flags],
        "python": platform.python_version(),
        "system": platform.system(),
        "versions": versions,
    }


def load() -> dict[str, float]:
    """Stored ratios by key; empty where nothing is stored."""
    return dict(json.loads(FILE.read_text())["ratios"]) if FILE.exists() else {}


def store(rows: list[Row]) -> None:
    """Write the ratios of these rows; those of rows that did not run are kept."""
    ratios = load() | {row.key: float(f"{row.ratio:.3g}") for row in rows if row.ratio is not None}
    document = {"machine": machine(), "ratios": dict(sorted(ratios.items()))}
    FILE.write_text(json.dumps(document, indent=2) + "\n")
