//! Which pairs of records a night compares at all: the dumps are read once more, and the keys of blocking looked at.

use super::watch::Watch;
use super::{order, read};
use crate::config::Pipeline;
use crate::error::Result;
use crate::events::EventSink;
use crate::link;
use std::collections::BTreeMap;
use std::time::SystemTime;

/// A record: its source and key.
pub type RecordName = (String, String);

/// For each pair whether the two share a key of a blocking rule; `None` where a record is not in the dumps.
///
/// # Errors
/// If the dumps cannot be read.
pub fn compared(
    pipeline: &Pipeline,
    pairs: &[(RecordName, RecordName)],
    sink: &dyn EventSink,
) -> Result<Vec<Option<bool>>> {
    let mut watch = Watch::new(sink);
    let mut read = read::read(pipeline, read::city(pipeline, None), SystemTime::now(), &mut watch)?;
    order::canonical(&mut read, || ());
    let records = &read.records;
    let profiles = link::profiles(records);
    let features = link::features(records, &profiles);
    let mut row_of: BTreeMap<(&str, &str), Option<u32>> = BTreeMap::new();
    for (source, id) in pairs.iter().flat_map(|(left, right)| [left, right]) {
        row_of.insert((source, id), None);
    }
    for profile in 0..profiles.len() {
        for &row in profiles.members(profile) {
            let source = &pipeline.sources[usize::from(records.source[row as usize])].name;
            if let Some(slot) = row_of.get_mut(&(source.as_str(), records.key(row as usize))) {
                *slot = Some(profile as u32);
            }
        }
    }
    let profile = |(source, id): &RecordName| row_of.get(&(source.as_str(), id.as_str())).copied().flatten();
    let one = |(left, right): &(RecordName, RecordName)| {
        let (a, b) = (profile(left)?, profile(right)?);
        Some(a == b || features.rules_shared(a, b) != 0)
    };
    Ok(pairs.iter().map(one).collect())
}
