//! Where the address of a record may lie, by what the directory says its grids cover. Each distinct place is looked up
//! once; which grid a person gets is not decided here.

use super::directory::{Directory, GridNo};
use crate::tables::{GridBy, Pool, Records, Sym};
use hashbrown::HashMap;

/// Number of a place: records that name it in the same words have the same.
pub(super) type PlaceNo = u32;

/// No place: the address names none.
pub(super) const NOWHERE: PlaceNo = PlaceNo::MAX;

/// What names a place: estate, building, road and door number.
pub(super) type Named = [Sym; 4];

/// What a record's address names; `None` if that is no place.
pub(super) fn named(records: &Records, row: usize) -> Option<Named> {
    let mut place = [records.estate[row], records.building[row], records.road[row], records.number[row]];
    // 东李庙村450: in a village a bare number is the house.
    if place[1..].iter().all(|&sym| sym == Pool::NONE) && records.pool.get(place[0]).ends_with('村') {
        place[3] = records.room[row];
    }
    (place[0] != Pool::NONE || place[2] != Pool::NONE).then_some(place)
}

/// The grids in which each distinct place may lie.
#[derive(Default)]
pub(super) struct Places {
    known: HashMap<Named, PlaceNo>,
    found: Vec<Found>,
}

/// Where one place may lie.
struct Found {
    /// Of the building, of the door number, of the estate as a whole.
    grids: [Vec<GridNo>; 3],
    /// The answer where no address can change it.
    certain: Option<Option<(GridNo, GridBy)>>,
}

/// What each of [`Found::grids`] is known by.
const KINDS: [GridBy; 3] = [GridBy::Flat, GridBy::Road, GridBy::Estate];

impl Places {
    /// The number of a place of these records; [`NOWHERE`] of none.
    pub(super) fn number(&mut self, place: Option<Named>, records: &Records, directory: &Directory) -> PlaceNo {
        let Some(place) = place else { return NOWHERE };
        *self.known.entry(place).or_insert_with(|| {
            let [estate, building, road, number] = place.map(|sym| records.pool.get(sym));
            let of_estate = if estate.is_empty() { Vec::new() } else { directory.by_estate(estate) };
            // A village has houses with a number and neither road nor building: directories write them in either column.
            let village = road.is_empty() && building.is_empty() && !number.is_empty();
            let part = if village { number } else { building };
            let of_building = if of_estate.is_empty() { Vec::new() } else { directory.by_building(estate, part) };
            let of_number = directory.by_number(if village { estate } else { road }, number);
            let grids = [of_building, of_number, of_estate];
            let first = grids.iter().zip(KINDS).find(|(grids, _)| !grids.is_empty());
            let certain = match first {
                None => Some(None),
                Some((grids, by)) if grids.len() == 1 => Some(Some((grids[0], by))),
                Some(_) => None,
            };
            self.found.push(Found { grids, certain });
            self.found.len() as PlaceNo - 1
        })
    }

    /// The grids that a place may lie in by its most exact part, building, number or estate, and which part that is.
    pub(super) fn candidates(&self, place: PlaceNo) -> impl Iterator<Item = (&[GridNo], GridBy)> {
        let found = self.found.get(place as usize);
        found.into_iter().flat_map(|found| found.grids.iter().map(Vec::as_slice).zip(KINDS))
    }

    /// The one grid of a place, where the place alone tells it or the address of the record in `row`.
    pub(super) fn grid(
        &self,
        place: PlaceNo,
        records: &Records,
        row: usize,
        directory: &Directory,
    ) -> Option<(GridNo, GridBy)> {
        self.found.get(place as usize)?.certain.unwrap_or_else(|| {
            let address = records.pool.get(records.address[row]);
            self.candidates(place).find_map(|(grids, by)| Some((directory.named_in(address, grids)?, by)))
        })
    }
}
