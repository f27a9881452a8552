//! A list goes out, is filled in, comes back and is applied in the next night; the same list twice changes nothing. A list
//! from above is answered row by row, in its order.

use crate::support::rows as table;
use arrow::array::{Array, AsArray};
use calamine::{Reader, Xlsx, open_workbook};
use gridlink::config::{Overrides, Pipeline, load};
use gridlink::events::NullSink;
use gridlink::pipeline::{RunOptions, import, run};
use gridlink::store::Set;
use gridlink::synth::{CitySettings, write_city};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

const DIRECTIVE: &str = r#"
[[source]]
name = "leads"
agency = "police"
directive = true
title = "上级交办线索"
due_hours = 24
paths = ["leads.csv"]
[source.map]
record_id = "编号"
name = "姓名"
phone = "电话"
"#;

const LEADS: &str = "编号,姓名,电话\nX3,李静宜,13911112222\nX1,,13877776666\nX2,合计,\nX4,赵某某,\n";

fn city() -> (tempfile::TempDir, PathBuf) {
    let city = tempfile::tempdir().unwrap();
    let settings = CitySettings { persons: 400, seed: 7, ..CitySettings::default() };
    write_city(city.path(), &settings, &NullSink).unwrap();
    std::fs::write(city.path().join("leads.csv"), LEADS).unwrap();
    let path = city.path().join("pipeline.toml");
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, text.replacen("[linkage]", &format!("{DIRECTIVE}\n[linkage]"), 1)).unwrap();
    (city, path)
}

fn night(path: &Path, day: i8) -> (Pipeline, PathBuf) {
    let as_of = Some(jiff::civil::date(2022, 3, day));
    let pipeline = load(path, &Overrides { as_of, set: Vec::new() }).unwrap();
    let summary = run(&pipeline, RunOptions { threads: Some(2), ..RunOptions::default() }, &NullSink).unwrap();
    (pipeline, summary.set.unwrap())
}

/// Cells of the first sheet of every list with a row, headings first.
fn list(set: &Path) -> (String, Vec<Vec<String>>) {
    let mut folders = vec![set.join("lists")];
    let mut lists = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { folders.push(path) } else { lists.push(path) }
        }
    }
    lists.sort();
    for path in lists.iter().filter(|path| !path.ends_with("unassigned.xlsx")) {
        let mut book: Xlsx<_> = open_workbook(path).unwrap();
        let range = book.worksheet_range_at(0).unwrap().unwrap();
        let rows: Vec<Vec<String>> =
            range.rows().skip(1).map(|row| row.iter().map(ToString::to_string).collect()).collect();
        if rows.len() > 8 {
            return (path.file_stem().unwrap().to_string_lossy().into_owned(), rows);
        }
    }
    panic!("no list with enough rows");
}

fn items(set: &Path) -> BTreeMap<String, (String, String, String)> {
    let mut items = BTreeMap::new();
    for batch in Set::open(set).unwrap().read_table("followups").unwrap() {
        let text = |name: &str| batch.column_by_name(name).unwrap().as_string_view();
        let [id, state, rule, grid] = ["item_id", "state", "rule", "grid_code"].map(text);
        for row in 0..batch.num_rows() {
            let grid = if grid.is_null(row) { "" } else { grid.value(row) };
            let value = (state.value(row).to_owned(), rule.value(row).to_owned(), grid.to_owned());
            items.insert(id.value(row).to_owned(), value);
        }
    }
    items
}

#[test]
fn a_list_goes_out_and_comes_back() {
    let (city, path) = city();
    let (pipeline, set) = night(&path, 27);
    let before = items(&set);
    let (grid, rows) = list(&set);
    let column = |name: &str| rows[0].iter().position(|head| head == name).unwrap();
    let (result, to, at) = (column("核查结果"), column("去向/移交网格"), column("核查时间"));
    let (item, sum) = (column("item_id"), column("checksum"));
    let other = before.values().map(|item| &item.2).find(|code| !code.is_empty() && **code != grid).unwrap().clone();

    // Filled in with full-width digits, sorted backwards, a column and a row deleted, one row shifted.
    let mut filled = rows.clone();
    filled[1][result] = "已核实".into();
    filled[1][at] = "２０２２-０３-２８ 09:30".into();
    filled[2][result] = "移交".into();
    filled[2][to].clone_from(&other);
    filled[3][result] = "不在家".into();
    filled[4][result] = "已核实".into();
    filled[4][sum] = "00000000".into();
    filled[5][result] = "在睡觉".into();
    filled.remove(8);
    filled[1..].reverse();
    let reason = column("原因");
    filled.iter_mut().for_each(|row| drop(row.remove(reason)));
    let quoted = |cell: &String| format!("\"{}\"", cell.replace('"', "\"\""));
    let text = filled.iter().map(|row| row.iter().map(quoted).collect::<Vec<_>>().join(",")).collect::<Vec<_>>();
    let sheet = city.path().join(format!("{grid}.csv"));
    std::fs::write(&sheet, text.join("\n")).unwrap();

    let import_of = import(&pipeline.run.store, &[], &sheet).unwrap();
    assert_eq!((import_of.returned, import_of.rejected.len(), import_of.known), (5, 2, false), "{import_of:?}");
    assert!(import(&pipeline.run.store, &[], &sheet).unwrap().known, "the same sheet twice");

    let (_, set) = night(&path, 28);
    let after = items(&set);
    let of = |row: usize| rows[row][item].split(' ').map(|id| &after[id]).collect::<Vec<_>>();
    assert!(of(1).iter().all(|item| item.0 == "done" || !visit_settles(&item.1)), "{:?}", of(1));
    for item in of(2) {
        assert!(["handed_over", "overdue"].contains(&item.0.as_str()), "{item:?}");
        assert_eq!(item.2, other, "{item:?}");
    }
    // Nobody is asked which grid it is that has just been said.
    let id = rows[2][item].split(' ').next().unwrap();
    let person = table(&set, "followups", &["item_id", "person_id"]).into_iter().find(|row| row[0] == id).unwrap();
    let told = table(&set, "persons", &["person_id", "conflicts"]).into_iter().find(|row| row[0] == person[1]).unwrap();
    assert!(!told[1].contains("grid_code"), "{told:?}");
    assert!(of(3).iter().chain(&of(4)).all(|item| item.0 != "done"), "{:?} {:?}", of(3), of(4));
    let set = Set::open(&set).unwrap();
    let balances = format!("{:?}", set.manifest().unwrap().balances);
    assert!(balances.contains("rows read = records + quarantined: returns"), "{balances}");
    let mut reasons = Vec::new();
    for batch in set.read_table("quarantine").unwrap() {
        let text = |name: &str| batch.column_by_name(name).unwrap().as_string_view();
        let (source, reason) = (text("source"), text("reason"));
        let rows = (0..batch.num_rows()).filter(|&row| source.value(row) == "returns");
        reasons.extend(rows.map(|row| reason.value(row).to_owned()));
    }
    reasons.sort();
    assert_eq!(reasons, ["return_checksum", "return_result"]);
    let persons = |set: &Set| set.manifest().unwrap().counts["persons"];
    let again = Set::open(&night(&path, 28).1).unwrap();
    assert_eq!(persons(&again), persons(&set), "a return is no new person, and the next night applies it again");
}

fn visit_settles(rule: &str) -> bool {
    !["tests_due", "temperatures_due", "in_isolation", "release_due"].contains(&rule)
}

#[test]
fn a_pipeline_may_name_its_own_results() {
    let (city, path) = city();
    let text = std::fs::read_to_string(&path).unwrap();
    let own = "[returns.results]\n\"见到本人\" = \"verified\"\n\"没见到\" = \"nobody_home\"\n\n[publish]";
    std::fs::write(&path, text.replacen("[publish]", own, 1)).unwrap();
    let (pipeline, set) = night(&path, 27);
    let (grid, rows) = list(&set);
    let files = crate::support::files(&set.join("lists"));
    let (_, bytes) = files.into_iter().find(|(name, _)| name.ends_with(&format!("{grid}.xlsx"))).unwrap();
    let mut book: Xlsx<_> = Xlsx::new(std::io::Cursor::new(bytes)).unwrap();
    let options = book.worksheet_range("options").unwrap();
    assert_eq!(options.rows().map(|row| row[0].to_string()).collect::<Vec<_>>(), ["见到本人", "没见到"]);

    let column = |name: &str| rows[0].iter().position(|head| head == name).unwrap();
    let (result, to, item) = (column("核查结果"), column("去向/移交网格"), column("item_id"));
    let mut filled = rows.clone();
    filled[1][result] = "见到本人".into();
    filled[2][result] = "没见到".into();
    filled[3][result] = "在睡觉".into();
    filled[4][result] = "移交".into();
    filled[4][to] = "隔壁网格".into();
    let quoted = |cell: &String| format!("\"{}\"", cell.replace('"', "\"\""));
    let lines = filled.iter().map(|row| row.iter().map(quoted).collect::<Vec<_>>().join(",")).collect::<Vec<_>>();
    let sheet = city.path().join("own.csv");
    std::fs::write(&sheet, lines.join("\n")).unwrap();
    let results = &pipeline.returns.as_ref().unwrap().results;
    let import_of = import(&pipeline.run.store, results, &sheet).unwrap();
    assert_eq!((import_of.returned, import_of.rejected.len()), (4, 1), "{import_of:?}");

    let (_, set) = night(&path, 28);
    let after = items(&set);
    let of = |row: usize| rows[row][item].split(' ').map(|id| &after[id]).collect::<Vec<_>>();
    assert!(of(1).iter().all(|item| item.0 == "done" || !visit_settles(&item.1)), "{:?}", of(1));
    assert!(of(2).iter().all(|item| item.0 != "done"), "{:?}", of(2));
    // Whoever has to correct the others finds them with the reason.
    let text = std::fs::read_to_string(set.join("answers/returns_rejected.csv")).unwrap();
    let lines: Vec<&str> = text.lines().skip(1).collect();
    assert_eq!(lines.len(), 2, "{text}");
    assert!(lines.iter().all(|line| line.starts_with("own.csv,")), "{text}");
    assert!(text.contains("核查结果为空，或不在下拉列表之内") && text.contains("移交的网格不在网格目录中"), "{text}");
    assert!(set.join("answers/returns_rejected.xlsx").is_file() && set.join("answers/leads.xlsx").is_file());
}

#[test]
fn a_list_from_above_is_answered_in_its_order() {
    let (_city, path) = city();
    let (_, set) = night(&path, 27);
    let text = std::fs::read_to_string(set.join("answers/leads.csv")).unwrap();
    let lines: Vec<&str> = text.trim_start_matches('\u{feff}').lines().collect();
    assert!(lines[0].starts_with("原编号,行号,核查情况"), "{text}");
    let starts: Vec<String> =
        lines[1..].iter().map(|line| line.split(',').take(3).collect::<Vec<_>>().join(",")).collect();
    assert_eq!(starts, ["X3,2,待核实", "X1,3,待核实", ",4,无法识别：合计行或说明行，不是人员", "X4,5,待核实"]);
    assert_eq!(items(&set).values().filter(|item| item.1 == "leads").count(), 3);
    // A day later nobody has answered.
    let (_, set) = night(&path, 29);
    let text = std::fs::read_to_string(set.join("answers/leads.csv")).unwrap();
    assert_eq!(text.matches("已超期").count(), 3, "{text}");
    assert!(set.join("bulletin.html").is_file());
    let page = std::fs::read_to_string(set.join("bulletin.md")).unwrap();
    assert!(page.contains("近期趋势") && page.contains("2022-03-27"), "{page}");
}
