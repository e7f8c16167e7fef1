"""A feed-forward network's sizes as those of a spherical spin glass. Source: choromanska_2015, section 3."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise, product
from typing import TYPE_CHECKING, Any

from symlandscape.arith.balls import arb
from symlandscape.arith.decimals import outward
from symlandscape.errors import InputError
from symlandscape.spinglass.precision import check_digits, to_digits

if TYPE_CHECKING:
    import networkx

__all__ = ["NetworkSizes", "layered_digraph", "network"]

MAX_LAYERS = 300  # the number of paths then has less than 4300 digits, what Python prints
MAX_WIDTH = 10**12
MAX_NODES = 5000


@dataclass(frozen=True, slots=True)
class NetworkSizes:
    """Widths n_0 (inputs), .., n_H = 1 and what follows from them.

    depth: H, the degree p of the spin glass; paths: prod n_i, the mass Psi; paths_per_input: gamma = Psi/n_0;
    parameters: sum n_(l-1) n_l; spins: Lambda = Psi^(1/H); redundancy: parameters/Lambda (balls).
    """

    widths: tuple[int, ...]
    depth: int
    paths: int
    paths_per_input: int
    parameters: int
    spins: arb
    redundancy: arb
    digits: int

    def document(self) -> dict[str, Any]:
        """The JSON document of `symlandscape spinglass network`; whole numbers as JSON integers."""
        spins, spins_radius = outward(self.spins, self.digits)
        redundancy, redundancy_radius = outward(self.redundancy, self.digits)
        return {
            "widths": list(self.widths),
            "depth": self.depth,
            "paths": self.paths,
            "paths_per_input": self.paths_per_input,
            "Lambda": spins,
            "parameters": self.parameters,
            "redundancy": redundancy,
            "radii": {"Lambda": spins_radius, "redundancy": redundancy_radius},
        }


def network(widths: Sequence[int] | str, digits: int = 30) -> NetworkSizes:
    """Depth, paths, Lambda and redundancy of a network with these layer widths, inputs first and one output last.

    widths: integers, or a text like `100,25,25,1`. Exact integers, and balls for Lambda and the redundancy.
    Raises: `InputError`.

    >>> network("2,2,1").document()["paths"], network("2,2,1").document()["Lambda"]
    (4, '2')
    """
    sizes = _read(widths)
    check_digits(digits)
    depth = len(sizes) - 1
    paths = math.prod(sizes)
    parameters = sum(a * b for a, b in pairwise(sizes))
    root = round(paths ** (1 / depth)) if paths < 2**50 else 0
    exact = root**depth == paths  # a perfect power is given exactly

    def spins() -> arb:
        return arb(root) if exact else arb(paths).root(depth)

    return NetworkSizes(
        sizes,
        depth,
        paths,
        paths // sizes[0],
        parameters,
        to_digits(lambda _: spins(), digits),
        to_digits(lambda _: parameters / spins(), digits),
        digits,
    )


def layered_digraph(widths: Sequence[int] | str) -> networkx.DiGraph[tuple[int, int]]:
    """The network as a directed graph: nodes (layer, unit), an edge for each weight.

    Raises: `InputError`, also beyond 5000 units.
    """
    import networkx

    sizes = _read(widths)
    if sum(sizes) > MAX_NODES:
        raise InputError(f"expected at most {MAX_NODES} units for a graph, got {sum(sizes)}; use `network` for sizes")
    graph: networkx.DiGraph[tuple[int, int]] = networkx.DiGraph()
    for layer, (here, there) in enumerate(pairwise(sizes)):
        graph.add_edges_from(((layer, i), (layer + 1, j)) for i, j in product(range(here), range(there)))
    return graph


def count_paths(graph: networkx.DiGraph[tuple[int, int]]) -> dict[tuple[int, int], int]:
    """The number of paths from each unit to the output, by summing over successors in reverse topological order."""
    import networkx

    counts: dict[tuple[int, int], int] = {}
    for node in reversed(list(networkx.topological_sort(graph))):
        counts[node] = sum(counts[after] for after in graph.successors(node)) or 1
    return counts


def _read(widths: Sequence[int] | str) -> tuple[int, ...]:
    parts: list[Any] = [part.strip() for part in widths.split(",")] if isinstance(widths, str) else list(widths)
    sizes = []
    for part in parts:
        text = str(part)
        if isinstance(part, bool) or not text.isascii() or not text.isdigit() or len(text) > 4000:
            raise InputError(f"expected layer widths that are integers >= 1, got {text[:40]!r}; write 100,25,25,1")
        sizes.append(int(text))
    if not 2 <= len(sizes) <= MAX_LAYERS + 1:
        raise InputError(f"expected 2 to {MAX_LAYERS + 1} layer widths, got {len(sizes)}; inputs first, output last")
    for size in sizes:
        if not 1 <= size <= MAX_WIDTH:
            raise InputError(f"expected layer widths from 1 to {MAX_WIDTH}, got {str(size)[:40]}; write 100,25,25,1")
    if sizes[-1] != 1:
        raise InputError(f"expected one output, got {sizes[-1]}; the spin glass models a network with last width 1")
    return tuple(sizes)
