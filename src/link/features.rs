//! What is compared of each profile, packed into one cache line, and the table of names beside it.

use super::names::{self, Name};
use super::profile::Profiles;
use super::same_number::SameNumber;
use super::{borrowed, identity, roles};
use crate::kernels::id_number::{IdKind, IdNumber, document};
use crate::kernels::numbering::{Numbered, number_rows};
use crate::kernels::pieces::Pieces;
use crate::kernels::prefetch::{AHEAD, prefetch};
use crate::kernels::text::{NameFlags, title_sex};
use crate::kernels::{hash, radix};
use crate::tables::{BirthPrecision, NO_DATE, Pool, Records, Sex, Sym};
use rayon::prelude::*;
use std::sync::Arc;

/// A profile as it is compared. 0 stands for a missing value in every field but the dates.
#[derive(Clone, Copy, Debug)]
#[repr(align(64))]
pub(super) struct Packed {
    /// Where there is none, its digits are [`Packed::document`].
    pub(super) id: IdNumber,
    pub(super) stated_birth: i32,
    pub(super) implied_birth: i32,
    pub(super) name: u32,
    pub(super) former: u32,
    /// Numbers of phones, flats, buildings and so on, each counted up by first use.
    pub(super) phones: [u32; 2],
    pub(super) flat: u32,
    pub(super) registered_flat: u32,
    pub(super) building: u32,
    pub(super) estate: u32,
    pub(super) grid: u32,
    pub(super) stated_precision: BirthPrecision,
    pub(super) stated_sex: Sex,
    pub(super) implied_sex: Sex,
    pub(super) bits: u8,
}

/// The ID number contradicts what the record itself says: it may be a parent's or a spouse's.
pub(super) const ID_DOUBTFUL: u8 = 1;
/// The ID number is valid and not doubtful.
pub(super) const ID_TRUSTED: u8 = 2;

impl Packed {
    /// Puts another ID number in the place of its own.
    pub(super) fn set_id(&mut self, id: IdNumber) {
        self.id = id;
        self.implied_birth = implied_birth(&id);
        self.implied_sex = id.sex().unwrap_or_default();
        self.bits = identity::trust(self);
    }

    /// Number of a passport or travel permit as [`document::pack`] has it, where there is no ID number; 0: there is none.
    pub(super) fn document(&self) -> u64 {
        if self.id.is_none() { self.id.digits } else { 0 }
    }

    pub(super) fn has(&self, bit: u8) -> bool {
        self.bits & bit != 0
    }

    /// Birth date and precision, from the ID number where that is trusted, else as stated.
    pub(super) fn birth(&self) -> (i32, BirthPrecision) {
        let implied = self.implied_birth != NO_DATE && !self.has(ID_DOUBTFUL);
        let stated = self.stated_birth != NO_DATE;
        if implied && (!stated || self.has(ID_TRUSTED) || self.stated_precision != BirthPrecision::Day) {
            (self.implied_birth, BirthPrecision::Day)
        } else {
            (self.stated_birth, self.stated_precision)
        }
    }

    /// Sex, from the ID number where that is trusted, else as stated.
    pub(super) fn sex(&self) -> Sex {
        let implied = !self.has(ID_DOUBTFUL) && self.implied_sex != Sex::Unknown;
        if implied && (self.has(ID_TRUSTED) || self.stated_sex == Sex::Unknown) {
            self.implied_sex
        } else {
            self.stated_sex
        }
    }
}

/// Everything that blocking and comparing need: a pure function of the records.
#[derive(Debug)]
pub struct Features {
    pub(super) packed: Pieces<Packed>,
    pub(super) names: Vec<Name>,
    /// Class of sharing of each phone: a level of [`super::levels::phone`].
    pub(super) phone_level: Vec<u8>,
    /// Class of sharing of each flat: a level of [`super::levels::address`].
    pub(super) flat_level: Vec<u8>,
    /// Digits of each phone, four bits each.
    pub(super) phone_digits: Vec<u64>,
    /// How many profiles bear each name.
    pub(super) name_count: Vec<u32>,
    /// Whoever was born on this day or before is no child of a household; only where some name means one.
    pub(super) grown_up: i32,
    /// Head of the household, as a symbol, and place under that head.
    pub(super) roles: Vec<(u32, u8)>,
    /// Profiles by the ID numbers that were trusted when they were read; some are not any more.
    pub(super) same_number: Arc<SameNumber>,
}

impl Features {
    /// Number of profiles.
    pub fn len(&self) -> usize {
        self.packed.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.packed.is_empty()
    }

    /// Asks for the memory of profile `p`.
    #[inline]
    pub(super) fn expect(&self, p: u32) {
        self.packed.expect(p as usize);
    }

    /// Asks for the name of profile `p`, where profiles are read in their order; nothing happens if there is no such profile.
    #[inline]
    pub(super) fn expect_name(&self, p: u32) {
        if let Some(packed) = self.packed.get(p as usize) {
            prefetch(&self.names, packed.name as usize);
        }
    }

    /// Asks for what stands elsewhere of profile `p`, whose own memory was asked for: name and first phone.
    #[inline]
    pub(super) fn expect_more(&self, p: u32) {
        let packed = &self.packed[p as usize];
        prefetch(&self.names, packed.name as usize);
        prefetch(&self.phone_digits, packed.phones[0] as usize);
    }

    /// The trusted valid ID number of profile `p`, as a value equal only for equal numbers; 0 if it has none.
    pub fn trusted_id(&self, p: usize) -> u64 {
        let packed = &self.packed[p];
        if packed.has(ID_TRUSTED) { packed.id.digits } else { 0 }
    }

    /// Profiles by the ID numbers that were trusted when they were read; some are not any more.
    pub fn same_number(&self) -> Arc<SameNumber> {
        self.same_number.clone()
    }

    /// Number of the whole name of profile `p`, equal for equal names; 0 for none, a title or a damaged one.
    pub fn whole_name(&self, p: usize) -> u32 {
        let number = self.packed[p].name;
        if self.names[number as usize].is_whole() { number } else { 0 }
    }

    /// The head of the household of profile `p`, equal for equal names, and the place under that head; zeros if unknown.
    pub fn role(&self, p: usize) -> (u32, u8) {
        self.roles[p]
    }

    /// Whether two whole names, by number, can hardly be one person's.
    pub fn names_apart(&self, a: u32, b: u32) -> bool {
        a != b && names::apart(&self.names[a as usize], &self.names[b as usize])
    }

    /// Birth date in days, only if known to the day, and sex of profile `p`.
    pub fn birth_day_and_sex(&self, p: usize) -> (i32, Sex) {
        let (birth, precision) = self.packed[p].birth();
        (if precision == BirthPrecision::Day { birth } else { NO_DATE }, self.packed[p].sex())
    }
}

/// Reads what is compared of each profile.
pub fn features(records: &Records, profiles: &Profiles) -> Features {
    let firsts: Vec<u32> = (0..profiles.len()).into_par_iter().map(|p| profiles.first(p) as u32).collect();
    let roles = roles::roles(records, &firsts);
    let (names, (phones, (flats, places))) = rayon::join(
        || number_names(records, &firsts, &roles),
        || {
            rayon::join(
                || number_phones(records, &firsts),
                || rayon::join(|| number_flats(records, &firsts), || number_places(records, &firsts)),
            )
        },
    );
    let mut packed = Pieces::collect(firsts.len(), |p| {
        let row = firsts[p] as usize;
        let mut packed = Packed {
            id: IdNumber::default(),
            stated_birth: records.birth[row],
            implied_birth: NO_DATE,
            name: names.of[p].0,
            former: names.of[p].1,
            phones: [phones.of[2 * p], phones.of[2 * p + 1]],
            flat: flats.of[2 * p],
            registered_flat: flats.of[2 * p + 1],
            building: places[3 * p],
            estate: places[3 * p + 1],
            grid: places[3 * p + 2],
            stated_precision: records.birth_precision[row],
            stated_sex: stated_sex(records, row),
            implied_sex: Sex::Unknown,
            bits: 0,
        };
        packed.set_id(records.id[row]);
        if packed.id.is_none() && records.document[row] != Pool::NONE {
            packed.id.digits = document::pack(records.pool.get(records.document[row]));
        }
        packed
    });
    borrowed::clear(&mut packed);
    let (phones, flats) = (phones.values, flats.values.len());
    let (names, name_count) = (names.table, names.count);
    drop((firsts, places));
    let (same_number, (phone_level, flat_level)) = rayon::join(
        || Arc::new(SameNumber::of(&packed)),
        || {
            rayon::join(
                || sharing(&packed, phones.len(), |p| p.phones, &[2, 8, 30], 1),
                || sharing(&packed, flats, |p| [p.flat, p.registered_flat], &[12], 1),
            )
        },
    );
    let phone_digits = phones.par_iter().map(|&phone| decimal_digits(phone)).collect();
    let grown_up = if names.iter().any(Name::is_child) { grown_up(&packed) } else { NO_DATE };
    let mut features =
        Features { packed, names, phone_level, flat_level, phone_digits, name_count, grown_up, roles, same_number };
    borrowed::mark(&mut features);
    features
}

/// Who is named by a parent is no older.
const CHILD_DAYS_MAX: i32 = 18 * 366;

/// The day on which those were born who are no children any more: as long before the youngest of all. [`NO_DATE`] where no
/// birth is known.
fn grown_up(packed: &Pieces<Packed>) -> i32 {
    let births = (0..packed.len()).into_par_iter().map(|p| packed[p].birth().0);
    births.max().filter(|&newest| newest != NO_DATE).map_or(NO_DATE, |newest| newest.saturating_sub(CHILD_DAYS_MAX))
}

struct Names {
    of: Vec<(u32, u32)>,
    table: Vec<Name>,
    count: Vec<u32>,
}

fn number_names(records: &Records, firsts: &[u32], roles: &[(u32, u8)]) -> Names {
    let mut number = vec![0_u32; records.pool.len()];
    let mut syms = vec![Pool::NONE];
    let mut flags = vec![0_u8];
    let mut count = vec![0_u32];
    let mut of = Vec::with_capacity(firsts.len());
    let mut see = |number: &mut [u32], sym: Sym, flag: u8, weight: u32| {
        if sym == Pool::NONE {
            return 0;
        }
        let slot = &mut number[sym as usize];
        if *slot == 0 {
            *slot = syms.len() as u32;
            syms.push(sym);
            flags.push(flag);
            count.push(0);
        }
        count[*slot as usize] += weight;
        *slot
    };
    let (name, former): (&[Sym], &[Sym]) = (&records.name, &records.former_name);
    for (p, &row) in firsts.iter().enumerate() {
        if let Some(&soon) = firsts.get(p + AHEAD) {
            prefetch(&number, name[soon as usize] as usize);
        }
        let row = row as usize;
        of.push((see(&mut number, name[row], records.name_flags[row], 1), 0));
    }
    for (p, of) in of.iter_mut().enumerate() {
        if let Some(soon) = roles.get(p + AHEAD) {
            prefetch(&number, soon.0 as usize);
        }
        let (row, (head, role)) = (firsts[p] as usize, roles[p]);
        // A former name carries no flags of its own; titles do not occur there.
        of.1 = see(&mut number, former[row], 0, 0);
        if of.1 == 0 && role == roles::HEAD && head != name[row] {
            // The head of a household by another name, or by a title: the row itself says who that is.
            of.1 = see(&mut number, head, 0, 0);
        }
    }
    let table = names::read_names(&records.pool, &syms, &flags, &count, firsts.len() as u64);
    Names { of, table, count }
}

/// Both phones of each profile.
fn number_phones(records: &Records, firsts: &[u32]) -> Numbered {
    let phones: &[[u64; 2]] = &records.phones;
    number_rows(firsts.len(), |p| phones[firsts[p] as usize])
}

/// Flat and registered flat of each profile.
fn number_flats(records: &Records, firsts: &[u32]) -> Numbered {
    let (flats, registered): (&[u64], &[u64]) = (&records.flat, &records.registered_flat);
    number_rows(firsts.len(), |p| [flats[firsts[p] as usize], registered[firsts[p] as usize]])
}

/// Building, estate (or road and number) and grid of each profile.
fn number_places(records: &Records, firsts: &[u32]) -> Vec<u32> {
    let keys = |p: usize| {
        let row = firsts[p] as usize;
        let (estate, building) = (records.estate[row], records.building[row]);
        let (road, number) = (records.road[row], records.number[row]);
        let area = match (estate, road, number) {
            (0, 0, _) | (0, _, 0) => 0,
            (0, road, number) => hash::key(2, &[u64::from(road), u64::from(number)]),
            (estate, ..) => hash::key(1, &[u64::from(estate)]),
        };
        let house = if area == 0 || building == 0 { 0 } else { hash::key(area, &[u64::from(building)]) };
        let grid = match records.grid_code[row] {
            0 => 0,
            grid => hash::key(3, &[u64::from(grid)]),
        };
        [house, area, grid]
    };
    number_rows(firsts.len(), keys).of
}

/// For each number the level `first_level + i`, `i` counting the limits that its number of distinct names exceeds.
fn sharing(
    packed: &Pieces<Packed>,
    count: usize,
    of: impl Fn(&Packed) -> [u32; 2] + Sync,
    limits: &[u32],
    first_level: u8,
) -> Vec<u8> {
    let named = |p: &Packed, take: &mut dyn FnMut(u32, u32)| {
        if p.name != 0 {
            of(p).into_iter().filter(|&number| number != 0).for_each(|number| take(number, p.name));
        }
    };
    // The last name of each number and how often it changed: no fewer than the names are, and where profiles stand by name,
    // as they do, hardly more. Few numbers change often enough that somebody has to count.
    let mut changes = vec![(0_u32, 0_u32); count];
    let mut change = |number: u32, name: u32| {
        let last = &mut changes[number as usize];
        if last.0 != name {
            *last = (name, last.1 + 1);
        }
    };
    packed.iter().for_each(|p| named(p, &mut change));
    let most = limits.first().copied().unwrap_or(u32::MAX);
    // The number in the uppermost bits, where rows are spread when they are sorted.
    let shift = 63 - count.max(2).ilog2();
    let pairs_of = |(_, chunk): (usize, &[Packed])| -> Vec<u64> {
        let mut pairs = Vec::new();
        let mut push = |number: u32, name: u32| {
            if changes[number as usize].1 > most {
                pairs.push(u64::from(number) << shift | u64::from(name));
            }
        };
        chunk.iter().for_each(|p| named(p, &mut push));
        pairs
    };
    let parts: Vec<Vec<u64>> = packed.par_chunks(CHUNK_BITS).map(pairs_of).collect();
    let mut pairs = radix::sorted_packed(&parts);
    pairs.iter_mut().for_each(Vec::dedup);
    let mut names = vec![0_u32; count];
    pairs.iter().flatten().for_each(|pair| names[(pair >> shift) as usize] += 1);
    names.iter().map(|&n| first_level + limits.iter().filter(|&&limit| n > limit).count() as u8).collect()
}

/// Profiles that one task takes, as a power of two.
const CHUNK_BITS: u32 = 15;

/// The birth day in an ID number, unless characters were lost or added and may have shifted it.
fn implied_birth(id: &IdNumber) -> i32 {
    if id.kind == IdKind::Length { NO_DATE } else { id.birth_days().unwrap_or(NO_DATE) }
}

/// Sex as stated, or as a title tells it.
fn stated_sex(records: &Records, row: usize) -> Sex {
    match records.sex[row] {
        Sex::Unknown if NameFlags(records.name_flags[row]).is_title() => title_sex(records.pool.get(records.name[row])),
        stated => stated,
    }
}

/// A number's decimal digits, four bits each.
fn decimal_digits(mut number: u64) -> u64 {
    let mut digits = 0;
    for place in 0..16 {
        digits |= (number % 10) << (4 * place);
        number /= 10;
    }
    digits
}
