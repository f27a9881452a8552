//! The health service's vaccinations: one JSON object a dose, identity numbers mostly sound, a guardian's number now
//! and then in a child's row.

use super::{City, Keys, Ledger, Writer, Written};
use crate::error::Result;
use crate::synth::damage::IdRates;
use crate::synth::days;
use crate::synth::files::{Dump, Settings, Shape};
use crate::synth::people::{Household, Person, Tie};

const TAG: u64 = 4;
const IDS: IdRates = IdRates {
    missing: 0.01,
    masked: 0.0,
    last_four: 0.0,
    typo: 0.004,
    odd: 0.015,
    relative: 0.001,
    short: 0.005,
    mantissa: 0.0,
};

/// Writes `health_vaccination`.
pub(crate) struct Vaccination {
    dump: Dump,
    keys: Keys,
}

impl Vaccination {
    pub(crate) fn new(city: &City<'_>) -> Self {
        let settings = Settings {
            stem: city.dumps.join("health_vaccination"),
            shape: Shape::Jsonl,
            header: vec![
                "接种流水号",
                "受种者姓名",
                "性别代码",
                "出生日期",
                "身份证件号码",
                "联系手机",
                "现居住地",
                "疫苗名称",
                "剂次",
                "接种日期",
                "接种单位",
            ],
            titles: Vec::new(),
            total: false,
            broken: city.rate(0.0005),
            doubled: city.rate(0.002),
            rows_max: 1_000_000,
            again: 0,
        };
        Self { dump: Dump::new(settings, city.rng(TAG, u64::MAX)), keys: Keys::new("health_vaccination", "JZ") }
    }

    fn vaccinated(
        &mut self,
        city: &City<'_>,
        household: &Household,
        person: &Person,
        ledger: &mut Ledger,
    ) -> Result<()> {
        let mut rng = city.rng(TAG, person.no);
        let age = days::age(person.birth, city.as_of);
        let known = match person.tie {
            Tie::Away => 0.05,
            _ if age < 3 => 0.0,
            _ => 0.46,
        };
        if !rng.chance(known) {
            return Ok(());
        }
        let damage = &city.damage;
        let mut ids = IDS;
        if age < 14 {
            ids.relative = 0.03;
        }
        let name = damage.name(&person.name, 0.008, false, &mut rng);
        let id = damage.id(person, &household.people, &ids, &mut rng);
        let sex = damage.sex(person.male, ["1", "2"], 0.003, &mut rng);
        let birth = damage.birth(person.birth, 0, 0.006, &mut rng);
        let phone = damage.phone(person, Some(household), 0.15, &mut rng);
        let address = damage.address(city.plan, &household.flat, person.old_flat.as_ref(), 10, 0.15, &mut rng);
        ledger.tells(person.no, &address);
        let doses = 1 + usize::from(rng.chance(0.5)) + usize::from(rng.chance(0.18));
        let mut on = city.as_of - rng.range(200, 330);
        for dose in 1..=doses {
            self.dump.push(vec![
                self.keys.next(person.no, ledger)?,
                if dose > 1 { damage.name(&person.name, 0.008, false, &mut rng) } else { name.clone() },
                sex.clone(),
                birth.clone(),
                id.clone(),
                phone.clone(),
                address.clone(),
                (*rng.pick(&["新冠灭活疫苗（甲）", "新冠灭活疫苗（乙）", "重组新冠疫苗"])).to_owned(),
                dose.to_string(),
                days::notation(on, if rng.chance(0.1) { 2 } else { 0 }),
                format!("{}卫生院", city.plan.streets[city.plan.street(&household.flat)].name),
            ])?;
            on += rng.range(21, 60);
        }
        Ok(())
    }
}

impl Writer for Vaccination {
    fn household(&mut self, city: &City<'_>, household: &Household, ledger: &mut Ledger) -> Result<()> {
        household.people.iter().try_for_each(|person| self.vaccinated(city, household, person, ledger))
    }

    fn traveller(&mut self, _city: &City<'_>, _person: &Person, _ledger: &mut Ledger) -> Result<()> {
        Ok(())
    }

    fn finish(&mut self) -> Result<Written> {
        self.dump.finish()?;
        Ok(Written::of(self.keys.given, &[&self.dump]))
    }
}
