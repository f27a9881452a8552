//! One order of records, whatever the order of files and rows: by name and birth date, so that records of one person, which
//! every later step reads together, mostly stand together. On the way rows that are there twice go to quarantine, and
//! different rows of one key are told apart.

use super::read::Read;
use crate::kernels::{hash, radix};
use crate::message::Message;
use crate::tables::{NO_DATE, Pool, QuarantinedRow, Reason, RecordRows, Records};
use hashbrown::{HashMap, HashSet};
use rayon::prelude::*;

/// Rows that one task takes.
const CHUNK_ROWS: usize = 1 << 16;
/// Bits of a place in the order that the name has, and those that the birth date has; the others are the record's own.
const NAME_BITS: u32 = 24;
const BIRTH_BITS: u32 = 17;

/// Brings the records into their order. Says how many keys were not unique. Calls `freed` whenever a good deal of memory was
/// freed.
pub(super) fn canonical(read: &mut Read, freed: impl Fn()) -> Vec<Message> {
    let records = std::mem::take(&mut read.rows);
    let chunks: Vec<usize> = (0..records.len()).step_by(CHUNK_ROWS).collect();
    let own: Vec<Vec<u64>> = chunks.par_iter().map(|&from| own_hashes(&records, from)).collect();
    let Repeated { twice, renamed } = repeated(&records, &own);
    let mut sorted = {
        let places = |(&from, own): (&usize, Vec<u64>)| places(&records, from, &own);
        let places: Vec<Vec<(u64, u32)>> = chunks.par_iter().zip(own).map(places).collect();
        let places: Vec<&[(u64, u32)]> = places.iter().map(Vec::as_slice).collect();
        radix::sorted_keyed(&places)
    };
    let runs = sorted.iter_mut().flat_map(|piece| piece.chunk_by_mut(|a, b| a.0 == b.0));
    for run in runs.filter(|run| run.len() > 1) {
        run.sort_unstable_by_key(|&(_, row)| {
            let i = row as usize;
            (records.source(i), records.key(i), records.content(i), row)
        });
    }
    let left_out: HashSet<u32> = twice.iter().map(|(_, row)| *row).collect();
    // Room of its own: it would keep all that its rows took while they were sorted.
    let mut order = Vec::with_capacity(records.len());
    order.extend(sorted.iter().flatten().map(|row| row.1).filter(|row| !left_out.contains(row)));
    drop(sorted);

    let mut messages = Vec::new();
    if !renamed.is_empty() {
        messages.push(super::count_message("run.keys_not_unique", renamed.len()));
    }
    if !twice.is_empty() {
        messages.push(super::count_message("run.rows_twice", twice.len()));
    }
    for (kept, row) in twice {
        let ((file, line), (kept_file, kept_line)) = (records.place(row as usize), records.place(kept as usize));
        read.quarantined.push(QuarantinedRow {
            source: records.source(row as usize),
            file,
            line,
            byte: 0,
            reason: Reason::DuplicateRow,
            raw: format!("= {}", read.place(kept_file, kept_line)),
        });
    }
    read.quarantined.sort_by(|a, b| {
        (a.source, a.file, a.line, a.byte, a.reason).cmp(&(b.source, b.file, b.line, b.byte, b.reason))
    });
    read.records = records.in_order(&order, freed);
    rename(&mut read.records, &order, renamed);
    messages
}

/// Gives rows that had another's key, as numbered before they were put in `order`, keys of their own.
fn rename(records: &mut Records, order: &[u32], renamed: Vec<(u32, u32)>) {
    let mut renamed: HashMap<u32, u32> = renamed.into_iter().collect();
    for (at, row) in order.iter().enumerate() {
        if renamed.is_empty() {
            break;
        }
        if let Some(number) = renamed.remove(row) {
            let key = format!("{}#{number}", records.key(at));
            records.record_id[at] = records.keys.push(&key);
        }
    }
}

/// A hash of source and key of each row of a chunk.
fn own_hashes(records: &RecordRows, from: usize) -> Vec<u64> {
    let rows = from..records.len().min(from + CHUNK_ROWS);
    let own = |row: usize| hash::mix(u64::from(records.source(row)), hash::bytes(4, records.key(row).as_bytes()));
    rows.map(own).collect()
}

/// Rows whose key another row has, too.
#[derive(Default)]
struct Repeated {
    /// The row that stays, and the one that is the same row once more.
    twice: Vec<(u32, u32)>,
    /// Another row of the key, and its number among them.
    renamed: Vec<(u32, u32)>,
}

/// Finds them by their hashes, a chunk's after the other's.
fn repeated(records: &RecordRows, own: &[Vec<u64>]) -> Repeated {
    let sorted = radix::sorted_packed(own);
    let neighbours = sorted.iter().flat_map(|piece| piece.windows(2));
    let several: HashSet<u64> = neighbours.filter(|pair| pair[0] == pair[1]).map(|pair| pair[0]).collect();
    drop(sorted);
    let of_chunk = |(chunk, own): (usize, &Vec<u64>)| -> Vec<(u64, u32)> {
        let rows = own.iter().zip(chunk * CHUNK_ROWS..);
        rows.filter(|(own, _)| several.contains(*own)).map(|(&own, row)| (own, row as u32)).collect()
    };
    let mut rows: Vec<(u64, u32)> = match several.is_empty() {
        true => Vec::new(),
        false => own.par_iter().enumerate().flat_map_iter(of_chunk).collect(),
    };
    let of_row = |row: u32| (records.key(row as usize), records.content(row as usize));
    // Of equal rows the first of the first dump stays, whichever dump was read first.
    rows.sort_unstable_by_key(|&(own, row)| (own, of_row(row), records.place(row as usize), row));
    let mut found = Repeated::default();
    for run in rows.chunk_by(|a, b| a.0 == b.0) {
        let (mut number, mut kept) = (1, run[0].1);
        for &(_, row) in &run[1..] {
            let ((kept_id, kept_content), (id, content)) = (of_row(kept), of_row(row));
            if kept_id == id && kept_content == content {
                found.twice.push((kept, row));
                continue;
            }
            number = if kept_id == id { number + 1 } else { 1 };
            if number > 1 {
                found.renamed.push((row, number));
            }
            kept = row;
        }
    }
    found
}

/// Where each row of a chunk belongs: by a hash of its name, then by birth date, then by what is its own. A row without a
/// name belongs anywhere.
fn places(records: &RecordRows, from: usize, own: &[u64]) -> Vec<(u64, u32)> {
    let rows = from..from + own.len();
    let names = records.names(rows.clone());
    let mut hashes = Vec::with_capacity(rows.len());
    records.pool.for_each(&names, |name| hashes.push(hash::bytes(5, name.as_bytes())));
    let place = |(at, &own): (usize, &u64)| {
        let of_own = own >> (NAME_BITS + BIRTH_BITS);
        let of_birth = birth(records, from + at) << (64 - NAME_BITS - BIRTH_BITS);
        let place = match names[at] {
            Pool::NONE => own,
            _ => hashes[at] >> (64 - NAME_BITS) << (64 - NAME_BITS) | of_birth | of_own,
        };
        (place, (from + at) as u32)
    };
    own.iter().enumerate().map(place).collect()
}

/// The birth date of a row as a number that rises with it, from its ID number or as stated; 0 if unknown.
fn birth(records: &RecordRows, row: usize) -> u64 {
    // From 1790 to 2149.
    const FIRST: i32 = -(1 << (BIRTH_BITS - 1));
    let (id, stated) = records.id_and_birth(row);
    match id.birth_days().unwrap_or(stated) {
        NO_DATE => 0,
        day => i64::from(day).saturating_sub(i64::from(FIRST)).clamp(1, (1 << BIRTH_BITS) - 1) as u64,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rows of one source, of one dump: key, name, birth, hash of the content.
    fn read(rows: &[(&str, &str, i32, u64)]) -> Read {
        read_of(&chunk(rows))
    }

    fn chunk(rows: &[(&str, &str, i32, u64)]) -> Records {
        let mut records = Records::default();
        for (line, &(id, name, birth, content)) in (1..).zip(rows) {
            records.copy_blank();
            let at = records.len() - 1;
            records.record_id[at] = records.keys.push(id);
            records.name[at] = records.pool.intern(name);
            (records.birth[at], records.content[at], records.line[at]) = (birth, content, line);
        }
        // A blank row clears the births before it.
        rows.iter().enumerate().for_each(|(at, row)| records.birth[at] = row.2);
        records
    }

    fn read_of(records: &Records) -> Read {
        let mut read = Read { labels: vec!["a.csv".into(), "b.csv".into()], ..Read::default() };
        read.rows.append(records);
        read
    }

    fn keys(read: &Read) -> Vec<&str> {
        (0..read.records.len()).map(|row| read.records.key(row)).collect()
    }

    #[test]
    fn records_of_one_name_and_birth_stand_together_whatever_the_order_of_rows() {
        let mut rows = vec![
            ("a", "王伟", 9_000, 1),
            ("b", "李娜", 4_000, 2),
            ("c", "王伟", -9_000, 3),
            ("d", "", 4_000, 4),
            ("e", "王伟", NO_DATE, 5),
            ("f", "李娜", 4_000, 6),
            ("g", "王伟", 9_000, 7),
        ];
        let mut first = read(&rows);
        assert!(canonical(&mut first, || ()).is_empty());
        let place = |key: &str| keys(&first).iter().position(|&other| other == key).unwrap_or(usize::MAX);
        // No birth date comes first, then the earlier one; two of one date stand in any order.
        let (e, [a, g]) = (place("e"), ["a", "g"].map(place));
        assert_eq!([place("c"), a.min(g), a.max(g)], [e + 1, e + 2, e + 3]);
        assert_eq!(place("b").abs_diff(place("f")), 1);
        rows.reverse();
        let mut second = read(&rows);
        canonical(&mut second, || ());
        assert_eq!(keys(&first), keys(&second));
    }

    #[test]
    fn rows_of_one_key_are_told_apart_wherever_they_stand() {
        let rows = [("a", "王伟", 1, 1), ("b", "李娜", 1, 2), ("a", "张敏", 2, 3), ("b", "李娜", 1, 2)];
        let mut read = read(&rows);
        assert_eq!(canonical(&mut read, || ()).len(), 2, "keys that are not unique, and rows that are there twice");
        let mut keys = keys(&read);
        keys.sort_unstable();
        assert_eq!(keys, ["a", "a#2", "b"]);
        assert_eq!(read.quarantined.iter().map(|row| (row.line, &row.raw[..])).collect::<Vec<_>>(), [(4, "= a.csv:2")]);
    }

    #[test]
    fn of_equal_rows_that_of_the_first_dump_stays_though_another_was_read_first() {
        let mut records = chunk(&[("a", "王伟", 1, 1), ("a", "王伟", 1, 1)]);
        (records.file[0], records.file[1]) = (1, 0);
        let mut read = read_of(&records);
        canonical(&mut read, || ());
        assert_eq!(read.quarantined.iter().map(|row| (row.file, &row.raw[..])).collect::<Vec<_>>(), [(1, "= a.csv:2")]);
    }
}
