//! `gridlink returns import`: filled-in lists go into the store, where the next run finds them.

use super::terminal::Terminal;
use crate::config::{self, Overrides};
use crate::error::Result;
use crate::message::Message;
use crate::pipeline;
use std::path::PathBuf;

#[derive(Debug, clap::Args)]
pub(super) struct ReturnsArgs {
    #[command(subcommand)]
    command: ReturnsCommand,
}

#[derive(Debug, clap::Subcommand)]
enum ReturnsCommand {
    /// Read filled-in lists (xlsx, csv, jsonl) into the store; a list that was read before changes nothing
    Import(ImportArgs),
}

#[derive(Debug, clap::Args)]
struct ImportArgs {
    /// Filled-in lists
    #[arg(value_name = "FILE", required = true)]
    files: Vec<PathBuf>,
    /// The pipeline file whose store takes them
    #[arg(long, value_name = "PIPELINE.toml", required_unless_present = "store", conflicts_with = "store")]
    pipeline: Option<PathBuf>,
    /// The store that takes them
    #[arg(long, value_name = "DIR")]
    store: Option<PathBuf>,
}

/// Imports the lists and says of each what it holds and which rows cannot be applied.
pub(super) fn run(args: &ReturnsArgs, terminal: &Terminal) -> Result<()> {
    let ReturnsCommand::Import(args) = &args.command;
    let (store, results) = match (&args.store, &args.pipeline) {
        (Some(store), _) => (store.clone(), Vec::new()),
        (None, Some(pipeline)) => {
            let pipeline = config::load(pipeline, &Overrides::default())?;
            (pipeline.run.store, pipeline.returns.unwrap_or_default().results)
        }
        (None, None) => (PathBuf::new(), Vec::new()),
    };
    for import in pipeline::import(&store, &results, &args.files)? {
        if import.known {
            terminal.say(&Message::new("returns.known").with("sheet", &import.sheet));
            continue;
        }
        let said = Message::new("returns.imported").with("sheet", &import.sheet).with("returned", import.returned);
        terminal.say(&said.with("rejected", import.rejected.len()).with("unanswered", import.unanswered));
        for (line, reason) in import.rejected {
            terminal.say(&Message::new("returns.row").with("line", line).with("reason", reason));
        }
    }
    Ok(())
}
