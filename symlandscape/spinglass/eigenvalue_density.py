"""The one-point density of the Gaussian orthogonal ensemble at finite N, from Hermite functions, in balls."""

from __future__ import annotations

from collections.abc import Callable

from symlandscape.arith.balls import arb

__all__ = ["one_point_density"]


def one_point_density(spins: int) -> Callable[[arb], arb]:
    """x -> R_1(x), the density of eigenvalues (mass N) of GOE(N) with joint density prop. to prod |x_i - x_j| exp(-sum
    x_i^2/2).

    R_1 = sum_(k<N) phi_k^2 + sqrt(N/2) phi_(N-1) eps phi_N + [N odd] phi_(N-1)/int phi_(N-1), phi_k the orthonormal
    Hermite functions of weight exp(-x^2), eps f(x) = (1/2) int sgn(x - t) f(t) dt. The recursion in k loses about two
    bits a step. The roots in it are taken at the precision at which this function is called.
    Source: mehta_2004, section 7.2.
    """
    top = spins - 1
    steps = [((arb(2) / (k + 1)).sqrt(), (arb(k) / (k + 1)).sqrt()) for k in range(spins)]
    start = arb.pi() ** (arb(-1) / 4)
    half = (arb(spins) / 2).sqrt()
    mass = start * (2 * arb.pi()).sqrt()  # int phi_0; int phi_(k+1) = sqrt(k/(k+1)) int phi_(k-1)
    for k in range(1, top, 2):
        mass *= steps[k][1]

    def density(x: arb) -> arb:
        functions = [start * (-x * x / 2).exp()]
        for k in range(top):
            up, down = steps[k]
            functions.append(up * x * functions[k] - (down * functions[k - 1] if k else arb(0)))
        total = sum((phi * phi for phi in functions), arb(0))
        # eps phi_(k+1) = sqrt(k/(k+1)) eps phi_(k-1) - sqrt(2/(k+1)) phi_k, from eps phi_0 or eps phi_1
        if spins % 2:
            integral = -steps[0][0] * functions[0]
            first = 2
        else:
            integral = start * (arb.pi() / 2).sqrt() * (x / arb(2).sqrt()).erf()
            first = 1
        for k in range(first, spins, 2):
            integral = steps[k][1] * integral - steps[k][0] * functions[k]
        total += half * functions[top] * integral
        return total + functions[top] / mass if spins % 2 else total

    return density
