//! Which grid each person lives in, by the best evidence that the records give. Newer evidence of a kind goes before
//! older; a kind before the next, whatever their dates (but for codes from before a move), in an order that the pipeline may set. Who has no evidence stays
//! unassigned and is counted as such.

mod evidence;
mod gates;
mod phones;
mod whole;

use super::directory::{Directory, GridNo};
use super::visits::Visits;
use crate::config::{Agency, DedicatedGrids, GridEvidence};
use crate::kernels::prefetch::AHEAD;
use crate::message::Message;
use crate::tables::{GridBy, NO_ROW, NO_TIME, Persons, Pool, Records, Residence, Sym};
use evidence::{Evidence, Flats};
use rayon::prelude::*;
use std::cmp::Reverse;

/// Persons whose homes one task finds.
const CHUNK_PERSONS: usize = 1 << 12;

/// No grid.
const NONE: GridNo = GridNo::MAX;

/// How the grids of persons are told.
#[derive(Clone, Copy, Debug)]
pub struct GridRules<'a> {
    /// Name of each source, by number.
    pub sources: &'a [&'a str],
    /// Agency of each source, by number.
    pub agencies: &'a [Agency],
    /// Which kinds of evidence count, the best first.
    pub order: &'a [GridEvidence],
    /// Whether a dedicated grid stands beside the base grid or in its place.
    pub dedicated: DedicatedGrids,
    /// Number of the source of returned lists, if there is one.
    pub returns: Option<u16>,
}

/// The grid of each person, and the dedicated one beside it. The kinds of evidence, in the usual order:
///
/// - `grid_code`: the newest grid code (or name that one grid alone has) that a community's record states, if it can be trusted
///   and nobody moved since: a month later or more neither the community itself nor two other sources place the person in
///   one other grid;
/// - `flat`: estate and building by the directory's coverage, else the grid that most community records of that flat
///   state;
/// - `road`: road and door number by coverage;
/// - `estate`: the estate, if it lies in one grid (or the address names the community or street);
/// - `other_grid_code`: a grid code that another agency states;
/// - `household`: the other persons of the flat, if most of them live in one grid; where no address is known, those who have
///   the same phone, if all of them live in one;
/// - `registered`: the registered flat, by what is known of that flat, unless some record names another place.
///
/// With [`DedicatedGrids::Beside`] a person lives in the base grid that any evidence but the registered address tells, and
/// the dedicated grid that a code or an address tells stands beside it; who has no base grid lives in the dedicated one. So
/// does whom the last visit handed over to it, and whose flat there (a dormitory) several sources name where nothing but a road or
/// an estate speaks for another grid.
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
    let evidence = Evidence::read(records, directory, rules);
    let mut homes = vec![Home::unknown(order.len()); persons.len()];
    let find_home = |person: usize, home: &mut Home, rows: &mut Vec<u32>| {
        newest_first(records, persons, person, rows);
        let said = |rows: &[u32], counts: &dyn Fn(GridNo, u32) -> bool| {
            let kinds = (0..).zip(order);
            kinds.into_iter().find_map(|(n, &kind)| Some((n, kind, evidence.own(records, rows, kind, counts)?)))
        };
        // What a worker found out at the door goes before all that was said earlier.
        let is_answer = |&row: &u32| Some(records.source[row as usize]) == rules.returns && evidence.tells_of(row);
        let answer = rules.returns.and_then(|_| rows.iter().position(is_answer));
        let told = |counts: &dyn Fn(GridNo, u32) -> bool| {
            answer.and_then(|at| said(&rows[..=at], counts)).or_else(|| said(rows, counts))
        };
        let given_at = visits.handed_over_at[person];
        let given = |row: u32| given_at != NO_TIME && records.updated_at[row as usize] == given_at;
        let mut lives = told(&|grid, row| !beside || !is_dedicated(grid) || given(row));
        let also = if beside { told(&|grid, _| is_dedicated(grid)) } else { lives };
        home.also = also.map_or(NONE, |(_, _, grid)| grid);
        let (mut is_away, address_kinds) = (false, [GridEvidence::Road, GridEvidence::Estate]);
        if let (Some((_, kind, grid)), Some((_, _, home))) = (lives, also) {
            is_away = beside && address_kinds.contains(&kind) && evidence.outvoted(records, rows, grid, home);
        }
        if lives.is_none() || is_away {
            (lives, home.no_base) = (also, also.is_some());
        }
        if let Some((n, kind, grid)) = lives {
            (home.grid, home.by, home.rank) = (grid, by_of(kind), n);
        }
        (home.address_row, home.flat) = evidence.address(records, rows, home.grid);
        let tells_of_flat = |&row: &u32| records.flat[row as usize] == home.flat && evidence.lies_in(row, home.grid);
        home.votes = home.by == GridBy::GridCode || rows.iter().any(tells_of_flat);
        home.flat = whole::flat_with_unit(records, rows, home.flat);
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
    let works = |home: &Home| beside && home.by == GridBy::GridCode && is_dedicated(home.grid);
    let votes = |home: &Home| home.votes && !works(home) && !evidence.flats.is_gate(home.flat);
    let neighbours = neighbours(homes.iter().filter(|home| votes(home)));
    let registered = evidence.registered(records, persons, &late, directory);
    let registered_texts = evidence.registered_texts(records, persons, &late, directory);
    let told_late = |rows: &mut Vec<u32>, person: usize| {
        let home = &homes[person];
        newest_first(records, persons, person, rows);
        let shared = || rows.iter().find_map(|&row| neighbours.grid(records.flat[row as usize]));
        let away = || {
            rows.iter().map(|&row| row as usize).find_map(|row| {
                let flat = records.registered_flat[row];
                let told = evidence.flats.grid(flat).or_else(|| registered.get(&flat).copied());
                let by_text = || registered_texts.get(&records.registered_address[row]).copied();
                told.or_else(|| neighbours.grid(flat)).or_else(by_text)
            })
        };
        (0..).zip(order).find_map(|(n, &kind)| match kind {
            GridEvidence::Household if n < home.rank => Some((person, shared()?, kind)),
            GridEvidence::Household if home.no_base => {
                Some((person, shared().filter(|&grid| !is_dedicated(grid))?, kind))
            }
            GridEvidence::Registered if n < home.rank => {
                let registered = away()?;
                (!evidence.lives_elsewhere(records, rows, registered)).then_some((person, registered, kind))
            }
            _ => None,
        })
    };
    let late: Vec<_> = late.into_par_iter().map_init(Vec::new, told_late).collect();
    let mut rows = Vec::new();
    for (person, grid, kind) in late.into_iter().flatten() {
        let home = &mut homes[person];
        (home.grid, home.by) = (grid, by_of(kind));
        newest_first(records, persons, person, &mut rows);
        (home.address_row, home.flat) = evidence.address(records, &rows, grid);
        home.flat = whole::flat_with_unit(records, &rows, home.flat);
    }
    if order.contains(&GridEvidence::Household) {
        let unknown = |home: &Home| home.grid == NONE && home.address_row == NO_ROW;
        let asked: Vec<usize> = (0..persons.len()).filter(|&person| unknown(&homes[person])).collect();
        for (person, grid) in phones::grids(persons, &asked, |person| homes[person].grid) {
            (homes[person].grid, homes[person].by) = (grid, GridBy::Household);
        }
    }
    let mut residence = Residence { by: homes.iter().map(|home| home.by).collect(), ..Residence::default() };
    let codes: Vec<Sym> = directory.grids().iter().map(|grid| residence.codes.intern(&grid.code)).collect();
    let code = |grid: GridNo| codes.get(grid as usize).copied().unwrap_or(Pool::NONE);
    residence.grid = homes.iter().map(|home| code(home.grid)).collect();
    let dedicated = |home: &Home| [home.also, home.grid].into_iter().find(|&grid| grid != NONE && is_dedicated(grid));
    residence.dedicated = homes.iter().map(|home| code(dedicated(home).unwrap_or(NONE))).collect();
    // Who lives behind one gate is no household.
    let crowded = evidence.doors.crowded(homes.par_iter().map(|home| home.flat));
    let is_gate = |flat: u64| evidence.is_gate(flat) || crowded.contains(&flat);
    residence.flat = homes.iter().map(|home| if is_gate(home.flat) { 0 } else { home.flat }).collect();
    residence.address_row = homes.iter().map(|home| home.address_row).collect();
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
    /// Whether the grid is that of the flat, as far as is known: a flat that no grid covers has not the grid of a hotel.
    votes: bool,
    /// Flat and record with the address, as [`Evidence::address`] tells them.
    flat: u64,
    address_row: u32,
}

impl Home {
    fn unknown(kinds: usize) -> Self {
        Self {
            grid: NONE,
            by: GridBy::None,
            rank: kinds as u8,
            also: NONE,
            no_base: false,
            votes: false,
            flat: 0,
            address_row: NO_ROW,
        }
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

/// The grid of the persons who live in each flat: each has one vote, for the flat of the newest record that names one.
fn neighbours<'a>(homes: impl Iterator<Item = &'a Home>) -> Flats {
    Flats::of(homes.filter(|home| home.grid != NONE && home.flat != 0).map(|home| (home.flat, home.grid)).collect())
}

/// The record rows of a person, newest first, then in their order.
fn newest_first(records: &Records, persons: &Persons, person: usize, rows: &mut Vec<u32>) {
    rows.clear();
    rows.extend(persons.rows(person).iter().filter(|&&row| row != NO_ROW));
    rows.sort_unstable_by_key(|&row| (Reverse(records.updated_at[row as usize]), row));
}

#[cfg(test)]
mod tests;
