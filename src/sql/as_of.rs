//! The word `as_of` in a query becomes the run's date. A query is text of the user's own, so only words are looked at:
//! what stands in a string, a quoted name or a comment is left as it is.

use jiff::civil::Date;

/// `sql` with every bare word `as_of` (in any case) replaced by a DATE literal, but where it is part of a qualified
/// name (`t.as_of`) or the new name of a column (`x AS as_of`). A literal `DATE '…'` becomes `DATE('…')`, which is the
/// same day: for the former polars writes a warning to the terminal each time.
pub(super) fn with_as_of(sql: &str, as_of: Date) -> String {
    let literal = format!("DATE('{as_of}')");
    let mut out = String::with_capacity(sql.len() + 64);
    let mut previous = ""; // the last word or mark, to see `AS` and `.`
    let mut rest = sql;
    while let Some(first) = rest.chars().next() {
        let length = token_length(rest, first);
        let (token, after) = rest.split_at(length);
        let named = previous == "." || previous.eq_ignore_ascii_case("as") || after.trim_start().starts_with('.');
        let quoted = after.trim_start().strip_prefix('\'').and_then(|text| text.split_once('\''));
        if token.eq_ignore_ascii_case("as_of") && !named {
            out.push_str(&literal);
        } else if let Some((day, after)) = quoted.filter(|_| token.eq_ignore_ascii_case("date") && previous != ".") {
            out.extend([token, "('", day, "')"]);
            (previous, rest) = (")", after);
            continue;
        } else {
            out.push_str(token);
        }
        if !first.is_whitespace() && !token.starts_with("--") && !token.starts_with("/*") {
            previous = token;
        }
        rest = after;
    }
    out
}

/// Bytes of the token that `rest` begins with: a word, a quoted text, a comment, or one character.
fn token_length(rest: &str, first: char) -> usize {
    let word = |c: char| c.is_alphanumeric() || c == '_' || c == '$';
    match first {
        '\'' | '"' | '`' => {
            // A doubled quote ends one token and begins the next: the text between is left alone all the same.
            rest[1..].find(first).map_or(rest.len(), |end| end + 2)
        }
        '-' if rest.starts_with("--") => rest.find('\n').unwrap_or(rest.len()),
        '/' if rest.starts_with("/*") => comment_length(rest),
        c if word(c) => rest.find(|c| !word(c)).unwrap_or(rest.len()),
        c => c.len_utf8(),
    }
}

/// Bytes of the comment that `rest` begins with; comments nest.
fn comment_length(rest: &str) -> usize {
    let (mut depth, mut at) = (0_usize, 0);
    while at < rest.len() {
        if rest.as_bytes()[at..].starts_with(b"/*") {
            depth += 1;
            at += 2;
        } else if rest.as_bytes()[at..].starts_with(b"*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return at;
            }
        } else {
            at += 1;
        }
    }
    rest.len()
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
