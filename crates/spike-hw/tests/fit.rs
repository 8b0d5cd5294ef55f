//! Partition and fit against an exhaustive search, and what the report says.

#![expect(clippy::unwrap_used, reason = "helpers of tests state what they expect")]

use spike_hw::{Board, LayerDemand, Remedy, Resource, SynapseFormat, fit};

fn board(name: &str) -> Board {
    Board::named(name).unwrap()
}

/// The fewest cores for a dense layer on a Loihi core, counted axon by axon and neuron by neuron.
fn exhaustive(inputs: u64, neurons: u64, next_cores: u64) -> u64 {
    (1..=neurons)
        .find(|cores| {
            let n = neurons.div_ceil(*cores);
            let bits: u64 = (0..inputs).map(|_| SynapseFormat::default().bits(n)).sum();
            n <= 1024 && inputs <= 4096 && bits <= 16_384 * 64 && n * next_cores <= 4096
        })
        .unwrap()
}

#[test]
fn dense_layers_take_the_fewest_cores() {
    for (inputs, hidden, outputs) in
        [(784, 512, 10), (1, 1, 1), (4096, 100, 3000), (10, 5000, 5000), (784, 1024, 1024), (3000, 3000, 3000)]
    {
        let layers = [LayerDemand::dense("hidden", inputs, hidden), LayerDemand::dense("output", hidden, outputs)];
        let report = fit(&board("loihi1"), &layers);
        if hidden > 4096 {
            assert!(!report.fits());
            continue;
        }
        assert!(report.fits(), "{report}");
        let last = exhaustive(hidden, outputs, 0);
        assert_eq!(report.layers[1].cores, last, "{report}");
        assert_eq!(report.layers[0].cores, exhaustive(inputs, hidden, last), "{report}");
        assert_eq!(report.cores, report.layers.iter().map(|layer| layer.cores).sum::<u64>());
        assert_eq!(report.chips, Some(report.cores.div_ceil(128)));
        for usage in report.layers.iter().flat_map(|layer| &layer.usage) {
            assert!(usage.used <= usage.available, "{report}");
        }
    }
}

#[test]
fn too_many_inputs_are_named_with_the_remedy() {
    let report = fit(&board("loihi1"), &[LayerDemand::dense("wide", 5000, 10)]);
    let [misfit] = &report.misfits[..] else { panic!("{report}") };
    assert_eq!((misfit.resource, misfit.needed, misfit.available), (Resource::InAxons, 5000, 4096));
    assert_eq!((misfit.excess(), &misfit.remedy), (904, &Remedy::FanIn { to: 4096 }));
    let text = report.to_string();
    assert!(text.contains("wide needs 5000 input axons a core, 904 more than the 4096 there are"), "{text}");
    let mended = LayerDemand { num_inputs: 5000, fan_in: 4096, ..LayerDemand::dense("wide", 5000, 10) };
    assert!(fit(&board("loihi1"), &[mended]).fits());
}

#[test]
fn every_limit_of_a_layer_is_checked_and_its_remedy_mends_it() {
    let good = LayerDemand::dense("layer", 100, 50);
    let cases = [
        (LayerDemand { weight_bits: 16, ..good.clone() }, Resource::WeightBits, Remedy::WeightBits { to: 8 }),
        (LayerDemand { max_delay_steps: 100, ..good.clone() }, Resource::Delay, Remedy::Delay { to: 62 }),
    ];
    for (layer, resource, remedy) in cases {
        let report = fit(&board("loihi1"), std::slice::from_ref(&layer));
        let [misfit] = &report.misfits[..] else { panic!("{report}") };
        assert_eq!((misfit.resource, &misfit.remedy), (resource, &remedy));
        let mended = match remedy {
            Remedy::WeightBits { to } => LayerDemand { weight_bits: to as u8, ..layer },
            Remedy::Delay { to } => LayerDemand { max_delay_steps: to as u32, ..layer },
            _ => unreachable!(),
        };
        assert!(fit(&board("loihi1"), &[mended]).fits());
    }
}

#[test]
fn distinct_configurations_ask_for_cores() {
    let layer = LayerDemand { thresholds: 40, ..LayerDemand::dense("layer", 10, 80) };
    let report = fit(&board("loihi1"), std::slice::from_ref(&layer));
    assert!(report.fits());
    assert_eq!((report.layers[0].cores, report.layers[0].bottleneck()), (10, Some(Resource::Thresholds)));
    let shared = LayerDemand { thresholds: 8, ..layer };
    assert_eq!(fit(&board("loihi1"), &[shared]).layers[0].cores, 1);
}

#[test]
fn memory_that_one_neuron_exceeds_is_mended_by_bits_or_synapses() {
    let mut small = board("loihi1");
    small.synaptic_memory_bits.as_mut().unwrap().value = 1000 * 64;
    small.in_axons = None;
    let layer = |fan_in| LayerDemand { fan_in, ..LayerDemand::dense("layer", fan_in, 4) };
    let report = fit(&small, &[layer(2000)]);
    let [misfit] = &report.misfits[..] else { panic!("{report}") };
    // A word an axon, whatever the bits: only fewer synapses help.
    assert_eq!((misfit.needed, &misfit.remedy), (2000 * 64, &Remedy::FanIn { to: 1000 }));
    assert!(fit(&small, &[layer(1000)]).fits());

    // Twenty synapses an axon: 20·5 + 10 bits fit two words, 20·6 + 10 do not.
    small.synaptic_memory_bits.as_mut().unwrap().value = 1000 * 128;
    let shared = |weight_bits| LayerDemand { fan_in: 20_000, weight_bits, ..LayerDemand::dense("layer", 1000, 4) };
    let report = fit(&small, &[shared(8)]);
    assert_eq!(report.misfits[0].remedy, Remedy::WeightBits { to: 5 }, "{report}");
    assert!(fit(&small, &[shared(5)]).fits() && !fit(&small, &[shared(6)]).fits());

    let mut words = board("spinnaker1");
    words.synaptic_memory_bits.as_mut().unwrap().value = 3200;
    let report = fit(&words, &[layer(101)]);
    assert_eq!(report.misfits[0].remedy, Remedy::FanIn { to: 100 });
    assert!(fit(&words, &[layer(100)]).fits());
}

#[test]
fn a_board_can_be_too_small() {
    let layers = vec![LayerDemand { num_neurons: 256 * 16 * 48 * 2 + 1, ..LayerDemand::dense("huge", 10, 1) }];
    let report = fit(&board("spinnaker1"), &layers);
    let [misfit] = &report.misfits[..] else { panic!("{report}") };
    assert_eq!((misfit.resource, misfit.available, misfit.needed), (Resource::Cores, 768, 1537));
    assert_eq!(misfit.remedy, Remedy::Boards { number: 3 });
}

#[test]
fn what_is_not_published_is_not_claimed() {
    let report = fit(&board("loihi2"), &[LayerDemand::dense("layer", 100_000, 9000)]);
    assert!(report.fits());
    assert_eq!(report.layers[0].cores, 2);
    for resource in [Resource::InAxons, Resource::OutAxons, Resource::SynapticMemory] {
        assert!(report.unchecked.contains(&resource));
        assert!(report.to_string().contains(&format!("not checked, since no figure is published: {resource}")));
    }
}

#[test]
fn convolutions_and_empty_networks() {
    let conv = LayerDemand::conv("conv", [28, 28, 1], [28, 28, 16], [3, 3], 1);
    assert_eq!((conv.fan_in, conv.fan_out, conv.num_neurons), (9, 144, 12_544));
    let report = fit(&board("loihi1"), &[conv, LayerDemand::dense("output", 12_544, 10)]);
    assert_eq!(report.misfits.len(), 1, "{report}");
    assert!(report.layers[0].cores >= 13);
    let empty = fit(&board("loihi1"), &[]);
    assert!(empty.fits() && empty.cores == 0 && empty.chips == Some(0));
}
