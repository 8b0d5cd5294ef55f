#!/usr/bin/env python3
"""Reading of long recordings beside the fastest other readers, one thread, from files in the cache of the system.

    cargo build --release -p spike-bench --example event_files
    python3 benches/peers/event_files.py target/release/examples/event_files EVT2.raw AEDAT4.aedat4 [EVENTS]

Needs the packages of crates/spike-io/tests/interop/requirements.txt and two real recordings, which are repeated to
50 million events. Prints million events per second of processor time, the fastest of some runs each; `stream`
holds all events in memory, as `expelliarmus` and `evt3` do; `pieces` is in constant memory, as the others are.
"""
import subprocess
import sys
import tempfile
import time
import pathlib

RUNS = 5


def expelliarmus(path):
    from expelliarmus import Wizard
    return len(Wizard(encoding="evt2", fpath=path).read())


def expelliarmus_chunks(path):
    from expelliarmus import Wizard
    wizard = Wizard(encoding="evt2", fpath=path, chunk_size=65536)
    return sum(len(chunk) for chunk in wizard.read_chunk())


def expelliarmus_dat(path):
    from expelliarmus import Wizard
    return len(Wizard(encoding="dat", fpath=path).read())


def evt3(path):
    import evt3
    return len(evt3.decode_file(str(path)))


def evt3_batches(path):
    import evt3
    return sum(len(batch) for batch in evt3.decode_file_batches(str(path)))


def aedat(path):
    import aedat
    return sum(len(p["events"]) for p in aedat.Decoder(str(path)) if "events" in p)


def faery(path):
    import faery
    return sum(len(p) for p in faery.events_stream_from_file(path, dimensions_fallback=(640, 480)))


def event_stream(path):
    import event_stream
    with event_stream.Decoder(str(path)) as decoder:
        return sum(len(p) for p in decoder)


CASES = [
    ("evt2", "none", "raw", {"expelliarmus": expelliarmus, "expelliarmus in chunks": expelliarmus_chunks, "faery": faery}),
    ("evt3", "none", "raw", {"evt3": evt3, "evt3 in batches": evt3_batches, "faery": faery}),
    ("aedat4", "none", "aedat4", {"aedat": aedat, "faery": faery}),
    ("aedat4", "lz4", "aedat4", {"aedat": aedat, "faery": faery}),
    ("aedat4", "zstd", "aedat4", {"aedat": aedat, "faery": faery}),
    ("dat", "none", "dat", {"expelliarmus": expelliarmus_dat, "faery": faery}),
    ("es", "none", "es", {"event-stream": event_stream, "faery": faery}),
]


def main(binary, evt2, aedat4, events="50000000"):
    folder = tempfile.TemporaryDirectory()
    print("| recording | format | reader | million events/s, processor | wall |\n|---|---|---|---|---|")
    for source in (evt2, aedat4):
        for kind, compression, suffix, peers in CASES:
            path = pathlib.Path(folder.name) / f"long.{suffix}"
            subprocess.run([binary, "make", source, path, kind, compression, events], check=True)
            rows = {}
            for _ in range(RUNS):
                for mode in ("pieces", "stream"):
                    line = [binary, "read", path, kind, mode]
                    count, wall, cpu, _ = subprocess.run(line, capture_output=True, text=True, check=True).stdout.split()
                    rows.setdefault(f"ours, {mode}", []).append((int(count) / float(cpu), int(count) / float(wall)))
                for name, read in peers.items():
                    try:
                        wall, cpu = time.perf_counter(), time.process_time()
                        count = read(path)
                        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
                    except BaseException as error:
                        rows[name] = [(float("nan"), float("nan"))]
                        print(f"{name}: {error}", file=sys.stderr)
                        continue
                    if count != int(events):
                        print(f"{name} found {count} events", file=sys.stderr)
                    rows.setdefault(name, []).append((count / cpu / 1e3, count / wall / 1e3))
            title = kind if compression == "none" and kind != "aedat4" else f"{kind} {compression}"
            for name, found in rows.items():
                cpu, wall = (max(column) / 1e3 for column in zip(*found))
                print(f"| {pathlib.Path(source).stem} | {title} | {name} | {cpu:.0f} | {wall:.0f} |", flush=True)


if __name__ == "__main__":
    if len(sys.argv) not in (4, 5):
        sys.exit(__doc__)
    main(*sys.argv[1:])
