//! Record batches as text or bytes: a table for people, CSV, JSON, JSON lines and Parquet for programs.

mod csv;
mod json;
mod parquet;
pub(super) mod table;

use arrow::array::{Array, RecordBatch};
use arrow::util::display::{ArrayFormatter, FormatOptions};
use clap::ValueEnum;
use std::io::{self, Write};
use table::TableStyle;

/// How an answer is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// Boxes, for people
    Table,
    /// Comma-separated, UTF-8, with a header
    Csv,
    /// One array of objects
    Json,
    /// One object a line
    Jsonl,
    /// Apache Parquet, zstd
    Parquet,
}

impl Format {
    /// The format that the ending of a file's name tells.
    pub(super) fn of_ending(ending: &str) -> Option<Self> {
        match ending.to_ascii_lowercase().as_str() {
            "csv" => Some(Self::Csv),
            "json" => Some(Self::Json),
            "jsonl" | "ndjson" => Some(Self::Jsonl),
            "parquet" => Some(Self::Parquet),
            "txt" => Some(Self::Table),
            _ => None,
        }
    }
}

/// Writes `batches`, which share one schema, in `format`.
///
/// # Errors
/// Those of `out`; a broken pipe is the caller's to judge.
pub(super) fn write(
    out: &mut dyn Write,
    batches: &[RecordBatch],
    format: Format,
    style: &TableStyle,
) -> io::Result<()> {
    match format {
        Format::Table => table::table(out, batches, style),
        Format::Csv => csv::write(out, batches),
        Format::Json => json::write(out, batches, json::Shape::Array),
        Format::Jsonl => json::write(out, batches, json::Shape::Lines),
        Format::Parquet => parquet::write(out, batches),
    }
}

/// Formats single values of `array`; a null becomes `null`.
fn formatter<'a>(array: &'a dyn Array, null: &'static str) -> io::Result<ArrayFormatter<'a>> {
    let options = FormatOptions::new().with_null(null).with_display_error(false);
    ArrayFormatter::try_new(array, &options).map_err(io::Error::other)
}

#[cfg(test)]
pub(super) mod samples {
    use arrow::array::*;
    use arrow::datatypes::{DataType, Field, Int32Type, Schema};
    use std::sync::Arc;

    /// Two rows with Chinese text, nulls, numbers, dates, times and lists.
    pub(in crate::cli) fn batch() -> RecordBatch {
        let name = StringViewArray::from(vec![Some("王伟"), None]);
        let note = StringViewArray::from(vec![Some("a,\"b\"\nc"), Some("")]);
        let records = Int64Array::from(vec![Some(12), Some(3)]);
        let weight = Float64Array::from(vec![Some(1.5), Some(f64::NAN)]);
        let born = Date32Array::from(vec![Some(19_078), None]);
        let at = TimestampMillisecondArray::from(vec![Some(1_648_370_000_000), None]);
        let ok = BooleanArray::from(vec![Some(true), None]);
        let list = ListArray::from_iter_primitive::<Int32Type, _, _>(vec![Some(vec![Some(1), None]), None]);
        let columns: Vec<(&str, ArrayRef)> = vec![
            ("姓名", Arc::new(name)),
            ("note", Arc::new(note)),
            ("records", Arc::new(records)),
            ("weight", Arc::new(weight)),
            ("born", Arc::new(born)),
            ("at", Arc::new(at)),
            ("ok", Arc::new(ok)),
            ("list", Arc::new(list)),
        ];
        RecordBatch::try_from_iter_with_nullable(columns.into_iter().map(|(n, c)| (n, c, true))).unwrap()
    }

    /// `rows` rows of one column.
    pub(in crate::cli) fn numbers(rows: i64) -> RecordBatch {
        let schema = Schema::new(vec![Field::new("n", DataType::Int64, false)]);
        RecordBatch::try_new(Arc::new(schema), vec![Arc::new(Int64Array::from_iter_values(0..rows))]).unwrap()
    }
}
