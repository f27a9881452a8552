//! Old sets go when newer ones are enough, and what went stands in a list that stays: which set, of what date, how much it
//! was, by which hash its manifest is known, and when it went.

use super::super::files;
use super::super::manifest::Manifest;
use super::{Store, names_in};
use crate::error::{Error, Exit, Result};
use crate::message::Message;
use serde::Serialize;
use sha2::{Digest, Sha256};
use std::fs;
use std::path::Path;

/// Ending of the hidden folder that a set is while it is removed.
const ENDING: &str = ".removed";

/// A set that is gone: a line of `removed.jsonl` in the output folder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Removed {
    /// The run's name.
    pub run_id: String,
    /// The date that the set was of; empty if its manifest could not be read.
    pub as_of: String,
    /// SHA-256 of its manifest; empty if there was none.
    pub manifest_sha256: String,
    /// Files that it had.
    pub files: u64,
    /// Their bytes. What the store or a newer set has by a second name is still there.
    pub bytes: u64,
    /// When it was removed.
    pub removed_at: String,
}

impl Store {
    /// Removes the oldest sets until `keep` are left, the published one always among them, and notes each in
    /// `removed.jsonl`. A removal that was cut short is finished first.
    ///
    /// # Errors
    /// [`Exit::Output`] or [`Exit::Io`] if a set cannot be removed or the list cannot be written; the sets before it are gone.
    pub fn remove_sets(&self, keep: usize, removed_at: &str) -> Result<Vec<Removed>> {
        let (names, current) = (names_in(&self.runs())?, self.current());
        let cut_short = |name: &String| name.starts_with('.') && name.ends_with(ENDING);
        let mut going: Vec<String> = names.iter().filter(|name| cut_short(name)).cloned().collect();
        // Names begin with the time, so they are in order. What somebody else put there is no set and stays.
        let is_set = |name: &&String| !name.starts_with('.') && self.runs().join(name).join("manifest.json").is_file();
        let sets: Vec<&String> = names.iter().filter(is_set).collect();
        let others = sets.iter().filter(|name| current.as_deref() != Some(name.as_str()));
        for name in others.take(sets.len().saturating_sub(keep.max(1))) {
            // No reader finds half a set.
            let hidden = format!(".{name}{ENDING}");
            files::rename(&self.runs().join(name), &self.runs().join(&hidden))?;
            going.push(hidden);
        }
        let mut removed = Vec::new();
        for hidden in going {
            let folder = self.runs().join(&hidden);
            let name = hidden.trim_start_matches('.').trim_end_matches(ENDING);
            let note = note(&folder, name, removed_at)?;
            files::remove_folder(&folder)?;
            self.write_down(&note)?;
            removed.push(note);
        }
        Ok(removed)
    }

    fn write_down(&self, note: &Removed) -> Result<()> {
        let path = self.output.join("removed.jsonl");
        let mut text = if path.exists() { files::read(&path)? } else { Vec::new() };
        serde_json::to_writer(&mut text, note).map_err(|error| {
            Error::new(Exit::Bug, Message::new("store.journal_unwritable")).caused_by(error.to_string())
        })?;
        text.push(b'\n');
        files::replace(&path, &text)
    }
}

fn note(folder: &Path, run_id: &str, removed_at: &str) -> Result<Removed> {
    let manifest = folder.join("manifest.json");
    let sha256 =
        fs::read(&manifest).map(|bytes| Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect());
    let mut note = Removed {
        run_id: run_id.to_owned(),
        as_of: Manifest::read(folder).map(|manifest| manifest.as_of).unwrap_or_default(),
        manifest_sha256: sha256.unwrap_or_default(),
        files: 0,
        bytes: 0,
        removed_at: removed_at.to_owned(),
    };
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).map_err(|error| files::read_error(&folder, error))? {
            let entry = entry.map_err(|error| files::read_error(&folder, error))?;
            let meta = entry.metadata().map_err(|error| files::read_error(&entry.path(), error))?;
            if meta.is_dir() {
                folders.push(entry.path());
            } else {
                (note.files, note.bytes) = (note.files + 1, note.bytes + meta.len());
            }
        }
    }
    Ok(note)
}
