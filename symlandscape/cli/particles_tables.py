"""The documents of `particles` as tables for people; every number beside the mark of its evidence."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from symlandscape.cli.output import line, table

if TYPE_CHECKING:
    from rich.console import RenderableType

Document = Mapping[str, Any]


def moments(document: Document) -> Iterator[RenderableType]:
    """Exact moments of one target."""
    which = "" if document["seed"] is None else f", seed {document['seed']}"
    yield line(f"3-spin target on |x|^2 = {document['inputs']}{which} ({document['level']})", "bold")
    names = {
        "norm2_T": "|T|^2",
        "norm2_t": "|t|^2",
        "mean_f2": "E f^2",
        "linear": "linear part of E f^2",
        "cubic": "cubic part of E f^2",
        "biasfree_relu_loss": "least loss of ReLU units without biases, at any width",
    }
    yield table("", ("", "value"), [(words, document[name]) for name, words in names.items()], [1])


def loss(document: Document) -> Iterator[RenderableType]:
    """One loss."""
    kind = {"relu": "biased ReLU", "rbf": "radial"}[document["unit"]]
    yield line(f"{document['width']} {kind} units, {document['inputs']} inputs ({document['level']})", "bold")
    yield line(f"L = {document['loss']} ± {document['radius']}")
    rows = list(zip(range(document["width"]), document["F"], document["F_radii"], strict=True))
    yield table("F_i = E f phi_i", ("i", "value", "±"), rows, [1])
    pairs = [
        (i, j, document["K"][i][j], document["K_radii"][i][j]) for i in range(document["width"]) for j in range(i + 1)
    ]
    yield table("K_ij = E phi_i phi_j", ("i", "j", "value", "±"), pairs, [2])


def ntk(document: Document) -> Iterator[RenderableType]:
    """The tangent kernel of one set of samples."""
    yield line(f"{document['points']} samples in {document['inputs']} inputs ({document['level']})", "bold")
    yield line(f"least eigenvalue {document['least_eigenvalue']} ± {document['radius']}")
    yield line(f"largest eigenvalue {document['largest_eigenvalue']} ± {document['largest_radius']}")
    if document["rates"] is None:
        yield line("positivity is not decided: the matrix is singular (parallel samples) or too near to it")
        return
    yield line(f"condition {document['condition']}")
    if document["norm2"] is not None:
        yield line(f"y' H^-1 y = {document['norm2']}")
    names = {"gd": "gradient descent", "heavy-ball": "heavy ball", "nesterov": "Nesterov"}
    rows = [(names[m], r["rate"], r["step"], r["momentum"]) for m, r in document["rates"].items()]
    yield table("best linear rates at infinite width", ("method", "rate", "step", "momentum"), rows, [1])
