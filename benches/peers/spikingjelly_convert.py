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

Our example is called after the peer for each network, if it was built: `models=M steps=T images=N batch=B`. It prints
one JSON object with `accuracy_at` (fractions by steps, when B is above 1) and `cpu_ms_per_image`; without it
`ms_per_image`, which is wall time, is compared with the peer's processor time, and the table says so.

Equal accuracy is told in two ways: what the peer's best mode reaches with all its steps, where ours may stop as soon as
it is as good; and the accuracy of the analog network less `--loss`, where either side stops as soon as it is reached.
Both are timed anew with their number of steps, never scaled.
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


def our_run(example, model, timesteps, batch, count, options):
    """One call of our example."""
    words = [f"models={model}", f"steps={timesteps}", f"images={count}", f"batch={batch}", f"options={options}"]
    done = subprocess.run([example, *words], check=True, capture_output=True, text=True)
    return json.loads(done.stdout)


def our_time(example, model, timesteps, batch, options):
    # Processor time is counted in ticks of some milliseconds: enough images for many of them.
    found = our_run(example, model, timesteps, batch, 1000, options)
    if "cpu_ms_per_image" in found:
        return found["cpu_ms_per_image"], "processor"
    return found["ms_per_image"], "wall"


def compare(result, count, loss, example, options):
    """Ratios of times, the peer over ours, always against the mode and way of the peer that costs least."""
    model = result["model"]
    mine = our_run(example, model, TIMESTEPS[-1], 100, count, options)["accuracy_at"]
    mine = {int(steps): 100 * value for steps, value in mine.items()}
    result["ours"] = {"accuracy_at": mine, "works": []}
    print("| ours | " + " | ".join(f"{mine[t]:.2f}" for t in TIMESTEPS) + " |")
    for number, (timesteps, batch, runs) in enumerate(WORKS):
        peers = {}
        for mode, found in result["modes"].items():
            best = fastest(found["works"][number]) if "works" in found else None
            if best is not None:
                peers[mode] = best[0], best[1]["cpu_ms_per_image"], found["accuracy_at"]
        if not peers:
            ours_ms, kind = our_time(example, model, timesteps, batch, options)
            print(f"{model}, batch {batch}: the peer refuses it; ours T={timesteps} {ours_ms:.4f} ms ({kind})")
            continue

        def ratio(name, mode, steps, our_steps):
            if our_steps is None:
                print(f"  {name}: ours does not reach it")
                return
            way, peer_ms, _ = peers[mode]
            if steps != timesteps:
                peer_ms = child("time", model, mode, way, steps, batch, runs)["cpu_ms_per_image"]
            ours_ms, kind = our_time(example, model, our_steps, batch, options)
            row = {"name": name, "batch": batch, "mode": mode, "step_mode": way, "peer_timesteps": steps}
            row |= {"peer_cpu_ms": peer_ms, "our_timesteps": our_steps, "our_ms": ours_ms, "our_clock": kind}
            result["ours"]["works"].append(row)
            print(
                f"  {name}: {peer_ms / ours_ms:.1f} ({mode} {way} T={steps} {peer_ms:.4f} ms processor, "
                f"ours T={our_steps} {ours_ms:.4f} ms {kind})",
                flush=True,
            )

        print(f"{model}, batch {batch}, load {os.getloadavg()[0]:.2f}: time of the peer over ours")
        cheapest = min(peers, key=lambda m: peers[m][1])
        ratio("equal T", cheapest, timesteps, timesteps)
        # The accuracy of the best mode; among equals the cheapest.
        best = max(peers, key=lambda m: (peers[m][2][str(timesteps)], -peers[m][1]))
        reached = peers[best][2][str(timesteps)]
        ratio(f"peer's best {reached:.2f} %", best, timesteps, first_reaching(mine, reached))
        target = result["analog"] - loss
        earliest = {m: t for m, (_, _, a) in peers.items() if (t := first_reaching(a, target)) is not None}
        name = f"analog less {loss}, {target:.2f} %"
        if not earliest:
            print(f"  {name}: the peer does not reach it")
            continue
        soonest = min(earliest, key=lambda m: earliest[m] * peers[m][1])
        ratio(name, soonest, earliest[soonest], first_reaching(mine, target))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("models", nargs="*", help=f"of {', '.join(MODELS)}; all by default")
    parser.add_argument("--images", type=int, default=1000, help="test images for accuracy, 1 to 10000")
    parser.add_argument("--loss", type=float, default=0.2, help="points below the analog accuracy that count as equal")
    parser.add_argument("--example", type=Path, default=EXAMPLE, help="our program, if it was built elsewhere")
    parser.add_argument("--options", default="{}", help="conversion options of ours as JSON")
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
    if not arguments.example.exists():
        print(f"{arguments.example} is missing: ours is not measured", file=sys.stderr)
    results = []
    for model in arguments.models or MODELS:
        results.append(measure(model, arguments.images))
        if arguments.example.exists():
            compare(results[-1], arguments.images, arguments.loss, arguments.example, arguments.options)
        if arguments.json:
            arguments.json.write_text(json.dumps(results, indent=1) + "\n")


if __name__ == "__main__":
    main()
