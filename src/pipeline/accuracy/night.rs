//! The pairs of the night by what is known of them: of those with two ID numbers everything, of the others how many there
//! are in one person; and both put together with what the sample says.

use super::counting::Counting;
use super::{Night, Said};
use crate::evaluate::hidden::{Estimate, KnownPairs, WholeNight};
use crate::kernels::prefetch::{AHEAD, prefetch};
use crate::kernels::{hash, radix};
use rayon::prelude::*;

/// Persons that must tell of a pair of sources.
const PERSONS_MIN: u64 = 20;

/// Pairs by source pair, the smaller source first.
pub(super) struct NightPairs {
    /// Pairs in one person with two equal ID numbers.
    two: Vec<f64>,
    /// Pairs with two equal ID numbers that are not in one person.
    missed: Vec<f64>,
    /// Pairs in one person that have not two ID numbers.
    pub(super) without: Vec<f64>,
}

impl NightPairs {
    /// Counts; `numbers` are the trusted ID numbers of profiles, 0 for none.
    pub(super) fn count(night: &Night<'_>, numbers: &[u64], sources: usize) -> Self {
        let of = SourceOf::new(night);
        let cluster = |p: u32| u64::from(night.clusters.of_profile[p as usize]);
        let all = (0..numbers.len() as u32).into_par_iter().map(|p| (hash::key(0, &[cluster(p)]), p));
        let mut all: Vec<(u64, u32)> = all.collect();
        radix::sort_keyed(&mut all);
        let found = pairs_within(&of, &all, sources);
        all.retain(|row| numbers[row.1 as usize] != 0);
        let two = pairs_within(&of, &all, sources);
        all.par_iter_mut().for_each(|row| row.0 = hash::key(1, &[numbers[row.1 as usize]]));
        radix::sort_keyed(&mut all);
        let true_two = pairs_within(&of, &all, sources);
        let less = |more: &[f64], less: &[f64]| more.iter().zip(less).map(|(x, y)| (x - y).max(0.0)).collect();
        Self { missed: less(&true_two, &two), without: less(&found, &two), two }
    }

    /// What is said of all sources, and of each pair of them. Where few persons tell of a pair, what they say of all does.
    pub(super) fn said(&self, count: &Counting, sources: usize) -> (Said, Vec<(usize, usize, Said)>) {
        let overall = count.all.estimate();
        let known = |i: usize| KnownPairs { two: self.two[i], missed: self.missed[i], without: self.without[i] };
        let kinds: Vec<(KnownPairs, Estimate)> = (0..sources * sources)
            .map(|i| {
                let own = count.by_pair[i].estimate();
                (known(i), if own.persons < PERSONS_MIN { overall } else { own })
            })
            .collect();
        let each = (kinds.iter().enumerate())
            .map(|(i, kind)| {
                let night = WholeNight::of(std::slice::from_ref(kind), &kind.1);
                (i / sources, i % sources, Said { without: count.by_pair[i].estimate(), night })
            })
            .filter(|row| row.2.night.pairs > 0);
        (Said { without: overall, night: WholeNight::of(&kinds, &overall) }, each.collect())
    }
}

/// The sources of each profile's records, side by side.
struct SourceOf<'a> {
    starts: &'a [u32],
    sources: Vec<u16>,
}

impl<'a> SourceOf<'a> {
    fn new(night: &Night<'a>) -> Self {
        let of_row: &[u16] = &night.records.source;
        let sources = night.profiles.rows.par_iter().map(|&row| of_row[row as usize]).collect();
        Self { starts: &night.profiles.starts, sources }
    }

    fn profile(&self, p: u32) -> &[u16] {
        &self.sources[self.starts[p as usize] as usize..self.starts[p as usize + 1] as usize]
    }
}

/// Rows that one task takes.
const CHUNK_ROWS: usize = 1 << 16;

/// Pairs of records of profiles with the same key, by source pair; `keyed` is sorted. Whole numbers, so that their sum does
/// not depend on its order.
fn pairs_within(of: &SourceOf<'_>, keyed: &[(u64, u32)], sources: usize) -> Vec<f64> {
    let count = |rows: &[(u64, u32)]| {
        let mut matrix = vec![0.0; sources * sources];
        let mut counts = vec![0.0; sources];
        let mut at = 0;
        for group in rows.chunk_by(|a, b| a.0 == b.0) {
            counts.fill(0.0);
            for row in group {
                if let Some(later) = rows.get(at + 2 * AHEAD) {
                    prefetch(of.starts, later.1 as usize);
                }
                if let Some(soon) = rows.get(at + AHEAD) {
                    prefetch(&of.sources, of.starts[soon.1 as usize] as usize);
                }
                of.profile(row.1).iter().for_each(|&source| counts[usize::from(source)] += 1.0);
                at += 1;
            }
            for (s, &n) in counts.iter().enumerate().filter(|(_, n)| **n > 0.0) {
                matrix[s * sources + s] += n * (n - 1.0) / 2.0;
                for (t, &m) in counts.iter().enumerate().skip(s + 1) {
                    matrix[s * sources + t] += n * m;
                }
            }
        }
        matrix
    };
    let add = |mut sum: Vec<f64>, more: Vec<f64>| {
        sum.iter_mut().zip(more).for_each(|(sum, more)| *sum += more);
        sum
    };
    radix::chunks_at_keys(keyed, CHUNK_ROWS).into_par_iter().map(count).reduce(|| vec![0.0; sources * sources], add)
}
