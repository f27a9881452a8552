//! `members/`: one row per record.

use super::Batches;
use super::text::{PersonIds, Repeated, symbols_or_empty};
use crate::tables::published::{MEMBERS, schema};
use crate::tables::{JoinedBy, Members, Persons, Records};
use arrow::array::Float32Array;
use std::sync::Arc;

/// The members table, in the order of the records. `source_names` are by number of the source.
pub fn members<'a>(
    records: &'a Records,
    members: &'a Members,
    persons: &'a Persons,
    source_names: &'a [String],
) -> Batches<'a> {
    const JOINED: [JoinedBy; 4] = [JoinedBy::Single, JoinedBy::Id, JoinedBy::Model, JoinedBy::Review];
    let ids = PersonIds::new(&persons.id);
    Batches::by_column(
        schema(MEMBERS),
        records.len(),
        vec![
            Box::new(|rows| {
                let mut source = Repeated::new(source_names, rows.len());
                records.source[rows.clone()].iter().for_each(|&number| source.push(number as usize));
                source.finish()
            }),
            Box::new(|rows| symbols_or_empty(&records.keys, &records.record_id[rows.clone()])),
            Box::new(move |rows| ids.column(members.person[rows.clone()].iter().copied())),
            Box::new(|rows| {
                let weights = members.match_weight[rows.clone()].iter();
                let weights = weights.map(|&weight| (!weight.is_nan()).then_some(weight));
                Arc::new(weights.collect::<Float32Array>())
            }),
            Box::new(|rows| {
                let mut joined = Repeated::new(&JOINED.map(JoinedBy::as_str), rows.len());
                members.joined_by[rows.clone()].iter().for_each(|&by| joined.push(by as usize));
                joined.finish()
            }),
        ],
    )
}
