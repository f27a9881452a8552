//! Rows as a dump gives them, before anything is repaired.

use arrow::array::StringArray;
use std::sync::Arc;

/// Bits of a place in a workbook that the row's number has; those above it have the sheet's.
const ROW_BITS: u32 = 40;

/// The place in a workbook of row `line` of its sheet number `sheet`, of those with rows, from 0: rows of each are numbered
/// from 1, and those of a later one come after all of those before.
pub fn in_sheet(sheet: usize, line: u64) -> u64 {
    (sheet as u64) << ROW_BITS | line.min((1 << ROW_BITS) - 1)
}

/// The sheet and the line of a place.
pub fn sheet_and_line(place: u64) -> (usize, u64) {
    ((place >> ROW_BITS) as usize, place & ((1 << ROW_BITS) - 1))
}

/// Some consecutive rows of one dump. `columns` has one array for each column that the source's mapping needs, in the
/// order of [`crate::config::Source::columns`]; a column that this file lacks is all null. `line` (1-based, of the
/// row's first line; the row number in a Parquet file or, by [`in_sheet`], in a sheet) and `byte` (0-based offset in the decompressed file;
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
    /// The name of the sheet that they stand in: of any of a workbook that has rows but the first.
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
