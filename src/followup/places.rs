//! Where the address of a record may lie, by what the directory says its grids cover. Each distinct place is looked up
//! once; which grid a person gets is not decided here.

use super::directory::{Directory, GridNo};
use crate::tables::{GridBy, Pool, Records, Sym};
use hashbrown::HashMap;

/// Number of a place: records that name it in the same words have the same.
pub(super) type PlaceNo = u32;

/// No place: the address names none.
pub(super) const NOWHERE: PlaceNo = PlaceNo::MAX;

/// The grids in which each distinct place may lie.
#[derive(Default)]
pub(super) struct Places {
    known: HashMap<[Sym; 4], PlaceNo>,
    /// Of the building, of the door number, of the estate as a whole.
    found: Vec<[Vec<GridNo>; 3]>,
}

impl Places {
    /// The place that a record's address names; [`NOWHERE`] if it names none.
    pub(super) fn number(&mut self, records: &Records, row: usize, directory: &Directory) -> PlaceNo {
        let mut place = [records.estate[row], records.building[row], records.road[row], records.number[row]];
        // 东李庙村450: in a village a bare number is the house.
        if place[1..].iter().all(|&sym| sym == Pool::NONE) && records.pool.get(place[0]).ends_with('村') {
            place[3] = records.room[row];
        }
        if place[0] == Pool::NONE && place[2] == Pool::NONE {
            return NOWHERE;
        }
        *self.known.entry(place).or_insert_with(|| {
            let [estate, building, road, number] = place.map(|sym| records.pool.get(sym));
            let of_estate = if estate.is_empty() { Vec::new() } else { directory.by_estate(estate) };
            // A village has houses with a number and neither road nor building: directories write them in either column.
            let village = road.is_empty() && building.is_empty() && !number.is_empty();
            let part = if village { number } else { building };
            let of_building = if of_estate.is_empty() { Vec::new() } else { directory.by_building(estate, part) };
            let of_number = directory.by_number(if village { estate } else { road }, number);
            self.found.push([of_building, of_number, of_estate]);
            self.found.len() as PlaceNo - 1
        })
    }

    /// The grids that a place may lie in by its most exact part, building, number or estate, and which part that is.
    pub(super) fn candidates(&self, place: PlaceNo) -> impl Iterator<Item = (&[GridNo], GridBy)> {
        const KINDS: [GridBy; 3] = [GridBy::Flat, GridBy::Road, GridBy::Estate];
        let found = self.found.get(place as usize);
        found.into_iter().flat_map(|found| found.iter().map(Vec::as_slice).zip(KINDS))
    }

    /// The one grid of a place, where `address` (or the place alone) tells it.
    pub(super) fn grid(&self, place: PlaceNo, address: &str, directory: &Directory) -> Option<(GridNo, GridBy)> {
        self.candidates(place).find_map(|(grids, by)| Some((directory.named_in(address, grids)?, by)))
    }
}
