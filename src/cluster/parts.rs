//! The profiles of a night in parts that no edge connects, however light it is: clusters of one part know nothing of
//! another, so parts grow beside each other, each within the processor's cache.

use crate::kernels::prefetch::{AHEAD, prefetch};
use crate::kernels::union_find;
use crate::tables::Edge;
use rayon::prelude::*;

/// A part holds the profiles that edges connect with one of so many neighbouring ones: their number as a power of two.
const PART_BITS: u32 = 13;

/// Tasks that share out the edges: each reads all of them.
const TASKS: usize = 2;

/// Profiles and edges by part.
#[derive(Debug)]
pub struct Parts {
    /// Place of each profile in `members`.
    pub(super) place_of: Vec<u32>,
    /// Profiles, part by part, ascending within each.
    members: Vec<u32>,
    /// Edges, part by part, heaviest first within each.
    own: Vec<PartEdge>,
    /// First member and first edge of each part, and the ends of the last one.
    starts: Vec<(u32, u32)>,
}

/// An edge between two profiles of one part, by their places among its members.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct PartEdge {
    pub(super) a: u32,
    pub(super) b: u32,
    /// As that of the edge.
    pub(super) weight: f32,
    /// Place in the edges of the night, and in the lowest bit whether equal ID numbers are part of the evidence: both are
    /// asked when a pair joins, and the edge itself is in no cache then.
    place: u32,
}

impl PartEdge {
    fn new(a: u32, b: u32, place: usize, edge: &Edge) -> Self {
        Self { a, b, weight: edge.weight, place: (place as u32) << 1 | u32::from(edge.by_id()) }
    }

    /// Place in the edges of the night.
    pub(super) fn place(&self) -> u32 {
        self.place >> 1
    }

    /// Whether equal valid ID numbers are part of the evidence.
    pub(super) fn by_id(&self) -> bool {
        self.place & 1 == 1
    }
}

/// The profiles and edges of a part.
#[derive(Clone, Copy)]
pub(super) struct Part<'a> {
    pub(super) members: &'a [u32],
    pub(super) edges: &'a [PartEdge],
}

impl Parts {
    /// Parts of `profiles` profiles; `edges` must be sorted by [`crate::tables::sort_edges`].
    ///
    /// # Panics
    /// If there are more than 2,147,483,648 edges.
    pub fn of(profiles: usize, edges: &[Edge]) -> Self {
        Self::of_size(profiles, edges, PART_BITS)
    }

    /// [`Parts::of`] with another size of parts.
    pub(super) fn of_size(profiles: usize, edges: &[Edge], bits: u32) -> Self {
        assert!(edges.len() <= 1 << 31, "more than 2^31 edges");
        let first = union_find::smallest_of_sets(profiles, edges, |edge| (edge.a, edge.b));
        let count = (profiles >> bits) + 1;
        let part = |p: u32| (first[p as usize] >> bits) as usize;
        let part_of = |(place, edge): (usize, &Edge)| {
            if let Some(soon) = edges.get(place + AHEAD) {
                prefetch(&first, soon.a as usize);
            }
            part(edge.a) as u32
        };
        let part_of_edge: Vec<u32> = edges.par_iter().enumerate().map(part_of).collect();
        let mut starts = vec![(0, 0); count + 1];
        (0..profiles as u32).for_each(|p| starts[part(p) + 1].0 += 1);
        part_of_edge.iter().for_each(|&part| starts[part as usize + 1].1 += 1);
        for i in 1..starts.len() {
            starts[i] = (starts[i].0 + starts[i - 1].0, starts[i].1 + starts[i - 1].1);
        }
        let mut next: Vec<u32> = starts.iter().map(|start| start.0).collect();
        let (mut members, mut place_of) = (vec![0; profiles], vec![0; profiles]);
        for p in 0..profiles as u32 {
            let slot = &mut next[part(p)];
            members[*slot as usize] = p;
            place_of[p as usize] = *slot;
            *slot += 1;
        }
        let mut own = vec![PartEdge::default(); edges.len()];
        // Each task reads all edges and takes those of its own parts.
        let mut tasks = Vec::new();
        let (mut rest, mut from, most) = (&mut own[..], 0, edges.len().div_ceil(TASKS).max(1));
        while from < count {
            let until = (from + 1..=count).find(|&until| (starts[until].1 - starts[from].1) as usize >= most);
            let parts = from..until.unwrap_or(count);
            let (mine, after) = rest.split_at_mut((starts[parts.end].1 - starts[from].1) as usize);
            (rest, from) = (after, parts.end);
            tasks.push((parts, mine));
        }
        tasks.into_par_iter().with_max_len(1).for_each(|(parts, own)| {
            let base = starts[parts.start].1;
            let mut next: Vec<u32> = starts[parts.clone()].iter().map(|start| start.1 - base).collect();
            let is_own = |place: usize| part_of_edge.get(place).is_some_and(|&part| parts.contains(&(part as usize)));
            for (place, edge) in edges.iter().enumerate() {
                if is_own(place + AHEAD) {
                    let soon = &edges[place + AHEAD];
                    [soon.a, soon.b].into_iter().for_each(|p| prefetch(&place_of, p as usize));
                }
                if !is_own(place) {
                    continue;
                }
                let part = part_of_edge[place] as usize;
                let [a, b] = [edge.a, edge.b].map(|p| place_of[p as usize] - starts[part].0);
                let slot = &mut next[part - parts.start];
                own[*slot as usize] = PartEdge::new(a, b, place, edge);
                *slot += 1;
            }
        });
        Self { place_of, members, own, starts }
    }

    /// Every part that has a profile.
    pub(super) fn iter(&self) -> impl Iterator<Item = Part<'_>> {
        self.starts.windows(2).filter(|ends| ends[0].0 < ends[1].0).map(|ends| Part {
            members: &self.members[ends[0].0 as usize..ends[1].0 as usize],
            edges: &self.own[ends[0].1 as usize..ends[1].1 as usize],
        })
    }
}
