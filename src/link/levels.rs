//! The comparison levels of `person-cn` and how a pair's levels are packed into one small integer, its pattern.

/// Levels of the identity comparison: ID number, birth date and sex as one group, so that dependent evidence counts once.
///
/// From [`identity::BIRTH_SEX`] on, the ID numbers cannot be compared (or say no more than the birth date) and the level is
/// `BIRTH_SEX + 3 * birth level + sex level`.
pub mod identity {
    /// Two equal valid numbers, neither of which contradicts its own record.
    pub const ID_EQUAL: u8 = 0;
    /// One and the same invalid number, or number of a passport or travel permit.
    pub const ID_SAME_WRONG: u8 = 1;
    /// One edit apart and at least one of them invalid: a typing error.
    pub const ID_ONE_EDIT: u8 = 2;
    /// Every position known in both agrees: the tail and at least six more. `+1` birth dates agree as well, `+2` they differ.
    pub const ID_PARTIAL: u8 = 3;
    /// Only tails are comparable, and they agree. `+1` birth dates agree as well, `+2` they differ.
    pub const ID_TAIL: u8 = 6;
    /// Two different valid numbers.
    pub const ID_DIFFERENT: u8 = 9;
    /// Different numbers, one of them invalid, more than one edit apart; or of two passports, or two permits.
    pub const ID_FAR: u8 = 10;
    /// Some position known in both differs (masked or ruined numbers).
    pub const ID_PARTIAL_DIFFERENT: u8 = 11;
    /// First level without usable ID numbers.
    pub const BIRTH_SEX: u8 = 12;
    /// Number of levels.
    pub const COUNT: usize = BIRTH_SEX as usize + 3 * super::birth::COUNT;

    /// Whether the level says something about ID numbers.
    pub fn is_id(level: u8) -> bool {
        level < BIRTH_SEX
    }
}

/// Levels of two birth dates within the identity group.
pub mod birth {
    /// One of them is missing.
    pub const MISSING: u8 = 0;
    /// The same day.
    pub const SAME_DAY: u8 = 1;
    /// One digit differs, or day and month are swapped.
    pub const TYPO: u8 = 2;
    /// As far apart as a lunar date is from its solar day.
    pub const LUNAR: u8 = 3;
    /// The same year (and month), where one side knows no more.
    pub const SAME_YEAR: u8 = 4;
    /// Within a year, where one side is from an age.
    pub const AGE: u8 = 5;
    /// Within a year, both sides days.
    pub const NEAR: u8 = 6;
    /// One to five years apart.
    pub const DIFFERENT: u8 = 7;
    /// Further apart.
    pub const FAR: u8 = 8;
    /// Number of levels.
    pub const COUNT: usize = 9;
}

/// Levels of two sexes within the identity group.
pub mod sex {
    /// One of them is missing.
    pub const MISSING: u8 = 0;
    /// The same.
    pub const SAME: u8 = 1;
    /// Opposite.
    pub const DIFFERENT: u8 = 2;
}

/// Levels of the name comparison.
pub mod name {
    /// One of them is missing.
    pub const MISSING: u8 = 0;
    /// Equal; nine levels from the most frequent names (1) to the rarest (9).
    pub const EXACT: u8 = 1;
    /// Number of levels of equal names.
    pub const EXACT_LEVELS: u8 = 9;
    /// Equal but for unreadable characters, two or more readable.
    pub const UNREADABLE: u8 = 10;
    /// Equal but for unreadable characters, one readable.
    pub const UNREADABLE_WEAK: u8 = 11;
    /// Sounds the same; three or more characters.
    pub const HOMOPHONE: u8 = 12;
    /// Sounds the same; two characters.
    pub const HOMOPHONE_SHORT: u8 = 13;
    /// Sounds the same to those who do not tell zh from z, n from l, in from ing.
    pub const NEAR_HOMOPHONE: u8 = 14;
    /// One character differs and looks alike; three or more characters.
    pub const LOOK_ALIKE: u8 = 15;
    /// One character differs and looks alike; two characters.
    pub const LOOK_ALIKE_SHORT: u8 = 16;
    /// The same characters in another order.
    pub const REORDERED: u8 = 17;
    /// One character missing.
    pub const ONE_MISSING: u8 = 18;
    /// One character of the given name differs; three or more characters.
    pub const ONE_DIFFERS: u8 = 19;
    /// The given name of two characters is equal, the surname differs.
    pub const SURNAME_DIFFERS: u8 = 20;
    /// One side is a title with this surname.
    pub const TITLE_SURNAME: u8 = 21;
    /// Both are the same title.
    pub const SAME_TITLE: u8 = 22;
    /// One side is pinyin that sounds like the other.
    pub const PINYIN: u8 = 23;
    /// Long names: one is the beginning of the other, or they are nearly equal.
    pub const LONG_NEAR: u8 = 24;
    /// Only the surname is equal.
    pub const SURNAME_ONLY: u8 = 25;
    /// Different.
    pub const DIFFERENT: u8 = 26;
    /// Number of levels.
    pub const COUNT: usize = 27;

    /// How much a level speaks for one person, best first; for choosing the better of two comparisons.
    pub fn rank(level: u8) -> u8 {
        match level {
            MISSING => 28,
            EXACT..UNREADABLE => UNREADABLE - level,
            other => other,
        }
    }
}

/// Levels of the phone comparison, best of all pairs of numbers.
pub mod phone {
    /// One side has none.
    pub const MISSING: u8 = 0;
    /// Equal, known with one or two names.
    pub const SAME: u8 = 1;
    /// Equal, known with three to eight names: a household's.
    pub const SAME_HOUSEHOLD: u8 = 2;
    /// Equal, known with nine to thirty names.
    pub const SAME_SHARED: u8 = 3;
    /// Equal, known with more names: a firm's or a booth's.
    pub const SAME_MASS: u8 = 4;
    /// One digit differs or two neighbours are swapped.
    pub const TYPO: u8 = 5;
    /// Different.
    pub const DIFFERENT: u8 = 6;
    /// Number of levels.
    pub const COUNT: usize = 7;
}

/// Levels of the address comparison.
pub mod address {
    /// One side has none.
    pub const MISSING: u8 = 0;
    /// The same flat, known with up to twelve names.
    pub const SAME_FLAT: u8 = 1;
    /// The same flat, known with more names: a dormitory.
    pub const SAME_DORMITORY: u8 = 2;
    /// One side's residence is the other's registered flat, or both are registered in one flat.
    pub const REGISTERED_FLAT: u8 = 3;
    /// The same building.
    pub const SAME_BUILDING: u8 = 4;
    /// The same estate, or road and door number.
    pub const SAME_ESTATE: u8 = 5;
    /// The same grid.
    pub const SAME_GRID: u8 = 6;
    /// Different.
    pub const DIFFERENT: u8 = 7;
    /// Number of levels.
    pub const COUNT: usize = 8;
}

/// Number of packed patterns.
pub const PATTERNS: usize = 1 << 17;
/// Number of patterns without the identity group.
pub const REST_PATTERNS: usize = 1 << 11;

/// A pair's levels: identity in bits 11 to 16, name in 6 to 10, phone in 3 to 5, address in 0 to 2.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Pattern(pub u32);

impl Pattern {
    /// Packs the four levels.
    #[inline]
    pub fn new(identity: u8, name: u8, phone: u8, address: u8) -> Self {
        Self(u32::from(identity) << 11 | u32::from(name) << 6 | u32::from(phone) << 3 | u32::from(address))
    }

    /// Level of identity.
    #[inline]
    pub fn identity(self) -> u8 {
        (self.0 >> 11) as u8
    }

    /// Level of name.
    #[inline]
    pub fn name(self) -> u8 {
        (self.0 >> 6 & 31) as u8
    }

    /// Level of phone.
    #[inline]
    pub fn phone(self) -> u8 {
        (self.0 >> 3 & 7) as u8
    }

    /// Level of address.
    #[inline]
    pub fn address(self) -> u8 {
        (self.0 & 7) as u8
    }

    /// The pattern without identity.
    #[inline]
    pub fn rest(self) -> usize {
        (self.0 & (REST_PATTERNS as u32 - 1)) as usize
    }

    /// The levels in the order of [`COMPARISONS`].
    pub fn levels(self) -> [u8; 4] {
        [self.identity(), self.name(), self.phone(), self.address()]
    }
}

/// Names of the comparisons: columns of the published links.
pub const COMPARISONS: [&str; 4] = ["identity", "name", "phone", "address"];

/// Published names of the levels of each comparison.
pub fn level_names() -> [Vec<String>; 4] {
    let owned = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect::<Vec<_>>();
    let mut identities = owned(&[
        "id_equal",
        "id_same_wrong",
        "id_one_edit",
        "id_partial",
        "id_partial_birth",
        "id_partial_not_birth",
        "id_tail",
        "id_tail_birth",
        "id_tail_not_birth",
        "id_different",
        "id_far",
        "id_partial_different",
    ]);
    let births = [
        "",
        "birth_day",
        "birth_typo",
        "birth_lunar",
        "birth_year",
        "birth_age",
        "birth_near",
        "birth_different",
        "birth_far",
    ];
    for birth in births {
        for sex in ["", "sex_same", "sex_different"] {
            identities.push(match (birth, sex) {
                ("", "") => "missing".to_owned(),
                ("", sex) => sex.to_owned(),
                (birth, "") => birth.to_owned(),
                (birth, sex) => format!("{birth}_{sex}"),
            });
        }
    }
    let names = [
        "missing",
        "exact_1",
        "exact_2",
        "exact_3",
        "exact_4",
        "exact_5",
        "exact_6",
        "exact_7",
        "exact_8",
        "exact_9",
        "unreadable",
        "unreadable_weak",
        "homophone",
        "homophone_short",
        "near_homophone",
        "look_alike",
        "look_alike_short",
        "reordered",
        "one_missing",
        "one_differs",
        "surname_differs",
        "title_surname",
        "same_title",
        "pinyin",
        "long_near",
        "surname_only",
        "different",
    ];
    let phones = ["missing", "same", "same_household", "same_shared", "same_mass", "typo", "different"];
    let addresses = [
        "missing",
        "same_flat",
        "same_dormitory",
        "registered_flat",
        "same_building",
        "same_estate",
        "same_grid",
        "different",
    ];
    [identities, owned(&names), owned(&phones), owned(&addresses)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_unpack_and_every_level_has_a_name() {
        let pattern = Pattern::new(38, 26, 6, 7);
        assert_eq!(pattern.levels(), [38, 26, 6, 7]);
        assert!((pattern.0 as usize) < PATTERNS && pattern.rest() < REST_PATTERNS);
        let names = level_names();
        let counts = [identity::COUNT, name::COUNT, phone::COUNT, address::COUNT];
        assert_eq!(names.each_ref().map(Vec::len), counts);
    }
}
