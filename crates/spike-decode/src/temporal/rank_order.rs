//! Value from the position of a channel in the order of spikes.

use crate::method::RankRead;
use crate::rate::realised::{confidence, max_count};
use spike_core::{
    CodeOptions, ConfigError, DecodeError, Decoded, DecoderFor, DecodingMethod, Encoding, SpikeView, UnitValues,
    ValueDecoder,
};
use spike_encode::Ranking;

/// Decodes `temporal_rank_order`.
///
/// Channels are ranked by their first spikes, r from 0, silent channels last; channels that spike in the same step,
/// which only jitter brings about, keep the order of their index. Of N channels, rank r stands for
///
/// - (N − r)/(N + 1), the mean of the order statistics of independent uniform values: for those no decoder of ranks
///   has a smaller error, R² = 1 − 2/(N + 1),
/// - m^r with the modulation factor of the code, the weights of Thorpe and Gautrais,
/// - or the entry r of a table that was learned from data ([`rank_table`]).
///
/// Confidence is 1 − Var(x_(r))/Var(x) of the order statistics of uniform values, Var(x_(r)) =
/// (N − r)(r + 1)/((N + 1)²(N + 2)); its mean over ranks is 1 − 2/(N + 1), the R² of the first formula.
///
/// Source: Thorpe and Gautrais (1998), DOI 10.1007/978-1-4615-4831-7_19; order statistics as in David and Nagaraja
/// (2003), Order Statistics, section 3.1; tables as in VanRullen and Thorpe (2001), Neural Comput. 13:1255,
/// DOI 10.1162/08997660152002852.
#[derive(Debug, Clone)]
pub struct RankOrderDecoder {
    num_channels: usize,
    /// Value of each rank.
    values: Vec<f64>,
    max_count: f64,
    modulation: f64,
}

/// The mean value of each rank over samples of normalised values: the look-up table of [`RankRead::Table`].
///
/// ```
/// let table = spike_decode::rank_table(&[0.1, 0.9, 0.7, 0.3], 2)?;
/// assert_eq!(table, [0.8, 0.2]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// [`spike_core::EncodeError`] if there is no whole sample or a value lies outside [0, 1].
pub fn rank_table(values: &[f64], num_channels: usize) -> Result<Vec<f64>, spike_core::EncodeError> {
    let samples = values.len().checked_div(num_channels).unwrap_or(0);
    if samples == 0 || !values.len().is_multiple_of(num_channels) {
        return Err(spike_core::EncodeError::Empty { num_samples: samples, num_channels });
    }
    let mut table = vec![0.0; num_channels];
    for (index, sample) in values.chunks_exact(num_channels).enumerate() {
        let ranking = Ranking::of(UnitValues::new(sample, index as u64)?);
        for (sum, &channel) in table.iter_mut().zip(&ranking.order) {
            *sum += sample[channel as usize];
        }
    }
    table.iter_mut().for_each(|sum| *sum /= samples as f64);
    Ok(table)
}

impl RankOrderDecoder {
    /// The same decoder with another reading of ranks.
    ///
    /// # Errors
    /// [`ConfigError::OutOfRange`] if a table has not one value in [0, 1] for each channel.
    pub fn with_read(self, read: &RankRead) -> Result<Self, ConfigError> {
        let n = self.num_channels as f64;
        let values = match read {
            RankRead::OrderStatistic => order_statistics(self.num_channels),
            RankRead::Modulation => (0..self.num_channels).map(|r| self.modulation.powf(r as f64)).collect(),
            RankRead::Table(table) => {
                if table.len() != self.num_channels {
                    let (name, value) = ("length of the rank table", table.len() as f64);
                    return Err(ConfigError::OutOfRange { name, value, min: n, max: n });
                }
                if let Some(&value) = table.iter().find(|x| !(0.0..=1.0).contains(*x)) {
                    return Err(ConfigError::OutOfRange { name: "value of the rank table", value, min: 0.0, max: 1.0 });
                }
                table.clone()
            }
        };
        Ok(Self { values, ..self })
    }

    /// Channels in the order of their first spikes.
    #[must_use]
    pub fn order(&self, spikes: SpikeView<'_>) -> Vec<u32> {
        let key = |(channel, row): (usize, &[u32])| {
            u64::from(row.first().map_or(u32::MAX, |&step| step)) << 32 | channel as u64
        };
        let mut keys: Vec<u64> = spikes.neurons().enumerate().map(key).collect();
        keys.sort_unstable();
        keys.into_iter().map(|key| key as u32).collect()
    }
}

fn order_statistics(num_channels: usize) -> Vec<f64> {
    let n = num_channels as f64;
    (0..num_channels).map(|r| (n - r as f64) / (n + 1.0)).collect()
}

impl DecoderFor for RankOrderDecoder {
    fn for_encoding(encoding: &Encoding) -> Result<Self, DecodeError> {
        let CodeOptions::TemporalRankOrder(options) = encoding.code else {
            let (method, scheme) = (DecodingMethod::RankOrder, encoding.scheme());
            return Err(DecodeError::WrongMethod { method, scheme });
        };
        let num_channels = encoding.num_channels();
        let values = order_statistics(num_channels);
        Ok(Self { num_channels, values, max_count: max_count(encoding)?, modulation: options.modulation })
    }
}

impl ValueDecoder for RankOrderDecoder {
    fn method(&self) -> DecodingMethod {
        DecodingMethod::RankOrder
    }

    fn decode_sample(&self, spikes: SpikeView<'_>, _sample: u64, into: &mut Decoded) -> Result<(), DecodeError> {
        let (from, n) = (into.values.len(), self.num_channels as f64);
        into.values.resize(from + self.num_channels, 0.0);
        into.confidence.resize(from + self.num_channels, 0.0);
        for (rank, channel) in self.order(spikes).into_iter().enumerate() {
            let r = rank as f64;
            let variance = (n - r) * (r + 1.0) / ((n + 1.0).powi(2) * (n + 2.0));
            into.values[from + channel as usize] = self.values[rank];
            into.confidence[from + channel as usize] = confidence(variance);
        }
        into.activity.extend(spikes.neurons().map(|row| row.len() as f64 / self.max_count));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use spike_core::{CodingScheme, EncoderConfig, Normalizer, Seed, SpikeTrain};

    fn decoder(channels: usize) -> RankOrderDecoder {
        let code = CodeOptions::default_of(CodingScheme::TemporalRankOrder);
        let normalizer = Normalizer::identity(channels);
        let encoding = Encoding::new(&EncoderConfig::default(), code, normalizer, Seed(0), vec![channels]).unwrap();
        RankOrderDecoder::for_encoding(&encoding).unwrap()
    }

    fn decode(decoder: &RankOrderDecoder, neurons: &[Vec<u32>]) -> Decoded {
        let grid = EncoderConfig::default().grid().unwrap();
        let train = SpikeTrain::from_neurons(grid, neurons).unwrap();
        let mut decoded = Decoded::default();
        decoder.decode_sample(train.view(), 0, &mut decoded).unwrap();
        decoded
    }

    #[test]
    fn ranks_are_read_by_each_formula() {
        let neurons = [vec![500], vec![0], vec![], vec![500]];
        let plain = decoder(4);
        assert_eq!(decode(&plain, &neurons).values, [0.6, 0.8, 0.2, 0.4]);
        let powers = plain.clone().with_read(&RankRead::Modulation).unwrap();
        let expected = [0.9, 1.0, 0.729, 0.81];
        assert!(decode(&powers, &neurons).values.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-12));
        let table = plain.with_read(&RankRead::Table(vec![0.9, 0.5, 0.4, 0.0])).unwrap();
        assert_eq!(decode(&table, &neurons).values, [0.5, 0.9, 0.0, 0.4]);
    }

    #[test]
    fn mean_confidence_is_the_ceiling() {
        for n in [1usize, 4, 10, 100] {
            let neurons: Vec<Vec<u32>> = (0..n as u32).map(|i| vec![i]).collect();
            let mean = decode(&decoder(n), &neurons).confidence.iter().sum::<f64>() / n as f64;
            assert!((mean - (1.0 - 2.0 / (n as f64 + 1.0))).abs() < 1e-12, "{n}: {mean}");
        }
    }

    #[test]
    fn tables_that_do_not_fit_are_refused() {
        for table in [vec![0.5; 3], vec![1.5; 4], vec![f64::NAN; 4]] {
            assert!(decoder(4).with_read(&RankRead::Table(table)).is_err());
        }
        assert!(rank_table(&[0.5; 3], 2).is_err());
        assert!(rank_table(&[0.5], 0).is_err());
    }
}
