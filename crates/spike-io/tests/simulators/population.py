#!/usr/bin/env python3
"""A population of neurons of ours against the same in Brian2 or NEST, driven by the same exported spikes.

    cargo run --release -p spike --example lif_population -- SPIKES.spk OURS.npz brian2 delta
    spike export SPIKES.spk --to brian2 --in-sequence -o FEED
    python3 population.py FEED OURS.npz        # builds the network of OURS.npz, runs it on FEED, compares

Prints a line for each neuron. Exit code 1 if any spike of any neuron differs, or if hardly any neuron spikes.
Brian2 2.9.0 needs numpy below 2.4; NEST is nest-simulator 3.10.0.
"""
import json
import pathlib
import sys

import numpy as np


def brian2_spikes(feed, network, options):
    """Neurons and steps of the output, on the grid of the feed."""
    import brian2 as b
    import feed_brian2

    b.prefs.codegen.target = "numpy"
    dt = feed["dt_ns"] / 1e9 * b.second
    b.defaultclock.dt = dt
    inputs = feed_brian2.source(feed)
    tau_syn = tau_syn_ms(options)
    model = f"dv/dt = ({'I' if tau_syn else '0'} - v)/({options['tau_ms']!r}*ms) : 1 (unless refractory)\n"
    if tau_syn:
        model += f"dI/dt = -I/({tau_syn!r}*ms) : 1\n"
    neurons = b.NeuronGroup(network["num_targets"].item(), model, threshold=f"v >= {options['threshold']!r}",
                            reset="v = 0", refractory=options["refractory_ms"] * b.ms, method="exact")
    synapses = b.Synapses(inputs, neurons, "w : 1", on_pre="I_post += w" if tau_syn else "v_post += w")
    synapses.connect(i=network["source"], j=network["target"])
    synapses.w = network["weight"]
    synapses.delay = network["delay_steps"] * dt
    monitor = b.SpikeMonitor(neurons)
    b.Network(inputs, neurons, synapses, monitor).run(feed_brian2.num_steps(feed) * feed["dt_ns"] / 1e9 * b.second)
    return f"Brian2 {b.__version__}", np.array(monitor.i), np.rint(np.array(monitor.t / dt)).astype(int)


def nest_spikes(feed, network, options):
    """Neurons and steps of the output, on the grid of the feed."""
    import feed_nest
    import nest

    nest.ResetKernel()
    nest.resolution = feed["dt_ms"]
    generators = feed_nest.sources(feed)
    tau_syn = tau_syn_ms(options)
    parameters = {"tau_m": options["tau_ms"], "C_m": options["tau_ms"], "E_L": 0.0, "V_m": 0.0, "V_reset": 0.0,
                  "V_th": options["threshold"], "t_ref": options["refractory_ms"], "I_e": 0.0}
    if tau_syn:
        parameters |= {"tau_syn_ex": tau_syn, "tau_syn_in": tau_syn}
    neurons = nest.Create("iaf_psc_exp" if tau_syn else "iaf_psc_delta", network["num_targets"].item(), parameters)
    first_source, first_target = generators[0].global_id, neurons[0].global_id
    nest.Connect(network["source"] + first_source, network["target"] + first_target, "one_to_one",
                 {"weight": network["weight"], "delay": network["delay_steps"] * feed["dt_ms"]})
    recorder = nest.Create("spike_recorder")
    nest.Connect(neurons, recorder)
    # The recorder hears a spike 1 ms, its delay, after it was sent.
    nest.Simulate(feed["duration_ms"] + 1.0)
    events = recorder.get("events")
    steps = np.rint(np.asarray(events["times"]) / feed["dt_ms"]).astype(int)
    inside = steps < feed_nest.num_steps(feed)
    return f"NEST {nest.__version__}", np.asarray(events["senders"])[inside] - first_target, steps[inside]


def tau_syn_ms(options):
    return options["synapse"]["exponential"]["tau_ms"] if isinstance(options["synapse"], dict) else None


def main():
    folder, ours = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    with np.load(ours) as arrays:
        network = {name: arrays[name] for name in arrays.files}
    options = json.loads(network["options"].tobytes())
    program = options["schedule"]
    sys.path.insert(0, str(folder))
    feed = __import__(f"feed_{program}").load()
    run = {"brian2": brian2_spikes, "nest": nest_spikes}[program]
    version, neuron, step = run(feed, network, options)
    # All spikes of the feed come this many steps later than in our file, and so does all that follows from them.
    step = step - feed["shift_steps"]
    different = 0
    print(f"{'neuron':>6} {'ours':>5} {'theirs':>6}  {version}, {program} {options['synapse']}")
    for n in range(network["num_targets"].item()):
        a = np.sort(network["output_step"][network["output_neuron"] == n])
        b = np.sort(step[neuron == n])
        same = np.array_equal(a, b)
        different += not same
        first = "" if same else f", first at step {min(set(a.tolist()) ^ set(b.tolist()))}"
        print(f"{n:>6} {a.size:>5} {b.size:>6}  {'equal' if same else 'DIFFERENT' + first}")
    spikes, active = network["output_step"].size, np.unique(network["output_neuron"]).size
    print(f"{version}: {spikes} spikes of ours, {step.size} of theirs, {different} neurons differ")
    if spikes < 200 or active < network["num_targets"].item() // 2:
        sys.exit(f"only {spikes} spikes of {active} neurons: too few to compare")
    sys.exit(1 if different else 0)


if __name__ == "__main__":
    main()
