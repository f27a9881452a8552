//! Pairs of any data set, by the comparisons and blocking rules that its pipeline names: columns of distinct values, levels
//! of agreement as small integers packed into one pattern, candidate pairs block by block. The weights of the levels come
//! from the model; `person-cn` does not come here.

mod blocking;
mod columns;
mod compare;
mod pairs;
mod plan;
mod values;

pub use compare::CustomFeatures;
pub use pairs::{CustomCounts, RuleStats, count_custom, draw_random, score_custom};
pub use plan::{ComparisonPlan, Plan};

/// Levels of a pair, four bits for each comparison, the first lowest. Level 0 is missing, 1 equal, the last different.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LevelPattern(pub u64);

impl LevelPattern {
    /// The level of a comparison.
    #[inline]
    pub fn level(self, comparison: usize) -> usize {
        (self.0 >> (4 * comparison) & 15) as usize
    }

    #[inline]
    fn with(self, comparison: usize, level: u8) -> Self {
        Self(self.0 | u64::from(level) << (4 * comparison))
    }
}

/// The weights of the levels, in bits.
#[derive(Clone, Debug, Default)]
pub struct LevelWeights {
    /// log2 odds that two records drawn at random are one person.
    pub prior_bits: f64,
    /// For each comparison the bits of each level.
    pub bits: Vec<Vec<f64>>,
}

impl LevelWeights {
    /// Bits of a pattern, without regard to how frequent the values are.
    pub fn of(&self, pattern: LevelPattern) -> f64 {
        self.prior_bits + self.bits.iter().enumerate().map(|(c, bits)| bits[pattern.level(c)]).sum::<f64>()
    }
}
