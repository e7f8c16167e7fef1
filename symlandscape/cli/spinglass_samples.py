"""`symlandscape spinglass enumerate|descend`: random samples, their critical points and where descents end."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from symlandscape.cli.files import prepare_arrays, write_arrays
from symlandscape.cli.frame import ExitCode, say
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

    from symlandscape.spinglass import Mixture

Document = Mapping[str, Any]


class SpinMethod(StrEnum):
    """How a random start descends on the sphere."""

    GD = "gd"
    LBFGS = "lbfgs"


Spins = Annotated[int, typer.Option("--spins", metavar="N", help="Number of spins.")]
Samples = Annotated[int, typer.Option("--samples", metavar="M", help="Number of random Hamiltonians.")]


def enumerate_points(
    p: Annotated[int, typer.Option("--p", metavar="P", help="Degree of the pure model.")],
    spins: Spins,
    samples: Samples,
    below: Annotated[
        str | None,
        typer.Option("--below", metavar="U", help="Count those with H <= N U too, read exactly.", show_default=False),
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
    """All critical points of small samples by homotopy continuation, against exact means; exit 3 when one fails."""
    from symlandscape import spinglass

    prepare_arrays(out)
    energy = None if below is None else exact(below)
    with shares(shard, as_json, out), progress(f"{samples} samples") as callback:
        found = spinglass.enumerate_critical_points(
            p,
            spins,
            samples,
            seed,
            threads=threads,
            device=device.value,
            progress=callback,
            store=store,
            executor=executor,
            shard=shard,
        )
    document = found.document(energy)
    if out is not None:
        write_arrays(out, found.arrays())
    if as_json:
        print_json(document)
    else:
        show(*enumeration_tables(document))
    if found.failed:
        say(
            f"{len(found.failed)} of {samples} samples stayed incomplete (the document names them): their counts may "
            "be too low; try another --seed"
        )
    return ExitCode.UNDECIDED if found.failed else ExitCode.DONE


def descend(
    spins: Spins,
    samples: Samples,
    starts: Annotated[int, typer.Option("--starts", metavar="S", help="Random starts for each Hamiltonian.")] = 1,
    p: Annotated[
        int | None, typer.Option("--p", metavar="P", help="Degree of the pure model.", show_default=False)
    ] = None,
    mixture: Annotated[
        str | None,
        typer.Option("--mixture", metavar="W", help="A mixture instead of --p, like 3:1/2,4:1/2.", show_default=False),
    ] = None,
    method: Annotated[SpinMethod, typer.Option("--method", help="How each start descends.")] = SpinMethod.GD,
    seed: Seed = 0,
    threads: Threads = 1,
    device: DeviceOption = Device.CPU,
    store: Store = None,
    executor: Executor = None,
    shard: ShardOption = None,
    out: Out = None,
    as_json: Json = False,
) -> int:
    """Final energies of descents on the sphere from random points, beside the levels -E_inf and -E_0."""
    from symlandscape import spinglass

    prepare_arrays(out)
    model = _model(p, mixture)
    with shares(shard, as_json, out), progress(f"{samples} samples") as callback:
        found = spinglass.descend(
            model,
            spins,
            samples,
            starts,
            method.value,
            seed,
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
        show(*descent_tables(document))
    return ExitCode.DONE


def _model(p: int | None, weights: str | None) -> Mixture:
    """The model that exactly one of --p and --mixture names."""
    from symlandscape.spinglass import as_mixture

    if p is not None and weights is None:
        return as_mixture(p)
    if weights is not None and p is None:
        return as_mixture(weights)
    came = "neither" if p is None else "both"
    raise InputError(f"one of --p and --mixture was expected and {came} came: give one, like --p 3")


def enumeration_tables(document: Document) -> Iterator[RenderableType]:
    """Counts of critical points against exact means."""
    p, n = document["p"], document["spins"]
    yield line(f"Critical points of {document['samples']} samples, p = {p}, N = {n} ({document['level']})", "bold")
    columns = ("", "mean", "standard error", "exact", "z")
    rows = [("all", *(_short(document[key]) for key in ("mean", "standard_error", "exact", "z")))]
    if "below" in document:
        part = document["below"]
        name = f"below {part['energy'][:20]}"
        rows.append((name, *(_short(part[key]) for key in ("mean", "standard_error", "exact", "z"))))
    for k in range(n):
        keys = ("by_index", "by_index_standard_error", "by_index_exact", "by_index_z")
        rows.append((f"index {k}", *(_short(document[key][k]) for key in keys)))
    yield table("Mean number per sample", columns, rows, [1, 2, 3, 4])
    failed = document["failed_samples"]
    yield line(f"{document['paths']} paths per sample, {document['retried_samples']} samples tracked again")
    yield line("every sample is complete" if not failed else f"incomplete samples: {', '.join(map(str, failed))}")
    yield line(f"sum of (-1)^index = {document['euler_characteristic']}: {document['euler_violations']} violations")
    if document["mod_four_violations"] is not None:
        yield line(f"number of points = 2 mod 4: {document['mod_four_violations']} violations")


def descent_tables(document: Document) -> Iterator[RenderableType]:
    """Final energies beside the levels."""
    runs = document["samples"] * document["starts"]
    name = f"mixture {document['mixture']}" if document["p"] is None else f"p = {document['p']}"
    yield line(
        f"Final energies of {runs} runs, {name}, N = {document['spins']}, {document['method']} ({document['level']})",
        "bold",
    )
    rows = [
        ("mean energy H/N", _short(document["mean_energy"])),
        (f"its standard error, over {document['error_over']}", _short(document["standard_error"])),
        ("standard deviation of the runs", _short(document["std"])),
        ("lowest", _short(document["lowest"])),
        ("-E_inf", _short(-document["E_inf"])),
        ("-E_0", _short(-document["E_0"])),
    ]
    yield table("", ("", "value"), rows, [1])
    counts = [f"{document[key]} {key}" for key in ("minima", "saddles", "undecided")]
    yield line(f"{document['converged']} of {runs} converged: {', '.join(counts)}")


def _short(value: float | None) -> str | None:
    """Six digits of a float; None stays."""
    return None if value is None else f"{value:.6g}"
