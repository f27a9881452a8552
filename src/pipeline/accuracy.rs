//! The night's estimate of its own accuracy: the ID numbers of a sample of persons are hidden, their records are linked and
//! clustered again with the same weights, and what comes out is held against the hidden numbers. The same sample tells how
//! many pairs of one person no blocking rule brings together. It says how well matching works *without* ID numbers; pairs
//! whose both records have one are nearly always right.

use super::resolve;
use crate::cluster::{self, Clusters, Evidence};
use crate::evaluate::hidden::{Estimate, PersonPairs, Rate, Tally};
use crate::kernels::hash;
use crate::link::{self, BlockingSettings, Features, Profiles, RULES, SampleLinks};
use crate::message::Message;
use crate::model::Fit;
use crate::tables::{Edge, Records, sort_edges};
use rayon::prelude::*;
use serde_json::{Value, json};

/// Profiles in the sample, about; fewer where that would be more than a tenth of them.
const SAMPLE_PROFILES: f64 = 20_000.0;
/// A small city gives up to half of its profiles, so that there is something to count.
const SAMPLE_PROFILES_MIN: f64 = 2_000.0;
/// F1 without ID numbers below which a night is worth a warning.
const F1_LOW: f64 = 0.9;
/// Persons that must be in the sample for anything to be said.
const PERSONS_MIN: u64 = 100;

/// Bits among which the match threshold is chosen. The weights are log odds, so that it lies near 0 but for what the model
/// does not know; and as the persons of the sample have no number at all, they are linked worse than the night's others.
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
    /// Persons whose numbers were hidden.
    pub(super) persons: u64,
    /// Over all sources.
    pub(super) all: Estimate,
    /// By the numbers of the two sources, the smaller first.
    pub(super) source_pairs: Vec<(usize, usize, Estimate)>,
    /// What blocking reached, by source pair.
    pub(super) reach: Vec<Reach>,
}

/// How many pairs of one person blocking brings together without ID numbers.
#[derive(Clone, Debug)]
pub(super) struct Reach {
    /// Numbers of the two sources.
    pub(super) sources: (usize, usize),
    /// Pairs in the sample.
    pub(super) pairs: u64,
    /// Those of them that each rule brings together.
    pub(super) by_rule: [u64; RULES.len()],
    /// Those that no other rule does.
    pub(super) by_rule_alone: [u64; RULES.len()],
    /// Share that any rule brings together.
    pub(super) share: Rate,
    /// Pairs of the night without two ID numbers that were never compared, estimated.
    pub(super) never_compared: f64,
}

/// What the estimate is made from.
pub(super) struct Night<'a> {
    pub(super) records: &'a Records,
    pub(super) profiles: &'a Profiles,
    pub(super) fit: &'a Fit,
    pub(super) settings: BlockingSettings,
    pub(super) edges: &'a [Edge],
    pub(super) clusters: &'a Clusters,
    pub(super) match_weight_min: f32,
}

impl Night<'_> {
    /// Hides the numbers of a sample of persons, links and compares, at every threshold if one is to be chosen. `None` if
    /// too few persons have a number.
    pub(super) fn accuracy(&self, features: &mut Features, choose: bool) -> Option<Accuracy> {
        let labels: Vec<u64> = (0..features.len()).map(|p| features.trusted_id(p)).collect();
        let sample = sample(&labels);
        let persons = sample.chunk_by(|a, b| a.0 == b.0).count() as u64;
        if persons < PERSONS_MIN {
            return None;
        }
        let mut hidden: Vec<u32> = sample.iter().map(|row| row.1).collect();
        hidden.sort_unstable();
        let thresholds = if choose { &THRESHOLDS[..] } else { std::slice::from_ref(&self.match_weight_min) };
        let (links, worlds) = features.with_ids_hidden(&hidden, |features| {
            let label = |p: u32| labels[p as usize];
            let weights = &self.fit.weights;
            let kept_min = thresholds[0] - cluster::LIGHTER_BITS;
            let links = link::score_sample(features, weights, self.settings, kept_min, &hidden, label);
            let worlds = self.cluster_again(features, &hidden, &links, thresholds);
            (links, worlds)
        });
        let sources = self.records.source.iter().max().map_or(0, |&max| usize::from(max) + 1);
        let counted = worlds.iter().map(|world| {
            let mut count = Counting::new(self, features, &labels, world, sources);
            sample.chunk_by(|a, b| a.0 == b.0).for_each(|person| count.person(person));
            count
        });
        let counted: Vec<Counting<'_>> = counted.collect();
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
        let count = &counted[best];
        let mut reach = Reaching::new(self, &links.reached, sources);
        sample.chunk_by(|a, b| a.0 == b.0).for_each(|person| reach.person(person));
        let reach = reach.finish(&pairs_without_ids(self, &labels, sources));
        let pairs = |i: usize| (i / sources, i % sources);
        let source_pairs =
            count.by_pair.iter().enumerate().map(|(i, tally)| (pairs(i).0, pairs(i).1, tally.estimate()));
        Some(Accuracy {
            match_weight_min: tried[best].0,
            persons,
            all: count.all.estimate(),
            source_pairs: source_pairs.filter(|row| row.2.pairs > 0).collect(),
            reach,
            tried,
        })
    }

    /// Clusters of the profiles that the sample may touch: those of its own clusters and of those that it has pairs with.
    fn cluster_again(
        &self,
        features: &Features,
        hidden: &[u32],
        links: &SampleLinks,
        thresholds: &[f32],
    ) -> Vec<World> {
        let mut touched = vec![false; self.clusters.count];
        let cluster = |p: u32| self.clusters.of_profile[p as usize] as usize;
        hidden.iter().for_each(|&p| touched[cluster(p)] = true);
        for edge in &links.edges {
            touched[cluster(edge.a)] = true;
            touched[cluster(edge.b)] = true;
        }
        let members: Vec<u32> = (0..features.len() as u32).filter(|&p| touched[cluster(p)]).collect();
        let place = |p: u32| members.binary_search(&p).ok().map(|at| at as u32);
        let standing = self.edges.iter().filter(|edge| {
            touched[cluster(edge.a)]
                && touched[cluster(edge.b)]
                && hidden.binary_search(&edge.a).is_err()
                && hidden.binary_search(&edge.b).is_err()
        });
        let mut edges: Vec<Edge> = standing
            .chain(&links.edges)
            .filter_map(|edge| Some(Edge { a: place(edge.a)?, b: place(edge.b)?, ..*edge }))
            .collect();
        sort_edges(&mut edges);
        let of = |p: &u32| features.birth_day_and_sex(*p as usize);
        let (birth, sex) = members.iter().map(of).unzip();
        let sources_of = |&p: &u32| resolve::sources_of_rows(self.records, self.profiles.members(p as usize));
        let (sources, repeated) = members.iter().map(sources_of).unzip();
        let evidence = Evidence {
            id: members.iter().map(|&p| features.trusted_id(p as usize)).collect(),
            birth,
            sex,
            name: members.iter().map(|&p| features.whole_name(p as usize)).collect(),
            sources,
            repeated,
            role: members.iter().map(|&p| features.role(p as usize)).collect(),
        };
        let apart = |a, b| features.names_apart(a, b);
        let again = |&threshold: &f32| {
            // What the whole night says of its sources, not the few persons of the sample.
            let places = Some(&self.clusters.places);
            let clusters = cluster::grow_with(evidence.clone(), &edges, threshold, &apart, places);
            let mut by_cluster: Vec<(u32, u32)> =
                clusters.of_profile.iter().zip(&members).map(|(&cluster, &p)| (cluster, p)).collect();
            by_cluster.sort_unstable();
            World { members: members.clone(), of_profile: clusters.of_profile, by_cluster }
        };
        thresholds.par_iter().map(again).collect()
    }

    /// Sources of the records of profile `p`.
    fn sources_of(&self, p: u32) -> impl Iterator<Item = usize> + '_ {
        self.profiles.members(p as usize).iter().map(|&row| usize::from(self.records.source[row as usize]))
    }
}

/// (ID number, profile) of the sampled persons, sorted. All profiles of a number are in or none.
fn sample(labels: &[u64]) -> Vec<(u64, u32)> {
    let trusted = labels.iter().filter(|&&label| label != 0).count() as f64;
    let share = (SAMPLE_PROFILES / trusted).min(0.1).max((SAMPLE_PROFILES_MIN / trusted).min(0.5));
    let limit = (share * 2_f64.powi(64)) as u64;
    let mut sample: Vec<(u64, u32)> = labels
        .iter()
        .enumerate()
        .filter(|&(_, &label)| label != 0 && hash::key(0x5a_3b1e, &[label]) < limit)
        .map(|(p, &label)| (label, p as u32))
        .collect();
    sample.sort_unstable();
    sample
}

/// The clusters that the sample touches, once more.
struct World {
    /// Profiles, ascending.
    members: Vec<u32>,
    /// Cluster of each of them.
    of_profile: Vec<u32>,
    /// (cluster, profile), sorted.
    by_cluster: Vec<(u32, u32)>,
}

impl World {
    fn cluster(&self, p: u32) -> Option<u32> {
        self.members.binary_search(&p).ok().map(|at| self.of_profile[at])
    }

    fn profiles(&self, cluster: u32) -> &[(u32, u32)] {
        let start = self.by_cluster.partition_point(|row| row.0 < cluster);
        let len = self.by_cluster[start..].partition_point(|row| row.0 == cluster);
        &self.by_cluster[start..start + len]
    }
}

/// Pairs between two lists of counts by source, added to a matrix of the smaller source first.
fn cross(matrix: &mut [f64], sources: usize, left: &[f64], right: &[f64], factor: f64) {
    for (s, &n) in left.iter().enumerate().filter(|(_, n)| **n > 0.0) {
        for (t, &m) in right.iter().enumerate().filter(|(_, m)| **m > 0.0) {
            matrix[s.min(t) * sources + s.max(t)] += n * m * factor;
        }
    }
}

/// Pairs within one list of counts by source.
fn within(matrix: &mut [f64], sources: usize, counts: &[f64], factor: f64) {
    for (s, &n) in counts.iter().enumerate().filter(|(_, n)| **n > 0.0) {
        matrix[s * sources + s] += n * (n - 1.0) / 2.0 * factor;
        for (t, &m) in counts.iter().enumerate().skip(s + 1) {
            matrix[s * sources + t] += n * m * factor;
        }
    }
}

/// Counts of right and wrong pairs, person by person.
struct Counting<'a> {
    night: &'a Night<'a>,
    features: &'a Features,
    labels: &'a [u64],
    world: &'a World,
    sources: usize,
    all: Tally,
    by_pair: Vec<Tally>,
}

impl<'a> Counting<'a> {
    fn new(night: &'a Night<'a>, features: &'a Features, labels: &'a [u64], world: &'a World, sources: usize) -> Self {
        let by_pair = vec![Tally::default(); sources * sources];
        Self { night, features, labels, world, sources, all: Tally::default(), by_pair }
    }

    fn records(&self, profiles: impl Iterator<Item = u32>) -> Vec<f64> {
        let mut counts = vec![0.0; self.sources];
        profiles.flat_map(|p| self.night.sources_of(p)).for_each(|source| counts[source] += 1.0);
        counts
    }

    fn person(&mut self, person: &[(u64, u32)]) {
        let n = self.sources;
        let [mut truth, mut correct, mut wrong] = [(); 3].map(|()| vec![0.0; n * n]);
        within(&mut truth, n, &self.records(person.iter().map(|row| row.1)), 1.0);
        let mut placed: Vec<(Option<u32>, u32)> = person.iter().map(|row| (self.world.cluster(row.1), row.1)).collect();
        placed.sort_unstable();
        for group in placed.chunk_by(|a, b| a.0 == b.0) {
            let own = self.records(group.iter().map(|row| row.1));
            within(&mut correct, n, &own, 1.0);
            // Equal records were one profile by their number alone: without it, each would stand for itself.
            for &(_, p) in group.iter().filter(|row| !self.features.is_placed(row.1 as usize)) {
                within(&mut correct, n, &self.records(std::iter::once(p)), -1.0);
            }
            let Some(cluster) = group[0].0 else { continue };
            let label = |p: u32| self.labels[p as usize];
            let others = self.world.profiles(cluster).iter().map(|row| row.1);
            let foreign = self.records(others.filter(|&p| label(p) != 0 && label(p) != person[0].0));
            cross(&mut wrong, n, &own, &foreign, 0.5);
        }
        let mut sum = PersonPairs::default();
        for i in 0..n * n {
            let pairs = PersonPairs { truth: truth[i], correct: correct[i].max(0.0), wrong: wrong[i] };
            if pairs != PersonPairs::default() {
                self.by_pair[i].add(pairs);
                sum.truth += pairs.truth;
                sum.correct += pairs.correct;
                sum.wrong += pairs.wrong;
            }
        }
        self.all.add(sum);
    }
}

/// Counts of what blocking reached.
struct Reaching<'a> {
    night: &'a Night<'a>,
    reached: &'a [(u32, u32, u32)],
    sources: usize,
    tallies: Vec<Tally>,
    by_rule: Vec<[u64; RULES.len()]>,
    by_rule_alone: Vec<[u64; RULES.len()]>,
}

impl<'a> Reaching<'a> {
    fn new(night: &'a Night<'a>, reached: &'a [(u32, u32, u32)], sources: usize) -> Self {
        let zeros = vec![[0; RULES.len()]; sources * sources];
        let tallies = vec![Tally::default(); sources * sources];
        Self { night, reached, sources, tallies, by_rule: zeros.clone(), by_rule_alone: zeros }
    }

    fn person(&mut self, person: &[(u64, u32)]) {
        let n = self.sources;
        let mut pairs = vec![PersonPairs::default(); n * n];
        for (i, &(_, a)) in person.iter().enumerate() {
            for &(_, b) in &person[i + 1..] {
                let rules = self.rules(a, b);
                for s in self.night.sources_of(a) {
                    for t in self.night.sources_of(b) {
                        let at = s.min(t) * n + s.max(t);
                        pairs[at].truth += 1.0;
                        pairs[at].correct += f64::from(u8::from(rules != 0));
                        for rule in (0..RULES.len()).filter(|rule| rules >> rule & 1 == 1) {
                            self.by_rule[at][rule] += 1;
                            self.by_rule_alone[at][rule] += u64::from(rules == 1 << rule);
                        }
                    }
                }
            }
        }
        for (tally, pairs) in self.tallies.iter_mut().zip(pairs).filter(|(_, pairs)| pairs.truth > 0.0) {
            tally.add(pairs);
        }
    }

    fn rules(&self, a: u32, b: u32) -> u32 {
        let pair = (a.min(b), a.max(b));
        self.reached.binary_search_by_key(&pair, |row| (row.0, row.1)).map_or(0, |at| self.reached[at].2)
    }

    /// `without` are the night's pairs in one person without two ID numbers, by source pair.
    fn finish(self, without: &[f64]) -> Vec<Reach> {
        let one = |(i, tally): (usize, &Tally)| {
            let estimate = tally.estimate();
            let share = estimate.recall;
            // Of what was found the share is known to have been reached; what was not is in proportion.
            let never_compared = without[i] * (1.0 - share.rate) / share.rate.max(0.01);
            Reach {
                sources: (i / self.sources, i % self.sources),
                pairs: estimate.pairs,
                by_rule: self.by_rule[i],
                by_rule_alone: self.by_rule_alone[i],
                share,
                never_compared,
            }
        };
        self.tallies.iter().enumerate().map(one).filter(|reach| reach.pairs > 0).collect()
    }
}

/// Pairs of records in one person, not both with a trusted ID number, by source pair.
fn pairs_without_ids(night: &Night<'_>, labels: &[u64], sources: usize) -> Vec<f64> {
    let mut by_cluster: Vec<(u32, u32)> =
        night.clusters.of_profile.iter().enumerate().map(|(p, &cluster)| (cluster, p as u32)).collect();
    by_cluster.sort_unstable();
    let mut matrix = vec![0.0; sources * sources];
    let (mut all, mut trusted) = (vec![0.0; sources], vec![0.0; sources]);
    for person in by_cluster.chunk_by(|a, b| a.0 == b.0).filter(|person| person.len() > 1) {
        all.fill(0.0);
        trusted.fill(0.0);
        for &(_, p) in person {
            for source in night.sources_of(p) {
                all[source] += 1.0;
                trusted[source] += f64::from(u8::from(labels[p as usize] != 0));
            }
        }
        within(&mut matrix, sources, &all, 1.0);
        within(&mut matrix, sources, &trusted, -1.0);
    }
    matrix
}

impl Accuracy {
    /// The estimate for the manifest.
    pub(super) fn json(&self, names: &[String]) -> Value {
        let name = |source: usize| names.get(source).cloned().unwrap_or_default();
        let pairs = self
            .source_pairs
            .iter()
            .map(|(left, right, estimate)| json!({ "left": name(*left), "right": name(*right), "estimate": estimate }));
        json!({
            "hidden": "ID numbers of a sample of persons",
            "persons": self.persons,
            "match_weight_min": self.match_weight_min,
            "thresholds": self.tried.iter().map(|(bits, missed, wrong)| {
                json!({ "bits": bits, "pairs_missed": missed.round(), "pairs_wrong": wrong.round() })
            }).collect::<Vec<_>>(),
            "all": self.all,
            "source_pairs": pairs.collect::<Vec<_>>(),
        })
    }

    /// What blocking reached, for the manifest.
    pub(super) fn reach_json(&self, names: &[String]) -> Value {
        let name = |source: usize| names.get(source).cloned().unwrap_or_default();
        let rules = |counts: &[u64; RULES.len()]| -> Value {
            let named = RULES.iter().zip(counts).filter(|(rule, _)| !rule.reads_id);
            named.map(|(rule, &n)| (rule.name.to_owned(), n.into())).collect::<serde_json::Map<_, _>>().into()
        };
        let one = |reach: &Reach| {
            json!({
                "left": name(reach.sources.0),
                "right": name(reach.sources.1),
                "pairs": reach.pairs,
                "reached": reach.share,
                "never_compared": reach.never_compared.round(),
                "by_rule": rules(&reach.by_rule),
                "by_rule_alone": rules(&reach.by_rule_alone),
            })
        };
        self.reach.iter().map(one).collect::<Vec<_>>().into()
    }

    /// One line each for the summary.
    pub(super) fn lines(&self) -> Vec<Message> {
        let percent = |rate: f64| format!("{:.2}", rate * 100.0);
        let all = &self.all;
        let accuracy = Message::new("link.accuracy")
            .with("persons", self.persons)
            .with("precision", percent(all.precision.rate))
            .with("precision_low", percent(all.precision.low))
            .with("precision_high", percent(all.precision.high))
            .with("recall", percent(all.recall.rate))
            .with("recall_low", percent(all.recall.low))
            .with("recall_high", percent(all.recall.high))
            .with("f1", format!("{:.4}", all.f1.rate));
        let pairs: u64 = self.reach.iter().map(|reach| reach.pairs).sum();
        let reached: f64 = self.reach.iter().map(|reach| reach.share.rate * reach.pairs as f64).sum();
        let lost: f64 = self.reach.iter().map(|reach| reach.never_compared).sum();
        let blocking = Message::new("link.blocking")
            .with("pairs", pairs)
            .with("share", percent(reached / pairs.max(1) as f64))
            .with("lost", lost.round());
        vec![accuracy, blocking]
    }

    /// A warning if even the upper end is low.
    pub(super) fn warning(&self) -> Option<Message> {
        let f1 = self.all.f1;
        (f1.high < F1_LOW).then(|| {
            Message::new("link.accuracy_low")
                .with("f1", format!("{:.3}", f1.rate))
                .with("high", format!("{:.3}", f1.high))
                .with("limit", F1_LOW)
        })
    }
}

#[cfg(test)]
mod tests;
