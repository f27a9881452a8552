//! From counts to weights.

use super::ids;
use super::preset::{self, Levels};
use crate::link::levels::{PATTERNS, Pattern, REST_PATTERNS, address, birth, identity, name, phone, sex};
use crate::link::{Chance, PatternCounts, Weights, may_be_doubled};
use std::borrow::Cow;

/// Pseudo-pairs by which the preset's m probabilities count against the night's.
const M_STRENGTH: f64 = 50.0;
/// Pseudo-pairs by which independence counts against a counted pattern.
const PATTERN_STRENGTH: f64 = 3.0;
/// Fewer silver matches than this say nothing about single patterns.
const SILVER_MIN: f64 = 300.0;
/// A level never drawn may still occur as often as this many of the pairs drawn.
const SELDOM_PAIRS: f64 = 0.7;

/// Fitted probabilities and what they were fitted from.
#[derive(Clone, Debug)]
pub struct Fit {
    /// The weight of every pattern.
    pub weights: Weights,
    /// log2 odds that two profiles drawn at random are one person.
    pub prior_bits: f64,
    /// Silver matches, scaled to the whole night.
    pub silver_matches: f64,
    /// Share of silver matches that rules that read no ID number brought together.
    pub silver_reached: f64,
    /// For each field (birth, sex, name, phone, address): m and u by level. Those of `id` are among numbers of one kind (two
    /// valid ones, one of them wrong, known in part), its levels counted from 1.
    pub fields: Vec<(&'static str, Vec<f64>, Vec<f64>)>,
}

impl Fit {
    /// Whether silver labels stand behind the weights, not the preset alone.
    pub fn is_fitted(&self) -> bool {
        self.silver_matches >= SILVER_MIN
    }
}

/// The five fields that patterns are made of once the ID is hidden, with the level of each; 0 is missing everywhere.
fn field_levels(pattern: Pattern) -> [u8; 5] {
    let hidden = pattern.identity().saturating_sub(identity::BIRTH_SEX);
    [hidden / 3, hidden % 3, pattern.name(), pattern.phone(), pattern.address()]
}

const FIELDS: [&str; 5] = ["birth", "sex", "name", "phone", "address"];
/// Place of the name among them.
const NAME: usize = 2;

/// Whether enough pairs are labelled by ID numbers to fit by.
pub fn has_silver(counts: &PatternCounts) -> bool {
    counts.silver_match.iter().map(|&n| f64::from(n)).sum::<f64>() >= SILVER_MIN
}

/// Fits the weights of every pattern from a night's counts.
pub fn fit(counts: &PatternCounts, chance: &Chance) -> Fit {
    // Counts stay as they were seen, so that a sample's pairs weigh what they are worth; what is expected is scaled down.
    let scale = f64::from(1_u32 << counts.sample_bits);
    let matches: Vec<f64> = counts.silver_match.iter().map(|&n| f64::from(n)).collect();
    let by_roster = counts.roster_pairs.is_some();
    let may_be_one = |index: usize| {
        let levels = field_levels(Pattern(index as u32));
        by_roster && may_be_doubled(levels[2], levels[0])
    };
    let nonmatches: Vec<f64> = (counts.silver_nonmatch.iter().enumerate())
        .map(|(index, &n)| if n == 0 || may_be_one(index) { 0.0 } else { f64::from(n) })
        .collect();
    let silver: f64 = matches.iter().sum();
    let fields = fit_fields(counts, chance);

    let pairs = |n: u64| (n as f64) * (n as f64 - 1.0).max(1.0) / 2.0;
    let trusted_pairs = pairs(counts.trusted);
    // Matches are as frequent among all profiles as among those with trusted IDs; without those, a few records a person.
    let prior = if silver >= SILVER_MIN {
        silver * scale / trusted_pairs
    } else {
        1.5 * counts.profiles as f64 / pairs(counts.profiles)
    };
    let prior_bits = prior.log2();
    let persons_bits = -prior_bits;

    let mut of_pattern = vec![f32::NEG_INFINITY; PATTERNS];
    let counted = Counted {
        matches: Cow::Borrowed(&matches),
        nonmatches: Cow::Borrowed(&nonmatches),
        random: Cow::Owned(chance.random.iter().map(|&n| f64::from(n)).collect()),
        per_draw: counts.roster_pairs.unwrap_or(trusted_pairs) / scale / chance.random_pairs.max(1) as f64,
        by_roster,
    };
    let labelled = if by_roster { nonmatches.iter().sum() } else { silver };
    let dependence = Dependence::new(&counted, chance, &fields, labelled);
    let ids = ids::fit_ids(counts, &fields[NAME], persons_bits);
    for index in 0..PATTERNS {
        let pattern = Pattern(index as u32);
        if !exists(pattern) {
            continue;
        }
        let levels = field_levels(pattern);
        let bits = |from: usize| -> f64 {
            (from..FIELDS.len())
                .filter(|&f| levels[f] != 0)
                .map(|f| (fields[f].m[levels[f] as usize] / fields[f].u[levels[f] as usize]).log2())
                .sum()
        };
        let weight = if identity::is_id(pattern.identity()) {
            prior_bits + ids.bits[usize::from(pattern.identity())] + bits(2) + dependence.rest[pattern.rest()]
        } else {
            prior_bits + bits(0) + dependence.whole[index]
        };
        of_pattern[index] = weight as f32;
    }
    Fit {
        weights: Weights { of_pattern },
        prior_bits,
        silver_matches: silver * scale,
        silver_reached: counts.silver_match_reached as f64 / silver.max(1.0),
        fields: (FIELDS.into_iter().zip(fields).chain([("id", ids.shares)]))
            .map(|(name, levels)| (name, levels.m, levels.u))
            .collect(),
    }
}

fn exists(pattern: Pattern) -> bool {
    (pattern.identity() as usize) < identity::COUNT
        && (pattern.name() as usize) < name::COUNT
        && (pattern.phone() as usize) < phone::COUNT
        && (pattern.address() as usize) < address::COUNT
}

/// Whether a pair without ID numbers is so surely a match by its other fields that it tells of `field`. Where no ID numbers
/// are, this is what m is counted from.
fn tells_of(field: &str, levels: &[u8; 5]) -> bool {
    let [birth_level, sex_level, name_level, phone_level, _] = *levels;
    let equal_names = (name::EXACT + 1..name::UNREADABLE).contains(&name_level);
    let same_day = birth_level == birth::SAME_DAY;
    let not_apart = birth_level != birth::DIFFERENT && birth_level != birth::FAR;
    let own_phone = phone_level == phone::SAME;
    let at_home = in_one_household(levels);
    match field {
        "phone" | "address" => equal_names && same_day && sex_level != sex::DIFFERENT,
        "birth" => equal_names && own_phone && sex_level != sex::DIFFERENT,
        "sex" => equal_names && at_home && birth_level != birth::MISSING && not_apart,
        // Which names are equal, not how often names are: that takes labels of another kind.
        _ => equal_names && same_day && own_phone,
    }
}

/// m and u of each field among pairs in which both sides have it.
fn fit_fields(counts: &PatternCounts, chance: &Chance) -> Vec<Levels> {
    let presets = [preset::births(), preset::sexes(), preset::names(), preset::phones(), preset::addresses()];
    let mut seen: Vec<(Vec<f64>, Vec<f64>)> =
        presets.iter().map(|levels| (vec![0.0; levels.m.len()], vec![0.0; levels.m.len()])).collect();
    let by_roster = counts.roster_pairs.is_some();
    for index in 0..PATTERNS {
        let (matched, random) = (f64::from(counts.silver_match[index]), f64::from(chance.random[index]));
        let all = if by_roster { f64::from(counts.all[index]) } else { 0.0 };
        if matched == 0.0 && random == 0.0 && all == 0.0 {
            continue;
        }
        let levels = field_levels(Pattern(index as u32));
        for (field, &level) in levels.iter().enumerate() {
            let Some(slot) = seen[field].0.get_mut(level as usize) else { continue };
            *slot += if by_roster && tells_of(FIELDS[field], &levels) { all } else { matched };
            seen[field].1[level as usize] += random;
        }
    }
    presets
        .into_iter()
        .zip(seen)
        .enumerate()
        .map(|(field, (mut levels, (matched, drawn)))| {
            let present: f64 = matched[1..].iter().sum();
            let drawn_present: f64 = drawn[1..].iter().sum();
            let share = if chance.random_pairs == 0 { 0.0 } else { drawn_present / chance.random_pairs as f64 };
            if by_roster && FIELDS[field] == "name" {
                only_equal_names(&mut levels, &matched);
            } else {
                for level in 1..levels.m.len() {
                    levels.m[level] = (matched[level] + M_STRENGTH * levels.m[level]) / (present + M_STRENGTH);
                }
            }
            for level in 1..levels.m.len() {
                // A level drawn never or seldom keeps a little of the preset.
                let seldom = levels.u[level].min(SELDOM_PAIRS / drawn_present.max(1.0));
                levels.u[level] = (drawn[level] / drawn_present.max(1.0)).max(seldom);
            }
            if chance.distinct && share > 0.0 {
                let counted: &[f64] = match FIELDS[field] {
                    "name" => &chance.same_name,
                    "phone" => &chance.same_phone,
                    "address" => &chance.same_flat,
                    _ => &[],
                };
                // Counted over all pairs, not drawn: exact even for what is rare.
                let floor = 0.3 / (chance.persons as f64 * chance.persons as f64 / 2.0).max(1.0);
                for (i, &u) in counted.iter().enumerate() {
                    levels.u[i + 1] = (u / share).max(floor);
                }
            }
            monotone_floor(&mut levels);
            levels
        })
        .collect()
}

/// Shares the preset's probability of equal names out among their levels as they were seen.
fn only_equal_names(levels: &mut Levels, matched: &[f64]) {
    let equal = name::EXACT as usize..name::UNREADABLE as usize;
    let preset: f64 = levels.m[equal.clone()].iter().sum();
    let seen: f64 = matched[equal.clone()].iter().sum();
    for level in equal {
        levels.m[level] = preset * (matched[level] + M_STRENGTH * levels.m[level] / preset) / (seen + M_STRENGTH);
    }
}

/// No level may weigh more than 30 bits either way.
fn monotone_floor(levels: &mut Levels) {
    for level in 1..levels.m.len() {
        levels.m[level] = levels.m[level].max(1e-9);
        levels.u[level] = levels.u[level].max(levels.m[level] * 2_f64.powi(-30)).max(1e-12);
    }
    debug_assert_eq!(sex::MISSING, 0);
}

/// Bits by which counted patterns depart from independence, for whole patterns and without the identity group.
struct Dependence {
    whole: Vec<f64>,
    rest: Vec<f64>,
}

impl Dependence {
    /// Four steps, each beginning at what the one before says: names by themselves within and outside households; names,
    /// phones and addresses; births and sexes of alike names within and outside households (twins, brothers, a father's
    /// name); whole patterns.
    fn new(counted: &Counted<'_>, chance: &Chance, fields: &[Levels], labelled: f64) -> Self {
        if labelled < SILVER_MIN || !chance.distinct {
            return Self { whole: vec![0.0; PATTERNS], rest: vec![0.0; REST_PATTERNS] };
        }
        let without_identity = counted.pooled(REST_PATTERNS, |index| Pattern(index as u32).rest());
        let mut rest = Departures::new(&without_identity, fields, |levels| [0, 0, levels[2], levels[3], levels[4]]);
        rest.apply(NAME_GROUPS, |levels| Some(2 * usize::from(levels[2]) + usize::from(in_one_household(levels))));
        rest.apply_each();
        let mut whole = Departures::new(counted, fields, |levels| levels);
        whole.begin_at(|index| rest.ratios[Pattern(index as u32).rest()]);
        whole.apply(IDENTITY_GROUPS, |levels| {
            let group = 2 * name_group(levels[2])? + usize::from(in_one_household(levels));
            Some((group * BIRTHS + usize::from(levels[0])) * 3 + usize::from(levels[1]))
        });
        whole.apply_each();
        let bits = |ratios: Vec<Ratio>| ratios.into_iter().map(Ratio::bits).collect();
        Self { whole: bits(whole.ratios), rest: bits(rest.ratios) }
    }
}

const BIRTHS: usize = birth::COUNT;
const NAME_GROUPS: usize = 2 * name::COUNT;
const IDENTITY_GROUPS: usize = 2 * 6 * BIRTHS * 3;

/// Whether phone or flat say that the two live together.
fn in_one_household(levels: &[u8; 5]) -> bool {
    (phone::SAME..=phone::SAME_SHARED).contains(&levels[3])
        || (address::SAME_FLAT..=address::REGISTERED_FLAT).contains(&levels[4])
}

/// Names of one group say about as much of births and sexes as each other.
fn name_group(level: u8) -> Option<usize> {
    Some(match level {
        name::MISSING => return None,
        name::EXACT..=name::UNREADABLE => 0,
        name::ONE_DIFFERS | name::SURNAME_DIFFERS | name::ONE_MISSING | name::REORDERED => 2,
        name::TITLE_SURNAME | name::SAME_TITLE | name::UNREADABLE_WEAK => 3,
        name::SURNAME_ONLY => 4,
        name::DIFFERENT => 5,
        _ => 1,
    })
}

/// How much more often than by independence a pattern occurs, among matches and among non-matches.
#[derive(Clone, Copy, Debug)]
struct Ratio {
    matches: f64,
    chance: f64,
}

impl Ratio {
    const ONE: Self = Self { matches: 1.0, chance: 1.0 };

    fn bits(self) -> f64 {
        (self.matches / self.chance).log2()
    }
}

/// Pairs by pattern.
struct Counted<'a> {
    matches: Cow<'a, [f64]>,
    nonmatches: Cow<'a, [f64]>,
    random: Cow<'a, [f64]>,
    /// How many pairs of different persons one drawn pair stands for.
    per_draw: f64,
    /// Non-matches are pairs within rosters, and there are no matches.
    by_roster: bool,
}

impl Counted<'_> {
    /// The counts by `of` instead of by pattern.
    fn pooled(&self, len: usize, of: impl Fn(usize) -> usize) -> Counted<'static> {
        let pool = |counts: &[f64]| {
            let mut pooled = vec![0.0; len];
            counts.iter().enumerate().filter(|(_, n)| **n > 0.0).for_each(|(index, n)| pooled[of(index)] += n);
            Cow::Owned(pooled)
        };
        Counted {
            matches: pool(&self.matches),
            nonmatches: pool(&self.nonmatches),
            random: pool(&self.random),
            per_draw: self.per_draw,
            by_roster: self.by_roster,
        }
    }

    /// Whether pairs of such levels that were counted as non-matches are such.
    fn tell_of(&self, levels: &[u8; 5]) -> bool {
        !self.by_roster || !may_be_doubled(levels[2], levels[0])
    }
}

/// Whether a rule that reads no ID number brings every pair of such levels together, so that seeing few means few.
fn reached(levels: &[u8; 5]) -> bool {
    let [birth_level, _, name_level, phone_level, address_level] = *levels;
    let equal_names = (name::EXACT..name::EXACT + name::EXACT_LEVELS).contains(&name_level);
    (phone::SAME..=phone::SAME_MASS).contains(&phone_level)
        || (address::SAME_FLAT..=address::REGISTERED_FLAT).contains(&address_level)
        || equal_names && birth_level == birth::SAME_DAY
}

/// For each pattern how much more often than by independence it occurs.
///
/// Expected is the product of the fields' probabilities times the pairs with the same fields present, so that which fields
/// are missing together (a matter of sources, not of persons) says nothing.
struct Departures<'a> {
    counted: &'a Counted<'a>,
    /// Levels of each pattern; `None` for what is no pattern, or one of which nothing can be expected.
    levels: Vec<Option<[u8; 5]>>,
    /// Pairs expected by independence.
    expected: Vec<Ratio>,
    ratios: Vec<Ratio>,
}

impl<'a> Departures<'a> {
    fn new(counted: &'a Counted<'a>, fields: &[Levels], kept: impl Fn([u8; 5]) -> [u8; 5]) -> Self {
        let len = counted.matches.len();
        let levels: Vec<Option<[u8; 5]>> = (0..len)
            .map(|index| Some(kept(field_levels(Pattern(index as u32)))).filter(|levels| are_levels(levels, fields)))
            .collect();
        let mask_of =
            |levels: &[u8; 5]| levels.iter().enumerate().map(|(f, &l)| usize::from(l != 0) << f).sum::<usize>();
        let (mut matched_of_mask, mut drawn_of_mask) = ([0.0; 32], [0.0; 32]);
        for (index, levels) in levels.iter().enumerate() {
            let Some(levels) = levels else { continue };
            matched_of_mask[mask_of(levels)] += counted.matches[index];
            drawn_of_mask[mask_of(levels)] += counted.random[index];
        }
        // What hardly any drawn pair has (no name on either side) nobody knows how to expect: a single pair of such levels would
        // turn their weight over.
        let is_foreseen = |levels: &[u8; 5]| drawn_of_mask[mask_of(levels)] >= DRAWN_MIN;
        let levels: Vec<Option<[u8; 5]>> = levels.into_iter().map(|levels| levels.filter(is_foreseen)).collect();
        let expected = |levels: &Option<[u8; 5]>| {
            let Some(levels) = levels else { return Ratio { matches: 0.0, chance: 0.0 } };
            let product = |of: fn(&Levels) -> &[f64]| -> f64 {
                (0..5).filter(|&f| levels[f] != 0).map(|f| of(&fields[f])[levels[f] as usize]).product()
            };
            Ratio {
                matches: matched_of_mask[mask_of(levels)] * product(|levels| &levels.m),
                chance: drawn_of_mask[mask_of(levels)] * counted.per_draw * product(|levels| &levels.u),
            }
        };
        let expected = levels.iter().map(expected).collect();
        Self { counted, levels, expected, ratios: vec![Ratio::ONE; len] }
    }

    /// Begins at what is known of a coarser pattern.
    fn begin_at(&mut self, ratio: impl Fn(usize) -> Ratio) {
        self.ratios.iter_mut().enumerate().for_each(|(index, slot)| *slot = ratio(index));
    }

    /// Moves the ratios of each group of patterns by what was seen of the group as a whole.
    fn apply(&mut self, groups: usize, group_of: impl Fn(&[u8; 5]) -> Option<usize>) {
        let group = |levels: &Option<[u8; 5]>| levels.as_ref().and_then(&group_of);
        let mut sums = vec![[0.0_f64; 4]; groups];
        let mut all_reached = vec![true; groups];
        for (index, levels) in self.levels.iter().enumerate() {
            let (Some(levels), Some(group)) = (levels, group(levels)) else { continue };
            if !self.counted.tell_of(levels) {
                continue;
            }
            let (expected, ratio) = (self.expected[index], self.ratios[index]);
            let seen = [self.counted.matches[index], self.counted.nonmatches[index]];
            let expected = [expected.matches * ratio.matches, expected.chance * ratio.chance];
            let sum = &mut sums[group];
            (0..2).for_each(|i| (sum[i], sum[2 + i]) = (sum[i] + seen[i], sum[2 + i] + expected[i]));
            all_reached[group] &= reached(levels) || expected[1] < SMALL;
        }
        let moved: Vec<Ratio> = sums
            .iter()
            .zip(all_reached)
            .map(|(sum, all_reached)| {
                let chance = departure(sum[1], sum[3]);
                Ratio {
                    matches: departure(sum[0], sum[2]),
                    // What no rule without IDs reaches is seen less often than it occurs: only an excess counts.
                    chance: if all_reached { chance } else { chance.max(1.0) },
                }
            })
            .collect();
        for (levels, ratio) in self.levels.iter().zip(&mut self.ratios) {
            if let (Some(levels), Some(group)) = (levels, group(levels))
                && self.counted.tell_of(levels)
            {
                *ratio =
                    Ratio { matches: ratio.matches * moved[group].matches, chance: ratio.chance * moved[group].chance };
            }
        }
    }

    /// Moves the ratio of each pattern by what was seen of it.
    fn apply_each(&mut self) {
        for (index, levels) in self.levels.iter().enumerate() {
            let Some(levels) = levels.as_ref().filter(|levels| self.counted.tell_of(levels)) else { continue };
            let (expected, ratio) = (self.expected[index], &mut self.ratios[index]);
            let chance = departure(self.counted.nonmatches[index], expected.chance * ratio.chance);
            ratio.matches *= departure(self.counted.matches[index], expected.matches * ratio.matches);
            ratio.chance *= if reached(levels) { chance } else { chance.max(1.0) };
        }
    }
}

/// Fields that fewer drawn pairs have tell nothing of how often they agree by chance together.
const DRAWN_MIN: f64 = 3.0;
/// Expected pairs too few to matter.
const SMALL: f64 = 1e-3;

fn are_levels(levels: &[u8; 5], fields: &[Levels]) -> bool {
    levels.iter().zip(fields).all(|(&level, field)| (level as usize) < field.m.len())
}

/// How much more often than expected something occurs that was seen so often. Few pairs say little, whichever way they
/// depart: what was seen has [`PATTERN_STRENGTH`] pseudo-pairs against it. Many pairs are believed, however few were
/// expected: persons of one household agree in ways that no product of probabilities foresees.
fn departure(seen: f64, expected: f64) -> f64 {
    let expected = expected.max(1e-9);
    let most = seen.max(expected);
    (most * seen + PATTERN_STRENGTH * expected) / ((most + PATTERN_STRENGTH) * expected)
}

#[cfg(test)]
mod tests {
    use super::departure;

    #[test]
    fn many_pairs_are_believed_and_few_are_not() {
        let near = |x: f64, y: f64| (x / y).log2().abs() < 0.3;
        assert!(near(departure(60.0, 1e-6), 6e7), "twins, whom no product foresees");
        assert!(near(departure(1.0, 1.0), 1.0) && near(departure(500.0, 1000.0), 0.5));
        assert!(near(departure(0.0, 0.01), 1.0), "nothing seen of next to nothing");
        assert!(departure(0.0, 300.0) < 0.02, "nothing seen of many");
        assert!(departure(1.0, 0.5) < 1.3, "one pair is no news");
    }
}
