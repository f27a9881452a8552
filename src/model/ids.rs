//! Bits of the levels that compare ID numbers. Numbers cannot be labelled by numbers: what other evidence tells is counted.
//! Pairs with one name, one phone and one flat are one person and show how often such a person's numbers disagree (m);
//! among pairs that a number brought together, whatever their names, different names show how often strangers' numbers
//! agree (u). Each count has the preset against it, so that a small night stays near it, and no level of agreeing numbers
//! moves further from it than [`MOVED_DOWN`] or [`MOVED_UP`] bits. What two valid numbers are worth, equal or
//! different, stays the preset's: they are the labels themselves.

use super::preset::{self, Levels};
use crate::link::levels::{Pattern, address, identity, name, phone};
use crate::link::{PatternCounts, RULES};

/// Pseudo-pairs by which the preset counts against the night's.
const STRENGTH: f64 = 50.0;
/// Bits by which agreeing numbers may say less than in the preset.
const MOVED_DOWN: f64 = 3.0;
/// Bits by which they may say more: strangers whom no rule brought together are not counted.
const MOVED_UP: f64 = 1.0;

/// What is known of the levels of ID numbers.
#[derive(Clone, Debug)]
pub(super) struct IdLevels {
    /// Bits of each level; what pairs are weighed by.
    pub(super) bits: Vec<f64>,
    /// m and u by level, from 1 on, among pairs whose numbers can be compared like that; u such that `log2 m / u` are the
    /// bits, but for two different valid numbers, which are two persons whatever the bits.
    pub(super) shares: Levels,
}

/// Pairs of one person by everything but their numbers, by level of ID numbers: those of which a number is doubtful, wrong or
/// known in part, and those of two valid numbers.
fn sure_pairs(counts: &PatternCounts) -> [f64; identity::BIRTH_SEX as usize] {
    let mut seen = [0.0; identity::BIRTH_SEX as usize];
    let mut see = |counts: &[u32], level_of: &dyn Fn(Pattern) -> u8| {
        for (index, &n) in counts.iter().enumerate().filter(|(_, n)| **n > 0) {
            let pattern = Pattern(index as u32);
            let equal_names = (name::EXACT..name::UNREADABLE).contains(&pattern.name());
            let at_home = pattern.phone() == phone::SAME && pattern.address() == address::SAME_FLAT;
            let level = level_of(pattern);
            if equal_names && at_home && identity::is_id(level) {
                seen[usize::from(level)] += f64::from(n);
            }
        }
    };
    see(&counts.all, &Pattern::identity);
    see(&counts.silver_match, &|_| identity::ID_EQUAL);
    if counts.roster_pairs.is_none() {
        see(&counts.silver_nonmatch, &|_| identity::ID_DIFFERENT);
    }
    seen
}

/// Of the pairs at `level` that share the birth and tail of their numbers, whatever their names: how many are of one person
/// and how many of two, by the share of different names (`names`: m and u).
fn by_names(counts: &PatternCounts, level: u8, names: &Levels) -> (f64, f64) {
    let rule = RULES.iter().position(|rule| rule.reads_id).unwrap_or(0);
    let (mut all, mut different) = (0.0, 0.0);
    for (pattern, rules) in counts.by_rule.iter().map(|(index, rules)| (Pattern(*index), rules[rule])) {
        if pattern.identity() == level && pattern.name() != name::MISSING {
            all += f64::from(rules);
            different += if pattern.name() == name::DIFFERENT { f64::from(rules) } else { 0.0 };
        }
    }
    let (m, u) = (names.m[usize::from(name::DIFFERENT)], names.u[usize::from(name::DIFFERENT)]);
    let strangers = ((different - m * all) / (u - m).max(0.1)).clamp(0.0, all);
    (all - strangers, strangers)
}

/// Fits the levels. `names` are m and u of names, `persons_bits` log2 of the number of persons.
pub(super) fn fit_ids(counts: &PatternCounts, names: &Levels, persons_bits: f64) -> IdLevels {
    let starting: Vec<f64> = (0..identity::BIRTH_SEX).map(|level| preset::id_bits(level, persons_bits)).collect();
    let mut bits = starting.clone();
    let seen = sure_pairs(counts);
    let at = |levels: std::ops::RangeInclusive<u8>| levels.map(|level| seen[usize::from(level)]).sum::<f64>();
    // What disagrees, and all that such numbers could say.
    let whole = at(identity::ID_SAME_WRONG..=identity::ID_ONE_EDIT);
    let part = at(identity::ID_PARTIAL..=identity::ID_DIFFERENT - 1);
    let born = |base: u8| seen[usize::from(base) + 1];
    for (level, agree) in [(identity::ID_FAR, whole), (identity::ID_PARTIAL_DIFFERENT, part)] {
        let (slot, seen) = (&mut bits[usize::from(level)], seen[usize::from(level)]);
        *slot = ((seen + STRENGTH * slot.exp2()) / (seen + agree + STRENGTH)).log2();
    }
    // Births that differ beside parts that agree: seldom of one person, nearly always of two.
    for base in [identity::ID_PARTIAL, identity::ID_TAIL] {
        let level = usize::from(base) + 2;
        let usual = (starting[level] - starting[usize::from(base)]).exp2();
        let share = (seen[level] + STRENGTH * usual) / (seen[level] + born(base) + STRENGTH);
        bits[level] = starting[level] + (share / usual).log2().clamp(-MOVED_DOWN, MOVED_UP);
    }
    // Numbers that agree though one of them is wrong: of how many strangers?
    for level in [identity::ID_SAME_WRONG, identity::ID_ONE_EDIT] {
        let slot = &mut bits[usize::from(level)];
        let usual = (*slot - persons_bits).exp2();
        let (same, strangers) = by_names(counts, level, names);
        let odds = (same + STRENGTH * usual / (1.0 + usual)) / (strangers + STRENGTH / (1.0 + usual));
        *slot += (odds / usual).log2().clamp(-MOVED_DOWN, MOVED_UP);
    }
    let shares = shares(&seen, &bits);
    IdLevels { bits, shares }
}

/// m of each level among the sure pairs of its kind, and the u that gives its bits.
fn shares(seen: &[f64; identity::BIRTH_SEX as usize], bits: &[f64]) -> Levels {
    let kinds = [
        &[identity::ID_EQUAL, identity::ID_DIFFERENT][..],
        &[identity::ID_SAME_WRONG, identity::ID_ONE_EDIT, identity::ID_FAR],
        &[3, 4, 5, 6, 7, 8, identity::ID_PARTIAL_DIFFERENT],
    ];
    let mut levels = Levels { m: vec![0.0; bits.len() + 1], u: vec![0.0; bits.len() + 1] };
    for kind in kinds {
        let all: f64 = kind.iter().map(|&level| seen[usize::from(level)] + 1.0).sum();
        for level in kind.iter().map(|&level| usize::from(level)) {
            levels.m[level + 1] = (seen[level] + 1.0) / all;
            levels.u[level + 1] = (levels.m[level + 1] / bits[level].exp2()).min(1.0);
        }
    }
    levels
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::link::BlockingStats;
    use crate::link::levels::PATTERNS;

    const PERSONS_BITS: f64 = 16.0;

    fn counts(all: &[(Pattern, u32)], by_number: &[(Pattern, u32)]) -> PatternCounts {
        let mut counts = PatternCounts {
            all: vec![0; PATTERNS],
            silver_match: vec![0; PATTERNS],
            silver_match_reached: 0,
            silver_nonmatch: vec![0; PATTERNS],
            by_rule: Vec::new(),
            sample_bits: 0,
            profiles: 0,
            trusted: 0,
            roster_pairs: None,
            blocking: BlockingStats::default(),
        };
        all.iter().for_each(|(pattern, n)| counts.all[pattern.0 as usize] += n);
        let rule = RULES.iter().position(|rule| rule.reads_id).unwrap();
        for (pattern, n) in by_number {
            let mut rules = [0; RULES.len()];
            rules[rule] = *n;
            counts.by_rule.push((pattern.0, rules));
        }
        counts
    }

    fn home(level: u8) -> Pattern {
        Pattern::new(level, name::EXACT, phone::SAME, address::SAME_FLAT)
    }

    fn bits(counts: &PatternCounts, level: u8) -> f64 {
        fit_ids(counts, &preset::names(), PERSONS_BITS).bits[usize::from(level)]
    }

    #[test]
    fn a_night_without_such_pairs_keeps_the_preset() {
        let none = counts(&[], &[]);
        for level in 0..identity::BIRTH_SEX {
            assert!((bits(&none, level) - preset::id_bits(level, PERSONS_BITS)).abs() < 0.05, "{level}");
        }
    }

    #[test]
    fn numbers_of_one_person_that_disagree_say_less() {
        let often = counts(&[(home(identity::ID_ONE_EDIT), 900), (home(identity::ID_FAR), 100)], &[]);
        assert!((bits(&often, identity::ID_FAR) - 0.1_f64.log2()).abs() < 0.1);
        let never = counts(&[(home(identity::ID_ONE_EDIT), 9000)], &[]);
        assert!(bits(&never, identity::ID_FAR) < -13.0);
        let births = counts(&[(home(identity::ID_TAIL + 1), 500), (home(identity::ID_TAIL + 2), 40)], &[]);
        assert!(bits(&births, identity::ID_TAIL + 2) > preset::id_bits(identity::ID_TAIL + 2, PERSONS_BITS) + 0.9);
    }

    #[test]
    fn different_names_beside_numbers_that_agree_are_strangers() {
        let level = identity::ID_ONE_EDIT;
        let of = |name: u8| Pattern::new(level, name, 0, 0);
        let usual = preset::id_bits(level, PERSONS_BITS);
        let strangers = counts(&[], &[(of(name::EXACT), 100), (of(name::DIFFERENT), 900)]);
        let none = counts(&[], &[(of(name::EXACT), 996), (of(name::DIFFERENT), 4)]);
        assert!(bits(&strangers, level) < usual - 1.5 && bits(&strangers, level) >= usual - MOVED_DOWN);
        assert!((bits(&none, level) - usual - MOVED_UP).abs() < 1e-9, "no further than it may");
    }
}
