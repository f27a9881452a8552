//! Tables of web pages and of Excel 2003 XML, which many systems export under the name `.xls`. It reads rows and cells
//! and the text in them, and nothing else of what markup may mean.

use super::background::Outlet;
use super::decode::{Prior, decode};
use super::header::{self, HEADER_ROWS_MAX};
use super::input::Input;
use super::record::{FIELD_BYTES_MAX, ROW_BYTES_MAX};
use super::report::Log;
use super::rows::{Place, Rows};
use super::sheet::Task;
use super::table::{Cells, Gather};
use super::{Work, sniff};
use crate::tables::Reason;
use std::ops::ControlFlow;

const PIECE_BYTES: usize = 256 << 10;

/// Reads a page and returns it, for its hash.
pub(super) fn read(log: &mut Log, outlet: &Outlet, mut input: Input, task: &Task) -> Input {
    let prior = sniff::prior(&input.head, b'\n', &task.settings);
    let mut page =
        Page { outlet, task, first: Vec::new(), gather: None, broken: None, cells: Cells::default(), row: 0 };
    let mut scan = Scan::default();
    let flow = pieces(log, &mut input, prior, &mut scan, &mut page);
    let rest = if input.damage.is_some() { page.cut_row(scan.in_row) } else { page.end_row(&mut scan, log) };
    if flow.is_continue() && rest.is_continue() && page.start(log).is_continue() {
        if let Some(gather) = &mut page.gather {
            let _ = gather.flush();
        }
        if let Some(block) = page.broken.take() {
            let _ = outlet.send(Work::Ready(Box::new(block.finish())));
        }
    }
    input
}

/// Walks over the page in pieces that end with a tag.
fn pieces(log: &mut Log, input: &mut Input, prior: Prior, scan: &mut Scan, page: &mut Page<'_>) -> ControlFlow<()> {
    let mut want = PIECE_BYTES;
    loop {
        input.fill(want);
        let head = &input.head;
        let end = match memchr::memrchr(b'>', head) {
            Some(at) => at + 1,
            None if input.ended || head.len() > ROW_BYTES_MAX => head.len(),
            None => {
                want = head.len() * 2;
                continue;
            }
        };
        if end == 0 {
            return ControlFlow::Continue(());
        }
        let decoded = decode(&head[..end], prior, b'\n');
        scan.piece(&decoded.text, page, log)?;
        drop(decoded);
        input.head.drain(..end);
        want = PIECE_BYTES;
    }
}

/// Where in the page the reader is.
#[derive(Default)]
struct Scan {
    in_row: bool,
    in_cell: bool,
    column: usize,
    span: usize,
    text: String,
}

impl Scan {
    fn piece(&mut self, text: &str, page: &mut Page<'_>, log: &mut Log) -> ControlFlow<()> {
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('<') {
            self.add(before);
            let Some((tag, after)) = after.split_once('>') else { return ControlFlow::Continue(()) };
            self.tag(tag, page, log)?;
            rest = after;
        }
        self.add(rest);
        ControlFlow::Continue(())
    }

    fn add(&mut self, text: &str) {
        // One byte more than allowed is enough to be seen as too large.
        if self.in_cell && self.text.len() <= FIELD_BYTES_MAX {
            unescape(&mut self.text, text);
        }
    }

    fn tag(&mut self, tag: &str, page: &mut Page<'_>, log: &mut Log) -> ControlFlow<()> {
        let (name, attributes) = tag.split_once(|c: char| c.is_whitespace()).unwrap_or((tag, ""));
        let name = name.trim_end_matches('/');
        let is = |names: &[&str]| names.iter().any(|n| name.eq_ignore_ascii_case(n));
        if is(&["tr", "/tr", "row", "/row", "/table"]) {
            page.end_row(self, log)?;
            self.in_row = is(&["tr", "row"]);
            page.row += u64::from(self.in_row);
            self.column = 0;
        } else if is(&["td", "th", "cell"]) {
            self.end_cell(page);
            if let Some(index) = attribute(attributes, "ss:index").filter(|&index| index > self.column) {
                self.column = index - 1;
            }
            self.span = attribute(attributes, "colspan").unwrap_or(1).clamp(1, header::COLUMNS_MAX);
            self.in_cell = !tag.ends_with('/');
            self.in_row = true;
            if !self.in_cell {
                self.column += self.span;
            }
        } else if is(&["/td", "/th", "/cell"]) {
            self.end_cell(page);
        } else if is(&["br", "/p", "/div"]) && self.in_cell {
            self.text.push('\n');
        }
        ControlFlow::Continue(())
    }

    fn end_cell(&mut self, page: &mut Page<'_>) {
        if !self.in_cell {
            return;
        }
        let value = self.text.trim_matches(|c: char| c.is_whitespace());
        // Text that Excel must not take for a number is often given as a formula: ="0123".
        let value = value.strip_prefix("=\"").and_then(|v| v.strip_suffix('"')).unwrap_or(value);
        if !value.is_empty() {
            page.cells.set(self.column, value);
        }
        self.column = (self.column + self.span).min(header::COLUMNS_MAX);
        self.in_cell = false;
        self.text.clear();
    }
}

/// Rows on their way out.
struct Page<'a> {
    outlet: &'a Outlet,
    task: &'a Task,
    /// The first rows, until the header is known.
    first: Vec<(u64, Cells)>,
    gather: Option<Gather<'a>>,
    broken: Option<Rows>,
    cells: Cells,
    row: u64,
}

impl Page<'_> {
    fn end_row(&mut self, scan: &mut Scan, log: &mut Log) -> ControlFlow<()> {
        scan.end_cell(self);
        scan.in_row = false;
        if self.cells.is_empty() {
            return ControlFlow::Continue(());
        }
        if self.cells.text().contains('\u{FFFD}') {
            self.quarantine(Reason::Encoding);
        } else if let Some(gather) = &mut self.gather {
            gather.push(self.row, &self.cells)?;
        } else {
            self.first.push((self.row, std::mem::take(&mut self.cells)));
            let rows_max = self.task.settings.header_row.map_or(HEADER_ROWS_MAX, |row| row as usize) + 2;
            if self.first.len() >= rows_max {
                self.start(log)?;
            }
        }
        self.cells.clear();
        ControlFlow::Continue(())
    }

    /// The row in which a damaged page ends.
    fn cut_row(&mut self, in_row: bool) -> ControlFlow<()> {
        if in_row && !self.cells.is_empty() {
            self.quarantine(Reason::Truncated);
        }
        ControlFlow::Continue(())
    }

    fn quarantine(&mut self, reason: Reason) {
        let task = self.task;
        let rows = self.broken.get_or_insert_with(|| Rows::new(task.source, task.file, task.columns.len(), 0));
        rows.quarantine(Place { line: self.row, byte: 0 }, reason, self.cells.text());
        if rows.len_quarantined() >= 4096
            && let Some(rows) = self.broken.take()
        {
            let _ = self.outlet.send(Work::Ready(Box::new(rows.finish())));
        }
    }

    /// Finds the header among the first rows and hands the others on.
    fn start(&mut self, log: &mut Log) -> ControlFlow<()> {
        if self.gather.is_some() {
            return ControlFlow::Continue(());
        }
        let first = std::mem::take(&mut self.first);
        let rows: Vec<Vec<String>> = first.iter().map(|(_, cells)| cells.values()).collect();
        let row = self
            .task
            .settings
            .header_row
            .map(|row| first.iter().position(|&(line, _)| line >= u64::from(row)).unwrap_or(first.len()));
        let Some(plan) = header::find(&rows, &self.task.columns, row) else {
            let problem = log.message("ingest.no_header");
            log.refuse(Reason::MissingColumn, problem);
            return ControlFlow::Break(());
        };
        let (row, data) = (plan.row, plan.data);
        if !log.header(&plan, first[row].0, &self.task.columns) {
            return ControlFlow::Break(());
        }
        let mut gather = Gather::new(self.outlet, self.task.source, self.task.file, plan, None);
        for (line, cells) in &first[data..] {
            gather.push(*line, cells)?;
        }
        self.gather = Some(gather);
        ControlFlow::Continue(())
    }
}

/// The number that an attribute gives.
fn attribute(attributes: &str, name: &str) -> Option<usize> {
    let at = attributes.to_ascii_lowercase().find(name)? + name.len();
    let value = attributes[at..].trim_start().strip_prefix('=')?.trim_start().trim_start_matches(['"', '\'']);
    let len = value.bytes().take_while(u8::is_ascii_digit).count();
    value[..len].parse().ok()
}

fn unescape(out: &mut String, text: &str) {
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('&') {
        out.push_str(before);
        let entity = after.find(';').filter(|&len| len <= 8).map(|len| (&after[..len], &after[len + 1..]));
        let character = entity.and_then(|(name, _)| match name {
            "amp" => Some('&'),
            "lt" => Some('<'),
            "gt" => Some('>'),
            "quot" => Some('"'),
            "apos" => Some('\''),
            "nbsp" => Some(' '),
            _ => {
                let number = name.strip_prefix('#')?;
                let code = match number.strip_prefix(['x', 'X']) {
                    Some(hex) => u32::from_str_radix(hex, 16),
                    None => number.parse(),
                };
                code.ok().and_then(char::from_u32)
            }
        });
        match (character, entity) {
            (Some(character), Some((_, after))) => {
                out.push(character);
                rest = after;
            }
            _ => {
                out.push('&');
                rest = after;
            }
        }
    }
    out.push_str(rest);
}
