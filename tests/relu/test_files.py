"""Reading weight matrices: layouts, lossless conversion, and one sentence for every kind of bad file."""

from __future__ import annotations

import re
import shutil
import struct
import warnings
from pathlib import Path

import numpy as np
import pytest
import scipy.io

from symlandscape.errors import InputError
from symlandscape.relu.files import read_matrices
from symlandscape.symmetry.isotropy import isotropy

W23 = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
PUBLISHED = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "safran_shamir"
CONTENTS = {
    "newExp-6-6.mat": ((3,), ["Delta(S_5 x S_1)"]),
    "newExp-8-8.mat": ((126,), ["Delta(S_7 x S_1)"]),
    "newExp-8-9.mat": ((1,), ["Delta(S_7 x S_1) x S_1"]),
    "newExp-10-10.mat": ((312, 34), ["Delta(S_9 x S_1)", "Delta(S_8 x S_2)"]),
    "newExp-12-12.mat": (
        (427, 135, 17, 2, 2, 2),
        [
            "Delta(S_11 x S_1)",
            "Delta(S_10 x S_2)",
            "Delta(S_9 x S_3)",
            "Delta(S_8 x S_4)",
            "Delta(S_6^2)",
            "Delta(S_7 x S_5)",
        ],
    ),
}


def refused(path: Path) -> str:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(InputError) as caught:
            read_matrices(path)
    message = str(caught.value)
    assert "\n" not in message
    return message


def published(name: str) -> Path:
    if not (PUBLISHED / name).exists():
        pytest.skip(f"the research data file {name} is not part of the project and is absent")
    return PUBLISHED / name


@pytest.mark.parametrize("dtype", [">f8", "f4", "i4", "u1", "longdouble"])
def test_an_npy_matrix_of_any_real_type_becomes_float64(tmp_path, dtype):
    np.save(tmp_path / "w.npy", np.asfortranarray(W23.astype(dtype)))
    found = read_matrices(tmp_path / "w.npy")
    assert (found.layout, found.targets, found.magnitude, len(found.points)) == ("npy", None, None, 1)
    assert found.points[0].dtype == np.float64 and found.points[0].flags.c_contiguous
    np.testing.assert_array_equal(found.points[0], W23)


def test_an_npy_stack_holds_several_points(tmp_path):
    np.save(tmp_path / "w.npy", np.stack((W23, -W23)))
    first, second = read_matrices(str(tmp_path / "w.npy")).points
    np.testing.assert_array_equal(first, -second)


def test_an_npz_file_may_hold_targets(tmp_path):
    np.savez(tmp_path / "w.npz", W=W23[None], V=np.eye(3)[:1])
    found = read_matrices(tmp_path / "w.npz")
    assert found.layout == "npz" and found.points[0].shape == (2, 3)
    np.testing.assert_array_equal(found.targets, [[1.0, 0.0, 0.0]])
    np.savez_compressed(tmp_path / "only.npz", W=W23)
    assert read_matrices(tmp_path / "only.npz").targets is None


def test_columns_of_a_mat_array_are_neurons(tmp_path):
    scipy.io.savemat(
        tmp_path / "newExp-3-2.mat",
        {"WbadNew": np.stack((W23.T, 2 * W23.T), axis=2), "magnitude": [[7, 9]], "r": "text"},
    )
    found = read_matrices(tmp_path / "newExp-3-2.mat")
    assert (found.layout, found.magnitude) == ("mat", (7, 9))
    np.testing.assert_array_equal(found.points, [W23, 2 * W23])
    scipy.io.savemat(tmp_path / "mine.mat", {"WbadNew": W23.T})
    found = read_matrices(tmp_path / "mine.mat")
    assert found.magnitude is None
    np.testing.assert_array_equal(found.points, [W23])


@pytest.mark.parametrize("name", CONTENTS)
def test_the_published_files_hold_these_runs_and_isotropies(name, recwarn):
    found = read_matrices(published(name))
    runs, names = CONTENTS[name]
    assert found.magnitude == runs
    standard = [isotropy(point, tol=1e-6) for point in found.points]
    assert [each.name for each in standard] == names
    assert all(each.exact and each.spread < 2e-7 and each.gap > 5e-3 for each in standard)
    assert not recwarn.list


def test_a_truncated_published_file_is_refused(tmp_path):
    whole = published("newExp-10-10.mat").read_bytes()
    for length in (60, 130, 500, 1500, len(whole) - 1):
        (tmp_path / "cut.mat").write_bytes(whole[:length])
        assert "damaged, truncated or no .mat file" in refused(tmp_path / "cut.mat")


def test_a_published_file_under_a_name_with_other_numbers_is_refused(tmp_path):
    shutil.copyfile(published("newExp-8-9.mat"), tmp_path / "newExp-9-8.mat")
    assert "has 8 targets and 9 neurons, but the file's name says 9 and 8" in refused(tmp_path / "newExp-9-8.mat")


BAD_ARRAYS = {
    "objects": (np.array([[None]], dtype=object), "never unpickled"),
    "complex": (W23 * 1j, "complex128"),
    "strings": (np.array([["a"]]), "dense array of real numbers"),
    "booleans": (W23 > 2, "bool"),
    "vector": (W23[0], r"must be \(k, d\)"),
    "four axes": (W23[None, None], r"must be \(k, d\)"),
    "no points": (np.zeros((0, 2, 2)), r"shape is \(0, 2, 2\)"),
    "no inputs": (np.zeros((2, 0)), r"shape is \(2, 0\)"),
    "NaN": (np.array([[np.nan]]), "NaN or infinity"),
    "infinity": (np.array([[1.0, -np.inf]]), "NaN or infinity"),
    "too large integer": (np.array([[2**53 + 1]]), "cannot hold exactly"),
    "too long double": (np.array([[1 + np.finfo(np.longdouble).eps]], dtype=np.longdouble), "cannot hold exactly"),
}


@pytest.mark.parametrize(("array", "complaint"), BAD_ARRAYS.values(), ids=BAD_ARRAYS.keys())
def test_a_bad_array_is_refused(tmp_path, array, complaint):
    if array.dtype == np.longdouble and array.dtype.itemsize == 8:
        pytest.skip("long double is double on this machine")
    np.save(tmp_path / "w.npy", array, allow_pickle=True)
    assert re.search(complaint, refused(tmp_path / "w.npy"))


def test_a_zero_neuron_is_named(tmp_path):
    np.save(tmp_path / "w.npy", np.stack((W23, W23 * [[1.0], [-0.0]])))
    assert "point 1: neuron 1 (counted from 0) is zero" in refused(tmp_path / "w.npy")


def test_what_is_not_there_is_refused(tmp_path):
    assert "does not exist" in refused(tmp_path / "w.npy")
    (tmp_path / "folder.npy").mkdir()
    assert "is a directory" in refused(tmp_path / "folder.npy")
    (tmp_path / "empty.npz").touch()
    assert "is empty" in refused(tmp_path / "empty.npz")
    assert "cannot be read" in refused(tmp_path / "null\0byte.npy")


@pytest.mark.parametrize(("name", "came"), [("w.csv", ".csv"), ("w", "missing")])
def test_another_extension_is_refused(tmp_path, name, came):
    assert f"extension is {came}" in refused(tmp_path / name)


def test_foreign_or_truncated_bytes_are_refused(tmp_path):
    np.save(tmp_path / "w.npy", W23)
    whole = (tmp_path / "w.npy").read_bytes()
    for length in (8, 40, len(whole) - 1):
        (tmp_path / "w.npy").write_bytes(whole[:length])
        assert "damaged, truncated" in refused(tmp_path / "w.npy")
    (tmp_path / "w.npy").write_bytes(b"x,y\n1,2\n")
    assert "first bytes" in refused(tmp_path / "w.npy")
    (tmp_path / "w.npz").write_bytes(b"not a zip archive")
    assert "not a zip archive" in refused(tmp_path / "w.npz")
    (tmp_path / "w.mat").write_bytes(b"not a matlab file" * 20)
    assert "damaged, truncated" in refused(tmp_path / "w.mat")


def test_an_archive_with_a_damaged_member_is_refused(tmp_path):
    np.savez_compressed(tmp_path / "w.npz", W=np.random.default_rng(0).normal(size=(9, 9)))
    content = bytearray((tmp_path / "w.npz").read_bytes())
    content[200:300] = bytes(100)
    (tmp_path / "w.npz").write_bytes(content)
    assert "damaged, truncated" in refused(tmp_path / "w.npz")


def test_an_npz_file_without_w_or_with_targets_that_do_not_fit_is_refused(tmp_path):
    np.savez(tmp_path / "w.npz", X=W23, Y=W23)
    assert "must hold an array W, but it has the variables X, Y" in refused(tmp_path / "w.npz")
    np.savez(tmp_path / "w.npz", W=W23, V=np.eye(2))
    assert "d = 3 as W has, but its shape is (2, 2)" in refused(tmp_path / "w.npz")
    np.savez(tmp_path / "w.npz", W=W23, V=np.zeros((1, 3)))
    assert "target 0 (counted from 0) is zero" in refused(tmp_path / "w.npz")
    np.savez(tmp_path / "w.npz", W=W23, V=np.array([[None]], dtype=object))
    assert "never unpickled" in refused(tmp_path / "w.npz")


def test_a_mat_file_of_another_kind_is_refused(tmp_path):
    path = tmp_path / "w.mat"
    scipy.io.savemat(path, {"A": W23, "B": W23})
    assert "must hold WbadNew" in refused(path) and "the variables A, B" in refused(path)
    scipy.io.savemat(path, {})
    assert "no variables" in refused(path)
    scipy.io.savemat(path, {"WbadNew": {"field": 1.0}})
    assert "dense array of real numbers" in refused(path)
    scipy.io.savemat(path, {"WbadNew": scipy.sparse.eye_array(3).tocsc()})
    assert "dense array of real numbers" in refused(path)
    scipy.io.savemat(path, {"WbadNew": np.ones((2, 2, 2, 2))})
    assert "columns being neurons" in refused(path)
    scipy.io.savemat(path, {"WbadNew": W23, "magnitude": [1, 2]})
    assert "the number of runs of 1 points" in refused(path)
    path.write_bytes(b"MATLAB 7.3 MAT-file".ljust(124) + struct.pack("<H", 0x0200) + b"IM" + b"\x89HDF\r\n\x1a\n" * 64)
    assert "v7.3 (HDF5)" in refused(path)
