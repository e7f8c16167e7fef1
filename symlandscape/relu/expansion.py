"""The record of a family's series, and how it is written: a document, SymPy expressions, LaTeX."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from symlandscape.arith.balls import arb, symmetric
from symlandscape.arith.decimals import cut_off
from symlandscape.arith.power_series import Series
from symlandscape.arith.real_coefficients import RealCoefficient
from symlandscape.errors import InputError
from symlandscape.relu.branch_powers import Powers

__all__ = ["Expansion"]


@dataclass(frozen=True, slots=True)
class Expansion:
    """The family's series in s = d^(-1/2), each exact up to its own order.

    ``residual`` holds the power of s below which each critical equation vanishes identically: that the series solve the
    equations as formal series is PROVED; that the branch has these asymptotics is CHECKED by comparison with enclosures
    at huge d (derivations.series).
    """

    family: str
    order: int
    names: tuple[str, ...]
    coordinates: tuple[Series, ...]
    loss: Series
    spectrum: dict[str, tuple[Series, ...]]
    residual: tuple[int, ...]  # lowest power at which each critical equation may fail
    denominator: int = 2  # m: the series run in s = d^(-1/m)
    extra: tuple[int, ...] = ()
    digits: int | None = None  # to which two roads to the decimal coefficients agree, None where all are exact
    powers: Powers | None = None  # the exponents on which m rests, where it was not known beforehand

    def document(self) -> dict[str, Any]:
        """CONTRACT's document of ``relu series``."""
        kinds = {"coordinates": self.exact(self.coordinates)}
        kinds["spectrum"] = self.exact([x for values in self.spectrum.values() for x in values])
        return {
            "family": self.family,
            "extra": sum(self.extra),
            "variable": f"d**(-1/{self.denominator})",
            "order": self.order,
            "exact": kinds,
            "digits": self.digits,
            "exponents": [] if self.powers is None else [x.document() for x in self.powers.exponents],
            "loss": self._terms(self.loss),
            "coordinates": {name: self._terms(x) for name, x in zip(self.names, self.coordinates, strict=True)},
            "spectrum": {label: [self._terms(x) for x in values] for label, values in self.spectrum.items()},
        }

    @staticmethod
    def exact(series: Sequence[Series]) -> bool:
        """Whether no coefficient of these series is a decimal."""
        return not any(isinstance(c, RealCoefficient) for x in series for c in x.coefficients)

    def _terms(self, x: Series) -> dict[str, Any]:
        last = self.order if x.order is None else min(self.order, x.order - 1)
        start = min(x.start, last)
        shown = [str(_in_powers_of_pi(x.coefficient(k))) for k in range(start, last + 1)]
        return {"from": start, "coefficients": shown}

    def sympy(self, x: Series) -> Any:
        """One of the series as a SymPy expression in s, without its error term."""
        import sympy

        s = sympy.Symbol("s", positive=True)
        last = self.order if x.order is None else min(self.order, x.order - 1)
        return sympy.Add(*(x.coefficient(k).sympy() * s**k for k in range(min(x.start, last), last + 1)))

    def latex(self) -> str:
        """All series as one align* display."""

        rows = [("L", self.loss), *((_latex_name(n), x) for n, x in zip(self.names, self.coordinates, strict=True))]
        for label, values in self.spectrum.items():
            head = label.split("*")
            name = r" \otimes ".join(f"{part[0]}_{{{part[1:]}}}" if part[1:] else part for part in head)
            rows += [(rf"\lambda^{{{name}}}_{{{i + 1}}}", x) for i, x in enumerate(values)]
        lines = []
        for name, x in rows:
            shown = self._terms(x)
            terms = [
                _latex_term(x.coefficient(k), k)
                for k in range(shown["from"], shown["from"] + len(shown["coefficients"]))
                if x.coefficient(k)
            ]
            sums = "".join(t if t.startswith("-") or i == 0 else f" + {t}" for i, t in enumerate(terms)) or "0"
            lines.append(rf"{name} &= {sums} + O(s^{{{shown['from'] + len(shown['coefficients'])}}})")
        return "\\begin{align*}\n" + " \\\\\n".join(lines) + "\n\\end{align*}"

    def _repr_latex_(self) -> str:
        return self.latex()


def _in_powers_of_pi(coefficient: Any) -> Any:
    """The coefficient for print: with a letter in the place of the number pi SymPy sorts by its powers."""
    import sympy

    return coefficient.sympy().xreplace({sympy.pi: sympy.Symbol("pi")})


def _latex_term(coefficient: Any, power: int) -> str:
    import sympy

    if isinstance(coefficient, RealCoefficient):
        unit = "" if power == 0 else r"\, s" if power == 1 else rf"\, s^{{{power}}}"
        return f"{_digits(coefficient)}{unit}"
    return str(sympy.latex(_in_powers_of_pi(coefficient) * sympy.Symbol("s") ** power))


def _digits(x: RealCoefficient) -> str:
    """Twelve digits of a number known to twenty, cut off; rounded and without dots where they do not decide these."""
    try:
        return rf"{cut_off(x.ball() + symmetric(arb((1, -60)) * (1 + abs(x.ball()))), 12)}\ldots"
    except InputError:
        return x.decimal(12)


def _latex_name(name: str) -> str:
    return f"{name[0]}_{{{name[2:-1]}}}"
