//! Sorting of keyed rows: one radix pass on the top bits spreads the rows over buckets that fit the cache, each of which
//! is then sorted by itself, in parallel: by two more digits of the key, or by comparison.
//!
//! Sorted rows stand in pieces of which each finds room where a table in one piece would take fresh pages
//! ([`super::pieces`]). Rows that agree in the upper 16 bits of what they are sorted by stand in one piece.

use rayon::prelude::*;
use std::cmp::Ordering;
use std::ops::Range;

/// Rows below which one comparison sort is as fast.
const SMALL: usize = 1 << 13;
/// Aimed size of a bucket.
const BUCKET: usize = 1 << 11;
/// Most bits by which rows are spread over buckets.
const BITS_MAX: u32 = 16;
/// Bytes of a piece, unless one bucket alone has more.
const PIECE_BYTES: usize = 2 << 20;

/// The rows of all parts by key, then row, in pieces. Keys should be spread over all 64 bits, as hashes are; other keys are
/// sorted correctly but slower. O(n) for such keys, one copy of the rows in memory.
pub fn sorted_keyed(parts: &[&[(u64, u32)]]) -> Vec<Vec<(u64, u32)>> {
    sorted_spread(parts, |row| row.0)
}

/// The rows of all parts, which should be spread in their top bits, in pieces, as by [`sorted_keyed`].
pub fn sorted_packed(parts: &[Vec<u64>]) -> Vec<Vec<u64>> {
    sorted_spread(&parts.iter().map(Vec::as_slice).collect::<Vec<&[u64]>>(), |row| *row)
}

/// Sorts `rows` as [`sorted_packed`] does.
pub fn sort_packed(rows: &mut Vec<u64>) {
    if rows.len() <= SMALL { rows.sort_unstable() } else { *rows = sorted_packed(&[std::mem::take(rows)]).concat() }
}

/// Puts `more` rows, sorted as well, among those that [`sorted_packed`] gave.
pub fn merge_packed(pieces: &mut Vec<Vec<u64>>, more: &[u64]) {
    pieces.retain(|piece| !piece.is_empty());
    if pieces.is_empty() {
        pieces.push(Vec::new());
    }
    // What stands before all that the next piece may have belongs to this one.
    let upper = |row: u64| row >> (64 - BITS_MAX);
    let before = |next: &Vec<u64>| more.partition_point(|&row| upper(row) < upper(next[0]));
    let end = |next: Option<&Vec<u64>>| next.map_or(more.len(), before);
    let ends: Vec<usize> = (1..=pieces.len()).map(|next| end(pieces.get(next))).collect();
    let starts = std::iter::once(0).chain(ends.iter().copied());
    let own: Vec<&[u64]> = starts.zip(&ends).map(|(start, &end)| &more[start..end]).collect();
    pieces.par_iter_mut().zip(own).filter(|(_, more)| !more.is_empty()).for_each(|(piece, more)| {
        // From the end on, so that no row is overwritten before it was moved.
        let (mut left, mut right) = (piece.len(), more.len());
        piece.resize(left + right, 0);
        while right > 0 {
            let from_left = left > 0 && piece[left - 1] > more[right - 1];
            piece[left + right - 1] = if from_left { piece[left - 1] } else { more[right - 1] };
            (left, right) = (left - usize::from(from_left), right - usize::from(!from_left));
        }
    });
}

/// The rows of all parts in their own order, in which `top` must rise, in pieces.
fn sorted_spread<T: Copy + Default + Ord + Send + Sync>(
    parts: &[&[T]],
    top: impl Fn(&T) -> u64 + Copy + Sync,
) -> Vec<Vec<T>> {
    let len: usize = parts.iter().map(|part| part.len()).sum();
    if len <= SMALL {
        let mut rows = parts.concat();
        rows.sort_unstable();
        return vec![rows];
    }
    let bits = bucket_bits(len);
    let bucket = |row: &T| (top(row) >> (64 - bits)) as usize;
    let chunks: Vec<&[T]> = parts.iter().flat_map(|part| part.chunks(len.div_ceil(SPREADERS_MAX))).collect();
    let count = |mut counts: Vec<usize>, rows: &[T]| {
        rows.iter().for_each(|row| counts[bucket(row)] += 1);
        counts
    };
    let none = || vec![0; 1 << bits];
    let counts = chunks.into_par_iter().fold(none, count).reduce(none, sum);
    let mut buckets = Buckets::of(counts);
    spread_rows(parts, |_, row| bucket(row), buckets.slices());
    let sort = |spare: &mut Vec<T>, bucket: &mut [T]| sort_bucket(bucket, 64 - bits, &top, spare);
    buckets.slices().into_par_iter().for_each_init(Vec::new, sort);
    buckets.pieces
}

/// The rows of all parts, sorted by `order`, in pieces. `top` must rise with `order`, and should spread rows over all 64 bits;
/// it is asked once a row, so it may take its time.
pub fn sorted_by<T: Copy + Default + Send + Sync>(
    parts: &[&[T]],
    top: impl Fn(&T) -> u64 + Sync,
    order: impl Fn(&T, &T) -> Ordering + Sync,
) -> Vec<Vec<T>> {
    let bits = bucket_bits(parts.iter().map(|part| part.len()).sum());
    let bucket = |row: &T| (top(row) >> (64 - bits)) as u16;
    let of_rows: Vec<Vec<u16>> = parts.par_iter().map(|part| part.iter().map(bucket).collect()).collect();
    let count = |mut counts: Vec<usize>, of_part: &Vec<u16>| {
        of_part.iter().for_each(|&bucket| counts[usize::from(bucket)] += 1);
        counts
    };
    let none = || vec![0; 1 << bits];
    let counts = of_rows.par_iter().fold(none, count).reduce(none, sum);
    let mut buckets = Buckets::of(counts);
    spread_rows(parts, |(part, at), _| of_rows[part][at].into(), buckets.slices());
    drop(of_rows);
    buckets.slices().into_par_iter().for_each(|bucket| bucket.sort_unstable_by(&order));
    buckets.pieces
}

/// By how many bits so many rows are spread over buckets.
fn bucket_bits(rows: usize) -> u32 {
    (rows / BUCKET).max(2).ilog2().clamp(1, BITS_MAX)
}

/// Adds counts to others.
fn sum(mut all: Vec<usize>, more: Vec<usize>) -> Vec<usize> {
    all.iter_mut().zip(more).for_each(|(all, more)| *all += more);
    all
}

/// Buckets of rows, some of them in each piece.
struct Buckets<T> {
    pieces: Vec<Vec<T>>,
    /// The buckets of each piece.
    of: Vec<Range<usize>>,
    /// Rows of each bucket.
    counts: Vec<usize>,
}

impl<T: Copy + Default> Buckets<T> {
    /// Room for buckets of so many rows.
    fn of(counts: Vec<usize>) -> Self {
        let most = PIECE_BYTES / size_of::<T>().max(1);
        let mut of: Vec<Range<usize>> = Vec::new();
        let mut rows_of_last = 0;
        for (bucket, &rows) in counts.iter().enumerate() {
            match of.last_mut() {
                Some(piece) if rows_of_last + rows <= most => piece.end = bucket + 1,
                _ => {
                    of.push(bucket..bucket + 1);
                    rows_of_last = 0;
                }
            }
            rows_of_last += rows;
        }
        let room = |piece: &Range<usize>| vec![T::default(); counts[piece.clone()].iter().sum()];
        Self { pieces: of.iter().map(room).collect(), of, counts }
    }

    /// The rows of each bucket.
    fn slices(&mut self) -> Vec<&mut [T]> {
        let mut buckets = Vec::with_capacity(self.counts.len());
        for (rows, of_piece) in self.pieces.iter_mut().zip(&self.of) {
            let mut rest = &mut rows[..];
            for &count in &self.counts[of_piece.clone()] {
                let (bucket, after) = rest.split_at_mut(count);
                buckets.push(bucket);
                rest = after;
            }
        }
        buckets
    }
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

/// Puts rows into their buckets, in their order. `bucket` says of the place of a row, as part and place in it, and of the row
/// which bucket is its own.
fn spread_rows<T: Copy + Send + Sync>(
    parts: &[&[T]],
    bucket: impl Fn((usize, usize), &T) -> usize + Sync,
    buckets: Vec<&mut [T]>,
) {
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
        for (part, rows) in parts.iter().enumerate() {
            for (at, row) in rows.iter().enumerate() {
                let own = buckets.get_mut(bucket((part, at), row).wrapping_sub(from));
                if let Some(slot) = own.and_then(Iterator::next) {
                    *slot = *row;
                }
            }
        }
    });
}

/// Cuts rows as [`sorted_keyed`] gives them into ranges of about `size` rows that never part rows of one key.
pub fn chunks_at_keys(pieces: &[Vec<(u64, u32)>], size: usize) -> Vec<&[(u64, u32)]> {
    let mut chunks = Vec::new();
    for piece in pieces {
        let mut rest = &piece[..];
        while !rest.is_empty() {
            let mut end = size.clamp(1, rest.len());
            let key = rest[end - 1].0;
            end += rest[end..].partition_point(|row| row.0 == key);
            let (chunk, after) = rest.split_at(end);
            chunks.push(chunk);
            rest = after;
        }
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
            let rows: Vec<(u64, u32)> = (0..n as u32)
                .map(|i| {
                    let key = crate::kernels::hash::key(seed, &[u64::from(i) / 3]);
                    let far = crate::kernels::hash::key(seed, &[u64::from(i) % 40]);
                    (match kind { 0 => key, 1 => key & 0xff, _ => far >> 16 << 16 | u64::from(!i & 0xffff) }, i)
                })
                .collect();
            let mut expected = rows.clone();
            expected.sort_unstable();
            let sorted = sorted_keyed(&[&rows[..n / 4], &rows[n / 4..]]);
            prop_assert_eq!(&sorted.concat(), &expected);
            let packed: Vec<u64> = expected.iter().map(|row| row.0).collect();
            let parts: Vec<Vec<u64>> = packed.rchunks(1 + n / 3).map(|part| part.iter().rev().copied().collect()).collect();
            prop_assert_eq!(&sorted_packed(&parts).concat(), &packed);
            let mut in_place = parts.concat();
            sort_packed(&mut in_place);
            prop_assert_eq!(&in_place, &packed);
            let (some, rest): (Vec<u64>, Vec<u64>) = packed.iter().partition(|row| **row % 3 == 0);
            let small = rest.chunk_by(|a, b| a >> 60 == b >> 60).map(<[u64]>::to_vec).collect();
            for mut pieces in [sorted_packed(std::slice::from_ref(&rest)), small] {
                merge_packed(&mut pieces, &some);
                prop_assert_eq!(pieces.concat(), &packed[..]);
                let ends = pieces.windows(2).map(|pieces| (pieces[0][pieces[0].len() - 1], pieces[1][0]));
                prop_assert!(ends.into_iter().all(|(last, first)| last >> 48 < first >> 48));
            }
            let chunks = chunks_at_keys(&sorted, 100);
            prop_assert!(chunks.windows(2).all(|w| w[0][w[0].len() - 1].0 < w[1][0].0));
            prop_assert_eq!(chunks.concat(), expected);
        }
    }
}
