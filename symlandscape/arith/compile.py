"""SymPy expressions compiled to functions over floats (NumPy), mpmath numbers or balls (Arb), from one shared
elimination.

No `lambdify`: the source is written by `arith.printer` in a fixed order, so the same expressions give the same text,
and every exact rational stays exact until the target's own arithmetic rounds or encloses it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from symlandscape.errors import InputError

if TYPE_CHECKING:
    import sympy

Target = Literal["numpy", "mpmath", "arb"]
TARGETS = ("numpy", "mpmath", "arb")


@dataclass(frozen=True, slots=True, eq=False)
class CompiledExpressions:
    """A function of `len(symbols)` positional numbers that returns the nested list of the values of the expressions.

    symbols: the arguments' names in order. source: the Python text that is executed, the same in every run. It pickles
    by its source. Equality is identity; compare `source` to compare functions.
    """

    symbols: tuple[str, ...]
    target: Target
    source: str
    _functions: tuple[Callable[..., Any], ...] = field(repr=False)

    def __call__(self, *values: Any) -> Any:
        if len(values) != len(self.symbols):
            raise InputError(f"expected {len(self.symbols)} arguments ({', '.join(self.symbols)}), got {len(values)}")
        return _CALLS[self.target](self._functions, values)

    def __reduce__(self) -> tuple[Any, ...]:
        return _load, (self.symbols, self.target, self.source)


def compile_expressions(
    symbols: Sequence[sympy.Symbol], expressions: Any, target: Target, *, assume_domain: bool = False
) -> CompiledExpressions:
    """The function (values of `symbols`) -> nested list of values of `expressions`, in the target's arithmetic.

    expressions: an expression, a SymPy matrix, or nested lists of expressions of any depth; the answer has the same
    nesting. target: `numpy` floats and arrays, broadcasting, nan outside the domain (a constant expression stays a
    scalar); `mpmath` at mpmath's current precision, complex outside the real domain as SymPy; `arb` at the current
    ball precision, a rigorous enclosure of the real value, nan where a ball touches a point outside the real domain.
    Rationals are exact: p/q in floats, mpf(p)/q, or a ball around p/q at the precision of the call. assume_domain
    (arb only): the caller vouches that the true arguments lie in the domain of every sqrt, half-integer power, acos
    and asin; balls that stick out of it are then cut to it instead of giving nan. Never for a proof of existence.
    atan2(y, x) encloses the angle in [0, pi] without the branch cut where y is visibly >= 0 (a square root, absolute
    value, even power, or a symbol declared nonnegative); elsewhere the general atan2 with its cut.

    Supported: + - * /, rational powers, pi, E, sqrt, sin, cos, tan, acos, asin, atan, atan2, exp, log, Abs.
    Raises: `InputError` for a Float, an unknown function or constant, a symbol not listed, a target not in the list.
    """
    from symlandscape.arith.printer import write_source

    if target not in TARGETS:
        raise InputError(f"expected a target numpy, mpmath or arb, got {target!r}; choose one of them")
    source = write_source(symbols, expressions, target, assume_domain)
    return _load(tuple(str(s) for s in symbols), target, source)


def _load(symbols: tuple[str, ...], target: Target, source: str) -> CompiledExpressions:
    """Execute the source once for each namespace that the target has."""
    code = compile(source, f"<symlandscape {target}>", "exec")
    functions = []
    for namespace in _NAMESPACES[target]():
        exec(code, namespace)  # the text comes from our own printer
        functions.append(namespace["function"])
    return CompiledExpressions(symbols, target, source, tuple(functions))


def _call_numpy(functions: tuple[Callable[..., Any], ...], values: tuple[Any, ...]) -> Any:
    """Python's math on plain floats (ten times faster than ufuncs on scalars), NumPy on everything else or outside the
    domain.
    """
    scalar, general = functions
    if all(type(v) is float for v in values):
        try:
            return scalar(*values)
        except (ValueError, ZeroDivisionError, OverflowError):
            pass
    import numpy as np

    with np.errstate(all="ignore"):
        return general(*(np.asarray(v, dtype=np.float64)[()] for v in values))


def _call_mpmath(functions: tuple[Callable[..., Any], ...], values: tuple[Any, ...]) -> Any:
    import mpmath

    from symlandscape.arith.conversions import to_mpf

    return functions[0](*(v if isinstance(v, mpmath.mpf | mpmath.mpc) else to_mpf(v) for v in values))


def _call_arb(functions: tuple[Callable[..., Any], ...], values: tuple[Any, ...]) -> Any:
    from symlandscape.arith.conversions import to_arb

    return functions[0](*(to_arb(v) for v in values))


def _numpy_namespaces() -> tuple[dict[str, Any], ...]:
    import numpy as np

    def real_power(x: float, p: float) -> float:
        if x < 0:
            raise ValueError("a root of a negative number")
        return math.pow(x, p)

    scalar: dict[str, Any] = {
        "sqrt": math.sqrt,
        "sin": math.sin,
        "cos": math.cos,
        "tan": math.tan,
        "acos": math.acos,
        "asin": math.asin,
    }
    scalar |= {
        "atan": math.atan,
        "atan2": math.atan2,
        "exp": math.exp,
        "log": math.log,
        "absolute": abs,
        "root": real_power,
    }
    general: dict[str, Any] = {"sqrt": np.sqrt, "sin": np.sin, "cos": np.cos, "tan": np.tan, "acos": np.arccos}
    general |= {"asin": np.arcsin, "atan": np.arctan, "atan2": np.arctan2, "exp": np.exp, "log": np.log}
    general |= {"absolute": np.abs, "root": np.power}
    shared = {"pi": math.pi, "power": lambda x, n: x**n, "one": 1.0}
    return {**scalar, **shared}, {**general, **shared, "one": np.float64(1)}


def _mpmath_namespaces() -> tuple[dict[str, Any], ...]:
    import mpmath

    def real_atan2(y: Any, x: Any) -> Any:
        if isinstance(y, mpmath.mpc) or isinstance(x, mpmath.mpc):
            raise ValueError("the angle of a point that is not real")
        return mpmath.atan2(y, x)

    names = ("sqrt", "sin", "cos", "tan", "acos", "asin", "atan", "exp", "log")
    namespace: dict[str, Any] = {name: getattr(mpmath, name) for name in names}
    namespace |= {"absolute": abs, "power": lambda x, n: x**n, "get_pi": lambda: +mpmath.pi, "number": mpmath.mpf}
    namespace |= {"root": lambda x, p, q: x ** (mpmath.mpf(p) / q), "atan2": real_atan2}
    return (namespace,)


def _arb_namespaces() -> tuple[dict[str, Any], ...]:
    from symlandscape.arith import ball_functions, balls

    namespace: dict[str, Any] = {name: getattr(ball_functions, name) for name in ball_functions.__all__}
    namespace |= {"angle": balls.atan2, "power": balls.power, "absolute": abs, "get_pi": balls.arb.pi}
    namespace |= {"number": balls.arb}
    return (namespace,)


_NAMESPACES: dict[str, Callable[[], tuple[dict[str, Any], ...]]] = {
    "numpy": _numpy_namespaces,
    "mpmath": _mpmath_namespaces,
    "arb": _arb_namespaces,
}
_CALLS: dict[str, Callable[[tuple[Callable[..., Any], ...], tuple[Any, ...]], Any]] = {
    "numpy": _call_numpy,
    "mpmath": _call_mpmath,
    "arb": _call_arb,
}
