#!/usr/bin/env python3
"""Writes `networks_brian2.json` or `networks_nest.json`: small random networks, their output spikes, final states and
weights.

    python3 networks.py brian2     # brian2==2.9.0, numpy<2.4
    python3 networks.py nest       # nest-simulator==3.10.0
"""
import json
import pathlib
import sys

import numpy as np

DT, STEPS, INPUTS, NEURONS = 0.1, 1500, 8, 5


def spikes(rng, rows, per_step):
    return [sorted({int(s) for s in np.nonzero(rng.random(STEPS - 1) < per_step)[0] + 1}) for _ in range(rows)]


def network(seed, scale, max_delay, min_delay):
    rng = np.random.default_rng(seed)
    pairs = [(i, j) for i in range(INPUTS) for j in range(NEURONS) if rng.random() < 0.7]
    weights = [float(w) for w in np.round(scale * (rng.random(len(pairs)) - 0.2), 3)]
    delays = [int(d) for d in rng.integers(min_delay, max_delay + 1, len(pairs))]
    return spikes(rng, INPUTS, 0.03), [[i, j, w, d] for (i, j), w, d in zip(pairs, weights, delays)]


LIF = [
    # name, program, options, seed, weight scale, largest delay
    ("delta_mv_delays", "brian2", {"rest": -70.0, "threshold": -50.0, "reset": {"to": -60.0}, "initial": -65.0}, 1, 16.0, 60),
    ("delta_integrating", "brian2", {"refractoriness": "integrating", "refractory_ms": 3.0, "tau_ms": 10.0}, 2, 0.9, 0),
    ("exp_integrating", "brian2", {"refractoriness": "integrating", "synapse": {"exponential": {"tau_ms": 3.0}}}, 3, 5.0, 9),
    ("exp_slow_bias", "brian2", {"synapse": {"exponential": {"tau_ms": 30.0}}, "bias": 0.8, "tau_ms": 8.0, "resistance": 2.0}, 4, 0.25, 25),
    ("delta_subtract", "brian2", {"reset": "subtract", "refractory_ms": 0.0, "bias": 0.9}, 5, 0.8, 3),
    ("delta_kept_input", "nest", {"rest": -70.0, "threshold": -55.0, "reset": {"to": -70.0}, "initial": -70.0, "refractoriness": "accumulating", "refractory_ms": 4.0, "schedule": "nest"}, 6, 14.0, 30),
    ("delta_bias", "nest", {"tau_ms": 10.0, "resistance": 0.04, "bias": 30.0, "refractory_ms": 0.5, "schedule": "nest"}, 7, 0.6, 1),
    ("exp_mv", "nest", {"rest": -70.0, "threshold": -55.0, "reset": {"to": -72.0}, "initial": -66.0, "tau_ms": 10.0, "resistance": 0.04, "bias": 100.0, "synapse": {"exponential": {"tau_ms": 2.0}}, "schedule": "nest"}, 8, 2500.0, 40),
]

STDP = [
    ("multiplicative", "brian2", {"dependence": "multiplicative", "tau_post_ms": 35.0}, 11, 12),
    ("nearest", "brian2", {"pairing": "nearest_neighbour", "potentiation": 0.04, "depression": 0.02}, 12, 0),
    ("soft_range", "brian2", {"dependence": "multiplicative", "max_weight": 2.0}, 13, 3),
    ("multiplicative", "nest", {"dependence": {"power": {"potentiation": 1.0, "depression": 1.0}}, "order": "nest"}, 14, 15),
    ("power", "nest", {"dependence": {"power": {"potentiation": 0.4, "depression": 0.4}}, "tau_pre_ms": 15.0, "max_weight": 2.0, "order": "nest"}, 15, 40),
    ("nearest", "nest", {"pairing": "nearest_neighbour", "dependence": {"power": {"potentiation": 0.0, "depression": 0.0}}, "potentiation": 0.03, "depression": 0.02, "order": "nest"}, 16, 4),
]

DEFAULTS = {
    "tau_ms": 20.0, "threshold": 1.0, "rest": 0.0, "initial": 0.0, "reset": "zero", "refractory_ms": 2.0,
    "refractoriness": "held", "synapse": "delta", "resistance": 1.0, "bias": 0.0,
}
STDP_DEFAULTS = {
    "tau_pre_ms": 20.0, "tau_post_ms": 20.0, "potentiation": 0.01, "depression": 0.0105, "max_weight": 1.0,
    "dependence": "additive", "pairing": "all_to_all",
}


def tau_syn(o):
    return o["synapse"]["exponential"]["tau_ms"] if isinstance(o["synapse"], dict) else None


def flat(rows):
    return [i for i, row in enumerate(rows) for _ in row], [s for row in rows for s in row]


def lif_brian2(o, inputs, synapses):
    import brian2 as b

    b.prefs.codegen.target = "numpy"
    b.start_scope()
    b.defaultclock.dt = DT * b.ms
    o = {**DEFAULTS, **o}
    rows, steps = flat(inputs)
    group = b.SpikeGeneratorGroup(INPUTS, rows, np.array(steps) * DT * b.ms)
    current = tau_syn(o)
    drive = f"{o['resistance']!r}*({'I + ' if current else ''}{o['bias']!r})"
    flag = " (unless refractory)" if o["refractoriness"] == "held" and o["refractory_ms"] else ""
    model = f"dv/dt = ({o['rest']!r} - v + {drive})/({o['tau_ms']!r}*ms) : 1{flag}\n"
    if current:
        model += f"dI/dt = -I/({current!r}*ms) : 1\n"
    reset = {"zero": "v = 0", "subtract": f"v -= {o['threshold'] - o['rest']!r}"}
    reset = f"v = {o['reset']['to']!r}" if isinstance(o["reset"], dict) else reset[o["reset"]]
    extra = {"refractory": o["refractory_ms"] * b.ms} if o["refractory_ms"] else {}
    neurons = b.NeuronGroup(NEURONS, model, threshold=f"v >= {o['threshold']!r}", reset=reset, method="exact", **extra)
    neurons.v = o["initial"]
    s = b.Synapses(group, neurons, "w : 1", on_pre="I_post += w" if current else "v_post += w")
    s.connect(i=[x[0] for x in synapses], j=[x[1] for x in synapses])
    s.w = [x[2] for x in synapses]
    s.delay = np.array([x[3] for x in synapses]) * DT * b.ms
    monitor = b.SpikeMonitor(neurons)
    b.Network(group, neurons, s, monitor).run(STEPS * DT * b.ms)
    out = [[round(float(t / (DT * b.ms))) for t in monitor.t[monitor.i == n]] for n in range(NEURONS)]
    return out, [float(v) for v in neurons.v[:]], [float(i) for i in neurons.I[:]] if current else []


def lif_nest(o, inputs, synapses):
    import nest as n

    n.ResetKernel()
    n.set(resolution=DT)
    o = {**DEFAULTS, **o}
    current = tau_syn(o)
    params = {
        "tau_m": o["tau_ms"], "C_m": o["tau_ms"] / o["resistance"], "E_L": o["rest"], "V_th": o["threshold"],
        "V_reset": o["reset"]["to"] if isinstance(o["reset"], dict) else 0.0, "V_m": o["initial"],
        "t_ref": o["refractory_ms"], "I_e": o["bias"],
    }
    if current:
        params |= {"tau_syn_ex": current, "tau_syn_in": current}
    else:
        params["refractory_input"] = o["refractoriness"] == "accumulating"
    neurons = n.Create("iaf_psc_exp" if current else "iaf_psc_delta", NEURONS, params)
    sources = n.Create("spike_generator", INPUTS, [{"spike_times": [round(s * DT, 1) for s in row]} for row in inputs])
    for i, j, w, d in synapses:
        n.Connect(sources[i], neurons[j], syn_spec={"weight": w, "delay": d * DT})
    recorder = n.Create("spike_recorder")
    n.Connect(neurons, recorder)
    names = ["V_m", "I_syn_ex", "I_syn_in"] if current else ["V_m"]
    meter = n.Create("multimeter", {"record_from": names, "interval": DT})
    n.Connect(meter, neurons)
    # Step k of ours is grid time k*dt; the meter needs a few steps more to hand over the last of STEPS.
    n.Simulate((STEPS + 5) * DT)
    ids = neurons.tolist()
    senders, times = recorder.events["senders"], recorder.events["times"]
    out = [[round(float(t) / DT) for t in sorted(times[senders == k])] for k in ids]
    out = [[step for step in row if step < STEPS] for row in out]
    last = np.round(meter.events["times"] / DT).astype(int) == STEPS - 1
    state = lambda name: [float(meter.events[name][last & (meter.events["senders"] == k)][0]) for k in ids]
    currents = [a + b for a, b in zip(state("I_syn_ex"), state("I_syn_in"))] if current else []
    return out, state("V_m"), currents


def stdp_brian2(o, pre, post, synapses):
    import brian2 as b

    b.prefs.codegen.target = "numpy"
    b.start_scope()
    b.defaultclock.dt = DT * b.ms
    o = {**STDP_DEFAULTS, **o}
    groups = []
    for rows in (pre, post):
        neuron, steps = flat(rows)
        groups.append(b.SpikeGeneratorGroup(len(rows), neuron, np.array(steps) * DT * b.ms))
    wmax = o["max_weight"]
    up, down = {"additive": ("1", "1"), "multiplicative": (f"(1 - w/{wmax!r})", f"(w/{wmax!r})")}[o["dependence"]]
    rise = "= 1" if o["pairing"] == "nearest_neighbour" else "+= 1"
    s = b.Synapses(
        *groups,
        f"w : 1\ndx/dt = -x/({o['tau_pre_ms']!r}*ms) : 1 (clock-driven)\ndy/dt = -y/({o['tau_post_ms']!r}*ms) : 1 (clock-driven)",
        on_pre=f"x {rise}\nw = clip(w - {o['depression']!r}*{down}*y, 0, {wmax!r})",
        on_post=f"y {rise}\nw = clip(w + {o['potentiation']!r}*{up}*x, 0, {wmax!r})",
        method="exact",
    )
    s.connect(i=[x[0] for x in synapses], j=[x[1] for x in synapses])
    s.w = [x[2] for x in synapses]
    s.pre.delay = np.array([x[3] for x in synapses]) * DT * b.ms
    b.Network(*groups, s).run(STEPS * DT * b.ms)
    return [float(w) for w in s.w[:]]


def stdp_nest(o, pre, post, synapses):
    import nest as n

    n.ResetKernel()
    n.set(resolution=DT)
    o = {**STDP_DEFAULTS, **o}
    wmax, power = o["max_weight"], o["dependence"]["power"]
    nearest = o["pairing"] == "nearest_neighbour"
    # The relays add one step to both sides.
    sides = []
    for rows in (pre, post):
        generators = n.Create("spike_generator", len(rows), [{"spike_times": [round(s * DT, 1) for s in r]} for r in rows])
        relays = n.Create("parrot_neuron", len(rows))
        n.Connect(generators, relays, "one_to_one", {"delay": DT})
        sides.append(relays)
    sides[1].set(tau_minus=o["tau_post_ms"])
    params = {
        "tau_plus": o["tau_pre_ms"], "lambda": o["potentiation"] / wmax, "alpha": o["depression"] / o["potentiation"],
        "Wmax": wmax, "mu_plus": power["potentiation"], "mu_minus": power["depression"], "receptor_type": 1,
    }
    for i, j, w, d in synapses:
        model = "stdp_nn_symm_synapse" if nearest else "stdp_synapse"
        n.Connect(sides[0][i], sides[1][j], syn_spec={"synapse_model": model, "weight": w, "delay": d * DT, **params})
    n.Simulate(STEPS * DT + 1.0)
    weights = []
    for i, j, _, _ in synapses:
        weights.append(float(n.GetConnections(sides[0][i], sides[1][j]).weight))
    return weights


def main():
    program = sys.argv[1]
    run_lif, run_stdp = {"brian2": (lif_brian2, stdp_brian2), "nest": (lif_nest, stdp_nest)}[program]
    least = 1 if program == "nest" else 0
    lif, stdp = [], []
    for name, of, options, seed, scale, longest in LIF:
        if of == program:
            inputs, synapses = network(seed, scale, longest, least)
            outputs, v, current = run_lif(options, inputs, synapses)
            print(name, [len(row) for row in outputs], file=sys.stderr)
            lif.append({"name": name, "options": options, "inputs": inputs, "synapses": synapses, "outputs": outputs,
                        "v": v, "current": current})
    for name, of, options, seed, longest in STDP:
        if of == program:
            rng = np.random.default_rng(seed)
            pre, synapses = network(seed, 1.0, longest, least)
            top = options.get("max_weight", 1.0)
            synapses = [[i, j, round(0.1 + 0.8 * top * k / len(synapses), 6), d] for k, (i, j, _, d) in enumerate(synapses)]
            post = spikes(rng, NEURONS, 0.02)
            # Some coincident pairs.
            post[0] = sorted(set(post[0]) | set(pre[0][::3]))
            if options.get("pairing") == "nearest_neighbour":
                # NEST pairs what comes before the first presynaptic spike with one at time 0, which nobody sent.
                pre = [sorted({5 + i} | set(row)) for i, row in enumerate(pre)]
                post = [[s for s in row if s > 20] for row in post]
            weights = run_stdp(options, pre, post, synapses)
            stdp.append({"name": name, "options": options, "pre": pre, "post": post, "synapses": synapses, "weights": weights})
    path = pathlib.Path(__file__).with_name(f"networks_{program}.json")
    path.write_text(json.dumps({"dt_ms": DT, "num_steps": STEPS, "lif": lif, "stdp": stdp}, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
