"""The same functions as plain Python (NUMBA_DISABLE_JIT=1) agree with the compiled ones to rounding."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from numba_kernels._jit import COMPILED
from tests.kernels.selection import answers

SCRIPT = """
import json, sys
from numba_kernels._jit import COMPILED
from tests.kernels.selection import answers
assert not COMPILED
json.dump(answers(), sys.stdout)
"""


@pytest.mark.skipif(not COMPILED, reason="compares the compiled kernels with the plain ones")
def test_plain_python_agrees_with_the_compiled_kernels() -> None:
    root = Path(__file__).parents[2]
    scope = {**os.environ, "NUMBA_DISABLE_JIT": "1", "PYTHONPATH": str(root)}
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT], capture_output=True, text=True, cwd=root, env=scope, timeout=220, check=False
    )
    assert done.returncode == 0, done.stderr
    for plain, compiled in zip(json.loads(done.stdout), answers(), strict=True):
        assert np.abs(np.asarray(plain) - np.asarray(compiled)).max() < 1e-11
