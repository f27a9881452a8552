//! Dates whose numbers may stand in more than one order: 3/4/2022 is in March or in April, 20-3-22 in this year or in 2020.

use super::scan::{Mark, Number, Scan};
use super::{BirthPrecision, day_of, full_year};

/// Which number a date begins with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// 22/3/20
    YearFirst,
    /// 3/20/2022, as spreadsheets write it that were set up for America.
    MonthFirst,
    /// 20/3/2022
    DayFirst,
}

impl Order {
    const ALL: [Self; 3] = [Self::YearFirst, Self::MonthFirst, Self::DayFirst];
}

/// A day as it was found.
pub(super) type Found = (i32, BirthPrecision);

/// The days that three numbers may mean.
#[derive(Clone, Copy, Debug)]
pub(super) struct Readings {
    found: [Option<Found>; 3],
    /// The reading where nothing else is known.
    usual: Option<Found>,
}

impl Readings {
    /// The readings of three numbers none of which is told to be the year.
    pub(super) fn of(first: Number, second: Number, third: Number) -> Self {
        let small = |value: i64| u32::try_from(value).unwrap_or(u32::MAX);
        let day = |year: Number, month: Number, day: Number| {
            let whole = month.value > 0 && day.value > 0;
            day_of(full_year(year.value, year.digits), small(month.value), small(day.value)).filter(|_| whole)
        };
        let [month_first, day_first] = [day(third, first, second), day(third, second, first)];
        let year_first = if third.digits <= 2 { day(first, second, third) } else { None };
        let usual = if third.digits > 2 {
            day_first.or(month_first)
        } else if first.mark == Mark::Slash && third.value > 31 {
            // As a spreadsheet writes a short date: 1/5/90.
            month_first.or(day_first)
        } else if third.value > 31 {
            day_first.or(month_first)
        } else {
            year_first
        };
        Self { found: [year_first, month_first, day_first], usual }
    }

    pub(super) fn usual(self) -> Option<Found> {
        self.usual
    }

    /// The reading in that order, if it is a day.
    pub(super) fn by(self, order: Order) -> Option<Found> {
        self.found[order as usize]
    }

    /// The order, if it is the only one in which the numbers are a day.
    fn told(self) -> Option<Order> {
        let mut possible = Order::ALL.into_iter().filter(|&order| self.by(order).is_some());
        possible.next().filter(|_| possible.next().is_none())
    }

    /// Whether several orders give several days.
    pub(super) fn differ(self) -> bool {
        let mut days = self.found.into_iter().flatten().map(|(days, _)| days);
        days.next().is_some_and(|first| days.any(|day| day != first))
    }

    /// The reading that is no later than the day after `reference` and nearest to it, if one is within a year or so.
    pub(super) fn near(self, reference: i32) -> Option<Found> {
        const NEAR_DAYS: u32 = 400;
        let close = self.found.into_iter().flatten().filter(|(days, _)| days.abs_diff(reference) <= NEAR_DAYS);
        close.min_by_key(|(days, _)| (*days > reference + 1, days.abs_diff(reference)))
    }
}

/// The order that the three numbers of a date leave no doubt of: month first for 3/20/2022. `None` for 3/4/2022, for dates that
/// begin with a year of four digits, and for what is no such date.
pub fn order_told(text: &str) -> Option<Order> {
    if text.len() < 6 || text.as_bytes()[..4].iter().all(u8::is_ascii_digit) {
        return None;
    }
    let scan = Scan::of(text).filter(|scan| !scan.lunar && !scan.words)?;
    let [first, second, third, ..] = *scan.numbers() else { return None };
    let parted = |number: Number| matches!(number.mark, Mark::Slash | Mark::Dot | Mark::Other);
    (first.digits <= 2 && parted(first) && parted(second)).then(|| Readings::of(first, second, third))?.told()
}
