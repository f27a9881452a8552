//! The key of a person: from the content of its first record on a first night, afterwards the one its records bore before.
//!
//! A key of the set before goes to the cluster that holds most of its records; what else held some of them has split off
//! and gets a new key. A cluster that holds several old keys keeps the one with most records: the others have merged. A record
//! that cannot be about the person whose key it bore ([`Told`]) bears none, and a cluster without any takes that of the person
//! who had its valid ID number, if nobody else does.

use super::told::Told;
use crate::config::{RETURNS_SOURCE, Source};
use crate::kernels::buckets::Buckets;
use crate::kernels::hash;
use crate::kernels::id_number::IdNumber;
use crate::kernels::prefetch::{AHEAD, prefetch};
use crate::tables::{PersonId, Records};
use hashbrown::HashSet;
use rayon::prelude::*;
use std::cmp::Reverse;

/// The keys that records bore in the set before, sorted by record key.
#[derive(Clone, Debug, Default)]
pub struct Known {
    rows: Vec<(u64, PersonId)>,
    index: Buckets,
    told: Told,
}

impl Known {
    /// From (source, record_id, person) of the set before, in any order.
    pub fn new<'a>(rows: impl Iterator<Item = (&'a str, &'a str, PersonId)>) -> Self {
        let mut rows: Vec<_> = rows.map(|(source, record, person)| (record_key(source, record), person)).collect();
        rows.par_sort_unstable();
        Self { index: Buckets::of(rows.iter().map(|row| row.0)), rows, told: Told::default() }
    }

    /// Adds what the set before said of its persons.
    #[must_use]
    pub fn with(self, told: Told) -> Self {
        Self { told, ..self }
    }

    /// Adds records (source, record_id, person) that are known by something else than the key that they bore.
    pub fn add<'a>(&mut self, rows: impl Iterator<Item = (&'a str, &'a str, PersonId)>) {
        self.rows.extend(rows.map(|(source, record, person)| (record_key(source, record), person)));
        self.rows.par_sort_unstable();
        self.index = Buckets::of(self.rows.iter().map(|row| row.0));
    }

    /// Whether there is no set before.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The person who bore each of `keys`.
    fn persons_of(&self, keys: &[u64]) -> Vec<Option<PersonId>> {
        let person = |(i, &key): (usize, &u64)| {
            if let Some(&later) = keys.get(i + 2 * AHEAD) {
                self.index.prefetch(later);
            }
            if let Some(&soon) = keys.get(i + AHEAD) {
                prefetch(&self.rows, self.index.near(soon).start);
            }
            self.rows[self.index.near(key)].iter().find(|row| row.0 == key).map(|row| row.1)
        };
        keys.iter().enumerate().map(person).collect()
    }
}

/// What happened to a person's key since the set before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct PersonChange {
    /// What happened.
    pub kind: PersonChangeKind,
    /// Key in the set before, unless the person is new.
    pub old: Option<PersonId>,
    /// Key in this set, unless the person is gone.
    pub new: Option<PersonId>,
}

/// Kinds of [`PersonChange`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PersonChangeKind {
    /// None of its records was known.
    New,
    /// All its records are now in another person.
    Merged,
    /// Some of the old person's records are now a person of their own.
    Split,
    /// None of its records is left.
    Gone,
}

impl PersonChangeKind {
    /// The published name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Merged => "merged",
            Self::Split => "split",
            Self::Gone => "gone",
        }
    }
}

/// What one task finds out about records.
struct Chunk {
    /// Hash of the key of each.
    keys: Vec<u64>,
    /// The person whose key each bore; empty on a first night.
    borne: Vec<Option<PersonId>>,
    /// Persons whose key a record bore that cannot be about them.
    strangers: Vec<PersonId>,
}

/// Records whose keys one task makes.
const CHUNK_ROWS: usize = 1 << 16;

fn record_key(source: &str, record: &str) -> u64 {
    hash::mix(hash::bytes(1, source.as_bytes()), hash::bytes(2, record.as_bytes()))
}

/// Persons by cluster.
#[derive(Debug)]
pub(super) struct Assigned {
    /// A key for each cluster, all distinct.
    pub(super) ids: Vec<PersonId>,
    /// Changes, sorted; none on a first night.
    pub(super) changes: Vec<PersonChange>,
    /// Records whose key was another human being's.
    pub(super) strangers: u64,
}

/// Gives every cluster its key.
pub(super) fn assign<'a>(
    records: &Records,
    count: usize,
    members: impl Fn(usize) -> &'a [u32] + Sync,
    sources: &[Source],
    known: &Known,
) -> Assigned {
    let returns = sources.iter().position(|source| source.name == RETURNS_SOURCE);
    let of_returns = |row: usize| returns.is_some_and(|returns| usize::from(records.source[row]) == returns);
    let source_keys: Vec<u64> = sources.iter().map(|source| hash::bytes(1, source.name.as_bytes())).collect();
    // Row by row, since keys of neighbouring records stand near each other; clusters pick theirs afterwards.
    let starts: Vec<usize> = (0..records.len()).step_by(CHUNK_ROWS).collect();
    let chunks: Vec<Chunk> = starts
        .into_par_iter()
        .map(|from| {
            let rows = from..records.len().min(from + CHUNK_ROWS);
            let mut keys = Vec::with_capacity(rows.len());
            records.keys.for_each(&records.record_id[rows.clone()], |id| keys.push(hash::bytes(2, id.as_bytes())));
            let of_source = records.source[rows].iter().map(|&source| source_keys[source as usize]);
            keys.iter_mut().zip(of_source).for_each(|(key, source)| *key = hash::mix(source, *key));
            let mut borne = if known.is_empty() { Vec::new() } else { known.persons_of(&keys) };
            let mut strangers = Vec::new();
            for (row, slot) in (from..).zip(&mut borne) {
                let is_other = |&person: &PersonId| !of_returns(row) && known.told.contradicts(person, records, row);
                strangers.extend(slot.take_if(|person| is_other(person)));
            }
            Chunk { keys, borne, strangers }
        })
        .collect();
    let released: Vec<PersonId> = chunks.iter().flat_map(|chunk| &chunk.strangers).copied().collect();
    let (keys, borne): (Vec<Vec<u64>>, Vec<Vec<Option<PersonId>>>) =
        chunks.into_iter().map(|chunk| (chunk.keys, chunk.borne)).unzip();
    let (keys, borne) = (keys.concat(), borne.concat());
    // The smallest key of a cluster's records does not depend on their order. What somebody said at the door comes last: who was
    // in no dump for a night is called afterwards as before the visit.
    let place = |&row: &u32| (of_returns(row as usize), keys[row as usize]);
    let fresh: Vec<u64> =
        (0..count).into_par_iter().map(|c| members(c).iter().map(place).min().map_or(0, |(_, key)| key)).collect();
    let mut old: Vec<Vec<(PersonId, u32)>> = if known.is_empty() {
        vec![Vec::new(); count]
    } else {
        (0..count)
            .into_par_iter()
            .map(|c| {
                let mut borne: Vec<PersonId> = members(c).iter().filter_map(|&row| borne[row as usize]).collect();
                borne.sort_unstable();
                borne.chunk_by(|a, b| a == b).map(|run| (run[0], run.len() as u32)).collect()
            })
            .collect()
    };
    if !known.is_empty() {
        known_by_number(&mut old, &members, records, &known.told);
    }
    let mut claims: Vec<(Reverse<u32>, PersonId, u64, u32)> = old
        .iter()
        .enumerate()
        .flat_map(|(c, borne)| borne.iter().map(move |&(id, n)| (c, id, n)))
        .map(|(c, id, n)| (Reverse(n), id, fresh[c], c as u32))
        .collect();
    claims.par_sort_unstable();
    let mut ids: Vec<Option<PersonId>> = vec![None; count];
    let mut taken: HashSet<PersonId> = HashSet::with_capacity(count);
    for &(_, id, _, c) in &claims {
        if ids[c as usize].is_none() && taken.insert(id) {
            ids[c as usize] = Some(id);
        }
    }
    let borne: HashSet<PersonId> = claims.iter().map(|claim| claim.1).chain(released.iter().copied()).collect();
    let mut order: Vec<u32> = (0..count as u32).filter(|&c| ids[c as usize].is_none()).collect();
    order.par_sort_unstable_by_key(|&c| (fresh[c as usize], c));
    for c in order {
        // A new key must not be one that is or was in use.
        let mut hash = fresh[c as usize];
        while borne.contains(&PersonId::of_hash(hash)) || !taken.insert(PersonId::of_hash(hash)) {
            hash = hash::mix(hash, 1);
        }
        ids[c as usize] = Some(PersonId::of_hash(hash));
    }
    let ids: Vec<PersonId> = ids.into_iter().map(Option::unwrap_or_default).collect();
    let changes = if known.is_empty() { Vec::new() } else { changes(&ids, &old, known) };
    Assigned { ids, changes, strangers: released.len() as u64 }
}

/// Gives clusters of which no record bore a key that of the person who had their valid ID number in the set before, unless
/// another cluster has it: keys of an export may all be new one night.
fn known_by_number<'a>(
    old: &mut [Vec<(PersonId, u32)>],
    members: impl Fn(usize) -> &'a [u32] + Sync,
    records: &Records,
    told: &Told,
) {
    let numbers = |c: usize| {
        let ids = members(c).iter().map(|&row| records.id[row as usize]).filter(IdNumber::valid);
        ids.map(|id| id.digits).min()
    };
    let unborne = (0..old.len()).into_par_iter().filter(|&c| old[c].is_empty());
    let new: Vec<(usize, u64)> = unborne.filter_map(|c| Some((c, numbers(c)?))).collect();
    let found = told.by_id(&new.iter().map(|&(_, id)| id).collect());
    if found.is_empty() {
        return;
    }
    let borne: HashSet<PersonId> = old.iter().flatten().map(|&(person, _)| person).collect();
    for (c, id) in new {
        if let Some(&person) = found.get(&id).filter(|person| !borne.contains(*person)) {
            old[c].push((person, members(c).len() as u32));
        }
    }
}

fn changes(ids: &[PersonId], old: &[Vec<(PersonId, u32)>], known: &Known) -> Vec<PersonChange> {
    let kept: HashSet<PersonId> = ids.iter().copied().collect();
    let mut changes = Vec::new();
    let mut seen: HashSet<PersonId> = HashSet::new();
    for (&new, borne) in ids.iter().zip(old) {
        if borne.is_empty() {
            changes.push(PersonChange { kind: PersonChangeKind::New, old: None, new: Some(new) });
        }
        for &(before, _) in borne {
            seen.insert(before);
            if before != new {
                let kind = if kept.contains(&before) { PersonChangeKind::Split } else { PersonChangeKind::Merged };
                changes.push(PersonChange { kind, old: Some(before), new: Some(new) });
            }
        }
    }
    let mut before: Vec<PersonId> = known.rows.iter().map(|row| row.1).collect();
    before.sort_unstable();
    before.dedup();
    before.retain(|id| !seen.contains(id));
    changes.extend(before.into_iter().map(|id| PersonChange {
        kind: PersonChangeKind::Gone,
        old: Some(id),
        new: None,
    }));
    changes.sort_unstable();
    changes
}
