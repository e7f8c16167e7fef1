"""Data sets of the tests, and the shared reference digits where they are."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest

from symlandscape.regions import Points, make_points

REFERENCE = Path(__file__).resolve().parents[3] / "shared" / "reference" / "regions.json"


def reference() -> dict:
    """The cases of the reference digits; skips where the shared folder is missing."""
    if not REFERENCE.exists():
        pytest.skip("the shared reference digits are not here")
    return json.loads(REFERENCE.read_text(encoding="utf-8"))["cases"]


def random_points(samples: int, inputs: int, seed: int = 0, size: int = 99) -> Points:
    """Integer points with alternating labels."""
    draw = random.Random(1000 * samples + 10 * inputs + seed)
    rows = [[draw.randint(-size, size) for _ in range(inputs)] for _ in range(samples)]
    return make_points(rows, [n % 2 for n in range(samples)])
