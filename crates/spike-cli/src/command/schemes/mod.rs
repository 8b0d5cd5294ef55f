//! `spike schemes`: the codes, and a card for each.

mod contrast;
mod population;
mod rate;
mod temporal;

use crate::error::CliError;
use crate::terminal::{say, say_json};
use clap::Args;
use serde::Serialize;
use spike_core::{CodeOptions, CodingScheme, ConfigError, EncoderConfig, Normalizer, Seed};
use spike_encode::Encoder;

/// List the codes, or describe one: equation, options, when to use it, decoder, limits.
#[derive(Debug, Args)]
pub(crate) struct Schemes {
    /// A code.
    name: Option<String>,
    /// Print JSON instead of text.
    #[arg(long)]
    json: bool,
}

/// What there is to know of a code. Lines of a text are separated by line feeds.
#[derive(Debug, Clone, Copy, Serialize)]
struct Text {
    summary: &'static str,
    equation: &'static str,
    /// Flags of `spike encode` with their defaults.
    options: &'static str,
    use_when: &'static str,
    /// Methods of `spike decode` that apply, the scheme's own first.
    decoder: &'static str,
    limits: &'static str,
}

/// A code with its text.
#[derive(Debug, Clone, Copy, Serialize)]
struct Card {
    name: &'static str,
    /// Whether this program encodes it.
    available: bool,
    #[serde(flatten)]
    text: Text,
}

impl Schemes {
    /// Runs the verb.
    pub(crate) fn run(self) -> Result<(), CliError> {
        let Some(name) = self.name else {
            let cards: Vec<Card> = CodingScheme::ALL.iter().map(|&s| card(s)).collect();
            if self.json {
                say_json(&cards);
            } else {
                for card in cards {
                    let mark = if card.available { "" } else { " (named, no encoder yet)" };
                    say(&format!("{:<24} {}{mark}", card.name, card.text.summary));
                }
            }
            return Ok(());
        };
        let card = card(name.parse()?);
        if self.json {
            say_json(&card);
            return Ok(());
        }
        let Card { name, text, .. } = card;
        let rows = [
            ("equation", text.equation),
            ("options", text.options),
            ("use when", text.use_when),
            ("decoder", text.decoder),
            ("limits", text.limits),
        ];
        let mark = if card.available { "" } else { " (named, no encoder yet)" };
        say(&format!("{name}: {}{mark}", text.summary));
        for (key, text) in rows {
            say(&format!("{key:>10}  {}", text.replace('\n', "\n            ")));
        }
        Ok(())
    }
}

fn card(scheme: CodingScheme) -> Card {
    let text = match scheme {
        CodingScheme::RatePoisson => rate::POISSON,
        CodingScheme::RateBurst => rate::BURST,
        CodingScheme::RateRegular => rate::REGULAR,
        CodingScheme::TemporalTtfs => temporal::TTFS,
        CodingScheme::TemporalRankOrder => temporal::RANK_ORDER,
        CodingScheme::TemporalPhase => temporal::PHASE,
        CodingScheme::TemporalWeightedPhase => temporal::WEIGHTED_PHASE,
        CodingScheme::PopulationGaussian => population::GAUSSIAN,
        CodingScheme::PopulationTriangular => population::TRIANGULAR,
        CodingScheme::PopulationLatency => population::LATENCY,
        CodingScheme::ContrastThreshold => contrast::THRESHOLD,
        CodingScheme::ContrastSendOnDelta => contrast::SEND_ON_DELTA,
        CodingScheme::ContrastStepForward => contrast::STEP_FORWARD,
        CodingScheme::ContrastMovingWindow => contrast::MOVING_WINDOW,
        CodingScheme::ContrastTbr => contrast::TBR,
        CodingScheme::ContrastBenSpiker => contrast::BEN_SPIKER,
        CodingScheme::ContrastDvsPixel => contrast::DVS_PIXEL,
    };
    Card { name: scheme.name(), available: available(scheme), text }
}

/// Whether the library has an encoder for the default options of a code.
fn available(scheme: CodingScheme) -> bool {
    if scheme == CodingScheme::ContrastDvsPixel {
        return true;
    }
    let (config, code) = (EncoderConfig::default(), CodeOptions::default_of(scheme));
    // A signal of one channel with a sample in each of the 1000 steps; or one value.
    let shape = if scheme.encodes_signals() { vec![1000] } else { vec![1] };
    let encoder = Encoder::new(&config, code, Normalizer::identity(1), Seed(0), shape);
    !matches!(encoder, Err(ConfigError::NoEncoder { .. }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::options::EncodeOptions;
    use spike_core::DecodingMethod;

    #[test]
    fn a_card_names_every_flag_of_its_code_and_no_other() {
        for &scheme in CodingScheme::ALL {
            let options = card(scheme).text.options;
            let named: Vec<&str> = options.split([' ', ',', '\n']).filter(|word| word.starts_with("--")).collect();
            for flag in EncodeOptions::all_flags() {
                assert_eq!(named.contains(&flag.name), flag.belongs_to(scheme), "{scheme}: {}", flag.name);
            }
        }
    }

    #[test]
    fn a_card_names_the_method_of_its_code_first() {
        for &scheme in CodingScheme::ALL {
            let text = card(scheme).text;
            let first = text.decoder.split([':', ' ', ',']).next().and_then(|name| name.parse().ok());
            // Events are integrated; the word for it is that of signals.
            assert_eq!(first, Some(scheme.own_method().unwrap_or(DecodingMethod::Reconstruction)), "{scheme}");
            for part in [text.summary, text.equation, text.options, text.use_when, text.limits] {
                assert!(!part.is_empty() && part.lines().all(|l| l.chars().count() <= 118), "{scheme}: {part}");
            }
        }
    }
}
