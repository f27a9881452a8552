//! Keys of records while they are read: texts that are all distinct, so that nobody looks them up, in pieces of so many
//! each. Once the records stand in order their keys move into a pool of that order, and what the pieces leave is room that
//! was touched before, unlike the spare room of a text that was set aside for as many keys as there may be: whoever takes that
//! next gets pages that are cleared for it.

use super::pool::{Pool, Sym};
use crate::kernels::prefetch::AHEAD;
use rayon::prelude::*;

/// Keys of a piece, as a power of two: some fifty megabytes of texts.
const PIECE_BITS: u32 = 22;
/// Keys of every piece but the last.
const PIECE: usize = 1 << PIECE_BITS;
/// Bytes for which a piece has room from the start, of each key.
const KEY_BYTES: usize = 12;
/// Keys that one task takes.
const CHUNK_KEYS: usize = 1 << 16;

/// Keys, each known by a [`Sym`]; [`Pool::NONE`] is the missing one.
#[derive(Clone, Debug, Default)]
pub(super) struct Keys {
    pieces: Vec<Pool>,
}

impl Keys {
    /// Number of keys.
    fn len(&self) -> usize {
        self.pieces.last().map_or(0, |last| (self.pieces.len() - 1) * PIECE + last.len() - 1)
    }

    /// Puts the keys of `chunk` behind these. Gives what is added to a symbol of `chunk`, but for [`Pool::NONE`], to make it
    /// one of these.
    ///
    /// # Panics
    /// If there would be more than 4,294,967,295 keys.
    pub(super) fn append(&mut self, chunk: &Pool) -> Sym {
        let moved = self.len();
        assert!(moved + chunk.len() < u32::MAX as usize, "too many keys");
        let mut taken = 1;
        while taken < chunk.len() {
            if self.len().is_multiple_of(PIECE) {
                let mut piece = Pool::default();
                piece.make_room(PIECE, KEY_BYTES * PIECE);
                self.pieces.push(piece);
            }
            let room = PIECE - self.len() % PIECE;
            let next = taken + room.min(chunk.len() - taken);
            if let Some(piece) = self.pieces.last_mut() {
                piece.append(chunk, taken as Sym..next as Sym);
            }
            taken = next;
        }
        moved as Sym
    }

    /// Where a key stands: its piece, and its symbol there.
    #[inline]
    fn place(sym: Sym) -> (usize, Sym) {
        let at = sym - 1;
        ((at >> PIECE_BITS) as usize, at % PIECE as Sym + 1)
    }

    /// The key of `sym`.
    ///
    /// # Panics
    /// If `sym` is not of these keys.
    #[inline]
    pub(super) fn get(&self, sym: Sym) -> &str {
        if sym == Pool::NONE {
            return "";
        }
        let (piece, own) = Self::place(sym);
        self.pieces[piece].get(own)
    }

    /// A pool of the keys of `syms` alone, in that order, each of them a text of its own, and their symbols there.
    pub(super) fn in_order(&self, syms: &[Sym]) -> (Pool, Vec<Sym>) {
        let of_chunk = |syms: &[Sym]| {
            let (mut part, mut own) = (Pool::default(), Vec::with_capacity(syms.len()));
            let expect = |ahead: usize, at: usize, expect: fn(&Pool, Sym)| {
                if let Some(&soon) = syms.get(at + ahead).filter(|&&soon| soon != Pool::NONE) {
                    let (piece, own) = Self::place(soon);
                    expect(&self.pieces[piece], own);
                }
            };
            for (at, &sym) in syms.iter().enumerate() {
                expect(2 * AHEAD, at, Pool::expect_end);
                expect(AHEAD, at, Pool::expect_text);
                own.push(part.push(self.get(sym)));
            }
            (part, own)
        };
        let parts: Vec<_> = syms.par_chunks(CHUNK_KEYS).map(of_chunk).collect();
        Pool::behind_each_other(&parts)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pool(keys: impl Iterator<Item = String>) -> Pool {
        let mut pool = Pool::default();
        keys.for_each(|key| _ = pool.push(&key));
        pool
    }

    #[test]
    fn keys_of_chunks_stand_behind_each_other_and_in_any_order() {
        let mut keys = Keys::default();
        assert_eq!(keys.append(&pool(["a", "bb"].map(String::from).into_iter())), 0);
        assert_eq!(keys.append(&Pool::default()), 2);
        assert_eq!(keys.append(&pool(std::iter::once("c".into()))), 2);
        assert_eq!([0, 1, 2, 3].map(|sym| keys.get(sym)), ["", "a", "bb", "c"]);
        let (pool, own) = keys.in_order(&[3, Pool::NONE, 1]);
        assert_eq!((own, pool.len(), pool.get(1), pool.get(2)), (vec![1, Pool::NONE, 2], 3, "c", "a"));
        assert!(Keys::default().in_order(&[]).1.is_empty());
    }

    #[test]
    fn a_chunk_goes_on_in_the_next_piece() {
        let (first, second) = (PIECE - 3, 10);
        let mut keys = Keys::default();
        keys.append(&pool((0..first).map(|at| at.to_string())));
        let moved = keys.append(&pool((first..first + second).map(|at| at.to_string())));
        assert_eq!((moved as usize, keys.pieces.len(), keys.len()), (first, 2, first + second));
        let syms: Vec<Sym> = (1..=(first + second) as Sym).rev().step_by(7).collect();
        assert!(syms.iter().all(|&sym| keys.get(sym) == (sym - 1).to_string()));
        let (pool, own) = keys.in_order(&syms);
        assert!(syms.iter().zip(own).all(|(&sym, own)| keys.get(sym) == pool.get(own)));
    }
}
