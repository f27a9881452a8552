//! Where a pool finds its texts again: an open hash table of halves of hashes and symbols, beside the texts.

use super::pool::Sym;
use crate::kernels::prefetch::prefetch;

/// Symbols by half of the hash of their text, never 0. Growing and nearly every miss touch no text, and a caller that
/// knows what it will look for can have the memory of it asked for ahead, which no table of the standard shape offers.
#[derive(Clone, Debug, Default)]
pub(super) struct WordIndex {
    /// Hash in the upper half, symbol in the lower one; 0 is a free slot. As many slots as a power of two, or none.
    slots: Vec<u64>,
    used: usize,
}

const SLOTS_MIN: usize = 64;

impl WordIndex {
    /// The symbol with this hash whose text `is` the one looked for.
    #[inline]
    pub(super) fn find(&self, hash: u32, is: impl Fn(Sym) -> bool) -> Option<Sym> {
        let mut at = self.home(hash)?;
        loop {
            let slot = self.slots[at];
            if slot == 0 {
                return None;
            }
            if (slot >> 32) as u32 == hash && is(slot as Sym) {
                return Some(slot as Sym);
            }
            at = (at + 1) & (self.slots.len() - 1);
        }
    }

    /// The first symbol with this hash, whose text is nearly always the one looked for.
    #[inline]
    pub(super) fn guess(&self, hash: u32) -> Option<Sym> {
        self.find(hash, |_| true)
    }

    /// Asks for the memory in which `hash` is looked for.
    #[inline]
    pub(super) fn prefetch(&self, hash: u32) {
        if let Some(at) = self.home(hash) {
            prefetch(&self.slots, at);
        }
    }

    /// Adds a symbol that is not there yet.
    pub(super) fn insert(&mut self, hash: u32, sym: Sym) {
        debug_assert_ne!(sym, 0, "0 is the missing value");
        self.reserve(1);
        self.put(u64::from(hash) << 32 | u64::from(sym));
        self.used += 1;
    }

    /// Makes room for `more` symbols.
    pub(super) fn reserve(&mut self, more: usize) {
        // Three quarters full: a longer run of taken slots would leave the cache line that was asked for.
        let wanted = (self.used + more).saturating_mul(4) / 3 + 1;
        if wanted > self.slots.len() {
            let slots = vec![0; wanted.next_power_of_two().max(SLOTS_MIN)];
            let before = std::mem::replace(&mut self.slots, slots);
            before.into_iter().filter(|&slot| slot != 0).for_each(|slot| self.put(slot));
        }
    }

    #[inline]
    fn put(&mut self, slot: u64) {
        let Some(mut at) = self.home((slot >> 32) as u32) else { return };
        while self.slots[at] != 0 {
            at = (at + 1) & (self.slots.len() - 1);
        }
        self.slots[at] = slot;
    }

    /// Where the run of slots begins in which `hash` stands: its upper bits, so that growing keeps neighbours together.
    #[inline]
    fn home(&self, hash: u32) -> Option<usize> {
        let bits = self.slots.len().checked_ilog2()?;
        let upper = if bits <= 32 { u64::from(hash) >> (32 - bits) } else { u64::from(hash) << (bits - 32) };
        Some(upper as usize)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn symbols_are_found_by_hash_and_text() {
        let mut index = WordIndex::default();
        assert_eq!((index.guess(7), index.find(0, |_| true)), (None, None));
        // Every hash four times, all beginning alike: runs that overlap and go round the end.
        let hash = |sym: Sym| u32::MAX - sym / 4;
        for sym in 1..2_000 {
            assert_eq!(index.find(hash(sym), |found| found == sym), None);
            index.insert(hash(sym), sym);
        }
        for sym in 1..2_000 {
            assert_eq!(index.find(hash(sym), |found| found == sym), Some(sym));
        }
        assert_eq!(index.find(5, |_| true), None);
        index.prefetch(5);
    }
}
