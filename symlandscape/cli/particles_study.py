"""`symlandscape particles train | scaling`: training of particles, and how the loss falls with the width."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from symlandscape.cli.files import prepare_arrays, write_arrays
from symlandscape.cli.frame import ExitCode, say
from symlandscape.cli.options import Device, DeviceOption, Executor, Json, Out, Seed, ShardOption, Store, Threads, exact
from symlandscape.cli.output import line, print_json, show, table
from symlandscape.cli.progress import progress
from symlandscape.cli.shards import shares
from symlandscape.errors import InputError

if TYPE_CHECKING:
    from rich.console import RenderableType

    from symlandscape.backends.particles_training import StudentUnits
    from symlandscape.particles.schedules import Phase

Document = Mapping[str, Any]


class Unit(StrEnum):
    """The student's units."""

    RELU = "relu"
    RBF = "rbf"


class Quantity(StrEnum):
    """Which loss a scaling study looks at."""

    CONVERGED = "converged"
    TRAINED = "trained"


Inputs = Annotated[int, typer.Option("--inputs", metavar="D", help="Inputs of the drawn target, at least 3.")]
UnitOption = Annotated[Unit, typer.Option("--unit", help="Biased ReLU, or radial units.")]
Alpha = Annotated[
    str | None, typer.Option("--alpha", metavar="A", help="Inverse square width of radial units.", show_default="5/d")
]
Unscaled = Annotated[bool, typer.Option("--unscaled", help="Radial units as they are, not scaled to E phi^2 = 1.")]
Free = Annotated[bool, typer.Option("--free", help="Centres of radial units free, not kept on |z|^2 = d.")]
Flow = Annotated[bool, typer.Option("--flow", help="With --full: Runge-Kutta steps of the gradient flow.")]
Full = Annotated[bool, typer.Option("--full", help="Follow the exact loss instead of batches.")]
Batch = Annotated[
    int | None, typer.Option("--batch", min=1, metavar="B", help="Fresh inputs a step.", show_default=False)
]
Rule = Annotated[
    str | None,
    typer.Option("--rule", metavar="ALPHA", help="Batches n^(2 ALPHA), the paper's rule; it trains with 1/2."),
]
RuleScale = Annotated[str, typer.Option("--rule-scale", metavar="S", help="Batches S n^(2 ALPHA).")]
Quench = Annotated[int, typer.Option("--quench", min=0, metavar="S", help="With --rule: last S steps with ALPHA = 1.")]
Steps = Annotated[int, typer.Option("--steps", min=1, metavar="S", help="Steps.")]
Step = Annotated[str, typer.Option("--step", metavar="H", help="Length of a step, in the time of the particles' flow.")]
Force = Annotated[bool, typer.Option("--force", help="Allow a step beyond the stability limit.")]


def train(
    inputs: Inputs,
    width: Annotated[int, typer.Option("--width", metavar="N", help="Number of units.")],
    unit: UnitOption,
    steps: Steps,
    step: Step,
    batch: Batch = None,
    full: Full = False,
    flow: Flow = False,
    rule: Rule = None,
    rule_scale: RuleScale = "1",
    quench: Quench = 0,
    alpha: Alpha = None,
    unscaled: Unscaled = False,
    free: Free = False,
    starts: Annotated[int, typer.Option("--starts", min=1, metavar="M", help="Random networks.")] = 1,
    logs: Annotated[int, typer.Option("--logs", min=1, metavar="K", help="Logged times after the first.")] = 20,
    force: Force = False,
    seed: Seed = 0,
    threads: Threads = 1,
    device: DeviceOption = Device.CPU,
    store: Store = None,
    executor: Executor = None,
    shard: ShardOption = None,
    out: Out = None,
    as_json: Json = False,
) -> int:
    """Train random networks on a drawn 3-spin target; the exact loss and the stability limit at logged times."""
    from symlandscape import particles

    prepare_arrays(out)
    units = _units(unit, inputs, alpha, unscaled, free)
    phases = _schedule(width, steps, step, batch, full, flow, rule, rule_scale, quench)
    with shares(shard, as_json, out), progress(f"{starts} trainings") as callback:
        found = particles.train(
            inputs,
            width,
            units,
            phases,
            method="flow" if flow else "descent",
            seed=seed,
            starts=starts,
            logs=logs,
            force=force,
            threads=threads,
            device=device.value,
            store=store,
            executor=executor,
            shard=shard,
            progress=callback,
        )
    document = found.document()
    if out is not None:
        write_arrays(out, found.arrays())
    if as_json:
        print_json(document)
    else:
        show(*training_tables(document))
    if document["stopped"]:
        ends = ", ".join(f"{count}: {name}" for name, count in document["ended"].items() if name != "done")
        which = "the training did not come" if starts == 1 else f"not all {starts} trainings came"
        say(f"warning: {which} to the last step ({ends}); the times end there")
    return ExitCode.DONE


def scaling(
    inputs: Inputs,
    widths: Annotated[str, typer.Option("--widths", metavar="N,N,..", help="Increasing numbers of units.")],
    unit: UnitOption,
    seeds: Annotated[int, typer.Option("--seeds", min=2, metavar="M", help="Random networks of each width.")],
    quantity: Annotated[
        Quantity, typer.Option("--quantity", help="Converged losses, or those after a training by the options below.")
    ] = Quantity.CONVERGED,
    most: Annotated[int, typer.Option("--most", min=1, metavar="E", help="Evaluations of one minimisation.")] = 4000,
    steps: Annotated[int, typer.Option("--steps", min=1, metavar="S", help="Steps of a training.")] = 1000,
    step: Step = "0.02",
    batch: Batch = None,
    full: Full = False,
    flow: Flow = False,
    rule: Rule = None,
    rule_scale: RuleScale = "1",
    quench: Quench = 0,
    alpha: Alpha = None,
    unscaled: Unscaled = False,
    free: Free = False,
    force: Force = False,
    seed: Seed = 0,
    threads: Threads = 1,
    store: Store = None,
    executor: Executor = None,
    shard: ShardOption = None,
    out: Out = None,
    as_json: Json = False,
) -> int:
    """Losses of trained networks against their width: means over random networks, one fitted and all local slopes."""
    from symlandscape import particles

    prepare_arrays(out)
    numbers = _widths(widths)
    units = _units(unit, inputs, alpha, unscaled, free)
    schedule = None
    if quantity is Quantity.TRAINED:
        _schedule(numbers[0], steps, step, batch, full, flow, rule, rule_scale, quench)

        def schedule(width: int) -> tuple[Phase, ...]:
            return _schedule(width, steps, step, batch, full, flow, rule, rule_scale, quench)

    elif full or flow or force or quench or batch is not None or rule is not None:
        raise InputError("batches, --full and --force are for --quantity trained, which was not asked for; add it")
    with shares(shard, as_json, out), progress(f"{seeds} networks of each width") as callback:
        found = particles.scaling(
            inputs,
            numbers,
            units,
            seeds,
            schedule=schedule,
            method="flow" if flow else "descent",
            most=most,
            seed=seed,
            force=force,
            threads=threads,
            store=store,
            executor=executor,
            shard=shard,
            progress=callback,
        )
    document = found.document()
    if out is not None:
        write_arrays(out, found.arrays())
    if as_json:
        print_json(document)
    else:
        show(*scaling_tables(document))
    open_ones = sum(document["seeds"] - row["settled"] for row in document["rows"])
    if open_ones:
        say(f"warning: {open_ones} of {found.settled.size} networks had not settled; raise --most for lower losses")
    return ExitCode.DONE


def _units(unit: Unit, inputs: int, alpha: str | None, unscaled: bool, free: bool) -> StudentUnits:
    from symlandscape.particles import student_units

    number = None if alpha is None else _real(alpha)
    return student_units(unit.value, inputs, number, scaled=not unscaled, on_sphere=not free)


def _schedule(
    width: int, steps: int, step: str, batch: int | None, full: bool, flow: bool, rule: str | None, rule_scale: str,
    quench: int,
) -> tuple[Phase, ...]:  # fmt: skip
    """The schedule that the options name."""
    from symlandscape.particles import constant_schedule, paper_schedule

    named = [name for name, given in (("--batch", batch is not None), ("--full", full), ("--rule", rule)) if given]
    if len(named) != 1:
        came = " and ".join(named) or "none"
        raise InputError(f"one of --batch, --full and --rule was expected and {came} came: give one, like --batch 64")
    if flow and not full:
        raise InputError("--flow was expected beside --full only: batches take explicit steps; add --full or leave it")
    if quench and rule is None:
        raise InputError("--quench was expected beside --rule only, which sets its batch; add --rule 1/2 or leave it")
    length = _real(step)
    if rule is not None:
        return paper_schedule(width, steps, length, _real(rule), _real(rule_scale), quench)
    return constant_schedule(steps, length, batch or 0)


def _real(text: str) -> float:
    """The float next to the number that `text` names."""
    try:
        return float(exact(text))
    except OverflowError as error:
        raise InputError(f"a number that floats can hold was expected and {text!r:.40} came; lower it") from error


def _widths(text: str) -> list[int]:
    words = text.split(",")
    if not all(re.fullmatch(r"\s*[0-9]{1,9}\s*", word, re.ASCII) for word in words):
        raise InputError(f"widths like 16,32,64 were expected and {text!r:.60} came; give positive integers")
    return [int(word) for word in words]


def _name(document: Document) -> str:
    if document["unit"] == "relu":
        return "biased ReLU units"
    kept = "on |z|^2 = d" if document["on_sphere"] else "free"
    return f"radial units, alpha = {document['alpha']:.6g}, scale {document['scale']:.6g}, centres {kept}"


def training_tables(document: Document) -> Iterator[RenderableType]:
    """Losses and limits at logged times."""
    yield line(f"{document['width']} {_name(document)}, {document['inputs']} inputs ({document['level']})", "bold")
    for phase in document["phases"]:
        how = "the exact loss" if phase["batch"] is None else f"{phase['batch']} fresh inputs each"
        yield line(f"{phase['steps']} steps of {phase['step']:g} on {how}")
    many = document["standard_error"] is not None
    rows = []
    for place, (time, loss) in enumerate(zip(document["times"], document["loss"], strict=True)):
        error = f"{document['standard_error'][place]:.2g}" if many else None
        rows.append((f"{time:g}", f"{loss:.6g}", error, f"{document['stability_limits'][place]:.4g}"))
    title = f"mean of {document['starts']} trainings" if many else "one training"
    yield table(title, ("time", "loss", "standard error", "stability limit"), rows, [0, 1, 2, 3])
    yield line(
        f"stability limit of the step at the start: {document['stability_limit']:.4g}; "
        f"mean first loss of random networks: {document['expected_first_loss']:.6g} (exact)"
    )


def scaling_tables(document: Document) -> Iterator[RenderableType]:
    """Losses against widths."""
    yield line(
        f"{document['quantity']} loss, {_name(document)}, {document['inputs']} inputs ({document['level']})", "bold"
    )
    slopes = [None, *document["local_slopes"]]
    rows = []
    for row, slope in zip(document["rows"], slopes, strict=True):
        local = None if slope is None else f"{slope['slope']:.3f} ± {slope['standard_error']:.2g}"
        cells = f"{row['loss']:.6g}", f"{row['standard_error']:.2g}", f"{row['settled']} of {document['seeds']}"
        rows.append((row["n"], *cells, local))
    yield table("", ("n", "loss", "standard error", "settled", "local slope"), rows, [0, 1, 2])
    chi2 = "" if document["chi2"] is None else f", reduced chi^2 {document['chi2']:.3g}"
    yield line(f"one power law through all: slope {document['slope']:.3f} ± {document['slope_error']:.2g}{chi2}")
    yield line(document["plotted"])
