//! Parquet files of many types, whole, compressed and cut.

use super::{ReadSettings, read_file};
use crate::config::Format;
use crate::tables::Reason;
use arrow::array::{
    ArrayRef, BinaryArray, BooleanArray, Date32Array, Decimal128Array, DictionaryArray, Float64Array, Int64Array,
    LargeStringArray, ListArray, StringArray, StringViewArray, TimestampMillisecondArray,
};
use arrow::datatypes::{Int32Type, Int64Type};
use arrow::record_batch::RecordBatch;
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, GzipLevel};
use parquet::file::properties::WriterProperties;
use std::sync::Arc;

fn file(batch: &RecordBatch, group_rows: usize) -> Vec<u8> {
    let properties = WriterProperties::builder().set_max_row_group_row_count(Some(group_rows)).build();
    let mut writer = ArrowWriter::try_new(Vec::new(), batch.schema(), Some(properties)).unwrap();
    writer.write(batch).unwrap();
    writer.into_inner().unwrap()
}

#[test]
fn every_type_is_text() {
    let gb = encoding_rs::GB18030.encode("张").0.into_owned();
    let columns: Vec<(&str, ArrayRef)> = vec![
        ("other", Arc::new(Int64Array::from(vec![9, 9, 9]))),
        ("text", Arc::new(StringArray::from(vec![Some("张三"), Some(""), None]))),
        ("large", Arc::new(LargeStringArray::from(vec!["a", "b", "c"]))),
        ("view", Arc::new(StringViewArray::from(vec!["a", "b", "c"]))),
        ("int", Arc::new(Int64Array::from(vec![Some(370_502_199_001_011_234), None, Some(-1)]))),
        ("float", Arc::new(Float64Array::from(vec![13_800_138_000.0, 1.5, f64::NAN]))),
        ("date", Arc::new(Date32Array::from(vec![0, 7338, -1]))),
        ("time", Arc::new(TimestampMillisecondArray::from(vec![0, 1000, 86_400_000]))),
        ("bool", Arc::new(BooleanArray::from(vec![true, false, true]))),
        ("dict", Arc::new(vec!["x", "y", "x"].into_iter().collect::<DictionaryArray<Int32Type>>())),
        ("decimal", Arc::new(Decimal128Array::from(vec![100, 150, 7]).with_precision_and_scale(9, 2).unwrap())),
        ("bytes", Arc::new(BinaryArray::from(vec!["男".as_bytes(), b"\xFF\xFF", &gb]))),
        (
            "list",
            Arc::new(ListArray::from_iter_primitive::<Int64Type, _, _>(vec![Some(vec![Some(1), None]), None, None])),
        ),
    ];
    let names = columns.iter().skip(1).map(|column| column.0).collect::<Vec<_>>().join(",");
    let bytes =
        file(&RecordBatch::try_from_iter_with_nullable(columns.into_iter().map(|(n, c)| (n, c, true))).unwrap(), 2);
    let out = read_file("x.parquet", &bytes, &names, &ReadSettings::default());
    assert_eq!(
        out.values(),
        [
            [
                "张三",
                "a",
                "a",
                "370502199001011234",
                "13800138000",
                "1970-01-01",
                "1970-01-01 00:00:00",
                "true",
                "x",
                "1",
                "男",
                "[1, ]"
            ],
            ["", "c", "c", "-1", "", "1969-12-31", "1970-01-02 00:00:00", "true", "x", "0.07", "张", ""],
        ]
    );
    assert_eq!((out.rows[1].0, out.reasons()), (3, vec![(2, Reason::Encoding)]));
    assert_eq!(out.quarantined[0].raw.split('\t').nth(1), Some("b"));
    assert_eq!(out.report.format, Some(Format::Parquet));
}

#[test]
fn column_order_missing_columns_and_compression() {
    let many = StringArray::from_iter_values((0..20_000).map(|i| format!("n{i}")));
    let codes = Int64Array::from_iter_values(0..20_000);
    let batch = RecordBatch::try_from_iter([("code", Arc::new(codes) as ArrayRef), ("Name", Arc::new(many))]).unwrap();
    let bytes = zstd::encode_all(file(&batch, 3000).as_slice(), 1).unwrap();
    let out = read_file("x.parquet.zst", &bytes, "name,没有,code", &ReadSettings::default());
    assert_eq!(out.rows.len(), 20_000);
    assert_eq!(out.rows[12_345], (12_346, 0, vec!["n12345".to_owned(), String::new(), "12345".to_owned()]));
    assert_eq!(out.report.missing_columns, ["没有"]);
    let out = read_file("x", &bytes, "没有", &ReadSettings::default());
    assert_eq!(out.reasons(), [(0, Reason::MissingColumn)]);
}

#[test]
fn cut_and_broken_files() {
    let many = StringArray::from_iter_values((0..5000).map(|i| format!("n{}", i * 7919 % 5003)));
    let bytes = file(&RecordBatch::try_from_iter([("name", Arc::new(many) as ArrayRef)]).unwrap(), 1000);
    for len in [5, bytes.len() / 2, bytes.len() - 1] {
        let out = read_file("x.parquet", &bytes[..len], "name", &ReadSettings::default());
        assert_eq!((out.reasons(), out.report.damaged), (vec![(0, Reason::Truncated)], true));
    }
    for at in (0..bytes.len()).step_by(101) {
        let mut broken = bytes.clone();
        broken[at] ^= 0x55;
        read_file("x.parquet", &broken, "name", &ReadSettings::default());
    }
    // A page in the middle is gone: the other groups are kept.
    let mut broken = bytes.clone();
    let at = bytes.len() / 2;
    broken[at..at + 400].fill(0xFF);
    let out = read_file("x.parquet", &broken, "name", &ReadSettings::default());
    assert!(out.report.damaged && !out.rows.is_empty() && out.rows.len() < 5000, "{}", out.rows.len());
}

#[test]
fn a_moment_of_any_zone_is_a_moment() {
    for zone in ["UTC", "Asia/Shanghai", "America/New_York", "+08:00"] {
        let at: ArrayRef = Arc::new(TimestampMillisecondArray::from(vec![1_000]).with_timezone(zone));
        let bytes = file(&RecordBatch::try_from_iter([("at", at)]).unwrap(), 10);
        let out = read_file("x.parquet", &bytes, "at", &ReadSettings::default());
        assert_eq!(out.values(), [["1970-01-01 00:00:01+00:00"]], "{zone}");
    }
}

#[test]
fn gzip_is_read() {
    let column: ArrayRef = Arc::new(StringArray::from(vec!["张三"; 100]));
    let batch = RecordBatch::try_from_iter([("name", column)]).unwrap();
    let properties = WriterProperties::builder().set_compression(Compression::GZIP(GzipLevel::default())).build();
    let mut writer = ArrowWriter::try_new(Vec::new(), batch.schema(), Some(properties)).unwrap();
    writer.write(&batch).unwrap();
    let out = read_file("x.parquet", &writer.into_inner().unwrap(), "name", &ReadSettings::default());
    assert_eq!((out.rows.len(), out.report.damaged), (100, false));
}
