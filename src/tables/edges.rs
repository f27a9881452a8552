//! Pairs of profiles that are worth keeping.

use crate::kernels::radix;
use hashbrown::HashMap;
use rayon::prelude::*;

/// A scored pair of profiles (groups of records that agree exactly), `a < b`.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Edge {
    /// Profile with the smaller number.
    pub a: u32,
    /// Profile with the larger number.
    pub b: u32,
    /// Match weight in bits.
    pub weight: f32,
    /// Packed levels of the comparisons, and whether equal ID numbers are among them.
    evidence: u32,
}

/// Set where equal valid ID numbers are part of the evidence; patterns have fewer bits.
const BY_ID: u32 = 1 << 31;

impl Edge {
    /// A pair of a weight, by the packed levels of its comparisons (below 2^31) and, if `by_id`, by equal valid ID numbers.
    pub fn new(a: u32, b: u32, weight: f32, pattern: u32, by_id: bool) -> Self {
        debug_assert!(pattern < BY_ID);
        Self { a, b, weight, evidence: pattern | if by_id { BY_ID } else { 0 } }
    }

    /// The same evidence of two profiles by other numbers.
    pub fn of(self, a: u32, b: u32) -> Self {
        Self { a, b, ..self }
    }

    /// Packed levels of the comparisons.
    pub fn pattern(&self) -> u32 {
        self.evidence & !BY_ID
    }

    /// Whether equal valid ID numbers are part of the evidence.
    pub fn by_id(&self) -> bool {
        self.evidence & BY_ID != 0
    }

    /// Where it stands among others, as one number, which is quick to compare.
    fn place(&self) -> u128 {
        let bits = self.weight.to_bits();
        // As `f32::total_cmp` does it, turned round.
        let heaviest_first = if self.weight.is_sign_negative() { bits } else { !(bits | 1 << 31) };
        u128::from(heaviest_first) << 64 | u128::from(self.a) << 32 | u128::from(self.b)
    }
}

/// More weights than these are not counted one by one: patterns of levels have no more.
const WEIGHTS_MAX: usize = 1 << 17;
/// Edges below which one sort by comparison is as fast.
const SMALL: usize = 1 << 14;

/// Pairs as clusters grow by them: heaviest first, then by profile, each once.
///
/// They stand in pieces ([`crate::kernels::pieces`]), since all of them together are as large as a column of the records.
#[derive(Clone, Debug, Default)]
pub struct Edges {
    pieces: Vec<Vec<Edge>>,
    /// Place of the first edge of each piece, and the number of all edges.
    starts: Vec<usize>,
}

impl Edges {
    /// The edges of all parts; a pair found twice stays once.
    pub fn sorted(parts: &[Vec<Edge>]) -> Self {
        let len: usize = parts.iter().map(Vec::len).sum();
        let order = |x: &Edge, y: &Edge| x.place().cmp(&y.place());
        let spread = if len < SMALL { None } else { Spread::of(parts, len) };
        let mut pieces = match spread {
            Some(spread) => {
                let parts: Vec<&[Edge]> = parts.iter().map(Vec::as_slice).collect();
                radix::sorted_by(&parts, |edge| spread.top(edge), order)
            }
            None => {
                let mut edges = parts.concat();
                edges.par_sort_unstable_by(order);
                vec![edges]
            }
        };
        // A pair has one weight, so both of its edges are in one piece.
        pieces.par_iter_mut().for_each(|piece| piece.dedup_by_key(|edge| (edge.a, edge.b)));
        pieces.retain(|piece| !piece.is_empty());
        let mut starts = Vec::with_capacity(pieces.len() + 1);
        starts.push(0);
        starts.extend(pieces.iter().scan(0, |end, piece| {
            *end += piece.len();
            Some(*end)
        }));
        Self { pieces, starts }
    }

    /// Number of edges.
    pub fn len(&self) -> usize {
        self.starts.last().copied().unwrap_or_default()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.pieces.is_empty()
    }

    /// All edges in their order.
    pub fn iter(&self) -> impl Iterator<Item = &Edge> {
        self.pieces.iter().flatten()
    }

    /// All edges in their order, in slices, each with the place of its first one.
    pub fn slices(&self) -> Vec<(usize, &[Edge])> {
        self.starts.iter().copied().zip(self.pieces.iter().map(Vec::as_slice)).collect()
    }

    /// The edge at `place`, if there is one; looked for among the pieces.
    pub fn get(&self, place: usize) -> Option<&Edge> {
        let piece = self.starts.partition_point(|&start| start <= place).checked_sub(1)?;
        self.pieces.get(piece)?.get(place - self.starts[piece])
    }

    /// Number of edges of at least `least` bits, which all stand before the others.
    pub fn count_from(&self, least: f32) -> usize {
        let heavy = |edge: &Edge| edge.weight >= least;
        let piece = self.pieces.partition_point(|piece| piece.last().is_some_and(heavy));
        self.starts.get(piece).copied().unwrap_or_default()
            + self.pieces.get(piece).map_or(0, |piece| piece.partition_point(heavy))
    }

    /// All edges in one vector.
    pub fn into_vec(self) -> Vec<Edge> {
        let mut pieces = self.pieces;
        if pieces.len() == 1 { pieces.pop().unwrap_or_default() } else { pieces.concat() }
    }
}

/// Sorts edges as [`Edges`] stand.
pub fn sort_edges(edges: &mut Vec<Edge>) {
    *edges = Edges::sorted(&[std::mem::take(edges)]).into_vec();
}

/// Where edges go when they are sorted: weights are those of patterns of levels, of which there are few, and edges of one
/// weight are about evenly spread over the profiles.
struct Spread {
    /// Of each weight, by its bits, the share of all edges that is heavier, and its own; 2^64 is all of them.
    of_weight: HashMap<u32, (u64, u64), foldhash::fast::FixedState>,
    /// The share that one profile is of all, as above.
    profile: u64,
}

impl Spread {
    /// `None` where there are too many weights.
    fn of(parts: &[Vec<Edge>], len: usize) -> Option<Self> {
        type Counts = HashMap<u32, u64, foldhash::fast::FixedState>;
        let count = |mut found: (Counts, u32), edge: &Edge| {
            if found.0.len() <= WEIGHTS_MAX {
                *found.0.entry(edge.weight.to_bits()).or_default() += 1;
            }
            found.1 = found.1.max(edge.a);
            found
        };
        let add = |mut all: (Counts, u32), more: (Counts, u32)| {
            more.0.into_iter().for_each(|(weight, n)| *all.0.entry(weight).or_default() += n);
            (all.0, all.1.max(more.1))
        };
        let none = || (Counts::default(), 0);
        let (counts, largest) = parts.par_iter().flatten().fold(none, count).reduce(none, add);
        let mut weights: Vec<(f32, u64)> = counts.into_iter().map(|(bits, n)| (f32::from_bits(bits), n)).collect();
        if weights.len() > WEIGHTS_MAX {
            return None;
        }
        weights.sort_unstable_by(|x, y| y.0.total_cmp(&x.0));
        let share = |n: u64, of: u64| ((u128::from(n) << 64) / u128::from(of)).min(u128::from(u64::MAX)) as u64;
        let mut heavier = 0;
        let of_weight = weights.into_iter().map(|(weight, n)| {
            let from = heavier;
            heavier += n;
            (weight.to_bits(), (share(from, len as u64), share(n, len as u64)))
        });
        Some(Self { of_weight: of_weight.collect(), profile: share(1, u64::from(largest) + 1) })
    }

    /// Rises in the order of edges.
    fn top(&self, edge: &Edge) -> u64 {
        let (heavier, own) = self.of_weight.get(&edge.weight.to_bits()).copied().unwrap_or_default();
        // Of the edges of this weight, the share whose profiles lie before.
        let before = self.profile.saturating_mul(u64::from(edge.a));
        heavier.saturating_add(((u128::from(own) * u128::from(before)) >> 64) as u64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_edges_sort_like_few() {
        let edge = |i: u32| {
            let a = crate::kernels::hash::key(1, &[u64::from(i)]) as u32 % 50_000;
            let weight = match i % 97 {
                0 => f32::from_bits(a),
                n => [30.5, -2.0, 7.25, -0.0, 0.0][n as usize % 5],
            };
            Edge::new(a, a + 1 + i % 3, weight, i % 5, i % 4 < 2)
        };
        let all: Vec<Edge> = (0..60_000).map(edge).collect();
        let mut expected = all.clone();
        expected.sort_by(|x, y| y.weight.total_cmp(&x.weight).then((x.a, x.b).cmp(&(y.a, y.b))));
        expected.dedup_by_key(|edge| (edge.a, edge.b));
        let key = |edge: &Edge| (edge.weight.to_bits(), edge.a, edge.b);
        let parts: Vec<Vec<Edge>> = all.chunks(7_000).map(<[Edge]>::to_vec).collect();
        let sorted = Edges::sorted(&parts);
        assert!(all.len() > SMALL && Spread::of(&parts, all.len()).is_some());
        assert_eq!(sorted.iter().map(key).collect::<Vec<_>>(), expected.iter().map(key).collect::<Vec<_>>());
        assert_eq!((sorted.len(), sorted.is_empty(), sorted.get(expected.len())), (expected.len(), false, None));
        let places = 0..expected.len();
        assert!(places.clone().all(|place| sorted.get(place).map(key) == Some(key(&expected[place]))));
        for (from, slice) in sorted.slices() {
            assert!(slice.iter().map(key).eq(expected[from..from + slice.len()].iter().map(key)));
        }
        for least in [f32::MAX, 30.5, 7.25, 1e-20, 0.0, -1.0, f32::MIN] {
            assert_eq!(sorted.count_from(least), expected.partition_point(|edge| edge.weight >= least), "{least}");
        }
        assert_eq!(sorted.clone().into_vec().len(), expected.len());
        let none = Edges::sorted(&[]);
        assert!(none.is_empty() && none.slices().is_empty() && none.len() + none.count_from(0.0) == 0);
    }
}
