"""Mean numbers of critical points at finite N: in all, of one index, below an energy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from symlandscape.arith.balls import arb, contains, workprec
from symlandscape.arith.conversions import mid_float, parse_exact
from symlandscape.arith.decimals import outward
from symlandscape.errors import InputError
from symlandscape.evidence import Level, Verdict, certified
from symlandscape.spinglass.eigenvalue_density import one_point_density
from symlandscape.spinglass.energy_window import energy_window
from symlandscape.spinglass.exact_total import check_spins, exact_total, exact_total_value
from symlandscape.spinglass.models import Mixture, as_mixture
from symlandscape.spinglass.pfaffian import index_densities
from symlandscape.spinglass.precision import check_digits
from symlandscape.spinglass.strip_quadrature import count_factor, integrate, plan
from symlandscape.spinglass.theta import theta

if TYPE_CHECKING:
    import sympy

__all__ = ["MeanCount", "count", "counts_by_index"]

MAX_INDEXED_SPINS = 80
"""The Pfaffians cost N^4 at 15 N bits: a quarter of a minute at N = 40, minutes at 60."""
MAX_CUT_SPINS = 400
"""Grids of R_1: seconds at 200."""
MAX_GOAL = 4000
"""Bits that a count may be smaller than the mean total before it is left with fewer digits than asked for."""

Model = Mixture | int | str | Mapping[Any, Any]


@dataclass(frozen=True, slots=True)
class MeanCount:
    """E[number of critical points of H on |s|^2 = N], of index `index` (None: any), with H <= N `below` (None: any).

    Points, not pairs. value: a ball; exact: the same number in closed form where one is known, else None.
    """

    model: Mixture
    spins: int
    index: int | None
    below: Fraction | None
    value: arb
    exact: sympy.Expr | None
    digits: int

    @property
    def level(self) -> Level:
        """The evidence for the digits: an enclosure by balls."""
        return certified("enclosure", Verdict.of(self.value.is_finite() or None)).level

    def document(self) -> dict[str, Any]:
        """The JSON document of `symlandscape spinglass count`."""
        value, radius = outward(self.value, self.digits)
        return {
            "p": self.model.degree,
            "mixture": str(self.model),
            "spins": self.spins,
            "index": self.index,
            "below": None if self.below is None else str(self.below),
            "value": value,
            "radius": radius,
            "exact": None if self.exact is None else str(self.exact),
            "level": self.level.value,
        }

    def latex(self) -> str:
        """The closed form where one is known, else the integral that was evaluated, as display mathematics."""
        from symlandscape.spinglass.formulas import count_latex

        return count_latex(self.model, self.spins, self.index, self.below, self.exact)


def count(
    p: Model,
    spins: int,
    index: int | None = None,
    below: Fraction | int | str | None = None,
    digits: int = 30,
) -> MeanCount:
    """The mean number of critical points of the spherical p-spin model, or of a mixture, at N = spins.

    p: degree >= 2, mixture text `3:1/2,4:1/2` or `Mixture`; index: k in 0 .. N - 1 counts the negative eigenvalues of
    the Riemannian Hessian ((N - 1) x (N - 1)); below: only points of energy H <= N u, an exact u; digits: significant
    digits (1 to 4000). Returns: a ball of relative radius below 10^-digits (wider only for counts below 2^-4000 of the
    total). Level CERTIFIED: the total in closed form, the rest by quadrature with a proved error. Raises: `InputError`;
    `UndecidedError` when the quadrature would be too long. N = 1 is the sphere of two points, both of index 0.
    Source: auffinger_ben_arous_cerny_2013, Theorem 2.1 (pure models); mixtures: `derivations.spinglass_counts`.

    >>> count(3, 2).exact
    2*sqrt(7)
    >>> count(3, 4, index=0, digits=8).document()["value"]
    '3.5795245'
    """
    model, energy = _checked(p, spins, index, below, digits)
    exact = _exact(model, spins, index, energy)
    if energy is None and index is None:
        value = exact_total(spins, model.rho, digits)
    elif energy == 0 and index is None:
        whole = exact_total(spins, model.rho, digits)
        with workprec(digits * 4 + 64):
            value = whole / 2
    else:
        value = _by_quadrature(model, spins, None if index is None else (index,), energy, digits)[0]
    return MeanCount(model, spins, index, energy, value, exact, digits)


def counts_by_index(
    p: Model, spins: int, below: Fraction | int | str | None = None, digits: int = 30
) -> tuple[MeanCount, ...]:
    """The mean numbers of critical points of index 0 .. N - 1, at the price of one of them; arguments as in `count`."""
    model, energy = _checked(p, spins, 0, below, digits)
    values = _by_quadrature(model, spins, tuple(range(spins)), energy, digits)
    return tuple(
        MeanCount(model, spins, k, energy, value, _exact(model, spins, k, energy), digits)
        for k, value in enumerate(values)
    )


def _by_quadrature(
    model: Mixture, spins: int, indices: tuple[int, ...] | None, energy: Fraction | None, digits: int
) -> list[arb]:
    """The counts of the given indices (None: one number for all together), with a finer grid until the digits are
    there.
    """
    window = None if energy is None else energy_window(model, spins, energy)
    asked = digits * 10 // 3 + 16
    most = asked + MAX_GOAL
    goal = min(asked + _expected_loss(model, spins, indices, energy), most)
    while True:
        bits = goal + 64 + (12 * spins if indices is not None else 3 * spins)
        with workprec(goal + 64):
            grid = plan(spins, model.rho, window, goal)
            densities = _densities(spins, indices is not None, bits)
            integrals = integrate(densities, spins, model.rho, window, grid, bits)
            factor = count_factor(spins, model.rho)
            found = [factor * integrals[k] for k in indices or (0,)]
            missing = max(_missing_bits(value, digits, goal) for value in found)
        if missing <= 0 or goal >= most:
            return [value.nonnegative_part() if value.contains(0) else value for value in found]
        goal = min(goal + missing + 8, most)


def _expected_loss(model: Mixture, spins: int, indices: tuple[int, ...] | None, energy: Fraction | None) -> int:
    """Bits between the count and the count at all energies, guessed from the complexities: it saves a second round.

    At finite N one index falls off faster than its complexity below -E_inf, where 2 N bits are added.
    """
    if energy is None or energy >= 0 or (indices is not None and len(indices) > 1):
        return 0
    index = None if indices is None else indices[0]
    with workprec(64):
        gap = spins * (theta(model, Fraction(0), index) - theta(model, energy, index)) * 3 / 2
        if not gap.is_finite():
            return 0
        return int(min(mid_float(gap), MAX_GOAL)) + (2 * spins if index is not None and gap > 0 else 0)


def _densities(spins: int, resolved: bool, bits: int) -> Any:
    """x -> (p_0(x), .., p_(N-1)(x)), or x -> (R_1(x),)."""
    if resolved:
        return lambda x: index_densities(spins, x)
    with workprec(bits):
        total = one_point_density(spins)
    return lambda x: (total(x),)


def _missing_bits(value: arb, digits: int, goal: int) -> int:
    """By how many bits the radius misses a tenth of 10^-digits of the value; as many as there are when it reaches 0."""
    if value.is_finite() and value.rad() * arb(10) ** (digits + 1) <= abs(value.mid()):
        return 0
    if not value.is_finite() or contains(value, arb(0)):
        return goal
    ratio = value.rad() * arb(10) ** (digits + 1) / abs(value.mid())
    return int(ratio.log().abs_upper().ceil().unique_fmpz() * 3 // 2) + 1


def _exact(model: Mixture, spins: int, index: int | None, energy: Fraction | None) -> sympy.Expr | None:
    """The count in closed form where one is known.

    With T the total: half of T below the energy 0 (H and -H have the same law); 2 of each index for p = 2; T/2 for both
    indices at N = 2; at N = 3 the index 1 has (T - 2)/2 and the others (T + 2)/4, by the Euler characteristic.
    """
    import sympy

    if energy is not None and (energy != 0 or index is not None):
        return None
    if index is not None and model.degree == 2:
        return sympy.Integer(2)
    if index is not None and spins > 3:
        return None
    total = exact_total_value(spins, model.rho)
    if energy is not None:
        return total / 2
    if index is None or spins == 1:
        return total
    if spins == 2:
        return total / 2
    return sympy.expand((total - 2) / 2 if index == 1 else (total + 2) / 4)


def _checked(p: Model, spins: int, index: int | None, below: Any, digits: int) -> tuple[Mixture, Fraction | None]:
    """The model and the energy; raises InputError for what is outside its domain."""
    model = as_mixture(p)
    check_digits(digits)
    energy = None if below is None else parse_exact(below)
    check_spins(spins)
    if index is not None:
        if isinstance(index, bool) or not isinstance(index, int) or not 0 <= index < spins:
            raise InputError(
                f"expected an index from 0 to N - 1 = {spins - 1}, got {index!r}; 0 counts minima, N - 1 maxima"
            )
        check_spins(spins, MAX_INDEXED_SPINS)
    if energy is not None:
        check_spins(spins, MAX_CUT_SPINS)
    return model, energy
