//! How often the levels of a comparison occur: what is assumed before anything is counted, and shares from counts, where two
//! parts that are rarely seen together are expected as often as if they were independent.

use super::plan::{ComparisonPlan, Kind};
use super::swapped::{self, Alike};

/// Of two parts that both sides have: shares among matches before anything is counted, by [`Alike`].
const PARTS: [f64; 5] = [0.0, 0.75, 0.1, 0.05, 0.1];
/// The share of each level for parts that changed places.
const CROSSED: f64 = 0.01;
/// Pairs by which independence of two parts counts against what was counted of both together.
const TOGETHER_STRENGTH: f64 = 3.0;

impl ComparisonPlan {
    /// What is assumed of the levels of matches before anything is counted: mostly equal, sometimes near, seldom different.
    /// Values are as often missing as by chance (`u`).
    pub fn starting_m(&self, u: &[f64]) -> Vec<f64> {
        if self.kind == Kind::Swapped {
            return of_parts(u, PARTS, PARTS);
        }
        let last = self.levels.len() - 1;
        let between = (last - 2).max(1) as f64;
        (0..=last)
            .map(|level| match level {
                0 => 0.0,
                1 => 0.8,
                level if level == last => 0.08,
                // The nearer, the likelier.
                level => 0.12 * 2.0 * (between - (level as f64 - 2.0)) / (between * (between + 1.0)),
            })
            .collect()
    }

    /// What is assumed of the levels of two persons of one household: what they share (of two parts the second) is like that
    /// of one person, the rest as by chance.
    pub fn starting_related(&self, u: &[f64], shared: bool) -> Vec<f64> {
        match (shared, self.kind) {
            (false, _) => u.to_vec(),
            (true, Kind::Swapped) => {
                let mut first = [0.0; 5];
                for (level, &share) in u.iter().enumerate() {
                    if let Some((one, two)) = swapped::parts(level)
                        && one != Alike::Missing
                        && two != Alike::Missing
                    {
                        first[one as usize] += share;
                    }
                }
                let all: f64 = first.iter().sum();
                of_parts(u, first.map(|share| share / all.max(f64::MIN_POSITIVE)), PARTS)
            }
            (true, _) => self.starting_m(u),
        }
    }

    /// Shares of the levels from how often each was seen (missing ones first, which are left out), where `prior` counts for
    /// `strength` pairs.
    pub fn shares(&self, seen: &[f64], strength: f64, prior: &[f64]) -> Vec<f64> {
        let mut shares: Vec<f64> = seen.iter().zip(prior).map(|(n, prior)| n + strength * prior).collect();
        shares[0] = 0.0;
        if self.kind == Kind::Swapped {
            let (mut one, mut two, mut all) = ([0.0; 5], [0.0; 5], 0.0);
            for (level, &n) in shares.iter().enumerate() {
                if let Some((first, second)) = swapped::parts(level) {
                    one[first as usize] += n;
                    two[second as usize] += n;
                    all += n;
                }
            }
            for (level, n) in shares.iter_mut().enumerate() {
                if let Some((first, second)) = swapped::parts(level) {
                    let expected = one[first as usize] * two[second as usize] / all;
                    *n = expected * (seen[level] + TOGETHER_STRENGTH) / (expected + TOGETHER_STRENGTH);
                }
            }
        }
        let all: f64 = shares.iter().sum();
        shares.iter_mut().for_each(|n| *n /= all);
        shares
    }

    /// For each level, by part: the share of agreement in a household (`related`) that is by chance (`u`), not by sharing.
    pub fn by_chance(&self, u: &[f64], related: &[f64]) -> Vec<[f64; 2]> {
        let share = |shares: &[f64], alike: Alike, part: usize| -> f64 {
            let levels = shares.iter().enumerate().filter(|(level, _)| self.agreement(*level, part) == Some(alike));
            levels.map(|(_, share)| share).sum()
        };
        let of = |level: usize, part: usize| match self.agreement(level, part) {
            Some(alike) => (share(u, alike, part) / share(related, alike, part)).min(1.0),
            None => 1.0,
        };
        (0..u.len()).map(|level| [of(level, 0), of(level, 1)]).collect()
    }
}

/// Shares of the levels of two parts that are independent, as often missing as `u` says.
fn of_parts(u: &[f64], first: [f64; 5], second: [f64; 5]) -> Vec<f64> {
    let group = |of: (Alike, Alike)| (of.0 == Alike::Missing, of.1 == Alike::Missing);
    let mass = |wanted: (bool, bool)| -> f64 {
        let levels = u.iter().enumerate().filter(|(level, _)| swapped::parts(*level).map(group) == Some(wanted));
        levels.map(|(_, share)| share).sum()
    };
    let masses = [
        ((false, false), mass((false, false))),
        ((true, false), mass((true, false))),
        ((false, true), mass((false, true))),
    ];
    (0..u.len())
        .map(|level| match swapped::parts(level) {
            Some(of) => {
                let mass = masses.iter().find(|(wanted, _)| *wanted == group(of)).map_or(0.0, |(_, mass)| *mass);
                let share =
                    |alike: Alike, shares: [f64; 5]| if alike == Alike::Missing { 1.0 } else { shares[alike as usize] };
                mass * share(of.0, first) * share(of.1, second)
            }
            None if level == 0 => 0.0,
            None => CROSSED,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use crate::config::Comparison;
    use crate::link::custom::ComparisonPlan;

    fn names() -> ComparisonPlan {
        ComparisonPlan::new(&Comparison {
            name: "names".to_owned(),
            fields: vec!["given".to_owned(), "surname".to_owned()],
            kind: "swapped".to_owned(),
            levels: Vec::new(),
            term_frequency: true,
            shared: true,
        })
    }

    #[test]
    fn parts_never_seen_together_are_expected_as_if_independent() {
        let plan = names();
        let at = |name: &str| plan.levels.iter().position(|level| level == name).unwrap();
        let mut seen = vec![0.0; plan.levels.len()];
        seen[at("different")] = 960_000.0;
        seen[at("similar_different")] = 20_000.0;
        seen[at("different_similar")] = 20_000.0;
        let shares = plan.shares(&seen, 0.3, &vec![1.0; plan.levels.len()]);
        let both = shares[at("similar_similar")];
        // Four hundred expected, none seen.
        assert!(both > 1e-7 && both < 1e-5, "{both}");
        assert!((shares.iter().sum::<f64>() - 1.0).abs() < 1e-9);
    }

    #[test]
    fn a_household_shares_the_surname_and_not_the_given_name() {
        let plan = names();
        let at = |name: &str| plan.levels.iter().position(|level| level == name).unwrap();
        let mut u = vec![0.0; plan.levels.len()];
        u[at("different")] = 0.97;
        u[at("equal_different")] = 0.02;
        u[at("different_equal")] = 0.01;
        let related = plan.starting_related(&u, true);
        assert!(related[at("different_equal")] > 0.6);
        assert!(related[1] < 0.05);
        let by_chance = plan.by_chance(&u, &related);
        assert!(by_chance[1][0] > 0.9 && by_chance[1][1] < 0.1);
    }
}
