"""How the loss falls with the width: initial, at fixed times of the flow, converged, and after stochastic steps.

Loss L = (1/2) E (f - f_n)^2 and error in f are kept apart: a loss that falls as n^{-2p} is an error that falls as
n^{-p}. Verdicts on the paper, at the widths tried:
* fluctuations of order n^{-1/2} in f at early fixed times: agreement, pointwise variances fall as 1/n;
* L_n(t) - L_inf(t) of order 1/n at fixed times: agreement, by ratios that need no L_inf;
* a loss at fixed time does not vanish with n: it saturates at the mean-field curve, which is positive;
* L_n(t) - L_inf(t) at late times: undecided, local exponents have not settled at these widths;
* converged loss o(1/n): agreement, every local slope lies below -1;
* converged loss n^{-2}, an error 1/n in f: agreement for biased ReLU at d = 5; disagreement for radial units in the
  range tried, whose local slope steepens with n.
Source: rotskoff_vanden_eijnden_2022, sections 2, 3 and 5.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from functools import cache, partial
from typing import Any

from derivations._sampled import below
from derivations._show import show
from symlandscape import backends
from symlandscape.evidence import Check, Claim, Level, estimated
from symlandscape.evidence.claim import Estimate
from symlandscape.export import Figure
from symlandscape.particles import (
    NestedFlow,
    Scaling,
    drawn_target,
    nested_flow,
    paper_schedule,
    scaling,
    student_units,
)
from symlandscape.statistics import estimate

NAME = "particles_scaling"
THEME = "particles"
SOURCE = "rotskoff_vanden_eijnden_2022, sections 2, 3 and 5"
KINDS = {"rbf": "radial", "relu": "biased ReLU"}
FLOW = {
    ("quick", "rbf"): (5, (8, 16, 32, 64), 16, (0.0, 1.0, 2.0, 4.0, 8.0, 16.0), 0.25),
    ("quick", "relu"): (5, (8, 16, 32, 64), 24, (0.0, 0.5, 1.0, 2.0, 4.0), 0.25),
    ("full", "rbf"): (10, (16, 32, 64, 128, 256), 24, (0.0, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0), 0.25),
    ("full", "relu"): (10, (16, 32, 64, 128, 256), 24, (0.0, 0.5, 1.0, 2.0, 4.0), 0.25),
}
"""Inputs, widths, replicates, times, step."""
Study = tuple[str, int, tuple[int, ...], int, int]

CONVERGED: dict[str, dict[str, Study]] = {
    "quick": {"rbf.d5": ("rbf", 5, (8, 16, 32), 6, 1500), "relu.d5": ("relu", 5, (8, 16, 32), 6, 3000)},
    "full": {
        "rbf.d5": ("rbf", 5, (8, 16, 32, 64), 8, 6000),
        "relu.d5": ("relu", 5, (8, 16, 32, 64, 128), 6, 12_000),
        "rbf.d10": ("rbf", 10, (16, 32, 64, 128, 256), 4, 6000),
        "relu.d10": ("relu", 10, (16, 32, 64, 128), 4, 8000),
    },
}
"""Kind, inputs, widths, networks, evaluations."""
ONLINE = (5, (16, 32, 64), 8, 0.025, 40_000)
"""Inputs, widths, networks, step, steps: batches (n/5)^2, full profile only."""
EARLY = 1.0


@cache
def flow(profile: str, kind: str, seed: int) -> NestedFlow:
    """Nested networks under the gradient flow."""
    d, widths, replicates, times, step = FLOW[profile, kind]
    threads = backends.available_threads()
    return nested_flow(d, widths, student_units(kind, d), replicates, times, step, seed=seed, threads=threads)


@cache
def converged(profile: str, tag: str, seed: int) -> Scaling:
    """Minima of the exact loss."""
    kind, d, widths, networks, most = CONVERGED[profile][tag]
    threads = backends.available_threads()
    return scaling(d, widths, student_units(kind, d), networks, most=most, seed=seed, threads=threads)


@cache
def online(seed: int) -> Scaling:
    """Biased ReLU units after stochastic steps."""
    d, widths, networks, step, steps = ONLINE
    return scaling(
        d, widths, student_units("relu", d), networks, seed=seed, force=True, threads=backends.available_threads(),
        schedule=lambda n: paper_schedule(n, steps, step, 1, 1 / 25),
    )  # fmt: skip


def first_loss_checks(profile: str, kind: str, seed: int) -> tuple[Check, ...]:
    """Losses at t = 0 against the exact mean; blocks of one replicate are independent networks."""
    found, d = flow(profile, kind, seed), FLOW[profile, kind][0]
    least, made = drawn_target(d, seed).constant, []  # (1/2) E f^2
    for q, n in enumerate(found.widths):
        rows = estimate(found.losses[:, q, 0])
        made.append(estimated(f"n = {n}", rows.mean, least + 0.5 / n, rows.standard_error, f"{rows.count} replicates"))
    return tuple(made)


def variance_checks(found: NestedFlow) -> tuple[Check, ...]:
    """Exponents of the pointwise variance at early times."""
    made = []
    for k, time in enumerate(found.times):
        if time <= EARLY:
            fit = found.variance_exponent(k)
            error = fit.error * math.sqrt(max(1.0, fit.chi2 or 1.0))
            shown = ", ".join(f"{n * row.mean:.3g}" for n, row in zip(found.widths, found.variance(k), strict=False))
            made.append(estimated(f"exponent at t = {time:g}", fit.exponent, -1.0, error, f"n Var: {shown}"))
    return tuple(made)


def excess_checks(found: NestedFlow) -> tuple[Check, ...]:
    """Exponents of L_n - L_inf between the widest three widths, at early times."""
    made = []
    for k, time in enumerate(found.times):
        if time <= EARLY:
            last = found.exponents(k)[-1]
            shown = ", ".join(f"{n * row.mean:.3g}" for n, row in zip(found.widths, found.excess(k), strict=True))
            made.append(
                estimated(
                    f"exponent at t = {time:g}", -last.mean, -1.0, last.standard_error, f"n (L_n - L_inf): {shown}"
                )
            )
    return tuple(made)


def exponents(checks: Sequence[Check]) -> str:
    """The measured numbers of estimates with their errors, for a statement."""
    found = [check.finding for check in checks]
    return r",\ ".join(rf"{x.value:.2f} \pm {x.standard_error:.2f}" for x in found if isinstance(x, Estimate))


def late_note(found: NestedFlow) -> str:
    """Local exponents at the latest time, for a remark."""
    k = len(found.times) - 1
    shown = ", ".join(f"{-row.mean:.2f} +- {row.standard_error:.2f}" for row in found.exponents(k))
    return f"local exponents of L_n - L_inf there: {shown}"


def slope_parts(study: Scaling, bound: float) -> list[tuple[str, float, float, float]]:
    """Local slopes against a bound."""
    return [(f"{row.first} to {row.last}:", row.slope, bound, row.error) for row in study.slopes]


def claims(profile: str = "quick", seed: int = 0) -> Iterator[Claim]:
    """Initial, fixed time, converged, online."""
    for kind, name in KINDS.items():
        yield from flow_claims(profile, kind, name, seed)
    for tag in CONVERGED[profile]:
        yield from converged_claims(profile, tag, seed)
    if profile == "full":
        d, widths, networks, step, steps = ONLINE
        study = online(seed)
        slopes = r",\ ".join(rf"{row.slope:.2f} \pm {row.error:.2f}" for row in study.slopes)
        yield Claim(
            "particles.scaling.online", THEME,
            rf"\text{{online steps with }} P = (n/5)^2, \text{{ biased ReLU, }} d = {d}, n = {widths[0]}, \dots, "
            rf"{widths[-1]}, t = {step * steps:g}, \text{{ {networks} networks: the local slopes of the loss, }} "
            rf"{slopes} \text{{, lie below }} -1",
            SOURCE, (below("local slopes", slope_parts(study, -1.0)),),
        )  # fmt: skip


def flow_claims(profile: str, kind: str, name: str, seed: int) -> Iterator[Claim]:
    """What the flow says."""
    found, d = flow(profile, kind, seed), FLOW[profile, kind][0]
    widths = rf"n = {found.widths[0]}, \dots, {found.widths[-1]}"
    where = rf"\text{{{name} units, }} d = {d}, {widths}: \text{{ "
    yield Claim(
        f"particles.scaling.first.{kind}", THEME,
        where + r"the mean initial loss is } \tfrac12 E f^2 + \tfrac{1}{2n} \text{ (agreement with the paper)}",
        SOURCE, first_loss_checks(profile, kind, seed),
    )  # fmt: skip
    early = ", ".join(f"{t:g}" for t in found.times if t <= EARLY)
    variance, excess = variance_checks(found), excess_checks(found)
    yield Claim(
        f"particles.scaling.variance.{kind}", THEME,
        rf"\text{{{name} units, }} d = {d}, n = {found.widths[0]}, \dots, {found.widths[-2]}: \text{{ one power }} n^b "
        rf"\text{{ fitted to }} E_x \operatorname{{Var}} f_n(x) \text{{ at }} t = {early} \text{{ has }} "
        rf"b = {exponents(variance)} \text{{, which agree with }} -1 \text{{: fluctuations of order }} n^{{-1/2}} "
        r"\text{ in } f \text{ (the paper)}",
        SOURCE, variance,
    )  # fmt: skip
    yield Claim(
        f"particles.scaling.excess.{kind}", THEME,
        where + rf"}} L_n(t) - L_\infty(t) \text{{ at }} t = {early} \text{{ between the three widest widths has "
        rf"exponents in }} n \text{{ of }} {exponents(excess)} \text{{, which agree with }} -1 \text{{ (the paper)}}",
        SOURCE, excess,
    )  # fmt: skip
    last = len(found.times) - 1
    limit = found.limit(last)
    label = f"0 against L_inf = {limit.mean:.4g}; {late_note(found)}:"
    yield Claim(
        f"particles.scaling.saturation.{kind}", THEME,
        where + rf"at }} t = {found.times[last]:g} \text{{ the loss of the flow, extrapolated in }} n, \text{{ is "
        r"positive: at a fixed time no power of } n \text{ takes the loss to } 0",
        SOURCE, (below("0", [(label, 0.0, limit.mean, limit.standard_error)]),),
    )  # fmt: skip


def converged_claims(profile: str, tag: str, seed: int) -> Iterator[Claim]:
    """What minima say."""
    study = converged(profile, tag, seed)
    settled = f"{int(study.settled.sum())} of {study.settled.size} runs settled"
    where = (
        rf"\text{{converged loss ({settled}), {KINDS[study.unit]} units, }} d = {study.inputs}, n = {study.widths[0]}, "
        rf"\dots, {study.widths[-1]}: \text{{ "
    )
    yield Claim(
        f"particles.scaling.converged.{tag}", THEME,
        where + r"every local slope lies below } -1: \text{ faster than } n^{-1} \text{ in this range (agreement "
        r"with the paper's } o(n^{-1}) \text{)}",
        SOURCE, (below("local slopes", slope_parts(study, -1.0)),),
    )  # fmt: skip
    first, last = study.slopes[0], study.slopes[-1]
    if study.unit == "rbf":
        error = math.hypot(first.error, last.error)
        part = (f"slope {last.first} to {last.last} against {first.first} to {first.last}:", last.slope, first.slope)
        yield Claim(
            f"particles.scaling.steepening.{tag}", THEME,
            where + r"the last local slope lies below the first: no single power law, so no universal } n^{-2} \text{ "
            r"here (disagreement with a universal rate)}",
            SOURCE, (below("last slope", [(*part, error)]),),
        )  # fmt: skip
    elif study.inputs == 5:
        yield Claim(
            f"particles.scaling.square.{tag}", THEME,
            where + rf"the last local slope, }} {last.slope:.2f} \pm {last.error:.2f} \text{{, agrees with that of }} "
            r"n^{-2}, \text{ an error of order } n^{-1} \text{ in } f \text{ (the paper)}",
            SOURCE, (estimated(f"slope {last.first} to {last.last}", last.slope, -2.0, last.error),),
        )  # fmt: skip


def figures(profile: str = "quick") -> Iterator[Figure]:
    """Curves, finite-width errors, variances, converged losses and slopes."""
    for kind, name in KINDS.items():
        for stem, title, question, draw in (
            (
                "curves",
                "Loss of the gradient flow and its mean-field curve",
                "Where does the loss go as n grows?",
                curves,
            ),
            ("error", "Finite-width error", "Is L_n(t) - L_inf(t) of order 1/n?", errors),
            ("variance", "Pointwise variance", "Are fluctuations of f_n of order n^(-1/2)?", variances),
        ):
            yield Figure(
                f"particles-{stem}-{kind}", f"{title}, {name} units", question,
                partial(draw, profile=profile, kind=kind), Level.ESTIMATED,
            )  # fmt: skip
    yield Figure(
        "particles-converged", "Converged losses", "How does the least loss that descent finds fall with the width?",
        partial(losses, profile=profile), Level.ESTIMATED,
    )  # fmt: skip
    yield Figure(
        "particles-converged-slopes", "Local slopes of the converged loss", "Is it one power of the width?",
        partial(slopes, profile=profile), Level.ESTIMATED,
    )  # fmt: skip


def curves(ax: Any, profile: str, kind: str) -> None:
    """Losses against time."""
    from symlandscape.particles.training_figures import loss_curves

    loss_curves(ax, flow(profile, kind, 0))


def errors(ax: Any, profile: str, kind: str) -> None:
    """L_n - L_inf."""
    from symlandscape.particles.training_figures import finite_width_error

    finite_width_error(ax, flow(profile, kind, 0), places(flow(profile, kind, 0)))


def variances(ax: Any, profile: str, kind: str) -> None:
    """Var f_n."""
    from symlandscape.particles.training_figures import pointwise_variance

    pointwise_variance(ax, flow(profile, kind, 0), places(flow(profile, kind, 0)))


def places(found: NestedFlow) -> Sequence[int]:
    """Times that are drawn: 0, powers of 4 and the last."""
    drawn = (0.0, 1.0, 4.0, 16.0, 64.0)
    return [k for k, time in enumerate(found.times) if time in drawn]


def losses(ax: Any, profile: str) -> None:
    """Converged losses."""
    from symlandscape.particles.training_figures import converged_losses

    converged_losses(ax, studies(profile))


def slopes(ax: Any, profile: str) -> None:
    """Local slopes."""
    from symlandscape.particles.training_figures import converged_slopes

    converged_slopes(ax, studies(profile))


def studies(profile: str) -> dict[str, Scaling]:
    """All of them."""
    found = [converged(profile, tag, 0) for tag in CONVERGED[profile]]
    return {f"{KINDS[one.unit]} units, d = {one.inputs}": one for one in found}


if __name__ == "__main__":
    show(claims())
