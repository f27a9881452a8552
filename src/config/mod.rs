//! A pipeline file read into checked settings. Every fault is reported at once, each with its key path, what was found,
//! what is allowed and the nearest name. See [`Pipeline`].
//!
//! Nothing here looks at a dump: whether a column exists is found out where the dump is read.

mod document;
mod fault;
mod keys;
mod linkage;
mod mapping;
mod names;
mod rules;
mod schedules;
mod section;
mod sources;
mod types;

#[cfg(test)]
mod tests;

pub use keys::{KeyExpression, KeyFunction};
pub use types::*;

use crate::error::{Error, Exit, Result};
use crate::message::{Lang, Message};
use document::{Node, Value};
use fault::Faults;
use jiff::civil::Date;
use section::Section;
use sha2::{Digest, Sha256};
use std::path::{Path, PathBuf};

const TOP_KEYS: &[&str] = &["run", "grids", "source", "linkage", "followup", "publish", "schedule", "returns"];
const RUN_KEYS: &[&str] = &["name", "as_of", "output", "store", "locale", "city_code", "key_regions", "keep_sets"];

/// What the command line says over the pipeline file.
#[derive(Clone, Debug, Default)]
pub struct Overrides {
    /// The run's date.
    pub as_of: Option<Date>,
    /// Dotted keys and their values; items of lists by number from 1 or by name (`source.police_population.required`).
    pub set: Vec<(String, String)>,
}

/// Reads and checks the pipeline file at `path`.
///
/// # Errors
/// [`Exit::NoInput`] if there is no such file; [`Exit::Config`] with every fault of the file otherwise.
pub fn load(path: &Path, overrides: &Overrides) -> Result<Pipeline> {
    let bytes = std::fs::read(path).map_err(|error| {
        let what = Message::new("config.unreadable").with("file", path.display());
        Error::new(Exit::NoInput, what).caused_by(error).help(Message::new("config.unreadable_help"))
    })?;
    let Ok(text) = String::from_utf8(bytes) else {
        return Err(Error::new(Exit::Config, Message::new("config.not_utf8").with("file", path.display())));
    };
    parse(&text, path, overrides)
}

/// Checks the text of a pipeline file that stands at `path` (which need not exist: relative paths are resolved
/// against its folder).
///
/// # Errors
/// [`Exit::Config`] with every fault of the text and of `overrides`.
pub fn parse(text: &str, path: &Path, overrides: &Overrides) -> Result<Pipeline> {
    let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let file = path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    let mut faults = Faults::new(&file);
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut root = document::parse(text, &mut faults);
    let pipeline = if faults.is_empty() {
        for (key, value) in &overrides.set {
            document::set(&mut root, key, value, &mut faults);
        }
        let mut pipeline = pipeline(&root, &path, overrides, &mut faults);
        pipeline.sha256 = Sha256::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect();
        Some(pipeline)
    } else {
        // What the parser made of a broken text would only add faults that are not there.
        None
    };
    let faults = faults.into_messages();
    match pipeline {
        Some(pipeline) if faults.is_empty() => Ok(pipeline),
        _ => {
            let what = Message::new("config.faults").with("file", path.display()).with("count", faults.len());
            Err(Error::new(Exit::Config, what).faults(faults).help(Message::new("config.faults_help")))
        }
    }
}

/// What the parts of the file share.
struct Context<'a> {
    folder: &'a Path,
}

impl Context<'_> {
    fn absolute(&self, path: &str) -> PathBuf {
        self.folder.join(path)
    }

    /// A glob below the folder, whose own name is taken literally.
    fn absolute_glob(&self, path: &str) -> String {
        if Path::new(path).is_absolute() {
            return path.to_owned();
        }
        format!("{}/{path}", glob::Pattern::escape(&self.folder.to_string_lossy()).trim_end_matches('/'))
    }
}

fn pipeline(root: &Node, path: &Path, overrides: &Overrides, faults: &mut Faults) -> Pipeline {
    let context = Context { folder: path.parent().unwrap_or(Path::new("/")) };
    let nothing = Node { value: Value::Table(Vec::new()), line: 1, raw: None };
    let empty = Section { path: String::new(), line: 1, entries: &[] };
    let root = Section::new(root, 1, String::new(), TOP_KEYS, faults).unwrap_or(empty);
    let run = root.table("run", RUN_KEYS, faults);
    let run = run.or_else(|| Section::open(&nothing, 1, "run".to_owned(), faults));
    let run = run.map(|at| read_run(&at, path, &context, overrides, faults));
    let grids = root.get("grids").and_then(|_| root.table("grids", sources::GRID_KEYS, faults));
    let grids = grids.and_then(|at| sources::grids(&at, &context, faults));
    let linkage = linkage::linkage(&root, &context, faults);
    let compared = linkage::compared(&linkage);
    let mut sources = sources::sources(&root, linkage.preset, &compared, &context, faults);
    linkage::check_fields(&root, &linkage, &sources, faults);
    let words = run.as_ref().map(|run| rules::Words::of(run, &root)).unwrap_or_default();
    let mut followups = rules::followups(&root, &context, &words, faults);
    schedules::directives(&root, &sources, &mut followups, faults);
    let publish = rules::publish(&root, faults);
    let schedules = schedules::schedules(&root, faults);
    let returns = schedules::returns(&root, &context, &mut sources, faults);
    let run = run.unwrap_or_else(|| Run {
        name: String::new(),
        as_of: Date::ZERO,
        output: PathBuf::new(),
        store: PathBuf::new(),
        locale: Lang::Zh,
        city_code: None,
        key_regions: Vec::new(),
        keep_sets: None,
    });
    let (path, sha256) = (path.to_owned(), String::new());
    Pipeline { path, sha256, run, grids, sources, linkage, followups, publish, schedules, returns }
}

fn read_run(at: &Section<'_>, path: &Path, context: &Context<'_>, overrides: &Overrides, faults: &mut Faults) -> Run {
    let stem = || path.file_stem().map_or_else(|| "run".to_owned(), |stem| stem.to_string_lossy().into_owned());
    let name = at.text("name", faults).unwrap_or_else(stem);
    let as_of = as_of(at, faults);
    // The clock is read here and nowhere below: a step is given its date.
    let as_of = overrides.as_of.or(as_of).unwrap_or_else(|| jiff::Zoned::now().date());
    let output = at.text("output", faults);
    let store = at.text("store", faults);
    let locale = at.word("locale", names::LOCALES, faults).unwrap_or(Lang::Zh);
    let city_code = at.get("city_code").and_then(|entry| {
        let found = section::shown(&entry.node);
        let fits = found.len() == 6 && found.bytes().all(|b| b.is_ascii_digit());
        if !fits {
            faults.bad_value(entry.line, &at.key("city_code"), &found, "GB/T 2260, 6 × 0-9");
        }
        fits.then_some(found)
    });
    Run {
        name,
        as_of,
        output: context.absolute(output.as_deref().unwrap_or("out")),
        store: context.absolute(store.as_deref().unwrap_or("store")),
        locale,
        city_code,
        key_regions: key_regions(at, faults),
        keep_sets: at.integer("keep_sets", 2, 10_000, faults),
    }
}

/// What the codes of key regions begin with.
fn key_regions(at: &Section<'_>, faults: &mut Faults) -> Vec<String> {
    let regions = at.texts("key_regions", faults).unwrap_or_default();
    for region in &regions {
        let fits = (2..=6).contains(&region.len()) && region.bytes().all(|b| b.is_ascii_digit());
        if !fits {
            faults.bad_value(at.line_of("key_regions"), &at.key("key_regions"), region, "GB/T 2260, 2 ..= 6 × 0-9");
        }
    }
    regions
}

/// The run's date, as a TOML date or as text.
fn as_of(at: &Section<'_>, faults: &mut Faults) -> Option<Date> {
    const ALLOWED: &str = "2022-03-27";
    let entry = at.get("as_of")?;
    let found = match (&entry.node.value, &entry.node.raw) {
        (Value::Date(date), _) => date.to_string(),
        (Value::Text(text), _) | (_, Some(text)) => text.clone(),
        _ => {
            faults.wrong_type(entry.line, &at.key("as_of"), entry.node.type_name(), ALLOWED);
            return None;
        }
    };
    // A time would be silently dropped by the date's parser, so the whole text must be a date.
    let date = found.parse::<Date>().ok().filter(|_| found.len() == ALLOWED.len());
    if date.is_none() {
        faults.bad_value(entry.line, &at.key("as_of"), &found, ALLOWED);
    }
    date
}
