//! Numbers inside addresses, in digits, letters or Chinese numerals, and the words around them.

/// The words that end the name of a place to live in (小区, 花园, 苑), by their first character: what follows it in each.
fn estates(first: char) -> &'static [&'static str] {
    match first {
        '小' => &["区", "学"],
        '花' => &["园", "苑", "城"],
        '家' => &["园", "属院", "属区"],
        '公' => &["寓", "司", "馆"],
        '苑' => &[""],
        '新' => &["村", "城"],
        '庄' => &["园"],
        '大' => &["厦", "院", "学"],
        '宿' => &["舍"],
        '社' => &["区"],
        '别' => &["墅"],
        '山' => &["庄"],
        '名' => &["城"],
        '华' => &["府"],
        '住' => &["宅"],
        '居' => &["民"],
        '广' => &["场"],
        '雅' => &["居"],
        '豪' => &["庭"],
        '嘉' => &["园"],
        '生' => &["活区"],
        '商' => &["城"],
        '市' => &["场"],
        '医' => &["院"],
        '学' => &["校"],
        '中' => &["学"],
        '酒' => &["店"],
        '宾' => &["馆"],
        '工' => &["厂"],
        _ => &[],
    }
}

/// Whether a word that ends the name of a place to live in begins with `c`.
pub(super) fn begins_estate(c: char) -> bool {
    !estates(c).is_empty()
}

/// Whether the word of a place to live in begins at `at`.
pub(super) fn starts_estate(chars: &[char], at: usize) -> bool {
    let Some(&first) = chars.get(at) else { return false };
    estates(first).iter().any(|rest| starts_with(chars, at + 1, rest))
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

/// A Roman numeral of one character, I to IX, as the digit it is; any other character itself. Phases are written Ⅱ期.
#[inline]
pub fn roman_as_digit(c: char) -> char {
    match c {
        '\u{2160}'..='\u{2168}' => (b'1' + (c as u32 - 0x2160) as u8).into(),
        c => c,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_of_a_place_to_live_in_is_told_where_it_begins() {
        let starts = |text: &str| starts_estate(&text.chars().collect::<Vec<_>>(), 0);
        for word in ["小区", "花园", "苑", "家属院", "生活区", "中学", "公司"] {
            assert!(starts(word) && starts(&format!("{word}3号楼")), "{word}");
        }
        for text in ["", "小", "花", "锦绣花园", "家属", "区"] {
            assert!(!starts(text), "{text}");
        }
    }
}
