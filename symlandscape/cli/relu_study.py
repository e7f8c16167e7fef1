"""`symlandscape relu dynamics`, `split`, `slopes`, `lengths`: what one point of a family does under descent, under one
neuron more, and when the activation or a target changes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from symlandscape.cli.frame import ExitCode, say
from symlandscape.cli.options import (
    At,
    Digits,
    Extra,
    ExtraRows,
    ExtraRowsOption,
    Json,
    Seed,
    Slope,
    exact,
    exact_slope,
)
from symlandscape.cli.output import line, print_json, show, table

if TYPE_CHECKING:
    from rich.console import RenderableType

    from symlandscape.relu import Family

Name = Annotated[str, typer.Argument(metavar="NAME", help="C0, A<q>, F<p>, A[flipped=p] (or A:flipped=p), ..")]
Low = Annotated[str, typer.Option("--from", metavar="R", help="Least value, read exactly.")]
High = Annotated[str, typer.Option("--to", metavar="R", help="Largest value, read exactly.")]


class Role(StrEnum):
    """Whose target changes its length."""

    FLIPPED = "flipped"
    KEPT = "kept"


def _family(name: str, extra: int, extra_rows: ExtraRows, slope: str = "0") -> Family:
    from symlandscape import relu

    return relu.family(name, extra=extra, extra_rows=extra_rows.value, slope=exact_slope(slope))


def dynamics(
    name: Name,
    at: At,
    measure: Annotated[bool, typer.Option("--measure", help="Also run each method and fit its rate.")] = False,
    digits: Digits = 30,
    extra: Extra = 0,
    extra_rows: ExtraRowsOption = ExtraRows.FREE,
    slope: Slope = "0",
    seed: Seed = 0,
    as_json: Json = False,
) -> int:
    """Linear rates of gradient descent, heavy ball and Nesterov at a minimum, with the best step and momentum."""
    from symlandscape import relu

    branch = _family(name, extra, extra_rows, slope)
    document = relu.dynamics(branch, exact(at), digits, measure, seed).document()
    if as_json:
        print_json(document)
        return ExitCode.DONE
    columns = ["method", "step", "momentum", "rate", "iterations per digit"]
    rows = [
        [r[key] for key in ("method", "step", "momentum", "rate", "iterations_per_digit")] for r in document["rates"]
    ]
    if measure:
        columns += ["measured", "standard error"]
        for row, r in zip(rows, document["rates"], strict=True):
            row += [f"{r['measured']['rate']:.8f}", f"{r['measured']['standard_error']:.1e}"]
    show(
        line(f"{document['family']} at d = {document['d']}, slope {document['slope']}", "bold"),
        line(f"eigenvalues from {document['least_eigenvalue']} to {document['largest_eigenvalue']} [certified]"),
        table("Best constants", columns, rows, numeric=list(range(1, len(columns)))),
    )
    return ExitCode.DONE


def split(
    name: Name,
    at: At,
    digits: Digits = 30,
    extra: Extra = 0,
    extra_rows: ExtraRowsOption = ExtraRows.FREE,
    slope: Slope = "0",
    as_json: Json = False,
) -> int:
    """Which neurons can be split in two so that the loss falls further; exit 3 when a sign stays open."""
    from symlandscape import relu

    found = relu.split(_family(name, extra, extra_rows, slope), exact(at), digits)
    document = found.document()
    if as_json:
        print_json(document)
    else:
        rows = [
            [t["row"], t["size"], t["descends"], t["negative"], t["least"], t["level"], t["reason"]]
            for t in document["neurons"]
        ]
        columns = ("row orbit", "neurons", "descends", "new negative", "least curvature", "level", "note")
        show(
            line(f"{document['family']} at d = {document['d']}, k = {document['k']}: one neuron split in two", "bold"),
            table("Splitting test", columns, rows, numeric=[4]),
            line(_growth(document["from_zero"])),
        )
    if found.undecided:
        more = "all its curvatures are 0" if found.is_flat else "ask for more --digits"
        say(f"a curvature of {name} is not separated from 0 (the document says which): {more}")
        return ExitCode.UNDECIDED
    return ExitCode.DONE


def _growth(document: Mapping[str, Any]) -> str:
    if document["descends"] != "yes":
        return "growing a neuron from zero: no direction of descent found [undecided]"
    direction = ", ".join(document["direction"])
    where = f"({direction}) on the column blocks {document['pattern']}"
    return f"growing a neuron from zero descends: slope {document['value']} along {where} [certified]"


def slopes(
    name: Name,
    at: At,
    low: Low = "-1",
    high: High = "9/10",
    digits: Digits = 30,
    extra: Extra = 0,
    extra_rows: ExtraRowsOption = ExtraRows.FREE,
    as_json: Json = False,
) -> int:
    """Events of a family at fixed d when the activation's slope changes: singular blocks, folds; exit 3 when open."""
    from symlandscape import relu

    branch = _family(name, extra, extra_rows)
    return _path(relu.slopes(branch, exact(at), exact(low), exact(high), digits).document(digits), as_json)


def lengths(
    name: Name,
    at: At,
    role: Annotated[
        Role, typer.Option("--of", help="Whose target changes: of a flipped or of a kept row.")
    ] = Role.FLIPPED,
    low: Low = "1/2",
    high: High = "2",
    digits: Digits = 30,
    extra: Extra = 0,
    extra_rows: ExtraRowsOption = ExtraRows.FREE,
    slope: Slope = "0",
    as_json: Json = False,
) -> int:
    """Events of a family at fixed d when one orthogonal target gets another length: singular blocks, folds; exit 3
    when one is not proved."""
    from symlandscape import relu

    branch = _family(name, extra, extra_rows, slope)
    document = relu.lengths(branch, exact(at), role.value, exact(low), exact(high), digits).document(digits)
    return _path({**document, "of": role.value}, as_json)


def _path(document: Mapping[str, Any], as_json: bool) -> ExitCode:
    if as_json:
        print_json(document)
    else:
        show(*_path_tables(document))
    if any(event["level"] == "undecided" for event in document["events"]):
        say("an event is not proved (the document says why): ask for more --digits, or take a range without it")
        return ExitCode.UNDECIDED
    return ExitCode.DONE


def _path_tables(document: Mapping[str, Any]) -> Iterator[RenderableType]:
    name = document["parameter"]
    where = f"{document['family']} at d = {document['d']}, {name} from {document['from']} to {document['to']}"
    yield line(where, "bold")
    rows = [(e["event"], e["label"], e[name], e["radius"], e["level"], e["reason"]) for e in document["events"]]
    columns = ("event", "component", name, "radius", "level", "note")
    yield table("Events", columns, rows, numeric=[2]) if rows else line("no event on this range")
    for part in document["stretches"]:
        yield line(f"{part['verdict']} from {part['from']} to {part['to']} [estimated, by samples]")
