//! Words that say of an address what it is: 现住锦绣花园3栋, 家住：建设路13号, 到清水村2组.

use super::numbers::starts_with;

/// The words, by their first character, the longer first.
fn words(first: char) -> &'static [&'static str] {
    match first {
        '现' => &[
            "现居住地址",
            "现居住于",
            "现居住在",
            "现居住地",
            "现居住",
            "现住址",
            "现住在",
            "现住于",
            "现住",
            "现居于",
            "现居",
        ],
        '目' => &["目前居住在", "目前住在", "目前居住", "目前住"],
        '暂' => &["暂时居住在", "暂时住在", "暂住在", "暂住于", "暂住地", "暂住", "暂居"],
        '家' => &["家庭住址", "家庭地址", "家住在", "家住"],
        '居' => &["居住地址", "居住于", "居住在", "居住地"],
        '常' => &["常住地址", "常住在", "常住地", "常住"],
        '租' => &["租住在", "租住于", "租住"],
        '借' => &["借住在", "借住"],
        '住' => &["住址", "住在", "住于"],
        '地' => &["地址"],
        '位' => &["位于"],
        '返' => &["返回"],
        '回' => &["回到"],
        '前' => &["前往"],
        '到' => &["到"],
        '去' => &["去往", "去"],
        _ => &[],
    }
}

/// Takes such a word away from the front, unless nothing stands behind it.
pub(super) fn drop_verb(chars: &mut Vec<char>) {
    let Some(&first) = chars.first() else { return };
    let Some(word) = words(first).iter().find(|word| starts_with(chars, 0, word)) else { return };
    let behind = word.chars().count();
    let rest = chars[behind..].iter().position(|c| !matches!(c, ' ' | '-'));
    if let Some(rest) = rest {
        chars.drain(..behind + rest);
    }
}
