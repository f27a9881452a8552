//! Workbooks: every sheet that has the header, cell by cell.

use super::archive::Refusal;
use super::background::Outlet;
use super::header::{self, HEADER_ROWS_MAX, Plan};
use super::merged::Merged;
use super::report::Log;
use super::table::Gather;
use super::workbook::Workbook;
use crate::config::{Format, ReadSettings};
use crate::tables::Reason;
use std::fs::File;
use std::ops::ControlFlow;

/// What a dump's reader knows.
pub(super) struct Task {
    /// Number of the source.
    pub(super) source: u16,
    /// Number of the dump.
    pub(super) file: u32,
    /// Needed columns.
    pub(super) columns: Vec<String>,
    /// How to read.
    pub(super) settings: ReadSettings,
}

/// What looks like a table and not like notes: at least so many rows that fill at least so many columns.
const TABLE_ROWS: usize = 5;
const TABLE_COLUMNS: usize = 3;

/// What the first rows of a sheet tell.
struct Head {
    /// Its header, if it has one.
    plan: Option<Plan>,
    /// Numbers of the rows looked at.
    lines: Vec<u64>,
    /// Whether it holds rows of a table.
    is_table: bool,
}

/// Reads a workbook.
pub(super) fn read(log: &mut Log, outlet: &Outlet, file: File, format: Format, task: &Task) {
    let mut workbook = match Workbook::open(file, format) {
        Ok(workbook) => workbook,
        Err(refusal) => return refuse(log, refusal),
    };
    log.report.format = Some(format);
    let names = workbook.sheet_names();
    let wanted = task.settings.sheet.as_ref().map(|name| name.trim());
    let sheets: Vec<String> = names.iter().filter(|name| wanted.is_none_or(|w| w == name.trim())).cloned().collect();
    if sheets.is_empty() {
        let problem = log.message("ingest.no_sheet").with("sheet", wanted.unwrap_or_default());
        log.refuse(Reason::MissingColumn, problem.with("found", names.join(", ")));
        return;
    }
    let heads: Vec<(String, Head)> =
        sheets.into_iter().map(|name| (name.clone(), self::head(&mut workbook, &name, task))).collect();
    // A sheet of notes may hold one of the words by chance; sheets of rows hold most of them.
    let columns = |head: &Head| head.plan.as_ref().map_or(0, Plan::found);
    let best = heads.iter().map(|(_, head)| columns(head)).max().unwrap_or(0);
    let (mut found, mut left_out) = (Vec::new(), Vec::new());
    for (name, head) in heads {
        let wanted = columns(&head) * 2 >= best;
        match head.plan.filter(|_| wanted) {
            Some(plan) => found.push((name, plan, head.lines)),
            None if head.is_table => left_out.push(name),
            None => {}
        }
    }
    if best == 0 {
        found.truncate(1);
    }
    let Some((_, plan, lines)) = found.first() else {
        let problem = log.message("ingest.empty");
        log.report.problems.push(problem);
        return;
    };
    if !log.header(plan, lines.get(plan.row).copied().unwrap_or(0), &task.columns) {
        return;
    }
    log.report.sheets = found.iter().map(|(name, ..)| name.clone()).collect();
    let lacks = plan.missing(&task.columns);
    for (name, plan, _) in &found[1..] {
        let more: Vec<String> = plan.missing(&task.columns).into_iter().filter(|name| !lacks.contains(name)).collect();
        if !more.is_empty() {
            let problem = log.message("ingest.sheet_missing_columns").with("sheet", name);
            log.report.problems.push(problem.with("columns", more.join(", ")));
        }
    }
    for name in left_out {
        let problem = log.message("ingest.sheet_left_out").with("sheet", name);
        log.refuse(Reason::MissingColumn, problem);
    }
    let mut unmerged = false;
    for (at, (name, plan, lines)) in found.into_iter().enumerate() {
        let data = lines.get(plan.data - 1).copied().unwrap_or(0);
        let areas = workbook.tall_areas(&name);
        unmerged |= areas.is_none();
        let merged = Merged::new(areas.into_iter().flatten(), data, &plan.columns);
        let mut gather = Gather::new(outlet, task.source, task.file, plan, Some((at, &*name)).filter(|_| at > 0));
        let end = workbook.rows(&name, merged, &mut |line, cells| {
            if line <= data { ControlFlow::Continue(()) } else { gather.push(line, cells) }
        });
        if gather.flush().is_break() {
            return;
        }
        if let Err(cause) = end {
            log.cut(format!("{name}: {cause}"));
        }
    }
    if unmerged {
        let problem = log.message("ingest.merged_cells");
        log.report.problems.push(problem);
    }
}

fn refuse(log: &mut Log, refusal: Refusal) {
    let (reason, key) = match refusal {
        Refusal::Broken => (Reason::Truncated, "ingest.broken_workbook"),
        Refusal::Unreadable => (Reason::Unreadable, "ingest.broken_workbook"),
        Refusal::NoWorkbook => (Reason::Unreadable, "ingest.no_workbook"),
        Refusal::Bomb => (Reason::Unreadable, "ingest.bomb"),
        Refusal::Password => (Reason::Unreadable, "ingest.password"),
    };
    let problem = log.message(key);
    log.refuse(reason, problem);
}

/// Looks at the first rows of a sheet.
fn head(workbook: &mut Workbook, name: &str, task: &Task) -> Head {
    let rows_max = task.settings.header_row.map_or(HEADER_ROWS_MAX, |row| row as usize) + 2;
    let (mut rows, mut lines) = (Vec::new(), Vec::new());
    // A sheet that ends early is reported when its rows are read.
    let _ = workbook.rows(name, Merged::default(), &mut |line, cells| {
        rows.push(cells.values());
        lines.push(line);
        if rows.len() < rows_max { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    });
    let row = task.settings.header_row.map(|row| {
        let row = u64::from(row);
        lines.iter().position(|&line| line >= row).unwrap_or(lines.len())
    });
    let is_wide = |row: &&Vec<String>| row.iter().filter(|cell| !cell.trim().is_empty()).count() >= TABLE_COLUMNS;
    let is_table = rows.iter().filter(is_wide).count() >= TABLE_ROWS;
    Head { plan: header::find(&rows, &task.columns, row), lines, is_table }
}
