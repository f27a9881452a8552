//! A dump's reader: finds out what the file is, hands out its blocks, and reports at the end.

use super::background::{Background, Outlet};
use super::decode::Prior;
use super::header;
use super::input::Input;
use super::record::{Dialect, ROW_BYTES_MAX};
use super::report::{Log, Tally};
use super::rows::{Place, Rows};
use super::sheet::{self, Task};
use super::sniff::{self, Kind};
use super::text::{RowShape, Shape, TextReader};
use super::{Block, Dump, DumpReport, Work, columnar, jsonl, markup};
use crate::config::{Encoding, Format, ReadSettings};
use crate::tables::Reason;
use std::fs::File;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

/// Size of a block of text.
pub(super) const BLOCK_BYTES: usize = 1 << 20;

/// Reads one dump, block by block.
pub struct DumpReader {
    kind: Reader,
    log: Log,
    tally: Arc<Tally>,
    shape: Option<Arc<Shape>>,
    columns: usize,
    source: u16,
    file: u32,
    stands: Standing,
}

/// The file of a dump as it stood when it was opened.
struct Standing {
    path: PathBuf,
    /// Number on its file system, size and time of change; `None`: not known.
    was: Option<(u64, u64, SystemTime)>,
    /// Whether it had the size with which it was found.
    as_found: bool,
}

impl Standing {
    fn of(dump: &Dump) -> Self {
        let was = Self::now(&dump.path);
        let as_found = was.is_none_or(|(_, size, _)| dump.bytes == 0 || size == dump.bytes);
        Self { path: dump.path.clone(), was, as_found }
    }

    fn now(path: &Path) -> Option<(u64, u64, SystemTime)> {
        let meta = std::fs::metadata(path).ok().filter(std::fs::Metadata::is_file)?;
        Some((meta.ino(), meta.len(), meta.modified().ok()?))
    }

    /// Whether somebody wrote into the file since. Another file in its place is nothing to what was read of the first.
    fn changed(&self) -> bool {
        let same_file = |now: &(u64, u64, SystemTime)| self.was.is_some_and(|was| was.0 == now.0);
        !self.as_found || Self::now(&self.path).filter(same_file).is_some_and(|now| Some(now) != self.was)
    }
}

enum Reader {
    Text(Box<TextReader>),
    Background(Box<Background>),
    Done,
}

impl DumpReader {
    pub(super) fn open(dump: &Dump, columns: &[String], settings: &ReadSettings, block_bytes: usize) -> Self {
        Self::of(Input::open(&dump.path), dump, columns, settings, block_bytes)
    }

    /// A reader of what could be opened, or of nothing.
    pub(super) fn of(
        input: io::Result<Input>,
        dump: &Dump,
        columns: &[String],
        settings: &ReadSettings,
        block_bytes: usize,
    ) -> Self {
        match input {
            Ok(input) => Self::read(input, dump, columns, settings, block_bytes),
            Err(e) => {
                let mut reader = Self::idle(dump, columns);
                let problem = reader.log.message("ingest.cannot_open").with("cause", e);
                reader.log.refuse(Reason::Unreadable, problem);
                reader
            }
        }
    }

    fn idle(dump: &Dump, columns: &[String]) -> Self {
        let (log, tally) = (Log::new(dump), Arc::new(Tally::default()));
        let (columns, stands) = (columns.len(), Standing::of(dump));
        Self { kind: Reader::Done, log, tally, shape: None, columns, source: dump.source, file: dump.file, stands }
    }

    /// Reads a dump from an open input.
    pub(super) fn read(
        mut input: Input,
        dump: &Dump,
        columns: &[String],
        settings: &ReadSettings,
        block_bytes: usize,
    ) -> Self {
        let mut reader = Self::idle(dump, columns);
        reader.log.report.compression = input.compression;
        input.fill(BLOCK_BYTES);
        let mut kind = sniff::kind(&input.head, settings);
        let mut wide = false;
        if let Kind::Utf16(little) = kind {
            wide = true;
            input.transcode(little);
            input.fill(BLOCK_BYTES);
            kind = sniff::kind(&input.head, &ReadSettings { encoding: None, ..settings.clone() });
        }
        match kind {
            Kind::Is(Format::Text) => reader.text(input, columns, settings, block_bytes, wide),
            Kind::Is(format @ (Format::Xlsx | Format::Xls)) => reader.workbook(input, dump, format, columns, settings),
            Kind::Is(Format::Parquet) => {
                let task = reader.task(columns, settings);
                reader.background(input, dump, move |log, outlet, file| columnar::read(log, outlet, &file, &task));
            }
            Kind::Markup => reader.markup(input, columns, settings),
            Kind::Is(Format::Jsonl) => reader.json(input, columns, settings, block_bytes, wide),
            _ => {
                let problem = reader.log.message("ingest.unknown_format");
                reader.log.refuse(Reason::Unreadable, problem);
                reader.close(&input);
            }
        }
        reader
    }

    /// Skips the byte order mark.
    fn start(&mut self, input: &mut Input, wide: bool) -> Place {
        let mark = input.head.starts_with("\u{FEFF}".as_bytes());
        if mark {
            input.head.drain(..3);
        }
        let byte = if !mark {
            0
        } else if wide {
            2
        } else {
            3
        };
        Place { line: 1, byte }
    }

    fn is_empty(&mut self, input: &Input) -> bool {
        let blank = |b: &u8| b.is_ascii_whitespace() || *b == 0 || *b == 0x1A;
        let empty = input.ended && input.head.iter().all(blank);
        if empty && input.damage.is_none() {
            let problem = self.log.message("ingest.empty");
            self.log.report.problems.push(problem);
        }
        empty
    }

    fn text(&mut self, mut input: Input, columns: &[String], settings: &ReadSettings, block_bytes: usize, wide: bool) {
        let mut place = self.start(&mut input, wide);
        self.log.report.format = Some(Format::Text);
        if self.is_empty(&input) {
            return self.close(&input);
        }
        let end = sniff::line_end(&input.head);
        let prior = sniff::prior(&input.head, end, settings);
        self.encoding(prior, wide);
        let delimiter = settings.delimiter.unwrap_or_else(|| sniff::delimiter(&input.head, prior, end, columns));
        self.log.report.delimiter = Some(delimiter);
        let dialect = Dialect { delimiter, end, quotes: true, trail_bytes: prior == Prior::Gb18030 };
        let rows_max = settings.header_row.map_or(header::HEADER_ROWS_MAX, |row| row as usize) + 2;
        let mut first;
        loop {
            let whole = input.ended;
            first = sniff::first_rows(&input.head, prior, dialect, wide, whole, place, rows_max);
            let enough = first.as_ref().map_or(true, |rows| rows.len() >= rows_max);
            if enough || whole || input.head.len() > ROW_BYTES_MAX {
                break;
            }
            let bytes = input.head.len() * 2 + 1;
            input.fill(bytes);
        }
        let first = match first {
            Ok(rows) => rows,
            Err(count) => {
                let problem = self.log.message("ingest.too_many_columns").with("count", count);
                let problem = problem.with("max", header::COLUMNS_MAX);
                self.log.refuse(Reason::FieldCount, problem);
                return self.close(&input);
            }
        };
        let row = settings.header_row.map(|row| {
            let at = first.iter().position(|first| first.place.line >= u64::from(row));
            at.unwrap_or(first.len())
        });
        let names: Vec<Vec<String>> = first.iter().map(|row| row.fields.clone()).collect();
        let Some(plan) = header::find(&names, columns, row) else {
            let problem = self.log.message("ingest.no_header");
            self.log.refuse(Reason::MissingColumn, problem);
            return self.close(&input);
        };
        if !self.log.header(&plan, first[plan.row].place.line, columns) {
            return self.close(&input);
        }
        if plan.row > 0 {
            let note = self.log.message("ingest.rows_above_header").with("count", plan.row);
            self.log.report.notes.push(note);
        }
        let last = &first[plan.data - 1];
        let used = last.end;
        let read = &input.head[last.start..used];
        place = last.place;
        place.line += super::decode::count_lines(read, end);
        place.byte += super::text::stored_len(read, wide);
        let shape = self.shape(dialect, prior, wide, RowShape::Fields(plan));
        self.kind = Reader::Text(Box::new(TextReader::new(input, shape, used, place, block_bytes)));
    }

    fn json(&mut self, mut input: Input, columns: &[String], settings: &ReadSettings, block_bytes: usize, wide: bool) {
        let place = self.start(&mut input, wide);
        self.log.report.format = Some(Format::Jsonl);
        if self.is_empty(&input) {
            return self.close(&input);
        }
        let end = sniff::line_end(&input.head);
        let prior = sniff::prior(&input.head, end, settings);
        self.encoding(prior, wide);
        let head = super::decode::decode(&input.head, prior, end);
        self.log.names(&jsonl::keys(head.text.lines().take(200)), &[]);
        let dialect = Dialect { delimiter: b',', end, quotes: false, trail_bytes: false };
        let shape = self.shape(dialect, prior, wide, RowShape::Json(jsonl::Keys::new(columns)));
        self.kind = Reader::Text(Box::new(TextReader::new(input, shape, 0, place, block_bytes)));
    }

    fn workbook(&mut self, input: Input, dump: &Dump, format: Format, columns: &[String], settings: &ReadSettings) {
        let task = self.task(columns, settings);
        self.background(input, dump, move |log, outlet, file| sheet::read(log, outlet, file, format, &task));
    }

    fn markup(&mut self, input: Input, columns: &[String], settings: &ReadSettings) {
        let (task, log) = (self.task(columns, settings), std::mem::take(&mut self.log));
        self.kind = Reader::Background(Box::new(Background::start(log, move |log, outlet| {
            let note = log.message("ingest.markup");
            log.report.notes.push(note);
            log.report.format = Some(Format::Text);
            let input = markup::read(log, outlet, input, &task);
            enter(log, &input);
        })));
    }

    fn task(&self, columns: &[String], settings: &ReadSettings) -> Task {
        Task { source: self.source, file: self.file, columns: columns.to_vec(), settings: settings.clone() }
    }

    /// Reads a format that needs the whole file at hand.
    fn background(&mut self, input: Input, dump: &Dump, read: impl FnOnce(&mut Log, &Outlet, File) + Send + 'static) {
        let path = dump.path.clone();
        let log = std::mem::take(&mut self.log);
        self.kind =
            Reader::Background(Box::new(Background::start(log, move |log, outlet| match input.into_file(&path) {
                Ok((file, stored, damage)) => {
                    (log.report.bytes, log.report.sha256) = (stored.bytes, stored.sha256);
                    read(log, outlet, file);
                    if let Some(damage) = damage.filter(|_| !log.report.damaged) {
                        log.cut(damage);
                    }
                }
                Err(e) => {
                    let problem = log.message("ingest.cannot_open").with("cause", e);
                    log.refuse(Reason::Unreadable, problem);
                }
            })));
    }

    fn encoding(&mut self, prior: Prior, wide: bool) {
        self.log.report.encoding = Some(match prior {
            _ if wide => Encoding::Utf16,
            Prior::Utf8 => Encoding::Utf8,
            Prior::Gb18030 => Encoding::Gb18030,
        });
    }

    fn shape(&self, dialect: Dialect, prior: Prior, wide: bool, rows: RowShape) -> Shape {
        Shape { source: self.source, file: self.file, dialect, prior, wide, rows, tally: Arc::clone(&self.tally) }
    }

    fn close(&mut self, input: &Input) {
        enter(&mut self.log, input);
    }

    /// The next block, in the order of the file; `None` at its end. The last block holds the entries for the file as a
    /// whole.
    pub fn next_block(&mut self) -> Option<Block> {
        match &mut self.kind {
            Reader::Text(text) => {
                if let Some(block) = text.next() {
                    return Some(Block { work: Work::Text(block), tally: Arc::clone(&self.tally) });
                }
                self.end_of_kind();
            }
            Reader::Background(reader) => {
                if let Some(work) = reader.next() {
                    return Some(Block { work, tally: Arc::clone(&self.tally) });
                }
                self.end_of_kind();
            }
            Reader::Done => {}
        }
        if self.log.file_rows.is_empty() {
            return None;
        }
        let mut parsed = Rows::new(self.source, self.file, self.columns, 0).finish();
        parsed.quarantined = std::mem::take(&mut self.log.file_rows);
        Some(Block { work: Work::Ready(Box::new(parsed)), tally: Arc::clone(&self.tally) })
    }

    fn end_of_kind(&mut self) {
        match std::mem::replace(&mut self.kind, Reader::Done) {
            Reader::Text(mut text) => {
                self.shape = Some(text.shape());
                self.close(text.input());
                if text.breaks_off {
                    self.log.cut("the last row has fewer fields than the header, and no line end");
                }
            }
            Reader::Background(reader) => self.log = reader.finish(),
            Reader::Done => return,
        }
        if self.stands.changed() {
            let problem = self.log.message("ingest.changed");
            self.log.refuse(Reason::Truncated, problem);
        }
    }

    /// What was found out. Call it after every block has been parsed: it counts what they held.
    pub fn finish(mut self) -> DumpReport {
        self.end_of_kind();
        self.tally.enter(&mut self.log);
        // Which keys the objects had is known only now.
        if let Some(RowShape::Json(keys)) = self.shape.as_ref().map(|shape| &shape.rows)
            && self.log.report.rows > 0
        {
            self.log.missing(keys.missing(), keys.len());
        }
        let DumpReport { rows, quarantined, .. } = self.log.report;
        if rows == 0 && quarantined > 0 {
            let problem = self.log.message("ingest.no_row").with("count", quarantined);
            self.log.report.problems.push(problem);
        }
        self.log.report
    }
}

/// Enters what is known at the end of the input.
fn enter(log: &mut Log, input: &Input) {
    if let Some(damage) = &input.damage {
        log.cut(damage);
    }
    if !input.ended {
        let note = log.message("ingest.not_read_to_end");
        log.report.notes.push(note);
    }
    let stored = input.stored();
    (log.report.bytes, log.report.sha256) = (stored.bytes, stored.sha256);
}
