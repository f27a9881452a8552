//! The figures of the night: sums that must agree, and what the leader's page states.

use super::disclosed::{Disclosed, disclosed};
use super::fewer;
use super::read::Read;
use super::settle::Settled;
use crate::config::{Pipeline, RETURNS_SOURCE};
use crate::followup::{Item, State, Tonight};
use crate::kernels::address::city_prefix;
use crate::publish::{AreaFigures, BulletinFigures, ItemFigures, Yesterday};
use crate::store::{Balances, Manifest, Store};
use crate::tables::{GridBy, NO_ROW, Persons, Pool, Records, Residence, Sym, distinct};
use hashbrown::HashMap;
use jiff::civil::Date;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

/// The sums that must agree before anything is published.
pub(super) fn balances(read: &Read, persons: &Persons, settled: &Settled) -> Balances {
    let mut balances = Balances::default();
    let mut quarantined = vec![0_u64; read.dumps.len()];
    // An entry with line 0 is about the file as a whole, not about a row.
    read.quarantined.iter().filter(|row| row.line > 0).for_each(|row| quarantined[row.file as usize] += 1);
    for (dump, report) in read.reports.iter().enumerate() {
        let name = format!("rows read = records + quarantined: {}", report.label);
        balances.add(name, report.rows + report.quarantined, read.records_of_dump[dump] + quarantined[dump]);
    }
    balances.add("records = members of persons", read.records.len() as u64, persons.member_rows.len() as u64);
    let counts = &settled.items.counts;
    balances.add(
        "persons in lists + persons with nothing due = persons",
        counts.persons_open + counts.persons_nothing_due,
        persons.len() as u64,
    );
    balances.add(
        "items before + new = open + done + withdrawn",
        counts.yesterday + counts.new,
        counts.open + counts.done + counts.withdrawn,
    );
    let city = |of: fn(&crate::followup::AreaCounts) -> i64, level: &str| -> u64 {
        let rows = settled.rollup.iter().filter(|row| row.level == level && row.rule == "*");
        rows.map(|row| of(&row.counts)).sum::<i64>().try_into().unwrap_or(0)
    };
    balances.add("items of grids + unassigned = items", city(|c| c.open + c.done, "grid"), counts.open + counts.done);
    balances.add("persons of grids + unassigned = persons", city(|c| c.persons, "grid"), persons.len() as u64);
    balances.add("persons of the city = persons", city(|c| c.persons, "city"), persons.len() as u64);
    balances
}

/// The figures of the leader's page.
pub(super) fn bulletin(
    pipeline: &Pipeline,
    read: &Read,
    persons: &Persons,
    settled: &Settled,
    (yesterday, trend): (Option<Yesterday>, Vec<Yesterday>),
) -> BulletinFigures {
    let records = &read.records;
    let mut by_source = vec![0_u64; pipeline.sources.len()];
    records.source.iter().for_each(|&source| by_source[source as usize] += 1);
    let end = midnight(pipeline.run.as_of) + 86_400;
    let events = EventFigures::count(records, persons, end);
    let grids = settled.rollup.iter().filter(|row| row.level == "city" && row.rule == "*");
    let (mut households, mut visited) = ((0_u64, 0_u64), 0_u64);
    let (mut knocked, mut vacant) = (0_u64, 0_u64);
    for row in grids {
        households.0 += row.counts.households.unsigned_abs();
        households.1 += row.counts.reached.unsigned_abs();
        knocked += row.counts.knocked.unsigned_abs();
        vacant += row.counts.vacant.unsigned_abs();
        visited += row.counts.visited.unsigned_abs();
    }
    let known = |kind: &str| pipeline.sources.iter().flat_map(|source| &source.events).any(|event| event.kind == kind);
    let declared = events.persons("declaration");
    let verified = declared.iter().filter(|&person| settled.visits.declared_verified[person as usize]).count() as u64;
    let (isolated, released) = isolation(records, &events.person_of, end);
    BulletinFigures {
        name: pipeline.run.name.clone(),
        as_of: pipeline.run.as_of,
        persons: persons.len() as u64,
        records: pipeline
            .sources
            .iter()
            .map(|source| source.name.clone())
            .zip(by_source)
            // Where no list came back there is no such source.
            .filter(|(name, count)| *count > 0 || name != RETURNS_SOURCE)
            .collect(),
        persons_by_sources: persons_by_sources(records, persons),
        households: known("visit").then_some(households),
        knocked: known("visit").then_some(knocked),
        vacant,
        persons_visited: known("visit").then_some(visited),
        visits: known("visit").then(|| events.events("visit")),
        grids: pipeline.grids.is_some().then(|| kinds_of_grids(settled)),
        helpers: settled.directory.helpers(),
        arrived: pipeline
            .run
            .city_code
            .as_deref()
            .filter(|_| known("arrival"))
            .map(|city| arrived(records, &events.person_of, city, end)),
        arrivals: arrivals(pipeline, settled),
        declarations: known("declaration").then(|| (declared.len(), verified)),
        declared: known("declaration").then(|| events.events("declaration")),
        tests: known("test").then(|| (events.events("test"), events.persons("test").len())),
        isolation: known("isolation").then_some((isolated.len() as u64, released)),
        isolated_households: isolated_households(records, &settled.residence, &isolated),
        persons_unassigned: settled.residence.by.iter().filter(|by| **by == GridBy::None).count() as u64,
        warnings: Vec::new(),
        items: item_figures(settled),
        reopened: settled.items.counts.reopened,
        areas: areas(pipeline, settled),
        yesterday,
        trend,
        suppress_under: pipeline.publish.suppress_under,
        hours: 0,
    }
}

/// Sets before tonight's that the page looks back on.
const TREND_SETS: usize = 14;

/// Figures of the set whose items tonight's go on from, and of the last sets of earlier dates than tonight's, oldest first; of a
/// date that was run again the last counts. A night that is run again is so held against the night before, not against itself.
pub(super) fn trend(store: &Store, as_of: Date) -> (Option<Yesterday>, Vec<Yesterday>) {
    let mut trend: Vec<Yesterday> = Vec::new();
    for set in newest_first(store).filter(|set| set.as_of < as_of) {
        if trend.iter().all(|other| other.as_of != set.as_of) {
            trend.push(set);
        }
        // Years of sets may stand there, and each is a file to read.
        if trend.len() == TREND_SETS {
            break;
        }
    }
    trend.sort_unstable_by_key(|set| set.as_of);
    // What is open goes on from the set that was made last, and where a date was run late that is not the day before.
    (newest_first(store).find(|set| set.as_of != as_of), trend)
}

/// The date of the set that tonight's items are carried on from.
pub(super) fn date_before(store: &Store) -> Option<Date> {
    newest_first(store).next().map(|set| set.as_of)
}

/// The names of the files of each source in the set that was made last.
pub(super) fn files_before(store: &Store) -> BTreeMap<String, BTreeSet<String>> {
    let mut files: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for input in sets(store).next().into_iter().flat_map(|(_, manifest)| manifest.inputs) {
        files.entry(input.source).or_default().insert(fewer::file_name(&input.path).to_owned());
    }
    files
}

/// Figures of the sets before, the one that was made last first. A set whose manifest cannot be read is left out: it is
/// history.
fn newest_first(store: &Store) -> impl Iterator<Item = Yesterday> {
    let read = |manifest: Manifest| {
        let count = |name: &str| manifest.counts.get(name).copied().unwrap_or(0);
        Some(Yesterday {
            as_of: manifest.as_of.parse().ok()?,
            persons: count("persons"),
            persons_unassigned: count("persons_unassigned"),
            items: ItemFigures {
                open: count("items_open"),
                new: count("items_new"),
                done: count("items_done"),
                overdue: count("items_overdue"),
                withdrawn: count("items_withdrawn"),
            },
        })
    };
    sets(store).filter_map(move |(_, manifest)| read(manifest))
}

/// The folder of the set that a night of that date is held against: the newest of another night.
pub(super) fn set_before(store: &Store, as_of: Date) -> Option<PathBuf> {
    store.current()?;
    let date = as_of.to_string();
    sets(store).find(|(_, manifest)| manifest.as_of != date).map(|(folder, _)| folder)
}

/// Folders and manifests of the sets, the one that was made last first.
fn sets(store: &Store) -> impl Iterator<Item = (PathBuf, Manifest)> {
    let runs = store.output().join("runs");
    let entries = std::fs::read_dir(runs).into_iter().flatten().flatten();
    let mut folders: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
    folders.retain(|folder| folder.join("manifest.json").is_file());
    folders.sort();
    folders.into_iter().rev().filter_map(|folder| Manifest::read(&folder).ok().map(|manifest| (folder, manifest)))
}

/// Some of the persons: one bit each.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Who(Vec<u64>);

impl Who {
    fn add(&mut self, person: u32) {
        let word = person as usize / 64;
        if self.0.len() <= word {
            self.0.resize(word + 1, 0);
        }
        self.0[word] |= 1 << (person % 64);
    }

    fn len(&self) -> u64 {
        self.0.iter().map(|word| u64::from(word.count_ones())).sum()
    }

    fn has(&self, person: u32) -> bool {
        self.0.get(person as usize / 64).is_some_and(|word| word >> (person % 64) & 1 == 1)
    }

    /// In ascending order.
    fn iter(&self) -> impl Iterator<Item = u32> {
        (0..self.0.len() as u32 * 64).filter(|&person| self.has(person))
    }
}

/// Events and the persons that they are about, by type.
#[derive(Default)]
struct EventFigures<'a> {
    /// Person of each record.
    person_of: Vec<u32>,
    of_type: BTreeMap<&'a str, (u64, Who)>,
}

impl<'a> EventFigures<'a> {
    /// Those before `end`, in seconds local time: later ones are slips of the pen.
    fn count(records: &'a Records, persons: &Persons, end: i64) -> Self {
        let mut person_of = vec![NO_ROW; records.len()];
        for person in 0..persons.len() {
            persons.rows(person).iter().for_each(|&row| person_of[row as usize] = person as u32);
        }
        // A handful of types, and the events of one source mostly have the same one.
        let mut of_kind: Vec<(Sym, u64, Who)> = Vec::new();
        let mut at = 0;
        let told = records.events.record.iter().zip(&records.events.kind).zip(&records.events.at);
        for ((&record, &kind), _) in told.filter(|(_, at)| **at < end) {
            if of_kind.get(at).is_none_or(|of| of.0 != kind) {
                at = of_kind.iter().position(|of| of.0 == kind).unwrap_or_else(|| {
                    of_kind.push((kind, 0, Who::default()));
                    of_kind.len() - 1
                });
            }
            of_kind[at].1 += 1;
            of_kind[at].2.add(person_of[record as usize]);
        }
        let of_type = of_kind.into_iter().map(|(kind, n, who)| (records.pool.get(kind), (n, who))).collect();
        Self { person_of, of_type }
    }

    /// Events of a type.
    fn events(&self, kind: &str) -> u64 {
        self.of_type.get(kind).map_or(0, |of| of.0)
    }

    /// Persons with an event of a type.
    fn persons(&self, kind: &str) -> Who {
        self.of_type.get(kind).map(|of| of.1.clone()).unwrap_or_default()
    }
}

/// Grids by kind (base, dedicated, of no stated kind) and the people who work in them.
fn kinds_of_grids(settled: &Settled) -> ([u64; 3], u64) {
    let mut kinds = [0; 3];
    for grid in settled.directory.grids() {
        kinds[match grid.kind.as_str() {
            "base" => 0,
            "dedicated" => 1,
            _ => 2,
        }] += 1;
    }
    (kinds, settled.directory.workers() as u64)
}

/// Persons with an arrival before `end`, by where the latest was from: other provinces, elsewhere in the province, within
/// the city (by the division code), not told. Of several at one time the farthest counts.
fn arrived(records: &Records, person_of: &[u32], city: &str, end: i64) -> [u64; 4] {
    let events = &records.events;
    let mut latest: HashMap<u32, (i64, Reverse<usize>)> = HashMap::new();
    let mut last = (Pool::NONE, false);
    for event in (0..events.len()).filter(|&event| events.at[event] < end) {
        if last.0 != events.kind[event] {
            last = (events.kind[event], records.pool.get(events.kind[event]) == "arrival");
        }
        if !last.1 {
            continue;
        }
        let code = records.pool.get(events.place_code[event]);
        let class = match () {
            () if code.is_empty() => 3,
            () if code.starts_with(city_prefix(city)) => 2,
            () if city.get(..2).is_some_and(|province| code.starts_with(province)) => 1,
            () => 0,
        };
        let arrival = (events.at[event], Reverse(class));
        let slot = latest.entry(person_of[events.record[event] as usize]).or_insert(arrival);
        *slot = arrival.max(*slot);
    }
    let mut classes = [0; 4];
    latest.values().for_each(|(_, Reverse(class))| classes[*class] += 1);
    classes
}

/// Persons in isolation, ascending, and how many were released: by the last isolation and the last release before `end`, so who
/// is isolated anew is in, and who is to be released one day is not out yet.
fn isolation(records: &Records, person_of: &[u32], end: i64) -> (Vec<u32>, u64) {
    let mut last: BTreeMap<u32, [Option<i64>; 2]> = BTreeMap::new();
    let events = &records.events;
    let kinds = distinct(&events.kind);
    let kind = |name: &str| kinds.iter().copied().find(|&kind| records.pool.get(kind) == name);
    let wanted = [kind("isolation"), kind("release")];
    for (event, &kind) in events.kind.iter().enumerate() {
        let Some(which) = wanted.iter().position(|&wanted| wanted == Some(kind)) else { continue };
        let at = events.at[event];
        if at < end {
            let last = &mut last.entry(person_of[events.record[event] as usize]).or_default()[which];
            *last = (*last).max(Some(at));
        }
    }
    last.retain(|_, [isolated, _]| isolated.is_some());
    let all = last.len();
    let is_in = |[isolated, released]: [Option<i64>; 2]| released.is_none() || released < isolated;
    let isolated: Vec<u32> = last.into_iter().filter(|&(_, last)| is_in(last)).map(|(person, _)| person).collect();
    let released = all - isolated.len();
    (isolated, released as u64)
}

/// Distinct flats of those persons.
fn isolated_households(records: &Records, residence: &Residence, isolated: &[u32]) -> u64 {
    let flat = |person: u32| match residence.address_row[person as usize] {
        NO_ROW => 0,
        row => records.flat[row as usize],
    };
    isolated.iter().map(|&person| flat(person)).filter(|&flat| flat != 0).collect::<BTreeSet<u64>>().len() as u64
}

/// Midnight at the beginning of `day`, in seconds local time.
pub(super) fn midnight(day: Date) -> i64 {
    days_since_1970(day) * 86_400
}

fn days_since_1970(day: Date) -> i64 {
    day.since(jiff::civil::date(1970, 1, 1)).map_or(0, |span| i64::from(span.get_days()))
}

/// Persons known to exactly so many sources.
fn persons_by_sources(records: &Records, persons: &Persons) -> Vec<(u32, u64)> {
    let mut counts: BTreeMap<u32, u64> = BTreeMap::new();
    let mut sources = Vec::new();
    for person in 0..persons.len() {
        sources.clear();
        sources.extend(persons.rows(person).iter().map(|&row| records.source[row as usize]));
        sources.sort_unstable();
        sources.dedup();
        *counts.entry(sources.len() as u32).or_default() += 1;
    }
    counts.into_iter().collect()
}

/// Persons listed by each rule: the classes of arrivals as the rules define them.
fn arrivals(pipeline: &Pipeline, settled: &Settled) -> Vec<(String, u64)> {
    let listed = |name: &str| {
        settled.items.items.iter().filter(|item| &*item.rule == name && item.state != State::Withdrawn).count()
    };
    pipeline.followups.iter().map(|rule| (rule.title.clone(), listed(&rule.name) as u64)).collect()
}

fn item_figures(settled: &Settled) -> ItemFigures {
    let mut figures = ItemFigures::default();
    settled.items.items.iter().zip(&settled.items.tonight).for_each(|(item, tonight)| add(&mut figures, item, tonight));
    figures
}

fn add(figures: &mut ItemFigures, item: &Item, tonight: &Tonight) {
    figures.open += u64::from(item.state.is_open());
    figures.overdue += u64::from(item.state == State::Overdue);
    figures.done += u64::from(item.state == State::Done);
    figures.withdrawn += u64::from(item.state == State::Withdrawn);
    figures.new += u64::from(tonight.new);
}

/// Items per county and street, the unassigned last where there are any.
fn areas(pipeline: &Pipeline, settled: &Settled) -> Vec<AreaFigures> {
    let levels = disclosed(pipeline, settled);
    let streets = levels.iter().filter(|level| level.areas.name == "street").flat_map(Disclosed::rows);
    let mut areas: Vec<AreaFigures> = streets
        .filter(|(names, row, _)| row.rule == "*" && (names.is_some() || row.counts.figures()[..4] != [0; 4]))
        .map(|(names, row, shown)| {
            let name = |at: usize| names.and_then(|names| names.get(at)).cloned().unwrap_or_default();
            let [open, done, overdue, new, ..] = row.counts.figures().map(i64::unsigned_abs);
            let items = ItemFigures { open, new, done, overdue, withdrawn: 0 };
            AreaFigures { county: name(0), street: name(1), items, shown: [shown[0], shown[3], shown[1], shown[2]] }
        })
        .collect();
    areas.sort_by(|a, b| (a.county.is_empty(), &a.county, &a.street).cmp(&(b.county.is_empty(), &b.county, &b.street)));
    areas
}
