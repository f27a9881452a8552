//! `gridlink eval`: a published set measured against the truth.

use super::terminal::Terminal;
use super::wiring;
use crate::error::Result;
use crate::evaluate::listed::{Listed, Tables, listed};
use crate::evaluate::lost::{LostPair, Place, by_sources};
use crate::evaluate::{Report, evaluate};
use crate::message::{Lang, Message};
use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::PathBuf;

#[derive(Debug, clap::Args)]
pub(super) struct EvalArgs {
    /// A published set, or an output folder
    set: PathBuf,
    /// CSV with columns source, record_id, person_id
    #[arg(long, value_name = "T.csv")]
    truth: PathBuf,
    /// List true pairs that are not in one person, and where they were lost
    #[arg(long)]
    lost: bool,
    /// With --lost: the pipeline of the set, whose dumps are read again to tell what was never compared
    #[arg(long, value_name = "PIPELINE.toml", requires = "lost")]
    pipeline: Option<PathBuf>,
    /// CSV with columns person_id (of the truth), grid_code and rule (and true_grid_code): who must be on which list. Tells what the lists got right
    #[arg(long, value_name = "E.csv", conflicts_with = "lost")]
    expected: Option<PathBuf>,
    /// Print as JSON
    #[arg(long)]
    json: bool,
}

/// Prints the report.
pub(super) fn run(args: &EvalArgs, terminal: &Terminal) -> Result<()> {
    if args.lost {
        return lost(args, terminal);
    }
    let members = wiring::read_table(&args.set, "members")?;
    if let Some(expected) = &args.expected {
        let (persons, followups) =
            (wiring::read_table(&args.set, "persons")?, wiring::read_table(&args.set, "followups")?);
        let tables = Tables { members: &members, persons: &persons, followups: &followups };
        let lists = listed(tables, &args.truth, expected)?;
        return terminal.data(|out| match args.json {
            true => writeln!(out, "{:#}", serde_json::json!(lists)),
            false => lists.iter().try_for_each(|list| list_text(out, list, terminal.lang)),
        });
    }
    let report = evaluate(&members, &args.truth)?;
    terminal.data(|out| match args.json {
        true => writeln!(out, "{}", report.to_json()),
        false => text(out, &report, terminal.lang),
    })
}

/// A list's figures as lines: every rate with its formula's two numbers.
fn list_text(out: &mut dyn Write, list: &Listed, lang: Lang) -> io::Result<()> {
    writeln!(out, "{}", Message::new("cli.listed").with("rule", &list.rule).render(lang))?;
    for (key, part, whole) in [
        ("cli.listed_missed", list.missed, list.expected),
        ("cli.listed_wrong_grid", list.wrong_grid, list.expected),
        ("cli.listed_unassigned", list.unassigned, list.expected),
        ("cli.listed_unassigned_in_all", list.unassigned_in_all, list.expected),
        ("cli.listed_nowhere", list.nowhere_told, list.expected),
        ("cli.listed_twice", list.twice, list.expected),
        ("cli.listed_without_cause", list.without_cause, list.listed),
    ] {
        let rate = format!("{:.3}", 100.0 * part as f64 / whole.max(1) as f64);
        let line = Message::new(key).with("rate", rate).with("part", part).with("whole", whole);
        writeln!(out, "  {}", line.render(lang))?;
    }
    Ok(())
}

/// Examples told of each place.
const EXAMPLES: usize = 5;

/// Prints the lost pairs by source pair and place, and some of them by name.
fn lost(args: &EvalArgs, terminal: &Terminal) -> Result<()> {
    let overrides = crate::config::Overrides::default();
    let pipeline = args.pipeline.as_ref().map(|path| crate::config::load(path, &overrides)).transpose()?;
    let pairs = wiring::lost(&args.set, &args.truth, pipeline.as_ref(), &*terminal.sink())?;
    let mut examples: BTreeMap<Place, Vec<&LostPair>> = BTreeMap::new();
    for pair in &pairs {
        let of = examples.entry(pair.place).or_default();
        if of.len() < EXAMPLES {
            of.push(pair);
        }
    }
    let counts = by_sources(&pairs);
    if args.json {
        let sources = counts.iter().map(|((left, right), places)| {
            let places: BTreeMap<&str, u64> = places.iter().map(|(place, &n)| (word(*place), n)).collect();
            serde_json::json!({ "left": left, "right": right, "lost": places })
        });
        let examples: Vec<&LostPair> = examples.into_values().flatten().collect();
        let sources: Vec<_> = sources.collect();
        let json = serde_json::json!({ "lost": pairs.len(), "source_pairs": sources, "examples": examples });
        return terminal.data(|out| writeln!(out, "{json:#}"));
    }
    let lang = terminal.lang;
    terminal.data(|out| {
        writeln!(out, "{}", Message::new("cli.lost").with("count", pairs.len()).render(lang))?;
        for ((left, right), places) in counts {
            let places: Vec<String> =
                places.iter().map(|(place, n)| format!("{} {n}", place_text(*place, lang))).collect();
            writeln!(out, "  {left} × {right}: {}", places.join(", "))?;
        }
        for (place, pairs) in &examples {
            writeln!(out, "{}", place_text(*place, lang))?;
            for LostPair { left, right, .. } in pairs {
                writeln!(out, "  {}:{} – {}:{}", left.0, left.1, right.0, right.1)?;
            }
        }
        Ok(())
    })
}

/// The name of a place in JSON.
fn word(place: Place) -> &'static str {
    match place {
        Place::Refused => "refused",
        Place::Review => "review",
        Place::BelowReview => "below_review",
        Place::NotCompared => "not_compared",
        Place::Neither => "neither",
    }
}

fn place_text(place: Place, lang: Lang) -> String {
    let key = match place {
        Place::Refused => "cli.lost.refused",
        Place::Review => "cli.lost.review",
        Place::BelowReview => "cli.lost.below_review",
        Place::NotCompared => "cli.lost.not_compared",
        Place::Neither => "cli.lost.neither",
    };
    Message::new(key).render(lang)
}

/// The report as lines: every rate with its formula's two numbers.
fn text(out: &mut dyn Write, report: &Report, lang: Lang) -> io::Result<()> {
    let rate = |key, rate: f64, part: u64, whole: u64| {
        Message::new(key)
            .with("rate", format!("{:.3}", rate * 100.0))
            .with("part", part)
            .with("whole", whole)
            .render(lang)
    };
    let r = report;
    writeln!(out, "{}", rate("cli.eval_precision", r.precision, r.pairs_correct, r.pairs_found))?;
    writeln!(out, "{}", rate("cli.eval_recall", r.recall, r.pairs_correct, r.pairs_true))?;
    writeln!(out, "{}", Message::new("cli.eval_f1").with("rate", format!("{:.4}", r.f1)).render(lang))?;
    writeln!(out, "{}", rate("cli.eval_split", r.split_share, r.persons_split, r.persons))?;
    writeln!(out, "{}", rate("cli.eval_mixed", r.mixed_share, r.clusters_mixed, r.clusters))?;
    let records = Message::new("cli.eval_records")
        .with("records", r.records)
        .with("missing_from_set", r.missing_from_set)
        .with("missing_from_truth", r.missing_from_truth);
    writeln!(out, "{}", records.render(lang))?;
    for pair in &r.source_pairs {
        let line = Message::new("cli.eval_pair")
            .with("left", &pair.left)
            .with("right", &pair.right)
            .with("precision", format!("{:.3}", pair.precision * 100.0))
            .with("recall", format!("{:.3}", pair.recall * 100.0))
            .with("pairs", pair.pairs_true);
        writeln!(out, "{}", line.render(lang))?;
    }
    Ok(())
}
