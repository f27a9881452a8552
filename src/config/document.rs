//! The text of a pipeline file as a tree of values that know their line, with the values of `--set` laid over it. Knows
//! TOML and nothing of what a pipeline may say.

use super::fault::Faults;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// A value and where it stands.
#[derive(Clone, Debug)]
pub(super) struct Node {
    pub(super) value: Value,
    /// 1-based line; 0 for a value of `--set`.
    pub(super) line: usize,
    /// The text of a value of `--set`, which may always be taken as it is where text is wanted.
    pub(super) raw: Option<String>,
}

#[derive(Clone, Debug)]
pub(super) enum Value {
    Text(String),
    Integer(i64),
    Float(f64),
    Bool(bool),
    Date(toml::value::Datetime),
    List(Vec<Node>),
    Table(Vec<Entry>),
}

/// A key of a table, in the order of the file.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub(super) key: String,
    /// Line of the key.
    pub(super) line: usize,
    pub(super) node: Node,
}

impl Node {
    /// TOML's own name of the value's type, which serves in every language.
    pub(super) fn type_name(&self) -> &'static str {
        match self.value {
            Value::Text(_) => "string",
            Value::Integer(_) => "integer",
            Value::Float(_) => "float",
            Value::Bool(_) => "boolean",
            Value::Date(_) => "date",
            Value::List(_) => "array",
            Value::Table(_) => "table",
        }
    }
}

/// Byte offsets where lines begin.
struct Lines(Vec<usize>);

impl Lines {
    fn new(text: &str) -> Self {
        Self(std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect())
    }

    fn of(&self, byte: usize) -> usize {
        self.0.partition_point(|&start| start <= byte)
    }
}

/// Reads `text` as far as it is TOML; every place where it is not becomes a fault.
pub(super) fn parse(text: &str, faults: &mut Faults) -> Node {
    let lines = Lines::new(text);
    let (root, errors) = DeTable::parse_recoverable(text);
    for error in &errors {
        faults.syntax(lines.of(error.span().map_or(0, |span| span.start)), error.message());
    }
    Node { value: table(root.get_ref(), &lines, faults), line: 1, raw: None }
}

fn table(from: &DeTable<'_>, lines: &Lines, faults: &mut Faults) -> Value {
    let mut entries: Vec<(usize, Entry)> = from
        .iter()
        .map(|(key, value)| {
            let start = key.span().start;
            let node = node(value, lines, faults);
            (start, Entry { key: key.get_ref().to_string(), line: lines.of(start), node })
        })
        .collect();
    // The parser sorts keys by name; what follows reads in the order of the file.
    entries.sort_by_key(|&(start, _)| start);
    Value::Table(entries.into_iter().map(|(_, entry)| entry).collect())
}

fn node(from: &Spanned<DeValue<'_>>, lines: &Lines, faults: &mut Faults) -> Node {
    let line = lines.of(from.span().start);
    let value = match from.get_ref() {
        DeValue::String(text) => Value::Text(text.to_string()),
        DeValue::Integer(number) => match i64::from_str_radix(number.as_str(), number.radix()) {
            Ok(number) => Value::Integer(number),
            Err(_) => {
                faults.syntax(line, "integer out of range");
                Value::Integer(0)
            }
        },
        DeValue::Float(number) => Value::Float(number.as_str().parse().unwrap_or(f64::NAN)),
        DeValue::Boolean(yes) => Value::Bool(*yes),
        DeValue::Datetime(date) => Value::Date(*date),
        DeValue::Array(items) => Value::List(items.iter().map(|item| node(item, lines, faults)).collect()),
        DeValue::Table(inner) => table(inner, lines, faults),
    };
    Node { value, line, raw: None }
}

/// Lays `key = value` of `--set` over the tree. Keys are dotted; a list's items are named by their number, counted from
/// 1, or by their `name`. Tables that are not there are made; whether a key is allowed is found out later, as for a key of
/// the file.
pub(super) fn set(root: &mut Node, key: &str, value: &str, faults: &mut Faults) {
    let path = key.replace('[', ".").replace(']', "");
    let parts: Vec<&str> = path.split('.').map(str::trim).collect();
    if parts.iter().any(|part| part.is_empty()) {
        return faults.set_target(key);
    }
    let mut at = root;
    for (i, part) in parts.iter().enumerate() {
        at = match &mut at.value {
            Value::Table(entries) => {
                let index = entries.iter().position(|entry| entry.key == *part).unwrap_or_else(|| {
                    let node = Node { value: Value::Table(Vec::new()), line: 0, raw: None };
                    entries.push(Entry { key: (*part).to_owned(), line: 0, node });
                    entries.len() - 1
                });
                entries[index].line = if i + 1 == parts.len() { 0 } else { entries[index].line };
                &mut entries[index].node
            }
            Value::List(items) if i > 0 => {
                let number = part.parse::<usize>().ok().and_then(|n| n.checked_sub(1)).filter(|&n| n < items.len());
                let Some(index) = number.or_else(|| items.iter().position(|item| is_named(item, part))) else {
                    return faults.set_target(key);
                };
                &mut items[index]
            }
            _ => return faults.set_target(key),
        };
    }
    *at = scalar(value);
}

fn is_named(node: &Node, name: &str) -> bool {
    let Value::Table(entries) = &node.value else { return false };
    entries.iter().any(|entry| entry.key == "name" && matches!(&entry.node.value, Value::Text(text) if text == name))
}

/// The value as TOML if it is TOML, as text if it is not: `--set run.output=DIR` needs no quotes within quotes.
fn scalar(text: &str) -> Node {
    let lines = Lines(vec![0]);
    let mut faults = Faults::new("");
    let value = match DeValue::parse(text.trim()) {
        Ok(value) => node(&value, &lines, &mut faults).value,
        Err(_) => Value::Text(text.to_owned()),
    };
    let mut set =
        Node { value: if faults.is_empty() { value } else { Value::Text(text.to_owned()) }, line: 0, raw: None };
    without_lines(&mut set);
    if !matches!(set.value, Value::Text(_) | Value::List(_) | Value::Table(_)) {
        set.raw = Some(text.to_owned());
    }
    set
}

fn without_lines(node: &mut Node) {
    node.line = 0;
    match &mut node.value {
        Value::List(items) => items.iter_mut().for_each(without_lines),
        Value::Table(entries) => entries.iter_mut().for_each(|entry| {
            entry.line = 0;
            without_lines(&mut entry.node);
        }),
        _ => {}
    }
}
