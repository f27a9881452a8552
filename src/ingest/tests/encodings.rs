//! Encodings of text dumps.

use super::{ReadSettings, read, stream};
use crate::config::Encoding;
use crate::tables::Reason;
use encoding_rs::GB18030;
use std::io::Cursor;

const TEXT: &str = "序号,姓名,性别\r\n1,张三,男\r\n2,A,女\r\n3,\"欧阳,𠮷\",男\r\n";

fn gb(text: &str) -> Vec<u8> {
    GB18030.encode(text).0.into_owned()
}

fn utf16(text: &str, little: bool, mark: bool) -> Vec<u8> {
    let mark = if mark { "\u{FEFF}" } else { "" };
    let units = mark.encode_utf16().chain(text.encode_utf16()).collect::<Vec<_>>();
    units.iter().flat_map(|u| if little { u.to_le_bytes() } else { u.to_be_bytes() }).collect()
}

#[test]
fn every_encoding_gives_the_same_rows_and_the_bytes_of_the_file() {
    let marked = format!("\u{FEFF}{TEXT}");
    let files = [
        (TEXT.as_bytes().to_vec(), Encoding::Utf8, "\n"),
        (marked.into_bytes(), Encoding::Utf8, "\n"),
        (gb(TEXT), Encoding::Gb18030, "\n"),
        (utf16(TEXT, true, true), Encoding::Utf16, "\n\0"),
        (utf16(TEXT, false, true), Encoding::Utf16, "\0\n"),
        (utf16(TEXT, true, false), Encoding::Utf16, "\n\0"),
        (utf16(TEXT, false, false), Encoding::Utf16, "\0\n"),
    ];
    for (bytes, encoding, end) in files {
        for block in [1, 30, 1 << 20] {
            let out = stream(Cursor::new(bytes.clone()), "姓名,性别", &ReadSettings::default(), block);
            assert_eq!(out.values(), [["张三", "男"], ["A", "女"], ["欧阳,𠮷", "男"]], "{encoding:?}");
            assert_eq!(out.report.encoding, Some(encoding));
            assert_eq!(out.rows.iter().map(|r| r.0).collect::<Vec<_>>(), [2, 3, 4]);
            let step = if encoding == Encoding::Utf16 { 2 } else { 1 };
            for row in &out.rows {
                let before = &bytes[row.1 as usize - end.len()..row.1 as usize];
                assert_eq!((before, row.1 as usize % step), (end.as_bytes(), 0));
            }
            assert!(out.quarantined.is_empty() && out.report.problems.is_empty() && out.report.notes.is_empty());
            assert_eq!(out.report.bytes, bytes.len() as u64);
        }
    }
}

#[test]
fn a_file_that_mixes_encodings_is_read_line_by_line() {
    let mut bytes = gb("姓名,性别\n张三,男\n李四,女\n王五,男\n");
    bytes.extend("赵小六,女\n".as_bytes());
    bytes.extend(b"\xff\xff,x\n");
    bytes.extend(gb("孙七,男\n"));
    let out = read(&bytes, "姓名,性别");
    assert_eq!(out.values(), [["张三", "男"], ["李四", "女"], ["王五", "男"], ["赵小六", "女"], ["孙七", "男"]]);
    assert_eq!(out.reasons(), [(6, Reason::Encoding)]);
    assert_eq!(out.notes(), ["ingest.mixed_encoding"]);
    let start = out.rows[4].1 as usize;
    assert_eq!(bytes[start..], gb("孙七,男\n"));
}

#[test]
fn a_gb18030_part_after_much_ascii_is_found() {
    let mut bytes = b"name,sex\n".to_vec();
    bytes.extend(b"Ann,F\n".repeat(400_000));
    bytes.extend(gb("张三,男\nA,女\n李四,男\n"));
    let out = read(&bytes, "name,sex");
    assert_eq!(out.values()[400_000..], [["张三", "男"], ["A", "女"], ["李四", "男"]]);
}

#[test]
fn delimiters_that_are_trail_bytes_do_not_split_characters() {
    // 0x82 0x7C is one character of GB18030 whose second byte is `|`.
    let mut bytes = gb("姓名|性别|住址\n");
    for _ in 0..5 {
        bytes.extend(b"\x82\x7C|");
        bytes.extend(gb("男|\"某街\n1号\"\n"));
    }
    let out = read(&bytes, "姓名,住址");
    let name = GB18030.decode(b"\x82\x7C").0.into_owned();
    assert_eq!(out.report.delimiter, Some(b'|'));
    assert_eq!(out.values(), vec![vec![name.as_str(), "某街\n1号"]; 5]);
}

#[test]
fn nul_bytes_are_removed_and_broken_utf16_goes_to_quarantine() {
    let out = read("姓名,性别\n张\0三\0\0,男\n李四,女\n", "姓名,性别");
    assert_eq!(out.values(), [["张三", "男"], ["李四", "女"]]);
    assert_eq!((out.notes(), out.rows[1].1), (vec!["ingest.nul_bytes"], 14 + 14));

    let mut bytes = utf16("姓名,性别\n张三,男\n李", true, true);
    bytes.extend([0x00, 0xD8]); // half of a pair
    bytes.extend(utf16("四,女\n王五,男\n", true, false));
    let out = read(&bytes, "姓名,性别");
    assert_eq!(out.values(), [["张三", "男"], ["王五", "男"]]);
    assert_eq!(out.reasons(), [(3, Reason::Encoding)]);
}

#[test]
fn a_set_encoding_is_taken() {
    let settings = ReadSettings { encoding: Some(Encoding::Gb18030), ..ReadSettings::default() };
    // Well-formed UTF-8 by accident: only the setting tells.
    let out = stream(Cursor::new(gb("a,b\nx,女\n")), "a,b", &settings, 1 << 20);
    assert_eq!(out.values(), [["x", "女"]]);
}
