"""Fractional dimensions: the real d at which a family turns from a saddle into a minimum, proved, re-checked, and found
again by a second road.

First road: Krawczyk's test of {reduced gradient = 0, B u = 0, u.u = 1} in (coordinates, u, d), with dual numbers over
balls; the certificate is re-verified by the independent checker with d a ball. Second road: the secant method in d on
the block's eigenvalue nearest to zero, at 50 digits, with the critical point by Newton on the loss as a function of
inner products and the block by splitting singletons off (no Hessian entry, no dual number). That no crossing is missing
on a range is certified by a cover of the branch. That descent reaches F1 at d = 6 and never at d = 5 is in
``derivations.random_starts``. Source: Arjevani & Field 2021, section 5 (the values for F1 and A0); the others come out
of the method.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from functools import cache, partial
from typing import Any

import mpmath

from derivations._show import show
from symlandscape.arith.conversions import arb_to_mpf_mid, mid_float
from symlandscape.arith.decimals import outward
from symlandscape.arith.field import mpmath_field
from symlandscape.check import check_document
from symlandscape.evidence import Certificate, Check, Claim, Level, Verdict, certified, checked
from symlandscape.export import Figure, latex_number
from symlandscape.relu import Threshold, Thresholds, family
from symlandscape.relu.branch_scan import Branch, branch_of, row, samples
from symlandscape.relu.invariants import hessian_on_fixed_space, loss_jet
from symlandscape.symmetry.splitting import block_by_splitting

NAME = "thresholds"
THEME = "relu"
SOURCE = "arjevani_field_2021, section 5"
MEMBERS = ("F1", "A0", "A1", "A2", "F2", "F3")
DRAWN = ("F1", "A0", "F2")
DIGITS = 40
STATED = 30
LOW, HIGH = Fraction(2), {"quick": Fraction(12), "full": Fraction(40)}
COVERED = {"quick": ("F1", "A0"), "full": MEMBERS}
OTHER = {  # the other size moves with d: minima below, saddles above
    "quick": ("A[flipped=6]", "A[flipped=7]", "F[kept=6]"),
    "full": ("A[flipped=6]", "A[flipped=7]", "A[flipped=8]", "A[flipped=10]", "F[kept=6]", "F[kept=7]", "F[kept=8]"),
}
OTHER_HIGH = {"quick": Fraction(21), "full": Fraction(40)}
SIZES = {"quick": {"A": (0, 1, 2), "F": (1, 2, 3, 4)}, "full": {"A": tuple(range(9)), "F": tuple(range(1, 9))}}


@cache
def crossings(name: str, profile: str) -> Thresholds:
    """All crossings of the family on the profile's range, with certificates."""
    return family(name).thresholds(DIGITS, LOW, HIGH[profile], certify=True, complete=name in COVERED[profile])


@cache
def other_crossings(name: str, profile: str) -> Thresholds:
    """All crossings of a family in the other parametrisation."""
    return family(name).thresholds(DIGITS, LOW, OTHER_HIGH[profile], certify=True)


def turning(name: str, profile: str) -> Threshold:
    """The crossing at which the family becomes a minimum, in the other parametrisation a saddle."""
    if "[" in name:
        return next(t for t in other_crossings(name, profile).found if t.becomes == "saddle")
    return next(t for t in crossings(name, profile).found if t.becomes == "minimum")


def turnings(kind: str, profile: str) -> list[tuple[str, str, float, float, bool]]:
    """For A or F at each threshold: (parametrisation, component, p, q, whether the minimum is at larger d)."""
    names = [f"{kind}{size}" for size in SIZES[profile][kind]]
    names += [name for name in OTHER[profile] if name.startswith(kind)]
    found = []
    for name in names:
        member, other = family(name), "[" in name
        if other or name in MEMBERS:
            threshold = turning(name, profile)
        else:
            all_of_it = member.thresholds(20, LOW, HIGH[profile]).found
            threshold = next(t for t in all_of_it if t.becomes == "minimum")
        if threshold.level is Level.CERTIFIED:
            flipped, kept = (member.count, None) if member.role == "flipped" else (None, member.count)
            d = mid_float(threshold.d)
            p, q = (d - kept, kept) if kept is not None else (flipped, d - (flipped or 0))
            words = f"{kind}[{member.role}=..]" if other else f"{kind}<{'q' if kind == 'A' else 'p'}>"
            found.append((words, threshold.label, float(p or 0), float(q or 0), not other))
    return found


def checker_agrees(threshold: Threshold) -> Verdict:
    """YES when the independent checker confirms the certificate."""
    if threshold.certificate is None:
        return Verdict.UNDECIDED
    return Verdict.YES if check_document(threshold.certificate.document()).verdict == "holds" else Verdict.NO


def second_road(branch: Branch, threshold: Threshold) -> Any:
    """The crossing by the secant method in d at 50 digits, started from the double next to it."""
    with mpmath.workdps(DIGITS + 10):
        field = mpmath_field()
        hessian = hessian_on_fixed_space(field)
        state = {"z": mpmath.matrix([arb_to_mpf_mid(x) for x in threshold.coordinates])}
        state["z"] = state["z"].apply(lambda x: mpmath.mpf(float(x)))

        def eigenvalue(n: Any) -> Any:
            exact = Fraction(*(int(x) for x in mpmath.libmp.to_rational(n._mpf_)))
            pattern = branch.pattern(exact)
            for _ in range(8):
                jet = loss_jet(pattern, list(state["z"]), field)
                step = mpmath.lu_solve(mpmath.matrix(jet.hessian), mpmath.matrix(jet.gradient))
                state["z"] = state["z"] - step
                if mpmath.norm(step) < mpmath.mpf(10) ** (-DIGITS // 2 - 5):
                    break
            block = block_by_splitting(pattern, list(state["z"]), threshold.label, hessian, field)
            return min(mpmath.eigsy(mpmath.matrix(block), eigvals_only=True), key=abs)

        x0 = mpmath.mpf(mid_float(threshold.d)) - int(branch.fixed)
        x1 = x0 + mpmath.mpf(2) ** -24
        y0, y1 = eigenvalue(x0), eigenvalue(x1)
        for _ in range(8):
            x0, x1, y0 = x1, x1 - y1 * (x1 - x0) / (y1 - y0), y1
            if abs(x1 - x0) < mpmath.mpf(10) ** -DIGITS:
                break
            y1 = eigenvalue(x1)
        return x1 + int(branch.fixed)


def checks(name: str, profile: str) -> tuple[Check, ...]:
    """The evidence for one turning point."""
    threshold = turning(name, profile)
    held = Verdict.YES if threshold.level is Level.CERTIFIED else Verdict.UNDECIDED
    others = ", ".join(f"{label} {below}" for label, (below, above) in threshold.negatives.items() if below == above)
    with mpmath.workdps(DIGITS + 10):
        return (
            certified("Krawczyk's test of the extended system", held, f"negative eigenvalues elsewhere: {others}"),
            certified("independent checker", checker_agrees(threshold), "re-verified with d a ball"),
            checked(
                "secant method on the block's eigenvalue",
                second_road(branch_of(family(name)), threshold),
                arb_to_mpf_mid(threshold.d),
                DIGITS - 5,
                "inner products and splitting, 50 digits",
            ),
        )


def latex_name(name: str) -> str:
    """F1 -> F_{1}."""
    return f"{name[0]}_{{{name[1:]}}}"


def other_name(name: str) -> str:
    """A[flipped=6] -> A with six rows flipped."""
    member = family(name)
    return rf"{member.kind} \text{{ with {member.count} rows {member.role}}}"


def plain(name: str) -> str:
    """A[flipped=6] -> A.flipped.6, for identifiers and file names."""
    return name.replace("[", ".").replace("=", ".").replace("]", "")


def latex_label(label: str) -> str:
    """s0*s1 -> s_0 s_1."""
    return r"\,".join(f"{part[0]}_{{{part[1:]}}}" for part in label.split("*"))


def claims(profile: str = "quick", seed: int = 0) -> Iterator[Claim]:
    """Where each family turns into a minimum, and that the lists of crossings are complete."""
    for name in MEMBERS:
        threshold = turning(name, profile)
        value, radius = outward(threshold.d, STATED)
        statement = (
            rf"{latex_name(name)} \text{{ turns from a saddle into a minimum at }} "
            rf"d = {latex_number(value)} \pm {latex_number(radius)}"
            rf"\text{{, where }} {latex_label(threshold.label)} \text{{ is singular}}"
        )
        yield Claim(f"relu.threshold.{name}", THEME, statement, SOURCE, checks(name, profile))
    for name in OTHER[profile]:
        threshold = turning(name, profile)
        value, radius = outward(threshold.d, STATED)
        statement = (
            rf"{other_name(name)} \text{{ turns from a minimum into a saddle at }} "
            rf"d = {latex_number(value)} \pm {latex_number(radius)}"
            rf"\text{{, where }} {latex_label(threshold.label)} \text{{ is singular}}"
        )
        yield Claim(f"relu.threshold.{plain(name)}", THEME, statement, SOURCE, checks(name, profile))
    for name in COVERED[profile]:
        found = crossings(name, profile)
        places = r",\ ".join(latex_number(outward(t.d, 8)[0]) for t in found.found)
        statement = (
            rf"{latex_name(name)} \text{{ has singular blocks on }} "
            rf"{latex_number(str(float(found.begins)))} \le d \le {latex_number(str(float(found.ends)))}"
            rf"\text{{ at }} d = {places} \text{{ only}}"
        )
        verdict = Verdict.YES if found.complete else Verdict.UNDECIDED
        check = certified("cover of the branch by balls", verdict, found.remark or f"{found.pieces} linked pieces")
        yield Claim(f"relu.thresholds.{name}.complete", THEME, statement, SOURCE, (check,))


def certificates(profile: str = "quick") -> Iterator[tuple[str, Certificate]]:
    """The certificates of the turning points."""
    for name in (*MEMBERS, *OTHER[profile]):
        certificate = turning(name, profile).certificate
        if certificate is not None:
            yield f"threshold of {plain(name)}", certificate


def figures(profile: str = "quick") -> Iterator[Figure]:
    """The blocks' eigenvalues along three families."""
    for name in DRAWN:
        yield Figure(
            f"crossings-{name}", f"Crossings of {name}",
            f"Which blocks of {name} become singular, and at which real d?",
            partial(draw, name=name, profile=profile), Level.ESTIMATED,
        )  # fmt: skip
    for kind in "AF":
        yield Figure(
            f"thresholds-over-sizes-{kind}", f"Thresholds of {kind} over both sizes",
            f"For which sizes of the flipped and the kept block is {kind}(p|q) a minimum?",
            partial(draw_sizes, kind=kind, profile=profile), Level.CERTIFIED,
        )  # fmt: skip


def draw(ax: Any, name: str, profile: str) -> None:
    """Eigenvalues by floats along the branch, crossings from the certified list."""
    from symlandscape.relu.figures import crossings_along_family

    branch = branch_of(family(name))
    rows = [row(branch, s) for s in reversed(samples(branch, LOW, HIGH["quick"]))]
    curve = [
        (float(r.sample.size + branch.fixed), {k: [float(x) for x in v] for k, v in r.eigenvalues.items()})
        for r in rows
    ]
    crossings_along_family(
        ax,
        curve,
        [(mid_float(t.d), t.label) for t in crossings(name, profile).found if mid_float(t.d) <= HIGH["quick"]],
    )


def draw_sizes(ax: Any, kind: str, profile: str) -> None:
    """Certified thresholds of both parametrisations."""
    from symlandscape.relu.threshold_figures import thresholds_over_sizes

    thresholds_over_sizes(ax, kind, turnings(kind, profile))


if __name__ == "__main__":
    show(claims())
