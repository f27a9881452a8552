//! Clusters of records that are judged as wholes: a pair joins two clusters only if their members agree on average, and, if
//! wanted, only if no source would be there twice.

use super::{Clusters, Refusal};
use crate::kernels::union_find::UnionFind;
use crate::tables::{Edge, JoinedBy};

/// Most members of a cluster that are asked.
const ASKED_MAX: usize = 24;

/// What holds for a cluster as a whole.
pub struct Whole<'a> {
    /// Source of each record, if a cluster may hold one record of a source only.
    pub one_of_source: Option<&'a [u16]>,
    /// Bits from which on pairs join.
    pub weight_min: f32,
    /// Bits by which the members of two clusters may be below that on average, for each bit by which the pair that joins them
    /// is above it: a pair that hardly says anything joins only what agrees as a whole.
    pub below_share: f32,
    /// The same in bits, at most.
    pub below_max: f32,
    /// Bits of any two records.
    pub weight: &'a dyn Fn(u32, u32) -> f32,
}

impl Whole<'_> {
    fn refusal(&self, a: &[u32], b: &[u32], bits: f32) -> Option<Refusal> {
        if let Some(source) = self.one_of_source
            && a.iter().any(|&x| b.iter().any(|&y| source[x as usize] == source[y as usize]))
        {
            return Some(Refusal::OneSource);
        }
        if a.len() + b.len() > 2 {
            let (a, b) = (&a[..a.len().min(ASKED_MAX)], &b[..b.len().min(ASKED_MAX)]);
            let sum: f32 = a.iter().flat_map(|&x| b.iter().map(move |&y| (self.weight)(x, y))).sum();
            let below = (self.below_share * (bits - self.weight_min)).min(self.below_max);
            if sum < (self.weight_min - below) * (a.len() * b.len()) as f32 {
                return Some(Refusal::Rest);
            }
        }
        None
    }
}

/// Grows clusters of `records` by `edges`, heaviest first.
pub fn grow_whole(records: usize, edges: &[Edge], whole: &Whole<'_>) -> Clusters {
    let mut sets = UnionFind::new(records);
    let mut members: Vec<Vec<u32>> = (0..records as u32).map(|row| vec![row]).collect();
    let mut clusters =
        Clusters { weight: vec![f32::NAN; records], joined_by: vec![JoinedBy::Single; records], ..Clusters::default() };
    for (place, edge) in edges.iter().enumerate().take_while(|(_, edge)| edge.weight >= whole.weight_min) {
        let (a, b) = (sets.find(edge.a), sets.find(edge.b));
        if a != b {
            if let Some(refusal) = whole.refusal(&members[a as usize], &members[b as usize], edge.weight) {
                clusters.refused.push((place as u32, refusal));
                continue;
            }
            if let Some((kept, lost)) = sets.join(a, b) {
                let moved = std::mem::take(&mut members[lost as usize]);
                members[kept as usize].extend(moved);
            }
        }
        for p in [edge.a as usize, edge.b as usize] {
            if clusters.weight[p].is_nan() {
                (clusters.weight[p], clusters.joined_by[p]) = (edge.weight, JoinedBy::Model);
            }
        }
    }
    (clusters.of_profile, clusters.count) = sets.numbered();
    clusters
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edge(a: u32, b: u32, weight: f32) -> Edge {
        Edge::new(a, b, weight, 0, false)
    }

    fn whole<'a>(one_of_source: Option<&'a [u16]>, weight: &'a dyn Fn(u32, u32) -> f32) -> Whole<'a> {
        Whole { one_of_source, weight_min: 0.0, below_share: 0.25, below_max: 3.0, weight }
    }

    #[test]
    fn a_source_is_there_once_and_the_best_pair_wins() {
        let edges = [edge(0, 2, 9.0), edge(1, 2, 8.0), edge(1, 3, 5.0)];
        let clusters = grow_whole(4, &edges, &whole(Some(&[0, 0, 1, 1]), &|_, _| 0.0));
        assert_eq!(clusters.of_profile, [0, 1, 0, 1]);
        assert_eq!(clusters.refused, [(1, Refusal::OneSource)]);
    }

    #[test]
    fn one_bridge_does_not_join_two_that_differ() {
        let edges = [edge(0, 1, 9.0), edge(2, 3, 8.0), edge(1, 2, 4.0)];
        let of = |a: u32, b: u32| if a.abs_diff(b) == 1 { 4.0 } else { -10.0 };
        let clusters = grow_whole(4, &edges, &whole(None, &of));
        assert_eq!(clusters.of_profile, [0, 0, 1, 1]);
        assert_eq!(clusters.refused, [(2, Refusal::Rest)]);
    }

    #[test]
    fn the_stronger_the_bridge_the_more_the_rest_may_differ() {
        let joined = |bridge: f32| {
            let edges = [edge(0, 1, 12.0), edge(2, 3, 12.0), edge(1, 2, bridge)];
            let of = |a: u32, b: u32| if a.abs_diff(b) == 1 { bridge } else { -4.0 };
            grow_whole(4, &edges, &whole(None, &of)).count == 1
        };
        assert!(joined(8.0));
        assert!(!joined(4.0));
    }
}
