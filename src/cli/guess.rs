//! A first pipeline file guessed from the heads of dumps: which dumps are one source, whose they are, which column is which
//! field, what a row says happened. Every guess is marked, because a wrong one costs more than a missing one.

use super::guess_rules::{Told, rules_text};
use super::guess_words::{
    AGENCIES, DETAILS, DIRECTIVES, EVENT_TIMES, FIELDS, GRIDS, HALVES, JOURNEYS, PLACE_CODES, PLACES,
};
use super::wiring::{Head, Unread};
use crate::kernels::text::is_han;
use crate::message::{Lang, Message};
use std::fmt::Write;
use std::path::Path;

/// Dumps with the same columns and nearly the same name.
struct Group<'a> {
    stem: String,
    heads: Vec<&'a Head>,
}

/// What a pipeline file needs to know beside the heads of dumps.
#[derive(Clone, Copy, Debug)]
pub(super) struct Around<'a> {
    /// The folder in which it stands.
    pub(super) folder: &'a Path,
    /// Division code of the city, if the grid directory tells.
    pub(super) city_code: Option<&'a str>,
    /// The folder of the rules' SQL, as seen from `folder`; none: the SQL stands in the file itself.
    pub(super) rules: Option<&'a str>,
    /// The language of its comments.
    pub(super) lang: Lang,
}

/// The grid directory among the dumps, and its column that tells the county of a grid, or else the code.
pub(super) fn directory(heads: &[Head]) -> Option<(&Path, &str)> {
    let head = heads.iter().find(|head| is_grids(&head.columns))?;
    let named = |field: &str| GRIDS.iter().find(|(name, _)| *name == field).map(|&(_, words)| words);
    let column = ["county_code", "code"].iter().find_map(|field| find(&head.columns, named(field)?))?;
    let column = head.columns.iter().find(|own| *own == column)?;
    Some((&head.path, column))
}

/// The text of a pipeline file.
pub(super) fn pipeline_text(heads: &[Head], unread: &[Unread], around: Around<'_>) -> String {
    let Around { folder, city_code, rules, lang } = around;
    let mut groups: Vec<Group<'_>> = Vec::new();
    for head in heads {
        let stem = stem(&head.path);
        let alike = |group: &&mut Group<'_>| {
            let first = group.heads[0];
            first.columns == head.columns
                && first.path.parent() == head.path.parent()
                && (common(&group.stem, &stem).is_some() || ends_alike(&group.heads[0].path, &head.path))
        };
        match groups.iter_mut().find(alike) {
            Some(group) => {
                group.stem = common(&group.stem, &stem).unwrap_or_default();
                group.heads.push(head);
            }
            None => groups.push(Group { stem, heads: vec![head] }),
        }
    }
    let note = |key| Message::new(key).render(lang);
    let mut text =
        format!("# {}\n\n[run]\nname = \"city\"\noutput = \"out\"\nstore = \"store\"\n", note("cli.init_head"));
    let (city, mark) = city_code.map_or(("370500", "# "), |code| (code, ""));
    let _ = writeln!(text, "{mark}city_code = \"{city}\"   # CHECK: {}", note("cli.init_city"));
    let _ = writeln!(text, "key_regions = [\"31\", \"2201\", \"4201\"]   # CHECK: {}", note("cli.init_regions"));
    let mut told = Told { run_keys: vec!["key_regions"], ..Told::default() };
    told.run_keys.extend(city_code.map(|_| "city_code"));
    let paths: Vec<String> = heads.iter().map(|head| relative(&head.path, folder)).collect();
    let grids = groups.iter().position(|group| is_grids(&group.heads[0].columns));
    if let Some(group) = grids.map(|at| groups.remove(at)) {
        let columns = &group.heads[0].columns;
        let _ = write!(text, "\n[grids]\npath = {}\n[grids.map]\n", quoted(&relative(&group.heads[0].path, folder)));
        map(&mut text, columns, GRIDS, "");
    }
    let (persons, others): (Vec<_>, Vec<_>) = groups.into_iter().partition(|group| is_persons(&group.heads[0].columns));
    for head in others.iter().flat_map(|group| &group.heads) {
        let left_out = Message::new("cli.init_no_person").with("file", relative(&head.path, folder)).render(lang);
        let _ = write!(text, "\n# {}", left_out.replace(['\n', '\r'], " "));
    }
    for Unread { path, why } in unread {
        let left_out = Message::new("cli.init_unread").with("file", relative(path, folder));
        let left_out = left_out.with("why", why.render(lang)).render(lang);
        let _ = write!(text, "\n# CHECK: {}", left_out.replace(['\n', '\r'], " "));
    }
    if !others.is_empty() || !unread.is_empty() {
        text.push('\n');
    }
    let mut names: Vec<String> = Vec::new();
    for (i, group) in persons.iter().enumerate() {
        let name = source_name(&group.stem, i + 1, &names);
        let agency = source(&mut text, group, &name, (folder, &paths), lang);
        told.agencies.push(agency);
        told.events.extend(events(&group.heads[0].columns).into_iter().map(|(kind, _)| kind));
        names.push(name);
    }
    text.push_str("\n[linkage]\npreset = \"person-cn\"\n\n");
    text.push_str(&rules_text(&told, rules, lang));
    let _ = writeln!(text, "\n# {}", note("cli.init_returns"));
    text.push_str("[returns]\npaths = [\"returns/*.xlsx\"]\n\n");
    text.push_str("[publish]\nparquet = true\nxlsx = true\nmask = \"standard\"\n");
    text
}

/// Writes a source, and gives its agency.
fn source(
    text: &mut String,
    group: &Group<'_>,
    name: &str,
    (folder, all): (&Path, &[String]),
    lang: Lang,
) -> &'static str {
    let head = group.heads[0];
    let columns = &head.columns;
    let paths = patterns(group, folder, all);
    // What a dump is called says more than how a column is.
    let (file, names) = (file_name(&head.path).to_lowercase(), columns.join(" ").to_lowercase());
    let told = |text: &str| AGENCIES.iter().find(|(_, words)| words.iter().any(|word| text.contains(word)));
    let agency = told(&file).or_else(|| told(&names)).map_or("community", |&(agency, _)| agency);
    let is_directive = DIRECTIVES.iter().any(|word| file.contains(word) || names.contains(word));
    let _ = writeln!(text, "\n# {} × {}", head.detected, group.heads.len());
    let _ = writeln!(text, "[[source]]\nname = {}", quoted(name));
    let _ = writeln!(text, "agency = \"{agency}\"   # CHECK");
    let directive = if is_directive { "directive = true   # CHECK\n" } else { "" };
    let _ = writeln!(text, "paths = [{}]\nrequired = false\n{directive}[source.map]", paths.join(", "));
    let mut mapped = map(text, columns, FIELDS, "");
    let events = events(columns);
    // The newest evidence goes first, so a record without a time of its own takes that of what it says happened.
    if let Some((_, at)) = events.first()
        && find(columns, words_of("updated_at")).is_none()
    {
        let _ = writeln!(text, "updated_at = {}   # CHECK", quoted(at));
    }
    mapped.extend(events.iter().map(|&(_, at)| at));
    let known = [("place_code", PLACE_CODES), ("place", PLACES)];
    let mut places: Vec<_> = known.iter().filter_map(|&(key, words)| Some((key, find(columns, words)?))).collect();
    // 出发地代码 alone is no name.
    places.dedup_by_key(|&mut (_, column)| column);
    let details: Vec<_> = DETAILS.iter().filter_map(|&(key, words)| Some((key, find(columns, words)?))).collect();
    if !events.is_empty() {
        mapped.extend(places.iter().chain(&details).map(|&(_, column)| column));
    }
    let idle: Vec<&str> = columns.iter().map(String::as_str).filter(|column| !mapped.contains(column)).collect();
    if !idle.is_empty() {
        let list = idle.join(", ").replace(['\n', '\r'], " ");
        let _ = writeln!(text, "# {}", Message::new("cli.init_idle").with("columns", list).render(lang));
    }
    // Who came from a key region is missed where the time or the place of arrivals is not read.
    let journeys: Vec<&str> =
        columns.iter().map(String::as_str).filter(|column| JOURNEYS.iter().any(|word| column.contains(word))).collect();
    let arrives = events.iter().any(|&(kind, _)| kind == "arrival");
    if !journeys.is_empty() && (!arrives || places.is_empty()) {
        let list = journeys.join(", ").replace(['\n', '\r'], " ");
        let _ = writeln!(text, "# CHECK: {}", Message::new("cli.init_journey").with("columns", list).render(lang));
    }
    for (kind, at) in &events {
        let _ = writeln!(text, "[[source.event]]\ntype = \"{kind}\"   # CHECK\nat = {}", quoted(at));
        for &(key, column) in &places {
            let _ = writeln!(text, "{key} = {}", quoted(column));
        }
        // The temperature of the morning is none of the afternoon.
        let half = |column: &str| HALVES.iter().find(|half| column.starts_with(**half));
        let own = details.iter().filter(|(_, column)| half(column).is_none() || half(column) == half(at));
        let pairs: Vec<String> = own.map(|&(key, column)| format!("{key} = {}", quoted(column))).collect();
        if !pairs.is_empty() {
            let _ = writeln!(text, "detail = {{ {} }}", pairs.join(", "));
        }
    }
    agency
}

/// What a row says happened, and the column that tells when: the first kind that a column's name holds, and every other whose
/// time is a column's whole name. A row of declarations tells of an arrival too.
fn events(columns: &[String]) -> Vec<(&'static str, &str)> {
    // What is planned has not happened, and 到期日期 and 审核通过时间 are no journeys.
    const OTHERS: [&str; 7] = ["预计", "计划", "拟", "到期", "来源", "审核", "审批"];
    let happened = |column: &&String| !OTHERS.iter().any(|word| column.starts_with(word));
    let known: Vec<String> = columns.iter().filter(happened).cloned().collect();
    let mut events: Vec<(&str, &str)> = Vec::new();
    for &(kind, words) in EVENT_TIMES {
        // 解除隔离日期 is no 隔离日期.
        let known: Vec<String> =
            known.iter().filter(|column| kind == "release" || !column.contains("解除")).cloned().collect();
        let name = if events.is_empty() { find(&known, words) } else { find_exactly(&known, words) };
        let column = columns.iter().find(|column| Some(column.as_str()) == name);
        events.extend(column.map(|at| (kind, at.as_str())));
    }
    events
}

/// The words of a person field.
fn words_of(field: &str) -> &'static [&'static str] {
    FIELDS.iter().find(|(name, _)| *name == field).map_or(&[], |&(_, words)| words)
}

/// Writes a line for every field that a column is named after, and gives the columns used.
fn map<'a>(text: &mut String, columns: &'a [String], fields: &[(&str, &[&str])], indent: &str) -> Vec<&'a str> {
    let mut used: Vec<&str> = Vec::new();
    for (field, words) in fields {
        let free: Vec<String> = columns.iter().filter(|column| !used.contains(&column.as_str())).cloned().collect();
        let Some(name) = find(&free, words) else { continue };
        let Some(column) = columns.iter().find(|column| *column == name) else { continue };
        let _ = writeln!(text, "{indent}{field} = {}", quoted(column));
        used.push(column);
    }
    used
}

/// The column that one of `words` names: exactly first, then as a part; earlier words first.
fn find<'a>(columns: &'a [String], words: &[&str]) -> Option<&'a str> {
    let holds = |word: &&str| columns.iter().find(|column| word.chars().count() > 2 && plain(column).contains(*word));
    find_exactly(columns, words).or_else(|| words.iter().find_map(holds).map(String::as_str))
}

/// The column whose whole name one of `words` is.
fn find_exactly<'a>(columns: &'a [String], words: &[&str]) -> Option<&'a str> {
    let is = |word: &str, column: &str| match word.split_once('*') {
        None => column == word,
        Some((start, end)) => {
            let city = column.strip_prefix(start).and_then(|rest| rest.strip_suffix(end));
            city.is_some_and(|city| city.chars().count() <= CITY_CHARS_MAX)
        }
    };
    words.iter().find_map(|word| columns.iter().find(|column| is(word, &plain(column)))).map(String::as_str)
}

/// Names of cities are no longer, without 市.
const CITY_CHARS_MAX: usize = 4;

/// A column's name without what forms put around it.
fn plain(column: &str) -> String {
    // 姓 名 is spaced for the eye; spaces between Latin words part them.
    let spaced = column.chars().any(is_han) && column.split_whitespace().nth(1).is_some();
    let column = if spaced { column.split_whitespace().collect() } else { column.to_owned() };
    let column = column.trim().trim_start_matches("您的").trim_end_matches(['*', '：', ':']).to_lowercase();
    column.replace('(', "（").replace(')', "）")
}

fn is_grids(columns: &[String]) -> bool {
    let has = |field: &str| GRIDS.iter().any(|(name, words)| *name == field && find(columns, words).is_some());
    // A visit names the grid and its worker too, and the resident.
    has("code") && has("worker") && find(columns, words_of("id_number")).is_none()
}

fn file_name(path: &Path) -> String {
    path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

/// The name of a dump without folder, endings and trailing dates and numbers.
fn stem(path: &Path) -> String {
    let name = file_name(path);
    let name = name.split('.').next().unwrap_or_default();
    name.trim_end_matches(is_tail).to_owned()
}

/// Whether two dumps differ by what stands in front of one name: 01育才街道入户台账, 03红军街道入户台账.
fn ends_alike(a: &Path, b: &Path) -> bool {
    let (a, b) = (stem(a), stem(b));
    let same = a.chars().rev().zip(b.chars().rev()).take_while(|(x, y)| x == y).count();
    same >= 4 && same < a.chars().count() && same < b.chars().count()
}

/// What two stems begin with alike, if that is a name: dumps of one kind differ by a date, a number or a street at the end.
fn common(a: &str, b: &str) -> Option<String> {
    let same = a.chars().zip(b.chars()).take_while(|(x, y)| x == y).count();
    let start: String = a.chars().take(same).collect();
    if a == b {
        return Some(start);
    }
    let start = start.trim_end_matches(is_tail);
    (start.chars().count() >= 3).then(|| start.to_owned())
}

fn is_tail(c: char) -> bool {
    c.is_ascii_digit() || "-_ ()（）".contains(c)
}

/// The paths of a group as TOML strings: of several dumps, the group's stem and `*` for each ending. A file belongs to the
/// first source that claims it, so no pattern may match one of `all` paths that is another group's: where dumps of two
/// layouts are named alike, each has a pattern of its own, or its path.
fn patterns(group: &Group<'_>, folder: &Path, all: &[String]) -> Vec<String> {
    let escaped = |text: &str| glob::Pattern::escape(text);
    if let [head] = group.heads[..] {
        return vec![quoted(&escaped(&relative(&head.path, folder)))];
    }
    let own: Vec<String> = group.heads.iter().map(|head| relative(&head.path, folder)).collect();
    let options = glob::MatchOptions { require_literal_separator: true, ..glob::MatchOptions::new() };
    let claims_others = |pattern: &str| {
        let pattern = glob::Pattern::new(pattern);
        pattern.is_ok_and(|it| all.iter().any(|path| !own.contains(path) && it.matches_with(path, options)))
    };
    let of = |head: &&Head| {
        let path = relative(&head.path, folder);
        let (above, name) = path.rsplit_once('/').map_or(("", &*path), |(above, name)| (above, name));
        let ending = name.find('.').map_or("", |at| &name[at..]);
        let above = if above.is_empty() { String::new() } else { format!("{}/", escaped(above)) };
        let pattern = |stem: &str| format!("{above}{}*{}", escaped(stem), escaped(ending));
        let mut patterns = [pattern(&group.stem), pattern(&stem(&head.path))].into_iter();
        quoted(&patterns.find(|pattern| !claims_others(pattern)).unwrap_or_else(|| escaped(&path)))
    };
    let mut paths: Vec<String> = group.heads.iter().map(of).collect();
    paths.sort();
    paths.dedup();
    paths
}

/// Whether some column can tell who a row is about.
fn is_persons(columns: &[String]) -> bool {
    let has = |field: &str| FIELDS.iter().any(|(name, words)| *name == field && find(columns, words).is_some());
    ["name", "id_number", "phone"].iter().filter(|field| has(field)).count() >= 1 && columns.len() > 1
}

fn source_name(stem: &str, number: usize, taken: &[String]) -> String {
    let name: String =
        stem.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '_' }).collect();
    let name = name.trim_matches('_').to_owned();
    let name = if name.is_empty() { format!("source_{number}") } else { name };
    let numbered = (number..).map(|number| format!("{name}_{number}"));
    let mut names = std::iter::once(name.clone()).chain(numbered);
    names.find(|name| !taken.contains(name)).unwrap_or(name)
}

/// `path` as seen from `folder`, if it lies below it.
fn relative(path: &Path, folder: &Path) -> String {
    let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    path.strip_prefix(folder).unwrap_or(&path).to_string_lossy().replace('\\', "/")
}

/// `text` as a TOML string.
fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Agency, GridField, Overrides, PersonField, parse};

    fn head(path: &str, columns: &[&str]) -> Head {
        let columns = columns.iter().map(|&column| column.to_owned()).collect();
        Head { path: path.into(), detected: "csv, GB18030".to_owned(), columns }
    }

    /// A pipeline file in /c, with the rules' SQL in it.
    fn text_of(heads: &[Head]) -> String {
        pipeline_text(heads, &[], Around { folder: Path::new("/c"), city_code: None, rules: None, lang: Lang::En })
    }

    #[test]
    fn what_is_guessed_is_a_pipeline() {
        let heads = [
            head("/c/d/grids.csv", &["网格编码", "网格名称", "街道", "网格员", "网格员电话", "覆盖小区"]),
            head("/c/d/police_20220326.csv", &["人员编号", "姓名", "公民身份号码", "现住址", "户籍地址", "备注\"x"]),
            head("/c/d/police_20220327.csv", &["人员编号", "姓名", "公民身份号码", "现住址", "户籍地址", "备注\"x"]),
            head("/c/d/核酸.xlsx", &["受检者", "证件号", "联系手机", "采样时间", "采样点", "检测结果"]),
            head("/c/d/README.md", &["A city"]),
            head("/c/d/truth.csv", &["source", "record_id", "person_id"]),
            head("/c/d/扫码[1].xlsx", &["您的姓名", "您的手机号码", "到达时间", "出发地代码", "出发地", "提交时间"]),
        ];
        let text = text_of(&heads);
        let pipeline =
            parse(&text, Path::new("/c/p.toml"), &Overrides::default()).unwrap_or_else(|e| panic!("{e}\n{text}"));
        let grids = pipeline.grids.as_ref().unwrap();
        assert!(grids.map.contains_key(&GridField::Worker) && grids.map.contains_key(&GridField::Estates));
        assert_eq!(pipeline.sources.iter().filter(|source| !source.paths.is_empty()).count(), 3);
        assert!(text.contains("phone: d/README.md") && text.contains("phone: d/truth.csv"), "{text}");
        assert_eq!(pipeline.sources[0].paths, ["/c/d/police*.csv"]);
        assert_eq!((pipeline.sources[0].agency, pipeline.sources[1].agency), (Agency::Police, Agency::Health));
        let fields: Vec<_> = pipeline.sources[0].map.iter().map(|(field, _)| field.clone()).collect();
        let expected =
            [PersonField::RecordId, PersonField::Name, PersonField::IdNumber, PersonField::RegisteredAddress];
        assert_eq!(fields[..4], expected);
        let kinds =
            |source: usize| pipeline.sources[source].events.iter().map(|event| &*event.kind).collect::<Vec<_>>();
        assert_eq!((kinds(0), kinds(1), kinds(2)), (vec![], vec!["test"], vec!["arrival", "declaration"]));
        assert_eq!(pipeline.sources[1].events[0].detail[0].0, "result");
        let has = |source: usize, wanted| pipeline.sources[source].map.iter().any(|(field, _)| *field == wanted);
        assert!(has(1, PersonField::UpdatedAt) && !has(0, PersonField::UpdatedAt), "{text}");
        assert_eq!(pipeline.sources[2].paths, ["/c/d/扫码[[]1[]].xlsx"]);
        let rules: Vec<_> = pipeline.followups.iter().map(|rule| &*rule.name).collect();
        let expected =
            ["key_region_arrivals", "declarations_unverified", "tests_due", "positive_households", "contradictions"];
        assert_eq!(rules, expected, "nobody was visited, and where the city is nobody said");
        assert_eq!(directory(&heads), Some((Path::new("/c/d/grids.csv"), "网格编码")));
    }

    /// The one source or the directory that is guessed of a dump with these columns.
    fn guessed(columns: &[&str]) -> String {
        let text = text_of(&[head("/c/d/a.csv", columns)]);
        if !text.contains("[grids]") {
            parse(&text, Path::new("/c/p.toml"), &Overrides::default()).unwrap_or_else(|e| panic!("{e}\n{text}"));
        }
        text
    }

    #[test]
    fn columns_are_known_by_the_names_that_cities_give_them() {
        for (columns, wanted) in [
            ("学生编号 学生姓名 班级 家庭地址", "record_id name address"),
            ("工号 员工姓名 家庭住址", "record_id name address"),
            ("户主姓名 家庭成员姓名 详细住址", "household_head name address"),
            ("订单流水 乘客姓名 目的地详细地址", "record_id name address"),
            ("人员内码 姓名 暂住地址", "record_id name address"),
            ("报备编号 姓名 现居住地", "record_id name address"),
            ("推送编号 姓名 现居住地址", "record_id name address"),
            ("序号 承租人 承租人电话 房屋地址", "- name phone address"),
            ("订单流水 旅客姓名 手机号", "record_id name phone"),
            ("门诊号 患者姓名 身份证 家庭地址", "record_id name id_number address"),
            ("XM XB CSRQ ZJHM XZ MZ LXDH", "name sex birth_date id_number address ethnicity phone"),
            ("XM SJHM", "name phone"),
            ("XM HJDZ LGDZ", "name registered_address address"),
            (
                "full_name id_card_no date_of_birth hukou_address current_address",
                "name id_number birth_date registered_address address",
            ),
            ("name idcard mobile address", "name id_number phone address"),
            ("住院号 患者姓名 监护人电话 详细地址", "record_id name phone address"),
            ("姓名 户籍地址 门牌地址", "name registered_address address"),
        ] {
            let columns: Vec<&str> = columns.split(' ').collect();
            let text = guessed(&columns);
            let mapped = wanted.split(' ').zip(columns.iter().filter(|column| **column != "班级"));
            for (field, column) in mapped.filter(|(field, _)| *field != "-") {
                assert!(text.contains(&format!("\n{field} = {}\n", quoted(column))), "{field}, {column}: {text}");
            }
        }
        let text = guessed(&["姓名", "监护人姓名", "经办人工号", "单位地址"]);
        assert!(text.contains("# columns not used: 监护人姓名, 经办人工号, 单位地址"), "{text}");
        let text = guessed(&["网格编号", "类别", "所属村社区", "所属镇街", "网格员"]);
        for line in ["kind = \"类别\"", "community = \"所属村社区\"", "street = \"所属镇街\""] {
            assert!(text.contains(line), "{text}");
        }
        let text = guessed(&["网格编码", "县市区", "镇(街道)", "村（社区）", "网格员", "联系方式"]);
        for line in [
            "county = \"县市区\"",
            "street = \"镇(街道)\"",
            "community = \"村（社区）\"",
            "worker_phone = \"联系方式\"",
        ] {
            assert!(text.contains(line), "{text}");
        }
        assert!(!guessed(&["网格编码", "网格员", "姓名", "身份证号"]).contains("[grids]"), "a visit, not a directory");
    }

    #[test]
    fn what_happened_and_where_is_known_by_many_names() {
        for (columns, kind, at, place) in [
            ("姓名 发站 到达时间", "arrival", "到达时间", "发站"),
            ("姓名 始发机场 落地时间", "arrival", "落地时间", "始发机场"),
            ("姓名 来源市 来（返）株时间", "arrival", "来（返）株时间", "来源市"),
            ("姓名 来源地 来(返)东营时间", "arrival", "来(返)东营时间", "来源地"),
            ("姓名 出发地（省） 返株日期", "arrival", "返株日期", "出发地（省）"),
            ("姓名 出发城市 首次到访时间", "arrival", "首次到访时间", "出发城市"),
            ("姓名 出发地（省） 出发地（市） 返程时间", "arrival", "返程时间", "出发地（市）"),
            ("姓名 始发站 预计解除时间 实际解除时间", "release", "实际解除时间", "始发站"),
            ("姓名 车次 上车站 到站 到站时间", "arrival", "到站时间", "上车站"),
            ("旅客 航班号 始发机场 降落机场 降落时间", "arrival", "降落时间", "始发机场"),
            ("驾驶员姓名 车牌号 从何地来 目的地 通过时间", "arrival", "通过时间", "从何地来"),
            ("乘客姓名 始发地 终点 发车时间 抵达时间", "arrival", "抵达时间", "始发地"),
            ("姓名 返乡时间 外出务工地", "arrival", "返乡时间", "外出务工地"),
            ("姓名 从何处来 抵达日期 14天内旅居史", "arrival", "抵达日期", "从何处来"),
            ("姓名 来株日期 到期日期 旅居史", "arrival", "来株日期", "旅居史"),
            ("XM RZSJ TFSJ", "arrival", "RZSJ", ""),
            ("XM RZSJ LZD", "arrival", "RZSJ", "LZD"),
            ("PAX_NAME ORG DST ARR_TIME", "arrival", "ARR_TIME", "ORG"),
            ("name from arrive_date", "arrival", "arrive_date", "from"),
            ("姓名 从何地返回 返回日期", "arrival", "返回日期", "从何地返回"),
            ("姓名 返岗前所在地 返岗日期", "arrival", "返岗日期", "返岗前所在地"),
        ] {
            let text = guessed(&columns.split(' ').collect::<Vec<_>>());
            let event = format!("type = \"{kind}\"   # CHECK\nat = {}\n", quoted(at));
            assert!(text.contains(&event) && text.matches("[[source.event]]").count() == 1, "{columns}: {text}");
            assert_eq!(text.contains("\nplace = "), !place.is_empty(), "{columns}: {text}");
            assert!(place.is_empty() || text.contains(&format!("\nplace = {}\n", quoted(place))), "{columns}: {text}");
        }
        for columns in [
            &["姓名", "预计解除时间"][..],
            &["姓名", "返回原籍居住地的时间"],
            &["姓名", "来源时间"],
            &["姓名", "到期日期"],
            &["姓名", "审核通过时间"],
        ] {
            assert!(!guessed(columns).contains("[[source.event]]"), "{columns:?}");
        }
        let text = guessed(&["姓名", "航班", "旅行社", "行程说明"]);
        assert!(text.contains("# CHECK: ") && text.contains("(航班, 行程说明)"), "{text}");
        let text = guessed(&["姓名", "到达时间", "出发地代码"]);
        assert!(text.contains("place_code = ") && !text.contains("\nplace = "), "{text}");
    }

    #[test]
    fn books_of_several_streets_are_one_source_for_each_layout() {
        let (old, new) =
            (["家庭成员", "小区（楼院）", "所属网格", "入户日期"], ["姓名", "证件号码", "摸排时间", "摸排情况"]);
        let heads = [
            head("/c/d/01育才街道入户摸排台账.xlsx", &old),
            head("/c/d/02解放街道入户摸排台账.xlsx", &new),
            head("/c/d/03红军街道入户摸排台账.xlsx", &old),
            head("/c/d/04矿务街道入户摸排台账.xls", &new),
            head("/c/d/省下发协查线索0326.xlsx", &["姓名", "电话"]),
            head("/c/d/隔离人员登记.csv", &["姓名", "隔离地点", "隔离起始日期", "解除隔离日期"]),
        ];
        let text = text_of(&heads);
        let pipeline =
            parse(&text, Path::new("/c/p.toml"), &Overrides::default()).unwrap_or_else(|e| panic!("{e}\n{text}"));
        let paths: Vec<usize> = pipeline.sources.iter().map(|source| source.paths.len()).collect();
        assert_eq!(paths[..2], [2, 2], "{text}");
        assert!(pipeline.sources[..2].iter().all(|source| source.agency == Agency::Community), "{text}");
        for line in ["name = \"家庭成员\"", "estate = \"小区（楼院）\"", "grid_code = \"所属网格\"", "directive = true"]
        {
            assert!(text.contains(line), "{line}: {text}");
        }
        assert!(text.contains("type = \"isolation\"   # CHECK\nat = \"隔离起始日期\""), "{text}");
        assert!(text.contains("type = \"release\"   # CHECK\nat = \"解除隔离日期\""), "{text}");
    }

    #[test]
    fn dumps_of_two_layouts_that_are_named_alike_are_two_sources() {
        let (old, new) = (["姓名", "身份证号", "住址"], ["姓名", "证件号码", "现住址", "联系电话"]);
        let heads = [
            head("/c/d/入户登记_东街.csv", &old),
            head("/c/d/入户登记_北街.csv", &new),
            head("/c/d/入户登记_南街.csv", &old),
            head("/c/d/入户登记_西街.csv", &new),
            head("/c/d/visits_2022.csv", &old),
            head("/c/d/visits_20220327.csv", &old),
            head("/c/d/visits_20220327_2.csv", &new),
        ];
        let text = text_of(&heads);
        let pipeline =
            parse(&text, Path::new("/c/p.toml"), &Overrides::default()).unwrap_or_else(|e| panic!("{e}\n{text}"));
        let claims = |source: &crate::config::Source, path: &Path| {
            source.paths.iter().any(|pattern| glob::Pattern::new(pattern).unwrap().matches_path(path))
        };
        for head in &heads {
            let of: Vec<_> = pipeline.sources.iter().filter(|source| claims(source, &head.path)).collect();
            assert_eq!(of.len(), 1, "{}: {text}", head.path.display());
            assert!(of[0].columns.iter().all(|column| head.columns.contains(column)), "{}", head.path.display());
        }
        assert_eq!(pipeline.sources.iter().filter(|source| !source.paths.is_empty()).count(), 4);
        assert!(text.contains("d/入户登记_东街*.csv"), "a later dump of that street is found: {text}");
        let mut names: Vec<&str> = pipeline.sources.iter().map(|source| &*source.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), pipeline.sources.len());
    }
}
