//! The word `as_of` in a query becomes the run's date.

use crate::kernels::sql_words::{Token, tokens};
use jiff::civil::Date;

/// `sql` with every bare word `as_of` (in any case) replaced by a DATE literal. A literal `DATE '…'` becomes `DATE('…')`,
/// which is the same day: for the former polars writes a warning to the terminal each time.
pub(super) fn with_as_of(sql: &str, as_of: Date) -> String {
    let tokens = tokens(sql);
    let mut out = String::with_capacity(sql.len() + 64);
    let mut at = 0;
    while let Some(token) = tokens.get(at) {
        at += 1;
        if token.bare && token.text.eq_ignore_ascii_case("as_of") {
            out.push_str(&format!("DATE('{as_of}')"));
            continue;
        }
        out.push_str(token.text);
        let is_date = token.bare && token.text.eq_ignore_ascii_case("date");
        if let Some(day) = is_date.then(|| literal(&tokens[at..])).flatten() {
            out.extend(["(", tokens[at + day].text, ")"]);
            at += day + 1;
        }
    }
    out
}

/// Where the quoted text stands that `tokens` begin with, behind spaces.
fn literal(tokens: &[Token<'_>]) -> Option<usize> {
    let at = tokens.iter().position(|token| !token.text.trim().is_empty())?;
    let quoted = tokens[at].text.strip_prefix('\'')?;
    quoted.ends_with('\'').then_some(at)
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;
    use proptest::prelude::*;

    fn replaced(sql: &str) -> String {
        with_as_of(sql, date(2022, 3, 27))
    }

    #[test]
    fn only_the_bare_word_is_the_date() {
        let date = "DATE('2022-03-27')";
        assert_eq!(replaced("at >= as_of - INTERVAL '14 days'"), format!("at >= {date} - INTERVAL '14 days'"));
        assert_eq!(replaced("(AS_OF)"), format!("({date})"));
        for same in [
            "SELECT 'as_of'",
            "SELECT 'it''s as_of'",
            "SELECT \"as_of\"",
            "SELECT 1 -- as_of",
            "SELECT /* as_of /* as_of */ as_of */ 1",
            "SELECT t.as_of FROM t",
            "SELECT as_of.x FROM y",
            "SELECT x AS as_of FROM y",
            "SELECT as_of_day, my_as_of, 截至as_of FROM y",
            "SELECT 'never closed as_of",
            "/* never closed as_of",
        ] {
            assert_eq!(replaced(same), same);
        }
        assert_eq!(replaced("x -- as_of\nas_of"), format!("x -- as_of\n{date}"));
        assert_eq!(replaced("at > date  '2022-01-01' OR"), "at > date('2022-01-01') OR");
        assert_eq!(replaced("SELECT date, 'a' AS date"), "SELECT date, 'a' AS date");
        assert_eq!(replaced("as_of AS as_of"), format!("{date} AS as_of"));
    }

    proptest! {
        #[test]
        fn a_text_without_the_word_is_unchanged(sql in "[ a-z'\"/*.\\-汉;\n]{0,40}") {
            prop_assert_eq!(replaced(&sql), sql);
        }
    }
}
