"""Settings of the whole suite: reproducible property tests, slow tests on request, device tests where a device is."""

from __future__ import annotations

import os

# two test processes on two cores: a BLAS with its own threads would only fight with them
for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_name, "1")

import pytest  # noqa: E402 - the settings above must come before NumPy
from hypothesis import HealthCheck, settings  # noqa: E402

# the first call of a kernel compiles it, so no deadline; the same examples on every machine
settings.register_profile(
    "suite",
    deadline=None,
    derandomize=True,
    max_examples=30,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("suite")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--full", action="store_true", help="run the slow, complete versions of the checks too")


def _device() -> bool:
    try:
        from numba import cuda

        return bool(cuda.is_available())
    except Exception:  # whatever a half-installed driver raises, there is no device to test on
        return False


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if not config.getoption("--full"):
        for item in items:
            if item.get_closest_marker("full"):
                item.add_marker(pytest.mark.skip(reason="slow: runs with --full"))
    on_device = [item for item in items if item.get_closest_marker("device")]
    if on_device and not _device():
        for item in on_device:
            item.add_marker(pytest.mark.skip(reason="no CUDA device here"))
