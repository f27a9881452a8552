//! Accepted and normalized records: one row each, in plain columns.

use super::column::{Column, Keeper};
use super::events::EventRows;
use super::pool::{Pool, Sym};
use crate::kernels::id_number::IdNumber;
use rayon::prelude::*;
use std::sync::{Mutex, PoisonError};

pub use crate::kernels::date::BirthPrecision;
pub use crate::kernels::id_number::Sex;

/// A missing date in a column of days since 1970-01-01.
pub const NO_DATE: i32 = i32::MIN;
/// A missing time in a column of seconds since 1970-01-01T00:00:00 local time.
pub const NO_TIME: i64 = i64::MIN;

/// Records as columns over one pool of strings. Every column of the first block is as long as [`Records::len`].
///
/// A chunk of a dump and the whole night have this same type: [`Records::append`] puts chunks together.
#[derive(Clone, Debug, Default)]
pub struct Records {
    /// The strings behind every [`Sym`].
    pub pool: Pool,
    /// Number of the source.
    pub source: Column<u16>,
    /// Number of the dump.
    pub file: Column<u32>,
    /// Line in the dump.
    pub line: Column<u64>,
    /// The source's own key (or `file:line`). Not interned: equal texts may have different symbols.
    pub record_id: Column<Sym>,
    /// Hash of every raw value of the row but its place in the file: rows of one source with equal keys and equal
    /// hashes are one row twice. Dropped (empty) once the records stand in their order.
    pub content: Column<u64>,
    /// Name as compared and shown: no spaces, simplified characters, one middle dot.
    pub name: Column<Sym>,
    /// Bits of [`crate::kernels::text::NameFlags`]: title instead of a name, unreadable characters, ….
    pub name_flags: Column<u8>,
    /// Former name, normalized the same way.
    pub former_name: Column<Sym>,
    /// Sex as stated.
    pub sex: Column<Sex>,
    /// Resident ID number, packed.
    pub id: Column<IdNumber>,
    /// Passport, travel permit or other document number, upper case.
    pub document: Column<Sym>,
    /// Birth date as stated, in days since 1970-01-01; [`NO_DATE`] where unknown. The ID's own is not copied here.
    pub birth: Column<i32>,
    /// How exactly `birth` is known.
    pub birth_precision: Column<BirthPrecision>,
    /// Up to two phone numbers, packed by [`crate::kernels::phone`]; 0 where there is none.
    pub phones: Column<[u64; 2]>,
    /// Address of residence as shown.
    pub address: Column<Sym>,
    /// Its estate (小区), village or compound.
    pub estate: Column<Sym>,
    /// Its building, digits where they are digits: `3` for 三栋, 3号楼 and 3#.
    pub building: Column<Sym>,
    /// Its unit (entrance), digits.
    pub unit: Column<Sym>,
    /// Its room, digits: `501`.
    pub room: Column<Sym>,
    /// Its road, e.g. 府前大街.
    pub road: Column<Sym>,
    /// Its door number on the road, digits: `45`; `45-1` for 45号之1.
    pub number: Column<Sym>,
    /// Hash of the whole flat (estate or road and number, building, unit, room); 0 unless it names one dwelling.
    pub flat: Column<u64>,
    /// Registered address (户籍地址) as shown.
    pub registered_address: Column<Sym>,
    /// Hash of the registered flat, made as `flat`.
    pub registered_flat: Column<u64>,
    /// Grid code as stated.
    pub grid_code: Column<Sym>,
    /// Name of the head of the household, normalized as a name.
    pub household_head: Column<Sym>,
    /// Relation to the head, as stated.
    pub relation: Column<Sym>,
    /// Ethnicity, without the trailing 族.
    pub ethnicity: Column<Sym>,
    /// When the source last touched the record, seconds local time; [`NO_TIME`] where unknown.
    pub updated_at: Column<i64>,
    /// Columns of a pipeline's own linkage fields, trimmed text, each as long as the others.
    pub extra: Vec<(String, Column<Sym>)>,

    /// Phone numbers beyond the second: (row, packed phone), in row order.
    pub more_phones: Vec<(u32, u64)>,
    /// What the records say happened.
    pub events: EventRows,
}

/// Calls `$m` with the name of every column that is a vector of one copyable value a row and holds no symbol.
macro_rules! plain_columns {
    ($m:ident) => {
        $m!(
            source,
            file,
            line,
            content,
            name_flags,
            sex,
            id,
            birth,
            birth_precision,
            phones,
            flat,
            registered_flat,
            updated_at
        )
    };
}

/// Calls `$m` with the name of every column of symbols.
macro_rules! symbol_columns {
    ($m:ident) => {
        $m!(
            record_id,
            name,
            former_name,
            document,
            address,
            estate,
            building,
            unit,
            room,
            road,
            number,
            registered_address,
            grid_code,
            household_head,
            relation,
            ethnicity
        )
    };
}

impl Records {
    /// Number of records.
    pub fn len(&self) -> usize {
        self.source.len()
    }

    /// Whether there is no record.
    pub fn is_empty(&self) -> bool {
        self.source.is_empty()
    }

    /// Sets room for `rows` records aside, so that no column has to move while it grows. Room that stays unused costs an
    /// address and no memory; where the system grants none, columns grow as they must.
    pub fn reserve(&mut self, rows: usize) {
        self.reserve_rows(rows);
        self.pool.make_room(3 * rows, 60 * rows);
    }

    /// As [`Records::reserve`], but no room for texts.
    pub fn reserve_rows(&mut self, rows: usize) {
        macro_rules! room { ($($column:ident),*) => { $(let _ = self.$column.own().try_reserve_exact(rows);)* } }
        plain_columns!(room);
        symbol_columns!(room);
    }

    /// Puts the records of `other` behind these, moving its strings into this pool. An `extra` column that only one
    /// of them has is missing in the other's records.
    ///
    /// # Panics
    /// If there would be more than 4,294,967,295 records.
    pub fn append(&mut self, other: &Records) {
        let base = u32::try_from(self.len()).expect("more than 2^32 records");
        // Sources map different fields: what one of them does not have is missing there.
        for (name, _) in &other.extra {
            if !self.extra.iter().any(|(known, _)| known == name) {
                self.extra.push((name.clone(), vec![Pool::NONE; self.len()].into()));
            }
        }
        // Record keys are distinct, so looking them up would only cost time; every other string is interned once.
        let mut moved = vec![Sym::MAX; other.pool.len()];
        moved[0] = Pool::NONE;
        for &sym in &other.record_id {
            if moved[sym as usize] == Sym::MAX {
                moved[sym as usize] = self.pool.push(other.pool.get(sym));
            }
            self.record_id.push(moved[sym as usize]);
        }
        moved[1..].fill(Sym::MAX);
        self.pool.intern_all(&other.pool, &other.words(), &mut moved);
        let moving = |into: &mut Column<Sym>, from: &[Sym]| {
            into.own().extend(from.iter().map(|&sym| moved[sym as usize]));
        };
        macro_rules! plain { ($($column:ident),*) => { $(self.$column.extend_from_slice(&other.$column);)* } }
        macro_rules! symbols {
            (record_id, $($column:ident),*) => { $(moving(&mut self.$column, &other.$column);)* };
        }
        plain_columns!(plain);
        symbol_columns!(symbols);
        for (name, into) in &mut self.extra {
            match other.extra.iter().find(|(known, _)| known == name) {
                Some((_, from)) => moving(into, from),
                None => into.resize(into.len() + other.source.len(), Pool::NONE),
            }
        }
        moving(&mut self.events.kind, &other.events.kind);
        moving(&mut self.events.place_code, &other.events.place_code);
        moving(&mut self.events.place, &other.events.place);
        moving(&mut self.events.detail, &other.events.detail);
        self.events.record.extend(other.events.record.iter().map(|row| row + base));
        self.events.at.extend_from_slice(&other.events.at);
        self.more_phones.extend(other.more_phones.iter().map(|&(row, phone)| (row + base, phone)));
    }

    /// Every symbol that a column but `record_id` holds, once, in the order of the pool. A chunk's pool also has texts that
    /// only led to a value.
    fn words(&self) -> Vec<Sym> {
        let mut held = vec![false; self.pool.len()];
        let mut hold = |column: &[Sym]| column.iter().for_each(|&sym| held[sym as usize] = true);
        macro_rules! symbols { (record_id, $($column:ident),*) => { $(hold(&self.$column);)* }; }
        symbol_columns!(symbols);
        self.extra.iter().for_each(|(_, column)| hold(column));
        let events = &self.events;
        [&events.kind, &events.place_code, &events.place, &events.detail].into_iter().for_each(|column| hold(column));
        held[Pool::NONE as usize] = false;
        (0..).zip(held).filter_map(|(sym, held)| held.then_some(sym)).collect()
    }

    /// Adds a row that states nothing, for tests of single steps.
    #[cfg(test)]
    pub(crate) fn copy_blank(&mut self) {
        macro_rules! blank { ($($column:ident),*) => { $(self.$column.push(Default::default());)* } }
        plain_columns!(blank);
        symbol_columns!(blank);
        self.birth.fill(NO_DATE);
        self.updated_at.fill(NO_TIME);
    }

    /// Gives up what only reading needs: hashes of rows, and the index of strings. No row or text may be added after this.
    pub fn settle(&mut self) {
        self.content = Column::default();
        self.pool.freeze();
    }

    /// Has every column and text kept by `keeper`, one after the other: from now on they are read where it keeps them.
    pub fn keep(&mut self, keeper: &impl Keeper) {
        self.keep_columns(keeper);
        self.pool.keep(keeper);
    }

    /// As [`Records::keep`], but for the texts, to which more may still be added.
    pub fn keep_columns(&mut self, keeper: &impl Keeper) {
        macro_rules! keep { ($($column:ident),*) => { $(self.$column.keep(keeper);)* } }
        plain_columns!(keep);
        symbol_columns!(keep);
        self.extra.iter_mut().for_each(|(_, column)| column.keep(keeper));
        let events = &mut self.events;
        events.record.keep(keeper);
        events.kind.keep(keeper);
        events.at.keep(keeper);
        events.place_code.keep(keeper);
        events.place.keep(keeper);
        events.detail.keep(keeper);
    }

    /// Bytes of all columns and texts, wherever they are kept.
    pub fn bytes(&self) -> usize {
        macro_rules! sum { ($($column:ident),*) => { 0 $(+ size_of_val(&self.$column[..]))* }; }
        let extra = self.extra.iter().map(|(_, column)| size_of_val(&column[..])).sum::<usize>();
        plain_columns!(sum) + symbol_columns!(sum) + extra + self.events.bytes() + self.pool.bytes()
    }

    /// As [`Records::keep`], but only the columns that hardly anybody reads once persons are made.
    pub fn keep_what_persons_are_made_of(&mut self, keeper: &impl Keeper) {
        macro_rules! keep {
            ($($column:ident),*) => { rayon::scope(|scope| { $(scope.spawn(|_| self.$column.keep(keeper));)* }) }
        }
        keep!(file, line, name_flags, former_name, id, document, phones, household_head, relation, updated_at);
    }

    /// Adds a copy of row `row` without its events and further phones, and gives its number.
    ///
    /// # Panics
    /// If there would be more than 4,294,967,295 records.
    pub fn copy_row(&mut self, row: usize) -> u32 {
        let new = u32::try_from(self.len()).expect("more than 2^32 records");
        macro_rules! copy { ($($column:ident),*) => { $(self.$column.push(self.$column[row]);)* } }
        plain_columns!(copy);
        symbol_columns!(copy);
        for (_, column) in &mut self.extra {
            column.push(column[row]);
        }
        new
    }

    /// These records in the order of `rows` (row numbers, each at most once): rows that are not named are left out,
    /// with their events.
    pub fn reordered(mut self, rows: &[u32]) -> Records {
        rayon::scope(|scope| {
            macro_rules! alike {
                ($($column:ident),*) => {{
                    let columns = vec![$(&mut self.$column),*];
                    scope.spawn(move |_| take_all(columns, rows));
                }};
            }
            alike!(content, line, flat, registered_flat);
            alike!(phones);
            alike!(id);
            alike!(updated_at);
            alike!(file);
            alike!(birth);
            alike!(source);
            alike!(name_flags);
            alike!(sex);
            alike!(birth_precision);
            macro_rules! symbols { ($($column:ident),*) => { vec![$(&mut self.$column),*] }; }
            let mut columns = symbol_columns!(symbols);
            columns.extend(self.extra.iter_mut().map(|(_, column)| column));
            scope.spawn(move |_| take_all(columns, rows));
        });
        let mut new_row = vec![u32::MAX; rows.iter().map(|&row| row as usize + 1).max().unwrap_or(0)];
        for (new, &old) in rows.iter().enumerate() {
            new_row[old as usize] = new as u32;
        }
        let new_of = |old: u32| new_row.get(old as usize).copied().filter(|&new| new != u32::MAX);
        self.more_phones = self.more_phones.iter().filter_map(|&(old, p)| Some((new_of(old)?, p))).collect();
        self.more_phones.sort_by_key(|&(row, _)| row);
        self.events = self.events.of_records(rows);
        self
    }

    /// Every column of symbols but `record_id`, by name; for steps that treat them alike.
    pub fn symbol_column(&self, name: &str) -> Option<&[Sym]> {
        macro_rules! find {
            ($($column:ident),*) => { match name { $(stringify!($column) => Some(&self.$column[..]),)* _ => None } };
        }
        symbol_columns!(find).or_else(|| self.extra.iter().find(|(n, _)| n == name).map(|(_, column)| &column[..]))
    }
}

/// Brings `rows` of each column into it. A column that was left goes to the next one that is made: as many are in memory
/// twice as threads are at work, and pages that the system once cleared are not cleared again.
pub(super) fn take_all<T: Copy + Send + Sync>(columns: Vec<&mut Column<T>>, rows: &[u32]) {
    let spares: Mutex<Vec<Vec<T>>> = Mutex::default();
    let spares = || spares.lock().unwrap_or_else(PoisonError::into_inner);
    columns.into_par_iter().with_max_len(1).filter(|column| !column.is_empty()).for_each(|column| {
        let mut into = spares().pop().unwrap_or_default();
        into.clear();
        into.extend(rows.iter().map(|&row| column[row as usize]));
        if let Column::Own(left) = std::mem::replace(column, into.into()) {
            spares().push(left);
        }
    });
}
