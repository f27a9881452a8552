//! Persons: the best value of each field, and the record that it came from.

use super::records::Sex;
use crate::kernels::buckets::Buckets;
use crate::kernels::id_number::IdNumber;
use std::fmt;
use std::sync::OnceLock;

/// No row.
pub const NO_ROW: u32 = u32::MAX;

/// Stable key of a person, shown as `P` and 11 characters of Crockford's base 32. Keys of older sets have 13 of them and keep
/// them: only new keys begin with nine ones, of 64 bits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PersonId(pub u64);

const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

const NO_DIGIT: u8 = u8::MAX;

/// What each byte counts as a digit of [`ALPHABET`].
const DIGITS: [u8; 256] = {
    let mut digits = [NO_DIGIT; 256];
    let mut i = 0;
    while i < ALPHABET.len() {
        digits[ALPHABET[i] as usize] = i as u8;
        i += 1;
    }
    digits
};

impl PersonId {
    /// Bits of a new key. Its text has twelve characters then, which a view of a text holds itself: whoever joins, groups or
    /// writes rows by it reads them where they stand.
    pub const BITS: u32 = 5 * SHORT_DIGITS as u32;

    /// A new key, from the bits of a hash.
    pub fn of_hash(hash: u64) -> Self {
        Self(NEW | hash >> (u64::BITS - Self::BITS))
    }

    /// The key as a text without memory of its own.
    pub fn key(self) -> KeyText {
        let digits = if self.0 >= NEW { SHORT_DIGITS } else { DIGITS_MAX };
        let mut text = [b'P'; 1 + DIGITS_MAX];
        for (i, slot) in text[1..=digits].iter_mut().rev().enumerate() {
            *slot = ALPHABET[(self.0 >> (5 * i) & 31) as usize];
        }
        KeyText { text, len: 1 + digits as u8 }
    }

    /// Reads a key back; `None` if it is not one.
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.strip_prefix('P')?.as_bytes();
        let digit = |byte: u8| Some(DIGITS[byte as usize]).filter(|&digit| digit != NO_DIGIT).map(u64::from);
        // 13 digits of five bits are one bit more than a key has.
        let fits = match digits.len() {
            SHORT_DIGITS => true,
            DIGITS_MAX => digit(digits[0])? < 16,
            _ => false,
        };
        let value = || digits.iter().try_fold(0, |value, &byte| Some(value << 5 | digit(byte)?));
        let new = if digits.len() == SHORT_DIGITS { NEW } else { 0 };
        if fits { value().map(|value| Self(new | value)) } else { None }
    }
}

/// What new keys begin with. A key of an older set was the least of its records' hashes, of which hardly any does.
const NEW: u64 = u64::MAX << PersonId::BITS;
/// Digits that new keys have.
const SHORT_DIGITS: usize = 11;
/// Digits of a key of 64 bits.
const DIGITS_MAX: usize = 13;

/// The text of a key: a letter and up to 13 characters of Crockford's base 32.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyText {
    text: [u8; 1 + DIGITS_MAX],
    len: u8,
}

impl KeyText {
    /// The same key under another letter, which is ASCII.
    pub fn with_letter(mut self, letter: u8) -> Self {
        debug_assert!(letter.is_ascii());
        self.text[0] = letter;
        self
    }

    /// Its characters, all of them ASCII.
    pub fn as_bytes(&self) -> &[u8] {
        &self.text[..self.len as usize]
    }
}

impl AsRef<str> for KeyText {
    fn as_ref(&self) -> &str {
        std::str::from_utf8(self.as_bytes()).unwrap_or_default()
    }
}

impl fmt::Display for PersonId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.key().as_ref())
    }
}

/// How a person's grid was found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum GridBy {
    /// Not found: unassigned.
    #[default]
    None,
    /// The community's own grid code.
    GridCode,
    /// The flat, through the directory's coverage or the flat's other records.
    Flat,
    /// Road and door number.
    Road,
    /// The estate.
    Estate,
    /// Other members of the same household.
    Household,
    /// The registered address, when nothing else is known.
    Registered,
}

impl GridBy {
    /// The published name; `None` for [`GridBy::None`].
    pub fn as_str(self) -> Option<&'static str> {
        match self {
            Self::None => None,
            Self::GridCode => Some("grid_code"),
            Self::Flat => Some("flat"),
            Self::Road => Some("road"),
            Self::Estate => Some("estate"),
            Self::Household => Some("household"),
            Self::Registered => Some("registered"),
        }
    }
}

/// Bits of [`Persons::conflicts`].
pub mod conflict {
    /// Two different valid ID numbers.
    pub const ID_NUMBER: u8 = 1;
    /// Two birth dates.
    pub const BIRTH_DATE: u8 = 2;
    /// Two sexes.
    pub const SEX: u8 = 4;
    /// Two names that are not one written two ways.
    pub const NAME: u8 = 8;
    /// Two grids stated.
    pub const GRID: u8 = 16;
    /// Every bit with its published name, in order of names.
    pub const NAMES: &[(u8, &str)] =
        &[(BIRTH_DATE, "birth_date"), (GRID, "grid_code"), (ID_NUMBER, "id_number"), (NAME, "name"), (SEX, "sex")];
}

/// Persons as columns, ordered by [`PersonId`]. `*_row` is the record row that a value came from, [`NO_ROW`] where there
/// is none.
#[derive(Clone, Debug, Default)]
pub struct Persons {
    /// Stable key, ascending and distinct.
    pub id: Vec<PersonId>,
    /// `member_rows[member_starts[p]..member_starts[p + 1]]` are the record rows of person p, ascending.
    pub member_starts: Vec<u32>,
    /// Record rows grouped by person.
    pub member_rows: Vec<u32>,
    /// Record with the best name.
    pub name_row: Vec<u32>,
    /// Best sex.
    pub sex: Vec<Sex>,
    /// Record that states the sex or whose ID implies it.
    pub sex_row: Vec<u32>,
    /// Best valid ID number; of kind `None` if there is none.
    pub id_number: Vec<IdNumber>,
    /// Record with that ID number, or with the best other document of who has none.
    pub id_number_row: Vec<u32>,
    /// Best birth date in days since 1970-01-01; [`super::NO_DATE`] if unknown.
    pub birth: Vec<i32>,
    /// Record that states the birth date or whose ID implies it.
    pub birth_row: Vec<u32>,
    /// Distinct phones, best first: `phones[phone_starts[p]..phone_starts[p + 1]]`.
    pub phone_starts: Vec<u32>,
    /// Phones grouped by person.
    pub phones: Vec<u64>,
    /// Record with the first phone.
    pub phone_row: Vec<u32>,
    /// Record with the best registered address.
    pub registered_row: Vec<u32>,
    /// Record with the ethnicity.
    pub ethnicity_row: Vec<u32>,
    /// Bits of [`conflict`].
    pub conflicts: Vec<u8>,
    /// Where keys stand, made when one is first looked for.
    pub(crate) index: OnceLock<Buckets>,
}

/// Calls `$m` with the name of every column that has one value a person.
macro_rules! single_columns {
    ($m:ident) => {
        $m!(
            id,
            name_row,
            sex,
            sex_row,
            id_number,
            id_number_row,
            birth,
            birth_row,
            phone_row,
            registered_row,
            ethnicity_row,
            conflicts
        )
    };
}

impl Persons {
    /// Sets room aside for so many more persons with so many records.
    pub fn reserve(&mut self, persons: usize, records: usize) {
        macro_rules! reserve { ($($column:ident),*) => { $(self.$column.reserve_exact(persons);)* } }
        single_columns!(reserve);
        self.member_starts.reserve_exact(persons);
        self.phone_starts.reserve_exact(persons);
        self.member_rows.reserve_exact(records);
    }

    /// Puts the persons of `part` behind. Its starts lack the first 0.
    pub fn append(&mut self, part: &Self) {
        macro_rules! extend { ($($column:ident),*) => { $(self.$column.extend_from_slice(&part.$column);)* } }
        single_columns!(extend);
        let (members, phones) = (self.member_rows.len() as u32, self.phones.len() as u32);
        self.member_starts.extend(part.member_starts.iter().map(|start| start + members));
        self.phone_starts.extend(part.phone_starts.iter().map(|start| start + phones));
        self.member_rows.extend_from_slice(&part.member_rows);
        self.phones.extend_from_slice(&part.phones);
    }

    /// Number of persons.
    pub fn len(&self) -> usize {
        self.id.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.id.is_empty()
    }

    /// The number of the person with that key. Keys may not change once one was looked for.
    pub fn find(&self, id: PersonId) -> Option<usize> {
        let near = self.index.get_or_init(|| Buckets::of(self.id.iter().map(|id| id.0))).near(id.0);
        let start = near.start;
        self.id[near].binary_search(&id).ok().map(|at| start + at)
    }

    /// Record rows of person `p`, ascending.
    pub fn rows(&self, p: usize) -> &[u32] {
        &self.member_rows[self.member_starts[p] as usize..self.member_starts[p + 1] as usize]
    }

    /// Phones of person `p`, best first.
    pub fn phones(&self, p: usize) -> &[u64] {
        &self.phones[self.phone_starts[p] as usize..self.phone_starts[p + 1] as usize]
    }
}

/// The grid of each person, in the order of [`Persons`].
#[derive(Clone, Debug, Default)]
pub struct Residence {
    /// Grid code; empty: unassigned. Index into the directory's codes would tie two tables together, so the text is
    /// kept as a symbol of `codes`.
    pub codes: super::Pool,
    /// Symbol of the grid code in `codes`; [`super::Pool::NONE`]: unassigned.
    pub grid: Vec<super::Sym>,
    /// How the grid was found.
    pub by: Vec<GridBy>,
    /// Symbol of the dedicated grid to which the person belongs, lived in or not; [`super::Pool::NONE`]: none.
    pub dedicated: Vec<super::Sym>,
    /// Flat of that address, with its unit where another record has it, or of another record that may lie in that grid, as
    /// records have it; 0: none does.
    pub flat: Vec<u64>,
    /// Record with the best address, in that grid if there is such a record; [`super::NO_ROW`]: none has an address.
    pub address_row: Vec<u32>,
    /// First four digits of the city's division code, where they are known.
    pub city: Option<u16>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_person_id_reads_back() {
        for value in [0, 1, 31, 32, u64::MAX, 0x0123_4567_89ab_cdef, (1 << 55) - 1, 1 << 55] {
            let text = PersonId(value).to_string();
            assert_eq!(text.len(), if value == u64::MAX { 12 } else { 14 }, "{text}");
            assert_eq!(PersonId::parse(&text), Some(PersonId(value)));
            let new = PersonId::of_hash(value);
            let text = new.to_string();
            assert_eq!((text.len(), new.0 << 9, PersonId::parse(&text)), (12, value >> 9 << 9, Some(new)));
        }
        assert_ne!(PersonId::parse("P0000000000005"), PersonId::parse("P00000000005"), "an older key is another");
        assert_eq!(PersonId::parse("PZZZZZZZZZZZZZ"), None, "more than 64 bits");
        for wrong in [
            "",
            "P",
            "P123",
            "P0000000000000U",
            "P000000000000U",
            "0000000000000",
            "P00000000000000",
            "Pé00000000000",
            "P0000000000U",
            "P000000000000",
        ] {
            assert_eq!(PersonId::parse(wrong), None, "{wrong}");
        }
    }
}
