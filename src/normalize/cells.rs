//! Values of a row by their mappings, and what single cells say.

use crate::config::Mapping;
use crate::kernels::date::age_to_birth;
use crate::kernels::id_number::Sex;
use crate::kernels::text::{is_missing, normalize_text};
use crate::tables::RawChunk;
use arrow::array::Array;

/// The text of a column in a row; empty where it is null.
pub(super) fn cell(rows: &RawChunk, column: usize, at: usize) -> &str {
    match rows.columns.get(column) {
        Some(array) if !array.is_null(at) => array.value(at),
        _ => "",
    }
}

/// `text` without white space at its ends, as [`str::trim`]: nearly every cell begins and ends with a letter, a digit or a
/// Chinese character, and that can be told without taking characters apart.
pub(super) fn trimmed(text: &str) -> &str {
    let plain = |byte: u8| byte > b' ' && byte < 0x7f;
    // U+4000 to U+9FFF and beyond: no white space among what begins with these bytes.
    let wide = |byte: u8| (0xe4..=0xed).contains(&byte);
    let bytes = text.as_bytes();
    let first = bytes.first().is_none_or(|&byte| plain(byte) || wide(byte));
    let last = bytes.last().is_none_or(|&byte| plain(byte)) || bytes.len() >= 3 && wide(bytes[bytes.len() - 3]);
    if first && last { text } else { text.trim() }
}

/// The value of a mapping in a row: a slice of the chunk where one column gives it, else made in `buffer`.
pub(super) fn value<'a>(mapping: &'a Mapping, rows: &'a RawChunk, at: usize, buffer: &'a mut String) -> &'a str {
    let (columns, join, values) = match mapping {
        Mapping::Const(text) => return text,
        Mapping::Columns { columns, join, values } => (columns, join, values),
    };
    if let [column] = columns[..] {
        let text = cell(rows, column, at);
        return replaced(values, text);
    }
    buffer.clear();
    for &column in columns {
        let text = trimmed(cell(rows, column, at));
        if text.is_empty() {
            continue;
        }
        if !buffer.is_empty() {
            buffer.push_str(join);
        }
        buffer.push_str(text);
    }
    replaced(values, buffer)
}

/// As [`value`], and where the cell says that it is as the one above (同上, 〃), that of the nearest row above that says more.
pub(super) fn value_or_above<'a>(
    mapping: &'a Mapping,
    rows: &'a RawChunk,
    at: usize,
    buffer: &'a mut String,
) -> &'a str {
    let above = match mapping {
        Mapping::Columns { columns, .. } => match columns[..] {
            [column] => (0..=at).rev().take(DITTOS_MAX).find(|&row| !is_ditto(cell(rows, column, row))),
            _ => None,
        },
        Mapping::Const(_) => None,
    };
    value(mapping, rows, above.unwrap_or(at), buffer)
}

/// Behind so many dittos nobody knows any more what the first one meant.
const DITTOS_MAX: usize = 1_000;

/// Whether a cell says that it is as the one above.
fn is_ditto(text: &str) -> bool {
    // Hardly any cell is looked at beyond its length.
    text.len() <= "同上同上".len()
        && matches!(text.trim(), "同上" | "〃" | "″" | "同上行" | "如上" | "\"" | "“" | "”" | "″″")
}

fn replaced<'a>(values: &'a std::collections::BTreeMap<String, String>, text: &'a str) -> &'a str {
    if values.is_empty() {
        return text;
    }
    values.get(text).or_else(|| values.get(text.trim())).map_or(text, String::as_str)
}

/// Sex in words or codes.
pub(super) fn sex(text: &str) -> Sex {
    let text = text.trim();
    match text {
        "男" | "1" | "M" | "m" | "男性" | "01" | "1.0" | "男孩" | "公" => return Sex::Male,
        "女" | "2" | "F" | "f" | "女性" | "02" | "2.0" | "女孩" | "母" => return Sex::Female,
        _ => {}
    }
    let mut clean = String::new();
    normalize_text(text, &mut clean);
    let clean = clean.to_ascii_lowercase();
    let (male, female) = (clean.contains('男'), clean.contains('女'));
    match clean.as_str() {
        "1" | "m" | "male" | "man" | "boy" => Sex::Male,
        "2" | "f" | "female" | "woman" | "girl" => Sex::Female,
        _ if male && !female => Sex::Male,
        _ if female && !male => Sex::Female,
        _ => Sex::Unknown,
    }
}

/// How old somebody is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Age {
    Years(u32),
    /// Of an infant.
    Days(u32),
}

impl Age {
    /// The likeliest birth day of someone who is so old on day `reference`.
    pub(super) fn birth(self, reference: i32) -> i32 {
        match self {
            Self::Years(years) => age_to_birth(years, reference),
            Self::Days(days) => reference - days as i32,
        }
    }
}

/// An age: 32, 32岁, 32.0, 32周岁; of infants 3天, 12小时, 2周, 5个月, 2月龄, 1岁3月.
pub(super) fn age(text: &str) -> Option<Age> {
    const DAYS_A_YEAR: u32 = 365;
    let of_months = |months: u32| months * DAYS_A_YEAR / 12 + 15;
    if is_missing(text) {
        return None;
    }
    let mut clean = String::new();
    normalize_text(text, &mut clean);
    let clean = clean.strip_prefix('约').unwrap_or(&clean);
    let (value, rest) = leading_number(clean)?;
    let starts = |words: &[&str]| words.iter().any(|word| rest.starts_with(word));
    if value > 999 {
        return None;
    }
    if starts(&["小时", "时", "分"]) {
        return Some(Age::Days(0));
    }
    if starts(&["天", "日"]) {
        return Some(Age::Days(value));
    }
    if starts(&["周", "星期"]) && !rest.starts_with("周岁") {
        return Some(Age::Days(value * 7));
    }
    if starts(&["个月", "月"]) {
        return Some(Age::Days(of_months(value)));
    }
    let months = rest.strip_prefix('岁').and_then(|rest| leading_number(rest.trim_start_matches('零')));
    if let Some((months, unit)) = months
        && months < 12
        && value < 18
        && (unit.starts_with('月') || unit.starts_with("个月"))
    {
        return Some(Age::Days(value * DAYS_A_YEAR + of_months(months)));
    }
    let known = rest.is_empty() || starts(&["岁", "周岁", ".", "多岁", "虚岁"]);
    (known && value <= 130).then_some(Age::Years(value))
}

/// The number that a text begins with, and what stands behind it.
fn leading_number(text: &str) -> Option<(u32, &str)> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    Some((text[..digits].parse().ok()?, text[digits..].trim()))
}

/// Words that begin the totals and captions of a sheet, without spaces.
const CAPTIONS: &[&str] = &[
    "合计",
    "小计",
    "总计",
    "共计",
    "累计",
    "总人数",
    "填表人",
    "填报人",
    "填表日期",
    "填报日期",
    "填报单位",
    "制表",
    "审核人",
    "审核：",
    "审核:",
    "负责人签字",
    "备注：",
    "备注:",
    "说明：",
    "说明:",
    "注：",
    "注:",
    "统计日期",
    "单位负责人",
    "联系人：",
    "以下空白",
    "以上共",
    "total",
    "subtotal",
    "grandtotal",
    "导出时间",
    "打印时间",
    "打印日期",
    "制表人",
    "制表日期",
    "本页小计",
    "本页合计",
    "截至",
    "第1页",
    "共1页",
];

/// The characters with which [`CAPTIONS`] begin.
const CAPTION_FIRST: [char; 27] = [
    '合', '小', '总', '共', '累', '填', '制', '审', '负', '备', '说', '注', '统', '单', '联', '以', 't', 'T', 's', 'S',
    'g', 'G', '导', '打', '本', '截', '第',
];

/// Whether a text counts people and names nobody: 39人, 共1户1人, 小计：2人.
pub(super) fn is_count(text: &str) -> bool {
    const WORDS: &str = "共计合总小户人名:：,，、 0123456789";
    text.ends_with(['人', '户', '名'])
        && text.contains(|c: char| c.is_ascii_digit())
        && text.chars().all(|c| WORDS.contains(c))
}

/// Whether a cell is the beginning of a total or caption.
pub(super) fn is_caption(text: &str) -> bool {
    let text = text.trim();
    if text.is_empty() || text.len() > 240 || !text.starts_with(CAPTION_FIRST) {
        return false;
    }
    let spaced = text.contains([' ', '\u{3000}']);
    let squeezed: String;
    let text = if spaced {
        squeezed = text.split_whitespace().collect();
        &squeezed
    } else {
        text
    };
    CAPTIONS.iter().any(|word| {
        text.get(..word.len()).is_some_and(|head| head.eq_ignore_ascii_case(word))
            && (word.is_ascii() || !word.starts_with("截至") || text.contains('日'))
            && (!word.is_ascii() || text.len() <= word.len() + 2)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_count_of_people_is_nobody() {
        for text in ["39人", "共1户1人", "小计：2人", "3户", "合计12名"] {
            assert!(is_count(text), "{text}");
        }
        for text in ["人", "户主", "39", "王3人", "第3户"] {
            assert!(!is_count(text), "{text}");
        }
    }
    use arrow::array::StringArray;
    use std::collections::BTreeMap;

    #[test]
    fn ends_are_trimmed_as_the_standard_library_does() {
        for text in [
            "",
            " ",
            "a",
            " a",
            "a ",
            "东",
            "东 ",
            " 东",
            "\u{3000}东",
            "东\u{3000}",
            "东\u{a0}",
            "é\u{85}",
            "\u{2003}x",
            "x\u{2028}",
            "\u{7f}",
            "府前大街45号",
            "á",
            "東\u{1680}",
            "\u{feff}",
            "a\u{3000}",
            "龥\n",
            "\u{ac00} ",
            "한",
            "字é",
            "字😀",
            "😀",
        ] {
            assert_eq!(trimmed(text), text.trim(), "{text:?}");
        }
    }

    #[test]
    fn a_ditto_is_the_cell_above() {
        let column = StringArray::from_iter([Some("同上"), Some("府前大街1号"), Some("〃"), Some(" 同上 "), None]);
        let rows = RawChunk { columns: vec![column], ..RawChunk::default() };
        let mapping = Mapping::Columns { columns: vec![0], join: String::new(), values: BTreeMap::new() };
        let told = (0..5).map(|at| value_or_above(&mapping, &rows, at, &mut String::new()).to_owned());
        assert_eq!(told.collect::<Vec<_>>(), ["同上", "府前大街1号", "府前大街1号", "府前大街1号", ""]);
    }

    #[test]
    fn every_caption_passes_by_its_first_character() {
        for word in CAPTIONS {
            let text = if word.starts_with("截至") { format!("{word}3月27日") } else { (*word).to_owned() };
            assert!(is_caption(&text), "{word}");
        }
        assert!(is_caption("TOTAL") && is_caption("Grand Total") && is_caption(" 合 计") && !is_caption("王伟"));
    }
}
