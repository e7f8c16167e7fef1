"""The complexity by energy and radial derivative, before the supremum over the radial derivative is taken."""

from __future__ import annotations

from fractions import Fraction

from symlandscape.arith.balls import arb, sqrt_nonneg
from symlandscape.arith.conversions import to_arb
from symlandscape.errors import InputError
from symlandscape.spinglass.models import Mixture
from symlandscape.spinglass.theta import check_index

__all__ = ["outlier_rate", "sigma", "sigma_slope"]


def outlier_rate(x: arb) -> arb:
    """J(x) = (x/4) sqrt(x^2 - 4) - log((x + sqrt(x^2 - 4))/2) for x >= 2, and 0 for 0 <= x <= 2; a ball may straddle.

    N J is the cost of one eigenvalue of a GOE with bulk [-2, 2] at x; J is nondecreasing.
    """
    if x <= 2:
        return arb(0)
    if x >= 2:
        root = sqrt_nonneg(x * x - 4)
        return x * root / 4 - ((x + root) / 2).log()
    return arb(0).union(outlier_rate(x.upper()))


def sigma(model: Mixture, u: Fraction, r: arb | Fraction, index: int | None = None) -> arb:
    """Sigma(u, r) of `theta`, for a model that is not pure; -inf where r > -2 sqrt(nu'') and an index is given.

    u: energy per spin; r: radial derivative (1/N) s.grad H. Concave in r. A ball at the current precision.
    Raises: `InputError` for a pure model, whose r is p u.
    """
    check_index(index)
    r = to_arb(r)
    a, b = _parameters(model)
    x = r / to_arb(b).sqrt()
    if index is not None and not x <= -2:
        return arb.neg_inf() if x > -2 else arb("nan")
    kappa = 1 if index is None else index + 1
    gap = r - to_arb(a * u)
    value = to_arb(b / a).log() / 2 - to_arb(u * u) / 2 - gap * gap / to_arb(2 * model.alpha2)
    return value + r * r / to_arb(4 * b) - kappa * outlier_rate(abs(x))


def sigma_slope(model: Mixture, u: Fraction, r: arb | Fraction, index: int | None = None) -> arb:
    """The derivative of Sigma(u, r) in r, decreasing in r."""
    check_index(index)
    r = to_arb(r)
    a, b = _parameters(model)
    root = to_arb(b).sqrt()
    x = r / root
    kappa = 1 if index is None else index + 1
    # J'(|x|) = sqrt(x^2 - 4)/2 outside the bulk
    slope = sqrt_nonneg(x * x - 4) / 2 if abs(x) >= 2 else arb(0) if abs(x) <= 2 else arb("nan")
    pull = slope if r < 0 else -slope
    return (to_arb(a * u) - r) / to_arb(model.alpha2) + r / to_arb(2 * b) + kappa * pull / root


def _parameters(model: Mixture) -> tuple[Fraction, Fraction]:
    if model.degree is not None:
        raise InputError(f"expected a mixture of two degrees or more, got {model}; in a pure model r = p u")
    return model.nu1, model.nu2
