//! The Parquet files of a set. A large table is cut into parts at fixed rows, so that parts can be written at the same
//! time and still never change.

use super::SetTables;
use crate::error::Result;
use crate::events::{Event, EventSink};
use crate::store::{files, path_component, table_file};
use crate::tables::batches::{BATCH_ROWS, Batches};
use crate::tables::published::{FOLLOWUPS, schema};
use arrow::array::{Array, ArrayRef, AsArray, RecordBatch, StringViewArray, UInt32Array};
use arrow::compute::{concat_batches, take};
use rayon::prelude::*;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

/// Batches of a part: 1,048,576 rows.
const PART_BATCHES: usize = 16;

/// The follow-up items of one street.
#[derive(Clone, Debug)]
pub struct Partition {
    /// County; empty: unassigned or unknown.
    pub county: String,
    /// Street; empty: unassigned or unknown.
    pub street: String,
    /// Its items, in the columns of [`FOLLOWUPS`].
    pub items: RecordBatch,
}

/// Splits items, whose columns are those of [`FOLLOWUPS`] and `county` and `street` (null: unassigned), by street.
/// Partitions are sorted; rows keep their order. Returns `None` if a column is missing or of another type.
pub fn partitions(batches: &[RecordBatch]) -> Option<Vec<Partition>> {
    let Some(first) = batches.first() else { return Some(Vec::new()) };
    let whole = concat_batches(&first.schema(), batches).ok()?;
    let text = |name| whole.column_by_name(name)?.as_string_view_opt();
    let (counties, streets) = (text("county")?, text("street")?);
    let value = |column: &StringViewArray, row| if column.is_null(row) { "" } else { column.value(row) }.to_owned();
    let mut rows_of: BTreeMap<(String, String), Vec<u32>> = BTreeMap::new();
    for row in 0..whole.num_rows() {
        rows_of.entry((value(counties, row), value(streets, row))).or_default().push(row as u32);
    }
    let schema = schema(FOLLOWUPS);
    let columns: Vec<&ArrayRef> =
        schema.fields().iter().map(|field| whole.column_by_name(field.name())).collect::<Option<_>>()?;
    let part = |((county, street), rows): ((String, String), Vec<u32>)| {
        let rows = UInt32Array::from(rows);
        let taken = columns.iter().map(|column| take(column, &rows, None).ok()).collect::<Option<Vec<_>>>()?;
        Some(Partition { county, street, items: RecordBatch::try_new(schema.clone(), taken).ok()? })
    };
    rows_of.into_iter().map(part).collect()
}

/// One file to write.
struct Job<'a> {
    path: PathBuf,
    rows: Rows<'a>,
}

enum Rows<'a> {
    Part(&'a Batches<'a>, usize),
    Whole(&'a RecordBatch),
}

/// Writes every table and returns the number of files.
pub(super) fn write(folder: &Path, set: &SetTables<'_>, sink: &dyn EventSink) -> Result<u64> {
    let no_items = RecordBatch::new_empty(schema(FOLLOWUPS));
    let mut jobs = Vec::new();
    for (name, table) in &set.tables {
        let parts = table.count().div_ceil(PART_BATCHES).max(1);
        jobs.extend((0..parts).map(|part| Job {
            path: folder.join(name).join(format!("part-{part:05}.parquet")),
            rows: Rows::Part(table, part),
        }));
    }
    for partition in set.followups.iter().flatten() {
        let county = format!("county={}", path_component(&partition.county));
        let street = format!("street={}", path_component(&partition.street));
        let path = folder.join("followups").join(county).join(street).join("part-00000.parquet");
        jobs.push(Job { path, rows: Rows::Whole(&partition.items) });
    }
    if set.followups.as_ref().is_some_and(Vec::is_empty) {
        // A night with nothing due still has the table, and under paths of the same form.
        let unassigned = path_component("");
        let street = format!("followups/county={unassigned}/street={unassigned}/part-00000.parquet");
        jobs.push(Job { path: folder.join(street), rows: Rows::Whole(&no_items) });
    }
    let done = AtomicU64::new(0);
    // One by one: shares of equal numbers of files would leave a thread alone with the large ones.
    jobs.par_iter().with_max_len(1).try_for_each(|job| {
        if let Some(above) = job.path.parent() {
            files::create_folder(above)?;
        }
        let rows = write_file(job)?;
        let done = done.fetch_add(rows, Ordering::Relaxed) + rows;
        sink.send(Event::Progress { step: "publish", done });
        Ok(())
    })?;
    Ok(jobs.len() as u64)
}

fn write_file(job: &Job<'_>) -> Result<u64> {
    match job.rows {
        Rows::Part(table, part) => {
            let batches = part * PART_BATCHES..table.count().min((part + 1) * PART_BATCHES);
            table_file::write(&job.path, table.schema(), batches.map(|i| table.get(i)))
        }
        Rows::Whole(items) => {
            let starts = (0..items.num_rows()).step_by(BATCH_ROWS);
            let slices = starts.map(|start| items.slice(start, BATCH_ROWS.min(items.num_rows() - start)));
            table_file::write(&job.path, &items.schema(), slices)
        }
    }
}
