//! Candidate pairs, streamed: rule by rule, block by block, each pair once, never as a table.

use super::blocking::{self, BlockingStats, KEYS_OF, RULES, SLOTS_OF};
use super::features::Features;
use super::meetings::{Dealt, Meetings, Rows, SharedKeys, Trusted, Wanted};
use super::signature::{Signature, chunks_at_blocks};
use super::splitting::{Signatures, split_into_parts, split_large_blocks};
use crate::kernels::pieces::Pieces;
use crate::kernels::prefetch::AHEAD;
use crate::kernels::radix;
use crate::kernels::shared::{LANES, shared};
use rayon::prelude::*;

/// The keys of every profile by every rule: made once, read whenever pairs are.
///
/// Two keys in four thousand million agree by chance in their 32 bits, and then a pair more is compared.
#[derive(Clone, Debug)]
pub struct Blocks {
    signatures: Pieces<Signature>,
    /// One bit a profile: whether its ID number is a trusted one. They stay in the cache, where profiles do not.
    trusted: Vec<u64>,
}

impl Blocks {
    /// Takes the keys of all profiles. Memory is 64 bytes and a bit a profile.
    pub fn new(features: &Features) -> Self {
        let signature = |p: usize| {
            let mut signature = Signature([0; LANES]);
            features.expect_name((p + AHEAD) as u32);
            for (rule, keys) in blocking::keys(features, p).into_iter().enumerate() {
                let slots = &mut signature.0[SLOTS_OF[rule]..SLOTS_OF[rule + 1]];
                slots.iter_mut().zip(keys).for_each(|(slot, key)| *slot = super::signature::slot(key));
            }
            signature
        };
        let bits = |of_word: usize| {
            let profiles = 64 * of_word..features.len().min(64 * of_word + 64);
            profiles.fold(0, |bits, p| bits | u64::from(features.trusted_id(p) != 0) << (p % 64))
        };
        Self {
            signatures: Pieces::collect(features.len(), signature),
            trusted: (0..features.len().div_ceil(64)).into_par_iter().map(bits).collect(),
        }
    }
}

/// Rules whose rows are taken in one pass, where most rows are left out.
const RULES_AT_ONCE: usize = 4;
/// ID numbers of a chunk.
const NUMBERS_AT_ONCE: usize = 1 << 12;
/// Chunks that one visitor takes at least.
const CHUNKS_A_TASK: usize = 4;
/// Ranges of profiles that one visitor takes at least.
const RANGES_A_TASK: usize = 8;
/// Profiles in a block from which on it is split, whatever the setting allows: pairs grow with the square.
const SPLIT_ROWS: usize = 128;

/// Takes the pairs of one task. What it leaves behind must not depend on the order of pairs or on how they were shared out.
pub(super) trait PairVisitor: Send {
    /// What a task leaves behind.
    type Output: Send;
    /// Whether it wants to know of every rule that brings a pair together, not only of the one that owns it.
    const EVERY_RULE: bool = false;
    /// Whether it wants pairs with two different trusted ID numbers. Without them, two profiles that both have such a number
    /// meet by that number alone, and no block is read in which everybody has one.
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
/// O(n r) rows sorted for n profiles and r rules; memory, beside the blocks, which are used up unless they are read `again`:
/// 16 bytes a profile for sorting, 8 bytes for each row that is wanted of the rules that are taken at once, and 4 for each of
/// one rule while its blocks are dealt.
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
    let trusted = Trusted((!V::TWO_NUMBERS).then_some(&blocks.trusted[..]));
    if trusted.0.is_some() {
        for (task, pairs, left_out) in visit_numbers(features, trusted, limit, &visitor) {
            outputs.push(task.finish());
            stats.pairs[blocking::ID_TAIL] += pairs;
            stats.pairs_left_out[blocking::ID_TAIL] += left_out;
        }
    }
    let shared = SharedKeys::of_rules(signatures.all, trusted);
    let wanted = Wanted { trusted, shared: &shared, sampled };
    let rules_at_once = match sampled {
        0 if shared.is_empty() => 1,
        0 => RULES_AT_ONCE,
        _ => RULES.len(),
    };
    let mut coming: Vec<Rows> = Vec::new();
    for rule in 0..RULES.len() {
        if coming.is_empty() {
            // Splitting changes no keys but those of its own rule, so rows may be taken before their turn.
            coming = wanted.rows_of(rule..RULES.len().min(rule + rules_at_once), signatures.all);
            coming.reverse();
        }
        let mut rows = radix::sorted_packed(&coming.pop().unwrap_or_default());
        if let Some(most) = blocking::part_rows(rule) {
            split_into_parts(features, rule, most, &mut rows, &mut signatures, &mut stats);
        }
        split_large_blocks(features, rule, &mut rows, limit, &mut signatures, &mut stats);
        let dealt = deal(&rows, features.len(), trusted);
        drop(rows);
        let seen = Seen { features, signatures: signatures.all };
        // What visitors leave behind is put together regardless of who saw which range, so threads may share them out.
        let tasks: Vec<(V, u64, u64)> = dealt
            .into_par_iter()
            .with_min_len(RANGES_A_TASK)
            .fold(
                || (visitor(), 0, 0),
                |(mut task, mut pairs, mut largest), of_range| {
                    for meetings in of_range {
                        let (more, large) = visit_blocks(seen, &meetings, rule, &mut task);
                        (pairs, largest) = (pairs + more, largest.max(large));
                    }
                    (task, pairs, largest)
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

/// What blocks are read by.
#[derive(Clone, Copy)]
struct Seen<'a> {
    features: &'a Features,
    signatures: &'a Pieces<Signature>,
}

/// The blocks of sorted rows by the ranges of profiles that they are about.
fn deal(rows: &[Vec<u64>], profiles: usize, trusted: Trusted<'_>) -> Vec<Vec<Meetings>> {
    let chunks: Vec<&[u64]> = rows.iter().flat_map(|piece| chunks_at_blocks(piece)).collect();
    let share = chunks.len().div_ceil(rayon::current_num_threads()).max(1);
    let of_share = |chunks: &[&[u64]]| {
        let mut dealt = Dealt::none(profiles);
        chunks.iter().for_each(|rows| dealt.deal(rows, trusted));
        dealt
    };
    Dealt::by_range(chunks.par_chunks(share).map(of_share).collect())
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

fn visit_blocks<V: PairVisitor>(seen: Seen<'_>, meetings: &Meetings, rule: usize, task: &mut V) -> (u64, u64) {
    let (mut pairs, mut largest) = (0, 0);
    let earlier = (1_u32 << SLOTS_OF[rule]) - 1;
    let mut waiting = Waiting { features: seen.features, rule, pairs: Vec::with_capacity(64), task };
    let (all, mut begin) = (&meetings.profiles[..], 0);
    for &(here, first, end) in &meetings.blocks {
        let (first, end) = (first as usize, end as usize);
        let ahead = all.len().min(begin + 4 * AHEAD)..all.len().min(end + 4 * AHEAD);
        all[ahead].iter().for_each(|&p| seen.signatures.expect(p as usize));
        largest = largest.max((end - begin) as u64);
        let block = &all[begin..end];
        begin = end;
        for (i, &x) in block[..first].iter().enumerate() {
            let own = seen.signatures[x as usize];
            let swapped = own.swapped();
            for &y in &block[i + 1..] {
                let other = &seen.signatures[y as usize];
                let slots = shared(&other.0, &own.0, &swapped.0);
                if slots & earlier != 0 || x == y || owned_by_other_key(rule, here, &own, other) {
                    continue;
                }
                pairs += 1;
                waiting.push(if V::EVERY_RULE { rules_of(slots) } else { 0 }, x.min(y), x.max(y));
            }
        }
    }
    waiting.show();
    (pairs, largest)
}

/// Sends the pairs of two equal trusted ID numbers to visitors. Of a number that more than `limit` profiles have, each meets
/// the next so many: they hang together all the same. Gives each visitor with the number of pairs shown, and of those left out.
fn visit_numbers<V: PairVisitor>(
    features: &Features,
    trusted: Trusted<'_>,
    limit: usize,
    visitor: impl Fn() -> V + Sync,
) -> Vec<(V, u64, u64)> {
    let numbers = &features.same_number;
    let of_chunk = |(mut task, mut shown, mut left_out): (V, u64, u64), from: usize| {
        let mut waiting = Waiting { features, rule: blocking::ID_TAIL, pairs: Vec::with_capacity(64), task: &mut task };
        let mut having = Vec::new();
        for number in from..numbers.len().min(from + NUMBERS_AT_ONCE) {
            having.clear();
            having.extend(numbers.get(number).iter().copied().filter(|&p| trusted.is(p)));
            for (i, &a) in having.iter().enumerate() {
                let others = &having[i + 1..];
                let met = &others[..others.len().min(limit - 1)];
                met.iter().for_each(|&b| waiting.push(0, a, b));
                shown += met.len() as u64;
                left_out += (others.len() - met.len()) as u64;
            }
        }
        waiting.show();
        (task, shown, left_out)
    };
    let chunks: Vec<usize> = (0..numbers.len()).step_by(NUMBERS_AT_ONCE).collect();
    chunks.into_par_iter().with_min_len(CHUNKS_A_TASK).fold(|| (visitor(), 0, 0), of_chunk).collect()
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernels::date::{civil_from_days, days_from_civil};
    use crate::kernels::id_number::IdNumber;
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

    /// As [`Every`], but not of two different numbers.
    struct Told(Every);

    impl PairVisitor for Told {
        type Output = Vec<(u32, u32)>;
        const TWO_NUMBERS: bool = false;

        fn pair(&mut self, rule: usize, rules: u32, a: u32, b: u32) {
            self.0.pair(rule, rules, a, b);
        }

        fn finish(self) -> Self::Output {
            self.0.finish()
        }
    }

    #[test]
    fn numbers_tell_apart_and_take_no_other_pair_away() {
        let mut records = of_one_name(600);
        for i in 0..600 {
            let birth = days_from_civil(1975, 1, 5) + i as i32 % 9;
            (records.birth[i], records.birth_precision[i]) = (birth, BirthPrecision::Day);
            records.phones[i][0] = 13_900_000_000 + i as u64 * 7 % 130;
            records.flat[i] = 1 + i as u64 * 11 % 170;
            if i % 4 != 0 {
                records.id[i] = IdNumber::from_parts(370_502, birth, 11 + i as u16 * 13 % 90);
            }
        }
        let features = features(&records, &profiles(&records));
        let reading = Reading { block_rows_max: 2000, sample_bits: 0, again: false };
        let blocks = Blocks::new(&features);
        let (all, _) = visit(&features, &mut blocks.clone(), reading, || Every(Vec::new()));
        let (told, stats) = visit(&features, &mut blocks.clone(), reading, || Told(Every(Vec::new())));
        let number = |p: u32| features.trusted_id(p as usize);
        let same = |a: u32, b: u32| number(a) == 0 || number(b) == 0 || number(a) == number(b);
        let kept = |tasks: Vec<Vec<(u32, u32)>>| {
            let mut pairs: Vec<(u32, u32)> = tasks.concat().into_iter().filter(|&(a, b)| same(a, b)).collect();
            pairs.sort_unstable();
            pairs
        };
        assert_eq!(stats.pairs.iter().sum::<u64>(), told.iter().map(Vec::len).sum::<usize>() as u64);
        let (seen, all) = (told.concat().len(), kept(all));
        assert_eq!(kept(told), all, "each once");
        let numbered = all.iter().filter(|&&(a, b)| number(a) != 0 && number(b) != 0).count();
        assert!(numbered > 1000 && all.len() > numbered + 1000, "{numbered} of {}", all.len());
        assert_eq!(seen, all.len(), "nobody meets in vain");
    }

    #[test]
    fn what_many_records_have_is_met_in_turn() {
        let mut records = of_one_name(10);
        for i in 0..10 {
            (records.birth[i], records.birth_precision[i]) = (days_from_civil(1975, 1, 5), BirthPrecision::Day);
            records.phones[i][0] = 13_900_000_000 + i as u64;
            records.id[i] = IdNumber::from_parts(370_502, records.birth[i], 11);
        }
        let features = features(&records, &profiles(&records));
        let blocks = Blocks::new(&features);
        let found = visit_numbers(&features, Trusted(Some(&blocks.trusted)), 4, || Every(Vec::new()));
        let (pairs, shown, left_out) = found.into_iter().next().unwrap();
        assert_eq!((pairs.0.len() as u64, shown, shown + left_out), (shown, 24, 45));
        assert!((0..9).all(|p| pairs.0.contains(&(p, p + 1))), "they hang together");
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
