//! The national division codes of provinces and prefectures, and their names.

use super::counties::COUNTIES;
use super::divisions::DIVISIONS;
use super::former::FORMER;
use std::borrow::Cow;

/// Name of a division by its code of six (or more) digits: `武汉市` under its province (湖北省武汉市), the prefecture's for a
/// county. `None` for a code that is in no list.
pub fn division_name(code: &str) -> Option<String> {
    let code = code.trim();
    let head = code.get(..6).filter(|_| code.len() <= 18 && code.bytes().all(|b| b.is_ascii_digit()));
    let head = match (head, code.len()) {
        (Some(head), _) => head.parse::<u32>().ok()?,
        (None, 2 | 4) => code.parse::<u32>().ok()? * if code.len() == 2 { 10_000 } else { 100 },
        _ => return None,
    };
    let province = name_of(head / 10_000 * 10_000)?;
    let own = name_of(head).or_else(|| name_of(head / 100 * 100)).unwrap_or(province);
    Some(if own == province { own.to_owned() } else { format!("{province}{own}") })
}

fn name_of(code: u32) -> Option<&'static str> {
    DIVISIONS.binary_search_by_key(&code, |row| row.0).ok().map(|i| DIVISIONS[i].1)
}

/// The name of a prefecture without its last word.
pub(super) fn short(name: &str) -> &str {
    if name.ends_with("自治县") {
        return county_short(name);
    }
    ["地区", "市", "盟"]
        .iter()
        .find_map(|end| name.strip_suffix(end))
        .filter(|s| s.chars().count() >= 2)
        .unwrap_or(name)
}

/// The name of a province as it is said.
pub(super) fn province_short(name: &str) -> &str {
    let first = |chars: usize| name.char_indices().nth(chars).map_or(name, |(at, _)| &name[..at]);
    if name.starts_with("内蒙古") || name.starts_with("黑龙江") { first(3) } else { first(2) }
}

/// Provinces that are cities, by the first two digits of their codes.
pub(super) const MUNICIPALITIES: [u16; 4] = [11, 12, 31, 50];

/// What the codes of places in a city begin with, by the code of the city: a municipality is all of its province.
pub fn city_prefix(city: &str) -> &str {
    let is_municipality = MUNICIPALITIES.iter().any(|code| city.starts_with(&code.to_string()));
    city.get(..if is_municipality { 2 } else { 4 }).unwrap_or(city)
}

/// What sets places of the division with that code, by its first four digits, apart from those of `city`: the name of its
/// province where that is another one, else its own. `None` where it is the city, or may be, since only their province is named.
pub(super) fn apart_from(division: u16, city: u16) -> Option<&'static str> {
    let [province, own_province] = [division, city].map(|code| code / 100);
    if province != own_province {
        return name_of(u32::from(province) * 10_000);
    }
    let is_other = !division.is_multiple_of(100) && division != city && !city.is_multiple_of(100);
    if is_other { DIVISIONS.iter().find(|row| row.0 / 100 == u32::from(division)).map(|row| row.1) } else { None }
}

/// Codes and names of the provinces.
pub(super) fn provinces() -> impl Iterator<Item = (u32, &'static str)> {
    DIVISIONS.iter().copied().filter(|row| row.0 % 10_000 == 0)
}

/// Codes and names of the prefectures.
pub(super) fn prefectures() -> impl Iterator<Item = (u32, &'static str)> {
    DIVISIONS.iter().copied().filter(|row| row.0 % 10_000 != 0)
}

/// The names of the city with that code, by its first four digits, and of its province, as they are said.
pub fn short_names(city: u16) -> impl Iterator<Item = &'static str> {
    let of_city = prefectures().filter(move |&(code, _)| code / 100 == u32::from(city)).map(|(_, name)| short(name));
    let of_province = provinces().filter(move |&(code, _)| code / 10_000 == u32::from(city / 100));
    of_city.chain(of_province.map(|(_, name)| province_short(name)))
}

/// The name of a county without its last word, if it is one without it: 醴陵 of 醴陵市, nothing of 攸县.
pub fn county_stem(name: &str) -> Option<&str> {
    let stem = county_short(name);
    (stem != name && stem.chars().count() >= 2 && !WORDS.contains(&stem)).then_some(stem)
}

/// Codes and names of all counties: as they are called, as those that are no more were called, and 彭水县 for 彭水苗族土家族自治县.
pub(super) fn counties() -> impl Iterator<Item = (u32, Cow<'static, str>)> {
    let listed = |table: &'static [(u16, &'static str)]| {
        table.iter().flat_map(|&(prefecture, names)| {
            let county = move |text: &'static str| {
                Some((u32::from(prefecture) * 100 + text[..2].parse::<u32>().ok()?, Cow::Borrowed(&text[2..])))
            };
            names.split(' ').filter_map(county)
        })
    };
    let said = listed(COUNTIES).filter_map(|(code, name)| {
        let ending = if name.ends_with("自治县") { '县' } else { '旗' };
        let autonomous = name.ends_with("自治县") || name.ends_with("自治旗");
        autonomous.then(|| (code, Cow::Owned(format!("{}{ending}", county_short(&name)))))
    });
    listed(COUNTIES).chain(listed(FORMER)).chain(said)
}

/// A county's name without its last word, and without the peoples of an autonomous one: 彭水 of 彭水苗族土家族自治县.
pub fn county_short(name: &str) -> &str {
    if let Some(of_peoples) = name.strip_suffix("自治县").or_else(|| name.strip_suffix("自治旗")) {
        let mut short = of_peoples;
        while let Some(shorter) = PEOPLES.iter().find_map(|people| short.strip_suffix(people)) {
            // 东乡族自治县 is called after its people.
            if shorter.chars().count() < 2 {
                return short.strip_suffix('族').unwrap_or(short);
            }
            short = shorter;
        }
        return short;
    }
    let ends = ["市", "县", "区", "旗"];
    ends.iter().find_map(|end| name.strip_suffix(end)).unwrap_or(name)
}

/// Peoples in the names of autonomous counties.
const PEOPLES: [&str; 44] = [
    "蒙古族",
    "回族",
    "满族",
    "苗族",
    "土家族",
    "彝族",
    "侗族",
    "瑶族",
    "壮族",
    "布依族",
    "水族",
    "仡佬族",
    "畲族",
    "黎族",
    "傣族",
    "哈尼族",
    "拉祜族",
    "佤族",
    "布朗族",
    "独龙族",
    "怒族",
    "傈僳族",
    "白族",
    "普米族",
    "纳西族",
    "羌族",
    "藏族",
    "土族",
    "撒拉族",
    "保安族",
    "东乡族",
    "裕固族",
    "哈萨克族",
    "朝鲜族",
    "仫佬族",
    "毛南族",
    "达斡尔族",
    "各族",
    "蒙古",
    "哈萨克",
    "锡伯",
    "塔吉克",
    "鄂温克族",
    "鄂伦春",
];

/// Names of counties, without their last word, that are words of their own or that many cities call a part of themselves by.
pub(super) const WORDS: [&str; 62] = [
    "解放", "友好", "复兴", "前进", "前锋", "新建", "港口", "江南", "市北", "市南", "城西", "城东", "城北", "路北",
    "路南", "河西", "城厢", "西市", "站前", "老城", "古城", "老边", "小店", "红旗", "东风", "平安", "安定", "回民",
    "宏伟", "红星", "二道", "上街", "东湖", "南湖", "北湖", "滨湖", "太平", "山城", "新市", "友谊", "公安", "合作",
    "资源", "会同", "太湖", "东海", "南海", "滨海", "城中", "东城", "西城", "城南", "新城", "河东", "江北", "江东",
    "海港", "桥东", "桥西", "通道", "互助", "河口",
];
