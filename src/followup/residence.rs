//! Which grid each person lives in, by the best evidence that the records give. Newer evidence of a kind goes before
//! older; a kind before the next, whatever their dates. Who has no evidence stays unassigned and is counted as such.

use super::directory::{Directory, GridNo};
use crate::config::Agency;
use crate::message::Message;
use crate::tables::{GridBy, NO_ROW, Persons, Pool, Records, Residence, Sym};
use hashbrown::HashMap;
use std::cmp::Reverse;

/// No grid.
const NONE: GridNo = GridNo::MAX;

/// The grid of each person. `agencies` has the agency of each source, by number. In order:
///
/// 1. the newest grid code that a community's record states, if the directory knows it;
/// 2. the flat: estate and building by the directory's coverage, else the grid that most community records of that flat
///    state;
/// 3. road and door number by coverage;
/// 4. the estate, if it lies in one grid (or the address names the community or street);
/// 5. a grid code that another agency states;
/// 6. the other persons of the flat, if most of them live in one grid;
/// 7. the registered flat, by 2 or 6.
///
/// The messages count stated codes that the directory does not know: they are never used, for a code that is wrong by
/// one digit would send the worker of another grid. Costs a few hash lookups a record.
pub fn assign(
    records: &Records,
    persons: &Persons,
    directory: &Directory,
    agencies: &[Agency],
) -> (Residence, Vec<Message>) {
    let evidence = Evidence::read(records, directory, agencies);
    let mut grid = vec![NONE; persons.len()];
    let mut by = vec![GridBy::None; persons.len()];
    let mut rows = Vec::new();
    for person in 0..persons.len() {
        newest_first(records, persons, person, &mut rows);
        if let Some((found, how)) = evidence.own(records, &rows) {
            (grid[person], by[person]) = (found, how);
        }
    }
    let neighbours = neighbours(records, persons, &grid);
    let registered = evidence.registered(records, persons, &grid);
    for person in (0..persons.len()).filter(|&person| by[person] == GridBy::None).collect::<Vec<_>>() {
        newest_first(records, persons, person, &mut rows);
        let known = |flats: &HashMap<u64, GridNo>, flat: u64| flats.get(&flat).copied();
        let shared = rows.iter().find_map(|&row| known(&neighbours, records.flat[row as usize]));
        let away = || {
            rows.iter().map(|&row| records.registered_flat[row as usize]).find_map(|flat| {
                known(&evidence.flats, flat).or_else(|| known(&registered, flat)).or_else(|| known(&neighbours, flat))
            })
        };
        if let Some(found) = shared {
            (grid[person], by[person]) = (found, GridBy::Household);
        } else if let Some(found) = away() {
            (grid[person], by[person]) = (found, GridBy::Registered);
        }
    }
    let mut residence = Residence { by, ..Residence::default() };
    let codes: Vec<Sym> = directory.grids().iter().map(|grid| residence.codes.intern(&grid.code)).collect();
    residence.grid = grid.iter().map(|&grid| codes.get(grid as usize).copied().unwrap_or(Pool::NONE)).collect();
    (residence, evidence.messages())
}

/// Where each record says that its person lives.
struct Evidence {
    /// Grid that the record states; [`NONE`] if it states none that is known.
    stated: Vec<GridNo>,
    /// Whether that is the community's word.
    community: Vec<bool>,
    /// Grid in which the record's address lies, and how that is known.
    located: Vec<(GridNo, GridBy)>,
    /// Grid that most community records of a flat state.
    flats: HashMap<u64, GridNo>,
    unknown_codes: usize,
    unknown_code_records: usize,
}

impl Evidence {
    fn read(records: &Records, directory: &Directory, agencies: &[Agency]) -> Self {
        let mut codes: HashMap<Sym, GridNo> = HashMap::from([(Pool::NONE, NONE)]);
        let mut places = Places::default();
        let mut evidence = Self {
            stated: Vec::with_capacity(records.len()),
            community: Vec::with_capacity(records.len()),
            located: Vec::with_capacity(records.len()),
            flats: HashMap::new(),
            unknown_codes: 0,
            unknown_code_records: 0,
        };
        let mut votes = Vec::new();
        for row in 0..records.len() {
            let code = records.grid_code[row];
            let stated = *codes.entry(code).or_insert_with(|| {
                let known = directory.number_of(records.pool.get(code).trim());
                evidence.unknown_codes += usize::from(known.is_none());
                known.unwrap_or(NONE)
            });
            evidence.unknown_code_records += usize::from(stated == NONE && code != Pool::NONE);
            let community = agencies.get(records.source[row] as usize) == Some(&Agency::Community);
            if community && stated != NONE && records.flat[row] != 0 {
                votes.push((records.flat[row], stated));
            }
            evidence.stated.push(stated);
            evidence.community.push(community);
            evidence.located.push(places.locate(records, row, directory));
        }
        evidence.flats = most(votes);
        evidence
    }

    /// The grid that a person's own records (newest first) tell.
    fn own(&self, records: &Records, rows: &[u32]) -> Option<(GridNo, GridBy)> {
        let stated = |community: bool| {
            let mut rows = rows.iter().map(|&row| row as usize).filter(move |&row| self.community[row] == community);
            rows.find_map(move |row| Some(self.stated[row]).filter(|&grid| grid != NONE))
        };
        let located = |how: GridBy| {
            rows.iter().map(|&row| self.located[row as usize]).find(|&(_, by)| by == how).map(|(grid, _)| grid)
        };
        let flat = || rows.iter().find_map(|&row| self.flats.get(&records.flat[row as usize]).copied());
        let found = |by: GridBy| move |grid| (grid, by);
        (stated(true).map(found(GridBy::GridCode)))
            .or_else(|| located(GridBy::Flat).or_else(flat).map(found(GridBy::Flat)))
            .or_else(|| located(GridBy::Road).map(found(GridBy::Road)))
            .or_else(|| located(GridBy::Estate).map(found(GridBy::Estate)))
            .or_else(|| stated(false).map(found(GridBy::GridCode)))
    }

    /// The grids of the registered flats of persons without a grid, by the addresses of records in those flats.
    fn registered(&self, records: &Records, persons: &Persons, grid: &[GridNo]) -> HashMap<u64, GridNo> {
        let lost = (0..persons.len()).filter(|&person| grid[person] == NONE);
        let flats = lost.flat_map(|person| persons.rows(person)).map(|&row| records.registered_flat[row as usize]);
        let mut wanted: HashMap<u64, GridNo> = flats.filter(|&flat| flat != 0).map(|flat| (flat, NONE)).collect();
        for (row, flat) in records.flat.iter().enumerate() {
            if let Some(slot) = wanted.get_mut(flat).filter(|slot| **slot == NONE) {
                *slot = self.located[row].0;
            }
        }
        wanted.retain(|_, grid| *grid != NONE);
        wanted
    }

    fn messages(&self) -> Vec<Message> {
        let message = || {
            Message::new("grids.code_unknown")
                .with("codes", self.unknown_codes)
                .with("records", self.unknown_code_records)
        };
        (self.unknown_codes > 0).then(message).into_iter().collect()
    }
}

/// The grids in which each distinct place may lie, looked up once.
#[derive(Default)]
struct Places {
    known: HashMap<[Sym; 4], u32>,
    found: Vec<[Vec<GridNo>; 3]>,
}

impl Places {
    fn locate(&mut self, records: &Records, row: usize, directory: &Directory) -> (GridNo, GridBy) {
        let mut place = [records.estate[row], records.building[row], records.road[row], records.number[row]];
        // 东李庙村450: in a village a bare number is the house.
        if place[1..].iter().all(|&sym| sym == Pool::NONE) && records.pool.get(place[0]).ends_with('村') {
            place[3] = records.room[row];
        }
        if place[0] == Pool::NONE && place[2] == Pool::NONE {
            return (NONE, GridBy::None);
        }
        let found = *self.known.entry(place).or_insert_with(|| {
            let [estate, building, road, number] = place.map(|sym| records.pool.get(sym));
            let of_estate = if estate.is_empty() { Vec::new() } else { directory.by_estate(estate) };
            // A village has houses with a number and neither road nor building: directories write them in either column.
            let village = road.is_empty() && building.is_empty() && !number.is_empty();
            let part = if village { number } else { building };
            let of_building = if of_estate.is_empty() { Vec::new() } else { directory.by_building(estate, part) };
            let of_number = directory.by_number(if village { estate } else { road }, number);
            self.found.push([of_building, of_number, of_estate]);
            self.found.len() as u32 - 1
        });
        let kinds = [GridBy::Flat, GridBy::Road, GridBy::Estate];
        for (candidates, by) in self.found[found as usize].iter().zip(kinds) {
            if let Some(grid) = directory.named_in(records.pool.get(records.address[row]), candidates) {
                return (grid, by);
            }
        }
        (NONE, GridBy::None)
    }
}

/// The grid of the persons who live in each flat: each has one vote, for the flat of the newest record that names one.
fn neighbours(records: &Records, persons: &Persons, grid: &[GridNo]) -> HashMap<u64, GridNo> {
    let (mut votes, mut rows) = (Vec::new(), Vec::new());
    for person in (0..persons.len()).filter(|&person| grid[person] != NONE) {
        newest_first(records, persons, person, &mut rows);
        let flat = rows.iter().map(|&row| records.flat[row as usize]).find(|&flat| flat != 0);
        votes.extend(flat.map(|flat| (flat, grid[person])));
    }
    most(votes)
}

/// For each flat the grid with the most votes; none where two have as many.
fn most(mut votes: Vec<(u64, GridNo)>) -> HashMap<u64, GridNo> {
    votes.sort_unstable();
    let mut winners = HashMap::new();
    for flat in votes.chunk_by(|a, b| a.0 == b.0) {
        let mut counts: Vec<(usize, GridNo)> = flat.chunk_by(|a, b| a == b).map(|run| (run.len(), run[0].1)).collect();
        counts.sort_unstable_by_key(|&(n, grid)| (Reverse(n), grid));
        if counts.get(1).is_none_or(|second| second.0 < counts[0].0) {
            winners.insert(flat[0].0, counts[0].1);
        }
    }
    winners
}

/// The record rows of a person, newest first, then in their order.
pub(super) fn newest_first(records: &Records, persons: &Persons, person: usize, rows: &mut Vec<u32>) {
    rows.clear();
    rows.extend(persons.rows(person).iter().filter(|&&row| row != NO_ROW));
    rows.sort_unstable_by_key(|&row| (Reverse(records.updated_at[row as usize]), row));
}

#[cfg(test)]
mod tests {
    use super::super::directory::tests::directory;
    use super::super::sample::{Row, sample};
    use super::*;

    const AGENCIES: &[Agency] = &[Agency::Community, Agency::Police];
    const POLICE: u16 = 1;

    fn city() -> Directory {
        directory(&[
            &["G1", "", "", "甲社区", "东街", "", "", "", "", "阳光花园", "1-5"],
            &["G2", "", "", "乙社区", "东街", "", "", "", "", "阳光花园、安居", "6-9"],
            &["G3", "", "", "丙社区", "西街", "", "", "", "", "", "", "府前大街", "1-99单"],
            &["G4", "", "", "丁社区", "西街", "", "", "", "", "金桥"],
        ])
        .0
    }

    fn assigned(rows: &[Row]) -> Vec<(String, GridBy)> {
        let (records, persons) = sample(rows);
        let (residence, _) = assign(&records, &persons, &city(), AGENCIES);
        (0..persons.len()).map(|p| (residence.codes.get(residence.grid[p]).to_owned(), residence.by[p])).collect()
    }

    fn first(rows: &[Row]) -> (String, GridBy) {
        assigned(rows).swap_remove(0)
    }

    fn is(code: &str, by: GridBy) -> (String, GridBy) {
        (code.to_owned(), by)
    }

    #[test]
    fn evidence_counts_in_its_order() {
        let registered = Row { source: POLICE, registered_flat: 7, updated_at: 9, ..Row::of(1) };
        let neighbour = Row { flat: 7, grid: "G4", ..Row::of(2) };
        let elsewhere = Row { source: POLICE, grid: "G4", updated_at: 8, ..Row::of(1) };
        let estate = Row { source: POLICE, estate: "金桥小区", updated_at: 7, ..Row::of(1) };
        let road = Row { source: POLICE, road: "府前大街", number: "45-1", updated_at: 6, ..Row::of(1) };
        let flat = Row { source: POLICE, estate: "阳光花园", building: "7", updated_at: 5, ..Row::of(1) };
        let code = Row { grid: "G1", updated_at: 4, ..Row::of(1) };
        let mut rows = vec![neighbour, registered];
        assert_eq!(first(&rows), is("G4", GridBy::Registered));
        for (row, code, by) in [
            (elsewhere, "G4", GridBy::GridCode),
            (estate, "G4", GridBy::Estate),
            (road, "G3", GridBy::Road),
            (flat, "G2", GridBy::Flat),
            (code, "G1", GridBy::GridCode),
        ] {
            rows.push(row);
            assert_eq!(first(&rows), is(code, by));
        }
    }

    #[test]
    fn newer_evidence_of_a_kind_wins_and_unknown_codes_are_never_used() {
        let rows = [
            Row { grid: "G1", updated_at: 1, ..Row::of(1) },
            Row { grid: "G2", updated_at: 2, ..Row::of(1) },
            Row { grid: "G9", updated_at: 3, ..Row::of(1) },
            Row { grid: "G9", ..Row::of(2) },
        ];
        assert_eq!(assigned(&rows), [is("G2", GridBy::GridCode), is("", GridBy::None)]);
        let (records, persons) = sample(&rows);
        let (_, messages) = assign(&records, &persons, &city(), AGENCIES);
        let expected = Message::new("grids.code_unknown").with("codes", 1).with("records", 2);
        assert_eq!(messages, [expected]);
    }

    #[test]
    fn a_flat_is_where_most_of_its_community_records_say() {
        let vote = |person, grid| Row { flat: 7, grid, ..Row::of(person) };
        let lost = Row { source: POLICE, flat: 7, ..Row::of(9) };
        let last = |rows: &[Row]| assigned(rows).pop().unwrap();
        assert_eq!(last(&[vote(1, "G1"), vote(2, "G1"), vote(3, "G2"), lost]), is("G1", GridBy::Flat));
        assert_eq!(last(&[vote(1, "G1"), vote(2, "G2"), lost]), is("", GridBy::None), "as many: nobody is guessed");
    }

    #[test]
    fn a_house_of_a_village_is_found_by_its_number() {
        let village = |estate, buildings, road, numbers| {
            let row = |code, buildings, numbers| {
                ["x", "", "", "", "", "", "", "", "", estate, buildings, road, numbers]
                    .map(|text| if text == "x" { code } else { text })
            };
            let (one, two) = (row("V1", "1-99", "1-99"), row("V2", buildings, numbers));
            directory(&[&one, &two]).0
        };
        let house = Row { source: POLICE, estate: "隋官村", number: "121", ..Row::of(1) };
        let (records, persons) = sample(&[house]);
        for directory in [village("隋官村", "100-150", "", ""), village("", "", "隋官村", "100-150")] {
            let (residence, _) = assign(&records, &persons, &directory, AGENCIES);
            assert_eq!(residence.codes.get(residence.grid[0]), "V2");
        }
    }

    #[test]
    fn a_household_lends_its_grid() {
        let known = Row { source: POLICE, estate: "金桥", flat: 7, ..Row::of(1) };
        let lost = Row { source: POLICE, flat: 7, ..Row::of(2) };
        assert_eq!(assigned(&[known, lost])[1], is("G4", GridBy::Household));
    }

    #[test]
    fn a_registered_flat_is_found_by_the_address_of_others() {
        let known = Row { source: POLICE, estate: "金桥", flat: 7, grid: "", ..Row::of(1) };
        let moved = Row { source: POLICE, estate: "安居", building: "6", flat: 8, updated_at: 5, ..Row::of(1) };
        let lost = Row { source: POLICE, registered_flat: 7, ..Row::of(2) };
        assert_eq!(assigned(&[known, moved, lost])[1], is("G4", GridBy::Registered));
    }

    #[test]
    fn nobody_is_dropped_without_directory_or_evidence() {
        let (records, persons) = sample(&[Row::of(1), Row { grid: "G1", ..Row::of(2) }]);
        let (residence, _) = assign(&records, &persons, &Directory::default(), AGENCIES);
        assert_eq!(residence.grid, [Pool::NONE; 2]);
        assert_eq!(residence.by, [GridBy::None; 2]);
    }
}
