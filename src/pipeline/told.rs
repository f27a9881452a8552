//! One line for each step that is done: what came out of it, in counts. Nothing here is computed that the step did not
//! make anyway.

use super::read::Read;
use super::resolve::Resolved;
use crate::followup::Items;
use crate::link::{BlockingStats, Features, Profiles};
use crate::message::Message;
use crate::model::Fit;
use crate::person::Built;
use crate::publish::Written;
use crate::tables::{GridBy, Residence};

pub(super) fn read(read: &Read) -> Message {
    Message::new("run.step.ingest")
        .with("dumps", read.dumps.len())
        .with("records", read.rows.len())
        .with("quarantined", read.quarantined.len())
}

pub(super) fn profiles(profiles: &Profiles) -> Message {
    Message::new("run.step.profile").with("profiles", profiles.len())
}

pub(super) fn features(features: &Features) -> Message {
    Message::new("run.step.features").with("profiles", features.len())
}

pub(super) fn fit(fit: &Fit) -> Message {
    Message::new("run.step.fit")
        .with("pairs", format!("{:.0}", fit.silver_matches))
        .with("share", format!("{:.1}", fit.silver_reached * 100.0))
}

pub(super) fn scored(kept: usize, blocking: &BlockingStats) -> Message {
    Message::new("run.step.link")
        .with("pairs", blocking.pairs.iter().sum::<u64>())
        .with("kept", kept)
        .with("left_out", blocking.pairs_left_out.iter().sum::<u64>())
}

pub(super) fn resolved(resolved: &Resolved) -> Message {
    Message::new("run.step.cluster").with("clusters", resolved.clusters).with("review", resolved.review.len())
}

pub(super) fn built(built: &Built) -> Message {
    Message::new("run.step.person").with("persons", built.persons.len()).with("changes", built.changes.len())
}

pub(super) fn assigned(residence: &Residence) -> Message {
    let unassigned = residence.by.iter().filter(|by| **by == GridBy::None).count();
    Message::new("run.step.grids").with("assigned", residence.by.len() - unassigned).with("unassigned", unassigned)
}

pub(super) fn items(items: &Items) -> Message {
    let counts = &items.counts;
    Message::new("run.step.followup")
        .with("open", counts.open)
        .with("new", counts.new)
        .with("done", counts.done)
        .with("withdrawn", counts.withdrawn)
}

/// `lists` of them; each person with an open item is a row of one.
pub(super) fn rolled_up(lists: usize, rows: u64) -> Message {
    Message::new("run.step.rollup").with("lists", lists).with("rows", rows)
}

pub(super) fn written(written: &Written) -> Message {
    Message::new("run.step.publish").with("tables", written.table_files).with("lists", written.list_files)
}
