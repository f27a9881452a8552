//! Workbooks, sheet by sheet and row by row. Those of Excel 2007 and later are read in their plain form where they have it
//! ([`plain`]), the others by the library.

mod frame;
mod plain;
mod scan;
#[cfg(test)]
mod tests;

use super::archive::{self, Merges, Refusal};
use super::merged::{Area, Merged};
use super::number;
use super::table::Cells;
use crate::config::Format;
use calamine::{Data, DataRef, DataType, Dimensions, ExcelDateTime, Range, Reader, Xls, XlsError, Xlsx, XlsxError};
use frame::Frame;
use std::fmt::Write;
use std::fs::File;
use std::io::BufReader;
use std::ops::ControlFlow;

/// A workbook of Excel 97-2003 has at most 65,536 rows a sheet and is read into memory.
const XLS_BYTES_MAX: u64 = 512 << 20;

/// A workbook with more merged areas is read as if it had none.
const MERGES_MAX: u64 = 1 << 20;

/// An open workbook.
pub(super) struct Workbook {
    book: Book,
    /// What was seen of merged cells.
    merges: Merges,
}

enum Book {
    Plain(Box<Frame>),
    Xlsx(Box<Xlsx<BufReader<File>>>),
    Xls(Box<Xls<BufReader<File>>>),
    /// It turned out to be none.
    Broken,
}

/// Takes a row with its number.
pub(super) type Take<'a> = &'a mut dyn FnMut(u64, &Cells) -> ControlFlow<()>;

impl Workbook {
    /// Opens a file that is an archive or a compound file.
    ///
    /// # Errors
    /// What is the matter with it.
    pub(super) fn open(file: File, format: Format) -> Result<Self, Refusal> {
        if format == Format::Xlsx {
            let merges = archive::check(&file, &archive::LIMITS)?;
            let opened = if merges.tall == 0 { Frame::open(file) } else { Err(BufReader::new(file)) };
            let book = match opened {
                Ok(frame) => Book::Plain(Box::new(frame)),
                Err(file) => Book::Xlsx(Box::new(Xlsx::new(file).map_err(|_| Refusal::Unreadable)?)),
            };
            return Ok(Self { book, merges });
        }
        if file.metadata().is_ok_and(|meta| meta.len() > XLS_BYTES_MAX) {
            return Err(Refusal::Bomb);
        }
        // An encrypted workbook of any age is such a container.
        if archive::holds_encrypted(&file) {
            return Err(Refusal::Password);
        }
        match Xls::new(BufReader::new(file)) {
            Ok(book) => Ok(Self { book: Book::Xls(Box::new(book)), merges: Merges::default() }),
            Err(XlsError::Password) => Err(Refusal::Password),
            Err(_) => Err(Refusal::Unreadable),
        }
    }

    /// Names of the sheets in their order.
    pub(super) fn sheet_names(&self) -> Vec<String> {
        match &self.book {
            Book::Plain(frame) => frame.sheet_names(),
            Book::Xlsx(book) => book.sheet_names(),
            Book::Xls(book) => book.sheet_names(),
            Book::Broken => Vec::new(),
        }
    }

    /// The areas of a sheet that are merged over several rows; `None` if they cannot be told. A sheet is read once more for
    /// them, so only where the workbook has some.
    pub(super) fn tall_areas(&mut self, name: &str) -> Option<Vec<Area>> {
        let areas = match &mut self.book {
            // The library takes what is written on trust.
            Book::Xlsx(_) if self.merges.count > MERGES_MAX || self.merges.broken > 0 => return None,
            Book::Xlsx(book) if self.merges.tall > 0 => book.merge_cells_by_sheet_name(name).ok()?,
            Book::Xls(book) => book.merge_cells_by_sheet_name(name).ok()?,
            _ => return Some(Vec::new()),
        };
        let area = |d: Dimensions| Area { top: d.start.0, column: d.start.1, bottom: d.end.0 };
        Some(areas.into_iter().map(area).filter(|area| area.bottom > area.top).collect())
    }

    /// Hands on the rows of a sheet that have a cell with a value, with their numbers from 1.
    ///
    /// # Errors
    /// What the library says where the sheet breaks off.
    pub(super) fn rows(&mut self, name: &str, merged: Merged, take: Take<'_>) -> Result<(), String> {
        let mut rows = SheetRows { cells: Cells::default(), row: 0, merged, ended: 0, passed: 0, take };
        if let Book::Plain(frame) = &mut self.book {
            let end = frame.cells(name, &mut |row, column, value| rows.cell(row, column, value));
            if end.is_ok() {
                rows.end();
                return Ok(());
            }
            rows.begin_again();
            if let Book::Plain(frame) = std::mem::replace(&mut self.book, Book::Broken) {
                self.book = Book::Xlsx(Box::new(Xlsx::new(frame.into_file()).map_err(|e| e.to_string())?));
            }
        }
        match &mut self.book {
            Book::Xlsx(book) => xlsx_rows(book, name, rows),
            Book::Xls(book) => xls_rows(book, name, rows),
            Book::Plain(_) | Book::Broken => Err(String::new()),
        }
    }
}

fn xlsx_rows(book: &mut Xlsx<BufReader<File>>, name: &str, mut rows: SheetRows<'_>) -> Result<(), String> {
    let mut reader = match book.worksheet_cells_reader(name) {
        Ok(reader) => reader,
        Err(XlsxError::NotAWorksheet(_)) => return Ok(()),
        Err(e) => return Err(e.to_string()),
    };
    let mut text = String::new();
    loop {
        let cell = match reader.next_cell() {
            Ok(Some(cell)) => cell,
            Ok(None) => break,
            Err(e) => {
                rows.end();
                return Err(e.to_string());
            }
        };
        let value = match cell.get_value() {
            DataRef::SharedString(value) => value,
            DataRef::String(value) => value.as_str(),
            value => {
                text.clear();
                write_cell(&mut text, value, value.as_datetime_value());
                text.as_str()
            }
        };
        let (row, column) = cell.get_position();
        if rows.cell(row, column, value).is_break() {
            return Ok(());
        }
    }
    rows.end();
    Ok(())
}

fn xls_rows(book: &mut Xls<BufReader<File>>, name: &str, mut rows: SheetRows<'_>) -> Result<(), String> {
    let range: Range<Data> = book.worksheet_range(name).map_err(|e| e.to_string())?;
    let (top, left) = range.start().unwrap_or_default();
    let mut text = String::new();
    for (row, column, value) in range.used_cells() {
        text.clear();
        match value {
            Data::String(value) => text.push_str(value),
            value => write_cell(&mut text, value, value.as_datetime_value()),
        }
        if rows.cell(top + row as u32, left + column as u32, &text).is_break() {
            return Ok(());
        }
    }
    rows.end();
    Ok(())
}

/// Puts cells together into rows.
struct SheetRows<'a> {
    cells: Cells,
    row: u32,
    merged: Merged,
    /// Rows that were handed on.
    ended: u64,
    /// Rows that come once more and are passed over.
    passed: u64,
    take: Take<'a>,
}

impl SheetRows<'_> {
    fn cell(&mut self, row: u32, column: u32, value: &str) -> ControlFlow<()> {
        if value.is_empty() {
            return ControlFlow::Continue(());
        }
        if row != self.row {
            self.end_row()?;
            self.row = row;
        }
        self.cells.set(column as usize, value);
        ControlFlow::Continue(())
    }

    fn end_row(&mut self) -> ControlFlow<()> {
        if self.cells.is_empty() {
            return ControlFlow::Continue(());
        }
        let mut flow = ControlFlow::Continue(());
        if self.passed > 0 {
            self.passed -= 1;
        } else {
            self.merged.fill(self.row, &mut self.cells);
            flow = (self.take)(u64::from(self.row) + 1, &self.cells);
            self.ended += 1;
        }
        self.cells.clear();
        flow
    }

    fn end(&mut self) {
        let _ = self.end_row();
    }

    /// From now on all cells come once more.
    fn begin_again(&mut self) {
        self.cells.clear();
        self.row = 0;
        self.passed = std::mem::take(&mut self.ended);
    }
}

/// The serial date of a cell, in whichever of the library's two types it stands.
trait Moment {
    fn as_datetime_value(&self) -> Option<ExcelDateTime>;
}

impl Moment for Data {
    fn as_datetime_value(&self) -> Option<ExcelDateTime> {
        if let Data::DateTime(value) = self { Some(*value) } else { None }
    }
}

impl Moment for DataRef<'_> {
    fn as_datetime_value(&self) -> Option<ExcelDateTime> {
        if let DataRef::DateTime(value) = self { Some(*value) } else { None }
    }
}

fn write_cell(text: &mut String, value: &impl DataType, date: Option<ExcelDateTime>) {
    if let Some(date) = date {
        number::date(text, date);
    } else if let Some(value) = value.get_int() {
        let _ = write!(text, "{value}");
    } else if let Some(value) = value.get_float() {
        text.push_str(&number::float(value));
    } else if let Some(value) = value.get_bool() {
        text.push_str(if value { "true" } else { "false" });
    } else if let Some(value) = value.get_datetime_iso() {
        text.push_str(&value.replace('T', " "));
    } else if let Some(value) = value.get_duration_iso() {
        text.push_str(value);
    } else if let Some(value) = value.get_error() {
        let _ = write!(text, "{value}");
    }
}
