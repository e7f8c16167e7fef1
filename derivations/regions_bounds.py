"""The theorems' numbers at finite size, and a bound on V(G) that needs no limit, held against exact volumes.

Let m = ceil(N/d0), p the probability that m random rows reach rank(A o X) = N, C = C(N, d0) the number of cells. Such m
rows lie in different cells (m - 1 rows have rank below N). A region of width 2m whose rows are m good cells, each
twice, holds an exact fit (doubling). With q the volume of m ordered good cells these regions have the volume
(2m)!/(2^m m!) sum q^2 >= (2m - 1)!! p^2/C^m, for every d1 >= 2m: -log V(G) <= m log C - log (2m - 1)!! + 2 log(1/p).
Source: soudry_hoffer_2017, section 4 and Table 1, whose own numbers are recomputed.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from derivations._show import show
from derivations.regions_exact import interval, plane, volumes
from symlandscape.arith.balls import arb, workprec
from symlandscape.arith.conversions import parse_exact, to_arb
from symlandscape.arith.decimals import outward
from symlandscape.evidence import Claim, Verdict, certified, checked, proved
from symlandscape.export import Figure, Formula
from symlandscape.regions import bound, cover, doubling_width, full_rank, paper_width

NAME = "regions_bounds"
THEME = "regions"
SOURCE = "soudry_hoffer_2017, section 4"
TABLE = (
    ("MNIST", 784, 89, 70_000, "0.999"),
    ("CIFAR", 3072, 16, 50_000, "0.983"),
    ("ImageNet", 12288, 105, 1_280_000, "1.008"),
)
"""Table 1 of the paper: data set, d0, d1, N, parameters per sample as printed."""


def thousandths(value: Fraction) -> Fraction:
    """Rounded to three decimals."""
    return Fraction(round(value * 1000), 1000)


def table_claim() -> Claim:
    """d0 d1/N of Table 1 from its own numbers."""
    found = {name: Fraction(d0 * d1, n) for name, d0, d1, n, _ in TABLE}
    printed = {name: parse_exact(text) for name, *_, text in TABLE}
    agree = [thousandths(found[name]) == printed[name] for name in ("CIFAR", "ImageNet")]
    other = {  # counts of parameters that might have been meant
        "both layers": [thousandths(Fraction((d0 + 1) * d1, n)) for _, d0, d1, n, _ in TABLE],
        "with biases": [thousandths(Fraction((d0 + 2) * d1 + 1, n)) for _, d0, d1, n, _ in TABLE],
    }
    differ = all(values != list(printed.values()) for values in other.values())
    value = outward(to_arb(found["MNIST"]), 6)[0]
    return Claim(
        "regions.table-1",
        THEME,
        rf"\text{{Table 1: }} d_0 d_1/N \text{{ is }} {value} \text{{ for MNIST, where }} {TABLE[0][4]} "
        rf"\text{{ is printed; }} {TABLE[1][4]} \text{{ (CIFAR) and }} {TABLE[2][4]} "
        r"\text{ (ImageNet) are its numbers rounded}",
        f"{SOURCE}; Table 1",
        (
            proved("MNIST", thousandths(found["MNIST"]) != printed["MNIST"], f"784 * 89/70000 = {found['MNIST']}"),
            proved("CIFAR and ImageNet", all(agree), "rounded to three decimals"),
            proved(
                "other counts", differ, "with the second layer, or with biases too, the three do not come out either"
            ),
        ),
    )


def example_claim() -> Claim:
    """(N, d0) = (100, 10), p = 1."""
    found = bound(100, 10, 20, "1/10", 0)
    names = ("log_V_G_sharper", "log_V_G_derived", "log_V_G_paper")
    with workprec(128):
        # second road: the integers themselves
        c = cover(100, 10)
        odd = 1
        for k in range(1, 20, 2):
            odd *= k
        roads = {
            "log_V_G_sharper": -10 * to_arb(c).log() + to_arb(odd).log(),
            "log_V_G_derived": -20 * to_arb(c).log(),
            "log_V_G_paper": -200 * to_arb(100).log(),
        }
        checks = []
        shown = {}
        for name in names:
            ball = found.values[name]
            assert ball is not None
            shown[name] = outward(-ball, 6)[0]
            near = abs(roads[name] + to_arb(parse_exact(shown[name]))) < to_arb(Fraction(1, 1000))
            checks.append(certified(name, Verdict.of(bool(near)), "from the integer C(100, 10), to 1/1000"))
            checks.append(checked(f"{name}, two roads", outward(ball, 25)[0], outward(roads[name], 25)[0], 20))
    return Claim(
        "regions.bound-example",
        THEME,
        rf"(N, d_0) = (100, 10): m \log C - \log (2m - 1)!! \approx {shown['log_V_G_sharper']},\ "
        rf"2 m \log C \approx {shown['log_V_G_derived']},\ 2 N \log N \approx {shown['log_V_G_paper']}",
        "derived; against soudry_hoffer_2017, Theorem 9",
        tuple(checks),
    )


def chain_claim(slope: str) -> Claim:
    """V(G) at width 2m against the chain of lower bounds, four points of the plane, m = 2."""
    row, found = volumes(4, slope), full_rank(plane(), 2, slope)
    low = interval(row.volumes["G"])[0]
    with workprec(128):
        exact = to_arb(low)
        steps = [exact, 3 * found.squares]
        steps.append(3 * found.probability * found.probability / found.regions)
        steps.append(3 * found.probability * found.probability / cover(4, 2) ** 2)
        holds = all(a > b for a, b in zip(steps, steps[1:], strict=False))
        text = r" > ".join(outward(step, 4)[0] for step in steps)
    return Claim(
        f"regions.bound-chain.slope-{slope.replace('/', '-')}",
        THEME,
        rf"V(G) > 3!! \sum q^2 > 3!!\, p^2/\# > 3!!\, p^2/C^2:\quad {text},\ "
        rf"(N, d_0, d_1) = (4, 2, 4),\ \rho = {slope}",
        "derived",
        (certified("balls", Verdict.of(bool(holds)), f"{found.regions} of {cover(4, 2) ** 2} pairs reach rank 4"),),
    )


def needed_claim() -> Claim:
    """What Theorem 10 needs at the size of MNIST."""
    found = bound(70_000, 784, 180, "1/100", "1/10")
    needed, own = (found.values[k] for k in ("needed_parameters_per_sample", "needed_parameters_per_sample_derived"))
    assert needed is not None and own is not None
    with workprec(128):
        above = needed > 63 * arb(10) ** 12 and own > 23 * arb(10) ** 10
        ratio = to_arb(Fraction(784, 70_000))
        root = (2 * to_arb(70_000).log()) / (to_arb(Fraction(23, 100)) * (3 * ratio.log() / 4).exp())
        road = root * root * root * root
    return Claim(
        "regions.vacuous-mnist",
        THEME,
        r"N = 70000,\ d_0 = 784,\ \max = d_0/N: \text{ the quotient of theorems 6 and 9 is below 1 only for } "
        r"d_0 d_1/N > 6.3 \cdot 10^{13};\ \text{with the derived bound } (p = 1,\ d_1 = 180)\ > 2.3 \cdot 10^{11}",
        f"{SOURCE}; Theorems 6, 9 and 10 read at finite size",
        (
            certified("both", Verdict.of(bool(above)), "enclosures"),
            checked("first, two roads", outward(needed, 25)[0], outward(road, 25)[0], 20, "roots against exponentials"),
        ),
    )


def optimum_claim() -> Claim:
    """f(m) = m log C - log (2m - 1)!! grows with m while C > 2m + 1, and C >= 2N > 2 ceil(N/d0) + 1 for d0 >= 2."""
    cases = [(n, d) for d in range(2, 13) for n in range(max(d, 4), 121)]
    return Claim(
        "regions.optimal-rows",
        THEME,
        r"C(N, d_0) > 2m + 1,\ m = \lceil N/d_0 \rceil: \text{ one row more costs } \log C - \log(2m + 1) > 0 "
        r"\quad (2 \le d_0 \le 12,\ \max(4, d_0) \le N \le 120)",
        "derived",
        (proved("every size", all(cover(n, d) > 2 * -(-n // d) + 1 for n, d in cases), "so the least m is best"),),
    )


def claims(profile: str = "quick", seed: int = 0) -> Iterator[Claim]:
    """Numbers of the theorems and of the derived bound."""
    yield table_claim()
    yield example_claim()
    for slope in ("0", "1/10"):
        yield chain_claim(slope)
    yield optimum_claim()
    yield needed_claim()
    yield Claim(
        "regions.widths-of-table-1",
        THEME,
        r"4 \lceil N/(2 d_0 - 2) \rceil \text{ and } 2 \lceil N/d_0 \rceil: "
        + ",\\ ".join(rf"\text{{{name} }} {paper_width(n, d)}, {doubling_width(n, d)}" for name, d, _, n, _ in TABLE),
        "soudry_hoffer_2017, Theorem 8, against doubling",
        tuple(
            proved(
                name,
                paper_width(n, d) // 4 - 1 < Fraction(n, 2 * d - 2) <= Fraction(paper_width(n, d), 4)
                and doubling_width(n, d) // 2 - 1 < Fraction(n, d) <= Fraction(doubling_width(n, d), 2),
                "ceilings by their definition",
            )
            for name, d, _, n, _ in TABLE
        ),
    )


def formulas() -> Iterator[Formula]:
    """The derived bound."""
    level = chain_claim("0").level
    yield Formula(
        "volume-bound",
        "Volume of regions with a global minimum, no limit taken",
        r"-\log V(G) \le m \log C(N, d_0) - \log (2m - 1)!! + 2 \log(1/p), \qquad m = \lceil N/d_0 \rceil,\ "
        r"d_1 \ge 2m, \qquad C(N, d) = 2 \sum_{i < d} \binom{N - 1}{i}",
        "derived; checked at (4, 2, 4)",
        level,
    )


def figures(profile: str = "quick") -> Iterator[Figure]:
    """Bounds against the number of samples."""
    from symlandscape.regions.figures import draw_bounds, draw_needed_parameters

    yield Figure(
        "bounds-on-global-volume",
        "Lower bounds on V(G), d = 10",
        "How much does the derived bound gain over 2 N log N?",
        lambda ax: draw_bounds(ax, 10, (10, 30, 100, 300, 1000, 3000, 10_000)),
        example_claim().level,
    )
    yield Figure(
        "needed-parameters",
        "Parameters per sample from which the ratio bound says anything",
        "At which size do the theorems say something?",
        lambda ax: draw_needed_parameters(
            ax, (10, 100, 1000, 10**4, 10**5, 10**6), (Fraction(1), Fraction(1, 10), Fraction(1, 100))
        ),
        needed_claim().level,
    )


if __name__ == "__main__":
    show(claims())
