//! Who meets whom where two different trusted ID numbers tell two profiles apart: those who have such a number meet by it, and
//! beside that only those who have none. Most blocks hold nobody else, and need not be read at all.

use super::blocking::{RULES, SLOTS_OF};
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

/// Profiles between the one that is read and the one whose keys are asked for: a profile has up to sixteen.
const KEYS_AHEAD: usize = 3;

/// The rows of one rule as chunks of profiles give them: the keys in front, so that sorted they stand by block, then by
/// profile.
pub(super) type Rows = Vec<Vec<u64>>;

impl Wanted<'_> {
    /// The wanted rows of each of `rules`: all of them in one pass over the signatures, which no cache holds.
    pub(super) fn rows_of(self, rules: Range<usize>, signatures: &Pieces<Signature>) -> Vec<Rows> {
        let of_chunk = |(from, of_chunk): (usize, &[Signature])| {
            let room = if self.sampled == 0 { of_chunk.len() / 2 } else { 0 };
            let mut rows: Vec<Vec<u64>> = rules.clone().map(|_| Vec::with_capacity(room)).collect();
            for (at, signature) in of_chunk.iter().enumerate() {
                if let Some(soon) = of_chunk.get(at + KEYS_AHEAD) {
                    self.expect(rules.clone(), soon);
                }
                let p = (from + at) as u32;
                let meets_all = self.shared.is_empty() || !self.trusted.is(p);
                for (rule, rows) in rules.clone().zip(&mut rows) {
                    let wanted = |key: u32| {
                        key != 0 && key >> 8 & self.sampled == 0 && (meets_all || self.shared[rule].may_have(key))
                    };
                    let keys = signature.of_rule(rule).iter().filter(|&&key| wanted(key));
                    rows.extend(keys.map(|&key| u64::from(key) << 32 | u64::from(p)));
                }
            }
            rows
        };
        let parts: Vec<Rows> = signatures.par_chunks(CHUNK_BITS).map(of_chunk).collect();
        let mut of_rules: Vec<Rows> = rules.map(|_| Vec::with_capacity(parts.len())).collect();
        parts.into_iter().for_each(|part| of_rules.iter_mut().zip(part).for_each(|(all, rows)| all.push(rows)));
        of_rules
    }

    /// Asks for what says of the keys of a profile whether they are wanted.
    #[inline]
    fn expect(self, rules: Range<usize>, signature: &Signature) {
        for (shared, rule) in self.shared[rules.start.min(self.shared.len())..].iter().zip(rules) {
            signature.of_rule(rule).iter().for_each(|&key| shared.expect(key));
        }
    }
}

/// Blocks that have pairs, with those first that meet everybody: who has a trusted ID number meets only those who have none.
#[derive(Default)]
pub(super) struct Meetings {
    pub(super) profiles: Vec<u32>,
    /// Key of each block, how many of its profiles meet everybody, and where it ends.
    pub(super) blocks: Vec<(u32, usize, usize)>,
}

impl Meetings {
    pub(super) fn of(rows: &[u64], trusted: Trusted<'_>) -> Self {
        let mut meetings = Self::default();
        for block in rows.chunk_by(|&a, &b| block_of(a) == block_of(b)).filter(|block| block.len() > 1) {
            let begin = meetings.profiles.len();
            let profiles = || block.iter().map(|&row| row as u32);
            meetings.profiles.extend(profiles().filter(|&p| !trusted.is(p)));
            let first = meetings.profiles.len() - begin;
            if first > 0 {
                meetings.profiles.extend(profiles().filter(|&p| trusted.is(p)));
                meetings.blocks.push((block_of(block[0]), first, meetings.profiles.len()));
            }
        }
        meetings
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
        // Profiles 1, 2 and 3 have a number.
        let meetings = Meetings::of(&rows, Trusted(Some(&[0b0_1110])));
        assert_eq!(meetings.profiles, [0, 4, 1, 0, 4, 2]);
        assert_eq!(meetings.blocks, [(3, 2, 3), (9, 2, 6)]);
        // Where that tells nobody apart, everybody meets everybody.
        let all = Meetings::of(&rows, Trusted(None));
        assert_eq!(all.profiles, [0, 1, 4, 1, 2, 0, 2, 4]);
        assert_eq!(all.blocks, [(3, 3, 3), (5, 2, 5), (9, 3, 8)]);
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
