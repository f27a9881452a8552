//! Dumps as they are to raw chunks and quarantine. Format, compression, encoding, delimiter and header are found out
//! per file; memory stays bounded whatever a file holds, and every row that is not blank ends up in a chunk or in
//! quarantine. Nothing is repaired or judged here: that a row is a person is decided by the next step.
//!
//! A dump is cut into blocks of whole records one after the other ([`DumpReader::next_block`], cheap), and blocks are
//! decoded and split in parallel ([`Block::parse`]). The result depends on the files alone.

mod archive;
mod background;
mod columnar;
mod decode;
mod dumps;
mod header;
mod input;
mod jsonl;
mod markup;
mod merged;
mod number;
mod open;
mod record;
mod report;
mod rows;
mod sheet;
mod sniff;
mod table;
mod text;
mod workbook;

pub use dumps::find_dumps;
pub use report::{Compression, DumpReport};

use crate::config::ReadSettings;
use crate::error::{Error, Exit, Result};
use crate::message::Message;
use crate::tables::{QuarantinedRow, RawChunk};
use arrow::array::StringArray;
use input::Input;
use report::Tally;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

/// A dump's file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dump {
    /// Number of the source, in the order of the pipeline file.
    pub source: u16,
    /// Number of the dump, in the order in which the run reads them.
    pub file: u32,
    /// Where it stands.
    pub path: PathBuf,
    /// The path relative to the pipeline file's folder, as shown to people.
    pub label: String,
    /// Size as stored.
    pub bytes: u64,
    /// When it was last written.
    pub modified: SystemTime,
}

/// Rows of a block.
#[derive(Clone, Debug)]
pub struct Parsed {
    /// Rows that could be read.
    pub rows: RawChunk,
    /// Rows that could not, and entries with line 0 for the file as a whole, which count as no row.
    pub quarantined: Vec<QuarantinedRow>,
}

/// Some rows of a dump that have been read but not yet decoded and split, about 1 MiB.
#[derive(Debug)]
pub struct Block {
    work: Work,
    tally: Arc<Tally>,
}

#[derive(Debug)]
enum Work {
    Ready(Box<Parsed>),
    Text(text::TextBlock),
    Table(table::TableBlock),
    Columns(columnar::ColumnBlock),
}

impl Block {
    /// Decodes and splits the rows: the heavy part, done by the caller on any thread.
    pub fn parse(self) -> Parsed {
        let parsed = match self.work {
            Work::Ready(parsed) => *parsed,
            Work::Text(block) => block.parse(),
            Work::Table(block) => block.parse(),
            Work::Columns(block) => block.parse(),
        };
        Tally::add(&self.tally.rows, parsed.rows.len() as u64);
        let rows = parsed.quarantined.iter().filter(|row| row.line > 0).count();
        Tally::add(&self.tally.quarantined, rows as u64);
        parsed
    }
}

pub use open::DumpReader;

/// Opens a dump. It never fails: whatever is wrong with the file is in quarantine and in the report. `columns` are the
/// columns of the raw chunks.
pub fn open(dump: &Dump, columns: &[String], settings: &ReadSettings) -> DumpReader {
    DumpReader::open(dump, columns, settings, open::BLOCK_BYTES)
}

/// As [`open`], for dumps that together would fill the system's cache of files: what was read of a large one leaves it.
pub fn open_once(dump: &Dump, columns: &[String], settings: &ReadSettings) -> DumpReader {
    DumpReader::of(Input::open_once(&dump.path), dump, columns, settings, open::BLOCK_BYTES)
}

/// The first `rows` rows of a dump as a run will read them, and what was found out so far.
pub fn preview(dump: &Dump, columns: &[String], settings: &ReadSettings, rows: usize) -> (Parsed, DumpReport) {
    let mut reader = DumpReader::open(dump, columns, settings, open::BLOCK_BYTES / 8);
    let (mut chunks, mut quarantined, mut read) = (Vec::new(), Vec::new(), 0);
    while read < rows
        && let Some(block) = reader.next_block()
    {
        let parsed = block.parse();
        read += parsed.rows.len();
        chunks.push(parsed.rows);
        quarantined.extend(parsed.quarantined);
    }
    let mut first = concat(dump, columns.len(), &chunks);
    let len = first.len().min(rows);
    first.line.truncate(len);
    first.byte.truncate(len);
    for column in &mut first.columns {
        *column = column.slice(0, len);
    }
    (Parsed { rows: first, quarantined }, reader.finish())
}

fn concat(dump: &Dump, columns: usize, chunks: &[RawChunk]) -> RawChunk {
    let column = |i: usize| chunks.iter().flat_map(|chunk| chunk.columns[i].iter()).collect::<StringArray>();
    RawChunk {
        source: dump.source,
        file: dump.file,
        line: chunks.iter().flat_map(|chunk| chunk.line.iter().copied()).collect(),
        byte: chunks.iter().flat_map(|chunk| chunk.byte.iter().copied()).collect(),
        columns: (0..columns).map(column).collect(),
        sheet: None,
    }
}

/// The names of a dump's columns, where nothing is known of it yet.
///
/// # Errors
/// If the file cannot be read, with exit code 65.
pub fn headers(dump: &Dump, settings: &ReadSettings) -> Result<(Vec<String>, DumpReport)> {
    let report = DumpReader::open(dump, &[], settings, open::BLOCK_BYTES / 8).finish();
    if report.header.is_empty() {
        return Err(unreadable(&report));
    }
    Ok((report.header.clone(), report))
}

/// Reads a whole table, such as the grid directory, whose rows are all needed.
///
/// # Errors
/// With exit code 65 if the file cannot be read to its end or a row of it had to be left out.
pub fn read_table(path: &Path, columns: &[String], settings: &ReadSettings) -> Result<(Vec<RawChunk>, DumpReport)> {
    let (chunks, left_out, report) = read_sheet(path, columns, settings)?;
    if !left_out.is_empty() {
        let fault = |row: &QuarantinedRow| {
            Message::new("ingest.row_left_out").with("line", row.line).with("reason", row.reason.as_str())
        };
        let what = Message::new("ingest.rows_left_out").with("file", &report.label).with("count", left_out.len());
        return Err(Error::new(Exit::Data, what).faults(left_out.iter().take(20).map(fault).collect()));
    }
    Ok((chunks, report))
}

/// Reads a whole table that people wrote into, such as a list that comes back: its rows, and those that had to be left out.
///
/// # Errors
/// With exit code 65 if the file cannot be read to its end or has none of the columns.
pub fn read_sheet(
    path: &Path,
    columns: &[String],
    settings: &ReadSettings,
) -> Result<(Vec<RawChunk>, Vec<QuarantinedRow>, DumpReport)> {
    let label = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
    let modified = SystemTime::UNIX_EPOCH;
    let dump = Dump { source: 0, file: 0, path: path.to_owned(), label, bytes: 0, modified };
    let mut reader = open(&dump, columns, settings);
    let (mut chunks, mut left_out) = (Vec::new(), Vec::new());
    while let Some(block) = reader.next_block() {
        let parsed = block.parse();
        left_out.extend(parsed.quarantined.into_iter().filter(|row| row.line > 0));
        chunks.push(parsed.rows);
    }
    let report = reader.finish();
    if report.damaged || columns.len() == report.missing_columns.len() && !columns.is_empty() {
        return Err(unreadable(&report));
    }
    chunks.retain(|chunk| !chunk.is_empty());
    Ok((chunks, left_out, report))
}

fn unreadable(report: &DumpReport) -> Error {
    let what = Message::new("ingest.unreadable").with("file", &report.label);
    Error::new(Exit::Data, what).faults(report.problems.clone())
}

#[cfg(test)]
mod tests;
