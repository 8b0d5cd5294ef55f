//! The estimate of a mutual information with its bias, error, null and ceiling.

use super::bounds::{Ceiling, CeilingKind};
use super::entropies::Entropies;
use super::resample::{ShuffleNull, jackknife_error, shuffle_null};
use super::table::{ContingencyTable, Pairs};
use super::{miller_madow, nsb, panzeri_treves, plug_in, quadratic};
use crate::error::{MetricsError, check_count};
use serde::{Deserialize, Serialize};
use spike_core::Seed;

/// The correction of the bias that limited sampling causes.
///
/// Measured means ± standard deviation over repetitions, uniform stimulus in 10 bins, Poisson counts; the binned
/// channel has 0.777 bits at L = 10 expected spikes and 1.935 at L = 100:
///
/// | method | L = 10, N = 50 | 200 | 2000 | L = 100, N = 200 | 2000 |
/// |---|---|---|---|---|---|
/// | plug-in | 1.70 ± 0.17 | 1.12 ± 0.07 | 0.82 ± 0.01 | 2.63 ± 0.06 | 2.06 ± 0.02 |
/// | Miller–Madow | 1.52 ± 0.20 | 0.94 ± 0.08 | 0.78 ± 0.01 | 2.49 ± 0.07 | 1.99 ± 0.02 |
/// | Panzeri–Treves | 1.07 ± 0.25 | 0.82 ± 0.08 | 0.77 ± 0.01 | 1.94 ± 0.12 | 1.95 ± 0.02 |
/// | quadratic | 1.23 ± 0.24 | 0.81 ± 0.09 | 0.77 ± 0.01 | 2.30 ± 0.09 | 1.95 ± 0.03 |
/// | NSB, counts up to the largest possible | 0.94 ± 0.18 | 0.77 ± 0.08 | 0.78 ± 0.01 | 1.63 ± 0.13 | 1.93 ± 0.02 |
///
/// All fail where there are fewer samples for each stimulus than responses; an estimate says so in
/// [`reliable`](InformationEstimate::reliable).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum InformationMethod {
    /// No correction.
    PlugIn,
    /// Miller (1955): (K − 1)/(2N ln 2) for each entropy, K the number of symbols that occurred.
    MillerMadow,
    /// Panzeri & Treves (1996): K estimated for each stimulus. The best of the cheap ones.
    #[default]
    PanzeriTreves,
    /// Extrapolation from halves and quarters of the data, averaged over this many random partitions.
    Quadratic {
        /// Number of partitions.
        num_partitions: usize,
    },
    /// Nemenman, Shafee & Bialek (2002).
    Nsb {
        /// How many responses are possible; `None`: those that occurred. For counts of up to n spikes it is n + 1;
        /// fewer than are possible bias the estimate down (L = 100, N = 100: 1.23 instead of 1.62 bits).
        num_possible_responses: Option<usize>,
    },
    /// Nearest neighbours of continuous values: Ross (2014) or Kraskov, Stögbauer & Grassberger (2004).
    /// Only by [`mutual_information_mixed`](crate::mutual_information_mixed) and
    /// [`mutual_information_continuous`](crate::mutual_information_continuous).
    NearestNeighbours {
        /// Number of neighbours k.
        num_neighbours: usize,
    },
}

/// How an information is to be estimated.
#[derive(Debug, Clone, PartialEq)]
pub struct InformationOptions {
    /// The correction.
    pub method: InformationMethod,
    /// Shuffles of the null distribution; 0 leaves it out.
    pub num_shuffles: usize,
    /// Seed of shuffles, groups and partitions.
    pub seed: Seed,
    /// Bounds that hold beside those by the alphabets.
    pub ceilings: Vec<Ceiling>,
}

impl Default for InformationOptions {
    fn default() -> Self {
        Self { method: InformationMethod::default(), num_shuffles: 100, seed: Seed(0), ceilings: Vec::new() }
    }
}

/// An estimate of a mutual information with everything that is needed to judge it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct InformationEstimate {
    /// The corrected estimate as computed: it may be negative or above the ceiling.
    pub estimate_bits: f64,
    /// The plug-in value. Nearest-neighbour estimates have none and repeat the estimate here.
    pub naive_bits: f64,
    /// What was taken off: naive − estimate.
    pub bias_bits: f64,
    /// Standard error by a jackknife of 20 groups; `None` below 8 samples. It does not contain the bias that is
    /// left.
    pub standard_error_bits: Option<f64>,
    /// The plug-in value (nearest neighbours: the estimate) with shuffled responses. It tests whether there is any
    /// information; it must not be subtracted, which over-corrects strongly where there is much.
    pub shuffle_null: Option<ShuffleNull>,
    /// The lowest of the bounds that hold, `None` between two continuous values.
    pub ceiling_bits: Option<f64>,
    /// Which bound is the lowest.
    pub ceiling_kind: Option<CeilingKind>,
    /// Samples / (stimuli × responses).
    pub samples_per_cell: f64,
    /// Samples.
    pub num_samples: usize,
    /// Stimuli that occurred; for continuous ones the distinct values.
    pub num_stimuli: usize,
    /// Responses that occurred; for continuous ones the distinct values.
    pub num_responses: usize,
    /// Whether there are enough samples for the bias correction to be trusted: samples for each stimulus ≥
    /// responses. Mixed nearest neighbours: samples ≥ (k + 1) × responses. Continuous: samples ≥ 10·k.
    pub reliable: bool,
    /// The method.
    pub method: InformationMethod,
}

impl InformationEstimate {
    /// The estimate within what is possible: clamped to 0 and the ceiling. Test on the estimate itself.
    #[must_use]
    pub fn scalar_bits(&self) -> f64 {
        // A ceiling is never below 0.
        self.estimate_bits.min(self.ceiling_bits.unwrap_or(f64::INFINITY)).max(0.0)
    }

    /// [`scalar_bits`](Self::scalar_bits) for each window, per second.
    #[must_use]
    pub fn rate_bits_per_s(&self, window_ms: f64) -> f64 {
        self.scalar_bits() / (window_ms * 1e-3)
    }

    /// [`scalar_bits`](Self::scalar_bits) per spike; `None` without spikes.
    #[must_use]
    pub fn bits_per_spike(&self, mean_spikes_per_window: f64) -> Option<f64> {
        (mean_spikes_per_window > 0.0).then(|| self.scalar_bits() / mean_spikes_per_window)
    }

    /// Whether the plug-in value exceeds 95 % of the shuffles; `None` without shuffles.
    #[must_use]
    pub fn exceeds_null(&self) -> Option<bool> {
        self.shuffle_null.map(|null| self.naive_bits > null.upper_95_bits)
    }
}

/// Estimates the mutual information of stimulus and response symbols from samples.
///
/// I(S; R) = H(R) − H(R|S), each entropy with the correction of the method. `stimuli[i]` and `responses[i]` are
/// sample i, any numbers as symbols: a spike count, a word, the bin of a value
/// ([`equal_width_symbols`](crate::equal_width_symbols)), or what a decoder returned, which gives a lower bound of
/// the information in the spikes if the decoder was not fitted to the same samples.
///
/// # Errors
/// [`MetricsError::SizeMismatch`] if the lists differ in length; [`MetricsError::TooFew`] without samples, and for
/// the quadratic extrapolation below 8 samples or without partitions.
/// [`MetricsError::Parameter`] for [`InformationMethod::NearestNeighbours`], which needs the values themselves, and for
/// more than 2²⁶ cells of stimuli × responses.
///
/// ```
/// use spike_metrics::{InformationOptions, mutual_information};
/// let stimuli: Vec<u32> = (0..400).map(|k| k % 2).collect();
/// // One response in ten is wrong: a binary symmetric channel, 0.531 bits.
/// let responses: Vec<u32> = (0..400).map(|k| if k % 20 < 2 { 1 - k % 2 } else { k % 2 }).collect();
/// let estimate = mutual_information(&stimuli, &responses, &InformationOptions::default())?;
/// assert!((estimate.estimate_bits - 0.531).abs() < 0.005);
/// assert_eq!((estimate.ceiling_bits, estimate.exceeds_null(), estimate.reliable), (Some(1.0), Some(true), true));
/// # Ok::<(), spike_metrics::MetricsError>(())
/// ```
pub fn mutual_information(
    stimuli: &[u32],
    responses: &[u32],
    options: &InformationOptions,
) -> Result<InformationEstimate, MetricsError> {
    let pairs = Pairs::new(stimuli, responses)?;
    let num_samples = pairs.len();
    let all: Vec<usize> = (0..num_samples).collect();
    if let InformationMethod::Quadratic { num_partitions } = options.method {
        check_count("samples", num_samples, 8)?;
        check_count("partitions", num_partitions, 1)?;
    }
    let seed = options.seed;
    let estimate_of = |indices: &[usize]| match options.method {
        InformationMethod::Quadratic { num_partitions } => {
            quadratic::information_bits(&pairs, indices, num_partitions, seed)
        }
        method => of_table(&pairs.table(indices.iter().copied()), method).information_bits(),
    };
    let table = pairs.table(0..num_samples);
    check_method(options.method, &table)?;
    let naive = |order: &[usize]| {
        plug_in::entropies(&pairs.with_responses_permuted(order).table(0..num_samples)).information_bits()
    };
    let estimate_bits = estimate_of(&all);
    let mut estimate = judged(&table, estimate_bits, options);
    estimate.standard_error_bits = jackknife_error(num_samples, seed, estimate_of);
    estimate.shuffle_null = shuffle_null(num_samples, options.num_shuffles, seed, naive);
    Ok(estimate)
}

/// The estimate from a table of counts, for instance a confusion matrix. Without the samples there is neither a
/// standard error nor a null, and no quadratic extrapolation.
///
/// # Errors
/// [`MetricsError::Parameter`] for methods that need the samples.
///
/// ```
/// use ndarray::array;
/// use spike_metrics::{ContingencyTable, InformationMethod, table_information};
/// let confusion = ContingencyTable::from_counts(array![[90, 10], [10, 90]].view())?;
/// let estimate = table_information(&confusion, InformationMethod::PanzeriTreves)?;
/// assert!((estimate.naive_bits - 0.5310).abs() < 1e-4 && (estimate.estimate_bits - 0.5274).abs() < 1e-4);
/// # Ok::<(), spike_metrics::MetricsError>(())
/// ```
pub fn table_information(
    table: &ContingencyTable,
    method: InformationMethod,
) -> Result<InformationEstimate, MetricsError> {
    check_method(method, table)?;
    if let InformationMethod::Quadratic { num_partitions } = method {
        let allowed = "a method without partitions: a table holds no samples to divide";
        return Err(MetricsError::Parameter { name: "num_partitions", value: num_partitions as f64, allowed });
    }
    let options = InformationOptions { method, num_shuffles: 0, ..InformationOptions::default() };
    Ok(judged(table, of_table(table, method).information_bits(), &options))
}

fn check_method(method: InformationMethod, table: &ContingencyTable) -> Result<(), MetricsError> {
    match method {
        InformationMethod::NearestNeighbours { num_neighbours } => {
            let allowed = "a method for symbols; nearest neighbours need the values, see mutual_information_mixed";
            Err(MetricsError::Parameter { name: "num_neighbours", value: num_neighbours as f64, allowed })
        }
        InformationMethod::Nsb { num_possible_responses: Some(possible) } => {
            check_count("possible responses", possible, table.num_responses())
        }
        _ => Ok(()),
    }
}

pub(crate) fn of_table(table: &ContingencyTable, method: InformationMethod) -> Entropies {
    match method {
        InformationMethod::MillerMadow => miller_madow::entropies(table),
        InformationMethod::PanzeriTreves => panzeri_treves::entropies(table),
        InformationMethod::Nsb { num_possible_responses } => {
            nsb::entropies(table, num_possible_responses.unwrap_or(table.num_responses()))
        }
        // Extrapolation and neighbours work on samples; of a table they take the plug-in value.
        InformationMethod::PlugIn
        | InformationMethod::Quadratic { .. }
        | InformationMethod::NearestNeighbours { .. } => plug_in::entropies(table),
    }
}

fn judged(table: &ContingencyTable, estimate_bits: f64, options: &InformationOptions) -> InformationEstimate {
    let naive_bits = plug_in::entropies(table).information_bits();
    let (num_stimuli, num_responses) = (table.num_stimuli(), table.num_responses());
    let num_samples = table.num_samples() as usize;
    let alphabets = [
        Ceiling::of_stimuli(num_stimuli),
        Ceiling {
            kind: CeilingKind::ResponseEntropy,
            bits: miller_madow::entropy_miller_madow_bits(&table.response_counts()),
        },
    ];
    let lowest = Ceiling::lowest(alphabets.iter().chain(&options.ceilings));
    InformationEstimate {
        estimate_bits,
        naive_bits,
        bias_bits: naive_bits - estimate_bits,
        standard_error_bits: None,
        shuffle_null: None,
        ceiling_bits: lowest.map(|c| c.bits),
        ceiling_kind: lowest.map(|c| c.kind),
        samples_per_cell: num_samples as f64 / (num_stimuli * num_responses) as f64,
        num_samples,
        num_stimuli,
        num_responses,
        reliable: num_samples >= num_stimuli * num_responses,
        method: options.method,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scalar_is_clamped_and_the_estimate_is_not() {
        let stimuli = [0, 0, 1, 1, 2, 2];
        let independent = mutual_information(&stimuli, &[0, 1, 0, 1, 0, 1], &InformationOptions::default()).unwrap();
        assert!(independent.estimate_bits < 0.0);
        assert_eq!(independent.scalar_bits(), 0.0);
        let options = InformationOptions {
            ceilings: vec![Ceiling { kind: CeilingKind::CountCapacity, bits: 0.25 }],
            ..InformationOptions::default()
        };
        let capped = mutual_information(&stimuli, &stimuli, &options).unwrap();
        assert_eq!((capped.scalar_bits(), capped.ceiling_kind), (0.25, Some(CeilingKind::CountCapacity)));
        assert!(capped.estimate_bits > 1.5);
        assert_eq!((capped.rate_bits_per_s(100.0), capped.bits_per_spike(0.5)), (2.5, Some(0.5)));
        assert_eq!(capped.bits_per_spike(0.0), None);
    }

    #[test]
    fn what_a_method_needs_is_asked_for() {
        let symbols = [0, 1, 0, 1];
        let with = |method| {
            let options = InformationOptions { method, ..InformationOptions::default() };
            mutual_information(&symbols, &symbols, &options)
        };
        let quadratic = InformationMethod::Quadratic { num_partitions: 5 };
        assert!(matches!(with(quadratic), Err(MetricsError::TooFew { needed: 8, .. })));
        let neighbours = InformationMethod::NearestNeighbours { num_neighbours: 3 };
        assert!(matches!(with(neighbours), Err(MetricsError::Parameter { .. })));
        let table = ContingencyTable::from_samples(&symbols, &symbols).unwrap();
        assert!(table_information(&table, quadratic).is_err());
        let too_few = InformationMethod::Nsb { num_possible_responses: Some(1) };
        assert!(matches!(table_information(&table, too_few), Err(MetricsError::TooFew { needed: 2, .. })));
        assert!(table_information(&table, InformationMethod::Nsb { num_possible_responses: None }).is_ok());
    }
}
