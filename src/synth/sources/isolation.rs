//! The health service's register of isolation: one row a person and day, with the temperatures of morning and evening,
//! some of them missing and a few too high; who is done has a day of release, mostly.

use super::{City, Keys, Ledger, Stay, Writer, Written};
use crate::error::Result;
use crate::synth::damage::IdRates;
use crate::synth::days;
use crate::synth::files::{Dump, Encoding, Settings, Shape};
use crate::synth::people::{Household, Person};
use crate::synth::places::OUTSIDE;
use crate::synth::rng::Rng;

const TAG: u64 = 7;
const IDS: IdRates = IdRates {
    missing: 0.005,
    masked: 0.0,
    last_four: 0.0,
    typo: 0.002,
    odd: 0.02,
    relative: 0.0,
    short: 0.0,
    mantissa: 0.0,
};
/// Days of isolation and of monitoring at home after it.
pub(crate) const DAYS: i32 = 21;
/// The dump goes so many days back.
const DAYS_TOLD: i32 = 14;

/// Somebody's isolation.
pub(crate) struct Isolation {
    /// Place in [`OUTSIDE`] of the journey behind it.
    pub(crate) from: usize,
    /// First day.
    pub(crate) since: i32,
    /// Day of release, if that was noted.
    pub(crate) released: Option<i32>,
}

/// Writes `health_isolation`.
pub(crate) struct Isolations {
    dump: Dump,
    keys: Keys,
}

impl Isolations {
    pub(crate) fn new(city: &City<'_>) -> Self {
        let settings = Settings {
            stem: city.dumps.join("health_isolation"),
            shape: Shape::Text { encoding: Encoding::Utf8Mark, delimiter: b',', gz: false },
            header: vec![
                "登记编号",
                "姓名",
                "性别",
                "证件号码",
                "联系电话",
                "隔离地址",
                "来源地",
                "隔离开始日期",
                "解除日期",
                "日期",
                "上午测温时间",
                "上午体温",
                "下午测温时间",
                "下午体温",
            ],
            titles: Vec::new(),
            total: false,
            broken: city.rate(0.0005),
            doubled: city.rate(0.003),
            rows_max: 1_000_000,
            again: 0,
        };
        Self { dump: Dump::new(settings, city.rng(TAG, u64::MAX)), keys: Keys::new("health_isolation", "GL") }
    }

    fn isolated(
        &mut self,
        city: &City<'_>,
        person: &Person,
        household: Option<&Household>,
        ledger: &mut Ledger,
    ) -> Result<()> {
        let Some(isolation) = city.isolation(person) else { return Ok(()) };
        let mut rng = city.rng(TAG, person.no);
        let damage = &city.damage;
        let address = match household {
            Some(household) => city.plan.address(&household.flat, 4),
            None => match city.stay(person) {
                Stay::Hotel(hotel) => city.plan.site_address(&city.plan.hotels[hotel]),
                Stay::Flat(flat) => city.plan.address(&flat, 4),
                Stay::Unknown => String::new(),
            },
        };
        ledger.tells(person.no, &address);
        let profile = [
            damage.name(&person.name, 0.005, false, &mut rng),
            damage.sex(person.male, ["男", "女"], 0.005, &mut rng),
            damage.id(person, household.map_or(&[][..], |household| &household.people), &IDS, &mut rng),
            damage.phone(person, household, 0.05, &mut rng),
            address,
            OUTSIDE[isolation.from].1.to_owned(),
            days::iso(isolation.since),
            isolation.released.map_or_else(String::new, days::iso),
        ];
        let last = isolation.released.unwrap_or(city.as_of).min(isolation.since + DAYS).min(city.as_of);
        for day in isolation.since.max(city.as_of - DAYS_TOLD)..last {
            let mut row = vec![self.keys.next(person.no, ledger)?];
            row.extend(profile.iter().cloned());
            row.push(days::iso(day));
            for hour in [8, 16] {
                row.extend(temperature(day, hour, &mut rng));
            }
            self.dump.push(row)?;
        }
        Ok(())
    }
}

/// Time and degrees; both empty if nobody took it.
fn temperature(day: i32, hour: i32, rng: &mut Rng) -> [String; 2] {
    let (missing, fever) = (rng.chance(0.04), rng.chance(0.006));
    let (minute, tenths) = (rng.range(hour * 60, hour * 60 + 120), rng.range(361, 371));
    let tenths = if fever { tenths + rng.range(12, 25) } else { tenths };
    if missing {
        return Default::default();
    }
    [days::at(day, minute, 0), format!("{}.{}", tenths / 10, tenths % 10)]
}

impl Writer for Isolations {
    fn household(&mut self, city: &City<'_>, household: &Household, ledger: &mut Ledger) -> Result<()> {
        household.people.iter().try_for_each(|person| self.isolated(city, person, Some(household), ledger))
    }

    fn traveller(&mut self, city: &City<'_>, person: &Person, ledger: &mut Ledger) -> Result<()> {
        self.isolated(city, person, None, ledger)
    }

    fn finish(&mut self) -> Result<Written> {
        self.dump.finish()?;
        Ok(Written::of(self.keys.given, &[&self.dump]))
    }
}
