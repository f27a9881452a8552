//! Answers as the store keeps them: a journal of the sheets that came back.

use super::Answer;
use crate::error::Result;
use crate::store::journal;
use hashbrown::HashSet;
use std::path::{Path, PathBuf};

/// The folder of the journal within a store.
pub fn folder(store: &Path) -> PathBuf {
    store.join("returns")
}

/// Adds the answers of a sheet with that hash; `false` if the sheet is there already.
///
/// # Errors
/// As [`journal::add`].
pub fn add(store: &Path, sha256: &str, answers: &[Answer]) -> Result<bool> {
    journal::add(&folder(store), sha256, answers)
}

/// Every answer of the store, each once, ordered by key.
///
/// # Errors
/// As [`journal::all`].
pub fn all(store: &Path) -> Result<Vec<Answer>> {
    Ok(distinct(journal::all(&folder(store))?))
}

/// Each answer once, ordered by key.
pub fn distinct(mut answers: Vec<Answer>) -> Vec<Answer> {
    let mut seen = HashSet::new();
    answers.retain(|answer| seen.insert(answer.key.clone()));
    answers.sort_by(|a, b| a.key.cmp(&b.key));
    answers
}
