//! Texts of cells: an escape that keeps them from becoming formulas and is undone on reading back, and marks that tell
//! rows apart which masking made alike.

use std::borrow::Cow;
use std::collections::HashMap;

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

/// A mark for each row that looks like an earlier or later one: ①, ② … in order; empty where a row is alone.
pub(super) fn marks(looks: &[String]) -> Vec<String> {
    let mut count: HashMap<&str, u32> = HashMap::with_capacity(looks.len());
    for look in looks {
        *count.entry(look).or_default() += 1;
    }
    let mut seen: HashMap<&str, u32> = HashMap::new();
    let mut mark = |look| {
        if count[look] == 1 {
            return String::new();
        }
        let number = seen.entry(look).or_default();
        *number += 1;
        sign(*number)
    };
    looks.iter().map(|look| mark(look.as_str())).collect()
}

fn sign(number: u32) -> String {
    match number {
        1..=20 => char::from_u32(0x2460 + number - 1).map_or_else(String::new, String::from),
        _ => format!("({number})"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
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
    fn rows_that_look_alike_are_numbered() {
        let looks = ["a", "b", "a", "a"].map(str::to_owned);
        assert_eq!(marks(&looks), ["①", "", "②", "③"]);
        assert_eq!(marks(&vec![String::new(); 22])[19..], ["⑳", "(21)", "(22)"]);
    }

    proptest! {
        #[test]
        fn the_escape_is_undone(text in "['=+@＝a\\-\t]{0,6}") {
            let escaped = escape(&text);
            prop_assert_eq!(unescape(&escaped), &text);
        }
    }
}
