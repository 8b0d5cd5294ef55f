//! Values that are known to lie in [0, 1].

use crate::error::EncodeError;

/// Normalised values of one sample: finite and in [0, 1], checked once.
#[derive(Debug, Clone, Copy)]
pub struct UnitValues<'a>(&'a [f64]);

impl<'a> UnitValues<'a> {
    /// Checks values of one sample.
    ///
    /// # Errors
    /// [`EncodeError::NotFinite`] or [`EncodeError::OutsideUnit`], with the position.
    pub fn new(values: &'a [f64], sample: u64) -> Result<Self, EncodeError> {
        // One pass that vectorises; the position is looked for only when something is wrong.
        if values.iter().fold(true, |ok, x| ok & (0.0..=1.0).contains(x)) {
            return Ok(Self(values));
        }
        for (channel, &value) in values.iter().enumerate() {
            if !value.is_finite() {
                return Err(EncodeError::NotFinite { sample, channel, value });
            }
            if !(0.0..=1.0).contains(&value) {
                return Err(EncodeError::OutsideUnit { sample, channel, value });
            }
        }
        Ok(Self(values))
    }

    /// The values.
    #[must_use]
    pub fn get(self) -> &'a [f64] {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_position_of_the_first_bad_value_is_named() {
        assert!(UnitValues::new(&[0.0, 1.0, 0.5], 0).is_ok());
        assert_eq!(
            UnitValues::new(&[0.0, 1.5], 4).unwrap_err(),
            EncodeError::OutsideUnit { sample: 4, channel: 1, value: 1.5 }
        );
        assert!(matches!(UnitValues::new(&[f64::NAN], 0), Err(EncodeError::NotFinite { channel: 0, .. })));
        assert!(matches!(UnitValues::new(&[-0.1, f64::INFINITY], 0), Err(EncodeError::OutsideUnit { channel: 0, .. })));
    }
}
