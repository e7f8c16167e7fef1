"""`python -m benchmarks.cuda`: the CUDA kernels against the processor's, torch and JAX on the same device.

Wall-clock time with the copies to and from the device, medians of interleaved turns after a first call that compiles;
the processor's side uses all its threads where the function has them. Where there is no device it says so.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable
from importlib.util import find_spec
from typing import Any

import numpy as np
import numpy.typing as npt

from benchmarks.autodiff import _closed_form
from benchmarks.measure import Row, table
from symlandscape import backends
from symlandscape.backends.particles_training import Network, StudentUnits, sgd_particles
from symlandscape.particles.students import drawn_target, random_network
from symlandscape.runs import start_batch
from symlandscape.spinglass import random_hamiltonian

Array = npt.NDArray[np.float64]

ROUNDS = 5


def clock(calls: list[Callable[[], Any]]) -> list[float]:
    """Median seconds of each call, in turns, after one call that is not counted."""
    times: list[list[float]] = [[] for _ in calls]
    for turn in range(ROUNDS + 1):
        for call, mine in zip(calls, times, strict=True):
            begin = time.perf_counter()
            call()
            if turn:
                mine.append(time.perf_counter() - begin)
    return [statistics.median(mine) for mine in times]


def gap(ours: Any, theirs: Any) -> float:
    """Largest difference of corresponding arrays."""
    return max(float(np.abs(a - b).max()) for a, b in zip(ours, theirs, strict=True))


def loss_rows(d: int, count: int) -> list[Row]:
    """A batch of losses and gradients, k = d, V = I."""
    W = start_batch(0, 0, count, d, d)
    peers: dict[str, Callable[[], Any]] = {"CPU kernel, one thread": lambda: backends.relu_losses_gradients(W)}
    if find_spec("torch") is not None:
        peers["torch autograd, this device"] = _torch(W)
    if find_spec("jax") is not None:
        peers["JAX vmap, this device"] = _jax(W)
    rows = []
    for name, peer in peers.items():
        a, b = clock([lambda: backends.relu_losses_gradients(W, device="cuda"), peer])
        error = gap(backends.relu_losses_gradients(W, device="cuda"), peer())
        rows.append(Row(f"loss+gradient {count} x d={d}", name, a, b, note=f"largest difference {error:.0e}"))
    return rows


def minimise_rows(d: int, count: int) -> list[Row]:
    """Random starts to gradient norm 1e-12, and 1000 steps of gradient descent."""
    W, threads, rows = start_batch(0, 0, count, d, d), backends.available_threads(), []
    for what, options in (("lbfgs", {}), ("gd", {"max_steps": 1000})):

        def run(device: str, method: str = what, extra: dict[str, Any] = options) -> backends.MinimiseBatch:
            return backends.minimise_relu(W, method=method, device=device, threads=threads, **extra)  # type: ignore[arg-type]

        a, b = clock([lambda: run("cuda"), lambda: run("cpu")])
        ours, theirs = run("cuda"), run("cpu")
        note = f"converged {ours.converged.mean():.1%} against {theirs.converged.mean():.1%}"
        rows.append(Row(f"{what} {count} x d={d}", f"CPU kernel, {threads} threads", a, b, note=note))
    return rows


def spin_row(spins: int, count: int) -> Row:
    """Energies and gradients of one Hamiltonian, p = 3."""
    couplings = random_hamiltonian(3, spins).couplings
    points = np.random.default_rng(0).standard_normal((count, spins))
    a, b = clock(
        [lambda: backends.spin_energies(couplings, points, "cuda"), lambda: backends.spin_energies(couplings, points)]
    )
    error = gap(backends.spin_energies(couplings, points, "cuda"), backends.spin_energies(couplings, points))
    speed = f"{couplings.data.nbytes * -(-count // 4) / a / 1e9:.0f} GB/s of couplings"
    what = f"spin glass p=3 N={spins}, {count} points"
    return Row(what, "CPU kernel, one thread", a, b, note=f"largest difference {error:.0e}; {speed}")


def region_row(samples: int, inputs: int, width: int, count: int) -> Row:
    """Classification of drawn regions."""
    source, threads = np.random.default_rng(0), backends.available_threads()
    X, y = source.standard_normal((samples, inputs)), np.arange(samples) % 2 * 1.0
    W = source.standard_normal((count, width, inputs))

    def run(device: str) -> backends.RegionSample:
        return backends.classify_regions(W, X, y, 0.0, threads, device)

    a, b = clock([lambda: run("cuda"), lambda: run("cpu")])
    ours, theirs = run("cuda"), run("cpu")
    same = float(((ours.ranks == theirs.ranks) & (ours.wrong == theirs.wrong)).mean())
    what = f"regions {count} x N={samples}, D={inputs * width}"
    return Row(what, f"CPU kernel, {threads} threads", a, b, note=f"rank and errors equal in {same:.2%}")


def particle_row(inputs: int, width: int, batch: int) -> Row:
    """100 steps of stochastic gradient descent, biased ReLU units."""
    target, units = drawn_target(inputs, 0), StudentUnits()
    network = random_network(units, inputs, width, 0, 0)

    def run(device: str) -> Network:
        return sgd_particles(target, units, network, 0.01, batch, 100, device=device)[0]

    a, b = clock([lambda: run("cuda"), lambda: run("cpu")])
    what = f"SGD n={width}, d={inputs}, batch {batch}"
    error = gap(run("cuda"), run("cpu"))
    return Row(what, "CPU kernel, one thread", a / 100, b / 100, note=f"largest difference {error:.0e} after 100 steps")


def _torch(W: Array) -> Callable[[], Any]:
    import torch

    eye = torch.eye(W.shape[2], dtype=torch.float64, device="cuda")
    both = torch.func.vmap(torch.func.grad_and_value(lambda x: _closed_form(torch, x, eye)))

    def call() -> Any:
        gradient, value = both(torch.tensor(W, device="cuda"))
        return value.cpu().numpy(), gradient.cpu().numpy()

    return call


def _jax(W: Array) -> Callable[[], Any]:
    import jax

    jax.config.update("jax_enable_x64", True)
    eye = jax.numpy.eye(W.shape[2])
    both = jax.jit(jax.vmap(jax.value_and_grad(lambda x: _closed_form(jax.numpy, x, eye))))
    return lambda: [np.asarray(part) for part in both(W)]


def main() -> int:
    """Print the table, or one sentence."""
    if backends.resolve_device("auto") != "cuda":
        print("no CUDA device was found here; run this where `symlandscape relu discover --device cuda` works")
        return 0
    from numba import config

    if config.ENABLE_CUDASIM:
        print("NUMBA_ENABLE_CUDASIM simulates a device, which has no speed to measure; unset it")
        return 0
    rows = [*loss_rows(20, 100_000), *loss_rows(100, 1000), *minimise_rows(20, 2000)]
    rows += [spin_row(200, 1000), spin_row(600, 64), region_row(48, 8, 6, 20_000)]
    rows += [particle_row(20, 1024, 128), particle_row(20, 1024, 1024)]
    print(table(rows))
    return 0


if __name__ == "__main__":
    sys.exit(main())
