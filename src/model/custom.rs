//! Weights of a pipeline's own comparisons (Fellegi and Sunter 1969), fitted without labels by expectation maximization over
//! counted patterns: how often a level occurs by chance (u) from pairs drawn at random, how often among matches (m) from
//! candidate pairs, each counted as a match as far as its pattern speaks for one.

use super::{households, ties};
use crate::link::custom::{ComparisonPlan, CustomCounts, LevelPattern, LevelWeights, RelatedWeights};
use crate::tables::Edge;
use serde_json::{Value, json};
use std::f64::consts::LOG2_E;

/// Rounds after which fitting stops, should it not settle before.
pub(super) const ROUNDS_MAX: usize = 200;
/// Change of the number of matches, as a share, at which fitting has settled.
const SETTLED: f64 = 1e-7;
/// Pairs by which the starting m probabilities count against the night's.
const M_STRENGTH: f64 = 4.0;
/// Pairs by which a level never drawn counts among the pairs drawn at random.
const U_STRENGTH: f64 = 0.3;
/// No level weighs more than this, either way.
const BITS_MAX: f64 = 24.0;
/// Matches for each record, before anything is counted.
const MATCHES_A_RECORD: f64 = 0.5;
/// Pairs of one household for each record, before anything is counted.
const RELATED_A_RECORD: f64 = 1.0;
/// A level agrees if one person has it so many times as often as strangers.
const AGREES: f64 = 16.0;
/// Pairs by which the starting shares of a household count against the night's.
const RELATED_STRENGTH: f64 = 20.0;

/// A fitted model of a pipeline's own comparisons.
#[derive(Clone, Debug)]
pub struct CustomFit {
    /// The weights.
    pub weights: LevelWeights,
    /// m of each level of each comparison.
    pub m: Vec<Vec<f64>>,
    /// u of each level of each comparison.
    pub u: Vec<Vec<f64>>,
    /// Estimated matches among the candidate pairs.
    pub matches: f64,
    /// Pairs of one household, if any field is shared.
    pub related: Option<Related>,
    /// Rounds until fitting settled.
    pub rounds: usize,
}

/// Pairs of two persons of one household.
#[derive(Clone, Debug)]
pub struct Related {
    /// Share of each level of each comparison among them.
    pub shares: Vec<Vec<f64>>,
    /// Estimated number among the candidate pairs.
    pub pairs: f64,
    /// Of each comparison whether they are taken to have it in common, before anything is counted.
    pub shared: Vec<bool>,
}

/// Fits the weights of `comparisons` to what was counted, starting from `before` if there is a fit already. Where the
/// pipeline says of no comparison that a household shares it, the pairs are asked.
pub fn fit_custom(comparisons: &[ComparisonPlan], counts: &CustomCounts, before: Option<&CustomFit>) -> CustomFit {
    let start = Start::new(comparisons, counts);
    if let Some(before) = before {
        return start.settled(CustomFit { u: start.u.clone(), ..before.clone() }, ROUNDS_MAX).0;
    }
    let shared: Vec<bool> = comparisons.iter().map(ComparisonPlan::is_shared).collect();
    if shared.contains(&true) { start.fit(Some(shared), ROUNDS_MAX).0 } else { households::look(&start) }
}

/// What fitting begins at.
pub(super) struct Start<'a> {
    pub(super) comparisons: &'a [ComparisonPlan],
    pub(super) counts: &'a CustomCounts,
    flat: Vec<Vec<f64>>,
    u: Vec<Vec<f64>>,
    m: Vec<Vec<f64>>,
    ties: Vec<(usize, usize)>,
}

impl<'a> Start<'a> {
    fn new(comparisons: &'a [ComparisonPlan], counts: &'a CustomCounts) -> Self {
        let flat: Vec<Vec<f64>> = comparisons.iter().map(|comparison| vec![1.0; comparison.levels.len()]).collect();
        let drawn = counts.random.iter().map(|(pattern, n)| (*pattern, *n as f64));
        let u = estimate(comparisons, drawn, U_STRENGTH, &flat);
        let m = comparisons.iter().zip(&u).map(|(of, u)| of.starting_m(u)).collect();
        let ties = ties::find(comparisons, &counts.random);
        Self { comparisons, counts, flat, u, m, ties }
    }

    /// Shares of levels in a household that has the comparisons in common of which `shared` says so.
    fn related(&self, shared: &[bool]) -> Vec<Vec<f64>> {
        let each = self.comparisons.iter().zip(&self.u).zip(shared);
        each.map(|((of, u), &shared)| of.starting_related(u, shared)).collect()
    }

    /// A fit from the beginning, of so many rounds at most, with a household that shares what `shared` says, if any. Beside
    /// it the log2 likelihood of the candidate pairs.
    pub(super) fn fit(&self, shared: Option<Vec<bool>>, rounds: usize) -> (CustomFit, f64) {
        let a_record = |share: f64| (share * self.counts.records as f64).max(1.0);
        let related =
            shared.map(|shared| Related { shares: self.related(&shared), pairs: a_record(RELATED_A_RECORD), shared });
        let fit = CustomFit {
            weights: LevelWeights::default(),
            m: self.m.clone(),
            u: self.u.clone(),
            matches: a_record(MATCHES_A_RECORD),
            related,
            rounds: 0,
        };
        self.settled(fit, rounds)
    }

    /// As [`Self::fit`], beginning at `plain`, a fit without a household, of whose pairs of one person those that differ in
    /// comparison `c` are taken for a household.
    pub(super) fn fit_apart(&self, plain: &CustomFit, c: usize, rounds: usize) -> (CustomFit, f64) {
        let one_person = |&(pattern, n): &(LevelPattern, u64)| {
            let same = plain.weights.evidence(pattern).same.exp2();
            let share = match pattern.level(c) {
                0 => 0.5,
                // Two of one family are soon born in one year.
                level => f64::from(u8::from(self.m[c][level] < AGREES * self.u[c][level])),
            };
            let pairs = n as f64 * same / (1.0 + same);
            (pattern, pairs * (1.0 - share), pairs * share)
        };
        let split: Vec<(LevelPattern, f64, f64)> = self.counts.candidates.iter().map(one_person).collect();
        let m = estimate(self.comparisons, split.iter().map(|of| (of.0, of.1)), M_STRENGTH, &self.m);
        let shares = estimate(self.comparisons, split.iter().map(|of| (of.0, of.2)), RELATED_STRENGTH, &self.u);
        let half = |(of_m, of_shares): (&Vec<f64>, &Vec<f64>)| of_shares[1] * 2.0 > of_m[1];
        let shared = m.iter().zip(&shares).map(half).collect();
        let related = Related { shares, pairs: split.iter().map(|of| of.2).sum::<f64>().max(1.0), shared };
        let fit = CustomFit {
            weights: LevelWeights::default(),
            m,
            u: plain.u.clone(),
            matches: split.iter().map(|of| of.1).sum::<f64>().max(1.0),
            related: Some(related),
            rounds: 0,
        };
        self.settled(fit, rounds)
    }

    /// Expects and maximizes until nothing moves, so many rounds at most.
    fn settled(&self, mut fit: CustomFit, rounds: usize) -> (CustomFit, f64) {
        let (comparisons, counts) = (self.comparisons, self.counts);
        let starting_related = fit.related.as_ref().map(|of| self.related(&of.shared)).unwrap_or_default();
        let mut together = ties::none(comparisons, &self.ties);
        if !fit.weights.ties.iter().map(|tie| tie.of).eq(self.ties.iter().copied()) {
            // What strangers have together counts once from the first round on.
            let drawn: Vec<(LevelPattern, f64)> =
                counts.random.iter().map(|(pattern, n)| (*pattern, *n as f64)).collect();
            together.iter_mut().for_each(|tie| tie.count(&[], &drawn));
            fit.weights.ties = together.iter().map(|tie| tie.weights(fit.related.is_some())).collect();
        }
        weigh(&mut fit, comparisons, counts.pairs);
        for round in 1..=rounds {
            fit.rounds = round;
            let weights = &fit.weights;
            let posterior = |&(pattern, n): &(LevelPattern, u64)| {
                let evidence = weights.evidence(pattern);
                let (same, related) = (evidence.same.exp2(), evidence.related.exp2());
                let scale = n as f64 / (1.0 + same + related);
                (pattern, same * scale, related * scale)
            };
            let candidates: Vec<(LevelPattern, f64, f64)> = counts.candidates.iter().map(posterior).collect();
            let matches: f64 = candidates.iter().map(|of| of.1).sum();
            let related: f64 = candidates.iter().map(|of| of.2).sum();
            fit.m = estimate(comparisons, candidates.iter().map(|of| (of.0, of.1)), M_STRENGTH, &self.m);
            let by_chance = counts.random.iter().map(|of| {
                let (pattern, same, related) = posterior(of);
                (pattern, of.1 as f64 - same - related)
            });
            let by_chance: Vec<(LevelPattern, f64)> = by_chance.collect();
            fit.u = estimate(comparisons, by_chance.iter().copied(), U_STRENGTH, &self.flat);
            if let Some(of) = &mut fit.related {
                let seen = candidates.iter().map(|of| (of.0, of.2));
                of.shares = estimate(comparisons, seen, RELATED_STRENGTH, &starting_related);
                of.pairs = related.max(0.5);
            }
            let change = (matches - fit.matches).abs() / fit.matches.max(1.0);
            fit.matches = matches.max(0.5);
            for tie in &mut together {
                tie.count(&candidates, &by_chance);
            }
            fit.weights.ties = together.iter().map(|tie| tie.weights(fit.related.is_some())).collect();
            weigh(&mut fit, comparisons, counts.pairs);
            if change < SETTLED {
                break;
            }
        }
        let likelihood = self.likelihood(&fit, &together);
        (fit, likelihood)
    }

    /// log2 likelihood of the candidate pairs. All pairs that no rule brings together are strangers: the more of the others
    /// there are, the less likely.
    fn likelihood(&self, fit: &CustomFit, together: &[ties::Together]) -> f64 {
        let of_pattern = |&(pattern, n): &(LevelPattern, u64)| {
            let evidence = fit.weights.evidence(pattern);
            let tied: f64 = together.iter().map(|tie| tie.strangers(pattern)).sum();
            n as f64
                * ((1.0 + evidence.same.exp2() + evidence.related.exp2()).log2() + by_chance(&fit.u, pattern) + tied)
        };
        let others = fit.matches + fit.related.as_ref().map_or(0.0, |of| of.pairs);
        self.counts.candidates.iter().map(of_pattern).sum::<f64>() - others * LOG2_E
    }
}

/// log2 of the share of a pattern among pairs of strangers.
fn by_chance(u: &[Vec<f64>], pattern: LevelPattern) -> f64 {
    let present = u.iter().enumerate().map(|(c, u)| (pattern.level(c), u)).filter(|(level, _)| *level != 0);
    present.map(|(level, u)| u[level].log2()).sum()
}

/// The share of each level among weighted patterns, leaving missing values out; `prior` counts for `strength` pairs.
fn estimate(
    comparisons: &[ComparisonPlan],
    weighted: impl Iterator<Item = (LevelPattern, f64)>,
    strength: f64,
    prior: &[Vec<f64>],
) -> Vec<Vec<f64>> {
    let mut sums: Vec<Vec<f64>> = comparisons.iter().map(|comparison| vec![0.0; comparison.levels.len()]).collect();
    for (pattern, n) in weighted {
        for (c, sum) in sums.iter_mut().enumerate() {
            sum[pattern.level(c)] += n;
        }
    }
    let shares = comparisons.iter().zip(&sums).zip(prior);
    shares.map(|((comparison, seen), prior)| comparison.shares(seen, strength, prior)).collect()
}

fn weigh(fit: &mut CustomFit, comparisons: &[ComparisonPlan], pairs: f64) {
    let odds = |n: f64| {
        let share = (n / pairs).min(0.5);
        (share / (1.0 - share)).log2()
    };
    let bits = |(shares, u): (&Vec<f64>, &Vec<f64>)| -> Vec<f64> {
        let mut bits: Vec<f64> =
            shares.iter().zip(u).map(|(share, u)| (share / u).log2().clamp(-BITS_MAX, BITS_MAX)).collect();
        bits[0] = 0.0;
        bits
    };
    let all = |shares: &[Vec<f64>]| shares.iter().zip(&fit.u).map(bits).collect::<Vec<_>>();
    fit.weights = LevelWeights {
        prior_bits: odds(fit.matches),
        bits: all(&fit.m),
        ties: std::mem::take(&mut fit.weights.ties),
        related: fit.related.as_ref().map(|of| RelatedWeights {
            prior_bits: odds(of.pairs),
            bits: all(&of.shares),
            by_chance: comparisons
                .iter()
                .zip(fit.u.iter().zip(&of.shares))
                .map(|(comparison, (u, shares))| comparison.by_chance(u, shares))
                .collect(),
        }),
    };
}

/// The weight from which on pairs are matches so that the estimated F1 is best, between `bounds`. `edges` come heaviest
/// first.
pub fn best_threshold(edges: &[Edge], bounds: (f32, f32)) -> f32 {
    let odds = |edge: &Edge| 1.0 / (1.0 + (-f64::from(edge.weight)).exp2());
    let matches: f64 = edges.iter().map(odds).sum();
    let (mut best, mut threshold, mut correct) = (0.0, 0.0_f32, 0.0);
    for (i, edge) in edges.iter().enumerate() {
        correct += odds(edge);
        let f1 = 2.0 * correct / (i as f64 + 1.0 + matches);
        if f1 > best {
            (best, threshold) = (f1, edge.weight);
        }
    }
    threshold.clamp(bounds.0, bounds.1)
}

impl CustomFit {
    /// The model as figures.
    pub fn figures(&self, comparisons: &[ComparisonPlan]) -> Value {
        let related = |c: usize| self.related.as_ref().map(|of| &of.shares[c]);
        let fields: serde_json::Map<String, Value> = comparisons
            .iter()
            .zip(self.m.iter().zip(&self.u))
            .enumerate()
            .map(|(i, (c, (m, u)))| {
                let figures = match related(i) {
                    Some(related) => json!({ "levels": c.levels, "m": m, "u": u, "household": related }),
                    None => json!({ "levels": c.levels, "m": m, "u": u }),
                };
                (c.name.clone(), figures)
            })
            .collect();
        let mut figures = json!({
            "prior_bits": self.weights.prior_bits,
            "estimated_matches": self.matches,
            "rounds": self.rounds,
            "fields": fields,
        });
        if let Some(of) = &self.related {
            figures["estimated_household_pairs"] = json!(of.pairs);
        }
        let name = |c: usize| &comparisons[c].name;
        let ties: Vec<_> = self.weights.ties.iter().map(|tie| [name(tie.of.0), name(tie.of.1)]).collect();
        figures["tied"] = json!(ties);
        figures
    }
}
