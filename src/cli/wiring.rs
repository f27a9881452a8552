//! The calls into the library that commands make, one function each, so that a command stays a page of arguments and
//! output.

#![allow(dead_code, reason = "settings that only the calls behind will read")]

use crate::config::Pipeline;
use crate::error::{Error, Exit, Result};
use crate::events::EventSink;
use crate::message::Message;
use arrow::array::RecordBatch;
use std::path::{Path, PathBuf};

/// How to run a night.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct RunOptions {
    /// Threads; `None`: one per core.
    pub(super) threads: Option<usize>,
    /// Bytes of memory to stay below.
    pub(super) memory_limit: Option<u64>,
    /// Do everything but publish.
    pub(super) dry_run: bool,
}

/// What came out of a night.
#[derive(Clone, Debug)]
pub(super) struct RunSummary {
    /// The published set; `None` after a dry run.
    pub(super) set: Option<PathBuf>,
    /// What to tell.
    pub(super) lines: Vec<Message>,
    /// The same as figures.
    pub(super) json: serde_json::Value,
}

/// A dump as it will be read.
#[derive(Clone, Debug)]
pub(super) struct Preview {
    /// Name of the source.
    pub(super) source: String,
    /// The dump.
    pub(super) file: PathBuf,
    /// What was detected.
    pub(super) detected: String,
    /// Its first records, one column per canonical field.
    pub(super) rows: RecordBatch,
    /// What is wrong with it.
    pub(super) faults: Vec<Message>,
}

/// The head of a dump of no known source.
#[derive(Clone, Debug, Default)]
pub(super) struct Head {
    /// Path of the dump.
    pub(super) path: PathBuf,
    /// Format and encoding that were detected, in words.
    pub(super) detected: String,
    /// Names of its columns.
    pub(super) columns: Vec<String>,
}

/// What explains one record or two.
#[derive(Clone, Debug)]
pub(super) struct Explanation {
    /// For people, in the language asked for.
    pub(super) text: String,
    /// The same for programs.
    pub(super) json: serde_json::Value,
}

fn not_wired(what: &'static str) -> Error {
    Error::new(Exit::Bug, Message::new("cli.not_wired").with("what", what))
}

/// Runs the night.
pub(super) fn run_night(_pipeline: &Pipeline, _options: RunOptions, _sink: &dyn EventSink) -> Result<RunSummary> {
    Err(not_wired("pipeline::run"))
}

/// The dumps of a pipeline as they will be read, `rows` records of each.
pub(super) fn preview(_pipeline: &Pipeline, _rows: usize) -> Result<Vec<Preview>> {
    Err(not_wired("ingest::preview"))
}

/// The heads of every dump below `folder`, in the order of their paths.
pub(super) fn heads(_folder: &Path) -> Result<Vec<Head>> {
    Err(not_wired("ingest::headers"))
}

/// Table `table` of a published set.
pub(super) fn read_table(_set: &Path, _table: &str) -> Result<Vec<RecordBatch>> {
    Err(not_wired("store::Set::read_table"))
}

/// The answer to `sql` over the tables of a published set.
pub(super) fn query(_set: &Path, _sql: &str) -> Result<Vec<RecordBatch>> {
    Err(not_wired("sql::Engine::query"))
}

/// Why record `a` is in its person, or why `a` and `b` are (not) one. Records are named `source:record_id`.
pub(super) fn explain(_set: &Path, _a: &str, _b: Option<&str>, _lang: crate::message::Lang) -> Result<Explanation> {
    Err(not_wired("explain::explain"))
}

/// An invented city.
#[derive(Clone, Copy, Debug)]
pub(super) struct CitySettings {
    /// Number of persons.
    pub(super) persons: u64,
    /// The same number gives the same city.
    pub(super) seed: u64,
    /// Day on which the dumps were made.
    pub(super) as_of: jiff::civil::Date,
}

/// Writes an invented city below `out`.
pub(super) fn write_city(_out: &Path, _settings: CitySettings, _sink: &dyn EventSink) -> Result<()> {
    Err(not_wired("synth::write_city"))
}
