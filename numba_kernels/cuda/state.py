"""The state of a minimisation between two launches: one row of numbers for each start, in the device's memory."""

from __future__ import annotations

from numba_kernels.minimise.protocol import MEMORY

VALUE, NORM, USED, CODE, STORED, NEWEST, CURVATURES = 0, 1, 2, 3, 4, 5, 6
"""Places of the loss, the gradient norm, the steps, the reason code; of L-BFGS pairs stored, the last, its numbers."""

STATE = CURVATURES + MEMORY
VECTORS = 3 + 2 * MEMORY
"""Vectors of n numbers that L-BFGS works in: direction, trial, trial gradient, steps, changes."""
