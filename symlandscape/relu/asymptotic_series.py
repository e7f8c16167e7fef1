"""The series of a family in a power of d: at k = d, with one more neuron, or with a letter as size."""

from __future__ import annotations

from fractions import Fraction

from symlandscape.errors import InputError
from symlandscape.relu.expansion import Expansion
from symlandscape.relu.expansions import plain_series
from symlandscape.relu.extra_expansions import extra_series
from symlandscape.relu.families import Family
from symlandscape.relu.families import family as family_of
from symlandscape.relu.symbolic_expansions import is_symbolic, symbolic_series

__all__ = ["Expansion", "series"]


def series(family: Family | str, order: int | None = None, extra: int = 0, slope: Fraction | int = 0) -> Expansion:
    """The family's series up to s^order: coordinates, loss, eigenvalues of every isotypic block.

    In s = d^(-1/2) for ``A<q>`` and ``F<p>`` (the small block fixed, the large one growing with d) at k = d, order 6
    unless given; with a letter as size, ``A[kept=q]`` or ``F[flipped=p]``, for all sizes at once (order 2 unless
    given); with one extra row in the power of d that the branch has. ``extra`` and ``slope`` go with a name. Raises
    InputError for other parametrisations, orders below 1, or a branch whose coefficients leave the field.
    """
    if order is not None and order < 1:
        raise InputError(f"expected an order of at least 1, got {order}")
    if isinstance(family, str):
        if is_symbolic(family):
            if extra:
                raise InputError("series with a letter as size are there at k = d; write a number, or leave out extra")
            return symbolic_series(family, 2 if order is None else order, slope)
        family = family_of(family, extra=extra, slope=slope)
    order = 6 if order is None else order
    if family.extra:
        return extra_series(family, order)
    return plain_series(family, order)
