#!/usr/bin/env python3
"""SpikingJelly's conversion of the bundled networks (`ann2snn`): accuracy by steps and time per image, beside ours.

    cargo build --release -p spike-bench --example convert_network
    python3 benches/peers/spikingjelly_convert.py [--images 1000] [--json FILE] [mlp cnn_max ..]

Needs torch, safetensors and spikingjelly==2.0.0. The weights are those of `data/models/*.safetensors`; thresholds are
calibrated on the 2000 bundled calibration images in batches of 100; accuracy is over the first test images.

Time is measured with one thread, each case in a process of its own: one run to warm up, then the median of several
runs, conversion and loading left out. Processor and wall time are both given. Three ways to advance time are tried and
the fastest counts: step by step (`s`), all steps in one call (`m`), and 8 steps a call (`m8`), which keeps the tensors
small enough for the caches.

Our example is called in the same run, if it was built: it gets `--images N` and prints a JSON object a line for each
network, number of steps and batch that it timed: `model`, `timesteps`, `batch`, `cpu_ms_per_image`, and `accuracy_at`
(percent by steps, for the steps of the table below).

Equal accuracy is told in two ways: what the peer's best mode reaches with all its steps, where ours may stop as soon as
it is as good; and the accuracy of the analog network less `--loss`, where either side stops as soon as it is reached.
The peer is timed anew with that number of steps; so is ours, if the example printed it, and is otherwise scaled, which
is then said.
"""
import argparse
import contextlib
import gzip
import io
import json
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

for variable in ["OMP_NUM_THREADS", "MKL_NUM_THREADS"]:
    os.environ[variable] = "1"

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "target/release/examples/convert_network"
sys.path.insert(0, str(ROOT / "data/models/training"))

MODELS = ["mlp", "cnn_max", "cnn_avg", "rescnn", "attn_relu"]
TIMESTEPS = [1, 2, 4, 8, 16, 32, 64, 128, 256]
# Steps, images at once, timed runs.
WORKS = [(64, 100, 5), (256, 1, 11)]
STEP_MODES = ["s", "m", "m8"]
MODES = {
    "max": {"mode": "max"},
    "99.9%": {"mode": "99.9%"},
    "0.5": {"mode": 0.5},
    "channel 99.9% half": {"mode": "99.9%", "channel_wise": True, "half_threshold": True},
    "channel 99.9% half pool-first": {
        "mode": "99.9%",
        "channel_wise": True,
        "half_threshold": True,
        "pre_spike_maxpool": True,
    },
    "ltb": None,
}
TRANSFORMER_MODES = ["transformer td-equivalent", "transformer sta"]


def modes_of(model):
    if model == "attn_relu":
        return list(MODES) + TRANSFORMER_MODES
    return [mode for mode in MODES if model == "cnn_max" or "pool-first" not in mode]


def images(part, count):
    import numpy as np
    import torch

    folder = ROOT / "data/mnist"
    raw = gzip.decompress((folder / f"{part}-images-idx3-ubyte.gz").read_bytes())
    labels = gzip.decompress((folder / f"{part}-labels-idx1-ubyte.gz").read_bytes())
    pixels = np.frombuffer(raw, np.uint8, offset=16).reshape(-1, 1, 28, 28)[:count]
    return (
        torch.from_numpy(pixels.astype(np.float32) / np.float32(255)),
        torch.from_numpy(np.frombuffer(labels, np.uint8, offset=8)[:count].astype(np.int64)),
    )


def analog(model):
    from networks import NETWORKS
    from safetensors.torch import load_file

    network = NETWORKS[model]()
    network.load_state_dict(load_file(ROOT / f"data/models/{model}.safetensors"))
    return network.eval()


def convert(model, mode):
    from spikingjelly.activation_based import ann2snn

    batches = [(batch, None) for batch in images("calibration", 2000)[0].split(100)]
    if mode == "ltb":
        recipe = ann2snn.LocalThresholdBalancingRecipe(dataloader=batches)
    elif mode == "transformer td-equivalent":
        recipe = ann2snn.TransformerTDEquivalentRecipe()
    elif mode == "transformer sta":
        recipe = ann2snn.STATransformerRecipe(dataloader=batches, time_steps=32)
    else:
        recipe = ann2snn.RateCodingRecipe(dataloader=batches, **MODES[mode])
    # Progress bars and notices of the converter would mix with what is printed here.
    with contextlib.redirect_stderr(io.StringIO()), contextlib.redirect_stdout(io.StringIO()):
        return ann2snn.FXConverter(recipe=recipe).convert(analog(model)).eval()


def advance(network, x, timesteps, step_mode):
    """Sum of the outputs of all steps, from a reset state."""
    from spikingjelly.activation_based import functional

    functional.reset_net(network)
    if step_mode == "s":
        total = network(x)
        for _ in range(1, timesteps):
            total = total + network(x)
        return total
    steps = min(timesteps, int(step_mode[1:] or timesteps))
    repeated = x.unsqueeze(0).expand(steps, *x.shape)
    total = network(repeated).sum(0)
    for _ in range(1, timesteps // steps):
        total = total + network(repeated).sum(0)
    return total


def time_case(model, mode, step_mode, timesteps, batch, runs):
    import torch
    from spikingjelly.activation_based import functional

    network = convert(model, mode)
    functional.set_step_mode(network, step_mode[0])
    x = images("t10k", batch)[0]
    wall, cpu = [], []
    with torch.inference_mode():
        expected = advance(network, x, timesteps, step_mode)
        for _ in range(runs):
            start = time.perf_counter(), time.process_time()
            found = advance(network, x, timesteps, step_mode)
            wall.append(1e3 * (time.perf_counter() - start[0]) / batch)
            cpu.append(1e3 * (time.process_time() - start[1]) / batch)
    if not torch.equal(expected, found):
        raise SystemExit("two runs of the same network differ")
    return {
        "cpu_ms_per_image": statistics.median(cpu),
        "wall_ms_per_image": statistics.median(wall),
        "classes": found.argmax(1).tolist(),
    }


def accuracy_case(model, mode, count):
    import torch
    from spikingjelly.activation_based import functional

    x, labels = images("t10k", count)
    hits = dict.fromkeys(TIMESTEPS, 0)
    with torch.inference_mode():
        if mode == "analog":
            network = analog(model)
            right = [(network(a).argmax(1) == b).sum().item() for a, b in zip(x.split(100), labels.split(100))]
            return sum(right) / count
        network = convert(model, mode)
        functional.set_step_mode(network, "s")
        for a, b in zip(x.split(100), labels.split(100)):
            functional.reset_net(network)
            total = 0.0
            for step in range(1, TIMESTEPS[-1] + 1):
                total = total + network(a)
                if step in hits:
                    hits[step] += (total.argmax(1) == b).sum().item()
    return {str(step): 100 * n / count for step, n in hits.items()}


def child(*case):
    """Runs one case in a fresh process; a conversion that the peer refuses gives its words."""
    command = [sys.executable, __file__, "--case", json.dumps(case)]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        lines = done.stderr.strip().splitlines()
        return {"error": lines[-1] if lines else f"status {done.returncode}"}
    return json.loads(done.stdout.splitlines()[-1])


def run_case(case):
    import torch

    torch.set_num_threads(1)
    torch.set_num_interop_threads(1)
    kind, *arguments = case
    print(json.dumps(time_case(*arguments) if kind == "time" else accuracy_case(*arguments)))


def measure(model, count):
    result = {"model": model, "analog": 100 * child("accuracy", model, "analog", count), "modes": {}}
    print(f"\n{model}, analog {result['analog']:.2f} % of {count} images, load {os.getloadavg()[0]:.2f}")
    print("| mode | " + " | ".join(f"T={t}" for t in TIMESTEPS) + " | " + " | ".join(header(w) for w in WORKS) + " |")
    print("|---" * (1 + len(TIMESTEPS) + len(WORKS)) + "|")
    for mode in modes_of(model):
        accuracy = child("accuracy", model, mode, count)
        if "error" in accuracy:
            result["modes"][mode] = accuracy
            print(f"| {mode} | refused: {accuracy['error'][:150]} |", flush=True)
            continue
        works = []
        for timesteps, batch, runs in WORKS:
            tried = {way: child("time", model, mode, way, timesteps, batch, runs) for way in STEP_MODES}
            must_agree(model, mode, tried)
            works.append({"timesteps": timesteps, "batch": batch, "step_modes": tried})
        result["modes"][mode] = {"accuracy_at": accuracy, "works": works}
        cells = [f"{accuracy[str(t)]:.2f}" for t in TIMESTEPS] + [cell(fastest(w)) for w in works]
        print(f"| {mode} | " + " | ".join(cells) + " |", flush=True)
    return result


def must_agree(model, mode, tried):
    """The three ways compute one network, up to the rounding of sums; a way that computes another must not be timed."""
    answers = [times.pop("classes") for times in tried.values() if "error" not in times]
    for other in answers[1:]:
        differing = sum(a != b for a, b in zip(answers[0], other))
        if differing > len(other) // 10:
            raise SystemExit(f"{model}, {mode}: {differing} of {len(other)} classes depend on the step mode")


def header(work):
    return f"T={work[0]} batch {work[1]}: CPU, wall ms/image"


def fastest(work):
    timed = {way: times for way, times in work["step_modes"].items() if "error" not in times}
    if not timed:
        return None
    way = min(timed, key=lambda w: timed[w]["cpu_ms_per_image"])
    return way, timed[way]


def cell(found):
    if found is None:
        return "-"
    way, times = found
    return f"{times['cpu_ms_per_image']:.3f}, {times['wall_ms_per_image']:.3f} ({way})"


def first_reaching(accuracy_at, target):
    return min((int(steps) for steps, value in accuracy_at.items() if value >= target), default=None)


def peer_time(model, mode, way, timesteps, batch, runs):
    """Processor time at other numbers of steps than those of the table."""
    found = child("time", model, mode, way, timesteps, batch, runs)
    return found.get("cpu_ms_per_image")


def our_time(ours, model, timesteps, batch):
    """Processor time and a word on where it comes from."""
    mine = {o["timesteps"]: o["cpu_ms_per_image"] for o in ours if (o["model"], o["batch"]) == (model, batch)}
    if timesteps in mine:
        return mine[timesteps], ""
    nearest = min(mine, key=lambda t: abs(t - timesteps))
    return mine[nearest] * timesteps / nearest, f", scaled from T={nearest}"


def compare(results, ours, loss):
    """Ratios of processor times, the peer over ours, always against the mode and way of the peer that costs least."""
    if any(max(o["accuracy_at"].values()) <= 1 for o in ours):
        raise SystemExit(f"{EXAMPLE.name}: accuracy_at is to be in percent")
    print("\nProcessor time of the peer over ours")
    for result in results:
        model = result["model"]
        for number, (timesteps, batch, runs) in enumerate(WORKS):
            mine = next((o for o in ours if (o["model"], o["batch"]) == (model, batch)), None)
            peers = {}
            for mode, found in result["modes"].items():
                best = fastest(found["works"][number]) if "works" in found else None
                if best is not None:
                    peers[mode] = best[0], best[1]["cpu_ms_per_image"], found["accuracy_at"]
            if mine is None or not peers:
                continue

            def ratio(mode, steps, our_steps):
                if our_steps is None:
                    return "ours does not reach it"
                way, cpu_ms, _ = peers[mode]
                if steps != timesteps:
                    cpu_ms = peer_time(model, mode, way, steps, batch, runs)
                ours_ms, note = our_time(ours, model, our_steps, batch)
                times = f"{mode} T={steps} {cpu_ms:.3f} ms, ours T={our_steps} {ours_ms:.3f} ms{note}"
                return f"{cpu_ms / ours_ms:.1f} ({times})"

            print(f"{model}, batch {batch}")
            cheapest = min(peers, key=lambda m: peers[m][1])
            print(f"  equal T:                     {ratio(cheapest, timesteps, timesteps)}")
            # The accuracy of the best mode; among equals the cheapest.
            best = max(peers, key=lambda m: (peers[m][2][str(timesteps)], -peers[m][1]))
            reached = peers[best][2][str(timesteps)]
            ours_at = first_reaching(mine["accuracy_at"], reached)
            print(f"  peer's best, {reached:.2f} %:        {ratio(best, timesteps, ours_at)}")
            target = result["analog"] - loss
            earliest = {m: t for m, (_, _, a) in peers.items() if (t := first_reaching(a, target)) is not None}
            if not earliest:
                print(f"  analog less {loss}, {target:.2f} %:   the peer does not reach it")
                continue
            soonest = min(earliest, key=lambda m: earliest[m] * peers[m][1])
            ours_at = first_reaching(mine["accuracy_at"], target)
            print(f"  analog less {loss}, {target:.2f} %:   {ratio(soonest, earliest[soonest], ours_at)}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("models", nargs="*", help=f"of {', '.join(MODELS)}; all by default")
    parser.add_argument("--images", type=int, default=1000, help="test images for accuracy, 1 to 10000")
    parser.add_argument("--loss", type=float, default=0.2, help="points below the analog accuracy that count as equal")
    parser.add_argument("--json", type=Path, help="file for all figures")
    parser.add_argument("--case", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.case:
        run_case(json.loads(arguments.case))
        return
    unknown = set(arguments.models) - set(MODELS)
    if unknown:
        parser.error(f"unknown models {', '.join(sorted(unknown))}; there are {', '.join(MODELS)}")
    if not 1 <= arguments.images <= 10_000:
        parser.error(f"--images is {arguments.images}, but the test set has 10000")
    results = [measure(model, arguments.images) for model in arguments.models or MODELS]
    ours = []
    if EXAMPLE.exists():
        command = [EXAMPLE, "--images", str(arguments.images)]
        lines = subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()
        ours = [json.loads(line) for line in lines if line.startswith("{")]
        compare(results, ours, arguments.loss)
    else:
        print(f"\n{EXAMPLE} is missing: ours was not measured", file=sys.stderr)
    if arguments.json:
        arguments.json.write_text(json.dumps({"peer": results, "ours": ours}, indent=1))


if __name__ == "__main__":
    main()
