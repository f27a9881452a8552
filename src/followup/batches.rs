//! Items, figures, changes and grids as the published Arrow tables, and items read back from them.

use super::directory::{Directory, Grid, GridNo, UNASSIGNED};
use super::items::{Change, ChangedId, Item, ItemId, Items, State};
use super::rollup::RollupRow;
use super::time::{DAY_SECONDS, midnight};
use crate::config::Schedule;
use crate::error::{Error, Exit, Result};
use crate::message::Message;
use crate::tables::{PersonId, published};
use arrow::array::{
    Array, ArrayRef, AsArray, DurationMillisecondArray, Int64Array, ListBuilder, RecordBatch, StringViewArray,
    StringViewBuilder, TimestampMillisecondArray,
};
use arrow::datatypes::TimestampMillisecondType;
use jiff::civil::Date;
use rayon::prelude::*;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The items of one street: one file of `followups/`.
#[derive(Clone, Debug)]
pub struct FollowupPartition {
    /// County; [`UNASSIGNED`] for items without a grid.
    pub county: String,
    /// Street; as above.
    pub street: String,
    /// Items by grid, rule and person, with the schema of [`published::FOLLOWUPS`].
    pub batch: RecordBatch,
}

/// Every item in the partition of its grid's street, the unassigned last; partitions without items are left out, but the
/// unassigned one is always there.
///
/// # Errors
/// Never for tables of this step; a failure to build a table is a bug.
pub fn followup_partitions(items: &Items, directory: &Directory) -> Result<Vec<FollowupPartition>> {
    let grid_of = |item: &Item| directory.number_of(item.grid_code.as_deref()?);
    let grids: Vec<Option<GridNo>> = items.items.par_iter().map(grid_of).collect();
    let unassigned = (true, UNASSIGNED, UNASSIGNED);
    let mut streets: BTreeMap<(bool, &str, &str), Vec<u32>> = BTreeMap::from([(unassigned, vec![])]);
    let mut of_grid: Vec<Vec<u32>> = vec![Vec::new(); directory.grids().len()];
    let mut nowhere = Vec::new();
    for (number, grid) in (0..).zip(grids) {
        grid.map_or(&mut nowhere, |grid| &mut of_grid[grid as usize]).push(number);
    }
    for (grid, numbers) in directory.grids().iter().zip(of_grid).filter(|(_, numbers)| !numbers.is_empty()) {
        streets.entry((false, grid.county_label(), grid.street_label())).or_default().extend(numbers);
    }
    streets.entry(unassigned).or_default().extend(nowhere);
    let partition = |((_, county, street), mut numbers): ((bool, &str, &str), Vec<u32>)| {
        // Those of a grid stand by rule and person already; this order is stable.
        numbers.sort_by_key(|&number| &items.items[number as usize].grid_code);
        let rows: Vec<&Item> = numbers.iter().map(|&number| &items.items[number as usize]).collect();
        let tries: Vec<u32> = numbers.iter().map(|&number| items.tonight[number as usize].tries).collect();
        Ok(FollowupPartition { county: county.into(), street: street.into(), batch: items_batch(&rows, &tries)? })
    };
    streets.into_iter().collect::<Vec<_>>().into_par_iter().map(partition).collect()
}

fn items_batch(items: &[&Item], tries: &[u32]) -> Result<RecordBatch> {
    let mut evidence = ListBuilder::new(StringViewBuilder::new());
    for item in items {
        item.evidence.iter().for_each(|record| evidence.values().append_value(record));
        evidence.append(true);
    }
    fn reason(item: &Item) -> Option<&str> {
        Some(item.reason.as_str()).filter(|reason| !reason.is_empty())
    }
    table(
        "followups",
        published::FOLLOWUPS,
        vec![
            texts(items.iter().map(|item| Some(item.item_id.key()))),
            texts(items.iter().map(|item| Some(&*item.rule))),
            texts(items.iter().map(|item| Some(item.person_id.key()))),
            texts(items.iter().map(|item| item.grid_code.as_deref())),
            times(items.iter().map(|item| item.since)),
            times(items.iter().map(|item| item.due_at)),
            texts(items.iter().map(|item| Some(item.state.as_str()))),
            texts(items.iter().copied().map(reason)),
            Arc::new(evidence.finish()),
            Arc::new(Int64Array::from_iter_values(tries.iter().copied().map(i64::from))),
        ],
    )
}

/// The items of a published `followups/` table: yesterday's, as tonight's start.
///
/// # Errors
/// Exit 65 if a column is missing or of another type, or a key or state cannot be read.
pub fn items_of(batches: &[RecordBatch]) -> Result<Vec<Item>> {
    let mut items = Vec::new();
    let mut names: hashbrown::HashSet<Arc<str>> = hashbrown::HashSet::new();
    for batch in batches {
        read_items(batch, &mut names, &mut items)
            .ok_or_else(|| Error::new(Exit::Data, Message::new("followup.items_unreadable")))?;
    }
    Ok(items)
}

fn read_items(batch: &RecordBatch, names: &mut hashbrown::HashSet<Arc<str>>, items: &mut Vec<Item>) -> Option<()> {
    let text = |name: &str| batch.column_by_name(name)?.as_string_view_opt();
    let time = |name: &str| batch.column_by_name(name)?.as_primitive_opt::<TimestampMillisecondType>();
    let (item_id, rule, person_id, grid) = (text("item_id")?, text("rule")?, text("person_id")?, text("grid_code")?);
    let (since, due_at, state, reason) = (time("since")?, time("due_at")?, text("state")?, text("reason")?);
    let evidence = batch.column_by_name("evidence")?.as_list_opt::<i32>()?;
    let mut shared = |text: &str| names.get_or_insert_with(text, |text| text.into()).clone();
    for row in 0..batch.num_rows() {
        let seconds =
            |times: &TimestampMillisecondArray| times.is_valid(row).then(|| times.value(row).div_euclid(1000));
        let records = evidence.value(row);
        items.push(Item {
            item_id: ItemId::parse(item_id.value(row))?,
            rule: shared(rule.value(row)),
            person_id: PersonId::parse(person_id.value(row))?,
            grid_code: grid.is_valid(row).then(|| shared(grid.value(row))),
            since: seconds(since),
            due_at: seconds(due_at),
            state: State::parse(state.value(row))?,
            reason: if reason.is_valid(row) { reason.value(row).to_owned() } else { String::new() },
            evidence: records.as_string_view_opt()?.iter().flatten().map(str::to_owned).collect(),
        });
    }
    Some(())
}

/// The figures of areas with the schema of [`published::ROLLUP`].
///
/// # Errors
/// As [`followup_partitions`].
pub fn rollup_batch(rows: &[RollupRow]) -> Result<RecordBatch> {
    let mut columns = vec![
        texts(rows.iter().map(|row| Some(row.level))),
        texts(rows.iter().map(|row| row.code.as_deref())),
        texts(rows.iter().map(|row| Some(&row.rule))),
    ];
    for figure in 0..published::ROLLUP.len() - columns.len() {
        columns.push(Arc::new(Int64Array::from_iter_values(rows.iter().map(|row| row.counts.figures()[figure]))));
    }
    table("rollup", published::ROLLUP, columns)
}

/// Differences from the set before with the schema of [`published::CHANGES`].
///
/// # Errors
/// As [`followup_partitions`].
pub fn changes_batch(changes: &[Change]) -> Result<RecordBatch> {
    let columns = vec![
        texts(changes.iter().map(|change| Some(change.subject))),
        texts(changes.iter().map(|change| Some(change.kind))),
        texts(changes.iter().map(|change| change.old_id.map(ChangedId::key))),
        texts(changes.iter().map(|change| change.new_id.map(ChangedId::key))),
        texts(changes.iter().map(|change| change.detail.as_deref())),
    ];
    table("changes", published::CHANGES, columns)
}

/// The schedules of rules, one row for each day on which something is to be done: `what` is `test`, `day` for every day of
/// isolation and monitoring, or `release`, which is the day after the last of them. Day 1 is the day on which somebody began, and `after` what has
/// passed since then at the beginning of the day. A row holds for those who began from `holds_from` until before
/// `holds_until`, where the next schedule of the name begins.
///
/// # Errors
/// As [`followup_partitions`].
pub fn schedules_batch(schedules: &[Schedule]) -> Result<RecordBatch> {
    const FOR_EVER: Date = jiff::civil::date(9999, 1, 1);
    let mut rows: Vec<(&Schedule, &str, u32, Date)> = Vec::new();
    for schedule in schedules {
        let later = schedules.iter().filter(|other| other.name == schedule.name && other.from > schedule.from);
        let until = later.map(|other| other.from).min().unwrap_or(FOR_EVER);
        let days = schedule.isolation_days + schedule.monitoring_days;
        rows.extend(schedule.tests.iter().map(|&day| (schedule, "test", day, until)));
        rows.extend((1..=days).map(|day| (schedule, "day", day, until)));
        rows.push((schedule, "release", days + 1, until));
    }
    let day_ms = |day: u32| i64::from(day.saturating_sub(1)) * DAY_SECONDS * 1000;
    let int = |value: fn(&Schedule) -> u32| -> ArrayRef {
        Arc::new(Int64Array::from_iter_values(rows.iter().map(|row| i64::from(value(row.0)))))
    };
    let columns: Vec<(&str, ArrayRef)> = vec![
        ("schedule", texts(rows.iter().map(|row| Some(&row.0.name)))),
        ("what", texts(rows.iter().map(|row| Some(row.1)))),
        ("day", Arc::new(Int64Array::from_iter_values(rows.iter().map(|row| i64::from(row.2))))),
        ("after", Arc::new(DurationMillisecondArray::from_iter_values(rows.iter().map(|row| day_ms(row.2))))),
        ("holds_from", times(rows.iter().map(|row| Some(midnight(row.0.from))))),
        ("holds_until", times(rows.iter().map(|row| Some(midnight(row.3))))),
        ("isolation_days", int(|schedule| schedule.isolation_days)),
        ("monitoring_days", int(|schedule| schedule.monitoring_days)),
        ("temperatures_a_day", int(|schedule| schedule.temperatures_a_day)),
    ];
    RecordBatch::try_from_iter(columns).map_err(|cause| {
        Error::new(Exit::Bug, Message::new("followup.table").with("name", "schedules")).caused_by(cause)
    })
}

/// The directory with the schema of [`published::GRIDS`]: the table `grids` of rules.
///
/// # Errors
/// As [`followup_partitions`].
pub fn grids_batch(directory: &Directory) -> Result<RecordBatch> {
    let column = |value: fn(&Grid) -> &str| {
        texts(directory.grids().iter().map(|grid| Some(value(grid)).filter(|text| !text.is_empty())))
    };
    let columns = vec![
        column(|grid| &grid.code),
        column(|grid| &grid.name),
        column(|grid| &grid.kind),
        column(|grid| &grid.community),
        column(|grid| &grid.street),
        column(|grid| &grid.county_code),
        column(|grid| &grid.county),
        column(|grid| &grid.worker),
        column(|grid| &grid.worker_phone),
    ];
    table("grids", published::GRIDS, columns)
}

fn table(name: &str, columns: &[published::Column], arrays: Vec<ArrayRef>) -> Result<RecordBatch> {
    RecordBatch::try_new(published::schema(columns), arrays)
        .map_err(|cause| Error::new(Exit::Bug, Message::new("followup.table").with("name", name)).caused_by(cause))
}

fn texts<T: AsRef<str>>(texts: impl Iterator<Item = Option<T>>) -> ArrayRef {
    Arc::new(texts.collect::<StringViewArray>())
}

/// Seconds as published milliseconds.
fn times(seconds: impl Iterator<Item = Option<i64>>) -> ArrayRef {
    Arc::new(seconds.map(|time| time.map(|time| time.saturating_mul(1000))).collect::<TimestampMillisecondArray>())
}
