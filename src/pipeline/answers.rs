//! The answers to lists from above: `answers/SOURCE.csv` and `.xlsx`, one row for each row of the list and in its order, so
//! that whoever sent it can lay the two side by side. Rows that could not be read are answered too. Beside them stand the
//! returned rows that could not be applied, with their reasons.

use super::figures::midnight;
use super::read::ListedRecord;
use super::summary::NightTables;
use crate::config::{Mask, RETURNS_SOURCE};
use crate::error::Result;
use crate::followup::{self, Item, State};
use crate::message::{Lang, Message};
use crate::publish::tabular::{Cell, Table, delimited, write_workbook};
use crate::publish::{lists, mask};
use crate::store::files;
use crate::tables::{NO_ROW, NO_TIME, PersonId, Reason};
use hashbrown::HashMap;
use jiff::civil::{DateTime, date};
use std::path::Path;

const HEADS: [(&str, u8); 8] = [
    ("publish.answer.record_id", 18),
    ("publish.answer.line", 8),
    ("publish.answer.state", 18),
    ("publish.answer.grid", 34),
    ("publish.answer.worker", 12),
    ("publish.answer.at", 18),
    ("publish.answer.by", 20),
    ("publish.answer.due_at", 18),
];

/// Name of the files that hold returned rows which could not be applied.
const REJECTED: &str = "returns_rejected";
const REJECTED_HEADS: [(&str, u8); 4] = [
    ("publish.answer.returned_sheet", 30),
    ("publish.answer.line", 8),
    ("publish.answer.items", 34),
    ("publish.answer.why", 60),
];

/// Writes the answers below the folder of a set; nothing where no source is a list from above and no returned row had to
/// be left out.
pub(super) fn write(folder: &Path, night: &NightTables<'_>) -> Result<()> {
    let mut tables: Vec<(String, Table)> = (0_u16..)
        .zip(&night.pipeline.sources)
        .filter(|(_, source)| source.directive)
        .map(|(number, source)| (source.name.clone(), answers(night, number, &source.name)))
        .collect();
    tables.extend(rejected(night).map(|table| (REJECTED.to_owned(), table)));
    if tables.is_empty() {
        return Ok(());
    }
    let folder = folder.join("answers");
    files::create_folder(&folder)?;
    for (name, table) in tables {
        files::write(&folder.join(format!("{name}.csv")), delimited(&table).as_bytes())?;
        let book = folder.join(format!("{name}.xlsx"));
        write_workbook(&book, std::slice::from_ref(&table), night.pipeline.run.as_of)?;
    }
    Ok(())
}

fn answers(night: &NightTables<'_>, number: u16, name: &str) -> Table {
    let (records, lang) = (&night.read.records, night.pipeline.run.locale);
    let say = |key: &'static str| Message::new(key).render(lang);
    let items: HashMap<PersonId, &Item> = night
        .settled
        .items
        .items
        .iter()
        .filter(|item| *item.rule == *name)
        .map(|item| (item.person_id, item))
        .collect();
    let mut rows: Vec<((u32, u64), Vec<String>)> = Vec::new();
    let listed = || night.read.from_above.iter().filter(|of| records.source[of.row] == number);
    let person_of = |row: usize| night.members.person[row] as usize;
    let mut listed_at: HashMap<usize, Vec<i64>> = HashMap::new();
    listed().for_each(|of| listed_at.entry(person_of(of.row)).or_default().push(of.at));
    for &ListedRecord { row, file, line, at } in listed() {
        let person = person_of(row);
        let item = items.get(&night.built.persons.id[person]).copied();
        let grid = item.and_then(|item| night.settled.directory.get(item.grid_code.as_deref()?));
        let answer = answer(night, item, person, (at, &listed_at[&person]));
        let state = match (answer.visit, answer.state) {
            (Some((row, at)), _) => settled_as(&followup::result_of(records, row, at), lang),
            (None, State::Done) => say("publish.answer.done"),
            (None, State::HandedOver) => say("publish.answer.handed_over"),
            (None, State::Open) => say("publish.answer.open"),
            (None, State::Overdue) => say("publish.answer.overdue"),
            (None, State::Withdrawn) => say("publish.answer.withdrawn"),
        };
        let state = match answer.tried {
            Some((row, at)) => tried_in_vain(state, &followup::result_of(records, row, at), lang),
            None => state,
        };
        let visit = answer.visit.or(answer.tried);
        let told_by = |row: u32| night.pipeline.sources[records.source[row as usize] as usize].name.clone();
        let cells = vec![
            // A list may have no other key than the ID number.
            match night.pipeline.publish.mask {
                Mask::Standard => mask::within(records.key(row)).into_owned(),
                Mask::None => records.key(row).to_owned(),
            },
            night.read.line(file, line),
            state,
            grid.map_or_else(String::new, |grid| format!("{} {}", grid.code, grid.name)),
            grid.map_or_else(String::new, |grid| grid.worker.clone()),
            visited(visit.map(|(_, at)| at)),
            visit.map_or_else(String::new, |(row, _)| told_by(row)),
            shown(answer.due_at),
        ];
        rows.push(((file, line), cells));
    }
    for row in night.read.quarantined.iter().filter(|row| row.source == number && row.line > 0) {
        let state = Message::new("publish.answer.unreadable").with("reason", say(reason_text(row.reason)));
        let mut cells = vec![String::new(); HEADS.len()];
        (cells[1], cells[2]) = (night.read.line(row.file, row.line), state.render(lang));
        rows.push(((row.file, row.line), cells));
    }
    rows.sort();
    let title = night.pipeline.followups.iter().find(|rule| rule.name == name).map_or(name, |rule| &rule.title);
    Table {
        name: say("publish.answer.sheet"),
        title: format!("{title} {}", night.pipeline.run.as_of),
        headings: HEADS.iter().map(|&(key, width)| (say(key), width)).collect(),
        rows: rows.into_iter().map(|(_, cells)| cells.into_iter().map(Cell::Text).collect()).collect(),
        ..Table::default()
    }
}

/// What became of one row of a list from above.
struct RowAnswer {
    state: State,
    /// Record and time of the visit that answers it.
    visit: Option<(u32, i64)>,
    /// Of the last one that answers nothing (拒不配合, 不在家), where none does.
    tried: Option<(u32, i64)>,
    due_at: Option<i64>,
}

/// The answer to a row about `person`, whose `item` stands for all rows about them: `at` is the row's own date and
/// `all` are those of all, [`NO_TIME`] where a row states none. What was answered before the person was listed again stays
/// answered, and a row is not late before its own deadline.
fn answer(night: &NightTables<'_>, item: Option<&Item>, person: usize, (at, all): (i64, &[i64])) -> RowAnswer {
    let (visits, pipeline) = (&night.settled.visits, night.pipeline);
    let words = pipeline.returns.as_ref().map_or(&[][..], |returns| &returns.results);
    let mut again: Vec<i64> = all.iter().copied().filter(|&later| at != NO_TIME && later > at).collect();
    again.sort_unstable();
    let rows = night.built.persons.rows(person);
    let before = |again| followup::settled_between(&night.read.records, rows, (at, again), words);
    // Whoever was visited after this list named them is answered, though another asks once more. A visit of tomorrow is a slip.
    let until_now = Some(midnight(pipeline.run.as_of) + 86_400).filter(|_| at != NO_TIME);
    let between = again.into_iter().chain(until_now).find_map(before);
    let rule = || item.and_then(|item| pipeline.followups.iter().find(|rule| *rule.name == *item.rule));
    let newer = at != NO_TIME && item.is_some_and(|item| item.since.is_some_and(|since| since < at));
    let due_at = match between.is_some() || newer {
        true => rule().and_then(|rule| followup::due_at(rule, at)),
        false => item.and_then(|item| item.due_at),
    };
    let state = match item.map_or(State::Withdrawn, |item| item.state) {
        State::Overdue if due_at.is_some_and(|due_at| due_at >= midnight(pipeline.run.as_of)) => State::Open,
        state => state,
    };
    let last = (visits.settled_row[person], visits.settled_at[person]);
    let last = Some(last).filter(|(row, _)| state == State::Done && *row != NO_ROW);
    let visit = between.or(last);
    let since = Some(at).filter(|&at| at != NO_TIME).or_else(|| item?.since);
    let tonight = midnight(pipeline.run.as_of) + 86_400;
    let tried = since.filter(|_| visit.is_none() && state.is_open());
    let tried = tried.and_then(|since| followup::visited_between(&night.read.records, rows, (since, tonight)));
    RowAnswer { state, visit, tried, due_at }
}

/// The state of what nobody answered, with the result of a visit in vain behind it.
fn tried_in_vain(state: String, result: &str, lang: Lang) -> String {
    match lists::results(Lang::Zh).iter().position(|known| known == result) {
        Some(number) => {
            let tried = Message::new("publish.answer.tried").with("state", state);
            tried.with("result", lists::results(lang).swap_remove(number)).render(lang)
        }
        None => state,
    }
}

/// What the visit that settled an item says of it: its result, where it is another than that somebody was met as listed.
fn settled_as(result: &str, lang: Lang) -> String {
    let known = lists::results(Lang::Zh).iter().position(|known| known == result);
    match known {
        Some(number) => lists::results(lang).swap_remove(number),
        None => Message::new("publish.answer.done").render(lang),
    }
}

/// Returned rows that could not be applied, for whoever has to correct them: sheet, row, items and why.
fn rejected(night: &NightTables<'_>) -> Option<Table> {
    let source = night.pipeline.sources.iter().position(|source| source.name == RETURNS_SOURCE)? as u16;
    let say = |key: &'static str| Message::new(key).render(night.pipeline.run.locale);
    let mut rows: Vec<(&str, u64, &str, Reason)> = night
        .read
        .quarantined
        .iter()
        .filter(|row| row.source == source)
        .map(|row| {
            // The text of such a row names its sheet and items, nothing of what the worker wrote.
            let (sheet, items) = row.raw.split_once(&format!(":{} ", row.line)).unwrap_or((&row.raw, ""));
            (sheet, row.line, items, row.reason)
        })
        .collect();
    rows.sort();
    let cells = |(sheet, line, items, reason): (&str, u64, &str, Reason)| {
        let line = if line == 0 { String::new() } else { line.to_string() };
        let texts = [sheet.to_owned(), line, items.to_owned(), say(reason_text(reason))];
        texts.into_iter().map(Cell::Text).collect()
    };
    (!rows.is_empty()).then(|| Table {
        name: say("publish.answer.rejected"),
        title: format!("{} {}", say("publish.answer.rejected"), night.pipeline.run.as_of),
        headings: REJECTED_HEADS.iter().map(|&(key, width)| (say(key), width)).collect(),
        rows: rows.into_iter().map(cells).collect(),
        ..Table::default()
    })
}

/// The key of the words for a reason.
pub fn reason_text(reason: Reason) -> &'static str {
    match reason {
        Reason::FieldCount => "publish.reason.field_count",
        Reason::Encoding => "publish.reason.encoding",
        Reason::Malformed => "publish.reason.malformed",
        Reason::TooLarge => "publish.reason.too_large",
        Reason::Truncated => "publish.reason.truncated",
        Reason::Unreadable => "publish.reason.unreadable",
        Reason::MissingColumn => "publish.reason.missing_column",
        Reason::NoPerson => "publish.reason.no_person",
        Reason::NotAPerson => "publish.reason.not_a_person",
        Reason::DuplicateRow => "publish.reason.duplicate_row",
        Reason::NotAnObject => "publish.reason.not_an_object",
        Reason::ReturnChecksum => "publish.reason.return_checksum",
        Reason::ReturnResult => "publish.reason.return_result",
        Reason::ReturnTime => "publish.reason.return_time",
        Reason::ReturnUnknownItem => "publish.reason.return_unknown_item",
        Reason::ReturnPersonGone => "publish.reason.return_person_gone",
        Reason::ReturnContradicts => "publish.reason.return_contradicts",
        Reason::ReturnUnknownGrid => "publish.reason.return_unknown_grid",
        Reason::ReturnAnsweredTwice => "publish.reason.return_answered_twice",
        Reason::ReturnCorrection => "publish.reason.return_correction",
        Reason::ReturnAdded => "publish.reason.return_added",
        Reason::ReturnOtherPerson => "publish.reason.return_other_person",
    }
}

fn shown(seconds: Option<i64>) -> String {
    let epoch: DateTime = date(1970, 1, 1).at(0, 0, 0, 0);
    let at = seconds.and_then(|seconds| epoch.checked_add(jiff::SignedDuration::from_secs(seconds)).ok());
    at.map_or_else(String::new, |at| at.strftime("%Y-%m-%d %H:%M").to_string())
}

/// When a visit was; up to a minute past midnight nobody stated the time of day.
fn visited(seconds: Option<i64>) -> String {
    let text = shown(seconds);
    text.strip_suffix(" 00:00").map_or(text.clone(), str::to_owned)
}
