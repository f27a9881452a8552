//! One JSON object a line. Numbers and booleans are kept as text, nested values as JSON text.

use super::header::match_columns;
use super::record::FIELD_BYTES_MAX;
use super::rows::{Place, Rows};
use crate::tables::Reason;
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};

/// Keys remembered per block; objects with keys of their own must not fill the memory.
const KEYS_MAX: usize = 4096;

/// The keys that the source needs.
#[derive(Debug, Default)]
pub(super) struct Keys {
    columns: Vec<String>,
    seen: Vec<AtomicBool>,
}

/// What a block remembers from line to line: the column of each key.
#[derive(Debug, Default)]
pub(super) struct Scratch {
    slots: BTreeMap<String, Option<usize>>,
    values: Vec<String>,
}

impl Keys {
    /// The needed columns as keys.
    pub(super) fn new(columns: &[String]) -> Self {
        Self { columns: columns.to_vec(), seen: columns.iter().map(|_| AtomicBool::new(false)).collect() }
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.columns.len()
    }

    /// The needed columns that no object had.
    pub(super) fn missing(&self) -> Vec<String> {
        let seen = self.columns.iter().zip(&self.seen);
        seen.filter(|(_, seen)| !seen.load(Ordering::Relaxed)).map(|(name, _)| name.clone()).collect()
    }

    /// Takes one line.
    pub(super) fn push(&self, rows: &mut Rows, scratch: &mut Scratch, place: Place, line: &str) {
        let text = line.trim();
        if text.is_empty() {
            return;
        }
        let object = match serde_json::from_str::<Value>(text) {
            Ok(Value::Object(object)) => object,
            Ok(_) => return rows.quarantine(place, Reason::NotAnObject, text),
            Err(_) => return rows.quarantine(place, Reason::Malformed, text),
        };
        scratch.values.clear();
        scratch.values.resize(self.len(), String::new());
        for (key, value) in object {
            let Some(slot) = self.slot(scratch, &key) else { continue };
            self.seen[slot].store(true, Ordering::Relaxed);
            if !scratch.values[slot].is_empty() {
                continue;
            }
            let value = plain(value);
            if value.len() > FIELD_BYTES_MAX {
                return rows.quarantine(place, Reason::TooLarge, text);
            }
            scratch.values[slot] = value;
        }
        rows.push_values(place, scratch.values.iter().map(String::as_str));
    }

    fn slot(&self, scratch: &mut Scratch, key: &str) -> Option<usize> {
        if let Some(slot) = scratch.slots.get(key) {
            return *slot;
        }
        let exact = self.columns.iter().position(|name| name == key);
        let slot = exact.or_else(|| {
            // The key is the only heading, so it goes to the first column that it fits at the best level.
            match_columns(&[vec![key.to_owned()]], &self.columns).iter().position(Option::is_some)
        });
        if scratch.slots.len() < KEYS_MAX {
            scratch.slots.insert(key.to_owned(), slot);
        }
        slot
    }
}

fn plain(value: Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text,
        Value::Bool(_) | Value::Array(_) | Value::Object(_) => value.to_string(),
        Value::Number(number) => match number.as_f64() {
            Some(float) if number.is_f64() => super::number::float(float),
            _ => number.to_string(),
        },
    }
}

/// The keys of the first objects, in the order in which they appear.
pub(super) fn keys<'a>(lines: impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for line in lines {
        if let Ok(Value::Object(object)) = serde_json::from_str::<Value>(line.trim()) {
            for name in object.keys() {
                if !names.contains(name) && names.len() < KEYS_MAX {
                    names.push(name.clone());
                }
            }
        }
    }
    names
}
