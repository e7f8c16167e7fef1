"""The mean total number of critical points at finite N in closed form, symbolic or numeric in rho = nu''(1)/nu'(1).

With p = 1 + rho (pure models: the degree), b = rho/(1 + rho) and R_1 the one-point density of GOE(N),

    E[Crt_N] = 2 sqrt(2/p) rho^(N/2) int exp(-(p-2)/(2p) x^2) R_1(x) dx = 2 [N odd] + rho^(N/2) sqrt(3 rho + 1) r_N(rho)

with r_N rational over Q, since R_1 is a sum of products of Hermite functions phi_k and, for even N, of an error
function: with g = 2 (rho + 1)/(3 rho + 1), tau = (rho + 3)/(3 rho + 1) and E_jk the coefficient of s^j t^k in
exp((g - 1)(s^2 + t^2) + 2 g s t), the parts of the integral are sqrt(g) times

    sum_(k < N-1) [q^k] ((1 - q)(1 - tau q))^(-1/2)                                  from phi_k^2, k < N - 1
    - sum_(i >= 1) 2^(i+1-N) (N-1-2i)! (N-1)(N-3)..(N+1-2i) E_(N-1, N-1-2i)          from phi_(N-1) eps phi_N
    [N even] (N-1)!! 2^(-N/2) (1/b) [s^(N-1)] exp(s^2/rho) sum_m (-1)^m kappa^(2m) s^(2m+1)/(m! (2m + 1))

with kappa^2 = (rho + 1)^2/(rho (3 rho + 1)); for odd N the part phi_(N-1)/int phi_(N-1) gives the 2. The parts with
k = N - 1 and i = 0 cancel. Derived in `derivations.spinglass_counts`; R_1: mehta_2004, section 7.2; the first line:
auffinger_ben_arous_cerny_2013, Theorem 2.1.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from symlandscape.arith.balls import arb, fmpq
from symlandscape.arith.conversions import parse_exact, to_arb
from symlandscape.errors import InputError
from symlandscape.spinglass.precision import to_digits

if TYPE_CHECKING:
    import sympy

__all__ = ["closed_form", "exact_total", "exact_total_value"]

MAX_SPINS = 1000
"""The sums have N^2/4 terms with N-digit numbers: seconds at 1000."""
MAX_SYMBOLIC_SPINS = 60
"""Beyond it the rational function fills pages."""


def exact_total(spins: int, rho: Fraction | int | str | arb, digits: int = 30) -> arb:
    """The mean total number of critical points as a ball (level CERTIFIED).

    spins: N, 1 to 1000; rho: nu''(1)/nu'(1) > 0, p - 1 for the pure model, exact or a ball. Relative radius below
    10^-digits, for a ball rho as far as its radius allows. Raises: `InputError`. Formula: the module's docstring.

    >>> exact_total(2, 2, digits=10).overlaps(arb(28).sqrt())
    True
    """
    size = check_spins(spins)
    if isinstance(rho, arb):
        ratio = rho
        if not ratio > 0:
            raise InputError(f"expected a ball rho > 0, got {rho}; rho is nu''(1)/nu'(1)")
        return to_digits(lambda _: _total(size, ratio, _bracket(size, ratio)), digits)
    exact = check_rho(rho)
    value = _bracket(size, fmpq(exact.numerator, exact.denominator))  # exact: no cancellation, whatever the digits
    return to_digits(lambda _: _total(size, to_arb(exact), to_arb(value)), digits)


def exact_total_value(spins: int, rho: Fraction | int | str) -> sympy.Expr:
    """The mean total for an exact rho as a SymPy number: an integer and a rational multiple of one square root.

    >>> exact_total_value(3, 2)
    2 + 16*sqrt(14)/7
    """
    import sympy

    size, exact = check_spins(spins), check_rho(rho)
    part = _bracket(size, fmpq(exact.numerator, exact.denominator))
    square = sympy.Rational(exact.numerator, exact.denominator)
    half, odd = divmod(size, 2)
    root = sympy.sqrt((3 * square + 1) * (square if odd else 1))
    factor = 4 * sympy.Rational(int(part.p), int(part.q)) * square**half / (3 * square + 1)
    return 2 * odd + factor * root


def closed_form(spins: int, rho: sympy.Symbol | None = None) -> sympy.Expr:
    """The mean total for N spins (1 to 60), symbolic in rho (default: a positive symbol `rho`); p = 1 + rho when pure.

    >>> closed_form(2)
    2*sqrt(3*rho + 1)
    """
    import sympy

    size = check_spins(spins)
    if size > MAX_SYMBOLIC_SPINS:
        raise InputError(
            f"expected at most {MAX_SYMBOLIC_SPINS} spins for a formula in rho, got {size}; pass a number for rho"
        )
    symbol = sympy.Symbol("rho", positive=True) if rho is None else rho
    field, variable = sympy.polys.fields.field(symbol, sympy.QQ)
    half, odd = divmod(size, 2)
    rational = (4 * _bracket(size, variable) * variable**half / (3 * variable + 1)).as_expr()
    root = sympy.sqrt(3 * symbol + 1) * (sympy.sqrt(symbol) if odd else 1)
    return 2 * odd + sympy.factor(rational) * root


def check_spins(spins: int, largest: int = MAX_SPINS) -> int:
    """N; raises InputError unless 1 <= N <= largest."""
    if isinstance(spins, bool) or not isinstance(spins, int) or spins < 1:
        raise InputError(f"expected a number of spins N >= 1, got {spins!r}; pass an integer (N = 1: two points)")
    if spins > largest:
        raise InputError(f"expected at most {largest} spins here, got {spins}; take fewer")
    return spins


def check_rho(rho: Fraction | int | str) -> Fraction:
    """rho, exactly; raises InputError unless it is a positive exact number."""
    exact = parse_exact(rho)
    if exact <= 0:
        raise InputError(f"expected rho = nu''(1)/nu'(1) > 0, got {exact}; it is p - 1 for the pure model")
    return exact


def _total(spins: int, rho: arb, part: arb) -> arb:
    """2 [N odd] + 4 rho^(N/2) (3 rho + 1)^(-1/2) part."""
    return 2 * (spins % 2) + 4 * (rho**spins).sqrt() / (3 * rho + 1).sqrt() * part


def _bracket(spins: int, rho: Any) -> Any:
    """The sum of the three parts of the module's docstring, in whatever field rho lives (rationals, functions,
    balls).
    """
    one = rho * 0 + 1
    divisor = 3 * rho + 1
    g = (rho + 1) * 2 / divisor
    total = rho * 0
    for part in _squares(spins - 1, (rho + 3) / divisor, one):
        total += part
    for part in _cross_terms(spins, g, one):
        total -= part
    return total + _error_function_part(spins, rho, one) if spins % 2 == 0 else total


def _squares(count: int, tau: Any, one: Any) -> Iterator[Any]:
    """[q^k] ((1 - q)(1 - tau q))^(-1/2), k < count, by k c_k = (k - 1/2)(1 + tau) c_(k-1) - (k - 1) tau c_(k-2)."""
    before, here = one * 0, one
    for k in range(1, count + 1):
        yield here
        before, here = here, ((1 + tau) * here * (2 * k - 1) - tau * before * (2 * k - 2)) / (2 * k)


def _cross_terms(spins: int, g: Any, one: Any) -> Iterator[Any]:
    """2^(i+1-N) (N-1-2i)! (N-1)(N-3)..(N+1-2i) E_(N-1, N-1-2i), i >= 1."""
    j = spins - 1
    outer, inner = _powers(g - 1, j, one), _powers(2 * g, j, one)
    for i in range(1, j // 2 + 1):
        k = j - 2 * i
        # weights of (2g)^m (g-1)^(j-i-m), started at m = k and carried down: integers over a common denominator
        weight = Fraction(1)
        for odd in range(j, j - 2 * i, -2):
            weight *= odd
        weight /= Fraction(2) ** (j - i) * math.factorial(i)
        total = one * 0
        for m in range(k, -1, -2):
            total += inner[m] * outer[j - i - m] * weight.numerator / weight.denominator
            # m -> m - 2: 1/m! grows by m (m-1); the halves (j-m)/2 and (k-m)/2 grow by one
            weight *= Fraction(m * (m - 1) * 4, (j - m + 2) * (k - m + 2))
        yield total


def _error_function_part(spins: int, rho: Any, one: Any) -> Any:
    """The part of even N with the error function."""
    half = spins // 2
    kappa2, inverse = (rho + 1) * (rho + 1) / (rho * (3 * rho + 1)), one / rho
    up, down = _powers(kappa2, half, one), _powers(inverse, half, one)
    scale = Fraction(1, 2**half)
    for odd in range(spins - 1, 0, -2):
        scale *= odd
    total = one * 0
    for m in range(half):
        weight = scale / (math.factorial(m) * (2 * m + 1) * math.factorial(half - 1 - m)) * (-1) ** m
        total += up[m] * down[half - 1 - m] * weight.numerator / weight.denominator
    return total * (rho + 1) / rho


def _powers(x: Any, largest: int, one: Any) -> list[Any]:
    """x^0 .. x^largest by products (flint's power gives nan on balls about 0)."""
    powers = [one]
    for _ in range(largest):
        powers.append(powers[-1] * x)
    return powers
