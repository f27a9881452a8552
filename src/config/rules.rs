//! `[[followup]]` and `[publish]`: what a night must list, and how lists leave the centre.

use super::document::Value;
use super::fault::Faults;
use super::names::{LIST_FIELDS, MASKS};
use super::section::Section;
use super::types::{Followup, Mask, Publish, Run};
use super::{Context, schedules};
use crate::kernels::sql_words;
use crate::message::Message;
use jiff::civil::Date;
use std::collections::BTreeMap;

const FOLLOWUP_KEYS: &[&str] = &[
    "name",
    "title",
    "due_hours",
    "due_changes",
    "priority",
    "fields",
    "visit_settles",
    "settled_by",
    "sql",
    "sql_file",
];
const PUBLISH_KEYS: &[&str] = &["parquet", "xlsx", "mask", "suppress_under"];
/// Priority of a rule that names none: the middle of 1 to 5.
const PRIORITY: u32 = 3;

/// What rules may write instead of a text that several of them need: each word and the SQL that stands for it, if the
/// pipeline file says.
#[derive(Debug, Default)]
pub(super) struct Words {
    known: [(&'static str, Option<String>); 2],
}

impl Words {
    /// `city_code` is a text of six digits, `key_regions` a regular expression over division codes.
    pub(super) fn of(run: &Run, root: &Section<'_>) -> Self {
        let city = run.city_code.as_ref().map(|code| format!("'{code}'"));
        let regions = (!run.key_regions.is_empty()).then(|| format!("'^({})'", run.key_regions.join("|")));
        // One that is said wrongly is a fault already.
        let is_said = |key: &str| match root.get("run").map(|entry| &entry.node.value) {
            Some(Value::Table(entries)) => entries.iter().any(|entry| entry.key == key),
            _ => false,
        };
        let known = [("city_code", city), ("key_regions", regions)];
        Self { known: known.map(|(key, value)| (key, value.or_else(|| is_said(key).then(|| "''".to_owned())))) }
    }

    /// `sql` with the words replaced. A word that the pipeline file does not say is a fault of the rule.
    fn put(&self, sql: &str, at: &Section<'_>, key: &str, faults: &mut Faults) -> String {
        let mut unsaid: Vec<&str> = Vec::new();
        let put = sql_words::replaced(sql, |word| {
            let (word, value) = self.known.iter().find(|(known, _)| known.eq_ignore_ascii_case(word))?;
            if value.is_none() && !unsaid.contains(word) {
                unsaid.push(word);
            }
            value.clone()
        });
        for word in unsaid {
            let message = Message::new("config.rule_word").with("word", word);
            faults.other(at.line_of(key), &at.key(key), message);
        }
        put
    }
}

/// Reads every `[[followup]]`.
pub(super) fn followups(
    root: &Section<'_>,
    context: &Context<'_>,
    words: &Words,
    faults: &mut Faults,
) -> Vec<Followup> {
    let mut names: BTreeMap<String, String> = BTreeMap::new();
    let mut followups = Vec::new();
    for at in &root.tables("followup", FOLLOWUP_KEYS, faults) {
        let name = at.required_text("name", faults);
        if let Some(name) = &name {
            let line = at.line_of("name");
            // The name becomes part of item keys and of file names.
            if name.contains(['/', '\\', ':', '\0', '\n']) || name.starts_with('.') || name == "*" {
                faults.bad_value(line, &at.key("name"), name, "[A-Za-z0-9_-]+");
            }
            match names.get(name) {
                Some(other) => faults.duplicate(line, &at.key("name"), name, other),
                None => {
                    names.insert(name.clone(), at.path.clone());
                }
            }
        }
        let title = at.text("title", faults).or_else(|| name.clone());
        let due_hours = at.integer("due_hours", 1, 87_600, faults);
        let due_changes = due_changes(at, faults);
        let priority = at.integer("priority", 1, 9, faults).unwrap_or(PRIORITY);
        let fields = match at.get("fields").map(|entry| &entry.node.value) {
            None => Vec::new(),
            Some(Value::List(items)) if items.is_empty() => Vec::new(),
            Some(_) => at.texts("fields", faults).unwrap_or_default(),
        };
        for (i, field) in fields.iter().enumerate() {
            if fields[..i].contains(field) {
                faults.duplicate(at.line_of("fields"), &at.key("fields"), field, &at.key("fields"));
            }
        }
        let visit_settles = at.bool("visit_settles", faults).unwrap_or(true);
        let settled_by = at.text("settled_by", faults);
        if let Some(kind) = settled_by.as_ref().filter(|_| visit_settles) {
            faults.bad_value(at.line_of("settled_by"), &at.key("settled_by"), kind, "beside visit_settles = false");
        }
        let sql = sql(at, context, faults);
        if let Some((_, sql)) = &sql {
            // Nobody has such a field: the list would have an empty column.
            for field in fields.iter().filter(|field| !LIST_FIELDS.contains(&field.as_str()) && !may_make(sql, field)) {
                faults.unknown_word(at.line_of("fields"), &at.key("fields"), field, LIST_FIELDS);
            }
        }
        let sql = sql.map(|(key, sql)| words.put(&sql, at, key, faults));
        if let (Some(name), Some(title), Some(sql)) = (name, title, sql) {
            followups.push(Followup {
                name,
                title,
                due_hours,
                due_changes,
                priority,
                fields,
                visit_settles,
                settled_by,
                sql,
            });
        }
    }
    followups
}

/// Deadlines from a date on, in ascending order.
fn due_changes(at: &Section<'_>, faults: &mut Faults) -> Vec<(Date, u32)> {
    let mut changes: Vec<(Date, u32)> = Vec::new();
    for change in &at.tables("due_changes", &["from", "hours"], faults) {
        let from = schedules::from(change, faults);
        let hours = change.integer("hours", 1, 87_600, faults);
        if change.get("hours").is_none() {
            change.missing("hours", "integer 1 ..= 87600", faults);
        }
        let (Some(from), Some(hours)) = (from, hours) else { continue };
        if changes.last().is_some_and(|(before, _)| *before >= from) {
            faults.bad_value(change.line_of("from"), &change.key("from"), &from.to_string(), "ascending dates");
        }
        changes.push((from, hours));
    }
    changes
}

/// Whether a rule's SQL may have a column of that name: it names it, or takes all columns of a table.
fn may_make(sql: &str, column: &str) -> bool {
    let unquoted = |text: &str| text.trim_matches(['"', '`']).eq_ignore_ascii_case(column);
    sql_words::tokens(sql).iter().any(|token| token.text == "*" || unquoted(token.text))
}

/// The key that has a rule's SQL, and the SQL.
fn sql(at: &Section<'_>, context: &Context<'_>, faults: &mut Faults) -> Option<(&'static str, String)> {
    match (at.get("sql"), at.get("sql_file")) {
        (Some(_), Some(entry)) => {
            faults.exclusive(entry.line, &at.key("sql_file"), &at.key("sql"));
            None
        }
        (Some(_), None) => Some(("sql", at.text("sql", faults)?)),
        (None, Some(entry)) => {
            let path = context.absolute(&at.text("sql_file", faults)?);
            let text = std::fs::read_to_string(&path).ok().filter(|text| !text.trim().is_empty());
            if text.is_none() {
                let message = Message::new("config.sql_file").with("file", path.display());
                faults.other(entry.line, &at.key("sql_file"), message);
            }
            Some(("sql_file", text?))
        }
        (None, None) => {
            at.missing("sql", "SELECT person_id, …, since, … reason", faults);
            None
        }
    }
}

/// Reads `[publish]`; without it, everything is published and masked.
pub(super) fn publish(root: &Section<'_>, faults: &mut Faults) -> Publish {
    let mut publish = Publish { parquet: true, xlsx: true, mask: Mask::Standard, suppress_under: None };
    let Some(at) = root.table("publish", PUBLISH_KEYS, faults) else { return publish };
    publish.parquet = at.bool("parquet", faults).unwrap_or(true);
    publish.xlsx = at.bool("xlsx", faults).unwrap_or(true);
    publish.mask = at.word("mask", MASKS, faults).unwrap_or(Mask::Standard);
    publish.suppress_under = at.integer("suppress_under", 2, 1_000, faults);
    publish
}
