//! The keys of a profile by all rules in one line of the cache, and rows with a key in front.

use super::blocking::{RULES, SLOTS, SLOTS_OF};
use crate::kernels::shared::LANES;

/// Rows that one task takes, as a power of two.
pub(super) const CHUNK_BITS: u32 = 14;
pub(super) const CHUNK_ROWS: usize = 1 << CHUNK_BITS;
/// Keys of one profile, 32 bits of each, in one cache line: two profiles share a block if a slot of the same rule agrees.
#[derive(Clone, Copy, Debug)]
#[repr(align(64))]
pub(super) struct Signature(pub(super) [u32; LANES]);

const _: () = assert!(SLOTS <= LANES);

impl Signature {
    /// Its keys by `rule`; 0: none.
    #[inline]
    pub(super) fn of_rule(&self, rule: usize) -> &[u32] {
        &self.0[SLOTS_OF[rule]..SLOTS_OF[rule + 1]]
    }

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
