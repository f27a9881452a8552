//! Candidate pairs, streamed: rule by rule, block by block, each pair once, never as a table.

use super::blocking::{self, KEYS_OF, RULES, SLOTS, SLOTS_OF};
use super::features::Features;
use crate::kernels::prefetch::{AHEAD, prefetch};
use crate::kernels::shared::{LANES, shared};
use crate::kernels::{hash, radix};
use rayon::prelude::*;

/// Keys of one profile, 32 bits of each, in one cache line: two profiles share a block if a slot of the same rule agrees.
#[derive(Clone, Copy, Debug)]
#[repr(align(64))]
struct Signature([u32; LANES]);

const _: () = assert!(SLOTS <= LANES);

impl Signature {
    /// The same keys, those of rules with two of them the other way round.
    fn swapped(&self) -> Self {
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

/// The keys of every profile by every rule: made once, read whenever pairs are.
///
/// Two keys in four thousand million agree by chance in their 32 bits, and then a pair more is compared.
#[derive(Clone, Debug)]
pub struct Blocks {
    signatures: Vec<Signature>,
    /// One bit a profile: whether its ID number is a trusted one. They stay in the cache, where profiles do not.
    trusted: Vec<u64>,
}

impl Blocks {
    /// Takes the keys of all profiles. Memory is 64 bytes and a bit a profile.
    pub fn new(features: &Features) -> Self {
        let signature = |p: usize| {
            let mut signature = Signature([0; LANES]);
            features.expect_name((p + AHEAD) as u32);
            for rule in 0..RULES.len() {
                let slots = &mut signature.0[SLOTS_OF[rule]..SLOTS_OF[rule + 1]];
                for (slot, key) in slots.iter_mut().zip(blocking::keys(features, rule, p)) {
                    *slot = self::slot(key);
                }
            }
            signature
        };
        let bits = |of_word: usize| {
            let profiles = 64 * of_word..features.len().min(64 * of_word + 64);
            profiles.fold(0, |bits, p| bits | u64::from(features.trusted_id(p) != 0) << (p % 64))
        };
        Self {
            signatures: (0..features.len()).into_par_iter().map(signature).collect(),
            trusted: (0..features.len().div_ceil(64)).into_par_iter().map(bits).collect(),
        }
    }
}

/// The signatures while blocks are split, and what changed ones were before, where somebody wants them as they were.
struct Signatures<'a> {
    all: &'a mut [Signature],
    before: Option<Vec<(u32, Signature)>>,
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
    fn restore(self) {
        for (p, signature) in self.before.into_iter().flatten().rev() {
            self.all[p as usize] = signature;
        }
    }
}

/// 32 bits of a key, never 0 for a key.
fn slot(key: u64) -> u32 {
    if key == 0 { 0 } else { (key as u32).max(1) }
}

/// Rows that one task takes.
const CHUNK_ROWS: usize = 1 << 14;
/// Chunks that one visitor takes at least.
const CHUNKS_A_TASK: usize = 4;
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
    /// Whether it wants to know of every rule that brings a pair together, not only of the one that owns it.
    const EVERY_RULE: bool = false;
    /// Whether it wants pairs with two different trusted ID numbers; without, most of them are counted and not shown.
    const TWO_NUMBERS: bool = true;
    /// A candidate pair, `a < b`, owned by `rule`. `rules` are all of them, one bit each, if wanted.
    fn pair(&mut self, rule: usize, rules: u32, a: u32, b: u32);
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
    /// Whether the keys are read again afterwards. Splitting large blocks changes them, and what they were takes memory.
    pub(super) again: bool,
}

/// Sends every candidate pair to visitors, one per task, and gives what they left behind, in no particular order.
///
/// O(n r) rows sorted for n profiles and r rules; memory 16 bytes a profile for sorting beside the blocks, which are used up
/// unless they are read `again`.
pub(super) fn visit<V: PairVisitor>(
    features: &Features,
    blocks: &mut Blocks,
    reading: Reading,
    visitor: impl Fn() -> V + Sync,
) -> (Vec<V::Output>, BlockingStats) {
    let mut signatures = Signatures { all: &mut blocks.signatures, before: reading.again.then(Vec::new) };
    let mut stats = BlockingStats::default();
    let mut outputs = Vec::new();
    let limit = reading.block_rows_max.clamp(2, SPLIT_ROWS);
    let sampled = (1_u32 << reading.sample_bits) - 1;
    for rule in 0..RULES.len() {
        let slots = SLOTS_OF[rule]..SLOTS_OF[rule + 1];
        let keyed = |(chunk, of_chunk): (usize, &[Signature])| {
            let mut rows = Vec::with_capacity((of_chunk.len() * slots.len()) >> reading.sample_bits.min(4));
            for (p, signature) in (chunk * CHUNK_ROWS..).zip(of_chunk) {
                let keys = signature.0[slots.clone()].iter().filter(|&&key| key != 0 && key >> 8 & sampled == 0);
                // The key in front: rows sort by block, then by profile.
                rows.extend(keys.map(|&key| u64::from(key) << 32 | p as u64));
            }
            rows
        };
        let parts: Vec<Vec<u64>> = signatures.all.par_chunks(CHUNK_ROWS).enumerate().map(keyed).collect();
        let mut rows = radix::sorted_packed(&parts);
        drop(parts);
        if let Some(most) = blocking::part_rows(rule) {
            split_into_parts(features, rule, most, &mut rows, &mut signatures, &mut stats);
        }
        split_large_blocks(features, rule, &mut rows, limit, &mut signatures, &mut stats);
        // Splitting gives profiles of one number different keys by it; they tell no numbers apart then.
        let numbers = !V::TWO_NUMBERS && (rule <= blocking::ID_TAIL || stats.blocks_split[blocking::ID_TAIL] == 0);
        let seen = Seen { features, signatures: signatures.all, numbers: numbers.then_some(&blocks.trusted[..]) };
        // What visitors leave behind is put together regardless of who saw which chunk, so threads may share them out.
        let tasks: Vec<(V, u64, u64)> = chunks_at_blocks(&rows)
            .into_par_iter()
            .with_min_len(CHUNKS_A_TASK)
            .fold(
                || (visitor(), 0, 0),
                |(mut task, pairs, largest), rows| {
                    let (more, large) = visit_blocks(seen, rows, rule, &mut task);
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
    signatures.restore();
    (outputs, stats)
}

/// The key of a row.
fn block_of(row: u64) -> u32 {
    (row >> 32) as u32
}

/// Cuts sorted rows into ranges of about [`CHUNK_ROWS`] that never part a block.
fn chunks_at_blocks(rows: &[u64]) -> Vec<&[u64]> {
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

/// What blocks are read by.
#[derive(Clone, Copy)]
struct Seen<'a> {
    features: &'a Features,
    signatures: &'a [Signature],
    /// Who has a trusted ID number, where pairs with two different ones need not be shown.
    numbers: Option<&'a [u64]>,
}

impl Seen<'_> {
    /// The key by ID number of profile `p` if that is a trusted number, else 0: two of them that differ are two numbers.
    fn number(&self, p: u32, signature: &Signature) -> u32 {
        let trusted = self.numbers.is_some_and(|bits| bits[p as usize / 64] >> (p % 64) & 1 == 1);
        if trusted { signature.0[SLOTS_OF[blocking::ID_TAIL]] } else { 0 }
    }
}

/// A profile in its block.
struct Row {
    profile: u32,
    number: u32,
    signature: Signature,
    swapped: Signature,
}

/// Pairs whose profiles were asked for and are shown some at a time: profiles of a block stand anywhere.
struct Waiting<'a, V> {
    features: &'a Features,
    rule: usize,
    /// The rules of each pair and its sides.
    pairs: Vec<(u32, u32, u32)>,
    task: &'a mut V,
}

impl<V: PairVisitor> Waiting<'_, V> {
    const AT_ONCE: usize = 32;

    #[inline]
    fn push(&mut self, rules: u32, a: u32, b: u32) {
        self.features.expect(a);
        self.features.expect(b);
        self.pairs.push((rules, a, b));
        if self.pairs.len() == Self::AT_ONCE {
            self.show();
        }
    }

    fn show(&mut self) {
        for &(_, a, b) in &self.pairs {
            self.features.expect_more(a);
            self.features.expect_more(b);
        }
        for (rules, a, b) in self.pairs.drain(..) {
            self.task.pair(self.rule, rules, a, b);
        }
    }
}

fn visit_blocks<V: PairVisitor>(seen: Seen<'_>, rows: &[u64], rule: usize, task: &mut V) -> (u64, u64) {
    let (mut pairs, mut largest) = (0, 0);
    let mut block: Vec<Row> = Vec::new();
    let earlier = (1_u32 << SLOTS_OF[rule]) - 1;
    let mut waiting = Waiting { features: seen.features, rule, pairs: Vec::with_capacity(64), task };
    let (all, mut end, mut asked) = (rows, 0, 0);
    for rows in rows.chunk_by(|&a, &b| block_of(a) == block_of(b)) {
        end += rows.len();
        if rows.len() < 2 {
            continue;
        }
        asked = ask_ahead(asked, end, all, seen.signatures);
        largest = largest.max(rows.len() as u64);
        block.clear();
        block.extend(rows.iter().map(|&row| {
            let (profile, signature) = (row as u32, seen.signatures[row as u32 as usize]);
            Row { profile, number: seen.number(profile, &signature), signature, swapped: signature.swapped() }
        }));
        let here = block_of(rows[0]);
        for (i, x) in block.iter().enumerate() {
            for y in &block[i + 1..] {
                let slots = shared(&x.signature.0, &y.signature.0, &y.swapped.0);
                if slots & earlier != 0
                    || x.profile == y.profile
                    || owned_by_other_key(rule, here, &x.signature, &y.signature)
                {
                    continue;
                }
                pairs += 1;
                if x.number == 0 || y.number == 0 || x.number == y.number {
                    waiting.push(if V::EVERY_RULE { rules_of(slots) } else { 0 }, x.profile, y.profile);
                }
            }
        }
    }
    waiting.show();
    (pairs, largest)
}

/// Asks for the signatures of the rows from `asked` on to some behind `end` that share their block; gives how far it came.
fn ask_ahead(asked: usize, end: usize, rows: &[u64], signatures: &[Signature]) -> usize {
    let same = |at: usize, other: Option<&u64>| other.is_some_and(|&other| block_of(other) == block_of(rows[at]));
    let until = rows.len().min(end + 4 * AHEAD).max(asked);
    for at in asked..until {
        if same(at, rows.get(at + 1)) || same(at, at.checked_sub(1).and_then(|before| rows.get(before))) {
            prefetch(signatures, rows[at] as u32 as usize);
        }
    }
    until
}

/// The rules whose slots are shared, one bit each.
fn rules_of(slots: u32) -> u32 {
    let own = |rule: usize| slots >> SLOTS_OF[rule] & ((1 << (SLOTS_OF[rule + 1] - SLOTS_OF[rule])) - 1);
    (0..RULES.len()).filter(|&rule| own(rule) != 0).map(|rule| 1 << rule).sum()
}

/// Whether the pair shares both keys of a rule and belongs to the block of the other one.
#[inline]
fn owned_by_other_key(rule: usize, here: u32, Signature(x): &Signature, Signature(y): &Signature) -> bool {
    let at = SLOTS_OF[rule];
    if KEYS_OF[rule] < 2 {
        return false;
    }
    let other = |sides: &[u32; LANES]| if sides[at] == here { sides[at + 1] } else { sides[at] };
    let (a, b) = (other(x), other(y));
    a != 0 && a == b && a < here
}

/// Gives the rows of blocks of more than `most` the keys of their parts: [`blocking::part_keys`].
fn split_into_parts(
    features: &Features,
    rule: usize,
    most: usize,
    rows: &mut Vec<u64>,
    signatures: &mut Signatures<'_>,
    stats: &mut BlockingStats,
) {
    let large = large_blocks(rows, most);
    if large.is_empty() {
        return;
    }
    stats.blocks_split[rule] += large.len() as u64;
    let packed = |key: u32, p: u32| u64::from(key) << 32 | u64::from(p);
    let keys_of = |range: &std::ops::Range<usize>| {
        let of_block = &rows[range.clone()];
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
        rows[range.clone()].iter().for_each(|&row| prefetch(signatures.all, row as u32 as usize));
        for (row, keys) in rows[range].iter_mut().zip(keys) {
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
    rows.append(&mut second);
    radix::sort_packed(rows);
}

/// Gives the rows of oversized blocks a further key each, again and again, until blocks are small or nothing is left to
/// split by; then only neighbours in the order of rows are kept together. Counted, never silent.
fn split_large_blocks(
    features: &Features,
    rule: usize,
    rows: &mut Vec<u64>,
    limit: usize,
    signatures: &mut Signatures<'_>,
    stats: &mut BlockingStats,
) {
    let mut large = large_blocks(rows, limit);
    if large.is_empty() {
        return;
    }
    stats.blocks_split[rule] += large.len() as u64;
    let mut split = take_ranges(rows, &mut large);
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
        large = large_blocks(&split, limit);
        if large.is_empty() {
            break;
        }
    }
    rows.append(&mut split);
    radix::sort_packed(rows);
}

/// Takes the rows in `ranges` out; the ranges are then those of what was taken.
fn take_ranges(rows: &mut Vec<u64>, ranges: &mut [std::ops::Range<usize>]) -> Vec<u64> {
    let (mut taken, mut kept, mut from) = (Vec::new(), 0, 0);
    for range in ranges {
        rows.copy_within(from..range.start, kept);
        kept += range.start - from;
        from = range.end;
        let begin = taken.len();
        taken.extend_from_slice(&rows[range.clone()]);
        *range = begin..taken.len();
    }
    rows.copy_within(from.., kept);
    kept += rows.len() - from;
    rows.truncate(kept);
    taken
}

/// The rows of each block with more than `limit` of them.
fn large_blocks(rows: &[u64], limit: usize) -> Vec<std::ops::Range<usize>> {
    let of_chunk = |chunk: &[u64]| {
        let (mut large, mut begin) = (Vec::new(), 0);
        for block in chunk.chunk_by(|&a, &b| block_of(a) == block_of(b)) {
            if block.len() > limit {
                large.push(begin..begin + block.len());
            }
            begin += block.len();
        }
        (large, begin)
    };
    let chunks: Vec<(Vec<std::ops::Range<usize>>, usize)> =
        chunks_at_blocks(rows).into_par_iter().map(of_chunk).collect();
    let mut from = 0;
    let mut all = Vec::new();
    for (large, len) in chunks {
        all.extend(large.into_iter().map(|block| block.start + from..block.end + from));
        from += len;
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernels::date::{civil_from_days, days_from_civil};
    use crate::link::{features, profiles};
    use crate::tables::{BirthPrecision, NO_DATE, Records};

    /// Rows of one name and one year of birth, each of its own day; every tenth tells the year alone.
    fn of_one_name(n: usize) -> Records {
        let mut records = Records::default();
        let name = records.pool.intern("王伟");
        (0..n).for_each(|_| records.copy_blank());
        for i in 0..n {
            records.name[i] = name;
            records.birth[i] = days_from_civil(1975, 1, 5) + 9 * i as i32;
            records.birth_precision[i] = if i % 10 == 0 { BirthPrecision::Year } else { BirthPrecision::Day };
        }
        records
    }

    struct Every(Vec<(u32, u32)>);

    impl PairVisitor for Every {
        type Output = Vec<(u32, u32)>;

        fn pair(&mut self, _: usize, _: u32, a: u32, b: u32) {
            self.0.push((a, b));
        }

        fn finish(self) -> Self::Output {
            self.0
        }
    }

    #[test]
    fn large_blocks_of_sound_and_year_hold_those_of_one_month_or_day() {
        let records = of_one_name(40);
        let features = features(&records, &profiles(&records));
        let mut blocks = Blocks::new(&features);
        let before = format!("{blocks:?}");
        let reading = Reading { block_rows_max: 100, sample_bits: 0, again: true };
        let (tasks, stats) = visit(&features, &mut blocks, reading, || Every(Vec::new()));
        let mut pairs = tasks.concat();
        pairs.sort_unstable();
        let months_and_days: Vec<Option<(u32, u32)>> = (0..40)
            .map(|i| {
                let (_, month, day) = civil_from_days(records.birth[i]);
                (records.birth_precision[i] == BirthPrecision::Day).then_some((month, day))
            })
            .collect();
        let together = |a: usize, b: usize| match (months_and_days[a], months_and_days[b]) {
            (Some(a), Some(b)) => a.0 == b.0 || a.1 == b.1,
            (None, None) => true,
            _ => false,
        };
        let all = (0..40).flat_map(|a| (a + 1..40).map(move |b| (a, b)));
        let expected: Vec<(u32, u32)> =
            all.clone().filter(|&(a, b)| together(a, b)).map(|(a, b)| (a as u32, b as u32)).collect();
        assert_eq!(pairs, expected, "each once");
        assert!(expected.len() < all.count() / 4);
        assert_eq!((stats.blocks_split[4], stats.pairs[4]), (1, expected.len() as u64));
        assert_eq!(format!("{blocks:?}"), before, "read again, blocks are what they were");
    }

    #[test]
    fn what_is_taken_out_and_what_stays_are_all_rows() {
        let mut rows: Vec<u64> = (0..20).collect();
        let mut ranges = [2..5, 5..6, 17..20];
        assert_eq!(take_ranges(&mut rows, &mut ranges), [2, 3, 4, 5, 17, 18, 19]);
        assert_eq!(rows, [0, 1].into_iter().chain(6..17).collect::<Vec<u64>>());
        assert_eq!(ranges, [0..3, 3..4, 4..7]);
    }

    #[test]
    fn a_block_of_too_many_is_split_until_it_is_small() {
        let mut records = of_one_name(400);
        for i in 0..400 {
            records.birth[i] = NO_DATE;
            records.phones[i][0] = 13_900_000_000;
            records.flat[i] = 1 + i as u64 / 100 * 50 + i as u64 % 50;
        }
        let features = features(&records, &profiles(&records));
        let mut blocks = Blocks::new(&features);
        let reading = Reading { block_rows_max: 100, sample_bits: 0, again: false };
        let (tasks, stats) = visit(&features, &mut blocks, reading, || Every(Vec::new()));
        let pairs: u64 = tasks.concat().len() as u64;
        assert_eq!(stats.blocks_split[1], 1);
        assert!(stats.block_rows_max[1] <= 100, "{stats:?}");
        let n = features.len() as u64;
        assert_eq!(pairs + stats.pairs_left_out[1], n * (n - 1) / 2);
    }
}
