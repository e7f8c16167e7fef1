"""Results appear whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from symlandscape.errors import InputError
from symlandscape.export import staged


def content(folder: Path) -> dict[str, str]:
    return {p.relative_to(folder).as_posix(): p.read_text() for p in sorted(folder.rglob("*")) if p.is_file()}


def fill(folder: Path, text: str) -> None:
    (folder / "figures").mkdir()
    (folder / "figures" / "a.svg").write_text(text)
    (folder / "ledger.json").write_text(text)


def test_results_replace_those_of_the_same_name_and_nothing_else(tmp_path: Path) -> None:
    with staged(tmp_path) as folder:
        fill(folder, "old")
        (folder / "figures" / "gone.svg").write_text("old")
    (tmp_path / "notes.txt").write_text("mine")
    with staged(tmp_path) as folder:
        fill(folder, "new")
    assert content(tmp_path) == {"figures/a.svg": "new", "ledger.json": "new", "notes.txt": "mine"}


@pytest.mark.parametrize("exception", [KeyboardInterrupt, RuntimeError, SystemExit])
def test_an_interrupted_run_leaves_the_old_results_whole(tmp_path: Path, exception: type[BaseException]) -> None:
    with staged(tmp_path) as folder:
        fill(folder, "old")
    with pytest.raises(exception), staged(tmp_path) as folder:
        (folder / "ledger.json").write_text("half")
        raise exception
    assert content(tmp_path) == {"figures/a.svg": "old", "ledger.json": "old"}


def test_an_interrupted_first_run_leaves_no_folder(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt), staged(tmp_path / "a" / "b"):
        raise KeyboardInterrupt
    assert list(tmp_path.iterdir()) == []


def test_a_failing_move_undoes_those_before_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with staged(tmp_path) as folder:
        fill(folder, "old")
    real = os.replace

    def replace(source: Path, target: Path) -> None:
        if Path(source).name == "ledger.json" and Path(source).parent.name == "new":
            raise OSError(28, "No space left on device")
        real(source, target)

    with pytest.raises(InputError, match="No space left on device"), staged(tmp_path) as folder:
        fill(folder, "new")
        monkeypatch.setattr(os, "replace", replace)
    monkeypatch.undo()
    assert content(tmp_path) == {"figures/a.svg": "old", "ledger.json": "old"}


def test_a_place_that_takes_no_folder_is_refused_at_once(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for place in (tmp_path / "file", tmp_path / "file" / "below"):
        with pytest.raises(InputError, match="a folder that can be written was expected"), staged(place):
            raise AssertionError("no work begins")


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_without_permission_is_refused_at_once(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(InputError, match="Permission denied"), staged(tmp_path):
        raise AssertionError("no work begins")
