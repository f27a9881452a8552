//! The keys of a profile by all rules in one line of the cache, and the rows by which profiles are sorted into blocks.

use super::blocking::{RULES, SLOTS, SLOTS_OF};
use crate::kernels::pieces::Pieces;
use crate::kernels::shared::LANES;
use rayon::prelude::*;
use std::ops::Range;

/// Rows that one task takes, as a power of two.
pub(super) const CHUNK_BITS: u32 = 14;
pub(super) const CHUNK_ROWS: usize = 1 << CHUNK_BITS;
/// Keys of one profile, 32 bits of each, in one cache line: two profiles share a block if a slot of the same rule agrees.
#[derive(Clone, Copy, Debug)]
#[repr(align(64))]
pub(super) struct Signature(pub(super) [u32; LANES]);

const _: () = assert!(SLOTS <= LANES);

impl Signature {
    /// The same keys, those of rules with two of them the other way round.
    pub(super) fn swapped(&self) -> Self {
        Self(std::array::from_fn(|lane| self.0[SWAPPED[lane]]))
    }
}

/// For each lane the one that changes places with it.
const SWAPPED: [usize; LANES] = {
    let mut swapped = [0; LANES];
    let mut rule = 0;
    while rule < RULES.len() {
        let (mut lane, end) = (SLOTS_OF[rule], SLOTS_OF[rule + 1]);
        while lane < end {
            swapped[lane] = SLOTS_OF[rule] + end - 1 - lane;
            lane += 1;
        }
        rule += 1;
    }
    swapped
};

/// 32 bits of a key, never 0 for a key.
pub(super) fn slot(key: u64) -> u32 {
    if key == 0 { 0 } else { (key as u32).max(1) }
}

/// The key of a row.
#[inline]
pub(super) fn block_of(row: u64) -> u32 {
    (row >> 32) as u32
}

/// The rows of one rule as chunks of profiles give them: the keys in front, so that sorted they stand by block, then by
/// profile.
pub(super) type Rows = Vec<Vec<u64>>;

/// The rows of each of `rules` that are wanted: all of them in one pass over the signatures, which no cache holds. `wanted`
/// gives for each profile what says of a rule and a key whether their row is; `None`: no row of that profile.
pub(super) fn rows_of_rules<W: Fn(usize, u32) -> bool>(
    signatures: &Pieces<Signature>,
    rules: Range<usize>,
    wanted: impl Fn(u32) -> Option<W> + Sync,
) -> Vec<Rows> {
    let of_chunk = |(from, of_chunk): (usize, &[Signature])| {
        let mut rows: Vec<Vec<u64>> = rules.clone().map(|_| Vec::with_capacity(of_chunk.len() / 2)).collect();
        for (p, signature) in (from..).zip(of_chunk) {
            let Some(wanted) = wanted(p as u32) else { continue };
            for (rule, rows) in rules.clone().zip(&mut rows) {
                let keys = &signature.0[SLOTS_OF[rule]..SLOTS_OF[rule + 1]];
                let keys = keys.iter().filter(|&&key| key != 0 && wanted(rule, key));
                rows.extend(keys.map(|&key| u64::from(key) << 32 | p as u64));
            }
        }
        rows
    };
    let parts: Vec<Rows> = signatures.par_chunks(CHUNK_BITS).map(of_chunk).collect();
    let mut of_rules: Vec<Rows> = rules.map(|_| Vec::with_capacity(parts.len())).collect();
    parts.into_iter().for_each(|part| of_rules.iter_mut().zip(part).for_each(|(all, rows)| all.push(rows)));
    of_rules
}

/// Cuts sorted rows into ranges of about [`CHUNK_ROWS`] that never part a block.
pub(super) fn chunks_at_blocks(rows: &[u64]) -> Vec<&[u64]> {
    let mut chunks = Vec::with_capacity(rows.len() / CHUNK_ROWS + 1);
    let mut rest = rows;
    while !rest.is_empty() {
        let mut end = CHUNK_ROWS.min(rest.len());
        let block = block_of(rest[end - 1]);
        end += rest[end..].partition_point(|&row| block_of(row) == block);
        let (chunk, after) = rest.split_at(end);
        chunks.push(chunk);
        rest = after;
    }
    chunks
}
