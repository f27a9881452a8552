//! Rules asked of empty tables, before anything is read: a query that no night can answer is found in a moment, not after the
//! persons of a city were matched.

use super::read;
use super::watch::Watch;
use crate::config::{Pipeline, RETURNS_SOURCE};
use crate::error::Result;
use crate::events::NullSink;
use crate::followup::{self, Directory};
use crate::message::Message;
use crate::sql::Engine;
use crate::store::files;
use crate::tables::published;
use arrow::array::RecordBatch;

/// Asks every rule. What is no fault and still never happens comes back: a rule settled by events that no source tells of.
///
/// # Errors
/// [`Exit::Config`](crate::error::Exit::Config) with every rule that cannot be asked.
pub fn try_rules(pipeline: &Pipeline) -> Result<Vec<Message>> {
    if pipeline.followups.is_empty() {
        return Ok(Vec::new());
    }
    let mut engine = Engine::new(pipeline.run.as_of);
    let tables = [("persons", published::PERSONS), ("events", published::EVENTS), ("members", published::MEMBERS)];
    for (name, columns) in tables {
        engine.register(name, &[RecordBatch::new_empty(published::schema(columns))])?;
    }
    engine.register("grids", &[followup::grids_batch(&Directory::default())?])?;
    engine.register("schedules", &[followup::schedules_batch(&pipeline.schedules)?])?;
    followup::run_rules(&engine, &pipeline.followups, 1)?;
    let told: Vec<&str> =
        pipeline.sources.iter().flat_map(|source| &source.events).map(|event| event.kind.as_str()).collect();
    let comes_back = pipeline.sources.iter().any(|source| source.name == RETURNS_SOURCE);
    let known = |kind: &str| told.contains(&kind) || comes_back && kind == "visit";
    let unknown = pipeline.followups.iter().filter_map(|rule| Some((rule, rule.settled_by.as_deref()?)));
    let message = |(rule, kind): (&crate::config::Followup, &str)| {
        Message::new("followup.never_settled")
            .with("rule", &rule.name)
            .with("type", kind)
            .with("types", told_once(&told))
    };
    let never_settled = unknown.filter(|(_, kind)| !known(kind)).map(message);
    Ok(never_settled.chain(without_schedule(pipeline)).collect())
}

/// What a night would stumble over beside its dumps: the grid directory and a pinned model that cannot be read.
pub fn try_inputs(pipeline: &Pipeline) -> Vec<Message> {
    let directory = read::directory(pipeline, &mut Watch::new(&NullSink)).err();
    let model = pipeline.linkage.model.as_deref().and_then(|path| files::read(path).err());
    directory.into_iter().chain(model).flat_map(|error| std::iter::once(error.what).chain(error.faults)).collect()
}

/// Rules that ask for a schedule that is not there, or does not hold yet: a slip in its name would empty them silently.
fn without_schedule(pipeline: &Pipeline) -> Vec<Message> {
    let names = || told_once(&pipeline.schedules.iter().map(|schedule| schedule.name.as_str()).collect::<Vec<_>>());
    let mut messages = Vec::new();
    for rule in &pipeline.followups {
        for name in schedules_named(&rule.sql) {
            let told = |key| Message::new(key).with("rule", &rule.name).with("name", name);
            let from =
                pipeline.schedules.iter().filter(|schedule| schedule.name == name).map(|schedule| schedule.from).min();
            match from {
                None => messages.push(told("followup.no_schedule").with("known", names())),
                Some(from) if from > pipeline.run.as_of => {
                    messages.push(told("followup.schedule_to_come").with("from", from));
                }
                Some(_) => {}
            }
        }
    }
    messages
}

/// The names in conditions such as `schedule = 'key_region'`, each once.
fn schedules_named(sql: &str) -> Vec<&str> {
    let mut names = Vec::new();
    for (at, word) in sql.match_indices("schedule") {
        let rest = sql[at + word.len()..].trim_start().strip_prefix('=').map(str::trim_start);
        let name = rest.and_then(|rest| rest.strip_prefix('\'')).and_then(|rest| rest.split_once('\''));
        if let Some((name, _)) = name.filter(|(name, _)| !names.contains(name)) {
            names.push(name);
        }
    }
    names
}

fn told_once(told: &[&str]) -> String {
    let mut types = told.to_vec();
    types.sort_unstable();
    types.dedup();
    types.join(", ")
}

#[cfg(test)]
mod tests {
    use super::schedules_named;

    #[test]
    fn the_schedules_of_a_rule_are_found_in_its_conditions() {
        let sql = "SELECT 1 FROM schedules AS s WHERE s.schedule = 'a' AND x OR schedule='b' AND schedule = s.schedule";
        assert_eq!(schedules_named(sql), ["a", "b"]);
    }
}
