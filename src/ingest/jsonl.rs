//! One JSON object a line. Numbers and booleans are kept as text, nested values as JSON text.

use super::header::match_columns;
use super::record::FIELD_BYTES_MAX;
use super::rows::{Place, Rows};
use crate::tables::Reason;
use hashbrown::HashMap;
use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::Value;
use std::borrow::Cow;
use std::fmt;
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
    slots: HashMap<String, Option<usize>>,
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
        // Whether a line is an object shows in its first character; whether it is whole, when it is read to its end.
        if !text.starts_with('{') {
            let reason =
                if serde_json::from_str::<Value>(text).is_ok() { Reason::NotAnObject } else { Reason::Malformed };
            return rows.quarantine(place, reason, text);
        }
        let Ok(Members(members)) = serde_json::from_str::<Members<'_>>(text) else {
            return rows.quarantine(place, Reason::Malformed, text);
        };
        let mut values: Vec<Option<(&str, &str)>> = vec![None; self.len()];
        for (key, value) in &members {
            let Some(slot) = self.slot(scratch, key) else { continue };
            self.seen[slot].store(true, Ordering::Relaxed);
            // Of two keys for one column the first with a value counts; of one key twice, the last.
            if values[slot].is_some_and(|(by, known)| !known.is_empty() && by != &**key) {
                continue;
            }
            if value.len() > FIELD_BYTES_MAX {
                return rows.quarantine(place, Reason::TooLarge, text);
            }
            values[slot] = Some((key, value));
        }
        rows.push_values(place, values.into_iter().map(|value| value.map_or("", |(_, value)| value)));
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

/// The members of an object in their order, values as text: those without escapes are slices of the line.
struct Members<'a>(Vec<(Cow<'a, str>, Cow<'a, str>)>);

impl<'de> Deserialize<'de> for Members<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Object;
        impl<'de> Visitor<'de> for Object {
            type Value = Members<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members<'de>, A::Error> {
                let mut members = Vec::with_capacity(16);
                while let Some((Plain(key), Plain(value))) = map.next_entry()? {
                    members.push((key, value));
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(Object)
    }
}

/// A value as text.
struct Plain<'a>(Cow<'a, str>);

impl<'de> Deserialize<'de> for Plain<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text;
        let made = |value: Value| Plain(Cow::Owned(plain(value)));
        impl<'de> Visitor<'de> for Text {
            type Value = Result<Plain<'de>, Value>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a value")
            }

            fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Self::Value, E> {
                Ok(Ok(Plain(Cow::Borrowed(text))))
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
                Ok(Ok(Plain(Cow::Owned(text.to_owned()))))
            }

            fn visit_bool<E: Error>(self, value: bool) -> Result<Self::Value, E> {
                Ok(Err(value.into()))
            }

            fn visit_i64<E: Error>(self, value: i64) -> Result<Self::Value, E> {
                Ok(Err(value.into()))
            }

            fn visit_u64<E: Error>(self, value: u64) -> Result<Self::Value, E> {
                Ok(Err(value.into()))
            }

            fn visit_f64<E: Error>(self, value: f64) -> Result<Self::Value, E> {
                Ok(Err(value.into()))
            }

            fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
                Ok(Err(Value::Null))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<Self::Value, A::Error> {
                Value::deserialize(SeqAccessDeserializer::new(seq)).map(Err)
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
                Value::deserialize(MapAccessDeserializer::new(map)).map(Err)
            }
        }
        deserializer.deserialize_any(Text).map(|text| text.unwrap_or_else(made))
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
