//! The pairs of the night by what is known of them: of those with two ID numbers everything, of the others how many there
//! are in one person; and both put together with what the sample says.

use super::counting::Counting;
use super::{Night, Said};
use crate::evaluate::hidden::{Estimate, KnownPairs, WholeNight};
use rayon::slice::ParallelSliceMut;

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
        let of = &night.clusters.of_profile;
        let all: Vec<(u64, u32)> = of.iter().enumerate().map(|(p, &cluster)| (u64::from(cluster), p as u32)).collect();
        let numbered = |key: &dyn Fn(usize) -> u64| -> Vec<(u64, u32)> {
            (0..numbers.len()).filter(|&p| numbers[p] != 0).map(|p| (key(p), p as u32)).collect()
        };
        let found = pairs_within(night, all, sources);
        let two = pairs_within(night, numbered(&|p| u64::from(of[p])), sources);
        let true_two = pairs_within(night, numbered(&|p| numbers[p]), sources);
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

/// Pairs of records of profiles with the same key, by source pair.
fn pairs_within(night: &Night<'_>, mut keyed: Vec<(u64, u32)>, sources: usize) -> Vec<f64> {
    keyed.par_sort_unstable();
    let mut matrix = vec![0.0; sources * sources];
    let mut counts = vec![0.0; sources];
    for group in keyed.chunk_by(|a, b| a.0 == b.0) {
        counts.fill(0.0);
        group.iter().flat_map(|row| night.sources_of(row.1)).for_each(|source| counts[source] += 1.0);
        for (s, &n) in counts.iter().enumerate().filter(|(_, n)| **n > 0.0) {
            matrix[s * sources + s] += n * (n - 1.0) / 2.0;
            for (t, &m) in counts.iter().enumerate().skip(s + 1) {
                matrix[s * sources + t] += n * m;
            }
        }
    }
    matrix
}
