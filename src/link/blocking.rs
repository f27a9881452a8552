//! Blocking rules of `person-cn`: which profiles are worth comparing. A rule gives each profile up to two keys; two
//! profiles are a candidate pair if they share a key of any rule.

use super::features::{Features, Packed};
use crate::kernels::date::civil_from_days;
use crate::kernels::hash;
use crate::kernels::id_number::IdKind;
use crate::tables::{BirthPrecision, NO_DATE};

/// A blocking rule: its name and whether its keys are taken from ID numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rule {
    /// Name in the manifest and in reports.
    pub name: &'static str,
    /// Whether the rule reads ID numbers. Silver labels are judged as if these rules were not there.
    pub reads_id: bool,
    /// Fields of the model that its pairs agree on, wholly or nearly, because of the rule: it cannot tell of them.
    pub fixes: &'static [&'static str],
}

const fn rule(name: &'static str, fixes: &'static [&'static str]) -> Rule {
    Rule { name, reads_id: false, fixes }
}

const fn id_rule(name: &'static str, fixes: &'static [&'static str]) -> Rule {
    Rule { name, reads_id: true, fixes }
}

/// The rules in their order: a pair belongs to the first rule whose key it shares. Those that read ID numbers stand last,
/// so that what they own is what no other rule would have reached.
pub const RULES: [Rule; 11] = [
    rule("name and birth date", &["name", "birth"]),
    rule("phone", &["phone"]),
    rule("flat", &["address"]),
    rule("birth date and surname", &["name", "birth"]),
    rule("sound of name and birth year", &["name", "birth"]),
    rule("name and estate", &["name", "address"]),
    rule("sound of name and building or grid", &["name", "address"]),
    rule("rare name", &["name"]),
    id_rule("birth and tail of ID number, or document", &["id", "birth"]),
    id_rule("head of ID number, surname", &["id", "birth", "name"]),
    id_rule("region and tail of ID number, surname", &["id", "name"]),
];

/// What blocking did, per rule.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BlockingStats {
    /// Candidate pairs that each rule owns, but for those that two different trusted ID numbers tell apart.
    pub pairs: [u64; RULES.len()],
    /// Blocks split by further keys.
    pub blocks_split: [u64; RULES.len()],
    /// Pairs inside oversized blocks that no further key brought together.
    pub pairs_left_out: [u64; RULES.len()],
    /// Rows of the largest block compared whole.
    pub block_rows_max: [u64; RULES.len()],
}

/// Most keys that a rule gives a profile.
pub(super) const KEYS_A_RULE: usize = 2;
/// Keys that each rule gives a profile.
pub(super) const KEYS_OF: [usize; RULES.len()] = [1, 2, 2, 2, 2, 1, 2, 1, 1, 1, 1];
/// Where the slots of each rule begin, and where the last ones end.
pub(super) const SLOTS_OF: [usize; RULES.len() + 1] = {
    let mut begin = [0; RULES.len() + 1];
    let mut rule = 0;
    while rule < RULES.len() {
        begin[rule + 1] = begin[rule] + KEYS_OF[rule];
        rule += 1;
    }
    begin
};
/// Keys of all rules.
pub(super) const SLOTS: usize = SLOTS_OF[RULES.len()];
/// A name borne by at most this many profiles is a key by itself.
const RARE_NAME_MAX: u32 = PART_ROWS as u32;

/// The keys of profile `p` by every rule; 0: none. All of them together, since they share what they are made of.
pub(super) fn keys(features: &Features, p: usize) -> [[u64; KEYS_A_RULE]; RULES.len()] {
    let packed = &features.packed[p];
    let name = &features.names[packed.name as usize];
    let named = packed.name != 0 && !name.is_title() && !name.is_missing();
    let (birth, precision) = packed.birth();
    let day = birth != NO_DATE && matches!(precision, BirthPrecision::Day | BirthPrecision::Lunar);
    let (first_sound, sound) = (name.first_sound(), name.sound_key());
    let slack = if precision == BirthPrecision::Age { 183 } else { 0 };
    let [earliest, latest] = [birth.saturating_sub(slack), birth.saturating_add(slack)].map(year);
    let rare = || name.readable() >= 2 && features.name_count[packed.name as usize] <= RARE_NAME_MAX;
    let id = &packed.id;
    // A number with a digit lost has no tail to be told; it meets only its equals.
    let id_tail = match id.kind {
        IdKind::Length => key(ID_TAIL, true, [id.digits, id.length.into()]),
        IdKind::None => key(ID_TAIL, packed.document() != 0, [packed.document(), 0, 0]),
        _ => key(ID_TAIL, known(packed, 6..18), [id.digits % 11_u64.pow(12)]),
    };
    let dated_sound = birth != NO_DATE && sound != 0;
    [
        // 李梦雨之女 of one day is one child.
        [key(0, packed.name != 0 && !name.is_missing() && day, [packed.name.into(), birth as u64]), 0],
        packed.phones.map(|phone| key(1, phone != 0, [phone.into()])),
        [packed.flat, packed.registered_flat].map(|flat| key(2, flat != 0, [flat.into()])).distinct(),
        [key(BIRTH_AND_SURNAME, packed.name != 0 && day && first_sound != 0, [birth as u64, first_sound]), 0],
        [earliest, latest].map(|year| key(SOUND_AND_YEAR, dated_sound, [sound, year])).distinct(),
        [key(5, named && packed.estate != 0, [packed.name.into(), packed.estate.into()]), 0],
        [(packed.building, 1), (packed.grid, 2)]
            .map(|(place, kind)| key(6, sound != 0 && place != 0, [sound, place.into(), kind])),
        [key(7, named && rare(), [packed.name.into()]), 0],
        [id_tail, 0],
        // Persons of one region and birthday are many in a large city.
        [key(ID_HEAD, known(packed, 0..14), [id.digits / 11_u64.pow(4), first_sound]), 0],
        [
            key(
                ID_REGION,
                known(packed, 0..6) && known(packed, 14..18) && first_sound != 0,
                [id.digits / 11_u64.pow(12), id.digits % 11_u64.pow(4), first_sound],
            ),
            0,
        ],
    ]
}

/// The key of `rule` for `values`, if it has one.
#[inline(always)]
fn key<const N: usize>(rule: usize, present: bool, values: [u64; N]) -> u64 {
    if present { hash::key(rule as u64, &values) } else { 0 }
}

/// The rule by birth and tail of the ID number, or by the number of another document. Pairs of equal trusted numbers count as
/// its own.
pub(super) const ID_TAIL: usize = 8;
/// Rules whose blocks grow with the city: neither days and years of birth do, nor names and the tails of ID numbers.
const BIRTH_AND_SURNAME: usize = 3;
const SOUND_AND_YEAR: usize = 4;
const ID_HEAD: usize = 9;
const ID_REGION: usize = 10;
/// Profiles that a block holds without strangers among them: with more, only what two of them share besides tells.
const PART_ROWS: usize = 16;
/// The same where nearly all have trusted ID numbers, which tell most of them apart before anything is read.
const NUMBERED_PART_ROWS: usize = 64;

/// Profiles in a block of `rule` above which it is split by [`part_keys`]; `None`: it never is.
pub(super) fn part_rows(rule: usize) -> Option<usize> {
    match rule {
        BIRTH_AND_SURNAME | SOUND_AND_YEAR => Some(PART_ROWS),
        ID_HEAD | ID_REGION => Some(NUMBERED_PART_ROWS),
        _ => None,
    }
}

/// The keys that split a larger block of `rule`, no more than the rule itself has, so that profiles which share one of them
/// stay together: of birth date and surname one for each of up to two sounds of the given name, of a sound and year of birth
/// the month and the day, of a part of the ID number the sound of the whole name. A profile that has neither keeps the
/// block's own key, and stays together with others of that kind. 0: none.
pub(super) fn part_keys(features: &Features, rule: usize, p: usize, block: u64) -> [u64; KEYS_A_RULE] {
    let packed = &features.packed[p];
    let name = &features.names[packed.name as usize];
    let parts = match rule {
        BIRTH_AND_SURNAME => name.given_sounds(),
        SOUND_AND_YEAR => match packed.birth() {
            (birth, BirthPrecision::Day | BirthPrecision::Lunar) => {
                let (_, month, day) = civil_from_days(birth);
                [u64::from(month), u64::from(day) << 8]
            }
            _ => [0, 0],
        },
        _ => [name.sound_key(), 0],
    };
    match parts {
        [0, _] => [block, 0],
        parts => parts.map(|part| if part == 0 { 0 } else { hash::key(block, &[part]) }),
    }
}

/// A further key that splits a block that is too large; `step` counts up. `None` when nothing is left to split by.
pub(super) fn split_key(features: &Features, step: usize, p: usize) -> Option<u64> {
    let packed = &features.packed[p];
    let name = &features.names[packed.name as usize];
    let (birth, _) = packed.birth();
    match step {
        0 => Some(name.first_sound()),
        1 => Some(name.sound_key()),
        2 => Some(if birth == NO_DATE { 0 } else { year(birth) }),
        3 => Some(u64::from(packed.flat)),
        4 => Some(u64::from(packed.phones[0])),
        _ => None,
    }
}

trait Distinct {
    fn distinct(self) -> Self;
}

impl Distinct for [u64; KEYS_A_RULE] {
    /// The second key only if it is another.
    fn distinct(self) -> Self {
        if self[0] == self[1] { [self[0], 0] } else { self }
    }
}

fn known(packed: &Packed, positions: std::ops::Range<u32>) -> bool {
    let mask = (1_u32 << positions.end) - (1 << positions.start);
    packed.id.kind != IdKind::Length && packed.id.known & mask == mask
}

/// The year of a day number, near enough for a key: both sides are cut the same way.
fn year(days: i32) -> u64 {
    (i64::from(days) * 4 + 1461 * 1000).div_euclid(1461) as u64
}
