"""Enclosures of the complexity of a spherical spin glass: one explicit formula for pure and mixed models.

With nu', nu'' at 1, alpha^2 = nu'' + nu' - nu'^2, kappa = k + 1 (kappa = 1 for all indices together), the complexity by
energy u and radial derivative r is

    Sigma(u, r) = 1/2 log(nu''/nu') - 1/2 [u^2 + (r - nu' u)^2/alpha^2] + r^2/(4 nu'') - kappa J(|r|/sqrt(nu'')),
    J(2 cosh t) = sinh t cosh t - t for t >= 0, and J = 0 on [0, 2]  (kappa > 1: r <= -2 sqrt(nu'') only).

It is jointly concave, so its supremum over r at given u is where its derivative vanishes or at the edge of the domain,
and both are algebraic. Going up in u:

    outside   u <= -E'_inf           r = -2 sqrt(nu'') cosh t,  nu' |u| = (P e^t + Q e^-t)/sqrt(nu''),
                                     P = nu'' + alpha^2 (kappa - 1)/2,  Q = nu'' - alpha^2 (kappa + 1)/2
    bulk      -E'_inf <= u <= 0      1/2 log(nu''/nu') - (nu'' - nu')/(nu'' - nu' + nu'^2) u^2/2        (all indices)
    edge      -E'_inf <= u <= -E_c   r = -2 sqrt(nu''), E_c = 2 nu' sqrt(nu'')/(nu' + nu'')             (given index)
    plateau   beyond                 the value at 0, or at -E_c: counts are cumulative in u

For pure models alpha = 0, E'_inf = E_c = E_inf. Derived in `derivations.spinglass_complexity` and
`derivations.spinglass_mixtures`. Sources: auffinger_ben_arous_cerny_2013, section 2;
auffinger_ben_arous_2013, section 1.
"""

from __future__ import annotations

from fractions import Fraction

from symlandscape.arith.balls import arb, hull
from symlandscape.arith.conversions import arb_ends, to_arb
from symlandscape.errors import InputError
from symlandscape.spinglass.models import Mixture

__all__ = [
    "check_index",
    "edge_squared",
    "energy_at",
    "prime_squared",
    "regime",
    "theta",
    "theta_of_ball",
    "theta_outside",
]


def check_index(index: int | None) -> None:
    """Raises: `InputError` unless the index is None or an integer >= 0."""
    if index is not None and (isinstance(index, bool) or not isinstance(index, int) or index < 0):
        raise InputError(f"expected an index that is an integer >= 0, or none, got {index!r}; 0 counts minima")


def prime_squared(model: Mixture) -> Fraction:
    """E'_inf^2 = (nu'' - nu' + nu'^2)^2/(nu'^2 nu''), exact; E_inf^2 = 4 (p-1)/p when pure."""
    a, b = model.nu1, model.nu2
    return (b - a + a * a) ** 2 / (a * a * b)


def edge_squared(model: Mixture) -> Fraction:
    """E_c^2 = 4 nu'^2 nu''/(nu' + nu'')^2, exact: above -E_c the counts of a given index stay on their plateau."""
    a, b = model.nu1, model.nu2
    return 4 * a * a * b / (a + b) ** 2


def regime(model: Mixture, u: Fraction, index: int | None) -> str:
    """Which of the four formulas holds at energy u: `outside`, `bulk`, `edge` or `plateau`, decided exactly."""
    if u < 0 and u * u >= prime_squared(model):
        return "outside"
    if index is None:
        return "bulk" if u < 0 else "plateau"
    return "edge" if u < 0 and u * u > edge_squared(model) else "plateau"


def theta(model: Mixture, u: Fraction, index: int | None = None) -> arb:
    """lim (1/N) log E #{critical points (of the index) with H <= N u}, a ball at the current precision.

    u: exact energy per spin. Nondecreasing and continuous in u; concave below its plateau.
    """
    a, b, alpha2 = model.nu1, model.nu2, model.alpha2
    base = to_arb(b / a).log() / 2
    where = regime(model, u, index)
    if where == "outside":
        kappa = 1 if index is None else index + 1
        p2, q2 = 2 * b + alpha2 * (kappa - 1), 2 * b - alpha2 * (kappa + 1)
        # e^t from the quadratic equation; the discriminant is an exact rational, 0 where a pure model's gap closes
        root = to_arb(a * a * u * u * b - p2 * q2).sqrt()
        exp_t = (to_arb(-a * u) * to_arb(b).sqrt() + root) / to_arb(p2)
        return _outside(model, to_arb(u * u), exp_t.log(), kappa)
    if where == "bulk":
        return base - to_arb((b - a) / (b - a + a * a) * u * u / 2)
    if where == "edge":
        root = to_arb(b).sqrt()
        return base + 1 - to_arb(u * u) / 2 - (to_arb(a * u) + 2 * root) ** 2 / to_arb(2 * alpha2)
    return base if index is None else base - to_arb((b - a) / (b + a))


def theta_of_ball(model: Mixture, u: arb, index: int | None = None) -> arb:
    """`theta` at every number of a finite ball u: the hull of its values at the two ends, as it is nondecreasing."""
    low, high = arb_ends(u)
    return hull(theta(model, low, index), theta(model, high, index))


def energy_at(model: Mixture, t: arb, index: int) -> arb:
    """|u| = (P e^t + Q e^-t)/(nu' sqrt(nu'')) at the point t >= 0 of the outside regime; E cosh t when pure."""
    b, kappa = model.nu2, index + 1
    p, q = b + model.alpha2 * (kappa - 1) / 2, b - model.alpha2 * (kappa + 1) / 2
    e = t.exp()
    return (to_arb(p) * e + to_arb(q) / e) / (to_arb(model.nu1) * to_arb(b).sqrt())


def theta_outside(model: Mixture, t: arb, index: int) -> arb:
    """The complexity of the index along the outside regime, as a function of t >= 0; decreasing in t."""
    energy = energy_at(model, t, index)
    return _outside(model, energy * energy, t, index + 1)


def _outside(model: Mixture, u_squared: arb, t: arb, kappa: int) -> arb:
    cosh, sinh = t.cosh(), t.sinh()
    slack = cosh - kappa * sinh
    value = to_arb(model.nu2 / model.nu1).log() / 2 - u_squared / 2 + cosh * cosh - kappa * (sinh * cosh - t)
    return value - to_arb(model.alpha2 / (2 * model.nu2)) * slack * slack
