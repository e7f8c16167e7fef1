"""Daughters by the equivariant branching lemma: kinds, coefficients by a second road, dense Hessians, the graph."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from symlandscape import backends
from symlandscape.arith.conversions import mid_float
from symlandscape.errors import InputError
from symlandscape.relu import bifurcations, family
from symlandscape.relu.bifurcations import Daughter, bifurcation_graph, daughters, integer_points, met_family
from symlandscape.relu.branch_figures import graph_figure
from symlandscape.relu.branch_scan import branch_of
from symlandscape.relu.branching import Branching, axial_splits, branch_off, met
from symlandscape.symmetry.pattern import Pattern


def turn(name: str, label: str, cuts: tuple, low: float, high: float) -> Branching:
    branch = branch_of(family(name))
    t = next(t for t in family(name).thresholds(20, Fraction(low), Fraction(high)).found if t.label == label)
    pattern = branch.pattern(Fraction(mid_float(t.d)) - branch.fixed)
    return branch_off(pattern, [mid_float(x) for x in t.coordinates], branch.moving, label, cuts)


@pytest.fixture(scope="module")
def f1() -> Branching:
    return turn("F1", "s0", ((1,),), 5.5, 5.75)


@pytest.fixture(scope="module")
def a0() -> Branching:
    return turn("A0", "x0", ((1, 1),), 5.5, 6)


@pytest.fixture(scope="module")
def shed() -> Daughter:
    (one,) = daughters(
        family("A[flipped=7]"), "s0", None, ((1,),), Fraction(39, 2), 20, to=21, bottom=18, opens="smaller d"
    )
    return one


def test_axial_splits_are_the_young_subgroups_with_a_line_of_fixed_vectors():
    assert axial_splits(Pattern((5,)), "s0") == (((1,),), ((2,),))
    assert axial_splits(Pattern((6,)), "y0") == (((2,),), ((3,),))
    assert axial_splits(Pattern((5,)), "x0") == (((1, 1),), ((2, 1),))
    assert axial_splits(Pattern((4, 3)), "s0*s1") == (((1,), (1,)), ((2,), (1,)))
    assert axial_splits(Pattern((Fraction(13, 2), 1)), "s0", 2) == (((1,),), ((2,),))


@pytest.mark.parametrize("cuts", axial_splits(Pattern((6,)), "x0"))
def test_antisymmetric_fixed_matrices_with_zero_row_sums_of_an_axial_split_form_a_line(cuts):
    (i, j), n = cuts[0], 6
    cells = [0] * (n - i - j) + [1] * i + [2] * j
    basis = []
    for a in range(3):
        for b in range(a):
            basis.append(np.array([[float((x, y) == (a, b)) - float((x, y) == (b, a)) for y in cells] for x in cells]))
    sums = np.array([m.sum(axis=1) for m in basis])
    assert len(basis) - np.linalg.matrix_rank(sums) == 1


def test_f1_has_transcritical_and_a0_pitchfork_daughters(f1, a0):
    assert (f1.kind, a0.kind) == ("transcritical", "pitchfork") and abs(a0.quadratic) < 1e-9
    assert f1.sides == (1, -1) and a0.sides == (1,) and a0.opens(1) == a0.opens(-1) == "larger d"
    assert {f1.opens(1), f1.opens(-1)} == {"larger d", "smaller d"}
    assert f1.document()["sizes"] == ["d-2", "1", "1"] and a0.document()["home"] == [0, 0, 0]


def test_coefficients_agree_with_newton_at_small_amplitude(f1, a0):
    h = 1e-3
    slope = (met(f1, h)[0] - met(f1, -h)[0]) / (2 * h)
    assert slope == pytest.approx(-f1.quadratic / (2 * f1.speed), rel=1e-4)
    bend = (met(a0, h)[0] + met(a0, -h)[0]) / (2 * h * h)
    assert bend == pytest.approx(-a0.cubic / (6 * a0.speed), rel=1e-3)


def test_the_speed_is_that_of_the_mothers_eigenvalue_whatever_the_split(f1):
    other = turn("F1", "s0", ((2,),), 5.5, 5.75)
    rest = lambda b: float(b.fine.sizes[b.moving])  # noqa: E731
    assert f1.speed / rest(f1) == pytest.approx(other.speed / rest(other), rel=1e-6)
    near = [min(v for b in family("F1").at(d, 15).spectrum if b.label == "s0" for v in map(mid_float, b.eigenvalues))
            for d in ("5.580505247", "5.590505247")]  # fmt: skip
    assert f1.speed / rest(f1) == pytest.approx((near[1] - near[0]) / 0.01, rel=1e-4)


def test_equal_parts_make_a_pitchfork_of_a_standard_crossing():
    half = turn("A[flipped=6]", "s0", ((3,),), 17, 17.125)
    assert half.kind == "pitchfork" and half.quadratic == pytest.approx(0, abs=1e-8)


def test_the_daughter_that_sheds_a_row_turns_round_and_is_a_minimum_of_no_family(shed):
    assert shed.path.begin.kind == "mother" and shed.branching.opens(shed.side) == "smaller d"
    assert shed.name == "A[flipped=7]/s0 (6,1,d-7)+"
    first = shed.minimum_ranges()[0]
    assert first == pytest.approx((18.73, 20.53), abs=0.5)
    assert all(met_family(shed.path, e) is None for e in shed.path.events)
    (least,) = shed.path.certified_at(19, 15, minima=True)
    assert least.pattern.sizes == (6, 1, 12)
    dense = np.linalg.eigvalsh(backends.relu_hessian(least.matrix()))
    assert dense[0] == pytest.approx(mid_float(least.least_eigenvalue), abs=1e-10) and dense[0] > 0
    assert np.linalg.norm(backends.relu_loss_gradient(least.matrix())[1]) < 1e-12


def test_the_graph_joins_mother_and_daughter(shed):
    import networkx

    graph = bifurcation_graph([shed])
    assert networkx.has_path(graph, "A[flipped=7]", shed.name)
    kinds = {k for _, k in graph.nodes(data="kind")}
    assert kinds == {"family", "daughter", "event", "end"}
    assert sum(1 for _, data in graph.nodes(data=True) if data.get("event") == "fold") == 1


def test_the_graph_is_drawn_with_a_line_for_each_branch(shed):
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure()
    FigureCanvasAgg(figure)
    ax = figure.add_subplot()
    graph_figure(ax, bifurcation_graph([shed]))
    assert {t.get_text() for t in ax.texts} == {"A[flipped=7]", shed.name}
    stars = [line for line in ax.lines if line.get_marker() == "*" and len(line.get_xdata())]
    assert [line.get_xdata()[0] for line in stars] == pytest.approx([19.74323], abs=1e-4)
    figure.canvas.draw()


@pytest.mark.parametrize(
    ("label", "cuts"),
    [
        ("t", ((1,),)),
        ("s3", ((1,),)),
        ("s0", ((1, 1),)),
        ("x0", ((1,),)),
        ("s0", ((9,),)),
        ("s0", ((0,),)),
        ("y0", ((2,),)),
    ],
)
def test_components_and_splits_that_do_not_fit_are_refused(f1, label, cuts):
    pattern = f1.mother.pattern(Fraction(f1.d))
    values = family("F1").coordinates(pattern)[1]
    with pytest.raises(InputError):
        branch_off(pattern, values, 0, label, cuts)


def test_daughters_are_asked_for_at_a_crossing(monkeypatch):
    with pytest.raises(InputError, match="no crossing"):
        daughters(family("F1"), "s0", low=7, high=8)
    with pytest.raises(InputError, match="t is a fold"):
        daughters(family("F1"), "t")
    with pytest.raises(InputError, match="smaller to larger"):
        daughters(family("F1"), "s0", low=8, high=7)
    with pytest.raises(InputError, match="components|block 5"):
        axial_splits(Pattern((4,)), "s5")
    (plus, minus) = daughters(family("F1"), "s0", at_crossing="5.5855", split=((1,),), to=7, bottom=5)
    assert (plus.side, minus.side) == (1, -1) and not plus.minimum_ranges()
    monkeypatch.setattr(bifurcations, "name_of", lambda point: f"d = {point.d}")
    (point,) = integer_points(plus.path, (6,), 15)
    assert (point.family, point.verdict) == ("d = 6", "saddle")
    assert plus.document()["minimum_on"] == [] and plus.document()["meets"] == []
