//! Exact spikes of a few encodings. A change here changes every stored result: it is a "Value-breaking" entry of
//! the changelog, never a side effect.

#![expect(clippy::unwrap_used, reason = "helpers of tests state what they expect")]

use ndarray::Array2;
use spike_core::{
    CodeOptions, CodingScheme, EncoderConfig, Normalizer, PoissonOptions, Probability, RefractoryMode, RegularOptions,
    Seed, SignalEncoder, Spacing, SpikeChunk, SpikeView, TtfsForm, TtfsOptions, ZeroValue,
};
use spike_encode::{Encoder, InhomogeneousPoissonEncoder};

const CHANNELS: usize = 64;

fn poisson(probability: Probability, refractory: RefractoryMode) -> CodeOptions {
    CodeOptions::RatePoisson(PoissonOptions { probability, refractory })
}

const PLAIN: (Probability, RefractoryMode) = (Probability::PerStep, RefractoryMode::Uncompensated);

fn ttfs(form: TtfsForm, zero: ZeroValue) -> CodeOptions {
    CodeOptions::TemporalTtfs(TtfsOptions { form, zero })
}

/// FNV-1a with 64 bits over the number of spikes and the steps of every row, little-endian.
fn checksum(view: SpikeView<'_>) -> u64 {
    let rows = view.neurons().flat_map(|row| std::iter::once(row.len() as u32).chain(row.iter().copied()));
    rows.flat_map(u32::to_le_bytes)
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

/// Values 0, 1/63, …, 1 of one sample.
fn ramp() -> Vec<f64> {
    (0..CHANNELS).map(|i| i as f64 / 63.0).collect()
}

/// What is pinned: number of spikes, checksum, and the first spikes of channels 5, 30 and 63.
type Pin = (u64, u64, [&'static [u32]; 3]);

fn check(name: &str, view: SpikeView<'_>, pin: Pin) {
    let head = |channel: usize| {
        let row = view.neuron(channel);
        &row[..row.len().min(4)]
    };
    let found = (view.num_spikes(), checksum(view), [5, 30, 63].map(head));
    assert_eq!(found, pin, "{name}: found ({}, {:#018x}, {:?})", found.0, found.1, found.2);
}

fn check_encoder(name: &str, config: EncoderConfig, code: CodeOptions, seed: u64, sample: u64, pin: Pin) {
    let encoder = Encoder::new(&config, code, Normalizer::identity(CHANNELS), Seed(seed), vec![CHANNELS]).unwrap();
    let (batch, _) = encoder.encode(&ramp(), sample).unwrap();
    check(name, batch.sample(0), pin);
}

#[test]
fn poisson_trains_are_pinned() {
    let config = EncoderConfig::default();
    let free = EncoderConfig { refractory_period_ms: 0.0, ..config.clone() };
    let slow = EncoderConfig { max_firing_rate_hz: 400.0, min_firing_rate_hz: 10.0, ..config.clone() };
    let plain = poisson(PLAIN.0, PLAIN.1);
    let exact = poisson(Probability::Exact, RefractoryMode::Uncompensated);
    let compensated = poisson(Probability::PerStep, RefractoryMode::Compensated);
    check_encoder(
        "default",
        config.clone(),
        plain,
        7,
        0,
        (1429, 0x57ac_b264_4ff6_719a, [&[0, 380, 424, 595], &[10, 32, 113, 139], &[3, 28, 56, 84]]),
    );
    check_encoder(
        "another sample",
        config.clone(),
        plain,
        7,
        9999,
        (1445, 0x805c_9f3c_84db_8797, [&[68, 93, 294, 322], &[10, 43, 102, 199], &[11, 35, 56, 95]]),
    );
    check_encoder(
        "another seed",
        config.clone(),
        plain,
        u64::MAX,
        0,
        (1458, 0x13ca_f272_1072_b0b3, [&[102, 227, 474, 563], &[1, 56, 89, 145], &[12, 35, 58, 88]]),
    );
    check_encoder(
        "a far sample",
        config.clone(),
        plain,
        7,
        1 << 40,
        (1430, 0xb86d_51bd_b1c1_7f65, [&[145, 346, 419, 462], &[0, 23, 62, 90], &[17, 41, 66, 96]]),
    );
    check_encoder(
        "no refractory period",
        free.clone(),
        plain,
        7,
        0,
        (3142, 0xa9cd_2560_f891_8c7b, [&[0, 360, 384, 535], &[10, 12, 73, 79], &[3, 8, 16, 24]]),
    );
    check_encoder(
        "exact",
        config,
        exact,
        7,
        0,
        (1411, 0x2da5_9e03_8784_29f9, [&[0, 382, 426, 598], &[10, 32, 115, 141], &[4, 29, 58, 86]]),
    );
    check_encoder(
        "exact, no refractory period",
        free,
        exact,
        7,
        0,
        (3048, 0x398d_b40f_bb89_f066, [&[0, 362, 386, 538], &[10, 12, 75, 81], &[4, 9, 18, 26]]),
    );
    check_encoder(
        "compensated",
        slow,
        compensated,
        7,
        0,
        (1298, 0xbf53_8d93_e27c_db15, [&[0, 662, 724], &[15, 38, 150, 178], &[1, 23, 47, 71]]),
    );
}

#[test]
fn long_windows_and_rare_spikes_are_pinned() {
    // Beyond 2²² steps, and beyond 4096·ln 2 steps of mean gap, spikes come from the definition alone.
    let plain = poisson(PLAIN.0, PLAIN.1);
    let long = EncoderConfig {
        time_window_ms: 500_000.0,
        max_firing_rate_hz: 2.0,
        refractory_period_ms: 2.0,
        ..EncoderConfig::default()
    };
    check_encoder(
        "a long window",
        long,
        plain,
        7,
        0,
        (
            31595,
            0x69dd_e855_a582_509c,
            [&[46, 180776, 192362, 268147], &[5307, 6018, 37278, 39880], &[2106, 4356, 8447, 12404]],
        ),
    );
    let rare = EncoderConfig { time_window_ms: 10_000.0, max_firing_rate_hz: 3.0, ..EncoderConfig::default() };
    check_encoder(
        "rare spikes",
        rare,
        plain,
        7,
        0,
        (939, 0x320d_3b84_ec85_cf78, [&[30], &[3538, 4019, 24865, 26606], &[1404, 2911, 5645, 8290]]),
    );
}

#[test]
fn jittered_trains_are_pinned() {
    let config = EncoderConfig { jitter_ms: 1.5, ..EncoderConfig::default() };
    check_encoder(
        "jittered poisson",
        config.clone(),
        poisson(PLAIN.0, PLAIN.1),
        7,
        0,
        (1429, 0x4d14_230f_a6d3_c32b, [&[14, 381, 406, 576], &[5, 8, 126, 127], &[0, 32, 59, 60]]),
    );
    let code = ttfs(TtfsForm::Linear, ZeroValue::LastStep);
    check_encoder("jittered latency", config, code, 7, 0, (64, 0xca49_5f2a_65c5_de11, [&[934], &[521], &[0]]));
}

#[test]
fn latencies_are_pinned() {
    let config = EncoderConfig::default();
    let logarithmic = TtfsForm::Logarithmic { tau_ms: 20.0, theta0: 1.0 };
    check_encoder(
        "linear",
        config.clone(),
        ttfs(TtfsForm::Linear, ZeroValue::LastStep),
        7,
        0,
        (64, 0xa29d_3f4f_dda0_b980, [&[920], &[523], &[0]]),
    );
    check_encoder(
        "logarithmic",
        config.clone(),
        ttfs(logarithmic, ZeroValue::LastStep),
        7,
        0,
        (64, 0x734c_1d51_3ba7_e59d, [&[506], &[148], &[0]]),
    );
    check_encoder(
        "silent zero",
        config,
        ttfs(logarithmic, ZeroValue::Silent),
        7,
        0,
        (63, 0xa625_7bb7_b345_efee, [&[506], &[148], &[0]]),
    );
}

#[test]
fn codes_without_options_of_their_own_are_pinned() {
    let config = EncoderConfig::default();
    for (scheme, pin) in [
        (
            CodingScheme::RateRegular,
            (1438, 0x2b09_ab36_a436_a564, [&[66, 212, 358, 504][..], &[33, 74, 115, 156], &[6, 36, 66, 96]]),
        ),
        (CodingScheme::RateBurst, (191, 0xed5b_469c_e2c0_2dfa, [&[0][..], &[0, 430, 860], &[0, 21, 42, 63]])),
        (CodingScheme::TemporalRankOrder, (64, 0x5599_d9a4_59b5_fc60, [&[870][..], &[495], &[0]])),
        (
            CodingScheme::TemporalPhase,
            (256, 0x8d9d_33ea_e412_22a1, [&[40, 290, 540, 790][..], &[120, 370, 620, 870], &[225, 475, 725, 975]]),
        ),
        (
            CodingScheme::TemporalWeightedPhase,
            (1280, 0xc16e_d0e1_d74f_c96d, [&[63, 105, 231, 273][..], &[21, 42, 63, 84], &[0, 21, 42, 63]]),
        ),
    ] as [(_, Pin); 5]
    {
        check_encoder(scheme.name(), config.clone(), CodeOptions::default_of(scheme), 7, 0, pin);
    }
    let stratified = RegularOptions { spacing: Spacing::Stratified, ..RegularOptions::default() };
    check_encoder(
        "stratified",
        config,
        CodeOptions::RateRegular(stratified),
        7,
        0,
        (1435, 0xbe90_b90b_6651_ee9f, [&[59, 102, 232, 377], &[21, 68, 99, 131], &[25, 59, 85, 117]]),
    );
}

#[test]
fn inhomogeneous_trains_are_pinned() {
    let config = EncoderConfig::default();
    let options = PoissonOptions { probability: PLAIN.0, refractory: PLAIN.1 };
    let encoder = InhomogeneousPoissonEncoder::new(&config, options).unwrap();
    // A sawtooth of each channel's own period, from exact fractions.
    let signal = Array2::from_shape_fn((1000, CHANNELS), |(t, c)| ((t + 13 * c) % 64) as f64 / 64.0);
    let mut chunk = SpikeChunk::default();
    encoder.encode_signal(signal.view(), Seed(7), 3, &mut chunk).unwrap();
    check(
        "sawtooth",
        chunk.rows(encoder.grid(), 0, CHANNELS),
        (1527, 0x6cb1_66ef_7172_676a, [&[13, 37, 112, 144], &[16, 37, 70, 100], &[9, 38, 59, 89]]),
    );
}
