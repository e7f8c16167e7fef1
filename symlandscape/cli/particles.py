"""`symlandscape particles ..`: neurons as particles, the exact population loss on 3-spin targets."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from symlandscape.cli import particles_tables as tables
from symlandscape.cli.files import read_document
from symlandscape.cli.frame import ExitCode
from symlandscape.cli.options import Digits, Json, Seed
from symlandscape.cli.output import print_json, show
from symlandscape.cli.particles_study import scaling, train
from symlandscape.errors import InputError

if TYPE_CHECKING:
    from fractions import Fraction

app = typer.Typer(
    help="Neurons as particles: exact moments and exact population losses for 3-spin targets on the sphere.",
    pretty_exceptions_enable=False,
)


def tensor(file: Path | None, inputs: int | None, seed: int) -> list[list[list[Fraction]]]:
    """The tensor that exactly one of FILE and --inputs names."""
    from symlandscape import particles

    if file is not None and inputs is None:
        made: list[list[list[Fraction]]] = particles.tensor_from_document(read_document(file))
        return made
    if file is None and inputs is not None:
        drawn: list[list[list[Fraction]]] = particles.draw_tensor(inputs, seed)
        return drawn
    came = "neither" if file is None else "both"
    raise InputError(f"one of FILE and --inputs was expected and {came} came: give one, like --inputs 5 --seed 1")


@app.command()
def moments(
    file: Annotated[
        Path | None, typer.Argument(metavar="[FILE]", help='JSON {"a": d x d x d}.', show_default=False)
    ] = None,
    inputs: Annotated[
        int | None, typer.Option("--inputs", metavar="D", help="Draw a tensor for D inputs.", show_default=False)
    ] = None,
    seed: Seed = 0,
    as_json: Json = False,
) -> int:
    """|T|^2, |t|^2 and E f^2 with its linear and cubic parts, as exact fractions."""
    from symlandscape import particles

    document = particles.moments(tensor(file, inputs, seed)).document()
    document = {**document, "seed": None if inputs is None else seed}
    if as_json:
        print_json(document)
    else:
        show(*tables.moments(document))
    return ExitCode.DONE


@app.command()
def loss(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help='JSON {"a", "unit": "relu|rbf", "alpha" (rbf), "units": [..]}.')
    ],
    digits: Digits = 30,
    as_json: Json = False,
) -> int:
    """The exact population loss of a finite network, with F of every unit and K of every pair."""
    from symlandscape import particles

    document = read_document(file)
    a = particles.tensor_from_document(document)
    network = particles.network_from_document(document, len(a))
    found = particles.population_loss(particles.three_spin(a), network, digits)
    if as_json:
        print_json(found.document())
    else:
        show(*tables.loss(found.document()))
    return ExitCode.DONE


@app.command()
def ntk(
    file: Annotated[Path, typer.Argument(metavar="FILE", help='JSON {"X": [[..], ..], "y": [..]}, rows are samples.')],
    digits: Digits = 30,
    as_json: Json = False,
) -> int:
    """The tangent Gram matrix of a wide two-layer ReLU network: least eigenvalue, linear rates of three methods."""
    from symlandscape import particles
    from symlandscape.evidence import Level

    X, y = particles.samples_from_document(read_document(file))
    found = particles.tangent_spectrum(X, y, digits)
    if as_json:
        print_json(found.document())
    else:
        show(*tables.ntk(found.document()))
    return ExitCode.DONE if found.level is Level.CERTIFIED else ExitCode.UNDECIDED


app.command()(train)
app.command()(scaling)
