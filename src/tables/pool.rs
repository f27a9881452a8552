//! A pool of strings, each known by a small integer.

use super::column::{Column, Keeper, Text};
use foldhash::fast::FixedState;
use hashbrown::HashTable;
use std::hash::BuildHasher;

/// A string of a [`Pool`]. [`Pool::NONE`] (0) is the missing value. Only equality has a meaning, never order.
pub type Sym = u32;

const HASHER: FixedState = FixedState::with_seed(0x6772_6964);

/// Strings, each stored once and known by a [`Sym`].
#[derive(Clone, Debug)]
pub struct Pool {
    bytes: Text,
    ends: Column<u64>,
    /// Half of the hash in the upper bits and the symbol: growing and most misses never touch the strings.
    index: HashTable<u64>,
}

impl Default for Pool {
    fn default() -> Self {
        Self { bytes: Text::Own(String::new()), ends: vec![0].into(), index: HashTable::new() }
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
        let hash = half_hash(text);
        let (bytes, ends) = (&self.bytes, &self.ends);
        let is = |&entry: &u64| entry >> 32 == hash && get(bytes, ends, entry as Sym) == text;
        if let Some(&entry) = self.index.find(spread(hash), is) {
            return entry as Sym;
        }
        let sym = self.push(text);
        self.index.insert_unique(spread(hash), hash << 32 | u64::from(sym), |&entry| spread(entry >> 32));
        sym
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

    /// The symbol of `text` if the pool has it.
    pub fn find(&self, text: &str) -> Option<Sym> {
        if text.is_empty() {
            return Some(Self::NONE);
        }
        let hash = half_hash(text);
        let is = |&entry: &u64| entry >> 32 == hash && self.get(entry as Sym) == text;
        self.index.find(spread(hash), is).map(|&entry| entry as Sym)
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

    /// One more than the largest symbol.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Makes room for `strings` more strings of `bytes` bytes together.
    pub fn reserve(&mut self, strings: usize, bytes: usize) {
        self.bytes.own().reserve(bytes);
        self.ends.own().reserve(strings);
        self.index.reserve(strings, |&entry| spread(entry >> 32));
    }

    /// Sets room aside as [`Pool::reserve`] does, but for the texts alone and only where the system grants it.
    pub fn make_room(&mut self, strings: usize, bytes: usize) {
        let _ = self.bytes.own().try_reserve_exact(bytes);
        let _ = self.ends.own().try_reserve_exact(strings);
    }

    /// Forgets how to look texts up ([`Pool::find`] then finds none): for a pool to which nothing more is added but by
    /// [`Pool::push`]. Spare room stays: it was never touched, so it is no memory, and giving it back would copy the rest.
    pub fn freeze(&mut self) {
        self.index = HashTable::new();
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
fn half_hash(text: &str) -> u64 {
    HASHER.hash_one(text) >> 32
}

/// A whole hash of its kept half: the table takes its place from the lower bits and its tag from the upper ones.
fn spread(half: u64) -> u64 {
    half << 32 | half
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
    }
}
