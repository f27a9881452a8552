//! How many pairs of one person blocking brings together though one of the two lost its ID number.

use super::Night;
use super::sample::Sampled;
use crate::evaluate::hidden::{PersonPairs, Rate, Tally};
use crate::link::RULES;

/// What blocking reached between two sources.
#[derive(Clone, Debug)]
pub(in super::super) struct Reach {
    /// Numbers of the two sources.
    pub(in super::super) sources: (usize, usize),
    /// Pairs in the sample.
    pub(in super::super) pairs: u64,
    /// Those of them that each rule brings together.
    pub(in super::super) by_rule: [u64; RULES.len()],
    /// Those that no other rule does.
    pub(in super::super) by_rule_alone: [u64; RULES.len()],
    /// Share that any rule brings together.
    pub(in super::super) share: Rate,
    /// Pairs of the night without two ID numbers that were never compared, estimated.
    pub(in super::super) never_compared: f64,
}

/// Counts of what blocking reached.
pub(super) struct Reaching<'a> {
    night: &'a Night<'a>,
    reached: &'a [(u32, u32, u32)],
    sources: usize,
    tallies: Vec<Tally>,
    by_rule: Vec<[u64; RULES.len()]>,
    by_rule_alone: Vec<[u64; RULES.len()]>,
}

impl<'a> Reaching<'a> {
    pub(super) fn new(night: &'a Night<'a>, reached: &'a [(u32, u32, u32)], sources: usize) -> Self {
        let zeros = vec![[0; RULES.len()]; sources * sources];
        let tallies = vec![Tally::default(); sources * sources];
        Self { night, reached, sources, tallies, by_rule: zeros.clone(), by_rule_alone: zeros }
    }

    /// Adds a person.
    pub(super) fn person(&mut self, person: &[Sampled]) {
        let n = self.sources;
        let mut pairs = vec![PersonPairs::default(); n * n];
        for (i, x) in person.iter().enumerate() {
            for y in person[i + 1..].iter().filter(|y| x.damage.is_some() || y.damage.is_some()) {
                let rules = self.rules(x.profile, y.profile);
                for s in self.night.sources_of(x.profile) {
                    for t in self.night.sources_of(y.profile) {
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
    pub(super) fn finish(self, without: &[f64]) -> Vec<Reach> {
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
