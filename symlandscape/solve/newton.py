"""Newton's method for square systems F(x) = 0 at any precision, over mpmath numbers. Nothing here is a proof."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import mpmath

from symlandscape.arith.conversions import to_mpf
from symlandscape.errors import InputError
from symlandscape.solve.newton_float import MAX_HALVINGS, FloatNewtonResult, newton_float
from symlandscape.solve.status import NewtonStatus

__all__ = ["FloatNewtonResult", "NewtonResult", "NewtonStatus", "newton", "newton_float"]

MpfFunction = Callable[[list[mpmath.mpf]], Sequence[Any]]

START_BITS = 53
GUARD_DIGITS = 10
"""Digits carried beyond the asked ones, the condition number and the spread of the coordinates."""
NEAR = 1e-3
"""Relative step below which Newton's full step is taken without comparing residuals."""


@dataclass(frozen=True, slots=True)
class NewtonResult:
    """The last point of an iteration, good to `digits` digits when the status is CONVERGED.

    residual: max |F_i(point)|. condition: the 1-norm condition number of the Jacobian there, inf where unknown.
    Evidence level of the digits: none by itself; compare two roads (CHECKED) or prove with `krawczyk` (CERTIFIED).
    """

    status: NewtonStatus
    point: tuple[mpmath.mpf, ...]
    residual: mpmath.mpf
    condition: mpmath.mpf
    steps: int
    digits: int

    @property
    def converged(self) -> bool:
        return self.status is NewtonStatus.CONVERGED


class _LeftDomain(Exception):
    """A function raised, or returned a complex or non-finite number."""


class _Singular(Exception):
    """The linear system of a step has no solution at the working precision."""


def newton(
    residual: MpfFunction,
    jacobian: Callable[[list[mpmath.mpf]], Any],
    start: Sequence[Any],
    *,
    digits: int,
    max_steps: int = 60,
) -> NewtonResult:
    """A root of F near `start`, refined by Newton's method to `digits` digits in every coordinate.

    residual: list of n mpf -> n real numbers; jacobian: the same -> (n, n) nested list or mpmath matrix; both evaluate
    at mpmath's current precision. start: n numbers (floats allowed). The precision starts at 53 bits and doubles after
    each convergence; the last one carries `digits`, a guard, log10 of the condition number and of the spread of the
    coordinates. A coordinate that is 0, or smaller than 10^-digits times the largest, is good to an absolute error of
    10^-digits times the largest. Far from the root, steps are halved until the residual falls. Raises: `InputError`
    for a bad start or digits < 1.
    Source: Deuflhard, Newton Methods for Nonlinear Problems (2011), ch. 2-3.
    """
    if isinstance(digits, bool) or not isinstance(digits, int) or digits < 1:
        raise InputError(f"expected at least 1 digit, got {digits!r}; pass an integer such as 30")
    if not len(start):
        raise InputError("expected a start with at least one coordinate, got none")
    x = [mpmath.mpf(v) if isinstance(v, float) else to_mpf(v) for v in start]
    if not all(mpmath.isfinite(v) for v in x):
        raise InputError("expected a finite start, got nan or infinity; choose another one")
    system = _System(residual, jacobian, len(x))
    status, x, condition, steps, bits = _ladder(system, x, digits, max_steps)
    with mpmath.workprec(bits):
        try:
            size = system.size(x)
        except _LeftDomain:
            size = mpmath.inf
    return NewtonResult(status, tuple(x), size, condition, steps, digits)


def _ladder(
    system: _System, x: list[mpmath.mpf], digits: int, max_steps: int
) -> tuple[NewtonStatus, list[mpmath.mpf], mpmath.mpf, int, int]:
    """Converge at 53 bits, then at twice as many each time, up to the bits that digits, condition and spread ask for.

    A failure at few bits may be rounding: it counts only at four times the bits of a well-conditioned problem.
    """
    limit = 4 * (_target_bits(digits, mpmath.mpf(1), [mpmath.mpf(1)]) + START_BITS)
    steps, bits, target, condition = 0, START_BITS, 0, mpmath.inf
    while True:
        final = 0 < target <= bits
        with mpmath.workprec(bits):
            try:
                x, used, done = _converge(system, x, digits if final else None, max_steps - steps)
                steps += used
                failure = None if done else NewtonStatus.STALLED
                if done:
                    condition = system.condition(x)
                    if not condition < mpmath.ldexp(1, bits - 4):
                        failure = NewtonStatus.SINGULAR
            except _Singular:
                failure = NewtonStatus.SINGULAR
            except _LeftDomain:
                return NewtonStatus.LEFT_DOMAIN, x, condition, steps, bits
        if failure is not None:
            if bits >= limit or steps >= max_steps:
                return failure, x, condition, steps, bits
            bits = min(2 * bits, limit)
            continue
        needed = _target_bits(digits, condition, x)
        if final and bits >= needed:
            return NewtonStatus.CONVERGED, x, condition, steps, bits
        target = max(needed, target)
        limit = max(limit, target)
        bits = min(2 * bits, target) if bits < target else target


def _target_bits(digits: int, condition: mpmath.mpf, x: list[mpmath.mpf]) -> int:
    """The precision for the last steps: the digits, a guard, and what condition and unequal coordinates will cost."""
    scale = max(abs(v) for v in x)
    relevant = [abs(v) for v in x if abs(v) > scale * mpmath.mpf(10) ** -digits]
    spread = scale / min(relevant) if relevant else mpmath.mpf(1)
    lost = mpmath.log10(max(condition, 1)) + mpmath.log10(spread)
    return max(START_BITS, int((digits + GUARD_DIGITS + float(lost)) * 3.33) + 1)


def _converge(
    system: _System, x: list[mpmath.mpf], digits: int | None, max_steps: int
) -> tuple[list[mpmath.mpf], int, bool]:
    """Steps at the current precision until they are rounding (half the bits when digits is None), at most max_steps."""
    x = [+v for v in x]
    before, poor = mpmath.inf, 0
    for used in range(1, max_steps + 1):
        value = system.value(x)
        step = system.step(x, value)
        scale = max(abs(v) for v in x)
        relative = max(abs(s) for s in step) / scale if scale else max(abs(s) for s in step)
        if relative > NEAR:
            x, moved = _damped(system, x, value, step)
            if not moved:
                return x, used, False
        else:
            x = [v + s for v, s in zip(x, step, strict=True)]
        if _small(step, x, digits):
            return x, used, True
        poor = poor + 1 if relative >= before / 2 and relative <= NEAR else 0
        if poor >= 6:  # Newton's steps near a simple root shrink quadratically down to rounding
            return x, used, False
        before = relative
    return x, max_steps, False


def _small(step: list[mpmath.mpf], x: list[mpmath.mpf], digits: int | None) -> bool:
    """Whether a step was the last one needed: its square is below the working accuracy, or itself below the asked
    one.
    """
    scale = max(abs(v) for v in x) or mpmath.mpf(1)
    if digits is None:
        return bool(max(abs(s) for s in step) <= mpmath.ldexp(scale, -(mpmath.mp.prec // 2)))
    bound = mpmath.mpf(10) ** -digits / 10
    floor = bound * scale
    return all(abs(s) <= (bound * abs(v) if abs(v) > floor else floor) for s, v in zip(step, x, strict=True))


def _damped(
    system: _System, x: list[mpmath.mpf], value: list[mpmath.mpf], step: list[mpmath.mpf]
) -> tuple[list[mpmath.mpf], bool]:
    """The first of x + step, x + step/2, .. in the domain with a smaller residual; (x, False) when there is none."""
    size = max(abs(v) for v in value)
    inside = False
    for halvings in range(MAX_HALVINGS + 1):
        trial = [v + mpmath.ldexp(s, -halvings) for v, s in zip(x, step, strict=True)]
        try:
            new_size = system.size(trial)
        except _LeftDomain:
            continue
        inside = True
        if new_size < size or size == 0:
            return trial, True
    if not inside:
        raise _LeftDomain
    return x, False


@dataclass(frozen=True, slots=True)
class _System:
    """The two callables with their answers validated: real, finite, of the right shape."""

    residual: MpfFunction
    jacobian: Callable[[list[mpmath.mpf]], Any]
    n: int

    def value(self, x: list[mpmath.mpf]) -> list[mpmath.mpf]:
        try:
            answer = list(self.residual(list(x)))
        except (ValueError, ZeroDivisionError, OverflowError) as error:
            if isinstance(error, InputError):
                raise
            raise _LeftDomain from error
        if len(answer) != self.n:
            raise InputError(
                f"expected {self.n} residuals for {self.n} unknowns, got {len(answer)}; pass a square system"
            )
        return [_real(v) for v in answer]

    def size(self, x: list[mpmath.mpf]) -> mpmath.mpf:
        return max(abs(v) for v in self.value(x))

    def matrix(self, x: list[mpmath.mpf]) -> mpmath.matrix:
        try:
            answer = self.jacobian(list(x))
        except (ValueError, ZeroDivisionError, OverflowError) as error:
            if isinstance(error, InputError):
                raise
            raise _LeftDomain from error
        rows = answer.tolist() if hasattr(answer, "tolist") else [list(row) for row in answer]
        if len(rows) != self.n or any(len(row) != self.n for row in rows):
            raise InputError(f"expected a Jacobian of shape ({self.n}, {self.n}), got another; pass a square system")
        return mpmath.matrix([[_real(v) for v in row] for row in rows])

    def step(self, x: list[mpmath.mpf], value: list[mpmath.mpf]) -> list[mpmath.mpf]:
        matrix = self.matrix(x)
        if not any(value):
            return [mpmath.mpf(0)] * self.n
        try:
            step = [-v for v in mpmath.lu_solve(matrix, mpmath.matrix(value))]
        except ZeroDivisionError as error:
            raise _Singular from error
        if not all(mpmath.isfinite(v) for v in step):
            raise _Singular
        return step

    def condition(self, x: list[mpmath.mpf]) -> mpmath.mpf:
        matrix = self.matrix(x)
        try:
            return mpmath.mnorm(matrix, 1) * mpmath.mnorm(mpmath.inverse(matrix), 1)
        except ZeroDivisionError:
            return mpmath.inf


def _real(v: Any) -> mpmath.mpf:
    if isinstance(v, mpmath.mpc | complex):
        raise _LeftDomain
    number = mpmath.mpf(v) if isinstance(v, float) else v if isinstance(v, mpmath.mpf) else to_mpf(v)
    if not mpmath.isfinite(number):
        raise _LeftDomain
    return number
