"""SymPy expressions -> Python source for one of the three arithmetics of `arith.compile`; the same input gives the
same text.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import sympy

from symlandscape.errors import InputError

FUNCTIONS: Mapping[type, str] = {
    sympy.sin: "sin", sympy.cos: "cos", sympy.tan: "tan", sympy.acos: "acos", sympy.asin: "asin",
    sympy.atan: "atan", sympy.exp: "exp", sympy.log: "log", sympy.Abs: "absolute",
}  # fmt: skip
MAX_DEPTH = 20
"""Levels of an expression written into one line: CPython's parser refuses 200 nested parentheses."""
CUTTABLE = frozenset({"acos", "asin"})


def write_source(symbols: Sequence[sympy.Symbol], expressions: Any, target: str, assume_domain: bool = False) -> str:
    """The text of `def function(a0, a1, ..)` that returns the nested list of values.

    Arguments are named by position, since a symbol's name need not be a Python name; shared subexpressions are t0, t1,
    ..
    """
    symbols = list(symbols)
    for symbol in symbols:
        if not isinstance(symbol, sympy.Symbol):
            raise InputError(f"expected SymPy symbols as arguments, got {symbol!r}; pass them in order")
        if symbol.is_extended_real is False:
            raise InputError(
                f"expected real symbols, got {symbol}, declared not real; all targets compute with real numbers"
            )
    if len(set(symbols)) != len(symbols):
        raise InputError(f"expected each symbol once, got {', '.join(map(str, symbols))}; remove the repeated one")
    nested, leaves = _flatten(expressions)
    free = set().union(*(leaf.free_symbols for leaf in leaves)) - set(symbols) if leaves else set()
    if free:
        name = sorted(map(str, free))[0]
        raise InputError(
            f"expected only the symbols {', '.join(map(str, symbols))}, got {name}; add it to the arguments"
        )
    shared, reduced = sympy.cse(leaves, symbols=_temporaries(), order="canonical") if leaves else ([], [])
    printer = _Printer(symbols, shared, target, assume_domain)
    for symbol, value in shared:
        text = printer.text(value)
        printer.lines.append(f"{printer.names[symbol]} = {text}")
    answer = _rebuild(nested, iter([printer.text(leaf) for leaf in reduced]))
    constants = [f"{name} = {text}" for text, name in printer.constants.items()]
    head = f"def function({', '.join(printer.names[s] for s in symbols)}):"
    return "\n    ".join([head, *constants, *printer.lines, f"return {answer}"]) + "\n"


def _flatten(expressions: Any) -> tuple[Any, list[sympy.Expr]]:
    """The nesting (lists, None for a leaf) and the leaves in order."""
    if isinstance(expressions, sympy.MatrixBase):
        expressions = expressions.tolist()
    if isinstance(expressions, list | tuple):
        parts = [_flatten(item) for item in expressions]
        return [shape for shape, _ in parts], [leaf for _, leaves in parts for leaf in leaves]
    if isinstance(expressions, bool | float | str):
        raise InputError(f"expected exact SymPy expressions, got {expressions!r}; use Rational or a symbol")
    leaf = sympy.sympify(expressions)
    if not isinstance(leaf, sympy.Expr):
        raise InputError(f"expected SymPy expressions, got {type(leaf).__name__}; pass scalars, lists or matrices")
    return None, [leaf]


def _rebuild(nested: Any, texts: Iterator[str]) -> str:
    if nested is None:
        return next(texts)
    return "[" + ", ".join(_rebuild(item, texts) for item in nested) + "]"


def _temporaries() -> Iterator[sympy.Symbol]:
    # Dummies never clash with a user's symbol of the same name
    count = 0
    while True:
        yield sympy.Dummy(f"t{count}")
        count += 1


class _Printer:
    """Writes expressions and collects the constants they need; one instance per function."""

    def __init__(
        self,
        symbols: list[sympy.Symbol],
        shared: list[tuple[sympy.Symbol, sympy.Expr]],
        target: str,
        assume_domain: bool,
    ) -> None:
        self.names = {s: f"a{i}" for i, s in enumerate(symbols)} | {s: f"t{i}" for i, (s, _) in enumerate(shared)}
        self.values = dict(shared)
        self.target = target
        self.cut = "_cut" if assume_domain and target == "arb" else ""
        self.constants: dict[str, str] = {}
        self.lines: list[str] = []
        self.roots: dict[sympy.Expr, str] = {}
        self.depth = 0

    def text(self, e: sympy.Expr) -> str:
        """The text of an expression; what is nested deeper than Python's parser allows goes to a line of its own
        before it.
        """
        if e in self.names:
            return self.names[e]
        self.depth += 1
        try:
            written = self._text(e)
            if self.depth % MAX_DEPTH == 0 and e.args:
                name = f"u{len(self.lines)}"
                self.lines.append(f"{name} = {written}")
                return name
            return written
        finally:
            self.depth -= 1

    def _text(self, e: sympy.Expr) -> str:
        if isinstance(e, sympy.Rational):
            return self._rational(int(e.p), int(e.q))
        if e is sympy.pi:
            return "pi" if self.target == "numpy" else self._constant("get_pi()")
        if e is sympy.E:
            return f"exp({self._rational(1, 1)})"
        if isinstance(e, sympy.Add):
            return self._sum(e)
        if isinstance(e, sympy.Mul):
            return self._product(e)
        if isinstance(e, sympy.Pow):
            return self._power(e)
        if isinstance(e, sympy.atan2):
            y, x = e.args
            name = "angle" if self.target == "arb" and self._nonnegative(y) else "atan2"
            return f"{name}({self.text(y)}, {self.text(x)})"
        if e.func in FUNCTIONS and len(e.args) == 1:
            name = FUNCTIONS[e.func]
            return f"{name}{self.cut if name in CUTTABLE else ''}({self.text(e.args[0])})"
        if isinstance(e, sympy.Float) or e.has(sympy.Float) and not e.args:
            raise InputError(f"expected exact numbers, got the Float {e}; write it as a Rational")
        raise InputError(
            f"expected + - * /, rational powers, pi and elementary functions, got {e.func.__name__} in {str(e)[:60]}"
        )

    def _constant(self, text: str) -> str:
        """A constant that is computed once per call, under a name."""
        return self.constants.setdefault(text, f"c{len(self.constants)}")

    def _rational(self, p: int, q: int) -> str:
        if self.target == "numpy":
            return f"({p} / {q})" if q != 1 else f"({float(p)!r})" if abs(p) < 2**53 else f"({p} * one)"
        if q == 1:
            return self._constant(f"number({p})")
        return self._constant(f"rational({p}, {q})" if self.target == "arb" else f"number({p}) / {q}")

    def _factor(self, n: int) -> str:
        """A small integer that multiplies or is added: no constant is needed for it."""
        return f"({n})" if n < 0 else str(n)

    def _sum(self, e: sympy.Add) -> str:
        terms: list[str] = []
        for term in sorted(e.args, key=sympy.default_sort_key):
            coefficient, rest = term.as_coeff_Mul()
            if coefficient.is_Rational and coefficient < 0:
                terms.append(f" - {self.text(-term)}")
            else:
                terms.append(f" + {self.text(term)}")
        first = terms[0][3:] if terms[0].startswith(" + ") else f"-{terms[0][3:]}"
        return f"({first}{''.join(terms[1:])})"

    def _product(self, e: sympy.Mul) -> str:
        above: list[str] = []
        below: list[str] = []
        for factor in sorted(e.args, key=sympy.default_sort_key):
            if isinstance(factor, sympy.Rational) and not isinstance(factor, sympy.Integer):
                p, q = int(factor.p), int(factor.q)
                if p != 1:
                    above.append(self._factor(p))
                below.append(str(q))
            elif isinstance(factor, sympy.Integer):
                above.append(self._factor(int(factor)))
            elif isinstance(factor, sympy.Pow) and factor.exp.is_Rational and factor.exp < 0:
                below.append(self.text(sympy.Pow(factor.base, -factor.exp, evaluate=False)))
            else:
                above.append(self.text(factor))
        numerator = "*".join(above) if above else "1"
        if not below:
            return f"({numerator})"
        return f"({numerator}/{below[0]})" if len(below) == 1 else f"({numerator}/({'*'.join(below)}))"

    def _power(self, e: sympy.Pow) -> str:
        base, exponent = e.base, e.exp
        if not isinstance(exponent, sympy.Rational):
            raise InputError(f"expected rational exponents, got {str(exponent)[:60]}; write the power with exp and log")
        p, q = int(exponent.p), int(exponent.q)
        inner = self.text(base)
        if p < 0:
            return f"(1/{self.text(sympy.Pow(base, -exponent, evaluate=False))})"
        if q == 1:
            if p == 1:
                return inner
            if self.target != "arb" and p == 2 and base in self.names:
                return f"({inner}*{inner})"
            return f"power({inner}, {p})"
        if q == 2:
            root = self._root(base, f"sqrt{self.cut}({inner})")
            return root if p == 1 else f"power({root}, {p})"
        if self.target == "numpy":
            return f"root({inner}, {p} / {q})"
        return f"root{self.cut}({inner}, {p}, {q})"

    def _root(self, base: sympy.Expr, written: str) -> str:
        """A square root, on a line of its own when its base has a name: half-integer powers of one base share it."""
        if base not in self.names:
            return written
        if base not in self.roots:
            self.roots[base] = f"r{len(self.roots)}"
            self.lines.append(f"{self.roots[base]} = {written}")
        return self.roots[base]

    def _nonnegative(self, e: sympy.Expr) -> bool:
        """Whether e is visibly >= 0 at every real point of its domain; looks through shared subexpressions."""
        if e in self.values:
            return self._nonnegative(self.values[e])
        if isinstance(e, sympy.Abs | sympy.exp) or e.is_nonnegative is True:
            return True
        if isinstance(e, sympy.Pow) and isinstance(e.exp, sympy.Rational):
            return bool(e.exp.q % 2 == 0 or e.exp.p % 2 == 0) or self._nonnegative(e.base)
        if isinstance(e, sympy.Add | sympy.Mul):
            return all(self._nonnegative(arg) for arg in e.args)
        return False
