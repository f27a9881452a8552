//! The police's arrivals: railway, road and air passengers in delimited text whose encoding changes on the way, hotel
//! guests in workbooks with a title above the header.

use super::{City, Keys, Ledger, Stay, Trip, Writer, Written};
use crate::error::Result;
use crate::synth::damage::IdRates;
use crate::synth::days;
use crate::synth::files::{Cell, Dump, Encoding, Settings, Shape};
use crate::synth::people::{Household, Person, Tie};
use crate::synth::places::{Flat, OUTSIDE};
use crate::synth::rng::Rng;

const TAG: u64 = 2;
const HEADER: [&str; 14] = [
    "流水号",
    "旅客姓名",
    "性别",
    "证件类型",
    "证件号码",
    "出生年月日",
    "手机号",
    "来返方式",
    "车次",
    "出发地代码",
    "出发地",
    "到达时间",
    "落脚地址",
    "采集时间",
];
const IDS: IdRates = IdRates {
    missing: 0.005,
    masked: 0.02,
    last_four: 0.0,
    typo: 0.003,
    odd: 0.02,
    relative: 0.003,
    short: 0.01,
    mantissa: 0.0,
};

/// Writes `police_arrivals`.
pub(crate) struct Arrivals {
    tickets: Dump,
    hotels: Dump,
    keys: Keys,
}

impl Arrivals {
    pub(crate) fn new(city: &City<'_>) -> Self {
        let mixed = if city.damage.any() { Encoding::Mixed } else { Encoding::Gb18030 };
        let tickets = Settings {
            stem: city.dumps.join("police_arrivals_客票"),
            shape: Shape::Text { encoding: mixed, delimiter: b'\t', gz: false },
            header: HEADER.to_vec(),
            titles: Vec::new(),
            total: false,
            broken: city.rate(0.0015),
            doubled: city.rate(0.01),
            rows_max: 1_000_000,
            again: 0,
        };
        let mut cells = vec![Cell::Text; HEADER.len()];
        cells[11] = Cell::Time;
        let title = format!("旅馆业住宿人员登记（截至{}）", days::notation(city.as_of, 4));
        let hotels = Settings {
            stem: city.dumps.join("police_arrivals_旅馆"),
            shape: Shape::Xlsx(cells),
            titles: if city.damage.any() { vec![title] } else { Vec::new() },
            total: city.damage.any(),
            rows_max: 200_000,
            ..tickets.clone()
        };
        Self {
            tickets: Dump::new(tickets, city.rng(TAG, u64::MAX)),
            hotels: Dump::new(hotels, city.rng(TAG, u64::MAX - 1)),
            keys: Keys::new("police_arrivals", "LK"),
        }
    }

    #[allow(clippy::too_many_arguments)] // one row of everything known
    fn row(
        &mut self,
        city: &City<'_>,
        trip: &Trip,
        person: &Person,
        relatives: &[Person],
        address: String,
        hotel: bool,
        rng: &mut Rng,
        ledger: &mut Ledger,
    ) -> Result<()> {
        let damage = &city.damage;
        ledger.tells(person.no, &address);
        let (code, place, _) = OUTSIDE[trip.from];
        let kind = if person.passport.is_empty() { "居民身份证" } else { "护照" };
        let has_birth = rng.chance(0.5);
        // Hotels name the place, tickets often only its code.
        let (code, place) = match rng.below(6) {
            0 if !hotel => (code.to_string(), String::new()),
            1 => (String::new(), place.to_owned()),
            _ => (code.to_string(), place.to_owned()),
        };
        let row = vec![
            self.keys.next(person.no, ledger)?,
            damage.name(&person.name, 0.008, false, rng),
            damage.sex(person.male, ["男", "女"], 0.01, rng),
            kind.to_owned(),
            damage.id(person, relatives, &IDS, rng),
            if has_birth { damage.birth(person.birth, 7, 0.02, rng) } else { String::new() },
            damage.phone(person, None, 0.10, rng),
            if hotel { "旅馆".to_owned() } else { trip.transport.to_owned() },
            if hotel { String::new() } else { trip.vehicle.clone() },
            code,
            place,
            days::at(trip.on, trip.minute, usize::from(!hotel && rng.chance(0.3))),
            address,
            days::iso(trip.on + 1),
        ];
        if hotel { self.hotels.push(row) } else { self.tickets.push(row) }
    }
}

impl Writer for Arrivals {
    fn household(&mut self, city: &City<'_>, household: &Household, ledger: &mut Ledger) -> Result<()> {
        for person in &household.people {
            let mut rng = city.rng(TAG, person.no);
            for trip in city.trips(person) {
                if !rng.chance(0.9) {
                    continue;
                }
                let flat = &household.flat;
                let (plan, old) = (city.plan, person.old_flat.as_ref());
                let address = match rng.below(3) {
                    0 => String::new(),
                    _ => city.damage.address(plan, flat, old, 10, 0.3, &mut rng),
                };
                self.row(city, &trip, person, &household.people, address, false, &mut rng, ledger)?;
                city.told(ledger, &trip, person, Some(flat));
            }
        }
        Ok(())
    }

    fn traveller(&mut self, city: &City<'_>, person: &Person, ledger: &mut Ledger) -> Result<()> {
        debug_assert_eq!(person.tie, Tie::Passing);
        let mut rng = city.rng(TAG, person.no);
        let stay = city.stay(person);
        for trip in city.trips(person) {
            let none: Option<&Flat> = None;
            if let Stay::Hotel(hotel) = stay {
                let address = city.plan.site_address(&city.plan.hotels[hotel]);
                self.row(city, &trip, person, &[], address, true, &mut rng, ledger)?;
                city.told(ledger, &trip, person, none);
                if rng.chance(0.5) {
                    continue;
                }
            }
            self.row(city, &trip, person, &[], String::new(), false, &mut rng, ledger)?;
            city.told(ledger, &trip, person, none);
        }
        Ok(())
    }

    fn finish(&mut self) -> Result<Written> {
        self.tickets.finish()?;
        self.hotels.finish()?;
        Ok(Written::of(self.keys.given, &[&self.tickets, &self.hotels]))
    }
}
