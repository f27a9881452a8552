//! Fields of rows to a raw chunk, or to quarantine. Every format ends here, so that all follow the same rules of which
//! row is accepted and every row that is not blank is counted once.

use super::Parsed;
use super::header::Plan;
use super::record::{Fields, is_blank};
use crate::tables::{QuarantinedRow, RawChunk, Reason};
use arrow::array::StringBuilder;

/// Longest raw text kept of a row in quarantine, in bytes.
pub(super) const RAW_BYTES_MAX: usize = 4 << 10;

/// Where a row stands.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Place {
    /// 1-based line or row number.
    pub(super) line: u64,
    /// 0-based offset in the decompressed file.
    pub(super) byte: u64,
}

/// Rows of one block as they are read.
pub(super) struct Rows {
    source: u16,
    file: u32,
    line: Vec<u64>,
    byte: Vec<u64>,
    columns: Vec<StringBuilder>,
    quarantined: Vec<QuarantinedRow>,
}

impl Rows {
    /// No rows yet of a dump, with as many columns as the source needs.
    pub(super) fn new(source: u16, file: u32, columns: usize, rows: usize) -> Self {
        let columns = (0..columns).map(|_| StringBuilder::with_capacity(rows, rows * 12)).collect();
        let (line, byte) = (Vec::with_capacity(rows), Vec::with_capacity(rows));
        Self { source, file, line, byte, columns, quarantined: Vec::new() }
    }

    /// Takes a row of a table: `raw` is its text, in which `fields` stand. Blank rows are not rows.
    pub(super) fn push(&mut self, plan: &Plan, place: Place, fields: &Fields, raw: &str) {
        if fields.too_large {
            return self.quarantine(place, Reason::TooLarge, raw);
        }
        if !fields.surplus && fields.is_blank(raw) {
            return;
        }
        let width = plan.width();
        if fields.surplus {
            return self.quarantine(place, Reason::FieldCount, raw);
        }
        if fields.count < width {
            let needed = |c: &Option<usize>| c.is_some_and(|c| c < fields.count && !is_blank(fields.get(raw, c)));
            if !plan.columns.iter().any(needed) {
                return self.quarantine(place, Reason::FieldCount, raw);
            }
        }
        if plan.is_header(fields, raw) {
            return self.quarantine(place, Reason::NotAPerson, raw);
        }
        self.place(place);
        for (builder, column) in self.columns.iter_mut().zip(&plan.columns) {
            append(builder, column.map_or("", |c| fields.get(raw, c)));
        }
    }

    /// Takes a row whose values are in the order of the source's columns.
    pub(super) fn push_values<'a>(&mut self, place: Place, values: impl Iterator<Item = &'a str>) {
        self.place(place);
        for (builder, value) in self.columns.iter_mut().zip(values) {
            append(builder, value);
        }
    }

    fn place(&mut self, place: Place) {
        self.line.push(place.line);
        self.byte.push(place.byte);
    }

    /// Puts a row into quarantine.
    pub(super) fn quarantine(&mut self, place: Place, reason: Reason, raw: &str) {
        self.quarantined.push(quarantined(self.source, self.file, place, reason, raw));
    }

    /// How many rows went to quarantine.
    pub(super) fn len_quarantined(&self) -> usize {
        self.quarantined.len()
    }

    /// The rows as tables.
    pub(super) fn finish(self) -> Parsed {
        let columns = self.columns.into_iter().map(|mut builder| builder.finish()).collect();
        let (source, file, line, byte) = (self.source, self.file, self.line, self.byte);
        let rows = RawChunk { source, file, line, byte, columns, sheet: None };
        Parsed { rows, quarantined: self.quarantined }
    }
}

/// An empty field is a value that is not there.
fn append(builder: &mut StringBuilder, value: &str) {
    if value.is_empty() {
        builder.append_null();
    } else {
        builder.append_value(value);
    }
}

/// A row of quarantine, its text cut to what is kept.
pub(super) fn quarantined(source: u16, file: u32, place: Place, reason: Reason, raw: &str) -> QuarantinedRow {
    let raw = raw[..raw.floor_char_boundary(RAW_BYTES_MAX)].to_owned();
    QuarantinedRow { source, file, line: place.line, byte: place.byte, reason, raw }
}
