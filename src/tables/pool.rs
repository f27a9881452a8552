//! A pool of strings, each known by a small integer.

use super::column::{Column, Keeper, Text};
use super::word_index::WordIndex;
use crate::kernels::prefetch::{AHEAD, prefetch};
use foldhash::fast::FixedState;
use hashbrown::HashSet;
use rayon::prelude::*;
use std::hash::BuildHasher;
use std::ops::Range;

/// A string of a [`Pool`]. [`Pool::NONE`] (0) is the missing value. Only equality has a meaning, never order.
pub type Sym = u32;

/// Rows that one task looks through.
const CHUNK_ROWS: usize = 1 << 16;

/// Every symbol of a column once, ascending: fast where there are few.
pub fn distinct(column: &[Sym]) -> Vec<Sym> {
    let of_chunk = |rows: &[Sym]| rows.iter().copied().collect::<HashSet<Sym, FixedState>>();
    let all = column.par_chunks(CHUNK_ROWS).map(of_chunk).reduce(HashSet::default, |mut all, more| {
        all.extend(more);
        all
    });
    let mut all: Vec<Sym> = all.into_iter().collect();
    all.sort_unstable();
    all
}

const HASHER: FixedState = FixedState::with_seed(0x6772_6964);

/// Strings, each stored once and known by a [`Sym`].
#[derive(Clone, Debug)]
pub struct Pool {
    bytes: Text,
    ends: Column<u64>,
    index: WordIndex,
}

impl Default for Pool {
    fn default() -> Self {
        Self { bytes: Text::Own(String::new()), ends: vec![0].into(), index: WordIndex::default() }
    }
}

impl Pool {
    /// The missing value, whose text is empty.
    pub const NONE: Sym = 0;

    /// The symbol of `text`, which is added if it is new. The empty text is [`Pool::NONE`].
    ///
    /// # Panics
    /// If the pool would hold more than 4,294,967,295 strings.
    pub fn intern(&mut self, text: &str) -> Sym {
        if text.is_empty() {
            return Self::NONE;
        }
        self.intern_hashed(text, half_hash(text))
    }

    fn intern_hashed(&mut self, text: &str, hash: u32) -> Sym {
        let (bytes, ends): (&str, &[u64]) = (&self.bytes, &self.ends);
        if let Some(sym) = self.index.find(hash, |sym| get(bytes, ends, sym) == text) {
            return sym;
        }
        let sym = self.push(text);
        self.index.insert(hash, sym);
        sym
    }

    /// Interns the texts that `of` has for `wanted` and puts their symbols to the same places of `moved`: as
    /// [`Pool::intern`] of one after the other, but the memory of the next ones is asked for ahead.
    pub(super) fn intern_all(&mut self, of: &Pool, wanted: &[Sym], moved: &mut [Sym]) {
        let hashes: Vec<u32> = wanted.iter().map(|&sym| half_hash(of.get(sym))).collect();
        for (i, &sym) in wanted.iter().enumerate() {
            if let Some(&hash) = hashes.get(i + 3 * AHEAD) {
                self.index.prefetch(hash);
            }
            if let Some(found) = hashes.get(i + 2 * AHEAD).and_then(|&hash| self.index.guess(hash)) {
                prefetch(&self.ends, found as usize - 1);
            }
            if let Some(found) = hashes.get(i + AHEAD).and_then(|&hash| self.index.guess(hash)) {
                prefetch(self.bytes.as_bytes(), self.ends[found as usize - 1] as usize);
            }
            moved[sym as usize] = self.intern_hashed(of.get(sym), hashes[i]);
        }
    }

    /// Adds `text` without looking whether it is there: for keys that are known to be distinct.
    ///
    /// # Panics
    /// If the pool would hold more than 4,294,967,295 strings.
    pub fn push(&mut self, text: &str) -> Sym {
        if text.is_empty() {
            return Self::NONE;
        }
        assert!(self.ends.len() < u32::MAX as usize, "string pool is full");
        self.bytes.own().push_str(text);
        self.ends.push(self.bytes.len() as u64);
        (self.ends.len() - 1) as Sym
    }

    /// Puts the texts of `syms` of `other`, none of them missing, behind these, without looking whether they are there.
    pub(super) fn append(&mut self, other: &Self, syms: Range<Sym>) {
        if syms.is_empty() {
            return;
        }
        let ends = &other.ends[syms.start as usize - 1..syms.end as usize];
        let (before, from) = (ends[0], self.bytes.len() as u64);
        self.bytes.own().push_str(&other.bytes[before as usize..ends[ends.len() - 1] as usize]);
        self.ends.own().extend(ends[1..].iter().map(|end| end - before + from));
    }

    /// The texts of `parts`, one part's behind the other's without looking whether they are there, and `parts`' symbols of this
    /// pool behind each other.
    ///
    /// # Panics
    /// If the pool would hold more than 4,294,967,295 strings.
    pub(super) fn behind_each_other(parts: &[(Self, Vec<Sym>)]) -> (Self, Vec<Sym>) {
        let texts: usize = parts.iter().map(|(part, _)| part.len() - 1).sum();
        assert!(texts < u32::MAX as usize, "string pool is full");
        let mut bytes = vec![0_u8; parts.iter().map(|(part, _)| part.bytes.len()).sum()];
        let mut ends = vec![0_u64; texts + 1];
        let mut all = vec![Self::NONE; parts.iter().map(|(_, own)| own.len()).sum()];
        // Where each part goes, and what its ends and symbols grow by.
        let (mut bytes_left, mut ends_left, mut all_left) = (&mut bytes[..], &mut ends[1..], &mut all[..]);
        let (mut from, mut moved) = (0, 0);
        let places = parts.iter().map(|(part, own)| {
            let (bytes, ends, all);
            (bytes, bytes_left) = std::mem::take(&mut bytes_left).split_at_mut(part.bytes.len());
            (ends, ends_left) = std::mem::take(&mut ends_left).split_at_mut(part.len() - 1);
            (all, all_left) = std::mem::take(&mut all_left).split_at_mut(own.len());
            let before = (from, moved);
            (from, moved) = (from + part.bytes.len() as u64, moved + (part.len() - 1) as Sym);
            (part, own, bytes, ends, all, before)
        });
        let places: Vec<_> = places.collect();
        places.into_par_iter().for_each(|(part, own, bytes, ends, all, (from, moved))| {
            bytes.copy_from_slice(part.bytes.as_bytes());
            ends.iter_mut().zip(&part.ends[1..]).for_each(|(end, &of_part)| *end = from + of_part);
            let moved = |&sym: &Sym| if sym == Self::NONE { sym } else { moved + sym };
            all.iter_mut().zip(own).for_each(|(all, sym)| *all = moved(sym));
        });
        let bytes = String::from_utf8(bytes).expect("texts behind each other are a text");
        (Self { bytes: Text::Own(bytes), ends: ends.into(), index: WordIndex::default() }, all)
    }

    /// The symbol of `text` if the pool has it.
    pub fn find(&self, text: &str) -> Option<Sym> {
        if text.is_empty() {
            return Some(Self::NONE);
        }
        self.index.find(half_hash(text), |sym| self.get(sym) == text)
    }

    /// The text of `sym`.
    ///
    /// # Panics
    /// If `sym` is not of this pool.
    #[inline]
    pub fn get(&self, sym: Sym) -> &str {
        get(&self.bytes, &self.ends, sym)
    }

    /// The text of `sym`, or `None` for [`Pool::NONE`].
    pub fn get_some(&self, sym: Sym) -> Option<&str> {
        (sym != Self::NONE).then(|| self.get(sym))
    }

    /// Calls `each` with the text of every one of `syms` in order, and asks for the memory of the next ones meanwhile:
    /// texts of many rows stand far from each other.
    pub fn for_each(&self, syms: &[Sym], mut each: impl FnMut(&str)) {
        let (bytes, ends): (&str, &[u64]) = (&self.bytes, &self.ends);
        for (i, &sym) in syms.iter().enumerate() {
            if let Some(&later) = syms.get(i + 2 * AHEAD) {
                prefetch(ends, (later as usize).saturating_sub(1));
            }
            if let Some(&soon) = syms.get(i + AHEAD).filter(|&&soon| soon != Self::NONE) {
                prefetch(bytes.as_bytes(), ends[soon as usize - 1] as usize);
            }
            each(get(bytes, ends, sym));
        }
    }

    /// Asks for the memory of where the text of `sym`, which is not the missing one, ends.
    #[inline]
    pub(super) fn expect_end(&self, sym: Sym) {
        prefetch(&self.ends, sym as usize - 1);
    }

    /// Asks for the memory of the text of `sym`, once where it ends is there.
    #[inline]
    pub(super) fn expect_text(&self, sym: Sym) {
        prefetch(self.bytes.as_bytes(), self.ends[sym as usize - 1] as usize);
    }

    /// One more than the largest symbol.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Bytes of the texts and of where they end.
    pub fn bytes(&self) -> usize {
        self.bytes.len() + size_of_val(&self.ends[..])
    }

    /// Makes room for `strings` more strings of `bytes` bytes together.
    pub fn reserve(&mut self, strings: usize, bytes: usize) {
        self.bytes.own().reserve(bytes);
        self.ends.own().reserve(strings);
        self.index.reserve(strings);
    }

    /// Sets room aside as [`Pool::reserve`] does, but for the texts alone and only where the system grants it.
    pub fn make_room(&mut self, strings: usize, bytes: usize) {
        let _ = self.bytes.own().try_reserve_exact(bytes);
        let _ = self.ends.own().try_reserve_exact(strings);
    }

    /// Forgets how to look texts up ([`Pool::find`] then finds none): for a pool to which nothing more is added but by
    /// [`Pool::push`]. Spare room stays: it was never touched, so it is no memory, and giving it back would copy the rest.
    pub fn freeze(&mut self) {
        self.index = WordIndex::default();
    }

    /// Has the texts kept by `keeper`. The index stays; [`Pool::freeze`] drops it.
    pub(super) fn keep(&mut self, keeper: &impl Keeper) {
        self.bytes.keep(keeper);
        self.ends.keep(keeper);
    }

    /// Whether the pool holds nothing but the missing value.
    pub fn is_empty(&self) -> bool {
        self.ends.len() == 1
    }
}

/// The half of a hash that the index keeps.
fn half_hash(text: &str) -> u32 {
    (HASHER.hash_one(text) >> 32) as u32
}

#[inline]
fn get<'a>(bytes: &'a str, ends: &[u64], sym: Sym) -> &'a str {
    let end = ends[sym as usize] as usize;
    let start = if sym == 0 { 0 } else { ends[sym as usize - 1] as usize };
    &bytes[start..end]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_keeps_its_symbol() {
        let mut pool = Pool::default();
        let (a, b) = (pool.intern("王伟"), pool.intern("李娜"));
        assert_ne!(a, b);
        assert_eq!(pool.intern("王伟"), a);
        assert_eq!(pool.intern(""), Pool::NONE);
        assert_eq!((pool.get(a), pool.get(b), pool.get(Pool::NONE)), ("王伟", "李娜", ""));
        assert_eq!(pool.find("赵六"), None);
        let mut texts = Vec::new();
        pool.for_each(&[b, Pool::NONE, a, a], |text| texts.push(text.to_owned()));
        assert_eq!(texts, ["李娜", "", "王伟", "王伟"]);
    }

    #[test]
    fn texts_of_other_pools_stand_behind() {
        let (mut all, mut more) = (Pool::default(), Pool::default());
        all.push("a");
        ["b", "cc", "b"].iter().for_each(|text| _ = more.push(text));
        all.append(&more, 2..4);
        all.append(&more, 1..1);
        all.append(&more, 1..2);
        assert_eq!([1, 2, 3, 4].map(|sym| all.get(sym)), ["a", "cc", "b", "b"]);
        let (both, own) = Pool::behind_each_other(&[(all, vec![4, Pool::NONE, 2]), (more, vec![2])]);
        assert_eq!((both.len(), own.clone()), (8, vec![4, Pool::NONE, 2, 6]));
        assert_eq!([4, 2, 6].map(|sym| both.get(sym)), ["b", "cc", "cc"]);
    }

    #[test]
    fn each_symbol_of_a_column_is_there_once() {
        let column: Vec<Sym> = (0..200_000).map(|i| i * 7919 % 1_009).collect();
        assert_eq!(distinct(&column), (0..1_009).collect::<Vec<Sym>>());
        assert!(distinct(&[]).is_empty());
    }

    #[test]
    fn many_texts_together_get_the_symbols_of_one_after_the_other() {
        let mut chunk = Pool::default();
        let wanted: Vec<Sym> = (0..5_000).map(|i| chunk.intern(&format!("{}", i * 7 % 3_000))).collect();
        let (mut together, mut single) = (Pool::default(), Pool::default());
        for text in ["1", "7", "2999", "北洼镇"] {
            assert_eq!(together.intern(text), single.intern(text));
        }
        let mut moved = vec![Sym::MAX; chunk.len()];
        together.intern_all(&chunk, &wanted, &mut moved);
        for &sym in &wanted {
            let text = chunk.get(sym);
            assert_eq!((moved[sym as usize], together.get(moved[sym as usize])), (single.intern(text), text));
        }
        assert_eq!(together.len(), single.len());
    }
}
