//! Keys of a pipeline's own blocking rules.

use super::columns::evaluate;
use crate::config::KeyExpression;
use crate::kernels::hash;
use crate::tables::{Pool, Records};

/// The key of each record under one rule; 0 where a part is missing. What is compared as a date is one here, too, whichever
/// way it is written: `is_date` tells of which parts that is so.
pub(super) fn keys(
    records: &Records,
    rule: usize,
    parts: &[KeyExpression],
    is_date: impl Fn(&KeyExpression) -> bool,
) -> Vec<u64> {
    let mut keys = vec![hash::mix(rule as u64, 0x6b65_7973).max(1); records.len()];
    for part in parts {
        let (pool, ids) = evaluate(records, part, is_date(part));
        let hashes: Vec<u64> = (0..pool.len()).map(|sym| hash::bytes(9, pool.get(sym as u32).as_bytes())).collect();
        for (key, id) in keys.iter_mut().zip(ids) {
            *key = if *key == 0 || id == Pool::NONE { 0 } else { hash::mix(*key, hashes[id as usize]).max(1) };
        }
    }
    keys
}
