//! Plain tables for offices: a workbook with one sheet a table and the same as delimited text. No cell becomes a formula.

use super::lists::text::escape;
use super::lists::{LINE_HEIGHT, created, lines_of, write_error};
use crate::error::Result;
use crate::store::files;
use jiff::civil::Date;
use rust_xlsxwriter::{
    DataValidation, DocProperties, Format, FormatAlign, FormatBorder, Workbook, Worksheet, XlsxError,
};
use std::path::Path;

/// A cell of such a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cell {
    /// Text; empty for nothing.
    Text(String),
    /// A count.
    Count(u64),
    /// A text where a number stands in other rows: a rate, a count that is not told.
    Figure(String),
}

/// A table with its headings.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Table {
    /// Name of the sheet.
    pub name: String,
    /// Line above the headings; empty for none.
    pub title: String,
    /// Headings, each with the width of its column in characters.
    pub headings: Vec<(String, u8)>,
    /// Rows of as many cells.
    pub rows: Vec<Vec<Cell>>,
    /// Columns whose cells offer a choice, and what: together at most 255 characters a column, none with a comma.
    pub choices: Vec<(u16, Vec<String>)>,
}

/// Writes the tables as one workbook, a sheet each, dated `as_of`.
///
/// # Errors
/// [`crate::error::Exit::Output`] or [`crate::error::Exit::Io`] if the file cannot be written.
pub fn write_workbook(path: &Path, tables: &[Table], as_of: Date) -> Result<()> {
    let bytes = draw(tables, as_of).map_err(|error| write_error(path, error))?;
    files::write(path, &bytes)
}

fn draw(tables: &[Table], as_of: Date) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = Workbook::new();
    workbook.set_properties(&DocProperties::new().set_author("gridlink").set_creation_datetime(&created(as_of)));
    let cell = Format::new().set_border(FormatBorder::Thin).set_align(FormatAlign::VerticalCenter);
    let formats = Formats {
        title: Format::new().set_bold().set_font_size(14),
        heading: cell
            .clone()
            .set_bold()
            .set_text_wrap()
            .set_align(FormatAlign::Center)
            .set_background_color(0x00DD_EBF7),
        text: cell.clone().set_num_format("@").set_text_wrap(),
        figure: cell.clone().set_align(FormatAlign::Right),
        count: cell.set_num_format("#,##0"),
    };
    for table in tables {
        draw_sheet(workbook.add_worksheet(), table, &formats)?;
    }
    workbook.save_to_buffer()
}

/// No row is higher than a page.
const LINES_MAX: u32 = 20;

struct Formats {
    title: Format,
    heading: Format,
    text: Format,
    figure: Format,
    count: Format,
}

fn draw_sheet(sheet: &mut Worksheet, table: &Table, formats: &Formats) -> Result<(), XlsxError> {
    sheet.set_name(&table.name)?;
    let head = u32::from(!table.title.is_empty());
    if head > 0 {
        sheet.write_string_with_format(0, 0, escape(&table.title), &formats.title)?;
        sheet.set_row_height(0, 24)?;
    }
    sheet.set_row_height(head, 45)?;
    for (column, (heading, width)) in (0..).zip(&table.headings) {
        sheet.write_string_with_format(head, column, heading, &formats.heading)?;
        sheet.set_column_width(column, f64::from(*width))?;
    }
    for (row, cells) in (head + 1..).zip(&table.rows) {
        // An office program that is not the one of the format gives a wrapped text one line unless the row says more.
        let lines = cells.iter().zip(&table.headings).map(|(cell, (_, width))| match cell {
            Cell::Text(text) => lines_of(text, f64::from(*width)),
            Cell::Figure(_) | Cell::Count(_) => 1,
        });
        let lines = lines.max().unwrap_or(1).min(LINES_MAX);
        if lines > 1 {
            sheet.set_row_height(row, LINE_HEIGHT * f64::from(lines) + 3.0)?;
        }
        for (column, cell) in (0..).zip(cells) {
            match cell {
                Cell::Text(text) if text.is_empty() => sheet.write_blank(row, column, &formats.text)?,
                Cell::Text(text) => sheet.write_string_with_format(row, column, escape(text), &formats.text)?,
                Cell::Figure(text) => sheet.write_string_with_format(row, column, text, &formats.figure)?,
                Cell::Count(count) => sheet.write_number_with_format(row, column, *count as f64, &formats.count)?,
            };
        }
    }
    let last_row = head + u32::try_from(table.rows.len()).unwrap_or(u32::MAX - head);
    let last_column = u16::try_from(table.headings.len()).unwrap_or(u16::MAX).saturating_sub(1);
    if !table.rows.is_empty() {
        for (column, choices) in &table.choices {
            let rule = DataValidation::new().allow_list_strings(choices)?;
            sheet.add_data_validation(head + 1, *column, last_row, *column, &rule)?;
        }
    }
    sheet.set_freeze_panes(head + 1, 0)?;
    sheet.autofilter(head, 0, last_row, last_column)?;
    sheet.set_landscape().set_paper_size(9).set_print_fit_to_pages(1, 0);
    sheet.set_repeat_rows(0, head)?;
    sheet.set_footer("&C&P / &N");
    Ok(())
}

/// The table as comma-separated text with a mark of UTF-8, by which office programs know it.
pub fn delimited(table: &Table) -> String {
    let mut text = String::from("\u{feff}");
    let mut line = |cells: &mut dyn Iterator<Item = String>| {
        for (i, cell) in cells.enumerate() {
            if i > 0 {
                text.push(',');
            }
            let cell = escape(&cell);
            if cell.contains(['"', ',', '\n', '\r']) {
                text.push('"');
                text.push_str(&cell.replace('"', "\"\""));
                text.push('"');
            } else {
                text.push_str(&cell);
            }
        }
        text.push_str("\r\n");
    };
    line(&mut table.headings.iter().map(|(heading, _)| heading.clone()));
    for row in &table.rows {
        line(&mut row.iter().map(|cell| match cell {
            Cell::Text(text) | Cell::Figure(text) => text.clone(),
            Cell::Count(count) => count.to_string(),
        }));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use calamine::{Data, Reader, Xlsx};

    #[test]
    fn both_forms_hold_the_same_and_no_formula() {
        let text = |text: &str| Cell::Text(text.to_owned());
        let table = Table {
            name: "甲".to_owned(),
            title: "=题".to_owned(),
            headings: vec![("名称".to_owned(), 10), ("人数".to_owned(), 8)],
            rows: vec![
                vec![text("=1+1"), Cell::Count(1_234)],
                vec![text("a,\"b\""), text("<10")],
                vec![text(""), text("")],
            ],
            choices: vec![(1, vec!["一".to_owned(), "二".to_owned()])],
        };
        assert_eq!(delimited(&table), "\u{feff}名称,人数\r\n'=1+1,1234\r\n\"a,\"\"b\"\"\",<10\r\n,\r\n");
        let bytes =
            draw(&[table.clone(), Table { name: "乙".to_owned(), ..table }], Date::constant(2022, 3, 27)).unwrap();
        let mut book: Xlsx<_> = Xlsx::new(std::io::Cursor::new(bytes)).unwrap();
        assert_eq!(book.sheet_names(), ["甲", "乙"]);
        let range = book.worksheet_range("甲").unwrap();
        let rows: Vec<Vec<Data>> = range.rows().map(<[Data]>::to_vec).collect();
        assert_eq!(rows[0][0], Data::String("'=题".to_owned()));
        assert_eq!(rows[2], [Data::String("'=1+1".to_owned()), Data::Float(1234.0)]);
        assert_eq!(rows.len(), 4);
    }
}
