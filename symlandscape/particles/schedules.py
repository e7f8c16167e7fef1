"""Schedules of step and batch: constant, or by the rule dt/P = a n^{-2 alpha} with a quench to alpha = 1 at the end.

Source: rotskoff_vanden_eijnden_2022, section 4: alpha = 1/2 while training, alpha = 1 at the end.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from symlandscape.errors import InputError
from symlandscape.particles.limits import batch_rule

__all__ = ["Phase", "constant_schedule", "paper_schedule"]


@dataclass(frozen=True, slots=True)
class Phase:
    """`steps` steps of length `step`, on `batch` fresh points each; batch 0: on the exact loss. Raises InputError."""

    steps: int
    step: float
    batch: int

    def __post_init__(self) -> None:
        if isinstance(self.steps, bool) or not isinstance(self.steps, int) or not 0 <= self.steps < 2**31:
            raise InputError(f"expected a number of steps from 0 to 2^31 - 1, got {self.steps!r}; try 1000")
        if not 0.0 < self.step < float("inf"):
            raise InputError(f"expected a finite step > 0, got {self.step}; try 0.02")
        if isinstance(self.batch, bool) or not isinstance(self.batch, int) or not 0 <= self.batch < 2**32:
            raise InputError(f"expected a batch of 1 to 2^32 - 1 points (0: the exact loss), got {self.batch!r}")


def constant_schedule(steps: int, step: float, batch: int) -> tuple[Phase, ...]:
    """One phase; batch 0 means the exact loss."""
    return (Phase(steps, step, batch),)


def paper_schedule(
    width: int, steps: int, step: float, alpha: Fraction | float = 0.5, scale: float = 1.0, quench: int = 0
) -> tuple[Phase, ...]:
    """Batches P = ceil(scale n^{2 alpha}), so that dt/P = a n^{-2 alpha} with a = step/scale; the last `quench` of the
    `steps` with P = ceil(scale n^2). Raises InputError.
    """
    if not 0 <= quench <= steps:
        raise InputError(f"expected at most {steps} steps of the quench, as many as there are in all, got {quench}")
    first = Phase(steps - quench, step, batch_rule(width, alpha, scale))
    last = Phase(quench, step, batch_rule(width, 1, scale))
    if not quench:
        return (first,)
    return (first, last) if first.steps else (last,)
