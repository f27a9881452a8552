//! What records say happened at a time.

use super::column::Column;
use super::pool::{Pool, Sym};
use super::records::NO_TIME;

/// Events as columns, in the order of their records. Symbols are of the pool of the [`super::Records`] they belong to.
#[derive(Clone, Debug, Default)]
pub struct EventRows {
    /// Row of the record that says so.
    pub record: Column<u32>,
    /// The type: `arrival`, `test`, … or a word of the pipeline's own.
    pub kind: Column<Sym>,
    /// Local time in seconds since 1970-01-01T00:00:00; [`NO_TIME`] where unknown.
    pub at: Column<i64>,
    /// Division code or other code of the place.
    pub place_code: Column<Sym>,
    /// Name of the place.
    pub place: Column<Sym>,
    /// Further named columns, as one JSON object of strings; [`Pool::NONE`] where the event maps none.
    pub detail: Column<Sym>,
}

impl EventRows {
    /// Number of events.
    pub fn len(&self) -> usize {
        self.record.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.record.is_empty()
    }

    /// Bytes of all columns.
    pub fn bytes(&self) -> usize {
        let symbols = [&self.kind, &self.place_code, &self.place, &self.detail];
        let symbols = symbols.iter().map(|column| size_of_val(&column[..])).sum::<usize>();
        symbols + size_of_val(&self.record[..]) + size_of_val(&self.at[..])
    }

    /// Where the events of each of `records` records begin, and where the last ones end.
    ///
    /// # Panics
    /// If an event is of a record beyond them, or there are more than 4,294,967,295 events.
    pub fn starts(&self, records: usize) -> Vec<u32> {
        let mut starts = vec![0_u32; records + 1];
        self.record.iter().for_each(|&record| starts[record as usize + 1] += 1);
        (1..starts.len()).for_each(|record| starts[record] += starts[record - 1]);
        starts
    }

    /// Adds an event of the record in row `record` that has only a type yet.
    pub fn push(&mut self, record: u32, kind: Sym) {
        self.record.push(record);
        self.kind.push(kind);
        self.at.push(NO_TIME);
        self.place_code.push(Pool::NONE);
        self.place.push(Pool::NONE);
        self.detail.push(Pool::NONE);
    }
}
