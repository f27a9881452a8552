//! `rollup.xlsx`: the figures of every area for offices, one sheet a level, every rate with what it is made of. It leaves
//! the centre, so small counts are hidden on request, and with them one more where a sum would give them away.

use super::disclosed::{Disclosed, disclosed};
use super::settle::Settled;
use crate::config::Pipeline;
use crate::error::Result;
use crate::followup::RollupRow;
use crate::message::Message;
use crate::publish::bulletin::percent;
use crate::publish::suppression::Shown;
use crate::publish::tabular::{Cell, Table, write_workbook};
use std::path::Path;

/// Writes the workbook into the folder of a set.
pub(super) fn write(folder: &Path, pipeline: &Pipeline, settled: &Settled) -> Result<()> {
    write_workbook(&folder.join("rollup.xlsx"), &tables(pipeline, &disclosed(pipeline, settled)), pipeline.run.as_of)
}

/// Figures of items and of persons: heading, width, place among the row's figures.
type Figure = (&'static str, u8, usize);
const OF_ITEMS: [Figure; 5] = [
    ("publish.bulletin.open", 9, 0),
    ("publish.bulletin.overdue_column", 9, 2),
    ("publish.bulletin.new", 9, 3),
    ("publish.bulletin.done_column", 9, 1),
    ("publish.rollup.cleared", 9, 4),
];
const OF_PERSONS: [Figure; 7] = [
    ("publish.rollup.persons", 9, 5),
    ("publish.rollup.households", 9, 6),
    ("publish.rollup.knocked", 11, 7),
    ("publish.rollup.reached", 11, 8),
    ("publish.rollup.vacant", 9, 9),
    ("publish.rollup.visited", 9, 10),
    ("publish.rollup.verified", 9, 11),
];
/// Part, whole and heading of each rate.
const RATES: [(usize, usize, &str); 3] =
    [(3, 1, "publish.rollup.reach_rate"), (5, 0, "publish.rollup.visit_rate"), (6, 0, "publish.rollup.verify_rate")];

/// Headings of the areas' names, from the county down.
const NAMES: [(&str, u8); 5] = [
    ("publish.bulletin.county", 12),
    ("publish.bulletin.street", 14),
    ("publish.rollup.community", 18),
    ("publish.rollup.grid", 20),
    ("publish.rollup.grid_name", 24),
];

fn tables(pipeline: &Pipeline, levels: &[Disclosed<'_>]) -> Vec<Table> {
    let say = |key: &'static str| Message::new(key).render(pipeline.run.locale);
    let under = u64::from(pipeline.publish.suppress_under.unwrap_or(0));
    let mut tables = Vec::new();
    for of_level in levels {
        let level = of_level.areas.name;
        let depth = match level {
            "grid" => 5,
            "community" => 3,
            "street" => 2,
            _ => 1,
        };
        let mut headings: Vec<(String, u8)> = match level {
            "city" => vec![(say("publish.rollup.city"), 14)],
            _ => NAMES[..depth].iter().map(|&(key, width)| (say(key), width)).collect(),
        };
        headings.push((say("publish.rollup.rule"), 24));
        headings.extend(OF_ITEMS.iter().chain(&OF_PERSONS).map(|&(key, width, _)| (say(key), width)));
        headings.extend(RATES.iter().map(|&(.., key)| (say(key), 14)));
        let mut table = Table {
            name: say(match level {
                "grid" => "publish.rollup.level_grid",
                "community" => "publish.rollup.level_community",
                "street" => "publish.rollup.level_street",
                "county" => "publish.rollup.level_county",
                _ => "publish.rollup.level_city",
            }),
            title: format!("{} {}", pipeline.run.name, pipeline.run.as_of),
            headings,
            ..Table::default()
        };
        for (names, row, shown) in of_level.rows() {
            let mut cells = match names {
                Some(names) => names.iter().cloned().map(Cell::Text).collect(),
                None => {
                    let mut cells = vec![Cell::Text(String::new()); depth];
                    cells[0] = Cell::Text(say("publish.bulletin.nowhere"));
                    cells
                }
            };
            let title = pipeline.followups.iter().find(|rule| rule.name == row.rule).map(|rule| rule.title.clone());
            let all = || if row.rule == "*" { say("publish.rollup.all_rules") } else { row.rule.clone() };
            cells.push(Cell::Text(title.unwrap_or_else(all)));
            cells.extend(figures(row, shown, under));
            table.rows.push(cells);
        }
        tables.push(table);
    }
    tables
}

/// The figures of one row. Those of persons are the same for every rule, so they stand with all rules only.
fn figures(row: &RollupRow, shown: &[Shown], under: u64) -> Vec<Cell> {
    let figures = row.counts.figures().map(i64::unsigned_abs);
    let count = |&(_, _, at): &Figure| match shown[at] {
        Shown::Count => Cell::Count(figures[at]),
        Shown::Small => Cell::Figure(format!("<{under}")),
        Shown::Covered => Cell::Figure("—".to_owned()),
    };
    let mut cells: Vec<Cell> = OF_ITEMS.iter().map(count).collect();
    if row.rule != "*" {
        cells.resize(cells.len() + OF_PERSONS.len() + RATES.len(), Cell::Text(String::new()));
        return cells;
    }
    cells.extend(OF_PERSONS.iter().map(count));
    for (part, whole, _) in RATES {
        let [part, whole] = [part, whole].map(|at| OF_PERSONS[at].2);
        let rest = figures[whole].saturating_sub(figures[part]);
        // A rate would give the number away that it is made of.
        let told = [part, whole].iter().all(|&at| shown[at] == Shown::Count) && !(1..under).contains(&rest);
        cells.push(Cell::Figure(if told { percent(figures[part], figures[whole]) } else { "—".to_owned() }));
    }
    cells
}
