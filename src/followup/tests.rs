//! The whole step over one small city: whoever has no grid stands in every list and count, and every level sums up.

use super::directory::tests::directory;
use super::sample::{Row, person_of, sample};
use super::time::midnight;
use super::*;
use crate::config::{Agency, DedicatedGrids, Followup, GridEvidence};
use crate::sql::Engine;
use crate::tables::{GridList, ListRow, Persons, Records, Residence, published};
use arrow::array::*;
use arrow::datatypes::DataType;
use jiff::civil::{Date, date};
use std::sync::Arc;

const AS_OF: Date = date(2022, 3, 27);
const RULES: GridRules<'static> = GridRules {
    sources: &[],
    agencies: &[Agency::Community, Agency::Police],
    order: &GridEvidence::ORDER,
    dedicated: DedicatedGrids::Beside,
    returns: None,
};

struct City {
    records: Records,
    persons: Persons,
    directory: Directory,
    residence: Residence,
    visits: Visits,
    rules: Vec<Followup>,
}

fn rule(name: &str, priority: u32, fields: &[&str], sql: &str) -> Followup {
    let fields = fields.iter().map(|&f| f.to_owned()).collect();
    Followup {
        name: name.into(),
        title: format!("题{name}"),
        due_hours: Some(24),
        due_changes: vec![],
        priority,
        fields,
        visit_settles: true,
        settled_by: None,
        sql: sql.into(),
    }
}

fn city() -> City {
    let at = |day: i8, seconds: i64| midnight(date(2022, 3, day)) + seconds;
    let arrival = |person, time, place| Row { event: Some(("arrival", time, "")), place, source: 1, ..Row::of(person) };
    let rows = [
        Row { grid: "G1", flat: 11, ..Row::of(1) },
        arrival(1, at(26, 36_000), "武汉"),
        Row { grid: "G1", flat: 11, ..Row::of(2) },
        arrival(2, at(20, 0), "上海"),
        Row { grid: "G2", flat: 12, event: Some(("visit", at(26, 0), r#"{"result":"已核实"}"#)), ..Row::of(3) },
        arrival(3, at(25, 0), "武汉"),
        arrival(4, at(26, 0), "武汉"),
        Row {
            grid: "G4", flat: 13, event: Some(("declaration", at(26, 0), r#"{"result":"已核实"}"#)), ..Row::of(5)
        },
    ];
    let (records, persons) = sample(&rows);
    let (directory, _) = directory(&[
        &["G1", "一网格", "base", "甲", "东街", "370502", "东营区", "王", "13800000001"],
        &["G2", "二网格", "base", "甲", "东街", "370502", "东营区"],
        &["G3", "三网格", "dedicated", "乙", "东街", "370502", "东营区"],
        &["G4", "四网格", "base", "丙", "西街", "370503", "河口区"],
    ]);
    let visits = Visits::read(&records, &person_of(&records, &persons), persons.len(), AS_OF, &[]);
    let (residence, _) = assign(&records, &persons, &directory, &visits, RULES);
    let rules = vec![
        rule(
            "arrivals",
            2,
            &["name", "phone", "age", "place", "at"],
            "SELECT person_id, at AS since, type AS reason FROM events WHERE type = 'arrival' AND at >= as_of - INTERVAL '14 days'",
        ),
        rule(
            "unvisited",
            1,
            &["address", "name"],
            "SELECT person_id, NULL AS since, '未走访' AS reason FROM persons WHERE person_id NOT IN (SELECT person_id FROM events WHERE type = 'visit')",
        ),
    ];
    City { records, persons, directory, residence, visits, rules }
}

impl City {
    fn night(&self) -> Night<'_> {
        Night {
            records: &self.records,
            sources: &["sweep", "police"],
            persons: &self.persons,
            residence: &self.residence,
            directory: &self.directory,
            visits: &self.visits,
            followups: &self.rules,
            missing: &[],
            from_above: &[],
            as_of: AS_OF,
        }
    }

    fn persons_batch(&self) -> RecordBatch {
        let schema = published::schema(published::PERSONS);
        let n = self.persons.len();
        let arrays = schema.fields().iter().map(|field| -> ArrayRef {
            let text =
                |prefix: &str| Arc::new(StringViewArray::from_iter_values((0..n).map(|i| format!("{prefix}{i}"))));
            match (field.name().as_str(), field.data_type()) {
                ("person_id", _) => {
                    Arc::new(StringViewArray::from_iter_values(self.persons.id.iter().map(ToString::to_string)))
                }
                ("birth_date", _) => Arc::new(Date32Array::from_iter_values((0..n).map(|i| (i as i32 + 85) % 90))),
                (name, DataType::Utf8View) => text(name),
                (_, DataType::Int64) => Arc::new(Int64Array::from(vec![1; n])),
                (_, DataType::List(_)) => {
                    let mut list = ListBuilder::new(StringViewBuilder::new());
                    for i in 0..n {
                        (0..i % 3).for_each(|k| list.values().append_value(format!("1380000000{k}")));
                        list.append(true);
                    }
                    Arc::new(list.finish())
                }
                (_, DataType::Boolean) => Arc::new(arrow::array::BooleanArray::from(vec![false; n])),
                other => panic!("{other:?}"),
            }
        });
        let arrays = arrays.collect();
        RecordBatch::try_new(schema, arrays).unwrap()
    }

    fn events_batch(&self) -> RecordBatch {
        let events = &self.records.events;
        let person = |row: &u32| {
            let p = (0..self.persons.len()).find(|&p| self.persons.rows(p).contains(row)).unwrap();
            self.persons.id[p].to_string()
        };
        let kind = events.kind.iter().map(|&kind| self.records.pool.get(kind));
        RecordBatch::try_from_iter([
            ("person_id", Arc::new(StringViewArray::from_iter_values(events.record.iter().map(person))) as ArrayRef),
            ("type", Arc::new(StringViewArray::from_iter_values(kind))),
            ("at", Arc::new(TimestampMillisecondArray::from_iter_values(events.at.iter().map(|at| at * 1000)))),
        ])
        .unwrap()
    }

    fn items(&self, yesterday: &[Item]) -> Items {
        let mut engine = Engine::new(AS_OF);
        engine.register("persons", &[self.persons_batch()]).unwrap();
        engine.register("events", &[self.events_batch()]).unwrap();
        let (mut due, messages) = run_rules(&engine, &self.rules, 2).unwrap();
        assert_eq!(messages, []);
        find_evidence(&mut due, &self.records, &self.persons, &["sweep", "police"]);
        update(&self.night(), yesterday.to_vec(), due, &[])
    }
}

fn figures(rows: &[RollupRow], level: &str, code: Option<&str>, rule: &str) -> AreaCounts {
    let mut found = rows.iter().filter(|row| row.level == level && row.code.as_deref() == code && row.rule == rule);
    let counts = found.next().unwrap_or_else(|| panic!("no row {level} {code:?} {rule}")).counts;
    assert_eq!(found.next(), None, "one row an area and rule");
    counts
}

#[test]
fn every_level_counts_everything_once() {
    let city = city();
    let items = city.items(&[]);
    let rows = rollup(&city.night(), &items, "3705");
    for rule in ["arrivals", "unvisited", "*"] {
        let sum = |level: &str| {
            let rows = rows.iter().filter(|row| row.level == level && row.rule == rule);
            rows.fold([0; 9], |mut sum, row| {
                sum.iter_mut().zip(row.counts.figures()).for_each(|(sum, figure)| *sum += figure);
                sum
            })
        };
        for level in ["community", "street", "county", "city"] {
            assert_eq!(sum(level), sum("grid"), "{level} {rule}");
        }
        assert_eq!(sum("grid")[5], 5, "every person is counted, whatever the rule");
    }
    let all = figures(&rows, "city", Some("3705"), "*");
    let lost = figures(&rows, "city", None, "*");
    assert_eq!((all.open + lost.open) as u64, items.counts.open);
    assert_eq!((all.done + lost.done) as u64, items.counts.done);
    assert_eq!((lost.persons, lost.open), (1, 2), "the unassigned are a part of their own");
    let one = figures(&rows, "grid", Some("G1"), "arrivals");
    assert_eq!((one.open, one.overdue, one.persons, one.households, one.visited), (2, 1, 2, 1, 0));
    let two = figures(&rows, "community", Some("甲"), "*");
    assert_eq!((two.persons, two.households, two.visited, two.verified, two.done), (3, 2, 1, 1, 1));
    assert_eq!(figures(&rows, "grid", Some("G3"), "*"), AreaCounts::default(), "grids with nothing are there too");
    assert_eq!(figures(&rows, "county", Some("370503"), "*").verified, 1);
}

#[test]
fn partitions_hold_every_item_and_read_back() {
    let city = city();
    let items = city.items(&[]);
    let partitions = followup_partitions(&items, &city.directory).unwrap();
    let names: Vec<_> = partitions.iter().map(|p| (p.county.as_str(), p.street.as_str(), p.batch.num_rows())).collect();
    assert_eq!(names, [("东营区", "东街", 5), ("河口区", "西街", 1), (UNASSIGNED, UNASSIGNED, 2)]);
    let batches: Vec<RecordBatch> = partitions.into_iter().map(|p| p.batch).collect();
    let mut back = items_of(&batches).unwrap();
    let mut all = items.items.clone();
    back.sort_by_key(|item| item.item_id);
    all.sort_by_key(|item| item.item_id);
    assert_eq!(back, all);
    let again = city.items(&back);
    assert_eq!((again.items, again.changes), (items.items, vec![]), "the same night twice changes nothing");
    assert!(items_of(&[batches[0].project(&[0, 1]).unwrap()]).is_err());
}

#[test]
fn tables_have_the_published_columns() {
    let city = city();
    let items = city.items(&[]);
    let rows = rollup(&city.night(), &items, "3705");
    let rollup = rollup_batch(&rows).unwrap();
    assert_eq!(rollup.num_rows(), (5 + 4 + 3 + 3 + 2) * 3);
    let persons = rollup.column_by_name("persons").unwrap().as_primitive::<arrow::datatypes::Int64Type>();
    assert_eq!(persons.values().iter().sum::<i64>(), 5 * 5 * 3, "every person on every level for every rule");
    assert_eq!(changes_batch(&items.changes).unwrap().num_rows(), items.items.len());
    let grids = grids_batch(&city.directory).unwrap();
    assert_eq!(grids.num_rows(), 4);
    assert!(grids.column_by_name("worker").unwrap().is_null(1));
    assert!(changes_batch(&[]).is_ok() && rollup_batch(&[]).is_ok());
}

/// Every list, made in two goes.
fn all_lists(night: &Night<'_>, items: &Items, persons: &[RecordBatch]) -> Vec<GridList> {
    let lists = Lists::new(night, items, persons).unwrap();
    [lists.make(0..1), lists.make(1..lists.count())].concat()
}

fn fields(list: &GridList, row: usize) -> Vec<(&str, &str)> {
    list.rows[row].fields.iter().map(|(name, value)| (&**name, value.as_str())).collect()
}

#[test]
fn lists_have_one_row_a_visit_and_one_list_a_grid() {
    let city = city();
    let items = city.items(&[]);
    let whole = city.persons_batch();
    let lists = all_lists(&city.night(), &items, &[whole.slice(0, 2), whole.slice(2, 3)]);
    let sizes: Vec<_> = lists.iter().map(|list| (list.grid_code.as_deref(), list.rows.len())).collect();
    assert_eq!(sizes, [(Some("G1"), 2), (Some("G2"), 0), (Some("G3"), 0), (Some("G4"), 1), (None, 1)]);
    assert_eq!(sizes.iter().map(|(_, n)| *n as u64).sum::<u64>(), items.counts.persons_open);
    assert_eq!((&*lists[0].worker_phone, &*lists[2].kind), ("13800000001", "dedicated"));
    // Person 2 (row 1) is due earlier than person 1 and comes first.
    let first = &lists[0].rows[0];
    assert_eq!((first.person, first.item_ids.len(), first.priority), (1, 2, 1));
    assert_eq!((&*first.rules, &*first.reasons), ("题arrivals；题unvisited", "arrival；未走访"));
    assert_eq!(first.due_at, Some(date(2022, 3, 21).at(0, 0, 0, 0)));
    let expected = [
        ("name", "name1"),
        ("phone", "13800000000"),
        ("age", "51"),
        ("place", "上海"),
        ("at", "2022-03-20"),
        ("address", "address1"),
    ];
    assert_eq!(fields(&lists[0], 0), expected);
    assert_eq!(fields(&lists[0], 1)[2..5], [("age", "52"), ("place", "武汉"), ("at", "2022-03-26 10:00")]);
    assert_eq!(lists[4].rows[0].person, 3, "who has no grid is on the unassigned list");
    assert!(Lists::new(&city.night(), &items, &[whole.slice(0, 2)]).is_err());
}

#[test]
fn without_grids_everybody_is_unassigned_and_listed() {
    let mut city = city();
    city.directory = Directory::default();
    city.residence = assign(&city.records, &city.persons, &city.directory, &city.visits, RULES).0;
    let items = city.items(&[]);
    assert_eq!(items.counts.unassigned as usize, items.items.len());
    let lists = all_lists(&city.night(), &items, &[city.persons_batch()]);
    assert_eq!((lists.len(), lists[0].rows.len() as u64), (1, items.counts.persons_open));
    let rows = rollup(&city.night(), &items, "city");
    assert_eq!(figures(&rows, "grid", None, "*").persons, 5);
    assert_eq!(figures(&rows, "city", Some("city"), "*"), AreaCounts::default());
}

#[test]
fn a_dedicated_grid_sees_its_people_whom_another_grid_visits() {
    let mut city = city();
    let school = city.residence.codes.intern("G3");
    city.residence.dedicated[..2].copy_from_slice(&[school; 2]);
    let items = city.items(&[]);
    let lists = all_lists(&city.night(), &items, &[city.persons_batch()]);
    assert_eq!((lists[0].rows.len(), lists[2].rows.len(), lists[2].beside.len()), (2, 0, 2));
    assert!(lists.iter().all(|list| list.beside.is_empty() || list.kind == "dedicated"));
    // The same rows in the same order, and who visits.
    for (own, beside) in lists[0].rows.iter().zip(&lists[2].beside) {
        let (fields, last) = beside.fields.split_at(own.fields.len());
        assert_eq!(own, &ListRow { fields: fields.to_vec(), ..beside.clone() });
        assert_eq!(last, [("visited_by".into(), "一网格 王".to_owned())]);
    }
    let rows: usize = lists.iter().map(|list| list.rows.len()).sum();
    assert_eq!(rows as u64, items.counts.persons_open, "counted once, where they live");
    // Who lives in the dedicated grid is visited there, and only there.
    city.residence.grid[0] = school;
    let lists = all_lists(&city.night(), &city.items(&[]), &[city.persons_batch()]);
    assert_eq!((lists[0].rows.len(), lists[2].rows.len(), lists[2].beside.len()), (1, 1, 1));
    assert_eq!(lists[2].rows[0].fields.last().unwrap(), &("visited_by".into(), String::new()));
}
