"""Kind ``relu.critical-point``: a critical point of the two-layer ReLU loss in the fixed space of a block pattern, of
real sizes.

Statement. Blocks of sizes n_i (rows and columns permuted together) and orbits of m_e extra rows; targets are the unit
vectors, in version 2 times the lengths stated for their blocks; the slope is rho. There is exactly one critical point
of the loss in the box of reduced coordinates, its loss lies in the ball ``loss``, and the Hessian there has in every
isotypic component the stated numbers of negative and positive eigenvalues, hence the Morse index. At sizes that are not
integers all of this is about the polynomial continuation in the sizes.

How it is verified, from the definitions alone: a test tensor X has entries X(r, c) that depend on a few marked indices;
with x_r its rows,

    <X, H Y> = sum_r x_r' H_rr y_r + sum_{r != r'} x_r' H_rr' y_r',

where each term needs only inner products of vectors that are constant on classes of columns (marked, own, the rest with
a real weight). The matrix of these numbers over the copies of a representation is congruent to the Hessian's block, so
LDL^T gives its inertia.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from itertools import combinations
from typing import Any

from symlandscape.arith.balls import arb, contains, is_finite, mid, workprec
from symlandscape.arith.codec import decode
from symlandscape.check.algebra import inertia, krawczyk_image
from symlandscape.check.outcome import Rejected
from symlandscape.check.relu_student import OTHER, Angle, Index, Student, gradient, loss

__all__ = ["KIND", "hessian_form", "integer", "rational", "representations", "verify"]

KIND = "relu.critical-point"
FIELDS = {
    "kind",
    "version",
    "sizes",
    "extra",
    "slope",
    "precision",
    "box",
    "loss",
    "blocks",
    "morse_index",
    "verdict",
    "sha256",
}
VERSIONS = {1: FIELDS, 2: FIELDS | {"lengths"}}
Tensor = Callable[[Index, Index], int]


def rational(value: Any, name: str) -> Fraction:
    number = decode(value)
    if isinstance(number, bool) or not isinstance(number, (int, Fraction)):
        raise Rejected(f"{name} must be exact rationals")
    return Fraction(number)


def integer(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def hessian_form(s: Student, tensors: Sequence[Tensor], marked: Mapping[int, int]) -> list[list[Any]]:
    """The numbers <X_i, H X_j> (lower triangle) for tensors whose entries depend on the marked indices 1..marked[space]
    of each space."""
    size = len(tensors)
    form: list[list[Any]] = [[arb(0) for _ in range(i + 1)] for i in range(size)]
    singled = {(space, tag) for space, n in marked.items() for tag in range(1, n + 1)}
    reps = [x for space in range(len(s.exact)) for x in s.members(space, singled)]

    def add(weight: Any, i: int, j: int, value: Any) -> None:
        form[i][j] += weight * value

    for row, m in reps:
        own = singled | {row}
        others = [(x, n, False) for x, n in s.rows(own, rest=OTHER) if x != row]
        others += [(c if c[1] else (c[0], OTHER), n, True) for c, n in s.classes(own)]
        for other, n, is_target in others:
            classes = s.classes(own | {other})
            vectors = {i: [arb(X(row, c)) for c, _ in classes] for i, X in enumerate(tensors)}
            active = [i for i, x in vectors.items() if any(not e.is_zero() for e in x)]
            if not active:
                continue
            v = [s.target(other, c) if is_target else s.w(other, c) for c, _ in classes]
            pair = Angle([weight for _, weight in classes], [s.w(row, c) for c, _ in classes], v)
            scale = s.c * pair.vn / pair.wn * pair.sin * (-1 if is_target else 1) * s.factor * n
            along = {i: pair.along(vectors[i]) for i in active}
            for i in active:
                for j in active:
                    if j <= i:
                        xy = pair.dot(vectors[i], vectors[j])
                        add(m, i, j, scale * (xy - along[i][0] * along[j][0] + along[i][2] * along[j][2]))
        classes = s.classes(own)
        vectors = {i: [arb(X(row, c)) for c, _ in classes] for i, X in enumerate(tensors)}
        for i in range(size):
            for j in range(i + 1):
                inner = sum((n * a * b for (_, n), a, b in zip(classes, vectors[i], vectors[j], strict=True)), arb(0))
                add(m, i, j, (s.factor / 2 + s.slope) * inner)
        for other, n in ((x, n) for x, n in s.rows(own, rest=OTHER) if x != row):
            classes = s.classes(own | {other})
            left = {i: [arb(X(row, c)) for c, _ in classes] for i, X in enumerate(tensors)}
            right = {i: [arb(X(other, c)) for c, _ in classes] for i, X in enumerate(tensors)}
            pair = Angle(
                [k for _, k in classes], [s.w(row, c) for c, _ in classes], [s.w(other, c) for c, _ in classes]
            )
            lefts = {i: pair.along(x) for i, x in left.items() if any(not e.is_zero() for e in x)}
            rights = {i: pair.along(x) for i, x in right.items() if any(not e.is_zero() for e in x)}
            for i, x in lefts.items():
                for j, y in rights.items():
                    if j <= i:
                        xy = pair.dot(left[i], right[j])
                        value = s.c * (pair.opposite * xy + pair.sin * (x[0] * y[1] + x[2] * y[3]))
                        add(m * n, i, j, s.factor * value + s.slope * xy)
    return form


def _permutation_sign(entries: Mapping[tuple[int, int], int], space: int) -> Tensor:
    return lambda r, c: entries.get((r[1], c[1]), 0) if r[0] == space == c[0] else 0


def _u(index: Index) -> int:
    return {1: 1, 2: -1}.get(index[1], 0)


def representations(s: Student) -> dict[str, tuple[Fraction, list[Tensor], dict[int, int]]]:
    """Label -> (dimension, one tensor per copy, marked indices), from the characters of products of permutation
    representations."""
    found: dict[str, tuple[Fraction, list[Tensor], dict[int, int]]] = {}
    n, rows = s.exact, range(len(s.exact))

    def indicator(a: int, b: int, diagonal: bool) -> Tensor:
        return lambda r, c: int(r[0] == a and c[0] == b and (r == c) == diagonal)

    def rowwise(i: int, other: int) -> Tensor:
        return lambda r, c: _u(r) if r[0] == i and c[0] == other and r != c else 0

    def columnwise(i: int, other: int) -> Tensor:
        return lambda r, c: _u(c) if r[0] == other and c[0] == i and r != c else 0

    def diagonal(i: int) -> Tensor:
        return lambda r, c: _u(r) if r[0] == i and r == c else 0

    def product(i: int, other: int) -> Tensor:
        return lambda r, c: _u(r) * _u(c) if r[0] == i and c[0] == other else 0

    found["t"] = (Fraction(1), [indicator(*key) for key in s.keys], {})
    wide = [i for i in range(s.blocks) if n[i] != 1]
    for i in wide:
        tensors = [diagonal(i), rowwise(i, i), *([columnwise(i, i)] if n[i] != 2 else [])]
        tensors += [rowwise(i, other) for other in range(s.blocks) if other != i]
        tensors += [columnwise(i, r) for r in rows if r != i]
        found[f"s{i}"] = (n[i] - 1, tensors, {i: 2})
        if n[i] != 2:
            cycle = {(1, 2): 1, (2, 3): 1, (3, 1): 1, (2, 1): -1, (3, 2): -1, (1, 3): -1}
            found[f"x{i}"] = ((n[i] - 1) * (n[i] - 2) / 2, [_permutation_sign(cycle, i)], {i: 3})
        if n[i] not in (2, 3):
            square = {(1, 3): 1, (1, 4): -1, (2, 3): -1, (2, 4): 1}
            both = square | {(b, a): x for (a, b), x in square.items()}
            found[f"y{i}"] = (n[i] * (n[i] - 3) / 2, [_permutation_sign(both, i)], {i: 4})
    for i, j in combinations(wide, 2):
        found[f"s{i}*s{j}"] = ((n[i] - 1) * (n[j] - 1), [product(i, j), product(j, i)], {i: 2, j: 2})
    for e in range(s.blocks, len(n)):
        if n[e] != 1:
            found[f"e{e - s.blocks}"] = (n[e] - 1, [rowwise(e, other) for other in range(s.blocks)], {e: 2})
            for j in wide:
                found[f"e{e - s.blocks}*s{j}"] = ((n[e] - 1) * (n[j] - 1), [product(e, j)], {e: 2, j: 2})
    return found


def verify(document: Mapping[str, Any]) -> str:
    """Re-verifies every statement of the document; returns one sentence, raises Rejected where a statement is not
    confirmed."""
    version = document.get("version")
    if not integer(version) or version not in VERSIONS:
        raise Rejected("only versions 1 and 2 of this kind are known")
    if set(document) != VERSIONS[version]:
        raise Rejected(f"the fields must be exactly {', '.join(sorted(VERSIONS[version]))}")
    for name in ("sizes", "extra", "box", "blocks", *(("lengths",) if version == 2 else ())):
        if not isinstance(document[name], (list, tuple)):
            raise Rejected(f"{name} must be a list")
    sizes = [rational(x, "sizes") for x in document["sizes"]]
    extra = [rational(x, "extra") for x in document["extra"]]
    slope = rational(document["slope"], "slope")
    bits = document["precision"]
    if not integer(bits) or not 32 <= bits <= 100_000:
        raise Rejected("precision must be an integer number of bits between 32 and 100000")
    if not sizes or any(n < 1 for n in [*sizes, *extra]) or slope == 1:
        raise Rejected("sizes must be at least 1 and the slope must not be 1")
    if any(1 < n < 2 for n in sizes):  # the test tensors of s have an indefinite Gram matrix there: 4 n (n-2) < 0
        raise Rejected("a block of size below 2 must have size 1: the blocks' signs have no meaning between 1 and 2")
    lengths = [rational(x, "lengths") for x in document.get("lengths", [1] * len(sizes))]
    if len(lengths) != len(sizes) or any(c <= 0 for c in lengths):
        raise Rejected("lengths must be positive, one for each block")
    box, claimed = [decode(x) for x in document["box"]], decode(document["loss"])
    if not all(isinstance(x, arb) and is_finite(x) for x in [*box, claimed]):
        raise Rejected("box and loss must be finite balls")
    with workprec(bits):
        centre, student = (Student(sizes, extra, slope, x, lengths=lengths) for x in ([mid(ball) for ball in box], box))
        table = representations(student)
        trivial = hessian_form(student, table["t"][1], {})
        image = krawczyk_image(gradient(centre), trivial, box)
        if not contains(claimed, loss(Student(sizes, extra, slope, image, lengths=lengths))):
            raise Rejected("the loss of the critical point is not confirmed to lie in the claimed ball")
        morse, signs = Fraction(0), set()
        stated = document["blocks"]
        if [b["label"] for b in stated] != list(table):
            raise Rejected(f"the blocks must be {', '.join(table)} in this order")
        whole = all(n.denominator == 1 for n in [*sizes, *extra])
        for block in stated:
            dimension, tensors, marked = table[block["label"]]
            if (
                set(block) != {"label", "dimension", "negative", "positive"}
                or rational(block["dimension"], "dimensions") != dimension
            ):
                raise Rejected(f"block {block['label']} must have dimension {dimension}")
            try:
                found = inertia(trivial if block["label"] == "t" else hessian_form(student, tensors, marked))
            except Rejected as reason:
                raise Rejected(f"block {block['label']}: {reason}") from reason
            if (
                not all(integer(block[side]) for side in ("negative", "positive"))
                or (block["negative"], block["positive"]) != found
            ):
                raise Rejected(
                    f"block {block['label']} has {found[0]} negative and {found[1]} positive eigenvalues, not as stated"
                )
            if not whole or dimension > 0:
                signs |= {-1} if found[0] else {1}
            morse += found[0] * max(dimension, Fraction(0))
    expected = (int(morse) if whole else None, "saddle" if -1 in signs else "minimum")
    exact = document["morse_index"] is None or integer(document["morse_index"])
    if not exact or (document["morse_index"], document["verdict"]) != expected:
        raise Rejected(f"morse_index and verdict follow from the blocks as {expected[0]} and {expected[1]}")
    return f"one critical point in the box, {expected[1]}, every block's signs confirmed at {bits} bits"
