"""Series of A<q> with q a symbol and of F<p> with p a symbol, in s = d^(-1/2): one calculation for all sizes of the
fixed block.

The block sizes enter the critical equations as polynomials, so that matching of powers runs over Q(pi)(q), and over
Q(pi)(sqrt p) with p transcendental for F, where the sine between a kept neuron and its own target is sqrt(p) (2 s^2 +
..). That the series solve the equations is an identity in q (or p). Blocks of the Hessian whose eigenvalues leave that
field are left out.
"""

from __future__ import annotations

import re
from fractions import Fraction

import sympy

from symlandscape.arith.parameter_field import Parameter
from symlandscape.arith.power_series import Series, series_field
from symlandscape.errors import InputError
from symlandscape.relu.expansion import Expansion
from symlandscape.relu.expansions import (
    LENGTH,
    coordinate_start,
    match_powers,
    sizes_in_s,
    spectral_series,
)
from symlandscape.relu.families import family
from symlandscape.relu.reduced import reduced_point
from symlandscape.symmetry.pattern import Pattern

__all__ = ["is_symbolic", "symbolic_series"]

_NAME = re.compile(
    r"(?P<kind>[AF])(?:<(?P<short>[a-z])>|\[(?P<role>kept|flipped)=(?P<size>[a-z])\]|:(?P<role2>kept|flipped)=(?P<size2>[a-z]))"
)
MOST_ORDER = 6
MOST_FURTHER = 6  # powers beyond the order that the coordinates are matched to, at most
LEAST_TARGET = 4  # the power from which on every angle has its leading term
GENERIC = 5  # a size of the fixed block at which every isotypic component occurs


def is_symbolic(name: str) -> bool:
    """Whether the name is A[kept=q], A:kept=q, A<q>, F[flipped=p], .. with a letter for the size."""
    return _NAME.fullmatch(name.strip()) is not None


def symbolic_series(name: str, order: int = 2, slope: Fraction | int = 0) -> Expansion:
    """The series of A[kept=q] or F[flipped=p] up to s^order with the letter kept: coordinates, loss and eigenvalues.

    They hold for every integer size of the fixed block from 2 on (and, as formal series, for every real one); an
    isotypic block counts where its size is large enough for it. Raises InputError for other names or orders above 6.
    """
    found = _NAME.fullmatch(name.strip())
    if found is None:
        raise InputError(f"expected A[kept=q] or F[flipped=p] with a letter as size, but {name!r} came")
    kind, letter = found["kind"], found["short"] or found["size"] or found["size2"]
    role = found["role"] or found["role2"] or {"A": "kept", "F": "flipped"}[kind]
    if letter in "dns" or (kind, role) not in {("A", "kept"), ("F", "flipped")}:
        raise InputError(f"series are there for A[kept=q] and F[flipped=p], the letter none of d, n, s; {name!r} came")
    if not 1 <= order <= MOST_ORDER:
        raise InputError(f"with a symbol as size an order from 1 to {MOST_ORDER} is supported, but {order} came")
    member = family(f"{kind}{GENERIC}", slope=slope)
    size = Parameter(letter, kind == "F").element()
    pattern = Pattern((sympy.Symbol("n", positive=True), sympy.Symbol(letter, positive=True)))
    title = f"{kind}[{role}={letter}]"
    for target in range(max(order, LEAST_TARGET), order + MOST_FURTHER):
        length = target + LENGTH
        numbers = sizes_in_s(member, 2, length, size)
        start = coordinate_start(member, pattern, length)
        values, left = match_powers(member, pattern, numbers, start, target, length)
        final = [Series(x.start, x.coefficients, power, length) for x, power in zip(values, left, strict=True)]
        point = reduced_point(pattern, final, series_field(length), member.slope, numbers)
        loss = point.loss()
        if loss.order is None or loss.order > order:
            break
    else:
        raise InputError(f"the loss of {title} is not known up to s^{order}; ask for a lower order")
    residual = tuple(g.order if g.is_zero and g.order is not None else g.start for g in point.gradient())
    known = spectral_series(point, lenient=True)
    spectrum = {
        label: values for label, values in known.items() if all(x.order is None or x.order > order for x in values)
    }
    names = tuple(c.name for c in pattern.coordinates)
    return Expansion(title, order, names, tuple(final), loss, spectrum, residual)
