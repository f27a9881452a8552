//! The night in order: dumps in, a published set out, all or nothing. Every step is called here and nowhere else, so this
//! is the page to read first.

mod accuracy;
mod answers;
mod before;
mod carried;
mod compared;
mod disclosed;
mod fewer;
mod figures;
mod machine;
mod memory;
mod modelled;
mod order;
mod read;
mod reasons;
mod report;
mod resolve;
mod resolve_custom;
mod returns;
mod review;
mod settle;
mod statistics;
mod summary;
mod told;
mod tried;
mod watch;

pub use answers::reason_text;
pub use compared::{RecordName, compared};
pub use returns::{Import, import};
pub use review::{DecisionImport, export, import_decisions};
pub use summary::RunSummary;
pub use tried::{try_inputs, try_rules};

use crate::config::Pipeline;
use crate::error::{Error, Exit, Result};
use crate::events::EventSink;
use crate::followup;
use crate::message::Message;
use crate::person;
use crate::store::Store;
use crate::tables::Members;
use carried::{Carried, Marks};
use jiff::Zoned;
use memory::Memory;
use std::time::SystemTime;
use watch::Watch;

/// How to run a night.
#[derive(Clone, Copy, Debug, Default)]
pub struct RunOptions {
    /// Threads; `None`: one per core. The result is the same for any number.
    pub threads: Option<usize>,
    /// Bytes of memory to stay below. Where records and what is made of them do not fit, they are kept in files in the
    /// store's folder; the result is the same.
    pub memory_limit: Option<u64>,
    /// Makes the allocator return freed memory to the system.
    pub give_back: Option<fn()>,
    /// Do everything but publish.
    pub dry_run: bool,
}

/// Runs the night of `pipeline`.
///
/// # Errors
/// With the exit code that says what is the matter; the set before is then untouched.
pub fn run(pipeline: &Pipeline, options: RunOptions, sink: &dyn EventSink) -> Result<RunSummary> {
    let threads = rayon::ThreadPoolBuilder::new().num_threads(options.threads.unwrap_or(0)).build();
    match threads {
        Ok(pool) => pool.install(|| night(pipeline, options, sink)),
        // No threads to be had: the calling one does the work.
        Err(_) => night(pipeline, options, sink),
    }
}

fn night(pipeline: &Pipeline, options: RunOptions, sink: &dyn EventSink) -> Result<RunSummary> {
    let started = Zoned::now();
    let mut watch = Watch::new(sink);
    let store = Store::open(&pipeline.run.output, &pipeline.run.store, &started.strftime("%F %T").to_string())?;
    let mut memory = Memory::new(options, &store)?;
    let before = store.state_before(pipeline.run.as_of);
    match store.state().is_there() {
        Some(true) => {}
        Some(false) if store.current().is_none() => {}
        Some(false) => watch.warn(no_state(&store)),
        None => return Err(Error::new(Exit::Data, no_state(&store)).help(Message::new("store.broken_state.help"))),
    }
    let carried = Carried::read(&before, pipeline)?;
    let (mut known, records_before) = before::known(&before, &carried)?;
    let model_before = before.read_model()?;
    if let Some(before) = figures::date_before(&store).filter(|&before| before > pipeline.run.as_of) {
        watch.warn(Message::new("run.backdated").with("as_of", pipeline.run.as_of).with("before", before));
    }

    // What was imported by hand counts whether or not the file has a section for it.
    let taking_back = returns::taking_back(pipeline)?;
    let pipeline = taking_back.as_ref().unwrap_or(pipeline);
    watch.warn_all(tried::try_rules(pipeline)?);
    let (directory, grids_sha256) = read::directory(pipeline, &mut watch)?.unzip();
    let city = read::city(pipeline, directory.as_ref());
    let mut read = watch.step("ingest", |watch| read::read(pipeline, city, SystemTime::now(), watch), told::read)?;
    let several: u64 = read.repairs.iter().map(|repairs| repairs.get("name", "several")).sum();
    if several > 0 {
        watch.warn(Message::new("run.several_persons").with("count", several));
    }
    // A set and what the store keeps of it take about three quarters of what the dumps take.
    let needed = read.bytes / 4 * 3;
    store.check_space(needed)?;
    memory.leave(needed);
    memory.rows_are_read();
    if let Some(spill) = memory.spill() {
        // Records in their order are made beside those in the order of the dumps.
        read.rows.keep(spill);
        memory.give_back();
    }
    let put_in_order = |_: &mut Watch<'_>| Ok(order::canonical(&mut read, || memory.give_back()));
    let ordered = watch.step("order", put_in_order, |_| Message::new("run.step.order"))?;
    watch.warn_all(ordered);
    watch.warn_all(fewer::warnings(&pipeline.sources, &records_before, &read.records.source));
    read.find_missing(pipeline, &records_before);
    let files = [&figures::files_before(&store), &read.files(pipeline)];
    let (fewer, incomplete) = fewer::files(&pipeline.sources, files, &records_before, &read.records.source);
    watch.warn_all(fewer);
    read.missing.iter_mut().zip(incomplete).for_each(|(missing, incomplete)| *missing |= incomplete);
    read.grids_sha256 = grids_sha256;
    let marks = Marks::of(pipeline, &read.records);
    let borne = carried.borne(&read.records, &marks);
    if !borne.is_empty() {
        let source = |row: u32| pipeline.sources[read.records.source[row as usize] as usize].name.as_str();
        known.add(borne.iter().map(|&(row, person)| (source(row), read.records.key(row as usize), person)));
    }
    let came_back =
        returns::CameBack { store: &store, directory: directory.as_ref(), carried: &carried, borne: &borne };
    let returned = returns::apply(pipeline, came_back, &mut read, options.dry_run, &mut watch)?;
    if let Some(directory) = &directory {
        followup::read_grid_names(&mut read.records, directory);
        let namesakes = followup::tell_namesakes_apart(&mut read.records, directory);
        if namesakes > 0 {
            watch.warn(Message::new("grids.namesakes").with("records", namesakes));
        }
    }
    read.settle(pipeline);
    memory.records_are_read(&read.records);
    if let Some(spill) = memory.spill() {
        read.records.keep(spill);
        memory.give_back();
    } else if let Some(spill) = memory.spill_aside(&read.records) {
        read.records.keep_unmatched(spill);
    }
    let records = &read.records;

    let mut resolved = resolve::resolve(records, &pipeline.linkage, model_before.as_deref(), &mut watch)?;
    returned.join(records, &mut resolved);
    review::follow(pipeline, records, &returned.pairs(), &mut resolved, &mut watch)?;
    if let Some(spill) = memory.spill() {
        resolved.links.keep(spill);
    }
    memory.give_back();
    let beside = settle::beside(pipeline, directory.as_ref(), records);
    let (clusters, count) = (&resolved.cluster_of_record, resolved.clusters);
    // Not before they are asked for: linking needs the room.
    let known = known.with(before::told(&before, None)?);
    let build = || person::build(records, clusters, count, &pipeline.sources, &known, &beside);
    let mut built = watch.step("person", |_| Ok(build()), told::built)?;
    if built.strangers > 0 {
        watch.warn(Message::new("run.keys_reused").with("count", built.strangers));
    }
    drop(known);
    drop(std::mem::take(&mut resolved.cluster_of_record));
    let members = Members {
        person: std::mem::take(&mut built.person_of_record),
        match_weight: std::mem::take(&mut resolved.match_weight),
        joined_by: std::mem::take(&mut resolved.joined_by),
    };

    read.records.persons_are_made();
    memory.give_back();
    let housed = settle::house(pipeline, &read.records, &members, &built.persons, directory, &mut watch)?;
    read.records.grids_are_told();
    memory.give_back();
    let settled = settle::settle(pipeline, &read, &members, &built, housed, (&store, &memory), &mut watch)?;
    memory.give_back();
    let balances = figures::balances(&read, &built.persons, &settled);
    balances.check()?;

    let set = summary::NightTables {
        pipeline,
        read: &read,
        resolved: &resolved,
        members: &members,
        marks: &marks,
        built: &built,
        settled: &settled,
        balances,
        started,
    };
    if options.dry_run {
        return Ok(set.summary(None, &watch));
    }
    set.publish((&store, &memory), &mut watch)
}

fn no_state(store: &Store) -> Message {
    Message::new("run.no_state").with("output", store.output().display())
}

/// What the steps have to say, in words of the catalogue.
fn count_message(key: &'static str, count: usize) -> Message {
    Message::new(key).with("count", count)
}
