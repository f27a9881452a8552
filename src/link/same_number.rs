//! Profiles that have one trusted ID number, together: who is compared by it, from whom chance is learned and whose number may
//! be borrowed are all read from here.

use super::features::{ID_TRUSTED, Packed};
use crate::kernels::numbering::number_rows;
use crate::kernels::pieces::Pieces;
use rayon::prelude::*;

/// The profiles of each trusted ID number, ascending; numbers by their first profile, so that records of one person, which
/// mostly stand together, are read together.
#[derive(Debug, Default)]
pub struct SameNumber {
    /// Where the profiles of each number begin, and where the last ones end.
    starts: Vec<u32>,
    profiles: Vec<u32>,
}

impl SameNumber {
    /// Groups the profiles by the numbers that are trusted now. O(n).
    pub(super) fn of(packed: &Pieces<Packed>) -> Self {
        let trusted = |p: usize| if packed[p].has(ID_TRUSTED) { packed[p].id.digits } else { 0 };
        let numbered = number_rows(packed.len(), |p| [trusted(p)]);
        // Numbers count from 1 on: first the profiles of each, behind the place where they will begin.
        let mut starts = vec![0_u32; numbered.values.len()];
        numbered.of.iter().filter(|&&number| number != 0).for_each(|&number| starts[number as usize] += 1);
        (1..starts.len()).for_each(|number| starts[number] += starts[number - 1]);
        let mut next = starts.clone();
        let mut profiles = vec![0; starts.last().map_or(0, |&end| end as usize)];
        for (p, &number) in (0..).zip(&numbered.of) {
            if number != 0 {
                let slot = &mut next[number as usize - 1];
                profiles[*slot as usize] = p;
                *slot += 1;
            }
        }
        Self { starts, profiles }
    }

    /// How many numbers there are.
    pub(super) fn len(&self) -> usize {
        self.starts.len().saturating_sub(1)
    }

    /// The profiles of the `at`th number.
    #[inline]
    pub(super) fn get(&self, at: usize) -> &[u32] {
        &self.profiles[self.starts[at] as usize..self.starts[at + 1] as usize]
    }

    /// The profiles of every number.
    pub fn par_iter(&self) -> impl IndexedParallelIterator<Item = &[u32]> {
        (0..self.len()).into_par_iter().map(|at| self.get(at))
    }
}

#[cfg(test)]
mod tests {
    use crate::kernels::date::days_from_civil;
    use crate::kernels::id_number::IdNumber;
    use crate::link::{features, profiles};
    use crate::tables::{BirthPrecision, Records};

    #[test]
    fn numbers_come_by_their_first_profile_and_profiles_ascend() {
        let mut records = Records::default();
        // Tails of valid numbers; 0: none.
        for (at, tail) in [5, 0, 7, 5, 0, 7, 9, 5].into_iter().enumerate() {
            records.copy_blank();
            let birth = days_from_civil(1975, 1, 5);
            records.name[at] = records.pool.intern("王伟");
            (records.birth[at], records.birth_precision[at]) = (birth, BirthPrecision::Day);
            records.phones[at][0] = 13_900_000_000 + at as u64;
            if tail > 0 {
                records.id[at] = IdNumber::from_parts(370_502, birth, tail);
            }
        }
        let features = features(&records, &profiles(&records));
        let numbers = &features.same_number;
        let groups: Vec<&[u32]> = (0..numbers.len()).map(|at| numbers.get(at)).collect();
        assert_eq!(groups, [&[0_u32, 3, 7][..], &[2, 5], &[6]]);
        assert_eq!(super::SameNumber::default().len(), 0);
    }
}
