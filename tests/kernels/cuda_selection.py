"""Results of the kernels that exist for both devices, as nested lists: on the processor and in CUDA's simulator.

Run as a program (NUMBA_ENABLE_CUDASIM=1) it prints the simulator's as JSON, with room in shared and in global memory,
and the conflicts that `cuda_conflicts` has seen.
"""

from __future__ import annotations

import importlib
import io
import json
import sys
from contextlib import redirect_stdout
from typing import Any

import numpy as np

from symlandscape import backends
from symlandscape.runs import start_batch


def answers(device: str) -> dict[str, list[Any]]:
    """Name of the claim: numbers."""
    return {
        "loss and gradient": list(losses(device)),
        "spin energies": list(energies(device)),
        "regions": list(regions(device)),
        "descent": list(descents(device)),
        "lbfgs": minima(device),
    }


def losses(device: str) -> Any:
    """More and fewer neurons than targets and threads, both kinds of target, parallel pairs, slopes, no matrix."""
    for k, d, h, slope in ((5, 3, 0, 0.0), (3, 4, 2, -0.5), (1, 1, 1, 0.3), (2, 2, 0, 0.0)):
        W = start_batch(5, k, 2, k, d)
        V = start_batch(6, k, 1, h, d)[0] if h else None
        if k > 2:
            W[0, 1] = -2.0 * W[0, 0]
            W[1, 2] = W[1, 0]
        values, gradients = backends.relu_losses_gradients(W, V, slope, device)
        yield from (values.tolist(), gradients.ravel().tolist())
    yield [part.size for part in backends.relu_losses_gradients(np.empty((0, 3, 3)), None, 0.0, device)]


def energies(device: str) -> Any:
    """Mixtures, degree 2, sizes around the width of a tile, more points than a block takes."""
    for spins, factors, count in ((3, {3: 0.2}, 5), (9, {2: 0.3}, 1), (5, {2: 0.3, 4: 0.1}, 2), (1, {3: 1.0}, 1)):
        couplings = backends.pack_couplings(spins, factors, lambda p: np.random.default_rng(p))
        points = np.random.default_rng(1).standard_normal((count, spins))
        yield from (part.ravel().tolist() for part in backends.spin_energies(couplings, points, device))
        yield backends.spin_energies(couplings, points[:0], device)[0].tolist()


def regions(device: str) -> Any:
    """Dependent columns, dead rows and points, both kinds of slope, more columns than points."""
    source = np.random.default_rng(3)
    for N, d0, d1, slope in ((6, 2, 2, 0.0), (6, 2, 2, 0.3), (3, 2, 3, 0.0), (4, 1, 1, 0.0)):
        X, W = source.standard_normal((N, d0)), source.standard_normal((5, d1, d0))
        W[1, 1 % d1] = W[1, 0]
        found = backends.classify_regions(W, X, np.arange(N) % 2 * 1.0, slope, device=device)
        parts = (found.wrong, found.squares, found.ranks, found.support, found.dead_points, found.dead_rows)
        yield from (part.tolist() for part in (*parts, found.verdicts, found.unclear))


def descents(device: str) -> Any:
    """Fixed-step methods that use up their steps, or reach a wide tolerance, or step onto a kink."""
    W, V = start_batch(7, 0, 2, 2, 2), start_batch(7, 1, 1, 1, 2)[0]
    for method, tol in (("gd", 1e-12), ("heavy-ball", 0.3), ("nesterov", 0.3)):
        batch = backends.minimise_relu(W, V, 0.1, method, tol, 7, device=device, step=0.1)  # type: ignore[arg-type]
        yield from (batch.points.ravel().tolist(), batch.losses.tolist(), batch.gradient_norms.tolist())
        yield from (batch.steps.tolist(), batch.status.tolist())
    batch = backends.minimise_relu(np.array([[[1.0]]]), np.array([[-1.0]]), 0.0, "gd", 1e-9, 3, device=device, step=2.0)
    yield from (batch.status.tolist(), batch.points.ravel().tolist())
    with np.errstate(all="ignore"):
        batch = backends.minimise_relu(np.full((1, 1, 1), 1e200), None, 0.0, "gd", 1e-9, 3, device=device)
    yield batch.status.tolist()
    for method in ("gd", "lbfgs"):
        shrunk = np.array([[[1.0, 0.5], [1e-11, 0.0]]])
        yield backends.minimise_relu(shrunk, None, 0.0, method, 1e-9, 3, device=device).status.tolist()  # type: ignore[arg-type]


def minima(device: str) -> list[Any]:
    """Where L-BFGS goes; the step counts of the two pipelines differ."""
    W = np.eye(2) + 0.3 * start_batch(5, 2, 2, 2, 2)
    batch = backends.minimise_relu(W, device=device)
    few = backends.minimise_relu(W, max_steps=3, device=device)
    return [batch.losses.tolist(), batch.status.tolist(), batch.points.ravel().tolist(), few.status.tolist()]


def particles(module: str) -> Any:
    """Steps of SGD for the three kinds of units, more and fewer of all than threads, and one that blows up."""
    sgd = importlib.import_module(module).sgd
    source = np.random.default_rng(2)
    for kind, n, d, points, step in ((0, 2, 5, 6, 0.1), (1, 2, 3, 4, 0.1), (2, 5, 3, 2, 0.1), (0, 2, 2, 2, 1e200)):
        c, Z = source.standard_normal(n), source.standard_normal((n, d + (kind == 0)))
        packed = source.standard_normal(d * (d + 1) * (d + 2) // 6)
        with np.errstate(all="ignore"):
            yield [sgd(c, Z, kind, 0.7, 1.3, packed, step, points, 3, 3, 11, 5)]
        if step < 1.0:
            yield from (c.tolist(), Z.ravel().tolist())


def commands() -> list[int]:
    """Exit codes of commands that ask for the device, their output dropped."""
    from symlandscape.cli import run

    words = ["relu discover --neurons 2 --inputs 2 --starts 1"]
    words += ["regions decay --inputs 2 --width 2 --samples 4 --eps 0.1 --draws 2"]
    words += ["particles train --inputs 3 --width 2 --unit relu --steps 2 --step 0.05 --batch 2 --logs 1"]
    with redirect_stdout(io.StringIO()):
        return [run([*word.split(), "--device", "cuda"]) for word in words]


def main() -> None:
    """Print a JSON document; the simulator's threads take turns often, or it waits most of the time."""
    sys.setswitchinterval(2e-5)
    from numba_kernels.cuda import _device, minimise, spinglass
    from tests.kernels import cuda_conflicts

    minimise.LBFGS_STEPS, minimise.DESCENT_STEPS = 5, 3  # several launches for each minimisation
    spinglass.MOST_PARTS = 2  # several tuples for each block
    with cuda_conflicts.watched() as conflicts:
        shared = answers("cuda")
        sgd = list(particles("numba_kernels.cuda.particles"))
        _device.SHARED = spinglass.SHARED = 0
        _device.MOST_BLOCKS = 1  # one block for all problems
        wide = answers("auto")
        conflicts_of_kernels = sorted(conflicts)
    with cuda_conflicts.watched() as conflicts:
        cuda_conflicts.launch_careless()
    found = {"commands": commands(), "conflicts": conflicts_of_kernels, "planted": sorted(conflicts)}
    json.dump({"shared": shared, "global": wide, "particles": sgd, **found}, sys.stdout)


if __name__ == "__main__":
    main()
