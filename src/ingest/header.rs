//! Which row of a dump is the header, and which of its columns are the ones that the source needs. The header is often
//! not the first row: titles stand above it, or a second row of headings below.

use super::record::Fields;

/// The header is looked for in so many rows.
pub(super) const HEADER_ROWS_MAX: usize = 30;
/// A header of more columns is none.
pub(super) const COLUMNS_MAX: usize = 16_384;

/// The header of a table and where the needed columns stand in it.
#[derive(Clone, Debug, Default)]
pub(super) struct Plan {
    /// Column of the table for each needed one, in their order.
    pub(super) columns: Vec<Option<usize>>,
    /// Names of the table's columns as people read them.
    pub(super) names: Vec<String>,
    /// The rows of headings, trimmed, which some exports repeat on every page.
    repeats: Vec<Vec<String>>,
    /// Index of the first row of data among the rows looked at.
    pub(super) data: usize,
    /// Index of the header among them.
    pub(super) row: usize,
}

impl Plan {
    /// Number of columns of the table.
    pub(super) fn width(&self) -> usize {
        self.names.len()
    }

    /// How many needed columns were found.
    pub(super) fn found(&self) -> usize {
        self.columns.iter().flatten().count()
    }

    /// The needed columns that were not found.
    pub(super) fn missing(&self, columns: &[String]) -> Vec<String> {
        columns.iter().zip(&self.columns).filter(|(_, c)| c.is_none()).map(|(name, _)| name.clone()).collect()
    }

    /// Whether a row repeats the header.
    pub(super) fn is_header(&self, fields: &Fields, raw: &str) -> bool {
        self.repeats.iter().any(|names| {
            names.len() <= fields.count.max(self.width())
                && names.iter().enumerate().all(|(i, name)| trim(fields.get(raw, i)) == name)
        })
    }
}

/// Finds the header among the first rows of a table. `row` is the index of the header if it is set. Without needed
/// columns it is the first row that looks like headings. `None` if there is no row.
pub(super) fn find(rows: &[Vec<String>], columns: &[String], row: Option<usize>) -> Option<Plan> {
    let from = row.unwrap_or(0);
    let to = if row.is_some() { from + 1 } else { HEADER_ROWS_MAX };
    if columns.is_empty() {
        return by_looks(rows, row);
    }
    let mut best: Option<Plan> = None;
    // More columns win, then one row, then the upper one.
    for height in [1, 2] {
        for at in from..to.min(rows.len()) {
            let Some(plan) = candidate(rows, at, height, columns) else { continue };
            if best.as_ref().is_none_or(|b| plan.found() > b.found()) {
                best = Some(plan);
            }
        }
    }
    match best {
        Some(best) if best.found() > 0 || row.is_some() => Some(best),
        // Nothing matches: name the row that looks like headings.
        _ => by_looks(rows, row).map(|mut plan| {
            plan.columns = vec![None; columns.len()];
            plan
        }),
    }
}

fn candidate(rows: &[Vec<String>], at: usize, height: usize, columns: &[String]) -> Option<Plan> {
    let upper = rows.get(at)?;
    let options: Vec<Vec<String>> = if height == 1 {
        upper.iter().map(|name| vec![trim(name).to_owned()]).collect()
    } else {
        combined(upper, rows.get(at + 1)?)
    };
    let columns = match_columns(&options, columns);
    Some(plan(rows, at, height, options, columns))
}

fn plan(
    rows: &[Vec<String>],
    at: usize,
    height: usize,
    options: Vec<Vec<String>>,
    columns: Vec<Option<usize>>,
) -> Plan {
    let names = options.into_iter().map(|mut names| names.swap_remove(0)).collect();
    let heading = |row: &Vec<String>| row.iter().map(|name| trim(name).to_owned()).collect::<Vec<_>>();
    let repeats = rows[at..at + height].iter().map(heading).collect();
    Plan { columns, names, repeats, data: at + height, row: at }
}

/// What the columns of a header of two rows may be called, the name that people read first. The title of merged cells
/// stands in the first of them only.
fn combined(upper: &[String], lower: &[String]) -> Vec<Vec<String>> {
    let mut group = String::new();
    let cell = |row: &[String], i: usize| row.get(i).map_or("", |name| trim(name)).to_owned();
    (0..upper.len().max(lower.len()))
        .map(|i| {
            let (title, name) = (cell(upper, i), cell(lower, i));
            if !title.is_empty() {
                group.clone_from(&title);
            }
            match (title.is_empty(), name.is_empty()) {
                (_, true) => vec![title],
                _ if group.is_empty() => vec![name],
                _ => {
                    let mut names: Vec<String> =
                        ["", "-", "_", "/", " "].iter().map(|by| format!("{group}{by}{name}")).collect();
                    names.push(name);
                    if !title.is_empty() {
                        names.push(title);
                    }
                    names
                }
            }
        })
        .collect()
}

/// The column for each needed name: the same name, else the same but for case, else but for marks such as `*` and
/// `（必填）`. A column serves one name.
pub(super) fn match_columns(options: &[Vec<String>], wanted: &[String]) -> Vec<Option<usize>> {
    let mut found = vec![None; wanted.len()];
    let mut taken = vec![false; options.len()];
    for (level, form) in [fold, lower, bare].into_iter().enumerate() {
        let forms: Vec<Vec<String>> = options.iter().map(|names| names.iter().map(|n| form(n)).collect()).collect();
        for (slot, name) in wanted.iter().enumerate() {
            let name = form(name);
            if found[slot].is_some() || name.is_empty() {
                continue;
            }
            let mut hits = (0..forms.len()).filter(|&i| !taken[i] && forms[i].contains(&name));
            let first = hits.next();
            // 电话（本人） and 电话（配偶） are both 电话: neither is taken.
            if level == 2 && hits.next().is_some() {
                continue;
            }
            if let Some(i) = first {
                taken[i] = true;
                found[slot] = Some(i);
            }
        }
    }
    found
}

fn trim(name: &str) -> &str {
    name.trim_matches(|c: char| c.is_whitespace() || c == '\u{FEFF}')
}

/// Full-width letters, digits and marks are the plain ones.
fn fold(name: &str) -> String {
    let plain = |c: char| match c {
        '\u{FF01}'..='\u{FF5E}' => char::from_u32(c as u32 - 0xFEE0).unwrap_or(c),
        c if c.is_whitespace() => ' ',
        c => c,
    };
    trim(name).chars().map(plain).collect()
}

fn lower(name: &str) -> String {
    fold(name).to_lowercase()
}

fn bare(name: &str) -> String {
    let mut name: String = lower(name).chars().filter(|c| !c.is_whitespace() && *c != '*').collect();
    name.truncate(name.trim_end_matches([':', '：']).len());
    for (open, close) in [('(', ')'), ('[', ']'), ('【', '】')] {
        if name.ends_with(close)
            && let Some(at) = name.find(open).filter(|&at| at > 0)
        {
            name.truncate(at);
        }
    }
    name
}

/// The first row that looks like headings: as wide as most rows, without numbers, no name twice.
fn by_looks(rows: &[Vec<String>], row: Option<usize>) -> Option<Plan> {
    let filled = |row: &Vec<String>| row.iter().filter(|name| !trim(name).is_empty()).count();
    let widest = rows.iter().take(HEADER_ROWS_MAX).map(filled).max()?;
    let is_heading = |row: &&Vec<String>| {
        let mut names: Vec<&str> = row.iter().map(|name| trim(name)).filter(|name| !name.is_empty()).collect();
        let all = names.len();
        let words = names.iter().all(|name| !name.chars().all(|c| c.is_ascii_digit() || ".-/: ".contains(c)));
        names.sort_unstable();
        names.dedup();
        words && names.len() == all && all * 2 >= widest.max(1) && all > 0
    };
    let at = match row {
        Some(row) => Some(row).filter(|&row| row < rows.len()),
        None => rows.iter().take(HEADER_ROWS_MAX).position(|row| is_heading(&row)),
    };
    let at = at.or_else(|| rows.iter().position(|row| filled(row) > 0))?;
    // Merged titles leave gaps in the upper row exactly where the lower one has names.
    let gaps = |row: &Vec<String>| row.iter().any(|name| trim(name).is_empty());
    let two = rows.get(at + 1).filter(|lower| {
        let fills = |i: usize| lower.get(i).is_some_and(|name| !trim(name).is_empty());
        gaps(&rows[at])
            && gaps(lower)
            && is_heading(lower)
            && (0..rows[at].len()).all(|i| fills(i) || !trim(&rows[at][i]).is_empty())
    });
    let options = match two {
        Some(lower) => combined(&rows[at], lower),
        None => rows[at].iter().map(|name| vec![trim(name).to_owned()]).collect(),
    };
    Some(plan(rows, at, 1 + usize::from(two.is_some()), options, Vec::new()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(text: &[&str]) -> Vec<Vec<String>> {
        text.iter().map(|row| row.split(',').map(str::to_owned).collect()).collect()
    }

    fn names(text: &str) -> Vec<String> {
        text.split(',').map(str::to_owned).collect()
    }

    #[test]
    fn titles_above_the_header_are_skipped() {
        let rows = rows(&["某街道人员名册,,", ",,", "单位：某社区,,", "序号,姓名,身份证号", "1,张三,3705"]);
        let plan = find(&rows, &names("身份证号,姓名"), None).unwrap();
        assert_eq!((plan.columns, plan.row, plan.data), (vec![Some(2), Some(1)], 3, 4));
    }

    #[test]
    fn two_rows_of_headings() {
        let rows = rows(&["姓名,联系方式,,住址,", ",手机,固话,社区,门牌", "张三,138,,某社区,1号"]);
        let plan = find(&rows, &names("姓名,手机,住址门牌"), None).unwrap();
        assert_eq!((plan.columns, plan.data), (vec![Some(0), Some(1), Some(4)], 2));
        assert_eq!(plan.names[4], "住址门牌");
        assert_eq!(find(&rows, &[], None).unwrap().data, 2);
    }

    #[test]
    fn names_match_through_marks_but_not_by_guess() {
        let header = names("\u{feff}*姓名,身份证号（必填）, ＩＤ　,电话（本人）,电话（配偶）,Phone,phone");
        let options: Vec<Vec<String>> = header.into_iter().map(|n| vec![n]).collect();
        let found = match_columns(&options, &names("姓名,身份证号,id,电话,phone,PHONE"));
        assert_eq!(found, [Some(0), Some(1), Some(2), None, Some(6), Some(5)]);
    }

    #[test]
    fn a_set_row_is_taken_and_looks_help_without_columns() {
        let rows = rows(&["导出时间,2026,", "姓名,性别,电话", "张三,男,138"]);
        assert_eq!(find(&rows, &names("姓名"), Some(1)).unwrap().row, 1);
        assert_eq!(find(&rows, &[], None).unwrap().row, 1);
        assert_eq!(find(&rows, &names("无"), None).unwrap().found(), 0);
        assert!(find(&[], &names("无"), None).is_none());
    }
}
