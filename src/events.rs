//! What happens during a run, as values. One stream feeds the terminal, the log and the report; nothing here prints.

use crate::message::Message;

/// Something that happened during a run. Holds no person's value.
#[derive(Clone, Debug)]
pub enum Event {
    /// A step began. `total` is its amount of work in `unit`, when that is known beforehand.
    StepStarted {
        /// The step's name, e.g. `ingest`.
        step: &'static str,
        /// Amount of work, if known.
        total: Option<u64>,
        /// What the amount counts: `bytes`, `records`, `pairs`, `files`.
        unit: &'static str,
    },
    /// The running step has done this much in all.
    Progress {
        /// The step's name.
        step: &'static str,
        /// Work done so far, in the step's unit.
        done: u64,
    },
    /// A step ended.
    StepDone {
        /// The step's name.
        step: &'static str,
        /// Wall time in milliseconds.
        elapsed_ms: u64,
        /// One line that says what came out.
        summary: Message,
    },
    /// Something worth knowing.
    Note(Message),
    /// Something worth acting on; warnings are repeated in the summary and the manifest.
    Warning(Message),
}

/// Takes events as they happen, from any thread.
pub trait EventSink: Sync {
    /// Takes one event.
    fn send(&self, event: Event);
}

/// Drops every event.
#[derive(Debug, Default)]
pub struct NullSink;

impl EventSink for NullSink {
    fn send(&self, _event: Event) {}
}
