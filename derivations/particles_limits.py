"""What a finite width costs: particle gradient flow, exact statements at time 0, the noise of stochastic gradients, the
batch rule.

The law of large numbers (f_n -> f) and the central limit theorem of the paper are limits in n and are not proved here;
what is exact at every n is. Source: rotskoff_vanden_eijnden_2022, sections 2 to 4.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from fractions import Fraction
from functools import cache, partial
from itertools import product
from typing import Any

import numpy as np
import sympy

from derivations._show import show
from symlandscape.arith.field import float_field
from symlandscape.backends import particles as backend
from symlandscape.evidence import Check, Claim, Level, estimated, proved
from symlandscape.export import Figure
from symlandscape.particles import ReluUnit, draw_tensor, initial_loss, noise_covariance, three_spin
from symlandscape.particles.limits import batch_rule, residual_gradients, sign_law
from symlandscape.particles.monte_carlo import sphere_points
from symlandscape.statistics import estimate

NAME = "particles_limits"
THEME = "particles"
SOURCE = "rotskoff_vanden_eijnden_2022, sections 2 to 4"
WIDTHS = (8, 16, 32, 64)
NETWORKS = {"quick": 60, "full": 1000}
BIAS = 0.4
INPUTS = 5


def gradient_flow() -> bool:
    """-n dL/dc_i and -n dL/dz_i for three particles, F a generic and K a generic symmetric polynomial of degree 2."""
    n = 3
    c, z = sympy.symbols("c0:3"), sympy.symbols("z0:3")
    x, y, half = sympy.symbols("x y half")
    f, k = sympy.symbols("f0:3"), [[sympy.Symbol(f"k{min(a, b)}{max(a, b)}") for b in range(3)] for a in range(3)]
    F = sum(f[a] * x**a for a in range(3))
    K = sum(k[a][b] * x**a * y**b for a in range(3) for b in range(3))
    L = half - sum(c[i] * F.subs(x, z[i]) for i in range(n)) / n
    L += sum(c[i] * c[j] * K.subs({x: z[i], y: z[j]}, simultaneous=True) for i in range(n) for j in range(n)) / (
        2 * n**2
    )
    for i in range(n):
        at = [{x: z[i], y: z[j]} for j in range(n)]
        by_c = F.subs(x, z[i]) - sum(c[j] * K.subs(at[j], simultaneous=True) for j in range(n)) / n
        by_z = c[i] * F.diff(x).subs(x, z[i])
        by_z -= sum(c[i] * c[j] * K.diff(x).subs(at[j], simultaneous=True) for j in range(n)) / n
        if sympy.expand(-n * L.diff(c[i]) - by_c) != 0 or sympy.expand(-n * L.diff(z[i]) - by_z) != 0:
            return False
    return True


def signs(n: int) -> bool:
    """Mean and variance of L over all 2^n signs against the formulas, exact rationals."""
    F = [Fraction(3 * i - 4, 5) for i in range(n)]
    K = [[Fraction(7 - abs(i - j) + min(i, j), 3) for j in range(n)] for i in range(n)]
    half, size = Fraction(5, 3), Fraction(3, 2)
    losses = []
    for row in product((-size, size), repeat=n):
        value = half - sum(a * b for a, b in zip(row, F, strict=True)) / n
        value += sum(row[i] * row[j] * K[i][j] for i in range(n) for j in range(n)) / (2 * n * n)
        losses.append(value)
    mean = sum(losses, Fraction(0)) / len(losses)
    variance = sum(((x - mean) ** 2 for x in losses), Fraction(0)) / len(losses)
    law = sign_law(half, F, K, size)
    return bool(law.mean == mean and law.variance == variance)


def variance_at_zero(n: int) -> bool:
    """E (1/n sum c_i phi_i)^2 and E (.)^4 from the moments of one term: n Var = m2 and, with m2 = E(c phi)^2,
    m4 = E(c phi)^4 and symmetric c, n^2 E f_n^4 = 3 m2^2 + (m4 - 3 m2^2)/n.
    """
    m2, m4 = sympy.symbols("m2 m4")
    second: Any = 0
    fourth: Any = 0
    for row in product(range(n), repeat=2):
        second += m2 if row[0] == row[1] else 0
    for indices in product(range(n), repeat=4):
        counts = sorted(indices.count(i) for i in set(indices))
        fourth += m4 if counts == [4] else m2**2 if counts == [2, 2] else 0
    left = sympy.expand(fourth / sympy.Integer(n) ** 2 - 3 * m2**2 - (m4 - 3 * m2**2) / n)
    return bool(sympy.expand(second / sympy.Integer(n) - m2) == 0 and left == 0)


def stationary_variance() -> bool:
    """c' = c - h (lam c + xi), Var xi = sigma^2/P: the stationary variance is (h/P) sigma^2/(2 lam - h lam^2)."""
    h, lam, sigma, P, v = sympy.symbols("h lam sigma P v", positive=True)
    solved = sympy.solve(sympy.Eq(v, (1 - h * lam) ** 2 * v + h**2 * sigma**2 / P), v)
    return bool(sympy.cancel(solved[0] - h / P * sigma**2 / (2 * lam - h * lam**2)) == 0)


def batches() -> bool:
    """P = ceil(n^{2 alpha}) for perfect powers: n at alpha = 1/2, n^2 at alpha = 1."""
    widths = [2**k for k in range(1, 11)]
    return all(batch_rule(n, Fraction(1, 2)) == n and batch_rule(n, 1) == n * n for n in widths)


@cache
def random_losses(profile: str, seed: int) -> tuple[tuple[float, ...], ...]:
    """Losses of random networks of each width: unit w uniform on the sphere, one bias, c normal of variance 4."""
    target = backend.cubic_target(np.array(draw_tensor(INPUTS, 105), dtype=float))
    rows = []
    for n in WIDTHS:
        generator, row = np.random.default_rng([seed, n]), []
        for _ in range(NETWORKS[profile]):
            w = generator.standard_normal((n, INPUTS))
            Z = np.concatenate([w / np.linalg.norm(w, axis=1)[:, None], np.full((n, 1), BIAS)], axis=1)
            row.append(backend.particle_loss(target, 2.0 * generator.standard_normal(n), Z))
        rows.append(tuple(row))
    return tuple(rows)


def exact_initial() -> list[float]:
    """The exact mean of those losses."""
    unit = ReluUnit((Fraction(1), *[Fraction(0)] * (INPUTS - 1)), Fraction(str(BIAS)))
    target = three_spin(draw_tensor(INPUTS, 105))
    return [float(initial_loss(float_field(), target, unit, Fraction(4), n)) for n in WIDTHS]


def noise_checks(profile: str, seed: int) -> tuple[Check, ...]:
    """The drift of the samples against -n grad L, and the covariance of means of P samples against 1/P of that of
    one.
    """
    d, n, P = 4, 3, 8
    generator = np.random.default_rng([seed, 7])
    a = np.array(draw_tensor(d, 104), dtype=float)
    c, Z = generator.standard_normal(n), generator.standard_normal((n, d + 1))
    samples = 100 * NETWORKS[profile] * P
    made = []
    target = backend.cubic_target(a)
    _, by_c, by_z = backend.particle_loss_gradient(target, c, Z)
    drift = -n * np.concatenate([by_c[:, None], by_z], axis=1).ravel()
    covariance, mean = noise_covariance(a, c, Z, generator, samples)
    errors = np.sqrt(np.diag(covariance) / samples)
    worst = int(np.argmax(np.abs(mean - drift) / errors))
    made.append(estimated("drift m = -n grad L, worst entry", mean[worst], drift[worst], errors[worst]))
    rows = (
        residual_gradients(a, c, Z, sphere_points(samples, d, generator), None).reshape(-1, P, drift.size).mean(axis=1)
    )
    # the trace of the covariance of batch means: independent squares, so their scatter gives the error
    squares = estimate(((rows - drift) ** 2).sum(axis=1))
    whole = residual_gradients(a, c, Z, sphere_points(samples, d, generator), None)
    one = estimate(((whole - drift) ** 2).sum(axis=1))
    error = math.hypot(squares.standard_error, one.standard_error / P)
    made.append(estimated(f"trace for P = {P}", squares.mean, one.mean / P, error, "against 1/P of that of one sample"))
    return tuple(made)


def claims(profile: str = "quick", seed: int = 0) -> Iterator[Claim]:
    """Flow, exact laws at time 0, noise, batches."""
    yield Claim(
        "particles.flow", THEME,
        r"-n\, \partial_{c_i} L = F(z_i) - \tfrac1n \sum_j c_j K_{ij},\quad "
        r"-n\, \partial_{z_i} L = c_i \nabla F(z_i) - \tfrac1n \sum_j c_i c_j \nabla_1 K_{ij}\quad (n = 3)",
        SOURCE, (proved("generic F and symmetric K", gradient_flow(), "all polynomials of degree 2 in each argument"),),
    )  # fmt: skip
    yield Claim(
        "particles.clt.time-zero", THEME,
        r"n E f_n^2 = m_2,\quad n^2 E f_n^4 = 3 m_2^2 + \tfrac{1}{n}(m_4 - 3 m_2^2),\quad m_k = E (c "
        r"\phi)^k,\ n = 1, 2, 3, 5",
        SOURCE, tuple(proved(f"n = {n}", variance_at_zero(n), "independent symmetric c") for n in (1, 2, 3, 5)),
    )  # fmt: skip
    yield Claim(
        "particles.signs", THEME,
        r"c_i = \pm s:\quad E L = \tfrac12 E f^2 + \tfrac{s^2}{2 n^2} \sum K_{ii},\quad "
        r"\operatorname{Var} L = \tfrac{s^2}{n^2} \sum F_i^2 + \tfrac{s^4}{n^4} \sum_{i<j} K_{ij}^2, \text{ "
        r"one } F, K \text{ each for } n = 1, 2, 4, 6",
        SOURCE, tuple(proved(f"all signs, n = {n}", signs(n), "one F and K each") for n in (1, 2, 4, 6)),
    )  # fmt: skip
    losses, exact = random_losses(profile, seed), exact_initial()
    checks = []
    for n, row, value in zip(WIDTHS, losses, exact, strict=True):
        found = estimate(row)
        checks.append(estimated(f"n = {n}", found.mean, value, found.standard_error, f"{len(row)} networks"))
    yield Claim(
        "particles.initial-loss", THEME, r"E L(0) = \tfrac12 E f^2 + \tfrac{1}{2n} E c^2\, E K(z, z),\quad "
        r"n = 8, 16, 32, 64",
        SOURCE, tuple(checks),
    )  # fmt: skip
    yield Claim(
        "particles.noise", THEME,
        r"\text{noise of } P \text{ samples: drift } -n \nabla L, \text{ covariance } \tfrac1P \{E[(f - "
        r"f_n)^2\, G G^{\top}] - m m^{\top}\}"
        r"\text{ in its trace}",
        SOURCE, noise_checks(profile, seed),
    )  # fmt: skip
    yield Claim(
        "particles.batch.linear", THEME,
        r"c \mapsto c - h(\lambda c + \xi),\ \operatorname{Var} \xi = \sigma^2/P:\quad "
        r"\operatorname{Var} c = \frac{h}{P} \frac{\sigma^2}{2\lambda - h \lambda^2}",
        SOURCE,
        (proved("fixed point of the variance", stationary_variance(),
        "h/P = a n^{-2 alpha} gives fluctuations n^{-alpha}"),),
    )  # fmt: skip
    yield Claim(
        "particles.batch.rule", THEME, r"P = \lceil n^{2\alpha} \rceil:\ n \text{ at } \alpha = \tfrac12,\ "
        r"n^2 \text{ at } \alpha = 1,\ n = 2, 4, \dots, 1024",
        SOURCE, (proved("exact powers", batches()),),
    )  # fmt: skip


def _half() -> float:
    return float(three_spin(draw_tensor(INPUTS, 105)).mean_square) / 2


def figures(profile: str = "quick") -> Iterator[Figure]:
    """Initial losses against the width."""
    yield Figure(
        "particles-initial-loss", "Losses of random networks",
        "How far above the loss of the zero function does a random network of n units start?",
        partial(_draw, profile=profile), Level.ESTIMATED,
    )  # fmt: skip


def _draw(ax: Any, profile: str) -> None:
    from symlandscape.particles.figures import initial_losses

    initial_losses(ax, WIDTHS, random_losses(profile, 0), exact_initial(), _half())


if __name__ == "__main__":
    show(claims())
