//! Which evidence tells where a person lives, and which dedicated grid stands beside it.

use super::super::directory::tests::directory;
use super::super::sample::{Row, person_of, sample};
use super::evidence::STAFF_MIN;
use super::*;
use jiff::civil::date;

const AGENCIES: &[Agency] =
    &[Agency::Community, Agency::Police, Agency::Health, Agency::Own, Agency::Police, Agency::Health];
const SOURCES: &[&str] = &["community", "police", "tests", "own", "hotels", "clinic"];
const POLICE: u16 = 1;
const TESTS: u16 = 2;
const OWN: u16 = 3;
const HOTELS: u16 = 4;
const CLINIC: u16 = 5;

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
    let (residence, _) = given(&records, &persons, &city(), &GridEvidence::ORDER);
    (0..persons.len()).map(|p| (residence.codes.get(residence.grid[p]).to_owned(), residence.by[p])).collect()
}

/// Grids of persons by the usual rules, with that order of evidence.
fn given(
    records: &Records,
    persons: &Persons,
    directory: &Directory,
    order: &[GridEvidence],
) -> (Residence, Vec<Message>) {
    let visits = Visits::read(records, &person_of(records, persons), persons.len(), date(2022, 3, 27), &[]);
    let rules =
        GridRules { sources: SOURCES, agencies: AGENCIES, order, dedicated: DedicatedGrids::Beside, returns: None };
    assign(records, persons, directory, &visits, rules)
}

fn first(rows: &[Row]) -> (String, GridBy) {
    assigned(rows).swap_remove(0)
}

fn is(code: &str, by: GridBy) -> (String, GridBy) {
    (code.to_owned(), by)
}

#[test]
fn the_registered_address_counts_where_no_other_place_is_named() {
    let registered =
        Row { source: POLICE, registered_flat: 7, registered_address: "阳光花园1-1-101", ..Row::of(1) };
    let neighbour = Row { flat: 7, grid: "G1", ..Row::of(2) };
    assert_eq!(first(&[registered, neighbour]), is("G1", GridBy::Registered));
    let unknown = Row { estate: "八方地", address: "八方地24号", flat: 9, ..Row::of(1) };
    assert_eq!(first(&[registered, neighbour, unknown]), is("", GridBy::None), "another place, that no grid covers");
    let same = Row { estate: "八方地", address: "八方地24号", flat: 7, ..Row::of(1) };
    assert_eq!(first(&[registered, neighbour, same]).0, "G1", "the same flat");
    let somewhere_in_it = Row { estate: "阳光花园", address: "阳光花园", ..Row::of(1) };
    assert_eq!(first(&[registered, neighbour, somewhere_in_it]), is("G1", GridBy::Registered));
}

#[test]
fn who_is_nothing_but_a_phone_lives_where_those_live_who_have_it_too() {
    let lead = Row { phone: 138, ..Row::of(1) };
    let one = Row { phone: 138, grid: "G1", ..Row::of(2) };
    let same = Row { phone: 138, grid: "G1", ..Row::of(3) };
    let other = Row { phone: 138, grid: "G2", ..Row::of(3) };
    assert_eq!(first(&[lead, one, same]), is("G1", GridBy::Household));
    assert_eq!(first(&[lead, one, other]), is("", GridBy::None), "one of two grids");
    assert_eq!(first(&[lead, Row { phone: 139, ..one }]), is("", GridBy::None));
    let elsewhere = Row { address: "济南市历下区某路9号", ..lead };
    assert_eq!(first(&[elsewhere, one, same]), is("", GridBy::None), "who lives somewhere else is not there");
    let office: Vec<Row> =
        std::iter::once(lead).chain((2..20).map(|person| Row { phone: 138, grid: "G1", ..Row::of(person) })).collect();
    assert_eq!(first(&office), is("", GridBy::None), "so many share no household's phone");
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
        Row { grid: "G9", source: POLICE, ..Row::of(2) },
    ];
    assert_eq!(assigned(&rows), [is("G2", GridBy::GridCode), is("", GridBy::None)]);
    let (records, persons) = sample(&rows);
    let (_, messages) = given(&records, &persons, &city(), &GridEvidence::ORDER);
    let expected = Message::new("grids.code_unknown").with("codes", 1).with("records", 2);
    let expected = expected.with("sources", "community 1, police 1");
    assert_eq!(messages, [expected]);
}

#[test]
fn the_name_of_one_grid_is_its_code() {
    let (city, _) = directory(&[
        &["G1", "翠竹社区第五网格", "", "翠竹社区", "东街"],
        &["G2", "第一网格", "", "翠竹社区", "东街"],
        &["G3", "第一网格", "", "安居社区", "东街"],
    ]);
    let rows = [
        Row { grid: "翠竹社区第五网格", ..Row::of(1) },
        Row { grid: "安居社区第一网格", ..Row::of(2) },
        Row { grid: "第一网格", source: POLICE, ..Row::of(3) },
    ];
    let (records, persons) = sample(&rows);
    let (residence, messages) = given(&records, &persons, &city, &GridEvidence::ORDER);
    let codes: Vec<&str> = residence.grid.iter().map(|&code| residence.codes.get(code)).collect();
    assert_eq!(codes, ["G1", "G3", ""]);
    let expected = Message::new("grids.code_unknown").with("codes", 1).with("records", 1).with("sources", "police 1");
    assert_eq!(messages, [expected]);
}

const DAY: i64 = 24 * 60 * 60;

/// What a source says on a day of a flat in 阳光花园: building 3 is G1's, 7 is G2's.
fn word(source: u16, day: i64, building: &'static str) -> Row {
    Row { source, estate: "阳光花园", building, updated_at: 1 + day * DAY, ..Row::of(1) }
}

#[test]
fn a_place_that_more_sources_name_goes_before_one_that_a_single_source_repeats() {
    let stale = [word(CLINIC, 99, "7"), word(CLINIC, 100, "7")];
    assert_eq!(first(&stale), is("G2", GridBy::Flat));
    let agree = [word(TESTS, 95, "3"), word(OWN, 90, "3")];
    assert_eq!(first(&[&stale[..], &agree].concat()), is("G1", GridBy::Flat));
    // What was said long ago decides only between as many.
    let long_ago = [word(TESTS, 5, "3"), word(OWN, 6, "3")];
    assert_eq!(first(&[&stale[..], &long_ago].concat()), is("G2", GridBy::Flat), "people move");
    assert_eq!(first(&[&stale[..1], &agree[..1], &long_ago[1..]].concat()), is("G1", GridBy::Flat));
    assert_eq!(first(&[&stale[..1], &agree[..1]].concat()), is("G2", GridBy::Flat), "nothing but the date tells");
    let visited = [word(0, 90, "3")];
    assert_eq!(first(&[&stale[..], &visited].concat()), is("G1", GridBy::Flat), "a worker was at the door");
}

#[test]
fn a_code_from_before_a_move_does_not_count() {
    let code = Row { grid: "G1", ..word(0, 10, "3") };
    let with = |rows: &[Row]| first(&[&[code], rows].concat());
    let (stays, moved) = (is("G1", GridBy::GridCode), is("G2", GridBy::Flat));
    assert_eq!(with(&[word(TESTS, 90, "7")]), stays, "one source alone may be wrong");
    assert_eq!(with(&[word(TESTS, 90, "7"), word(TESTS, 95, "7")]), stays, "and repeats what it said");
    assert_eq!(with(&[word(TESTS, 90, "7"), word(CLINIC, 95, "7")]), moved);
    let bridge = Row { estate: "金桥", building: "", ..word(CLINIC, 95, "") };
    assert_eq!(with(&[word(TESTS, 90, "7"), bridge]), stays, "two sources that name two grids");
    assert_eq!(with(&[word(0, 90, "7")]), moved, "the community itself says so");
    assert_eq!(with(&[word(TESTS, 90, "7"), word(CLINIC, 95, "7"), word(OWN, 99, "3"), word(POLICE, 95, "3")]), stays);
    assert_eq!(with(&[word(0, 40, "7")]), stays, "both were said within a month");
    assert_eq!(with(&[word(0, 90, "")]), stays, "the estate lies in either grid");
    let undated = Row { updated_at: NO_TIME, ..code };
    assert_eq!(first(&[undated, word(0, 90, "7")]), stays, "nobody knows that it is old");
    let again = Row { grid: "G1", ..word(0, 99, "") };
    assert_eq!(with(&[again, word(TESTS, 90, "7"), word(CLINIC, 95, "7")]), stays);
    // Where a grid ends the worker knows better than the directory.
    let beyond = [1, 2, 3].map(|person| Row { grid: "G1", flat: 5, person, ..word(0, 10, "7") });
    let same_flat = [POLICE, TESTS].map(|source| Row { flat: 5, ..word(source, 90, "7") });
    assert_eq!(first(&[&beyond[..], &same_flat].concat()), stays);
}

#[test]
fn a_flat_from_before_a_move_to_a_road_does_not_count() {
    let road =
        |source, day| Row { estate: "", building: "", road: "府前大街", number: "7", ..word(source, day, "") };
    let flat = word(CLINIC, 10, "3");
    let moved = is("G3", GridBy::Road);
    assert_eq!(first(&[flat, road(TESTS, 90), road(OWN, 95)]), moved);
    let stays = is("G1", GridBy::Flat);
    assert_eq!(first(&[flat, road(TESTS, 90)]), stays, "one source alone may be wrong");
    assert_eq!(first(&[flat, road(TESTS, 1_000)]), moved, "but not when the flat was said years ago");
    assert_eq!(first(&[flat, road(TESTS, 1_000), word(POLICE, 990, "3")]), stays, "nor where it was said again");
    assert_eq!(first(&[flat, road(TESTS, 30), road(OWN, 31)]), stays, "all was said within a month");
    assert_eq!(first(&[flat, road(TESTS, 90), road(OWN, 95), word(POLICE, 96, "3")]), stays, "it was said again");
}

#[test]
fn what_a_worker_found_out_goes_before_all_that_was_said_earlier() {
    const RETURNS: u16 = 0;
    let lived = [Row { grid: "G1", ..word(6, 1, "3") }, word(OWN, 90, "3"), word(TESTS, 91, "3")];
    let told = |answer: Row| {
        let (records, persons) = sample(&[&lived[..], &[answer]].concat());
        let visits = Visits::read(&records, &person_of(&records, &persons), persons.len(), date(2022, 3, 27), &[]);
        let rules = GridRules {
            sources: SOURCES,
            agencies: &[AGENCIES, &[Agency::Community]].concat(),
            order: &GridEvidence::ORDER,
            dedicated: DedicatedGrids::Beside,
            returns: Some(RETURNS),
        };
        let (residence, _) = assign(&records, &persons, &city(), &visits, rules);
        (residence.codes.get(residence.grid[0]).to_owned(), residence.by[0])
    };
    let moved = Row { estate: "金桥", ..word(RETURNS, 95, "") };
    assert_eq!(told(moved), is("G4", GridBy::Estate));
    assert_eq!(
        told(Row { source: HOTELS, ..moved }),
        is("G1", GridBy::GridCode),
        "another source's word is one of many"
    );
    assert_eq!(told(Row { estate: "远方", ..moved }), is("G1", GridBy::GridCode), "nobody knows where that is");
    assert_eq!(told(Row { updated_at: 0, ..moved }), is("G1", GridBy::GridCode), "moved back since");
}

#[test]
fn a_source_speaks_for_every_grid_of_the_estate_that_it_names() {
    let (moved, known) = (word(CLINIC, 90, "7"), word(TESTS, 3, "1"));
    let to = Row { building: "", ..word(OWN, 100, "") };
    // 金桥 is G4's alone and tells nothing of these two.
    let elsewhere = Row { estate: "金桥", building: "1", ..word(HOTELS, 2, "") };
    assert_eq!(first(&[moved, known]), is("G2", GridBy::Flat));
    assert_eq!(first(&[elsewhere, moved, to]), is("G2", GridBy::Flat));
    let there = Row { estate: "金桥", building: "", ..to };
    let whole = Row { estate: "金桥", building: "1", ..known };
    assert_eq!(first(&[moved, whole, there]), is("G4", GridBy::Flat), "the older record has the building");
}

#[test]
fn a_code_far_from_the_estate_that_the_record_names_is_a_slip() {
    let at = |person, grid| Row { estate: "阳光花园", grid, ..Row::of(person) };
    assert_eq!(assigned(&[at(1, "G4")]), [is("", GridBy::None)], "the estate has two grids, and G4 is neither");
    assert_eq!(assigned(&[at(1, "G2")]), [is("G2", GridBy::GridCode)]);
    assert_eq!(assigned(&[at(1, "G4"), at(2, "G4")])[0], is("G4", GridBy::GridCode), "two say so");
}

#[test]
fn a_gate_that_leads_to_several_grids_is_no_flat() {
    let votes = |of_first: u64, of_second: u64| {
        let vote = |person: u64| Row { flat: 7, grid: if person <= of_first { "G1" } else { "G2" }, ..Row::of(person) };
        let lost = Row { source: POLICE, flat: 7, ..Row::of(99) };
        let rows: Vec<Row> = (1..=of_first + of_second).map(vote).chain([lost]).collect();
        assigned(&rows).pop().unwrap()
    };
    assert_eq!(votes(10, 4), is("", GridBy::None), "nor do the others there tell more");
    assert_eq!(votes(10, 2), is("G1", GridBy::Flat));
    assert_eq!(votes(2, 1), is("G1", GridBy::Flat), "one slip");
}

#[test]
fn the_address_lies_in_the_grid() {
    let there = Row { flat: 3, address: "阳光花园3号楼101", ..word(POLICE, 95, "3") };
    let gate = Row { flat: 0, address: "阳光花园", building: "", ..word(HOTELS, 99, "") };
    let stale = Row { flat: 7, address: "阳光花园7号楼101", ..word(CLINIC, 100, "7") };
    let told = |rows: &[Row]| {
        let (records, persons) = sample(rows);
        let (residence, _) = given(&records, &persons, &city(), &GridEvidence::ORDER);
        let address = records.address.get(residence.address_row[0] as usize);
        (address.map_or("", |&address| records.pool.get(address)).to_owned(), residence.flat[0])
    };
    assert_eq!(told(&[stale, gate]), (stale.address.to_owned(), 7));
    let agree = Row { flat: 3, address: "阳光花园3#101", ..word(OWN, 94, "3") };
    assert_eq!(told(&[stale, gate, there, agree]), (agree.address.to_owned(), 3), "the newest is elsewhere");
    assert_eq!(told(&[Row { address: "", ..stale }]), (String::new(), 7), "no record has an address");
}

#[test]
fn a_pipeline_may_order_the_evidence() {
    let code = Row { grid: "G1", ..Row::of(1) };
    let flat = Row { source: POLICE, estate: "阳光花园", building: "7", flat: 7, ..Row::of(1) };
    let neighbour = Row { flat: 7, grid: "G4", ..Row::of(2) };
    let by = |order: &[GridEvidence]| {
        let (records, persons) = sample(&[code, flat, neighbour, Row { person: 3, ..neighbour }]);
        let (residence, _) = given(&records, &persons, &city(), order);
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
    let (_, messages) = given(&records, &persons, &city(), &GridEvidence::ORDER);
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
        let (residence, _) = given(&records, &persons, &directory, &GridEvidence::ORDER);
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
fn a_registered_flat_is_found_by_what_the_directory_covers() {
    let directory = directory(&[
        &["B1", "", "base", "甲社区", "东街", "", "天元区", "", "", "幸福家园", "1-6"],
        &["B2", "", "base", "甲社区", "东街", "", "天元区", "", "", "幸福家园", "7-9"],
    ])
    .0;
    let registered = |person, registered_address| Row {
        source: POLICE,
        registered_flat: person,
        registered_address,
        ..Row::of(person)
    };
    let rows = [
        registered(1, "湖南省株洲市天元区幸福家园5栋2102号"),
        registered(2, "幸福家园8栋101"),
        registered(3, "湖南省长沙市雨花区幸福家园5栋2102号"), // an estate of the same name elsewhere
        registered(4, "幸福家园"),                            // in two grids
    ];
    let (records, persons) = sample(&rows);
    let (residence, _) = given(&records, &persons, &directory, &GridEvidence::ORDER);
    let codes: Vec<Option<&str>> = residence.grid.iter().map(|&grid| residence.codes.get_some(grid)).collect();
    assert_eq!(codes, [Some("B1"), Some("B2"), None, None]);
    assert_eq!(residence.by[..2], [GridBy::Registered; 2]);
}

#[test]
fn nobody_is_dropped_without_directory_or_evidence() {
    let (records, persons) = sample(&[Row::of(1), Row { grid: "G1", ..Row::of(2) }]);
    let (residence, _) = given(&records, &persons, &Directory::default(), &GridEvidence::ORDER);
    assert_eq!(residence.grid, [Pool::NONE; 2]);
    assert_eq!(residence.by, [GridBy::None; 2]);
}

/// A base grid of flats, one of an estate in the same street, a school and a hotel far away.
fn city_with_dedicated() -> Directory {
    directory(&[
        &["B1", "", "base", "甲社区", "东街", "370502", "", "", "", "阳光花园", "1-10"],
        &["B2", "", "base", "乙社区", "西街", "370503", "", "", "", "金桥"],
        &["D1", "", "dedicated", "乙社区", "西街", "370503", "", "", "", "实验中学"],
        &["D2", "", "dedicated", "甲社区", "东街", "370502", "", "", "", "锦绣宾馆"],
    ])
    .0
}

/// Grid, how it was found and dedicated grid of each person.
fn dedicated(rows: &[Row], order: &[GridEvidence], how: DedicatedGrids) -> Vec<(String, GridBy, String)> {
    let (records, persons) = sample(rows);
    let visits = Visits::read(&records, &person_of(&records, &persons), persons.len(), date(2022, 3, 27), &[]);
    let rules = GridRules { sources: SOURCES, agencies: AGENCIES, order, dedicated: how, returns: None };
    let (residence, _) = assign(&records, &persons, &city_with_dedicated(), &visits, rules);
    let text = |sym| residence.codes.get(sym).to_owned();
    (0..persons.len()).map(|p| (text(residence.grid[p]), residence.by[p], text(residence.dedicated[p]))).collect()
}

fn beside(rows: &[Row]) -> Vec<(String, GridBy, String)> {
    dedicated(rows, &GridEvidence::ORDER, DedicatedGrids::Beside)
}

fn lives(code: &str, by: GridBy, also: &str) -> (String, GridBy, String) {
    (code.to_owned(), by, also.to_owned())
}

const HOME: Row = Row { source: POLICE, estate: "阳光花园", building: "7", flat: 7, updated_at: 1, ..Row::NONE };
const HOTEL: Row = Row { source: POLICE, estate: "锦绣宾馆", updated_at: 9, ..Row::NONE };

#[test]
fn a_dedicated_grid_stands_beside_the_base_grid_of_the_residence() {
    // The hotel's code is the newest and the best kind of evidence, and says where somebody stays, not lives.
    let guest = Row { grid: "D2", updated_at: 9, ..Row::of(1) };
    assert_eq!(beside(&[Row { person: 1, ..HOME }, guest]), [lives("B1", GridBy::Flat, "D2")]);
    // So does the health service's code, and an address that the hotel covers.
    let tested = Row { source: POLICE, grid: "D1", updated_at: 9, ..Row::of(1) };
    assert_eq!(beside(&[Row { person: 1, ..HOME }, tested]), [lives("B1", GridBy::Flat, "D1")]);
    assert_eq!(beside(&[Row { person: 1, ..HOME }, Row { person: 1, ..HOTEL }]), [lives("B1", GridBy::Flat, "D2")]);
    // A guest of whom nothing else is known is the hotel's, whatever far place they are registered in.
    let registered = Row { registered_flat: 7, ..HOTEL };
    let rows = [Row { person: 1, ..HOME }, Row { person: 2, ..registered }];
    assert_eq!(beside(&rows)[1], lives("D2", GridBy::Estate, "D2"));
    assert_eq!(beside(&[Row { person: 1, ..HOME }]), [lives("B1", GridBy::Flat, "")]);
}

#[test]
fn who_lives_in_a_dormitory_and_slept_in_a_hotel_lives_in_the_dormitory() {
    let room =
        |source, updated_at| Row { source, estate: "实验中学", building: "3", flat: 8, updated_at, ..Row::of(1) };
    let night = Row { source: HOTELS, estate: "金桥", updated_at: 9, ..Row::of(1) };
    assert_eq!(beside(&[room(POLICE, 1), room(TESTS, 2), night]), [lives("D1", GridBy::Flat, "D1")]);
    assert_eq!(beside(&[room(TESTS, 2), night]), [lives("B2", GridBy::Estate, "D1")], "one voice against one");
    let home = Row { person: 1, ..HOME };
    assert_eq!(beside(&[room(POLICE, 1), room(TESTS, 2), home]), [lives("B1", GridBy::Flat, "D1")], "a flat is a home");
    let school = |source| Row { flat: 0, building: "", ..room(source, 1) };
    assert_eq!(
        beside(&[school(POLICE), school(TESTS), night]),
        [lives("B2", GridBy::Estate, "D1")],
        "they may but study"
    );
}

#[test]
fn a_night_in_a_hotel_is_no_move() {
    let hotel = |day| Row { estate: "如意宾馆", road: "府前大街", number: "3", ..word(HOTELS, day, "") };
    let night = Row { building: "", ..hotel(2_000) };
    let home = Row { estate: "金桥", building: "", ..word(POLICE, 1, "") };
    assert_eq!(first(&[home, night]), is("G4", GridBy::Estate), "whatever is older or less exact");
    assert_eq!(first(&[word(POLICE, 1, "3"), night]), is("G1", GridBy::Flat));
    assert_eq!(first(&[night]), is("G3", GridBy::Road), "of whom nothing else is known");
    let code = Row { grid: "G1", ..word(0, 1, "") };
    assert_eq!(first(&[code, night, Row { source: OWN, ..night }]), is("G1", GridBy::GridCode));
}

#[test]
fn the_flat_of_a_family_is_not_where_one_of_them_slept() {
    let home =
        |person| Row { source: POLICE, estate: "远方", building: "1", flat: 77, updated_at: 1, ..Row::of(person) };
    let night = Row { source: HOTELS, road: "府前大街", number: "3", updated_at: 9, ..Row::of(1) };
    assert_eq!(assigned(&[home(1), night, home(2)]), [is("G3", GridBy::Road), is("", GridBy::None)]);
    let stated = Row { grid: "G4", updated_at: 9, ..Row::of(1) };
    assert_eq!(
        assigned(&[home(1), stated, home(2)])[1],
        is("G4", GridBy::Household),
        "where the community says they live"
    );
}

#[test]
fn a_household_tells_the_base_grid_of_a_dedicated_grids_people() {
    // Nothing covers the flat; the other one of it states the base grid.
    let partner = Row { source: POLICE, grid: "B2", flat: 5, ..Row::of(1) };
    let teacher = Row { grid: "D1", flat: 5, ..Row::of(2) };
    assert_eq!(beside(&[partner, teacher])[1], lives("B2", GridBy::Household, "D1"));
    // The reverse does not hold: where one works is not where the other lives.
    let partner = Row { source: POLICE, flat: 5, ..Row::of(1) };
    assert_eq!(beside(&[partner, teacher]), [lives("", GridBy::None, ""), lives("D1", GridBy::GridCode, "D1")]);
    // An order without households leaves them out.
    let order = [GridEvidence::GridCode];
    let partner = Row { grid: "B2", flat: 5, ..Row::of(1) };
    assert_eq!(dedicated(&[partner, teacher], &order, DedicatedGrids::Beside)[1], lives("D1", GridBy::GridCode, "D1"));
}

#[test]
fn a_schools_people_live_all_over_the_city_but_a_single_far_code_is_a_slip() {
    let pupil = |person: u64| Row { grid: "D1", source: 0, person, flat: 100 + person, ..HOME };
    let school: Vec<Row> = (1..=STAFF_MIN as u64).map(pupil).collect();
    assert!(beside(&school).iter().all(|told| *told == lives("B1", GridBy::Flat, "D1")), "a place's people agree");
    let buildings = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "金桥"];
    let spread = |n: usize| {
        let at = |(i, &building): (usize, &&'static str)| {
            let estate = if building == "金桥" { "金桥" } else { "阳光花园" };
            let building = if building == "金桥" { "" } else { building };
            Row { estate, building, ..pupil(i as u64 + 1) }
        };
        buildings.iter().enumerate().take(n).map(at).collect::<Vec<Row>>()
    };
    let few = beside(&spread(STAFF_MIN - 1));
    assert!(few.iter().all(|told| *told == lives("B1", GridBy::Flat, "")), "{few:?}");
    let many = beside(&spread(STAFF_MIN + 1));
    assert!(many[..10].iter().all(|told| *told == lives("B1", GridBy::Flat, "D1")), "{many:?}");
    // The last lives in the school's own community, where its code was never in doubt.
    assert_eq!(many[10], lives("B2", GridBy::Estate, "D1"));
}

#[test]
fn whom_a_visit_handed_over_to_a_dedicated_grid_lives_there() {
    let at = 1_000_000;
    let handed = |result| Row { grid: "D1", updated_at: at, event: Some(("visit", at, result)), ..Row::of(1) };
    let home = Row { person: 1, ..HOME };
    assert_eq!(beside(&[home, handed(r#"{"result":"移交"}"#)]), [lives("D1", GridBy::GridCode, "D1")]);
    assert_eq!(beside(&[home, handed(r#"{"result":"已核实"}"#)]), [lives("B1", GridBy::Flat, "D1")]);
}

#[test]
fn a_pipeline_may_have_dedicated_grids_instead() {
    let rows = [Row { person: 1, ..HOME }, Row { grid: "D2", updated_at: 9, ..Row::of(1) }, Row { person: 2, ..HOME }];
    let told = dedicated(&rows, &GridEvidence::ORDER, DedicatedGrids::Instead);
    assert_eq!(told, [lives("D2", GridBy::GridCode, "D2"), lives("B1", GridBy::Flat, "")]);
}

#[test]
fn strangers_behind_one_gate_are_no_household() {
    let door = |person| Row { source: POLICE, road: "府前大街", number: "45", flat: 45, ..Row::of(person) };
    let whole = |person| Row { estate: "幸福家园", building: "2", room: "301", flat: 301, ..door(person) };
    let (records, persons) = sample(&[door(1), door(2), whole(3), door(4), whole(4), whole(5)]);
    let (residence, _) = given(&records, &persons, &Directory::default(), &GridEvidence::ORDER);
    assert_eq!(
        residence.flat,
        [0, 0, 301, 301, 301],
        "the door alone is nobody's flat, and no reason against a whole one"
    );
    let (records, persons) = sample(&[door(1), door(2)]);
    let (residence, _) = given(&records, &persons, &Directory::default(), &GridEvidence::ORDER);
    assert_eq!(residence.flat, [45, 45], "a house with a door of its own");
}
