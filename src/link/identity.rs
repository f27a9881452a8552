//! The identity comparison: ID number, birth date and sex as one group of evidence.

use super::features::{ID_DOUBTFUL, ID_TRUSTED, Packed};
use super::levels::{birth, identity as level, sex};
use crate::kernels::date::civil_from_days;
use crate::kernels::id_number::{IdKind, IdNumber, document};
use crate::tables::{BirthPrecision, NO_DATE, Sex};

const DAYS_A_YEAR: i32 = 366;
/// Positions of the three sequence digits and the check character.
const TAIL: u32 = 0b1111 << 14;

/// Bits that say how far the record's ID number may be trusted to be its own.
pub(super) fn trust(packed: &Packed) -> u8 {
    if packed.implied_birth == NO_DATE {
        return 0;
    }
    let (births, sexes) = own_agreement(packed);
    let contradicted = match births {
        birth::FAR | birth::DIFFERENT => true,
        birth::MISSING | birth::AGE | birth::NEAR => sexes == sex::DIFFERENT,
        _ => false,
    };
    match (contradicted, packed.id.kind) {
        (true, _) => ID_DOUBTFUL,
        (false, IdKind::Valid | IdKind::Valid15) => ID_TRUSTED,
        (false, _) => 0,
    }
}

/// Levels of the birth and the sex that a record states beside those that its ID number implies.
fn own_agreement(packed: &Packed) -> (u8, u8) {
    let stated = (packed.stated_birth, packed.stated_precision);
    let births = compare_births(stated, (packed.implied_birth, BirthPrecision::Day));
    (births, compare_sexes(packed.stated_sex, packed.implied_sex))
}

/// Whether the birth date in the record, if there is one, leaves its ID number in no doubt: then only the sex can contradict it.
pub(super) fn birth_does_not_contradict(packed: &Packed) -> bool {
    !matches!(own_agreement(packed).0, birth::FAR | birth::DIFFERENT)
}

/// Whether the record states the very birth date or sex that its ID number implies.
pub(super) fn confirms_its_number(packed: &Packed) -> bool {
    let (births, sexes) = own_agreement(packed);
    births == birth::SAME_DAY || sexes == sex::SAME
}

/// The level of two profiles. Symmetric.
pub(super) fn compare(a: &Packed, b: &Packed) -> u8 {
    // Whoever borrows a number states the own name with it: under one name a wrong age or birth date is a slip.
    let is_own = || a.name != 0 && a.name == b.name && a.id.same_valid(&b.id);
    if a.id.known == 0 || b.id.known == 0 || (a.has(ID_DOUBTFUL) || b.has(ID_DOUBTFUL)) && !is_own() {
        return compare_documents(a.document(), b.document()).unwrap_or_else(|| without_id(a, b));
    }
    match compare_ids(&a.id, &b.id) {
        Some(base @ (level::ID_PARTIAL | level::ID_TAIL)) => base + agreement_of_births(a, b),
        Some(level) => level,
        None => without_id(a, b),
    }
}

/// The level as if one side had no ID number: what silver labels count.
pub(super) fn compare_hidden(a: &Packed, b: &Packed) -> u8 {
    let stated = |p: &Packed| (p.stated_birth, p.stated_precision);
    let implied = |p: &Packed| (p.implied_birth, BirthPrecision::Day);
    let births = if b.stated_birth != NO_DATE {
        compare_births(if a.stated_birth == NO_DATE { implied(a) } else { stated(a) }, stated(b))
    } else if a.stated_birth != NO_DATE {
        compare_births(stated(a), implied(b))
    } else {
        birth::MISSING
    };
    let sexes = if b.stated_sex != Sex::Unknown {
        compare_sexes(if a.stated_sex == Sex::Unknown { a.implied_sex } else { a.stated_sex }, b.stated_sex)
    } else {
        compare_sexes(a.stated_sex, b.implied_sex)
    };
    level::BIRTH_SEX + 3 * births + sexes
}

fn without_id(a: &Packed, b: &Packed) -> u8 {
    level::BIRTH_SEX + 3 * compare_births(a.birth(), b.birth()) + compare_sexes(a.sex(), b.sex())
}

/// 0 unknown, 1 agree, 2 differ: the births that the records state, beside numbers that hide theirs.
fn agreement_of_births(a: &Packed, b: &Packed) -> u8 {
    match compare_births(a.birth(), b.birth()) {
        birth::MISSING => 0,
        birth::DIFFERENT | birth::FAR => 2,
        _ => 1,
    }
}

/// The level of two ID numbers, or `None` if they say no more than the birth dates in them.
fn compare_ids(a: &IdNumber, b: &IdNumber) -> Option<u8> {
    let full = |id: &IdNumber| matches!(id.kind, IdKind::Valid | IdKind::Valid15);
    let whole = |id: &IdNumber| full(id) || matches!(id.kind, IdKind::Wrong | IdKind::Length);
    if full(a) && full(b) {
        return Some(if a.digits == b.digits { level::ID_EQUAL } else { level::ID_DIFFERENT });
    }
    if whole(a) && whole(b) {
        return Some(if a == b {
            level::ID_SAME_WRONG
        } else if one_slip_apart(a, b) {
            level::ID_ONE_EDIT
        } else {
            level::ID_FAR
        });
    }
    let (differing, compared) = a.differing(b);
    let shared = a.known & b.known;
    if differing > 0 {
        // One digit of a masked number may be a typing error; it then says nothing.
        return (compared >= 4 && !(differing == 1 && compared >= 8)).then_some(level::ID_PARTIAL_DIFFERENT);
    }
    let tail = (shared & TAIL).count_ones();
    match compared {
        10.. if tail >= 3 => Some(level::ID_PARTIAL),
        3.. if tail >= 3 => Some(level::ID_TAIL),
        _ => None,
    }
}

/// The level of two numbers of other documents, or `None` if one has none or they say nothing of each other. What such a
/// number says is worth as much as an ID number without a check character that agrees.
#[inline]
fn compare_documents(a: u64, b: u64) -> Option<u8> {
    if a == 0 || b == 0 {
        return None;
    }
    document::same(a, b).map(|same| if same { level::ID_SAME_WRONG } else { level::ID_FAR })
}

/// Whether a typing error turns one number into the other: a character wrong, two neighbours swapped, one lost or added.
fn one_slip_apart(a: &IdNumber, b: &IdNumber) -> bool {
    match (a.kind == IdKind::Length, b.kind == IdKind::Length) {
        (false, false) => a.one_edit(b) || a.is_adjacent_swap(b),
        (false, true) => a.edit_distance_le1_for_length_kinds(b),
        (true, false) => b.edit_distance_le1_for_length_kinds(a),
        (true, true) => false,
    }
}

/// The level of two sexes.
pub(super) fn compare_sexes(a: Sex, b: Sex) -> u8 {
    match (a, b) {
        (Sex::Unknown, _) | (_, Sex::Unknown) => sex::MISSING,
        (a, b) if a == b => sex::SAME,
        _ => sex::DIFFERENT,
    }
}

/// The level of two birth dates, each in days with its precision.
pub(super) fn compare_births(a: (i32, BirthPrecision), b: (i32, BirthPrecision)) -> u8 {
    use BirthPrecision as P;
    if a.0 == NO_DATE || b.0 == NO_DATE {
        return birth::MISSING;
    }
    let apart = (a.0 - b.0).abs();
    let far = |limit: i32| {
        if apart > 5 * DAYS_A_YEAR {
            birth::FAR
        } else if apart > limit {
            birth::DIFFERENT
        } else {
            birth::NEAR
        }
    };
    match (a.1, b.1) {
        (P::Age, _) | (_, P::Age) => {
            // The value is the middle of a year, and an age may be counted a year too high (虚岁).
            let slack = if a.1 == b.1 { DAYS_A_YEAR } else { DAYS_A_YEAR / 2 };
            if apart <= slack + 5 { birth::AGE } else { far(2 * DAYS_A_YEAR) }
        }
        (P::Year, _) | (_, P::Year) => {
            if a.0 == b.0 && a.1 == b.1 || year(a.0) == year(b.0) {
                birth::SAME_YEAR
            } else {
                far(DAYS_A_YEAR)
            }
        }
        (P::Month, _) | (_, P::Month) => {
            if year_month(a.0) == year_month(b.0) {
                birth::SAME_YEAR
            } else {
                far(DAYS_A_YEAR)
            }
        }
        (P::Lunar, _) | (_, P::Lunar) => {
            if apart == 0 {
                birth::SAME_DAY
            } else if apart <= 60 {
                birth::LUNAR
            } else {
                far(DAYS_A_YEAR)
            }
        }
        _ if apart == 0 => birth::SAME_DAY,
        _ if one_slip(a.0, b.0) => birth::TYPO,
        _ if (17..=52).contains(&apart) => birth::LUNAR,
        _ => far(DAYS_A_YEAR),
    }
}

fn year(days: i32) -> i32 {
    civil_from_days(days).0
}

fn year_month(days: i32) -> (i32, u32) {
    let (year, month, _) = civil_from_days(days);
    (year, month)
}

/// Whether two days differ in one digit of yyyymmdd, in two neighbouring digits swapped, or in day and month swapped.
fn one_slip(a: i32, b: i32) -> bool {
    let ((ya, ma, da), (yb, mb, db)) = (civil_from_days(a), civil_from_days(b));
    if ya == yb && ma == db && da == mb {
        return true;
    }
    let digits = |y: i32, m: u32, d: u32| {
        let mut rest = y as u32 * 10_000 + m * 100 + d;
        let mut digits = [0_u8; 8];
        for slot in digits.iter_mut().rev() {
            *slot = (rest % 10) as u8;
            rest /= 10;
        }
        digits
    };
    let (x, y) = (digits(ya, ma, da), digits(yb, mb, db));
    let differing: u32 = (0..8).filter(|&i| x[i] != y[i]).map(|i| 1 << i).sum();
    match differing.count_ones() {
        0 | 1 => true,
        2 => {
            let i = differing.trailing_zeros() as usize;
            i + 1 < 8 && differing >> i == 3 && x[i] == y[i + 1] && x[i + 1] == y[i]
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tables::BirthPrecision as P;
    use jiff::civil::date;

    #[test]
    fn documents_by_level() {
        let [passport, other, permit] = ["E12345678", "E87654321", "H1234567801"].map(document::pack);
        assert_eq!(compare_documents(passport, passport), Some(level::ID_SAME_WRONG));
        assert_eq!(compare_documents(passport, other), Some(level::ID_FAR));
        assert_eq!(compare_documents(passport, document::pack("E12345679")), None, "a slip, or of one family");
        assert_eq!([(passport, 0), (0, 0)].map(|(a, b)| compare_documents(a, b)), [None; 2]);
        assert_eq!(compare_documents(permit, document::pack("EA1234567")), None, "one may have both");
    }

    fn days(y: i16, m: i8, d: i8) -> i32 {
        date(y, m, d).since(date(1970, 1, 1)).map(|span| span.get_days()).unwrap()
    }

    #[test]
    fn births_by_level() {
        let day = |y, m, d| (days(y, m, d), P::Day);
        for (a, b, expected) in [
            (day(1990, 1, 5), day(1990, 1, 5), birth::SAME_DAY),
            (day(1990, 1, 5), day(1990, 5, 1), birth::TYPO),
            (day(1968, 3, 12), day(1978, 3, 12), birth::TYPO),
            (day(1990, 3, 12), day(1990, 3, 21), birth::TYPO),
            (day(1950, 3, 12), day(1950, 4, 20), birth::LUNAR),
            (day(1990, 3, 12), (days(1990, 1, 1), P::Year), birth::SAME_YEAR),
            (day(1990, 3, 12), (days(1990, 6, 1), P::Age), birth::AGE),
            (day(1990, 3, 12), day(1990, 9, 29), birth::NEAR),
            (day(1990, 3, 12), day(1992, 9, 29), birth::DIFFERENT),
            (day(1990, 3, 12), day(1962, 9, 28), birth::FAR),
            (day(1990, 3, 12), (NO_DATE, P::Unknown), birth::MISSING),
        ] {
            assert_eq!(compare_births(a, b), expected, "{a:?} {b:?}");
            assert_eq!(compare_births(b, a), expected);
        }
    }
}
