//! Texts of cells: an escape that keeps them from becoming formulas and is undone on reading back, and marks that tell
//! rows apart which masking made alike.

use crate::tables::KeyText;
use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

/// Characters of a mark: two tell apart those whom masking makes alike in nearly every list.
const MARK_CHARS_MIN: usize = 2;
/// All of a key.
const MARK_CHARS_MAX: usize = 14;

/// Whether a program may take a text that begins so for a formula or move it to another cell.
fn dangerous(c: char) -> bool {
    matches!(c, '=' | '+' | '-' | '@' | '\t' | '\r' | '\n' | '＝' | '＋' | '－' | '＠')
}

/// Puts an apostrophe before a text that might become a formula in some program (and before one that begins with an
/// apostrophe, so that [`unescape`] gives every text back).
pub fn escape(text: &str) -> Cow<'_, str> {
    match text.chars().next() {
        Some(c) if dangerous(c) || c == '\'' => Cow::Owned(format!("'{text}")),
        _ => Cow::Borrowed(text),
    }
}

/// Takes the apostrophe away that [`escape`] put there; any other text stays as it is.
pub fn unescape(text: &str) -> &str {
    match text.strip_prefix('\'') {
        Some(rest) if rest.starts_with(|c| dangerous(c) || c == '\'') => rest,
        _ => text,
    }
}

/// A mark for each row that looks like another, empty where a row is alone: the end of the person's key, as long as it takes to
/// tell those apart that look alike. So whoever was told apart yesterday has the same mark today, whoever else is listed.
pub(super) fn marks(looks: &[String], keys: &[KeyText]) -> Vec<String> {
    let mut alike: HashMap<&str, Vec<usize>> = HashMap::with_capacity(looks.len());
    for (row, look) in looks.iter().enumerate() {
        alike.entry(look).or_default().push(row);
    }
    let mut marks = vec![String::new(); looks.len()];
    for rows in alike.into_values().filter(|rows| rows.len() > 1) {
        let end = |row: usize, length: usize| {
            let key = keys[row].as_ref();
            &key[key.len().saturating_sub(length)..]
        };
        let differ =
            |length: &usize| rows.iter().map(|&row| end(row, *length)).collect::<HashSet<_>>().len() == rows.len();
        let length = (MARK_CHARS_MIN..MARK_CHARS_MAX).find(differ).unwrap_or(MARK_CHARS_MAX);
        rows.iter().for_each(|&row| marks[row] = format!("〔{}〕", end(row, length)));
    }
    marks
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tables::PersonId;
    use proptest::prelude::*;

    #[test]
    fn what_may_become_a_formula_is_escaped() {
        for text in ["=1+1", "+86", "-3", "@SUM", "\tx", "\rx", "\nx", "＝1", "＋1", "－1", "＠a", "'x"] {
            assert_eq!(escape(text), format!("'{text}"));
        }
        assert_eq!(escape("王=伟"), "王=伟");
        assert_eq!(unescape("'typed by hand"), "'typed by hand");
    }

    #[test]
    fn rows_that_look_alike_have_a_mark_of_their_person() {
        let keys = [1, 2, 3, 1 << 10 | 1].map(|key| PersonId(key).key());
        let of = |looks: &[&str], keys: &[KeyText]| {
            marks(&looks.iter().map(|&look| look.to_owned()).collect::<Vec<_>>(), keys)
        };
        assert_eq!(of(&["a", "b", "a"], &keys[..3]), ["〔01〕", "", "〔03〕"]);
        // Whoever else is listed, and in whatever order.
        assert_eq!(of(&["a", "a", "a"], &[keys[2], keys[1], keys[0]]), ["〔03〕", "〔02〕", "〔01〕"]);
        assert_eq!(of(&["a", "a"], &[keys[0], keys[3]]), ["〔001〕", "〔101〕"]);
    }

    proptest! {
        #[test]
        fn the_escape_is_undone(text in "['=+@＝a\\-\t]{0,6}") {
            let escaped = escape(&text);
            prop_assert_eq!(unescape(&escaped), &text);
        }
    }
}
