//! The profiles of a night in parts that no edge connects, however light it is: clusters of one part know nothing of
//! another, so parts grow beside each other, each within the processor's cache.

use crate::kernels::prefetch::{AHEAD, prefetch};
use crate::kernels::union_find;
use crate::tables::{Edge, Edges};
use rayon::prelude::*;
use std::ops::Range;

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
    /// Edges of each part, heaviest first.
    own: Vec<Vec<PartEdge>>,
    /// First member of each part, and the end of the last one.
    starts: Vec<u32>,
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

/// Which of some profiles edges connect with each other, however light they are.
#[derive(Debug)]
pub struct Connected {
    /// The smallest profile of those with which each is connected.
    first: Vec<u32>,
}

impl Connected {
    /// What `edges` connect of `profiles` profiles, in whatever order they stand: it takes the least time where those that
    /// follow each other are about the same few.
    pub fn by(profiles: usize, edges: &[Vec<Edge>]) -> Self {
        let slices: Vec<&[Edge]> = edges.iter().map(Vec::as_slice).collect();
        Self { first: union_find::smallest_of_sets(profiles, &slices, |edge| (edge.a, edge.b)) }
    }
}

impl Parts {
    /// Parts of profiles by the `edges` that connected them.
    ///
    /// # Panics
    /// If there are more than 2,147,483,648 edges.
    pub fn of(connected: &Connected, edges: &Edges) -> Self {
        Self::of_size(connected, edges, PART_BITS)
    }

    /// [`Parts::of`] with another size of parts.
    pub(super) fn of_size(Connected { first }: &Connected, edges: &Edges, bits: u32) -> Self {
        assert!(edges.len() <= 1 << 31, "more than 2^31 edges");
        let slices = edges.slices();
        let profiles = first.len();
        let count = (profiles >> bits) + 1;
        let part = |p: u32| (first[p as usize] >> bits) as usize;
        let parts_of = |(_, edges): &(usize, &[Edge])| -> Vec<u32> {
            let part_of = |(at, edge): (usize, &Edge)| {
                if let Some(soon) = edges.get(at + AHEAD) {
                    prefetch(first, soon.a as usize);
                }
                part(edge.a) as u32
            };
            edges.iter().enumerate().map(part_of).collect()
        };
        let parts_of_slices: Vec<Vec<u32>> = slices.par_iter().map(parts_of).collect();
        let mut starts = vec![0; count + 1];
        (0..profiles as u32).for_each(|p| starts[part(p) + 1] += 1);
        (1..starts.len()).for_each(|part| starts[part] += starts[part - 1]);
        let mut next = starts.clone();
        let (mut members, mut place_of) = (vec![0; profiles], vec![0; profiles]);
        for p in 0..profiles as u32 {
            let slot = &mut next[part(p)];
            members[*slot as usize] = p;
            place_of[p as usize] = *slot;
            *slot += 1;
        }
        let mut counts = vec![0_usize; count];
        parts_of_slices.iter().flatten().for_each(|&part| counts[part as usize] += 1);
        let mut own: Vec<Vec<PartEdge>> = counts.iter().map(|&edges| Vec::with_capacity(edges)).collect();
        // Each task reads all edges and takes those of its own parts.
        let mut tasks: Vec<(Range<usize>, &mut [Vec<PartEdge>])> = Vec::new();
        let (mut rest, mut from, most) = (&mut own[..], 0, edges.len().div_ceil(TASKS).max(1));
        while from < count {
            let mut edges = 0;
            let is_full = |&part: &usize| {
                edges += counts[part];
                edges >= most
            };
            let until = (from..count).find(is_full).map_or(count, |last| last + 1);
            let (mine, after) = rest.split_at_mut(until - from);
            tasks.push((from..until, mine));
            (rest, from) = (after, until);
        }
        tasks.into_par_iter().with_max_len(1).for_each(|(parts, own)| {
            for (&(place, edges), parts_of) in slices.iter().zip(&parts_of_slices) {
                let is_own = |at: usize| parts_of.get(at).is_some_and(|&part| parts.contains(&(part as usize)));
                for (at, edge) in edges.iter().enumerate() {
                    if is_own(at + AHEAD) {
                        let soon = &edges[at + AHEAD];
                        [soon.a, soon.b].into_iter().for_each(|p| prefetch(&place_of, p as usize));
                    }
                    if is_own(at) {
                        let part = parts_of[at] as usize;
                        let [a, b] = [edge.a, edge.b].map(|p| place_of[p as usize] - starts[part]);
                        own[part - parts.start].push(PartEdge::new(a, b, place + at, edge));
                    }
                }
            }
        });
        Self { place_of, members, own, starts }
    }

    /// Every part that has a profile.
    pub(super) fn iter(&self) -> impl Iterator<Item = Part<'_>> {
        self.starts
            .windows(2)
            .zip(&self.own)
            .filter(|(ends, _)| ends[0] < ends[1])
            .map(|(ends, edges)| Part { members: &self.members[ends[0] as usize..ends[1] as usize], edges })
    }
}
