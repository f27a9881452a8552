//! Sorting of keyed rows: one radix pass on the top bits spreads the rows over buckets that fit the cache, each of which
//! is then sorted by itself, in parallel.

use rayon::prelude::*;

/// Rows below which one comparison sort is as fast.
const SMALL: usize = 1 << 13;
/// Aimed size of a bucket.
const BUCKET: usize = 1 << 11;

/// Sorts `rows` by key, then row. Keys should be spread over all 64 bits, as hashes are; other keys are sorted
/// correctly but slower. O(n log b) for buckets of b rows, one copy of the rows in memory.
pub fn sort_keyed(rows: &mut Vec<(u64, u32)>) {
    sort_by_top(rows, |row| row.0);
}

/// Sorts `rows`, which should be spread in their top bits, as [`sort_keyed`] does.
pub fn sort_packed(rows: &mut Vec<u64>) {
    sort_by_top(rows, |row| *row);
}

fn sort_by_top<T: Copy + Default + Ord + Send>(rows: &mut Vec<T>, top: impl Fn(&T) -> u64) {
    if rows.len() <= SMALL {
        rows.sort_unstable();
        return;
    }
    let bits = (rows.len() / BUCKET).ilog2().clamp(1, 16);
    let shift = 64 - bits;
    let mut starts = vec![0_usize; (1 << bits) + 1];
    for row in rows.iter() {
        starts[(top(row) >> shift) as usize + 1] += 1;
    }
    for i in 1..starts.len() {
        starts[i] += starts[i - 1];
    }
    let mut next = starts.clone();
    let mut spread = vec![T::default(); rows.len()];
    for &row in rows.iter() {
        let slot = &mut next[(top(&row) >> shift) as usize];
        spread[*slot] = row;
        *slot += 1;
    }
    let mut rest = &mut spread[..];
    let mut buckets = Vec::with_capacity(1 << bits);
    for window in starts.windows(2) {
        let (bucket, after) = rest.split_at_mut(window[1] - window[0]);
        buckets.push(bucket);
        rest = after;
    }
    buckets.into_par_iter().for_each(<[T]>::sort_unstable);
    *rows = spread;
}

/// Cuts sorted rows into ranges of about `size` rows that never part rows of one key.
pub fn chunks_at_keys(rows: &[(u64, u32)], size: usize) -> Vec<&[(u64, u32)]> {
    let mut chunks = Vec::with_capacity(rows.len() / size.max(1) + 1);
    let mut rest = rows;
    while !rest.is_empty() {
        let mut end = size.clamp(1, rest.len());
        let key = rest[end - 1].0;
        end += rest[end..].partition_point(|row| row.0 == key);
        let (chunk, after) = rest.split_at(end);
        chunks.push(chunk);
        rest = after;
    }
    chunks
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn sorts_like_the_standard_library(seed: u64, n in 0_usize..40_000, narrow: bool) {
            let mut rows: Vec<(u64, u32)> = (0..n as u32)
                .map(|i| {
                    let key = crate::kernels::hash::key(seed, &[u64::from(i) / 3]);
                    (if narrow { key & 0xff } else { key }, i)
                })
                .collect();
            let mut expected = rows.clone();
            expected.sort_unstable();
            sort_keyed(&mut rows);
            prop_assert_eq!(&rows, &expected);
            let chunks = chunks_at_keys(&rows, 100);
            prop_assert!(chunks.windows(2).all(|w| w[0][w[0].len() - 1].0 < w[1][0].0));
            prop_assert_eq!(chunks.concat(), expected);
        }
    }
}
