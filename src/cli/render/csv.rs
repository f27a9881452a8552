//! Record batches as CSV: UTF-8, a header, an empty field for null.

use super::formatter;
use arrow::array::RecordBatch;
use std::io::{self, Write};

/// Writes `batches` as CSV. The header is written once, also if there is no row.
pub(super) fn write(out: &mut dyn Write, batches: &[RecordBatch]) -> io::Result<()> {
    let mut writer = csv::Writer::from_writer(out);
    let Some(first) = batches.first() else { return Ok(()) };
    writer.write_record(first.schema().fields().iter().map(|field| field.name())).map_err(io_error)?;
    let mut field = String::new();
    for batch in batches {
        let columns: Vec<_> =
            batch.columns().iter().map(|column| formatter(column.as_ref(), "")).collect::<io::Result<_>>()?;
        for row in 0..batch.num_rows() {
            for column in &columns {
                field.clear();
                column.value(row).write(&mut field).map_err(io::Error::other)?;
                writer.write_field(&field).map_err(io_error)?;
            }
            writer.write_record(None::<&[u8]>).map_err(io_error)?;
        }
    }
    writer.flush()
}

/// The error below, so that a broken pipe is still known as one.
fn io_error(error: csv::Error) -> io::Error {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => error,
        other => io::Error::other(format!("{other:?}")),
    }
}

#[cfg(test)]
mod tests {
    use super::super::samples;

    #[test]
    fn quotes_nulls_and_lists() {
        let mut out = Vec::new();
        super::write(&mut out, &[samples::batch(), samples::batch().slice(0, 0)]).unwrap();
        let text = String::from_utf8(out).unwrap();
        assert_eq!(
            text,
            "姓名,note,records,weight,born,at,ok,list\n\
             王伟,\"a,\"\"b\"\"\nc\",12,1.5,2022-03-27,2022-03-27T08:33:20,true,\"[1, ]\"\n\
             ,,3,NaN,,,,\n"
        );
    }
}
