//! Finds how much of an address names the area (province, city, district, street, community) before the place itself.
//! A road may be called after a province or a city, so a bare name counts only if another division follows it.

use super::line::{CITY, DISTRICT, HAN, Kinds, Line, PROVINCE, STOP, TOWN};
use super::numbers::{number_at, starts_with};
use super::places::{counties, county_short, prefectures, province_short, provinces, short};
use crate::kernels::text::is_han;
use hashbrown::{HashMap, HashSet};
use std::sync::LazyLock;

/// The name of a province or a city.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Name {
    chars: Vec<char>,
    /// Characters of the short name.
    short: usize,
    /// First four digits of the division code.
    code: u16,
}

impl Name {
    fn of(name: &str, short: &str, code: u32) -> Self {
        Self { chars: name.chars().collect(), short: short.chars().count(), code: (code / 100) as u16 }
    }
}

/// Names of cities, those with the same first character together.
static CITIES: LazyLock<Vec<Name>> = LazyLock::new(|| {
    let mut all: Vec<Name> = prefectures().map(|(code, name)| Name::of(name, short(name), code)).collect();
    all.sort_unstable();
    all
});

/// Names of the provinces.
static PROVINCES: LazyLock<Vec<Name>> =
    LazyLock::new(|| provinces().map(|(code, name)| Name::of(name, province_short(name), code)).collect());

/// First four digits of the codes of counties by their names, as they are called and were called before they became a city or a
/// district. Names that several have are left out.
static COUNTIES: LazyLock<HashMap<Vec<char>, u16>> = LazyLock::new(|| {
    let mut cities: HashMap<Vec<char>, Option<u16>> = HashMap::new();
    let mut put = |name: &str, city: u16| {
        let known = cities.entry(name.chars().collect()).or_insert(Some(city));
        *known = known.filter(|&known| known == city);
    };
    for (code, name) in counties() {
        let (city, stem) = ((code / 100) as u16, county_short(&name));
        put(&name, city);
        if stem.chars().count() >= 2 {
            ["市", "县", "区"].iter().for_each(|end| put(&format!("{stem}{end}"), city));
        }
    }
    cities.into_iter().filter_map(|(name, city)| Some((name, city?))).collect()
});

/// Names of all counties, as they are called.
static COUNTY_NAMES: LazyLock<HashSet<Vec<char>>> =
    LazyLock::new(|| counties().map(|(_, name)| name.chars().collect()).collect());

/// Whether a county is called so. 老城区 and 新区 are parts of a city wherever they are.
fn is_county(name: &[char]) -> bool {
    !matches!(name, [.., '城' | '新', '区']) && COUNTY_NAMES.contains(name)
}

/// Whether 市 behind `before` may end the name of a city that no list has: 都市华庭, 城市之光 and 甘州区市府路 name none, and no city
/// is called by one character.
fn may_be_city(before: &[char]) -> bool {
    before.len() >= 2 && !matches!(before, [.., '城' | '都' | '超' | '门' | '集' | '夜' | '菜']) && !is_county(before)
}

/// The division of a county that has its name alone, in the province of `division` if that is known; else `division`.
fn of_county(name: &[char], division: u16) -> u16 {
    // Many a city calls a part of itself 东城区 or 老城区: so short a name tells no other city by itself.
    if division == 0 && matches!(name, [_, _, '区']) {
        return division;
    }
    let found = COUNTIES.get(name).copied().filter(|city| division == 0 || city / 100 == division / 100);
    found.unwrap_or(division)
}

/// The name of an area and the last province or city in it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Area {
    /// Number of characters.
    pub(super) length: usize,
    /// First four digits of its division code, the last two 0 for a province; 0: none is named that a list has.
    pub(super) division: u16,
}

/// The area at the front.
pub(super) fn area(chars: &Line) -> Area {
    let mut division = 0;
    let mut at = 0;
    if starts_with(chars, 0, "中国") || starts_with(chars, 0, "中华人民共和国") {
        let len = if chars[1] == '国' { 2 } else { 7 };
        if province(chars, len).is_some() {
            at = len;
        }
    }
    if let Some((end, code)) = province(chars, at) {
        (at, division) = (end, code);
    }
    at = skip_space(chars, at);
    for _ in 0..2 {
        if let Some((end, code)) = city(chars, at) {
            let from = std::mem::replace(&mut at, end);
            // 滕州市 is a county of some city.
            let county =
                || if division.is_multiple_of(100) { of_county(&chars[from..end], division) } else { division };
            division = if code == 0 { county() } else { code };
        }
        at = skip_space(chars, at);
    }
    for _ in 0..2 {
        if let Some(end) = district(chars, at) {
            if division.is_multiple_of(100) {
                division = of_county(&chars[at..end], division);
            }
            at = end;
        }
        at = skip_space(chars, at);
    }
    at = skip_space(chars, street(chars, at).unwrap_or(at));
    Area { length: skip_space(chars, community(chars, at).unwrap_or(at)), division }
}

/// Whether a province or a city stands at the front.
pub(super) fn names_city(chars: &Line) -> bool {
    starts_with(chars, 0, "中国") || province(chars, 0).is_some() || city(chars, 0).is_some()
}

fn skip_space(chars: &Line, mut at: usize) -> usize {
    while matches!(chars.get(at), Some(' ' | '-' | '/')) {
        at += 1;
    }
    at
}

/// Where the name of a province ends, and its code.
fn province(chars: &Line, at: usize) -> Option<(usize, u16)> {
    if !chars.is(at, PROVINCE) {
        return None;
    }
    let rest = &chars[at..];
    for Name { chars: name, short, code } in PROVINCES.iter() {
        if rest.first() != name.first() {
            continue;
        }
        if rest.starts_with(name) {
            return Some((at + name.len(), *code));
        }
        if rest.starts_with(&name[..*short]) {
            let end = at + short;
            if city(chars, end).is_some() || district(chars, end).is_some() {
                return Some((end, *code));
            }
        }
    }
    None
}

/// Where the name of a city ends, and its code; 0 for a city that no list has.
fn city(chars: &Line, at: usize) -> Option<(usize, u16)> {
    // Names of cities end with such a character, and behind a short one a district's must follow.
    if !chars.has(DISTRICT) {
        return None;
    }
    for Name { chars: name, short, code } in cities(chars, at) {
        let rest = &chars[at..];
        if rest.starts_with(name) {
            return Some((at + name.len(), *code));
        }
        if rest.starts_with(&name[..*short]) && rest.get(*short) != Some(&'市') {
            let end = at + short;
            if district(chars, end).is_some_and(|next| next > end + 1) {
                return Some((end, *code));
            }
        }
    }
    // A city that no list has.
    let end = candidate(chars, at, 7, DISTRICT, |c, i| {
        c == '市' && may_be_city(&chars[at..i]) && !starts_with(chars, i, "市场") && !is_behind_town(&chars[at..i])
    })?;
    Some((end, 0))
}

/// The cities whose names begin with the character at `at`.
fn cities(chars: &Line, at: usize) -> &'static [Name] {
    if !chars.is(at, CITY) {
        return &[];
    }
    let from = CITIES.partition_point(|city| city.chars[0] < chars[at]);
    let len = CITIES[from..].iter().take_while(|city| city.chars[0] == chars[at]).count();
    &CITIES[from..from + len]
}

/// Whether the name of a city begins with `c`.
pub(super) fn begins_city(c: char) -> bool {
    CITIES.binary_search_by_key(&c, |city| city.chars[0]).is_ok()
}

/// Whether the name of a province begins with `c`.
pub(super) fn begins_province(c: char) -> bool {
    PROVINCES.iter().any(|province| province.chars.first() == Some(&c))
}

fn district(chars: &Line, at: usize) -> Option<usize> {
    if !chars.has(DISTRICT) {
        return None;
    }
    candidate(chars, at, 14, DISTRICT, |c, i| match c {
        '区' => !is_part_of_estate(&chars[at..i]),
        '县' => i > at && !is_behind_town(&chars[at..i]),
        '市' => {
            let is_city = may_be_city(&chars[at..i]) || is_county(&chars[at..=i]);
            is_city && !starts_with(chars, i, "市场") && !is_behind_town(&chars[at..i])
        }
        // 东三旗村 is a village.
        '旗' => i >= at + 2 && !is_behind_town(&chars[at..i]) && chars.get(i + 1) != Some(&'村'),
        _ => false,
    })
}

/// Whether a town or a street ends in that beginning of a name, so that what follows is a village, a road or an estate:
/// 清泉镇红|旗, 城关街道|市府路, 大满镇|县前街. Cities that end so (景德镇市) are known by their whole names.
fn is_behind_town(before: &[char]) -> bool {
    let towns = before.iter().enumerate().skip(2);
    towns.into_iter().any(|(_, c)| matches!(c, '镇' | '乡')) || before.windows(2).any(|pair| pair == ['街', '道'])
}

/// Whether what stands before 区 makes it a part of an estate: 小区, 生活区, A区, 三区, 锦绣东区.
fn is_part_of_estate(before: &[char]) -> bool {
    let Some(&last) = before.last() else { return true };
    let ends = |word: &str| {
        let mut before = before.iter().rev();
        word.chars().rev().all(|c| before.next() == Some(&c))
    };
    matches!(last, '小' | '社')
        || last.is_ascii_alphanumeric()
        || (before.len() >= 2 && number_at(before, before.len() - 1, true).is_some())
        || (before.len() >= 3 && matches!(last, '东' | '西' | '南' | '北' | '中'))
        || ["生活", "家属", "住宅", "别墅", "宿舍", "居民", "校", "厂", "院", "家园", "花园", "公寓"]
            .iter()
            .any(|word| ends(word))
        || before.windows(2).any(|pair| matches!(pair, ['花', '园'] | ['小', '区'] | ['家', '园']))
}

fn street(chars: &Line, at: usize) -> Option<usize> {
    // 街道 is never part of a road or estate, so its name may hold 路 or 花园.
    for i in at + 1..chars.len().min(at + 12) {
        if chars[i].is_ascii_digit() || chars[i] == '号' {
            break;
        }
        if starts_with(chars, i, "街道") {
            let mut end = i + 2;
            for word in ["办事处", "办"] {
                if starts_with(chars, end, word) {
                    end += word.chars().count();
                    break;
                }
            }
            return Some(end);
        }
    }
    candidate(chars, at, 8, TOWN, |c, i| {
        (matches!(c, '镇' | '乡') && i > at)
            || (c == '木' && i > at && chars[i - 1] == '苏')
            || starts_with(chars, i, "办事处")
    })
    .map(|end| if starts_with(chars, end, "事处") { end + 2 } else { end })
    .map(|end| if starts_with(chars, end, "人民政府") { end + 4 } else { end })
}

fn community(chars: &Line, at: usize) -> Option<usize> {
    for i in at + 1..chars.len().min(at + 13) {
        if chars[i].is_ascii_digit() || chars[i] == '号' {
            return None;
        }
        if !matches!(chars[i], '社' | '居' | '村') {
            continue;
        }
        let word = ["社区居民委员会", "社区居委会", "社区", "居委会", "居民委员会", "村民委员会", "村委会"]
            .into_iter()
            .find(|word| starts_with(chars, i, word));
        if let Some(word) = word {
            let end = i + word.chars().count();
            // 锦绣社区3号楼: the community is all there is of a name.
            return (end < chars.len() && !numbered(chars, end)).then_some(end);
        }
    }
    None
}

/// Whether a number with a building's or a house's word stands at `at`.
fn numbered(chars: &Line, at: usize) -> bool {
    let at = skip_space(chars, at);
    chars.number_at(at).is_some_and(|end| {
        chars[at].is_ascii_digit()
            || matches!(chars.get(end), Some('号' | '栋' | '幢' | '座' | '楼' | '组' | '队' | '单' | '#' | '排'))
    })
}

/// End of the first division's name from `at` on, of at least two and at most `len_max` characters, whose last character is
/// one of `kinds` that `ends` accepts, before any road or number; not if a road, an estate or a number follows directly.
fn candidate(
    chars: &Line,
    at: usize,
    len_max: usize,
    kinds: Kinds,
    ends: impl Fn(char, usize) -> bool,
) -> Option<usize> {
    for i in at..chars.len().min(at + len_max) {
        if !chars.is(i, HAN) {
            return None;
        }
        if i == at || !chars.is(i, kinds | STOP) {
            continue;
        }
        let c = chars[i];
        if chars.is(i, kinds) && ends(c, i) {
            let end = i + 1;
            // 甘州区花园路, 甘州区街心花园, 甘州区巷道镇: nothing is called after the whole name of a county.
            if is_county(&chars[at..end]) && chars.get(end).is_some_and(|&next| is_han(next) || next.is_ascii_digit()) {
                return Some(end);
            }
            // 大满镇道口村, 大满镇花园路: the place that follows has an ending of its own.
            if matches!(c, '镇' | '乡') && names_place(&chars[end..]) {
                return Some(end);
            }
            let next = chars.get(end).copied();
            let road = matches!(next, Some('路' | '街' | '巷' | '道' | '弄')) && !starts_with(chars, end, "街道")
                || starts_with(chars, end, "大街")
                || starts_with(chars, end, "大道");
            let directed = matches!(next, Some('东' | '西' | '南' | '北' | '中'))
                && matches!(chars.get(end + 1), Some('路' | '街'));
            return (!road && !directed && !chars.starts_estate(end) && !numbered(chars, end)).then_some(end);
        }
        // 大路镇, 小街乡.
        if i == at + 1 && matches!(c, '路' | '街' | '巷') && matches!(chars.get(i + 1), Some('镇' | '乡')) {
            continue;
        }
        let road = matches!(c, '路' | '巷' | '弄' | '号')
            || (c == '街' && chars.get(i + 1) != Some(&'道'))
            || starts_with(chars, i, "大道");
        if road || starts_with(chars, i, "小区") {
            return None;
        }
    }
    None
}

/// Whether the name of a village or a road, longer than such an ending alone, stands at the front.
fn names_place(rest: &[char]) -> bool {
    rest.iter().take(6).take_while(|c| is_han(**c)).skip(1).any(|c| matches!(c, '村' | '路' | '街' | '巷' | '弄'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_city_ends_as_the_scan_expects() {
        for Name { chars: name, .. } in CITIES.iter() {
            let mut line = Line::default();
            line.chars_mut().extend(name);
            line.read_kinds();
            assert!(line.is(name.len() - 1, DISTRICT), "{}", name.iter().collect::<String>());
        }
    }
}
