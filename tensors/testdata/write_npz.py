# Writes numpy.npz and compressed.npz, which npz_test.go reads: arrays 1/2, 3/2, … in all orders and versions that NumPy
# writes. Run here: python3 write_npz.py
import io, zipfile
import numpy as np
from numpy.lib import format

def array(dtype, shape, order="C"):
    n = int(np.prod(shape))
    a = np.arange(n) + (0.5 if np.dtype(dtype).kind == "f" else 1)
    return np.array(a.reshape(shape), dtype=dtype, order=order)

arrays = {}
for dtype in ["<f2", ">f2", "<f4", ">f4", "<f8", ">f8", "<i8", ">i4", "<u2", "|i1", "|u1"]:
    arrays["c" + dtype[1:] + ("be" if dtype[0] == ">" else "")] = array(dtype, (2, 3, 4))
    arrays["f" + dtype[1:] + ("be" if dtype[0] == ">" else "")] = array(dtype, (2, 3, 4), "F")
arrays["scalar"] = np.float32(0.5)
arrays["vector"] = array("<f4", (5,))
arrays["empty"] = array("<f4", (0, 3))
arrays["matrix"] = array("<f8", (3, 2)).T  # a view, stored in Fortran's order
np.savez_compressed("compressed.npz", **arrays)
np.savez("numpy.npz", **arrays)
with zipfile.ZipFile("numpy.npz", "a") as z:
    for version in [(1, 0), (2, 0), (3, 0)]:
        out = io.BytesIO()
        format.write_array(out, array(">f4", (2, 3), "F"), version)
        z.writestr("version%d.npy" % version[0], out.getvalue())
