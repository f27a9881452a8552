//! Roads of one name in several counties: 92 长江北路 of one is not that of another. Their doors have one key too, and a road
//! is longer than a community, so it is the county that is told, by the address, else by the grid that the record states,
//! else by the one county in which there is such a door.

use super::super::area_names::Named;
use super::super::directory::{Directory, GridNo};
use super::super::places::stated_grids;
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
