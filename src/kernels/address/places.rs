//! The national division codes of provinces and prefectures, and their names.

use super::divisions::DIVISIONS;

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
