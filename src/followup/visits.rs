//! What visits say: who was visited, who is verified, and when a visit last settled what there was to settle.

use super::time::{DAY_SECONDS, midnight, not_before};
use crate::kernels::prefetch::{AHEAD, prefetch};
use crate::tables::{NO_ROW, NO_TIME, Pool, Records, Sym, distinct};
use hashbrown::{HashMap, HashSet};
use jiff::civil::Date;
use rayon::prelude::*;

/// Results that settle an item: somebody looked and there is nothing left to look for.
const SETTLED: &[&str] = &[
    "已离开",
    "left",
    "查无此人",
    "no_such_person",
    "no such person",
    "身份错误",
    "wrong_identity",
    "wrong identity",
    "已隔离",
    "isolated",
    "重复",
    "duplicate",
];
/// Results that also say that the person is whom and where the list says; `VERIFIED_BEGINS` are beginnings of such. The shipped
/// rules read results by the same words.
const VERIFIED: &[&str] = &["核实", "verified"];
const VERIFIED_BEGINS: &[&str] =
    &["已核实", "已核验", "已核查", "已核对", "属实", "情况属实", "已见面", "电话核实", "电话已核实"];
/// Results that say that the phone is dead: they settle what there is to settle of who is nothing but a phone. Who has an
/// address is still to be found there.
const DEAD: &[&str] = &["空号", "dead_number", "dead number"];
/// Results with one of these words say that nobody was met: the visit counts as a try, not as the household reached.
const NOBODY: &[&str] = &[
    "不在家",
    "nobody_home",
    "nobody home",
    "家中无人",
    "家里无人",
    "家无人",
    "屋里无人",
    "屋中无人",
    "无应答",
    "无人应答",
    "敲门无人",
    "未见到",
    "未入户",
];
/// Results with one of these words say that nobody lives there: nobody was met, and coming again is no use. The item stays open,
/// for the person must be somewhere.
const VACANT: &[&str] = &["空置", "vacant", "空房", "无人居住"];
/// But not with one of these.
const OCCUPIED: &[&str] = &["未空置", "非空置", "不空置", "原空置", "不是空置", "已入住"];
/// Results that say nothing of the household: the visit reached nobody, and perhaps was none.
const UNMET: &[&str] = &["无法核实", "cannot_tell", "cannot tell"];
/// Results that give the person to another grid; the item stays open and goes along.
const HANDED_OVER: &[&str] = &["移交", "handed_over", "handed over"];
/// Names under which an event's detail holds its result.
const KEYS: &[&str] = &["result", "结果", "走访结果", "核实结果", "verified", "核验状态"];

/// Visits of each person, in the order of [`crate::tables::Persons`].
#[derive(Clone, Debug, Default)]
pub struct Visits {
    /// Whether there is any visit on record, whatever its result; visits dated after tonight are none.
    pub visited: Vec<bool>,
    /// Whether one of them was at the door, whoever opened: a dead number, a handing over or 无法核实 was at none.
    pub knocked: Vec<bool>,
    /// Whether a visit or a declaration on record is verified.
    pub verified: Vec<bool>,
    /// Whether the latest declaration on record was verified, by itself or a visit since.
    pub declared_verified: Vec<bool>,
    /// Whether a visit on record met somebody.
    pub reached: Vec<bool>,
    /// Whether the latest visit found the flat vacant.
    pub vacant: Vec<bool>,
    /// Visits since the last one that met somebody, at which nobody was home.
    pub tries: Vec<u32>,
    /// The latest visit, if it handed the person over to another grid, in seconds local time; else [`NO_TIME`].
    pub handed_over_at: Vec<i64>,
    /// Latest visit that settled an item, in seconds local time; [`NO_TIME`] if there is none.
    pub settled_at: Vec<i64>,
    /// Record that tells that visit; [`NO_ROW`] if there is none.
    pub settled_row: Vec<u32>,
}

#[derive(Clone, Copy)]
struct Outcome {
    settles: bool,
    verified: bool,
    nobody: bool,
    vacant: bool,
    handed_over: bool,
    dead: bool,
    unmet: bool,
}

impl Visits {
    /// The visits among the events of `records`. A visit that states no result settles (somebody was there); one whose
    /// result is not known to settle (不在家, 空置, 拒不配合, 移交, a free text) leaves the item open, so that nobody is missed by
    /// a word that the program does not know. Visits dated after `as_of` are slips of the pen and settle nothing.
    ///
    /// `person_of` has the person of each record, of whom there are `persons`; `words` gives further results and the known
    /// one that each means.
    pub fn read(records: &Records, person_of: &[u32], persons: usize, as_of: Date, words: &[(String, String)]) -> Self {
        let end = midnight(as_of) + DAY_SECONDS;
        let mut visits = Self {
            visited: vec![false; persons],
            knocked: vec![false; persons],
            verified: vec![false; persons],
            declared_verified: vec![false; persons],
            reached: vec![false; persons],
            vacant: vec![false; persons],
            tries: vec![0; persons],
            handed_over_at: vec![NO_TIME; persons],
            settled_at: vec![NO_TIME; persons],
            settled_row: vec![NO_ROW; persons],
        };
        let kinds = distinct(&records.events.kind);
        let kind = |name: &str| kinds.iter().copied().find(|&kind| records.pool.get(kind) == name).unwrap_or(Sym::MAX);
        let (visit, declaration) = (kind("visit"), kind("declaration"));
        let mut outcomes: HashMap<Sym, Outcome> = HashMap::new();
        let (mut met_at, mut last_at) = (vec![NO_TIME; persons], vec![NO_TIME; persons]);
        let mut declared: Vec<(u32, i64)> = Vec::new();
        let mut verified: Vec<(u32, i64)> = Vec::new();
        let mut failed: Vec<(u32, i64)> = Vec::new();
        let mut dead: Vec<(u32, i64, u32)> = Vec::new();
        let events = &records.events;
        let (kinds, of_record): (&[Sym], &[u32]) = (&events.kind, &events.record);
        let told = |(event, kind): (usize, &Sym)| {
            let person = || person_of.get(of_record[event] as usize).copied();
            if *kind == visit || *kind == declaration { Some((person()?, event as u32)) } else { None }
        };
        let told: Vec<(u32, u32)> = kinds.par_iter().enumerate().filter_map(told).collect();
        for (i, &(person, event)) in told.iter().enumerate() {
            if let Some(&(soon, _)) = told.get(i + AHEAD) {
                prefetch(&last_at, soon as usize);
                prefetch(&met_at, soon as usize);
                prefetch(&visits.settled_at, soon as usize);
            }
            let (person, event) = (person as usize, event as usize);
            let row = of_record[event];
            let detail = events.detail[event];
            let outcome = *outcomes.entry(detail).or_insert_with(|| outcome_of(&records.pool, detail, words));
            visits.verified[person] |= outcome.verified;
            let at = events.at[event];
            if at < end && outcome.verified {
                verified.push((person as u32, at));
            }
            if at < end && kinds[event] == declaration {
                declared.push((person as u32, at));
            }
            if kinds[event] == visit && at < end {
                visits.visited[person] = true;
                visits.knocked[person] |= !outcome.dead && !outcome.unmet;
                if at >= last_at[person] {
                    last_at[person] = at;
                    visits.vacant[person] = outcome.vacant;
                    visits.handed_over_at[person] = if outcome.handed_over { at } else { NO_TIME };
                }
                if outcome.nobody {
                    failed.push((person as u32, at));
                } else if !outcome.vacant && !outcome.dead && !outcome.unmet {
                    visits.reached[person] = true;
                    met_at[person] = met_at[person].max(at);
                }
                if outcome.dead {
                    dead.push((person as u32, at, row));
                }
                if outcome.settles && at > visits.settled_at[person] {
                    visits.settled_at[person] = at;
                    visits.settled_row[person] = row;
                }
            }
        }
        visits.settle_phones(dead, records, person_of);
        visits.verify(declared, verified);
        // Two dumps that tell of one visit tell of one try.
        failed.sort_unstable();
        failed.dedup();
        for (person, _) in failed.into_iter().filter(|&(person, at)| at >= met_at[person as usize]) {
            visits.tries[person as usize] += 1;
        }
        visits
    }

    /// Marks whose latest declaration was verified at that time or later. No time is before all times.
    fn verify(&mut self, declared: Vec<(u32, i64)>, verified: Vec<(u32, i64)>) {
        let mut declared_at: HashMap<u32, i64> = HashMap::with_capacity(declared.len());
        for (person, at) in declared {
            declared_at.entry(person).and_modify(|last| *last = (*last).max(at)).or_insert(at);
        }
        for (person, at) in verified {
            self.declared_verified[person as usize] |=
                declared_at.get(&person).is_some_and(|&declared| not_before(at, declared));
        }
    }

    /// Lets visits that found the phone dead settle the items of persons without an address.
    fn settle_phones(&mut self, dead: Vec<(u32, i64, u32)>, records: &Records, person_of: &[u32]) {
        if dead.is_empty() {
            return;
        }
        let asked: HashSet<u32> = dead.iter().map(|&(person, ..)| person).collect();
        let lives = |&(row, person): &(usize, &u32)| {
            asked.contains(person)
                && (records.registered_flat[row] != 0
                    || [records.address[row], records.grid_code[row]].iter().any(|&sym| sym != Pool::NONE))
        };
        let at_home: HashSet<u32> = person_of.iter().enumerate().filter(lives).map(|(_, &person)| person).collect();
        for (person, at, row) in dead.into_iter().filter(|(person, ..)| !at_home.contains(person)) {
            let person = person as usize;
            if at > self.settled_at[person] {
                self.settled_at[person] = at;
                self.settled_row[person] = row;
            }
        }
    }
}

/// The events of record `row`: type, time and detail.
pub(super) fn events_of(records: &Records, row: u32) -> impl Iterator<Item = (&str, i64, Sym)> {
    let events = &records.events;
    // They are in the order of the records.
    let from = events.record.partition_point(|&of| of < row);
    let own = (from..events.record.len()).take_while(move |&event| events.record[event] == row);
    own.map(|event| (records.pool.get(events.kind[event]), events.at[event], events.detail[event]))
}

/// The result that a visit told by record `row` at that time states, as the record has it; empty if none.
pub fn result_of(records: &Records, row: u32, at: i64) -> String {
    let found = events_of(records, row).find(|&(kind, of, _)| kind == "visit" && of == at);
    found.map_or_else(String::new, |(.., detail)| result(&parsed(&records.pool, detail)).to_owned())
}

/// The last of the visits told by those records, from one time on and before another (seconds local time), that settles an
/// item: record and time. `words` is as for [`Visits::read`].
pub fn settled_between(
    records: &Records,
    rows: &[u32],
    (since, until): (i64, i64),
    words: &[(String, String)],
) -> Option<(u32, i64)> {
    let visits = visits_between(records, rows, (since, until));
    last_of(visits.filter(|&(.., detail)| outcome_of(&records.pool, detail, words).settles))
}

/// The last of the visits told by those records in that time, whatever came of it: record and time.
pub fn visited_between(records: &Records, rows: &[u32], between: (i64, i64)) -> Option<(u32, i64)> {
    last_of(visits_between(records, rows, between))
}

fn visits_between<'a>(
    records: &'a Records,
    rows: &'a [u32],
    (since, until): (i64, i64),
) -> impl Iterator<Item = (u32, i64, Sym)> + 'a {
    let of_row = |&row: &u32| events_of(records, row).map(move |(kind, at, detail)| (row, kind, at, detail));
    let told = rows.iter().filter(|&&row| row != NO_ROW).flat_map(of_row);
    let visits = told.filter(move |&(_, kind, at, _)| {
        kind == "visit" && at != NO_TIME && not_before(at, since) && !not_before(at, until)
    });
    visits.map(|(row, _, at, detail)| (row, at, detail))
}

fn last_of(visits: impl Iterator<Item = (u32, i64, Sym)>) -> Option<(u32, i64)> {
    visits.map(|(row, at, _)| (row, at)).max_by_key(|&(row, at)| (at, std::cmp::Reverse(row)))
}

fn parsed(pool: &Pool, detail: Sym) -> serde_json::Map<String, serde_json::Value> {
    serde_json::from_str(pool.get(detail)).unwrap_or_default()
}

fn result(detail: &serde_json::Map<String, serde_json::Value>) -> &str {
    KEYS.iter().find_map(|&key| detail.get(key)).and_then(serde_json::Value::as_str).unwrap_or("").trim()
}

fn outcome_of(pool: &Pool, detail: Sym, words: &[(String, String)]) -> Outcome {
    let detail = parsed(pool, detail);
    let result = result(&detail);
    let result = words.iter().find(|(word, _)| word == result).map_or(result, |(_, meaning)| meaning);
    let has = |words: &[&str]| words.iter().any(|word| result.contains(word));
    let verified = VERIFIED.contains(&result) || VERIFIED_BEGINS.iter().any(|begin| result.starts_with(begin));
    let vacant = has(VACANT) && !has(OCCUPIED);
    Outcome {
        settles: result.is_empty() || verified || SETTLED.contains(&result),
        verified,
        nobody: !vacant && (has(NOBODY) || result == "无人"),
        vacant,
        handed_over: HANDED_OVER.contains(&result),
        dead: DEAD.contains(&result),
        unmet: UNMET.contains(&result) || HANDED_OVER.contains(&result),
    }
}

#[cfg(test)]
mod tests {
    use super::super::sample::{Row, person_of, sample};
    use super::*;

    #[test]
    fn a_declaration_is_verified_by_itself_or_a_visit_since() {
        let event = |person, kind, at, detail| Row { event: Some((kind, at, detail)), ..Row::of(person) };
        let met = r#"{"result":"已核实"}"#;
        let (records, persons) = sample(&[
            event(1, "declaration", 50, ""),
            event(1, "visit", 40, met),
            event(2, "declaration", 50, ""),
            event(2, "visit", 60, met),
            event(3, "declaration", 50, met),
            event(4, "visit", 60, met),
            event(5, "declaration", NO_TIME, ""),
            event(5, "visit", 60, met),
            event(6, "declaration", 50, met),
            event(6, "declaration", 70, ""),
        ]);
        let of_record = person_of(&records, &persons);
        let visits = Visits::read(&records, &of_record, persons.len(), jiff::civil::date(1970, 1, 2), &[]);
        assert_eq!(visits.declared_verified, [false, true, true, false, true, false]);
        assert_eq!(settled_between(&records, persons.rows(1), (50, 61), &[]), Some((3, 60)));
        assert_eq!(settled_between(&records, persons.rows(1), (50, 60), &[]), None);
    }

    #[test]
    fn results_are_read_as_people_write_them() {
        let of = |result: &str| {
            let mut pool = Pool::default();
            let detail = pool.intern(&format!("{{\"result\":\"{result}\"}}"));
            let outcome = outcome_of(&pool, detail, &[]);
            (outcome.verified, outcome.nobody, outcome.vacant)
        };
        for result in ["已核实，情况属实", "已核实在住", "电话已核实", "属实"] {
            assert_eq!(of(result), (true, false, false), "{result}");
        }
        for result in ["不在家，已贴条", "家中无人", "住户不在家", "未见到人", "未入户", "无人"]
        {
            assert_eq!(of(result), (false, true, false), "{result}");
        }
        for result in ["空置房", "房屋空置", "无人居住"] {
            assert_eq!(of(result), (false, false, true), "{result}");
        }
        for result in ["未空置", "原空置，现已入住", "未电话核实", "未见面，情况不属实", "待核验", "拒不配合"]
        {
            assert_eq!(of(result), (false, false, false), "{result}");
        }
    }

    #[test]
    fn results_settle_or_leave_open() {
        let event = |person, kind, at, detail| Row { event: Some((kind, at, detail)), ..Row::of(person) };
        let (records, persons) = sample(&[
            event(1, "visit", 10, r#"{"result":"已核实"}"#),
            event(1, "visit", 20, r#"{"result":"不在家"}"#),
            event(2, "visit", 30, ""),
            event(3, "visit", 40, r#"{"结果":"家中无人，已贴条"}"#),
            event(4, "declaration", 50, r#"{"result":"已核实"}"#),
            event(5, "arrival", 60, r#"{"result":"已核实"}"#),
            event(6, "visit", 70, r#"{"result":"空号"}"#),
            event(6, "visit", 3 * DAY_SECONDS, ""),
            event(7, "visit", 80, r#"{"result":"见过本人"}"#),
            event(8, "visit", 90, r#"{"result":"移交"}"#),
            event(9, "visit", 95, r#"{"result":"房屋空置"}"#),
            event(10, "visit", 96, r#"{"result":"空置"}"#),
            event(10, "visit", 97, r#"{"result":"不在家"}"#),
            event(11, "visit", 98, r#"{"result":"空号"}"#),
            Row { grid: "G1", ..event(12, "visit", 99, r#"{"result":"空号"}"#) },
        ]);
        let words = [("见过本人".to_owned(), "verified".to_owned())];
        let visits = Visits::read(
            &records,
            &person_of(&records, &persons),
            persons.len(),
            jiff::civil::date(1970, 1, 2),
            &words,
        );
        let (yes, no) = (true, false);
        assert_eq!(visits.visited, [yes, yes, yes, no, no, yes, yes, yes, yes, yes, yes, yes]);
        assert_eq!(visits.knocked, [yes, yes, yes, no, no, no, yes, no, yes, yes, no, no]);
        assert_eq!(visits.verified, [yes, no, no, yes, no, no, yes, no, no, no, no, no]);
        assert_eq!(visits.reached, [yes, yes, no, no, no, no, yes, no, no, no, no, no]);
        assert_eq!(visits.vacant, [no, no, no, no, no, no, no, no, yes, no, no, no]);
        assert_eq!(visits.tries, [1, 0, 1, 0, 0, 0, 0, 0, 0, 1, 0, 0]);
        assert_eq!(visits.settled_at[..8], [10, 30, NO_TIME, NO_TIME, NO_TIME, 70, 80, NO_TIME]);
        assert_eq!(visits.settled_at[8..10], [NO_TIME; 2]);
        assert_eq!(visits.settled_at[10..], [98, NO_TIME], "who lives somewhere is still to be found there");
        assert_eq!((result_of(&records, 6, 70), result_of(&records, 2, 30)), ("空号".to_owned(), String::new()));
        assert_eq!(visits.settled_row[..8], [0, 2, NO_ROW, NO_ROW, NO_ROW, 6, 8, NO_ROW]);
        assert_eq!(visits.handed_over_at[6..10], [NO_TIME, 90, NO_TIME, NO_TIME]);
    }
}
