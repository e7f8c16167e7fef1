"""Global minima with more neurons than targets: every target split among parallel neurons, a continuum of zeros of the
loss.

If every neuron is a positive multiple lam_i e_{c(i)} of a target and the multiples on each target add to 1, then
sum_i relu(lam_i e_{c(i)}.x) = sum_c relu(e_c.x) for every x, so L = 0, the least possible value (PROVED; the same holds
for any slope below zero). Such points are not isolated for k > d, so that no Krawczyk test can succeed there.
"""

from __future__ import annotations

import numpy as np

from symlandscape.relu.targets import OrthogonalTargets

__all__ = ["split_identity", "zero_loss"]

NEAR = (
    1e-3  # entries: near parallel clones the loss grows with a higher power, so end points of descent are that far off
)
LOSS = 1e-12


def split_identity(W: np.ndarray, loss: float) -> np.ndarray | None:
    """The exact zero of the loss next to W (k, d), k > d; None where W is not near one.

    Rows of the result are lam_i e_{c(i)} with lam_i > 0; the multiples on each target add to 1 in exact arithmetic up
    to the rounding of floats.
    """
    k, d = W.shape
    if k <= d or not abs(loss) <= LOSS:
        return None
    owner = np.argmax(W, axis=1)
    multiples = W[np.arange(k), owner]
    exact = np.zeros_like(W)
    exact[np.arange(k), owner] = multiples
    totals = exact.sum(axis=0)
    if np.any(multiples <= 0) or np.max(np.abs(W - exact)) > NEAR or np.max(np.abs(totals - 1)) > NEAR:
        return None
    return np.asarray(exact / totals)


def zero_loss(W: np.ndarray, loss: float, frame: OrthogonalTargets) -> np.ndarray | None:
    """The same for targets c_j e_j: columns divided by c_j are a point of the problem with unit targets near 0 loss.

    ``W`` is in the frame of the targets (``frame.turned``); the result too.
    """
    lengths = np.array([float(c) for c in frame.lengths])
    found = split_identity(W / lengths, loss / float(np.max(lengths)) ** 2)
    return None if found is None else np.asarray(found * lengths)
