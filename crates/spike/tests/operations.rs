//! The operations of the specification on data of one and two axes.

#![expect(clippy::unwrap_used, reason = "helpers of tests state what they expect")]

use ndarray::{Array1, Array2, ArrayD, IxDyn, ShapeBuilder, array};
use spike::{
    CodeOptions, CodingScheme, DecodeError, DecodingMethod, EncodeError, EncoderConfig, NeuromorphicEncoder, Scored,
    SpikeTrain, TemporalScheme,
};

fn encoder(config: EncoderConfig) -> NeuromorphicEncoder {
    NeuromorphicEncoder::new(EncoderConfig { seed: Some(7), ..config }).unwrap()
}

fn default() -> NeuromorphicEncoder {
    encoder(EncoderConfig::default())
}

/// Samples of eight channels in units of their own.
fn batch(samples: usize) -> ArrayD<f64> {
    Array2::from_shape_fn((samples, 8), |(s, c)| -3.0 + ((s * 37 + c * 101) % 97) as f64 / 10.0).into_dyn()
}

#[test]
fn one_axis_is_one_sample_and_two_are_a_batch() {
    let data = batch(5);
    let one = default().encode_rate(data.index_axis(ndarray::Axis(0), 0), 100.0).unwrap();
    assert_eq!(one.num_neurons(), 8);
    let all = default().encode_rate(data.view(), 50.0).unwrap();
    assert_eq!((all.num_neurons(), all.grid().num_steps()), (40, 500));
    assert_eq!(all.neuron_ids().get(13), 13);
    for shape in [vec![], vec![2, 2, 2]] {
        let error = default().encode_rate(ArrayD::zeros(shape.clone()).view(), 100.0).unwrap_err();
        assert_eq!(error, EncodeError::Axes { found: shape.len() });
    }
    let empty = default().encode_rate(ArrayD::zeros(vec![3, 0]).view(), 100.0).unwrap_err();
    assert_eq!(empty, EncodeError::Empty { num_samples: 3, num_channels: 0 });
}

#[test]
fn arrays_in_any_memory_order_are_read_alike() {
    let data = batch(4);
    let mut again = ArrayD::zeros(IxDyn(&[4, 8]).f());
    again.assign(&data);
    assert!(again.as_slice().is_none());
    assert_eq!(default().encode_rate(data.view(), 100.0), default().encode_rate(again.view(), 100.0));
}

#[test]
fn rates_decode_to_the_units_of_the_data() {
    let data = batch(200);
    let config = EncoderConfig { coding_scheme: CodingScheme::RateRegular, ..EncoderConfig::default() };
    let regular = encoder(config).encode_rate(data.view(), 100.0).unwrap();
    assert_eq!(regular.encoding().unwrap().scheme(), CodingScheme::RateRegular);
    let result = default().decode_spikes(&regular, DecodingMethod::SpikeRate).unwrap();
    let result = result.scored(data.as_slice().unwrap()).unwrap();
    assert_eq!(result.values.dim(), (200, 8));
    assert!(result.reconstruction_r2 > Some(0.999), "{:?}", result.reconstruction_r2);
    let poisson = default().encode_rate(data.view(), 100.0).unwrap();
    let result = default().decode_spikes(&poisson, DecodingMethod::SpikeCount).unwrap();
    let r2 = result.scored(data.as_slice().unwrap()).unwrap().reconstruction_r2.unwrap();
    assert!((0.85..0.95).contains(&r2), "{r2}");
}

#[test]
fn temporal_codes_carry_what_is_needed_to_read_them() {
    let data = batch(3);
    let phase = default().encode_temporal(data.view(), TemporalScheme::Phase).unwrap();
    assert_eq!((phase.phase_frequency_hz, phase.rank_order.as_ref()), (Some(40.0), None));
    let ttfs = default().encode_temporal(data.view(), TemporalScheme::Ttfs).unwrap();
    assert_eq!((ttfs.phase_frequency_hz, ttfs.spike_train.num_spikes()), (None, 24));
    for (code, method) in [(&phase, DecodingMethod::Phase), (&ttfs, DecodingMethod::TimeToFirstSpike)] {
        let result = default().decode_spikes(&code.spike_train, method).unwrap();
        assert!(result.scored(data.as_slice().unwrap()).unwrap().reconstruction_r2 > Some(0.9999));
    }
}

#[test]
fn rank_order_is_a_permutation_of_each_sample() {
    let data = array![[0.5, 9.0, 0.5, -1.0], [4.0, 3.0, 2.0, 1.0]].into_dyn();
    let code = default().encode_temporal(data.view(), TemporalScheme::RankOrder).unwrap();
    assert_eq!(code.rank_order.unwrap(), array![[1, 0, 2, 3], [0, 1, 2, 3]]);
    let first = code.spike_train.view().first_spikes();
    assert!(first[1] < first[0] && first[0] < first[2] && first[2] < first[3]);
    let wide = Array1::linspace(0.0, 1.0, 1001).into_dyn();
    let error = default().encode_temporal(wide.view(), TemporalScheme::RankOrder).unwrap_err();
    assert!(error.to_string().contains("at most 1000 channels"), "{error}");
}

#[test]
fn options_and_seeds_belong_to_the_encoder() {
    let drawn = NeuromorphicEncoder::new(EncoderConfig::default()).unwrap();
    let again = encoder(EncoderConfig { seed: Some(drawn.seed().0), ..EncoderConfig::default() });
    assert_eq!(drawn.config().seed, Some(drawn.seed().0));
    let repeated = NeuromorphicEncoder::new(drawn.config().clone()).unwrap();
    assert_eq!(drawn.encode_rate(batch(2).view(), 100.0), repeated.encode_rate(batch(2).view(), 100.0));
    let twenty = CodeOptions::TemporalPhase(spike_core::PhaseOptions { frequency_hz: 20.0, ..Default::default() });
    let slow = again.with_options(CodeOptions::default_of(CodingScheme::TemporalPhase)).with_options(twenty);
    let code = slow.encode_temporal(batch(2).view(), TemporalScheme::Phase).unwrap();
    assert_eq!(code.phase_frequency_hz, Some(20.0));
    assert!(NeuromorphicEncoder::new(EncoderConfig { dt_ms: 0.3, ..EncoderConfig::default() }).is_err());
}

#[test]
fn what_does_not_fit_is_refused_by_name() {
    let config = EncoderConfig { normalize_input: false, ..EncoderConfig::default() };
    let error = encoder(config).encode_rate(batch(1).view(), 100.0).unwrap_err();
    assert!(matches!(error, EncodeError::OutsideUnit { .. }));
    let bare = SpikeTrain::from_neurons(spike::TimeGrid::from_ms(100.0, 0.1).unwrap(), &[vec![1]]).unwrap();
    let error = default().decode_spikes(&bare, DecodingMethod::SpikeCount).unwrap_err();
    assert!(matches!(error, DecodeError::NoEncoding { .. }));
    let signal = CodeOptions::default_of(CodingScheme::ContrastStepForward);
    let error = default().encode(batch(1).view(), signal).unwrap_err();
    assert!(error.to_string().contains("encode_contrast"), "{error}");
}

#[test]
fn populations_have_a_train_for_each_channel() {
    let data = batch(30);
    let code = default().encode_population(data.view(), 12).unwrap();
    assert_eq!((code.spike_trains.len(), code.num_neurons_per_dim), (8, 12));
    assert_eq!(code.spike_trains[0].num_neurons(), 30 * 12);
    // Sample 2 of channel 3: neurons (2·8 + 3)·12 and on of the whole.
    assert_eq!(code.spike_trains[3].neuron_ids().get(2 * 12 + 5), (2 * 8 + 3) * 12 + 5);
    let (low, high) = code.input_range;
    assert_eq!((code.tuning_centers[0], code.tuning_centers[11]), (low, high));
    assert!((code.tuning_widths[4] - (high - low) / 11.0 / 1.5).abs() < 1e-12);
    for method in [DecodingMethod::BayesianMle, DecodingMethod::PopulationVector] {
        let result = default().decode_population(&code, method).unwrap().scored(data.as_slice().unwrap()).unwrap();
        assert_eq!((result.values.dim(), result.method), ((30, 8), method));
        assert!(result.reconstruction_r2 > Some(0.998), "{method}: {:?}", result.reconstruction_r2);
        let one = default().decode_spikes(&code.spike_trains[3], method).unwrap();
        assert_eq!(one.values.column(0), result.values.column(3));
    }
    assert!(default().encode_population(data.view(), 1).is_err());
    let triangular = EncoderConfig { coding_scheme: CodingScheme::PopulationTriangular, ..EncoderConfig::default() };
    let code = encoder(triangular).encode_population(data.view(), 5).unwrap();
    assert_eq!(code.spike_trains[0].encoding().unwrap().scheme(), CodingScheme::PopulationTriangular);
}

#[test]
fn time_series_come_back_channel_by_channel() {
    let signal =
        Array2::from_shape_fn((400, 3), |(t, c)| ((t as f64 + 50.0 * c as f64) / 60.0).sin() * 20.0).into_dyn();
    let config = EncoderConfig { dt_ms: 0.25, refractory_period_ms: 0.0, ..EncoderConfig::default() };
    for scheme in [CodingScheme::ContrastSendOnDelta, CodingScheme::ContrastStepForward, CodingScheme::ContrastTbr] {
        let train = encoder(config.clone()).encode_contrast(signal.view(), CodeOptions::default_of(scheme)).unwrap();
        assert_eq!((train.num_neurons(), train.grid().duration_ms()), (6, 100.0));
        let result = default().decode_spikes(&train, DecodingMethod::Reconstruction).unwrap();
        assert_eq!(result.values.dim(), (1, 1200));
        let r2 = result.scored(signal.as_slice().unwrap()).unwrap().reconstruction_r2;
        assert!(scheme == CodingScheme::ContrastTbr || r2 > Some(0.9), "{scheme}: {r2:?}");
    }
    let error = encoder(config).encode_contrast(signal.view(), CodeOptions::default_of(CodingScheme::RateBurst));
    assert!(error.unwrap_err().to_string().contains("use encode"));
}
