"""reproduce: providers in, one whole folder out; nothing dropped in silence."""

from __future__ import annotations

import importlib
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from symlandscape import schemas
from symlandscape.errors import InputError
from symlandscape.evidence import Certificate, Claim, Level, Verdict, certified, proved
from symlandscape.export import Figure, Formula, latex_problems
from symlandscape.reproduce import Event, reproduce


def claim(name: str, *, holds: bool = True) -> Claim:
    return Claim(name, "relu", "x = 1", "here", (certified("ball", Verdict.of(holds)),))


class Good:
    """Offers one of everything."""

    NAME, THEME = "good", "relu"

    def claims(self, profile: str, seed: int) -> Iterator[Claim]:
        yield claim(f"good.{profile}.{seed}")
        yield Claim("good.identity", "relu", "a + b = b + a", "here", (proved("sum", True),))

    def formulas(self) -> Iterator[Formula]:
        yield Formula("square", "A square", "x^2", "here", Level.PROVED)

    def figures(self, profile: str) -> Iterator[Figure]:
        yield Figure("line", "A line", "Straight?", lambda ax: ax.plot([0, 1], [0, 1]))

    def certificates(self, profile: str) -> Iterator[tuple[str, Certificate]]:
        yield "toy at 13/2", Certificate("toy", 1, {"x": 1})


class Failing:
    """Yields one claim, then stops; its figure fails too."""

    NAME, THEME = "failing", "relu"

    def claims(self, profile: str, seed: int) -> Iterator[Claim]:
        yield claim("failing.first")
        raise ArithmeticError("no convergence & 100% lost")

    def figures(self, profile: str) -> Iterator[Figure]:
        yield Figure("broken", "t", "q", lambda ax: ax.no_such_method())


class Refuted:
    NAME, THEME = "refuted", "relu"

    def claims(self, profile: str, seed: int) -> Iterator[Claim]:
        yield claim("refuted.claim", holds=False)


class Interrupted:
    NAME, THEME = "interrupted", "relu"

    def claims(self, profile: str, seed: int) -> Iterator[Claim]:
        yield claim("interrupted.first")
        raise KeyboardInterrupt


def files(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


EXPECTED = ["certificates/toy-at-13-2.json", "figures/line.svg", "formulas.tex", "ledger.json", "report.html"]


def test_everything_offered_is_written(tmp_path: Path) -> None:
    ledger = reproduce([Good()], tmp_path / "out", profile="full", seed=7)
    assert files(tmp_path / "out") == EXPECTED
    assert [c.id for c in ledger.claims] == ["good.full.7", "good.identity"]
    document = json.loads((tmp_path / "out" / "ledger.json").read_text(encoding="utf-8"))
    assert document == ledger.to_json()
    jsonschema.Draft202012Validator(schemas.load("ledger")).validate(document)
    certificate = json.loads((tmp_path / "out" / "certificates" / "toy-at-13-2.json").read_text())
    jsonschema.Draft202012Validator(schemas.load("certificate")).validate(certificate)
    assert latex_problems((tmp_path / "out" / "formulas.tex").read_text(encoding="utf-8")) == ()
    page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert page.count('<h3 class="theme">Two-layer ReLU networks</h3>') == 2  # over the figure and over the formula


@pytest.mark.parametrize("name", ["report", "formulas_document"])
def test_a_page_that_cannot_be_made_loses_nothing_else(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any) -> str:
        raise LookupError("no such template")

    monkeypatch.setattr("symlandscape.reproduce." + name, broken)
    ledger = reproduce([Good()], tmp_path / "out")
    page = "report.html" if name == "report" else "formulas.tex"
    assert files(tmp_path / "out") == [x for x in EXPECTED if x != page]
    document = json.loads((tmp_path / "out" / "ledger.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator(schemas.load("ledger")).validate(document)
    assert [c.id for c in ledger.claims] == ["good.quick.0", "good.identity", f"reproduction:{page}"]
    assert (
        ledger.claims[-1].level is Level.UNDECIDED
        and "no such template" in document["claims"][-1]["checks"][0]["detail"]
    )


def test_two_runs_differ_in_nothing_but_their_times(tmp_path: Path) -> None:
    for name in ("a", "b"):
        reproduce([Good()], tmp_path / name)
    for name in EXPECTED[:3]:
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes(), name


def test_a_failing_provider_leaves_an_undecided_claim_with_its_reason_and_the_others_run(tmp_path: Path) -> None:
    ledger = reproduce([Failing(), Good()], tmp_path)
    levels = {c.id: c.level for c in ledger.claims}
    assert levels["failing.first"] is Level.CERTIFIED and levels["good.identity"] is Level.PROVED
    assert levels["failing:claims"] is Level.UNDECIDED and levels["failing:figures"] is Level.UNDECIDED
    (failed,) = (c for c in ledger.claims if c.id == "failing:claims")
    assert "ArithmeticError: no convergence & 100% lost" in failed.checks[0].detail
    assert files(tmp_path) == EXPECTED


def test_a_refuted_claim_stays_in_the_ledger(tmp_path: Path) -> None:
    assert [c.level for c in reproduce([Refuted()], tmp_path).claims] == [Level.REFUTED]


def test_the_same_id_twice_is_reported_and_overwrites_nothing(tmp_path: Path) -> None:
    ledger = reproduce([Good(), Good()], tmp_path)
    ids = [c.id for c in ledger.claims]
    assert ids[:2] == ["good.quick.0", "good.identity"]
    assert set(ids[2:]) == {"good:claims", "good:formulas", "good:figures", "good:certificates"}


def test_an_interrupted_run_leaves_the_old_results(tmp_path: Path) -> None:
    reproduce([Good()], tmp_path)
    before = {name: (tmp_path / name).read_bytes() for name in files(tmp_path)}
    with pytest.raises(KeyboardInterrupt):
        reproduce([Refuted(), Interrupted()], tmp_path)
    assert {name: (tmp_path / name).read_bytes() for name in files(tmp_path)} == before
    with pytest.raises(KeyboardInterrupt):
        reproduce([Interrupted()], tmp_path / "new")
    assert not (tmp_path / "new").exists()


def test_an_unwritable_folder_is_found_before_any_work(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    events: list[Event] = []
    with pytest.raises(InputError, match="choose another one"):
        reproduce([Interrupted()], tmp_path / "file", progress=events.append)
    assert events == []


@pytest.mark.parametrize(("options", "message"), [({"profile": "slow"}, "quick or full"), ({"seed": -1}, "seed >= 0")])
def test_an_unknown_profile_or_a_negative_seed_is_refused(
    tmp_path: Path, options: dict[str, Any], message: str
) -> None:
    with pytest.raises(InputError, match=message):
        reproduce([Good()], tmp_path / "out", **options)
    assert not (tmp_path / "out").exists()


def test_progress_tells_each_provider_and_each_claim(tmp_path: Path) -> None:
    events: list[Event] = []
    reproduce([Good(), Refuted()], tmp_path, progress=events.append)
    seen = [(e.text, e.done, e.total, e.claim.id if e.claim else None) for e in events]
    assert seen == [
        ("good", 0, 2, None),
        ("good", 0, 2, "good.quick.0"),
        ("good", 0, 2, "good.identity"),
        ("refuted", 1, 2, None),
        ("refuted", 1, 2, "refuted.claim"),
    ]


def test_claims_are_timed_unless_they_bring_their_own_time(tmp_path: Path) -> None:
    class Slow:
        NAME, THEME = "slow", "relu"

        def claims(self, profile: str, seed: int) -> Iterator[Claim]:
            import time

            time.sleep(0.02)
            yield claim("slow.measured")
            yield Claim("slow.own", "relu", "x", "here", (), 3.5)

    first, second = reproduce([Slow()], tmp_path).claims
    assert first.seconds >= 0.02 and second.seconds == 3.5


def modules(folder: Path, monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Two providers as importable modules: the second offers an id that the first has, and fails in its formulas."""
    lines = [
        "from symlandscape.evidence import Claim, proved",
        'NAME, THEME = "{name}", "relu"',
        "def claims(profile, seed):",
        '    yield Claim("one.id", THEME, "x", "here", (proved("p", True),))',
        '    yield Claim("{name}.id", THEME, "x", "here", (proved("p", True),))',
        "def formulas():",
        "    raise ArithmeticError({fails!r})",
    ]
    for name in ("apart_one", "apart_two"):
        text = "\n".join(lines).format(name=name, fails=f"no formula of {name}")
        (folder / f"{name}.py").write_text(text, encoding="utf-8")
    monkeypatch.syspath_prepend(str(folder))
    monkeypatch.setenv("PYTHONPATH", str(folder), prepend=os.pathsep)
    return [importlib.import_module(name) for name in ("apart_one", "apart_two")]


def test_jobs_change_nothing_but_the_times(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    chosen = modules(tmp_path, monkeypatch)
    one, two = (reproduce(chosen, tmp_path / f"jobs{n}", jobs=n) for n in (1, 2))
    assert [(c.id, c.level, c.checks) for c in one.claims] == [(c.id, c.level, c.checks) for c in two.claims]
    first, second = (["one.id", "apart_one.id", "apart_one:formulas"], ["apart_two.id", "apart_two:formulas"])
    assert [c.id for c in two.claims] == [*first, *second, "apart_two:claims"]


def test_fewer_than_one_job_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="at least one job"):
        reproduce([Good()], tmp_path / "out", jobs=0)
