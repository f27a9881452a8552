//! Persons from pairs: clusters grow by descending weight, and a pair that would bring contradicting members together is
//! refused, however it came about. It scores nothing; every refused pair leaves with its reason.

mod joint;

pub use joint::{Whole, grow_whole};

use crate::kernels::union_find::UnionFind;
use crate::tables::{Edge, JoinedBy, NO_DATE, Sex};

/// What may contradict, of each profile.
#[derive(Clone, Debug, Default)]
pub struct Evidence {
    /// Trusted valid ID number as a value equal only for equal numbers; 0: none.
    pub id: Vec<u64>,
    /// Birth date known to the day, in days since 1970-01-01; [`NO_DATE`]: unknown.
    pub birth: Vec<i32>,
    /// Sex.
    pub sex: Vec<Sex>,
}

/// Why a pair was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Refusal {
    /// The two sides hold two different valid ID numbers.
    TwoIds,
    /// Births far apart, and the pair's own weight is not strong enough to doubt them.
    TwoBirths,
    /// Both birth and sex differ.
    BirthAndSex,
    /// Both sides hold a record of one source that lists each person once.
    OneSource,
    /// The pair agrees, the rest of the two sides does not.
    Rest,
}

impl Refusal {
    /// The published name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::TwoIds => "two_ids",
            Self::TwoBirths => "two_births",
            Self::BirthAndSex => "birth_and_sex",
            Self::OneSource => "one_source",
            Self::Rest => "rest_differs",
        }
    }
}

/// Which profiles are one person.
#[derive(Clone, Debug, Default)]
pub struct Clusters {
    /// Number of the cluster of each profile, counted up by first profile.
    pub of_profile: Vec<u32>,
    /// Number of clusters.
    pub count: usize,
    /// Strongest weight that joins the profile to another of its cluster; NaN if it is alone.
    pub weight: Vec<f32>,
    /// How the profile was joined.
    pub joined_by: Vec<JoinedBy>,
    /// Pairs refused, as (place in the edges, why), in the order of edges.
    pub refused: Vec<(u32, Refusal)>,
}

/// Days by which two births must differ to contradict.
const BIRTHS_APART_DAYS: i32 = 2 * 366;
/// A pair of this weight or more doubts a birth date rather than itself.
const DOUBTS_BIRTH_BITS: f32 = 14.0;

struct Growing {
    sets: UnionFind,
    /// Valid at the root of each set.
    evidence: Evidence,
}

impl Growing {
    fn refusal(&self, a: usize, b: usize, edge: &Edge) -> Option<Refusal> {
        let of = &self.evidence;
        if of.id[a] != 0 && of.id[b] != 0 {
            // Two trusted numbers settle births and sexes as well.
            return (of.id[a] != of.id[b]).then_some(Refusal::TwoIds);
        }
        let births_apart =
            of.birth[a] != NO_DATE && of.birth[b] != NO_DATE && (of.birth[a] - of.birth[b]).abs() > BIRTHS_APART_DAYS;
        let sexes_differ = of.sex[a] != Sex::Unknown && of.sex[b] != Sex::Unknown && of.sex[a] != of.sex[b];
        match (births_apart, sexes_differ) {
            (true, true) => Some(Refusal::BirthAndSex),
            (true, false) if edge.weight < DOUBTS_BIRTH_BITS => Some(Refusal::TwoBirths),
            _ => None,
        }
    }

    fn join(&mut self, a: u32, b: u32) {
        if let Some((kept, lost)) = self.sets.join(a, b) {
            let (kept, lost) = (kept as usize, lost as usize);
            let of = &mut self.evidence;
            // A trusted number brings its birth and sex along.
            if of.id[kept] == 0 && (of.id[lost] != 0 || of.birth[kept] == NO_DATE) {
                of.birth[kept] = if of.birth[lost] == NO_DATE { of.birth[kept] } else { of.birth[lost] };
            }
            if of.sex[kept] == Sex::Unknown || of.id[kept] == 0 && of.id[lost] != 0 {
                of.sex[kept] = if of.sex[lost] == Sex::Unknown { of.sex[kept] } else { of.sex[lost] };
            }
            if of.id[kept] == 0 {
                of.id[kept] = of.id[lost];
            }
        }
    }
}

/// Grows clusters by `edges`, which must be sorted by [`crate::tables::sort_edges`], down to `weight_min` bits.
pub fn grow(evidence: Evidence, edges: &[Edge], weight_min: f32) -> Clusters {
    let profiles = evidence.id.len();
    let mut growing = Growing { sets: UnionFind::new(profiles), evidence };
    let mut clusters = Clusters {
        weight: vec![f32::NAN; profiles],
        joined_by: vec![JoinedBy::Single; profiles],
        ..Clusters::default()
    };
    for (place, edge) in edges.iter().enumerate().take_while(|(_, edge)| edge.weight >= weight_min) {
        let (a, b) = (growing.sets.find(edge.a), growing.sets.find(edge.b));
        if a != b {
            if let Some(refusal) = growing.refusal(a as usize, b as usize, edge) {
                clusters.refused.push((place as u32, refusal));
                continue;
            }
            growing.join(a, b);
        }
        for p in [edge.a as usize, edge.b as usize] {
            // Edges come heaviest first: the first one that holds is the strongest.
            if clusters.weight[p].is_nan() {
                clusters.weight[p] = edge.weight;
                clusters.joined_by[p] = if edge.by_id { JoinedBy::Id } else { JoinedBy::Model };
            }
        }
    }
    (clusters.of_profile, clusters.count) = growing.sets.numbered();
    clusters
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edge(a: u32, b: u32, weight: f32) -> Edge {
        Edge { a, b, weight, pattern: 0, by_id: false }
    }

    fn unknown(n: usize) -> Evidence {
        Evidence { id: vec![0; n], birth: vec![NO_DATE; n], sex: vec![Sex::Unknown; n] }
    }

    #[test]
    fn two_ids_never_meet_through_a_chain() {
        let mut evidence = unknown(4);
        (evidence.id[0], evidence.id[3]) = (7, 8);
        let edges = [edge(0, 1, 20.0), edge(2, 3, 18.0), edge(1, 2, 15.0)];
        let clusters = grow(evidence, &edges, 0.0);
        assert_eq!(clusters.of_profile, [0, 0, 1, 1]);
        assert_eq!(clusters.refused, [(2, Refusal::TwoIds)]);
        assert_eq!(clusters.weight, [20.0, 20.0, 18.0, 18.0]);
    }

    #[test]
    fn the_best_evidence_wins_and_light_pairs_join_nothing() {
        let mut evidence = unknown(4);
        (evidence.id[0], evidence.id[2]) = (7, 8);
        let edges = [edge(0, 1, 20.0), edge(1, 2, 19.0), edge(0, 3, 1.0)];
        let clusters = grow(evidence, &edges, 2.0);
        assert_eq!(clusters.of_profile, [0, 0, 1, 2]);
        assert!(clusters.weight[2].is_nan() && clusters.joined_by[2] == JoinedBy::Single);
    }

    #[test]
    fn births_far_apart_need_strong_evidence() {
        for (weight, expected) in [(8.0, 2), (16.0, 1)] {
            let mut evidence = unknown(2);
            evidence.birth = vec![0, 9000];
            assert_eq!(grow(evidence, &[edge(0, 1, weight)], 0.0).count, expected);
        }
    }
}
