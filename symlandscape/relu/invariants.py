"""The loss as a function of inner products: value, gradient and Hessian in fixed-space coordinates by the chain rule.

With p = |w|^2, q = |v|^2, r = w.v, S = sqrt(pq - r^2) and t the angle, the pair kernel and its derivatives are

    f = (S + (pi - t) r)/(2 pi),   f_p = S/(4 pi p),        f_r = (pi - t)/(2 pi),     f_pq = 1/(8 pi S),
    f_rr = 1/(2 pi S),             f_pr = -r/(4 pi p S),    f_pp = (q/(4 p S) - S/(2 p^2))/(2 pi),

and f_rho = (1-rho)^2 f + rho r for slope rho. On a fixed space p, q, r are quadratic polynomials in the coordinates,
with coefficients that are polynomial in the sizes. This is the second road to `reduced` and, with `symmetry.splitting`,
to every block. It needs S > 0: in these variables the second derivatives are singular at parallel pairs, where the loss
itself is twice differentiable (use `reduced.reduced_point` there). Derived in ``derivations.population_loss``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from symlandscape.arith.field import Field
from symlandscape.errors import InputError
from symlandscape.symmetry.pattern import Pattern

__all__ = ["LossJet", "hessian_on_fixed_space", "loss_jet"]


@dataclass(frozen=True, slots=True)
class LossJet:
    """Value, gradient and Hessian of the loss restricted to a fixed space, in its coordinates.

    ``gradient[i]`` is the number of entries behind coordinate i times the derivative by one entry; ``hessian`` is
    symmetric.
    """

    value: Any
    gradient: tuple[Any, ...]
    hessian: tuple[tuple[Any, ...], ...]


@dataclass(frozen=True, slots=True)
class _Polynomial:
    """A polynomial of degree <= 2 at a point: value, sparse gradient, sparse symmetric matrix of second derivatives."""

    value: Any
    gradient: dict[int, Any]
    hessian: dict[tuple[int, int], Any]


@dataclass(frozen=True, slots=True)
class _Kernel:
    """Value and derivatives of f_rho at (p, q, r)."""

    value: Any
    first: tuple[Any, Any, Any]
    second: tuple[tuple[Any, Any, Any], tuple[Any, Any, Any], tuple[Any, Any, Any]]


def _kernel(field: Field, p: Any, q: Any, r: Any, slope: Any) -> _Kernel:
    square = p * q - r * r
    if (field.name in ("float", "mpmath") and not square > 0) or (field.name == "sympy" and square.is_zero):
        raise InputError("the chain rule needs pairs that are not parallel, but one is; use reduced_point")
    S = field.sqrt(square)
    pi = field.pi()
    scale = (1 - slope) * (1 - slope) / (2 * pi)
    supplement = field.angle(S, -r)  # pi - t
    f_pp, f_qq = (scale * (b / (4 * a * S) - S / (2 * a * a)) for a, b in ((p, q), (q, p)))
    f_pr, f_qr = (-scale * r / (2 * a * S) for a in (p, q))
    f_pq, f_rr = scale / (4 * S), scale / S
    return _Kernel(
        scale * (S + supplement * r) + slope * r,
        (scale * S / (2 * p), scale * S / (2 * q), scale * supplement + slope),
        ((f_pp, f_pq, f_pr), (f_pq, f_qq, f_qr), (f_pr, f_qr, f_rr)),
    )


class _Accumulator:
    """Sums of composed functions: the state of :func:`loss_jet`."""

    def __init__(self, field: Field, values: Sequence[Any]) -> None:
        self.z = values
        self.zero = field.exact(0)
        self.value = self.zero
        self.gradient = [self.zero for _ in values]
        self.hessian = [[self.zero for _ in values] for _ in values]

    def quadratic(self, terms: Iterator[tuple[Any, int, int]]) -> _Polynomial:
        """The polynomial sum of weight z_i z_j."""
        value, gradient, hessian = self.zero, dict[int, Any](), dict[tuple[int, int], Any]()
        for weight, i, j in terms:
            value = value + weight * self.z[i] * self.z[j]
            for a, b in ((i, j), (j, i)):
                gradient[a] = gradient.get(a, self.zero) + weight * self.z[b]
                hessian[a, b] = hessian.get((a, b), self.zero) + weight
        return _Polynomial(value, gradient, hessian)

    def add(self, weight: Any, kernel: _Kernel, arguments: Sequence[_Polynomial]) -> None:
        """Add weight times the kernel of these arguments, by the chain rule."""
        self.value = self.value + weight * kernel.value
        for a, x in enumerate(arguments):
            for i, slope in x.gradient.items():
                self.gradient[i] = self.gradient[i] + weight * kernel.first[a] * slope
            for (i, j), curvature in x.hessian.items():
                self.hessian[i][j] = self.hessian[i][j] + weight * kernel.first[a] * curvature
            for b, y in enumerate(arguments):
                factor = weight * kernel.second[a][b]
                for i, left in x.gradient.items():
                    for j, right in y.gradient.items():
                        self.hessian[i][j] = self.hessian[i][j] + factor * left * right


def loss_jet(pattern: Pattern, values: Sequence[Any], field: Field, slope: Any = Fraction(0)) -> LossJet:
    """Value, gradient and Hessian of the loss with targets e_1 .. e_d on the pattern's fixed space, in any field.

    ``values`` are elements of the field in the order of ``pattern.coordinates``; sizes may be real (the polynomial
    continuation). Same evidence level as the field's arithmetic; digits are lost near parallel pairs, because pq - r^2
    is formed as it stands. Raises InputError for a wrong number of coordinates and for a parallel pair (other than the
    equal rows of one orbit of extra rows); over balls a pair that may be parallel gives results that are not finite.
    """
    number = {(c.row, c.column, c.diagonal): j for j, c in enumerate(pattern.coordinates)}
    if len(values) != len(number):
        raise InputError(f"the pattern {pattern} has {len(number)} coordinates, but {len(values)} values came")
    exact, rho = pattern.row_sizes, field.exact(slope)
    sizes = [field.exact(n) for n in exact]
    counts = [field.exact(pattern.count(c)) for c in pattern.coordinates]
    total = _Accumulator(field, values)

    def inner(first: tuple[int, int], second: tuple[int, int]) -> Iterator[tuple[Any, int, int]]:
        """Terms of w.v for two rows, given as (row orbit, member); columns are the rows' own ones and the rest."""
        for block in range(pattern.blocks):
            own = [row for row in dict.fromkeys((first, second)) if row[0] == block]
            for row in own:
                yield 1, number[first[0], block, row == first], number[second[0], block, row == second]
            if exact[block] != len(own):
                yield sizes[block] - len(own), number[first[0], block, False], number[second[0], block, False]

    squares = [total.quadratic(inner((row, 1), (row, 1))) for row in range(len(exact))]
    one = _Polynomial(field.exact(1), {}, {})
    square = (1 + rho * rho) / 2  # f_rho(w, w) = (1 + rho^2) |w|^2 / 2
    for row, m in enumerate(sizes):
        p = squares[row]
        # rows of one orbit of extra rows are equal in all of the fixed space: their pairs are m (m-1)/2 such terms
        equal = m * m / 2 if row >= pattern.blocks else m / 2
        total.add(equal, _Kernel(square * p.value, (square, 0, 0), ((0, 0, 0),) * 3), [p])
        for other in range(row + 1):
            if other == row and (exact[row] == 1 or row >= pattern.blocks):
                continue
            pairs = m * (m - 1) / 2 if other == row else m * sizes[other]
            r = total.quadratic(inner((row, 1), (other, 2)))
            q = squares[other]
            total.add(pairs, _kernel(field, p.value, q.value, r.value, rho), [p, q, r])
        for j, c in enumerate(pattern.coordinates):
            if c.row == row:
                r = _Polynomial(values[j], {j: field.exact(1)}, {})
                total.add(-counts[j], _kernel(field, p.value, one.value, r.value, rho), [p, one, r])
    d = sum(sizes[1 : pattern.blocks], sizes[0])
    constant = d * (1 + rho * rho) / 4 + d * (d - 1) * (1 - rho) * (1 - rho) / (4 * field.pi())
    return LossJet(total.value + constant, tuple(total.gradient), tuple(tuple(row) for row in total.hessian))


def hessian_on_fixed_space(
    field: Field, slope: Any = Fraction(0)
) -> Callable[[Pattern, list[Any]], Sequence[Sequence[Any]]]:
    """The function that `splitting.block_by_splitting` asks for: second derivatives of the loss in coordinates."""
    return lambda pattern, values: loss_jet(pattern, values, field, slope).hessian
