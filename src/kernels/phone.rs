//! Phone numbers, packed into integers: 11 digits of a mobile phone as they are, a land line as area code without its
//! leading 0 and number, a land line without area code as its seven or eight digits.

use super::text::{fold, is_han, is_invisible, is_missing, is_quote, is_space};

/// What had to be done to read the numbers of a cell.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PhoneRepair {
    /// A country code, separators, a float's tail or full-width digits were taken away.
    pub cleaned: bool,
    /// Some number is masked (138****5678) and was not taken.
    pub masked: bool,
    /// Some number is a placeholder, too short or too long, or shown as 1.38E+10, and was not taken.
    pub unusable: bool,
    /// More than one number was found.
    pub several: bool,
}

/// Digits behind the point from which on a number with an exponent is no rounded one: a spreadsheet shows five.
const FRACTION_MIN: usize = 8;

/// A number that a program wrote with an exponent and all its digits, 1.3812345678E10, without it.
fn written_out(text: &str) -> Option<String> {
    let (number, exponent) = text.trim().split_once(['E', 'e'])?;
    let (first, fraction) = number.split_once('.')?;
    let exponent: usize = exponent.strip_prefix('+').unwrap_or(exponent).parse().ok().filter(|places| *places <= 12)?;
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let whole = first.len() == 1 && (FRACTION_MIN..=exponent).contains(&fraction.len());
    (whole && digits(first) && digits(fraction)).then(|| format!("{first}{fraction:0<exponent$}"))
}

/// Adds every usable phone number in `text` to `out`, in order, each once.
pub fn parse_all(text: &str, out: &mut Vec<u64>) -> PhoneRepair {
    let mut repair = PhoneRepair::default();
    let bytes = text.as_bytes();
    if bytes.len() == 11 && bytes[0] == b'1' && bytes.iter().all(u8::is_ascii_digit) {
        // Most cells by far.
        let number = bytes.iter().fold(0u64, |n, b| n * 10 + u64::from(b - b'0'));
        match usable(number, 11, false) {
            Some(number) => add(number, out),
            None => repair.unusable = true,
        }
        return repair;
    }
    if is_missing(text) {
        return repair;
    }
    if let Some(whole) = written_out(text) {
        return PhoneRepair { cleaned: true, ..parse_all(&whole, out) };
    }
    let before = out.len();
    let mut part = Part::default();
    let mut gap = false;
    let mut extension = false;
    let mut chars = text.chars().peekable();
    while let Some(raw) = chars.next() {
        let c = fold(raw);
        repair.cleaned |= c != raw;
        if is_invisible(c) || is_quote(c) {
            repair.cleaned = true;
            continue;
        }
        let digit = c.to_digit(10).map(u64::from);
        if extension {
            // Digits of an extension belong to nobody's number.
            if digit.is_some() || is_space(c) || c == '-' {
                continue;
            }
            extension = false;
        }
        if is_space(c) {
            gap = true;
            continue;
        }
        if let Some(digit) = digit {
            if std::mem::take(&mut gap) && part.whole() {
                part.finish(out, &mut repair);
            }
            part.push(digit);
            continue;
        }
        match c {
            '*' | '?' | '#' | 'X' | 'x' | '•' | '●' | '□' if part.len > 0 && c != '#' || c == '*' => {
                part.masked = true;
            }
            '-' | '—' | '–' | '‐' | '−' | '_' | '.' | '(' | ')' | '·' => {
                if c == '.' && part.len >= 7 && chars.peek().is_some_and(|c| *c == '0') {
                    // 13812345678.0
                    while chars.peek().is_some_and(|c| *c == '0') {
                        chars.next();
                    }
                    repair.cleaned = true;
                    continue;
                }
                if c == '.' && part.len == 1 {
                    part.scientific = true;
                }
                if part.whole() && matches!(c, '(' | ')') {
                    // 13812345621(13912345621)
                    part.finish(out, &mut repair);
                }
                if part.whole() && c == '-' {
                    // A number that is whole is followed by an extension or by the next number.
                    let next = chars.clone().take_while(|c| fold(*c).is_ascii_digit()).count();
                    part.finish(out, &mut repair);
                    extension = next < 7;
                }
                if part.len > 0 || c == '(' {
                    repair.cleaned = true;
                }
            }
            '+' => {
                if !part.scientific {
                    part.finish(out, &mut repair);
                }
                repair.cleaned = true;
            }
            'E' | 'e' if part.scientific => {}
            '转' => {
                part.finish(out, &mut repair);
                extension = true;
            }
            'e' => {
                // ext. 123
                if text.contains("ext") {
                    part.finish(out, &mut repair);
                    extension = true;
                }
            }
            'x' | 't' => {}
            _ => {
                // Any other sign or word stands between numbers.
                part.finish(out, &mut repair);
                if !matches!(c, ',' | ';' | '/' | '、' | '|' | '\\') {
                    repair.cleaned |= is_han(c);
                }
            }
        }
        gap = false;
    }
    part.finish(out, &mut repair);
    repair.several = out.len() > before + 1;
    repair
}

/// Digits of a number so far.
#[derive(Default)]
struct Part {
    value: u64,
    len: u32,
    leading_zeros: u32,
    masked: bool,
    scientific: bool,
}

impl Part {
    fn push(&mut self, digit: u64) {
        if self.value == 0 && digit == 0 {
            self.leading_zeros += 1;
        }
        if self.len < 19 {
            self.value = self.value * 10 + digit;
        }
        self.len += 1;
    }

    /// Whether the digits are a number with nothing left to come.
    fn whole(&self) -> bool {
        let digits = self.len - self.leading_zeros;
        if self.masked || self.scientific {
            return false;
        }
        (digits == 11 && is_mobile(self.value) && self.leading_zeros <= 1)
            || (digits == 13 && self.value / 100_000_000_000 == 86)
            || (self.leading_zeros == 1 && self.len >= 11 && is_area_number(self.value, self.len))
            || (self.leading_zeros == 0 && self.len == 8 && self.value >= 20_000_000)
    }

    fn finish(&mut self, out: &mut Vec<u64>, repair: &mut PhoneRepair) {
        let part = std::mem::take(self);
        if part.len == 0 {
            repair.masked |= part.masked;
            return;
        }
        if part.masked {
            repair.masked = true;
            return;
        }
        if part.scientific {
            repair.unusable = true;
            return;
        }
        let digits = part.len - part.leading_zeros;
        let country = |digits: u32| digits > 10 && part.value / 10u64.pow(digits.min(19) - 2) == 86;
        let (value, digits, area) = if part.leading_zeros != 1 && (11..=14).contains(&digits) && country(digits) {
            repair.cleaned = true;
            let rest = part.value % 10u64.pow(digits - 2);
            let kept = count_digits(rest);
            // Behind the country code a land line has no 0.
            (rest, kept, !(kept == 11 && is_mobile(rest)))
        } else {
            (part.value, digits, part.leading_zeros == 1)
        };
        match usable(value, digits, area) {
            Some(number) => add(number, out),
            None => repair.unusable = true,
        }
    }
}

fn count_digits(value: u64) -> u32 {
    value.checked_ilog10().map_or(1, |n| n + 1)
}

fn add(number: u64, out: &mut Vec<u64>) {
    if !out.contains(&number) {
        out.push(number);
    }
}

/// The packed number if those digits are one that somebody could have.
fn usable(value: u64, digits: u32, area: bool) -> Option<u64> {
    let ok = match digits {
        11 if is_mobile(value) => true,
        // 0138… is a mobile phone dialled from afar; a land line with its area code has 10 or 11 digits behind the 0.
        9..=11 if area => is_area_number(value, digits + 1),
        // The 0 was lost in a spreadsheet.
        10 | 11 if !area => is_area_number(value, digits + 1) && digits == 10,
        7 | 8 if !area => value / 10u64.pow(digits - 1) >= 2,
        _ => false,
    };
    (ok && !is_placeholder(value, digits)).then_some(value)
}

/// Whether `value` (without its 0, `len` digits with it) is an area code with a number of seven or eight digits.
fn is_area_number(value: u64, len: u32) -> bool {
    if !(10..=12).contains(&len) {
        return false;
    }
    let digits = len - 1;
    let two = value / 10u64.pow(digits - 2);
    // 010 and 020 to 029 have two digits behind the 0, all others three.
    let area_digits = if two == 10 || (20..=29).contains(&two) { 2 } else { 3 };
    let number_digits = digits.saturating_sub(area_digits);
    let first = value / 10u64.pow(number_digits.max(1) - 1) % 10;
    (7..=8).contains(&number_digits) && (two == 10 || (20..100).contains(&two)) && first >= 2
}

/// One digit repeated, a run, or a round number that is typed to fill a field.
fn is_placeholder(value: u64, digits: u32) -> bool {
    let digit = |i: u32| value / 10u64.pow(i) % 10;
    let tail = |n: u32| (1..n).all(|i| digit(i) == digit(0));
    let runs =
        |up: bool| (1..digits).all(|i| if up { digit(i) + 1 == digit(i - 1) } else { digit(i) == digit(i - 1) + 1 });
    tail(digits)
        || (digits == 11 && tail(8))
        || matches!(value, 12_345_678_901 | 12_345_678_910 | 13_012_345_678 | 13_123_456_789)
        || (digits < 11 && (runs(true) || runs(false)))
}

/// Whether a packed number is a mobile phone's.
#[inline]
pub fn is_mobile(phone: u64) -> bool {
    (13_000_000_000..20_000_000_000).contains(&phone)
}

/// The number as it is dialled: land lines with an area code get their 0 back. Empty for 0.
pub fn format(phone: u64) -> String {
    match phone {
        0 => String::new(),
        _ if is_mobile(phone) || phone < 100_000_000 => phone.to_string(),
        _ => format!("0{phone}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn all(text: &str) -> Vec<u64> {
        let mut out = Vec::new();
        parse_all(text, &mut out);
        out
    }

    #[test]
    fn one_mobile_phone_in_every_notation() {
        for text in [
            "13854612377",
            "1.3854612377E10",
            "1.3854612377e+10",
            " 138 5461 2377 ",
            "138-5461-2377",
            "+8613854612377",
            "+86 138 5461 2377",
            "0086-13854612377",
            "8613854612377",
            "13854612377.0",
            "１３８５４６１２３７７",
            "'13854612377",
            "手机：13854612377",
            "13854612377(本人)",
            "(+86)13854612377",
            "013854612377",
            "86-138-5461-2377",
            "13854612377/",
            "138.5461.2377",
            "13854612377，",
            "1385461 2377",
        ] {
            assert_eq!(all(text), [13_854_612_377], "{text}");
        }
    }

    #[test]
    fn several_numbers_in_a_cell() {
        for text in [
            "13854612377、15954600012",
            "13854612377/15954600012",
            "13854612377,15954600012",
            "13854612377;15954600012",
            "13854612377 15954600012",
            "13854612377，15954600012",
            "13854612377或15954600012",
            "13854612377\n15954600012",
            "13854612377(夫) 15954600012(妻)",
            "+8613854612377 +8615954600012",
            "13854612377-15954600012",
            "13854612377|15954600012",
            "13854612377（15954600012）",
            "13854612377(妻子15954600012)",
            "13854612377、13854612377、15954600012",
        ] {
            assert_eq!(all(text), [13_854_612_377, 15_954_600_012], "{text}");
        }
        assert_eq!(all("0546-8331234、13854612377"), [5_468_331_234, 13_854_612_377]);
        assert_eq!(all("0546-8331234 8331235"), [5_468_331_234, 8_331_235]);
    }

    #[test]
    fn land_lines() {
        for (text, packed, shown) in [
            ("0546-8331234", 5_468_331_234, "05468331234"),
            ("(0546)8331234", 5_468_331_234, "05468331234"),
            ("05468331234", 5_468_331_234, "05468331234"),
            ("0546 8331234", 5_468_331_234, "05468331234"),
            ("5468331234", 5_468_331_234, "05468331234"),
            ("+86-546-8331234", 5_468_331_234, "05468331234"),
            ("010-62345678", 1_062_345_678, "01062345678"),
            ("0571-87654321", 57_187_654_321, "057187654321"),
            ("8331234", 8_331_234, "8331234"),
            ("0546-8331234-802", 5_468_331_234, "05468331234"),
            ("0546-8331234转802", 5_468_331_234, "05468331234"),
        ] {
            assert_eq!(all(text), [packed], "{text}");
            assert_eq!(format(packed), shown);
        }
    }

    #[test]
    fn what_is_no_phone_is_not_taken() {
        for text in [
            "",
            "无",
            "138****5678",
            "138xxxx5678",
            "1.38E+10",
            "1.38546E+10",
            "00000000000",
            "11111111111",
            "13800000000",
            "12345678901",
            "123",
            "110",
            "138123456",
            "370502199001051234",
            "99999999999",
            "18888888888",
            "12345678",
        ] {
            assert_eq!(all(text), [0u64; 0], "{text}");
        }
        let mut out = Vec::new();
        assert!(parse_all("138****5678", &mut out).masked);
        assert!(parse_all("1.38E+10", &mut out).unusable);
    }

    proptest! {
        #[test]
        fn mobile_phones_round_trip(phone in 13_000_000_001u64..19_999_999_999, cut in 1usize..10) {
            let text = phone.to_string();
            let plain = all(&text);
            prop_assume!(!plain.is_empty());
            prop_assert_eq!(&plain, &[phone]);
            prop_assert_eq!(all(&format!("{}-{}", &text[..cut], &text[cut..])), [phone]);
            prop_assert_eq!(all(&format(phone)), [phone]);
        }

        #[test]
        fn any_text_is_harmless(text in ".{0,40}") {
            all(&text);
        }

        #[test]
        fn any_digits_are_harmless(text in "[0-9E.+*()、 -]{0,60}") {
            for phone in all(&text) {
                prop_assert!(phone > 1_000_000 && phone < 100_000_000_000);
                prop_assert_eq!(all(&format(phone)), [phone]);
            }
        }
    }
}
