//! Where a value comes from: `"column"`, `["a", "b"]`, `{ columns = [..], join = ".." }`,
//! `{ column = .., values = { .. } }` or `{ const = .. }`. Columns are collected once per source and named by number.

use super::document::{Node, Value};
use super::fault::{Faults, join};
use super::section::{Section, shown, text, texts};
use super::types::Mapping;
use std::collections::BTreeMap;

/// What a mapping may look like, shown in faults; the notation is the same in every language.
const FORMS: &str =
    "\"column\" | [\"a\", \"b\"] | { columns = […], join = \"\" } | { column = …, values = { … } } | { const = … }";
const KEYS: &[&str] = &["column", "columns", "join", "values", "const"];

/// Reads the mapping at `key`, adding its columns to `columns`. `separator` joins several columns unless `join` is given.
pub(super) fn mapping(
    node: &Node,
    line: usize,
    key: &str,
    separator: &str,
    columns: &mut Vec<String>,
    faults: &mut Faults,
) -> Option<Mapping> {
    if !matches!(node.value, Value::Table(_)) {
        if !matches!(node.value, Value::Text(_) | Value::List(_)) {
            faults.wrong_type(line, key, node.type_name(), FORMS);
            return None;
        }
        let names = texts(node, line, key, faults)?;
        return Some(from_columns(names, separator.to_owned(), BTreeMap::new(), columns));
    }
    let at = Section::new(node, line, key.to_owned(), KEYS, faults)?;
    if let Some(constant) = at.get("const") {
        for other in ["column", "columns", "join", "values"] {
            if let Some(entry) = at.get(other) {
                faults.exclusive(entry.line, &at.key(other), &at.key("const"));
            }
        }
        if matches!(constant.node.value, Value::List(_) | Value::Table(_)) {
            faults.wrong_type(constant.line, &at.key("const"), constant.node.type_name(), "string");
            return None;
        }
        return Some(Mapping::Const(shown(&constant.node)));
    }
    let names = match (at.get("column"), at.get("columns")) {
        (Some(_), Some(several)) => {
            faults.exclusive(several.line, &at.key("columns"), &at.key("column"));
            None
        }
        (Some(one), None) => text(&one.node, one.line, &at.key("column"), faults).map(|name| vec![name]),
        (None, Some(_)) => at.texts("columns", faults),
        (None, None) => {
            faults.missing(line, key, FORMS);
            None
        }
    };
    // An empty `join` is allowed, so this is not `Section::text`.
    let separator = match at.get("join").map(|entry| (&entry.node.value, entry)) {
        None => Some(separator.to_owned()),
        Some((Value::Text(join), _)) => Some(join.clone()),
        Some((_, entry)) => {
            faults.wrong_type(entry.line, &at.key("join"), entry.node.type_name(), "string");
            None
        }
    };
    let values = at
        .get("values")
        .map_or(Some(BTreeMap::new()), |entry| replacements(&entry.node, entry.line, &at.key("values"), faults));
    Some(from_columns(names?, separator?, values?, columns))
}

fn from_columns(
    names: Vec<String>,
    join: String,
    values: BTreeMap<String, String>,
    columns: &mut Vec<String>,
) -> Mapping {
    let indexes = names.into_iter().map(|name| {
        columns.iter().position(|known| *known == name).unwrap_or_else(|| {
            columns.push(name);
            columns.len() - 1
        })
    });
    Mapping::Columns { columns: indexes.collect(), join, values }
}

fn replacements(node: &Node, line: usize, path: &str, faults: &mut Faults) -> Option<BTreeMap<String, String>> {
    let at = Section::open(node, line, path.to_owned(), faults)?;
    let mut values = BTreeMap::new();
    for entry in at.entries {
        match &entry.node.value {
            Value::List(_) | Value::Table(_) => {
                faults.wrong_type(entry.line, &join(path, &entry.key), entry.node.type_name(), "string");
            }
            _ => {
                values.insert(entry.key.clone(), shown(&entry.node));
            }
        }
    }
    Some(values)
}
