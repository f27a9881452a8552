//! Text of people: characters folded to one form, and names cleaned of everything that is not the name. A name that
//! cannot be repaired is kept as it stands and flagged, never guessed at.

mod accents;
mod chars;
mod simplified;
mod titles;

pub use accents::push_plain;
pub use chars::{fold, is_dot, is_han, is_invisible, is_missing, is_quote, is_space, normalize_text, simplify};

use crate::kernels::id_number::Sex;
use chars::{is_mask, strip_tone};

/// Stands in a normalized name for each character that cannot be read.
pub const UNREADABLE_CHAR: char = '□';
/// The one middle dot of a normalized name.
pub const DOT: char = '·';
/// A longer name is cut here: it is no name.
const NAME_CHARS_MAX: usize = 48;

/// Bits that say what a name is besides its characters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct NameFlags(pub u8);

impl NameFlags {
    /// A title, nickname or relation instead of a name: 王大爷, 李某, 老王, 王伟家属.
    pub const TITLE: u8 = 1;
    /// Holds characters that could not be read or are masked; each is [`UNREADABLE_CHAR`].
    pub const UNREADABLE: u8 = 2;
    /// Holds the middle dot of a minority or foreign name.
    pub const DOTTED: u8 = 4;
    /// Holds Latin letters: pinyin for a rare character, or the whole name.
    pub const LATIN: u8 = 8;
    /// One character alone.
    pub const SHORT: u8 = 16;

    /// Whether any of `bits` is set.
    pub fn has(self, bits: u8) -> bool {
        self.0 & bits != 0
    }

    /// Whether a title stands instead of the name.
    pub fn is_title(self) -> bool {
        self.has(Self::TITLE)
    }

    /// Whether characters are unreadable or masked.
    pub fn is_unreadable(self) -> bool {
        self.has(Self::UNREADABLE)
    }

    /// Whether there is a middle dot.
    pub fn is_dotted(self) -> bool {
        self.has(Self::DOTTED)
    }

    /// Whether there are Latin letters.
    pub fn is_latin(self) -> bool {
        self.has(Self::LATIN)
    }

    /// Whether the name is one character.
    pub fn is_short(self) -> bool {
        self.has(Self::SHORT)
    }
}

/// The sex that a normalized title tells of its bearer: 王大爷 is a man.
pub fn title_sex(title: &str) -> Sex {
    titles::sex(title)
}

/// Whether a normalized title names somebody by another person's name: 王伟家属. Its surname is not the bearer's.
pub fn is_relation_title(title: &str) -> bool {
    titles::is_relation(title)
}

/// Whether a normalized title means the child of whoever is named: 王伟之子.
pub fn is_child_title(title: &str) -> bool {
    titles::is_child(title)
}

/// Writes the name in `raw` into `out` (cleared first) as it is compared and shown: simplified characters, no spaces,
/// one middle dot, remarks in brackets and polite endings removed, every unreadable character as
/// [`UNREADABLE_CHAR`], Latin letters of a whole name in upper case with single spaces, pinyin among characters in
/// lower case. A missing name (empty, 无, 不详, NULL …) leaves `out` empty.
pub fn normalize_name(raw: &str, out: &mut String) -> NameFlags {
    out.clear();
    if raw.len() == 6 || raw.len() == 9 {
        // Most names by far: two or three simplified characters and nothing else.
        let plain = |c: char| is_han(c) && simplify(c) == c && !matches!(c, '〇' | '囗' | '某');
        if raw.chars().all(plain) && !titles::may_be_title(raw) {
            if !is_missing(raw) && !is_no_name(raw) {
                out.push_str(raw);
            }
            return NameFlags::default();
        }
    }
    if is_missing(raw) {
        return NameFlags::default();
    }
    let mut chars = [('\0', false); NAME_CHARS_MAX];
    let len = collect(raw, &mut chars);
    let chars = &chars[..len];
    let han = chars.iter().any(|&(c, _)| is_han(c) || c == UNREADABLE_CHAR);
    let letters = chars.iter().filter(|(c, _)| c.is_alphabetic() && !is_han(*c)).count();
    // A space in a long name of two parts stands for the dot that could not be typed.
    let gaps = chars.iter().enumerate().filter(|(i, c)| c.1 && *i > 0).count();
    let space_is_dot = letters == 0 && gaps == 1 && len >= 5 && chars.iter().skip(2).take(len - 3).any(|c| c.1);
    for (i, &(c, gap)) in chars.iter().enumerate() {
        let after_letter = i > 0 && is_letter(chars[i - 1].0);
        if is_letter(c) {
            if han && is_x_run(chars, i) && !chars[..i].iter().any(|&(c, _)| is_letter(c) && !matches!(c, 'x' | 'X')) {
                out.push(UNREADABLE_CHAR);
                continue;
            }
            if gap && after_letter && !han {
                out.push(' ');
            }
            if han { out.extend(c.to_lowercase()) } else { out.extend(c.to_uppercase()) }
        } else if c == DOT {
            let next_letter = chars.get(i + 1).is_some_and(|&(c, _)| is_letter(c));
            if i == 0 || i + 1 == len || out.ends_with(DOT) {
                continue;
            }
            if after_letter && next_letter {
                out.push(' ');
            } else {
                out.push(DOT);
            }
        } else if c.is_ascii_digit() {
            // Running numbers (张三2) are no part of a name.
        } else {
            if gap && space_is_dot && !out.ends_with(DOT) {
                out.push(DOT);
            }
            out.push(c);
        }
    }
    while out.ends_with(DOT) || out.ends_with(' ') {
        out.pop();
    }
    if is_missing(out) || is_no_name(out) {
        out.clear();
        return NameFlags::default();
    }
    let mut flags = 0;
    if titles::strip(out) {
        flags |= NameFlags::TITLE;
    }
    let mut count = 0;
    let mut known = 0;
    for c in out.chars() {
        count += 1;
        match c {
            UNREADABLE_CHAR => flags |= NameFlags::UNREADABLE,
            DOT => flags |= NameFlags::DOTTED,
            ' ' => {}
            _ => {
                known += 1;
                if !is_han(c) {
                    flags |= NameFlags::LATIN;
                }
            }
        }
    }
    if known == 0 {
        // Masks only: nothing is said.
        out.clear();
        return NameFlags::default();
    }
    if count == 1 {
        flags |= NameFlags::SHORT;
    }
    NameFlags(flags)
}

/// Whether a column of names says what the flat is, or what to write there.
fn is_no_name(text: &str) -> bool {
    matches!(text, "空置" | "空房" | "空户" | "租户" | "租客" | "出租" | "必填" | "示例" | "例子")
}

/// Whether a cell names several persons: 田超文、曹芳燕. Of them one is read.
pub fn names_several(raw: &str) -> bool {
    const PARTS: [char; 8] = ['、', '，', ',', '/', ';', '；', '\n', '|'];
    let is_name = |part: &str| (2..=4).contains(&part.chars().count()) && part.chars().all(is_han);
    let mut names = raw.split(PARTS).map(str::trim).filter(|part| !part.is_empty());
    names.next().is_some_and(is_name) && names.next().is_some_and(is_name)
}

fn is_letter(c: char) -> bool {
    c.is_alphabetic() && !is_han(c)
}

/// Whether the run of Latin letters around position `i` is nothing but x: a mask.
fn is_x_run(chars: &[(char, bool)], i: usize) -> bool {
    let is_x = |c: char| matches!(c, 'x' | 'X');
    is_x(chars[i].0)
        && chars[..i].iter().rev().map(|c| c.0).take_while(|&c| is_letter(c)).all(is_x)
        && chars[i..].iter().map(|c| c.0).take_while(|&c| is_letter(c)).all(is_x)
}

/// Folded characters of a name with whether a gap stood before each, without remarks; the number of them.
fn collect(raw: &str, out: &mut [(char, bool); NAME_CHARS_MAX]) -> usize {
    let body = strip_label(raw);
    let mut len = 0;
    let mut gap = false;
    let mut lost = false;
    let mut rest = body.char_indices();
    while let Some((at, c)) = rest.next() {
        if len == NAME_CHARS_MAX {
            break;
        }
        // A broken byte sequence leaves several replacement characters for one.
        let was_lost = std::mem::replace(&mut lost, c == '\u{fffd}');
        let c = fold(c);
        if is_invisible(c) || is_quote(c) || (was_lost && lost) {
            continue;
        }
        if is_space(c) {
            gap = true;
            continue;
        }
        if let Some(close) = closing(c) {
            let inner = &body[at + body[at..].chars().next().map_or(1, char::len_utf8)..];
            let end = inner.char_indices().find(|&(_, c)| fold(c) == close);
            let (inner, after) = match end {
                Some((end, c)) => (&inner[..end], &inner[end + c.len_utf8()..]),
                None => (inner, ""),
            };
            if len == 0 && after.chars().all(|c| !is_han(c)) {
                // The whole cell stands in brackets.
                return collect(inner, out);
            }
            let next = after.chars().find(|&c| !is_space(c));
            let described = len > 0 && next.is_some_and(|c| is_han(fold(c)) || c == DOT) && inner.chars().count() <= 6;
            if described || (len == 1 && next.is_none() && inner.chars().count() <= 6 && is_glyph(inner)) {
                // 张(火火)伟: a rare character described by its parts.
                out[len] = (UNREADABLE_CHAR, false);
                len += 1;
            }
            rest = after.char_indices();
            // Positions start again with the rest, so the text does too.
            let mut tail = [('\0', false); NAME_CHARS_MAX];
            let more = if after.is_empty() { 0 } else { collect(after, &mut tail) };
            for &entry in &tail[..more] {
                if len < NAME_CHARS_MAX {
                    out[len] = entry;
                    len += 1;
                }
            }
            drop(rest);
            return len;
        }
        let c = if is_mask(c) {
            UNREADABLE_CHAR
        } else if is_dot(c) {
            DOT
        } else if is_han(c) || c.is_ascii_digit() {
            c
        } else if c.is_alphabetic() {
            strip_tone(c)
        } else if matches!(c, '-' | '_' | '—' | '–' | '‐' | '−') {
            let (before, next) = (len.checked_sub(1).map(|i| out[i].0), rest.clone().next().map(|(_, c)| fold(c)));
            match (before, next) {
                (Some(a), Some(b)) if is_letter(a) && is_letter(b) => {
                    gap = true;
                    continue;
                }
                (Some(a), Some(b)) if is_han(a) && is_han(b) => DOT,
                _ => continue,
            }
        } else if matches!(c, ',' | '、' | ';' | '/' | '|' | '+' | '&' | '\\') {
            let before_han = out[..len].iter().any(|&(c, _)| is_han(c));
            if len > 0 && before_han && out[..len].iter().filter(|e| is_han(e.0)).count() > 1 {
                // 张三、李四: two people, of whom the first is the row's.
                break;
            }
            if len > 0 && !before_han && !out[len - 1].0.is_ascii_digit() {
                gap = true;
            }
            if out[..len].iter().all(|e| e.0.is_ascii_digit()) {
                len = 0;
            }
            continue;
        } else {
            // Other signs are no part of a name.
            continue;
        };
        if c == DOT && out[..len].iter().all(|e| e.0.is_ascii_digit()) {
            len = 0; // 1.张三
            continue;
        }
        out[len] = (c, gap);
        gap = false;
        len += 1;
    }
    len
}

/// The text after a label such as `姓名：`.
fn strip_label(raw: &str) -> &str {
    if let Some((label, rest)) = raw.split_once([':', '：']) {
        let (label, rest) = (label.trim(), rest.trim());
        if matches!(label, "姓名" | "户主" | "名字" | "本人" | "租户" | "业主" | "房主") {
            return rest;
        }
        if !label.is_empty() {
            return label;
        }
        return rest;
    }
    raw
}

fn closing(c: char) -> Option<char> {
    Some(match c {
        '(' => ')',
        '[' => ']',
        '{' => '}',
        '<' => '>',
        '【' => '】',
        '〔' => '〕',
        '〖' => '〗',
        '〈' => '〉',
        '《' => '》',
        '「' => '」',
        '『' => '』',
        _ => return None,
    })
}

/// Whether a remark describes a character: 日+昱, 左火右华, 上日下文.
fn is_glyph(text: &str) -> bool {
    text.contains(['+', '⿰', '⿱', '＋']) || (text.starts_with(['左', '上']) && text.contains(['右', '下']))
}

#[cfg(test)]
mod tests;
