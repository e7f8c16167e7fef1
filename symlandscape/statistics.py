"""Estimates with error bars: standard errors, z-scores, binomial intervals, fitted exponents. Level ESTIMATED."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

from symlandscape.errors import InputError

Numbers = Sequence[float] | npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Estimate:
    """A sample mean, its standard error (estimated standard deviation of the mean), the number of samples."""

    mean: float
    standard_error: float
    count: int

    def z(self, expected: float) -> float:
        """The z-score of the mean against an expected value."""
        return z_score(self.mean, expected, self.standard_error)


@dataclass(frozen=True, slots=True)
class Exponent:
    """A fitted power law y = exp(intercept) x^exponent: exponent and its standard error, reduced chi^2 of the fit.

    `chi2` is None where no errors of y were given (the scatter about the line then sets the error of the exponent).
    """

    exponent: float
    error: float
    intercept: float
    chi2: float | None


def estimate(samples: Numbers) -> Estimate:
    """Mean and standard error of independent samples (at least two): s/sqrt(n), s^2 with divisor n - 1."""
    values = np.asarray(samples, dtype=np.float64)
    if values.ndim != 1 or values.size < 2:
        raise InputError(f"expected at least two samples in one row for a standard error, got shape {values.shape}")
    return Estimate(float(values.mean()), float(values.std(ddof=1)) / math.sqrt(values.size), int(values.size))


def standard_error(samples: Numbers) -> float:
    """Standard error of the mean of independent samples (at least two)."""
    return estimate(samples).standard_error


def z_score(value: float, expected: float, error: float) -> float:
    """(value - expected)/error; 0 where both differences vanish, infinite where only the error does."""
    if not error >= 0.0:
        raise InputError(f"expected a standard error >= 0, got {error}")
    if error == 0.0:
        return 0.0 if value == expected else math.copysign(math.inf, value - expected)
    return (value - expected) / error


def wilson_interval(successes: int, trials: int, confidence: float = 0.95) -> tuple[float, float]:
    """Wilson score interval for the probability behind `successes` of `trials`; inside [0, 1], sound at 0 and n.

    Source: E. B. Wilson, J. Amer. Statist. Assoc. 22 (1927) 209: the p with |successes/n - p| <= z sqrt(p(1-p)/n).
    """
    if not 0 <= successes <= trials or trials < 1:
        raise InputError(f"expected 0 <= successes <= trials and trials >= 1, got {successes} of {trials}")
    if not 0.0 < confidence < 1.0:
        raise InputError(f"expected a confidence strictly between 0 and 1, got {confidence}")
    z = NormalDist().inv_cdf(0.5 + 0.5 * confidence)
    share = successes / trials
    scale = 1.0 + z * z / trials
    centre = (share + z * z / (2 * trials)) / scale
    half = z * math.sqrt(share * (1 - share) / trials + z * z / (4 * trials * trials)) / scale
    low = 0.0 if successes == 0 else max(0.0, centre - half)
    high = 1.0 if successes == trials else min(1.0, centre + half)
    return low, high


def fit_exponent(x: Numbers, y: Numbers, errors: Numbers | None = None) -> Exponent:
    """Least-squares exponent of y ~ x^a on logarithms, with its standard error.

    x, y > 0, at least three points (two where `errors` are given); `errors` are standard errors of y, taken over to
    log y to first order as weights. Without them the residual scatter (n - 2 degrees of freedom) sets the error.
    """
    u, v = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
    least = 3 if errors is None else 2
    if u.ndim != 1 or u.shape != v.shape or u.size < least:
        raise InputError(f"expected at least {least} points (x, y) for an exponent, got shapes {u.shape}, {v.shape}")
    if not (np.all(u > 0) and np.all(v > 0)):
        raise InputError("expected positive x and y for an exponent")
    weights = np.ones_like(u)
    if errors is not None:
        sigma = np.asarray(errors, dtype=np.float64)
        if sigma.shape != v.shape or not np.all(sigma > 0):
            raise InputError("expected one positive standard error for each point")
        weights = (v / sigma) ** 2
    log_x, log_y = np.log(u), np.log(v)
    mass = weights.sum()
    centre = float((weights * log_x).sum() / mass)
    spread = float((weights * (log_x - centre) ** 2).sum())
    if spread == 0.0:
        raise InputError("expected at least two different x for an exponent")
    slope = float((weights * (log_x - centre) * log_y).sum()) / spread
    intercept = float((weights * log_y).sum() / mass) - slope * centre
    residual = float((weights * (log_y - intercept - slope * log_x) ** 2).sum())
    if errors is None:
        return Exponent(slope, math.sqrt(residual / (u.size - 2) / spread), intercept, None)
    chi2 = residual / (u.size - 2) if u.size > 2 else None
    return Exponent(slope, 1.0 / math.sqrt(spread), intercept, chi2)


def even_exponent(x: Numbers, y: Numbers, errors: Numbers) -> Exponent:
    """The exponent of y ~ x^a by least squares on logarithms with equal weights, and its error from those of y.

    For means of few skewed samples: there a small mean has a small error, and weights by errors would favour it.
    x, y > 0, at least two points, errors > 0; chi^2 reduced, None for two points.
    """
    u, v, sigma = (np.asarray(part, dtype=np.float64) for part in (x, y, errors))
    if u.ndim != 1 or u.size < 2 or u.shape != v.shape or u.shape != sigma.shape:
        raise InputError(f"expected at least 2 points (x, y, error) of one length, got {u.shape}, {v.shape}")
    if not (np.all(u > 0) and np.all(v > 0) and np.all(sigma > 0)):
        raise InputError("expected positive x, y and errors for an exponent")
    log_x, log_y, relative = np.log(u), np.log(v), sigma / v
    centred = log_x - log_x.mean()
    spread = float((centred**2).sum())
    if spread == 0.0:
        raise InputError("expected at least two different x for an exponent")
    slope = float((centred * log_y).sum()) / spread
    intercept = float(log_y.mean()) - slope * float(log_x.mean())
    error = math.sqrt(float((centred**2 * relative**2).sum())) / spread
    misfit = float((((log_y - intercept - slope * log_x) / relative) ** 2).sum())
    return Exponent(slope, error, intercept, misfit / (u.size - 2) if u.size > 2 else None)


def jackknife(samples: npt.NDArray[np.float64], statistic: Callable[[npt.NDArray[np.float64]], float]) -> Estimate:
    """A statistic of the mean row of independent samples (n, ..), with its jackknife error; at least two rows.

    mean: the statistic of the mean of all rows; error sqrt((n - 1)/n sum (s_i - s)^2) over the statistics s_i of the
    means that leave out row i, s their mean. Source: B. Efron, C. Stein, Ann. Statist. 9 (1981) 586.
    """
    rows = np.asarray(samples, dtype=np.float64)
    if rows.ndim < 1 or rows.shape[0] < 2:
        raise InputError(f"expected at least two rows of samples for a jackknife, got shape {rows.shape}")
    count, total = rows.shape[0], rows.sum(axis=0)
    left = np.array([statistic((total - row) / (count - 1)) for row in rows])
    error = math.sqrt((count - 1) / count * float(((left - left.mean()) ** 2).sum()))
    return Estimate(float(statistic(total / count)), error, count)
