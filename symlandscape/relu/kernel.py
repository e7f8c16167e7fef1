"""The pair kernel of the two-layer ReLU loss and its first two derivatives, in any number field.

For one pair (w, v) of nonzero vectors with angle t, unit vectors w^, v^ and kappa = 1/(2 pi)

    f(w, v) = E relu(w.x) relu(v.x) = kappa |w| |v| (sin t + (pi - t) cos t),      x ~ N(0, I),
    f_w     = kappa (|v| sin t w^ + (pi - t) v),
    f_ww    = kappa (|v|/|w|) sin t (I - w^ w^' + m m'),                             m = (v^ - cos t w^)/sin t,
    f_wv    = kappa ((pi - t) I + sin t (w^ v^' + m n')),                            n = (w^ - cos t v^)/sin t.

m and n are unit vectors, and every term that holds them carries a factor sin t, so the formulas extend continuously to
parallel and antiparallel pairs (sin t = 0), where m and n may be any unit vectors. Derived in
``derivations.population_loss``; Cho & Saul 2009, Arjevani & Field 2021.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from symlandscape.arith.field import Field

__all__ = ["Pair", "from_invariants", "make_pair"]


@dataclass(frozen=True, slots=True)
class Pair:
    """Scalars of one pair (w, v): lengths, cosine and sine of the angle, and pi minus the angle."""

    w_length: Any
    v_length: Any
    cosine: Any
    sine: Any
    supplement: Any  # pi - t

    def value(self, kappa: Any) -> Any:
        """f(w, v)."""
        return kappa * self.w_length * self.v_length * (self.sine + self.supplement * self.cosine)

    def gradient(self, kappa: Any, w: Any, v: Any) -> Any:
        """The component of f_w at a column where w and v have these entries."""
        return kappa * (self.v_length / self.w_length * self.sine * w + self.supplement * v)

    def own_hessian(self, kappa: Any, field: Field, w: tuple[Any, Any], v: tuple[Any, Any], same: bool) -> Any:
        """f_ww at two columns where w and v have these entries; ``same`` when the columns coincide."""
        w1, w2 = w[0] / self.w_length, w[1] / self.w_length
        m1 = field.unit(v[0] / self.v_length - self.cosine * w1, self.sine)
        m2 = m1 if same else field.unit(v[1] / self.v_length - self.cosine * w2, self.sine)
        square = m1 * m1 if same else m1 * m2
        return kappa * self.v_length / self.w_length * self.sine * ((1 if same else 0) - w1 * w2 + square)

    def cross_hessian(self, kappa: Any, field: Field, w: tuple[Any, Any], v: tuple[Any, Any], same: bool) -> Any:
        """f_wv at (column of w, column of v); w and v are the entries of the two vectors at the two columns."""
        m = field.unit(v[0] / self.v_length - self.cosine * w[0] / self.w_length, self.sine)
        n = field.unit(w[1] / self.w_length - self.cosine * v[1] / self.v_length, self.sine)
        rank_two = self.sine * (w[0] * v[1] / (self.w_length * self.v_length) + m * n)
        return kappa * (self.supplement + rank_two) if same else kappa * rank_two


def make_pair(field: Field, weights: Sequence[Any], w: Sequence[Any], v: Sequence[Any]) -> Pair:
    """The pair of two vectors that are constant on classes of columns, class x holding ``weights[x]`` columns (a number
    or an element of the field).

    |w|^2 |v|^2 - (w.v)^2 is formed as the sum over pairs of classes of weight_x weight_y (w_x v_y - w_y v_x)^2, free of
    cancellation for sizes above the number of marked columns.
    """
    p = q = r = field.exact(0)
    for weight, x, y in zip(weights, w, v, strict=True):
        p, q, r = p + weight * x * x, q + weight * y * y, r + weight * x * y
    if field.name == "sympy":
        square: Any = p * q - r * r
    else:
        square = field.exact(0)
        for a in range(len(weights)):
            for b in range(a):
                minor = w[a] * v[b] - w[b] * v[a]
                square = square + weights[a] * weights[b] * (minor * minor)
    if field.name == "arb" and not all(weight >= 0 for weight in weights) and not square > 0:
        square = field.exact(
            "nan"
        )  # sizes below 2: |m| <= 1 is no bound for a formal inner product, so a vanishing sine proves nothing
    return from_invariants(field, p, q, r, square)


def from_invariants(field: Field, p: Any, q: Any, r: Any, square: Any) -> Pair:
    """The pair with |w|^2 = p, |v|^2 = q, w.v = r and p q - r^2 = square."""
    w_length, v_length = field.sqrt(p), field.sqrt(q)
    product = w_length * v_length
    area = field.sqrt(square)
    return Pair(w_length, v_length, r / product, area / product, field.angle(area, -r))
