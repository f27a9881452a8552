//! Numbers inside addresses, in digits, letters or Chinese numerals, and the words around them.

/// Words that end the name of a place to live in.
const ESTATES: &[&str] = &[
    "小区",
    "花园",
    "家园",
    "公寓",
    "苑",
    "新村",
    "庄园",
    "大厦",
    "家属院",
    "家属区",
    "宿舍",
    "大院",
    "社区",
    "别墅",
    "山庄",
    "名城",
    "新城",
    "华府",
    "住宅",
    "居民",
    "广场",
    "花苑",
    "雅居",
    "豪庭",
    "嘉园",
    "花城",
    "生活区",
    "商城",
    "市场",
    "医院",
    "学校",
    "小学",
    "中学",
    "大学",
    "酒店",
    "宾馆",
    "工厂",
    "公司",
];

/// Whether the word of a place to live in begins at `at`.
pub(super) fn starts_estate(chars: &[char], at: usize) -> bool {
    chars.get(at).is_some_and(|&c| may_start_estate(c)) && ESTATES.iter().any(|word| starts_with(chars, at, word))
}

/// Whether one of [`ESTATES`] begins with `c`: most characters end the search here.
fn may_start_estate(c: char) -> bool {
    matches!(
        c,
        '小' | '花'
            | '家'
            | '公'
            | '苑'
            | '新'
            | '庄'
            | '大'
            | '宿'
            | '社'
            | '别'
            | '山'
            | '名'
            | '华'
            | '住'
            | '居'
            | '广'
            | '雅'
            | '豪'
            | '嘉'
            | '生'
            | '商'
            | '市'
            | '医'
            | '学'
            | '中'
            | '酒'
            | '宾'
            | '工'
    )
}

/// Whether `word` stands at `at`.
#[inline]
pub(super) fn starts_with(chars: &[char], at: usize, word: &str) -> bool {
    for (i, c) in (at..).zip(word.chars()) {
        if chars.get(i) != Some(&c) {
            return false;
        }
    }
    true
}

/// Value of a Chinese numeral.
#[inline]
pub(super) fn numeral(c: char) -> Option<u32> {
    Some(match c {
        '〇' | '零' | '○' => 0,
        '一' | '壹' => 1,
        '二' | '两' | '贰' => 2,
        '三' | '叁' => 3,
        '四' | '肆' => 4,
        '五' | '伍' => 5,
        '六' | '陆' => 6,
        '七' | '柒' => 7,
        '八' | '捌' => 8,
        '九' | '玖' => 9,
        '十' | '拾' => 10,
        '百' | '佰' => 100,
        _ => return None,
    })
}

/// Where the number that begins at `at` ends: digits with letters around them, one or two letters, or (if `chinese`)
/// Chinese numerals.
#[inline]
pub(super) fn number_at(chars: &[char], at: usize, chinese: bool) -> Option<usize> {
    let first = *chars.get(at)?;
    let run = |test: fn(char) -> bool| at + chars[at..].iter().take_while(|&&c| test(c)).count();
    if first.is_ascii_alphanumeric() {
        let end = run(|c| c.is_ascii_alphanumeric());
        return (end - at <= 6).then_some(end);
    }
    if chinese && numeral(first).is_some() && first != '百' {
        return Some(run(|c| numeral(c).is_some()));
    }
    None
}

/// Writes a number as digits without leading zeros.
pub(super) fn push_number(number: &[char], out: &mut String) {
    if number.first().is_some_and(|&c| numeral(c).is_some()) {
        let value = if number.iter().all(|&c| numeral(c).is_some_and(|v| v < 10)) {
            number.iter().fold(0u32, |n, &c| n.wrapping_mul(10).wrapping_add(numeral(c).unwrap_or(0)))
        } else {
            let (mut value, mut digit) = (0u32, 0);
            for v in number.iter().filter_map(|&c| numeral(c)) {
                if v >= 10 {
                    value += v * if digit == 0 { 1 } else { digit };
                    digit = 0;
                } else {
                    digit = v;
                }
            }
            value + digit
        };
        out.push_str(&value.to_string());
        return;
    }
    let zeros = number.iter().take_while(|&&c| c == '0').count();
    let zeros = zeros.min(number.len().saturating_sub(1));
    out.extend(&number[zeros..]);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_estate_word_passes_by_its_first_character() {
        for word in ESTATES {
            let chars: Vec<char> = word.chars().collect();
            assert!(starts_estate(&chars, 0), "{word}");
        }
    }
}
