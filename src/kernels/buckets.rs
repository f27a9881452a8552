//! Where in an ascending sequence of keys those with the same upper bits stand: a search in one or two steps, where a
//! binary search takes twenty, each of which waits for memory.

use super::prefetch::prefetch;
use std::ops::Range;

/// An index of an ascending sequence of keys that are spread evenly from the least to the largest, as hashes are; others share
/// buckets. Four bytes a key.
#[derive(Clone, Debug, Default)]
pub struct Buckets {
    /// Where the keys of each bucket begin, and where the last ones end.
    starts: Vec<u32>,
    least: u64,
    shift: u32,
}

impl Buckets {
    /// An index of `keys`, about one key a bucket.
    ///
    /// # Panics
    /// If there are more than 4,294,967,295 keys.
    pub fn of(keys: impl ExactSizeIterator<Item = u64> + DoubleEndedIterator + Clone) -> Self {
        let bits = keys.len().checked_ilog2().unwrap_or(0).clamp(1, 31);
        let (least, largest) = (keys.clone().next().unwrap_or(0), keys.clone().next_back().unwrap_or(0));
        let shift = (u64::BITS - (largest - least).leading_zeros()).saturating_sub(bits);
        let mut starts = vec![0_u32; (1 << bits) + 1];
        keys.for_each(|key| starts[((key - least) >> shift) as usize + 1] += 1);
        (1..starts.len()).for_each(|bucket| starts[bucket] += starts[bucket - 1]);
        Self { starts, least, shift }
    }

    /// The places at which `key` may stand.
    #[inline]
    pub fn near(&self, key: u64) -> Range<usize> {
        match (self.starts.get(self.bucket(key)), self.starts.get(self.bucket(key).saturating_add(1))) {
            (Some(&start), Some(&end)) => start as usize..end as usize,
            _ => 0..0,
        }
    }

    /// Asks for the memory in which [`Buckets::near`] looks.
    #[inline]
    pub fn prefetch(&self, key: u64) {
        prefetch(&self.starts, self.bucket(key));
    }

    #[inline]
    fn bucket(&self, key: u64) -> usize {
        // One below the least has no bucket either.
        key.checked_sub(self.least).map_or(usize::MAX, |above| (above >> self.shift) as usize)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn finds_what_a_binary_search_finds(mut keys: Vec<u64>, others: Vec<u64>, narrow: bool) {
            if narrow {
                keys.iter_mut().for_each(|key| *key = !*key >> 56 | 0xff << 40);
            }
            keys.sort_unstable();
            let buckets = Buckets::of(keys.iter().copied());
            for key in keys.iter().chain(&others) {
                buckets.prefetch(*key);
                let found = keys[buckets.near(*key)].iter().filter(|other| *other == key).count();
                prop_assert_eq!(found, keys.iter().filter(|other| *other == key).count());
            }
        }
    }

    #[test]
    fn nothing_is_found_in_nothing() {
        assert_eq!(Buckets::default().near(7), 0..0);
        assert_eq!(Buckets::of(std::iter::empty()).near(u64::MAX), 0..0);
    }
}
