//! Rows of cells, as sheets and web pages have them, gathered into blocks.

use super::background::Outlet;
use super::header::{COLUMNS_MAX, Plan};
use super::record::{FIELD_BYTES_MAX, Fields, ROW_BYTES_MAX};
use super::rows::{Place, Rows};
use super::{Parsed, Work};
use crate::tables::in_sheet;
use std::ops::ControlFlow;
use std::sync::Arc;

/// Size at which a block is handed on.
const BLOCK_BYTES: usize = 1 << 20;

/// Cells of one row: their text joined by tabs, and where each stands.
#[derive(Debug, Default)]
pub(super) struct Cells {
    text: String,
    spans: Vec<(u32, u32)>,
    too_large: bool,
}

impl Cells {
    /// Forgets the cells.
    pub(super) fn clear(&mut self) {
        self.text.clear();
        self.spans.clear();
        self.too_large = false;
    }

    /// The text of all cells.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// Whether there is no cell.
    pub(super) fn is_empty(&self) -> bool {
        self.spans.is_empty()
    }

    /// The text of a column's cell.
    pub(super) fn get(&self, column: usize) -> &str {
        self.spans.get(column).map_or("", |&(from, to)| &self.text[from as usize..to as usize])
    }

    /// Number of columns up to the last cell.
    pub(super) fn len(&self) -> usize {
        self.spans.len()
    }

    /// Whether some cells were left out.
    pub(super) fn too_large(&self) -> bool {
        self.too_large
    }

    /// Sets the cell of a column; columns come in ascending order.
    pub(super) fn set(&mut self, column: usize, value: &str) {
        // No format has so many columns; what stands there is kept as one more.
        let column = column.min(COLUMNS_MAX);
        if self.too_large || self.text.len() + value.len() + column > ROW_BYTES_MAX || value.len() > FIELD_BYTES_MAX {
            self.too_large = true;
            return;
        }
        while self.spans.len() <= column {
            if !self.spans.is_empty() {
                self.text.push('\t');
            }
            self.spans.push((self.text.len() as u32, self.text.len() as u32));
        }
        self.text.push_str(value);
        if let Some(last) = self.spans.last_mut() {
            last.1 = self.text.len() as u32;
        }
    }

    /// The values as names of columns.
    pub(super) fn values(&self) -> Vec<String> {
        self.spans.iter().map(|&(from, to)| self.text[from as usize..to as usize].to_owned()).collect()
    }
}

/// Rows of cells that all have the same header.
#[derive(Debug)]
pub(super) struct TableBlock {
    source: u16,
    file: u32,
    plan: Arc<Plan>,
    /// Number and name of the sheet, of any but the first.
    sheet: Option<(usize, Arc<str>)>,
    text: String,
    spans: Vec<(u32, u32)>,
    rows: Vec<RowEnd>,
}

/// Where a row ends, and what it is.
#[derive(Debug)]
struct RowEnd {
    line: u64,
    text: usize,
    spans: usize,
    too_large: bool,
}

impl TableBlock {
    fn new(source: u16, file: u32, plan: Arc<Plan>, sheet: Option<(usize, Arc<str>)>) -> Self {
        Self { source, file, plan, sheet, text: String::new(), spans: Vec::new(), rows: Vec::new() }
    }

    /// Sorts the cells into columns.
    pub(super) fn parse(self) -> Parsed {
        let mut rows = Rows::new(self.source, self.file, self.plan.columns.len(), self.rows.len());
        let (mut fields, mut text, mut spans) = (Fields::default(), 0, 0);
        for row in &self.rows {
            let raw = &self.text[text..row.text];
            fields.set(raw, &self.spans[spans..row.spans], self.plan.width());
            fields.too_large |= row.too_large;
            // Cells stand in their columns: one beyond the last is a remark, which shifts nothing. A row of nothing else is told.
            fields.surplus &= fields.is_blank(raw);
            let line = in_sheet(self.sheet.as_ref().map_or(0, |(number, _)| *number), row.line);
            rows.push(&self.plan, Place { line, byte: 0 }, &fields, raw);
            (text, spans) = (row.text, row.spans);
        }
        let mut parsed = rows.finish();
        parsed.rows.sheet = self.sheet.map(|(_, name)| name);
        parsed
    }
}

/// Gathers rows into blocks and hands these on.
pub(super) struct Gather<'a> {
    outlet: &'a Outlet,
    block: TableBlock,
}

impl<'a> Gather<'a> {
    /// Rows of a dump by their header; with number and name of the `sheet` that they stand in, if it is not the first.
    pub(super) fn new(outlet: &'a Outlet, source: u16, file: u32, plan: Plan, sheet: Option<(usize, &str)>) -> Self {
        let sheet = sheet.map(|(number, name)| (number, Arc::from(name)));
        Self { outlet, block: TableBlock::new(source, file, Arc::new(plan), sheet) }
    }

    /// Takes a row; breaks if no more are wanted.
    pub(super) fn push(&mut self, line: u64, cells: &Cells) -> ControlFlow<()> {
        let block = &mut self.block;
        block.text.push_str(&cells.text);
        block.spans.extend_from_slice(&cells.spans);
        let end = RowEnd { line, text: block.text.len(), spans: block.spans.len(), too_large: cells.too_large };
        block.rows.push(end);
        if block.text.len() + 8 * block.spans.len() >= BLOCK_BYTES { self.flush() } else { ControlFlow::Continue(()) }
    }

    /// Hands on what is left.
    pub(super) fn flush(&mut self) -> ControlFlow<()> {
        if self.block.rows.is_empty() {
            return ControlFlow::Continue(());
        }
        let block = &self.block;
        let next = TableBlock::new(block.source, block.file, Arc::clone(&block.plan), block.sheet.clone());
        self.outlet.send(Work::Table(std::mem::replace(&mut self.block, next)))
    }
}
