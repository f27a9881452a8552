//! The national division codes of provinces and prefectures, and their names.

use super::divisions::DIVISIONS;
use std::sync::LazyLock;

/// A division as it is looked up by name: first character, code, name, and the name as it is said for short.
type Named = (char, u32, &'static str, &'static str);

/// The provinces and the prefectures by the first character of their names, else in the order of the list: a name is
/// compared with the few that begin like it.
static BY_FIRST: LazyLock<[Vec<Named>; 2]> = LazyLock::new(|| {
    [true, false].map(|provinces| {
        let rows = DIVISIONS.iter().filter(|row| (row.0 % 10_000 == 0) == provinces);
        let shorten = if provinces { province_short } else { short };
        let mut named: Vec<Named> =
            rows.filter_map(|&(code, own)| Some((own.chars().next()?, code, own, shorten(own)))).collect();
        named.sort_by_key(|row| row.0);
        named
    })
});

/// The rows whose names begin with the first character of `name`.
fn like(rows: &'static [Named], name: &str) -> &'static [Named] {
    let Some(first) = name.chars().next() else { return &[] };
    let from = rows.partition_point(|row| row.0 < first);
    let len = rows[from..].partition_point(|row| row.0 == first);
    &rows[from..from + len]
}

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

/// Code of the province or prefecture that a place's name begins with, or is: 湖北省武汉市, 武汉市, 武汉, 湖北武汉, 湖北省. `None`
/// where no name fits or two do.
pub fn division_code(name: &str) -> Option<String> {
    let name = name.trim();
    let (province, rest) = match province_at(name) {
        Some((code, rest)) => (Some(code), rest),
        None => (None, name),
    };
    let mut found: Option<(u32, usize)> = None;
    for &(_, code, own, short) in like(&BY_FIRST[1], rest) {
        if province.is_some_and(|p| p / 10_000 != code / 10_000) {
            continue;
        }
        let len = match rest.strip_prefix(own) {
            Some(_) => own.len(),
            // The short form must stand alone or be followed by a further division, not begin a longer word.
            None => match rest.strip_prefix(short) {
                Some("") => own.len(),
                Some(after) if province.is_some() && after.ends_with(['区', '县', '市', '旗']) => short.len(),
                _ => continue,
            },
        };
        if found.is_none_or(|(_, best)| len > best) {
            found = Some((code, len));
        }
    }
    let code = found.map(|(code, _)| code).or(province)?;
    Some(code.to_string())
}

fn province_at(name: &str) -> Option<(u32, &str)> {
    for &(_, code, own, short) in like(&BY_FIRST[0], name) {
        if let Some(rest) = name.strip_prefix(own) {
            return Some((code, rest));
        }
        // 吉林市 lies in 吉林省.
        if let Some(rest) = name.strip_prefix(short).filter(|rest| !rest.starts_with('市')) {
            return Some((code, rest));
        }
    }
    None
}

/// The name of a prefecture without its last word.
pub(super) fn short(name: &str) -> &str {
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

/// Names of the provinces.
pub(super) fn provinces() -> impl Iterator<Item = &'static str> {
    DIVISIONS.iter().filter(|row| row.0 % 10_000 == 0).map(|row| row.1)
}

/// Names of the prefectures.
pub(super) fn prefectures() -> impl Iterator<Item = &'static str> {
    DIVISIONS.iter().filter(|row| row.0 % 10_000 != 0).map(|row| row.1)
}
