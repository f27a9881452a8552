//! The weights of the levels, in bits: against two strangers, and, if fields are known that a household shares, against two
//! of one household.

use super::LevelPattern;

/// The weights of the levels, in bits.
#[derive(Clone, Debug, Default)]
pub struct LevelWeights {
    /// log2 odds that two records drawn at random are one person.
    pub prior_bits: f64,
    /// For each comparison the bits of each level.
    pub bits: Vec<Vec<f64>>,
    /// What levels of two comparisons say together beyond what each says.
    pub ties: Vec<Tie>,
    /// What speaks for two persons of one household instead of two strangers.
    pub related: Option<RelatedWeights>,
}

/// Two comparisons of which one tells in part what the other does, as a town and its postcode do.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Tie {
    /// The two, the second of which other ties may have as well.
    pub of: (usize, usize),
    /// Levels of the second.
    pub levels: usize,
    /// Bits for one person, by level of the first times `levels` and level of the second.
    pub same: Vec<f64>,
    /// Bits for two of one household; empty where there are none.
    pub related: Vec<f64>,
}

impl Tie {
    /// Place of a pattern in its tables.
    #[inline]
    pub fn place(&self, pattern: LevelPattern) -> usize {
        pattern.level(self.of.0) * self.levels + pattern.level(self.of.1)
    }
}

/// What speaks for two persons of one household instead of two strangers, in bits.
#[derive(Clone, Debug, Default)]
pub struct RelatedWeights {
    /// log2 odds that two records drawn at random are of one household.
    pub prior_bits: f64,
    /// For each comparison the bits of each level.
    pub bits: Vec<Vec<f64>>,
    /// For each comparison and level, by part: the share of agreement in a household that is by chance, not by sharing.
    pub by_chance: Vec<Vec<[f64; 2]>>,
}

/// Bits for one person and for one household, each against two strangers.
#[derive(Clone, Copy, Debug)]
pub struct Evidence {
    /// For one person.
    pub same: f64,
    /// For two of one household.
    pub related: f64,
}

impl Evidence {
    /// Bits for one person against everything else.
    pub fn bits(self) -> f64 {
        self.same - (1.0 + self.related.exp2()).log2()
    }
}

impl LevelWeights {
    /// What a pattern says, without regard to how frequent the values are.
    pub fn evidence(&self, pattern: LevelPattern) -> Evidence {
        let sum = |prior: f64, bits: &[Vec<f64>]| {
            prior + bits.iter().enumerate().map(|(c, bits)| bits[pattern.level(c)]).sum::<f64>()
        };
        let mut evidence = Evidence {
            same: sum(self.prior_bits, &self.bits),
            related: self.related.as_ref().map_or(f64::NEG_INFINITY, |of| sum(of.prior_bits, &of.bits)),
        };
        for tie in &self.ties {
            let place = tie.place(pattern);
            evidence.same += tie.same[place];
            evidence.related += tie.related.get(place).copied().unwrap_or(0.0);
        }
        evidence
    }

    /// The comparison that tells in part what `comparison` does, if there is one.
    #[inline]
    pub(super) fn tied(&self, comparison: usize) -> Option<usize> {
        self.ties.iter().find(|tie| tie.of.0 == comparison).map(|tie| tie.of.1)
    }

    /// Adds to `evidence` that part `part` of a comparison agrees at `level` on a value that is `rarity` bits rarer than
    /// usual. A household that shares the value shares it however rare it is.
    #[inline]
    pub(super) fn add_rarity(
        &self,
        evidence: &mut Evidence,
        comparison: usize,
        level: usize,
        part: usize,
        rarity: f64,
    ) {
        evidence.same += rarity;
        if let Some(of) = &self.related {
            let by_chance = of.by_chance[comparison][level][part];
            evidence.related += ((1.0 - by_chance) * rarity.exp2() + by_chance).log2();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shared_value_speaks_for_the_household_however_rare() {
        let related =
            RelatedWeights { prior_bits: -8.0, bits: vec![vec![0.0, 7.0, -1.0]], by_chance: vec![vec![[0.0, 0.0]; 3]] };
        let weights = LevelWeights {
            prior_bits: -8.0,
            bits: vec![vec![0.0, 8.0, -2.0]],
            related: Some(related),
            ..LevelWeights::default()
        };
        let pattern = LevelPattern::default().with(0, 1);
        let mut evidence = weights.evidence(pattern);
        weights.add_rarity(&mut evidence, 0, 1, 0, 10.0);
        assert!((evidence.same - 10.0).abs() < 1e-9 && (evidence.related - 9.0).abs() < 1e-9);
        assert!((evidence.bits() - 1.0).abs() < 0.01);
    }
}
