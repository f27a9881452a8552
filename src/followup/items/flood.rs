//! Rules that find far more than the night before because a dump is missing: who asks for the absence of something (nobody
//! registered them, nobody visited them) finds everybody of whom only that dump tells.

use super::{Night, Row};
use crate::message::Message;

/// Fewer new items may be any night's.
const NEW_MIN: u64 = 20;

/// A warning for each rule that has more new items than it had open ones, where a source is missing.
pub(super) fn messages(night: &Night<'_>, rows: &[Row]) -> Vec<Message> {
    let missing: Vec<&str> =
        night.sources.iter().zip(night.missing).filter(|(_, missing)| **missing).map(|(source, _)| *source).collect();
    if missing.is_empty() {
        return Vec::new();
    }
    let mut counts = vec![(0_u64, 0_u64); night.followups.len()];
    for row in rows {
        if let Some((new, open)) = counts.get_mut(row.rule as usize) {
            *new += u64::from(row.tonight.new);
            *open += u64::from(row.was_open);
        }
    }
    let told = |(rule, (new, open)): (&str, (u64, u64))| {
        let message = Message::new("followup.flood").with("rule", rule).with("new", new).with("open", open);
        (new >= NEW_MIN && new > open).then(|| message.with("sources", missing.join(", ")))
    };
    let rules = night.followups.iter().map(|rule| rule.name.as_str());
    rules.zip(counts).filter_map(told).collect()
}
