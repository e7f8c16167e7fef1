"""Statements and their checks. A level is a property computed from what a check found; no constructor takes one."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from symlandscape.errors import InputError
from symlandscape.evidence.levels import Level, strongest
from symlandscape.evidence.numbers import agreeing_digits, exact_value, float_value, short_text
from symlandscape.evidence.verdict import Verdict

if TYPE_CHECKING:
    import sympy

MAX_Z = 5.0
"""An estimate further than this many standard errors from what was claimed refutes it (chance 6e-7 when the claim is
true).
"""


@dataclass(frozen=True, slots=True)
class Identity:
    """An exact identity, decided on a known domain."""

    verdict: Verdict

    @property
    def level(self) -> Level:
        return _decided(self.verdict, Level.PROVED)

    def sentence(self) -> str:
        return _worded(self.verdict, "exact identity", "the identity fails", "the identity was not decided")


@dataclass(frozen=True, slots=True)
class Enclosure:
    """A statement about balls: it holds for every number in them, or fails for every number, or neither."""

    verdict: Verdict

    @property
    def level(self) -> Level:
        return _decided(self.verdict, Level.CERTIFIED)

    def sentence(self) -> str:
        return _worded(self.verdict, "holds in balls", "excluded by balls", "not decided by balls")


@dataclass(frozen=True, slots=True)
class Agreement:
    """Two roads to one number: exact readings (None where not finite) and the digits that must agree."""

    left: Fraction | None
    right: Fraction | None
    digits: int

    @property
    def agreeing(self) -> float:
        """The largest n with |left - right| <= 10^-n |right| (absolute when right = 0); inf when equal, nan when
        unknown.
        """
        if self.left is None or self.right is None:
            return math.nan
        return agreeing_digits(self.left, self.right)

    @property
    def level(self) -> Level:
        if math.isnan(self.agreeing):
            return Level.UNDECIDED
        return Level.CHECKED if self.agreeing >= self.digits else Level.REFUTED

    def sentence(self) -> str:
        if math.isnan(self.agreeing):
            return "a side is not finite"
        found = "equal" if math.isinf(self.agreeing) else f"{int(self.agreeing)} digits agree"
        sides = [short_text(side, self.digits) for side in (self.left, self.right)]
        return f"{found}, {self.digits} asked: {sides[0]} and {sides[1]}"


@dataclass(frozen=True, slots=True)
class Estimate:
    """A measured float, the value claimed for it, and the standard error of their difference."""

    value: float
    expected: float
    standard_error: float

    @property
    def z(self) -> float:
        """(value - expected) / standard_error; for the error 0 it is 0 on equality, else infinite."""
        difference = self.value - self.expected
        if self.standard_error == 0:
            return difference if difference == 0 or math.isnan(difference) else math.copysign(math.inf, difference)
        return difference / self.standard_error

    @property
    def level(self) -> Level:
        if math.isnan(self.z):
            return Level.UNDECIDED
        return Level.ESTIMATED if abs(self.z) <= MAX_Z else Level.REFUTED

    def sentence(self) -> str:
        if self.standard_error == 0:  # a yes or no of a sample, or a number that was counted
            found = f"{self.value:.8g}, and {self.expected:.8g} was claimed"
            return "undecided" if math.isnan(self.z) else "holds" if self.z == 0 else found
        compared = f"{self.value:.8g} against {self.expected:.8g}"
        return f"{compared}, standard error {self.standard_error:.2g}, z = {self.z:+.2f}"


Finding = Identity | Enclosure | Agreement | Estimate


@dataclass(frozen=True, slots=True)
class Check:
    """One check of a statement: a name, what it found, and a remark. Made by `proved`, `certified`, `checked`,
    `estimated`.
    """

    name: str
    finding: Finding
    remark: str = ""

    def __post_init__(self) -> None:
        if not isinstance(self.name, str) or not self.name.strip():
            raise InputError(f"expected a name for the check, got {self.name!r}; say in a few words what was compared")
        if not isinstance(self.finding, Finding):
            raise InputError(
                f"expected what the check found, got {self.finding!r}; use proved, certified, checked or estimated"
            )

    @property
    def level(self) -> Level:
        """The level that the finding supports."""
        return self.finding.level

    @property
    def detail(self) -> str:
        """What was found, in words, after the remark."""
        found = self.finding.sentence()
        return f"{self.remark}: {found}" if self.remark else found


def proved(name: str, identity: bool | None | Verdict, detail: str = "") -> Check:
    """A check by an exact identity. True -> PROVED, False -> REFUTED, None (not decided) -> UNDECIDED.

    Raises: `InputError` for anything that is not a truth value (an unevaluated SymPy relation, say).
    """
    if not isinstance(identity, Verdict):
        if identity is not None and not isinstance(identity, bool):
            raise InputError(
                f"expected True, False or None for the identity, got {type(identity).__name__}; decide it first"
            )
        identity = Verdict.of(identity)
    return Check(name, Identity(identity), detail)


def certified(name: str, verdict: Verdict, detail: str = "") -> Check:
    """A check by balls. YES -> CERTIFIED, NO -> REFUTED, UNDECIDED -> UNDECIDED."""
    if not isinstance(verdict, Verdict):
        raise InputError(f"expected a Verdict, got {verdict!r}; use Verdict.of(True | False | None)")
    return Check(name, Enclosure(verdict), detail)


def checked(name: str, left: Any, right: Any, digits: int, detail: str = "") -> Check:
    """A check that two roads to one number agree to `digits` digits: |left - right| <= 10^-digits |right|, absolute
    when right = 0.

    left, right: mpmath numbers, Fractions, integers, SymPy rationals, decimal texts or floats (binary value), read
    exactly. Agreement -> CHECKED, else REFUTED; UNDECIDED when a side is nan or infinite.
    Raises: `InputError` for other kinds of numbers or digits < 1.
    """
    if isinstance(digits, bool) or not isinstance(digits, int) or digits < 1:
        raise InputError(f"expected at least 1 digit, got {digits!r}; pass an integer such as 30")
    return Check(name, Agreement(exact_value(left), exact_value(right), digits), detail)


def estimated(name: str, value: Any, expected: Any, standard_error: Any, detail: str = "") -> Check:
    """A check by a statistical or floating-point estimate: ESTIMATED when |z| <= 5, REFUTED beyond, UNDECIDED for nan.

    z = (value - expected) / standard_error. Raises: `InputError` for a negative, infinite or nan standard error.
    """
    error = float_value(standard_error)
    if not (0 <= error < math.inf):
        raise InputError(f"expected a finite standard error >= 0, got {error}; estimate it from more samples")
    return Check(name, Estimate(float_value(value), float_value(expected), error), detail)


def _worded(verdict: Verdict, yes: str, no: str, undecided: str) -> str:
    return {Verdict.YES: yes, Verdict.NO: no}.get(verdict, undecided)


def _decided(verdict: Verdict, level: Level) -> Level:
    return {Verdict.YES: level, Verdict.NO: Level.REFUTED}.get(verdict, Level.UNDECIDED)


@dataclass(frozen=True, slots=True)
class Claim:
    """A statement, its source, and the independent checks made of it.

    id: unique in a ledger. theme: `relu`, `spinglass`, `regions`, `particles` or a bridge's name. statement: a SymPy
    expression, or LaTeX text. source: bib key and locus. seconds: time taken by the checks.
    """

    id: str
    theme: str
    statement: sympy.Basic | str
    source: str
    checks: tuple[Check, ...]
    seconds: float = 0.0

    def __post_init__(self) -> None:
        for field in ("id", "theme", "source"):
            value = getattr(self, field)
            if not isinstance(value, str) or not value.strip():
                raise InputError(
                    f"expected a text as the {field} of a claim, got {value!r}; every claim says where it is from"
                )
        object.__setattr__(self, "checks", tuple(self.checks))
        for check in self.checks:
            if not isinstance(check, Check):
                raise InputError(
                    f"expected checks in claim {self.id}, got {check!r}; use proved, certified, checked or estimated"
                )

    @property
    def level(self) -> Level:
        """The level of the statement: the strongest check, REFUTED by one refuting check, UNDECIDED without any."""
        return strongest(check.level for check in self.checks)

    @property
    def latex(self) -> str:
        """The statement as LaTeX (SymPy is imported here, not before)."""
        if isinstance(self.statement, str):
            return self.statement
        import sympy

        return str(sympy.latex(self.statement))
