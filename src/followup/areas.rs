//! The levels above the grids: which community, street and county each grid lies in, and how each area is called.

use super::directory::{Directory, Grid, UNKNOWN};
use hashbrown::HashMap;
use std::collections::BTreeMap;

/// The levels from below, by their published names.
pub(super) const LEVELS: [&str; 5] = ["grid", "community", "street", "county", "city"];

/// The areas of one level, in a fixed order.
#[derive(Debug)]
pub(super) struct Level {
    /// Published name.
    pub(super) name: &'static str,
    /// Code or name of each area; distinct.
    pub(super) codes: Vec<String>,
    /// Area of each grid, by number.
    pub(super) area_of: Vec<usize>,
}

/// Every level, from the grids to the city as a whole.
pub(super) fn levels(directory: &Directory, city: &str) -> Vec<Level> {
    (0..LEVELS.len()).map(|depth| level(directory, depth, city)).collect()
}

/// The areas of one level as they are shown, in the order of the figures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AreaLevel {
    /// Published name.
    pub name: &'static str,
    /// Names of each area: county, street, community, code of the grid, name of the grid, as far as the level goes; of the
    /// city its name.
    pub names: Vec<Vec<String>>,
    /// Place of the area of the level above in which each lies; the city lies in none.
    pub above: Vec<usize>,
}

/// Every level from the grids to the city.
pub fn area_levels(directory: &Directory, city: &str) -> Vec<AreaLevel> {
    let of = |depth: usize| {
        let named = |grid: &Grid| -> (Vec<String>, Vec<String>) {
            let path = path(grid, city, depth);
            let labels = [grid.county_label(), grid.street_label(), known(&grid.community), &grid.code, &grid.name];
            let shown = match depth {
                4 => vec![city.to_owned()],
                0 => labels.iter().map(|&label| label.to_owned()).collect(),
                _ => labels[..LEVELS.len() - 1 - depth].iter().map(|&label| label.to_owned()).collect(),
            };
            (path.into_iter().map(str::to_owned).collect(), shown)
        };
        let mut areas: BTreeMap<Vec<String>, Vec<String>> = BTreeMap::new();
        if depth == LEVELS.len() - 1 {
            areas.insert(vec![city.to_owned()], vec![city.to_owned()]);
        }
        for (path, shown) in directory.grids().iter().map(named) {
            areas.entry(path).or_insert(shown);
        }
        areas
    };
    let all: Vec<BTreeMap<Vec<String>, Vec<String>>> = (0..LEVELS.len()).map(of).collect();
    let level = |(depth, areas): (usize, &BTreeMap<Vec<String>, Vec<String>>)| {
        let above = all.get(depth + 1).map(|above| {
            let numbers: HashMap<&[String], usize> = above.keys().map(Vec::as_slice).zip(0..).collect();
            areas.keys().map(|path| numbers[&path[..path.len() - 1]]).collect()
        });
        AreaLevel { name: LEVELS[depth], names: areas.values().cloned().collect(), above: above.unwrap_or_default() }
    };
    all.iter().enumerate().map(level).collect()
}

fn known(name: &str) -> &str {
    if name.is_empty() { UNKNOWN } else { name }
}

fn level(directory: &Directory, depth: usize, city: &str) -> Level {
    let grids = directory.grids();
    let paths: Vec<Vec<&str>> = grids.iter().map(|grid| path(grid, city, depth)).collect();
    let mut areas: BTreeMap<&[&str], usize> = paths.iter().map(|path| (&path[..], 0)).collect();
    let whole = [city];
    if depth == LEVELS.len() - 1 {
        areas.insert(&whole, 0);
    }
    areas.values_mut().enumerate().for_each(|(number, slot)| *slot = number);
    let area_of = paths.iter().map(|path| areas[&path[..]]).collect();
    Level { name: LEVELS[depth], codes: codes(&areas.into_keys().collect::<Vec<_>>()), area_of }
}

/// The names of a grid's areas from the city down to level `depth`.
fn path<'a>(grid: &'a Grid, city: &'a str, depth: usize) -> Vec<&'a str> {
    let county = if grid.county_code.is_empty() { grid.county_label() } else { &grid.county_code };
    let all = [city, county, grid.street_label(), known(&grid.community), &grid.code];
    all[..LEVELS.len() - depth].to_vec()
}

/// The last name of each path, with as many of the names above it as tell it apart: two streets may have a community of
/// one name each.
fn codes(paths: &[&[&str]]) -> Vec<String> {
    let tail = |path: &[&str], names: usize| path[path.len().saturating_sub(names)..].join("/");
    let longest = paths.iter().map(|path| path.len()).max().unwrap_or(1);
    let mut codes: Vec<String> = paths.iter().map(|path| tail(path, 1)).collect();
    for names in 2..=longest {
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        codes.iter().for_each(|code| *counts.entry(code).or_default() += 1);
        let twice: Vec<bool> = codes.iter().map(|code| counts[code.as_str()] > 1).collect();
        for (i, _) in twice.iter().enumerate().filter(|&(_, &twice)| twice) {
            codes[i] = tail(paths[i], names);
        }
    }
    codes
}

#[cfg(test)]
mod tests {
    use super::super::directory::tests::directory;
    use super::*;

    #[test]
    fn areas_of_one_name_are_told_apart() {
        let (directory, _) = directory(&[
            &["G1", "", "", "新村", "东街", "370502", "东营区"],
            &["G2", "", "", "新村", "西街", "370502", "东营区"],
            &["G3", "", "", "老村", "西街", "370502", "东营区"],
            &["G4", "", "", "老村", "西街", "370502", "东营区"],
            &["G5"],
        ]);
        let levels = levels(&directory, "3705");
        let codes: Vec<String> = levels.iter().map(|level| level.codes.join(" ")).collect();
        assert_eq!(
            codes,
            ["G1 G2 G3 G4 G5", "东街/新村 西街/新村 老村 _unknown", "东街 西街 _unknown", "370502 _unknown", "3705"]
                .map(|line| {
                    // The order within a level is that of the paths.
                    let level = levels.iter().find(|level| level.codes.len() == line.split(' ').count()).unwrap();
                    let mut sorted: Vec<&str> = line.split(' ').collect();
                    sorted.sort_by_key(|code| level.codes.iter().position(|c| c == code));
                    sorted.join(" ")
                })
        );
        assert_eq!(levels[1].area_of[2], levels[1].area_of[3]);
        assert_eq!(levels[4].area_of, [0; 5]);
    }

    #[test]
    fn areas_know_the_one_above() {
        let (directory, _) = directory(&[
            &["G1", "", "", "新村", "东街", "370502", "东营区"],
            &["G2", "", "", "新村", "西街", "370502", "东营区"],
            &["G3", "", "", "新村", "东街", "370503", "河口区"],
        ]);
        let levels = area_levels(&directory, "东营市");
        let lies_in = |level: &AreaLevel, above: &AreaLevel| {
            level.names.iter().zip(&level.above).all(|(names, &at)| above.names[at] == names[..above.names[at].len()])
        };
        assert_eq!(levels.iter().map(|level| level.names.len()).collect::<Vec<_>>(), [3, 3, 3, 2, 1]);
        assert!(levels[..4].windows(2).all(|pair| lies_in(&pair[0], &pair[1])), "{levels:?}");
        assert_eq!((&levels[3].above[..], &levels[4].above[..]), (&[0, 0][..], &[][..]));
    }

    #[test]
    fn a_city_without_grids_is_still_an_area() {
        let levels = levels(&Directory::default(), "3705");
        assert_eq!(levels.iter().map(|level| level.codes.len()).collect::<Vec<_>>(), [0, 0, 0, 0, 1]);
    }
}
