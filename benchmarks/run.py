"""`python -m benchmarks.run`: ours against what a user would otherwise do; ratio, goal, stored ratio, accuracy.

CPU time, one thread per library, medians of interleaved turns, after warm-up; what the first call costs is printed too.
Words after the command choose rows by what they are called; --store keeps the ratios as those to compare with.
"""

from __future__ import annotations

import os
import sys
import time

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_name, "1")

import argparse  # noqa: E402 - the settings above must come before NumPy
from collections.abc import Callable  # noqa: E402

from benchmarks import particles, peers, regions, relu, relu_samples, spectra, spinglass, stored  # noqa: E402
from benchmarks.measure import Row, duration, table  # noqa: E402

THEMES = ("relu", "spectra", "spinglass", "particles", "regions")


def spinglass_rows() -> list[Callable[[], list[Row]]]:
    """Spin glasses."""
    return [
        *(lambda spins=spins: spinglass.gradient_rows(spins, 0.2) for spins in (200, 400, 600)),  # type: ignore[misc]
        lambda: [spinglass.descent_row(100, 5)],
        lambda: [spinglass.enumeration_row(6, 100)],
    ]


def themes() -> dict[str, tuple[Callable[[], object], list[Callable[[], list[Row]]]]]:
    """Warm-up and rows of each theme."""
    return {
        "relu": (relu.warm_up, relu.rows() + relu_samples.rows()),
        "spectra": (lambda: None, spectra.rows()),
        "spinglass": (spinglass.warm_up, spinglass_rows()),
        "particles": (
            particles.warm_up,
            [
                lambda: [particles.loss_gradient_row(10, 256)],
                lambda: [particles.hessian_row(10, 32)],
                lambda: [particles.sgd_row(10, 64, 64), particles.sgd_row(10, 256, 256)],
            ],
        ),
        "regions": (lambda: None, [regions.rows]),
    }


def main(arguments: list[str] | None = None) -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.run", description=__doc__)
    parser.add_argument("themes", nargs="*", metavar="THEME", help=f"of {', '.join(THEMES)}; all without one")
    parser.add_argument("--store", action="store_true", help="keep the ratios in benchmarks/ratios.json")
    options = parser.parse_args(arguments)
    for name in options.themes:
        if name not in THEMES:
            parser.error(f"expected themes among {', '.join(THEMES)}, got {name!r}")
    chosen = {name: work for name, work in themes().items() if not options.themes or name in options.themes}
    begin = time.perf_counter()
    for warm_up, _ in chosen.values():
        warm_up()
    print(f"first calls (compilation, or reading its cache): {duration(time.perf_counter() - begin)}", flush=True)
    rows: list[Row] = []
    for _, calls in chosen.values():
        for call in calls:
            rows += call()
            print(f"{rows[-1].what}", file=sys.stderr, flush=True)
    print(table(rows, stored.load()))
    for name in peers.missing():
        print(f"{name}: absent; `make bench PEERS=1` installs the peers")
    if options.store:
        stored.store(rows)
    return 0


if __name__ == "__main__":
    sys.exit(main())
