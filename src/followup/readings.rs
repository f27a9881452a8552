//! Other readings of a place of which the directory knows nothing: addresses name the village before the road, a lane of
//! a hamlet that the directory names as a whole, a hamlet with 屯 behind its name or without. Where parts end nobody can
//! tell but by what the directory has.

use super::coverage::place_key;
use super::directory::{Directory, GridNo};
use crate::kernels::address::Address;

/// A reading, and where the place must lie to be meant.
pub(super) struct Reading {
    /// Estate, building, road and door number.
    pub(super) place: [String; 4],
    area: Area,
}

/// What is known of the area of a reading.
enum Area {
    /// The names say enough.
    Any,
    /// The text names it: every village has a 前屯.
    Named(String),
    /// The text before the road names it, unless the directory has no such area.
    Before(String),
}

impl Reading {
    /// Those of `grids` that may be meant.
    pub(super) fn meant(&self, grids: Vec<GridNo>, directory: &Directory) -> Vec<GridNo> {
        let within = |text: &str| grids.iter().copied().filter(|&grid| directory.is_named_in(grid, text)).collect();
        match &self.area {
            Area::Any => grids,
            Area::Named(text) => within(text),
            Area::Before(text) => {
                let near: Vec<GridNo> = within(text);
                if near.is_empty() && !directory.names_area(text) { grids } else { near }
            }
        }
    }
}

/// What the name of an area ends with that may stand before a road or an estate.
const AREAS: [char; 13] = ['村', '区', '屯', '庄', '寨', '团', '师', '场', '镇', '乡', '道', '会', '湾'];
/// What the name of a lane in a hamlet ends with, and how long what stands behind the hamlet's name may be.
const LANES: [char; 5] = ['巷', '坊', '里', '弄', '条'];
const LANE_CHARS_MAX: usize = 4;
/// What may stand behind the name of a hamlet and be left out.
const HAMLETS: [&str; 6] = ["自然村", "屯", "组", "片", "角落", "角头"];
/// The same behind the name of its village.
const HAMLETS_OF_VILLAGE: [&str; 8] = ["自然村", "屯", "组", "片", "角落", "角头", "村", "社"];
/// The same before a lane: a place that has lanes is no estate that is called like a village (幸福小区, 幸福村).
const HAMLETS_WITH_LANES: [&str; 4] = ["自然村", "屯", "组", "村"];

/// The other readings of an estate, a building, a road and a door number, the likelier first. Addresses of other cities have none.
pub(super) fn others([estate, building, road, number]: [&str; 4], directory: &Directory) -> Vec<Reading> {
    let (estate, road) = (place_key(estate), place_key(road));
    let whole = format!("{road}{estate}");
    let mut readings = Readings { found: Vec::new(), building, number };
    let named = |before: &str, name: &str| {
        // 福隆村黄金路: the road of a village; 乌沙江贝三巷: that of 乌沙, if there is one.
        let known = match directory.is_short(before) {
            // 泉州曾井路95号
            true => |_| Area::Any,
            false if before.ends_with(AREAS) => Area::Before,
            false => Area::Named,
        };
        (name.chars().count() >= 2).then(|| known(before.to_owned()))
    };
    for (before, name) in cuts(&road) {
        if let Some(area) = named(before, name).filter(|_| directory.knows_road(name)) {
            readings.add(["", name], area);
        }
    }
    if !estate.is_empty() && !road.is_empty() && directory.knows_estate(&whole) {
        readings.add([&whole, ""], Area::Any);
    }
    for (before, name) in cuts(&whole) {
        let own = std::iter::once(name.to_owned()).chain(other_names(name, &HAMLETS_OF_VILLAGE));
        let mut called =
            own.filter(|name| name.chars().count() >= 2).map(|name| place_key(&directory.known_estate(&name)));
        if let Some(name) = called.find(|name| directory.knows_estate(name)) {
            let area = if directory.is_short(before) { Area::Any } else { Area::Named(whole.clone()) };
            readings.add([&name, ""], area);
        }
    }
    for hamlet in other_names(&whole, &HAMLETS) {
        if directory.knows_estate(&hamlet) || directory.village_and_group(&hamlet).is_some() {
            readings.add([&hamlet, ""], Area::Any);
        }
    }
    if estate.is_empty() && road.ends_with(LANES) {
        for (hamlet, lane) in cuts(&road).filter(|(_, lane)| lane.chars().count() <= LANE_CHARS_MAX) {
            let called = |name: &str| {
                let own = std::iter::once(name.to_owned());
                own.chain(other_names(name, &HAMLETS_WITH_LANES)).find(|name| directory.knows_estate(name))
            };
            // 龙眼李屋二巷 is one of 李屋 in 龙眼.
            let shorter =
                || cuts(hamlet).find_map(|(before, name)| Some((called(name)?, Area::Named(before.to_owned()))));
            if let Some((hamlet, area)) = called(hamlet).map(|hamlet| (hamlet, Area::Any)).or_else(shorter) {
                // Doors of the lane are none of the hamlet's own.
                let place = [hamlet, format!("巷{lane}"), String::new(), String::new()];
                readings.found.push(Reading { place, area });
            }
        }
    }
    let is_here = |address: &Address| address.is_in(directory.city());
    if readings.found.is_empty() || !is_here(&parsed(&whole)) { Vec::new() } else { readings.found }
}

/// A name in two, wherever at least two characters stand before: the shortest first part first.
fn cuts(name: &str) -> impl Iterator<Item = (&str, &str)> {
    name.char_indices().skip(2).map(|(at, _)| name.split_at(at))
}

struct Readings<'a> {
    found: Vec<Reading>,
    building: &'a str,
    number: &'a str,
}

impl Readings<'_> {
    fn add(&mut self, [estate, road]: [&str; 2], area: Area) {
        let place = [estate, self.building, road, self.number].map(str::to_owned);
        self.found.push(Reading { place, area });
    }
}

/// How a hamlet is called as well, with one of those words behind its name or without: 西沟屯 is 西沟, 大湾 is 大湾组.
fn other_names(name: &str, words: &[&str]) -> Vec<String> {
    let shorter = words.iter().find_map(|end| name.strip_suffix(end)).filter(|name| name.chars().count() >= 2);
    let own = shorter.unwrap_or(name);
    let longer = if own.chars().count() >= 2 { words } else { &[] };
    let all = shorter.map(str::to_owned).into_iter().chain(longer.iter().map(|end| format!("{own}{end}")));
    all.filter(|other| other != name).collect()
}

fn parsed(text: &str) -> Address {
    let mut address = Address::default();
    address.parse(text);
    address
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hamlet_has_other_names() {
        let names = |name: &str| other_names(name, &HAMLETS).join(" ");
        assert_eq!(names("西沟屯"), "西沟 西沟自然村 西沟组 西沟片 西沟角落 西沟角头");
        assert_eq!(names("大湾"), "大湾自然村 大湾屯 大湾组 大湾片 大湾角落 大湾角头");
        assert_eq!(names("屯"), "");
        assert_eq!(other_names("蔡屋村", &HAMLETS_WITH_LANES).join(" "), "蔡屋 蔡屋自然村 蔡屋屯 蔡屋组");
    }
}
