//! `gridlink explain`: why a record is in its person, or why two records are (not) one.

use super::terminal::Terminal;
use super::wiring;
use crate::error::Result;
use std::path::PathBuf;

#[derive(Debug, clap::Args)]
pub(super) struct ExplainArgs {
    /// A published set, or an output folder
    set: PathBuf,
    /// A record, SOURCE:RECORD_ID, or a person_id
    a: String,
    /// Another record
    b: Option<String>,
    /// Print as JSON
    #[arg(long)]
    json: bool,
}

/// Prints the explanation.
pub(super) fn run(args: &ExplainArgs, terminal: &Terminal) -> Result<()> {
    let explanation = wiring::explain(&args.set, &args.a, args.b.as_deref(), terminal.lang)?;
    terminal.data(|out| match args.json {
        true => writeln!(out, "{:#}", explanation.json),
        false => writeln!(out, "{}", explanation.text.trim_end()),
    })
}
