"""The loss in both layers: oracle at 50 digits, laws, weights that vanish, zero modes, minimisation."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from numba_kernels._jit import COMPILED
from symlandscape import backends
from symlandscape.errors import InputError
from symlandscape.runs import start_batch
from tests.kernels.relu_oracle import context, network_loss, second_differences

Array = npt.NDArray[np.float64]

few = settings(max_examples=20, deadline=None)
sizes = st.tuples(st.integers(1, 6), st.integers(1, 6), st.integers(1, 5), st.integers(0, 2**32 - 1))
slopes = st.sampled_from([0.0, -1.0, 0.25])
TARGETS = ["unit", "weighted unit", "axes", "general"]


def target(kind: str, d: int, h: int, rng: np.random.Generator) -> tuple[Array | None, Array | None]:
    """V and b of one kind."""
    b = rng.standard_normal(h)
    if kind == "unit":
        return None, None
    if kind == "weighted unit":
        return None, rng.standard_normal(d)
    if kind == "general":
        return rng.standard_normal((h, d)), b
    h = min(h, d)
    V = np.zeros((h, d))
    V[np.arange(h), rng.permutation(d)[:h]] = rng.standard_normal(h)
    return V, b[:h]


def draw(size: tuple[int, int, int, int], kind: str) -> tuple[Array, Array, Array | None, Array | None, Any]:
    k, d, h, seed = size
    rng = np.random.default_rng(seed)
    return rng.standard_normal((k, d)), rng.standard_normal(k), *target(kind, d, h, rng), rng


@pytest.mark.parametrize("kind", TARGETS)
@pytest.mark.parametrize("slope", [0.0, -0.5])
def test_loss_gradient_and_hessian_agree_with_50_digits_also_where_a_weight_vanishes(kind: str, slope: float) -> None:
    W, a, V, b, rng = draw((3, 2, 2, 7), kind)
    a[1] = 0.0
    W[2] = -1.3 * W[0] + 1e-3 * rng.standard_normal(2)
    rows, outer = (np.eye(2) if V is None else V), (np.ones(2 if V is None else len(V)) if b is None else b)
    value, in_W, in_a = backends.network_loss_gradient(W, a, V, b, slope)
    assert abs(value - network_loss(W, a, rows, outer, slope)) < 1e-14
    assert backends.network_loss(W, a, V, b, slope) == value
    slopes, squares = second_differences(W, a, rows, outer, slope)
    assert np.abs(np.concatenate([in_W.ravel(), in_a]) - slopes).max() < 1e-14
    dense = backends.network_hessian(W, a, V, b, slope)
    assert np.abs(dense - squares).max() < 1e-14 * (1 + np.abs(squares).max())
    image = backends.network_hessian_product(W, a, np.eye(9), V, b, slope)
    assert np.abs(image - squares).max() < 1e-14 * (1 + np.abs(squares).max())


@pytest.mark.parametrize("size", [0.0, 5e-324, 1e-300, 1e-150, 1e-12])
def test_derivatives_are_continuous_where_a_weight_goes_through_zero(size: float) -> None:
    W, a, V, b, rng = draw((5, 4, 3, 1), "general")
    a[2] = 0.0
    X = rng.standard_normal((3, 25))
    known = [*backends.network_loss_gradient(W, a, V, b), backends.network_hessian(W, a, V, b)]
    known.append(backends.network_hessian_product(W, a, X, V, b))
    for sign in (1.0, -1.0):
        a[2] = sign * size
        found = [*backends.network_loss_gradient(W, a, V, b), backends.network_hessian(W, a, V, b)]
        found.append(backends.network_hessian_product(W, a, X, V, b))
        for one, other in zip(known, found, strict=True):
            assert np.abs(np.asarray(one) - other).max() < 1e-14 + 20 * size


@few
@given(sizes, slopes, st.sampled_from(TARGETS))
def test_positive_weights_are_lengths_of_rows(size: tuple[int, int, int, int], slope: float, kind: str) -> None:
    W, a, V, b, rng = draw(size, kind)
    a = np.abs(a) + 0.1
    b = None if b is None else np.abs(b) + 0.1
    k, d = W.shape
    rows = None if b is None else b[:, None] * (np.eye(d) if V is None else V)
    value, in_W, in_a = backends.network_loss_gradient(W, a, V, b, slope)
    U = a[:, None] * W
    other, in_U = backends.relu_loss_gradient(U, rows, slope)
    scale = 1e-13 * (1 + np.abs(U).sum()) ** 2
    assert abs(value - other) < scale
    assert np.abs(in_W - a[:, None] * in_U).max() < scale
    assert np.abs(in_a - np.einsum("ia,ia->i", W, in_U)).max() < scale
    embedded = np.zeros((k, d, k))
    embedded[np.arange(k), :, np.arange(k)] = W
    J = np.hstack([np.kron(np.diag(a), np.eye(d)), embedded.reshape(k * d, k)])
    H = J.T @ backends.relu_hessian(U, rows, slope) @ J
    for i in range(k):
        H[i * d : (i + 1) * d, k * d + i] += in_U[i]
        H[k * d + i, i * d : (i + 1) * d] += in_U[i]
    dense = backends.network_hessian(W, a, V, b, slope)
    bound = 1e-12 * (1 + np.abs(J).max()) ** 2 * (1 + np.abs(backends.relu_hessian(U, rows, slope)).max())
    assert np.abs(dense - H).max() < bound
    assert np.abs(dense - dense.T).max() < bound


@few
@given(sizes, slopes, st.sampled_from(TARGETS))
def test_products_are_those_of_the_dense_matrix_and_scalings_are_invariant(
    size: tuple[int, int, int, int], slope: float, kind: str
) -> None:
    W, a, V, b, rng = draw(size, kind)
    dense = backends.network_hessian(W, a, V, b, slope)
    X = rng.standard_normal((2, a.size + W.size))
    bound = 1e-12 * (1 + np.abs(dense).max())
    assert np.abs(backends.network_hessian_product(W, a, X, V, b, slope) - X @ dense).max() < bound
    value, in_W, in_a = backends.network_loss_gradient(W, a, V, b, slope)
    assert np.abs(np.einsum("ia,ia->i", W, in_W) - a * in_a).max() < bound
    t = np.exp(rng.standard_normal(a.size))
    other, *_ = backends.network_loss_gradient(t[:, None] * W, a / t, V, b, slope)
    assert other == pytest.approx(value, abs=bound)
    for i in range(a.size):  # H (w_i, -a_i) = -(dL/dw_i, -dL/da_i)
        z, g = np.zeros(X.shape[1]), np.zeros(X.shape[1])
        z[i * W.shape[1] : (i + 1) * W.shape[1]], z[W.size + i] = W[i], -a[i]
        g[i * W.shape[1] : (i + 1) * W.shape[1]], g[W.size + i] = in_W[i], -in_a[i]
        assert np.abs(backends.network_hessian_product(W, a, z, V, b, slope) + g).max() < bound


def test_a_student_equal_to_its_target_up_to_scalings_has_loss_zero_and_k_zero_modes() -> None:
    rng = np.random.default_rng(2)
    V, b, t = rng.standard_normal((4, 5)), np.array([1.0, -2.0, 0.5, -0.3]), np.array([0.5, 2.0, 1.0, 3.0])
    W, a = t[:, None] * V, b / t
    value, in_W, in_a = backends.network_loss_gradient(W, a, V, b)
    assert abs(value) < 1e-13 and np.abs(in_W).max() < 1e-13 and np.abs(in_a).max() < 1e-13
    values = np.linalg.eigvalsh(backends.network_hessian(W, a, V, b))
    assert (np.abs(values[:4]) < 1e-13).all() and values[4] > 1e-4


@pytest.mark.skipif(not COMPILED, reason="thousands of iterations: compiled only")
@pytest.mark.parametrize("case", ["ones", "signs"])
def test_starts_reach_critical_points_whose_hessian_has_the_zero_modes_of_the_scalings(case: str) -> None:
    k, d, count = 6, 6, 30
    W = start_batch(3, 0, count, k, d)
    signs = np.where(np.arange(k) % 2, 1.0, -1.0) if case == "signs" else np.ones(k)
    b = None if case == "ones" else np.array([1.0, -1.0, 2.0, -2.0, 0.5, 0.7])
    batch = backends.minimise_network(W, np.tile(signs, (count, 1)), None, b)
    assert batch.converged.mean() > 0.9, batch.status
    for q in np.flatnonzero(batch.converged)[::4]:
        W, a = batch.W[q], batch.a[q]
        value, in_W, in_a = backends.network_loss_gradient(W, a, None, b)
        assert value == pytest.approx(batch.losses[q], abs=1e-13)
        assert np.sqrt((in_W**2).sum() + (in_a**2).sum()) < 3e-12
        H = backends.network_hessian(W, a, None, b)
        for i in range(k):
            z = np.zeros(k * d + k)
            z[i * d : (i + 1) * d], z[k * d + i] = W[i], -a[i]
            assert np.abs(H @ z).max() < 1e-11
        values = np.linalg.eigvalsh(H)
        assert np.count_nonzero(np.abs(values) < 1e-11) >= k and values[0] > -1e-11


@pytest.mark.skipif(not COMPILED, reason="thousands of iterations: compiled only")
def test_bits_depend_on_the_start_alone_and_signed_targets_are_learnt_by_newton() -> None:
    rng = np.random.default_rng(4)
    V, b = rng.standard_normal((3, 5)), np.array([1.0, -1.5, 0.5])
    W, a = rng.standard_normal((70, 4, 5)), rng.standard_normal((70, 4))
    one = backends.minimise_network(W, a, V, b, 0.2)
    two = backends.minimise_network(W, a, V, b, 0.2, threads=2)
    alone = backends.minimise_network(W[66:67], a[66:67], V, b, 0.2)
    assert np.array_equal(one.W, two.W) and np.array_equal(one.a, two.a)
    assert np.array_equal(one.W[66], alone.W[0]) and one.losses[66] == alone.losses[0]
    few_steps = backends.minimise_network(W[:2], a[:2], V, b, 0.2, max_steps=3)
    assert (few_steps.status == backends.MinimiseStatus.MAX_STEPS).all()


ONE, W3 = np.ones(3), np.eye(3)


@pytest.mark.filterwarnings("ignore:overflow", "ignore:invalid value")
@pytest.mark.parametrize(
    ("call", "word"),
    [
        (lambda: backends.network_loss(W3, np.ones(2)), "weights a .* shape"),
        (lambda: backends.network_loss(W3, np.ones((3, 1))), "weights a .* shape"),
        (lambda: backends.network_loss(W3, np.array([1.0, np.nan, 0.0])), "finite weights a"),
        (lambda: backends.network_loss(W3, ONE * 1j), "real numbers"),
        (lambda: backends.network_loss(W3, ["x", "y", "z"]), "real numbers"),  # type: ignore[arg-type]
        (lambda: backends.network_loss([[1.0, 2.0], [1.0]], ONE), "real numbers"),  # type: ignore[arg-type]
        (lambda: backends.network_loss(W3, ONE, None, np.ones(2)), "weights b .* shape"),
        (lambda: backends.network_loss(W3, ONE, W3[:2], ONE), "weights b .* shape"),
        (lambda: backends.network_loss(W3, ONE, None, np.array([1.0, np.inf, 1.0])), "finite weights b"),
        (lambda: backends.network_loss(W3, ONE, np.ones((2, 4))), "shape"),
        (lambda: backends.network_loss(np.diag([1.0, 0.0, 1.0]), ONE), "row 1 of W is zero"),
        (lambda: backends.network_loss(W3, ONE, np.diag([1.0, 2.0, 0.0])), "row 2 of V is zero"),
        (lambda: backends.network_hessian(np.diag([1.0, 0.0, 1.0]), ONE), "row 1 of W is zero"),
        (lambda: backends.network_loss(W3 * np.nan, ONE), "finite entries in W"),
        (lambda: backends.network_loss(W3, ONE, None, None, float("inf")), "slope"),
        (lambda: backends.network_hessian(W3, ONE, out=np.empty((9, 9))), "out"),
        (lambda: backends.network_hessian_product(W3, ONE, np.ones(9)), "directions"),
        (lambda: backends.minimise_network(W3, ONE), "shape"),
        (lambda: backends.minimise_network(W3[None], ONE), "weights a"),
        (lambda: backends.minimise_network(W3[None], ONE[None], tol=0.0), "tol"),
        (lambda: backends.minimise_network(W3[None], ONE[None], threads=0), "thread"),
        (lambda: backends.minimise_network(W3[None], ONE[None], slope=float("nan")), "slope"),
        (lambda: backends.minimise_network(0.0 * W3[None], ONE[None]), "zero"),
    ],
)
def test_bad_input_is_refused_with_a_sentence(call: Callable[[], Any], word: str) -> None:
    with pytest.raises(InputError, match=word):
        call()


def test_lists_and_views_are_read_as_arrays() -> None:
    W, a = np.arange(1.0, 13.0).reshape(4, 3), np.arange(8.0)
    value = backends.network_loss(np.ascontiguousarray(W.T), np.ascontiguousarray(a[::3]))
    assert backends.network_loss(W.T, a[::3]) == value
    assert backends.network_loss(W.T.astype(int).tolist(), [0, 3, 6]) == value  # type: ignore[arg-type]
    dense = backends.network_hessian(W.T, a[::3])
    room = np.empty((15, 15))
    assert backends.network_hessian(W.T, a[::3], out=room) is room and np.array_equal(room, dense)
    X = np.ones((3, 30))[:, ::2]
    image = backends.network_hessian_product(W.T, a[::3], X)[0]
    assert np.abs(image - dense @ X[0]).max() < 1e-12 * np.abs(dense).max()


def test_the_oracle_differentiates_the_definition() -> None:
    one = np.array([[1.0]])
    assert network_loss(one, np.array([2.0]), one, np.array([1.0]), 0.0) == context.mpf(1) / 4
