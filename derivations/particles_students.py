"""The bridge from particles to the symmetric families: ReLU students with more neurons than targets, V = I.

The particle network (1/n) sum_i c_i relu(w_i.x) with c_i > 0 is the student of the relu theme at u_i = c_i w_i/n, since
relu is positively homogeneous. Fixed c_i = 1 gives its gradient flow slowed down by n; trained c_i give a gradient flow
in another metric. Either way the critical points and the minima are those of L(U). L is convex in the measure
sum_i |u_i| delta(u_i/|u_i|), and with V(u) = E (f_U - f*) relu(u.x) every critical point obeys sum_j V(v_j) = -2 L:
where the loss is not 0 a neuron born at 0 in the direction of some target lowers it. Setting: Rotskoff & Vanden-Eijnden
2022; Safran, Yehudai & Shamir 2021 and Arjevani & Field 2022 for k > d; the identity and the numbers are ours.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, partial
from typing import Any

import numpy as np
import sympy

from derivations._sampled import share_error
from derivations._show import show
from symlandscape import backends
from symlandscape.arith.conversions import mid_float
from symlandscape.errors import InputError
from symlandscape.evidence import Check, Claim, Level, checked, estimated, proved
from symlandscape.export import Figure
from symlandscape.particles.arc_cosine import unit_matrix
from symlandscape.relu import IdentifiedPoint, family, identify_matrix
from symlandscape.runs import start_batch
from symlandscape.statistics import wilson_interval

NAME = "particles_students"
THEME = "particles"
SOURCE = "rotskoff_vanden_eijnden_2022"
STARTS = {"quick": 80, "full": 1000}
MULTIPLES: dict[str, dict[int, tuple[int, ...]]] = {
    "quick": {5: (1, 2), 6: (1, 2), 8: (1, 2), 10: (1, 2)},
    "full": dict.fromkeys(range(5, 11), (1, 2, 3, 4)),
}
EXTRAS: dict[str, dict[int, tuple[int, ...]]] = {
    "quick": dict.fromkeys((8, 10, 14, 20), (0, 1, 2)),
    "full": dict.fromkeys((8, 10, 14, 20), (0, 1, 2, 3, 4)),
}
METHODS_AT = {"quick": ((10, 10),), "full": ((8, 8), (10, 10), (10, 11), (14, 14), (14, 15))}
BIRTHS = {
    "quick": (("F1", 8), ("F2", 10), ("A0", 8), ("A0", 20)),
    "full": (("F1", 8), ("F1", 20), ("F2", 10), ("F3", 14), ("A0", 8), ("A0", 20), ("A0", 40), ("A1", 14)),
}
MEMBERS = (("F1", 6), ("F2", 10), ("A0", 8), ("A1", 9))
ZERO = 1e-10  # losses of spurious points are above 1e-2
TOLERANCE = 1e-9
FLOW_STEP, FLOW_STEPS, FLOW_STARTS = 0.2, 1200, {"quick": 40, "full": 500}
DIGITS = 9


def same_network() -> bool:
    """c relu(t) = relu(c t) for c > 0, on both half-lines and at 0; so c K(w, w') = K(c w, w'), c F(w) = F(c w)."""
    c, t = sympy.symbols("c t", positive=True)
    return all(sympy.expand(c * sympy.Max(0, x) - sympy.Max(0, c * x)) == 0 for x in (t, -t, sympy.Integer(0)))


def flow_of_products() -> bool:
    """u = c w/n with c' = -w.g, w' = -c g (n times the particle gradients, g the gradient of L at u):
    u' = -(w w' + c^2) g/n in every component; for fixed c, u' = -(c^2/n) g; and (c^2 - |w|^2)' = 0.
    """
    c, n = sympy.symbols("c n", positive=True)
    w, g, s, q = sympy.symbols("w_a g_a s q", real=True)  # one component; s = w.g, q = |w|^2
    by_c, by_w = n * s / n, n * (c / n) * g  # n dL/dc = n (w/n).g and n dL/dw = n (c/n) g
    trained = (-by_c * w - c * by_w) / n + (w * s + c**2 * g) / n
    fixed = -c * by_w / n + c**2 * g / n
    kept = 2 * c * (-by_c) - 2 * (-c * s)  # w.w' = -c w.g
    return all(sympy.expand(x) == 0 for x in (trained, fixed, kept))


def balanced_metric() -> bool:
    """|w| = c: |u| = c^2/n, so that (w w' + c^2)/n = |u| (u^ u^' + 1)."""
    c, n, direction, product, g = sympy.symbols("c n e p g", positive=True)  # w = c e, p = e.g
    left = (c * direction * c * product + c**2 * g) / n
    return bool(sympy.expand(left - (c * c / n) * (direction * product + g)) == 0)


def euler() -> bool:
    """w.grad_w K(w, v) = K(w, v), from the kernel of two vectors of the plane that they span."""
    w1, w2, v1, v2 = sympy.symbols("w1 w2 v1 v2", real=True)
    area, inner = w1 * v2 - w2 * v1, w1 * v1 + w2 * v2
    value = area + (sympy.pi - sympy.atan2(area, inner)) * inner
    gap = w1 * value.diff(w1) + w2 * value.diff(w2) - value
    return bool(sympy.cancel(sympy.together(gap)) == 0)


def birth_identity() -> bool:
    """L = (A - 2 B + C)/2 with A, B, C the sums of K over pairs of neurons, of neurons and targets, of targets. Euler:
    sum_i w_i.grad_i L = A - B, and sum_j V(v_j) = B - C, so that sum_j V(v_j) + 2 L = sum_i w_i.grad_i L.
    """
    A, B, C, scale = sympy.symbols("A B C scale")
    loss = (scale**2 * A - 2 * scale * B + C) / 2  # the loss along the ray of all neurons, by homogeneity
    radial = loss.diff(scale).subs(scale, 1)
    return bool(sympy.expand(radial - (A - B)) == 0 and sympy.expand((B - C) + 2 * loss.subs(scale, 1) - radial) == 0)


def birth_gain() -> bool:
    """L(U + r v) = L + r V(v) + r^2/4 for a unit v, least at r = -2 V with value L - V^2; at V <= -2 L/h that is at
    most L - 4 L^2/h^2, and 1/(L - 4 L^2/h^2) >= 1/L + 4/h^2.
    """
    r, V, L, h = sympy.symbols("r V L h", positive=True)
    value = -r * V + r**2 / 4  # V stands for -V(v) > 0
    best = sympy.solve(value.diff(r), r)[0]
    after = L - 4 * L**2 / h**2
    gap = sympy.cancel(sympy.together(1 / after - 1 / L - 4 / h**2))
    return bool(
        best == 2 * V
        and sympy.expand(value.subs(r, best) + V**2) == 0
        and sympy.cancel(gap - 16 * L / (h**4 - 4 * L * h**2)) == 0
    )


def potentials(W: np.ndarray, U: np.ndarray) -> np.ndarray:
    """V(u) = sum_i K(w_i, u) - sum_j K(e_j, u) for the rows of U, V = I."""
    return np.asarray(unit_matrix(U, W).sum(axis=1) - unit_matrix(U, np.eye(W.shape[1])).sum(axis=1))


@dataclass(frozen=True, slots=True)
class Ends:
    """End points of random starts: losses, how many reached loss 0, the points."""

    losses: np.ndarray
    points: np.ndarray

    @property
    def zeros(self) -> int:
        """Starts that end at loss 0 up to the tolerance."""
        return int((self.losses < ZERO).sum())


@cache
def ends(d: int, k: int, starts: int, seed: int, method: str = "lbfgs") -> Ends:
    """Where the starts with entries of variance 1/d end; fixed-step descent is polished in its basin."""
    points = start_batch(seed, 0, starts, k, d)
    threads = backends.available_threads()
    if method != "lbfgs":
        points = backends.minimise_relu(points, method="gd", step=0.2, tol=1e-5, threads=threads).points
    batch = backends.minimise_relu(points, tol=TOLERANCE, threads=threads)
    return Ends(batch.losses, batch.points)


@cache
def trained_weights(d: int, k: int, starts: int, seed: int) -> Ends:
    """The balanced flow u' = -|u| (1 + u^ u^') grad L, explicit steps, then polished: particles with trained c."""
    U = start_batch(seed, 0, starts, k, d)
    for _ in range(FLOW_STEPS):
        _, g = backends.relu_losses_gradients(U)
        length = np.maximum(np.linalg.norm(U, axis=2, keepdims=True), 1e-12)
        U = U - FLOW_STEP * (length * g + U * (U * g).sum(axis=2, keepdims=True) / length)
    batch = backends.minimise_relu(U, tol=TOLERANCE)
    return Ends(batch.losses, batch.points)


def share_check(name: str, one: Ends, other: Ends, detail: str = "") -> Check:
    """Two fractions of starts at loss 0, compared with their binomial errors."""
    n, m = len(one.losses), len(other.losses)
    error = float(np.hypot(share_error(one.zeros, n), share_error(other.zeros, m)))
    return estimated(name, one.zeros / n, other.zeros / m, error, detail)


def share_claim(d: int, widths: tuple[int, ...], profile: str, seed: int, kind: str, words: str) -> Claim:
    """Fractions of starts that end at loss 0 for one d, by width."""
    starts = STARTS[profile]
    checks, parts = [], []
    for k in widths:
        one, other = ends(d, k, starts, seed), ends(d, k, starts, seed + 1)
        low, high = wilson_interval(one.zeros, starts)
        checks.append(
            share_check(f"k = {k}", one, other, f"{one.zeros} of {starts}, 95% interval {low:.3f} to {high:.3f}")
        )
        parts.append(rf"{one.zeros}/{starts}\ (k = {k})")
    statement = (
        rf"d = {d}:\ \text{{starts that end at loss 0 (below }} 10^{{-10}} \text{{) {words}: }} "
        + r",\quad ".join(parts)
    )
    return Claim(f"particles.students.{kind}.d{d}", THEME, statement, SOURCE, tuple(checks))


@dataclass(frozen=True, slots=True)
class Births:
    """Losses before and after each birth with the descent that follows; `bounds` the losses that the identity promises;
    `found` the last point."""

    losses: tuple[float, ...]
    bounds: tuple[float, ...]
    found: IdentifiedPoint


@cache
def births(name: str, d: int) -> Births:
    """Neurons born in the best target direction at length -2 V, each followed by descent, until the loss is 0."""
    W = family(name).at(d).matrix()
    losses, bounds = [backends.relu_loss(W)], list[float]()
    while losses[-1] >= ZERO:
        if len(bounds) == 4 * d:
            raise InputError(f"{name} at d = {d} did not reach loss 0 after {4 * d} births")
        values = potentials(W, np.eye(d))
        best = int(np.argmin(values))
        bounds.append(losses[-1] - (2 * losses[-1] / d) ** 2)
        W = np.vstack([W, -2 * values[best] * np.eye(d)[best]])
        batch = backends.minimise_relu(W[None], tol=1e-10)
        W = batch.points[0]
        losses.append(float(batch.losses[0]))
    return Births(tuple(losses), tuple(bounds), identify_matrix(W))


def birth_claim(name: str, d: int) -> Claim:
    """How many births lead from a spurious critical point to a global minimum."""
    made = births(name, d)
    falls = all(after <= bound for after, bound in zip(made.losses[1:], made.bounds, strict=True))
    statement = (
        rf"{name[0]}_{{{name[1:]}}},\ d = {d}:\quad \text{{births of neurons in target directions, "
        rf"{len(made.bounds)} in all, each followed by descent,}} "
        r"\quad \text{lead next to an exact zero of the loss;} \quad \text{each step "
        r"falls by } 4L^2/d^2 \text{ or more}"
    )
    listed = ", ".join(f"{x:.3g}" for x in made.losses)
    zero = made.found.split_global_minimum
    name_of_check = "each step below the promised loss, an exact zero beside the last point"
    checks = (checked(name_of_check, int(falls and zero), 1, 1, f"1: both; losses {listed}"),)
    return Claim(f"particles.students.births.{name}.{d}", THEME, statement, SOURCE, checks)


def identity_checks() -> tuple[Check, ...]:
    """sum_j V(v_j) = -2 L at members of the families, kernel sums against the enclosed loss."""
    checks = []
    for name, d in MEMBERS:
        point = family(name).at(d)
        total = float(potentials(point.matrix(), np.eye(d)).sum())
        checks.append(checked(f"{name} at d = {d}", total, -2 * mid_float(point.loss), DIGITS, "sum of V against -2 L"))
    return tuple(checks)


def claims(profile: str = "quick", seed: int = 0) -> Iterator[Claim]:
    """The dictionary, the birth of neurons, fractions of starts at loss 0."""
    yield Claim(
        "particles.students.homogeneity", THEME,
        r"\tfrac1n \sum_i c_i\, \mathrm{relu}(w_i \cdot x) = \sum_i \mathrm{relu}(u_i \cdot x),\quad u_i = c_i w_i/n,\ "
        r"c_i > 0",
        SOURCE, (proved("both half-lines and 0", same_network()),),
    )  # fmt: skip
    yield Claim(
        "particles.students.flow", THEME,
        r"\dot c_i = -n\, \partial_{c_i} L,\ \dot w_i = -n\, \partial_{w_i} L:\quad "
        r"\dot u_i = -\tfrac1n (w_i w_i^\top + c_i^2) \nabla_{u_i} L,\ \tfrac{d}{dt}(c_i^2 - |w_i|^2) = 0;\quad "
        r"c_i \text{ fixed: } \dot u_i = -\tfrac{c_i^2}{n} \nabla_{u_i} L",
        SOURCE, (proved("chain rule in every component", flow_of_products(), "any d and n"),),
    )  # fmt: skip
    yield Claim(
        "particles.students.balanced", THEME,
        r"c_i = |w_i|:\quad \dot u_i = -|u_i| (1 + \hat u_i \hat u_i^\top) \nabla_{u_i} L \text{, free of } n",
        SOURCE, (proved("c^2 = n |u|", balanced_metric(), "the relation is kept by the flow"),),
    )  # fmt: skip
    yield Claim(
        "particles.students.birth", THEME,
        r"\sum_j V(v_j) = -2 L \text{ at every critical point},\quad V(u) = E (f_U - f^*)\, \mathrm{relu}(u \cdot x)",
        SOURCE, (
            proved("the kernel is homogeneous of degree 1", euler(), "Euler, any pair spans a plane"),
            proved("radial derivative of the loss", birth_identity(), "any number of neurons and targets"),
            *identity_checks(),
        ),
    )  # fmt: skip
    yield Claim(
        "particles.students.birth-gain", THEME,
        r"h \text{ unit targets}:\ \min_{j, r} L(U \cup \{r v_j\}) \le L - 4L^2/h^2 \text{ at critical points; "
        r"after } m \text{ births, each followed by descent to a critical point, } "
        r"\tfrac1{L_m} \ge \tfrac1{L_0} + \tfrac{4m}{h^2}",
        SOURCE, (proved("least value of L + r V + r^2/4", birth_gain(), "some V(v_j) <= -2 L/h"),),
    )  # fmt: skip
    for name, d in BIRTHS[profile]:
        yield birth_claim(name, d)
    for d, multiples in MULTIPLES[profile].items():
        yield share_claim(d, tuple(n * d for n in multiples), profile, seed, "multiples", r"with } k = nd \text{")
    for d, extras in EXTRAS[profile].items():
        yield share_claim(d, tuple(d + e for e in extras), profile, seed, "extra", "with few extra neurons")
    for d, k in METHODS_AT[profile]:
        one = ends(d, k, STARTS[profile], seed)
        other, trained = ends(d, k, STARTS[profile], seed, "gd"), trained_weights(d, k, FLOW_STARTS[profile], seed)
        statement = (
            rf"d = {d},\ k = {k}:\ \text{{gradient descent in }} U \text{{ and the balanced flow of }} (c, w) "
            r"\text{ reach loss 0 as often as L-BFGS within the sampling errors: } "
            rf"{other.zeros}/{len(other.losses)},\ "
            rf"{trained.zeros}/{len(trained.losses)},\ {one.zeros}/{len(one.losses)}"
        )
        checks = (share_check("gradient descent", other, one), share_check("balanced flow", trained, one))
        yield Claim(f"particles.students.methods.d{d}.k{k}", THEME, statement, SOURCE, checks)


def figures(profile: str = "quick") -> Iterator[Figure]:
    """Fractions at loss 0."""
    yield Figure(
        "particles-students", "Starts that end at loss 0, against the number of extra neurons",
        "How many neurons more than targets make random starts reach the global minimum?",
        partial(draw_shares, profile=profile), Level.ESTIMATED,
    )  # fmt: skip


def draw_shares(ax: Any, profile: str) -> None:
    """Fractions with 95% intervals."""
    from symlandscape.particles.student_figures import shares_against_extra

    rows: dict[int, list[tuple[int, int, int]]] = {}
    for d, extras in EXTRAS[profile].items():
        rows[d] = [(e, ends(d, d + e, STARTS[profile], 0).zeros, STARTS[profile]) for e in extras]
    shares_against_extra(ax, rows)


if __name__ == "__main__":
    show(claims())
