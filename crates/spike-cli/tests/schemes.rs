//! Every code that has an encoder, through the binary: there and back, the same on any number of threads, and the
//! flags of the others refused.

#[expect(dead_code, reason = "shared with the other tests")]
mod binary;

use binary::{Folder, noise, npy, number};
use serde_json::Value;
use spike_core::{CodeOptions, CodingScheme, DecodingMethod};
use std::collections::BTreeMap;

const USAGE: i32 = 2;

/// What the binary says of every code.
fn cards(folder: &Folder) -> BTreeMap<String, Value> {
    let cards = folder.done("schemes --json").json();
    let cards = cards.as_array().expect("a list of cards");
    cards.iter().map(|card| (card["name"].as_str().expect("a name").to_owned(), card.clone())).collect()
}

fn is_available(cards: &BTreeMap<String, Value>, scheme: CodingScheme) -> bool {
    cards[scheme.name()]["available"].as_bool().expect("available is true or false")
}

/// 60 samples of 8 values, two recordings of two smooth channels, and a video of a moving edge.
fn prepared() -> Folder {
    let folder = Folder::new();
    folder.write("values.npy", npy(&[60, 8], &noise(480)));
    let wave = |i: usize| {
        let (recording, t, channel) = (i / 800, (i / 2 % 400) as f64, i % 2);
        (t / (15.0 + 10.0 * channel as f64)).sin() * (1.0 + recording as f64) + 0.3 * (t / 61.0).cos()
    };
    folder.write("signals.npy", npy(&[2, 400, 2], &(0..1600).map(wave).collect::<Vec<f64>>()));
    let edge = |i: usize| {
        let (frame, x) = (i / 80, i % 10);
        0.2 + 0.6 / (1.0 + (x as f64 - frame as f64 / 2.0).exp())
    };
    folder.write("video.npy", npy(&[20, 8, 10], &(0..1600).map(edge).collect::<Vec<f64>>()));
    folder
}

/// Input, options of encoding and of decoding.
fn job(scheme: CodingScheme) -> (&'static str, &'static str, &'static str) {
    if scheme == CodingScheme::ContrastDvsPixel {
        ("video.npy", "--frame-rate-hz 100", "--frame-rate-hz 100 --first-frame video.npy")
    } else if scheme.encodes_signals() {
        ("signals.npy", "--sample-rate-hz 1000", "")
    } else {
        ("values.npy", "--norm none", "")
    }
}

/// The smallest R² that is accepted: for uniform values of the default configuration, and for smooth waves.
fn floor(scheme: CodingScheme) -> f64 {
    match scheme {
        CodingScheme::RatePoisson => 0.84,
        // Ranks of N = 8 uniform values give at best 1 − 2/(N + 1) = 0.78.
        CodingScheme::TemporalRankOrder => 0.7,
        CodingScheme::RateBurst | CodingScheme::TemporalPhase => 0.98,
        CodingScheme::RateRegular | CodingScheme::TemporalTtfs | CodingScheme::TemporalWeightedPhase => 0.99,
        CodingScheme::PopulationGaussian | CodingScheme::PopulationTriangular => 0.99,
        CodingScheme::PopulationLatency => 0.98,
        CodingScheme::ContrastSendOnDelta | CodingScheme::ContrastStepForward => 0.9,
        CodingScheme::ContrastDvsPixel => 0.85,
        // With their defaults these follow no wave; what --optimise finds is tested beside.
        _ => f64::NEG_INFINITY,
    }
}

#[test]
fn every_code_goes_there_and_back() {
    let folder = prepared();
    let cards = cards(&folder);
    assert_eq!(cards.len(), CodingScheme::ALL.len());
    let mut tried = 0;
    for &scheme in CodingScheme::ALL {
        let (input, options, back) = job(scheme);
        let line = format!("encode {input} --scheme {scheme} --seed 7 {options} -o x.npz --json");
        if !is_available(&cards, scheme) {
            let run = folder.run(&line);
            assert_eq!(run.code, Some(USAGE), "{scheme}: {}", run.stderr);
            assert!(run.stderr.contains("is not made by this encoder"), "{}", run.stderr);
            continue;
        }
        tried += 1;
        let encoded = folder.done(&line).json();
        assert_eq!((&encoded["scheme"], &encoded["seed"]), (&scheme.name().into(), &7.into()));
        let found = folder.done("inspect x.npz --json").json();
        for field in ["scheme", "seed"] {
            assert_eq!(found[field], encoded[field], "{scheme}");
        }
        let decoded = folder.done(&format!("decode x.npz {back} -o back.npy --against {input} --json")).json();
        let r2 = number(&decoded, "reconstruction_r2");
        assert!(r2 > floor(scheme) && r2 <= 1.0, "{scheme}: {decoded}");
        let method = scheme.own_method().unwrap_or(DecodingMethod::Reconstruction);
        assert_eq!((&decoded["method"], &decoded["scheme"]), (&method.name().into(), &scheme.name().into()));
        let header = folder.read("back.npy");
        let shape = match input {
            "video.npy" => "(20, 8, 10)",
            "signals.npy" => "(2, 400, 2)",
            _ => "(60, 8)",
        };
        assert!(String::from_utf8_lossy(&header[..128]).contains(shape), "{scheme}");
    }
    assert!(tried >= 3, "only {tried} codes");
}

#[test]
fn the_same_bytes_with_any_number_of_threads_and_any_batch() {
    let folder = prepared();
    let cards = cards(&folder);
    for &scheme in CodingScheme::ALL.iter().filter(|s| is_available(&cards, **s)) {
        let (input, options, _) = job(scheme);
        let batch = if scheme == CodingScheme::ContrastDvsPixel { "" } else { "--batch-size 1" };
        let line = format!("encode {input} --scheme {scheme} --seed 7 {options}");
        folder.done(&format!("{line} -o one.csv --threads 1 {batch}"));
        folder.done(&format!("{line} -o two.csv --threads 2"));
        let one = folder.read("one.csv");
        assert!(one == folder.read("two.csv"), "{scheme}");
        folder.done(&format!("{line} -o other.csv --seed 8").replace("--seed 7 ", ""));
        let other = folder.read("other.csv");
        assert!(one != other, "{scheme}: the seed is stored");
    }
}

/// A flag of each family with a value, the codes that have it, and what of the record it changes.
const FLAGS: &[(&str, &[CodingScheme], &str)] = &[
    ("--probability exact", &[CodingScheme::RatePoisson], "\"probability\":\"exact\""),
    ("--max-spikes 4", &[CodingScheme::RateBurst], "\"max_spikes\":4"),
    ("--min-isi-ms 3", &[CodingScheme::RateBurst], "\"min_isi_ms\":3.0"),
    ("--max-isi-ms 11", &[CodingScheme::RateBurst], "\"max_isi_ms\":11.0"),
    ("--spacing stratified", &[CodingScheme::RateRegular], "\"spacing\":\"stratified\""),
    ("--zero silent", &[CodingScheme::TemporalTtfs], "\"zero\":\"silent\""),
    ("--isi-ms 2", &[CodingScheme::TemporalRankOrder], "\"isi_ms\":2.0"),
    ("--modulation 0.8", &[CodingScheme::TemporalRankOrder], "\"modulation\":0.8"),
    ("--frequency-hz 20", &[CodingScheme::TemporalPhase], "\"frequency_hz\":20.0"),
    ("--phase-range full", &[CodingScheme::TemporalPhase], "\"full_circle\""),
    ("--phase-range 0.2,0.7", &[CodingScheme::TemporalPhase], "\"low\":0.2,\"high\":0.7"),
    ("--bits 6", &[CodingScheme::TemporalWeightedPhase], "\"bits\":6"),
    ("--slot-ms 4", &[CodingScheme::TemporalWeightedPhase], "\"slot_ms\":4.0"),
    ("--population-size 12", POPULATIONS, "\"population_size\":12"),
    ("--beta 1.2", &[CodingScheme::PopulationGaussian, CodingScheme::PopulationLatency], "\"beta\":1.2"),
    ("--centers beyond", POPULATIONS, "\"centers\":\"beyond\""),
    (
        "--spikes regular",
        &[CodingScheme::PopulationGaussian, CodingScheme::PopulationTriangular],
        "\"spikes\":\"regular\"",
    ),
    ("--silent-below 0.2", &[CodingScheme::PopulationLatency], "\"silent_below\":0.2"),
    ("--up 0.2", &[CodingScheme::ContrastThreshold], "\"up\":0.2"),
    ("--down 0.3", &[CodingScheme::ContrastThreshold], "\"down\":0.3"),
    ("--threshold 0.25", THRESHOLDS, "\"threshold\":0.25"),
    (
        "--events-per-sample 2",
        &[CodingScheme::ContrastSendOnDelta, CodingScheme::ContrastStepForward],
        "\"events_per_sample\":2",
    ),
    ("--window-samples 5", &[CodingScheme::ContrastMovingWindow], "\"window_samples\":5"),
    ("--factor 0.5", &[CodingScheme::ContrastTbr], "\"factor\":0.5"),
    ("--filter-order 20", &[CodingScheme::ContrastBenSpiker], "\"filter_order\":20"),
    ("--cutoff 0.1", &[CodingScheme::ContrastBenSpiker], "\"cutoff\":0.1"),
    ("--gain 1.5", &[CodingScheme::ContrastBenSpiker], "\"gain\":1.5"),
    ("--rule additive", &[CodingScheme::ContrastBenSpiker], "\"rule\":\"additive\""),
    ("--on-threshold 0.3", &[CodingScheme::ContrastDvsPixel], "\"on_threshold\":0.3"),
    ("--off-threshold 0.4", &[CodingScheme::ContrastDvsPixel], "\"off_threshold\":0.4"),
    ("--threshold-sd 0.1", &[CodingScheme::ContrastDvsPixel], "\"threshold_sd\":0.1"),
    ("--refractory-us 70", &[CodingScheme::ContrastDvsPixel], "\"refractory_us\":70"),
    ("--log-offset 0.01", &[CodingScheme::ContrastDvsPixel], "\"log_offset\":0.01"),
];

const POPULATIONS: &[CodingScheme] =
    &[CodingScheme::PopulationGaussian, CodingScheme::PopulationTriangular, CodingScheme::PopulationLatency];
const THRESHOLDS: &[CodingScheme] = &[
    CodingScheme::ContrastSendOnDelta,
    CodingScheme::ContrastStepForward,
    CodingScheme::ContrastMovingWindow,
    CodingScheme::ContrastBenSpiker,
];

#[test]
fn flags_reach_the_record_of_their_codes() {
    let folder = prepared();
    let cards = cards(&folder);
    for (flag, schemes, stored) in FLAGS {
        for &scheme in schemes.iter().filter(|s| is_available(&cards, **s)) {
            let (input, options, _) = job(scheme);
            folder.done(&format!("encode {input} --scheme {scheme} --seed 7 {options} {flag} -o x.csv"));
            let text = String::from_utf8(folder.read("x.csv")).expect("a csv is text");
            let header = text.lines().next().expect("a header");
            assert!(header.contains(stored), "{scheme} {flag}: {header}");
            let default = serde_json::to_string(&CodeOptions::default_of(scheme)).expect("options are JSON");
            assert!(!default.contains(stored) || scheme == CodingScheme::PopulationLatency, "{flag} is no default");
        }
    }
}

#[test]
fn flags_are_refused_by_the_other_codes() {
    let folder = prepared();
    let all = CodingScheme::ALL;
    for (i, (flag, schemes, _)) in FLAGS.iter().enumerate() {
        let name = flag.split(' ').next().expect("a flag has a name");
        // Of the codes without the flag one each, another for every flag: together they are all tried.
        let others: Vec<CodingScheme> = all.iter().copied().filter(|s| !schemes.contains(s)).collect();
        let others: Vec<CodingScheme> = match *flag {
            "--probability exact" => vec![CodingScheme::RateRegular, CodingScheme::TemporalTtfs],
            _ => vec![others[i % others.len()], others[(i * 5 + 3) % others.len()]],
        };
        for scheme in others {
            let run = folder.run(&format!("encode values.npy --scheme {scheme} --seed 7 {flag} -o y.spk"));
            assert_eq!(run.code, Some(USAGE), "{scheme} {flag}: {}", run.stderr);
            let words = format!("{name} does not apply to {scheme}; it belongs to");
            assert!(run.stderr.contains(&words), "{}", run.stderr);
            for owner in *schemes {
                assert!(run.stderr.contains(owner.name()), "{}", run.stderr);
            }
        }
    }
    assert!(!folder.names().contains(&"y.spk".to_owned()));
}

#[test]
fn methods_and_their_options() {
    let folder = prepared();
    let cards = cards(&folder);
    folder.write("weights.npy", npy(&[4], &[1.0, 2.0, 3.0, 4.0]));
    folder.write("table.npy", npy(&[8], &[0.9, 0.8, 0.7, 0.6, 0.4, 0.3, 0.2, 0.1]));
    let cases: [(CodingScheme, &str); 18] = [
        (CodingScheme::RatePoisson, "--method spike_count --count-formula plain"),
        (CodingScheme::RatePoisson, "--count-formula corrected"),
        (CodingScheme::RatePoisson, "--method spike_rate --window-isis 5"),
        (CodingScheme::RatePoisson, "--window-isis 5"),
        (CodingScheme::RatePoisson, "--method membrane_potential --tau-ms 10"),
        (CodingScheme::RateRegular, "--method spike_count"),
        (CodingScheme::RateBurst, "--burst-read count"),
        (CodingScheme::RateBurst, "--method burst_interval --burst-read count-and-interval"),
        (CodingScheme::TemporalRankOrder, "--rank-read modulation"),
        (CodingScheme::TemporalRankOrder, "--rank-read order-statistic"),
        (CodingScheme::TemporalRankOrder, "--rank-read table.npy"),
        (CodingScheme::TemporalPhase, "--method phase"),
        (CodingScheme::TemporalWeightedPhase, "--method weighted_phase"),
        (CodingScheme::PopulationGaussian, "--method population_vector --vector plain"),
        (CodingScheme::PopulationTriangular, "--vector edge-corrected"),
        (CodingScheme::PopulationGaussian, "--estimate map --prior weights.npy"),
        (CodingScheme::PopulationGaussian, "--method bayesian_mle --estimate mle --prior uniform"),
        (CodingScheme::PopulationLatency, "--estimate posterior-mean"),
    ];
    for (scheme, options) in cases {
        if !is_available(&cards, scheme) {
            continue;
        }
        folder.done(&format!("encode values.npy --norm none --scheme {scheme} --seed 7 -o x.spk"));
        let decoded = folder.done(&format!("decode x.spk {options} --against values.npy --json")).json();
        let method = options.strip_prefix("--method ").and_then(|rest| rest.split(' ').next());
        if let Some(method) = method {
            assert_eq!(decoded["method"], method, "{scheme} {options}");
        }
        assert!(number(&decoded, "reconstruction_r2") < 1.0, "{scheme} {options}");
    }
    // The table is better than the worst formula, and worse than its own mean would be.
    if is_available(&cards, CodingScheme::TemporalRankOrder) {
        folder.done("encode values.npy --norm none --scheme temporal_rank_order --seed 7 -o x.spk");
        let r2 = |read: &str| {
            let decoded = folder.done(&format!("decode x.spk --rank-read {read} --against values.npy --json"));
            number(&decoded.json(), "reconstruction_r2")
        };
        assert!(r2("table.npy") > r2("modulation"));
    }
}

#[test]
fn options_of_other_methods_are_refused() {
    let folder = prepared();
    folder.done("encode values.npy --norm none --seed 7 -o x.spk");
    folder.write("negative.npy", npy(&[2], &[1.0, -1.0]));
    for (options, words) in [
        ("--method spike_count --estimate map", "--estimate does not apply to spike_count; it belongs to bayesian_mle"),
        ("--method spike_rate --tau-ms 3", "--tau-ms does not apply to spike_rate; it belongs to membrane_potential"),
        ("--method phase --vector plain", "--vector does not apply to phase; it belongs to population_vector"),
        ("--window-isis 3 --count-formula plain", "--window-isis does not apply to spike_count"),
        ("--method rank_order --burst-read count", "--burst-read does not apply to rank_order"),
        ("--method burst_interval --rank-read modulation", "--rank-read does not apply to burst_interval"),
        ("--method spike_count --prior uniform", "--prior does not apply to spike_count"),
        ("--rank-read modulation", "rank_order does not decode rate_poisson"),
        ("--vector plain", "population_vector does not decode rate_poisson"),
        ("--prior negative.npy", "weight of the prior is -1"),
        ("--method bayesian", "bayesian_mle"),
        ("--first-frame x.png", "need camera events"),
        ("--frame-rate-hz 10", "need camera events"),
        ("--signal-columns 0", "--signal-columns needs spikes of a signal"),
        ("--estimate best", "posterior-mean"),
    ] {
        let run = folder.run(&format!("decode x.spk {options}"));
        assert_eq!(run.code, Some(USAGE), "{options}: {}", run.stderr);
        assert!(run.stderr.contains(words), "{options}: {}", run.stderr);
    }
    let run = folder.run("decode x.spk --prior missing.npy");
    assert_eq!(run.code, Some(3), "{}", run.stderr);
}
