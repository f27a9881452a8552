//! The truth as a table: which record is which person.

use crate::error::{Error, Exit, Result};
use crate::message::Message;
use foldhash::fast::FixedState;
use hashbrown::{HashMap, HashTable};
use std::hash::{BuildHasher, Hasher};
use std::path::Path;

/// Numbers for names, in the order in which they are first seen.
#[derive(Default)]
pub(super) struct Names {
    numbers: HashMap<String, u32, FixedState>,
}

impl Names {
    /// The number of `name`, which is new if it was not seen before.
    pub(super) fn number(&mut self, name: &str) -> u32 {
        let next = self.numbers.len() as u32;
        *self.numbers.entry_ref(name).or_insert(next)
    }
}

/// Records with their true persons. Keys stand in one string, so that millions of them cost no allocation each.
pub(super) struct Truth {
    hasher: FixedState,
    index: HashTable<u32>,
    keys: String,
    /// Where each key ends in `keys`.
    ends: Vec<usize>,
    rows: Vec<(u32, u16)>,
    sources: Vec<String>,
    persons: Names,
}

impl Truth {
    /// Reads a CSV file with columns `source`, `record_id` and `person_id`, in any order, among others.
    pub(super) fn read(path: &Path) -> Result<Self> {
        let mut reader = open(path)?;
        let [source, id, person] = columns(&mut reader, path, ["source", "record_id", "person_id"])?;
        let mut truth = Self {
            hasher: FixedState::default(),
            index: HashTable::new(),
            keys: String::new(),
            ends: Vec::new(),
            rows: Vec::new(),
            sources: Vec::new(),
            persons: Names::default(),
        };
        let mut record = csv::StringRecord::new();
        while reader.read_record(&mut record).map_err(|error| broken(path, &error))? {
            let person = truth.persons.number(&record[person]);
            truth.add(&record[source], &record[id], person);
        }
        Ok(truth)
    }

    fn add(&mut self, source: &str, id: &str, person: u32) {
        if self.find(source, id).is_some() {
            return;
        }
        let source_number = self.sources.iter().position(|known| known == source).unwrap_or_else(|| {
            self.sources.push(source.to_owned());
            self.sources.len() - 1
        });
        let row = self.rows.len() as u32;
        self.keys.extend([source, "\0", id]);
        self.ends.push(self.keys.len());
        self.rows.push((person, source_number as u16));
        let (keys, ends, hasher) = (&self.keys, &self.ends, &self.hasher);
        let rehash = |&row: &u32| hash_text(hasher, key(keys, ends, row as usize));
        self.index.insert_unique(hash(hasher, source, id), row, rehash);
    }

    /// The row of a record.
    pub(super) fn find(&self, source: &str, id: &str) -> Option<usize> {
        let is = |&row: &u32| {
            let key = key(&self.keys, &self.ends, row as usize).as_bytes();
            key.len() == source.len() + 1 + id.len()
                && key.starts_with(source.as_bytes())
                && key[source.len()] == 0
                && key.ends_with(id.as_bytes())
        };
        self.index.find(hash(&self.hasher, source, id), is).map(|&row| row as usize)
    }

    /// True person and source of a row.
    pub(super) fn row(&self, row: usize) -> (u32, u16) {
        self.rows[row]
    }

    /// The number of a true person.
    pub(super) fn person(&self, name: &str) -> Option<u32> {
        self.persons.numbers.get(name).copied()
    }

    /// Source and key of a row.
    pub(super) fn name(&self, row: usize) -> (&str, &str) {
        key(&self.keys, &self.ends, row).split_once('\0').unwrap_or_default()
    }

    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }

    /// Names of the sources, in the order of the file.
    pub(super) fn sources(&self) -> &[String] {
        &self.sources
    }
}

/// A CSV file.
pub(super) fn open(path: &Path) -> Result<csv::Reader<std::fs::File>> {
    csv::Reader::from_path(path).map_err(|error| {
        let what = Message::new("run.truth_unreadable").with("file", path.display());
        Error::new(Exit::NoInput, what).caused_by(io_text(&error))
    })
}

/// Where those columns stand in it.
pub(super) fn columns<const N: usize>(
    reader: &mut csv::Reader<std::fs::File>,
    path: &Path,
    names: [&str; N],
) -> Result<[usize; N]> {
    let header = reader.headers().map_err(|error| broken(path, &error))?;
    let mut found = [0; N];
    for (slot, name) in found.iter_mut().zip(names) {
        let is = |head: &str| head.trim_start_matches('\u{feff}').trim() == name;
        *slot = header.iter().position(is).ok_or_else(|| {
            let what = Message::new("run.truth_column").with("file", path.display()).with("column", name);
            Error::new(Exit::Data, what)
        })?;
    }
    Ok(found)
}

fn broken(path: &Path, error: &csv::Error) -> Error {
    Error::new(Exit::Data, Message::new("run.truth_broken").with("file", path.display())).caused_by(io_text(error))
}

fn key<'a>(keys: &'a str, ends: &[usize], row: usize) -> &'a str {
    &keys[row.checked_sub(1).map_or(0, |before| ends[before])..ends[row]]
}

fn hash(hasher: &FixedState, source: &str, id: &str) -> u64 {
    let mut state = hasher.build_hasher();
    state.write(id.as_bytes());
    state.write(source.as_bytes());
    state.finish()
}

fn hash_text(hasher: &FixedState, key: &str) -> u64 {
    let (source, id) = key.split_once('\0').unwrap_or((key, ""));
    hash(hasher, source, id)
}

/// What went wrong without the row's own text.
pub(super) fn io_text(error: &csv::Error) -> String {
    let line = error.position().map_or(String::new(), |at| format!("line {}: ", at.line()));
    match error.kind() {
        csv::ErrorKind::Io(error) => format!("{line}{error}"),
        csv::ErrorKind::Utf8 { .. } => format!("{line}not UTF-8"),
        csv::ErrorKind::UnequalLengths { expected_len, len, .. } => {
            format!("{line}{len} fields, expected {expected_len}")
        }
        _ => format!("{line}not CSV"),
    }
}
