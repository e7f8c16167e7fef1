"""The options that many commands share, written once."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from fractions import Fraction


class Device(StrEnum):
    """Where kernels run."""

    CPU = "cpu"
    CUDA = "cuda"
    AUTO = "auto"


class Method(StrEnum):
    """How a random start descends."""

    LBFGS = "lbfgs"
    GD = "gd"
    HEAVY_BALL = "heavy-ball"
    NESTEROV = "nesterov"


class ExtraRows(StrEnum):
    """How rows without a matching column share their values."""

    FREE = "free"
    EQUAL = "equal"


class FormulaFormat(StrEnum):
    """How a formula is shown."""

    TABLE = "table"
    LATEX = "latex"


Json = Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")]
Digits = Annotated[int, typer.Option("--digits", min=1, max=100_000, help="Significant digits of the answer.")]
Seed = Annotated[int, typer.Option("--seed", min=0, help="Seed of the random numbers.")]
Threads = Annotated[int, typer.Option("--threads", min=1, help="Threads; the result does not depend on them.")]
DeviceOption = Annotated[Device, typer.Option("--device", help="Where the kernels run.")]
Store = Annotated[
    Path | None,
    typer.Option("--store", metavar="FILE", help="Keep finished tasks here, and resume.", show_default=False),
]
Executor = Annotated[
    str | None,
    typer.Option(
        "--executor",
        metavar="WHERE",
        help="processes[:N], dask://HOST:PORT or threads[:N] in the place of --threads.",
        show_default=False,
    ),
]
ShardOption = Annotated[
    str | None,
    typer.Option(
        "--shard",
        metavar="I/N",
        help="Compute share I = 0 .. N-1 into a --store of its own; `runs merge` joins them.",
        show_default=False,
    ),
]
Out = Annotated[
    Path | None,
    typer.Option("--out", metavar="FILE", help="Write the arrays found to this .npz file.", show_default=False),
]
Format = Annotated[FormulaFormat, typer.Option("--format", help="latex: the formulas, ready to paste.")]
At = Annotated[str, typer.Option("--at", metavar="D", help="The number of inputs d: an integer, p/q or a decimal.")]
Certify = Annotated[
    bool, typer.Option("--certify", help="Prove existence, uniqueness and all signs; add a certificate.")
]
Extra = Annotated[int, typer.Option("--extra", min=0, metavar="E", help="Rows added without a matching column.")]
ExtraRowsOption = Annotated[ExtraRows, typer.Option("--extra-rows", help="Extra rows free, or all equal.")]
Slope = Annotated[str, typer.Option("--slope", metavar="R", help="The activation's slope below zero, read exactly.")]


def exact(text: str) -> Fraction:
    """The rational number that `text` names ("13/2", "6.5", "1e-3"), exactly; InputError otherwise."""
    from symlandscape.arith.conversions import parse_exact

    return parse_exact(text)


def exact_slope(text: str) -> Fraction:
    """The slope that `text` names, in [-1, 1); InputError otherwise.

    phi_rho(t) = -rho phi_{1/rho}(-t), so that the loss for a slope beyond these is rho^2 times that for 1/rho.
    """
    from symlandscape.errors import InputError

    slope = exact(text)
    if slope == 1:
        raise InputError("slope 1 makes the activation linear, which is excluded; take a slope below 1")
    if not -1 <= slope < 1:
        raise InputError(
            f"a slope in [-1, 1) was expected and {slope} came: the loss for slope R is R^2 times that for 1/R, "
            f"so take {1 / slope}"
        )
    return slope
