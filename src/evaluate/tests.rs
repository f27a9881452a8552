//! Held against counting every pair.

use super::*;
use arrow::array::{ArrayRef, StringViewArray};
use proptest::prelude::*;
use std::io::Write;
use std::sync::Arc;

type Entry = (String, String, String);

fn members(rows: &[Entry]) -> RecordBatch {
    let column =
        |pick: fn(&Entry) -> &str| Arc::new(StringViewArray::from_iter_values(rows.iter().map(pick))) as ArrayRef;
    let columns = [("source", column(|r| &r.0)), ("record_id", column(|r| &r.1)), ("person_id", column(|r| &r.2))];
    RecordBatch::try_from_iter(columns).unwrap()
}

fn truth_file(rows: &[Entry]) -> tempfile::NamedTempFile {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    writeln!(file, "\u{feff}person_id,extra,record_id,source").unwrap();
    for (source, id, person) in rows {
        writeln!(file, "{person},x,{id},{source}").unwrap();
    }
    file
}

fn entries(rows: &[(&str, &str, &str)]) -> Vec<Entry> {
    rows.iter().map(|&(s, i, p)| (s.to_owned(), i.to_owned(), p.to_owned())).collect()
}

#[test]
fn a_split_a_mix_and_what_is_missing() {
    let truth = entries(&[("a", "1", "x"), ("a", "2", "x"), ("b", "1", "x"), ("b", "2", "y"), ("b", "9", "y")]);
    let set = entries(&[("a", "1", "p"), ("a", "2", "p"), ("b", "1", "q"), ("b", "2", "q"), ("c", "1", "p")]);
    let report = evaluate(&[members(&set[..2]), members(&set[2..])], truth_file(&truth).path()).unwrap();
    assert_eq!((report.pairs_true, report.pairs_found, report.pairs_correct), (4, 2, 1));
    assert_eq!((report.persons, report.persons_split), (2, 1));
    assert_eq!((report.clusters, report.clusters_mixed), (2, 1));
    assert_eq!((report.records, report.missing_from_set, report.missing_from_truth), (4, 1, 1));
    let names: Vec<_> = report.source_pairs.iter().map(|p| (p.left.as_str(), p.right.as_str(), p.pairs_true)).collect();
    assert_eq!(names, [("a", "a", 1), ("a", "b", 2), ("b", "b", 1)]);
    assert!(report.to_json().contains("\"pairs_correct\": 1"));
}

#[test]
fn a_truth_that_is_not_one() {
    let set = [members(&[])];
    let missing = evaluate(&set, Path::new("/no/such.csv")).expect_err("no file");
    assert_eq!(missing.exit, Exit::NoInput);
    let mut file = tempfile::NamedTempFile::new().unwrap();
    writeln!(file, "source,record_id\na,1").unwrap();
    let column = evaluate(&set, file.path()).expect_err("no person_id");
    assert_eq!((column.exit, column.what.key()), (Exit::Data, "run.truth_column"));
    writeln!(file, "a,1,2").unwrap();
    let empty = evaluate(&set, truth_file(&[]).path()).unwrap();
    assert_eq!((empty.f1, empty.split_share), (1.0, 0.0));
}

/// Every pair, one after the other.
fn slowly(truth: &[Entry], set: &[Entry]) -> [u64; 3] {
    let cluster = |e: &Entry| set.iter().find(|m| (&m.0, &m.1) == (&e.0, &e.1)).map(|m| m.2.clone());
    let mut counts = [0; 3];
    for (i, a) in truth.iter().enumerate() {
        for b in &truth[i + 1..] {
            let (same, found) = (a.2 == b.2, cluster(a).is_some() && cluster(a) == cluster(b));
            for (count, add) in counts.iter_mut().zip([same, found, same && found]) {
                *count += u64::from(add);
            }
        }
    }
    counts
}

proptest! {
    #[test]
    fn counts_are_those_of_all_pairs(rows in prop::collection::vec((0..3_u8, 0..5_u8, prop::option::of(0..5_u8)), 0..40)) {
        let entry = |i: usize, s: u8, p: u8| (format!("s{s}"), i.to_string(), p.to_string());
        let truth: Vec<Entry> = rows.iter().enumerate().map(|(i, r)| entry(i, r.0, r.1)).collect();
        let set: Vec<Entry> =
            rows.iter().enumerate().filter_map(|(i, r)| Some(entry(i, r.0, r.2?))).collect();
        let report = evaluate(&[members(&set)], truth_file(&truth).path()).unwrap();
        let expected = slowly(&truth, &set);
        prop_assert_eq!([report.pairs_true, report.pairs_found, report.pairs_correct], expected);
        let by_source = report.source_pairs.iter().fold([0; 3], |sum, p| {
            [sum[0] + p.pairs_true, sum[1] + p.pairs_found, sum[2] + p.pairs_correct]
        });
        prop_assert_eq!(by_source, expected);
    }
}
