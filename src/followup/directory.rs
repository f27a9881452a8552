//! The grid directory: every grid with its names and worker, and which estates, buildings, roads and door numbers it
//! covers. It answers where an address lies; which address of a person counts is not its business.

mod aliases;
mod cells;
mod faults;
mod whereabouts;

use super::area_names::AreaNames;
use super::coverage::{self, Coverage, Part};
use super::grid_names::{self, GridNames};
use crate::config::{GridField, Grids};
use crate::kernels::address;
use crate::message::Message;
use crate::tables::RawChunk;
use aliases::{DORMITORIES, as_read, firm, part_of_village, quarter};
use cells::{helpers_of, is_cut, is_total, kind_of, mapped, plain_code, village_of};
use faults::Faults;
use hashbrown::{HashMap, HashSet};
use std::borrow::Cow;
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
    /// The estate that is meant by a name without its last word: 锦绣 is 锦绣花园 where no other begins so.
    stems: HashMap<String, String>,
    /// The estate that is meant by the name of a firm alone: people of 兴业皮革 live in 兴业皮革厂区. `None` where several are.
    firms: HashMap<String, Option<String>>,
    /// Roads of one name in several counties.
    namesake_roads: HashSet<String>,
    /// Whether some grids have units of a building of their own.
    has_units: bool,
    /// Whether some grids have buildings or houses behind a road's door.
    has_courts: bool,
    areas: AreaNames,
    city: Option<u16>,
    /// Short names of the counties, the city and the province.
    shorts: Vec<String>,
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
                let mut values =
                    FIELDS.map(|field| settings.map.get(&field).map_or_else(String::new, |m| mapped(m, chunk, row)));
                values[0] = plain_code(&values[0]).to_owned();
                if is_total(&values) {
                    faults.totals += 1;
                } else if is_cut(&values[0]) {
                    faults.cut += 1;
                } else if values[0].is_empty() {
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
        directory.find_stems();
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

    /// The grid that a record states, by its code, by a name that no other grid has, or by its code and its name.
    pub(super) fn number_of_stated(&self, text: &str) -> Option<GridNo> {
        let by_name = || self.number_by_name(text).or_else(|| grid_names::by_code_and_name(text, self));
        let by_name = || by_name().or_else(|| grid_names::by_repeated_area(text, self));
        self.number_of(text.trim()).or_else(by_name)
    }

    pub(super) fn number_by_name(&self, name: &str) -> Option<GridNo> {
        self.names.number_of(name)
    }

    /// First four digits of the division code of the city, if the counties of all grids have the same.
    pub fn city(&self) -> Option<u16> {
        self.city
    }

    /// The grid that somebody of grid `from` (a code) means: by its code, by a name that no other grid has, or by one that no
    /// other grid of the same community, street or county has.
    pub fn meant(&self, text: &str, from: &str) -> Option<&Grid> {
        let near = || {
            let Grid { community, street, county, .. } = self.get(from)?;
            let areas = [format!("{county}{street}{community}"), format!("{street}{community}"), street.clone()];
            areas.iter().filter(|area| !area.is_empty()).find_map(|area| self.names.number_of(&format!("{area}{text}")))
        };
        let number = self.number_of_stated(text).or_else(near)?;
        self.grids.get(number as usize)
    }

    /// The grids that a part of an estate may lie in: those that name it, else those that cover the whole estate.
    pub(super) fn by_part(&self, estate: &str, part: Part<'_>) -> Vec<GridNo> {
        self.covering(self.estates.get(&coverage::place_key(estate)), part)
    }

    /// The grids that a door number may lie in.
    pub(super) fn by_number(&self, road: &str, number: &str) -> Vec<GridNo> {
        self.covering(self.roads.get(&coverage::place_key(road)), Part::House(number))
    }

    /// The grids that have a part of the estate.
    pub(super) fn by_estate(&self, estate: &str) -> Vec<GridNo> {
        let entries = self.estates.get(&coverage::place_key(estate));
        distinct(entries.into_iter().flatten().map(|&(grid, _)| grid))
    }

    /// Whether the estate's name may tell the grid of that part. Where a grid says which parts of the estate are its own, or
    /// says it in a way that cannot be read, a part that no grid names may be anybody's.
    pub(super) fn estate_tells(&self, estate: &str, part: Part<'_>) -> bool {
        let entries = self.estates.get(&coverage::place_key(estate));
        !entries.into_iter().flatten().any(|(_, coverage)| coverage.tells(part))
    }

    /// The estate as the directory calls it: people of 鹤岗师专 live in 鹤岗师专学生公寓, and 市人民医院 has the name of the city before
    /// it, which addresses are read without.
    pub(super) fn known_estate<'a>(&self, estate: &'a str) -> Cow<'a, str> {
        let is_known = |name: &str| self.estates.contains_key(&coverage::place_key(name));
        if estate.is_empty() || is_known(estate) {
            return Cow::Borrowed(estate);
        }
        let inhabited = DORMITORIES.iter().find_map(|end| estate.strip_suffix(end)).filter(|name| is_known(name));
        if let Some(name) = inhabited {
            return Cow::Borrowed(name);
        }
        // 回锦绣花园, 住清水村: 回龙观 and 住建局 are names.
        if let Some(name) = estate.strip_prefix(['回', '住', '在', '往']).filter(|name| is_known(name)) {
            return Cow::Borrowed(name);
        }
        // 醴陵锦绣花园, 湖南醴陵锦绣花园: the names of areas without their last word are read as a part of the estate's.
        let mut rest = estate;
        while let Some(shorter) = self.shorts.iter().find_map(|short| rest.strip_prefix(&**short)) {
            rest = shorter;
            if rest.chars().count() >= 2 && is_known(rest) {
                return Cow::Borrowed(rest);
            }
        }
        let of_city = INSTITUTIONS.iter().any(|end| estate.ends_with(end)).then(|| format!("市{estate}"));
        let meant = of_city.filter(|name| is_known(name));
        let meant = meant.or_else(|| self.stems.get(&coverage::place_key(estate)).cloned());
        let meant = meant.or_else(|| self.firms.get(firm(&coverage::place_key(estate))?).cloned().flatten());
        meant.map_or(Cow::Borrowed(estate), Cow::Owned)
    }

    /// Whether that is a county, the city or the province without its last word, or one behind the other: 重庆渝中.
    pub(super) fn is_short(&self, name: &str) -> bool {
        let mut shorter = self.shorts.iter().filter_map(|short| name.strip_prefix(&**short));
        shorter.any(|rest| rest.is_empty() || self.is_short(rest.trim_start_matches(['市', '省'])))
    }

    /// Finds the estates that are known without their last word.
    fn find_stems(&mut self) {
        let mut names: Vec<&String> = self.estates.keys().collect();
        names.sort_unstable();
        let mut stems = HashMap::new();
        for name in &names {
            let Some(stem) = LAST_WORDS.iter().find_map(|word| name.strip_suffix(word)) else { continue };
            let from = names.partition_point(|other| other.as_str() < stem);
            let alike = names[from..].iter().take_while(|other| other.starts_with(stem)).count();
            if stem.chars().count() >= 2 && alike == 1 {
                stems.insert(stem.to_owned(), (*name).clone());
            }
        }
        self.stems = stems;
        for name in self.estates.keys() {
            let firm = firm(name).unwrap_or(name);
            let known = self.firms.entry(firm.to_owned()).or_insert_with(|| Some(name.clone()));
            if known.as_ref() != Some(name) {
                *known = None;
            }
        }
    }

    /// The village and the named group of an estate such as 清水村樟树组, if the directory knows the village.
    pub(super) fn village_and_group(&self, estate: &str) -> Option<(String, String)> {
        if !coverage::is_group(estate) {
            return None;
        }
        let key = coverage::place_key(estate);
        if self.estates.contains_key(&key) {
            return None;
        }
        let mut parted = coverage::village_and_group(&key);
        parted
            .find(|(village, _)| self.estates.contains_key(*village))
            .map(|(village, group)| (village.to_owned(), group))
    }

    /// Whether the directory knows nothing of that estate, and the village of that name.
    pub(super) fn is_village_meant(&self, estate: &str, village: &str) -> bool {
        let knows = |name: &str| self.estates.contains_key(&coverage::place_key(name));
        estate.chars().count() >= 2 && !knows(estate) && knows(village)
    }

    /// Whether any grid covers a part of the estate, or of the road, with that key.
    pub(super) fn knows_estate(&self, key: &str) -> bool {
        self.estates.contains_key(key)
    }

    /// As [`Self::knows_estate`].
    pub(super) fn knows_road(&self, key: &str) -> bool {
        self.roads.contains_key(key)
    }

    /// The grids that cover `text`; those that name it go before those of the same community that cover everything.
    fn covering(&self, entries: Option<&Vec<(GridNo, Coverage)>>, part: Part<'_>) -> Vec<GridNo> {
        if part.text().is_empty() {
            return Vec::new();
        }
        let hits = || entries.into_iter().flatten().filter(|(_, coverage)| coverage.contains(part));
        let naming = distinct(hits().filter(|(_, coverage)| !coverage.is_all()).map(|&(grid, _)| grid));
        let near = |a: GridNo, b: GridNo| {
            let (a, b) = (&self.grids[a as usize], &self.grids[b as usize]);
            let dedicated = b.kind == "dedicated" && a.street == b.street;
            a.county_label() == b.county_label() && (dedicated || a.street == b.street && a.community == b.community)
        };
        let named_near = |grid: GridNo| naming.iter().any(|&other| other != grid && near(grid, other));
        // 35弄 is that grid's, whoever has 1-199号 of the road.
        let exact = distinct(hits().filter(|(_, coverage)| coverage.names(part)).map(|&(grid, _)| grid));
        let is_spanned =
            |grid: GridNo| !exact.contains(&grid) && exact.iter().any(|&other| self.same_street(grid, other));
        let hits = hits().filter(|(grid, coverage)| !coverage.is_all() || !named_near(*grid)).map(|&(grid, _)| grid);
        distinct(hits.filter(|&grid| !is_spanned(grid)))
    }

    /// Whether some grids have units of a building of their own.
    pub(super) fn has_units(&self) -> bool {
        self.has_units
    }

    /// Whether some grids have buildings or houses behind a road's door.
    pub(super) fn has_courts(&self) -> bool {
        self.has_courts
    }

    /// Whether estates of one name lie in several communities.
    pub(super) fn has_namesakes(&self) -> bool {
        !self.namesakes.is_empty()
    }

    /// Whether the estate has a namesake in another community.
    pub(super) fn is_namesake(&self, estate: &str) -> bool {
        match self.village_and_group(estate) {
            Some((village, _)) => self.namesakes.contains(&village),
            None => self.namesakes.contains(&coverage::place_key(estate)),
        }
    }

    /// Whether a road of that name lies in several counties.
    pub(super) fn is_namesake_road(&self, road: &str) -> bool {
        !self.namesake_roads.is_empty() && self.namesake_roads.contains(&coverage::place_key(road))
    }

    /// The grids that have a part of the road.
    pub(super) fn by_road(&self, road: &str) -> Vec<GridNo> {
        let entries = self.roads.get(&coverage::place_key(road));
        distinct(entries.into_iter().flatten().map(|&(grid, _)| grid))
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

    fn find_namesakes(&mut self) {
        let far = |grids: &Vec<(GridNo, Coverage)>| grids.iter().any(|&(g, _)| !self.same_community(grids[0].0, g));
        let afar = |grids: &Vec<(GridNo, Coverage)>| grids.iter().any(|&(g, _)| !self.areas.same_county(grids[0].0, g));
        let namesake_roads = self.roads.iter().filter(|(_, grids)| afar(grids)).map(|(name, _)| name.clone()).collect();
        self.namesakes = self.estates.iter().filter(|(_, grids)| far(grids)).map(|(name, _)| name.clone()).collect();
        self.namesake_roads = namesake_roads;
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
            self.cover(number, row, faults);
        }
    }

    /// Adds what a row says that a grid covers. Numbers behind a name go before those in a column of their own. A cell of
    /// estates may name roads as well.
    fn cover(&mut self, number: GridNo, row: &[String; FIELDS.len()], faults: &mut Faults) {
        let grid = &self.grids[number as usize];
        let community = if row[3].is_empty() { grid.community.clone() } else { row[3].clone() };
        let village = village_of(&community);
        let (code, nowhere) = (grid.code.clone(), row[9].is_empty() && row[11].is_empty());
        for (names, all_numbers, are_roads) in [(&row[9], &row[10], false), (&row[11], &row[12], true)] {
            let (numbers, unread) = Coverage::parse(all_numbers);
            // Groups may stand in the column of buildings, and their village in that of the community alone.
            let of_village = nowhere && (numbers.names_groups() || village.is_some() && numbers.names_parts());
            let names = if of_village { village.as_deref().unwrap_or_default() } else { names };
            let cell = coverage::places(names, village.as_deref());
            faults.coverage.add(&code, names, cell.unread);
            faults.coverage.add(&code, all_numbers, unread);
            for place in cell.places {
                let is_named = place.numbers.is_some();
                let numbers = place.numbers.unwrap_or_else(|| numbers.clone());
                self.has_units |= numbers.has_units();
                self.has_courts |= !numbers.courts().is_empty();
                // 煤建新村70号1-4栋: a building behind the door of an estate is read as its unit.
                self.has_units |= !numbers.courts().is_empty() && !place.key.ends_with(coverage::ROAD_ENDINGS);
                for (door, buildings) in numbers.courts() {
                    let key = coverage::court_key(&place.key, door);
                    self.estates.entry(key).or_default().push((number, buildings.clone()));
                }
                if numbers.is_courts_alone() {
                    continue;
                }
                // A lane that stands alone among estates is a road whose doors are all covered.
                let is_lane = !is_named && place.key.ends_with(coverage::ROAD_ENDINGS) && !numbers.names_buildings();
                let of_roads = are_roads || place.is_road;
                if of_roads || is_lane || place.is_lane {
                    self.roads.entry(place.key.clone()).or_default().push((number, numbers.clone()));
                }
                // 永丰坊 among the roads is what addresses take for an estate.
                if !of_roads || !place.key.ends_with(coverage::ROAD_ENDINGS) {
                    // 和平村老道店 may be named by its village and 老道店, or by the whole.
                    let of_village = village.as_deref().and_then(|village| match place.key.strip_prefix(village) {
                        Some(hamlet) => {
                            (hamlet.chars().count() >= 2 && hamlet.ends_with(HAMLET_ENDINGS)).then(|| hamlet.to_owned())
                        }
                        None => Some(format!("{village}{}", place.key)),
                    });
                    let part =
                        part_of_village(&place.key, village.as_deref()).or_else(|| quarter(&place.key, &community));
                    let as_read = as_read(&place.key);
                    for key in std::iter::once(place.key).chain(of_village).chain(as_read).chain(part) {
                        self.estates.entry(key).or_default().push((number, numbers.clone()));
                    }
                }
            }
        }
    }

    fn number(&mut self) {
        self.numbers = (0..).zip(&self.grids).map(|(number, grid)| (grid.code.clone(), number)).collect();
        self.areas = AreaNames::of(&self.grids);
        self.names = GridNames::of(&self.grids);
        let counties = || self.grids.iter().map(|grid| &*grid.county_code).filter(|code| !code.is_empty());
        let city = counties().next().and_then(|code| code.get(..4));
        let one = city.filter(|city| counties().all(|code| code.starts_with(city)));
        self.city = one.and_then(|city| city.parse().ok());
        let stems = self.grids.iter().map(|grid| address::county_short(&grid.county)).map(str::to_owned);
        let of_city = self.city.into_iter().flat_map(address::short_names).map(str::to_owned);
        let mut shorts: Vec<String> = stems.chain(of_city).collect();
        shorts.retain(|short| short.chars().count() >= 2);
        shorts.sort_unstable();
        shorts.dedup();
        self.shorts = shorts;
    }
}

/// Last words of estates that people leave out.
const LAST_WORDS: [&str; 14] =
    ["花园", "家园", "花苑", "新村", "公寓", "山庄", "名苑", "名城", "名都", "华府", "华庭", "雅苑", "新城", "嘉园"];

/// What the names of hamlets end with that are known without their village; every village has a 小学 and many a 新村.
const HAMLET_ENDINGS: [char; 16] =
    ['屯', '店', '沟', '庄', '营', '堡', '寨', '湾', '坪', '岭', '洼', '峪', '铺', '岗', '窝', '坝'];
/// What the names of institutions of a city end with.
const INSTITUTIONS: [&str; 9] = ["医院", "中学", "小学", "学校", "学院", "幼儿园", "福利院", "中心", "公司"];

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

fn distinct(grids: impl Iterator<Item = GridNo>) -> Vec<GridNo> {
    let mut grids: Vec<GridNo> = grids.collect();
    grids.sort_unstable();
    grids.dedup();
    grids
}

#[cfg(test)]
pub(super) mod tests;
