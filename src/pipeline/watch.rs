//! Times of steps, warnings and progress of one run.

use super::machine::{cpu_ms, memory_peak_bytes};
use crate::error::Result;
use crate::events::{Event, EventSink};
use crate::message::Message;
use crate::store::StepTime;
use std::time::Instant;

/// Watches one run.
pub(super) struct Watch<'a> {
    /// Where events go.
    pub(super) sink: &'a dyn EventSink,
    /// Times of the steps done, in order.
    pub(super) steps: Vec<StepTime>,
    /// Warnings, in order.
    pub(super) warnings: Vec<Message>,
    /// Beginning of the run.
    pub(super) began: Instant,
}

impl<'a> Watch<'a> {
    pub(super) fn new(sink: &'a dyn EventSink) -> Self {
        Self { sink, steps: Vec::new(), warnings: Vec::new(), began: Instant::now() }
    }

    /// Runs one step, keeps its time, and tells what `summary` says of its result.
    pub(super) fn step<T>(
        &mut self,
        step: &'static str,
        work: impl FnOnce(&mut Self) -> Result<T>,
        summary: impl FnOnce(&T) -> Message,
    ) -> Result<T> {
        self.sink.send(Event::StepStarted { step, total: None, unit: "" });
        let (began, cpu_began) = (Instant::now(), cpu_ms());
        let result = work(self)?;
        let elapsed_ms = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.steps.push(StepTime {
            step: step.to_owned(),
            elapsed_ms,
            cpu_ms: cpu_ms().saturating_sub(cpu_began),
            memory_peak_bytes: memory_peak_bytes(),
        });
        self.sink.send(Event::StepDone { step, elapsed_ms, summary: summary(&result) });
        Ok(result)
    }

    /// Warns, now and in the manifest.
    pub(super) fn warn(&mut self, warning: Message) {
        self.sink.send(Event::Warning(warning.clone()));
        self.warnings.push(warning);
    }

    /// Warns of each.
    pub(super) fn warn_all(&mut self, warnings: Vec<Message>) {
        warnings.into_iter().for_each(|warning| self.warn(warning));
    }
}
