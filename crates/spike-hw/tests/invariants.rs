//! Properties over random parameters: formulas written another way, dumps that come back, networks that start again.

use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use spike_core::{SpikeTrain, TimeGrid};
use spike_hw::eieio::{EieioData, EieioElement, EieioHeader, EieioMessage, EieioType, KeyPrefix};
use spike_hw::lava::{
    Connection, Conv, ConvConfig, CubaLif, CubaLifConfig, DelayDense, DelayDenseConfig, Dense, DenseConfig, LavaLayer,
    LavaNetwork, WeightFormat,
};
use spike_hw::nengo_loihi::{
    Axon, Block, CompartmentConfig, Compartments, NengoNetwork, SpikeInput, Synapse, SynapseRef,
};
use spike_hw::{
    AxonAddress, AxonType, Emulator, RecordHeader, RecordReader, RecordWriter, SpikeRecord, decay, emulate,
    pack_host_words, pack_spike_bits, unpack_host_words, unpack_spike_bits,
};

/// The same cases in every run.
fn fixed(cases: u32) -> ProptestConfig {
    ProptestConfig { cases, rng_seed: RngSeed::Fixed(20), failure_persistence: None, ..ProptestConfig::default() }
}

/// dec(x, d) in exact rational arithmetic.
fn decayed(x: i64, multiplier: i64) -> i64 {
    (x.abs() * multiplier).div_euclid(4096) * x.signum()
}

/// One neuron of Lava's equations, in 64 bits.
fn lava_neuron(du: i64, dv: i64, vth: i64, bias: i64, inputs: &[i32]) -> Vec<(i64, i64, bool)> {
    let (mut u, mut v) = (0i64, 0i64);
    let step = |&a: &i32| {
        u = decayed(u, 4095 - du) + i64::from(a) * 64;
        if u > 1 << 23 {
            u -= 1 << 24;
        } else if u <= -(1 << 23) {
            u += 1 << 24;
        }
        v = (decayed(v, 4096 - dv) + u + bias).clamp(1 - (1 << 23), (1 << 23) - 1);
        let fires = v > vth * 64;
        if fires {
            v = 0;
        }
        (u, v, fires)
    };
    inputs.iter().map(step).collect()
}

fn nengo_neuron(config: &CompartmentConfig, sums: &[i32]) -> Vec<(i64, i64, bool)> {
    let wrap = |x: i64, bits: u32| (x + (1 << bits)).rem_euclid(1 << (bits + 1)) - (1 << bits);
    let (mut u, mut v, mut count) = (0i64, 0i64, 0i64);
    let (du, dv) = (i64::from(config.decay_u[0]), i64::from(config.decay_v[0]));
    let step = |&q: &i32| {
        u = wrap(decayed(u, 4095 - du) + wrap(q.into(), 21), 23);
        let drive = wrap(u + i64::from(config.bias[0]), 23);
        v = (decayed(v, 4096 - dv) + drive).clamp(config.vmin.into(), config.vmax.into());
        if count > 0 {
            v = 0;
        }
        let fires = v > config.vth[0].into();
        if fires {
            v = 0;
            count = config.refract_delay[0].into();
        }
        count = (count - 1).max(0);
        (u, v, fires)
    };
    sums.iter().map(step).collect()
}

fn spikes(inputs: usize, steps: usize) -> impl Strategy<Value = Vec<Vec<i32>>> {
    prop::collection::vec(prop::collection::vec((0..4).prop_map(|x| i32::from(x == 0)), inputs), steps)
}

proptest! {
    #![proptest_config(fixed(200))]

    #[test]
    fn a_decay_never_grows_and_is_odd(x in any::<i32>(), d in 0u16..4096, offset in 0u16..2) {
        let y = decay(x, d, offset);
        prop_assert!(y.unsigned_abs() <= x.unsigned_abs());
        if x != i32::MIN {
            prop_assert_eq!(decay(-x, d, offset), -y);
        }
        prop_assert_eq!(i64::from(y), decayed(x.into(), i64::from(4096 - offset.min(4096 - d) - d)));
    }

    #[test]
    fn lava_neurons_follow_the_equations(
        du in 0u16..4096, dv in 0u16..4096, vth in 0u32..131_072, mant in -4096i32..4096, exp in 0i32..8,
        reach in 1i32..2_000_000, raw in prop::collection::vec(-1.0f64..1.0, 60), n in 1usize..40,
    ) {
        let inputs: Vec<i32> = raw.iter().map(|x| (x * f64::from(reach)) as i32).collect();
        let config = CubaLifConfig { bias_mant: vec![mant], bias_exp: vec![exp], ..CubaLifConfig::uniform(n, du, dv, vth) };
        let mut neurons = CubaLif::new(&config).unwrap();
        for (t, (u, v, fires)) in
            lava_neuron(du.into(), dv.into(), vth.into(), i64::from(mant) << exp, &inputs).into_iter().enumerate()
        {
            let spikes = neurons.step(&vec![inputs[t]; n]).unwrap().to_vec();
            prop_assert!(spikes.iter().all(|&s| s == i32::from(fires)), "step {}", t);
            prop_assert!(neurons.current().iter().all(|&x| i64::from(x) == u), "step {}", t);
            prop_assert!(neurons.voltage().iter().all(|&x| i64::from(x) == v), "step {}", t);
        }
    }

    #[test]
    fn nengo_compartments_follow_the_equations(
        du in 0u16..4096, dv in 0u16..4096, vth in 0i32..8_388_545, bias in -524_160i32..524_161, refract in 0u16..64,
        (low, high) in (0u32..24, 9u32..24), reach in 1i32..20_000_000,
        raw in prop::collection::vec(-1.0f64..1.0, 60), n in 1usize..40,
    ) {
        let sums: Vec<i32> = raw.iter().map(|x| (x * f64::from(reach)) as i32).collect();
        let config = CompartmentConfig {
            bias: vec![bias],
            vmin: 1 - (1 << low),
            vmax: (1 << high) - 1,
            ..CompartmentConfig::uniform(n, du, dv, vth, refract)
        };
        let mut neurons = Compartments::new(&config).unwrap();
        for (t, (u, v, fires)) in nengo_neuron(&config, &sums).into_iter().enumerate() {
            let spikes = neurons.step(&vec![sums[t]; n]).unwrap().to_vec();
            prop_assert!(spikes.iter().all(|&s| s == i32::from(fires)), "step {}", t);
            prop_assert!(neurons.current().iter().all(|&x| i64::from(x) == u), "step {}", t);
            prop_assert!(neurons.voltage().iter().all(|&x| i64::from(x) == v), "step {}", t);
        }
    }

    #[test]
    fn records_and_words_come_back(
        raw in prop::collection::vec((0u32..500, 0u32..3, 0u16..1024, 0u16..4096, 0u16..1024, 0u8..7), 0..200),
    ) {
        let mut records: Vec<SpikeRecord> = raw.into_iter().map(|(step, chip, core, axon, atom, kind)| {
            let axon_type = match kind {
                0 => AxonType::Discrete,
                1 => AxonType::Pop32,
                _ => AxonType::Pop16 { atom_bits_extra: kind - 2 },
            };
            SpikeRecord { step, to: AxonAddress { chip, core, axon, axon_type, atom } }
        }).collect();
        records.sort_by_key(|record| record.step);
        let header = RecordHeader { step_ns: 1, num_steps: 500, dialect: None };
        let mut writer = RecordWriter::new(Vec::new(), header).unwrap();
        records.iter().for_each(|&record| writer.push(record).unwrap());
        let file = writer.finish().unwrap();
        let mut reader = RecordReader::new(&file[..]).unwrap();
        let mut found = Vec::new();
        while let Some(block) = reader.next_block().unwrap() {
            found.extend(block);
        }
        prop_assert_eq!(&found, &records);
        for record in &records {
            let words = pack_host_words(&[*record]).unwrap();
            prop_assert_eq!(unpack_host_words(&words, record.step, record.to.chip).unwrap(), [*record]);
        }
    }

    #[test]
    fn packets_come_back(
        kind in 0usize..4, tag in 0u8..4, prefix in any::<Option<(bool, u16)>>(), base in any::<Option<u32>>(),
        time in any::<bool>(), raw in prop::collection::vec(any::<(u32, u32)>(), 0..60),
    ) {
        let kind = EieioType::ALL[kind];
        let fits = |x: u32| if kind.key_bytes() == 2 { x & 0xffff } else { x };
        let header = EieioHeader {
            kind,
            tag,
            prefix: prefix.map(|(upper, bits)| if upper { KeyPrefix::UpperHalf(bits) } else { KeyPrefix::LowerHalf(bits) }),
            payload_base: base.map(fits),
            payload_is_time: time,
        };
        let elements = raw.into_iter().take(header.max_elements());
        let elements: Vec<_> = elements
            .map(|(key, payload)| EieioElement { key: fits(key), payload: kind.has_payload().then_some(fits(payload)) })
            .collect();
        let message = EieioMessage::Data(EieioData::new(header, elements).unwrap());
        let bytes = message.to_bytes().unwrap();
        prop_assert!(bytes.len() <= 256);
        prop_assert_eq!(EieioMessage::from_bytes(&bytes).unwrap(), message);
    }

    #[test]
    fn any_bytes_are_a_message_or_an_error(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        if let Ok(message) = EieioMessage::from_bytes(&bytes) {
            prop_assert_eq!(message.to_bytes().unwrap(), bytes);
        }
    }

    #[test]
    fn spike_bits_come_back(spikes in prop::collection::vec(0i32..2, 0..200)) {
        prop_assert_eq!(unpack_spike_bits(&pack_spike_bits(&spikes), spikes.len()), Some(spikes));
    }
}

proptest! {
    #![proptest_config(fixed(60))]

    #[test]
    fn a_connection_without_delays_is_dense(
        (inputs, outputs) in (1usize..8, 1usize..8), seed in any::<u64>(), bits in 1u8..9, exp in -8i32..8,
    ) {
        let mut x = seed;
        let mut draw = || {
            x = x.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (x >> 33) as i32
        };
        let weights: Vec<i32> = (0..inputs * outputs).map(|_| draw() % 300).collect();
        let format = WeightFormat { num_weight_bits: bits, weight_exp: exp, sign_mode: None };
        let mut dense = Dense::new(&DenseConfig {
            num_inputs: inputs, num_outputs: outputs, weights: weights.clone(), format, num_message_bits: 0,
        }).unwrap();
        let mut delayed = DelayDense::new(&DelayDenseConfig {
            num_inputs: inputs, num_outputs: outputs, delays: vec![0; weights.len()], weights, format, num_message_bits: 0,
        }).unwrap();
        for _ in 0..20 {
            let spikes: Vec<i32> = (0..inputs).map(|_| draw() & 1).collect();
            prop_assert_eq!(dense.step(&spikes).unwrap(), delayed.step(&spikes).unwrap());
        }
    }

    #[test]
    fn a_convolution_is_its_matrix(
        (w, h, c) in (1usize..6, 1usize..6, 1usize..4), out in 1usize..4, (kx, ky) in (1usize..4, 1usize..4),
        (sx, sy) in (1usize..3, 1usize..3), (px, py) in (0usize..3, 0usize..3),
        raw in prop::collection::vec(-200i32..200, 108), graded in any::<bool>(),
    ) {
        let config = ConvConfig {
            stride: [sx, sy],
            padding: [px, py],
            num_message_bits: if graded { 16 } else { 0 },
            ..ConvConfig::plain([w, h, c], out, [kx, ky], raw[..out * kx * ky * c].to_vec())
        };
        let Ok(shape) = config.output_shape() else { return Ok(()) };
        let weight = |k: usize, i: usize, j: usize, c0: usize| i64::from(config.weights[((k * kx + i) * ky + j) * c + c0]);
        let mut conv = Conv::new(&config).unwrap();
        let spikes: Vec<i32> = (0..w * h * c).map(|i| raw[(7 * i) % 108] % if graded { 50 } else { 2 }).collect();
        conv.step(&spikes).unwrap();
        let found = conv.step(&vec![0; spikes.len()]).unwrap();
        for (at, &found) in found.iter().enumerate() {
            let (k, y, x) = (at % out, at / out % shape[1], at / out / shape[1]);
            let mut sum = 0;
            for (i, j, c0) in (0..kx).flat_map(|i| (0..ky).flat_map(move |j| (0..c).map(move |c0| (i, j, c0)))) {
                let column = (x * sx + kx - 1 - i).checked_sub(px).filter(|&column| column < w);
                let row = (y * sy + ky - 1 - j).checked_sub(py).filter(|&row| row < h);
                if let (Some(column), Some(row)) = (column, row) {
                    let spike = spikes[(column * h + row) * c + c0];
                    sum += weight(k, i, j, c0) * i64::from(if graded { spike } else { i32::from(spike != 0) });
                }
            }
            prop_assert_eq!(i64::from(found), sum);
        }
    }

    #[test]
    fn a_network_that_is_reset_starts_again(raw in prop::collection::vec(-120i32..120, 20), given in spikes(4, 30)) {
        let lava = || {
            let dense = Dense::new(&DenseConfig {
                num_inputs: 4, num_outputs: 5, weights: raw.clone(), format: WeightFormat::default(), num_message_bits: 0,
            }).unwrap();
            let neurons = CubaLif::new(&CubaLifConfig::uniform(5, 300, 100, 60)).unwrap();
            LavaNetwork::new(vec![LavaLayer { connection: Connection::Dense(dense), neurons }]).unwrap()
        };
        let nengo = || {
            let weights: Vec<i32> = raw.iter().map(|w| w << 6).collect();
            let compartments = CompartmentConfig::uniform(5, 300, 100, 60 << 6, 2);
            let block = Block {
                compartments: Compartments::new(&compartments).unwrap(),
                synapses: vec![Synapse::dense(4, 5, &weights).unwrap()],
                axons: vec![],
            };
            let axon = Axon::one_to_one(SynapseRef { block: 0, synapse: 0 });
            NengoNetwork::new(vec![block], vec![SpikeInput { num_sources: 4, axons: vec![axon] }]).unwrap()
        };
        let networks: [(Box<dyn Emulator>, Box<dyn Emulator>); 2] =
            [(Box::new(lava()), Box::new(lava())), (Box::new(nengo()), Box::new(nengo()))];
        for (mut once, mut twice) in networks {
            for step in &given {
                twice.step(step).unwrap();
            }
            twice.reset();
            let mut rows = vec![Vec::new(); 5];
            for (t, step) in given.iter().enumerate() {
                let fired = once.step(step).unwrap().to_vec();
                prop_assert_eq!(twice.step(step).unwrap(), &fired);
                fired.iter().zip(&mut rows).filter(|(f, _)| **f != 0).for_each(|(_, row)| row.push(t as u32));
            }
            let grid = TimeGrid::new(1_000_000, 30).unwrap();
            let inputs: Vec<Vec<u32>> =
                (0..4).map(|i| (0..30u32).filter(|&t| given[t as usize][i] != 0).collect()).collect();
            let train = SpikeTrain::from_neurons(grid, &inputs).unwrap();
            let output = emulate(once.as_mut(), train.view()).unwrap();
            prop_assert_eq!(output, SpikeTrain::from_neurons(grid, &rows).unwrap());
        }
    }
}
