"""Explicit eight-wide code: the few loops that LLVM's vectoriser does not treat reliably, each with a plain twin.

Short rows (20 entries) fall into the remainder loop of the vectoriser, and reductions are not vectorised at all
without fastmath. The intrinsics here write vectors of 8 doubles with fused multiply-add; on machines with shorter
registers LLVM splits them. Sums run in an order fixed by the sizes alone. The twins (names ending in `_plain`) define
the mathematics, are what runs when the JIT is off, and differ from the vector code by rounding only.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from numba_kernels._jit import COMPILED, kernel

Array = npt.NDArray[np.float64]

WIDTH = 8
ROWS = 4
STRIDE = 4 * WIDTH  # entries that one turn of the dot product's loop takes


def padded(size: int, unit: int) -> int:
    """The least multiple of `unit` that is at least `size`."""
    return (size + unit - 1) // unit * unit


def dot_plain(x: Array, y: Array) -> float:
    """Inner product of two vectors of one length."""
    total = 0.0
    for q in range(x.shape[0]):
        total += x[q] * y[q]
    return total


def dot_at_plain(x: Array, begin: int, y: Array, other: int, count: int) -> float:
    """Inner product of `count` flat entries of x from `begin` on and of y from `other` on; count a multiple of 8."""
    total = 0.0
    left, right = x.reshape(-1), y.reshape(-1)
    for q in range(count):
        total += left[begin + q] * right[other + q]
    return total


def four_rows_plain(c: Array, begin: int, width: int, x: Array, row: int, t: Array, w: Array) -> None:
    """For a 4 x width matrix C, width % 8 = 0: t[row:row+4] = C x and w += C' x[row:row+4].

    C is stored from c[begin] on in tiles of 4 x 8 entries, one after the other, each row by row.
    """
    for r in range(ROWS):
        total = 0.0
        for k in range(width):
            entry = c[begin + k // WIDTH * STRIDE + r * WIDTH + k % WIDTH]
            total += entry * x[k]
            w[k] += entry * x[row + r]
        t[row + r] = total


def add_eight_plain(x: Array, begin: int, factor: float, y: Array, other: int) -> None:
    """Add factor times 8 flat entries of x from `begin` on to those of y from `other` on."""
    left, right = x.reshape(-1), y.reshape(-1)
    for q in range(WIDTH):
        right[other + q] += factor * left[begin + q]


_DOUBLE = ir.DoubleType()
_LANE = ir.VectorType(_DOUBLE, WIDTH)
_FOUR = ir.VectorType(_DOUBLE, ROWS)
_INDICES = ir.VectorType(ir.IntType(32), WIDTH)


def _call_fma(builder: Any, operands: Any, name: str) -> Any:
    kind = operands[0].type
    signature = ir.FunctionType(kind, [kind] * 3)
    return builder.call(cgutils.get_or_insert_function(builder.module, signature, name), operands)


def _lane_fma(builder: Any, x: Any, y: Any, z: Any) -> Any:
    return _call_fma(builder, [x, y, z], f"llvm.fma.v{WIDTH}f64")


def _load(builder: Any, pointer: Any) -> Any:
    return builder.load(builder.bitcast(pointer, _LANE.as_pointer()), align=8)


def _splat(builder: Any, entry: Any) -> Any:
    """The vector of 8 copies of one number."""
    undefined = ir.Constant(_LANE, ir.Undefined)
    single = builder.insert_element(undefined, entry, ir.Constant(ir.IntType(32), 0))
    return builder.shuffle_vector(single, undefined, ir.Constant(_INDICES, [0] * WIDTH))


def _data(context: Any, builder: Any, type_: Any, value: Any) -> tuple[Any, Any]:
    """Pointer to the first entry of an array and its number of columns (or its length)."""
    array = context.make_array(type_)(context, builder, value)
    return array.data, cgutils.unpack_tuple(builder, array.shape)[-1]


def _dot(parts: int) -> Any:
    """Intrinsic: inner product of `count` flat entries of x from `begin` and of y from `other`, in `parts` vector sums.

    The count is a multiple of 8 parts.
    """

    @intrinsic  # type: ignore[untyped-decorator]
    def inner(typing: Any, x: Any, begin: Any, y: Any, other: Any, count: Any) -> Any:
        def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            left, _ = _data(context, builder, signature.args[0], arguments[0])
            left = builder.gep(left, [arguments[1]])
            right, _ = _data(context, builder, signature.args[2], arguments[2])
            right = builder.gep(right, [arguments[3]])
            sums = [cgutils.alloca_once_value(builder, ir.Constant(_LANE, [0.0] * WIDTH)) for _ in range(parts)]
            kind = arguments[4].type
            start, step = ir.Constant(kind, 0), ir.Constant(kind, parts * WIDTH)
            with cgutils.for_range_slice(builder, start, arguments[4], step, intp=kind) as (index, _):
                for part_, total in enumerate(sums):
                    at = builder.add(index, ir.Constant(kind, part_ * WIDTH))
                    u, v = _load(builder, builder.gep(left, [at])), _load(builder, builder.gep(right, [at]))
                    builder.store(_lane_fma(builder, u, v, builder.load(total)), total)
            lanes = _pairwise(builder, [builder.load(total) for total in sums])
            entries = [builder.extract_element(lanes, ir.Constant(ir.IntType(32), q)) for q in range(WIDTH)]
            return _pairwise(builder, entries)

        return types.float64(x, types.intp, y, types.intp, types.intp), generate

    return inner


def _pairwise(builder: Any, values: list[Any]) -> Any:
    """Sum of a power of two of values, in pairs."""
    while len(values) > 1:
        values = [builder.fadd(u, v) for u, v in zip(values[::2], values[1::2], strict=True)]
    return values[0]


_dot_8 = _dot(1)
_dot_32 = _dot(STRIDE // WIDTH)


@intrinsic  # type: ignore[untyped-decorator]
def _four_rows(typing: Any, c: Any, begin: Any, width: Any, x: Any, row: Any, t: Any, w: Any) -> Any:
    """Both products of a block of 4 rows in one reading of it: the rows' sums stay in registers."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        block, vector, left, right = (_data(context, builder, signature.args[q], arguments[q])[0] for q in (0, 3, 5, 6))
        width, row = arguments[2], arguments[4]
        kind = width.type
        block = builder.gep(block, [arguments[1]])
        factors = []
        for r in range(ROWS):
            entry = builder.load(builder.gep(vector, [builder.add(row, ir.Constant(kind, r))]))
            factors.append(_splat(builder, entry))
        sums = [cgutils.alloca_once_value(builder, ir.Constant(_LANE, [0.0] * WIDTH)) for _ in range(ROWS)]
        start, step = ir.Constant(kind, 0), ir.Constant(kind, WIDTH)
        with cgutils.for_range_slice(builder, start, width, step, intp=kind) as (k, _):
            lanes = _load(builder, builder.gep(vector, [k]))
            target = builder.gep(right, [k])
            image = _load(builder, target)
            tile = builder.gep(block, [builder.mul(k, ir.Constant(kind, ROWS))])
            for r in range(ROWS):
                entries = _load(builder, builder.gep(tile, [ir.Constant(kind, WIDTH * r)]))
                builder.store(_lane_fma(builder, entries, lanes, builder.load(sums[r])), sums[r])
                image = _lane_fma(builder, entries, factors[r], image)
            builder.store(image, builder.bitcast(target, _LANE.as_pointer()), align=8)
        builder.store(
            _row_sums(builder, [builder.load(total) for total in sums]),
            builder.bitcast(builder.gep(left, [row]), _FOUR.as_pointer()),
            align=8,
        )
        return context.get_dummy_value()

    return types.void(c, types.intp, types.intp, x, types.intp, t, w), generate


@intrinsic  # type: ignore[untyped-decorator]
def _add_eight(typing: Any, x: Any, begin: Any, factor: Any, y: Any, other: Any) -> Any:
    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        source = builder.gep(_data(context, builder, signature.args[0], arguments[0])[0], [arguments[1]])
        target = builder.gep(_data(context, builder, signature.args[3], arguments[3])[0], [arguments[4]])
        total = _lane_fma(builder, _splat(builder, arguments[2]), _load(builder, source), _load(builder, target))
        builder.store(total, builder.bitcast(target, _LANE.as_pointer()), align=8)
        return context.get_dummy_value()

    return types.void(x, types.intp, types.float64, y, types.intp), generate


def _row_sums(builder: Any, lanes: list[Any]) -> Any:
    """The vector of the sums of four vectors of 8."""

    def shuffle(u: Any, v: Any, indices: list[int]) -> Any:
        return builder.shuffle_vector(u, v, ir.Constant(ir.VectorType(ir.IntType(32), len(indices)), indices))

    even, odd = [0, 8, 2, 10, 4, 12, 6, 14], [1, 9, 3, 11, 5, 13, 7, 15]
    pairs = [
        builder.fadd(shuffle(u, v, even), shuffle(u, v, odd)) for u, v in zip(lanes[::2], lanes[1::2], strict=True)
    ]
    low = shuffle(pairs[0], pairs[1], [0, 1, 8, 9, 4, 5, 12, 13])
    high = shuffle(pairs[0], pairs[1], [2, 3, 10, 11, 6, 7, 14, 15])
    halves = builder.fadd(low, high)
    return builder.fadd(shuffle(halves, halves, [0, 1, 2, 3]), shuffle(halves, halves, [4, 5, 6, 7]))


@kernel
def _dot_lanes(x: Array, y: Array) -> float:
    size = x.shape[0]
    whole = size - size % STRIDE
    total: float = _dot_32(x, 0, y, 0, whole)
    for q in range(whole, size):
        total += x[q] * y[q]
    return total


if COMPILED:
    dot, dot_at, four_rows, add_eight = _dot_lanes, _dot_8, _four_rows, _add_eight
else:
    dot, dot_at, four_rows, add_eight = dot_plain, dot_at_plain, four_rows_plain, add_eight_plain
