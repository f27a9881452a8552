//! What rules find or give up that nobody would see in their figures. Far more than the night before because a dump is
//! missing: who asks for the absence of something (nobody registered them, nobody visited them) finds everybody of whom only
//! that dump tells. And overdue items of persons whom nobody ever visited, which lapse when the days of the rule are over.

use super::{Night, Row, State};
use crate::message::Message;

/// Fewer new items may be any night's.
const NEW_MIN: u64 = 20;

/// A warning for each rule of which items lapsed tonight: nobody visited the person in time, and the rule asks no more.
pub(super) fn lapsed(night: &Night<'_>, rows: &[Row]) -> Vec<Message> {
    let mut counts = vec![0_u64; night.followups.len()];
    for row in rows.iter().filter(|row| row.was == State::Overdue && row.item.state == State::Withdrawn && !row.merged)
    {
        let is_there = night.persons.find(row.item.person_id).is_some();
        if let Some(count) = counts.get_mut(row.rule as usize).filter(|_| is_there && row.tonight.tries == 0) {
            *count += 1;
        }
    }
    let told = |(rule, count): (&str, u64)| {
        (count > 0).then(|| Message::new("followup.lapsed").with("rule", rule).with("count", count))
    };
    night.followups.iter().map(|rule| rule.name.as_str()).zip(counts).filter_map(told).collect()
}

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
            *open += u64::from(row.was.is_open());
        }
    }
    let told = |(rule, (new, open)): (&str, (u64, u64))| {
        let message = Message::new("followup.flood").with("rule", rule).with("new", new).with("open", open);
        (new >= NEW_MIN && new > open).then(|| message.with("sources", missing.join(", ")))
    };
    let rules = night.followups.iter().map(|rule| rule.name.as_str());
    rules.zip(counts).filter_map(told).collect()
}
