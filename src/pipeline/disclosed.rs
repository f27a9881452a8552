//! Which figures of the night's areas are told by what leaves the centre: `rollup.xlsx` and the leader's page, which tells the
//! city as a whole, so that both must hide the same.

use super::settle::Settled;
use crate::config::Pipeline;
use crate::followup::{AreaLevel, RollupRow, area_levels};
use crate::publish::suppression::{Shown, Suppression, Total};

/// These levels tell items by rule as well, those below them of all rules together alone.
const DETAILED: [&str; 3] = ["city", "county", "street"];
/// The first of a row's figures are of items and differ by rule; the others are of persons and do not.
const OF_ITEMS: usize = 5;

/// The areas of one level, and how their figures are shown.
pub(super) struct Disclosed<'a> {
    pub(super) areas: AreaLevel,
    /// Rows of each area: one for each rule that is told, and the last for all rules.
    per_area: usize,
    /// Those of all areas, the unassigned last.
    rows: Vec<(&'a RollupRow, Vec<Shown>)>,
}

impl<'a> Disclosed<'a> {
    /// Rows of each area with the names of the area (`None`: the unassigned) and how the row's figures are shown.
    pub(super) fn rows(&self) -> impl Iterator<Item = (Option<&Vec<String>>, &'a RollupRow, &[Shown])> {
        let rows = self.rows.iter().enumerate();
        rows.map(|(at, (row, shown))| (self.areas.names.get(at / self.per_area), *row, &shown[..]))
    }

    fn of_level(areas: AreaLevel, rollup: &'a [RollupRow]) -> Self {
        let rows: Vec<&RollupRow> = rollup.iter().filter(|row| row.level == areas.name).collect();
        let detailed = DETAILED.contains(&areas.name);
        let rules = rows.len() / (areas.names.len() + 1);
        let told = rows.into_iter().filter(|row| detailed || row.rule == "*");
        let rows = told.map(|row| (row, vec![Shown::Count; row.counts.figures().len()])).collect();
        Self { per_area: if detailed { rules.max(1) } else { 1 }, rows, areas }
    }
}

/// Looks through the figures of a night; levels from the city down to the grids.
pub(super) fn disclosed<'a>(pipeline: &Pipeline, settled: &'a Settled) -> Vec<Disclosed<'a>> {
    let under = u64::from(pipeline.publish.suppress_under.unwrap_or(0));
    let areas = area_levels(&settled.directory, &pipeline.run.name).into_iter().rev();
    let mut levels: Vec<Disclosed<'a>> = areas.map(|areas| Disclosed::of_level(areas, &settled.rollup)).collect();
    if under > 0 {
        suppress(&mut levels, under);
    }
    levels
}

/// Hides what is small, and what would tell it.
fn suppress(levels: &mut [Disclosed<'_>], under: u64) {
    let mut suppression = Suppression::new(under);
    let mut cells: Vec<Vec<Vec<usize>>> = Vec::new();
    for level in &*levels {
        let assigned = level.areas.names.len() * level.per_area;
        let mut numbered = |(row, _): &(&RollupRow, _)| -> Vec<usize> {
            let told = if row.rule == "*" { usize::MAX } else { OF_ITEMS };
            row.counts.figures().iter().take(told).map(|figure| suppression.count(figure.unsigned_abs())).collect()
        };
        let mut rows: Vec<Vec<usize>> = level.rows[..assigned].iter().map(&mut numbered).collect();
        // Who has no grid is the same on every level.
        match cells.first().zip(levels.first()) {
            Some((city, of_city)) => {
                let unassigned = &city[of_city.areas.names.len() * of_city.per_area..];
                rows.extend_from_slice(&unassigned[unassigned.len() - level.per_area..]);
            }
            None => rows.extend(level.rows[assigned..].iter().map(&mut numbered)),
        }
        cells.push(rows);
    }
    for (depth, level) in levels.iter().enumerate() {
        let rows = &cells[depth];
        // Rules add up to all of them; the unassigned ones do so once.
        let own = if depth == 0 { rows.len() } else { level.areas.names.len() * level.per_area };
        for area in rows[..own].chunks(level.per_area) {
            if let Some((all, rules)) = area.split_last().filter(|(_, rules)| !rules.is_empty()) {
                for (figure, &total) in all.iter().take(OF_ITEMS).enumerate() {
                    suppression.sum(Total::Cell(total), rules.iter().map(|rule| rule[figure]).collect());
                }
            }
        }
        // Areas add up to the one above, and the city and the unassigned to what the leader's page tells.
        let below: Vec<Vec<usize>> = match depth.checked_sub(1) {
            None => vec![(0..rows.len() / level.per_area).collect()],
            Some(above) => {
                let mut below = vec![Vec::new(); levels[above].areas.names.len()];
                level.areas.above.iter().enumerate().for_each(|(area, &above)| below[above].push(area));
                below
            }
        };
        for (parent, areas) in below.iter().enumerate() {
            for from_last in 1..=level.per_area {
                let rows_of = |area: usize| &rows[(area + 1) * level.per_area - from_last];
                let Some(&first) = areas.first() else { continue };
                for figure in 0..rows_of(first).len() {
                    let total = depth.checked_sub(1).map_or(Total::Told, |above| {
                        let per_area = levels[above].per_area;
                        Total::Cell(cells[above][(parent + 1) * per_area - from_last][figure])
                    });
                    suppression.sum(total, areas.iter().map(|&area| rows_of(area)[figure]).collect());
                }
            }
        }
    }
    let shown = suppression.shown();
    for (level, cells) in levels.iter_mut().zip(&cells) {
        for ((_, figures), cells) in level.rows.iter_mut().zip(cells) {
            figures.iter_mut().zip(cells).for_each(|(figure, &cell)| *figure = shown[cell]);
        }
    }
}
