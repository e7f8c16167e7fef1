"""Block patterns: how the entries of W fall into orbits of Delta(S_n0 x S_n1 x ..), with sizes that may be integers,
reals or symbols.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from functools import reduce as fold
from typing import TYPE_CHECKING, Any

import numpy as np

from symlandscape.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["Coordinate", "Pattern", "extra_orbits"]


@dataclass(frozen=True, slots=True)
class Coordinate:
    """One coordinate of the fixed space: the common value of an orbit of matrix entries.

    ``row`` is a row orbit (blocks first, then the orbits of extra rows), ``column`` a column block; ``diagonal`` tells
    the entries (r, r) of a block from the other entries between a block and itself.
    """

    name: str
    row: int
    column: int
    diagonal: bool


def _is_integer(size: Any) -> bool:
    return isinstance(size, int) and not isinstance(size, bool)


def _checked_size(size: Any) -> Any:
    if isinstance(size, Fraction):
        size = int(size) if size.denominator == 1 else size
    if isinstance(size, (bool, float)):
        raise InputError(
            f"a block size is an integer, a Fraction or a SymPy expression, not {size!r}; write 13/2 for 6.5"
        )
    if hasattr(size, "is_Rational") and size.is_Rational:
        size = Fraction(int(size.p), int(size.q))
        size = int(size) if size.denominator == 1 else size
    if isinstance(size, (int, Fraction)):
        if size <= 0 or (isinstance(size, Fraction) and size < 1):
            raise InputError(f"a block size must be a positive integer or a real number above 1, but one is {size}")
        return size
    if hasattr(size, "free_symbols"):
        return size
    raise InputError(f"a block size is an integer, a Fraction or a SymPy expression, not {size!r}")


@dataclass(frozen=True, slots=True)
class Pattern:
    """The fixed space of Delta(S_n0 x S_n1 x ..) x S_m0 x .. in R^{k x d}.

    Parameters
    ----------
    sizes: sizes n_i of the blocks, in each of which rows and columns are permuted together. Integers, Fractions above 1
    (a real size stands
        for the polynomial formulas at that size) or SymPy expressions (a generic size).
    extra: sizes m_e of the orbits of extra rows, which no column follows; m_e = 1 is a free row.

    Raises InputError for sizes outside these domains. All results are exact.
    """

    sizes: tuple[Any, ...]
    extra: tuple[Any, ...] = ()

    def __post_init__(self) -> None:
        if not self.sizes:
            raise InputError("a pattern needs at least one block, and none was given")
        object.__setattr__(self, "sizes", tuple(_checked_size(n) for n in self.sizes))
        object.__setattr__(self, "extra", tuple(_checked_size(m) for m in self.extra))

    @classmethod
    def parse(cls, text: str, extra: Sequence[Any] = ()) -> Pattern:
        """The pattern written as in ``n``, ``n-1,1``, ``m,p``, ``9,1`` or ``13/2,1``; letters are positive real
        symbols.
        """
        sizes = []
        for part in text.split(","):
            part = part.strip()
            if not re.fullmatch(r"[A-Za-z0-9_+\-*/(). ]+", part) or re.search(r"[A-Za-z_]\w*\s*\(|\.\D|__", part):
                raise InputError(
                    f"a pattern is block sizes with commas such as n-1,1 or 9,1, but {text!r} has the part {part!r}"
                )
            if re.fullmatch(r"\d+", part):
                sizes.append(int(part))
                continue
            import sympy

            names = {name: sympy.Symbol(name, positive=True) for name in re.findall(r"[A-Za-z_]\w*", part)}
            try:
                size = sympy.sympify(part, locals=names, rational=True)
            except (sympy.SympifyError, TypeError, SyntaxError, ZeroDivisionError, AttributeError) as error:
                raise InputError(
                    f"the block size {part!r} in the pattern {text!r} cannot be read as a number or an expression"
                ) from error
            if not isinstance(size, sympy.Expr) or size.is_finite is False or size.has(sympy.nan, sympy.zoo):
                raise InputError(
                    f"the block size {part!r} in the pattern {text!r} is not a finite number or expression"
                )
            sizes.append(size)
        return cls(tuple(sizes), tuple(extra))

    def __str__(self) -> str:
        text = ",".join(str(n) for n in self.sizes)
        return text + (" + " + ",".join(str(m) for m in self.extra) if self.extra else "")

    @property
    def blocks(self) -> int:
        """Number of blocks (column orbits)."""
        return len(self.sizes)

    @property
    def row_sizes(self) -> tuple[Any, ...]:
        """Sizes of the row orbits: the blocks, then the orbits of extra rows."""
        return self.sizes + self.extra

    @property
    def d(self) -> Any:
        """Number of columns (inputs): the sum of the block sizes."""
        return fold(lambda x, y: x + y, self.sizes)

    @property
    def k(self) -> Any:
        """Number of rows (neurons)."""
        return fold(lambda x, y: x + y, self.row_sizes)

    @property
    def is_integer(self) -> bool:
        """Whether every size is an integer, so that the pattern describes actual matrices."""
        return all(_is_integer(n) for n in self.row_sizes)

    @property
    def is_numeric(self) -> bool:
        """Whether every size is an exact number."""
        return all(isinstance(n, (int, Fraction)) for n in self.row_sizes)

    @property
    def coordinates(self) -> tuple[Coordinate, ...]:
        """The coordinates of the fixed space, row orbit by row orbit and column block by column block, a[i] before
        b[i,i].
        """
        found = []
        for row in range(len(self.row_sizes)):
            for column in range(self.blocks):
                if row == column:
                    found.append(Coordinate(f"a[{row}]", row, column, True))
                    if self.sizes[row] != 1:
                        found.append(Coordinate(f"b[{row},{row}]", row, column, False))
                elif row < self.blocks:
                    found.append(Coordinate(f"c[{row},{column}]", row, column, False))
                else:
                    found.append(Coordinate(f"r[{row - self.blocks},{column}]", row, column, False))
        return tuple(found)

    def count(self, coordinate: Coordinate) -> Any:
        """Number of matrix entries behind a coordinate: n, n (n-1), n_i n_l or m_e n_l."""
        n = self.row_sizes[coordinate.row]
        if coordinate.diagonal:
            return n
        return n * (n - 1) if coordinate.row == coordinate.column else n * self.sizes[coordinate.column]

    def index_matrix(self) -> np.ndarray:
        """For integer sizes, the (k, d) array whose entry is the number of the coordinate that lives there."""
        if not self.is_integer:
            raise InputError(f"only a pattern with integer sizes has a matrix, and this one is {self}")
        rows = [orbit for orbit, m in enumerate(self.row_sizes) for _ in range(m)]
        columns = [orbit for orbit, n in enumerate(self.sizes) for _ in range(n)]
        number = {(c.row, c.column, c.diagonal): j for j, c in enumerate(self.coordinates)}
        index = np.empty((len(rows), len(columns)), dtype=np.intp)
        for r, row in enumerate(rows):
            for c, column in enumerate(columns):
                index[r, c] = number[(row, column, row == column and r == c)]
        return index

    def matrix(self, values: Sequence[Any]) -> np.ndarray:
        """The matrix with these reduced coordinates (integer sizes); dtype float for floats and object for exact or
        symbolic values.
        """
        index = self.index_matrix()
        if len(values) != len(self.coordinates):
            raise InputError(
                f"the pattern {self} has {len(self.coordinates)} coordinates, but {len(values)} values came"
            )
        dtype = float if all(isinstance(v, (float, np.floating)) for v in values) else object
        table = np.empty(len(values), dtype=dtype)
        table[:] = list(values)
        return table[index]

    def reduce(self, W: np.ndarray) -> tuple[np.ndarray, float]:
        """Reduced coordinates of W (orbit means) and the largest deviation of an entry from its orbit's mean."""
        index = self.index_matrix()
        W = np.asarray(W)
        if W.shape != index.shape:
            raise InputError(f"the pattern {self} has matrices of shape {index.shape}, but W has shape {W.shape}")
        flat = index.ravel()
        counts = np.bincount(flat, minlength=len(self.coordinates))
        entries = W.ravel().astype(float)
        first = entries[np.unique(flat, return_index=True)[1]]
        sums = np.bincount(flat, weights=entries - first[flat], minlength=len(self.coordinates))
        means = first + sums / counts  # where all entries of an orbit are equal this is their value to the last bit
        return means, float(np.max(np.abs(means[index] - W)))


def extra_orbits(extra: int, extra_rows: str = "free") -> tuple[int, ...]:
    """Sizes of the orbits of ``extra`` rows: each ``free`` for itself, or all ``equal``. InputError for other words."""
    if extra < 0 or extra_rows not in ("free", "equal"):
        raise InputError(f"extra rows are a number from 0 on, free or equal, but {extra} and {extra_rows!r} came")
    return () if not extra else (extra,) if extra_rows == "equal" else (1,) * extra
