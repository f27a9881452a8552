//! Answers as records. Each becomes one record of the built-in source: the identity of its person as a record of tonight
//! states it, with what the worker corrected laid over, and the visit as its event. It joins its person because the sheet
//! says whom it is about, and it is evidence for matching like any other record.

use super::Answer;
use super::correction::{Correction, address_of, without_verb};
use crate::kernels::address::Address;
use crate::kernels::id_number::{self, IdKind};
use crate::kernels::phone;
use crate::tables::{Pool, QuarantinedRow, Reason, Records};
use hashbrown::HashMap;
use jiff::civil::Date;

/// The result that gives a person to another grid.
pub(super) const HANDED_OVER: &str = "移交";
/// The result that says that the phone is dead.
pub(super) const DEAD_NUMBER: &str = "空号";
/// The result that says that the person lives elsewhere now.
const LEFT: &str = "已离开";
/// The result that says that the person is somebody else.
const WRONG_IDENTITY: &str = "身份错误";
/// The result that says that the person is whom and where the list says.
const VERIFIED: &str = "已核实";

/// The records of tonight that are the person whom an answer is about.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Person {
    /// Rows, ascending.
    pub rows: Vec<u32>,
    /// Those behind the item: what the worker was sent for.
    pub behind: Vec<u32>,
    /// Grid on whose list the item stood; empty: the unassigned.
    pub grid: String,
}

/// What became of the answers.
#[derive(Clone, Debug, Default)]
pub struct Applied {
    /// Row of each new record and a row of the person whom it belongs to.
    pub pairs: Vec<(u32, u32)>,
    /// Further records that belong together: those behind the item with the new one, and those that a dead number was taken
    /// from and that had little else to be known by with one of their person.
    pub kept: Vec<(u32, u32)>,
    /// Answers that could not be applied.
    pub rejected: Vec<QuarantinedRow>,
    /// Rows of persons whom a worker called somebody else: for review.
    pub wrong_identity: Vec<u32>,
    /// Answers whose correction says something that is no name, number or address: it stands in the visit's detail.
    pub not_understood: u64,
}

/// The night to which answers are applied.
#[derive(Clone, Copy, Debug)]
pub struct ReturnsNight {
    /// Number of the source of returned lists.
    pub source: u16,
    /// Number of their dump.
    pub file: u32,
    /// The night's date.
    pub as_of: Date,
    /// First four digits of the city's division code, where they are known.
    pub city: Option<u16>,
}

/// Applies the answers, which are ordered by key. `person_of_item` gives the person of an item, `grid_of` the code of
/// the grid that a worker means by a code or name, in a list of the grid with the second code. Answers dated after tonight, or long
/// before their list, are slips of the pen.
pub fn apply(
    answers: &[Answer],
    person_of_item: &HashMap<String, Person>,
    grid_of: impl Fn(&str, &str) -> Option<String>,
    ReturnsNight { source, file, as_of, city }: ReturnsNight,
    records: &mut Records,
) -> Applied {
    let mut applied = Applied::default();
    let end = midnight(as_of) + 86_400;
    let contradicting = answered_twice(answers, as_of);
    for (answer, &contradicting) in answers.iter().zip(&contradicting) {
        let person = answer.items.iter().find_map(|item| person_of_item.get(item));
        let at = visited_at(answer, as_of);
        let mut reject = |reason| {
            // Cells that were shifted over may hold anything: what has not the form of a key is no key.
            let keys: Vec<&str> = answer.items.iter().map(|item| if is_key(item) { item } else { "?" }).collect();
            let raw = format!("{}:{} {}", answer.sheet, answer.line, keys.join(" "));
            applied.rejected.push(QuarantinedRow { source, file, line: answer.line, byte: 0, reason, raw });
        };
        if let Some(reason) = answer.rejected {
            reject(reason);
            continue;
        }
        let Some(person) = person else {
            reject(Reason::ReturnUnknownItem);
            continue;
        };
        if !may_show(&answer.name, &person.rows, records) {
            reject(Reason::ReturnOtherPerson);
            continue;
        }
        if at >= end || at < listed_at(answer, as_of) - LONG_AGO_SECONDS {
            reject(Reason::ReturnTime);
            continue;
        }
        if contradicting {
            reject(Reason::ReturnAnsweredTwice);
            continue;
        }
        // The record that tells most of who it is; the rows have a fixed order.
        let tells = |&&row: &&u32| {
            let row = row as usize;
            let valid = matches!(records.id[row].kind, IdKind::Valid | IdKind::Valid15);
            (valid, records.name[row] != Pool::NONE, records.phones[row][0] != 0, std::cmp::Reverse(row))
        };
        // What the worker was sent for goes before what else that person was made of last night.
        let names = |&&row: &&u32| records.name[row as usize] != Pool::NONE || records.id[row as usize].valid();
        let known = person.rows.iter().max_by_key(tells);
        let asked = person.behind.iter().filter(names).max_by_key(tells);
        let Some(&anchor) = asked.or(known).or(person.behind.first()) else {
            reject(Reason::ReturnPersonGone);
            continue;
        };
        let grid = if answer.result == HANDED_OVER { grid_of(&answer.destination, &person.grid) } else { None };
        if answer.result == HANDED_OVER && grid.is_none() {
            // Nobody would go: the old grid has let go of it, and no other knows.
            reject(Reason::ReturnUnknownGrid);
            continue;
        }
        let mut correction = Correction::read(&answer.correction, city);
        if correction.unreadable {
            reject(Reason::ReturnCorrection);
            continue;
        }
        let mut left_to = None;
        if answer.result == LEFT && correction.address.is_none() {
            // Where they went is where they live, if it can be told: a grid, or an address in the city.
            left_to = grid_of(&answer.destination, &person.grid);
            if left_to.is_none() {
                let names_a_door =
                    |to: &Address| !(to.building.is_empty() && to.number.is_empty() && to.room.is_empty());
                correction.address =
                    address_of(without_verb(&answer.destination), None).filter(|to| to.is_in(city) && names_a_door(to));
            }
        }
        if let Some(id) = correction.id {
            let other = |&row: &u32| {
                let own = records.id[row as usize];
                matches!(own.kind, IdKind::Valid | IdKind::Valid15) && own != id
            };
            // One of two valid numbers is somebody else's: that is for a person to decide.
            if person.rows.iter().any(other) {
                applied.wrong_identity.push(anchor);
                reject(Reason::ReturnContradicts);
                continue;
            }
        }
        if answer.result == DEAD_NUMBER {
            let forgot = forget_phones(records, &person.rows, &answer.phones, at);
            applied.kept.extend(forgot.into_iter().map(|row| (row, anchor)));
        }
        // Who was met where the list says lives in the list's grid, whatever the record states that is copied.
        let met = answer.result == VERIFIED && correction.address.is_none();
        let grid = grid.or(left_to).or_else(|| Some(person.grid.clone()).filter(|grid| met && !grid.is_empty()));
        applied.not_understood += u64::from(!correction.rest.is_empty());
        let row = push(records, anchor as usize, answer, &correction, at, grid);
        records.source[row as usize] = source;
        records.file[row as usize] = file;
        applied.pairs.push((row, anchor));
        // Whom a worker calls somebody else is no more than the record that he was shown.
        if answer.result != WRONG_IDENTITY {
            let more = person.behind.iter().chain(known).filter(|&&other| other != anchor);
            applied.kept.extend(more.map(|&other| (other, row)));
        }
        if answer.result == WRONG_IDENTITY {
            applied.wrong_identity.push(anchor);
        }
    }
    applied
}

/// Whether a list may have shown that name, perhaps masked (王*), for the person of those rows. Names are corrected from night
/// to night, so half of the characters are enough; lists of another city, whose items have the same keys, show others.
fn may_show(shown: &str, rows: &[u32], records: &Records) -> bool {
    let visible: Vec<char> = shown.chars().filter(|c| c.is_alphanumeric()).collect();
    let names = rows.iter().flat_map(|&row| [records.name[row as usize], records.former_name[row as usize]]);
    let mut names = names.filter(|&name| name != Pool::NONE).map(|name| records.pool.get(name)).peekable();
    if visible.is_empty() || names.peek().is_none() {
        return true;
    }
    names.any(|name| visible.iter().filter(|c| name.contains(**c)).count() * 2 >= visible.len())
}

/// A visit so long before the list that asked for it is a slip of the pen (1900-01-01), and would settle nothing.
const LONG_AGO_SECONDS: i64 = 90 * 86_400;

/// The date of the list, in seconds local time.
fn listed_at(answer: &Answer, as_of: Date) -> i64 {
    answer.revision.parse::<Date>().map_or_else(|_| midnight(as_of), midnight)
}

/// When the visit was, in seconds local time. Where the worker does not say, it answers what the list was about and nothing that
/// happened on the day of the list and was told later: not a midnight, which stands for its whole day.
fn visited_at(answer: &Answer, as_of: Date) -> i64 {
    let drawn = listed_at(answer, as_of) + 1;
    // A rule may hold from a day to come on.
    let since = answer.since.filter(|&since| since < drawn + 86_400);
    answer.visited_at.unwrap_or_else(|| since.map_or(drawn, |since| since.max(drawn)))
}

/// Whether another answer says another result of the same visit (items, list and time). Which of the two holds only the
/// worker knows: neither is believed, and one with a later time settles it.
fn answered_twice(answers: &[Answer], as_of: Date) -> Vec<bool> {
    let visits: Vec<(&[String], &str, i64)> =
        answers.iter().map(|answer| (&*answer.items, &*answer.revision, visited_at(answer, as_of))).collect();
    let mut result_of: HashMap<_, (&str, bool)> = HashMap::new();
    for (answer, visit) in answers.iter().zip(&visits).filter(|(answer, _)| answer.rejected.is_none()) {
        let (result, twice) = result_of.entry(visit).or_insert((&answer.result, false));
        *twice |= *result != answer.result;
    }
    visits.iter().map(|visit| result_of.get(visit).is_some_and(|(_, twice)| *twice)).collect()
}

/// Whether a text has the form of an item's key.
fn is_key(text: &str) -> bool {
    let is_letter = |b: u8| b.is_ascii_digit() || b.is_ascii_uppercase();
    text.starts_with('F') && matches!(text.len(), 12..=14) && text.bytes().all(is_letter)
}

/// Takes the dead phones that the list showed (all, where the sheet does not tell) away from the records of their person that
/// are not newer than the visit; a record that is nothing but a phone keeps it, for else nothing would be left of it. Gives those that had it to be known by: a lead of a name and a phone is
/// still about the person whom the phone told.
fn forget_phones(records: &mut Records, rows: &[u32], shown: &str, at: i64) -> Vec<u32> {
    let shown: Vec<&str> = shown.split(|c: char| !c.is_ascii_digit() && !matches!(c, '*' | '-')).collect();
    let shown: Vec<&str> = shown.into_iter().filter(|phone| !phone.is_empty()).collect();
    let is_shown = |text: &str, shown: &str| {
        text.len() == shown.len() && text.bytes().zip(shown.bytes()).all(|(own, shown)| shown == b'*' || own == shown)
    };
    let is_dead = |phone: u64| {
        let text = phone::format(phone);
        phone != 0 && (shown.is_empty() || shown.iter().any(|shown| is_shown(&text, shown)))
    };
    let mut forgot = Vec::new();
    for &row in rows {
        let i = row as usize;
        if records.updated_at[i] <= at && (records.name[i] != Pool::NONE || !records.id[i].is_none()) {
            let [first, second] = records.phones[i];
            let mut alive: Vec<u64> =
                [first, second].into_iter().filter(|&phone| phone != 0 && !is_dead(phone)).collect();
            let more = records.more_phones.iter().filter(|&&(of, phone)| of == row && !is_dead(phone));
            alive.extend(more.map(|&(_, phone)| phone));
            if first != 0 && alive.is_empty() && records.id[i].is_none() {
                forgot.push(row);
            }
            records.phones[i] = [alive.first().copied().unwrap_or(0), alive.get(1).copied().unwrap_or(0)];
            let mut rest = alive.into_iter().skip(2);
            records.more_phones.retain_mut(|(of, phone)| match *of == row {
                true => rest.next().map(|next| *phone = next).is_some(),
                false => true,
            });
        }
    }
    forgot
}

fn push(
    records: &mut Records,
    anchor: usize,
    answer: &Answer,
    correction: &Correction,
    at: i64,
    grid: Option<String>,
) -> u32 {
    let row = records.copy_row(anchor);
    let i = row as usize;
    records.line[i] = answer.line;
    records.record_id[i] = records.keys.push(&answer.key);
    records.updated_at[i] = at;
    records.grid_code[i] = Pool::NONE;
    let verified = answer.result == VERIFIED;
    // Only who was met where the list says gives old evidence of the residence a new date.
    if !verified || correction.address.is_some() {
        for column in [
            &mut records.address,
            &mut records.estate,
            &mut records.building,
            &mut records.unit,
            &mut records.room,
            &mut records.road,
            &mut records.number,
        ] {
            column[i] = Pool::NONE;
        }
        records.flat[i] = 0;
    }
    if let Some(address) = &correction.address {
        let parts = [
            (&mut records.address, &address.display),
            (&mut records.estate, &address.estate),
            (&mut records.building, &address.building),
            (&mut records.unit, &address.unit),
            (&mut records.room, &address.room),
            (&mut records.road, &address.road),
            (&mut records.number, &address.number),
        ];
        for (column, text) in parts {
            column[i] = records.pool.intern(text);
        }
        records.flat[i] = address.flat_key();
    }
    if let Some(grid) = grid {
        records.grid_code[i] = records.pool.intern(&grid);
    }
    if let Some(id) = correction.id {
        records.id[i] = id;
    }
    if let Some((name, flags)) = &correction.name {
        records.name[i] = records.pool.intern(name);
        records.name_flags[i] = flags.0;
    }
    if let Some(&first) = correction.phones.first() {
        records.phones[i] = [first, correction.phones.get(1).copied().unwrap_or(0)];
    }
    let kind = records.pool.intern("visit");
    records.events.push(row, kind);
    let last = records.events.len() - 1;
    records.events.at[last] = at;
    let mut detail = serde_json::Map::new();
    let said = [
        ("result", &answer.result),
        ("destination", &answer.destination),
        ("note", &answer.note),
        ("correction", &correction.rest),
    ];
    for (name, text) in said {
        if !text.is_empty() {
            detail.insert(name.to_owned(), serde_json::Value::String(text.clone()));
        }
    }
    records.events.detail[last] = records.pool.intern(&serde_json::Value::Object(detail).to_string());
    row
}

fn midnight(day: Date) -> i64 {
    let days = day.since(jiff::civil::date(1970, 1, 1)).map_or(0, |span| span.get_days());
    i64::from(days) * 86_400
}

/// Puts each returned record with its person: their clusters become one, unless each holds a valid ID number of its own
/// that the other has not. Gives the number of clusters that are left.
pub fn join(pairs: &[(u32, u32)], records: &Records, cluster_of_record: &mut [u32], clusters: usize) -> usize {
    let differs = |cluster_of_record: &[u32]| -> Vec<(u32, u32)> {
        let both = pairs.iter().map(|&(a, b)| (cluster_of_record[a as usize], cluster_of_record[b as usize]));
        both.filter(|(a, b)| a != b).collect()
    };
    let apart = differs(cluster_of_record);
    if apart.is_empty() {
        return clusters;
    }
    let mut id_of: HashMap<u32, Option<id_number::IdNumber>> =
        apart.iter().flat_map(|&(a, b)| [(a, None), (b, None)]).collect();
    for (row, cluster) in cluster_of_record.iter().enumerate() {
        let id = records.id[row];
        if matches!(id.kind, IdKind::Valid | IdKind::Valid15)
            && let Some(slot) = id_of.get_mut(cluster)
        {
            *slot = Some(id);
        }
    }
    let mut into: Vec<u32> = (0..clusters as u32).collect();
    let find = |into: &[u32], mut cluster: u32| {
        while into[cluster as usize] != cluster {
            cluster = into[cluster as usize];
        }
        cluster
    };
    for (a, b) in apart {
        let (a, b) = (find(&into, a), find(&into, b));
        let (id_a, id_b) = (id_of.get(&a).copied().flatten(), id_of.get(&b).copied().flatten());
        if a == b || id_a.is_some() && id_b.is_some() && id_a != id_b {
            continue;
        }
        let (low, high) = (a.min(b), a.max(b));
        into[high as usize] = low;
        id_of.insert(low, id_a.or(id_b));
    }
    // Numbers stay without gaps and in their order.
    let mut number = vec![0; clusters];
    let mut next = 0;
    for cluster in 0..clusters {
        let root = find(&into, cluster as u32) as usize;
        number[cluster] = if root == cluster { next } else { number[root] };
        next += u32::from(root == cluster);
    }
    cluster_of_record.iter_mut().for_each(|cluster| *cluster = number[*cluster as usize]);
    next as usize
}
