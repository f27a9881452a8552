//! The grid directory of an invented city: codes, levels, workers, and which estates, buildings, roads and numbers each
//! grid covers.

use super::SurnameMix;
use super::days;
use super::files::{cannot_write, create};
use super::names::{Namer, Style};
use super::places::{COUNTIES, Plan, mobile};
use super::rng::Rng;
use crate::error::Result;
use std::io::Write;
use std::path::Path;

/// Writes the directory as UTF-8 text.
pub(crate) fn write(plan: &Plan, path: &Path, rng: &mut Rng) -> Result<()> {
    let failed = |e| cannot_write(path, e);
    let mut file = create(path)?;
    let header = "网格编码,网格名称,网格类型,所属社区,所属街道,区县代码,所属区县,网格员,网格员电话,协助人员数,覆盖小区,覆盖楼栋,覆盖道路,门牌号\r\n";
    file.write_all(header.as_bytes()).map_err(failed)?;
    let namer = Namer::new(SurnameMix::Usual);
    for (number, grid) in plan.grids.iter().enumerate() {
        let community = &plan.communities[grid.community];
        let street = &plan.streets[community.street];
        let (code, county, _) = COUNTIES[street.county];
        let worker = namer.name(Style::Han, rng.chance(0.4), days::day(1985, 6, 1), None, rng).full();
        let kind = if grid.dedicated { "专属网格" } else { "基础网格" };
        let line = format!(
            "{},{},{kind},{},{},{code},{county},{worker},{},{},{},{},{},{}\r\n",
            grid.code,
            grid.name,
            community.name,
            street.name,
            mobile(rng),
            helpers(number),
            grid.estates,
            grid.buildings,
            grid.road,
            grid.numbers,
        );
        file.write_all(line.as_bytes()).map_err(failed)?;
    }
    file.flush().map_err(failed)
}

/// How many help the worker of a grid: 3 to 10, some 40 for every 6 workers, as cities tell of themselves.
fn helpers(grid: usize) -> usize {
    3 + grid * 5 % 8
}
