//! Record batches as one Parquet file, zstd.

use crate::store::table_file;
use arrow::array::RecordBatch;
use arrow::datatypes::Schema;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::WriterProperties;
use std::io::{self, Write};
use std::sync::Arc;

/// Writes `batches`; without any, a file of no columns and no rows. The file is made in memory, because its writer wants
/// more of a stream than stdout can give.
pub(super) fn write(out: &mut dyn Write, batches: &[RecordBatch]) -> io::Result<()> {
    let schema = batches.first().map_or_else(|| Arc::new(Schema::empty()), RecordBatch::schema);
    let level = ZstdLevel::try_new(3).map_err(io::Error::other)?;
    let properties = WriterProperties::builder().set_compression(Compression::ZSTD(level)).build();
    let mut file = Vec::new();
    let mut writer = table_file::writer(&mut file, &schema, properties).map_err(io::Error::other)?;
    for batch in batches {
        writer.write(batch).map_err(io::Error::other)?;
    }
    writer.close().map_err(io::Error::other)?;
    out.write_all(&file)
}

#[cfg(test)]
mod tests {
    use super::super::samples;

    #[test]
    fn what_is_written_can_be_read() {
        let mut out = Vec::new();
        super::write(&mut out, &[samples::numbers(3), samples::numbers(2)]).unwrap();
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), &out).unwrap();
        let reader = parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder::try_new(file.reopen().unwrap());
        let rows: usize = reader.unwrap().build().unwrap().map(|batch| batch.unwrap().num_rows()).sum();
        assert_eq!(rows, 5);
    }
}
