//! Right and wrong pairs of the hidden records, person by person: pairs of which at least one record lost its number.

use super::Night;
use super::sample::Sampled;
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
    /// Hidden profiles that would find their equals, ascending.
    pub(super) placed: &'a [u32],
    /// Which person each profile is, as far as known; 0: somebody without a number.
    pub(super) persons_of: &'a [u64],
    /// Whether the profile has a number, and keeps it.
    pub(super) numbered: &'a [bool],
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

    /// Adds a person, one of whose profiles is hidden.
    pub(super) fn person(&mut self, known: &Known<'_>, world: &World<'_>, person: &[Sampled]) {
        let Some(of) = person.iter().find(|of| of.damage.is_some()) else { return };
        self.pairs.fill(PersonPairs::default());
        let cluster = world.cluster(of.profile);
        // A pair of two records without numbers is seen from both sides.
        let weight = |other: u32| of.weight * if known.numbered[other as usize] { 1.0 } else { 0.5 };
        let mut joined = false;
        for other in person.iter().map(|other| other.profile).filter(|&other| other != of.profile) {
            let together = cluster.is_some() && cluster == world.cluster(other);
            joined |= together;
            let weight = weight(other);
            self.cross(known, of.profile, other, |pairs| {
                pairs.truth += weight;
                pairs.correct += if together { weight } else { 0.0 };
            });
        }
        // Equal records are hidden together here, but would not be: each finds the others if it finds its person, or by
        // everything else, if it has anything.
        let found = joined || known.placed.binary_search(&of.profile).is_ok();
        self.within(known, of.profile, |pairs| {
            pairs.truth += 2.0 * of.weight;
            pairs.correct += if found { 2.0 * of.weight } else { 0.0 };
        });
        for &(_, other) in cluster.map_or(&[][..], |cluster| world.profiles(cluster)) {
            // What joined the person besides, without a number, may be its own after all.
            let open = joined && !known.numbered[other as usize];
            if other != of.profile && known.persons_of[other as usize] != of.number && !open {
                let weight = weight(other);
                self.cross(known, of.profile, other, |pairs| pairs.wrong += weight);
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
}
