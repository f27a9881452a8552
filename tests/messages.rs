//! The catalogue against the code: every key used is there, every row is used, both languages say the same things.

use crate::source::files;
use gridlink::message::rows;
use std::collections::BTreeSet;

/// Keys in the source: whatever stands in quotes and looks like `area.key` of a known area.
fn keys_in_source(only_constructors: bool) -> BTreeSet<String> {
    let areas: BTreeSet<&str> = rows().filter_map(|(key, ..)| key.split_once('.')).map(|(area, _)| area).collect();
    let mut found = BTreeSet::new();
    for file in files().iter().filter(|file| !file.path.starts_with("message/")) {
        let before = if only_constructors { "Message::new(\"" } else { "\"" };
        for (at, _) in file.text.match_indices(before) {
            let rest = &file.text[at + before.len()..];
            let key = &rest[..rest.find('"').unwrap_or(0)];
            let plain = key.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"._".contains(&b));
            let known_area = key.split_once('.').is_some_and(|(area, name)| areas.contains(area) && !name.is_empty());
            if plain && !key.is_empty() && (only_constructors || known_area) {
                found.insert(key.to_owned());
            }
        }
    }
    found
}

fn placeholders(text: &str) -> BTreeSet<&str> {
    text.split('{').skip(1).filter_map(|part| part.split_once('}')).map(|(name, _)| name).collect()
}

#[test]
fn every_key_is_in_the_catalogue() {
    let known: BTreeSet<String> = rows().map(|(key, ..)| key.to_owned()).collect();
    let missing: Vec<String> = keys_in_source(true).difference(&known).cloned().collect();
    assert!(missing.is_empty(), "no text for {missing:?}");
}

#[test]
fn every_row_is_used() {
    let used = keys_in_source(false);
    let idle: Vec<&str> = rows().map(|(key, ..)| key).filter(|key| !used.contains(*key)).collect();
    assert!(idle.is_empty(), "never used: {idle:?}");
}

#[test]
fn every_step_of_the_night_has_a_text() {
    let known: BTreeSet<&str> = rows().filter_map(|(key, ..)| key.strip_prefix("report.step.")).collect();
    let files = files();
    let calls = files.iter().filter(|file| file.path.starts_with("pipeline/")).flat_map(|file| {
        file.text.match_indices("watch.step(\"").map(|(at, call)| file.text[at + call.len()..].split('"').next())
    });
    let steps: BTreeSet<&str> = calls.flatten().collect();
    assert!(steps.len() > 10, "{steps:?}");
    assert!(steps.is_subset(&known), "no text for {:?}", steps.difference(&known));
}

#[test]
fn keys_are_unique() {
    let mut seen = BTreeSet::new();
    let twice: Vec<&str> = rows().map(|(key, ..)| key).filter(|key| !seen.insert(*key)).collect();
    assert!(twice.is_empty(), "twice in the catalogue: {twice:?}");
}

#[test]
fn both_languages_name_the_same_things() {
    for (key, en, zh) in rows() {
        assert_eq!(placeholders(en), placeholders(zh), "{key}");
        assert!(!en.is_empty() && !zh.is_empty(), "{key} is empty");
        // A Chinese value that a file may hold stands in brackets.
        let outside: String = en.split('(').map(|part| part.rsplit(')').next().unwrap_or("")).collect();
        assert!(!outside.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c)), "{key}: English has Han");
    }
}
