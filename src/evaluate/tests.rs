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

/// Persons `P<name>` with the record `a:<name>`, and their items: name and grid, empty for the unassigned list.
fn lists_of(names: &str, items: &[(&str, &str)], expected: &str) -> listed::Listed {
    let all: Vec<Entry> = names.chars().map(|c| ("a".to_owned(), c.to_string(), format!("P{c}"))).collect();
    let texts = |values: Vec<Option<String>>| Arc::new(values.into_iter().collect::<StringViewArray>()) as ArrayRef;
    let persons = RecordBatch::try_from_iter([("person_id", texts(all.iter().map(|e| Some(e.2.clone())).collect()))]);
    let column = |pick: fn(&(&str, &str)) -> Option<String>| texts(items.iter().map(pick).collect());
    let followups = RecordBatch::try_from_iter_with_nullable([
        ("rule", column(|_| Some("r".to_owned())), false),
        ("state", column(|_| Some("open".to_owned())), false),
        ("person_id", column(|item| Some(format!("P{}", item.0))), false),
        ("grid_code", column(|item| Some(item.1.to_owned()).filter(|grid| !grid.is_empty())), true),
    ]);
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), expected).unwrap();
    let tables =
        listed::Tables { members: &[members(&all)], persons: &[persons.unwrap()], followups: &[followups.unwrap()] };
    let truth: Vec<Entry> = all.iter().map(|e| (e.0.clone(), e.1.clone(), e.1.clone())).collect();
    listed::listed(tables, truth_file(&truth).path(), file.path()).unwrap().remove(0)
}

#[test]
fn a_list_is_judged_by_what_the_dumps_tell_and_by_the_truth() {
    let expected = "person_id,grid_code,rule,true_grid_code\n\
        a,G1,r,G1\nb,G1,r,G1\nc,G1,r,G1\nd,,r,G1\ne,,r,G1\nf,,r,\ng,,r,\nh,G1,r,G1\ni,,r,G1\n";
    let items =
        [("a", "G1"), ("b", "G2"), ("c", ""), ("d", ""), ("e", "G2"), ("f", ""), ("g", "G1"), ("i", "G1"), ("z", "G1")];
    let told = lists_of("abcdefghiz", &items, expected);
    assert_eq!((told.expected, told.listed, told.missed, told.without_cause), (9, 9, 1, 1));
    // b stands in another grid; where nobody can know (e, g) a guess is wrong unless it is true (i).
    assert_eq!((told.wrong_grid, told.faults["wrong_grid"].clone()), (3, vec!["b".into(), "e".into(), "g".into()]));
    assert_eq!((told.unassigned, told.unassigned_in_all, told.nowhere_told), (1, 2, 2));
    assert_eq!(told.faults["unassigned"], ["c"]);
    // Without the column the grid is what is true.
    let told = lists_of("ab", &[("a", ""), ("b", "G1")], "rule,person_id,grid_code\nr,a,G1\nr,b,G1\n");
    assert_eq!((told.unassigned, told.unassigned_in_all, told.nowhere_told, told.wrong_grid), (1, 1, 0, 0));
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
