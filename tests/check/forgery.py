"""True certificates of many kinds, and the tools of a forger: changes to any part of a document, digests redone."""

from __future__ import annotations

import copy
import hashlib
import json
from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import Any

from symlandscape.arith.codec import encode
from symlandscape.check import check_document
from symlandscape.relu import certify
from symlandscape.relu.families import family
from symlandscape.symmetry.isotypic import components
from symlandscape.symmetry.pattern import Pattern

Document = dict[str, Any]
HALF = Fraction(13, 2)


def sealed(document: Document) -> Document:
    """The document with its digest redone, floats and all: what a forger would do."""
    body = {key: value for key, value in document.items() if key != "sha256"}
    text = json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return {**body, "sha256": hashlib.sha256(text.encode("ascii")).hexdigest()}


def forged(document: Document, **changes: Any) -> Document:
    """The document with these fields changed or added and the digest redone."""
    return sealed({**document, **changes})


def certificate(pattern: Pattern, start: list[float], slope: Fraction | int = 0) -> Document:
    point = certify(pattern, start, slope=Fraction(slope), digits=20, certificate=True)
    return point.certificate.document()


def of_family(name: str, d: int | Fraction, slope: Fraction | int = 0) -> Document:
    return family(name, slope=slope).at(d, digits=20, certify=True).certificate.document()


MAKERS: dict[str, Callable[[], Document]] = {
    "minimum": lambda: of_family("A0", 6),
    "saddle": lambda: of_family("A1", 6),
    "two wide blocks": lambda: of_family("A2", 9),
    "real minimum": lambda: of_family("F1", HALF),
    "real saddle": lambda: of_family("F1", Fraction(11, 2)),
    "slope": lambda: of_family("F1", 6, Fraction(1, 10)),
    "identity": lambda: of_family("C0", 5),
    "huge": lambda: of_family("F1", 10**6),
    "extra row": lambda: certificate(Pattern((6,), (1,)), [-0.656044, 0.275037, 0.247213]),
    "extra row, real size": lambda: certificate(
        Pattern((HALF, 1), (1,)), [0.980388, -0.034496, 0.245449, 0.072404, -0.473373, 0.137126, -0.187734]
    ),
    "absolute value, saddle": lambda: certificate(Pattern((6,)), [-0.663, 0.331], -1),
}
MADE: dict[str, Document] = {}


def made(name: str) -> Document:
    if name not in MADE:
        MADE[name] = MAKERS[name]()
    return copy.deepcopy(MADE[name])


def rejected(document: Document) -> str:
    outcome = check_document(document)
    assert outcome.verdict == "rejected", outcome.reason
    return outcome.reason


def holds(document: Document) -> bool:
    return check_document(document).verdict == "holds"


def leaves(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The paths to all parts of a JSON value that are no lists or objects."""
    if isinstance(value, (dict, list)):
        for key, item in value.items() if isinstance(value, dict) else enumerate(value):
            yield from leaves(item, (*path, key))
    else:
        yield path


def at(document: Any, path: tuple[Any, ...]) -> Any:
    for key in path:
        document = document[key]
    return document


def replaced(document: Document, path: tuple[Any, ...], value: Any) -> Document:
    document = copy.deepcopy(document)
    at(document, path[:-1])[path[-1]] = value
    return document


def nudged(value: Any) -> Any:
    """The least change of a leaf."""
    if isinstance(value, str):
        return str(int(value) + 1) if value.lstrip("-").isdigit() else value + "0"
    return 0 if value is None else value + 1


def shifted(ball: dict[str, Any], radii: Fraction | int) -> dict[str, Any]:
    """The ball with its midpoint moved by a multiple of its radius."""
    m, e, r, f = (int(x) for x in ball["arb"])
    low = min(e, f)
    centre = (m << (e - low)) + int(Fraction(radii) * (r << (f - low)))
    return {"arb": [str(centre), str(low), str(r), str(f)]}


def subtrees(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if path:
        yield path
    if isinstance(value, (dict, list)):
        for key, item in value.items() if isinstance(value, dict) else enumerate(value):
            yield from subtrees(item, (*path, key))


def restated(document: Document, sizes: list[Fraction], extra: list[Fraction]) -> Document:
    """The document for other sizes, with the dimensions that belong to them."""
    known = components(Pattern(tuple(sizes), tuple(extra)))
    blocks = [
        {**b, "dimension": encode(Fraction(c.dimension))} for b, c in zip(document["blocks"], known, strict=False)
    ]
    integer = all(n.denominator == 1 for n in [*sizes, *extra])
    index = int(sum(b["negative"] * max(Fraction(b["dimension"]["q"]), 0) for b in blocks)) if integer else None
    numbers = {"sizes": [encode(n) for n in sizes], "extra": [encode(m) for m in extra]}
    return forged(document, **numbers, blocks=blocks, morse_index=index)
