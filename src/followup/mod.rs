//! From persons to visits: which grid each person lives in ([`assign`]), whom the rules ask to visit ([`run_rules`]),
//! what became of yesterday's items ([`update`]), how many there are in each area ([`rollup`]), and the list of each
//! grid ([`lists`]). Whoever has no grid stands in the unassigned part of every one of them; nobody is dropped.
//!
//! The step writes no file, masks nothing and does not know what a sheet looks like.

mod coverage;
mod directory;
mod items;
mod residence;
mod rules;
#[cfg(test)]
mod sample;
mod time;
mod visits;

pub use directory::{Directory, Grid, grids_columns};
pub use items::{Change, Item, ItemCounts, ItemId, Items, Night, State, Tonight, moved_persons, update};
pub use residence::assign;
pub use rules::{Due, find_evidence, run_rules};
pub use visits::Visits;
