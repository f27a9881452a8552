//! The agencies' sources: who is known to each, what its rows hold, and how they are damaged. One file a source;
//! what they share stands here.

mod arrivals;
mod community;
mod declarations;
mod isolation;
mod population;
mod tests;
mod vaccination;

use super::damage::Damage;
use super::days;
use super::files::{Dump, create};
use super::people::{Household, Person, Tie};
use super::places::{Flat, KEY_REGIONS, OUTSIDE, Plan};
use super::rng::Rng;
use crate::error::Result;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

pub(crate) use arrivals::Arrivals;
pub(crate) use community::Community;
pub(crate) use declarations::Declarations;
pub(crate) use isolation::{DAYS, Isolation, Isolations};
pub(crate) use population::Population;
pub(crate) use tests::Tests;
pub(crate) use vaccination::Vaccination;

/// What every source knows of the city.
pub(crate) struct City<'a> {
    pub(crate) plan: &'a Plan,
    pub(crate) damage: Damage,
    pub(crate) as_of: i32,
    pub(crate) seed: u64,
    pub(crate) dumps: PathBuf,
    /// Whether anybody is put in isolation, as far as dumps tell.
    pub(crate) isolates: bool,
}

impl City<'_> {
    /// The stream of one person in one source.
    pub(crate) fn rng(&self, tag: u64, no: u64) -> Rng {
        Rng::of(self.seed, tag, no)
    }

    /// A rate of damage to files, scaled.
    pub(crate) fn rate(&self, rate: f64) -> f64 {
        self.damage.scaled(rate)
    }

    /// Journeys of a person to the city, from everywhere in the last 45 days.
    pub(crate) fn trips(&self, person: &Person) -> Vec<Trip> {
        let mut rng = self.rng(0x7472_6970, person.no);
        let count = match person.tie {
            Tie::Away => 0,
            Tie::Passing => 1 + usize::from(rng.chance(0.25)),
            _ if days::age(person.birth, self.as_of) < 6 => 0,
            _ => usize::from(rng.chance(0.07)) + usize::from(rng.chance(0.015)),
        };
        let mut trips = Vec::new();
        for _ in 0..count {
            let from = if rng.chance(0.15) { rng.below(KEY_REGIONS) } else { rng.below(OUTSIDE.len()) };
            let on = self.as_of - 1 - rng.below(30) as i32 - if rng.chance(0.4) { rng.below(15) as i32 } else { 0 };
            let minute = rng.range(6 * 60, 23 * 60);
            let (transport, vehicle) = match rng.below(4) {
                0 | 1 => ("铁路", format!("{}{}", rng.pick(&["G", "D", "K"]), rng.range(100, 2999))),
                2 => ("公路", format!("{}{:05}", rng.pick(&["鲁E", "沪A", "鄂A", "吉A", "鲁B"]), rng.below(100_000))),
                _ => ("民航", format!("{}{}", rng.pick(&["MU", "CA", "SC", "CZ"]), rng.range(1000, 9999))),
            };
            trips.push(Trip { from, on, minute, transport, vehicle });
        }
        trips
    }

    /// The isolation of somebody who came from a key region; four in ten are found in time.
    pub(crate) fn isolation(&self, person: &Person) -> Option<Isolation> {
        let trips = if self.isolates { self.trips(person) } else { Vec::new() };
        let trip = trips.into_iter().filter(|trip| trip.from < KEY_REGIONS).max_by_key(|trip| trip.on)?;
        let mut rng = self.rng(0x69_73_6f_6c, person.no);
        let (found, late, noted) = (rng.chance(0.4), rng.below(2) as i32, rng.chance(0.9));
        let since = trip.on + late;
        let over = since + DAYS < self.as_of;
        (found && since < self.as_of).then(|| Isolation {
            from: trip.from,
            since,
            released: (over && noted).then_some(since + DAYS),
        })
    }

    /// Where somebody who passes through stays.
    pub(crate) fn stay(&self, person: &Person) -> Stay {
        let mut rng = self.rng(0x7374_6179, person.no);
        match rng.below(10) {
            0..6 if !self.plan.hotels.is_empty() => Stay::Hotel(rng.below(self.plan.hotels.len())),
            6..9 => Stay::Flat(self.plan.any_flat(&mut rng)),
            _ => Stay::Unknown,
        }
    }

    /// The grid where a person is to be visited, if there is one.
    pub(crate) fn true_grid(&self, person: &Person, home: Option<&Flat>) -> Option<usize> {
        match (person.tie, home) {
            (Tie::Local | Tie::Migrant, Some(flat)) => Some(self.plan.grid(flat)),
            (Tie::Passing, _) => match self.stay(person) {
                Stay::Hotel(hotel) => Some(self.plan.hotels[hotel].grid),
                Stay::Flat(flat) => Some(self.plan.grid(&flat)),
                Stay::Unknown => None,
            },
            _ => None,
        }
    }

    /// Notes that a dump tells of this journey: from a key region and within 14 days it is planted truth.
    pub(crate) fn told(&self, ledger: &mut Ledger, trip: &Trip, person: &Person, home: Option<&Flat>) {
        // Who is in isolation since is not sent for again.
        let isolated = self.isolation(person).is_some_and(|isolation| isolation.since >= self.as_of - 14);
        if trip.from < KEY_REGIONS && trip.on >= self.as_of - 14 && !isolated {
            let grid = self.true_grid(person, home);
            ledger.expect(person.no, grid.map(|g| self.plan.grids[g].code.as_str()));
        }
    }
}

/// A journey to the city.
#[derive(Clone, Debug)]
pub(crate) struct Trip {
    /// Place in [`OUTSIDE`].
    pub(crate) from: usize,
    pub(crate) on: i32,
    pub(crate) minute: i32,
    pub(crate) transport: &'static str,
    pub(crate) vehicle: String,
}

/// Where a traveller stays.
pub(crate) enum Stay {
    Hotel(usize),
    Flat(Flat),
    Unknown,
}

/// Takes people and writes the rows that its agency has of them.
pub(crate) trait Writer {
    /// A household in its dwelling.
    fn household(&mut self, city: &City<'_>, household: &Household, ledger: &mut Ledger) -> Result<()>;
    /// Somebody who passes through.
    fn traveller(&mut self, city: &City<'_>, person: &Person, ledger: &mut Ledger) -> Result<()>;
    /// Closes the files.
    fn finish(&mut self) -> Result<Written>;
}

/// What a source wrote.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Written {
    pub(crate) records: u64,
    pub(crate) broken: u64,
    pub(crate) files: u64,
}

impl Written {
    fn of(records: u64, dumps: &[&Dump]) -> Self {
        let (broken, files) = dumps.iter().fold((0, 0), |sum, d| (sum.0 + d.broken, sum.1 + d.files));
        Self { records, broken, files }
    }
}

/// The source's own keys: no two alike, in no order that tells anything.
#[derive(Debug)]
pub(crate) struct Keys {
    source: &'static str,
    prefix: &'static str,
    /// How many were given out.
    pub(crate) given: u64,
}

impl Keys {
    pub(crate) fn new(source: &'static str, prefix: &'static str) -> Self {
        Self { source, prefix, given: 0 }
    }

    /// The key of the next record, which is of that person.
    pub(crate) fn next(&mut self, person: u64, ledger: &mut Ledger) -> Result<String> {
        let key = format!("{}{}", self.prefix, scattered(self.given));
        self.given += 1;
        ledger.record(self.source, &key, person)?;
        Ok(key)
    }
}

/// Nine digits, different for different numbers below 10⁹ (the factor has no divisor in common with 10).
fn scattered(n: u64) -> String {
    format!("{:09}", (n % 1_000_000_000 * 382_646_983 + 104_729) % 1_000_000_000)
}

/// The key that the truth has for a person.
pub(crate) fn person_key(no: u64) -> String {
    format!("T{}", scattered(no + 77))
}

/// Writes the truth.
pub(crate) struct Ledger {
    truth: BufWriter<File>,
    truth_path: PathBuf,
    expected: BufWriter<File>,
    due: Vec<(u64, String)>,
    /// Persons of whom a record tells where in the city they live.
    placed: Vec<u64>,
    /// Persons with a record.
    pub(crate) known: u64,
    /// Persons on the planted list.
    pub(crate) expected_persons: u64,
    last: Vec<u64>,
}

impl Ledger {
    pub(crate) fn new(out: &Path) -> Result<Self> {
        let truth_path = out.join("truth.csv");
        let mut ledger = Self {
            truth: create(&truth_path)?,
            expected: create(&out.join("expected/key_region_arrivals.csv"))?,
            truth_path,
            due: Vec::new(),
            placed: Vec::new(),
            known: 0,
            expected_persons: 0,
            last: Vec::new(),
        };
        ledger.put(b"source,record_id,person_id\n")?;
        ledger.expected.write_all(b"person_id,grid_code,rule,true_grid_code\n").map_err(|e| ledger.failed(e))?;
        Ok(ledger)
    }

    fn failed(&self, error: std::io::Error) -> crate::error::Error {
        super::files::cannot_write(&self.truth_path, error)
    }

    fn put(&mut self, bytes: &[u8]) -> Result<()> {
        self.truth.write_all(bytes).map_err(|e| self.failed(e))
    }

    fn record(&mut self, source: &str, key: &str, person: u64) -> Result<()> {
        if !self.last.contains(&person) {
            self.last.push(person);
        }
        self.put(format!("{source},{key},{}\n", person_key(person)).as_bytes())
    }

    /// Notes that a record has this address of a person; an empty one tells nothing.
    pub(crate) fn tells(&mut self, person: u64, address: &str) {
        if !address.is_empty() && !self.placed.contains(&person) {
            self.placed.push(person);
        }
    }

    fn expect(&mut self, person: u64, grid: Option<&str>) {
        if !self.due.iter().any(|(no, _)| *no == person) {
            self.due.push((person, grid.unwrap_or_default().to_owned()));
        }
    }

    /// Ends a household: nobody in it comes again.
    pub(crate) fn settle(&mut self) -> Result<()> {
        self.known += self.last.len() as u64;
        self.last.clear();
        self.due.sort();
        let placed = std::mem::take(&mut self.placed);
        for (person, grid) in std::mem::take(&mut self.due) {
            self.expected_persons += 1;
            // Nobody can know a grid of which no dump tells: there the unassigned list is the right one.
            let told = if placed.contains(&person) { grid.as_str() } else { "" };
            let line = format!("{},{told},key_region_arrivals,{grid}\n", person_key(person));
            self.expected.write_all(line.as_bytes()).map_err(|e| self.failed(e))?;
        }
        Ok(())
    }

    /// Closes the files.
    pub(crate) fn finish(&mut self) -> Result<()> {
        self.settle()?;
        self.truth.flush().and_then(|()| self.expected.flush()).map_err(|e| self.failed(e))
    }
}

#[cfg(test)]
mod checks {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn keys_never_repeat() {
        let keys: HashSet<String> = (0..200_000).map(scattered).collect();
        assert_eq!(keys.len(), 200_000);
    }
}
