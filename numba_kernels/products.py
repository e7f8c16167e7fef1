"""Matrix products by explicit register tiles on packed panels.

The right factor is packed into panels of `PANEL` columns (the last one may be 8 wide), each panel row by row without
gaps: a tile reads it as one stream, whatever the sizes, and no two rows of it fall onto the same cache sets. A tile
of TALL x PANEL entries stays in registers while the inner index runs; every entry is one sum in the order of the inner
index, so that its bits depend neither on the tile nor on the panel.

Row-major factors have their rows padded to a multiple of 8 and their number of rows too, with zeros; `stride` says how
far rows lie apart.
"""

from __future__ import annotations

from typing import Any

import llvmlite.binding
import numpy as np
import numpy.typing as npt
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from numba_kernels._jit import COMPILED, part
from numba_kernels.vectors import WIDTH, load, splat, store, turn

Array = npt.NDArray[np.float64]

_LANE = ir.VectorType(ir.DoubleType(), WIDTH)


def _wide_registers() -> bool:
    """Whether the processor has 32 registers of eight doubles; with 16 of four a smaller tile fits."""
    return bool(llvmlite.binding.get_host_cpu_features().get("avx512f", False))


TALL = 8 if _wide_registers() else 4
PANEL = 16 if _wide_registers() else 8


def padded_plain(size: int) -> int:
    """The least multiple of 8 that is at least `size`."""
    return (size + WIDTH - 1) // WIDTH * WIDTH


def stride_plain(columns: int) -> int:
    """Distance of padded rows: multiples of 512 bytes are avoided, where rows would share cache sets."""
    width = (columns + WIDTH - 1) // WIDTH * WIDTH
    return width + WIDTH if width % 64 == 0 else width


padded, stride = part(padded_plain), part(stride_plain)


def _tile(rows: int, vectors: int) -> Any:
    """Intrinsic: `rows` x 8 `vectors` entries of a product from flat offsets and row distances."""

    @intrinsic  # type: ignore[untyped-decorator]
    def tile(
        typing: Any, a: Any, a_at: Any, lda: Any, b: Any, b_at: Any, ldb: Any, c: Any, c_at: Any, ldc: Any, inner: Any
    ) -> Any:
        def generate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
            def base(q: int) -> Any:
                return builder.gep(context.make_array(sig.args[q])(context, builder, args[q]).data, [args[q + 1]])

            def lane(pointer: Any, v: int) -> Any:
                at = builder.gep(pointer, [ir.Constant(ir.IntType(64), WIDTH * v)])
                return builder.bitcast(at, _LANE.as_pointer())

            left, right, out = base(0), base(3), base(6)
            lda, ldb, ldc, count = args[2], args[5], args[8], args[9]
            lefts = [builder.gep(left, [builder.mul(lda, ir.Constant(lda.type, r))]) for r in range(rows)]
            zero = ir.Constant(_LANE, [0.0] * WIDTH)
            sums = [[cgutils.alloca_once_value(builder, zero) for _ in range(vectors)] for _ in range(rows)]
            fma_kind = ir.FunctionType(_LANE, [_LANE] * 3)
            fma = cgutils.get_or_insert_function(builder.module, fma_kind, f"llvm.fma.v{WIDTH}f64")
            with cgutils.for_range(builder, count) as loop:
                start = builder.gep(right, [builder.mul(loop.index, ldb)])
                lanes = [builder.load(lane(start, v), align=8) for v in range(vectors)]
                for r in range(rows):
                    entry = splat(builder, builder.load(builder.gep(lefts[r], [loop.index])))
                    for v in range(vectors):
                        builder.store(builder.call(fma, [entry, lanes[v], builder.load(sums[r][v])]), sums[r][v])
            for r in range(rows):
                row = builder.gep(out, [builder.mul(ldc, ir.Constant(ldc.type, r))])
                for v in range(vectors):
                    builder.store(builder.load(sums[r][v]), lane(row, v), align=8)
            return context.get_dummy_value()

        n = types.intp
        return types.void(a, n, n, b, n, n, c, n, n, n), generate

    return tile


_tall_wide, _tall_narrow = _tile(TALL, PANEL // WIDTH), _tile(TALL, 1)
_short_wide, _short_narrow = _tile(4, PANEL // WIDTH), _tile(4, 1)


@part
def pack(x: Array, distance: int, rows: int, columns: int, panels: Array) -> None:
    """The rows x columns matrix with rows `distance` apart as panels; columns a multiple of 8."""
    at = 0
    for j in range(0, columns, PANEL):
        width = min(PANEL, columns - j)
        for m in range(rows):
            for q in range(0, width, WIDTH):
                store(panels, at + q, load(x, m * distance + j + q))
            at += width


@part
def pack_turned(x: Array, distance: int, rows: int, columns: int, panels: Array) -> None:
    """The transpose of the rows x columns matrix as panels: `columns` rows, padded `rows` columns.

    Blocks of 8 x 8 stick out of a panel; the next one overwrites that, and `panels` has room for it behind the last.
    """
    at = 0
    for j in range(0, padded(rows), PANEL):
        width = min(PANEL, padded(rows) - j)
        for q in range(0, width, WIDTH):
            for m in range(0, columns, WIDTH):
                turn(x, (j + q) * distance + m, distance, panels, at + q + m * width, width)
        at += columns * width


@part
def _product_tiles(
    a: Array, lda: int, panels: Array, c: Array, ldc: int, rows: int, inner: int, columns: int, upper: bool
) -> None:
    """c = a b for b in panels; some rows up to the next multiple of 8 are computed too.

    With `upper`, only tiles that meet the diagonal or lie above it are set.
    """
    at = 0
    for j in range(0, columns, PANEL):
        width = min(PANEL, columns - j)
        last = min(rows, j + width) if upper else rows
        whole = last // 8 * 8 if last % 8 <= 4 else last  # four rows or fewer remain: half a tile
        if width == PANEL:
            for i in range(0, whole, TALL):
                _tall_wide(a, i * lda, lda, panels, at, width, c, i * ldc + j, ldc, inner)
            if whole < last:
                _short_wide(a, whole * lda, lda, panels, at, width, c, whole * ldc + j, ldc, inner)
        else:
            for i in range(0, whole, TALL):
                _tall_narrow(a, i * lda, lda, panels, at, width, c, i * ldc + j, ldc, inner)
            if whole < last:
                _short_narrow(a, whole * lda, lda, panels, at, width, c, whole * ldc + j, ldc, inner)
        at += inner * width


def product_plain(
    a: Array, lda: int, panels: Array, c: Array, ldc: int, rows: int, inner: int, columns: int, upper: bool
) -> None:
    """The same product with all entries, as plain loops."""
    left, out = a.reshape(-1), c.reshape(-1)
    at = 0
    for j in range(0, columns, PANEL):
        width = min(PANEL, columns - j)
        for i in range(rows):
            for q in range(width):
                total = 0.0
                for m in range(inner):
                    total += left[i * lda + m] * panels[at + m * width + q]
                out[i * ldc + j + q] = total
        at += inner * width


product = _product_tiles if COMPILED else product_plain
