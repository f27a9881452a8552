//! `gridlink query`: SQL over the published tables; table, CSV, JSON or Parquet out.

use super::render::{self, Format, table::TableStyle};
use super::terminal::Terminal;
use super::wiring;
use crate::error::{Error, Exit, Result};
use crate::message::Message;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::PathBuf;

/// Mode of a file that is written: the owner writes, the group reads.
const OUTPUT_MODE: u32 = 0o640;

#[derive(Debug, clap::Args)]
pub(super) struct QueryArgs {
    /// A published set, or an output folder
    set: PathBuf,
    /// A SELECT over persons, members, events, links, review, followups, rollup, changes, quarantine
    sql: String,
    /// Format [default: by the ending of -o; else a table]
    #[arg(long, short, value_enum)]
    format: Option<Format>,
    /// Same as --format json
    #[arg(long, conflicts_with = "format")]
    json: bool,
    /// File to write instead of stdout
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
}

impl QueryArgs {
    fn format(&self) -> Format {
        let by_ending = || self.output.as_ref()?.extension()?.to_str().and_then(Format::of_ending);
        let asked = self.format.or(self.json.then_some(Format::Json));
        asked.or_else(by_ending).unwrap_or(Format::Table)
    }
}

/// Prints or writes the answer. On a terminal a table shows as many rows as fit; elsewhere all of them.
pub(super) fn run(args: &QueryArgs, terminal: &Terminal) -> Result<()> {
    let ending = args.output.as_ref().and_then(|path| path.extension()).and_then(|ending| ending.to_str());
    if let Some(ending) =
        ending.filter(|ending| args.format.is_none() && !args.json && Format::of_ending(ending).is_none())
    {
        let what = Message::new("cli.unknown_ending").with("ending", ending);
        return Err(Error::new(Exit::Usage, what).help(Message::new("cli.unknown_ending_help")));
    }
    let batches = wiring::query(&args.set, &args.sql)?;
    let format = args.format();
    let Some(path) = &args.output else {
        let rows_max = terminal.height().map(|height| height.saturating_sub(7).max(10));
        let style = TableStyle { width: terminal.width(), rows_max, lang: terminal.lang };
        return terminal.data(|out| render::write(out, &batches, format, &style));
    };
    let failed =
        |exit, error| Error::new(exit, Message::new("cli.output").with("file", path.display())).caused_by(error);
    let style = TableStyle { width: None, rows_max: None, lang: terminal.lang };
    // What leaves the tables here is not masked.
    let file = File::options().write(true).create(true).truncate(true).mode(OUTPUT_MODE).open(path);
    let file = file.map_err(|error: std::io::Error| failed(Exit::Output, error))?;
    let mut out = BufWriter::new(file);
    render::write(&mut out, &batches, format, &style)
        .and_then(|()| out.flush())
        .map_err(|error| failed(Exit::Io, error))?;
    let rows: usize = batches.iter().map(arrow::array::RecordBatch::num_rows).sum();
    terminal.say(&Message::new("cli.rows_written").with("rows", rows).with("file", path.display()));
    Ok(())
}
