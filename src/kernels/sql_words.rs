//! The words of an SQL text. A query is text of the user's own, so only words are looked at: what stands in a string, a quoted
//! name or a comment is left as it is.

/// A piece of an SQL text: a word, a quoted text, a comment, or one other character.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token<'a> {
    /// The piece as it stands.
    pub text: &'a str,
    /// Whether it is a word on its own: no part of a qualified name (`t.word`) and not the new name of a column (`x AS word`).
    pub bare: bool,
}

/// The pieces of `sql`, in order; joined they are `sql` again.
pub fn tokens(sql: &str) -> Vec<Token<'_>> {
    let mut tokens = Vec::new();
    let mut previous = ""; // the last word or mark, to see `AS` and `.`
    let mut rest = sql;
    while let Some(first) = rest.chars().next() {
        let (text, after) = rest.split_at(length(rest, first));
        let named = previous == "." || previous.eq_ignore_ascii_case("as") || after.trim_start().starts_with('.');
        tokens.push(Token { text, bare: is_word(first) && !named });
        if !first.is_whitespace() && !text.starts_with("--") && !text.starts_with("/*") {
            previous = text;
        }
        rest = after;
    }
    tokens
}

/// `sql` with every bare word for which `value` knows one replaced by it.
pub fn replaced(sql: &str, mut value: impl FnMut(&str) -> Option<String>) -> String {
    let piece = |token: Token<'_>| {
        let known = if token.bare { value(token.text) } else { None };
        known.unwrap_or_else(|| token.text.to_owned())
    };
    tokens(sql).into_iter().map(piece).collect()
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_' || c == '$'
}

/// Bytes of the piece that `rest` begins with.
fn length(rest: &str, first: char) -> usize {
    match first {
        '\'' | '"' | '`' => {
            // A doubled quote ends one piece and begins the next: the text between is left alone all the same.
            rest[1..].find(first).map_or(rest.len(), |end| end + 2)
        }
        '-' if rest.starts_with("--") => rest.find('\n').unwrap_or(rest.len()),
        '/' if rest.starts_with("/*") => comment_length(rest),
        c if is_word(c) => rest.find(|c| !is_word(c)).unwrap_or(rest.len()),
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
    use proptest::prelude::*;

    fn shouted(sql: &str) -> String {
        replaced(sql, |word| (word == "day").then(|| "DAY".to_owned()))
    }

    #[test]
    fn only_words_on_their_own_are_replaced() {
        assert_eq!(shouted("at >= day - 1, day"), "at >= DAY - 1, DAY");
        for kept in
            ["'day'", "'it''s day'", "\"day\"", "-- day", "t.day", "t . day", "day.x", "x AS day", "days, my_day"]
        {
            assert_eq!(shouted(kept), kept);
        }
        assert_eq!(shouted("x -- day\nday"), "x -- day\nDAY");
        assert_eq!(shouted("/* day /* day */ day */ day"), "/* day /* day */ day */ DAY");
        assert_eq!(shouted("CAST(day AS DATE) AS day"), "CAST(DAY AS DATE) AS day");
    }

    proptest! {
        #[test]
        fn the_pieces_are_the_text(sql in r#"([a-z '"`.\-/*\n上]|as |/\*|\*/|--){0,40}"#) {
            prop_assert_eq!(tokens(&sql).iter().map(|token| token.text).collect::<String>(), sql);
        }
    }
}
