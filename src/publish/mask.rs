//! Values with their middle hidden, for what leaves the centre: enough left to tell people at one door apart, too
//! little to be worth stealing.

use std::borrow::Cow;

/// An ID number with its first four and last four characters: `3705**********1234`. A shorter text keeps less.
pub fn id(text: &str) -> String {
    middle(text, 4, 4)
}

/// A phone number with its first three and last four digits: `138****5678`. A shorter text keeps less.
pub fn phone(text: &str) -> String {
    middle(text, 3, 4)
}

/// Several phones, separated by one of `、，,;；/|` or spaces, each masked.
pub fn phones(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for piece in text.split_inclusive(['、', '，', ',', ';', '；', '/', '|', ' ']) {
        let end = piece.trim_end_matches(['、', '，', ',', ';', '；', '/', '|', ' ']).len();
        out.push_str(&phone(&piece[..end]));
        out.push_str(&piece[end..]);
    }
    out
}

/// A name with its first and last character: `张*三`; of two characters the first: `张*`.
pub fn name(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    match chars.as_slice() {
        [] => String::new(),
        [_] => "*".to_owned(),
        [first, _] => format!("{first}*"),
        [first, middle @ .., last] => {
            // A middle dot only shows where a part of the name ends.
            let hidden = middle.iter().map(|&c| if matches!(c, '·' | ' ') { c } else { '*' });
            std::iter::once(*first).chain(hidden).chain([*last]).collect()
        }
    }
}

/// A text in which mobile phones (11 digits) and resident ID numbers (18 characters, with a year of birth) that stand
/// between other words are masked: people write them behind an address or a reason, in one piece or in groups
/// (`138-1234-5678`, `(138)12345678`, `370502 19900101 1234`). Other numbers stay: codes of grids, which a worker must read, have 15 digits
/// as ID numbers once had.
pub fn within(text: &str) -> Cow<'_, str> {
    let (mut out, mut copied, mut rest) = (String::new(), 0, 0);
    while let Some(start) = text[rest..].find(is_digit).map(|at| rest + at) {
        let (number, masked) = match grouped(&text[start..]) {
            Some((number, masked)) => (number, Some(masked)),
            None => {
                let number = run(&text[start..]);
                (number, whole(number).or_else(|| passport(&text[..start], number)))
            }
        };
        rest = start + number.len();
        if let Some(masked) = masked {
            out.push_str(&text[copied..start]);
            out.push_str(&masked);
            copied = rest;
        }
    }
    if copied == 0 {
        return Cow::Borrowed(text);
    }
    out.push_str(&text[copied..]);
    Cow::Owned(out)
}

/// The digits at the beginning of `text`, and an X behind 17 of them or behind the last three in a group of their own.
fn run(text: &str) -> &str {
    let digits = text.find(|c| !is_digit(c)).unwrap_or(text.len());
    let check = text[digits..].chars().next().filter(|c| matches!(c, 'x' | 'X' | 'Ｘ' | 'ｘ'));
    let closes = matches!(text[..digits].chars().count(), 3 | 17);
    &text[..digits + check.filter(|_| closes).map_or(0, char::len_utf8)]
}

/// A number in one piece, masked, if it is one to mask: a mobile phone, with the country's code or without it, a landline with its
/// area's (10 to 12 digits from 0 on), an ID number.
fn whole(number: &str) -> Option<String> {
    let is_mobile = |number: &str| number.chars().count() == 11 && number.starts_with(['1', '１']);
    let country = ["86", "0086", "８６"].iter().find(|code| number.strip_prefix(**code).is_some_and(is_mobile));
    match (number.chars().count(), country) {
        (_, Some(code)) => Some(format!("{code}{}", phone(&number[code.len()..]))),
        _ if is_mobile(number) => Some(phone(number)),
        (10..=12, _) if number.starts_with(['0', '０']) => Some(phone(number)),
        (18, _) if has_century(number) => Some(id(number)),
        _ => None,
    }
}

/// The eight digits behind the one letter of a passport or permit, masked.
fn passport(before: &str, number: &str) -> Option<String> {
    let mut before = before.chars().rev();
    let letter = before.next().is_some_and(|c| c.is_ascii_uppercase());
    (letter && number.len() == 8 && !before.next().is_some_and(|c| c.is_ascii_alphanumeric())).then(|| id(number))
}

/// A number in groups at the beginning of `text`, and masked, where that is one to mask: a mobile phone or an ID number whose first
/// group has three digits or more and every other two, an area's code and 7 or 8 digits. The signs between them, which tell nothing, go.
fn grouped(text: &str) -> Option<(&str, String)> {
    let first = run(text);
    if matches!(first.chars().count(), 3 | 4) && first.starts_with(['0', '０']) {
        let other = run(text[first.len()..].strip_prefix(SIGNS)?);
        let sign = text[first.len()..].chars().next().map_or(0, char::len_utf8);
        let known = matches!(other.chars().count(), 7 | 8);
        return known.then(|| (&text[..first.len() + sign + other.len()], phone(&format!("{first}{other}"))));
    }
    let is_mobile = first.starts_with(['1', '１']) && !first.chars().nth(1).is_some_and(|c| "012０１２".contains(c));
    let (mut end, mut number, mut last) = (first.len(), first.to_owned(), first);
    // The longest that is such a number: an ID number may begin like a phone.
    let mut found = None;
    while last.chars().count() >= 2 {
        let Some(rest) = text[end..].strip_prefix(SIGNS) else { break };
        end = text.len() - rest.len();
        last = run(rest);
        end += last.len();
        number += last;
        let wanted = match number.chars().count() {
            11 => is_mobile,
            18 => true,
            _ => false,
        };
        if wanted && first.chars().count() >= 3 && last.chars().count() >= 2 {
            found = whole(&number).map(|masked| (&text[..end], masked)).or(found);
        }
    }
    found
}

/// What stands between the groups of a number.
const SIGNS: [char; 10] = ['-', ' ', '－', '—', '.', '·', ')', '）', '(', '（'];

fn is_digit(c: char) -> bool {
    matches!(c, '0'..='9' | '０'..='９')
}

/// Whether somebody with this ID number would have been born from 1800 to 2099.
fn has_century(number: &str) -> bool {
    let mut century = number.chars().skip(6);
    matches!(
        (century.next(), century.next()),
        (Some('1' | '１'), Some('8' | '9' | '８' | '９')) | (Some('2' | '２'), Some('0' | '０'))
    )
}

fn middle(text: &str, head: usize, tail: usize) -> String {
    let count = text.chars().count();
    // At least half of a short text stays hidden.
    let (head, tail) = if count >= 2 * (head + tail) - 4 { (head, tail) } else { (count / 4, count / 4) };
    text.chars().enumerate().map(|(i, c)| if i < head || i >= count - tail { c } else { '*' }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn middles_are_hidden() {
        let rows = [
            id("370502199001011234"),
            id("37050219900101123X"),
            id("E12345678"),
            id("12"),
            phone("13812345678"),
            phone("05468221234"),
            phone("8221234"),
            phones("13812345678、13900001111"),
            name("张小三"),
            name("张三"),
            name("张"),
            name("欧阳震华"),
            name("买买提·艾力"),
            name(""),
        ];
        insta::assert_snapshot!(rows.join("\n"), @r#"
        3705**********1234
        3705**********123X
        E1*****78
        **
        138****5678
        054****1234
        8*****4
        138****5678、139****1111
        张*三
        张*
        *
        欧**华
        买**·*力
        "#);
    }

    #[test]
    fn numbers_within_a_text_are_hidden_and_others_stay() {
        let rows = [
            ("3号楼501（电话13812345678）", "3号楼501（电话138****5678）"),
            ("身份证37050219900101123X，37050219900101123Ｘ", "身份证3705**********123X，3705**********123Ｘ"),
            ("13900001111/13900002222", "139****1111/139****2222"),
            ("移交370502001001002，370502001001001234", "移交370502001001002，370502001001001234"),
            ("１３８１２３４５６７８", "１３８****５６７８"),
            ("电话138-1234-5678转", "电话138****5678转"),
            ("+86 138 1234 5678、139 0000 2222", "+86 138****5678、139****2222"),
            ("370502 19900101 123X", "3705**********123X"),
            ("370502-19900101-1234号", "3705**********1234号"),
            ("+8613812345678，008613812345678", "+86138****5678，0086138****5678"),
            ("座机0546-8221234或05468221234，021 62345678", "座机054****1234或054****1234，021****5678"),
            // No phone, no ID number.
            ("府前大街45号2-1-501", "府前大街45号2-1-501"),
            ("2022-03-27 08 0000，101-1001-1002", "2022-03-27 08 0000，101-1001-1002"),
            ("138-12345678、138 12345678、1381234-5678", "138****5678、138****5678、138****5678"),
            ("(138)12345678，138·1234·5678", "(138****5678，138****5678"),
            ("430203 1988 0808 123X", "4302**********123X"),
            ("3705 0219 9001 0112 34，370 502 1990 0101 1234", "3705**********1234，3705**********1234"),
            ("139 12 34 56 78", "139****5678"),
            ("护照E12345678，沪A12345", "护照E12****78，沪A12345"),
            ("138-1234-56789，13-812345678，370502 19900101", "138-1234-56789，13-812345678，370502 19900101"),
            ("订单20261130000000001234，座机8221234", "订单20261130000000001234，座机8221234"),
            ("", ""),
        ];
        for (text, masked) in rows {
            assert_eq!(within(text), masked);
        }
    }

    #[test]
    fn no_text_stays_whole() {
        for text in ["1", "12", "123", "1234", "12345", "123456", "1234567", "12345678", "1234567890"] {
            for masked in [id(text), phone(text), name(text)] {
                assert_eq!(masked.chars().count(), text.len());
                assert!(masked.contains('*'), "{masked}");
            }
        }
    }
}
