//! Accepted and normalized records: one row each, in plain columns.

use super::column::{Column, Keeper};
use super::events::EventRows;
use super::pool::{Pool, Sym};
use crate::kernels::id_number::IdNumber;

pub use crate::kernels::date::BirthPrecision;
pub use crate::kernels::id_number::Sex;

/// A missing date in a column of days since 1970-01-01.
pub const NO_DATE: i32 = i32::MIN;
/// A missing time in a column of seconds since 1970-01-01T00:00:00 local time.
pub const NO_TIME: i64 = i64::MIN;

/// Records as columns over one pool of strings. Every column of the first block is as long as [`Records::len`], until
/// [`Records::settle`], [`Records::persons_are_made`] and [`Records::grids_are_told`] give up those that nobody reads after
/// that.
///
/// A chunk of a dump and the whole night have this same type; [`super::RecordRows`] puts chunks together.
#[derive(Clone, Debug, Default)]
pub struct Records {
    /// The strings behind every [`Sym`] but those of `record_id`.
    pub pool: Pool,
    /// The strings behind `record_id`: once the records stand in their order, in that order.
    pub keys: Pool,
    /// Number of the source.
    pub source: Column<u16>,
    /// Number of the dump.
    pub file: Column<u32>,
    /// Line in the dump.
    pub line: Column<u64>,
    /// The source's own key (or `file:line`), as a symbol of `keys`. Not interned: equal texts may have different symbols.
    pub record_id: Column<Sym>,
    /// Hash of every raw value of the row but its place in the file: rows of one source with equal keys and equal
    /// hashes are one row twice. Left behind (empty) once the records stand in their order.
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

/// Calls `$m` with the name of every column that is a vector of one copyable value a row and holds no symbol, but for
/// `content`, which records in their order do not have.
macro_rules! plain_columns {
    ($m:ident) => {
        $m!(source, file, line, name_flags, sex, id, birth, birth_precision, phones, flat, registered_flat, updated_at)
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
pub(super) use symbol_columns;

impl Records {
    /// Number of records.
    pub fn len(&self) -> usize {
        self.source.len()
    }

    /// Whether there is no record.
    pub fn is_empty(&self) -> bool {
        self.source.is_empty()
    }

    /// The source's own key of record `row`.
    pub fn key(&self, row: usize) -> &str {
        self.keys.get(self.record_id[row])
    }

    /// Sets room for `rows` records aside, but none for texts.
    pub fn reserve(&mut self, rows: usize) {
        macro_rules! room { ($($column:ident),*) => { $(let _ = self.$column.own().try_reserve_exact(rows);)* } }
        plain_columns!(room);
        room!(content);
        symbol_columns!(room);
    }

    /// Every symbol of the pool that a column holds, once, in the order of the pool. A chunk's pool also has texts that only
    /// led to a value.
    pub(super) fn words(&self) -> Vec<Sym> {
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
        blank!(content);
        symbol_columns!(blank);
        self.birth.fill(NO_DATE);
        self.updated_at.fill(NO_TIME);
    }

    /// Gives up what only reading needs: the index of strings, and where records stand in the dumps. No row or text may be
    /// added after this.
    pub fn settle(&mut self) {
        self.pool.freeze();
        (self.file, self.line) = Default::default();
    }

    /// Has every column and text kept by `keeper`, one after the other: from now on they are read where it keeps them.
    pub fn keep(&mut self, keeper: &impl Keeper) {
        macro_rules! keep { ($($column:ident),*) => { $(self.$column.keep(keeper);)* } }
        plain_columns!(keep);
        symbol_columns!(keep);
        self.extra.iter_mut().for_each(|(_, column)| column.keep(keeper));
        self.pool.keep(keeper);
        self.keep_unmatched(keeper);
    }

    /// As [`Records::keep`], of what matching does not read: keys and events.
    pub fn keep_unmatched(&mut self, keeper: &impl Keeper) {
        self.keys.keep(keeper);
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
        plain_columns!(sum) + symbol_columns!(sum) + extra + self.events.bytes() + self.pool.bytes() + self.keys.bytes()
    }

    /// Gives up the columns that nobody reads once persons are made: they are empty from now on.
    pub fn persons_are_made(&mut self) {
        macro_rules! give_up { ($($column:ident),*) => { $(self.$column = Column::default();)* } }
        give_up!(name_flags, former_name, id, birth_precision, phones, household_head, relation);
    }

    /// Gives up the columns that nobody reads once every person has a grid: they are empty from now on.
    pub fn grids_are_told(&mut self) {
        macro_rules! give_up { ($($column:ident),*) => { $(self.$column = Column::default();)* } }
        give_up!(estate, building, unit, room, road, number, grid_code, updated_at);
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

    /// Every column of symbols but `record_id`, by name; for steps that treat them alike.
    pub fn symbol_column(&self, name: &str) -> Option<&[Sym]> {
        macro_rules! find {
            (record_id, $($column:ident),*) => {
                match name { $(stringify!($column) => Some(&self.$column[..]),)* _ => None }
            };
        }
        symbol_columns!(find).or_else(|| self.extra.iter().find(|(n, _)| n == name).map(|(_, column)| &column[..]))
    }
}
