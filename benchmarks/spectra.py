"""Spectra at symmetric points by blocks against LAPACK, Newton's method in Arb against mpmath, the import."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

import mpmath
import numpy as np

from benchmarks.measure import Row, interleaved
from symlandscape import backends
from symlandscape.arith.balls import workprec
from symlandscape.arith.conversions import arb_to_mpf_mid, mid_float
from symlandscape.arith.field import Field, arb_field, mpmath_field
from symlandscape.relu import family
from symlandscape.relu.certification import certify
from symlandscape.relu.fixed_space_program import FixedSpaceProgram, fixed_space_program
from symlandscape.relu.float_spectra import float_spectrum

DIGITS = 50


def spectrum_row(d: int, name: str, goal: float | None) -> Row:
    """All eigenvalues at a published minimum: F1 has the symmetry S_(d-1), F2 the symmetry S_(d-2) x S_2."""
    point = family(name).at(d)
    values = [mid_float(x) for x in point.coordinates]
    what = f"spectrum {name} d={d}"

    def ours() -> Any:
        return float_spectrum(point.pattern, values)

    if goal is None:
        a, _ = interleaved(ours, lambda: None, 5, 0.02)
        return Row(what, "-", a, None)
    H = backends.relu_hessian(point.pattern.matrix(values))
    every = np.sort(np.concatenate([np.repeat(p.eigenvalues, p.dimension) for p in ours()]))
    gap = float(np.abs(every - np.linalg.eigvalsh(H)).max())
    a, b = interleaved(ours, lambda: np.linalg.eigvalsh(H), 3 if d > 30 else 9, 0.0 if d > 30 else 0.02)
    return Row(what, "LAPACK eigvalsh, ready matrix", a, b, goal, note=f"largest difference {gap:.0e}")


def _solve(field: Field, matrix: list[list[Any]], right: list[Any]) -> list[Any]:
    """Gaussian elimination without pivoting (the matrices are close to positive definite ones)."""
    n = len(right)
    a, x = [list(row) for row in matrix], list(right)
    for i in range(n):
        for j in range(i + 1, n):
            factor = a[j][i] / a[i][i]
            for m in range(i, n):
                a[j][m] = a[j][m] - factor * a[i][m]
            x[j] = x[j] - factor * x[i]
    for i in reversed(range(n)):
        for m in range(i + 1, n):
            x[i] = x[i] - a[i][m] * x[m]
        x[i] = x[i] / a[i][i]
    return x


def _newton(field: Field, program: FixedSpaceProgram, values: list[Any], steps: int) -> list[Any]:
    for _ in range(steps):
        gradient, jacobian = program.both(field, values)
        step = _solve(field, jacobian, gradient)
        values = [v - s for v, s in zip(values, step, strict=True)]
    return values


def newton_row() -> Row:
    """Three Newton steps at 50 digits in the five-dimensional fixed space, from floats."""
    point = family("F1").at(20)
    values = [mid_float(x) for x in point.coordinates]
    program = fixed_space_program(point.pattern)

    def ours() -> Any:
        field = arb_field()
        with workprec(int(DIGITS * 3.33) + 10):
            return _newton(field, program, [field.exact(0) + v for v in values], 3)

    def theirs() -> Any:
        with mpmath.workdps(DIGITS):
            return _newton(mpmath_field(), program, [mpmath.mpf(v) for v in values], 3)

    a, b = interleaved(ours, theirs, 9, 0.03)
    known = certify(point.pattern, values, digits=2 * DIGITS).coordinates
    peer = "mpmath with gmpy2" if mpmath.libmp.BACKEND == "gmpy" else "mpmath without gmpy2"
    with mpmath.workdps(2 * DIGITS):
        exact = [arb_to_mpf_mid(x) for x in known]
        mine = float(max(abs(arb_to_mpf_mid(x) - y) for x, y in zip(ours(), exact, strict=True)))
        other = float(max(abs(x - y) for x, y in zip(theirs(), exact, strict=True)))
    return Row("Newton, 50 digits, 5 coordinates", peer, a, b, 4, mine, other, "the same operations in both")


def import_row() -> Row:
    """`import symlandscape` in a fresh interpreter, without the interpreter's own start."""

    def seconds(code: str) -> float:
        times = []
        for _ in range(5):
            begin = time.perf_counter()
            subprocess.run([sys.executable, "-c", code], check=True)
            times.append(time.perf_counter() - begin)
        return min(times)

    taken = max(seconds("import symlandscape") - seconds("pass"), 1e-4)
    return Row("import symlandscape", "goal: 0.4 s", taken, 0.4, 1)


def rows() -> list[Callable[[], list[Row]]]:
    """All rows, as calls."""
    return [
        lambda: [spectrum_row(20, name, 20) for name in ("F1", "F2")],
        lambda: [spectrum_row(50, name, 1500) for name in ("F1", "F2")],
        lambda: [spectrum_row(1_000_000, name, None) for name in ("F1", "F2")],
        lambda: [newton_row()],
        lambda: [import_row()],
    ]
