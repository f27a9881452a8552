//! What people decide on pairs that the program will not settle alone. Uncertain pairs of a set become a sheet for a
//! reviewer ([`sheet`]); its rows come back as decisions ([`read`]), which the store keeps ([`journal`]); and every night
//! they win over what matching says ([`apply()`]). A decision names two records by source and key, so it holds in every
//! later night in which both are there.

mod apply;
pub mod journal;
mod read;
mod sheet;

pub use apply::{Once, Outcome, Pairs, apply};
pub use read::{Form, Read, read};
pub use sheet::{Pair, Shown, headings, of_persons, sheet, verdicts};

use serde::{Deserialize, Serialize};

/// A record, by the names that it has in every set.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Key {
    /// Name of the source.
    pub source: String,
    /// Key of the record in it.
    pub record_id: String,
}

/// What somebody decided on two records.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// They are one person.
    Same,
    /// They are two persons.
    Different,
    /// An earlier decision is withdrawn.
    Open,
}

/// A decision as the store keeps it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    /// One record.
    pub left: Key,
    /// The other one.
    pub right: Key,
    /// What was decided.
    pub verdict: Verdict,
    /// Who decided, as the sheet says; may be empty.
    pub by: String,
    /// Free text.
    pub note: String,
    /// Name of the sheet's file.
    pub sheet: String,
    /// Rises with every decision that the store takes: of two on the same records the later one holds.
    pub number: u64,
}

/// The decisions that hold, the latest first: of several on the same two records the last, and none that was withdrawn.
pub fn in_force(mut decisions: Vec<Decision>) -> Vec<Decision> {
    decisions.sort_by_key(|decision| std::cmp::Reverse(decision.number));
    let mut seen = hashbrown::HashSet::new();
    decisions.retain(|decision| {
        let (a, b) = (decision.left.clone(), decision.right.clone());
        seen.insert(if a < b { (a, b) } else { (b, a) })
    });
    decisions.retain(|decision| decision.verdict != Verdict::Open);
    decisions
}

#[cfg(test)]
mod tests;
