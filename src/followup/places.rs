//! Where the address of a record may lie, by what the directory says its grids cover. Each distinct place is looked up
//! once; which grid a person gets is not decided here.

use super::area_names;
use super::coverage::{Part, court_key, is_group, is_numbered_lane};
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
fn named(records: &Records, row: usize, with_units: bool) -> Option<Named> {
    let unit = if with_units { records.unit[row] } else { Pool::NONE };
    let mut place = [records.estate[row], records.building[row], records.road[row], records.number[row], unit];
    // 东李庙村450: in a village a bare number is the house.
    if place[1..4].iter().all(|&sym| sym == Pool::NONE) && records.pool.get(place[0]).ends_with('村') {
        place[3] = records.room[row];
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
    let found = Found::of_texts(
        Names {
            estate: &address.estate,
            building: &address.building,
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

/// What the names of hotels end with.
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
        // 清水村樟树组 is a part of 清水村, and 建设路128号院 an estate whose name is its door.
        let parted = directory.village_and_group(estate);
        let (court, is_court) = match estate {
            "" if !road.is_empty() && !number.is_empty() => (court_key(road, number), true),
            _ => (String::new(), false),
        };
        let (estate, building) = match &parted {
            Some((village, group)) => (&**village, &**group),
            None if is_court => (&*court, building),
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
        let of_number = directory.by_number(if village { estate } else { road }, number);
        let mut estate_tells = of_estate.is_empty() || directory.estate_tells(estate, part);
        let mut of_estate = of_estate;
        // The road of another county has such a door too, or none: the name of the road alone tells nothing.
        if of_estate.is_empty() && !of_number.is_empty() && !village && directory.is_namesake_road(road) {
            (of_estate, estate_tells) = (directory.by_road(road), false);
        }
        let grids = [of_building, of_number, of_estate];
        let is_hotel = HOTELS.iter().any(|word| named.ends_with(word));
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
        let named = |row: usize| named(records, row, directory.has_units());
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
mod tests {
    use super::super::directory::tests::directory;
    use super::*;

    /// The grid of an address by a directory of two communities: code, community, estates, buildings, road, numbers.
    fn found(rows: &[[&str; 6]], address: &str) -> Option<String> {
        let rows: Vec<[&str; 13]> = rows
            .iter()
            .map(|[code, community, estates, buildings, road, numbers]| {
                [code, "", "", community, "东街", "", "", "", "", estates, buildings, road, numbers]
            })
            .collect();
        let rows: Vec<&[&str]> = rows.iter().map(<[&str; 13]>::as_slice).collect();
        let directory = directory(&rows).0;
        let code = |grid: GridNo| directory.grids()[grid as usize].code.clone();
        grid_of_address(address, &directory).map(code)
    }

    fn is(rows: &[[&str; 6]], told: &[(&str, Option<&str>)]) {
        for (address, code) in told {
            assert_eq!(found(rows, address).as_deref(), *code, "{address}");
        }
    }

    #[test]
    fn a_building_that_no_grid_names_is_not_told_by_the_estate() {
        let five = ["G1", "甲社区", "明珠花园5栋", "", "", ""];
        is(
            &[five],
            &[
                ("明珠花园2栋101", None),
                ("明珠花园5栋101", Some("G1")),
                ("明珠花园", Some("G1")),
                ("明珠花园1203", Some("G1")),
            ],
        );
        let others = ["G2", "甲社区", "明珠花园除5栋外", "", "", ""];
        is(&[five, others], &[("明珠花园2栋101", Some("G2")), ("明珠花园第5栋101", Some("G1")), ("明珠花园", None)]);
        let unread = ["G2", "甲社区", "明珠花园7-6栋", "", "", ""];
        is(&[five, unread], &[("明珠花园2栋101", None), ("明珠花园5栋101", Some("G1"))]);
        is(&[["G1", "甲社区", "明珠花园", "", "", ""]], &[("明珠花园2栋101", Some("G1"))]);
    }

    #[test]
    fn a_building_may_be_divided_by_its_units() {
        let rows = [
            ["U1", "甲社区", "金桂园1-3幢、4幢1-2单元", "", "", ""],
            ["U2", "甲社区", "金桂园4幢3-4单元、5号楼（1、2单元）、B栋1单元", "", "", ""],
            ["U3", "甲社区", "金桂园5号楼3单元、5号楼4单元、6号楼、B栋2单元", "", "", ""],
            ["U4", "乙社区", "银桂园", "7号楼1-2单元、8号楼", "", ""],
            ["U5", "乙社区", "银桂园", "7号楼3单元以上，9号楼", "", ""],
            ["U6", "乙社区", "建设路9号院1栋1单元、建设路9号院2栋", "", "", ""],
            ["U7", "乙社区", "建设路9号院1栋2单元", "", "", ""],
        ];
        is(
            &rows,
            &[
                ("甲社区金桂园3幢2单元301", Some("U1")),
                ("甲社区金桂园4幢1单元301", Some("U1")),
                ("甲社区金桂园4-2-301", Some("U1")),
                ("甲社区金桂园4栋3单元301", Some("U2")),
                ("甲社区金桂园5号楼2单元301", Some("U2")),
                ("甲社区金桂园5号楼3单元301", Some("U3")),
                ("甲社区金桂园5号楼四单元301", Some("U3")),
                ("甲社区金桂园6号楼3单元301", Some("U3")),
                ("甲社区金桂园B栋1单元301", Some("U2")),
                ("甲社区金桂园B栋2单元301", Some("U3")),
                ("甲社区金桂园4幢301", None),
                ("甲社区金桂园4幢5单元301", None),
                ("甲社区金桂园9幢1单元301", None),
                ("乙社区银桂园7号楼2单元1101", Some("U4")),
                ("乙社区银桂园7号楼4单元1101", Some("U5")),
                ("乙社区银桂园8号楼4单元1101", Some("U4")),
                ("乙社区银桂园9号楼1单元1101", Some("U5")),
                ("乙社区建设路9号院1栋2单元", Some("U7")),
                ("乙社区建设路9号院1号楼1单元201", Some("U6")),
                ("乙社区建设路9号院2栋7单元201", Some("U6")),
            ],
        );
    }

    #[test]
    fn a_group_of_a_village_is_found_by_number_or_name() {
        let rows = [
            ["V1", "清水村委会", "清水村樟树组、油铺组", "", "", ""],
            ["V2", "清水村委会", "1-4组、老屋组", "", "", ""],
            ["V3", "清水村委会", "", "五组至七组", "", ""],
            ["W1", "长山村", "长山村", "", "", ""],
        ];
        is(
            &rows,
            &[
                ("清水村樟树组12号", Some("V1")),
                ("清水村委会油铺组3号", Some("V1")),
                ("清水村老屋组", Some("V2")),
                ("清水村第三组12号", Some("V2")),
                ("清水村3村民小组12号", Some("V2")),
                ("清水村6组", Some("V3")),
                ("清水村新屋组12号", None),
                ("清水村9组", None),
                ("清水村3号", None),
                ("长山村老屋组3号", Some("W1")),
                ("长山村3号", Some("W1")),
            ],
        );
    }

    #[test]
    fn hamlets_are_found_with_their_village_and_without() {
        let rows = [
            ["H1", "和平村", "老道店", "", "", ""],
            ["H2", "五一村", "五一村老道店全屯、五一村小学", "", "", ""],
            ["H3", "大鹤立村", "前屯、八方地", "", "", ""],
        ];
        is(
            &rows,
            &[
                ("和平村老道店3号", Some("H1")),
                ("五一村老道店3号", Some("H2")),
                ("老道店3号", None),
                ("五一村小学", Some("H2")),
                ("小学3号楼", None),
                ("大鹤立村前屯5号", Some("H3")),
                ("前屯5号", Some("H3")),
                ("大鹤立村八方地24号", Some("H3")),
            ],
        );
    }

    #[test]
    fn dormitories_and_institutions_are_known_by_whose_they_are() {
        let rows = [
            ["D1", "甲社区", "鹤岗师专、鹤岗师范高等专科学校学生公寓1-4号楼", "", "", ""],
            ["D2", "乙社区", "市人民医院", "", "", ""],
        ];
        is(
            &rows,
            &[
                ("鹤岗师专学生公寓3号楼209室", Some("D1")),
                ("鹤岗师专3号楼209", Some("D1")),
                ("人民医院", Some("D2")),
                ("市人民医院宿舍2号楼", Some("D2")),
                ("别的师专学生公寓3号楼", None),
            ],
        );
    }

    #[test]
    fn places_are_found_in_the_words_of_addresses() {
        let rows = [
            ["P1", "甲社区", "恒大名都（一期）1-10栋、绿地·中央公园", "", "", ""],
            ["P2", "甲社区", "恒大名都（二期）1-10栋、金科（A区）", "", "", ""],
            ["P3", "甲社区", "青云里1-20号、常青胡同1-20号、蔷薇苑（除3栋、4栋）", "", "", ""],
            ["P4", "甲社区", "1.碧水湾 2.蓝水湾、橡树湾/枫叶湾、望江苑共6栋、除15栋外的金色家园", "", "", ""],
            ["P5", "甲社区", "", "", "国庆路东侧", "1-50（奇）"],
            ["P6", "甲社区", "", "", "永丰坊", "1-50"],
        ];
        is(
            &rows,
            &[
                ("甲社区恒大名都（一期）5栋", Some("P1")),
                ("甲社区恒大名都二期5栋", Some("P2")),
                ("甲社区金科A区3栋", Some("P2")),
                ("甲社区绿地中央公园2栋", Some("P1")),
                ("甲社区青云里15号", Some("P3")),
                ("甲社区常青胡同15号", Some("P3")),
                ("甲社区青云里25号", None),
                ("甲社区蔷薇苑3栋", None),
                ("甲社区蔷薇苑5栋", Some("P3")),
                ("甲社区枫叶湾3栋", Some("P4")),
                ("甲社区蓝水湾3栋", Some("P4")),
                ("甲社区望江苑3栋", Some("P4")),
                ("甲社区金色家园14栋", Some("P4")),
                ("甲社区金色家园15栋", None),
                ("甲社区国庆路5号", Some("P5")),
                ("甲社区国庆路6号", None),
                ("甲社区永丰坊15号", Some("P6")),
            ],
        );
    }

    #[test]
    fn the_areas_of_an_address_are_those_of_the_grid() {
        let row = |code: &'static str, community: &'static str, street: &'static str, estates: &'static str| {
            [code, "", "", community, street, "430281", "醴陵市", "", "", estates, "", "", ""]
        };
        let rows = [
            row("G1", "清水村", "板杉镇", "清水村6-9组"),
            row("G2", "清水村", "白兔潭镇", "清水村1-5组"),
            row("G3", "城东社区", "阳三石街道", "锦绣花园、醴陵市第一中学、醴陵市公安局家属院"),
            row("G4", "城西社区", "阳三石街道", "阳光小区1-9栋"),
            row("G5", "城南社区", "阳三石街道", "阳光小区"),
        ];
        let rows: Vec<&[&str]> = rows.iter().map(<[&str; 13]>::as_slice).collect();
        let (directory, faults) = directory(&rows);
        assert_eq!(faults, []);
        for (address, code) in [
            ("醴陵市板杉镇清水村7组", Some("G1")),
            ("醴陵市板杉镇清水村2组", None),
            ("醴陵市白兔潭镇清水村2组", Some("G2")),
            ("醴陵市清水村2组", Some("G2")),
            ("湖南省醴陵市第一中学", Some("G3")),
            ("醴陵市公安局家属院2栋301", Some("G3")),
            ("醴陵锦绣花园3栋501", Some("G3")),
            ("湖南醴陵锦绣花园3栋501", Some("G3")),
            ("株洲醴陵锦绣花园3栋501", Some("G3")),
            ("醴陵市城南居委会阳光小区7栋", Some("G5")),
            ("醴陵市城西居民委员会阳光小区7栋", Some("G4")),
        ] {
            let found = grid_of_address(address, &directory);
            assert_eq!(found.map(|grid| &*directory.grids()[grid as usize].code), code, "{address}");
        }
    }

    #[test]
    fn lanes_are_found_by_number_by_their_hamlet_and_behind_their_village() {
        let rows = [
            ["L1", "乌沙社区", "江贝一巷至四巷、水清路588弄5支弄、7-9支弄、莘沥路202弄单号", "", "", ""],
            ["L2", "乌沙社区", "江贝、蔡屋、莘沥路202弄双号", "", "", ""],
            ["L3", "福隆村", "黄金路1-199号、大湾、一分场三队", "", "", ""],
            ["L4", "三十三团", "三十三团六连、营盘小区1-6号楼、老街基、前屯", "", "", ""],
            ["L5", "龙眼社区", "李屋一巷、新围", "", "", ""],
            ["L6", "大宁社区", "新围", "", "", ""],
            ["L7", "前山村", "后街1-9号、幸福村", "", "", ""],
        ];
        is(
            &rows,
            &[
                ("乌沙社区江贝三巷5号", Some("L1")),
                ("乌沙江贝村3巷5号", Some("L1")),
                ("江贝六巷5号", Some("L2")),
                ("江贝12号", Some("L2")),
                ("蔡屋村二巷9号", Some("L2")),
                ("水清路588弄8支弄3号101室", Some("L1")),
                ("水清路588弄6支弄3号101室", None),
                ("莘沥路202弄15号302室", Some("L1")),
                ("莘沥路202弄16号302室", Some("L2")),
                ("福隆村黄金路101号", Some("L3")),
                ("前山村黄金路101号", None),
                ("外地村黄金路101号", Some("L3")),
                ("福隆村大湾组23号", Some("L3")),
                ("福隆村一分场3队2号", Some("L3")),
                ("33团6连12号", Some("L4")),
                ("第二师三十三团六连12号", Some("L4")),
                ("三十三团营盘小区3号楼201", Some("L4")),
                ("三十三团老街基屯9号", Some("L4")),
                ("前屯组5号", Some("L4")),
                ("龙眼社区前屯组5号", None),
                ("幸福小区3号楼501", None),
                ("幸福小区", None),
                ("大宁社区李屋一巷5号", None),
                ("龙眼李屋一巷5号", Some("L5")),
                ("大宁社区新围二巷5号", Some("L6")),
                ("新围二巷5号", None),
            ],
        );
    }

    #[test]
    fn doors_and_the_buildings_behind_them() {
        let rows = [
            ["R1", "甲社区", "建设路128号院1-3栋、八一巷", "", "", ""],
            ["R2", "甲社区", "", "", "建设路", "128号院4-6栋、130号"],
            ["R3", "甲社区", "", "", "府前大街", "1-81单号"],
            ["R4", "甲社区", "", "", "府前大街", "2-80（双号）"],
        ];
        is(
            &rows,
            &[
                ("建设路128号院2栋301", Some("R1")),
                ("建设路128号5栋301", Some("R2")),
                ("建设路128号院9栋301", None),
                ("建设路130号", Some("R2")),
                ("建设路3号", None),
                ("八一巷12号", Some("R1")),
                ("府前大街7号", Some("R3")),
                ("府前大街8号附4号", Some("R4")),
                ("府前大街82号", None),
            ],
        );
    }
}
