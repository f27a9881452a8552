//! Weights of a pipeline's own comparisons (Fellegi and Sunter 1969), fitted without labels by expectation maximization over
//! counted patterns: how often a level occurs by chance (u) from pairs drawn at random, how often among matches (m) from
//! candidate pairs, each counted as a match as far as its pattern speaks for one.

use crate::link::custom::{ComparisonPlan, CustomCounts, LevelPattern, LevelWeights, RelatedWeights};
use crate::tables::Edge;
use serde_json::{Value, json};

/// Rounds after which fitting stops, should it not settle before.
const ROUNDS_MAX: usize = 200;
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
}

/// Fits the weights of `comparisons` to what was counted, starting from `before` if there is a fit already.
pub fn fit_custom(comparisons: &[ComparisonPlan], counts: &CustomCounts, before: Option<&CustomFit>) -> CustomFit {
    let flat: Vec<Vec<f64>> = comparisons.iter().map(|comparison| vec![1.0; comparison.levels.len()]).collect();
    let counted = |(pattern, n): &(LevelPattern, u64)| (*pattern, *n as f64);
    let u = estimate(comparisons, counts.random.iter().map(counted), U_STRENGTH, &flat);
    let starting: Vec<Vec<f64>> = comparisons.iter().zip(&u).map(|(of, u)| of.starting_m(u)).collect();
    let starting_related: Vec<Vec<f64>> = comparisons.iter().zip(&u).map(|(of, u)| of.starting_related(u)).collect();
    let a_record = |share: f64| (share * counts.records as f64).max(1.0);
    let mut fit = before.cloned().unwrap_or_else(|| CustomFit {
        weights: LevelWeights::default(),
        m: starting.clone(),
        u: Vec::new(),
        matches: a_record(MATCHES_A_RECORD),
        related: comparisons
            .iter()
            .any(ComparisonPlan::is_shared)
            .then(|| Related { shares: starting_related.clone(), pairs: a_record(RELATED_A_RECORD) }),
        rounds: 0,
    });
    fit.u = u;
    weigh(&mut fit, comparisons, counts.pairs);
    for round in 1..=ROUNDS_MAX {
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
        fit.m = estimate(comparisons, candidates.iter().map(|of| (of.0, of.1)), M_STRENGTH, &starting);
        let by_chance = counts.random.iter().map(|of| {
            let (pattern, same, related) = posterior(of);
            (pattern, of.1 as f64 - same - related)
        });
        fit.u = estimate(comparisons, by_chance, U_STRENGTH, &flat);
        if let Some(of) = &mut fit.related {
            let seen = candidates.iter().map(|of| (of.0, of.2));
            of.shares = estimate(comparisons, seen, RELATED_STRENGTH, &starting_related);
            of.pairs = related.max(0.5);
        }
        let change = (matches - fit.matches).abs() / fit.matches.max(1.0);
        fit.matches = matches.max(0.5);
        weigh(&mut fit, comparisons, counts.pairs);
        if change < SETTLED {
            break;
        }
    }
    fit
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
        figures
    }
}
