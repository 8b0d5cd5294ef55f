//! `spike schemes`: the codes, and a card for each.

use crate::error::CliError;
use crate::terminal::{say, say_json};
use clap::Args;
use serde::Serialize;
use spike_core::CodingScheme;

/// List the codes, or describe one: equation, options, when to use it, decoder, limits.
#[derive(Debug, Args)]
pub(crate) struct Schemes {
    /// A code.
    name: Option<String>,
    /// Print JSON instead of text.
    #[arg(long)]
    json: bool,
}

/// What there is to know of a code.
#[derive(Debug, Clone, Copy, Serialize)]
struct Card {
    name: &'static str,
    /// Whether this program encodes and decodes it.
    available: bool,
    summary: &'static str,
    equation: &'static str,
    options: &'static str,
    use_when: &'static str,
    decoder: &'static str,
    limits: &'static str,
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
                    say(&format!("{:<22} {}{mark}", card.name, card.summary));
                }
            }
            return Ok(());
        };
        let card = card(name.parse()?);
        if self.json {
            say_json(&card);
        } else {
            let rows = [
                ("equation", card.equation),
                ("options", card.options),
                ("use when", card.use_when),
                ("decoder", card.decoder),
                ("limits", card.limits),
            ];
            say(&format!("{}: {}", card.name, card.summary));
            for (key, text) in rows.iter().filter(|(_, text)| !text.is_empty()) {
                say(&format!("{key:>10}  {}", text.replace('\n', "\n            ")));
            }
        }
        Ok(())
    }
}

fn card(scheme: CodingScheme) -> Card {
    let planned = |summary| Card {
        name: scheme.name(),
        available: false,
        summary,
        equation: "",
        options: "",
        use_when: "",
        decoder: "",
        limits: "",
    };
    match scheme {
        CodingScheme::RatePoisson => Card {
            name: scheme.name(),
            available: true,
            summary: "spikes at random with a rate proportional to the value",
            equation: "rate = f_min + (f_max - f_min)·x; in a free step p = rate·dt (--probability exact: 1 - exp(-rate·dt));\n\
                       k = refractory/dt steps after a spike are not free; --refractory compensated: p = 1/(1/(rate·dt) - k)",
            options: "--max-firing-rate-hz 1000, --min-firing-rate-hz 0, --refractory-period-ms 2,\n\
                      --probability per-step|exact, --refractory uncompensated|compensated, --jitter-ms 0",
            use_when: "the network was trained on rate codes, or robustness to lost and shifted spikes counts more than time",
            decoder: "spike_count: p = n/(T - n·k), inverted to the value; --count-formula plain is n/(T·f_max)",
            limits: "one neuron, 100 ms, 1000 Hz, 2 ms refractory: no decoder exceeds R² 0.910 for uniform values;\n\
                     the corrected count reaches 0.892, the plain formula -0.40. R² grows with f_max·T",
        },
        CodingScheme::TemporalTtfs => Card {
            name: scheme.name(),
            available: true,
            summary: "one spike, the earlier the larger the value",
            equation: "linear: t = T·(1 - x); logarithmic: t = tau·ln(theta0/x)",
            options: "--ttfs-form linear|logarithmic, --tau-ms window/ln 256, --theta0 1, --zero last-step|silent, --jitter-ms 0",
            use_when: "latency and number of spikes matter: one spike for each value",
            decoder: "time_to_first_spike: centre of the values that spike in the step",
            limits: "error of one step: R² = 1 - 1/steps² for uniform values without jitter; a lost spike is a lost value",
        },
        CodingScheme::RateBurst => planned("bursts whose length and interval carry the value"),
        CodingScheme::TemporalRankOrder => planned("one spike a channel in order of magnitude"),
        CodingScheme::TemporalPhase => planned("a spike in each cycle at a phase that carries the value"),
        CodingScheme::PopulationGaussian => planned("neurons with Gaussian tuning curves"),
        CodingScheme::PopulationTriangular => planned("neurons with triangular tuning curves"),
        _ => planned("beyond the specification"),
    }
}
