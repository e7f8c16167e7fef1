"""`symlandscape relu ..`: critical points of the two-layer ReLU target-student loss."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from symlandscape.cli import relu_tables as tables
from symlandscape.cli.files import prepare_arrays, write_arrays
from symlandscape.cli.frame import ExitCode, say
from symlandscape.cli.options import (
    At,
    Certify,
    Device,
    DeviceOption,
    Digits,
    Executor,
    Extra,
    ExtraRows,
    ExtraRowsOption,
    Format,
    FormulaFormat,
    Json,
    Method,
    Out,
    Seed,
    ShardOption,
    Slope,
    Store,
    Threads,
    exact,
    exact_slope,
)
from symlandscape.cli.output import print_json, show, write
from symlandscape.cli.progress import progress
from symlandscape.cli.relu_atlas import atlas
from symlandscape.cli.relu_branch import branch, daughters
from symlandscape.cli.relu_saddles import saddles
from symlandscape.cli.relu_study import dynamics, lengths, slopes, split
from symlandscape.cli.shards import shares

app = typer.Typer(
    help="Critical points of the two-layer ReLU target-student loss: families, spectra, formulas, random starts.",
    pretty_exceptions_enable=False,
)

File = Annotated[Path, typer.Argument(metavar="FILE", help=".npy, .npz (W, optional V) or the published .mat layout.")]
Pattern = Annotated[str, typer.Argument(metavar="PATTERN", help="Block sizes: 9,1 or 7,2,1 or n-1,1 or m,p.")]


def _decided(points: list[dict[str, Any]], certify: bool = False) -> ExitCode:
    """Exit 3 as soon as the verdict of one point is open, with what would help, or where no point has the certificate
    that was asked for; a point without one is told.
    """
    open_ones = [point for point in points if point["verdict"] == "undecided"]
    bare = [point for point in points if certify and "certificate" not in point]
    if bare and not open_ones:
        count = f"{len(bare)} of {len(points)} points" if len(points) > 1 else "the point"
        say(f"no certificate is made of {count} ({bare[0]['reason']}): one holds every sign")
        return ExitCode.UNDECIDED if len(bare) == len(points) else ExitCode.DONE
    if not open_ones:
        return ExitCode.DONE
    count = f"{len(open_ones)} of {len(points)} points" if len(points) > 1 else "the point"
    reason = open_ones[0].get("reason") or "the document says why"
    say(f"the verdict of {count} is open ({reason}): more --digits may help, or another point")
    return ExitCode.UNDECIDED


@app.command()
def family(
    name: Annotated[str, typer.Argument(metavar="NAME", help="C0, A<q>, F<p>, A[flipped=p] (or A:flipped=p), ..")],
    at: At,
    digits: Digits = 30,
    certify: Certify = False,
    extra: Extra = 0,
    extra_rows: ExtraRowsOption = ExtraRows.FREE,
    slope: Slope = "0",
    as_json: Json = False,
) -> int:
    """One critical point of a family, at any real number of inputs d where the family exists."""
    from symlandscape import relu

    branch = relu.family(name, extra=extra, extra_rows=extra_rows.value, slope=exact_slope(slope))
    document = branch.at(exact(at), digits=digits, certify=certify).document()
    if as_json:
        print_json(document)
    else:
        show(*tables.point(document))
    return _decided([document], certify)


@app.command()
def solve(
    pattern: Pattern,
    starts: Annotated[
        int, typer.Option("--starts", min=1, metavar="S", help="Random starts in the fixed space.")
    ] = 100,
    at: Annotated[
        str | None, typer.Option("--at", metavar="D", help="d, where the pattern leaves it open.", show_default=False)
    ] = None,
    digits: Digits = 30,
    certify: Certify = False,
    extra: Extra = 0,
    extra_rows: ExtraRowsOption = ExtraRows.FREE,
    slope: Slope = "0",
    lengths: Annotated[
        str | None,
        typer.Option(
            "--lengths", metavar="C,C,..", help="Lengths of orthogonal targets, one a block.", show_default=False
        ),
    ] = None,
    seed: Seed = 0,
    threads: Threads = 1,
    device: DeviceOption = Device.CPU,
    as_json: Json = False,
) -> int:
    """Critical points found from random starts in the fixed space of a block pattern."""
    from symlandscape import relu

    with progress(f"{starts} starts") as callback:
        document = relu.solve(
            pattern,
            None if at is None else exact(at),
            starts=starts,
            seed=seed,
            digits=digits,
            certify=certify,
            extra=extra,
            extra_rows=extra_rows.value,
            slope=exact_slope(slope),
            threads=threads,
            device=device.value,
            progress=callback,
            lengths=None if lengths is None else [exact(part) for part in lengths.split(",")],
        ).document()
    if as_json:
        print_json(document)
    else:
        show(*tables.points(f"Critical points with pattern {pattern}", document["points"]))
    return _decided(document["points"], certify)


@app.command()
def spectrum(
    file: File,
    position: Annotated[int, typer.Option("--position", min=0, help="Which matrix, where the file holds many.")] = 0,
    slope: Slope = "0",
    as_json: Json = False,
) -> int:
    """The Hessian spectrum of a given weight matrix: by blocks where it is symmetric, dense otherwise."""
    from symlandscape import relu
    from symlandscape.errors import InputError

    matrices = relu.read_matrices(file)
    count = len(matrices.points)
    if position >= count:
        raise InputError(f"a position below {count} was expected for {file} and {position} came: count from 0")
    document = relu.spectrum(matrices.points[position], matrices.targets, slope=exact_slope(slope)).document()
    document = {"file": str(file), "position": position, **document}
    if as_json:
        print_json(document)
    else:
        show(*tables.spectrum(document))
    return ExitCode.DONE


@app.command()
def blocks(
    pattern: Pattern,
    extra: Extra = 0,
    extra_rows: ExtraRowsOption = ExtraRows.FREE,
    slope: Slope = "0",
    output: Format = FormulaFormat.TABLE,
    as_json: Json = False,
) -> int:
    """The Hessian's isotypic blocks for a pattern, as formulas in its sizes and coordinates."""
    from symlandscape import relu

    result = relu.blocks(pattern, exact_slope(slope), extra=extra, extra_rows=extra_rows.value)
    if as_json:
        print_json(result.document())
    elif output is FormulaFormat.LATEX:
        write(result.latex().rstrip("\n") + "\n")
    else:
        show(*tables.blocks(result.document()))
    return ExitCode.DONE


@app.command()
def discover(
    neurons: Annotated[int, typer.Option("--neurons", min=1, metavar="K", help="Student neurons k.")],
    inputs: Annotated[int, typer.Option("--inputs", min=1, metavar="D", help="Inputs d.")],
    starts: Annotated[int, typer.Option("--starts", min=1, metavar="S", help="Random starts.")],
    method: Annotated[Method, typer.Option("--method", help="How each start descends.")] = Method.LBFGS,
    targets: Annotated[
        Path | None,
        typer.Option("--targets", metavar="FILE", help=".npy, or .npz with V: rows are targets.", show_default=False),
    ] = None,
    slope: Slope = "0",
    seed: Seed = 0,
    threads: Threads = 1,
    device: DeviceOption = Device.CPU,
    store: Store = None,
    executor: Executor = None,
    shard: ShardOption = None,
    out: Out = None,
    as_json: Json = False,
) -> int:
    """Minima that random starts reach, merged up to symmetry, counted and named."""
    from symlandscape import relu

    prepare_arrays(out)
    given = None if targets is None else relu.read_targets(targets)
    with shares(shard, as_json, out), progress(f"{starts} starts") as callback:
        result = relu.discover(
            neurons,
            inputs,
            starts,
            method=method.value,
            seed=seed,
            threads=threads,
            device=device.value,
            progress=callback,
            store=store,
            targets=given,
            slope=exact_slope(slope),
            executor=executor,
            shard=shard,
        )
    document = result.document()
    if out is not None:
        write_arrays(out, result.arrays())
    if as_json:
        print_json(document)
    else:
        show(*tables.discovery(document))
    return ExitCode.DONE


@app.command()
def identify(
    file: File,
    digits: Digits = 30,
    slope: Slope = "0",
    out: Out = None,
    as_json: Json = False,
) -> int:
    """Name every point of a file and certify which are minima; exit 3 when one stays undecided."""
    from symlandscape import relu

    prepare_arrays(out)
    with progress(f"points of {file.name}") as callback:
        result = relu.identify(file, slope=exact_slope(slope), digits=digits, progress=callback)
    document = result.document()
    if out is not None:
        write_arrays(out, result.arrays())
    if as_json:
        print_json(document)
    else:
        show(*tables.points(f"Points of {file.name}", document["points"]))
    if not result.undecided:
        return ExitCode.DONE
    _decided(document["points"])
    return ExitCode.UNDECIDED


@app.command()
def series(
    name: Annotated[str, typer.Argument(metavar="NAME", help="A<q>, F<p>, or A[kept=q], F[flipped=p] with a letter.")],
    order: Annotated[
        int | None,
        typer.Option("--order", min=1, max=40, metavar="M", help="Highest power of s; 6, with a letter 2."),
    ] = None,
    extra: Extra = 0,
    slope: Slope = "0",
    output: Format = FormulaFormat.TABLE,
    as_json: Json = False,
) -> int:
    """Series of a family in d**(-1/2), or in the power of d it has: loss, coordinates and eigenvalues."""
    from symlandscape import relu

    result = relu.series(name, order, extra, exact(slope))
    if as_json:
        print_json(result.document())
    elif output is FormulaFormat.LATEX:
        write(result.latex().rstrip("\n") + "\n")
    else:
        show(*tables.series(result.document()))
    return ExitCode.DONE


@app.command()
def thresholds(
    name: Annotated[str, typer.Argument(metavar="NAME", help="C0, A<q>, F<p>, A[flipped=p] (or A:flipped=p), ..")],
    low: Annotated[str, typer.Option("--from", metavar="D", help="Least number of inputs d, read exactly.")] = "2",
    high: Annotated[str, typer.Option("--to", metavar="D", help="Largest number of inputs d, read exactly.")] = "40",
    digits: Digits = 30,
    certify: Annotated[bool, typer.Option("--certify", help="Add a certificate for each threshold.")] = False,
    complete: Annotated[
        bool, typer.Option("--complete", help="Prove that none is missing on the range (takes seconds).")
    ] = False,
    extra: Extra = 0,
    extra_rows: ExtraRowsOption = ExtraRows.FREE,
    slope: Slope = "0",
    as_json: Json = False,
) -> int:
    """The real d at which a block of the Hessian becomes singular along a family; exit 3 when one is not proved."""
    from symlandscape import relu

    branch = relu.family(name, extra=extra, extra_rows=extra_rows.value, slope=exact_slope(slope))
    result = relu.thresholds(branch, exact(low), exact(high), digits, certify, complete)
    document = result.document()
    if as_json:
        print_json(document)
    else:
        show(*tables.thresholds(document))
    if result.undecided:
        say(
            f"a threshold of {branch} is not proved (the document says why): "
            "ask for more --digits, or take a range without it"
        )
    return ExitCode.UNDECIDED if result.undecided else ExitCode.DONE


@app.command()
def theorem(
    name: Annotated[str, typer.Argument(metavar="NAME", help="A<q> or F<p>.")],
    low: Annotated[str, typer.Option("--from", metavar="D", help="Below the last threshold, above the one before.")],
    first: Annotated[
        str | None, typer.Option("--beyond", metavar="D", help="Where series take over: a square; 100.")
    ] = None,
    order: Annotated[
        int | None, typer.Option("--order", min=2, max=20, metavar="M", help="Order of the series; 6.")
    ] = None,
    certify: Annotated[
        bool, typer.Option("--certify", help="Prove it by a certificate for `check`, without --beyond and --order.")
    ] = False,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help="Write that certificate here.", show_default=False)
    ] = None,
    digits: Digits = 30,
    as_json: Json = False,
) -> int:
    """Prove that a family is a local minimum for every real d above its last threshold; exit 3 when undecided."""
    from symlandscape import relu
    from symlandscape.errors import InputError
    from symlandscape.evidence import Verdict

    if certify or out is not None:
        if first is not None or order is not None:
            raise InputError("a certificate chooses its own half-line and series: leave --beyond and --order out")
        certificate = relu.certify_for_all(relu.family(name), exact(low))
        document = relu.theorem_document(name, certificate, digits)
        if out is not None:
            certificate.write(out)
        verdict = Verdict.YES
    else:
        found = relu.minimum_for_all(relu.family(name), exact(low), exact(first or "100"), order or 6, digits)
        document, verdict = found.document(digits), found.verdict
    if as_json:
        print_json(document)
    else:
        show(*tables.theorem(document))
    return ExitCode.DONE if verdict is Verdict.YES else ExitCode.UNDECIDED


app.command()(atlas)
app.command()(branch)
app.command()(daughters)
app.command()(dynamics)
app.command()(split)
app.command()(slopes)
app.command()(lengths)
app.command()(saddles)
