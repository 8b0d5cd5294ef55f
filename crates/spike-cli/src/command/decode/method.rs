//! The decoding method and its options.

use crate::data::{ArrayOptions, Samples};
use crate::error::CliError;
use crate::options::names;
use clap::Args;
use spike_core::DecodingMethod;
use spike_decode::{BurstRead, CountFormula, Estimate, Method, Prior, RankRead, VectorFormula};
use std::path::Path;

/// The decoding method and its options; an option names its method where --method does not.
#[derive(Debug, Clone, Default, Args)]
pub(super) struct MethodFlags {
    /// Decoding method; the scheme's own by default.
    #[arg(long, value_name = "NAME")]
    method: Option<String>,
    /// spike_count: dead-time corrected, or the plain formula of the specification [default: corrected].
    #[arg(long)]
    count_formula: Option<FormulaName>,
    /// bayesian_mle: which point of the posterior is the value [default: posterior-mean].
    #[arg(long)]
    estimate: Option<EstimateName>,
    /// bayesian_mle: what is known before the spikes, uniform or weights of equal bins in a file [default: uniform].
    #[arg(long, value_name = "uniform|FILE")]
    prior: Option<String>,
    /// population_vector: without bias at the ends of the range, or the plain formula [default: edge-corrected].
    #[arg(long)]
    vector: Option<VectorName>,
    /// burst_interval: what of a burst is read [default: count-and-interval].
    #[arg(long)]
    burst_read: Option<BurstName>,
    /// rank_order: how a rank becomes a value; a file holds the value of each rank [default: order-statistic].
    #[arg(long, value_name = "order-statistic|modulation|FILE")]
    rank_read: Option<String>,
    /// spike_rate: intervals in the sliding window [default: all of the train].
    #[arg(long, value_name = "N")]
    window_isis: Option<u32>,
    /// membrane_potential: time constant of the membrane in ms [default: 20].
    #[arg(long, value_name = "MS")]
    tau_ms: Option<f64>,
}

/// Names of [`CountFormula`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum FormulaName {
    Corrected,
    Plain,
}

impl From<FormulaName> for CountFormula {
    fn from(name: FormulaName) -> Self {
        match name {
            FormulaName::Corrected => Self::DeadTimeCorrected,
            FormulaName::Plain => Self::Plain,
        }
    }
}

names! {
    /// Names of [`Estimate`].
    EstimateName for Estimate { PosteriorMean, Map, Mle }
}

names! {
    /// Names of [`VectorFormula`].
    VectorName for VectorFormula { EdgeCorrected, Plain }
}

names! {
    /// Names of [`BurstRead`].
    BurstName for BurstRead { CountAndInterval, Count }
}

impl MethodFlags {
    /// The method with its options; `None` is the scheme's own.
    pub(super) fn method(&self) -> Result<Option<Method>, CliError> {
        let explicit: Option<DecodingMethod> = self.method.as_deref().map(str::parse).transpose()?;
        let options = [
            (self.count_formula.is_some(), "--count-formula", DecodingMethod::SpikeCount),
            (self.estimate.is_some(), "--estimate", DecodingMethod::BayesianMle),
            (self.prior.is_some(), "--prior", DecodingMethod::BayesianMle),
            (self.vector.is_some(), "--vector", DecodingMethod::PopulationVector),
            (self.burst_read.is_some(), "--burst-read", DecodingMethod::BurstInterval),
            (self.rank_read.is_some(), "--rank-read", DecodingMethod::RankOrder),
            (self.window_isis.is_some(), "--window-isis", DecodingMethod::SpikeRate),
            (self.tau_ms.is_some(), "--tau-ms", DecodingMethod::MembranePotential),
        ];
        let given = || options.iter().filter(|(given, ..)| *given);
        let Some(method) = explicit.or(given().next().map(|&(.., method)| method)) else { return Ok(None) };
        if let Some(&(_, option, belongs_to)) = given().find(|(.., belongs_to)| *belongs_to != method) {
            return Err(CliError::OptionOfAnotherMethod { option, method, belongs_to });
        }
        let mut method = Method::from(method);
        match &mut method {
            Method::SpikeCount(formula) => *formula = self.count_formula.map_or(*formula, Into::into),
            Method::SpikeRate { window_isis } => *window_isis = self.window_isis,
            Method::MembranePotential { tau_ms } => *tau_ms = self.tau_ms.unwrap_or(*tau_ms),
            Method::PopulationVector(formula) => *formula = self.vector.map_or(*formula, Into::into),
            Method::BayesianMle { estimate, prior } => {
                *estimate = self.estimate.map_or(*estimate, Into::into);
                if let Some(file) = self.prior.as_deref().filter(|name| *name != "uniform") {
                    *prior = Prior::from_weights(&numbers(file)?)?;
                }
            }
            Method::BurstInterval(read) => *read = self.burst_read.map_or(*read, Into::into),
            Method::RankOrder(read) => match self.rank_read.as_deref() {
                None | Some("order-statistic") => {}
                Some("modulation") => *read = RankRead::Modulation,
                Some(file) => *read = RankRead::Table(numbers(file)?),
            },
            _ => {}
        }
        Ok(Some(method))
    }
}

/// All numbers of a file of any array format.
fn numbers(path: &str) -> Result<Vec<f64>, CliError> {
    let mut samples = Samples::open(Path::new(path), &ArrayOptions::default())?;
    let mut numbers = Vec::new();
    let mut part = Vec::new();
    while samples.read(samples.default_batch(), &mut part)? > 0 {
        numbers.extend_from_slice(&part);
    }
    Ok(numbers)
}
