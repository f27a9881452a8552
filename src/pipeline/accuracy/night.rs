//! The pairs of the night by what is known of them: of those with two ID numbers everything, of the others how many there
//! are in one person; and both put together with what the sample says.

use super::counting::Counting;
use super::{Night, Said};
use crate::evaluate::hidden::{Estimate, KnownPairs, WholeNight};
use crate::link::SameNumber;
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
    /// Counts; `numbers` are the trusted ID numbers of profiles, 0 for none, and `same` says who has one of them.
    pub(super) fn count(night: &Night<'_>, numbers: &[u64], same: &SameNumber, sources: usize) -> Self {
        let of = SourceOf::new(night);
        let (found, two) = within_clusters(&of, night, numbers, sources);
        let true_two = within_numbers(&of, numbers, same, sources);
        let less = |more: &Pairs, less: &Pairs| more.0.iter().zip(&less.0).map(|(x, y)| (x - y).max(0.0)).collect();
        Self { missed: less(&true_two, &two), without: less(&found, &two), two: two.0 }
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

/// Pairs of records by source pair. Whole numbers, so that their sum does not depend on its order.
struct Pairs(Vec<f64>);

impl Pairs {
    fn none(sources: usize) -> Self {
        Self(vec![0.0; sources * sources])
    }

    fn and(mut self, more: Self) -> Self {
        self.0.iter_mut().zip(more.0).for_each(|(sum, more)| *sum += more);
        self
    }

    /// Adds the pairs of a group of so many records of each source.
    fn add(&mut self, counts: &[f64]) {
        for (s, &n) in counts.iter().enumerate().filter(|(_, n)| **n > 0.0) {
            self.0[s * counts.len() + s] += n * (n - 1.0) / 2.0;
            for (t, &m) in counts.iter().enumerate().skip(s + 1) {
                self.0[s * counts.len() + t] += n * m;
            }
        }
    }
}

/// Pairs of records in one person, and those of them that have two ID numbers.
fn within_clusters(of: &SourceOf<'_>, night: &Night<'_>, numbers: &[u64], sources: usize) -> (Pairs, Pairs) {
    // Clusters have their numbers by their first profiles, so the others of each are not far.
    let of_profile = &night.clusters.of_profile[..];
    let mut ends = vec![0_u32; night.clusters.count + 1];
    of_profile.iter().for_each(|&cluster| ends[cluster as usize + 1] += 1);
    (1..ends.len()).for_each(|cluster| ends[cluster] += ends[cluster - 1]);
    let mut profiles = vec![0_u32; of_profile.len()];
    for (p, &cluster) in (0..).zip(of_profile) {
        // Where a cluster began, it ends once all its profiles stand there.
        let end = &mut ends[cluster as usize];
        profiles[*end as usize] = p;
        *end += 1;
    }
    let count = |clusters: std::ops::Range<usize>| {
        let mut pairs = (Pairs::none(sources), Pairs::none(sources));
        let (mut all, mut numbered) = (vec![0.0; sources], vec![0.0; sources]);
        for cluster in clusters {
            let begin = if cluster == 0 { 0 } else { ends[cluster - 1] };
            all.fill(0.0);
            numbered.fill(0.0);
            for &p in &profiles[begin as usize..ends[cluster] as usize] {
                let one = f64::from(u8::from(numbers[p as usize] != 0));
                for &source in of.profile(p) {
                    all[usize::from(source)] += 1.0;
                    numbered[usize::from(source)] += one;
                }
            }
            pairs.0.add(&all);
            pairs.1.add(&numbered);
        }
        pairs
    };
    let clusters = 0..night.clusters.count;
    let chunks = clusters.clone().into_par_iter().step_by(CHUNK_ROWS);
    let chunks = chunks.map(|from| count(from..clusters.end.min(from + CHUNK_ROWS)));
    chunks.reduce(|| (Pairs::none(sources), Pairs::none(sources)), |all, more| (all.0.and(more.0), all.1.and(more.1)))
}

/// Numbers that one task takes.
const NUMBERS_AT_ONCE: usize = 1 << 14;

/// Pairs of records of profiles with the same number.
fn within_numbers(of: &SourceOf<'_>, numbers: &[u64], same: &SameNumber, sources: usize) -> Pairs {
    let none = || (Pairs::none(sources), vec![0.0; sources]);
    let count = |(mut pairs, mut counts): (Pairs, Vec<f64>), profiles: &[u32]| {
        counts.fill(0.0);
        // Some were trusted when they were read, and are not any more.
        for &p in profiles.iter().filter(|&&p| numbers[p as usize] != 0) {
            of.profile(p).iter().for_each(|&source| counts[usize::from(source)] += 1.0);
        }
        pairs.add(&counts);
        (pairs, counts)
    };
    let counted = same.par_iter().with_min_len(NUMBERS_AT_ONCE).fold(none, count).map(|(pairs, _)| pairs);
    counted.reduce(|| Pairs::none(sources), Pairs::and)
}
