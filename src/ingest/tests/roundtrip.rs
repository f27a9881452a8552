//! What the csv crate writes is read back as the csv crate reads it, however the file is cut into blocks; and no bytes
//! at all make ingest panic or lose count.

use super::{ReadSettings, stream};
use proptest::prelude::*;
use std::io::Cursor;

fn value() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => "[a-z张三李四0-9]{0,6}",
        1 => "[\",;|\t\r\n 'ab女·é𠮷]{0,8}",
    ]
}

fn table() -> impl Strategy<Value = Vec<Vec<String>>> {
    (2usize..5).prop_flat_map(|width| prop::collection::vec(prop::collection::vec(value(), width), 1..40))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn reads_what_the_csv_crate_reads(table in table(), block in 1usize..200, tab: bool) {
        let width = table[0].len();
        let columns: Vec<String> = (0..width).map(|i| format!("column{i}")).collect();
        let delimiter = if tab { b'\t' } else { b',' };
        let mut writer = csv::WriterBuilder::new().delimiter(delimiter).from_writer(Vec::new());
        writer.write_record(&columns).unwrap();
        for row in &table {
            writer.write_record(row).unwrap();
        }
        let text = writer.into_inner().unwrap();
        let oracle: Vec<(u64, u64, Vec<String>)> = csv::ReaderBuilder::new()
            .delimiter(delimiter)
            .from_reader(text.as_slice())
            .into_records()
            .map(|row| {
                let row = row.unwrap();
                let at = row.position().unwrap();
                (at.line(), at.byte(), row.iter().map(str::to_owned).collect::<Vec<_>>())
            })
            // Blank rows are not rows.
            .filter(|row| row.2.iter().any(|value| !value.trim().is_empty()))
            .collect();
        let settings = ReadSettings { delimiter: Some(delimiter), ..ReadSettings::default() };
        let out = stream(Cursor::new(text), &columns.join(","), &settings, block);
        prop_assert!(out.quarantined.is_empty(), "{:?}", out.quarantined);
        prop_assert_eq!(out.rows, oracle);
    }

    #[test]
    fn any_bytes_are_counted_and_blocks_make_no_difference(
        bytes in prop::collection::vec(
            prop_oneof![3 => prop::sample::select(b"\",\n\r|a1\0".to_vec()), 1 => any::<u8>()],
            0..400,
        ),
        block in 1usize..64,
    ) {
        let mut text = b"name,note\n".to_vec();
        text.extend(bytes);
        let settings = ReadSettings { delimiter: Some(b','), ..ReadSettings::default() };
        let small = stream(Cursor::new(text.clone()), "name,note", &settings, block);
        let large = stream(Cursor::new(text), "name,note", &settings, 1 << 20);
        prop_assert_eq!(small.rows.len() + small.quarantined.len(), large.rows.len() + large.quarantined.len());
    }
}
