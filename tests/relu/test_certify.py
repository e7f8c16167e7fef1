"""From approximate to enclosed critical points: existence, spectra, signs, precision, what stays undecided, misuse."""

from __future__ import annotations

from fractions import Fraction

import mpmath
import numpy as np
import pytest
import sympy

from symlandscape.arith.balls import contains, symmetric
from symlandscape.arith.conversions import arb_to_mpf_mid, mid_float, to_arb
from symlandscape.arith.field import mpmath_field
from symlandscape.check import check_document
from symlandscape.errors import InputError
from symlandscape.evidence import Level, Verdict
from symlandscape.relu import certify, reduced_point
from symlandscape.relu.families import family
from symlandscape.symmetry.isotypic import components
from symlandscape.symmetry.pattern import Pattern

A0_AT_6 = [-0.66339736831674032, 0.33070978329159701]

# pattern, start, slope, verdict, Morse index: minima and saddles at integer and real sizes, with slope, with extra rows
CASES = {
    "A0 at d = 6": (Pattern((6,)), A0_AT_6, 0, "minimum", 0),
    "A0 at d = 11/2": (Pattern((Fraction(11, 2),)), [-0.637, 0.358], 0, "saddle", None),
    "absolute value": (Pattern((6,)), A0_AT_6, Fraction(-1), "saddle", 5),
    "the identity": (Pattern((4,)), [1, 0], 0, "minimum", 0),
    "the identity with slope": (Pattern((4, 1)), [1, 0, 0, 0, 1], Fraction(1, 3), "minimum", 0),
    "an extra row": (Pattern((6,), (1,)), [-0.656044, 0.275037, 0.247213], 0, "saddle", 5),
    "two blocks and an extra row": (
        Pattern((5, 1), (1,)),
        [0.958781, -0.057806, 0.308044, 0.185686, -0.178418, 0.087297, -0.429279],
        0,
        "saddle",
        4,
    ),
    "real size and an extra row": (
        Pattern((Fraction(13, 2), 1), (1,)),
        [0.980388, -0.034496, 0.245449, 0.072404, -0.473373, 0.137126, -0.187734],
        0,
        "minimum",
        None,
    ),
}
EVERY = pytest.mark.parametrize(("pattern", "start", "slope", "verdict", "index"), CASES.values(), ids=CASES.keys())


def newton(pattern: Pattern, start: list[float], slope: Fraction, digits: int) -> list[mpmath.mpf]:
    """A critical point by Newton's method in mpmath, to about ``digits`` digits."""
    field, point = mpmath_field(), mpmath.matrix(start)
    for _ in range(50):
        at = reduced_point(pattern, list(point), field, slope)
        step = mpmath.lu_solve(mpmath.matrix(at.jacobian()), mpmath.matrix(at.gradient()))
        point -= step
        if mpmath.norm(step) < mpmath.mpf(10) ** -digits:
            return list(point)
    raise AssertionError("the test's own Newton iteration does not converge")


@EVERY
def test_the_enclosures_contain_the_critical_point_its_loss_and_its_eigenvalues(pattern, start, slope, verdict, index):
    found = certify(pattern, start, slope=Fraction(slope), digits=25)
    assert (found.existence, found.level, found.verdict, found.morse_index) == (
        Verdict.YES,
        Level.CERTIFIED,
        verdict,
        index,
    )
    with mpmath.workdps(100):
        z = newton(pattern, start, Fraction(slope), 80)
        assert all(contains(x, to_arb(y)) for x, y in zip(found.coordinates, z, strict=True))
        at = reduced_point(pattern, z, mpmath_field(), Fraction(slope))
        slack = symmetric(to_arb(mpmath.mpf(10) ** -60))
        assert found.loss.overlaps(to_arb(at.loss()) + slack)
        entry = at.entries()
        for component, block in zip(components(pattern), found.spectrum, strict=True):
            values = sorted(mpmath.eigsy(mpmath.matrix(at.block(component, entry)), eigvals_only=True))
            assert (component.label, component.dimension) == (block.label, block.multiplicity)
            assert all(x.overlaps(to_arb(y) + slack) for x, y in zip(block.eigenvalues, values, strict=True))
            assert (block.negative, block.positive) == (sum(x < 0 for x in values), sum(x > 0 for x in values))


@pytest.mark.parametrize("digits", [5, 30, 150])
def test_coordinates_are_enclosed_to_the_digits_asked_for(digits):
    found = certify(Pattern((6,)), A0_AT_6, digits=digits)
    assert all(x.rad() < abs(x) * 10 ** (1 - digits) for x in found.coordinates)
    with mpmath.workdps(200):
        z = newton(Pattern((6,)), A0_AT_6, Fraction(0), 170)
        assert all(
            abs(arb_to_mpf_mid(x) - y) < mpmath.mpf(10) ** (1 - digits)
            for x, y in zip(found.coordinates, z, strict=True)
        )


@EVERY
def test_the_certificate_holds_at_the_independent_checker(pattern, start, slope, verdict, index):
    point = certify(pattern, start, slope=Fraction(slope), digits=15, certificate=True)
    outcome = check_document(point.certificate.document())
    assert (outcome.verdict, outcome.kind) == ("holds", "relu.critical-point") and verdict in outcome.reason


def test_the_morse_index_counts_negative_eigenvalues_with_their_multiplicities():
    point = family("A1").at(6, digits=20)
    spectrum = np.concatenate([np.repeat([mid_float(x) for x in b.eigenvalues], b.multiplicity) for b in point.blocks])
    assert len(spectrum) == 36 and np.sum(spectrum < 0) == point.morse_index > 0
    assert point.verdict == "saddle" and mid_float(point.least_eigenvalue) == spectrum.min()


def test_exact_starts_of_every_kind_are_taken():
    exact = [Fraction(-663397, 10**6), Fraction(33071, 10**5)]
    points = [certify(Pattern((6,)), start, digits=15) for start in (A0_AT_6, exact, [mpmath.mpf(x) for x in A0_AT_6])]
    assert all(p.loss.overlaps(points[0].loss) for p in points) and all(p.level is Level.CERTIFIED for p in points)


def test_a_whole_line_of_critical_points_is_undecided():
    """The identity with one neuron cut into two parallel halves: the cut may be anywhere, so no point is isolated."""
    pattern = Pattern((1, 1, 1), (1,))
    half = [0.5 if c.name in ("a[0]", "r[0,0]") else float(c.diagonal) for c in pattern.coordinates]
    point = certify(pattern, half, digits=15, certificate=True, max_precision=200)
    assert point.existence is Verdict.UNDECIDED and point.level is Level.UNDECIDED
    assert (point.verdict, point.morse_index, point.certificate) == ("undecided", None, None) and point.reason


def test_zero_modes_leave_the_morse_index_undecided_and_no_certificate():
    """Two equal extra rows may share their length in any proportion: e0 has the eigenvalue 0, and a saddle it is."""
    point = certify(Pattern((6,), (2,)), [-0.656044, 0.275037, 0.1236], digits=15, certificate=True)
    by_label = {b.label: b for b in point.spectrum}
    assert point.existence is Verdict.YES and point.morse_index is None
    assert by_label["e0"].negative is None and any(x.contains(0) for x in by_label["e0"].eigenvalues)
    assert point.certificate is None and (point.verdict, point.level) == ("saddle", Level.CERTIFIED)


def test_blocks_without_meaning_at_sizes_between_1_and_2_are_undecided():
    point = certify(Pattern((Fraction(3, 2),)), [1, 0], digits=15, certificate=True)
    assert point.level is Level.UNDECIDED and point.certificate is None


def test_misuse_is_refused():
    with pytest.raises(InputError, match="name d"):
        certify(Pattern((sympy.Symbol("n"),)), A0_AT_6)
    with pytest.raises(InputError, match="slope 1"):
        certify(Pattern((6,)), A0_AT_6, slope=Fraction(1))
    with pytest.raises(InputError, match="2 coordinates"):
        certify(Pattern((6,)), [1.0])
