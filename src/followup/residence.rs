//! Which grid each person lives in, by the best evidence that the records give. Newer evidence of a kind goes before
//! older; a kind before the next, whatever their dates, in an order that the pipeline may set. Who has no evidence stays
//! unassigned and is counted as such.

use super::directory::{Directory, GridNo};
use super::places::{NOWHERE, PlaceNo, Places};
use crate::config::{Agency, GridEvidence};
use crate::message::Message;
use crate::tables::{GridBy, NO_ROW, Persons, Pool, Records, Residence, Sym};
use hashbrown::HashMap;
use std::cmp::Reverse;

/// No grid.
const NONE: GridNo = GridNo::MAX;

/// The grid of each person. `agencies` has the agency of each source, by number; `order` says which kinds of evidence
/// count, the best first:
///
/// - `grid_code`: the newest grid code that a community's record states, if it can be trusted;
/// - `flat`: estate and building by the directory's coverage, else the grid that most community records of that flat
///   state;
/// - `road`: road and door number by coverage;
/// - `estate`: the estate, if it lies in one grid (or the address names the community or street);
/// - `other_grid_code`: a grid code that another agency states;
/// - `household`: the other persons of the flat, if most of them live in one grid;
/// - `registered`: the registered flat, by what is known of that flat.
///
/// The messages count stated codes that are not used: those that the directory does not know, and those that the record's
/// own address contradicts while no second record of that place shares them. A code that is wrong by one digit would send
/// the worker of another grid. Costs a few hash lookups a record.
pub fn assign(
    records: &Records,
    persons: &Persons,
    directory: &Directory,
    agencies: &[Agency],
    order: &[GridEvidence],
) -> (Residence, Vec<Message>) {
    let evidence = Evidence::read(records, directory, agencies);
    let mut grid = vec![NONE; persons.len()];
    let mut by = vec![GridBy::None; persons.len()];
    // How many kinds of evidence come before the one that was found.
    let mut rank = vec![order.len() as u8; persons.len()];
    let mut rows = Vec::new();
    for person in 0..persons.len() {
        newest_first(records, persons, person, &mut rows);
        let found = (0..).zip(order).find_map(|(n, &kind)| Some((n, kind, evidence.own(records, &rows, kind)?)));
        if let Some((n, kind, found)) = found {
            (grid[person], by[person], rank[person]) = (found, by_of(kind), n);
        }
    }
    let first_of_others = order.iter().position(|kind| is_of_others(*kind)).unwrap_or(order.len()) as u8;
    let late: Vec<usize> = (0..persons.len()).filter(|&person| rank[person] > first_of_others).collect();
    let neighbours = neighbours(records, persons, &grid);
    let registered = evidence.registered(records, persons, &late);
    let known = |flats: &HashMap<u64, GridNo>, flat: u64| flats.get(&flat).copied();
    for person in late {
        newest_first(records, persons, person, &mut rows);
        let shared = || rows.iter().find_map(|&row| known(&neighbours, records.flat[row as usize]));
        let away = || {
            rows.iter().map(|&row| records.registered_flat[row as usize]).find_map(|flat| {
                known(&evidence.flats, flat).or_else(|| known(&registered, flat)).or_else(|| known(&neighbours, flat))
            })
        };
        let found = order[..usize::from(rank[person])].iter().find_map(|&kind| match kind {
            GridEvidence::Household => Some((shared()?, kind)),
            GridEvidence::Registered => Some((away()?, kind)),
            _ => None,
        });
        if let Some((found, kind)) = found {
            (grid[person], by[person]) = (found, by_of(kind));
        }
    }
    let mut residence = Residence { by, ..Residence::default() };
    let codes: Vec<Sym> = directory.grids().iter().map(|grid| residence.codes.intern(&grid.code)).collect();
    residence.grid = grid.iter().map(|&grid| codes.get(grid as usize).copied().unwrap_or(Pool::NONE)).collect();
    (residence, evidence.messages())
}

/// Whether the evidence is the grid of other persons.
fn is_of_others(kind: GridEvidence) -> bool {
    matches!(kind, GridEvidence::Household | GridEvidence::Registered)
}

fn by_of(kind: GridEvidence) -> GridBy {
    match kind {
        GridEvidence::GridCode | GridEvidence::OtherGridCode => GridBy::GridCode,
        GridEvidence::Flat => GridBy::Flat,
        GridEvidence::Road => GridBy::Road,
        GridEvidence::Estate => GridBy::Estate,
        GridEvidence::Household => GridBy::Household,
        GridEvidence::Registered => GridBy::Registered,
    }
}

/// Where each record says that its person lives.
struct Evidence {
    /// Grid that the record states; [`NONE`] if it states none that can be trusted.
    stated: Vec<GridNo>,
    /// Whether that is the community's word.
    community: Vec<bool>,
    /// Grid in which the record's address lies, and how that is known.
    located: Vec<(GridNo, GridBy)>,
    /// Grid that most community records of a flat state.
    flats: HashMap<u64, GridNo>,
    unknown_codes: usize,
    unknown_code_records: usize,
    contradicted: usize,
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
            contradicted: 0,
        };
        let mut said: Vec<(PlaceNo, GridNo, u32)> = Vec::new();
        for row in 0..records.len() {
            let code = records.grid_code[row];
            let stated = *codes.entry(code).or_insert_with(|| {
                let known = directory.number_of(records.pool.get(code).trim());
                evidence.unknown_codes += usize::from(known.is_none());
                known.unwrap_or(NONE)
            });
            evidence.unknown_code_records += usize::from(stated == NONE && code != Pool::NONE);
            let community = agencies.get(records.source[row] as usize) == Some(&Agency::Community);
            let place = places.number(records, row, directory);
            if community && stated != NONE && place != NOWHERE {
                said.push((place, stated, row as u32));
            }
            let located = (place != NOWHERE)
                .then(|| places.grid(place, records.pool.get(records.address[row]), directory))
                .flatten();
            evidence.stated.push(stated);
            evidence.community.push(community);
            evidence.located.push(located.unwrap_or((NONE, GridBy::None)));
        }
        evidence.distrust(said, directory);
        let votes = (0..records.len())
            .filter(|&row| evidence.community[row] && evidence.stated[row] != NONE && records.flat[row] != 0);
        evidence.flats = most(votes.map(|row| (records.flat[row], evidence.stated[row])).collect());
        evidence
    }

    /// Drops codes that the record's own address contradicts, unless others of that place state the same: a worker knows
    /// better than a directory where a grid ends, but one row against its own address is a slip. A dedicated grid may
    /// have people who live anywhere in its street.
    fn distrust(&mut self, mut said: Vec<(PlaceNo, GridNo, u32)>, directory: &Directory) {
        said.sort_unstable();
        for place in said.chunk_by(|a, b| a.0 == b.0) {
            let votes = |grid: GridNo| place.iter().filter(|(_, stated, _)| *stated == grid).count();
            for &(_, stated, row) in place {
                let (located, _) = self.located[row as usize];
                let dedicated = || directory.is_dedicated(stated) && directory.same_community(stated, located);
                if located == NONE || located == stated || dedicated() {
                    continue;
                }
                let shared = votes(stated);
                if shared < 2 || shared < votes(located) {
                    self.stated[row as usize] = NONE;
                    self.contradicted += 1;
                }
            }
        }
    }

    /// The grid that a person's own records (newest first) tell by one kind of evidence.
    fn own(&self, records: &Records, rows: &[u32], kind: GridEvidence) -> Option<GridNo> {
        let stated = |community: bool| {
            let mut rows = rows.iter().map(|&row| row as usize).filter(move |&row| self.community[row] == community);
            rows.find_map(move |row| Some(self.stated[row]).filter(|&grid| grid != NONE))
        };
        let located = |how: GridBy| {
            rows.iter().map(|&row| self.located[row as usize]).find(|&(_, by)| by == how).map(|(grid, _)| grid)
        };
        let flat = || rows.iter().find_map(|&row| self.flats.get(&records.flat[row as usize]).copied());
        match kind {
            GridEvidence::GridCode => stated(true),
            GridEvidence::Flat => located(GridBy::Flat).or_else(flat),
            GridEvidence::Road => located(GridBy::Road),
            GridEvidence::Estate => located(GridBy::Estate),
            GridEvidence::OtherGridCode => stated(false),
            GridEvidence::Household | GridEvidence::Registered => None,
        }
    }

    /// The grids of the registered flats of those persons, by the addresses of records in those flats.
    fn registered(&self, records: &Records, persons: &Persons, late: &[usize]) -> HashMap<u64, GridNo> {
        let flats = late.iter().flat_map(|&person| persons.rows(person));
        let flats = flats.map(|&row| records.registered_flat[row as usize]);
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
        let unknown = || {
            Message::new("grids.code_unknown")
                .with("codes", self.unknown_codes)
                .with("records", self.unknown_code_records)
        };
        let contradicted = || Message::new("grids.code_contradicted").with("records", self.contradicted);
        let unknown = (self.unknown_codes > 0).then(unknown);
        unknown.into_iter().chain((self.contradicted > 0).then(contradicted)).collect()
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
        let (residence, _) = assign(&records, &persons, &city(), AGENCIES, &GridEvidence::ORDER);
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
        let (_, messages) = assign(&records, &persons, &city(), AGENCIES, &GridEvidence::ORDER);
        let expected = Message::new("grids.code_unknown").with("codes", 1).with("records", 2);
        assert_eq!(messages, [expected]);
    }

    #[test]
    fn a_pipeline_may_order_the_evidence() {
        let code = Row { grid: "G1", ..Row::of(1) };
        let flat = Row { source: POLICE, estate: "阳光花园", building: "7", flat: 7, ..Row::of(1) };
        let neighbour = Row { flat: 7, grid: "G4", ..Row::of(2) };
        let by = |order: &[GridEvidence]| {
            let (records, persons) = sample(&[code, flat, neighbour, Row { person: 3, ..neighbour }]);
            let (residence, _) = assign(&records, &persons, &city(), AGENCIES, order);
            (residence.codes.get(residence.grid[0]).to_owned(), residence.by[0])
        };
        use GridEvidence::{Flat, GridCode, Household, Registered};
        assert_eq!(by(&[GridCode, Flat]), is("G1", GridBy::GridCode));
        assert_eq!(by(&[Flat, GridCode]), is("G2", GridBy::Flat));
        assert_eq!(by(&[Household, GridCode]), is("G4", GridBy::Household));
        assert_eq!(by(&[Registered]), is("", GridBy::None), "what is left out does not count");
    }

    #[test]
    fn a_code_that_its_own_address_contradicts_is_not_used_unless_shared() {
        let at = |person, grid| Row { estate: "阳光花园", building: "7", grid, ..Row::of(person) };
        assert_eq!(assigned(&[at(1, "G4")]), [is("G2", GridBy::Flat)]);
        assert_eq!(assigned(&[at(1, "G2"), at(2, "G2"), at(3, "G4")])[2], is("G2", GridBy::Flat));
        // The workers agree: the directory is behind.
        assert_eq!(assigned(&[at(1, "G4"), at(2, "G4"), at(3, "G4")])[0], is("G4", GridBy::GridCode));
        let (records, persons) = sample(&[at(1, "G4"), at(2, "G2")]);
        let (_, messages) = assign(&records, &persons, &city(), AGENCIES, &GridEvidence::ORDER);
        assert_eq!(messages, [Message::new("grids.code_contradicted").with("records", 1)]);
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
            let (residence, _) = assign(&records, &persons, &directory, AGENCIES, &GridEvidence::ORDER);
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
        let (residence, _) = assign(&records, &persons, &Directory::default(), AGENCIES, &GridEvidence::ORDER);
        assert_eq!(residence.grid, [Pool::NONE; 2]);
        assert_eq!(residence.by, [GridBy::None; 2]);
    }
}
