//! Households among the pairs of a pipeline's own comparisons. Two persons of one household, of one house or of one town
//! agree in some fields far more often than strangers do and in the others as strangers do. Fitted with two kinds of pairs
//! only, such pairs are taken for one person wherever there are more of them than of those. So a third kind is tried, once
//! for each comparison that it may have in common, and kept if the pairs are explained much better by it and if what comes
//! out is a household: in something that tells persons apart, two of it agree no more often than strangers.

use super::custom::{CustomFit, ROUNDS_MAX, Related, Start};
use rayon::prelude::*;

/// Rounds after which an attempt shows what it is worth.
const ROUNDS_TRIED: usize = 60;
/// Bits by which a comparison must speak for one person on average to be one that tells persons apart.
const TELLING_BITS: f64 = 3.0;
/// A household agrees in it as strangers do if it speaks by no more than this share of that for the household.
const BY_CHANCE_SHARE: f64 = 0.1;
/// Of all bits for one person a household lacks at least this share: one wrong field makes no household.
const LACKING_SHARE: f64 = 0.3;

/// The fit without a household, or with the one that explains the pairs best.
pub(super) fn look(start: &Start<'_>) -> CustomFit {
    let (plain, likelihood) = start.fit(None, ROUNDS_MAX);
    let comparisons = start.comparisons.len();
    let attempt = |c: usize| {
        let shared: Vec<bool> = (0..comparisons).map(|of| of == c).collect();
        let (fit, likelihood) = start.fit(Some(shared.clone()), ROUNDS_TRIED);
        (shared, fit, likelihood)
    };
    let attempts: Vec<_> = (0..comparisons).into_par_iter().map(attempt).collect();
    let best = attempts.into_iter().filter(|(_, fit, _)| is_household(start, fit)).max_by(|x, y| x.2.total_cmp(&y.2));
    // Every share is a free number, and costs half the logarithm of the number of pairs (Schwarz 1978).
    let pairs: u64 = start.counts.candidates.iter().map(|of| of.1).sum();
    let free: usize = start.comparisons.iter().map(|of| of.levels.len() - 2).sum::<usize>() + 1;
    let price = free as f64 / 2.0 * (pairs.max(2) as f64).log2();
    match best {
        Some((shared, _, with)) if with - likelihood > price => {
            let (fit, _) = start.fit(Some(shared), ROUNDS_MAX);
            if is_household(start, &fit) { fit } else { plain }
        }
        _ => plain,
    }
}

/// Whether the third kind of pairs is two persons who share something. They are not born on one day: who agrees in that and
/// not in the names is one person whose names were put in the wrong columns.
fn is_household(start: &Start<'_>, fit: &CustomFit) -> bool {
    let Some(Related { shares, .. }) = &fit.related else { return false };
    let (mut all, mut lacking, mut any, mut born_apart) = (0.0, 0.0, false, true);
    let comparisons = start.comparisons.iter().zip(&fit.m).zip(shares).zip(&fit.u);
    for (((comparison, m), related), u) in comparisons {
        let (one, two) = (bits(m, u), bits(related, u));
        let (tells, by_chance) = (one >= TELLING_BITS, two <= BY_CHANCE_SHARE * one);
        all += one;
        lacking += (one - two).max(0.0);
        any |= tells && by_chance;
        born_apart &= !(comparison.is_date() && tells) || by_chance;
    }
    any && born_apart && lacking >= LACKING_SHARE * all
}

/// Bits by which a pair of a kind differs from strangers on average (Kullback and Leibler 1951).
fn bits(shares: &[f64], u: &[f64]) -> f64 {
    let levels = shares.iter().zip(u).skip(1).filter(|(share, u)| **share > 0.0 && **u > 0.0);
    levels.map(|(share, u)| share * (share / u).log2()).sum()
}
