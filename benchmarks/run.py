"""`python -m benchmarks.run`: ours against NumPy, SciPy (torch and JAX where installed), ratio and accuracy beside.

CPU time, one thread per library, medians of interleaved turns, after warm-up; what the first call costs is printed too.
"""

from __future__ import annotations

import os
import sys
import time

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_name, "1")

import numpy as np  # noqa: E402 - the settings above must come before NumPy
import numpy.typing as npt  # noqa: E402
from scipy.optimize import minimize  # noqa: E402

from benchmarks import autodiff, particles, peers, regions, spinglass  # noqa: E402
from benchmarks.measure import Row, duration, interleaved, table  # noqa: E402
from symlandscape import backends  # noqa: E402
from symlandscape.runs import start_batch, starts  # noqa: E402

Array = npt.NDArray[np.float64]

ROUNDS = 7


def loss_gradient_rows(d: int, goal: float, slice_: float) -> list[Row]:
    """One loss and gradient per call."""
    W = starts(0, 0, d, d)
    exact, exact_gradient = peers.extended_loss_gradient(W)

    def error(pair: tuple[float, Array]) -> float:
        return float(max(abs(pair[0] - exact), np.abs(pair[1] - exact_gradient).max()))

    def ours() -> tuple[float, Array]:
        return backends.relu_loss_gradient(W)

    rows = []
    others = {"NumPy closed form": (lambda: peers.numpy_loss_gradient(W), goal), **autodiff.loss_gradient(W)}
    for name, (theirs, aim) in others.items():
        a, b = interleaved(ours, theirs, ROUNDS, slice_)
        rows.append(Row(f"loss+gradient d={d}", name, a, b, aim, error(ours()), error(theirs())))
    return rows


def batch_row(slice_: float) -> Row:
    """A batch of 1000 at d = 20 against the closed form in a loop."""
    W = start_batch(0, 0, 1000, 20, 20)
    a, b = interleaved(
        lambda: backends.relu_losses_gradients(W), lambda: [peers.numpy_loss_gradient(w) for w in W], 3, slice_
    )
    return Row("batch 1000 x d=20", "NumPy, one by one", a, b, None)


def hessian_row(d: int, slice_: float) -> Row:
    """Dense Hessian into a reused buffer."""
    W = starts(0, 0, d, d)
    out = np.empty((d * d, d * d))
    a, b = interleaved(lambda: backends.relu_hessian(W, out=out), lambda: peers.numpy_hessian(W), ROUNDS, slice_)
    gap = float(np.abs(backends.relu_hessian(W) - peers.numpy_hessian(W)).max())
    return Row(f"Hessian d={d}", "NumPy tensors", a, b, None, note=f"largest difference {gap:.0e}")


def product_row(d: int, slice_: float) -> Row:
    """Hessian-vector product, the set-up shared by 100 directions, against the ready matrix."""
    W = starts(0, 0, d, d)
    X = start_batch(1, 0, 100, d, d, 1.0)
    dense = backends.relu_hessian(W)
    flat = X.reshape(100, -1)
    a, b = interleaved(lambda: backends.relu_hessian_product(W, X), lambda: [dense @ x for x in flat], ROUNDS, slice_)
    return Row(f"Hessian product d={d}", "NumPy ready matrix", a / 100, b / 100, None)


def minimise_row(d: int, count: int, goal: float) -> Row:
    """Random start to gradient norm 1e-12 against SciPy's L-BFGS-B with our gradient, at its tightest setting."""
    batch = start_batch(0, 0, count, d, d)
    norms: list[float] = []

    def theirs() -> None:
        norms.clear()
        for start in batch:

            def value(x: Array) -> tuple[float, Array]:
                loss, gradient = peers.numpy_loss_gradient(x.reshape(d, d))
                return loss, gradient.ravel()

            options = {"ftol": 0.0, "gtol": 1e-14, "maxiter": 5000, "maxfun": 20000, "maxls": 40}
            result = minimize(value, start.ravel(), jac=True, method="L-BFGS-B", options=options)
            norms.append(float(np.linalg.norm(value(result.x)[1])))

    a, b = interleaved(lambda: backends.minimise_relu(batch), theirs, 3, 0.0)
    ours = backends.minimise_relu(batch)
    note = f"reach 1e-12: ours {ours.converged.mean():.0%}, peer {np.mean(np.array(norms) <= 1e-12):.0%} of {count}"
    worst = float(ours.gradient_norms.max())
    return Row(f"minimise d={d}", "SciPy L-BFGS-B", a / count, b / count, goal, worst, max(norms), note)


def main() -> int:
    """Print the table."""
    begin = time.perf_counter()
    first = starts(0, 0, 3, 3)
    backends.relu_loss_gradient(first)
    backends.relu_hessian(first)
    backends.relu_hessian_product(first, first)
    backends.relu_losses_gradients(first[None])
    backends.minimise_relu(first[None])
    spinglass.warm_up()
    particles.warm_up()
    print(f"first calls (compilation, or reading its cache): {duration(time.perf_counter() - begin)}", flush=True)
    rows = [*loss_gradient_rows(20, 10, 0.05), *loss_gradient_rows(100, 3, 0.1), batch_row(0.1)]
    rows += [hessian_row(d, 0.05) for d in (10, 20, 50)]
    rows += [product_row(d, 0.05) for d in (20, 50)]
    rows += [minimise_row(10, 10, 12), minimise_row(20, 5, 12)]
    for spins in (200, 400, 600):
        rows += spinglass.gradient_rows(spins, 0.2)
    rows += [spinglass.descent_row(100, 5), spinglass.enumeration_row(6, 100)]
    rows += [particles.loss_gradient_row(10, 256), particles.hessian_row(10, 32)]
    rows += [particles.sgd_row(10, 64, 64), particles.sgd_row(10, 256, 256)]
    rows += regions.rows()
    print(table(rows))
    for name in peers.missing():
        print(f"{name}: absent (install the extra `peers` for its rows)")
    return 0


if __name__ == "__main__":
    sys.exit(main())
