//! Weights of a pipeline's own comparisons (Fellegi and Sunter 1969), fitted without labels by expectation maximization over
//! counted patterns: how often a level occurs by chance (u) from pairs drawn at random, how often among matches (m) from
//! candidate pairs, each counted as a match as far as its pattern speaks for one.

use crate::link::custom::{ComparisonPlan, CustomCounts, LevelPattern, LevelWeights};
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
    /// Rounds until fitting settled.
    pub rounds: usize,
}

/// Fits the weights of `comparisons` to what was counted, starting from `before` if there is a fit already.
pub fn fit_custom(comparisons: &[ComparisonPlan], counts: &CustomCounts, before: Option<&CustomFit>) -> CustomFit {
    let starting: Vec<Vec<f64>> = comparisons.iter().map(ComparisonPlan::starting_m).collect();
    let matches = MATCHES_A_RECORD * counts.records as f64;
    let mut fit = before.cloned().unwrap_or_else(|| CustomFit {
        weights: LevelWeights::default(),
        m: starting.clone(),
        u: Vec::new(),
        matches: matches.max(1.0),
        rounds: 0,
    });
    fit.u = estimate(comparisons, counts.random.iter().map(|&(pattern, n)| (pattern, n as f64)), U_STRENGTH, None);
    weigh(&mut fit, counts.pairs);
    for round in 1..=ROUNDS_MAX {
        fit.rounds = round;
        let posterior =
            |pattern: LevelPattern, n: u64, weights: &LevelWeights| n as f64 / (1.0 + (-weights.of(pattern)).exp2());
        let weights = fit.weights.clone();
        let matched: Vec<(LevelPattern, f64)> =
            counts.candidates.iter().map(|&(pattern, n)| (pattern, posterior(pattern, n, &weights))).collect();
        let total: f64 = matched.iter().map(|(_, n)| n).sum();
        fit.m = estimate(comparisons, matched.into_iter(), M_STRENGTH, Some(&starting));
        let by_chance = counts.random.iter().map(|&(pattern, n)| (pattern, n as f64 - posterior(pattern, n, &weights)));
        fit.u = estimate(comparisons, by_chance, U_STRENGTH, None);
        let change = (total - fit.matches).abs() / fit.matches.max(1.0);
        fit.matches = total.max(0.5);
        weigh(&mut fit, counts.pairs);
        if change < SETTLED {
            break;
        }
    }
    fit
}

/// The share of each level among weighted patterns, leaving missing values out.
fn estimate(
    comparisons: &[ComparisonPlan],
    weighted: impl Iterator<Item = (LevelPattern, f64)>,
    strength: f64,
    prior: Option<&[Vec<f64>]>,
) -> Vec<Vec<f64>> {
    let mut sums: Vec<Vec<f64>> = comparisons.iter().map(|comparison| vec![0.0; comparison.levels.len()]).collect();
    for (pattern, n) in weighted {
        for (c, sum) in sums.iter_mut().enumerate() {
            sum[pattern.level(c)] += n;
        }
    }
    for (c, sum) in sums.iter_mut().enumerate() {
        sum[0] = 0.0;
        for level in 1..sum.len() {
            sum[level] += strength * prior.map_or(1.0, |prior| prior[c][level]);
        }
        let all: f64 = sum.iter().sum();
        sum.iter_mut().for_each(|n| *n /= all);
    }
    sums
}

fn weigh(fit: &mut CustomFit, pairs: f64) {
    let prior = (fit.matches / pairs).min(0.5);
    fit.weights.prior_bits = (prior / (1.0 - prior)).log2();
    let bits = |m: &Vec<f64>, u: &Vec<f64>| -> Vec<f64> {
        let mut bits: Vec<f64> = m.iter().zip(u).map(|(m, u)| (m / u).log2().clamp(-BITS_MAX, BITS_MAX)).collect();
        bits[0] = 0.0;
        bits
    };
    fit.weights.bits = fit.m.iter().zip(&fit.u).map(|(m, u)| bits(m, u)).collect();
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
        let fields: serde_json::Map<String, Value> = comparisons
            .iter()
            .zip(self.m.iter().zip(&self.u))
            .map(|(c, (m, u))| (c.name.clone(), json!({ "levels": c.levels, "m": m, "u": u })))
            .collect();
        json!({
            "prior_bits": self.weights.prior_bits,
            "estimated_matches": self.matches,
            "rounds": self.rounds,
            "fields": fields,
        })
    }
}
