//! Scaling of the input to [0, 1]: fitted once, stored with the code, inverted by the decoder.

use crate::config::in_range;
use crate::error::{ConfigError, EncodeError, NameError};
use crate::quantile::quantiles;
use serde::{Deserialize, Serialize};
use std::str::FromStr;

/// How values are scaled to [0, 1].
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NormalizerKind {
    /// Not at all: values must lie in [0, 1].
    None,
    /// By the smallest and largest value of the whole input.
    #[default]
    MinMax,
    /// By the smallest and largest value of each channel.
    PerChannel,
    /// By two percentiles of the whole input; values beyond are clipped and counted.
    Percentile {
        /// Lower percentile, mapped to 0.
        low_pct: f64,
        /// Upper percentile, mapped to 1.
        high_pct: f64,
    },
}

impl FromStr for NormalizerKind {
    type Err = NameError;

    /// Reads `none`, `minmax`, `per_channel`, `percentile` (1 and 99) or `percentile:LOW,HIGH`.
    fn from_str(text: &str) -> Result<Self, NameError> {
        let unknown = || NameError {
            what: "normaliser",
            found: text.chars().take(64).collect(),
            allowed: "none, minmax, per_channel, percentile, percentile:LOW,HIGH",
        };
        match text {
            "none" => Ok(Self::None),
            "minmax" => Ok(Self::MinMax),
            "per_channel" => Ok(Self::PerChannel),
            "percentile" => Ok(Self::Percentile { low_pct: 1.0, high_pct: 99.0 }),
            _ => {
                let (low, high) =
                    text.strip_prefix("percentile:").and_then(|rest| rest.split_once(',')).ok_or_else(unknown)?;
                let number = |part: &str| part.trim().parse().map_err(|_| unknown());
                Ok(Self::Percentile { low_pct: number(low)?, high_pct: number(high)? })
            }
        }
    }
}

/// A fitted scaling: x = (value − low) / (high − low), clipped to [0, 1].
///
/// ```
/// use spike_core::{NormalizeReport, Normalizer, NormalizerKind};
/// let data = [0.0, 51.0, 255.0, 255.0];
/// let normalizer = Normalizer::fit_slice(NormalizerKind::MinMax, 2, &data)?;
/// let (mut scaled, mut report) = (Vec::new(), NormalizeReport::default());
/// normalizer.apply(&data, 0, &mut scaled, &mut report)?;
/// assert_eq!(scaled, [0.0, 0.2, 1.0, 1.0]);
/// assert_eq!(normalizer.invert(0.2, 1), 51.0);
/// # Ok::<(), spike_core::EncodeError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "RawNormalizer", into = "RawNormalizer")]
pub struct Normalizer {
    kind: NormalizerKind,
    num_channels: usize,
    /// One range, or one for each channel.
    ranges: Vec<[f64; 2]>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawNormalizer {
    kind: NormalizerKind,
    num_channels: usize,
    ranges: Vec<[f64; 2]>,
}

impl TryFrom<RawNormalizer> for Normalizer {
    type Error = ConfigError;
    fn try_from(raw: RawNormalizer) -> Result<Self, ConfigError> {
        Normalizer::from_ranges(raw.kind, raw.num_channels, raw.ranges)
    }
}

impl From<Normalizer> for RawNormalizer {
    fn from(n: Normalizer) -> Self {
        RawNormalizer { kind: n.kind, num_channels: n.num_channels, ranges: n.ranges }
    }
}

/// What a normaliser did to the values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct NormalizeReport {
    /// Values seen.
    pub values: u64,
    /// Values outside the fitted range, clipped.
    pub clipped: u64,
}

/// A normaliser being fitted on a stream of samples.
#[derive(Debug, Clone)]
pub struct NormalizerFit {
    kind: NormalizerKind,
    ranges: Vec<[f64; 2]>,
    num_channels: usize,
    values: u64,
}

impl NormalizerFit {
    /// A fit over samples of `num_channels` values.
    ///
    /// # Errors
    /// [`EncodeError`] if there are no channels or the percentiles are not 0 ≤ low < high ≤ 100.
    pub fn new(kind: NormalizerKind, num_channels: usize) -> Result<Self, EncodeError> {
        if num_channels == 0 {
            return Err(EncodeError::Empty { num_samples: 0, num_channels });
        }
        check_kind(kind)?;
        let num_ranges = if kind == NormalizerKind::PerChannel { num_channels } else { 1 };
        Ok(Self { kind, ranges: vec![[f64::INFINITY, f64::NEG_INFINITY]; num_ranges], num_channels, values: 0 })
    }

    /// Takes whole samples into account.
    ///
    /// # Errors
    /// [`EncodeError::NotFinite`] with the position of the first NaN or infinity.
    pub fn observe(&mut self, values: &[f64]) -> Result<(), EncodeError> {
        if !values.iter().fold(true, |ok, v| ok & v.is_finite()) {
            let at = values.iter().position(|v| !v.is_finite()).unwrap_or(0);
            let index = self.values + at as u64;
            let channels = self.num_channels as u64;
            let (sample, channel) = (index / channels, (index % channels) as usize);
            return Err(EncodeError::NotFinite { sample, channel, value: values[at] });
        }
        if self.kind == NormalizerKind::PerChannel {
            let offset = (self.values % self.num_channels as u64) as usize;
            for (i, &v) in values.iter().enumerate() {
                let range = &mut self.ranges[(offset + i) % self.num_channels];
                *range = [range[0].min(v), range[1].max(v)];
            }
        } else {
            let [low, high] = &mut self.ranges[0];
            for &v in values {
                *low = low.min(v);
                *high = high.max(v);
            }
        }
        self.values += values.len() as u64;
        Ok(())
    }
}

impl Normalizer {
    /// Fits on a stream that can be read several times: `pass` calls its argument with consecutive runs of whole
    /// samples. Minimum and maximum need one pass, percentiles five.
    ///
    /// # Errors
    /// [`EncodeError`] for NaN, infinity (with position), an empty stream or a stream that changes between passes,
    /// and whatever `pass` itself returns.
    pub fn fit<E: From<EncodeError>>(
        kind: NormalizerKind,
        num_channels: usize,
        mut pass: impl FnMut(&mut dyn FnMut(&[f64]) -> Result<(), E>) -> Result<(), E>,
    ) -> Result<Self, E> {
        let mut fit = NormalizerFit::new(kind, num_channels)?;
        pass(&mut |values| fit.observe(values).map_err(E::from))?;
        if fit.values == 0 {
            return Err(EncodeError::Empty { num_samples: 0, num_channels }.into());
        }
        if let NormalizerKind::Percentile { low_pct, high_pct } = kind {
            let found = quantiles::<E>(fit.values, &[low_pct / 100.0, high_pct / 100.0], |each| {
                pass(&mut |values| {
                    each(values);
                    Ok(())
                })
            })?;
            fit.ranges = vec![[found[0], found[1]]];
        }
        let ranges = if kind == NormalizerKind::None { vec![[0.0, 1.0]] } else { fit.ranges };
        Self::from_ranges(kind, num_channels, ranges).map_err(|e| EncodeError::from(e).into())
    }

    /// Fits on values in memory, sample-major.
    ///
    /// # Errors
    /// As [`fit`](Self::fit).
    pub fn fit_slice(kind: NormalizerKind, num_channels: usize, values: &[f64]) -> Result<Self, EncodeError> {
        Self::fit::<EncodeError>(kind, num_channels, |each| each(values))
    }

    /// The normaliser that leaves values as they are and requires them to lie in [0, 1].
    #[must_use]
    pub fn identity(num_channels: usize) -> Self {
        Self { kind: NormalizerKind::None, num_channels, ranges: vec![[0.0, 1.0]] }
    }

    /// A normaliser with known ranges: one, or one for each channel.
    ///
    /// # Errors
    /// [`ConfigError`] if a range is not finite or not ascending, or their number fits neither case.
    pub fn from_ranges(kind: NormalizerKind, num_channels: usize, ranges: Vec<[f64; 2]>) -> Result<Self, ConfigError> {
        check_kind(kind)?;
        let expected = if kind == NormalizerKind::PerChannel { num_channels } else { 1 };
        if ranges.len() != expected || num_channels == 0 {
            let (value, min) = (ranges.len() as f64, expected as f64);
            return Err(ConfigError::OutOfRange { name: "number of normaliser ranges", value, min, max: min });
        }
        for [low, high] in &ranges {
            in_range("range of the input", high - low, 0.0, f64::MAX)?;
        }
        Ok(Self { kind, num_channels, ranges })
    }

    /// How values are scaled.
    #[must_use]
    pub fn kind(&self) -> NormalizerKind {
        self.kind
    }

    /// Channels of a sample.
    #[must_use]
    pub fn num_channels(&self) -> usize {
        self.num_channels
    }

    /// The range [low, high] of a channel in the caller's units.
    #[must_use]
    pub fn range(&self, channel: usize) -> [f64; 2] {
        self.ranges[if self.ranges.len() == 1 { 0 } else { channel }]
    }

    /// Channels whose range is a single value: they encode as 0 and decode exactly.
    #[must_use]
    pub fn constant_channels(&self) -> usize {
        let constant = self.ranges.iter().filter(|[low, high]| low == high).count();
        if self.ranges.len() == 1 { constant * self.num_channels } else { constant }
    }

    /// Appends the scaled values of whole samples to `scaled`; `first_sample` is the global index of the first.
    ///
    /// # Errors
    /// [`EncodeError`] for NaN, infinity and, without normalisation, values outside [0, 1], with the position.
    pub fn apply(
        &self,
        values: &[f64],
        first_sample: u64,
        scaled: &mut Vec<f64>,
        report: &mut NormalizeReport,
    ) -> Result<(), EncodeError> {
        if !values.len().is_multiple_of(self.num_channels) {
            return Err(EncodeError::ChannelMismatch { fitted: self.num_channels, found: values.len() });
        }
        scaled.reserve(values.len());
        let mut ok = true;
        let mut clipped = 0u64;
        let mut scale = |v: f64, [low, high]: [f64; 2]| {
            ok &= v.is_finite();
            clipped += u64::from((v < low) | (v > high));
            if high > low { ((v - low) / (high - low)).clamp(0.0, 1.0) } else { 0.0 }
        };
        if let [range] = self.ranges[..] {
            scaled.extend(values.iter().map(|&v| scale(v, range)));
        } else {
            for sample in values.chunks_exact(self.num_channels) {
                scaled.extend(sample.iter().zip(&self.ranges).map(|(&v, &range)| scale(v, range)));
            }
        }
        report.values += values.len() as u64;
        report.clipped += clipped;
        if ok && (clipped == 0 || self.kind != NormalizerKind::None) {
            return Ok(());
        }
        let bad = |v: f64| !v.is_finite() || (self.kind == NormalizerKind::None && !(0.0..=1.0).contains(&v));
        let index = values.iter().position(|&v| bad(v)).unwrap_or(0);
        let (sample, channel) = (first_sample + (index / self.num_channels) as u64, index % self.num_channels);
        let value = values[index];
        Err(if value.is_finite() {
            EncodeError::OutsideUnit { sample, channel, value }
        } else {
            EncodeError::NotFinite { sample, channel, value }
        })
    }

    /// The value in the caller's units that scales to `x`.
    #[must_use]
    pub fn invert(&self, x: f64, channel: usize) -> f64 {
        let [low, high] = self.range(channel);
        if x == 1.0 { high } else { low + x * (high - low) }
    }
}

fn check_kind(kind: NormalizerKind) -> Result<(), ConfigError> {
    if let NormalizerKind::Percentile { low_pct, high_pct } = kind {
        in_range("upper percentile", high_pct, 0.0, 100.0)?;
        if !(0.0 <= low_pct && low_pct < high_pct) {
            return Err(ConfigError::OutOfRange { name: "lower percentile", value: low_pct, min: 0.0, max: high_pct });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scaled(kind: NormalizerKind, channels: usize, data: &[f64]) -> (Vec<f64>, NormalizeReport, Normalizer) {
        let normalizer = Normalizer::fit_slice(kind, channels, data).unwrap();
        let (mut out, mut report) = (Vec::new(), NormalizeReport::default());
        normalizer.apply(data, 0, &mut out, &mut report).unwrap();
        (out, report, normalizer)
    }

    #[test]
    fn per_channel_scales_each_and_constant_channels_are_exact() {
        let (out, report, normalizer) = scaled(NormalizerKind::PerChannel, 2, &[1.0, 7.0, 3.0, 7.0]);
        assert_eq!(out, [0.0, 0.0, 1.0, 0.0]);
        assert_eq!((report.clipped, normalizer.constant_channels()), (0, 1));
        assert_eq!(normalizer.invert(0.0, 1), 7.0);
        assert_eq!(normalizer.invert(0.9, 1), 7.0);
    }

    #[test]
    fn percentile_clips_and_counts() {
        let data: Vec<f64> = (0..=100).map(f64::from).collect();
        let (out, report, normalizer) =
            scaled(NormalizerKind::Percentile { low_pct: 10.0, high_pct: 90.0 }, 101, &data);
        assert_eq!(normalizer.range(0), [10.0, 90.0]);
        assert_eq!(report, NormalizeReport { values: 101, clipped: 20 });
        assert_eq!((out[50], out[0], out[100]), (0.5, 0.0, 1.0));
    }

    #[test]
    fn a_constant_range_scales_everything_to_zero() {
        let normalizer = Normalizer::fit_slice(NormalizerKind::MinMax, 1, &[-1.7e308]).unwrap();
        let (mut out, mut report) = (Vec::new(), NormalizeReport::default());
        normalizer.apply(&[1.7e308], 0, &mut out, &mut report).unwrap();
        assert_eq!((out[0], report.clipped), (0.0, 1));
    }

    #[test]
    fn the_ends_of_the_range_are_not_clipped_by_rounding() {
        for (low, high) in [(0.1, 0.7), (-3.3, 1e9), (1e-300, 3e-300)] {
            let (out, report, normalizer) = scaled(NormalizerKind::MinMax, 2, &[low, high]);
            assert_eq!((out[0], out[1], report.clipped), (0.0, 1.0, 0));
            assert_eq!((normalizer.invert(0.0, 0), normalizer.invert(1.0, 0)), (low, high));
        }
    }

    #[test]
    fn bad_values_are_named_by_position() {
        let error = Normalizer::fit_slice(NormalizerKind::MinMax, 2, &[0.0, 1.0, 2.0, f64::NAN]).unwrap_err();
        assert!(matches!(error, EncodeError::NotFinite { sample: 1, channel: 1, .. }));
        let (mut out, mut report) = (Vec::new(), NormalizeReport::default());
        let identity = Normalizer::identity(2);
        let error = identity.apply(&[0.0, 1.0, 0.5, 1.5], 10, &mut out, &mut report).unwrap_err();
        assert_eq!(error, EncodeError::OutsideUnit { sample: 11, channel: 1, value: 1.5 });
        let fitted = Normalizer::fit_slice(NormalizerKind::MinMax, 2, &[0.0, 1.0]).unwrap();
        let error = fitted.apply(&[0.0, f64::INFINITY], 0, &mut out, &mut report).unwrap_err();
        assert!(matches!(error, EncodeError::NotFinite { sample: 0, channel: 1, .. }));
        assert!(fitted.apply(&[0.0; 3], 0, &mut out, &mut report).is_err());
    }

    #[test]
    fn what_cannot_be_fitted_is_an_error() {
        assert!(matches!(Normalizer::fit_slice(NormalizerKind::MinMax, 0, &[]), Err(EncodeError::Empty { .. })));
        assert!(matches!(Normalizer::fit_slice(NormalizerKind::MinMax, 2, &[]), Err(EncodeError::Empty { .. })));
        assert!(Normalizer::fit_slice(NormalizerKind::MinMax, 2, &[-1e308, 1e308]).is_err());
        for (low_pct, high_pct) in [(50.0, 50.0), (-1.0, 50.0), (0.0, 101.0), (f64::NAN, 50.0)] {
            assert!(NormalizerFit::new(NormalizerKind::Percentile { low_pct, high_pct }, 1).is_err());
        }
    }

    #[test]
    fn names_and_serde_round_trip() {
        assert_eq!("minmax".parse(), Ok(NormalizerKind::MinMax));
        assert_eq!("percentile:2,98".parse(), Ok(NormalizerKind::Percentile { low_pct: 2.0, high_pct: 98.0 }));
        assert!("percentile:2".parse::<NormalizerKind>().is_err());
        let normalizer = Normalizer::fit_slice(NormalizerKind::PerChannel, 2, &[0.1, 0.2, 0.3, 0.4]).unwrap();
        let text = serde_json::to_string(&normalizer).unwrap();
        assert_eq!(serde_json::from_str::<Normalizer>(&text).unwrap(), normalizer);
        let broken = r#"{"kind":"per_channel","num_channels":5,"ranges":[[0,1]]}"#;
        assert!(serde_json::from_str::<Normalizer>(broken).is_err());
    }
}
