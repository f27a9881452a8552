//! Values with their middle hidden, for what leaves the centre: enough left to tell people at one door apart, too
//! little to be worth stealing.

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
    fn no_text_stays_whole() {
        for text in ["1", "12", "123", "1234", "12345", "123456", "1234567", "12345678", "1234567890"] {
            for masked in [id(text), phone(text), name(text)] {
                assert_eq!(masked.chars().count(), text.len());
                assert!(masked.contains('*'), "{masked}");
            }
        }
    }
}
