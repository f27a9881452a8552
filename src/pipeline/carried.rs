//! Rows of sources that have no key of their own are called by their place in the dump, and one new row on top moves all of
//! them. So from night to night they are known again by what they say of whom they are about: by the ID number, else a
//! document, else the name with a phone, a flat or whatever else there is. Several rows that say the same are told apart by
//! their order.

use crate::config::{PersonField, Pipeline, RETURNS_SOURCE};
use crate::error::{Error, Exit, Result};
use crate::kernels::hash;
use crate::message::Message;
use crate::store::State;
use crate::tables::{PersonId, Pool, Records};
use arrow::array::{ArrayRef, AsArray, RecordBatch, StringArray, UInt64Array};
use arrow::datatypes::UInt64Type;
use hashbrown::{HashMap, HashSet};
use rayon::prelude::*;
use std::sync::Arc;

/// What tonight's rows without a key of their own say of whom they are about.
#[derive(Debug, Default)]
pub(super) struct Marks {
    /// Row and mark, in the order of rows.
    rows: Vec<(u32, u64)>,
}

impl Marks {
    /// Reads them from records in their order.
    pub(super) fn of(pipeline: &Pipeline, records: &Records) -> Self {
        let keyless: Vec<bool> = pipeline
            .sources
            .iter()
            .map(|source| {
                let has_key = source.map.iter().any(|(field, _)| *field == PersonField::RecordId);
                !has_key && source.name != RETURNS_SOURCE
            })
            .collect();
        if !keyless.contains(&true) {
            return Self::default();
        }
        let rows = (0..records.len()).into_par_iter().filter(|&row| keyless[records.source[row] as usize]);
        Self { rows: rows.map(|row| (row as u32, mark(records, row))).collect() }
    }

    /// Keeps who each of them was (`person_of`) for the next night; `names` are those of the sources.
    ///
    /// # Errors
    /// [`Exit::Output`] or [`Exit::Io`] if writing fails.
    pub(super) fn write(
        &self,
        state: &State,
        records: &Records,
        names: &[String],
        person_of: impl Fn(u32) -> PersonId,
    ) -> Result<()> {
        if self.rows.is_empty() {
            return Ok(());
        }
        let source = self.rows.iter().map(|&(row, _)| names[records.source[row as usize] as usize].as_str());
        let mark = self.rows.iter().map(|row| row.1);
        let person = self.rows.iter().map(|&(row, _)| person_of(row).0);
        let columns: [(&str, ArrayRef); 3] = [
            ("source", Arc::new(StringArray::from_iter_values(source))),
            ("mark", Arc::new(UInt64Array::from_iter_values(mark))),
            ("person", Arc::new(UInt64Array::from_iter_values(person))),
        ];
        let batch = RecordBatch::try_from_iter(columns);
        state.write_carried(batch.map_err(|_| Error::new(Exit::Bug, Message::new("store.journal_unwritable")))?)
    }
}

/// Who last night's rows without a key of their own were.
#[derive(Debug, Default)]
pub(super) struct Carried {
    sources: HashSet<String>,
    /// By number of the source tonight and mark, in the order of rows.
    persons: HashMap<(u16, u64), Vec<PersonId>>,
}

impl Carried {
    /// Reads what the set before left.
    ///
    /// # Errors
    /// [`Exit::Data`] if it is damaged.
    pub(super) fn read(state: &State, pipeline: &Pipeline) -> Result<Self> {
        let mut carried = Self::default();
        for batch in state.read_carried()?.unwrap_or_default() {
            let number =
                |name: &str| batch.column_by_name(name).and_then(|column| column.as_primitive_opt::<UInt64Type>());
            let source = batch.column_by_name("source").and_then(|column| column.as_string_view_opt());
            let (Some(source), Some(mark), Some(person)) = (source, number("mark"), number("person")) else {
                let what = Message::new("store.broken_state.help");
                return Err(Error::new(Exit::Data, Message::new("run.carried")).help(what));
            };
            for row in 0..batch.num_rows() {
                let name = source.value(row);
                if !carried.sources.contains(name) {
                    carried.sources.insert(name.to_owned());
                }
                let tonight = pipeline.sources.iter().position(|source| source.name == name);
                if let Some(number) = tonight {
                    let key = (number as u16, mark.value(row));
                    carried.persons.entry(key).or_default().push(PersonId(person.value(row)));
                }
            }
        }
        Ok(carried)
    }

    /// Whether rows of `source` are known by their marks, and not by their keys.
    pub(super) fn knows(&self, source: &str) -> bool {
        self.sources.contains(source)
    }

    /// Tonight's rows that were there last night, each with the person that it was then, in the order of rows.
    pub(super) fn borne(&self, records: &Records, marks: &Marks) -> Vec<(u32, PersonId)> {
        let mut taken: HashMap<(u16, u64), usize> = HashMap::new();
        let mut borne = Vec::new();
        for &(row, mark) in marks.rows.iter().filter(|_| !self.persons.is_empty()) {
            let key = (records.source[row as usize], mark);
            let Some(persons) = self.persons.get(&key) else { continue };
            let at = taken.entry(key).or_default();
            // One row more of the same says nothing new.
            borne.push((row, persons[(*at).min(persons.len() - 1)]));
            *at += 1;
        }
        borne
    }
}

/// What row `row` says of whom it is about.
fn mark(records: &Records, row: usize) -> u64 {
    let text = |seed: u64, sym| hash::bytes(seed, records.pool.get(sym).as_bytes());
    let id = records.id[row];
    if id.valid() {
        return hash::key(1, &[id.digits]);
    }
    if records.document[row] != Pool::NONE {
        return hash::key(2, &[text(2, records.document[row])]);
    }
    let name = text(3, records.name[row]);
    match (records.phones[row][0], records.flat[row]) {
        (phone, _) if phone != 0 => hash::key(3, &[name, phone]),
        (_, flat) if flat != 0 => hash::key(4, &[name, flat]),
        _ => hash::key(5, &[name, id.digits, records.birth[row] as u64, text(5, records.address[row])]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn records(rows: &[(&str, u64)]) -> Records {
        let mut records = Records::default();
        rows.iter().for_each(|_| records.copy_blank());
        for (at, &(name, phone)) in rows.iter().enumerate() {
            records.name[at] = records.pool.intern(name);
            records.phones[at] = [phone, 0];
        }
        records
    }

    fn marks(records: &Records) -> Marks {
        Marks { rows: (0..records.len()).map(|row| (row as u32, mark(records, row))).collect() }
    }

    #[test]
    fn rows_are_known_again_wherever_they_stand_and_new_ones_are_nobodys() {
        let before = records(&[("王伟", 1), ("李娜", 2), ("李娜", 2)]);
        let mut carried = Carried::default();
        for (at, (_, mark)) in marks(&before).rows.into_iter().enumerate() {
            carried.persons.entry((0, mark)).or_default().push(PersonId(at as u64));
        }
        let tonight = records(&[("张敏", 3), ("王伟", 1), ("李娜", 2), ("李娜", 2), ("李娜", 2), ("王伟", 2)]);
        let borne = carried.borne(&tonight, &marks(&tonight));
        assert_eq!(borne, [(1, 0), (2, 1), (3, 2), (4, 2)].map(|(row, person)| (row, PersonId(person))));
    }

    #[test]
    fn a_valid_id_number_is_enough() {
        let mut rows = records(&[("王伟", 1), ("王玮", 9)]);
        rows.id.fill(crate::kernels::id_number::parse("11010519491231002X").id);
        assert_eq!(mark(&rows, 0), mark(&rows, 1));
    }
}
