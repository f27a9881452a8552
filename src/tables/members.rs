//! Which person each record belongs to, and the pairs that say so.

use super::column::{Column, Keeper};

/// How a record was joined to its person.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum JoinedBy {
    /// It is alone.
    #[default]
    Single,
    /// Equal valid ID numbers with nothing against it.
    Id,
    /// The match weight of the other evidence.
    Model,
    /// A person's decision.
    Review,
}

impl JoinedBy {
    /// The published name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Single => "single",
            Self::Id => "id",
            Self::Model => "model",
            Self::Review => "review",
        }
    }
}

/// One row per record, in the order of [`super::Records`].
#[derive(Clone, Debug, Default)]
pub struct Members {
    /// Number of the person (row of [`super::Persons`]).
    pub person: Vec<u32>,
    /// Strongest match weight that joins the record to its person, in bits; NaN for a record alone.
    pub match_weight: Vec<f32>,
    /// How it was joined.
    pub joined_by: Vec<JoinedBy>,
}

/// Pairs of records with their weight and the level of each comparison, in a fixed order of rows.
#[derive(Clone, Debug, Default)]
pub struct Links {
    /// Names of the comparisons: columns of the published table.
    pub comparisons: Vec<String>,
    /// Names of the levels of each comparison, by level number.
    pub levels: Vec<Vec<String>>,
    /// Row of the left record.
    pub left: Column<u32>,
    /// Row of the right record.
    pub right: Column<u32>,
    /// Match weight in bits.
    pub match_weight: Column<f32>,
    /// Level number of each comparison, `comparisons.len()` values a pair, pair by pair.
    pub level: Column<u8>,
    /// Why the pair stands here where that is not its weight alone (a refused join); empty, or one a pair.
    pub why: Vec<&'static str>,
}

impl Links {
    /// Has the columns kept by `keeper`.
    pub fn keep(&mut self, keeper: &impl Keeper) {
        // One after the other: each is in memory twice while it is written.
        self.left.keep(keeper);
        self.right.keep(keeper);
        self.match_weight.keep(keeper);
        self.level.keep(keeper);
    }

    /// Sets room aside for so many more pairs.
    pub fn reserve(&mut self, pairs: usize) {
        self.left.own().reserve_exact(pairs);
        self.right.own().reserve_exact(pairs);
        self.match_weight.own().reserve_exact(pairs);
        self.level.own().reserve_exact(pairs * self.comparisons.len());
    }

    /// Adds the pairs of `more`, which has the same comparisons, behind.
    pub fn append(&mut self, more: &Self) {
        self.left.extend_from_slice(&more.left);
        self.right.extend_from_slice(&more.right);
        self.match_weight.extend_from_slice(&more.match_weight);
        self.level.extend_from_slice(&more.level);
        self.why.extend_from_slice(&more.why);
    }

    /// Keeps the pairs, told by their number, that are `wanted`, in their order.
    pub fn retain(&mut self, wanted: impl Fn(&Self, usize) -> bool) {
        let kept: Vec<usize> = (0..self.len()).filter(|&pair| wanted(self, pair)).collect();
        if kept.len() == self.len() {
            return;
        }
        let width = self.comparisons.len();
        fn taken<T: Copy>(column: &[T], kept: &[usize]) -> Column<T> {
            kept.iter().map(|&pair| column[pair]).collect::<Vec<T>>().into()
        }
        self.level = kept
            .iter()
            .flat_map(|&pair| &self.level[pair * width..(pair + 1) * width])
            .copied()
            .collect::<Vec<u8>>()
            .into();
        self.left = taken(&self.left, &kept);
        self.right = taken(&self.right, &kept);
        self.match_weight = taken(&self.match_weight, &kept);
        if !self.why.is_empty() {
            self.why = kept.iter().map(|&pair| self.why[pair]).collect();
        }
    }

    /// Number of pairs.
    pub fn len(&self) -> usize {
        self.left.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.left.is_empty()
    }
}
