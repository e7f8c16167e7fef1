"""`symlandscape relu saddles`: critical points of every index."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Annotated, Any

import typer

from symlandscape.cli.files import prepare_arrays, write_arrays
from symlandscape.cli.frame import ExitCode
from symlandscape.cli.options import Device, DeviceOption, Executor, Json, Out, Seed, ShardOption, Store, Threads
from symlandscape.cli.output import line, print_json, show, table
from symlandscape.cli.progress import progress
from symlandscape.cli.shards import shares

if TYPE_CHECKING:
    from rich.console import RenderableType


def saddles(
    neurons: Annotated[int, typer.Option("--neurons", min=1, metavar="K", help="Student neurons k.")],
    inputs: Annotated[int, typer.Option("--inputs", min=1, metavar="D", help="Inputs d.")],
    starts: Annotated[int, typer.Option("--starts", min=1, metavar="S", help="Random starts.")],
    certify: Annotated[bool, typer.Option("--certify", help="Prove existence and index of each kind.")] = False,
    seed: Seed = 0,
    threads: Threads = 1,
    device: DeviceOption = Device.CPU,
    store: Store = None,
    executor: Executor = None,
    shard: ShardOption = None,
    out: Out = None,
    as_json: Json = False,
) -> int:
    """Critical points of every index that Newton on the gradient reaches, merged up to symmetry and counted."""
    from symlandscape import relu

    prepare_arrays(out)
    with shares(shard, as_json, out), progress(f"{starts} starts") as callback:
        found = relu.saddles(
            neurons,
            inputs,
            starts,
            seed=seed,
            threads=threads,
            certify=certify,
            progress=callback,
            device=device.value,
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
        show(*tables(document))
    return ExitCode.DONE


def tables(document: Mapping[str, Any]) -> Iterator[RenderableType]:
    """Kinds with index, loss and count, and what was not reached."""
    rows = [
        (str(p["index"]), str(p["flat"]), f"{p['loss']:.12f}", str(p["count"]), p["level"]) for p in document["points"]
    ]
    title = f"Critical points, k = {document['neurons']}, d = {document['inputs']}"
    yield table(title, ("index", "flat", "loss", "count", "level"), rows, numeric=[0, 1, 2, 3])
    yield line(f"{document['reached']} of {document['starts']} starts ended at a critical point")
    for reason, count in document["not_reached"].items():
        yield line(f"{count} did not: {reason}")
    yield line(f"at least {document['unseen_at_least']:.0f} further kinds are estimated to be within reach")
