//! Workbooks, whole, compressed, cut and hostile.

use super::{Out, ReadSettings, read_file};
use crate::config::Format;
use crate::ingest::archive::{LIMITS, Limits, Refusal, check};
use crate::ingest::report::Compression;
use crate::tables::{Reason, sheet_and_line};
use rust_xlsxwriter::{ExcelDateTime, Format as Style, Formula, Workbook};
use std::io::{Read, Write};
use zip::write::SimpleFileOptions;

fn workbook() -> Vec<u8> {
    let mut book = Workbook::new();
    let notes = book.add_worksheet().set_name("说明").unwrap();
    notes.write(0, 0, "填表说明：姓名必填").unwrap();
    notes.write(1, 0, "姓名").unwrap();
    let sheet = book.add_worksheet().set_name("名册").unwrap();
    let (date, time) = (Style::new().set_num_format("yyyy-mm-dd"), Style::new().set_num_format("yyyy-mm-dd hh:mm:ss"));
    sheet.merge_range(0, 0, 0, 5, "某街道人员名册", &Style::new()).unwrap();
    for (column, name) in ["序号", "姓名 ", "*证件号", "出生日期", "更新时间", "备注"].into_iter().enumerate()
    {
        sheet.write(2, column as u16, name).unwrap();
    }
    let born = ExcelDateTime::from_ymd(1990, 2, 3).unwrap();
    let seen = ExcelDateTime::from_ymd(2026, 11, 20).unwrap().and_hms(8, 30, 0).unwrap();
    sheet.write(3, 0, 1).unwrap();
    sheet.write(3, 1, "张三").unwrap();
    sheet.write(3, 2, 370_502_199_001_011_000f64).unwrap();
    sheet.write_datetime_with_format(3, 3, &born, &date).unwrap();
    sheet.write_datetime_with_format(3, 4, &seen, &time).unwrap();
    sheet.write_formula(3, 5, Formula::new("1+1").set_result("算出")).unwrap();
    // A blank row, then one with numbers and a truth value.
    sheet.write(5, 1, "李四").unwrap();
    sheet.write(5, 2, 1.5).unwrap();
    sheet.write(5, 5, true).unwrap();
    let more = book.add_worksheet().set_name("名册2").unwrap();
    for (column, name) in ["姓名", "证件号", "出生日期", "更新时间", "备注"].into_iter().enumerate() {
        more.write(0, column as u16, name).unwrap();
        more.write(1, column as u16, format!("值{column}")).unwrap();
    }
    book.save_to_buffer().unwrap()
}

const COLUMNS: &str = "姓名,证件号,出生日期,更新时间,备注";

fn read(bytes: &[u8]) -> Out {
    read_file("人员.xlsx", bytes, COLUMNS, &ReadSettings::default())
}

#[test]
fn every_sheet_with_the_header_is_read() {
    let bytes = workbook();
    let zst = zstd::encode_all(bytes.as_slice(), 1).unwrap();
    for (bytes, compression) in [(bytes, Compression::None), (zst, Compression::Zstd)] {
        let out = read(&bytes);
        assert_eq!(
            out.values(),
            [
                ["张三", "370502199001011000", "1990-02-03", "2026-11-20 08:30:00", "算出"],
                ["李四", "1.5", "", "", "true"],
                ["值0", "值1", "值2", "值3", "值4"],
            ]
        );
        let places = out.rows.iter().map(|row| sheet_and_line(row.0));
        assert_eq!(places.collect::<Vec<_>>(), [(0, 4), (0, 6), (1, 2)]);
        assert_eq!(out.report.sheets, ["名册", "名册2"]);
        assert_eq!(
            out.sheets,
            [None, Some("名册2".to_owned())],
            "numbers of rows do not tell the second from the first"
        );
        assert_eq!((out.report.header_row, out.report.format), (Some(3), Some(Format::Xlsx)));
        assert_eq!(out.report.compression, compression);
        assert!(out.quarantined.is_empty() && out.report.problems.is_empty());
    }
}

#[test]
fn a_set_sheet_and_names_that_lie() {
    let settings = ReadSettings { sheet: Some("名册2".to_owned()), ..ReadSettings::default() };
    let out = read_file("x.xls", &workbook(), COLUMNS, &settings);
    assert_eq!((out.values().len(), out.report.format), (1, Some(Format::Xlsx)));
    let settings = ReadSettings { sheet: Some("没有".to_owned()), ..ReadSettings::default() };
    assert_eq!(read_file("x.xlsx", &workbook(), COLUMNS, &settings).problems(), ["ingest.no_sheet"]);
    let out = read_file("x.xls", "姓名\t证件号\n张三\t1\n".as_bytes(), "姓名", &ReadSettings::default());
    assert_eq!((out.values(), out.report.format), (vec![vec!["张三"]], Some(Format::Text)));
    let out = read_file("x.xlsx", &workbook(), "没有,也没有", &ReadSettings::default());
    assert_eq!((out.problems(), out.reasons()), (vec!["ingest.no_column"], vec![(0, Reason::MissingColumn)]));
}

#[test]
fn cut_and_broken_workbooks() {
    let bytes = workbook();
    for len in [5, 100, bytes.len() / 2, bytes.len() - 1] {
        let out = read(&bytes[..len]);
        assert_eq!(out.reasons(), [(0, Reason::Truncated)], "{len}");
        assert!(out.report.damaged);
    }
    // Any byte may be wrong.
    for at in (0..bytes.len()).step_by(97) {
        let mut broken = bytes.clone();
        broken[at] ^= 0x55;
        read(&broken);
    }
    let container = |content: &[u8]| [b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1".as_slice(), &[7; 504], content].concat();
    let out = read(&container(&[7; 4000]));
    assert_eq!((out.reasons(), out.problems()), (vec![(0, Reason::Unreadable)], vec!["ingest.broken_workbook"]));
    // A workbook behind a password is such a container, with another workbook in it that nobody can read.
    let name: Vec<u8> = "EncryptedPackage\0".encode_utf16().flat_map(u16::to_le_bytes).collect();
    for before in [0, 128, 512 * 300] {
        let out = read(&container(&[&vec![7; before], &name[..], &[0; 200]].concat()));
        assert_eq!(
            (out.reasons(), out.problems()),
            (vec![(0, Reason::Unreadable)], vec!["ingest.password"]),
            "{before}"
        );
    }
    let out = read(&container(&[&[7; 60], &name[..], &[0; 200]].concat()));
    assert_eq!(out.problems(), ["ingest.broken_workbook"], "a cell may say so");
}

fn archive(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, text) in parts {
        writer.start_file(*name, SimpleFileOptions::default()).unwrap();
        writer.write_all(text).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

fn checked(bytes: &[u8], limits: &Limits) -> Result<(), Refusal> {
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(bytes).unwrap();
    check(&file, limits).map(drop)
}

#[test]
fn merged_cells_count_for_all_their_rows() {
    let plain = Style::new();
    let mut book = Workbook::new();
    let sheet = book.add_worksheet().set_name("户").unwrap();
    sheet.merge_range(0, 0, 1, 4, "某社区住户登记表", &plain).unwrap();
    for (column, name) in ["住址", "户主", "姓名", "与户主关系", "备注"].into_iter().enumerate() {
        sheet.write(2, column as u16, name).unwrap();
    }
    // Two households, the second with a blank relation and a row numbered in advance.
    sheet.merge_range(3, 0, 5, 0, "1号楼101", &plain).unwrap();
    sheet.merge_range(3, 1, 5, 1, "张伟", &plain).unwrap();
    sheet.merge_range(6, 0, 8, 0, "1号楼102", &plain).unwrap();
    sheet.write(6, 1, "王五").unwrap();
    let people = [(3, "张伟", "户主"), (4, "李娜", "妻"), (5, "张小", "子"), (6, "王五", "户主"), (7, "王六", "")];
    for (row, name, relation) in people {
        sheet.write(row, 2, name).unwrap();
        sheet.write(row, 3, relation).unwrap();
    }
    sheet.write(8, 4, "空").unwrap();
    sheet.merge_range(9, 0, 11, 3, "以下空白", &plain).unwrap();
    let bytes = book.save_to_buffer().unwrap();
    let out = read_file("户.xlsx", &bytes, "住址,户主,姓名,与户主关系", &ReadSettings::default());
    assert_eq!(
        out.values(),
        [
            ["1号楼101", "张伟", "张伟", "户主"],
            ["1号楼101", "张伟", "李娜", "妻"],
            ["1号楼101", "张伟", "张小", "子"],
            ["1号楼102", "王五", "王五", "户主"],
            ["1号楼102", "", "王六", ""],
            // It says nothing that is needed.
            ["", "", "", ""],
            ["以下空白", "", "", ""],
        ]
    );
    assert!(out.problems().is_empty() && out.report.header_row == Some(3));
}

#[test]
fn a_directory_with_merged_districts_is_read_whole() {
    let plain = Style::new();
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    for (column, name) in ["区县", "街道", "网格编码", "网格员"].into_iter().enumerate() {
        sheet.write(0, column as u16, name).unwrap();
    }
    sheet.merge_range(1, 0, 600, 0, "某县", &plain).unwrap();
    for street in 0..100 {
        let top = 1 + street * 6;
        sheet.merge_range(top, 1, top + 5, 1, &format!("街道{street}"), &plain).unwrap();
    }
    for row in 1..=601 {
        sheet.write(row, 2, format!("G{row}")).unwrap();
    }
    let bytes = book.save_to_buffer().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("网格.xlsx");
    std::fs::write(&path, bytes).unwrap();
    let columns = super::names("区县,街道,网格编码");
    let (chunks, _) = crate::ingest::read_table(&path, &columns, &ReadSettings::default()).unwrap();
    let value = |column: usize, row: usize| {
        let array = &chunks[0].columns[column];
        if arrow::array::Array::is_null(array, row) { "" } else { array.value(row) }
    };
    for row in 0..600 {
        assert_eq!((value(0, row), value(1, row)), ("某县", &*format!("街道{}", row / 6)), "{row}");
    }
    assert_eq!((value(0, 600), value(1, 600), value(2, 600)), ("", "", "G601"), "below the last merged cell");
}

#[test]
fn hostile_merged_cells_cost_nothing() {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    for row in 0..3 {
        sheet.write(row, 0, format!("{row}姓名")).unwrap();
    }
    let plain = book.save_to_buffer().unwrap();
    let read = |merges: &str| {
        let mut book = zip::ZipArchive::new(std::io::Cursor::new(plain.as_slice())).unwrap();
        let mut parts = Vec::new();
        for index in 0..book.len() {
            let mut part = book.by_index(index).unwrap();
            let mut text = String::new();
            part.read_to_string(&mut text).unwrap();
            let merged = format!("</sheetData><mergeCells>{merges}</mergeCells>");
            parts.push((part.name().unwrap().to_string(), text.replace("</sheetData>", &merged)));
        }
        let parts: Vec<(&str, &[u8])> = parts.iter().map(|(name, text)| (name.as_str(), text.as_bytes())).collect();
        read_file("x.xlsx", &archive(&parts), "0姓名", &ReadSettings::default())
    };
    let rows = [["1姓名"], ["2姓名"]];
    let out = read("<mergeCell ref=\"A2:XFD1048576\"/>");
    assert_eq!((out.values(), out.problems()), (rows.map(|row| row.to_vec()).to_vec(), vec![]));
    // The wrong way round, and more than are looked at.
    for merges in
        ["<mergeCell ref=\"A7:A3\"/><mergeCell ref=\"A2:A3\"/>", &"<mergeCell ref=\"A2:A3\"/>".repeat(1_050_000)]
    {
        let out = read(merges);
        assert_eq!((out.values().len(), out.problems()), (2, vec!["ingest.merged_cells"]));
    }
}

#[test]
fn bombs_are_not_opened() {
    let small = Limits { ratio_from_bytes: 1 << 20, part_bytes: 8 << 20, part_tags: 1000, ..LIMITS };
    let book = ("xl/workbook.xml", b"<workbook/>".as_slice());
    let spaces = [b"<x>".as_slice(), &b"<t/>".repeat(1 << 19)].concat();
    assert_eq!(checked(&archive(&[book, ("xl/worksheets/sheet1.xml", &spaces)]), &small), Err(Refusal::Bomb));
    assert_eq!(
        checked(&archive(&[book, ("xl/sharedStrings.xml", &b"<si/>".repeat(2000))]), &small),
        Err(Refusal::Bomb)
    );
    // One cell that never ends.
    let cell = [b"<sst><si><t>".as_slice(), &vec![b'x'; 5 << 20]].concat();
    assert_eq!(checked(&archive(&[book, ("xl/worksheets/sheet1.xml", &cell)]), &LIMITS), Err(Refusal::Bomb));
    assert_eq!(checked(&archive(&[("a.txt", b"x")]), &LIMITS), Err(Refusal::NoWorkbook));
    assert_eq!(checked(&workbook(), &LIMITS), Ok(()));
    let out = read(&archive(&[book, ("xl/worksheets/sheet1.xml", &cell)]));
    assert_eq!((out.problems(), out.reasons()), (vec!["ingest.bomb"], vec![(0, Reason::Unreadable)]));
    let many: Vec<String> = (0..10_001).map(|i| format!("p{i}")).collect();
    let many: Vec<(&str, &[u8])> = many.iter().map(|name| (name.as_str(), b"".as_slice())).collect();
    assert_eq!(checked(&archive(&many), &LIMITS), Err(Refusal::Bomb));
}

#[test]
fn a_workbook_of_excel_97() {
    // Made with xlwt; no crate writes this format. The persons in it are invented.
    let bytes = include_bytes!("../../../tests/ingest/people.xls");
    let out = read_file("x.xlsx", bytes, "姓名,出生日期,证件号,序号", &ReadSettings::default());
    let first = ["张三", "1990-02-03", "370502199001011000", "1"];
    assert_eq!(out.values(), [first, ["李四", "", "1.5", "true"]]);
    assert_eq!((out.rows[1].0, out.report.format, out.report.header_row), (6, Some(Format::Xls), Some(3)));
    for at in (512..bytes.len()).step_by(61) {
        let mut broken = bytes.to_vec();
        broken[at] ^= 0x55;
        read_file("x.xls", &broken, "姓名", &ReadSettings::default());
    }
    for len in [600, bytes.len() / 2] {
        assert!(read_file("x.xls", &bytes[..len], "姓名", &ReadSettings::default()).report.damaged);
    }
}

#[test]
fn a_sheet_of_rows_without_the_header_is_told() {
    let mut book = Workbook::new();
    let first = book.add_worksheet().set_name("一").unwrap();
    for (column, name) in ["姓名", "证件号", "备注"].into_iter().enumerate() {
        first.write(0, column as u16, name).unwrap();
        first.write(1, column as u16, "值").unwrap();
    }
    let second = book.add_worksheet().set_name("二").unwrap();
    for cell in 0..27 {
        second.write(cell / 3, (cell % 3) as u16, "张").unwrap();
    }
    let third = book.add_worksheet().set_name("三").unwrap();
    for (column, name) in ["姓名", "号码", "备注"].into_iter().enumerate() {
        third.write(0, column as u16, name).unwrap();
        third.write(1, column as u16, "值").unwrap();
    }
    let out = read_file("a.xlsx", &book.save_to_buffer().unwrap(), "姓名,证件号,备注", &ReadSettings::default());
    assert_eq!(out.report.sheets, ["一", "三"]);
    assert_eq!(out.problems(), ["ingest.sheet_missing_columns", "ingest.sheet_left_out"]);
    assert_eq!((out.rows.len(), out.reasons()), (2, vec![(0, Reason::MissingColumn)]));
}
