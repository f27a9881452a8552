//! Follow-up: the grid of every person, whom the rules ask to visit, and what became of yesterday's items.

use super::memory::Memory;
use super::read::{self, Read};
use super::watch::Watch;
use super::{figures, told};
use crate::config::{Agency, DedicatedGrids, GridEvidence, Pipeline, RETURNS_SOURCE};
use crate::error::{Error, Exit, Result};
use crate::followup::{self, Change, ChangedId, Directory, GridRules, Item, Items, Night, RollupRow, Visits};
use crate::message::{Lang, Message};
use crate::person::{Built, PersonChangeKind};
use crate::sql::Engine;
use crate::store::{Set, Spill, Store};
use crate::tables::batches::{self, Aside, Batches};
use crate::tables::{GridList, Members, PersonId, Persons, Pool, Records, Residence, Sym, distinct};
use arrow::array::{Array, AsArray, RecordBatch};
use hashbrown::HashSet;
use jiff::civil::Date;
use rayon::prelude::*;
use std::collections::BTreeMap;

/// Lists that stand in memory together: enough for all threads, and for the short ones among them to make up for a long one.
const LISTS_AT_ONCE: usize = 512;

/// Where everybody lives.
#[derive(Debug)]
pub(super) struct Housed {
    /// The grids.
    pub(super) directory: Directory,
    /// The grid of each person.
    pub(super) residence: Residence,
    /// Visits of each person.
    pub(super) visits: Visits,
}

/// What the night settled.
#[derive(Debug)]
pub(super) struct Settled {
    /// The grids.
    pub(super) directory: Directory,
    /// The grid of each person.
    pub(super) residence: Residence,
    /// Visits of each person.
    pub(super) visits: Visits,
    /// Tonight's items.
    pub(super) items: Items,
    /// Figures of areas.
    pub(super) rollup: Vec<RollupRow>,
    /// What differs from the set before.
    pub(super) changes: Vec<Change>,
}

impl Settled {
    /// Hands the lists of all grids to `take`, some at a time: all of them are as large as the persons themselves.
    pub(super) fn each_lists(
        &self,
        pipeline: &Pipeline,
        records: &Records,
        persons: &Persons,
        spill: Option<&Spill>,
        mut take: impl FnMut(&[GridList]) -> Result<()>,
    ) -> Result<()> {
        let names: Vec<String> = pipeline.sources.iter().map(|source| source.name.clone()).collect();
        let sources: Vec<&str> = names.iter().map(String::as_str).collect();
        let night = Night {
            records,
            sources: &sources,
            persons,
            residence: &self.residence,
            directory: &self.directory,
            visits: &self.visits,
            followups: &pipeline.followups,
            missing: &[],
            from_above: &[],
            as_of: pipeline.run.as_of,
        };
        let listed = listed(pipeline);
        let table = batches::persons(records, persons, &self.residence, &names, &pipeline.agencies());
        let table = columns(&table, spill, |name| listed.contains(&name));
        let lists = followup::Lists::new(&night, &self.items, &table)?;
        for from in (0..lists.count()).step_by(LISTS_AT_ONCE) {
            take(&lists.make(from..lists.count().min(from + LISTS_AT_ONCE)))?;
        }
        Ok(())
    }
}

/// The columns of persons that lists show.
fn listed(pipeline: &Pipeline) -> Vec<&str> {
    let fields = pipeline.followups.iter().flat_map(|rule| rule.fields.iter().map(String::as_str));
    fields.chain(["person_id", "address", "phones", "birth_date", "document"]).collect()
}

/// The queries of the rules, to look for names in.
fn lowercase(pipeline: &Pipeline) -> Vec<String> {
    pipeline.followups.iter().map(|rule| rule.sql.to_lowercase()).collect()
}

/// Tells the grid of every person.
pub(super) fn house(
    pipeline: &Pipeline,
    records: &Records,
    members: &Members,
    persons: &Persons,
    directory: Option<Directory>,
    watch: &mut Watch<'_>,
) -> Result<Housed> {
    let agencies: Vec<Agency> = pipeline.sources.iter().map(|source| source.agency).collect();
    let directory = directory.unwrap_or_else(|| Directory::of_codes(stated_codes(records)));
    let names: Vec<&str> = pipeline.sources.iter().map(|source| source.name.as_str()).collect();
    let rules = GridRules {
        sources: &names,
        agencies: &agencies,
        order: pipeline.grids.as_ref().map_or(&GridEvidence::ORDER[..], |grids| &grids.order),
        dedicated: pipeline.grids.as_ref().map(|grids| grids.dedicated).unwrap_or_default(),
        returns: pipeline.sources.iter().position(|source| source.name == RETURNS_SOURCE).map(|source| source as u16),
    };
    let words = pipeline.returns.as_ref().map_or(&[][..], |returns| &returns.results);
    let assign = |watch: &mut Watch<'_>| {
        let visits = Visits::read(records, &members.person, persons.len(), pipeline.run.as_of, words);
        let (mut residence, warnings) = followup::assign(records, persons, &directory, &visits, rules);
        residence.city = read::city(pipeline, Some(&directory));
        watch.warn_all(warnings);
        Ok((residence, visits))
    };
    let (residence, visits) = watch.step("grids", assign, |(residence, _)| told::assigned(residence))?;
    Ok(Housed { directory, residence, visits })
}

/// Settles the night.
pub(super) fn settle(
    pipeline: &Pipeline,
    read: &Read,
    members: &Members,
    built: &Built,
    Housed { directory, residence, visits }: Housed,
    (store, memory): (&Store, &Memory),
    watch: &mut Watch<'_>,
) -> Result<Settled> {
    let (records, persons) = (&read.records, &built.persons);
    let names: Vec<String> = pipeline.sources.iter().map(|source| source.name.clone()).collect();
    // A table or a column that no rule names is not made.
    let sql = lowercase(pipeline);
    let person_table = batches::persons(records, persons, &residence, &names, &pipeline.agencies());
    let source_names: Vec<&str> = names.iter().map(String::as_str).collect();
    let night = Night {
        records,
        sources: &source_names,
        persons,
        residence: &residence,
        directory: &directory,
        visits: &visits,
        followups: &pipeline.followups,
        missing: &read.missing,
        from_above: &pipeline.sources.iter().map(|source| source.directive).collect::<Vec<bool>>(),
        as_of: pipeline.run.as_of,
    };
    let follow = |watch: &mut Watch<'_>| {
        let mut due = Vec::new();
        if !pipeline.followups.is_empty() {
            let mut engine = Engine::new(pipeline.run.as_of);
            let named = |table: &str| sql.iter().any(|sql| sql.contains(table));
            let spill = memory.spill_tables();
            let tables = |table: &Batches<'_>| asked(table, &sql, spill);
            engine.register("persons", &tables(&person_table))?;
            if named("events") {
                let events = batches::events_by_type(records, members, persons, &names);
                engine.register_by("events", &tables(&events), "type")?;
            }
            if named("members") {
                engine.register("members", &tables(&batches::members(records, members, persons, &names)))?;
            }
            engine.register("grids", &[followup::grids_batch(&directory)?])?;
            engine.register("schedules", &[followup::schedules_batch(&pipeline.schedules)?])?;
            let warnings;
            (due, warnings) = followup::run_rules(&engine, &pipeline.followups, rayon::current_num_threads())?;
            watch.warn_all(warnings);
        }
        memory.give_back();
        followup::find_evidence(&mut due, records, persons, &source_names);
        let yesterday: Vec<Item> = match store.state_before(night.as_of).read_items()? {
            Some(batches) => followup::items_of(&batches)?,
            None => Vec::new(),
        };
        watch.warn_all(rules_gone(&yesterday, pipeline));
        let items = followup::update(&night, yesterday, due, &renamed(built));
        watch.warn_all(items.messages.clone());
        Ok(items)
    };
    let items = watch.step("followup", follow, told::items)?;
    let roll_up = |_: &mut Watch<'_>| Ok(followup::rollup(&night, &items, &pipeline.run.name));
    let lists = if pipeline.publish.xlsx { directory.grids().len() + 1 } else { 0 };
    let rows = if pipeline.publish.xlsx { items.counts.persons_open } else { 0 };
    let rollup = watch.step("rollup", roll_up, |_| told::rolled_up(lists, rows))?;
    drop(person_table);
    let mut changes = person_changes(built);
    changes.extend(moved(store, pipeline.run.as_of, built, &residence)?);
    changes.extend(items.changes.iter().cloned());
    Ok(Settled { directory, residence, visits, items, rollup, changes })
}

/// Open items of rules that the pipeline file names no more are withdrawn; of a rule that was renamed they all begin anew.
fn rules_gone(yesterday: &[Item], pipeline: &Pipeline) -> Vec<Message> {
    let mut gone: BTreeMap<&str, u64> = BTreeMap::new();
    let known = |item: &Item| pipeline.followups.iter().any(|rule| rule.name == *item.rule);
    for item in yesterday.iter().filter(|item| item.state.is_open() && !known(item)) {
        *gone.entry(&item.rule).or_default() += 1;
    }
    let told = |(rule, count)| Message::new("followup.rule_gone").with("rule", rule).with("count", count);
    gone.into_iter().map(told).collect()
}

/// Codes that contradict no other, as the records' symbols: of the dedicated grids that people have beside the grid that they
/// live in, and what no grid is called, for it is not used.
pub(super) fn beside(pipeline: &Pipeline, directory: Option<&Directory>, records: &Records) -> HashSet<Sym> {
    let Some(directory) = directory else { return HashSet::new() };
    let beside = pipeline.grids.as_ref().is_some_and(|grids| grids.dedicated == DedicatedGrids::Beside);
    let dedicated: HashSet<&str> = directory.dedicated_codes().filter(|_| beside).collect();
    let contradicts_none = |code: &str| dedicated.contains(code) || directory.get(code).is_none();
    distinct(&records.grid_code).into_iter().filter(|&code| contradicts_none(records.pool.get(code).trim())).collect()
}

/// Every grid code that a record states, for a city without a directory.
fn stated_codes(records: &Records) -> Vec<&str> {
    distinct(&records.grid_code)
        .into_iter()
        .filter(|&code| code != Pool::NONE)
        .map(|code| records.pool.get(code))
        .collect()
}

/// A table without the columns that nobody can ask for: a rule must name them, unless one takes them all. In memory, or
/// kept by `spill`.
fn asked(table: &Batches<'_>, sql: &[String], spill: Option<&Spill>) -> Vec<RecordBatch> {
    columns(table, spill, |name| names_column(sql, name))
}

/// Whether some query may read a column of that name.
fn names_column(sql: &[String], name: &str) -> bool {
    let takes_all = |sql: &String| sql.replace("count(*)", "").contains('*') || sql.contains("natural");
    name == "person_id" || name == "type" || sql.iter().any(|sql| takes_all(sql) || has_word(sql, name))
}

/// Whether `word` stands in `text` by itself, not as part of a longer one.
fn has_word(text: &str, word: &str) -> bool {
    let part = |c: char| c.is_alphanumeric() || c == '_';
    text.match_indices(word).any(|(at, _)| !text[..at].ends_with(part) && !text[at + word.len()..].starts_with(part))
}

/// The columns of a table that are `wanted`, at least one batch.
fn columns(table: &Batches<'_>, spill: Option<&Spill>, wanted: impl Fn(&str) -> bool) -> Vec<RecordBatch> {
    if table.count() == 0 {
        return vec![RecordBatch::new_empty(table.schema().clone())];
    }
    let fields = table.schema().fields();
    let places: Vec<usize> = (0..fields.len()).filter(|&i| wanted(fields[i].name())).collect();
    let aside = spill.map(Aside::new);
    let made = (0..table.count()).into_par_iter().map(|i| {
        let batch = table.get_columns(i, &places);
        match &aside {
            Some(aside) => aside.keep(batch),
            None => batch,
        }
    });
    made.collect()
}

/// Old and new key of persons that merged or split.
fn renamed(built: &Built) -> Vec<(PersonId, PersonId)> {
    let merged = |change: &&crate::person::PersonChange| change.kind == PersonChangeKind::Merged;
    built.changes.iter().filter(merged).filter_map(|change| Some((change.old?, change.new?))).collect()
}

fn person_changes(built: &Built) -> Vec<Change> {
    let change = |change: &crate::person::PersonChange| Change {
        subject: "person",
        kind: change.kind.as_str(),
        old_id: change.old.map(ChangedId::Person),
        new_id: change.new.map(ChangedId::Person),
        detail: None,
    };
    built.changes.iter().map(change).collect()
}

/// Persons who live in another grid than in the set before.
fn moved(store: &Store, as_of: Date, built: &Built, residence: &Residence) -> Result<Vec<Change>> {
    let Some(folder) = figures::set_before(store, as_of) else { return Ok(Vec::new()) };
    let set = Set::open(&folder)?;
    if !set.tables()?.iter().any(|table| table == "persons") {
        return Ok(Vec::new());
    }
    let mut before: Vec<(PersonId, Option<String>)> = Vec::with_capacity(built.persons.len());
    for batch in set.read_table("persons")? {
        let column = |name: &str| batch.column_by_name(name).and_then(|column| column.as_string_view_opt());
        let (Some(ids), Some(grids)) = (column("person_id"), column("grid_code")) else {
            return Err(Error::new(Exit::Data, Message::new("run.set_before").with("path", set.folder().display())));
        };
        before.extend((0..batch.num_rows()).filter_map(|row| {
            let id = PersonId::parse(ids.value(row))?;
            Some((id, (!grids.is_null(row)).then(|| grids.value(row).to_owned())))
        }));
    }
    before.sort_unstable();
    let rows = before.iter().map(|(id, grid)| (*id, grid.as_deref()));
    Ok(followup::moved_persons(rows, &built.persons, residence))
}

/// The text of a message in the pipeline's language.
pub(super) fn in_words(messages: &[Message], lang: Lang) -> Vec<String> {
    messages.iter().map(|message| message.render(lang)).collect()
}
