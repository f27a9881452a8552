//! The calls into the library that commands make, one function each, so that a command stays a page of arguments and
//! output.

use crate::config::{Pipeline, ReadSettings};
use crate::error::{Error, Exit, Result};
use crate::evaluate::{
    self,
    lost::{LostPair, Place},
};
use crate::events::EventSink;
use crate::explain::{self, Explanation};
use crate::ingest::{self, Dump, DumpReport};
use crate::kernels::address::division_name;
use crate::message::Message;
use crate::normalize::Normalizer;
use crate::pipeline;
use crate::sql::Engine;
use crate::store::Set;
use crate::synth::{self, CitySettings};
use crate::tables::batches;
use arrow::array::RecordBatch;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

pub(super) use crate::pipeline::{RunOptions, RunSummary};

/// A dump as it will be read.
#[derive(Clone, Debug)]
pub(super) struct Preview {
    /// Name of the source.
    pub(super) source: String,
    /// The dump's name as people know it.
    pub(super) file: String,
    /// What was detected.
    pub(super) detected: String,
    /// Its first records, one column per canonical field.
    pub(super) rows: RecordBatch,
    /// What is wrong with it.
    pub(super) faults: Vec<Message>,
}

/// A file that is no dump, as far as it can be read.
pub(super) struct Unread {
    pub(super) path: PathBuf,
    pub(super) why: Message,
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

/// Runs the night.
pub(super) fn run_night(pipeline: &Pipeline, options: RunOptions, sink: &dyn EventSink) -> Result<RunSummary> {
    pipeline::run(pipeline, options, sink)
}

/// The dumps of a pipeline as they will be read, `rows` records of each.
pub(super) fn preview(pipeline: &Pipeline, rows: usize) -> Result<Vec<Preview>> {
    let (dumps, _) = ingest::find_dumps(pipeline, SystemTime::now())?;
    let names: Vec<String> = pipeline.sources.iter().map(|source| source.name.clone()).collect();
    let one = |dump: &Dump| {
        let source = &pipeline.sources[dump.source as usize];
        let (parsed, report) = ingest::preview(dump, &source.columns, &source.read, rows);
        let normalizer = Normalizer::new(source, dump.source, pipeline.run.as_of);
        let normalized = normalizer.normalize(&parsed.rows, &dump.label);
        let missing = report.missing_columns.iter().map(|column| {
            Message::new("cli.check_column")
                .with("file", &dump.label)
                .with("source", &source.name)
                .with("column", column)
        });
        Preview {
            source: source.name.clone(),
            file: dump.label.clone(),
            detected: detected(&report),
            rows: batches::preview(&normalized.records, &names, rows),
            faults: report.problems.iter().cloned().chain(missing).collect(),
        }
    };
    Ok(dumps.iter().map(one).collect())
}

/// What was detected of a dump, in a few words.
fn detected(report: &DumpReport) -> String {
    let mut words = Vec::new();
    words.extend(report.format.map(|format| format!("{format:?}").to_lowercase()));
    words.extend(Some(report.compression.as_str().to_owned()).filter(|name| !name.is_empty()));
    words.extend(report.encoding.map(|encoding| format!("{encoding:?}").to_lowercase()));
    words.extend(report.delimiter.map(|delimiter| format!("{:?}", char::from(delimiter))));
    words.extend(report.header_row.map(|row| format!("header {row}")));
    words.join(", ")
}

/// The heads of every dump below `folder`, and the files that none can be read of, both in the order of their paths.
pub(super) fn heads(folder: &Path) -> Result<(Vec<Head>, Vec<Unread>)> {
    let mut paths = Vec::new();
    let mut folders = vec![folder.to_owned()];
    let unreadable = |path: &Path, error| {
        Error::new(Exit::NoInput, Message::new("cli.folder_unreadable").with("folder", path.display())).caused_by(error)
    };
    while let Some(next) = folders.pop() {
        for entry in std::fs::read_dir(&next).map_err(|error| unreadable(&next, error))? {
            let path = entry.map_err(|error| unreadable(&next, error))?.path();
            // What begins with a dot is some program's own.
            if path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.')) {
                continue;
            }
            if path.is_dir() { folders.push(path) } else { paths.push(path) }
        }
    }
    paths.sort();
    let (mut heads, mut unread) = (Vec::new(), Vec::new());
    for path in paths {
        let label = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let dump = Dump { source: 0, file: 0, path: path.clone(), label, bytes: 0, modified: SystemTime::UNIX_EPOCH };
        match ingest::headers(&dump, &ReadSettings::default()) {
            Ok((columns, report)) => heads.push(Head { path, detected: detected(&report), columns }),
            Err(error) => unread.push(Unread { path, why: error.what }),
        }
    }
    Ok((heads, unread))
}

/// The division code of the city, if the column of counties or of grid codes in a grid directory begins with the same four
/// digits in every one of its first rows.
pub(super) fn city_code(directory: &Path, column: &str) -> Option<String> {
    const ROWS: usize = 200;
    let path = directory.to_owned();
    let dump = Dump { source: 0, file: 0, path, label: String::new(), bytes: 0, modified: SystemTime::UNIX_EPOCH };
    let (parsed, _) = ingest::preview(&dump, &[column.to_owned()], &ReadSettings::default(), ROWS);
    let codes = parsed.rows.columns.first()?.iter().flatten().map(str::trim).filter(|code| !code.is_empty());
    let mut cities: Vec<&str> = codes.map(|code| code.get(..4).unwrap_or_default()).collect();
    cities.dedup();
    let [city] = cities[..] else { return None };
    let code = format!("{city}00");
    division_name(&code).map(|_| code)
}

/// Table `table` of a published set.
pub(super) fn read_table(set: &Path, table: &str) -> Result<Vec<RecordBatch>> {
    Set::open(set)?.read_table(table)
}

/// True pairs that a set does not have in one person; with a pipeline, whether they were compared.
pub(super) fn lost(
    set: &Path,
    truth: &Path,
    pipeline: Option<&Pipeline>,
    sink: &dyn EventSink,
) -> Result<Vec<LostPair>> {
    let set = Set::open(set)?;
    let table = |name: &str| if set.files(name)?.is_empty() { Ok(Vec::new()) } else { set.read_table(name) };
    let mut lost = evaluate::lost::lost(&set.read_table("members")?, &table("review")?, &table("refused")?, truth)?;
    if let Some(pipeline) = pipeline {
        let unknown = |pair: &&mut LostPair| pair.place == Place::Neither;
        let names: Vec<_> =
            lost.iter_mut().filter(unknown).map(|pair| (pair.left.clone(), pair.right.clone())).collect();
        let compared = pipeline::compared(pipeline, &names, sink)?;
        for (pair, compared) in lost.iter_mut().filter(unknown).zip(compared) {
            pair.place = match compared {
                Some(true) => Place::BelowReview,
                Some(false) => Place::NotCompared,
                None => Place::Neither,
            };
        }
    }
    Ok(lost)
}

/// The answer to `sql` over the tables of a published set. A question that cannot be answered is a wrong argument.
pub(super) fn query(set: &Path, sql: &str) -> Result<Vec<RecordBatch>> {
    let set = Set::open(set)?;
    let tables = set.tables()?;
    let as_of = set.manifest()?.as_of.parse().unwrap_or_else(|_| jiff::Zoned::now().date());
    let mut engine = Engine::new(as_of);
    for table in &tables {
        // Only what the question names is read: a set is large.
        if sql.to_lowercase().contains(table) {
            let batches = set.read_table(table)?;
            if !batches.is_empty() {
                engine.register(table, &batches)?;
            }
        }
    }
    engine.query(sql).map_err(|mut error| {
        if error.exit == Exit::Config {
            error.exit = Exit::Usage;
        }
        error.help(Message::new("cli.query_help").with("tables", tables.join(", ")))
    })
}

/// Why record `a` is in its person, or why `a` and `b` are (not) one. Records are named `source:record_id`.
pub(super) fn explain(set: &Path, a: &str, b: Option<&str>, names: bool) -> Result<Explanation> {
    explain::explain(set, a, b, names)
}

/// Writes an invented city below `out`.
pub(super) fn write_city(out: &Path, settings: &CitySettings, sink: &dyn EventSink) -> Result<()> {
    synth::write_city(out, settings, sink).map(drop)
}
