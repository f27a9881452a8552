//! `events/`: one row per event, with the person of its record.

use super::text::{Repeated, person_ids, symbols, symbols_or_empty};
use super::{Batches, batch};
use crate::tables::published::{EVENTS, schema};
use crate::tables::{Members, NO_TIME, Persons, Records};
use arrow::array::TimestampMillisecondArray;
use std::sync::Arc;

/// The events table, in the order of the records' events.
pub fn events<'a>(
    records: &'a Records,
    members: &'a Members,
    persons: &'a Persons,
    source_names: &'a [String],
) -> Batches<'a> {
    let schema = schema(EVENTS);
    let made = schema.clone();
    let events = &records.events;
    Batches::new(schema, events.len(), move |rows| {
        let of = &events.record[rows.clone()];
        let mut source = Repeated::new(source_names, rows.len());
        for &row in of {
            source.push(records.source[row as usize] as usize);
        }
        let at = events.at[rows.clone()].iter().map(|&at| (at != NO_TIME).then(|| at.saturating_mul(1000)));
        let text = |column: &[u32]| symbols(&records.pool, column[rows.clone()].iter().copied());
        batch(
            &made,
            vec![
                person_ids(of.iter().map(|&row| persons.id[members.person[row as usize] as usize])),
                source.finish(),
                symbols_or_empty(&records.pool, of.iter().map(|&row| records.record_id[row as usize])),
                symbols_or_empty(&records.pool, events.kind[rows.clone()].iter().copied()),
                Arc::new(at.collect::<TimestampMillisecondArray>()),
                text(&events.place_code),
                text(&events.place),
                text(&events.detail),
            ],
        )
    })
}
