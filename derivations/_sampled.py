"""One-sided checks of sampled numbers: a sample that cannot tell leaves the statement undecided."""

from __future__ import annotations

import math
from collections.abc import Sequence

from symlandscape.evidence import Check, estimated
from symlandscape.statistics import wilson_interval

THREE_SIGMA = 0.9973
ONE_SIGMA = 0.6827


def none_of(name: str, count: int, total: int, what: str) -> Check:
    """A check that refutes as soon as one of `total` fails."""
    return estimated(name, count, 0, 0.0, f"{what}: {count} of {total}")


def below(name: str, parts: Sequence[tuple[str, float, float, float]]) -> Check:
    """Whether every value lies below its bound; parts: (label, value, bound, standard error of their difference).

    One check for all, since a claim of several is undecided where one of them is: estimated where each lies at least
    three standard errors below, refuted where one lies five above.
    """
    found = []
    for _, value, bound, error in parts:
        found.append((bound - value) / error if error > 0.0 else math.copysign(math.inf, bound - value))
    worst = min(found, default=math.nan)
    missed = 0.0 if worst >= 3.0 else 1.0 if worst <= -5.0 else math.nan
    told = [
        f"{label} {value:.4g} below {bound:.4g} by {z:.1f} errors"
        for (label, value, bound, _), z in zip(parts, found, strict=True)
    ]
    return estimated(name, missed, 0, 0.0, "; ".join(told))


def share_above(name: str, count: int, total: int, share: float) -> Check:
    """Whether the probability behind `count` of `total` lies above a share, by Wilson's interval of 99.7%."""
    low, high = wilson_interval(count, total, THREE_SIGMA) if total else (0.0, 1.0)
    missed = 0.0 if low > share else 1.0 if high < share else math.nan
    return estimated(
        name, missed, 0, 0.0, f"{count} of {total}, Wilson {low:.3f} to {high:.3f}, asked: above {share:.3g}"
    )


def share_error(count: int, total: int) -> float:
    """Half of Wilson's 68% interval for a probability: an error bar that is not 0 at 0 or all of `total`."""
    low, high = wilson_interval(count, total, ONE_SIGMA)
    return (high - low) / 2
