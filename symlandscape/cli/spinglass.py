"""`symlandscape spinglass ..`: critical points of spherical spin glasses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from symlandscape.cli import spinglass_counts, spinglass_samples
from symlandscape.cli import spinglass_tables as tables
from symlandscape.cli.frame import ExitCode
from symlandscape.cli.options import Digits, Format, FormulaFormat, Json, exact
from symlandscape.cli.output import print_json, show, write
from symlandscape.errors import InputError

if TYPE_CHECKING:
    from symlandscape.spinglass import Mixture

app = typer.Typer(
    help="Critical points of spherical spin glasses: complexities, layers, mixtures, networks as spin glasses.",
    pretty_exceptions_enable=False,
)

Degree = Annotated[int | None, typer.Option("--p", metavar="P", help="Degree of the pure model.", show_default=False)]
MixtureOption = Annotated[
    str | None,
    typer.Option("--mixture", metavar="W", help="A mixture instead of --p, like 3:1/2,4:1/2.", show_default=False),
]

# commands of other files are registered here, at the end of this file: app.command("count")(spinglass_counts.count)


def _model(p: int | None, weights: str | None) -> Mixture:
    """The model that exactly one of --p and --mixture names."""
    from symlandscape.spinglass import as_mixture

    if p is not None and weights is None:
        return as_mixture(p)
    if p is None and weights is not None:
        return as_mixture(weights)
    came = "neither" if p is None else "both"
    raise InputError(f"one of --p and --mixture was expected and {came} came: give one, like --p 3")


def _print(result: Any, output: FormulaFormat, as_json: bool, table: Any) -> int:
    """One result as JSON, as LaTeX or as a table."""
    if as_json:
        print_json(result.document())
    elif output is FormulaFormat.LATEX:
        write(result.latex().rstrip("\n") + "\n")
    else:
        show(*table(result.document()))
    return ExitCode.DONE


@app.command()
def levels(
    p: Degree = None,
    mixture: MixtureOption = None,
    upto: Annotated[int, typer.Option("--upto", metavar="K", help="Levels E_0 .. E_K.")] = 0,
    digits: Digits = 30,
    output: Format = FormulaFormat.TABLE,
    as_json: Json = False,
) -> int:
    """The energies -E_k above which critical points of index k are exponentially many, and their limit -E_inf."""
    from symlandscape import spinglass

    return _print(
        spinglass.levels(_model(p, mixture), upto=upto, digits=digits),
        output,
        as_json,
        tables.levels,
    )


@app.command()
def complexity(
    energy: Annotated[str, typer.Option("--energy", metavar="U", help="Energy per spin u = H/N, read exactly.")],
    p: Degree = None,
    mixture: MixtureOption = None,
    index: Annotated[
        int | None, typer.Option("--index", metavar="K", help="Index; all together without it.", show_default=False)
    ] = None,
    digits: Digits = 30,
    output: Format = FormulaFormat.TABLE,
    as_json: Json = False,
) -> int:
    """lim (1/N) log of the mean number of critical points (of index K) with H <= N U."""
    from symlandscape import spinglass

    return _print(
        spinglass.complexity(_model(p, mixture), exact(energy), index=index, digits=digits),
        output,
        as_json,
        tables.complexity,
    )


@app.command()
def mixture(
    weights: Annotated[str, typer.Argument(metavar="WEIGHTS", help="degree:weight, like 3:1/2,4:1/2; they sum to 1.")],
    spins: Annotated[
        int | None, typer.Option("--spins", metavar="N", help="Mean total number at N spins too.", show_default=False)
    ] = None,
    digits: Digits = 30,
    output: Format = FormulaFormat.TABLE,
    as_json: Json = False,
) -> int:
    """A mixed model: its class, its thresholds, annealed and 1RSB ground state, algorithmic threshold."""
    from symlandscape import spinglass

    return _print(
        spinglass.mixture(weights, spins=spins, digits=digits),
        output,
        as_json,
        tables.mixture,
    )


@app.command()
def network(
    widths: Annotated[
        str, typer.Option("--widths", metavar="n0,..,nH", help="Layer widths: inputs first, 1 output last.")
    ],
    digits: Digits = 30,
    as_json: Json = False,
) -> int:
    """A network's sizes as a spin glass: paths, mass, Lambda = paths^(1/depth), redundancy."""
    from symlandscape import spinglass

    result = spinglass.network(widths, digits=digits)
    if as_json:
        print_json(result.document())
    else:
        show(*tables.network(result.document()))
    return ExitCode.DONE


app.command("count")(spinglass_counts.count)
app.command("enumerate")(spinglass_samples.enumerate_points)
app.command("descend")(spinglass_samples.descend)
