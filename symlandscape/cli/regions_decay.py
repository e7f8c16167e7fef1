"""`symlandscape regions decay`: volumes of regions that can hold sub-optimal minima, by sampling."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Annotated, Any

import typer

from symlandscape.cli.files import prepare_arrays, write_arrays
from symlandscape.cli.frame import ExitCode
from symlandscape.cli.options import (
    Device,
    DeviceOption,
    Executor,
    Json,
    Out,
    Seed,
    ShardOption,
    Store,
    Threads,
    exact,
)
from symlandscape.cli.output import line, print_json, show, table
from symlandscape.cli.progress import progress
from symlandscape.cli.shards import shares
from symlandscape.errors import InputError

if TYPE_CHECKING:
    from rich.console import RenderableType

Document = Mapping[str, Any]


def decay(
    inputs: Annotated[int, typer.Option("--inputs", metavar="D0", help="Dimension of the data.")],
    width: Annotated[int, typer.Option("--width", metavar="D1", help="Number of hidden units.")],
    samples: Annotated[str, typer.Option("--samples", metavar="N,N,..", help="Numbers of samples.")],
    eps: Annotated[str, typer.Option("--eps", metavar="E", help="Share of misclassified samples, read exactly.")],
    draws: Annotated[int, typer.Option("--draws", metavar="K", help="Pairs of data and weights for each N.")] = 1000,
    slope: Annotated[
        str, typer.Option("--slope", metavar="R", help="The activation's slope below zero, read exactly; any but 1.")
    ] = "0",
    datasets: Annotated[
        int | None,
        typer.Option("--datasets", metavar="M", help="Different data among the draws.", show_default="16"),
    ] = None,
    seed: Seed = 0,
    threads: Threads = 1,
    device: DeviceOption = Device.CPU,
    store: Store = None,
    executor: Executor = None,
    shard: ShardOption = None,
    out: Out = None,
    as_json: Json = False,
) -> int:
    """Mean volume of the regions whose least-squares residual misclassifies more than E N points; it bounds V(L_eps).

    Gaussian data, balanced labels. This necessary set contains the regions with a sub-optimal minimum, strictly.
    """
    from symlandscape import regions

    prepare_arrays(out)
    with shares(shard, as_json, out), progress(f"{draws} draws for each N") as callback:
        found = regions.decay(
            inputs,
            width,
            numbers(samples),
            exact(slope),
            exact(eps),
            draws,
            seed,
            datasets=datasets,
            threads=threads,
            device=device.value,
            progress=callback,
            store=store,
            executor=executor,
            shard=shard,
        )
    document = found.document()
    if out is not None:
        write_arrays(out, found.arrays())
    if as_json:
        print_json(document)
    else:
        show(*decay_tables(document))
    return ExitCode.DONE


def numbers(text: str) -> list[int]:
    """The integers of a list like 16,24,32; InputError otherwise."""
    try:
        return [int(word) for word in text.split(",")]
    except ValueError as error:
        raise InputError(f"numbers of samples like 16,24,32 were expected and {text!r} came; give integers") from error


def decay_tables(document: Document) -> Iterator[RenderableType]:
    """One row for each number of samples."""
    title = f"Necessary set at d0 = {document['inputs']}, d1 = {document['width']}, slope {document['slope']}"
    yield line(f"{title}, MCE > {document['eps']} ({document['level']})", "bold")
    columns = ("N", "mean volume", "standard error", "95% interval", "V(L_eps)", "rank < N", "log bound")
    rows = []
    for row in document["rows"]:
        low, high = row["interval"]
        least, most = row["minima_at_least"], row["minima_at_most"]
        rows.append(
            (
                row["samples"],
                f"{row['volume']:.4g}",
                f"{row['standard_error']:.2g}",
                f"{low:.3g} to {high:.3g}",
                f"{least:.3g} to {most:.3g}",
                f"{row['rank_deficient']:.4g}",
                f"{row['log_bound']:.4g}",
            )
        )
    yield table(
        f"{document['draws']} draws of weights, {document['datasets']} data sets", columns, rows, [0, 1, 2, 5, 6]
    )
    yield line("the volume bounds V(L_eps) from above: a region of the set need not hold a minimum")
    for row in document["rows"]:
        if row["dead_points"] is not None:
            dead = row["dead_points"]
            found = f"N = {row['samples']}: {dead['mean']:.4g} dead points on average, {dead['expected']:.4g} expected"
            yield line(f"{found}, z = {dead['z']:+.2f}")
    unclear = sum(row["unclear"] for row in document["rows"])
    if unclear:
        yield line(f"{unclear} draws lie too close to a bound of the float tests")
