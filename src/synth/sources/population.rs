//! The police's population register: nearly complete, clean identity numbers; registered addresses, of which many are
//! not where people live (人户分离).

use super::{City, Keys, Ledger, Writer, Written};
use crate::error::Result;
use crate::synth::damage::{Damage, IdRates};
use crate::synth::days;
use crate::synth::files::{Dump, Encoding, Settings, Shape};
use crate::synth::people::{Household, Person, Tie};
use crate::synth::rng::Rng;

const TAG: u64 = 1;
const IDS: IdRates = IdRates {
    missing: 0.0,
    masked: 0.0,
    last_four: 0.0,
    typo: 0.0004,
    odd: 0.004,
    relative: 0.0,
    short: 0.02,
    mantissa: 0.0,
};

/// Writes `police_population`.
pub(crate) struct Population {
    dump: Dump,
    keys: Keys,
}

impl Population {
    pub(crate) fn new(city: &City<'_>) -> Self {
        let settings = Settings {
            stem: city.dumps.join("police_population"),
            shape: Shape::Text { encoding: Encoding::Gb18030, delimiter: b',', gz: false },
            header: vec![
                "人员编号",
                "姓名",
                "曾用名",
                "性别",
                "公民身份号码",
                "出生日期",
                "民族",
                "户籍地址",
                "现住址",
                "户主姓名",
                "与户主关系",
                "联系电话",
                "登记时间",
            ],
            titles: Vec::new(),
            total: city.damage.any(),
            broken: city.rate(0.0008),
            doubled: city.rate(0.001),
            rows_max: 500_000,
            again: 0,
        };
        Self { dump: Dump::new(settings, city.rng(TAG, u64::MAX)), keys: Keys::new("police_population", "37") }
    }

    fn person(
        &mut self,
        city: &City<'_>,
        household: &Household,
        person: &Person,
        rng: &mut Rng,
        ledger: &mut Ledger,
    ) -> Result<()> {
        let (damage, plan) = (&city.damage, city.plan);
        let lives = match person.tie {
            Tie::Away => String::new(),
            _ => match rng.below(20) {
                0..3 => String::new(),
                3..5 => person.old_flat.as_ref().map_or_else(String::new, |flat| plan.address(flat, 0)),
                _ => damage.address(plan, &household.flat, person.old_flat.as_ref(), 0, 0.05, rng),
            },
        };
        ledger.tells(person.no, &lives);
        if matches!(person.tie, Tie::Local | Tie::Away) {
            ledger.tells(person.no, &person.registered);
        }
        let name = damage.name(&person.name, 0.003, false, rng);
        let id = damage.id(person, &household.people, &IDS, rng);
        let former = if rng.chance(0.01) { Damage::former_name(&person.name, person.male, rng) } else { String::new() };
        let phone = if rng.chance(0.7) { damage.phone(person, Some(household), 0.12, rng) } else { String::new() };
        let since = city.as_of - rng.range(30, 3_000).min(city.as_of - person.birth);
        let row = vec![
            self.keys.next(person.no, ledger)?,
            name,
            former,
            damage.sex(person.male, ["男", "女"], 0.001, rng),
            id,
            damage.birth(person.birth, 2, 0.001, rng),
            person.ethnicity.to_owned(),
            person.registered.clone(),
            lives,
            household.people[0].name.full(),
            person.role.text(person.male).to_owned(),
            phone,
            days::iso(since),
        ];
        self.dump.push(row)
    }
}

impl Writer for Population {
    fn household(&mut self, city: &City<'_>, household: &Household, ledger: &mut Ledger) -> Result<()> {
        for person in &household.people {
            let mut rng = city.rng(TAG, person.no);
            let known = match person.tie {
                Tie::Local => 0.985,
                Tie::Migrant => 0.38,
                Tie::Away => 0.98,
                Tie::Passing => 0.0,
            };
            if rng.chance(known) {
                self.person(city, household, person, &mut rng, ledger)?;
            }
        }
        Ok(())
    }

    fn traveller(&mut self, _city: &City<'_>, _person: &Person, _ledger: &mut Ledger) -> Result<()> {
        Ok(())
    }

    fn finish(&mut self) -> Result<Written> {
        self.dump.finish()?;
        Ok(Written::of(self.keys.given, &[&self.dump]))
    }
}
