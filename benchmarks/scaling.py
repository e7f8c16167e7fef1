"""`python -m benchmarks.scaling`: cost against d from 10 to 1000, against starts and threads; a figure and its numbers.

Writes scaling.svg and scaling.json into the folder given by --out (default: the current one). The bound of loss and
gradient is drawn in: 3 k^2 d flop at the speed of NumPy's matrix product and 0.5 ns for each angle.
"""

from __future__ import annotations

import os
import sys

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_name, "1")

import argparse  # noqa: E402 - the settings above must come before NumPy
import json  # noqa: E402
import time  # noqa: E402
from pathlib import Path  # noqa: E402
from typing import Any  # noqa: E402

import numpy as np  # noqa: E402

from benchmarks import peers, stored  # noqa: E402
from benchmarks.measure import interleaved  # noqa: E402
from benchmarks.relu import ANGLE, peak  # noqa: E402
from symlandscape import backends  # noqa: E402
from symlandscape.runs import start_batch, starts  # noqa: E402

SIZES = (10, 14, 20, 28, 40, 56, 80, 112, 160, 224, 320, 450, 640, 1000)
RATIOS = (0.25, 0.5, 1.0, 2.0, 4.0)


def bound(k: int, d: int, rate: float) -> float:
    """Seconds below which loss and gradient with k neurons and d inputs and targets do not come."""
    return 3 * k * k * d / rate + ANGLE * (k * (k - 1) / 2 + k * d)


def against_size(rate: float) -> list[dict[str, float]]:
    """Seconds of one loss and gradient (alone, and in a batch) at k = d, ours and NumPy's."""
    points = []
    for d in SIZES:
        W = starts(0, 0, d, d)
        alone, peer = interleaved(
            lambda: backends.relu_loss_gradient(W),  # noqa: B023
            lambda: peers.numpy_loss_gradient(W),  # noqa: B023
            7 if d < 400 else 3,
            0.01,
        )
        many = start_batch(0, 0, 64 if d <= 56 else 1, d, d)
        batch, _ = interleaved(lambda: backends.relu_losses_gradients(many), lambda: None, 5, 0.01)  # noqa: B023
        points.append({"d": d, "alone": alone, "batch": batch / len(many), "numpy": peer, "bound": bound(d, d, rate)})
    return points


def against_neurons(d: int, rate: float) -> list[dict[str, float]]:
    """Seconds of one loss and gradient for k from d/4 to 4 d at fixed d."""
    points = []
    for ratio in RATIOS:
        k = int(ratio * d)
        W = starts(0, 0, k, d)
        alone, _ = interleaved(lambda: backends.relu_loss_gradient(W), lambda: None, 7, 0.01)  # noqa: B023
        points.append({"k": k, "d": d, "alone": alone, "bound": bound(k, d, rate)})
    return points


def against_starts(d: int) -> list[dict[str, float]]:
    """CPU seconds of minimisations from 1 to 256 random starts."""
    points = []
    for count in (1, 4, 16, 64, 256):
        batch = start_batch(0, 0, count, d, d)
        begin = time.process_time()
        backends.minimise_relu(batch)
        points.append({"starts": count, "seconds": time.process_time() - begin})
    return points


def against_threads(d: int, count: int) -> list[dict[str, float]]:
    """Wall clock seconds of the same minimisations on 1, 2, .. threads; the end points have the same bits."""
    batch = start_batch(0, 0, count, d, d)
    first = backends.minimise_relu(batch).points
    points = []
    for threads in range(1, backends.available_threads() + 1):
        begin = time.perf_counter()
        found = backends.minimise_relu(batch, threads=threads).points
        seconds = time.perf_counter() - begin
        points.append({"threads": threads, "seconds": seconds, "same bits": float(np.array_equal(found, first))})
    return points


def measure() -> dict[str, Any]:
    """All numbers, with the machine they were taken on."""
    backends.relu_loss_gradient(starts(0, 0, 3, 3))
    backends.relu_losses_gradients(start_batch(0, 0, 8, 3, 3))
    backends.minimise_relu(start_batch(0, 0, 1, 3, 3))
    rate = peak()
    return {
        "machine": stored.machine(),
        "gigaflops": rate / 1e9,
        "size": against_size(rate),
        "neurons": against_neurons(100, rate),
        "starts": against_starts(12),
        "threads": against_threads(12, 256),
    }


def draw_size(ax: Any, points: list[dict[str, float]]) -> None:
    """Cost against d, the bound below."""
    d = [p["d"] for p in points]
    for name, label, style in (
        ("numpy", "NumPy closed form", "s-"),
        ("alone", "one per call", "o-"),
        ("batch", "in a batch", "^-"),
        ("bound", "bound", "k--"),
    ):
        ax.loglog(d, [p[name] * 1e6 for p in points], style, label=label, markersize=3, linewidth=1)
    ax.set(xlabel="d (k = d)", ylabel="loss and gradient, microseconds")
    ax.legend(frameon=False)


def draw_neurons(ax: Any, points: list[dict[str, float]]) -> None:
    """Cost against k at fixed d, the bound below."""
    k = [p["k"] for p in points]
    ax.loglog(k, [p["alone"] * 1e6 for p in points], "o-", label="one per call", markersize=3, linewidth=1)
    ax.loglog(k, [p["bound"] * 1e6 for p in points], "k--", label="bound", linewidth=1)
    ax.set(xlabel=f"k (d = {points[0]['d']:.0f})", ylabel="loss and gradient, microseconds")
    ax.set_xticks(k, [f"{n:.0f}" for n in k])
    ax.set_xticks([], minor=True)
    ax.legend(frameon=False)


def draw_starts(ax: Any, points: list[dict[str, float]]) -> None:
    """CPU time against the number of starts, beside proportionality."""
    count = [p["starts"] for p in points]
    per_start = points[-1]["seconds"] / points[-1]["starts"]
    ax.loglog(count, [p["seconds"] for p in points], "o-", label="minimise, d = 12", markersize=3, linewidth=1)
    ax.loglog(count, [per_start * n for n in count], "k--", label="proportional", linewidth=1)
    ax.set(xlabel="starts", ylabel="CPU seconds")
    ax.legend(frameon=False)


def draw_threads(ax: Any, points: list[dict[str, float]]) -> None:
    """Speed against the number of threads, beside the number itself."""
    threads = [p["threads"] for p in points]
    ax.plot(threads, [points[0]["seconds"] / p["seconds"] for p in points], "o-", label="256 starts, d = 12")
    ax.plot(threads, threads, "k--", label="number of threads", linewidth=1)
    ax.set(xlabel="threads", ylabel="speed over one thread", xticks=threads)
    ax.legend(frameon=False)


def figure(numbers: dict[str, Any]) -> Any:
    """The four curves on one sheet."""
    from matplotlib.figure import Figure

    sheet = Figure(figsize=(9, 7), layout="constrained")
    axes = sheet.subplots(2, 2)
    draw_size(axes[0, 0], numbers["size"])
    draw_neurons(axes[0, 1], numbers["neurons"])
    draw_starts(axes[1, 0], numbers["starts"])
    draw_threads(axes[1, 1], numbers["threads"])
    return sheet


def main(arguments: list[str] | None = None) -> int:
    """Measure, write the JSON and the SVG."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.scaling", description=__doc__)
    parser.add_argument("--out", default=".", help="folder of scaling.json and scaling.svg")
    folder = Path(parser.parse_args(arguments).out)
    folder.mkdir(parents=True, exist_ok=True)
    numbers = measure()
    (folder / "scaling.json").write_text(json.dumps(numbers, indent=1) + "\n")
    sheet = figure(numbers)
    sheet.savefig(folder / "scaling.svg")
    print(f"{folder / 'scaling.json'}, {folder / 'scaling.svg'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
