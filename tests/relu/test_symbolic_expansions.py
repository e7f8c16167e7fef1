"""Series with a letter as block size give the series at each size."""

from __future__ import annotations

import pytest
import sympy

from symlandscape import relu
from symlandscape.arith.parameter_field import Parameter, ParameterFraction
from symlandscape.arith.pi_field import PiFraction
from symlandscape.errors import InputError
from symlandscape.relu.expansions import coordinate_series
from symlandscape.relu.symbolic_expansions import is_symbolic, symbolic_series

pi = sympy.pi


def test_the_field_with_a_letter_obeys_its_laws():
    q = Parameter("q", False).element()
    x, y = (q * q - PiFraction.pi()) / (q + 1), PiFraction.pi() / (q - 3)
    assert (x + y) * (x - y) == x * x - y * y
    assert (x / y) * y == x
    assert not x - x
    assert (x * y).at(5) == x.at(5) * y.at(5)


def test_a_square_root_of_the_letter_is_there_where_it_is_squared():
    p = Parameter("p", True).element()
    root = p.sqrt()
    assert root * root == p
    assert root.at(2).radicand == 2
    assert root.at(4) == PiFraction.of(2)
    with pytest.raises(InputError, match="does not lie"):
        Parameter("q", False).element().sqrt()


def test_a_sign_is_one_for_all_sizes_or_refused():
    q = Parameter("q", False).element()
    assert (q * 2 - 1).sign() == 1
    assert (-q).sign() == -1
    with pytest.raises(InputError, match="not decided"):
        (q - 2).sign()


@pytest.mark.parametrize("name", ["A[kept=q]", "A:kept=q", "A<q>", "F[flipped=p]", "F<p>"])
def test_names_with_a_letter_are_known(name):
    assert is_symbolic(name)


@pytest.mark.parametrize("name", ["A[flipped=q]", "F<d>", "F<n>", "C<q>", "A[kept=qq]"])
def test_other_letters_and_roles_are_refused(name):
    with pytest.raises(InputError):
        relu.series(name, 2)


def test_orders_and_extra_rows_with_a_letter_are_bounded():
    with pytest.raises(InputError, match="order"):
        symbolic_series("A<q>", 9)
    with pytest.raises(InputError, match="letter"):
        relu.series("A<q>", 1, extra=1)


@pytest.mark.full
@pytest.mark.parametrize(("name", "kind"), [("A<q>", "A"), ("F<p>", "F")])
def test_the_series_with_a_letter_give_those_at_each_size(name, kind):
    found = relu.series(name, 2)
    assert min(found.residual) > 2
    for size in (2, 3):
        values, _ = coordinate_series(relu.family(f"{kind}{size}"), 4, 10)
        for x, y in zip(values, found.coordinates, strict=True):
            for k in range(4):
                c = y.coefficient(k)
                assert (c.at(size) if isinstance(c, ParameterFraction) else c) == x.coefficient(k)
    if kind == "F":
        wanted = sympy.Symbol("p", positive=True) * (pi**2 - 4) / (2 * pi**2)
        assert sympy.cancel(found.loss.coefficient(2).sympy() - wanted) == 0
        root = found.coordinates[4].coefficient(4)
        assert sympy.cancel(root.at(2).b.sympy() + 8 / (pi - 2)) == 0
