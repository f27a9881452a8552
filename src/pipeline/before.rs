//! What the set before left of its records and persons: who each of them was, and what persons were known by.

use super::carried::Carried;
use super::fewer;
use crate::error::{Error, Exit, Result};
use crate::message::Message;
use crate::person::{Fact, Known, Told};
use crate::store::State;
use crate::tables::PersonId;
use arrow::array::{Array, AsArray};
use hashbrown::HashSet;
use std::collections::BTreeMap;

/// The key that each record bore in the set before, and how many records each source had.
pub(super) fn known(state: &State, carried: &Carried) -> Result<(Known, BTreeMap<String, u64>)> {
    let Some(index) = state.read_persons_index()? else { return Ok((Known::default(), BTreeMap::new())) };
    let rows = (0..index.len()).map(|i| {
        let source = index.source_names[index.source[i] as usize].as_str();
        (source, index.pool.get(index.record_id[i]), index.person[i])
    });
    let rows = rows.filter(|(source, ..)| !carried.knows(source));
    Ok((Known::new(rows.collect::<Vec<(&str, &str, PersonId)>>().into_iter()), fewer::by_source(&index)))
}

/// What the persons of the set before were known by: all, or `only` some.
pub(super) fn told(state: &State, only: Option<&HashSet<PersonId>>) -> Result<Told> {
    let mut facts = Vec::new();
    for batch in state.read_persons()?.unwrap_or_default() {
        let text = |name| batch.column_by_name(name).and_then(|column| column.as_string_view_opt());
        let phones = batch.column_by_name("phones").and_then(|column| column.as_list_opt::<i32>());
        let (Some(person), Some(id), Some(name), Some(phones)) =
            (text("person_id"), text("id_number"), text("name"), phones)
        else {
            let what = Message::new("store.broken_state.help");
            return Err(Error::new(Exit::Data, Message::new("run.carried")).help(what));
        };
        for row in 0..batch.num_rows() {
            let key = PersonId::parse(person.value(row));
            let Some(key) = key.filter(|key| only.is_none_or(|only| only.contains(key))) else { continue };
            let numbers = phones.value(row);
            let numbers = numbers.as_string_view_opt().into_iter().flat_map(|texts| texts.iter().flatten());
            let of =
                |column: &'_ arrow::array::StringViewArray| column.is_valid(row).then(|| column.value(row).to_owned());
            facts.push(Fact::new(key, of(id).as_deref(), of(name).as_deref(), numbers));
        }
    }
    Ok(Told::new(facts))
}
