"""The forms <X_i, H X_j> of relu_branch.py, their bookkeeping done once for all patterns of one shape.

For unit targets a form is a sum over pairs of neurons (or neuron and target) of whole-number weights times

    near(x, y)  = m.x m.y - w^.x w^.y     and     mixed(x, y) = w^.x v^.y + m.x n.y,

which depend on the orbit of the pair and on w.x, v.x only: linear forms in the coordinates with whole coefficients.
A plan lists the different linear forms and the different values, and for every number of the form its weights. Weights
and coefficients are polynomials in the sizes; they are the same for all sizes from GENERIC on, where no class of
columns is empty, so patterns that differ in such sizes share a plan.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from symlandscape.arith.balls import arb
from symlandscape.check.relu_branch import OTHER, Branch, Pair, coordinates
from symlandscape.check.relu_critical_point import Tensor

__all__ = ["GENERIC", "Polynomial", "block", "dimension", "labels", "plans", "shape_of", "values"]

GENERIC = 7
"""From this size on a block has members beside four marked ones, a row's and a column's own."""
Key = tuple[int, int, bool, bool]


class Polynomial:
    """An integer polynomial in the sizes: coefficients by the sorted indices of the sizes multiplied; immutable."""

    __slots__ = ("terms",)

    def __init__(self, terms: Mapping[tuple[int, ...], int]) -> None:
        self.terms = {k: c for k, c in terms.items() if c}

    @staticmethod
    def of(x: Any) -> Polynomial:
        return x if isinstance(x, Polynomial) else Polynomial({(): x})

    def __add__(self, other: Any) -> Polynomial:
        found = defaultdict(int, self.terms)
        for k, c in Polynomial.of(other).terms.items():
            found[k] += c
        return Polynomial(found)

    __radd__ = __add__

    def __neg__(self) -> Polynomial:
        return self * -1

    def __sub__(self, other: Any) -> Polynomial:
        return self + Polynomial.of(other) * -1

    def __mul__(self, other: Any) -> Polynomial:
        found: dict[tuple[int, ...], int] = defaultdict(int)
        for k, a in self.terms.items():
            for m, b in Polynomial.of(other).terms.items():
                found[tuple(sorted(k + m))] += a * b
        return Polynomial(found)

    __rmul__ = __mul__

    def at(self, sizes: Sequence[Any]) -> Any:
        """The value at these sizes."""
        total: Any = 0
        for k, c in self.terms.items():
            product: Any = c
            for i in k:
                product = product * sizes[i]
            total = total + product
        return total

    @property
    def key(self) -> tuple[Any, ...]:
        return tuple(sorted(self.terms.items()))


Linear = tuple[tuple[int, int], ...]  # pairs (coordinate, coefficient's place); the coordinate -1 stands for 1


@dataclass(frozen=True, slots=True)
class Plan:
    """What a form is made of: polynomials in the sizes; linear forms; for each orbit of pairs the numbers (w.x, v.x) by
    two linear forms; the values near and mixed of two of them; and the weights of each number of the form."""

    polynomials: tuple[Polynomial, ...]
    orbits: tuple[Key, ...]
    linear: tuple[Linear, ...]
    along: tuple[tuple[Key, int, int], ...]
    near: tuple[tuple[int, int], ...]
    mixed: tuple[tuple[int, int], ...]
    numbers: tuple[tuple[tuple[tuple[str, Any, int], ...], ...], ...]


def shape_of(sizes: Sequence[int]) -> tuple[int, ...]:
    """The sizes, those that are generic replaced by GENERIC."""
    return tuple(min(n, GENERIC) for n in sizes)


@cache
def plans(shape: tuple[int, ...]) -> dict[str, Plan]:
    """Label -> plan, for all patterns of this shape."""
    branch = Branch(shape, None, range(len(coordinates(shape))), (0, 0))
    found = {label: (tensors, marked) for label, (tensors, marked) in branch.representations().items()}
    branch.sizes = [n if n < GENERIC else Polynomial({(i,): 1}) for i, n in enumerate(shape)]
    return {label: _Maker(branch, tensors).plan(marked) for label, (tensors, marked) in found.items()}


def dimension(label: str, sizes: Sequence[int]) -> int:
    """The dimension of a component: how often each eigenvalue of its block is one of the Hessian."""
    product = 1
    for part in label.split("*") if label != "t" else ():
        n = sizes[int(part[1:])]
        product *= {"s": n - 1, "x": (n - 1) * (n - 2) // 2, "y": n * (n - 3) // 2}[part[0]]
    return product


class _Maker:
    """Collects the plan of one component."""

    def __init__(self, branch: Branch, tensors: Sequence[Tensor]) -> None:
        self.branch, self.tensors = branch, tensors
        self.orbits: dict[Key, None] = {}
        self.polynomials: dict[Any, tuple[int, Polynomial]] = {}
        self.linear: dict[Any, tuple[int, Linear]] = {}
        self.along: dict[Any, int] = {}
        self.pairs: dict[str, dict[tuple[int, int], int]] = {"near": {}, "mixed": {}}
        self.numbers: dict[tuple[int, int], dict[tuple[str, Any], Polynomial]] = defaultdict(dict)

    def plan(self, marked: Mapping[int, int]) -> Plan:
        branch, size = self.branch, len(self.tensors)
        singled = {(space, tag) for space, n in marked.items() for tag in range(1, n + 1)}
        for row, m in [x for space in range(branch.blocks) for x in branch.members(space, singled)]:
            own = singled | {row}
            for other, n in branch.classes(own, OTHER):
                self.neighbours(row, other, m * n, own, target=True)
                if other != row:
                    self.neighbours(row, other, m * n, own, target=False)
            for i in range(size):
                for j in range(i + 1):
                    self.add(i, j, "half", None, m * self.inner(own, row, row, i, j))
        numbers = tuple(
            tuple(
                tuple((name, x, self.coefficient(a)) for (name, x), a in self.numbers[i, j].items() if a.terms)
                for j in range(i + 1)
            )
            for i in range(size)
        )
        return Plan(
            tuple(x for _, x in self.polynomials.values()), tuple(self.orbits),
            tuple(x for _, x in self.linear.values()), tuple(self.along),
            tuple(self.pairs["near"]), tuple(self.pairs["mixed"]), numbers,
        )  # fmt: skip

    def add(self, i: int, j: int, name: str, place: Any, weight: Any) -> None:
        here = self.numbers[i, j]
        here[name, place] = Polynomial.of(weight) + here.get((name, place), 0)

    def inner(self, singled: Any, row: Any, other: Any, i: int, j: int) -> Polynomial:
        total = Polynomial({})
        for c, n in self.branch.classes(singled):
            total = total + n * (self.tensors[i](row, c) * self.tensors[j](other, c))
        return total

    def neighbours(self, row: Any, other: Any, weight: Any, own: Any, target: bool) -> None:
        """What one neuron and another one, or a target, give."""
        singled = own | {other}
        key = (row[0], other[0], target, row == other)
        self.orbits[key] = None
        left = {i: self.place(key, row, other, row, i, singled) for i in self.active(row, singled)}
        for i, x in left.items():
            for j, y in left.items():
                if j <= i:
                    self.value("near", i, j, x, y, -weight if target else weight)
                    xy = self.inner(singled, row, row, i, j)
                    self.add(i, j, "pull", key, (-weight if target else weight) * xy)
        if target:
            return
        right = {i: self.place(key, row, other, other, i, singled) for i in self.active(other, singled)}
        for i, x in left.items():
            for j, y in right.items():
                if j <= i:
                    self.value("mixed", i, j, x, y, weight)
                    self.add(i, j, "opposite", key, weight * self.inner(singled, row, other, i, j))

    def active(self, row: Any, singled: Any) -> list[int]:
        classes = self.branch.classes(singled)
        return [i for i, X in enumerate(self.tensors) if any(X(row, c) for c, _ in classes)]

    def value(self, name: str, i: int, j: int, x: tuple[int, int] | None, y: Any, weight: Any) -> None:
        if x is not None and y is not None:
            table = self.pairs[name]
            first, second = (x[0], y[0]) if name == "mixed" else sorted((x[0], y[0]))
            self.add(i, j, name, table.setdefault((first, second), len(table)), weight * (x[1] * y[1]))

    def place(self, key: Key, row: Any, other: Any, at: Any, i: int, singled: Any) -> tuple[int, int] | None:
        """Number and sign of (w.x, v.x) for the row ``at`` of a tensor; None where both vanish."""
        w: dict[int, Polynomial] = defaultdict(lambda: Polynomial({}))
        v: dict[int, Polynomial] = defaultdict(lambda: Polynomial({}))
        for c, n in self.branch.classes(singled):
            x = self.tensors[i](at, c)
            if x:
                w[self.branch.w(row, c)] += n * x
                if not key[2]:
                    v[self.branch.w(other, c)] += n * x
                elif c == other:
                    v[-1] += n * x
        forms = [tuple((k, a) for k, a in sorted(z.items()) if a.terms) for z in (w, v)]
        first = next((a for z in forms for _, a in z), None)
        if first is None:
            return None
        sign = 1 if first.key[0][1] > 0 else -1
        numbers = [self.number(tuple((k, a * sign) for k, a in z)) for z in forms]
        return self.along.setdefault((key, *numbers), len(self.along)), sign

    def number(self, x: Sequence[tuple[int, Polynomial]]) -> int:
        form = tuple((k, self.coefficient(a)) for k, a in x)
        return self.linear.setdefault(form, (len(self.linear), form))[0]

    def coefficient(self, a: Polynomial) -> int:
        return self.polynomials.setdefault(a.key, (len(self.polynomials), a))[0]


def block(branch: Branch, label: str) -> list[list[Any]]:
    """The form of a component, of a branch whose sizes may be models or jets."""
    return values(branch, _plans(branch)[label], branch.sizes, list(branch.entry.values()))


def labels(branch: Branch) -> list[str]:
    """The labels of a branch's components."""
    return list(_plans(branch))


def _plans(branch: Branch) -> dict[str, Plan]:
    return plans(tuple(GENERIC if n.denominator != 1 else min(int(n), GENERIC) for n in branch.exact))


def values(branch: Branch, plan: Plan, sizes: Sequence[Any], point: Sequence[Any]) -> list[list[Any]]:
    """The numbers <X_i, H X_j> (lower triangle) of a student of this plan's shape; balls, models, or jets of these."""
    whole = [p.at(sizes) for p in plan.polynomials]
    linear = []
    for form in plan.linear:
        total: Any = 0
        for k, a in form:
            total = total + (whole[a] if k < 0 else whole[a] * point[k])
        linear.append(total)
    pairs = {key: pair_of(branch, key) for key in plan.orbits}
    scale, straight = branch.c * branch.factor, [] if _is_zero(branch.slope) else [branch.slope]
    factors: dict[str, Any] = {"near": [], "mixed": []}
    factors["half"] = {None: sum(straight, branch.factor * arb((1, -1)))}
    factors["opposite"] = {key: sum(straight, scale * pair.opposite) for key, pair in pairs.items()}
    turn = {key: scale * pair.sin for key, pair in pairs.items()}
    factors["pull"] = {key: turn[key] * pair.vn * pair.by_w for key, pair in pairs.items()}
    to_w, to_v = {i for i, _ in plan.mixed} | {i for pair in plan.near for i in pair}, {j for _, j in plan.mixed}
    by_w, by_v = {}, {}  # (w^.x, m.x) and (v^.x, n.x), where they are wanted
    for number, (key, first, second) in enumerate(plan.along):
        pair = pairs[key]
        wx, vx = linear[first] * pair.by_w, linear[second] * pair.by_v
        if number in to_w:
            by_w[number] = (key, wx, (vx - pair.cos * wx) * pair.by_sin)
        if number in to_v:
            by_v[number] = (vx, (wx - pair.cos * vx) * pair.by_sin)
    for i, j in plan.near:
        (key, wx, mx), (_, wy, my) = by_w[i], by_w[j]
        factors["near"].append(factors["pull"][key] * (mx * my - wx * wy))
    for i, j in plan.mixed:
        (key, wx, mx), (vy, ny) = by_w[i], by_v[j]
        factors["mixed"].append(turn[key] * (wx * vy + mx * ny))
    return [
        [sum((whole[a] * factors[name][place] for name, place, a in terms), arb(0)) for terms in numbers]
        for numbers in plan.numbers
    ]


def _is_zero(x: Any) -> bool:
    return isinstance(x, int) and x == 0


def pair_of(branch: Branch, key: Key) -> Pair:
    """The pair of an orbit."""
    row, other, target, same = key
    return branch.pair((row, 1), (other, 1 if same or row != other else 2), target)
