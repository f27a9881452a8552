//! Grids that records state by name: 翠竹社区第五网格 in a column of grids is as good as the code, if one grid of the
//! directory is called so.

use super::area_names;
use super::directory::{Directory, Grid, GridNo};
use crate::kernels::address;
use crate::kernels::text::{fold, is_han, is_space};
use crate::tables::{Pool, Records, Sym, distinct};
use hashbrown::HashMap;
use rayon::prelude::*;

/// The grid of each name; `None` where several grids have it.
#[derive(Clone, Debug, Default)]
pub(super) struct GridNames(HashMap<String, Option<GridNo>>);

impl GridNames {
    /// The names of `grids`, which are numbered by their places: each alone, and behind its community, street and county,
    /// as far as it needs them to be the only one.
    pub(super) fn of(grids: &[Grid]) -> Self {
        let mut names: HashMap<String, Option<GridNo>> = HashMap::new();
        for (number, grid) in (0..).zip(grids) {
            let name = plain(&grid.name);
            // A name in digits may be the code of another grid.
            if !name.contains(is_han) {
                continue;
            }
            for name in called(grid, name) {
                names.entry(name).and_modify(|grid| *grid = None).or_insert(Some(number));
            }
        }
        Self(names)
    }

    pub(super) fn number_of(&self, name: &str) -> Option<GridNo> {
        self.0.get(&plain(name)).copied().flatten()
    }
}

/// What the grid `grid` of the plain name `name` is called, each once.
fn called(grid: &Grid, name: String) -> Vec<String> {
    let [community, street, county] = [&grid.community, &grid.street, &grid.county].map(|area| plain(area));
    let stem = area_names::stem(&community);
    let short = if stem.chars().count() >= 2 { stem } else { &community };
    let mut called = vec![
        format!("{community}{name}"),
        format!("{short}{name}"),
        format!("{street}{community}{name}"),
        format!("{county}{street}{community}{name}"),
        format!("{street}{name}"),
        name,
    ];
    called.sort_unstable();
    called.dedup();
    called
}

/// The grid that a text states by its code and by its name, in whatever order: 370502001001001（翠竹社区第五网格）. None where the two
/// are not of one grid.
pub(super) fn by_code_and_name(text: &str, directory: &Directory) -> Option<GridNo> {
    let runs = text.split(|c: char| !c.is_ascii_alphanumeric()).filter(|run| run.len() >= CODE_MIN);
    let mut codes = runs.filter_map(|run| Some((run, directory.number_of(run)?)));
    let (code, number) = codes.next().filter(|_| codes.next().is_none())?;
    let name: String = text.replacen(code, "", 1).chars().filter(|c| c.is_alphanumeric()).collect();
    let grid = directory.grids().get(number as usize)?;
    called(grid, plain(&grid.name)).contains(&plain(&name)).then_some(number)
}

/// The grid whose name a text states with the name of its community or street before it once too often: two columns are joined of
/// which one has both, 何店村 and 何店村第1网格.
pub(super) fn by_repeated_area(text: &str, directory: &Directory) -> Option<GridNo> {
    let name = plain(text);
    let cuts = name.char_indices().map(|(at, _)| at).skip(2);
    let mut found = cuts.filter_map(|at| {
        let (area, rest) = name.split_at(at);
        let number = directory.number_by_name(rest)?;
        let grid = directory.grids().get(number as usize)?;
        let [community, street] = [&grid.community, &grid.street].map(|area| plain(area));
        let is_own = area == community || area == street || area.strip_prefix(&*street) == Some(&community);
        (is_own || area == area_names::stem(&community)).then_some(number)
    });
    found.next()
}

/// A shorter code may be a number in a name.
const CODE_MIN: usize = 6;

/// A name in one width, without spaces, and with the number of a grid as digits alone: 第五网格, 第05网格 and 5号网格 are one.
fn plain(name: &str) -> String {
    let name: String = name.chars().map(fold).filter(|&c| !is_space(c)).collect();
    let Some((before, behind)) = name.split_once("网格") else { return name };
    let (before, kind) = before.strip_suffix('微').map_or((before, ""), |before| (before, "微"));
    let before = before.strip_suffix('号').unwrap_or(before);
    let area = before.trim_end_matches(|c: char| c.is_ascii_digit() || NUMERALS.contains(c));
    let mut number = String::new();
    address::part(&before[area.len()..], &mut number);
    if number.is_empty() {
        return name;
    }
    format!("{}{number}{kind}网格{behind}", area.strip_suffix('第').unwrap_or(area))
}

const NUMERALS: &str = "零〇一二三四五六七八九十百";

/// Puts the code in the place of each name by which a record states its grid, so that whatever compares codes compares
/// grids. What the directory knows neither as a code nor as the name of one grid stays as it is.
pub fn read_grid_names(records: &mut Records, directory: &Directory) {
    let unknown = |&code: &Sym| code != Pool::NONE && directory.number_of(records.pool.get(code).trim()).is_none();
    let stated: Vec<Sym> = distinct(&records.grid_code).into_iter().filter(unknown).collect();
    let mut codes: HashMap<Sym, Sym> = HashMap::new();
    for name in stated {
        if let Some(number) = directory.number_of_stated(records.pool.get(name)) {
            codes.insert(name, records.pool.intern(&directory.grids()[number as usize].code));
        }
    }
    if !codes.is_empty() {
        let column: &mut [Sym] = &mut records.grid_code;
        column.par_iter_mut().for_each(|code| *code = *codes.get(code).unwrap_or(code));
    }
}

#[cfg(test)]
mod tests {
    use super::super::directory::tests::directory;
    use super::super::sample::{Row, sample};
    use super::*;

    #[test]
    fn a_worker_means_the_grid_of_that_name_nearby() {
        let (directory, _) = directory(&[
            &["G1", "第一网格", "", "翠竹社区", "东街"],
            &["G2", "第二网格", "", "翠竹社区", "东街"],
            &["G3", "第二网格", "", "安居社区", "东街"],
            &["G4", "第三网格", "", "安居社区", "东街"],
            &["G5", "第三网格", "", "新村", "西街"],
            &["G6", "第二网格", "", "新村", "西街"],
        ]);
        for (text, from, code) in [
            ("第二网格", "G1", Some("G2")),
            ("第二网格", "G4", Some("G3")),
            ("第二网格", "G5", Some("G6")),
            ("第三网格", "G1", Some("G4")),
            ("第一网格", "G5", Some("G1")),
            ("安居社区第二网格", "G1", Some("G3")),
            ("G5", "G1", Some("G5")),
            ("第二网格", "", None),
            ("第九网格", "G1", None),
            ("第2网格", "G1", Some("G2")),
            ("３号网格", "G1", Some("G4")),
            ("东街翠竹社区01网格", "G6", Some("G1")),
            ("号网格", "G1", None),
        ] {
            assert_eq!(directory.meant(text, from).map(|grid| &*grid.code), code, "{text} from {from}");
        }
    }

    #[test]
    fn a_grid_is_known_by_the_name_that_it_alone_has() {
        let (directory, _) = directory(&[
            &["G1", "翠竹社区第五网格", "", "翠竹社区", "东街"],
            &["G2", "第一网格", "", "翠竹社区", "东街"],
            &["G3", "第一网格", "", "安居社区", "东街"],
            &["G4", "第一网格", "", "安居社区", "西街"],
            &["G5", "7", "", "新村", "西街"],
            &["G6", "G1"],
            &["370502001", "第九网格", "", "新村", "西街"],
        ]);
        let told = [
            ("370502001第九网格", "370502001"),
            ("新村第9网格（370502001）", "370502001"),
            ("370502001 - 西街新村 第九网格", "370502001"),
            ("370502001 翠竹社区第五网格", "370502001 翠竹社区第五网格"),
            ("370502002 第九网格", "370502002 第九网格"),
            ("G1", "G1"),
            ("翠竹社区第五网格", "G1"),
            ("翠竹社区 第五网格", "G1"),
            ("翠竹社区第5网格", "G1"),
            ("翠竹社区第一网格", "G2"),
            ("西街安居社区第一网格", "G4"),
            ("西街第一网格", "G4"),
            // Two have it, none has it, a part of a name, a number.
            ("第一网格", "第一网格"),
            ("安居社区第一网格", "安居社区第一网格"),
            ("翠竹社区第六网格", "翠竹社区第六网格"),
            ("第五网格", "第五网格"),
            ("7", "7"),
            ("", ""),
        ];
        let rows = told.map(|(stated, _)| Row { grid: stated, ..Row::of(1) });
        let (mut records, _) = sample(&rows);
        read_grid_names(&mut records, &directory);
        for (row, (stated, code)) in told.into_iter().enumerate() {
            assert_eq!(records.pool.get(records.grid_code[row]), code, "{stated}");
        }
    }
}
