"""Students of a 3-spin target: kinds of units, random networks of them, and the exact mean of their first loss.

ReLU units start with w uniform on |w| = 1 and b standard normal, radial units with centres uniform on |z|^2 = d; c is
standard normal. In law -(w.x + b) is w.x + b, so E phi^2 = (1/2) E (w.x + b)^2 = 1 for ReLU units; radial units are
scaled to it by default. Source: rotskoff_vanden_eijnden_2022, section 5; these laws of the start are ours.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Any

import numpy as np

from symlandscape.backends.particles import CubicTarget, cubic_target, particle_loss
from symlandscape.backends.particles_training import Network, StudentUnits
from symlandscape.errors import InputError
from symlandscape.particles.targets import check_inputs, draw_tensor
from symlandscape.runs import generator

__all__ = ["drawn_target", "expected_first_loss", "random_network", "student_units"]

UNITS = ("relu", "rbf")
RBF_ALPHA = 5.0
"""alpha d of radial units, unless said otherwise."""

MOST_ALPHA = 1e4
MOST_WIDTH = 1 << 16


def student_units(
    unit: str, inputs: int, alpha: float | None = None, *, scaled: bool = True, on_sphere: bool = True
) -> StudentUnits:
    """Units "relu", or "rbf": alpha (default 5/d), scaled to E phi^2 = 1 at |z|^2 = d, centres kept there, by default.

    Raises InputError for other names, and for options of radial units beside "relu".
    """
    check_inputs(inputs)
    if unit not in UNITS:
        raise InputError(f"expected a unit among {', '.join(UNITS)}, got {unit!r}")
    if unit == "relu":
        if alpha is not None or not scaled or not on_sphere:
            raise InputError("expected alpha, scale and centres for radial units only, got them for relu; leave them")
        return StudentUnits()
    number = RBF_ALPHA / inputs if alpha is None else float(alpha)
    if not 0.0 < number <= MOST_ALPHA:
        raise InputError(f"expected 0 < alpha <= {MOST_ALPHA:g} for radial units, got {number}; lower it")
    plain = StudentUnits(number)
    scale = 1.0 / math.sqrt(mean_square(plain, inputs)) if scaled else 1.0
    return StudentUnits(plain.alpha, scale, on_sphere)


def mean_square(units: StudentUnits, inputs: int) -> float:
    """E phi^2 of a unit of a random network."""
    if units.alpha is None:
        return 1.0
    zero = CubicTarget(np.zeros((inputs,) * 3), np.zeros(inputs), 0.0)
    centre = np.zeros((1, inputs))
    centre[0, 0] = math.sqrt(inputs)
    return 2.0 * particle_loss(zero, np.array([units.scale]), centre, units.alpha)


def random_network(units: StudentUnits, inputs: int, width: int, seed: int, number: int = 0) -> Network:
    """Network `number` of that width and seed: c (n) and Z, see above. Raises InputError."""
    check_width(width)
    source = generator(seed, number, width << 32)
    c, points = source.standard_normal(width), source.standard_normal((width, inputs))
    points /= np.linalg.norm(points, axis=1)[:, None]
    if units.alpha is None:
        return c, np.concatenate([points, source.standard_normal((width, 1))], axis=1)
    return c, math.sqrt(inputs) * points


def expected_first_loss(target: CubicTarget, units: StudentUnits, width: int) -> float:
    """E L(0) = (1/2) E f^2 + E phi^2/(2n), exact over random networks since E c = 0, E c^2 = 1."""
    return target.constant + mean_square(units, target.inputs) / (2.0 * width)


@lru_cache(maxsize=8)
def drawn_target(inputs: int, seed: int) -> CubicTarget:
    """The target of `draw_tensor(inputs, seed)`, in floats."""
    return cubic_target(np.array(draw_tensor(inputs, seed), dtype=float))


def check_width(width: Any) -> None:
    """Raises InputError unless the width is an integer from 1 to 65536."""
    if isinstance(width, bool) or not isinstance(width, int) or not 1 <= width <= MOST_WIDTH:
        raise InputError(f"expected a width from 1 to {MOST_WIDTH}, got {width!r}; pass an integer such as 64")
