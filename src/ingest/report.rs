//! What was found out about one dump, and how much was read of it. It names files, columns and counts, never a value.

use super::Dump;
use super::header::{self, Plan};
use super::rows::{Place, quarantined};
use crate::config::{Encoding, Format};
use crate::message::Message;
use crate::tables::{QuarantinedRow, Reason};
use std::sync::atomic::{AtomicU64, Ordering};

/// How a stored file is compressed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Compression {
    /// Not at all.
    #[default]
    None,
    /// gzip, of one or more members.
    Gzip,
    /// Zstandard.
    Zstd,
}

impl Compression {
    /// The name that the manifest gives; empty for none.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::None => "",
            Self::Gzip => "gzip",
            Self::Zstd => "zstd",
        }
    }
}

/// What a dump turned out to be. Holds no person's value.
#[derive(Clone, Debug, Default)]
pub struct DumpReport {
    /// The dump's name as people know it.
    pub label: String,
    /// Format; `None` if it is none that can be read.
    pub format: Option<Format>,
    /// Compression.
    pub compression: Compression,
    /// Encoding of text formats; of a file that mixes them, that of most lines at its beginning.
    pub encoding: Option<Encoding>,
    /// Field delimiter of delimited text.
    pub delimiter: Option<u8>,
    /// Sheets that were read.
    pub sheets: Vec<String>,
    /// 1-based line or row of the header.
    pub header_row: Option<u64>,
    /// Names of the columns; `…` for what may be a person's value.
    pub header: Vec<String>,
    /// Needed columns that the dump lacks.
    pub missing_columns: Vec<String>,
    /// Bytes read of the file as stored.
    pub bytes: u64,
    /// SHA-256 of those bytes, hex.
    pub sha256: String,
    /// Rows that were read into chunks.
    pub rows: u64,
    /// Rows that went to quarantine, without the entries for the file as a whole.
    pub quarantined: u64,
    /// What is worth knowing.
    pub notes: Vec<Message>,
    /// What is worth acting on.
    pub problems: Vec<Message>,
    /// Whether part of the file could not be read.
    pub damaged: bool,
}

/// A report as it grows, with the quarantine's entries for the file as a whole.
#[derive(Clone, Debug, Default)]
pub(super) struct Log {
    source: u16,
    file: u32,
    /// The report.
    pub(super) report: DumpReport,
    /// Entries of quarantine with line 0.
    pub(super) file_rows: Vec<QuarantinedRow>,
}

impl Log {
    /// An empty report.
    pub(super) fn new(dump: &Dump) -> Self {
        let report = DumpReport { label: dump.label.clone(), ..DumpReport::default() };
        Self { source: dump.source, file: dump.file, report, file_rows: Vec::new() }
    }

    /// The message of that key about this file.
    pub(super) fn message(&self, key: &'static str) -> Message {
        Message::new(key).with("file", &self.report.label)
    }

    /// Says that the file or the rest of it cannot be read.
    pub(super) fn refuse(&mut self, reason: Reason, problem: Message) {
        let text = problem.render(crate::message::Lang::En);
        self.file_rows.push(quarantined(self.source, self.file, Place::default(), reason, &text));
        self.report.damaged |= reason != Reason::MissingColumn;
        self.report.problems.push(problem);
    }

    /// Says that the file ends early.
    pub(super) fn cut(&mut self, cause: impl std::fmt::Display) {
        self.refuse(Reason::Truncated, self.message("ingest.cut").with("cause", cause));
    }

    /// Enters the header; if it has none of the needed columns, says so and returns false.
    pub(super) fn header(&mut self, plan: &Plan, row: u64, columns: &[String]) -> bool {
        self.report.header_row = Some(row);
        self.names(&plan.names, &plan.columns);
        self.missing(plan.missing(columns), columns.len())
    }

    /// Enters the names of the columns, of which `columns` are needed: those that may be persons' values are not told.
    pub(super) fn names(&mut self, names: &[String], columns: &[Option<usize>]) {
        self.report.header = header::shown(names, columns);
        for &column in columns.iter().flatten() {
            let count = names.iter().filter(|name| **name == names[column]).count();
            if count > 1 {
                let problem = self.message("ingest.column_twice").with("column", &self.report.header[column]);
                self.report.problems.push(problem.with("count", count));
            }
        }
    }

    /// Enters the missing columns; if all `needed` are, says so and returns false.
    pub(super) fn missing(&mut self, missing: Vec<String>, needed: usize) -> bool {
        let all = needed > 0 && missing.len() == needed;
        if all {
            let problem = self.message("ingest.no_column");
            let problem = problem.with("found", name_list(&self.report.header)).with("needed", name_list(&missing));
            self.refuse(Reason::MissingColumn, problem);
        } else if !missing.is_empty() {
            let problem = self.message("ingest.missing_columns");
            let found = name_list(&self.report.header);
            self.report.problems.push(problem.with("columns", name_list(&missing)).with("found", found));
        }
        self.report.missing_columns = missing;
        !all
    }
}

/// Names for people: at most 20 of them, each cut short.
fn name_list(names: &[String]) -> String {
    let mut list: Vec<String> = names.iter().take(20).map(|name| name.chars().take(40).collect()).collect();
    if names.len() > 20 {
        list.push(format!("… ({})", names.len()));
    }
    list.join(", ")
}

/// Counts that blocks add to as they are parsed, in any order.
#[derive(Debug, Default)]
pub(super) struct Tally {
    /// Rows in chunks.
    pub(super) rows: AtomicU64,
    /// Rows in quarantine.
    pub(super) quarantined: AtomicU64,
    /// Lines in another encoding than the file's.
    pub(super) other_lines: AtomicU64,
    /// NUL bytes removed.
    pub(super) nul_bytes: AtomicU64,
}

impl Tally {
    /// Adds to a count.
    pub(super) fn add(count: &AtomicU64, more: u64) {
        if more > 0 {
            count.fetch_add(more, Ordering::Relaxed);
        }
    }

    /// Enters the counts into the report.
    pub(super) fn enter(&self, log: &mut Log) {
        log.report.rows = self.rows.load(Ordering::Relaxed);
        log.report.quarantined = self.quarantined.load(Ordering::Relaxed);
        for (key, count) in [("ingest.mixed_encoding", &self.other_lines), ("ingest.nul_bytes", &self.nul_bytes)] {
            let count = count.load(Ordering::Relaxed);
            if count > 0 {
                let note = log.message(key).with("count", count);
                log.report.notes.push(note);
            }
        }
    }
}
