//! Numbers of 16 bits.

/// The value of an IEEE 754 number of 16 bits.
pub(super) fn half_to_f32(bits: u16) -> f32 {
    let magnitude = i32::from(bits & 0x7fff);
    let value = match magnitude >> 10 {
        0 => magnitude as f32 * 2f32.powi(-24),
        0x1f if magnitude & 0x3ff == 0 => f32::INFINITY,
        0x1f => f32::NAN,
        exponent => ((magnitude & 0x3ff) | 0x400) as f32 * 2f32.powi(exponent - 25),
    };
    if bits & 0x8000 == 0 { value } else { -value }
}

/// The value of a number of 16 bits with the exponent of a 32-bit number (bfloat16).
pub(super) fn bfloat_to_f32(bits: u16) -> f32 {
    f32::from_bits(u32::from(bits) << 16)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_bit_patterns() {
        for (bits, value) in [
            (0x3c00, 1.0),
            (0xc000, -2.0),
            (0x7bff, 65504.0),
            (0x0001, 2f32.powi(-24)),
            (0x0400, 2f32.powi(-14)),
            (0x3555, 0.333_251_95),
            (0xfc00, f32::NEG_INFINITY),
        ] {
            assert_eq!(half_to_f32(bits), value, "{bits:#06x}");
        }
        assert!(half_to_f32(0x7e00).is_nan());
        assert_eq!(bfloat_to_f32(0x3fc0), 1.5);
    }
}
