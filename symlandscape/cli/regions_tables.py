"""The documents of `regions` as tables for people."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from symlandscape.cli.output import line, table

if TYPE_CHECKING:
    from rich.console import RenderableType

Document = Mapping[str, Any]


def count(document: Document) -> Iterator[RenderableType]:
    """The number of cells."""
    if "cells" not in document:
        yield line(
            f"{document['cover']} cells: {document['samples']} points in general position in "
            f"{document['inputs']} dimensions (Cover)"
        )
        return
    where = "general position" if document["general_position"] else "special position"
    yield line(f"{document['samples']} points of rank {document['rank']} in {document['inputs']} dimensions: {where}")
    rows = [("enumerated", document["cells"]), ("Zaslavsky", document["zaslavsky"]), ("Cover", document["cover"])]
    yield table("Cells", ("road", "cells"), rows, [1])
    if "list" in document:
        every = [(cell["signs"], ", ".join(cell["witness"])) for cell in document["list"]]
        yield table("Every cell", ("signs", "a weight inside"), every)
    yield from _notes(document)


def minima(document: Document) -> Iterator[RenderableType]:
    """Volumes of the classes of regions."""
    yield line(
        f"{document['regions']} regions at width {document['width']}, slope {document['slope']} ({document['level']})",
        "bold",
    )
    errors = document.get("radii") or document["standard_errors"]
    counts = document["counts"]
    wrong = sum(many for name, many in counts.items() if name.startswith("mce"))
    rows: list[tuple[object, ...]] = [
        ("global minimum (e = 0)", document["V_G"], errors["V_G"], counts["G"]),
        ("sub-optimal minimum", document["V_L"], errors["V_L"], wrong),
    ]
    for k, value in document["V_L_eps"].items():
        if value == "0" and int(k) > 0:
            continue
        many = sum(c for name, c in counts.items() if name.startswith("mce") and int(name[3:]) > int(k))
        rows.append((f"  with more than {k} wrong", value, errors["V_L_eps"][k], many))
    rows.append(("no differentiable minimum", document["V_none"], errors["V_none"], counts["none"]))
    column = "±" if "radii" in document else "standard error"
    unit = "regions" if document["counted"] == "all" else "draws"
    yield table("Angular volume of regions holding", ("", "volume", column, unit), rows, [1])
    yield from _notes(document)


def classify(document: Document) -> Iterator[RenderableType]:
    """What one region holds."""
    names = {"global": "a global minimum", "local": "a sub-optimal minimum", "none": "no differentiable minimum"}
    yield line(f"The region holds {names[document['kind']]} ({document['level']})", "bold")
    yield line(f"rank of A o X: {document['rank']}; misclassified by the least squares fit: {document['wrong']}")
    yield line(f"residual: {', '.join(document['residual'])}")
    if document["W"] is not None:
        rows = [(i, z, ", ".join(w)) for i, (w, z) in enumerate(zip(document["W"], document["z"], strict=True))]
        yield table("A minimum", ("unit", "z", "w"), rows)
        return
    reasons = []
    for found in document["obstructions"]:
        units = ", ".join(map(str, found["rows"])) or "none"
        reason = "these units alone cannot reach the fit"
        if found["multipliers"] is not None:
            reason = "; ".join(" ".join(row) for row in found["multipliers"])
        reasons.append((units, "".join("+" if s > 0 else "-" for s in found["signs"]), reason))
    yield table("Every pattern is obstructed", ("units with z not 0", "signs of z", "multipliers by sample"), reasons)


def bound(document: Document) -> Iterator[RenderableType]:
    """The theorems at one size."""
    yield line(
        f"N = {document['samples']}, d0 = {document['inputs']}, d1 = {document['width']}, eps = {document['eps']}, "
        f"slope {document['slope']}: d0 d1/N = {document['parameters_per_sample']}",
        "bold",
    )
    names = {
        "gamma": "gamma_eps",
        "log_ratio_bound": "log of the bound on V(L_eps)/V(G), theorem 10",
        "failure_probability": "delta of theorems 9 and 10",
        "log_V_G_paper": "log of the bound on V(G), theorem 9",
        "log_V_G_derived": "the same, derived: 2 m log C(N, d0)",
        "log_V_G_sharper": "the same, derived: m log C(N, d0) - log (2m-1)!!",
        "needed_parameters_per_sample": "d0 d1/N from which theorem 10 says anything",
        "needed_parameters_per_sample_derived": "the same with the derived bound on V(G)",
    }
    found = document["enclosures"]
    rows = [(text, found[name]["value"], found[name]["radius"]) for name, text in names.items() if name in found]
    yield table("The theorems are asymptotic; read at finite size", ("", "value", "±"), rows, [1])
    yield from _notes(document)


def _notes(document: Document) -> Iterator[RenderableType]:
    for note in document.get("notes", ()):
        yield line(f"note: {note}")
