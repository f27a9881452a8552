//! One Parquet file: written so that the same rows give the same bytes, and read back.

use super::files;
use crate::error::{Error, Exit, Result};
use crate::message::Message;
use arrow::array::RecordBatch;
use arrow::datatypes::{DataType, SchemaRef};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::arrow::{ArrowWriter, ProjectionMask};
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::{EnabledStatistics, WriterProperties, WriterVersion};
use parquet::schema::types::ColumnPath;
use std::fs::File;
use std::io::BufWriter;
use std::path::Path;

/// Rows of a row group: what a writer holds in memory at once.
pub const ROW_GROUP_ROWS: usize = 262_144;

/// Columns with hardly a value twice: a dictionary would be built only to be thrown away.
const DISTINCT: &[&str] =
    &["record_id", "left_record_id", "right_record_id", "item_id", "id_number", "raw", "address", "person_id"];

/// Columns of text by which rows are ordered, at least within stretches.
const ORDERED: &[&str] = &["person_id", "grid_code", "source", "record_id"];

/// Writes a table file and returns its rows. It is on the disk for certain only after [`files::sync_all_under`].
///
/// # Errors
/// [`Exit::Output`] if the file cannot be created, [`Exit::Io`] if writing fails.
pub fn write(path: &Path, schema: &SchemaRef, batches: impl Iterator<Item = RecordBatch>) -> Result<u64> {
    let file = BufWriter::with_capacity(1 << 18, files::create_file(path)?);
    let failed = |error| files::parquet_write_error(path, error);
    let mut writer = ArrowWriter::try_new(file, schema.clone(), Some(properties(schema))).map_err(failed)?;
    let mut rows = 0;
    for batch in batches {
        rows += batch.num_rows() as u64;
        writer.write(&batch).map_err(failed)?;
    }
    writer.close().map_err(failed)?;
    Ok(rows)
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
    let file = File::open(path).map_err(|error| files::read_error(path, error))?;
    let reader = ParquetRecordBatchReaderBuilder::try_new(file).map_err(|error| broken(path).caused_by(error))?;
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
    let file = File::open(path).map_err(|error| files::read_error(path, error))?;
    let reader = ParquetRecordBatchReaderBuilder::try_new(file).map_err(|error| broken(path).caused_by(error))?;
    let schema = reader.schema().clone();
    let reader = reader.with_batch_size(65_536).build().map_err(|error| broken(path).caused_by(error))?;
    let batches = reader.collect::<std::result::Result<_, _>>().map_err(|error| broken(path).caused_by(error))?;
    Ok((schema, batches))
}

pub(super) fn broken(path: &Path) -> Error {
    Error::new(Exit::Data, Message::new("store.broken_file").with("path", path.display()))
}

fn properties(schema: &SchemaRef) -> WriterProperties {
    let mut properties = WriterProperties::builder()
        .set_created_by("gridlink".to_owned())
        .set_writer_version(WriterVersion::PARQUET_1_0)
        .set_compression(Compression::ZSTD(ZstdLevel::try_new(1).expect("1 is a level of zstd")))
        .set_max_row_group_row_count(Some(ROW_GROUP_ROWS));
    for field in schema.fields() {
        // Smallest and largest texts help to skip pages only where rows are ordered by them.
        let text = matches!(field.data_type(), DataType::Utf8View | DataType::Utf8 | DataType::List(_));
        if text && !ORDERED.contains(&field.name().as_str()) {
            // The column of a list has a longer path; a setting for a column that is not there does nothing.
            let path = |tail: &[&str]| {
                ColumnPath::new([field.name().as_str()].iter().chain(tail).map(|s| (*s).to_owned()).collect())
            };
            for path in [path(&[]), path(&["list", "item"])] {
                properties = properties.set_column_statistics_enabled(path, EnabledStatistics::None);
            }
        }
        if DISTINCT.contains(&field.name().as_str()) {
            properties = properties.set_column_dictionary_enabled(ColumnPath::from(field.name().clone()), false);
        }
    }
    properties.build()
}
