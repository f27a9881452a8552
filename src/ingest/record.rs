//! Where a record of delimited text ends, and its fields. The same scan cuts a file into blocks and a block into
//! records, so both always agree. It knows nothing of encodings but that no byte of a character beyond ASCII is a quote
//! or a line end.

use memchr::{memchr, memchr2};

/// A field larger than this is no field.
pub(super) const FIELD_BYTES_MAX: usize = 1 << 20;
/// A row larger than this is no row.
pub(super) const ROW_BYTES_MAX: usize = 4 << 20;
/// A quoted field of more lines than this was never closed.
const QUOTED_LINES_MAX: u64 = 1000;

const QUOTE: u8 = b'"';

/// How a text dump is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Dialect {
    /// Field delimiter.
    pub(super) delimiter: u8,
    /// Last byte of a line: `\n`, or `\r` in files of old machines.
    pub(super) end: u8,
    /// Whether fields may be quoted.
    pub(super) quotes: bool,
    /// Whether the bytes are GB18030, where `|` and `^` may be the second byte of a character.
    pub(super) trail_bytes: bool,
}

/// What stands at the beginning of the bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// A record of so many bytes, with its line end.
    Record(usize),
    /// A first line of so many bytes that is no record: a quote in it is not closed.
    Unclosed(usize),
    /// A first line of so many bytes that holds a field or a row that is too large.
    TooLarge(usize),
    /// A first line longer than a row may be, whose end is not in sight.
    Endless,
    /// More bytes are needed to tell.
    More,
}

/// Finds the end of the record at the beginning of `bytes`. `whole` says that nothing follows.
pub(super) fn step(bytes: &[u8], dialect: Dialect, whole: bool) -> Step {
    let (end, mut at) = (dialect.end, 0);
    loop {
        let found = if dialect.quotes { memchr2(end, QUOTE, &bytes[at..]) } else { memchr(end, &bytes[at..]) };
        let Some(found) = found.map(|i| at + i) else { break };
        if bytes[found] == end {
            return if found >= ROW_BYTES_MAX { first_line(bytes, end, whole, false) } else { Step::Record(found + 1) };
        }
        at = found + 1;
        if !opens(bytes, found, dialect) {
            continue;
        }
        let limit = bytes.len().min(at + FIELD_BYTES_MAX);
        // Most quoted fields are short, and a plain walk beats a call for each search.
        let (mut close, mut lines) = (at, 0);
        while close < limit {
            let byte = bytes[close];
            if byte == QUOTE {
                if bytes.get(close + 1) != Some(&QUOTE) {
                    break;
                }
                close += 1;
            }
            lines += u64::from(byte == end);
            close += 1;
        }
        if close >= limit {
            if limit == bytes.len() && !whole && lines <= QUOTED_LINES_MAX {
                break;
            }
            return first_line(bytes, end, whole, true);
        }
        // A quote in the last bytes may be the first of a doubled one.
        if close + 1 == bytes.len() && !whole {
            break;
        }
        let closed = bytes.get(close + 1).is_none_or(|&b| b == dialect.delimiter || b == b'\n' || b == b'\r');
        // A quote that closes in the middle of another line's field is an opening one there: the first was stray.
        if lines > QUOTED_LINES_MAX || lines > 0 && !closed {
            return first_line(bytes, end, whole, true);
        }
        at = close + 1;
    }
    if !whole && bytes.len() <= ROW_BYTES_MAX {
        Step::More
    } else if bytes.len() > ROW_BYTES_MAX {
        first_line(bytes, end, whole, memchr(end, bytes).is_some())
    } else {
        Step::Record(bytes.len())
    }
}

/// The first line as no record: for a quote, if there are lines after it, else for its size.
fn first_line(bytes: &[u8], end: u8, whole: bool, unclosed: bool) -> Step {
    let line = memchr(end, bytes);
    match line {
        Some(at) if at >= ROW_BYTES_MAX => Step::TooLarge(at + 1),
        Some(at) if unclosed && at < FIELD_BYTES_MAX => Step::Unclosed(at + 1),
        Some(at) => Step::TooLarge(at + 1),
        None if bytes.len() > ROW_BYTES_MAX => Step::Endless,
        None if !whole => Step::More,
        None if unclosed && bytes.len() < FIELD_BYTES_MAX => Step::Unclosed(bytes.len()),
        None => Step::TooLarge(bytes.len()),
    }
}

/// Whether the quote at `at` is the first byte of a field.
fn opens(bytes: &[u8], at: usize, dialect: Dialect) -> bool {
    let Some(before) = at.checked_sub(1) else { return true };
    if bytes[before] != dialect.delimiter {
        return false;
    }
    if !dialect.trail_bytes || dialect.delimiter < 0x40 {
        return true;
    }
    // Bytes below 0x30 are never inside a character: walk on from the last one.
    let mut i = bytes[..before].iter().rposition(|&b| b < 0x30).map_or(0, |p| p + 1);
    while i < before {
        i += match (bytes[i], bytes.get(i + 1)) {
            (0x81..=0xFE, Some(0x30..=0x39)) => 4,
            (0x81..=0xFE, Some(_)) => 2,
            _ => 1,
        };
    }
    i == before
}

/// Where a field stands: in the record, or among the unescaped ones.
#[derive(Clone, Copy, Debug)]
struct Span {
    start: u32,
    end: u32,
    unescaped: bool,
}

/// The fields of one record, reused from record to record.
#[derive(Debug, Default)]
pub(super) struct Fields {
    spans: Vec<Span>,
    unescaped: String,
    /// How many fields the record has, kept or not.
    pub(super) count: usize,
    /// Whether a field beyond the kept ones holds anything.
    pub(super) surplus: bool,
    /// Whether a field is larger than allowed.
    pub(super) too_large: bool,
}

impl Fields {
    /// Forgets the fields.
    pub(super) fn clear(&mut self) {
        self.spans.clear();
        self.unescaped.clear();
        (self.count, self.surplus, self.too_large) = (0, false, false);
    }

    /// The field at `index` of the record `text`; empty if the record ends before it.
    pub(super) fn get<'a>(&'a self, text: &'a str, index: usize) -> &'a str {
        let Some(span) = self.spans.get(index) else { return "" };
        let range = span.start as usize..span.end as usize;
        if span.unescaped { &self.unescaped[range] } else { &text[range] }
    }

    /// The kept fields.
    pub(super) fn iter<'a>(&'a self, text: &'a str) -> impl Iterator<Item = &'a str> {
        (0..self.spans.len()).map(move |i| self.get(text, i))
    }

    /// Whether no kept field holds anything.
    pub(super) fn is_blank(&self, text: &str) -> bool {
        self.iter(text).all(is_blank)
    }

    /// Adds a field of which `keep` is the largest number kept.
    fn push(&mut self, keep: usize, span: Span, text: &str) {
        self.count += 1;
        self.too_large |= (span.end - span.start) as usize > FIELD_BYTES_MAX;
        if self.spans.len() < keep {
            self.spans.push(span);
        } else {
            let range = span.start as usize..span.end as usize;
            let value = if span.unescaped { &self.unescaped[range] } else { &text[range] };
            self.surplus |= !value.trim().is_empty();
        }
    }

    /// Takes fields that are known by where they stand in the record `text`.
    pub(super) fn set(&mut self, text: &str, spans: &[(u32, u32)], keep: usize) {
        self.clear();
        for &(start, end) in spans {
            self.push(keep, Span { start, end, unescaped: false }, text);
        }
    }

    /// Splits a record without its line end into fields and keeps the first `keep`.
    pub(super) fn split(&mut self, text: &str, dialect: Dialect, keep: usize) {
        self.clear();
        let bytes = text.as_bytes();
        let quotes = dialect.quotes && memchr(QUOTE, bytes).is_some();
        let mut at = 0;
        loop {
            if quotes && bytes.get(at) == Some(&QUOTE) {
                let (span, next) = self.quoted(text, at, dialect);
                self.push(keep, span, text);
                match next {
                    Some(next) => at = next,
                    None => return,
                }
                continue;
            }
            let end = memchr(dialect.delimiter, &bytes[at..]).map(|i| at + i);
            let span = Span { start: at as u32, end: end.unwrap_or(bytes.len()) as u32, unescaped: false };
            self.push(keep, span, text);
            match end {
                Some(end) => at = end + 1,
                None => return,
            }
        }
    }

    /// Reads a field that begins with a quote at `at`: its span and where the next field begins.
    fn quoted(&mut self, text: &str, at: usize, dialect: Dialect) -> (Span, Option<usize>) {
        let bytes = text.as_bytes();
        let (mut close, mut doubled) = (at + 1, false);
        while close < bytes.len() {
            if bytes[close] == QUOTE {
                if bytes.get(close + 1) != Some(&QUOTE) {
                    break;
                }
                doubled = true;
                close += 1;
            }
            close += 1;
        }
        let close = close.min(bytes.len());
        let after = (close + 1).min(bytes.len());
        let end = match bytes.get(after) {
            Some(&byte) if byte == dialect.delimiter => Some(after),
            Some(_) => memchr(dialect.delimiter, &bytes[after..]).map(|i| after + i),
            None => None,
        };
        let next = end.map(|end| end + 1);
        let (inside, tail) = (&text[at + 1..close], &text[after..end.unwrap_or(bytes.len())]);
        if tail.is_empty() && !doubled {
            return (Span { start: at as u32 + 1, end: close as u32, unescaped: false }, next);
        }
        // What follows the closing quote belongs to the field as it stands, as in the csv crate.
        let start = self.unescaped.len() as u32;
        let mut pieces = inside.split("\"\"");
        self.unescaped.push_str(pieces.next().unwrap_or_default());
        for piece in pieces {
            self.unescaped.push('"');
            self.unescaped.push_str(piece);
        }
        self.unescaped.push_str(tail);
        (Span { start, end: self.unescaped.len() as u32, unescaped: true }, next)
    }
}

/// Whether a field holds nothing, or the mark with which old systems end a file.
pub(super) fn is_blank(value: &str) -> bool {
    value.is_empty() || value.trim().is_empty() || value == "\u{1A}"
}

#[cfg(test)]
mod tests {
    use super::*;

    const CSV: Dialect = Dialect { delimiter: b',', end: b'\n', quotes: true, trail_bytes: false };

    fn split(text: &str) -> Vec<String> {
        let mut fields = Fields::default();
        fields.split(text, CSV, 99);
        fields.iter(text).map(str::to_owned).collect()
    }

    #[test]
    fn fields_with_quotes() {
        assert_eq!(split(r#"a,"b,""c""",,"d"e,f"g"#), ["a", "b,\"c\"", "", "de", "f\"g"]);
        assert_eq!(split(""), [""]);
        assert_eq!(split("\"\"\",\"\"\""), ["\",\""]);
        assert_eq!(split(r#""a"#), ["a"]);
    }

    #[test]
    fn records_end_outside_quotes() {
        assert_eq!(step(b"a,\"x\ny\",b\nc", CSV, false), Step::Record(10));
        assert_eq!(step(b"a,\"x\ny", CSV, false), Step::More);
        assert_eq!(step(b"a,\"x\ny", CSV, true), Step::Unclosed(5));
        assert_eq!(step(b"a\"b\nc", CSV, false), Step::Record(4));
        assert_eq!(step(b"abc", CSV, true), Step::Record(3));
        // The quote of the second line opens there; the first was never closed.
        assert_eq!(step(b"1,\"x,m\n2,\"y\",f\n", CSV, false), Step::Unclosed(7));
    }

    #[test]
    fn quotes_that_never_close_stop_at_the_limit() {
        let text = format!("1,\"x\n{}", "2,y\n".repeat(2000));
        assert_eq!(step(text.as_bytes(), CSV, false), Step::Unclosed(5));
        let text = format!("1,\"{}", "x".repeat(ROW_BYTES_MAX));
        assert_eq!(step(text.as_bytes(), CSV, false), Step::Endless);
        let text = format!("1,\"{}\"\n", "x".repeat(FIELD_BYTES_MAX + 1));
        assert_eq!(step(text.as_bytes(), CSV, false), Step::TooLarge(text.len()));
    }

    #[test]
    fn a_trail_byte_is_no_delimiter() {
        let dialect = Dialect { delimiter: b'|', end: b'\n', quotes: true, trail_bytes: true };
        // 0x81 0x7C is one character, so the quote after it stands inside the field.
        assert_eq!(step(b"a|\x81|\"b\nc", dialect, false), Step::Record(7));
        assert_eq!(step(b"a|\xB0\xA1|\"b\nc\"\n", dialect, false), Step::Record(11));
    }
}
