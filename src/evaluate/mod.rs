//! A published set against the truth: pairs and persons right, found and missed. Counts come from contingency tables
//! (how many records of true person t stand in person c), so no pair is ever enumerated. It is not the estimate that a
//! night makes of itself without labels.

pub mod hidden;
pub mod listed;
pub mod lost;
mod pairs;
mod truth;

use crate::error::{Error, Exit, Result};
use crate::message::Message;
use arrow::array::{Array, AsArray, RecordBatch};
use arrow::datatypes::DataType;
use pairs::{PairCounts, Row};
use serde::Serialize;
use std::path::Path;
use truth::{Names, Truth};

/// What a set got right. A rate whose whole is zero is 1: nothing was there to be wrong about.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Report {
    /// Pairs of records of one true person, records that the set lacks included.
    pub pairs_true: u64,
    /// Pairs of records in one person of the set.
    pub pairs_found: u64,
    /// Pairs that are both.
    pub pairs_correct: u64,
    /// `pairs_correct / pairs_found`
    pub precision: f64,
    /// `pairs_correct / pairs_true`
    pub recall: f64,
    /// Harmonic mean of precision and recall.
    pub f1: f64,
    /// True persons with a record in the set.
    pub persons: u64,
    /// True persons whose records lie in more than one person of the set.
    pub persons_split: u64,
    /// `persons_split / persons`; 0 without persons.
    pub split_share: f64,
    /// Persons of the set with a record in the truth.
    pub clusters: u64,
    /// Persons of the set that hold more than one true person.
    pub clusters_mixed: u64,
    /// `clusters_mixed / clusters`; 0 without clusters.
    pub mixed_share: f64,
    /// Records that both the set and the truth hold.
    pub records: u64,
    /// Records of the truth that the set lacks; their pairs count as missed.
    pub missing_from_set: u64,
    /// Records of the set that the truth lacks; left out.
    pub missing_from_truth: u64,
    /// The same for each pair of sources, in the order of their names; a source with itself is first.
    pub source_pairs: Vec<SourcePair>,
}

/// Pairs between two sources, or within one.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SourcePair {
    /// Source of one record.
    pub left: String,
    /// Source of the other.
    pub right: String,
    /// True pairs.
    pub pairs_true: u64,
    /// Pairs found.
    pub pairs_found: u64,
    /// Pairs that are both.
    pub pairs_correct: u64,
    /// `pairs_correct / pairs_found`
    pub precision: f64,
    /// `pairs_correct / pairs_true`
    pub recall: f64,
}

impl Report {
    /// The report as indented JSON.
    pub fn to_json(&self) -> String {
        serde_json::to_string_pretty(self).expect("a report of numbers and names is JSON")
    }
}

/// Compares `members` (columns `source`, `record_id`, `person_id`) with the truth, a CSV file with those columns in any
/// order. A record that a side names twice counts once, as first named.
///
/// Time is that of sorting the records; memory about 100 bytes a record.
///
/// # Errors
/// [`Exit::NoInput`] if the truth cannot be read, [`Exit::Data`] if it or `members` lacks a column or is not UTF-8.
pub fn evaluate(members: &[RecordBatch], truth: &Path) -> Result<Report> {
    let truth = Truth::read(truth)?;
    let mut seen = vec![false; truth.len()];
    let mut clusters = Names::default();
    let mut rows: Vec<Row> = Vec::with_capacity(truth.len());
    let mut missing_from_truth = 0;
    for batch in members {
        let [sources, ids, persons] = [text(batch, "source")?, text(batch, "record_id")?, text(batch, "person_id")?];
        for i in 0..batch.num_rows() {
            match truth.find(sources.get(i), ids.get(i)) {
                None => missing_from_truth += 1,
                Some(record) if seen[record] => {}
                Some(record) => {
                    seen[record] = true;
                    let (person, source) = truth.row(record);
                    rows.push(Row { person, cluster: Some(clusters.number(persons.get(i))), source });
                }
            }
        }
    }
    let records = rows.len() as u64;
    for record in (0..truth.len()).filter(|&record| !seen[record]) {
        let (person, source) = truth.row(record);
        rows.push(Row { person, cluster: None, source });
    }
    let missing_from_set = rows.len() as u64 - records;
    let counts = pairs::count(&mut rows, truth.sources().len());
    Ok(report(&counts, &truth, [records, missing_from_set, missing_from_truth]))
}

fn report(counts: &PairCounts, truth: &Truth, [records, missing_from_set, missing_from_truth]: [u64; 3]) -> Report {
    let [pairs_true, pairs_found, pairs_correct] =
        [&counts.truth, &counts.found, &counts.correct].map(pairs::Matrix::total);
    let (precision, recall) = (rate(pairs_correct, pairs_found), rate(pairs_correct, pairs_true));
    let f1 = if precision + recall > 0.0 { 2.0 * precision * recall / (precision + recall) } else { 0.0 };
    let share = |part: u64, whole: u64| if whole == 0 { 0.0 } else { part as f64 / whole as f64 };
    let mut order: Vec<usize> = (0..truth.sources().len()).collect();
    order.sort_by_key(|&source| &truth.sources()[source]);
    let mut source_pairs = Vec::new();
    for (i, &left) in order.iter().enumerate() {
        for &right in &order[i..] {
            let [t, f, c] = [&counts.truth, &counts.found, &counts.correct].map(|m| m.get(left, right));
            if t + f > 0 {
                source_pairs.push(SourcePair {
                    left: truth.sources()[left].clone(),
                    right: truth.sources()[right].clone(),
                    pairs_true: t,
                    pairs_found: f,
                    pairs_correct: c,
                    precision: rate(c, f),
                    recall: rate(c, t),
                });
            }
        }
    }
    Report {
        pairs_true,
        pairs_found,
        pairs_correct,
        precision,
        recall,
        f1,
        persons: counts.persons,
        persons_split: counts.persons_split,
        split_share: share(counts.persons_split, counts.persons),
        clusters: counts.clusters,
        clusters_mixed: counts.clusters_mixed,
        mixed_share: share(counts.clusters_mixed, counts.clusters),
        records,
        missing_from_set,
        missing_from_truth,
        source_pairs,
    }
}

fn rate(part: u64, whole: u64) -> f64 {
    if whole == 0 { 1.0 } else { part as f64 / whole as f64 }
}

/// A text column of any of Arrow's three kinds.
enum Text<'a> {
    Small(&'a arrow::array::StringArray),
    Large(&'a arrow::array::LargeStringArray),
    View(&'a arrow::array::StringViewArray),
}

impl Text<'_> {
    fn get(&self, row: usize) -> &str {
        match self {
            Self::Small(column) => column.value(row),
            Self::Large(column) => column.value(row),
            Self::View(column) => column.value(row),
        }
    }
}

fn text<'a>(batch: &'a RecordBatch, name: &str) -> Result<Text<'a>> {
    let column = batch.column_by_name(name).filter(|column| column.null_count() == 0);
    match column.map(|column| (column.data_type(), column)) {
        Some((DataType::Utf8, column)) => Ok(Text::Small(column.as_string())),
        Some((DataType::LargeUtf8, column)) => Ok(Text::Large(column.as_string())),
        Some((DataType::Utf8View, column)) => Ok(Text::View(column.as_string_view())),
        _ => Err(Error::new(Exit::Data, Message::new("run.eval_members").with("column", name))),
    }
}

#[cfg(test)]
mod tests;
