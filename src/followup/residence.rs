//! Which grid each person lives in, by the best evidence that the records give. Newer evidence of a kind goes before
//! older; a kind before the next, whatever their dates, in an order that the pipeline may set. Who has no evidence stays
//! unassigned and is counted as such.

use super::directory::{Directory, GridNo};
use super::places::{NOWHERE, PlaceNo, Places, stated_grids};
use super::visits::Visits;
use crate::config::{Agency, DedicatedGrids, GridEvidence};
use crate::kernels::prefetch::{AHEAD, prefetch};
use crate::message::Message;
use crate::tables::{GridBy, NO_ROW, NO_TIME, Persons, Pool, Records, Residence, Sym};
use hashbrown::HashMap;
use rayon::prelude::*;
use std::cmp::Reverse;

/// Persons whose homes one task finds.
const CHUNK_PERSONS: usize = 1 << 12;
/// Rows whose places are known at a time before they have numbers.
const CHUNK_ROWS: usize = 1 << 18;
/// Rows of them that one task takes.
const TASK_ROWS: usize = 1 << 12;

/// No grid.
const NONE: GridNo = GridNo::MAX;

/// A dedicated grid that so many records state whose addresses lie elsewhere is a school or a firm whose people live all
/// over the city; fewer may be slips.
const STAFF_MIN: usize = 10;

/// How the grids of persons are told.
#[derive(Clone, Copy, Debug)]
pub struct GridRules<'a> {
    /// Agency of each source, by number.
    pub agencies: &'a [Agency],
    /// Which kinds of evidence count, the best first.
    pub order: &'a [GridEvidence],
    /// Whether a dedicated grid stands beside the base grid or in its place.
    pub dedicated: DedicatedGrids,
}

/// The grid of each person, and the dedicated one beside it. The kinds of evidence, in the usual order:
///
/// - `grid_code`: the newest grid code that a community's record states, if it can be trusted;
/// - `flat`: estate and building by the directory's coverage, else the grid that most community records of that flat
///   state;
/// - `road`: road and door number by coverage;
/// - `estate`: the estate, if it lies in one grid (or the address names the community or street);
/// - `other_grid_code`: a grid code that another agency states;
/// - `household`: the other persons of the flat, if most of them live in one grid;
/// - `registered`: the registered flat, by what is known of that flat.
///
/// With [`DedicatedGrids::Beside`] a person lives in the base grid that any evidence but the registered address tells, and
/// the dedicated grid that a code or an address tells stands beside it; who has no base grid lives in the dedicated one. So
/// does whom the last visit handed over to it.
///
/// The messages count stated codes that are not used: those that the directory does not know, and those that the record's
/// own address contradicts while no second record of that place shares them. A code that is wrong by one digit would send
/// the worker of another grid. Costs a few hash lookups a record.
pub fn assign(
    records: &Records,
    persons: &Persons,
    directory: &Directory,
    visits: &Visits,
    rules: GridRules<'_>,
) -> (Residence, Vec<Message>) {
    let order = rules.order;
    let beside = rules.dedicated == DedicatedGrids::Beside;
    let is_dedicated = |grid: GridNo| directory.is_dedicated(grid);
    let evidence = Evidence::read(records, directory, rules.agencies, beside);
    let mut homes = vec![Home::unknown(order.len()); persons.len()];
    let find_home = |person: usize, home: &mut Home, rows: &mut Vec<u32>| {
        newest_first(records, persons, person, rows);
        let told = |counts: &dyn Fn(GridNo, u32) -> bool| {
            let kinds = (0..).zip(order);
            kinds.into_iter().find_map(|(n, &kind)| Some((n, kind, evidence.own(records, rows, kind, counts)?)))
        };
        let given_at = visits.handed_over_at[person];
        let given = |row: u32| given_at != NO_TIME && records.updated_at[row as usize] == given_at;
        let mut lives = told(&|grid, row| !beside || !is_dedicated(grid) || given(row));
        let also = if beside { told(&|grid, _| is_dedicated(grid)) } else { lives };
        home.also = also.map_or(NONE, |(_, _, grid)| grid);
        if lives.is_none() {
            (lives, home.no_base) = (also, also.is_some());
        }
        if let Some((n, kind, grid)) = lives {
            (home.grid, home.by, home.rank) = (grid, by_of(kind), n);
        }
        home.flat = rows.iter().map(|&row| records.flat[row as usize]).find(|&flat| flat != 0).unwrap_or(0);
    };
    homes.par_chunks_mut(CHUNK_PERSONS).enumerate().for_each(|(chunk, homes)| {
        let mut rows = Vec::new();
        for (person, home) in (chunk * CHUNK_PERSONS..).zip(homes) {
            evidence.expect(records, persons, person + AHEAD);
            find_home(person, home, &mut rows);
        }
    });
    let first_of_others = order.iter().position(|kind| is_of_others(*kind)).unwrap_or(order.len()) as u8;
    let is_late = |home: &Home| home.no_base || home.rank > first_of_others;
    let late: Vec<usize> = (0..persons.len()).filter(|&person| is_late(&homes[person])).collect();
    // Where somebody works says nothing of who else lives in the flat.
    let votes = |home: &Home| !(beside && home.by == GridBy::GridCode && is_dedicated(home.grid));
    let neighbours = neighbours(homes.iter().filter(|home| votes(home)));
    let registered = evidence.registered(records, persons, &late);
    let known = |flats: &HashMap<u64, GridNo>, flat: u64| flats.get(&flat).copied();
    let told_late = |rows: &mut Vec<u32>, person: usize| {
        let home = &homes[person];
        newest_first(records, persons, person, rows);
        let shared = || rows.iter().find_map(|&row| known(&neighbours, records.flat[row as usize]));
        let away = || {
            rows.iter().map(|&row| records.registered_flat[row as usize]).find_map(|flat| {
                known(&evidence.flats, flat).or_else(|| known(&registered, flat)).or_else(|| known(&neighbours, flat))
            })
        };
        (0..).zip(order).find_map(|(n, &kind)| match kind {
            GridEvidence::Household if n < home.rank => Some((person, shared()?, kind)),
            GridEvidence::Household if home.no_base => {
                Some((person, shared().filter(|&grid| !is_dedicated(grid))?, kind))
            }
            GridEvidence::Registered if n < home.rank => Some((person, away()?, kind)),
            _ => None,
        })
    };
    let late: Vec<_> = late.into_par_iter().map_init(Vec::new, told_late).collect();
    for (person, grid, kind) in late.into_iter().flatten() {
        (homes[person].grid, homes[person].by) = (grid, by_of(kind));
    }
    let mut residence = Residence { by: homes.iter().map(|home| home.by).collect(), ..Residence::default() };
    let codes: Vec<Sym> = directory.grids().iter().map(|grid| residence.codes.intern(&grid.code)).collect();
    let code = |grid: GridNo| codes.get(grid as usize).copied().unwrap_or(Pool::NONE);
    residence.grid = homes.iter().map(|home| code(home.grid)).collect();
    let dedicated = |home: &Home| [home.also, home.grid].into_iter().find(|&grid| grid != NONE && is_dedicated(grid));
    residence.dedicated = homes.iter().map(|home| code(dedicated(home).unwrap_or(NONE))).collect();
    residence.flat = homes.iter().map(|home| home.flat).collect();
    (residence, evidence.messages())
}

/// What is known of a person's grids.
#[derive(Clone, Copy)]
struct Home {
    /// Where the person lives.
    grid: GridNo,
    by: GridBy,
    /// How many kinds of evidence come before the one that told it.
    rank: u8,
    /// The dedicated grid that was told.
    also: GridNo,
    /// Whether no base grid was told, so that the dedicated one stands for it.
    no_base: bool,
    /// Flat of the newest record that names one; 0: none does.
    flat: u64,
}

impl Home {
    fn unknown(kinds: usize) -> Self {
        Self { grid: NONE, by: GridBy::None, rank: kinds as u8, also: NONE, no_base: false, flat: 0 }
    }
}

/// Whether the evidence is the grid of other persons.
fn is_of_others(kind: GridEvidence) -> bool {
    matches!(kind, GridEvidence::Household | GridEvidence::Registered)
}

fn by_of(kind: GridEvidence) -> GridBy {
    match kind {
        GridEvidence::GridCode | GridEvidence::OtherGridCode => GridBy::GridCode,
        GridEvidence::Flat => GridBy::Flat,
        GridEvidence::Road => GridBy::Road,
        GridEvidence::Estate => GridBy::Estate,
        GridEvidence::Household => GridBy::Household,
        GridEvidence::Registered => GridBy::Registered,
    }
}

/// Where a record says that its person lives.
#[derive(Clone, Copy)]
struct OfRow {
    /// Grid that the record states; [`NONE`] if it states none that can be trusted.
    stated: GridNo,
    /// Whether that is the community's word.
    community: bool,
    /// Grid in which the record's address lies, and how that is known.
    located: (GridNo, GridBy),
}

/// Where each record says that its person lives.
struct Evidence {
    of_row: Vec<OfRow>,
    /// Grid that most community records of a flat state.
    flats: HashMap<u64, GridNo>,
    unknown_codes: usize,
    unknown_code_records: usize,
    contradicted: usize,
}

impl Evidence {
    fn read(records: &Records, directory: &Directory, agencies: &[Agency], beside: bool) -> Self {
        let codes = stated_grids(records, directory);
        let mut places = Places::default();
        let mut evidence = Self {
            of_row: Vec::with_capacity(records.len()),
            flats: HashMap::new(),
            unknown_codes: codes.values().filter(|grid| grid.is_none()).count(),
            unknown_code_records: 0,
            contradicted: 0,
        };
        let mut said: Vec<(PlaceNo, GridNo, u32)> = Vec::new();
        for start in (0..records.len()).step_by(CHUNK_ROWS) {
            let rows: Vec<usize> = (start..records.len().min(start + CHUNK_ROWS)).collect();
            let of_place = places.number(&rows, records, directory);
            let told = |(rows, of_place): (&[usize], &[PlaceNo])| {
                let located = places.grids(of_place, rows, records, directory);
                let of_row = |(&row, located): (&usize, Option<(GridNo, GridBy)>)| OfRow {
                    stated: codes.get(&records.grid_code[row]).copied().flatten().unwrap_or(NONE),
                    community: agencies.get(records.source[row] as usize) == Some(&Agency::Community),
                    located: located.unwrap_or((NONE, GridBy::None)),
                };
                rows.iter().zip(located).map(of_row).collect::<Vec<_>>()
            };
            let tasks = rows.par_chunks(TASK_ROWS).zip(of_place.par_chunks(TASK_ROWS));
            let told: Vec<Vec<OfRow>> = tasks.map(told).collect();
            told.into_iter().for_each(|told| evidence.of_row.extend(told));
            let told = &evidence.of_row[start..];
            let unknown = |(&row, told): (&usize, &OfRow)| told.stated == NONE && records.grid_code[row] != Pool::NONE;
            evidence.unknown_code_records += rows.par_iter().zip(told).filter(|&row| unknown(row)).count();
            let of_place = rows.into_par_iter().zip(of_place).zip(told);
            said.par_extend(of_place.filter_map(|((row, place), told)| {
                let says = told.community && told.stated != NONE && place != NOWHERE;
                says.then_some((place, told.stated, row as u32))
            }));
        }
        evidence.distrust(said, directory, beside);
        let lives = |told: &OfRow| {
            let away = beside && directory.is_dedicated(told.stated) && told.located.0 != told.stated;
            told.community && !away
        };
        let flats: &[u64] = &records.flat;
        let votes = evidence
            .of_row
            .par_iter()
            .zip(flats)
            .filter(|(told, flat)| told.stated != NONE && **flat != 0 && lives(told));
        evidence.flats = most(votes.map(|(told, &flat)| (flat, told.stated)).collect());
        evidence
    }

    /// Asks for what is known of the records of a person, if there is such a person.
    fn expect(&self, records: &Records, persons: &Persons, person: usize) {
        if person < persons.len() {
            for row in persons.rows(person).iter().map(|&row| row as usize) {
                prefetch(&self.of_row, row);
                prefetch(&records.updated_at, row);
                prefetch(&records.flat, row);
            }
        }
    }

    /// Drops codes that the record's own address contradicts, unless others of that place state the same: a worker knows
    /// better than a directory where a grid ends, but one row against its own address is a slip. A dedicated grid may
    /// have people who live anywhere in its community, and, `beside` their base grid, anywhere in the city if they are many.
    fn distrust(&mut self, mut said: Vec<(PlaceNo, GridNo, u32)>, directory: &Directory, beside: bool) {
        said.par_sort_unstable();
        let mut staff: Vec<(GridNo, u32)> = Vec::new();
        for place in said.chunk_by(|a, b| a.0 == b.0) {
            let votes = |grid: GridNo| place.iter().filter(|(_, stated, _)| *stated == grid).count();
            for &(_, stated, row) in place {
                let (located, _) = self.of_row[row as usize].located;
                let dedicated = directory.is_dedicated(stated);
                if located == NONE || located == stated || dedicated && directory.same_community(stated, located) {
                    continue;
                }
                let shared = votes(stated);
                if shared < 2 || shared < votes(located) {
                    if dedicated && beside {
                        staff.push((stated, row));
                    } else {
                        self.drop_code(row);
                    }
                }
            }
        }
        staff.sort_unstable();
        for staff in staff.chunk_by(|a, b| a.0 == b.0).filter(|staff| staff.len() < STAFF_MIN) {
            staff.iter().for_each(|&(_, row)| self.drop_code(row));
        }
    }

    fn drop_code(&mut self, row: u32) {
        self.of_row[row as usize].stated = NONE;
        self.contradicted += 1;
    }

    /// The grid that a person's own records (newest first) tell by one kind of evidence, the first that `counts`.
    fn own(
        &self,
        records: &Records,
        rows: &[u32],
        kind: GridEvidence,
        counts: &dyn Fn(GridNo, u32) -> bool,
    ) -> Option<GridNo> {
        let first = |grid_of: &dyn Fn(usize) -> GridNo| {
            let mut told = rows.iter().map(|&row| (grid_of(row as usize), row));
            told.find(|&(grid, row)| grid != NONE && counts(grid, row)).map(|(grid, _)| grid)
        };
        let of = |row: usize| &self.of_row[row];
        let stated = |community: bool| first(&|row| if of(row).community == community { of(row).stated } else { NONE });
        let located = |how: GridBy| first(&|row| Some(of(row).located).filter(|l| l.1 == how).map_or(NONE, |l| l.0));
        let flat = || first(&|row| self.flats.get(&records.flat[row]).copied().unwrap_or(NONE));
        match kind {
            GridEvidence::GridCode => stated(true),
            GridEvidence::Flat => located(GridBy::Flat).or_else(flat),
            GridEvidence::Road => located(GridBy::Road),
            GridEvidence::Estate => located(GridBy::Estate),
            GridEvidence::OtherGridCode => stated(false),
            GridEvidence::Household | GridEvidence::Registered => None,
        }
    }

    /// The grids of the registered flats of those persons, by the addresses of records in those flats.
    fn registered(&self, records: &Records, persons: &Persons, late: &[usize]) -> HashMap<u64, GridNo> {
        let flats = late.iter().flat_map(|&person| persons.rows(person));
        let flats = flats.map(|&row| records.registered_flat[row as usize]);
        let mut wanted: HashMap<u64, GridNo> = flats.filter(|&flat| flat != 0).map(|flat| (flat, NONE)).collect();
        for (row, flat) in records.flat.iter().enumerate() {
            if let Some(slot) = wanted.get_mut(flat).filter(|slot| **slot == NONE) {
                *slot = self.of_row[row].located.0;
            }
        }
        wanted.retain(|_, grid| *grid != NONE);
        wanted
    }

    fn messages(&self) -> Vec<Message> {
        let unknown = || {
            Message::new("grids.code_unknown")
                .with("codes", self.unknown_codes)
                .with("records", self.unknown_code_records)
        };
        let contradicted = || Message::new("grids.code_contradicted").with("records", self.contradicted);
        let unknown = (self.unknown_codes > 0).then(unknown);
        unknown.into_iter().chain((self.contradicted > 0).then(contradicted)).collect()
    }
}

/// The grid of the persons who live in each flat: each has one vote, for the flat of the newest record that names one.
fn neighbours<'a>(homes: impl Iterator<Item = &'a Home>) -> HashMap<u64, GridNo> {
    most(homes.filter(|home| home.grid != NONE && home.flat != 0).map(|home| (home.flat, home.grid)).collect())
}

/// For each flat the grid with the most votes; none where two have as many.
fn most(mut votes: Vec<(u64, GridNo)>) -> HashMap<u64, GridNo> {
    votes.par_sort_unstable();
    let mut winners = HashMap::new();
    for flat in votes.chunk_by(|a, b| a.0 == b.0) {
        let mut counts: Vec<(usize, GridNo)> = flat.chunk_by(|a, b| a == b).map(|run| (run.len(), run[0].1)).collect();
        counts.sort_unstable_by_key(|&(n, grid)| (Reverse(n), grid));
        if counts.get(1).is_none_or(|second| second.0 < counts[0].0) {
            winners.insert(flat[0].0, counts[0].1);
        }
    }
    winners
}

/// The record rows of a person, newest first, then in their order.
fn newest_first(records: &Records, persons: &Persons, person: usize, rows: &mut Vec<u32>) {
    rows.clear();
    rows.extend(persons.rows(person).iter().filter(|&&row| row != NO_ROW));
    rows.sort_unstable_by_key(|&row| (Reverse(records.updated_at[row as usize]), row));
}

#[cfg(test)]
mod tests;
