//! Disjoint sets over rows: by size with path halving (Tarjan and van Leeuwen 1984), or, where only the sets themselves
//! matter and not how they came about, joined by all threads at once (after Anderson and Woll 1991).

use super::prefetch::{AHEAD, prefetch};
use rayon::prelude::*;
use std::sync::atomic::{AtomicU32, Ordering};

/// A partition of `0..n`.
#[derive(Clone, Debug)]
pub struct UnionFind {
    parent: Vec<u32>,
    size: Vec<u32>,
}

impl UnionFind {
    /// Every row alone.
    pub fn new(rows: usize) -> Self {
        Self { parent: (0..rows as u32).collect(), size: vec![1; rows] }
    }

    /// The row that stands for the set of `row`.
    pub fn find(&mut self, mut row: u32) -> u32 {
        while self.parent[row as usize] != row {
            let above = self.parent[self.parent[row as usize] as usize];
            self.parent[row as usize] = above;
            row = above;
        }
        row
    }

    /// Joins the sets of `a` and `b`. Returns (root kept, root given up), or `None` if they were one set.
    pub fn join(&mut self, a: u32, b: u32) -> Option<(u32, u32)> {
        let (a, b) = (self.find(a), self.find(b));
        if a == b {
            return None;
        }
        let (big, small) = if self.size[a as usize] < self.size[b as usize] { (b, a) } else { (a, b) };
        self.parent[small as usize] = big;
        self.size[big as usize] += self.size[small as usize];
        Some((big, small))
    }

    /// Number of rows in the set of `row`.
    pub fn size(&mut self, row: u32) -> u32 {
        let root = self.find(row);
        self.size[root as usize]
    }

    /// A number for the set of each row, counted up by the smallest row of each set; and the number of sets.
    pub fn numbered(&mut self) -> (Vec<u32>, usize) {
        let mut number = vec![u32::MAX; self.parent.len()];
        let mut sets = 0;
        let of_row = (0..self.parent.len() as u32)
            .map(|row| {
                let slot = self.find(row) as usize;
                if number[slot] == u32::MAX {
                    number[slot] = sets;
                    sets += 1;
                }
                number[slot]
            })
            .collect();
        (of_row, sets as usize)
    }
}

/// The smallest row of the set of each of `rows` rows, once every pair of all slices has joined the sets of its two `ends`.
pub fn smallest_of_sets<T: Sync>(rows: usize, slices: &[&[T]], ends: impl Fn(&T) -> (u32, u32) + Sync) -> Vec<u32> {
    // A row points to a smaller one of its set, or to itself if it is the smallest that is known. Whatever order threads
    // come in, each step leaves that true, so relaxed loads and stores do: who reads an older row above finds the newer one
    // from there.
    let above: Vec<AtomicU32> = (0..rows as u32).into_par_iter().map(AtomicU32::new).collect();
    let get = |row: u32| above[row as usize].load(Ordering::Relaxed);
    let find = |mut row: u32| loop {
        let parent = get(row);
        if parent == row {
            return row;
        }
        let next = get(parent);
        if next != parent {
            above[row as usize].store(next, Ordering::Relaxed);
        }
        row = next;
    };
    let join = |mut a: u32, mut b: u32| loop {
        (a, b) = (find(a), find(b));
        if a == b {
            return;
        }
        let (small, large) = (a.min(b), a.max(b));
        if above[large as usize].compare_exchange(large, small, Ordering::Relaxed, Ordering::Relaxed).is_ok() {
            return;
        }
    };
    slices.par_iter().flat_map(|pairs| pairs.par_chunks(PAIRS_AT_ONCE)).for_each(|pairs| {
        for (at, pair) in pairs.iter().enumerate() {
            if let Some(soon) = pairs.get(at + AHEAD) {
                let (a, b) = ends(soon);
                [a, b].into_iter().for_each(|row| prefetch(&above, row as usize));
            }
            let (a, b) = ends(pair);
            join(a, b);
        }
    });
    (0..rows as u32).into_par_iter().map(find).collect()
}

/// Pairs that one task takes.
const PAIRS_AT_ONCE: usize = 1 << 14;

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn agrees_with_relabelling(pairs in proptest::collection::vec((0_u32..60, 0_u32..60), 0..80)) {
            let mut sets = UnionFind::new(60);
            let mut label: Vec<u32> = (0..60).collect();
            let joined = pairs.clone();
            for (a, b) in pairs {
                let (from, to) = (label[a as usize], label[b as usize]);
                prop_assert_eq!(sets.join(a, b).is_some(), from != to);
                label.iter_mut().filter(|l| **l == from).for_each(|l| *l = to);
            }
            let (number, count) = sets.numbered();
            for a in 0..60 {
                for b in 0..60 {
                    prop_assert_eq!(number[a] == number[b], label[a] == label[b]);
                }
                let size = label.iter().filter(|l| **l == label[a]).count();
                prop_assert_eq!(sets.size(a as u32) as usize, size);
            }
            let (some, others) = joined.split_at(joined.len() / 3);
            let smallest = smallest_of_sets(60, &[some, others], |pair| *pair);
            let mut first = [u32::MAX; 60];
            (0..60_u32).rev().for_each(|row| first[label[row as usize] as usize] = row);
            (0..60).for_each(|row| assert_eq!(smallest[row], first[label[row] as usize]));
            let mut distinct = label.clone();
            distinct.sort_unstable();
            distinct.dedup();
            prop_assert_eq!(count, distinct.len());
        }
    }

    #[test]
    fn many_threads_find_the_same_sets() {
        let rows = 60_000_u32;
        let pairs: Vec<(u32, u32)> = (0..40_000_u32).map(|i| (i * 7919 % rows, i * 104_729 % rows)).collect();
        let mut sets = UnionFind::new(rows as usize);
        pairs.iter().for_each(|&(a, b)| {
            sets.join(a, b);
        });
        let smallest = smallest_of_sets(rows as usize, &[&pairs], |pair| *pair);
        let (number, count) = sets.numbered();
        let firsts = (0..rows).filter(|&row| smallest[row as usize] == row).count();
        assert_eq!(firsts, count);
        (0..rows as usize).for_each(|row| assert_eq!(number[row], number[smallest[row] as usize]));
    }
}
