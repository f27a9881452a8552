//! A workbook that was drawn once and of which every list is a copy with a title and rows of its own. Drawing thousands of
//! workbooks cell by cell would cost most of the night's last step; only the sheet's rows differ.

use std::io::{Cursor, Error, Result, Write};
use std::sync::Arc;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipArchive, ZipWriter};

const SHEET: &str = "xl/worksheets/sheet1.xml";
const BOOK: &str = "xl/workbook.xml";
/// Rows go to the compressor when so many bytes have come together, so that a long list is never whole in memory.
const FLUSH_BYTES: usize = 1 << 16;
/// 1-based first row of visits, and the last of the two that the drawn workbook has.
const FIRST: u32 = super::HEADING_ROW + 2;
const LAST: u32 = FIRST + 1;

/// The drawn workbook, cut where lists differ.
pub(super) struct Template {
    archive: ZipArchive<Cursor<Arc<[u8]>>>,
    /// The sheet up to the number of the last row, up to the title, up to the first row.
    head: [String; 3],
    title_style: String,
    /// The sheet behind the rows up to the number of the last row, the rule of the drop-down up to the same, the rest.
    tail: [String; 3],
    /// The workbook around the number of the last row.
    book: [String; 2],
    /// Letters and style of each column.
    columns: Vec<(String, String)>,
}

impl Template {
    /// Cuts a workbook of `columns` columns with a title, headings and two rows, whose drop-down is in column `answer`.
    pub(super) fn new(bytes: Vec<u8>, columns: usize, answer: usize) -> Result<Self> {
        let mut archive = ZipArchive::new(Cursor::new(Arc::from(bytes))).map_err(Error::other)?;
        let mut part =
            |name: &str| -> Result<String> { std::io::read_to_string(archive.by_name(name).map_err(Error::other)?) };
        let (sheet, book) = (part(SHEET)?, part(BOOK)?);
        let last = letters(columns - 1);
        let answer = letters(answer);
        let (head, rest) = cut(&sheet, &format!("<row r=\"{FIRST}\""))?;
        let (rows, tail) = cut_before(rest, "</sheetData>")?;
        let (dimension, head) = cut(head, &format!(":{last}{LAST}\"/>"))?;
        let (before_title, head) = cut_before(head, "<c r=\"A1\"")?;
        let (title, after_title) = cut(head, "</c>")?;
        let (filter, rest) = cut(tail, &format!("ref=\"A{}:{last}{LAST}\"/>", FIRST - 1))?;
        let (rule, rest) = cut(rest, &format!("{answer}{FIRST}:{answer}{LAST}\""))?;
        let (book_head, book_tail) = cut(&book, &format!("${last}${LAST}"))?;
        let style_of = |cell: &str, name: &str| -> Result<String> {
            let (_, rest) = cut(cell, &format!("<c r=\"{name}\" s=\""))?;
            Ok(cut(rest, "\"")?.0.to_owned())
        };
        let style = |column| style_of(rows, &format!("{}{FIRST}", letters(column)));
        Ok(Self {
            title_style: style_of(title, "A1")?,
            columns: (0..columns).map(|column| Ok((letters(column), style(column)?))).collect::<Result<_>>()?,
            head: [format!("{dimension}:{last}"), format!("\"/>{before_title}"), after_title.to_owned()],
            tail: [
                format!("{filter}ref=\"A{}:{last}", FIRST - 1),
                format!("\"/>{rule}{answer}{FIRST}:{answer}"),
                format!("\"{rest}"),
            ],
            book: [format!("{book_head}${last}$"), book_tail.to_owned()],
            archive,
        })
    }

    /// The workbook with that title and `rows` rows, each filled by `fill`, which returns its height in points.
    pub(super) fn draw(
        &self,
        title: &str,
        rows: usize,
        mut fill: impl FnMut(usize, &mut Cells<'_>) -> f64,
    ) -> Result<Vec<u8>> {
        let last = FIRST - 1 + rows as u32;
        let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
        let mut archive = self.archive.clone();
        for part in 0..archive.len() {
            let file = archive.by_index_raw(part).map_err(Error::other)?;
            let name = file.name().map_err(Error::other)?;
            if name != SHEET && name != BOOK {
                drop(name);
                zip.raw_copy_file(file).map_err(Error::other)?;
            }
        }
        let deflated = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Deflated)
            .compression_level(Some(1))
            .last_modified_time(DateTime::default());
        zip.start_file(BOOK, deflated).map_err(Error::other)?;
        write!(zip, "{}{last}{}", self.book[0], self.book[1])?;

        zip.start_file(SHEET, deflated).map_err(Error::other)?;
        let mut xml = String::with_capacity(2 * FLUSH_BYTES);
        xml.push_str(&self.head[0]);
        xml.push_str(&last.to_string());
        xml.push_str(&self.head[1]);
        text_cell(&mut xml, "A", "1", &self.title_style, title);
        xml.push_str(&self.head[2]);
        let mut cells = Cells { columns: &self.columns, next: 0, row: String::new(), xml: String::new() };
        for row in 0..rows {
            cells.row = (FIRST as usize + row).to_string();
            cells.next = 0;
            cells.xml.clear();
            let height = fill(row, &mut cells);
            for part in ["<row r=\"", &cells.row, "\" ht=\"", &height.to_string(), "\" customHeight=\"1\">", &cells.xml]
            {
                xml.push_str(part);
            }
            xml.push_str("</row>");
            if xml.len() > FLUSH_BYTES {
                zip.write_all(xml.as_bytes())?;
                xml.clear();
            }
        }
        xml.push_str(&self.tail[0]);
        xml.push_str(&last.to_string());
        if rows > 0 {
            xml.push_str(&self.tail[1]);
            xml.push_str(&last.to_string());
            xml.push_str(&self.tail[2]);
        } else {
            // Nothing to choose for: the rule goes, which stands between the filter and the margins.
            let (filter, _) = self.tail[1].split_once("<dataValidations").unwrap_or(("\"/>", ""));
            let (_, rest) = self.tail[2].split_once("</dataValidations>").unwrap_or(("", ""));
            xml.push_str(filter);
            xml.push_str(rest);
        }
        zip.write_all(xml.as_bytes())?;
        Ok(zip.finish().map_err(Error::other)?.into_inner())
    }
}

/// The cells of one row, from left to right.
pub(super) struct Cells<'a> {
    columns: &'a [(String, String)],
    next: usize,
    row: String,
    xml: String,
}

impl Cells<'_> {
    /// A number.
    pub(super) fn number(&mut self, number: usize) {
        self.open();
        self.xml.push_str("\"><v>");
        self.xml.push_str(&number.to_string());
        self.xml.push_str("</v></c>");
    }

    /// A text; nothing for an empty one but the cell's looks.
    pub(super) fn text(&mut self, text: &str) {
        if text.is_empty() {
            self.open();
            self.xml.push_str("\"/>");
            return;
        }
        let (letters, style) = &self.columns[self.next];
        self.next += 1;
        text_cell(&mut self.xml, letters, &self.row, style, text);
    }

    fn open(&mut self) {
        let (letters, style) = &self.columns[self.next];
        self.next += 1;
        for part in ["<c r=\"", letters, &self.row, "\" s=\"", style] {
            self.xml.push_str(part);
        }
    }
}

fn text_cell(xml: &mut String, letters: &str, row: &str, style: &str, text: &str) {
    for part in ["<c r=\"", letters, row, "\" s=\"", style, "\" t=\"inlineStr\"><is><t"] {
        xml.push_str(part);
    }
    if text.starts_with([' ', '\n']) || text.ends_with([' ', '\n']) || text.contains('\n') {
        xml.push_str(" xml:space=\"preserve\"");
    }
    xml.push('>');
    let mut rest = text;
    while let Some(at) =
        rest.find(|c: char| matches!(c, '&' | '<' | '>' | '\u{fffe}' | '\u{ffff}') || c < ' ' && c != '\n')
    {
        xml.push_str(&rest[..at]);
        let mut chars = rest[at..].chars();
        xml.push_str(match chars.next() {
            Some('&') => "&amp;",
            Some('<') => "&lt;",
            Some('>') => "&gt;",
            // XML has no way to write the others.
            Some('\t') => "\t",
            _ => "\u{fffd}",
        });
        rest = chars.as_str();
    }
    xml.push_str(rest);
    xml.push_str("</t></is></c>");
}

/// A, B, … Z, AA, AB, …
fn letters(column: usize) -> String {
    let letter = |n: usize| char::from(b'A' + (n % 26) as u8);
    match column {
        0..26 => letter(column).to_string(),
        _ => format!("{}{}", letters(column / 26 - 1), letter(column)),
    }
}

/// The text before and behind the first `mark`.
fn cut<'a>(text: &'a str, mark: &str) -> Result<(&'a str, &'a str)> {
    text.split_once(mark).ok_or_else(|| Error::other(format!("no {mark} in a drawn workbook")))
}

/// The same, with the mark at the beginning of the second part.
fn cut_before<'a>(text: &'a str, mark: &str) -> Result<(&'a str, &'a str)> {
    let (before, _) = cut(text, mark)?;
    Ok((before, &text[before.len()..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_have_letters() {
        let all: Vec<String> = [0, 25, 26, 51, 52, 701, 702].map(letters).to_vec();
        assert_eq!(all, ["A", "Z", "AA", "AZ", "BA", "ZZ", "AAA"]);
    }

    #[test]
    fn texts_are_escaped() {
        let mut xml = String::new();
        text_cell(&mut xml, "B", "3", "5", "a<b>&\u{1}\t\u{ffff}\"");
        assert_eq!(xml, "<c r=\"B3\" s=\"5\" t=\"inlineStr\"><is><t>a&lt;b&gt;&amp;\u{fffd}\t\u{fffd}\"</t></is></c>");
        xml.clear();
        text_cell(&mut xml, "B", "3", "5", "a\nb");
        assert!(xml.contains("<t xml:space=\"preserve\">a\nb</t>"), "{xml}");
    }
}
