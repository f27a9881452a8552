//! `rollup.xlsx`: the figures of every area for offices, one sheet a level, every rate with what it is made of. It leaves
//! the centre, so small counts are hidden on request, and with them one more where a sum would give them away.

use super::settle::Settled;
use crate::config::Pipeline;
use crate::error::Result;
use crate::followup::{AreaCounts, RollupRow, area_names};
use crate::message::Message;
use crate::publish::bulletin::{Shown, percent, shown};
use crate::publish::tabular::{Cell, Table, write_workbook};
use std::path::Path;

/// Writes the workbook into the folder of a set.
pub(super) fn write(folder: &Path, pipeline: &Pipeline, settled: &Settled) -> Result<()> {
    write_workbook(&folder.join("rollup.xlsx"), &tables(pipeline, settled), pipeline.run.as_of)
}

/// Figures of items and of persons: heading, width, figure.
type Figure = (&'static str, u8, fn(&AreaCounts) -> i64);
const OF_ITEMS: [Figure; 5] = [
    ("publish.bulletin.open", 9, |counts| counts.open),
    ("publish.bulletin.overdue_column", 9, |counts| counts.overdue),
    ("publish.bulletin.new", 9, |counts| counts.new),
    ("publish.bulletin.done_column", 9, |counts| counts.done),
    ("publish.rollup.cleared", 9, |counts| counts.cleared),
];
const OF_PERSONS: [Figure; 7] = [
    ("publish.rollup.persons", 9, |counts| counts.persons),
    ("publish.rollup.households", 9, |counts| counts.households),
    ("publish.rollup.knocked", 11, |counts| counts.knocked),
    ("publish.rollup.reached", 11, |counts| counts.reached),
    ("publish.rollup.vacant", 9, |counts| counts.vacant),
    ("publish.rollup.visited", 9, |counts| counts.visited),
    ("publish.rollup.verified", 9, |counts| counts.verified),
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

fn tables(pipeline: &Pipeline, settled: &Settled) -> Vec<Table> {
    let say = |key: &'static str| Message::new(key).render(pipeline.run.locale);
    let under = u64::from(pipeline.publish.suppress_under.unwrap_or(0));
    let levels = area_names(&settled.directory, &pipeline.run.name);
    let mut tables = Vec::new();
    // From the city down to the grids.
    for (level, names) in levels.into_iter().rev() {
        let rows: Vec<&RollupRow> = settled.rollup.iter().filter(|row| row.level == level).collect();
        // Each area, the unassigned last, has a row for every rule and one for all of them.
        let rules = rows.len() / (names.len() + 1).max(1);
        let depth = match level {
            "grid" => 5,
            "community" => 3,
            "street" => 2,
            _ => 1,
        };
        let detailed = depth < 3;
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
        let hidden = hidden(&rows, rules, &names, under);
        for (number, row) in rows.iter().enumerate().filter(|(_, row)| detailed || row.rule == "*") {
            let mut cells = match names.get(number / rules.max(1)) {
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
            cells.extend(figures(row, &hidden[number], under));
            table.rows.push(cells);
        }
        tables.push(table);
    }
    tables
}

/// The figures of one row. Those of persons are the same for every rule, so they stand with all rules only.
fn figures(row: &RollupRow, hidden: &[Shown], under: u64) -> Vec<Cell> {
    let count = |at: usize, figure: &Figure| match hidden[at] {
        Shown::Count => Cell::Count((figure.2)(&row.counts).unsigned_abs()),
        Shown::Small => Cell::Figure(format!("<{under}")),
        Shown::Covered => Cell::Figure("—".to_owned()),
    };
    let mut cells: Vec<Cell> = OF_ITEMS.iter().enumerate().map(|(at, figure)| count(at, figure)).collect();
    if row.rule != "*" {
        cells.resize(cells.len() + OF_PERSONS.len() + RATES.len(), Cell::Text(String::new()));
        return cells;
    }
    let of_persons = |at: usize| OF_ITEMS.len() + at;
    cells.extend(OF_PERSONS.iter().enumerate().map(|(at, figure)| count(of_persons(at), figure)));
    for (part, whole, _) in RATES {
        let value = |at: usize| (OF_PERSONS[at].2)(&row.counts).unsigned_abs();
        let (rest, told) = (value(whole).saturating_sub(value(part)), |at| hidden[of_persons(at)] == Shown::Count);
        // A rate would give the number away that it is made of.
        let told = told(part) && told(whole) && !(1..under).contains(&rest);
        cells.push(Cell::Figure(if told { percent(value(part), value(whole)) } else { "—".to_owned() }));
    }
    cells
}

/// How each figure of each row is shown: the areas of one area above and one rule are told together, for their sum is told
/// a level higher.
fn hidden(rows: &[&RollupRow], rules: usize, names: &[Vec<String>], under: u64) -> Vec<Vec<Shown>> {
    let all: Vec<&Figure> = OF_ITEMS.iter().chain(&OF_PERSONS).collect();
    let mut out = vec![vec![Shown::Count; all.len()]; rows.len()];
    if under == 0 {
        return out;
    }
    let above = |area: usize| names.get(area).map(|names| &names[..names.len().saturating_sub(1).min(3)]);
    let areas: Vec<usize> = (0..=names.len()).collect();
    // The unassigned are part of the city's sum, and so of every county's row.
    let same = |a: &usize, b: &usize| {
        above(*a) == above(*b) || above(*b).is_none() && names.first().is_none_or(|n| n.len() == 1)
    };
    for siblings in areas.chunk_by(same) {
        for rule in 0..rules {
            for (at, figure) in all.iter().enumerate() {
                let row = |area: usize| area * rules + rule;
                let counts: Vec<u64> =
                    siblings.iter().map(|&area| (figure.2)(&rows[row(area)].counts).unsigned_abs()).collect();
                for (&area, how) in siblings.iter().zip(shown(&counts, under)) {
                    out[row(area)][at] = how;
                }
            }
        }
    }
    out
}
