//! `gridlink review`: uncertain pairs go out to a reviewer, and decisions come back.

use super::args::ImportArgs;
use super::returns::Unread;
use super::terminal::Terminal;
use crate::error::Result;
use crate::message::Message;
use crate::pipeline;
use std::path::PathBuf;

#[derive(Debug, clap::Args)]
pub(super) struct ReviewArgs {
    #[command(subcommand)]
    command: ReviewCommand,
}

#[derive(Debug, clap::Subcommand)]
enum ReviewCommand {
    /// Write a set's uncertain pairs, most informative first, as a sheet for a reviewer
    Export(ExportArgs),
    /// Read reviewers' decisions (xlsx, csv, jsonl) into the store; every night follows them
    Import(ImportArgs),
}

#[derive(Debug, clap::Args)]
struct ExportArgs {
    /// A published set, or an output folder
    set: PathBuf,
    /// The sheet to write: a workbook, or CSV if it ends in .csv
    #[arg(long, short, value_name = "FILE")]
    output: PathBuf,
    /// At most so many pairs
    #[arg(long, value_name = "N", default_value_t = 500)]
    pairs: usize,
}

/// Exports pairs, or imports decisions and says of each sheet what it holds and which rows cannot be used.
pub(super) fn run(args: &ReviewArgs, terminal: &Terminal) -> Result<()> {
    match &args.command {
        ReviewCommand::Export(args) => {
            let (pairs, all) = pipeline::export(&args.set, &args.output, args.pairs, terminal.lang)?;
            let said = Message::new("review.exported").with("path", args.output.display());
            terminal.say(&said.with("pairs", pairs).with("all", all));
        }
        ReviewCommand::Import(args) => import(args, terminal)?,
    }
    Ok(())
}

fn import(args: &ImportArgs, terminal: &Terminal) -> Result<()> {
    let (store, _) = args.store()?;
    let mut unread = Unread::new(args.files.len(), terminal);
    for file in &args.files {
        let Some(import) = unread.unless(pipeline::import_decisions(&store, file)) else { continue };
        if import.known {
            terminal.say(&Message::new("review.known").with("sheet", &import.sheet));
            continue;
        }
        let said = Message::new("review.imported").with("sheet", &import.sheet).with("decisions", import.decisions);
        terminal.say(&said.with("rejected", import.rejected.len()).with("undecided", import.undecided));
        for (line, reason) in import.rejected {
            terminal.say(&Message::new("review.row").with("line", line).with("reason", reason));
        }
    }
    unread.done()
}
