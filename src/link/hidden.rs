//! Linking a sample of profiles again, damaged as [`super::damage`] does, with weights that stand already. It is what a
//! night's estimate of its own accuracy is made from, and tells which rules reach a pair without ID numbers. Only blocks
//! that hold a profile of the sample are read.

use super::blocking::{self, RULES};
use super::features::Features;
use super::levels::identity;
use super::{BlockingSettings, Weights};
use crate::kernels::prefetch::AHEAD;
use crate::kernels::radix;
use crate::tables::{Edge, sort_edges};
use hashbrown::HashSet;
use rayon::prelude::*;

/// Profiles in a block from which on it is split, as when all pairs are read.
const SPLIT_ROWS: usize = 128;

/// What comes of linking a sample.
#[derive(Clone, Debug, Default)]
pub struct SampleLinks {
    /// Pairs with at least one side in the sample of at least the least weight, sorted as clusters grow by them.
    pub edges: Vec<Edge>,
    /// Pairs with a side in the sample and equal labels that a rule brought together: `(a, b, rules)`, bit r of `rules` for
    /// rule r; sorted, each pair once.
    pub reached: Vec<(u32, u32, u32)>,
}

/// Scores every candidate pair with a side in `sample` (ascending). `label` tells of a profile which person it is, 0 where
/// that is unknown; pairs of equal labels count as reached.
///
/// O(n r) keys for n profiles and r rules, of which only those that the sample shares are sorted; memory is that of the
/// blocks that hold the sample.
pub fn score_sample(
    features: &Features,
    weights: &Weights,
    settings: BlockingSettings,
    weight_min: f32,
    sample: &[u32],
    label: impl Fn(u32) -> u64 + Sync,
) -> SampleLinks {
    let mut in_sample = vec![false; features.len()];
    sample.iter().for_each(|&p| in_sample[p as usize] = true);
    let limit = settings.block_rows_max.clamp(2, SPLIT_ROWS);
    let mut links = SampleLinks::default();
    for (rule, rows) in rows_of_blocks(features, sample).into_iter().enumerate() {
        let tasks: Vec<Task> = radix::chunks_at_keys(&rows, 1 << 12)
            .into_par_iter()
            .map(|rows| {
                let mut task = Task { rule, weight_min, edges: Vec::new(), reached: Vec::new() };
                for block in rows.chunk_by(|a, b| a.0 == b.0) {
                    let members: Vec<u32> = block.iter().map(|row| row.1).collect();
                    each_part(features, rule, block[0].0, &members, limit, &mut |members| {
                        task.block(features, weights, members, &in_sample, &label);
                    });
                }
                task
            })
            .collect();
        for mut task in tasks {
            links.edges.append(&mut task.edges);
            links.reached.append(&mut task.reached);
        }
    }
    sort_edges(&mut links.edges);
    links.reached.par_sort_unstable();
    links.reached.dedup_by(|later, first| {
        let same = (later.0, later.1) == (first.0, first.1);
        first.2 |= if same { later.2 } else { 0 };
        same
    });
    links
}

/// The keys that the sample has by one rule.
struct Wanted {
    /// One bit for each upper part of a key: nearly every other key is turned down by it, and it stays in the cache.
    bits: Vec<u64>,
    keys: HashSet<u64, foldhash::fast::FixedState>,
}

impl Wanted {
    const BITS: u32 = 18;

    fn of(keys: impl Iterator<Item = u64>) -> Self {
        let mut wanted = Self {
            bits: vec![0; 1 << (Self::BITS - 6)],
            keys: HashSet::with_hasher(foldhash::fast::FixedState::with_seed(2)),
        };
        for key in keys.filter(|&key| key != 0) {
            wanted.bits[(key >> (64 - Self::BITS + 6)) as usize] |= 1 << (key >> (64 - Self::BITS) & 63);
            wanted.keys.insert(key);
        }
        wanted
    }

    fn has(&self, key: u64) -> bool {
        let bit = self.bits[(key >> (64 - Self::BITS + 6)) as usize] >> (key >> (64 - Self::BITS) & 63) & 1;
        key != 0 && bit == 1 && self.keys.contains(&key)
    }
}

/// Profiles whose keys one task reads.
const CHUNK_PROFILES: usize = 1 << 14;

/// For each rule the rows of the blocks in which a profile of the sample stands, block by block, in the order of profiles.
fn rows_of_blocks(features: &Features, sample: &[u32]) -> Vec<Vec<Vec<(u64, u32)>>> {
    let of_sample: Vec<_> = sample.par_iter().map(|&p| blocking::keys(features, p as usize)).collect();
    let wanted: Vec<Wanted> =
        (0..RULES.len()).into_par_iter().map(|rule| Wanted::of(of_sample.iter().flat_map(|keys| keys[rule]))).collect();
    // All rules of a profile together: what it is made of is read once.
    let rows_of = |from: usize| {
        let mut rows = vec![Vec::new(); RULES.len()];
        for p in from..features.len().min(from + CHUNK_PROFILES) {
            features.expect_name((p + AHEAD) as u32);
            for ((rows, wanted), keys) in rows.iter_mut().zip(&wanted).zip(blocking::keys(features, p)) {
                rows.extend(keys.into_iter().filter(|&key| wanted.has(key)).map(|key| (key, p as u32)));
            }
        }
        rows
    };
    let starts: Vec<usize> = (0..features.len()).step_by(CHUNK_PROFILES).collect();
    let parts: Vec<Vec<Vec<(u64, u32)>>> = starts.into_par_iter().map(rows_of).collect();
    let of_rule = |rule: usize| {
        let parts: Vec<&[(u64, u32)]> = parts.iter().map(|part| &part[rule][..]).collect();
        radix::sorted_keyed(&parts)
    };
    (0..RULES.len()).map(of_rule).collect()
}

/// Splits a larger block into its parts where its rule has some, as the night does, and sees each.
fn each_part(features: &Features, rule: usize, key: u64, members: &[u32], limit: usize, see: &mut impl FnMut(&[u32])) {
    if blocking::part_rows(rule).is_none_or(|most| members.len() <= most) {
        return each_block(features, members, limit, 0, see);
    }
    let keys = members.iter().flat_map(|&p| blocking::part_keys(features, rule, p as usize, key).map(|key| (key, p)));
    let mut keyed: Vec<(u64, u32)> = keys.filter(|&(key, _)| key != 0).collect();
    keyed.sort_unstable();
    for part in keyed.chunk_by(|a, b| a.0 == b.0) {
        let part: Vec<u32> = part.iter().map(|row| row.1).collect();
        each_block(features, &part, limit, 0, see);
    }
}

/// Splits a block that is too large as the night does, and sees each part.
fn each_block(features: &Features, members: &[u32], limit: usize, step: usize, see: &mut impl FnMut(&[u32])) {
    if members.len() <= limit {
        return see(members);
    }
    let mut keyed: Vec<(u64, u32)> = Vec::with_capacity(members.len());
    for (at, &p) in members.iter().enumerate() {
        match blocking::split_key(features, step, p as usize) {
            Some(key) => keyed.push((key, p)),
            None => keyed.push(((at / limit) as u64, p)),
        }
    }
    keyed.sort_unstable();
    for part in keyed.chunk_by(|a, b| a.0 == b.0) {
        let part: Vec<u32> = part.iter().map(|row| row.1).collect();
        each_block(features, &part, limit, step + 1, see);
    }
}

struct Task {
    rule: usize,
    weight_min: f32,
    edges: Vec<Edge>,
    reached: Vec<(u32, u32, u32)>,
}

impl Task {
    fn block(
        &mut self,
        features: &Features,
        weights: &Weights,
        members: &[u32],
        in_sample: &[bool],
        label: &impl Fn(u32) -> u64,
    ) {
        members.iter().for_each(|&p| features.expect(p));
        for (i, &x) in members.iter().enumerate() {
            for &y in &members[i + 1..] {
                let (from_x, from_y) = (in_sample[x as usize], in_sample[y as usize]);
                if x == y || !(from_x || from_y) {
                    continue;
                }
                let (a, b) = (x.min(y), x.max(y));
                if label(a) != 0 && label(a) == label(b) {
                    self.reached.push((a, b, 1 << self.rule));
                }
                let pattern = features.pattern(a, b);
                let weight = weights.of_pattern[pattern.0 as usize];
                if weight >= self.weight_min {
                    let by_id = pattern.identity() == identity::ID_EQUAL;
                    self.edges.push(Edge::new(a, b, weight, pattern.0, by_id));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernels::id_number::{self, IdNumber, Sex};
    use crate::link::{Blocks, Damage, Profiles, features, levels, score};
    use crate::tables::{BirthPrecision, Edges, NO_DATE, Records};

    /// `n` records: two of each person, with an ID number, a name, a phone of two persons and a flat of many.
    fn records(n: usize, ids: bool) -> Records {
        let mut r = Records { source: vec![0; n].into(), former_name: vec![0; n].into(), ..Records::default() };
        r.name_flags = vec![0; n].into();
        for i in 0..n {
            let person = i / 2;
            let text = format!("37050219{:02}0101{:03}", 50 + person % 40, 100 + person);
            let check = "0123456789X"
                .chars()
                .find(|&c| id_number::parse(&format!("{text}{c}")).id.kind == id_number::IdKind::Valid);
            let id = id_number::parse(&format!("{text}{}", check.unwrap())).id;
            r.id.push(if ids { id } else { IdNumber::default() });
            let given = ["伟", "芳", "娜", "敏", "静", "丽", "强", "磊"][person % 8];
            let surname = ["王", "李", "张"][person % 3];
            r.name.push(r.pool.intern(&format!("{surname}{given}")));
            r.phones.push([if i % 5 == 0 { 0 } else { 10 + person as u64 / 2 }, 0]);
            r.flat.push(if i % 7 == 0 { 0 } else { 1 + person as u64 / 200 });
            r.birth.push(if i % 3 == 0 {
                NO_DATE
            } else {
                crate::kernels::date::days_from_civil(1950 + person as i32 % 40, 1, 1)
            });
        }
        r.birth_precision = vec![BirthPrecision::Day; n].into();
        r.sex = vec![Sex::Unknown; n].into();
        for column in [&mut r.document, &mut r.estate, &mut r.building, &mut r.road, &mut r.number, &mut r.grid_code] {
            *column = vec![0; n].into();
        }
        for column in [&mut r.household_head, &mut r.relation] {
            *column = vec![0; n].into();
        }
        r.registered_flat = vec![0; n].into();
        r
    }

    /// Every existing level weighs a little, equal names most.
    fn weights() -> Weights {
        let bits = |p: u32| -10.0 + (p % 61) as f32 / 4.0;
        Weights { of_pattern: (0..levels::PATTERNS as u32).map(bits).collect() }
    }

    #[test]
    fn hiding_every_number_is_linking_records_without_numbers() {
        let n = 1200;
        let settings = BlockingSettings { block_rows_max: 2000 };
        let without = records(n, false);
        let without = features(&without, &Profiles::single(n));
        let sorted = |scored: (Vec<Vec<Edge>>, _)| Edges::sorted(&scored.0).into_vec();
        let expected = sorted(score(&without, Blocks::new(&without), &weights(), settings, 0.0));
        let mut with = features(&records(n, true), &Profiles::single(n));
        let scored = |with: &Features| sorted(score(with, Blocks::new(with), &weights(), settings, 0.0));
        let before = scored(&with);
        let labels: Vec<u64> = (0..n).map(|p| with.trusted_id(p)).collect();
        let all: Vec<u32> = (0..n as u32).collect();
        let nothing: Vec<Damage> = all.iter().map(|&profile| Damage { profile, like: None, draw: 0 }).collect();
        let hidden = with.with_damage(&nothing, |features| {
            score_sample(features, &weights(), settings, 0.0, &all, |p| labels[p as usize])
        });
        assert!(!expected.is_empty());
        assert_eq!(hidden.edges, expected);
        assert_eq!(scored(&with), before, "the numbers are back");
        assert!(hidden.reached.iter().all(|&(a, b, rules)| a + 1 == b && a % 2 == 0 && rules != 0));
        assert!(hidden.reached.windows(2).all(|pair| pair[0] < pair[1]));
    }

    /// Twenty strangers of one surname and birth date, two records each, and nothing else in common.
    #[test]
    fn strangers_of_one_birth_and_surname_meet_only_by_their_given_names() {
        const GIVEN: [&str; 20] = [
            "伟明", "芳明", "娜", "凯", "静", "丽", "强", "磊", "军", "洋", "勇", "博", "杰", "涛", "超", "霞", "平",
            "刚", "桂英", "鹏",
        ];
        let n = 2 * GIVEN.len();
        let mut records = records(n, false);
        for i in 0..n {
            records.name[i] = records.pool.intern(&format!("王{}", GIVEN[i / 2]));
            records.birth[i] = crate::kernels::date::days_from_civil(1970, 5, 5);
            (records.phones[i], records.flat[i]) = ([0, 0], 0);
        }
        let features = features(&records, &Profiles::single(n));
        let settings = BlockingSettings { block_rows_max: 2000 };
        let all_weigh = Weights { of_pattern: vec![1.0; levels::PATTERNS] };
        let (edges, stats) = score(&features, Blocks::new(&features), &all_weigh, settings, 0.0);
        let edges = Edges::sorted(&edges);
        let mut pairs: Vec<(u32, u32)> = edges.iter().map(|edge| (edge.a, edge.b)).collect();
        pairs.sort_unstable();
        let shared = |a: u32, b: u32| a / 2 == b / 2 || (a / 2, b / 2) == (0, 1);
        let expected: Vec<(u32, u32)> =
            (0..n as u32).flat_map(|a| (a + 1..n as u32).map(move |b| (a, b))).filter(|&(a, b)| shared(a, b)).collect();
        assert_eq!(pairs, expected);
        // Each pair is scored once, whatever the number of keys that bring it together.
        assert_eq!(stats.pairs.iter().sum::<u64>(), expected.len() as u64);
        assert_eq!((stats.blocks_split[3], stats.pairs_left_out[3] > 0), (1, true));
        let all: Vec<u32> = (0..n as u32).collect();
        let sample = score_sample(&features, &all_weigh, settings, 0.0, &all, u64::from);
        assert_eq!(sample.edges, edges.into_vec());
    }

    #[test]
    fn a_sample_gives_the_pairs_that_touch_it() {
        let n = 600;
        let settings = BlockingSettings { block_rows_max: 2000 };
        let mut features = features(&records(n, true), &Profiles::single(n));
        let all: Vec<u32> = (0..n as u32).collect();
        let some: Vec<u32> = (0..n as u32).filter(|p| p / 2 % 10 == 3).collect();
        let whole = score_sample(&features, &weights(), settings, 0.0, &all, u64::from);
        let part = score_sample(&features, &weights(), settings, 0.0, &some, u64::from);
        let touching: Vec<Edge> =
            whole.edges.into_iter().filter(|e| some.contains(&e.a) || some.contains(&e.b)).collect();
        assert_eq!(part.edges, touching);
        assert!(features.is_placed(1));
        let nothing: Vec<Damage> = some.iter().map(|&profile| Damage { profile, like: None, draw: 0 }).collect();
        features.with_damage(&nothing, |hidden| {
            assert!((0..n).all(|p| (hidden.trusted_id(p) == 0) == some.contains(&(p as u32))));
        });
    }
}
