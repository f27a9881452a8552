//! The characters of an address, each with what it is and what it may begin: scans ask for a bit where they would
//! otherwise walk a list of words at every character.

use super::marks::begins_mark;
use super::numbers::{self, begins_estate, numeral};
use super::prefix::{begins_city, begins_province};
use crate::kernels::text::is_han;
use std::ops::Deref;
use std::sync::LazyLock;

/// What a character is, or what a word that begins with it may be; several at once.
pub(super) type Kinds = u16;

/// A Chinese character.
pub(super) const HAN: Kinds = 1;
/// A Latin letter or a digit.
pub(super) const WORD: Kinds = 1 << 1;
/// A digit.
pub(super) const DIGIT: Kinds = 1 << 2;
/// A Chinese numeral.
pub(super) const NUMERAL: Kinds = 1 << 3;
/// May begin a word that ends an estate's name.
pub(super) const ESTATE: Kinds = 1 << 4;
/// May begin a word behind a number.
pub(super) const MARK: Kinds = 1 << 5;
/// Ends the name of a city, prefecture, district or county.
pub(super) const DISTRICT: Kinds = 1 << 6;
/// Ends or begins what a township's name ends with.
pub(super) const TOWN: Kinds = 1 << 7;
/// May say that a name before it is a road's or an estate's, not a division's.
pub(super) const STOP: Kinds = 1 << 8;
/// May end the name of a road.
pub(super) const ROAD: Kinds = 1 << 9;
/// A side of a road or house.
pub(super) const SIDE: Kinds = 1 << 10;
/// Begins the name of a city.
pub(super) const CITY: Kinds = 1 << 11;
/// Begins the name of a province.
pub(super) const PROVINCE: Kinds = 1 << 12;

/// The kinds of the characters of the basic plane.
static KINDS: LazyLock<Box<[Kinds]>> =
    LazyLock::new(|| (0..0x1_0000).map(|code| char::from_u32(code).map_or(0, kinds_of)).collect());

/// What `c` is, by the lists.
fn kinds_of(c: char) -> Kinds {
    [
        (is_han(c), HAN),
        (c.is_ascii_alphanumeric(), WORD),
        (c.is_ascii_digit(), DIGIT),
        (numeral(c).is_some(), NUMERAL),
        (begins_estate(c), ESTATE),
        (begins_mark(c), MARK),
        (matches!(c, '区' | '县' | '市' | '旗' | '州' | '盟'), DISTRICT),
        (matches!(c, '镇' | '乡' | '木' | '办'), TOWN),
        (matches!(c, '路' | '巷' | '弄' | '号' | '街' | '大' | '小'), STOP),
        (matches!(c, '路' | '街' | '巷' | '道' | '同' | '线' | '条' | '里' | '弄' | '花' | '小' | '公' | '村'), ROAD),
        (matches!(c, '东' | '西' | '中' | '南' | '北' | '左' | '右'), SIDE),
        (begins_city(c), CITY),
        (begins_province(c), PROVINCE),
    ]
    .into_iter()
    .fold(0, |kinds, (is, kind)| if is { kinds | kind } else { kinds })
}

/// Characters with their kinds.
#[derive(Clone, Debug, Default)]
pub(super) struct Line {
    chars: Vec<char>,
    kinds: Vec<Kinds>,
    /// What any of the characters is.
    any: Kinds,
}

impl Line {
    /// Takes other characters in place of those it has; their kinds are known after [`Line::read_kinds`].
    pub(super) fn chars_mut(&mut self) -> &mut Vec<char> {
        self.kinds.clear();
        &mut self.chars
    }

    /// Looks up what each character is.
    pub(super) fn read_kinds(&mut self) {
        let table = &**KINDS;
        self.kinds.clear();
        self.kinds.extend(self.chars.iter().map(|&c| match table.get(c as usize) {
            Some(&kinds) => kinds,
            None => kinds_of(c),
        }));
        self.any = self.kinds.iter().fold(0, |any, &kinds| any | kinds);
    }

    /// Whether any character is of one of `kinds`.
    #[inline]
    pub(super) fn has(&self, kinds: Kinds) -> bool {
        self.any & kinds != 0
    }

    /// What the character at `at` is; nothing behind the end.
    #[inline]
    pub(super) fn kinds(&self, at: usize) -> Kinds {
        self.kinds.get(at).copied().unwrap_or(0)
    }

    /// Whether the character at `at` is of one of `kinds`.
    #[inline]
    pub(super) fn is(&self, at: usize, kinds: Kinds) -> bool {
        self.kinds(at) & kinds != 0
    }

    /// As [`numbers::starts_estate`].
    #[inline]
    pub(super) fn starts_estate(&self, at: usize) -> bool {
        self.is(at, ESTATE) && numbers::starts_estate(self, at)
    }

    /// As [`numbers::number_at`] with Chinese numerals.
    #[inline]
    pub(super) fn number_at(&self, at: usize) -> Option<usize> {
        let kinds = self.kinds(at);
        if kinds & (WORD | NUMERAL) == 0 {
            return None;
        }
        let run = |kind: Kinds| at + self.kinds[at..].iter().take_while(|&&kinds| kinds & kind != 0).count();
        if kinds & WORD != 0 {
            let end = run(WORD);
            return (end - at <= 6).then_some(end);
        }
        (self.chars[at] != '百').then(|| run(NUMERAL))
    }
}

impl Deref for Line {
    type Target = [char];

    fn deref(&self) -> &[char] {
        &self.chars
    }
}

#[cfg(test)]
mod tests {
    use super::super::numbers::number_at;
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn numbers_are_those_of_the_characters(text in "[0-9A-Za-z一二两三十百〇佰号楼花园 -]{0,14}", at in 0usize..15) {
            let mut line = Line::default();
            line.chars_mut().extend(text.chars());
            line.read_kinds();
            prop_assert_eq!(line.number_at(at), number_at(&line, at, true));
        }
    }
}
