//! Headers, delimiters, rows that do not fit, JSON lines, choice of files.

use super::{ReadSettings, dump, names, read, stream};
use crate::config::Format;
use crate::ingest::{headers, preview, read_table};
use crate::message::Lang;
use crate::tables::Reason;
use arrow::array::Array;
use std::io::Cursor;

#[test]
fn titles_above_and_headers_repeated_below() {
    let text = "某街道名册,,\n\n,,\n序号,*姓名,电话（必填）\n1,张三,138\n序号,*姓名,电话（必填）\n2,李四,139\n,,\n";
    let out = read(text, "姓名,电话");
    assert_eq!(out.values(), [["张三", "138"], ["李四", "139"]]);
    assert_eq!(out.reasons(), [(6, Reason::NotAPerson)]);
    assert_eq!((out.report.header_row, out.rows[1].0), (Some(4), 7));
    assert_eq!(out.notes(), ["ingest.rows_above_header"]);
    assert!(out.report.missing_columns.is_empty());
}

#[test]
fn two_rows_of_headings() {
    let text = "序号,姓名,联系方式,,住址,\n,,手机,固话,社区,门牌\n1,张三,138,0632,某社区,1号\n";
    let out = read(text, "姓名,手机,住址门牌");
    assert_eq!(out.values(), [["张三", "138", "1号"]]);
    assert_eq!(out.rows[0].0, 3);
}

#[test]
fn no_row_of_data_is_lost_to_the_header_or_told() {
    let text = "编号,姓名,与户主关系,联系电话\nA1,张伟,户主,13812345678\nA2,李四,妻,13912345678\n";
    let out = read(text, "户主,手机号码,姓名");
    assert_eq!(out.values(), [["", "", "张伟"], ["", "", "李四"]]);
    assert!(out.quarantined.is_empty());
    let told = |out: &super::Out| {
        let mut told = out.report.header.join(",");
        out.report.problems.iter().for_each(|m| told.push_str(&m.render(Lang::En)));
        told
    };
    let header = told(&out);
    assert!(header.contains("Found: 编号, 姓名, 与户主关系, 联系电话") && !header.contains("138"), "{header}");
    // Without a header nothing is read, and nothing is told of anybody, whatever the format.
    let headless = text.split_once('\n').unwrap().1;
    let keys = "{\"张伟\":1,\"13812345678\":2}\n";
    for text in [headless, keys] {
        let out = read(text, "户主,手机号码,姓名");
        assert!(out.problems().iter().all(|key| *key == "ingest.no_column"), "{:?}", out.problems());
        let told = told(&out);
        assert!(!told.contains("138") && !told.contains("张伟") && told.contains('…'), "{told}");
    }
}

#[test]
fn files_without_a_header_are_told() {
    for text in ["", "\u{feff}", "\n\n", " \r\n\u{1A}"] {
        let out = read(text, "姓名,电话");
        assert_eq!((out.rows.len(), out.problems()), (0, vec!["ingest.empty"]), "{text:?}");
    }
    let out = super::read_file("x.csv", b"", "姓名,电话", &ReadSettings::default());
    assert_eq!((out.report.damaged, out.problems()), (false, vec!["ingest.empty"]));
    for text in [",,\n,,\n", "张三,13812345678\n李四,13912345678\n", "张三\n"] {
        let out = read(text, "姓名,电话");
        assert_eq!((out.rows.len(), out.reasons()), (0, vec![(0, Reason::MissingColumn)]), "{text:?}");
    }
}

#[test]
fn a_set_header_row_and_delimiter() {
    let settings = ReadSettings { header_row: Some(2), delimiter: Some(b';'), ..ReadSettings::default() };
    let out = stream(Cursor::new("姓名;x,y\n姓名;电话\n张三;1,2\n"), "姓名,电话", &settings, 64);
    assert_eq!(out.values(), [["张三", "1,2"]]);
}

#[test]
fn rows_with_more_or_fewer_fields() {
    let out = read("id,name,note\n1,A\n2,B,n,,\n3,C,n,extra\nonly\n,\n\n 4 ,D,\n\u{1A}", "name,note");
    assert_eq!(out.values(), [["A", ""], ["B", "n"], ["D", ""]]);
    assert_eq!(out.reasons(), [(4, Reason::FieldCount), (5, Reason::FieldCount)]);
    assert_eq!(out.quarantined[0].raw, "3,C,n,extra");
    assert_eq!(out.quarantined[0].byte, 25);
}

#[test]
fn missing_columns_are_named_and_null() {
    let out = read("name,sex\nA,F\n", "name,phone");
    assert_eq!(out.values(), [["A", ""]]);
    assert_eq!(out.report.missing_columns, ["phone"]);
    assert_eq!(out.problems(), ["ingest.missing_columns"]);

    let out = read("a,b\n1,2\n", "name,phone");
    assert!(out.rows.is_empty());
    assert_eq!(out.reasons(), [(0, Reason::MissingColumn)]);
    assert_eq!(out.problems(), ["ingest.no_column"]);
}

#[test]
fn embedded_newlines_keep_lines_and_bytes_right() {
    let text = "name,note\r\nA,\"x\r\ny \"\"z\"\"\"\r\nB,n\r\n";
    for block in [1, 7, 1 << 20] {
        let out = stream(Cursor::new(text), "name,note", &ReadSettings::default(), block);
        assert_eq!(out.values(), [["A", "x\r\ny \"z\""], ["B", "n"]]);
        assert_eq!(out.rows.iter().map(|r| (r.0, r.1)).collect::<Vec<_>>(), [(2, 11), (4, 27)]);
    }
}

#[test]
fn lines_of_old_machines() {
    let out = read("name\tsex\rA\tF\rB\tM\r", "name,sex");
    assert_eq!(out.values(), [["A", "F"], ["B", "M"]]);
    assert_eq!(out.report.delimiter, Some(b'\t'));
}

#[test]
fn json_lines() {
    let text = concat!(
        "{\"姓名\":\"张三\",\"id\":370502199001011234,\"ok\":true,\"x\":[1,2],\"f\":2.0}\n",
        "\n[1]\n{\"姓名\": \n{\"姓名\":null,\"ID\":\"7\",\"f\":1.5}\n",
    );
    let out = read(text, "姓名,id,ok,x,f,没有");
    let row = vec!["张三", "370502199001011234", "true", "[1,2]", "2", ""];
    assert_eq!(out.values(), [row, vec!["", "7", "", "", "1.5", ""]]);
    assert_eq!(out.reasons(), [(3, Reason::NotAnObject), (4, Reason::Malformed)]);
    assert_eq!(out.report.format, Some(Format::Jsonl));
    assert_eq!(out.report.missing_columns, ["没有"]);
}

#[test]
fn preview_headers_and_tables() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("t.csv");
    std::fs::write(&path, format!("编码,名称\n{}", "1,某网格\n".repeat(50))).unwrap();
    let settings = ReadSettings::default();
    let (parsed, report) = preview(&dump(&path), &names("名称"), &settings, 5);
    assert_eq!((parsed.rows.len(), parsed.rows.columns[0].len(), report.header.len()), (5, 5, 2));
    assert_eq!(headers(&dump(&path), &settings).unwrap().0, ["编码", "名称"]);
    let (chunks, _) = read_table(&path, &names("名称,编码"), &settings).unwrap();
    assert_eq!(chunks.iter().map(crate::tables::RawChunk::len).sum::<usize>(), 50);
    std::fs::write(&path, "编码,名称\n1,a,b\n").unwrap();
    assert!(read_table(&path, &names("名称,编码"), &settings).unwrap_err().to_string().contains("line 2"));
    assert!(read_table(&folder.path().join("none"), &names("名称"), &settings).is_err());
}
