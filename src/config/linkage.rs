//! `[linkage]`: the preset and what overrides it, or a pipeline's own comparisons and blocking rules.

use super::Context;
use super::document::Value;
use super::fault::Faults;
use super::keys::KeyExpression;
use super::names::{COMPARISON_KINDS, Levels, PRESETS};
use super::section::{Section, number, texts};
use super::types::{Comparison, Linkage, Preset, Source};
use crate::message::Message;
use std::collections::{BTreeMap, BTreeSet};

const KEYS: &[&str] = &[
    "preset",
    "match_weight_min",
    "review_weight_min",
    "block_rows_max",
    "model",
    "one_per_source",
    "comparison",
    "blocking",
];
const COMPARISON_KEYS: &[&str] = &["name", "field", "fields", "kind", "levels", "term_frequency", "shared"];
const KEY_FORMS: &str =
    "field | field[from:to] | soundex(field) | sorted(field other) | year(field) | month_day(field)";
/// Levels of a pair are packed into 128 bits, eight for each comparison.
const COMPARISONS_MAX: usize = 16;
/// Levels between equal and different that a comparison may have.
const LEVELS_MAX: usize = 6;
const BLOCK_ROWS_MAX: u32 = 2_000;

/// Reads `[linkage]`; without it, everything is the preset's.
pub(super) fn linkage(root: &Section<'_>, context: &Context<'_>, faults: &mut Faults) -> Linkage {
    let mut linkage = Linkage {
        preset: Preset::PersonCn,
        match_weight_min: None,
        review_weight_min: None,
        block_rows_max: BLOCK_ROWS_MAX as usize,
        model: None,
        one_per_source: false,
        comparisons: Vec::new(),
        blocking: Vec::new(),
    };
    let Some(at) = root.table("linkage", KEYS, faults) else { return linkage };
    let own = ["comparison", "blocking"];
    linkage.preset = match at.word("preset", PRESETS, faults) {
        Some(preset) => preset,
        None if at.get("preset").is_none() && own.iter().any(|key| at.get(key).is_some()) => Preset::Custom,
        None => Preset::PersonCn,
    };
    for key in own {
        match (at.get(key), linkage.preset) {
            (Some(entry), Preset::PersonCn) => faults.exclusive(entry.line, &at.key(key), "preset = \"person-cn\""),
            (None, Preset::Custom) => at.missing(key, "[[linkage.comparison]], blocking = [\"field\", …]", faults),
            _ => {}
        }
    }
    linkage.match_weight_min = at.number("match_weight_min", faults);
    linkage.review_weight_min = at.number("review_weight_min", faults);
    if let (Some(from), Some(to)) = (linkage.review_weight_min, linkage.match_weight_min)
        && from >= to
    {
        let allowed = format!("< match_weight_min ({to})");
        faults.bad_value(at.line_of("review_weight_min"), &at.key("review_weight_min"), &from.to_string(), &allowed);
    }
    if let Some(rows) = at.integer("block_rows_max", 2, 1_000_000, faults) {
        linkage.block_rows_max = rows as usize;
    }
    linkage.model = at.text("model", faults).map(|path| context.absolute(&path));
    linkage.one_per_source = at.bool("one_per_source", faults).unwrap_or(false);
    linkage.comparisons = comparisons(&at, faults);
    if let (Some(entry), Some(_)) = (at.get("model"), at.get("comparison")) {
        // A stored model is one of the preset's; own comparisons are fitted each night.
        faults.exclusive(entry.line, &at.key("model"), &at.key("comparison"));
    }
    linkage.blocking = blocking(&at, faults);
    linkage
}

fn comparisons(at: &Section<'_>, faults: &mut Faults) -> Vec<Comparison> {
    let mut names: BTreeMap<String, String> = BTreeMap::new();
    let mut comparisons = Vec::new();
    for at in &at.tables("comparison", COMPARISON_KEYS, faults) {
        let Some(comparison) = comparison(at, faults) else { continue };
        let key = at.key("name");
        match names.get(&comparison.name) {
            Some(other) => faults.duplicate(at.line_of("name"), &key, &comparison.name, other),
            None => {
                names.insert(comparison.name.clone(), key);
            }
        }
        comparisons.push(comparison);
    }
    if comparisons.len() > COMPARISONS_MAX {
        let allowed = format!("≤ {COMPARISONS_MAX}");
        faults.bad_value(at.line_of("comparison"), &at.key("comparison"), &comparisons.len().to_string(), &allowed);
    }
    comparisons
}

fn comparison(at: &Section<'_>, faults: &mut Faults) -> Option<Comparison> {
    let fields = match (at.get("field"), at.get("fields")) {
        (Some(_), Some(entry)) => {
            faults.exclusive(entry.line, &at.key("fields"), &at.key("field"));
            None
        }
        (Some(_), None) => at.text("field", faults).map(|field| vec![field]),
        (None, Some(_)) => at.texts("fields", faults),
        (None, None) => {
            at.missing("field", "string", faults);
            None
        }
    };
    if at.get("kind").is_none() {
        let kinds: Vec<&str> = COMPARISON_KINDS.iter().map(|&(kind, _)| kind).collect();
        at.missing("kind", &kinds.join(" | "), faults);
    }
    let levels_kind = at.word("kind", COMPARISON_KINDS, faults);
    let kind = levels_kind.and_then(|_| at.text("kind", faults)).map(|kind| kind.to_lowercase());
    let (fields, kind) = (fields?, kind?);
    let wanted = if kind == "swapped" { 2 } else { 1 };
    if fields.len() != wanted {
        let key = if at.get("field").is_some() { "field" } else { "fields" };
        let allowed = if wanted == 2 { "fields = [a, b]" } else { "field = a" };
        faults.bad_value(at.line_of(key), &at.key(key), &fields.join(", "), allowed);
    }
    for field in fields.iter().filter(|field| KeyExpression::parse(field).is_none()) {
        faults.bad_value(at.line, &at.key("field"), field, KEY_FORMS);
    }
    let name = if at.get("name").is_some() { at.text("name", faults)? } else { fields.join("_") };
    let levels = levels(at, levels_kind?, faults);
    let term_frequency = at.bool("term_frequency", faults).unwrap_or(false);
    let shared = at.bool("shared", faults).unwrap_or(false);
    Some(Comparison { name, fields, kind, levels, term_frequency, shared })
}

fn levels(at: &Section<'_>, kind: Levels, faults: &mut Faults) -> Vec<f64> {
    let Some(entry) = at.get("levels") else { return Vec::new() };
    let key = at.key("levels");
    let Value::List(items) = &entry.node.value else {
        faults.wrong_type(entry.line, &key, entry.node.type_name(), "[number, …]");
        return Vec::new();
    };
    let levels: Vec<f64> = items.iter().filter_map(|item| number(item, item.line, &key, faults)).collect();
    let falling = levels.windows(2).all(|pair| pair[0] > pair[1]);
    let rising = levels.windows(2).all(|pair| pair[0] < pair[1]);
    let (fits, allowed) = match kind {
        Levels::None => (levels.is_empty(), "[]"),
        Levels::Similarity => (falling && levels.iter().all(|&x| x > 0.0 && x <= 1.0), "1 ≥ a > b > … > 0"),
        Levels::Distance => (rising && levels.iter().all(|&x| x >= 0.0), "0 ≤ a < b < …"),
        Levels::Count => (falling && levels.iter().all(|&x| x >= 1.0), "a > b > … ≥ 1"),
    };
    if !fits || levels.len() > LEVELS_MAX {
        let found: Vec<String> = levels.iter().map(ToString::to_string).collect();
        faults.bad_value(entry.line, &key, &format!("[{}]", found.join(", ")), allowed);
    }
    levels
}

fn blocking(at: &Section<'_>, faults: &mut Faults) -> Vec<Vec<String>> {
    let Some(entry) = at.get("blocking") else { return Vec::new() };
    let key = at.key("blocking");
    let Value::List(items) = &entry.node.value else {
        faults.wrong_type(entry.line, &key, entry.node.type_name(), "[\"a, b[0:4]\", [\"a\", \"c\"], …]");
        return Vec::new();
    };
    let mut rules = Vec::new();
    for (i, item) in items.iter().enumerate() {
        let key = format!("{key}[{}]", i + 1);
        let Some(parts) = texts(item, item.line, &key, faults) else { continue };
        let parts: Vec<String> =
            parts.iter().flat_map(|part| part.split(',')).map(|part| part.trim().to_owned()).collect();
        for part in parts.iter().filter(|part| KeyExpression::parse(part).is_none()) {
            faults.bad_value(item.line, &key, part, KEY_FORMS);
        }
        rules.push(parts);
    }
    rules
}

/// The fields that a pipeline's own comparisons and blocking rules name.
pub(super) fn compared(linkage: &Linkage) -> Vec<String> {
    let expressions = linkage.comparisons.iter().flat_map(|c| &c.fields).chain(linkage.blocking.iter().flatten());
    let fields: BTreeSet<String> =
        expressions.filter_map(|text| KeyExpression::parse(text)).flat_map(|expression| expression.fields).collect();
    fields.into_iter().collect()
}

/// Every field of a comparison or blocking rule must be mapped by some source.
pub(super) fn check_fields(root: &Section<'_>, linkage: &Linkage, sources: &[Source], faults: &mut Faults) {
    let Some(line) = root.get("linkage").map(|entry| entry.line) else { return };
    // A source with faults is not among them, and its fields would be told as missing.
    let whole = root.get("source").is_some_and(|e| matches!(&e.node.value, Value::List(l) if l.len() == sources.len()));
    if !whole {
        return;
    }
    let mapped: BTreeSet<&str> = sources
        .iter()
        .flat_map(|source| &source.map)
        .filter_map(|(field, _)| match field {
            super::types::PersonField::Other(name) => Some(name.as_str()),
            _ => None,
        })
        .collect();
    let names: Vec<&str> = mapped.iter().copied().collect();
    for field in compared(linkage).iter().filter(|field| !mapped.contains(field.as_str())) {
        let message = match super::fault::nearest(field, &names) {
            Some(near) => Message::new("config.unmapped_field_near").with("near", near),
            None => Message::new("config.unmapped_field"),
        };
        faults.other(line, "linkage", message.with("found", field).with("allowed", names.join(", ")));
    }
}
