//! A few records as they were understood, for people who check a mapping.

use crate::kernels::phone;
use crate::tables::{NO_DATE, Pool, Records, Sex};
use arrow::array::{ArrayRef, RecordBatch, StringViewArray};
use std::sync::Arc;

/// The first `rows` records, one text column per field that any of them has.
pub fn preview(records: &Records, source_names: &[String], rows: usize) -> RecordBatch {
    let rows = rows.min(records.len());
    let symbols = |column: &[u32]| -> Vec<Option<String>> {
        column[..rows].iter().map(|&sym| records.pool.get_some(sym).map(str::to_owned)).collect()
    };
    let each = |of: &dyn Fn(usize) -> Option<String>| -> Vec<Option<String>> { (0..rows).map(of).collect() };
    let mut columns: Vec<(String, Vec<Option<String>>)> = vec![
        ("source".to_owned(), each(&|i| source_names.get(records.source[i] as usize).cloned())),
        ("record_id".to_owned(), each(&|i| Some(records.key(i).to_owned()))),
        ("name".to_owned(), symbols(&records.name)),
        (
            "sex".to_owned(),
            each(&|i| match records.sex[i] {
                Sex::Unknown => None,
                Sex::Male => Some("male".to_owned()),
                Sex::Female => Some("female".to_owned()),
            }),
        ),
        ("id_number".to_owned(), each(&|i| Some(records.id[i].text()).filter(|text| !text.is_empty()))),
        ("document".to_owned(), symbols(&records.document)),
        (
            "birth_date".to_owned(),
            each(&|i| {
                (records.birth[i] != NO_DATE).then(|| {
                    let (year, month, day) = crate::kernels::date::civil_from_days(records.birth[i]);
                    format!("{year:04}-{month:02}-{day:02} ({:?})", records.birth_precision[i])
                })
            }),
        ),
        (
            "phone".to_owned(),
            each(&|i| {
                let phones = records.phones[i].iter().filter(|&&phone| phone != 0).map(|&phone| phone::format(phone));
                Some(phones.collect::<Vec<_>>().join("、")).filter(|text| !text.is_empty())
            }),
        ),
    ];
    for name in [
        "address",
        "estate",
        "building",
        "unit",
        "room",
        "road",
        "number",
        "registered_address",
        "grid_code",
        "ethnicity",
    ] {
        columns.push((name.to_owned(), records.symbol_column(name).map_or_else(Vec::new, symbols)));
    }
    for (name, column) in &records.extra {
        columns.push((name.clone(), symbols(column)));
    }
    let events = |i: usize| {
        let own = records.events.record.iter().zip(&records.events.kind).filter(|(record, _)| **record as usize == i);
        let kinds: Vec<&str> = own.map(|(_, &kind)| records.pool.get(kind)).collect();
        (!kinds.is_empty()).then(|| kinds.join("、"))
    };
    columns.push(("events".to_owned(), each(&events)));
    columns.retain(|(_, values)| values.iter().any(Option::is_some));
    if columns.is_empty() {
        columns.push(("record_id".to_owned(), Vec::new()));
    }
    debug_assert_eq!(Pool::NONE, 0);
    let arrays = columns.into_iter().map(|(name, values)| (name, Arc::new(StringViewArray::from(values)) as ArrayRef));
    RecordBatch::try_from_iter_with_nullable(arrays.map(|(name, array)| (name, array, true)))
        .expect("columns are of one length")
}
