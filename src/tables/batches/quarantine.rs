//! `quarantine/`: one row per row that was not accepted.

use super::text::Repeated;
use super::{Batches, batch};
use crate::tables::QuarantinedRow;
use crate::tables::published::{QUARANTINE, schema};
use arrow::array::{Int64Array, StringViewArray};
use std::sync::Arc;

/// The quarantine table, in the order of `rows`. `source_names` and `files` are by number.
pub fn quarantine<'a>(rows: &'a [QuarantinedRow], source_names: &'a [String], files: &'a [String]) -> Batches<'a> {
    let schema = schema(QUARANTINE);
    let made = schema.clone();
    Batches::new(schema, rows.len(), move |range| {
        let rows = &rows[range];
        let mut source = Repeated::new(source_names, rows.len());
        let mut file = Repeated::new(files, rows.len());
        for row in rows {
            source.push(row.source as usize);
            file.push(row.file as usize);
        }
        batch(
            &made,
            vec![
                source.finish(),
                file.finish(),
                Arc::new(Int64Array::from_iter_values(rows.iter().map(|row| row.line as i64))),
                Arc::new(Int64Array::from_iter_values(rows.iter().map(|row| row.byte as i64))),
                Arc::new(StringViewArray::from_iter_values(rows.iter().map(|row| row.reason.as_str()))),
                Arc::new(StringViewArray::from_iter_values(rows.iter().map(|row| row.raw.as_str()))),
            ],
        )
    })
}
