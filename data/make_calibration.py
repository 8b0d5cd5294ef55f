"""Write the calibration subset: the first images of the MNIST training set.

Usage: python3 make_calibration.py TRAIN_IMAGES.gz TRAIN_LABELS.gz [OUT_DIR]

The output is reproducible byte for byte with one zlib version: the gzip
header holds no time and no file name.
"""

import gzip
import struct
import sys
from pathlib import Path

COUNT = 2000


def read_idx(path: str) -> tuple[bytes, bytes, int]:
    """Return (magic, payload, number of bytes per item) after checking the size."""
    raw = gzip.decompress(Path(path).read_bytes())
    zeros, kind, rank = struct.unpack(">HBB", raw[:4])
    if zeros != 0 or kind != 0x08 or rank not in (1, 3):
        raise SystemExit(f"{path}: not an IDX file of unsigned bytes of rank 1 or 3")
    dims = struct.unpack(f">{rank}I", raw[4 : 4 + 4 * rank])
    item = 1
    for size in dims[1:]:
        item *= size
    if len(raw) != 4 + 4 * rank + dims[0] * item or dims[0] < COUNT:
        raise SystemExit(f"{path}: {len(raw)} bytes do not fit the header {dims}")
    return raw[:4] + struct.pack(f">{rank}I", COUNT, *dims[1:]), raw[4 + 4 * rank :], item


def write_gz(path: Path, content: bytes) -> None:
    """Write `content` gzipped, without a time stamp or a name in the header."""
    with path.open("wb") as sink:
        with gzip.GzipFile(filename="", mode="wb", compresslevel=9, fileobj=sink, mtime=0) as packed:
            packed.write(content)


def main() -> None:
    if len(sys.argv) not in (3, 4):
        raise SystemExit(__doc__)
    out = Path(sys.argv[3]) if len(sys.argv) == 4 else Path(__file__).parent / "mnist"
    names = ("calibration-images-idx3-ubyte.gz", "calibration-labels-idx1-ubyte.gz")
    for source, name in zip(sys.argv[1:3], names):
        header, payload, item = read_idx(source)
        write_gz(out / name, header + payload[: COUNT * item])


if __name__ == "__main__":
    main()
