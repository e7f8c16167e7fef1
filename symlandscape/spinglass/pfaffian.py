"""The densities of the ordered eigenvalues of the Gaussian orthogonal ensemble at finite N, in balls.

With the other n = N - 1 eigenvalues at x + t_j, those below x marked by z,

    sum_k z^k p_k(x) = (N/Z_N) e^(-x^2/2) int prod |t_j| |Delta(t)| prod_j w(t_j) z^[t_j < 0] dt,  w(t) = e^(-(x+t)^2/2)
                     = (N!/Z_N) e^(-x^2/2) Pf A(z),   Z_N = (2 pi)^(N/2) prod_(j<=N) Gamma(1 + j/2)/Gamma(3/2),

by de Bruijn, A_ij = <f_i, f_j> = iint sgn(t' - t) f_i(t) f_j(t') over a basis f_i of |t| w(t) (polynomials of degree
below n), bordered by int f_i for odd n. In the basis |t| w, t |t| w and sgn(t) (t^i w)' for i = 2 .. n - 1 the entries
need one moment M_m(x) = int_0^inf t^m e^(-(x+t)^2) dt each, integration by parts giving for the half-line t > 0

    <(t^i w)', (t^j w)'> = (j - i) M_(i+j-1),  <t^a w, (t^i w)'> = -2 M_(i+a),  <t w, t^2 w> = w(0) W - 2 M_0 + 2 M_2,

and the border touches the first two rows only. A(z) = z^2 A^- + z (u v' - v u') + A^+, where A^+ and v come from t > 0,
A^- and u from t < 0 (the same functions at -x, up to signs), and u v' - v u' has one entry in that basis. Hence with
S = A^+ + A^- and w = z^2 all coefficients follow from the characteristic polynomial of S^-1 A^+, whose eigenvalues are
probabilities, double, and from one row of its powers. Sources: de_bruijn_1955; mehta_2004, chapter 7; the basis and the
pencil: derived here, held against R_1 in `derivations.spinglass_counts`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from symlandscape.arith.balls import arb, arb_mat, fmpz, is_finite, sign

__all__ = ["half_line_moments", "index_densities"]


def index_densities(spins: int, x: arb) -> list[arb]:
    """p_0(x) .. p_(N-1)(x): the density at x of the (k+1)-th smallest of the N eigenvalues (weight exp(-sum x_i^2/2)).

    Balls at the current precision, of which several hundred bits are lost (about 15 N): nan where none is left. They
    are computed for x >= 0; p_k(-x) = p_(N-1-k)(x).
    """
    if not x >= 0:
        return [arb("nan")] * spins if not x <= 0 else index_densities(spins, -x)[::-1]
    scale = _scale(spins) * (-x * x / 2).exp()
    if spins == 1:
        return [scale]
    above, below = _half_line(spins - 1, x), _half_line(spins - 1, -x)
    try:
        coefficients = _generating_polynomial(spins - 1, above, below)
    except ZeroDivisionError:
        return [arb("nan")] * spins
    return [scale * c for c in coefficients]


def half_line_moments(x: arb, top: int) -> list[arb]:
    """M_m(x) = int_0^inf t^m exp(-(x + t)^2) dt for m = 0 .. top (top >= 1).

    M_(m+1) = (m/2) M_(m-1) - x M_m, upwards for x <= 0, downwards for x > 0, from two confluent hypergeometric
    functions: all terms positive, so nothing cancels.
    """
    if not x > 0:
        moments = [arb.pi().sqrt() / 2 * x.erfc()]
        moments.append((-x * x).exp() / 2 - x * moments[0])
        for m in range(1, top):
            moments.append(moments[m - 1] * m / 2 - x * moments[m])
        return moments
    square = x * x
    moments = [arb(0)] * (top + 1)
    for m in (top, top - 1):
        scale = fmpz.fac_ui(m) * (-square).exp() / fmpz(2) ** (m + 1)
        moments[m] = scale * square.hypgeom_u(arb(m + 1) / 2, arb(1) / 2)
    for m in range(top - 1, 0, -1):
        moments[m - 1] = (moments[m + 1] + x * moments[m]) * 2 / m
    return moments


@dataclass(frozen=True, slots=True)
class _HalfLine:
    """What t > 0 contributes: the antisymmetric n x n matrix of <f_i, f_j>, and int f_i for the first two i."""

    matrix: list[list[arb]]
    border: tuple[arb, arb]


def _half_line(n: int, x: arb) -> _HalfLine:
    moments = half_line_moments(x, max(2 * n, 2))
    height = (-x * x / 2).exp()
    mass = (arb.pi() / 2).sqrt() * (x / arb(2).sqrt()).erfc()
    first = height - x * mass
    matrix = [[arb(0)] * n for _ in range(n)]
    for i in range(n):
        for j in range(i + 1, n):
            if j == 1:
                entry = height * mass - 2 * moments[0] + 2 * moments[2]
            else:  # place 0, 1 hold the powers t, t^2; place i >= 2 holds (t^i w)'
                entry = -2 * moments[i + 1 + j] if i < 2 else (j - i) * moments[i + j - 1]
            matrix[i][j], matrix[j][i] = entry, -entry
    return _HalfLine(matrix, (first, mass - x * first))


def _generating_polynomial(n: int, above: _HalfLine, below: _HalfLine) -> list[arb]:
    """The coefficients of z^0 .. z^n of |Pf A(z)|, whose value at z = 1 is positive."""
    (v0, v1), (u0, u1) = above.border, below.border
    u1 = -u1
    if n == 1:
        return [v0, u0]
    # t -> -t gives the sign (-1)^degree, degree + 1 = place + 1 for powers and place for derivatives; sgn turns round
    parity = [-1, 1] + [(-1) ** (i + 1) for i in range(2, n)]
    total = [[above.matrix[i][j] - parity[i] * parity[j] * below.matrix[i][j] for j in range(n)] for i in range(n)]
    upper = [list(row) for row in above.matrix]
    odd = n % 2
    if odd:
        border = [u0 + v0, u1 + v1] + [arb(0)] * (n - 2)
        total = [[*row, b] for row, b in zip(total, border, strict=True)] + [[-b for b in border] + [arb(0)]]
        upper = [[*row, arb(0)] for row in upper] + [[arb(0)] * (n + 1)]
    size = n + odd
    # right-hand sides: A^+ for the pencil, and the columns whose rows of (S + y A^+)^-1 are needed
    columns = [[u0, u1], [v0, v1]] if odd else [[arb(1), arb(0)]]
    rows = [[*upper[i], *(c[i] if i < 2 else arb(0) for c in columns)] for i in range(size)]
    solved = arb_mat(total).solve(arb_mat(rows)).tolist()
    pencil = arb_mat([row[:size] for row in solved])
    factors = _double_roots(pencil)[: n // 2 + 1]  # prod (1 + y lambda) over the double eigenvalues lambda
    place = size - 1 if odd else 1
    series = [_entries(pencil, [row[size + c] for row in solved], place, len(factors)) for c in range(len(columns))]
    products = [_product(factors, s) for s in series]
    coefficients = [arb(0)] * (n + 1)
    if odd:
        for shift, terms in ((1, products[0]), (0, products[1])):
            for power, c in enumerate(_homogeneous(terms)):
                coefficients[2 * power + shift] += c
        normal = arb(1)
    else:
        jump = u0 * v1 - v0 * u1
        for power, c in enumerate(_homogeneous(factors)):
            coefficients[2 * power] += c
        for power, c in enumerate(_homogeneous(products[0][: len(factors) - 1])):
            coefficients[2 * power + 1] += jump * c
        normal = sum(coefficients, arb(0))
        if sign(normal) not in (1, -1):
            raise ZeroDivisionError
    pfaffian = abs(arb_mat(total).det()).sqrt()
    flip = -1 if normal < 0 else 1
    if not is_finite(pfaffian):
        raise ZeroDivisionError
    return [flip * pfaffian * c for c in coefficients]


def _double_roots(pencil: arb_mat) -> list[arb]:
    """e_0 .. e_h with (sum_j e_j y^j)^2 = det(1 + y M), by the power series of the square root."""
    characteristic = pencil.charpoly().coeffs()
    size = pencil.nrows()
    half = size // 2
    outer = [characteristic[size - j] * (-1) ** j for j in range(half + 1)]
    roots = [arb(1)]
    for j in range(1, half + 1):
        inner = sum((roots[i] * roots[j - i] for i in range(1, j)), arb(0))
        roots.append((outer[j] - inner) / 2)
    return roots


def _entries(pencil: arb_mat, start: list[arb], place: int, count: int) -> list[arb]:
    """The entry at `place` of (1 + y M)^-1 start, as the first `count` coefficients in y."""
    vector = arb_mat(len(start), 1, start)
    entries = []
    for power in range(count):
        entries.append(vector[place, 0] * (-1) ** power)
        vector = pencil * vector
    return entries


def _product(left: list[arb], right: list[arb]) -> list[arb]:
    """The product of two power series, to the length of the shorter."""
    length = min(len(left), len(right))
    return [sum((left[i] * right[k - i] for i in range(k + 1)), arb(0)) for k in range(length)]


def _homogeneous(terms: list[arb]) -> list[arb]:
    """The coefficients in w of sum_k terms[k] (1 - w)^k w^(h-k), h = len(terms) - 1: y = (1 - w)/w, times w^h."""
    h = len(terms) - 1
    coefficients = [arb(0)] * (h + 1)
    for k, term in enumerate(terms):
        for j in range(k + 1):
            coefficients[h - k + j] += term * (math.comb(k, j) * (-1) ** j)
    return coefficients


def _scale(spins: int) -> arb:
    """N!/Z_N."""
    norm = (2 * arb.pi()) ** (arb(spins) / 2)
    for j in range(1, spins + 1):
        norm *= (1 + arb(j) / 2).gamma() / (arb(3) / 2).gamma()
    return fmpz.fac_ui(spins) / norm
