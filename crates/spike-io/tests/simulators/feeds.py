#!/usr/bin/env python3
"""Exported feeds against the simulators: every script is run, and its source must send exactly the spikes exported.

    python3 feeds.py SPIKE PYTHON_BRIAN2 PYTHON_NEST [DIGITS.csv]

SPIKE is the binary; the two interpreters have requirements-brian2.txt and requirements-nest.txt. Expected spikes are
computed here, from the text of a csv of spikes and in whole nanoseconds. Feeds for Lava and torch are checked by shape,
type and values. Prints a line for each check; exit code 1 if any fails.
"""
import collections
import json
import pathlib
import py_compile
import subprocess
import sys
import tempfile

import numpy as np

SPIKE, BRIAN2, NEST = sys.argv[1:4]
FIRST_STEP = {"brian2": 0, "nest": 1, "pynn": 2, "lava": 0, "nengo": 0, "torch": 0}
UNIT_NS = {"brian2": 10**9, "nest": 10**6, "pynn": 10**6}
DIVIDE = {
    "exact": lambda t, dt: t // dt,
    "floor": lambda t, dt: t // dt,
    "round": lambda t, dt: (2 * t + dt) // (2 * dt),
    "ceil": lambda t, dt: -(-t // dt),
}

# A case: samples of rows of steps, and how they are exported.
Case = collections.namedtuple("Case", "name dt_ns num_steps samples targets options rule new_dt_ns sequence")


def case(name, samples, *, dt_ns=100_000, num_steps=100, targets=tuple(FIRST_STEP), options="", rule="exact",
         new_dt_ns=None, sequence=False):
    return Case(name, dt_ns, num_steps, samples, targets, options, rule, new_dt_ns or dt_ns, sequence)


def cases():
    rng = np.random.default_rng(5)
    ragged = [sorted(set(rng.integers(0, 1000, n).tolist())) for n in [0, 1, 300, 0, 7, 60, 0]]
    later = [[s for s in row if s > 4] for row in ragged]
    three = [[sorted(set(rng.integers(0, 50, n).tolist())) for n in [3, 0, 8]] for _ in range(3)]
    times = tuple(UNIT_NS)
    return [
        case("first and last step, empty neurons", [[[], [0, 1, 2, 99], [], [99]]]),
        case("second step", [[[1], [], [5]]]),
        case("silent", [[[], [], []]]),
        case("one neuron", [[[0, 3, 50]]]),
        case("one silent neuron", [[[]]]),
        case("ragged", [ragged], num_steps=1000),
        case("ragged, nothing early", [later], num_steps=1000),
        case("every second decimal", [[list(range(0, 1000, 2)), list(range(1, 1000, 2))]], num_steps=1000),
        case("steps of 1 us", [[[0, 1, 2, 700], [999]]], dt_ns=1000, num_steps=1000),
        case("steps of 1/8 ms", [[[0, 1, 2, 70], [7]]], dt_ns=125_000),
        case("samples side by side", three, num_steps=50),
        case("samples in sequence", three, num_steps=50, options="--in-sequence", sequence=True,
             targets=("brian2", "nest", "pynn", "lava", "nengo")),
        case("one sample of three", [three[1]], num_steps=50, options="--sample 1"),
        case("coarser, floor", [ragged], num_steps=1000, new_dt_ns=1_000_000, rule="floor",
             options="--dt-ms 1 --grid floor --duplicates merge"),
        case("coarser, ceil", [ragged], num_steps=1000, new_dt_ns=1_000_000, rule="ceil",
             options="--dt-ms 1 --grid ceil --duplicates merge"),
        case("off the grid, round", [later], num_steps=1000, new_dt_ns=250_000, rule="round", targets=times,
             options="--dt-ms 0.25 --grid round --duplicates merge"),
        case("finer, exact", [later], num_steps=1000, new_dt_ns=50_000, options="--dt-ms 0.05", targets=times),
        case("shifted", [[[0, 4], []]], options="--shift-steps 7", targets=("brian2", "nest", "lava", "torch")),
    ]


def csv(c, samples):
    header = {"first_sample": 0, "header": {"grid": {"dt_ns": c.dt_ns, "num_steps": c.num_steps},
              "num_neurons": len(samples[0]), "encoding": None,
              "provenance": {"program": "feeds.py", "source": c.name, "source_samples": len(samples)}}}
    lines = [f"{b},{n},{s}" for b, rows in enumerate(samples) for n, row in enumerate(rows) for s in row]
    end = {"num_samples": len(samples), "num_spikes": len(lines)}
    lines = ["# spike csv 1 " + json.dumps(header), "sample,neuron,step", *lines, "# end " + json.dumps(end)]
    return "\n".join(lines) + "\n"


def read_csv(path):
    """Samples of rows of steps, dt and number of steps, from the text alone."""
    lines = path.read_text().splitlines()
    header = json.loads(lines[0].removeprefix("# spike csv 1 "))
    end = json.loads(lines[-1].removeprefix("# end "))
    samples = [[[] for _ in range(header["header"]["num_neurons"])] for _ in range(end["num_samples"])]
    for line in lines[2:-1]:
        sample, neuron, step = map(int, line.split(","))
        samples[sample - header["first_sample"]][neuron].append(step)
    return samples, header["header"]["grid"]["dt_ns"], header["header"]["grid"]["num_steps"]


class Expected:
    """What must come out: steps of the simulator by row, and the report, in whole numbers."""

    def __init__(self, c, target):
        divide = DIVIDE[c.rule]
        self.moved = self.merged = self.shift_ns = 0
        last = divide((c.num_steps - 1) * c.dt_ns, c.new_dt_ns) + 1
        self.num_steps = max(-(-c.num_steps * c.dt_ns // c.new_dt_ns), last)
        neurons = len(c.samples[0])
        rows = [[] for _ in range(neurons * (1 if c.sequence else len(c.samples)))]
        for b, sample in enumerate(c.samples):
            for n, row in enumerate(sample):
                steps = [divide(s * c.dt_ns, c.new_dt_ns) for s in row]
                away = [abs(new * c.new_dt_ns - old * c.dt_ns) for old, new in zip(row, steps)]
                self.moved += sum(d > 0 for d in away)
                self.shift_ns = max([self.shift_ns, *away])
                kept = sorted(set(steps))
                self.merged += len(steps) - len(kept)
                start = b * self.num_steps if c.sequence else 0
                rows[n if c.sequence else b * neurons + n] += [start + s for s in kept]
        first = min((row[0] for row in rows if row), default=None)
        self.shift = 0 if first is None else max(0, FIRST_STEP[target] - first)
        if "--shift-steps" in c.options:
            self.shift = int(c.options.split()[-1])
        self.rows = [[self.shift + s for s in row] for row in rows]
        self.total = self.shift + self.num_steps * (len(c.samples) if c.sequence else 1)
        self.pairs = [(n, s) for n, row in enumerate(self.rows) for s in row]


def check_report(report, expected):
    found = [report["grid"][k] for k in ("moved", "merged", "clipped")] + [report["shift_steps"], report["num_spikes"]]
    assert found == [expected.moved, expected.merged, 0, expected.shift, len(expected.pairs)], found
    assert abs(report["grid"]["max_shift_ms"] - expected.shift_ns / 1e6) < 1e-12
    assert report["num_rows"] == len(expected.rows)


def check_array(path, c, target, expected):
    """Shape, type and every value of the arrays, with NumPy alone."""
    with np.load(path) as a:
        samples, neurons, dt = len(c.samples), len(c.samples[0]), c.new_dt_ns
        names = ("num_samples", "num_neurons", "num_steps", "shift_steps", "in_sequence", "dt_ns")
        about = [a[name].item() for name in names]
        assert about == [samples, neurons, expected.num_steps, expected.shift, int(c.sequence), dt], about
        assert a["dt_ms"].item() == dt / 1e6 and a["duration_ms"].item() == expected.total * dt / 1e6
        if target in UNIT_NS:
            assert a["indices"].dtype == np.int64 and a["times"].dtype == np.float64
            assert sorted(zip(a["indices"].tolist(), a["times"].tolist())) == [
                (n, s * dt / UNIT_NS[target]) for n, s in expected.pairs]
            assert a["time_unit_s"].item() == UNIT_NS[target] / 1e9
            for n in range(len(expected.rows)):
                assert (np.diff(a["times"][a["indices"] == n]) > 0).all()
            return
        dense = np.zeros((expected.total, len(expected.rows)))
        for n, s in expected.pairs:
            dense[s, n] = 1
        if target == "nengo":
            array, wanted = a["inputs"], dense * (1e9 / dt)
            assert array.dtype == np.float64
        elif target == "torch":
            array, wanted = a["spikes"], dense.reshape(expected.total, samples, neurons)
            assert array.dtype == np.float32
        else:
            one = c.sequence or samples == 1
            array, wanted = a["data"], dense.T if one else dense.T.reshape(samples, neurons, expected.total)
            assert array.dtype == (np.float64 if "float64" in c.options else np.int32)
        assert array.shape == wanted.shape and array.flags.c_contiguous, (array.shape, wanted.shape)
        assert (array == wanted).all()


def check_run(script, python, arguments, expected, dt_ns):
    """Runs the script; the simulator must have sent exactly the expected spikes, each once."""
    record = script.with_name("record.npz")
    record.unlink(missing_ok=True)
    done = subprocess.run([python, script, "--record", record, *arguments], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
    assert f"{len(expected.pairs)} spikes of" in done.stdout, done.stdout
    with np.load(record) as a:
        steps = a["times"] * (a["time_unit_s"].item() * 1e9) / dt_ns
        assert (np.abs(steps - np.rint(steps)) < 1e-3).all()
        found = sorted(zip(a["indices"].tolist(), np.rint(steps).astype(int).tolist()))
    missing = (collections.Counter(expected.pairs) - collections.Counter(found)).most_common(3)
    extra = (collections.Counter(found) - collections.Counter(expected.pairs)).most_common(3)
    assert found == expected.pairs, f"missing {missing}, extra {extra}"
    return record


def check_back(record, c, expected, folder):
    """What was recorded, imported again, is the spikes that were exported, on the grid of the simulator."""
    back = folder / "back.csv"
    run(["import", record, "-o", back])
    samples, dt_ns, num_steps = read_csv(back)
    assert (dt_ns, num_steps) == (c.new_dt_ns, expected.num_steps)
    neurons = len(c.samples[0])
    for b, sample in enumerate(samples):
        for n, row in enumerate(sample):
            start = expected.shift + (b * num_steps if c.sequence else 0)
            steps = expected.rows[n if c.sequence else b * neurons + n]
            assert row == [s - start for s in steps if start <= s < start + num_steps], (b, n)


def run(words):
    done = subprocess.run([SPIKE, *words], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def check(c, target, spikes, folder):
    output = folder / f"feed of {target}"
    report = json.loads(run(["export", spikes, "--to", target, "-o", output, "--json", *c.options.split()]))
    expected = Expected(c, target)
    check_report(report, expected)
    check_array(output / f"feed_{target}.npz", c, target, expected)
    script = output / f"feed_{target}.py"
    py_compile.compile(script, doraise=True)
    runs = {"brian2": [(BRIAN2, [])], "nest": [(NEST, [])], "nengo": [(NEST, [])], "pynn": [(NEST, [])]}.get(target, [])
    if target == "pynn" and len(expected.rows) > 1 and c.new_dt_ns % 100_000 == 0:
        # PyNN 0.13.0 on Brian2 takes no population of one, and rounds spike times to 0.1 ms.
        runs = runs + [(BRIAN2, ["--backend", "brian2"])]
    for python, arguments in runs:
        record = check_run(script, python, arguments, expected, c.new_dt_ns)
        check_back(record, c, expected, folder)
    return f"{len(expected.pairs)} spikes, {len(expected.rows)} rows, shift {expected.shift}, merged {expected.merged}"


# What each simulator does by itself: the reasons for the rules of the feeds. Each must hold.
RULES = {
    "NEST refuses a spike at time 0": (NEST, """
import nest
nest.Create("spike_generator", params={"spike_times": [0.0]})""", "cannot be set to 0"),
    "NEST refuses a spike between steps": (NEST, """
import nest
nest.Create("spike_generator", params={"spike_times": [1.04]})""", "not representable in current resolution"),
    "NEST refuses times out of order": (NEST, """
import nest
nest.Create("spike_generator", params={"spike_times": [2.0, 1.0]})""", "non-descending"),
    "PyNN on NEST refuses a spike at the first step": (NEST, """
import pyNN.nest as sim
from pyNN.parameters import Sequence
sim.setup(timestep=0.1, min_delay=0.1)
sim.Population(1, sim.SpikeSourceArray(spike_times=[Sequence([0.1])]))""", "cannot be set to 0"),
    "Brian2 refuses two spikes of a neuron in a step": (BRIAN2, """
from brian2 import *
prefs.codegen.target = "numpy"
group = SpikeGeneratorGroup(1, [0, 0], [1.01, 1.04] * ms, dt=0.1 * ms)
Network(group).run(2 * ms)""", "more than once during a time step"),
}


def check_rule(python, code, words):
    done = subprocess.run([python, "-c", code], capture_output=True, text=True)
    assert done.returncode != 0 and words in done.stderr + done.stdout, (done.stdout + done.stderr)[-2000:]
    return f"it says: {words}"


def main():
    failed = []

    def attempt(name, what):
        try:
            print(f"ok      {name}: {what()}", flush=True)
        except Exception as error:
            failed.append(name)
            print(f"FAILED  {name}: {type(error).__name__}: {error}", flush=True)

    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        todo = [(c, folder / "spikes.csv") for c in cases()]
        for path in map(pathlib.Path, sys.argv[4:]):
            samples, dt_ns, num_steps = read_csv(path)
            todo.append((case(path.name, samples, dt_ns=dt_ns, num_steps=num_steps), path))
            todo.append((case(f"{path.name} for Lava in reals", samples, dt_ns=dt_ns, num_steps=num_steps,
                              targets=("lava",), options="--lava-element float64"), path))
        for c, path in todo:
            if path.parent == folder:
                # The sample that is chosen has others around it.
                others = [[[] for _ in c.samples[0]], c.samples[0], c.samples[0]]
                path.write_text(csv(c, others if "--sample" in c.options else c.samples))
            for target in c.targets:
                attempt(f"{c.name} to {target}", lambda c=c, t=target, p=path: check(c, t, p, folder))
        for rule, (python, code, words) in RULES.items():
            attempt(rule, lambda: check_rule(python, code, words))
    print(f"{len(failed)} checks failed" if failed else "all feeds hold")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
