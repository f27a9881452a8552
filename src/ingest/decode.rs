//! Bytes of a text dump to UTF-8, physical line by physical line where a file mixes encodings. It never guesses a
//! character: a line that is text in no known encoding is marked and ends up in quarantine.

use encoding_rs::GB18030;
use memchr::{memchr, memchr_iter, memmem};
use std::borrow::Cow;

/// What a text dump is written in, as far as its beginning tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Prior {
    /// UTF-8 (which plain ASCII is, too).
    Utf8,
    /// GB18030 and its subsets GBK and GB 2312.
    Gb18030,
}

/// Marks what was not text in a transcoded UTF-16 file: a noncharacter that no text may hold.
pub(super) const BROKEN: &str = "\u{FFFF}";

/// A block of text and what had to be done to it.
#[derive(Debug)]
pub(super) struct Decoded<'a> {
    /// The text, with as many line ends as the bytes.
    pub(super) text: Cow<'a, str>,
    /// Physical lines (0-based in the block, ascending) that are text in no known encoding.
    pub(super) bad_lines: Vec<u64>,
    /// Lines in the other encoding than `prior`.
    pub(super) other_lines: u64,
    /// NUL bytes removed.
    pub(super) nul_bytes: u64,
}

/// Decodes whole lines. `end` is the byte that ends a line. Cost: one validation where the block is UTF-8. The text is
/// borrowed exactly if byte offsets in it are those in `bytes`.
pub(super) fn decode(bytes: &[u8], prior: Prior, end: u8) -> Decoded<'_> {
    let mut out = match simdutf8::basic::from_utf8(bytes) {
        Ok(text) if prior == Prior::Utf8 => Decoded {
            bad_lines: if memmem::find(bytes, BROKEN.as_bytes()).is_some() { broken_lines(bytes, end) } else { vec![] },
            text: Cow::Borrowed(text),
            other_lines: 0,
            nul_bytes: 0,
        },
        _ => decode_lines(bytes, prior, end),
    };
    if memchr(0, bytes).is_some() {
        let text = out.text.replace('\0', "");
        out.nul_bytes = (out.text.len() - text.len()) as u64;
        out.text = Cow::Owned(text);
    }
    out
}

/// What the beginning of a dump is written in. The last line may be cut.
pub(super) fn detect(head: &[u8], end: u8) -> Prior {
    match std::str::from_utf8(head) {
        Ok(_) => Prior::Utf8,
        Err(e) if e.error_len().is_none() => Prior::Utf8,
        Err(_) => majority(head, end, Prior::Utf8),
    }
}

fn majority(bytes: &[u8], end: u8, tie: Prior) -> Prior {
    let (mut utf8, mut other) = (0u64, 0u64);
    for line in (Lines { rest: bytes, end }) {
        match std::str::from_utf8(line) {
            Ok(_) if line.is_ascii() => {}
            Ok(text) if is_plain_chinese(text) => utf8 += 1,
            Ok(_) => {}
            Err(_) => other += 1,
        }
    }
    match utf8.cmp(&other) {
        std::cmp::Ordering::Greater => Prior::Utf8,
        std::cmp::Ordering::Less => Prior::Gb18030,
        std::cmp::Ordering::Equal => tie,
    }
}

/// A few GB18030 lines are also well-formed UTF-8 (`女` is C5 AE, which is `Ů`). In a file of GB18030 a line counts as
/// UTF-8 only if everything beyond ASCII is a character that takes three or four bytes, as Chinese does, or `·`.
fn is_plain_chinese(text: &str) -> bool {
    let mut any = false;
    text.chars().filter(|c| !c.is_ascii()).all(|c| {
        any = true;
        c.len_utf8() >= 3 || c == '·'
    }) && any
}

fn decode_lines(bytes: &[u8], prior: Prior, end: u8) -> Decoded<'static> {
    // A file whose beginning is plain ASCII says nothing, so each block that is not UTF-8 votes for itself.
    let mode = majority(bytes, end, prior);
    let mut out = Decoder { text: String::with_capacity(bytes.len() * 3 / 2), ..Decoder::default() };
    let mut run = 0..0; // lines of GB18030 not decoded yet
    let mut at = 0;
    for (number, line) in (Lines { rest: bytes, end }).enumerate() {
        let next = at + line.len();
        let utf8 = std::str::from_utf8(line)
            .ok()
            .filter(|text| mode == Prior::Utf8 || text.is_ascii() && run.is_empty() || is_plain_chinese(text));
        if let Some(text) = utf8 {
            out.gb_run(&bytes[run.clone()], end);
            if !text.is_ascii() {
                out.utf8_lines += 1;
            }
            out.text.push_str(text);
            out.number = number as u64 + 1;
            run = next..next;
        } else {
            run.end = next;
        }
        at = next;
    }
    out.gb_run(&bytes[run], end);
    let other_lines = if prior == Prior::Utf8 { out.gb_lines } else { out.utf8_lines };
    Decoded { text: Cow::Owned(out.text), bad_lines: out.bad, other_lines, nul_bytes: 0 }
}

#[derive(Default)]
struct Decoder {
    text: String,
    number: u64,
    bad: Vec<u64>,
    gb_lines: u64,
    utf8_lines: u64,
}

impl Decoder {
    /// Decodes consecutive lines at once, and one by one only if there is a bad one among them.
    fn gb_run(&mut self, run: &[u8], end: u8) {
        if run.is_empty() {
            return;
        }
        if let Some(text) = GB18030.decode_without_bom_handling_and_without_replacement(run) {
            self.text.push_str(&text);
            self.gb_lines += (Lines { rest: run, end }).filter(|line| !line.is_ascii()).count() as u64;
            self.number += (Lines { rest: run, end }).count() as u64;
            return;
        }
        for line in (Lines { rest: run, end }) {
            if let Some(text) = GB18030.decode_without_bom_handling_and_without_replacement(line) {
                self.text.push_str(&text);
                self.gb_lines += u64::from(!line.is_ascii());
            } else if let Ok(text) = std::str::from_utf8(line) {
                self.text.push_str(text);
                self.utf8_lines += 1;
            } else {
                self.text.push_str(&String::from_utf8_lossy(line));
                self.bad.push(self.number);
            }
            self.number += 1;
        }
    }
}

fn broken_lines(bytes: &[u8], end: u8) -> Vec<u64> {
    let has = |line: &[u8]| memmem::find(line, BROKEN.as_bytes()).is_some();
    (0..).zip(Lines { rest: bytes, end }).filter(|(_, line)| has(line)).map(|(number, _)| number).collect()
}

/// Physical lines with their ends.
struct Lines<'a> {
    rest: &'a [u8],
    end: u8,
}

impl<'a> Iterator for Lines<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        if self.rest.is_empty() {
            return None;
        }
        let len = memchr(self.end, self.rest).map_or(self.rest.len(), |at| at + 1);
        let (line, rest) = self.rest.split_at(len);
        self.rest = rest;
        Some(line)
    }
}

/// Number of line ends.
pub(super) fn count_lines(bytes: &[u8], end: u8) -> u64 {
    memchr_iter(end, bytes).count() as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gb(text: &str) -> Vec<u8> {
        GB18030.encode(text).0.into_owned()
    }

    #[test]
    fn utf8_is_borrowed() {
        let out = decode("姓名,女\n".as_bytes(), Prior::Utf8, b'\n');
        assert!(matches!(out.text, Cow::Borrowed("姓名,女\n")));
    }

    #[test]
    fn a_gb_line_that_looks_like_utf8_stays_gb() {
        let bytes = [gb("1,张三,男\n"), gb("2,A,女\n"), gb("3,李四,男\n")].concat();
        for prior in [Prior::Utf8, Prior::Gb18030] {
            let out = decode(&bytes, prior, b'\n');
            assert_eq!(out.text, "1,张三,男\n2,A,女\n3,李四,男\n");
            assert!(out.bad_lines.is_empty());
        }
        assert_eq!(detect(&bytes, b'\n'), Prior::Gb18030);
    }

    #[test]
    fn mixed_lines_are_counted_and_bad_ones_marked() {
        let mut bytes = gb("1,张三\n2,王五\n");
        bytes.extend("3,李小四\n".as_bytes());
        bytes.extend(b"4,\xff\xfe\x80\n5,x\n6,\xff\n");
        bytes.extend(gb("7,赵六"));
        let out = decode(&bytes, Prior::Gb18030, b'\n');
        assert_eq!(out.other_lines, 1);
        assert_eq!(out.bad_lines, [3, 5]);
        assert!(out.text.starts_with("1,张三\n2,王五\n3,李小四\n4,"));
        assert!(out.text.ends_with("7,赵六"));
        assert_eq!(count_lines(out.text.as_bytes(), b'\n'), count_lines(&bytes, b'\n'));
        let utf8 = decode(&bytes, Prior::Utf8, b'\n');
        assert_eq!(utf8.other_lines, 3);
        assert_eq!(utf8.text, out.text);
    }

    #[test]
    fn nul_bytes_are_removed_and_counted() {
        let out = decode(b"a\0b\0\n", Prior::Utf8, b'\n');
        assert_eq!((out.text.as_ref(), out.nul_bytes), ("ab\n", 2));
    }
}
