//! The list of each grid: who is still to be visited, one row per person, whatever number of rules asks for the visit.

use super::items::{Item, Items, Night};
use super::rules::{SEPARATOR, distinct};
use super::time::{DAY_SECONDS, civil, same};
use crate::error::{Error, Exit, Result};
use crate::message::Message;
use crate::tables::{GridList, ListRow, Sym, published};
use arrow::array::{Array, ArrayRef, AsArray, RecordBatch};
use arrow::datatypes::{DataType, Date32Type};
use hashbrown::HashMap;
use jiff::civil::{Date, DateTime};
use rayon::prelude::*;
use std::ops::Range;
use std::sync::Arc;

/// What stands between the phones of one person, and the rules of one time.
const PHONES_SEPARATOR: &str = "、";

/// The list of each grid of the directory, in its order, even if nothing is due there; the unassigned last. They are made
/// some at a time, for all of them take as much memory as the persons themselves.
///
/// A dedicated grid sees its people whom another grid visits beside its own visits ([`GridList::beside`]). Each open or
/// overdue item is in one of the `rows` of one list. Rows are ordered by priority, deadline (none last), address and person.
///
/// Fields are those that the rules ask for, in the order in which they name them first; a column of that name in a rule's
/// answer goes before what is known of the person. Values are as published: sex `male` or `female`, days as 2022-03-27,
/// times as 2022-03-27 08:30 (several each with the titles of its rules), several phones joined by `、`, `age` in full years at
/// the run's date, as `id_number` the passport or travel permit of who has none.
pub struct Lists<'a> {
    night: &'a Night<'a>,
    items: &'a Items,
    table: PersonTable<'a>,
    fields: Vec<PersonField<'a>>,
    /// Of each field, whether each rule asks for it.
    asking: Vec<Vec<bool>>,
    address: PersonField<'a>,
    visited_by: Arc<str>,
    /// Where the events of each record begin.
    starts: Vec<u32>,
    /// What is asked for, in order, so that the rows of a visit follow each other.
    open: Vec<Asked>,
}

impl<'a> Lists<'a> {
    /// Finds out who stands on which list. `persons` is the table of persons as it is published
    /// ([`published::PERSONS`]), in one or several batches.
    ///
    /// # Errors
    /// If `persons` is not that table: a bug of the caller.
    pub fn new(night: &'a Night<'a>, items: &'a Items, persons: &'a [RecordBatch]) -> Result<Self> {
        let table = PersonTable::new(persons, night.as_of);
        if table.rows != night.persons.len() {
            return Err(Error::new(Exit::Bug, Message::new("followup.table").with("name", "persons")));
        }
        let fields = distinct(night.followups.iter().flat_map(|rule| &rule.fields).map(String::as_str));
        let fields: Vec<PersonField<'_>> = fields.into_iter().map(|name| table.field(name)).collect();
        let asks = |field: &PersonField<'_>| {
            night.followups.iter().map(|rule| rule.fields.iter().any(|asked| *asked == *field.name)).collect()
        };
        Ok(Self {
            asking: fields.iter().map(asks).collect(),
            address: table.field("address"),
            visited_by: VISITED_BY.into(),
            starts: night.records.events.starts(night.records.len()),
            open: open(night, items),
            night,
            items,
            table,
            fields,
        })
    }

    /// How many lists there are.
    pub fn count(&self) -> usize {
        self.night.directory.grids().len() + 1
    }

    /// The lists of these numbers, on all threads.
    ///
    /// # Panics
    /// If there are not so many.
    pub fn make(&self, numbers: Range<usize>) -> Vec<GridList> {
        numbers.into_par_iter().with_max_len(LISTS_A_TASK).map(|number| self.list(number)).collect()
    }

    fn list(&self, number: usize) -> GridList {
        let mut list = self.night.directory.grids().get(number).map_or_else(GridList::default, empty_list);
        let from = self.open.partition_point(|asked| asked.0 < number);
        let own = &self.open[from..from + self.open[from..].partition_point(|asked| asked.0 == number)];
        for visit in own.chunk_by(|a, b| (a.1, a.2) == (b.1, b.2)) {
            let row = self.row(visit);
            if visit[0].1 { list.beside.push(row) } else { list.rows.push(row) }
        }
        for rows in [&mut list.rows, &mut list.beside] {
            let keyed = std::mem::take(rows).into_iter().map(|row| (self.table.value(&self.address, row.person), row));
            let mut keyed: Vec<(String, ListRow)> = keyed.collect();
            keyed.sort_by(|a, b| order(a).cmp(&order(b)));
            *rows = keyed.into_iter().map(|(_, row)| row).collect();
        }
        if !list.beside.is_empty() {
            let own = list.rows.iter_mut().map(|row| (row, String::new()));
            let beside = list.beside.iter_mut().map(|row| {
                let visitor = visitor(self.night, row.person);
                (row, visitor)
            });
            own.chain(beside).for_each(|(row, value)| row.fields.push((Arc::clone(&self.visited_by), value)));
        }
        list
    }

    fn row(&self, visit: &[Asked]) -> ListRow {
        let (night, person) = (self.night, visit[0].2);
        let asked =
            || visit.iter().map(|&(.., rule, number)| (&night.followups[rule], &self.items.items[number], rule));
        let joined = |texts: Vec<&str>| texts.join(SEPARATOR);
        // Columns of their own have few rules.
        let own: Vec<&(String, String)> =
            visit.iter().flat_map(|&(.., number)| &self.items.tonight[number].fields).collect();
        let value = |(field, asking): (&PersonField<'_>, &Vec<bool>)| {
            let name = &*field.name;
            // The rule's own columns first, then what is known of the event, then of the person.
            if own.iter().any(|(own, _)| own == name) {
                let own = own.iter().filter(|(own, _)| own == name).map(|(_, value)| value.as_str());
                let own = joined(distinct(own));
                if !own.is_empty() {
                    return own;
                }
            }
            // Only of the rules that ask for it: the others are about something else.
            let asking = || asked().filter(|(.., rule)| asking[*rule]).map(|(rule, item, _)| (rule, item));
            match name {
                // A list carries what its rules ask for and no more.
                _ if asking().next().is_none() => String::new(),
                "at" => times(asking().map(|(rule, item)| (&*rule.title, item.since))),
                "place" => joined(distinct(asking().flat_map(|(_, item)| self.places(item, person)))),
                _ => self.table.value(field, person),
            }
        };
        let due_at = asked().filter_map(|(_, item, _)| item.due_at).min();
        let last = visit.iter().filter_map(|&(.., number)| self.items.tonight[number].last);
        let values = self.fields.iter().zip(&self.asking).map(|of| (Arc::clone(&of.0.name), value(of)));
        ListRow {
            item_ids: asked().map(|(_, item, _)| item.item_id.to_string()).collect(),
            person,
            person_id: night.persons.id[person as usize],
            rules: joined(distinct(asked().map(|(rule, ..)| rule.title.as_str()))),
            reasons: joined(distinct(asked().map(|(_, item, _)| item.reason.as_str()))),
            priority: asked().map(|(rule, ..)| rule.priority).min().unwrap_or(u32::MAX),
            due_at: due_at.and_then(civil),
            // All that the list tells of: an answer without a time is about the later journey too.
            since: asked().filter_map(|(_, item, _)| item.since).chain(last).max(),
            fields: values.collect(),
        }
    }

    /// Places of the person's events at the time of the item.
    fn places(&self, item: &Item, person: u32) -> Vec<&str> {
        let (records, events) = (self.night.records, &self.night.records.events);
        let Some(since) = item.since else { return Vec::new() };
        let (at, places): (&[i64], &[Sym]) = (&events.at, &events.place);
        let rows = self.night.persons.rows(person as usize).iter();
        rows.flat_map(|&row| self.starts[row as usize] as usize..self.starts[row as usize + 1] as usize)
            .filter(|&event| same(at[event], since))
            .map(|event| records.pool.get(places[event]))
            .collect()
    }
}

/// Every list on which an open item stands, in order.
fn open(night: &Night<'_>, items: &Items) -> Vec<Asked> {
    let rules: HashMap<&str, usize> = night.followups.iter().enumerate().map(|(n, rule)| (&*rule.name, n)).collect();
    let unassigned = night.directory.grids().len();
    let asked = |(number, item): (usize, &Item)| {
        let grid = item.grid_code.as_deref().and_then(|code| night.directory.number_of(code));
        let grid = grid.map_or(unassigned, |grid| grid as usize);
        let (person, &rule) = (night.persons.find(item.person_id)?, rules.get(&*item.rule)?);
        let code = night.residence.codes.get_some(night.residence.dedicated[person]);
        let dedicated = code.and_then(|code| night.directory.number_of(code)).map(|number| number as usize);
        let beside = dedicated.filter(|&dedicated| dedicated != grid);
        let beside = beside.map(|dedicated| (dedicated, true, person as u32, rule, number));
        Some([Some((grid, false, person as u32, rule, number)), beside].into_iter().flatten())
    };
    let open = items.items.par_iter().enumerate().filter(|(_, item)| item.state.is_open());
    let mut open: Vec<Asked> = open.flat_map_iter(|item| asked(item).into_iter().flatten()).collect();
    open.par_sort_unstable();
    open
}

/// Lists that one task makes.
const LISTS_A_TASK: usize = 8;

/// Grid, whether it only looks on because another one visits, person, rule and item.
type Asked = (usize, bool, u32, usize, usize);

/// The field that says which grid visits a person who stands on a dedicated grid's list.
const VISITED_BY: &str = "visited_by";

/// Name (else code) of the grid in which a person lives, and its worker.
fn visitor(night: &Night<'_>, person: u32) -> String {
    let code = night.residence.codes.get(night.residence.grid[person as usize]);
    let Some(grid) = night.directory.get(code) else { return code.to_owned() };
    let name = if grid.name.is_empty() { &grid.code } else { &grid.name };
    format!("{name} {}", grid.worker).trim_end().to_owned()
}

fn order((address, row): &(String, ListRow)) -> (u32, bool, Option<DateTime>, &str, u32) {
    (row.priority, row.due_at.is_none(), row.due_at, address, row.person)
}

fn empty_list(grid: &super::Grid) -> GridList {
    GridList {
        county: grid.county.clone(),
        street: grid.street.clone(),
        community: grid.community.clone(),
        grid_code: Some(grid.code.clone()),
        grid_name: grid.name.clone(),
        kind: grid.kind.clone(),
        worker: grid.worker.clone(),
        worker_phone: grid.worker_phone.clone(),
        rows: Vec::new(),
        beside: Vec::new(),
    }
}

/// The times of the items of one visit. Where there are several, each says of which rules it is.
fn times<'a>(of: impl Iterator<Item = (&'a str, Option<i64>)>) -> String {
    let told: Vec<(&str, String)> = of.filter_map(|(title, since)| Some((title, shown(since?)))).collect();
    let each = distinct(told.iter().map(|(_, time)| time.as_str()));
    if each.len() < 2 {
        return each.concat();
    }
    let named = each.into_iter().map(|time| {
        let titles = told.iter().filter(|(_, of)| of == time).map(|(title, _)| *title);
        format!("{time} {}", distinct(titles).join(PHONES_SEPARATOR))
    });
    named.collect::<Vec<_>>().join(SEPARATOR)
}

/// A time as lists show it: without the time of day up to a minute past midnight, where nobody stated one.
fn shown(seconds: i64) -> String {
    let Some(time) = civil(seconds) else { return String::new() };
    let format = if seconds.rem_euclid(DAY_SECONDS) < 60 { "%Y-%m-%d" } else { "%Y-%m-%d %H:%M" };
    time.strftime(format).to_string()
}

/// The published persons as one table.
struct PersonTable<'a> {
    batches: &'a [RecordBatch],
    /// First row of each batch.
    starts: Vec<usize>,
    rows: usize,
    as_of: Date,
}

/// One field of every person, its column in each batch looked up once.
struct PersonField<'a> {
    name: Arc<str>,
    columns: Vec<Option<&'a ArrayRef>>,
    /// What stands there where the column has nothing.
    instead: Vec<Option<&'a ArrayRef>>,
}

impl<'a> PersonTable<'a> {
    fn new(batches: &'a [RecordBatch], as_of: Date) -> Self {
        let mut rows = 0;
        let mut starts = Vec::with_capacity(batches.len());
        for batch in batches {
            starts.push(rows);
            rows += batch.num_rows();
        }
        Self { batches, starts, rows, as_of }
    }

    /// The field of that canonical name; one that persons do not have is empty for everybody.
    fn field(&self, name: &str) -> PersonField<'a> {
        let columns = |column: Option<&str>| {
            let of = |batch: &'a RecordBatch| column.and_then(|column| batch.column_by_name(column));
            self.batches.iter().map(of).collect()
        };
        let instead = (name == "id_number").then_some("document");
        PersonField { name: name.into(), columns: columns(published_column(name)), instead: columns(instead) }
    }

    /// The field of a person as text; empty where it is unknown.
    fn value(&self, field: &PersonField<'_>, person: u32) -> String {
        let batch = self.starts.partition_point(|&start| start <= person as usize) - 1;
        let row = person as usize - self.starts[batch];
        let Some(mut array) = field.columns[batch] else { return String::new() };
        if let Some(instead) = field.instead[batch].filter(|_| array.is_null(row)) {
            array = instead;
        }
        if &*field.name != "age" {
            return text(array, row);
        }
        day(array, row).map_or_else(String::new, |birth| {
            let not_yet = (self.as_of.month(), self.as_of.day()) < (birth.month(), birth.day());
            (self.as_of.year() - birth.year() - i16::from(not_yet)).to_string()
        })
    }
}

/// The published column of a person's field.
fn published_column(field: &str) -> Option<&'static str> {
    let name = match field {
        "phone" => "phones",
        "age" => "birth_date",
        field => field,
    };
    published::PERSONS.iter().map(|column| column.name).find(|column| *column == name)
}

fn day(array: &ArrayRef, row: usize) -> Option<Date> {
    let days = array.as_primitive_opt::<Date32Type>().filter(|days| days.is_valid(row))?.value(row);
    civil(i64::from(days) * DAY_SECONDS).map(DateTime::date)
}

fn text(array: &ArrayRef, row: usize) -> String {
    if array.is_null(row) {
        return String::new();
    }
    match array.data_type() {
        DataType::Utf8View => array.as_string_view().value(row).to_owned(),
        DataType::Date32 => day(array, row).map_or_else(String::new, |day| day.to_string()),
        DataType::List(_) => {
            let values = array.as_list::<i32>().value(row);
            let values = values.as_string_view_opt().map(|texts| texts.iter().flatten().collect::<Vec<_>>());
            values.unwrap_or_default().join(PHONES_SEPARATOR)
        }
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use arrow::array::StringViewArray;

    #[test]
    fn several_times_say_of_which_rule_they_are() {
        let day = |n: i64| Some(n * DAY_SECONDS);
        assert_eq!(times([("arrival", day(19_078)), ("test", day(19_078))].into_iter()), "2022-03-27");
        assert_eq!(times([("arrival", day(19_078)), ("test", None)].into_iter()), "2022-03-27");
        let two = [("arrival", day(19_078)), ("test", day(19_077)), ("test", day(19_077))];
        assert_eq!(times(two.into_iter()), format!("2022-03-27 arrival{SEPARATOR}2022-03-26 test"));
        let both = [("arrival", day(19_078)), ("test", day(19_077)), ("declared", day(19_078))];
        assert_eq!(times(both.into_iter()), format!("2022-03-27 arrival、declared{SEPARATOR}2022-03-26 test"));
        assert_eq!(times(std::iter::empty()), "");
    }

    #[test]
    fn who_has_no_id_number_is_told_by_the_document() {
        let column = |values: [Option<&str>; 2]| Arc::new(values.into_iter().collect::<StringViewArray>()) as ArrayRef;
        let columns = [
            ("id_number", column([Some("370502199001011234"), None])),
            ("document", column([None, Some("E12345678")])),
        ];
        let batch = RecordBatch::try_from_iter(columns).unwrap();
        let batches = [batch];
        let table = PersonTable::new(&batches, jiff::civil::date(2022, 3, 27));
        let field = table.field("id_number");
        assert_eq!([0, 1].map(|person| table.value(&field, person)), ["370502199001011234", "E12345678"]);
        assert_eq!(table.value(&table.field("document"), 0), "", "an ID number does not stand for a passport");
    }
}
