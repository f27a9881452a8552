//! Lanes by their numbers: 江贝二巷, 江贝2巷 and 江贝村二巷 are one lane, 江贝一巷至四巷 four, 588弄5-9支弄 lanes within a lane.

use super::marks::TO;
use crate::kernels::address;

/// Words before which a number may be written either way, the longer first: 三十三团五连 is 33团5连, and 济南二路 is 济南2路.
const NUMBERED: [&str; 19] = [
    "横巷", "直巷", "支路", "分场", "组团", "胡同", "支弄", "巷", "弄", "路", "街", "道", "条", "横", "团", "连", "片",
    "村", "支",
];
/// Words for lanes and parts of estates that directories count, the longer first.
const LANES: [&str; 9] = ["横巷", "直巷", "胡同", "组团", "巷", "条", "区", "村", "期"];
/// Those of villages.
const OF_VILLAGE: [&str; 8] = ["横巷", "直巷", "胡同", "巷", "条", "区", "片", "期"];
/// More lanes than these of one name are no span of them.
const LANES_MAX: u32 = 200;
/// A higher number without a name before it is a name itself: 八一巷, 五四巷.
const BARE_MAX: u32 = 40;

/// The key of a place with its numbers before such words in digits, and without 村 before the number of a lane.
pub(super) fn in_digits(key: String) -> String {
    if !may_be_numbered(&key) {
        return key;
    }
    let chars: Vec<char> = key.chars().collect();
    let (mut out, mut at) = (String::with_capacity(key.len()), 0);
    while at < chars.len() {
        let is_counted = |end: usize| {
            let word = NUMBERED.iter().find(|word| starts(&chars[end..], word));
            // 劳动三村 is one of several, 三村 a name.
            word.is_some_and(|word| *word != "村" || at >= 2)
        };
        // 3一巷 is no number.
        let is_whole = !out.ends_with(|c: char| c.is_ascii_digit());
        let counted = number_at(&chars, at).filter(|(_, end)| is_whole && is_counted(*end));
        match counted {
            Some((number, end)) => {
                let village = out.trim_end_matches('村');
                if chars[end..].starts_with(&['巷']) && village.chars().count() >= 2 {
                    out.truncate(village.len());
                }
                if out.ends_with('第') {
                    out.pop();
                }
                out.push_str(&number.to_string());
                at = end;
            }
            // A number is no other's end.
            None => {
                let end = number_at(&chars, at).map_or(at + 1, |(_, end)| end).max(at + 1);
                out.extend(&chars[at..end]);
                at = end;
            }
        }
    }
    out
}

/// Whether a number stands before the first character of any of those words: hardly any name has one.
fn may_be_numbered(key: &str) -> bool {
    let is_word = |c: char| "横直支分组胡巷弄路街道条团连片村".contains(c);
    let mut behind_number = false;
    key.chars().any(|c| {
        let is_counted = behind_number && is_word(c);
        behind_number = c.is_ascii_digit() || is_numeral(c) || c == '头';
        is_counted
    })
}

/// The pieces of a cell, each lane in a piece of its own with the name that all of them have: 江贝一巷至三巷, 江贝1-3巷 and 江贝一巷、二巷、
/// 三巷. Lanes without any name are those of the `village`.
pub(super) fn each(pieces: Vec<String>, village: Option<&str>) -> Vec<String> {
    let pieces = with_stems(pieces);
    if !pieces.iter().any(|piece| LANES.iter().chain(&OF_VILLAGE).any(|word| piece.contains(word))) {
        return pieces;
    }
    let mut out = Vec::with_capacity(pieces.len());
    let mut name: Option<String> = None;
    for piece in pieces {
        let chars: Vec<char> = piece.chars().collect();
        let Some(lanes) = Lanes::read(&chars) else {
            // Numbers are those of the lane before them.
            if !piece.starts_with(|c: char| c.is_ascii_digit()) {
                name = None;
            }
            out.push(piece);
            continue;
        };
        let own: String = chars[..lanes.from].iter().collect();
        let own = own.strip_suffix('第').map_or(own.clone(), str::to_owned);
        let is_bare = own.is_empty();
        // 联三村 is a village of that name, 劳动三村 one of several.
        if lanes.word == "村" && !is_bare && own.chars().count() < 2 {
            name = None;
            out.push(piece);
            continue;
        }
        let village = village.filter(|_| OF_VILLAGE.contains(&lanes.word)).map(str::to_owned);
        let of = if is_bare { name.clone().or(village) } else { Some(own) };
        match of.filter(|_| !is_bare || lanes.last <= BARE_MAX) {
            Some(of) => {
                out.extend((lanes.first..=lanes.last).map(|lane| format!("{of}{lane}{}{}", lanes.word, lanes.rest)));
                name = Some(of);
            }
            None => out.push(piece),
        }
    }
    out
}

/// Names without the part that the name before has: 土楼东直巷、西直巷, 石材城A区、B区.
fn with_stems(mut pieces: Vec<String>) -> Vec<String> {
    const WORDS: [&str; 5] = ["直巷", "横巷", "区", "片", "巷"];
    const WHICH: &str = "东西南北中上下前后左右子丑寅卯辰巳午未申酉戌亥甲乙丙丁戊";
    let mut stem: Option<(String, &str)> = None;
    for piece in &mut pieces {
        let chars: Vec<char> = piece.chars().collect();
        let is_which = |c: char| c.is_ascii_uppercase() || WHICH.contains(c);
        let found = (0..chars.len()).find_map(|at| {
            let word = WORDS.into_iter().find(|word| starts(&chars[at + 1..], word))?;
            is_which(chars[at]).then_some((at, word))
        });
        stem = match found {
            Some((0, word)) => {
                let of = stem.filter(|(_, last)| *last == word);
                if let Some((name, _)) = &of {
                    piece.insert_str(0, name);
                }
                of
            }
            Some((at, word)) if at >= 2 => Some((chars[..at].iter().collect(), word)),
            _ => None,
        };
    }
    pieces
}

/// One lane or a span of them.
struct Lanes {
    /// Where the first number stands.
    from: usize,
    first: u32,
    last: u32,
    word: &'static str,
    rest: String,
}

impl Lanes {
    fn read(chars: &[char]) -> Option<Self> {
        let mut at = 0;
        while at < chars.len() {
            let Some((first, end)) = number_at(chars, at) else {
                at += 1;
                continue;
            };
            let lanes = Self::behind(chars, at, first, end);
            // What cannot be read (四巷至一巷) is no name of the next.
            if lanes.is_some() || word_at(chars, end).is_some() {
                return lanes;
            }
            at = end;
        }
        None
    }

    /// Those whose first number stands at `from` and ends at `end`.
    fn behind(chars: &[char], from: usize, first: u32, end: usize) -> Option<Self> {
        let word = word_at(chars, end);
        let mut at = end + word.map_or(0, |word| word.chars().count());
        let dashes = chars[at..].iter().take_while(|c| TO.contains(c)).count();
        let rest = |at: usize| chars[at..].iter().collect::<String>();
        if dashes == 0 {
            return Some(Self { from, first, last: first, word: word?, rest: rest(at) });
        }
        at += dashes;
        let is_name = |c: &&char| **c != '第';
        let name: Vec<char> = chars[..from].iter().filter(is_name).copied().collect();
        at += usize::from(chars.get(at) == Some(&'第'));
        at += if from > 0 && name.len() < from && chars[at..].starts_with(&name) { name.len() } else { 0 };
        at += if from > 0 && chars[at..].starts_with(&chars[..from]) { from } else { 0 };
        let (last, end) = number_at(chars, at)?;
        let word = word_at(chars, end)?;
        let rest = rest(end + word.chars().count());
        // 一巷至四巷1-20号 says nothing of which.
        let is_span = first <= last && last - first < LANES_MAX && !rest.contains(|c: char| c.is_ascii_digit());
        is_span.then_some(Self { from, first, last, word, rest })
    }
}

fn word_at(chars: &[char], at: usize) -> Option<&'static str> {
    let rest = chars.get(at..).unwrap_or_default();
    // 三村镇, 一区号: neither is counted.
    LANES.into_iter().chain(OF_VILLAGE).find(|word| starts(rest, word))
}

/// The number at `at` in digits or numerals, and its end.
fn number_at(chars: &[char], at: usize) -> Option<(u32, usize)> {
    // 头条 is the first.
    if chars[at..].starts_with(&['头', '条']) {
        return Some((1, at + 1));
    }
    let of = |is: fn(char) -> bool| at + chars[at..].iter().take_while(|c| is(**c)).count();
    let (digits, numerals) = (of(|c| c.is_ascii_digit()), of(is_numeral));
    let end = digits.max(numerals);
    if end == at || chars[at] == '百' {
        return None;
    }
    // 东四六条 is the sixth of 东四; 十六条 is one number.
    let is_two = digits == at && numerals == at + 2 && chars.get(end) == Some(&'条') && !chars[at..end].contains(&'十');
    if is_two {
        return None;
    }
    let mut number = String::new();
    address::part(&chars[at..end].iter().collect::<String>(), &mut number);
    Some((number.parse().ok()?, end))
}

fn is_numeral(c: char) -> bool {
    matches!(c, '一' | '二' | '三' | '四' | '五' | '六' | '七' | '八' | '九' | '十' | '百')
}

fn starts(chars: &[char], word: &str) -> bool {
    word.chars().count() <= chars.len() && word.chars().zip(chars).all(|(a, b)| a == *b)
}

/// Lanes within a lane (588弄5支弄, 588弄9-15支弄) as the door numbers that addresses have for them (588-5), and where they end. Those
/// without their lane are of the `lane` before.
pub(super) fn within(chars: &[char], at: usize, lane: &mut Option<u32>) -> Option<(Vec<String>, usize)> {
    let (mut first, mut end) = number_at(chars, at)?;
    let mut of = *lane;
    if chars.get(end) == Some(&'弄') {
        of = Some(first);
        (first, end) = number_at(chars, end + 1)?;
    }
    let mut last = first;
    if chars.get(end).is_some_and(|c| TO.contains(c)) {
        (last, end) = number_at(chars, end + 1)?;
    }
    if !starts(&chars[end..], "支弄") || last < first || last - first >= LANES_MAX {
        return None;
    }
    *lane = of;
    let name = |number: u32| of.map_or_else(|| format!("-{number}"), |of| format!("{of}-{number}"));
    Some(((first..=last).map(name).collect(), end + 2))
}

/// Doors beside a door (88号附1-附20号) as the numbers that addresses have for them (88-1), and where they end. 附21号 is beside the
/// `door` before.
pub(super) fn beside(chars: &[char], at: usize, door: &mut Option<u32>) -> Option<(Vec<String>, usize)> {
    let (mut of, mut at) = (*door, at);
    if chars.get(at) != Some(&'附') {
        let (number, end) = number_at(chars, at)?;
        of = Some(number);
        at = end + usize::from(chars.get(end) == Some(&'号'));
    }
    let number = |at: usize| number_at(chars, at + usize::from(chars.get(at) == Some(&'附')));
    let (first, mut end) = (chars.get(at) == Some(&'附')).then(|| number(at))??;
    end += usize::from(chars.get(end) == Some(&'号'));
    let mut last = first;
    if chars.get(end).is_some_and(|c| TO.contains(c)) {
        (last, end) = number(end + 1)?;
        end += usize::from(chars.get(end) == Some(&'号'));
    }
    let of = of.filter(|_| first <= last && last - first < LANES_MAX)?;
    *door = Some(of);
    Some(((first..=last).map(|number| format!("{of}-{number}")).collect(), end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_before_words_for_roads_are_digits() {
        for (key, expected) in [
            ("江贝二巷", "江贝2巷"),
            ("江贝村二巷", "江贝2巷"),
            ("江贝村12巷", "江贝12巷"),
            ("济南二路", "济南2路"),
            ("三十三团五连", "33团5连"),
            ("一分场", "1分场"),
            ("八一路", "81路"),
            ("五里桥", "五里桥"),
            ("三里屯一巷", "三里屯1巷"),
            ("百花巷", "百花巷"),
            ("村一巷", "村1巷"),
            ("劳动三村", "劳动3村"),
            ("三村", "三村"),
            ("解放路一巷", "解放路1巷"),
            ("西四北头条", "西四北1条"),
            ("康居西城第三组团", "康居西城3组团"),
            ("二直巷", "2直巷"),
            ("东四六条", "东四6条"),
            ("西四北二条", "西四北2条"),
            ("二十六条", "26条"),
            ("九号公馆", "九号公馆"),
        ] {
            assert_eq!(in_digits(key.to_owned()), expected);
        }
    }

    #[test]
    fn every_lane_of_a_cell_has_its_name() {
        let all = |text: &str, village| each(text.split('、').map(str::to_owned).collect(), village).join(" ");
        for (text, village, expected) in [
            ("江贝一巷至四巷", None, "江贝1巷 江贝2巷 江贝3巷 江贝4巷"),
            ("江贝5-7巷", None, "江贝5巷 江贝6巷 江贝7巷"),
            ("江贝一巷-江贝三巷", None, "江贝1巷 江贝2巷 江贝3巷"),
            ("蔡屋一巷、二巷、三巷", None, "蔡屋1巷 蔡屋2巷 蔡屋3巷"),
            ("蔡屋一巷1-20号、21-30号、二巷", None, "蔡屋1巷1-20号 21-30号 蔡屋2巷"),
            ("蔡屋4巷-6巷", None, "蔡屋4巷 蔡屋5巷 蔡屋6巷"),
            ("1-2巷", Some("福隆村"), "福隆村1巷 福隆村2巷"),
            ("1-2巷", None, "1-2巷"),
            ("江贝一巷、八一巷", None, "江贝1巷 八一巷"),
            ("江贝一巷、锦绣花园、二巷", None, "江贝1巷 锦绣花园 二巷"),
            ("江贝四巷至一巷", None, "江贝四巷至一巷"),
            ("康居西城1-3组团、5组团7-14栋", None, "康居西城1组团 康居西城2组团 康居西城3组团 康居西城5组团7-14栋"),
            ("遗安二区、三区", None, "遗安2区 遗安3区"),
            ("鼓楼三区、四区1-20幢", None, "鼓楼3区 鼓楼4区1-20幢"),
            ("上桥一村、二村", None, "上桥1村 上桥2村"),
            ("宫门口头条至三条", None, "宫门口1条 宫门口2条 宫门口3条"),
            ("一直巷至三直巷", Some("樟籍村"), "樟籍村1直巷 樟籍村2直巷 樟籍村3直巷"),
            ("第一至第三片", Some("程洋冈村"), "程洋冈村1片 程洋冈村2片 程洋冈村3片"),
            ("土楼东直巷、西直巷", None, "土楼东直巷 土楼西直巷"),
            ("石材城A区、B区", None, "石材城A区 石材城B区"),
            ("南区、西区", None, "南区 西区"),
            ("三村、五村", None, "三村 五村"),
            ("联三村1-3组", None, "联三村1-3组"),
            ("东四五条至七条", None, "东四5条 东四6条 东四7条"),
            ("锦绣花园1-3栋", None, "锦绣花园1-3栋"),
        ] {
            assert_eq!(all(text, village), expected);
        }
    }
}
