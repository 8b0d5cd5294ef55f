//! The rules of the integer arithmetic, each of which a test can leave out.
//!
//! Every decision that the emulated programs took and that could have been taken otherwise is a rule. Outside of
//! tests all rules hold at compile time and cost nothing; the mutation tests break one at a time and demand that a
//! reference case notices.

/// Says which rules hold.
pub(crate) trait Rules: Copy + Send + Sync {
    /// Whether the rule holds.
    fn keeps(self, rule: Rule) -> bool;
}

/// All rules hold: the arithmetic as it is.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Exact;

impl Rules for Exact {
    #[inline(always)]
    fn keeps(self, _rule: Rule) -> bool {
        true
    }
}

macro_rules! rules {
    ($($(#[$doc:meta])* $name:ident,)*) => {
        /// A decision of the arithmetic.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(crate) enum Rule {
            $($(#[$doc])* $name,)*
        }

        #[cfg(test)]
        impl Rule {
            /// Every rule.
            pub(crate) const ALL: &[Self] = &[$(Self::$name,)*];
        }
    };
}

rules! {
    /// A decayed value is truncated toward zero; otherwise toward minus infinity.
    DecayTruncatesTowardZero,
    /// A decayed value loses its fraction; otherwise it is rounded to the nearest.
    DecayDropsFraction,
    /// The current decays by `du + 1`; otherwise by `du`.
    CurrentDecayOffset,
    /// The voltage decays by `dv`; otherwise by `dv + 1`.
    VoltageDecayWithoutOffset,
    /// The voltage takes the current of this step; otherwise that of the step before.
    VoltageTakesNewCurrent,
    /// The bias is added to the voltage; otherwise to the current, which then remembers it.
    BiasStaysOutOfCurrent,
    /// A neuron fires above its threshold; otherwise at its threshold too.
    ThresholdIsStrict,
    /// A spike sets the voltage to zero; otherwise the threshold is subtracted.
    SpikeZeroesVoltage,
    /// Lava: the input is shifted left by six bits; otherwise it is not.
    LavaInputShift,
    /// Lava: the threshold is shifted left by six bits; otherwise it is not.
    LavaThresholdShift,
    /// Lava: a negative bias exponent shifts right, toward minus infinity; otherwise toward zero.
    LavaBiasShiftFloors,
    /// Lava: the current wraps; otherwise it saturates.
    LavaCurrentWraps,
    /// Lava: a wrap is one addition or subtraction of 2²⁴; otherwise it is modulo 2²⁴.
    LavaWrapIsSingle,
    /// Lava: a current of exactly 2²³ stays; otherwise it wraps.
    LavaUpperEdgeStays,
    /// Lava: a current of exactly −2²³ wraps; otherwise it stays.
    LavaLowerEdgeWraps,
    /// Lava: the voltage saturates at ±(2²³ − 1); otherwise it wraps.
    LavaVoltageSaturates,
    /// Lava: a connection sends what it computed in the step before; otherwise in this step.
    LavaConnectionDelays,
    /// Lava: weights are clipped to eight bits and sign; otherwise they are not.
    LavaWeightsClip,
    /// Lava: weights of mixed sign lose one more bit; otherwise they do not.
    LavaMixedSignLosesBit,
    /// Lava: truncated weights of mixed sign go toward minus infinity; otherwise toward zero.
    LavaMixedWeightsFloor,
    /// Lava: inhibitory weights are truncated by magnitude; otherwise toward minus infinity.
    LavaInhibitoryByMagnitude,
    /// Lava: the weight exponent shifts the sum; otherwise each weight.
    LavaExponentShiftsSum,
    /// Lava: a negative weight exponent shifts toward minus infinity; otherwise toward zero.
    LavaExponentFloors,
    /// Lava: the sums of different delays are shifted one by one; otherwise together, when they arrive.
    LavaExponentPerDelay,
    /// Lava: a delay of d is d more steps; otherwise d + 1.
    LavaDelayCounts,
    /// Lava: a convolution flips its kernel; otherwise it correlates.
    LavaKernelFlips,
    /// Lava: the result of a convolution wraps at 24 bits; otherwise it does not.
    LavaConvolutionWraps,
    /// Lava: a change equal to the threshold is sent; otherwise it is not.
    LavaDeltaThresholdInclusive,
    /// Lava: what was not sent is kept; otherwise it is lost.
    LavaDeltaKeepsResidue,
    /// Lava: one bit of message, whose largest value is zero, switches clipping off; otherwise it clips.
    LavaDeltaOneBitIsUnclipped,
    /// Lava: changes are clipped to the message; otherwise they are not.
    LavaDeltaClips,
    /// nengo-loihi: the sum of the weights wraps at 21 bits and sign; otherwise it does not.
    NengoSumWraps,
    /// nengo-loihi: the current wraps at 23 bits and sign; otherwise it saturates.
    NengoCurrentWraps,
    /// nengo-loihi: current and bias together wrap at 23 bits and sign; otherwise they do not.
    NengoBiasedCurrentWraps,
    /// nengo-loihi: the voltage is clipped to its limits; otherwise it is not.
    NengoVoltageClips,
    /// nengo-loihi: the voltage is held at zero in the refractory period; otherwise it is not.
    NengoRefractoryHolds,
    /// nengo-loihi: the step of the spike counts as refractory; otherwise it does not.
    NengoSpikeStepCounts,
    /// nengo-loihi: spikes of an input arrive one step later; otherwise in the same step.
    NengoInputDelays,
    /// nengo-loihi: the decay of the current is lowered by one; otherwise it is not.
    NengoQuantizedDecayLosesOne,
    /// nengo-loihi: halves are rounded to even; otherwise away from zero.
    NengoRoundsHalfToEven,
    /// nengo-loihi: the exponent of a weight is −6 at least; otherwise it is not bounded.
    NengoExponentFloor,
    /// nengo-loihi: weights that lose bits by their exponent are rounded first; otherwise they are only shifted.
    NengoRoundsBeforeShift,
    /// nengo-loihi: a scale that all weights or biases share multiplies in single precision; otherwise in double.
    NengoSharedScaleIsSingle,
    /// nengo-loihi: the quantised decay's rounding losses are part of its scale; otherwise they are not.
    NengoScaleCountsLosses,
}

/// One rule is broken.
#[cfg(test)]
#[derive(Debug, Clone, Copy)]
pub(crate) struct Without(pub(crate) Rule);

#[cfg(test)]
impl Rules for Without {
    fn keeps(self, rule: Rule) -> bool {
        self.0 != rule
    }
}
