//! The night's estimate of its own accuracy. Pairs whose both records have a valid ID number are known; of the others the
//! night learns by experiment: of a sample of persons some records lose their number, as often and as far as the night's
//! own records lack theirs, are linked and clustered again with the same weights, and what comes out is held against the
//! hidden numbers. Both together are the estimate. The same sample tells how many pairs of one person no blocking rule
//! brings together, and which threshold has the least error.
//!
//! What it cannot know: numbers that are another person's though nothing contradicts them, and kinds of records of which
//! none has a number (their share is told).

mod counting;
mod night;
mod reach;
mod sample;
mod told;

use super::resolve;
use crate::cluster::{self, Clusters, Connected, Parts};
use crate::evaluate::hidden::{Estimate, WholeNight};
use crate::link::{self, BlockingSettings, Features, Profiles, SampleLinks};
use crate::model::Fit;
use crate::tables::{Edge, Edges, Records};
use counting::{Counting, Known, World};
use night::NightPairs;
use rayon::prelude::*;
use reach::{Reach, Reaching};
use sample::{Gaps, Sample};

/// Persons that must be in the sample for anything to be said.
const PERSONS_MIN: u64 = 100;

/// Bits among which the match threshold is chosen. The weights are log odds, so that it lies near 0 but for what the model
/// does not know.
const THRESHOLDS: [f32; 5] = [0.0, 0.5, 1.0, 1.5, 2.0];
/// The least of them.
pub(super) const THRESHOLD_MIN: f32 = THRESHOLDS[0];

/// What the sample says.
#[derive(Clone, Debug)]
pub(super) struct Accuracy {
    /// Bits from which on a pair is a match: as given, or those with the least error.
    pub(super) match_weight_min: f32,
    /// Error at each threshold that was tried: pairs missed and pairs wrong.
    tried: Vec<(f32, f64, f64)>,
    /// Persons of whom a number was hidden.
    pub(super) persons: u64,
    /// Profiles whose number was hidden.
    pub(super) hidden: u64,
    /// Share of the night's records without a number that are like some hidden one.
    represented: f64,
    /// Over all sources.
    pub(super) all: Said,
    /// By the numbers of the two sources, the smaller first.
    pub(super) source_pairs: Vec<(usize, usize, Said)>,
    /// What blocking reached, by source pair.
    pub(super) reach: Vec<Reach>,
}

/// What is said of a pair of sources, or of all.
#[derive(Clone, Copy, Debug)]
pub(super) struct Said {
    /// Of pairs of which at least one record has no number.
    pub(super) without: Estimate,
    /// Of all pairs of the night.
    pub(super) night: WholeNight,
}

/// What the estimate is made from.
pub(super) struct Night<'a> {
    pub(super) records: &'a Records,
    pub(super) profiles: &'a Profiles,
    pub(super) fit: &'a Fit,
    pub(super) settings: BlockingSettings,
    pub(super) edges: &'a Edges,
    pub(super) clusters: &'a Clusters,
    pub(super) match_weight_min: f32,
}

impl Night<'_> {
    /// Hides numbers of a sample of persons, links and compares, at every threshold if one is to be chosen. `None` if too
    /// few persons have a number.
    pub(super) fn accuracy(&self, features: &mut Features, choose: bool) -> Option<Accuracy> {
        let numbers: Vec<u64> = (0..features.len()).map(|p| features.trusted_id(p)).collect();
        let persons_of = self.persons_of(&numbers);
        let sources = self.records.source.iter().max().map_or(0, |&max| usize::from(max) + 1);
        let gaps = Gaps::of(self.records, self.profiles, &numbers, sources);
        let mut sample = sample::sample(self.records, self.profiles, features, &persons_of, &gaps);
        let persons = sample.persons().count() as u64;
        if persons < PERSONS_MIN {
            return None;
        }
        let damages = sample.damages();
        let hidden: Vec<u32> = damages.iter().map(|damage| damage.profile).collect();
        let mut is_hidden = vec![false; features.len()];
        hidden.iter().for_each(|&p| is_hidden[p as usize] = true);
        let thresholds = if choose { &THRESHOLDS[..] } else { std::slice::from_ref(&self.match_weight_min) };
        let mut members = Vec::new();
        let (slot, weighed) = (&mut members, &mut sample);
        let (hidden, is_hidden, numbers, persons_of) = (&hidden[..], &is_hidden[..], &numbers[..], &persons_of[..]);
        let same = features.same_number();
        let again = || {
            features.with_damage(&damages, move |features| {
                sample::weigh(weighed, self.profiles, features, numbers);
                let number = |p: u32| persons_of[p as usize];
                let weights = &self.fit.weights;
                let kept_min = thresholds[0] - cluster::LIGHTER_BITS;
                let links = link::score_sample(features, weights, self.settings, kept_min, hidden, number);
                let worlds = self.cluster_again(features, is_hidden, slot, &links, thresholds);
                let placed: Vec<u32> = hidden.iter().copied().filter(|&p| features.is_placed(p as usize)).collect();
                (links, worlds, placed)
            })
        };
        let ((links, worlds, placed), pairs) = rayon::join(again, || NightPairs::count(self, numbers, &same, sources));
        let numbered: Vec<bool> =
            numbers.iter().zip(is_hidden).map(|(&number, &hidden)| number != 0 && !hidden).collect();
        let known = Known { night: self, placed: &placed, persons_of, numbered: &numbered };
        let count = |world: &World<'_>| {
            let mut count = Counting::new(sources);
            sample.persons().for_each(|person| count.person(&known, world, person));
            count
        };
        let counted: Vec<Counting> = worlds.par_iter().map(count).collect();
        let tried: Vec<(f32, f64, f64)> = thresholds
            .iter()
            .zip(&counted)
            .map(|(&threshold, count)| {
                let (missed, wrong) = count.all.errors();
                (threshold, missed, wrong)
            })
            .collect();
        let cost = |&(_, missed, wrong): &(f32, f64, f64)| missed + wrong;
        let best = (0..tried.len()).min_by(|&x, &y| cost(&tried[x]).total_cmp(&cost(&tried[y])))?;
        let reach = self.reach(&sample, &links, &pairs, sources);
        let (all, source_pairs) = pairs.said(&counted[best], sources);
        let (match_weight_min, hidden) = (tried[best].0, hidden.len() as u64);
        let represented = sample.represented;
        Some(Accuracy { match_weight_min, tried, persons, hidden, represented, all, source_pairs, reach })
    }

    /// Whose each profile is, as far as the night knows: its own ID number, or that of its cluster; 0 without any.
    fn persons_of(&self, numbers: &[u64]) -> Vec<u64> {
        let mut of_cluster = vec![0; self.clusters.count];
        for (&cluster, &number) in self.clusters.of_profile.iter().zip(numbers).filter(|(_, number)| **number != 0) {
            of_cluster[cluster as usize] = number;
        }
        let own = |(&number, &cluster): (&u64, &u32)| if number == 0 { of_cluster[cluster as usize] } else { number };
        numbers.iter().zip(&self.clusters.of_profile).map(own).collect()
    }

    fn reach(&self, sample: &Sample, links: &SampleLinks, pairs: &NightPairs, sources: usize) -> Vec<Reach> {
        let mut reach = Reaching::new(self, &links.reached, sources);
        sample.persons().for_each(|person| reach.person(person));
        reach.finish(&pairs.without)
    }

    /// Clusters of the profiles that the sample may touch: those of its own clusters and of those that it has pairs with.
    fn cluster_again<'a>(
        &self,
        features: &Features,
        is_hidden: &[bool],
        members: &'a mut Vec<u32>,
        links: &SampleLinks,
        thresholds: &[f32],
    ) -> Vec<World<'a>> {
        let mut touched = vec![false; self.clusters.count];
        let cluster = |p: u32| self.clusters.of_profile[p as usize] as usize;
        (0..features.len() as u32).filter(|&p| is_hidden[p as usize]).for_each(|p| touched[cluster(p)] = true);
        for edge in &links.edges {
            touched[cluster(edge.a)] = true;
            touched[cluster(edge.b)] = true;
        }
        *members = (0..features.len() as u32).filter(|&p| touched[cluster(p)]).collect();
        let members = &members[..];
        let place = |p: u32| members.binary_search(&p).ok().map(|at| at as u32);
        let standing = self.edges.iter().filter(|edge| {
            touched[cluster(edge.a)]
                && touched[cluster(edge.b)]
                && !is_hidden[edge.a as usize]
                && !is_hidden[edge.b as usize]
        });
        let edges: Vec<Edge> =
            standing.chain(&links.edges).filter_map(|edge| Some(edge.of(place(edge.a)?, place(edge.b)?))).collect();
        let edges = [edges];
        let connected = Connected::by(members.len(), &edges);
        let edges = Edges::sorted(&edges);
        let side = |at: u32| {
            let p = members[at as usize] as usize;
            resolve::side(features, p, resolve::sources_of_rows(self.records, self.profiles.members(p)))
        };
        let parts = Parts::of(&connected, &edges);
        let apart = |a, b| features.names_apart(a, b);
        let again = |&threshold: &f32| {
            // What the whole night says of its sources, not the few persons of the sample.
            let places = Some(&self.clusters.places);
            let clusters = cluster::grow((&side, &edges, &parts), threshold, &apart, places);
            let mut by_cluster: Vec<(u32, u32)> =
                clusters.of_profile.iter().zip(members).map(|(&cluster, &p)| (cluster, p)).collect();
            by_cluster.sort_unstable();
            World { members, of_profile: clusters.of_profile, by_cluster }
        };
        thresholds.par_iter().map(again).collect()
    }

    /// Sources of the records of profile `p`.
    fn sources_of(&self, p: u32) -> impl Iterator<Item = usize> + '_ {
        self.profiles.members(p as usize).iter().map(|&row| usize::from(self.records.source[row as usize]))
    }
}

#[cfg(test)]
mod tests;
