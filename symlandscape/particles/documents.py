"""Reading a tensor and a network from a JSON document, exactly: integers, "p/q" or decimals; floats with a warning."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from symlandscape.arith.conversions import parse_exact, shortest_decimal
from symlandscape.errors import InputError
from symlandscape.particles.losses import Network, Unit
from symlandscape.particles.rbf_units import RbfUnit
from symlandscape.particles.relu_units import ReluUnit
from symlandscape.particles.targets import check_tensor

__all__ = ["network_from_document", "samples_from_document", "tensor_from_document"]

KINDS = ("relu", "rbf")


def tensor_from_document(document: Mapping[str, Any]) -> list[list[list[Fraction]]]:
    """The tensor "a" (d, d, d), d >= 3. Raises: `InputError` for a missing key, other shapes, other numbers."""
    if "a" not in document:
        raise InputError('the key "a" (a tensor of shape d x d x d) was expected and is missing; add it')
    check_tensor(document["a"])
    floats: list[float] = []
    made = [[[_number(x, "a", floats) for x in row] for row in plane] for plane in document["a"]]
    _warn(floats)
    return made


def network_from_document(document: Mapping[str, Any], inputs: int) -> Network:
    """The units of {"unit": "relu"|"rbf", "alpha": .., "units": [{"w", "b", "c"} or {"z", "c"}]}.

    Raises: `InputError` with the place of the first thing that is missing or of another shape.
    """
    kind = document.get("unit")
    if kind not in KINDS:
        raise InputError(f'"unit" was expected to be "relu" or "rbf" and {kind!r} came; name one of them')
    units = document.get("units")
    if not isinstance(units, Sequence) or isinstance(units, str) or not units:
        raise InputError('"units" was expected to be a list of at least one unit and was not; add it')
    floats: list[float] = []
    alpha = Fraction(0)
    if kind == "rbf":
        if "alpha" not in document:
            raise InputError('the key "alpha" (the inverse square width) was expected for radial units; add it')
        alpha = _number(document["alpha"], "alpha", floats)
        if alpha <= 0:
            raise InputError(f'"alpha" was expected to be > 0 and {alpha} came; take a positive number')
    made: list[Unit] = []
    weights: list[Fraction] = []
    for place, unit in enumerate(units):
        where = f"units[{place}]"
        keys = ("w", "b", "c") if kind == "relu" else ("z", "c")
        if not isinstance(unit, Mapping) or any(key not in unit for key in keys):
            raise InputError(f"{where} was expected to have the keys {', '.join(keys)} and has not; complete it")
        vector = unit[keys[0]]
        if not isinstance(vector, Sequence) or isinstance(vector, str) or len(vector) != inputs:
            raise InputError(
                f"{where}.{keys[0]} was expected to be a list of {inputs} numbers and is not; see the tensor"
            )
        centre = tuple(_number(x, f"{where}.{keys[0]}", floats) for x in vector)
        weights.append(_number(unit["c"], f"{where}.c", floats))
        made.append(
            ReluUnit(centre, _number(unit["b"], f"{where}.b", floats)) if kind == "relu" else RbfUnit(centre, alpha)
        )
    _warn(floats)
    return Network(tuple(made), tuple(weights))


def samples_from_document(document: Mapping[str, Any]) -> tuple[list[list[Fraction]], list[Fraction] | None]:
    """The samples "X" (rows of equal length) and, where present, the labels "y". Raises: `InputError` for a missing
    key, rows of different lengths, other numbers.
    """
    rows = document.get("X")
    if not isinstance(rows, Sequence) or isinstance(rows, str) or not rows:
        raise InputError('the key "X" (a list of samples, one row each) was expected and is missing; add it')
    floats: list[float] = []
    made: list[list[Fraction]] = []
    for place, row in enumerate(rows):
        if not isinstance(row, Sequence) or isinstance(row, str) or len(row) != len(rows[0]) or not row:
            raise InputError(
                f"X[{place}] was expected to be a list of as many numbers as X[0] and is not; see the rows"
            )
        made.append([_number(x, f"X[{place}]", floats) for x in row])
    labels = document.get("y")
    if labels is not None and (not isinstance(labels, Sequence) or isinstance(labels, str)):
        raise InputError('"y" was expected to be a list of labels and is not; give one number for each row of X')
    found = None if labels is None else [_number(x, "y", floats) for x in labels]
    _warn(floats)
    return made, found


def _number(entry: Any, where: str, floats: list[float]) -> Fraction:
    """One entry, exactly."""
    if isinstance(entry, float):
        floats.append(entry)
        return shortest_decimal(entry)
    if isinstance(entry, bool) or not isinstance(entry, int | str | Fraction):
        raise InputError(f"a number was expected in {where} and {entry!r:.40} came; write an integer, p/q or a decimal")
    return parse_exact(entry)


def _warn(floats: Sequence[float]) -> None:
    if floats:
        warnings.warn(
            f"{len(floats)} floats were read as their shortest decimals ({floats[0]!r} first)",
            UserWarning,
            stacklevel=3,
        )
