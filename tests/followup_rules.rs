//! The shipped rules find the case that they are for, and not the near ones: nobody is missed for want of a grid or a
//! test, two arrivals are one visit, a date in the future is a slip of the pen, and who is isolated is not sent for again.

use arrow::array::{ArrayRef, ListBuilder, RecordBatch, StringViewArray, StringViewBuilder, TimestampMillisecondArray};
use gridlink::config::{Overrides, Schedule, parse};
use gridlink::followup::{run_rules, schedules_batch};
use gridlink::sql::Engine;
use gridlink::tables::PersonId;
use jiff::civil::{Date, date};
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

const AS_OF: Date = date(2022, 3, 27);

/// Person, type, day of March 2022 (fractions are hours; above 31 in April; [`UNREAD`]: no readable time), place code, detail.
type Told = (u64, &'static str, f64, &'static str, &'static str);

/// Person, address, grid, how it was found, household, conflicts, sources of records.
type Who =
    (u64, &'static str, &'static str, &'static str, &'static str, &'static [&'static str], &'static [&'static str]);

const UNREAD: f64 = f64::NAN;

fn texts<'a>(texts: impl Iterator<Item = &'a str>) -> ArrayRef {
    Arc::new(texts.map(|text| (!text.is_empty()).then_some(text)).collect::<StringViewArray>())
}

fn ids(ids: impl Iterator<Item = u64>) -> ArrayRef {
    Arc::new(StringViewArray::from_iter_values(ids.map(|id| PersonId(id).to_string())))
}

fn schedule(from: Date, tests: &[u32]) -> Schedule {
    let (name, tests) = ("key_region".to_owned(), tests.to_vec());
    Schedule { name, from, tests, isolation_days: 14, monitoring_days: 7, temperatures_a_day: 2 }
}

fn engine(persons: &[Who], told: &[Told], schedules: &[Schedule]) -> Engine {
    let mut engine = Engine::new(AS_OF);
    let mut conflicts = ListBuilder::new(StringViewBuilder::new());
    for who in persons {
        who.5.iter().for_each(|field| conflicts.values().append_value(field));
        conflicts.append(true);
    }
    let mut sources = ListBuilder::new(StringViewBuilder::new());
    for who in persons {
        who.6.iter().for_each(|source| sources.values().append_value(source));
        sources.append(true);
    }
    let mut agencies = ListBuilder::new(StringViewBuilder::new());
    for who in persons {
        // Sources of these tests are named after their agency.
        let known = who.6.iter().filter_map(|source| source.split('_').next()).collect::<BTreeSet<_>>();
        known.into_iter().for_each(|agency| agencies.values().append_value(agency));
        agencies.append(true);
    }
    let batch = |columns: Vec<(&str, ArrayRef)>| {
        RecordBatch::try_from_iter_with_nullable(columns.into_iter().map(|(name, array)| (name, array, true))).unwrap()
    };
    let table = batch(vec![
        ("person_id", ids(persons.iter().map(|who| who.0))),
        ("address", texts(persons.iter().map(|who| who.1))),
        ("grid_code", texts(persons.iter().map(|who| who.2))),
        ("grid_by", texts(persons.iter().map(|who| who.3))),
        ("household", texts(persons.iter().map(|who| who.4))),
        ("conflicts", Arc::new(conflicts.finish())),
        ("sources", Arc::new(sources.finish())),
        ("agencies", Arc::new(agencies.finish())),
    ]);
    engine.register("persons", &[table]).unwrap();
    let members: Vec<(u64, &str)> =
        persons.iter().flat_map(|who| who.6.iter().map(move |source| (who.0, *source))).collect();
    let table = batch(vec![
        ("source", texts(members.iter().map(|member| member.1))),
        ("record_id", texts(members.iter().map(|_| "r"))),
        ("person_id", ids(members.iter().map(|member| member.0))),
    ]);
    engine.register("members", &[table]).unwrap();
    // 2022-03-01 is day 19,052 since 1970.
    let at =
        told.iter().map(|told| (!told.2.is_nan()).then(|| (((19_051.0 + told.2) * 24.0).round() as i64) * 3_600_000));
    let table = batch(vec![
        ("person_id", ids(told.iter().map(|told| told.0))),
        ("type", texts(told.iter().map(|told| told.1))),
        ("at", Arc::new(at.collect::<TimestampMillisecondArray>())),
        ("place_code", texts(told.iter().map(|told| told.3))),
        ("place", texts(told.iter().map(|told| told.3))),
        ("detail", texts(told.iter().map(|told| told.4))),
    ]);
    engine.register("events", &[table]).unwrap();
    engine.register("schedules", &[schedules_batch(schedules).unwrap()]).unwrap();
    engine
}

/// Persons whom the shipped rule asks to visit, with day of March and reason.
fn due(rule: &str, engine: &Engine) -> Vec<(u64, String, String)> {
    let text = format!(
        "[run]\ncity_code = \"370500\"\nkey_regions = [\"31\", \"2201\", \"4201\"]\n\n[[source]]\nname = \"police\"\nagency = \
         \"police\"\npaths = [\"x.csv\"]\n[source.map]\nname = \"x\"\n\n[[followup]]\nname = \"{rule}\"\nsql_file = \"{rule}.sql\"\n"
    );
    let path = format!("{}/pipelines/rules/p.toml", env!("CARGO_MANIFEST_DIR"));
    let pipeline = parse(&text, Path::new(&path), &Overrides::default()).unwrap();
    let (due, messages) = run_rules(engine, &pipeline.followups, 2).unwrap();
    assert_eq!(messages, []);
    let day = |since: i64| ((since - 19_051 * 86_400) as f64 / 86_400.0).to_string();
    due.into_iter().map(|due| (due.person.0, due.since.map(day).unwrap_or_default(), due.reason)).collect()
}

fn found(rule: &str, persons: &[Who], told: &[Told]) -> Vec<u64> {
    let schedules = [schedule(date(2022, 1, 1), &[1, 4, 7, 14])];
    due(rule, &engine(persons, told, &schedules)).into_iter().map(|due| due.0).collect()
}

const NOBODY: &[Who] = &[(99, "", "", "", "", &[], &[])];

#[test]
fn arrivals_from_key_regions_and_elsewhere() {
    let told: &[Told] = &[
        (1, "arrival", 20.0, "310000", ""),
        (1, "arrival", 25.0, "310100", ""), // twice: one item
        (2, "arrival", 27.5, "220102", ""), // today
        (3, "arrival", 12.0, "420100", ""), // 15 days ago
        (4, "arrival", 28.0, "310000", ""), // tomorrow
        (5, "arrival", 26.0, "310000", ""), // isolated
        (5, "isolation", 26.5, "", ""),
        (6, "arrival", 26.0, "310000", ""), // isolated once and released
        (6, "isolation", 15.0, "", ""),
        (6, "release", 25.0, "", ""),
        (7, "arrival", 26.0, "370100", ""),
        (8, "arrival", 26.0, "", ""),          // nobody knows from where
        (9, "arrival", 26.0, "370502", ""),    // within the city
        (10, "test", 26.0, "310000", ""),      // no arrival
        (11, "arrival", 28.0, "370100", ""),   // tomorrow
        (12, "arrival", UNREAD, "310000", ""), // nobody knows when
        (13, "arrival", UNREAD, "370100", ""),
        (14, "arrival", 26.0, "310000", ""), // to be released one day
        (14, "isolation", 26.5, "", ""),
        (14, "release", 40.0, "", ""),
        (15, "arrival", 26.0, "310000", ""), // released, and isolated anew
        (15, "isolation", 15.0, "", ""),
        (15, "release", 24.0, "", ""),
        (15, "isolation", 26.5, "", ""),
    ];
    // Nobody of them has a grid, an address or a test, and none is missed for that.
    assert_eq!(found("key_region_arrivals", NOBODY, told), [1, 2, 6, 12]);
    assert_eq!(found("elsewhere_arrivals", NOBODY, told), [7, 8, 13]);
    let twice = &due("key_region_arrivals", &engine(NOBODY, told, &[]))[0];
    assert_eq!(
        (twice.0, twice.1.as_str(), twice.2.as_str()),
        (1, "20", "310000；310100"),
        "due since the first of them"
    );
}

#[test]
fn arrivals_without_a_declaration() {
    let told: &[Told] = &[
        (1, "arrival", 20.0, "310000", ""),
        (2, "arrival", 20.0, "370100", ""),
        (2, "declaration", 19.0, "", ""), // before setting out
        (3, "arrival", 20.0, "370100", ""),
        (3, "declaration", -40.0, "", ""), // of an earlier journey
        (4, "arrival", 29.0, "370100", ""),
        (5, "arrival", 20.0, "310000", ""),
        (5, "isolation", 21.0, "", ""),
        (6, "arrival", 20.0, "370502", ""),
        (7, "arrival", UNREAD, "370100", ""),
        (8, "arrival", UNREAD, "370100", ""),
        (8, "declaration", UNREAD, "", ""),
    ];
    assert_eq!(found("arrivals_undeclared", NOBODY, told), [1, 3, 7]);
}

#[test]
fn declarations_that_nobody_verified() {
    let (open, done) = (r#"{"verified":"未核验"}"#, r#"{"verified":"已核验"}"#);
    let told: &[Told] = &[
        (1, "declaration", 20.0, "", open),
        (2, "declaration", 20.0, "", done),
        (3, "declaration", 20.0, "", open),
        (3, "visit", 21.0, "", r#"{"result":"已核实"}"#),
        (4, "declaration", 20.0, "", open),
        (4, "visit", 21.0, "", r#"{"result":"不在家"}"#), // nobody was met
        (5, "declaration", 20.0, "", open),
        (5, "visit", 19.0, "", ""), // before
        (6, "declaration", 29.0, "", open),
        (7, "declaration", -20.0, "", open),
        (8, "declaration", 20.0, "", open),
        (8, "visit", 21.0, "", r#"{"result":"空置"}"#), // nobody lives there
        (9, "declaration", 20.0, "", ""),               // says nothing of it
        (10, "declaration", UNREAD, "", open),
        (11, "declaration", 20.0, "", open), // verified afterwards
        (11, "declaration", 22.0, "", done),
        (12, "declaration", 20.0, "", done), // declared anew
        (12, "declaration", 24.0, "", open),
        (13, "declaration", 20.0, "", open),
        (13, "visit", 21.0, "", r#"{"result":"拒不配合"}"#), // met, and not verified
        (14, "declaration", UNREAD, "", open),
        (14, "visit", 21.0, "", r#"{"result":"verified"}"#),
        (15, "declaration", UNREAD, "", done),
        (16, "declaration", 20.0, "", r#"{"verified":"未核验","note":"已核酸检测，阴性"}"#),
        (17, "declaration", 20.0, "", open),
        (17, "visit", 21.0, "", r#"{"result":"未见面，情况不属实"}"#),
        (18, "declaration", 20.0, "", open),
        (18, "visit", 21.0, "", r#"{"result":"未电话核实"}"#),
        (19, "declaration", UNREAD, "", open), // verified, but long ago
        (19, "visit", -20.0, "", r#"{"result":"已核实"}"#),
        (20, "declaration", 20.0, "", open),
        (20, "visit", 21.0, "", r#"{"result":"本人在家，情况属实"}"#),
    ];
    assert_eq!(found("declarations_unverified", NOBODY, told), [1, 4, 5, 8, 9, 10, 12, 13, 16, 17, 18, 19]);
}

#[test]
fn missed_at_the_door_and_the_reverse() {
    let persons: &[Who] = &[
        (1, "a", "G1", "flat", "", &[], &["police_population"]),
        (2, "a", "G1", "flat", "", &[], &["police_population", "community_grid"]),
        (3, "", "", "", "", &[], &["health_tests"]), // no grid: no door
        (4, "a", "G1", "flat", "", &[], &["health_tests", "health_tests"]),
        (5, "a", "G1", "grid_code", "", &[], &["community_grid"]),
        (6, "", "", "", "", &[], &["community_grid", "health_tests"]),
        (7, "a", "G1", "flat", "", &[], &["self_declarations"]),
    ];
    assert_eq!(found("missed_at_the_door", persons, &[]), [1, 4]);
    assert_eq!(found("community_only", persons, &[]), [5, 6]);
}

#[test]
fn nobody_home_and_never_reached() {
    let away = r#"{"result":"不在家"}"#;
    let told: &[Told] = &[
        (1, "visit", 20.0, "", away),
        (1, "visit", 22.0, "", away),
        (1, "visit", 22.0, "", away), // told by a second dump
        (2, "visit", 20.0, "", away),
        (2, "visit", 21.0, "", r#"{"result":"已见面"}"#),
        (3, "visit", 21.0, "", ""),
        (3, "visit", 22.0, "", away), // met before, not met again
        (4, "visit", 29.0, "", away),
        (10, "visit", 22.0, "", r#"{"result":"家中无人，已贴条"}"#),
        (11, "visit", 22.0, "", r#"{"result":"无人"}"#),
        (12, "visit", 22.0, "", r#"{"result":"无人居住"}"#), // vacant
        (13, "visit", 21.0, "", r#"{"result":"已见面"}"#),
    ];
    let tries = due("nobody_home", &engine(NOBODY, told, &[]));
    assert_eq!(tries.iter().map(|due| due.0).collect::<Vec<_>>(), [1, 3, 10, 11]);
    assert!(tries[0].2.contains("2次") && tries[1].2.contains("1次"), "{tries:?}");

    let persons: &[Who] = &[
        (1, "flat 1", "G1", "flat", "", &[], &[]),
        (2, "flat 2", "G1", "flat", "", &[], &[]),
        (5, "flat 2", "G1", "flat", "", &[], &[]), // one of the household was met
        (6, "flat 3", "G1", "flat", "", &[], &[]),
        (4, "flat 4", "G1", "flat", "", &[], &[]), // a visit of the day after tomorrow
        (7, "", "G1", "household", "", &[], &[]),
        (8, "flat 5", "", "", "", &[], &[]), // nobody knows whose grid it is: not reached all the same
        (9, "Flat 1", "G1", "flat", "h1", &[], &[]), // one flat, written in two ways
        (1, "flat 1", "G1", "flat", "h1", &[], &[]),
        (13, "a gate", "G1", "road", "", &[], &[]),
        (14, "a gate", "G2", "road", "", &[], &[]), // behind it lies another grid as well
    ];
    assert_eq!(found("households_never_reached", persons, told), [4, 6, 8, 14]);
}

#[test]
fn flats_found_vacant() {
    let (vacant, away) = (r#"{"result":"空置"}"#, r#"{"result":"不在家"}"#);
    let told: &[Told] = &[
        (1, "visit", 20.0, "", away),
        (1, "visit", 21.0, "", vacant),
        (2, "visit", 20.0, "", vacant),
        (2, "visit", 21.0, "", r#"{"result":"已见面"}"#), // somebody has moved in
        (3, "visit", 20.0, "", vacant),
        (3, "visit", 21.0, "", away),   // somebody may live there again
        (4, "visit", 29.0, "", vacant), // the day after tomorrow
        (5, "declaration", 20.0, "", vacant),
        (6, "visit", 20.0, "", ""),
        (6, "visit", 21.0, "", vacant),
        (7, "visit", 21.0, "", r#"{"result":"房屋空置"}"#),
        (8, "visit", 20.0, "", vacant),
        (8, "visit", 21.0, "", r#"{"result":"未空置"}"#),
    ];
    assert_eq!(found("households_vacant", NOBODY, told), [1, 6, 7]);
    assert_eq!(found("nobody_home", NOBODY, told), [3], "a vacant flat is no try");
}

#[test]
fn tests_by_schedule() {
    let told: &[Told] = &[
        (1, "arrival", 26.0, "310000", ""), // never tested, day 1 has come
        (2, "arrival", 26.0, "310000", ""),
        (2, "test", 26.5, "", ""),
        (3, "arrival", 23.5, "310000", ""), // day 4 was yesterday
        (3, "test", 23.75, "", ""),
        (3, "test", 23.875, "", ""), // a second one of the same day is no second test
        (4, "arrival", 23.5, "310000", ""),
        (4, "test", 24.0, "", ""),
        (4, "test", 26.0, "", ""),
        (5, "arrival", 26.0, "370100", ""), // not from a key region
        (6, "arrival", 28.0, "310000", ""), // tomorrow
        (7, "arrival", 26.0, "310000", ""),
        (7, "test", 20.0, "", ""),          // before the arrival
        (8, "arrival", 20.0, "310000", ""), // came twice: the last one counts
        (8, "arrival", 26.0, "310000", ""),
        (8, "test", 26.0, "", ""),
        (9, "arrival", 22.0, "310000", ""), // tested on days 1 and 3, day 4 has come
        (9, "test", 22.0, "", ""),
        (9, "test", 24.0, "", ""),
        (10, "arrival", 19.0, "310000", ""), // nothing since day 1: days 4 and 7 have come
        (10, "test", 19.5, "", ""),
    ];
    assert_eq!(found("tests_due", NOBODY, told), [1, 3, 7, 9, 10]);
    let now = due("tests_due", &engine(NOBODY, told, &[schedule(date(2022, 1, 1), &[1, 4, 7, 14])]));
    let overdue = &now.iter().find(|due| due.0 == 10).unwrap();
    assert_eq!(
        (overdue.1.as_str(), overdue.2.as_str()),
        ("22", "应检3次，已检1次"),
        "since the first day that was missed"
    );
    let schedules = [schedule(date(2022, 1, 1), &[1, 4]), schedule(date(2022, 3, 24), &[3])];
    let due = due("tests_due", &engine(NOBODY, told, &schedules));
    let since: Vec<(u64, &str)> = due.iter().map(|due| (due.0, due.1.as_str())).collect();
    let since: Vec<_> = since.into_iter().filter(|due| due.0 < 9).collect();
    assert_eq!(since, [(3, "26")], "who came on or after the 24th is under the newer schedule, whose day 3 is to come");
}

#[test]
fn positive_tests_and_their_households() {
    let positive = r#"{"result":"阳性"}"#;
    let persons: &[Who] = &[
        (1, "", "", "", "h1", &[], &[]),
        (2, "", "", "", "h1", &[], &[]),
        (3, "", "", "", "h2", &[], &[]),
        (4, "", "", "", "", &[], &[]),
        (5, "", "", "", "", &[], &[]), // an unknown household is no shared one
        (6, "", "", "", "h3", &[], &[]),
    ];
    let told: &[Told] = &[
        (1, "test", 25.0, "", positive),
        (1, "test", 26.0, "", positive),
        (3, "test", 25.0, "", r#"{"result":"阴性"}"#),
        (4, "test", 25.0, "", positive),
        (6, "test", -10.0, "", positive),
        (2, "test", 26.0, "", r#"{"result":"非阳性"}"#),
        (6, "test", 26.0, "", r#"{"result":"非阳性"}"#),
        (5, "test", UNREAD, "", positive),
    ];
    assert_eq!(found("positive_households", persons, told), [1, 2, 4, 5]);
}

#[test]
fn isolation_day_by_day() {
    let told: &[Told] = &[
        (1, "isolation", 20.0, "", ""), // nothing reported
        (2, "isolation", 20.0, "", ""),
        (2, "temperature", 26.25, "", r#"{"celsius":"36.5"}"#),
        (2, "temperature", 26.75, "", r#"{"celsius":"36.8"}"#),
        (3, "isolation", 20.0, "", ""),
        (3, "temperature", 26.25, "", r#"{"celsius":"38.1"}"#),
        (3, "temperature", 26.75, "", r#"{"celsius":"36.8"}"#),
        (4, "isolation", 20.0, "", ""),
        (4, "release", 24.0, "", ""),
        (5, "isolation", 27.5, "", ""), // since today: nothing was due yesterday
        (6, "isolation", 6.0, "", ""),  // day 22 is today
        (7, "isolation", 7.0, "", ""),  // day 22 is tomorrow
        (8, "isolation", 29.0, "", ""),
        (9, "temperature", 26.0, "", r#"{"celsius":"39.0"}"#), // not isolated
        (10, "isolation", 20.0, "", ""),
        (10, "temperature", 26.25, "", r#"{"celsius":"36.5"}"#),
        (10, "temperature", 26.25, "", r#"{"celsius":"36.5"}"#), // the same, told by a second dump
        (11, "isolation", 20.0, "", ""),
        (11, "temperature", 26.0, "", r#"{"celsius":"36.5"}"#),
        (11, "temperature", 26.0, "", r#"{"celsius":"36.5"}"#), // morning and evening without a clock
        (11, "temperature", 27.25, "", r#"{"celsius":"38.9"}"#), // this morning
        (12, "isolation", UNREAD, "", ""),
    ];
    // However a worker writes it.
    for (celsius, expected) in [
        ("38", true),
        ("38度5", true),
        ("38，5", true),
        ("38.5℃", true),
        ("37.35", true),
        ("37.2", false),
        ("37", false),
    ] {
        let detail: &'static str = format!(r#"{{"celsius":"{celsius}","by":"a"}}"#).leak();
        let told: &[Told] = &[
            (1, "isolation", 20.0, "", ""),
            (1, "temperature", 26.25, "", detail),
            (1, "temperature", 26.75, "", r#"{"celsius":"36.8"}"#),
        ];
        assert_eq!(!found("temperatures_due", NOBODY, told).is_empty(), expected, "{celsius}");
    }
    // Released once and isolated anew, and to be released one day.
    let again: &[Told] = &[
        (1, "isolation", 6.0, "", ""),
        (1, "release", 10.0, "", ""),
        (1, "isolation", 20.0, "", ""),
        (2, "isolation", 20.0, "", ""),
        (2, "release", 34.0, "", ""),
        (3, "isolation", 20.0, "", ""),
        (3, "release", 26.0, "", ""),
    ];
    assert_eq!(found("in_isolation", NOBODY, again), [1, 2]);
    assert_eq!(found("temperatures_due", NOBODY, again), [1, 2]);
    let due_now = due("temperatures_due", &engine(NOBODY, told, &[schedule(date(2022, 1, 1), &[])]));
    let found_now: Vec<(u64, &str)> = due_now.iter().map(|due| (due.0, due.2.as_str())).collect();
    assert_eq!(
        found_now,
        [
            (1, "昨日体温未报齐（第8天，共21天）"),
            (3, "体温异常（第8天，共21天）"),
            (7, "昨日体温未报齐（第21天，共21天）"),
            (10, "昨日体温未报齐（第8天，共21天）"),
            (11, "体温异常（第8天，共21天）")
        ]
    );
    assert_eq!(found("release_due", NOBODY, told), [6]);
    let ledger = due("in_isolation", &engine(NOBODY, told, &[schedule(date(2022, 1, 1), &[])]));
    let ledger: Vec<(u64, &str)> = ledger.iter().map(|due| (due.0, due.2.as_str())).collect();
    let eighth = "隔离第8天，共21天";
    let (first, last) = ((5, "隔离第1天，共21天"), (7, "隔离第21天，共21天"));
    let unknown = (12, "隔离开始时间不明");
    assert_eq!(ledger, [(1, eighth), (2, eighth), (3, eighth), first, last, (10, eighth), (11, eighth), unknown]);
}

#[test]
fn contradictions_are_settled_at_the_door() {
    let persons: &[Who] = &[
        (1, "", "G1", "grid_code", "", &["id_number"], &[]),
        (2, "", "G1", "grid_code", "", &["grid_code", "name"], &[]),
        (3, "", "G1", "grid_code", "", &["name"], &[]),
        (4, "", "G1", "registered", "", &[], &["police_population"]),
        (5, "", "G1", "registered", "", &[], &["community_grid"]),
        (6, "", "", "", "", &[], &[]),
        (7, "", "", "", "", &[], &[]),
        (8, "", "", "", "", &[], &[]),
    ];
    let told: &[Told] = &[
        (6, "death", 10.0, "", ""),
        (6, "arrival", 20.0, "310000", ""),
        (7, "death", 10.0, "", ""),
        (7, "test", 9.0, "", ""),
        (8, "death", 10.0, "", ""),
        (8, "arrival", 29.0, "", ""), // a date in the future proves nothing
    ];
    assert_eq!(found("contradictions", persons, told), [1, 2, 4, 6]);
}
