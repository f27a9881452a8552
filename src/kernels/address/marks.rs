//! The words behind numbers (号楼, 单元, 室), and what they say.

use super::line::{Line, MARK, SIDE};
use super::numbers::starts_with;

/// What the word behind a number says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mark {
    Building,
    Unit,
    Room,
    Floor,
    /// 号 alone.
    Number,
    /// `#`
    Hash,
    /// 排: a row of houses.
    Row,
    /// 组 or 队.
    Group(char),
    /// A hyphen or slash.
    Joined,
    /// Nothing.
    Bare,
}

/// The words behind a number (号楼, 单元, #), by their first character: what follows it in each, and what it says. The first
/// that fits counts.
fn marks(first: char) -> &'static [(&'static str, Mark)] {
    match first {
        '号' => &[
            ("楼", Mark::Building),
            ("栋", Mark::Building),
            ("幢", Mark::Building),
            ("公寓", Mark::Building),
            ("单元", Mark::Unit),
            ("门", Mark::Unit),
            ("房", Mark::Room),
            ("室", Mark::Room),
            ("", Mark::Number),
        ],
        '#' => &[("楼", Mark::Building), ("", Mark::Hash)],
        '栋' | '幢' => &[("楼", Mark::Building), ("", Mark::Building)],
        '座' | '楼' => &[("", Mark::Building)],
        '单' => &[("元", Mark::Unit), ("", Mark::Unit)],
        '门' | '梯' => &[("", Mark::Unit)],
        '室' | '房' | '户' => &[("", Mark::Room)],
        '层' => &[("", Mark::Floor)],
        '排' => &[("", Mark::Row)],
        '组' => &[("", Mark::Group('组'))],
        '小' => &[("组", Mark::Group('组'))],
        '村' => &[("民小组", Mark::Group('组')), ("民组", Mark::Group('组'))],
        '队' => &[("", Mark::Group('队'))],
        '生' => &[("产队", Mark::Group('队')), ("产组", Mark::Group('组'))],
        '社' => &[("", Mark::Group('社'))],
        '-' | '/' | '.' | '\\' => &[("", Mark::Joined)],
        _ => &[],
    }
}

/// Whether a word behind a number begins with `c`.
pub(super) fn begins_mark(c: char) -> bool {
    !marks(c).is_empty()
}

/// What stands behind a number at `at`, and its length.
pub(super) fn mark_at(line: &Line, at: usize) -> (Mark, usize) {
    if line.is(at, MARK) {
        for (rest, mark) in marks(line[at]) {
            if starts_with(line, at + 1, rest) {
                return (*mark, 1 + rest.chars().count());
            }
        }
    }
    (Mark::Bare, 0)
}

/// 东单元, 西户, 12-西-401: the side and the word's length.
pub(super) fn sided(chars: &Line, at: usize) -> Option<(char, Mark, usize)> {
    if !chars.is(at, SIDE) {
        return None;
    }
    let side = chars[at];
    if starts_with(chars, at + 1, "单元") {
        return Some((side, Mark::Unit, 3));
    }
    if at > 0 && chars[at - 1] == '-' && chars.get(at + 1) == Some(&'-') {
        return Some((side, Mark::Unit, 1));
    }
    (chars.get(at + 1) == Some(&'户')).then_some((side, Mark::Room, 2))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_word_behind_a_number_is_found() {
        for (text, mark) in [
            ("号楼", Mark::Building),
            ("号单元", Mark::Unit),
            ("号", Mark::Number),
            ("#楼", Mark::Building),
            ("#", Mark::Hash),
            ("栋楼", Mark::Building),
            ("单元", Mark::Unit),
            ("单", Mark::Unit),
            ("室", Mark::Room),
            ("层", Mark::Floor),
            ("组", Mark::Group('组')),
            ("\\", Mark::Joined),
        ] {
            let mut line = Line::default();
            line.chars_mut().extend(text.chars());
            line.read_kinds();
            assert_eq!(mark_at(&line, 0), (mark, text.chars().count()), "{text}");
            assert_eq!(mark_at(&line, 1).0 == Mark::Bare, !text.chars().nth(1).is_some_and(begins_mark), "{text}");
        }
    }
}
