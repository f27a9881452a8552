//! The invented people: households of couples, children, grandparents, singles and flat sharers in their dwellings, and
//! travellers who only pass through. Households come one after another; nothing but the counters of identity numbers
//! is kept.

use super::days;
use super::id::Registrar;
use super::names::{Name, Namer, Style};
use super::places::{COUNTIES, Flat, OUTSIDE, Plan, land_line, mobile};
use super::rng::Rng;

/// What somebody is to the city.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tie {
    /// Registered in the city and living in it.
    Local,
    /// Living in it, registered elsewhere.
    Migrant,
    /// Registered in it, living elsewhere.
    Away,
    /// Passing through.
    Passing,
}

/// Place in a household.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    Head,
    Spouse,
    Child,
    Parent,
    Sharer,
}

impl Role {
    /// As a roster has it.
    pub(crate) fn text(self, male: bool) -> &'static str {
        match (self, male) {
            (Self::Head, _) => "户主",
            (Self::Spouse, true) => "夫",
            (Self::Spouse, false) => "妻",
            (Self::Child, true) => "子",
            (Self::Child, false) => "女",
            (Self::Parent, true) => "父",
            (Self::Parent, false) => "母",
            (Self::Sharer, _) => "合租",
        }
    }
}

/// An invented person.
#[derive(Clone, Debug)]
pub(crate) struct Person {
    /// Running number.
    pub(crate) no: u64,
    pub(crate) name: Name,
    pub(crate) male: bool,
    pub(crate) birth: i32,
    /// Resident identity number; empty for foreigners and newborns.
    pub(crate) id: String,
    /// Passport number; empty for everybody else.
    pub(crate) passport: String,
    pub(crate) ethnicity: &'static str,
    pub(crate) tie: Tie,
    pub(crate) role: Role,
    /// Phone that the person answers; empty if none.
    pub(crate) phone: String,
    /// Phone of before.
    pub(crate) old_phone: String,
    /// Where the person is registered.
    pub(crate) registered: String,
    /// Dwelling of before, if the person moved.
    pub(crate) old_flat: Option<Flat>,
}

/// People of one dwelling.
#[derive(Clone, Debug)]
pub(crate) struct Household {
    pub(crate) flat: Flat,
    pub(crate) people: Vec<Person>,
    pub(crate) land_line: String,
}

/// Makes the people.
pub(crate) struct Maker<'a> {
    pub(crate) plan: &'a Plan,
    pub(crate) namer: Namer,
    registrar: Registrar,
    as_of: i32,
    no_ids: bool,
    next: u64,
}

impl<'a> Maker<'a> {
    pub(crate) fn new(plan: &'a Plan, namer: Namer, as_of: i32, no_ids: bool) -> Self {
        let regions = COUNTIES.iter().map(|c| c.0).chain(OUTSIDE.iter().map(|o| o.0 + 2)).collect();
        Self { plan, namer, registrar: Registrar::new(regions), as_of, no_ids, next: 0 }
    }

    /// People made so far.
    pub(crate) fn made(&self) -> u64 {
        self.next
    }

    /// The household of a dwelling, of at most `most` persons.
    pub(crate) fn household(&mut self, flat: Flat, most: u64, rng: &mut Rng) -> Household {
        let style = self.namer.style(rng);
        let migrants = rng.chance(0.14);
        let mut people: Vec<Person> = Vec::new();
        let kind = rng.weighted(&[0.40, 0.20, 0.14, 0.12, 0.05, 0.09]);
        let tie = if migrants { Tie::Migrant } else { Tie::Local };
        let outside = rng.below(OUTSIDE.len());
        let home = (tie, outside, &flat);
        if kind == 4 {
            for _ in 0..rng.range(2, 5) {
                let age = rng.range(19, 34);
                let tie = if rng.chance(0.6) { Tie::Migrant } else { Tie::Local };
                let outside = rng.below(OUTSIDE.len());
                let (style, male) = (self.namer.style(rng), rng.chance(0.55));
                people.push(self.person((tie, outside, &flat), Role::Sharer, male, age, style, None, rng));
            }
        } else {
            let age = match kind {
                0 => rng.range(27, 52),
                1 => rng.range(24, 64),
                3 => rng.range(30, 50),
                5 => rng.range(60, 92),
                _ => rng.range(20, 88),
            };
            let male = kind != 2 || rng.chance(0.5);
            let head = self.person(home, Role::Head, male, age, style, None, rng);
            people.push(head);
            if kind != 2 {
                let wife = (age - rng.range(-2, 5)).max(21);
                people.push(self.person(home, Role::Spouse, false, wife, style, None, rng));
                if kind == 0 || kind == 3 {
                    self.children(home, age.min(wife), &mut people, rng);
                }
                if kind == 3 {
                    self.parents(home, age, &mut people, rng);
                }
            }
        }
        people.truncate(most.max(1) as usize);
        self.next = people.last().map_or(self.next, |p| p.no + 1);
        let land_line = if rng.chance(0.25) { land_line(rng) } else { String::new() };
        self.share_phones(&mut people, &land_line, rng);
        Household { flat, people, land_line }
    }

    fn children(&mut self, home: (Tie, usize, &Flat), age: i32, people: &mut Vec<Person>, rng: &mut Rng) {
        let family = people[0].name.clone();
        let style = family.style;
        let count = 1 + usize::from(rng.chance(0.38)) + usize::from(rng.chance(0.05));
        let mut child_age = (age - rng.range(22, 31)).clamp(0, 24);
        let twins = rng.chance(0.025);
        for n in 0..count {
            let male = rng.chance(0.53);
            let child = self.person(home, Role::Child, male, child_age, style, Some(&family), rng);
            if twins && n == 0 {
                let mut other = child.clone();
                other.no = self.next;
                self.next += 1;
                if rng.chance(0.25) {
                    other.male = !other.male;
                }
                other.name = self.namer.twin(&child.name, other.male, child.birth, rng);
                if !child.id.is_empty() {
                    let region = self.region(home.0, home.1, home.2);
                    other.id = self.registrar.next(region, child.birth, other.male).unwrap_or_default();
                }
                people.push(child);
                people.push(other);
            } else {
                people.push(child);
            }
            child_age -= rng.range(2, 6);
            if child_age < 0 {
                break;
            }
        }
    }

    fn parents(&mut self, home: (Tie, usize, &Flat), age: i32, people: &mut Vec<Person>, rng: &mut Rng) {
        let family = people[0].name.clone();
        let old = (age + rng.range(22, 32)).min(95);
        let both = rng.chance(0.55);
        let of_husband = rng.chance(0.75);
        if both || rng.chance(0.3) {
            let surname = if of_husband { family.clone() } else { people[1].name.clone() };
            let surname = (surname.style == Style::Han).then_some(surname);
            people.push(self.person(home, Role::Parent, true, old, family.style, surname.as_ref(), rng));
        }
        if both || people.iter().all(|p| p.role != Role::Parent) {
            people.push(self.person(home, Role::Parent, false, old - rng.range(-1, 4), family.style, None, rng));
        }
    }

    fn region(&self, tie: Tie, outside: usize, flat: &Flat) -> usize {
        match tie {
            Tie::Local | Tie::Away => self.plan.county(flat),
            Tie::Migrant | Tie::Passing => COUNTIES.len() + outside,
        }
    }

    #[allow(clippy::too_many_arguments)] // one constructor of everybody
    fn person(
        &mut self,
        (tie, outside, flat): (Tie, usize, &Flat),
        role: Role,
        male: bool,
        age: i32,
        style: Style,
        family: Option<&Name>,
        rng: &mut Rng,
    ) -> Person {
        let birth = self.as_of - age.max(0) * 365 - age.max(0) / 4 - rng.range(1, 364);
        let no = self.next;
        self.next += 1;
        let name = self.namer.name(style, male, birth, family, rng);
        let tie = if tie == Tie::Local && age > 17 && role != Role::Head && rng.chance(0.09) { Tie::Away } else { tie };
        // Of the people in the city some were first numbered elsewhere.
        let mut region = self.region(tie, outside, flat);
        if region < COUNTIES.len() && rng.chance(0.18) {
            region = rng.below(COUNTIES.len() + OUTSIDE.len());
        }
        let newborn = self.as_of - birth < 120 && rng.chance(0.6);
        let mut id = String::new();
        let passport = if style == Style::Foreign {
            format!("{}{:08}", rng.pick(&["E", "G", "P", "M"]), rng.below(100_000_000))
        } else {
            String::new()
        };
        if passport.is_empty() && !newborn && !self.no_ids {
            id = self.registrar.next(region, birth, male).unwrap_or_default();
        }
        let registered = match tie {
            Tie::Migrant | Tie::Passing => format!("{}{}号", OUTSIDE[outside].2, rng.range(1, 300)),
            Tie::Away => self.plan.address(flat, 0),
            Tie::Local if rng.chance(0.62) => self.plan.address(flat, 0),
            Tie::Local => self.plan.address(&self.plan.any_flat(rng), 0),
        };
        let ethnicity = match style {
            Style::Han if rng.chance(0.985) => "汉族",
            Style::Han => rng.pick(&["回族", "满族", "蒙古族", "苗族", "土家族"]),
            Style::Dotted => "维吾尔族",
            Style::Tibetan => "藏族",
            Style::Foreign => "",
        };
        let has_phone = age >= 12 && !(age > 72 && rng.chance(0.4));
        let phone = if has_phone { mobile(rng) } else { String::new() };
        let old_phone = if rng.chance(0.15) { mobile(rng) } else { String::new() };
        let old_flat = rng.chance(0.12).then(|| self.plan.any_flat(rng));
        Person { no, name, male, birth, id, passport, ethnicity, tie, role, phone, old_phone, registered, old_flat }
    }

    /// Children and old people without a phone answer somebody else's.
    fn share_phones(&self, people: &mut [Person], land_line: &str, rng: &mut Rng) {
        let phones: Vec<String> = people.iter().map(|p| p.phone.clone()).filter(|p| !p.is_empty()).collect();
        let work = self.plan.firms.len();
        for person in people {
            if person.phone.is_empty() {
                person.phone = match (rng.chance(0.85) && !phones.is_empty(), land_line) {
                    (true, _) => rng.pick_early(&phones).clone(),
                    (false, line) if !line.is_empty() => line.to_owned(),
                    _ if days::age(person.birth, self.as_of) > 60 => mobile(rng), // a child's, who lives elsewhere
                    _ => String::new(),
                };
            } else if person.role == Role::Sharer && work > 0 && rng.chance(0.12) {
                person.phone = self.plan.firms[rng.below(work)].phone.clone();
            }
        }
    }

    /// Somebody who passes through.
    pub(crate) fn traveller(&mut self, rng: &mut Rng) -> Person {
        let outside = rng.below(OUTSIDE.len());
        let flat = self.plan.any_flat(rng);
        let (male, age) = (rng.chance(0.6), rng.range(16, 70));
        let style = if rng.chance(0.015) { Style::Foreign } else { self.namer.style(rng) };
        self.person((Tie::Passing, outside, &flat), Role::Head, male, age, style, None, rng)
    }
}
