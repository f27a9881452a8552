//! Cells of a sheet that are merged over several rows: the value stands in the first of them alone, and is meant for all.

use super::record::is_blank;
use super::table::Cells;

/// A longer value is no field that a household or an area shares, and is not repeated.
const VALUE_BYTES_MAX: usize = 1 << 10;

/// The first column of a merged area, 0-based, and its rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Area {
    /// First row.
    pub(super) top: u32,
    /// First column.
    pub(super) column: u32,
    /// Last row.
    pub(super) bottom: u32,
}

/// Fills the rows of a sheet as they come, one after the other. Memory is bounded by the areas and needed columns.
#[derive(Debug, Default)]
pub(super) struct Merged {
    /// Areas over several rows, by their first one.
    areas: Vec<Area>,
    next: usize,
    /// Needed columns, ascending.
    columns: Vec<usize>,
    /// For each of them the value that goes on, and the last row that it is meant for.
    values: Vec<Option<(String, u32)>>,
    filled: Cells,
}

impl Merged {
    /// Of `areas` those of needed `columns` that begin from row `data` on: what begins above is a title.
    pub(super) fn new(areas: impl Iterator<Item = Area>, data: u64, columns: &[Option<usize>]) -> Self {
        let mut columns: Vec<usize> = columns.iter().flatten().copied().collect();
        columns.sort_unstable();
        columns.dedup();
        let is_meant = |area: &Area| {
            let needed = columns.binary_search(&(area.column as usize)).is_ok();
            needed && area.bottom > area.top && u64::from(area.top) >= data
        };
        let mut areas: Vec<Area> = areas.filter(is_meant).collect();
        areas.sort_unstable();
        let values = vec![None; columns.len()];
        Self { areas, next: 0, columns, values, filled: Cells::default() }
    }

    /// Fills the blank cells of a row that lie in an area, if the row says anything itself: an area may reach below the last.
    pub(super) fn fill(&mut self, row: u32, cells: &mut Cells) {
        if self.areas.is_empty() {
            return;
        }
        let (mut open, mut own) = (false, false);
        for (value, &column) in self.values.iter_mut().zip(&self.columns) {
            value.take_if(|(_, bottom)| *bottom < row);
            let blank = is_blank(cells.get(column));
            own |= !blank;
            open |= blank && value.is_some();
        }
        if open && own {
            self.filled.clear();
            let last = self.columns.last().map_or(0, |&column| column + 1);
            let mut needed = self.columns.iter().zip(&self.values).peekable();
            for column in 0..cells.len().max(last) {
                let mut text = cells.get(column);
                if let Some((_, Some((value, _)))) = needed.next_if(|(needed, _)| **needed == column)
                    && is_blank(text)
                {
                    text = value;
                }
                if !text.is_empty() {
                    self.filled.set(column, text);
                }
            }
            if !cells.too_large() {
                std::mem::swap(cells, &mut self.filled);
            }
        }
        while let Some(area) = self.areas.get(self.next).filter(|area| area.top <= row) {
            self.next += 1;
            let text = cells.get(area.column as usize);
            if area.top == row
                && !is_blank(text)
                && text.len() <= VALUE_BYTES_MAX
                && let Ok(slot) = self.columns.binary_search(&(area.column as usize))
            {
                self.values[slot] = Some((text.to_owned(), area.bottom));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn area(top: u32, column: u32, bottom: u32) -> Area {
        Area { top, column, bottom }
    }

    /// Rows as texts joined by `|`, from row 0 on; the second value names the needed columns.
    fn filled(rows: &[&str], needed: &[usize], areas: &[Area], data: u64) -> Vec<String> {
        let columns: Vec<Option<usize>> = needed.iter().map(|&column| Some(column)).collect();
        let mut merged = Merged::new(areas.iter().copied(), data, &columns);
        let mut out = Vec::new();
        for (row, text) in (0..).zip(rows) {
            let mut cells = Cells::default();
            for (column, value) in text.split('|').enumerate().filter(|(_, value)| !value.is_empty()) {
                cells.set(column, value);
            }
            if !cells.is_empty() {
                merged.fill(row, &mut cells);
            }
            out.push(cells.text().replace('\t', "|"));
        }
        out
    }

    #[test]
    fn values_go_down_within_their_area_alone() {
        let rows = ["a|x|1", "b", "|y", "c||3", "d"];
        let areas = [area(0, 1, 1), area(2, 1, 3), area(0, 2, 2)];
        assert_eq!(filled(&rows, &[2, 0, 1], &areas, 0), ["a|x|1", "b|x|1", "|y|1", "c|y|3", "d"]);
        // Columns that nobody needs, titles, and one row alone.
        assert_eq!(filled(&rows, &[0, 1], &areas, 1), ["a|x|1", "b", "|y", "c|y|3", "d"]);
        assert_eq!(filled(&rows, &[0, 1, 2], &[area(0, 1, 0)], 0), rows);
    }

    #[test]
    fn rows_that_say_nothing_themselves_stay_as_they_are() {
        let rows = ["a|x", "", "||note", "b", "||", "c"];
        assert_eq!(filled(&rows, &[0, 1], &[area(0, 1, 1_000_000)], 0), ["a|x", "", "||note", "b|x", "", "c|x"]);
        // A blank area fills nothing; of two in one place the later goes on.
        assert_eq!(filled(&["a", "b|y"], &[0, 1], &[area(0, 1, 1)], 0), ["a", "b|y"]);
        let twice = [area(0, 1, 9), area(1, 1, 2)];
        assert_eq!(filled(&["a|x", "b|y", "c", "d"], &[0, 1], &twice, 0), ["a|x", "b|y", "c|y", "d"]);
        let long = "x".repeat(VALUE_BYTES_MAX + 1);
        assert_eq!(filled(&[&format!("a|{long}"), "b"], &[0, 1], &[area(0, 1, 1)], 0)[1], "b");
    }
}
