//! The grid directory: every grid with its names and worker, and which estates, buildings, roads and door numbers it
//! covers. It answers where an address lies; which address of a person counts is not its business.

use super::area_names::{AreaNames, Named};
use super::coverage::{self, Coverage};
use super::grid_names::GridNames;
use crate::config::{GridField, Grids, Mapping};
use crate::message::Message;
use crate::tables::RawChunk;
use arrow::array::Array;
use hashbrown::{HashMap, HashSet};
use std::collections::BTreeMap;

/// A grid as the directory describes it; texts are empty where it says nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Grid {
    /// Code of the grid.
    pub code: String,
    /// Name.
    pub name: String,
    /// `base`, `dedicated` or empty.
    pub kind: String,
    /// Community or village.
    pub community: String,
    /// Street or township.
    pub street: String,
    /// Division code of the county.
    pub county_code: String,
    /// County.
    pub county: String,
    /// Name of the grid worker; several are joined by `、`.
    pub worker: String,
    /// Phone of the grid worker; as above.
    pub worker_phone: String,
    /// Helpers of the grid worker (1+N), where the directory tells.
    pub helpers: Option<u32>,
}

/// How an area is called whose name the directory does not say.
pub(super) const UNKNOWN: &str = "_unknown";
/// How the part of an output is called that holds what has no grid.
pub const UNASSIGNED: &str = "_unassigned";

impl Grid {
    /// How its county is called in paths: name, else code.
    pub fn county_label(&self) -> &str {
        [&*self.county, &*self.county_code].into_iter().find(|label| !label.is_empty()).unwrap_or(UNKNOWN)
    }

    /// How its street is called in paths.
    pub fn street_label(&self) -> &str {
        if self.street.is_empty() { UNKNOWN } else { &self.street }
    }
}

/// What stands between the workers of one grid, and between their phones.
const WORKERS_SEPARATOR: &str = "、";
/// What may stand between the helpers of one grid.
const HELPERS_SEPARATORS: [char; 8] = ['、', '，', ',', '；', ';', '|', '/', ' '];

/// Number of a grid: its row in [`Directory::grids`].
pub(super) type GridNo = u32;

/// Every grid, ordered by code, and what each covers.
#[derive(Clone, Debug, Default)]
pub struct Directory {
    grids: Vec<Grid>,
    numbers: HashMap<String, GridNo>,
    names: GridNames,
    estates: HashMap<String, Vec<(GridNo, Coverage)>>,
    roads: HashMap<String, Vec<(GridNo, Coverage)>>,
    /// Estates of one name in several communities.
    namesakes: HashSet<String>,
    areas: AreaNames,
}

/// The columns of the directory's file that are needed, in the order of the chunks given to [`Directory::build`].
pub fn grids_columns(grids: &Grids) -> &[String] {
    &grids.columns
}

impl Directory {
    /// The directory in `chunks`, whose columns are [`grids_columns`]. Several rows may have one code: each adds to what
    /// the grid covers, and the first names it. What is wrong in the file comes back as messages, never as an error: a
    /// grid that cannot be told apart still gets its list.
    pub fn build(settings: &Grids, chunks: &[RawChunk]) -> (Self, Vec<Message>) {
        let mut faults = Faults::default();
        let mut rows: BTreeMap<String, Vec<[String; FIELDS.len()]>> = BTreeMap::new();
        for chunk in chunks {
            for row in 0..chunk.len() {
                let values =
                    FIELDS.map(|field| settings.map.get(&field).map_or_else(String::new, |m| mapped(m, chunk, row)));
                if values[0].is_empty() {
                    faults.without_code += usize::from(values.iter().any(|value| !value.is_empty()));
                } else {
                    rows.entry(values[0].clone()).or_default().push(values);
                }
            }
        }
        let mut directory = Self::default();
        for rows in rows.values() {
            directory.add(rows, &mut faults);
        }
        directory.number();
        directory.find_namesakes();
        (directory, faults.messages())
    }

    /// A directory that knows nothing but codes, for a city that has no directory: the codes that its records state.
    pub fn of_codes<'a>(codes: impl IntoIterator<Item = &'a str>) -> Self {
        let codes: std::collections::BTreeSet<&str> = codes.into_iter().filter(|code| !code.is_empty()).collect();
        let grids = codes.into_iter().map(|code| Grid { code: code.to_owned(), ..Grid::default() });
        let mut directory = Self { grids: grids.collect(), ..Self::default() };
        directory.number();
        directory
    }

    /// Every grid, ordered by code.
    pub fn grids(&self) -> &[Grid] {
        &self.grids
    }

    /// The grid with that code.
    pub fn get(&self, code: &str) -> Option<&Grid> {
        self.number_of(code).map(|number| &self.grids[number as usize])
    }

    pub(super) fn number_of(&self, code: &str) -> Option<GridNo> {
        self.numbers.get(code).copied()
    }

    /// The grid that a record states, by its code or by a name that no other grid has.
    pub(super) fn number_of_stated(&self, text: &str) -> Option<GridNo> {
        self.number_of(text.trim()).or_else(|| self.names.number_of(text))
    }

    /// The grids that an estate's building may lie in: those that name the building, else those that cover the whole
    /// estate.
    pub(super) fn by_building(&self, estate: &str, building: &str) -> Vec<GridNo> {
        self.covering(self.estates.get(&coverage::place_key(estate)), building)
    }

    /// The grids that a door number may lie in.
    pub(super) fn by_number(&self, road: &str, number: &str) -> Vec<GridNo> {
        self.covering(self.roads.get(&coverage::place_key(road)), number)
    }

    /// The grids that have a part of the estate.
    pub(super) fn by_estate(&self, estate: &str) -> Vec<GridNo> {
        let entries = self.estates.get(&coverage::place_key(estate));
        distinct(entries.into_iter().flatten().map(|&(grid, _)| grid))
    }

    /// Puts the areas that an address names in the place of those of another.
    pub(super) fn areas_in(&self, address: &str, named: &mut Named) {
        self.areas.named_in(address, named);
    }

    /// The one of `candidates` whose community, street or county is named, if there is just one.
    pub(super) fn named(&self, candidates: &[GridNo], named: &Named) -> Option<GridNo> {
        if let [only] = candidates { Some(*only) } else { self.areas.one_of(candidates, named) }
    }

    /// The grids that cover `text`; those that name it go before those of the same community that cover everything.
    fn covering(&self, entries: Option<&Vec<(GridNo, Coverage)>>, text: &str) -> Vec<GridNo> {
        if text.is_empty() {
            return Vec::new();
        }
        let hits = || entries.into_iter().flatten().filter(|(_, coverage)| coverage.contains(text));
        let naming = distinct(hits().filter(|(_, coverage)| !coverage.is_all()).map(|&(grid, _)| grid));
        let near = |a: GridNo, b: GridNo| {
            let (a, b) = (&self.grids[a as usize], &self.grids[b as usize]);
            let dedicated = b.kind == "dedicated" && a.street == b.street;
            a.county_label() == b.county_label() && (dedicated || a.street == b.street && a.community == b.community)
        };
        let named_near = |grid: GridNo| naming.iter().any(|&other| other != grid && near(grid, other));
        distinct(hits().filter(|(grid, coverage)| !coverage.is_all() || !named_near(*grid)).map(|&(grid, _)| grid))
    }

    /// Whether estates of one name lie in several communities.
    pub(super) fn has_namesakes(&self) -> bool {
        !self.namesakes.is_empty()
    }

    /// Whether the estate has a namesake in another community.
    pub(super) fn is_namesake(&self, estate: &str) -> bool {
        self.namesakes.contains(&coverage::place_key(estate))
    }

    /// Whether two grids lie in one community.
    pub(super) fn same_community(&self, a: GridNo, b: GridNo) -> bool {
        self.areas.same_community(a, b)
    }

    /// Whether a grid is dedicated (a school, a hospital, a firm).
    pub(super) fn is_dedicated(&self, grid: GridNo) -> bool {
        self.grids[grid as usize].kind == "dedicated"
    }

    /// How many people work in the grids: names and phones tell them apart, and one may look after several grids.
    pub fn workers(&self) -> usize {
        let mut known: HashSet<(&str, &str)> = HashSet::new();
        for grid in &self.grids {
            let mut phones = grid.worker_phone.split(WORKERS_SEPARATOR);
            for name in grid.worker.split(WORKERS_SEPARATOR).filter(|name| !name.is_empty()) {
                // Who has no phone of their own here is known by the grid.
                known.insert((name, phones.next().filter(|phone| !phone.is_empty()).unwrap_or(&grid.code)));
            }
        }
        known.len()
    }

    /// How many helpers the people who work in the grids have; `None` where no grid tells.
    pub fn helpers(&self) -> Option<u64> {
        self.grids.iter().filter_map(|grid| grid.helpers).map(u64::from).fold(None, |sum, n| Some(sum.unwrap_or(0) + n))
    }

    /// Codes of the dedicated grids.
    pub fn dedicated_codes(&self) -> impl Iterator<Item = &str> {
        self.grids.iter().filter(|grid| grid.kind == "dedicated").map(|grid| grid.code.as_str())
    }

    /// A hash of the community of a grid, by its names.
    pub(super) fn community_key(&self, grid: GridNo) -> u64 {
        self.areas.community_key(grid)
    }

    fn find_namesakes(&mut self) {
        let far = |grids: &Vec<(GridNo, Coverage)>| grids.iter().any(|&(g, _)| !self.same_community(grids[0].0, g));
        self.namesakes = self.estates.iter().filter(|(_, grids)| far(grids)).map(|(name, _)| name.clone()).collect();
    }

    fn add(&mut self, rows: &[[String; FIELDS.len()]], faults: &mut Faults) {
        let first = &rows[0];
        let number = self.grids.len() as GridNo;
        let text = |field: usize| first[field].clone();
        let mut grid = Grid {
            code: text(0),
            name: text(1),
            kind: kind_of(&first[2]).unwrap_or_default().to_owned(),
            community: text(3),
            street: text(4),
            county_code: text(5),
            county: text(6),
            worker: text(7),
            worker_phone: text(8),
            helpers: helpers_of(rows.iter().map(|row| row[13].as_str())),
        };
        // A grid may have several chiefs, one a row.
        for (text, field) in [(&mut grid.worker, 7), (&mut grid.worker_phone, 8)] {
            let mut named: Vec<&str> = Vec::new();
            for row in rows.iter().map(|row| row[field].as_str()).filter(|text| !text.is_empty()) {
                if !named.contains(&row) {
                    named.push(row);
                }
            }
            *text = named.join(WORKERS_SEPARATOR);
        }
        from_prefix(&mut grid);
        self.grids.push(grid);
        for (i, row) in rows.iter().enumerate() {
            faults.kinds += usize::from(kind_of(&row[2]).is_none());
            faults.duplicates += usize::from(i > 0 && row[7..].iter().all(String::is_empty) || rows[..i].contains(row));
            faults.names += usize::from((1..7).any(|field| !row[field].is_empty() && row[field] != first[field]));
            // Numbers behind a name go before those in a column of their own. A cell of estates may name roads as well.
            for (names, all_numbers, are_roads) in [(&row[9], &row[10], false), (&row[11], &row[12], true)] {
                let (numbers, unread) = Coverage::parse(all_numbers);
                faults.coverage += unread;
                for place in coverage::places(names) {
                    let places = if are_roads || place.is_road { &mut self.roads } else { &mut self.estates };
                    let covered = (number, place.numbers.unwrap_or_else(|| numbers.clone()));
                    places.entry(place.key).or_default().push(covered);
                }
            }
        }
    }

    fn number(&mut self) {
        self.numbers = (0..).zip(&self.grids).map(|(number, grid)| (grid.code.clone(), number)).collect();
        self.areas = AreaNames::of(&self.grids);
        self.names = GridNames::of(&self.grids);
    }
}

/// The fields of a row, in the order in which [`Directory::add`] reads them.
const FIELDS: [GridField; 14] = [
    GridField::Code,
    GridField::Name,
    GridField::Kind,
    GridField::Community,
    GridField::Street,
    GridField::CountyCode,
    GridField::County,
    GridField::Worker,
    GridField::WorkerPhone,
    GridField::Estates,
    GridField::Buildings,
    GridField::Road,
    GridField::Numbers,
    GridField::Helpers,
];

/// How many helpers the rows of a grid tell of: as many as the largest number that one states, or as there are names. What
/// is neither (约6人) tells nothing.
fn helpers_of<'a>(cells: impl Iterator<Item = &'a str>) -> Option<u32> {
    let mut names: HashSet<&str> = HashSet::new();
    let mut most: Option<u32> = None;
    for cell in cells.map(str::trim).filter(|cell| !cell.is_empty()) {
        let number = cell.trim_end_matches(['人', '名']);
        match number.strip_suffix(".0").unwrap_or(number).parse() {
            Ok(number) => most = most.max(Some(number)),
            Err(_) if cell.contains(|c: char| c.is_numeric()) => {}
            Err(_) => names.extend(cell.split(HELPERS_SEPARATORS).map(str::trim).filter(|name| !name.is_empty())),
        }
    }
    let named = u32::try_from(names.len()).ok().filter(|&named| named > 0);
    most.max(named)
}

/// What was wrong, counted.
#[derive(Default)]
struct Faults {
    without_code: usize,
    duplicates: usize,
    names: usize,
    kinds: usize,
    coverage: usize,
}

impl Faults {
    fn messages(&self) -> Vec<Message> {
        let counts = [
            (self.without_code, "grids.without_code"),
            (self.duplicates, "grids.duplicate"),
            (self.names, "grids.names_differ"),
            (self.kinds, "grids.kind_unknown"),
            (self.coverage, "grids.coverage_unread"),
        ];
        counts.into_iter().filter(|&(n, _)| n > 0).map(|(n, key)| Message::new(key).with("count", n)).collect()
    }
}

/// The published kind; empty for none stated, `None` for a word that is not known.
fn kind_of(text: &str) -> Option<&'static str> {
    match text.trim_end_matches("网格").trim_end_matches("类").to_ascii_lowercase().as_str() {
        "" => Some(""),
        "base" | "基础" | "普通" | "一般" | "1" => Some("base"),
        "dedicated" | "专属" | "专项" | "特殊" | "2" => Some("dedicated"),
        _ => None,
    }
}

/// Levels that the directory does not name are known by the prefix of the code (GB/T 2260 and GB/T 10114: county 6
/// digits, street 9, community 12), if the code has one.
fn from_prefix(grid: &mut Grid) {
    let code = grid.code.clone();
    let prefix = |length: usize| {
        let has_one = code.len() > 12 && code.as_bytes()[..12].iter().all(u8::is_ascii_digit);
        if has_one { code[..length].to_owned() } else { String::new() }
    };
    if grid.county.is_empty() && grid.county_code.is_empty() {
        grid.county_code = prefix(6);
    }
    for (level, length) in [(&mut grid.street, 9), (&mut grid.community, 12)] {
        if level.is_empty() {
            *level = prefix(length);
        }
    }
}

/// The value of a mapping in one row, trimmed.
fn mapped(mapping: &Mapping, chunk: &RawChunk, row: usize) -> String {
    match mapping {
        Mapping::Const(text) => text.trim().to_owned(),
        Mapping::Columns { columns, join, values } => {
            let cells =
                columns.iter().filter_map(|&column| chunk.columns.get(column)).filter(|cell| cell.is_valid(row));
            let texts: Vec<&str> = cells.map(|cell| cell.value(row).trim()).filter(|text| !text.is_empty()).collect();
            let text = texts.join(join);
            values.get(&text).cloned().unwrap_or(text)
        }
    }
}

fn distinct(grids: impl Iterator<Item = GridNo>) -> Vec<GridNo> {
    let mut grids: Vec<GridNo> = grids.collect();
    grids.sort_unstable();
    grids.dedup();
    grids
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::config::ReadSettings;
    use arrow::array::StringArray;

    /// A directory whose rows are the thirteen fields in order; missing ones are empty.
    pub(in crate::followup) fn directory(rows: &[&[&str]]) -> (Directory, Vec<Message>) {
        let map = FIELDS.iter().enumerate().map(|(i, &field)| {
            (field, Mapping::Columns { columns: vec![i], join: String::new(), values: BTreeMap::new() })
        });
        let settings = Grids {
            path: "grids.csv".into(),
            read: ReadSettings::default(),
            columns: (0..13).map(|i| i.to_string()).collect(),
            map: map.collect(),
            order: crate::config::GridEvidence::ORDER.to_vec(),
            dedicated: crate::config::DedicatedGrids::Beside,
        };
        let column = |i: usize| rows.iter().map(|row| row.get(i).copied()).collect::<StringArray>();
        let chunk = RawChunk {
            source: 0,
            file: 0,
            line: vec![2; rows.len()],
            byte: vec![0; rows.len()],
            columns: (0..13).map(column).collect(),
        };
        Directory::build(&settings, &[chunk])
    }

    fn keys(messages: &[Message]) -> Vec<&str> {
        messages.iter().map(Message::key).collect()
    }

    #[test]
    fn rows_of_one_code_add_up() {
        let (directory, messages) = directory(&[
            &["G2", "二网格", "专属网格", "", "", "", "", "", "", "阳光花园", "6-9"],
            &["G1", "一网格", "base", "新村", "东街", "370502", "东营区", "王", "138", "阳光花园小区、安居", "1-5"],
            &["G1", "", "", "", "", "", "", "", "", "", "", "府前大街", "1-99单"],
        ]);
        assert_eq!(messages, []);
        assert_eq!(directory.grids().iter().map(|g| g.code.as_str()).collect::<Vec<_>>(), ["G1", "G2"]);
        assert_eq!(directory.get("G2").unwrap().kind, "dedicated");
        assert_eq!(directory.get("G1").unwrap().name, "一网格");
        assert_eq!(directory.by_building("阳光花园", "3"), [0]);
        assert_eq!(directory.by_building("阳光花园小区", "7"), [1]);
        assert!(directory.by_building("阳光花园", "10").is_empty());
        assert_eq!(directory.by_estate("阳光花园"), [0, 1]);
        assert_eq!(directory.by_estate("安居小区"), [0]);
        assert_eq!(directory.by_number("府前大街", "45-1"), [0]);
        assert!(directory.by_number("府前大街", "46").is_empty());
    }

    #[test]
    fn one_cell_may_name_estates_roads_and_their_numbers() {
        let (directory, messages) = directory(&[
            &["G1", "", "", "新村", "", "", "", "", "", "阳光花园1-3、5号楼，府前大街1-9单号"],
            &["G2", "", "", "新村", "", "", "", "", "", "阳光花园（4栋）、安居小区", "7", "府前大街2-8双号、北一路"],
        ]);
        assert_eq!(messages, []);
        let grids = |building| directory.by_building("阳光花园", building);
        assert_eq!((grids("2"), grids("5"), grids("4"), grids("7")), (vec![0], vec![0], vec![1], vec![]));
        assert_eq!(directory.by_building("安居", "7"), [1], "the column's numbers are of those that have none");
        assert_eq!((directory.by_number("府前大街", "7"), directory.by_number("府前大街", "6")), (vec![0], vec![1]));
        assert_eq!(directory.by_number("北一路", "99"), [1]);
    }

    #[test]
    fn helpers_are_counted_by_number_or_by_name() {
        let told = |cells: &[&str]| helpers_of(cells.iter().copied());
        assert_eq!(told(&["", ""]), None);
        assert_eq!(told(&["6", "", "6"]), Some(6), "several rows of one grid tell the same");
        assert_eq!((told(&["5人", "0"]), told(&["6.0"]), told(&["约6人"])), (Some(5), Some(6), None));
        assert_eq!(told(&["甲、乙，丙", "丙 丁"]), Some(4));
        let grid = |helpers| Grid { helpers, ..Grid::default() };
        let directory = |grids: Vec<Grid>| Directory { grids, ..Directory::default() };
        assert_eq!(directory(vec![grid(None), grid(Some(3)), grid(Some(4))]).helpers(), Some(7));
        assert_eq!(directory(vec![grid(None)]).helpers(), None);
    }

    #[test]
    fn a_grid_may_have_several_workers() {
        let (directory, messages) = directory(&[
            &["G1", "一网格", "base", "新村", "", "", "", "王五", "138"],
            &["G1", "", "", "", "", "", "", "李四", "139"],
            &["G1", "", "", "", "", "", "", "王五", "138", "安居"],
            &["G2", "", "", "", "", "", "", "王五", "138"],
            &["G3", "", "", "", "", "", "", "王五"],
            &["G4"],
        ]);
        // A row that adds a worker is no repetition.
        assert_eq!(messages, []);
        let grid = directory.get("G1").unwrap();
        assert_eq!((&*grid.worker, &*grid.worker_phone), ("王五、李四", "138、139"));
        assert_eq!(directory.workers(), 3, "one looks after two grids, and the one of G3 may be another");
    }

    #[test]
    fn a_named_building_goes_before_a_whole_estate() {
        let (directory, _) = directory(&[
            &["G1", "", "", "", "", "", "", "", "", "阳光花园"],
            &["G2", "", "", "", "", "", "", "", "", "阳光花园", "8"],
        ]);
        assert_eq!(
            (directory.by_building("阳光花园", "8"), directory.by_building("阳光花园", "9")),
            (vec![1], vec![0])
        );
    }

    #[test]
    fn one_name_in_two_streets_is_told_apart_by_the_address() {
        let (directory, _) = directory(&[
            &["G1", "", "", "甲社区", "东街", "", "", "", "", "幸福小区"],
            &["G2", "", "", "乙社区", "西街", "", "", "", "", "幸福小区"],
        ]);
        let both = directory.by_estate("幸福");
        let named = |address: &str, grids: &[GridNo]| {
            let mut named = Named::default();
            directory.areas_in(address, &mut named);
            directory.named(grids, &named)
        };
        assert_eq!(named("西街街道幸福小区3号楼", &both), Some(1));
        assert_eq!(named("幸福小区3号楼", &both), None);
        assert_eq!(named("幸福小区3号楼", &[0]), Some(0), "an estate in one grid");
    }

    #[test]
    fn faults_are_counted() {
        let (_, messages) = directory(&[
            &["", "无码"],
            &["G1", "一", "怪"],
            &["G1", "壹"],
            &["G2", "", "", "", "", "", "", "", "", "安居", "9-1"],
        ]);
        let all = [
            "grids.without_code",
            "grids.duplicate",
            "grids.names_differ",
            "grids.kind_unknown",
            "grids.coverage_unread",
        ];
        assert_eq!(keys(&messages), all);
    }

    #[test]
    fn levels_come_from_the_code_where_no_column_names_them() {
        let (directory, _) = directory(&[&["370502001002003", "一网格"], &["G1"]]);
        let grid = directory.get("370502001002003").unwrap();
        assert_eq!((&*grid.county_code, &*grid.street, &*grid.community), ("370502", "370502001", "370502001002"));
        assert_eq!(directory.get("G1").unwrap().street, "");
        assert_eq!(Directory::of_codes(["B", "A", "B", ""]).grids().len(), 2);
    }
}
