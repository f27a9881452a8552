//! Record batches as JSON: numbers as numbers, lists as arrays, structs as objects, dates and times as ISO 8601 text.

use super::formatter;
use arrow::array::{Array, AsArray, RecordBatch};
use arrow::datatypes::{DataType, Float32Type, Float64Type};
use serde_json::{Map, Value};
use std::io::{self, Write};

/// One array, or one object a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    Array,
    Lines,
}

/// Writes one object a row, keys in the order of the columns.
pub(super) fn write(out: &mut dyn Write, batches: &[RecordBatch], shape: Shape) -> io::Result<()> {
    let mut first = true;
    for batch in batches {
        let schema = batch.schema();
        for row in 0..batch.num_rows() {
            let mut object = Map::with_capacity(schema.fields().len());
            for (field, column) in schema.fields().iter().zip(batch.columns()) {
                object.insert(field.name().clone(), value(column.as_ref(), row)?);
            }
            if shape == Shape::Array {
                out.write_all(if first { b"[\n" } else { b",\n" })?;
            }
            first = false;
            serde_json::to_writer(&mut *out, &object)?;
            if shape == Shape::Lines {
                out.write_all(b"\n")?;
            }
        }
    }
    match (shape, first) {
        (Shape::Array, true) => out.write_all(b"[]\n"),
        (Shape::Array, false) => out.write_all(b"\n]\n"),
        (Shape::Lines, _) => Ok(()),
    }
}

fn value(array: &dyn Array, row: usize) -> io::Result<Value> {
    if array.is_null(row) {
        return Ok(Value::Null);
    }
    Ok(match array.data_type() {
        DataType::Null => Value::Null,
        DataType::Boolean => array.as_boolean().value(row).into(),
        DataType::Float32 => f64::from(array.as_primitive::<Float32Type>().value(row)).into(),
        DataType::Float64 => array.as_primitive::<Float64Type>().value(row).into(),
        DataType::Utf8 => array.as_string::<i32>().value(row).into(),
        DataType::LargeUtf8 => array.as_string::<i64>().value(row).into(),
        DataType::Utf8View => array.as_string_view().value(row).into(),
        DataType::List(_) => values(array.as_list::<i32>().value(row).as_ref())?,
        DataType::LargeList(_) => values(array.as_list::<i64>().value(row).as_ref())?,
        DataType::Struct(fields) => {
            let columns = array.as_struct();
            let mut object = Map::with_capacity(fields.len());
            for (field, column) in fields.iter().zip(columns.columns()) {
                object.insert(field.name().clone(), value(column.as_ref(), row)?);
            }
            Value::Object(object)
        }
        kind => {
            let text = formatter(array, "")?.value(row).try_to_string().map_err(io::Error::other)?;
            match text.parse::<serde_json::Number>() {
                Ok(number) if kind.is_integer() => Value::Number(number),
                _ => Value::String(text),
            }
        }
    })
}

fn values(items: &dyn Array) -> io::Result<Value> {
    (0..items.len()).map(|row| value(items, row)).collect::<io::Result<Vec<_>>>().map(Value::Array)
}

#[cfg(test)]
mod tests {
    use super::super::samples;
    use super::*;

    fn text(batches: &[RecordBatch], shape: Shape) -> String {
        let mut out = Vec::new();
        write(&mut out, batches, shape).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn values_keep_their_types() {
        let lines = text(&[samples::batch()], Shape::Lines);
        let (first, second) = lines.trim_end().split_once('\n').unwrap();
        assert_eq!(
            first,
            "{\"姓名\":\"王伟\",\"note\":\"a,\\\"b\\\"\\nc\",\"records\":12,\"weight\":1.5,\"born\":\"2022-03-27\",\
             \"at\":\"2022-03-27T08:33:20\",\"ok\":true,\"list\":[1,null]}"
        );
        assert!(second.contains("\"weight\":null") && second.ends_with("\"list\":null}"));
    }

    #[test]
    fn an_array_over_batches() {
        let two = [samples::numbers(2), samples::numbers(1)];
        assert_eq!(text(&two, Shape::Array), "[\n{\"n\":0},\n{\"n\":1},\n{\"n\":0}\n]\n");
        assert_eq!(text(&[], Shape::Array), "[]\n");
        assert_eq!(text(&[samples::numbers(0)], Shape::Lines), "");
    }
}
