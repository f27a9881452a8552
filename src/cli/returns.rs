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
    let mut unread = Unread::new(args.files.len(), terminal);
    for file in &args.files {
        let Some(import) = unread.unless(pipeline::import(&store, &results, file)) else { continue };
        if import.known {
            terminal.say(&Message::new("returns.known").with("sheet", &import.sheet));
            continue;
        }
        let said = Message::new("returns.imported").with("sheet", &import.sheet).with("returned", import.returned);
        terminal.say(&said.with("rejected", import.rejected.len()).with("unanswered", import.unanswered));
        for (line, reason) in import.rejected {
            let words = Message::new(pipeline::reason_text(reason)).render(terminal.lang);
            let told = Message::new("returns.row").with("line", line).with("reason", words);
            terminal.say(&told.with("code", reason.as_str()));
        }
    }
    unread.done()
}

/// Files of an import that could not be read: one among thousands must not keep the others out.
pub(super) struct Unread<'a> {
    terminal: &'a Terminal,
    all: usize,
    count: usize,
    last: Option<Error>,
}

impl<'a> Unread<'a> {
    pub(super) fn new(all: usize, terminal: &'a Terminal) -> Self {
        Self { terminal, all, count: 0, last: None }
    }

    /// What was read; of what was not, the reason is told.
    pub(super) fn unless<T>(&mut self, read: Result<T>) -> Option<T> {
        read.map_err(|error| {
            self.count += 1;
            if let Some(earlier) = self.last.replace(error) {
                self.terminal.say(&earlier.what);
            }
        })
        .ok()
    }

    /// The last of the errors, if there were any, and how many files are in the store.
    pub(super) fn done(self) -> Result<()> {
        let Some(error) = self.last else { return Ok(()) };
        if self.all > 1 {
            let done = self.all - self.count;
            self.terminal.say(&Message::new("returns.stopped").with("done", done).with("all", self.all));
        }
        Err(error)
    }
}
