"""`symlandscape relu branch` and `relu daughters`: branches through folds, and what branches off them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Annotated, Any

import typer

from symlandscape.cli.frame import ExitCode
from symlandscape.cli.options import Extra, Json, Slope, exact, exact_slope
from symlandscape.cli.output import line, print_json, show, table
from symlandscape.errors import InputError

if TYPE_CHECKING:
    from rich.console import RenderableType

LEVEL = "floats along the branch: estimated"


def branch(
    name: Annotated[
        str, typer.Argument(metavar="NAME|PATTERN", help="A family such as F1, or block sizes such as 13,6,1.")
    ],
    low: Annotated[str, typer.Option("--from", metavar="D", help="Smallest d.")] = "3",
    high: Annotated[str, typer.Option("--to", metavar="D", help="Largest d.")] = "20",
    moving: Annotated[
        int | None, typer.Option("--moving", min=0, metavar="I", help="The block whose size moves.", show_default=False)
    ] = None,
    at: Annotated[
        str | None, typer.Option("--at", metavar="D", help="Start from the family's point there.", show_default=False)
    ] = None,
    loss: Annotated[
        float | None,
        typer.Option("--loss", metavar="L", help="Start from the pattern's point with this loss.", show_default=False),
    ] = None,
    starts: Annotated[
        int, typer.Option("--starts", min=1, metavar="S", help="Random starts in a pattern's fixed space.")
    ] = 100,
    slope: Slope = "0",
    as_json: Json = False,
) -> int:
    """Follow a branch of critical points through its folds: singular blocks, folds, meetings, and how it ends."""
    from symlandscape.relu.branch_start import branch as follow

    document = follow(
        name, exact(low), exact(high), moving, None if at is None else exact(at), loss, starts, exact(slope)
    ).document()
    if as_json:
        print_json(document)
    else:
        show(*path_tables(document))
    return ExitCode.DONE


def daughters(
    name: Annotated[str, typer.Argument(metavar="NAME", help="C0, A<q>, F<p>, A:flipped=p, ..")],
    label: Annotated[str, typer.Option("--label", metavar="L", help="The component that crosses, such as s0 or x0.")],
    at_crossing: Annotated[
        str | None, typer.Option("--at-crossing", metavar="D", help="The crossing next to this d.", show_default=False)
    ] = None,
    split: Annotated[
        str | None,
        typer.Option(
            "--split", metavar="J", help="Sizes cut off: 2 for s and y, 2,1 for x, 1;1 for s0*s1.", show_default=False
        ),
    ] = None,
    to: Annotated[str, typer.Option("--to", metavar="D", help="Largest d of the daughters.")] = "20",
    low: Annotated[str, typer.Option("--from", metavar="D", help="Smallest d, of crossings too.")] = "2",
    extra: Extra = 0,
    slope: Slope = "0",
    as_json: Json = False,
) -> int:
    """The branches that leave a family where a block is singular, by the equivariant branching lemma, and where they
    go.
    """
    from symlandscape import relu
    from symlandscape.relu.bifurcations import daughters as branch_off

    cuts = None if split is None else parsed_split(split)
    bottom, top = exact(low), exact(to)
    found = branch_off(
        relu.family(name, extra=extra, slope=exact_slope(slope)),
        label,
        at_crossing,
        cuts,
        bottom,
        top,
        to=top,
        bottom=bottom,
    )
    document = {"family": found[0].mother, "label": label, "daughters": [one.document() for one in found]}
    if as_json:
        print_json(document)
    else:
        for one in found:
            show(*daughter_tables(one.document()))
    return ExitCode.DONE


def parsed_split(text: str) -> tuple[tuple[int, ...], ...]:
    """``2`` -> ((2,),), ``2,1`` -> ((2, 1),), ``1;2`` -> ((1,), (2,)); InputError otherwise."""
    try:
        return tuple(tuple(int(j) for j in part.split(",")) for part in text.split(";"))
    except ValueError as error:
        raise InputError(f"expected sizes such as 2 or 2,1 or 1;1 to cut off, but --split {text!r} came") from error


def path_tables(document: Mapping[str, Any]) -> Iterator[RenderableType]:
    """Both ends and the events in between."""
    begin, end = document["ends"]
    yield line(f"pattern {document['pattern']}, {'closed curve' if document['closed'] else 'open branch'}", "bold")
    yield line(f"begins at d = {begin['d']:.8g}: {begin['detail']}")
    rows = [(e["kind"], e["label"], f"{e['d']:.10g}", f"{e['loss']:.8g}", e["detail"]) for e in document["events"]]
    if rows:
        yield table(
            "Events in the order of the branch", ("event", "block", "d", "loss", "what happens"), rows, numeric=[2, 3]
        )
    else:
        yield line("no event on the way")
    yield line(f"ends at d = {end['d']:.8g}: {end['detail']}")
    yield line(LEVEL)


def daughter_tables(document: Mapping[str, Any]) -> Iterator[RenderableType]:
    """One daughter: its kind, where it is a minimum, its branch."""
    sizes = ",".join(document["sizes"])
    yield line(
        f"({sizes}) off {document['mother']} at d = {document['at']:.10g}: {document['kind']} to {document['opens']}",
        "bold",
    )
    stable = ", ".join(f"{min(pair):.5g} to {max(pair):.5g}" for pair in document["minimum_on"])
    yield line(f"local minimum for d in {stable}" if stable else "nowhere a local minimum on the stretch followed")
    met = [name for name in document["meets"] if name]
    if met:
        yield line(f"meets {', '.join(met)}")
    yield from path_tables({**document, "pattern": sizes})
