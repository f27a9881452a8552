//! `events/`: one row per event, with the person of its record.

use super::text::{PersonIds, Repeated, repeated_symbols, symbols_or_empty};
use super::{Batches, column};
use crate::tables::published::{EVENTS, schema};
use crate::tables::{EventRows, Members, NO_TIME, Persons, Records, Sym};
use arrow::array::TimestampMillisecondArray;
use std::ops::Range;
use std::sync::Arc;

/// The events table, in the order of the records' events.
pub fn events<'a>(
    records: &'a Records,
    members: &'a Members,
    persons: &'a Persons,
    source_names: &'a [String],
) -> Batches<'a> {
    let view = Arc::new(View { records, members, ids: PersonIds::new(&persons.id), source_names });
    Batches::by_column(
        schema(EVENTS),
        records.events.len(),
        vec![
            column!(view, |rows| {
                view.ids.column(view.of(rows).iter().map(|&row| view.members.person[row as usize]))
            }),
            column!(view, |rows| {
                let mut source = Repeated::new(view.source_names, rows.len());
                let of: &[u16] = &view.records.source;
                view.of(rows).iter().for_each(|&row| source.push(of[row as usize] as usize));
                source.finish()
            }),
            column!(view, |rows| {
                let keys: &[Sym] = &view.records.record_id;
                let keys: Vec<Sym> = view.of(rows).iter().map(|&row| keys[row as usize]).collect();
                symbols_or_empty(&view.records.pool, &keys)
            }),
            column!(view, |rows| repeated_symbols(&view.records.pool, &view.events().kind[rows.clone()], false)),
            column!(view, |rows| {
                let at = view.events().at[rows.clone()].iter();
                let at = at.map(|&at| (at != NO_TIME).then(|| at.saturating_mul(1000)));
                Arc::new(at.collect::<TimestampMillisecondArray>())
            }),
            column!(view, |rows| repeated_symbols(&view.records.pool, &view.events().place_code[rows.clone()], true)),
            column!(view, |rows| repeated_symbols(&view.records.pool, &view.events().place[rows.clone()], true)),
            column!(view, |rows| repeated_symbols(&view.records.pool, &view.events().detail[rows.clone()], true)),
        ],
    )
}

struct View<'a> {
    records: &'a Records,
    members: &'a Members,
    ids: PersonIds,
    source_names: &'a [String],
}

impl<'a> View<'a> {
    fn events(&self) -> &'a EventRows {
        &self.records.events
    }

    /// The records of some events.
    fn of(&self, rows: &Range<usize>) -> &'a [u32] {
        &self.records.events.record[rows.clone()]
    }
}
