//! A long table in pieces of which each fits where a larger one was freed.
//!
//! An allocator gives a table of hundreds of megabytes only where so much lies free in a row. Between what other tables
//! leave behind that is rare, so the table gets fresh pages, which the system clears, while the free ones stay unused.

use super::prefetch::prefetch;
use rayon::prelude::*;
use std::ops::{Index, IndexMut};

/// Values of a piece, as a power of two: two megabytes where a value is one line of the cache.
const PIECE_BITS: u32 = 15;
/// Values of every piece but the last.
const PIECE: usize = 1 << PIECE_BITS;
/// Values that one task makes at least.
const TASK: usize = 1 << 10;

/// A table that is made once and never grows.
#[derive(Clone, Debug, Default)]
pub struct Pieces<T> {
    pieces: Vec<Vec<T>>,
    len: usize,
}

impl<T: Send + Sync> Pieces<T> {
    /// The table of `of(0)` to `of(len - 1)`, made in parallel.
    pub fn collect(len: usize, of: impl Fn(usize) -> T + Sync) -> Self {
        let piece = |from: usize| -> Vec<T> {
            (from..len.min(from + PIECE)).into_par_iter().with_min_len(TASK).map(&of).collect()
        };
        Self { pieces: (0..len).step_by(PIECE).map(piece).collect(), len }
    }

    /// Number of values.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The value at `at`, if there is one.
    #[inline]
    pub fn get(&self, at: usize) -> Option<&T> {
        self.pieces.get(at >> PIECE_BITS)?.get(at % PIECE)
    }

    /// Asks for the memory of the value at `at`; nothing happens where there is none.
    #[inline]
    pub fn expect(&self, at: usize) {
        if let Some(piece) = self.pieces.get(at >> PIECE_BITS) {
            prefetch(piece, at % PIECE);
        }
    }

    /// All values in their order.
    pub fn iter(&self) -> impl Iterator<Item = &T> {
        self.pieces.iter().flatten()
    }

    /// The values in chunks of at most `2^bits`, each with the place of its first one, in their order.
    pub fn par_chunks(&self, bits: u32) -> impl ParallelIterator<Item = (usize, &[T])> {
        let len = 1 << bits.min(PIECE_BITS);
        self.pieces.par_iter().enumerate().flat_map(move |(piece, values)| {
            let place = move |(chunk, values)| (piece * PIECE + chunk * len, values);
            values.par_chunks(len).enumerate().map(place)
        })
    }
}

impl<T> Index<usize> for Pieces<T> {
    type Output = T;

    #[inline]
    fn index(&self, at: usize) -> &T {
        &self.pieces[at >> PIECE_BITS][at % PIECE]
    }
}

impl<T> IndexMut<usize> for Pieces<T> {
    #[inline]
    fn index_mut(&mut self, at: usize) -> &mut T {
        &mut self.pieces[at >> PIECE_BITS][at % PIECE]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_stand_where_a_vector_has_them() {
        for len in [0, 1, PIECE - 1, PIECE, PIECE + 1, 3 * PIECE + 7] {
            let mut pieces = Pieces::collect(len, |at| 3 * at);
            let mut all: Vec<usize> = (0..len).map(|at| 3 * at).collect();
            if let Some(last) = all.last_mut() {
                (*last, pieces[len - 1]) = (7, 7);
            }
            assert_eq!((pieces.len(), pieces.is_empty()), (len, all.is_empty()));
            assert!(pieces.iter().eq(&all));
            assert!(all.iter().enumerate().all(|(at, value)| pieces[at] == *value && pieces.get(at) == Some(value)));
            assert_eq!(pieces.get(len), None);
            pieces.expect(len);
            for bits in [12, 20] {
                let chunks: Vec<(usize, &[usize])> = pieces.par_chunks(bits).collect();
                assert!(chunks.iter().all(|(from, chunk)| all[*from..*from + chunk.len()] == **chunk));
                assert_eq!(chunks.iter().map(|chunk| chunk.1.len()).sum::<usize>(), len);
            }
        }
    }
}
