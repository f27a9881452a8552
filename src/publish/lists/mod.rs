//! One workbook per grid, and one for the unassigned. A list is drawn from what the follow-up step decided; what a
//! worker fills in comes back by the hidden columns, which nobody has to understand.

mod sheet;
mod template;
pub mod text;

pub use sheet::{HIDDEN, answer_headings};
pub(super) use sheet::{LINE_HEIGHT, created, lines_of, write_error};

use crate::config::{Mask, VISIT_RESULTS};
use crate::error::Result;
use crate::events::{Event, EventSink};
use crate::kernels::text::normalize_text;
use crate::message::{Lang, Message};
use crate::store::{files, path_component};
use crate::tables::{GridList, NO_TIME};
use jiff::civil::Date;
use rayon::prelude::*;
use sha2::{Digest, Sha256};
use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use template::Template;

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

/// What the checksum of a visit is of.
#[derive(Clone, Copy, Debug)]
pub struct Checked<'a> {
    /// As in the cell, separated by spaces.
    pub item_ids: &'a str,
    /// The list's date.
    pub revision: &'a str,
    /// The row's number.
    pub number: &'a str,
    /// The name as it is shown.
    pub name: &'a str,
}

/// Checksum of the hidden cells of a visit, of its number and its name, with the latest time since when one of its rules holds: a
/// row whose cells were shifted, typed over or sorted by themselves does not agree with it. In hexadecimal: 4 bytes of all hidden
/// cells, 2 of the number, 2 of the name, and the time in seconds, 8 of them, 0 where there is none.
pub fn checksum(of: Checked<'_>, since: Option<i64>) -> String {
    let since = format!("{:016x}", since.unwrap_or(0));
    let [number, name] = marks(of);
    format!("{}{number}{name}{since}", digest([of.item_ids, of.revision, &since], 4))
}

/// The time in a checksum ([`NO_TIME`] where it tells none), if it agrees with the row. The number or the name must be the row's
/// own, if the sheet still has them: lists are numbered anew, and names are corrected, but not both.
pub fn checked(checksum: &str, of: Checked<'_>) -> Option<i64> {
    if checksum.len() == OLD_CHECKSUM_CHARS {
        return (digest([of.item_ids, of.revision], 4) == checksum).then_some(NO_TIME);
    }
    let (hidden, rest) = checksum.split_at_checked(8)?;
    let (marked, since) = rest.split_at_checked(8)?;
    if digest([of.item_ids, of.revision, since], 4) != hidden {
        return None;
    }
    let [number, name] = marks(of);
    let shown = [(of.number, number, marked.get(..4)), (of.name, name, marked.get(4..))];
    let mut shown = shown.into_iter().filter(|(text, ..)| !text.is_empty()).peekable();
    if shown.peek().is_some() && !shown.any(|(_, own, told)| told == Some(&own)) {
        return None;
    }
    // Times before 1970 are negative, and stand there as the bits they are.
    u64::from_str_radix(since, 16).ok().map(|since| if since == 0 { NO_TIME } else { since.cast_signed() })
}

/// A checksum of lists that were drawn before there was more in it than the hidden cells.
const OLD_CHECKSUM_CHARS: usize = 8;

/// What tells the number and the name of a row of those items.
fn marks(of: Checked<'_>) -> [String; 2] {
    let mut name = String::new();
    normalize_text(of.name, &mut name);
    [digest([of.item_ids, "number", of.number], 2), digest([of.item_ids, "name", &name], 2)]
}

/// The first bytes of the digest of some lines.
fn digest<const N: usize>(lines: [&str; N], bytes: usize) -> String {
    let mut digest = Sha256::new();
    for (i, line) in lines.into_iter().enumerate() {
        digest.update(if i > 0 { "\n" } else { "" });
        digest.update(line);
    }
    digest.finalize()[..bytes].iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What a worker reads over the columns of a row that tell whom it is about: its number, name and phone.
pub fn shown_headings(lang: Lang) -> [String; 3] {
    ["publish.list.number", "publish.field.name", "publish.field.phone"].map(|key| Message::new(key).render(lang))
}

/// Writes lists below a folder, some at a time.
pub struct ListWriter<'a> {
    folder: PathBuf,
    style: sheet::Style<'a>,
    sink: &'a dyn EventSink,
    /// Paths that lists have already.
    taken: HashSet<PathBuf>,
    /// Most lists have the columns of some other: the number of the template by its headings.
    template_of: HashMap<Vec<String>, usize>,
    templates: Vec<Template>,
    written: u64,
}

impl<'a> ListWriter<'a> {
    /// A writer of lists below `folder`, drawn by `options`.
    pub fn new(folder: &Path, options: &'a ListOptions, sink: &'a dyn EventSink) -> Self {
        let style = sheet::Style::new(options);
        let (taken, template_of) = (HashSet::new(), HashMap::new());
        Self { folder: folder.to_owned(), style, sink, taken, template_of, templates: Vec::new(), written: 0 }
    }

    /// Number of workbooks written.
    pub fn written(&self) -> u64 {
        self.written
    }

    /// Writes some lists, on all threads.
    ///
    /// # Errors
    /// [`crate::error::Exit::Output`] if a file cannot be created, [`crate::error::Exit::Io`] if the disk is full or fails.
    pub fn write(&mut self, lists: &[GridList]) -> Result<()> {
        let mut jobs = Vec::new();
        for list in lists {
            let template = self.template(list)?;
            let shown = list.shown().count();
            for part in 0..shown.div_ceil(WORKBOOK_ROWS_MAX).max(1) {
                let rows = part * WORKBOOK_ROWS_MAX..shown.min((part + 1) * WORKBOOK_ROWS_MAX);
                jobs.push((self.path(list, part), list, template, rows));
            }
        }
        for above in jobs.iter().filter_map(|(path, ..)| path.parent()).collect::<HashSet<_>>() {
            files::create_folder(above)?;
        }
        let done = AtomicU64::new(self.written);
        jobs.par_iter().try_for_each(|(path, list, template, rows)| {
            let template = &self.templates[*template];
            let bytes = self.style.draw(template, list, rows.clone()).map_err(|e| files::write_error(path, e))?;
            files::write(path, &bytes)?;
            let done = done.fetch_add(1, Ordering::Relaxed) + 1;
            self.sink.send(Event::Progress { step: "lists", done });
            Ok(())
        })?;
        self.written += jobs.len() as u64;
        Ok(())
    }

    /// Number of the template with the columns of `list`.
    fn template(&mut self, list: &GridList) -> Result<usize> {
        let headings: Vec<String> = self.style.columns(list).into_iter().map(|(heading, _)| heading).collect();
        if let Some(&number) = self.template_of.get(&headings) {
            return Ok(number);
        }
        let template = self.style.template(list).map_err(|error| sheet::write_error(&self.folder, error))?;
        self.templates.push(template);
        self.template_of.insert(headings, self.templates.len() - 1);
        Ok(self.templates.len() - 1)
    }

    /// Where a part of a list goes. The directory may name one grid twice; both lists must reach somebody.
    fn path(&mut self, list: &GridList, part: usize) -> PathBuf {
        let (mut path, mut again) = (self.folder.join(path_of(list, part)), 1);
        while !self.taken.insert(path.clone()) {
            again += 1;
            path.set_file_name(format!("{}~{again}.xlsx", stem(list, part)));
        }
        path
    }
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
