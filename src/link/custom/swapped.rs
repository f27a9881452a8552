//! Two columns at once, such as given name and surname, each way round: how alike the parts are straight, and the levels for
//! parts that changed places.

use super::columns::{Column, Value};

/// How alike two values of one part are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Alike {
    Missing,
    Equal,
    /// Of some length and an edit or two apart, as a slip makes them.
    Near,
    /// Alike as a whole or in how the consonants sound, or one is the beginning of the other.
    Similar,
    Different,
}

use Alike::{Different, Equal, Missing, Near, Similar};

/// Parts of the straight levels, in the order of the levels from 2 on; before them are missing and equal.
const STRAIGHT: [(Alike, Alike); 22] = [
    (Equal, Near),
    (Near, Equal),
    (Equal, Similar),
    (Similar, Equal),
    (Near, Near),
    (Near, Similar),
    (Similar, Near),
    (Similar, Similar),
    (Equal, Missing),
    (Missing, Equal),
    (Near, Missing),
    (Missing, Near),
    (Similar, Missing),
    (Missing, Similar),
    (Equal, Different),
    (Different, Equal),
    (Near, Different),
    (Different, Near),
    (Similar, Different),
    (Different, Similar),
    (Missing, Different),
    (Different, Missing),
];
/// Levels behind the straight ones.
const CROSSED: [&str; 3] = ["equal_swapped", "similar_swapped", "one_crossed"];
const EQUAL_SWAPPED: u8 = 2 + STRAIGHT.len() as u8;
const SIMILAR_SWAPPED: u8 = EQUAL_SWAPPED + 1;
const ONE_CROSSED: u8 = EQUAL_SWAPPED + 2;
const DIFFERENT: u8 = EQUAL_SWAPPED + 3;

/// Names at least this alike are one name misspelled, or two alike.
const SIMILAR_MIN: f64 = 0.85;
/// Shorter values that are an edit apart are as often two values.
const NEAR_CHARS_MIN: usize = 4;
/// Values at least this long may be two edits apart and still be near.
const NEAR_TWICE_CHARS_MIN: usize = 8;

/// Names of the levels between equal and different.
pub(super) fn level_names() -> impl Iterator<Item = String> {
    let word = |alike: Alike| match alike {
        Missing => "missing",
        Equal => "equal",
        Near => "near",
        Similar => "similar",
        Different => "different",
    };
    let straight = move |(first, second): (Alike, Alike)| format!("{}_{}", word(first), word(second));
    STRAIGHT.into_iter().map(straight).chain(CROSSED.map(str::to_owned))
}

/// How alike the parts are at a straight level.
pub(super) fn parts(level: usize) -> Option<(Alike, Alike)> {
    match level {
        1 => Some((Equal, Equal)),
        level if level == usize::from(DIFFERENT) => Some((Different, Different)),
        level => level.checked_sub(2).and_then(|at| STRAIGHT.get(at)).copied(),
    }
}

/// How alike two values are.
pub(super) fn alike(x: Option<&Value>, y: Option<&Value>) -> Alike {
    let (Some(x), Some(y)) = (x, y) else { return Missing };
    if x.text.text() == y.text.text() {
        return Equal;
    }
    let chars = x.chars.min(y.chars);
    let edits = if chars >= NEAR_CHARS_MIN { x.text.edit_distance(&y.text) } else { u32::MAX };
    if edits <= 1 || edits == 2 && chars >= NEAR_TWICE_CHARS_MIN {
        Near
    } else if !x.sound.is_empty() && x.sound == y.sound || begins(x, y) || x.text.jaro_winkler(&y.text) >= SIMILAR_MIN {
        Similar
    } else {
        Different
    }
}

/// Whether one text is the beginning of the other, as an initial or a short form is.
pub(super) fn begins(x: &Value, y: &Value) -> bool {
    x.text.text().starts_with(y.text.text()) || y.text.text().starts_with(x.text.text())
}

/// The level of two records.
pub(super) fn level(first: &Column, second: &Column, a: u32, b: u32) -> u8 {
    let (x1, x2, y1, y2) = (first.get(a), second.get(a), first.get(b), second.get(b));
    if x1.is_none() && x2.is_none() || y1.is_none() && y2.is_none() {
        return 0;
    }
    let (one, two) = (alike(x1, y1), alike(x2, y2));
    let agrees = |alike: Alike| matches!(alike, Equal | Near | Similar);
    if !agrees(one) || !agrees(two) {
        let (cross, other) = (alike(x1, y2), alike(x2, y1));
        if agrees(cross) && agrees(other) {
            return if cross == Equal && other == Equal { EQUAL_SWAPPED } else { SIMILAR_SWAPPED };
        }
        let straight = [one, two].iter().any(|alike| matches!(alike, Equal | Near));
        if !straight && (cross == Equal || other == Equal) {
            return ONE_CROSSED;
        }
        if one == Missing && two == Missing {
            // A first name here, a surname there.
            return if agrees(cross) || agrees(other) { ONE_CROSSED } else { 0 };
        }
    }
    match (one, two) {
        (Equal, Equal) => 1,
        pair => STRAIGHT.iter().position(|&of| of == pair).map_or(DIFFERENT, |at| at as u8 + 2),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_are_told_apart_and_each_has_a_name() {
        assert_eq!(level_names().count() + 3, usize::from(DIFFERENT) + 1);
        assert_eq!(parts(1), Some((Equal, Equal)));
        assert_eq!(parts(3), Some((Near, Equal)));
        assert_eq!(parts(usize::from(EQUAL_SWAPPED)), None);
        assert_eq!(parts(0), None);
        assert_eq!(parts(usize::from(DIFFERENT)), Some((Different, Different)));
    }

    #[test]
    fn a_slip_a_short_form_and_another_name() {
        let value = Value::of_text;
        let of = |x: &str, y: &str| alike(Some(&value(x)), Some(&value(y)));
        assert_eq!(of("kovalenko", "kovalenko"), Equal);
        assert_eq!(of("kovalenko", "kovslenko"), Near);
        assert_eq!(of("kovalenko", "ovslenko"), Near);
        assert_eq!(of("rob", "robert"), Similar);
        assert_eq!(of("halyna", "galina"), Similar);
        assert_eq!(of("ann", "amn"), Different);
        assert_eq!(of("olena", "serhii"), Different);
    }
}
