//! A fitted model as a file: kept each night beside the set, and read back when a pipeline pins one. It holds the weight of
//! every pattern, so that a pinned model gives the very same weights, and the figures that drift is judged by.

use super::Fit;
use crate::error::{Error, Exit, Result};
use crate::link::Weights;
use crate::link::levels::{COMPARISONS, PATTERNS, Pattern, level_names};
use crate::message::Message;
use serde::{Deserialize, Serialize};

/// Changes whenever the file means something else.
const FORMAT: u32 = 1;
/// Fields that a model of this program may have; those of another do not fit.
const FIELDS: [&str; 6] = ["birth", "sex", "name", "phone", "address", "id"];

/// The model as it is written. Patterns of equal weight 0 odds (they cannot occur) are left out.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Stored {
    /// Format of the file.
    pub format: u32,
    /// Comparisons and the names of their levels, by which pattern numbers are understood.
    pub comparisons: Vec<(String, Vec<String>)>,
    /// Bits from which on a pair was a match; left out where no night has said.
    #[serde(default)]
    pub match_weight_min: Option<f32>,
    /// log2 odds that two profiles drawn at random are one person.
    pub prior_bits: f64,
    /// Silver matches that it was fitted from.
    pub silver_matches: f64,
    /// Share of them that rules that read no ID number brought together.
    pub silver_reached: f64,
    /// Name, m and u of each field.
    pub fields: Vec<(String, Vec<f64>, Vec<f64>)>,
    /// Number of a pattern and its weight in bits, for every pattern that can occur.
    pub weights: Vec<(u32, f32)>,
}

impl Stored {
    /// The file of a fit.
    pub fn of(fit: &Fit) -> Self {
        let weights = fit.weights.of_pattern.iter().enumerate().filter(|(_, bits)| bits.is_finite());
        Self {
            format: FORMAT,
            comparisons: comparisons(),
            match_weight_min: None,
            prior_bits: fit.prior_bits,
            silver_matches: fit.silver_matches,
            silver_reached: fit.silver_reached,
            fields: fit.fields.iter().map(|(name, m, u)| ((*name).to_owned(), m.clone(), u.clone())).collect(),
            weights: weights.map(|(pattern, &bits)| (pattern as u32, bits)).collect(),
        }
    }

    /// The model as text.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).expect("numbers and names are JSON")
    }

    /// Reads a model; `None` if the text is none, or one of another format.
    pub fn parse(json: &str) -> Option<Self> {
        serde_json::from_str(json).ok().filter(|stored: &Self| stored.format == FORMAT)
    }

    /// The fit again, weight for weight.
    ///
    /// # Errors
    /// [`Exit::Config`] if the model was fitted with other comparisons or levels; `path` names it.
    pub fn fit(&self, path: &str) -> Result<Fit> {
        let other = || {
            Error::new(Exit::Config, Message::new("link.model_other").with("path", path))
                .help(Message::new("link.model_help"))
        };
        if self.comparisons != comparisons() {
            return Err(other());
        }
        let mut of_pattern = vec![f32::NEG_INFINITY; PATTERNS];
        for &(pattern, bits) in &self.weights {
            *of_pattern.get_mut(pattern as usize).ok_or_else(other)? = bits;
        }
        let field = |(name, m, u): &(String, Vec<f64>, Vec<f64>)| {
            let name = FIELDS.into_iter().find(|known| known == name)?;
            (m.len() == u.len()).then(|| (name, m.clone(), u.clone()))
        };
        Ok(Fit {
            weights: Weights { of_pattern },
            prior_bits: self.prior_bits,
            silver_matches: self.silver_matches,
            silver_reached: self.silver_reached,
            fields: self.fields.iter().map(field).collect::<Option<_>>().ok_or_else(other)?,
        })
    }
}

fn comparisons() -> Vec<(String, Vec<String>)> {
    COMPARISONS.iter().map(|&name| name.to_owned()).zip(level_names()).collect()
}

/// What the levels of a pattern weigh one by one: the terms whose sum is its weight.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Terms {
    /// Before anything is compared.
    pub prior: f64,
    /// Each comparison by itself, in the order of [`COMPARISONS`].
    pub comparisons: [f64; COMPARISONS.len()],
    /// What they say together beyond each by itself.
    pub rest: f64,
}

/// Takes the weight of `pattern` apart. A comparison's term is the weight of its level where nothing else is known.
pub fn terms(fit: &Fit, pattern: Pattern) -> Terms {
    let weight = |levels: [u8; 4]| {
        let [identity, name, phone, address] = levels;
        f64::from(fit.weights.of_pattern[Pattern::new(identity, name, phone, address).0 as usize])
    };
    let levels = pattern.levels();
    let missing = nothing_known();
    let comparisons = [0, 1, 2, 3].map(|i| {
        let mut alone = missing;
        alone[i] = levels[i];
        let bits = weight(alone) - fit.prior_bits;
        if alone == missing || !bits.is_finite() { 0.0 } else { bits }
    });
    let rest = weight(levels) - fit.prior_bits - comparisons.iter().sum::<f64>();
    Terms { prior: fit.prior_bits, comparisons, rest }
}

/// Levels of a pair of which nothing is known.
fn nothing_known() -> [u8; 4] {
    [crate::link::levels::identity::BIRTH_SEX, 0, 0, 0]
}

/// A level that weighs otherwise than in the night before.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Drift {
    /// Name of the field.
    pub field: String,
    /// Number of the level.
    pub level: usize,
    /// log2 m / u before.
    pub bits_before: f64,
    /// log2 m / u now.
    pub bits_now: f64,
}

/// A level may move by this many bits before it is told.
const DRIFT_BITS: f64 = 2.0;
/// Silver matches that must show the level, in both nights.
const DRIFT_PAIRS: f64 = 200.0;

/// Levels that moved since `before` by more than 2 bits with enough pairs behind them, those that moved most first.
pub fn drift(before: &Stored, now: &Stored) -> Vec<Drift> {
    let mut moved = Vec::new();
    for (name, m, u) in &now.fields {
        let Some((_, m_before, u_before)) = before.fields.iter().find(|field| field.0 == *name) else { continue };
        for level in 1..m.len().min(m_before.len()) {
            let seen = (m[level] * now.silver_matches).min(m_before[level] * before.silver_matches);
            let (bits_now, bits_before) = ((m[level] / u[level]).log2(), (m_before[level] / u_before[level]).log2());
            if seen >= DRIFT_PAIRS && (bits_now - bits_before).abs() > DRIFT_BITS {
                moved.push(Drift { field: name.clone(), level, bits_before, bits_now });
            }
        }
    }
    let by = |drift: &Drift| (drift.bits_now - drift.bits_before).abs();
    moved.sort_by(|x, y| by(y).total_cmp(&by(x)));
    moved
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::link::levels::{identity, name};

    fn fit() -> Fit {
        let mut of_pattern = vec![f32::NEG_INFINITY; PATTERNS];
        let missing = Pattern::new(identity::BIRTH_SEX, 0, 0, 0);
        let alone = Pattern::new(identity::BIRTH_SEX, name::EXACT, 0, 0);
        let both = Pattern::new(identity::BIRTH_SEX, name::EXACT, 1, 0);
        let phone = Pattern::new(identity::BIRTH_SEX, 0, 1, 0);
        for (pattern, bits) in [(missing, -20.0), (alone, -8.0), (phone, -6.5), (both, 4.123_456)] {
            of_pattern[pattern.0 as usize] = bits;
        }
        Fit {
            weights: Weights { of_pattern },
            prior_bits: -20.0,
            silver_matches: 10_000.0,
            silver_reached: 0.9,
            fields: vec![("name", vec![0.0, 0.5, 0.1], vec![0.0, 0.01, 0.2])],
        }
    }

    #[test]
    fn a_model_reads_back_weight_for_weight() {
        let stored = Stored::of(&fit());
        let back = Stored::parse(&stored.to_json()).unwrap();
        assert_eq!(back, stored);
        let again = back.fit("model.json").unwrap();
        assert_eq!(again.weights.of_pattern, fit().weights.of_pattern);
        assert_eq!(again.fields, fit().fields);
    }

    #[test]
    fn a_model_of_other_levels_is_refused() {
        let mut stored = Stored::of(&fit());
        stored.comparisons[1].1.push("another".to_owned());
        assert_eq!(stored.fit("model.json").unwrap_err().exit, Exit::Config);
        let mut beyond = Stored::of(&fit());
        beyond.weights.push((u32::MAX, 1.0));
        assert!(beyond.fit("model.json").is_err());
        assert!(Stored::parse("{\"prior_bits\": 1}").is_none() && Stored::parse("").is_none());
    }

    #[test]
    fn terms_add_up_to_the_weight() {
        let fit = fit();
        let both = Pattern::new(identity::BIRTH_SEX, name::EXACT, 1, 0);
        let terms = terms(&fit, both);
        assert_eq!(terms.comparisons, [0.0, 12.0, 13.5, 0.0]);
        let sum = terms.prior + terms.comparisons.iter().sum::<f64>() + terms.rest;
        assert!((sum - f64::from(fit.weights.of_pattern[both.0 as usize])).abs() < 1e-12);
    }

    #[test]
    fn levels_that_moved_are_told() {
        let before = Stored::of(&fit());
        let mut now = before.clone();
        assert!(drift(&before, &now).is_empty());
        (now.fields[0].1[1], now.fields[0].1[2]) = (0.05, 0.5);
        let moved = drift(&before, &now);
        assert_eq!(moved.iter().map(|d| d.level).collect::<Vec<_>>(), [1, 2], "3.32 and 2.32 bits");
        now.silver_matches = 300.0;
        assert!(drift(&before, &now).is_empty(), "too few pairs to say");
    }
}
