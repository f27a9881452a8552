//! Sources of which far fewer records came than the night before: an export that broke off between two rows is a sound
//! dump, and nothing in it says that half of the city is missing.

use crate::config::{RETURNS_SOURCE, Source};
use crate::message::Message;
use crate::store::PersonsIndex;
use std::collections::{BTreeMap, BTreeSet};

/// A required source is expected to hold at least this share of what it held.
const REQUIRED_SHARE: f64 = 0.9;
/// Any other, of which some hold what is new each day.
const OTHER_SHARE: f64 = 0.5;
/// Of so few records nothing is expected.
pub(super) const RECORDS_MIN: u64 = 20;

/// Records of each source in the set before.
pub(super) fn by_source(before: &PersonsIndex) -> BTreeMap<String, u64> {
    let mut counts = vec![0; before.source_names.len()];
    before.source.iter().for_each(|&source| counts[usize::from(source)] += 1);
    before.source_names.iter().cloned().zip(counts).collect()
}

/// A warning for each source that holds far fewer now; `now` is the source of each record.
pub(super) fn warnings(sources: &[Source], before: &BTreeMap<String, u64>, now: &[u16]) -> Vec<Message> {
    let mut counts = vec![0_u64; sources.len()];
    for &source in now {
        if let Some(count) = counts.get_mut(usize::from(source)) {
            *count += 1;
        }
    }
    let one = |(source, &now): (&Source, &u64)| {
        let before = before.get(&source.name).copied().filter(|&before| before >= RECORDS_MIN)?;
        let share = if source.required { REQUIRED_SHARE } else { OTHER_SHARE };
        let told = Message::new("run.fewer_records").with("source", &source.name);
        ((now as f64) < share * before as f64).then(|| told.with("now", now).with("before", before))
    };
    // Returned lists are applied later, whatever came tonight.
    sources.iter().zip(&counts).filter(|(source, _)| source.name != RETURNS_SOURCE).filter_map(one).collect()
}

/// The last part of a path as manifests have it.
pub(super) fn file_name(path: &str) -> &str {
    path.rsplit(['/', '\\']).next().unwrap_or(path)
}

/// Sources of which fewer files came than the night before, and fewer records with them: one street's list is missing, though
/// most of the source is there. A warning for each, and whether it is so of every source.
pub(super) fn files(
    sources: &[Source],
    [files_before, files_now]: [&BTreeMap<String, BTreeSet<String>>; 2],
    records_before: &BTreeMap<String, u64>,
    now: &[u16],
) -> (Vec<Message>, Vec<bool>) {
    let mut counts = vec![0_u64; sources.len()];
    now.iter().for_each(|&source| counts[usize::from(source)] += 1);
    let mut warnings = Vec::new();
    let none = BTreeSet::new();
    let mut one = |(source, &records): (&Source, &u64)| {
        let (before, now) = (files_before.get(&source.name)?, files_now.get(&source.name).unwrap_or(&none));
        let is_fewer = !now.is_empty() && now.len() < before.len();
        if !is_fewer || records_before.get(&source.name).is_none_or(|&before| records >= before) {
            return None;
        }
        let gone: Vec<&str> = before.difference(now).map(String::as_str).take(FILES_TOLD).collect();
        let told = Message::new("run.fewer_files").with("source", &source.name).with("now", now.len());
        warnings.push(told.with("before", before.len()).with("files", gone.join(", ")));
        Some(())
    };
    let fewer = sources.iter().zip(&counts).map(|of| of.0.name != RETURNS_SOURCE && one(of).is_some()).collect();
    (warnings, fewer)
}

/// So many missing files are named.
const FILES_TOLD: usize = 5;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Overrides, parse};
    use crate::message::Lang;
    use std::path::Path;

    #[test]
    fn a_source_that_lost_many_records_is_told_and_one_that_varies_is_not() {
        let source = |name: &str, required: bool| {
            format!(
                "[[source]]\nname = \"{name}\"\nagency = \"self\"\npaths = [\"{name}.csv\"]\nrequired = {required}\n\
                 [source.map]\nname = \"name\"\n"
            )
        };
        let text = "[run]\nname = \"n\"\nas_of = 2022-03-27\n".to_owned()
            + &source("register", true)
            + &source("tickets", false)
            + &source("new", true);
        let sources = parse(&text, Path::new("p.toml"), &Overrides::default()).unwrap().sources;
        let before = [("register", 1000), ("tickets", 1000), ("gone", 1000)];
        let before: BTreeMap<String, u64> = before.into_iter().map(|(name, n)| (name.to_owned(), n)).collect();
        let told = |register: usize, tickets: usize| {
            let now: Vec<u16> = [vec![0; register], vec![1; tickets], vec![2; 5]].concat();
            let told = warnings(&sources, &before, &now);
            told.iter().map(|of| of.render(Lang::En)).collect::<Vec<_>>()
        };
        let named = |names: &[&str]| -> BTreeMap<String, BTreeSet<String>> {
            [("register".to_owned(), names.iter().map(|name| (*name).to_owned()).collect())].into()
        };
        let came = |records: usize, names: &[&str]| {
            let files_before = named(&["a.csv", "b.csv", "c.csv"]);
            files(&sources, [&files_before, &named(names)], &before, &vec![0; records])
        };
        let (missing, fewer) = came(870, &["a.csv", "c.csv"]);
        assert_eq!(fewer, [true, false, false]);
        assert!(missing[0].render(Lang::En).contains("b.csv"));
        assert_eq!(came(870, &["a2.csv", "b2.csv", "c2.csv"]).1, [false; 3], "every night has names of its own");
        assert_eq!(came(1100, &["a.csv", "c.csv"]).1, [false; 3], "one file for two");
        assert!(told(901, 501).is_empty());
        assert_eq!(told(899, 1200).len(), 1);
        let both = told(0, 100);
        assert!(both.len() == 2 && both[0].contains("register") && both[1].contains("1000"), "{both:?}");
        let few: BTreeMap<String, u64> = [("register".to_owned(), 19)].into();
        assert!(warnings(&sources, &few, &[]).is_empty(), "a small list may be anything");
    }
}
