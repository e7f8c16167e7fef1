"""Training of particles: every motion by a second road, stability, the noise of batches and the paper's rule for them.

Steps on fresh inputs against plain NumPy on the same Philox words and, in the mean, against the exact gradient; descent
next to a minimum against its eigenvalue; fluctuations of stochastic steps about the descent against n^{-alpha} for
dt/P = a n^{-2 alpha}; the floor at a minimum against 1/P and against linear noise without a free number. Verdicts on
the paper: rule and quench, agreement. Source: rotskoff_vanden_eijnden_2022, sections 3 and 4.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import cache, partial
from typing import Any

import numpy as np

from derivations._sampled import below, none_of
from derivations._show import show
from symlandscape import backends
from symlandscape.backends import particles_training as motion
from symlandscape.errors import InputError
from symlandscape.evidence import Check, Claim, Level, checked, estimated
from symlandscape.export import Figure
from symlandscape.particles import (
    Fluctuations,
    NoiseFloor,
    Phase,
    batch_fluctuations,
    constant_schedule,
    drawn_target,
    noise_floor,
    random_network,
    stability_limit,
    student_units,
    train,
)
from symlandscape.particles.limits import residual_gradients
from symlandscape.statistics import estimate

NAME = "particles_training"
THEME = "particles"
SOURCE = "rotskoff_vanden_eijnden_2022, sections 3 and 4"
OWN = "derived here, from rotskoff_vanden_eijnden_2022, sections 3 and 4"
INPUTS, WIDTH, TENSOR = 5, 6, 3
KINDS = {
    "relu": student_units("relu", INPUTS),
    "rbf": student_units("rbf", INPUTS, 0.5, scaled=False, on_sphere=False),
    "rbf on the sphere": student_units("rbf", INPUTS),
}
BATCHES = {"quick": 300, "full": 20_000}
RULE = {"quick": (5, (16, 32, 64), 16, 16), "full": (10, (16, 32, 64, 128, 256), 16, 32)}
"""Inputs, widths, networks, batch at the first width (small ones may run away: their noise multiplies)."""
ALPHAS = (0.25, 0.5, 0.75, 1.0)
FLOOR = {"quick": ((32, 96, 288), 36, 20_000), "full": ((32, 128, 512, 2048), 200, 1_000_000)}
"""Batches, runs of each, samples of the covariance."""
MINIMA = {"quick": (32, 3, 1000), "full": (64, 8, 4000)}
"""Width, networks, evaluations."""
STARTS = {"quick": 12, "full": 100}


def philox_points(seed: int, step: int, stream: int, count: int, d: int) -> Any:
    """The inputs of a step from NumPy's Philox: Box & Muller's pairs, scaled to |x|^2 = d."""
    key, counter = np.array([seed, step], dtype=np.uint64), np.array([0, 0, 0, stream], dtype=np.uint64)
    size = 4 * ((d + 3) // 4)
    words = np.random.Philox(key=key, counter=counter).random_raw(size * count).reshape(-1, 2)
    uniform = ((words >> np.uint64(12)).astype(float) + 0.5) * 2.0**-52
    radius, angle = np.sqrt(-2.0 * np.log(uniform[:, 0])), 2.0 * np.pi * uniform[:, 1]
    x = np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1).reshape(count, size)[:, :d]
    return x * (np.sqrt(d) / np.linalg.norm(x, axis=1))[:, None]


def step_check(name: str) -> Check:
    """One step of 100 inputs by NumPy, for centres on the sphere with the tangential part and a return to it."""
    units, target = KINDS[name], drawn_target(INPUTS, TENSOR)
    c, Z = random_network(units, INPUTS, WIDTH, 1)
    (moved, rows), _ = motion.sgd_particles(target, units, (c, Z), 0.1, 100, 1, first=7, seed=2, stream=5)
    x = philox_points(2, 7, 5, 100, INPUTS)
    mean = residual_gradients(target.tensor, units.scale * c, Z, x, units.alpha).mean(axis=0).reshape(WIDTH, -1)
    by_z = mean[:, 1:]
    if units.on_sphere:
        by_z = by_z - (by_z * Z).sum(axis=1)[:, None] * Z / INPUTS
    plain, points = c + 0.1 * units.scale * mean[:, 0], Z + 0.1 * by_z
    if units.on_sphere:
        points *= (np.sqrt(INPUTS) / np.linalg.norm(points, axis=1))[:, None]
    gap = max(np.abs(moved - plain).max(), np.abs(rows - points).max())
    return checked(name, gap, 0, 12, "largest difference of an entry")


def unbiased_check(name: str, count: int, seed: int) -> Check:
    """Sum of squared z-scores of the mean of batch gradients against the exact gradient, as a number of its law."""
    units, target = KINDS[name], drawn_target(INPUTS, TENSOR)
    network = random_network(units, INPUTS, WIDTH, 2)
    _, by_c, by_z = motion.student_loss_gradient(target, units, network)
    drift, small, rows = -WIDTH * np.concatenate([by_c, by_z.ravel()]), 1e-6, []
    for k in range(count):
        (c, Z), _ = motion.sgd_particles(target, units, network, small, 64, 1, first=k, seed=seed)
        rows.append(np.concatenate([c - network[0], (Z - network[1]).ravel()]) / small)
    made = np.array(rows) - drift
    # one direction fixed beforehand mixes all entries: its mean is a plain z-score
    direction = np.cos(1.0 + np.arange(drift.size))
    found = estimate(made @ direction)
    return estimated(name, found.mean, 0.0, found.standard_error, f"{count} batches of 64, one fixed direction")


def growth_checks(name: str, share: float) -> Check:
    """Excess of the loss after four steps from 1e-5 along the steepest direction at a minimum: (1 - h lambda)^8."""
    units, target = KINDS[name], drawn_target(INPUTS, TENSOR)
    net = motion.descend_particles(target, units, random_network(units, INPUTS, 3, 6), 0.05, 300)[0]
    net, least, _, _, _ = motion.minimise_particles(target, units, net, 1e-10, 3000)
    lam, vector = motion.particle_curvature(target, units, net, tol=1e-10)
    c, Z = net[0] + 1e-4 * vector[:3], net[1] + 1e-4 * vector[3:].reshape(net[1].shape)
    if units.on_sphere:
        Z *= (np.sqrt(INPUTS) / np.linalg.norm(Z, axis=1))[:, None]
    step = share * 2.0 / lam
    moved, _ = motion.descend_particles(target, units, (c, Z), step, 4)
    before, after = (motion.student_loss(target, units, point) - least for point in ((c, Z), moved))
    return checked(f"{name}, h = {share:g} times the limit", after / before, (1.0 - step * lam) ** 8, 2, "four steps")


def order_checks(name: str) -> tuple[Check, ...]:
    """Halving the step: errors of the explicit step halve, those of the flow's shrink to a sixteenth."""
    units, target = KINDS[name], drawn_target(INPUTS, TENSOR)
    network = random_network(units, INPUTS, WIDTH, 3)
    exact = motion.descend_particles(target, units, network, 1 / 512, 512, "flow")[0][0]
    made = []
    for method, counts, order in (("descent", (2048, 4096), 1), ("flow", (16, 32), 4)):
        ends = [motion.descend_particles(target, units, network, 1.0 / k, k, method)[0][0] for k in counts]  # type: ignore[arg-type]
        gaps = [float(np.abs(end - exact).max()) for end in ends]
        made.append(checked(f"{name}, {method}", math.log2(gaps[0] / gaps[1]), order, 1, "log2 of the ratio"))
    return tuple(made)


def late_check(profile: str, name: str, seed: int) -> Check:
    """Networks whose limit where L-BFGS ends is not below a fifth of their first."""
    width, networks, most = MINIMA[profile]
    units, target, limits = KINDS[name], drawn_target(INPUTS, TENSOR), []
    for number in range(networks):
        net = random_network(units, INPUTS, width, seed, number)
        first = stability_limit(target, units, net)
        net = motion.minimise_particles(target, units, net, 1e-9, most)[0]
        limits.append((first, stability_limit(target, units, net)))
    bad = sum(not last < 0.2 * first for first, last in limits)
    shown = ", ".join(f"{first:.3g} to {last:.3g}" for first, last in limits)
    return none_of(name, bad, networks, f"limits {shown}; others")


@cache
def fluctuations(profile: str, kind: str, seed: int) -> tuple[Fluctuations, ...]:
    """One for each alpha."""
    d, widths, networks, least = RULE[profile]
    units, threads = student_units(kind, d), backends.available_threads()
    return tuple(
        batch_fluctuations(
            d, widths, units, networks, a, 0.1, 40, scale=least / widths[0] ** (2 * a), seed=seed, threads=threads
        )
        for a in ALPHAS
    )


@cache
def floor(profile: str, seed: int) -> NoiseFloor:
    """Biased ReLU units at a minimum, d = 4, n = 6."""
    batches, runs, samples = FLOOR[profile]
    threads = backends.available_threads()
    for number in range(2, 20):  # the first network that leads to a minimum where this step is stable
        try:
            return noise_floor(
                4, 6, batches, runs, 0.02, 500, samples=samples, seed=seed, number=number, threads=threads
            )
        except InputError:
            continue
    raise InputError("expected a minimum among 18 networks where a step of 0.02 is stable, got none")


@cache
def trainings(profile: str, seed: int) -> tuple[Any, Any, Any]:
    """ReLU units, n = 16: descent, P = 8, and P = 8 with the last quarter on P = 256."""
    units, threads = KINDS["relu"], backends.available_threads()
    options: Any = {"seed": seed, "starts": STARTS[profile], "logs": 10, "threads": threads}
    noisy, calm = Phase(300, 0.05, 8), Phase(100, 0.05, 256)
    return (
        train(INPUTS, 16, units, constant_schedule(400, 0.05, 0), **options),
        train(INPUTS, 16, units, constant_schedule(400, 0.05, 8), **options),
        train(INPUTS, 16, units, (noisy, calm), **options),
    )


def claims(profile: str = "quick", seed: int = 0) -> Iterator[Claim]:
    """Motions, stability, noise."""
    where = rf"d = {INPUTS}"
    yield Claim(
        "particles.training.step", THEME,
        rf"c_i \mapsto c_i + \tfrac hP \sum_s (f - f_n) \phi_i,\ z_i \mapsto z_i + \tfrac hP \sum_s (f - f_n) c_i "
        rf"\nabla \phi_i:\ \text{{the compiled step is NumPy's on the same words of Philox, }} {where}, n = {WIDTH}",
        SOURCE, tuple(step_check(name) for name in KINDS),
    )  # fmt: skip
    yield Claim(
        "particles.training.unbiased", THEME,
        rf"\text{{the mean step on fresh inputs is }} -h\, n \nabla L \text{{ along one direction, }} {where}, "
        rf"n = {WIDTH}",
        SOURCE, tuple(unbiased_check(name, BATCHES[profile], seed) for name in KINDS),
    )  # fmt: skip
    yield Claim(
        "particles.training.order", THEME,
        rf"\text{{explicit steps follow the flow to order 1, Runge-Kutta steps to order 4, at }} t = 1, {where}",
        OWN, tuple(x for name in ("relu", "rbf on the sphere") for x in order_checks(name)),
    )  # fmt: skip
    yield Claim(
        "particles.training.stability", THEME,
        r"\text{next to a minimum, along the eigenvector of the largest eigenvalue } \lambda \text{ of } n \nabla^2 L: "
        rf"\text{{ the excess of }} L \text{{ multiplies by }} (1 - h\lambda)^2 \text{{ a step, }} h = 0.9\,"
        rf"\tfrac2\lambda \text{{ and }} h = 1.1\, \tfrac2\lambda,\ {where},\ n = 3",
        OWN, tuple(growth_checks(name, x) for name in ("relu", "rbf on the sphere") for x in (0.9, 1.1)),
    )  # fmt: skip
    yield Claim(
        "particles.training.late", THEME,
        rf"\text{{{MINIMA[profile][1]} networks of each kind: the stability limit of the step where L-BFGS ends is "
        rf"below a fifth of that at the start, }} {where}, n = {MINIMA[profile][0]}",
        OWN, tuple(late_check(profile, name, seed) for name in ("relu", "rbf on the sphere")),
    )  # fmt: skip
    for kind in ("relu", "rbf"):
        for one in fluctuations(profile, kind, seed):
            yield rule_claim(profile, kind, one)
    found = floor(profile, seed)
    fit = found.exponent
    yield Claim(
        "particles.noise.floor-exponent", THEME,
        r"\text{stochastic steps from a minimum of biased ReLU units, } d = 4, n = 6, h = 0.02, 500 \text{ steps}: "
        rf"\text{{ one power }} P^b \text{{ fitted to the mean excess of the loss has }} b = {fit.exponent:.2f} \pm "
        rf"{fit.error:.2f} \text{{, which agrees with }} -1 \text{{ (the paper)}}",
        SOURCE, (estimated("exponent", fit.exponent, -1.0, fit.error, f"reduced chi^2 {fit.chi2:.2f}"),),
    )  # fmt: skip
    checks = []
    for batch, mean, predicted in zip(found.batches, found.means, found.predicted, strict=True):
        error = math.hypot(mean.standard_error, found.relative_error * float(predicted))
        checks.append(estimated(f"P = {batch}", mean.mean, float(predicted), error, f"{mean.count} runs"))
    yield Claim(
        "particles.noise.floor-value", THEME,
        r"\text{stochastic steps from a minimum of biased ReLU units, } d = 4, n = 6, h = 0.02, K = 500 \text{ steps}: "
        rf"\text{{ the mean excess of the loss at }} P = {', '.join(map(str, found.batches))} \text{{ is }} "
        r"\tfrac{h^2}{2nP} \sum_i \lambda_i D_{ii} \sum_{j<K} (1 - h\lambda_i)^{2j} \text{ within the errors, } "
        r"\lambda_i \text{ the eigenvalues of } n \nabla^2 L \text{ and } D \text{ the covariance of one input's drift "
        r"in its eigenvectors}",
        OWN, tuple(checks),
    )  # fmt: skip
    descent, noisy, quenched = trainings(profile, seed)
    gaps = noisy.losses[:, -1] - descent.losses[:, -1], quenched.losses[:, -1] - descent.losses[:, -1]
    label = "excess over the descent with and without the quench:"
    part = (label, float(gaps[1].mean()), float(gaps[0].mean()), estimate(gaps[0] - gaps[1]).standard_error)
    yield Claim(
        "particles.noise.quench", THEME,
        rf"P = 8, \text{{ biased ReLU, }} {where}, n = 16: \text{{ with }} P = n^2 \text{{ in the last quarter the "
        r"mean loss ends nearer to that of the descent (agreement with the paper)}",
        SOURCE, (below("mean excess", [part]),),
    )  # fmt: skip


def rule_claim(profile: str, kind: str, one: Fluctuations) -> Claim:
    """Fluctuations of the function against n^{-alpha}."""
    d, widths, networks, _ = RULE[profile]
    name = "biased ReLU" if kind == "relu" else "radial"
    fit = one.exponent
    note = f"{networks} networks, P = {one.batches[0]} to {one.batches[-1]}, reduced chi^2 {fit.chi2:.2f}"
    error = fit.error * math.sqrt(max(1.0, fit.chi2 or 1.0))
    text = (
        rf"dt/P \propto n^{{-2\alpha}}, \alpha = {one.alpha:g}, \text{{ {name} units, }} d = {d}, n = {widths[0]}, "
        rf"\dots, {widths[-1]}, t = 4: \text{{ one power }} n^b \text{{ fitted to the root mean square of }} "
        r"f_{\mathrm{batches}} - f_{\mathrm{exact}} \text{ (error in } f \text{) has } "
        rf"b = {fit.exponent:.2f} \pm {error:.2f} \text{{, which agrees with }} -\alpha \text{{ (the paper)}}"
    )
    check = estimated("exponent", fit.exponent, -one.alpha, error, note)
    return Claim(f"particles.noise.rule.{kind}.{round(100 * one.alpha)}", THEME, text, SOURCE, (check,))


def figures(profile: str = "quick") -> Iterator[Figure]:
    """The rule for batches, the floor, trainings."""
    for kind, name in (("relu", "biased ReLU"), ("rbf", "radial")):
        yield Figure(
            f"particles-batch-rule-{kind}", f"Fluctuations of batches dt/P = a n^(-2 alpha), {name} units",
            "Do stochastic steps add fluctuations of order n^-alpha to the function?",
            partial(_draw_rule, profile=profile, kind=kind), Level.ESTIMATED,
        )  # fmt: skip
    yield Figure(
        "particles-noise-floor", "The loss above a minimum's under stochastic steps",
        "Is the floor that batches of P inputs add proportional to 1/P, and is it that of linear noise?",
        partial(_draw_floor, profile=profile), Level.ESTIMATED,
    )  # fmt: skip
    yield Figure(
        "particles-trainings", "Descent, small batches, and small batches with a quench",
        "What do small batches add to the loss, and does a quench take it away?",
        partial(_draw_trainings, profile=profile), Level.ESTIMATED,
    )  # fmt: skip


def _draw_rule(ax: Any, profile: str, kind: str) -> None:
    from symlandscape.particles.training_figures import fluctuations_against_width

    fluctuations_against_width(ax, fluctuations(profile, kind, 0))


def _draw_floor(ax: Any, profile: str) -> None:
    from symlandscape.particles.training_figures import floor_against_batch

    floor_against_batch(ax, floor(profile, 0))


def _draw_trainings(ax: Any, profile: str) -> None:
    from symlandscape.particles.training_figures import excess_of_trainings

    descent, noisy, quenched = trainings(profile, 0)
    excess_of_trainings(ax, descent, {"P = 8": noisy, "P = 8, then 256": quenched})


if __name__ == "__main__":
    show(claims())
