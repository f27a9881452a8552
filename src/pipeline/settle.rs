//! Follow-up: the grid of every person, whom the rules ask to visit, and what became of yesterday's items.

use super::told;
use super::watch::Watch;
use crate::config::{Agency, DedicatedGrids, GridEvidence, Pipeline};
use crate::error::{Error, Exit, Result};
use crate::followup::{self, Change, Directory, GridRules, Item, Items, Night, RollupRow, Visits};
use crate::message::{Lang, Message};
use crate::person::{Built, PersonChangeKind};
use crate::sql::Engine;
use crate::store::{Set, Store};
use crate::tables::batches::{self, Batches};
use crate::tables::{GridList, Members, PersonId, Pool, Records, Residence, Sym};
use arrow::array::{Array, AsArray, RecordBatch};
use hashbrown::HashSet;
use rayon::prelude::*;

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
    /// One list per grid.
    pub(super) lists: Vec<GridList>,
}

/// Settles the night.
pub(super) fn settle(
    pipeline: &Pipeline,
    records: &Records,
    members: &Members,
    built: &Built,
    directory: Option<Directory>,
    store: &Store,
    watch: &mut Watch<'_>,
) -> Result<Settled> {
    let persons = &built.persons;
    let agencies: Vec<Agency> = pipeline.sources.iter().map(|source| source.agency).collect();
    let names: Vec<String> = pipeline.sources.iter().map(|source| source.name.clone()).collect();
    let directory = directory.unwrap_or_else(|| Directory::of_codes(stated_codes(records)));
    let rules = GridRules {
        agencies: &agencies,
        order: pipeline.grids.as_ref().map_or(&GridEvidence::ORDER[..], |grids| &grids.order),
        dedicated: pipeline.grids.as_ref().map(|grids| grids.dedicated).unwrap_or_default(),
    };
    let words = pipeline.returns.as_ref().map_or(&[][..], |returns| &returns.results);
    let assign = |watch: &mut Watch<'_>| {
        let visits = Visits::read(records, persons, pipeline.run.as_of, words);
        let (residence, warnings) = followup::assign(records, persons, &directory, &visits, rules);
        watch.warn_all(warnings);
        Ok((residence, visits))
    };
    let (residence, visits) = watch.step("grids", assign, |(residence, _)| told::assigned(residence))?;

    // A table or a column that no rule names is not made.
    let sql: Vec<String> = pipeline.followups.iter().map(|rule| rule.sql.to_lowercase()).collect();
    let listed = pipeline.followups.iter().flat_map(|rule| rule.fields.iter().map(String::as_str));
    let listed: Vec<&str> = listed.chain(["person_id", "address", "phones", "birth_date"]).collect();
    let person_batches = asked(&batches::persons(records, persons, &residence, &names), &sql, &listed);
    let source_names: Vec<&str> = names.iter().map(String::as_str).collect();
    let night = Night {
        records,
        sources: &source_names,
        persons,
        residence: &residence,
        directory: &directory,
        visits: &visits,
        followups: &pipeline.followups,
        as_of: pipeline.run.as_of,
    };
    let follow = |watch: &mut Watch<'_>| {
        let mut due = Vec::new();
        if !pipeline.followups.is_empty() {
            let mut engine = Engine::new(pipeline.run.as_of);
            let named = |table: &str| sql.iter().any(|sql| sql.contains(table));
            engine.register("persons", &person_batches)?;
            if named("events") {
                engine.register("events", &asked(&batches::events(records, members, persons, &names), &sql, &[]))?;
            }
            if named("members") {
                engine.register("members", &asked(&batches::members(records, members, persons, &names), &sql, &[]))?;
            }
            engine.register("grids", &[followup::grids_batch(&directory)?])?;
            engine.register("schedules", &[followup::schedules_batch(&pipeline.schedules)?])?;
            let warnings;
            (due, warnings) = followup::run_rules(&engine, &pipeline.followups)?;
            watch.warn_all(warnings);
        }
        followup::find_evidence(&mut due, records, persons, &source_names);
        let yesterday: Vec<Item> = match store.state().read_items()? {
            Some(batches) => followup::items_of(&batches)?,
            None => Vec::new(),
        };
        let items = followup::update(&night, yesterday, due, &renamed(built));
        watch.warn_all(items.messages.clone());
        Ok(items)
    };
    let items = watch.step("followup", follow, told::items)?;
    let roll_up = |_: &mut Watch<'_>| {
        let lists = if pipeline.publish.xlsx { followup::lists(&night, &items, &person_batches)? } else { Vec::new() };
        Ok((followup::rollup(&night, &items, &pipeline.run.name), lists))
    };
    let (rollup, lists) = watch.step("rollup", roll_up, |(_, lists)| told::lists(lists))?;
    let mut changes = person_changes(built);
    changes.extend(moved(store, built, &residence)?);
    changes.extend(items.changes.iter().cloned());
    Ok(Settled { directory, residence, visits, items, rollup, changes, lists })
}

/// Codes of the dedicated grids that people have beside the grid that they live in, as the records' symbols.
pub(super) fn beside(pipeline: &Pipeline, directory: Option<&Directory>, records: &Records) -> HashSet<Sym> {
    let beside = pipeline.grids.as_ref().is_some_and(|grids| grids.dedicated == DedicatedGrids::Beside);
    let Some(directory) = directory.filter(|_| beside) else { return HashSet::new() };
    let dedicated: HashSet<&str> = directory.dedicated_codes().collect();
    let mut codes = records.grid_code.clone();
    codes.sort_unstable();
    codes.dedup();
    codes.into_iter().filter(|&code| dedicated.contains(records.pool.get(code).trim())).collect()
}

/// Every grid code that a record states, for a city without a directory.
fn stated_codes(records: &Records) -> Vec<&str> {
    let mut codes = records.grid_code.clone();
    codes.sort_unstable();
    codes.dedup();
    codes.into_iter().filter(|&code| code != Pool::NONE).map(|code| records.pool.get(code)).collect()
}

/// A table in memory, without the columns that nobody can ask for: a rule must name them, unless one takes them all, or
/// they are `listed`.
fn asked(table: &Batches<'_>, sql: &[String], listed: &[&str]) -> Vec<RecordBatch> {
    let takes_all = |sql: &String| sql.replace("count(*)", "").contains('*') || sql.contains("natural");
    if sql.iter().any(takes_all) {
        return whole(table);
    }
    let named = |name: &str| listed.contains(&name) || sql.iter().any(|sql| sql.contains(name));
    let fields = table.schema().fields();
    let columns: Vec<usize> = (0..fields.len()).filter(|&i| named(fields[i].name())).collect();
    if table.count() == 0 {
        return whole(table);
    }
    (0..table.count()).into_par_iter().map(|i| table.get_columns(i, &columns)).collect()
}

/// A table in memory, at least one batch.
fn whole(table: &Batches<'_>) -> Vec<RecordBatch> {
    let batches: Vec<RecordBatch> = (0..table.count()).into_par_iter().map(|i| table.get(i)).collect();
    if batches.is_empty() { vec![RecordBatch::new_empty(table.schema().clone())] } else { batches }
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
        old_id: change.old.map(|id| id.to_string()),
        new_id: change.new.map(|id| id.to_string()),
        detail: None,
    };
    built.changes.iter().map(change).collect()
}

/// Persons who live in another grid than in the set before.
fn moved(store: &Store, built: &Built, residence: &Residence) -> Result<Vec<Change>> {
    if store.current().is_none() {
        return Ok(Vec::new());
    }
    let set = Set::open(store.output())?;
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
