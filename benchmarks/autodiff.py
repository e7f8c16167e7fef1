"""Loss, gradient, Hessian and minimisation by automatic differentiation, where torch, JAX and optax are installed.

All functions return callables; the imports happen when one is asked for.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
Call = Callable[[], Any]

# one thread per library; read when JAX starts
os.environ.setdefault("XLA_FLAGS", "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1")


def _closed_form(xp: Any, W: Any, eye: Any) -> Any:
    """The closed form with V = I for one matrix or a batch; the diagonal of the Gram matrix is kept off arccos, whose
    slope is infinite there.
    """
    d = W.shape[-1]
    norms = xp.sqrt((W * W).sum(-1))
    unit = W / norms[..., None]
    own = (unit @ xp.swapaxes(unit, -1, -2)) * (1 - eye)
    own_part = (xp.sqrt(1 - own * own) + (np.pi - xp.arccos(own)) * own) * (1 - eye) + np.pi * eye
    crossed = xp.sqrt(1 - unit * unit) + (np.pi - xp.arccos(unit)) * unit
    pairs = (norms * (own_part @ norms[..., None])[..., 0]).sum(-1)
    return (pairs - 2 * (norms * crossed.sum(-1)).sum(-1) + d * np.pi + d * (d - 1)) / (4 * np.pi)


def torch_gradient(W: Array) -> Call:
    """torch autograd: loss(es) and gradient(s) of one matrix or a batch."""
    import torch

    torch.set_num_threads(1)
    eye = torch.eye(W.shape[-1], dtype=torch.float64)

    def call() -> Any:
        x = torch.tensor(W, requires_grad=True)
        values = _closed_form(torch, x, eye)
        values.sum().backward()
        return values.detach().numpy(), x.grad.numpy()

    return call


def _jax() -> tuple[Any, Callable[[Any], Any]]:
    import jax

    jax.config.update("jax_enable_x64", True)
    return jax, lambda x: _closed_form(jax.numpy, x, jax.numpy.eye(x.shape[-1]))


def jax_gradient(W: Array) -> Call:
    """jax.jit(value_and_grad), under vmap for a batch."""
    jax, loss = _jax()
    both = jax.value_and_grad(loss)
    compiled = jax.jit(jax.vmap(both) if W.ndim == 3 else both)

    def call() -> Any:
        values, gradients = compiled(W)
        return np.asarray(values), np.asarray(gradients)

    return call


def jax_hessian(W: Array) -> Call:
    """jax.jit(jax.hessian)."""
    jax, loss = _jax()
    compiled = jax.jit(jax.hessian(loss))
    return lambda: np.asarray(compiled(W)).reshape(W.size, W.size)


def jax_product(W: Array, X: Array) -> Call:
    """The jitted jvp of the gradient, one call for each direction."""
    jax, loss = _jax()
    compiled = jax.jit(lambda x, y: jax.jvp(jax.grad(loss), (x,), (y,))[1])
    point = jax.numpy.asarray(W)
    return lambda: [np.asarray(compiled(point, x)) for x in X]


def optax_minimise(batch: Array, tolerance: float, steps: int) -> Call:
    """optax L-BFGS in one jitted loop for each start; returns the gradient norms."""
    import optax

    jax, loss = _jax()
    solver = optax.lbfgs()
    both = optax.value_and_grad_from_state(loss)

    def turn(state: Any) -> Any:
        x, inner = state
        value, gradient = both(x, state=inner)
        updates, inner = solver.update(gradient, inner, x, value=value, grad=gradient, value_fn=loss)
        return optax.apply_updates(x, updates), inner

    def more(state: Any) -> Any:
        count = optax.tree_utils.tree_get(state[1], "count")
        norm = jax.numpy.linalg.norm(optax.tree_utils.tree_get(state[1], "grad"))
        return (count == 0) | ((count < steps) & (norm > tolerance))

    @jax.jit
    def solve(x: Any) -> Any:
        end = jax.lax.while_loop(more, turn, (x, solver.init(x)))[0]
        return jax.numpy.linalg.norm(jax.grad(loss)(end))

    return lambda: np.array([float(solve(x)) for x in batch])
