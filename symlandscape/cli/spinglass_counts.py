"""`symlandscape spinglass count`: mean numbers of critical points at finite N."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Annotated, Any

import typer

from symlandscape.cli.frame import ExitCode
from symlandscape.cli.options import Digits, Format, FormulaFormat, Json
from symlandscape.cli.output import line, print_json, show, write
from symlandscape.errors import InputError

if TYPE_CHECKING:
    from rich.console import RenderableType

    from symlandscape.spinglass.counts import MeanCount


def count(
    spins: Annotated[int, typer.Option("--spins", metavar="N", help="Number of spins N >= 1.")],
    p: Annotated[
        str | None,
        typer.Option("--p", metavar="P", help="Degree, or a mixture like 3:1/2,4:1/2.", show_default=False),
    ] = None,
    mixture: Annotated[
        str | None, typer.Option("--mixture", metavar="W", help="A mixture, instead of --p.", show_default=False)
    ] = None,
    index: Annotated[
        int | None,
        typer.Option(
            "--index", metavar="K", help="Index 0 .. N-1 (negative eigenvalues); all without it.", show_default=False
        ),
    ] = None,
    below: Annotated[
        str | None,
        typer.Option(
            "--below", metavar="U", help="Only points of energy H <= N U; U is read exactly.", show_default=False
        ),
    ] = None,
    asymptotic: Annotated[
        bool, typer.Option("--asymptotic", help="Beside the leading term for many spins (pure models, all indices).")
    ] = False,
    digits: Digits = 30,
    output: Format = FormulaFormat.TABLE,
    as_json: Json = False,
) -> int:
    """The mean number of critical points on the sphere |s|^2 = N, certified (points, not pairs)."""
    if (p is None) == (mixture is None):
        came = "neither" if p is None else "both"
        raise InputError(f"one of --p and --mixture was expected and {came} came: give one, like --p 3")
    from symlandscape.spinglass.counts import count as mean_count

    found = mean_count(_model(p or mixture or ""), spins, index=index, below=below, digits=digits)
    document = found.document()
    if asymptotic:
        document["asymptotic"] = _beside(found)
    if as_json:
        print_json(document)
    elif output is FormulaFormat.LATEX:
        write(found.latex() + "\n")
    else:
        show(*table(document))
    return ExitCode.DONE


def _beside(found: MeanCount) -> dict[str, Any]:
    """The leading term for many spins and the quotient of the count over it."""
    from symlandscape.arith.decimals import outward
    from symlandscape.spinglass.asymptotics import exact_over_asymptotic

    leading, quotient = exact_over_asymptotic(found)
    value, radius = outward(quotient, found.digits)
    return {
        "regime": leading.regime,
        "constant": outward(leading.constant, found.digits)[0],
        "power": str(leading.power),
        "log": outward(leading.log_value, found.digits)[0],
        "quotient": value,
        "quotient_radius": radius,
    }


def _model(text: str) -> str | int:
    """A degree or the text of a mixture."""
    if ":" in text:
        return text
    from symlandscape.cli.options import exact

    degree = exact(text)
    if degree.denominator != 1:
        raise InputError(f"expected a degree that is an integer >= 2, got p = {text[:60]}; write 3, or 3:1/2,4:1/2")
    return int(degree)


def table(document: Mapping[str, Any]) -> Iterator[RenderableType]:
    """One count for people."""
    name = f"p = {document['p']}" if document["p"] is not None else f"mixture {document['mixture']}"
    which = "critical points" if document["index"] is None else f"critical points of index {document['index']}"
    where = "" if document["below"] is None else f" with H <= {document['below']} N"
    yield line(f"Mean number of {which}{where}, {name}, N = {document['spins']} ({document['level']})", "bold")
    if document["exact"] is not None:
        yield line(f"= {document['exact']}")
    yield line(f"{document['value']} ± {document['radius']}")
    if "asymptotic" in document:
        part = document["asymptotic"]
        yield line(f"leading term {part['constant']} N^({part['power']}) e^(N Theta), regime: {part['regime']}")
        yield line(f"count / leading term = {part['quotient']} ± {part['quotient_radius']}")
