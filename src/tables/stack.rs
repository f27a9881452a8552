//! Rows that come one after the other, in pieces: none moves when more come, and what a piece leaves when it is freed
//! is room that the tables of the next steps find. So a piece is large: columns of eight million records fit into what one
//! leaves, while small ones of several tables, which lie between each other, leave holes that hold no column. Room of it that
//! no row took is an address and no memory. A table in one piece would have to be given its room beforehand, which goes back
//! to the system as a whole, and whoever takes it next gets pages that are cleared once more. Unlike
//! [`crate::kernels::pieces`], which is made at once and stays in memory, it grows, and a [`Keeper`] may take its pieces.

use super::column::{Column, Keeper};
use crate::kernels::prefetch::prefetch;
use std::ops::Index;

/// Rows of a piece, as a power of two: 256 megabytes where a row is one line of the cache.
const PIECE_BITS: u32 = 22;
/// Rows of every piece but the last.
const PIECE: usize = 1 << PIECE_BITS;

/// Rows behind each other.
#[derive(Clone, Debug)]
pub(super) struct Stack<T: 'static> {
    pieces: Vec<Column<T>>,
    len: usize,
}

impl<T> Default for Stack<T> {
    fn default() -> Self {
        Self { pieces: Vec::new(), len: 0 }
    }
}

impl<T: Copy + Send + Sync + 'static> Stack<T> {
    /// Number of rows.
    pub(super) fn len(&self) -> usize {
        self.len
    }

    /// Puts `rows` behind the others.
    pub(super) fn extend(&mut self, rows: impl ExactSizeIterator<Item = T>) {
        let mut rows = rows;
        while rows.len() > 0 {
            let held = self.len % PIECE;
            if held == 0 {
                let mut piece = Vec::new();
                // Where the system grants no such room, the piece grows as it must.
                let _ = piece.try_reserve_exact(PIECE);
                self.pieces.push(piece.into());
            }
            let taken = rows.len().min(PIECE - held);
            if let Some(piece) = self.pieces.last_mut() {
                piece.own().extend(rows.by_ref().take(taken));
            }
            self.len += taken;
        }
    }

    /// All rows, to be read here and there.
    pub(super) fn rows(&self) -> Rows<'_, T> {
        Rows(self.pieces.iter().map(|piece| &piece[..]).collect())
    }

    /// All rows in their order.
    pub(super) fn iter(&self) -> impl Iterator<Item = T> {
        self.pieces.iter().flat_map(|piece| piece.iter().copied())
    }

    /// Has the rows kept by `keeper`, piece by piece.
    pub(super) fn keep(&mut self, keeper: &impl Keeper) {
        self.pieces.iter_mut().for_each(|piece| piece.keep(keeper));
    }
}

impl<T> Index<usize> for Stack<T> {
    type Output = T;

    #[inline]
    fn index(&self, at: usize) -> &T {
        &self.pieces[at >> PIECE_BITS][at % PIECE]
    }
}

/// The rows of a [`Stack`], wherever they are kept.
pub(super) struct Rows<'a, T>(Vec<&'a [T]>);

impl<T> Rows<'_, T> {
    /// Asks for the memory of row `at`.
    #[inline]
    pub(super) fn expect(&self, at: usize) {
        if let Some(piece) = self.0.get(at >> PIECE_BITS) {
            prefetch(piece, at % PIECE);
        }
    }
}

impl<T> Index<usize> for Rows<'_, T> {
    type Output = T;

    #[inline]
    fn index(&self, at: usize) -> &T {
        &self.0[at >> PIECE_BITS][at % PIECE]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_stand_where_a_vector_has_them() {
        for steps in [&[0, 1][..], &[PIECE], &[PIECE - 1, 2, 3 * PIECE, 7], &[5, PIECE - 5, 1]] {
            let (mut stack, mut all) = (Stack::default(), Vec::new());
            for &more in steps {
                let from = all.len() as u32;
                stack.extend(from..from + more as u32);
                all.extend(from..from + more as u32);
            }
            assert_eq!(stack.len(), all.len());
            assert!(stack.iter().eq(all.iter().copied()));
            let rows = stack.rows();
            rows.expect(all.len() + PIECE);
            assert!((0..all.len()).all(|at| (stack[at], rows[at]) == (all[at], all[at])));
        }
    }
}
