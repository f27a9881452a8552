//! Estates and villages of one name in several places of the city. Their flats have one key, because an address mostly
//! names nothing but the estate; here the directory tells them apart, before anybody is matched or counted by flat.

mod roads;

use super::area_names::Named;
use super::directory::{Directory, GridNo};
use super::places::{Places, stated_grids};
use crate::tables::{Pool, Records, Sym, distinct};
use hashbrown::{HashMap, HashSet};
use rayon::prelude::*;

/// Rows that one task takes.
const CHUNK_ROWS: usize = 1 << 14;

/// Gives flats of namesakes, doors of roads of one name in several counties and those of lanes keys of their own, and returns how many records
/// are without a flat because nothing tells which is meant: two households must not become one.
pub fn tell_namesakes_apart(records: &mut Records, directory: &Directory) -> usize {
    let estates = tell_estates_apart(records, directory);
    estates + roads::tell_apart(records, directory) + roads::tell_streets_apart(records, directory)
}

/// Where neither the address nor the stated grid says which of them is meant,
/// the record has no flat; how many there are is returned. An estate whose buildings lie in several grids has no namesake, for a building
/// tells its grid.
fn tell_estates_apart(records: &mut Records, directory: &Directory) -> usize {
    if !directory.has_namesakes() {
        return 0;
    }
    let estates = distinct(&records.estate).into_iter();
    let namesakes = estates.filter(|&it| it != Pool::NONE && directory.is_namesake(records.pool.get(it)));
    let namesakes: HashSet<Sym> = namesakes.collect();
    let rows = (0..records.len()).into_par_iter();
    let rows: Vec<usize> =
        rows.filter(|&row| records.flat[row] != 0 && namesakes.contains(&records.estate[row])).collect();
    let mut places = Places::default();
    let of_place = places.number(&rows, records, directory);
    let of_places: Vec<Option<&[GridNo]>> =
        (1..=places.len() as u32).into_par_iter().map(|place| several(&places, place, directory)).collect();
    let several_of = |place: u32| (place as usize).checked_sub(1).and_then(|at| of_places[at]);
    let (mut rows_meant, mut meant) = (Vec::with_capacity(rows.len()), Vec::with_capacity(rows.len()));
    // The grids that a flat may lie in, by its key before.
    let mut of_flats: HashMap<u64, &[GridNo]> = HashMap::new();
    for (&row, &place) in rows.iter().zip(&of_place) {
        if let Some(grids) = several_of(place) {
            of_flats.entry(records.flat[row]).or_insert(grids);
            rows_meant.push(row as u32);
            meant.push(place);
        }
    }
    drop((rows, of_place));
    let stated = stated_grids(records, directory);
    let living = |(rows, places): (&[u32], &[u32])| {
        let asked = rows.iter().zip(places).map(|(&row, &place)| {
            let (row, grids) = (row as usize, several_of(place).unwrap_or_default());
            let stated = stated.get(&records.grid_code[row]).copied().flatten();
            Asked { address: records.address[row], grids, flat: records.flat[row], stated }
        });
        told(&asked.collect::<Vec<Asked<'_>>>(), &records.pool, directory)
    };
    let chunks = rows_meant.par_chunks(CHUNK_ROWS).zip(meant.par_chunks(CHUNK_ROWS));
    let living: Vec<u64> = chunks.flat_map_iter(living).collect();
    let registered = registered(records, &of_flats, directory);
    rows_meant.iter().zip(&living).for_each(|(&row, &flat)| records.flat[row as usize] = flat);
    registered.into_iter().for_each(|(row, flat)| records.registered_flat[row] = flat);
    living.iter().filter(|&&flat| flat == 0).count()
}

/// The new keys of registered flats, of which nothing but the key is kept: it stands for the grids in `of_flats`.
fn registered(records: &Records, of_flats: &HashMap<u64, &[GridNo]>, directory: &Directory) -> Vec<(usize, u64)> {
    let of_chunk = |from: usize| {
        let asked = (from..records.len().min(from + CHUNK_ROWS)).filter_map(|row| {
            let (address, flat) = (records.registered_address[row], records.registered_flat[row]);
            let grids = (flat != 0).then(|| of_flats.get(&flat)).flatten()?;
            Some((row, Asked { address, grids, flat, stated: None }))
        });
        let (rows, asked): (Vec<usize>, Vec<Asked<'_>>) = asked.unzip();
        rows.into_iter().zip(told(&asked, &records.pool, directory))
    };
    let chunks: Vec<usize> = (0..records.len()).step_by(CHUNK_ROWS).collect();
    chunks.into_par_iter().flat_map_iter(of_chunk).collect()
}

/// A flat of a namesake.
struct Asked<'a> {
    address: Sym,
    /// The grids that it may lie in.
    grids: &'a [GridNo],
    /// Its key.
    flat: u64,
    /// The grid that the record states, which counts where the address names no area.
    stated: Option<GridNo>,
}

/// The new key of each flat; 0 where nothing tells which namesake is meant.
fn told(asked: &[Asked<'_>], pool: &Pool, directory: &Directory) -> Vec<u64> {
    let addresses: Vec<Sym> = asked.iter().map(|asked| asked.address).collect();
    let (mut keys, mut named) = (Vec::with_capacity(asked.len()), Named::default());
    let mut before: Option<(&Asked<'_>, Option<GridNo>)> = None;
    pool.for_each(&addresses, |address| {
        let of = &asked[keys.len()];
        let by_address = match before {
            // Records of one person stand together, and mostly write one address.
            Some((last, grid)) if last.address == of.address && std::ptr::eq(last.grids, of.grids) => grid,
            _ => {
                directory.areas_in(address, &mut named);
                directory.named(of.grids, &named)
            }
        };
        before = Some((of, by_address));
        let near = |stated: GridNo| of.grids.iter().copied().find(|&grid| directory.same_community(grid, stated));
        let grid = by_address.or_else(|| near(of.stated?));
        keys.push(grid.map_or(0, |grid| key(of.flat, directory.community_key(grid))));
    });
    keys
}

/// The grids of a place, if they lie in several communities.
fn several<'a>(places: &'a Places, place: u32, directory: &Directory) -> Option<&'a [GridNo]> {
    let (grids, _) = places.candidates(place).find(|(grids, _)| !grids.is_empty())?;
    grids.iter().any(|&grid| !directory.same_community(grids[0], grid)).then_some(grids)
}

/// A key that the same flat of another area does not have.
fn key(flat: u64, area: u64) -> u64 {
    let mixed = (flat ^ area).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    (mixed ^ mixed >> 29).max(1)
}

#[cfg(test)]
mod tests {
    use super::super::directory::tests::directory;
    use super::super::sample::{Row, sample};
    use super::*;

    #[test]
    fn namesakes_do_not_share_a_flat() {
        let (directory, _) = directory(&[
            &["G1", "", "", "甲社区", "东街", "", "河口区", "", "", "幸福小区"],
            &["G2", "", "", "乙社区", "西街", "", "广饶县", "", "", "幸福小区", "1-5"],
            &["G3", "", "", "乙社区", "西街", "", "广饶县", "", "", "幸福小区", "6-9"],
            &["G4", "", "", "丙社区", "西街", "", "广饶县", "", "", "安居", "1-5"],
            &["G5", "", "", "丁社区", "西街", "", "广饶县", "", "", "安居", "6-9"],
        ]);
        let at = |address, flat, grid| Row {
            estate: "幸福小区",
            building: "3",
            address,
            flat,
            grid,
            registered_flat: flat,
            ..Row::of(1)
        };
        let rows = [
            at("河口区幸福小区3号楼101", 7, ""),
            at("广饶县幸福小区3号楼101", 7, ""),
            at("幸福小区3号楼101", 7, "G3"),
            at("幸福小区3号楼101", 7, ""),
            at("西街幸福小区3号楼101", 7, ""),
            at("幸福小区3号楼", 0, "G3"),
            Row { estate: "安居", building: "3", flat: 9, ..Row::of(2) },
        ];
        let (mut records, _) = sample(&rows);
        assert_eq!(tell_namesakes_apart(&mut records, &directory), 1);
        let flats = &records.flat;
        assert!(flats[0] != 0 && flats[1] != 0 && flats[0] != flats[1]);
        assert_eq!((flats[2], flats[4]), (flats[1], flats[1]), "by the stated grid, by the street");
        assert_eq!((flats[3], flats[5]), (0, 0), "nobody says which");
        assert_eq!(flats[6], 9, "an estate in two communities is told by its buildings");
        assert!(records.registered_flat[..5].iter().all(|&flat| flat != 7), "{:?}", records.registered_flat);
    }
}
