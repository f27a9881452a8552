//! Figures that are told twice agree: every list sums to its grid, the areas of every level to the city, and the page
//! looks back on as many sets as it says.

use crate::support::{City, files, rows};
use calamine::{Reader, Xlsx};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

const FIGURES: [&str; 11] =
    ["open", "done", "overdue", "new", "cleared", "persons", "households", "knocked", "reached", "visited", "verified"];

/// Figures by level, area (empty: the unassigned) and rule.
fn rollup(set: &Path) -> BTreeMap<(String, String, String), Vec<i64>> {
    let columns: Vec<&str> = ["level", "code", "rule"].into_iter().chain(FIGURES).collect();
    let figures = |row: &[String]| row.iter().map(|figure| figure.parse().unwrap()).collect();
    rows(set, "rollup", &columns)
        .into_iter()
        .map(|row| ((row[0].clone(), row[1].clone(), row[2].clone()), figures(&row[3..])))
        .collect()
}

/// Items and persons of each list, by grid; empty: the unassigned.
fn lists(set: &Path) -> BTreeMap<String, (i64, i64)> {
    let mut lists = BTreeMap::new();
    for (name, bytes) in files(&set.join("lists")) {
        let mut book: Xlsx<_> = Xlsx::new(std::io::Cursor::new(bytes)).unwrap();
        let range = book.worksheet_range_at(0).unwrap().unwrap();
        let heads: Vec<String> = range.rows().nth(1).unwrap().iter().map(ToString::to_string).collect();
        let items = heads.iter().position(|head| head == "item_id").unwrap();
        // Whom a dedicated grid only sees is counted where they live.
        let seen = heads.iter().position(|head| head == "核查网格");
        let own = range.rows().skip(2).filter(|row| seen.is_none_or(|by| row[by].to_string().is_empty()));
        let cells = own.map(|row| row[items].to_string());
        let items: Vec<usize> = cells.map(|items| items.split(' ').count()).collect();
        let grid = name.rsplit('/').next().unwrap().trim_end_matches(".xlsx").replace("unassigned", "");
        lists.insert(grid, (items.iter().sum::<usize>() as i64, items.len() as i64));
    }
    lists
}

#[test]
fn every_list_sums_to_its_rollup_and_every_rollup_to_the_city() {
    let city = City::new(1_500);
    let set = city.publish("out", &[]);
    let (rollup, lists) = (rollup(&set), lists(&set));
    let grids: BTreeMap<&str, &Vec<i64>> = rollup
        .iter()
        .filter(|((level, _, rule), _)| level == "grid" && rule == "*")
        .map(|((_, code, _), figures)| (code.as_str(), figures))
        .collect();
    assert_eq!(lists.keys().map(String::as_str).collect::<Vec<_>>(), grids.keys().copied().collect::<Vec<_>>());
    for (grid, figures) in &grids {
        assert_eq!(lists[*grid].0, figures[0], "open items of {grid:?}");
    }
    let listed: i64 = lists.values().map(|(_, persons)| persons).sum();
    let open: BTreeSet<String> = rows(&set, "followups", &["person_id", "state"])
        .into_iter()
        .filter(|row| ["open", "handed_over", "overdue"].contains(&row[1].as_str()))
        .map(|row| row[0].clone())
        .collect();
    assert_eq!(listed, open.len() as i64, "one row a person, in one list");

    let of = |level: &str, rule: &str| {
        let mut sum = vec![0; FIGURES.len()];
        for (_, figures) in rollup.iter().filter(|((l, _, r), _)| l == level && r == rule) {
            sum.iter_mut().zip(figures).for_each(|(sum, figure)| *sum += figure);
        }
        sum
    };
    let rules: BTreeSet<&str> = rollup.keys().map(|(.., rule)| rule.as_str()).collect();
    assert_eq!(rules.len(), 16);
    for rule in &rules {
        for level in ["grid", "community", "street", "county"] {
            assert_eq!(of(level, rule), of("city", rule), "{level} {rule}");
        }
    }
    for figure in 0..5 {
        let by_rule: i64 = rules.iter().filter(|rule| **rule != "*").map(|rule| of("city", rule)[figure]).sum();
        assert_eq!(by_rule, of("city", "*")[figure], "{}", FIGURES[figure]);
    }
    let all = of("city", "*");
    let [persons, households, knocked, reached] = [5, 6, 7, 8].map(|at| all[at]);
    assert!(persons > households && households >= knocked && knocked >= reached && reached > 0, "{all:?}");

    // The workbook of areas tells the same.
    let mut book: Xlsx<_> = calamine::open_workbook(set.join("rollup.xlsx")).unwrap();
    assert_eq!(book.sheet_names(), ["全市", "县区", "街道（镇）", "社区（村）", "网格"]);
    let range = book.worksheet_range("网格").unwrap();
    assert_eq!(range.rows().count(), grids.len() + 2);
    for row in range.rows().skip(2) {
        let code = if row[0] == "未分配" { String::new() } else { row[3].to_string() };
        assert_eq!(row[6].to_string(), grids[code.as_str()][0].to_string(), "{code}");
    }
}

#[test]
fn what_leaves_the_centre_tells_no_small_count() {
    let city = City::new(600);
    let set = city.publish("out", &["--set", "publish.suppress_under=10"]);
    let mut book: Xlsx<_> = calamine::open_workbook(set.join("rollup.xlsx")).unwrap();
    let mut hidden = 0;
    for (name, range) in book.worksheets() {
        for cell in range.rows().skip(2).flatten() {
            if let calamine::Data::Float(count) = cell {
                assert!(*count == 0.0 || *count >= 10.0, "{name}: {count}");
            }
            hidden += usize::from(*cell == "<10");
        }
    }
    assert!(hidden > 20, "{hidden}");
    // Nor does a sum tell one: what is hidden of an area and of those in it, or of all rules and each, is nothing or several.
    let is_hidden = |cell: &calamine::Data| matches!(cell.to_string().as_str(), "<10" | "—");
    let all_rules = "全部";
    let levels: Vec<Vec<Vec<calamine::Data>>> = ["全市", "县区", "街道（镇）", "社区（村）", "网格"]
        .map(|name| book.worksheet_range(name).unwrap().rows().skip(2).map(<[_]>::to_vec).collect())
        .into();
    let names = [1, 1, 2, 3, 5];
    let mut sums = 0;
    for depth in 0..4 {
        let (own, below) = (names[depth], names[depth + 1]);
        for row in levels[depth].iter().filter(|row| row[0] != "未分配") {
            let is_in = |other: &&Vec<calamine::Data>| {
                let unassigned = other[0] == "未分配";
                !unassigned && other[below] == row[own] && (depth == 0 || other[..own] == row[..own])
            };
            let parts: Vec<&Vec<calamine::Data>> = levels[depth + 1].iter().filter(is_in).collect();
            let figures = if row[own] == *all_rules { 12 } else { 5 };
            for figure in (1..=figures).filter(|_| !parts.is_empty()) {
                let cells = parts.iter().map(|part| &part[below + figure]).chain([&row[own + figure]]);
                assert_ne!(cells.filter(|cell| is_hidden(cell)).count(), 1, "{row:?} {figure}");
                sums += 1;
            }
        }
        for rows in levels[depth].chunk_by(|a, b| a[..own] == b[..own]).filter(|rows| rows.len() > 1) {
            for figure in 1..=5 {
                let hidden = rows.iter().filter(|row| is_hidden(&row[own + figure])).count();
                assert_ne!(hidden, 1, "{rows:?} {figure}");
            }
        }
    }
    assert!(sums > 200, "{sums}");
    let page = std::fs::read_to_string(set.join("bulletin.md")).unwrap();
    let rows = page.lines().filter(|line| line.starts_with("| ") && line.contains("街道"));
    assert!(rows.clone().count() > 1 && page.contains("<10"), "{page}");
    for cell in rows.flat_map(|row| row.split('|')).map(str::trim) {
        assert!(
            cell.parse::<u32>().is_ok_and(|count| count == 0 || count >= 10) || cell.parse::<u32>().is_err(),
            "{page}"
        );
    }
}

#[test]
fn the_page_looks_back_on_fourteen_sets() {
    let city = City::new(60);
    let quiet = ["--set", "publish.xlsx=false"];
    let mut set = None;
    for day in 1..=16 {
        let as_of = format!("2022-03-{:02}", day + 9);
        set = Some(city.publish("out", &[&quiet[..], &["--as-of", &as_of]].concat()));
    }
    let page = std::fs::read_to_string(set.unwrap().join("bulletin.md")).unwrap();
    let dates: Vec<&str> =
        page.lines().filter_map(|line| line.strip_prefix("| 2022-03-")).map(|line| &line[..2]).collect();
    let expected: Vec<String> = (11..=25).map(|day| day.to_string()).collect();
    assert_eq!(dates, expected, "fourteen sets before, and tonight's");
}
