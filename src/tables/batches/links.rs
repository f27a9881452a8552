//! `links/` and `review/`: one row per pair of records, with the level of each comparison.

use super::text::{Repeated, symbols_or_empty};
use super::{Batches, batch};
use crate::tables::published::{LINKS, schema};
use crate::tables::{Links, Records, Sym};
use arrow::array::{ArrayRef, Float32Array, StringViewArray};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

/// The accepted pairs, in their order. A pair's level is null where the comparison has no level of that number.
pub fn links<'a>(records: &'a Records, links: &'a Links, source_names: &'a [String]) -> Batches<'a> {
    pairs(records, links, source_names, false)
}

/// The uncertain pairs: as [`links`], and `why` a pair stands here where that is not its weight alone.
pub fn review<'a>(records: &'a Records, links: &'a Links, source_names: &'a [String]) -> Batches<'a> {
    pairs(records, links, source_names, true)
}

fn pairs<'a>(records: &'a Records, links: &'a Links, source_names: &'a [String], why: bool) -> Batches<'a> {
    let schema = pair_schema(&links.comparisons, why);
    let made = schema.clone();
    Batches::new(schema, links.len(), move |rows| {
        let (left_source, left_id) = side(records, &links.left[rows.clone()], source_names);
        let (right_source, right_id) = side(records, &links.right[rows.clone()], source_names);
        let weights = Float32Array::from_iter_values(links.match_weight[rows.clone()].iter().copied());
        let mut columns = vec![left_source, left_id, right_source, right_id, Arc::new(weights)];
        columns.extend((0..links.comparisons.len()).map(|comparison| level(links, comparison, &rows)));
        if why {
            let reasons = rows.clone().map(|row| links.why.get(row).copied().filter(|why| !why.is_empty()));
            columns.push(Arc::new(reasons.collect::<StringViewArray>()));
        }
        batch(&made, columns)
    })
}

fn side(records: &Records, rows: &[u32], source_names: &[String]) -> (ArrayRef, ArrayRef) {
    let mut source = Repeated::new(source_names, rows.len());
    let of: &[u16] = &records.source;
    for &row in rows {
        source.push(of[row as usize] as usize);
    }
    let keys: &[Sym] = &records.record_id;
    let ids = symbols_or_empty(&records.keys, &rows.iter().map(|&row| keys[row as usize]).collect::<Vec<_>>());
    (source.finish(), ids)
}

fn level(links: &Links, comparison: usize, rows: &Range<usize>) -> ArrayRef {
    let names: &[String] = links.levels.get(comparison).map_or(&[], Vec::as_slice);
    let mut column = Repeated::new(names, rows.len());
    for row in rows.clone() {
        column.push(links.level[row * links.comparisons.len() + comparison] as usize);
    }
    column.finish()
}

fn pair_schema(comparisons: &[String], why: bool) -> SchemaRef {
    let text = |name: &str, about: String| {
        Field::new(name, DataType::Utf8View, true).with_metadata(HashMap::from([("description".to_owned(), about)]))
    };
    let mut fields: Vec<Field> = schema(LINKS).fields().iter().map(|field| field.as_ref().clone()).collect();
    fields.extend(comparisons.iter().map(|name| text(name, format!("Level of the comparison {name}."))));
    if why {
        fields.push(text("why", "Why the pair is here where that is not its weight alone; null otherwise.".to_owned()));
    }
    Arc::new(Schema::new(fields))
}
