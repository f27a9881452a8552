//! `gridlink check`: the pipeline file, the dumps and the mapping, every fault at once.

use super::args::PipelineArgs;
use super::render::table::{TableStyle, table};
use super::terminal::Terminal;
use super::wiring;
use crate::config::Preset;
use crate::error::{Error, Exit, Result};
use crate::message::Message;
use crate::pipeline;

#[derive(Debug, clap::Args)]
pub(super) struct CheckArgs {
    #[command(flatten)]
    pipeline: PipelineArgs,
    /// Rows to show of each dump
    #[arg(long, value_name = "N", default_value_t = 3)]
    rows: usize,
}

/// Shows rows of every dump as they will be read; faults of dumps come after, all together.
pub(super) fn run(args: &CheckArgs, terminal: &Terminal) -> Result<()> {
    let pipeline = args.pipeline.load()?;
    for warning in pipeline::try_rules(&pipeline)? {
        terminal.say(&warning);
    }
    let previews = wiring::preview(&pipeline, args.rows)?;
    let style = TableStyle { width: terminal.width(), rows_max: None, lang: terminal.lang };
    terminal.data(|out| {
        for preview in &previews {
            writeln!(out, "{}  {}  ({})", preview.source, preview.file, preview.detected)?;
            table(out, std::slice::from_ref(&preview.rows), &style)?;
        }
        Ok(())
    })?;
    if pipeline.linkage.preset == Preset::PersonCn {
        for source in pipeline.sources.iter().filter(|source| !source.paths.is_empty() && !source.names_persons()) {
            terminal.say(&Message::new("run.nameless").with("source", &source.name));
        }
    }
    for source in pipeline.sources.iter().filter(|source| !source.paths.is_empty() && !source.required) {
        if !previews.iter().any(|preview| preview.source == source.name) {
            terminal.say(&Message::new("cli.check_no_file").with("source", &source.name));
        }
    }
    let of_dumps = previews.into_iter().flat_map(|preview| preview.faults);
    let faults: Vec<Message> = pipeline::try_inputs(&pipeline).into_iter().chain(of_dumps).collect();
    if faults.is_empty() {
        terminal.say(
            &Message::new("cli.check_ok")
                .with("sources", pipeline.sources.iter().filter(|source| !source.paths.is_empty()).count()),
        );
        return Ok(());
    }
    let what = Message::new("cli.check_faults").with("count", faults.len());
    Err(Error::new(Exit::Data, what).faults(faults))
}
