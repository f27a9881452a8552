//! Ingest and normalize, fused: while one batch of blocks is read, the batch before is parsed and normalized on all threads
//! and the one before that is put behind the records, always in the same order.

use super::fewer::RECORDS_MIN;
use super::machine::machine_bytes;
use super::watch::Watch;
use crate::config::{Pipeline, Preset, ReadSettings, Source};
use crate::error::{Error, Exit, Result};
use crate::events::Event;
use crate::followup::{self, Directory};
use crate::ingest::{self, Block, Dump, DumpReader, DumpReport};
use crate::message::Message;
use crate::normalize::{Normalized, Normalizer, Repairs};
use crate::tables::{QuarantinedRow, RecordRows, Records, sheet_and_line};
use rayon::prelude::*;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::time::SystemTime;

/// Blocks in flight for each thread: enough to keep it busy, few enough to bound memory.
const BLOCKS_A_THREAD: usize = 6;

/// A dump up to this size is read from one end to the other by one thread, beside others of its like.
const SMALL_BYTES: u64 = 24 << 20;
/// Dumps that are read beside each other have at most this size together; two such windows are in memory at once.
const WINDOW_BYTES: u64 = 32 << 20;

/// Dumps that take more than this part of the machine's memory leave the system's cache of files as they are read: they would
/// fill it page by page with what nobody reads again, and a page that was long free is dear where the machine is a guest.
/// Pages that they leave are those that the records take next.
const CACHED_PART: u64 = 64;

/// Room for more rows than these is not set aside beforehand.
const ROOM_ROWS_MAX: u64 = 1 << 26;

/// How dumps are read.
#[derive(Clone, Copy)]
struct Reading<'a> {
    pipeline: &'a Pipeline,
    /// First four digits of the city's division code, where they are known.
    city: Option<u16>,
    open: fn(&Dump, &[String], &ReadSettings) -> DumpReader,
}

/// Everything that was read.
#[derive(Debug, Default)]
pub(super) struct Read {
    /// Accepted records as they were read, until they are put in order.
    pub(super) rows: RecordRows,
    /// Accepted records, in their order.
    pub(super) records: Records,
    /// Rows not accepted, in the order of dumps and lines.
    pub(super) quarantined: Vec<QuarantinedRow>,
    /// Repairs of each source.
    pub(super) repairs: Vec<Repairs>,
    /// The dumps, in order.
    pub(super) dumps: Vec<Dump>,
    /// What was found out about each dump.
    pub(super) reports: Vec<DumpReport>,
    /// Label of each dump.
    pub(super) labels: Vec<String>,
    /// Bytes of all dumps as stored.
    pub(super) bytes: u64,
    /// Records of each dump, once all are [settled](Self::settle).
    pub(super) records_of_dump: Vec<u64>,
    /// Records of lists from above, in the order of records, once all are settled.
    pub(super) from_above: Vec<ListedRecord>,
    /// SHA-256 of the grid directory, hex; none without one.
    pub(super) grids_sha256: Option<String>,
    /// Of each source, whether what it told before may be true still: see [`Self::find_missing`].
    pub(super) missing: Vec<bool>,
}

/// Where a record of a list from above stands in the list.
#[derive(Clone, Copy, Debug)]
pub(super) struct ListedRecord {
    /// Its row among the records.
    pub(super) row: usize,
    /// Number of the dump.
    pub(super) file: u32,
    /// Line in it.
    pub(super) line: u64,
    /// When it says that it was made, in seconds local time; [`NO_TIME`](crate::tables::NO_TIME) where it does not.
    pub(super) at: i64,
}

impl Read {
    /// Finds the sources whose dump did not come, or not whole, or without a record where there were many `before`: an export
    /// that failed leaves its head behind. What the run fills itself is never missing.
    pub(super) fn find_missing(&mut self, pipeline: &Pipeline, before: &BTreeMap<String, u64>) {
        let mut told = vec![false; pipeline.sources.len()];
        self.records.source.iter().for_each(|&source| told[usize::from(source)] = true);
        let of = |(number, source): (u16, &Source)| {
            let mut dumps = self.dumps.iter().zip(&self.reports).filter(|(dump, _)| dump.source == number).peekable();
            let told = told[usize::from(number)] || before.get(&source.name).is_none_or(|&count| count < RECORDS_MIN);
            let came = dumps.peek().is_some() && !dumps.any(|(dump, report)| dump.bytes == 0 || report.damaged);
            !(source.paths.is_empty() || told && came)
        };
        self.missing = (0..).zip(&pipeline.sources).map(of).collect();
    }

    /// The names of the files of each source.
    pub(super) fn files(&self, pipeline: &Pipeline) -> BTreeMap<String, BTreeSet<String>> {
        let mut files: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for (dump, label) in self.dumps.iter().zip(&self.labels) {
            if let Some(source) = pipeline.sources.get(usize::from(dump.source)) {
                files.entry(source.name.clone()).or_default().insert(super::fewer::file_name(label).to_owned());
            }
        }
        files
    }

    /// Names of each dump: its own, and those of its later sheets.
    pub(super) fn sheets(&self) -> Vec<Vec<String>> {
        let of_dump = |(file, label): (usize, &String)| {
            let sheets = self.reports.get(file).and_then(|report| report.sheets.get(1..)).unwrap_or(&[]);
            let later = sheets.iter().map(|sheet| format!("{label}[{sheet}]"));
            std::iter::once(label.clone()).chain(later).collect()
        };
        self.labels.iter().enumerate().map(of_dump).collect()
    }

    /// Where a row stands: `file:line`, in later sheets `file[sheet]:line`.
    pub(super) fn place(&self, file: u32, place: u64) -> String {
        let (label, line) = (&self.labels[file as usize], sheet_and_line(place).1);
        self.sheet(file, place).map_or_else(|| format!("{label}:{line}"), |sheet| format!("{label}[{sheet}]:{line}"))
    }

    /// Where a row stands in its file: its line, with the sheet before it in later ones.
    pub(super) fn line(&self, file: u32, place: u64) -> String {
        let line = sheet_and_line(place).1;
        self.sheet(file, place).map_or_else(|| line.to_string(), |sheet| format!("{sheet}:{line}"))
    }

    fn sheet(&self, file: u32, place: u64) -> Option<&String> {
        let sheet = Some(sheet_and_line(place).0).filter(|&sheet| sheet > 0)?;
        self.reports.get(file as usize)?.sheets.get(sheet)
    }

    /// Gives up what only reading needs, as no record is added any more. Of where records stand in the dumps there remains
    /// what balances and the answers to lists from above need.
    pub(super) fn settle(&mut self, pipeline: &Pipeline) {
        self.records_of_dump = vec![0; self.dumps.len()];
        self.records.file.iter().for_each(|&file| self.records_of_dump[file as usize] += 1);
        let from_above = |row: &usize| pipeline.sources[usize::from(self.records.source[*row])].directive;
        if pipeline.sources.iter().any(|source| source.directive) {
            let rows = (0..self.records.len()).filter(from_above);
            let records = &self.records;
            let listed = |row| ListedRecord {
                row,
                file: records.file[row],
                line: records.line[row],
                at: records.updated_at[row],
            };
            self.from_above = rows.map(listed).collect();
        }
        self.records.settle();
    }
}

/// Reads every dump of the pipeline.
pub(super) fn read(pipeline: &Pipeline, city: Option<u16>, now: SystemTime, watch: &mut Watch<'_>) -> Result<Read> {
    let (dumps, warnings) = ingest::find_dumps(pipeline, now)?;
    watch.warn_all(warnings);
    if pipeline.linkage.preset == Preset::PersonCn {
        let nameless = pipeline.sources.iter().filter(|source| !source.paths.is_empty() && !source.names_persons());
        watch.warn_all(nameless.map(|source| Message::new("run.nameless").with("source", &source.name)).collect());
    }
    let mut read = Read {
        repairs: vec![Repairs::default(); pipeline.sources.len()],
        labels: dumps.iter().map(|dump| dump.label.clone()).collect(),
        bytes: dumps.iter().map(|dump| dump.bytes).sum(),
        ..Read::default()
    };
    read.rows.reserve(dumps.iter().map(rows_at_most).sum::<u64>().min(ROOM_ROWS_MAX) as usize);
    let cached_most = machine_bytes() / CACHED_PART;
    let once = cached_most > 0 && read.bytes > cached_most;
    let reading = Reading { pipeline, city, open: if once { ingest::open_once } else { ingest::open } };
    watch.sink.send(Event::StepStarted { step: "ingest", total: Some(read.bytes), unit: "bytes" });
    let mut bytes_done = 0;
    // Small dumps together at the end: one among large ones would be read by one thread while the others wait.
    let (small, mut order): (Vec<&Dump>, Vec<&Dump>) = dumps.iter().partition(|dump| unpacked(dump) <= SMALL_BYTES);
    order.extend(small);
    let mut rest = &order[..];
    let (mut waiting, mut reports) = (Vec::new(), Vec::new());
    while !rest.is_empty() {
        let (now, later) = rest.split_at(small_dumps(rest).max(1));
        let from = reports.len();
        waiting = match now {
            [dump] => read_dump(reading, dump, waiting, &mut reports, &mut read),
            _ => read_small(reading, now, waiting, &mut reports, &mut read),
        };
        reports[from..].iter().for_each(|(_, report)| watch.warn_all(report.problems.clone()));
        bytes_done += now.iter().map(|dump| dump.bytes).sum::<u64>();
        watch.sink.send(Event::Progress { step: "ingest", done: bytes_done });
        rest = later;
    }
    waiting.into_iter().for_each(|part| put(part, &mut read));
    reports.sort_by_key(|(file, _)| *file);
    read.reports = reports.into_iter().map(|(_, report)| report).collect();
    read.dumps = dumps;
    required(pipeline, &read)?;
    Ok(read)
}

/// Whether what every required source gives can be used: a dump that breaks off, or that has none of its rows or columns, would
/// take half a city off the lists without a word.
fn required(pipeline: &Pipeline, read: &Read) -> Result<()> {
    let mut refused = vec![0; read.dumps.len()];
    let rows = read.quarantined.iter().filter(|row| row.line > 0);
    rows.for_each(|row| refused[row.file as usize] += 1);
    let mut faults = Vec::new();
    for (number, source) in (0..).zip(&pipeline.sources).filter(|(_, source)| source.required) {
        let told = |key| Message::new(key).with("source", &source.name);
        let dumps = || read.dumps.iter().zip(&read.reports).filter(|(dump, _)| dump.source == number);
        let damaged = dumps().filter(|(_, report)| report.damaged);
        faults.extend(damaged.map(|(dump, _)| told("ingest.required_damaged").with("file", &dump.label)));
        let records = |(dump, report): (&Dump, &DumpReport)| {
            (report.rows + report.quarantined).saturating_sub(refused[dump.file as usize])
        };
        if dumps().map(records).sum::<u64>() == 0 {
            faults.push(told("ingest.required_empty"));
            continue;
        }
        let lacks = |column: &str| dumps().all(|(_, report)| report.missing_columns.iter().any(|name| name == column));
        // A field may name several columns of which dumps have one or another.
        let fields = source.columns_of_fields().into_values();
        let missing: Vec<&str> =
            fields.filter(|columns| columns.iter().all(|column| lacks(column))).flatten().collect();
        if !missing.is_empty() {
            faults.push(told("ingest.required_columns").with("columns", missing.join(", ")));
        }
    }
    if faults.is_empty() {
        return Ok(());
    }
    let what = Message::new("ingest.required").with("count", faults.len());
    Err(Error::new(Exit::Data, what).faults(faults).help(Message::new("ingest.required_help")))
}

/// What was found out about dumps, each with its number.
type Reports = Vec<(u32, DumpReport)>;

/// More rows than a dump of this size usually has: what room is set aside for.
fn rows_at_most(dump: &Dump) -> u64 {
    let plain = [".csv", ".tsv", ".txt", ".jsonl"].iter().any(|end| dump.label.ends_with(end));
    dump.bytes / if plain { 64 } else { 12 }
}

/// Bytes of a dump once it is unpacked, roughly. A workbook counts as it is stored: no two threads unpack one.
fn unpacked(dump: &Dump) -> u64 {
    let packed = [".gz", ".zst"].iter().any(|end| dump.label.ends_with(end));
    if packed { dump.bytes.saturating_mul(5) } else { dump.bytes }
}

/// How many of the first dumps are so small that they are read beside each other, each from one end to the other.
fn small_dumps(dumps: &[&Dump]) -> usize {
    let mut bytes = 0;
    let fits = |dump: &&&Dump| {
        bytes += unpacked(dump);
        unpacked(dump) <= SMALL_BYTES && bytes <= WINDOW_BYTES
    };
    dumps.iter().take_while(fits).count()
}

/// What reads the rows of the `source`th source of the pipeline.
fn normalizer(pipeline: &Pipeline, source: u16, city: Option<u16>) -> Normalizer {
    let normalizer = Normalizer::new(&pipeline.sources[source as usize], source, pipeline.run.as_of);
    normalizer.in_city(city).with_key_regions(&pipeline.run.key_regions)
}

/// Reads dumps beside each other, while what waits is put behind the records. Returns what waits then, in the order of
/// the dumps.
fn read_small(
    Reading { pipeline, city, open }: Reading<'_>,
    dumps: &[&Dump],
    waiting: Vec<Done>,
    reports: &mut Reports,
    read: &mut Read,
) -> Vec<Done> {
    let read_one = |dump: &Dump| {
        let source = &pipeline.sources[dump.source as usize];
        let normalizer = normalizer(pipeline, dump.source, city);
        let mut reader = open(dump, &source.columns, &source.read);
        let blocks = std::iter::from_fn(|| reader.next_block());
        let done: Vec<Done> = blocks.map(|block| normalize_block(block, &normalizer, dump)).collect();
        (done, reader.finish())
    };
    // The longest begin first, so that none is left to one thread at the end.
    let mut longest = dumps.to_vec();
    longest.sort_by_key(|dump| Reverse(rows_at_most(dump)));
    let (mut parts, ()) = rayon::join(
        || longest.into_iter().par_bridge().map(|dump| (dump.file, read_one(dump))).collect::<Vec<_>>(),
        || waiting.into_iter().for_each(|part| put(part, read)),
    );
    parts.sort_by_key(|(file, _)| *file);
    let mut all = Vec::new();
    for (file, (done, report)) in parts {
        all.extend(done);
        reports.push((file, report));
    }
    all
}

/// Reads one dump, its blocks beside each other, while what waits is put behind the records. Returns what waits then.
fn read_dump(
    Reading { pipeline, city, open }: Reading<'_>,
    dump: &Dump,
    waiting: Vec<Done>,
    reports: &mut Reports,
    read: &mut Read,
) -> Vec<Done> {
    let source = &pipeline.sources[dump.source as usize];
    let normalizer = &normalizer(pipeline, dump.source, city);
    let mut reader = open(dump, &source.columns, &source.read);
    let batch_blocks = BLOCKS_A_THREAD * rayon::current_num_threads();
    let mut next_batch = || -> Vec<Block> { std::iter::from_fn(|| reader.next_block()).take(batch_blocks).collect() };
    let mut batch = next_batch();
    let mut waiting = waiting;
    while !batch.is_empty() {
        let (next, (done, ())) = rayon::join(&mut next_batch, || {
            rayon::join(
                || batch.into_par_iter().map(|block| normalize_block(block, normalizer, dump)).collect(),
                || waiting.into_iter().for_each(|part| put(part, read)),
            )
        });
        (batch, waiting) = (next, done);
    }
    reports.push((dump.file, reader.finish()));
    waiting
}

/// A block after both steps.
struct Done {
    source: u16,
    unread: Vec<QuarantinedRow>,
    normalized: Normalized,
}

fn normalize_block(block: Block, normalizer: &Normalizer, dump: &Dump) -> Done {
    let parsed = block.parse();
    let normalized = normalizer.normalize(&parsed.rows, &dump.label);
    Done { source: dump.source, normalized, unread: parsed.quarantined }
}

fn put(part: Done, read: &mut Read) {
    read.rows.append(&part.normalized.records);
    read.repairs[usize::from(part.source)].merge(&part.normalized.repairs);
    let from = read.quarantined.len();
    read.quarantined.extend(part.unread);
    read.quarantined.extend(part.normalized.quarantined);
    read.quarantined[from..].sort_by_key(|row| (row.line, row.byte));
}

/// First four digits of the city's division code: as the pipeline file says, else as all counties of the directory have it.
pub(super) fn city(pipeline: &Pipeline, directory: Option<&Directory>) -> Option<u16> {
    let said = pipeline.run.city_code.as_deref().and_then(|code| code.get(..4)?.parse().ok());
    said.or_else(|| directory?.city())
}

/// The grid directory, if the pipeline names one.
pub(super) fn directory(pipeline: &Pipeline, watch: &mut Watch<'_>) -> Result<Option<(Directory, String)>> {
    let Some(grids) = &pipeline.grids else {
        watch.warn(Message::new("run.no_directory"));
        return Ok(None);
    };
    let help = || Message::new("run.grids_help");
    if let Err(cause) = std::fs::File::open(&grids.path) {
        let what = Message::new("run.grids_missing").with("file", grids.path.display());
        return Err(Error::new(Exit::NoInput, what).help(help()).caused_by(cause));
    }
    let (chunks, report) = ingest::read_table(&grids.path, followup::grids_columns(grids), &grids.read)?;
    watch.warn_all(report.problems);
    let (directory, warnings) = Directory::build(grids, &chunks);
    if directory.grids().is_empty() {
        let what = Message::new("run.grids_empty").with("file", grids.path.display());
        return Err(Error::new(Exit::Data, what).faults(warnings).help(help()));
    }
    watch.warn_all(warnings);
    Ok(Some((directory, report.sha256)))
}
