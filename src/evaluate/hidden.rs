//! A night's estimate of its own accuracy: what became of persons whose ID numbers were hidden from the matching. Persons
//! are drawn, not pairs, so intervals are those of ratios over persons (Cochran 1977, chapter 6) in the form of Wilson
//! (1927), which stays inside 0 and 1 and does not vanish when nothing went wrong. It knows no truth but the hidden numbers.

use serde::Serialize;

/// The point of the normal distribution that leaves 2.5 % on each side.
const Z: f64 = 1.959_963_984_540_054;

/// A rate with its interval of 95 %.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Rate {
    /// The rate itself.
    pub rate: f64,
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

/// Pairs of records of one sampled person between two sources.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct PersonPairs {
    /// Pairs of the person's records, by what each stands for.
    pub truth: f64,
    /// Those of them that lie in one person of the set.
    pub correct: f64,
    /// Pairs of a record of the person and one of another in one person of the set.
    pub wrong: f64,
}

/// Precision, recall and F1 of one pair of sources or of all.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Estimate {
    /// Sampled persons with such a pair.
    pub persons: u64,
    /// Their pairs.
    pub pairs: u64,
    /// Correct of those found.
    pub precision: Rate,
    /// Found of those true.
    pub recall: Rate,
    /// Harmonic mean of both.
    pub f1: Rate,
}

/// Pairs of a night of which the ID numbers say everything, and how many others there are in one person.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct KnownPairs {
    /// Pairs in one person with two equal numbers.
    pub two: f64,
    /// Pairs with two equal numbers that are not in one person.
    pub missed: f64,
    /// Pairs in one person that have not two numbers.
    pub without: f64,
}

/// What is estimated of all pairs of a night.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct WholeNight {
    /// Pairs of records in one person.
    pub pairs: u64,
    /// Those of them that have two equal ID numbers.
    pub pairs_by_numbers: u64,
    /// Correct of those found.
    pub precision: Rate,
    /// Found of those true.
    pub recall: Rate,
    /// Harmonic mean of both.
    pub f1: Rate,
}

/// A number with the ends of its interval.
#[derive(Clone, Copy, Debug, Default)]
struct Number {
    likely: f64,
    least: f64,
    most: f64,
}

impl Number {
    /// The sum of numbers that err independently.
    fn sum(numbers: impl Iterator<Item = Self>) -> Self {
        let (mut likely, mut below, mut above) = (0.0, 0.0, 0.0);
        for number in numbers {
            likely += number.likely;
            below += (number.likely - number.least).powi(2);
            above += (number.most - number.likely).powi(2);
        }
        Self { likely, least: (likely - below.sqrt()).max(0.0), most: likely + above.sqrt() }
    }

    /// The same with an interval that is no narrower, to either side, than that of `other`.
    fn as_wide_as(self, other: Self) -> Self {
        let below = (self.likely - self.least).max(other.likely - other.least);
        let above = (self.most - self.likely).max(other.most - other.likely);
        Self { likely: self.likely, least: (self.likely - below).max(0.0), most: self.likely + above }
    }

    /// What is left of `whole` pairs where these are taken away; the ends are whole pairs.
    fn rest_of(self, whole: f64) -> Rate {
        let rest = |part: f64| if whole > 0.0 { (1.0 - part / whole).clamp(0.0, 1.0) } else { 1.0 };
        Rate { rate: rest(self.likely), low: rest(self.most.ceil()), high: rest(self.least.floor()) }
    }
}

impl KnownPairs {
    /// Pairs wrong and pairs missed, where those without two numbers are as right as `estimate` says.
    fn errors(&self, estimate: &Estimate) -> [Number; 2] {
        let (precision, recall) = (estimate.precision, estimate.recall);
        let wrong = |precision: f64| self.without * (1.0 - precision);
        let correct = self.without - wrong(precision.rate);
        let missed = |recall: f64| self.missed + correct * (1.0 / recall.max(1e-3) - 1.0);
        let of = |rate: Rate, number: &dyn Fn(f64) -> f64| Number {
            likely: number(rate.rate),
            least: number(rate.high),
            most: number(rate.low),
        };
        [of(precision, &wrong), of(recall, &missed)]
    }
}

impl WholeNight {
    /// All pairs of some kinds, each as right as its estimate says. What is counted has no error. Kinds err independently,
    /// but for persons who tell of several: so the interval is no narrower than that of the estimate over all of them.
    pub fn of(kinds: &[(KnownPairs, Estimate)], over_all: &Estimate) -> Self {
        let sum = |of: fn(&KnownPairs) -> f64| kinds.iter().map(|(known, _)| of(known)).sum::<f64>();
        let (two, without) = (sum(|known| known.two), sum(|known| known.without));
        let errors: Vec<[Number; 2]> = kinds.iter().map(|(known, estimate)| known.errors(estimate)).collect();
        let together = KnownPairs { two, missed: sum(|known| known.missed), without }.errors(over_all);
        let number = |i: usize| Number::sum(errors.iter().map(|of| of[i])).as_wide_as(together[i]);
        let [wrong, missed] = [0, 1].map(number);
        let found = two + without;
        let truth = found - wrong.likely + missed.likely;
        Self {
            pairs: found as u64,
            pairs_by_numbers: two as u64,
            precision: wrong.rest_of(found),
            recall: missed.rest_of(truth),
            f1: Number::sum([wrong, missed].into_iter()).rest_of(found + truth),
        }
    }
}

/// Sums over persons of a part and a whole, and of their squares.
#[derive(Clone, Copy, Debug, Default)]
struct Ratio {
    persons: f64,
    part: f64,
    whole: f64,
    part2: f64,
    both: f64,
    whole2: f64,
}

impl Ratio {
    fn add(&mut self, part: f64, whole: f64) {
        if whole > 0.0 {
            self.persons += 1.0;
            self.part += part;
            self.whole += whole;
            self.part2 += part * part;
            self.both += part * whole;
            self.whole2 += whole * whole;
        }
    }

    fn rate(&self) -> Rate {
        if self.whole == 0.0 {
            return Rate { rate: 1.0, low: 0.0, high: 1.0 };
        }
        let rate = self.part / self.whole;
        let squares = (self.part2 - 2.0 * rate * self.both + rate * rate * self.whole2).max(0.0);
        let variance = squares / (self.whole * self.whole) * self.persons / (self.persons - 1.0).max(1.0);
        // As many independent trials as would vary as much; never more than a trial a person where none differs, and
        // fewer where some persons weigh more than others.
        let like = self.whole * self.whole / self.whole2;
        let trials = if variance > 0.0 { rate * (1.0 - rate) / variance } else { self.persons.min(like) };
        wilson(rate, trials.clamp(1.0, self.whole.max(1.0)))
    }
}

/// The interval of Wilson for `rate` of `trials`.
pub fn wilson(rate: f64, trials: f64) -> Rate {
    let shrink = 1.0 + Z * Z / trials;
    let middle = (rate + Z * Z / (2.0 * trials)) / shrink;
    let half = Z / shrink * (rate * (1.0 - rate) / trials + Z * Z / (4.0 * trials * trials)).sqrt();
    Rate { rate, low: (middle - half).clamp(0.0, rate), high: (middle + half).clamp(rate, 1.0) }
}

/// Adds up persons, one after the other.
#[derive(Clone, Copy, Debug, Default)]
pub struct Tally {
    precision: Ratio,
    recall: Ratio,
    f1: Ratio,
}

impl Tally {
    /// Adds one person.
    pub fn add(&mut self, pairs: PersonPairs) {
        let found = pairs.correct + pairs.wrong;
        self.precision.add(pairs.correct, found);
        self.recall.add(pairs.correct, pairs.truth);
        self.f1.add(2.0 * pairs.correct, found + pairs.truth);
    }

    /// Pairs missed and pairs wrong of the persons added so far.
    pub fn errors(&self) -> (f64, f64) {
        (self.recall.whole - self.recall.part, self.precision.whole - self.precision.part)
    }

    /// What the persons added so far say.
    pub fn estimate(&self) -> Estimate {
        Estimate {
            persons: self.recall.persons as u64,
            pairs: self.recall.whole as u64,
            precision: self.precision.rate(),
            recall: self.recall.rate(),
            f1: self.f1.rate(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tally(persons: &[(f64, f64, f64)]) -> Estimate {
        let mut tally = Tally::default();
        persons.iter().for_each(|&(truth, correct, wrong)| tally.add(PersonPairs { truth, correct, wrong }));
        tally.estimate()
    }

    #[test]
    fn rates_are_those_of_all_pairs() {
        let found = tally(&[(3.0, 3.0, 0.0), (1.0, 0.0, 0.0), (6.0, 3.0, 2.0), (1.0, 1.0, 0.0)]);
        assert_eq!((found.persons, found.pairs), (4, 11));
        assert!((found.recall.rate - 7.0 / 11.0).abs() < 1e-12);
        assert!((found.precision.rate - 7.0 / 9.0).abs() < 1e-12);
        assert!((found.f1.rate - 14.0 / 20.0).abs() < 1e-12);
        for rate in [found.precision, found.recall, found.f1] {
            assert!(0.0 <= rate.low && rate.low < rate.rate && rate.rate < rate.high && rate.high <= 1.0);
        }
    }

    #[test]
    fn nothing_wrong_is_not_certainty() {
        let found = tally(&[(1.0, 1.0, 0.0); 100]);
        assert!((found.recall.rate - 1.0).abs() < 1e-12 && (0.95..0.97).contains(&found.recall.low));
        let nobody = tally(&[]);
        assert_eq!((nobody.recall.low, nobody.recall.high), (0.0, 1.0));
    }

    #[test]
    fn the_night_is_what_is_counted_and_what_is_estimated() {
        let rate = |rate: f64| Rate { rate, low: rate - 0.1, high: rate };
        let (precision, recall) = (rate(0.9), rate(0.5));
        let estimate = Estimate { persons: 9, pairs: 90, precision, recall, f1: rate(90.0 / 140.0) };
        let known = KnownPairs { two: 800.0, missed: 20.0, without: 100.0 };
        let night = WholeNight::of(&[(known, estimate)], &estimate);
        // 90 of 100 are right, and 90 more were missed.
        assert_eq!((night.pairs, night.pairs_by_numbers), (900, 800));
        assert!((night.precision.rate - 890.0 / 900.0).abs() < 1e-12);
        assert!((night.recall.rate - 890.0 / 1000.0).abs() < 1e-12);
        assert!((night.f1.rate - 2.0 * 890.0 / 1900.0).abs() < 1e-12);
        assert!(night.recall.low < night.recall.rate && night.precision.low < night.precision.rate);
        let certain = |rate: f64| Rate { rate, low: rate, high: rate };
        let sure = Estimate { precision: certain(0.9), recall: certain(0.5), ..estimate };
        let twice = WholeNight::of(&[(known, estimate), (known, estimate)], &sure);
        assert!((twice.recall.rate - night.recall.rate).abs() < 1e-12 && twice.recall.low > night.recall.low);
        let nothing = Tally::default().estimate();
        let nothing = WholeNight::of(&[(KnownPairs::default(), nothing)], &nothing);
        assert_eq!((nothing.precision.low, nothing.precision.high), (1.0, 1.0));
    }

    #[test]
    fn wilson_as_in_the_books() {
        let rate = wilson(0.8, 10.0);
        assert!((rate.low - 0.4902).abs() < 1e-3 && (rate.high - 0.9433).abs() < 1e-3);
    }

    /// Persons drawn from a city of known rates: the intervals hold the city's rate about as often as they say.
    #[test]
    fn intervals_cover() {
        let person = |i: u64| {
            let draw = crate::kernels::hash::key(9, &[i]);
            let truth = 1.0 + (draw % 5) as f64;
            let bad = draw >> 20 & 1023 < 40;
            PersonPairs { truth, correct: if bad { 0.0 } else { truth }, wrong: 0.0 }
        };
        let mut city = Tally::default();
        (0..400_000).for_each(|i| city.add(person(i)));
        let expected = city.estimate().recall.rate;
        let covered = (0..200_u64)
            .filter(|night| {
                let mut tally = Tally::default();
                (0..1000).for_each(|i| tally.add(person(night * 1000 + i)));
                let recall = tally.estimate().recall;
                (recall.low..=recall.high).contains(&expected)
            })
            .count();
        assert!((180..=200).contains(&covered), "{covered} of 200");
    }
}
