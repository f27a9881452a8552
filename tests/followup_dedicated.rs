//! Dedicated grids beside the base grid: a firm hands in a roll of its people, who live all over the city. They are visited
//! where they live, once; the firm's grid worker sees them, and who lives nowhere else is the firm's.

use crate::support::{City, assert_same_files, gridlink, lasting_files, rows, succeeded};
use calamine::{Reader, Xlsx, open_workbook};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

const ROLL: &str = r#"
[[source]]
name = "staff_roll"
agency = "community"
paths = ["staff.csv"]
[source.map]
record_id = "编号"
name = "姓名"
id_number = "证件号码"
phone = "电话"
grid_code = "网格编码"
updated_at = "登记时间"

[[followup]]
name = "at_the_firm"
title = "企业人员核查"
due_hours = 24
fields = ["name", "dedicated_grid_code"]
sql = """
SELECT person_id, CAST(as_of AS TIMESTAMP) AS since, '企业人员' AS reason FROM persons WHERE dedicated_grid_code = '@CODE@'
"""
"#;

/// So many people of the firm live in base grids.
const STAFF: usize = 14;

/// Grid, how it was found, dedicated grid and contradictions of each person.
fn persons(set: &Path) -> BTreeMap<String, [String; 4]> {
    let columns = ["person_id", "grid_code", "grid_by", "dedicated_grid_code", "conflicts"];
    let cells = |row: Vec<String>| (row[0].clone(), [1, 2, 3, 4].map(|i| row[i].clone()));
    rows(set, "persons", &columns).into_iter().map(cells).collect()
}

/// A dedicated grid and the folder of its list: a firm, where nobody stays.
fn firm(city: &City) -> (String, PathBuf) {
    let text = std::fs::read_to_string(city.path("dumps/grids.csv")).unwrap();
    let firm = text.lines().find(|line| line.contains("专属网格") && line.contains("公司")).unwrap();
    let cells: Vec<&str> = firm.split(',').collect();
    (cells[0].to_owned(), PathBuf::from("lists").join(cells[6]).join(cells[4]))
}

/// A city whose firm handed in its roll: the people of it, the one who lives nowhere else last.
fn city() -> (City, String, BTreeSet<String>) {
    let city = City::new(600);
    let before = city.publish("before", &[]);
    let (code, _) = firm(&city);
    let known = rows(&before, "persons", &["person_id", "name", "id_number", "grid_by", "conflicts"]);
    let known = known.iter().filter(|row| !row[2].is_empty() && row[3] == "grid_code" && row[4] == "[]");
    let mut staff = BTreeSet::new();
    let mut roll = "编号,姓名,证件号码,电话,网格编码,登记时间\n".to_owned();
    for (n, row) in known.step_by(9).take(STAFF).enumerate() {
        staff.insert(row[0].clone());
        roll.push_str(&format!("Q{n},{},{},,{code},2022-03-27\n", row[1], row[2]));
    }
    assert_eq!(staff.len(), STAFF);
    roll.push_str(&format!("Q99,欧阳守夜,,13900007777,{code},2022-03-27\n"));
    std::fs::write(city.path("staff.csv"), roll).unwrap();
    let path = city.path("pipeline.toml");
    let text = std::fs::read_to_string(&path).unwrap();
    let added = format!("{}\n[linkage]", ROLL.replace("@CODE@", &code));
    std::fs::write(&path, text.replacen("[linkage]", &added, 1)).unwrap();
    (city, code, staff)
}

/// Cells of a list, headings first.
fn list(path: &Path) -> Vec<Vec<String>> {
    let mut book: Xlsx<_> = open_workbook(path).unwrap();
    let range = book.worksheet_range_at(0).unwrap().unwrap();
    range.rows().map(|row| row.iter().map(ToString::to_string).collect()).collect()
}

#[test]
fn a_firms_people_are_visited_where_they_live_and_seen_at_the_firm() {
    let (city, code, staff) = city();
    let (before, set) = (persons(&city.path("before/current")), city.publish("out", &[]));
    let after = persons(&set);
    for person in &staff {
        let (old, new) = (&before[person], &after[person]);
        assert_eq!((&new[0], &new[2]), (&old[0], &code), "the base grid stays, the firm stands beside it");
        assert!(!new[3].contains("grid_code"), "two grids of which one is dedicated contradict nobody: {}", new[3]);
    }
    let here = |person: &&[String; 4]| person[0] == code && person[1] == "grid_code";
    assert_eq!(after.values().filter(here).count(), before.values().filter(here).count() + 1, "and one lives there");

    // A rule may ask for the firm; each has one item, in the grid that visits.
    let items = rows(&set, "followups", &["rule", "person_id", "grid_code", "state"]);
    let of_rule: Vec<&Vec<String>> = items.iter().filter(|row| row[0] == "at_the_firm").collect();
    let listed: BTreeSet<&String> = of_rule.iter().map(|row| &row[1]).collect();
    assert!(listed.len() == of_rule.len() && staff.iter().all(|person| listed.contains(person)), "{of_rule:?}");
    assert!(of_rule.iter().all(|row| row[2] == after[&row[1]][0]));

    // The firm's list: its own visits, then its people and who visits them.
    let sheet = list(&set.join(firm(&city).1).join(format!("{code}.xlsx")));
    let column = |name: &str| sheet[1].iter().position(|head| head == name).unwrap();
    let (by, item, number) = (column("核查网格"), column("item_id"), column("序号"));
    let (own, beside): (Vec<_>, Vec<_>) = sheet[2..].iter().partition(|row| row[by].is_empty());
    assert!(beside.len() >= STAFF && beside[0][by].contains('第') && !own.is_empty(), "{sheet:?}");
    assert!(sheet[0][0].ends_with(&format!("共 {} 人，另有 {} 人由居住地网格核查", own.len(), beside.len())));
    assert!(sheet[2..2 + own.len()].iter().all(|row| row[by].is_empty()), "own visits come first");
    assert_eq!(sheet.last().unwrap()[number], (own.len() + beside.len()).to_string());
    let open = items.iter().filter(|row| row[2] == code && ["open", "overdue"].contains(&row[3].as_str())).count();
    assert_eq!(own.iter().map(|row| row[item].split(' ').count()).sum::<usize>(), open);

    // The same bytes, however many threads.
    assert_same_files(&lasting_files(&set), &lasting_files(&city.publish("again", &["--threads", "1"])));

    // A pipeline that wants one grid only has the newest word of the community.
    let instead = persons(&city.publish("instead", &["--set", "grids.dedicated=instead"]));
    assert!(staff.iter().all(|person| instead[person][0] == code && instead[person][2] == code));
}

#[test]
fn an_item_that_is_handed_over_to_a_dedicated_grid_moves_there() {
    let (city, code, staff) = city();
    let set = city.publish("out", &[]);
    let items = rows(&set, "followups", &["item_id", "rule", "person_id", "grid_code"]);
    let given = items.iter().find(|row| row[1] == "at_the_firm" && staff.contains(&row[2])).unwrap();
    let sheets = crate::support::files(&set.join("lists"));
    let name = sheets.keys().find(|name| name.ends_with(&format!("{}.xlsx", given[3]))).unwrap();
    let sheet = list(&set.join("lists").join(name));
    let column = |name: &str| sheet[1].iter().position(|head| head == name).unwrap();
    let mut row = sheet[2..].iter().find(|row| row[column("item_id")].contains(&given[0])).unwrap().clone();
    row[column("核查结果")] = "移交".to_owned();
    row[column("去向/移交网格")].clone_from(&code);
    row[column("核查时间")] = "2022-03-28 09:30".to_owned();
    let line = |row: &[String]| row.iter().map(|cell| format!("\"{cell}\"")).collect::<Vec<_>>().join(",");
    let answer = city.path("answer.csv");
    std::fs::write(&answer, format!("{}\n{}\n", line(&sheet[1]), line(&row))).unwrap();
    let store = city.path("out-store");
    succeeded(&gridlink().args(["returns", "import"]).arg(&answer).arg("--store").arg(store).output().unwrap());
    let set = city.publish("out", &["--as-of", "2022-03-28"]);
    let items = rows(&set, "followups", &["item_id", "grid_code", "state"]);
    let moved = items.iter().find(|row| row[0] == given[0]).unwrap();
    assert_eq!((&moved[1], &*moved[2]), (&code, "handed_over"));
    assert_eq!(persons(&set)[&given[2]][0], code);
}
