//! Rows of a sheet as answers. Sorting, filtering, deleted rows and columns and full-width digits do no harm; a row whose
//! hidden cells do not agree with their checksum was shifted or typed over and is rejected, never guessed at.

use super::Answer;
use super::apply::{DEAD_NUMBER, HANDED_OVER};
use super::correction::is_unreadable;
use crate::kernels::date::{civil_from_days, days_from_civil, parse_date, parse_datetime_near};
use crate::kernels::text::normalize_text;
use crate::tables::{BirthPrecision, NO_TIME, QuarantinedRow, RawChunk, Reason, sheet_and_line};
use arrow::array::{Array, StringArray};
use jiff::civil::Date;
use sha2::{Digest, Sha256};

/// How a sheet is filled in.
#[derive(Clone, Debug)]
pub struct Form {
    /// Headings: item_id, revision, checksum, result, destination, time of the visit, correction, note; and of what a sheet may
    /// lack: number, name and phone.
    pub columns: Vec<String>,
    /// Results that a sheet may carry, in any language, and the one that each means.
    pub results: Vec<(String, String)>,
    /// The time in a checksum, if it agrees with item ids, revision, number and name.
    pub checksum: fn(&str, [&str; 4]) -> Option<i64>,
    /// Undoes the escape that keeps texts from becoming formulas.
    pub unescape: fn(&str) -> &str,
}

/// What a sheet holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// Rows that were filled in, rejected ones among them.
    pub answers: Vec<Answer>,
    /// Rows that nobody filled in.
    pub unanswered: u64,
}

/// Reads the rows of a sheet called `sheet`, whose columns are those of the form. Those that had to be left out
/// (`unread`) are rejected answers.
pub fn read(form: &Form, chunks: &[RawChunk], unread: &[QuarantinedRow], sheet: &str) -> Outcome {
    let mut outcome = Outcome::default();
    outcome.answers.extend(unread.iter().map(|row| Answer {
        key: key_of([sheet, &row.line.to_string(), row.reason.as_str()]),
        sheet: sheet.to_owned(),
        line: sheet_and_line(row.line).1,
        rejected: Some(row.reason),
        ..Answer::default()
    }));
    for chunk in chunks {
        let sheet_name = chunk.sheet.as_ref().map_or_else(|| sheet.to_owned(), |name| format!("{sheet}[{name}]"));
        for row in 0..chunk.len() {
            let cell = |column: usize| -> String {
                let text = chunk.columns.get(column).map_or("", |array| value(array, row));
                let mut clean = String::new();
                normalize_text((form.unescape)(text), &mut clean);
                clean
            };
            let [items, revision, checksum, result, destination, at, correction, note] = std::array::from_fn(cell);
            let [number, name, phones] = std::array::from_fn(|column| cell(8 + column));
            if [&result, &destination, &at, &correction, &note].iter().all(|text| text.is_empty()) {
                outcome.unanswered += 1;
                continue;
            }
            let items = items.to_ascii_uppercase();
            // A spreadsheet writes dates its own way: 2022/3/27.
            let revision = match parse_date(&revision) {
                Some((days, BirthPrecision::Day)) => {
                    let (year, month, day) = civil_from_days(days);
                    format!("{year:04}-{month:02}-{day:02}")
                }
                _ => revision,
            };
            let meant = form.meant(&result);
            // A worker who writes no year writes about the list at hand.
            let day = revision.parse::<Date>().ok();
            let visited_at = day.and_then(|day| {
                let listed = days_from_civil(day.year().into(), day.month() as u32, day.day() as u32);
                parse_datetime_near(&at, listed, || None)
            });
            let number = number.trim_end_matches(".0");
            let since = (form.checksum)(&checksum.to_ascii_lowercase(), [&items, &revision, number, &name]);
            let is_early = day.is_some_and(|day| {
                let listed = days_from_civil(day.year().into(), day.month() as u32, day.day() as u32);
                let listed = i64::from(listed) * DAY_SECONDS;
                let before = |at: i64| since.is_some_and(|since| since != NO_TIME && at < since);
                visited_at.is_some_and(|at| at < listed - EARLY_DAYS * DAY_SECONDS && before(at))
            });
            let rejected = if items.is_empty() && checksum.is_empty() {
                Some(Reason::ReturnAdded)
            } else if items.is_empty() || since.is_none() {
                Some(Reason::ReturnChecksum)
            } else if meant.is_none() {
                Some(Reason::ReturnResult)
            } else if is_early || !at.is_empty() && visited_at.is_none() {
                Some(Reason::ReturnTime)
            } else if is_unreadable(&correction) {
                Some(Reason::ReturnCorrection)
            } else if destination.is_empty() && meant.as_deref() == Some(HANDED_OVER) {
                Some(Reason::ReturnUnknownGrid)
            } else {
                None
            };
            let said = [&items, &revision, &result, &destination, &at, &correction, &note].map(String::as_str);
            let line = chunk.line[row].to_string();
            // Of a row without its hidden cells nothing says which it is but where it stands.
            let unknown = [Some(Reason::ReturnChecksum), Some(Reason::ReturnAdded)].contains(&rejected);
            let place = [sheet, &line].into_iter().filter(|_| unknown);
            let key = key_of(said.into_iter().chain(place));
            let is_dead = meant.as_deref() == Some(DEAD_NUMBER);
            outcome.answers.push(Answer {
                key,
                since: since.filter(|&since| since != NO_TIME && visited_at.is_none()),
                phones: if is_dead { phones } else { String::new() },
                items: items.split_whitespace().map(str::to_owned).collect(),
                revision,
                result: meant.unwrap_or(result),
                destination,
                visited_at,
                name,
                correction,
                note,
                sheet: sheet_name.clone(),
                line: sheet_and_line(chunk.line[row]).1,
                rejected,
            });
        }
    }
    outcome
}

/// A visit so many days before its list, and before what the list asks about, has a slip in its date.
const EARLY_DAYS: i64 = 7;
const DAY_SECONDS: i64 = 86_400;

impl Form {
    /// The result that a worker means: as the list offers it, or the one result among what is written (已核实，在家; 不在家（已贴条）).
    fn meant(&self, written: &str) -> Option<String> {
        const SIGNS: [char; 10] = ['。', '.', '！', '!', '，', ',', '；', ';', '、', ' '];
        let known = |word: &str| self.results.iter().find(|(text, _)| text == word).map(|(_, meant)| meant.clone());
        let word = written.trim_end_matches(SIGNS);
        let joined: String = word.chars().filter(|c| *c != ' ').collect();
        known(word).or_else(|| known(&joined)).or_else(|| {
            let plain = word.split(['(', '（']).next().unwrap_or_default();
            let mut meant: Vec<String> = plain.split(SIGNS).filter_map(known).collect();
            meant.dedup();
            // 在家 says no more than 已核实.
            meant.pop().filter(|_| meant.is_empty())
        })
    }
}

/// Hash of what a row says.
fn key_of<'a>(parts: impl IntoIterator<Item = &'a str>) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part.as_bytes());
        hash.update([0]);
    }
    hash.finalize()[..8].iter().map(|byte| format!("{byte:02x}")).collect()
}

fn value(array: &StringArray, row: usize) -> &str {
    if array.is_null(row) { "" } else { array.value(row) }
}
