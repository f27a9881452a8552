//! The parts of the page: each a title with lines or a table, in words of the catalogue.

use super::{Report, RuleFigures, WeightClass, names};
use crate::message::{Lang, Message};
use serde::Serialize;

/// A part of the page.
#[derive(Debug, Default, Serialize)]
pub(super) struct Section {
    title: String,
    /// Whether the reader has to open it.
    folded: bool,
    lines: Vec<String>,
    heads: Vec<Cell>,
    rows: Vec<Vec<Cell>>,
}

/// A cell of a table.
#[derive(Debug, Default, Serialize)]
struct Cell {
    text: String,
    figure: bool,
    /// Length of the bar below it, per cent of the longest; `None`: no bar.
    share: Option<u64>,
}

fn text(text: impl Into<String>) -> Cell {
    Cell { text: text.into(), ..Cell::default() }
}

fn figure(number: u64) -> Cell {
    Cell { text: grouped(number), figure: true, share: None }
}

/// A number with a bar, as long as its share of the largest one.
fn bar(number: u64, largest: u64) -> Cell {
    let share = (u128::from(number) * 100).checked_div(u128::from(largest)).unwrap_or(0) as u64;
    Cell { share: Some(share), ..figure(number) }
}

fn decimal(number: f64) -> Cell {
    Cell { text: format!("{number:.1}"), figure: true, share: None }
}

/// Digits in groups of three.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let groups: Vec<&str> =
        digits.as_bytes().rchunks(3).rev().map(|group| std::str::from_utf8(group).unwrap_or_default()).collect();
    groups.join(",")
}

struct Words(Lang);

impl Words {
    fn say(&self, key: &'static str) -> String {
        Message::new(key).render(self.0)
    }

    /// The text for a name of the manifest, or that name where there is none.
    fn named(&self, table: &[(&str, &'static str)], name: &str) -> Cell {
        text(names::key_of(table, name).map_or_else(|| name.to_owned(), |key| self.say(key)))
    }

    /// Headings of a table: the first `texts` columns are of text, the others of figures.
    fn heads(&self, texts: usize, keys: &[&'static str]) -> Vec<Cell> {
        let head = |(i, key): (usize, &&'static str)| Cell { figure: i >= texts, ..text(self.say(key)) };
        keys.iter().enumerate().map(head).collect()
    }
}

/// Every part, in the order of the page; a part without anything to tell is left out.
pub(super) fn all(report: &Report<'_>, lang: Lang) -> Vec<Section> {
    let words = Words(lang);
    let parts = [night, warnings, sources, matching, weights, blocking, items, steps, dumps, repairs];
    let parts = parts.iter().map(|part| part(report, &words));
    parts.filter(|part| !part.lines.is_empty() || !part.rows.is_empty()).collect()
}

fn night(report: &Report<'_>, words: &Words) -> Section {
    let manifest = report.manifest;
    let count = |name: &str| grouped(manifest.counts.get(name).copied().unwrap_or(0));
    let lines = [
        Message::new("report.run")
            .with("run_id", &manifest.run_id)
            .with("started_at", manifest.started_at.replace('T', " "))
            .with("version", &manifest.version),
        Message::new("report.took")
            .with("seconds", format!("{:.1}", manifest.elapsed_ms as f64 / 1000.0))
            .with("threads", manifest.threads)
            .with("memory_mib", grouped(manifest.memory_peak_bytes >> 20)),
        Message::new("report.read")
            .with("dumps", grouped(manifest.inputs.len() as u64))
            .with("records", count("records"))
            .with("quarantined", count("quarantined")),
        Message::new("report.persons")
            .with("persons", count("persons"))
            .with("unassigned", count("persons_unassigned"))
            .with("grids", count("grids")),
        Message::new("report.balances").with("count", grouped(manifest.balances.0.len() as u64)),
    ];
    Section {
        title: words.say("report.night"),
        lines: lines.map(|line| line.render(words.0)).to_vec(),
        ..Section::default()
    }
}

fn warnings(report: &Report<'_>, words: &Words) -> Section {
    Section { title: words.say("report.warnings"), lines: report.manifest.warnings.clone(), ..Section::default() }
}

fn sources(report: &Report<'_>, words: &Words) -> Section {
    let mut sources: Vec<(&str, [u64; 4])> = Vec::new();
    for input in &report.manifest.inputs {
        let at = sources.iter().position(|(name, _)| *name == input.source).unwrap_or_else(|| {
            sources.push((&input.source, [0; 4]));
            sources.len() - 1
        });
        let counts = &mut sources[at].1;
        let more = [1, input.rows, input.records, input.quarantined];
        counts.iter_mut().zip(more).for_each(|(count, more)| *count += more);
    }
    let largest = sources.iter().map(|(_, counts)| counts[2]).max().unwrap_or(0);
    let row = |(name, [dumps, rows, records, quarantined]): &(&str, [u64; 4])| {
        vec![text(*name), figure(*dumps), figure(*rows), bar(*records, largest), figure(*quarantined)]
    };
    Section {
        title: words.say("report.sources"),
        heads: words
            .heads(1, &["report.source", "report.dumps", "report.rows", "report.records", "report.quarantined"]),
        rows: sources.iter().map(row).collect(),
        ..Section::default()
    }
}

fn matching(report: &Report<'_>, words: &Words) -> Section {
    let counts = &report.manifest.counts;
    let count = |name: &str| grouped(counts.get(name).copied().unwrap_or(0));
    let pairs = Message::new("report.pairs")
        .with("candidate_pairs", count("candidate_pairs"))
        .with("links", count("links"))
        .with("review", count("review"))
        .with("refused", count("refused"));
    let lines = std::iter::once(&pairs).chain(&report.accuracy).map(|line| line.render(words.0));
    Section { title: words.say("report.matching"), lines: lines.collect(), ..Section::default() }
}

fn weights(report: &Report<'_>, words: &Words) -> Section {
    let [accepted, review] = [|class: &WeightClass| class.accepted, |class: &WeightClass| class.review]
        .map(|of| report.weights.iter().map(of).max().unwrap_or(0));
    let row = |class: &WeightClass| {
        let from = Cell { figure: true, ..text(format!("{:+}", class.from)) };
        vec![from, bar(class.accepted, accepted), bar(class.review, review)]
    };
    Section {
        title: words.say("report.weights"),
        heads: words.heads(0, &["report.weight_from", "report.accepted", "report.review"]),
        rows: report.weights.iter().map(row).collect(),
        ..Section::default()
    }
}

fn blocking(report: &Report<'_>, words: &Words) -> Section {
    let largest = report.blocking.iter().map(|(_, pairs, _)| *pairs).max().unwrap_or(0);
    let row = |(rule, pairs, left_out): &(String, u64, u64)| {
        vec![words.named(names::RULES, rule), bar(*pairs, largest), figure(*left_out)]
    };
    Section {
        title: words.say("report.blocking"),
        heads: words.heads(1, &["report.rule", "report.found", "report.left_out"]),
        rows: report.blocking.iter().map(row).collect(),
        ..Section::default()
    }
}

fn items(report: &Report<'_>, words: &Words) -> Section {
    let largest = report.rules.iter().map(|rule| rule.open).max().unwrap_or(0);
    let row = |rule: &RuleFigures| {
        vec![text(&rule.title), bar(rule.open, largest), figure(rule.overdue), figure(rule.new), figure(rule.done)]
    };
    Section {
        title: words.say("report.items"),
        heads: words.heads(
            1,
            &[
                "report.rule",
                "publish.bulletin.open",
                "publish.bulletin.overdue_column",
                "publish.bulletin.new",
                "publish.bulletin.done_column",
            ],
        ),
        rows: report.rules.iter().map(row).collect(),
        ..Section::default()
    }
}

fn steps(report: &Report<'_>, words: &Words) -> Section {
    let steps = &report.manifest.steps;
    let longest = steps.iter().map(|step| step.elapsed_ms).max().unwrap_or(0);
    let seconds = |ms: u64| ms as f64 / 1000.0;
    let row = |step: &crate::store::StepTime| {
        let wall = Cell { share: bar(step.elapsed_ms, longest).share, ..decimal(seconds(step.elapsed_ms)) };
        vec![
            words.named(names::STEPS, &step.step),
            wall,
            decimal(seconds(step.cpu_ms)),
            figure(step.memory_peak_bytes >> 20),
        ]
    };
    Section {
        title: words.say("report.steps"),
        heads: words.heads(1, &["report.step", "report.wall", "report.cpu", "report.memory"]),
        rows: steps.iter().map(row).collect(),
        ..Section::default()
    }
}

fn dumps(report: &Report<'_>, words: &Words) -> Section {
    let row = |input: &crate::store::Input| {
        let notes = text(input.notes.join("; "));
        vec![text(&input.path), notes, figure(input.rows), figure(input.records), figure(input.quarantined)]
    };
    Section {
        title: words.say("report.dumps"),
        folded: true,
        heads: words.heads(2, &["report.dump", "report.notes", "report.rows", "report.records", "report.quarantined"]),
        rows: report.manifest.inputs.iter().map(row).collect(),
        ..Section::default()
    }
}

fn repairs(report: &Report<'_>, words: &Words) -> Section {
    let row = |repair: &crate::store::Repair| {
        vec![text(&repair.source), words.named(names::REPAIRS, &repair.kind), figure(repair.count)]
    };
    Section {
        title: words.say("report.repairs"),
        folded: true,
        heads: words.heads(2, &["report.source", "report.kind", "report.values"]),
        rows: report.manifest.repairs.iter().map(row).collect(),
        ..Section::default()
    }
}
