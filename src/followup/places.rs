//! Where the address of a record may lie, by what the directory says its grids cover. Each distinct place is looked up
//! once; which grid a person gets is not decided here.

use super::area_names;
use super::coverage::{Part, court_key, is_group, is_numbered_lane, place_key};
use super::directory::{Directory, GridNo};
use super::readings;
use crate::kernels::address::Address;
use crate::kernels::hash;
use crate::kernels::numbering::Numbering;
use crate::kernels::prefetch::{AHEAD, prefetch};
use crate::tables::{GridBy, Pool, Records, Sym, distinct};
use hashbrown::HashMap;
use rayon::prelude::*;

/// Number of a place: records that name it in the same words have the same.
pub(super) type PlaceNo = u32;

/// No place: the address names none.
pub(super) const NOWHERE: PlaceNo = 0;

/// What names a place: estate, building, road and door number, and the unit where some grid has units of its own.
type Named = [Sym; 5];

/// What a record's address names; `None` if that is no place.
fn named(records: &Records, row: usize, directory: &Directory) -> Option<Named> {
    let unit = if directory.has_units() { records.unit[row] } else { Pool::NONE };
    let mut place = [records.estate[row], records.building[row], records.road[row], records.number[row], unit];
    // 东李庙村450: in a village a bare number is the house.
    if place[1..4].iter().all(|&sym| sym == Pool::NONE) && records.pool.get(place[0]).ends_with('村') {
        place[3] = records.room[row];
    }
    // 长宁路202弄7号: a house of the lane, behind whose door no building stands.
    let is_house = place[0] == Pool::NONE && place[3] != Pool::NONE && [place[1], unit] == [Pool::NONE; 2];
    if is_house && directory.has_courts() {
        place[1] = records.room[row];
    }
    (place[0] != Pool::NONE || place[2] != Pool::NONE).then_some(place)
}

/// The grid of each code or name that records state; `None`: the directory does not know it.
pub(super) fn stated_grids(records: &Records, directory: &Directory) -> HashMap<Sym, Option<GridNo>> {
    let codes = distinct(&records.grid_code).into_iter().filter(|&code| code != Pool::NONE);
    codes.map(|code| (code, directory.number_of_stated(records.pool.get(code)))).collect()
}

/// The grids in which each distinct place may lie.
#[derive(Default)]
pub(super) struct Places {
    numbers: Numbering,
    /// Of each number, from 1 on.
    found: Vec<Found>,
}

/// Where one place may lie.
struct Found {
    /// Of the building, of the door number, of the estate as a whole, or of a road that several counties have.
    grids: [Vec<GridNo>; 3],
    /// Whether the last of these may tell the grid: an estate's name says nothing of a building that another grid may have.
    estate_tells: bool,
    /// Whether an address that names another area means another place of that name.
    asks_area: bool,
    /// Whether it is called a hotel.
    is_hotel: bool,
    /// The answer where no address can change it.
    certain: Option<Option<(GridNo, GridBy)>>,
}

/// The one grid in which an address of the city lies, by its most exact part that tells one. An address of the city names no
/// other, or an area of the directory with it.
pub(super) fn grid_of_address(text: &str, directory: &Directory) -> Option<GridNo> {
    let mut address = Address::default();
    address.parse(text);
    let mut named = area_names::Named::default();
    directory.areas_in(text, &mut named);
    let city = directory.city();
    if city.is_some_and(|city| address.is_elsewhere(city)) || !address.is_in(city) && named.is_empty() {
        return None;
    }
    let parts = [&address.estate, &address.building, &address.unit];
    let is_house = parts.iter().all(|part| part.is_empty()) && !address.number.is_empty() && directory.has_courts();
    let found = Found::of_texts(
        Names {
            estate: &address.estate,
            building: if is_house { &address.room } else { &address.building },
            unit: &address.unit,
            road: &address.road,
            number: &address.number,
            room: &address.room,
        },
        directory,
    );
    found.one(&named, directory).map(|(grid, _)| grid)
}

/// The parts of an address that tell where it lies.
#[derive(Clone, Copy, Default)]
struct Names<'a> {
    estate: &'a str,
    building: &'a str,
    unit: &'a str,
    road: &'a str,
    number: &'a str,
    room: &'a str,
}

/// So long is the number of a house that is no building's.
const HOUSE_DIGITS: usize = 3;

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// What the names of homes end with that are called after a hotel.
const LIVED_IN: [&str; 7] = ["宿舍", "家属院", "家属区", "家属楼", "小区", "公寓", "社区"];
/// What the names of hotels have in them: 速8酒店火车站店.
const HOTELS: [&str; 11] = ["宾馆", "酒店", "旅馆", "旅社", "招待所", "民宿", "客栈", "饭店", "旅店", "旅舍", "度假村"];

/// What each of [`Found::grids`] is known by.
const KINDS: [GridBy; 3] = [GridBy::Flat, GridBy::Road, GridBy::Estate];

impl Found {
    fn of(place: Named, records: &Records, directory: &Directory) -> Self {
        let [estate, building, road, number, unit] = place.map(|sym| records.pool.get(sym));
        Self::of_texts(Names { estate, building, unit, road, number, room: "" }, directory)
    }

    fn of_texts(names: Names<'_>, directory: &Directory) -> Self {
        let found = Self::read(names, directory);
        let Names { estate, building, road, number, .. } = names;
        let is_lane = estate.is_empty() && is_numbered_lane(road);
        // The group of a village may be a hamlet that the directory has without 组.
        let is_told = !found.is_unknown() && (!is_group(estate) || found.telling().any(|(grids, _)| !grids.is_empty()));
        if is_told && !is_lane {
            return found;
        }
        let others = readings::others([estate, building, road, number], directory).into_iter().map(|reading| {
            let [estate, building, road, number] = reading.place.each_ref().map(String::as_str);
            let other = Self::read(Names { estate, building, unit: names.unit, road, number, room: "" }, directory);
            let grids = other.grids.map(|grids| reading.meant(grids, directory));
            Self { grids, asks_area: true, ..other }.settled(directory)
        });
        let mut known = others.filter(|other| !other.is_unknown());
        if !is_lane {
            return known.next().unwrap_or(found);
        }
        // Every village has a second lane: those that others name, or whose hamlet they have, are meant as well.
        let mut lanes = found;
        for other in known {
            let Some(grids) = other.grids.into_iter().find(|grids| !grids.is_empty()) else { continue };
            let near = |grid: GridNo| lanes.grids[1].iter().any(|&known| directory.same_community(known, grid));
            let far: Vec<GridNo> = grids.into_iter().filter(|&grid| !near(grid)).collect();
            lanes.grids[1].extend(far);
        }
        lanes.grids[1].sort_unstable();
        lanes.grids[1].dedup();
        Self { asks_area: true, ..lanes }.settled(directory)
    }

    /// Of those names as they stand.
    fn read(names: Names<'_>, directory: &Directory) -> Self {
        let Names { estate, building, unit, road, mut number, room } = names;
        let named = estate;
        if [building, road, number].iter().all(|part| part.is_empty()) && estate.ends_with('村') {
            number = room;
        }
        let estate = &*directory.known_estate(estate);
        // 七里渠南261号 is a house of 七里渠南村, and 衙口7组9号 one of 衙口村.
        let is_house = road.is_empty() && (is_group(building) || building.is_empty() && !number.is_empty());
        let is_high = road.is_empty() && number.is_empty() && building.len() >= HOUSE_DIGITS && is_digits(building);
        let in_village = Some(format!("{estate}村"))
            .filter(|name| (is_house || is_high) && directory.is_village_meant(estate, name));
        let estate = in_village.as_deref().unwrap_or(estate);
        let (building, number) = if in_village.is_some() && is_high { ("", building) } else { (building, number) };
        // 煤建新村70号2栋
        let behind = Some(format!("{}{building}号院", place_key(estate)))
            .filter(|name| road.is_empty() && !unit.is_empty() && is_digits(building) && directory.knows_estate(name));
        let (estate, building, unit) = behind.as_deref().map_or((estate, building, unit), |court| (court, unit, ""));
        // 清水村樟树组 is a part of 清水村, and 建设路128号院 an estate whose name is its door.
        let parted = directory.village_and_group(estate);
        let (court, is_court) = match estate {
            "" if !road.is_empty() && !number.is_empty() => (court_key(road, number), true),
            _ => (String::new(), false),
        };
        // 复兴门外大街22号楼: buildings along a road.
        let along = estate.is_empty() && number.is_empty() && !road.is_empty() && !building.is_empty();
        let (estate, building) = match &parted {
            Some((village, group)) => (&**village, &**group),
            None if is_court => (&*court, building),
            None if along => (road, building),
            None => (estate, building),
        };
        let of_estate = if estate.is_empty() { Vec::new() } else { directory.by_estate(estate) };
        // A village has houses with a number and neither road nor building: directories write them in either column.
        let village = road.is_empty() && building.is_empty() && !number.is_empty();
        let part = match (village, unit) {
            (true, _) => Part::House(number),
            (false, "") => Part::Building(building),
            (false, unit) => Part::Unit { building, unit },
        };
        let of_building = if of_estate.is_empty() { Vec::new() } else { directory.by_part(estate, part) };
        // 天星桥中街91-25-7: the door without 号 is read as a building.
        let door = if along && of_building.is_empty() { building } else { number };
        let of_number = directory.by_number(if village { estate } else { road }, door);
        let mut estate_tells = of_estate.is_empty() || directory.estate_tells(estate, part);
        let mut of_estate = of_estate;
        // The road of another county has such a door too, or none: the name of the road alone tells nothing.
        if of_estate.is_empty() && !of_number.is_empty() && !village && directory.is_namesake_road(road) {
            (of_estate, estate_tells) = (directory.by_road(road), false);
        }
        let grids = [of_building, of_number, of_estate];
        let is_hotel =
            HOTELS.iter().any(|word| named.contains(word)) && !LIVED_IN.iter().any(|end| named.ends_with(end));
        Self { grids, estate_tells, asks_area: false, is_hotel, certain: None }.settled(directory)
    }

    /// Whether the directory knows nothing of it.
    fn is_unknown(&self) -> bool {
        self.grids.iter().all(Vec::is_empty)
    }

    /// The same with the answer that no address can change.
    fn settled(mut self, directory: &Directory) -> Self {
        let first = self.telling().find(|(grids, _)| !grids.is_empty());
        self.certain = match first {
            None => Some(None),
            Some((grids, by)) if grids.len() == 1 && !self.asks_area && !self.has_namesake(grids[0], directory) => {
                Some(Some((grids[0], by)))
            }
            Some(_) => None,
        };
        self
    }

    /// Whether an estate or a road of that name lies in another street as well.
    fn has_namesake(&self, grid: GridNo, directory: &Directory) -> bool {
        self.grids[2].iter().any(|&other| !directory.same_street(grid, other))
    }

    /// The one grid of the place in an address that names those areas, and by what. One of two villages of a name has no sixth
    /// group: that of the other is not meant where the address names the street of the first.
    fn one(&self, named: &area_names::Named, directory: &Directory) -> Option<(GridNo, GridBy)> {
        let (grid, by) = self.telling().find_map(|(grids, by)| Some((directory.named(grids, named)?, by)))?;
        let is_another = self.asks_area && directory.names_another(grid, named);
        (!is_another && !directory.are_elsewhere(grid, &self.grids[2], named)).then_some((grid, by))
    }

    /// The grids that tell where the place lies, by its most exact part first.
    fn telling(&self) -> impl Iterator<Item = (&[GridNo], GridBy)> {
        let kinds = if self.estate_tells { KINDS.len() } else { KINDS.len() - 1 };
        self.grids.iter().map(Vec::as_slice).zip(KINDS).take(kinds)
    }
}

impl Places {
    /// The number of the place of each of those records, in their order; [`NOWHERE`] of none. New places are looked up.
    pub(super) fn number(&mut self, rows: &[usize], records: &Records, directory: &Directory) -> Vec<PlaceNo> {
        let key = |place: Named| hash::key(5, &place.map(u64::from));
        let named = |row: usize| named(records, row, directory);
        let keys: Vec<u64> = rows.par_iter().map(|&row| named(row).map_or(0, key)).collect();
        let numbers = self.numbers.number(&keys);
        let mut known = self.found.len() as PlaceNo;
        let first = |(&row, &number): (&usize, &PlaceNo)| {
            let new = number > known;
            known = known.max(number);
            new.then_some(row)
        };
        let new: Vec<usize> = rows.iter().zip(&numbers).filter_map(first).collect();
        let look_up = |row: usize| Found::of(named(row).unwrap_or_default(), records, directory);
        self.found.par_extend(new.into_par_iter().map(look_up));
        numbers
    }

    fn found(&self, place: PlaceNo) -> Option<&Found> {
        self.found.get((place as usize).checked_sub(1)?)
    }

    /// The grids that a place may lie in by its most exact part, building, number or estate, and which part that is.
    pub(super) fn candidates(&self, place: PlaceNo) -> impl Iterator<Item = (&[GridNo], GridBy)> {
        self.found(place).into_iter().flat_map(|found| found.grids.iter().map(Vec::as_slice).zip(KINDS))
    }

    /// Whether a place may lie in that grid, by the most exact part of it that the directory knows; `None` if it knows none.
    pub(super) fn may_lie_in(&self, place: PlaceNo, grid: GridNo) -> Option<bool> {
        let (grids, _) = self.candidates(place).find(|(grids, _)| !grids.is_empty())?;
        // They are in order.
        Some(grids.binary_search(&grid).is_ok())
    }

    /// Whether a place is called a hotel.
    pub(super) fn is_hotel(&self, place: PlaceNo) -> bool {
        self.found(place).is_some_and(|found| found.is_hotel)
    }

    /// How many places are known: their numbers are 1 to this one.
    pub(super) fn len(&self) -> usize {
        self.found.len()
    }

    /// The one grid of the place of each of those records, where the place alone tells it or the record's address does.
    pub(super) fn grids(
        &self,
        of_place: &[PlaceNo],
        rows: &[usize],
        records: &Records,
        directory: &Directory,
    ) -> Vec<Option<(GridNo, GridBy)>> {
        let (mut grids, mut asked, mut addresses) = (Vec::with_capacity(rows.len()), Vec::new(), Vec::new());
        for (at, &place) in of_place.iter().enumerate() {
            if let Some(&soon) = of_place.get(at + AHEAD) {
                prefetch(&self.found, (soon as usize).wrapping_sub(1));
            }
            grids.push(self.found(place).and_then(|found| {
                if found.certain.is_none() {
                    asked.push(at);
                    addresses.push(records.address[rows[at]]);
                }
                found.certain.flatten()
            }));
        }
        let (mut asked, mut named) = (asked.into_iter(), area_names::Named::default());
        records.pool.for_each(&addresses, |address| {
            let Some(at) = asked.next() else { return };
            directory.areas_in(address, &mut named);
            grids[at] = self.found(of_place[at]).and_then(|found| found.one(&named, directory));
        });
        grids
    }
}

#[cfg(test)]
mod tests;
