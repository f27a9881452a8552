//! Counts of what was repaired or dropped, per field and kind.

use std::collections::BTreeMap;

/// How often each field needed each kind of repair. Kinds are published and stable.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Repairs {
    /// Rows by (field, kind).
    pub counts: BTreeMap<(&'static str, &'static str), u64>,
}

impl Repairs {
    /// Counts one row.
    pub fn add(&mut self, field: &'static str, kind: &'static str) {
        *self.counts.entry((field, kind)).or_insert(0) += 1;
    }

    /// Adds the counts of another chunk.
    pub fn merge(&mut self, other: &Repairs) {
        for (key, count) in &other.counts {
            *self.counts.entry(*key).or_insert(0) += count;
        }
    }

    /// Rows of that field and kind.
    pub fn get(&self, field: &'static str, kind: &'static str) -> u64 {
        self.counts.get(&(field, kind)).copied().unwrap_or(0)
    }
}
