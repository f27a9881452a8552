//! Rows of a sheet in the plain form in which spreadsheets write them, straight from the unpacked part: one pass over its
//! bytes, and no text is made but of values that are written otherwise than they are meant. Communities send workbooks,
//! and a general reader of XML takes three times as long over their rows. What is not plain (a prefix, a comment, a
//! section of characters, cells out of order, a part that is cut) is left to the library, which reads the sheet once more
//! from its beginning; what is plain both read alike (`workbook/tests.rs`).
//!
//! The form: ECMA-376 part 1, 18.3.1 (sheets), 18.4 (shared texts).

use super::super::number;
use super::scan::{Plain, Scan, Strange, by_pieces, digits};
use calamine::{ExcelDateTime, ExcelDateTimeType};
use std::io::Read;
use std::ops::ControlFlow;

/// A number of so many digits is shown as it is written.
const EXACT_DIGITS: usize = 15;

/// What stands in a cell whose formula has none of its kinds of values; shown as it is written.
const ERRORS: [&str; 7] = ["#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!"];

/// Texts that cells share, by their numbers.
#[derive(Debug, Default)]
pub(super) struct Texts {
    text: String,
    ends: Vec<usize>,
}

impl Texts {
    /// Reads the part of a workbook that holds them.
    ///
    /// # Errors
    /// [`Strange`]: the library is to read them.
    pub(super) fn read(part: impl Read) -> Plain<Self> {
        let (mut texts, mut began) = (Self::default(), false);
        by_pieces(part, "</si>", |piece| {
            let mut scan = Scan::new(piece);
            if !began {
                began = true;
                if scan.enter("sst")? {
                    return Ok(ControlFlow::Break(()));
                }
            }
            loop {
                scan.blank();
                if scan.is_at_end() {
                    return Ok(ControlFlow::Continue(()));
                }
                if scan.skip("</sst>") {
                    return Ok(ControlFlow::Break(()));
                }
                if !scan.open("si") {
                    return Err(Strange);
                }
                let text = scan.string("</si>")?;
                texts.text.push_str(&text);
                texts.ends.push(texts.text.len());
            }
        })?;
        Ok(texts)
    }

    fn get(&self, at: usize) -> Option<&str> {
        let end = *self.ends.get(at)?;
        let start = at.checked_sub(1).map_or(0, |before| self.ends[before]);
        Some(&self.text[start..end])
    }
}

/// What the cells of a sheet refer to.
#[derive(Debug, Default)]
pub(super) struct Meaning {
    /// Texts that cells share.
    pub(super) texts: Texts,
    /// For each format of cells what kind of moments it shows, if any.
    pub(super) moments: Vec<Option<ExcelDateTimeType>>,
    /// Days are counted from 1904.
    pub(super) is_1904: bool,
}

/// Hands on the cells of a sheet with a value, with row and column from 0, row by row until the sheet or `take` ends.
///
/// # Errors
/// [`Strange`]: the library is to read the sheet. What was handed on until then is right.
pub(super) fn read(
    part: impl Read,
    meaning: &Meaning,
    take: &mut dyn FnMut(u32, u32, &str) -> ControlFlow<()>,
) -> Plain<()> {
    let mut rows = Rows { meaning, row: 0, shown: String::new() };
    let mut began = false;
    by_pieces(part, "</row>", |piece| {
        let mut scan = Scan::new(piece);
        if !began {
            began = true;
            if scan.enter("sheetData")? {
                return Ok(ControlFlow::Break(()));
            }
        }
        rows.read(&mut scan, take)
    })
}

/// Where in the sheet we are.
struct Rows<'a> {
    meaning: &'a Meaning,
    /// Number of the row that comes next.
    row: u32,
    /// A value that is shown otherwise than it is written.
    shown: String,
}

impl Rows<'_> {
    /// Reads whole rows; breaks behind the last one of the sheet.
    fn read(
        &mut self,
        scan: &mut Scan<'_>,
        take: &mut dyn FnMut(u32, u32, &str) -> ControlFlow<()>,
    ) -> Plain<ControlFlow<()>> {
        loop {
            scan.blank();
            if scan.is_at_end() {
                return Ok(ControlFlow::Continue(()));
            }
            if scan.skip("</sheetData>") {
                return Ok(ControlFlow::Break(()));
            }
            if !scan.open("row") {
                return Err(Strange);
            }
            let mut number = None;
            let closed = scan.tag(|name, value| number = if name == "r" { Some(value) } else { number })?;
            if let Some(number) = number {
                let row = digits(number).and_then(|row| row.checked_sub(1)).ok_or(Strange)?;
                // Rows stand in their order.
                if row < self.row {
                    return Err(Strange);
                }
                self.row = row;
            }
            if !closed && self.cells(scan, take)?.is_break() {
                return Ok(ControlFlow::Break(()));
            }
            self.row += 1;
        }
    }

    /// Reads the cells of a row and its end.
    fn cells(
        &mut self,
        scan: &mut Scan<'_>,
        take: &mut dyn FnMut(u32, u32, &str) -> ControlFlow<()>,
    ) -> Plain<ControlFlow<()>> {
        let mut column = 0;
        loop {
            scan.blank();
            if scan.skip("</row>") {
                return Ok(ControlFlow::Continue(()));
            }
            if !scan.open("c") {
                return Err(Strange);
            }
            let (mut place, mut style, mut kind) = (None, None, "n");
            let closed = scan.tag(|name, value| match name {
                "r" => place = Some(value),
                "s" => style = Some(value),
                "t" => kind = value,
                _ => {}
            })?;
            if let Some(place) = place {
                let (row, at) = cell(place).ok_or(Strange)?;
                // Cells stand in their order.
                if row != self.row || at < column {
                    return Err(Strange);
                }
                column = at;
            }
            if !closed {
                let (value, row) = (scan.value(kind)?, self.row);
                if let Some(value) = self.show(&value, kind, style)?
                    && !value.is_empty()
                    && take(row, column, value).is_break()
                {
                    return Ok(ControlFlow::Break(()));
                }
            }
            column += 1;
        }
    }

    /// The text of a cell as people see it.
    fn show<'v>(&'v mut self, value: &'v str, kind: &str, style: Option<&str>) -> Plain<Option<&'v str>> {
        match kind {
            _ if value.is_empty() => Ok(None),
            "inlineStr" | "str" => Ok(Some(value)),
            "s" => {
                let at = digits(value).ok_or(Strange)?;
                self.meaning.texts.get(at as usize).map(Some).ok_or(Strange)
            }
            "n" => {
                let moment = match style {
                    None => None,
                    Some(style) => {
                        let style = digits(style).ok_or(Strange)?;
                        *self.meaning.moments.get(style as usize).ok_or(Strange)?
                    }
                };
                let is_exact = value.len() <= EXACT_DIGITS && !value.starts_with('0');
                if moment.is_none() && is_exact && value.bytes().all(|byte| byte.is_ascii_digit()) {
                    return Ok(Some(value));
                }
                let is_number =
                    value.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'.' | b'-' | b'+' | b'e' | b'E'));
                let begins = value.trim_start_matches('-').starts_with(|first: char| first.is_ascii_digit());
                let number: f64 = value.parse().ok().filter(|_| is_number && begins).ok_or(Strange)?;
                self.shown.clear();
                match moment {
                    Some(kind) => {
                        number::date(&mut self.shown, ExcelDateTime::new(number, kind, self.meaning.is_1904));
                    }
                    None => self.shown.push_str(&number::float(number)),
                }
                Ok(Some(&self.shown))
            }
            "b" => match value {
                "0" => Ok(Some("false")),
                "1" => Ok(Some("true")),
                _ => Err(Strange),
            },
            "e" if ERRORS.contains(&value) => Ok(Some(value)),
            _ => Err(Strange),
        }
    }
}

/// Row and column, from 0, of a cell such as `B3`.
fn cell(place: &str) -> Option<(u32, u32)> {
    let letters = place.bytes().take_while(u8::is_ascii_uppercase).count();
    if !(1..=3).contains(&letters) {
        return None;
    }
    let (column, row) = place.split_at(letters);
    let column = column.bytes().fold(0, |column, letter| column * 26 + u32::from(letter - b'A') + 1);
    Some((digits(row)?.checked_sub(1)?, column - 1))
}
