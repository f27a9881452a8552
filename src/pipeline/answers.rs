//! The answers to lists from above: `answers/SOURCE.csv`, one row for each row of the list and in its order, so that whoever
//! sent it can lay the two side by side. Rows that could not be read are answered too.

use super::summary::NightTables;
use crate::error::Result;
use crate::followup::{Item, State};
use crate::message::Message;
use crate::publish::lists::text::escape;
use crate::store::files;
use crate::tables::{NO_ROW, PersonId};
use hashbrown::HashMap;
use jiff::civil::{DateTime, date};
use std::path::Path;

const HEADS: [&str; 8] = [
    "publish.answer.record_id",
    "publish.answer.line",
    "publish.answer.state",
    "publish.answer.grid",
    "publish.answer.worker",
    "publish.answer.at",
    "publish.answer.by",
    "publish.answer.due_at",
];

/// Writes the answers below the folder of a set; nothing where no source is a list from above.
pub(super) fn write(folder: &Path, night: &NightTables<'_>) -> Result<()> {
    for (number, source) in (0_u16..).zip(&night.pipeline.sources).filter(|(_, source)| source.directive) {
        files::create_folder(&folder.join("answers"))?;
        let text = answers(night, number, &source.name);
        files::write(&folder.join("answers").join(format!("{}.csv", source.name)), text.as_bytes())?;
    }
    Ok(())
}

fn answers(night: &NightTables<'_>, number: u16, name: &str) -> String {
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
    for row in (0..records.len()).filter(|&row| records.source[row] == number) {
        let person = night.members.person[row] as usize;
        let item = items.get(&night.built.persons.id[person]).copied();
        let grid = item.and_then(|item| night.settled.directory.get(item.grid_code.as_deref()?));
        let visits = &night.settled.visits;
        let done = item.is_some_and(|item| item.state == State::Done) && visits.settled_row[person] != NO_ROW;
        let state = match item.map_or(State::Withdrawn, |item| item.state) {
            State::Done => say("publish.answer.done"),
            State::Open => say("publish.answer.open"),
            State::Overdue => say("publish.answer.overdue"),
            State::Withdrawn => say("publish.answer.withdrawn"),
        };
        let told_by = || {
            let source = records.source[visits.settled_row[person] as usize];
            night.pipeline.sources[source as usize].name.clone()
        };
        let cells = vec![
            records.pool.get(records.record_id[row]).to_owned(),
            records.line[row].to_string(),
            state,
            grid.map_or_else(String::new, |grid| format!("{} {}", grid.code, grid.name)),
            grid.map_or_else(String::new, |grid| grid.worker.clone()),
            if done { shown(Some(visits.settled_at[person])) } else { String::new() },
            if done { told_by() } else { String::new() },
            shown(item.and_then(|item| item.due_at)),
        ];
        rows.push(((records.file[row], records.line[row]), cells));
    }
    for row in night.read.quarantined.iter().filter(|row| row.source == number && row.line > 0) {
        let state = Message::new("publish.answer.unreadable").with("reason", row.reason.as_str()).render(lang);
        let mut cells = vec![String::new(); HEADS.len()];
        (cells[1], cells[2]) = (row.line.to_string(), state);
        rows.push(((row.file, row.line), cells));
    }
    rows.sort();
    // Office programs know UTF-8 by its mark.
    let mut text = String::from("\u{feff}");
    line(&mut text, &HEADS.map(say));
    rows.iter().for_each(|(_, cells)| line(&mut text, cells));
    text
}

fn line(text: &mut String, cells: &[String]) {
    for (i, cell) in cells.iter().enumerate() {
        if i > 0 {
            text.push(',');
        }
        let cell = escape(cell);
        if cell.contains(['"', ',', '\n', '\r']) {
            text.push('"');
            text.push_str(&cell.replace('"', "\"\""));
            text.push('"');
        } else {
            text.push_str(&cell);
        }
    }
    text.push_str("\r\n");
}

fn shown(seconds: Option<i64>) -> String {
    let epoch: DateTime = date(1970, 1, 1).at(0, 0, 0, 0);
    let at = seconds.and_then(|seconds| epoch.checked_add(jiff::SignedDuration::from_secs(seconds)).ok());
    at.map_or_else(String::new, |at| at.strftime("%Y-%m-%d %H:%M").to_string())
}
