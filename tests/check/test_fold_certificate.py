"""Certificates of folds: true ones hold, whatever is changed so that it is false is rejected by mathematics."""

from __future__ import annotations

import copy
import json
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from symlandscape.check import check_document
from symlandscape.evidence import Level
from symlandscape.relu import certify_fold, family, prove_fold
from symlandscape.relu.fold_proof import Fold
from symlandscape.relu.paths import STEPS, follow_path
from symlandscape.symmetry.pattern import Pattern
from tests.check.forgery import Document, at, forged, holds, leaves, nudged, rejected, replaced, sealed, shifted

NEW = [1.02798665, -0.00247939, 0.02802272, -0.05390312, 0.01206365, -0.74623838, 0.19923749, 0.32976683, -0.07120238,
       0.37509219, -0.26117561]  # fmt: skip
"""The minimum of no family at d = 20, blocks 13, 6, 1."""


@pytest.fixture(scope="module")
def proved() -> tuple[object, Fold]:
    down = np.append(np.zeros(len(NEW)), -1.0)
    path = follow_path(Pattern((13, 6, 1)), NEW, 0, Fraction(93, 5), 21, away=down)
    return path.line, prove_fold(path, path.of_kind("fold")[0])


@pytest.fixture
def document(proved) -> Document:
    return copy.deepcopy(certify_fold(*proved).document())


def test_a_true_certificate_holds_and_says_where(document):
    outcome = check_document(json.loads(json.dumps(document)))
    assert outcome.verdict == "holds" and "d = 18.7295035760" in outcome.reason
    assert document["sizes"] == [None, 6, 1] and len(document["box"]) == 23
    assert holds(forged(document, precision=200))


def test_a_fold_at_a_size_below_two_is_checked_too():
    pattern, values = family("F2").coordinates(family("F2").pattern(Fraction(9, 2)))
    down, few = np.append(np.zeros(len(values)), -1.0), replace(STEPS, most=25)
    path = follow_path(pattern, values, 0, Fraction(34, 10), 5, steps=few, away=down, below_two=True)
    made = certify_fold(path.line, prove_fold(path, path.of_kind("fold")[0])).document()
    assert "d = 3.43405420" in check_document(made).reason


def test_any_change_without_the_digest_is_rejected(document):
    for path in list(leaves(document))[::7]:
        changed = {"q": "3/1"} if at(document, path) is None else nudged(at(document, path))
        assert rejected(replaced(document, path, changed))


def test_every_ball_beside_the_fold_is_rejected_and_a_little_aside_holds(document):
    for i in range(0, len(document["box"]), 2):
        far = sealed(replaced(document, ("box", i), shifted(document["box"][i], 3)))
        assert "Krawczyk" in rejected(far)
    aside = document
    for i in range(len(document["box"])):
        aside = sealed(replaced(aside, ("box", i), shifted(document["box"][i], Fraction(1, 10**4))))
    assert holds(aside)


def test_other_sizes_and_malformed_documents_are_rejected(document):
    assert "Krawczyk" in rejected(forged(document, sizes=[None, 7, 1]))
    assert "Krawczyk" in rejected(forged(document, sizes=[None, 1, 6]))
    for sizes, said in (([6, None, 1], "null"), ([None, 6.0, 1], "integers"), ([None], "balls"), ([None, 6], "balls"),
                        ([None, True, 1], "integers"), ([None, 0, 1], "integers"), ([None, 2, 2, 2, 2], "four"),
                        ("no", "lists")):  # fmt: skip
        assert said in rejected(forged(document, sizes=sizes))
    assert "fields" in rejected(forged(document, more=1))
    assert "version" in rejected(forged(document, version=2))
    assert "precision" in rejected(forged(document, precision=10**9))
    assert "balls" in rejected(forged(document, box=document["box"][:-1]))
    assert "finite" in rejected(forged(document, box=[*document["box"][:-1], {"q": "12/1"}]))


def test_a_null_vector_of_another_length_or_none_is_rejected(document):
    half = len(document["box"]) // 2
    zero = {"arb": ["0", "0", "1", "-30"]}
    assert "singular" in rejected(forged(document, box=[*document["box"][:half], *[zero] * half, document["box"][-1]]))


def test_only_certified_folds_have_a_document(proved):
    line, fold = proved
    assert certify_fold(line, replace(fold, level=Level.UNDECIDED)) is None
    assert certify_fold(replace(line, slope=Fraction(1, 2)), fold) is None
