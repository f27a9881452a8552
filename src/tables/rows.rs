//! Records as rows, in the order in which they were read. Until they stand in an order of their own, a record is read once
//! and as a whole: with its values side by side that takes three lines of the cache, and as columns one for each of them.

use super::column::{Column, Keeper};
use super::events::EventRows;
use super::keys::Keys;
use super::pool::{Pool, Sym};
use super::records::{BirthPrecision, Records, Sex, symbol_columns};
use super::stack::Stack;
use crate::kernels::id_number::IdNumber;
use crate::kernels::prefetch::AHEAD;
use rayon::prelude::*;
use std::mem::MaybeUninit;
use std::ops::Range;

/// Rows that one task takes.
const CHUNK_ROWS: usize = 1 << 14;

/// A row type with the columns of a table that it takes and becomes.
macro_rules! rows {
    ($(#[$attribute:meta])* $row:ident of $table:ident { $($column:ident: $type:ty),* $(,)? }) => {
        $(#[$attribute])*
        #[derive(Clone, Copy, Debug)]
        struct $row {
            $($column: $type),*
        }

        impl $row {
            /// Row `at` of `table`.
            fn of(table: &$table, at: usize) -> Self {
                Self { $($column: table.$column[at]),* }
            }

            /// Makes columns of `table` from those of `all` that `order` names, in that order.
            #[allow(unsafe_code, reason = "columns that are cleared first are touched twice, and by one thread alone")]
            fn put(all: &Stack<Self>, order: &[u32], table: &mut $table) {
                let all = all.rows();
                struct Part<'a> {
                    $($column: &'a mut [MaybeUninit<$type>]),*
                }
                $(let mut $column: Vec<$type> = Vec::with_capacity(order.len());)*
                let parts: Vec<Part<'_>> = {
                    $(let mut $column = $column.spare_capacity_mut()[..order.len()].chunks_mut(CHUNK_ROWS);)*
                    std::iter::from_fn(|| Some(Part { $($column: $column.next()?),* })).collect()
                };
                parts.into_par_iter().zip(order.par_chunks(CHUNK_ROWS)).for_each(|(part, order)| {
                    for (at, &row) in order.iter().enumerate() {
                        if let Some(&soon) = order.get(at + AHEAD) {
                            all.expect(soon as usize);
                        }
                        let row = &all[row as usize];
                        $(part.$column[at].write(row.$column);)*
                    }
                });
                // SAFETY: the parts are all of the first `order.len()` places, and each was written to its end.
                unsafe {
                    $($column.set_len(order.len());)*
                }
                $(table.$column = $column.into();)*
            }
        }
    };
}

rows! {
    /// Every symbol of a record, in one line.
    #[repr(align(64))]
    Words of Records {
        record_id: Sym,
        name: Sym,
        former_name: Sym,
        document: Sym,
        address: Sym,
        estate: Sym,
        building: Sym,
        unit: Sym,
        room: Sym,
        road: Sym,
        number: Sym,
        registered_address: Sym,
        grid_code: Sym,
        household_head: Sym,
        relation: Sym,
        ethnicity: Sym,
    }
}

rows! {
    /// Its numbers, in one line.
    #[repr(align(64))]
    Numbers of Records {
        id: IdNumber,
        phones: [u64; 2],
        flat: u64,
        registered_flat: u64,
        updated_at: i64,
        birth: i32,
        file: u32,
    }
}

rows! {
    /// What is left of it, a quarter of a line.
    Marks of Records {
        line: u64,
        source: u16,
        name_flags: u8,
        sex: Sex,
        birth_precision: BirthPrecision,
    }
}

rows! {
    /// An event but for its record, half a line.
    #[repr(align(32))]
    Event of EventRows {
        at: i64,
        kind: Sym,
        place_code: Sym,
        place: Sym,
        detail: Sym,
    }
}

const _: () = assert!(size_of::<Words>() == 64 && size_of::<Numbers>() == 64 && size_of::<Marks>() == 16);

/// Records of many chunks behind each other, over one pool.
#[derive(Clone, Debug, Default)]
pub struct RecordRows {
    /// The strings behind every [`Sym`] but the records' keys.
    pub pool: Pool,
    /// The records' keys, in the order in which they were read.
    keys: Keys,
    words: Stack<Words>,
    numbers: Stack<Numbers>,
    marks: Stack<Marks>,
    content: Stack<u64>,
    extra: Vec<(String, Column<Sym>)>,
    more_phones: Vec<(u32, u64)>,
    events: Stack<Event>,
    /// Row of the record of each event.
    event_records: Stack<u32>,
}

impl RecordRows {
    /// Number of records.
    pub fn len(&self) -> usize {
        self.words.len()
    }

    /// Whether there is no record.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Sets room for the texts of `rows` records, but for their keys, aside, so that none has to move while they grow. Room that
    /// stays unused costs an address and no memory; where the system grants none, it grows as it must.
    pub fn reserve(&mut self, rows: usize) {
        self.pool.make_room(2 * rows, 48 * rows);
    }

    /// Puts the records of `chunk` behind these, moving its strings into this pool. An `extra` column that only one of them
    /// has is missing in the other's records.
    ///
    /// # Panics
    /// If there would be more than 4,294,967,295 records.
    pub fn append(&mut self, chunk: &Records) {
        let base = u32::try_from(self.len()).expect("more than 2^32 records");
        // Sources map different fields: what one of them does not have is missing there.
        for (name, _) in &chunk.extra {
            if !self.extra.iter().any(|(known, _)| known == name) {
                self.extra.push((name.clone(), vec![Pool::NONE; self.len()].into()));
            }
        }
        // Keys of records are distinct, so looking them up would only cost time; every other string is interned once.
        let mut moved = vec![Sym::MAX; chunk.pool.len()];
        moved[Pool::NONE as usize] = Pool::NONE;
        let (pool, keys) = (&mut self.pool, &mut self.keys);
        let (numbers, marks, content) = (&mut self.numbers, &mut self.marks, &mut self.content);
        let (keys, ()) = rayon::join(
            || {
                pool.intern_all(&chunk.pool, &chunk.words(), &mut moved);
                keys.append(&chunk.keys)
            },
            || {
                numbers.extend((0..chunk.len()).map(|at| Numbers::of(chunk, at)));
                marks.extend((0..chunk.len()).map(|at| Marks::of(chunk, at)));
                content.extend(chunk.content.iter().copied());
            },
        );
        let moved = &moved[..];
        let words = |at: usize| {
            let row = Words::of(chunk, at);
            let record_id = if row.record_id == Pool::NONE { Pool::NONE } else { keys + row.record_id };
            macro_rules! in_pool {
                (record_id, $($column:ident),*) => { Words { record_id, $($column: moved[row.$column as usize]),* } };
            }
            symbol_columns!(in_pool)
        };
        self.words.extend((0..chunk.len()).map(words));
        for (name, into) in &mut self.extra {
            match chunk.extra.iter().find(|(known, _)| known == name) {
                Some((_, from)) => into.extend(from.iter().map(|&sym| moved[sym as usize])),
                None => into.resize(into.len() + chunk.len(), Pool::NONE),
            }
        }
        let event = |at: usize| {
            let Event { at, kind, place_code, place, detail } = Event::of(&chunk.events, at);
            let [kind, place_code, place, detail] = [kind, place_code, place, detail].map(|sym| moved[sym as usize]);
            Event { at, kind, place_code, place, detail }
        };
        self.events.extend((0..chunk.events.len()).map(event));
        self.event_records.extend(chunk.events.record.iter().map(|row| row + base));
        self.more_phones.extend(chunk.more_phones.iter().map(|&(row, phone)| (row + base, phone)));
    }

    /// Has everything but the texts, to which more may still be added, kept by `keeper`.
    pub fn keep(&mut self, keeper: &impl Keeper) {
        self.words.keep(keeper);
        self.numbers.keep(keeper);
        self.marks.keep(keeper);
        self.content.keep(keeper);
        self.extra.iter_mut().for_each(|(_, column)| column.keep(keeper));
        self.events.keep(keeper);
        self.event_records.keep(keeper);
    }

    /// Number of the source of record `row`.
    pub fn source(&self, row: usize) -> u16 {
        self.marks[row].source
    }

    /// Number of its dump and line in it.
    pub fn place(&self, row: usize) -> (u32, u64) {
        (self.numbers[row].file, self.marks[row].line)
    }

    /// Key of it.
    pub fn key(&self, row: usize) -> &str {
        self.keys.get(self.words[row].record_id)
    }

    /// Hash of everything it says: see [`Records::content`].
    pub fn content(&self, row: usize) -> u64 {
        self.content[row]
    }

    /// The names of records `rows`.
    pub fn names(&self, rows: Range<usize>) -> Vec<Sym> {
        rows.map(|row| self.words[row].name).collect()
    }

    /// ID number and birth date as stated of record `row`.
    pub fn id_and_birth(&self, row: usize) -> (IdNumber, i32) {
        (self.numbers[row].id, self.numbers[row].birth)
    }

    /// The records as columns, in the order of `order` (row numbers, each at most once): rows that are not named are left
    /// out, with their events. The hashes of what they say are left behind. Calls `freed` whenever a good deal of memory was
    /// freed.
    pub fn in_order(self, order: &[u32], freed: impl Fn()) -> Records {
        let mut records = Records { pool: self.pool, ..Records::default() };
        drop(self.content);
        freed();
        // The least first: its columns find room in what sorting left, and each of the others in what the one before leaves.
        Marks::put(&self.marks, order, &mut records);
        drop(self.marks);
        freed();
        Words::put(&self.words, order, &mut records);
        drop(self.words);
        freed();
        // What is read of neighbouring records together stands together.
        let (keys, record_id) = self.keys.in_order(&records.record_id);
        (records.keys, records.record_id) = (keys, record_id.into());
        drop(self.keys);
        freed();
        Numbers::put(&self.numbers, order, &mut records);
        drop(self.numbers);
        freed();
        let in_order = |(name, column): (String, Column<Sym>)| {
            (name, order.iter().map(|&row| column[row as usize]).collect::<Column<Sym>>())
        };
        records.extra = self.extra.into_par_iter().map(in_order).collect();
        let mut new_row = vec![u32::MAX; order.iter().map(|&row| row as usize + 1).max().unwrap_or(0)];
        order.iter().zip(0..).for_each(|(&old, new)| new_row[old as usize] = new);
        let new_of = |old: u32| new_row.get(old as usize).copied().filter(|&new| new != u32::MAX);
        records.more_phones = self.more_phones.into_iter().filter_map(|(old, p)| Some((new_of(old)?, p))).collect();
        records.more_phones.sort_by_key(|&(row, _)| row);
        records.events = events_in_order(&self.events, &self.event_records, order);
        records
    }
}

/// The events of the records that `order` names, in that order, each of the record that stands there then.
fn events_in_order(events: &Stack<Event>, records: &Stack<u32>, order: &[u32]) -> EventRows {
    let last = records.len().checked_sub(1).map(|last| records[last] as usize);
    let mut starts = vec![0_u32; last.map_or(0, |last| last + 2)];
    records.iter().for_each(|record| starts[record as usize + 1] += 1);
    (1..starts.len()).for_each(|record| starts[record] += starts[record - 1]);
    let own = |row: u32| match starts.get(row as usize..row as usize + 2) {
        Some(&[start, end]) => start..end,
        _ => 0..0,
    };
    let all: Vec<u32> = order.par_iter().flat_map_iter(|&row| own(row)).collect();
    let of = order.par_iter().enumerate().flat_map_iter(|(new, &row)| own(row).map(move |_| new as u32));
    let mut in_order = EventRows { record: of.collect::<Vec<u32>>().into(), ..EventRows::default() };
    Event::put(events, &all, &mut in_order);
    in_order
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tables::{NO_DATE, NO_TIME};

    /// Rows that are told by their keys; every second has an event, every third a third phone.
    fn chunk(keys: &[&str], extra: Option<&str>) -> Records {
        let mut records = Records::default();
        keys.iter().for_each(|_| records.copy_blank());
        for (at, key) in keys.iter().enumerate() {
            records.record_id[at] = records.keys.push(key);
            records.name[at] = records.pool.intern(&format!("N{key}"));
            records.ethnicity[at] = records.pool.intern("汉");
            records.phones[at] = [key.len() as u64, at as u64];
            records.line[at] = at as u64 + 2;
            if at % 2 == 0 {
                let kind = records.pool.intern("test");
                records.events.push(at as u32, kind);
                *records.events.detail.last_mut().unwrap() = records.pool.intern(&format!("D{key}"));
            }
            if at % 3 == 0 {
                records.more_phones.push((at as u32, 100 + at as u64));
            }
        }
        if let Some(name) = extra {
            let column: Vec<Sym> = keys.iter().map(|key| records.pool.intern(&format!("X{key}"))).collect();
            records.extra.push((name.to_owned(), column.into()));
        }
        records
    }

    #[test]
    fn rows_of_chunks_become_columns_in_any_order() {
        let (first, second) = (chunk(&["a", "bb", "c", "d"], None), chunk(&["e", "f"], Some("work")));
        let mut rows = RecordRows::default();
        rows.reserve(6);
        rows.append(&first);
        rows.append(&second);
        assert_eq!((rows.len(), rows.key(1), rows.place(5), rows.content(0)), (6, "bb", (0, 3), 0));
        let records = rows.in_order(&[5, 1, 0, 4, 2], || ());
        let texts = |column: &[Sym]| column.iter().map(|&sym| records.pool.get(sym).to_owned()).collect::<Vec<_>>();
        assert_eq!([0, 1, 2, 3, 4].map(|row| records.key(row)), ["f", "bb", "a", "e", "c"]);
        assert_eq!(records.record_id[..], [1, 2, 3, 4, 5], "keys stand in the order of their records");
        assert_eq!(texts(&records.name), ["Nf", "Nbb", "Na", "Ne", "Nc"]);
        assert!(records.ethnicity.iter().all(|&sym| sym == records.ethnicity[0]), "a text is there once");
        assert_eq!(records.phones[..], [[1, 1], [2, 1], [1, 0], [1, 0], [1, 2]]);
        assert_eq!(records.line[..], [3, 3, 2, 2, 4]);
        assert!(records.birth.iter().all(|&day| day == NO_DATE) && records.updated_at.iter().all(|&at| at == NO_TIME));
        assert_eq!(
            (&records.extra[0].0[..], texts(&records.extra[0].1)),
            ("work", ["Xf", "", "", "Xe", ""].map(String::from).to_vec())
        );
        assert_eq!(records.more_phones, [(2, 100), (3, 100)]);
        assert_eq!(
            (&records.events.record[..], texts(&records.events.detail)),
            (&[2, 3, 4][..], ["Da", "De", "Dc"].map(String::from).to_vec())
        );
        assert_eq!(texts(&records.events.kind), ["test"; 3]);
        assert!(records.content.is_empty());
    }

    #[test]
    fn no_records_are_no_rows() {
        let rows = RecordRows::default();
        assert!(rows.is_empty() && rows.in_order(&[], || ()).is_empty());
    }
}
