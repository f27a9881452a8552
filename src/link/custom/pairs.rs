//! Candidate pairs, streamed: rule by rule, block by block, each pair once, never as a table; and pairs drawn at random.

use super::compare::CustomFeatures;
use super::plan::Plan;
use super::{LevelPattern, LevelWeights};
use crate::kernels::{hash, radix};
use crate::tables::{Edge, sort_edges};
use rayon::prelude::*;
use std::collections::{BTreeMap, HashMap};

/// Rows that one task takes.
const CHUNK_ROWS: usize = 1 << 11;
/// Pairs drawn at random.
const RANDOM_PAIRS: u64 = 1 << 20;
/// Tasks that draw them.
const DRAWING_TASKS: u64 = 64;

/// What one rule did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RuleStats {
    /// Candidate pairs that the rule owns.
    pub pairs: u64,
    /// Blocks split by the compared columns.
    pub blocks_split: u64,
    /// Pairs inside those that no column brought together.
    pub pairs_left_out: u64,
    /// Rows of the largest block.
    pub block_rows_max: u64,
}

/// How often each pattern occurs.
#[derive(Clone, Debug, Default)]
pub struct CustomCounts {
    /// Among candidate pairs, in the order of patterns.
    pub candidates: Vec<(LevelPattern, u64)>,
    /// Among pairs drawn at random.
    pub random: Vec<(LevelPattern, u64)>,
    /// Pairs in all that could be one person.
    pub pairs: f64,
    /// Records.
    pub records: u64,
    /// What each rule did.
    pub rules: Vec<RuleStats>,
}

type Found<T> = (T, RuleStats);

/// Sends every candidate pair to `take`, one state per task, in a fixed order of tasks.
fn visit<T: Send + Default>(
    features: &CustomFeatures,
    take: impl Fn(&mut T, u32, u32) + Sync,
) -> (Vec<T>, Vec<RuleStats>) {
    let mut outputs = Vec::new();
    let mut stats = Vec::new();
    for (rule, keys) in features.keys.iter().enumerate() {
        let keyed = {
            let keyed: Vec<(u64, u32)> =
                keys.iter().enumerate().filter(|(_, key)| **key != 0).map(|(row, &key)| (key, row as u32)).collect();
            radix::sorted_keyed(&[&keyed])
        };
        let tasks: Vec<Found<T>> = radix::chunks_at_keys(&keyed, CHUNK_ROWS)
            .into_par_iter()
            .map(|rows| {
                let (mut state, mut stats) = (T::default(), RuleStats::default());
                for block in rows.chunk_by(|a, b| a.0 == b.0) {
                    let block: Vec<u32> = block.iter().map(|row| row.1).collect();
                    visit_block(features, rule, &block, &mut stats, &mut |a, b| take(&mut state, a, b));
                }
                (state, stats)
            })
            .collect();
        let mut of_rule = RuleStats::default();
        for (output, task) in tasks {
            outputs.push(output);
            of_rule.pairs += task.pairs;
            of_rule.blocks_split += task.blocks_split;
            of_rule.pairs_left_out += task.pairs_left_out;
            of_rule.block_rows_max = of_rule.block_rows_max.max(task.block_rows_max);
        }
        stats.push(of_rule);
    }
    (outputs, stats)
}

fn visit_block(
    features: &CustomFeatures,
    rule: usize,
    rows: &[u32],
    stats: &mut RuleStats,
    take: &mut impl FnMut(u32, u32),
) {
    stats.block_rows_max = stats.block_rows_max.max(rows.len() as u64);
    let candidate = |a: u32, b: u32| {
        let (x, y) = (a as usize, b as usize);
        let sources = !features.plan.across_sources || features.source[x] != features.source[y];
        sources && !features.keys[..rule].iter().any(|keys| keys[x] != 0 && keys[x] == keys[y])
    };
    if rows.len() <= features.plan.block_rows_max {
        for (i, &a) in rows.iter().enumerate() {
            for &b in &rows[i + 1..] {
                if candidate(a, b) {
                    stats.pairs += 1;
                    take(a, b);
                }
            }
        }
        return;
    }
    // Too many rows to compare each with each: those that agree on a compared column as well.
    stats.blocks_split += 1;
    let columns: Vec<_> = features.columns.iter().flatten().collect();
    let mut reached = 0;
    for (c, column) in columns.iter().enumerate() {
        let mut by_value: Vec<(u32, u32)> =
            rows.iter().map(|&row| (column.ids[row as usize], row)).filter(|(id, _)| *id != 0).collect();
        by_value.sort_unstable();
        for group in by_value.chunk_by(|a, b| a.0 == b.0).filter(|g| g.len() <= features.plan.block_rows_max) {
            for (i, &(_, a)) in group.iter().enumerate() {
                for &(_, b) in &group[i + 1..] {
                    let before = columns[..c].iter().any(|column| {
                        let id = column.ids[a as usize];
                        id != 0 && id == column.ids[b as usize]
                    });
                    if !before {
                        reached += 1;
                        if candidate(a, b) {
                            stats.pairs += 1;
                            take(a, b);
                        }
                    }
                }
            }
        }
    }
    let n = rows.len() as u64;
    stats.pairs_left_out += (n * (n - 1) / 2).saturating_sub(reached);
}

/// Counts the patterns of all candidate pairs and of pairs drawn at random.
pub fn count_custom(features: &CustomFeatures) -> CustomCounts {
    let (tasks, rules) = visit(features, |counts: &mut HashMap<LevelPattern, u64>, a, b| {
        *counts.entry(features.pattern(a, b)).or_default() += 1;
    });
    let mut candidates: BTreeMap<LevelPattern, u64> = BTreeMap::new();
    tasks.into_iter().flatten().for_each(|(pattern, n)| *candidates.entry(pattern).or_default() += n);
    CustomCounts {
        candidates: candidates.into_iter().collect(),
        random: draw_random(features, None),
        pairs: pairs_possible(features),
        records: features.len() as u64,
        rules,
    }
}

/// Pairs that could be one person.
fn pairs_possible(features: &CustomFeatures) -> f64 {
    let together = |n: f64| n * (n - 1.0) / 2.0;
    let all = together(features.len() as f64);
    if !features.plan.across_sources {
        return all.max(1.0);
    }
    let mut of_source: BTreeMap<u16, f64> = BTreeMap::new();
    features.source.iter().for_each(|&source| *of_source.entry(source).or_default() += 1.0);
    (all - of_source.values().map(|&n| together(n)).sum::<f64>()).max(1.0)
}

/// Counts the patterns of pairs drawn at random, but for those of one person as far as `person_of` tells.
pub fn draw_random(features: &CustomFeatures, person_of: Option<&[u32]>) -> Vec<(LevelPattern, u64)> {
    let task = |number: u64| {
        let mut counts: HashMap<LevelPattern, u64> = HashMap::new();
        for (a, b) in drawn_by(number, &features.plan, &features.source, person_of) {
            *counts.entry(features.pattern(a, b)).or_default() += 1;
        }
        counts
    };
    let tasks: Vec<HashMap<LevelPattern, u64>> = (0..DRAWING_TASKS).into_par_iter().map(task).collect();
    let mut all: BTreeMap<LevelPattern, u64> = BTreeMap::new();
    tasks.into_iter().flatten().for_each(|(pattern, n)| *all.entry(pattern).or_default() += n);
    all.into_iter().collect()
}

/// Pairs drawn at random that could be one person, but for those that are as far as `person_of` tells.
pub(super) fn drawn<'a>(
    plan: &'a Plan,
    source: &'a [u16],
    person_of: Option<&'a [u32]>,
) -> impl Iterator<Item = (u32, u32)> + 'a {
    (0..DRAWING_TASKS).flat_map(move |number| drawn_by(number, plan, source, person_of))
}

fn drawn_by<'a>(
    number: u64,
    plan: &'a Plan,
    source: &'a [u16],
    person_of: Option<&'a [u32]>,
) -> impl Iterator<Item = (u32, u32)> + 'a {
    let n = source.len() as u64;
    (0..RANDOM_PAIRS / DRAWING_TASKS).filter_map(move |i| {
        let drawn = hash::mix(hash::mix(number, 0x7261_6e64), i);
        let (a, b) = (((drawn >> 32) * n) >> 32, ((drawn & 0xffff_ffff) * n) >> 32);
        let (x, y) = (a as usize, b as usize);
        let same =
            a == b || plan.across_sources && source[x] == source[y] || person_of.is_some_and(|of| of[x] == of[y]);
        (!same).then_some((a as u32, b as u32))
    })
}

/// Scores every candidate pair and keeps those of at least `weight_min` bits, heaviest first. The pattern of an edge is its
/// place among the patterns that are given back.
pub fn score_custom(
    features: &CustomFeatures,
    weights: &LevelWeights,
    weight_min: f32,
) -> (Vec<Edge>, Vec<LevelPattern>) {
    let (tasks, _) = visit(features, |kept: &mut Vec<(Edge, LevelPattern)>, a, b| {
        let pattern = features.pattern(a, b);
        let weight = features.weight(a, b, pattern, weights);
        if weight >= weight_min {
            kept.push((Edge::new(a.min(b), a.max(b), weight, 0, false), pattern));
        }
    });
    let mut patterns: Vec<LevelPattern> = tasks.iter().flatten().map(|(_, pattern)| *pattern).collect();
    patterns.par_sort_unstable();
    patterns.dedup();
    let place = |pattern: &LevelPattern| patterns.binary_search(pattern).map_or(0, |at| at as u32);
    let mut edges: Vec<Edge> = tasks
        .iter()
        .flatten()
        .map(|(edge, pattern)| Edge::new(edge.a, edge.b, edge.weight, place(pattern), false))
        .collect();
    sort_edges(&mut edges);
    (edges, patterns)
}
