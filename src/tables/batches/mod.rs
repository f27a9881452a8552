//! The night's columns as the published Arrow tables, made batch by batch so that no table ever stands in memory twice.
//! Nothing here decides anything: every value was chosen before, and this only spells it out.

mod events;
mod kept;
mod links;
mod members;
mod persons;
mod preview;
mod quarantine;
mod text;

pub use events::{events, events_by_type};
pub use kept::Aside;
pub use links::{links, review};
pub use members::members;
pub use persons::persons;
pub use preview::preview;
pub use quarantine::quarantine;

use arrow::array::{ArrayRef, RecordBatch};
use arrow::compute::concat_batches;
use arrow::datatypes::SchemaRef;
use arrow::error::ArrowError;
use std::ops::Range;

/// Rows of a batch, but for the last.
pub const BATCH_ROWS: usize = 65_536;

/// Makes one column of any range of rows.
type Column<'a> = Box<dyn Fn(&Range<usize>) -> ArrayRef + Send + Sync + 'a>;

enum Make<'a> {
    Batch(Box<dyn Fn(Range<usize>) -> RecordBatch + Send + Sync + 'a>),
    Columns(Vec<Column<'a>>),
}

/// A table that is made batch by batch, in any order and from any thread: batch `i` is always the same.
pub struct Batches<'a> {
    schema: SchemaRef,
    rows: usize,
    make: Make<'a>,
}

impl<'a> Batches<'a> {
    /// A table of `rows` rows, of which `make` gives any range.
    pub fn new(schema: SchemaRef, rows: usize, make: impl Fn(Range<usize>) -> RecordBatch + Send + Sync + 'a) -> Self {
        Self { schema, rows, make: Make::Batch(Box::new(make)) }
    }

    /// A table of `rows` rows whose columns are made one by one, so that [`Batches::get_columns`] makes no other.
    fn by_column(schema: SchemaRef, rows: usize, columns: Vec<Column<'a>>) -> Self {
        Self { schema, rows, make: Make::Columns(columns) }
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
        match &self.make {
            Make::Batch(make) => make(self.rows_of(i)),
            Make::Columns(columns) => {
                let rows = self.rows_of(i);
                batch(&self.schema, columns.iter().map(|make| make(&rows)).collect())
            }
        }
    }

    /// Batch `i` of [`Batches::count`] with these columns alone, by their places in the schema.
    ///
    /// # Panics
    /// If the schema has no such place.
    pub fn get_columns(&self, i: usize, places: &[usize]) -> RecordBatch {
        match &self.make {
            Make::Batch(make) => make(self.rows_of(i)).project(places).expect("the places are of this schema"),
            Make::Columns(columns) => {
                let schema = self.schema.project(places).expect("the places are of this schema");
                let rows = self.rows_of(i);
                batch(&schema.into(), places.iter().map(|&place| columns[place](&rows)).collect())
            }
        }
    }

    fn rows_of(&self, i: usize) -> Range<usize> {
        let start = i * BATCH_ROWS;
        start..self.rows.min(start + BATCH_ROWS)
    }

    /// All batches in order.
    pub fn iter(&self) -> impl Iterator<Item = RecordBatch> + '_ {
        (0..self.count()).map(|i| self.get(i))
    }
}

/// A column made from a view of the table that all columns share.
macro_rules! column {
    ($view:ident, |$rows:ident| $make:expr) => {{
        let $view = std::sync::Arc::clone(&$view);
        Box::new(move |$rows: &std::ops::Range<usize>| -> arrow::array::ArrayRef { $make })
    }};
}
use column;

fn batch(schema: &SchemaRef, columns: Vec<ArrayRef>) -> RecordBatch {
    RecordBatch::try_new(schema.clone(), columns).expect("columns are built in the order and types of the schema")
}

#[cfg(test)]
mod tests;
