//! Which counts of a set's statistics are not told, so that nobody can be told from a small one: those below a limit, and as
//! many others as it takes that no sum gives one of them away. Cell suppression of official statistics, with sums that share
//! cells (areas of several levels, areas by rules).

/// How a count is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shown {
    /// As it is.
    Count,
    /// As less than the limit.
    Small,
    /// Not at all: the sum less the others would tell a small one.
    Covered,
}

/// What the parts of a sum add up to.
#[derive(Clone, Copy, Debug)]
pub enum Total {
    /// A count that is told in any case, unless it is small itself.
    Told,
    /// A count among the others.
    Cell(usize),
}

/// Counts, and the sums that tie them together.
#[derive(Debug)]
pub struct Suppression {
    under: u64,
    counts: Vec<u64>,
    sums: Vec<(Total, Vec<usize>)>,
}

impl Suppression {
    /// Counts from 1 to `under` (exclusive) are not told; 0: all are.
    pub fn new(under: u64) -> Self {
        Self { under, counts: Vec::new(), sums: Vec::new() }
    }

    /// Adds a count; gives its number.
    pub fn count(&mut self, count: u64) -> usize {
        self.counts.push(count);
        self.counts.len() - 1
    }

    /// Says that counts add up to another one.
    pub fn sum(&mut self, total: Total, parts: Vec<usize>) {
        self.sums.push((total, parts));
    }

    /// How each count is shown, by its number. A sum gives a count away if no other of its counts is hidden; and a hidden count
    /// may be known by how small and how great it and others can be at most. Then the least of the others is covered.
    pub fn shown(&self) -> Vec<Shown> {
        let how = |&count: &u64| if self.is_small(count) { Shown::Small } else { Shown::Count };
        let mut shown: Vec<Shown> = self.counts.iter().map(how).collect();
        loop {
            // What one sum covers may be all that another one hides.
            while self.each(|sum| self.cover_alone(sum, &mut shown)) {}
            let known = self.known(&shown);
            if !self.each(|sum| self.cover_known(sum, &known, &mut shown)) {
                return shown;
            }
        }
    }

    /// Does something with each sum. Says whether any of them changed something.
    fn each(&self, mut changes: impl FnMut(&(Total, Vec<usize>)) -> bool) -> bool {
        let mut any = false;
        self.sums.iter().for_each(|sum| any |= changes(sum));
        any
    }

    /// Covers a count where a sum has but one that is hidden. Says whether there was anything to cover.
    fn cover_alone(&self, sum: &(Total, Vec<usize>), shown: &mut [Shown]) -> bool {
        let mut hidden = cells(sum).filter(|&cell| shown[cell] != Shown::Count);
        let alone = hidden.next().is_some() && hidden.next().is_none();
        alone && self.cover(sum, shown)
    }

    /// Covers a count of a sum that has a hidden one which is `known`.
    fn cover_known(&self, sum: &(Total, Vec<usize>), known: &[bool], shown: &mut [Shown]) -> bool {
        cells(sum).any(|cell| known[cell] && shown[cell] != Shown::Count) && self.cover(sum, shown)
    }

    /// Covers the least of the parts of a sum that are told and not nothing, or else its total.
    fn cover(&self, (total, parts): &(Total, Vec<usize>), shown: &mut [Shown]) -> bool {
        let open = |cell: &usize| self.counts[*cell] > 0 && shown[*cell] == Shown::Count;
        let least = parts.iter().copied().filter(open).min_by_key(|&part| self.counts[part]);
        let total = match total {
            Total::Told => None,
            Total::Cell(total) => Some(*total).filter(open),
        };
        let Some(covered) = least.or(total) else { return false };
        shown[covered] = Shown::Covered;
        true
    }

    /// Which counts somebody knows who reckons with how small and how great each can be: a small one at least 1, a covered one at
    /// least the limit, and every sum.
    fn known(&self, shown: &[Shown]) -> Vec<bool> {
        let bounds = |(&count, shown): (&u64, &Shown)| match shown {
            Shown::Count => (count, count),
            Shown::Small => (1, self.under - 1),
            Shown::Covered => (self.under, FAR),
        };
        let mut bounds: Vec<(u64, u64)> = self.counts.iter().zip(shown).map(bounds).collect();
        for _ in 0..NARROWED_MAX {
            if !self.each(|sum| self.narrow(sum, &mut bounds)) {
                break;
            }
        }
        bounds.into_iter().map(|(least, most)| least >= most).collect()
    }

    /// Draws the bounds of a sum's counts together. Says whether any moved.
    fn narrow(&self, (total, parts): &(Total, Vec<usize>), bounds: &mut [(u64, u64)]) -> bool {
        let sum = |of: fn(&(u64, u64)) -> u64, bounds: &[(u64, u64)]| -> u64 {
            parts.iter().map(|&part| of(&bounds[part])).sum()
        };
        let (least, most) = (sum(|bound| bound.0, bounds), sum(|bound| bound.1, bounds));
        let mut moved = false;
        let mut draw = |bound: &mut (u64, u64), least: u64, most: u64| {
            let drawn = (bound.0.max(least), bound.1.min(most));
            moved |= drawn != *bound;
            *bound = drawn;
        };
        let (total_least, total_most) = match total {
            Total::Told => {
                let told = parts.iter().map(|&part| self.counts[part]).sum();
                if self.is_small(told) { (1, self.under - 1) } else { (told, told) }
            }
            Total::Cell(total) => {
                draw(&mut bounds[*total], least, most);
                bounds[*total]
            }
        };
        for &part in parts {
            let own = bounds[part];
            draw(&mut bounds[part], total_least.saturating_sub(most - own.1), total_most.saturating_sub(least - own.0));
        }
        moved
    }

    fn is_small(&self, count: u64) -> bool {
        (1..self.under).contains(&count)
    }
}

/// As great as a count can be: sums of many stay within a number.
const FAR: u64 = 1 << 40;

/// Bounds are drawn together so many times at most; mostly they stand after a few.
const NARROWED_MAX: usize = 64;

/// The counts of a sum, its total among them unless that is told in any case.
fn cells((total, parts): &(Total, Vec<usize>)) -> impl Iterator<Item = usize> {
    let total = match total {
        Total::Told => None,
        Total::Cell(total) => Some(*total),
    };
    parts.iter().copied().chain(total)
}

/// How to show counts whose sum is told, as [`Suppression`] does.
pub fn shown(counts: &[u64], under: u64) -> Vec<Shown> {
    let mut suppression = Suppression::new(under);
    let parts = counts.iter().map(|&count| suppression.count(count)).collect();
    suppression.sum(Total::Told, parts);
    suppression.shown()
}

#[cfg(test)]
mod tests {
    use super::Shown::{Count, Covered, Small};
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_sum_does_not_give_a_small_count_away() {
        assert_eq!(shown(&[5, 100, 0, 30], 10), [Small, Count, Count, Covered]);
        assert_eq!(shown(&[5, 7, 30], 10), [Small, Small, Count]);
        assert_eq!(shown(&[9, 9, 30], 10), [Small, Small, Covered], "18 of two small ones are nine and nine");
        assert_eq!(shown(&[1, 1, 30], 10), [Small, Small, Covered]);
        assert_eq!(shown(&[5, 0], 10), [Small, Count], "there is nothing to cover it with");
        assert_eq!(shown(&[5, 10], 0), [Count, Count]);
    }

    #[test]
    fn what_is_covered_on_one_level_is_on_the_levels_below() {
        let mut city = Suppression::new(10);
        let [a, b] = [5, 40].map(|count| city.count(count));
        let [b1, b2] = [15, 25].map(|count| city.count(count));
        city.sum(Total::Told, vec![a, b]);
        city.sum(Total::Cell(b), vec![b1, b2]);
        assert_eq!(city.shown(), [Small, Covered, Covered, Count], "b1 and b2 would tell b, and b tell a");
    }

    #[test]
    fn a_covered_part_covers_its_only_sum() {
        let mut areas = Suppression::new(10);
        let (of_rule, all) = (areas.count(4), areas.count(30));
        let (other, elsewhere) = (areas.count(26), areas.count(50));
        areas.sum(Total::Cell(all), vec![of_rule, other]);
        areas.sum(Total::Told, vec![other, elsewhere]);
        assert_eq!(areas.shown(), [Small, Count, Covered, Covered]);
    }

    #[test]
    fn counts_are_not_known_by_how_small_they_can_be() {
        // Of four in two counties each has two small rules: all four are one.
        let mut city = Suppression::new(10);
        let [a, b, c] = [35, 2, 2].map(|count| city.count(count));
        city.sum(Total::Told, vec![a, b, c]);
        for county in [b, c] {
            let rules = [1, 1].map(|count| city.count(count));
            city.sum(Total::Cell(county), rules.to_vec());
        }
        assert_eq!(city.shown()[..3], [Covered, Small, Small]);
    }

    /// What somebody can find out who knows all that is shown: the only unknown count of some sum, one after the other, and by
    /// bounds.
    fn found_out(suppression: &Suppression, shown: &[Shown]) -> Vec<usize> {
        let mut known = suppression.known(shown);
        loop {
            let before = known.clone();
            for sum in &suppression.sums {
                let unknown: Vec<usize> = cells(sum).filter(|&cell| !known[cell]).collect();
                if let [only] = unknown[..] {
                    known[only] = true;
                }
            }
            if known == before {
                break;
            }
        }
        (0..shown.len()).filter(|&cell| known[cell] && shown[cell] != Count).collect()
    }

    proptest! {
        #[test]
        fn nothing_small_can_be_found_out(streets in prop::collection::vec(prop::collection::vec((0_u64..40, 0_u64..40), 1..5), 2..6)) {
            // Streets of counties, each by two rules and both together; what the city has is told.
            let mut table = Suppression::new(10);
            let mut counties: [Vec<usize>; 3] = Default::default();
            for streets in &streets {
                let mut of_county: [Vec<usize>; 3] = Default::default();
                for &(a, b) in streets {
                    let row = [a, b, a + b].map(|count| table.count(count));
                    table.sum(Total::Cell(row[2]), row[..2].to_vec());
                    of_county.iter_mut().zip(row).for_each(|(column, cell)| column.push(cell));
                }
                let mut row = [0; 3];
                for (at, parts) in of_county.into_iter().enumerate() {
                    row[at] = table.count(parts.iter().map(|&part| table.counts[part]).sum());
                    table.sum(Total::Cell(row[at]), parts);
                    counties[at].push(row[at]);
                }
                table.sum(Total::Cell(row[2]), row[..2].to_vec());
            }
            for parts in counties.clone() {
                table.sum(Total::Told, parts);
            }
            let shown = table.shown();
            // Where nothing is left to cover, what the city has tells: of a single county, or of none but small ones.
            let left = |parts: &Vec<usize>| parts.iter().any(|&part| shown[part] == Count && table.counts[part] > 0);
            let told = |parts: &Vec<usize>| parts.iter().all(|&part| shown[part] == Count);
            let all_hidden = !counties.iter().all(|parts| left(parts) || told(parts));
            prop_assert!(all_hidden || found_out(&table, &shown).is_empty(), "{:?} {:?}", table, shown);
            for (count, shown) in table.counts.iter().zip(&shown) {
                prop_assert_eq!((1..10).contains(count), *shown == Small);
            }
        }
    }
}
