//! Sorting of keyed rows: one radix pass on the top bits spreads the rows over buckets that fit the cache, each of which
//! is then sorted by itself, in parallel: by two more digits of the key, or by comparison.

use rayon::prelude::*;
use std::cmp::Ordering;
use std::ops::Range;

/// Rows below which one comparison sort is as fast.
const SMALL: usize = 1 << 13;
/// Aimed size of a bucket.
const BUCKET: usize = 1 << 11;

/// Sorts `rows` by key, then row. Keys should be spread over all 64 bits, as hashes are; other keys are sorted
/// correctly but slower. O(n) for such keys, one copy of the rows in memory.
pub fn sort_keyed(rows: &mut Vec<(u64, u32)>) {
    if rows.len() <= SMALL { rows.sort_unstable() } else { *rows = sorted_keyed(&[rows]) }
}

/// The rows of all parts, sorted as by [`sort_keyed`].
pub fn sorted_keyed(parts: &[&[(u64, u32)]]) -> Vec<(u64, u32)> {
    sorted_spread(parts, |row| row.0)
}

/// Sorts `rows`, which should be spread in their top bits, as [`sort_keyed`] does.
pub fn sort_packed(rows: &mut Vec<u64>) {
    if rows.len() <= SMALL { rows.sort_unstable() } else { *rows = sorted_spread(&[rows], |row| *row) }
}

/// The rows of all parts, sorted as by [`sort_packed`].
pub fn sorted_packed(parts: &[Vec<u64>]) -> Vec<u64> {
    sorted_spread(&parts.iter().map(Vec::as_slice).collect::<Vec<&[u64]>>(), |row| *row)
}

/// The rows of all parts in their own order, in which `top` must rise.
fn sorted_spread<T: Copy + Default + Ord + Send + Sync>(parts: &[&[T]], top: impl Fn(&T) -> u64 + Sync) -> Vec<T> {
    let (bits, counts) = count_buckets(parts, &top);
    let mut rows = vec![T::default(); counts.iter().sum()];
    let bucket = |row: &T| (top(row) >> (64 - bits)) as usize;
    spread_rows(parts, bucket, buckets(&mut rows, &counts));
    let sort = |spare: &mut Vec<T>, bucket: &mut [T]| sort_bucket(bucket, 64 - bits, &top, spare);
    buckets(&mut rows, &counts).into_par_iter().for_each_init(Vec::new, sort);
    rows
}

/// Bytes of a piece of sorted rows, unless one bucket alone has more.
const PIECE_BYTES: usize = 2 << 20;

/// The rows of all parts, sorted by `order`, in pieces of which each finds room where a table in one piece would take fresh
/// pages ([`super::pieces`]). `top` must rise with `order`, and should spread rows over all 64 bits; rows of one `top` stand in
/// one piece.
pub fn sorted_by<T: Copy + Default + Send + Sync>(
    parts: &[&[T]],
    top: impl Fn(&T) -> u64 + Sync,
    order: impl Fn(&T, &T) -> Ordering + Sync,
) -> Vec<Vec<T>> {
    let (bits, counts) = count_buckets(parts, &top);
    let most = (PIECE_BYTES / size_of::<T>().max(1)).max(1);
    let mut of_pieces: Vec<Range<usize>> = Vec::new();
    let mut rows_of_last = 0;
    for (bucket, &rows) in counts.iter().enumerate() {
        match of_pieces.last_mut() {
            Some(piece) if rows_of_last + rows <= most => (piece.end, rows_of_last) = (bucket + 1, rows_of_last + rows),
            _ => {
                of_pieces.push(bucket..bucket + 1);
                rows_of_last = rows;
            }
        }
    }
    let empty = |piece: &Range<usize>| vec![T::default(); counts[piece.clone()].iter().sum()];
    let mut pieces: Vec<Vec<T>> = of_pieces.iter().map(empty).collect();
    let bucket = |row: &T| (top(row) >> (64 - bits)) as usize;
    spread_rows(parts, bucket, buckets_of_pieces(&mut pieces, &of_pieces, &counts));
    buckets_of_pieces(&mut pieces, &of_pieces, &counts)
        .into_par_iter()
        .for_each(|bucket| bucket.sort_unstable_by(&order));
    pieces
}

/// Rows of a bucket below which a comparison sort is faster, and above which keys were not spread.
const DIGITS_PAY: std::ops::RangeInclusive<usize> = 1 << 8..=BUCKET << 3;
/// Bits of a digit: as many values as a bucket has rows.
const DIGIT_BITS: u32 = 11;
const DIGITS: usize = 1 << DIGIT_BITS;

/// Sorts a bucket whose rows agree in all but the lower `bits` of `top`: by the next two digits, and then what is left.
fn sort_bucket<T: Copy + Ord>(bucket: &mut [T], bits: u32, top: &impl Fn(&T) -> u64, spare: &mut Vec<T>) {
    if !DIGITS_PAY.contains(&bucket.len()) || bits < 2 * DIGIT_BITS {
        return bucket.sort_unstable();
    }
    let lower = |row: &T| (top(row) >> (bits - 2 * DIGIT_BITS)) as usize % DIGITS;
    let upper = |row: &T| (top(row) >> (bits - DIGIT_BITS)) as usize % DIGITS;
    let (mut of_lower, mut of_upper) = ([0_u32; DIGITS], [0_u32; DIGITS]);
    for row in &*bucket {
        of_lower[lower(row)] += 1;
        of_upper[upper(row)] += 1;
    }
    let begin = |counts: &mut [u32; DIGITS]| {
        let mut sum = 0;
        counts.iter_mut().for_each(|count| sum += std::mem::replace(count, sum));
    };
    begin(&mut of_lower);
    begin(&mut of_upper);
    spare.clear();
    spare.extend_from_slice(bucket);
    deal(bucket, spare, &mut of_lower, lower);
    deal(spare, bucket, &mut of_upper, upper);
    finish(bucket);
}

/// Puts rows where those of their digit come next.
fn deal<T: Copy>(from: &[T], to: &mut [T], next: &mut [u32; DIGITS], digit: impl Fn(&T) -> usize) {
    for row in from {
        let slot = &mut next[digit(row)];
        to[*slot as usize] = *row;
        *slot += 1;
    }
}

/// Sorts rows of which few stand far from their place.
fn finish<T: Copy + Ord>(rows: &mut [T]) {
    let mut moves = 8 * rows.len();
    for i in 1..rows.len() {
        let row = rows[i];
        let mut at = i;
        while at > 0 && row < rows[at - 1] {
            rows[at] = rows[at - 1];
            at -= 1;
        }
        rows[at] = row;
        moves = moves.saturating_sub(i - at);
        if moves == 0 {
            return rows.sort_unstable();
        }
    }
}

/// How rows spread over buckets by the upper bits of `top`: how many bits these are, and how many rows each bucket takes.
fn count_buckets<T: Sync>(parts: &[&[T]], top: &(impl Fn(&T) -> u64 + Sync)) -> (u32, Vec<usize>) {
    let len: usize = parts.iter().map(|part| part.len()).sum();
    let bits = (len / BUCKET).max(2).ilog2().clamp(1, 16);
    let count = |mut counts: Vec<usize>, rows: &[T]| {
        rows.iter().for_each(|row| counts[(top(row) >> (64 - bits)) as usize] += 1);
        counts
    };
    let add = |mut sum: Vec<usize>, more: Vec<usize>| {
        sum.iter_mut().zip(more).for_each(|(sum, more)| *sum += more);
        sum
    };
    let none = || vec![0; 1 << bits];
    let chunks: Vec<&[T]> = parts.iter().flat_map(|part| part.chunks(len.div_ceil(SPREADERS_MAX).max(1))).collect();
    (bits, chunks.into_par_iter().fold(none, count).reduce(none, add))
}

/// The rows of each bucket.
fn buckets<'a, T>(mut rows: &'a mut [T], counts: &[usize]) -> Vec<&'a mut [T]> {
    let mut buckets = Vec::with_capacity(counts.len());
    for &count in counts {
        let (bucket, after) = rows.split_at_mut(count);
        buckets.push(bucket);
        rows = after;
    }
    buckets
}

/// The rows of each bucket, where pieces hold some of them each.
fn buckets_of_pieces<'a, T>(
    pieces: &'a mut [Vec<T>],
    of_pieces: &[Range<usize>],
    counts: &[usize],
) -> Vec<&'a mut [T]> {
    pieces.iter_mut().zip(of_pieces).flat_map(|(rows, piece)| buckets(rows, &counts[piece.clone()])).collect()
}

/// Most threads that spread rows: each reads all of them and writes those of its own buckets.
const SPREADERS_MAX: usize = 4;

/// The buckets that one thread fills.
struct Spreader<'a, T> {
    /// The first of them.
    from: usize,
    /// What is left of each of them.
    buckets: Vec<std::slice::IterMut<'a, T>>,
    /// Rows that they take.
    rows: usize,
}

/// Puts rows into their buckets, in their order.
fn spread_rows<T: Copy + Send + Sync>(parts: &[&[T]], bucket: impl Fn(&T) -> usize + Sync, buckets: Vec<&mut [T]>) {
    let len: usize = buckets.iter().map(|bucket| bucket.len()).sum();
    let share = len.div_ceil(rayon::current_num_threads().clamp(1, SPREADERS_MAX));
    let mut spreaders: Vec<Spreader<'_, T>> = Vec::new();
    for (at, bucket) in buckets.into_iter().enumerate() {
        let rows = bucket.len();
        match spreaders.last_mut() {
            Some(spreader) if spreader.rows < share || rows == 0 => {
                spreader.buckets.push(bucket.iter_mut());
                spreader.rows += rows;
            }
            _ => spreaders.push(Spreader { from: at, buckets: vec![bucket.iter_mut()], rows }),
        }
    }
    spreaders.into_par_iter().with_max_len(1).for_each(|Spreader { from, mut buckets, .. }| {
        for row in parts.iter().copied().flatten() {
            let own = buckets.get_mut(bucket(row).wrapping_sub(from));
            if let Some(slot) = own.and_then(Iterator::next) {
                *slot = *row;
            }
        }
    });
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
        fn sorts_like_the_standard_library(seed: u64, n in 0_usize..40_000, kind in 0..3) {
            let mut rows: Vec<(u64, u32)> = (0..n as u32)
                .map(|i| {
                    let key = crate::kernels::hash::key(seed, &[u64::from(i) / 3]);
                    let far = crate::kernels::hash::key(seed, &[u64::from(i) % 40]);
                    (match kind { 0 => key, 1 => key & 0xff, _ => far >> 16 << 16 | u64::from(!i & 0xffff) }, i)
                })
                .collect();
            let mut expected = rows.clone();
            expected.sort_unstable();
            sort_keyed(&mut rows);
            prop_assert_eq!(&rows, &expected);
            let packed: Vec<u64> = expected.iter().map(|row| row.0).collect();
            let parts: Vec<Vec<u64>> = packed.rchunks(1 + n / 3).map(|part| part.iter().rev().copied().collect()).collect();
            prop_assert_eq!(sorted_packed(&parts), packed);
            let chunks = chunks_at_keys(&rows, 100);
            prop_assert!(chunks.windows(2).all(|w| w[0][w[0].len() - 1].0 < w[1][0].0));
            prop_assert_eq!(chunks.concat(), expected);
        }
    }
}
