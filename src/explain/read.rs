//! The rows of a set that are about some persons, file by file, so that a large set is never in memory whole.

use super::{Pair, Term};
use crate::error::{Error, Exit, Result};
use crate::message::Message;
use crate::store::{Set, table_file};
use arrow::array::{Array, AsArray, RecordBatch, StringViewArray};
use arrow::datatypes::{Float32Type, Float64Type};
use std::collections::{BTreeMap, BTreeSet};

/// Columns of a table of pairs that are no comparisons.
const PLAIN: [&str; 6] = ["left_source", "left_record_id", "right_source", "right_record_id", "match_weight", "why"];

/// A record of one of the persons.
#[derive(Clone, Debug)]
pub(super) struct MemberRow {
    pub(super) record: String,
    pub(super) person: String,
    pub(super) joined_by: String,
    pub(super) match_weight: Option<f64>,
}

/// The records of the persons asked for, sorted.
#[derive(Clone, Debug, Default)]
pub(super) struct Members {
    pub(super) rows: Vec<MemberRow>,
    keys: BTreeSet<String>,
}

/// A row of `links`, `review` or `refused`.
#[derive(Clone, Debug)]
pub(super) struct PairRow {
    pub(super) left: String,
    pub(super) right: String,
    pub(super) table: &'static str,
    pub(super) match_weight: f64,
    pub(super) why: Option<String>,
    pub(super) levels: Vec<(String, Option<String>)>,
}

impl PairRow {
    /// Refused pairs first.
    pub(super) fn rank(&self) -> bool {
        self.table != "refused"
    }
}

fn broken(table: &str) -> Error {
    Error::new(Exit::Data, Message::new("explain.table").with("table", table))
}

fn text<'a>(batch: &'a RecordBatch, table: &str, name: &str) -> Result<&'a StringViewArray> {
    batch.column_by_name(name).and_then(|column| column.as_string_view_opt()).ok_or_else(|| broken(table))
}

/// Calls `see` with every batch of a table; with none if there is no such table.
fn each_batch(set: &Set, table: &str, mut see: impl FnMut(&RecordBatch) -> Result<()>) -> Result<()> {
    for file in set.files(table)? {
        table_file::read(&file)?.iter().try_for_each(&mut see)?;
    }
    Ok(())
}

/// The person of a record; `None` if the set has no such record.
pub(super) fn person_of(set: &Set, source: &str, id: &str) -> Result<Option<String>> {
    let record = format!("{source}:{id}");
    Ok(persons_of(set, std::slice::from_ref(&record))?.remove(&record))
}

/// The persons of records.
pub(super) fn persons_of(set: &Set, records: &[String]) -> Result<BTreeMap<String, String>> {
    let wanted: BTreeSet<&str> = records.iter().map(String::as_str).collect();
    let ids: BTreeSet<&str> = records.iter().filter_map(|record| Some(record.split_once(':')?.1)).collect();
    let mut persons = BTreeMap::new();
    if wanted.is_empty() {
        return Ok(persons);
    }
    each_batch(set, "members", |batch| {
        let [source, id, person] = ["source", "record_id", "person_id"].map(|name| text(batch, "members", name));
        let (source, id, person) = (source?, id?, person?);
        for row in (0..batch.num_rows()).filter(|&row| ids.contains(id.value(row))) {
            let record = format!("{}:{}", source.value(row), id.value(row));
            if wanted.contains(record.as_str()) {
                persons.insert(record, person.value(row).to_owned());
            }
        }
        Ok(())
    })?;
    Ok(persons)
}

/// All records of `persons`.
pub(super) fn members(set: &Set, persons: &[&str]) -> Result<Members> {
    let mut rows = Vec::new();
    each_batch(set, "members", |batch| {
        let [source, id, person, by] =
            ["source", "record_id", "person_id", "joined_by"].map(|name| text(batch, "members", name));
        let (source, id, person, by) = (source?, id?, person?, by?);
        let weights = batch.column_by_name("match_weight").and_then(|column| column.as_primitive_opt::<Float32Type>());
        let weights = weights.ok_or_else(|| broken("members"))?;
        for row in (0..batch.num_rows()).filter(|&row| persons.contains(&person.value(row))) {
            rows.push(MemberRow {
                record: format!("{}:{}", source.value(row), id.value(row)),
                person: person.value(row).to_owned(),
                joined_by: by.value(row).to_owned(),
                match_weight: weights.is_valid(row).then(|| f64::from(weights.value(row))),
            });
        }
        Ok(())
    })?;
    rows.sort_by(|x, y| x.record.cmp(&y.record));
    let keys = rows.iter().map(|row| row.record.clone()).collect();
    Ok(Members { rows, keys })
}

/// The rows of a table of pairs with a side among `members`.
pub(super) fn pairs(set: &Set, table: &'static str, members: &Members) -> Result<Vec<PairRow>> {
    let ids: BTreeSet<&str> = members.keys.iter().filter_map(|key| Some(key.split_once(':')?.1)).collect();
    let mut rows = Vec::new();
    each_batch(set, table, |batch| {
        let [left_source, left_id, right_source, right_id] =
            ["left_source", "left_record_id", "right_source", "right_record_id"].map(|name| text(batch, table, name));
        let (left_source, left_id, right_source, right_id) = (left_source?, left_id?, right_source?, right_id?);
        let weights = batch.column_by_name("match_weight").and_then(|column| column.as_primitive_opt::<Float32Type>());
        let weights = weights.ok_or_else(|| broken(table))?;
        let why = batch.column_by_name("why").and_then(|column| column.as_string_view_opt());
        let schema = batch.schema();
        let comparisons: Vec<&str> =
            schema.fields().iter().map(|field| field.name().as_str()).filter(|name| !PLAIN.contains(name)).collect();
        for row in 0..batch.num_rows() {
            if !ids.contains(left_id.value(row)) && !ids.contains(right_id.value(row)) {
                continue;
            }
            let left = format!("{}:{}", left_source.value(row), left_id.value(row));
            let right = format!("{}:{}", right_source.value(row), right_id.value(row));
            if !members.keys.contains(&left) && !members.keys.contains(&right) {
                continue;
            }
            let level = |name: &&str| {
                let column = text(batch, table, name)?;
                Ok(((*name).to_owned(), column.is_valid(row).then(|| column.value(row).to_owned())))
            };
            rows.push(PairRow {
                left,
                right,
                table,
                match_weight: f64::from(weights.value(row)),
                why: why.filter(|why| why.is_valid(row)).map(|why| why.value(row).to_owned()),
                levels: comparisons.iter().map(level).collect::<Result<_>>()?,
            });
        }
        Ok(())
    })?;
    rows.sort_by(|x, y| {
        y.match_weight.total_cmp(&x.match_weight).then_with(|| (&x.left, &x.right).cmp(&(&y.left, &y.right)))
    });
    Ok(rows)
}

/// The name of a person's golden record.
pub(super) fn name(set: &Set, person: &str) -> Result<Option<String>> {
    let mut found = None;
    each_batch(set, "persons", |batch| {
        let (ids, names) = (text(batch, "persons", "person_id")?, text(batch, "persons", "name")?);
        let row = (0..batch.num_rows()).find(|&row| ids.value(row) == person);
        found = row.filter(|&row| names.is_valid(row)).map(|row| names.value(row).to_owned()).or(found.take());
        Ok(())
    })?;
    Ok(found)
}

/// Bits of each level, by comparison and level.
type LevelBits = BTreeMap<(String, String), f64>;

/// Bits of each term by levels.
#[derive(Clone, Debug, Default)]
pub(super) struct Patterns {
    terms: BTreeMap<Vec<String>, (f64, Vec<f64>)>,
    /// Without a table, for a pipeline's own comparisons: bits before comparing, and those of each level by itself.
    levels: Option<(f64, LevelBits)>,
}

impl Patterns {
    /// Reads the set's table, or what its model says of each level; empty if it has neither.
    pub(super) fn read(set: &Set) -> Result<Self> {
        let mut patterns = Self { levels: levels(&set.manifest()?.model), ..Self::default() };
        each_batch(set, "patterns", |batch| {
            let schema = batch.schema();
            let names = schema.fields().iter().map(|field| field.name().as_str());
            let comparisons: Vec<&str> = names.filter(|name| *name != "pairs" && !name.starts_with("bits_")).collect();
            let bits = |name: &str| {
                let column = batch.column_by_name(name).and_then(|column| column.as_primitive_opt::<Float64Type>());
                column.ok_or_else(|| broken("patterns"))
            };
            let levels = comparisons.iter().map(|name| text(batch, "patterns", name)).collect::<Result<Vec<_>>>()?;
            let terms = comparisons.iter().map(|name| bits(&format!("bits_{name}"))).collect::<Result<Vec<_>>>()?;
            let prior = bits("bits_prior")?;
            for row in 0..batch.num_rows() {
                let key = levels.iter().map(|column| column.value(row).to_owned()).collect();
                let values = terms.iter().map(|column| column.value(row)).collect();
                patterns.terms.insert(key, (prior.value(row), values));
            }
            Ok(())
        })?;
        Ok(patterns)
    }

    /// Bits before comparing and of each comparison, for a pair of those levels.
    fn bits(&self, levels: &[(String, Option<String>)]) -> Option<(f64, Vec<f64>)> {
        let key: Vec<String> = levels.iter().map(|(_, level)| level.clone().unwrap_or_default()).collect();
        if let Some(known) = self.terms.get(&key) {
            return Some(known.clone());
        }
        let (prior, of_level) = self.levels.as_ref()?;
        let bits = levels.iter().zip(key).map(|((name, _), level)| {
            // What is missing says nothing.
            of_level.get(&(name.clone(), level)).copied().unwrap_or(0.0)
        });
        Some((*prior, bits.collect()))
    }

    /// The pair with its weight taken apart. What the terms leave of the weight is the rest: how they depend on each other, how
    /// frequent a value is, what a household shares.
    pub(super) fn pair(&self, row: PairRow) -> Pair {
        let mut terms = Vec::new();
        if let Some((prior, bits)) = self.bits(&row.levels) {
            terms.push(Term { name: "prior".to_owned(), level: None, bits: prior });
            let named = row.levels.iter().zip(bits);
            terms.extend(named.map(|((name, level), bits)| Term { name: name.clone(), level: level.clone(), bits }));
            let rest = row.match_weight - terms.iter().map(|term| term.bits).sum::<f64>();
            terms.push(Term { name: "rest".to_owned(), level: None, bits: rest });
        }
        Pair { left: row.left, right: row.right, table: row.table, why: row.why, match_weight: row.match_weight, terms }
    }
}

/// What the model of a pipeline's own comparisons says: bits before comparing, and `log2(m / u)` of each level.
fn levels(model: &serde_json::Value) -> Option<(f64, LevelBits)> {
    let prior = model.get("prior_bits")?.as_f64()?;
    let mut bits = BTreeMap::new();
    for (name, field) in model.get("fields")?.as_object()? {
        let column = |key: &str| field.get(key)?.as_array();
        let (levels, m, u) = (column("levels")?, column("m")?, column("u")?);
        for ((level, m), u) in levels.iter().zip(m).zip(u) {
            let weight = (m.as_f64()? / u.as_f64()?).log2();
            if weight.is_finite() {
                bits.insert((name.clone(), level.as_str()?.to_owned()), weight);
            }
        }
    }
    Some((prior, bits))
}
