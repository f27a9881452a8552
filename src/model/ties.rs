//! Comparisons that tell the same in part, as a town and its postcode do, or a street and the number in it: strangers who
//! agree in one mostly agree in the other, so that the product of both counts one thing twice. Which do is read from pairs
//! drawn at random, by their mutual information, each tied to one other at most (Chow and Liu 1968). How much more often
//! than by the product two levels occur together is counted for each kind of pairs by itself.

use crate::link::custom::{ComparisonPlan, LevelPattern, Tie};

/// Of what the one of two comparisons that tells less tells, the other must tell this share.
const TELLING_SHARE: f64 = 0.3;
/// Bits that all pairs drawn must say for a tie, and more for each combination of levels.
const SURE_BITS: f64 = 50.0;
const SURE_BITS_EACH: f64 = 2.0;
/// Pairs by which independence counts against what was counted of two levels.
const STRENGTH: f64 = 3.0;

/// The strongest ties: comparisons by number, the first of each pair in no other tie as the first.
pub(super) fn find(comparisons: &[ComparisonPlan], random: &[(LevelPattern, u64)]) -> Vec<(usize, usize)> {
    let mut found: Vec<(f64, usize, usize)> = Vec::new();
    for a in 0..comparisons.len() {
        for b in 0..a {
            let share = telling(comparisons, random, a, b);
            if share >= TELLING_SHARE {
                found.push((share, a, b));
            }
        }
    }
    found.sort_by(|x, y| y.0.total_cmp(&x.0).then((x.1, x.2).cmp(&(y.1, y.2))));
    // No way round: a comparison reaches every other of its group by one way.
    let mut group: Vec<usize> = (0..comparisons.len()).collect();
    let mut ties: Vec<(usize, usize)> = Vec::new();
    for (_, a, b) in found {
        let (of_a, of_b) = (group[a], group[b]);
        let first = |c: usize| ties.iter().any(|tie| tie.0 == c);
        if of_a == of_b {
            continue;
        }
        match (first(a), first(b)) {
            (false, _) => ties.push((a, b)),
            (true, false) => ties.push((b, a)),
            (true, true) => continue,
        }
        group.iter_mut().filter(|of| **of == of_a).for_each(|of| *of = of_b);
    }
    ties
}

/// Share of what the one of two comparisons that tells less says of a pair of strangers that the other says already; 0 where
/// too few pairs were drawn to say.
fn telling(comparisons: &[ComparisonPlan], random: &[(LevelPattern, u64)], a: usize, b: usize) -> f64 {
    let levels = [a, b].map(|c| comparisons[c].levels.len());
    let mut counts = vec![0.0; levels[0] * levels[1]];
    for &(pattern, n) in random {
        let both = [pattern.level(a), pattern.level(b)];
        if !both.contains(&0) && are_strangers(comparisons, pattern, [a, b]) {
            counts[both[0] * levels[1] + both[1]] += n as f64;
        }
    }
    let all: f64 = counts.iter().sum();
    let mut each = levels.map(|levels| vec![0.0; levels]);
    for (place, n) in counts.iter().enumerate() {
        each[0][place / levels[1]] += n;
        each[1][place % levels[1]] += n;
    }
    let entropy =
        |counts: &[f64]| -> f64 { counts.iter().filter(|n| **n > 0.0).map(|n| n / all * (all / n).log2()).sum() };
    let [one, two] = [&each[0], &each[1]].map(|counts| entropy(counts));
    let common = one + two - entropy(&counts);
    let combinations = ((levels[0] - 2) * (levels[1] - 2)).max(1) as f64;
    let least = one.min(two);
    if least <= 0.0 || common * all < SURE_BITS + SURE_BITS_EACH * combinations { 0.0 } else { common / least }
}

/// Whether most of what else is compared differs: one person's records agree in everything together.
fn are_strangers(comparisons: &[ComparisonPlan], pattern: LevelPattern, but: [usize; 2]) -> bool {
    let others = comparisons.iter().enumerate().filter(|(c, _)| !but.contains(c));
    let (mut differ, mut others_known) = (0, 0);
    for (c, of) in others.filter(|(c, _)| pattern.level(*c) != 0) {
        others_known += 1;
        differ += usize::from(pattern.level(c) == of.levels.len() - 1);
    }
    2 * differ > others_known
}

/// Ties of which nothing was counted yet.
pub(super) fn none(comparisons: &[ComparisonPlan], ties: &[(usize, usize)]) -> Vec<Together> {
    let together = |&(first, second): &(usize, usize)| {
        let levels = [first, second].map(|c| comparisons[c].levels.len());
        let nothing = || vec![0.0; levels[0] * levels[1]];
        Together {
            tie: Tie { of: (first, second), levels: levels[1], ..Tie::default() },
            bits: [nothing(), nothing(), nothing()],
        }
    };
    ties.iter().map(together).collect()
}

/// How much more often than by the product levels of two comparisons occur together, in bits.
#[derive(Clone, Debug)]
pub(super) struct Together {
    tie: Tie,
    /// Among strangers, records of one person and two of one household.
    bits: [Vec<f64>; 3],
}

impl Together {
    /// Counts anew: candidates, each as far as it is one person and one household, and pairs of strangers.
    pub(super) fn count(&mut self, candidates: &[(LevelPattern, f64, f64)], strangers: &[(LevelPattern, f64)]) {
        let (tie, len) = (&self.tie, self.bits[0].len());
        let by_place = |pairs: &mut dyn Iterator<Item = (LevelPattern, f64)>| {
            let mut counts = vec![0.0; len];
            pairs.for_each(|(pattern, n)| counts[tie.place(pattern)] += n);
            departures(&counts, tie.levels)
        };
        self.bits = [
            by_place(&mut strangers.iter().copied()),
            by_place(&mut candidates.iter().map(|of| (of.0, of.1))),
            by_place(&mut candidates.iter().map(|of| (of.0, of.2))),
        ];
    }

    /// log2 of how much more often strangers have the levels of a pattern together.
    pub(super) fn strangers(&self, pattern: LevelPattern) -> f64 {
        self.bits[0][self.tie.place(pattern)]
    }

    /// What is added to the weights.
    pub(super) fn weights(&self, related: bool) -> Tie {
        let against_strangers = |bits: &[f64]| bits.iter().zip(&self.bits[0]).map(|(bits, of)| bits - of).collect();
        let related = if related { against_strangers(&self.bits[2]) } else { Vec::new() };
        Tie { same: against_strangers(&self.bits[1]), related, ..self.tie.clone() }
    }
}

/// log2 of what was counted of two levels over what the levels of each give, where both are known.
fn departures(counts: &[f64], levels: usize) -> Vec<f64> {
    let known = |place: usize| place >= levels && !place.is_multiple_of(levels);
    let (mut rows, mut columns, mut all) = (vec![0.0; counts.len() / levels], vec![0.0; levels], 0.0);
    for (place, n) in counts.iter().enumerate().filter(|(place, _)| known(*place)) {
        rows[place / levels] += n;
        columns[place % levels] += n;
        all += n;
    }
    let departure = |(place, &seen): (usize, &f64)| {
        if !known(place) || all <= 0.0 {
            return 0.0;
        }
        let expected = rows[place / levels] * columns[place % levels] / all;
        // Many pairs are believed, however few were expected.
        let most = f64::max(seen, expected);
        let shrunk = (most * seen + STRENGTH * expected) / (most + STRENGTH);
        if shrunk > 0.0 && expected > 0.0 { (shrunk / expected).log2() } else { 0.0 }
    };
    counts.iter().enumerate().map(departure).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Comparison;
    use crate::kernels::hash;
    use std::collections::BTreeMap;

    fn exact(names: &[&str]) -> Vec<ComparisonPlan> {
        let plan = |name: &&str| {
            ComparisonPlan::new(&Comparison {
                name: (*name).to_owned(),
                fields: vec![(*name).to_owned()],
                kind: "exact".to_owned(),
                levels: Vec::new(),
                term_frequency: false,
                shared: false,
            })
        };
        names.iter().map(plan).collect()
    }

    /// Pairs of strangers: whether they agree in a town, by chance or not in its postcode, in a name; and records of one
    /// person, which agree in everything.
    fn drawn(strangers: u64, same: u64, postcode_follows: f64) -> Vec<(LevelPattern, u64)> {
        let unit = |i: u64, f: u64| (hash::key(31, &[i, f]) >> 11) as f64 / (1_u64 << 53) as f64;
        let mut counts: BTreeMap<LevelPattern, u64> = BTreeMap::new();
        for i in 0..strangers {
            let level = |agrees: bool| if agrees { 1 } else { 2 };
            let town = unit(i, 0) < 0.05;
            let postcode = if unit(i, 1) < postcode_follows { town } else { unit(i, 2) < 0.05 };
            let names = [3, 4, 5].map(|f| unit(i, f) < 0.01);
            let all = [town, postcode, names[0], names[1], names[2]];
            let pattern = all.iter().enumerate();
            let pattern = pattern.fold(LevelPattern::default(), |pattern, (c, &agrees)| pattern.with(c, level(agrees)));
            *counts.entry(pattern).or_default() += 1;
        }
        let one = (0..5).fold(LevelPattern::default(), |pattern, c| pattern.with(c, 1));
        *counts.entry(one).or_default() += same;
        counts.into_iter().collect()
    }

    #[test]
    fn a_town_and_its_postcode_are_tied_and_one_person_ties_nothing() {
        let plans = exact(&["town", "postcode", "given", "surname", "born"]);
        assert_eq!(find(&plans, &drawn(50_000, 500, 0.9)), [(1, 0)]);
        assert!(find(&plans, &drawn(50_000, 500, 0.0)).is_empty());
        assert!(find(&plans, &drawn(100, 0, 1.0)).is_empty(), "five agreements are no proof");
        assert!(find(&plans, &[]).is_empty());
    }

    #[test]
    fn three_that_tell_one_thing_are_tied_without_a_way_round() {
        let plans = exact(&["town", "postcode", "area", "given", "surname", "born"]);
        let threefold = |(pattern, n): (LevelPattern, u64)| {
            let level = |c: usize| pattern.level([0, 1, 1, 2, 3, 4][c]) as u8;
            ((0..6).fold(LevelPattern::default(), |made, c| made.with(c, level(c))), n)
        };
        let ties = find(&plans, &drawn(50_000, 0, 0.95).into_iter().map(threefold).collect::<Vec<_>>());
        assert_eq!(ties.len(), 2, "{ties:?}");
        assert_ne!(ties[0].0, ties[1].0, "each is tied to one other");
    }

    #[test]
    fn what_occurs_together_by_chance_departs_from_nothing() {
        // By level of the first and of the second, three each; level 0 is missing.
        let independent = [9.0, 9.0, 9.0, 9.0, 100.0, 900.0, 9.0, 900.0, 8100.0];
        assert!(departures(&independent, 3).iter().all(|bits| bits.abs() < 0.01));
        let tied = departures(&[0.0, 0.0, 0.0, 0.0, 1000.0, 0.0, 0.0, 0.0, 9000.0], 3);
        assert!((tied[4] - 10_f64.log2()).abs() < 0.01 && tied[5] < -5.0 && tied[0] == 0.0, "{tied:?}");
        assert!(departures(&[0.0; 9], 3).iter().all(|bits| *bits == 0.0));
    }
}
