//! The health service's tests: many rows a person, compressed, a part of them delivered twice; phones of whoever stood
//! in the queue, ages where there is no birth date.

use super::{City, Keys, Ledger, Stay, Writer, Written};
use crate::error::Result;
use crate::synth::damage::IdRates;
use crate::synth::days;
use crate::synth::files::{Dump, Encoding, Settings, Shape};
use crate::synth::people::{Household, Person, Tie};
use crate::synth::rng::Rng;

const TAG: u64 = 3;
const IDS: IdRates = IdRates {
    missing: 0.02,
    masked: 0.01,
    last_four: 0.0,
    typo: 0.008,
    odd: 0.03,
    relative: 0.002,
    short: 0.01,
    mantissa: 0.003,
};

/// Writes `health_tests`.
pub(crate) struct Tests {
    dump: Dump,
    keys: Keys,
}

impl Tests {
    pub(crate) fn new(city: &City<'_>) -> Self {
        let settings = Settings {
            stem: city.dumps.join("health_tests"),
            shape: Shape::Text { encoding: Encoding::Utf8Mark, delimiter: b',', gz: true },
            header: vec![
                "采样编号",
                "受检者",
                "性别",
                "年龄",
                "证件号",
                "联系方式",
                "居住地址",
                "采样点",
                "采样时间",
                "检测结果",
                "登记时间",
            ],
            titles: Vec::new(),
            total: false,
            broken: city.rate(0.0005),
            doubled: city.rate(0.003),
            rows_max: 1_000_000,
            again: if city.damage.any() { 200 } else { 0 },
        };
        Self { dump: Dump::new(settings, city.rng(TAG, u64::MAX)), keys: Keys::new("health_tests", "HS") }
    }

    fn tested(
        &mut self,
        city: &City<'_>,
        person: &Person,
        household: Option<&Household>,
        ledger: &mut Ledger,
    ) -> Result<()> {
        let mut rng = city.rng(TAG, person.no);
        if !rng.chance(if person.tie == Tie::Away { 0.05 } else { 0.55 }) {
            return Ok(());
        }
        let mut rows = 1;
        while rows < 8 && rng.chance(0.52) {
            rows += 1;
        }
        let mut profile = profile(city, person, household, &mut rng);
        for row in 0..rows {
            if row > 0 && rng.chance(0.15) {
                profile = self::profile(city, person, household, &mut rng);
            }
            let on = city.as_of - rng.below(40) as i32 - 1;
            let age = days::age(person.birth, on) + i32::from(city.damage.hit(&mut rng, 0.05));
            let at = days::at(on, rng.range(6 * 60, 21 * 60), usize::from(rng.chance(0.2)));
            let result = if rng.chance(0.0005) { "阳性" } else { "阴性" };
            let point = &city.plan.communities[rng.below(city.plan.communities.len())].name;
            let [name, sex, id, phone, address] = profile.clone();
            ledger.tells(person.no, &address);
            self.dump.push(vec![
                self.keys.next(person.no, ledger)?,
                name,
                sex,
                age.to_string(),
                id,
                phone,
                address,
                format!("{point}采样点"),
                at,
                result.to_owned(),
                days::iso(on),
            ])?;
        }
        Ok(())
    }
}

fn profile(city: &City<'_>, person: &Person, household: Option<&Household>, rng: &mut Rng) -> [String; 5] {
    let (damage, plan) = (&city.damage, city.plan);
    let mut ids = IDS;
    if days::age(person.birth, city.as_of) < 14 {
        ids.relative = 0.04;
    }
    let relatives = household.map_or(&[][..], |h| &h.people);
    let address = match household {
        Some(h) => {
            let style = *rng.pick(&[1, 4, 8, 10, 10]);
            damage.address(plan, &h.flat, person.old_flat.as_ref(), style, 0.2, rng)
        }
        None => match city.stay(person) {
            Stay::Hotel(hotel) => plan.hotels[hotel].name.clone(),
            Stay::Flat(flat) => damage.address(plan, &flat, None, 10, 0.3, rng),
            Stay::Unknown => String::new(),
        },
    };
    // The booth's own phone, in the rows of hundreds.
    let booth = damage.hit(rng, 0.004);
    let phone = damage.phone(person, household, 0.12, rng);
    let phone = plan.firms.first().filter(|_| booth).map_or(phone, |firm| firm.phone.clone());
    [
        damage.name(&person.name, 0.015, false, rng),
        damage.sex(person.male, ["男性", "女性"], 0.02, rng),
        damage.id(person, relatives, &ids, rng),
        phone,
        address,
    ]
}

impl Writer for Tests {
    fn household(&mut self, city: &City<'_>, household: &Household, ledger: &mut Ledger) -> Result<()> {
        household.people.iter().try_for_each(|person| self.tested(city, person, Some(household), ledger))
    }

    fn traveller(&mut self, city: &City<'_>, person: &Person, ledger: &mut Ledger) -> Result<()> {
        self.tested(city, person, None, ledger)
    }

    fn finish(&mut self) -> Result<Written> {
        self.dump.finish()?;
        Ok(Written::of(self.keys.given, &[&self.dump]))
    }
}
