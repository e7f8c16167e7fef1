"""Every CUDA kernel compiles for a device, also where there is none: Numba's typing and the NVVM compiler say so."""

from __future__ import annotations

import ast
import importlib
import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from numba_kernels._jit import COMPILED

SIZES = ("i",) * 4
KERNELS: dict[tuple[str, str], tuple[str, ...]] = {
    ("relu", "_losses_gradients"): ("f2", "f1", *SIZES, "f", "f1", "f2", "i", "f2"),
    ("minimise", "_descents"): ("i1", *("f2",) * 4, "f1", *SIZES, *("f",) * 5, "i", "i", "i", "f2"),
    ("minimise", "_lbfgs"): ("i1", *("f2",) * 4, "f1", *SIZES, "f", "f", "i", "i", "i", "f2"),
    ("spinglass", "_partial_sums"): ("f2", "i2", "f1", "i", "i", "f3", "f3"),
    ("spinglass", "_add_up"): ("f3", "f2"),
    ("particles", "_residuals"): ("f1", "f1", "i", "i", "i", "f", "f", "f1", "u", "i", "u", "i1", "f2", "f1"),
    ("particles", "_moves"): ("f1", "f1", "i", "i", "i", "f", "f", "f", "i", "i1", "f2", "f1"),
    ("regions", "_sample"): ("f2", "f1", "f1", "f1", "f", "i", "i", "i", "f2", "i", "f2"),
}


@pytest.mark.full
@pytest.mark.skipif(not COMPILED, reason="the JIT is off")
@pytest.mark.parametrize(("module", "name"), KERNELS)
def test_every_kernel_compiles_for_a_device(module: str, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """For compute capability 9.0; all our functions are inlined, and all arithmetic is in float64."""
    cuda = pytest.importorskip("numba.cuda", reason="this Numba has no CUDA; install the extra `cuda`")
    from numba import config, float64, int64, uint64, void

    if config.ENABLE_CUDASIM:
        pytest.skip("the simulator compiles nothing")
    try:
        from numba.cuda.cudadrv.nvvm import NVVM

        NVVM()
    except Exception as reason:  # no toolkit: each version of Numba has its own error for that
        pytest.skip(f"no NVVM compiler here: {type(reason).__name__}")
    dispatcher = importlib.import_module("numba.cuda.dispatcher")
    monkeypatch.setattr(dispatcher, "get_current_device", lambda: SimpleNamespace(compute_capability=(9, 0)))
    kinds: dict[str, Any] = {"f": float64, "i": int64, "u": uint64, "f1": float64[::1], "f2": float64[:, ::1]}
    kinds |= {"f3": float64[:, :, ::1], "i1": int64[::1], "i2": int64[:, ::1]}
    kernel = getattr(importlib.import_module(f"numba_kernels.cuda.{module}"), name)
    signature = void(*(kinds[word] for word in KERNELS[module, name]))
    try:
        text, _ = cuda.compile_ptx(kernel.py_func, signature, cc=(9, 0))
    except Exception as error:
        if type(error).__name__ != "DynamicLibNotFoundError":
            raise
        pytest.skip("a part of the CUDA toolkit is missing here")
    calls = re.findall(r"call\.\w+[^;]*;", text.split(".visible .entry")[1])
    assert all("trig_reduction" in call for call in calls)  # cos and sin of large angles
    assert not re.search(r"(add|mul|fma|div|sqrt|cvt)[.\w]*\.f32", text)


def test_the_list_above_names_every_kernel() -> None:
    """Under the simulator as well as without a device: a kernel is what is decorated with `entry`."""
    folder = Path(__file__).parents[2] / "numba_kernels" / "cuda"
    found = set()
    for path in folder.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef) and any(getattr(d, "id", "") == "entry" for d in node.decorator_list):
                found.add((path.stem, node.name))
    assert found == set(KERNELS)
