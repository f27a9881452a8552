//! One order of records, whatever the order of files and rows: by a hash of source and key. On the way rows that are there
//! twice go to quarantine, and different rows of one key are told apart.

use super::read::Read;
use crate::kernels::{hash, radix};
use crate::message::Message;
use crate::tables::{QuarantinedRow, Reason};
use rayon::prelude::*;

/// Brings the records into their order. Says how many keys were not unique.
pub(super) fn canonical(read: &mut Read) -> Vec<Message> {
    let records = &read.records;
    let mut keyed: Vec<(u64, u32)> = (0..records.len() as u32)
        .into_par_iter()
        .map(|row| {
            let i = row as usize;
            let id = records.pool.get(records.record_id[i]);
            (hash::mix(u64::from(records.source[i]), hash::bytes(4, id.as_bytes())), row)
        })
        .collect();
    radix::sort_keyed(&mut keyed);

    let mut order = Vec::with_capacity(keyed.len());
    let mut twice: Vec<(u32, u32)> = Vec::new();
    let mut renamed: Vec<(u32, u32)> = Vec::new();
    for run in keyed.chunk_by(|a, b| a.0 == b.0) {
        if let [row] = run {
            order.push(row.1);
            continue;
        }
        let mut rows: Vec<u32> = run.iter().map(|row| row.1).collect();
        rows.sort_unstable_by_key(|&row| {
            let i = row as usize;
            (records.pool.get(records.record_id[i]), records.content[i], row)
        });
        let (mut number, mut kept) = (1, rows[0]);
        order.push(kept);
        for &row in &rows[1..] {
            let (a, b) = (kept as usize, row as usize);
            let same_key = records.pool.get(records.record_id[a]) == records.pool.get(records.record_id[b]);
            if same_key && records.content[a] == records.content[b] {
                twice.push((kept, row));
                continue;
            }
            number = if same_key { number + 1 } else { 1 };
            if number > 1 {
                renamed.push((row, number));
            }
            order.push(row);
            kept = row;
        }
    }

    let mut messages = Vec::new();
    if !renamed.is_empty() {
        messages.push(super::count_message("run.keys_not_unique", renamed.len()));
    }
    if !twice.is_empty() {
        messages.push(super::count_message("run.rows_twice", twice.len()));
    }
    for (kept, row) in twice {
        let (kept, row) = (kept as usize, row as usize);
        read.quarantined.push(QuarantinedRow {
            source: records.source[row],
            file: records.file[row],
            line: records.line[row],
            byte: 0,
            reason: Reason::DuplicateRow,
            raw: format!("= {}:{}", read.labels[records.file[kept] as usize], records.line[kept]),
        });
    }
    read.quarantined.sort_by(|a, b| {
        (a.source, a.file, a.line, a.byte, a.reason).cmp(&(b.source, b.file, b.line, b.byte, b.reason))
    });
    for (row, number) in renamed {
        let text = format!("{}#{number}", read.records.pool.get(read.records.record_id[row as usize]));
        read.records.record_id[row as usize] = read.records.pool.push(&text);
    }
    read.records = std::mem::take(&mut read.records).reordered(&order);
    messages
}
