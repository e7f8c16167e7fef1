"""The documents of `spinglass` as tables for people; every number beside the mark of its evidence."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from symlandscape.cli.output import line, table

if TYPE_CHECKING:
    from rich.console import RenderableType

Document = Mapping[str, Any]


def levels(document: Document) -> Iterator[RenderableType]:
    """E_inf and the layers."""
    name = f"p = {document['p']}" if document["p"] is not None else f"mixture {document['mixture']}"
    yield line(f"Layers of {name} ({document['level']})", "bold")
    rows = [(f"E_{k}", value, document["radii"][k]) for k, value in document["levels"].items()]
    rows.append(("E_inf", document["E_inf"], document["radii"]["inf"]))
    yield table("Critical points of index k are exponentially many above -N E_k", ("", "value", "±"), rows, [1])


def complexity(document: Document) -> Iterator[RenderableType]:
    """One complexity."""
    name = f"p = {document['p']}" if document["p"] is not None else f"mixture {document['mixture']}"
    which = "all critical points" if document["index"] is None else f"critical points of index {document['index']}"
    yield line(f"Complexity of {which} with H <= N u, {name}, u = {document['energy']} ({document['level']})", "bold")
    yield line(f"{document['value']} ± {document['radius']}")
    yield line(f"regime: {document['regime']}")


def mixture(document: Document) -> Iterator[RenderableType]:
    """A mixed model."""
    yield line(f"Mixture {document['mixture']}: {document['class']} ({document['level']})", "bold")
    names = ("G", "E_inf_prime", "E_inf_minus", "E_inf_plus", "E_0_annealed", "ground_state_1rsb", "alg", "mean_total")
    rows = [(name, document[name], document["radii"][name]) for name in names if document[name] is not None]
    yield table("", ("", "value", "±"), rows, [1])


def network(document: Document) -> Iterator[RenderableType]:
    """A network's sizes."""
    yield line(f"Network {'-'.join(map(str, document['widths']))}", "bold")
    names = ("depth", "paths", "paths_per_input", "Lambda", "parameters", "redundancy")
    yield table("", ("", "value"), [(name, document[name]) for name in names], [1])
