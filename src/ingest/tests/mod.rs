//! Dumps of every kind, made in code, through the whole of ingest.

mod choice;
mod damage;
mod encodings;
mod layout;
mod markup;
mod parquet;
mod roundtrip;
mod workbooks;

use super::input::Input;
use super::open::DumpReader;
use super::{Dump, DumpReport};
use crate::config::ReadSettings;
use crate::tables::{QuarantinedRow, Reason};
use arrow::array::Array;
use std::io::Read;
use std::path::Path;
use std::time::SystemTime;

/// A row that was read: line, byte, values (empty where there is none).
pub(super) type Row = (u64, u64, Vec<String>);

/// Everything that came out of a dump.
#[derive(Debug)]
pub(super) struct Out {
    pub(super) rows: Vec<Row>,
    pub(super) quarantined: Vec<QuarantinedRow>,
    pub(super) report: DumpReport,
    /// The sheet that each chunk names.
    pub(super) sheets: Vec<Option<String>>,
}

impl Out {
    /// The values alone.
    pub(super) fn values(&self) -> Vec<Vec<&str>> {
        self.rows.iter().map(|row| row.2.iter().map(String::as_str).collect()).collect()
    }

    /// Line and reason of what is in quarantine.
    pub(super) fn reasons(&self) -> Vec<(u64, Reason)> {
        self.quarantined.iter().map(|row| (row.line, row.reason)).collect()
    }

    pub(super) fn problems(&self) -> Vec<&'static str> {
        self.report.problems.iter().map(crate::message::Message::key).collect()
    }

    pub(super) fn notes(&self) -> Vec<&'static str> {
        self.report.notes.iter().map(crate::message::Message::key).collect()
    }
}

pub(super) fn names(columns: &str) -> Vec<String> {
    columns.split(',').map(str::to_owned).collect()
}

pub(super) fn dump(path: &Path) -> Dump {
    let label = path.file_name().unwrap().to_string_lossy().into_owned();
    Dump { source: 3, file: 7, path: path.to_owned(), label, bytes: 0, modified: SystemTime::UNIX_EPOCH }
}

pub(super) fn drain(mut reader: DumpReader) -> Out {
    let (mut rows, mut quarantined, mut sheets) = (Vec::new(), Vec::new(), Vec::new());
    while let Some(block) = reader.next_block() {
        let parsed = block.parse();
        assert_eq!((parsed.rows.source, parsed.rows.file), (3, 7));
        for i in 0..parsed.rows.len() {
            let value =
                |c: &arrow::array::StringArray| if c.is_null(i) { String::new() } else { c.value(i).to_owned() };
            rows.push((parsed.rows.line[i], parsed.rows.byte[i], parsed.rows.columns.iter().map(value).collect()));
        }
        quarantined.extend(parsed.quarantined);
        sheets.push(parsed.rows.sheet.as_deref().map(str::to_owned));
    }
    let report = reader.finish();
    assert_eq!(report.rows, rows.len() as u64);
    assert_eq!(report.quarantined, quarantined.iter().filter(|row| row.line > 0).count() as u64);
    Out { rows, quarantined, report, sheets }
}

/// Reads a stream of bytes.
pub(super) fn stream(bytes: impl Read + Send + 'static, columns: &str, settings: &ReadSettings, block: usize) -> Out {
    let input = Input::new(bytes).unwrap();
    drain(DumpReader::read(input, &dump(Path::new("x.csv")), &names(columns), settings, block))
}

/// Reads bytes with the usual settings.
pub(super) fn read(bytes: impl AsRef<[u8]>, columns: &str) -> Out {
    let bytes = std::io::Cursor::new(bytes.as_ref().to_vec());
    stream(bytes, columns, &ReadSettings::default(), 1 << 20)
}

/// Reads bytes from a file of that name, as a run does.
pub(super) fn read_file(name: &str, bytes: &[u8], columns: &str, settings: &ReadSettings) -> Out {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    std::fs::write(&path, bytes).unwrap();
    let out = drain(super::open(&dump(&path), &names(columns), settings));
    assert_eq!(out.report.bytes, bytes.len() as u64);
    assert_eq!(out.report.sha256, sha256(bytes));
    out
}

fn sha256(bytes: &[u8]) -> String {
    use sha2::{Digest, Sha256};
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}
