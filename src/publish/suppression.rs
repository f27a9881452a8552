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
    /// A count that is told in any case.
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

    /// How each count is shown, by its number. A sum gives a count away if no other of its counts is hidden, or if those that are
    /// hidden can only be all as small or all as great as small ones are; then the least of the others is covered.
    pub fn shown(&self) -> Vec<Shown> {
        let how = |&count: &u64| if self.is_small(count) { Shown::Small } else { Shown::Count };
        let mut shown: Vec<Shown> = self.counts.iter().map(how).collect();
        // What one sum covers may be all that another one hides.
        while self.sums.iter().fold(false, |any, (total, parts)| self.cover(*total, parts, &mut shown) || any) {}
        shown
    }

    /// Covers what one sum would give away. Says whether there was anything to cover.
    fn cover(&self, total: Total, parts: &[usize], shown: &mut [Shown]) -> bool {
        let total = match total {
            Total::Told => None,
            Total::Cell(total) => Some(total),
        };
        let total_hidden = total.is_some_and(|total| shown[total] != Shown::Count);
        let hidden = || parts.iter().copied().filter(|&part| shown[part] != Shown::Count);
        let (count, sum) = hidden().fold((0, 0), |(count, sum), part| (count + 1, sum + self.counts[part]));
        let extreme = hidden().all(|part| shown[part] == Shown::Small)
            && (sum == count || sum == count * self.under.saturating_sub(1));
        let given_away = match total_hidden {
            true => count == 0,
            false => count == 1 || count > 0 && extreme,
        };
        if !given_away {
            return false;
        }
        let open = |cell: &usize| self.counts[*cell] > 0 && shown[*cell] == Shown::Count;
        let least = parts.iter().copied().filter(open).min_by_key(|&part| self.counts[part]);
        let Some(covered) = least.or(total.filter(open)) else { return false };
        shown[covered] = Shown::Covered;
        true
    }

    fn is_small(&self, count: u64) -> bool {
        (1..self.under).contains(&count)
    }
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

    /// What somebody can find out who knows all that is shown: counts that are the only hidden one of some sum, one after the
    /// other.
    fn found_out(suppression: &Suppression, shown: &[Shown]) -> Vec<usize> {
        let mut known: Vec<bool> = shown.iter().map(|shown| *shown == Count).collect();
        loop {
            let before = known.clone();
            for (total, parts) in &suppression.sums {
                let cells = parts.iter().copied().chain(match total {
                    Total::Told => None,
                    Total::Cell(total) => Some(*total),
                });
                let unknown: Vec<usize> = cells.filter(|&cell| !known[cell]).collect();
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
            // Where the whole city has a single count, the told sum is that count.
            let single = counties.iter().any(|parts| parts.iter().filter(|&&part| table.counts[part] > 0).count() == 1);
            prop_assert!(single || found_out(&table, &shown).is_empty(), "{:?} {:?}", table, shown);
            for (count, shown) in table.counts.iter().zip(&shown) {
                prop_assert_eq!((1..10).contains(count), *shown == Small);
            }
        }
    }
}
