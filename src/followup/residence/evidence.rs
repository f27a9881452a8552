//! What the records say of where a person lives, and how far it is to be trusted.

use super::super::directory::{Directory, GridNo};
use super::super::places::{NOWHERE, PlaceNo, Places, grid_of_address, stated_grids};
use super::gates::Doors;
use super::{GridRules, NONE};
use crate::config::{Agency, DedicatedGrids, GridEvidence};
use crate::kernels::prefetch::prefetch;
use crate::message::Message;
use crate::tables::{GridBy, NO_ROW, NO_TIME, Persons, Pool, Records, Sym};
use hashbrown::{HashMap, HashSet};
use rayon::prelude::*;
use std::cmp::Reverse;

/// Rows whose places are known at a time before they have numbers.
const CHUNK_ROWS: usize = 1 << 18;
/// Rows of them that one task takes.
const TASK_ROWS: usize = 1 << 12;

/// What sources said within so long of the newest word of a person is as good as new.
const RECENT_SECONDS: i64 = 30 * 24 * 60 * 60;

/// What was said so much earlier is not believed against a newer word of a single source.
const LONG_SECONDS: i64 = 2 * 365 * 24 * 60 * 60;

/// A dedicated grid that so many records state whose addresses lie elsewhere is a school or a firm whose people live all
/// over the city; fewer may be slips.
pub(super) const STAFF_MIN: usize = 10;

/// Where a record says that its person lives.
#[derive(Clone, Copy)]
struct OfRow {
    /// Grid that the record states; [`NONE`] if it states none that can be trusted.
    stated: GridNo,
    /// Grid in which the record's address lies; [`NONE`] if that is not known.
    located: GridNo,
    /// Place that the address names; [`NOWHERE`]: none.
    place: PlaceNo,
    /// Number of its source: it stands here so that a person's records are read in one place.
    source: u16,
    /// [`COMMUNITY`], [`GUEST`] and [`GATE`].
    is: u8,
    /// How it is known in which grid the address lies.
    by: GridBy,
}

const _: () = assert!(size_of::<OfRow>() == 16);

/// The source is the community's, and what is stated its word.
const COMMUNITY: u8 = 1;
/// The address is a hotel's.
const GUEST: u8 = 2;
/// The address is a door that leads to several dwellings.
const GATE: u8 = 4;

fn flags(is_community: bool, is_guest: bool, is_gate: bool) -> u8 {
    let of = |is: bool, flag: u8| if is { flag } else { 0 };
    of(is_community, COMMUNITY) | of(is_guest, GUEST) | of(is_gate, GATE)
}

impl OfRow {
    fn is_community(&self) -> bool {
        self.is & COMMUNITY != 0
    }

    fn is_guest(&self) -> bool {
        self.is & GUEST != 0
    }

    fn is_gate(&self) -> bool {
        self.is & GATE != 0
    }
}

/// Where each record says that its person lives.
pub(super) struct Evidence<'a> {
    /// Agency of each source, by number.
    agencies: &'a [Agency],
    of_row: Vec<OfRow>,
    places: Places,
    /// Grid that most community records of a flat state.
    pub(super) flats: Flats,
    pub(super) doors: Doors,
    unknown_codes: usize,
    /// Records that state them, by source.
    unknown_code_records: Vec<usize>,
    sources: &'a [&'a str],
    /// Number of the source of returned lists, if there is one.
    returns: Option<u16>,
    contradicted: usize,
    directory: &'a Directory,
}

impl<'a> Evidence<'a> {
    pub(super) fn read(records: &Records, directory: &'a Directory, rules: GridRules<'a>) -> Self {
        let GridRules { sources, agencies, returns, .. } = rules;
        let beside = rules.dedicated == DedicatedGrids::Beside;
        let codes = stated_grids(records, directory);
        let mut evidence = Self {
            agencies,
            of_row: Vec::with_capacity(records.len()),
            places: Places::default(),
            flats: Flats::default(),
            doors: Doors::of(records),
            unknown_codes: codes.values().filter(|grid| grid.is_none()).count(),
            unknown_code_records: Vec::new(),
            sources,
            returns,
            contradicted: 0,
            directory,
        };
        let is_community = |source: u16| agencies.get(source as usize) == Some(&Agency::Community);
        let mut said: Vec<(PlaceNo, GridNo, u32)> = Vec::new();
        for start in (0..records.len()).step_by(CHUNK_ROWS) {
            let rows: Vec<usize> = (start..records.len().min(start + CHUNK_ROWS)).collect();
            let of_place = evidence.places.number(&rows, records, directory);
            let (places, doors) = (&evidence.places, &evidence.doors);
            let told = |(rows, of_place): (&[usize], &[PlaceNo])| {
                let located = places.grids(of_place, rows, records, directory);
                let of_row = |((&row, &place), located): ((&usize, &PlaceNo), Option<(GridNo, GridBy)>)| OfRow {
                    located: located.map_or(NONE, |(grid, _)| grid),
                    by: located.map_or(GridBy::None, |(_, by)| by),
                    stated: codes.get(&records.grid_code[row]).copied().flatten().unwrap_or(NONE),
                    place,
                    source: records.source[row],
                    is: flags(
                        is_community(records.source[row]),
                        places.is_hotel(place),
                        doors.is_gate(records.flat[row]),
                    ),
                };
                rows.iter().zip(of_place).zip(located).map(of_row).collect::<Vec<_>>()
            };
            let tasks = rows.par_chunks(TASK_ROWS).zip(of_place.par_chunks(TASK_ROWS));
            let told: Vec<Vec<OfRow>> = tasks.map(told).collect();
            told.into_iter().for_each(|told| evidence.of_row.extend(told));
            let told = &evidence.of_row[start..];
            let of_place = rows.into_par_iter().zip(of_place).zip(told);
            said.par_extend(of_place.filter_map(|((row, place), told)| {
                let says = told.is_community() && told.stated != NONE && place != NOWHERE;
                says.then_some((place, told.stated, row as u32))
            }));
        }
        evidence.unknown_code_records = unknown_by_source(records, &codes);
        evidence.distrust(said, directory, beside);
        let lives = |told: &OfRow| {
            let away = beside && directory.is_dedicated(told.stated) && told.located != told.stated;
            // Who was handed over and met keeps the old address.
            let handed_over =
                returns == Some(told.source) && !matches!(told.located, NONE) && told.located != told.stated;
            told.is_community() && !away && !handed_over
        };
        let flats: &[u64] = &records.flat;
        let votes = evidence
            .of_row
            .par_iter()
            .zip(flats)
            .filter(|(told, flat)| told.stated != NONE && **flat != 0 && lives(told));
        evidence.flats = Flats::of(votes.map(|(told, &flat)| (flat, told.stated)).collect());
        evidence
    }

    /// Asks for what is known of the records of a person, if there is such a person.
    pub(super) fn expect(&self, records: &Records, persons: &Persons, person: usize) {
        if person < persons.len() {
            for row in persons.rows(person).iter().map(|&row| row as usize) {
                prefetch(&self.of_row, row);
                prefetch(&records.updated_at, row);
                prefetch(&records.flat, row);
                prefetch(&records.address, row);
            }
        }
    }

    /// Whether several dwellings have that key, or several grids.
    pub(super) fn is_gate(&self, flat: u64) -> bool {
        self.doors.is_gate(flat) || self.flats.is_gate(flat)
    }

    /// Whether a record states a grid or names a place.
    pub(super) fn tells_of(&self, row: u32) -> bool {
        let of = &self.of_row[row as usize];
        of.stated != NONE || of.place != NOWHERE
    }

    /// Whether a record of the person names a place of residence that does not lie in the grid of the registered address, or that
    /// the directory does not know: then nothing speaks for the registered one.
    pub(super) fn lives_elsewhere(&self, records: &Records, rows: &[u32], grid: GridNo) -> bool {
        let registered = |flat: u64| flat != 0 && rows.iter().any(|&row| records.registered_flat[row as usize] == flat);
        rows.iter().any(|&row| match self.of_row[row as usize].place {
            NOWHERE => false,
            place => match self.places.may_lie_in(place, grid) {
                Some(lies) => !lies,
                None => !registered(records.flat[row as usize]),
            },
        })
    }

    /// Drops codes that the record's own address contradicts, unless others of that place state the same: a worker knows
    /// better than a directory where a grid ends, but one row against its own address is a slip. A dedicated grid may
    /// have people who live anywhere in its community, and, `beside` their base grid, anywhere in the city if they are many.
    /// A returned list states the grid that it was made for, and whose worker met the person: that is no slip.
    fn distrust(&mut self, mut said: Vec<(PlaceNo, GridNo, u32)>, directory: &Directory, beside: bool) {
        said.par_sort_unstable();
        let mut staff: Vec<(GridNo, u32)> = Vec::new();
        for place in said.chunk_by(|a, b| a.0 == b.0) {
            let votes = |grid: GridNo| place.iter().filter(|(_, stated, _)| *stated == grid).count();
            for &(_, stated, row) in place {
                let located = self.of_row[row as usize].located;
                let dedicated = directory.is_dedicated(stated);
                let contradicts = match located {
                    NONE => self.places.may_lie_in(self.of_row[row as usize].place, stated) == Some(false),
                    located => located != stated,
                };
                let returned = self.returns == Some(self.of_row[row as usize].source);
                let at_home = dedicated && located != NONE && directory.same_community(stated, located);
                if !contradicts || returned || at_home {
                    continue;
                }
                let shared = votes(stated);
                if shared < 2 || shared < votes(located) {
                    if dedicated && beside {
                        staff.push((stated, row));
                    } else {
                        self.drop_code(row);
                    }
                }
            }
        }
        staff.sort_unstable();
        for staff in staff.chunk_by(|a, b| a.0 == b.0).filter(|staff| staff.len() < STAFF_MIN) {
            staff.iter().for_each(|&(_, row)| self.drop_code(row));
        }
    }

    fn drop_code(&mut self, row: u32) {
        self.of_row[row as usize].stated = NONE;
        self.contradicted += 1;
    }

    /// The grid that a person's own records (newest first) tell by one kind of evidence, the first that `counts`.
    pub(super) fn own(
        &self,
        records: &Records,
        rows: &[u32],
        kind: GridEvidence,
        counts: &dyn Fn(GridNo, u32) -> bool,
    ) -> Option<GridNo> {
        let first = |grid_of: &dyn Fn(usize) -> GridNo| {
            let mut told = rows.iter().map(|&row| (grid_of(row as usize), row));
            told.find(|&(grid, row)| grid != NONE && counts(grid, row)).map(|(grid, _)| grid)
        };
        let of = |row: usize| &self.of_row[row];
        let agreed = |grid_of: &dyn Fn(usize) -> GridNo| {
            let newest = first(grid_of)?;
            let differs = |&row: &u32| !matches!(grid_of(row as usize), NONE) && grid_of(row as usize) != newest;
            if rows.iter().any(differs) { self.agreed(records, rows, grid_of, counts) } else { Some(newest) }
        };
        let of_others = |row: usize| if of(row).is_community() { NONE } else { of(row).stated };
        let of_community = |row: usize| {
            let stated = of(row).stated;
            let told = of(row).is_community() && stated != NONE && !self.moved_since(records, rows, row as u32, stated);
            if told { stated } else { NONE }
        };
        // A flat of years ago says nothing where the newer addresses are roads.
        let still = |grid_of: &dyn Fn(usize) -> GridNo, grid: GridNo| {
            let newest = rows.iter().copied().find(|&row| grid_of(row as usize) == grid);
            newest.is_none_or(|row| !self.moved_since(records, rows, row, grid))
        };
        // Who slept in a hotel lives where another address is.
        let is_home = |row: usize| of(row).located != NONE && !of(row).is_guest();
        let has_home = rows.iter().any(|&row| is_home(row as usize));
        let is_stay = |row: usize| has_home && of(row).is_guest() && !self.directory.is_dedicated(of(row).located);
        let located = |how: GridBy| {
            let grid_of = |row| if of(row).by == how && !is_stay(row) { of(row).located } else { NONE };
            agreed(&grid_of).filter(|&grid| still(&grid_of, grid))
        };
        let flat = || {
            let grid_of = |row: usize| self.flats.grid(records.flat[row]).unwrap_or(NONE);
            first(&grid_of).filter(|&grid| still(&grid_of, grid))
        };
        match kind {
            GridEvidence::GridCode => first(&of_community),
            GridEvidence::Flat => located(GridBy::Flat).or_else(flat),
            GridEvidence::Road => located(GridBy::Road),
            GridEvidence::Estate => located(GridBy::Estate),
            GridEvidence::OtherGridCode => first(&of_others),
            GridEvidence::Household | GridEvidence::Registered => None,
        }
    }

    /// Of the grids that `grid_of` the rows (newest first) tells, the one for which most voices speak: each source has one for
    /// the place that its newest record with a place names, and a community two, whose worker was at the door. An address that
    /// somebody once gave is repeated for years, and a slip stands in one source alone. Those that spoke within
    /// [`RECENT_SECONDS`] of the newest come first, since people move; where they are of two minds all sources decide, and then
    /// the newest.
    fn agreed(
        &self,
        records: &Records,
        rows: &[u32],
        grid_of: &dyn Fn(usize) -> GridNo,
        counts: &dyn Fn(GridNo, u32) -> bool,
    ) -> Option<GridNo> {
        let words = self.words(rows.iter().copied());
        let at = |row: u32| records.updated_at[row as usize];
        let newest = words.first().map_or(NO_TIME, |&row| at(row));
        let recent = |row: u32| at(row) != NO_TIME && newest.saturating_sub(at(row)) <= RECENT_SECONDS;
        let told = rows.iter().enumerate().map(|(age, &row)| (age, row, grid_of(row as usize)));
        let told = told.filter(|&(_, row, grid)| grid != NONE && counts(grid, row));
        let best = told.max_by_key(|&(age, _, grid)| {
            let voices = |of_recent: bool| -> u32 {
                let spoken = words.iter().filter(|&&row| (!of_recent || recent(row)) && self.speaks(row, grid));
                spoken.map(|&row| self.voices(row)).sum()
            };
            (voices(true), voices(false), Reverse(age))
        });
        best.map(|(.., grid)| grid)
    }

    /// Whether a record states that grid or has an address in it.
    pub(super) fn lies_in(&self, row: u32, grid: GridNo) -> bool {
        let of = &self.of_row[row as usize];
        grid != NONE && (of.stated == grid || of.located == grid)
    }

    /// Whether several sources (rows newest first) name a flat of the dedicated grid `home`, and more than place the person in
    /// `grid`: who lives in a dormitory and slept in a hotel.
    pub(super) fn outvoted(&self, records: &Records, rows: &[u32], grid: GridNo, home: GridNo) -> bool {
        let voices = |counts: &dyn Fn(u32) -> bool| -> u32 {
            self.words(rows.iter().copied().filter(|&row| counts(row))).iter().map(|&row| self.voices(row)).sum()
        };
        let at_home = voices(&|row| records.flat[row as usize] != 0 && self.of_row[row as usize].located == home);
        at_home >= 2 && at_home > voices(&|row| self.lies_in(row, grid))
    }

    /// Whether a person (rows newest first) has moved since the record `row` told the base grid `grid`: more than one voice (as for
    /// [`Self::agreed`]) places them in one other base grid at least [`RECENT_SECONDS`] later, or one [`LONG_SECONDS`] later, and
    /// fewer voices confirm the told one. A record without a date is not known to be old. Where the same place is meant, the worker who stated the code
    /// knows better than the directory in which grid it lies.
    fn moved_since(&self, records: &Records, rows: &[u32], row: u32, grid: GridNo) -> bool {
        let code = &self.of_row[row as usize];
        let at = |row: u32| records.updated_at[row as usize];
        if at(row) == NO_TIME || self.directory.is_dedicated(grid) {
            return false;
        }
        let later = rows.iter().copied().take_while(|&word| at(word).saturating_sub(at(row)) > RECENT_SECONDS);
        let words = self.words(later);
        let elsewhere = |word: u32| {
            let (of, flat) = (&self.of_row[word as usize], records.flat[word as usize]);
            let same_place = of.place == code.place || flat != 0 && flat == records.flat[row as usize];
            let elsewhere = !matches!(of.located, NONE) && of.located != grid;
            let is_other = elsewhere && !same_place && self.flats.grid(flat) != Some(grid);
            (is_other && !self.directory.is_dedicated(of.located)).then_some(of.located)
        };
        let voices = |speaks: &dyn Fn(u32) -> bool| -> u32 {
            words.iter().filter(|&&word| speaks(word)).map(|&word| self.voices(word)).sum()
        };
        let others = words.iter().filter_map(|&word| elsewhere(word));
        let against = others.map(|grid| voices(&|word| elsewhere(word) == Some(grid))).max().unwrap_or(0);
        let one_long_after =
            || words.iter().any(|&word| elsewhere(word).is_some() && at(word).saturating_sub(at(row)) > LONG_SECONDS);
        (against >= 2 || against == 1 && one_long_after())
            && against > voices(&|word| elsewhere(word).is_none() && self.speaks(word, grid))
    }

    /// The newest row with a place, but for hotels, of each source, of rows that stand newest first.
    fn words(&self, rows: impl Iterator<Item = u32>) -> Vec<u32> {
        let mut words: Vec<u32> = Vec::new();
        let source = |row: u32| self.of_row[row as usize].source;
        let is_word = |of: &OfRow| of.place != NOWHERE && !of.is_guest();
        for row in rows.filter(|&row| is_word(&self.of_row[row as usize])) {
            if words.iter().all(|&word| source(word) != source(row)) {
                words.push(row);
            }
        }
        words
    }

    /// How many voices the word of a record has.
    fn voices(&self, row: u32) -> u32 {
        1 + u32::from(self.of_row[row as usize].is_community())
    }

    /// Whether the place that a record names lies in `grid`, as far as anybody can tell.
    fn speaks(&self, row: u32, grid: GridNo) -> bool {
        let of = &self.of_row[row as usize];
        match of.located {
            NONE => self.places.may_lie_in(of.place, grid) == Some(true),
            located => located == grid,
        }
    }

    /// The record with the best address among those of a person who lives in `grid` (rows newest first), and its flat or else the
    /// best that may lie in the grid; [`NO_ROW`] and 0 where none has one. What lies in the grid goes before what may and that before what does not, so that
    /// a worker is sent to a door of the own grid; then a whole flat and a dated record, the more trusted agency, the newer.
    pub(super) fn address(&self, records: &Records, rows: &[u32], grid: GridNo) -> (u32, u64) {
        let sure = |row: u32| self.lies_in(row, grid);
        let (mut row, mut flat) = self.best(records, rows, |row| sure(row).then_some(true));
        if row == NO_ROW || flat == 0 {
            let may_lie = |row: u32| (!sure(row)).then(|| self.may_lie_in(row, grid));
            let others = self.best(records, rows, |row| may_lie(row).filter(|lies| *lies));
            let other = if others.0 == NO_ROW { self.best(records, rows, may_lie).0 } else { others.0 };
            (row, flat) = (if row == NO_ROW { other } else { row }, if flat == 0 { others.1 } else { flat });
        }
        match row {
            NO_ROW => (row, flat),
            _ => (row, Some(records.flat[row as usize]).filter(|_| self.names_dwelling(records, row)).unwrap_or(flat)),
        }
    }

    fn names_dwelling(&self, records: &Records, row: u32) -> bool {
        records.flat[row as usize] != 0 && !self.of_row[row as usize].is_gate()
    }

    /// The best address and the best flat of the rows (newest first) of which `lies` says anything; `true` goes before `false`.
    fn best(&self, records: &Records, rows: &[u32], lies: impl Fn(u32) -> Option<bool>) -> (u32, u64) {
        let (mut best_row, mut best_flat) = ((None, NO_ROW), (None, 0));
        for &row in rows {
            let (at, flat) = (row as usize, records.flat[row as usize]);
            let Some(lies) = lies(row) else { continue };
            let is_dwelling = self.names_dwelling(records, row);
            if flat != 0 && Some((lies, is_dwelling)) > best_flat.0 {
                best_flat = (Some((lies, is_dwelling)), flat);
            }
            if records.address[at] != Pool::NONE {
                let whole = 2 * u32::from(is_dwelling) + u32::from(records.updated_at[at] != NO_TIME);
                let rank = Some((lies, whole, self.trust(row)));
                if rank > best_row.0 {
                    best_row = (rank, row);
                }
            }
        }
        (best_row.1, best_flat.1)
    }

    /// How far the agency of a record is trusted for where a person lives: a worker of the community was at the door.
    fn trust(&self, row: u32) -> u32 {
        match self.agencies.get(usize::from(self.of_row[row as usize].source)) {
            Some(Agency::Community) => 4,
            Some(Agency::Own) => 3,
            Some(Agency::Health) => 2,
            Some(Agency::Police) => 1,
            None => 0,
        }
    }

    /// Whether nothing in a record says that its person lives elsewhere than in that grid.
    fn may_lie_in(&self, row: u32, grid: GridNo) -> bool {
        let of = &self.of_row[row as usize];
        grid == NONE || of.located == NONE && self.places.may_lie_in(of.place, grid) != Some(false)
    }

    /// The grids of the registered flats of those persons: by the addresses of records in those flats, else by what the
    /// directory says of the registered address.
    pub(super) fn registered(
        &self,
        records: &Records,
        persons: &Persons,
        late: &[usize],
        directory: &Directory,
    ) -> HashMap<u64, GridNo> {
        let rows = || late.iter().flat_map(|&person| persons.rows(person)).map(|&row| row as usize);
        let flats = rows().map(|row| records.registered_flat[row]);
        let mut wanted: HashMap<u64, GridNo> = flats.filter(|&flat| flat != 0).map(|flat| (flat, NONE)).collect();
        for (row, flat) in records.flat.iter().enumerate() {
            if let Some(slot) = wanted.get_mut(flat).filter(|slot| **slot == NONE) {
                *slot = self.of_row[row].located;
            }
        }
        for row in rows() {
            if let Some(slot) = wanted.get_mut(&records.registered_flat[row]).filter(|slot| **slot == NONE) {
                let address = records.pool.get(records.registered_address[row]);
                *slot = grid_of_address(address, directory).unwrap_or(NONE);
            }
        }
        wanted.retain(|_, grid| *grid != NONE);
        wanted
    }

    /// The grids of the registered addresses of those persons that name no flat (民生路285号), by what the directory says of them.
    pub(super) fn registered_texts(
        &self,
        records: &Records,
        persons: &Persons,
        late: &[usize],
        directory: &Directory,
    ) -> HashMap<Sym, GridNo> {
        let rows = late.iter().flat_map(|&person| persons.rows(person)).map(|&row| row as usize);
        let texts = rows.filter(|&row| records.registered_flat[row] == 0).map(|row| records.registered_address[row]);
        let texts: HashSet<Sym> = texts.filter(|&text| text != Pool::NONE).collect();
        let told = |text: Sym| Some((text, grid_of_address(records.pool.get(text), directory)?));
        texts.into_par_iter().filter_map(told).collect()
    }

    pub(super) fn messages(&self) -> Vec<Message> {
        let unknown = || {
            let by_source = self.unknown_code_records.iter().enumerate().filter(|&(_, &n)| n > 0);
            let named = by_source.map(|(source, n)| {
                let name = self.sources.get(source).map_or_else(|| source.to_string(), |&name| name.to_owned());
                format!("{name} {n}")
            });
            Message::new("grids.code_unknown")
                .with("codes", self.unknown_codes)
                .with("records", self.unknown_code_records.iter().sum::<usize>())
                .with("sources", named.collect::<Vec<_>>().join(", "))
        };
        let contradicted = || Message::new("grids.code_contradicted").with("records", self.contradicted);
        let unknown = (self.unknown_codes > 0).then(unknown);
        unknown.into_iter().chain((self.contradicted > 0).then(contradicted)).collect()
    }
}

/// How many records of each source state a code of which `codes` knows no grid.
fn unknown_by_source(records: &Records, codes: &HashMap<Sym, Option<GridNo>>) -> Vec<usize> {
    if codes.values().all(Option::is_some) {
        return Vec::new();
    }
    let mut counts: Vec<usize> = Vec::new();
    for (code, &source) in records.grid_code.iter().zip(&records.source[..]) {
        if matches!(codes.get(code), Some(None)) {
            let source = usize::from(source);
            if counts.len() <= source {
                counts.resize(source + 1, 0);
            }
            counts[source] += 1;
        }
    }
    counts
}

/// The grids of flats, by votes: for each that with the most, none where two have as many.
#[derive(Default)]
pub(super) struct Flats {
    grids: HashMap<u64, GridNo>,
    /// What several grids share in more than a slip, such as a gate that leads to their buildings: nobody's flat.
    gates: HashSet<u64>,
}

impl Flats {
    pub(super) fn of(mut votes: Vec<(u64, GridNo)>) -> Self {
        votes.par_sort_unstable();
        let mut flats = Self::default();
        for flat in votes.chunk_by(|a, b| a.0 == b.0) {
            let mut counts: Vec<(usize, GridNo)> =
                flat.chunk_by(|a, b| a == b).map(|run| (run.len(), run[0].1)).collect();
            counts.sort_unstable_by_key(|&(n, grid)| (Reverse(n), grid));
            let (first, second) = (counts[0].0, counts.get(1).map_or(0, |second| second.0));
            if second >= 2 && first * 4 < flat.len() * 3 {
                flats.gates.insert(flat[0].0);
            } else if second < first {
                flats.grids.insert(flat[0].0, counts[0].1);
            }
        }
        flats
    }

    pub(super) fn grid(&self, flat: u64) -> Option<GridNo> {
        self.grids.get(&flat).copied()
    }

    pub(super) fn is_gate(&self, flat: u64) -> bool {
        self.gates.contains(&flat)
    }
}
