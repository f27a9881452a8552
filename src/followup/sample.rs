//! Small tables for the tests of this step.

use crate::kernels::id_number::IdNumber;
use crate::tables::*;

/// A record of person `person` with the fields that matter here.
#[derive(Clone, Copy, Debug)]
pub(super) struct Row {
    pub(super) source: u16,
    pub(super) person: u64,
    pub(super) grid: &'static str,
    pub(super) address: &'static str,
    pub(super) estate: &'static str,
    pub(super) building: &'static str,
    pub(super) unit: &'static str,
    pub(super) room: &'static str,
    pub(super) road: &'static str,
    pub(super) number: &'static str,
    pub(super) flat: u64,
    pub(super) registered_flat: u64,
    pub(super) registered_address: &'static str,
    pub(super) updated_at: i64,
    pub(super) place: &'static str,
    pub(super) phone: u64,
    /// Type, time in seconds, JSON detail.
    pub(super) event: Option<(&'static str, i64, &'static str)>,
}

impl Row {
    /// A record that says nothing.
    pub(super) const NONE: Self = Self {
        source: 0,
        person: 0,
        grid: "",
        address: "",
        estate: "",
        building: "",
        unit: "",
        room: "",
        road: "",
        number: "",
        flat: 0,
        registered_flat: 0,
        registered_address: "",
        updated_at: 0,
        place: "",
        phone: 0,
        event: None,
    };

    pub(super) fn of(person: u64) -> Self {
        Self { person, ..Self::NONE }
    }
}

/// The person of each record.
pub(super) fn person_of(records: &Records, persons: &Persons) -> Vec<u32> {
    let mut person_of = vec![NO_ROW; records.len()];
    for person in 0..persons.len() {
        persons.rows(person).iter().for_each(|&row| person_of[row as usize] = person as u32);
    }
    person_of
}

/// The records, whose keys are `r0`, `r1`, …, and their persons.
pub(super) fn sample(rows: &[Row]) -> (Records, Persons) {
    let mut records = Records::default();
    for (i, row) in rows.iter().enumerate() {
        let r = &mut records;
        let record_id = r.keys.push(&format!("r{i}"));
        r.source.push(row.source);
        r.file.push(0);
        r.line.push(i as u64);
        r.record_id.push(record_id);
        r.content.push(i as u64);
        let none = [
            &mut r.name,
            &mut r.former_name,
            &mut r.document,
            &mut r.household_head,
            &mut r.relation,
            &mut r.ethnicity,
        ];
        none.into_iter().for_each(|column| column.push(Pool::NONE));
        let texts = [
            (&mut r.grid_code, row.grid),
            (&mut r.address, row.address),
            (&mut r.estate, row.estate),
            (&mut r.building, row.building),
            (&mut r.unit, row.unit),
            (&mut r.room, row.room),
            (&mut r.road, row.road),
            (&mut r.number, row.number),
            (&mut r.registered_address, row.registered_address),
        ];
        for (column, text) in texts {
            column.push(r.pool.intern(text));
        }
        r.name_flags.push(0);
        r.sex.push(Sex::Unknown);
        r.id.push(IdNumber::default());
        r.birth.push(NO_DATE);
        r.birth_precision.push(BirthPrecision::Unknown);
        r.phones.push([row.phone, 0]);
        r.flat.push(row.flat);
        r.registered_flat.push(row.registered_flat);
        r.updated_at.push(row.updated_at);
        if let Some((kind, at, detail)) = row.event {
            let (kind, detail, place) = (r.pool.intern(kind), r.pool.intern(detail), r.pool.intern(row.place));
            r.events.push(i as u32, kind);
            *r.events.at.last_mut().unwrap() = at;
            *r.events.place.last_mut().unwrap() = place;
            *r.events.detail.last_mut().unwrap() = detail;
        }
    }
    let mut ids: Vec<u64> = rows.iter().map(|row| row.person).collect();
    ids.sort_unstable();
    ids.dedup();
    let mut persons = Persons { member_starts: vec![0], phone_starts: vec![0], ..Persons::default() };
    for &id in &ids {
        persons.id.push(PersonId(id));
        persons.member_rows.extend((0..).zip(rows).filter(|(_, row)| row.person == id).map(|(i, _)| i));
        persons.member_starts.push(persons.member_rows.len() as u32);
        let mut phones: Vec<u64> = rows.iter().filter(|row| row.person == id).map(|row| row.phone).collect();
        phones.sort_unstable();
        phones.dedup();
        persons.phones.extend(phones.iter().filter(|&&phone| phone != 0));
        persons.phone_starts.push(persons.phones.len() as u32);
    }
    (records, persons)
}
