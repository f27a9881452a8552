//! What `explain` needs of a night: the joins that were refused, and the weight of every pattern of levels taken apart.

use crate::cluster::Clusters;
use crate::link::{Pattern, Profiles, levels};
use crate::model::{self, Fit};
use crate::tables::{Edges, Links};
use arrow::array::{ArrayRef, Float64Array, Int64Array, RecordBatch, StringViewArray};
use arrow::datatypes::{DataType, Field, Schema};
use arrow::error::ArrowError;
use std::collections::HashMap;
use std::sync::Arc;

/// Every refused join with its reason, heaviest first. A pair that two ID numbers settle stands here alone; the others
/// stand in the review as well.
pub(super) fn refused(profiles: &Profiles, edges: &Edges, clusters: &Clusters, empty: Links) -> Links {
    let mut refused = empty;
    for &(place, why) in &clusters.refused {
        let Some(edge) = edges.get(place as usize) else { continue };
        refused.left.push(profiles.first(edge.a as usize) as u32);
        refused.right.push(profiles.first(edge.b as usize) as u32);
        refused.match_weight.push(edge.weight);
        refused.level.extend(Pattern(edge.pattern()).levels());
        refused.why.push(why.as_str());
    }
    refused
}

/// One row for every combination of levels in `tables`: how many pairs have it, and the bits of each comparison, which
/// with the prior and the rest add up to the match weight.
pub(super) fn patterns(fit: &Fit, tables: [&Links; 3]) -> Result<RecordBatch, ArrowError> {
    let mut pairs = vec![0_i64; levels::PATTERNS];
    for table in tables {
        for row in table.level.chunks_exact(levels::COMPARISONS.len()) {
            pairs[Pattern::new(row[0], row[1], row[2], row[3]).0 as usize] += 1;
        }
    }
    let seen: Vec<Pattern> =
        pairs.iter().enumerate().filter(|(_, n)| **n > 0).map(|(i, _)| Pattern(i as u32)).collect();
    let terms: Vec<model::Terms> = seen.iter().map(|&pattern| model::terms(fit, pattern)).collect();
    let names = levels::level_names();
    let mut fields = Vec::new();
    let mut columns: Vec<ArrayRef> = Vec::new();
    let mut add = |name: String, about: String, column: ArrayRef| {
        let kind = column.data_type().clone();
        debug_assert!(matches!(kind, DataType::Utf8View | DataType::Int64 | DataType::Float64));
        fields.push(Field::new(name, kind, true).with_metadata(HashMap::from([("description".to_owned(), about)])));
        columns.push(column);
    };
    for (i, comparison) in levels::COMPARISONS.iter().enumerate() {
        let level = seen.iter().map(|pattern| names[i].get(usize::from(pattern.levels()[i])).map(String::as_str));
        let about = format!("Level of the comparison {comparison}.");
        add((*comparison).to_owned(), about, Arc::new(level.collect::<StringViewArray>()));
    }
    let counts = Int64Array::from_iter_values(seen.iter().map(|pattern| pairs[pattern.0 as usize]));
    add("pairs".to_owned(), "Pairs with these levels in links, review and refused.".to_owned(), Arc::new(counts));
    let floats = |of: &dyn Fn(&model::Terms) -> f64| -> ArrayRef {
        Arc::new(Float64Array::from_iter_values(terms.iter().map(of)))
    };
    add("bits_prior".to_owned(), "Bits before anything is compared.".to_owned(), floats(&|terms| terms.prior));
    for (i, comparison) in levels::COMPARISONS.iter().enumerate() {
        let about = format!("Bits of {comparison} by itself.");
        add(format!("bits_{comparison}"), about, floats(&|terms| terms.comparisons[i]));
    }
    let about = "Bits of all levels together beyond each by itself.".to_owned();
    add("bits_rest".to_owned(), about, floats(&|terms| terms.rest));
    RecordBatch::try_new(Arc::new(Schema::new(fields)), columns)
}
