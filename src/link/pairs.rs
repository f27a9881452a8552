//! Candidate pairs, streamed: rule by rule, block by block, each pair once, never as a table.

use super::blocking::{self, KEYS_A_RULE, RULES};
use super::features::Features;
use crate::kernels::radix;
use rayon::prelude::*;

/// Keys of one profile, 32 bits of each, one slot for each key of each rule: two profiles share a block if a slot agrees.
type Signature = [u32; RULES.len() * KEYS_A_RULE];

/// Rows that one task takes.
const CHUNK_ROWS: usize = 1 << 14;
/// Profiles in a block from which on it is split, whatever the setting allows: pairs grow with the square.
const SPLIT_ROWS: usize = 128;

/// What blocking did, per rule.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BlockingStats {
    /// Candidate pairs that each rule owns.
    pub pairs: [u64; RULES.len()],
    /// Blocks split by further keys.
    pub blocks_split: [u64; RULES.len()],
    /// Pairs inside oversized blocks that no further key brought together.
    pub pairs_left_out: [u64; RULES.len()],
    /// Rows of the largest block compared whole.
    pub block_rows_max: [u64; RULES.len()],
}

/// Takes the pairs of one task. What it leaves behind must not depend on the order of pairs or on how they were shared out.
pub(super) trait PairVisitor: Send {
    /// What a task leaves behind.
    type Output: Send;
    /// A candidate pair, `a < b`, owned by `rule`.
    fn pair(&mut self, rule: usize, a: u32, b: u32);
    /// Ends the task.
    fn finish(self) -> Self::Output;
}

/// How blocks are read.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reading {
    /// Blocks with more rows are split.
    pub(super) block_rows_max: usize,
    /// One block in `2^sample_bits` is read.
    pub(super) sample_bits: u32,
}

/// Sends every candidate pair to visitors, one per task, and gives what they left behind, in no particular order.
///
/// O(n r) rows sorted for n profiles and r rules; memory 24 bytes a profile and rule for signatures, 32 for sorting.
pub(super) fn visit<V: PairVisitor>(
    features: &Features,
    reading: Reading,
    visitor: impl Fn() -> V + Sync,
) -> (Vec<V::Output>, BlockingStats) {
    let mut signatures: Vec<Signature> = vec![[0; RULES.len() * KEYS_A_RULE]; features.len()];
    let mut stats = BlockingStats::default();
    let mut outputs = Vec::new();
    let limit = reading.block_rows_max.clamp(2, SPLIT_ROWS);
    let sampled = (1_u64 << reading.sample_bits) - 1;
    for rule in 0..RULES.len() {
        let mut keyed: Vec<(u64, u32)> = signatures
            .par_iter_mut()
            .enumerate()
            .flat_map_iter(|(p, signature)| {
                let keys = blocking::keys(features, rule, p);
                for (i, &key) in keys.iter().enumerate() {
                    signature[rule * KEYS_A_RULE + i] = slot(key);
                }
                keys.into_iter().filter(move |&key| key != 0 && key >> 8 & sampled == 0).map(move |key| (key, p as u32))
            })
            .collect();
        radix::sort_keyed(&mut keyed);
        if blocking::grows_with_the_city(rule) {
            split_by_names(features, rule, &mut keyed, &mut signatures, &mut stats);
        }
        split_large_blocks(features, rule, &mut keyed, limit, &mut signatures, &mut stats);
        // What visitors leave behind is put together regardless of who saw which chunk, so threads may share them out.
        let tasks: Vec<(V, u64, u64)> = radix::chunks_at_keys(&keyed, CHUNK_ROWS)
            .into_par_iter()
            .fold(
                || (visitor(), 0, 0),
                |(mut task, pairs, largest), rows| {
                    let (more, large) = visit_blocks(rows, rule, &signatures, &mut task);
                    (task, pairs + more, largest.max(large))
                },
            )
            .collect();
        for (task, pairs, largest) in tasks {
            outputs.push(task.finish());
            stats.pairs[rule] += pairs;
            stats.block_rows_max[rule] = stats.block_rows_max[rule].max(largest);
        }
    }
    (outputs, stats)
}

/// 32 bits of a key, never 0 for a key. Two keys in four thousand million agree by chance, and then only a pair that shares
/// the other rule's key too is left to a rule that does not have it.
fn slot(key: u64) -> u32 {
    if key == 0 { 0 } else { (key as u32).max(1) }
}

fn visit_blocks(rows: &[(u64, u32)], rule: usize, signatures: &[Signature], task: &mut impl PairVisitor) -> (u64, u64) {
    let (mut pairs, mut largest) = (0, 0);
    let mut begin = 0;
    let mut block: Vec<(u32, Signature)> = Vec::new();
    while begin < rows.len() {
        let key = rows[begin].0;
        let end = begin + rows[begin..].iter().take_while(|row| row.0 == key).count();
        if end - begin >= 2 {
            largest = largest.max((end - begin) as u64);
            block.clear();
            block.extend(rows[begin..end].iter().map(|row| (row.1, signatures[row.1 as usize])));
            let here = slot(key);
            for (i, (a, x)) in block.iter().enumerate() {
                for (b, y) in &block[i + 1..] {
                    if a != b && !owned_before(rule, x, y) && !owned_by_other_key(rule, here, x, y) {
                        pairs += 1;
                        task.pair(rule, *a, *b);
                    }
                }
            }
        }
        begin = end;
    }
    (pairs, largest)
}

/// Whether an earlier rule brought the pair together.
fn owned_before(rule: usize, x: &Signature, y: &Signature) -> bool {
    (0..rule).any(|earlier| {
        let at = earlier * KEYS_A_RULE;
        let (x0, x1, y0, y1) = (x[at], x[at + 1], y[at], y[at + 1]);
        x0 != 0 && (x0 == y0 || x0 == y1) || x1 != 0 && (x1 == y0 || x1 == y1)
    })
}

/// Whether the pair shares both keys of a rule and belongs to the block of the other one.
fn owned_by_other_key(rule: usize, here: u32, x: &Signature, y: &Signature) -> bool {
    let at = rule * KEYS_A_RULE;
    let other = |sides: &Signature| if sides[at] == here { sides[at + 1] } else { sides[at] };
    let (a, b) = (other(x), other(y));
    a != 0 && a == b && a < here
}

/// Gives the rows of larger blocks of such a rule up to two keys by the sounds of their names.
fn split_by_names(
    features: &Features,
    rule: usize,
    keyed: &mut Vec<(u64, u32)>,
    signatures: &mut [Signature],
    stats: &mut BlockingStats,
) {
    let large = large_blocks(keyed, blocking::NAME_SPLIT_ROWS);
    if large.is_empty() {
        return;
    }
    stats.blocks_split[rule] += large.len() as u64;
    let mut second: Vec<(u64, u32)> = Vec::new();
    let mut shared: Vec<u64> = Vec::new();
    for range in large {
        let rows = &mut keyed[range];
        shared.clear();
        for row in rows.iter_mut() {
            let keys = blocking::name_keys(features, rule, row.1 as usize, row.0);
            signatures[row.1 as usize][rule * KEYS_A_RULE..][..KEYS_A_RULE].copy_from_slice(&keys.map(slot));
            row.0 = keys[0];
            shared.extend(keys.into_iter().filter(|&key| key != 0));
            if keys[1] != 0 {
                second.push((keys[1], row.1));
            }
        }
        shared.sort_unstable();
        let together = |n: usize| (n * (n - 1) / 2) as u64;
        // A pair that shares both sounds counts twice here, so at least as many are left out.
        let kept: u64 = shared.chunk_by(|a, b| a == b).map(|run| together(run.len())).sum();
        stats.pairs_left_out[rule] += together(rows.len()).saturating_sub(kept);
    }
    keyed.append(&mut second);
    radix::sort_keyed(keyed);
}

/// Gives the rows of oversized blocks a further key each, again and again, until blocks are small or nothing is left to
/// split by; then only neighbours in the order of rows are kept together. Counted, never silent.
fn split_large_blocks(
    features: &Features,
    rule: usize,
    keyed: &mut Vec<(u64, u32)>,
    limit: usize,
    signatures: &mut [Signature],
    stats: &mut BlockingStats,
) {
    for step in 0.. {
        let large = large_blocks(keyed, limit);
        if large.is_empty() {
            return;
        }
        if step == 0 {
            stats.blocks_split[rule] += large.len() as u64;
        }
        for range in large {
            let rows = &mut keyed[range];
            let old = rows[0].0;
            for (at, row) in rows.iter_mut().enumerate() {
                let further = blocking::split_key(features, step, row.1 as usize);
                let new = match further {
                    Some(further) => crate::kernels::hash::key(old, &[step as u64, further]),
                    None => crate::kernels::hash::key(old, &[u64::MAX, (at / limit) as u64]),
                };
                row.0 = new;
                for i in 0..KEYS_A_RULE {
                    let signature = &mut signatures[row.1 as usize][rule * KEYS_A_RULE + i];
                    if *signature == slot(old) {
                        *signature = slot(new);
                    }
                }
            }
            let mut new_keys: Vec<u64> = rows.iter().map(|row| row.0).collect();
            new_keys.sort_unstable();
            let together = |n: usize| (n * (n - 1) / 2) as u64;
            let kept: u64 = new_keys.chunk_by(|a, b| a == b).map(|run| together(run.len())).sum();
            stats.pairs_left_out[rule] += together(rows.len()) - kept;
        }
        radix::sort_keyed(keyed);
    }
}

fn large_blocks(keyed: &[(u64, u32)], limit: usize) -> Vec<std::ops::Range<usize>> {
    let mut large = Vec::new();
    let mut begin = 0;
    for block in keyed.chunk_by(|a, b| a.0 == b.0) {
        if block.len() > limit {
            large.push(begin..begin + block.len());
        }
        begin += block.len();
    }
    large
}
