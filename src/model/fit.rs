//! From counts to weights.

use super::preset::{self, Levels};
use crate::link::levels::{PATTERNS, Pattern, REST_PATTERNS, address, identity, name, phone, sex};
use crate::link::{Chance, PatternCounts, Weights};

/// Pseudo-pairs by which the preset's m probabilities count against the night's.
const M_STRENGTH: f64 = 50.0;
/// Pseudo-pairs by which independence counts against a counted pattern.
const PATTERN_STRENGTH: f64 = 3.0;
/// Fewer silver matches than this say nothing about single patterns.
const SILVER_MIN: f64 = 300.0;

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
    /// For each field (birth, sex, name, phone, address): m and u by level.
    pub fields: Vec<(&'static str, Vec<f64>, Vec<f64>)>,
}

/// The five fields that patterns are made of once the ID is hidden, with the level of each; 0 is missing everywhere.
fn field_levels(pattern: Pattern) -> [u8; 5] {
    let hidden = pattern.identity().saturating_sub(identity::BIRTH_SEX);
    [hidden / 3, hidden % 3, pattern.name(), pattern.phone(), pattern.address()]
}

const FIELDS: [&str; 5] = ["birth", "sex", "name", "phone", "address"];

/// Fits the weights of every pattern from a night's counts.
pub fn fit(counts: &PatternCounts, chance: &Chance) -> Fit {
    // Counts stay as they were seen, so that a sample's pairs weigh what they are worth; what is expected is scaled down.
    let scale = f64::from(1_u32 << counts.sample_bits);
    let matches: Vec<f64> = counts.silver_match.iter().map(|&n| f64::from(n)).collect();
    let nonmatches: Vec<f64> = counts.silver_nonmatch.iter().map(|&n| f64::from(n)).collect();
    let silver: f64 = matches.iter().sum();
    let fields = fit_fields(&matches, chance);

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
    let dependence = Dependence::new(&matches, &nonmatches, chance, &fields, silver, trusted_pairs / scale);
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
            prior_bits + preset::id_bits(pattern.identity(), persons_bits) + bits(2) + dependence.rest[pattern.rest()]
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
        fields: FIELDS.iter().zip(fields).map(|(name, levels)| (*name, levels.m, levels.u)).collect(),
    }
}

fn exists(pattern: Pattern) -> bool {
    (pattern.identity() as usize) < identity::COUNT
        && (pattern.name() as usize) < name::COUNT
        && (pattern.phone() as usize) < phone::COUNT
        && (pattern.address() as usize) < address::COUNT
}

/// m and u of each field among pairs in which both sides have it.
fn fit_fields(matches: &[f64], chance: &Chance) -> Vec<Levels> {
    let presets = [preset::births(), preset::sexes(), preset::names(), preset::phones(), preset::addresses()];
    let mut seen: Vec<(Vec<f64>, Vec<f64>)> =
        presets.iter().map(|levels| (vec![0.0; levels.m.len()], vec![0.0; levels.m.len()])).collect();
    for index in 0..matches.len() {
        let random = f64::from(chance.random[index]);
        if matches[index] == 0.0 && random == 0.0 {
            continue;
        }
        for (field, &level) in field_levels(Pattern(index as u32)).iter().enumerate() {
            seen[field].0[level as usize] += matches[index];
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
            for level in 1..levels.m.len() {
                levels.m[level] = (matched[level] + M_STRENGTH * levels.m[level]) / (present + M_STRENGTH);
                // A level drawn never or seldom keeps a little of the preset.
                levels.u[level] = (drawn[level] + 2.0 * levels.u[level].max(1e-7)) / (drawn_present + 2.0);
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
    fn new(
        matches: &[f64],
        nonmatches: &[f64],
        chance: &Chance,
        fields: &[Levels],
        silver: f64,
        trusted_pairs: f64,
    ) -> Self {
        if silver < SILVER_MIN || !chance.distinct {
            return Self { whole: vec![0.0; PATTERNS], rest: vec![0.0; REST_PATTERNS] };
        }
        let random: Vec<f64> = chance.random.iter().map(|&n| f64::from(n)).collect();
        let per_draw = trusted_pairs / chance.random_pairs.max(1) as f64;
        let without_identity = |counts: &[f64]| {
            let mut rest = vec![0.0; REST_PATTERNS];
            counts.iter().enumerate().for_each(|(index, n)| rest[Pattern(index as u32).rest()] += n);
            rest
        };
        let rest = departures(
            &Seen {
                matches: &without_identity(matches),
                nonmatches: &without_identity(nonmatches),
                random: &without_identity(&random),
                per_draw,
            },
            |index| {
                let levels = field_levels(Pattern(index as u32));
                [0, 0, levels[2], levels[3], levels[4]]
            },
            fields,
            |_| Ratio::ONE,
        );
        let whole = departures(
            &Seen { matches, nonmatches, random: &random, per_draw },
            |index| field_levels(Pattern(index as u32)),
            fields,
            |index| rest[Pattern(index as u32).rest()],
        );
        let bits = |ratios: Vec<Ratio>| ratios.into_iter().map(Ratio::bits).collect();
        Self { whole: bits(whole), rest: bits(rest) }
    }
}

/// How much more often than expected a pattern was seen, among matches and among non-matches.
#[derive(Clone, Copy)]
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
struct Seen<'a> {
    matches: &'a [f64],
    nonmatches: &'a [f64],
    random: &'a [f64],
    /// How many pairs of different persons one drawn pair stands for.
    per_draw: f64,
}

/// Whether a rule that reads no ID number brings every pair of such levels together, so that seeing few means few.
fn reached(levels: &[u8; 5]) -> bool {
    let [birth, _, name_level, phone_level, address_level] = *levels;
    let equal_names = (name::EXACT..name::EXACT + name::EXACT_LEVELS).contains(&name_level);
    (phone::SAME..=phone::SAME_MASS).contains(&phone_level)
        || (address::SAME_FLAT..=address::REGISTERED_FLAT).contains(&address_level)
        || equal_names && birth == crate::link::levels::birth::SAME_DAY
}

/// For each pattern how much more often than by independence it was seen, drawn towards `beforehand` (what is known of a
/// coarser pattern) by [`PATTERN_STRENGTH`] pseudo-pairs.
///
/// Expected is the product of the fields' probabilities times the pairs with the same fields present, so that which fields
/// are missing together (a matter of sources, not of persons) says nothing.
fn departures(
    seen: &Seen<'_>,
    levels_of: impl Fn(usize) -> [u8; 5],
    fields: &[Levels],
    beforehand: impl Fn(usize) -> Ratio,
) -> Vec<Ratio> {
    let mask_of = |levels: &[u8; 5]| levels.iter().enumerate().map(|(f, &l)| usize::from(l != 0) << f).sum::<usize>();
    let (mut matched_of_mask, mut drawn_of_mask) = ([0.0; 32], [0.0; 32]);
    for index in 0..seen.matches.len() {
        let mask = mask_of(&levels_of(index));
        matched_of_mask[mask] += seen.matches[index];
        drawn_of_mask[mask] += seen.random[index] * seen.per_draw;
    }
    (0..seen.matches.len())
        .map(|index| {
            let levels = levels_of(index);
            let before = beforehand(index);
            if levels.iter().zip(fields).any(|(&level, field)| level as usize >= field.m.len()) {
                return before;
            }
            let mask = mask_of(&levels);
            let product = |of: fn(&Levels) -> &[f64]| -> f64 {
                (0..5).filter(|&f| levels[f] != 0).map(|f| of(&fields[f])[levels[f] as usize]).product()
            };
            let expected_match = matched_of_mask[mask] * product(|levels| &levels.m);
            let expected_chance = drawn_of_mask[mask] * product(|levels| &levels.u);
            let ratio = |seen: f64, expected: f64, before: f64| {
                before * (seen + PATTERN_STRENGTH) / (expected * before + PATTERN_STRENGTH)
            };
            let chance = ratio(seen.nonmatches[index], expected_chance, before.chance);
            Ratio {
                matches: ratio(seen.matches[index], expected_match, before.matches),
                // What no rule without IDs reaches is seen less often than it occurs: only an excess counts.
                chance: if reached(&levels) { chance } else { chance.max(1.0) },
            }
        })
        .collect()
}
