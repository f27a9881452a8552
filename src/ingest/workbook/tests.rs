//! What is read in the plain form is what the library reads, its slow twin; what is not plain is read by the library, and no
//! row is lost or comes twice where a sheet stops being plain in its middle.

use super::*;
use proptest::prelude::*;
use std::io::{Seek, Write as _};
use zip::write::SimpleFileOptions;

/// Rows with their numbers, and whether the sheet ended well.
type Read = (Vec<(u64, Vec<String>)>, bool);

const NAMESPACE: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";

/// A workbook of one sheet, with two texts that cells share and formats 0 (a number), 1 (a date), 2 (hours), 3 (14: a date).
fn book(sheet: &str, shared: &str, more: &str) -> Vec<u8> {
    let relation = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let relations = format!(
        "<Relationships><Relationship Id=\"r1\" Type=\"{relation}/worksheet\" Target=\"worksheets/sheet1.xml\"/>\
         </Relationships>"
    );
    let package = format!(
        "<Relationships><Relationship Id=\"r1\" Type=\"{relation}/officeDocument\" Target=\"xl/workbook.xml\"/>\
         </Relationships>"
    );
    let workbook = format!(
        "<workbook xmlns:r=\"{relation}\"><workbookPr{more}/><sheets><sheet name=\"名册\" sheetId=\"1\" r:id=\"r1\"/></sheets>\
         </workbook>"
    );
    let styles = "<styleSheet><numFmts><numFmt numFmtId=\"164\" formatCode=\"yyyy&quot;年&quot;m&quot;月&quot;d\"/>\
        <numFmt numFmtId=\"165\" formatCode=\"[h]:mm\"/></numFmts><cellXfs><xf numFmtId=\"0\"/><xf numFmtId=\"164\"/>\
        <xf numFmtId=\"165\"/><xf numFmtId=\"14\"/></cellXfs></styleSheet>";
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, text) in [
        ("_rels/.rels", &*package),
        ("xl/worksheets/sheet1.xml", sheet),
        ("xl/sharedStrings.xml", shared),
        ("xl/workbook.xml", &workbook),
        ("xl/styles.xml", styles),
        ("xl/_rels/workbook.xml.rels", &relations),
    ] {
        writer.start_file(name, SimpleFileOptions::default()).unwrap();
        writer.write_all(text.as_bytes()).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

const SHARED: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n<sst count=\"3\" uniqueCount=\"3\">\
    <si><t>张三</t><phoneticPr fontId=\"1\" type=\"noConversion\"/></si>\
    <si><r><rPr><b/></rPr><t xml:space=\"preserve\">李 </t></r><r><t> 四</t></r><rPh sb=\"0\" eb=\"1\"><t>リ</t></rPh></si>\
    <si/></sst>";

fn file(bytes: &[u8]) -> File {
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(bytes).unwrap();
    file.rewind().unwrap();
    file
}

fn rows(workbook: &mut Workbook) -> Read {
    let mut rows = Vec::new();
    let end = workbook.rows("名册", Merged::default(), &mut |line, cells| {
        rows.push((line, cells.values()));
        ControlFlow::Continue(())
    });
    (rows, end.is_ok())
}

/// What the program reads, and whether all of it was plain.
fn read(bytes: &[u8]) -> (Read, bool) {
    let mut workbook = Workbook::open(file(bytes), Format::Xlsx).unwrap();
    let read = rows(&mut workbook);
    (read, matches!(workbook.book, Book::Plain(_)))
}

/// What the library reads.
fn read_by_library(bytes: &[u8]) -> Read {
    let book = Xlsx::new(BufReader::new(file(bytes))).unwrap();
    rows(&mut Workbook { book: Book::Xlsx(Box::new(book)), merges: Merges::default() })
}

fn sheet(rows: &str) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\r\n<worksheet xmlns=\"{NAMESPACE}\"><dimension ref=\"A1:C9\"/>\
         <cols><col min=\"1\" max=\"2\"/></cols><sheetData>{rows}</sheetData><pageMargins left=\"1\"/></worksheet>"
    )
}

/// Both read `rows` alike; gives them, and whether they were plain.
fn both(rows: &str) -> (Vec<(u64, Vec<String>)>, bool) {
    let bytes = book(&sheet(rows), SHARED, "");
    let ((read, is_whole), plain) = read(&bytes);
    assert_eq!((&read, is_whole), (&read_by_library(&bytes).0, read_by_library(&bytes).1), "{rows}");
    (read, plain)
}

#[test]
fn what_spreadsheets_write_is_plain() {
    let (read, plain) = both(concat!(
        "<row r=\"1\" spans=\"1:3\" ht=\"15.5\"><c r=\"A1\" s=\"1\" t=\"inlineStr\"><is><t>姓名</t></is></c>",
        "<c r=\"C1\" t=\"inlineStr\"><is><t xml:space=\"preserve\"> 备注 </t></is></c></row>\n",
        "<row r=\"3\"><c r=\"A3\" t=\"s\"><v>0</v></c><c r=\"B3\" t=\"s\"><v>1</v></c><c r=\"C3\" t=\"s\"><v>2</v></c></row>",
        "<row/><row><c><v>13800138000</v></c><c s=\"0\"><v>1.50</v></c><c s=\"1\"><v>45000</v></c><c s=\"2\"><v>1.25</v></c>",
        "<c s=\"3\"><v>45000.5</v></c><c t=\"b\"><v>1</v></c><c t=\"e\"><v>#N/A</v></c></row>",
        "<row r=\"9\"><c r=\"A9\" t=\"str\"><f>A1&amp;\"x\"</f><v>a&lt;b&#x4e2d;</v></c><c r=\"B9\" s=\"4\"/><c><f>1+1</f></c></row>",
    ));
    let texts = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
    assert!(plain);
    assert_eq!(
        read,
        [
            (1, texts(&["姓名", "", " 备注 "])),
            (3, texts(&["张三", "李 四"])),
            (5, texts(&["13800138000", "1.5", "2023-03-15", "30:00:00", "2023-03-15 12:00:00", "true", "#N/A"])),
            (9, texts(&["a<b中"])),
        ]
    );
    let days_of_1904 = book(&sheet("<row><c s=\"1\"><v>1</v></c></row>"), SHARED, " date1904=\"1\"");
    assert_eq!(read_by_library(&days_of_1904), self::read(&days_of_1904).0);
    assert_eq!(self::read(&days_of_1904).0.0, [(1, texts(&["1904-01-02"]))]);
}

#[test]
fn what_is_not_plain_is_read_by_the_library_from_its_beginning() {
    let before = "<row r=\"1\"><c><v>1</v></c></row><row r=\"2\"><c><v>2</v></c></row>";
    for strange in [
        "<!-- 注 -->",
        "<x:row><x:c><x:v>3</x:v></x:c></x:row>",
        "<row><!-- 注 --><c><v>3</v></c></row>",
        "<row><c t=\"inlineStr\"><is><t><![CDATA[</row>]]></t></is></c></row>",
        "<row><c t=\"inlineStr\"><is><t>a_x000D_b</t></is></c></row>",
        "<row><c t=\"d\"><v>2026-11-30T08:00:00</v></c></row>",
        "<row><c s=\"2000\"><v>3</v></c></row>",
        "<row><c r =\"C3\"><v>3</v></c></row>",
        "<row r=\"2\"><c r=\"B2\"><v>3</v></c></row>",
        "<row r=\"3\"><c r=\"B3\"><v>3</v></c><c r=\"A3\"><v>4</v></c></row>",
        "<row><c><v>007</v></c><c><v>x</v></c></row>",
        "<row><c><v>1</v></c><c t=\"s\"><v>7</v></c></row>",
        "<row><c><v>1</v></c><c t=\"z\"><v>7</v></c></row>",
        "<row><c><v>1</v></c><c><v>2",
    ] {
        let (read, plain) = both(&format!("{before}{strange}<row><c><v>9</v></c></row>"));
        assert!(!plain && read.len() >= 2, "{strange}");
        let numbers: Vec<u64> = read.iter().map(|row| row.0).collect();
        assert!(numbers[..2] == [1, 2], "{strange}: no row is lost or comes twice");
    }
    // A declared encoding, shared texts and a part that ends within.
    let strange = sheet(before).replace("UTF-8", "GBK");
    assert!(!read(&book(&strange, SHARED, "")).1);
    assert!(!read(&book(&sheet(before), &SHARED.replace("张三", "<!-- -->"), "")).1);
    let cut = sheet(before).split_once("</sheetData>").unwrap().0.to_owned();
    let ((read, is_whole), plain) = read(&book(&cut, SHARED, ""));
    assert_eq!((read.len(), is_whole, plain), (2, false, false));
}

#[test]
fn rows_are_whole_wherever_a_piece_ends() {
    // Some hundred pieces, and a row that is longer than one.
    let long = "字".repeat(30_000);
    let row = |at: usize| {
        let text = if at == 7000 { &long } else { "文字" };
        let cells = format!("<c t=\"inlineStr\"><is><t>{text}{at}</t></is></c>").repeat(9);
        format!("<row r=\"{}\">{cells}</row>", at + 1)
    };
    let (read, plain) = both(&(0..20_000).map(row).collect::<String>());
    assert!(plain && read.len() == 20_000);
    assert!(read.iter().enumerate().all(|(at, row)| row.0 == at as u64 + 1 && row.1[8].ends_with(&at.to_string())));
}

/// A text as it is written.
fn written() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        6 => "[a-z张三0-9 ]{0,4}",
        2 => prop::sample::select(vec!["&amp;", "&lt;", "&#10;", "&#x4e00;", "&quot;", "\n", "_", "x", "é", "𠮷"])
            .prop_map(str::to_owned),
        1 => prop::sample::select(vec!["_x0041_", "\r\n", "&#x5f;", "&nbsp;", "<![CDATA[<]]>", "<!-- -->", "&#13;"])
            .prop_map(str::to_owned),
    ];
    prop::collection::vec(piece, 0..4).prop_map(|pieces| pieces.concat())
}

/// A cell's attributes but its place, and what is in it.
fn content() -> impl Strategy<Value = (String, String)> {
    let number =
        prop_oneof!["[0-9]{1,19}", "-?[0-9]{1,6}[.][0-9]{0,12}", "[0-9.eE+-]{0,6}", "[1-9][.][0-9]{15}E[+]?1[0-9]",];
    prop_oneof![
        3 => (0..7_u8, number).prop_map(|(style, number)| {
            let style = if style < 5 { format!(" s=\"{style}\"") } else { String::new() };
            (style, format!("<v>{number}</v>"))
        }),
        3 => (written(), any::<bool>()).prop_map(|(text, keep)| {
            let keep = if keep { " xml:space=\"preserve\"" } else { "" };
            (" t=\"inlineStr\"".to_owned(), format!("<is><t{keep}>{text}</t></is>"))
        }),
        2 => written().prop_map(|text| (" t='str' s='1'".to_owned(), format!("<f>A1</f><v>{text}</v>"))),
        2 => (0..4_u8).prop_map(|at| (" t=\"s\" s=\"2\"".to_owned(), format!("<v>{at}</v>"))),
        1 => (0..3_u8).prop_map(|value| (" t=\"b\"".to_owned(), format!("<v>{value}</v>"))),
        1 => prop::sample::select(vec!["", "<v/>", "<f/>", "<v></v>", "<is/>", "<v>1</v><f>2</f>", "<extLst/>", " "])
            .prop_map(|inner| (" s=\"0\"".to_owned(), inner.to_owned())),
    ]
}

/// Rows of cells, some with their places.
fn written_rows() -> impl Strategy<Value = String> {
    let cells = prop::collection::vec((content(), any::<bool>(), 0..3_u8), 0..6);
    prop::collection::vec((cells, 0..4_u8), 0..8).prop_map(|rows| {
        let (mut text, mut row) = (String::new(), 0);
        for (cells, skip) in rows {
            row += 1;
            let number = if skip > 1 {
                row += u32::from(skip) - 2;
                format!(" r=\"{row}\"")
            } else {
                String::new()
            };
            text += &format!("<row{number}>");
            let mut column = 0;
            for ((attributes, inner), is_placed, skip) in cells {
                let place = if is_placed {
                    column += u32::from(skip);
                    format!(" r=\"{}{row}\"", char::from(b'A' + column as u8))
                } else {
                    String::new()
                };
                text += &format!("<c{place}{attributes}>{inner}</c>");
                column += 1;
            }
            text += "</row>";
        }
        text
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn both_read_alike(rows in written_rows()) {
        both(&rows);
    }

    #[test]
    fn both_read_shared_texts_alike(texts in prop::collection::vec(written(), 0..5)) {
        let all: String = texts.iter().map(|text| format!("<si><t>{text}</t></si>")).collect();
        let cells: String = (0..texts.len()).map(|at| format!("<c t=\"s\"><v>{at}</v></c>")).collect();
        let bytes = book(&sheet(&format!("<row>{cells}</row>")), &format!("<sst>{all}</sst>"), "");
        if let Ok(book) = Xlsx::new(BufReader::new(file(&bytes))) {
            let by_library = rows(&mut Workbook { book: Book::Xlsx(Box::new(book)), merges: Merges::default() });
            prop_assert_eq!(read(&bytes).0, by_library);
        }
    }
}
