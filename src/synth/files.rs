//! Dump files as agencies export them: delimited text in several encodings, gzip, workbooks, JSON lines; with titles
//! above the header, totals below, broken and doubled rows. Rows pass a bounded window that mixes their order.

use super::gb18030::Encoder;
use super::rng::Rng;
use crate::error::{Error, Exit, Result};
use crate::message::Message;
use flate2::Compression;
use flate2::write::GzEncoder;
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, Workbook};
use std::fs::{File, OpenOptions};
use std::io::{BufWriter, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

/// Rows that wait in the window.
const WINDOW: usize = 8_192;

/// The error of a file that cannot be written.
pub(crate) fn cannot_write(path: &Path, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Error {
    Error::new(Exit::Output, Message::new("synth.cannot_write").with("path", path.display()))
        .help(Message::new("synth.cannot_write_help"))
        .caused_by(source)
}

/// Creates a file that only its owner and group may read.
pub(crate) fn create(path: &Path) -> Result<BufWriter<File>> {
    let file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o640).open(path);
    Ok(BufWriter::with_capacity(1 << 16, file.map_err(|e| cannot_write(path, e))?))
}

/// A file's text encoding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Encoding {
    Utf8,
    Utf8Mark,
    Gb18030,
    /// GB18030 with stretches of UTF-8 lines.
    Mixed,
}

/// What a workbook's column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cell {
    Text,
    /// A number where the value is one.
    Number,
    /// A date and time where the value is one.
    Time,
}

/// A file's format.
#[derive(Clone, Debug)]
pub(crate) enum Shape {
    Text { encoding: Encoding, delimiter: u8, gz: bool },
    Xlsx(Vec<Cell>),
    Jsonl,
}

/// How a file is written.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    /// Path without number and extension.
    pub(crate) stem: PathBuf,
    pub(crate) shape: Shape,
    pub(crate) header: Vec<&'static str>,
    /// Lines above the header.
    pub(crate) titles: Vec<String>,
    /// Whether a row 合计 follows.
    pub(crate) total: bool,
    /// How many rows are broken.
    pub(crate) broken: f64,
    /// How many rows stand there twice.
    pub(crate) doubled: f64,
    /// More rows begin a further part.
    pub(crate) rows_max: u64,
    /// This many rows are delivered once more in a file of their own.
    pub(crate) again: usize,
}

enum Sink {
    Plain(BufWriter<File>),
    Gz(Box<GzEncoder<BufWriter<File>>>),
    Book { book: Box<Workbook>, row: u32, path: PathBuf },
}

/// A dump being written.
pub(crate) struct Dump {
    settings: Settings,
    window: Vec<Vec<String>>,
    rng: Rng,
    sink: Option<Sink>,
    parts: u32,
    rows: u64,
    again: Vec<Vec<String>>,
    line: Vec<u8>,
    time_format: Format,
    encoder: Encoder,
    /// Rows that belong in quarantine.
    pub(crate) broken: u64,
    /// Files written.
    pub(crate) files: u64,
}

impl Dump {
    pub(crate) fn new(settings: Settings, rng: Rng) -> Self {
        let (window, again, line) = (Vec::new(), Vec::new(), Vec::new());
        let encoder = Encoder::new();
        let time_format = Format::new().set_num_format("yyyy-mm-dd hh:mm");
        Self {
            settings,
            window,
            rng,
            sink: None,
            parts: 0,
            rows: 0,
            again,
            line,
            time_format,
            encoder,
            broken: 0,
            files: 0,
        }
    }

    /// Takes a row, which may be written later.
    pub(crate) fn push(&mut self, row: Vec<String>) -> Result<()> {
        self.window.push(row);
        if self.window.len() >= WINDOW {
            let at = self.rng.below(self.window.len());
            let row = self.window.swap_remove(at);
            self.write(&row)?;
        }
        Ok(())
    }

    /// Writes what waits and closes the file.
    pub(crate) fn finish(&mut self) -> Result<()> {
        while !self.window.is_empty() {
            let at = self.rng.below(self.window.len());
            let row = self.window.swap_remove(at);
            self.write(&row)?;
        }
        self.close()?;
        let again = std::mem::take(&mut self.again);
        if !again.is_empty() {
            self.settings.again = 0;
            self.open(Some("补传"))?;
            for row in &again {
                self.line(row)?;
            }
            self.close()?;
        }
        Ok(())
    }

    fn write(&mut self, row: &[String]) -> Result<()> {
        if self.sink.is_none() {
            self.open(None)?;
        }
        self.line(row)?;
        self.rows += 1;
        if self.rng.chance(self.settings.doubled) {
            self.line(row)?;
        }
        if self.rng.chance(self.settings.broken) {
            self.broken += 1;
            self.broken_row(row)?;
        }
        if self.again.len() < self.settings.again {
            self.again.push(row.to_vec());
        }
        if self.rows >= self.settings.rows_max { self.close() } else { Ok(()) }
    }

    fn open(&mut self, suffix: Option<&str>) -> Result<()> {
        self.parts += 1;
        self.files += 1;
        let mut name = self.settings.stem.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
        match suffix {
            Some(suffix) => name.push_str(&format!("_{suffix}")),
            None if self.parts > 1 => name.push_str(&format!("_{}", self.parts)),
            None => {}
        }
        name.push_str(match &self.settings.shape {
            Shape::Text { gz: true, .. } => ".csv.gz",
            Shape::Text { delimiter: b'\t', .. } => ".txt",
            Shape::Text { .. } => ".csv",
            Shape::Xlsx(_) => ".xlsx",
            Shape::Jsonl => ".jsonl",
        });
        let path = self.settings.stem.with_file_name(name);
        self.rows = 0;
        self.sink = Some(match &self.settings.shape {
            // No time and no name in the gzip header, so that equal rows are equal bytes.
            Shape::Text { gz: true, .. } => Sink::Gz(Box::new(GzEncoder::new(create(&path)?, Compression::new(4)))),
            Shape::Text { .. } | Shape::Jsonl => Sink::Plain(create(&path)?),
            Shape::Xlsx(_) => {
                let mut book = Workbook::new();
                let made = ExcelDateTime::from_ymd(2022, 1, 1).map_err(|e| cannot_write(&path, e))?;
                book.set_properties(&DocProperties::new().set_creation_datetime(&made));
                book.add_worksheet_with_constant_memory()
                    .and_then(|sheet| sheet.set_name("登记表"))
                    .map_err(|e| cannot_write(&path, e))?;
                Sink::Book { book: Box::new(book), row: 0, path }
            }
        });
        if let Shape::Text { encoding: Encoding::Utf8Mark, .. } = self.settings.shape {
            self.bytes("\u{feff}".as_bytes())?;
        }
        if !matches!(self.settings.shape, Shape::Jsonl) {
            let width = self.settings.header.len();
            for title in self.settings.titles.clone() {
                let mut row = vec![String::new(); width];
                row[0] = title;
                self.line(&row)?;
            }
            let header: Vec<String> = self.settings.header.iter().map(|h| (*h).to_owned()).collect();
            self.line(&header)?;
        }
        Ok(())
    }

    fn close(&mut self) -> Result<()> {
        if self.sink.is_some() && self.settings.total {
            let mut row = vec![String::new(); self.settings.header.len()];
            row[0] = "合计".to_owned();
            row[1] = self.rows.to_string();
            self.line(&row)?;
            self.broken += 1;
        }
        let io = |e| cannot_write(&self.settings.stem, e);
        match self.sink.take() {
            None => {}
            Some(Sink::Plain(mut file)) => file.flush().map_err(io)?,
            Some(Sink::Gz(file)) => file.finish().and_then(|mut f| f.flush()).map_err(io)?,
            Some(Sink::Book { mut book, path, .. }) => {
                let file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o640).open(&path);
                let file = file.map_err(|e| cannot_write(&path, e))?;
                book.save_to_writer(file).map_err(|e| cannot_write(&path, e))?;
            }
        }
        Ok(())
    }

    /// A row that nobody can read: too many fields, or half a JSON object, or a number and nothing else.
    fn broken_row(&mut self, row: &[String]) -> Result<()> {
        match &self.settings.shape {
            Shape::Jsonl => self.bytes("{\"接种流水号\":\"\n".as_bytes()),
            Shape::Text { .. } if self.rng.chance(0.6) => {
                let mut row = row.to_vec();
                row[0].push('Z');
                row.splice(2..2, ["导出".to_owned(), "异常".to_owned(), "字段".to_owned()]);
                self.line(&row)
            }
            _ => {
                let mut empty = vec![String::new(); row.len()];
                empty[0] = format!("{}Z", row[0]);
                self.line(&empty)
            }
        }
    }

    fn line(&mut self, row: &[String]) -> Result<()> {
        if let Some(Sink::Book { .. }) = self.sink {
            return self.book_row(row);
        }
        let mut text = std::mem::take(&mut self.line);
        text.clear();
        match &self.settings.shape {
            Shape::Jsonl => json(&self.settings.header, row, &mut text),
            Shape::Text { delimiter, encoding, .. } => {
                delimited(row, *delimiter, &mut text);
                let chinese = match encoding {
                    Encoding::Gb18030 => true,
                    Encoding::Mixed => (self.rows / 25) % 8 != 5,
                    Encoding::Utf8 | Encoding::Utf8Mark => false,
                };
                if chinese {
                    let plain = std::mem::take(&mut text);
                    self.encoder.encode(&String::from_utf8_lossy(&plain), &mut text);
                }
            }
            Shape::Xlsx(_) => {}
        }
        let written = self.bytes(&text);
        self.line = text;
        written
    }

    fn bytes(&mut self, bytes: &[u8]) -> Result<()> {
        let written = match &mut self.sink {
            Some(Sink::Plain(file)) => file.write_all(bytes),
            Some(Sink::Gz(file)) => file.write_all(bytes),
            _ => Ok(()),
        };
        written.map_err(|e| cannot_write(&self.settings.stem, e))
    }

    fn book_row(&mut self, values: &[String]) -> Result<()> {
        let (Some(Sink::Book { book, row, path }), Shape::Xlsx(cells)) = (&mut self.sink, &self.settings.shape) else {
            return Ok(());
        };
        let sheet = book.worksheet_from_index(0).map_err(|e| cannot_write(path, e))?;
        for (column, value) in (0u16..).zip(values) {
            if value.is_empty() {
                continue;
            }
            let done = match cells.get(usize::from(column)).copied().unwrap_or(Cell::Text) {
                Cell::Number if let Ok(number) = value.parse::<f64>() => sheet.write_number(*row, column, number),
                Cell::Time if let Ok(time) = ExcelDateTime::parse_from_str(value) => {
                    sheet.write_datetime_with_format(*row, column, &time, &self.time_format)
                }
                _ => sheet.write_string(*row, column, value),
            };
            done.map_err(|e| cannot_write(path, e))?;
        }
        *row += 1;
        Ok(())
    }
}

fn delimited(row: &[String], delimiter: u8, out: &mut Vec<u8>) {
    for (i, value) in row.iter().enumerate() {
        if i > 0 {
            out.push(delimiter);
        }
        if value.bytes().any(|b| b == delimiter || matches!(b, b'"' | b'\n' | b'\r')) {
            out.push(b'"');
            for &b in value.as_bytes() {
                if b == b'"' {
                    out.push(b'"');
                }
                out.push(b);
            }
            out.push(b'"');
        } else {
            out.extend_from_slice(value.as_bytes());
        }
    }
    out.extend_from_slice(b"\r\n");
}

fn json(header: &[&'static str], row: &[String], out: &mut Vec<u8>) {
    out.push(b'{');
    let mut first = true;
    for (key, value) in header.iter().zip(row) {
        if value.is_empty() {
            continue; // as a system leaves out what it does not know
        }
        if !std::mem::take(&mut first) {
            out.push(b',');
        }
        // Writing into memory cannot fail.
        let _ = serde_json::to_writer(&mut *out, key);
        out.push(b':');
        let _ = serde_json::to_writer(&mut *out, value);
    }
    out.extend_from_slice(b"}\n");
}
