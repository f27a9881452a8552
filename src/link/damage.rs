//! Records that lose their ID number, and whatever else a record without one lacks: as an experiment, to see whether they
//! would find their person again.

use super::features::{Features, ID_DOUBTFUL, Packed};
use crate::kernels::date::{civil_from_days, days_from_civil};
use crate::kernels::id_number::IdNumber;
use crate::tables::{BirthPrecision, NO_DATE, Sex};
use hashbrown::HashMap;

/// Classes of what a profile states; see [`Features::evidence_class`].
pub const EVIDENCE: usize = 48;

/// One profile and what becomes of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Damage {
    /// The profile.
    pub profile: u32,
    /// A profile without a trusted ID number: of the other only as much is left as that one states. `None`: all but the ID
    /// number.
    pub like: Option<u32>,
    /// Says what damage that is drawn looks like.
    pub draw: u64,
}

/// Titles that stand instead of names, by the character of the surname.
type Titles = HashMap<u16, Vec<u32>, foldhash::fast::FixedState>;

impl Features {
    /// Does `work` while profiles are damaged, each named once, and makes them whole again.
    pub fn with_damage<T>(&mut self, damages: &[Damage], work: impl FnOnce(&Self) -> T) -> T {
        let kept: Vec<(Packed, (u32, u8))> = damages
            .iter()
            .map(|damage| (self.packed[damage.profile as usize], self.roles[damage.profile as usize]))
            .collect();
        let titles = self.titles();
        for damage in damages {
            let p = damage.profile as usize;
            self.packed[p] = self.damaged(damage, &titles);
            if damage.like.is_some_and(|like| self.roles[like as usize].0 == 0) {
                self.roles[p] = (0, 0);
            }
        }
        let result = work(self);
        for (damage, (packed, role)) in damages.iter().zip(kept) {
            (self.packed[damage.profile as usize], self.roles[damage.profile as usize]) = (packed, role);
        }
        result
    }

    fn titles(&self) -> Titles {
        let mut titles = Titles::default();
        for (number, name) in self.names.iter().enumerate().skip(1).filter(|(_, name)| name.is_title()) {
            titles.entry(name.first_char()).or_default().push(number as u32);
        }
        titles
    }

    fn damaged(&self, damage: &Damage, titles: &Titles) -> Packed {
        let mut packed = self.packed[damage.profile as usize];
        let own = packed.id;
        let Some(like) = damage.like.map(|like| self.packed[like as usize]) else {
            packed.set_id(IdNumber::default());
            return packed;
        };
        if like.name == 0 || self.names[like.name as usize].is_title() {
            // What stands instead of a name has the surname: one of the titles that the night has for it.
            let known = titles.get(&self.names[packed.name as usize].first_char()).filter(|_| like.name != 0);
            packed.name = known.map_or(0, |of| of[(damage.draw % of.len() as u64) as usize]);
        }
        let lacks = |field: u32| field == 0;
        for (slot, other) in [
            (&mut packed.former, like.former),
            (&mut packed.flat, like.flat),
            (&mut packed.registered_flat, like.registered_flat),
            (&mut packed.building, like.building),
            (&mut packed.estate, like.estate),
            (&mut packed.grid, like.grid),
        ] {
            *slot = if lacks(other) { 0 } else { *slot };
        }
        if lacks(like.phones[0]) {
            packed.phones = [0, 0];
        } else if lacks(like.phones[1]) {
            packed.phones[1] = 0;
        }
        if like.stated_sex == Sex::Unknown {
            packed.stated_sex = Sex::Unknown;
        }
        if like.stated_birth == NO_DATE {
            (packed.stated_birth, packed.stated_precision) = (NO_DATE, BirthPrecision::Unknown);
        } else if packed.stated_birth != NO_DATE && packed.stated_precision == BirthPrecision::Day {
            let (year, month, _) = civil_from_days(packed.stated_birth);
            let precision = like.stated_precision;
            match precision {
                BirthPrecision::Year => packed.stated_birth = days_from_civil(year, 1, 1),
                BirthPrecision::Month => packed.stated_birth = days_from_civil(year, month, 1),
                BirthPrecision::Age => packed.stated_birth = days_from_civil(year, 7, 1),
                _ => {}
            }
            if matches!(precision, BirthPrecision::Year | BirthPrecision::Month | BirthPrecision::Age) {
                packed.stated_precision = precision;
            }
        }
        let of_other = if like.has(ID_DOUBTFUL) { IdNumber::default() } else { like.id };
        packed.set_id(own.damaged_like(&of_other, damage.draw >> 8));
        packed
    }

    /// Whether equal records of profile `p` would be one profile without their ID number: a name that is one, and a phone,
    /// flat or birth date.
    pub fn is_placed(&self, p: usize) -> bool {
        let packed = &self.packed[p];
        let named = packed.name != 0 && !self.names[packed.name as usize].is_title();
        named && (packed.phones[0] != 0 || packed.flat != 0 || packed.stated_birth != NO_DATE)
    }

    /// What profile `p` states beside a trusted ID number, as bits: whether a flat, a phone, something of an ID number, a
    /// name that is one; and above them (times 16) nothing of the birth date, something, or the day.
    pub fn evidence_class(&self, p: usize) -> usize {
        let packed = &self.packed[p];
        let named = packed.name != 0 && !self.names[packed.name as usize].is_title();
        let birth = match packed.stated_precision {
            _ if packed.stated_birth == NO_DATE => 0,
            BirthPrecision::Day => 2,
            _ => 1,
        };
        let numbered = packed.id.known != 0 && !packed.has(ID_DOUBTFUL | super::features::ID_TRUSTED);
        let with = |known: bool, bit: usize| usize::from(known) << bit;
        16 * birth + with(named, 3) + with(numbered, 2) + with(packed.phones[0] != 0, 1) + with(packed.flat != 0, 0)
    }

    /// Whether profile `p` states all kinds of things that `other` states, its ID number aside.
    pub fn states_as_much(&self, p: usize, other: usize) -> bool {
        let (own, other) = (&self.packed[p], &self.packed[other]);
        let named = |packed: &Packed| packed.name != 0 && !self.names[packed.name as usize].is_title();
        let has = |field: fn(&Packed) -> bool| field(own) || !field(other);
        (named(own) || !named(other))
            && has(|packed| packed.phones[0] != 0)
            && has(|packed| packed.flat != 0)
            && has(|packed| packed.estate != 0)
            && has(|packed| packed.stated_birth != NO_DATE)
    }
}
