//! Who meets whom where two different trusted ID numbers tell two profiles apart: those who have such a number meet by it, and
//! beside that only those who have none. Most blocks hold nobody else, and need not be read at all.

use super::blocking::{KEYS_A_RULE, RULES, SLOTS_OF};
use super::signature::{CHUNK_BITS, Signature, block_of};
use crate::kernels::pieces::Pieces;
use crate::kernels::prefetch::prefetch;
use rayon::prelude::*;
use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};

/// Who has a trusted ID number, one bit a profile, where pairs with two different ones are not wanted.
#[derive(Clone, Copy)]
pub(super) struct Trusted<'a>(pub(super) Option<&'a [u64]>);

impl Trusted<'_> {
    #[inline]
    pub(super) fn is(self, p: u32) -> bool {
        self.0.is_some_and(|bits| bits[p as usize / 64] >> (p % 64) & 1 == 1)
    }

    /// One bit for each profile from `p` on, a multiple of 64.
    #[inline]
    fn bits_from(self, p: usize) -> u64 {
        self.0.map_or(0, |bits| bits[p / 64])
    }
}

/// The keys of a rule that somebody without a trusted ID number has, and a few others by chance: what stands in no block of
/// theirs need not even be sorted.
pub(super) struct SharedKeys {
    words: Vec<AtomicU64>,
    /// Lower bits of a key that do not say in which word it stands.
    shift: u32,
}

/// Bits for each key. It sets two of them, in one word: about one in twenty of the other keys looks as if it were one of
/// these, where one bit alone would leave one in nine (Putze, Sanders and Singler 2007).
const BITS_A_KEY: usize = 8;

impl SharedKeys {
    /// The keys of every rule; none where so many have no number that hardly a key would be left out. Memory is two to four
    /// bytes for each key of those who have none.
    pub(super) fn of_rules(signatures: &Pieces<Signature>, trusted: Trusted<'_>) -> Vec<Self> {
        let Some(bits) = trusted.0 else { return Vec::new() };
        let count = signatures.len() - bits.iter().map(|bits| bits.count_ones() as usize).sum::<usize>();
        if count > signatures.len() / 2 {
            return Vec::new();
        }
        let empty = |rule: usize| {
            let keys = (SLOTS_OF[rule + 1] - SLOTS_OF[rule]) * count.max(64);
            let bits = (BITS_A_KEY * keys / 64).next_power_of_two().ilog2().clamp(1, u32::BITS - 1);
            Self { words: (0..1 << bits).map(|_| AtomicU64::new(0)).collect(), shift: u32::BITS - bits }
        };
        let shared: Vec<Self> = (0..RULES.len()).map(empty).collect();
        signatures.par_chunks(CHUNK_BITS).for_each(|(from, of_chunk)| {
            let all = (from..).zip(of_chunk);
            for (_, signature) in all.filter(|(p, _)| !trusted.is(*p as u32)) {
                for (rule, shared) in shared.iter().enumerate() {
                    signature.of_rule(rule).iter().for_each(|&key| shared.add(key));
                }
            }
        });
        shared
    }

    /// The word of a key and its two bits there.
    #[inline]
    fn place(&self, key: u32) -> (usize, u64) {
        // The upper bits of a key say where it stands; the lower ones tell it from others there.
        ((key >> self.shift) as usize, 1 << (key % 64) | 1 << (key >> 6 & 63))
    }

    #[inline]
    fn add(&self, key: u32) {
        let (word, bits) = self.place(key);
        if self.words[word].load(Ordering::Relaxed) & bits != bits {
            self.words[word].fetch_or(bits, Ordering::Relaxed);
        }
    }

    #[inline]
    fn expect(&self, key: u32) {
        prefetch(&self.words, self.place(key).0);
    }

    #[inline]
    fn may_have(&self, key: u32) -> bool {
        let (word, bits) = self.place(key);
        self.words[word].load(Ordering::Relaxed) & bits == bits
    }
}

/// Which keys of whom are read.
#[derive(Clone, Copy)]
pub(super) struct Wanted<'a> {
    /// Who has a trusted ID number.
    pub(super) trusted: Trusted<'a>,
    /// The keys of each rule by which such a profile may meet somebody; empty: all of them.
    pub(super) shared: &'a [SharedKeys],
    /// Bits of a key that must be 0: blocks are sampled by them.
    pub(super) sampled: u32,
}

/// Profiles that are asked at once: their keys, and the rows that come of them, lie in the innermost cache.
const TILE: usize = u64::BITS as usize;
/// Profiles between the one that is read and the one whose keys are asked for: a profile has up to sixteen.
const KEYS_AHEAD: usize = 16;

/// The rows of one rule as chunks of profiles give them: the keys in front, so that sorted they stand by block, then by
/// profile.
pub(super) type Rows = Vec<Vec<u64>>;

impl Wanted<'_> {
    /// The wanted rows of each of `rules`: all of them in one pass over the signatures, which no cache holds.
    pub(super) fn rows_of(self, rules: Range<usize>, signatures: &Pieces<Signature>) -> Vec<Rows> {
        let of_chunk = |(from, of_chunk): (usize, &[Signature])| {
            let room = if self.sampled == 0 { of_chunk.len() / 2 } else { 0 };
            let mut rows: Vec<Vec<u64>> = rules.clone().map(|_| Vec::with_capacity(room)).collect();
            for (at, tile) in (0..).step_by(TILE).zip(of_chunk.chunks(TILE)) {
                let (from, coming) = (from + at, of_chunk.get(at + KEYS_AHEAD..).unwrap_or_default());
                for (rule, rows) in rules.clone().zip(&mut rows) {
                    match self.shared.get(rule) {
                        Some(shared) => {
                            let meets_all = !self.trusted.bits_from(from);
                            let wanted = |i: usize, slot: usize, key: u32| {
                                if let Some(soon) = coming.get(i) {
                                    shared.expect(soon.0[slot]);
                                }
                                (meets_all >> i & 1 == 1) | shared.may_have(key)
                            };
                            self.push_rows(rule, from, tile, wanted, rows);
                        }
                        None => self.push_rows(rule, from, tile, |_, _, _| true, rows),
                    }
                }
            }
            rows
        };
        let parts: Vec<Rows> = signatures.par_chunks(CHUNK_BITS).map(of_chunk).collect();
        let mut of_rules: Vec<Rows> = rules.map(|_| Vec::with_capacity(parts.len())).collect();
        parts.into_iter().for_each(|part| of_rules.iter_mut().zip(part).for_each(|(all, rows)| all.push(rows)));
        of_rules
    }

    /// Adds the wanted rows of a tile by one rule. Whether a key is wanted no processor foresees, so every row is put down
    /// and the next one over it where it is not.
    #[inline(always)]
    fn push_rows(
        self,
        rule: usize,
        from: usize,
        tile: &[Signature],
        wanted: impl Fn(usize, usize, u32) -> bool,
        rows: &mut Vec<u64>,
    ) {
        let mut found = [0_u64; TILE * KEYS_A_RULE];
        // Never more than there is room for, which the compiler does not see.
        let mut count = 0;
        for slot in SLOTS_OF[rule]..SLOTS_OF[rule + 1] {
            for (i, signature) in tile.iter().enumerate() {
                let key = signature.0[slot];
                found[count % found.len()] = u64::from(key) << 32 | (from + i) as u64;
                count += usize::from((key != 0) & (key >> 8 & self.sampled == 0) & wanted(i, slot, key));
            }
        }
        rows.extend_from_slice(&found[..count]);
    }
}

/// Blocks that have pairs, with those first that meet everybody: who has a trusted ID number meets only those who have none.
#[derive(Default)]
pub(super) struct Meetings {
    pub(super) profiles: Vec<u32>,
    /// Key of each block, how many of its profiles meet everybody, and where it ends.
    pub(super) blocks: Vec<(u32, u32, u32)>,
}

impl Meetings {
    fn add(&mut self, block: &[u64], trusted: Trusted<'_>) {
        let begin = self.profiles.len();
        let profiles = || block.iter().map(|&row| row as u32);
        self.profiles.extend(profiles().filter(|&p| !trusted.is(p)));
        let first = self.profiles.len() - begin;
        if first > 0 {
            self.profiles.extend(profiles().filter(|&p| trusted.is(p)));
            self.blocks.push((block_of(block[0]), first as u32, self.profiles.len() as u32));
        }
    }
}

/// Profiles of a range, as a power of two: what is compared of them, and their keys, are a megabyte.
const RANGE_BITS: u32 = 13;

/// Meetings by the range of profiles in which the first profile of each block stands. Rows stand by hashes of what is shared,
/// so blocks that follow each other are about persons from anywhere; in the order of profiles they are about the same few,
/// and what is compared of these lies in the cache.
pub(super) struct Dealt(Vec<Meetings>);

impl Dealt {
    /// No meetings of so many profiles.
    pub(super) fn none(profiles: usize) -> Self {
        Self(std::iter::repeat_with(Meetings::default).take(profiles.div_ceil(1 << RANGE_BITS)).collect())
    }

    /// Deals the blocks of sorted rows.
    pub(super) fn deal(&mut self, rows: &[u64], trusted: Trusted<'_>) {
        for block in rows.chunk_by(|&a, &b| block_of(a) == block_of(b)).filter(|block| block.len() > 1) {
            self.0[block[0] as u32 as usize >> RANGE_BITS].add(block, trusted);
        }
    }

    /// The meetings of each range, from whomever they come.
    pub(super) fn by_range(dealt: Vec<Self>) -> Vec<Vec<Meetings>> {
        let ranges = dealt.first().map_or(0, |dealt| dealt.0.len());
        let mut by_range: Vec<Vec<Meetings>> = (0..ranges).map(|_| Vec::with_capacity(dealt.len())).collect();
        for Self(ranges) in dealt {
            let some = by_range.iter_mut().zip(ranges).filter(|(_, meetings)| !meetings.blocks.is_empty());
            some.for_each(|(all, meetings)| all.push(meetings));
        }
        by_range
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernels::shared::LANES;

    #[test]
    fn who_has_a_number_meets_only_those_who_have_none() {
        let row = |key: u64, p: u64| key << 32 | p;
        let rows = [row(3, 0), row(3, 1), row(3, 4), row(5, 1), row(5, 2), row(7, 3), row(9, 0), row(9, 2), row(9, 4)];
        let all_of = |trusted: Trusted<'_>| {
            let mut dealt = Dealt::none(5);
            dealt.deal(&rows, trusted);
            Dealt::by_range(vec![dealt]).remove(0).remove(0)
        };
        // Profiles 1, 2 and 3 have a number.
        let meetings = all_of(Trusted(Some(&[0b0_1110])));
        assert_eq!(meetings.profiles, [0, 4, 1, 0, 4, 2]);
        assert_eq!(meetings.blocks, [(3, 2, 3), (9, 2, 6)]);
        // Where that tells nobody apart, everybody meets everybody.
        let all = all_of(Trusted(None));
        assert_eq!(all.profiles, [0, 1, 4, 1, 2, 0, 2, 4]);
        assert_eq!(all.blocks, [(3, 3, 3), (5, 2, 5), (9, 3, 8)]);
    }

    #[test]
    fn blocks_stand_in_the_range_of_their_first_profile() {
        let far = 3 << RANGE_BITS;
        let row = |key: u64, p: u64| key << 32 | p;
        let some = [[row(3, 7), row(3, far)], [row(5, far), row(5, far + 1)], [row(6, 1), row(6, 2)]];
        let dealt = some.map(|rows| {
            let mut dealt = Dealt::none(far as usize + 2);
            dealt.deal(&rows, Trusted(None));
            dealt
        });
        let keys =
            |of_range: &Vec<Meetings>| of_range.iter().flat_map(|m| &m.blocks).map(|b| b.0).collect::<Vec<u32>>();
        let by_range: Vec<Vec<u32>> = Dealt::by_range(dealt.into()).iter().map(keys).collect();
        assert_eq!(by_range, [vec![3, 6], vec![], vec![], vec![5]]);
        assert!(Dealt::by_range(Vec::new()).is_empty());
    }

    #[test]
    fn wanted_rows_are_those_that_are_asked_one_by_one() {
        // Neither a whole tile nor a whole chunk; some profiles lack keys, and every third has no number.
        let key = |p: u32, lane: u32| if p % 7 == lane % 7 { 0 } else { (p / 3 * 16 + lane).wrapping_mul(0x9e37_79b9) };
        let signature = |p: usize| Signature(std::array::from_fn(|lane| key(p as u32, lane as u32)));
        let signatures = Pieces::collect((1 << CHUNK_BITS) + 70, signature);
        let mut bits = vec![0_u64; signatures.len().div_ceil(64)];
        (0..signatures.len()).filter(|p| p % 3 != 0).for_each(|p| bits[p / 64] |= 1 << (p % 64));
        for (trusted, sampled) in [(Trusted(Some(&bits)), 0), (Trusted(None), 0), (Trusted(None), 3)] {
            let shared = SharedKeys::of_rules(&signatures, trusted);
            assert_eq!(shared.is_empty(), trusted.0.is_none());
            let rows = Wanted { trusted, shared: &shared, sampled }.rows_of(0..RULES.len(), &signatures);
            for (rule, rows) in rows.into_iter().enumerate() {
                let may =
                    |p: u32, key: u32| shared.get(rule).is_none_or(|shared| !trusted.is(p) || shared.may_have(key));
                let asked = signatures.iter().zip(0_u32..).flat_map(|(signature, p)| {
                    let keys = signature.of_rule(rule).iter().filter(move |&&key| key != 0 && key >> 8 & sampled == 0);
                    keys.filter(move |&&key| may(p, key)).map(move |&key| u64::from(key) << 32 | u64::from(p))
                });
                let (mut asked, mut rows) = (asked.collect::<Vec<u64>>(), rows.concat());
                asked.sort_unstable();
                rows.sort_unstable();
                assert!(!rows.is_empty() && rows == asked, "rule {rule}");
            }
        }
    }

    #[test]
    fn no_key_of_those_without_a_number_is_missed() {
        let key = |p: u32, lane: u32| (p * 16 + lane + 1).wrapping_mul(0x9e37_79b9);
        let signature = |p: usize| Signature(std::array::from_fn(|lane| key(p as u32, lane as u32)));
        let signatures = Pieces::collect(1000, signature);
        // Every other one has a number.
        let mut bits = [0xaaaa_aaaa_aaaa_aaaa_u64; 16];
        bits[15] &= (1 << (1000 % 64)) - 1;
        let shared = SharedKeys::of_rules(&signatures, Trusted(Some(&bits)));
        let (mut theirs, mut others) = (0, 0);
        for (p, signature) in signatures.iter().enumerate() {
            for (rule, shared) in shared.iter().enumerate() {
                let found = signature.of_rule(rule).iter().filter(|&&key| shared.may_have(key));
                if p % 2 == 0 { theirs += found.count() } else { others += found.count() }
            }
        }
        assert_eq!(theirs, 500 * LANES);
        assert!(others < 500 * LANES / 16, "{others} of the others look like theirs");
        // Where most have none, nothing would be left out.
        assert!(SharedKeys::of_rules(&signatures, Trusted(Some(&[0; 16]))).is_empty());
    }
}
