//! Profiles: records that agree exactly on everything that is compared, so that a pair of them is compared once.

use crate::kernels::{hash, radix};
use crate::tables::Records;
use rayon::prelude::*;

/// Which records are one profile. Profiles are numbered by their first record.
#[derive(Clone, Debug, Default)]
pub struct Profiles {
    /// `rows[starts[p]..starts[p + 1]]` are the records of profile p, ascending.
    pub starts: Vec<u32>,
    /// Record rows grouped by profile.
    pub rows: Vec<u32>,
}

impl Profiles {
    /// Number of profiles.
    pub fn len(&self) -> usize {
        self.starts.len().saturating_sub(1)
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The first record of profile `p`, which stands for all of them.
    pub fn first(&self, p: usize) -> usize {
        self.rows[self.starts[p] as usize] as usize
    }

    /// Records of profile `p`.
    pub fn members(&self, p: usize) -> &[u32] {
        &self.rows[self.starts[p] as usize..self.starts[p + 1] as usize]
    }

    /// One record a profile: for fields of a pipeline's own, where equal rows may be different entities.
    pub fn single(records: usize) -> Self {
        let rows: Vec<u32> = (0..records as u32).collect();
        Self { starts: (0..=records as u32).collect(), rows }
    }
}

/// Rows whose keys one task makes.
const CHUNK_ROWS: usize = 1 << 16;

/// No run begins with this row.
const NO_RUN: u32 = u32::MAX;
/// It is one by itself.
const ALONE: u32 = u32::MAX - 1;

/// Groups records by everything that `person-cn` compares. A record whose own values could be another person's (no ID
/// number and no document, and not both a name and one of phone, flat or birth date) stays alone.
pub fn profiles(records: &Records) -> Profiles {
    let of_chunk = |from: usize| -> Vec<(u64, u32)> {
        let rows = from..records.len().min(from + CHUNK_ROWS);
        rows.map(|row| (profile_key(records, row), row as u32)).collect()
    };
    let chunks: Vec<usize> = (0..records.len()).step_by(CHUNK_ROWS).collect();
    let keyed = {
        let keyed: Vec<Vec<(u64, u32)>> = chunks.into_par_iter().map(of_chunk).collect();
        radix::sorted_keyed(&keyed.iter().map(Vec::as_slice).collect::<Vec<_>>())
    };
    // The run of one key that begins with each row, its smallest; runs of several rows are numbered.
    let mut run_of = vec![NO_RUN; records.len()];
    let mut several: Vec<&[(u64, u32)]> = Vec::new();
    let mut count = 0;
    for run in keyed.iter().flat_map(|piece| piece.chunk_by(|a, b| a.0 == b.0)) {
        run_of[run[0].1 as usize] = if run.len() == 1 { ALONE } else { several.len() as u32 };
        if run.len() > 1 {
            several.push(run);
        }
        count += 1;
    }
    let mut profiles = Profiles { starts: Vec::with_capacity(count + 1), rows: Vec::with_capacity(records.len()) };
    profiles.starts.push(0);
    for (row, run) in (0..).zip(run_of).filter(|&(_, run)| run != NO_RUN) {
        match run {
            ALONE => profiles.rows.push(row),
            run => profiles.rows.extend(several[run as usize].iter().map(|row| row.1)),
        }
        profiles.starts.push(profiles.rows.len() as u32);
    }
    profiles
}

fn profile_key(r: &Records, row: usize) -> u64 {
    let numbered = r.id[row].known.count_ones() >= 14 || r.document[row] != 0;
    let has_name = r.name[row] != 0 && r.name_flags[row] & crate::kernels::text::NameFlags::TITLE == 0;
    let placed = r.phones[row][0] != 0 || r.flat[row] != 0 || r.birth[row] != crate::tables::NO_DATE;
    let told_apart = numbered || has_name && placed;
    if !told_apart {
        return hash::key(0x50_726f, &[row as u64, u64::MAX]);
    }
    let pair = |a: u32, b: u32| u64::from(a) << 32 | u64::from(b);
    hash::key(
        0x50_726f,
        &[
            pair(r.name[row], r.former_name[row]),
            r.id[row].digits,
            pair(r.id[row].known, u32::from(r.id[row].kind as u8) << 8 | u32::from(r.id[row].length)),
            pair(r.birth[row] as u32, u32::from(r.birth_precision[row] as u8) << 8 | u32::from(r.sex[row] as u8)),
            r.phones[row][0],
            r.phones[row][1],
            r.flat[row],
            r.registered_flat[row],
            pair(r.estate[row], r.building[row]),
            pair(r.road[row], r.number[row]),
            pair(r.grid_code[row], r.document[row]),
        ],
    )
}
