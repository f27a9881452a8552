//! What prose says around the names and numbers of a cell: numbered lists, brackets around a phase, counts.

use crate::kernels::text::is_han;

/// Around a phase or a part of an estate, brackets say nothing: 恒大名都（一期）1-10栋.
const PHASES: [&str; 4] = ["期", "区", "院", "组团"];

/// A cell whose names and numbers are parted by `、`, with phases behind the names that they belong to.
pub(super) fn plain(text: &str) -> String {
    without_brackets(&parted(&without_ordinals(text)))
}

/// `恒大名都(一期)` as `恒大名都一期`.
fn without_brackets(text: &str) -> String {
    let (mut out, mut rest) = (String::with_capacity(text.len()), text);
    while let Some((before, inner, behind)) =
        rest.split_once('(').and_then(|(before, rest)| rest.split_once(')').map(|(inner, rest)| (before, inner, rest)))
    {
        out.push_str(before);
        if is_phase(inner) && before.ends_with(is_han) {
            out.push_str(inner);
            rest = behind;
        } else {
            out.push('(');
            rest = &rest[before.len() + 1..];
        }
    }
    out.push_str(rest);
    out
}

fn is_phase(text: &str) -> bool {
    let which = PHASES.iter().find_map(|word| text.strip_suffix(word)).unwrap_or_default();
    let which = which.strip_prefix('第').unwrap_or(which);
    let is_which = |c: char| c.is_ascii_alphanumeric() || "一二三四五六七八九十东西南北中".contains(c);
    (1..=2).contains(&which.chars().count()) && which.chars().all(is_which)
}

/// Names that stand beside a slash, a plus, a full stop or a number in a circle are parted.
fn parted(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let han = |at: Option<usize>| at.and_then(|at| chars.get(at)).copied().is_some_and(is_han);
    let one = |(at, &c): (usize, &char)| match c {
        '/' | '+' if han(at.checked_sub(1)) && han(Some(at + 1)) => '、',
        '。' if !chars.get(at + 1).is_some_and(char::is_ascii_digit) => '、',
        '①'..='⑳' if han(Some(at + 1)) && !matches!(chars[at + 1], '号' | '栋' | '幢' | '座' | '组' | '期' | '区') => {
            '、'
        }
        c => c,
    };
    chars.iter().enumerate().map(one).collect()
}

/// `1.碧水湾 2.蓝水湾` as `、碧水湾 、蓝水湾`.
fn without_ordinals(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text.trim_start();
    for number in 1.. {
        let number: String = format!("{number}");
        let begins = |(at, _): &(usize, &str)| {
            let before = rest[..*at].chars().next_back();
            let behind = rest[at + number.len()..].strip_prefix(['.', '、', ')']);
            let is_first = out.is_empty() && number == "1";
            (if is_first { *at == 0 } else { before.is_some_and(|c| !c.is_ascii_digit() && !"、-,~至".contains(c)) })
                && behind.is_some_and(|name| name.starts_with(is_han) && !name.starts_with(['号', '栋', '幢', '座']))
        };
        let Some((at, _)) = rest.match_indices(&*number).find(begins) else { break };
        out.push_str(&rest[..at]);
        out.push('、');
        let mark = rest[at + number.len()..].chars().next().map_or(0, char::len_utf8);
        rest = &rest[at + number.len() + mark..];
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prose_is_parted_into_names() {
        for (raw, text) in [
            ("恒大名都(一期)1-10栋", "恒大名都一期1-10栋"),
            ("金科(A区)1-5栋、保利(南区)", "金科A区1-5栋、保利南区"),
            ("恒大名都(1-3栋)(二期)", "恒大名都(1-3栋)(二期)"),
            ("明珠花园(不含商铺)、(二期)", "明珠花园(不含商铺)、(二期)"),
            ("橡树湾/枫叶湾+桂园", "橡树湾、枫叶湾、桂园"),
            ("1/2号楼", "1/2号楼"),
            ("①春晓苑②秋月苑", "、春晓苑、秋月苑"),
            ("春晓苑①栋", "春晓苑①栋"),
            ("1.碧水湾 2.蓝水湾", "、碧水湾 、蓝水湾"),
            ("1、碧水湾1-3栋2、蓝水湾", "、碧水湾1-3栋、蓝水湾"),
            ("碧水湾1、2号楼", "碧水湾1、2号楼"),
            ("1、2号楼", "1、2号楼"),
            ("灰苑小区、棕苑小区。", "灰苑小区、棕苑小区、"),
            ("1.5", "1.5"),
        ] {
            assert_eq!(plain(raw), text);
        }
    }
}
