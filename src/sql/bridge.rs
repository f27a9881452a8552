//! The one place where polars and arrow-rs meet: tables cross through the Arrow C data interface, which shares buffers
//! and copies nothing (strings stay `Utf8View`). Nothing else in the house knows both kinds of array.

#![allow(unsafe_code, reason = "the C data interface is the only way between two array types without a copy")]

use arrow::array::{Array, ArrayRef, NullArray, RecordBatch, RecordBatchOptions, make_array};
use arrow::datatypes::{Field, Schema};
use arrow::error::ArrowError;
use arrow::ffi::{FFI_ArrowArray, FFI_ArrowSchema, from_ffi, to_ffi};
use polars::prelude::{CompatLevel, DataFrame, DataType, IntoColumn, PolarsResult, Series, polars_err};
use polars_arrow::ffi::{ArrowArray, ArrowSchema};
use std::mem::{align_of, size_of, transmute};
use std::sync::Arc;

// Both crates write the C structs of the Arrow specification; a change of layout must not pass unseen.
const _: () = assert!(size_of::<ArrowArray>() == size_of::<FFI_ArrowArray>());
const _: () = assert!(size_of::<ArrowSchema>() == size_of::<FFI_ArrowSchema>());
const _: () = assert!(align_of::<ArrowArray>() == align_of::<FFI_ArrowArray>());
const _: () = assert!(align_of::<ArrowSchema>() == align_of::<FFI_ArrowSchema>());

/// The batches, which have one schema, as one frame. No batch gives a frame without columns.
///
/// # Errors
/// If a column has a type that polars does not know.
pub(super) fn to_frame(batches: &[RecordBatch]) -> PolarsResult<DataFrame> {
    let Some(first) = batches.first() else { return Ok(DataFrame::empty()) };
    let mut frame = frame_of(first)?;
    for batch in &batches[1..] {
        frame.vstack_mut_owned(frame_of(batch)?)?;
    }
    Ok(frame)
}

fn frame_of(batch: &RecordBatch) -> PolarsResult<DataFrame> {
    let mut columns = Vec::with_capacity(batch.num_columns());
    for (array, field) in batch.columns().iter().zip(batch.schema_ref().fields()) {
        let name = field.name().as_str().into();
        let series = match array.data_type() {
            arrow::datatypes::DataType::Null => Series::full_null(name, array.len(), &DataType::Null),
            _ => Series::from_arrow(name, import(array)?)?,
        };
        columns.push(series.into_column());
    }
    DataFrame::new(batch.num_rows(), columns)
}

/// The frame as batches, one for each of its chunks, every column nullable. A frame without rows gives one batch
/// without rows, so that the names and types of its columns are never lost.
///
/// # Errors
/// If a column has a type that arrow-rs does not know.
pub(super) fn to_batches(mut frame: DataFrame) -> Result<Vec<RecordBatch>, ArrowError> {
    if frame.height() == 0 {
        frame = frame.clear();
    }
    frame.align_chunks();
    let chunks = frame.columns().first().map_or(0, |column| column.as_materialized_series().n_chunks());
    let mut batches = Vec::with_capacity(chunks);
    for chunk in 0..chunks {
        let (mut arrays, mut fields) = (Vec::with_capacity(frame.width()), Vec::with_capacity(frame.width()));
        for column in frame.columns() {
            let series = column.as_materialized_series();
            let array = series.to_arrow(chunk, CompatLevel::newest());
            let field = polars_arrow::datatypes::Field::new(series.name().clone(), array.dtype().clone(), true);
            // The two disagree on the buffers of the null type, of which only the length matters.
            let (array, field) = if *series.dtype() == DataType::Null {
                let nulls: ArrayRef = Arc::new(NullArray::new(array.len()));
                (nulls, Field::new(series.name().as_str(), arrow::datatypes::DataType::Null, true))
            } else {
                export(array, &field)?
            };
            arrays.push(array);
            fields.push(field);
        }
        let rows = arrays.first().map_or(0, Array::len);
        let options = RecordBatchOptions::new().with_row_count(Some(rows));
        batches.push(RecordBatch::try_new_with_options(Arc::new(Schema::new(fields)), arrays, &options)?);
    }
    Ok(batches)
}

fn import(array: &ArrayRef) -> PolarsResult<Box<dyn polars_arrow::array::Array>> {
    let (array, schema) = to_ffi(&array.to_data()).map_err(|e| polars_err!(ComputeError: "{e}"))?;
    // SAFETY: source and target are `#[repr(C)]` images of the same two structs of the C data interface, as wide as each
    // other (asserted above). `transmute` moves them, so only the target runs the release callback, once. The array was
    // exported a line above with this very schema, which is what `import_array_from_c` asks of its caller.
    unsafe {
        let schema: ArrowSchema = transmute(schema);
        let array: ArrowArray = transmute(array);
        let field = polars_arrow::ffi::import_field_from_c(&schema)?;
        polars_arrow::ffi::import_array_from_c(array, field.dtype)
    }
}

fn export(
    array: Box<dyn polars_arrow::array::Array>,
    field: &polars_arrow::datatypes::Field,
) -> Result<(ArrayRef, Field), ArrowError> {
    // SAFETY: as in `import`, the other way round: equal layout, ownership moves, and array and schema are exported from
    // one array and its own data type.
    let (array, schema) = unsafe {
        let array: FFI_ArrowArray = transmute(polars_arrow::ffi::export_array_to_c(array));
        let schema: FFI_ArrowSchema = transmute(polars_arrow::ffi::export_field_to_c(field));
        (from_ffi(array, &schema)?, schema)
    };
    Ok((make_array(array), Field::try_from(&schema)?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use arrow::array::*;
    use arrow::datatypes::{DataType, TimeUnit};

    fn batch() -> RecordBatch {
        let mut texts = ListBuilder::new(StringViewBuilder::new());
        texts.values().append_value("a text longer than twelve bytes");
        texts.values().append_null();
        texts.append(true);
        texts.append(true);
        texts.append(false);
        let texts = texts.finish();
        let columns: Vec<(&str, ArrayRef)> = vec![
            ("text", Arc::new(StringViewArray::from(vec![Some("王伟"), None, Some("东营市东营区府前大街45号")]))),
            ("int", Arc::new(Int64Array::from(vec![Some(1), None, Some(-3)]))),
            ("float", Arc::new(Float32Array::from(vec![Some(1.5), None, Some(f32::INFINITY)]))),
            ("date", Arc::new(Date32Array::from(vec![Some(19_000), None, Some(-1)]))),
            ("time", Arc::new(TimestampMillisecondArray::from(vec![Some(1_648_000_000_123), None, Some(0)]))),
            ("bool", Arc::new(BooleanArray::from(vec![Some(true), None, Some(false)]))),
            ("texts", Arc::new(texts)),
            ("nothing", Arc::new(NullArray::new(3))),
        ];
        RecordBatch::try_from_iter_with_nullable(columns.into_iter().map(|(name, array)| (name, array, true))).unwrap()
    }

    #[test]
    fn a_table_comes_back_as_it_was() {
        let batch = batch();
        let back = to_batches(to_frame(std::slice::from_ref(&batch)).unwrap()).unwrap();
        assert_eq!(back.len(), 1);
        for (column, was) in back[0].columns().iter().zip(batch.columns()) {
            // Polars has only lists of 64-bit offsets; every other type is kept.
            let column = match was.data_type() {
                DataType::List(_) => arrow::compute::cast(column, was.data_type()).unwrap(),
                _ => column.clone(),
            };
            assert_eq!(column.as_ref(), was.as_ref());
        }
        let schema = back[0].schema();
        assert_eq!(schema.field(0).data_type(), &DataType::Utf8View);
        assert_eq!(schema.field(4).data_type(), &DataType::Timestamp(TimeUnit::Millisecond, None));
    }

    #[test]
    fn slices_and_several_batches_keep_their_rows() {
        let batch = batch();
        let frame = to_frame(&[batch.slice(1, 2), batch.slice(0, 1)]).unwrap();
        let back = to_batches(frame).unwrap();
        let text: Vec<Option<String>> = back
            .iter()
            .flat_map(|b| b.column(0).as_string_view().iter().map(|t| t.map(str::to_owned)).collect::<Vec<_>>())
            .collect();
        assert_eq!(text, [None, Some("东营市东营区府前大街45号".to_owned()), Some("王伟".to_owned())]);
    }

    #[test]
    fn buffers_outlive_the_side_they_came_from() {
        let frame = to_frame(&[batch()]).unwrap();
        let kept = to_batches(frame.clone()).unwrap();
        drop(frame);
        assert_eq!(kept[0].column(0).as_string_view().value(2), "东营市东营区府前大街45号");
    }

    #[test]
    fn no_rows_keep_their_columns() {
        let back = to_batches(to_frame(&[batch().slice(0, 0)]).unwrap()).unwrap();
        assert_eq!((back.len(), back[0].num_rows(), back[0].num_columns()), (1, 0, 8));
        assert_eq!(to_frame(&[]).unwrap().width(), 0);
    }
}
