"""Files are written whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from symlandscape import files
from symlandscape.errors import InputError
from symlandscape.files import write_atomic


def test_text_and_bytes_are_written_exactly(tmp_path: Path) -> None:
    assert write_atomic(tmp_path / "a", "é\n").read_bytes() == "é\n".encode()
    assert write_atomic(str(tmp_path / "b"), b"\x00\r\n").read_bytes() == b"\x00\r\n"


def test_old_content_stays_when_writing_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_atomic(tmp_path / "a", "old")

    def refuse(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(files.os, "replace", refuse)
    with pytest.raises(InputError, match="No space left"):
        write_atomic(path, "new")
    assert path.read_text() == "old" and [p.name for p in tmp_path.iterdir()] == ["a"]


def test_an_interrupt_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(files.os, "fsync", interrupt)
    with pytest.raises(KeyboardInterrupt):
        write_atomic(tmp_path / "a", "new")
    assert not list(tmp_path.iterdir())


def test_missing_folder_and_folder_as_file_are_refused_in_one_sentence(tmp_path: Path) -> None:
    for path in (tmp_path / "none" / "a", tmp_path):
        with pytest.raises(InputError, match="expected a file that can be written") as error:
            write_atomic(path, "x")
        assert "\n" not in str(error.value)


def test_rights_follow_the_users_mask(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        assert write_atomic(tmp_path / "a", "x").stat().st_mode & 0o777 == 0o640
    finally:
        os.umask(before)


def test_a_link_keeps_pointing_and_a_device_survives(tmp_path: Path) -> None:
    target = write_atomic(tmp_path / "target", "old")
    link = tmp_path / "link"
    link.symlink_to(target)
    write_atomic(link, "new")
    assert link.is_symlink() and target.read_text() == "new"
    write_atomic("/dev/null", "gone")
    assert not Path("/dev/null").is_file()
