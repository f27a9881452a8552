//! Web pages and XML that call themselves workbooks.

use super::{ReadSettings, read_file};
use crate::tables::Reason;

fn page(rows: usize) -> String {
    let row = |i: usize| format!("<TR><td>{i}<td>张&amp;三<br>二行</td><td style='x'>=\"0{i}\"</td></tr>\n");
    format!(
        "<html><head><meta charset=gb2312></head><table><tr><td colspan=3>名册</td></tr>\
         <tr><th>序号</th><th>&#22995;名</th><th>电话</th></tr>{}</table></html>",
        (0..rows).map(row).collect::<String>()
    )
}

#[test]
fn a_web_page() {
    for rows in [3, 20_000] {
        for bytes in [page(rows).into_bytes(), encoding_rs::GB18030.encode(&page(rows)).0.into_owned()] {
            let out = read_file("x.xls", &bytes, "姓名,电话", &ReadSettings::default());
            assert_eq!((out.rows.len(), out.report.header_row), (rows, Some(2)));
            assert_eq!(out.rows[2], (5, 0, vec!["张&三\n二行".to_owned(), "02".to_owned()]));
            assert_eq!(out.notes(), ["ingest.markup"]);
            assert!(out.quarantined.is_empty());
        }
    }
}

#[test]
fn excel_2003_xml() {
    let text = "<?xml version=\"1.0\"?><Workbook><Worksheet ss:Name=\"x\"><Table>\
        <Row><Cell><Data ss:Type=\"String\">姓名</Data></Cell><Cell><Data>住址</Data></Cell><Cell><Data>电话</Data></Cell></Row>\
        <Row><Cell><Data>张三</Data></Cell><Cell ss:Index=\"3\"><Data>138</Data></Cell></Row>\
        <Row><Cell/><Cell><Data>某街</Data></Cell></Row></Table></Worksheet></Workbook>";
    let out = read_file("x.xls", text.as_bytes(), "姓名,电话,住址", &ReadSettings::default());
    assert_eq!(out.values(), [["张三", "138", ""], ["", "", "某街"]]);
}

#[test]
fn cut_and_empty_pages() {
    let bytes = zstd::encode_all(page(20_000).as_bytes(), 1).unwrap();
    let out = read_file("x.xls.zst", &bytes[..bytes.len() / 2], "姓名,电话", &ReadSettings::default());
    assert!(out.report.damaged || out.reasons().contains(&(0, Reason::Truncated)));
    let out = read_file("x.xls", b"<html><p>nothing</html>", "a", &ReadSettings::default());
    assert_eq!(out.reasons(), [(0, Reason::MissingColumn)]);
}
