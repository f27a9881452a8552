//! Rules asked of empty tables, before anything is read: a query that no night can answer is found in a moment, not after the
//! persons of a city were matched.

use crate::config::{Pipeline, RETURNS_SOURCE};
use crate::error::Result;
use crate::followup::{self, Directory};
use crate::message::Message;
use crate::sql::Engine;
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
    Ok(unknown.filter(|(_, kind)| !known(kind)).map(message).collect())
}

fn told_once(told: &[&str]) -> String {
    let mut types = told.to_vec();
    types.sort_unstable();
    types.dedup();
    types.join(", ")
}
