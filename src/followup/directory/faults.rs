//! What is wrong in the file of a directory.

use crate::message::Message;

/// What was wrong, counted.
#[derive(Default)]
pub(super) struct Faults {
    pub(super) without_code: usize,
    pub(super) totals: usize,
    pub(super) cut: usize,
    pub(super) duplicates: usize,
    pub(super) names: usize,
    pub(super) kinds: usize,
    pub(super) coverage: Unread,
}

/// Cells whose coverage cannot be read.
#[derive(Default)]
pub(super) struct Unread {
    cells: usize,
    /// The first of them, each behind the code of its grid.
    examples: Vec<String>,
}

impl Unread {
    pub(super) fn add(&mut self, code: &str, cell: &str, faults: usize) {
        if faults > 0 {
            self.cells += 1;
            if self.examples.len() < EXAMPLES_MAX {
                let (mut shown, mut chars) = (format!("{code} "), cell.chars());
                // A phone in the wrong column is somebody's.
                let is_phone = cell.split(|c: char| !c.is_ascii_digit()).any(|digits| digits.len() >= 7);
                shown.extend(chars.by_ref().take(if is_phone { 0 } else { EXAMPLE_CHARS_MAX }));
                shown.extend(chars.next().map(|_| '…'));
                self.examples.push(shown);
            }
        }
    }
}

/// Cells that are told of, and how much of each.
const EXAMPLES_MAX: usize = 5;
const EXAMPLE_CHARS_MAX: usize = 30;

impl Faults {
    pub(super) fn messages(&self) -> Vec<Message> {
        let counts = [
            (self.without_code, "grids.without_code"),
            (self.cut, "grids.code_cut"),
            (self.totals, "grids.totals"),
            (self.duplicates, "grids.duplicate"),
            (self.names, "grids.names_differ"),
            (self.kinds, "grids.kind_unknown"),
        ];
        let counted = counts.into_iter().filter(|&(n, _)| n > 0).map(|(n, key)| Message::new(key).with("count", n));
        let unread = (self.coverage.cells > 0).then(|| {
            Message::new("grids.coverage_unread")
                .with("count", self.coverage.cells)
                .with("examples", self.coverage.examples.join("; "))
        });
        counted.chain(unread).collect()
    }
}
