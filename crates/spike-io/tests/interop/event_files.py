#!/usr/bin/env python3
"""Files of camera events, exchanged with independent programs event for event.

    python3 event_files.py verify SPIKE     # both directions, SPIKE is the binary; prints a line for each check
    python3 event_files.py verify SPIKE RECORDING..    # also real recordings, EVT2 (.raw) and AEDAT 4
    python3 event_files.py golden FOLDER    # writes the files of tests/golden/events by those programs

The programs are those of requirements.txt. Exit code 1 if any check fails.
"""
import json
import pathlib
import subprocess
import sys
import tempfile

import numpy as np

DTYPE = np.dtype([("t", "<i8"), ("x", "<u2"), ("y", "<u2"), ("p", "u1")])
WIDTH, HEIGHT = 320, 240


def events(rows):
    return np.array([tuple(row) for row in rows], dtype=DTYPE)


def dense(count=30_000, width=WIDTH, height=HEIGHT, end_us=2_000_000, seed=1):
    """Bursts along rows, equal times, and every row and column."""
    rng = np.random.default_rng(seed)
    out = np.zeros(count, DTYPE)
    out["t"] = np.sort(rng.integers(0, end_us, count // 5).repeat(5))
    out["y"] = rng.integers(0, height, count // 3).repeat(3)
    out["x"] = rng.integers(0, width, count)
    out["p"] = rng.integers(0, 2, count)
    return out


def edges():
    """Every boundary of the parts of a time of EVT, its wrap, and silences over several wraps."""
    wrap = 1 << 24
    times = [0, 1, 63, 64, 65, 4095, 4096, 4097, 126, 127, 128, 254, 255, (1 << 14) - 1, 1 << 14, wrap - 1, wrap,
             wrap + 1, 20_500_000, 40_000_000, 3 * wrap - 1, 3 * wrap, 7 * wrap + 4096, 7 * wrap + 4097]
    corners = [(0, 0), (WIDTH - 1, HEIGHT - 1), (0, HEIGHT - 1), (WIDTH - 1, 0)]
    return events([(t, *corners[i % 4], i // 2 % 2) for i, t in enumerate(sorted(times))])


def around(time_us):
    """Events on both sides of a time, after a start at 0."""
    steps = [-70, -64, -1, 0, 1, 64, 5000]
    return events([(0, 1, 2, 1)] + [(time_us + s, 3 + i, 4, i % 2) for i, s in enumerate(steps)])


def hash_first():
    """A first event whose record of AEDAT 2 begins with the byte of '#'."""
    return events([(7, 5, 141, 1), (9, 6, 10, 0)])


def vectors():
    """Whole rows at one time: 32 neighbours and more, as vectors of EVT 3 hold them."""
    rows = [(1000 + y, x, y, y % 2) for y in range(20) for x in range(y, 40 + 3 * y)]
    return events(rows)


# ---- our side -------------------------------------------------------------------------------------------------

def write_csv(path, ev, width, height):
    header = {"width": width, "height": height, "record": None,
              "provenance": {"program": "interop", "source": "", "source_samples": 0}}
    span = [int(ev["t"][0]), int(ev["t"][-1])]
    with open(path, "w") as out:
        out.write(f"# event csv 1 {json.dumps(header)}\nt_us,x,y,polarity\n")
        out.writelines(f"{t},{x},{y},{p}\n" for t, x, y, p in ev.tolist())
        out.write(f'# end {json.dumps({"num_events": len(ev), "span_us": span})}\n')


def read_csv(path):
    lines = open(path).read().splitlines()
    return events([map(int, line.split(",")) for line in lines[2:-1]])


def spike(binary, *words):
    done = subprocess.run([binary, "transcode", *map(str, words)], capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(done.stderr.strip())


# ---- readers --------------------------------------------------------------------------------------------------

def table(t, x, y, p):
    out = np.zeros(len(t), DTYPE)
    out["t"], out["x"], out["y"], out["p"] = t, x, y, p
    return out


def read_expelliarmus(kind):
    def read(path):
        from expelliarmus import Wizard
        a = Wizard(encoding=kind, fpath=path).read()
        return table(a["t"], a["x"], a["y"], a["p"])
    return read


def read_faery(path, size=(WIDTH, HEIGHT)):
    import faery
    stream = faery.events_stream_from_file(path, dimensions_fallback=size)
    a = np.concatenate(list(stream))
    return table(a["t"], a["x"], a["y"], a["on"])


def read_faery_es(path):
    a = read_faery(path)
    a["y"] = HEIGHT - 1 - a["y"]  # faery turns the rows of this format over
    return a


def read_evlib(path):
    import evlib
    f = evlib.load_events(str(path), sort=False).collect()
    t = f["t"]
    t = t.dt.total_microseconds().to_numpy() if "Duration" in str(t.dtype) else np.rint(t.to_numpy() * 1e6)
    return table(t, f["x"].to_numpy(), f["y"].to_numpy(), (f["polarity"].to_numpy() > 0))


def read_evt3(path):
    import evt3
    e = evt3.decode_file(str(path))
    return table(e.timestamp, e.x, e.y, e.polarity)


def read_aedat(path):
    import aedat
    packets = [p["events"] for p in aedat.Decoder(str(path)) if "events" in p]
    a = np.concatenate(packets)
    return table(a["t"], a["x"], a["y"], a["on"])


def read_dv_processing(path):
    import dv_processing as dv
    recording = dv.io.MonoCameraRecording(str(path))
    parts = []
    while (batch := recording.getNextEventBatch()) is not None:
        parts.append(batch.numpy())
    a = np.concatenate(parts)
    return table(a["timestamp"], a["x"], a["y"], a["polarity"])


def read_dv_legacy(path):
    from dv import LegacyAedatFile
    with LegacyAedatFile(str(path)) as f:
        return events([(e.timestamp, e.x, e.y, int(e.polarity)) for e in f])


def read_dv_aedat4(path):
    from dv import AedatFile
    with AedatFile(str(path)) as f:
        a = np.hstack([packet for packet in f["events"].numpy()])  # list() asks for a length that it has not
    return table(a["timestamp"], a["x"], a["y"], a["polarity"])


def read_tonic_aedat2(path):
    from tonic.io import read_davis_346
    _, _, a = read_davis_346(str(path))
    # tonic turns both axes of a camera of 346 x 260 pixels.
    return table(a["t"], 345 - a["x"].astype(int), 259 - a["y"].astype(int), a["p"])


def read_tonic_aedat31(path):
    from tonic.io import get_aer_events_from_file, read_aedat_header_from_file
    version, start, _ = read_aedat_header_from_file(str(path))
    a = get_aer_events_from_file(str(path), version, start)
    address = a["address"]
    # The masks of tonic's read_dvs_red, which does not fit the header function of the same version.
    return table(a["timeStamp"], address >> 17 & 0x7fff, address >> 2 & 0x7fff, address >> 1 & 1)


def read_tonic_aedat4(path):
    from tonic.io import read_aedat4
    a = read_aedat4(str(path))
    return table(a["t"], a["x"], a["y"], a["p"])


def read_tonic_nmnist(path):
    from tonic.io import read_mnist_file
    a = read_mnist_file(str(path), dtype=np.dtype([("x", int), ("y", int), ("t", int), ("p", int)]))
    return table(a["t"], a["x"], a["y"], a["p"])


def read_event_stream(path):
    import event_stream
    with event_stream.Decoder(str(path)) as d:
        a = np.concatenate(list(d))
    return table(a["t"], a["x"], a["y"], a["on"])


# ---- writers --------------------------------------------------------------------------------------------------

def write_expelliarmus(kind):
    def write(path, ev):
        from expelliarmus import Wizard
        a = np.zeros(len(ev), np.dtype([("t", "<i8"), ("x", "<i2"), ("y", "<i2"), ("p", "u1")]))
        for name in "txyp":
            a[name] = ev[name]
        Wizard(encoding=kind).save(fpath=path, arr=a)
    return write


def write_faery(version=None, compression=None):
    def write(path, ev):
        import faery
        a = np.zeros(len(ev), faery.EVENTS_DTYPE)
        a["t"], a["x"], a["y"], a["on"] = ev["t"], ev["x"], ev["y"], ev["p"]
        stream = faery.events_stream_from_array(a, (WIDTH, HEIGHT))
        stream.to_file(path, version=version, zero_t0=False, compression=compression)
    return write


def write_dv_processing(compression):
    def write(path, ev):
        import dv_processing as dv
        kind = getattr(dv.CompressionType, compression)
        config = dv.io.MonoCameraWriter.EventOnlyConfig("spike", (WIDTH, HEIGHT), kind)
        writer = dv.io.MonoCameraWriter(str(path), config)
        store = dv.EventStore()
        for t, x, y, p in ev.tolist():
            store.push_back(t, x, y, bool(p))
        writer.writeEvents(store)
    return write


def write_mixed(path, ev):
    """Events between inertial samples, triggers and frames, one packet each."""
    import datetime
    import dv_processing as dv
    config = dv.io.MonoCameraWriter.DAVISConfig("spike", (WIDTH, HEIGHT), dv.CompressionType.LZ4)
    writer = dv.io.MonoCameraWriter(str(path), config)
    for part in np.array_split(ev, 5):
        store = dv.EventStore()
        for t, x, y, p in part.tolist():
            store.push_back(t, x, y, bool(p))
        writer.writeEvents(store)
        time = int(part["t"][-1])
        writer.writeImu(dv.IMU(time, *[0.0] * 10))
        writer.writeTrigger(dv.Trigger(time, dv.TriggerType.EXTERNAL_SIGNAL_RISING_EDGE))
        writer.writeFrame(dv.Frame(time, np.zeros((HEIGHT, WIDTH), np.uint8)))


def write_event_stream(path, ev):
    import event_stream
    a = np.zeros(len(ev), event_stream.dvs_dtype)
    a["t"], a["x"], a["y"], a["on"] = ev["t"], ev["x"], ev["y"], ev["p"]
    with event_stream.Encoder(str(path), "dvs", WIDTH, HEIGHT) as encoder:
        encoder.write(a)


SMALL = dict(count=30_000, width=34, height=34, end_us=300_000)
LATE = 1_605_507_430_438_338  # microseconds since 1970, as AEDAT 4 holds them


def late(ev):
    ev = ev.copy()
    ev["t"] += LATE
    return ev


# format, suffix, further words for our side, recordings, readers of what we write
READ = [
    ("evt2", "raw", [], [dense, edges, lambda: around(1 << 33)],
     {"expelliarmus": read_expelliarmus("evt2"), "faery": read_faery, "evlib": read_evlib}),
    ("evt2", "raw", [], [lambda: around(1 << 34)], {"faery": read_faery}),
    ("evt3", "raw", [], [dense, edges, vectors], {"evt3": read_evt3, "evlib": read_evlib, "faery": read_faery}),
    ("dat", "dat", [], [dense, edges, lambda: around(1 << 31)],
     {"expelliarmus": read_expelliarmus("dat"), "faery": read_faery}),
    ("aedat2", "aedat", [], [dense, hash_first], {"dv": read_dv_legacy}),
    ("aedat2", "aedat", [], [dense], {"tonic": read_tonic_aedat2}),
    ("aedat31", "aedat", [], [dense, edges], {"dv": read_dv_legacy, "tonic": read_tonic_aedat31}),
    ("aedat31", "aedat", [], [lambda: around(1 << 31), lambda: around(5 << 31)], {"dv": read_dv_legacy}),
    ("aedat4", "aedat4", ["--compression", "none"], [dense, edges, lambda: late(dense())],
     {"aedat": read_aedat, "dv-processing": read_dv_processing, "faery": read_faery, "evlib": read_evlib}),
    ("aedat4", "aedat4", ["--compression", "lz4"], [dense, edges, lambda: late(dense())],
     {"aedat": read_aedat, "dv-processing": read_dv_processing, "faery": read_faery, "evlib": read_evlib,
      "dv": read_dv_aedat4, "tonic": read_tonic_aedat4}),
    ("aedat4", "aedat4", ["--compression", "zstd"], [dense, edges, lambda: late(dense())],
     {"aedat": read_aedat, "dv-processing": read_dv_processing, "faery": read_faery}),
    ("es", "es", [], [dense, edges], {"event-stream": read_event_stream, "faery": read_faery_es}),
    ("nmnist", "bin", [], [lambda: dense(**SMALL)], {"tonic": read_tonic_nmnist}),
]

# name, format, suffix, recordings, writer of what we read
WRITTEN = [
    ("expelliarmus", "evt2", "raw", [dense, edges], write_expelliarmus("evt2")),
    ("expelliarmus", "dat", "dat", [dense, edges], write_expelliarmus("dat")),
    ("faery", "evt2", "raw", [dense, edges], write_faery("evt2")),
    ("faery", "evt3", "raw", [dense, vectors], write_faery("evt3")),
    ("faery", "dat", "dat", [dense, edges], write_faery("dat2")),
    ("faery", "aedat4", "aedat4", [dense, edges], write_faery(compression=None)),
    ("faery-lz4", "aedat4", "aedat4", [dense, edges], write_faery(compression=("lz4", 1))),
    ("faery-zstd", "aedat4", "aedat4", [dense, edges], write_faery(compression=("zstd", 3))),
    ("dv-processing", "aedat4", "aedat4", [dense, edges], write_dv_processing("NONE")),
    ("dv-processing-lz4", "aedat4", "aedat4", [dense, edges, lambda: late(dense())], write_dv_processing("LZ4")),
    ("dv-processing-zstd", "aedat4", "aedat4", [dense, edges], write_dv_processing("ZSTD")),
    ("dv-processing-mixed", "aedat4", "aedat4", [dense, edges], write_mixed),
    ("event-stream", "es", "es", [dense, edges], write_event_stream),
]


def difference(expected, found):
    if len(expected) != len(found):
        return f"{len(found)} events instead of {len(expected)}"
    wrong = np.flatnonzero(expected != found)
    return "" if len(wrong) == 0 else f"{len(wrong)} differ, first {expected[wrong[0]]} -> {found[wrong[0]]}"


def check(title, work, expected):
    try:
        problem = difference(expected, work())
    except BaseException as error:  # some of the programs raise what is no Exception
        problem = f"{type(error).__name__}: {error}"
    print(f"{'FAILED' if problem else 'exact '} {title}{': ' if problem else ''}{problem}")
    return bool(problem)


def real(binary, path, folder):
    """A recording of a camera: what we read is what the others read, from it and from what we make of it."""
    failed, out = 0, folder / "real.csv"
    words = ["--size", "640x480"] if path.suffix == ".raw" else []
    spike(binary, path, out, *words)
    ev = read_csv(out)
    if path.suffix == ".raw":
        readers = {"expelliarmus": read_expelliarmus("evt2"), "evlib": read_evlib,
                   "faery": lambda path: read_faery(path, (640, 480))}
    else:
        readers = {"aedat": read_aedat, "dv-processing": read_dv_processing, "faery": read_faery, "evlib": read_evlib}
    for name, read in readers.items():
        failed += check(f"{path.name}, {len(ev)} events, read by {name}", lambda: read(path), ev)
    ev["t"] -= ev["t"][0]
    for kind, suffix, reader in [("evt2", "raw", read_expelliarmus("evt2")), ("evt3", "raw", read_evt3),
                                 ("dat", "dat", read_expelliarmus("dat")), ("es", "es", read_event_stream),
                                 ("aedat31", "aedat", read_dv_legacy), ("aedat4", "aedat4", read_aedat)]:
        spike(binary, path, folder / f"real.{suffix}", "--format", kind, "--from-zero", *words)
        title = f"{path.name} made {kind}, {len(ev)} events, read by another program"
        failed += check(title, lambda: reader(folder / f"real.{suffix}"), ev)
    return failed


def verify(binary, *paths):
    failed = 0
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        for kind, suffix, words, recordings, readers in READ:
            for number, make in enumerate(recordings):
                ev = make()
                size = (34, 34) if kind == "nmnist" else (WIDTH, HEIGHT)
                path = folder / f"ours.{suffix}"
                write_csv(folder / "in.csv", ev, *size)
                spike(binary, folder / "in.csv", path, "--format", kind, *words)
                if kind == "aedat4":
                    with open(folder / "stream.aedat4", "wb") as out:  # without a table of packets
                        line = [binary, "transcode", folder / "in.csv", "-", "--format", kind, *words]
                        subprocess.run(line, check=True, stdout=out, stderr=subprocess.DEVNULL)
                    for name, read in readers.items():
                        title = f"{kind} {' '.join(words[1:])} stream {number}, {len(ev)} events, read by {name}"
                        failed += check(title, lambda: read(folder / "stream.aedat4"), ev)
                for name, read in readers.items():
                    title = f"{kind} {' '.join(words[1:])} recording {number}, {len(ev)} events, read by {name}"
                    failed += check(title, lambda: read(path), ev)
        for name, kind, suffix, recordings, write in WRITTEN:
            for number, make in enumerate(recordings):
                ev, path = make(), folder / f"theirs.{suffix}"

                def work():
                    write(path, ev)
                    words = [] if kind in ("es", "aedat4") or name == "faery" else ["--size", f"{WIDTH}x{HEIGHT}"]
                    spike(binary, path, folder / "out.csv", "--input-format", kind, *words)
                    return read_csv(folder / "out.csv")

                failed += check(f"{kind} recording {number}, {len(ev)} events, written by {name}", work, ev)
        for path in paths:
            failed += real(binary, pathlib.Path(path), folder)
    print(f"{failed} checks failed")
    return failed


def golden(folder):
    """Small files of other programs beside their events, which tests read on machines without those programs."""
    folder = pathlib.Path(folder)
    recordings = {"dense": dense(count=600, end_us=40_000, seed=2), "edges": edges(), "vectors": vectors()[:200]}
    for title, ev in recordings.items():
        write_csv(folder / f"{title}.csv", ev, WIDTH, HEIGHT)
        for name, kind, suffix, _, write in WRITTEN:
            if title == "vectors" and kind != "evt3":
                continue
            if title == "edges" and kind in ("evt3", "es"):
                continue  # faery loses wraps of EVT 3; silence of Event Stream takes a megabyte
            write(folder / f"{title}_{kind}_{name}.{suffix}", ev)


if __name__ == "__main__":
    if len(sys.argv) < 3 or sys.argv[1] not in ("verify", "golden"):
        sys.exit(__doc__)
    sys.exit(1 if (verify if sys.argv[1] == "verify" else golden)(*sys.argv[2:]) else 0)
