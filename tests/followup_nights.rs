//! What is said at the door stays said in the nights that follow: without a section for returned lists, when a dump is missing
//! for a night, when a person was given to another grid, and when a list from above names somebody once more.

use crate::support::rows as table;
use calamine::{Reader, Xlsx, open_workbook};
use gridlink::config::{Overrides, load};
use gridlink::events::NullSink;
use gridlink::pipeline::{RunOptions, import, run};
use gridlink::store::Set;
use std::path::{Path, PathBuf};

const GRIDS: &str = "\
网格编码,网格名称,所属社区,所属街道,所属区县,网格员,覆盖小区
G1,第1网格,锦绣社区,文汇街道,东营区,王一,锦绣花园1-3号楼
G2,第2网格,锦绣社区,文汇街道,东营区,李二,锦绣花园4-6号楼
";
const PEOPLE: &str = "\
id,name,idn,addr
1,王建国,370502198001010017,锦绣花园1号楼1单元101室
2,李海燕,370502198001020020,锦绣花园5号楼1单元101室
";
const TICKETS: &str = "\
id,name,idn,at,code,addr
T1,赵山河,310101198001010039,2022-03-31 10:00,310100,锦绣花园2号楼1单元101室
";
const LEADS: &str = "k,name,idn,t\nA1,王建国,370502198001010017,2022-04-01\n";

const PIPELINE: &str = r#"
[run]
name = "small"
output = "out"
store = "store"
locale = "zh-CN"
[grids]
path = "g.csv"
[grids.map]
code = "网格编码"
name = "网格名称"
community = "所属社区"
street = "所属街道"
county = "所属区县"
worker = "网格员"
estates = "覆盖小区"
[[source]]
name = "people"
agency = "police"
paths = ["people.csv"]
[source.map]
record_id = "id"
name = "name"
id_number = "idn"
address = "addr"
[[source]]
name = "tickets"
agency = "police"
required = false
paths = ["tickets.csv"]
[source.map]
record_id = "id"
name = "name"
id_number = "idn"
address = "addr"
[[source.event]]
type = "arrival"
at = "at"
place_code = "code"
[[source]]
name = "leads"
agency = "police"
directive = true
title = "上级交办线索"
due_hours = 24
paths = ["leads.csv"]
[source.map]
record_id = "k"
name = "name"
id_number = "idn"
updated_at = "t"
[[followup]]
name = "arrivals"
title = "来返人员"
due_hours = 240
fields = ["name"]
sql = "SELECT person_id, MAX(at) AS since, '来返' AS reason FROM events WHERE type = 'arrival' GROUP BY person_id"
[[followup]]
name = "tests"
title = "到期未检测人员"
due_hours = 240
fields = ["name"]
visit_settles = false
settled_by = "test"
sql = "SELECT person_id, MAX(at) AS since, '未检测' AS reason FROM events WHERE type = 'arrival' GROUP BY person_id"
"#;

struct City {
    folder: tempfile::TempDir,
}

impl City {
    fn new(more: &str) -> Self {
        let city = Self { folder: tempfile::tempdir().unwrap() };
        let files = [("g.csv", GRIDS), ("people.csv", PEOPLE), ("tickets.csv", TICKETS), ("leads.csv", LEADS)];
        files.iter().for_each(|(name, text)| city.write(name, text));
        city.write("pipeline.toml", &format!("{PIPELINE}{more}[publish]\nmask = \"none\"\n"));
        city
    }

    fn write(&self, name: &str, text: &str) {
        std::fs::write(self.folder.path().join(name), text).unwrap();
    }

    /// The set of that day of April 2022, and what the night warned of.
    fn night(&self, day: i8) -> (PathBuf, Vec<String>) {
        let overrides = Overrides { as_of: Some(jiff::civil::date(2022, 4, day)), set: Vec::new() };
        let pipeline = load(&self.folder.path().join("pipeline.toml"), &overrides).unwrap();
        let set = run(&pipeline, RunOptions::default(), &NullSink).unwrap().set.unwrap();
        let warnings = Set::open(&set).unwrap().manifest().unwrap().warnings;
        (set, warnings)
    }

    /// Fills in the row of `person` in the list of a grid, and returns the list.
    fn said(&self, set: &Path, grid: &str, person: &str, answers: &[(&str, &str)]) {
        self.said_in(&set.join(format!("lists/东营区/文汇街道/{grid}.xlsx")), grid, person, answers);
    }

    /// The same, in the list of who has no grid.
    fn said_of_unassigned(&self, set: &Path, person: &str, answers: &[(&str, &str)]) {
        self.said_in(&set.join("lists/unassigned.xlsx"), "unassigned", person, answers);
    }

    fn said_in(&self, path: &Path, grid: &str, person: &str, answers: &[(&str, &str)]) {
        let mut book: Xlsx<_> = open_workbook(path).unwrap();
        let range = book.worksheet_range_at(0).unwrap().unwrap();
        let mut rows: Vec<Vec<String>> =
            range.rows().skip(1).map(|row| row.iter().map(ToString::to_string).collect()).collect();
        let heads = rows[0].clone();
        let of_person = |row: &&mut Vec<String>| row.iter().any(|cell| cell.contains(person));
        let row = rows.iter_mut().skip(1).find(of_person).unwrap_or_else(|| panic!("{person} is not on {grid}'s list"));
        for (head, text) in answers {
            row[heads.iter().position(|of| of == head).unwrap()] = (*text).to_owned();
        }
        let quoted = |cell: &String| format!("\"{}\"", cell.replace('"', "\"\""));
        let lines: Vec<String> = rows.iter().map(|row| row.iter().map(quoted).collect::<Vec<_>>().join(",")).collect();
        let sheet = self.folder.path().join(format!("{grid}-{}.csv", answers[1].1.replace([' ', ':'], "-")));
        std::fs::write(&sheet, lines.join("\n")).unwrap();
        let done = import(&self.folder.path().join("store"), &[], &sheet).unwrap();
        assert_eq!((done.returned, done.rejected), (1, vec![]));
    }
}

/// States of the items of a rule.
fn states(set: &Path, rule: &str) -> Vec<String> {
    let rows = table(set, "followups", &["rule", "state"]);
    rows.into_iter().filter(|row| row[0] == rule).map(|mut row| row.swap_remove(1)).collect()
}

fn grid_of(set: &Path, surname: &str) -> String {
    let rows = table(set, "persons", &["name", "grid_code"]);
    rows.into_iter().find(|row| row[0].starts_with(surname)).unwrap().swap_remove(1)
}

#[test]
fn a_visit_without_a_time_answers_what_its_list_was_about() {
    let city = City::new("");
    let (set, _) = city.night(1);
    city.said(&set, "G1", "赵山河", &[("核查结果", "已核实"), ("备注", "门口见到")]);
    let (set, _) = city.night(2);
    assert_eq!(states(&set, "arrivals"), ["done"]);
    let when = table(&set, "events", &["type", "at"]);
    assert!(when.iter().any(|event| event[0] == "visit" && event[1].starts_with("2022-04-01")), "{when:?}");
    // On the day of the list somebody arrived once more, and no list told of it: that is another visit, in every later night.
    city.write(
        "tickets.csv",
        &format!("{TICKETS}T2,赵山河,310101198001010039,2022-04-01 21:00,310100,锦绣花园2号楼1单元101室\n"),
    );
    for day in [2, 3, 4] {
        let (set, _) = city.night(day);
        assert_eq!(states(&set, "arrivals"), ["open"], "night {day}");
    }
}

#[test]
fn what_is_from_above_stays_open_when_the_next_list_comes() {
    let city = City::new("");
    city.night(1);
    city.write("leads.csv", "k,name,idn,t\nB1,李海燕,370502198001020020,2022-04-02\n");
    let (set, warnings) = city.night(2);
    let mut told = states(&set, "leads");
    told.sort();
    assert_eq!(told, ["open", "open"]);
    assert!(warnings.iter().any(|warning| warning.contains("上级交办")), "{warnings:?}");
    city.said(&set, "G1", "王建国", &[("核查结果", "已核实"), ("核查时间", "2022-04-02 09:00")]);
    let (set, warnings) = city.night(3);
    let mut told = states(&set, "leads");
    told.sort();
    assert_eq!(told, ["done", "open"]);
    assert!(warnings.iter().all(|warning| !warning.contains("上级交办")), "{warnings:?}");
}

#[test]
fn a_visit_in_vain_stands_in_the_answer_to_a_lead() {
    let city = City::new("");
    let (set, _) = city.night(1);
    city.said(&set, "G1", "王建国", &[("核查结果", "拒不配合"), ("核查时间", "2022-04-01 09:00")]);
    let (set, _) = city.night(2);
    let text = std::fs::read_to_string(set.join("answers/leads.csv")).unwrap();
    let line = text.lines().nth(1).unwrap();
    assert!(line.starts_with("A1,2,待核实（拒不配合）,G1 第1网格,王一,2022-04-01 09:00,returns,"), "{line}");
}

#[test]
fn a_dead_number_is_one_that_the_list_showed() {
    let more = "phone = \"tel\"\n";
    let city = City::new("");
    let pipeline = std::fs::read_to_string(city.folder.path().join("pipeline.toml")).unwrap();
    let pipeline = pipeline.replace("address = \"addr\"\n", &format!("address = \"addr\"\n{more}"));
    let pipeline = pipeline.replace("fields = [\"name\"]", "fields = [\"name\", \"phones\"]");
    city.write("pipeline.toml", &pipeline);
    city.write("people.csv", "id,name,idn,addr,tel\n1,王建国,370502198001010017,锦绣花园1号楼1单元101室,\n");
    let tickets = "id,name,idn,at,code,addr,tel\nT1,赵山河,310101198001010039,2022-03-31 10:00,310100,,13811112222\n";
    city.write("tickets.csv", tickets);
    let (set, _) = city.night(1);
    city.said_of_unassigned(&set, "赵山河", &[("核查结果", "空号"), ("核查时间", "2022-04-01 15:00")]);
    // The next dump brings another number of the same person.
    city.write("tickets.csv", &format!("{tickets}T2,赵山河,310101198001010039,2022-03-30 10:00,310100,,13933334444\n"));
    for day in [2, 3, 3] {
        let (set, _) = city.night(day);
        let phones = table(&set, "persons", &["name", "phones"]);
        let of = phones.iter().find(|row| row[0] == "赵山河").unwrap();
        assert!(of[1].contains("13933334444") && !of[1].contains("13811112222"), "night {day}: {of:?}");
    }
}

#[test]
fn what_was_imported_counts_without_a_section_for_it() {
    let city = City::new("");
    let (set, _) = city.night(1);
    city.said(&set, "G1", "王建国", &[("核查结果", "已核实"), ("核查时间", "2022-04-02 09:00")]);
    let (set, _) = city.night(2);
    assert_eq!(states(&set, "leads"), ["done"]);
    // Who has nothing to say of returned lists is not asked whether their export is whole.
    let (_, warnings) = city.night(3);
    assert!(warnings.iter().all(|warning| !warning.contains("returns")), "{warnings:?}");
}

#[test]
fn who_is_missing_from_the_dumps_for_a_night_stays_visited() {
    // What a returned row is called depends on what it says, and must not matter.
    for time in ["2022-04-02 09:00", "2022-04-02 09:10", "2022-04-02 09:20", "2022-04-02 09:30"] {
        visited_and_missing(time);
    }
}

fn visited_and_missing(time: &str) {
    let city = City::new("[returns]\n");
    let (set, _) = city.night(1);
    city.said(&set, "G1", "赵山河", &[("核查结果", "已核实"), ("核查时间", time)]);
    let (set, _) = city.night(2);
    assert_eq!((states(&set, "arrivals"), states(&set, "tests")), (vec!["done".into()], vec!["open".into()]));
    std::fs::remove_file(city.folder.path().join("tickets.csv")).unwrap();
    let (set, _) = city.night(3);
    assert_eq!(states(&set, "arrivals"), ["done"]);
    assert_eq!(states(&set, "tests"), ["withdrawn"], "nobody was tested");
    city.write("tickets.csv", TICKETS);
    let (set, _) = city.night(4);
    assert_eq!((states(&set, "arrivals"), states(&set, "tests")), (vec!["done".into()], vec!["open".into()]));
    assert!(!set.join("answers/returns_rejected.csv").exists());
    let (set, _) = city.night(5);
    assert_eq!((states(&set, "arrivals"), states(&set, "tests")), (vec!["done".into()], vec!["open".into()]));
}

#[test]
fn who_was_given_to_another_grid_and_met_there_stays_there() {
    let city = City::new("[returns]\n");
    let (set, _) = city.night(1);
    let over = [("核查结果", "移交"), ("核查时间", "2022-04-02 09:00"), ("去向/移交网格", "G2")];
    city.said(&set, "G1", "王建国", &over);
    let (set, _) = city.night(2);
    assert_eq!((grid_of(&set, "王"), states(&set, "leads")), ("G2".into(), vec!["handed_over".into()]));
    city.said(&set, "G2", "王建国", &[("核查结果", "已核实"), ("核查时间", "2022-04-03 09:00")]);
    let (set, warnings) = city.night(3);
    assert_eq!((grid_of(&set, "王"), states(&set, "leads")), ("G2".into(), vec!["done".into()]));
    assert!(warnings.iter().all(|warning| !warning.contains("网格编码")), "{warnings:?}");
}

#[test]
fn an_answer_stays_given_when_the_person_is_listed_again() {
    let city = City::new("[returns]\n");
    let (set, _) = city.night(1);
    city.said(&set, "G1", "王建国", &[("核查结果", "已核实"), ("核查时间", "2022-04-02 09:00")]);
    city.night(2);
    let again = "A2,李海燕,370502198001020020,2022-04-01\nA3,王建国,370502198001010017,2022-04-03\n\
                 A4,李海燕,370502198001020020,2022-04-04\n";
    city.write("leads.csv", &format!("{LEADS}{again}"));
    let (set, _) = city.night(4);
    let text = std::fs::read_to_string(set.join("answers/leads.csv")).unwrap();
    let of_line = |line| {
        let cells: Vec<&str> = str::split(line, ',').collect();
        [cells[0], cells[2], cells[5], cells[7]]
    };
    let told: Vec<[&str; 4]> = text.lines().skip(1).map(of_line).collect();
    assert_eq!(told[0], ["A1", "已核实", "2022-04-02 09:00", "2022-04-02 00:00"], "{text}");
    assert_eq!(told[2][..3], ["A3", "待核实", ""], "{text}");
    assert_eq!(told[3], ["A4", "待核实", "", "2022-04-05 00:00"], "{text}");
}

#[test]
fn who_was_listed_twice_before_the_visit_has_both_rows_answered_when_listed_once_more() {
    let city = City::new("[returns]\n");
    let twice = format!("{LEADS}A2,王建国,370502198001010017,2022-04-02\n");
    city.write("leads.csv", &twice);
    let (set, _) = city.night(2);
    city.said(&set, "G1", "王建国", &[("核查结果", "已核实"), ("核查时间", "2022-04-02 09:00")]);
    city.night(3);
    city.write("leads.csv", &format!("{twice}A3,王建国,370502198001010017,2022-04-04\n"));
    let (set, _) = city.night(4);
    let text = std::fs::read_to_string(set.join("answers/leads.csv")).unwrap();
    let told: Vec<&str> = text.lines().skip(1).map(|line| str::split(line, ',').nth(2).unwrap()).collect();
    assert_eq!(told, ["已核实", "已核实", "待核实"], "{text}");
}

#[test]
fn a_visit_that_is_dated_after_the_night_answers_nothing() {
    let city = City::new("");
    let pipeline = std::fs::read_to_string(city.folder.path().join("pipeline.toml")).unwrap();
    let visits = "[[source]]\nname = \"visits\"\nagency = \"community\"\npaths = [\"visits.csv\"]\n[source.map]\nrecord_id = \"id\"\n\
                  name = \"name\"\nid_number = \"idn\"\n[[source.event]]\ntype = \"visit\"\nat = \"at\"\n";
    city.write("pipeline.toml", &format!("{pipeline}{visits}"));
    let state_with = |at: &str| {
        city.write("visits.csv", &format!("id,name,idn,at\nV1,王建国,370502198001010017,{at}\n"));
        let text = std::fs::read_to_string(city.night(3).0.join("answers/leads.csv")).unwrap();
        str::split(text.lines().nth(1).unwrap(), ',').nth(2).unwrap().to_owned()
    };
    assert_eq!(state_with("2022-05-01 09:00"), "待核实");
    assert_eq!(state_with("2022-04-02 09:00"), "已核实");
}

#[test]
fn a_list_of_several_sheets_is_answered_sheet_by_sheet() {
    let city = City::new("");
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheets = [
        ("公安", [["", "", ""], ["A1", "王建国", "370502198001010017"], ["A2", "李海燕", "370502198001020020"]]),
        ("卫健", [["B1", "李海燕", "370502198001020020"], ["", "合计", ""], ["B2", "王建国", "370502198001010017"]]),
    ];
    for (name, rows) in sheets {
        let sheet = book.add_worksheet().set_name(name).unwrap();
        for (line, row) in (0..).zip([["k", "name", "idn"]].iter().chain(&rows)) {
            for (column, cell) in (0..).zip(row) {
                sheet.write(line, column, *cell).unwrap();
            }
        }
    }
    book.save(city.folder.path().join("leads.xlsx")).unwrap();
    let pipeline = std::fs::read_to_string(city.folder.path().join("pipeline.toml")).unwrap();
    city.write("pipeline.toml", &pipeline.replace("leads.csv", "leads.xlsx"));
    let (set, _) = city.night(2);
    let text = std::fs::read_to_string(set.join("answers/leads.csv")).unwrap();
    let told: Vec<String> =
        text.lines().skip(1).map(|line| str::split(line, ',').take(2).collect::<Vec<_>>().join(" ")).collect();
    assert_eq!(told, ["A1 3", "A2 4", "B1 卫健:2", " 卫健:3", "B2 卫健:4"], "{text}");
    let quarantine = table(&set, "quarantine", &["file", "line", "reason"]);
    assert_eq!(quarantine, [["leads.xlsx[卫健]", "3", "not_a_person"]]);
}

#[test]
fn a_new_row_on_top_of_a_list_without_keys_moves_nobody() {
    let city = City::new("[returns]\n");
    let keyed = std::fs::read_to_string(city.folder.path().join("pipeline.toml")).unwrap();
    let tickets = keyed.find("paths = [\"tickets.csv\"]").unwrap();
    let (before, after) = keyed.split_at(tickets);
    city.write("pipeline.toml", &format!("{before}{}", after.replacen("record_id = \"id\"\n", "", 1)));
    let (head, zhao) = TICKETS.split_once('\n').unwrap();
    let persons = |set: &Path| -> Vec<Vec<String>> { table(set, "persons", &["name", "person_id"]) };
    let (set, _) = city.night(1);
    city.said(&set, "G1", "赵山河", &[("核查结果", "已核实"), ("核查时间", "2022-04-02 09:00")]);
    let known = persons(&set);

    let new = "T2,钱江潮,310101198503030019,2022-04-02 10:00,310100,锦绣花园5号楼2单元201室\n";
    city.write("tickets.csv", &format!("{head}\n{new}{zhao}"));
    let (set, _) = city.night(2);
    assert!(known.iter().all(|person| persons(&set).contains(person)), "{known:?} {:?}", persons(&set));
    let name_of = |id: &str| persons(&set).into_iter().find(|person| person[1] == id).unwrap().swap_remove(0);
    let rows = table(&set, "followups", &["rule", "person_id", "state"]);
    let mut told: Vec<(String, &str)> =
        rows.iter().filter(|row| row[0] == "arrivals").map(|row| (name_of(&row[1]), row[2].as_str())).collect();
    told.sort();
    assert_eq!(told, [("赵山河".to_owned(), "done"), ("钱江潮".to_owned(), "open")]);
    // A list that comes back for who stood elsewhere in the dump is still about them.
    city.said(&set, "G2", "钱江潮", &[("核查结果", "已核实"), ("核查时间", "2022-04-03 09:00")]);
    city.write("tickets.csv", &format!("{head}\n{zhao}{new}"));
    let (set, _) = city.night(3);
    assert_eq!(states(&set, "arrivals"), ["done", "done"]);
    assert!(!set.join("answers/returns_rejected.csv").exists());
}

/// Name, key of the person and state of the item of a rule.
fn items(set: &Path, rule: &str) -> Vec<[String; 3]> {
    let names = table(set, "persons", &["person_id", "name"]);
    let name = |id: &str| names.iter().find(|row| row[0] == id).map_or(String::new(), |row| row[1].clone());
    let rows = table(set, "followups", &["rule", "person_id", "state"]).into_iter().filter(|row| row[0] == rule);
    let mut items: Vec<[String; 3]> =
        rows.map(|row| [name(&row[1]), row[1].clone(), row[2].clone()]).filter(|item| !item[0].is_empty()).collect();
    items.sort();
    items
}

#[test]
fn a_key_that_an_export_gives_to_somebody_else_gives_no_file_and_no_visit() {
    let city = City::new("[returns]\n");
    city.write("tickets.csv", &TICKETS.replace("310101198001010039", "310101198001010034"));
    let (set, _) = city.night(1);
    city.said(&set, "G1", "赵山河", &[("核查结果", "已核实"), ("核查时间", "2022-04-02 09:00")]);
    let (set, _) = city.night(2);
    let [[_, zhao, state]] = &items(&set, "arrivals")[..] else { panic!("one arrived") };
    assert_eq!(state, "done");
    // The export numbers its rows anew: T1 is another human being.
    city.write(
        "tickets.csv",
        "id,name,idn,at,code,addr\n\
         T1,周南星,320102199107074442,2022-04-02 10:00,310100,锦绣花园5号楼1单元202室\n\
         T2,赵山河,310101198001010034,2022-03-31 10:00,310100,锦绣花园2号楼1单元101室\n",
    );
    let (set, warnings) = city.night(3);
    let [[zhou, other, open], [_, same, done]] = &items(&set, "arrivals")[..] else { panic!("two arrived") };
    assert_eq!((&**zhou, &**open, &**done, same), ("周南星", "open", "done", zhao));
    assert_ne!(other, zhao);
    assert_eq!((grid_of(&set, "周"), grid_of(&set, "赵")), ("G2".into(), "G1".into()));
    assert!(warnings.iter().any(|warning| warning.contains("主键")), "{warnings:?}");
    let (again, _) = city.night(4);
    assert_eq!(items(&again, "arrivals"), items(&set, "arrivals"));
}

#[test]
fn new_keys_of_all_rows_begin_nobody_anew() {
    let city = City::new("[returns]\n");
    let (set, _) = city.night(1);
    city.said(&set, "G1", "王建国", &[("核查结果", "已核实"), ("核查时间", "2022-04-02 09:00")]);
    let (before, _) = city.night(2);
    city.write("people.csv", &PEOPLE.replace("1,王", "N81,王").replace("2,李", "N82,李"));
    city.write("leads.csv", &LEADS.replace("A1", "B7"));
    let (after, _) = city.night(3);
    assert_eq!(
        table(&before, "persons", &["person_id", "name"]),
        table(&after, "persons", &["person_id", "name"]),
        "their ID numbers are the same"
    );
    assert_eq!(table(&after, "changes", &["subject"]).iter().filter(|row| row[0] == "person").count(), 0);
    assert!(!after.join("answers/returns_rejected.csv").exists());
}

#[test]
fn what_a_missing_dump_asked_for_stays_open() {
    let city = City::new("");
    // Of two who arrived one is in another dump as well.
    let wang = "T2,王建国,370502198001010017,2022-03-31 10:00,310100,\n";
    city.write("tickets.csv", &format!("{TICKETS}{wang}"));
    let (set, _) = city.night(1);
    assert_eq!(states(&set, "tests"), ["open", "open"]);
    std::fs::remove_file(city.folder.path().join("tickets.csv")).unwrap();
    let (set, warnings) = city.night(2);
    let mut told = states(&set, "tests");
    told.sort();
    assert_eq!(told, ["open", "withdrawn"]);
    assert!(warnings.iter().any(|warning| warning.contains("予以保留")), "{warnings:?}");
    // Nor does a file without a byte in it, but an empty list takes back what it said.
    city.write("tickets.csv", "");
    let (set, _) = city.night(3);
    assert!(states(&set, "tests").contains(&"open".to_owned()));
    city.write("tickets.csv", str::split_inclusive(TICKETS, '\n').next().unwrap());
    let (set, _) = city.night(4);
    assert_eq!(states(&set, "tests"), ["withdrawn", "withdrawn"]);
}

#[test]
fn the_bulletin_looks_back_on_the_set_that_items_go_on_from() {
    let city = City::new("");
    city.night(2);
    city.night(5);
    // Run late, with one who arrived more: the next night goes on from it, not from the day before.
    city.write("tickets.csv", &format!("{TICKETS}T2,李海燕,370502198001020020,2022-04-03 10:00,310100,\n"));
    city.night(4);
    let (set, _) = city.night(6);
    let bulletin = std::fs::read_to_string(set.join("bulletin.md")).unwrap();
    let open = bulletin.lines().find(|line| line.contains("未完成") && line.contains("2022-04-0")).unwrap();
    assert!(open.contains("2022-04-04") && open.contains("+0"), "{open}");
    assert!(table(&set, "changes", &["kind"]).iter().all(|row| row[0] != "new"));
}

#[test]
fn what_a_correction_joined_stays_joined() {
    let city = City::new("[returns]\n");
    // A lead of a wrong name alone: nobody is matched with it.
    city.write("leads.csv", "k,name,idn,t\nA1,王健国,,2022-04-01\n");
    let (set, _) = city.night(1);
    let said = [
        ("核查结果", "已核实"),
        ("核查时间", "2022-04-02 09:00"),
        ("更正证件号/电话/住址", "姓名应为王建国，370502198001010017"),
    ];
    city.said_of_unassigned(&set, "王健国", &said);
    for day in 2..=4 {
        let (set, _) = city.night(day);
        assert_eq!(states(&set, "leads"), ["done"], "day {day}");
        let members = table(&set, "members", &["source", "record_id", "person_id"]);
        let of =
            |source: &str, key: &str| members.iter().find(|row| row[0] == source && row[1] == key).unwrap()[2].clone();
        assert_eq!(of("leads", "A1"), of("people", "1"), "day {day}");
    }
}
