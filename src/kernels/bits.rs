//! A small set of small numbers: the sources of a person, say. No processor foresees how to sort a handful of them, and they
//! are sorted once a person.

/// A set of the numbers below a limit.
#[derive(Clone, Debug)]
pub struct Bits(Vec<u64>);

impl Bits {
    /// None of the numbers below `limit`.
    pub fn below(limit: usize) -> Self {
        Self(vec![0; limit.div_ceil(64)])
    }

    /// Adds `number`.
    ///
    /// # Panics
    /// If it is not below the limit, rounded up to a multiple of 64.
    #[inline]
    pub fn insert(&mut self, number: usize) {
        self.0[number / 64] |= 1 << (number % 64);
    }

    /// Takes every number out, in ascending order, and calls `each` with it.
    #[inline]
    pub fn drain(&mut self, mut each: impl FnMut(usize)) {
        for (at, word) in self.0.iter_mut().enumerate() {
            while *word != 0 {
                each(at * 64 + word.trailing_zeros() as usize);
                *word &= *word - 1;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn as_a_sorted_list(numbers: Vec<u8>) {
            let mut bits = Bits::below(256);
            numbers.iter().for_each(|&number| bits.insert(number.into()));
            let (mut drained, mut sorted) = (Vec::new(), numbers);
            bits.drain(|number| drained.push(number as u8));
            sorted.sort_unstable();
            sorted.dedup();
            prop_assert_eq!(drained, sorted);
            bits.drain(|_| panic!("it is empty now"));
        }
    }

    #[test]
    fn the_last_number_below_the_limit_has_its_place() {
        for limit in [1, 63, 64, 65] {
            let mut bits = Bits::below(limit);
            bits.insert(limit - 1);
            bits.drain(|number| assert_eq!(number, limit - 1));
        }
        Bits::below(0).drain(|_| panic!("there is none"));
    }
}
