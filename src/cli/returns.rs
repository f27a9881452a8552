//! `gridlink returns import`: filled-in lists go into the store, where the next run finds them.

use super::args::ImportArgs;
use super::terminal::Terminal;
use crate::error::{Error, Exit, Result};
use crate::message::Message;
use crate::pipeline;

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

/// Imports the lists and says of each what it holds and which rows cannot be applied.
pub(super) fn run(args: &ReturnsArgs, terminal: &Terminal) -> Result<()> {
    let ReturnsCommand::Import(args) = &args.command;
    let (store, pipeline) = args.store()?;
    if !store.is_dir() {
        // Lists come of a night, and every night has a store: a new one would be read by no run.
        let what = Message::new("returns.no_store").with("path", store.display());
        return Err(Error::new(Exit::NoInput, what).help(Message::new("returns.no_store_help")));
    }
    let results = pipeline.and_then(|pipeline| pipeline.returns).unwrap_or_default().results;
    for (done, file) in args.files.iter().enumerate() {
        let import =
            pipeline::import(&store, &results, file).inspect_err(|_| stopped(done, args.files.len(), terminal))?;
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

/// Says how far an import of several files came.
pub(super) fn stopped(done: usize, all: usize, terminal: &Terminal) {
    if all > 1 {
        terminal.say(&Message::new("returns.stopped").with("done", done).with("all", all));
    }
}
