"""Weight matrices from files: .npy, .npz and the published .mat layout, read without unpickling anything."""

from __future__ import annotations

import io
import os
import re
import warnings
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from symlandscape.errors import InputError
from symlandscape.relu.matlab import read_variables

__all__ = ["MatrixFile", "read_matrices", "read_targets"]

LARGEST_INTEGER = 2**53  # double precision holds every integer up to here
PUBLISHED_NAME = re.compile(r"newExp-(\d+)-(\d+)\.mat", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class MatrixFile:
    """The content of a file of weight matrices.

    Attributes
    ----------
    points: the matrices W, each a C-contiguous float64 array of shape (k, d) whose rows are neurons, all of one shape.
    targets: V of shape (h, d) where the file has it (.npz), else None: V is the identity.
    magnitude: how many runs ended in each point, where the file says so (.mat), else None.
    layout: ``npy``, ``npz`` or ``mat``.
    """

    points: tuple[np.ndarray, ...]
    targets: np.ndarray | None
    magnitude: tuple[int, ...] | None
    layout: str


def _real(array: Any, what: str) -> np.ndarray:
    """The array in float64 without loss; InputError for other types, NaN, infinity and numbers beyond float64."""
    if not isinstance(array, np.ndarray) or array.dtype.kind not in "iuf":
        kind = array if isinstance(array, str) else getattr(array, "dtype", type(array).__name__)
        raise InputError(f"{what} must be a dense array of real numbers, but its type is {kind}; save it as float64")
    if not np.isfinite(array).all():
        raise InputError(f"{what} holds NaN or infinity; every entry must be finite")
    if array.dtype.kind in "iu":
        exact = not array.size or -LARGEST_INTEGER <= int(array.min()) <= int(array.max()) <= LARGEST_INTEGER
        real = array.astype(np.float64)
    else:
        with np.errstate(over="ignore", under="ignore"):
            real = array.astype(np.float64)
            exact = np.array_equal(real.astype(array.dtype), array)
    if not exact:
        raise InputError(f"{what} ({array.dtype}) has entries that float64 cannot hold exactly; save it as float64")
    return np.ascontiguousarray(real)


def _no_zero_row(matrix: np.ndarray, what: str, where: str) -> None:
    dead = np.flatnonzero(~matrix.any(axis=1))
    if dead.size:
        raise InputError(
            f"{where}: {what} {dead[0]} (counted from 0) is zero, where the loss is not differentiable; remove it"
        )


def _points(array: np.ndarray, where: str) -> tuple[np.ndarray, ...]:
    """The matrices of an array of shape (k, d) or (count, k, d)."""
    if array.ndim not in (2, 3) or 0 in array.shape:
        raise InputError(f"{where} must be (k, d) or (count, k, d), all >= 1, but its shape is {array.shape}")
    points = tuple(np.ascontiguousarray(point) for point in (array[None] if array.ndim == 2 else array))
    for position, point in enumerate(points):
        _no_zero_row(point, "neuron", f"{where}, point {position}")
    return points


def _damaged(path: Path, error: Exception) -> InputError:
    if isinstance(error, ValueError) and "allow_pickle=False" in str(error) and "Object" in str(error):
        return InputError(f"{path} holds Python objects, which are never unpickled; save the matrices as float64")
    reason = " ".join(str(error).split()) or type(error).__name__
    return InputError(f"{path} is damaged, truncated or no {path.suffix} file: {reason}")


def _load_numpy(path: Path, content: bytes) -> Any:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            loaded = np.load(io.BytesIO(content), allow_pickle=False)
            if not isinstance(loaded, np.lib.npyio.NpzFile):
                return loaded
            return {name: loaded[name] if name in ("W", "V") else None for name in loaded.files}
    except Exception as error:  # numpy raises many kinds of exceptions on damaged bytes
        raise _damaged(path, error) from error


def _read_npy(path: Path, content: bytes) -> MatrixFile:
    if not content.startswith(b"\x93NUMPY"):
        raise InputError(f"{path} is no .npy file, as its first bytes show; write it with numpy.save")
    return MatrixFile(_points(_real(_load_numpy(path, content), str(path)), str(path)), None, None, "npy")


def _read_npz(path: Path, content: bytes) -> MatrixFile:
    if not zipfile.is_zipfile(io.BytesIO(content)):
        raise InputError(f"{path} is not a zip archive, or a truncated one; write it with numpy.savez")
    arrays = _load_numpy(path, content)
    if "W" not in arrays:
        raise InputError(f"{path} must hold an array W, but it has {_listed(arrays)}; write it with savez(file, W=..)")
    points = _points(_real(arrays["W"], f"W in {path}"), f"W in {path}")
    if "V" not in arrays:
        return MatrixFile(points, None, None, "npz")
    targets = _real(arrays["V"], f"V in {path}")
    d = points[0].shape[1]
    if targets.ndim != 2 or 0 in targets.shape or targets.shape[1] != d:
        raise InputError(f"V in {path} must be (h, d) with d = {d} as W has, but its shape is {targets.shape}")
    _no_zero_row(targets, "target", f"V in {path}")
    return MatrixFile(points, targets, None, "npz")


def _listed(names: Any) -> str:
    shown = sorted(str(name) for name in names if not str(name).startswith("__"))
    return "the variables " + ", ".join(shown) if shown else "no variables"


def _load_mat(path: Path, content: bytes) -> dict[str, np.ndarray | str]:
    try:
        return read_variables(content, ("WbadNew", "magnitude"))
    except NotImplementedError as error:
        raise InputError(f"{path} is a MATLAB v7.3 (HDF5) file, which is not read; save it with '-v7'") from error
    except ValueError as error:
        raise _damaged(path, error) from error


def _magnitude(variable: Any, count: int, path: Path) -> tuple[int, ...] | None:
    if not isinstance(variable, np.ndarray) or variable.dtype.kind not in "iuf":
        return None
    runs = _real(variable, f"magnitude in {path}").ravel()
    if runs.size != count or (runs < 0).any() or (runs != np.floor(runs)).any():
        raise InputError(
            f"magnitude in {path} must hold the number of runs of {count} points, but holds {runs.tolist()}"
        )
    return tuple(int(run) for run in runs)


def _read_mat(path: Path, content: bytes) -> MatrixFile:
    variables = _load_mat(path, content)
    if "WbadNew" not in variables:
        raise InputError(f"{path} must hold WbadNew, the array of published minima, but it has {_listed(variables)}")
    where = f"WbadNew in {path}"
    stored = _real(variables["WbadNew"], where)
    if stored.ndim not in (2, 3):
        raise InputError(f"{where} must be d x k (x count), columns being neurons, but its shape is {stored.shape}")
    published = PUBLISHED_NAME.fullmatch(path.name)
    if published and stored.shape[:2] != (int(published[1]), int(published[2])):
        d, k = stored.shape[:2]
        name = f"{published[1]} and {published[2]}"
        raise InputError(f"{where} has {d} targets and {k} neurons, but the file's name says {name}; rename the file")
    points = _points(np.atleast_3d(stored).transpose(2, 1, 0), where)
    return MatrixFile(points, None, _magnitude(variables.get("magnitude"), len(points), path), "mat")


READERS = {".npy": _read_npy, ".npz": _read_npz, ".mat": _read_mat}


def read_matrices(path: str | os.PathLike[str]) -> MatrixFile:
    """The weight matrices in a file, with targets and run counts where the file has them.

    Parameters
    ----------
    path: an .npy file with an array of shape (k, d) or (count, k, d); an .npz file with ``W`` of such a shape and
        possibly ``V`` of shape (h, d); or a .mat file with ``WbadNew`` of shape d x k or d x k x count, whose columns
        are neurons, and possibly ``magnitude`` (the layout of Safran & Shamir's files newExp-TARGETS-NEURONS.mat,
        whose other variables are skipped).

    Numbers are converted to float64 where that is exact. Nothing is unpickled. Raises InputError, one sentence, for a
    file that cannot be read or is damaged, for other types, shapes or extensions, NaN, infinity, and for a zero
    neuron, at which the loss has no gradient.
    """
    path = Path(path)
    reader = READERS.get(path.suffix.lower())
    if reader is None:
        raise InputError(f"{path} must be an .npy, .npz or .mat file, but its extension is {path.suffix or 'missing'}")
    try:
        content = path.read_bytes()
    except FileNotFoundError as error:
        raise InputError(f"{path} does not exist; give the path of an .npy, .npz or .mat file") from error
    except IsADirectoryError as error:
        raise InputError(f"{path} is a directory; give the path of an .npy, .npz or .mat file") from error
    except (OSError, ValueError) as error:
        raise InputError(f"{path} cannot be read: {getattr(error, 'strerror', None) or error}") from error
    if not content:
        raise InputError(f"{path} is empty; write the matrices to it again")
    return reader(path, content)


def read_targets(path: str | os.PathLike[str]) -> np.ndarray:
    """The targets V (h, d) in a file: the one matrix of an .npy file, or ``V`` (else ``W``) of an .npz file.

    Rows are targets. Raises InputError as :func:`read_matrices` does, and for a file with several matrices.
    """
    path = Path(path)
    if path.suffix.lower() == ".npz" and path.is_file():
        arrays = _load_numpy(path, path.read_bytes())
        if isinstance(arrays, dict) and "V" in arrays:
            targets = _real(arrays["V"], f"V in {path}")
            found = _points(targets, f"V in {path}")
        else:
            found = read_matrices(path).points
    else:
        found = read_matrices(path).points
    if len(found) != 1:
        raise InputError(f"one matrix of targets was expected in {path}, but it holds {len(found)}; save one of them")
    return found[0]
