//! Pairs of profiles that are worth keeping.

/// A scored pair of profiles (groups of records that agree exactly), `a < b`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Edge {
    /// Profile with the smaller number.
    pub a: u32,
    /// Profile with the larger number.
    pub b: u32,
    /// Match weight in bits.
    pub weight: f32,
    /// Packed levels of the comparisons.
    pub pattern: u32,
    /// Whether equal valid ID numbers are part of the evidence.
    pub by_id: bool,
}

/// Sorts edges as clusters grow by them: heaviest first, then by profile; a pair found twice stays once.
pub fn sort_edges(edges: &mut Vec<Edge>) {
    use rayon::slice::ParallelSliceMut;
    edges.par_sort_unstable_by(|x, y| y.weight.total_cmp(&x.weight).then((x.a, x.b).cmp(&(y.a, y.b))));
    edges.dedup_by_key(|edge| (edge.a, edge.b));
}
