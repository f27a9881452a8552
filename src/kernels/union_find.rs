//! Disjoint sets over rows, by size with path halving (Tarjan and van Leeuwen 1984).

use super::prefetch::prefetch;

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

    /// Asks for the memory in which [`UnionFind::find`] begins to look for the set of `row`.
    pub fn prefetch(&self, row: u32) {
        prefetch(&self.parent, row as usize);
    }

    /// The row above `row`, which nearly always stands for its set.
    pub fn above(&self, row: u32) -> u32 {
        self.parent[row as usize]
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

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn agrees_with_relabelling(pairs in proptest::collection::vec((0_u32..60, 0_u32..60), 0..80)) {
            let mut sets = UnionFind::new(60);
            let mut label: Vec<u32> = (0..60).collect();
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
            let mut distinct = label.clone();
            distinct.sort_unstable();
            distinct.dedup();
            prop_assert_eq!(count, distinct.len());
        }
    }
}
