#!/usr/bin/env python3
"""Brian2 and NEST on the work of the bench `lif/1000n-1000in-1s/*-delta-clock`.

1000 LIF neurons with delta synapses (tau 20 ms, threshold 1, 2 ms refractory), 1000 inputs at 20 Hz whose spikes are
given, 10 % of the pairs connected with weight 0.03, 1 s at 0.1 ms, one thread. Timed is the run alone, without
building the network and compiling code, as in our bench. Wall and processor time are both printed, since other
programs may share the machine.

    python3 benches/peers/lif_population.py [brian2] [nest]

Each program needs an environment of its own: brian2==2.9.0 with numpy<2.4 and cython, nest-simulator==3.10.0. A program
that was asked for and is missing is an error; without arguments, all that are installed are timed.
"""
import importlib.util
import statistics
import sys
import time

import numpy as np

NEURONS, INPUTS, RATE_HZ, PROBABILITY, WEIGHT = 1000, 1000, 20.0, 0.1, 0.03
STEPS, DT_MS, RUNS = 10_000, 0.1, 7


def work():
    rng = np.random.default_rng(1234)
    step, source = np.nonzero(rng.random((STEPS, INPUTS)) < RATE_HZ * DT_MS / 1e3)
    pre, post = np.nonzero(rng.random((INPUTS, NEURONS)) < PROBABILITY)
    return step, source, pre, post


def report(name, runs, spikes):
    wall, cpu = zip(*runs)
    print(
        f"{name}: wall {min(wall):.3f} s fastest, {statistics.median(wall):.3f} s median, "
        f"processor {min(cpu):.3f} s fastest, {spikes / NEURONS:.1f} Hz",
        flush=True,
    )


def timed(run):
    wall, cpu = time.perf_counter(), time.process_time()
    run()
    return time.perf_counter() - wall, time.process_time() - cpu


def brian2():
    import brian2 as b

    step, source, pre, post = work()
    for target in ["numpy", "cython"]:
        b.prefs.codegen.target = target
        b.start_scope()
        b.defaultclock.dt = DT_MS * b.ms
        inputs = b.SpikeGeneratorGroup(INPUTS, source, step * DT_MS * b.ms)
        neurons = b.NeuronGroup(
            NEURONS,
            "dv/dt = -v/(20*ms) : 1 (unless refractory)",
            threshold="v >= 1",
            reset="v = 0",
            refractory=2 * b.ms,
            method="exact",
        )
        synapses = b.Synapses(inputs, neurons, on_pre=f"v_post += {WEIGHT}")
        synapses.connect(i=pre, j=post)
        monitor = b.SpikeMonitor(neurons, record=False)
        network = b.Network(inputs, neurons, synapses, monitor)
        network.store()
        runs = []
        # The first run compiles and is not counted.
        for _ in range(RUNS + 1):
            network.restore()
            runs.append(timed(lambda: network.run(STEPS * DT_MS * b.ms)))
        report(f"Brian2 {b.__version__} {target}", runs[1:], monitor.num_spikes)


def nest():
    import nest as n

    step, source, pre, post = work()
    runs = []
    for _ in range(RUNS):
        n.ResetKernel()
        n.set_verbosity("M_ERROR")
        n.SetKernelStatus({"resolution": DT_MS, "local_num_threads": 1})
        # NEST takes no spike at time 0.
        times = [np.round((step[source == i] + 1) * DT_MS, 1) for i in range(INPUTS)]
        inputs = n.Create("spike_generator", INPUTS, [{"spike_times": t} for t in times])
        model = {"tau_m": 20.0, "C_m": 20.0, "E_L": 0.0, "V_th": 1.0, "V_reset": 0.0, "V_m": 0.0, "t_ref": 2.0}
        neurons = n.Create("iaf_psc_delta", NEURONS, model)
        ids_in, ids_out = np.array(inputs.tolist()), np.array(neurons.tolist())
        ones = np.ones(len(pre))
        synapse = {"synapse_model": "static_synapse", "weight": WEIGHT * ones, "delay": 1.0 * ones}
        n.Connect(ids_in[pre], ids_out[post], "one_to_one", synapse)
        recorder = n.Create("spike_recorder")
        n.Connect(neurons, recorder)
        n.Prepare()
        runs.append(timed(lambda: n.Run(STEPS * DT_MS)))
        n.Cleanup()
    report(f"NEST {n.__version__}", runs, recorder.n_events)


PEERS = {"brian2": brian2, "nest": nest}


def main():
    asked = sys.argv[1:]
    unknown = [name for name in asked if name not in PEERS]
    missing = [name for name in PEERS if importlib.util.find_spec(name) is None]
    if unknown or set(asked) & set(missing) or len(missing) == len(PEERS):
        sys.exit(f"unknown: {unknown or 'none'}; not installed here: {missing}; see the head of this file")
    for name, peer in PEERS.items():
        if name in asked or (not asked and name not in missing):
            peer()


if __name__ == "__main__":
    main()
