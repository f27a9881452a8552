//! The night's columns as the published Arrow tables, made batch by batch so that no table ever stands in memory twice.
//! Nothing here decides anything: every value was chosen before, and this only spells it out.

mod events;
mod links;
mod members;
mod persons;
mod preview;
mod quarantine;
mod text;

pub use events::events;
pub use links::{links, review};
pub use members::members;
pub use persons::persons;
pub use preview::preview;
pub use quarantine::quarantine;

use arrow::array::RecordBatch;
use arrow::compute::concat_batches;
use arrow::datatypes::SchemaRef;
use arrow::error::ArrowError;
use std::ops::Range;

/// Rows of a batch, but for the last.
pub const BATCH_ROWS: usize = 65_536;

type Make<'a> = Box<dyn Fn(Range<usize>) -> RecordBatch + Send + Sync + 'a>;

/// A table that is made batch by batch, in any order and from any thread: batch `i` is always the same.
pub struct Batches<'a> {
    schema: SchemaRef,
    rows: usize,
    make: Make<'a>,
}

impl<'a> Batches<'a> {
    /// A table of `rows` rows, of which `make` gives any range.
    pub fn new(schema: SchemaRef, rows: usize, make: impl Fn(Range<usize>) -> RecordBatch + Send + Sync + 'a) -> Self {
        Self { schema, rows, make: Box::new(make) }
    }

    /// A table that stands in memory already, however it is cut: the cut never shows in what is written.
    ///
    /// # Errors
    /// If a batch is not of `schema`.
    pub fn from_batches(schema: &SchemaRef, batches: &[RecordBatch]) -> Result<Batches<'static>, ArrowError> {
        let whole = concat_batches(schema, batches)?;
        Ok(Batches::new(schema.clone(), whole.num_rows(), move |rows| whole.slice(rows.start, rows.len())))
    }

    /// The table's schema.
    pub fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    /// Number of rows.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Number of batches.
    pub fn count(&self) -> usize {
        self.rows.div_ceil(BATCH_ROWS)
    }

    /// Batch `i` of [`Batches::count`].
    pub fn get(&self, i: usize) -> RecordBatch {
        let start = i * BATCH_ROWS;
        (self.make)(start..self.rows.min(start + BATCH_ROWS))
    }

    /// All batches in order.
    pub fn iter(&self) -> impl Iterator<Item = RecordBatch> + '_ {
        (0..self.count()).map(|i| self.get(i))
    }
}

fn batch(schema: &SchemaRef, columns: Vec<arrow::array::ArrayRef>) -> RecordBatch {
    RecordBatch::try_new(schema.clone(), columns).expect("columns are built in the order and types of the schema")
}

#[cfg(test)]
mod tests;
