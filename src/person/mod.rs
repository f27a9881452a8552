//! One file per person: the golden record (the best value of each field and the record it came from) and a key that stays
//! the same from night to night. It joins nothing; which records are one person is given.

mod golden;
mod identity;
mod told;

pub use identity::{Known, PersonChange, PersonChangeKind};
pub use told::{Fact, Told};

use crate::config::Source;
use crate::kernels::prefetch::{AHEAD, prefetch};
use crate::tables::{Persons, Records, Sym};
use hashbrown::HashSet;
use rayon::prelude::*;

/// Persons with their members, and what changed since the set before.
#[derive(Debug, Default)]
pub struct Built {
    /// The persons, ordered by key.
    pub persons: Persons,
    /// Row of [`Persons`] of each record.
    pub person_of_record: Vec<u32>,
    /// Persons new, merged, split or gone since the set before; empty on a first night.
    pub changes: Vec<PersonChange>,
    /// Records whose key was another human being's in the set before.
    pub strangers: u64,
}

/// Persons whose values one task chooses.
const CHUNK_PERSONS: usize = 1 << 12;

/// Builds the persons of `clusters` (a cluster number for each record, below `count`). `known` gives the keys that records
/// bore in the set before. Grid codes among `beside` contradict no other: they are of dedicated grids, which people have
/// beside the grid that they live in, or of none.
pub fn build(
    records: &Records,
    clusters: &[u32],
    count: usize,
    sources: &[Source],
    known: &Known,
    beside: &HashSet<Sym>,
) -> Built {
    let mut starts = vec![0_u32; count + 1];
    clusters.iter().for_each(|&c| starts[c as usize + 1] += 1);
    (1..starts.len()).for_each(|c| starts[c] += starts[c - 1]);
    let mut next = starts.clone();
    let mut rows = vec![0_u32; clusters.len()];
    for (row, &c) in clusters.iter().enumerate() {
        rows[next[c as usize] as usize] = row as u32;
        next[c as usize] += 1;
    }
    let members = |c: usize| &rows[starts[c] as usize..starts[c + 1] as usize];

    let identity::Assigned { ids, changes, strangers } = identity::assign(records, count, members, sources, known);
    let mut order: Vec<u32> = (0..count as u32).collect();
    order.par_sort_unstable_by_key(|&c| ids[c as usize]);

    let columns = golden::Columns::of(records, sources);
    let golden: Vec<Vec<golden::Golden>> = order
        .par_chunks(CHUNK_PERSONS)
        .map(|order| {
            let mut scratch = golden::Scratch::default();
            let choose = |(i, &c): (usize, &u32)| {
                // Persons stand in the order of their keys, so that the records of each stand anywhere.
                if let Some(&later) = order.get(i + 3 * AHEAD) {
                    prefetch(&starts, later as usize);
                }
                if let Some(&later) = order.get(i + 2 * AHEAD) {
                    prefetch(&rows, starts[later as usize] as usize);
                }
                if let Some(&soon) = order.get(i + AHEAD) {
                    members(soon as usize).iter().for_each(|&row| columns.expect(row as usize));
                }
                golden::choose(&columns, members(c as usize), sources, beside, &mut scratch)
            };
            order.iter().enumerate().map(choose).collect()
        })
        .collect();
    let parts: Vec<Persons> = order
        .par_chunks(CHUNK_PERSONS)
        .zip(golden)
        .map(|(order, golden)| {
            let mut part = Persons::default();
            for (&c, golden) in order.iter().zip(golden) {
                part.id.push(ids[c as usize]);
                part.member_rows.extend_from_slice(members(c as usize));
                part.member_starts.push(part.member_rows.len() as u32);
                golden.push_to(&mut part);
            }
            part
        })
        .collect();
    let mut persons = Persons { member_starts: vec![0], phone_starts: vec![0], ..Persons::default() };
    persons.reserve(count, records.len());
    parts.into_iter().for_each(|part| persons.append(&part));
    let mut person_of_cluster = vec![0_u32; count];
    order.iter().enumerate().for_each(|(person, &c)| person_of_cluster[c as usize] = person as u32);
    let person_of = |(row, &c): (usize, &u32)| {
        if let Some(&soon) = clusters.get(row + AHEAD) {
            prefetch(&person_of_cluster, soon as usize);
        }
        person_of_cluster[c as usize]
    };
    let person_of_record = clusters.par_iter().enumerate().map(person_of).collect();
    Built { persons, person_of_record, changes, strangers }
}
