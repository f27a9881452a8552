//! The follow-up rules: each an SQL text of the pipeline that names persons, since when, and why.

use super::time::{midnight, not_before, same};
use crate::config::Followup;
use crate::error::{Error, Exit, Result};
use crate::message::Message;
use crate::sql::Engine;
use crate::tables::{PersonId, Persons, Records, Sym};
use arrow::array::{Array, ArrayRef, AsArray, RecordBatch, StringViewArray};
use arrow::compute::cast;
use arrow::datatypes::{DataType, TimeUnit, TimestampMillisecondType};
use hashbrown::HashSet;
use rayon::prelude::*;

/// What stands between the reasons of one person.
pub(super) const SEPARATOR: &str = "；";
/// So many records are named as evidence where neither the rule nor an event says which.
const EVIDENCE_RECORDS_MAX: usize = 5;

/// A person whom a rule asks to visit; one per rule and person.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Due {
    /// Number of the rule, in the order of the pipeline file.
    pub rule: u32,
    /// Whom to visit.
    pub person: PersonId,
    /// Earliest time that the rule gives, in seconds local time.
    pub since: Option<i64>,
    /// Its later times, ascending.
    pub again: Vec<i64>,
    /// The rule's reasons, distinct, by time and text, joined by `；`.
    pub reason: String,
    /// Records behind it, as `source:record_id`.
    pub evidence: Vec<String>,
    /// Columns of the rule's answer that its `fields` ask for: name and distinct values.
    pub fields: Vec<(String, String)>,
}

/// Asks every rule, on up to `threads` threads beside each other. The answer may have any columns beside `person_id`,
/// `since` and `reason`: `evidence` (text) names records, those of the rule's `fields` go to the list, others are ignored.
/// Rows without a person are ignored and counted in the messages. The result is ordered by rule and person, whatever order
/// the engine answers in.
///
/// # Errors
/// Exit 78 with every rule that cannot be run or lacks a column.
pub fn run_rules(engine: &Engine, followups: &[Followup], threads: usize) -> Result<(Vec<Due>, Vec<Message>)> {
    let queries: Vec<&str> = followups.iter().map(|followup| followup.sql.as_str()).collect();
    let take = |number: usize, answer: Result<Vec<RecordBatch>>| {
        let followup = &followups[number];
        let failed = |error: Error| {
            // What the engine says goes before that it said something.
            let cause = std::error::Error::source(&error).map_or_else(|| error.to_string(), ToString::to_string);
            Message::new("followup.rule_failed").with("rule", &followup.name).with("cause", cause)
        };
        let (rows, without_person) = rows_of(followup, &answer.map_err(failed)?)?;
        Ok((merge(number as u32, rows, followup), without_person))
    };
    let answers: Vec<Result<(Vec<Due>, usize), Message>> = engine.query_each(&queries, threads, take);
    let (mut due, mut messages, mut faults) = (Vec::new(), Vec::new(), Vec::new());
    for (followup, answer) in followups.iter().zip(answers) {
        match answer {
            Ok((mut of_rule, without_person)) => {
                due.append(&mut of_rule);
                if without_person > 0 {
                    let message = Message::new("followup.without_person").with("rule", &followup.name);
                    messages.push(message.with("count", without_person));
                }
            }
            Err(fault) => faults.push(fault),
        }
    }
    if faults.is_empty() {
        return Ok((due, messages));
    }
    Err(Error::new(Exit::Config, Message::new("followup.rules"))
        .faults(faults)
        .help(Message::new("followup.rules_help")))
}

/// One row of a rule's answer; its derived order is the order in which reasons are joined.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Answer {
    person: PersonId,
    since: i64,
    reason: String,
    evidence: String,
    fields: Vec<String>,
}

const NO_SINCE: i64 = i64::MAX;

/// The rows of an answer, and how many name no person.
fn rows_of(followup: &Followup, batches: &[RecordBatch]) -> Result<(Vec<Answer>, usize), Message> {
    let (mut rows, mut without_person) = (Vec::new(), 0);
    for batch in batches {
        let column = |name: &str| batch.column_by_name(name);
        let missing: Vec<&str> = ["person_id", "since", "reason"].into_iter().filter(|n| column(n).is_none()).collect();
        if !missing.is_empty() {
            let found: Vec<&str> = batch.schema_ref().fields().iter().map(|field| field.name().as_str()).collect();
            return Err(Message::new("followup.columns_missing")
                .with("rule", &followup.name)
                .with("missing", missing.join(", "))
                .with("found", found.join(", ")));
        }
        let wrong = |name: &str| Message::new("followup.column_type").with("rule", &followup.name).with("column", name);
        let text = |name: &str| column(name).map(|array| texts(array).ok_or_else(|| wrong(name))).transpose();
        let person = text("person_id")?;
        let since = column("since").map(|array| times(array).ok_or_else(|| wrong("since"))).transpose()?;
        let (reason, evidence) = (text("reason")?, text("evidence")?);
        let fields: Vec<Option<StringViewArray>> = followup.fields.iter().map(|f| text(f)).collect::<Result<_, _>>()?;
        let value = |array: &Option<StringViewArray>, row: usize| {
            array
                .as_ref()
                .filter(|array| array.is_valid(row))
                .map(|array| array.value(row).trim().to_owned())
                .unwrap_or_default()
        };
        for row in 0..batch.num_rows() {
            let Some(person) = PersonId::parse(&value(&person, row)) else {
                without_person += 1;
                continue;
            };
            let since = since.as_ref().map(AsArray::as_primitive::<TimestampMillisecondType>);
            let since =
                since.filter(|array| array.is_valid(row)).map_or(NO_SINCE, |array| array.value(row).div_euclid(1000));
            let fields = fields.iter().map(|array| value(array, row)).collect();
            rows.push(Answer { person, since, reason: value(&reason, row), evidence: value(&evidence, row), fields });
        }
    }
    Ok((rows, without_person))
}

impl Due {
    /// The earliest time that the rule gives of those that a visit at `settled` says nothing of; the last, if it answers all of
    /// them: who arrives once more is visited once more.
    pub fn since_visit(&self, settled: Option<i64>) -> Option<i64> {
        let answered = |since: &i64| settled.is_some_and(|at| not_before(at, *since));
        let all = || self.since.iter().chain(&self.again).copied();
        all().find(|since| !answered(since)).or_else(|| all().last())
    }

    /// The latest time that the rule gives before `end`.
    pub fn last(&self, end: i64) -> Option<i64> {
        self.since.iter().chain(&self.again).copied().take_while(|&since| since < end).last()
    }
}

/// One item per person: the answer's rows of each, joined.
fn merge(rule: u32, mut rows: Vec<Answer>, followup: &Followup) -> Vec<Due> {
    rows.sort_unstable();
    let persons = rows.chunk_by(|a, b| a.person == b.person).map(|rows| {
        let field = |i: usize| distinct(rows.iter().map(|row| row.fields[i].as_str())).join(SEPARATOR);
        let fields = followup.fields.iter().enumerate().map(|(i, name)| (name.clone(), field(i)));
        Due {
            rule,
            person: rows[0].person,
            since: Some(rows[0].since).filter(|&since| since != NO_SINCE),
            again: if rows.len() > 1 { later(rows.iter().map(|row| row.since)) } else { Vec::new() },
            reason: distinct(rows.iter().map(|row| row.reason.as_str())).join(SEPARATOR),
            evidence: distinct(rows.iter().map(|row| row.evidence.as_str())).into_iter().map(str::to_owned).collect(),
            fields: fields.filter(|(_, value)| !value.is_empty()).collect(),
        }
    });
    persons.collect()
}

/// The times after the first, each once; `times` ascend, and a missing one comes last.
fn later(times: impl Iterator<Item = i64>) -> Vec<i64> {
    let mut later: Vec<i64> = times.filter(|&since| since != NO_SINCE).collect();
    later.dedup();
    if later.len() < 2 {
        return Vec::new();
    }
    later.split_off(1)
}

/// The texts that are not empty, each once, in order.
pub(super) fn distinct<'a>(texts: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let (mut kept, mut seen): (Vec<&str>, HashSet<&str>) = (Vec::new(), HashSet::new());
    for text in texts.filter(|text| !text.is_empty()) {
        // Mostly there are one or two; a rule may give thousands.
        let known = if seen.is_empty() { kept.contains(&text) } else { !seen.insert(text) };
        if !known {
            kept.push(text);
            if kept.len() == 16 {
                seen.extend(&kept);
            }
        }
    }
    kept
}

/// Visits whose evidence one task finds.
const DUE_A_TASK: usize = 1 << 12;

/// When a visit is due to whom `rule` holds for since then; both in seconds local time. `None`: it sets no deadline.
pub fn due_at(rule: &Followup, since: i64) -> Option<i64> {
    let change = rule.due_changes.iter().rev().find(|(from, _)| midnight(*from) <= since);
    let hours = change.map(|(_, hours)| *hours).or(rule.due_hours);
    hours.map(|hours| since.saturating_add(i64::from(hours) * 3_600))
}

/// Names the records behind each due visit that its rule did not: the person's records with an event at that time, else
/// the first few records of the person. `sources` has the name of each source.
pub fn find_evidence(due: &mut [Due], records: &Records, persons: &Persons, sources: &[&str]) {
    let events = &records.events;
    let starts = events.starts(records.len());
    let times: &[i64] = &events.at;
    let happened = |row: u32, since: i64| {
        let own = starts[row as usize] as usize..starts[row as usize + 1] as usize;
        times[own].iter().any(|&at| same(at, since))
    };
    let chosen = |due: &Due| -> Vec<u32> {
        let Some(person) = persons.find(due.person).filter(|_| due.evidence.is_empty()) else { return Vec::new() };
        let rows = persons.rows(person);
        let at_the_time = |since: i64| rows.iter().copied().filter(|&row| happened(row, since)).collect();
        let mut chosen: Vec<u32> = due.since.map(at_the_time).unwrap_or_default();
        if chosen.is_empty() {
            chosen = rows.to_vec();
        }
        chosen.truncate(EVIDENCE_RECORDS_MAX);
        chosen
    };
    // The keys of many visits are asked for at once: hardly any of them is in the cache.
    due.par_chunks_mut(DUE_A_TASK).for_each(|due| {
        let rows: Vec<(usize, u32)> =
            due.iter().enumerate().flat_map(|(at, due)| chosen(due).into_iter().map(move |row| (at, row))).collect();
        let keys: Vec<Sym> = rows.iter().map(|row| records.record_id[row.1 as usize]).collect();
        let mut next = rows.iter();
        records.keys.for_each(&keys, |id| {
            if let Some(&(at, row)) = next.next() {
                due[at].evidence.push(key_text(records, row as usize, id, sources));
            }
        });
    });
}

/// `source:record_id` of a record.
pub(super) fn record_key(records: &Records, row: usize, sources: &[&str]) -> String {
    key_text(records, row, records.key(row), sources)
}

/// The same where the record's own key is at hand.
fn key_text(records: &Records, row: usize, id: &str, sources: &[&str]) -> String {
    let source = sources.get(records.source[row] as usize).copied().unwrap_or_default();
    [source, ":", id].concat()
}

/// Any plain column as text; times as `2022-03-20 08:30:00`.
fn texts(array: &ArrayRef) -> Option<StringViewArray> {
    let is_time = matches!(array.data_type(), DataType::Timestamp(..));
    let texts = cast(array, &DataType::Utf8).and_then(|array| cast(&array, &DataType::Utf8View)).ok()?;
    let texts = texts.as_string_view_opt()?.clone();
    Some(if is_time { texts.iter().map(|text| text.map(|text| text.replace('T', " "))).collect() } else { texts })
}

/// A column of times, days or their texts as times in milliseconds.
fn times(array: &ArrayRef) -> Option<ArrayRef> {
    let time = DataType::Timestamp(TimeUnit::Millisecond, None);
    match array.data_type() {
        DataType::Null | DataType::Date32 | DataType::Date64 | DataType::Timestamp(..) => cast(array, &time).ok(),
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => {
            let read = cast(array, &DataType::Utf8).and_then(|array| cast(&array, &time)).ok()?;
            // A text that is no time would be a deadline lost without a word.
            (read.null_count() == array.null_count()).then_some(read)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::sample::{Row, sample};
    use super::super::time::midnight;
    use super::*;
    use crate::tables::published;
    use arrow::array::TimestampMillisecondArray;
    use jiff::civil::date;
    use std::sync::Arc;

    fn rule(name: &str, fields: &[&str], sql: &str) -> Followup {
        let fields = fields.iter().map(|&f| f.to_owned()).collect();
        Followup {
            name: name.into(),
            title: name.into(),
            due_hours: Some(24),
            due_changes: vec![],
            priority: 1,
            fields,
            visit_settles: true,
            settled_by: None,
            sql: sql.into(),
        }
    }

    fn id(person: u64) -> String {
        PersonId(person).to_string()
    }

    /// Persons 1 to 3; person 1 arrived twice and was tested, person 2 arrived at an unknown time.
    fn engine() -> Engine {
        let mut engine = Engine::new(date(2022, 3, 27));
        let names = ["person_id", "type", "at", "place"];
        let all = published::schema(published::EVENTS);
        let fields: Vec<_> = names.iter().map(|name| all.field_with_name(name).unwrap().clone()).collect();
        let day = |d: i8| Some(midnight(date(2022, 3, d)) * 1000 + 1_500);
        let columns: Vec<ArrayRef> = vec![
            Arc::new(StringViewArray::from_iter_values([id(1), id(1), id(2), id(1), id(1)])),
            Arc::new(StringViewArray::from_iter_values(["arrival", "arrival", "arrival", "test", "arrival"])),
            Arc::new(TimestampMillisecondArray::from(vec![day(20), day(18), None, day(21), day(20)])),
            Arc::new(StringViewArray::from_iter([Some("武汉"), Some("上海"), None, None, Some("武汉")])),
        ];
        let events = RecordBatch::try_new(Arc::new(arrow::datatypes::Schema::new(fields)), columns).unwrap();
        let persons: ArrayRef = Arc::new(StringViewArray::from_iter_values([id(1), id(2), id(3)]));
        engine.register("events", &[events]).unwrap();
        engine.register("persons", &[RecordBatch::try_from_iter([("person_id", persons)]).unwrap()]).unwrap();
        engine
    }

    #[test]
    fn the_last_time_of_a_rule_is_none_of_a_day_to_come() {
        let due = Due { since: Some(1), again: vec![5, 9], ..Due::default() };
        assert_eq!([1, 2, 9, 10].map(|end| due.last(end)), [None, Some(1), Some(5), Some(9)]);
    }

    #[test]
    fn rows_of_one_person_become_one_due_visit() {
        let sql =
            "SELECT person_id, at AS since, place AS reason, place, 7 AS other FROM events WHERE type = 'arrival'";
        let (due, messages) = run_rules(&engine(), &[rule("arrivals", &["place", "phone"], sql)], 2).unwrap();
        assert_eq!(messages, []);
        let first = Due {
            rule: 0,
            person: PersonId(1),
            since: Some(midnight(date(2022, 3, 18)) + 1),
            again: vec![midnight(date(2022, 3, 20)) + 1],
            reason: "上海；武汉".into(),
            evidence: vec![],
            fields: vec![("place".into(), "上海；武汉".into())],
        };
        assert_eq!(due, [first, Due { person: PersonId(2), ..Due::default() }]);
    }

    #[test]
    fn the_untested_are_found_and_dates_and_texts_are_times() {
        let untested = "SELECT person_id, as_of AS since, '未检测' AS reason FROM persons \
                        WHERE person_id NOT IN (SELECT person_id FROM events WHERE type = 'test')";
        let text = "SELECT person_id, '2022-03-01' AS since, 5 AS reason FROM persons LIMIT 1";
        let none = "SELECT person_id, NULL AS since, NULL AS reason FROM persons LIMIT 1";
        let rules = [rule("untested", &[], untested), rule("text", &[], text), rule("none", &[], none)];
        let (due, _) = run_rules(&engine(), &rules, 2).unwrap();
        let found: Vec<_> = due.iter().map(|d| (d.rule, d.person.0, d.since, d.reason.as_str())).collect();
        let day = |d: i8| Some(midnight(date(2022, 3, d)));
        assert_eq!(
            found,
            [(0, 2, day(27), "未检测"), (0, 3, day(27), "未检测"), (1, 1, day(1), "5"), (2, 1, None, "")]
        );
    }

    #[test]
    fn every_wrong_rule_is_named_at_once() {
        let rules = [
            rule("one", &[], "SELECT person_id, at FROM events"),
            rule("two", &[], "SELECT nothing FROM events"),
            rule("three", &[], "SELECT person_id, 5 AS since, place AS reason FROM events"),
        ];
        let error = run_rules(&engine(), &rules, 2).unwrap_err();
        assert_eq!((error.exit, error.faults.len()), (Exit::Config, 3));
        let text = error.to_string();
        for part in ["one", "since, reason", "person_id, at", "two", "nothing", "three"] {
            assert!(text.contains(part), "{part} in {text}");
        }
    }

    #[test]
    fn rows_without_a_person_are_counted() {
        let sql = "SELECT place AS person_id, at AS since, place AS reason FROM events";
        let (due, messages) = run_rules(&engine(), &[rule("wrong", &[], sql)], 2).unwrap();
        assert_eq!(due, []);
        assert_eq!(messages, [Message::new("followup.without_person").with("rule", "wrong").with("count", 5)]);
    }

    #[test]
    fn each_text_is_kept_once_however_many_there_are() {
        let texts: Vec<String> = (0..100).map(|i| (i * 7 % 40).to_string()).collect();
        let kept = distinct(texts.iter().map(String::as_str).chain(["", "0"]));
        assert_eq!(kept, texts[..40]);
    }

    #[test]
    fn evidence_is_the_event_else_the_records() {
        let rows = [
            Row::of(1),
            Row { event: Some(("arrival", 500, "")), ..Row::of(1) },
            Row { event: Some(("arrival", 90_000, "")), source: 1, ..Row::of(1) },
        ];
        let (records, persons) = sample(&rows);
        let named = |since: Option<i64>| {
            let mut due = [Due { person: PersonId(1), since, ..Due::default() }];
            find_evidence(&mut due, &records, &persons, &["police", "health"]);
            due[0].evidence.join(" ")
        };
        assert_eq!(named(Some(500)), "police:r1");
        assert_eq!(named(Some(86_400)), "health:r2", "a day without a time");
        assert_eq!(named(None), "police:r0 police:r1 health:r2");
    }
}
