//! The keys of a profile by all rules in one line of the cache, and the rows by which profiles are sorted into blocks.

use super::blocking::{RULES, SLOTS, SLOTS_OF};
use crate::kernels::radix;
use crate::kernels::shared::LANES;
use rayon::prelude::*;

/// Rows that one task takes.
pub(super) const CHUNK_ROWS: usize = 1 << 14;
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

/// The rows of `rule` in order: the keys in front, so that they stand by block, then by profile. Only those that are `wanted`.
pub(super) fn sorted_rows(signatures: &[Signature], rule: usize, wanted: impl Fn(u32, u32) -> bool + Sync) -> Vec<u64> {
    let keyed = |(chunk, of_chunk): (usize, &[Signature])| {
        let mut rows = Vec::new();
        for (p, signature) in (chunk * CHUNK_ROWS..).zip(of_chunk) {
            let keys = &signature.0[SLOTS_OF[rule]..SLOTS_OF[rule + 1]];
            let keys = keys.iter().filter(|&&key| key != 0 && wanted(p as u32, key));
            rows.extend(keys.map(|&key| u64::from(key) << 32 | p as u64));
        }
        rows
    };
    let parts: Vec<Vec<u64>> = signatures.par_chunks(CHUNK_ROWS).enumerate().map(keyed).collect();
    radix::sorted_packed(&parts)
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
