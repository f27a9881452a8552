//! Parquet: the needed columns alone, every type as text.

use super::background::Outlet;
use super::header::match_columns;
use super::number;
use super::record::FIELD_BYTES_MAX;
use super::report::Log;
use super::rows::{Place, Rows};
use super::sheet::Task;
use super::{Parsed, Work};
use crate::config::Format;
use crate::tables::{RawChunk, Reason};
use arrow::array::{Array, ArrayRef, AsArray, BooleanArray, RecordBatch, StringArray, new_null_array};
use arrow::compute::{cast, filter};
use arrow::datatypes::{DataType, Float32Type, Float64Type};
use arrow::util::display::{ArrayFormatter, FormatOptions};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReaderBuilder};
use std::fs::File;

/// Rows of a block.
const BLOCK_ROWS: usize = 8192;

/// The zone in which moments are written: names of zones need a database that is not at hand.
const UTC: &str = "+00:00";

/// Some rows of a Parquet file.
#[derive(Debug)]
pub(super) struct ColumnBlock {
    source: u16,
    file: u32,
    /// Number of the rows before it.
    before: u64,
    /// For each needed column its place in the batch.
    columns: Vec<Option<usize>>,
    batch: RecordBatch,
}

/// Reads a Parquet file.
pub(super) fn read(log: &mut Log, outlet: &Outlet, file: &File, task: &Task) {
    log.report.format = Some(Format::Parquet);
    let metadata = match ArrowReaderMetadata::load(file, ArrowReaderOptions::default()) {
        Ok(metadata) => metadata,
        Err(_) => {
            // What a Parquet file holds is told at its end, which is what a cut file lacks.
            let problem = log.message("ingest.broken_parquet");
            return log.refuse(Reason::Truncated, problem);
        }
    };
    let names: Vec<String> = metadata.schema().fields().iter().map(|field| field.name().clone()).collect();
    let options: Vec<Vec<String>> = names.iter().map(|name| vec![name.clone()]).collect();
    let columns = match_columns(&options, &task.columns);
    log.names(&names, &columns);
    let missing = task.columns.iter().zip(&columns).filter(|(_, c)| c.is_none()).map(|(name, _)| name.clone());
    if !log.missing(missing.collect(), columns.len()) {
        return;
    }
    let mut roots: Vec<usize> = columns.iter().flatten().copied().collect();
    roots.sort_unstable();
    // A batch holds the columns read, in the order of the file.
    let columns: Vec<Option<usize>> = columns.iter().map(|c| c.and_then(|c| roots.binary_search(&c).ok())).collect();
    let mask = ProjectionMask::roots(metadata.parquet_schema(), roots);
    let (mut before, mut cause) = (0, None);
    // Group by group, so that a broken one costs its own rows alone.
    for group in 0..metadata.metadata().num_row_groups() {
        let Ok(file) = file.try_clone() else { break };
        let builder = ParquetRecordBatchReaderBuilder::new_with_metadata(file, metadata.clone());
        let builder = builder.with_projection(mask.clone()).with_row_groups(vec![group]);
        let mut at = before;
        before += u64::try_from(metadata.metadata().row_group(group).num_rows()).unwrap_or(0);
        let batches = match builder.with_batch_size(BLOCK_ROWS).build() {
            Ok(batches) => batches,
            Err(e) => {
                cause = cause.or(Some(e.to_string()));
                continue;
            }
        };
        for batch in batches {
            let batch = match batch {
                Ok(batch) => batch,
                Err(e) => {
                    cause = cause.or(Some(e.to_string()));
                    break;
                }
            };
            let (before, columns) = (at, columns.clone());
            at += batch.num_rows() as u64;
            let block = ColumnBlock { source: task.source, file: task.file, before, columns, batch };
            if outlet.send(Work::Columns(block)).is_break() {
                return;
            }
        }
    }
    match cause {
        // The file is whole; what the reader was built without it says so.
        Some(cause) if cause.contains("Disabled feature") => {
            let problem = log.message("ingest.codec").with("cause", cause);
            log.refuse(Reason::Unreadable, problem);
        }
        Some(cause) => log.cut(cause),
        None => {}
    }
}

impl ColumnBlock {
    /// Turns the columns into text.
    pub(super) fn parse(self) -> Parsed {
        let len = self.batch.num_rows();
        let mut broken: Vec<(usize, Reason)> = Vec::new();
        let columns: Vec<StringArray> = (self.columns.iter())
            .map(|column| match column {
                Some(at) => text(self.batch.column(*at), &mut broken),
                None => new_null_array(&DataType::Utf8, len).as_string().clone(),
            })
            .collect();
        broken.sort_unstable_by_key(|row| row.0);
        broken.dedup_by_key(|row| row.0);
        let mut rejected = Rows::new(self.source, self.file, columns.len(), 0);
        for &(row, reason) in &broken {
            let values = columns.iter().map(|c| if c.is_null(row) { "" } else { clip(c.value(row)) });
            let raw = values.collect::<Vec<_>>().join("\t");
            rejected.quarantine(Place { line: self.before + row as u64 + 1, byte: 0 }, reason, &raw);
        }
        // A row is kept even if all needed columns are blank: the others, which are not read, may not be.
        let mut keep = vec![true; len];
        for &(row, _) in &broken {
            keep[row] = false;
        }
        let line: Vec<u64> = (0..len).filter(|&row| keep[row]).map(|row| self.before + row as u64 + 1).collect();
        let columns = if line.len() == len {
            columns
        } else {
            let keep = BooleanArray::from(keep);
            columns.iter().map(|column| kept(column, &keep)).collect()
        };
        let byte = vec![0; line.len()];
        let rows = RawChunk { source: self.source, file: self.file, line, byte, columns, sheet: None };
        Parsed { rows, quarantined: rejected.finish().quarantined }
    }
}

fn kept(column: &StringArray, keep: &BooleanArray) -> StringArray {
    let kept = filter(column, keep).expect("the filter is as long as the column");
    kept.as_string().clone()
}

/// The beginning of a value that is shown.
fn clip(value: &str) -> &str {
    &value[..value.floor_char_boundary(super::rows::RAW_BYTES_MAX)]
}

/// A column as text: empty text is null, whole floats have no point, dates and times are ISO, what is nested is JSON or
/// nearly so. Rows that cannot be text or are too large are marked.
fn text(column: &ArrayRef, broken: &mut Vec<(usize, Reason)>) -> StringArray {
    let out: StringArray = match column.data_type() {
        DataType::Utf8 => column.as_string::<i32>().iter().map(filled).collect(),
        DataType::LargeUtf8 => column.as_string::<i64>().iter().map(filled).collect(),
        DataType::Utf8View => column.as_string_view().iter().map(filled).collect(),
        DataType::Float64 => column.as_primitive::<Float64Type>().iter().map(|v| v.map(number::float)).collect(),
        DataType::Float32 => {
            let short = |v: f32| number::float(v.to_string().parse().unwrap_or_else(|_| f64::from(v)));
            column.as_primitive::<Float32Type>().iter().map(|v| v.map(short)).collect()
        }
        DataType::Binary | DataType::LargeBinary | DataType::BinaryView | DataType::FixedSizeBinary(_) => {
            bytes(column, broken)
        }
        DataType::Dictionary(_, values) => {
            return match cast(column, values) {
                Ok(column) => text(&column, broken),
                Err(_) => formatted(column, broken),
            };
        }
        // A moment, whatever the zone is called: as such it becomes local time.
        DataType::Timestamp(unit, Some(zone)) if &**zone != UTC => {
            return match cast(column, &DataType::Timestamp(*unit, Some(UTC.into()))) {
                Ok(column) => text(&column, broken),
                Err(_) => formatted(column, broken),
            };
        }
        DataType::Decimal32(..) | DataType::Decimal64(..) | DataType::Decimal128(..) | DataType::Decimal256(..) => {
            let plain = formatted(column, broken);
            let short = |v: &str| {
                v.split_once('.').map_or(v.to_owned(), |_| v.trim_end_matches('0').trim_end_matches('.').to_owned())
            };
            plain.iter().map(|v| v.map(short)).collect()
        }
        _ => formatted(column, broken),
    };
    if out.values().len() > FIELD_BYTES_MAX {
        let large = (0..out.len()).filter(|&row| out.value_length(row) as usize > FIELD_BYTES_MAX);
        broken.extend(large.map(|row| (row, Reason::TooLarge)));
    }
    out
}

fn filled(value: Option<&str>) -> Option<&str> {
    value.filter(|value| !value.is_empty())
}

/// Bytes are text if they are UTF-8 or GB18030.
fn bytes(column: &ArrayRef, broken: &mut Vec<(usize, Reason)>) -> StringArray {
    let Ok(column) = cast(column, &DataType::LargeBinary) else { return formatted(column, broken) };
    let values = column.as_binary::<i64>().iter().enumerate();
    values
        .map(|(row, value)| {
            let value = value.filter(|value| !value.is_empty())?;
            let decoded = super::decode::decode(value, super::decode::Prior::Utf8, b'\n');
            if !decoded.bad_lines.is_empty() {
                broken.push((row, Reason::Encoding));
            }
            Some(decoded.text.into_owned())
        })
        .collect()
}

/// Any other type as it is displayed.
fn formatted(column: &ArrayRef, broken: &mut Vec<(usize, Reason)>) -> StringArray {
    let options = FormatOptions::new()
        .with_datetime_format(Some("%Y-%m-%d %H:%M:%S"))
        .with_timestamp_format(Some("%Y-%m-%d %H:%M:%S"))
        .with_timestamp_tz_format(Some("%Y-%m-%d %H:%M:%S%:z"));
    let formatter = ArrayFormatter::try_new(column, &options);
    let mut value = |row: usize| {
        let shown = formatter.as_ref().ok().map(|formatter| formatter.value(row).try_to_string());
        match shown {
            _ if column.is_null(row) => None,
            Some(Ok(value)) => Some(value).filter(|value| !value.is_empty()),
            _ => {
                broken.push((row, Reason::Malformed));
                None
            }
        }
    };
    (0..column.len()).map(&mut value).collect()
}
