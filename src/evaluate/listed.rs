//! A follow-up list against its planted truth: who is missed, in the wrong grid, without a grid, or listed without cause.
//! Whether records were put with the right persons is measured elsewhere; here it only shows in what it does to the list.

use super::truth::{Names, Truth, columns, io_text, open};
use super::{Result, text};
use crate::error::{Error, Exit};
use crate::message::Message;
use arrow::array::{Array, AsArray, RecordBatch};
use serde::Serialize;
use std::collections::BTreeMap;
use std::path::Path;

/// The tables of a set that tell who is listed.
#[derive(Clone, Copy, Debug)]
pub struct Tables<'a> {
    /// `members`
    pub members: &'a [RecordBatch],
    /// `persons`
    pub persons: &'a [RecordBatch],
    /// `followups`
    pub followups: &'a [RecordBatch],
}

/// What the list of one rule got right.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Listed {
    /// Name of the rule.
    pub rule: String,
    /// True persons who must be on the list.
    pub expected: u64,
    /// Persons of the set who are on it.
    pub listed: u64,
    /// Expected, but on no list.
    pub missed: u64,
    /// On the list of another grid than the true one.
    pub wrong_grid: u64,
    /// On the unassigned list, though a dump tells where they live.
    pub unassigned: u64,
    /// On the unassigned list, though they have a true grid, whether a dump tells of it or not.
    pub unassigned_in_all: u64,
    /// On the unassigned list, and no dump tells where they live: rightly so.
    pub nowhere_told: u64,
    /// Listed, and no true person in them must be.
    pub without_cause: u64,
    /// On the list twice, as two persons.
    pub twice: u64,
    /// Keys of the true persons who were missed, and who are in the wrong or in no grid.
    pub faults: BTreeMap<&'static str, Vec<String>>,
}

/// A true person who must be on the list.
struct Expected {
    human: Option<u32>,
    key: String,
    /// Grid that the dumps tell; empty: the unassigned list.
    told: String,
    /// Grid in truth; empty: none.
    lives: String,
}

/// What the set says of one of its persons.
#[derive(Default)]
struct Person {
    /// Grid of the item, where there is one: `Some(None)` is the unassigned list.
    item: Option<Option<String>>,
    truth: Vec<u32>,
}

/// Holds the lists of a set against `expected`, a CSV file with columns `person_id` (of the truth), `grid_code` (of the
/// list on which the dumps put the person; empty: the unassigned one), `rule` and, if there is one, `true_grid_code` (where
/// the person is in truth, told by a dump or not; without the column `grid_code` is that too). One report for each rule
/// that it names, in the order of their names. `truth` is as for [`super::evaluate`].
///
/// # Errors
/// As [`super::evaluate`], for either file.
pub fn listed(tables: Tables<'_>, truth: &Path, expected: &Path) -> Result<Vec<Listed>> {
    let truth = Truth::read(truth)?;
    let mut rules: BTreeMap<String, Vec<Expected>> = BTreeMap::new();
    let mut reader = open(expected)?;
    let [person, grid, rule] = columns(&mut reader, expected, ["person_id", "grid_code", "rule"])?;
    let in_truth = columns(&mut reader, expected, ["true_grid_code"]).ok().map(|[column]| column);
    for record in reader.records() {
        let record = record.map_err(|error| {
            let what = Message::new("run.truth_broken").with("file", expected.display());
            Error::new(Exit::Data, what).caused_by(io_text(&error))
        })?;
        let (key, told) = (record[person].to_owned(), record[grid].to_owned());
        let lives = in_truth.map_or_else(|| told.clone(), |column| record[column].to_owned());
        let human = truth.person(&key);
        rules.entry(record[rule].to_owned()).or_default().push(Expected { human, key, told, lives });
    }
    rules.into_iter().map(|(rule, expected)| list(tables, &truth, rule, &expected)).collect()
}

fn list(tables: Tables<'_>, truth: &Truth, rule: String, expected: &[Expected]) -> Result<Listed> {
    let mut names = Names::default();
    let mut persons: Vec<Person> = Vec::new();
    for batch in tables.persons {
        let id = text(batch, "person_id")?;
        for row in 0..batch.num_rows() {
            names.number(id.get(row));
            persons.push(Person::default());
        }
    }
    let mut found: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
    for batch in tables.members {
        let [source, record, id] = [text(batch, "source")?, text(batch, "record_id")?, text(batch, "person_id")?];
        for row in 0..batch.num_rows() {
            let Some(at) = truth.find(source.get(row), record.get(row)) else { continue };
            let (human, number) = (truth.row(at).0, names.number(id.get(row)));
            let Some(person) = persons.get_mut(number as usize) else { continue };
            if !person.truth.contains(&human) {
                person.truth.push(human);
                found.entry(human).or_default().push(number);
            }
        }
    }
    for batch in tables.followups {
        let [of, state, id] = [text(batch, "rule")?, text(batch, "state")?, text(batch, "person_id")?];
        let grid = batch.column_by_name("grid_code").and_then(|column| column.as_string_view_opt());
        for row in (0..batch.num_rows()).filter(|&row| of.get(row) == rule && state.get(row) != "withdrawn") {
            if let Some(person) = persons.get_mut(names.number(id.get(row)) as usize) {
                let grid = grid.filter(|grid| grid.is_valid(row)).map(|grid| grid.value(row).to_owned());
                person.item = Some(grid);
            }
        }
    }
    let mut report = Listed { rule, expected: expected.len() as u64, ..Listed::default() };
    for Expected { human, key, told, lives } in expected {
        let of_human = human.and_then(|human| found.get(&human)).map_or(&[][..], Vec::as_slice);
        let items: Vec<&Person> =
            of_human.iter().map(|&number| &persons[number as usize]).filter(|person| person.item.is_some()).collect();
        let grids: Vec<&str> = items.iter().filter_map(|person| person.item.as_ref()?.as_deref()).collect();
        report.twice += u64::from(items.len() > 1);
        let fault = if items.is_empty() {
            report.missed += 1;
            "missed"
        } else if grids.contains(&lives.as_str()) {
            continue;
        } else if !grids.is_empty() {
            // A guess too, where nobody could know.
            report.wrong_grid += 1;
            "wrong_grid"
        } else {
            report.unassigned_in_all += u64::from(!lives.is_empty());
            if told.is_empty() {
                report.nowhere_told += 1;
                continue;
            }
            report.unassigned += 1;
            "unassigned"
        };
        report.faults.entry(fault).or_default().push(key.clone());
    }
    let due: std::collections::BTreeSet<u32> = expected.iter().filter_map(|expected| expected.human).collect();
    for person in persons.iter().filter(|person| person.item.is_some()) {
        report.listed += 1;
        report.without_cause += u64::from(!person.truth.iter().any(|human| due.contains(human)));
    }
    Ok(report)
}
