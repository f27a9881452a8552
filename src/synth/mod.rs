//! An invented city with its truth: people in households, and the dumps that agencies would have of them, in mixed
//! formats and encodings and with the damage that real dumps have. It is for trying the program, for measuring it and
//! for tests. It knows nothing of how persons are matched, and no person in it is real.
//!
//! Households are made and written one after another: memory does not grow with the city but for one byte a region,
//! birth day and sex (identity numbers never repeat). The same settings give the same bytes.

mod damage;
mod days;
mod files;
mod gb18030;
mod grids;
mod id;
mod name_lists;
mod names;
mod people;
mod pipeline;
mod places;
mod rng;
mod sources;
mod variants;

use crate::error::{Error, Exit, Result};
use crate::events::{Event, EventSink};
use crate::followup::shipped;
use crate::message::Message;
use damage::Damage;
use files::cannot_write;
use jiff::civil::Date;
use names::Namer;
use people::Maker;
pub use pipeline::{PipelinePaths, pipeline_text};
use places::Plan;
use rng::Rng;
use sources::{Arrivals, City, Community, Declarations, Isolations, Ledger, Population, Tests, Vaccination, Writer};
use std::io::Write;
use std::os::unix::fs::DirBuilderExt;
use std::path::Path;

/// The sources, in the order of the pipeline file.
pub const SOURCES: [&str; 7] = [
    "police_population",
    "police_arrivals",
    "health_tests",
    "health_vaccination",
    "community_grid",
    "self_declarations",
    "health_isolation",
];

/// Which names are frequent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SurnameMix {
    /// As in the whole country.
    #[default]
    Usual,
    /// As in the south: 陈 林 黄 before 王 李 张.
    Southern,
    /// Three families in ten have names with a middle dot or without a surname.
    MinorityRich,
}

/// What city to invent.
#[derive(Clone, Debug)]
pub struct CitySettings {
    /// How many persons.
    pub persons: u64,
    /// The same seed gives the same city.
    pub seed: u64,
    /// Error rates: 1 usual, 0.5 half, 2 double, 0 clean.
    pub damage: f64,
    /// Which names are frequent.
    pub surnames: SurnameMix,
    /// Names of [`SOURCES`] that make no dump.
    pub without: Vec<String>,
    /// Nobody has an identity number.
    pub no_ids: bool,
    /// The run's date: events happen before it, ages are told of it.
    pub as_of: Date,
}

impl Default for CitySettings {
    fn default() -> Self {
        Self {
            persons: 20_000,
            seed: 1,
            damage: 1.0,
            surnames: SurnameMix::Usual,
            without: Vec::new(),
            no_ids: false,
            as_of: jiff::civil::date(2022, 3, 27),
        }
    }
}

/// What was written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CitySummary {
    /// Persons invented.
    pub persons: u64,
    /// Persons of whom there is at least one record.
    pub known_persons: u64,
    /// Households.
    pub households: u64,
    /// Records, as in the truth.
    pub records: u64,
    /// Rows beside them that belong in quarantine: broken ones and totals (repeated rows not counted).
    pub broken_rows: u64,
    /// Records of each source that was written.
    pub records_by_source: Vec<(String, u64)>,
    /// Dump files, the grid directory included.
    pub files: u64,
    /// Grids.
    pub grids: u64,
    /// Persons whom the list of arrivals from key regions must hold.
    pub expected_key_region: u64,
}

/// Writes an invented city to `out`: `dumps/`, `truth.csv` (source, record_id, person_id), `expected/` (planted truth of
/// follow-up rules) and `pipeline.toml`, which runs as it is.
///
/// # Errors
/// `out/dumps` holds files already, a source of `without` is not known, a rate is no number from 0 to 20, or a file
/// cannot be written.
pub fn write_city(out: &Path, settings: &CitySettings, sink: &dyn EventSink) -> Result<CitySummary> {
    check(out, settings)?;
    let started = std::time::Instant::now();
    sink.send(Event::StepStarted { step: "synth", total: Some(settings.persons), unit: "persons" });
    folders(out)?;
    let travellers = settings.persons / 25;
    let residents = settings.persons - travellers;
    let mut rng = Rng::of(settings.seed, 0x63_69_74_79, 0);
    let plan = Plan::new(residents, &mut rng);
    let as_of = days::day(settings.as_of.year().into(), settings.as_of.month().into(), settings.as_of.day().into());
    let city = City {
        plan: &plan,
        damage: Damage::new(settings.damage),
        as_of,
        seed: settings.seed,
        dumps: out.join("dumps"),
        isolates: !settings.without.iter().any(|name| name == "health_isolation"),
    };
    let mut ledger = Ledger::new(out)?;
    let mut writers = writers(&city, settings);
    let mut maker = Maker::new(&plan, Namer::new(settings.surnames), as_of, settings.no_ids);
    let mut summary = CitySummary { grids: plan.grids.len() as u64, files: 1, ..CitySummary::default() };

    let (mut settled, mut passed, mut carried) = (0u64, 0u64, 0u64);
    for estate in 0..plan.estates.len() {
        let last = estate + 1 == plan.estates.len();
        let capacity = plan.capacity(estate);
        let quota = plan.estates[estate].quota + std::mem::take(&mut carried);
        let (mut here, mut door) = (0u64, 0u64);
        while settled < residents && (here < quota || last) && (door < capacity || last) {
            let empty = rng.chance(0.12);
            door += 1;
            if empty && door < capacity {
                continue;
            }
            let flat = plan.flat(estate, door - 1);
            let household = maker.household(flat, residents - settled, &mut rng);
            here += household.people.len() as u64;
            settled += household.people.len() as u64;
            summary.households += 1;
            for (_, writer) in &mut writers {
                writer.household(&city, &household, &mut ledger)?;
            }
            ledger.settle()?;
            // Travellers come in proportion, so that none is left over and no file is all travellers.
            while passed < travellers && passed * residents <= settled * travellers {
                let person = maker.traveller(&mut rng);
                for (_, writer) in &mut writers {
                    writer.traveller(&city, &person, &mut ledger)?;
                }
                ledger.settle()?;
                passed += 1;
            }
            if summary.households.is_multiple_of(4_096) {
                sink.send(Event::Progress { step: "synth", done: maker.made() });
            }
        }
        carried = quota.saturating_sub(here);
    }
    for (name, writer) in &mut writers {
        let written = writer.finish()?;
        summary.records += written.records;
        summary.broken_rows += written.broken;
        summary.files += written.files;
        summary.records_by_source.push(((*name).to_owned(), written.records));
    }
    ledger.finish()?;
    summary.persons = settled + passed;
    summary.known_persons = ledger.known;
    summary.expected_key_region = ledger.expected_persons;
    grids::write(&plan, &city.dumps.join("grids.csv"), &mut rng)?;
    write_text(&out.join("pipeline.toml"), &pipeline_text(settings, &PipelinePaths::default()))?;
    for rule in shipped::RULES {
        write_text(&out.join("rules").join(format!("{}.sql", rule.name)), rule.sql)?;
    }
    let told = Message::new("synth.done").with("persons", summary.persons).with("records", summary.records);
    let elapsed_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
    sink.send(Event::StepDone { step: "synth", elapsed_ms, summary: told.with("files", summary.files) });
    Ok(summary)
}

fn check(out: &Path, settings: &CitySettings) -> Result<()> {
    let usage = |message: Message| Err(Error::new(Exit::Usage, message));
    if let Some(name) = settings.without.iter().find(|name| !SOURCES.contains(&name.as_str())) {
        let message = Message::new("synth.unknown_source").with("name", name).with("allowed", SOURCES.join(", "));
        return usage(message);
    }
    if !(0.0..=20.0).contains(&settings.damage) {
        return usage(Message::new("synth.bad_damage").with("value", settings.damage));
    }
    if settings.persons == 0 || settings.persons > 100_000_000 {
        return usage(Message::new("synth.bad_persons").with("value", settings.persons));
    }
    let dumps = out.join("dumps");
    if std::fs::read_dir(&dumps).is_ok_and(|mut entries| entries.next().is_some()) {
        return Err(Error::new(Exit::Output, Message::new("synth.not_empty").with("path", dumps.display()))
            .help(Message::new("synth.not_empty_help")));
    }
    Ok(())
}

fn folders(out: &Path) -> Result<()> {
    for folder in ["dumps", "expected", "rules"] {
        let path = out.join(folder);
        let made = std::fs::DirBuilder::new().recursive(true).mode(0o750).create(&path);
        made.map_err(|e| cannot_write(&path, e))?;
    }
    Ok(())
}

fn writers(city: &City<'_>, settings: &CitySettings) -> Vec<(&'static str, Box<dyn Writer>)> {
    let mut writers: Vec<(&'static str, Box<dyn Writer>)> = Vec::new();
    for name in SOURCES {
        if settings.without.iter().any(|without| without == name) {
            continue;
        }
        writers.push((
            name,
            match name {
                "police_population" => Box::new(Population::new(city)),
                "police_arrivals" => Box::new(Arrivals::new(city)),
                "health_tests" => Box::new(Tests::new(city)),
                "health_vaccination" => Box::new(Vaccination::new(city)),
                "community_grid" => Box::new(Community::new()),
                "self_declarations" => Box::new(Declarations::new(city)),
                _ => Box::new(Isolations::new(city)),
            },
        ));
    }
    writers
}

fn write_text(path: &Path, text: &str) -> Result<()> {
    let mut file = files::create(path)?;
    file.write_all(text.as_bytes()).and_then(|()| file.flush()).map_err(|e| cannot_write(path, e))
}

#[cfg(test)]
mod checks;
