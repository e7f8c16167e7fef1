"""The documents of `relu` as tables for people; every number beside the mark of its evidence."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from symlandscape.cli.output import line, table

if TYPE_CHECKING:
    from rich.console import RenderableType

Document = Mapping[str, Any]


def point(document: Document) -> Iterator[RenderableType]:
    """One critical point: what it is, its coordinates, its loss, its spectrum, its verdict with the evidence."""
    name = document["family"] or "no known family"
    extra = f", extra rows {document['extra']}" if document.get("extra") else ""
    yield line(
        f"{name} at d = {document['d']}, k = {document['k']}, pattern {_sizes(document['pattern'])}{extra}", "bold"
    )
    yield line(f"loss {document['loss']}")
    yield line(_verdict(document), "bold")
    if document.get("reason"):
        yield line(str(document["reason"]))
    yield table("Coordinates", ("coordinate", "value"), list(document["coordinates"].items()), numeric=[1])
    yield from spectrum(document)
    if document.get("certificate"):
        yield line(f"certificate sha256 {document['certificate']['sha256']} (printed whole by --json, for `check`)")


def spectrum(document: Document) -> Iterator[RenderableType]:
    """Eigenvalues by isotypic block (or dense), ascending in each block."""
    rows = [
        (block["label"] if number == 0 else "", block["multiplicity"] if number == 0 else "", value)
        for block in document["spectrum"]
        for number, value in enumerate(block["eigenvalues"])
    ]
    yield table("Hessian spectrum", ("block", "multiplicity", "eigenvalue"), rows, numeric=[2])


def points(title: str, found: Sequence[Document]) -> Iterator[RenderableType]:
    """Many critical points, one a line, with the columns that they have."""
    wanted = ("position", "runs", "family", "isotropy", "loss", "least_eigenvalue", "morse_index", "verdict", "level")
    columns = [name for name in (*wanted, "duplicate_of") if any(name in row for row in found)]
    numeric = [index for index, name in enumerate(columns) if name in ("loss", "least_eigenvalue", "position", "runs")]
    yield table(
        title, [name.replace("_", " ") for name in columns], [[r.get(c) for c in columns] for r in found], numeric
    )
    number = f"{len(found)} point{'s' if len(found) > 1 else ''}: "
    yield line(number + _count(row["verdict"] for row in found) if found else "no point")


def blocks(document: Document) -> Iterator[RenderableType]:
    """The isotypic decomposition and the entries of each block."""
    yield line(
        f"pattern {_sizes(document['pattern'])}, symbols {', '.join(map(str, document['symbols'])) or 'none'}", "bold"
    )
    parts = [(part["label"], part["multiplicity"], part["dimension"]) for part in document["decomposition"]]
    yield table("Decomposition", ("block", "multiplicity", "dimension"), parts)
    definitions = document.get("definitions", {})
    yield from (line(f"  {name} = {formula}") for name, formula in definitions.items())
    for label, matrix in document.get("compact", document["blocks"]).items():
        yield line(f"Block {label} (symmetric, upper triangle)", "bold")
        for i, row in enumerate(matrix):
            for j in range(i, len(row)):
                yield line(f"  [{i},{j}] = {row[j]}")


def series(document: Document) -> Iterator[RenderableType]:
    """Coefficients of each series, a line for each power of s."""
    name = document["family"] + (f" + {document['extra']} row" if document["extra"] else "")
    kind = "up to" if document["digits"] else "exact up to"
    yield line(f"{name} in s = {document['variable']}, {kind} s^{document['order']}", "bold")
    if document["digits"]:
        yield line(f"decimals: two roads agree to {document['digits']} digits [checked]")
    for x in document["exponents"]:
        yield line(f"  {x['coordinate']} - ({x['limit']}): measured d^{x['measured'][1]:.9f}, power {x['power']}")
    named = [("loss", document["loss"]), *document["coordinates"].items()]
    for label, values in document["spectrum"].items():
        named += [(f"eigenvalue {label}[{i}]", value) for i, value in enumerate(values)]
    for name, value in named:
        yield line(name, "bold")
        for k, coefficient in enumerate(value["coefficients"]):
            if coefficient != "0":
                yield line(f"  s^{value['from'] + k:<3} {coefficient}")


def theorem(document: Document) -> Iterator[RenderableType]:
    """The theorem in one sentence, and what it rests on."""
    where = f"{document['threshold']} (+- {document['radius']})"
    yield line(f"{document['family']} is a local minimum for every real d > {where} [{document['level']}]", "bold")
    parts = f"{document['pieces']} linked pieces and a half-line from d = {document['half_line_from']} on"
    yield line(document["reason"] or parts)
    if "certificate" in document:
        yield line(f"certificate sha256 {document['certificate']['sha256']} (printed whole by --json, for `check`)")


def discovery(document: Document) -> Iterator[RenderableType]:
    """What random starts reached, most frequent first."""
    columns = ("family", "isotropy", "loss", "count", "least_eigenvalue", "verdict", "level")
    rows = [[row.get(column) for column in columns] for row in document["points"]]
    yield table("Points reached", [name.replace("_", " ") for name in columns], rows, numeric=[2, 3, 4])
    yield line(f"{document['converged']} of {document['starts']} starts converged")
    for reason, count in document.get("not_converged", {}).items():
        yield line(f"{count} ended elsewhere: {reason}")


def thresholds(document: Document) -> Iterator[RenderableType]:
    """The crossings of a family in ascending d, with what it becomes and how sure that is."""
    yield line(f"{document['family']}, d from {document['branch_from']} to {document['branch_to']}", "bold")
    found = document["thresholds"]
    rows = [(t["label"], t["d"], t["radius"], t["eigenvalue"], t["becomes"], t["level"], _remark(t)) for t in found]
    columns = ("component", "d", "radius", "eigenvalue", "becomes", "level", "note")
    yield table("Thresholds", columns, rows, numeric=[1]) if found else line("no threshold on this range")
    complete = f"none is missing: certified by a cover of {document['pieces']} pieces"
    yield line(
        complete
        if document["complete"]
        else document["remark"] or "found by a scan [estimated]; --complete proves that none is missing"
    )
    for t in found:
        if t.get("certificate"):
            yield line(
                f"{t['label']}: certificate sha256 {t['certificate']['sha256']} (printed whole by --json, for `check`)"
            )


def _remark(threshold: Document) -> str:
    """Why a crossing is no bifurcation of a neighbouring integer problem, which blocks cross with it, or why it is not
    proved."""
    notes = [f"no bifurcation at integer d = {d}" for d in threshold["absent_at"]]
    if threshold["together"]:
        notes.append(f"together with {', '.join(threshold['together'])}")
    if threshold["level"] == "undecided":
        notes.append(threshold["reason"])
    return "; ".join(notes)


def _verdict(document: Document) -> str:
    index = document["morse_index"]
    morse = "" if index is None else f", Morse index {index}"
    radius = f", every digit within {document['radius']}" if document.get("radius") else ""
    return f"{document['verdict']}{morse} [{document['level']}]{radius}"


def _sizes(pattern: object) -> str:
    return ",".join(map(str, pattern)) if isinstance(pattern, list | tuple) else str(pattern)


def _count(verdicts: Iterator[str]) -> str:
    found = list(verdicts)
    return ", ".join(f"{found.count(name)} {name}" for name in sorted(set(found)))
