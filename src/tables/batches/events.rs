//! `events/`: one row per event, with the person of its record.

use super::text::{PersonIds, Repeated, repeated_symbols, symbols_or_empty};
use super::{Batches, column};
use crate::tables::published::{EVENTS, schema};
use crate::tables::{EventRows, Members, NO_TIME, Persons, Records, Sym};
use arrow::array::{ArrayRef, TimestampMillisecondArray};
use rayon::prelude::*;
use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;

/// The events table, in the order of the records' events.
pub fn events<'a>(
    records: &'a Records,
    members: &'a Members,
    persons: &'a Persons,
    source_names: &'a [String],
) -> Batches<'a> {
    table(View { records, members, ids: PersonIds::new(&persons.id), source_names, order: None })
}

/// The same rows in another order: those of one type stand together, in the order of the records' events.
pub fn events_by_type<'a>(
    records: &'a Records,
    members: &'a Members,
    persons: &'a Persons,
    source_names: &'a [String],
) -> Batches<'a> {
    let kinds: &[Sym] = &records.events.kind;
    let mut order: Vec<u32> = (0..kinds.len() as u32).collect();
    // By number of the text, which says nothing but which stand together.
    order.par_sort_by_key(|&event| kinds[event as usize]);
    table(View { records, members, ids: PersonIds::new(&persons.id), source_names, order: Some(order) })
}

fn table(view: View<'_>) -> Batches<'_> {
    let view = Arc::new(view);
    Batches::by_column(
        schema(EVENTS),
        view.records.events.len(),
        vec![
            column!(view, |rows| {
                let person: &[u32] = &view.members.person;
                view.ids.column(view.of(rows).iter().map(|&row| person[row as usize]))
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
                symbols_or_empty(&view.records.keys, &keys)
            }),
            column!(view, |rows| view.texts(&view.events().kind, rows, false)),
            column!(view, |rows| {
                let at = view.taken(&view.events().at, rows);
                let at = at.iter().map(|&at| (at != NO_TIME).then(|| at.saturating_mul(1000)));
                Arc::new(at.collect::<TimestampMillisecondArray>())
            }),
            column!(view, |rows| view.texts(&view.events().place_code, rows, true)),
            column!(view, |rows| view.texts(&view.events().place, rows, true)),
            column!(view, |rows| view.texts(&view.events().detail, rows, true)),
        ],
    )
}

struct View<'a> {
    records: &'a Records,
    members: &'a Members,
    ids: PersonIds,
    source_names: &'a [String],
    /// Number of the event in each row, if that is not the row's.
    order: Option<Vec<u32>>,
}

impl<'a> View<'a> {
    fn events(&self) -> &'a EventRows {
        &self.records.events
    }

    /// The values of some rows.
    fn taken<T: Copy>(&self, column: &'a [T], rows: &Range<usize>) -> Cow<'a, [T]> {
        match &self.order {
            None => Cow::Borrowed(&column[rows.clone()]),
            Some(order) => order[rows.clone()].iter().map(|&event| column[event as usize]).collect(),
        }
    }

    fn texts(&self, column: &'a [Sym], rows: &Range<usize>, nulls: bool) -> ArrayRef {
        repeated_symbols(&self.records.pool, &self.taken(column, rows), nulls)
    }

    /// The records of some rows.
    fn of(&self, rows: &Range<usize>) -> Cow<'a, [u32]> {
        self.taken(&self.records.events.record, rows)
    }
}
