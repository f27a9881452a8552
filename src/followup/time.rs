//! Local times as whole seconds since 1970-01-01T00:00:00, which is how tables hold them.

use jiff::civil::{Date, DateTime, date};

pub(super) const DAY_SECONDS: i64 = 86_400;

/// Midnight at the beginning of `day`.
pub(super) fn midnight(day: Date) -> i64 {
    let days = day.since(date(1970, 1, 1)).map_or(0, |span| span.get_days());
    i64::from(days) * DAY_SECONDS
}

/// The time as a calendar shows it; `None` beyond the years that a calendar has.
pub(super) fn civil(seconds: i64) -> Option<DateTime> {
    let timestamp = jiff::Timestamp::from_second(seconds).ok()?;
    Some(timestamp.to_zoned(jiff::tz::TimeZone::UTC).datetime())
}

/// Whether `at` is `since` or later. A time of midnight is mostly a day without a time, so within one day it counts.
pub(super) fn not_before(at: i64, since: i64) -> bool {
    at >= since || at.rem_euclid(DAY_SECONDS) == 0 && at.div_euclid(DAY_SECONDS) == since.div_euclid(DAY_SECONDS)
}

/// Whether the two are one time, where a midnight may stand for its whole day.
pub(super) fn same(a: i64, b: i64) -> bool {
    let day_only = |t: i64| t.rem_euclid(DAY_SECONDS) == 0;
    a == b || (day_only(a) || day_only(b)) && a.div_euclid(DAY_SECONDS) == b.div_euclid(DAY_SECONDS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_times_agree() {
        assert_eq!(midnight(date(1970, 1, 2)), DAY_SECONDS);
        assert_eq!(civil(midnight(date(2022, 3, 27)) + 3_661).unwrap().to_string(), "2022-03-27T01:01:01");
        assert_eq!(midnight(date(1969, 12, 31)), -DAY_SECONDS);
        assert_eq!(civil(i64::MAX), None);
        assert!(not_before(0, 3_600) && !not_before(1, 3_600) && !not_before(0, DAY_SECONDS));
        assert!(same(0, 7) && same(7, 0) && !same(6, 7) && !same(0, DAY_SECONDS));
    }
}
