//! What the set before said of its persons. Keys of exports are not always what they should be: one that numbers its rows
//! anew every day gives the key of one human being to another, who must not inherit a file, a visit and a grid; and one whose
//! keys change altogether must not begin everybody anew.

use crate::kernels::hash;
use crate::kernels::id_number;
use crate::kernels::phone;
use crate::tables::{PersonId, Pool, Records};
use hashbrown::{HashMap, HashSet};
use rayon::prelude::*;
use std::sync::OnceLock;

/// What a person was known by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fact {
    person: PersonId,
    /// Digits of the valid ID number; 0: none.
    id: u64,
    /// Hash of the name; 0: none.
    name: u64,
    /// The best phones; 0: none.
    phones: [u64; 2],
    /// Whether there are more.
    more_phones: bool,
}

impl Fact {
    /// From the texts of the published table.
    pub fn new<'a>(
        person: PersonId,
        id: Option<&str>,
        name: Option<&str>,
        phones: impl Iterator<Item = &'a str>,
    ) -> Self {
        let id = id.map(|text| id_number::parse(text).id).filter(id_number::IdNumber::valid);
        let mut numbers = Vec::new();
        for text in phones {
            phone::parse_all(text, &mut numbers);
        }
        let phone = |at: usize| numbers.get(at).copied().unwrap_or(0);
        Self {
            person,
            id: id.map_or(0, |id| id.digits),
            name: name.map_or(0, name_key),
            phones: [phone(0), phone(1)],
            more_phones: numbers.len() > 2,
        }
    }
}

fn name_key(name: &str) -> u64 {
    hash::bytes(7, name.as_bytes())
}

/// Persons of the set before, in the order of their keys.
#[derive(Clone, Debug, Default)]
pub struct Told {
    facts: Vec<Fact>,
    /// Valid ID numbers and whose they are, ascending; made when somebody asks.
    ids: OnceLock<Vec<(u64, PersonId)>>,
}

impl Told {
    /// From persons in any order.
    pub fn new(mut facts: Vec<Fact>) -> Self {
        facts.par_sort_unstable();
        Self { facts, ids: OnceLock::new() }
    }

    fn of(&self, person: PersonId) -> Option<&Fact> {
        self.facts.binary_search_by_key(&person, |fact| fact.person).ok().map(|at| &self.facts[at])
    }

    /// Whether exactly one person had that valid ID number, and not `person`.
    fn is_anothers(&self, id: u64, person: PersonId) -> bool {
        let ids = self.ids.get_or_init(|| {
            let with_id = self.facts.par_iter().filter(|fact| fact.id != 0);
            let mut ids: Vec<(u64, PersonId)> = with_id.map(|fact| (fact.id, fact.person)).collect();
            ids.par_sort_unstable();
            ids
        });
        let from = ids.partition_point(|(known, _)| *known < id);
        let mut owners = ids[from..].iter().take_while(|(known, _)| *known == id);
        owners.next().is_some_and(|(_, owner)| *owner != person) && owners.next().is_none()
    }

    /// Whether `row` of tonight cannot be about `person`: another name, and another valid ID number, or one that somebody else
    /// had, or a passport where the person has a number; or where one of the two has no number, another name and other phones.
    /// One of them alone is corrected every day.
    pub fn contradicts(&self, person: PersonId, records: &Records, row: usize) -> bool {
        let Some(fact) = self.of(person) else { return false };
        let id = records.id[row];
        let both_ids = id.valid() && fact.id != 0;
        if both_ids && id.digits == fact.id {
            return false;
        }
        let name = match records.name[row] {
            Pool::NONE => 0,
            name => name_key(records.pool.get(name)),
        };
        let both_names = name != 0 && fact.name != 0;
        if both_names && name == fact.name {
            return false;
        }
        let is_foreign = both_names && fact.id != 0 && records.document[row] != Pool::NONE;
        if both_ids || is_foreign || both_names && id.valid() && self.is_anothers(id.digits, person) {
            return true;
        }
        let phones = records.phones[row];
        let shares = phones.iter().any(|phone| *phone != 0 && fact.phones.contains(phone));
        phones[0] != 0 && fact.phones[0] != 0 && !shares && !fact.more_phones
    }

    /// The person of each of those valid ID numbers, if it is one's alone.
    pub fn by_id(&self, wanted: &HashSet<u64>) -> HashMap<u64, PersonId> {
        let mut found: HashMap<u64, Option<PersonId>> = HashMap::new();
        if !wanted.is_empty() {
            for fact in self.facts.iter().filter(|fact| fact.id != 0 && wanted.contains(&fact.id)) {
                found.entry(fact.id).and_modify(|person| *person = None).or_insert(Some(fact.person));
            }
        }
        found.into_iter().filter_map(|(id, person)| Some((id, person?))).collect()
    }

    /// The valid ID number of a person; 0: none is known.
    pub fn id_of(&self, person: PersonId) -> u64 {
        self.of(person).map_or(0, |fact| fact.id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: &str = "11010519491231002X";
    const OTHER: &str = "370502198001010017";

    fn row(id: &str, name: &str, phone: u64) -> Records {
        let mut records = Records::default();
        records.copy_blank();
        records.id[0] = id_number::parse(id).id;
        records.name[0] = if name.is_empty() { Pool::NONE } else { records.pool.intern(name) };
        records.phones[0] = [phone, 0];
        records
    }

    #[test]
    fn a_key_is_anothers_where_two_things_speak_against_it() {
        let phones = ["13812345678", "0546-8331234"];
        let fact = |id, name| Fact::new(PersonId(1), id, name, phones.into_iter());
        let told =
            Told::new(vec![fact(Some(ONE), Some("钱一")), Fact { person: PersonId(2), ..fact(None, Some("钱一")) }]);
        let nobody = Told::new(vec![Fact::new(PersonId(2), None, None, phones.into_iter())]);
        for (id, name, phone, with_id, without, nameless) in [
            (OTHER, "周七", 13_900_000_001, true, true, true),
            (OTHER, "周七", 13_812_345_678, true, false, false),
            // A corrected number, a married name, a new phone.
            (OTHER, "钱一", 13_900_000_001, false, false, true),
            (ONE, "周七", 13_900_000_001, false, true, true),
            ("", "钱一", 13_900_000_001, false, false, true),
            ("", "周七", 13_812_345_678, false, false, false),
            ("", "周七", 13_900_000_001, true, true, true),
            ("", "", 13_900_000_001, true, true, true),
            ("", "周七", 0, false, false, false),
            ("", "", 0, false, false, false),
        ] {
            let records = row(id, name, phone);
            let found = (told.contradicts(PersonId(1), &records, 0), told.contradicts(PersonId(2), &records, 0));
            assert_eq!(found, (with_id, without), "{id} {name} {phone}");
            assert_eq!(nobody.contradicts(PersonId(2), &records, 0), nameless, "{id} {name} {phone}");
            assert!(!told.contradicts(PersonId(3), &records, 0), "of whom nothing is known");
        }
    }

    #[test]
    fn a_key_is_anothers_where_its_row_has_a_passport_or_the_number_of_somebody_else() {
        let fact = |person, id, name| Fact::new(PersonId(person), id, Some(name), std::iter::empty());
        let told =
            Told::new(vec![fact(1, Some(ONE), "钱一"), fact(2, None, "PARK SOYEON"), fact(3, Some(OTHER), "周七")]);
        let contradicts = |person, records: &Records| told.contradicts(PersonId(person), records, 0);
        // Whose number nobody had may be the passport holder's under another name.
        assert!(contradicts(2, &row(ONE, "钱一", 0)));
        assert!(!contradicts(2, &row("110105199003074472", "钱二", 0)));
        let foreign = |name| {
            let mut records = row("", name, 0);
            records.document[0] = records.pool.intern("E51018125");
            records
        };
        assert!(contradicts(1, &foreign("SMITH AYAKA")));
        assert!(!contradicts(1, &foreign("钱一")), "under the own name");
        assert!(!contradicts(2, &foreign("SMITH AYAKA")), "of whom no number is known");
    }

    #[test]
    fn a_number_that_two_persons_have_is_nobodys() {
        let fact = |person, id| Fact::new(PersonId(person), Some(id), None, std::iter::empty());
        let told = Told::new(vec![fact(3, ONE), fact(2, OTHER), fact(1, OTHER)]);
        let digits = |id: &str| id_number::parse(id).id.digits;
        let wanted = [digits(ONE), digits(OTHER)].into_iter().collect();
        assert_eq!(told.by_id(&wanted), [(digits(ONE), PersonId(3))].into_iter().collect());
        assert_eq!((told.id_of(PersonId(2)), told.id_of(PersonId(9))), (digits(OTHER), 0));
    }
}
