//! `gridlink eval`: a published set measured against the truth.

use super::terminal::Terminal;
use super::wiring;
use crate::error::Result;
use crate::evaluate::{Report, evaluate};
use crate::message::{Lang, Message};
use std::io::{self, Write};
use std::path::PathBuf;

#[derive(Debug, clap::Args)]
pub(super) struct EvalArgs {
    /// A published set, or an output folder
    set: PathBuf,
    /// CSV with columns source, record_id, person_id
    #[arg(long, value_name = "T.csv")]
    truth: PathBuf,
    /// Print as JSON
    #[arg(long)]
    json: bool,
}

/// Prints the report.
pub(super) fn run(args: &EvalArgs, terminal: &Terminal) -> Result<()> {
    let members = wiring::read_table(&args.set, "members")?;
    let report = evaluate(&members, &args.truth)?;
    terminal.data(|out| match args.json {
        true => writeln!(out, "{}", report.to_json()),
        false => text(out, &report, terminal.lang),
    })
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
