//! `[grids]` and `[[source]]`: which dumps there are and which column is which field.

use super::Context;
use super::fault::Faults;
use super::mapping::mapping;
use super::names::{AGENCIES, DEDICATED_GRIDS, ENCODINGS, FORMATS, GRID_EVIDENCE, GRID_FIELDS, PERSON_FIELDS};
use super::section::{Section, shown};
use super::types::{
    DedicatedGrids, EventMapping, GridEvidence, GridField, Grids, Mapping, PersonField, Preset, ReadSettings, Source,
};
use std::collections::BTreeMap;

pub(super) const GRID_KEYS: &[&str] =
    &["path", "map", "format", "encoding", "delimiter", "header_row", "sheet", "order", "dedicated"];
const SOURCE_KEYS: &[&str] = &[
    "name",
    "agency",
    "paths",
    "required",
    "max_age_hours",
    "directive",
    "title",
    "due_hours",
    "map",
    "event",
    "format",
    "encoding",
    "delimiter",
    "header_row",
    "sheet",
];
const EVENT_KEYS: &[&str] = &["type", "at", "place_code", "place", "detail"];
const PHONE_SEPARATOR: &str = "、";

/// Reads `[grids]`.
pub(super) fn grids(at: &Section<'_>, context: &Context<'_>, faults: &mut Faults) -> Option<Grids> {
    let path = at.required_text("path", faults).map(|path| context.absolute(&path));
    let read = read_settings(at, faults);
    let mut columns = Vec::new();
    let mut map: BTreeMap<GridField, Mapping> = BTreeMap::new();
    // Of a field with two names the first is shown.
    let known = |n: usize| GRID_FIELDS[..n].iter().any(|(_, field)| *field == GRID_FIELDS[n].1);
    let shown: Vec<&str> = (0..GRID_FIELDS.len()).filter(|&n| !known(n)).map(|n| GRID_FIELDS[n].0).collect();
    if let Some(entry) = at.get("map") {
        let fields = Section::open(&entry.node, entry.line, at.key("map"), faults)?;
        for entry in fields.entries {
            let key = fields.key(&entry.key);
            let Some(&(_, field)) = GRID_FIELDS.iter().find(|(name, _)| *name == entry.key) else {
                faults.unknown_key(entry.line, &fields.path, &entry.key, &shown);
                continue;
            };
            if let Some(value) = mapping(&entry.node, entry.line, &key, "", &mut columns, faults)
                && map.insert(field, value).is_some()
            {
                faults.duplicate(entry.line, &key, &entry.key, &fields.path);
            }
        }
        if fields.get("code").is_none() {
            fields.missing("code", "column", faults);
        }
    } else {
        at.missing("map", "table: { code = column, … }", faults);
    }
    let order = order(at, faults);
    let dedicated = dedicated(at, faults);
    Some(Grids { path: path?, read, columns, map, order, dedicated })
}

/// What a dedicated grid is to a person who lives in a base grid.
fn dedicated(at: &Section<'_>, faults: &mut Faults) -> DedicatedGrids {
    let Some(word) = at.text("dedicated", faults) else { return DedicatedGrids::default() };
    let known = DEDICATED_GRIDS.iter().find(|(known, _)| *known == word);
    if known.is_none() {
        let allowed: Vec<&str> = DEDICATED_GRIDS.iter().map(|&(word, _)| word).collect();
        faults.unknown_word(at.line_of("dedicated"), &at.key("dedicated"), &word, &allowed);
    }
    known.map_or(DedicatedGrids::default(), |&(_, kind)| kind)
}

/// Kinds of evidence, each once, the best first; what is left out does not count.
fn order(at: &Section<'_>, faults: &mut Faults) -> Vec<GridEvidence> {
    let Some(words) = at.get("order").and_then(|_| at.texts("order", faults)) else {
        return GridEvidence::ORDER.to_vec();
    };
    let (line, allowed) = (at.line_of("order"), GRID_EVIDENCE.iter().map(|&(word, _)| word).collect::<Vec<_>>());
    let mut order = Vec::new();
    for (i, word) in words.iter().enumerate() {
        let key = format!("{}[{}]", at.key("order"), i + 1);
        match GRID_EVIDENCE.iter().find(|(known, _)| known == word) {
            None => faults.unknown_word(line, &key, word, &allowed),
            Some((_, kind)) if order.contains(kind) => faults.duplicate(line, &key, word, &at.key("order")),
            Some(&(_, kind)) => order.push(kind),
        }
    }
    order
}

/// Reads every `[[source]]`.
pub(super) fn sources(
    root: &Section<'_>,
    preset: Preset,
    compared: &[String],
    context: &Context<'_>,
    faults: &mut Faults,
) -> Vec<Source> {
    let mut sources: Vec<Source> = Vec::new();
    let sections = root.tables("source", SOURCE_KEYS, faults);
    if root.get("source").is_none() {
        root.missing("source", "[[source]]", faults);
    }
    let mut names: BTreeMap<String, String> = BTreeMap::new();
    for at in &sections {
        if let Some(name) = at.required_text("name", faults) {
            let line = at.line_of("name");
            if !name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_') {
                faults.bad_value(line, &at.key("name"), &name, "[A-Za-z0-9_]+");
            }
            match names.get(&name) {
                Some(other) => faults.duplicate(line, &at.key("name"), &name, other),
                None => {
                    names.insert(name, at.path.clone());
                }
            }
        }
        sources.extend(source(at, preset, compared, context, faults));
    }
    sources
}

fn source(
    at: &Section<'_>,
    preset: Preset,
    compared: &[String],
    context: &Context<'_>,
    faults: &mut Faults,
) -> Option<Source> {
    if at.get("agency").is_none() {
        at.missing("agency", "police | health | community | self", faults);
    }
    let agency = at.word("agency", AGENCIES, faults);
    if at.get("paths").is_none() {
        at.missing("paths", "[glob, …]", faults);
    }
    let paths = at.texts("paths", faults);
    for path in paths.iter().flatten() {
        if glob::Pattern::new(path).is_err() {
            faults.bad_value(at.line_of("paths"), &at.key("paths"), path, "glob: * ? ** [abc]");
        }
    }
    let paths = paths.map(|paths| paths.iter().map(|path| context.absolute_glob(path)).collect());
    let required = at.bool("required", faults).unwrap_or(false);
    let max_age_hours = at.integer("max_age_hours", 1, 876_000, faults);
    let directive = at.bool("directive", faults).unwrap_or(false);
    for key in ["title", "due_hours"].into_iter().filter(|key| !directive && at.get(key).is_some()) {
        let known: Vec<&str> =
            SOURCE_KEYS.iter().copied().filter(|known| !["title", "due_hours"].contains(known)).collect();
        faults.unknown_key(at.line_of(key), &at.path, key, &known);
    }
    let read = read_settings(at, faults);
    let mut columns = Vec::new();
    let map = person_map(at, preset, compared, &mut columns, faults);
    let events = at
        .tables("event", EVENT_KEYS, faults)
        .iter()
        .filter_map(|event| event_mapping(event, &mut columns, faults))
        .collect();
    let name = at.get("name").map(|entry| shown(&entry.node))?;
    let (agency, paths) = (agency?, paths?);
    Some(Source { name, agency, paths, required, max_age_hours, read, columns, map, events, directive })
}

fn person_map(
    at: &Section<'_>,
    preset: Preset,
    compared: &[String],
    columns: &mut Vec<String>,
    faults: &mut Faults,
) -> Vec<(PersonField, Mapping)> {
    let mut map = Vec::new();
    let Some(entry) = at.get("map") else {
        at.missing("map", "[source.map]", faults);
        return map;
    };
    let Some(fields) = Section::open(&entry.node, entry.line, at.key("map"), faults) else { return map };
    let names: Vec<&str> = PERSON_FIELDS.iter().map(|&(name, _)| name).collect();
    for entry in fields.entries {
        let key = fields.key(&entry.key);
        let canonical = PERSON_FIELDS.iter().find(|(name, _)| *name == entry.key).map(|(_, field)| field.clone());
        if canonical.is_none() && preset == Preset::PersonCn {
            faults.unknown_key(entry.line, &fields.path, &entry.key, &names);
            continue;
        }
        let separator = if canonical == Some(PersonField::Phone) { PHONE_SEPARATOR } else { "" };
        let Some(value) = mapping(&entry.node, entry.line, &key, separator, columns, faults) else { continue };
        // A pipeline's own comparisons see the text as the dump has it, also of a field that has a canonical form.
        if canonical.is_none() || compared.contains(&entry.key) {
            map.push((PersonField::Other(entry.key.clone()), value.clone()));
        }
        map.extend(canonical.map(|field| (field, value)));
    }
    let tells = ["name", "id_number", "phone"];
    if preset == Preset::PersonCn && !tells.iter().any(|field| fields.get(field).is_some()) {
        fields.missing("name", "name | id_number | phone", faults);
    }
    if fields.entries.is_empty() && preset == Preset::Custom {
        faults.bad_value(fields.line, &fields.path, "", "field = column");
    }
    map
}

fn event_mapping(at: &Section<'_>, columns: &mut Vec<String>, faults: &mut Faults) -> Option<EventMapping> {
    let kind = at.required_text("type", faults);
    let mut read = |key: &str, faults: &mut Faults| {
        let entry = at.get(key)?;
        mapping(&entry.node, entry.line, &at.key(key), "", columns, faults)
    };
    let (when, place_code, place) = (read("at", faults), read("place_code", faults), read("place", faults));
    let mut detail = Vec::new();
    if let Some(entry) = at.get("detail")
        && let Some(names) = Section::open(&entry.node, entry.line, at.key("detail"), faults)
    {
        for entry in names.entries {
            let value = mapping(&entry.node, entry.line, &names.key(&entry.key), "", columns, faults);
            detail.extend(value.map(|value| (entry.key.clone(), value)));
        }
    }
    Some(EventMapping { kind: kind?, at: when, place_code, place, detail })
}

fn read_settings(at: &Section<'_>, faults: &mut Faults) -> ReadSettings {
    let format = at.word("format", FORMATS, faults);
    let encoding = at.word("encoding", ENCODINGS, faults);
    let tabs = at.get("format").is_some_and(|entry| shown(&entry.node).eq_ignore_ascii_case("tsv"));
    let mut delimiter = tabs.then_some(b'\t');
    if let Some(entry) = at.get("delimiter") {
        let found = shown(&entry.node);
        delimiter = match (found.as_str(), found.as_bytes()) {
            ("tab" | "\\t", _) => Some(b'\t'),
            (_, &[byte]) if byte.is_ascii() && !matches!(byte, b'"' | b'\n' | b'\r') => Some(byte),
            _ => {
                faults.bad_value(entry.line, &at.key("delimiter"), &found, "\",\" | \"\\t\" | \";\" | \"|\" …");
                None
            }
        };
    }
    let header_row = at.integer("header_row", 1, 1_048_576, faults);
    let sheet = at.text("sheet", faults);
    ReadSettings { format, encoding, delimiter, header_row, sheet }
}
