//! Sources that list each person once, told from their own rows: where a night has next to no ID numbers, two rows of such
//! a source are two persons, and teach how often persons of one household agree by chance.

use super::features::Features;
use super::levels::{birth, name as level};
use super::profile::Profiles;
use crate::kernels::hash;
use crate::tables::Records;
use rayon::prelude::*;

/// A source of which a larger share of the rows looks like another row of it lists persons again and again.
const DOUBLED_MAX: f64 = 0.04;
/// A source with fewer rows says too little.
const ROWS_MIN: usize = 1000;

/// For each profile its roster: the number of a source that lists each person once, plus 1; 0 for none. A profile with
/// records of several such sources is of the first.
#[derive(Clone, Debug, Default)]
pub struct Rosters {
    /// By profile.
    pub of_profile: Vec<u16>,
}

impl Rosters {
    /// Finds the rosters among the sources.
    pub fn find(records: &Records, profiles: &Profiles, features: &Features) -> Self {
        let sources = records.source.iter().max().map_or(0, |&max| usize::from(max) + 1);
        let mut rows = vec![0_usize; sources];
        records.source.iter().for_each(|&source| rows[usize::from(source)] += 1);
        let doubled = doubled(records, profiles, features, sources);
        let is_roster: Vec<bool> = rows
            .iter()
            .zip(doubled)
            .map(|(&rows, doubled)| rows >= ROWS_MIN && (doubled as f64) <= DOUBLED_MAX * rows as f64)
            .collect();
        let roster = |p: usize| {
            let sources = profiles.members(p).iter().map(|&row| records.source[row as usize]);
            sources.filter(|&source| is_roster[usize::from(source)]).min().map_or(0, |source| source + 1)
        };
        Self { of_profile: (0..profiles.len()).map(roster).collect() }
    }

    /// Profiles of each roster, ascending.
    pub(super) fn profiles(&self) -> Vec<Vec<u32>> {
        let count = self.of_profile.iter().max().map_or(0, |&max| usize::from(max));
        let mut of = vec![Vec::new(); count];
        for (p, &roster) in self.of_profile.iter().enumerate().filter(|(_, roster)| **roster != 0) {
            of[usize::from(roster) - 1].push(p as u32);
        }
        of.retain(|profiles| profiles.len() >= 2);
        of
    }

    /// Pairs of profiles within one roster.
    pub fn pairs(&self) -> f64 {
        self.profiles().iter().map(|profiles| pairs(profiles.len())).sum()
    }
}

/// Pairs of `n`.
pub(super) fn pairs(n: usize) -> f64 {
    n as f64 * (n as f64 - 1.0) / 2.0
}

/// By source the rows that look like another row of it: the same name, and birth date, phone or flat as well.
fn doubled(records: &Records, profiles: &Profiles, features: &Features, sources: usize) -> Vec<usize> {
    let mut keyed: Vec<(u64, u16, u32)> = (0..profiles.len())
        .into_par_iter()
        .flat_map_iter(|p| {
            let packed = &features.packed[p];
            let name = &features.names[packed.name as usize];
            let named = packed.name != 0 && name.is_whole();
            let (birth, _) = packed.birth();
            let of = [(1, u64::from(birth as u32)), (2, u64::from(packed.phones[0])), (3, u64::from(packed.flat))];
            let missing = u64::from(crate::tables::NO_DATE as u32);
            let keys = of.map(|(kind, value)| {
                let known = named && value != 0 && !(kind == 1 && value == missing);
                if known { hash::key(0x7057, &[kind, packed.name.into(), value]) } else { 0 }
            });
            let rows = profiles.members(p).iter();
            rows.flat_map(move |&row| {
                let source = records.source[row as usize];
                keys.into_iter().filter(|&key| key != 0).map(move |key| (key, source, row))
            })
        })
        .collect();
    keyed.par_sort_unstable();
    let mut again: Vec<u32> = Vec::new();
    for run in keyed.chunk_by(|x, y| (x.0, x.1) == (y.0, y.1)).filter(|run| run.len() > 1) {
        // The first of them is not there again.
        again.extend(run[1..].iter().map(|row| row.2));
    }
    again.sort_unstable();
    again.dedup();
    let mut doubled = vec![0; sources];
    again.iter().for_each(|&row| doubled[usize::from(records.source[row as usize])] += 1);
    doubled
}

/// Whether two rows of a roster whose names and births agree like this may be one person listed twice after all.
pub fn may_be_doubled(name_level: u8, birth_level: u8) -> bool {
    match name_level {
        level::MISSING | level::EXACT..=level::UNREADABLE | level::SAME_TITLE => true,
        level::HOMOPHONE..=level::ONE_MISSING | level::TITLE_SURNAME => birth_level == birth::SAME_DAY,
        _ => false,
    }
}
