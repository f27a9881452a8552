//! Answers as the store keeps them: one file of JSON lines for each sheet, named by the sheet's hash, written whole or not
//! at all. A sheet that was imported before has its file already, so importing it again changes nothing.

use super::Answer;
use crate::error::{Error, Exit, Result};
use crate::message::Message;
use crate::store::files;
use hashbrown::HashSet;
use std::path::{Path, PathBuf};

/// The folder of the journal within a store.
pub fn folder(store: &Path) -> PathBuf {
    store.join("returns")
}

/// Adds the answers of a sheet with that hash; `false` if the sheet is there already.
///
/// # Errors
/// [`Exit::Output`] or [`Exit::Io`] if the store cannot be written.
pub fn add(store: &Path, sha256: &str, answers: &[Answer]) -> Result<bool> {
    let folder = folder(store);
    let path = folder.join(format!("{}.jsonl", &sha256[..sha256.len().min(32)]));
    if path.exists() {
        return Ok(false);
    }
    files::create_folder(&folder)?;
    let mut text = String::new();
    for answer in answers {
        let line = serde_json::to_string(answer)
            .map_err(|error| Error::new(Exit::Bug, Message::new("returns.unwritable")).caused_by(error.to_string()))?;
        text.push_str(&line);
        text.push('\n');
    }
    files::replace(&path, text.as_bytes())?;
    Ok(true)
}

/// Every answer of the store, each once, ordered by key.
///
/// # Errors
/// [`Exit::Data`] if a file is damaged, [`Exit::Io`] if it cannot be read.
pub fn all(store: &Path) -> Result<Vec<Answer>> {
    let folder = folder(store);
    let mut answers = Vec::new();
    if folder.is_dir() {
        let entries = std::fs::read_dir(&folder).map_err(|error| files::read_error(&folder, error))?;
        let mut paths: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
        paths.retain(|path| path.extension().is_some_and(|ending| ending == "jsonl"));
        paths.sort();
        for path in paths {
            let bytes = files::read(&path)?;
            let broken = || Error::new(Exit::Data, Message::new("returns.broken").with("path", path.display()));
            let text = std::str::from_utf8(&bytes).map_err(|_| broken())?;
            for line in text.lines() {
                answers.push(serde_json::from_str::<Answer>(line).map_err(|_| broken())?);
            }
        }
    }
    Ok(distinct(answers))
}

/// Each answer once, ordered by key.
pub fn distinct(mut answers: Vec<Answer>) -> Vec<Answer> {
    let mut seen = HashSet::new();
    answers.retain(|answer| seen.insert(answer.key.clone()));
    answers.sort_by(|a, b| a.key.cmp(&b.key));
    answers
}
