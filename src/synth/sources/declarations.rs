//! What people declare of themselves by QR code: phones good, names and identity numbers typed, addresses in their own
//! words and sometimes over two lines.

use super::{City, Keys, Ledger, Stay, Trip, Writer, Written};
use crate::error::Result;
use crate::synth::damage::IdRates;
use crate::synth::days;
use crate::synth::files::{Dump, Encoding, Settings, Shape};
use crate::synth::people::{Household, Person, Tie};
use crate::synth::places::{OUTSIDE, Plan};
use crate::synth::rng::Rng;

const TAG: u64 = 6;
const IDS: IdRates = IdRates {
    missing: 0.03,
    masked: 0.0,
    last_four: 0.01,
    typo: 0.025,
    odd: 0.05,
    relative: 0.004,
    short: 0.0,
    mantissa: 0.0,
};

/// Writes `self_declarations`.
pub(crate) struct Declarations {
    dump: Dump,
    keys: Keys,
}

impl Declarations {
    pub(crate) fn new(city: &City<'_>) -> Self {
        let settings = Settings {
            stem: city.dumps.join("self_declarations"),
            shape: Shape::Text { encoding: Encoding::Utf8, delimiter: b',', gz: false },
            header: vec![
                "申报编号",
                "您的姓名",
                "您的证件号码",
                "您的手机号码",
                "目前居住地址",
                "从哪里来",
                "到达日期",
                "交通工具",
                "班次",
                "提交时间",
                "核验状态",
            ],
            titles: Vec::new(),
            total: false,
            broken: city.rate(0.001),
            doubled: city.rate(0.008),
            rows_max: 1_000_000,
            again: 0,
        };
        Self { dump: Dump::new(settings, city.rng(TAG, u64::MAX)), keys: Keys::new("self_declarations", "SB") }
    }

    #[allow(clippy::too_many_arguments)] // one row of everything known
    fn row(
        &mut self,
        city: &City<'_>,
        person: &Person,
        relatives: &[Person],
        mut address: String,
        trip: Option<&Trip>,
        rng: &mut Rng,
        ledger: &mut Ledger,
    ) -> Result<()> {
        let damage = &city.damage;
        ledger.tells(person.no, &address);
        if damage.hit(rng, 0.02) && !address.is_empty() {
            let at = address.char_indices().nth(6).map_or(address.len(), |(at, _)| at);
            address.insert(at, '\n');
        }
        let on = match trip {
            Some(trip) => (trip.on - rng.range(-1, 2)).min(city.as_of - 1),
            None => city.as_of - rng.range(1, 30),
        };
        let (from, arrived, transport, vehicle) = match trip {
            Some(t) => (
                OUTSIDE[t.from].1.to_owned(),
                days::notation(t.on, if rng.chance(0.2) { 1 } else { 0 }),
                t.transport.to_owned(),
                if rng.chance(0.8) { t.vehicle.clone() } else { String::new() },
            ),
            None => Default::default(),
        };
        self.dump.push(vec![
            self.keys.next(person.no, ledger)?,
            damage.name(&person.name, 0.03, false, rng),
            damage.id(person, relatives, &IDS, rng),
            damage.phone(person, None, 0.03, rng),
            address,
            from,
            arrived,
            transport,
            vehicle,
            days::at(on, rng.range(7 * 60, 23 * 60), 0),
            (if rng.chance(0.95) { "已核验" } else { "未核验" }).to_owned(),
        ])
    }
}

impl Writer for Declarations {
    fn household(&mut self, city: &City<'_>, household: &Household, ledger: &mut Ledger) -> Result<()> {
        for person in &household.people {
            let mut rng = city.rng(TAG, person.no);
            if person.tie == Tie::Away || days::age(person.birth, city.as_of) < 10 {
                continue;
            }
            let (plan, flat, old) = (city.plan, &household.flat, person.old_flat.as_ref());
            let style = *rng.pick(&Plan::FULL_STYLES);
            let trips = city.trips(person);
            for trip in &trips {
                if rng.chance(0.7) {
                    let address = city.damage.address(plan, flat, old, style, 0.15, &mut rng);
                    self.row(city, person, &household.people, address, Some(trip), &mut rng, ledger)?;
                    city.told(ledger, trip, person, Some(flat));
                }
            }
            if trips.is_empty() && rng.chance(0.075) {
                let address = city.damage.address(plan, flat, old, style, 0.15, &mut rng);
                self.row(city, person, &household.people, address, None, &mut rng, ledger)?;
            }
        }
        Ok(())
    }

    fn traveller(&mut self, city: &City<'_>, person: &Person, ledger: &mut Ledger) -> Result<()> {
        let mut rng = city.rng(TAG, person.no);
        for trip in &city.trips(person) {
            if rng.chance(0.6) {
                let address = match city.stay(person) {
                    Stay::Hotel(hotel) => city.plan.hotels[hotel].name.clone(),
                    Stay::Flat(flat) => city.damage.address(city.plan, &flat, None, 4, 0.3, &mut rng),
                    Stay::Unknown => String::new(),
                };
                self.row(city, person, &[], address, Some(trip), &mut rng, ledger)?;
                city.told(ledger, trip, person, None);
            }
        }
        Ok(())
    }

    fn finish(&mut self) -> Result<Written> {
        self.dump.finish()?;
        Ok(Written::of(self.keys.given, &[&self.dump]))
    }
}
