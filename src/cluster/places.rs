//! One person, one row: what it says that both sides of a pair have a record of a source, or only one of them has. A source
//! that lists nearly everybody once makes two of its rows two persons (twins, a father and a son under one title), and a
//! person whom it lacks the likely owner of a row that is left over. Which sources are such is counted each night.

use super::Side;
use crate::kernels::union_find::UnionFind;

/// Least that both sides having a record of one source may say, in bits.
const LEAST_BITS_OF_SOURCES: f32 = 8.0;
/// Least that two places in one household may say.
const LEAST_BITS_OF_ROLES: f32 = 12.0;
/// Least of all together: a pair that is heavier by this much joins, whatever they say.
pub(super) const LEAST_BITS: f32 = 16.0;
/// Persons of different households' places: how often two of one household have two.
const ROLES_DIFFER: f64 = 0.8;
/// Most that it may say that one side lacks a source.
pub(super) const MOST_BITS: f32 = 3.0;
/// Persons of a source that must be known for it to say anything.
const PERSONS_MIN: u32 = 200;
/// A person is known well enough to miss a source from this many sources on.
const SOURCES_MIN: u32 = 2;
/// Sources that are told apart.
const SOURCES: usize = 64;

/// Bits by source.
#[derive(Clone, Debug)]
pub struct Places {
    /// Both sides have a record of the source.
    both: [f32; SOURCES],
    /// One side has one, the other is known well and has none.
    one: [f32; SOURCES],
    /// Both sides are of one household and have different places in it.
    roles: f32,
}

impl Default for Places {
    fn default() -> Self {
        Self { both: [0.0; SOURCES], one: [0.0; SOURCES], roles: 0.0 }
    }
}

impl Places {
    /// Counts in the sets that strong pairs have made. `roles` is how often places in one household were the same, and
    /// how often not, when they were joined.
    pub(super) fn of(sets: &mut UnionFind, sides: &[Side], roles: [u32; 2]) -> Self {
        let known = 64 - sides.iter().fold(0, |all, side| all | side.sources).leading_zeros() as usize;
        let (mut persons, mut others, mut doubled) = ([0_u32; SOURCES], [[0_u32; 2]; SOURCES], [0_u32; SOURCES]);
        for (row, side) in sides.iter().enumerate() {
            if sets.find(row as u32) as usize != row {
                continue;
            }
            let (mask, twice) = (side.sources, side.repeated);
            for source in 0..known {
                let (bit, has) = (1_u64 << source, mask >> source & 1);
                persons[source] += has as u32;
                doubled[source] += (twice >> source & 1) as u32;
                if (mask & !bit).count_ones() >= SOURCES_MIN {
                    others[source][has as usize] += 1;
                }
            }
        }
        let mut places = Self::default();
        let [same, different] = roles.map(f64::from);
        if same + different >= f64::from(PERSONS_MIN) {
            let bits = ((different + 1.0) / (same + different + 1.0) / ROLES_DIFFER).log2() as f32;
            places.roles = bits.clamp(-LEAST_BITS_OF_ROLES, 0.0);
        }
        for source in 0..known {
            let [lacking, having] = others[source];
            if persons[source] < PERSONS_MIN || lacking + having < PERSONS_MIN {
                continue;
            }
            let listed = f64::from(having) / f64::from(lacking + having);
            let double = (f64::from(doubled[source]) + 1.0) / (f64::from(persons[source]) + 1.0);
            if double >= listed {
                continue;
            }
            places.both[source] = ((double / listed).log2() as f32).clamp(-LEAST_BITS_OF_SOURCES, 0.0);
            places.one[source] = (((1.0 - double) / (1.0 - listed).max(1e-3)).log2() as f32).clamp(0.0, MOST_BITS);
        }
        places
    }

    /// What two sets of sources add to the weight of a pair between them.
    pub(super) fn bits(&self, a: u64, b: u64) -> f32 {
        let sum = |mut mask: u64, of: &[f32; SOURCES]| {
            let mut sum = 0.0;
            while mask != 0 {
                sum += of[mask.trailing_zeros() as usize];
                mask &= mask - 1;
            }
            sum
        };
        let known = |mask: u64| if mask.count_ones() >= SOURCES_MIN { u64::MAX } else { 0 };
        let lacking = a & !b & known(b) | b & !a & known(a);
        (sum(a & b, &self.both) + sum(lacking, &self.one)).clamp(-LEAST_BITS_OF_SOURCES, MOST_BITS)
    }

    /// What two places in households add to the weight of a pair between them.
    pub(super) fn role_bits(&self, a: (u32, u8), b: (u32, u8)) -> f32 {
        if roles_differ(a, b) { self.roles } else { 0.0 }
    }
}

/// Whether two places are in one household, by the name of its head, and not the same.
pub(super) fn roles_differ(a: (u32, u8), b: (u32, u8)) -> bool {
    a.0 != 0 && a.0 == b.0 && a.1 != b.1
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 300 persons in sources 0 to 2, of whom source 0 lacks a few and lists one twice; source 2 lists everybody thrice.
    fn counted() -> Places {
        let n = 300;
        let side = |p: usize| Side {
            sources: if p.is_multiple_of(10) { 0b110 } else { 0b111 },
            repeated: if p == 5 { 0b101 } else { 0b100 },
            ..Side::default()
        };
        Places::of(&mut UnionFind::new(n), &(0..n).map(side).collect::<Vec<_>>(), [999, 0])
    }

    #[test]
    fn a_source_that_lists_everybody_once_tells_two_persons_apart() {
        let places = counted();
        assert!(places.bits(0b001, 0b111) < -6.0, "twice in source 0");
        assert!(places.bits(0b001, 0b110) > 2.5, "the place in source 0 is free");
        assert_eq!(places.bits(0b001, 0b100), 0.0, "one source says nothing of what a person lacks");
        assert_eq!(places.bits(0b100, 0b100), 0.0, "source 2 lists a person again and again");
        assert_eq!(places.bits(0b110, 0b001), places.bits(0b001, 0b110));
        assert!(places.role_bits((4, 1), (4, 3)) < -6.0, "the head and the child of one household");
        assert_eq!(places.role_bits((4, 1), (5, 3)), 0.0);
    }

    #[test]
    fn few_persons_say_nothing() {
        let sides = [Side { sources: 0b111, ..Side::default() }; 50];
        let places = Places::of(&mut UnionFind::new(50), &sides, [99, 0]);
        assert_eq!(places.bits(0b111, 0b111), 0.0);
    }
}
