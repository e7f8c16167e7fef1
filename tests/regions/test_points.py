"""Reading data: exact numbers, labels, parallel points, refusals."""

from __future__ import annotations

from fractions import Fraction

import pytest

from symlandscape.errors import InputError
from symlandscape.regions import make_points, points_from_document


def test_texts_and_fractions_are_read_exactly():
    points = make_points([["1/2", "0.1"], [3, Fraction(-2, 7)]])
    assert points.coordinates() == ((Fraction(1, 2), Fraction(1, 10)), (3, Fraction(-2, 7)))
    assert points.labels is None


def test_floats_are_read_as_their_shortest_decimals_with_a_warning():
    with pytest.warns(UserWarning, match="shortest decimals"):
        points = make_points([[0.1, 1]])
    assert points.coordinates()[0][0] == Fraction(1, 10)


def test_parallel_points_share_a_line_and_keep_their_directions():
    points = make_points([[1, 2], [2, 4], [-3, -6], [0, 1]])
    assert points.lines == ((1, 2), (0, 1))
    assert points.line_of == ((0, 1), (0, 1), (0, -1), (1, 1))
    assert "X[1] to X[0]" in points.notes[0] and "X[2] to X[0]" in points.notes[0]
    with pytest.raises(InputError, match=r"X\[1\] to X\[0\]"):
        make_points([[1, 2], [2, 4]], parallel="refuse")


def test_labels_minus_one_and_one_are_mapped_with_a_note():
    points = make_points([[1, 2], [3, 4]], [-1, 1])
    assert points.labels == (0, 1) and "mapped" in points.notes[0]


def test_equal_labels_warn():
    with pytest.warns(UserWarning, match="balance the labels"):
        make_points([[1, 2], [3, 4]], [1, 1])


@pytest.mark.parametrize(
    ("X", "y", "words"),
    [
        ([], None, "list of rows"),
        ("12", None, "list of rows"),
        ([[1, 2], [3]], None, "one length"),
        ([[1, 2], [0, 0]], None, r"X\[1\] is 0"),
        ([[1, "two"]], None, r"X\[0\]\[1\]"),
        ([[1, True]], None, "truth value"),
        ([[1, None]], None, r"X\[0\]\[1\]"),
        ([[1, 2]], [2], r"y\[0\] is 2"),
        ([[1, 2], [3, 4]], [0], "2 labels"),
        ([[1, 2], [3, 4], [1, 1]], [0, -1, 1], "one pair"),
        ([[1, 2]], 7, "a int"),
    ],
)
def test_bad_data_are_refused_with_the_place(X, y, words):
    with pytest.raises(InputError, match=words):
        make_points(X, y)


@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_floats_that_are_no_numbers_are_refused(value):
    with pytest.raises(InputError, match="finite"):
        make_points([[value, 1.0]])


def test_a_document_without_points_or_labels_is_refused_where_they_are_needed():
    with pytest.raises(InputError, match='"X" is missing'):
        points_from_document({"y": [1]})
    with pytest.raises(InputError, match="labels y"):
        points_from_document({"X": [[1, 2]]}).required_labels()
    with pytest.raises(InputError, match="merge or refuse"):
        make_points([[1]], parallel="drop")
