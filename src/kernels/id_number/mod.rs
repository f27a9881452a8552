//! The resident identity number (GB 11643-1999): six digits of region, eight of birth, three of sequence (odd for men)
//! and a check character by ISO 7064 MOD 11-2.

pub mod document;
mod parse;

pub use parse::{IdRepair, ParseOptions, Parsed, parse, parse_with};

use crate::kernels::date::{days_from_civil, is_real};

/// Number of characters.
pub const LENGTH: usize = 18;
/// The character X.
pub const X: u8 = 10;
const ALL_KNOWN: u32 = (1 << LENGTH) - 1;
const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
const CHECKS: [u8; 11] = [1, 0, X, 9, 8, 7, 6, 5, 4, 3, 2];

/// What is known of an identity number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum IdKind {
    /// Nothing.
    #[default]
    None = 0,
    /// 18 characters, a real date, the check character agrees.
    Valid = 1,
    /// 15 digits of the old form, completed to 18 with certainty.
    Valid15 = 2,
    /// 18 characters whose check character or date does not agree.
    Wrong = 3,
    /// 16, 17, 19 or 20 digits: something was lost or added.
    Length = 4,
    /// Some characters are masked; the known ones stand in their places.
    Masked = 5,
    /// A spreadsheet kept only the first 15 digits, or a float about as many; the tail is unknown.
    Truncated = 6,
    /// A spreadsheet kept only the leading digits of 3.70502E+17.
    Mantissa = 7,
}

/// An identity number in 96 bits: 18 characters in base 11 (X is 10; unknown ones are 0), leftmost most significant;
/// which positions are known; the kind.
///
/// Two numbers are the same text if and only if they are `==`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct IdNumber {
    /// The characters as one number in base 11, always of 18 places (a longer number keeps its first 18).
    pub digits: u64,
    /// Bit i: the character at position i from the left (0 to 17) is known.
    pub known: u32,
    /// What it is.
    pub kind: IdKind,
    /// Number of characters the text had.
    pub length: u8,
}

/// Sex as a record states it, or as an ID number implies it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Sex {
    /// Not stated or not understood.
    #[default]
    Unknown = 0,
    /// 男
    Male = 1,
    /// 女
    Female = 2,
}

/// 11 to the power of the place of each position.
const PLACES: [u64; LENGTH] = {
    let mut places = [1u64; LENGTH];
    let mut i = LENGTH - 1;
    while i > 0 {
        places[i - 1] = places[i] * 11;
        i -= 1;
    }
    places
};

/// The check character (X is 10) of the first 17 digits by ISO 7064 MOD 11-2; `None` if one is no digit or there are fewer.
pub fn check_character(digits: &[u8]) -> Option<u8> {
    let digits = digits.get(..17)?;
    if digits.iter().any(|&d| d > 9) {
        return None;
    }
    let sum: u32 = digits.iter().zip(WEIGHTS).map(|(&d, w)| u32::from(d) * w).sum();
    Some(CHECKS[(sum % 11) as usize])
}

/// Whether the first two digits of a region are those of a province (or 9: a foreigner's permanent residence).
pub fn is_province(region: u32) -> bool {
    matches!(region / 10_000, 11..=15 | 21..=23 | 31..=37 | 41..=46 | 50..=54 | 61..=65 | 71 | 81..=83 | 90..=99)
}

impl IdNumber {
    /// Packs characters (X is 10) of which those in `known` count.
    pub fn pack(symbols: &[u8; LENGTH], known: u32, kind: IdKind, length: u8) -> Self {
        let mut digits = 0u64;
        for (i, &symbol) in symbols.iter().enumerate() {
            digits = digits * 11 + if known >> i & 1 == 1 { u64::from(symbol.min(X)) } else { 0 };
        }
        Self { digits, known: known & ALL_KNOWN, kind, length }
    }

    /// The valid number of a region, a birth day (days since 1970-01-01) and a sequence number.
    pub fn from_parts(region: u32, birth_days: i32, sequence: u16) -> Self {
        let (year, month, day) = crate::kernels::date::civil_from_days(birth_days);
        let head = u64::from(region % 1_000_000) * 100_000_000_000
            + (year.clamp(0, 9999) as u64 * 10_000 + u64::from(month * 100 + day)) * 1000
            + u64::from(sequence % 1000);
        let mut symbols = [0u8; LENGTH];
        let mut rest = head;
        for symbol in symbols[..17].iter_mut().rev() {
            *symbol = (rest % 10) as u8;
            rest /= 10;
        }
        symbols[17] = check_character(&symbols).unwrap_or(0);
        Self::pack(&symbols, ALL_KNOWN, IdKind::Valid, LENGTH as u8)
    }

    /// Whether nothing is known.
    pub fn is_none(&self) -> bool {
        self.kind == IdKind::None
    }

    /// Whether the number is whole and agrees with itself (18 characters, or 15 completed).
    pub fn valid(&self) -> bool {
        matches!(self.kind, IdKind::Valid | IdKind::Valid15)
    }

    /// Whether two numbers are the same valid number, written with 15 or 18 characters.
    pub fn same_valid(&self, other: &Self) -> bool {
        self.valid() && other.valid() && self.digits == other.digits
    }

    /// The character at position `i` from the left (X is 10), if it is known.
    #[inline]
    pub fn symbol(&self, i: usize) -> Option<u8> {
        (i < LENGTH && self.known >> i & 1 == 1).then(|| (self.digits / PLACES[i] % 11) as u8)
    }

    /// All characters, 0 where unknown.
    pub fn symbols(&self) -> [u8; LENGTH] {
        let mut symbols = [0; LENGTH];
        let mut rest = self.digits;
        for symbol in symbols.iter_mut().rev() {
            *symbol = (rest % 11) as u8;
            rest /= 11;
        }
        symbols
    }

    /// The number in positions `from..to`, if all of them are known digits.
    fn number(&self, from: usize, to: usize) -> Option<u32> {
        let mask = (1u32 << to) - (1 << from);
        if self.known & mask != mask {
            return None;
        }
        let mut value = 0;
        for &symbol in &self.symbols()[from..to] {
            if symbol > 9 {
                return None;
            }
            value = value * 10 + u32::from(symbol);
        }
        Some(value)
    }

    /// Division code of the place of first registration.
    pub fn region(&self) -> Option<u32> {
        self.number(0, 6)
    }

    /// Birth day in days since 1970-01-01, if its digits are known and name a real day.
    pub fn birth_days(&self) -> Option<i32> {
        let date = self.number(6, 14)?;
        let (year, month, day) = ((date / 10_000) as i32, date / 100 % 100, date % 100);
        (is_real(year, month, day) && (1850..2100).contains(&year)).then(|| days_from_civil(year, month, day))
    }

    /// Sequence number; odd for men.
    pub fn sequence(&self) -> Option<u32> {
        if self.kind == IdKind::Length { None } else { self.number(14, 17) }
    }

    /// Sex by the last digit of the sequence.
    pub fn sex(&self) -> Option<Sex> {
        if self.kind == IdKind::Length {
            return None;
        }
        self.symbol(16).map(|digit| if digit % 2 == 1 { Sex::Male } else { Sex::Female })
    }

    /// 18 characters with `*` for what is unknown; empty for no number.
    pub fn text(&self) -> String {
        if self.is_none() {
            return String::new();
        }
        let symbols = self.symbols();
        let one = |i: usize| match (self.known >> i & 1, symbols[i]) {
            (1, X) => 'X',
            (1, digit) => char::from(b'0' + digit),
            _ => '*',
        };
        (0..LENGTH).map(one).collect()
    }

    /// How many positions known in both differ, and how many are known in both.
    pub fn differing(&self, other: &Self) -> (u32, u32) {
        let both = self.known & other.known;
        if self.digits == other.digits && self.known == other.known {
            return (0, both.count_ones());
        }
        let (a, b) = (self.symbols(), other.symbols());
        let differing = (0..LENGTH).filter(|&i| both >> i & 1 == 1 && a[i] != b[i]).count() as u32;
        (differing, both.count_ones())
    }

    /// Whether two fully known numbers differ in exactly one position.
    pub fn one_edit(&self, other: &Self) -> bool {
        self.differing(other) == (1, LENGTH as u32)
    }

    /// Whether two fully known numbers differ by one swap of neighbours.
    pub fn is_adjacent_swap(&self, other: &Self) -> bool {
        if self.differing(other) != (2, LENGTH as u32) {
            return false;
        }
        let (a, b) = (self.symbols(), other.symbols());
        let first = (0..LENGTH).find(|&i| a[i] != b[i]).unwrap_or(0);
        first + 1 < LENGTH && a[first] == b[first + 1] && a[first + 1] == b[first]
    }

    /// Whether a number of 17 or 19 digits (or 16 or 20) is this whole one with that many characters lost or added. What a
    /// longer number had behind its 18th character may have been anything.
    pub fn edit_distance_le1_for_length_kinds(&self, damaged: &Self) -> bool {
        if self.known != ALL_KNOWN || damaged.kind != IdKind::Length {
            return false;
        }
        let (whole, text) = (self.symbols(), damaged.symbols());
        let length = usize::from(damaged.length);
        let faults = length.abs_diff(LENGTH);
        if faults == 0 || faults > 2 {
            return false;
        }
        let (short, long) = if length < LENGTH { (&text[..length], &whole[..]) } else { (&whole[..], &text[..]) };
        let mut matched = 0;
        for symbol in long {
            if short.get(matched) == Some(symbol) {
                matched += 1;
            }
        }
        if length < LENGTH { matched == length } else { matched + faults >= LENGTH }
    }

    /// This whole number damaged like `other`: masked in the same places, with a digit wrong, some lost or added, or gone
    /// where `other` is none or has no damage. `draw` says in which place and to what.
    pub fn damaged_like(&self, other: &Self, draw: u64) -> Self {
        let mut symbols = self.symbols();
        let digit = 1 + (draw >> 32) % 9;
        let place = |places: usize| (draw % places.max(1) as u64) as usize;
        match other.kind {
            IdKind::None | IdKind::Valid | IdKind::Valid15 => Self::default(),
            IdKind::Masked | IdKind::Truncated | IdKind::Mantissa => {
                Self::pack(&symbols, other.known, other.kind, other.length)
            }
            IdKind::Wrong => {
                let at = place(LENGTH - 1);
                symbols[at] = ((u64::from(symbols[at]) + digit) % 10) as u8;
                Self::pack(&symbols, ALL_KNOWN, other.kind, other.length)
            }
            IdKind::Length => {
                let kept = usize::from(other.length).min(LENGTH);
                if kept < LENGTH {
                    let at = place(kept);
                    symbols.copy_within(at + LENGTH - kept.., at);
                } else {
                    let at = place(LENGTH);
                    symbols.copy_within(at..LENGTH - 1, at + 1);
                    symbols[at] = digit as u8;
                }
                Self::pack(&symbols, (1 << kept) - 1, other.kind, other.length)
            }
        }
    }
}

#[cfg(test)]
mod tests;
