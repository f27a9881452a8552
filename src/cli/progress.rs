//! Three ways to show the events of a run on stderr: bars on a terminal, plain lines elsewhere, or only warnings.

use crate::events::{Event, EventSink};
use crate::message::{Lang, Message};
use indicatif::{HumanBytes, HumanCount, ProgressBar, ProgressStyle};
use std::io::Write;
use std::sync::Mutex;
use std::time::Duration;

/// Says nothing but warnings.
#[derive(Debug)]
pub(super) struct Quiet {
    lang: Lang,
}

impl Quiet {
    pub(super) fn new(lang: Lang) -> Self {
        Self { lang }
    }
}

impl EventSink for Quiet {
    fn send(&self, event: Event) {
        if let Event::Warning(_) = event {
            line(&event, self.lang);
        }
    }
}

/// One line for each step, note and warning; for logs and timers.
#[derive(Debug)]
pub(super) struct PlainLog {
    lang: Lang,
}

impl PlainLog {
    pub(super) fn new(lang: Lang) -> Self {
        Self { lang }
    }
}

impl EventSink for PlainLog {
    fn send(&self, event: Event) {
        line(&event, self.lang);
    }
}

/// A bar for the running step, lines above it for what is done.
#[derive(Debug)]
pub(super) struct ProgressBars {
    lang: Lang,
    bar: Mutex<Option<ProgressBar>>,
}

impl ProgressBars {
    pub(super) fn new(lang: Lang) -> Self {
        Self { lang, bar: Mutex::new(None) }
    }
}

impl EventSink for ProgressBars {
    fn send(&self, event: Event) {
        // A thread that panicked while it held the bar left nothing that matters half done.
        let mut bar = self.bar.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        match &event {
            Event::StepStarted { step, total, unit } => {
                let new = ProgressBar::new(total.unwrap_or(0)).with_style(style(total.is_some(), unit));
                new.set_message(step_name(step, self.lang));
                new.enable_steady_tick(Duration::from_millis(120));
                *bar = Some(new);
            }
            Event::Progress { done, .. } => bar.iter().for_each(|bar| bar.set_position(*done)),
            Event::StepDone { .. } => {
                if let Some(bar) = bar.take() {
                    bar.finish_and_clear();
                }
                line(&event, self.lang);
            }
            Event::Note(_) | Event::Warning(_) => match &*bar {
                Some(bar) => bar.suspend(|| line(&event, self.lang)),
                None => line(&event, self.lang),
            },
        }
    }
}

fn style(known: bool, unit: &str) -> ProgressStyle {
    let template = match (known, unit) {
        (true, "bytes") => "{msg:<10} {bar:30} {bytes}/{total_bytes}  {bytes_per_sec}  {eta}",
        (true, _) => "{msg:<10} {bar:30} {human_pos}/{human_len}  {per_sec}  {eta}",
        (false, _) => "{msg:<10} {spinner} {human_pos}  {elapsed}",
    };
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
}

fn line(event: &Event, lang: Lang) {
    if let Some(text) = text_of(event, lang) {
        // When stderr is gone there is nobody left to tell.
        let _ = writeln!(std::io::stderr(), "{text}");
    }
}

/// The line of an event; none for progress within a step, nor for the beginning of a step whose work is not known
/// beforehand, which a line at its end tells better.
fn text_of(event: &Event, lang: Lang) -> Option<String> {
    let text = match event {
        Event::Progress { .. } | Event::StepStarted { total: None, .. } => return None,
        Event::StepStarted { step, total: Some(total), unit } => {
            let total = match *unit {
                "bytes" => HumanBytes(*total).to_string(),
                unit => format!("{} {}", HumanCount(*total), unit_name(unit, lang)),
            };
            Message::new("cli.step_of").with("step", step_name(step, lang)).with("total", total).render(lang)
        }
        Event::StepDone { step, elapsed_ms, summary } => Message::new("cli.step_done")
            .with("step", step_name(step, lang))
            .with("elapsed", format!("{:.1}", *elapsed_ms as f64 / 1000.0))
            .with("summary", summary.render(lang))
            .render(lang),
        Event::Note(message) => message.render(lang),
        Event::Warning(message) => Message::new("cli.warning").with("text", message.render(lang)).render(lang),
    };
    Some(text)
}

/// What a step is called in that language; a step without a name of its own by its word.
fn step_name(step: &'static str, lang: Lang) -> String {
    let key = match step {
        "ingest" => "cli.step.ingest",
        "order" => "cli.step.order",
        "profile" => "cli.step.profile",
        "features" => "cli.step.features",
        "fit" => "cli.step.fit",
        "link" => "cli.step.link",
        "cluster" => "cli.step.cluster",
        "accuracy" => "cli.step.accuracy",
        "returns" => "cli.step.returns",
        "person" => "cli.step.person",
        "grids" => "cli.step.grids",
        "followup" => "cli.step.followup",
        "rollup" => "cli.step.rollup",
        "publish" => "cli.step.publish",
        "synth" => "cli.step.synth",
        other => return other.to_owned(),
    };
    Message::new(key).render(lang)
}

fn unit_name(unit: &'static str, lang: Lang) -> String {
    let key = match unit {
        "records" => "cli.unit.records",
        "pairs" => "cli.unit.pairs",
        "files" => "cli.unit.files",
        "persons" => "cli.unit.persons",
        other => return other.to_owned(),
    };
    Message::new(key).render(lang)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_events() {
        let started = Event::StepStarted { step: "ingest", total: Some(1_234_567), unit: "bytes" };
        assert_eq!(text_of(&started, Lang::En).unwrap(), "ingest: 1.18 MiB");
        let started = Event::StepStarted { step: "synth", total: Some(2_000), unit: "persons" };
        assert_eq!(text_of(&started, Lang::Zh).unwrap(), "生成：共 2,000 人");
        assert_eq!(text_of(&Event::StepStarted { step: "link", total: None, unit: "" }, Lang::En), None);
        let done = Event::StepDone { step: "link", elapsed_ms: 1440, summary: Message::new("cli.error") };
        assert_eq!(text_of(&done, Lang::En).unwrap(), "link: error: (1.4 s)");
        assert_eq!(text_of(&Event::Progress { step: "link", done: 3 }, Lang::En), None);
        let warning = Event::Warning(Message::new("cli.stdout"));
        assert_eq!(text_of(&warning, Lang::Zh).unwrap(), "警告：无法写入标准输出");
    }

    #[test]
    fn bars_take_events_in_any_order() {
        let bars = ProgressBars::new(Lang::En);
        bars.send(Event::Progress { step: "link", done: 3 });
        bars.send(Event::StepStarted { step: "link", total: None, unit: "pairs" });
        bars.send(Event::StepStarted { step: "link", total: Some(4), unit: "bytes" });
        bars.send(Event::Progress { step: "link", done: 9 });
    }
}
