"""Writes the arrays that `tests/golden.rs` reads.

Made with Python 3 and NumPy 2.4.6; run as `python make_golden.py` in this folder.
"""

import zipfile

import numpy as np
from numpy.lib import format as npy

DTYPES = ["|b1", "|u1", "|i1", "<u2", ">i2", "<u4", ">i4", "<u8", ">i8", "<f2", ">f4", "<f8", ">f8"]


def values(dtype):
    """24 values that every element type holds, negative ones where there is a sign."""
    kind = np.dtype(dtype).kind
    count = np.arange(24)
    if kind == "b":
        return count % 3 == 0
    if kind == "u":
        return count * 5
    if kind == "i":
        return count * 5 - 60
    return (count - 12) / 8


def name(dtype):
    return dtype.replace("<", "le_").replace(">", "be_").replace("|", "")


for dtype in DTYPES:
    np.save(f"{name(dtype)}.npy", values(dtype).astype(dtype).reshape(4, 3, 2))

cube = values("<f8").reshape(4, 3, 2)
np.save("fortran.npy", np.asfortranarray(cube))
np.save("fortran_be.npy", np.asfortranarray(cube.astype(">i2")))
np.save("one_axis.npy", cube.ravel())
np.save("scalar.npy", np.float64(3.0))
np.save("empty.npy", np.zeros((0, 3)))
np.save("complex.npy", np.zeros(2, complex))
np.save("record.npy", np.zeros(2, [("a", "<f8"), ("b", "<i4")]))
np.save("text.npy", np.array(["a", "bc"]))
np.save("object.npy", np.array([1, "a"], dtype=object), allow_pickle=True)
np.save("beyond.npy", np.array([[1], [2**53 + 1]], dtype=np.int64))
np.save("nan.npy", np.array([[np.nan, np.inf, -np.inf]]))
for version in [(1, 0), (2, 0), (3, 0)]:
    with open(f"version_{version[0]}.npy", "wb") as file:
        npy.write_array(file, cube, version=version)

arrays = {"first": cube, "second": np.arange(5, dtype=np.uint8), "third": np.asfortranarray(cube)}
np.savez("stored.npz", **arrays)
np.savez_compressed("deflated.npz", **arrays)
np.savez("single.npz", only=cube)
with zipfile.ZipFile("bzip2.npz", "w", zipfile.ZIP_BZIP2) as archive:
    archive.write("version_1.npy", "x.npy")
