//! In which community, street and county the grids lie, and which of them an address names.

use super::super::area_names::{self, Named};
use super::super::coverage;
use super::{Directory, GridNo};

impl Directory {
    /// Whether a text names the community or the street of a grid, perhaps without its last word.
    pub(in super::super) fn is_named_in(&self, grid: GridNo, text: &str) -> bool {
        let grid = &self.grids[grid as usize];
        [&grid.community, &grid.street].into_iter().any(|area| {
            let key = coverage::place_key(area_names::stem(area));
            key.chars().count() >= 2 && text.contains(&key)
        })
    }

    /// Whether a text names an area of the directory.
    pub(in super::super) fn names_area(&self, text: &str) -> bool {
        let mut named = Named::default();
        self.areas_in(text, &mut named);
        !named.is_empty()
    }

    /// Puts the areas that an address names in the place of those of another.
    pub(in super::super) fn areas_in(&self, address: &str, named: &mut Named) {
        self.areas.named_in(address, named);
    }

    /// The one of `candidates` whose community, street or county is named, if there is just one.
    pub(in super::super) fn named(&self, candidates: &[GridNo], named: &Named) -> Option<GridNo> {
        if let [only] = candidates { Some(*only) } else { self.areas.one_of(candidates, named) }
    }

    /// Whether an address that names those areas lies in the street or county of some of `others`, and not of `grid`.
    pub(in super::super) fn are_elsewhere(&self, grid: GridNo, others: &[GridNo], named: &Named) -> bool {
        self.areas.are_elsewhere(grid, others, named)
    }

    /// Whether an address that names those areas names another street, or else another community, than that of `grid`.
    pub(in super::super) fn names_another(&self, grid: GridNo, named: &Named) -> bool {
        self.areas.names_another(grid, named)
    }

    /// Whether two grids lie in one street.
    pub(in super::super) fn same_street(&self, a: GridNo, b: GridNo) -> bool {
        self.areas.same_street(a, b)
    }

    /// Any of `candidates` in the one county whose name, or else that of whose street or community, an address names.
    pub(in super::super) fn county_named(&self, candidates: &[GridNo], named: &Named) -> Option<GridNo> {
        self.areas.county_named(candidates, named)
    }

    /// Any of `grids`, if all of them lie in one county.
    pub(in super::super) fn one_county(&self, grids: &[GridNo]) -> Option<GridNo> {
        let &first = grids.first()?;
        grids.iter().all(|&grid| self.areas.same_county(first, grid)).then_some(first)
    }

    /// A number of the county of a grid, the same every night.
    pub(in super::super) fn county_key(&self, grid: GridNo) -> u64 {
        self.areas.county_key(grid)
    }

    /// Whether two grids lie in one community.
    pub(in super::super) fn same_community(&self, a: GridNo, b: GridNo) -> bool {
        self.areas.same_community(a, b)
    }

    /// A hash of the community of a grid, by its names.
    pub(in super::super) fn community_key(&self, grid: GridNo) -> u64 {
        self.areas.community_key(grid)
    }

    /// A hash of the one street that an address with those areas names, or else in which the one community lies that it names.
    pub(in super::super) fn street_named(&self, named: &Named) -> Option<u64> {
        self.areas.street_named(named)
    }

    /// A hash of the street of a grid, by its name and that of its county.
    pub(in super::super) fn street_key(&self, grid: GridNo) -> u64 {
        self.areas.street_key(grid)
    }
}
