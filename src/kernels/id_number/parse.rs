//! Reading identity numbers as rosters write them: repaired where that is certain, kept with what is known where it is
//! not, and told apart from passports and travel permits.

use super::{ALL_KNOWN, IdKind, IdNumber, LENGTH, X, check_character, is_province};
use crate::kernels::date::{days_from_civil, is_real};
use crate::kernels::text::{fold, is_invisible, is_missing, is_quote, is_space};

/// What a column around the number says.
#[derive(Clone, Copy, Debug)]
pub struct ParseOptions {
    /// No one was born after this day (days since 1970-01-01).
    pub latest_birth: i32,
    /// The column went through a spreadsheet: a tail of 000 means nothing even where the check character agrees.
    pub tail000_damaged: bool,
    /// The column was kept in floating point: a number of 18 digits is one of 128 that are written the same.
    pub rounded: bool,
}

impl Default for ParseOptions {
    fn default() -> Self {
        Self { latest_birth: days_from_civil(2099, 12, 31), tail000_damaged: false, rounded: false }
    }
}

/// What had to be done to read a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum IdRepair {
    /// Spaces, quotes, hyphens or invisible characters were taken out.
    Separators,
    /// Full-width characters.
    FullWidth,
    /// A lower-case x.
    LowerX,
    /// `*` in the last place, which the check character says is X.
    StarForX,
    /// A trailing `.0`.
    Float,
    /// 15 digits completed to 18.
    From15,
    /// A placeholder such as 111111111111111111 was dropped.
    Placeholder,
    /// Words around the number were taken away.
    Label,
}

impl IdRepair {
    /// The published name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Separators => "separators",
            Self::FullWidth => "full_width",
            Self::LowerX => "lower_x",
            Self::StarForX => "star_for_x",
            Self::Float => "float",
            Self::From15 => "from_15",
            Self::Placeholder => "placeholder",
            Self::Label => "label",
        }
    }
}

/// What a cell of an ID column holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Parsed {
    /// The identity number; of kind `None` if it is another document or nothing.
    pub id: IdNumber,
    /// Another document's number: upper-case letters and digits; empty if there is none.
    pub document: String,
    /// The repair that mattered most, if one was needed.
    pub repaired: Option<IdRepair>,
}

/// A longer text is no number.
const CHARS_MAX: usize = 48;
const MASK: u8 = b'*';

/// Reads a cell with nothing known of its column.
pub fn parse(text: &str) -> Parsed {
    parse_with(text, ParseOptions::default())
}

/// Reads a cell of an ID column.
pub fn parse_with(text: &str, options: ParseOptions) -> Parsed {
    let bytes = text.as_bytes();
    if bytes.len() == LENGTH && bytes[..17].iter().all(u8::is_ascii_digit) && matches!(bytes[17], b'0'..=b'9' | b'X') {
        // Most cells by far.
        return whole(bytes, None, options);
    }
    let mut buffer = [0u8; CHARS_MAX];
    let Some(cell) = Cell::of(text, &mut buffer) else { return Parsed::default() };
    cell.read(options)
}

/// A cell reduced to digits, upper-case letters, `*` for masks and `.`.
struct Cell<'a> {
    chars: &'a [u8],
    repaired: Option<IdRepair>,
    /// 尾号, 后四位: what follows are the last characters.
    tail_only: bool,
}

impl<'a> Cell<'a> {
    fn of(text: &str, buffer: &'a mut [u8; CHARS_MAX]) -> Option<Self> {
        if is_missing(text) {
            return None;
        }
        let (mut len, mut repaired, mut tail_only) = (0, None, false);
        let mut chars = text.chars().peekable();
        let mut depth = 0u32;
        while let Some(raw) = chars.next() {
            let c = fold(raw);
            match c {
                '(' | '[' | '{' => {
                    // H1234567(8) keeps what stands in brackets; a remark of words goes.
                    depth += u32::from(!chars.peek().is_some_and(|c| fold(*c).is_ascii_digit() || *c == '*'));
                    repaired = repaired.max(Some(IdRepair::Separators));
                    continue;
                }
                ')' | ']' | '}' => {
                    depth = depth.saturating_sub(1);
                    continue;
                }
                _ if depth > 0 => continue,
                _ => {}
            }
            let run = |chars: &mut std::iter::Peekable<std::str::Chars<'_>>| chars.peek() == Some(&raw);
            let byte = match c {
                '0'..='9' | 'A'..='Z' => c as u8,
                'Х' | 'х' | 'Χ' | 'χ' => b'X',
                'a'..='z' => {
                    repaired = repaired.max(Some(IdRepair::LowerX));
                    c.to_ascii_uppercase() as u8
                }
                '*' | '?' | '#' | '•' | '●' | '□' | '■' | '○' | '◯' | '×' | '✱' | '∗' | '█' | '…' | '\u{fffd}'
                | '·' | '◆' | '★' => MASK,
                '-' | '_' | '—' if run(&mut chars) || (len > 0 && buffer[len - 1] == MASK && tail_only) => {
                    tail_only = true;
                    MASK
                }
                '.' => b'.',
                '+' if len > 1 && buffer[len - 1] == b'E' => b'+',
                ':' | '：' => {
                    // ID: 3705…
                    len = 0;
                    repaired = repaired.max(Some(IdRepair::Label));
                    continue;
                }
                '尾' | '后' | '末' => {
                    tail_only = true;
                    len = 0;
                    continue;
                }
                c if is_space(c)
                    || is_invisible(c)
                    || is_quote(c)
                    || c == ','
                    || c == '-'
                    || c == '_'
                    || c == '='
                    || c == '`' =>
                {
                    repaired = repaired.max(Some(IdRepair::Separators));
                    continue;
                }
                ';' | '/' | '、' | '|' if len >= 15 => break,
                _ => {
                    repaired = repaired.max(Some(IdRepair::Label));
                    continue;
                }
            };
            // A run of hyphens or lines is a mask, its last one too.
            let hidden = byte == MASK && matches!(c, '-' | '_' | '—');
            if c != raw {
                repaired = repaired.max(Some(IdRepair::FullWidth));
            }
            *buffer.get_mut(len)? = byte;
            len += 1;
            if hidden {
                while chars.peek() == Some(&raw) {
                    chars.next();
                }
                tail_only = false;
            }
        }
        let mut chars = &buffer[..len];
        if let Some(dot) = chars.iter().position(|&b| b == b'.') {
            let tail = &chars[dot + 1..];
            if tail.iter().all(|&b| b == b'0') && chars[..dot].iter().all(u8::is_ascii_digit) {
                chars = &chars[..dot];
                repaired = Some(IdRepair::Float);
            }
        }
        (!chars.is_empty()).then_some(Self { chars, repaired, tail_only })
    }

    fn read(&self, options: ParseOptions) -> Parsed {
        let chars = self.chars;
        let digits = chars.iter().take_while(|b| b.is_ascii_digit()).count();
        if let Some(id) = scientific(chars, options) {
            return Parsed { id, document: String::new(), repaired: None };
        }
        let (all, last) = (chars.len(), chars[chars.len() - 1]);
        if digits == all || (digits + 1 == all && last == b'X') {
            return self.unmasked(options);
        }
        if digits == 17 && all == LENGTH && last == MASK {
            let mut with_x = [0u8; LENGTH];
            with_x.copy_from_slice(chars);
            with_x[17] = b'X';
            let read = whole(&with_x, Some(IdRepair::StarForX), options);
            if read.id.kind == IdKind::Valid {
                return read;
            }
        }
        let masks = chars.iter().filter(|&&b| b == MASK).count();
        let exes = chars.iter().filter(|&&b| b == b'X').count();
        let numerals = chars.iter().filter(|b| b.is_ascii_digit()).count();
        let dots = chars.iter().filter(|&&b| b == b'.').count();
        let only = masks + exes + numerals + dots == all;
        if only && (masks > 0 || exes > 1 || dots > 1 || (exes == 1 && last != b'X' && digits > 0)) {
            return self.masked();
        }
        self.other_document()
    }

    /// Digits only, or digits and a final X.
    fn unmasked(&self, options: ParseOptions) -> Parsed {
        let chars = self.chars;
        if is_placeholder(chars) {
            return Parsed { repaired: Some(IdRepair::Placeholder), ..Parsed::default() };
        }
        let length = chars.len();
        match length {
            LENGTH => whole(chars, self.repaired, options),
            15 if chars[14] != b'X' => self.old_form(options),
            13..=17 | 19..=22 => {
                let mut symbols = [0; LENGTH];
                let kept = length.min(LENGTH);
                for (to, &b) in symbols.iter_mut().zip(chars) {
                    *to = symbol(b);
                }
                let id = IdNumber::pack(&symbols, (1 << kept) - 1, IdKind::Length, length as u8);
                Parsed { id, document: String::new(), repaired: self.repaired }
            }
            4 | 6 => self.masked(),
            _ if self.tail_only && length < LENGTH => self.masked(),
            7..=10 => self.other_document(),
            // A phone or something cut to pieces.
            _ => Parsed::default(),
        }
    }

    fn old_form(&self, options: ParseOptions) -> Parsed {
        let mut symbols = [0; LENGTH];
        let digit = |i: usize| symbol(self.chars[i]);
        for (i, to) in symbols.iter_mut().enumerate().take(17) {
            *to = match i {
                0..=5 => digit(i),
                6 => 1,
                7 => 9,
                _ => digit(i - 2),
            };
        }
        symbols[17] = check_character(&symbols).unwrap_or(0);
        if plausible(&symbols, options) {
            let id = IdNumber::pack(&symbols, ALL_KNOWN, IdKind::Valid15, 15);
            return Parsed { id, document: String::new(), repaired: Some(IdRepair::From15) };
        }
        let mut symbols = [0; LENGTH];
        for (to, &b) in symbols.iter_mut().zip(self.chars) {
            *to = symbol(b);
        }
        // The first 15 of 18, if those hold a date.
        let kind = if plausible(&symbols, options) { IdKind::Truncated } else { IdKind::Wrong };
        let id = IdNumber::pack(&symbols, (1 << 15) - 1, kind, 15);
        Parsed { id, document: String::new(), repaired: self.repaired }
    }

    /// What stands before the first mask is counted from the left, what stands behind it from the right; with 18 characters
    /// in all everything stands in its place.
    fn masked(&self) -> Parsed {
        let chars = self.chars;
        let length = chars.len();
        // An X is the check character only at the very end, behind a digit.
        let is_known = |i: usize| {
            chars[i].is_ascii_digit()
                || (chars[i] == b'X' && i + 1 == length && (i == 0 || chars[i - 1].is_ascii_digit()))
        };
        let first_mask = (0..length).find(|&i| !is_known(i));
        let lead = if self.tail_only { 0 } else { first_mask.unwrap_or(0) };
        let mut symbols = [0; LENGTH];
        let mut known = 0u32;
        for i in (0..length).filter(|&i| is_known(i)) {
            let place = if i < lead || length == LENGTH { Some(i) } else { (LENGTH + i).checked_sub(length) };
            // Digits between two masks have no certain place if the masks are not as long as what they hide.
            let between = i > lead && length != LENGTH && (i..length).any(|j| !is_known(j));
            if let Some(place) = place.filter(|&place| place < LENGTH && !between && (place >= lead || i < lead)) {
                symbols[place] = symbol(chars[i]);
                known |= 1 << place;
            }
        }
        if known.count_ones() < 2 {
            return Parsed::default();
        }
        let id = IdNumber::pack(&symbols, known, IdKind::Masked, length.min(255) as u8);
        Parsed { id, document: String::new(), repaired: self.repaired }
    }

    fn other_document(&self) -> Parsed {
        let document: String =
            self.chars.iter().filter(|b| b.is_ascii_alphanumeric()).map(|&b| char::from(b)).collect();
        let digits = document.bytes().filter(u8::is_ascii_digit).count();
        if digits < 5 || is_placeholder(document.as_bytes()) || self.chars.contains(&MASK) {
            return Parsed::default();
        }
        Parsed { id: IdNumber::default(), document, repaired: self.repaired }
    }
}

fn symbol(byte: u8) -> u8 {
    if byte == b'X' { X } else { byte.wrapping_sub(b'0') % 11 }
}

/// 18 characters: 17 digits and a digit or X.
fn whole(chars: &[u8], repaired: Option<IdRepair>, options: ParseOptions) -> Parsed {
    if is_placeholder(chars) {
        return Parsed { repaired: Some(IdRepair::Placeholder), ..Parsed::default() };
    }
    let mut symbols = [0; LENGTH];
    for (to, &b) in symbols.iter_mut().zip(chars) {
        *to = symbol(b);
    }
    let real = plausible(&symbols, options);
    let agrees = check_character(&symbols) == Some(symbols[17]);
    let tail000 = symbols[15..] == [0, 0, 0];
    let (kind, known) = if symbols[7..].iter().all(|&s| s == 0) {
        // 3.70502E+17 written out.
        (IdKind::Mantissa, (1 << 6) - 1)
    } else if tail000 && real && (!agrees || options.tail000_damaged || options.rounded) {
        (IdKind::Truncated, if options.rounded { rounded(&symbols) } else { (1 << 15) - 1 })
    } else if real && agrees {
        (IdKind::Valid, ALL_KNOWN)
    } else {
        (IdKind::Wrong, ALL_KNOWN)
    };
    Parsed { id: IdNumber::pack(&symbols, known, kind, LENGTH as u8), document: String::new(), repaired }
}

/// Whether region and birth date could be a person's.
fn plausible(symbols: &[u8; LENGTH], options: ParseOptions) -> bool {
    let number = |from: usize, to: usize| symbols[from..to].iter().fold(0, |n, &s| n * 10 + u32::from(s));
    let (year, month, day) = (number(6, 10) as i32, number(10, 12), number(12, 14));
    is_province(number(0, 6))
        && is_real(year, month, day)
        && year >= 1900
        && days_from_civil(year, month, day) <= options.latest_birth
}

/// One character repeated, a run counted up or down, or nothing but zeros in the region.
fn is_placeholder(chars: &[u8]) -> bool {
    let body = if chars.len() > 2 { &chars[..chars.len() - 1] } else { chars };
    let steps = |step: u8| {
        body.windows(2).all(|w| w[0].is_ascii_digit() && (w[0] - b'0' + step) % 10 == w[1].wrapping_sub(b'0'))
    };
    let length = chars.len();
    (length >= 6 && (steps(0) || chars.starts_with(b"000000"))) || (length >= 15 && (steps(1) || steps(9)))
}

/// How far the shortest text of a double of 18 digits may be from the number that was put into it: doubles are 64 apart
/// there (IEEE 754, binary64), so half of that from number to double, and as much from double to text.
const DOUBLE_ERROR: u64 = 64;

/// The largest number of 18 digits.
const LARGEST: u64 = 10_u64.pow(LENGTH as u32) - 1;

/// The digits that all numbers have in common that a double of 18 digits may stand for.
fn rounded(symbols: &[u8; LENGTH]) -> u32 {
    let value = symbols.iter().fold(0_u64, |n, &s| n * 10 + u64::from(s));
    let (mut low, mut high) = (value.saturating_sub(DOUBLE_ERROR), (value + DOUBLE_ERROR).min(LARGEST));
    let mut known = LENGTH;
    while low != high {
        (low, high, known) = (low / 10, high / 10, known - 1);
    }
    (1 << known) - 1
}

/// `3.70502E+17` and the like: the leading digits of a number of 15 or 18.
fn scientific(chars: &[u8], options: ParseOptions) -> Option<IdNumber> {
    let e = chars.iter().position(|&b| b == b'E')?;
    let (mantissa, exponent) = (&chars[..e], &chars[e + 1..]);
    let exponent = exponent.strip_prefix(b"+").unwrap_or(exponent);
    if mantissa.len() < 2 || mantissa[1] != b'.' || !matches!(exponent, b"17" | b"14" | b"017") {
        return None;
    }
    let mut symbols = [0; LENGTH];
    let mut len = 0;
    for &b in mantissa.iter().filter(|&&b| b != b'.') {
        *symbols.get_mut(len)? = if b.is_ascii_digit() { b - b'0' } else { return None };
        len += 1;
    }
    if len > 15 && exponent == b"14" {
        return None;
    }
    // The last digit shown was rounded, but region and century (…19 or …20) never round up at the sixth digit.
    let known = match len {
        6 => (1 << 6) - 1,
        15 if !options.rounded => (1 << 15) - 1,
        15.. => rounded(&symbols),
        0 | 1 => return None,
        n => (1 << (n - 1)) - 1,
    };
    if known == 0 {
        // 5.00000000000000E+17 may be 499…
        return Some(IdNumber::default());
    }
    if exponent == b"14" && known > (1 << 6) - 1 {
        return None;
    }
    let kind = if len >= 15 { IdKind::Truncated } else { IdKind::Mantissa };
    Some(IdNumber::pack(&symbols, known, kind, LENGTH as u8))
}
