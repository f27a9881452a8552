//! The grid of persons of whom no address is known, but a phone that others have too: a family shares a phone, and whichever
//! of them is meant, they live in one household.

use super::super::directory::GridNo;
use super::NONE;
use crate::tables::Persons;
use hashbrown::HashSet;
use rayon::prelude::*;

/// A phone that more persons have is no household's.
const HOUSEHOLD_MAX: usize = 8;

/// The grid of each of the persons `asked` (ascending), of whom none has one, where everybody else who has the same phone
/// lives in one grid. `grid_of` gives the grid of a person, [`NONE`] where it is not known.
pub(super) fn grids(
    persons: &Persons,
    asked: &[usize],
    grid_of: impl Fn(usize) -> GridNo + Sync,
) -> Vec<(usize, GridNo)> {
    let wanted: HashSet<u64> = asked.iter().flat_map(|&person| persons.phones(person)).copied().collect();
    if wanted.is_empty() {
        return Vec::new();
    }
    let told = |person: usize| {
        let grid = grid_of(person);
        let phones = persons.phones(person).iter().filter(|&phone| grid != NONE && wanted.contains(phone));
        phones.map(move |&phone| (phone, grid)).collect::<Vec<_>>()
    };
    let mut told: Vec<(u64, GridNo)> = (0..persons.len()).into_par_iter().flat_map_iter(told).collect();
    told.par_sort_unstable();
    let of_phone = |phone: &u64| {
        let from = told.partition_point(|(other, _)| other < phone);
        let grids = || told[from..].iter().take_while(|(other, _)| other == phone).map(|(_, grid)| *grid);
        let first = grids().next()?;
        let household = grids().count() <= HOUSEHOLD_MAX && grids().all(|grid| grid == first);
        household.then_some(first)
    };
    let own = |&person: &usize| Some((person, persons.phones(person).iter().find_map(of_phone)?));
    asked.iter().filter_map(own).collect()
}
