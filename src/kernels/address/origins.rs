//! Which divisions a text names: a cell that says where somebody came from, in whatever words. Names count wherever they
//! stand in it; roads, estates and hotels that are called after a city do not.
//!
//! A place that is found too often costs a visit, one that is missed may cost an outbreak. So only what is denied in so many
//! words is left out, and of several places none is chosen: nobody here knows which of them is a key region.

mod regions;

use super::denied;
use super::divisions::DIVISIONS;
use super::landmarks::{AMBIGUOUS, LANDMARKS, LETTERS};
use super::latin::latin;
use super::places::{MUNICIPALITIES, WORDS, city_prefix, counties, county_short, division_name, province_short, short};
use crate::kernels::text::{fold, is_han, is_space};
use hashbrown::{HashMap, HashSet};
use regions::Regions;
use std::cmp::Reverse;
use std::sync::LazyLock;

/// No cell about places is longer; of a story only the beginning is read.
const CHARS_MAX: usize = 200;

/// A name by which places are looked up.
#[derive(Clone, Debug)]
struct Name {
    chars: Vec<char>,
    /// 0: what is called so has no code.
    code: u32,
    /// Whether it stands with its last word (武汉市), so that no road or estate is called so.
    is_full: bool,
    is_ambiguous: bool,
}

impl Name {
    fn new(code: u32, name: &str, is_full: bool, is_ambiguous: bool) -> Self {
        Self { chars: name.chars().collect(), code, is_full, is_ambiguous }
    }
}

/// By their first character; of one character the longest first, and a province before its city.
fn sort(names: &mut [Name]) {
    names.sort_by(|a, b| (a.chars.first(), b.chars.len(), a.code).cmp(&(b.chars.first(), a.chars.len(), b.code)));
}

/// All names that mean one place in the whole country.
static NAMES: LazyLock<Vec<Name>> = LazyLock::new(|| {
    let name = |code: u32, name: &str, is_full: bool| Name::new(code, name, is_full, AMBIGUOUS.contains(&name));
    let mut names: Vec<Name> = Vec::new();
    for &(code, own) in &DIVISIONS {
        let said = if is_province(code) { province_short(own) } else { short(own) };
        names.push(name(code, own, true));
        if said != own {
            names.push(name(code, said, false));
        }
        if own.ends_with("自治县") {
            names.push(name(code, &format!("{said}县"), true));
        }
    }
    let ends = ['市', '区', '县', '旗', '州', '站', '场'];
    for (code, own) in LANDMARKS.iter().flat_map(|&(code, names)| names.split(' ').map(move |own| (code, own))) {
        names.push(name(code, own, own.chars().count() > 2 && own.ends_with(ends)));
    }
    let known: HashSet<Vec<char>> = names.iter().map(|name| name.chars.clone()).collect();
    let is_new = |name: &str| !known.contains(&name.chars().collect::<Vec<char>>());
    let (mut bearers, mut short_bearers) = (Bearers::default(), Bearers::default());
    for (code, own) in counties() {
        bearers.add(&own, code);
        short_bearers.add(county_short(&own), code);
    }
    for (code, own) in counties() {
        let said = county_short(&own);
        // Many a city calls a part of itself 东城区 or 西区, which one has in the list.
        let is_part = own.ends_with('区') && (WORDS.contains(&said) || said.chars().count() < 2);
        if bearers.is_one(&own) && !is_part && is_new(&own) {
            names.push(Name::new(code, &own, true, false));
        }
        // 五常 is a city, 友好 a word: without its last word a county must stand alone.
        let is_one = short_bearers.is_one(said) && !WORDS.contains(&said);
        if is_one && said != own && said.chars().count() >= 2 && is_new(said) {
            names.push(Name::new(code, said, false, true));
        }
    }
    sort(&mut names);
    names
});

/// The code of each name, if all that bear it have one.
#[derive(Default)]
struct Bearers(HashMap<String, Option<u32>>);

impl Bearers {
    fn add(&mut self, name: &str, code: u32) {
        let known = self.0.entry(name.to_owned()).or_insert(Some(code));
        *known = known.filter(|&known| known == code);
    }

    fn is_one(&self, name: &str) -> bool {
        self.0.get(name).is_some_and(Option::is_some)
    }
}

/// Words for the city itself, where somebody says where they were.
const HERE: [&str; 8] = ["本市", "市内", "本地", "当地", "本区", "本县", "市区", "城区"];

/// Where people of one city may come from: names that several places have are those of its own.
#[derive(Clone, Debug, Default)]
pub struct Origins {
    /// Counties of the city and words for it.
    own: Vec<Name>,
    /// Its first four digits.
    city: u32,
    regions: Regions,
}

impl Origins {
    /// Those of the city whose division code begins with these four digits; without, no place is its own.
    pub fn of(city: Option<u16>) -> Self {
        let Some(city) = city else { return Self::default() };
        let is_municipality = MUNICIPALITIES.contains(&(city / 100));
        let is_own = |code: u32| {
            if is_municipality { code / 10_000 == u32::from(city / 100) } else { code / 100 == u32::from(city) }
        };
        let whole = if is_municipality { u32::from(city) / 100 * 10_000 } else { u32::from(city) * 100 };
        let mut own: Vec<Name> = HERE.iter().map(|word| Name::new(whole, word, false, true)).collect();
        for (code, name) in counties().filter(|&(code, _)| is_own(code)) {
            own.push(Name::new(code, &name, true, false));
            let said = county_short(&name);
            if said.chars().count() >= 2 && said != name {
                own.push(Name::new(code, said, false, true));
            }
        }
        sort(&mut own);
        Self { own, city: city.into(), ..Self::default() }
    }

    /// The same where `regions` are key regions (what their codes begin with): a county that is one is told from its city.
    #[must_use]
    pub fn with_key_regions(self, regions: &[String]) -> Self {
        Self { regions: Regions::of(regions), ..self }
    }

    /// Whether that is the code of the city or of a part of it.
    pub fn is_own(&self, code: &str) -> bool {
        self.city != 0 && code.starts_with(city_prefix(&format!("{:04}", self.city)))
    }

    /// As [`division_codes`], for somebody of the city.
    pub fn codes(&self, text: &str) -> Vec<String> {
        codes_of(text, self)
    }

    /// The same without places that somebody is registered in or whose family is there: 上海户口，未外出.
    pub fn stays(&self, text: &str) -> Vec<String> {
        let chars = readable(text);
        let found = said(find(&chars, self), &chars).into_iter();
        let stays = found.filter(|found| !denied::is_of_others(&chars[..found.from], &chars[found.to..]));
        stays.map(|found| found.code.to_string()).collect()
    }

    /// Whether the text is one clause that denies every place in it, of which there is one: 未去过上海、吉林.
    pub fn denies_all(&self, text: &str) -> bool {
        let chars = readable(text);
        let found = find(&chars, self);
        !text.contains(['，', ',', '。', '；', ';']) && !found.is_empty() && said(found, &chars).is_empty()
    }

    /// The city's own names that begin with `first`, where what stands before them is no other place.
    fn beginning_with(&self, first: Option<&char>, before: Option<Found>) -> &[Name] {
        if before.is_some_and(|before| before.code / 100 != self.city && before.code / 10_000 * 100 != self.city) {
            return &[];
        }
        let from = self.own.partition_point(|name| name.chars.first() < first);
        let count = self.own[from..].iter().take_while(|name| name.chars.first() == first).count();
        &self.own[from..from + count]
    }
}

/// One-character names of provinces and their codes.
static LETTER_CODES: LazyLock<Vec<(char, u32)>> = LazyLock::new(|| {
    let own = LETTERS.iter().flat_map(|&(code, names)| names.chars().map(move |name| (name, code)));
    let mut all: Vec<(char, u32)> = own.filter(|(name, _)| *name != ' ').collect();
    all.sort_unstable();
    all
});

/// A place that a text names.
#[derive(Clone, Copy)]
struct Found {
    code: u32,
    from: usize,
    to: usize,
}

/// Codes of the divisions that a text names, in its order and each once: of provinces and prefectures, of a county where it
/// is named alone as many are (浦东新区) or is a key region, or the text itself if it is a code. A province stands for itself only where none of
/// its cities is named beside it. A place that somebody came back to at the end of the text (从上海返东营) goes first.
pub fn division_codes(text: &str) -> Vec<String> {
    codes_of(text, &Origins::default())
}

fn codes_of(text: &str, origins: &Origins) -> Vec<String> {
    if let Some(code) = bare_code(text) {
        return vec![code.to_owned()];
    }
    let chars = readable(text);
    let mut found = said(find(&chars, origins), &chars);
    if let [.., before, last] = found[..]
        && last.to == chars.len()
        && before.code != last.code
        && RETURNS.iter().any(|word| ends_with(&chars[..last.from], word))
    {
        // It is no origin, but it may be one of another journey, so it is kept.
        found.rotate_right(1);
    }
    let codes: Vec<u32> = found.iter().map(|found| found.code).collect();
    let mut kept: Vec<u32> = Vec::new();
    for &code in &codes {
        // 湖北省武汉市江岸区 is one place, Wuhan.
        let is_county = code % 100 != 0 && codes.contains(&above(code)) && !origins.regions.has(code);
        let has_city =
            is_province(code) && codes.iter().any(|&of| of != code && same_province(of, code) && above(of) != code);
        if !is_county && !has_city && !kept.contains(&code) {
            kept.push(code);
        }
    }
    kept.iter().map(u32::to_string).collect()
}

/// What of a cell is read for places.
fn readable(text: &str) -> Vec<char> {
    let chars: Vec<char> = text.trim().chars().take(CHARS_MAX).map(fold).collect();
    unspaced(&chars)
}

/// The last of [`division_codes`], for who needs one: journeys are written in their order, so the last stay is the newest.
/// `None` where no place is named.
pub fn division_code(text: &str) -> Option<String> {
    division_codes(text).pop()
}

/// Words before the place that somebody came back to. 到 and 回 are none: 从东营到上海, 从东营回长春.
const RETURNS: [&str; 4] = ["返", "返回", "抵", "来"];

/// The text itself, if it is a code of the national lists: 6 digits (county), 9 (street) or 12 (community).
fn bare_code(text: &str) -> Option<&str> {
    let text = text.trim();
    let text = text.strip_suffix(".0").unwrap_or(text);
    let is_code = matches!(text.len(), 6 | 9 | 12) && text.bytes().all(|b| b.is_ascii_digit());
    // Tickets name the station, and no other province is called like a city of its own.
    (is_code && division_name(text).is_some()).then_some(text).or((text == "吉林").then_some("220200"))
}

/// Without the spaces in names that are spaced for the eye: 上 海, 哈 尔 滨 站. Those between names stay.
fn unspaced(chars: &[char]) -> Vec<char> {
    let runs: Vec<&[char]> = chars.split(|&c| is_space(c)).filter(|run| !run.is_empty()).collect();
    let is_single = |run: &[char]| matches!(run, [c] if is_han(*c));
    let mut out: Vec<char> = Vec::with_capacity(chars.len());
    for (i, run) in runs.iter().enumerate() {
        if i > 0 && !is_single(run) && !is_single(runs[i - 1]) {
            out.push(' ');
        }
        out.extend(*run);
    }
    out
}

/// Without the places where somebody says they were not, and those that such a one is joined with: 未到过上海、吉林.
fn said(found: Vec<Found>, chars: &[char]) -> Vec<Found> {
    let mut denied_to = None;
    let is_said = |found: &Found| {
        let joined = denied_to.is_some_and(|to: usize| denied::are_joined(&chars[to..found.from]));
        let is_denied = joined || denied::is_denied(chars, found.from, found.to);
        denied_to = is_denied.then_some(found.to);
        !is_denied
    };
    found.into_iter().filter(is_said).collect()
}

/// Every place that is named, in order. Names do not overlap.
fn find(chars: &[char], origins: &Origins) -> Vec<Found> {
    let mut found: Vec<Found> = Vec::new();
    let mut at = 0;
    while at < chars.len() {
        if chars[at].is_ascii_alphanumeric() {
            let word = latin_word(&chars[at..]);
            found.extend(latin(&chars[at..at + word]).map(|code| Found { code, from: at, to: at + word }));
            at += word;
            continue;
        }
        let before = found.last().filter(|last| last.to == at).copied();
        let from = at;
        let of_region = || origins.regions.alone(chars, at, before).map(|region| (region.to, Some(region.code)));
        let named = match name_at(chars, at, before, origins) {
            Some(named) => Some(of_region().filter(|region| is_rather(*region, named)).unwrap_or(named)),
            None => of_region().or_else(|| letter_at(chars, at)),
        };
        match named {
            Some((to, code)) => {
                at = to;
                if let Some(code) = code {
                    // 金华东阳横店 is one place, Dongyang.
                    found.pop_if(|last| last.to == from && origins.regions.lies_in(code, last.code));
                    let named = origins.regions.behind(Found { code, from, to }, chars);
                    at = named.to;
                    found.push(named);
                }
            }
            None => at += 1,
        }
    }
    found
}

/// Whether the county of a key region is meant rather than what else is named there: by a longer name, or as a part of it.
fn is_rather(region: (usize, Option<u32>), named: (usize, Option<u32>)) -> bool {
    let is_part = || region.1.is_some_and(|county| named.1 == Some(above(county)) && named.1 != Some(county));
    region.0 > named.0 || region.0 == named.0 && named.1.is_some() && is_part()
}

/// How long the word is that the characters begin with: Xi'an and Hong Kong are one.
fn latin_word(chars: &[char]) -> usize {
    let is_part = |at: usize| {
        let inner = chars[at] == '\'' && chars.get(at + 1).is_some_and(char::is_ascii_alphabetic);
        chars[at].is_ascii_alphanumeric() || inner
    };
    let run = |from: usize| from + (from..chars.len()).take_while(|&at| is_part(at)).count();
    let word = run(0);
    let is = |from: usize, name: &str| chars[from..run(from)].iter().collect::<String>().eq_ignore_ascii_case(name);
    let is_two = is(0, "hong") && chars.get(word) == Some(&' ') && is(word + 1, "kong");
    if is_two { run(word + 1) } else { word }
}

/// The end of the name at `at`, and the code of its place; no code: what is called so is none. `before` ends where it begins.
fn name_at(chars: &[char], at: usize, before: Option<Found>, origins: &Origins) -> Option<(usize, Option<u32>)> {
    let from = NAMES.partition_point(|name| name.chars.first() < chars.get(at));
    let names = NAMES[from..].iter().take_while(|name| name.chars.first() == chars.get(at));
    // 吉林市场 is not 吉林市.
    let is_market = |name: &Name| name.chars.last() == Some(&'市') && chars.get(at + name.chars.len()) == Some(&'场');
    let fits = |name: &&Name| chars[at..].starts_with(&name.chars) && !is_market(name);
    let province = before.filter(|before| is_province(before.code));
    let own = |name: &&Name| province.is_some_and(|p| same_province(p.code, name.code) && !is_province(name.code));
    let mut fitting: Vec<&Name> = names.filter(fits).collect();
    // Behind its province a city goes before a namesake: 吉林省吉林.
    fitting.sort_by_key(|name| (Reverse(name.chars.len()), !own(name)));
    let local = origins.beginning_with(chars.get(at), before).iter().find(fits);
    // 朝阳站 is none of Beijing's: stations are called after cities.
    let is_station = |name: &&Name| chars.get(at + name.chars.len()) == Some(&'站') && !fitting.is_empty();
    let local = local.filter(|name| !is_station(name));
    let longer = |name: &&&Name| local.is_none_or(|local| name.chars.len() > local.chars.len());
    let name = fitting.first().filter(longer).copied().or(local)?;
    let to = at + name.chars.len();
    let rest = &chars[to..];
    if name.is_full {
        return Some((to, Some(name.code).filter(|&code| code != 0)));
    }
    if is_called_after(rest) {
        return Some((to, None));
    }
    let stands_alone = || starts_as_place(&chars[..at]) && ends_as_place(rest);
    let is_part = before.is_none() && is_province(name.code) && ends_with_any(&chars[..at], &WATERS);
    if is_part || name.is_ambiguous && !own(&name) && !stands_alone() {
        return None;
    }
    // A district of the city before it is called like another city: 天津河北区.
    let is_district = before.is_some() && !own(&name) && rest.first() == Some(&'区');
    Some((to, (!is_district).then_some(name.code)))
}

/// The one-character name of a province, where it stands for itself: 沪, 从沪返, 在沪; no part of a word is one.
fn letter_at(chars: &[char], at: usize) -> Option<(usize, Option<u32>)> {
    let letter = LETTER_CODES.binary_search_by_key(chars.get(at)?, |(letter, _)| *letter).ok()?;
    let code = LETTER_CODES[letter].1;
    // No direction may follow: 京东 is a firm.
    let goes_on = |c: &char| is_sign(*c) || "返来回到至抵出旅务打上就探飞驾".contains(*c);
    let alone = starts_as_place(&chars[..at]) && chars.get(at + 1).is_none_or(goes_on);
    alone.then_some((at + 1, Some(code)))
}

/// 黄|河南岸, 太|湖南, 珠|江西: what ends with these and a direction is no province.
const WATERS: [char; 16] =
    ['黄', '淮', '珠', '长', '太', '泰', '华', '洪', '巢', '上', '渤', '沿', '漳', '鄱', '漓', '唐'];

/// Whether a road, an estate or a house goes by the name before it: 上海路, 南京东路, 武汉花园, 北京饭店.
fn is_called_after(rest: &[char]) -> bool {
    const DIRECTIONS: &[char] =
        &['东', '西', '南', '北', '中', '一', '二', '三', '四', '五', '六', '七', '八', '九', '十', '支'];
    const ROADS: [&str; 8] = ["路", "街", "巷", "弄", "道", "大街", "大道", "胡同"];
    // 途经上海路过, 在上海街头: 路 is a verb there or a word of its own.
    const NO_ROADS: [&str; 5] = ["路过", "路经", "路途", "路上", "街头"];
    const HOUSES: [&str; 27] = [
        "花园",
        "小区",
        "家园",
        "佳苑",
        "公寓",
        "社区",
        "新村",
        "村",
        "大厦",
        "酒店",
        "大酒店",
        "饭店",
        "大饭店",
        "宾馆",
        "旅馆",
        "火锅",
        "小面",
        "拉面",
        "小吃",
        "烤鸭",
        "本田",
        "大众",
        "现代",
        "银行",
        "里小区",
        "苑小区",
        "商厦",
    ];
    let starts = |rest: &[char], word: &str| word.chars().enumerate().all(|(i, c)| rest.get(i) == Some(&c));
    if NO_ROADS.iter().any(|word| starts(rest, word)) {
        return false;
    }
    let turned = rest.iter().take_while(|c| DIRECTIONS.contains(c) || c.is_ascii_digit()).take(3).count();
    HOUSES.iter().any(|word| starts(rest, word))
        || (0..=turned).any(|skip| ROADS.iter().any(|word| starts(&rest[skip..], word)))
}

/// Whether what stands before a name lets a place begin: nothing, a sign, a word like 从.
fn starts_as_place(before: &[char]) -> bool {
    const WORDS: [char; 17] =
        ['从', '自', '由', '在', '到', '至', '往', '去', '赴', '经', '离', '过', '于', '返', '回', '国', '省'];
    before.last().is_none_or(|&c| is_sign(c) || WORDS.contains(&c))
}

/// Whether what stands behind a name lets it end: nothing, a sign, a word like 返.
fn ends_as_place(rest: &[char]) -> bool {
    const WORDS: [char; 26] = [
        '返', '来', '回', '到', '至', '抵', '出', '旅', '务', '打', '居', '站', '机', '东', '西', '南', '北', '市',
        '区', '县', '州', '等', '探', '上', '转', '的',
    ];
    rest.first().is_none_or(|&c| is_sign(c) || WORDS.contains(&c))
}

fn is_sign(c: char) -> bool {
    is_space(c) || c.is_ascii_punctuation() || c.is_ascii_digit() || "、，。；：（）【】—–→～·《》“”".contains(c)
}

fn ends_with(chars: &[char], word: &str) -> bool {
    let mut chars = chars.iter().rev();
    word.chars().rev().all(|c| chars.next() == Some(&c))
}

fn ends_with_any(chars: &[char], words: &[char]) -> bool {
    chars.last().is_some_and(|c| words.contains(c))
}

/// The prefecture of a county; the municipality, where there is none between them.
fn above(county: u32) -> u32 {
    let is_municipality = matches!(county / 10_000, 11 | 12 | 31 | 50);
    if is_municipality { county / 10_000 * 10_000 } else { county / 100 * 100 }
}

pub(super) fn is_province(code: u32) -> bool {
    code.is_multiple_of(10_000)
}

pub(super) fn same_province(a: u32, b: u32) -> bool {
    a / 10_000 == b / 10_000
}

#[cfg(test)]
mod tests;
