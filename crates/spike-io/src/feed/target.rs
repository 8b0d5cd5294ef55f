//! The simulators that a feed can be for.

use super::form::Form;
use super::{brian2, lava, nengo, nest, pynn, torch};
use serde::{Deserialize, Serialize};
use spike_core::NameError;
use std::fmt;
use std::str::FromStr;

/// The program that a feed is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum FeedTarget {
    /// `brian2.SpikeGeneratorGroup` ([`brian2`]).
    Brian2,
    /// `spike_generator` of NEST ([`nest`]).
    Nest,
    /// `SpikeSourceArray` of PyNN ([`pynn`]).
    Pynn,
    /// `RingBuffer` of Lava ([`lava`]).
    Lava,
    /// `PresentInput` of Nengo ([`nengo`]).
    Nengo,
    /// A tensor, time first ([`torch`]).
    Torch,
}

impl FeedTarget {
    /// All targets.
    pub const ALL: [Self; 6] = [Self::Brian2, Self::Nest, Self::Pynn, Self::Lava, Self::Nengo, Self::Torch];

    /// The name on the command line and in files.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Brian2 => "brian2",
            Self::Nest => "nest",
            Self::Pynn => "pynn",
            Self::Lava => "lava",
            Self::Nengo => "nengo",
            Self::Torch => "torch",
        }
    }

    /// The Python script that loads `feed_NAME.npz` from its own folder and runs it.
    #[must_use]
    pub fn script(self) -> &'static str {
        match self {
            Self::Brian2 => include_str!("scripts/feed_brian2.py"),
            Self::Nest => include_str!("scripts/feed_nest.py"),
            Self::Pynn => include_str!("scripts/feed_pynn.py"),
            Self::Lava => include_str!("scripts/feed_lava.py"),
            Self::Nengo => include_str!("scripts/feed_nengo.py"),
            Self::Torch => include_str!("scripts/feed_torch.py"),
        }
    }

    pub(super) fn form(self) -> Form {
        match self {
            Self::Brian2 => brian2::FORM,
            Self::Nest => nest::FORM,
            Self::Pynn => pynn::FORM,
            Self::Lava => lava::FORM,
            Self::Nengo => nengo::FORM,
            Self::Torch => torch::FORM,
        }
    }
}

impl FromStr for FeedTarget {
    type Err = NameError;
    fn from_str(text: &str) -> Result<Self, NameError> {
        Self::ALL.into_iter().find(|target| target.name() == text).ok_or_else(|| NameError {
            what: "target of a feed",
            found: text.to_owned(),
            allowed: "brian2, nest, pynn, lava, nengo, torch",
        })
    }
}

impl fmt::Display for FeedTarget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_the_scripts() {
        for target in FeedTarget::ALL {
            assert_eq!(target.name().parse(), Ok(target));
            assert!(target.script().contains(&format!("feed_{target}.npz")), "{target}");
        }
        let error = "neuron".parse::<FeedTarget>().unwrap_err().to_string();
        assert!(error.contains("brian2, nest, pynn, lava, nengo, torch"), "{error}");
    }
}
