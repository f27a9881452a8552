//! Doors that lead to several dwellings. Who writes nothing but 府前大街45号 lives behind a gate where others write 府前大街45号2号楼301
//! or 府前大街45号301 and 302, or where more live than any family has: strangers, who must not become one household.

use crate::tables::{Pool, Records, Sym};
use hashbrown::HashSet;
use rayon::prelude::*;

/// A door: the village it stands in, or none; its road, or none; its number.
type Door = [Sym; 3];

/// What stands behind a door: estate, building, unit and room.
type Behind = [Sym; 4];

/// More persons than these live behind no door that is one dwelling.
const HOUSEHOLD_MAX: usize = 12;

/// Flats by their keys that are a door and no more.
#[derive(Default)]
pub(super) struct Doors {
    /// Doors of roads.
    bare: HashSet<u64>,
    /// Doors behind which any record names a building or a unit, or records name two rooms.
    gates: HashSet<u64>,
}

impl Doors {
    pub(super) fn of(records: &Records) -> Self {
        let (bare, gates) = read(records);
        let of_roads = bare.iter().filter(|(door, _)| door[0] == Pool::NONE);
        let gates = bare.iter().filter(|(door, _)| gates.contains(door)).map(|&(_, flat)| flat).collect();
        Self { bare: of_roads.map(|&(_, flat)| flat).collect(), gates }
    }

    /// Whether the flat is a door that leads to several dwellings.
    pub(super) fn is_gate(&self, flat: u64) -> bool {
        flat != 0 && self.gates.contains(&flat)
    }

    /// The doors of roads behind which more persons live than a household has; `homes` are the flats of all persons.
    pub(super) fn crowded(&self, homes: impl ParallelIterator<Item = u64>) -> HashSet<u64> {
        let mut homes: Vec<u64> = homes.filter(|flat| *flat != 0 && self.bare.contains(flat)).collect();
        homes.par_sort_unstable();
        let crowded = homes.chunk_by(|a, b| a == b).filter(|persons| persons.len() > HOUSEHOLD_MAX);
        crowded.map(|persons| persons[0]).collect()
    }
}

/// Every door that is all that an address says, with its flat, and which doors lead to several dwellings.
fn read(records: &Records) -> (Vec<(Door, u64)>, HashSet<Door>) {
    let rows = || (0..records.len()).into_par_iter();
    let mut bare: Vec<(Door, u64)> = rows().filter_map(|row| Some((bare(records, row)?, records.flat[row]))).collect();
    bare.par_sort_unstable();
    bare.dedup();
    let doors: HashSet<Door> = bare.iter().map(|&(door, _)| door).collect();
    let behind = |row| behind(records, row).filter(|(door, _)| doors.contains(door));
    let mut behind: Vec<(Door, Behind)> = rows().filter_map(behind).collect();
    behind.par_sort_unstable();
    behind.dedup();
    let leads = |parts: &[(Door, Behind)]| {
        parts.iter().any(|(_, [_, building, unit, _])| [*building, *unit] != [Pool::NONE; 2]) || parts.len() > 1
    };
    let gates = behind.chunk_by(|a, b| a.0 == b.0).filter(|parts| leads(parts)).map(|parts| parts[0].0);
    let gates = gates.collect();
    (bare, gates)
}

/// The door that is all that a record's address names as a dwelling.
fn bare(records: &Records, row: usize) -> Option<Door> {
    let (estate, road) = (records.estate[row], records.road[row]);
    let is_door = records.flat[row] != 0 && (estate == Pool::NONE || road == Pool::NONE);
    let nothing = [records.building[row], records.unit[row], records.room[row]] == [Pool::NONE; 3];
    (is_door && nothing).then(|| [estate, road, records.number[row]])
}

/// The door of a record's address and what stands behind it, where the address names both.
fn behind(records: &Records, row: usize) -> Option<(Door, Behind)> {
    let number = records.number[row];
    let [estate, building, unit, room] =
        [records.estate[row], records.building[row], records.unit[row], records.room[row]];
    if number == Pool::NONE || [building, unit, room] == [Pool::NONE; 3] {
        return None;
    }
    Some(match records.road[row] {
        Pool::NONE => ([estate, Pool::NONE, number], [Pool::NONE, building, unit, room]),
        road => ([Pool::NONE, road, number], [estate, building, unit, room]),
    })
}

#[cfg(test)]
mod tests {
    use super::super::super::sample::{Row, sample};
    use super::*;

    #[test]
    fn a_door_that_leads_to_buildings_or_to_several_rooms_is_a_gate() {
        let door = |flat, number| Row { road: "府前大街", number, flat, ..Row::of(1) };
        let house = |flat, number| Row { estate: "清水村", number, flat, ..Row::of(1) };
        let rows = [
            door(45, "45"),
            Row { estate: "盛世苑", building: "2", unit: "1", room: "301", ..door(1, "45") },
            door(46, "46"),
            Row { room: "301", ..door(2, "46") },
            Row { room: "302", ..door(3, "46") },
            door(47, "47"),
            Row { room: "301", ..door(4, "47") },
            Row { room: "301", ..door(4, "47") },
            Row { estate: "张记饭店", ..door(0, "48") },
            door(48, "48"),
            house(12, "12"),
            Row { road: "府前大街", number: "12", building: "3", ..Row::of(2) },
            house(13, "13"),
            Row { unit: "2", room: "101", ..house(5, "13") },
        ];
        let (records, _) = sample(&rows);
        let doors = Doors::of(&records);
        let gates: Vec<u64> = (0..50).filter(|&flat| doors.is_gate(flat)).collect();
        assert_eq!(gates, [13, 45, 46], "not 47, behind which one room is named, nor 48 or the house of a village");
        let homes =
            || [(47, 13), (48, 12), (12, 30)].into_iter().flat_map(|(flat, n)| vec![flat; n]).collect::<Vec<u64>>();
        let crowded = doors.crowded(homes().into_par_iter());
        assert_eq!(crowded, HashSet::from([47]), "a house of a village may be a yard");
    }
}
