//! Decisions as the store keeps them: a journal of the sheets that came back.

use super::Decision;
use crate::error::Result;
use crate::store::journal;
use std::path::{Path, PathBuf};

/// The folder of the journal within a store.
fn folder(store: &Path) -> PathBuf {
    store.join("decisions")
}

/// Adds the decisions of a sheet with that hash, numbered behind those that are there; `false` if the sheet is there
/// already.
///
/// # Errors
/// As [`journal::add`] and [`all`].
pub fn add(store: &Path, sha256: &str, mut decisions: Vec<Decision>) -> Result<bool> {
    let last = all(store)?.iter().map(|decision| decision.number).max().unwrap_or(0);
    for (number, decision) in (last + 1..).zip(&mut decisions) {
        decision.number = number;
    }
    journal::add(&folder(store), sha256, &decisions)
}

/// Every decision of the store.
///
/// # Errors
/// As [`journal::all`].
pub fn all(store: &Path) -> Result<Vec<Decision>> {
    journal::all(&folder(store))
}
