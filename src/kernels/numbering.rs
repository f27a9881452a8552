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

/// Numbers `values` by their first use, from 1 on. O(n), 12 to 24 bytes for each distinct value beside the result.
///
/// # Panics
/// If there are more than 4,294,967,294 distinct values.
pub fn number(values: &[u64]) -> Numbered {
    let mut numbering = Numbering::default();
    let of = numbering.number(values);
    Numbered { of, values: numbering.values }
}

/// Numbers the values of rows, one row's after the other's, as [`number`] does; they are never all in memory.
///
/// # Panics
/// As [`number`].
pub fn number_rows<const N: usize>(rows: usize, values_of: impl Fn(usize) -> [u64; N]) -> Numbered {
    let mut numbering = Numbering::default();
    let (mut of, mut values) = (Vec::with_capacity(N * rows), Vec::with_capacity(N * ROWS_AT_ONCE));
    for from in (0..rows).step_by(ROWS_AT_ONCE) {
        values.clear();
        values.extend((from..rows.min(from + ROWS_AT_ONCE)).flat_map(&values_of));
        numbering.number_into(&values, &mut of);
    }
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
        self.number_into(values, &mut of);
        of
    }

    /// As [`Numbering::number`], behind the numbers that are there.
    fn number_into(&mut self, values: &[u64], of: &mut Vec<u32>) {
        for (i, &value) in values.iter().enumerate() {
            if let Some(&soon) = values.get(i + AHEAD) {
                prefetch(&self.table.slots, self.table.home(hash::spread(soon)));
            }
            of.push(if value == 0 { 0 } else { self.table.number(value, &mut self.values) });
        }
    }
}

/// Rows whose values are in memory at once.
const ROWS_AT_ONCE: usize = 1 << 11;
const SLOTS_MIN: usize = 1 << 10;

/// The numbers of values, each with some bits of the value's hash; a slot of the number 0 is free.
#[derive(Debug)]
struct Table {
    /// As many as a power of two.
    slots: Vec<(u32, u32)>,
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

    /// Where the run of slots begins in which a value of this hash stands.
    #[inline]
    fn home(&self, hash: u64) -> usize {
        (hash >> self.shift) as usize
    }

    /// The first slot from the home of `hash` on that is free or `is` the one.
    #[inline]
    fn slot(&mut self, hash: u64, is: impl Fn(u32, u32) -> bool) -> &mut (u32, u32) {
        let mut at = self.home(hash);
        while self.slots[at].1 != 0 && !is(self.slots[at].0, self.slots[at].1) {
            at = (at + 1) & (self.slots.len() - 1);
        }
        &mut self.slots[at]
    }

    #[inline]
    fn number(&mut self, value: u64, values: &mut Vec<u64>) -> u32 {
        let hash = hash::spread(value);
        let slot = self.slot(hash, |bits, number| bits == some_bits(hash) && values[number as usize] == value);
        if slot.1 != 0 {
            return slot.1;
        }
        let number = u32::try_from(values.len()).expect("more than 2^32 distinct values");
        *slot = (some_bits(hash), number);
        values.push(value);
        // Two thirds full at most: runs stay within the memory that was asked for.
        if values.len() * 3 > self.slots.len() * 2 {
            self.grow(values);
        }
        number
    }

    /// Twice as many slots. The values say what belongs into them, so the old ones go before the new ones come.
    fn grow(&mut self, values: &[u64]) {
        let slots = self.slots.len() * 2;
        *self = Self { slots: Vec::new(), shift: 0 };
        *self = Self::of_size(slots);
        for (number, &value) in values.iter().enumerate().skip(1) {
            if let Some(&soon) = values.get(number + AHEAD) {
                prefetch(&self.slots, self.home(hash::spread(soon)));
            }
            let hash = hash::spread(value);
            *self.slot(hash, |_, _| false) = (some_bits(hash), number as u32);
        }
    }
}

/// Bits of a hash that tell values of one run apart, mostly without a look at them.
#[inline]
fn some_bits(hash: u64) -> u32 {
    (hash >> 16) as u32
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
            let rows = number_rows(values.len() / 2, |row| [values[2 * row], values[2 * row + 1]]);
            prop_assert_eq!(&rows.of[..], &of[..values.len() / 2 * 2]);
            prop_assert_eq!(number(&values), Numbered { of, values: order });
        }
    }
}
