"""The exact codec: its documents, and each way in which a document can be damaged."""

from __future__ import annotations

import json
from fractions import Fraction
from typing import Any

import pytest

from symlandscape.arith import decode, encode
from symlandscape.arith.balls import arb, arb_mat, from_parts
from symlandscape.errors import InputError


def test_documents_have_the_published_shape() -> None:
    assert encode(Fraction(-3, 2)) == {"q": "-3/2"} and encode(Fraction(2)) == {"q": "2/1"}
    assert encode(arb("0.75")) == {"arb": ["3", "-2", "0", "0"]}
    assert encode(from_parts(1, 0, 3, -4)) == {"arb": ["1", "0", "3", "-4"]}
    assert encode(arb_mat([[1, 2]])) == {"arb_mat": [1, 2, [["1", "0", "0", "0"], ["1", "1", "0", "0"]]]}
    assert encode((1, "a", None, True)) == [1, "a", None, True]


def test_matrices_come_back_bit_for_bit() -> None:
    matrix = arb_mat([[arb(1) / 3, arb(2).sqrt()], [arb(0, 1), -7]])
    back = decode(json.loads(json.dumps(encode({"m": matrix}))))["m"]
    assert encode(back) == encode(matrix) and (back.nrows(), back.ncols()) == (2, 2)
    assert decode(encode(arb_mat(0, 3))).ncols() == 3


def test_integers_of_many_thousand_digits_come_back() -> None:
    ball = from_parts(7**20000, -5)
    assert encode(decode(encode(ball))) == encode(ball)


@pytest.mark.parametrize(
    "value", [0.5, 1j, arb("nan"), arb("inf"), arb(0, "inf"), {1: 2}, {"q": 1}, {"arb": 0}, b"x", {1, 2}]
)
def test_values_without_an_exact_document_are_refused(value: Any) -> None:
    with pytest.raises(InputError, match="expected"):
        encode(value)


@pytest.mark.parametrize(
    "document",
    [
        0.5,
        {"a": [0.5]},
        {1: 2},
        {"q": "1"},
        {"q": "1/0"},
        {"q": "1/-2"},
        {"q": "1.5/2"},
        {"q": 3},
        {"q": "1/2/3"},
        {"arb": "1"},
        {"arb": ["1", "0", "0"]},
        {"arb": [1, 0, 0, 0]},
        {"arb": ["1", "0", "-1", "0"]},
        {"arb": ["1", "0", str(2**31 + 1), "0"]},
        {"arb": ["1", "99999999999", "0", "0"]},
        {"arb": ["1", "0", "1", "-99999999999"]},
        {"arb": ["+1", "0", "0", "0"]},
        {"arb": [" 1", "0", "0", "0"]},
        {"arb": ["", "0", "0", "0"]},
        {"arb": ["1" * 500_000, "0", "0", "0"]},
        {"arb_mat": [1, 1]},
        {"arb_mat": [1, 2, [["1", "0", "0", "0"]]]},
        {"arb_mat": [-1, -1, [["1", "0", "0", "0"]]]},
        {"arb_mat": [True, 1, [["1", "0", "0", "0"]]]},
        {"arb_mat": [1, 1, [{"arb": ["1", "0", "0", "0"]}]]},
    ],
)
def test_damaged_documents_are_refused_in_one_short_sentence(document: Any) -> None:
    with pytest.raises(InputError, match="expected .*; ") as error:
        decode(document)
    assert len(str(error.value)) < 250
