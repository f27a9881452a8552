//! `gridlink run`: the night.

use super::args::{PipelineArgs, bytes};
use super::terminal::Terminal;
use super::wiring::{self, RunOptions};
use crate::error::Result;

#[derive(Debug, clap::Args)]
pub(super) struct RunArgs {
    #[command(flatten)]
    pipeline: PipelineArgs,
    /// Threads [default: one per core]; the result is the same for any number
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads: Option<u16>,
    /// Memory to stay below, e.g. 8GiB; what does not fit is kept in files in the store
    #[arg(long, value_name = "SIZE", value_parser = bytes)]
    memory_limit: Option<u64>,
    /// Do everything but publish
    #[arg(long)]
    dry_run: bool,
    /// Print the summary as JSON
    #[arg(long)]
    json: bool,
}

/// Runs the night; the path of the published set, or the summary as JSON, is the data.
pub(super) fn run(args: &RunArgs, give_back: fn(), terminal: &Terminal) -> Result<()> {
    let pipeline = args.pipeline.load()?;
    let options = RunOptions {
        threads: args.threads.map(usize::from),
        memory_limit: args.memory_limit,
        give_back: Some(give_back),
        dry_run: args.dry_run,
    };
    let summary = wiring::run_night(&pipeline, options, &*terminal.sink())?;
    for line in &summary.lines {
        terminal.say(line);
    }
    terminal.data(|out| match (&summary.set, args.json) {
        (_, true) => writeln!(out, "{:#}", summary.json),
        (Some(set), false) => writeln!(out, "{}", set.display()),
        (None, false) => Ok(()),
    })
}
