//! Blocks that are too large, split by further keys of their profiles, counted and never silently.

use super::blocking::{self, BlockingStats, SLOTS_OF};
use super::features::Features;
use super::signature::{Signature, block_of, slot};
use crate::kernels::pieces::Pieces;
use crate::kernels::shared::LANES;
use crate::kernels::{hash, radix};
use rayon::prelude::*;
use std::ops::Range;

/// The signatures while blocks are split, and what changed ones were before, where somebody wants them as they were.
pub(super) struct Signatures<'a> {
    pub(super) all: &'a mut Pieces<Signature>,
    pub(super) before: Option<Vec<(u32, Signature)>>,
}

impl Signatures<'_> {
    /// The slots of profile `p`, to be changed.
    fn slots(&mut self, p: u32) -> &mut [u32; LANES] {
        let signature = &mut self.all[p as usize];
        if let Some(before) = &mut self.before {
            before.push((p, *signature));
        }
        &mut signature.0
    }

    /// Makes changed signatures what they were.
    pub(super) fn restore(self) {
        for (p, signature) in self.before.into_iter().flatten().rev() {
            self.all[p as usize] = signature;
        }
    }
}

/// Gives the rows of blocks of more than `most` the keys of their parts: [`blocking::part_keys`].
pub(super) fn split_into_parts(
    features: &Features,
    rule: usize,
    most: usize,
    rows: &mut Vec<Vec<u64>>,
    signatures: &mut Signatures<'_>,
    stats: &mut BlockingStats,
) {
    let large = large_blocks(rows, most);
    if large.is_empty() {
        return;
    }
    stats.blocks_split[rule] += large.len() as u64;
    let packed = |key: u32, p: u32| u64::from(key) << 32 | u64::from(p);
    let (mut parts, large) = take_blocks(rows, &large);
    let keys_of = |range: &Range<usize>| {
        let of_block = &parts[range.clone()];
        of_block.iter().for_each(|&row| features.expect(row as u32));
        of_block.iter().for_each(|&row| features.expect_name(row as u32));
        let of_row =
            |&row: &u64| blocking::part_keys(features, rule, row as u32 as usize, block_of(row).into()).map(slot);
        let keys: Vec<[u32; 2]> = of_block.iter().map(of_row).collect();
        let mut of_block: Vec<u32> = keys.as_flattened().iter().copied().filter(|&key| key != 0).collect();
        of_block.sort_unstable();
        let together = |n: usize| (n * (n - 1) / 2) as u64;
        // A pair that shares both parts counts twice here, so no fewer are left out than this says.
        let kept: u64 = of_block.chunk_by(|a, b| a == b).map(|run| together(run.len())).sum();
        (keys, together(range.len()).saturating_sub(kept))
    };
    let keys: Vec<(Vec<[u32; 2]>, u64)> = large.par_iter().map(keys_of).collect();
    let mut second = Vec::new();
    for (range, (keys, left_out)) in large.into_iter().zip(keys) {
        stats.pairs_left_out[rule] += left_out;
        let of_block = &mut parts[range];
        of_block.iter().for_each(|&row| signatures.all.expect(row as u32 as usize));
        for (row, keys) in of_block.iter_mut().zip(keys) {
            let (p, block) = (*row as u32, block_of(*row));
            if keys[0] == block {
                continue;
            }
            let slots = &mut signatures.slots(p)[SLOTS_OF[rule]..SLOTS_OF[rule + 1]];
            slots.copy_from_slice(&keys[..slots.len()]);
            *row = packed(keys[0], p);
            if keys[1] != 0 {
                second.push(packed(keys[1], p));
            }
        }
    }
    parts.append(&mut second);
    radix::sort_packed(&mut parts);
    radix::merge_packed(rows, &parts);
}

/// Gives the rows of oversized blocks a further key each, again and again, until blocks are small or nothing is left to
/// split by; then only neighbours in the order of rows are kept together. Counted, never silent.
pub(super) fn split_large_blocks(
    features: &Features,
    rule: usize,
    rows: &mut Vec<Vec<u64>>,
    limit: usize,
    signatures: &mut Signatures<'_>,
    stats: &mut BlockingStats,
) {
    let large = large_blocks(rows, limit);
    if large.is_empty() {
        return;
    }
    stats.blocks_split[rule] += large.len() as u64;
    let (mut split, mut large) = take_blocks(rows, &large);
    for step in 0.. {
        for range in large {
            let rows = &mut split[range];
            let old = block_of(rows[0]);
            for (at, row) in rows.iter_mut().enumerate() {
                let p = *row as u32;
                let parts = match blocking::split_key(features, step, p as usize) {
                    Some(further) => [step as u64, further],
                    None => [u64::MAX, (at / limit) as u64],
                };
                let new = (hash::key(u64::from(old), &parts) as u32).max(1);
                *row = u64::from(new) << 32 | u64::from(p);
                for slot in &mut signatures.slots(p)[SLOTS_OF[rule]..SLOTS_OF[rule + 1]] {
                    *slot = if *slot == old { new } else { *slot };
                }
            }
            let mut new_keys: Vec<u32> = rows.iter().map(|&row| block_of(row)).collect();
            new_keys.sort_unstable();
            let together = |n: usize| (n * (n - 1) / 2) as u64;
            let kept: u64 = new_keys.chunk_by(|a, b| a == b).map(|run| together(run.len())).sum();
            stats.pairs_left_out[rule] += together(rows.len()) - kept;
        }
        radix::sort_packed(&mut split);
        large = large_of(&split, limit);
        if large.is_empty() {
            break;
        }
    }
    radix::merge_packed(rows, &split);
}

/// Where the rows of a block stand: the piece, and where in it.
type Block = (usize, Range<usize>);

/// Takes the rows of `blocks` out, and gives them with where each block stands among them.
fn take_blocks(rows: &mut [Vec<u64>], blocks: &[Block]) -> (Vec<u64>, Vec<Range<usize>>) {
    let (mut taken, mut ranges) = (Vec::new(), Vec::with_capacity(blocks.len()));
    for of_piece in blocks.chunk_by(|a, b| a.0 == b.0) {
        let rows = &mut rows[of_piece[0].0];
        let (mut kept, mut from) = (0, 0);
        for (_, range) in of_piece {
            rows.copy_within(from..range.start, kept);
            kept += range.start - from;
            from = range.end;
            ranges.push(taken.len()..taken.len() + range.len());
            taken.extend_from_slice(&rows[range.clone()]);
        }
        rows.copy_within(from.., kept);
        rows.truncate(kept + rows.len() - from);
    }
    (taken, ranges)
}

/// Each block with more than `limit` rows.
fn large_blocks(rows: &[Vec<u64>], limit: usize) -> Vec<Block> {
    let of_piece = |(piece, rows): (usize, &Vec<u64>)| -> Vec<Block> {
        large_of(rows, limit).into_iter().map(|range| (piece, range)).collect()
    };
    rows.par_iter().enumerate().flat_map_iter(of_piece).collect()
}

/// The same in sorted rows in one piece.
fn large_of(rows: &[u64], limit: usize) -> Vec<Range<usize>> {
    let (mut large, mut begin) = (Vec::new(), 0);
    for block in rows.chunk_by(|&a, &b| block_of(a) == block_of(b)) {
        if block.len() > limit {
            large.push(begin..begin + block.len());
        }
        begin += block.len();
    }
    large
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_taken_out_and_what_stays_are_all_rows() {
        let mut rows: Vec<Vec<u64>> = vec![(0..20).collect(), (20..25).collect(), (25..40).collect()];
        let blocks = [(0, 2..5), (0, 5..6), (0, 17..20), (2, 0..2)];
        let (taken, ranges) = take_blocks(&mut rows, &blocks);
        assert_eq!(taken, [2, 3, 4, 5, 17, 18, 19, 25, 26]);
        assert_eq!(ranges, [0..3, 3..4, 4..7, 7..9]);
        let kept = [0, 1].into_iter().chain(6..17).chain(20..25).chain(27..40);
        assert_eq!(rows.concat(), kept.collect::<Vec<u64>>());
    }

    #[test]
    fn large_blocks_are_found_in_every_piece() {
        let row = |key: u64, p: u64| key << 32 | p;
        let block = |key: u64, rows: u64| (0..rows).map(move |p| row(key, p));
        let rows: Vec<Vec<u64>> = vec![
            block(1, 3).chain(block(2, 5)).collect(),
            Vec::new(),
            block(3, 4).chain(block(4, 1)).chain(block(5, 9)).collect(),
        ];
        assert_eq!(large_blocks(&rows, 3), [(0, 3..8), (2, 0..4), (2, 5..14)]);
        assert!(large_blocks(&rows, 9).is_empty());
    }
}
