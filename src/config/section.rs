//! A table of the pipeline file being read: typed access to its keys, where a missing, unknown or ill-typed key becomes a
//! fault and reading goes on.

use super::document::{Entry, Node, Value};
use super::fault::{Faults, join};

/// A table at its key path.
#[derive(Debug)]
pub(super) struct Section<'a> {
    pub(super) path: String,
    pub(super) line: usize,
    pub(super) entries: &'a [Entry],
}

impl<'a> Section<'a> {
    /// `node` as a table with the keys `known`; other keys and another type are faults.
    pub(super) fn new(node: &'a Node, line: usize, path: String, known: &[&str], faults: &mut Faults) -> Option<Self> {
        let at = Self::open(node, line, path, faults)?;
        for entry in at.entries.iter().filter(|entry| !known.contains(&entry.key.as_str())) {
            faults.unknown_key(entry.line, &at.path, &entry.key, known);
        }
        Some(at)
    }

    /// `node` as a table whose keys the caller checks.
    pub(super) fn open(node: &'a Node, line: usize, path: String, faults: &mut Faults) -> Option<Self> {
        let Value::Table(entries) = &node.value else {
            faults.wrong_type(line, &path, node.type_name(), "table");
            return None;
        };
        Some(Self { path, line, entries })
    }

    pub(super) fn key(&self, key: &str) -> String {
        join(&self.path, key)
    }

    pub(super) fn get(&self, key: &str) -> Option<&'a Entry> {
        self.entries.iter().find(|entry| entry.key == key)
    }

    /// The line of `key`, or of the table if it has no such key.
    pub(super) fn line_of(&self, key: &str) -> usize {
        self.get(key).map_or(self.line, |entry| entry.line)
    }

    pub(super) fn missing(&self, key: &str, allowed: &str, faults: &mut Faults) {
        faults.missing(self.line, &self.key(key), allowed);
    }

    /// The table under `key`.
    pub(super) fn table(&self, key: &str, known: &[&str], faults: &mut Faults) -> Option<Section<'a>> {
        let entry = self.get(key)?;
        Section::new(&entry.node, entry.line, self.key(key), known, faults)
    }

    /// The tables of the list under `key`, numbered from 1.
    pub(super) fn tables(&self, key: &str, known: &[&str], faults: &mut Faults) -> Vec<Section<'a>> {
        let Some(entry) = self.get(key) else { return Vec::new() };
        let path = self.key(key);
        match &entry.node.value {
            Value::List(items) => items
                .iter()
                .enumerate()
                .filter_map(|(i, item)| Section::new(item, item.line, format!("{path}[{}]", i + 1), known, faults))
                .collect(),
            _ => {
                faults.wrong_type(entry.line, &path, entry.node.type_name(), &format!("[[{path}]]"));
                Vec::new()
            }
        }
    }

    /// Text that is not empty.
    pub(super) fn text(&self, key: &str, faults: &mut Faults) -> Option<String> {
        let entry = self.get(key)?;
        text(&entry.node, entry.line, &self.key(key), faults)
    }

    /// Text that must be there and not be empty.
    pub(super) fn required_text(&self, key: &str, faults: &mut Faults) -> Option<String> {
        if self.get(key).is_none() {
            self.missing(key, "string", faults);
        }
        self.text(key, faults)
    }

    /// A list of texts; one text counts as a list of one.
    pub(super) fn texts(&self, key: &str, faults: &mut Faults) -> Option<Vec<String>> {
        let entry = self.get(key)?;
        texts(&entry.node, entry.line, &self.key(key), faults)
    }

    pub(super) fn bool(&self, key: &str, faults: &mut Faults) -> Option<bool> {
        let entry = self.get(key)?;
        if let Value::Bool(yes) = entry.node.value {
            return Some(yes);
        }
        faults.wrong_type(entry.line, &self.key(key), entry.node.type_name(), "true | false");
        None
    }

    /// A whole number from `min` to `max`.
    pub(super) fn integer(&self, key: &str, min: u32, max: u32, faults: &mut Faults) -> Option<u32> {
        let entry = self.get(key)?;
        let allowed = format!("integer {min} ..= {max}");
        let Value::Integer(number) = entry.node.value else {
            faults.wrong_type(entry.line, &self.key(key), entry.node.type_name(), &allowed);
            return None;
        };
        let number = u32::try_from(number).ok().filter(|n| (min..=max).contains(n));
        if number.is_none() {
            faults.bad_value(entry.line, &self.key(key), &shown(&entry.node), &allowed);
        }
        number
    }

    /// A finite number.
    pub(super) fn number(&self, key: &str, faults: &mut Faults) -> Option<f64> {
        let entry = self.get(key)?;
        number(&entry.node, entry.line, &self.key(key), faults)
    }

    /// One of the words `allowed`, each with what it stands for.
    pub(super) fn word<T: Copy>(&self, key: &str, allowed: &[(&str, T)], faults: &mut Faults) -> Option<T> {
        let entry = self.get(key)?;
        let words: Vec<&str> = allowed.iter().map(|&(word, _)| word).collect();
        let ((Value::Text(found), _) | (_, Some(found))) = (&entry.node.value, &entry.node.raw) else {
            faults.wrong_type(entry.line, &self.key(key), entry.node.type_name(), &words.join(" | "));
            return None;
        };
        let lower = found.to_lowercase();
        let word = allowed.iter().find(|(word, _)| word.to_lowercase() == lower);
        if word.is_none() {
            faults.unknown_word(self.line_of(key), &self.key(key), found, &words);
        }
        word.map(|&(_, value)| value)
    }
}

/// A text that is not empty.
pub(super) fn text(node: &Node, line: usize, key: &str, faults: &mut Faults) -> Option<String> {
    let found = match (&node.value, &node.raw) {
        (Value::Text(found), _) | (_, Some(found)) => found,
        _ => {
            faults.wrong_type(line, key, node.type_name(), "string");
            return None;
        }
    };
    if found.trim().is_empty() {
        faults.bad_value(line, key, "", "string");
        return None;
    }
    Some(found.clone())
}

/// A list of texts; one text counts as a list of one; an empty list is a fault.
pub(super) fn texts(node: &Node, line: usize, key: &str, faults: &mut Faults) -> Option<Vec<String>> {
    match &node.value {
        Value::List(items) if items.is_empty() => {
            faults.bad_value(line, key, "[]", "[string, …]");
            None
        }
        Value::List(items) => items
            .iter()
            .enumerate()
            .map(|(i, item)| text(item, item.line, &format!("{key}[{}]", i + 1), faults))
            .collect::<Vec<_>>()
            .into_iter()
            .collect(),
        Value::Text(_) => text(node, line, key, faults).map(|one| vec![one]),
        _ => {
            faults.wrong_type(line, key, node.type_name(), "string | [string, …]");
            None
        }
    }
}

/// A finite number.
pub(super) fn number(node: &Node, line: usize, key: &str, faults: &mut Faults) -> Option<f64> {
    match node.value {
        Value::Integer(number) => Some(number as f64),
        Value::Float(number) if number.is_finite() => Some(number),
        Value::Float(_) => {
            faults.bad_value(line, key, &shown(node), "finite number");
            None
        }
        _ => {
            faults.wrong_type(line, key, node.type_name(), "number");
            None
        }
    }
}

/// A single value as it is shown in a fault.
pub(super) fn shown(node: &Node) -> String {
    match &node.value {
        Value::Text(found) => found.clone(),
        Value::Integer(number) => number.to_string(),
        Value::Float(number) => number.to_string(),
        Value::Bool(yes) => yes.to_string(),
        Value::Date(date) => date.to_string(),
        Value::List(_) | Value::Table(_) => node.type_name().to_owned(),
    }
}
