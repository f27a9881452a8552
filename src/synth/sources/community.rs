//! The community's sweep from door to door: one file a street, each street in its own way; names as they were heard,
//! identity numbers often missing, short notations of the flat, lunar birthdays and ages, the grid's code.

use super::{City, Keys, Ledger, Stay, Writer, Written};
use crate::error::Result;
use crate::synth::damage::{Damage, IdRates, spreadsheet_tail};
use crate::synth::days;
use crate::synth::files::{Cell, Dump, Encoding, Settings, Shape};
use crate::synth::people::{Household, Person, Tie};
use crate::synth::places::Flat;
use crate::synth::rng::Rng;

const TAG: u64 = 5;
const IDS: IdRates = IdRates {
    missing: 0.22,
    masked: 0.07,
    last_four: 0.04,
    typo: 0.015,
    odd: 0.04,
    relative: 0.004,
    short: 0.02,
    mantissa: 0.0,
};
const HEADER: [&str; 15] = [
    "登记编号",
    "户主",
    "姓名",
    "与户主关系",
    "性别",
    "身份证号",
    "出生年月",
    "年龄",
    "民族",
    "电话",
    "小区楼栋",
    "网格编码",
    "入户时间",
    "入户情况",
    "填表日期",
];

/// Writes `community_grid`.
pub(crate) struct Community {
    street: Option<usize>,
    dump: Option<Dump>,
    keys: Keys,
    written: Written,
}

/// The ways of a street.
#[derive(Clone, Copy)]
struct Ways {
    /// Whether a spreadsheet ruined the identity numbers of the whole file: the tail, or all.
    ruined: Option<bool>,
    /// Whether old people's birthdays are lunar.
    lunar: bool,
    /// Whether ages stand where birthdays should.
    ages: bool,
    birth_style: usize,
    address_style: usize,
}

impl Community {
    pub(crate) fn new() -> Self {
        Self { street: None, dump: None, keys: Keys::new("community_grid", "WG"), written: Written::default() }
    }

    fn ways(city: &City<'_>, street: usize) -> Ways {
        let damaged = city.damage.any();
        Ways {
            ruined: match street % 24 {
                2 if damaged => Some(true),
                7 if damaged => Some(false),
                _ => None,
            },
            lunar: damaged && street % 3 == 1,
            ages: damaged && street % 5 == 3,
            birth_style: [0, 3, 1, 4, 2, 5, 7][street % 7],
            address_style: [1, 2, 3, 1, 6, 8][street % 6],
        }
    }

    /// The file of that street: streets come one after another, so that one is open at a time.
    fn enter(&mut self, city: &City<'_>, street: usize) -> Result<&mut Dump> {
        if self.street != Some(street) {
            self.leave()?;
            self.street = Some(street);
        }
        Ok(self.dump.get_or_insert_with(|| Self::file(city, street)))
    }

    fn file(city: &City<'_>, street: usize) -> Dump {
        let name = &city.plan.streets[street].name;
        let damaged = city.damage.any();
        let mut cells = vec![Cell::Text; HEADER.len()];
        cells[7] = Cell::Number;
        cells[12] = Cell::Time;
        if Self::ways(city, street).ruined.is_some() {
            cells[5] = Cell::Number;
        }
        let book = street % 3 != 1;
        let title = format!("{name}入户排查登记表");
        let settings = Settings {
            stem: city.dumps.join(format!("community_grid_{:03}_{name}", street + 1)),
            shape: if book {
                Shape::Xlsx(cells)
            } else {
                Shape::Text { encoding: Encoding::Gb18030, delimiter: b',', gz: false }
            },
            header: HEADER.to_vec(),
            titles: match street % 4 {
                0 | 2 if damaged => vec![title],
                3 if damaged => vec![title, "填报单位：街道网格中心".to_owned()],
                _ => Vec::new(),
            },
            total: damaged && street.is_multiple_of(2),
            broken: city.rate(0.001),
            doubled: city.rate(0.002),
            rows_max: 500_000,
            again: 0,
        };
        Dump::new(settings, city.rng(TAG, u64::MAX - street as u64))
    }

    fn leave(&mut self) -> Result<()> {
        if let Some(mut dump) = self.dump.take() {
            dump.finish()?;
            self.written.broken += dump.broken;
            self.written.files += dump.files;
        }
        Ok(())
    }

    #[allow(clippy::too_many_arguments)] // one row of everything known
    fn row(
        &mut self,
        city: &City<'_>,
        household: &Household,
        person: &Person,
        flat: &Flat,
        shared_phone: Option<&str>,
        rng: &mut Rng,
        ledger: &mut Ledger,
    ) -> Result<()> {
        let street = city.plan.street(flat);
        let (ways, damage, plan) = (Self::ways(city, street), &city.damage, city.plan);
        let key = self.keys.next(person.no, ledger)?;
        let head = if person.tie == Tie::Passing { String::new() } else { household.people[0].name.full() };
        let on = city.as_of - rng.range(1, 25);
        let met = *rng.pick(&["已见面", "已见面", "已见面", "已见面", "已见面", "已见面", "电话核实", "不在家"]);
        let (nameless, bare) = (damage.hit(rng, 0.009), damage.hit(rng, 0.0085));
        let mut row = vec![String::new(); HEADER.len()];
        row[0] = key;
        row[12] = days::at(on, rng.range(8 * 60, 21 * 60), 0);
        row[13] = met.to_owned();
        row[14] = days::notation(on, ways.birth_style.min(4));
        if bare {
            // Nothing but a name, and perhaps an address.
            let called = rng.chance(0.8);
            row[2] = if called { Damage::title(person, household, city.as_of, rng) } else { person.name.full() };
            if rng.chance(0.6) {
                row[10] = plan.address(flat, *rng.pick(&[1, 6, 7]));
            }
            ledger.tells(person.no, &row[10]);
            return self.enter(city, street)?.push(row);
        }
        row[1] = damage.name(&household.people[0].name, 0.01, true, rng);
        if head.is_empty() {
            row[1].clear();
        }
        row[2] = if nameless {
            Damage::title(person, household, city.as_of, rng)
        } else {
            damage.name(&person.name, 0.05, true, rng)
        };
        row[3] = person.role.text(person.male).to_owned();
        row[4] = damage.sex(person.male, ["男", "女"], 0.04, rng);
        row[5] = damage.id(person, &household.people, &IDS, rng);
        match ways.ruined {
            Some(true) => row[5] = spreadsheet_tail(&row[5]),
            Some(false) if row[5].len() == 18 => row[5] = format!("{}.{}E+17", &row[5][..1], &row[5][1..6]),
            _ => {}
        }
        let (old, age) = (days::civil(person.birth).0 < 1965, days::age(person.birth, on));
        let no_birth = damage.hit(rng, 0.15);
        if ways.ages || damage.hit(rng, 0.05) {
            row[7] = (age + i32::from(damage.hit(rng, 0.1))).to_string();
        } else if !no_birth {
            let lunar = (ways.lunar && old && rng.chance(0.5)) || damage.hit(rng, if old { 0.05 } else { 0.002 });
            let text = if lunar { days::lunar_text(person.birth, rng) } else { None };
            row[6] = text.unwrap_or_else(|| damage.birth(person.birth, ways.birth_style, 0.03, rng));
        }
        row[8] = if rng.chance(0.7) { person.ethnicity.to_owned() } else { String::new() };
        row[9] = match shared_phone {
            Some(phone) => phone.to_owned(),
            None => damage.phone(person, Some(household), 0.15, rng),
        };
        row[10] = damage.address(plan, flat, None, ways.address_style, 0.15, rng);
        let grid = plan.grid(flat);
        let (lost, wrong) = (damage.hit(rng, 0.03), damage.hit(rng, 0.01));
        let grid = if wrong { rng.below(plan.grids.len()) } else { grid };
        if !lost {
            row[11].clone_from(&plan.grids[grid].code);
        }
        ledger.tells(person.no, &row[10]);
        ledger.tells(person.no, &row[11]);
        self.enter(city, street)?.push(row)
    }
}

impl Writer for Community {
    fn household(&mut self, city: &City<'_>, household: &Household, ledger: &mut Ledger) -> Result<()> {
        let mut rng = city.rng(TAG, household.people.first().map_or(0, |p| p.no) | 1 << 50);
        let missed = rng.chance(0.05); // nobody opened, nobody asked
        let one_phone = rng.chance(0.25).then(|| household.people[0].phone.clone());
        for person in &household.people {
            let mut rng = city.rng(TAG, person.no);
            let known = match person.tie {
                _ if missed => 0.0,
                Tie::Away => 0.3,
                _ => 0.985,
            };
            if !rng.chance(known) {
                continue;
            }
            self.row(city, household, person, &household.flat, one_phone.as_deref(), &mut rng, ledger)?;
            if city.damage.hit(&mut rng, 0.015) {
                self.row(city, household, person, &household.flat, None, &mut rng, ledger)?;
            }
        }
        Ok(())
    }

    /// A guest in somebody's flat is found where the worker is just now, or not at all.
    fn traveller(&mut self, city: &City<'_>, person: &Person, ledger: &mut Ledger) -> Result<()> {
        let mut rng = city.rng(TAG, person.no);
        let Stay::Flat(flat) = city.stay(person) else { return Ok(()) };
        if self.street == Some(city.plan.street(&flat)) && rng.chance(0.5) {
            let alone = Household { flat: flat.clone(), people: vec![person.clone()], land_line: String::new() };
            self.row(city, &alone, person, &flat, None, &mut rng, ledger)?;
        }
        Ok(())
    }

    fn finish(&mut self) -> Result<Written> {
        self.leave()?;
        self.written.records = self.keys.given;
        Ok(self.written)
    }
}
