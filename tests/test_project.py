"""The project as a whole: its arrows, its weight, its types, its files."""

from __future__ import annotations

import ast
import doctest
import importlib
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import symlandscape

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("symlandscape", "numba_kernels", "derivations")
SOURCES = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def imported(path: Path) -> set[str]:
    """The top-level names of all imports in a file, inside functions too."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module.partition(".")[0])
    return found


def importers(name: str) -> set[str]:
    return {path.relative_to(ROOT).as_posix() for path in SOURCES if name in imported(path)}


def test_only_arith_imports_flint() -> None:
    assert {path for path in importers("flint") if not path.startswith("symlandscape/arith/")} == set()
    assert importers("flint"), "the scan sees the importers that there are"


def test_only_kernels_and_backends_import_numba() -> None:
    allowed = ("numba_kernels/", "symlandscape/backends")
    assert {path for path in importers("numba") if not path.startswith(allowed)} == set()


def test_the_import_contract_is_kept() -> None:
    pytest.importorskip("importlinter", reason="import-linter is not installed")
    program = shutil.which("lint-imports", path=str(Path(sys.executable).parent)) or shutil.which("lint-imports")
    assert program is not None
    done = subprocess.run([program, "--no-cache"], cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr


def test_importing_the_package_takes_less_than_four_tenths_of_a_second() -> None:
    program = "import time; t = time.perf_counter(); import symlandscape; print(time.perf_counter() - t)"
    best = min(
        float(
            subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True).stdout
        )
        for _ in range(3)
    )
    assert best < 0.4


def test_importing_the_package_imports_nothing_heavy() -> None:
    program = "import sys, symlandscape; print(*sorted(sys.modules))"
    loaded = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    assert set(loaded.split()) & {"sympy", "scipy", "numpy", "numba", "matplotlib", "flint"} == set()


def test_every_room_is_an_attribute_of_the_package() -> None:
    for room in symlandscape._ROOMS:
        assert getattr(symlandscape, room).__name__ == f"symlandscape.{room}"
        assert room in dir(symlandscape)
    with pytest.raises(AttributeError, match="no attribute 'cellar'"):
        _ = symlandscape.cellar  # type: ignore[attr-defined]


@pytest.mark.parametrize("package", PACKAGES)
def test_every_package_carries_its_types(package: str) -> None:
    assert (ROOT / package / "py.typed").is_file()


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_module_says_what_it_holds_and_stays_short(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert ast.get_docstring(ast.parse(text)), "a module starts with a docstring"
    assert text.count("\n") <= 500, "more than one idea in one file"


@pytest.mark.parametrize(
    "path",
    [path for path in SOURCES if ">>> " in path.read_text(encoding="utf-8")],
    ids=lambda path: path.relative_to(ROOT).as_posix(),
)
def test_the_examples_in_docstrings_are_true(path: Path) -> None:
    name = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
    outcome = doctest.testmod(importlib.import_module(name), optionflags=doctest.NORMALIZE_WHITESPACE)
    assert outcome.attempted > 0
    assert outcome.failed == 0


def test_every_source_named_in_a_derivation_stands_in_the_bibliography() -> None:
    from symlandscape.export import bibliography

    known = {entry.key for entry in bibliography()}
    texts = [path.read_text(encoding="utf-8") for path in SOURCES if path.is_relative_to(ROOT / "derivations")]
    named = {key for text in texts for key in re.findall(r"\b[a-z_]+_(?:19|20)\d\d(?:_[a-z]+)?\b", text)}
    assert named <= known


def test_the_version_has_one_home() -> None:
    assert PROJECT["tool"]["hatch"]["version"]["path"] == "symlandscape/__init__.py"
    citation = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    assert re.search(rf"(?m)^version: {re.escape(symlandscape.__version__)}$", citation)


def test_no_project_file_names_a_download_host() -> None:
    texts = [ROOT / name for name in ("pyproject.toml", "Makefile", "README.md", "scripts/setup_venv.sh", ".ci/run")]
    for path in texts:
        assert not re.search(r"index-url|find-links|pythonhosted", path.read_text(encoding="utf-8")), path


@pytest.mark.parametrize("target", ["reproduce", "test", "bench", "lint", "clean"])
def test_make_knows_the_target(target: str) -> None:
    if shutil.which("make") is None:
        pytest.skip("make is not installed")
    done = subprocess.run(["make", "--dry-run", target], cwd=ROOT, capture_output=True, text=True, timeout=30)
    assert done.returncode == 0, done.stderr


def setup(folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """The set-up script in a copy of its own, with no more of the environment than given."""
    (folder / "scripts").mkdir()
    shutil.copy(ROOT / "scripts" / "setup_venv.sh", folder / "scripts")
    shell = shutil.which("sh") or "/bin/sh"
    return subprocess.run(
        [shell, "scripts/setup_venv.sh"], cwd=folder, env=environment, capture_output=True, text=True, timeout=60
    )


def fake_python(path: Path, *, missing: str = "", old: bool = False) -> Path:
    """A program that answers the probes of the set-up script as a python without the module `missing` would."""
    failing = "version_info" if old else f"import {missing}" if missing else "nothing fails"
    path.write_text(f'#!/bin/sh\ncase "$*" in *"{failing}"*) exit 1;; esac\nexit 0\n', encoding="utf-8")
    path.chmod(0o755)
    return path


@pytest.mark.skipif(os.name != "posix", reason="the set-up script needs a POSIX shell")
@pytest.mark.parametrize("missing", ["venv", "ensurepip"])
def test_a_missing_module_is_said_in_one_sentence(tmp_path: Path, missing: str) -> None:
    python = fake_python(tmp_path / "python", missing=missing)
    done = setup(tmp_path, PATH=os.environ["PATH"], PYTHON=str(python))
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1
    assert f"the module {missing} of" in done.stderr
    assert not (tmp_path / ".venv").exists()


@pytest.mark.skipif(os.name != "posix", reason="the set-up script needs a POSIX shell")
def test_a_python_that_is_too_old_is_said_in_one_sentence(tmp_path: Path) -> None:
    python = fake_python(tmp_path / "python", old=True)
    done = setup(tmp_path, PATH=os.environ["PATH"], PYTHON=str(python))
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1
    assert "Python >= 3.11 is needed" in done.stderr


@pytest.mark.skipif(os.name != "posix", reason="the set-up script needs a POSIX shell")
def test_no_python_at_all_is_said_in_one_sentence(tmp_path: Path) -> None:
    tools = tmp_path / "bin"
    tools.mkdir()
    dirname = shutil.which("dirname")
    assert dirname is not None
    (tools / "dirname").symlink_to(dirname)
    done = setup(tmp_path, PATH=str(tools))
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1
    assert "none was found on the path" in done.stderr
