"""Exact classification of all regions against a straightforward prototype: one linear program in floats per pattern."""

from __future__ import annotations

import random
import time
from collections import Counter
from itertools import combinations_with_replacement, product

import numpy as np
from scipy.optimize import linprog

from benchmarks.measure import Row
from symlandscape.regions import Cell, Points, cells, make_points, region_table

SAMPLED = 40
"""Multisets of cells that the prototype classifies; its time is scaled up to all of them."""


def points(samples: int, inputs: int) -> Points:
    """Integer points, alternating labels."""
    draw = random.Random(3)
    rows = [[draw.randint(-2000, 2000) for _ in range(inputs)] for _ in range(samples)]
    return make_points(rows, [n % 2 for n in range(samples)])


def prototype(data: Points, region: tuple[Cell, ...], slope: float) -> bool:
    """Whether one of the 3^k programs for the signs of the blocks is feasible, in floats."""
    X = np.array(data.rows, float) / np.abs(data.rows).max()
    y = np.array(data.labels, float)
    A = np.array([[1.0 if s > 0 else slope for s in cell.signs] for cell in region])
    M = np.vstack([a * X.T for a in A])
    fitted = M.T @ np.linalg.lstsq(M.T, y, rcond=None)[0]
    k, d, n = len(region), data.inputs, data.samples
    signs = np.array([cell.signs for cell in region], float)
    for sigma in product((1, -1, 0), repeat=k):
        rows = np.zeros((k * n, k * d + 1))
        for i, s in enumerate(sigma):
            rows[i * n : (i + 1) * n, i * d : (i + 1) * d] = -s * signs[i][:, None] * X
            rows[i * n : (i + 1) * n, -1] = abs(s)
        bounds = [(0.0, 0.0) if s == 0 and A[i].any() else (None, None) for i, s in enumerate(sigma) for _ in range(d)]
        program = linprog(
            [0.0] * (k * d) + [-1.0],
            A_ub=rows,
            b_ub=np.zeros(k * n),
            A_eq=np.hstack([M.T, np.zeros((n, 1))]),
            b_eq=fitted,
            bounds=[*bounds, (None, 1.0)],
        )
        if program.status == 0 and -program.fun > 1e-8:
            return True
    return False


def table_row(samples: int, inputs: int, width: int, goal: float) -> Row:
    """All regions at one size, slope 1/10; the peer's time is that of a sample of them, scaled up."""
    data = points(samples, inputs)
    begin = time.process_time()
    table = region_table(data, width, "1/10")
    ours = time.process_time() - begin
    every = list(combinations_with_replacement(cells(data).cells, width))
    chosen = random.Random(1).sample(range(len(every)), SAMPLED)
    begin = time.process_time()
    found = [prototype(data, every[k], 0.1) for k in chosen]
    theirs = (time.process_time() - begin) * len(every) / SAMPLED
    same = sum(a == (table.classes[k] != "none") for a, k in zip(found, chosen, strict=True))
    classes = Counter("minimum" if name != "none" else "none" for name in table.classes)
    note = f"{len(every)} multisets, {classes['minimum']} with a minimum; float answers agree on {same} of {SAMPLED}"
    return Row(f"regions ({samples},{inputs},{width})", "SciPy, 3^k programs", ours, theirs, goal, note=note)


def cells_row() -> Row:
    """Cells of 12 points in R^4; the peer tries 2^12 sign patterns, a sample of them timed."""
    data = points(12, 4)
    begin = time.process_time()
    found = cells(data)
    ours = time.process_time() - begin
    X = np.array(data.rows, float) / 2000
    draw = np.random.default_rng(0)
    begin = time.process_time()
    for _ in range(100):
        signs = draw.choice([-1.0, 1.0], 12)
        linprog(
            [0, 0, 0, 0, -1],
            A_ub=np.hstack([-signs[:, None] * X, np.ones((12, 1))]),
            b_ub=np.zeros(12),
            bounds=[(None, None)] * 4 + [(None, 1)],
        )
    theirs = (time.process_time() - begin) * 2**12 / 100
    return Row("cells (12,4)", "SciPy, 2^N programs", ours, theirs, None, note=f"{len(found.cells)} cells")


def rows() -> list[Row]:
    """All rows."""
    return [cells_row(), table_row(8, 3, 2, 12), table_row(6, 3, 3, 4)]
