//! The model once more, by expectation and maximization over the counted patterns of candidate pairs (Dempster, Laird and
//! Rubin 1977; Winkler 1988), blind to silver labels: for each blocking rule by itself, of the fields that the rule leaves
//! free, and then put together. Nothing is linked by it: where it and the silver fit differ, one of the assumptions does not
//! hold, and the manifest says where.

use super::Fit;
use crate::link::levels::{Pattern, identity};
use crate::link::{PatternCounts, RULES};
use serde::Serialize;

/// Fields of a pattern: the ID group's levels by themselves, then those of the fit.
const FIELDS: [&str; 6] = ["id", "birth", "sex", "name", "phone", "address"];
const ROUNDS: usize = 400;
/// Rounds end when no m moves by more.
const STILL: f64 = 1e-5;
/// Pseudo-pairs that keep a level that is never seen from weighing without end.
const SMOOTHING: f64 = 0.5;
/// Share of what was seen of all pairs in the u that fitting begins at; the rest is what chance gives.
const SEEN_SHARE: f64 = 0.1;
/// Differences told.
const TOLD: usize = 10;
/// Pairs that a rule must bring together to be fitted.
const PASS_PAIRS: f64 = 1000.0;
/// Silver matches that must show a level whose difference is told.
const TOLD_PAIRS: f64 = 100.0;

/// What comes of it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Em {
    /// The fit to the pairs of each rule that brings enough together.
    pub passes: Vec<Pass>,
    /// m and u by level of each field, among pairs in which both sides have it: the passes that leave the field free, each
    /// as much as it has matches (or others). u is that of candidate pairs, which agree more often than pairs drawn at
    /// random. A field that no pass leaves free has none.
    pub fields: Vec<Field>,
    /// Levels of which the silver fit and this one think most differently.
    pub largest_differences: Vec<Difference>,
}

/// The fit to the pairs of one blocking rule.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Pass {
    /// Name of the rule.
    pub rule: &'static str,
    /// Pairs that it brings together, as counted; other rules may as well.
    pub pairs: f64,
    /// Share of matches among them.
    pub matches: f64,
    /// Rounds until nothing moved.
    pub rounds: usize,
}

/// m and u of one field.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Field {
    /// Name of the field.
    pub field: &'static str,
    /// By level; 0 is missing.
    pub m: Vec<f64>,
    /// By level; 0 is missing.
    pub u: Vec<f64>,
}

/// A level's m by both ways.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Difference {
    /// Name of the field.
    pub field: &'static str,
    /// Number of the level.
    pub level: usize,
    /// m by silver labels.
    pub m_silver: f64,
    /// m by expectation and maximization.
    pub m_em: f64,
    /// log2 of the second over the first.
    pub bits: f64,
}

/// Levels of a pattern by field. ID levels are counted from 1; birth and sex are not known beside them.
fn levels(pattern: Pattern) -> [usize; 6] {
    let group = pattern.identity();
    let rest = [pattern.name(), pattern.phone(), pattern.address()].map(usize::from);
    let [id, birth, sex] = if identity::is_id(group) {
        [usize::from(group) + 1, 0, 0]
    } else {
        let hidden = usize::from(group - identity::BIRTH_SEX);
        [0, hidden / 3, hidden % 3]
    };
    [id, birth, sex, rest[0], rest[1], rest[2]]
}

/// Fits m, u and the share of matches to the counts, pass by pass, each beginning at `fit`.
pub fn em(counts: &PatternCounts, fit: &Fit) -> Em {
    let mut passes = Vec::new();
    // By field: sums of m and u over passes, and what they weigh.
    let mut sums: Vec<(Field, f64, f64)> =
        FIELDS.iter().map(|&field| (Field { field, m: Vec::new(), u: Vec::new() }, 0.0, 0.0)).collect();
    for (r, rule) in RULES.iter().enumerate() {
        let free = FIELDS.map(|field| !rule.fixes.contains(&field));
        let only_free = |pattern: u32| {
            let mut levels = levels(Pattern(pattern));
            levels.iter_mut().zip(free).for_each(|(level, free)| *level *= usize::from(free));
            levels
        };
        let seen: Vec<([usize; 6], f64)> = counts
            .by_rule
            .iter()
            .filter(|(_, by_rule)| by_rule[r] > 0)
            .map(|(pattern, by_rule)| (only_free(*pattern), f64::from(by_rule[r])))
            .collect();
        let pairs: f64 = seen.iter().map(|row| row.1).sum();
        if pairs < PASS_PAIRS {
            continue;
        }
        let (fields, matches, rounds) = one_pass(&seen, pairs, fit);
        for ((sum, m_weight, u_weight), field) in
            sums.iter_mut().zip(fields).filter(|(sum, _)| !rule.fixes.contains(&sum.0.field))
        {
            add(&mut sum.m, &field.m, matches * pairs);
            add(&mut sum.u, &field.u, (1.0 - matches) * pairs);
            *m_weight += matches * pairs;
            *u_weight += (1.0 - matches) * pairs;
        }
        passes.push(Pass { rule: rule.name, pairs, matches, rounds });
    }
    let fields: Vec<Field> = sums
        .into_iter()
        .map(|(mut field, m_weight, u_weight)| {
            field.m.iter_mut().for_each(|m| *m /= m_weight.max(f64::MIN_POSITIVE));
            field.u.iter_mut().for_each(|u| *u /= u_weight.max(f64::MIN_POSITIVE));
            field
        })
        .collect();
    let largest_differences = differences(&fields, fit);
    Em { passes, fields, largest_differences }
}

fn add(sums: &mut Vec<f64>, values: &[f64], weight: f64) {
    sums.resize(sums.len().max(values.len()), 0.0);
    sums.iter_mut().zip(values).for_each(|(sum, value)| *sum += value * weight);
}

/// m and u of the fields, the share of matches and the rounds that it took.
fn one_pass(seen: &[([usize; 6], f64)], pairs: f64, fit: &Fit) -> (Vec<Field>, f64, usize) {
    let mut fields = begin(fit, seen);
    let mut matches = 0.3;
    let mut rounds = 0;
    while rounds < ROUNDS {
        rounds += 1;
        let (moved, share) = round(&mut fields, matches, seen, pairs);
        matches = share;
        if moved < STILL {
            break;
        }
    }
    (fields, matches, rounds)
}

/// Name, m and u of a field by silver labels. Those of ID numbers are shares of each kind of them, not of all.
fn silver_of<'a>(fit: &'a Fit, field: &str) -> Option<&'a (&'static str, Vec<f64>, Vec<f64>)> {
    fit.fields.iter().find(|of| of.0 == field && field != "id")
}

/// m and u of the fit (of IDs: nearly all equal, and as among all pairs), so that the matches of a pass in which nearly all
/// pairs are matches are not taken for the others.
fn begin(fit: &Fit, seen: &[([usize; 6], f64)]) -> Vec<Field> {
    let make = |(f, &field): (usize, &&'static str)| {
        let fitted = silver_of(fit, field);
        let highest = seen.iter().map(|row| row.0[f]).max().unwrap_or(0);
        let equal = || (0..=highest).map(|level| 0.5_f64.powi(level as i32)).collect();
        let mut m = fitted.map_or_else(equal, |of| of.1.clone());
        m.resize(m.len().max(highest + 1), 1e-4);
        let mut u = vec![SMOOTHING; m.len()];
        seen.iter().for_each(|(levels, n)| u[levels[f]] += n);
        for values in [&mut m, &mut u] {
            normalize(values);
        }
        for (level, u) in u.iter_mut().enumerate().skip(1) {
            let by_chance = fitted.and_then(|of| of.2.get(level)).copied();
            *u = by_chance.map_or(*u, |by_chance| SEEN_SHARE * *u + (1.0 - SEEN_SHARE) * by_chance);
        }
        Field { field, m, u }
    };
    FIELDS.iter().enumerate().map(make).collect()
}

/// Makes the levels beyond missing sum to 1.
fn normalize(values: &mut [f64]) {
    values[0] = 0.0;
    let sum: f64 = values.iter().sum();
    values.iter_mut().for_each(|value| *value /= sum.max(f64::MIN_POSITIVE));
}

/// One round: how far the m's moved, and the new share of matches.
fn round(fields: &mut [Field], matches: f64, seen: &[([usize; 6], f64)], pairs: f64) -> (f64, f64) {
    let mut sums: Vec<(Vec<f64>, Vec<f64>)> =
        fields.iter().map(|field| (vec![SMOOTHING; field.m.len()], vec![SMOOTHING; field.m.len()])).collect();
    let mut matched = 0.0;
    for (levels, n) in seen {
        let (mut yes, mut no) = (matches, 1.0 - matches);
        for (field, &level) in fields.iter().zip(levels).filter(|(_, level)| **level != 0) {
            yes *= field.m[level];
            no *= field.u[level];
        }
        let share = if yes + no > 0.0 { yes / (yes + no) } else { 0.0 };
        matched += n * share;
        for ((m, u), &level) in sums.iter_mut().zip(levels) {
            m[level] += n * share;
            u[level] += n * (1.0 - share);
        }
    }
    let mut moved = 0.0_f64;
    for (field, (mut m, mut u)) in fields.iter_mut().zip(sums) {
        normalize(&mut m);
        normalize(&mut u);
        moved = field.m.iter().zip(&m).fold(moved, |moved, (old, new)| moved.max((old - new).abs()));
        (field.m, field.u) = (m, u);
    }
    (moved, (matched / pairs).clamp(1e-9, 1.0 - 1e-9))
}

fn differences(fields: &[Field], fit: &Fit) -> Vec<Difference> {
    let mut all = Vec::new();
    for field in fields {
        let Some((_, silver, _)) = silver_of(fit, field.field) else { continue };
        for level in 1..silver.len().min(field.m.len()) {
            let (m_silver, m_em) = (silver[level], field.m[level]);
            if m_silver * fit.silver_matches >= TOLD_PAIRS {
                all.push(Difference { field: field.field, level, m_silver, m_em, bits: (m_em / m_silver).log2() });
            }
        }
    }
    all.sort_by(|x, y| y.bits.abs().total_cmp(&x.bits.abs()));
    all.truncate(TOLD);
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernels::hash;
    use crate::link::levels::{PATTERNS, identity};
    use crate::link::{BlockingStats, Weights};
    use std::collections::BTreeMap;

    /// Counts of pairs drawn from known probabilities, by the rules that would bring them together, and a fit that knows
    /// too little.
    fn drawn(pairs: u64, share: f64) -> (PatternCounts, Fit) {
        let unit = |i: u64, f: u64| (hash::key(77, &[i, f]) >> 11) as f64 / (1_u64 << 53) as f64;
        let mut by_rule: BTreeMap<u32, [u32; RULES.len()]> = BTreeMap::new();
        for i in 0..pairs {
            let matched = unit(i, 0) < share;
            let level = |f: u64, m: f64, u: f64| if unit(i, f) < if matched { m } else { u } { 1_u8 } else { 2 };
            let birth = if unit(i, 9) < 0.1 { 0 } else { level(1, 0.9, 0.02) };
            let (name, phone) = (level(2, 0.8, 0.05), level(3, 0.7, 0.1));
            let address = level(4, 0.6, 0.2);
            let pattern = Pattern::new(identity::BIRTH_SEX + 3 * birth, name, phone, address).0;
            let counts = by_rule.entry(pattern).or_default();
            for (rule, agrees) in [("phone", phone == 1), ("flat", address == 1), ("rare name", name == 1)] {
                let place = RULES.iter().position(|of| of.name == rule).unwrap();
                counts[place] += u32::from(agrees);
            }
        }
        let counts = PatternCounts {
            all: vec![0; PATTERNS],
            silver_match: vec![0; PATTERNS],
            silver_match_reached: 0,
            silver_nonmatch: vec![0; PATTERNS],
            by_rule: by_rule.into_iter().collect(),
            sample_bits: 0,
            profiles: 0,
            trusted: 0,
            roster_pairs: None,
            blocking: BlockingStats::default(),
        };
        let guess = |field| (field, vec![0.0, 0.6, 0.4], vec![0.0, 0.3, 0.7]);
        let fit = Fit {
            weights: Weights { of_pattern: Vec::new() },
            prior_bits: -10.0,
            silver_matches: 1e6,
            silver_reached: 1.0,
            fields: ["birth", "name", "phone", "address"].map(guess).to_vec(),
        };
        (counts, fit)
    }

    #[test]
    fn what_was_put_in_comes_out_of_passes_that_each_fix_a_field() {
        let (counts, fit) = drawn(300_000, 0.25);
        let em = em(&counts, &fit);
        assert_eq!(em.passes.iter().map(|pass| pass.rule).collect::<Vec<_>>(), ["phone", "flat", "rare name"]);
        // Of those who share a phone .7 · .25 are one person, .1 · .75 are not.
        assert!((em.passes[0].matches - 0.7).abs() < 0.02, "{:?}", em.passes[0]);
        let of = |name: &str| em.fields.iter().find(|field| field.field == name).unwrap();
        for (name, m, u) in [("birth", 0.9, 0.02), ("name", 0.8, 0.05), ("phone", 0.7, 0.1), ("address", 0.6, 0.2)] {
            let found = of(name);
            assert!((found.m[1] - m).abs() < 0.02 && (found.u[1] - u).abs() < 0.02, "{name}: {found:?}");
        }
        assert_eq!(em.largest_differences[0].field, "birth", "guessed .4 different, is .1");
    }

    #[test]
    fn no_pairs_no_news() {
        let (counts, fit) = drawn(0, 0.5);
        let em = em(&counts, &fit);
        assert!(em.passes.is_empty() && em.fields.iter().all(|field| field.m.is_empty()));
    }
}
