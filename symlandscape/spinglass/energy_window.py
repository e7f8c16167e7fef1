"""The condition H <= N u, as a weight on the eigenvalue that stands for the radial derivative.

At a critical point with radial derivative r = (1/N) s.grad H the Hessian is sqrt(2 nu''/N) (M - x) with x =
sqrt(N/(2 nu'')) r and M from GOE(N - 1). Given r, the energy per spin is Gaussian with mean nu' r/(nu' + nu'') and
variance alpha^2/(N (nu' + nu'')), alpha^2 = nu'' + nu' - nu'^2, so that P(H <= N u | x) = Phi(offset - slope x). The
pure model has alpha = 0, u = r/p, and the weight is 1 for x <= sqrt(N p/(2 (p - 1))) u, else 0.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from symlandscape.arith.balls import arb
from symlandscape.arith.conversions import to_arb
from symlandscape.spinglass.models import Mixture

__all__ = ["Window", "energy_window"]


@dataclass(frozen=True, slots=True)
class Window:
    """Phi(offset - slope x), or for a pure model (slope2 None) the step 1{x <= offset}.

    sign, offset2: sign and square of the offset; slope2: the square of the slope, which is > 0. All exact.
    """

    sign: int
    offset2: Fraction
    slope2: Fraction | None

    def offset(self) -> arb:
        """The offset as a ball."""
        return self.sign * to_arb(self.offset2).sqrt()

    def smooth(self, x: arb) -> arb:
        """Phi(offset - slope x), for a window with a slope."""
        slope = to_arb(self.slope2).sqrt()
        return ((slope * x - self.offset()) / arb(2).sqrt()).erfc() / 2


def energy_window(model: Mixture, spins: int, energy: Fraction) -> Window:
    """The window of H <= N u for N spins of the model; u = energy, exact."""
    first, second, spread = model.nu1, model.nu2, model.alpha2
    sign = (energy > 0) - (energy < 0)
    if model.degree is not None:
        p = model.degree
        return Window(sign, Fraction(spins * p, 2 * (p - 1)) * energy**2, None)
    return Window(
        sign, energy**2 * spins * (first + second) / spread, 2 * first**2 * second / ((first + second) * spread)
    )
