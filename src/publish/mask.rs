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
/// between other words are masked: people write them behind an address or a reason. Other numbers stay: codes of grids,
/// which a worker must read, have 15 digits as ID numbers once had.
pub fn within(text: &str) -> Cow<'_, str> {
    let (mut out, mut copied, mut rest) = (String::new(), 0, 0);
    while let Some(start) = text[rest..].find(is_digit).map(|at| rest + at) {
        let run = &text[start..];
        let digits = run.find(|c| !is_digit(c)).unwrap_or(run.len());
        let count = run[..digits].chars().count();
        let check = run[digits..].chars().next().filter(|c| matches!(c, 'x' | 'X' | 'Ｘ' | 'ｘ'));
        let end = start + digits + check.filter(|_| count == 17).map_or(0, char::len_utf8);
        let number = &text[start..end];
        let masked = match count {
            11 if number.starts_with(['1', '１']) => Some(phone(number)),
            18 if has_century(number) => Some(id(number)),
            17 if check.is_some() && has_century(number) => Some(id(number)),
            _ => None,
        };
        if let Some(masked) = masked {
            out.push_str(&text[copied..start]);
            out.push_str(&masked);
            copied = end;
        }
        rest = end;
    }
    if copied == 0 {
        return Cow::Borrowed(text);
    }
    out.push_str(&text[copied..]);
    Cow::Owned(out)
}

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
            // No phone, no ID number.
            ("府前大街45号2-1-501", "府前大街45号2-1-501"),
            ("订单20261130000000001234，座机05468221234", "订单20261130000000001234，座机05468221234"),
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
