//! The follow-up rules of the sample pipeline run in the SQL dialect and find whom they should.

use polars::prelude::*;
use polars::sql::SQLContext;
use std::path::Path;

fn moment(day: i64) -> i64 {
    // Noon of a day of March 2022, in milliseconds.
    (19_052 + day - 1) * 86_400_000 + 43_200_000
}

fn tables() -> SQLContext {
    let persons = df!(
        "person_id" => ["a", "b", "c", "d"],
        "address" => [Some("flat 1"), Some("flat 1"), Some("flat 2"), None],
        "grid_code" => [Some("g1"), Some("g1"), Some("g2"), None],
    );
    let at = [20, 1, 20, 25, 10, 12, 13].map(moment);
    let events = df!(
        "person_id" => ["a", "b", "c", "d", "a", "b", "b"],
        "source" => ["police_arrivals", "police_arrivals", "self_declarations", "police_arrivals", "community_grid", "community_grid", "self_declarations"],
        "record_id" => ["1", "2", "3", "4", "5", "6", "7"],
        "type" => ["arrival", "arrival", "arrival", "arrival", "visit", "visit", "declaration"],
        "at" => at,
        "place_code" => [Some("310100"), Some("310100"), Some("310115"), None, None, None, None],
        "place" => [Some("上海市"), Some("上海市"), Some("浦东新区"), Some("某地"), None, None, None],
        "detail" => [None, None, None, None, Some("{\"result\":\"不在家\"}"), Some("{\"result\":\"已见面\"}"), Some("{\"verified\":\"未核验\"}")],
    );
    let members = df!(
        "source" => ["police_population", "community_grid", "health_tests", "community_grid"],
        "record_id" => ["1", "2", "3", "4"],
        "person_id" => ["a", "a", "c", "b"],
    );
    let events = events.unwrap().lazy().with_column(col("at").cast(DataType::Datetime(TimeUnit::Milliseconds, None)));
    let context = SQLContext::new();
    context.register("persons", persons.unwrap().lazy());
    context.register("events", events);
    context.register("members", members.unwrap().lazy());
    context
}

fn found(name: &str) -> Vec<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("pipelines/sample.toml");
    let pipeline: toml::Table = std::fs::read_to_string(path).unwrap().parse().unwrap();
    let rules = pipeline["followup"].as_array().unwrap();
    let rule = rules.iter().find(|rule| rule["name"].as_str() == Some(name)).unwrap();
    let sql = rule["sql"].as_str().unwrap().replace("as_of", "DATE '2022-03-27'");
    let frame = tables().execute(&sql).unwrap().collect().unwrap();
    assert_eq!(
        frame.get_column_names().iter().map(|n| n.as_str()).collect::<Vec<_>>(),
        ["person_id", "since", "reason"],
        "{name}"
    );
    assert!(matches!(frame.column("since").unwrap().dtype(), DataType::Datetime(_, _)), "{name}");
    let mut ids: Vec<String> =
        frame.column("person_id").unwrap().str().unwrap().iter().flatten().map(str::to_owned).collect();
    ids.sort();
    ids
}

#[test]
fn every_rule_finds_its_persons() {
    for (name, expected) in [
        ("key_region_arrivals", &["a", "c"][..]),
        ("elsewhere_arrivals", &["d"]),
        ("arrivals_undeclared", &["a", "c", "d"]),
        ("declarations_unverified", &["b"]),
        ("missed_at_the_door", &["c"]),
        ("community_only", &["b"]),
        ("nobody_home", &["a"]),
        ("households_never_reached", &["c"]),
    ] {
        assert_eq!(found(name), expected, "{name}");
    }
}
