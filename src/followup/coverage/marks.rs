//! One notation for what directories write in many: a cell's text in narrow capitals, with a small letter or mark for each
//! word that says which numbers count. The text has no small letters of its own.

use super::cell::ROAD_ENDINGS;
use super::list::{Unit, unit_at};
use crate::kernels::address::{self, is_stem};

/// Odd and even numbers.
pub(super) const ODD: char = 'o';
pub(super) const EVEN: char = 'e';
/// Everything.
pub(super) const WHOLE: char = 'w';
/// Around the numbers that do not count.
pub(super) const EXCEPT: char = '!';
/// Between the numbers that do not count, so that they stay together.
const EXCEPT_AND: char = '&';
/// What does not count has no number (不含商铺): it can only be told.
pub(super) const REMARK: char = '?';

/// What stands between the first and the last number of a span.
pub(super) const TO: [char; 8] = ['-', '~', '—', '–', '至', '到', '－', '～'];
/// What parts the numbers of a list, but for brackets and spaces.
const SEPARATORS: [char; 12] = ['、', ',', ';', '|', '/', '.', '。', '和', '及', '与', ':', EXCEPT_AND];

/// The words for the sides of a road, and for every second building, the longer first.
const SIDES: [(&str, char); 26] = [
    ("单号侧", ODD),
    ("双号侧", EVEN),
    ("单号楼", ODD),
    ("双号楼", EVEN),
    ("单号栋", ODD),
    ("双号栋", EVEN),
    ("单数楼", ODD),
    ("双数楼", EVEN),
    ("单数号", ODD),
    ("双数号", EVEN),
    ("奇数号", ODD),
    ("偶数号", EVEN),
    ("单号", ODD),
    ("双号", EVEN),
    ("单数", ODD),
    ("双数", EVEN),
    ("奇数", ODD),
    ("偶数", EVEN),
    ("奇号", ODD),
    ("偶号", EVEN),
    ("单侧", ODD),
    ("双侧", EVEN),
    ("(单)", ODD),
    ("(双)", EVEN),
    ("(奇)", ODD),
    ("(偶)", EVEN),
];

/// The words for everything, the longer first.
const WHOLES: [&str; 21] = [
    "小区全部楼栋",
    "小区所有楼栋",
    "全部楼栋",
    "所有楼栋",
    "全部住户",
    "所有住户",
    "全部门牌",
    "整个小区",
    "全部小区",
    "小区全部",
    "小区所有",
    "小区全体",
    "整个村",
    "整个屯",
    "全屯",
    "全小区",
    "全路段",
    "全域",
    "全境",
    "全部",
    "所有",
];
/// The same, where they are no part of a name (安全村, 十全街): behind a name that ends so, or alone.
const WHOLES_BEHIND: [(&str, &[char]); 6] = [
    ("全段", &['路', '街', '道', '巷', '弄']),
    ("全村", &['村', '庄', '屯']),
    ("全路", &['路', '道']),
    ("全街", &['街']),
    ("全巷", &['巷']),
    ("整条", &['路', '街', '道', '巷', '弄']),
];

/// A cell in one notation.
pub(super) fn cell_text(raw: &str) -> String {
    let mut text = super::wording::plain(&address_text(raw));
    // What stands for something else here is nothing where the cell has it.
    text = text.replace([EXCEPT, EXCEPT_AND, REMARK], " ");
    for (from, to) in [
        ("[", "("),
        ("]", ")"),
        ("【", "("),
        ("】", ")"),
        ("门牌号码", ""),
        ("门牌号", ""),
        ("门牌", ""),
        ("村民小组", "组"),
        ("村民组", "组"),
        ("及以上", "以上"),
        ("及以后", "以后"),
        ("及以下", "以下"),
        ("及以前", "以前"),
    ] {
        text = text.replace(from, to);
    }
    text = digits_for_numerals(&village_of_committee(&text));
    for (word, side) in SIDES {
        text = text.replace(word, side.encode_utf8(&mut [0; 4]));
    }
    whole(&mut text);
    except(&mut text);
    glue(&text)
}

/// What stands for a village, the longer first.
const COMMITTEES: [(&str, &str); 7] = [
    ("村村民委员会", "村"),
    ("村村委会", "村"),
    ("村民委员会", "村"),
    ("村委会", "村"),
    ("村行政村", "村"),
    ("行政村", "村"),
    ("自然村", ""),
];

/// The committee stands for its village: 清水村委会 is 清水村, as is 清水行政村; 李家湾自然村 is 李家湾.
pub(super) fn village_of_committee(text: &str) -> String {
    let mut text = text.to_owned();
    for (said, meant) in COMMITTEES {
        if text.contains(said) {
            text = text.replace(said, meant);
        }
    }
    text
}

/// Words before the names of what is covered.
const LEADS: [&str; 12] =
    ["主要包括", "管辖范围", "辖区范围", "包括", "包含", "管辖", "辖区", "覆盖", "范围", "另含", "辖", "含"];
/// What is said behind numbers and names no dwelling, or counts what is covered: it changes nothing.
const TAILS: [&str; 21] = [
    "周边店面",
    "周边",
    "辖区内",
    "辖区",
    "范围内",
    "沿街门市",
    "沿街商铺",
    "沿街门面",
    "沿街店铺",
    "沿街商户",
    "周边商铺",
    "门市房",
    "商铺",
    "底商",
    "门市",
    "门面",
    "商户",
    "等楼栋",
    "等小区",
    "等楼",
    "等",
];

/// The names and numbers in one part of a cell: without the words before them and behind, and parted where the cell says
/// 及 or 和. Bounds (东至铁西街) are none.
pub(super) fn named_parts(part: &str) -> Vec<&str> {
    let mut part = part;
    if is_bound(part) {
        // 东至铁西街西至光明路含御湖湾小区
        let Some(covered) = ["包括", "包含", "含"].iter().find_map(|lead| part.find(lead)) else {
            return Vec::new();
        };
        part = &part[covered..];
    }
    while let Some(rest) = LEADS.iter().find_map(|lead| part.strip_prefix(lead)).filter(|rest| is_name(rest)) {
        part = rest;
    }
    let mut named = Vec::new();
    for piece in conjoined(part) {
        let piece = without_tail(piece);
        if !piece.is_empty() {
            named.push(piece);
        }
    }
    named
}

/// Whether a part says where the grid ends: 东至铁西街, 南起黄河路.
pub(super) fn is_bound(part: &str) -> bool {
    let mut chars = part.chars();
    let side = chars.next().is_some_and(|c| "东西南北".contains(c));
    // 东靠山屯 is a hamlet.
    side && chars.next().is_some_and(|c| "至起到".contains(c)) && chars.next().is_some()
}

/// Whether what stands behind a word is a name of its own. 含光路 is a road.
fn is_name(rest: &str) -> bool {
    let chars = rest.chars().count();
    chars >= 2 && !(chars == 2 && rest.ends_with(['路', '街', '巷', '道', '门']))
}

/// Parts at 及, 以及 and 和 between two names or numbers.
fn conjoined(part: &str) -> Vec<&str> {
    let mut pieces = Vec::new();
    let (mut from, mut searched) = (0, 0);
    while let Some(found) = part[searched..].find(['及', '和', '与']) {
        let at = searched + found;
        searched = at + '及'.len_utf8();
        let (before, after) = (part[from..at].trim_end_matches('以'), &part[searched..]);
        let and = part[at..].starts_with('和');
        // 和平小区, 和谐家园 and 及第花园 are names.
        let begins_name = after.starts_with(if and {
            &['平', '谐', '美', '顺', '睦', '信', '兴', '悦', '润', '泰'][..]
        } else {
            &['第', '时']
        });
        let ends = before
            .ends_with(|c: char| c.is_ascii_digit() || "区园苑院寓厦厂村庄屯城府里楼栋幢号组座#社厝片巷".contains(c));
        // 新屋与石桥头: 和 alone is a part of many names.
        let joins = ends || !and && before.chars().count() >= 2;
        if joins && !begins_name && after.chars().count() >= 2 {
            pieces.push(before);
            from = searched;
        }
    }
    pieces.push(&part[from..]);
    pieces
}

/// Without what is said behind the numbers: 120户, 沿街商铺, 等.
fn without_tail(piece: &str) -> &str {
    // 望江苑共6栋
    let counted = ["栋楼", "栋", "幢", "座", "楼"].iter().find_map(|unit| piece.strip_suffix(unit));
    let counted = counted.map(|rest| rest.trim_end_matches(|c: char| c.is_ascii_digit()));
    let total = counted
        .filter(|_| piece.contains(|c: char| c.is_ascii_digit()))
        .and_then(|rest| rest.strip_suffix(['共', '计']));
    let mut piece = total.map_or(piece, |rest| rest.trim_end_matches(['合', '总', '共']));
    // 大路沿两个自然村
    let of_places = ["个自然村", "个", "个角落", "个片区", "个小区", "个小组", "个组", "个村"];
    let how_many = |c: char| c.is_ascii_digit() || "二两三四五六七八九十".contains(c);
    if let Some(rest) =
        of_places.iter().find_map(|word| piece.strip_suffix(word)).filter(|rest| rest.ends_with(how_many))
    {
        piece = rest.trim_end_matches(how_many);
    }
    loop {
        let shorter = TAILS.iter().find_map(|tail| piece.strip_suffix(tail)).or_else(|| {
            let counted = piece.strip_suffix(['户', '人'])?;
            let rest = counted.trim_end_matches(|c: char| c.is_ascii_digit());
            (rest.len() < counted.len()).then(|| rest.trim_end_matches(['共', '约']))
        });
        match shorter {
            // 金街商铺 alone is a name, 及商铺 is none.
            Some(rest)
                if rest.is_empty()
                    || rest.chars().count() >= 2 && is_no_name(&piece[rest.len()..]) && !rest.ends_with('平')
                    || rest.ends_with(|c: char| c.is_ascii_digit() || "楼栋幢号组座#及和区院与".contains(c)) =>
            {
                piece = rest.trim_end_matches(['及', '和', '与', '以']);
            }
            _ => return piece,
        }
    }
}

/// Whether no place is called after what stands behind its name: 等小区, 辖区, 约300户. 平等 is a name.
fn is_no_name(tail: &str) -> bool {
    ["等", "辖区", "范围内"].iter().any(|word| tail.starts_with(word)) || tail.contains(|c: char| c.is_ascii_digit())
}

/// Full-width forms as ASCII, upper case.
pub(super) fn address_text(text: &str) -> String {
    let narrow = |c: char| match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
        '\u{3000}' => ' ',
        c => c,
    };
    text.chars().map(|c| address::roman_as_digit(narrow(c)).to_ascii_uppercase()).collect()
}

/// Whether `c` parts numbers of a list.
pub(super) fn is_separator(c: char) -> bool {
    SEPARATORS.contains(&c) || c.is_whitespace() || matches!(c, '(' | ')')
}

/// Whether a number may begin with `c`.
fn begins_number(c: char) -> bool {
    c.is_ascii_digit() || c.is_ascii_uppercase() || c == '第' || is_stem(c)
}

/// 一组至四组 and 一、二、三组 in digits. Numerals of names (九号公馆, 八一巷, 滨江一号1-5栋) stay what they are: a word of numbers must
/// stand behind them, and neither a name nor, off the road, the numbers of its buildings behind that.
fn digits_for_numerals(text: &str) -> String {
    const NUMERALS: &str = "一二三四五六七八九十百";
    if !text.contains(|c| NUMERALS.contains(c)) {
        return text.to_owned();
    }
    let chars: Vec<char> = text.chars().collect();
    let mut runs: Vec<(usize, usize)> = Vec::new();
    for (at, c) in chars.iter().enumerate().filter(|(_, c)| NUMERALS.contains(**c)) {
        match runs.last_mut() {
            Some(run) if run.1 == at && *c != ' ' => run.1 = at + 1,
            _ => runs.push((at, at + 1)),
        }
    }
    // From the last on: what follows a number may be the next one.
    let mut counts = vec![false; runs.len()];
    for nth in (0..runs.len()).rev() {
        let end = runs[nth].1;
        counts[nth] = match unit_at(&chars, end) {
            Some((Unit::Doors | Unit::Court, len))
                if chars.get(end + len).is_some_and(char::is_ascii_digit)
                    && !chars[..runs[nth].0].last().is_some_and(|c| ROAD_ENDINGS.contains(c)) =>
            {
                false
            }
            Some((_, len)) => chars.get(end + len).is_none_or(|&c| {
                let goes_on =
                    TO.contains(&c) || matches!(c, '除' | '以' | '之' | '外' | '单' | '双' | '第' | '全' | '不');
                goes_on || is_separator(c) || begins_number(c) || NUMERALS.contains(c)
            }),
            None => {
                let parted = chars.get(end).is_some_and(|c| TO.contains(c) || is_separator(*c));
                let next = end + 1 + usize::from(chars.get(end + 1) == Some(&'第'));
                parted && runs.get(nth + 1).is_some_and(|run| run.0 == next) && counts[nth + 1]
            }
        };
    }
    let (mut out, mut from, mut number) = (String::with_capacity(text.len()), 0, String::new());
    for (&(start, end), _) in runs.iter().zip(counts).filter(|(_, counts)| *counts) {
        out.extend(&chars[from..start]);
        address::part(&chars[start..end].iter().collect::<String>(), &mut number);
        out.push_str(&number);
        from = end;
    }
    out.extend(&chars[from..]);
    out
}

fn whole(text: &mut String) {
    for word in WHOLES {
        if text.contains(word) {
            *text = text.replace(word, WHOLE.encode_utf8(&mut [0; 4]));
        }
    }
    for (word, ends) in WHOLES_BEHIND {
        while let Some(at) = text.find(word).filter(|&at| {
            let before = text[..at].chars().next_back();
            before.is_none_or(|c| is_separator(c) || ends.contains(&c))
        }) {
            text.replace_range(at..at + word.len(), WHOLE.encode_utf8(&mut [0; 4]));
        }
    }
}

/// 除5、6栋外, 不含5栋 and 5栋除外 as `!5&6栋!`.
fn except(text: &mut String) {
    while let Some((from, to, numbers)) = excepted(text) {
        let numbers = numbers.trim_matches(is_separator);
        let mark = if numbers.contains(|c: char| c.is_ascii_digit() || c.is_ascii_uppercase()) {
            let parted = |c: char| if is_separator(c) { EXCEPT_AND } else { c };
            format!("{EXCEPT}{}{EXCEPT}", numbers.chars().map(parted).collect::<String>())
        } else {
            REMARK.to_string()
        };
        text.replace_range(from..to, &mark);
    }
}

/// Where the first such words stand, and the numbers in them.
fn excepted(text: &str) -> Option<(usize, usize, String)> {
    for word in ["不包括", "不包含", "不含"] {
        let Some(from) = text.find(word) else { continue };
        let start = from + word.len();
        let len = numbers_len(&text[start..]);
        return Some((from, start + len, text[start..start + len].to_owned()));
    }
    for (from, _) in text.match_indices('除') {
        let start = from + '除'.len_utf8();
        let rest = &text[start..];
        let segment = &rest[..rest.find([')', ';', '。']).unwrap_or(rest.len())];
        let Some(len) = segment.find('外') else {
            // (除3栋、4栋)
            if segment.starts_with(begins_number) && segment.len() == numbers_len(segment) {
                return Some((from, start + segment.len(), segment.to_owned()));
            }
            continue;
        };
        let end = start + len + '外'.len_utf8();
        let inner = text[start..start + len].trim_end_matches(['以', '之']);
        if !inner.is_empty() {
            return Some((from, end, inner.to_owned()));
        }
        // 5栋除外: what stands before, in its brackets or from its first number on.
        let before = &text[..from];
        let open = before.rfind('(').filter(|&at| !before[at..].contains(')')).map(|at| at + 1);
        let segment = open.unwrap_or_else(|| before.rfind(is_separator).map_or(0, |at| at + char_len(before, at)));
        let digit = before[segment..].find(begins_number).map(|at| segment + at);
        let begin = open.or(digit).unwrap_or(segment);
        return Some((begin, end, before[begin..].to_owned()));
    }
    None
}

/// How long the numbers at the beginning of a text are: up to a bracket, or a separator behind which there are no more.
fn numbers_len(text: &str) -> usize {
    let ends = |(at, c): (usize, char)| {
        let more = text[at + c.len_utf8()..].chars().next().is_some_and(begins_number);
        matches!(c, '(' | ')' | ';' | '。') || is_separator(c) && !more
    };
    text.char_indices().find(|&at| ends(at)).map_or(text.len(), |(at, _)| at)
}

fn char_len(text: &str, at: usize) -> usize {
    text[at..].chars().next().map_or(0, char::len_utf8)
}

/// Brackets and spaces between a side and its numbers go: `1-99号(o)` and `o(1-99号)`. A colon parts unless numbers follow.
fn glue(text: &str) -> String {
    let is_side = |c: char| matches!(c, ODD | EVEN);
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let next = chars.peek().copied();
        let last = out.chars().next_back();
        match c {
            '(' if next.is_some_and(is_side) => {
                let len = out.trim_end_matches(')').len();
                out.truncate(len);
            }
            ':' if next.is_some_and(|c| begins_number(c) || c == '(') => {}
            '(' | ')' | ' ' if last.is_some_and(is_side) => {
                let before = out.chars().rev().nth(1);
                // Whether the side stands behind its numbers.
                let behind = before.is_some_and(|c| c.is_ascii_digit() || c == '号');
                if behind || !next.is_some_and(|c| begins_number(c) || c == '(') {
                    out.push(' ');
                }
            }
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numerals_are_digits_where_they_count() {
        for (raw, text) in [
            ("一组至四组", "1组至4组"),
            ("清水村一、二、三组", "清水村1、2、3组"),
            ("第一至第十二村民小组", "第1至第12组"),
            ("三号楼、九栋", "3号楼、9栋"),
            ("建设路八号院1-3栋", "建设路8号院1-3栋"),
        ] {
            assert_eq!(cell_text(raw), text);
        }
        for name in [
            "八一巷",
            "中海九号公馆",
            "三号井小区",
            "二十一户村",
            "八一、三八",
            "八组团小区",
            "一、锦绣花园",
            "滨江一号1-5栋",
            "九号院1-5栋",
        ] {
            assert_eq!(cell_text(name), name);
        }
    }

    #[test]
    fn words_that_say_which_numbers_count_have_one_notation() {
        for (raw, text) in [
            ("1-99号（单号）", "1-99号o "),
            ("1-99（双）", "1-99e"),
            ("单号（1-99号）", "o1-99号)"),
            ("府前大街（单号）1-99号", "府前大街o1-99号"),
            ("偶数：2-98号", "e2-98号"),
            ("1-99号（单号）101号", "1-99号o 101号"),
            ("明珠花园小区全部", "明珠花园w"),
            ("八一巷全段、清水村全村、全村", "八一巷w、清水村w、w"),
            ("明珠花园除5、6栋以外", "明珠花园!5&6栋!"),
            ("明珠花园（不含5栋、六栋）、府苑", "明珠花园(!5栋&6栋!)、府苑"),
            ("明珠花园不包括5栋、府苑", "明珠花园!5栋!、府苑"),
            ("明珠花园（5、6栋除外）", "明珠花园(!5&6栋!)"),
            ("明珠花园5栋除外", "明珠花园!5栋!"),
            ("明珠花园（不含商铺）", "明珠花园(?)"),
            ("明珠花园（除3栋、4栋）", "明珠花园(!3栋&4栋!)"),
            ("明珠花园1-10栋(除3#4#)、府苑（除2栋外）", "明珠花园1-10栋(!3#4#!)、府苑(!2栋!)"),
            ("1-50号（奇）", "1-50号o"),
            ("清水村村民委员会1组", "清水村1组"),
        ] {
            assert_eq!(cell_text(raw), text, "{raw}");
        }
        for name in ["安全村", "十全街", "安全路", "双河村", "单家庄", "双拥路"] {
            assert_eq!(cell_text(name), name);
        }
    }
}
