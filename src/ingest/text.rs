//! Delimited text and JSON lines, cut into blocks of whole records. Only the cut is sequential: decoding and splitting
//! is done in [`TextBlock::parse`], block by block in parallel.

use super::decode::{self, Prior, count_lines, decode};
use super::input::Input;
use super::record::{Dialect, Fields, ROW_BYTES_MAX, Step, step};
use super::report::Tally;
use super::rows::{Place, RAW_BYTES_MAX, Rows};
use super::{Parsed, header, jsonl};
use crate::tables::Reason;
use memchr::{memchr, memrchr};
use std::sync::Arc;

/// What all blocks of a text dump share.
#[derive(Debug)]
pub(super) struct Shape {
    /// Number of the source.
    pub(super) source: u16,
    /// Number of the dump.
    pub(super) file: u32,
    /// How it is written.
    pub(super) dialect: Dialect,
    /// In what.
    pub(super) prior: Prior,
    /// Whether the file is UTF-16, so that offsets count two bytes a unit.
    pub(super) wide: bool,
    /// How rows are read.
    pub(super) rows: RowShape,
    /// Counts.
    pub(super) tally: Arc<Tally>,
}

/// How rows of text are read.
#[derive(Debug)]
pub(super) enum RowShape {
    /// Fields by the header.
    Fields(header::Plan),
    /// JSON objects.
    Json(jsonl::Keys),
}

/// Cuts a text dump into blocks.
pub(super) struct TextReader {
    input: Input,
    shape: Arc<Shape>,
    block_bytes: usize,
    /// How much of the input's head is used up.
    used: usize,
    place: Place,
    /// Whether the rest of a line that is too long is being skipped.
    skipping: bool,
    /// Whether the text ends within a row.
    pub(super) breaks_off: bool,
}

/// Whole records of a text dump.
#[derive(Debug)]
pub(super) struct TextBlock {
    bytes: Vec<u8>,
    place: Place,
    shape: Arc<Shape>,
    /// Set if the bytes are one row that goes to quarantine as it is.
    broken: Option<Reason>,
}

impl TextReader {
    /// A reader of what follows `used` bytes of the input's head, which is at `place`.
    pub(super) fn new(input: Input, shape: Shape, used: usize, place: Place, block_bytes: usize) -> Self {
        Self {
            input,
            shape: Arc::new(shape),
            block_bytes: block_bytes.max(1),
            used,
            place,
            skipping: false,
            breaks_off: false,
        }
    }

    /// The input, to ask for its damage and hash.
    pub(super) fn input(&mut self) -> &mut Input {
        &mut self.input
    }

    /// What the blocks share.
    pub(super) fn shape(&self) -> Arc<Shape> {
        Arc::clone(&self.shape)
    }

    /// The next block.
    pub(super) fn next(&mut self) -> Option<TextBlock> {
        let mut want = self.block_bytes;
        loop {
            self.input.head.drain(..std::mem::take(&mut self.used));
            self.input.fill(want);
            let (bytes, ended) = (&self.input.head, self.input.ended);
            if bytes.is_empty() {
                return None;
            }
            if self.skipping {
                let end = memchr(self.shape.dialect.end, bytes);
                self.skipping = end.is_none();
                self.take(end.map_or(bytes.len(), |at| at + 1));
                continue;
            }
            // What follows a failure is unknown, so the last record counts only if its end was read.
            let whole = ended && self.input.damage.is_none();
            match self.cut(bytes, whole) {
                Cut::Records(len) if self.breaks_off => return Some(self.block(len, Some(Reason::Truncated))),
                Cut::Records(len) => {
                    let rest = Some(len).filter(|&len| whole && len == bytes.len()).and_then(|_| self.cut_row(bytes));
                    self.breaks_off = rest.is_some();
                    return Some(self.block(rest.unwrap_or(len), None));
                }
                Cut::Endless => {
                    let block = self.block(bytes.len().min(RAW_BYTES_MAX), Some(Reason::TooLarge));
                    self.skipping = true;
                    return Some(block);
                }
                Cut::More if ended => return Some(self.block(bytes.len(), Some(Reason::Truncated))),
                Cut::More => want = bytes.len() * 2,
            }
        }
    }

    /// Where the last record ends that is wholly here.
    fn cut(&self, bytes: &[u8], whole: bool) -> Cut {
        let dialect = self.shape.dialect;
        if !dialect.quotes || memchr(b'"', bytes).is_none() {
            return match memrchr(dialect.end, bytes) {
                _ if whole && bytes.len() <= ROW_BYTES_MAX => Cut::Records(bytes.len()),
                Some(at) => Cut::Records(at + 1),
                None if bytes.len() > ROW_BYTES_MAX => Cut::Endless,
                None => Cut::More,
            };
        }
        let mut at = 0;
        while at < bytes.len() {
            match step(&bytes[at..], dialect, whole) {
                Step::Record(len) | Step::Unclosed(len) | Step::TooLarge(len) => at += len,
                Step::Endless if at == 0 => return Cut::Endless,
                Step::More if at == 0 => return Cut::More,
                Step::Endless | Step::More => break,
            }
        }
        Cut::Records(at)
    }

    /// Where the last row of all begins, if the text breaks off within it: it has no line end and fewer fields than the header,
    /// and the row before it has them all. A line of totals is shorter, too.
    fn cut_row(&self, bytes: &[u8]) -> Option<usize> {
        let (RowShape::Fields(plan), end) = (&self.shape.rows, self.shape.dialect.end) else { return None };
        if bytes.last() == Some(&end) {
            return None;
        }
        let last = memrchr(end, bytes)? + 1;
        let before = memrchr(end, &bytes[..last - 1]).map_or(0, |at| at + 1);
        let dialect = Dialect { trail_bytes: false, ..self.shape.dialect };
        let mut fields = Fields::default();
        let mut count = |bytes: &[u8]| {
            let decoded = decode(bytes, self.shape.prior, end);
            let text = strip_end(&decoded.text, end);
            let whole = text.bytes().filter(|&byte| byte == b'"').count() % 2 == 0;
            fields.split(text, dialect, plan.width());
            let totals = TOTALS.iter().any(|word| text.to_lowercase().contains(word));
            (whole && !totals).then_some(fields.count)
        };
        let (of_last, of_before) = (count(&bytes[last..])?, count(&bytes[before..last])?);
        (of_last > 1 && of_last < plan.width() && of_before >= plan.width()).then_some(last)
    }

    fn block(&mut self, len: usize, broken: Option<Reason>) -> TextBlock {
        let bytes = self.input.head[..len].to_vec();
        let block = TextBlock { bytes, place: self.place, shape: Arc::clone(&self.shape), broken };
        self.take(len);
        block
    }

    /// Goes on by `len` bytes.
    fn take(&mut self, len: usize) {
        let bytes = &self.input.head[..len];
        self.place.line += count_lines(bytes, self.shape.dialect.end);
        self.place.byte += stored_len(bytes, self.shape.wide);
        self.used = len;
    }
}

/// Words of a line below the rows that sums them up or closes the table.
const TOTALS: [&str; 8] = ["合计", "总计", "小计", "共计", "备注", "说明", "制表", "total"];

enum Cut {
    Records(usize),
    Endless,
    More,
}

/// Length of the text in the file: UTF-16 has two bytes a unit, two units where UTF-8 has four bytes.
pub(super) fn stored_len(bytes: &[u8], wide: bool) -> u64 {
    if !wide {
        return bytes.len() as u64;
    }
    2 * bytes.iter().map(|&b| u64::from(b & 0xC0 != 0x80) + u64::from(b >= 0xF0)).sum::<u64>()
}

impl TextBlock {
    /// Decodes and splits the block.
    pub(super) fn parse(self) -> Parsed {
        let shape = Arc::clone(&self.shape);
        let decoded = decode(&self.bytes, shape.prior, shape.dialect.end);
        Tally::add(&shape.tally.other_lines, decoded.other_lines);
        Tally::add(&shape.tally.nul_bytes, decoded.nul_bytes);
        let columns = match &shape.rows {
            RowShape::Fields(plan) => plan.columns.len(),
            RowShape::Json(keys) => keys.len(),
        };
        let text = decoded.text.as_ref();
        let mut rows = Rows::new(shape.source, shape.file, columns, text.len() / 96);
        if let Some(reason) = self.broken {
            if reason != Reason::Truncated || !text.trim().is_empty() {
                rows.quarantine(self.place, reason, text);
            }
            return rows.finish();
        }
        let same_bytes = matches!(decoded.text, std::borrow::Cow::Borrowed(_)) && !shape.wide;
        self.records(&shape, text, &decoded, same_bytes, &mut rows);
        rows.finish()
    }

    fn records(&self, shape: &Shape, text: &str, decoded: &decode::Decoded<'_>, same_bytes: bool, rows: &mut Rows) {
        let dialect = Dialect { trail_bytes: false, ..shape.dialect };
        let quotes = dialect.quotes && memchr(b'"', text.as_bytes()).is_some();
        let dialect = Dialect { quotes, ..dialect };
        let mut fields = Fields::default();
        let mut json = jsonl::Scratch::default();
        let mut bad = decoded.bad_lines.iter().copied().peekable();
        let (mut at, mut line, mut raw_at, mut place) = (0, 0u64, 0, self.place);
        while at < text.len() {
            let (len, reason) = match step(&text.as_bytes()[at..], dialect, true) {
                Step::Record(len) => (len, None),
                Step::Unclosed(len) => (len, Some(Reason::Malformed)),
                Step::TooLarge(len) => (len, Some(Reason::TooLarge)),
                Step::Endless | Step::More => (text.len() - at, Some(Reason::TooLarge)),
            };
            let record = &text[at..at + len];
            let lines = if quotes { count_lines(record.as_bytes(), dialect.end) } else { 1 };
            let mut is_bad = false;
            while bad.next_if(|&bad| bad < line + lines.max(1)).is_some() {
                is_bad = true;
            }
            let record = strip_end(record, dialect.end);
            if is_bad && !record.trim().is_empty() {
                rows.quarantine(place, Reason::Encoding, record);
            } else if let Some(reason) = reason {
                rows.quarantine(place, reason, record);
            } else {
                match &shape.rows {
                    RowShape::Fields(plan) => {
                        fields.split(record, dialect, plan.width());
                        rows.push(plan, place, &fields, record);
                    }
                    RowShape::Json(keys) => keys.push(rows, &mut json, place, record),
                }
            }
            place.byte += if same_bytes {
                len as u64
            } else {
                // Offsets are those of the bytes as stored, so walk on there by as many lines.
                let mut raw_end = raw_at;
                for _ in 0..lines {
                    raw_end += memchr(dialect.end, &self.bytes[raw_end..]).map_or(0, |i| i + 1);
                }
                stored_len(&self.bytes[std::mem::replace(&mut raw_at, raw_end)..raw_end], shape.wide)
            };
            at += len;
            line += lines;
            place.line += lines;
        }
    }
}

fn strip_end(record: &str, end: u8) -> &str {
    let record = record.strip_suffix(char::from(end)).unwrap_or(record);
    record.strip_suffix('\r').unwrap_or(record)
}
