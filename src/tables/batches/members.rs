//! `members/`: one row per record.

use super::text::{Repeated, person_ids, symbols_or_empty};
use super::{Batches, batch};
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
    let schema = schema(MEMBERS);
    let made = schema.clone();
    Batches::new(schema, records.len(), move |rows| {
        let mut source = Repeated::new(source_names, rows.len());
        let mut joined = Repeated::new(&JOINED.map(JoinedBy::as_str), rows.len());
        for row in rows.clone() {
            source.push(records.source[row] as usize);
            joined.push(members.joined_by[row] as usize);
        }
        let weights = members.match_weight[rows.clone()].iter().map(|&weight| (!weight.is_nan()).then_some(weight));
        batch(
            &made,
            vec![
                source.finish(),
                symbols_or_empty(&records.pool, records.record_id[rows.clone()].iter().copied()),
                person_ids(members.person[rows].iter().map(|&person| persons.id[person as usize])),
                Arc::new(weights.collect::<Float32Array>()),
                joined.finish(),
            ],
        )
    })
}
