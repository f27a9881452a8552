//! Roads of one name in several counties: 92 长江北路 of one is not that of another. Their doors have one key too, and a road
//! is longer than a community, so it is the county that is told, by the address, else by the grid that the record states,
//! else by the one county in which there is such a door. Lanes of villages (every other one has a 新围二巷), and doors that roads of
//! one name have in several streets, are told apart by the street in the same way.

use super::super::area_names::Named;
use super::super::coverage::is_numbered_lane;
use super::super::directory::{Directory, GridNo};
use super::super::places::{PlaceNo, Places, stated_grids};
use super::key;
use crate::tables::{Pool, Records, Sym, distinct};
use hashbrown::HashMap;
use rayon::prelude::*;

/// Gives doors of such roads keys of their own county, and none where nothing tells it; how many records that is.
pub(super) fn tell_apart(records: &mut Records, directory: &Directory) -> usize {
    let roads: HashMap<Sym, Vec<GridNo>> = distinct(&records.road)
        .into_iter()
        .filter(|&road| road != Pool::NONE && directory.is_namesake_road(records.pool.get(road)))
        .map(|road| (road, directory.by_road(records.pool.get(road))))
        .collect();
    if roads.is_empty() {
        return 0;
    }
    let rows = doors(records, |road| roads.contains_key(&road));
    let stated = stated_grids(records, directory);
    let flat = |named: &mut Named, row: usize| {
        directory.areas_in(records.pool.get(records.address[row]), named);
        let grids = &roads[&records.road[row]];
        let of_door = || {
            let number = records.pool.get(records.number[row]);
            let grids = directory.by_number(records.pool.get(records.road[row]), number);
            directory.one_county(&grids)
        };
        let stated = || stated.get(&records.grid_code[row]).copied().flatten();
        let grid = directory.county_named(grids, named).or_else(stated).or_else(of_door);
        grid.map_or(0, |grid| key(records.flat[row], directory.county_key(grid)))
    };
    let living: Vec<u64> = rows.par_iter().map_init(Named::default, |named, &row| flat(named, row)).collect();
    // Of a registered flat nothing but the key is kept: it stands for the road.
    let of_flats: HashMap<u64, &[GridNo]> =
        rows.iter().map(|&row| (records.flat[row], roads[&records.road[row]].as_slice())).collect();
    let registered = |named: &mut Named, row: usize| {
        let grids = of_flats.get(&records.registered_flat[row]).filter(|_| records.registered_flat[row] != 0)?;
        directory.areas_in(records.pool.get(records.registered_address[row]), named);
        let grid = directory.county_named(grids, named);
        Some((row, grid.map_or(0, |grid| key(records.registered_flat[row], directory.county_key(grid)))))
    };
    let all = (0..records.len()).into_par_iter();
    let registered: Vec<(usize, u64)> = all.map_init(Named::default, registered).flatten_iter().collect();
    rows.iter().zip(&living).for_each(|(&row, &flat)| records.flat[row] = flat);
    registered.into_iter().for_each(|(row, flat)| records.registered_flat[row] = flat);
    living.iter().filter(|&&flat| flat == 0).count()
}

/// The records whose flat is behind a door of such a road.
fn doors(records: &Records, is_asked: impl Fn(Sym) -> bool + Sync) -> Vec<usize> {
    let is_door = |&row: &usize| records.flat[row] != 0 && records.estate[row] == Pool::NONE;
    (0..records.len()).into_par_iter().filter(is_door).filter(|&row| is_asked(records.road[row])).collect()
}

/// Gives doors of lanes, and of roads that have such a door in several streets, keys of their own street, and none where nothing
/// tells which of several it is; how many records that is.
pub(super) fn tell_streets_apart(records: &mut Records, directory: &Directory) -> usize {
    let crosses = |road: &str| {
        let grids = directory.by_road(road);
        grids.iter().any(|&grid| !directory.same_street(grids[0], grid)) && !directory.is_namesake_road(road)
    };
    let roads = distinct(&records.road).into_iter().filter(|&road| road != Pool::NONE);
    let roads: HashMap<Sym, bool> = roads
        .filter_map(|road| {
            let name = records.pool.get(road);
            let is_lane = is_numbered_lane(name);
            (is_lane || crosses(name)).then_some((road, is_lane))
        })
        .collect();
    if roads.is_empty() {
        return 0;
    }
    let rows = doors(records, |road| roads.contains_key(&road));
    let mut places = Places::default();
    let of_place = places.number(&rows, records, directory);
    let streets_of = |place: PlaceNo| {
        let grids = places.candidates(place).map(|(grids, _)| grids).find(|grids| !grids.is_empty());
        let mut streets: Vec<u64> = grids.unwrap_or_default().iter().map(|&grid| directory.street_key(grid)).collect();
        streets.sort_unstable();
        streets.dedup();
        streets
    };
    let streets: Vec<Vec<u64>> = (1..=places.len() as PlaceNo).into_par_iter().map(streets_of).collect();
    let streets_at = |at: usize| (of_place[at] as usize).checked_sub(1).map_or(&[][..], |place| &*streets[place]);
    let is_asked = |&at: &usize| roads[&records.road[rows[at]]] || streets_at(at).len() > 1;
    let asked: Vec<usize> = (0..rows.len()).filter(is_asked).collect();
    let stated = stated_grids(records, directory);
    // The key of a flat behind the door of row `at`, by an address or a street that is stated.
    let told = |named: &mut Named, at: usize, flat: u64, address: Sym, stated: Option<u64>| {
        directory.areas_in(records.pool.get(address), named);
        match (directory.street_named(named).or(stated), streets_at(at)) {
            (Some(street), _) | (None, &[street]) => key(flat, street),
            // A lane of which the directory knows nothing may be the only one.
            (None, []) => flat,
            (None, _) => 0,
        }
    };
    let flat = |named: &mut Named, at: usize| {
        let row = rows[at];
        let stated = stated.get(&records.grid_code[row]).copied().flatten().map(|grid| directory.street_key(grid));
        told(named, at, records.flat[row], records.address[row], stated)
    };
    let living: Vec<u64> = asked.par_iter().map_init(Named::default, |named, &at| flat(named, at)).collect();
    // Of a registered flat nothing but the key is kept: it stands for the door.
    let of_flats: HashMap<u64, usize> = asked.iter().map(|&at| (records.flat[rows[at]], at)).collect();
    let registered = |named: &mut Named, row: usize| {
        let flat = records.registered_flat[row];
        let at = *of_flats.get(&flat).filter(|_| flat != 0)?;
        Some((row, told(named, at, flat, records.registered_address[row], None)))
    };
    let all = (0..records.len()).into_par_iter();
    let registered: Vec<(usize, u64)> = all.map_init(Named::default, registered).flatten_iter().collect();
    asked.iter().zip(&living).for_each(|(&at, &flat)| records.flat[rows[at]] = flat);
    registered.into_iter().for_each(|(row, flat)| records.registered_flat[row] = flat);
    living.iter().filter(|&&flat| flat == 0).count()
}

#[cfg(test)]
mod tests {
    use super::super::super::directory::tests::directory;
    use super::super::super::sample::{Row, sample};
    use super::*;

    #[test]
    fn doors_of_one_road_in_two_counties_are_two() {
        let (directory, _) = directory(&[
            &["G1", "", "", "甲社区", "城关街道", "", "中宁县", "", "", "长江北路61-130号"],
            &["G2", "", "", "乙社区", "河西街道", "", "海原县", "", "", "长江北路2-128号双号"],
            &["G3", "", "", "丙社区", "河西街道", "", "海原县", "", "", "长江北路130-200号，府前街1-9号"],
        ]);
        let at = |address, number, grid| Row {
            road: "长江北路",
            number,
            address,
            flat: 7,
            grid,
            registered_flat: 7,
            ..Row::of(1)
        };
        let rows = [
            at("海原县长江北路92号", "92", ""),
            at("中宁县长江北路92号", "92", ""),
            at("长江北路92号", "92", "G1"),
            at("长江北路92号", "92", ""),
            at("河西街道长江北路92号", "92", ""),
            at("长江北路91号", "91", ""),
            Row { road: "府前街", number: "3", flat: 9, ..Row::of(2) },
        ];
        let (mut records, _) = sample(&rows);
        assert_eq!(tell_apart(&mut records, &directory), 1);
        let flats = &records.flat;
        assert!(flats[0] != 0 && flats[1] != 0 && flats[0] != flats[1]);
        assert_eq!((flats[2], flats[4], flats[5]), (flats[1], flats[0], flats[1]), "by grid, by street, by door");
        assert_eq!((flats[3], flats[6]), (0, 9));
        assert_eq!(records.registered_flat[..2], [0, 0], "no registered address tells");
    }

    #[test]
    fn lanes_of_one_name_in_two_towns_are_two() {
        let (directory, _) = directory(&[
            &["G1", "", "", "沙头社区", "长安镇", "", "", "", "", "新围"],
            &["G2", "", "", "大宁社区", "虎门镇", "", "", "", "", "新围"],
            &["G3", "", "", "大宁社区", "虎门镇", "", "", "", "", "江贝一巷、建设路1-9号"],
            &["G4", "", "", "沙头社区", "长安镇", "", "", "", "", "建设路1-5号"],
        ]);
        let at = |road, number, address, grid| Row {
            road,
            number,
            address,
            flat: 7,
            grid,
            registered_flat: 7,
            registered_address: address,
            ..Row::of(1)
        };
        let flats = |rows: &[Row]| {
            let (mut records, _) = sample(rows);
            let untold = tell_streets_apart(&mut records, &directory);
            (records.flat.to_vec(), records.registered_flat.to_vec(), untold)
        };
        let (living, registered, untold) = flats(&[
            at("新围二巷", "5", "长安镇新围二巷5号", ""),
            at("新围二巷", "5", "虎门镇新围二巷5号", ""),
            at("新围二巷", "5", "新围二巷5号", "G1"),
            at("新围二巷", "5", "新围二巷5号", ""),
        ]);
        assert!(living[0] != living[1] && living[..2].iter().all(|flat| ![0, 7].contains(flat)));
        assert_eq!((living[2], living[3], untold), (living[0], 0, 1), "by grid, and by nothing");
        assert_eq!(registered, [living[0], living[1], 0, 0]);
        let only = flats(&[at("江贝一巷", "5", "江贝一巷5号", ""), at("江贝一巷", "5", "虎门镇江贝一巷5号", "")]);
        assert!(only.0[0] == only.0[1] && only.0 == only.1 && only.0[0] != 7);
        let unknown = flats(&[at("远方一巷", "5", "远方一巷5号", "")]);
        assert_eq!(unknown, (vec![7], vec![7], 0), "it may be the only one");
        let door = |number| flats(&[at("建设路", number, "建设路", "")]).0[0];
        assert_eq!((door("3"), door("8")), (0, 7), "the third door is in two streets, the eighth in one");
    }
}
