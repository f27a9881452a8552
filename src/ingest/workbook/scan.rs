//! A walk through the XML of a workbook's part, for the plain form alone: tags without prefixes, texts without comments
//! or sections. Whatever is otherwise is [`Strange`].

use memchr::memmem;
use std::borrow::Cow;
use std::io::{ErrorKind, Read};
use std::ops::ControlFlow;

/// What is looked at once, and at most: rows that are longer are not plain.
const PIECE_BYTES: usize = 128 << 10;
const PIECE_BYTES_MAX: usize = 4 << 20;

/// The part is not of the plain form, or broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Strange;

/// What is read of the plain form.
pub(super) type Plain<T> = Result<T, Strange>;

/// Hands on the text of a part in pieces that end behind `end`, but for the last one, until one of them breaks.
pub(super) fn by_pieces(
    mut part: impl Read,
    end: &str,
    mut take: impl FnMut(&str) -> Plain<ControlFlow<()>>,
) -> Plain<()> {
    let finder = memmem::FinderRev::new(end);
    let (mut held, mut filled) = (vec![0; PIECE_BYTES], 0);
    loop {
        let mut is_whole = false;
        while filled < held.len() {
            match part.read(&mut held[filled..]) {
                Ok(0) => {
                    is_whole = true;
                    break;
                }
                Ok(read) => filled += read,
                Err(e) if e.kind() == ErrorKind::Interrupted => {}
                Err(_) => return Err(Strange),
            }
        }
        let cut = if is_whole { Some(filled) } else { finder.rfind(&held[..filled]).map(|at| at + end.len()) };
        let Some(cut) = cut else {
            if held.len() >= PIECE_BYTES_MAX {
                return Err(Strange);
            }
            held.resize(2 * held.len(), 0);
            continue;
        };
        let piece = simdutf8::basic::from_utf8(&held[..cut]).map_err(|_| Strange)?;
        if take(piece)?.is_break() {
            return Ok(());
        }
        if is_whole {
            return Err(Strange);
        }
        held.copy_within(cut..filled, 0);
        filled -= cut;
    }
}

/// A number of digits alone.
pub(super) fn digits(text: &str) -> Option<u32> {
    let is_one = text.len() < 10 && text.bytes().all(|byte| byte.is_ascii_digit());
    if is_one { text.parse().ok() } else { None }
}

/// A walk through the text of a part.
pub(super) struct Scan<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Scan<'a> {
    /// From its beginning.
    pub(super) fn new(text: &'a str) -> Self {
        Self { text, at: 0 }
    }

    fn rest(&self) -> &'a [u8] {
        &self.text.as_bytes()[self.at..]
    }

    pub(super) fn is_at_end(&self) -> bool {
        self.at == self.text.len()
    }

    /// Passes over white space.
    pub(super) fn blank(&mut self) {
        self.at += self.rest().iter().take_while(|byte| byte.is_ascii_whitespace()).count();
    }

    /// Passes over `literal` if it stands here.
    pub(super) fn skip(&mut self, literal: &str) -> bool {
        let stands = self.rest().starts_with(literal.as_bytes());
        if stands {
            self.at += literal.len();
        }
        stands
    }

    /// Passes over the beginning of a tag if it stands here and has this name.
    pub(super) fn open(&mut self, name: &str) -> bool {
        let behind = 1 + name.len();
        let stands = match self.rest() {
            [b'<', rest @ ..] => {
                rest.starts_with(name.as_bytes())
                    && matches!(rest.get(behind - 1), Some(b' ' | b'>' | b'/' | b'\n' | b'\r' | b'\t'))
            }
            _ => false,
        };
        if stands {
            self.at += behind;
        }
        stands
    }

    /// The rest of a tag: hands on its attributes as they are written, and gives whether the element ends at once.
    pub(super) fn tag(&mut self, mut take: impl FnMut(&'a str, &'a str)) -> Plain<bool> {
        loop {
            self.blank();
            match *self.rest() {
                [b'>', ..] => {
                    self.at += 1;
                    return Ok(false);
                }
                [b'/', b'>', ..] => {
                    self.at += 2;
                    return Ok(true);
                }
                _ => {
                    let name = self.before(b'=')?;
                    let quote = *self.rest().get(1).ok_or(Strange)?;
                    let is_name = !name.ends_with(|last: char| last.is_ascii_whitespace());
                    if !is_name || !matches!(quote, b'"' | b'\'') {
                        return Err(Strange);
                    }
                    self.at += 2;
                    let value = self.before(quote)?;
                    self.at += 1;
                    take(name, value);
                }
            }
        }
    }

    /// The text up to `byte`, which is passed over no more than the tag's end before it.
    fn before(&mut self, byte: u8) -> Plain<&'a str> {
        let length = memchr::memchr(byte, self.rest()).ok_or(Strange)?;
        let text = &self.text[self.at..self.at + length];
        self.at += length;
        Ok(text)
    }

    /// The content of an element without others in it, and its end.
    fn content(&mut self, end: &str) -> Plain<&'a str> {
        let text = self.before(b'<')?;
        if self.skip(end) { Ok(text) } else { Err(Strange) }
    }

    /// Passes over an element whose tag begins before here, to behind its `end`.
    fn pass(&mut self, end: &str) -> Plain<()> {
        if !self.tag(|_, _| {})? {
            let rest = self.rest();
            let length = memmem::find(rest, end.as_bytes()).ok_or(Strange)?;
            if memmem::find(&rest[..length], b"<!").is_some() {
                return Err(Strange);
            }
            self.at += length + end.len();
        }
        Ok(())
    }

    /// Passes over what comes before the rows in a part, and gives whether there are none.
    pub(super) fn enter(&mut self, name: &str) -> Plain<bool> {
        let mut from = 0;
        loop {
            self.at = from + memchr::memchr(b'<', &self.text.as_bytes()[from..]).ok_or(Strange)?;
            let before = &self.text[..self.at];
            if self.open(name) {
                let is_utf8 = before
                    .split_once("encoding=")
                    .is_none_or(|(_, value)| value.get(1..6).is_some_and(|value| value.eq_ignore_ascii_case("utf-8")));
                let is_plain = is_utf8 && !before.contains("<!");
                return if is_plain { self.tag(|_, _| {}) } else { Err(Strange) };
            }
            from = self.at + 1;
        }
    }

    /// The value of a cell as it is written, and the cell's end.
    pub(super) fn value(&mut self, kind: &str) -> Plain<Cow<'a, str>> {
        let mut value = None;
        loop {
            self.blank();
            if self.skip("</c>") {
                return Ok(value.unwrap_or_default());
            }
            // A formula stands before its value, which is the last thing in the cell.
            if value.is_some() {
                return Err(Strange);
            }
            if self.open("v") && kind != "inlineStr" {
                let closed = self.tag(|_, _| {})?;
                let written = if closed { "" } else { self.content("</v>")? };
                value = Some(if kind == "str" { meant(written)? } else { Cow::Borrowed(written) });
            } else if self.open("is") && kind == "inlineStr" {
                value = Some(self.string("</is>")?);
            } else if self.open("f") {
                if !self.tag(|_, _| {})? {
                    self.content("</f>")?;
                }
            } else {
                return Err(Strange);
            }
        }
    }

    /// A text, which may consist of runs of several looks, from the rest of the tag before it to behind its `end`. How it
    /// is spoken is left out.
    pub(super) fn string(&mut self, end: &str) -> Plain<Cow<'a, str>> {
        if self.tag(|_, _| {})? {
            return Ok(Cow::Borrowed(""));
        }
        let mut text = Cow::Borrowed("");
        loop {
            self.blank();
            if self.skip(end) {
                return Ok(text);
            }
            if self.open("t") {
                // Appended to nothing it stays borrowed.
                text += self.run()?;
            } else if self.open("r") {
                self.tag(|_, _| {})?;
            } else if self.open("rPr") {
                self.pass("</rPr>")?;
            } else if self.open("rPh") {
                self.pass("</rPh>")?;
            } else if self.open("phoneticPr") {
                self.pass("</phoneticPr>")?;
            } else if !self.skip("</r>") {
                return Err(Strange);
            }
        }
    }

    /// One run of a text, whose white space at both ends counts only where it says so.
    fn run(&mut self) -> Plain<Cow<'a, str>> {
        let mut is_kept = false;
        if self.tag(|name, value| is_kept |= name == "xml:space" && value == "preserve")? {
            return Ok(Cow::Borrowed(""));
        }
        let blank = [' ', '\t', '\r', '\n'];
        Ok(match meant(self.content("</t>")?)? {
            text if is_kept => text,
            Cow::Borrowed(text) => Cow::Borrowed(text.trim_matches(blank)),
            Cow::Owned(text) => Cow::Owned(text.trim_matches(blank).to_owned()),
        })
    }
}

/// What a text means in which characters are written by their names or numbers (XML 1.0, 4.1 and 4.6).
fn meant(written: &str) -> Plain<Cow<'_, str>> {
    let special = |text: &str| memchr::memchr3(b'&', b'\r', b'_', text.as_bytes());
    // Ends of lines that XML reads otherwise, and characters as only Excel writes them (_x000D_).
    let is_strange = |text: &str| text.contains('\r') || text.contains("_x");
    let Some(first) = special(written) else { return Ok(Cow::Borrowed(written)) };
    if is_strange(written) {
        return Err(Strange);
    }
    let first = written[first..].find('&').map_or(written.len(), |at| first + at);
    let (mut text, mut rest) = (written[..first].to_owned(), &written[first..]);
    while let Some(named) = rest.strip_prefix('&') {
        let (name, behind) = named.split_once(';').ok_or(Strange)?;
        text.push(match name {
            "amp" => '&',
            "lt" => '<',
            "gt" => '>',
            "quot" => '"',
            "apos" => '\'',
            _ => {
                let number = name.strip_prefix('#').ok_or(Strange)?;
                let number = number.strip_prefix('x').map_or_else(
                    || digits(number),
                    |hex| u32::from_str_radix(hex, 16).ok().filter(|_| !hex.starts_with('+')),
                );
                let is_text = |&number: &u32| matches!(number, 0x09 | 0x0A | 0x20..);
                number.filter(is_text).and_then(char::from_u32).ok_or(Strange)?
            }
        });
        let next = behind.find('&').unwrap_or(behind.len());
        text.push_str(&behind[..next]);
        rest = &behind[next..];
    }
    if is_strange(&text) { Err(Strange) } else { Ok(Cow::Owned(text)) }
}
