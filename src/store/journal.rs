//! What people bring in between the nights (filled-in lists, decisions): one file of JSON lines for each file that was
//! brought, named by its hash, written whole or not at all. What was brought before has its file already, so bringing it
//! again changes nothing.

use super::files;
use crate::error::{Error, Exit, Result};
use crate::message::Message;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::path::{Path, PathBuf};

/// Adds the entries of a file with that hash to the journal in `folder`; `false` if the file is there already.
///
/// # Errors
/// [`Exit::Output`] or [`Exit::Io`] if the folder cannot be written.
pub fn add<T: Serialize>(folder: &Path, sha256: &str, entries: &[T]) -> Result<bool> {
    let path = folder.join(format!("{}.jsonl", &sha256[..sha256.len().min(32)]));
    if path.exists() {
        return Ok(false);
    }
    files::create_folder(folder)?;
    let mut text = String::new();
    for entry in entries {
        let line = serde_json::to_string(entry).map_err(|error| {
            Error::new(Exit::Bug, Message::new("store.journal_unwritable")).caused_by(error.to_string())
        })?;
        text.push_str(&line);
        text.push('\n');
    }
    files::replace(&path, text.as_bytes())?;
    Ok(true)
}

/// Every entry of the journal in `folder`, file by file; none where there is no such folder.
///
/// # Errors
/// [`Exit::Data`] if a file is damaged, [`Exit::Io`] if it cannot be read.
pub fn all<T: DeserializeOwned>(folder: &Path) -> Result<Vec<T>> {
    let mut all = Vec::new();
    if !folder.is_dir() {
        return Ok(all);
    }
    let entries = std::fs::read_dir(folder).map_err(|error| files::read_error(folder, error))?;
    let mut paths: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    paths.retain(|path| path.extension().is_some_and(|ending| ending == "jsonl"));
    paths.sort();
    for path in paths {
        let bytes = files::read(&path)?;
        let broken = || Error::new(Exit::Data, Message::new("store.journal_broken").with("path", path.display()));
        let text = std::str::from_utf8(&bytes).map_err(|_| broken())?;
        for line in text.lines() {
            all.push(serde_json::from_str(line).map_err(|_| broken())?);
        }
    }
    Ok(all)
}
