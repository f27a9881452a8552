//! True pairs that a set does not have in one person, and how far they came: refused, left to a person, or in neither
//! table. Records are named by their keys; no value is read.

use super::text;
use super::truth::{Names, Truth};
use crate::error::Result;
use arrow::array::RecordBatch;
use serde::Serialize;
use std::collections::BTreeMap;
use std::path::Path;

/// How far a true pair came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    /// The join of the two persons was refused.
    Refused,
    /// The two persons have a pair in the review.
    Review,
    /// Neither; it was compared, but weighed too little.
    BelowReview,
    /// Neither; no blocking rule brought it together.
    NotCompared,
    /// Neither; which of the two is not known without the dumps.
    Neither,
}

/// A true pair that lies in two persons of the set.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct LostPair {
    /// Source and key of one record.
    pub left: (String, String),
    /// Source and key of the other; the sources are in the order of their names.
    pub right: (String, String),
    /// How far it came.
    pub place: Place,
}

/// Finds the lost pairs. `review` and `refused` are the set's tables of pairs (none: as if empty). A pair of persons is as
/// far as any pair of their records came.
///
/// Memory is about 200 bytes a lost pair.
///
/// # Errors
/// As [`super::evaluate`].
pub fn lost(
    members: &[RecordBatch],
    review: &[RecordBatch],
    refused: &[RecordBatch],
    truth: &Path,
) -> Result<Vec<LostPair>> {
    let truth = Truth::read(truth)?;
    let mut names = Names::default();
    let mut cluster_of: Vec<Option<u32>> = vec![None; truth.len()];
    for batch in members {
        let [sources, ids, persons] = [text(batch, "source")?, text(batch, "record_id")?, text(batch, "person_id")?];
        for i in 0..batch.num_rows() {
            if let Some(row) = truth.find(sources.get(i), ids.get(i)) {
                cluster_of[row].get_or_insert_with(|| names.number(persons.get(i)));
            }
        }
    }
    let mut places: BTreeMap<(u32, u32), Place> = BTreeMap::new();
    for (table, place) in [(review, Place::Review), (refused, Place::Refused)] {
        for batch in table {
            let [left_source, left_id] = [text(batch, "left_source")?, text(batch, "left_record_id")?];
            let [right_source, right_id] = [text(batch, "right_source")?, text(batch, "right_record_id")?];
            for i in 0..batch.num_rows() {
                let cluster = |row: Option<usize>| row.and_then(|row| cluster_of[row]);
                let left = cluster(truth.find(left_source.get(i), left_id.get(i)));
                let right = cluster(truth.find(right_source.get(i), right_id.get(i)));
                if let (Some(a), Some(b)) = (left, right) {
                    let known = places.entry((a.min(b), a.max(b))).or_insert(place);
                    // A review row with a reason is a refused join as well; the table of refused ones has the last word.
                    *known = (*known).min(place);
                }
            }
        }
    }
    let mut rows: Vec<(u32, u32, usize)> =
        (0..truth.len()).filter_map(|row| Some((truth.row(row).0, cluster_of[row]?, row))).collect();
    rows.sort_unstable();
    let mut pairs = Vec::new();
    for person in rows.chunk_by(|a, b| a.0 == b.0) {
        for (i, &(_, a, x)) in person.iter().enumerate() {
            for &(_, b, y) in person[i + 1..].iter().filter(|other| other.1 != a) {
                let place = places.get(&(a.min(b), a.max(b))).copied().unwrap_or(Place::Neither);
                let own = |row: usize| (truth.name(row).0.to_owned(), truth.name(row).1.to_owned());
                let (left, right) = if truth.name(x) <= truth.name(y) { (own(x), own(y)) } else { (own(y), own(x)) };
                pairs.push(LostPair { left, right, place });
            }
        }
    }
    pairs.sort_by(|x, y| (&x.left, &x.right).cmp(&(&y.left, &y.right)));
    Ok(pairs)
}

/// Counts by the two sources and by place, in the order of names.
pub fn by_sources(pairs: &[LostPair]) -> BTreeMap<(&str, &str), BTreeMap<Place, u64>> {
    let mut counts: BTreeMap<(&str, &str), BTreeMap<Place, u64>> = BTreeMap::new();
    for pair in pairs {
        *counts.entry((&pair.left.0, &pair.right.0)).or_default().entry(pair.place).or_default() += 1;
    }
    counts
}

#[cfg(test)]
mod tests {
    use super::*;
    use arrow::array::{ArrayRef, StringViewArray};
    use std::sync::Arc;

    fn batch(columns: &[&str], rows: &[&[&str]]) -> RecordBatch {
        let column = |i: usize| Arc::new(StringViewArray::from_iter_values(rows.iter().map(|r| r[i]))) as ArrayRef;
        RecordBatch::try_from_iter(columns.iter().enumerate().map(|(i, &name)| (name, column(i)))).unwrap()
    }

    #[test]
    fn lost_pairs_by_how_far_they_came() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let truth = "source,record_id,person_id\nb,1,x\na,1,x\na,2,x\na,3,x\na,4,y\na,5,y\n";
        std::fs::write(file.path(), truth).unwrap();
        let members = batch(
            &["source", "record_id", "person_id"],
            &[
                &["a", "1", "p"],
                &["b", "1", "p"],
                &["a", "2", "q"],
                &["a", "3", "r"],
                &["a", "4", "s"],
                &["a", "5", "s"],
            ],
        );
        let columns = ["left_source", "left_record_id", "right_source", "right_record_id"];
        let review = batch(&columns, &[&["b", "1", "a", "2"], &["a", "2", "a", "3"]]);
        let refused = batch(&columns, &[&["a", "3", "a", "2"], &["a", "9", "a", "2"]]);
        let found = lost(&[members], &[review], &[refused], file.path()).unwrap();
        let told: Vec<String> = found
            .iter()
            .map(|pair| format!("{}{} {}{} {:?}", pair.left.0, pair.left.1, pair.right.0, pair.right.1, pair.place))
            .collect();
        let expected =
            ["a1 a2 Review", "a1 a3 Neither", "a2 a3 Refused", "a2 b1 Review", "a3 b1 Neither"].map(str::to_owned);
        assert_eq!(told, expected);
        let counts = by_sources(&found);
        assert_eq!(counts[&("a", "b")], BTreeMap::from([(Place::Review, 1), (Place::Neither, 1)]));
    }
}
