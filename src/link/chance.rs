//! How often records of different persons agree by chance: the u probabilities, from one profile a person.

use super::features::Features;
use super::levels::{PATTERNS, Pattern, address, name, phone};
use crate::kernels::hash;
use rayon::prelude::*;

/// Agreement by chance among profiles that are surely of different persons (one for each trusted ID number), or, where too
/// few have one, among all.
#[derive(Clone, Debug)]
pub struct Chance {
    /// Profiles looked at.
    pub persons: u64,
    /// Whether they are known to be different persons.
    pub distinct: bool,
    /// Probability that two have a name equal, for each of the five levels of equal names.
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
const DRAWN_PAIRS: u64 = 1 << 20;

/// Counts agreement by chance. Draws pairs by a fixed sequence, so that the same night gives the same figures.
pub fn chance(features: &Features) -> Chance {
    let mut by_id: Vec<(u64, u32)> =
        (0..features.len()).map(|p| (features.trusted_id(p), p as u32)).filter(|row| row.0 != 0).collect();
    by_id.par_sort_unstable();
    by_id.dedup_by_key(|row| row.0);
    let distinct = by_id.len() >= DISTINCT_MIN;
    let mut chosen: Vec<u32> =
        if distinct { by_id.into_iter().map(|row| row.1).collect() } else { (0..features.len() as u32).collect() };
    chosen.sort_unstable();
    let n = chosen.len() as u64;
    let pairs = (n.max(2) * (n.max(2) - 1) / 2) as f64;

    let mut same_name = [0.0; name::EXACT_LEVELS as usize];
    let packed = |&p: &u32| &features.packed[p as usize];
    for (number, count) in counted(chosen.iter().map(|p| packed(p).name), features.names.len()) {
        let name = &features.names[number as usize];
        if !name.is_title() && !name.is_missing() {
            same_name[name.rarity as usize - 1] += together(count) / pairs;
        }
    }
    let mut same_phone = [0.0; 4];
    let phones = chosen.iter().flat_map(|p| packed(p).phones);
    for (number, count) in counted(phones, features.phone_level.len()) {
        same_phone[(features.phone_level[number as usize] - phone::SAME) as usize] += together(count) / pairs;
    }
    let mut same_flat = [0.0; 2];
    for (number, count) in counted(chosen.iter().map(|p| packed(p).flat), features.flat_level.len()) {
        same_flat[(features.flat_level[number as usize] - address::SAME_FLAT) as usize] += together(count) / pairs;
    }

    let mut random = vec![0; PATTERNS];
    let mut random_pairs = 0;
    if n >= 2 {
        let drawn: Vec<Pattern> = (0..DRAWN_PAIRS)
            .into_par_iter()
            .filter_map(|i| {
                let draw =
                    |side: u64| chosen[((u128::from(hash::key(0xd1ce, &[i, side])) * u128::from(n)) >> 64) as usize];
                let (a, b) = (draw(0), draw(1));
                (a != b).then(|| features.pattern_hidden(a, b))
            })
            .collect();
        random_pairs = drawn.len() as u64;
        drawn.into_iter().for_each(|pattern| random[pattern.0 as usize] += 1);
    }
    Chance { persons: n, distinct, same_name, same_phone, same_flat, random, random_pairs }
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
