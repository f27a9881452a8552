//! Households among the pairs of a pipeline's own comparisons. Two persons of one household, of one house or of one town
//! agree in some fields far more often than strangers do and in the others as strangers do. Fitted with two kinds of pairs
//! only, such pairs are taken for one person wherever there are more of them than of those. So a third kind is tried, once
//! for each comparison that it may have in common and once for each birth date that it may lack, and kept if the pairs are
//! explained much better by it and if what comes out is a household: in something that tells persons apart, two of it agree
//! no more often than strangers.

use super::custom::{CustomFit, ROUNDS_MAX, Related, Start};
use rayon::prelude::*;

/// Rounds after which an attempt shows what it is worth.
const ROUNDS_TRIED: usize = 60;
/// Bits by which a comparison must speak for one person on average to be one that tells persons apart.
const TELLING_BITS: f64 = 3.0;
/// A household agrees in it as strangers do if it speaks by no more than this share of that for the household.
const BY_CHANCE_SHARE: f64 = 0.1;
/// Records of one person are born on one day in at least this share, or what is taken for them is something else.
pub const BORN_ALIKE_SHARE: f64 = 0.25;
/// Of all bits for one person a household lacks at least this share: one wrong field makes no household.
const LACKING_SHARE: f64 = 0.3;

/// What an attempt begins with.
#[derive(Clone, Copy, Debug)]
enum Attempt {
    /// A household that has nothing but this comparison in common.
    Common(usize),
    /// A household of all pairs that are one person without it and differ in this comparison. Where a household has many
    /// fields in common, one of them alone is too little to take its pairs from the persons.
    Apart(usize),
}

/// The fit without a household, or with the one that explains the pairs best.
pub(super) fn look(start: &Start<'_>) -> CustomFit {
    let (plain, likelihood) = start.fit(None, ROUNDS_MAX);
    let all = 0..start.comparisons.len();
    let dates = all.clone().filter(|&c| start.comparisons[c].is_date()).map(Attempt::Apart);
    let attempts: Vec<Attempt> = all.clone().map(Attempt::Common).chain(dates).collect();
    let tried = |attempt: Attempt, rounds: usize| match attempt {
        Attempt::Common(c) => start.fit(Some(all.clone().map(|of| of == c).collect()), rounds),
        Attempt::Apart(c) => start.fit_apart(&plain, c, rounds),
    };
    let stands = |attempt: Attempt, fit: &CustomFit| is_household(start, fit, matches!(attempt, Attempt::Apart(_)));
    let attempts: Vec<_> = attempts.into_par_iter().map(|attempt| (attempt, tried(attempt, ROUNDS_TRIED))).collect();
    let standing = attempts.into_iter().filter(|(attempt, (fit, _))| stands(*attempt, fit));
    let best = standing.map(|(attempt, (_, likelihood))| (attempt, likelihood)).max_by(|x, y| x.1.total_cmp(&y.1));
    // Every share is a free number, and costs half the logarithm of the number of pairs (Schwarz 1978).
    let pairs: u64 = start.counts.candidates.iter().map(|of| of.1).sum();
    let free: usize = start.comparisons.iter().map(|of| of.levels.len() - 2).sum::<usize>() + 1;
    let price = free as f64 / 2.0 * (pairs.max(2) as f64).log2();
    match best {
        Some((attempt, with)) if with - likelihood > price => {
            let (fit, _) = tried(attempt, ROUNDS_MAX);
            if stands(attempt, &fit) { fit } else { plain }
        }
        _ => plain,
    }
}

/// Whether the third kind of pairs is two persons who share something. They are not born on one day: who agrees in that and
/// not in the names is one person whose names were put in the wrong columns. Pairs that were taken `apart` by their birth
/// dates must differ in something else that tells persons apart: a wrong date makes no second person.
fn is_household(start: &Start<'_>, fit: &CustomFit, apart: bool) -> bool {
    let Some(Related { shares, .. }) = &fit.related else { return false };
    let (mut all, mut lacking, mut differ, mut born_apart) = (0.0, 0.0, 0, true);
    let comparisons = start.comparisons.iter().zip(&fit.m).zip(shares).zip(&fit.u);
    for (((comparison, m), related), u) in comparisons {
        let (one, two) = (bits(m, u), bits(related, u));
        let (tells, by_chance) = (one >= TELLING_BITS, two <= BY_CHANCE_SHARE * one);
        all += one;
        lacking += (one - two).max(0.0);
        differ += usize::from(tells && by_chance);
        if comparison.is_date() && one.max(two) >= TELLING_BITS {
            born_apart &= by_chance && m[1] >= BORN_ALIKE_SHARE;
        }
    }
    born_apart && if apart { differ >= 2 } else { differ >= 1 && lacking >= LACKING_SHARE * all }
}

/// Bits by which a pair of a kind differs from strangers on average (Kullback and Leibler 1951).
fn bits(shares: &[f64], u: &[f64]) -> f64 {
    let levels = shares.iter().zip(u).skip(1).filter(|(share, u)| **share > 0.0 && **u > 0.0);
    levels.map(|(share, u)| share * (share / u).log2()).sum()
}
