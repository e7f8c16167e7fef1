"""The CUDA kernels give the processor's results, in Numba's simulator and on a device; without one, one sentence."""

from __future__ import annotations

import ast
import json
import os
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from symlandscape import backends
from symlandscape.cli import run
from symlandscape.errors import InputError
from tests.kernels.cuda_selection import answers, particles

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.timeout(600)  # the first run compiles the processor's kernels
CLAIMS = ("loss and gradient", "spin energies", "regions", "descent", "lbfgs")


def without_cuda() -> bool:
    return find_spec("numba.cuda") is None


def fresh(words: list[str], **scope: str) -> subprocess.CompletedProcess[str]:
    """A Python process of its own, whose words decide about CUDA before Numba is loaded."""
    kept = {name: value for name, value in os.environ.items() if name not in ("NUMBA_DISABLE_JIT", "PYTHONWARNINGS")}
    return subprocess.run(
        [sys.executable, *words],
        capture_output=True, text=True, cwd=ROOT, env={**kept, "PYTHONPATH": str(ROOT), **scope}, timeout=550,
        check=False,
    )  # fmt: skip


@pytest.fixture(scope="module")
def processor() -> dict[str, Any]:
    with np.errstate(all="ignore"):  # plain Python warns of the overflow that is asked for
        return answers("cpu")


@pytest.fixture(scope="module")
def simulated(processor: dict[str, Any]) -> dict[str, Any]:
    if without_cuda():
        pytest.skip("this Numba has no CUDA simulator; install the extra `cuda`")
    done = fresh(["-W", "ignore", "-m", "tests.kernels.cuda_selection"], NUMBA_ENABLE_CUDASIM="1")
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def same(ours: list[Any], theirs: list[Any]) -> None:
    for left, right in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(left, right, rtol=0.0, atol=1e-11)


@pytest.mark.parametrize("room", ["shared", "global"])
@pytest.mark.parametrize("claim", CLAIMS)
def test_the_simulator_agrees_with_the_processor(
    simulated: dict[str, Any], processor: dict[str, Any], room: str, claim: str
) -> None:
    same(simulated[room][claim], processor[claim])


def test_commands_run_on_the_device_that_they_ask_for(simulated: dict[str, Any]) -> None:
    assert simulated["commands"] == [0, 0, 0]


def test_particles_move_as_on_the_processor(simulated: dict[str, Any]) -> None:
    same(simulated["particles"], list(particles("numba_kernels.particles.batch")))


def test_both_memories_give_the_same_bits(simulated: dict[str, Any]) -> None:
    assert json.dumps(simulated["shared"]) == json.dumps(simulated["global"])


def test_no_two_threads_meet_and_a_planted_race_is_seen(simulated: dict[str, Any]) -> None:
    assert simulated["conflicts"] == []
    assert any("meet" in line for line in simulated["planted"])
    assert any("barriers" in line for line in simulated["planted"])


@pytest.mark.device
@pytest.mark.parametrize("claim", CLAIMS)
def test_a_device_agrees_with_the_processor(processor: dict[str, Any], claim: str) -> None:
    same(answers("cuda")[claim], processor[claim])


@pytest.mark.device
def test_particles_move_on_a_device_as_on_the_processor() -> None:
    same(list(particles("numba_kernels.cuda.particles")), list(particles("numba_kernels.particles.batch")))


@pytest.mark.device
def test_a_device_gives_the_same_bits_again() -> None:
    assert json.dumps(answers("cuda")) == json.dumps(answers("cuda"))


def test_a_missing_device_is_one_sentence_and_auto_is_then_the_processor(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("symlandscape.backends.cuda.present", lambda: False)
    W = np.eye(2)[None]
    with pytest.raises(InputError, match="no CUDA device was found"):
        backends.relu_losses_gradients(W, device="cuda")
    with pytest.raises(InputError, match="no CUDA device was found"):
        backends.minimise_relu(W, device="cuda")
    with pytest.raises(InputError, match="no CUDA device was found"):
        backends.spin_energies(backends.pack_couplings(2, {2: 1.0}, np.random.default_rng), W[0], "cuda")
    with pytest.raises(InputError, match="no CUDA device was found"):
        backends.classify_regions(W, np.eye(2), np.array([0.0, 1.0]), 0.0, device="cuda")
    assert backends.resolve_device("auto") == "cpu"


def test_auto_takes_a_device_only_where_there_are_kernels_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("symlandscape.backends.cuda.present", lambda: True)
    assert backends.resolve_device("auto") == backends.resolve_device("cuda") == "cuda"
    assert backends.resolve_device("auto", ported=False) == backends.resolve_device("cpu") == "cpu"
    with pytest.raises(InputError, match="no CUDA kernels"):
        backends.resolve_device("cuda", ported=False)


@pytest.mark.parametrize(
    "words",
    [
        "relu discover --neurons 3 --inputs 3 --starts 2",
        "relu solve 4,1 --starts 2",
        "relu saddles --neurons 2 --inputs 2 --starts 2",
        "regions decay --inputs 2 --width 2 --samples 6 --eps 0.1 --draws 4",
        "spinglass descend --p 3 --spins 4 --samples 2 --starts 2",
        "spinglass enumerate --p 3 --spins 3 --samples 2",
        "particles train --inputs 3 --width 4 --unit relu --steps 2 --step 0.1 --batch 2",
        "particles train --inputs 3 --width 4 --unit relu --steps 2 --step 0.1 --full",
    ],
)
def test_a_command_without_a_device_ends_with_code_2_and_one_sentence(
    words: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("symlandscape.backends.cuda.present", lambda: False)
    assert run([*words.split(), "--device", "cuda"]) == 2
    captured = capsys.readouterr()
    assert captured.out == "" and "CUDA" in captured.err and len(captured.err.strip().splitlines()) == 1


def test_a_failing_driver_is_one_sentence() -> None:
    from symlandscape.backends.cuda import reported

    class CudaAPIError(Exception):
        pass

    class CudaDriverError(CudaAPIError):
        pass

    with pytest.raises(InputError, match="out of memory"), reported():
        raise CudaDriverError("[2] Call to cuMemAlloc\nresults in CUDA_ERROR: out of memory")
    with pytest.raises(ZeroDivisionError), reported():
        raise ZeroDivisionError


def test_cuda_is_imported_in_one_file_and_only_when_asked_for() -> None:
    importers = set()
    for folder in ("symlandscape", "numba_kernels", "derivations"):
        for path in (ROOT / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                names = [f"{node.module}.{a.name}" for a in node.names] if isinstance(node, ast.ImportFrom) else []
                names += [a.name for a in node.names] if isinstance(node, ast.Import) else []
                if any(name.startswith("numba.cuda") for name in names):
                    importers.add(path.relative_to(ROOT).as_posix())
    assert importers == {"numba_kernels/cuda/_device.py"}
    script = """
import sys
from symlandscape import backends
assert backends.resolve_device("auto", ported=False) == backends.resolve_device("cpu") == "cpu"
assert not any(name.startswith("numba.cuda") for name in sys.modules)
"""
    done = fresh(["-c", script])
    assert done.returncode == 0, done.stderr


def test_editing_a_cuda_kernel_leaves_the_processors_caches_valid(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from numba_kernels import _jit

    copy = tmp_path / "numba_kernels"
    shutil.copytree(ROOT / "numba_kernels", copy, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(_jit, "__file__", str(copy / "_jit.py"))
    digest = _jit.source_digest.__wrapped__
    before = digest()
    with (copy / "cuda" / "relu.py").open("a", encoding="utf-8") as file:
        file.write("# edited\n")
    assert digest() == before
    with (copy / "angles.py").open("a", encoding="utf-8") as file:
        file.write("# edited\n")
    assert digest() != before
