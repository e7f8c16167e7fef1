"""`symlandscape regions ..`: activation regions and the volume of their minima."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from symlandscape.cli import regions_decay
from symlandscape.cli import regions_tables as tables
from symlandscape.cli.files import read_document
from symlandscape.cli.frame import ExitCode
from symlandscape.cli.options import Digits, Json, Seed, exact
from symlandscape.cli.output import print_json, show
from symlandscape.errors import InputError

if TYPE_CHECKING:
    from symlandscape.regions import Points

app = typer.Typer(
    help="Activation regions: how many, which of them hold minima, and how much volume these take.",
    pretty_exceptions_enable=False,
)


class Parallel(StrEnum):
    """What to do with parallel points."""

    MERGE = "merge"
    REFUSE = "refuse"


ParallelOption = Annotated[
    Parallel, typer.Option("--parallel", help="Parallel points: count their hyperplane once, or refuse them.")
]
DataFile = Annotated[Path, typer.Argument(metavar="FILE", help='JSON {"X": [[..], ..], "y": [..]}; rows are samples.')]
Width = Annotated[int, typer.Option("--width", metavar="D1", help="Number of hidden units.")]
AnySlope = Annotated[
    str, typer.Option("--slope", metavar="R", help="The activation's slope below zero, read exactly; any but 1.")
]


def _points(path: Path, parallel: Parallel) -> Points:
    from symlandscape.regions import points_from_document

    return points_from_document(read_document(path), parallel=parallel.value)


@app.command()
def count(
    file: Annotated[
        Path | None,
        typer.Argument(metavar="FILE", help='JSON {"X": [[..], ..]}; rows are samples.', show_default=False),
    ] = None,
    samples: Annotated[
        int | None, typer.Option("--samples", metavar="N", help="Points in general position.", show_default=False)
    ] = None,
    inputs: Annotated[
        int | None, typer.Option("--inputs", metavar="D", help="Their dimension.", show_default=False)
    ] = None,
    listed: Annotated[bool, typer.Option("--list", help="Every cell of FILE: signs and a weight inside.")] = False,
    parallel: ParallelOption = Parallel.MERGE,
    as_json: Json = False,
) -> int:
    """The number of cells: Cover's for N points in R^D, or of the points in FILE by enumeration and by Zaslavsky."""
    from symlandscape import regions

    if file is None and samples is not None and inputs is not None and not listed:
        document: dict[str, Any] = {
            "cover": regions.cover(samples, inputs),
            "samples": samples,
            "inputs": inputs,
        }
    elif file is not None and samples is None and inputs is None:
        points = _points(file, parallel)
        document = regions.count(points).document()
        if listed:
            document["list"] = [cell.document() for cell in regions.cells(points).cells]
    else:
        raise InputError(
            "either FILE (with or without --list) or both --samples and --inputs were expected; give one of the two"
        )
    if as_json:
        print_json(document)
    else:
        show(*tables.count(document))
    return ExitCode.REFUTED if document.get("level") == "refuted" else ExitCode.DONE


@app.command()
def minima(
    file: DataFile,
    width: Width,
    slope: AnySlope = "0",
    draws: Annotated[
        int | None,
        typer.Option(
            "--draws",
            metavar="K",
            min=2,
            help="Classify the regions of K random weights instead of all regions.",
            show_default=False,
        ),
    ] = None,
    limit: Annotated[
        int, typer.Option("--limit", min=1, help="Largest number of multisets of cells to classify.")
    ] = 200_000,
    parallel: ParallelOption = Parallel.MERGE,
    seed: Seed = 0,
    digits: Digits = 30,
    as_json: Json = False,
) -> int:
    """Angular volumes of regions with a global minimum, with a sub-optimal one, and with none."""
    from symlandscape import regions

    points, rho = _points(file, parallel), exact(slope)
    if draws is None:
        found = regions.minima(points, width, rho, digits=digits, limit=limit, seed=seed)
    else:
        found = regions.draw_minima(points, width, rho, draws=draws, seed=seed)
    if as_json:
        print_json(found.document())
    else:
        show(*tables.minima(found.document()))
    return ExitCode.DONE


@app.command()
def classify(
    file: DataFile,
    signs: Annotated[
        str,
        typer.Option(
            "--signs", metavar="+-..,..", help="The signs of x_n . w for each hidden unit, units parted by commas."
        ),
    ],
    slope: AnySlope = "0",
    as_json: Json = False,
) -> int:
    """What one region holds: an exact minimum (W, z), or the obstruction to each pattern of signs of z."""
    from symlandscape import regions

    if set(signs) - set("+-,"):
        raise InputError(f"signs + and - parted by commas were expected and {signs!r} came; write them like +-+,--+")
    rows = [tuple(1 if sign == "+" else -1 for sign in row) for row in signs.split(",")]
    found = regions.classify(_points(file, Parallel.MERGE), rows, exact(slope), explain=True).document()
    if as_json:
        print_json(found)
    else:
        show(*tables.classify(found))
    return ExitCode.DONE


@app.command()
def bound(
    samples: Annotated[int, typer.Option("--samples", metavar="N", help="Number of samples.")],
    inputs: Annotated[int, typer.Option("--inputs", metavar="D0", help="Dimension of the data.")],
    width: Width,
    eps: Annotated[str, typer.Option("--eps", metavar="E", help="Share of misclassified samples, read exactly.")],
    slope: AnySlope = "0",
    rank_probability: Annotated[
        str, typer.Option("--rank-probability", metavar="P", help="P(rank = N) of ceil(N/D0) random rows.")
    ] = "1",
    digits: Digits = 30,
    as_json: Json = False,
) -> int:
    """The theorems on V(L_eps)/V(G) read at this size, a derived bound on V(G), and whether they say anything."""
    from symlandscape import regions

    found = regions.bound(
        samples,
        inputs,
        width,
        exact(eps),
        exact(slope),
        rank_probability=exact(rank_probability),
        digits=digits,
    )
    if as_json:
        print_json(found.document())
    else:
        show(*tables.bound(found.document()))
    return ExitCode.DONE


app.command("decay")(regions_decay.decay)
