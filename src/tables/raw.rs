//! Rows as a dump gives them, before anything is repaired.

use arrow::array::StringArray;
use std::sync::Arc;

/// Some consecutive rows of one dump. `columns` has one array for each column that the source's mapping needs, in the
/// order of [`crate::config::Source::columns`]; a column that this file lacks is all null. `line` (1-based, of the
/// row's first line; the row number in a sheet or a Parquet file) and `byte` (0-based offset in the decompressed file;
/// 0 where the format has none) say where each row stands.
#[derive(Clone, Debug, Default)]
pub struct RawChunk {
    /// Number of the source, in the order of the pipeline file.
    pub source: u16,
    /// Number of the dump, in the order in which the run reads them.
    pub file: u32,
    /// Line of each row.
    pub line: Vec<u64>,
    /// Byte offset of each row.
    pub byte: Vec<u64>,
    /// One array per needed column, each as long as `line`.
    pub columns: Vec<StringArray>,
    /// The sheet that they stand in, where `line` alone does not tell: any of a workbook that has rows but the first.
    pub sheet: Option<Arc<str>>,
}

impl RawChunk {
    /// Number of rows.
    pub fn len(&self) -> usize {
        self.line.len()
    }

    /// Whether there is no row.
    pub fn is_empty(&self) -> bool {
        self.line.is_empty()
    }
}
