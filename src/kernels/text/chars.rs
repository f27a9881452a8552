//! Single characters: folding width, compatibility and traditional forms, and telling what kind one is.

use super::simplified::PAIRS;
use std::sync::LazyLock;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::decompose_canonical;

/// Variants met in rosters that the dictionary leaves alone, and 䶮 from the private use area of older encodings.
const VARIANTS: &[(char, char)] = &[
    ('敎', '教'),
    ('龎', '庞'),
    ('瀞', '静'),
    ('喦', '岩'),
    ('淸', '清'),
    ('靑', '青'),
    ('郞', '郎'),
    ('黃', '黄'),
    ('戸', '户'),
    ('呂', '吕'),
    ('吳', '吴'),
    ('眞', '真'),
    ('愼', '慎'),
    ('鎭', '镇'),
    ('旣', '既'),
    ('淨', '净'),
    ('爲', '为'),
    ('祿', '禄'),
    ('緑', '绿'),
    ('錄', '录'),
    ('録', '录'),
    ('說', '说'),
    ('悅', '悦'),
    ('銳', '锐'),
    ('淚', '泪'),
    ('峯', '峰'),
    ('羣', '群'),
    ('潔', '洁'),
    ('\u{e863}', '䶮'),
];

/// What every character of the basic plane folds to; the same, where it stays.
static FOLDED: LazyLock<Box<[char]>> = LazyLock::new(|| {
    let mut table: Vec<char> =
        (0..0x1_0000u32).map(|code| char::from_u32(code).map_or('\u{fffd}', compatible)).collect();
    for (from, to) in pairs() {
        if let Some(slot) = table.get_mut(from as usize) {
            *slot = to;
        }
    }
    // A compatibility form may fold to a character that is itself traditional.
    let once = table.clone();
    for slot in &mut table {
        if let Some(&again) = once.get(*slot as usize) {
            *slot = again;
        }
    }
    table.into_boxed_slice()
});

/// Pairs from outside the basic plane, sorted.
static FOLDED_BEYOND: LazyLock<Vec<(char, char)>> = LazyLock::new(|| {
    let mut beyond: Vec<(char, char)> = pairs().filter(|&(from, _)| from as u32 > 0xffff).collect();
    beyond.sort_unstable();
    beyond
});

fn pairs() -> impl Iterator<Item = (char, char)> {
    let mut chars = PAIRS.chars();
    std::iter::from_fn(move || Some((chars.next()?, chars.next()?))).chain(VARIANTS.iter().copied())
}

/// The compatibility form of a character where that is one character.
fn compatible(c: char) -> char {
    match c {
        '〜' => '~',
        '…' | '･' => c,
        _ => {
            let mut forms = std::iter::once(c).nfkc();
            match (forms.next(), forms.next()) {
                (Some(one), None) => one,
                _ => c,
            }
        }
    }
}

/// One form for every way to write a character: half width, compatibility and traditional forms folded.
#[inline]
pub fn fold(c: char) -> char {
    if c.is_ascii() {
        return c;
    }
    match FOLDED.get(c as usize) {
        Some(&folded) => folded,
        None => fold_beyond(c),
    }
}

fn fold_beyond(c: char) -> char {
    let look_up = |c: char| FOLDED_BEYOND.binary_search_by_key(&c, |p| p.0).ok().map(|i| FOLDED_BEYOND[i].1);
    if let Some(to) = look_up(c) {
        return to;
    }
    let plain = compatible(c);
    if plain == c { c } else { FOLDED.get(plain as usize).copied().or_else(|| look_up(plain)).unwrap_or(plain) }
}

/// The simplified form of a traditional character; any other character itself.
#[inline]
pub fn simplify(c: char) -> char {
    if c < '\u{2e80}' { c } else { fold(c) }
}

/// Whether `c` is a Chinese character.
#[inline]
pub fn is_han(c: char) -> bool {
    matches!(c, '\u{4e00}'..='\u{9fff}' | '\u{3400}'..='\u{4dbf}' | '\u{20000}'..='\u{323af}' | '\u{f900}'..='\u{faff}'
        | '〇' | '々')
}

/// Whether `c` is any kind of space.
#[inline]
pub fn is_space(c: char) -> bool {
    c == ' ' || (c.is_whitespace() || matches!(c, '\u{2800}' | '\u{3164}' | '\u{ffa0}' | '\u{180e}'))
}

/// Whether `c` is shown as nothing at all: controls, zero-width characters, marks of direction, variation selectors.
#[inline]
pub fn is_invisible(c: char) -> bool {
    if c.is_ascii() {
        return c < ' ' && !matches!(c, '\t' | '\n' | '\r') || c == '\x7f';
    }
    matches!(c, '\u{80}'..='\u{9f}' | '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}'..='\u{1160}' | '\u{180b}'..='\u{180d}'
        | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{fe00}'..='\u{fe0f}'
        | '\u{feff}' | '\u{fff0}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
}

/// Whether `c` (folded) is one of the dots that are written inside minority names.
#[inline]
pub fn is_dot(c: char) -> bool {
    matches!(
        c,
        '·' | '.'
            | '•'
            | '‧'
            | '・'
            | '･'
            | '∙'
            | '⋅'
            | '᛫'
            | '。'
            | '⸱'
            | '⸳'
            | '˙'
            | '◦'
            | '●'
            | '⚫'
            | '⦁'
            | '∘'
            | '․'
            | '﹒'
            | '`'
            | '´'
            | '｡'
    )
}

/// Whether `c` (folded) stands for a character that is masked or was lost.
#[inline]
pub(super) fn is_mask(c: char) -> bool {
    matches!(c, '?' | '*' | '□' | '■' | '▢' | '▯' | '▮' | '◻' | '◼' | '○' | '◯' | '〇' | '✱' | '＊' | '×' | '╳' | '✕' | '✖'
        | '∗' | '⁎' | '﹡' | '＃' | '#' | '█' | '▇' | '☐' | '¿' | '⬜' | '⬛' | '囗' | '〓' | '△' | '▲' | '◇' | '◆' | '☆' | '★'
        | '\u{fffd}' | '\u{e000}'..='\u{f8ff}' | '\u{f0000}'..='\u{10ffff}')
}

/// Whether `c` (folded) is a quotation mark or an accent used as one.
#[inline]
pub fn is_quote(c: char) -> bool {
    matches!(c, '"' | '\'' | '“' | '”' | '‘' | '’' | '‛' | '„' | '′' | '″' | '«' | '»' | 'ʼ' | 'ʹ')
}

/// A Latin letter without its tone mark or accent; ü as v, as pinyin is typed.
pub(super) fn strip_tone(c: char) -> char {
    if c.is_ascii() {
        return c;
    }
    match c {
        'ü' | 'ǖ' | 'ǘ' | 'ǚ' | 'ǜ' => return 'v',
        'Ü' | 'Ǖ' | 'Ǘ' | 'Ǚ' | 'Ǜ' => return 'V',
        'ɡ' => return 'g',
        'ɑ' => return 'a',
        _ => {}
    }
    let mut base = None;
    decompose_canonical(c, |part| {
        base.get_or_insert(part);
    });
    base.unwrap_or(c)
}

/// The characters with which the words for a missing value begin.
const MISSING_FIRST: [char; 18] =
    ['无', '無', '不', '未', '暂', '没', '缺', '空', '待', '拒', '匿', '佚', '姓', '某', '忘', '记', '同', '保'];

/// Whether a glance is enough: a cell that begins with a digit, or that begins with a Chinese character which no word for
/// a missing value begins with, says something.
fn says_something(raw: &str) -> bool {
    match raw.as_bytes() {
        [b'0'..=b'9', ..] => true,
        [0xe4..=0xe9, ..] => raw.chars().next().is_some_and(|c| is_plain_han(c) && !MISSING_FIRST.contains(&c)),
        _ => false,
    }
}

fn is_plain_han(c: char) -> bool {
    ('\u{4e00}'..='\u{9fff}').contains(&c)
}

/// Whether a cell says that nothing is known: empty, signs only, 无, 不详, NULL and the like.
pub fn is_missing(raw: &str) -> bool {
    if says_something(raw) {
        return false;
    }
    let text = raw.trim_matches(|c: char| is_space(c) || is_invisible(c) || is_quote(c));
    if text.is_empty() {
        return true;
    }
    if text.len() > 24 {
        return false;
    }
    let text = text.trim_matches(|c: char| matches!(c, '(' | ')' | '（' | '）' | '[' | ']' | '【' | '】' | '<' | '>'));
    if text.chars().all(|c| {
        matches!(c, '-' | '—' | '–' | '－' | '/' | '\\' | '／' | '.' | '。' | '_' | '、' | ',' | '，' | '~' | '|')
    }) {
        return true;
    }
    if text.is_ascii() {
        // No such word begins with a digit, and most cells of one width do.
        if text.as_bytes().first().is_some_and(u8::is_ascii_digit) {
            return false;
        }
        const WORDS: [&str; 17] = [
            "null",
            "n/a",
            "na",
            "nan",
            "none",
            "nil",
            "unknown",
            "#n/a",
            "undefined",
            "\\n",
            "nat",
            "#value!",
            "#ref!",
            "#name?",
            "not available",
            "missing",
            "#null!",
        ];
        return WORDS.iter().any(|word| text.eq_ignore_ascii_case(word));
    }
    if !text.starts_with(MISSING_FIRST) {
        return false;
    }
    MISSING_WORDS.contains(&text)
}

/// The words for a missing value, but those in signs and in ASCII.
const MISSING_WORDS: [&str; 49] = [
    "无",
    "無",
    "不详",
    "不詳",
    "未知",
    "不明",
    "未填",
    "未填写",
    "未登记",
    "未提供",
    "暂无",
    "没有",
    "缺失",
    "空",
    "空白",
    "无名",
    "无名氏",
    "待补",
    "待补充",
    "待定",
    "待核实",
    "待核",
    "不清楚",
    "不知道",
    "未采集",
    "未录入",
    "拒绝提供",
    "拒绝",
    "拒不提供",
    "不愿透露",
    "无此项",
    "不适用",
    "未说明",
    "无信息",
    "无数据",
    "匿名",
    "佚名",
    "姓名不详",
    "某某",
    "无号码",
    "某某某",
    "无电话",
    "无手机",
    "无证件",
    "无身份证",
    "忘记",
    "记不清",
    "同上",
    "保密",
];

/// Whether there is nothing to clean in a text of signs, letters and digits, as in most times and numbers: single spaces
/// stand between words.
fn is_clean(raw: &str) -> bool {
    let bytes = raw.as_bytes();
    let is_gap = |at: usize| bytes[at] == b' ' && at > 0 && at + 1 < bytes.len() && bytes[at - 1] != b' ';
    (0..bytes.len()).all(|at| bytes[at].is_ascii_graphic() || is_gap(at))
}

/// Writes `raw` into `out` (cleared first) with folded characters, without invisible ones, with single spaces between
/// words that need them and none at the ends. A missing value leaves `out` empty.
pub fn normalize_text(raw: &str, out: &mut String) {
    out.clear();
    if is_missing(raw) {
        return;
    }
    if is_clean(raw) {
        out.push_str(raw);
        return;
    }
    let mut gap = false;
    for c in raw.chars() {
        if is_plain_han(c) && !gap {
            out.push(fold(c));
            continue;
        }
        let c = fold(c);
        if is_invisible(c) {
            continue;
        }
        if is_space(c) {
            gap = !out.is_empty();
            continue;
        }
        if std::mem::take(&mut gap) {
            out.push(' ');
        }
        out.push(c);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_for_a_missing_value_passes_by_its_first_character() {
        for word in MISSING_WORDS {
            assert!(is_missing(word), "{word}");
        }
        for word in ["NULL", "n/a", "#REF!", "--"] {
            assert!(is_missing(word), "{word}");
        }
        assert!(!is_missing("0"));
    }
}
