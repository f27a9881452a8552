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
            if row.is_none() && is_data(rows, at) {
                continue;
            }
            let Some(plan) = candidate(rows, at, height, columns) else { continue };
            if row.is_none() && plan.found() < columns.len() && is_repeated(rows, &plan) {
                continue;
            }
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
    let alone: Vec<Vec<String>> = upper.iter().map(|name| vec![trim(name).to_owned()]).collect();
    if height == 1 {
        let columns = match_columns(&alone, columns);
        return Some(plan(rows, at, height, alone, columns));
    }
    let lower = rows.get(at + 1).filter(|lower| !lower.iter().any(|name| has_figures(name)))?;
    let options = combined(upper, lower);
    let found = match_columns(&options, columns);
    if !is_below(upper, lower) {
        // Titles that are repeated instead of merged: the second row must be needed for most of what it says.
        let own = (0..lower.len()).filter(|&i| !cell(lower, i).is_empty() && cell(lower, i) != cell(upper, i)).count();
        let count = |found: &[Option<usize>]| found.iter().flatten().count();
        let more = count(&found).saturating_sub(count(&match_columns(&alone, columns)));
        if more < 2 || more * 2 < own {
            return None;
        }
    }
    Some(plan(rows, at, height, options, found))
}

/// Whether the second row stands below the first as headings below titles of merged cells: it fills what is blank beside a
/// title, and says nothing below a name that has no blank beside it.
fn is_below(upper: &[String], lower: &[String]) -> bool {
    let filled = |i: usize| cell(upper, i).is_empty() && !cell(lower, i).is_empty();
    let width = upper.len().max(lower.len());
    (0..width).any(filled)
        && (0..width).all(|i| {
            let (title, name) = (cell(upper, i), cell(lower, i));
            name.is_empty() || title.is_empty() || name == title || filled(i + 1)
        })
}

/// Whether row `at` is one of data: it holds a number as persons have.
fn is_data(rows: &[Vec<String>], at: usize) -> bool {
    rows[at].iter().any(|name| is_number(name))
}

/// Whether each heading that is needed stands in its column again, in a row that is not the header once more: a value then,
/// such as 户主 in a column of relations.
fn is_repeated(rows: &[Vec<String>], plan: &Plan) -> bool {
    let same = |i: usize, row: &Vec<String>| cell(row, i) == cell(&rows[plan.row], i);
    let again = |&i: &usize| {
        let mut others = rows.iter().enumerate().filter(|(at, _)| !(plan.row..plan.data).contains(at));
        others.any(|(_, row)| same(i, row) && !(0..plan.width()).all(|i| same(i, row)))
    };
    plan.found() > 0 && plan.columns.iter().flatten().all(again)
}

/// Whether a cell is a number as persons have, of a phone or a document: 11 digits and more, some of them masked, or what a
/// spreadsheet made of them.
fn is_number(name: &str) -> bool {
    let name = fold(name);
    let digits = name.bytes().filter(u8::is_ascii_digit).count();
    let places = digits + name.bytes().filter(|&b| b == b'*').count();
    let only = || name.chars().all(|c| c.is_ascii_digit() || "*Xx +-()'".contains(c));
    (digits >= 4 && places >= 11 && only()) || name.parse::<f64>().is_ok_and(|v| v.is_finite() && v.abs() >= 1e10)
}

/// Whether a cell has so many digits that it may be a number, a date or an address, or is nothing but digits and masks.
fn has_figures(name: &str) -> bool {
    let name = fold(name);
    let digits = name.bytes().filter(u8::is_ascii_digit).count();
    digits >= 5 || digits > 0 && name.contains('*') && name.chars().all(|c| c.is_ascii_digit() || "*Xx".contains(c))
}

/// Names of columns as they may be told to anybody, with `…` for those that may be a person's: a row of data may have been
/// taken for the header, or stand where one is set. If one is a number, so are all that are not needed (`columns`); where none
/// that is needed was found, there may be no header at all, and only what is called like a column is one.
pub(super) fn shown(names: &[String], columns: &[Option<usize>]) -> Vec<String> {
    if !columns.is_empty() && columns.iter().all(Option::is_none) {
        return names.iter().map(|name| if is_heading(name) { name.clone() } else { "…".to_owned() }).collect();
    }
    let data = names.iter().any(|name| is_number(name));
    let needed = |i: usize| columns.iter().flatten().any(|&column| column == i);
    let hidden = |i: usize, name: &String| has_figures(name) || data && !name.is_empty() && !needed(i);
    let names = names.iter().enumerate();
    names.map(|(i, name)| if hidden(i, name) { "…".to_owned() } else { name.clone() }).collect()
}

/// Words that stand in the names of columns, and hardly ever in what stands below them.
const HEADINGS: [&str; 40] = [
    "姓名",
    "名称",
    "编号",
    "编码",
    "号码",
    "证号",
    "证件",
    "身份证",
    "地址",
    "住址",
    "性别",
    "电话",
    "手机",
    "时间",
    "日期",
    "类型",
    "类别",
    "民族",
    "年龄",
    "关系",
    "户主",
    "网格",
    "单位",
    "备注",
    "结果",
    "来源",
    "状态",
    "序号",
    "出生",
    "登记",
    "代码",
    "楼栋",
    "name",
    "phone",
    "addr",
    "date",
    "birth",
    "gender",
    "code",
    "number",
];

/// Whether a text is called like a column.
fn is_heading(name: &str) -> bool {
    let name = trim(name).to_lowercase();
    let has_word = HEADINGS.iter().any(|word| name.contains(word)) || name == "id" || name.ends_with("_id");
    name.is_empty()
        || has_word && name.chars().count() <= 16 && !name.contains([':', '：', ',', '@']) && !has_figures(&name)
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
    (0..upper.len().max(lower.len()))
        .map(|i| {
            let (title, name) = (cell(upper, i).to_owned(), cell(lower, i).to_owned());
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

fn cell(row: &[String], i: usize) -> &str {
    row.get(i).map_or("", |name| trim(name))
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
        words && names.len() == all && all * 2 >= widest.max(1) && all > 0 && !names.iter().any(|name| is_number(name))
    };
    let at = match row {
        Some(row) => Some(row).filter(|&row| row < rows.len()),
        None => rows.iter().take(HEADER_ROWS_MAX).position(|row| is_heading(&row)),
    };
    let at = at.or_else(|| rows.iter().position(|row| filled(row) > 0))?;
    // Merged titles leave gaps in the upper row exactly where the lower one has names.
    let two = rows.get(at + 1).filter(|lower| {
        let fills = |i: usize| !cell(lower, i).is_empty() || !cell(&rows[at], i).is_empty();
        is_heading(lower)
            && is_below(&rows[at], lower)
            && (0..rows[at].len()).all(fills)
            && lower.iter().any(|name| trim(name).is_empty())
            && !lower.iter().any(|name| has_figures(name))
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
    fn a_row_of_data_is_no_second_row_of_headings() {
        let needed = names("姓名,户主,手机号码");
        let header = "编号,姓名,与户主关系,联系电话,";
        for data in ["A1,张伟,户主,13812345678,", "A1,张伟,户主,,", "A1,张伟,户主,,备注", ",,户主,138****5678,x"]
        {
            let rows = rows(&[header, data, "A2,李四,妻,13912345678,"]);
            let plan = find(&rows, &needed, None).unwrap();
            assert_eq!((plan.row, plan.data, &plan.columns[..]), (0, 1, &[Some(1), None, None][..]), "{data}");
            assert_eq!(find(&rows, &[], None).unwrap().data, 1, "{data}");
        }
        // Titles that are repeated over what belongs together, and one that is merged over nothing.
        let repeated = rows(&["姓名,联系,联系,住址,住址", "姓名,手机,固话,社区,门牌", "张三,138,,某社区,1号"]);
        let plan = find(&repeated, &names("姓名,联系手机,住址门牌"), None).unwrap();
        assert_eq!((plan.data, plan.columns), (2, vec![Some(0), Some(1), Some(4)]));
    }

    #[test]
    fn a_row_of_data_is_no_header() {
        let needed = names("姓名,户主,手机号码");
        let headless = ["A1,张伟,户主,13812345678", "A2,李四,妻,13912345678", "A3,王五,户主,13712345678"];
        assert_eq!(find(&rows(&headless), &needed, None).unwrap().found(), 0);
        // Without phones: what is a heading once is none where it comes back.
        let headless = ["A1,张伟,户主,", "A2,李四,妻,x", "A3,王五,户主,x"];
        assert_eq!(find(&rows(&headless), &needed, None).unwrap().found(), 0);
        let paged = ["编号,户主", "1,张伟", "编号,户主", "2,王五"];
        let plan = find(&rows(&paged), &needed, None).unwrap();
        assert_eq!((plan.row, plan.found()), (0, 1), "a header once more");
        // Days may be headings; a row that is set is one whatever it holds.
        let days = rows(&["姓名,2022-03-26,2022-03-27", "张三,阴性,阴性"]);
        assert_eq!(find(&days, &names("姓名,2022-03-27"), None).unwrap().found(), 2);
        assert_eq!(find(&rows(&["户主,13812345678"]), &names("户主"), Some(0)).unwrap().found(), 1);
    }

    #[test]
    fn numbers_of_persons() {
        for text in ["13812345678", "１３８１２３４５６７８", "138-1234-5678", "138****5678", "11010519491231002X"]
        {
            assert!(is_number(text) && has_figures(text), "{text}");
        }
        for text in ["4.30211198112163E+17", "1.3812345678E10", "+86 13812345678", "370502********1234"] {
            assert!(is_number(text), "{text}");
        }
        for text in ["电话", "2022-03-27", "备注（咨询电话0546-8331234）", "第2剂", "*电话1", "nan", ""] {
            assert!(!is_number(text), "{text}");
        }
        assert!(
            has_figures("1990年1月5日") && has_figures("**1234") && !has_figures("*电话1") && !has_figures("第2剂")
        );
    }

    #[test]
    fn what_may_be_a_persons_is_not_shown() {
        let headless = names("1,王明,女,锦绣花园,张三的家,姓名:王小明,John Smith,root:x:0");
        assert_eq!(shown(&headless, &[None, None]), ["…"; 8]);
        let renamed = names("人员姓名,联系电话,record_id,London");
        assert_eq!(shown(&renamed, &[None]), ["人员姓名", "联系电话", "record_id", "…"]);
        let columns = names("编号,姓名,2022-03-27,幸福小区12号楼3单元501室,第2剂");
        assert_eq!(shown(&columns, &[]), ["编号", "姓名", "…", "…", "第2剂"]);
        assert_eq!(shown(&names("A1,张伟,户主,,13812345678"), &[Some(2), None]), ["…", "…", "户主", "", "…"]);
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
