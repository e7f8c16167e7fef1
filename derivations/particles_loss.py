"""The exact population loss of particles: every number by two roads, loss, gradient and Hessian.

Closed forms in balls and mpmath against sums over zonal harmonics, finite differences at 60 digits, compiled floats,
and
samples of the inputs with standard errors. Source: rotskoff_vanden_eijnden_2022, sections 2 and 5.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from functools import cache
from typing import Any

import mpmath
import numpy as np

from derivations._show import show
from symlandscape.arith.conversions import arb_to_mpf_mid
from symlandscape.arith.field import mpmath_field
from symlandscape.backends import particles as backend
from symlandscape.evidence import Check, Claim, checked, estimated
from symlandscape.particles import Network, RbfUnit, ReluUnit, draw_tensor, population_loss, sampled_loss, three_spin
from symlandscape.particles.funk_hecke import exp_coefficient, legendre, multiplicity
from symlandscape.particles.gaussian_twin import (
    gaussian_mean,
    gaussian_pair,
    gaussian_rbf_overlap,
    gaussian_relu_overlap,
)
from symlandscape.particles.losses import LossValues, loss_at
from symlandscape.particles.polynomials import multiply
from symlandscape.particles.rbf_units import rbf_pair
from symlandscape.particles.smooth_units import ACTIVATIONS, smooth_loss

NAME = "particles_loss"
THEME = "particles"
SOURCE = "rotskoff_vanden_eijnden_2022, section 2"
ALPHA = Fraction(1, 2)
STEP = Fraction(1, 10**15)
SIZES = {"quick": (3, 4), "full": (3, 4, 5, 6)}
SAMPLED = {"quick": (5, 10), "full": (3, 5, 10, 15)}
SAMPLES = {"quick": 40_000, "full": 1_000_000}


@cache
def network(d: int, kind: str) -> Network:
    """Three units, two of them parallel, one of those with the opposite direction."""
    rows = [tuple(Fraction((5 * i + 3 * k) % 7 - 3, 2) for i in range(d)) for k in range(2)]
    rows.append(tuple(-x for x in rows[0]))
    c = (Fraction(2), Fraction(-1), Fraction(3))
    if kind == "rbf":
        return Network(tuple(RbfUnit(row, ALPHA) for row in rows), c)
    biases = (Fraction(1), Fraction(-1, 2), Fraction(3, 4))
    return Network(tuple(ReluUnit(row, b) for row, b in zip(rows, biases, strict=True)), c)


def moved(old: Network, place: int, step: Fraction) -> Network:
    """The network with one entry of theta = (c_1, z_1, c_2, ..) moved."""
    size = len(old.units[0].parameters) + 1
    which, entry = divmod(place, size)
    c, units = list(old.c), list(old.units)
    if entry == 0:
        c[which] += step
        return Network(old.units, tuple(c))
    z = list(units[which].parameters)
    z[entry - 1] += step
    unit = units[which]
    units[which] = RbfUnit(tuple(z), unit.alpha) if isinstance(unit, RbfUnit) else ReluUnit(tuple(z[:-1]), z[-1])
    return Network(tuple(units), old.c)


@cache
def values(d: int, kind: str) -> LossValues:
    """Loss, gradient and Hessian at 60 digits."""
    with mpmath.workdps(60):
        return loss_at(mpmath_field(), three_spin(draw_tensor(d, 100 + d)), network(d, kind), order=2)


def difference_checks(d: int, kind: str) -> tuple[Check, Check]:
    """Central differences, step 1e-15, of the loss and of the gradient against the closed forms."""
    target, old, found = three_spin(draw_tensor(d, 100 + d)), network(d, kind), values(d, kind)
    assert found.gradient is not None and found.hessian is not None
    with mpmath.workdps(60):
        field, worst, bent = mpmath_field(), mpmath.mpf(0), mpmath.mpf(0)
        for place in range(len(found.gradient)):
            up, down = (loss_at(field, target, moved(old, place, x), order=1) for x in (STEP, -STEP))
            assert up.gradient is not None and down.gradient is not None
            width = 2 * field.exact(STEP)
            worst = max(worst, abs((up.loss - down.loss) / width - found.gradient[place]))
            for other, (a, b) in enumerate(zip(up.gradient, down.gradient, strict=True)):
                bent = max(bent, abs((a - b) / width - found.hessian[place][other]))
    return (
        checked(f"gradient, {kind}, d = {d}", worst, 0, 25, "largest difference over all parameters"),
        checked(f"Hessian, {kind}, d = {d}", bent, 0, 25, "largest difference over all entries"),
    )


def float_checks(d: int, kind: str) -> tuple[Check, ...]:
    """Compiled floats against 60 digits."""
    net, found = network(d, kind), values(d, kind)
    assert found.gradient is not None and found.hessian is not None
    target = backend.cubic_target(np.array(draw_tensor(d, 100 + d), dtype=float))
    c = np.array(net.c, dtype=float)
    Z = np.array([unit.parameters for unit in net.units], dtype=float)
    alpha = None if kind == "relu" else float(ALPHA)
    loss, by_c, by_z = backend.particle_loss_gradient(target, c, Z, alpha)
    H = backend.particle_hessian(target, c, Z, alpha)
    gradient = np.concatenate([by_c[:, None], by_z], axis=1).ravel()
    gaps = [abs(g - float(x)) for g, x in zip(gradient, found.gradient, strict=True)]
    bent = max(abs(H[i, j] - float(x)) for i, row in enumerate(found.hessian) for j, x in enumerate(row))
    return (
        checked(f"loss, {kind}, d = {d}", loss, found.loss, 13, "compiled floats"),
        checked(f"gradient, {kind}, d = {d}", max(gaps), 0, 13, "largest difference"),
        checked(f"Hessian, {kind}, d = {d}", bent, 0, 12, "largest difference"),
    )


def ball_check(d: int, kind: str) -> Check:
    """Balls against mpmath."""
    found = population_loss(three_spin(draw_tensor(d, 100 + d)), network(d, kind), 40)
    with mpmath.workdps(60):
        return checked(f"{kind}, d = {d}", arb_to_mpf_mid(found.values.loss), values(d, kind).loss, 39, "balls")


def series_check(d: int) -> Check:
    """K of two radial units against its zonal series, whose coefficients fall like 1/k!."""
    one, other = network(d, "rbf").units[:2]
    assert isinstance(one, RbfUnit) and isinstance(other, RbfUnit)
    with mpmath.workdps(60):
        field = mpmath_field()
        kappa = [field.exact(ALPHA) * field.sqrt(field.exact(d * unit.length2)) for unit in (one, other)]
        dot = sum((x * y for x, y in zip(one.z, other.z, strict=True)), Fraction(0))
        cosine = field.exact(dot) / field.sqrt(field.exact(one.length2 * other.length2))
        factor = mpmath.exp(field.exact(-ALPHA * (d + (one.length2 + other.length2) / 2)))
        total = mpmath.mpf(0)
        for k in range(70):
            both = exp_coefficient(field, d, kappa[0], k) * exp_coefficient(field, d, kappa[1], k)
            total += multiplicity(d, k) * both * legendre(k, d, cosine)
        return checked(f"d = {d}", rbf_pair(field, d, one, other, order=0).value, factor * total, 35, "70 degrees")


def drawn(d: int, n: int, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A tensor, weights and particles (n, d + 1) of size one."""
    generator = np.random.default_rng([seed, d, n])
    a = np.array(draw_tensor(d, seed), dtype=float)
    return a, 2.0 * generator.standard_normal(n), generator.standard_normal((n, d + 1)) / np.sqrt(d)


def sample_checks(d: int, samples: int, seed: int) -> tuple[Check, ...]:
    """The losses of three kinds of units against samples of the inputs."""
    a, c, Z = drawn(d, 8, seed)
    target, made = backend.cubic_target(a), list[Check]()
    centres = np.sqrt(d) * Z[:, :d]
    for name, exact, options, particles in (
        ("biased ReLU", backend.particle_loss(target, c, Z), {}, Z),
        ("radial", backend.particle_loss(target, c, centres, 0.5), {"alpha": 0.5}, centres),
        ("tanh", smooth_loss(target, c, Z, "tanh").loss, {"h": ACTIVATIONS["tanh"].value}, Z),
    ):
        generator = np.random.default_rng([seed, d, len(made)])
        found = sampled_loss(a, c, particles, generator, samples, **options)  # type: ignore[arg-type]
        made.append(estimated(f"{name}, d = {d}", found.loss, exact, found.standard_error, f"{samples} inputs"))
    return tuple(made)


def exponential_check(d: int) -> tuple[Check, ...]:
    """e^{w.x + b} with w = alpha z, b = -(alpha/2)(d + |z|^2) is the radial unit: series against closed form."""
    a, c, Z = drawn(d, 5, 3)
    target, z, alpha = backend.cubic_target(a), np.sqrt(d) * Z[:, :d], 0.5
    twin = np.concatenate([alpha * z, -0.5 * alpha * (d + (z * z).sum(axis=1))[:, None]], axis=1)
    found = smooth_loss(target, c, twin, "exp")
    loss, by_c, _ = backend.particle_loss_gradient(target, c, z, alpha)
    gap = float(np.abs(found.by_c - by_c).max())
    return (
        checked(f"loss, d = {d}", found.loss, loss, 12, f"{found.degrees} degrees"),
        checked(f"gradient in c, d = {d}", gap, 0, 12, "largest difference"),
    )


def twin_checks(samples: int, seed: int) -> tuple[Check, ...]:
    """Gaussian inputs, d = 4: the loss from the twin's F and K against samples."""
    d = 4
    a = draw_tensor(d, 104)
    f, made = three_spin(a).polynomial, []
    for kind in ("relu", "rbf"):
        net = network(d, kind)
        n, overlap = len(net.c), gaussian_relu_overlap if kind == "relu" else gaussian_rbf_overlap
        loss: Any = float(gaussian_mean(multiply(f, f))) / 2
        for i, one in enumerate(net.units):
            loss -= float(net.c[i]) * float(overlap(f, one)) / n  # type: ignore[arg-type]
            for j, other in enumerate(net.units):
                loss += float(net.c[i] * net.c[j]) * float(gaussian_pair(one, other)) / (2 * n * n)
        Z = np.array([unit.parameters for unit in net.units], dtype=float)
        generator = np.random.default_rng([seed, 99])
        found = sampled_loss(
            np.array(a, dtype=float), np.array(net.c, dtype=float), Z, generator, samples,
            alpha=float(ALPHA) if kind == "rbf" else None, gaussian=True,
        )  # fmt: skip
        made.append(estimated(f"{kind}, d = {d}", found.loss, loss, found.standard_error, f"{samples} inputs"))
    return tuple(made)


def claims(profile: str = "quick", seed: int = 0) -> Iterator[Claim]:
    """Loss, gradient, Hessian by two roads."""
    sizes, kinds = SIZES[profile], ("relu", "rbf")
    where = rf"d \in \{{{', '.join(map(str, sizes))}\}}"
    loss = r"L = \tfrac12 E f^2 - \tfrac1n \sum c_i F(z_i) + \tfrac{1}{2 n^2} \sum c_i c_j K(z_i, z_j)"
    yield Claim(
        "particles.loss.gradient", THEME,
        rf"\nabla L, \nabla^2 L \text{{ in closed form are the central differences of }} L, \nabla L,\ "
        rf"{where},\ \text{{three units, two parallel}}",
        SOURCE, tuple(x for d in sizes for kind in kinds for x in difference_checks(d, kind)),
    )  # fmt: skip
    yield Claim(
        "particles.loss.floats", THEME,
        rf"\text{{compiled }} L, \nabla L, \nabla^2 L \text{{ are those of 60 digits to 12 decimals}},\ {where}",
        SOURCE, tuple(x for d in sizes for kind in kinds for x in float_checks(d, kind)),
    )  # fmt: skip
    yield Claim(
        "particles.loss.balls", THEME, rf"L \text{{ of balls and of mpmath agree}},\ {where}",
        SOURCE, tuple(ball_check(d, kind) for d in sizes for kind in kinds),
    )  # fmt: skip
    yield Claim(
        "particles.kernel.rbf", THEME,
        r"K = e^{-\alpha(d + (|z|^2 + |z'|^2)/2)}\, {}_0F_1(; \tfrac d2; \tfrac{\alpha^2 d}{4} |z + z'|^2) "
        r"= \sum_k N(d, k) \lambda_k \lambda_k' P_k(c)"
        r"\text{ at one pair for } d = 3, 5, 10",
        SOURCE, tuple(series_check(d) for d in (3, 5, 10)),
    )  # fmt: skip
    samples = SAMPLES[profile]
    yield Claim(
        "particles.loss.sampled", THEME, loss + r"\text{ is the mean of } \tfrac12 (f - f_n)^2 \text{ over "
        r"sampled inputs}",
        SOURCE, tuple(x for d in SAMPLED[profile] for x in sample_checks(d, samples, seed)),
    )  # fmt: skip
    yield Claim(
        "particles.loss.series", THEME,
        r"e^{w \cdot x + b},\ w = \alpha z,\ b = -\tfrac\alpha2 (d + |z|^2):\ \text{zonal series} = "
        r"\text{radial closed form},\ d = 4, 10",
        SOURCE, tuple(x for d in (4, 10) for x in exponential_check(d)),
    )  # fmt: skip
    yield Claim(
        "particles.loss.gaussian", THEME, r"x \sim N(0, I_4):\ L \text{ of the twin is the mean over sampled inputs}",
        SOURCE, twin_checks(samples, seed),
    )  # fmt: skip


if __name__ == "__main__":
    show(claims())
