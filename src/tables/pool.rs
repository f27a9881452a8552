//! A pool of strings, each known by a small integer.

use foldhash::fast::FixedState;
use hashbrown::HashTable;
use std::hash::BuildHasher;

/// A string of a [`Pool`]. [`Pool::NONE`] (0) is the missing value. Only equality has a meaning, never order.
pub type Sym = u32;

const HASHER: FixedState = FixedState::with_seed(0x6772_6964);

/// Strings, each stored once and known by a [`Sym`].
#[derive(Clone, Debug)]
pub struct Pool {
    bytes: String,
    ends: Vec<u64>,
    index: HashTable<Sym>,
}

impl Default for Pool {
    fn default() -> Self {
        Self { bytes: String::new(), ends: vec![0], index: HashTable::new() }
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
        let hash = HASHER.hash_one(text);
        let (bytes, ends) = (&self.bytes, &self.ends);
        if let Some(&sym) = self.index.find(hash, |&sym| get(bytes, ends, sym) == text) {
            return sym;
        }
        let sym = self.push(text);
        let (bytes, ends) = (&self.bytes, &self.ends);
        self.index.insert_unique(hash, sym, |&sym| HASHER.hash_one(get(bytes, ends, sym)));
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
        self.bytes.push_str(text);
        self.ends.push(self.bytes.len() as u64);
        (self.ends.len() - 1) as Sym
    }

    /// The symbol of `text` if the pool has it.
    pub fn find(&self, text: &str) -> Option<Sym> {
        if text.is_empty() {
            return Some(Self::NONE);
        }
        self.index.find(HASHER.hash_one(text), |&sym| self.get(sym) == text).copied()
    }

    /// The text of `sym`.
    ///
    /// # Panics
    /// If `sym` is not of this pool.
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

    /// Whether the pool holds nothing but the missing value.
    pub fn is_empty(&self) -> bool {
        self.ends.len() == 1
    }
}

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
