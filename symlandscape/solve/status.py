"""How an iteration for a root can end."""

from __future__ import annotations

from enum import Enum


class NewtonStatus(Enum):
    """How an iteration ended; the value is the sentence for a person."""

    CONVERGED = "the steps fell below the asked accuracy"
    STALLED = "the steps no longer shrink, or all allowed steps were used: start nearer, or the root is multiple"
    SINGULAR = "the Jacobian is singular at the working precision: the root is not isolated, or multiple"
    LEFT_DOMAIN = "the iteration left the domain where the functions are real and finite: start nearer"
