//! A directory of several rows, and what is wrong in one.

use super::super::area_names::Named;
use super::*;
use crate::config::{Mapping, ReadSettings};
use arrow::array::StringArray;

/// A directory whose rows are the thirteen fields in order; missing ones are empty.
pub(in crate::followup) fn directory(rows: &[&[&str]]) -> (Directory, Vec<Message>) {
    let map = FIELDS.iter().enumerate().map(|(i, &field)| {
        (field, Mapping::Columns { columns: vec![i], join: String::new(), values: BTreeMap::new() })
    });
    let settings = Grids {
        path: "grids.csv".into(),
        read: ReadSettings::default(),
        columns: (0..13).map(|i| i.to_string()).collect(),
        map: map.collect(),
        order: crate::config::GridEvidence::ORDER.to_vec(),
        dedicated: crate::config::DedicatedGrids::Beside,
    };
    let column = |i: usize| rows.iter().map(|row| row.get(i).copied()).collect::<StringArray>();
    let chunk = RawChunk {
        source: 0,
        file: 0,
        line: vec![2; rows.len()],
        byte: vec![0; rows.len()],
        columns: (0..13).map(column).collect(),
        sheet: None,
    };
    Directory::build(&settings, &[chunk])
}

fn building(directory: &Directory, estate: &str, building: &str) -> Vec<GridNo> {
    directory.by_part(estate, Part::Building(building))
}

fn keys(messages: &[Message]) -> Vec<&str> {
    messages.iter().map(Message::key).collect()
}

#[test]
fn rows_of_one_code_add_up() {
    let (directory, messages) = directory(&[
        &["G2", "二网格", "专属网格", "", "", "", "", "", "", "阳光花园", "6-9"],
        &["G1", "一网格", "base", "新村", "东街", "370502", "东营区", "王", "138", "阳光花园小区、安居", "1-5"],
        &["G1", "", "", "", "", "", "", "", "", "", "", "府前大街", "1-99单"],
    ]);
    assert_eq!(messages, []);
    assert_eq!(directory.grids().iter().map(|g| g.code.as_str()).collect::<Vec<_>>(), ["G1", "G2"]);
    assert_eq!(directory.get("G2").unwrap().kind, "dedicated");
    assert_eq!(directory.get("G1").unwrap().name, "一网格");
    assert_eq!(building(&directory, "阳光花园", "3"), [0]);
    assert_eq!(building(&directory, "阳光花园小区", "7"), [1]);
    assert!(building(&directory, "阳光花园", "10").is_empty());
    assert_eq!(directory.by_estate("阳光花园"), [0, 1]);
    assert_eq!(directory.by_estate("安居小区"), [0]);
    assert_eq!(directory.by_number("府前大街", "45-1"), [0]);
    assert!(directory.by_number("府前大街", "46").is_empty());
}

#[test]
fn one_cell_may_name_estates_roads_and_their_numbers() {
    let (directory, messages) = directory(&[
        &["G1", "", "", "新村", "", "", "", "", "", "阳光花园1-3、5号楼，府前大街1-9单号"],
        &["G2", "", "", "新村", "", "", "", "", "", "阳光花园（4栋）、安居小区", "7", "府前大街2-8双号、北一路"],
    ]);
    assert_eq!(messages, []);
    let grids = |text| building(&directory, "阳光花园", text);
    assert_eq!((grids("2"), grids("5"), grids("4"), grids("7")), (vec![0], vec![0], vec![1], vec![]));
    assert_eq!(building(&directory, "安居", "7"), [1], "the column's numbers are of those that have none");
    assert_eq!((directory.by_number("府前大街", "7"), directory.by_number("府前大街", "6")), (vec![0], vec![1]));
    assert_eq!(directory.by_number("北一路", "99"), [1]);
}

#[test]
fn helpers_are_counted_by_number_or_by_name() {
    let told = |cells: &[&str]| helpers_of(cells.iter().copied());
    assert_eq!(told(&["", ""]), None);
    assert_eq!(told(&["6", "", "6"]), Some(6), "several rows of one grid tell the same");
    assert_eq!((told(&["5人", "0"]), told(&["6.0"]), told(&["约6人"])), (Some(5), Some(6), None));
    assert_eq!(told(&["甲、乙，丙", "丙 丁"]), Some(4));
    let grid = |helpers| Grid { helpers, ..Grid::default() };
    let directory = |grids: Vec<Grid>| Directory { grids, ..Directory::default() };
    assert_eq!(directory(vec![grid(None), grid(Some(3)), grid(Some(4))]).helpers(), Some(7));
    assert_eq!(directory(vec![grid(None)]).helpers(), None);
}

#[test]
fn a_grid_may_have_several_workers() {
    let (directory, messages) = directory(&[
        &["G1", "一网格", "base", "新村", "", "", "", "王五", "138"],
        &["G1", "", "", "", "", "", "", "李四", "139"],
        &["G1", "", "", "", "", "", "", "王五", "138", "安居"],
        &["G2", "", "", "", "", "", "", "王五", "138"],
        &["G3", "", "", "", "", "", "", "王五"],
        &["G4"],
    ]);
    // A row that adds a worker is no repetition.
    assert_eq!(messages, []);
    let grid = directory.get("G1").unwrap();
    assert_eq!((&*grid.worker, &*grid.worker_phone), ("王五、李四", "138、139"));
    assert_eq!(directory.workers(), 3, "one looks after two grids, and the one of G3 may be another");
}

#[test]
fn a_named_building_goes_before_a_whole_estate() {
    let (directory, _) = directory(&[
        &["G1", "", "", "", "", "", "", "", "", "阳光花园"],
        &["G2", "", "", "", "", "", "", "", "", "阳光花园", "8"],
    ]);
    assert_eq!((building(&directory, "阳光花园", "8"), building(&directory, "阳光花园", "9")), (vec![1], vec![0]));
}

#[test]
fn one_name_in_two_streets_is_told_apart_by_the_address() {
    let (directory, _) = directory(&[
        &["G1", "", "", "甲社区", "东街", "", "", "", "", "幸福小区"],
        &["G2", "", "", "乙社区", "西街", "", "", "", "", "幸福小区"],
    ]);
    let both = directory.by_estate("幸福");
    let named = |address: &str, grids: &[GridNo]| {
        let mut named = Named::default();
        directory.areas_in(address, &mut named);
        directory.named(grids, &named)
    };
    assert_eq!(named("西街街道幸福小区3号楼", &both), Some(1));
    assert_eq!(named("幸福小区3号楼", &both), None);
    assert_eq!(named("幸福小区3号楼", &[0]), Some(0), "an estate in one grid");
}

#[test]
fn faults_are_counted() {
    let (_, messages) = directory(&[
        &["", "无码"],
        &["G1", "一", "怪"],
        &["G1", "壹"],
        &["G2", "", "", "", "", "", "", "", "", "安居", "9-1"],
    ]);
    let all =
        ["grids.without_code", "grids.duplicate", "grids.names_differ", "grids.kind_unknown", "grids.coverage_unread"];
    assert_eq!(keys(&messages), all);
    let estate = |code, cell| ["x", "", "", "", "", "", "", "", "", cell].map(|t| if t == "x" { code } else { t });
    let rows = [
        estate("G1", "明珠花园5-1栋、9-7栋，府苑"),
        estate("G2", "锦绣花园1-5、8号楼"),
        estate("G3", "1-4组"),
        estate("G4", "很长的名字很长的名字很长的名字很长的名字很长的名字5-1栋"),
    ];
    let (_, messages) = directory(&rows.each_ref().map(|row| &row[..]));
    let examples =
        "G1 明珠花园5-1栋、9-7栋，府苑; G3 1-4组; G4 很长的名字很长的名字很长的名字很长的名字很长的名字5-1栋";
    assert_eq!(messages, [Message::new("grids.coverage_unread").with("count", 3).with("examples", examples)]);
}

#[test]
fn codes_of_spreadsheets_and_totals_are_told() {
    let (directory, messages) = directory(&[
        &["'430281001000001", "第1网格", "", "甲社区", "东街"],
        &["430281001000002.0", "第2网格", "", "甲社区", "东街"],
        &["4.30281E+14", "第3网格", "", "甲社区", "东街"],
        &["4.3028100100E14", "第4网格", "", "甲社区", "东街"],
        &["合 计", "", "", "", ""],
        &["2个网格", "", "", "1个社区", "合计："],
        &["G1E2", "第5网格", "", "甲社区", "东街"],
    ]);
    let codes: Vec<&str> = directory.grids().iter().map(|grid| &*grid.code).collect();
    assert_eq!(codes, ["430281001000001", "430281001000002", "G1E2"]);
    assert_eq!(keys(&messages), ["grids.code_cut", "grids.totals"]);
}

#[test]
fn levels_come_from_the_code_where_no_column_names_them() {
    let (directory, _) = directory(&[&["370502001002003", "一网格"], &["G1"]]);
    let grid = directory.get("370502001002003").unwrap();
    assert_eq!((&*grid.county_code, &*grid.street, &*grid.community), ("370502", "370502001", "370502001002"));
    assert_eq!(directory.get("G1").unwrap().street, "");
    assert_eq!(Directory::of_codes(["B", "A", "B", ""]).grids().len(), 2);
}

#[test]
fn an_estate_is_known_without_its_last_word_where_no_other_begins_so() {
    let (directory, _) = directory(&[
        &["G1", "", "", "", "", "", "", "", "", "锦绣花园、阳光花园、阳光家园、红旗花园"],
        &["G2", "", "", "", "", "", "", "", "", "红旗村"],
    ]);
    assert_eq!(directory.known_estate("锦绣"), "锦绣花园");
    assert_eq!(
        (directory.known_estate("回锦绣花园"), directory.known_estate("回龙观")),
        ("锦绣花园".into(), "回龙观".into())
    );
    for several in ["阳光", "红旗", "锦"] {
        assert_eq!(directory.known_estate(several), several);
    }
}
