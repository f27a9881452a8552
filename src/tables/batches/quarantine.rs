//! `quarantine/`: one row per row that was not accepted.

use super::text::Repeated;
use super::{Batches, batch};
use crate::tables::published::{QUARANTINE, schema};
use crate::tables::{QuarantinedRow, sheet_and_line};
use arrow::array::{Int64Array, StringViewArray};
use std::sync::Arc;

/// The quarantine table, in the order of `rows`. `source_names` are by number, and `files` too, of each its own name and then
/// those of its later sheets.
pub fn quarantine<'a>(rows: &'a [QuarantinedRow], source_names: &'a [String], files: &[Vec<String>]) -> Batches<'a> {
    let schema = schema(QUARANTINE);
    let made = schema.clone();
    let starts: Vec<usize> =
        files.iter().scan(0, |next, names| Some(std::mem::replace(next, *next + names.len()))).collect();
    let files: Vec<String> = files.concat();
    Batches::new(schema, rows.len(), move |range| {
        let rows = &rows[range];
        let mut source = Repeated::new(source_names, rows.len());
        let mut file = Repeated::new(&files, rows.len());
        for row in rows {
            source.push(row.source as usize);
            file.push(starts[row.file as usize] + sheet_and_line(row.line).0);
        }
        batch(
            &made,
            vec![
                source.finish(),
                file.finish(),
                Arc::new(Int64Array::from_iter_values(rows.iter().map(|row| sheet_and_line(row.line).1 as i64))),
                Arc::new(Int64Array::from_iter_values(rows.iter().map(|row| row.byte as i64))),
                Arc::new(StringViewArray::from_iter_values(rows.iter().map(|row| row.reason.as_str()))),
                Arc::new(StringViewArray::from_iter_values(rows.iter().map(|row| row.raw.as_str()))),
            ],
        )
    })
}
