"""A simple fold of a branch of critical points in the fixed space, the size n of its block 0 an unknown.

With g the gradient in the fixed space and J its Jacobian, the zeros of

    G(z, u, n) = (g(z, n), J(z, n) u, (u.u - 1)/2)

are singular points of the branch with a null vector. A zero at which G' is regular is a simple quadratic fold: the
kernel of J is one line, dg/dn does not lie in the image of J, and u . D^2 g(u, u) is not 0, so that on one side of n
there are two critical points near it and on the other none. Krawczyk's test shows exactly one regular zero in a box.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from symlandscape.arith.balls import arb, mid
from symlandscape.check.algebra import krawczyk_of
from symlandscape.check.jets import Jet, rate, value
from symlandscape.check.relu_branch import Branch
from symlandscape.check.relu_plans import GENERIC, Plan, plans, values

__all__ = ["confirmed_fold"]


def confirmed_fold(fixed: Sequence[int], box: Sequence[arb]) -> arb:
    """The size of block 0 at the fold in the box of (z, u, n); ``fixed`` are the sizes of the other blocks.

    Raises Rejected where exactly one simple fold in the box is not shown.
    """
    m = len(box) // 2
    plan = plans((GENERIC, *(min(n, GENERIC) for n in fixed)))["t"]
    centre = [mid(x) for x in box]
    g, J = _system(plan, fixed, centre[:m], centre[-1])
    u = centre[m : 2 * m]
    at_centre = [*g, *(_dot(row, u) for row in J), (_dot(u, u) - 1) / 2]
    z, n, u = box[:m], box[-1], list(box[m : 2 * m])
    rates = []  # along z_1, .., z_m, n: the rates of g and of J u
    for k in range(m + 1):
        moving = [Jet(x, arb(int(i == k))) for i, x in enumerate(z)]
        dg, dJ = _system(plan, fixed, moving, Jet(n, arb(int(k == m))))
        rates.append(([rate(x) for x in dg], [_dot([rate(x) for x in row], u) for row in dJ]))
        J = [[value(x) for x in row] for row in dJ]
    zero = arb(0)
    jacobian = [
        *([*(J[i]), *([zero] * m), rates[m][0][i]] for i in range(m)),
        *([*(rates[k][1][i] for k in range(m)), *J[i], rates[m][1][i]] for i in range(m)),
        [*([zero] * m), *u, zero],
    ]
    return krawczyk_of(at_centre, jacobian, box)[-1]


def _system(plan: Plan, fixed: Sequence[int], z: Sequence[Any], n: Any) -> tuple[list[Any], list[list[Any]]]:
    """Gradient and Jacobian; over jets their rates too."""
    branch = Branch([None, *fixed], n, z, (0, 1 / (2 * arb.pi())))
    lower = values(branch, plan, [n, *fixed], z)
    rows = range(len(lower))
    return branch.gradient(), [[lower[max(i, j)][min(i, j)] for j in rows] for i in rows]


def _dot(x: Sequence[Any], y: Sequence[Any]) -> Any:
    return sum((a * b for a, b in zip(x, y, strict=True)), arb(0))
