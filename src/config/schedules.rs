//! `[[schedule]]`, `[returns]` and lists from above (`directive = true`): what a night owes besides its rules.

use super::Context;
use super::document::Value;
use super::fault::Faults;
use super::section::{Section, shown};
use super::types::{Followup, RETURNS_SOURCE, Returns, Schedule, Source, VISIT_RESULTS};
use jiff::civil::Date;
use std::collections::BTreeMap;

const SCHEDULE_KEYS: &[&str] = &["name", "from", "tests", "isolation_days", "monitoring_days", "temperatures_a_day"];
const RETURNS_KEYS: &[&str] = &["paths", "results"];
/// A longer text does not fit the cell.
const RESULT_CHARS_MAX: usize = 60;
/// Leads from above are answered within a day, unless the pipeline says otherwise.
const DIRECTIVE_HOURS: u32 = 24;

/// Reads every `[[schedule]]`.
pub(super) fn schedules(root: &Section<'_>, faults: &mut Faults) -> Vec<Schedule> {
    let mut seen: BTreeMap<(String, Date), String> = BTreeMap::new();
    let mut schedules = Vec::new();
    for at in &root.tables("schedule", SCHEDULE_KEYS, faults) {
        let name = at.required_text("name", faults);
        let from = from(at, faults);
        let tests = tests(at, faults);
        let mut days = |key| at.integer(key, 0, 1_000, faults).unwrap_or(0);
        let (isolation_days, monitoring_days) = (days("isolation_days"), days("monitoring_days"));
        let temperatures_a_day = days("temperatures_a_day");
        let (Some(name), Some(from)) = (name, from) else { continue };
        if let Some(other) = seen.insert((name.clone(), from), at.path.clone()) {
            faults.duplicate(at.line_of("from"), &at.key("from"), &from.to_string(), &other);
        }
        schedules.push(Schedule { name, from, tests, isolation_days, monitoring_days, temperatures_a_day });
    }
    schedules
}

/// The date in key `from`, which must be there.
pub(super) fn from(at: &Section<'_>, faults: &mut Faults) -> Option<Date> {
    const ALLOWED: &str = "2022-03-27";
    let Some(entry) = at.get("from") else {
        at.missing("from", ALLOWED, faults);
        return None;
    };
    let found = shown(&entry.node);
    let date = found.parse::<Date>().ok().filter(|_| found.len() == ALLOWED.len());
    if date.is_none() {
        faults.bad_value(entry.line, &at.key("from"), &found, ALLOWED);
    }
    date
}

/// Days, ascending.
fn tests(at: &Section<'_>, faults: &mut Faults) -> Vec<u32> {
    const ALLOWED: &str = "[1, 4, 7, 14], ascending";
    let Some(entry) = at.get("tests") else { return Vec::new() };
    let Value::List(items) = &entry.node.value else {
        faults.wrong_type(entry.line, &at.key("tests"), entry.node.type_name(), ALLOWED);
        return Vec::new();
    };
    let day = |value: &Value| match value {
        Value::Integer(day) => u32::try_from(*day).ok().filter(|day| (1..=1_000).contains(day)),
        _ => None,
    };
    let days: Option<Vec<u32>> = items.iter().map(|item| day(&item.value)).collect();
    match days.filter(|days| days.is_sorted_by(|a, b| a < b)) {
        Some(days) => days,
        None => {
            let found: Vec<String> = items.iter().map(shown).collect();
            faults.bad_value(entry.line, &at.key("tests"), &found.join(", "), ALLOWED);
            Vec::new()
        }
    }
}

/// Reads `[returns]` and gives the pipeline the built-in source of returns, which stands last.
pub(super) fn returns(
    root: &Section<'_>,
    context: &Context<'_>,
    sources: &mut Vec<Source>,
    faults: &mut Faults,
) -> Option<Returns> {
    let at = root.table("returns", RETURNS_KEYS, faults)?;
    let paths = match at.get("paths").map(|entry| &entry.node.value) {
        None => Vec::new(),
        Some(Value::List(items)) if items.is_empty() => Vec::new(),
        Some(_) => at.texts("paths", faults).unwrap_or_default(),
    };
    for path in paths.iter().filter(|path| glob::Pattern::new(path).is_err()) {
        faults.bad_value(at.line_of("paths"), &at.key("paths"), path, "glob: * ? ** [abc]");
    }
    if sources.iter().any(|source| source.name == RETURNS_SOURCE) {
        faults.duplicate(at.line, "source.name", RETURNS_SOURCE, "returns");
    }
    sources.push(Source::of_returns());
    let results = results(&at, faults);
    Some(Returns { paths: paths.iter().map(|path| context.absolute_glob(path)).collect(), results })
}

/// Results in the order of the file, each with what it means.
fn results(at: &Section<'_>, faults: &mut Faults) -> Vec<(String, String)> {
    let Some(entry) = at.get("results") else { return Vec::new() };
    let Some(table) = Section::open(&entry.node, entry.line, at.key("results"), faults) else { return Vec::new() };
    let mut results = Vec::new();
    for entry in table.entries {
        let Some(meaning) = table.text(&entry.key, faults) else { continue };
        let text = entry.key.trim();
        if !VISIT_RESULTS.contains(&meaning.as_str()) {
            faults.unknown_word(entry.line, &table.key(&entry.key), &meaning, &VISIT_RESULTS);
        } else if text.is_empty() || text.chars().count() > RESULT_CHARS_MAX {
            faults.bad_value(entry.line, &table.path, &entry.key, "1 ..= 60 characters");
        } else {
            results.push((text.to_owned(), meaning));
        }
    }
    results
}

/// Gives each source with `directive = true` a rule of its name, before all others: everybody on the list, until visited.
pub(super) fn directives(root: &Section<'_>, sources: &[Source], followups: &mut Vec<Followup>, faults: &mut Faults) {
    // Whether keys are known is said where sources are read.
    let Some(entry) = root.get("source") else { return };
    let Value::List(items) = &entry.node.value else { return };
    let mut rules = Vec::new();
    for (number, item) in items.iter().enumerate() {
        let mut quiet = Faults::new("");
        let Some(at) = Section::open(item, item.line, format!("source[{}]", number + 1), &mut quiet) else { continue };
        let name = at.get("name").map(|entry| shown(&entry.node)).unwrap_or_default();
        if !sources.iter().any(|source| source.directive && source.name == name) {
            continue;
        }
        if followups.iter().any(|rule| rule.name == name) {
            faults.duplicate(at.line_of("name"), &at.key("name"), &name, "followup.name");
            continue;
        }
        let title = at.text("title", faults).unwrap_or_else(|| name.clone());
        let due_hours = at.integer("due_hours", 1, 87_600, faults).unwrap_or(DIRECTIVE_HOURS);
        rules.push(Followup {
            title,
            due_hours: Some(due_hours),
            due_changes: Vec::new(),
            priority: 1,
            fields: ["name", "phone", "address"].map(str::to_owned).to_vec(),
            visit_settles: true,
            settled_by: None,
            // A source's name is letters, digits and underscores, so it cannot end the text.
            sql: format!(
                "SELECT person_id, NULL AS since, NULL AS reason, '{name}:' || record_id AS evidence \
                 FROM members WHERE source = '{name}'"
            ),
            name,
        });
    }
    followups.splice(0..0, rules);
}
