"""The atlas: what exists, what is a minimum, what coincides and where branches end, each with its proof; and each proof
can fail."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import jsonschema
import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from symlandscape import schemas
from symlandscape.arith.balls import arb
from symlandscape.arith.conversions import mid_float
from symlandscape.errors import InputError
from symlandscape.evidence import Verdict, digest
from symlandscape.relu import Atlas, atlas, atlas_row, atlases, family, figures
from symlandscape.relu.atlases import families_by_isotropy, load
from symlandscape.relu.continuation import Sample
from symlandscape.runs import Task


@pytest.fixture(scope="module")
def made() -> Atlas:
    return atlas(6)


def rows(made: Atlas, kind: str) -> list[str]:
    return ["".join(c.symbol for c in made.of(kind) if c.q == q) for q in range(made.upto)]


def test_the_map_up_to_six_is_the_known_one(made):
    assert rows(made, "A") == [".=sssM", ".=sss", ".=ss", ".=s", ".=", "."]
    assert rows(made, "F") == ["", "=....", "====", "sss", "ss", "M"]
    assert not made.undecided
    assert made.counts()["A"] == {"minima": 1, "saddles": 9, "coincide": 5, "absent": 6, "undecided": 0}


@pytest.mark.parametrize(("kind", "p", "q", "name"), [("A", 6, 0, "A0"), ("A", 4, 2, "A2"), ("F", 1, 5, "F1")])
def test_entries_are_the_points_of_the_families(made, kind, p, q, name):
    cell, point = made.cell(kind, p, q), family(name).at(6, digits=20)
    assert abs(float(cell.loss) - mid_float(point.loss)) < 1e-10
    assert abs(float(cell.least_eigenvalue) - mid_float(point.least_eigenvalue)) < 1e-10
    assert (cell.verdict, cell.morse_index) == (point.verdict, point.morse_index)


def test_coincidences_are_proved_and_named_after_the_first(made):
    names = {c.name: (c.equals, c.equals_level) for c in made.cells if c.equals}
    assert names.pop("F(1|1)") == ("C0", "certified")
    assert {names.pop(f"A(2|{q})") for q in range(5)} == {("C0", "certified")}
    assert names == {f"F({p}|2)": (f"A({p + 2}|0)", "certified") for p in range(1, 5)}
    assert all(not made.cell("F", p, 2).is_minimum for p in range(1, 5))


def test_the_end_of_a_branch_is_a_proved_fold_or_the_global_minimum(made):
    assert made.cell("A", 1, 3).end == {"how": "C0", "at": "2", "radius": "0"}
    end = made.cell("F", 2, 1).end
    assert end["how"] == "fold" and abs(float(end["at"]) - 1.43405421) < 1e-8 and float(end["radius"]) < 1e-9
    with pytest.raises(InputError, match="ends in a fold"):
        made.cell("F", 2, 1).point()


def test_away_from_the_fold_none_is_proved():
    cell = Task(atlases.TASK_KIND, {"kind": "F", "count": 2, "upto": 7, "digits": 10})
    five = next(c for c in atlas_row.row_of_atlas(cell) if c["q"] == 5)
    values = np.array([float(x) for x in five["coordinates"].values()])
    sample = Sample(Fraction(5), atlas_row.pattern_of("F", 2, 5), values)
    assert atlas_row.proved_fold("F", 2, sample, 10) is None


def test_only_a_permutation_matrix_is_the_global_minimum(made):
    assert atlas_row.is_permuted_identity(made.cell("A", 2, 3).point())
    assert not atlas_row.is_permuted_identity(made.cell("A", 3, 2).point())


def test_different_points_do_not_coincide(made):
    first, second = made.cell("F", 2, 2).point(), made.cell("A", 4, 0).point(60)
    assert atlases._proved_equal(first, second)
    assert not atlases._proved_equal(first, made.cell("A", 3, 1).point(60))
    assert not atlases._proved_equal(replace(first, existence=Verdict.UNDECIDED), second)
    moved = replace(second, coordinates=(second.coordinates[0] + arb("1e-12"), *second.coordinates[1:]))
    assert not atlases._proved_equal(first, moved)
    assert atlases._coincide(made.cell("F", 1, 4), made.cell("A", 5, 0)) is None


def test_a_coincidence_that_is_only_checked_leaves_the_atlas_open(made, monkeypatch):
    monkeypatch.setattr(atlases, "_proved_equal", lambda first, second: False)
    bare = [replace(c, equals=None, equals_level=None) if c.equals != "C0" else c for c in made.cells]
    weaker = Atlas(6, 10, atlases._merged(bare))
    assert weaker.cell("F", 2, 2).equals_level == "checked" and weaker.undecided


def test_what_is_open_is_said_to_be(made):
    cells = list(made.cells)
    cells[2] = replace(cells[2], verdict="undecided", level="undecided")
    assert Atlas(6, 10, tuple(cells)).undecided and cells[2].symbol == "?"


def test_the_document_keeps_its_schema_and_comes_back_from_a_file(made, tmp_path: Path):
    jsonschema.Draft202012Validator(schemas.load("relu.atlas")).validate(made.document())
    again = load(made.write(tmp_path / "atlas.json"))
    assert again == made
    assert np.array_equal(again.cell("A", 4, 2).matrix(), made.cell("A", 4, 2).matrix())
    assert again.cell("A", 4, 2).point().verdict == "saddle"


def test_a_changed_or_foreign_file_is_refused(made, tmp_path: Path):
    path, document = tmp_path / "atlas.json", made.document()
    document["cells"][4]["verdict"] = "minimum"
    for content, words in [
        (json.dumps(document), "digest"),
        ("[]", "no atlas of version 1"),
        ("{", "expected an atlas"),
    ]:
        path.write_text(content)
        with pytest.raises(InputError, match=words):
            load(path)
    short = {key: value for key, value in made.document().items() if key != "sha256"}
    short["cells"] = short["cells"][1:]
    path.write_text(json.dumps({**short, "sha256": digest(short)}))
    with pytest.raises(InputError, match="entries are missing"):
        load(path)
    with pytest.raises(InputError, match="expected an atlas"):
        load(tmp_path / "absent.json")


def test_processes_and_a_store_change_nothing_and_finished_branches_are_found_again(tmp_path: Path, monkeypatch):
    alone, told = atlas(3), []
    assert atlas(3, processes=2, store=tmp_path / "s", progress=lambda done, total: told.append((done, total))) == alone
    assert told[-1] == (5, 5)
    monkeypatch.setattr(atlases, "row_of_atlas", None)
    assert atlas(3, store=tmp_path / "s") == alone


@pytest.mark.parametrize(("upto", "processes"), [(0, 1), (201, 1), (True, 1), (3, 0)])
def test_numbers_outside_the_range_are_refused(upto, processes):
    with pytest.raises(InputError):
        atlas(upto, processes=processes)


def test_an_entry_outside_is_refused(made):
    with pytest.raises(InputError, match="7|0"):
        made.cell("A", 7, 0)


def test_families_are_sorted_by_their_isotropy(made):
    assert families_by_isotropy(made, 6) == {
        (6,): ["C0*", "A(6|0)*"],
        (5, 1): ["A(5|1)", "F(1|5)*"],
        (4, 2): ["A(4|2)", "F(2|4)"],
        (3, 3): ["A(3|3)", "F(3|3)"],
    }


@pytest.fixture
def ax() -> Iterator[Axes]:
    figure = Figure(figsize=(6, 4), layout="constrained")
    canvas = FigureCanvasAgg(figure)
    yield figure.add_subplot()
    canvas.draw()


def test_the_drawn_map_has_one_square_for_each_entry_that_exists(ax, made):
    figures.atlas_map(ax, made, "F")
    assert len(ax.patches) == sum(c.symbol != "." for c in made.of("F"))
    assert {text.get_text() for text in ax.get_legend().get_texts()} == {"minimum", "saddle", "coincides"}


def test_the_drawn_lattice_has_all_partitions_covers_and_names(ax, made):
    figures.isotropy_lattice_figure(ax, 6, families_by_isotropy(made, 6))
    points = [line for line in ax.lines if line.get_marker() == "o"]
    assert len(points) == 11 and len(ax.lines) - len(points) == 17
    texts = [text.get_text() for text in ax.texts]
    assert "5+1  [5]" in texts and "A(5|1)\nF(1|5)*" in texts
