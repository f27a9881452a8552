//! The follow-up list of an invented city against its planted truth: who is missed, in the wrong grid, unassigned, or
//! listed without cause. A published set and the city's folder in, a few lines out:
//!
//! ```text
//! gridlink synth --persons 200000 --out CITY && gridlink run CITY/pipeline.toml
//! cargo bench --bench followup -- CITY/out CITY
//! ```
//!
//! Names no person but by key, and only with `--list`.

#![allow(clippy::print_stdout, clippy::unwrap_used)] // a tool that stops where something is amiss

use arrow::array::{Array, AsArray, RecordBatch, StringViewArray};
use gridlink::store::Set;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

const RULE: &str = "key_region_arrivals";

/// What the set says of one of its persons.
#[derive(Default)]
struct Listed {
    grid: Option<String>,
    grid_by: Option<String>,
    has_address: bool,
    /// Grid of the item; `None` where there is no item.
    item: Option<Option<String>>,
    truth: BTreeSet<u32>,
}

fn main() {
    let args: Vec<String> = std::env::args().skip(1).filter(|arg| arg != "--bench").collect();
    let [out, city, rest @ ..] = args.as_slice() else {
        println!("usage: cargo bench --bench followup -- SET CITY [--list]");
        return;
    };
    let list = rest.iter().any(|arg| arg == "--list");
    let (set, city) = (Set::open(Path::new(out)).unwrap(), Path::new(city));

    let mut numbers: BTreeMap<String, u32> = BTreeMap::new();
    let mut truth: BTreeMap<(String, String), u32> = BTreeMap::new();
    for row in rows(&city.join("truth.csv")) {
        let next = numbers.len() as u32;
        let person = *numbers.entry(row[2].clone()).or_insert(next);
        truth.insert((row[0].clone(), row[1].clone()), person);
    }
    let expected: BTreeMap<u32, String> = rows(&city.join("expected/key_region_arrivals.csv"))
        .into_iter()
        .map(|row| (numbers[&row[0]], row[1].clone()))
        .collect();

    let mut persons: BTreeMap<String, Listed> = BTreeMap::new();
    for batch in set.read_table("persons").unwrap() {
        let (id, grid, by) = (text(&batch, "person_id"), text(&batch, "grid_code"), text(&batch, "grid_by"));
        let (address, registered) = (text(&batch, "address"), text(&batch, "registered_address"));
        for row in 0..batch.num_rows() {
            let value = |array: &StringViewArray| array.is_valid(row).then(|| array.value(row).to_owned());
            let has_address = address.is_valid(row) || registered.is_valid(row);
            let listed = Listed { grid: value(grid), grid_by: value(by), has_address, ..Listed::default() };
            persons.insert(id.value(row).to_owned(), listed);
        }
    }
    let mut found: BTreeMap<u32, BTreeSet<String>> = BTreeMap::new();
    for batch in set.read_table("members").unwrap() {
        let (source, record, id) = (text(&batch, "source"), text(&batch, "record_id"), text(&batch, "person_id"));
        for row in 0..batch.num_rows() {
            let key = (source.value(row).to_owned(), record.value(row).to_owned());
            let Some(&person) = truth.get(&key) else { continue };
            let id = id.value(row).to_owned();
            persons.get_mut(&id).unwrap().truth.insert(person);
            found.entry(person).or_default().insert(id);
        }
    }
    for batch in set.read_table("followups").unwrap() {
        let (rule, state) = (text(&batch, "rule"), text(&batch, "state"));
        let (id, grid) = (text(&batch, "person_id"), text(&batch, "grid_code"));
        for row in (0..batch.num_rows()).filter(|&row| rule.value(row) == RULE && state.value(row) != "withdrawn") {
            let Some(person) = persons.get_mut(id.value(row)) else { continue };
            person.item = Some(grid.is_valid(row).then(|| grid.value(row).to_owned()));
        }
    }

    let (mut missed, mut wrong, mut unassigned, mut untold, mut twice) = (vec![], vec![], vec![], vec![], 0);
    let nobody = BTreeSet::new();
    for (&person, grid) in &expected {
        let ids = found.get(&person).unwrap_or(&nobody);
        let items: Vec<_> = ids.iter().filter(|id| persons[*id].item.is_some()).collect();
        twice += usize::from(items.len() > 1);
        let grids: Vec<Option<&str>> = items.iter().map(|id| persons[*id].item.as_ref().unwrap().as_deref()).collect();
        if items.is_empty() {
            missed.push((person, ids.iter().next()));
        } else if grid.is_empty() || grids.contains(&Some(grid)) {
        } else if grids.iter().any(Option::is_some) {
            wrong.push((person, Some(items[0])));
        } else if ids.iter().any(|id| persons[id].has_address) {
            unassigned.push((person, Some(items[0])));
        } else {
            untold.push((person, Some(items[0])));
        }
    }
    let listed: Vec<(&String, &Listed)> = persons.iter().filter(|(_, listed)| listed.item.is_some()).collect();
    let cause = |listed: &Listed| listed.truth.iter().any(|person| expected.contains_key(person));
    let without: Vec<_> = listed.iter().filter(|(_, listed)| !cause(listed)).collect();
    let many = listed.iter().filter(|(_, listed)| cause(listed) && listed.truth.len() > 1).count();

    let share = |what: &str, n: usize, of: usize| {
        println!("{what:<44} {n:>7} / {of:>7} = {:.3} %", 100.0 * n as f64 / of.max(1) as f64);
    };
    share("missed", missed.len(), expected.len());
    share("wrong grid", wrong.len(), expected.len());
    share("unassigned though a dump tells an address", unassigned.len(), expected.len());
    share("unassigned, no dump tells an address", untold.len(), expected.len());
    share("listed without cause", without.len(), listed.len());
    share("listed twice (one human being, two persons)", twice, expected.len());
    share("listed with records of others", many, listed.len());
    let mut by: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for (person, listed) in found.iter().flat_map(|(person, ids)| ids.iter().map(move |id| (person, id))) {
        let Some(grid) = expected.get(person).filter(|grid| !grid.is_empty()) else { continue };
        let Some(listed) = persons.get(listed).filter(|listed| listed.item.is_some()) else { continue };
        let slot = by.entry(listed.grid_by.as_deref().unwrap_or("none")).or_default();
        slot.0 += 1;
        slot.1 += usize::from(listed.grid.as_deref() != Some(grid));
    }
    for (by, (all, wrong)) in by {
        share(&format!("  other than true, found by {by}"), wrong, all);
    }
    if list {
        let names: BTreeMap<u32, &String> = numbers.iter().map(|(name, &number)| (number, name)).collect();
        for (what, rows) in [("missed", &missed), ("wrong", &wrong), ("unassigned", &unassigned), ("untold", &untold)] {
            for (person, id) in rows {
                let listed = id.map(|id| &persons[id]);
                let grid = listed.and_then(|listed| listed.grid.as_deref()).unwrap_or("-");
                let by = listed.and_then(|listed| listed.grid_by.as_deref()).unwrap_or("-");
                let id = id.map_or("-", |id| id.as_str());
                println!("{what} {} {id} true {} is {grid} by {by}", names[person], expected[person]);
            }
        }
        without.iter().for_each(|(id, _)| println!("without {id}"));
    }
}

fn rows(path: &Path) -> Vec<Vec<String>> {
    let text = std::fs::read_to_string(path).unwrap();
    text.lines().skip(1).map(|line| line.split(',').map(str::to_owned).collect()).collect()
}

fn text<'a>(batch: &'a RecordBatch, name: &str) -> &'a StringViewArray {
    batch.column_by_name(name).unwrap().as_string_view()
}
