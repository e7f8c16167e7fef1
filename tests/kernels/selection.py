"""A small selection of kernel results as nested lists: computed compiled and as plain Python, then compared."""

from __future__ import annotations

from typing import Any

from symlandscape import backends
from symlandscape.runs import start_batch


def answers() -> list[Any]:
    """Values, gradients, Hessians, products and end points of minimisations on tiny networks."""
    W, V = start_batch(5, 0, 1, 4, 3)[0], start_batch(5, 1, 1, 2, 3)[0]
    found: list[Any] = []
    for target, slope in ((None, 0.0), (V, -0.5)):
        value, gradient = backends.relu_loss_gradient(W, target, slope)
        found += [value, gradient.tolist(), backends.relu_loss(W, target, slope)]
        found.append(backends.relu_hessian(W, target, slope).tolist())
        found.append(backends.relu_hessian_product(W, W, target, slope).tolist())
    small = start_batch(5, 2, 1, 2, 2)
    batch = backends.minimise_relu(small)
    found += [batch.losses.tolist(), batch.status.tolist(), batch.points.tolist()]
    for method in ("gd", "heavy-ball", "nesterov"):
        few = backends.minimise_relu(small, method=method, max_steps=20)  # type: ignore[arg-type]
        found += [few.points.tolist(), few.losses.tolist()]
    return found
