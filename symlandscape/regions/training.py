"""Networks trained on random data: where descent ends, with how many parameters per sample. Level ESTIMATED.

Quadratic loss |y - phi(W X') ' z|^2 / (2N), no biases; a point counts as misclassified where the output lies on the
wrong side of the middle between the two labels. Source: soudry_hoffer_2017, section 5 (there with labels -1 and 1).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from symlandscape.backends.regions import TrainStatus, train_two_layer
from symlandscape.errors import InputError
from symlandscape.regions.glyphs import SIDE, glyph_digits
from symlandscape.regions.sampling import balanced_labels, gaussian_points, sizes
from symlandscape.runs import generator
from symlandscape.statistics import Estimate, estimate

Array = npt.NDArray[np.float64]

DATA = ("gaussian", "glyphs")
STARTS = 4
"""The stream of the random numbers of starts."""

FIT = 1e-12
"""A mean squared error up to this counts as an exact fit."""

ON_WALL = 1e-6
"""A least |w.x|/(|w| |x|) up to this counts as an end point on a wall."""


@dataclass(frozen=True, slots=True, eq=False)
class Ends:
    """End points of `count` trainings, each on its own data set.

    X (count, N, d0), y (count, N); W (count, d1, d0), z (count, d1); errors |e|^2/N, wrong: share of misclassified
    points, gradient_norms, distances: least |w_i.x_n|/(|w_i| |x_n|), status: codes of `TrainStatus`, rounds, (count).
    """

    data: str
    slope: float
    X: Array
    y: Array
    W: Array
    z: Array
    errors: Array
    wrong: Array
    gradient_norms: Array
    distances: Array
    status: npt.NDArray[np.int8]
    rounds: npt.NDArray[np.int64]

    @property
    def samples(self) -> int:
        """Points in each data set."""
        return int(self.X.shape[1])

    @property
    def ratio(self) -> float:
        """Parameters d0 d1 of the first layer per sample."""
        return float(self.W.shape[1] * self.W.shape[2] / self.samples)

    @property
    def minima(self) -> npt.NDArray[np.bool_]:
        """Which runs ended at a differentiable minimum, inside its region."""
        return np.asarray(self.status == TrainStatus.MINIMUM)

    @property
    def fits(self) -> npt.NDArray[np.bool_]:
        """Which runs ended at an exact fit."""
        return np.asarray(self.errors <= FIT)

    @property
    def on_walls(self) -> npt.NDArray[np.bool_]:
        """Which runs ended on a wall, where some w_i.x_n vanishes, and not at a minimum inside a region."""
        return np.asarray(~self.minima & (self.distances <= ON_WALL))

    @property
    def mean_error(self) -> Estimate:
        """Mean squared error, averaged over the runs."""
        return estimate(self.errors)

    @property
    def mean_wrong(self) -> Estimate:
        """Share of misclassified points, averaged over the runs."""
        return estimate(self.wrong)

    def residuals(self) -> Array:
        """e = y - output (count, N)."""
        return self.y - network_outputs(self.W, self.z, self.X, self.slope)


def network_outputs(W: Array, z: Array, X: Array, slope: float) -> Array:
    """Outputs (count, N) of networks W (count, d1, d0), z (count, d1) at X (count, N, d0)."""
    values = np.einsum("cia,cna->cin", W, X)
    return np.einsum("ci,cin->cn", z, np.where(values > 0.0, values, slope * values))


def train_networks(
    inputs: int,
    width: int,
    samples: int,
    slope: float,
    repeats: int,
    seed: int = 0,
    *,
    data: str = "gaussian",
    low_label: float = -1.0,
    rounds: int = 12,
    steps: int = 300,
    threads: int = 1,
    device: str = "cpu",
) -> Ends:
    """Train `repeats` networks with `width` neurons, each on its own data set of `samples` points with balanced labels.

    data: "gaussian" (standard normal points) or "glyphs" (8 x 8 digits, even against odd; inputs = 64). Labels are
    `low_label` and 1. Starts are normal with variance 1/d0 and 1/d1. Repeat r depends on the seed, the sizes and r
    alone. See `backends.train_two_layer` for the method. Raises InputError.
    """
    sizes(samples, inputs, width)
    if data not in DATA:
        raise InputError(f"expected data among {', '.join(DATA)}, got {data!r}")
    if data == "glyphs" and inputs != SIDE * SIDE:
        raise InputError(f"expected {SIDE * SIDE} inputs for glyphs, one for each pixel, got {inputs}")
    if not 1 <= repeats < 1 << 16:
        raise InputError(f"expected 1 to {(1 << 16) - 1} repeats, got {repeats}")
    if not (math.isfinite(low_label) and low_label < 1.0):
        raise InputError(f"expected a lower label below 1, got {low_label}; take 0 or -1")
    X, labels = np.empty((repeats, samples, inputs)), np.empty((repeats, samples))
    W, z = np.empty((repeats, width, inputs)), np.empty((repeats, width))
    for r in range(repeats):
        if data == "gaussian":
            X[r], labels[r] = gaussian_points(samples, inputs, seed, r), balanced_labels(samples)
        else:
            X[r], labels[r] = glyph_digits(samples, seed, r)
        source = generator(seed, width << 40 | samples << 16 | r, STARTS)
        W[r] = source.standard_normal((width, inputs)) / math.sqrt(inputs)
        z[r] = source.standard_normal(width) / math.sqrt(width)
    y = np.where(labels == 1.0, 1.0, low_label)
    return train_from(W, z, X, y, slope, data=data, rounds=rounds, steps=steps, threads=threads, device=device)


def train_from(
    W: Array,
    z: Array,
    X: Array,
    y: Array,
    slope: float,
    *,
    data: str = "given",
    rounds: int = 12,
    steps: int = 300,
    threads: int = 1,
    device: str = "cpu",
) -> Ends:
    """Train from W (count, d1, d0), z (count, d1) on X (count, N, d0), y (count, N), two labels of which 1 is one."""
    ends = train_two_layer(W, z, X, y, slope, rounds=rounds, steps=steps, threads=threads, device=device)
    middle = 0.5 * (1.0 + float(np.min(y)))
    found = network_outputs(ends.W, ends.z, X, slope)
    wrong = ((found > middle) != (y == 1.0)).mean(axis=1)
    return Ends(
        data,
        slope,
        np.asarray(X, dtype=np.float64),
        np.asarray(y, dtype=np.float64),
        ends.W,
        ends.z,
        ends.errors,
        wrong,
        ends.gradient_norms,
        ends.distances,
        ends.status,
        ends.rounds,
    )
