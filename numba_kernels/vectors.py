"""A vector of eight numbers as a type of kernels: what is written once runs eight-wide, without LLVM's vectoriser.

`load(x, at)` reads eight flat entries of an array, `store(x, at, v)` writes them; +, -, * and / of two vectors, or of
a vector and a float, work entry by entry, as do `root`, `magnitude`, `fused` (x y + z in one rounding, for floats too)
and `choose(c, bound, x, y)` (x where c > bound, else y, so that NaN gives y); `keep` zeroes entries outside a range,
`turn` transposes an 8 x 8 block, `total` adds the entries, halves onto halves. When the JIT is off a vector is a NumPy
array of eight entries and the same code runs. On machines with shorter registers LLVM splits the vectors.
"""

from __future__ import annotations

import operator
from typing import Any

import numpy as np
import numpy.typing as npt
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.core.typing.templates import AbstractTemplate, infer_global, signature
from numba.extending import intrinsic, lower_builtin, models, register_model

from numba_kernels import vectors_plain as _plain
from numba_kernels._jit import COMPILED

Array = npt.NDArray[np.float64]

WIDTH = 8
_LANE = ir.VectorType(ir.DoubleType(), WIDTH)
_I32 = ir.IntType(32)


class Vector(types.Type):
    """Numba's type of a vector of eight floats."""

    def __init__(self) -> None:
        super().__init__(name="Vector8")


vector = Vector()


@register_model(Vector)
class VectorModel(models.PrimitiveModel):  # type: ignore[misc]
    """Held in a register as <8 x double>."""

    def __init__(self, manager: Any, kind: Any) -> None:
        super().__init__(manager, kind, _LANE)


def splat(builder: Any, entry: Any) -> Any:
    """The vector of eight copies of one number."""
    undefined = ir.Constant(_LANE, ir.Undefined)
    single = builder.insert_element(undefined, entry, ir.Constant(_I32, 0))
    return builder.shuffle_vector(single, undefined, ir.Constant(ir.VectorType(_I32, WIDTH), [0] * WIDTH))


def _wide(builder: Any, kind: Any, value: Any) -> Any:
    return value if kind is vector else splat(builder, value)


def _operator(function: Any, instruction: str) -> None:
    @infer_global(function)
    class Typing(AbstractTemplate):  # type: ignore[misc]
        def generic(self, args: Any, kws: Any) -> Any:
            if vector in args and all(kind in (vector, types.float64) for kind in args):
                return signature(vector, *args)
            return None

    def lower(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        x, y = (_wide(builder, kind, value) for kind, value in zip(sig.args, args, strict=True))
        return getattr(builder, instruction)(x, y)

    for pair in ((vector, vector), (vector, types.float64), (types.float64, vector)):
        lower_builtin(function, *pair)(lower)


for _function, _instruction in (
    (operator.add, "fadd"),
    (operator.sub, "fsub"),
    (operator.mul, "fmul"),
    (operator.truediv, "fdiv"),
    (operator.iadd, "fadd"),
):
    _operator(_function, _instruction)


def _pointer(context: Any, builder: Any, kind: Any, value: Any, at: Any) -> Any:
    array = context.make_array(kind)(context, builder, value)
    return builder.gep(array.data, [at])


@intrinsic  # type: ignore[untyped-decorator]
def _load(typing: Any, x: Any, at: Any) -> Any:
    def generate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        pointer = _pointer(context, builder, sig.args[0], *args)
        return builder.load(builder.bitcast(pointer, _LANE.as_pointer()), align=8)

    return vector(x, types.intp), generate


@intrinsic  # type: ignore[untyped-decorator]
def _store(typing: Any, x: Any, at: Any, v: Any) -> Any:
    def generate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        pointer = _pointer(context, builder, sig.args[0], args[0], args[1])
        builder.store(args[2], builder.bitcast(pointer, _LANE.as_pointer()), align=8)
        return context.get_dummy_value()

    return types.void(x, types.intp, vector), generate


@intrinsic  # type: ignore[untyped-decorator]
def _fill(typing: Any, entry: Any) -> Any:
    def generate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        return splat(builder, args[0])

    return vector(types.float64), generate


def _call(builder: Any, name: str, args: Any) -> Any:
    kind = ir.FunctionType(_LANE, [_LANE] * len(args))
    return builder.call(cgutils.get_or_insert_function(builder.module, kind, f"llvm.{name}.v{WIDTH}f64"), args)


@intrinsic  # type: ignore[untyped-decorator]
def _root(typing: Any, x: Any) -> Any:
    return vector(vector), lambda context, builder, sig, args: _call(builder, "sqrt", args)


@intrinsic  # type: ignore[untyped-decorator]
def _magnitude(typing: Any, x: Any) -> Any:
    return vector(vector), lambda context, builder, sig, args: _call(builder, "fabs", args)


@intrinsic  # type: ignore[untyped-decorator]
def _fused(typing: Any, x: Any, y: Any, z: Any) -> Any:
    def wide(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        return _call(builder, "fma", [_wide(builder, kind, v) for kind, v in zip(sig.args, args, strict=True)])

    def single(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        kind = ir.FunctionType(ir.DoubleType(), [ir.DoubleType()] * 3)
        return builder.call(cgutils.get_or_insert_function(builder.module, kind, "llvm.fma.f64"), args)

    if vector in (x, y, z):
        return vector(x, y, z), wide
    return types.float64(types.float64, types.float64, types.float64), single


@intrinsic  # type: ignore[untyped-decorator]
def _choose(typing: Any, c: Any, bound: Any, x: Any, y: Any) -> Any:
    def generate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        c, bound, x, y = (_wide(builder, kind, value) for kind, value in zip(sig.args, args, strict=True))
        return builder.select(builder.fcmp_ordered(">", c, bound), x, y)

    return vector(c, bound, x, y), generate


@intrinsic  # type: ignore[untyped-decorator]
def _keep(typing: Any, x: Any, first: Any, stop: Any) -> Any:
    def generate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        lanes = ir.VectorType(ir.IntType(64), WIDTH)
        undefined = ir.Constant(lanes, ir.Undefined)
        numbers, zero = ir.Constant(lanes, list(range(WIDTH))), ir.Constant(ir.VectorType(_I32, WIDTH), [0] * WIDTH)

        def wide(bound: Any) -> Any:
            single = builder.insert_element(undefined, bound, ir.Constant(_I32, 0))
            return builder.shuffle_vector(single, undefined, zero)

        kept = builder.and_(
            builder.icmp_signed(">=", numbers, wide(args[1])), builder.icmp_signed("<", numbers, wide(args[2]))
        )
        return builder.select(kept, args[0], ir.Constant(_LANE, [0.0] * WIDTH))

    return vector(vector, types.int64, types.int64), generate


@intrinsic  # type: ignore[untyped-decorator]
def _total(typing: Any, x: Any) -> Any:
    def generate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        value, size = args[0], WIDTH
        while size > 1:
            size //= 2
            halves = []
            for begin in (0, size):
                indices = ir.Constant(ir.VectorType(_I32, size), list(range(begin, begin + size)))
                halves.append(builder.shuffle_vector(value, value, indices))
            value = builder.fadd(*halves)
        return builder.extract_element(value, ir.Constant(_I32, 0))

    return types.float64(vector), generate


def transposed(builder: Any, rows: list[Any]) -> list[Any]:
    """The eight columns of eight row vectors, in three rounds of shuffles."""

    def shuffle(u: Any, v: Any, indices: list[int]) -> Any:
        return builder.shuffle_vector(u, v, ir.Constant(ir.VectorType(_I32, WIDTH), indices))

    low, high = [0, 8, 2, 10, 4, 12, 6, 14], [1, 9, 3, 11, 5, 13, 7, 15]
    pairs = [shuffle(rows[2 * q], rows[2 * q + 1], side) for q in range(4) for side in (low, high)]
    low, high = [0, 1, 8, 9, 4, 5, 12, 13], [2, 3, 10, 11, 6, 7, 14, 15]
    fours = [
        shuffle(pairs[4 * q + r], pairs[4 * q + 2 + r], side) for q in range(2) for side in (low, high) for r in (0, 1)
    ]
    low, high = [0, 1, 2, 3, 8, 9, 10, 11], [4, 5, 6, 7, 12, 13, 14, 15]
    return [shuffle(fours[r], fours[4 + r], side) for side in (low, high) for r in range(4)]


def _turn(add: bool) -> Any:
    @intrinsic  # type: ignore[untyped-decorator]
    def turn(typing: Any, x: Any, begin: Any, stride: Any, y: Any, other: Any, step: Any) -> Any:
        def generate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
            source = _pointer(context, builder, sig.args[0], args[0], args[1])
            target = _pointer(context, builder, sig.args[3], args[3], args[4])

            def at(base: Any, stride: Any, r: int) -> Any:
                pointer = builder.gep(base, [builder.mul(stride, ir.Constant(stride.type, r))])
                return builder.bitcast(pointer, _LANE.as_pointer())

            rows = [builder.load(at(source, args[2], r), align=8) for r in range(WIDTH)]
            columns = transposed(builder, rows)
            if add:
                columns = [builder.fadd(u, v) for u, v in zip(rows, columns, strict=True)]
            for r, column in enumerate(columns):
                builder.store(column, at(target, args[5], r), align=8)
            return context.get_dummy_value()

        return types.void(x, types.intp, types.intp, y, types.intp, types.intp), generate

    return turn


def _borrowed(context: Any, builder: Any, kind: Any, source: Any, at: Any, shape: list[Any]) -> Any:
    """An array over memory that it does not own: reference counts would take longer than a small kernel."""
    data = builder.gep(context.make_array(source[0])(context, builder, source[1]).data, [at])
    made = context.make_array(kind)(context, builder)
    size = context.get_constant(types.intp, 8)
    steps = [builder.mul(size, shape[1]), size] if len(shape) == 2 else [size]
    context.populate_array(made, data=data, shape=shape, strides=steps, itemsize=size, meminfo=None)
    return made._getvalue()


@intrinsic  # type: ignore[untyped-decorator]
def _vector_at(typing: Any, store: Any, at: Any, size: Any) -> Any:
    kind = types.Array(types.float64, 1, "C")

    def generate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        return _borrowed(context, builder, kind, (sig.args[0], args[0]), args[1], [args[2]])

    return kind(store, types.intp, types.intp), generate


@intrinsic  # type: ignore[untyped-decorator]
def _matrix_at(typing: Any, store: Any, at: Any, rows: Any, width: Any) -> Any:
    kind = types.Array(types.float64, 2, "C")

    def generate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        return _borrowed(context, builder, kind, (sig.args[0], args[0]), args[1], [args[2], args[3]])

    return kind(store, types.intp, types.intp, types.intp), generate


if COMPILED:
    load, store, fill, root, magnitude, fused = _load, _store, _fill, _root, _magnitude, _fused
    choose, keep, total, turn, turn_add = _choose, _keep, _total, _turn(False), _turn(True)
    vector_at, matrix_at = _vector_at, _matrix_at
else:
    load, store, fill, root = _plain.load, _plain.store, _plain.fill, _plain.root
    magnitude, fused, choose, keep = _plain.magnitude, _plain.fused, _plain.choose, _plain.keep
    total, turn, turn_add = _plain.total, _plain.turn, _plain.turn_add
    vector_at, matrix_at = _plain.vector_at, _plain.matrix_at
