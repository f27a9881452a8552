//! Sheets that come back, in the order of the night: read before it ([`import`], or the globs of `[returns]`), applied to
//! its records, and put with their persons after matching.

use super::before;
use super::carried::Carried;
use super::read::Read;
use super::resolve::Resolved;
use super::watch::Watch;
use crate::config::{Pipeline, RETURNS_SOURCE, ReadSettings, Returns};
use crate::error::{Error, Exit, Result};
use crate::followup::{self, Directory};
use crate::ingest::{self, Dump, DumpReport};
use crate::message::{Lang, Message};
use crate::publish::lists::{self, Checked};
use crate::returns::{self, Answer, Form, Person, ReturnsNight, journal};
use crate::store::{State, Store, files};
use crate::tables::{JoinedBy, Links, PersonId, QuarantinedRow, Reason, Records};
use hashbrown::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// What came of importing one sheet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Import {
    /// The sheet's file name.
    pub sheet: String,
    /// Rows that were filled in.
    pub returned: u64,
    /// Rows of them that cannot be applied, with their reason: line and reason.
    pub rejected: Vec<(u64, Reason)>,
    /// Rows that nobody filled in.
    pub unanswered: u64,
    /// Whether the sheet was imported before, so that nothing changed.
    pub known: bool,
}

/// Reads a filled-in sheet into the store, where the next run finds it. `results` are those of the pipeline
/// ([`crate::config::Returns`]); the usual ones are always understood.
///
/// # Errors
/// [`Exit::Data`] if the file is no such sheet.
pub fn import(store: &Path, results: &[(String, String)], sheet: &Path) -> Result<Import> {
    take(store, results, sheet, false).map(|(import, _)| import)
}

/// Reads one sheet and keeps it, unless `dry`.
fn take(store: &Path, results: &[(String, String)], path: &Path, dry: bool) -> Result<(Import, Vec<Answer>)> {
    std::fs::metadata(path).map_err(|error| files::read_error(path, error))?;
    let (outcome, report) = sheet(path, results)?;
    let known = if dry { false } else { !journal::add(store, &report.sha256, &outcome.answers)? };
    let rejected = outcome.answers.iter().filter_map(|answer| Some((answer.line, answer.rejected?)));
    let import = Import {
        sheet: report.label,
        returned: outcome.answers.len() as u64,
        rejected: rejected.collect(),
        unanswered: outcome.unanswered,
        known,
    };
    Ok((import, outcome.answers))
}

/// The rows of a sheet, whose headings are those of one language.
fn sheet(path: &Path, results: &[(String, String)]) -> Result<(returns::Outcome, DumpReport)> {
    let mut refused = None;
    for lang in [Lang::Zh, Lang::En] {
        let form = form(lang, results);
        // A list holds more than a worker fills in; the answers stand in columns that are found by their headings.
        let (chunks, unread, report) = ingest::read_sheet(path, &form.columns, &ReadSettings::default())?;
        let lacks = |name: &String| report.header.is_empty() || report.missing_columns.contains(name);
        let missing: Vec<&str> = form.columns[..4].iter().filter(|name| lacks(name)).map(String::as_str).collect();
        if missing.is_empty() {
            return Ok((returns::read(&form, &chunks, &unread, &report.label), report));
        }
        let what = Message::new("returns.no_sheet").with("file", &report.label).with("columns", missing.join(", "));
        refused.get_or_insert(Error::new(Exit::Data, what).help(Message::new("returns.no_sheet_help")));
    }
    Err(refused.unwrap_or_else(|| Error::new(Exit::Bug, Message::new("store.journal_unwritable"))))
}

/// What workers write instead of choosing from the list, and the result that it means.
const SAID: [(&str, &str); 24] = [
    ("核实", "verified"),
    ("已核实在住", "verified"),
    ("属实", "verified"),
    ("已见面", "verified"),
    ("没人", "nobody_home"),
    ("家里没人", "nobody_home"),
    ("家中无人", "nobody_home"),
    ("无人在家", "nobody_home"),
    ("无人应答", "nobody_home"),
    ("空房", "vacant"),
    ("无人居住", "vacant"),
    ("已搬走", "left"),
    ("搬走", "left"),
    ("搬走了", "left"),
    ("已搬离", "left"),
    ("离开", "left"),
    ("已移交", "handed_over"),
    ("号码是空号", "dead_number"),
    ("无此人", "no_such_person"),
    ("不配合", "refused"),
    ("敲门无人", "nobody_home"),
    ("敲门无人应", "nobody_home"),
    ("在家", "verified"),
    ("电话空号", "dead_number"),
];

/// The form of lists in a language. Results of every language are understood, and mean the Chinese one.
fn form(lang: Lang, own: &[(String, String)]) -> Form {
    let [result, destination, at, correction, note] = lists::answer_headings(lang);
    let hidden = lists::HIDDEN.map(str::to_owned);
    let shown = lists::shown_headings(lang);
    let own = own.iter().filter_map(|(text, word)| Some((text.clone(), lists::result_of(word)?)));
    let results = [Lang::Zh, Lang::En].into_iter().flat_map(|lang| {
        lists::results(lang).into_iter().zip(lists::results(Lang::Zh)).collect::<Vec<(String, String)>>()
    });
    let said = SAID.iter().filter_map(|(text, word)| Some(((*text).to_owned(), lists::result_of(word)?)));
    Form {
        columns: hidden.into_iter().chain([result, destination, at, correction, note]).chain(shown).collect(),
        results: own.chain(results).chain(said).collect(),
        checksum: |checksum, [item_ids, revision, number, name]| {
            lists::checked(checksum, Checked { item_ids, revision, number, name })
        },
        unescape: lists::text::unescape,
    }
}

/// What the night's returns did to its records.
#[derive(Debug, Default)]
pub(super) struct Returned {
    pairs: Vec<(u32, u32)>,
    /// Further records with a record of the person whom they belong to.
    kept: Vec<(u32, u32)>,
    wrong_identity: Vec<u32>,
}

/// The pipeline with the source of returned lists, where its file has no `[returns]` and the store holds some; `None`: as it
/// is. A source of that name that the file has is left alone.
pub(super) fn taking_back(pipeline: &Pipeline) -> Result<Option<Pipeline>> {
    let named = pipeline.sources.iter().any(|source| source.name == RETURNS_SOURCE);
    if named || journal::all(&pipeline.run.store)?.is_empty() {
        return Ok(None);
    }
    let mut pipeline = pipeline.clone();
    pipeline.take_returns(Returns::default());
    Ok(Some(pipeline))
}

/// What tells whom and where answers are about.
#[derive(Clone, Copy)]
pub(super) struct CameBack<'a> {
    pub(super) store: &'a Store,
    pub(super) directory: Option<&'a Directory>,
    /// Who last night's rows without a key of their own were, and which rows of tonight are theirs.
    pub(super) carried: &'a Carried,
    pub(super) borne: &'a [(u32, PersonId)],
}

/// Applies every return that the store holds, after the sheets that the pipeline names were imported.
pub(super) fn apply(
    pipeline: &Pipeline,
    came_back: CameBack<'_>,
    read: &mut Read,
    dry: bool,
    watch: &mut Watch<'_>,
) -> Result<Returned> {
    let directory = came_back.directory;
    let Some(settings) = &pipeline.returns else { return Ok(Returned::default()) };
    let source = pipeline.sources.iter().position(|source| source.name == RETURNS_SOURCE).unwrap_or_default() as u16;
    let (mut fresh, mut unread) = (Vec::new(), Vec::new());
    let paths = settings.paths.iter().flat_map(|pattern| glob::glob(pattern).into_iter().flatten().flatten());
    // An office program that has a list open keeps a ~$ of its own beside it.
    let is_lock = |path: &Path| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("~$"));
    let mut paths: Vec<PathBuf> = paths.filter(|path| path.is_file() && !is_lock(path)).collect();
    paths.sort();
    paths.dedup();
    for path in paths {
        // One wrong file in the folder of sheets must not stop the night.
        match take(&pipeline.run.store, &settings.results, &path, dry) {
            Ok((_, answers)) => fresh.extend(if dry { answers } else { Vec::new() }),
            Err(error) => {
                unread.push(path.file_name().unwrap_or_default().to_string_lossy().into_owned());
                watch.warn(error.what);
            }
        }
    }
    let mut answers = journal::all(&pipeline.run.store)?;
    answers.extend(fresh);
    let answers = journal::distinct(answers);
    if answers.is_empty() && unread.is_empty() {
        return Ok(Returned::default());
    }
    let apply = |watch: &mut Watch<'_>| {
        let persons = persons(pipeline, came_back, &answers, &read.records)?;
        let grid_of = |text: &str, from: &str| match directory {
            Some(directory) => Some(directory.meant(text, from)?.code.clone()),
            // Without a directory every code is a grid.
            None => (!text.is_empty()).then(|| text.to_owned()),
        };
        let file = read.dumps.len() as u32;
        let night =
            ReturnsNight { source, file, as_of: pipeline.run.as_of, city: super::read::city(pipeline, directory) };
        let applied = returns::apply(&answers, &persons, grid_of, night, &mut read.records);
        let folder = journal::folder(&pipeline.run.store);
        let label = RETURNS_SOURCE.to_owned();
        read.dumps.push(Dump {
            source,
            file,
            path: folder,
            label: label.clone(),
            bytes: 0,
            modified: SystemTime::UNIX_EPOCH,
        });
        read.reports.push(DumpReport {
            label: label.clone(),
            rows: applied.pairs.len() as u64,
            quarantined: answers.len() as u64 - applied.pairs.len() as u64,
            ..DumpReport::default()
        });
        read.labels.push(label);
        if !applied.rejected.is_empty() {
            watch.warn(
                Message::new("returns.rejected").with("count", applied.rejected.len()).with("all", answers.len()),
            );
        }
        if applied.not_understood > 0 {
            watch.warn(Message::new("returns.not_understood").with("count", applied.not_understood));
        }
        read.quarantined.extend(applied.rejected);
        // A row without a number stands for the whole sheet.
        let whole = |raw| QuarantinedRow { source, file, line: 0, byte: 0, reason: Reason::Unreadable, raw };
        read.quarantined.extend(unread.into_iter().map(whole));
        Ok(Returned { pairs: applied.pairs, kept: applied.kept, wrong_identity: applied.wrong_identity })
    };
    watch.step("returns", apply, |returned| Message::new("run.step.returns").with("pairs", returned.pairs.len()))
}

/// The records of tonight of the persons whom the answers are about, by item, as the set before has them. Lists of a night
/// that is run again may have come back already: what only its own set knows is looked for there.
fn persons(
    pipeline: &Pipeline,
    came_back: CameBack<'_>,
    answers: &[Answer],
    records: &Records,
) -> Result<HashMap<String, Person>> {
    let mut asked: HashSet<&str> = answers.iter().flat_map(|answer| &answer.items).map(String::as_str).collect();
    let mut persons =
        persons_of(&came_back.store.state_before(pipeline.run.as_of), pipeline, came_back, &asked, records)?;
    asked.retain(|item| !persons.contains_key(*item));
    if !asked.is_empty() {
        persons.extend(persons_of(&came_back.store.state(), pipeline, came_back, &asked, records)?);
    }
    Ok(persons)
}

/// The records of tonight of the persons of those items: the person whom that set has for the item, and the records that this
/// person had.
fn persons_of(
    state: &State,
    pipeline: &Pipeline,
    CameBack { carried, borne, .. }: CameBack<'_>,
    asked: &HashSet<&str>,
    records: &Records,
) -> Result<HashMap<String, Person>> {
    let items = match state.read_items()? {
        Some(batches) => followup::items_of(&batches)?,
        None => Vec::new(),
    };
    let mut person_of: HashMap<String, Asked> = HashMap::new();
    let number =
        |name: &str| pipeline.sources.iter().position(|source| source.name == name).map(|number| number as u16);
    // Who was in no dump last night is still whom the records behind the item name.
    let mut behind: HashMap<(u16, String), PersonId> = HashMap::new();
    for item in items {
        let id = item.item_id.to_string();
        if asked.contains(id.as_str()) {
            let keys = item.evidence.iter().filter_map(|key| key.split_once(':'));
            let keys = keys.filter(|(source, _)| !carried.knows(source) && *source != RETURNS_SOURCE);
            let keys = keys.filter_map(|(source, key)| Some((number(source)?, key.to_owned())));
            let keys: Vec<(u16, String)> = keys.collect();
            behind.extend(keys.iter().cloned().map(|key| (key, item.person_id)));
            let grid = item.grid_code.as_deref().unwrap_or_default().to_owned();
            person_of.insert(id, Asked { person: item.person_id, grid, behind: keys });
        }
    }
    let wanted: HashSet<PersonId> = person_of.values().map(|asked| asked.person).collect();
    let told = before::told(state, Some(&wanted))?;
    let mut rows_of: HashMap<PersonId, Person> = wanted.iter().map(|&id| (id, Person::default())).collect();
    let mut row_behind: HashMap<(u16, &str), u32> = HashMap::new();
    if let Some(index) = state.read_persons_index()? {
        let numbers: Vec<Option<u16>> = index.source_names.iter().map(|name| number(name)).collect();
        let mut keys: HashMap<(u16, &str), PersonId> = HashMap::new();
        let mut seen: HashSet<PersonId> = HashSet::new();
        for row in (0..index.len()).filter(|&row| wanted.contains(&index.person[row])) {
            seen.insert(index.person[row]);
            let name = &index.source_names[index.source[row] as usize];
            if let Some(source) = numbers[index.source[row] as usize].filter(|_| !carried.knows(name)) {
                keys.insert((source, index.pool.get(index.record_id[row])), index.person[row]);
            }
        }
        let gone = behind.iter().filter(|(_, person)| !seen.contains(*person));
        let mut gone: HashMap<(u16, &str), PersonId> =
            gone.map(|((source, key), &person)| ((*source, key.as_str()), person)).collect();
        if !gone.is_empty() {
            // What is somebody else's record since is not theirs.
            for row in 0..index.len() {
                let source = numbers[index.source[row] as usize];
                source.and_then(|source| gone.remove(&(source, index.pool.get(index.record_id[row]))));
            }
        }
        keys.extend(gone);
        for &(row, id) in borne {
            if let Some(person) = rows_of.get_mut(&id) {
                person.rows.push(row);
            }
        }
        // Keys of an export may all be new, and may be others' since: who has no record by key is looked for by number. Nobody
        // else is, for a number may be borrowed, and one that two of them have tells neither.
        let numbers: HashSet<u64> = wanted.iter().map(|&person| told.id_of(person)).filter(|&id| id != 0).collect();
        let id_of = told.by_id(&numbers);
        let mut by_number: HashMap<PersonId, Vec<u32>> = HashMap::new();
        let row_of_key: HashSet<(u16, &str)> =
            person_of.values().flat_map(|asked| &asked.behind).map(|(source, key)| (*source, key.as_str())).collect();
        for row in 0..records.len() {
            let key = (records.source[row], records.key(row));
            if let Some(&key) = row_of_key.get(&key) {
                row_behind.insert(key, row as u32);
            }
            let by_key = keys.get(&key).filter(|person| !told.contradicts(**person, records, row));
            if let Some(person) = by_key.and_then(|id| rows_of.get_mut(id)) {
                person.rows.push(row as u32);
            } else if let Some(&person) = id_of.get(&records.id[row].digits).filter(|_| records.id[row].valid()) {
                by_number.entry(person).or_default().push(row as u32);
            }
        }
        for (id, person) in &mut rows_of {
            if person.rows.is_empty() {
                person.rows = by_number.remove(id).unwrap_or_default();
            }
            person.rows.sort_unstable();
        }
    }
    let of = |Asked { person, grid, behind }: &Asked| {
        let rows = rows_of.get(person).cloned().unwrap_or_default().rows;
        let own = behind.iter().filter_map(|(source, key)| row_behind.get(&(*source, key.as_str())).copied());
        let own: Vec<u32> = own.filter(|&row| !told.contradicts(*person, records, row as usize)).collect();
        Person { rows, behind: own, grid: grid.clone() }
    };
    Ok(person_of.iter().map(|(item, asked)| (item.clone(), of(asked))).collect())
}

/// Whom an item is about.
struct Asked {
    person: PersonId,
    /// Its grid; empty: the unassigned.
    grid: String,
    /// Source and key of the records behind it.
    behind: Vec<(u16, String)>,
}

impl Returned {
    /// Each returned row's record with records of its person, those behind its item first.
    pub(super) fn pairs(&self) -> Vec<(u32, u32)> {
        [&self.pairs[..], &self.kept].concat()
    }

    /// Puts each return with its person.
    pub(super) fn join(&self, records: &Records, resolved: &mut Resolved) {
        let (of_record, clusters) = (&mut resolved.cluster_of_record, resolved.clusters);
        resolved.clusters = returns::join(&self.pairs(), records, of_record, clusters);
        // Whom a sheet is about nobody has to settle.
        let (of_record, sheets) = (&resolved.cluster_of_record, self.pairs.iter().map(|&(row, _)| row));
        let sheets: HashSet<u32> = sheets.collect();
        let asked = |review: &Links, pair: usize| {
            let (left, right) = (review.left[pair], review.right[pair]);
            let is_told = sheets.contains(&left) || sheets.contains(&right);
            !is_told || of_record[left as usize] != of_record[right as usize]
        };
        resolved.review.retain(asked);
        for &(row, _) in &self.pairs {
            resolved.joined_by[row as usize] = JoinedBy::Review;
        }
        // Whoever was a record alone is none any more.
        let of = &resolved.cluster_of_record;
        for (a, b) in self.pairs().into_iter().filter(|&(a, b)| of[a as usize] == of[b as usize]) {
            for row in [a, b] {
                let by = &mut resolved.joined_by[row as usize];
                *by = if *by == JoinedBy::Single { JoinedBy::Review } else { *by };
            }
        }
        // What a worker doubts at the door, a reviewer looks at: the pairs that made this record part of its person.
        let (links, review) = (&resolved.links, &mut resolved.review);
        let width = links.comparisons.len();
        let doubted =
            |pair: usize| [links.left[pair], links.right[pair]].iter().any(|r| self.wrong_identity.contains(r));
        let pairs = if self.wrong_identity.is_empty() { 0 } else { links.len() };
        for pair in (0..pairs).filter(|&pair| doubted(pair)) {
            review.left.push(links.left[pair]);
            review.right.push(links.right[pair]);
            review.match_weight.push(links.match_weight[pair]);
            review.level.extend_from_slice(&links.level[pair * width..(pair + 1) * width]);
            review.why.push("returned_wrong_identity");
        }
    }
}
