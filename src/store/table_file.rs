//! One Parquet file: written so that the same rows give the same bytes, and read back.

use super::files;
use crate::error::{Error, Exit, Result};
use crate::message::Message;
use arrow::array::{ArrayRef, AsArray, RecordBatch};
use arrow::datatypes::{DataType, FieldRef, Fields, Schema, SchemaRef};
use foldhash::fast::FixedState;
use hashbrown::HashSet;
use parquet::arrow::arrow_reader::{ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReaderBuilder};
use parquet::arrow::arrow_writer::ArrowWriterOptions;
use parquet::arrow::{ArrowWriter, ProjectionMask, add_encoded_arrow_schema_to_metadata};
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::{EnabledStatistics, WriterProperties, WriterVersion};
use parquet::schema::types::ColumnPath;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;
use std::sync::Arc;

/// Rows of a row group: what a writer holds in memory at once.
pub const ROW_GROUP_ROWS: usize = 262_144;

/// Rows of the first batch by which columns of text are judged.
const JUDGED_ROWS: usize = 4096;

/// A dictionary pays where a value comes so often on average; elsewhere it is built only to be thrown away.
const REPEATED_MIN: usize = 8;

/// Writes a table file and returns its rows. It is on the disk for certain only after [`files::sync_all_under`].
///
/// # Errors
/// [`Exit::Output`] if the file cannot be created, [`Exit::Io`] if writing fails.
pub fn write(path: &Path, schema: &SchemaRef, batches: impl Iterator<Item = RecordBatch>) -> Result<u64> {
    let file = BufWriter::with_capacity(1 << 18, files::create_file(path)?);
    let failed = |error| files::parquet_write_error(path, error);
    let mut batches = batches.peekable();
    let mut writer = writer(file, schema, properties(schema, batches.peek())).map_err(failed)?;
    let mut rows = 0;
    for batch in batches {
        rows += batch.num_rows() as u64;
        writer.write(&batch).map_err(failed)?;
    }
    writer.close().map_err(failed)?;
    Ok(rows)
}

/// A writer of batches of `schema`. What the file says of its columns to readers that know Arrow names the plain types of
/// text: the views of memory are not known to all of them (pandas has none of lists), and hold the same.
///
/// # Errors
/// If a type has no counterpart in Parquet.
pub fn writer<W: Write + Send>(
    out: W,
    schema: &SchemaRef,
    mut properties: WriterProperties,
) -> parquet::errors::Result<ArrowWriter<W>> {
    add_encoded_arrow_schema_to_metadata(&with_texts(schema, &DataType::Utf8View, &DataType::Utf8), &mut properties);
    let options = ArrowWriterOptions::new().with_properties(properties).with_skip_arrow_metadata(true);
    ArrowWriter::try_new_with_options(out, schema.clone(), options)
}

/// The schema with type `to` in the place of `from`, in lists too.
fn with_texts(schema: &Schema, from: &DataType, to: &DataType) -> Schema {
    let changed = |field: &FieldRef| -> FieldRef {
        match field.data_type() {
            own if own == from => Arc::new(field.as_ref().clone().with_data_type(to.clone())),
            DataType::List(item) if item.data_type() == from => {
                let item = Arc::new(item.as_ref().clone().with_data_type(to.clone()));
                Arc::new(field.as_ref().clone().with_data_type(DataType::List(item)))
            }
            _ => field.clone(),
        }
    };
    Schema::new_with_metadata(schema.fields().iter().map(changed).collect::<Fields>(), schema.metadata().clone())
}

/// A reader of a file, which gives text as views.
fn reader(path: &Path) -> Result<ParquetRecordBatchReaderBuilder<File>> {
    let file = File::open(path).map_err(|error| files::read_error(path, error))?;
    let failed = |error| broken(path).caused_by(error);
    let metadata = ArrowReaderMetadata::load(&file, ArrowReaderOptions::new()).map_err(failed)?;
    let viewed = Arc::new(with_texts(metadata.schema(), &DataType::Utf8, &DataType::Utf8View));
    let options = ArrowReaderOptions::new().with_schema(viewed);
    let metadata = ArrowReaderMetadata::try_new(metadata.metadata().clone(), options).map_err(failed)?;
    Ok(ParquetRecordBatchReaderBuilder::new_with_metadata(file, metadata))
}

/// Reads a whole table file.
///
/// # Errors
/// [`Exit::NoInput`] if there is none, [`Exit::Data`] if it is not a Parquet file or damaged.
pub fn read(path: &Path) -> Result<Vec<RecordBatch>> {
    Ok(read_with_schema(path)?.1)
}

/// As [`read`], but only the columns of these names, in the order of the file.
///
/// # Errors
/// As [`read`].
pub fn read_columns(path: &Path, names: &[&str]) -> Result<Vec<RecordBatch>> {
    let reader = reader(path)?;
    let mask = ProjectionMask::columns(reader.parquet_schema(), names.iter().copied());
    let reader = reader.with_projection(mask).with_batch_size(65_536).build();
    let reader = reader.map_err(|error| broken(path).caused_by(error))?;
    reader.collect::<std::result::Result<_, _>>().map_err(|error| broken(path).caused_by(error))
}

/// As [`read`], with the schema, which a file without rows has too.
///
/// # Errors
/// As [`read`].
pub fn read_with_schema(path: &Path) -> Result<(SchemaRef, Vec<RecordBatch>)> {
    let reader = reader(path)?;
    let schema = reader.schema().clone();
    let reader = reader.with_batch_size(65_536).build().map_err(|error| broken(path).caused_by(error))?;
    let batches = reader.collect::<std::result::Result<_, _>>().map_err(|error| broken(path).caused_by(error))?;
    Ok((schema, batches))
}

/// The schema of a table file.
///
/// # Errors
/// As [`read`].
pub fn schema(path: &Path) -> Result<SchemaRef> {
    Ok(reader(path)?.schema().clone())
}

pub(super) fn broken(path: &Path) -> Error {
    Error::new(Exit::Data, Message::new("store.broken_file").with("path", path.display()))
}

/// How columns are written: a matter of the first rows alone, so that the same rows give the same bytes.
fn properties(schema: &SchemaRef, first: Option<&RecordBatch>) -> WriterProperties {
    let mut properties = WriterProperties::builder()
        .set_created_by("gridlink".to_owned())
        .set_writer_version(WriterVersion::PARQUET_1_0)
        .set_compression(Compression::ZSTD(ZstdLevel::try_new(1).expect("1 is a level of zstd")))
        .set_max_row_group_row_count(Some(ROW_GROUP_ROWS));
    for (at, field) in schema.fields().iter().enumerate() {
        let is_list = matches!(field.data_type(), DataType::List(_));
        if !is_list && !matches!(field.data_type(), DataType::Utf8View) {
            continue;
        }
        let tail: &[&str] = if is_list { &["list", "item"] } else { &[] };
        let path = ColumnPath::new([field.name().as_str()].iter().chain(tail).map(|s| (*s).to_owned()).collect());
        let texts = first.and_then(|batch| texts(batch.column(at)));
        // Smallest and largest texts help to skip pages only where rows are ordered by them.
        if is_list || texts.as_ref().is_some_and(|texts| !texts.is_sorted()) {
            properties = properties.set_column_statistics_enabled(path.clone(), EnabledStatistics::None);
        }
        let distinct = |texts: &[&str]| texts.iter().collect::<HashSet<_, FixedState>>().len();
        if texts.is_some_and(|texts| distinct(&texts) * REPEATED_MIN > texts.len()) {
            properties = properties.set_column_dictionary_enabled(path, false);
        }
    }
    properties.build()
}

/// The first texts of a column, those of its lists behind each other, without nulls.
fn texts(column: &ArrayRef) -> Option<Vec<&str>> {
    let values = column.as_list_opt::<i32>().map_or(column, |lists| lists.values());
    Some(values.as_string_view_opt()?.iter().take(JUDGED_ROWS).flatten().collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use arrow::array::StringViewArray;
    use parquet::file::reader::{FileReader, SerializedFileReader};

    #[test]
    fn a_dictionary_where_texts_repeat_and_limits_where_they_are_sorted() {
        let column = |text: &dyn Fn(usize) -> String| -> ArrayRef {
            Arc::new((0..5000).map(|i| Some(text(i))).collect::<StringViewArray>())
        };
        let columns = [
            ("keys", column(&|i| format!("K{:05}", i * 7919 % 5000))),
            ("ordered", column(&|i| format!("K{i:05}"))),
            ("words", column(&|i| format!("W{}", i * 7 % 10))),
        ];
        let batch = RecordBatch::try_from_iter(columns).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("t.parquet");
        assert_eq!(write(&path, &batch.schema(), std::iter::once(batch.clone())).unwrap(), 5000);
        let file = SerializedFileReader::new(File::open(&path).unwrap()).unwrap();
        let group = file.metadata().row_group(0);
        let of = |i: usize| {
            let column = group.column(i);
            (
                column.dictionary_page_offset().is_some(),
                column.statistics().is_some_and(|s| s.min_bytes_opt().is_some()),
            )
        };
        assert_eq!([0, 1, 2].map(of), [(false, false), (false, true), (true, false)]);
        assert_eq!(read(&path).unwrap(), [batch]);
        // Others read it as plain text.
        let plain = ParquetRecordBatchReaderBuilder::try_new(File::open(&path).unwrap()).unwrap();
        assert!(plain.schema().fields().iter().all(|field| *field.data_type() == DataType::Utf8));
        // A table without rows has its columns.
        let none = RecordBatch::new_empty(read(&path).unwrap()[0].schema());
        write(&path, &none.schema(), std::iter::empty()).unwrap();
        assert_eq!(read_with_schema(&path).unwrap().0, none.schema());
    }
}
