"""Mean counts: by index, below an energy; identities, a second road on the circle, refusals."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path

import pytest

from symlandscape.arith.balls import arb, workprec
from symlandscape.arith.conversions import to_arb
from symlandscape.errors import InputError, UndecidedError
from symlandscape.evidence import Level
from symlandscape.spinglass import counts as module
from symlandscape.spinglass.counts import count, counts_by_index
from symlandscape.spinglass.models import as_mixture

REFERENCE = Path(__file__).resolve().parents[3] / "shared" / "reference" / "spinglass.json"
MIXED = "2:1/3,4:2/3"


def close(left: arb, right: arb, digits: int = 25) -> bool:
    """Whether two enclosures of one number overlap and pin it to so many digits."""
    with workprec(400):
        return left.overlaps(right) and (left - right).abs_upper() < abs(right).abs_upper() * arb(10) ** -digits


def total(rows) -> arb:
    with workprec(400):
        return sum((row.value for row in rows), arb(0))


@pytest.mark.parametrize("model", [2, 3, 4, MIXED])
@pytest.mark.parametrize("spins", [1, 2, 3, 4, 7])
def test_all_indices_together_are_the_closed_form(model, spins):
    assert close(total(counts_by_index(model, spins)), count(model, spins).value)


@pytest.mark.parametrize("spins", [3, 4, 9])
def test_the_alternating_sum_is_the_euler_characteristic_of_the_sphere(spins):
    with workprec(400):
        signed = sum(((-1) ** row.index * row.value for row in counts_by_index(MIXED, spins)), arb(0))
        assert abs(signed - (1 + (-1) ** (spins - 1))) < arb(10) ** -25


@pytest.mark.parametrize("spins", [4, 6])
def test_a_quadratic_form_has_two_points_of_each_index_and_the_quadrature_knows_it(spins):
    for row in counts_by_index(2, spins):
        assert row.exact == 2 and close(row.value, arb(2))


@pytest.mark.parametrize("spins", [1, 2, 3])
def test_small_spheres_have_every_index_in_closed_form(spins):
    for row in counts_by_index(3, spins):
        with workprec(200):
            assert close(row.value, to_arb(Fraction(str(row.exact.evalf(40)))))


def test_the_reference_counts_by_index():
    if not REFERENCE.exists():
        pytest.skip("the shared reference digits are not here")
    texts = json.loads(REFERENCE.read_text())["p=3"]["mean_by_index_N=4"]
    for row, text in zip(counts_by_index(3, 4), texts, strict=True):
        with workprec(200):
            assert close(row.value, to_arb(Fraction(text)), 29)


@pytest.mark.parametrize("model", [3, 4, MIXED])
@pytest.mark.parametrize("energy", ["-3", "-1", "0", "1/7"])
def test_below_an_energy_the_indices_sum_to_the_count_of_all(model, energy):
    assert close(total(counts_by_index(model, 5, energy)), count(model, 5, below=energy).value)


@pytest.mark.parametrize("model", [3, MIXED])
def test_the_mean_is_symmetric_under_a_change_of_sign_of_the_energy(model):
    low, high, every = (counts_by_index(model, 4, energy) for energy in ("-1/2", "1/2", None))
    for k in range(4):
        with workprec(200):
            assert close(low[k].value + high[3 - k].value, every[k].value)
    half = count(model, 4, below=0)
    with workprec(200):
        assert close(2 * half.value, count(model, 4).value, 29)
    assert half.exact is not None


@pytest.mark.parametrize("index", [None, 0, 2])
def test_counts_grow_with_the_energy_from_nothing_to_all(index):
    values = [count(3, 4, index, below=u, digits=8).value for u in ("-6", "-2", "-1", "0", "1", "6")]
    assert all(low < high for low, high in zip(values[:-1], values[1:], strict=True))
    assert values[0] < arb(10) ** -20
    assert close(values[-1], count(3, 4, index, digits=12).value, 7)


def test_one_spin_is_the_normal_distribution():
    with workprec(200):
        assert close(count(3, 1, below="-1").value, (1 / arb(2).sqrt()).erfc())
        assert close(count(MIXED, 1, 0, below="-1").value, (1 / arb(2).sqrt()).erfc())


def test_a_mixture_tends_to_the_pure_model_next_to_it():
    near = count("3:1/100000,4:99999/100000", 3, below="-1", digits=10).value
    pure = count(4, 3, below="-1", digits=12).value
    with workprec(100):
        assert abs(near / pure - 1) < arb(10) ** -4


def test_digits_that_were_asked_for_come_also_far_out():
    far = count(3, 4, below="-20", digits=12)
    assert far.value > 0 and far.document()["value"] == "1.52470683254e-344"
    long = count(3, 3, 1, below="-1/3", digits=90)
    assert close(long.value, count(3, 3, 1, below="-1/3", digits=40).value, 40)
    assert long.value.rel_accuracy_bits() > 300


def test_many_digits_are_not_cut_at_the_bits_that_tiny_counts_may_lose(monkeypatch):
    monkeypatch.setattr(module, "MAX_GOAL", 20)
    assert count(3, 2, 0, below="-1", digits=60).value.rel_accuracy_bits() > 200


def test_the_precision_in_force_outside_changes_nothing():
    with workprec(20):
        low = count(3, 4, below=0), count(3, 5, 1), count(3, 4, below="-1")
    for row, again in zip(low, (count(3, 4, below=0), count(3, 5, 1), count(3, 4, below="-1")), strict=True):
        assert row.document() == again.document()


def test_a_wrong_constant_breaks_the_sum(monkeypatch):
    monkeypatch.setattr(module, "count_factor", lambda spins, rho: arb(rho.numerator) ** spins)
    assert not close(total(counts_by_index(3, 4)), count(3, 4).value, 3)


def test_the_document_says_what_was_counted():
    row = count("3:1/2,4:1/2", 3, index=2, below="-0.25", digits=10)
    assert row.level is Level.CERTIFIED
    document = row.document()
    assert (document["p"], document["spins"], document["index"], document["below"]) == (None, 3, 2, "-1/4")
    assert count(as_mixture(3), 2).exact ** 2 == 28


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({"p": 1, "spins": 3}, "p = 1"),
        ({"p": 3, "spins": 0}, "N >= 1"),
        ({"p": 3, "spins": 3, "index": 3}, "from 0 to N - 1 = 2"),
        ({"p": 3, "spins": 3, "index": -1}, "from 0 to N - 1"),
        ({"p": 3, "spins": 3, "index": True}, "from 0 to N - 1"),
        ({"p": 3, "spins": 3, "below": "deep"}, "integer, p/q or a decimal"),
        ({"p": 3, "spins": 3, "below": -1.5}, "float"),
        ({"p": 3, "spins": 3, "digits": 0}, "1 to 4000 digits"),
        ({"p": 3, "spins": 81, "index": 0}, "at most 80"),
        ({"p": 3, "spins": 401, "below": 1}, "at most 400"),
        ({"p": "3:1/2,4:1/3", "spins": 3}, "sum to 1"),
    ],
)
def test_input_outside_the_domain_is_one_sentence(arguments, sentence):
    with pytest.raises(InputError, match=sentence):
        count(**arguments)


def test_a_mixture_too_close_to_a_pure_model_is_undecided():
    with pytest.raises(UndecidedError, match="points"):
        count("3:1/10000000,4:9999999/10000000", 3, below="-1")


@pytest.mark.full
def test_forty_spins_at_all_indices():
    rows = counts_by_index(3, 40)
    assert close(total(rows), count(3, 40).value)
