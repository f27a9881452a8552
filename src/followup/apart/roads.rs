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
    let rows: Vec<usize> = (0..records.len())
        .into_par_iter()
        .filter(|&row| {
            records.flat[row] != 0 && records.estate[row] == Pool::NONE && roads.contains_key(&records.road[row])
        })
        .collect();
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
    let rows: Vec<usize> = (0..records.len())
        .into_par_iter()
        .filter(|&row| {
            records.flat[row] != 0 && records.estate[row] == Pool::NONE && roads.contains_key(&records.road[row])
        })
        .collect();
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
    let flat = |named: &mut Named, at: usize| {
        let row = rows[at];
        directory.areas_in(records.pool.get(records.address[row]), named);
        let stated = || stated.get(&records.grid_code[row]).copied().flatten().map(|grid| directory.street_key(grid));
        let only = || if let [street] = streets_at(at) { Some(*street) } else { None };
        let street = directory.street_named(named).or_else(stated).or_else(only);
        // A lane of which the directory knows nothing may be the only one.
        let unknown = if streets_at(at).is_empty() { records.flat[row] } else { 0 };
        street.map_or(unknown, |street| key(records.flat[row], street))
    };
    let living: Vec<u64> = asked.par_iter().map_init(Named::default, |named, &at| flat(named, at)).collect();
    // Of a registered flat nothing but the key is kept: it stands for the door.
    let of_flats: HashMap<u64, usize> = asked.iter().map(|&at| (records.flat[rows[at]], at)).collect();
    let registered = |named: &mut Named, row: usize| {
        let flat = records.registered_flat[row];
        let at = *of_flats.get(&flat).filter(|_| flat != 0)?;
        directory.areas_in(records.pool.get(records.registered_address[row]), named);
        let only = || if let [street] = streets_at(at) { Some(*street) } else { None };
        Some((row, directory.street_named(named).or_else(only).map_or(0, |street| key(flat, street))))
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
}
