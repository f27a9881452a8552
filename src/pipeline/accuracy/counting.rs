//! Right and wrong pairs of the hidden records, person by person: pairs of which at least one record lost its number.

use super::Night;
use super::sample::{Gaps, Sampled};
use crate::evaluate::hidden::{PersonPairs, Tally};

/// The clusters that the sample touches, once more.
pub(super) struct World<'a> {
    /// Profiles, ascending.
    pub(super) members: &'a [u32],
    /// Cluster of each of them.
    pub(super) of_profile: Vec<u32>,
    /// (cluster, profile), sorted.
    pub(super) by_cluster: Vec<(u32, u32)>,
}

impl World<'_> {
    fn cluster(&self, p: u32) -> Option<u32> {
        self.members.binary_search(&p).ok().map(|at| self.of_profile[at])
    }

    fn profiles(&self, cluster: u32) -> &[(u32, u32)] {
        let start = self.by_cluster.partition_point(|row| row.0 < cluster);
        let len = self.by_cluster[start..].partition_point(|row| row.0 == cluster);
        &self.by_cluster[start..start + len]
    }
}

/// What is known of all profiles.
pub(super) struct Known<'a> {
    pub(super) night: &'a Night<'a>,
    /// Whether a hidden profile would find its equal.
    pub(super) placed: &'a [bool],
    /// Which person each profile is, as far as known; 0: unknown.
    pub(super) labels: &'a [u64],
    /// Whether the profile's number is hidden.
    pub(super) hidden: &'a [bool],
    pub(super) gaps: &'a Gaps,
}

/// Sums over persons.
pub(super) struct Counting {
    pub(super) all: Tally,
    pub(super) by_pair: Vec<Tally>,
    sources: usize,
    /// Pairs of one person by source pair, the smaller source first.
    pairs: Vec<PersonPairs>,
}

impl Counting {
    pub(super) fn new(sources: usize) -> Self {
        let zeros = vec![PersonPairs::default(); sources * sources];
        Self { all: Tally::default(), by_pair: vec![Tally::default(); sources * sources], sources, pairs: zeros }
    }

    /// Pairs between the records of two profiles.
    fn cross(&mut self, known: &Known<'_>, a: u32, b: u32, add: impl Fn(&mut PersonPairs)) {
        for s in known.night.sources_of(a) {
            for t in known.night.sources_of(b) {
                add(&mut self.pairs[s.min(t) * self.sources + s.max(t)]);
            }
        }
    }

    /// Pairs within the records of one profile.
    fn within(&mut self, known: &Known<'_>, p: u32, add: impl Fn(&mut PersonPairs)) {
        for (i, s) in known.night.sources_of(p).enumerate() {
            for t in known.night.sources_of(p).skip(i + 1) {
                add(&mut self.pairs[s.min(t) * self.sources + s.max(t)]);
            }
        }
    }

    /// Adds a person.
    pub(super) fn person(&mut self, known: &Known<'_>, world: &World<'_>, person: &[Sampled]) {
        self.pairs.fill(PersonPairs::default());
        // A profile that nothing touched is where it was.
        let cluster = |p: u32| world.cluster(p).ok_or(known.night.clusters.of_profile[p as usize]);
        let label = |p: u32| known.labels[p as usize];
        for (i, of) in person.iter().enumerate() {
            for other in &person[i + 1..] {
                // Each hidden record stands for its own kind; a pair of two for both.
                let weights = [of, other].map(|of| (f64::from(u8::from(of.damage.is_some())), of.weight));
                let hidden = weights[0].0 + weights[1].0;
                if hidden == 0.0 || label(of.profile) == 0 || label(other.profile) == 0 {
                    continue;
                }
                let weight = (weights[0].1 + weights[1].1) / hidden;
                let together = cluster(of.profile) == cluster(other.profile);
                let one = label(of.profile) == label(other.profile);
                self.cross(known, of.profile, other.profile, |pairs| {
                    pairs.truth += if one { weight } else { 0.0 };
                    pairs.correct += if one && together { weight } else { 0.0 };
                    pairs.wrong += if !one && together { weight } else { 0.0 };
                });
            }
            if of.damage.is_some() {
                self.hidden(known, world, of, person);
            }
        }
        let mut sum = PersonPairs::default();
        for (tally, pairs) in self.by_pair.iter_mut().zip(&self.pairs).filter(|(_, p)| **p != PersonPairs::default()) {
            tally.add(*pairs);
            sum.truth += pairs.truth;
            sum.correct += pairs.correct;
            sum.wrong += pairs.wrong;
        }
        self.all.add(sum);
    }

    /// Pairs of a hidden profile with itself and with other persons.
    fn hidden(&mut self, known: &Known<'_>, world: &World<'_>, of: &Sampled, person: &[Sampled]) {
        // Equal records: one of them without a number would find the others by everything else, if it has anything. They
        // are hidden together here, but would not be.
        let found = if known.placed[of.profile as usize] { 1.0 } else { 0.0 };
        let weight = of.weight * (2.0 - of.share);
        self.within(known, of.profile, |pairs| {
            pairs.truth += weight;
            pairs.correct += weight * found;
        });
        let Some(cluster) = world.cluster(of.profile) else { return };
        let label = |p: u32| known.labels[p as usize];
        for &(_, other) in world.profiles(cluster) {
            let own = person.iter().any(|of| of.profile == other);
            if own || label(other) == 0 || label(of.profile) == 0 {
                continue;
            }
            // A pair of two records without numbers is seen from both sides.
            let source = known.night.sources_of(other).next().unwrap_or(0);
            let half = if known.hidden[other as usize] { 0.5 } else { 1.0 - known.gaps.share(source) / 2.0 };
            let one = label(other) == label(of.profile);
            let weight = of.weight * half;
            self.cross(known, of.profile, other, |pairs| {
                pairs.truth += if one { weight } else { 0.0 };
                pairs.correct += if one { weight } else { 0.0 };
                pairs.wrong += if one { 0.0 } else { weight };
            });
        }
    }
}
