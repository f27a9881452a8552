//! Single values made comparable: one case, single spaces, dates as YYYYMMDD whatever their notation, and the sound of a
//! word. Nothing is guessed: what is no date stays the text it is.

use crate::kernels::text::{is_missing, push_plain};
use std::fmt::Write;

/// Writes `raw` into `out` (cleared first) in lower case without accents on Latin letters and with single spaces; empty where
/// the value is missing.
pub(super) fn clean(raw: &str, out: &mut String) {
    out.clear();
    if is_missing(raw) {
        return;
    }
    for word in raw.split_whitespace() {
        if !out.is_empty() {
            out.push(' ');
        }
        word.chars().flat_map(char::to_lowercase).for_each(|c| push_plain(c, out));
    }
}

/// How many three-part dates of a column can only have the month first, and how many only the day.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct DateOrder {
    month_first: u32,
    day_first: u32,
}

impl DateOrder {
    /// Counts what `clean` tells.
    pub(super) fn see(&mut self, clean: &str) {
        if let Some(([a, b, c], 3)) = parts(clean)
            && c.len() == 4
        {
            let number = |text: &str| text.parse::<u32>().unwrap_or(0);
            self.month_first += u32::from(number(b) > 12 && number(a) <= 12);
            self.day_first += u32::from(number(a) > 12 && number(b) <= 12);
        }
    }
}

/// The number `clean` is, whatever stands between its thousands and whether a point or a comma comes before its decimals;
/// `None` for what is none. A mark that is there once comes before decimals, but for a comma with three digits behind it:
/// 1,250 is more than a thousand.
pub(super) fn number(clean: &str) -> Option<f64> {
    let text: String = clean.chars().filter(|c| !matches!(c, ' ' | '\'' | '_')).collect();
    let mark = text.rfind(['.', ',']);
    let decimal = mark.filter(|&at| {
        let other = if text[at..].starts_with('.') { ',' } else { '.' };
        let once = text.matches(&text[at..=at]).count() == 1;
        once && (text[at..].starts_with('.') || text.contains(other) || text.len() - at != 4)
    });
    let plain: String =
        text.char_indices().filter(|&(at, c)| !matches!(c, '.' | ',') || decimal == Some(at)).map(|(_, c)| c).collect();
    plain.replace(',', ".").parse::<f64>().ok().filter(|number| number.is_finite())
}

/// Years that a date known in part may have: 980512 is a day, not a month of the year 9805.
const YEARS: std::ops::RangeInclusive<u32> = 1700..=2199;

/// Year, or year and month, of a date that has no more, as YYYY or YYYYMM.
pub(super) fn part_of_date(text: &str) -> Option<String> {
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let only_digits = text.chars().all(|c| c.is_ascii_digit() || matches!(c, '-' | '/' | '.' | ' '));
    let number = |part: Option<&str>| part.and_then(|part| part.parse::<u32>().ok());
    let year = number(digits.get(..4)).is_some_and(|year| YEARS.contains(&year));
    let known = match digits.len() {
        4 => year,
        6 => year && number(digits.get(4..)).is_some_and(|month| (1..=12).contains(&month)),
        _ => false,
    };
    (only_digits && known).then_some(digits)
}

fn parts(clean: &str) -> Option<([&str; 3], usize)> {
    let mut found = [""; 3];
    let mut count = 0;
    for part in clean.split(['-', '/', '.', ' ']).filter(|part| !part.is_empty()) {
        // A time of day behind the date says nothing about it.
        if count == 3 {
            break;
        }
        found[count] = part.split('t').next().filter(|day| count == 2 && !day.is_empty()).unwrap_or(part);
        count += 1;
    }
    (count > 0).then_some((found, count))
}

/// Writes the date `clean` into `out` (cleared first) as YYYYMMDD; what does not look like a date is written as it is.
pub(super) fn date(clean: &str, order: DateOrder, out: &mut String) {
    out.clear();
    let three = match parts(clean) {
        Some(([y, m, d], 3)) if y.len() == 4 && m.len() <= 2 && d.len() <= 2 => Some((y, m, d)),
        Some(([a, b, y], 3)) if y.len() == 4 && a.len() <= 2 && b.len() <= 2 => {
            Some(if order.day_first > order.month_first { (y, b, a) } else { (y, a, b) })
        }
        _ => None,
    };
    let _ = match three {
        Some((y, m, d)) => write!(out, "{y}{m:0>2}{d:0>2}"),
        None => write!(out, "{clean}"),
    };
}

/// American Soundex of the letters of `text`: its first letter and three digits. Other scripts give their characters.
pub(super) fn soundex(text: &str, out: &mut String) {
    out.clear();
    let mut last = '0';
    for c in text.chars().filter(|c| c.is_alphabetic()) {
        let code = match c {
            'b' | 'f' | 'p' | 'v' => '1',
            'c' | 'g' | 'j' | 'k' | 'q' | 's' | 'x' | 'z' => '2',
            'd' | 't' => '3',
            'l' => '4',
            'm' | 'n' => '5',
            'r' => '6',
            'h' | 'w' => continue,
            c if c.is_ascii() => '0',
            c => c,
        };
        if out.is_empty() {
            out.push(c);
        } else if code != '0' && code != last {
            out.push(code);
        }
        last = code;
        if out.chars().count() == 4 {
            return;
        }
    }
    while !out.is_empty() && out.chars().count() < 4 {
        out.push('0');
    }
}

/// Writes the consonants of the words of `text` into `out` (cleared first), as they sound whatever the spelling: hard and
/// soft ones are one, vowels and what spelling adds (`kh`, `ye`, `cz`) are left out. Halyna and Galina, Wojtowicz and
/// Voytovych are one.
pub(super) fn consonants(text: &str, out: &mut String) {
    out.clear();
    let mut before = ' ';
    for c in text.chars() {
        let sound = match c {
            'a' | 'e' | 'i' | 'o' | 'u' | 'y' | 'j' => ' ',
            // Behind another consonant it only tells how that one sounds.
            'h' if matches!(before, 'c' | 'k' | 's' | 'z' | 't' | 'g') => ' ',
            'z' if matches!(before, 'c' | 's') => ' ',
            'g' | 'h' => 'h',
            'c' | 'k' | 'q' => 'k',
            's' | 'x' | 'z' => 's',
            'd' | 't' => 't',
            'b' | 'p' => 'p',
            'f' | 'v' | 'w' => 'v',
            c if c.is_alphanumeric() => c,
            _ => ' ',
        };
        // A double letter sounds as one.
        if sound != ' ' && !(c == before && out.ends_with(sound)) {
            out.push(sound);
        }
        before = c;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(f: impl Fn(&mut String)) -> String {
        let mut out = String::new();
        f(&mut out);
        out
    }

    #[test]
    fn numbers_are_read_whatever_stands_between_their_digits() {
        let cases = [
            ("1250", 1250.0),
            ("1,250", 1250.0),
            ("1,250.5", 1250.5),
            ("1.250,5", 1250.5),
            ("1 250,50", 1250.5),
            ("12,5", 12.5),
            ("1.250", 1.25),
            ("1,250,000", 1_250_000.0),
            ("1.250.000", 1_250_000.0),
            ("-3", -3.0),
        ];
        for (text, expected) in cases {
            assert_eq!(number(text), Some(expected), "{text}");
        }
        assert!(["", "unknown", "nan", "inf", "12a", "1-2"].iter().all(|text| number(text).is_none()));
    }

    #[test]
    fn years_and_months_are_parts_of_dates() {
        assert_eq!(part_of_date("1980").as_deref(), Some("1980"));
        assert_eq!(part_of_date("1980-05").as_deref(), Some("198005"));
        assert!(
            ["19800512", "may 1980", "80", "", "980512", "198013", "0512"]
                .iter()
                .all(|text| part_of_date(text).is_none())
        );
    }

    #[test]
    fn values_are_cleaned() {
        assert_eq!(made(|out| clean("  Mary  ANN ", out)), "mary ann");
        assert_eq!(made(|out| clean(" - ", out)), "");
        assert_eq!(made(|out| clean("Włodzimierz GÓRA Nguyễn", out)), "wlodzimierz gora nguyen");
        assert_eq!(made(|out| clean("Жанна й 金哲", out)), "жанна й 金哲");
    }

    #[test]
    fn dates_become_one_notation() {
        let mut american = DateOrder::default();
        american.see("09/29/1994");
        let mut european = DateOrder::default();
        european.see("29.9.1994");
        for (text, order, expected) in [
            ("1994-09-29", american, "19940929"),
            ("1994/9/29", american, "19940929"),
            ("09/29/1994", american, "19940929"),
            ("29.9.1994", european, "19940929"),
            ("19940929", european, "19940929"),
            ("1994-09-29t00:00:00", american, "19940929"),
            ("1994-09-29 00:00:00", american, "19940929"),
            ("spring", american, "spring"),
        ] {
            assert_eq!(made(|out| date(text, order, out)), expected);
        }
    }

    #[test]
    fn spellings_of_one_name_have_the_same_consonants() {
        let of = |word: &str| made(|out| consonants(word, out));
        for (one, other) in [
            ("halyna", "galina"),
            ("kateryna", "yekaterina"),
            ("danylo", "daniil"),
            ("wojtowicz", "voytovych"),
            ("anna", "hanna"),
        ] {
            assert_eq!(of(one) == of(other), one != "anna", "{one} {other}");
        }
        assert_eq!(of("george"), "hrh");
        assert_ne!(of("george"), of("gegrgoe"), "only a double letter sounds as one");
        assert_eq!(of("a-i"), "");
    }

    #[test]
    fn words_that_sound_alike_have_one_sound() {
        for (word, sound) in
            [("robert", "r163"), ("rupert", "r163"), ("tymczak", "t522"), ("lee", "l000"), ("ashcraft", "a261")]
        {
            assert_eq!(made(|out| soundex(word, out)), sound);
        }
        assert_eq!(made(|out| soundex("123", out)), "");
    }
}
