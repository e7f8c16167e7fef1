"""Minima inside activation regions: the rank condition, the exponents of the theorems, widths that fit any labels.

With g_i = (A o X)_i e the derivatives of MSE = |e|^2/N inside a region are -2 z_i g_i/N in w_i and -2 w_i . g_i/N in
z_i. At a minimum z_i != 0 makes g_i = 0 at once; z_i = 0 makes the Hessian [[., g], [g, 0]] in (z_i, w_i), which is
positive semidefinite only for g_i = 0. So (A o X) e = 0. Proved here for every size: what the theorems' exponents make
of d0 d1 = N log^4 N, when their quotient says anything, the doubling construction and the volume bound it gives. Cited,
not derived: theorem 6 with its constant 0.23 and theorem 9 (their proofs are asymptotic). Source: soudry_hoffer_2017.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

import sympy

from derivations._show import show
from symlandscape.evidence import Claim, Level, proved
from symlandscape.export import Formula
from symlandscape.regions import cells, doubled_fit, doubling_width, make_points, outputs, paper_width
from symlandscape.regions.bounds import PAPER_CONSTANT

NAME = "regions_theory"
THEME = "regions"
SOURCE = "soudry_hoffer_2017, sections 3 and 4"
POINTS = ((3, 1), (1, 2), (-1, 2), (-3, 1), ("-5/2", "-1/3"))
TARGETS = ("1/2", -3, 7, "22/7", 0)

N, P, L, gamma, z = sympy.symbols("N P L gamma z", positive=True)
w, x, a, r, y, beta = sympy.symbols("w x a r y beta", real=True)


def gradient() -> bool:
    """One sample, one unit, one coordinate stand for all: e = y - r - z a (w x + h), r and h what does not move."""
    h, unit = sympy.symbols("h z_i", real=True)
    e = y - r - unit * a * (w * x + h)
    in_w = sympy.diff(e**2, w) + 2 * unit * a * x * e
    in_z = sympy.diff(e**2, unit) + 2 * a * (w * x + h) * e
    return bool(sympy.expand(in_w) == 0 and sympy.expand(in_z) == 0)


def silent_unit() -> bool:
    """At z_i = 0: d2 e^2/dz dw = -2 a x e, d2 e^2/dw dw' = 0, and [[s, g], [g, 0]] has the determinant -g^2."""
    v, u, unit, s, g = sympy.symbols("v u z_i s g", real=True)  # a second coordinate with weight v, input u
    e = y - r - unit * a * (w * x + v * u)
    mixed = sympy.diff(e**2, unit, w).subs(unit, 0) + 2 * a * x * (y - r)
    flat = [sympy.diff(e**2, w, other).subs(unit, 0) for other in (w, v)]
    determinant = sympy.Matrix([[s, g], [g, 0]]).det() + g**2
    return bool(sympy.expand(mixed) == 0 and flat == [0, 0] and sympy.expand(determinant) == 0)


def exponent_at_n_log4() -> bool:
    """N^{3/4} (N L^4)^{1/4} = N L for N, L > 0."""
    return bool(N ** sympy.Rational(3, 4) * (N * L**4) ** sympy.Rational(1, 4) == N * L)


def vacuous_iff() -> bool:
    """With q = (P/N)^{1/4}, c = 2L/gamma: gamma N^{3/4} P^{1/4} - 2 N L = gamma N (q - c), and q^4 - c^4 has the sign
    of q - c, being (q - c)(q + c)(q^2 + c^2) with positive factors.
    """
    q, c = sympy.symbols("q c", positive=True)
    exponent = N ** sympy.Rational(3, 4) * (N * q**4) ** sympy.Rational(1, 4)
    first = gamma * exponent - 2 * N * L - gamma * N * (q - 2 * L / gamma)
    return bool(sympy.expand(first) == 0 and sympy.expand(q**4 - c**4 - (q - c) * (q + c) * (q**2 + c**2)) == 0)


def vacuous_at_n_log4() -> bool:
    """gamma <= 0.23 < 2, as max(d0/N, eps) <= 1: gamma N L < 2 N L."""
    return PAPER_CONSTANT < 2


def quotient_in_the_limit() -> bool:
    """(gamma N q - 2 N L)/(gamma N q) = 1 - 2 L/(gamma q) -> 1 for q = N^delta, delta > 0."""
    delta = sympy.Symbol("delta", positive=True)
    q = sympy.Symbol("q", positive=True)
    algebra = sympy.cancel((gamma * N * q - 2 * N * L) / (gamma * N * q) - 1 + 2 * L / (gamma * q))
    # log N = s: s exp(-delta s) -> 0
    s = sympy.Symbol("s", positive=True)
    return bool(algebra == 0 and sympy.limit(s * sympy.exp(-delta * s), s, sympy.oo) == 0)


def widths() -> bool:
    """2 ceil(N/(2d - 2)) is an integer >= N/(d - 1) >= N/d, hence >= ceil(N/d): N/(d-1) - N/d = N/(d (d-1)) > 0."""
    d = sympy.Symbol("d", positive=True)
    return bool(sympy.cancel(N / (d - 1) - N / d - N / (d * (d - 1))) == 0)


def pair() -> bool:
    """z a (w + beta/2z) x - z a (w - beta/2z) x = a beta x."""
    plus, minus = w + beta / (2 * z), w - beta / (2 * z)
    return bool(sympy.expand(z * a * plus * x - z * a * minus * x - a * beta * x) == 0)


def double_factorials() -> bool:
    """D(m) = (2m)!/(2^m m!) is (2m - 1)!!: D(0) = 1 and D(m + 1)/D(m) = 2m + 1."""
    m = sympy.Symbol("m", integer=True, nonnegative=True)
    D = sympy.factorial(2 * m) / (2**m * sympy.factorial(m))
    quotient = sympy.combsimp(D.subs(m, m + 1) / D)
    return bool(D.subs(m, 0) == 1 and sympy.expand(quotient - 2 * m - 1) == 0)


def cauchy() -> bool:
    """sum (q_i - t)^2 = Q - 2 t s + n t^2 with s = sum q, Q = sum q^2 (term by term), which is Q - s^2/n at t = s/n."""
    q, t, s, Q, n = sympy.symbols("q t s Q n", positive=True)
    term = sympy.expand((q - t) ** 2 - (q**2 - 2 * t * q + t**2))
    return bool(term == 0 and sympy.cancel((Q - 2 * t * s + n * t**2).subs(t, s / n) - (Q - s**2 / n)) == 0)


def example_is_fitted() -> bool:
    """Five points of the plane, three rows each taken twice, five rational targets: the outputs equal them."""
    points = make_points(POINTS)
    found = cells(points).cells
    rows = [found[k].witness for k in (0, 2, 5)]
    return all(
        outputs(points, slope, doubled_fit(points, rows, slope, TARGETS)) == tuple(Fraction(t) for t in TARGETS)
        for slope in ("1/10", -1)
    )


def claims(profile: str = "quick", seed: int = 0) -> Iterator[Claim]:
    """The theory that needs no data."""
    yield Claim(
        "regions.rank-condition",
        THEME,
        r"(W, z) \text{ a minimum, } W \in D_A \implies (A \circ X)\, e = 0",
        f"{SOURCE}; Lemma 2",
        (
            proved("z_i other than 0", gradient(), "gradients in w_i and in z_i"),
            proved("z_i = 0", silent_unit(), "an indefinite block of the Hessian otherwise"),
        ),
    )
    yield Claim(
        "regions.exponent",
        THEME,
        r"d_0 d_1 = N \log^4 N \implies N^{3/4} (d_0 d_1)^{1/4} = N \log N \quad (N > 1)",
        f"{SOURCE}; Theorem 10",
        (proved("powers", exponent_at_n_log4(), "positive symbols"),),
    )
    yield Claim(
        "regions.vacuous",
        THEME,
        r"\gamma N^{3/4} (d_0 d_1)^{1/4} > 2 N \log N \iff d_0 d_1/N > (2 \log N/\gamma)^4 \quad (N > 1,\ \gamma > 0)",
        f"{SOURCE}; Theorem 10 read at finite size",
        (proved("factors", vacuous_iff()),),
    )
    yield Claim(
        "regions.vacuous-at-n-log4",
        THEME,
        r"d_0 d_1 = N \log^4 N \implies \gamma_\epsilon N^{3/4} (d_0 d_1)^{1/4} < 2 N \log N \quad (N > 1)",
        f"{SOURCE}; Assumption 4 at its edge",
        (proved("gamma < 2", vacuous_at_n_log4() and exponent_at_n_log4(), "gamma_eps is at most 0.23"),),
    )
    yield Claim(
        "regions.quotient-limit",
        THEME,
        r"d_0 d_1 = N^{1 + 4\delta},\ \delta > 0 \implies "
        r"\bigl(\gamma N^{3/4} (d_0 d_1)^{1/4} - 2 N \log N\bigr) / \bigl(\gamma N^{3/4} (d_0 d_1)^{1/4}\bigr) \to 1",
        f"{SOURCE}; Theorem 10 from 6 and 9",
        (proved("limit", quotient_in_the_limit()),),
    )
    yield Claim(
        "regions.doubling",
        THEME,
        r"z\, a\, \bigl(w + \tfrac{\beta}{2z}\bigr) \cdot x - z\, a\, \bigl(w - \tfrac{\beta}{2z}\bigr) \cdot x "
        r"= a\, \beta \cdot x",
        "derived; against soudry_hoffer_2017, Theorem 8",
        (proved("one coordinate", pair()),),
    )
    yield Claim(
        "regions.doubling-example",
        THEME,
        r"\text{six units fit five given rational targets exactly, slopes } 1/10 \text{ and } -1",
        "derived",
        (proved("outputs in rational arithmetic", example_is_fitted(), "rank 5 of A o X from three rows"),),
    )
    yield Claim(
        "regions.doubling-width",
        THEME,
        r"2 \lceil N/d \rceil \le 4 \lceil N/(2d - 2) \rceil \quad (N \ge 1,\ d \ge 2)",
        "derived; against soudry_hoffer_2017, Theorem 8",
        (
            proved("between integers", widths(), "an integer >= N/d is >= ceil(N/d)"),
            proved(
                "every N <= 200, d <= 40",
                all(doubling_width(n, d) <= paper_width(n, d) for n in range(1, 201) for d in range(2, 41)),
            ),
        ),
    )
    yield Claim(
        "regions.volume-bound-steps",
        THEME,
        r"(2m)!/(2^m m!) = (2m - 1)!!, \qquad \bigl(\textstyle\sum_{i \le n} q_i\bigr)^2 \le n \sum_{i \le n} q_i^2",
        "derived",
        (
            proved("double factorial", double_factorials(), "by its quotient of neighbours"),
            proved("Cauchy's inequality", cauchy(), "the sum of (q_i - mean)^2 is not negative"),
        ),
    )


def formulas() -> Iterator[Formula]:
    """What to paste into a paper, with every constant."""
    levels = {claim.id: claim.level for claim in claims()}
    named: tuple[tuple[str, str, str, str, Level], ...] = (
        (
            "rank-condition",
            "Residuals of differentiable minima",
            r"(A \circ X)\, e = 0, \qquad A \circ X = [a^{(n)} \otimes x^{(n)}]_{n \le N}",
            f"{SOURCE}; Lemma 2",
            levels["regions.rank-condition"],
        ),
        (
            "quotient-of-the-bounds",
            "The quotient of the bounds of theorems 6 and 9 (cited), where d0 d1 grows by a power beyond N",
            r"\frac{e^{-\gamma_\epsilon N^{3/4} (d_0 d_1)^{1/4}}}{e^{-2 N \log N}} = e^{-r}, \qquad "
            r"\frac{r}{\gamma_\epsilon N^{3/4} (d_0 d_1)^{1/4}} \to 1 \quad (d_0 d_1 = N^{1 + 4 \delta},\ \delta > 0)",
            f"{SOURCE}; Theorems 6, 9 and 10",
            levels["regions.quotient-limit"],
        ),
        (
            "exact-fit-width",
            "Widths that fit any labels: the theorem's and the doubling construction's",
            r"d_1^* = 4 \lceil N/(2 d_0 - 2) \rceil \ge 2 \lceil N/d_0 \rceil",
            f"{SOURCE}; Theorem 8, against doubling (where ceil(N/d0) rows reach rank N)",
            levels["regions.doubling-width"],
        ),
        (
            "ratio-condition",
            "When the ratio bound says anything",
            r"\frac{d_0 d_1}{N} > \Bigl(\frac{2 \log N}{\gamma_\epsilon}\Bigr)^4, \qquad \gamma_\epsilon "
            r" = 0.23 \max[d_0/N, \epsilon]^{3/4} \ (\rho \ne 0), \quad 0.23\, \epsilon^{3/4}\ (\rho = 0)",
            f"{SOURCE}; Theorem 10 read at finite size",
            levels["regions.vacuous"],
        ),
    )
    for name, title, latex, source, level in named:
        yield Formula(name, title, latex, source, level)


if __name__ == "__main__":
    show(claims())
