"""ReLU networks: loss and gradient, batches, Hessians, products, minimisation; V is the unit matrix, k = h = d."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from importlib.util import find_spec
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.linalg.lapack import dpotrf
from scipy.optimize import minimize

from benchmarks import autodiff, peers
from benchmarks.measure import Row, interleaved
from symlandscape import backends
from symlandscape.runs import start_batch, starts

Array = npt.NDArray[np.float64]

ROUNDS = 9
ANGLE = 0.5e-9  # seconds for an angle in the bound


def warm_up() -> None:
    """First calls of everything that is timed."""
    first = starts(0, 0, 3, 3)
    backends.relu_loss_gradient(first)
    backends.relu_hessian(first)
    backends.relu_hessian_product(first, first)
    backends.relu_losses_gradients(first[None])
    backends.minimise_relu(first[None])
    backends.network_loss_gradient(first, np.ones(3))


def absent(what: str, peer: str, goal: float | None, names: tuple[str, ...]) -> Row | None:
    """The row of a peer that is not installed, None where it is."""
    for name in names:
        if find_spec(name) is None:
            return Row(what, peer, None, None, goal, note=f"{name} is not installed: make bench PEERS=1")
    return None


def loss_gradient_rows(d: int, goals: tuple[float | None, ...], slice_: float, rounds: int = ROUNDS) -> list[Row]:
    """One loss and gradient per call against NumPy, torch autograd, JAX (goals in this order)."""
    W = starts(0, 0, d, d)
    exact, exact_gradient = peers.extended_loss_gradient(W)

    def error(pair: Any) -> float:
        return float(max(abs(pair[0] - exact), np.abs(pair[1] - exact_gradient).max()))

    what, rows = f"loss+gradient d={d}", []
    others: list[tuple[str, tuple[str, ...], Callable[[], Any]]] = [
        ("NumPy closed form", (), lambda: lambda: peers.numpy_loss_gradient(W)),
        ("torch autograd", ("torch",), lambda: autodiff.torch_gradient(W)),
        ("JAX jit autodiff", ("jax",), lambda: autodiff.jax_gradient(W)),
    ]
    for (peer, names, make), goal in zip(others, goals, strict=False):
        row = absent(what, peer, goal, names)
        if row is None:
            theirs = make()
            a, b = interleaved(lambda: backends.relu_loss_gradient(W), theirs, rounds, slice_)
            row = Row(what, peer, a, b, goal, error(backends.relu_loss_gradient(W)), error(theirs()))
        rows.append(row)
    return rows


def second_layer_row(d: int) -> Row:
    """Loss and gradient in both layers, weights of both signs."""
    W, a = starts(0, 0, d, d), np.linspace(-1.0, 1.0, d)
    value, in_W, in_a = backends.network_loss_gradient(W, a)
    known = peers.numpy_network(W, a)
    gap = max(abs(value - known[0]), np.abs(in_W - known[1]).max(), np.abs(in_a - known[2]).max())
    calls = lambda: backends.network_loss_gradient(W, a), lambda: peers.numpy_network(W, a)
    ours, theirs = interleaved(*calls, ROUNDS, 0.03)
    note = f"largest difference {gap:.0e}"
    return Row(f"loss+gradient in both layers d={d}", "NumPy closed form", ours, theirs, note=note)


def axes_rows(d: int) -> list[Row]:
    """Targets along the axes, against the road of any targets: an entry of 1e-300 more leads there."""
    W, X = starts(0, 0, d, d), start_batch(1, 0, 20, d, d, 1.0)
    V = np.diag(np.linspace(0.5, 2.0, d))[::-1].copy()
    other = V + 1e-300 * np.eye(d)
    rows = []
    calls: list[tuple[str, Callable[[Array], Any]]] = [
        ("loss+gradient", lambda T: backends.relu_loss_gradient(W, T)[1]),
        ("20 Hessian products", lambda T: backends.relu_hessian_product(W, X, T)),
    ]
    for name, call in calls:
        gap = np.abs(call(V) - call(other)).max()
        times = interleaved(partial(call, V), partial(call, other), ROUNDS, 0.03)
        rows.append(Row(f"{name} V=DP d={d}", "general V", *times, note=f"largest difference {gap:.0e}"))
    return rows


def batch_rows() -> list[Row]:
    """A batch of 1000 at d = 20."""
    W = start_batch(0, 0, 1000, 20, 20)
    what, rows = "batch 1000 x d=20", []
    known = backends.relu_losses_gradients(W)[1]
    others: list[tuple[str, float, tuple[str, ...], Callable[[], Any]]] = [
        ("NumPy batched", 5, (), lambda: lambda: peers.numpy_batch(W)),
        ("torch autograd", 20, ("torch",), lambda: autodiff.torch_gradient(W)),
        ("JAX vmap", 35, ("jax",), lambda: autodiff.jax_gradient(W)),
    ]
    for peer, goal, names, make in others:
        row = absent(what, peer, goal, names)
        if row is None:
            theirs = make()
            gap = float(np.abs(theirs()[1] - known).max())
            a, b = interleaved(lambda: backends.relu_losses_gradients(W), theirs, 5, 0.0)
            row = Row(what, peer, a, b, goal, note=f"largest difference of gradients {gap:.0e}")
        rows.append(row)
    return rows


def peak() -> float:
    """Flop per second of one core: the best of NumPy's matrix products at a size that fits the cache."""
    a = np.random.default_rng(0).standard_normal((320, 320))
    fastest, _ = interleaved(lambda: a @ a, lambda: None, 15, 0.005)
    return 2 * 320**3 / fastest


def bound_rows(sizes: tuple[int, ...]) -> list[Row]:
    """The bound (3 k^2 d flop at the peak and 0.5 ns for each of k(k-1)/2 + k h angles) over our time in a batch."""
    rate = peak()
    rows = []
    for d in sizes:
        W = start_batch(0, 0, 64 if d <= 32 else max(1, 100_000 // d**3), d, d)
        bound = 3 * d**3 / rate + ANGLE * (d * (d - 1) / 2 + d * d)
        a, _ = interleaved(lambda: backends.relu_losses_gradients(W), lambda: None, ROUNDS, 0.03)  # noqa: B023
        note = f"bound at {rate / 1e9:.0f} Gflop/s"
        rows.append(Row(f"fraction of the bound d={d}", "hardware", a / len(W), bound, 0.45, note=note))
    return rows


def hessian_rows(d: int, goal: float) -> list[Row]:
    """Dense Hessian into a reused buffer."""
    W = starts(0, 0, d, d)
    out = np.empty((d * d, d * d))
    what, rows = f"Hessian d={d}", []
    known = backends.relu_hessian(W)
    others: list[tuple[str, float | None, tuple[str, ...], Callable[[], Any]]] = [
        ("NumPy tensors", None, (), lambda: lambda: peers.numpy_hessian(W)),
        ("jax.jit(jax.hessian)", goal, ("jax",), lambda: autodiff.jax_hessian(W)),
    ]
    for peer, aim, names, make in others:
        row = absent(what, peer, aim, names)
        if row is None:
            theirs = make()
            gap = float(np.abs(theirs() - known).max())
            a, b = interleaved(lambda: backends.relu_hessian(W, out=out), theirs, 5, 0.02)
            row = Row(what, peer, a, b, aim, note=f"largest difference {gap:.0e}")
        rows.append(row)
    return rows


def product_rows(d: int, goal: float) -> list[Row]:
    """Hessian-vector product, the set-up shared by 100 directions."""
    W = starts(0, 0, d, d)
    X = start_batch(1, 0, 100, d, d, 1.0)
    what, rows = f"Hessian product d={d}", []
    known = backends.relu_hessian_product(W, X)
    others: list[tuple[str, float | None, tuple[str, ...], Callable[[], Any]]] = [
        ("JAX jvp of grad", goal, ("jax",), lambda: autodiff.jax_product(W, X)),
    ]
    if d <= 50:
        others.insert(0, ("NumPy ready matrix", None, (), lambda: _ready(W, X)))
    for peer, aim, names, make in others:
        row = absent(what, peer, aim, names)
        if row is None:
            theirs = make()
            gap = float(np.abs(np.array(theirs()).reshape(known.shape) - known).max())
            a, b = interleaved(lambda: backends.relu_hessian_product(W, X), theirs, 5, 0.02)
            row = Row(what, peer, a / 100, b / 100, aim, note=f"largest difference {gap:.0e}")
        rows.append(row)
    return rows


def _ready(W: Array, X: Array) -> Callable[[], Any]:
    dense = backends.relu_hessian(W)
    flat = X.reshape(len(X), -1)
    return lambda: [dense @ x for x in flat]


def scipy_minimise(batch: Array) -> Callable[[], Array]:
    """SciPy's L-BFGS-B on the closed form in NumPy, at its tightest setting; gradient norms."""

    def value(x: Array) -> tuple[float, Array]:
        d = batch.shape[2]
        loss, gradient = peers.numpy_loss_gradient(x.reshape(d, d))
        return loss, gradient.ravel()

    def call() -> Array:
        options = {"ftol": 0.0, "gtol": 1e-14, "maxiter": 5000, "maxfun": 20000, "maxls": 40}
        ends = [minimize(value, w.ravel(), jac=True, method="L-BFGS-B", options=options).x for w in batch]
        return np.array([np.linalg.norm(value(x)[1]) for x in ends])

    return call


def descent_peer(batch: Array) -> Callable[[], Array]:
    """Plain gradient descent in NumPy with the step 1/(d/4 + 1); gradient norms."""
    step = 1.0 / (batch.shape[2] / 4 + 1)
    return lambda: np.array([peers.numpy_descent(w, step, 1e-12, 20_000)[1] for w in batch])


def minimise_rows(d: int, count: int, goals: dict[str, float]) -> list[Row]:
    """Random start to gradient norm 1e-12; the peers' norms tell how far they come."""
    batch = start_batch(0, 0, count, d, d)
    what, rows = f"minimise d={d}", []
    others: list[tuple[str, tuple[str, ...], int, Callable[[Array], Any]]] = [
        ("gradient descent in NumPy", (), 2, descent_peer),
        ("optax L-BFGS jitted", ("jax", "optax"), 4, lambda w: autodiff.optax_minimise(w, 1e-12, 2000)),
        ("SciPy L-BFGS-B", (), count, scipy_minimise),
    ]
    ours = backends.minimise_relu(batch)
    for peer, names, part, make in others:
        if peer not in goals:
            continue
        row = absent(what, peer, goals[peer], names)
        if row is None:
            few = batch[:part]
            theirs = make(few)
            norms = theirs()
            a, b = interleaved(lambda: backends.minimise_relu(few), theirs, 1 if part < 3 else 3, 0.0)  # noqa: B023
            note = f"reach 1e-12: ours {ours.converged.mean():.0%} of {count}, peer {np.mean(norms <= 1e-12):.0%}"
            worst = float(ours.gradient_norms.max())
            row = Row(what, peer, a / part, b / part, goals[peer], worst, float(norms.max()), note)
        rows.append(row)
    return rows


def tested_row(d: int, count: int) -> Row:
    """Random start to a critical point whose Hessian passes a Cholesky factorisation in floats (no proof)."""
    batch = start_batch(0, 0, count, d, d)
    out = np.empty((d * d, d * d))
    passed = 0

    def call() -> None:
        nonlocal passed
        passed = 0
        for x in backends.minimise_relu(batch).points:
            backends.relu_hessian(x, out=out, triangle="upper")
            passed += dpotrf(out.T, lower=1, clean=0, overwrite_a=1)[1] == 0

    a, _ = interleaved(call, lambda: None, 3, 0.0)
    note = f"{count / a:.0f} per second and core; {passed} of {count} positive definite"
    return Row(f"start to tested minimum d={d}", "goal: 500 per second", a / count, 1 / 500, 1, note=note)


def rows() -> list[Callable[[], list[Row]]]:
    """All rows, as calls."""
    return [
        lambda: loss_gradient_rows(20, (10, 200, 30), 0.03, 25),
        lambda: loss_gradient_rows(100, (2.5, 15, 10), 0.05),
        lambda: loss_gradient_rows(500, (1.2,), 0.1, 5),
        lambda: loss_gradient_rows(1000, (1.2,), 0.1, 5),
        lambda: [second_layer_row(20), second_layer_row(100)],
        lambda: axes_rows(20),
        lambda: axes_rows(100),
        batch_rows,
        lambda: bound_rows((20, 50, 100, 200, 500)),
        lambda: hessian_rows(10, 50),
        lambda: hessian_rows(20, 30),
        lambda: hessian_rows(50, 50),
        lambda: product_rows(20, 30),
        lambda: product_rows(50, 12),
        lambda: product_rows(100, 6),
        lambda: minimise_rows(10, 10, {"SciPy L-BFGS-B": 12}),
        lambda: minimise_rows(
            20, 10, {"gradient descent in NumPy": 300, "optax L-BFGS jitted": 15, "SciPy L-BFGS-B": 12}
        ),
        lambda: [tested_row(20, 20)],
    ]
