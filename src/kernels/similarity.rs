//! How alike two short texts are: Jaro-Winkler similarity and restricted edit distance (optimal string alignment) over
//! fixed lanes of 16-bit units, bit-parallel, so that a comparison allocates nothing and costs a few dozen nanoseconds.
//! Texts that do not fit the lanes fall back to the plain algorithms, with the same results.

/// Units that fit the lanes; longer texts fall back.
pub const UNITS_MAX: usize = 32;

/// A text of up to [`UNITS_MAX`] characters of the basic plane, ready to be compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(align(64))]
pub struct Lanes {
    units: [u16; UNITS_MAX],
    len: u32,
}

impl Lanes {
    /// The lanes of `text`; `None` if it is too long or has a character outside the basic plane.
    pub fn new(text: &str) -> Option<Self> {
        let mut lanes = Self { units: [0; UNITS_MAX], len: 0 };
        for c in text.chars() {
            let unit = u16::try_from(u32::from(c)).ok().filter(|&unit| unit != 0)?;
            *lanes.units.get_mut(lanes.len as usize)? = unit;
            lanes.len += 1;
        }
        Some(lanes)
    }

    /// Number of characters.
    pub fn len(&self) -> usize {
        self.len as usize
    }

    /// Whether there is no character.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The places of `unit`, as bits. Unused lanes are 0, which no text holds.
    #[inline]
    fn places(&self, unit: u16) -> u32 {
        places(&self.units, unit)
    }
}

#[cfg(target_arch = "x86_64")]
#[inline]
#[allow(unsafe_code, reason = "SSE2 belongs to every x86-64 processor; tested against the scalar twin")]
fn places(units: &[u16; UNITS_MAX], unit: u16) -> u32 {
    use std::arch::x86_64::{
        __m128i, _mm_cmpeq_epi16, _mm_loadu_si128, _mm_movemask_epi8, _mm_packs_epi16, _mm_set1_epi16,
    };
    // SAFETY: SSE2 is part of the x86-64 baseline. The four unaligned loads read 16 bytes each at offsets 0, 16, 32 and 48
    // of an array of 64 bytes.
    unsafe {
        let at = units.as_ptr().cast::<__m128i>();
        let wanted = _mm_set1_epi16(unit.cast_signed());
        let half = |first: usize| {
            let low = _mm_cmpeq_epi16(_mm_loadu_si128(at.add(first)), wanted);
            let high = _mm_cmpeq_epi16(_mm_loadu_si128(at.add(first + 1)), wanted);
            _mm_movemask_epi8(_mm_packs_epi16(low, high)).cast_unsigned()
        };
        half(0) | half(2) << 16
    }
}

#[cfg(not(target_arch = "x86_64"))]
#[inline]
fn places(units: &[u16; UNITS_MAX], unit: u16) -> u32 {
    places_one_by_one(units, unit)
}

#[cfg(any(test, not(target_arch = "x86_64")))]
fn places_one_by_one(units: &[u16; UNITS_MAX], unit: u16) -> u32 {
    units.iter().enumerate().map(|(i, &u)| u32::from(u == unit) << i).sum()
}

/// The lowest `n` bits.
#[inline]
fn low_bits(n: u32) -> u32 {
    if n >= 32 { u32::MAX } else { (1 << n) - 1 }
}

/// Jaro-Winkler similarity from 0 to 1: a common prefix of up to four counts extra where Jaro is above 0.7.
pub fn jaro_winkler(a: &Lanes, b: &Lanes) -> f64 {
    if a.is_empty() || b.is_empty() {
        return f64::from(u8::from(a.len == b.len));
    }
    let window = (a.len.max(b.len) / 2).saturating_sub(1);
    let (mut used_a, mut used_b) = (0_u32, 0_u32);
    for (i, &unit) in (0..a.len).zip(&a.units) {
        let (from, to) = (i.saturating_sub(window), (i + window + 1).min(b.len));
        if from >= to {
            break;
        }
        let free = b.places(unit) & low_bits(to) & !low_bits(from) & !used_b;
        let first = free & free.wrapping_neg();
        used_b |= first;
        used_a |= u32::from(first != 0) << i;
    }
    if used_a == 0 {
        return 0.0;
    }
    let matched = f64::from(used_a.count_ones());
    let (mut rest_a, mut rest_b, mut moved) = (used_a, used_b, 0_u32);
    while rest_a != 0 {
        let (x, y) = (rest_a.trailing_zeros() as usize, rest_b.trailing_zeros() as usize);
        moved += u32::from(a.units[x] != b.units[y]);
        rest_a &= rest_a - 1;
        rest_b &= rest_b - 1;
    }
    let in_order = (matched - f64::from(moved / 2)) / matched;
    let jaro = (matched / f64::from(a.len) + matched / f64::from(b.len) + in_order) / 3.0;
    if jaro <= 0.7 {
        return jaro;
    }
    let shorter = a.len.min(b.len).min(4) as usize;
    let prefix = a.units[..shorter].iter().zip(&b.units).take_while(|(x, y)| x == y).count();
    jaro + 0.1 * prefix as f64 * (1.0 - jaro)
}

/// Edits (insert, delete, replace, swap two neighbours) that turn one text into the other, no place edited twice
/// (Hyyrö 2003).
pub fn edit_distance(a: &Lanes, b: &Lanes) -> u32 {
    if a.is_empty() {
        return b.len;
    }
    let top = 1_u32 << (a.len - 1);
    let (mut plus, mut minus, mut diagonal, mut places_before) = (u32::MAX, 0_u32, 0_u32, 0_u32);
    let mut distance = a.len;
    for &unit in &b.units[..b.len()] {
        let places = a.places(unit);
        let swapped = ((!diagonal & places) << 1) & places_before;
        diagonal = ((places & plus).wrapping_add(plus) ^ plus) | places | minus | swapped;
        let (right_plus, right_minus) = (minus | !(diagonal | plus), diagonal & plus);
        distance += u32::from(right_plus & top != 0);
        distance -= u32::from(right_minus & top != 0);
        let (right_plus, right_minus) = (right_plus << 1 | 1, right_minus << 1);
        plus = right_minus | !(diagonal | right_plus);
        minus = right_plus & diagonal;
        places_before = places;
    }
    distance
}

/// A text with its lanes, if it fits them.
#[derive(Clone, Debug)]
pub struct Comparable {
    text: Box<str>,
    lanes: Option<Lanes>,
}

impl Comparable {
    /// Makes `text` ready to be compared.
    pub fn new(text: &str) -> Self {
        Self { lanes: Lanes::new(text), text: text.into() }
    }

    /// The text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// [`jaro_winkler`] of texts of any length.
    pub fn jaro_winkler(&self, other: &Self) -> f64 {
        match (&self.lanes, &other.lanes) {
            (Some(a), Some(b)) => jaro_winkler(a, b),
            _ => strsim::jaro_winkler(&self.text, &other.text),
        }
    }

    /// [`edit_distance`] of texts of any length.
    pub fn edit_distance(&self, other: &Self) -> u32 {
        match (&self.lanes, &other.lanes) {
            (Some(a), Some(b)) => edit_distance(a, b),
            _ => u32::try_from(strsim::osa_distance(&self.text, &other.text)).unwrap_or(u32::MAX),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn known_pairs() {
        let of = |a, b| jaro_winkler(&Lanes::new(a).unwrap(), &Lanes::new(b).unwrap());
        assert!((of("martha", "marhta") - 0.961_111).abs() < 1e-6);
        assert!((of("dixon", "dicksonx") - 0.813_333).abs() < 1e-6);
        assert_eq!((of("", ""), of("a", ""), of("王伟", "王伟")), (1.0, 0.0, 1.0));
        let edits = |a, b| edit_distance(&Lanes::new(a).unwrap(), &Lanes::new(b).unwrap());
        assert_eq!((edits("ca", "ac"), edits("kitten", "sitting"), edits("", "abc"), edits("abc", "")), (1, 3, 3, 3));
    }

    #[test]
    fn what_does_not_fit_the_lanes_falls_back() {
        let long = "x".repeat(40);
        assert!(Lanes::new(&long).is_none() && Lanes::new("𠀀").is_none() && Lanes::new("a\0").is_none());
        assert_eq!(Comparable::new(&long).edit_distance(&Comparable::new("x")), 39);
        assert_eq!(Comparable::new("𠀀").jaro_winkler(&Comparable::new("𠀀")), 1.0);
    }

    proptest! {
        #[test]
        fn both_agree_with_the_plain_algorithms(a in "[abcd张王]{0,32}", b in "[abcd张王]{0,32}") {
            let (x, y) = (Lanes::new(&a).unwrap(), Lanes::new(&b).unwrap());
            prop_assert!((jaro_winkler(&x, &y) - strsim::jaro_winkler(&a, &b)).abs() < 1e-12);
            prop_assert_eq!(edit_distance(&x, &y) as usize, strsim::osa_distance(&a, &b));
        }

        #[test]
        fn places_agree_with_one_by_one(text in "[a-c]{0,32}", c in "[a-c]") {
            let (lanes, unit) = (Lanes::new(&text).unwrap(), c.encode_utf16().next().unwrap());
            prop_assert_eq!(places(&lanes.units, unit), places_one_by_one(&lanes.units, unit));
        }
    }
}
