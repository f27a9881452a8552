//! Which communities, streets and counties an address names, and in which of them each grid lies. An address is looked
//! through once, however many grids may be meant: the larger a city, the more of its estates bear one name.

use super::directory::{Grid, GridNo};
use crate::kernels::finder::Finder;
use hashbrown::HashMap;

/// Number of a name of areas.
type NameNo = u32;

/// The directory names no such area.
const NAMELESS: NameNo = NameNo::MAX;

/// The areas of all grids.
#[derive(Clone, Debug, Default)]
pub(super) struct AreaNames {
    names: Finder,
    /// The area that each name means: those behind the areas' own are called after their committee or office.
    meant: Vec<NameNo>,
    /// Community, street and county of each grid, by their names.
    of_grid: Vec<[NameNo; 3]>,
    /// Number of the community of each grid: those of one name in two streets are two.
    community: Vec<u32>,
    /// A hash of the community of each grid, by its names.
    community_key: Vec<u64>,
    /// A hash of the name of the county of each grid.
    county_key: Vec<u64>,
    /// Hashes of the streets of each grid by name.
    street_key: Vec<u64>,
    /// Of each name of areas, where communities bear it and where streets do, a hash of their street, if it is one.
    street_of: Vec<[Option<Option<u64>>; 2]>,
}

/// The names of areas that stand in one address.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Named(Vec<NameNo>);

impl Named {
    /// Whether none stands in it.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl AreaNames {
    /// The areas of `grids`, which are numbered by their places.
    pub(super) fn of(grids: &[Grid]) -> Self {
        let mut areas = Self::default();
        let mut names = Vec::new();
        let mut numbers: HashMap<&str, NameNo> = HashMap::new();
        let mut communities: HashMap<(&str, &str, &str), u32> = HashMap::new();
        for grid in grids {
            let of_grid = [&*grid.community, &*grid.street, &*grid.county].map(|name| match name {
                "" => NAMELESS,
                name => *numbers.entry(name).or_insert_with(|| {
                    names.push(name.to_owned());
                    names.len() as NameNo - 1
                }),
            });
            areas.of_grid.push(of_grid);
            let next = communities.len() as u32;
            let community = (grid.county_label(), &*grid.street, &*grid.community);
            areas.community.push(*communities.entry(community).or_insert(next));
            areas.community_key.push(key(community));
            areas.county_key.push(key((grid.county_label(), "", "")));
            areas.street_key.push(key((grid.county_label(), &*grid.street, "")));
        }
        areas.street_of = vec![[None; 2]; names.len()];
        for (of_grid, &street) in areas.of_grid.iter().zip(&areas.street_key) {
            for level in [0, 1].into_iter().filter(|&level| of_grid[level] != NAMELESS) {
                let known = areas.street_of[of_grid[level] as usize][level].get_or_insert(Some(street));
                *known = known.filter(|&known| known == street);
            }
        }
        areas.meant = (0..names.len() as NameNo).collect();
        for area in 0..names.len() {
            for called in also_called(&names[area]) {
                names.push(called);
                areas.meant.push(area as NameNo);
            }
        }
        areas.names = Finder::new(names);
        areas
    }

    /// Whether two grids lie in one community.
    pub(super) fn same_community(&self, a: GridNo, b: GridNo) -> bool {
        self.community[a as usize] == self.community[b as usize]
    }

    /// A hash of the community of a grid, by its names.
    pub(super) fn community_key(&self, grid: GridNo) -> u64 {
        self.community_key[grid as usize]
    }

    /// Puts the names that stand in an address, wherever, in the place of those of another.
    pub(super) fn named_in(&self, address: &str, Named(named): &mut Named) {
        named.clear();
        self.names.find(address, |name| named.push(self.meant[name as usize]));
    }

    /// Whether an address that names those areas names the street or county of some of `others`, and not that of `grid`.
    pub(super) fn are_elsewhere(&self, grid: GridNo, others: &[GridNo], Named(named): &Named) -> bool {
        let own = self.of_grid[grid as usize];
        [2, 1].into_iter().any(|level| {
            let names = |area: NameNo| area != NAMELESS && named.contains(&area);
            let other = |&other: &GridNo| {
                let area = self.of_grid[other as usize][level];
                area != own[level] && names(area)
            };
            !names(own[level]) && others.iter().any(other)
        })
    }

    /// Whether an address that names those areas names another street, or else another community, than that of `grid`.
    pub(super) fn names_another(&self, grid: GridNo, Named(named): &Named) -> bool {
        let own = self.of_grid[grid as usize];
        let level =
            [1, 0].into_iter().find(|&level| named.iter().any(|&name| self.street_of[name as usize][level].is_some()));
        level.is_some_and(|level| !named.contains(&own[level]))
    }

    /// A hash of the one street that is named, or else in which the one community lies that is.
    pub(super) fn street_named(&self, Named(named): &Named) -> Option<u64> {
        [1, 0].into_iter().find_map(|level| {
            let mut keys = named.iter().filter_map(|&name| self.street_of[name as usize][level]);
            let first = keys.next()?;
            keys.all(|key| key == first).then_some(first).flatten()
        })
    }

    /// A hash of the street of a grid, by its name and that of its county.
    pub(super) fn street_key(&self, grid: GridNo) -> u64 {
        self.street_key[grid as usize]
    }

    /// Whether two grids lie in one street of one county.
    pub(super) fn same_street(&self, a: GridNo, b: GridNo) -> bool {
        self.of_grid[a as usize][1..] == self.of_grid[b as usize][1..]
    }

    /// Whether two grids lie in one county, as far as the directory names them.
    pub(super) fn same_county(&self, a: GridNo, b: GridNo) -> bool {
        self.of_grid[a as usize][2] == self.of_grid[b as usize][2]
    }

    /// A hash of the name of the county of a grid.
    pub(super) fn county_key(&self, grid: GridNo) -> u64 {
        self.county_key[grid as usize]
    }

    /// Any of `candidates` in the one county whose name, or else that of whose street, or else of whose community, is named.
    pub(super) fn county_named(&self, candidates: &[GridNo], Named(named): &Named) -> Option<GridNo> {
        [2, 1, 0].into_iter().find_map(|level| {
            let names = |grid: &GridNo| named.contains(&self.of_grid[*grid as usize][level]);
            let mut meant = candidates.iter().copied().filter(names);
            let first = meant.next()?;
            meant.all(|grid| self.same_county(first, grid)).then_some(first)
        })
    }

    /// The one of `candidates` of which most is named: the community before the street before the county; `None` where
    /// nothing is, or as much of two.
    pub(super) fn one_of(&self, candidates: &[GridNo], Named(named): &Named) -> Option<GridNo> {
        if named.is_empty() {
            return None;
        }
        let mut best = (0, None);
        for &grid in candidates {
            let [community, street, county] = self.of_grid[grid as usize].map(|name| u8::from(named.contains(&name)));
            let score = 4 * community + 2 * street + county;
            if score > best.0 {
                best = (score, Some(grid));
            } else if score == best.0 {
                best.1 = None;
            }
        }
        best.1
    }
}

/// The name of a community or street without the words for what it is: 福隆 of 福隆村委会, 福隆社区 and 福隆村.
pub(super) fn stem(name: &str) -> &str {
    const WORDS: [&str; 12] = [
        "社区居民委员会",
        "社区居委会",
        "居民委员会",
        "村民委员会",
        "居委会",
        "村委会",
        "街道办事处",
        "社区",
        "街道",
        "镇",
        "乡",
        "村",
    ];
    let stem = WORDS.iter().find_map(|word| name.strip_suffix(word)).unwrap_or(name);
    let stem = stem.strip_suffix('村').filter(|stem| stem.chars().count() >= 2).unwrap_or(stem);
    if stem.chars().count() >= 2 { stem } else { name }
}

/// What an area is called as well: 城南社区 after its committee, 阳三石街道 after its office.
fn also_called(name: &str) -> Vec<String> {
    const COMMITTEES: [&str; 3] = ["社区", "居委会", "居民委员会"];
    let community = COMMITTEES.iter().find_map(|end| name.strip_suffix(end));
    let street = name.strip_suffix("街道办事处").or_else(|| name.strip_suffix("街道"));
    let named = |stem: &str, ends: &[&str]| -> Vec<String> {
        let long = stem.chars().count() >= 2;
        ends.iter().filter(|_| long).map(|end| format!("{stem}{end}")).filter(|other| other != name).collect()
    };
    match (community, street) {
        (Some(stem), _) => named(stem, &COMMITTEES),
        (_, Some(stem)) => named(stem, &["街道", "办事处"]),
        _ => Vec::new(),
    }
}

/// A hash of county, street and community.
fn key((county, street, community): (&str, &str, &str)) -> u64 {
    let bytes = [county, "/", street, "/", community].into_iter().flat_map(str::bytes);
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grid(community: &str, street: &str, county: &str) -> Grid {
        Grid { community: community.into(), street: street.into(), county: county.into(), ..Grid::default() }
    }

    #[test]
    fn an_address_may_lie_in_the_street_of_another() {
        let grids = [
            grid("清水村", "板杉镇", "醴陵市"),
            grid("清水村", "白兔潭镇", "醴陵市"),
            grid("阳光社区", "阳三石街道", "攸县"),
        ];
        let areas = AreaNames::of(&grids);
        let mut named = Named::default();
        let mut elsewhere = |address: &str, grid| {
            areas.named_in(address, &mut named);
            areas.are_elsewhere(grid, &[0, 1, 2], &named)
        };
        assert!(elsewhere("板杉镇清水村2组", 1) && !elsewhere("板杉镇清水村2组", 0));
        assert!(elsewhere("攸县清水村", 0) && !elsewhere("清水村2组", 0) && !elsewhere("醴陵市板杉镇", 0));
        assert!(elsewhere("阳三石办事处清水村", 0), "the office is that of the street");
        assert!(areas.same_street(0, 0) && !areas.same_street(0, 1));
    }

    #[test]
    fn the_community_tells_more_than_the_street_and_that_more_than_the_county() {
        let grids = [
            grid("甲社区", "东街", "河口区"),
            grid("乙社区", "东街", "河口区"),
            grid("甲社区", "西街", "广饶县"),
            grid("", "", ""),
        ];
        let areas = AreaNames::of(&grids);
        let mut named = Named::default();
        let mut one = |address: &str, candidates: &[GridNo]| {
            areas.named_in(address, &mut named);
            areas.one_of(candidates, &named)
        };
        assert_eq!(one("乙社区3号楼", &[0, 1, 2, 3]), Some(1));
        assert_eq!(one("甲社区3号楼", &[0, 1, 2]), None, "there are two");
        assert_eq!(one("甲社区3号楼", &[0, 1]), Some(0));
        assert_eq!(one("广饶县西街甲社区3号楼", &[0, 1, 2]), Some(2));
        assert_eq!(one("河口区甲社区3号楼", &[0, 1, 2]), Some(0), "the county decides between communities of one name");
        assert_eq!(one("3号楼", &[0, 3]), None);
        assert!(!areas.same_community(0, 2) && areas.same_community(3, 3));
        AreaNames::of(&[]).named_in("甲社区", &mut named);
        assert_eq!(named, Named::default());
    }
}
