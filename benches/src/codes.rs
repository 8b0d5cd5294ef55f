//! Round trips of the codes of values on three kinds of data: what the table of `docs/codes.md` is made of.

use crate::{SEED, uniform};
use spike_core::{
    CodeOptions, CodingScheme, DecodingMethod, EncoderConfig, NormalizeReport, Normalizer, NormalizerKind,
    PhaseOptions, PhaseRange,
};
use spike_decode::{
    CountFormula, Decoder, Estimate, Method, Prior, RankRead, Reachable, Scored, ValueDistribution, VectorFormula,
    rank_table,
};
use spike_encode::Encoder;
use std::error::Error;
use std::path::Path;

/// A code with its configuration and one of its decoders.
#[derive(Debug)]
pub struct Row {
    /// What the table calls the code.
    pub code: String,
    /// What the table calls the decoder.
    pub decoder: String,
    /// The configuration.
    pub config: EncoderConfig,
    /// The options of the code.
    pub options: CodeOptions,
    /// The decoder; `None` is a table of ranks that is learned from the data.
    pub method: Option<Method>,
}

/// Every code of values in its default configuration and in those that show a limit, with all of its decoders.
#[must_use]
pub fn rows() -> Vec<Row> {
    let mut rows = Vec::new();
    let default = EncoderConfig::default();
    let free = EncoderConfig { refractory_period_ms: 0.0, ..default.clone() };
    let jittered = EncoderConfig { jitter_ms: 1.0, ..default.clone() };
    let mut add = |note: &str, config: &EncoderConfig, options: CodeOptions, methods: &[(&str, Option<Method>)]| {
        for (detail, method) in methods {
            let name = method.as_ref().map_or(DecodingMethod::RankOrder, Method::name);
            rows.push(Row {
                code: format!("`{}`{note}", options.scheme()),
                decoder: format!("`{name}`{detail}"),
                config: config.clone(),
                options,
                method: method.clone(),
            });
        }
    };
    let of = CodeOptions::default_of;
    let own = |scheme: CodingScheme| ("", scheme.own_method().map(Method::from));
    let plain = |method: DecodingMethod| ("", Some(Method::from(method)));
    let bayes = |estimate| Some(Method::BayesianMle { estimate, prior: Prior::uniform() });

    let poisson = of(CodingScheme::RatePoisson);
    add(
        "",
        &default,
        poisson,
        &[
            plain(DecodingMethod::SpikeCount),
            (", plain formula", Some(Method::SpikeCount(CountFormula::Plain))),
            plain(DecodingMethod::SpikeRate),
            plain(DecodingMethod::MembranePotential),
            (", posterior mean", bayes(Estimate::PosteriorMean)),
            (", MLE", bayes(Estimate::Mle)),
        ],
    );
    add(
        ", no refractory period",
        &free,
        poisson,
        &[plain(DecodingMethod::SpikeCount), (", posterior mean", bayes(Estimate::PosteriorMean))],
    );
    let regular = of(CodingScheme::RateRegular);
    add("", &default, regular, &[plain(DecodingMethod::SpikeRate), plain(DecodingMethod::SpikeCount)]);
    add(
        ", no refractory period",
        &free,
        regular,
        &[plain(DecodingMethod::SpikeRate), plain(DecodingMethod::SpikeCount)],
    );
    add(
        "",
        &default,
        of(CodingScheme::RateBurst),
        &[plain(DecodingMethod::BurstInterval), plain(DecodingMethod::SpikeCount)],
    );
    let ttfs = of(CodingScheme::TemporalTtfs);
    add("", &default, ttfs, &[own(CodingScheme::TemporalTtfs)]);
    add(", 1 ms jitter", &jittered, ttfs, &[own(CodingScheme::TemporalTtfs)]);
    add(
        "",
        &default,
        of(CodingScheme::TemporalRankOrder),
        &[
            (", (N − r)/(N + 1)", Some(Method::RankOrder(RankRead::OrderStatistic))),
            (", m^r", Some(Method::RankOrder(RankRead::Modulation))),
            (", learned table", None),
        ],
    );
    let phase = of(CodingScheme::TemporalPhase);
    let full = CodeOptions::TemporalPhase(PhaseOptions { range: PhaseRange::FullCircle, ..PhaseOptions::default() });
    add("", &default, phase, &[own(CodingScheme::TemporalPhase)]);
    add(", 1 ms jitter", &jittered, phase, &[own(CodingScheme::TemporalPhase)]);
    add(", full circle, 1 ms jitter", &jittered, full, &[own(CodingScheme::TemporalPhase)]);
    add("", &default, of(CodingScheme::TemporalWeightedPhase), &[own(CodingScheme::TemporalWeightedPhase)]);
    let population = [
        (", posterior mean", bayes(Estimate::PosteriorMean)),
        (", MLE", bayes(Estimate::Mle)),
        (", edge-corrected", Some(Method::PopulationVector(VectorFormula::EdgeCorrected))),
        (", plain formula", Some(Method::PopulationVector(VectorFormula::Plain))),
    ];
    for scheme in [CodingScheme::PopulationGaussian, CodingScheme::PopulationTriangular] {
        add("", &default, of(scheme), &population);
        add(", no refractory period", &free, of(scheme), &population[..2]);
    }
    add("", &default, of(CodingScheme::PopulationLatency), &population[..1]);
    rows
}

/// Values with their distribution.
#[derive(Debug)]
pub struct DataSet {
    /// What the table calls it.
    pub name: &'static str,
    values: Vec<f64>,
    channels: usize,
    /// The distribution of the normalised values, for the limits.
    distribution: ValueDistribution,
}

/// What a round trip has shown.
#[derive(Debug, Clone, Copy)]
pub struct RoundTrip {
    /// R² of decoded against original values.
    pub r2: f64,
    /// R² that no decoder exceeds, where it can be computed.
    pub reachable: Option<f64>,
    /// Spikes for each value.
    pub spikes_per_value: f64,
}

impl DataSet {
    /// 100 000 independent uniform values, in samples of 100 channels.
    #[must_use]
    pub fn uniform() -> Self {
        let distribution = ValueDistribution::uniform();
        Self { name: "uniform", values: uniform(100_000), channels: 100, distribution }
    }

    /// The pixels of the first 100 bundled digits, in samples of 784 channels.
    ///
    /// # Errors
    /// What reading the file meets.
    pub fn digits() -> Result<Self, Box<dyn Error>> {
        Self::read("digits", "mnist/t10k-images-idx3-ubyte.gz", 100, 784)
    }

    /// The bundled electrocardiogram as 3600 separate values, in samples of 100 channels.
    ///
    /// # Errors
    /// What reading the file meets.
    pub fn ecg() -> Result<Self, Box<dyn Error>> {
        Self::read("ECG", "signals/ecg_360hz.csv", usize::MAX, 100)
    }

    fn read(name: &'static str, file: &str, samples: usize, channels: usize) -> Result<Self, Box<dyn Error>> {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../data").join(file);
        let mut values = Vec::new();
        spike_io::open(&path, None, &spike_io::OpenOptions::default())?.read_samples(samples, &mut values)?;
        let normalizer = Normalizer::fit_slice(NormalizerKind::MinMax, 1, &values)?;
        let mut scaled = Vec::new();
        normalizer.apply(&values, 0, &mut scaled, &mut NormalizeReport::default())?;
        Ok(Self { name, values, channels, distribution: ValueDistribution::of(&scaled) })
    }

    /// Encodes and decodes all values.
    ///
    /// # Errors
    /// What the code or the decoder refuses.
    pub fn round_trip(
        &self,
        config: &EncoderConfig,
        options: CodeOptions,
        method: Option<&Method>,
    ) -> Result<RoundTrip, Box<dyn Error>> {
        let normalizer = Normalizer::fit_slice(NormalizerKind::MinMax, self.channels, &self.values)?;
        let encoder = Encoder::new(config, options, normalizer, SEED, vec![self.channels])?;
        let (batch, _) = encoder.encode(&self.values, 0)?;
        let score = |method: Method| -> Result<f64, Box<dyn Error>> {
            let result = Decoder::with_method(encoder.encoding(), method)?.decode(&batch)?.scored(&self.values)?;
            result.reconstruction_r2.ok_or_else(|| "the values are constant".into())
        };
        let ranked = options.scheme() == CodingScheme::TemporalRankOrder;
        // The best that ranks can do is the mean value of each rank on these very data.
        let table = ranked.then(|| self.rank_table()).transpose()?.map(|t| Method::RankOrder(RankRead::Table(t)));
        let reachable = match &table {
            Some(table) => Some(score(table.clone())?),
            None => Reachable::of(encoder.encoding(), &self.distribution)?.map(|r| r.optimal),
        };
        let method = method.cloned().or(table).ok_or("only ranks have a table that is learned")?;
        let spikes_per_value = batch.num_spikes() as f64 / self.values.len() as f64;
        Ok(RoundTrip { r2: score(method)?, reachable, spikes_per_value })
    }

    fn rank_table(&self) -> Result<Vec<f64>, Box<dyn Error>> {
        let normalizer = Normalizer::fit_slice(NormalizerKind::MinMax, 1, &self.values)?;
        let mut scaled = Vec::new();
        normalizer.apply(&self.values, 0, &mut scaled, &mut NormalizeReport::default())?;
        Ok(rank_table(&scaled, self.channels)?)
    }
}
