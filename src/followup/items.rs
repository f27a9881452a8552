//! Follow-up items and their states from night to night: what the rules ask for tonight against what was open, done or
//! withdrawn in the set before. No item ever leaves the table here, so that yesterday's items and the new ones are
//! exactly those that are open, done or withdrawn tonight.

use super::directory::Directory;
use super::rules::{Due, SEPARATOR, due_at, record_key};
use super::time::{DAY_SECONDS, midnight, not_before};
use super::visits::{Visits, events_of};
use crate::config::Followup;
use crate::message::Message;
use crate::tables::{NO_ROW, NO_TIME, PersonId, Persons, Records, Residence};
use hashbrown::{HashMap, HashSet};
use jiff::civil::Date;
use rayon::prelude::*;
use std::sync::Arc;

mod flood;
mod id;
pub use id::{ChangedId, ItemId};

/// What became of an item.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum State {
    /// To be visited.
    #[default]
    Open,
    /// To be visited by the grid that the last visit handed it over to.
    HandedOver,
    /// To be visited, and its deadline was before the day of the run, handed over or not.
    Overdue,
    /// A visit settled it.
    Done,
    /// The rule no longer asks for it.
    Withdrawn,
}

impl State {
    /// The published name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::HandedOver => "handed_over",
            Self::Overdue => "overdue",
            Self::Done => "done",
            Self::Withdrawn => "withdrawn",
        }
    }

    /// The state of that published name.
    pub fn parse(text: &str) -> Option<Self> {
        let all = [Self::Open, Self::HandedOver, Self::Overdue, Self::Done, Self::Withdrawn];
        all.into_iter().find(|state| state.as_str() == text)
    }

    /// Whether it still asks for a visit.
    pub fn is_open(self) -> bool {
        matches!(self, Self::Open | Self::HandedOver | Self::Overdue)
    }
}

/// One person to be visited for one rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// Stable key.
    pub item_id: ItemId,
    /// Name of the rule.
    pub rule: Arc<str>,
    /// Whom to visit.
    pub person_id: PersonId,
    /// Grid that visits; `None`: unassigned.
    pub grid_code: Option<Arc<str>>,
    /// Since when the rule holds, in seconds local time; where the rule does not say, the first night that listed it.
    pub since: Option<i64>,
    /// When the visit is due, in seconds local time; `None`: the rule sets no deadline.
    pub due_at: Option<i64>,
    /// What became of it.
    pub state: State,
    /// Why, as the rule says.
    pub reason: String,
    /// Records behind it, as `source:record_id`; of a done item the visit too.
    pub evidence: Vec<String>,
}

/// What tonight did to an item.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tonight {
    /// It was not in the set before.
    pub new: bool,
    /// It was open in the set before and is not any more.
    pub cleared: bool,
    /// No rule asks for it, but a record behind it is of a source that is missing.
    pub untold: bool,
    /// It is from above, nobody answered it, and the list of tonight does not name it.
    pub unlisted: bool,
    /// Visits to the person since the last that met somebody.
    pub tries: u32,
    /// Values of the rule's own columns for the list, of items that are due.
    pub fields: Vec<(String, String)>,
    /// The latest time until tonight that the rule gives, of items that are due.
    pub last: Option<i64>,
}

/// A difference from the set before: a row of `changes/`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// `person` or `item`.
    pub subject: &'static str,
    /// new, merged, split, moved, handed_over, cleared or gone.
    pub kind: &'static str,
    /// Key in the set before.
    pub old_id: Option<ChangedId>,
    /// Key in this set.
    pub new_id: Option<ChangedId>,
    /// What moved or why.
    pub detail: Option<String>,
}

/// Counts of tonight's table.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ItemCounts {
    /// Items in the set before.
    pub yesterday: u64,
    /// Items that were not in it.
    pub new: u64,
    /// Items to be visited, overdue ones included.
    pub open: u64,
    /// Open items past their deadline.
    pub overdue: u64,
    /// Items done.
    pub done: u64,
    /// Items withdrawn.
    pub withdrawn: u64,
    /// Items of the set before that were done or withdrawn and are open again.
    pub reopened: u64,
    /// Items open in the set before that are done or withdrawn tonight.
    pub cleared: u64,
    /// Items that stay open although no rule asks for them, since a source behind them is missing.
    pub held: u64,
    /// Items withdrawn although a source behind them is missing, since their person is in no other.
    pub lost: u64,
    /// Items from above that stay open although the lists of tonight do not name them.
    pub unlisted: u64,
    /// Open items whose grid changed.
    pub moved: u64,
    /// Those of them that the last visit handed over to the new grid.
    pub handed_over: u64,
    /// Items without a grid.
    pub unassigned: u64,
    /// Persons with an open item: the rows of all lists together.
    pub persons_open: u64,
    /// Persons without one.
    pub persons_nothing_due: u64,
}

impl ItemCounts {
    /// items yesterday + new = open + done + withdrawn
    pub fn balance(&self) -> bool {
        self.yesterday + self.new == self.open + self.done + self.withdrawn
    }
}

/// Tonight's items.
#[derive(Clone, Debug, Default)]
pub struct Items {
    /// Every item, by rule in the order of the pipeline file (rules that are gone last, by name), person and key.
    pub items: Vec<Item>,
    /// What tonight did to each.
    pub tonight: Vec<Tonight>,
    /// New, moved, merged and cleared items.
    pub changes: Vec<Change>,
    /// How many.
    pub counts: ItemCounts,
    /// What is worth knowing.
    pub messages: Vec<Message>,
}

/// The tables that items are held against.
#[derive(Clone, Copy, Debug)]
pub struct Night<'a> {
    /// Records of the night.
    pub records: &'a Records,
    /// Name of each source.
    pub sources: &'a [&'a str],
    /// Persons of the night.
    pub persons: &'a Persons,
    /// The grid of each person.
    pub residence: &'a Residence,
    /// The grids.
    pub directory: &'a Directory,
    /// Visits of each person.
    pub visits: &'a Visits,
    /// The rules.
    pub followups: &'a [Followup],
    /// Of each source, whether its dump did not come tonight, or not whole.
    pub missing: &'a [bool],
    /// Of each source, whether it is a list from above, whose every row is to be answered.
    pub from_above: &'a [bool],
    /// The run's date. What was due before it is overdue.
    pub as_of: Date,
}

/// Holds `yesterday`'s items against what is `due` tonight (each rule and person once).
///
/// - Due and not settled by a visit since: open, or overdue. Due and settled: done. So a done item whose person gives
///   the rule a newer reason is open again.
/// - Not due any more: done if a visit settled it since (or if no visit ever settles its rule), else withdrawn. What was
///   done or withdrawn stays so.
/// - Not due, and a record behind it is of a source that is [missing](Night::missing) tonight: nobody took back what asked for
///   it, so it stays to be visited, unless its person is in no other dump. So does what is [from above](Night::from_above):
///   the next list takes nothing back that nobody answered.
/// - An open item goes with its person to the grid of tonight; a closed one stays where it was closed.
/// - `renamed` gives the old and new key of persons that were merged or split. Where two items of one rule meet in one
///   person, the one that is open (then the smaller key) goes on and the other is withdrawn.
pub fn update(night: &Night<'_>, yesterday: Vec<Item>, due: Vec<Due>, renamed: &[(PersonId, PersonId)]) -> Items {
    let mut names = Names::of(night);
    let all = due.len();
    let mut due: Vec<Due> = due.into_par_iter().filter(|due| night.persons.find(due.person).is_some()).collect();
    let strangers = all - due.len();
    due.par_sort_unstable_by_key(|due| (due.rule, due.person));
    let keys: Vec<(u32, PersonId)> = due.iter().map(|due| (due.rule, due.person)).collect();
    let mut due: Vec<Option<Due>> = due.into_iter().map(Some).collect();
    let mut taken: HashSet<ItemId> = yesterday.iter().map(|item| item.item_id).collect();
    let mut counts = ItemCounts { yesterday: yesterday.len() as u64, ..ItemCounts::default() };
    let carried: Vec<(Carried, Option<Due>)> = carried(yesterday, renamed, &mut names)
        .into_iter()
        .map(|carried| {
            let place = keys.binary_search(&(carried.rule, carried.item.person_id)).ok().filter(|_| !carried.merged);
            (carried, place.and_then(|place| due[place].take()))
        })
        .collect();
    let work = Work { night, names: &names, today: midnight(night.as_of) };
    let mut rows: Vec<Row> = carried.into_par_iter().map(|(carried, due)| work.carry(carried, due)).collect();
    let mut new: Vec<Row> = due.into_par_iter().flatten().map(|due| work.new_row(due)).collect();
    taken.reserve(new.len());
    for row in &mut new {
        // Nearly always the first key is free.
        let id = |again: u8| ItemId::new(&row.item.rule, row.item.person_id, again);
        let free = Some(row.item.item_id).into_iter().chain((1..=u8::MAX).map(id)).find(|id| taken.insert(*id));
        row.item.item_id = free.unwrap_or_default();
    }
    rows.append(&mut new);
    let mut changes = Vec::new();
    rows.iter().for_each(|row| work.told(row, &mut counts, &mut changes));
    let mut messages = Vec::new();
    if strangers > 0 {
        messages.push(Message::new("followup.unknown_person").with("count", strangers as u64));
    }
    let told = [("followup.held", counts.held), ("followup.lost", counts.lost), ("followup.unlisted", counts.unlisted)];
    for (key, count) in told {
        if count > 0 {
            messages.push(Message::new(key).with("count", count));
        }
    }
    messages.extend(flood::messages(night, &rows).into_iter().chain(flood::lapsed(night, &rows)));
    rows.par_sort_by_key(|row| (row.rule, row.item.person_id, row.item.item_id));
    let open = rows.par_iter().filter(|row| row.item.state.is_open()).map(|row| row.item.person_id);
    let mut open: Vec<PersonId> = open.collect();
    open.par_sort_unstable();
    open.dedup();
    counts.persons_open = open.len() as u64;
    counts.persons_nothing_due = night.persons.len() as u64 - counts.persons_open;
    let (items, tonight) = rows.into_par_iter().map(|row| (row.item, row.tonight)).unzip();
    Items { items, tonight, changes, counts, messages }
}

/// An item of yesterday under tonight's key of its person.
struct Carried {
    /// Number of its rule.
    rule: u32,
    /// Another item of the rule and person goes on instead.
    merged: bool,
    /// Its person is another's since tonight.
    comes: bool,
    item: Item,
}

/// Yesterday's items under tonight's keys of persons, by rule and person.
fn carried(yesterday: Vec<Item>, renamed: &[(PersonId, PersonId)], names: &mut Names) -> Vec<Carried> {
    let mut new_key: HashMap<PersonId, PersonId> = HashMap::new();
    for &(old, new) in renamed {
        new_key.entry(old).or_insert(new);
    }
    names.add_old(&yesterday);
    let mut items: Vec<Carried> = yesterday
        .into_iter()
        .map(|mut item| {
            let now = new_key.get(&item.person_id).copied().unwrap_or(item.person_id);
            let comes = now != item.person_id;
            item.person_id = now;
            let rule = names.numbers[&item.rule];
            item.rule = names.rules[rule as usize].clone();
            Carried { rule, merged: false, comes, item }
        })
        .collect();
    items.par_sort_unstable_by_key(|Carried { rule, item, .. }| {
        let last = (!item.state.is_open(), item.state == State::Withdrawn, item.item_id);
        (*rule, item.person_id, last)
    });
    for i in 1..items.len() {
        let (before, own) = (&items[i - 1], &items[i]);
        items[i].merged = before.rule == own.rule && before.item.person_id == own.item.person_id;
    }
    // Where items meet, the one that goes on stands for all: whoever was visited since the first of them was visited for all.
    // Not in later nights, when it may ask anew.
    for i in (1..items.len()).rev() {
        if !items[i].merged || !(items[i].comes || items[i - 1].comes) {
            continue;
        }
        let earlier = items[i].item.since;
        let own = &mut items[i - 1].item.since;
        *own = (*own).min(earlier).or(*own);
    }
    items
}

/// Names of rules and grids, each stored once.
struct Names {
    rules: Vec<Arc<str>>,
    numbers: HashMap<Arc<str>, u32>,
    grids: HashMap<String, Arc<str>>,
}

impl Names {
    fn of(night: &Night<'_>) -> Self {
        let rules: Vec<Arc<str>> = night.followups.iter().map(|rule| rule.name.as_str().into()).collect();
        let numbers = (0..).zip(&rules).map(|(number, name)| (name.clone(), number)).collect();
        let grids = night.directory.grids().iter().map(|grid| (grid.code.clone(), grid.code.as_str().into())).collect();
        Self { rules, numbers, grids }
    }

    /// Rules that only yesterday had come last, by name.
    fn add_old(&mut self, yesterday: &[Item]) {
        let gone: std::collections::BTreeSet<&Arc<str>> =
            yesterday.iter().map(|item| &item.rule).filter(|rule| !self.numbers.contains_key(*rule)).collect();
        for rule in gone {
            self.numbers.insert(rule.clone(), self.rules.len() as u32);
            self.rules.push(rule.clone());
        }
    }

    fn knows(&self, item: &Item) -> bool {
        item.grid_code.as_ref().is_none_or(|code| self.grids.contains_key(&**code))
    }

    /// The grid of the item's person tonight; of a person who is gone, the grid that the item had.
    fn grid(&self, night: &Night<'_>, item: &Item) -> Option<Arc<str>> {
        let code = match night.persons.find(item.person_id) {
            Some(person) => night.residence.codes.get_some(night.residence.grid[person]),
            None => item.grid_code.as_deref(),
        };
        code.and_then(|code| self.grids.get(code)).cloned()
    }
}

/// A row of tonight's table, and what it was in the set before.
struct Row {
    rule: u32,
    item: Item,
    tonight: Tonight,
    /// Its state in the set before; of a new item withdrawn.
    was: State,
    /// Its grid in the set before.
    old_grid: Option<Arc<str>>,
    merged: bool,
}

/// What rows of tonight's table are made from.
struct Work<'a, 'b> {
    night: &'a Night<'b>,
    names: &'a Names,
    /// Midnight at the beginning of the run's date.
    today: i64,
}

impl Work<'_, '_> {
    /// The row of an item of yesterday; `due` if its rule asks for it tonight.
    fn carry(&self, Carried { rule, merged, mut item, .. }: Carried, due: Option<Due>) -> Row {
        let (was, old_grid) = (item.state, item.grid_code.clone());
        let last = due.as_ref().and_then(|due| due.last(self.today + DAY_SECONDS));
        let (fields, untold) = match due {
            Some(due) => (self.due(&mut item, due), false),
            None => (Vec::new(), self.not_due(&mut item, merged)),
        };
        let unlisted = untold && item.state.is_open() && !self.of_missing(&item);
        if was.is_open() || item.state.is_open() || !self.names.knows(&item) {
            item.grid_code = self.names.grid(self.night, &item);
        }
        let cleared = was.is_open() && !item.state.is_open();
        let tonight = Tonight { new: false, cleared, untold, unlisted, tries: self.tries(&item), fields, last };
        Row { rule, item, tonight, was, old_grid, merged }
    }

    /// The row of an item that was not in the set before, with the first key that it may have.
    fn new_row(&self, due: Due) -> Row {
        let (rule, person_id) = (due.rule, due.person);
        let name = self.names.rules[rule as usize].clone();
        let mut item = Item {
            item_id: ItemId::new(&name, person_id, 0),
            rule: name,
            person_id,
            grid_code: None,
            since: None,
            due_at: None,
            state: State::Open,
            reason: String::new(),
            evidence: Vec::new(),
        };
        let last = due.last(self.today + DAY_SECONDS);
        let fields = self.due(&mut item, due);
        item.grid_code = self.names.grid(self.night, &item);
        let tonight = Tonight { new: true, tries: self.tries(&item), fields, last, ..Tonight::default() };
        Row { rule, item, tonight, was: State::Withdrawn, old_grid: None, merged: false }
    }

    /// Visits to the item's person since the last that met somebody.
    fn tries(&self, item: &Item) -> u32 {
        self.night.persons.find(item.person_id).map_or(0, |person| self.night.visits.tries[person])
    }

    /// The item is asked for tonight.
    fn due(&self, item: &mut Item, due: Due) -> Vec<(String, String)> {
        let rule = &self.night.followups[due.rule as usize];
        let visited = self.settled_at(item).filter(|_| rule.visit_settles);
        if item.state == State::Done && visited.is_none() && self.of_missing(item) && !asks_anew(item, &due) {
            return due.fields;
        }
        let since = due.since_visit(visited).or(item.since.filter(|_| !asks_anew(item, &due))).unwrap_or(self.today);
        item.since = Some(since);
        item.due_at = due_at(rule, since);
        item.reason = due.reason;
        item.evidence = due.evidence;
        if !(rule.visit_settles && self.settle(item)) {
            item.state = self.waiting(item);
        }
        due.fields
    }

    /// The state of an item that is to be visited.
    fn waiting(&self, item: &Item) -> State {
        match item.due_at.is_some_and(|due_at| due_at < self.today) {
            true => State::Overdue,
            false if self.handed_over(item) => State::HandedOver,
            false => State::Open,
        }
    }

    /// The item is not asked for tonight; `merged`: another of its rule and person goes on. Returns whether nobody took back what
    /// nobody settled: a source behind it is missing, or it is from above.
    fn not_due(&self, item: &mut Item, merged: bool) -> bool {
        if !item.state.is_open() {
            return false;
        }
        let rule = self.night.followups.iter().find(|rule| *rule.name == *item.rule).filter(|_| !merged);
        let untold = rule.is_some() && (self.of_missing(item) || self.is_from_above(item));
        let done = match rule {
            Some(Followup { visit_settles: false, settled_by: None, .. }) => !untold,
            Some(Followup { visit_settles: false, settled_by: Some(kind), .. }) => self.happened(item, kind),
            _ => !merged && self.settle(item),
        };
        item.state = match done {
            true => State::Done,
            false if untold && self.night.persons.find(item.person_id).is_some() => self.waiting(item),
            false => State::Withdrawn,
        };
        untold && !done
    }

    /// Whether a record behind the item is of a source that is missing tonight.
    fn of_missing(&self, item: &Item) -> bool {
        let missing = self.night.sources.iter().zip(self.night.missing).filter(|(_, missing)| **missing);
        let of = |key: &String, source: &str| key.strip_prefix(source).is_some_and(|rest| rest.starts_with(':'));
        missing.map(|(source, _)| source).any(|source| item.evidence.iter().any(|key| of(key, source)))
    }

    /// Whether the item is of a list from above: its rule has the name of that source.
    fn is_from_above(&self, item: &Item) -> bool {
        self.night.sources.iter().zip(self.night.from_above).any(|(source, above)| *above && *source == &*item.rule)
    }

    /// Whether there is an event of that type of the item's person since the item's time, and not after tonight.
    fn happened(&self, item: &Item, kind: &str) -> bool {
        let Some(person) = self.night.persons.find(item.person_id) else { return false };
        let (records, end) = (self.night.records, self.today + DAY_SECONDS);
        let within = |at: i64| at != NO_TIME && at < end && item.since.is_none_or(|since| not_before(at, since));
        let told = |&row: &u32| events_of(records, row).any(|(of, at, _)| of == kind && within(at));
        self.night.persons.rows(person).iter().filter(|&&row| row != NO_ROW).any(told)
    }

    /// Whether the last visit since the item's time gave it to another grid.
    fn handed_over(&self, item: &Item) -> bool {
        let person = self.night.persons.find(item.person_id);
        let at = person.map_or(NO_TIME, |person| self.night.visits.handed_over_at[person]);
        at != NO_TIME && item.since.is_none_or(|since| not_before(at, since))
    }

    /// When the last visit that settles items of its person was.
    fn settled_at(&self, item: &Item) -> Option<i64> {
        let at = self.night.visits.settled_at[self.night.persons.find(item.person_id)?];
        (at != NO_TIME).then_some(at)
    }

    /// Makes the item done if a visit since then settled it, with the visit as evidence.
    fn settle(&self, item: &mut Item) -> bool {
        let settled = self.settled_at(item).is_some_and(|at| item.since.is_none_or(|since| not_before(at, since)));
        if let Some(person) = self.night.persons.find(item.person_id).filter(|_| settled) {
            item.state = State::Done;
            let row = self.night.visits.settled_row[person];
            let visit = record_key(self.night.records, row as usize, self.night.sources);
            if !item.evidence.contains(&visit) {
                item.evidence.push(visit);
            }
        }
        settled
    }

    /// Counts a row, and notes what differs from the set before.
    fn told(&self, row: &Row, counts: &mut ItemCounts, changes: &mut Vec<Change>) {
        let Row { item, tonight, was, old_grid, merged, .. } = row;
        let new_id = Some(ChangedId::Item(item.item_id));
        let old_id = new_id.filter(|_| !tonight.new);
        let mut change = |kind, detail| changes.push(Change { subject: "item", kind, old_id, new_id, detail });
        let is_open = item.state.is_open();
        if tonight.new {
            change("new", None);
        } else {
            if tonight.cleared {
                counts.cleared += 1;
                change(if *merged { "merged" } else { "cleared" }, Some(item.state.as_str().to_owned()));
            } else if is_open && !was.is_open() {
                counts.reopened += 1;
                change("new", Some("reopened".to_owned()));
            }
            if is_open && *old_grid != item.grid_code {
                counts.moved += 1;
                let handed_over = self.handed_over(item);
                counts.handed_over += u64::from(handed_over);
                let kind = if handed_over { "handed_over" } else { "moved" };
                change(kind, Some(moved_text(old_grid.as_deref(), item.grid_code.as_deref())));
            }
        }
        match item.state {
            State::Open | State::HandedOver => counts.open += 1,
            State::Overdue => (counts.open, counts.overdue) = (counts.open + 1, counts.overdue + 1),
            State::Done => counts.done += 1,
            State::Withdrawn => counts.withdrawn += 1,
        }
        counts.new += u64::from(tonight.new);
        counts.held += u64::from(tonight.untold && is_open && !tonight.unlisted);
        counts.unlisted += u64::from(tonight.unlisted);
        counts.lost += u64::from(tonight.untold && !is_open);
        counts.unassigned += u64::from(item.grid_code.is_none());
    }
}

/// Whether a rule that does not say since when asks again, or for more than was settled: it did not ask last night, gives a new
/// reason, or a list from above names the person once more (under a key of its own: without one, a row that comes again looks new).
fn asks_anew(item: &Item, due: &Due) -> bool {
    let known = |reason: &str| item.reason.split(SEPARATOR).any(|known| known == reason);
    let of_list = |key: &String| {
        let of_list = key.strip_prefix(&*item.rule).and_then(|rest| rest.strip_prefix(':'));
        let line = |(_, line): (&str, &str)| !line.is_empty() && line.bytes().all(|byte| byte.is_ascii_digit());
        of_list.is_some_and(|key| !key.rsplit_once(':').is_some_and(line))
    };
    let listed_anew = || due.evidence.iter().any(|key| of_list(key) && !item.evidence.contains(key));
    match item.state {
        // A list that was missing for a night is not sent anew.
        State::Withdrawn => listed_anew() || !due.evidence.iter().any(of_list),
        State::Done => !due.reason.split(SEPARATOR).all(known) || listed_anew(),
        State::Open | State::HandedOver | State::Overdue => false,
    }
}

/// From grid to grid, as `changes` tells it.
fn moved_text(old: Option<&str>, new: Option<&str>) -> String {
    format!("{} → {}", old.unwrap_or("unassigned"), new.unwrap_or("unassigned"))
}

/// Persons who live in another grid than in the set before: `yesterday` has the grid of each person by key (`None`:
/// unassigned), ordered by key. Persons who are not in both sets are no movers.
pub fn moved_persons<'a>(
    yesterday: impl IntoIterator<Item = (PersonId, Option<&'a str>)>,
    persons: &Persons,
    residence: &Residence,
) -> Vec<Change> {
    let moved = yesterday.into_iter().filter_map(|(id, old)| {
        let person = persons.find(id)?;
        let new = residence.codes.get_some(residence.grid[person]);
        (old != new).then(|| Change {
            subject: "person",
            kind: "moved",
            old_id: Some(ChangedId::Person(id)),
            new_id: Some(ChangedId::Person(id)),
            detail: Some(moved_text(old, new)),
        })
    });
    moved.collect()
}

#[cfg(test)]
mod tests;
