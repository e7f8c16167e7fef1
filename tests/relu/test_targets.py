"""Orthogonal targets V = D Q: turned into D, blocks agree with the dense Hessian, points are named and certified."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from symlandscape import backends
from symlandscape.arith.conversions import mid_float
from symlandscape.arith.field import float_field
from symlandscape.check import check_document
from symlandscape.errors import InputError
from symlandscape.evidence import Level
from symlandscape.relu import certify, discover, family, identify, identify_matrix, orthogonal_targets, solve, spectrum
from symlandscape.relu.reduced import reduced_point
from symlandscape.relu.system import fixed_space_system, target_matrix
from symlandscape.runs import generator
from symlandscape.symmetry.isotropy import isotropy
from symlandscape.symmetry.pattern import Pattern

ONE = Fraction(1)


def rotation(d: int, stream: int = 0) -> np.ndarray:
    return np.asarray(np.linalg.qr(generator(21, stream).standard_normal((d, d)))[0])


@pytest.mark.parametrize(
    ("sizes", "extra", "slope", "lengths"),
    [((4, 1), (), Fraction(0), (ONE, Fraction(2))), ((3, 2), (1,), Fraction(-1, 2), (Fraction(1, 2), Fraction(3)))],
)
def test_loss_gradient_and_blocks_are_those_of_the_dense_kernels(sizes, extra, slope, lengths):
    pattern = Pattern(sizes, extra)
    z = [float(x) for x in generator(1, 0).standard_normal(len(pattern.coordinates))]
    W, V = pattern.matrix(z), target_matrix(pattern, lengths)
    point = reduced_point(pattern, z, float_field(), slope, lengths=[float(c) for c in lengths])
    loss, gradient = backends.relu_loss_gradient(W, V, float(slope))
    assert point.loss() == pytest.approx(loss, abs=1e-13)
    assert np.max(np.abs(pattern.matrix([float(x) for x in point.gradient()]) - gradient)) < 1e-13
    Q = rotation(pattern.d)
    found = spectrum(W @ Q, V @ Q, slope)
    blocks = np.sort(
        np.concatenate([np.repeat([mid_float(x) for x in b.eigenvalues], int(b.multiplicity)) for b in found.blocks])
    )
    assert np.max(np.abs(blocks - np.linalg.eigvalsh(backends.relu_hessian(W, V, float(slope))))) < 1e-11
    assert found.level is Level.ESTIMATED and found.document()["target_lengths"] == [str(c) for c in lengths]


def test_real_sizes_keep_the_orbit_sums_and_the_dense_road_together():
    pattern, lengths = Pattern((5, 1)), (ONE, Fraction(3, 2))
    z = [float(x) for x in family("F1").coordinates(pattern)[1]]
    dense = fixed_space_system(pattern, Fraction(0), lengths)
    point = reduced_point(pattern, z, float_field(), lengths=[1.0, 1.5])
    assert dense.loss(np.array(z) * dense.scale) == pytest.approx(point.loss(), abs=1e-13)
    real = fixed_space_system(Pattern((Fraction(11, 2), 1)), Fraction(0), lengths)
    assert np.all(np.isfinite(real.jacobian(np.array(z) * real.scale)))


def continued(c: Fraction) -> tuple[Pattern, list[float]]:
    """F1 at d = 6 with its flipped target of length c."""
    pattern = Pattern((5, 1))
    system = fixed_space_system(pattern, Fraction(0), (ONE, c))
    found = system.solve(family("F1").coordinates(pattern)[1], 1e-12, 60)
    return pattern, [float(x) for x in found.point / system.scale]


def test_a_certificate_states_the_lengths_and_another_length_is_rejected():
    pattern, z = continued(Fraction(9, 10))
    point = certify(pattern, z, lengths=(ONE, Fraction(9, 10)), certificate=True)
    document = point.certificate.document()
    assert point.verdict == "minimum" and check_document(document).verdict == "holds" and document["version"] == 2
    assert "lengths 1, 9/10" in str(point) and point.document()["target_lengths"] == ["1", "9/10"]
    from symlandscape.evidence import Certificate

    body = {key: value for key, value in document.items() if key not in ("kind", "version", "sha256")}
    for lengths in ([1, {"q": "91/100"}], [1], [1, 0], [{"q": "9/10"}, 1]):
        forged = Certificate("relu.critical-point", 2, {**body, "lengths": lengths})
        assert check_document(forged.document()).verdict == "rejected"
    without = Certificate("relu.critical-point", 1, {k: v for k, v in body.items() if k != "lengths"})
    assert check_document(without.document()).verdict == "rejected"
    assert certify(pattern, family("F1").coordinates(pattern)[1], lengths=(ONE, ONE)).lengths is None


def test_a_hidden_point_is_found_in_the_frame_of_its_targets_and_its_permuted_copy_is_a_duplicate():
    pattern, z = continued(Fraction(11, 10))
    Q, order = rotation(6), [3, 5, 0, 1, 4, 2]
    V = (np.diag([1, 1, 1, 1, 1, 1.1]) @ Q)[order]
    W = pattern.matrix(z) @ Q
    first, second = identify(np.stack([W, W[order]]), V=V).points
    assert (first.verdict, first.level, first.family) == ("minimum", Level.CERTIFIED, None)
    assert first.isotropy.name == "Delta(S_5 x S_1)" and second.duplicate_of == 0
    assert "orthogonal targets of lengths 1, 11/10" in first.reason
    other = pattern.matrix(z)[:, [5, 1, 2, 3, 4, 0]]  # columns of different lengths exchanged: next to another minimum
    moved = identify_matrix(other @ Q, V=V)
    assert moved.isotropy.pattern == Pattern((4, 1, 1)) and abs(moved.loss - first.loss) > 1e-4


def test_equal_lengths_are_a_scaled_problem_and_families_keep_their_names():
    Q = rotation(6, 1)
    point = identify_matrix(2 * family("A1").at(6).matrix() @ Q, V=2 * Q)
    unit = family("A1").at(6)
    assert (point.family, point.verdict, point.level) == ("A1", "saddle", Level.CERTIFIED)
    assert point.loss == pytest.approx(4 * mid_float(unit.loss))
    assert point.least_eigenvalue == pytest.approx(mid_float(unit.least_eigenvalue))
    assert identify_matrix(2 * Q[[1, 0, 2, 3, 5, 4]], V=2 * Q).family == "C0"


def test_the_global_minimum_is_recognised_for_all_lengths_whole_or_split():
    V = np.diag([1.0, 2.0, 0.25]) @ rotation(3)
    whole = identify_matrix(V[[2, 0, 1]], V=V)
    assert (whole.family, whole.verdict, whole.level) == ("C0", "minimum", Level.CERTIFIED)
    split = identify_matrix(np.vstack([0.3 * V, 0.7 * V]), V=V)
    assert (split.family, split.level) == ("C0", Level.PROVED) and np.allclose(split.weights[:3], 0.3 * V)


def test_lengths_are_read_as_simple_rationals_and_other_targets_stay_general():
    V = np.diag([1 / 3, 0.1, 2.0]) @ rotation(3)
    frame = orthogonal_targets(V, 3)
    assert frame is not None and set(frame.lengths) == {Fraction(1, 3), Fraction(1, 10), Fraction(2)}
    assert frame.deviation < 1e-15 and not frame.exact and frame.classes == [1, 0, 2]
    assert np.allclose(frame.turned(V), np.diag([1 / 3, 0.1, 2.0])) and np.allclose(
        frame.turned_back(frame.turned(V)), V
    )
    signed = orthogonal_targets(np.array([[0.0, -3.0], [2.0, 0.0]]), 2)
    assert signed is not None and signed.exact and signed.lengths == (Fraction(3), Fraction(2))
    assert orthogonal_targets(np.ones((3, 3)) + np.eye(3), 3) is None
    assert orthogonal_targets(np.eye(4)[:3], 4) is None and orthogonal_targets(None, 2).is_unit  # type: ignore[union-attr]
    general = generator(3, 3).standard_normal((3, 3))
    same = identify(np.stack([general, general[[1, 0, 2]], general[:, [1, 0, 2]]]), V=general).points
    assert [p.duplicate_of for p in same] == [None, 0, None]


def test_columns_of_different_classes_are_never_exchanged():
    W = np.ones((4, 4)) + np.eye(4)
    assert isotropy(W, column_classes=[0, 0, 1, 1]).order == 4
    assert isotropy(W, column_classes=[0, 0, 1, 1]).pattern == Pattern((2, 2))
    assert isotropy(W, column_classes=[3, 3, 3, 3]).order == isotropy(W).order == 24
    with pytest.raises(InputError, match="a class >= 0"):
        isotropy(W, column_classes=[0, 1])


def test_descent_and_newton_meet_with_targets_of_two_lengths():
    V = np.diag([1, 1, 1, 1, 1, 0.5]) @ rotation(6, 2)
    reached = discover(6, 6, 60, targets=V)
    solved = solve("5,1", starts=12, digits=15, lengths=(1, Fraction(1, 2)))
    losses = [mid_float(p.loss) for p in solved.points if p.verdict == "minimum"]
    assert {p.verdict for p in reached.points} == {"minimum"} and reached.points[0].family == "C0"
    assert all(min(abs(p.loss - x) for x in losses) < 1e-9 for p in reached.points)
    assert any(p.family == "C0" and p.lengths == (ONE, Fraction(1, 2)) for p in solved.points)


def test_bad_lengths_and_targets_are_refused():
    with pytest.raises(InputError, match="2 positive lengths"):
        solve("5,1", starts=1, lengths=(1, -1))
    with pytest.raises(InputError, match="2 blocks"):
        reduced_point(Pattern((5, 1)), [0.0] * 5, float_field(), lengths=[1.0])
    with pytest.raises(InputError, match="positive lengths"):
        certify(Pattern((5, 1)), [1.0] * 5, lengths=(ONE, Fraction(0)))
    with pytest.raises(InputError, match=r"\(h, 5\)"):
        discover(5, 5, 1, targets=np.eye(4))
