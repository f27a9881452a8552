//! 1号楼101 is 1号楼2单元101 where another record of the same person says so: half the lists leave the unit out, and flats of
//! two stairways would become one household, and whoever lives where they are registered a person who lives elsewhere.

use crate::kernels::address::Address;
use crate::tables::{Pool, Records};

/// The flat of a person's records that is `flat` with its unit; `flat` where it has one, or the records name none or several.
pub(super) fn flat_with_unit(records: &Records, rows: &[u32], flat: u64) -> u64 {
    if flat == 0 {
        return flat;
    }
    let flat_of = |row: usize| [records.estate[row], records.building[row], records.room[row]];
    let own = rows.iter().map(|&row| row as usize).find(|&row| records.flat[row] == flat);
    let lacks = |&row: &usize| records.unit[row] == Pool::NONE && flat_of(row).iter().all(|&part| part != Pool::NONE);
    let Some(own) = own.filter(lacks) else { return flat };
    let mut with_unit = None;
    let others = rows
        .iter()
        .map(|&row| row as usize)
        .filter(|&row| records.unit[row] != Pool::NONE && records.flat[row] != 0 && flat_of(row) == flat_of(own));
    for other in others.map(|row| records.flat[row]) {
        if with_unit.is_some_and(|known| known != other) {
            return flat;
        }
        with_unit = Some(other);
    }
    with_unit.or_else(|| registered_with_unit(records, rows, own)).unwrap_or(flat)
}

/// The registered flat, if that is the flat of the record `own` with a unit.
fn registered_with_unit(records: &Records, rows: &[u32], own: usize) -> Option<u64> {
    let mut address = Address::default();
    rows.iter().map(|&row| row as usize).find_map(|row| {
        let flat = records.registered_flat[row];
        if flat == 0 || flat == records.flat[own] {
            return None;
        }
        address.parse(records.pool.get(records.registered_address[row]));
        let parts = [
            (&address.estate, records.estate[own]),
            (&address.building, records.building[own]),
            (&address.room, records.room[own]),
        ];
        let same = parts.iter().all(|(part, own)| part.as_str() == records.pool.get(*own));
        (same && !address.unit.is_empty()).then_some(flat)
    })
}

#[cfg(test)]
mod tests {
    use super::super::super::sample::{Row, sample};
    use super::*;

    #[test]
    fn a_unit_that_one_record_leaves_out_is_that_of_the_others() {
        let at =
            |unit: &'static str, flat| Row { estate: "春园", building: "1", unit, room: "101", flat, ..Row::of(1) };
        let flat = |rows: &[Row]| {
            let (records, _) = sample(rows);
            flat_with_unit(&records, &(0..rows.len() as u32).collect::<Vec<u32>>(), 7)
        };
        assert_eq!(flat(&[at("", 7), at("2", 8)]), 8);
        assert_eq!(flat(&[at("", 7), at("2", 8), at("1", 9)]), 7, "two stairways");
        assert_eq!(flat(&[at("", 7), Row { room: "102", ..at("2", 8) }]), 7);
        assert_eq!(flat(&[at("2", 7), at("1", 8)]), 7);
        let registered = |address| Row { registered_flat: 8, registered_address: address, ..at("", 7) };
        assert_eq!(flat(&[registered("春园小区1号楼2单元101室")]), 8);
        assert_eq!(flat(&[registered("春园小区1号楼101室")]), 7);
        assert_eq!(flat(&[registered("春园小区2号楼2单元101室")]), 7);
    }
}
