//! What single cells of a directory say.

use super::HELPERS_SEPARATORS;
use crate::config::Mapping;
use crate::tables::RawChunk;
use arrow::array::Array;
use hashbrown::HashSet;

/// How many helpers the rows of a grid tell of: as many as the largest number that one states, or as there are names. What
/// is neither (约6人) tells nothing.
pub(super) fn helpers_of<'a>(cells: impl Iterator<Item = &'a str>) -> Option<u32> {
    let mut names: HashSet<&str> = HashSet::new();
    let mut most: Option<u32> = None;
    for cell in cells.map(str::trim).filter(|cell| !cell.is_empty()) {
        let number = cell.trim_end_matches(['人', '名']);
        match number.strip_suffix(".0").unwrap_or(number).parse() {
            Ok(number) => most = most.max(Some(number)),
            Err(_) if cell.contains(|c: char| c.is_numeric()) => {}
            Err(_) => names.extend(cell.split(HELPERS_SEPARATORS).map(str::trim).filter(|name| !name.is_empty())),
        }
    }
    let named = u32::try_from(names.len()).ok().filter(|&named| named > 0);
    most.max(named)
}

/// The village of a community, which is named as its committee as well.
pub(super) fn village_of(community: &str) -> Option<String> {
    let name = community.strip_suffix("社区").unwrap_or(community);
    let name = ["村民委员会", "村委会", "委员会", "委会"].iter().find_map(|end| name.strip_suffix(end)).map_or_else(
        || name.to_owned(),
        |rest| if rest.ends_with('村') { rest.to_owned() } else { format!("{rest}村") },
    );
    name.ends_with(['村', '屯', '庄', '寨']).then_some(name)
}

/// A code without the sign with which a spreadsheet marks a text ('4302…), and without the fraction of a whole number.
pub(super) fn plain_code(code: &str) -> &str {
    let code = code.trim_start_matches(['\'', '‘', '’', '`']).trim();
    let whole = code.strip_suffix(".0").filter(|whole| whole.bytes().all(|byte| byte.is_ascii_digit()));
    whole.unwrap_or(code)
}

/// Whether a spreadsheet cut a code off: 4.30281E+14.
pub(super) fn is_cut(code: &str) -> bool {
    let number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    let parts = code.split_once(['E', 'e']).map(|(digits, power)| (digits, power.trim_start_matches('+')));
    parts.is_some_and(|(digits, power)| code.contains(['.', '+']) && number(digits) && number(power))
}

/// Whether a row sums up others.
pub(super) fn is_total(values: &[String]) -> bool {
    let squeezed = |text: &String| text.chars().filter(|c| !c.is_whitespace()).collect::<String>();
    let is_word =
        |text: String| matches!(text.trim_end_matches([':', '：']), "合计" | "总计" | "小计" | "共计" | "累计");
    values[..7].iter().any(|text| text.chars().count() <= 5 && is_word(squeezed(text)))
}

/// The published kind; empty for none stated, `None` for a word that is not known.
pub(super) fn kind_of(text: &str) -> Option<&'static str> {
    match text.trim_end_matches("网格").trim_end_matches("类").to_ascii_lowercase().as_str() {
        "" => Some(""),
        "base" | "基础" | "普通" | "一般" | "1" => Some("base"),
        "dedicated" | "专属" | "专项" | "特殊" | "2" => Some("dedicated"),
        _ => None,
    }
}

/// The value of a mapping in one row, trimmed.
pub(super) fn mapped(mapping: &Mapping, chunk: &RawChunk, row: usize) -> String {
    match mapping {
        Mapping::Const(text) => text.trim().to_owned(),
        Mapping::Columns { columns, join, values } => {
            let cells =
                columns.iter().filter_map(|&column| chunk.columns.get(column)).filter(|cell| cell.is_valid(row));
            let texts: Vec<&str> = cells.map(|cell| cell.value(row).trim()).filter(|text| !text.is_empty()).collect();
            let text = texts.join(join);
            values.get(&text).cloned().unwrap_or(text)
        }
    }
}
