"""The command tree."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Annotated

import typer

from symlandscape import __version__
from symlandscape.cli import check, cite, particles, regions, relu, reproduce, runs, spinglass
from symlandscape.cli.frame import guard

app = typer.Typer(
    name="symlandscape",
    help="Symmetric loss landscapes of neural networks: formulas that leave with their evidence.",
    epilog="Exit codes: 0 done, 1 refuted or rejected, 2 bad usage or input, 3 undecided, 130 interrupted.",
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 120},
)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"symlandscape {__version__}")
        raise typer.Exit()


@app.callback()
def root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and leave.")
    ] = False,
) -> None:
    """Symmetric loss landscapes of neural networks: formulas that leave with their evidence."""


app.add_typer(relu.app, name="relu")
app.add_typer(spinglass.app, name="spinglass")
app.add_typer(regions.app, name="regions")
app.add_typer(particles.app, name="particles")
app.add_typer(runs.app, name="runs")
app.command("reproduce")(reproduce.reproduce)
app.command("check")(check.check)
app.command("cite")(cite.cite)


def run(arguments: Sequence[str] | None = None) -> int:
    """Run the command line on `arguments` (default: of the process) and return its exit code; never raises."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")  # a terminal without the character shows '?', not a traceback
    words = None if arguments is None else list(arguments)
    command = typer.main.get_command(app)
    return guard(lambda: command.main(args=words, prog_name="symlandscape", standalone_mode=False))


def main() -> None:
    """Entry point of the console script."""
    sys.exit(run())
