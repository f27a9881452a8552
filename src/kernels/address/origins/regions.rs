//! Key regions that are counties: 深圳市宝安区 is Shenzhen to whoever asks for cities, and where one of its districts is a key
//! region, the district.

use super::super::places::{counties, county_short};
use super::{Found, Name, above, ends_as_place, is_called_after, is_province, same_province, sort};

/// The counties among the key regions, by their names with and without the last word.
#[derive(Clone, Debug, Default)]
pub(super) struct Regions(Vec<Name>);

impl Regions {
    /// Those among `regions`, which are what codes of key regions begin with; a whole city needs none of its counties.
    pub(super) fn of(regions: &[String]) -> Self {
        let is_region = |code: u32| {
            let code = code.to_string();
            regions.iter().any(|region| region.len() > 4 && code.starts_with(region.as_str()))
        };
        let mut names = Vec::new();
        for (code, name) in counties().filter(|&(code, _)| is_region(code)) {
            names.push(Name::new(code, name, true, false));
            // 上海浦东 is 浦东新区.
            let short = name.strip_suffix("新区").unwrap_or_else(|| county_short(name));
            if short.chars().count() >= 2 && short != name {
                names.push(Name::new(code, short, false, true));
            }
        }
        sort(&mut names);
        Self(names)
    }

    /// Whether the county with that code is one.
    pub(super) fn has(&self, code: u32) -> bool {
        self.0.iter().any(|name| name.code == code)
    }

    /// The county that is named right behind the city (or, by its whole name, the province) that `found` is, or that is `found`
    /// itself (宝安区, 库尔勒); `found` where it is no key region.
    pub(super) fn behind(&self, found: Found, chars: &[char]) -> Found {
        if self.0.is_empty() {
            return found;
        }
        let named = |from: usize, is_in: &dyn Fn(&Name) -> bool| {
            let fits = |name: &&Name| {
                let rest = chars[from..].strip_prefix(&name.chars[..]);
                let ends = |rest| name.is_full || ends_as_place(rest) && !is_called_after(rest) && !is_station(rest);
                is_in(name) && rest.is_some_and(ends)
            };
            let name = self.0.iter().find(fits)?;
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
}

/// Whether a station or an airport goes by the name before it: who lands in 浦东机场 was not in 浦东.
fn is_station(rest: &[char]) -> bool {
    matches!(rest, ['站' | '机', ..] | ['国', '际', '机', ..])
}
