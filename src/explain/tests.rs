//! A small set written by hand.

use super::*;
use crate::store::Manifest;
use crate::store::table_file;
use arrow::array::{ArrayRef, Float32Array, Float64Array, Int64Array, RecordBatch, StringViewArray};
use std::sync::Arc;

fn texts(values: &[&str]) -> ArrayRef {
    Arc::new(values.iter().map(|v| (!v.is_empty()).then_some(*v)).collect::<StringViewArray>())
}

fn write(folder: &Path, table: &str, columns: Vec<(&str, ArrayRef)>) {
    let batch = RecordBatch::try_from_iter_with_nullable(columns.into_iter().map(|(n, c)| (n, c, true))).unwrap();
    std::fs::create_dir_all(folder.join(table)).unwrap();
    let path = folder.join(table).join("part-00000.parquet");
    table_file::write(&path, &batch.schema(), std::iter::once(batch)).unwrap();
}

const P: &str = "P0000000000001";
const Q: &str = "P0000000000002";

/// A pair as a test writes it: two sources, weight, three levels.
type Pair = (&'static str, &'static str, f32, &'static str, &'static str, &'static str);

fn pairs(folder: &Path, table: &str, rows: &[(&str, &str, f32, &str, &str, &str)]) {
    let column = |pick: fn(&Pair) -> &'static str| {
        // The rows are literals of this file.
        let rows: Vec<&'static str> = rows.iter().map(|r| pick(&leak(r))).collect();
        texts(&rows)
    };
    let weights: ArrayRef = Arc::new(Float32Array::from_iter_values(rows.iter().map(|r| r.2)));
    let mut columns = vec![
        ("left_source", column(|r| r.0.split_once(':').unwrap().0)),
        ("left_record_id", column(|r| r.0.split_once(':').unwrap().1)),
        ("right_source", column(|r| r.1.split_once(':').unwrap().0)),
        ("right_record_id", column(|r| r.1.split_once(':').unwrap().1)),
        ("match_weight", weights),
        ("name", column(|r| r.3)),
        ("phone", column(|r| r.4)),
    ];
    if table != "links" {
        columns.push(("why", column(|r| r.5)));
    }
    write(folder, table, columns);
}

type Row<'a> = (&'a str, &'a str, f32, &'a str, &'a str, &'a str);

fn leak(row: &Row<'_>) -> Row<'static> {
    let own = |text: &str| -> &'static str { Box::leak(text.to_owned().into_boxed_str()) };
    (own(row.0), own(row.1), row.2, own(row.3), own(row.4), own(row.5))
}

/// Persons P (a:1, a:2, b:1:x) and Q (b:2); P holds together by a:1 – b:1:x – a:2.
fn set() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path();
    write(
        folder,
        "members",
        vec![
            ("source", texts(&["a", "a", "b", "b"])),
            ("record_id", texts(&["1", "2", "1:x", "2"])),
            ("person_id", texts(&[P, P, P, Q])),
            ("match_weight", Arc::new(Float32Array::from(vec![Some(20.0), Some(9.0), Some(20.0), None]))),
            ("joined_by", texts(&["id", "model", "id", "single"])),
        ],
    );
    write(folder, "persons", vec![("person_id", texts(&[P, Q])), ("name", texts(&["张小三", ""]))]);
    pairs(
        folder,
        "links",
        &[
            ("a:1", "b:1:x", 20.0, "exact", "same", ""),
            ("b:1:x", "a:2", 9.0, "exact", "missing", ""),
            ("a:1", "a:2", 5.0, "homophone", "missing", ""),
        ],
    );
    pairs(
        folder,
        "review",
        &[("a:2", "b:2", 2.0, "exact", "different", ""), ("a:1", "b:2", 6.5, "exact", "same", "two_births")],
    );
    pairs(folder, "refused", &[("a:1", "b:2", 6.5, "exact", "same", "two_births")]);
    let floats = |values: [f64; 3]| -> ArrayRef { Arc::new(Float64Array::from(values.to_vec())) };
    write(
        folder,
        "patterns",
        vec![
            ("name", texts(&["exact", "exact", "homophone"])),
            ("phone", texts(&["same", "missing", "missing"])),
            ("pairs", Arc::new(Int64Array::from(vec![2, 1, 1]))),
            ("bits_prior", floats([-12.0; 3])),
            ("bits_name", floats([20.0, 20.0, 16.0])),
            ("bits_phone", floats([13.0, 0.0, 0.0])),
            ("bits_rest", floats([-1.0, 1.0, 1.0])),
        ],
    );
    let model = serde_json::json!({ "match_weight_min": 3.0, "review_weight_min": -3.0 });
    Manifest { model, ..Manifest::default() }.write(folder).unwrap();
    dir
}

#[test]
fn a_pair_is_taken_apart_to_its_weight() {
    let set = set();
    let found = explain(set.path(), "b:1:x", Some("a:1"), false).unwrap();
    let Answer::Two { pair: Some(pair), path, between, person_a, person_b, .. } = found.answer else { panic!() };
    assert_eq!((person_a.as_str(), person_b.as_str(), pair.table), (P, P, "links"));
    assert_eq!(pair.terms.iter().map(|term| term.bits).collect::<Vec<_>>(), [-12.0, 20.0, 13.0, -1.0]);
    assert!((pair.terms.iter().map(|term| term.bits).sum::<f64>() - pair.match_weight).abs() < 1e-12);
    assert_eq!((path.len(), between.len()), (1, 0));
    assert_eq!((found.match_weight_min, found.review_weight_min), (Some(3.0), Some(-3.0)));
}

#[test]
fn the_way_goes_by_the_strongest_links() {
    let set = set();
    let Answer::Two { path, .. } = explain(set.path(), "a:1", Some("a:2"), false).unwrap().answer else { panic!() };
    assert_eq!(path.iter().map(|pair| pair.match_weight).collect::<Vec<_>>(), [20.0, 9.0]);
    let Answer::Record { person, record, open, open_left_out } = explain(set.path(), "a:2", None, true).unwrap().answer
    else {
        panic!()
    };
    assert_eq!((record.as_deref(), person.name.as_deref()), (Some("a:2"), Some("张*三")));
    let tree: Vec<_> = person.members.iter().map(|m| (m.record.as_str(), m.depth)).collect();
    assert_eq!(tree, [("a:2", 0), ("b:1:x", 1), ("a:1", 2)]);
    assert!(person.members[0].through.is_none());
    assert_eq!(person.members[2].through.as_ref().unwrap().match_weight, 20.0);
    let told: Vec<_> = open.iter().map(|o| (o.pair.table, o.pair.why.as_deref(), o.other_person.as_str())).collect();
    assert_eq!(told, [("refused", Some("two_births"), Q), ("review", None, Q)]);
    assert_eq!(open_left_out, 0);
    assert!(open[1].pair.terms.is_empty(), "levels that the table of patterns lacks");
}

#[test]
fn persons_and_what_lies_between_them() {
    let set = set();
    let Answer::Record { record, person, .. } = explain(set.path(), P, None, false).unwrap().answer else { panic!() };
    assert_eq!((record, person.members.len(), person.name), (None, 3, None));
    let Answer::Two { pair, between, path, .. } = explain(set.path(), "b:1:x", Some("b:2"), false).unwrap().answer
    else {
        panic!()
    };
    assert!(pair.is_none() && path.is_empty());
    assert_eq!(between.iter().map(|pair| pair.table).collect::<Vec<_>>(), ["refused", "review"]);
}

#[test]
fn what_is_not_there_is_said_without_values() {
    let set = set();
    for (asked, exit) in
        [("a:370502199001011234", Exit::NoInput), ("nocolon", Exit::Usage), ("P0000000000009", Exit::NoInput)]
    {
        let error = explain(set.path(), asked, None, false).unwrap_err();
        assert_eq!(error.exit, exit, "{asked}");
        assert!(!error.to_string().contains("370502199001011234"));
    }
}
