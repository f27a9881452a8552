//! Numbers for values, by first use: an open hash table whose memory is asked for ahead, since all values are known before
//! the first is looked up.

use super::hash;
use super::prefetch::{AHEAD, prefetch};

/// Values as numbers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Numbered {
    /// The number of each value, in their order; 0 for the value 0, which stands for none.
    pub of: Vec<u32>,
    /// The value of each number; 0 has the value 0.
    pub values: Vec<u64>,
}

/// Numbers `values` by their first use, from 1 on. O(n), 16 to 32 bytes for each distinct value beside the result.
///
/// # Panics
/// If there are more than 4,294,967,294 distinct values.
pub fn number(values: &[u64]) -> Numbered {
    let mut numbering = Numbering::default();
    let of = numbering.number(values);
    Numbered { of, values: numbering.values }
}

/// Values that come some at a time, numbered as [`number`] does all of them.
#[derive(Debug)]
pub struct Numbering {
    table: Table,
    /// The value of each number; 0 has the value 0.
    values: Vec<u64>,
}

impl Default for Numbering {
    fn default() -> Self {
        Self { table: Table::default(), values: vec![0] }
    }
}

impl Numbering {
    /// The number of each of the next `values`; 0 for the value 0.
    ///
    /// # Panics
    /// As [`number`].
    pub fn number(&mut self, values: &[u64]) -> Vec<u32> {
        let mut of = Vec::with_capacity(values.len());
        for (i, &value) in values.iter().enumerate() {
            if let Some(&soon) = values.get(i + AHEAD) {
                prefetch(&self.table.slots, self.table.home(soon));
            }
            of.push(if value == 0 { 0 } else { self.table.number(value, &mut self.values) });
        }
        of
    }
}

const SLOTS_MIN: usize = 1 << 10;

/// Values and their numbers; a slot of the number 0 is free.
#[derive(Debug)]
struct Table {
    /// As many as a power of two.
    slots: Vec<(u64, u32)>,
    shift: u32,
}

impl Default for Table {
    fn default() -> Self {
        Self::of_size(SLOTS_MIN)
    }
}

impl Table {
    fn of_size(slots: usize) -> Self {
        Self { slots: vec![(0, 0); slots], shift: 64 - slots.ilog2() }
    }

    /// Where the run of slots begins in which `value` stands.
    #[inline]
    fn home(&self, value: u64) -> usize {
        (hash::spread(value) >> self.shift) as usize
    }

    /// The slot that has `value`, or the free one where it belongs.
    #[inline]
    fn slot(&mut self, value: u64) -> &mut (u64, u32) {
        let mut at = self.home(value);
        while self.slots[at].1 != 0 && self.slots[at].0 != value {
            at = (at + 1) & (self.slots.len() - 1);
        }
        &mut self.slots[at]
    }

    #[inline]
    fn number(&mut self, value: u64, values: &mut Vec<u64>) -> u32 {
        let slot = self.slot(value);
        if slot.1 != 0 {
            return slot.1;
        }
        let number = u32::try_from(values.len()).expect("more than 2^32 distinct values");
        *slot = (value, number);
        values.push(value);
        // Two thirds full at most: runs stay within the memory that was asked for.
        if values.len() * 3 > self.slots.len() * 2 {
            let mut larger = Self::of_size(self.slots.len() * 2);
            for slot in self.slots.iter().filter(|slot| slot.1 != 0) {
                *larger.slot(slot.0) = *slot;
            }
            *self = larger;
        }
        number
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::HashMap;

    proptest! {
        #[test]
        fn agrees_with_a_map(seeds in proptest::collection::vec(0_u64..3_000, 0..6_000), spread: bool) {
            let value = |&seed: &u64| if spread { hash::mix(1, seed) } else { seed };
            let values: Vec<u64> = seeds.iter().map(value).collect();
            let mut known = HashMap::from([(0, 0)]);
            let mut order = vec![0];
            let of: Vec<u32> = values
                .iter()
                .map(|&value| {
                    *known.entry(value).or_insert_with(|| {
                        order.push(value);
                        order.len() as u32 - 1
                    })
                })
                .collect();
            let mut some = Numbering::default();
            let halves: Vec<u32> = values.chunks(values.len() / 2 + 1).flat_map(|values| some.number(values)).collect();
            prop_assert_eq!(&halves, &of);
            prop_assert_eq!(number(&values), Numbered { of, values: order });
        }
    }
}
