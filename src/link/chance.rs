//! How often records of different persons agree by chance: the u probabilities, from one profile a person.

use super::features::Features;
use super::levels::{PATTERNS, Pattern, address, name, phone};
use super::rosters::{Rosters, pairs};
use crate::kernels::hash;
use rayon::prelude::*;

/// Agreement by chance among profiles that are surely of different persons (one for each trusted ID number, or those of one
/// roster), or, where there are none, among all.
#[derive(Clone, Debug)]
pub struct Chance {
    /// Profiles looked at.
    pub persons: u64,
    /// Whether they are known to be different persons.
    pub distinct: bool,
    /// Probability that two have a name equal, for each level of equal names.
    pub same_name: [f64; name::EXACT_LEVELS as usize],
    /// Probability that two share a phone, for levels `SAME` to `SAME_MASS`.
    pub same_phone: [f64; 4],
    /// Probability that two share a flat, for levels `SAME_FLAT` and `SAME_DORMITORY`.
    pub same_flat: [f64; 2],
    /// Patterns of randomly drawn pairs, ID numbers hidden.
    pub random: Vec<u32>,
    /// Number of randomly drawn pairs.
    pub random_pairs: u64,
}

/// Fewer profiles with trusted ID numbers than this say too little.
const DISTINCT_MIN: usize = 1000;
/// Pairs drawn, about.
const DRAWN_PAIRS: u64 = 1 << 20;

/// Counts agreement by chance: within the profiles of different trusted ID numbers, or, where these are few, within each
/// roster. Draws pairs by a fixed sequence, so that the same night gives the same figures.
pub fn chance(features: &Features, rosters: Option<&Rosters>) -> Chance {
    let listed = rosters.map(Rosters::profiles).filter(|groups| !groups.is_empty());
    let distinct = listed.is_some() || features.numbers_are_many();
    let groups: Vec<Vec<u32>> = listed.unwrap_or_else(|| vec![one_a_number(features)]);
    let mut chance = Chance {
        persons: groups.iter().map(|group| group.len() as u64).sum(),
        distinct,
        same_name: [0.0; name::EXACT_LEVELS as usize],
        same_phone: [0.0; 4],
        same_flat: [0.0; 2],
        random: vec![0; PATTERNS],
        random_pairs: 0,
    };
    let all_pairs: f64 = groups.iter().map(|group| pairs(group.len())).sum();
    for group in &groups {
        count_group(features, group, all_pairs.max(1.0), &mut chance);
        let share = pairs(group.len()) / all_pairs.max(1.0);
        draw(features, group, (DRAWN_PAIRS as f64 * share) as u64, &mut chance);
    }
    chance
}

/// One profile of each trusted ID number, or all profiles where such numbers are few.
fn one_a_number(features: &Features) -> Vec<u32> {
    if !features.numbers_are_many() {
        return (0..features.len() as u32).collect();
    }
    let first = |of: &[u32]| of.iter().copied().find(|&p| features.trusted_id(p as usize) != 0);
    let mut chosen: Vec<u32> = features.same_number.par_iter().filter_map(first).collect();
    // Mostly they stand in order; not where the first one's number was found to be borrowed.
    chosen.sort();
    chosen
}

impl Features {
    /// Whether enough profiles have a trusted ID number to learn from.
    pub fn numbers_are_many(&self) -> bool {
        (0..self.len()).filter(|&p| self.trusted_id(p) != 0).nth(DISTINCT_MIN - 1).is_some()
    }
}

fn count_group(features: &Features, group: &[u32], all_pairs: f64, chance: &mut Chance) {
    let packed = |&p: &u32| &features.packed[p as usize];
    for (number, count) in counted(group.iter().map(|p| packed(p).name), features.names.len()) {
        let name = &features.names[number as usize];
        if !name.is_title() && !name.is_missing() {
            chance.same_name[name.rarity as usize - 1] += together(count) / all_pairs;
        }
    }
    let phones = group.iter().flat_map(|p| packed(p).phones);
    for (number, count) in counted(phones, features.phone_level.len()) {
        let level = features.phone_level[number as usize] - phone::SAME;
        chance.same_phone[level as usize] += together(count) / all_pairs;
    }
    for (number, count) in counted(group.iter().map(|p| packed(p).flat), features.flat_level.len()) {
        let level = features.flat_level[number as usize] - address::SAME_FLAT;
        chance.same_flat[level as usize] += together(count) / all_pairs;
    }
}

/// Draws small groups and takes all pairs of each: few profiles are fetched for many pairs.
fn draw(features: &Features, profiles: &[u32], pairs: u64, chance: &mut Chance) {
    const GROUP: u64 = 64;
    let n = profiles.len() as u64;
    if n < 2 {
        return;
    }
    let drawn: Vec<Pattern> = (0..pairs.div_ceil(GROUP * (GROUP - 1) / 2))
        .into_par_iter()
        .flat_map_iter(|i| {
            let draw =
                |side: u64| profiles[((u128::from(hash::key(0xd1ce, &[i, side])) * u128::from(n)) >> 64) as usize];
            let group: Vec<u32> = (0..GROUP).map(draw).collect();
            let pair = |(x, &a): (usize, &u32)| -> Vec<Pattern> {
                group[x + 1..].iter().filter(|&&b| a != b).map(|&b| features.pattern_hidden(a, b)).collect()
            };
            group.iter().enumerate().flat_map(pair).collect::<Vec<Pattern>>()
        })
        .collect();
    chance.random_pairs += drawn.len() as u64;
    drawn.into_iter().for_each(|pattern| chance.random[pattern.0 as usize] += 1);
}

fn together(count: u32) -> f64 {
    f64::from(count) * (f64::from(count) - 1.0) / 2.0
}

/// (number, how often) for the numbers that occur, without 0.
fn counted(numbers: impl Iterator<Item = u32>, len: usize) -> impl Iterator<Item = (u32, u32)> {
    let mut counts = vec![0_u32; len];
    numbers.for_each(|number| counts[number as usize] += 1);
    counts.into_iter().enumerate().skip(1).filter(|(_, n)| *n > 0).map(|(number, n)| (number as u32, n))
}
