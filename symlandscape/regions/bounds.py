"""Theorems 6 to 10 read at finite size, a derived bound on V(G), and whether the ratio bound says anything.

The theorems are asymptotic ("dotted" inequalities); read at finite size, with lim d/N as d/N, they are

    V(L_eps) <= exp(-gamma N^{3/4} (d1 d)^{1/4}),  V(G) >= exp(-2 N log N),

gamma = 0.23 max(d/N, eps)^{3/4}, for slope 0 without d/N. (0.23 is the paper's constant; it is not derived here.) Their
quotient is a bound below 1 only when d1 d/N > (2 log N/gamma)^4. Derived, with no limit: let m = ceil(N/d) and let p be
the probability that m random rows reach rank(A o X) = N. Then at every width d1 >= 2m

    -log V(G) <= m log C(N, d) - log (2m - 1)!! + 2 log(1/p).

For the m cells are different (m - 1 rows have rank below N), each set of m good cells taken twice each is met by
(2m)!/2^m orders of the first 2m rows, sum q^2 >= (sum q)^2/number by Cauchy, and a good choice is one of at most C^m.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from symlandscape.arith.balls import arb, sign, workprec
from symlandscape.arith.conversions import mid_float, parse_exact, to_arb
from symlandscape.arith.decimals import outward
from symlandscape.errors import InputError, UndecidedError
from symlandscape.regions.classification import read_slope
from symlandscape.regions.doubling import doubling_width, paper_width

__all__ = [
    "PAPER_CONSTANT",
    "Bound",
    "bound",
    "failure_probability",
    "log_cover",
    "log_double_factorial",
    "needed_ratio",
    "paper_gamma",
]

PAPER_CONSTANT = Fraction(23, 100)
"""The constant of gamma_eps. Source: soudry_hoffer_2017, Definition 5."""
LARGEST_INPUTS = 200_000
_TRIES = 3  # precision doubles between them


@dataclass(frozen=True, slots=True)
class Bound:
    """The theorems at one size. values: name -> ball, None where a bound does not apply; level CERTIFIED (enclosures of
    the formulas; the theorems themselves are the paper's).
    """

    samples: int
    inputs: int
    width: int
    eps: Fraction
    slope: Fraction
    rank_probability: Fraction
    vacuous: bool
    values: dict[str, arb | None]
    digits: int = 30

    def document(self) -> dict[str, Any]:
        """The JSON document of `symlandscape regions bound`: doubles, and enclosures as decimal strings beside them."""
        given: dict[str, Any] = {name: None if ball is None else mid_float(ball) for name, ball in self.values.items()}
        enclosures = {name: outward(ball, self.digits) for name, ball in self.values.items() if ball is not None}
        return {
            **given,
            "vacuous": self.vacuous,
            "enclosures": {name: {"value": value, "radius": radius} for name, (value, radius) in enclosures.items()},
            "samples": self.samples,
            "inputs": self.inputs,
            "width": self.width,
            "eps": str(self.eps),
            "slope": str(self.slope),
            "rank_probability": str(self.rank_probability),
            "paper_width": paper_width(self.samples, self.inputs) if self.inputs > 1 else None,
            "derived_width": doubling_width(self.samples, self.inputs),
            "parameters_per_sample": str(Fraction(self.inputs * self.width, self.samples)),
            "notes": list(self.notes()),
            "level": "certified",
        }

    def notes(self) -> tuple[str, ...]:
        """What a reader must know beside the numbers."""
        found = ["the theorems are asymptotic: read at finite size, with d/N for its limit"]
        if self.vacuous:
            found.append(
                "vacuous: the bound on V(L_eps) exceeds the bound on V(G) below it, so their quotient says nothing"
            )
        delta = self.values["failure_probability"]
        if delta is not None and not delta < 1:
            found.append("theorems 9 and 10 hold with probability 1 - delta, which is not positive at this size")
        if self.width < doubling_width(self.samples, self.inputs):
            found.append(
                f"the derived bound on V(G) needs width {doubling_width(self.samples, self.inputs)}; none is given"
            )
        elif self.rank_probability == 1:
            found.append("the derived bound takes p = P(rank = N) as 1; give an estimate of p to include it")
        return tuple(found)


def bound(
    samples: int, inputs: int, width: int, eps: Any, slope: Any, *, rank_probability: Any = 1, digits: int = 30
) -> Bound:
    """Every bound of the module at N = samples, d = inputs, d1 = width, a share eps of wrong points, a slope.

    Keys of `values`: gamma; log_V_L_bound (theorem 6, of the mean over X); failure_probability (delta of theorems 9 and
    10) and log_V_L_bound_probable (corollary 7 at that delta); log_V_G_paper; log_V_G_derived (2 m log C, the plain
    form); log_V_G_sharper (m log C - log (2m-1)!!); log_ratio_bound (theorem 10); needed_parameters_per_sample (for
    theorem 10 to say anything); needed_parameters_per_sample_derived (with the sharper bound on V(G)).
    Domain: 2 <= N, 1 <= d <= N, d1 >= 1, 0 < eps < 1, slope != 1, 0 < p <= 1.
    """
    for name, value, least in (("samples", samples, 2), ("inputs", inputs, 1), ("width", width, 1)):
        if isinstance(value, bool) or not isinstance(value, int) or value < least:
            raise InputError(f"at least {least} was expected for {name} and {value!r} came; give an integer")
    if inputs > samples:
        raise InputError(
            f"at most as many inputs as samples were expected and {inputs} > {samples} came: beyond, the data are "
            "linearly separable and the theorems are not stated"
        )
    share, rho, p = parse_exact(eps), read_slope(slope), parse_exact(rank_probability)
    if not 0 < share < 1:
        raise InputError(f"a share eps strictly between 0 and 1 was expected and {share} came; take 1/100, say")
    if not 0 < p <= 1:
        raise InputError(f"a probability in (0, 1] was expected and {p} came; estimate it from draws")
    for attempt in range(_TRIES):
        with workprec((int(3.33 * digits) + 64) << attempt):
            values = _values(samples, inputs, width, share, rho, p)
            needed = values["needed_parameters_per_sample"]
            assert needed is not None
            verdict = sign(to_arb(Fraction(inputs * width, samples)) - needed)
            if verdict is not None:
                return Bound(samples, inputs, width, share, rho, p, verdict <= 0, values, digits)
    raise UndecidedError("whether the ratio bound is vacuous stayed open at the largest precision; change the size")


def _values(N: int, d: int, width: int, eps: Fraction, slope: Fraction, p: Fraction) -> dict[str, arb | None]:
    gamma = paper_gamma(N, d, eps, slope)
    log_n = to_arb(N).log()
    exponent = gamma * _three_quarters(to_arb(N)) * to_arb(d * width).sqrt().sqrt()
    delta = failure_probability(N, d)
    m = -(-N // d)
    plain = sharper = None
    if width >= 2 * m:
        rank_part = 2 * to_arb(p).log()
        log_c = log_cover(N, d)
        plain = -2 * m * log_c + rank_part
        sharper = -m * log_c + log_double_factorial(m) + rank_part
    return {
        "gamma": gamma,
        "log_V_L_bound": -exponent,
        "failure_probability": delta,
        "log_V_L_bound_probable": -exponent - delta.log(),
        "log_ratio_bound": -exponent,
        "log_V_G_paper": -2 * N * log_n,
        "log_V_G_derived": plain,
        "log_V_G_sharper": sharper,
        "needed_parameters_per_sample": needed_ratio(N, gamma),
        "needed_parameters_per_sample_derived": None if sharper is None else _fourth(-sharper / (N * gamma)),
    }


def paper_gamma(samples: int, inputs: int, eps: Fraction, slope: Fraction) -> arb:
    """gamma_eps at finite size: 0.23 max(d/N, eps)^{3/4}, and 0.23 eps^{3/4} for slope 0; at the current precision."""
    largest = eps if slope == 0 else max(Fraction(inputs, samples), eps)
    return to_arb(PAPER_CONSTANT) * _three_quarters(to_arb(largest))


def failure_probability(samples: int, inputs: int) -> arb:
    """delta = sqrt(8/pi) d^{-1/2} + 2 d^{1/2} sqrt(log d)/N of theorems 9 and 10, at the current precision."""
    d = to_arb(inputs)
    return (8 / arb.pi() / d).sqrt() + 2 * d.sqrt() * d.log().sqrt() / samples


def needed_ratio(samples: int, gamma: arb) -> arb:
    """(2 log N/gamma)^4: the parameters per sample d d1/N beyond which the ratio bound beats its denominator."""
    return _fourth(2 * to_arb(samples).log() / gamma)


def log_cover(samples: int, inputs: int) -> arb:
    """log C(N, d) at the current precision: the sum is taken from its largest term downwards."""
    if inputs > LARGEST_INPUTS:
        raise InputError(f"at most {LARGEST_INPUTS} inputs were expected and {inputs} came; the sum would be too long")
    if samples <= inputs:
        return samples * to_arb(2).log()
    top = inputs - 1
    total, term = arb(1), arb(1)
    for i in range(top, 0, -1):
        term = term * i / (samples - i)
        total = total + term
    n, k = to_arb(samples), to_arb(top)
    largest = n.lgamma() - (k + 1).lgamma() - (n - k).lgamma()
    return (2 * total).log() + largest


def log_double_factorial(m: int) -> arb:
    """log (2m - 1)!! = log (2m)! - m log 2 - log m!, at the current precision."""
    return to_arb(2 * m + 1).lgamma() - m * to_arb(2).log() - to_arb(m + 1).lgamma()


def _three_quarters(x: arb) -> arb:
    root = x.sqrt().sqrt()
    return root * root * root


def _fourth(x: arb) -> arb:
    return (x * x) * (x * x)
