//! `members/`: one row per record.

use super::text::{PersonIds, Repeated, symbols, symbols_or_empty};
use super::{Batches, Column};
use crate::tables::published::{MEMBERS, schema};
use crate::tables::{JoinedBy, Members, Persons, Records};
use arrow::array::Float32Array;
use arrow::datatypes::{DataType, Field, FieldRef, Schema};
use std::collections::HashMap;
use std::sync::Arc;

/// The members table, in the order of the records. `source_names` are by number of the source. Fields of a pipeline's own
/// stand behind the others, as they were read; one that is called like a column of the table has `_value` behind its name.
pub fn members<'a>(
    records: &'a Records,
    members: &'a Members,
    persons: &'a Persons,
    source_names: &'a [String],
) -> Batches<'a> {
    const JOINED: [JoinedBy; 4] = [JoinedBy::Single, JoinedBy::Id, JoinedBy::Model, JoinedBy::Review];
    let ids = PersonIds::new(&persons.id);
    let mut fields: Vec<FieldRef> = schema(MEMBERS).fields().iter().cloned().collect();
    for (name, _) in &records.extra {
        let taken = MEMBERS.iter().any(|column| column.name == name);
        let name = if taken { format!("{name}_value") } else { name.clone() };
        let about =
            HashMap::from([("description".to_owned(), "A field of the pipeline's own, as it was read.".to_owned())]);
        fields.push(Arc::new(Field::new(name, DataType::Utf8View, true).with_metadata(about)));
    }
    let mut columns: Vec<Column<'a>> = vec![
        Box::new(|rows| {
            let mut source = Repeated::new(source_names, rows.len());
            records.source[rows.clone()].iter().for_each(|&number| source.push(number as usize));
            source.finish()
        }),
        Box::new(|rows| symbols_or_empty(&records.keys, &records.record_id[rows.clone()])),
        Box::new(move |rows| ids.column(members.person[rows.clone()].iter().copied())),
        Box::new(|rows| {
            let weights = members.match_weight[rows.clone()].iter();
            let weights = weights.map(|&weight| (!weight.is_nan()).then_some(weight));
            Arc::new(weights.collect::<Float32Array>())
        }),
        Box::new(|rows| {
            let mut joined = Repeated::new(&JOINED.map(JoinedBy::as_str), rows.len());
            members.joined_by[rows.clone()].iter().for_each(|&by| joined.push(by as usize));
            joined.finish()
        }),
    ];
    for (_, values) in &records.extra {
        columns.push(Box::new(|rows| symbols(&records.pool, &values[rows.clone()])));
    }
    Batches::by_column(Arc::new(Schema::new(fields)), records.len(), columns)
}
