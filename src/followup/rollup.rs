//! How many items, persons and visits there are in each area. Every level counts everything once: its areas and the
//! unassigned together are always the whole, so that what has no grid is seen on every level.

use super::areas::levels;
use super::items::{Items, Night, State};
use crate::tables::Sym;
use hashbrown::HashMap;
use rayon::prelude::*;

/// An area and a rule: a row of `rollup/`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RollupRow {
    /// grid, community, street, county or city.
    pub level: &'static str,
    /// Code or name of the area; `None`: the unassigned.
    pub code: Option<String>,
    /// Name of the rule; `*` over all rules.
    pub rule: String,
    /// What there is.
    pub counts: AreaCounts,
}

/// Figures of an area.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AreaCounts {
    /// Items open, overdue ones included.
    pub open: i64,
    /// Items done.
    pub done: i64,
    /// Open items past their deadline.
    pub overdue: i64,
    /// Items that were not there in the set before.
    pub new: i64,
    /// Items done or withdrawn since the set before.
    pub cleared: i64,
    /// Persons who live there.
    pub persons: i64,
    /// Flats of which a person lives there.
    pub households: i64,
    /// Those of them at whose door somebody was, whoever opened.
    pub knocked: i64,
    /// Those of them of which somebody was met.
    pub reached: i64,
    /// Those of them that the latest visit to a person there found vacant.
    pub vacant: i64,
    /// Persons with a visit on record.
    pub visited: i64,
    /// Persons with a verified visit or declaration on record.
    pub verified: i64,
}

impl AreaCounts {
    /// The figures in the order of [`crate::tables::published::ROLLUP`].
    pub fn figures(&self) -> [i64; 12] {
        [
            self.open,
            self.done,
            self.overdue,
            self.new,
            self.cleared,
            self.persons,
            self.households,
            self.knocked,
            self.reached,
            self.vacant,
            self.visited,
            self.verified,
        ]
    }

    fn add(&mut self, other: &Self) {
        self.open += other.open;
        self.done += other.done;
        self.overdue += other.overdue;
        self.new += other.new;
        self.cleared += other.cleared;
        self.persons += other.persons;
        self.households += other.households;
        self.knocked += other.knocked;
        self.reached += other.reached;
        self.vacant += other.vacant;
        self.visited += other.visited;
        self.verified += other.verified;
    }
}

/// The figures of every area and rule: levels from grid to city, areas in a fixed order with the unassigned (code `None`)
/// last, rules in the order of the pipeline file (rules that are gone after them) with `*` last. `city` is how the city
/// is called. Figures of persons are the same for each rule of an area.
pub fn rollup(night: &Night<'_>, items: &Items, city: &str) -> Vec<RollupRow> {
    let mut rules: Vec<&str> = night.followups.iter().map(|rule| rule.name.as_str()).collect();
    // Items stand by rule.
    for of_rule in items.items.chunk_by(|a, b| a.rule == b.rule) {
        if !rules.contains(&&*of_rule[0].rule) {
            rules.push(&of_rule[0].rule);
        }
    }
    let unassigned = night.directory.grids().len();
    let (people, by_rule) = rayon::join(|| persons_by_grid(night), || items_by_grid(night, items, &rules));
    let mut rows = Vec::new();
    for level in levels(night.directory, city) {
        let areas = level.codes.len();
        let slot = |grid: usize| if grid == unassigned { areas } else { level.area_of[grid] };
        let mut area_people = vec![AreaCounts::default(); areas + 1];
        people.iter().enumerate().for_each(|(grid, counts)| area_people[slot(grid)].add(counts));
        let mut area_items = vec![AreaCounts::default(); (areas + 1) * rules.len()];
        for (at, counts) in by_rule.iter().enumerate() {
            area_items[slot(at / rules.len()) * rules.len() + at % rules.len()].add(counts);
        }
        for area in 0..=areas {
            let mut all = area_people[area];
            for (number, rule) in rules.iter().enumerate() {
                let of_rule = &area_items[area * rules.len() + number];
                all.add(of_rule);
                let mut counts = area_people[area];
                counts.add(of_rule);
                let code = level.codes.get(area).cloned();
                rows.push(RollupRow { level: level.name, code, rule: (*rule).to_owned(), counts });
            }
            rows.push(RollupRow {
                level: level.name,
                code: level.codes.get(area).cloned(),
                rule: "*".to_owned(),
                counts: all,
            });
        }
    }
    rows
}

/// Figures of persons by grid number, the unassigned last.
fn persons_by_grid(night: &Night<'_>) -> Vec<AreaCounts> {
    let unassigned = night.directory.grids().len();
    let codes = &night.residence.codes;
    let number = |code: Sym| night.directory.number_of(codes.get(code)).map_or(unassigned, |number| number as usize);
    let number_of: Vec<usize> = (0..codes.len() as Sym).map(number).collect();
    let grid_of = |person: usize| number_of[night.residence.grid[person] as usize];
    let mut people = vec![AreaCounts::default(); unassigned + 1];
    for person in 0..night.persons.len() {
        let counts = &mut people[grid_of(person)];
        counts.persons += 1;
        counts.visited += i64::from(night.visits.visited[person]);
        counts.verified += i64::from(night.visits.verified[person]);
    }
    let flat_of = |person: usize| {
        let visits = night.visits;
        let door = [visits.knocked[person], visits.reached[person], visits.vacant[person]];
        let flat = Some(night.residence.flat[person]).filter(|&flat| flat != 0);
        flat.map(|flat| (grid_of(person), flat, door))
    };
    let mut flats: Vec<(usize, u64, [bool; 3])> =
        (0..night.persons.len()).into_par_iter().filter_map(flat_of).collect();
    flats.par_sort_unstable();
    for persons in flats.chunk_by(|a, b| (a.0, a.1) == (b.0, b.1)) {
        let counts = &mut people[persons[0].0];
        counts.households += 1;
        let any = |of: usize| i64::from(persons.iter().any(|(.., door)| door[of]));
        counts.knocked += any(0);
        counts.reached += any(1);
        counts.vacant += any(2);
    }
    people
}

/// Figures of items by grid number (the unassigned last) and rule.
fn items_by_grid(night: &Night<'_>, items: &Items, rules: &[&str]) -> Vec<AreaCounts> {
    let unassigned = night.directory.grids().len();
    let numbers: HashMap<&str, usize> = rules.iter().enumerate().map(|(number, &rule)| (rule, number)).collect();
    let mut counts = vec![AreaCounts::default(); (unassigned + 1) * rules.len()];
    for (item, tonight) in items.items.iter().zip(&items.tonight) {
        let number = item.grid_code.as_deref().and_then(|code| night.directory.number_of(code));
        let grid = number.map_or(unassigned, |number| number as usize);
        let slot = &mut counts[grid * rules.len() + numbers[&*item.rule]];
        slot.open += i64::from(item.state.is_open());
        slot.overdue += i64::from(item.state == State::Overdue);
        slot.done += i64::from(item.state == State::Done);
        slot.new += i64::from(tonight.new);
        slot.cleared += i64::from(tonight.cleared);
    }
    counts
}
