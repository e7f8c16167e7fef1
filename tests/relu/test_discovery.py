"""Random starts: counts, independence of threads, resuming, what is found and how sure it is."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import numpy as np
import pytest

from symlandscape import backends, schemas
from symlandscape.arith.conversions import mid_float
from symlandscape.errors import InputError
from symlandscape.evidence import Level
from symlandscape.relu import discovery
from symlandscape.relu.discovery import Discovery, discover, is_certified_minimum
from symlandscape.relu.families import family
from symlandscape.runs import start_batch


@pytest.fixture(scope="module")
def found() -> dict[int, Discovery]:
    """256 random starts at k = d = 6, 7, 8."""
    return {d: discover(d, d, 256) for d in (6, 7, 8)}


def by_family(result: Discovery) -> dict[str | None, int]:
    return {p.family: n for p, n in zip(result.points, result.counts, strict=True)}


@pytest.mark.parametrize("d", [6, 7, 8])
def test_f1_is_found_from_d_6_on_and_named(found, d):
    assert set(by_family(found[d])) == {"C0", "F1"} and by_family(found[d])["F1"] >= 1
    (point,) = (p for p in found[d].points if p.family == "F1")
    assert is_certified_minimum(point) and point.level is Level.CERTIFIED
    assert point.isotropy.name == f"Delta(S_{d - 1} x S_1)"
    assert backends.relu_loss(point.weights) == pytest.approx(mid_float(family("F1").at(d).loss), rel=1e-12)


def test_f1_is_found_more_often_as_d_grows(found):
    shares = [by_family(found[d])["F1"] for d in (6, 7, 8)]
    assert shares == sorted(shares)


@pytest.mark.parametrize("d", [6, 7, 8])
def test_counts_add_up_to_the_starts_that_converged(found, d):
    result = found[d]
    assert sum(result.counts) == result.converged and result.converged + sum(result.reasons.values()) == 256
    assert list(result.counts) == sorted(result.counts, reverse=True)
    assert len(result.losses) == 256
    for point, count in zip(result.points, result.counts, strict=True):
        assert np.count_nonzero(np.abs(result.losses - point.loss) < 1e-9) == count


def test_the_document_keeps_its_schema_and_the_arrays_belong_to_it(found):
    document = found[6].document()
    jsonschema.Draft202012Validator(schemas.load("relu.discover")).validate(document)
    assert json.loads(json.dumps(document, allow_nan=False)) == document
    arrays = found[6].arrays()
    assert arrays["W"].shape == (len(document["points"]), 6, 6)
    assert arrays["counts"].tolist() == [row["count"] for row in document["points"]]
    rows = found[6]._repr_html_().count("<tr>")
    assert rows == 1 + len(document["points"])


def test_no_start_reaches_f1_at_d_5_where_it_is_a_saddle():
    assert by_family(discover(5, 5, 512)) == {"C0": 512}


def test_nothing_depends_on_the_number_of_threads():
    one, three = discover(6, 6, 200, seed=5), discover(6, 6, 200, seed=5, threads=3)
    assert one.document() == three.document()
    assert np.array_equal(one.losses, three.losses)
    assert np.array_equal(one.arrays()["W"], three.arrays()["W"])


def test_a_start_depends_on_the_seed_and_its_number_alone():
    few, many = discover(6, 6, 70, seed=3), discover(6, 6, 130, seed=3)
    assert np.array_equal(few.losses, many.losses[:70])
    assert not np.array_equal(few.losses, discover(6, 6, 70, seed=4).losses)
    alone = backends.minimise_relu(start_batch(3, 69, 1, 6, 6), tol=discovery.TOLERANCE)
    assert alone.losses[0] == few.losses[69]


def test_a_chunk_keeps_one_matrix_for_each_class_it_met(monkeypatch):
    kept, direct = [], discovery._minimise

    def watched(task):
        kept.append(direct(task))
        return kept[-1]

    monkeypatch.setattr(discovery, "_minimise", watched)
    found = discover(6, 6, 192, seed=1)
    for chunk in kept:
        assert len(chunk["points"]) == len(chunk["counts"]) <= 8 and chunk["counts"].sum() == 64
    assert sum(found.counts) == 192 and len(found.points) <= sum(len(chunk["points"]) for chunk in kept)


def test_a_store_resumes_to_the_same_document_and_computes_nothing_twice(tmp_path, monkeypatch):
    store, computed, direct = tmp_path / "runs.sqlite", [], discovery._minimise

    def counted(task):
        computed.append(task.parameters["first"])
        return direct(task)

    monkeypatch.setattr(discovery, "_minimise", counted)
    fresh = discover(6, 6, 192, seed=1, store=store)
    assert computed == [0, 64, 128]
    again = discover(6, 6, 192, seed=1, store=store)
    assert computed == [0, 64, 128] and again.document() == fresh.document()
    assert np.array_equal(again.losses, fresh.losses)
    longer = discover(6, 6, 256, seed=1, store=store)
    assert computed == [0, 64, 128, 192] and np.array_equal(longer.losses[:192], fresh.losses)
    discover(6, 6, 192, seed=2, store=store)
    assert len(computed) == 7


def test_a_run_that_breaks_off_keeps_what_is_finished(tmp_path, monkeypatch):
    store, direct = tmp_path / "runs.sqlite", discovery._minimise
    left = [2]

    def interrupted(task):
        if not left[0]:
            raise KeyboardInterrupt
        left[0] -= 1
        return direct(task)

    monkeypatch.setattr(discovery, "_minimise", interrupted)
    with pytest.raises(KeyboardInterrupt):
        discover(6, 6, 192, store=store)
    left[0] = 1  # what is left to do
    resumed = discover(6, 6, 192, store=store)
    monkeypatch.undo()
    assert left == [0] and resumed.document() == discover(6, 6, 192).document()


@pytest.mark.parametrize("method", ["gd", "heavy-ball", "nesterov"])
def test_fixed_step_methods_end_at_certified_minima_too(method):
    result = discover(6, 6, 12, method=method, seed=1)
    assert result.method == method and result.converged == 12 and sum(result.counts) == 12
    assert all(is_certified_minimum(p) and p.family in {"C0", "F1"} for p in result.points)


def test_k_is_d_plus_1_gives_one_class_of_split_global_minima_proved():
    result = discover(7, 6, 64)
    (point,) = result.points
    assert (point.family, point.verdict, point.level, point.loss) == ("C0", "minimum", Level.PROVED, 0.0)
    assert result.counts == (64,) and point.split_global_minimum
    assert backends.relu_loss(point.weights) <= 1e-15
    assert result.document()["points"][0]["extra"] == 1


def test_fewer_neurons_than_inputs_are_said_to_be_estimated():
    result = discover(5, 6, 32)
    (point,) = result.points
    assert (point.family, point.verdict, point.level) == (None, "minimum", Level.ESTIMATED) and point.point is None
    assert "at least as many neurons as inputs" in point.reason
    assert result.document()["points"][0]["morse_index"] is None


def test_starts_that_do_not_converge_are_counted_with_their_reason(monkeypatch):
    direct = backends.minimise_relu
    monkeypatch.setattr(backends, "minimise_relu", lambda *starts, **named: direct(*starts, max_steps=12, **named))
    result = discover(6, 6, 64)
    assert result.converged < 64 and result.converged + sum(result.reasons.values()) == 64
    assert all(isinstance(reason, str) and reason for reason in result.reasons)
    assert result.document()["not_converged"] == result.reasons
    assert result.arrays()["W"].shape[1:] == (6, 6)


def test_progress_goes_up_to_the_number_of_starts():
    seen: list[tuple[int, int]] = []
    discover(4, 4, 100, progress=lambda done, total: seen.append((done, total)))
    assert seen[0] == (0, 100) and seen[-1] == (100, 100) and seen == sorted(seen)


@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        ((0, 6, 4), "at least one neuron"),
        ((6, 0, 4), "at least one neuron"),
        ((6, 6, 0), "at least one neuron"),
        ((6, 6, 4, "adam"), "expected a method among"),
        ((6, 6, 4, "lbfgs", -1), "expected a seed"),
        ((6, 6, 4, "lbfgs", 0, 0), "at least one thread"),
        ((6, 6, 4, "lbfgs", 0, 1, "tpu"), "device"),
    ],
)
def test_misuse_is_refused(arguments, what):
    with pytest.raises(InputError, match=what):
        discover(*arguments)


def test_a_file_that_is_no_store_is_refused(tmp_path: Path):
    (tmp_path / "notes.txt").write_text("no store" * 100, encoding="utf-8")
    with pytest.raises(InputError, match="store"):
        discover(4, 4, 4, store=tmp_path / "notes.txt")
