//! One workbook per grid, and one for the unassigned. A list is drawn from what the follow-up step decided; what a
//! worker fills in comes back by the hidden columns, which nobody has to understand.

mod sheet;
mod template;
pub mod text;

pub use sheet::{HIDDEN, answer_headings};
pub(super) use sheet::{created, write_error};

use crate::config::{Mask, VISIT_RESULTS};
use crate::error::Result;
use crate::events::{Event, EventSink};
use crate::message::{Lang, Message};
use crate::store::{files, path_component};
use crate::tables::GridList;
use jiff::civil::Date;
use rayon::prelude::*;
use sha2::{Digest, Sha256};
use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

/// Rows of one workbook; a longer list goes on in a second one. Office programs become slow long before their limit.
pub const WORKBOOK_ROWS_MAX: usize = 100_000;

/// 0-based row of the headings in a list; the title stands above them and the visits below.
pub const HEADING_ROW: u32 = 1;

/// How lists are drawn.
#[derive(Clone, Debug)]
pub struct ListOptions {
    /// The run's date: the lists' date, and the revision that comes back with them.
    pub as_of: Date,
    /// Language of headings and texts.
    pub lang: Lang,
    /// How values are masked.
    pub mask: Mask,
    /// Fields of a list without rows, by canonical name.
    pub fields: Vec<String>,
    /// Results that a worker may choose; empty: the usual ones in the language.
    pub results: Vec<String>,
}

impl ListOptions {
    /// The usual options for that date.
    pub fn new(as_of: Date, lang: Lang, mask: Mask) -> Self {
        let fields = ["name", "phone", "address"].map(str::to_owned).to_vec();
        Self { as_of, lang, mask, fields, results: Vec::new() }
    }
}

/// The results that a sheet may carry, in the order of its drop-down and of [`VISIT_RESULTS`]: message keys.
pub const RESULTS: [&str; 12] = [
    "publish.result.verified",
    "publish.result.nobody_home",
    "publish.result.vacant",
    "publish.result.left",
    "publish.result.handed_over",
    "publish.result.dead_number",
    "publish.result.no_such_person",
    "publish.result.wrong_identity",
    "publish.result.refused",
    "publish.result.isolated",
    "publish.result.duplicate",
    "publish.result.cannot_tell",
];

/// The Chinese text of the result that a word of [`crate::config::VISIT_RESULTS`] means.
pub fn result_of(word: &str) -> Option<String> {
    let at = VISIT_RESULTS.iter().position(|known| *known == word)?;
    Some(Message::new(RESULTS[at]).render(Lang::Zh))
}

/// The texts of [`RESULTS`].
pub fn results(lang: Lang) -> Vec<String> {
    RESULTS.iter().map(|&key| Message::new(key).render(lang)).collect()
}

/// Checksum of the hidden cells of a visit: a row whose cells were shifted or typed over does not agree with it.
/// `item_ids` are as in the cell, separated by spaces.
pub fn checksum(item_ids: &str, revision: &str) -> String {
    let digest = Sha256::new().chain_update(item_ids).chain_update("\n").chain_update(revision).finalize();
    digest[..4].iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Writes every list below `folder` and returns the number of workbooks.
pub(super) fn write(folder: &Path, lists: &[GridList], options: &ListOptions, sink: &dyn EventSink) -> Result<u64> {
    let style = sheet::Style::new(options);
    let mut taken = HashSet::new();
    let mut jobs = Vec::new();
    for list in lists {
        let parts = list.shown().count().div_ceil(WORKBOOK_ROWS_MAX).max(1);
        for part in 0..parts {
            let rows = part * WORKBOOK_ROWS_MAX..list.shown().count().min((part + 1) * WORKBOOK_ROWS_MAX);
            let mut path = path_of(list, part);
            // The directory may name one grid twice; both lists must reach somebody.
            let mut again = 1;
            while !taken.insert(path.clone()) {
                again += 1;
                path.set_file_name(format!("{}~{again}.xlsx", stem(list, part)));
            }
            jobs.push((path, list, rows));
        }
    }
    for above in jobs.iter().filter_map(|(path, ..)| path.parent()).collect::<HashSet<_>>() {
        files::create_folder(&folder.join(above))?;
    }
    // Most lists have the columns of some other.
    let headings = |list: &GridList| style.columns(list).into_iter().map(|(text, _)| text).collect::<Vec<String>>();
    let mut templates = HashMap::new();
    let mut template_of = Vec::with_capacity(jobs.len());
    for (_, list, _) in &jobs {
        let next = templates.len();
        template_of.push(templates.entry(headings(list)).or_insert((next, *list)).0);
    }
    let mut drawn: Vec<(usize, &GridList)> = templates.into_values().collect();
    drawn.sort_by_key(|(number, _)| *number);
    let drawn = drawn.into_par_iter().map(|(_, list)| style.template(list));
    let templates = drawn.collect::<Result<Vec<_>, _>>().map_err(|error| sheet::write_error(folder, error))?;
    let done = AtomicU64::new(0);
    jobs.par_iter().zip(template_of).try_for_each(|((path, list, rows), template)| {
        let path = folder.join(path);
        let bytes =
            style.draw(&templates[template], list, rows.clone()).map_err(|error| files::write_error(&path, error))?;
        files::write(&path, &bytes)?;
        let done = done.fetch_add(1, Ordering::Relaxed) + 1;
        sink.send(Event::Progress { step: "lists", done });
        Ok(())
    })?;
    Ok(jobs.len() as u64)
}

fn path_of(list: &GridList, part: usize) -> PathBuf {
    let file = format!("{}.xlsx", stem(list, part));
    match &list.grid_code {
        None => PathBuf::from(file),
        Some(_) => {
            let folder = |name: &str| if name.is_empty() { "-".to_owned() } else { path_component(name) };
            Path::new(&folder(&list.county)).join(folder(&list.street)).join(file)
        }
    }
}

fn stem(list: &GridList, part: usize) -> String {
    let name = list.grid_code.as_deref().map_or_else(|| "unassigned".to_owned(), path_component);
    if part == 0 { name } else { format!("{name}-{}", part + 1) }
}
