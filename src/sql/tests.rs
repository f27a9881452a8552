use super::*;
use crate::tables::published::{self, Column};
use arrow::array::*;
use arrow::datatypes::DataType;
use arrow::util::display::array_value_to_string;
use jiff::civil::date;
use std::sync::Arc;

const AS_OF: Date = date(2022, 3, 27);

fn at(text: &str) -> i64 {
    let time: jiff::civil::DateTime = text.parse().unwrap();
    time.to_zoned(jiff::tz::TimeZone::UTC).unwrap().timestamp().as_millisecond()
}

/// A batch with the types of `columns`; only the text columns named in `rows` and times are filled.
fn table(columns: &[Column], rows: &[&[(&str, &str)]]) -> RecordBatch {
    let schema = published::schema(columns);
    let value = |row: &[(&str, &str)], name: &str| row.iter().find(|(n, _)| *n == name).map(|(_, v)| (*v).to_owned());
    let arrays = schema.fields().iter().map(|field| -> ArrayRef {
        let column = rows.iter().map(|row| value(row, field.name()));
        match field.data_type() {
            DataType::Utf8View if field.is_nullable() => Arc::new(column.collect::<StringViewArray>()),
            DataType::Utf8View => Arc::new(StringViewArray::from_iter_values(column.map(Option::unwrap_or_default))),
            DataType::Timestamp(..) => {
                Arc::new(column.map(|v| v.map(|v| at(&v))).collect::<TimestampMillisecondArray>())
            }
            DataType::Date32 => {
                let days = |v: String| (at(&format!("{v}T00:00")) / 86_400_000) as i32;
                Arc::new(column.map(|v| v.map(days)).collect::<Date32Array>())
            }
            DataType::Int64 => {
                Arc::new(Int64Array::from_iter_values(column.map(|v| v.map_or(0, |v| v.parse().unwrap()))))
            }
            DataType::List(_) => {
                let mut list = ListBuilder::new(StringViewBuilder::new());
                for value in column {
                    for text in value.unwrap_or_default().split_terminator(',') {
                        list.values().append_value(text);
                    }
                    list.append(true);
                }
                Arc::new(list.finish())
            }
            DataType::Boolean => {
                Arc::new(arrow::array::BooleanArray::from_iter(column.map(|v| v.map(|v| v == "true"))))
            }
            other => panic!("{other}"),
        }
    });
    let arrays = arrays.collect();
    RecordBatch::try_new(schema, arrays).unwrap()
}

fn engine() -> Engine {
    let mut engine = Engine::new(AS_OF);
    let person = |id, name, phones, birth, grid| {
        [
            ("person_id", id),
            ("name", name),
            ("phones", phones),
            ("birth_date", birth),
            ("grid_code", grid),
            ("sources", "police,test"),
        ]
    };
    let (a, b, c) = (
        person("PA", "王伟", "13800000001,13800000002", "1950-01-31", "G1"),
        person("PB", "李娜", "", "1990-05-01", "G1"),
        person("PC", "买买提·艾山", "13800000003", "2015-12-31", "G2"),
    );
    engine.register("persons", &[table(published::PERSONS, &[&a, &b]), table(published::PERSONS, &[&c])]).unwrap();
    let event = |id, kind, at, code, detail| {
        [
            ("person_id", id),
            ("source", "police"),
            ("record_id", "1"),
            ("type", kind),
            ("at", at),
            ("place_code", code),
            ("detail", detail),
        ]
    };
    let events = [
        event("PA", "arrival", "2022-03-20T08:30:00", "420100", "{\"vehicle\":\"G17\"}"),
        event("PB", "arrival", "2022-03-13T00:00:00", "310100", "{}"),
        event("PC", "arrival", "2022-03-12T23:59:59", "310100", "{}"),
        event("PA", "test", "2022-03-25T09:00:00", "", "{\"result\":\"阴性\"}"),
    ];
    let events: Vec<&[(&str, &str)]> = events.iter().map(|row| &row[..]).collect();
    engine.register("events", &[table(published::EVENTS, &events)]).unwrap();
    let grids = [
        [("grid_code", "G1"), ("name", "一网格")],
        [("grid_code", "G2"), ("name", "二网格")],
        [("grid_code", "G3"), ("name", "三网格")],
    ];
    let grids: Vec<&[(&str, &str)]> = grids.iter().map(|row| &row[..]).collect();
    engine.register("grids", &[table(published::GRIDS, &grids)]).unwrap();
    engine
}

/// The answer as text: values joined by `|`, rows by `;`.
fn asked(sql: &str) -> String {
    let batches = engine().query(sql).unwrap_or_else(|e| panic!("{sql}: {e}"));
    let mut rows = Vec::new();
    for batch in &batches {
        for row in 0..batch.num_rows() {
            let values = batch.columns().iter().map(|column| array_value_to_string(column, row).unwrap());
            rows.push(values.collect::<Vec<_>>().join("|"));
        }
    }
    rows.join(";")
}

#[test]
fn as_of_is_a_date_that_times_are_compared_with() {
    let sql =
        "SELECT person_id FROM events WHERE type = 'arrival' AND at >= as_of - INTERVAL '14 days' ORDER BY person_id";
    assert_eq!(asked(sql), "PA;PB", "the fourteenth day back counts from its midnight");
    assert_eq!(asked("SELECT person_id FROM events WHERE at > as_of"), "");
    assert_eq!(
        asked(
            "SELECT person_id FROM events WHERE at < CAST(as_of AS TIMESTAMP) - INTERVAL '2 days 12 hours' AND type = 'test'"
        ),
        ""
    );
    assert_eq!(
        asked(
            "SELECT person_id FROM events WHERE at < CAST(as_of AS TIMESTAMP) - INTERVAL '36 hours' AND type = 'test'"
        ),
        "PA"
    );
    assert_eq!(asked("SELECT person_id FROM persons WHERE birth_date <= as_of - INTERVAL '60 years'"), "PA");
    assert_eq!(
        asked("SELECT person_id FROM events WHERE at BETWEEN as_of - INTERVAL '7 days' AND as_of AND type = 'arrival'"),
        "PA"
    );
    assert_eq!(asked("SELECT person_id FROM events WHERE at >= DATE '2022-03-25'"), "PA");
    assert_eq!(asked("SELECT DISTINCT as_of AS d FROM grids"), "2022-03-27");
    assert_eq!(asked("SELECT person_id FROM events WHERE CAST(at AS DATE) = as_of - INTERVAL '2 days'"), "PA");
}

#[test]
fn those_who_are_missing_elsewhere_are_found() {
    let anti = "SELECT p.person_id FROM persons p LEFT ANTI JOIN (SELECT * FROM events WHERE type = 'test') t ON p.person_id = t.person_id ORDER BY 1";
    let not_in = "SELECT person_id FROM persons WHERE person_id NOT IN (SELECT person_id FROM events WHERE type = 'test') ORDER BY person_id";
    let not_exists = "SELECT p.person_id FROM persons p WHERE NOT EXISTS (SELECT 1 FROM events e WHERE e.type = 'test' AND e.person_id = p.person_id) ORDER BY person_id";
    let cte = "WITH t AS (SELECT DISTINCT person_id FROM events WHERE type = 'test') \
               SELECT p.person_id FROM persons p LEFT JOIN t ON p.person_id = t.person_id WHERE t.person_id IS NULL ORDER BY p.person_id";
    for sql in [anti, not_in, not_exists, cte] {
        assert_eq!(asked(sql), "PB;PC", "{sql}");
    }
}

#[test]
fn texts_and_lists_can_be_asked() {
    assert_eq!(asked("SELECT person_id FROM persons WHERE ARRAY_LENGTH(phones) = 0"), "PB");
    assert_eq!(asked("SELECT person_id FROM persons WHERE ARRAY_CONTAINS(phones, '13800000002')"), "PA");
    assert_eq!(asked("SELECT ARRAY_TO_STRING(sources, '、') AS s FROM persons LIMIT 1"), "police、test");
    assert_eq!(asked("SELECT person_id FROM persons WHERE name LIKE '%·%'"), "PC");
    assert_eq!(
        asked("SELECT '近' || name || LEFT(grid_code, 1) AS r FROM persons WHERE STARTS_WITH(name, '王')"),
        "近王伟G"
    );
    assert_eq!(asked("SELECT CONCAT(name, '从', grid_code) AS r FROM persons ORDER BY person_id LIMIT 1"), "王伟从G1");
    assert_eq!(asked("SELECT person_id FROM events WHERE detail LIKE '%\"result\":\"阴性\"%'"), "PA");
    assert_eq!(asked("SELECT person_id FROM events WHERE SUBSTR(place_code, 1, 2) = '42'"), "PA");
}

#[test]
fn groups_orders_and_windows_work() {
    assert_eq!(asked("SELECT person_id, COUNT(*) AS n FROM events GROUP BY person_id HAVING COUNT(*) > 1"), "PA|2");
    assert_eq!(
        asked(
            "SELECT g.grid_code, COUNT(p.person_id) AS n FROM grids g LEFT JOIN persons p ON g.grid_code = p.grid_code GROUP BY g.grid_code ORDER BY g.grid_code"
        ),
        "G1|2;G2|1;G3|0"
    );
    assert_eq!(
        asked("SELECT person_id, MAX(at) AS since FROM events GROUP BY person_id ORDER BY since DESC LIMIT 1"),
        "PA|2022-03-25T09:00:00"
    );
    assert_eq!(
        asked(
            "SELECT person_id FROM (SELECT person_id, ROW_NUMBER() OVER (PARTITION BY grid_code ORDER BY person_id) AS k FROM persons) WHERE k = 1 ORDER BY person_id"
        ),
        "PA;PC"
    );
    assert_eq!(
        asked("SELECT CASE WHEN type = 'test' THEN '核酸' ELSE '来返' END AS r FROM events ORDER BY at DESC LIMIT 1"),
        "核酸"
    );
    assert_eq!(
        asked(
            "SELECT person_id FROM persons WHERE grid_code = 'G1' UNION SELECT person_id FROM events WHERE type = 'test' ORDER BY person_id"
        ),
        "PA;PB"
    );
    assert_eq!(asked("SELECT COALESCE(address, '') AS a, CAST(records AS VARCHAR) AS n FROM persons LIMIT 1"), "|0");
}

#[test]
fn text_comes_out_as_views_and_no_rows_keep_columns() {
    let batches = engine().query("SELECT person_id, at FROM events WHERE type = 'nothing'").unwrap();
    assert_eq!(batches.len(), 1);
    assert_eq!(batches[0].num_rows(), 0);
    assert_eq!(batches[0].schema().field(0).data_type(), &DataType::Utf8View);
}

#[test]
fn a_wrong_query_is_a_configuration_error_without_values() {
    let engine = engine();
    for sql in [
        "SELECT nothing FROM persons",
        "SELECT * FROM nowhere",
        "SELEKT",
        "",
        "SELECT person_id FROM persons WHERE CAST(name AS INTEGER) = 1",
        "SELECT person_id FROM persons WHERE at >= as_of",
        "SELECT 1 FROM persons HAVING 1 = 1",
    ] {
        match engine.query(sql) {
            Err(error) => {
                assert_eq!(error.exit, Exit::Config, "{sql}");
                let text = error.to_string();
                assert!(!text.contains("王伟") && !text.contains("李娜"), "{sql}: {text}");
                assert!(text.chars().count() < 600, "{text}");
            }
            Ok(_) => assert!(!sql.contains("nothing") && !sql.contains("nowhere") && sql.len() > 8, "{sql}"),
        }
    }
}

#[test]
fn a_panic_is_an_error_and_a_table_can_be_replaced() {
    assert_eq!(guarded(|| -> Result<(), String> { panic!("inside {}", 1) }), Err("inside 1".to_owned()));
    let mut engine = engine();
    engine.register("grids", &[table(published::GRIDS, &[])]).unwrap();
    assert_eq!(engine.query("SELECT * FROM grids").unwrap()[0].num_rows(), 0);
    assert_eq!(engine.tables().collect::<Vec<_>>(), ["persons", "events", "grids"]);
}

#[test]
fn a_table_in_parts_answers_as_a_whole_one() {
    let event = |person, kind, at, detail| [("person_id", person), ("type", kind), ("at", at), ("detail", detail)];
    let rows = [
        event("PA", "arrival", "2022-03-20T08:00", ""),
        event("PB", "test", "2022-03-21T08:00", r#"{"result":"阴性"}"#),
        event("PA", "test", "2022-03-26T08:00", r#"{"result":"阳性"}"#),
        event("PC", "visit", "2022-03-01T08:00", "不在家"),
        event("PC", "visit", "2022-03-25T08:00", ""),
        // A run of its own, as where tables come in pieces.
        event("PC", "arrival", "2022-03-25T09:00", ""),
    ];
    let rows: Vec<&[(&str, &str)]> = rows.iter().map(|row| &row[..]).collect();
    let events = table(published::EVENTS, &rows);
    let pieces = [events.slice(0, 4), events.slice(4, 2)];
    let (mut whole, mut parts) = (Engine::new(AS_OF), Engine::new(AS_OF));
    whole.register("events", std::slice::from_ref(&events)).unwrap();
    parts.register_by("events", &pieces, "type").unwrap();
    for (sql, rows) in [
        ("SELECT person_id, at FROM events WHERE type = 'arrival' ORDER BY at", 2),
        (
            "SELECT person_id FROM events WHERE 'test' = type AND detail LIKE '%阳性%' AND at >= as_of - INTERVAL '14 days'",
            1,
        ),
        ("SELECT person_id FROM events WHERE type = 'visit' AND (detail IS NULL OR detail NOT LIKE '%不在家%')", 1),
        ("SELECT person_id FROM events WHERE type = 'visit' OR type = 'test' ORDER BY person_id", 4),
        ("SELECT person_id FROM events WHERE type IN ('visit', 'arrival') ORDER BY person_id", 4),
        ("SELECT person_id FROM events WHERE type IN ('visit', NULL) ORDER BY person_id", 2),
        ("SELECT person_id FROM events WHERE type NOT IN ('visit', 'test') ORDER BY person_id", 2),
        ("SELECT person_id FROM events WHERE type IN ('visit', 'test') AND type IN ('test') ORDER BY at", 2),
        ("SELECT person_id FROM events WHERE type = 'visit' OR person_id = 'PA' ORDER BY person_id", 4),
        ("SELECT person_id FROM events WHERE type = 'visit' OR type IN ('dose', 'test') ORDER BY person_id", 4),
        ("SELECT person_id FROM events WHERE type = 'visit' AND type = 'test'", 0),
        ("SELECT person_id FROM events WHERE type = 'dose'", 0),
        ("SELECT person_id FROM events WHERE type <> 'visit' ORDER BY person_id", 4),
        ("SELECT COUNT(*) AS n FROM events", 1),
        ("SELECT COUNT(*) AS n FROM events WHERE type = 'test'", 1),
        ("SELECT * FROM events WHERE type = 'test' ORDER BY at LIMIT 1", 1),
        ("SELECT type, COUNT(*) AS n FROM events GROUP BY type ORDER BY type", 3),
        (
            "SELECT person_id FROM events WHERE type = 'arrival' AND person_id NOT IN (SELECT person_id FROM events WHERE type = 'test')",
            1,
        ),
        (
            "SELECT e.person_id FROM events AS e JOIN (SELECT person_id FROM events WHERE type = 'test') AS t ON e.person_id = t.person_id WHERE e.type = 'arrival'",
            1,
        ),
    ] {
        let text = |engine: &Engine| format!("{:?}", engine.query(sql).unwrap_or_else(|e| panic!("{sql}: {e}")));
        assert_eq!(text(&parts), text(&whole), "{sql}");
        assert_eq!(parts.query(sql).unwrap().iter().map(RecordBatch::num_rows).sum::<usize>(), rows, "{sql}");
    }
    assert_eq!(parts.register_by("events", &pieces, "nothing").unwrap_err().exit, Exit::Bug);
}

#[test]
fn what_asks_for_nothing_is_refused_and_changes_nothing() {
    let engine = engine();
    let rows = |sql: &str| engine.query(sql).unwrap().iter().map(RecordBatch::num_rows).sum::<usize>();
    let all = rows("SELECT person_id FROM persons");
    assert!(all > 0);
    for sql in [
        "DELETE FROM persons WHERE person_id IS NOT NULL",
        "-- all of them\n/* now */ drop table persons",
        "TRUNCATE TABLE persons",
        "CREATE TABLE x AS SELECT 1 AS a",
        "UPDATE persons SET name = 'x'",
        "12",
    ] {
        let error = engine.query(sql).unwrap_err();
        assert_eq!((error.exit, error.what.key()), (Exit::Config, "sql.no_question"), "{sql}");
    }
    for sql in [
        "-- who\n select person_id from persons",
        "(SELECT person_id FROM persons)",
        "WITH x AS (SELECT person_id FROM persons) SELECT * FROM x",
        "FROM persons SELECT person_id",
    ] {
        assert_eq!(rows(sql), all, "{sql}");
    }
}
