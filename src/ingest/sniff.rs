//! What a dump is, told from its first bytes and not from its name: a file called `.xls` is often a web page or plain
//! text.

use super::decode::{self, Prior, decode};
use super::header::{COLUMNS_MAX, HEADER_ROWS_MAX, match_columns};
use super::record::{Dialect, Fields, Step, step};
use super::rows::Place;
use crate::config::{Encoding, Format, ReadSettings};
use memchr::memchr;

/// Delimiters of delimited text, in the order of preference.
const DELIMITERS: [u8; 6] = [b',', b'\t', b';', b'|', b'^', 0x01];
/// Lines that the delimiter is told from.
const LINES: usize = 60;

/// What the first bytes say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A format that can be read.
    Is(Format),
    /// A table of a web page or of Excel 2003 XML.
    Markup,
    /// UTF-16 text; true: low byte first. The byte order mark, if any, is not skipped.
    Utf16(bool),
    /// Nothing that can be read.
    Unknown,
}

/// The kind of a decompressed file by its head.
pub(super) fn kind(head: &[u8], settings: &ReadSettings) -> Kind {
    match head {
        [b'P', b'K', 3, 4, ..] | [b'P', b'K', 5, 6, ..] => return Kind::Is(Format::Xlsx),
        [0xD0, 0xCF, 0x11, 0xE0, ..] => return Kind::Is(Format::Xls),
        [b'P', b'A', b'R', b'1', ..] => return Kind::Is(Format::Parquet),
        [0xFF, 0xFE, ..] => return Kind::Utf16(true),
        [0xFE, 0xFF, ..] => return Kind::Utf16(false),
        _ => {}
    }
    if let Some(little) = utf16(head, settings) {
        return Kind::Utf16(little);
    }
    if is_binary(head) {
        return Kind::Unknown;
    }
    let text = head.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(head).trim_ascii_start();
    let starts = |tag: &[u8]| text.get(..tag.len()).is_some_and(|t| t.eq_ignore_ascii_case(tag));
    if [&b"<html"[..], b"<!doctype html", b"<table", b"<meta", b"<head", b"<style", b"<?xml", b"<div", b"<!--"]
        .iter()
        .any(|tag| starts(tag))
    {
        return Kind::Markup;
    }
    match settings.format {
        Some(format @ (Format::Text | Format::Jsonl)) => Kind::Is(format),
        _ if text.first() == Some(&b'{') => Kind::Is(Format::Jsonl),
        _ => Kind::Is(Format::Text),
    }
}

/// UTF-16 without a byte order mark has NUL bytes in every second place, if only of its delimiters and digits.
fn utf16(head: &[u8], settings: &ReadSettings) -> Option<bool> {
    let head = &head[..head.len().min(1 << 16) & !1];
    let count = |at: usize| head.iter().skip(at).step_by(2).filter(|&&b| b == 0).count();
    let (even, odd, units) = (count(0), count(1), head.len() / 2);
    let set = settings.encoding == Some(Encoding::Utf16);
    let many = if set { 1 } else { units / 20 + 1 };
    // Text with stray NUL bytes has them in both places; padding does too.
    if odd >= many && odd > even * 8 {
        Some(true)
    } else if even >= many && even > odd * 8 {
        Some(false)
    } else {
        None
    }
}

/// Control characters that no text has, NUL bytes aside, which are removed.
fn is_binary(head: &[u8]) -> bool {
    let head = &head[..head.len().min(1 << 16)];
    let control = |b: &&u8| matches!(b, 2..=8 | 0x0E..=0x19 | 0x1C..=0x1F | 0x7F);
    head.iter().filter(control).count() * 50 > head.len()
}

/// The byte that ends a line: `\r` only if there is no `\n`.
pub(super) fn line_end(head: &[u8]) -> u8 {
    if memchr(b'\n', head).is_none() && memchr(b'\r', head).is_some() { b'\r' } else { b'\n' }
}

/// The encoding that is set, or told from the head.
pub(super) fn prior(head: &[u8], end: u8, settings: &ReadSettings) -> Prior {
    match settings.encoding {
        Some(Encoding::Utf8 | Encoding::Utf16) => Prior::Utf8,
        Some(Encoding::Gb18030) => Prior::Gb18030,
        None => decode::detect(head, end),
    }
}

/// The delimiter by which most lines have the same number of fields, and by which the needed columns appear.
pub(super) fn delimiter(head: &[u8], prior: Prior, end: u8, columns: &[String]) -> u8 {
    let head = &head[..head.len().min(1 << 20)];
    let cut = head.len() - memchr::memrchr(end, head).map_or(0, |at| head.len() - at - 1);
    let decoded = decode(&head[..cut], prior, end);
    let best = DELIMITERS.into_iter().rev().map(|delimiter| {
        let dialect = Dialect { delimiter, end, quotes: true, trail_bytes: false };
        let (mut fields, mut rows) = (Fields::default(), Vec::new());
        let text = decoded.text.as_ref();
        let mut at = 0;
        while at < text.len() && rows.len() < LINES {
            let len = length(step(&text.as_bytes()[at..], dialect, true)).unwrap_or(text.len() - at);
            fields.split(text[at..at + len].trim_end_matches(['\r', '\n']), dialect, 512);
            let found = if columns.is_empty() || rows.len() >= HEADER_ROWS_MAX || fields.count < 2 {
                0
            } else {
                let names: Vec<Vec<String>> = fields.iter(text_of(text, at, len)).map(|n| vec![n.to_owned()]).collect();
                match_columns(&names, columns).iter().flatten().count()
            };
            rows.push((fields.count, found));
            at += len;
        }
        let found = rows.iter().map(|row| row.1).max().unwrap_or(0);
        let most = rows.iter().map(|row| rows.iter().filter(|r| r.0 == row.0 && r.0 > 1).count()).max().unwrap_or(0);
        let fields = rows.iter().map(|row| row.0).max().unwrap_or(0).min(64);
        (found, most, fields, delimiter)
    });
    best.max_by_key(|&(found, most, fields, _)| (found, most, fields)).map_or(b',', |best| best.3)
}

fn text_of(text: &str, at: usize, len: usize) -> &str {
    text[at..at + len].trim_end_matches(['\r', '\n'])
}

/// Length of the record or of what is none; `None` if its end is not in sight.
fn length(step: Step) -> Option<usize> {
    match step {
        Step::Record(len) | Step::Unclosed(len) | Step::TooLarge(len) => Some(len),
        Step::Endless | Step::More => None,
    }
}

/// One of the first rows of a text dump.
#[derive(Debug)]
pub(super) struct FirstRow {
    /// Where it begins.
    pub(super) place: Place,
    /// Its offset in the head.
    pub(super) start: usize,
    /// The offset after it.
    pub(super) end: usize,
    /// Its fields.
    pub(super) fields: Vec<String>,
}

/// The first rows of a text dump, as far as the head holds them; `Err` with their number if there are too many fields.
pub(super) fn first_rows(
    head: &[u8],
    prior: Prior,
    dialect: Dialect,
    wide: bool,
    whole: bool,
    mut place: Place,
    rows_max: usize,
) -> Result<Vec<FirstRow>, usize> {
    let (mut rows, mut fields, mut at) = (Vec::new(), Fields::default(), 0);
    let mut too_wide = None;
    while at < head.len() && rows.len() < rows_max {
        let Some(len) = length(step(&head[at..], dialect, whole)) else { break };
        let bytes = &head[at..at + len];
        let decoded = decode(bytes, prior, dialect.end);
        let text = decoded.text.trim_end_matches(['\r', '\n']);
        fields.split(text, Dialect { trail_bytes: false, ..dialect }, COLUMNS_MAX);
        if fields.count > COLUMNS_MAX && fields.surplus {
            too_wide = too_wide.or(Some(fields.count));
        }
        let fields = fields.iter(text).map(str::to_owned).collect();
        rows.push(FirstRow { place, start: at, end: at + len, fields });
        at += len;
        place.line += decode::count_lines(bytes, dialect.end);
        place.byte += super::text::stored_len(bytes, wide);
    }
    too_wide.map_or(Ok(rows), Err)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_by_their_first_bytes() {
        let settings = ReadSettings::default();
        let kind = |head: &[u8]| kind(head, &settings);
        assert_eq!(kind(b"PK\x03\x04rest"), Kind::Is(Format::Xlsx));
        assert_eq!(kind(b"PAR1\x15\x04"), Kind::Is(Format::Parquet));
        assert_eq!(kind(b"\xEF\xBB\xBF {\"a\":1}\n"), Kind::Is(Format::Jsonl));
        assert_eq!(kind(b"<HTML><table>"), Kind::Markup);
        assert_eq!(kind(b"a\0,\0b\0\n\0"), Kind::Utf16(true));
        assert_eq!(kind(b"\0a\0,\0b\0\n"), Kind::Utf16(false));
        assert_eq!(kind("姓名,性别\n".as_bytes()), Kind::Is(Format::Text));
        assert_eq!(kind(b""), Kind::Is(Format::Text));
        let noise: Vec<u8> = (0..4096u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
        assert_eq!(kind(&noise), Kind::Unknown);
    }

    #[test]
    fn delimiters_by_consistency_and_by_columns() {
        let of = |text: &str, columns: &[&str]| {
            let columns: Vec<String> = columns.iter().map(|&c| c.to_owned()).collect();
            delimiter(text.as_bytes(), Prior::Utf8, b'\n', &columns)
        };
        assert_eq!(of("a,b,c\n1,2,3\n", &[]), b',');
        assert_eq!(of("名册, 2026, 11\n姓名\t地址\n张三\t路1号,2室\n李四\t路2号\n", &[]), b'\t');
        assert_eq!(of("a|b|c\n1|2;5|3\n", &[]), b'|');
        assert_eq!(of("a^b\n1^2\n", &[]), b'^');
        assert_eq!(of("a\u{1}b\n1\u{1}2\n", &[]), 1);
        assert_eq!(of("a;b\n1,1;2\n1,1;2\n", &["b"]), b';');
        assert_eq!(of("a\n1\n", &[]), b',');
    }
}
