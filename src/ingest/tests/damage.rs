//! Broken, hostile and cut dumps: never a panic, never more memory than a few blocks, nothing lost.

use super::{ReadSettings, dump, names, read, stream};
use crate::tables::Reason;
use std::io::{Cursor, Read, Write};

/// Text that is made while it is read.
struct Repeated {
    piece: Vec<u8>,
    at: usize,
    left: usize,
}

fn repeated(piece: &str, bytes: usize) -> Repeated {
    Repeated { piece: piece.repeat(4096 / piece.len() + 1).into_bytes(), at: 0, left: bytes }
}

impl Read for Repeated {
    fn read(&mut self, buf: &mut [u8]) -> std::io::Result<usize> {
        let rest = &self.piece[self.at..];
        let len = rest.len().min(buf.len()).min(self.left);
        buf[..len].copy_from_slice(&rest[..len]);
        self.at = (self.at + len) % self.piece.len();
        self.left -= len;
        Ok(len)
    }
}

fn gz(text: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(text).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn a_field_without_end_is_skipped() {
    for quote in ["", "\""] {
        let head = format!("name,note\nA,1\nB,{quote}");
        let tail = format!("{quote}\nC,3\n");
        let bytes = Cursor::new(head).chain(repeated("字x", 20 << 20)).chain(Cursor::new(tail));
        let out = stream(bytes, "name,note", &ReadSettings::default(), 1 << 16);
        assert_eq!(out.values(), [["A", "1"], ["C", "3"]]);
        assert_eq!(out.reasons(), [(3, Reason::TooLarge)]);
        assert!(out.quarantined[0].raw.len() <= 4096);
        assert_eq!(out.rows[1].0, 4);
    }
}

#[test]
fn a_field_over_the_limit_in_a_row_within_it() {
    let text = format!("name,note\nA,{}\nB,2\n", "x".repeat((1 << 20) + 1));
    let out = read(text, "name,note");
    assert_eq!((out.values(), out.reasons()), (vec![vec!["B", "2"]], vec![(2, Reason::TooLarge)]));
}

#[test]
fn a_quote_that_never_closes_costs_one_line() {
    let text = format!("name,note\nA,\"open\n{}", "B,2\n".repeat(3000));
    for block in [64, 1 << 20] {
        let out = stream(Cursor::new(text.clone()), "name,note", &ReadSettings::default(), block);
        assert_eq!(out.rows.len(), 3000);
        assert_eq!(out.reasons(), [(2, Reason::Malformed)]);
    }
    // Closed by the opening quote of another line, and never before the end.
    let out = read("name,note,x\nA,\"open,1\nB,\"ok\",1\nC,c,\"1\n", "name,note,x");
    assert_eq!(out.values(), [["B", "ok", "1"]]);
    assert_eq!(out.reasons(), [(2, Reason::Malformed), (4, Reason::Malformed)]);
}

#[test]
fn a_hundred_thousand_columns() {
    let header: String = (0..100_000).map(|i| format!("c{i},")).collect();
    let out = read(format!("{header}c\n{header}1\n"), "c1,c2");
    assert!(out.rows.is_empty());
    assert_eq!(out.reasons(), [(0, Reason::FieldCount)]);
    assert_eq!(out.problems(), ["ingest.too_many_columns"]);
    // Further down it is a row like any other that does not fit.
    let out = read(format!("c1,c2\n{}1,2\n{header}1\n", "1,2\n".repeat(99)), "c1,c2");
    assert_eq!((out.rows.len(), out.reasons()), (100, vec![(102, Reason::FieldCount)]));
}

#[test]
fn cut_gzip_and_zstd_keep_what_is_before() {
    let text: String = (0..200_000).map(|i| format!("{i},name{}\n", i * 7919 % 10007)).collect();
    let text = format!("id,name\n{text}");
    let zst = zstd::encode_all(text.as_bytes(), 1).unwrap();
    for whole in [gz(text.as_bytes()), zst] {
        let out = read(&whole, "id,name");
        assert_eq!((out.rows.len(), out.report.damaged), (200_000, false));
        let out = read(&whole[..whole.len() / 2], "id,name");
        assert!(out.rows.len() > 50_000 && out.rows.len() < 150_000, "{}", out.rows.len());
        for (i, row) in out.rows.iter().enumerate() {
            assert_eq!(row.2[1], format!("name{}", i * 7919 % 10007), "no half row");
        }
        assert!(out.report.damaged);
        assert_eq!(out.problems(), ["ingest.cut"]);
        assert_eq!(out.quarantined.iter().filter(|row| row.line == 0).count(), 1);
        assert!(out.quarantined.iter().all(|row| row.reason == Reason::Truncated) && out.quarantined.len() <= 2);
        assert_eq!(out.report.bytes, whole.len() as u64 / 2);
    }
}

#[test]
fn gzip_of_several_members_is_one_file() {
    let out = read([gz(b"id,name\n1,A\n2,"), gz(b"B\n3,C\n")].concat(), "id,name");
    assert_eq!(out.values(), [["1", "A"], ["2", "B"], ["3", "C"]]);
}

#[test]
fn a_gzip_bomb_passes_in_bounded_memory() {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(b"id,name\n1,A\n2,").unwrap();
    std::io::copy(&mut repeated(" ", 24 << 20), &mut encoder).unwrap();
    let out = read(encoder.finish().unwrap(), "id,name");
    assert_eq!((out.rows.len(), out.reasons()), (1, vec![(3, Reason::TooLarge)]));
}

#[test]
fn empty_files_and_rubbish() {
    for bytes in [&b""[..], b"\n\n", b"\xEF\xBB\xBF", b"\0\0\0", &gz(b"")] {
        let out = read(bytes, "a");
        assert_eq!((out.problems(), out.rows.len()), (vec!["ingest.empty"], 0));
        assert!(out.quarantined.is_empty());
    }
    let noise: Vec<u8> = (0..1u32 << 16).map(|i| (i.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    for bytes in [noise.clone(), gz(&noise), b"PK\x03\x04rubbish".to_vec(), b"PAR1rubbish".to_vec()] {
        let out = read(bytes, "a");
        assert_eq!(out.quarantined.len(), 1);
        assert!(out.quarantined[0].line == 0 && out.report.damaged && out.report.problems.len() == 1);
    }
    let out = read(b"\x28\xB5\x2F\xFDrubbish", "a");
    assert_eq!(out.reasons(), [(0, Reason::Truncated)]);
}

#[test]
fn a_missing_file_is_reported() {
    let dump = super::dump(std::path::Path::new("/nonexistent/x.csv"));
    let out = super::drain(crate::ingest::open(&dump, &super::names("a"), &ReadSettings::default()));
    assert_eq!((out.problems(), out.reasons()), (vec!["ingest.cannot_open"], vec![(0, Reason::Unreadable)]));
}

#[test]
fn a_dump_that_leaves_the_cache_behind_it_is_read_alike() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.csv");
    let rows: String = (0..500_000).map(|i| format!("{i},王{i}号住户在某某小区\n")).collect();
    assert!(rows.len() > 16 << 20, "several steps, and an end that stays");
    std::fs::write(&path, format!("id,name\n{rows}")).unwrap();
    let (dump, settings) = (super::dump(&path), ReadSettings::default());
    let columns = super::names("id,name");
    let kept = super::drain(crate::ingest::open(&dump, &columns, &settings));
    let once = super::drain(crate::ingest::open_once(&dump, &columns, &settings));
    assert_eq!((once.rows.len(), once.report.sha256.len()), (500_000, 64));
    assert!(once.rows == kept.rows && once.report.sha256 == kept.report.sha256 && !once.report.damaged);
}

#[test]
fn a_table_that_ends_within_a_row_is_cut_and_one_with_totals_is_not() {
    let rows = "id,name,phone\n1,张三,5\n2,李四,6\n";
    let out = read(format!("{rows}3,王"), "id,name,phone");
    assert_eq!((out.rows.len(), out.reasons()), (2, vec![(4, Reason::Truncated), (0, Reason::Truncated)]));
    assert!(out.report.damaged && out.problems() == ["ingest.cut"]);
    let gb = encoding_rs::GB18030.encode(&format!("{rows}3,王")).0.into_owned();
    assert_eq!(read(gb, "id,name,phone").rows.len(), 2);
    let ragged = "id,name,phone\n1,张三,5\n2,李四\n3,王五";
    for whole in ["3,王五,7", "3,王五,", "合计,3", "完"] {
        assert!(!read(format!("{rows}{whole}"), "id,name,phone").report.damaged, "{whole}");
    }
    assert_eq!(read(format!("{rows}3,王五\n"), "id,name,phone").rows.len(), 3, "a line end closes it");
    assert_eq!(read(ragged, "id,name,phone").rows.len(), 3, "where rows end early this one may, too");
}

#[test]
fn a_file_that_is_written_while_it_is_read_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.csv");
    let rows = "id,name\n1,张三\n";
    let read_with = |change: &dyn Fn()| {
        std::fs::write(&path, rows).unwrap();
        let mut reader = super::super::open(&dump(&path), &names("id,name"), &ReadSettings::default());
        let first = reader.next_block().unwrap().parse();
        change();
        while reader.next_block().is_some() {}
        drop(first);
        reader.finish()
    };
    assert!(!read_with(&|| ()).damaged);
    let grown = read_with(&|| std::fs::write(&path, format!("{rows}2,李四\n")).unwrap());
    assert!(grown.damaged && grown.problems[0].key() == "ingest.changed", "{grown:?}");
    // Another file in its place, as exports are delivered well, leaves the first one whole.
    let replaced = read_with(&|| {
        std::fs::write(folder.path().join("b.csv"), "id,name\n").unwrap();
        std::fs::rename(folder.path().join("b.csv"), &path).unwrap();
    });
    assert!(!replaced.damaged, "{replaced:?}");
}

#[test]
fn what_cannot_be_used_at_all_and_what_is_read_once_of_two_is_told() {
    let out = read("id,id,name\n1,2,张三\n", "id,name");
    assert_eq!((out.values(), out.problems()), (vec![vec!["1", "张三"]], vec!["ingest.column_twice"]));
    let out = read("{\"name\":NaN}\n{\"name\":NaN}\n", "name");
    assert_eq!((out.rows.len(), out.problems()), (0, vec!["ingest.no_row"]));
}
