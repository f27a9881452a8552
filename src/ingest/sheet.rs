//! Workbooks: every sheet that has the header, cell by cell.

use super::archive::{self, Merges, Refusal};
use super::background::Outlet;
use super::header::{self, HEADER_ROWS_MAX, Plan};
use super::merged::{Area, Merged};
use super::number;
use super::report::Log;
use super::table::{Cells, Gather};
use crate::config::{Format, ReadSettings};
use crate::tables::Reason;
use calamine::{Data, DataRef, DataType, Dimensions, ExcelDateTime, Range, Reader, Xls, Xlsx};
use std::fmt::Write;
use std::fs::File;
use std::io::BufReader;
use std::ops::ControlFlow;

/// A workbook of Excel 97-2003 has at most 65,536 rows a sheet and is read into memory.
const XLS_BYTES_MAX: u64 = 512 << 20;

/// What a dump's reader knows.
pub(super) struct Task {
    /// Number of the source.
    pub(super) source: u16,
    /// Number of the dump.
    pub(super) file: u32,
    /// Needed columns.
    pub(super) columns: Vec<String>,
    /// How to read.
    pub(super) settings: ReadSettings,
}

/// A workbook with more merged areas is read as if it had none.
const MERGES_MAX: u64 = 1 << 20;

/// What looks like a table and not like notes: at least so many rows that fill at least so many columns.
const TABLE_ROWS: usize = 5;
const TABLE_COLUMNS: usize = 3;

/// What the first rows of a sheet tell.
struct Head {
    /// Its header, if it has one.
    plan: Option<Plan>,
    /// Numbers of the rows looked at.
    lines: Vec<u64>,
    /// Whether it holds rows of a table.
    is_table: bool,
}

enum Workbook {
    /// With what was seen of its merged cells.
    Xlsx(Box<Xlsx<BufReader<File>>>, Merges),
    Xls(Box<Xls<BufReader<File>>>),
}

/// Reads a workbook.
pub(super) fn read(log: &mut Log, outlet: &Outlet, file: File, format: Format, task: &Task) {
    let Some(mut workbook) = open(log, file, format) else { return };
    log.report.format = Some(format);
    let names = match &workbook {
        Workbook::Xlsx(book, _) => book.sheet_names(),
        Workbook::Xls(book) => book.sheet_names(),
    };
    let wanted = task.settings.sheet.as_ref().map(|name| name.trim());
    let sheets: Vec<String> = names.iter().filter(|name| wanted.is_none_or(|w| w == name.trim())).cloned().collect();
    if sheets.is_empty() {
        let problem = log.message("ingest.no_sheet").with("sheet", wanted.unwrap_or_default());
        log.refuse(Reason::MissingColumn, problem.with("found", names.join(", ")));
        return;
    }
    let heads: Vec<(String, Head)> =
        sheets.into_iter().map(|name| (name.clone(), workbook.head(&name, task))).collect();
    // A sheet of notes may hold one of the words by chance; sheets of rows hold most of them.
    let columns = |head: &Head| head.plan.as_ref().map_or(0, Plan::found);
    let best = heads.iter().map(|(_, head)| columns(head)).max().unwrap_or(0);
    let (mut found, mut left_out) = (Vec::new(), Vec::new());
    for (name, head) in heads {
        let wanted = columns(&head) * 2 >= best;
        match head.plan.filter(|_| wanted) {
            Some(plan) => found.push((name, plan, head.lines)),
            None if head.is_table => left_out.push(name),
            None => {}
        }
    }
    if best == 0 {
        found.truncate(1);
    }
    let Some((_, plan, lines)) = found.first() else {
        let problem = log.message("ingest.empty");
        log.report.problems.push(problem);
        return;
    };
    if !log.header(plan, lines.get(plan.row).copied().unwrap_or(0), &task.columns) {
        return;
    }
    log.report.sheets = found.iter().map(|(name, ..)| name.clone()).collect();
    let lacks = plan.missing(&task.columns);
    for (name, plan, _) in &found[1..] {
        let more: Vec<String> = plan.missing(&task.columns).into_iter().filter(|name| !lacks.contains(name)).collect();
        if !more.is_empty() {
            let problem = log.message("ingest.sheet_missing_columns").with("sheet", name);
            log.report.problems.push(problem.with("columns", more.join(", ")));
        }
    }
    for name in left_out {
        let problem = log.message("ingest.sheet_left_out").with("sheet", name);
        log.refuse(Reason::MissingColumn, problem);
    }
    let mut unmerged = false;
    for (name, plan, lines) in found {
        let data = lines.get(plan.data - 1).copied().unwrap_or(0);
        let areas = workbook.tall_areas(&name);
        unmerged |= areas.is_none();
        let merged = Merged::new(areas.into_iter().flatten(), data, &plan.columns);
        let mut gather = Gather::new(outlet, task.source, task.file, plan);
        let end = workbook.rows(&name, merged, &mut |line, cells| {
            if line <= data { ControlFlow::Continue(()) } else { gather.push(line, cells) }
        });
        if gather.flush().is_break() {
            return;
        }
        if let Err(cause) = end {
            log.cut(format!("{name}: {cause}"));
        }
    }
    if unmerged {
        let problem = log.message("ingest.merged_cells");
        log.report.problems.push(problem);
    }
}

fn open(log: &mut Log, file: File, format: Format) -> Option<Workbook> {
    let (reason, key) = match format {
        Format::Xlsx => match archive::check(&file, &archive::LIMITS) {
            Ok(merges) => match Xlsx::new(BufReader::new(file)) {
                Ok(book) => return Some(Workbook::Xlsx(Box::new(book), merges)),
                Err(_) => (Reason::Unreadable, "ingest.broken_workbook"),
            },
            Err(Refusal::Broken) => (Reason::Truncated, "ingest.broken_workbook"),
            Err(Refusal::NoWorkbook) => (Reason::Unreadable, "ingest.no_workbook"),
            Err(Refusal::Bomb) => (Reason::Unreadable, "ingest.bomb"),
            Err(Refusal::Password) => (Reason::Unreadable, "ingest.password"),
        },
        _ if file.metadata().is_ok_and(|meta| meta.len() > XLS_BYTES_MAX) => (Reason::Unreadable, "ingest.bomb"),
        // An encrypted workbook of any age is such a container.
        _ if archive::holds_encrypted(&file) => (Reason::Unreadable, "ingest.password"),
        _ => match Xls::new(BufReader::new(file)) {
            Ok(book) => return Some(Workbook::Xls(Box::new(book))),
            Err(calamine::XlsError::Password) => (Reason::Unreadable, "ingest.password"),
            Err(_) => (Reason::Unreadable, "ingest.broken_workbook"),
        },
    };
    let problem = log.message(key);
    log.refuse(reason, problem);
    None
}

impl Workbook {
    /// Looks at the first rows of a sheet.
    fn head(&mut self, name: &str, task: &Task) -> Head {
        let rows_max = task.settings.header_row.map_or(HEADER_ROWS_MAX, |row| row as usize) + 2;
        let (mut rows, mut lines) = (Vec::new(), Vec::new());
        // A sheet that ends early is reported when its rows are read.
        let _ = self.rows(name, Merged::default(), &mut |line, cells| {
            rows.push(cells.values());
            lines.push(line);
            if rows.len() < rows_max { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        });
        let row = task.settings.header_row.map(|row| {
            let row = u64::from(row);
            lines.iter().position(|&line| line >= row).unwrap_or(lines.len())
        });
        let is_wide = |row: &&Vec<String>| row.iter().filter(|cell| !cell.trim().is_empty()).count() >= TABLE_COLUMNS;
        let is_table = rows.iter().filter(is_wide).count() >= TABLE_ROWS;
        Head { plan: header::find(&rows, &task.columns, row), lines, is_table }
    }

    /// The areas of a sheet that are merged over several rows; `None` if they cannot be told. A sheet is read once more for
    /// them, so only where the workbook has some.
    fn tall_areas(&mut self, name: &str) -> Option<Vec<Area>> {
        let areas = match self {
            Self::Xlsx(_, merges) if merges.tall == 0 => return Some(Vec::new()),
            // The library takes what is written on trust.
            Self::Xlsx(_, merges) if merges.count > MERGES_MAX || merges.broken > 0 => return None,
            Self::Xlsx(book, _) => book.merge_cells_by_sheet_name(name).ok()?,
            Self::Xls(book) => book.merge_cells_by_sheet_name(name).ok()?,
        };
        let area = |d: Dimensions| Area { top: d.start.0, column: d.start.1, bottom: d.end.0 };
        Some(areas.into_iter().map(area).filter(|area| area.bottom > area.top).collect())
    }

    /// Hands on the rows of a sheet that have a cell with a value, with their numbers.
    fn rows(
        &mut self,
        name: &str,
        merged: Merged,
        take: &mut dyn FnMut(u64, &Cells) -> ControlFlow<()>,
    ) -> Result<(), String> {
        let mut rows = SheetRows { cells: Cells::default(), row: 0, merged, take };
        let mut text = String::new();
        match self {
            Self::Xlsx(book, _) => {
                let mut reader = match book.worksheet_cells_reader(name) {
                    Ok(reader) => reader,
                    Err(calamine::XlsxError::NotAWorksheet(_)) => return Ok(()),
                    Err(e) => return Err(e.to_string()),
                };
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
            }
            Self::Xls(book) => {
                let range: Range<Data> = book.worksheet_range(name).map_err(|e| e.to_string())?;
                let (top, left) = range.start().unwrap_or_default();
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
            }
        }
        rows.end();
        Ok(())
    }
}

/// Puts cells together into rows.
struct SheetRows<'a> {
    cells: Cells,
    row: u32,
    merged: Merged,
    take: &'a mut dyn FnMut(u64, &Cells) -> ControlFlow<()>,
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
        self.merged.fill(self.row, &mut self.cells);
        let flow = (self.take)(u64::from(self.row) + 1, &self.cells);
        self.cells.clear();
        flow
    }

    fn end(&mut self) {
        let _ = self.end_row();
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
        write_date(text, date);
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

/// A date, a time or both; a number in a cell of dates that is none stays a number.
fn write_date(text: &mut String, date: ExcelDateTime) {
    let serial = date.as_f64();
    if !(0.0..2_958_466.0).contains(&serial) {
        text.push_str(&number::float(serial));
        return;
    }
    let (year, month, day, hour, minute, second, _) = date.to_ymd_hms_milli();
    let written = if date.is_duration() {
        let seconds = (serial * 86_400.0).round() as u64;
        write!(text, "{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60)
    } else if serial < 1.0 {
        write!(text, "{hour:02}:{minute:02}:{second:02}")
    } else if (hour, minute, second) == (0, 0, 0) {
        write!(text, "{year:04}-{month:02}-{day:02}")
    } else {
        write!(text, "{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}")
    };
    debug_assert!(written.is_ok(), "text takes everything");
}
