//! From persons to visits: which grid each person lives in ([`assign`]), whom the rules ask to visit ([`run_rules`]),
//! what became of yesterday's items ([`update`]), how many there are in each area ([`rollup`]), and the list of each
//! grid ([`Lists`]). Whoever has no grid stands in the unassigned part of every one of them; nobody is dropped.
//!
//! The step writes no file, masks nothing and does not know what a sheet looks like.

mod apart;
mod area_names;
mod areas;
mod batches;
mod coverage;
mod directory;
mod grid_names;
mod items;
mod lists;
mod places;
mod readings;
mod residence;
mod rollup;
mod rules;
#[cfg(test)]
mod sample;
pub mod shipped;
mod time;
mod visits;

pub use apart::tell_namesakes_apart;
pub use areas::{AreaLevel, area_levels};
pub use batches::{
    FollowupPartition, changes_batch, followup_partitions, grids_batch, items_of, rollup_batch, schedules_batch,
};
pub use directory::{Directory, Grid, UNASSIGNED, grids_columns};
pub use grid_names::read_grid_names;
pub use items::{Change, ChangedId, Item, ItemCounts, ItemId, Items, Night, State, Tonight, moved_persons, update};
pub use lists::Lists;
pub use residence::{GridRules, assign};
pub use rollup::{AreaCounts, RollupRow, rollup};
pub use rules::{Due, due_at, find_evidence, run_rules};
pub use visits::{Visits, result_of, settled_between, visited_between};

#[cfg(test)]
mod tests;
