"""Three-valued truth: what a computation with finite precision can say about a statement (Kleene's strong logic)."""

from __future__ import annotations

from enum import Enum
from typing import NoReturn


class Verdict(Enum):
    """YES: holds for certain. NO: fails for certain. UNDECIDED: neither was proved. Never used as a bool."""

    YES = "yes"
    NO = "no"
    UNDECIDED = "undecided"

    @staticmethod
    def of(known: bool | None) -> Verdict:
        """The verdict of a bool, or of None for what is not known."""
        if known is None:
            return Verdict.UNDECIDED
        return Verdict.YES if known else Verdict.NO

    def and_(self, other: Verdict) -> Verdict:
        """NO as soon as one is NO, YES when both are YES."""
        if Verdict.NO in (self, other):
            return Verdict.NO
        return Verdict.YES if self is other is Verdict.YES else Verdict.UNDECIDED

    def or_(self, other: Verdict) -> Verdict:
        """YES as soon as one is YES, NO when both are NO."""
        return self.not_().and_(other.not_()).not_()

    def not_(self) -> Verdict:
        """YES and NO exchanged."""
        return {Verdict.YES: Verdict.NO, Verdict.NO: Verdict.YES}.get(self, Verdict.UNDECIDED)

    def __bool__(self) -> NoReturn:
        raise TypeError(
            "a verdict has three values; compare it with `is Verdict.YES`, `is Verdict.NO` or `is Verdict.UNDECIDED`"
        )
