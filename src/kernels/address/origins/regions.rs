//! Key regions that are counties: 深圳市宝安区 is Shenzhen to whoever asks for cities, and where one of its districts is a key
//! region, the district.

use super::super::numbers::starts_with;
use super::super::places::{WORDS, counties, county_short};
use super::super::towns::towns;
use super::{Found, Name, above, ends_as_place, is_called_after, is_province, same_province, sort, starts_as_place};

/// The counties among the key regions, by their names with and without the last word.
#[derive(Clone, Debug, Default)]
pub(super) struct Regions {
    /// Those that are key regions by themselves.
    own: Vec<Name>,
    /// Those and all of provinces and cities that are.
    all: Vec<Name>,
    /// Towns in them whose name no other town has.
    towns: Vec<Name>,
}

impl Regions {
    /// Those among `regions`, which are what codes of key regions begin with.
    pub(super) fn of(regions: &[String]) -> Self {
        let is_in = |code: u32, digits: usize| {
            let code = code.to_string();
            regions.iter().any(|region| region.len() >= digits && code.starts_with(region.as_str()))
        };
        let mut of = Self::default();
        for (code, name) in counties().filter(|&(code, _)| is_in(code, 1)) {
            // 上海浦东 is 浦东新区.
            let short = name.strip_suffix("新区").unwrap_or_else(|| county_short(&name));
            let short = (short.chars().count() >= 2 && short != name).then(|| Name::new(code, short, false, true));
            let names = std::iter::once(Name::new(code, &name, true, false)).chain(short);
            for name in names {
                if is_in(code, 5) {
                    of.own.push(name.clone());
                }
                of.all.push(name);
            }
        }
        if !regions.is_empty() {
            of.towns = towns()
                .filter(|&(code, _)| is_in(code, 1))
                .map(|(code, name)| Name::new(code, name, false, true))
                .collect();
        }
        sort(&mut of.own);
        sort(&mut of.all);
        sort(&mut of.towns);
        of
    }

    /// Whether the county with that code is one.
    pub(super) fn has(&self, code: u32) -> bool {
        self.own.iter().any(|name| name.code == code)
    }

    /// Whether `code` is that of a county among the key regions right in the city (or municipality) `area`.
    pub(super) fn lies_in(&self, code: u32, area: u32) -> bool {
        code != area && above(code) == area && self.has(code)
    }

    /// The county that is named right behind the city (or, by its whole name, the province) that `found` is, or that is `found`
    /// itself (宝安区, 库尔勒); `found` where it is no key region.
    pub(super) fn behind(&self, found: Found, chars: &[char]) -> Found {
        if self.own.is_empty() {
            return found;
        }
        let named = |from: usize, is_in: &dyn Fn(&Name) -> bool| {
            let fits = |name: &&Name| {
                let rest = chars[from..].strip_prefix(&name.chars[..]);
                let ends = |rest| name.is_full || ends_as_place(rest) && !is_called_after(rest) && !is_station(rest);
                is_in(name) && rest.is_some_and(ends)
            };
            let name = self.own.iter().find(fits)?;
            Some(Found { code: name.code, from: found.from, to: from + name.chars.len() })
        };
        // 深圳 市 宝安区, 武汉的江岸区
        let skipped = chars[found.to..].iter().take_while(|c| matches!(c, '市' | '省' | ' ' | '-' | '的')).count();
        let of_province = |name: &Name| name.is_full && is_province(found.code) && same_province(name.code, found.code);
        let is_part = |name: &Name| above(name.code) == found.code;
        let is_whole = |name: &Name| is_part(name) && found.from + name.chars.len() >= found.to;
        named(found.from, &is_whole)
            .or_else(|| named(found.to + skipped, &|name| is_part(name) || of_province(name)))
            .unwrap_or(found)
    }

    /// The county that is named at `at` by itself or behind what it lies in (`before`), whatever of it follows: 海宁盐官, 金华东阳横店.
    pub(super) fn alone(&self, chars: &[char], at: usize, before: Option<Found>) -> Option<Found> {
        let from = self.all.partition_point(|name| name.chars.first() < chars.get(at));
        let names = self.all[from..].iter().take_while(|name| name.chars.first() == chars.get(at));
        let begins = starts_as_place(&chars[..at]);
        let fits = |name: &&Name| {
            let Some(rest) = chars[at..].strip_prefix(&name.chars[..]) else { return false };
            // 武汉市江岸区 is Wuhan, unless its district is a key region by itself.
            let is_needed = |before: u32| is_province(before) || self.has(name.code);
            let is_behind = || before.is_some_and(|of| same_province(of.code, name.code) && is_needed(of.code));
            let said: String = name.chars.iter().collect();
            let is_word = WORDS.contains(&county_short(&said));
            let ends = !is_word && !is_airport(rest) && rest.first() != Some(&'门') || ends_as_place(rest);
            let is_name = if name.is_full { !is_word || is_behind() } else { !is_called_after(rest) && ends };
            is_name && (begins && before.is_none() || is_behind())
        };
        let county = names.filter(fits).max_by_key(|name| name.chars.len());
        let county = county.map(|name| Found { code: name.code, from: at, to: at + name.chars.len() });
        county.or_else(|| self.town(chars, at, before))
    }

    /// The county of the town that is named at `at` as a place (枫亭, 莆田枫亭镇), by itself or behind what it lies in.
    fn town(&self, chars: &[char], at: usize, before: Option<Found>) -> Option<Found> {
        let from = self.towns.partition_point(|name| name.chars.first() < chars.get(at));
        let names = self.towns[from..].iter().take_while(|name| name.chars.first() == chars.get(at));
        let stands = |name: &&Name| match before {
            None => starts_as_place(&chars[..at]),
            Some(of) => same_province(of.code, name.code) && (is_province(of.code) || self.has(name.code)),
        };
        let end = |name: &Name| {
            let rest = chars[at..].strip_prefix(&name.chars[..])?;
            let word = ["街道", "镇", "乡"].into_iter().find(|word| starts_with(rest, 0, word));
            let word = word.map_or(0, |word| word.chars().count());
            (word > 0 || ends_as_place(rest) && !is_called_after(rest)).then_some(at + name.chars.len() + word)
        };
        let found = names.filter(stands).filter_map(|name| Some((end(name)?, name.code))).max()?;
        Some(Found { code: found.1, from: at, to: found.0 })
    }
}

/// Whether an airport goes by the name before it.
fn is_airport(rest: &[char]) -> bool {
    matches!(rest, ['机', '场', ..] | ['国', '际', '机', ..])
}

/// Whether a station or an airport goes by the name before it: who lands in 浦东机场 was not in 浦东.
fn is_station(rest: &[char]) -> bool {
    matches!(rest, ['站' | '机', ..] | ['国', '际', '机', ..])
}
