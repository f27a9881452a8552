//! Pairs of any data set, by the comparisons and blocking rules that its pipeline names: columns of distinct values, levels
//! of agreement as small integers packed into one pattern, candidate pairs block by block. The weights of the levels come
//! from the model; `person-cn` does not come here.

mod blocking;
mod columns;
mod compare;
mod pairs;
mod plan;
mod shares;
mod swapped;
mod values;
mod weights;

pub use compare::CustomFeatures;
pub use pairs::{CustomCounts, RuleStats, count_custom, draw_random, score_custom};
pub use plan::{ComparisonPlan, Plan};
pub use weights::{Evidence, LevelWeights, RelatedWeights, Tie};

/// Levels of a pair, eight bits for each comparison, the first lowest. Level 0 is missing, 1 equal, the last different.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LevelPattern(pub u128);

impl LevelPattern {
    /// The level of a comparison.
    #[inline]
    pub fn level(self, comparison: usize) -> usize {
        (self.0 >> (8 * comparison) & 255) as usize
    }

    /// The pattern with a level for a comparison that has none.
    #[inline]
    pub fn with(self, comparison: usize, level: u8) -> Self {
        Self(self.0 | u128::from(level) << (8 * comparison))
    }
}
