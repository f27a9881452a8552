//! Which records are one person: candidate pairs from blocking rules, compared and scored in one pass over bounded blocks.
//! Pairs never exist as a table; only those whose match weight is worth keeping leave this step. It fits nothing (that is
//! [`crate::model`]) and joins nothing (that is [`crate::cluster`]).

mod blocking;
mod borrowed;
mod chance;
mod compare;
pub mod custom;
mod damage;
mod features;
mod hidden;
mod identity;
mod inspect;
pub mod levels;
mod meetings;
mod names;
mod pairs;
mod profile;
mod roles;
mod rosters;
mod same_number;
mod signature;
mod splitting;

pub use blocking::{BlockingStats, RULES, Rule};
pub use chance::{Chance, chance};
pub use damage::{Damage, EVIDENCE};
pub use features::{Features, features};
pub use hidden::{SampleLinks, score_sample};
pub use levels::Pattern;
pub use pairs::Blocks;
pub use profile::{Profiles, profiles};
pub use rosters::{Rosters, may_be_doubled};
pub use same_number::SameNumber;

use crate::kernels::hash;
use crate::tables::Edge;
use levels::{PATTERNS, identity as identity_level};
use pairs::{PairVisitor, Reading, visit};

/// Settings of blocking.
#[derive(Clone, Copy, Debug)]
pub struct BlockingSettings {
    /// Blocks with more rows are split by further keys.
    pub block_rows_max: usize,
}

/// The weight of every pattern, in bits of log2 odds that the pair is one person.
#[derive(Clone, Debug)]
pub struct Weights {
    /// Indexed by [`Pattern`].
    pub of_pattern: Vec<f32>,
}

/// How often each pattern was seen among the candidate pairs of a sample of blocks.
#[derive(Clone, Debug)]
pub struct PatternCounts {
    /// Every pair, by its whole pattern.
    pub all: Vec<u32>,
    /// Pairs with two equal trusted ID numbers, by the pattern with one of them hidden.
    pub silver_match: Vec<u32>,
    /// Those of them that a rule that reads no ID number brought together.
    pub silver_match_reached: u64,
    /// Pairs with two different trusted ID numbers that a rule that reads no ID number brought together.
    pub silver_nonmatch: Vec<u32>,
    /// A quarter of the same pairs, silver ones with one ID number hidden, by pattern and by every rule that brings them
    /// together; ascending by pattern.
    pub by_rule: Vec<(u32, [u32; RULES.len()])>,
    /// One block in `2^sample_bits` was read.
    pub sample_bits: u32,
    /// Profiles in all.
    pub profiles: u64,
    /// Profiles with a trusted ID number.
    pub trusted: u64,
    /// Non-matches are pairs within a roster instead: too few profiles have an ID number. The number of all such pairs.
    pub roster_pairs: Option<f64>,
    /// What blocking did in the sample.
    pub blocking: BlockingStats,
}

/// One pair in `2^EM_PAIRS_BITS` is counted by rule, drawn by a hash: numbers of profiles tell who stands near whom.
const EM_PAIRS_BITS: u32 = 2;

type ByRule = hashbrown::HashMap<u32, [u32; RULES.len()], foldhash::fast::FixedState>;

struct Counting<'a> {
    features: &'a Features,
    rosters: Option<&'a [u16]>,
    all: Vec<u32>,
    matched: Vec<u32>,
    nonmatched: Vec<u32>,
    by_rule: ByRule,
    reached: u64,
}

/// What a task counted, patterns that it saw only.
struct Counted {
    all: Vec<(u32, u32)>,
    matched: Vec<(u32, u32)>,
    nonmatched: Vec<(u32, u32)>,
    by_rule: ByRule,
    reached: u64,
}

impl PairVisitor for Counting<'_> {
    type Output = Counted;
    const EVERY_RULE: bool = true;

    #[inline]
    fn pair(&mut self, rule: usize, rules: u32, a: u32, b: u32) {
        let (x, y) = (self.features.trusted_id(a as usize), self.features.trusted_id(b as usize));
        let (silver, pattern) = if x != 0 && y != 0 {
            (true, self.features.pattern_hidden(a, b).0)
        } else {
            (false, self.features.pattern(a, b).0)
        };
        if !silver {
            self.all[pattern as usize] += 1;
            if let Some(of) = self.rosters
                && of[a as usize] != 0
                && of[a as usize] == of[b as usize]
            {
                self.nonmatched[self.features.pattern_hidden(a, b).0 as usize] += 1;
            }
        } else if x == y {
            self.matched[pattern as usize] += 1;
            self.reached += u64::from(!RULES[rule].reads_id);
        } else if !RULES[rule].reads_id {
            self.nonmatched[pattern as usize] += 1;
        }
        if hash::spread(u64::from(a) << 32 | u64::from(b)) >> (64 - EM_PAIRS_BITS) != 0 {
            return;
        }
        let counts = self.by_rule.entry(pattern).or_default();
        counts.iter_mut().enumerate().for_each(|(rule, n)| *n += rules >> rule & 1);
    }

    fn finish(self) -> Counted {
        let sparse = |counts: Vec<u32>| {
            counts.into_iter().enumerate().filter(|(_, n)| *n > 0).map(|(i, n)| (i as u32, n)).collect::<Vec<_>>()
        };
        Counted {
            all: sparse(self.all),
            matched: sparse(self.matched),
            nonmatched: sparse(self.nonmatched),
            by_rule: self.by_rule,
            reached: self.reached,
        }
    }
}

/// Counts the patterns of candidate pairs in one block of `2^sample_bits`. With `rosters`, non-matches are pairs within
/// one of them.
pub fn count_patterns(
    features: &Features,
    blocks: &mut Blocks,
    settings: BlockingSettings,
    sample_bits: u32,
    rosters: Option<&Rosters>,
) -> PatternCounts {
    let reading = Reading { block_rows_max: settings.block_rows_max, sample_bits, again: true };
    let (tasks, blocking) = visit(features, blocks, reading, || Counting {
        features,
        rosters: rosters.map(|rosters| &rosters.of_profile[..]),
        all: vec![0; PATTERNS],
        matched: vec![0; PATTERNS],
        nonmatched: vec![0; PATTERNS],
        by_rule: ByRule::with_hasher(foldhash::fast::FixedState::with_seed(3)),
        reached: 0,
    });
    let mut counts = PatternCounts {
        all: vec![0; PATTERNS],
        silver_match: vec![0; PATTERNS],
        silver_match_reached: 0,
        silver_nonmatch: vec![0; PATTERNS],
        by_rule: Vec::new(),
        sample_bits,
        profiles: features.len() as u64,
        trusted: (0..features.len()).filter(|&p| features.trusted_id(p) != 0).count() as u64,
        roster_pairs: rosters.map(Rosters::pairs),
        blocking,
    };
    let mut by_rule: std::collections::BTreeMap<u32, [u32; RULES.len()]> = std::collections::BTreeMap::new();
    for task in tasks {
        task.all.into_iter().for_each(|(i, n)| counts.all[i as usize] += n);
        task.matched.into_iter().for_each(|(i, n)| counts.silver_match[i as usize] += n);
        task.nonmatched.into_iter().for_each(|(i, n)| counts.silver_nonmatch[i as usize] += n);
        counts.silver_match_reached += task.reached;
        for (pattern, seen) in task.by_rule {
            let sums = by_rule.entry(pattern).or_default();
            sums.iter_mut().zip(seen).for_each(|(sum, n)| *sum += n);
        }
    }
    counts.by_rule = by_rule.into_iter().collect();
    counts
}

struct Scoring<'a> {
    features: &'a Features,
    weights: &'a Weights,
    weight_min: f32,
    edges: Vec<Edge>,
    /// Full ones: a vector that grew on would move what it holds again and again.
    before: Vec<Vec<Edge>>,
}

/// Edges that one vector takes.
const EDGES_AT_ONCE: usize = 1 << 14;

impl PairVisitor for Scoring<'_> {
    type Output = Vec<Vec<Edge>>;
    const TWO_NUMBERS: bool = false;

    #[inline]
    fn pair(&mut self, _rule: usize, _rules: u32, a: u32, b: u32) {
        let (x, y) = (self.features.trusted_id(a as usize), self.features.trusted_id(b as usize));
        if x != 0 && y != 0 && x != y {
            // Two valid numbers are two persons, whatever else agrees.
            return;
        }
        let pattern = self.features.pattern(a, b);
        let weight = self.weights.of_pattern[pattern.0 as usize];
        if weight >= self.weight_min {
            let by_id = pattern.identity() == identity_level::ID_EQUAL;
            self.edges.push(Edge::new(a.min(b), a.max(b), weight, pattern.0, by_id));
            if self.edges.len() == EDGES_AT_ONCE {
                self.before.push(std::mem::replace(&mut self.edges, Vec::with_capacity(EDGES_AT_ONCE)));
            }
        }
    }

    fn finish(mut self) -> Vec<Vec<Edge>> {
        self.before.push(self.edges);
        self.before
    }
}

/// Scores every candidate pair and gives those of at least `weight_min` bits, in no particular order, though those that
/// follow each other are mostly about the same few profiles. The blocks are used up, since large ones are split in place.
pub fn score(
    features: &Features,
    mut blocks: Blocks,
    weights: &Weights,
    settings: BlockingSettings,
    weight_min: f32,
) -> (Vec<Vec<Edge>>, BlockingStats) {
    let reading = Reading { block_rows_max: settings.block_rows_max, sample_bits: 0, again: false };
    let visitor = || Scoring { features, weights, weight_min, edges: Vec::new(), before: Vec::new() };
    let (tasks, stats) = visit(features, &mut blocks, reading, visitor);
    // Moved, not copied: all edges together are as large as a column of the records.
    (tasks.into_iter().flatten().collect(), stats)
}
