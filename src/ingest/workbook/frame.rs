//! A workbook but for the rows of its sheets: which part holds which sheet, which texts cells share, which formats of cells
//! show dates. The library tells, from a copy in memory of the small parts of the workbook in which a stub stands for
//! every sheet.

use super::plain::{self, Meaning, Texts};
use super::scan::Strange;
use calamine::{DataRef, ExcelDateTimeType, Reader, Xlsx, XlsxError};
use std::fmt::Write as _;
use std::fs::File;
use std::io::{BufReader, Cursor, Write as _};
use std::ops::ControlFlow;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

/// A workbook whose copy would be larger is left to the library.
const COPY_BYTES_MAX: u64 = 16 << 20;

/// Formats of cells that are asked for: numbers in a cell with a later one are left to the library.
const FORMATS: usize = 1024;

/// Name of each sheet, and the part that holds its rows: none of a chart.
type Sheets = Vec<(String, Option<usize>)>;

/// A workbook that is read sheet by sheet.
pub(super) struct Frame {
    archive: ZipArchive<BufReader<File>>,
    sheets: Sheets,
    meaning: Meaning,
}

impl Frame {
    /// Opens a workbook that has no cells merged over several rows and was checked; `Err` gives the file back, for the
    /// library.
    pub(super) fn open(file: File) -> Result<Self, BufReader<File>> {
        let file = BufReader::new(file);
        let mut archive = match file.get_ref().try_clone().map(|file| ZipArchive::new(BufReader::new(file))) {
            Ok(Ok(archive)) => archive,
            _ => return Err(file),
        };
        match look(&mut archive) {
            Some((sheets, meaning)) => Ok(Self { archive, sheets, meaning }),
            None => Err(file),
        }
    }

    /// The file, for the library.
    pub(super) fn into_file(self) -> BufReader<File> {
        self.archive.into_inner()
    }

    /// Names of the sheets in their order.
    pub(super) fn sheet_names(&self) -> Vec<String> {
        self.sheets.iter().map(|(name, _)| name.clone()).collect()
    }

    /// Hands on the cells of a sheet: see [`plain::read`].
    pub(super) fn cells(
        &mut self,
        name: &str,
        take: &mut dyn FnMut(u32, u32, &str) -> ControlFlow<()>,
    ) -> Result<(), Strange> {
        let Some((_, part)) = self.sheets.iter().find(|(known, _)| known == name) else { return Err(Strange) };
        let Some(part) = *part else { return Ok(()) };
        plain::read(self.archive.by_index(part).map_err(|_| Strange)?, &self.meaning, take)
    }
}

/// Sheets and what their cells mean; `None` if the workbook is not of a form that is known here.
fn look(archive: &mut ZipArchive<BufReader<File>>) -> Option<(Sheets, Meaning)> {
    let (mut copy, mut texts) = (ZipWriter::new(Cursor::new(Vec::new())), None);
    let mut bytes = 0;
    for index in 0..archive.len() {
        let part = archive.by_index_raw(index).ok()?;
        let name = part.name().ok()?.into_owned();
        let path = name.replace('\\', "/").to_ascii_lowercase();
        if path.ends_with("sharedstrings.xml") {
            if texts.replace(index).is_some() {
                return None;
            }
        } else if path.contains("worksheets/") {
            if path.ends_with(".xml") {
                let stub = stub(index);
                bytes += stub.len() as u64;
                let stored = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
                copy.start_file(name, stored).ok()?;
                copy.write_all(stub.as_bytes()).ok()?;
            }
        } else if path.ends_with(".xml") || path.ends_with(".rels") {
            bytes += part.compressed_size();
            copy.raw_copy_file(part).ok()?;
        }
        if bytes > COPY_BYTES_MAX {
            return None;
        }
    }
    let mut book = Xlsx::new(Cursor::new(copy.finish().ok()?.into_inner())).ok()?;
    let mut meaning = Meaning { is_1904: book.has_1904_epoch(), ..Meaning::default() };
    if let Some(part) = texts {
        meaning.texts = Texts::read(archive.by_index(part).ok()?).ok()?;
    }
    let mut sheets = Vec::new();
    for name in book.sheet_names() {
        let mut cells = match book.worksheet_cells_reader(&name) {
            Ok(cells) => cells,
            Err(XlsxError::NotAWorksheet(_)) => {
                sheets.push((name, None));
                continue;
            }
            Err(_) => return None,
        };
        let DataRef::String(part) = cells.next_cell().ok()??.get_value().clone() else { return None };
        let part = part.strip_prefix(STUB)?.parse().ok()?;
        if meaning.moments.is_empty() {
            while let Some(cell) = cells.next_cell().ok()? {
                meaning.moments.push(match cell.get_value() {
                    DataRef::DateTime(moment) if moment.is_duration() => Some(ExcelDateTimeType::TimeDelta),
                    DataRef::DateTime(_) => Some(ExcelDateTimeType::DateTime),
                    _ => None,
                });
            }
        }
        sheets.push((name, Some(part)));
    }
    Some((sheets, meaning))
}

/// How the first cell of a stub begins; the number of the part follows, for which it stands.
const STUB: &str = "part ";

/// A sheet of one row: which part it stands for, and a number in every format.
fn stub(part: usize) -> String {
    let mut stub = format!("<worksheet><sheetData><row><c t=\"str\"><v>{STUB}{part}</v></c>");
    for format in 0..FORMATS {
        let _ = write!(stub, "<c s=\"{format}\"><v>1</v></c>");
    }
    stub + "</row></sheetData></worksheet>"
}
