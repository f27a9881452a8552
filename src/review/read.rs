//! Rows of a reviewer's sheet as decisions. Sorting, filtering, deleted rows and columns do no harm: a row says itself
//! which records it is about.

use super::{Decision, Key, Verdict};
use crate::kernels::text::fold;
use crate::tables::RawChunk;
use arrow::array::Array;

/// How a sheet is filled in.
#[derive(Clone, Debug)]
pub struct Form {
    /// Headings: source and key of one record and of the other, the decision, who decided, a note.
    pub columns: Vec<String>,
    /// Words for a decision, in any language, and what each means.
    pub verdicts: Vec<(String, Verdict)>,
    /// Undoes the escape that keeps texts from becoming formulas.
    pub unescape: fn(&str) -> &str,
}

/// What a sheet holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Read {
    /// Decisions, in the order of the rows; they are numbered when the store takes them.
    pub decisions: Vec<Decision>,
    /// Rows that cannot be used: line and a word for why (`no_record_key`, `same_record`, `unknown_decision`).
    pub rejected: Vec<(u64, &'static str)>,
    /// Rows on which nobody decided.
    pub undecided: u64,
}

/// Reads the rows of a sheet called `sheet`, whose columns are those of the form.
pub fn read(form: &Form, chunks: &[RawChunk], sheet: &str) -> Read {
    let mut found = Read::default();
    for chunk in chunks {
        for row in 0..chunk.len() {
            let cell = |column: usize| {
                let array = chunk.columns.get(column).filter(|array| array.is_valid(row));
                (form.unescape)(array.map_or("", |array| array.value(row))).trim()
            };
            // Keys are compared as the dumps have them; a decision is read in any width, and "open" is one: it is no missing
            // value here.
            let key = |at: usize| Key { source: cell(at).to_owned(), record_id: cell(at + 1).to_owned() };
            let word: String = cell(4).chars().map(fold).collect();
            let (left, right, word) = (key(0), key(2), word.trim().to_lowercase());
            if word.is_empty() {
                found.undecided += 1;
                continue;
            }
            let verdict = form.verdicts.iter().find(|(text, _)| *text == word).map(|(_, verdict)| *verdict);
            let fault = if [&left, &right].iter().any(|key| key.source.is_empty() || key.record_id.is_empty()) {
                Some("no_record_key")
            } else if left == right {
                Some("same_record")
            } else {
                verdict.is_none().then_some("unknown_decision")
            };
            match (fault, verdict) {
                (None, Some(verdict)) => found.decisions.push(Decision {
                    left,
                    right,
                    verdict,
                    by: cell(5).to_owned(),
                    note: cell(6).to_owned(),
                    sheet: sheet.to_owned(),
                    number: 0,
                }),
                (fault, _) => found.rejected.push((chunk.line[row], fault.unwrap_or_default())),
            }
        }
    }
    found
}
