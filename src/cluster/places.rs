//! One person, one row: what it says that both sides of a pair have a record of a source, or only one of them has. A source
//! that lists nearly everybody once makes two of its rows two persons (twins, a father and a son under one title), and a
//! person whom it lacks the likely owner of a row that is left over. Which sources are such is counted each night.

use super::Side;

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

/// What is counted in the sets that strong pairs have made.
#[derive(Clone, Debug)]
pub(super) struct Counts {
    /// Sets that several sources know.
    well: u32,
    by_source: [OfSource; SOURCES],
    /// How often places in one household were the same, and how often not, when sets were joined.
    roles: [u32; 2],
}

/// What is counted of the sets that have a record of one source.
#[derive(Clone, Copy, Debug, Default)]
struct OfSource {
    persons: u32,
    /// Those with more than one record of it.
    doubled: u32,
    /// Those that several sources know, this one among them.
    well: u32,
    /// Those that several others know.
    well_by_others: u32,
}

impl Default for Counts {
    fn default() -> Self {
        Self { well: 0, by_source: [OfSource::default(); SOURCES], roles: [0, 0] }
    }
}

impl Counts {
    /// Counts a set by what is known at its root.
    pub(super) fn add(&mut self, side: &Side) {
        let known = side.sources.count_ones();
        let (well, well_by_others) = (u32::from(known >= SOURCES_MIN), u32::from(known > SOURCES_MIN));
        self.well += well;
        let mut mask = side.sources;
        while mask != 0 {
            let source = mask.trailing_zeros();
            let count = &mut self.by_source[source as usize];
            count.persons += 1;
            count.doubled += (side.repeated >> source & 1) as u32;
            count.well += well;
            count.well_by_others += well_by_others;
            mask &= mask - 1;
        }
    }

    /// Counts how often places in one household were the same, and how often not.
    pub(super) fn add_roles(&mut self, roles: [u32; 2]) {
        self.roles = [self.roles[0] + roles[0], self.roles[1] + roles[1]];
    }

    /// Both together.
    pub(super) fn and(mut self, other: &Self) -> Self {
        self.well += other.well;
        self.add_roles(other.roles);
        for (sum, more) in self.by_source.iter_mut().zip(&other.by_source) {
            sum.persons += more.persons;
            sum.doubled += more.doubled;
            sum.well += more.well;
            sum.well_by_others += more.well_by_others;
        }
        self
    }

    /// What the counts say.
    pub(super) fn places(&self) -> Places {
        let mut places = Places::default();
        let [same, different] = self.roles.map(f64::from);
        if same + different >= f64::from(PERSONS_MIN) {
            let bits = ((different + 1.0) / (same + different + 1.0) / ROLES_DIFFER).log2() as f32;
            places.roles = bits.clamp(-LEAST_BITS_OF_ROLES, 0.0);
        }
        for (source, count) in self.by_source.iter().enumerate() {
            // Of the sets that other sources know well: those without a record of this one, and those with.
            let (lacking, having) = (self.well - count.well, count.well_by_others);
            if count.persons < PERSONS_MIN || lacking + having < PERSONS_MIN {
                continue;
            }
            let listed = f64::from(having) / f64::from(lacking + having);
            let double = (f64::from(count.doubled) + 1.0) / (f64::from(count.persons) + 1.0);
            if double >= listed {
                continue;
            }
            places.both[source] = ((double / listed).log2() as f32).clamp(-LEAST_BITS_OF_SOURCES, 0.0);
            places.one[source] = (((1.0 - double) / (1.0 - listed).max(1e-3)).log2() as f32).clamp(0.0, MOST_BITS);
        }
        places
    }
}

impl Places {
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

    fn counted_in(sides: impl Iterator<Item = Side>, same_roles: u32) -> Places {
        let mut counts = Counts::default();
        counts.add_roles([same_roles, 0]);
        sides.for_each(|side| counts.add(&side));
        counts.places()
    }

    /// 300 persons in sources 0 to 2, of whom source 0 lacks a few and lists one twice; source 2 lists everybody thrice.
    fn counted() -> Places {
        let n = 300;
        let side = |p: usize| Side {
            sources: if p.is_multiple_of(10) { 0b110 } else { 0b111 },
            repeated: if p == 5 { 0b101 } else { 0b100 },
            ..Side::default()
        };
        counted_in((0..n).map(side), 999)
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
        let places = counted_in(sides.into_iter(), 99);
        assert_eq!(places.bits(0b111, 0b111), 0.0);
    }
}
