//! Which files a pipeline's sources mean, and whether they are there and fresh.

use super::Dump;
use crate::config::{Pipeline, Source};
use crate::error::{Error, Exit, Result};
use crate::message::Message;
use std::collections::BTreeSet;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// Expands the globs of all sources: each file once, by source and label. The messages are warnings: what is missing or
/// stale but not required, files that are passed over.
///
/// # Errors
/// With exit code 66, naming every required source that has no dump, or one that is stale or cannot be opened.
pub fn find_dumps(pipeline: &Pipeline, now: SystemTime) -> Result<(Vec<Dump>, Vec<Message>)> {
    let folder = pipeline.path.parent().unwrap_or(Path::new(""));
    let (mut dumps, mut warnings, mut faults) = (Vec::new(), Vec::new(), Vec::new());
    let mut seen = BTreeSet::new();
    for (number, source) in (0u16..).zip(&pipeline.sources) {
        let mut found = Vec::new();
        for path in expand(source, &mut warnings) {
            let label = label(&path, folder);
            let complaints = if source.required { &mut faults } else { &mut warnings };
            let meta = match std::fs::metadata(&path) {
                Ok(meta) if meta.is_file() => meta,
                Ok(_) => continue,
                Err(e) => {
                    complaints.push(Message::new("ingest.cannot_open").with("file", label).with("cause", e));
                    continue;
                }
            };
            // Of a dump that may be missing, reading tells; a night without half of the register is worse than none.
            if source.required
                && let Err(e) = File::open(&path)
            {
                complaints.push(Message::new("ingest.cannot_open").with("file", label).with("cause", e));
                continue;
            }
            if !seen.insert(path.canonicalize().unwrap_or_else(|_| path.clone())) {
                let twice = Message::new("ingest.file_twice").with("file", label);
                warnings.push(twice.with("source", &source.name));
                continue;
            }
            let modified = meta.modified().unwrap_or(SystemTime::UNIX_EPOCH);
            found.push(Dump { source: number, file: 0, path, label, bytes: meta.len(), modified });
        }
        let complaints = if source.required { &mut faults } else { &mut warnings };
        // A source without any path is filled by the run itself.
        if found.is_empty() && !source.paths.is_empty() {
            let message = Message::new(if source.required { "ingest.no_dump_required" } else { "ingest.no_dump" });
            complaints.push(message.with("source", &source.name).with("globs", source.paths.join(", ")));
        }
        complaints.extend(found.iter().filter_map(|dump| stale(dump, source, now)));
        found.sort_by(|a, b| a.label.cmp(&b.label));
        dumps.extend(found);
    }
    if !faults.is_empty() {
        let error = Error::new(Exit::NoInput, Message::new("ingest.dumps_missing").with("count", faults.len()));
        return Err(error.faults(faults).help(Message::new("ingest.dumps_missing_help")));
    }
    for (number, dump) in (0..).zip(&mut dumps) {
        dump.file = number;
    }
    Ok((dumps, warnings))
}

/// The paths of a source, sorted, each once.
fn expand(source: &Source, warnings: &mut Vec<Message>) -> BTreeSet<PathBuf> {
    let (mut paths, mut unmatched) = (BTreeSet::new(), Vec::new());
    for pattern in &source.paths {
        let mut matches = 0;
        // A name that holds brackets is a name first.
        if Path::new(pattern).is_file() {
            paths.insert(PathBuf::from(pattern));
            continue;
        }
        match glob::glob(pattern) {
            Ok(found) => {
                for path in found {
                    matches += 1;
                    match path {
                        Ok(path) => _ = paths.insert(path),
                        Err(e) => {
                            let message = Message::new("ingest.cannot_open").with("file", e.path().display());
                            warnings.push(message.with("cause", e.error()));
                        }
                    }
                }
            }
            Err(e) => {
                let message = Message::new("ingest.bad_glob").with("source", &source.name);
                warnings.push(message.with("glob", pattern).with("cause", e.msg));
            }
        }
        if matches == 0 {
            unmatched.push(pattern);
        }
    }
    // Where none matches, the source as a whole is told of.
    if !paths.is_empty() {
        let none = |pattern| Message::new("ingest.no_match").with("source", &source.name).with("glob", pattern);
        warnings.extend(unmatched.into_iter().map(none));
    }
    paths
}

fn stale(dump: &Dump, source: &Source, now: SystemTime) -> Option<Message> {
    let hours_max = u64::from(source.max_age_hours?);
    let hours = now.duration_since(dump.modified).unwrap_or_default().as_secs() / 3600;
    (hours >= hours_max).then(|| {
        let message = Message::new("ingest.stale").with("source", &source.name).with("file", &dump.label);
        message.with("hours", hours).with("hours_max", hours_max)
    })
}

fn label(path: &Path, folder: &Path) -> String {
    path.strip_prefix(folder).unwrap_or(path).to_string_lossy().replace('\\', "/")
}
