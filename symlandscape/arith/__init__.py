"""Numbers and their guarantees: balls, exact conversions and codec, outward decimals, verified linear algebra,
compilation.
"""

from symlandscape.arith import balls, field
from symlandscape.arith.codec import decode, encode
from symlandscape.arith.compile import CompiledExpressions, compile_expressions
from symlandscape.arith.conversions import (
    arb_ends,
    arb_to_fraction,
    arb_to_mpf_mid,
    exact_float,
    float_bounds,
    float_to_arb,
    mid_float,
    parse_exact,
    shortest_decimal,
    to_arb,
    to_mpf,
)
from symlandscape.arith.decimals import decimal, format_ball, lower, outward, upper
from symlandscape.arith.linear import LDLT, Inertia, LDLTStatus, inertia, ldlt, solve, spectrum

__all__ = [
    "LDLT",
    "CompiledExpressions",
    "Inertia",
    "LDLTStatus",
    "arb_ends",
    "arb_to_fraction",
    "arb_to_mpf_mid",
    "balls",
    "compile_expressions",
    "decimal",
    "decode",
    "encode",
    "exact_float",
    "field",
    "float_bounds",
    "float_to_arb",
    "format_ball",
    "inertia",
    "ldlt",
    "lower",
    "mid_float",
    "outward",
    "parse_exact",
    "shortest_decimal",
    "solve",
    "spectrum",
    "to_arb",
    "to_mpf",
    "upper",
]
