//! Calendar days and times in every notation that rosters use, as plain integers: days since 1970-01-01 and seconds
//! since 1970-01-01T00:00:00 of local time (UTC+8 where a notation names an instant). No clock and no time zone database.

mod lunar;
mod lunar_years;
mod order;
mod scan;

pub use lunar::lunar_to_days;
pub use order::{Order, order_told};

use order::{Found, Readings};
use scan::{Mark, Number, Scan};

/// How exactly a birth date is known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum BirthPrecision {
    /// No birth date.
    #[default]
    Unknown = 0,
    /// A calendar day, as stated.
    Day = 1,
    /// A year and a month; the day is set to 1.
    Month = 2,
    /// Only a year, or 1 January standing for an unknown day; set to 1 January.
    Year = 3,
    /// From an age and its reference date: true within a year of the value, which is the middle.
    Age = 4,
    /// Stated as a lunar date and converted.
    Lunar = 5,
}

/// Days of the first day that an Excel serial number counts from (serial 0 is 1899-12-30).
const EXCEL_EPOCH: i32 = -25_569;
const DAY_SECS: i64 = 86_400;
/// Local time of China against UTC.
const LOCAL_SECS: i64 = 8 * 3600;

/// Days since 1970-01-01 of a day of the proleptic Gregorian calendar (Howard Hinnant, `days_from_civil`).
pub const fn days_from_civil(year: i32, month: u32, day: u32) -> i32 {
    let y = if month <= 2 { year - 1 } else { year };
    let era = y.div_euclid(400);
    let yoe = y.rem_euclid(400);
    let mp = (month as i32 + 9) % 12;
    let doy = (153 * mp + 2) / 5 + day as i32 - 1;
    let doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
    era * 146_097 + doe - 719_468
}

/// Year, month and day of a number of days since 1970-01-01.
pub const fn civil_from_days(days: i32) -> (i32, u32, u32) {
    let z = days + 719_468;
    let era = z.div_euclid(146_097);
    let doe = z.rem_euclid(146_097);
    let yoe = (doe - doe / 1460 + doe / 36_524 - doe / 146_096) / 365;
    let doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    let mp = (5 * doy + 2) / 153;
    let day = (doy - (153 * mp + 2) / 5 + 1) as u32;
    let month = if mp < 10 { mp + 3 } else { mp - 9 } as u32;
    (yoe + era * 400 + (month <= 2) as i32, month, day)
}

/// Number of days in a month.
pub const fn days_in_month(year: i32, month: u32) -> u32 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        _ => 31,
    }
}

/// Whether there is such a day between 1800 and 2199.
pub const fn is_real(year: i32, month: u32, day: u32) -> bool {
    1800 <= year && year < 2200 && 1 <= month && month <= 12 && 1 <= day && day <= days_in_month(year, month)
}

/// A day in any notation with how exactly it is known; `None` for what is no day. 1 January is taken for an unknown day of
/// the year ([`BirthPrecision::Year`]).
pub fn parse_date(text: &str) -> Option<(i32, BirthPrecision)> {
    parse_date_in(text, || None)
}

/// As [`parse_date`]. Where the numbers of the date may stand in several orders, `order` is asked for that of its neighbours.
pub fn parse_date_in(text: &str, order: impl FnOnce() -> Option<Order>) -> Option<(i32, BirthPrecision)> {
    let mut order = Some(order);
    let (days, _, precision) = parse(text, &mut |readings| {
        let told = if readings.differ() { order.take().and_then(|order| order()) } else { None };
        told.and_then(|order| readings.by(order)).or(readings.usual())
    })?;
    let (_, month, day) = civil_from_days(days);
    let precision = match precision {
        BirthPrecision::Day if (month, day) == (1, 1) => BirthPrecision::Year,
        other => other,
    };
    Some((days, precision))
}

/// A time in any notation, in seconds since 1970-01-01T00:00:00 local time; midnight where only the day is given, and of a time
/// from one day to another the last.
pub fn parse_datetime(text: &str) -> Option<i64> {
    let (days, secs, _) = parse(text, &mut Readings::usual)?;
    Some(i64::from(days) * DAY_SECS + secs)
}

/// As [`parse_datetime`], and where a notation leaves the year out (`3月8日 10:00`, `3/8`, `03-08 10:30`, `8日`), that of the
/// day nearest to `reference` (days since 1970-01-01): what was written down within half a year of it. Of several orders in
/// which the numbers of a date may stand, that which `order` tells, else the one that was last before `reference`.
pub fn parse_datetime_near(text: &str, reference: i32, order: impl FnOnce() -> Option<Order>) -> Option<i64> {
    let mut order = Some(order);
    let told = parse(text, &mut |readings| {
        let told = if readings.differ() { order.take().and_then(|order| order()) } else { None };
        told.and_then(|order| readings.by(order)).or(readings.near(reference)).or(readings.usual())
    });
    told.map(|(days, secs, _)| i64::from(days) * DAY_SECS + secs).or_else(|| {
        let scan = Scan::of(text).filter(|scan| !scan.lunar)?;
        let (month, day, used) = without_year(scan.numbers())?;
        let (year, this_month, _) = civil_from_days(reference);
        let months = match month {
            Some(month) => [(year - 1, month), (year, month), (year + 1, month)],
            None => [-1, 0, 1].map(|step| {
                let count = year * 12 + this_month as i32 - 1 + step;
                (count.div_euclid(12), count.rem_euclid(12) as u32 + 1)
            }),
        };
        let days = months.into_iter().filter(|&(year, month)| is_real(year, month, day));
        let days =
            days.map(|(year, month)| days_from_civil(year, month, day)).min_by_key(|day| day.abs_diff(reference))?;
        Some(i64::from(days) * DAY_SECS + time_of(&scan, used)?)
    })
}

/// Month (`None`: not told either), day and how many numbers they took, of a date that has no year; of two, the last.
fn without_year(numbers: &[Number]) -> Option<(Option<u32>, u32, usize)> {
    let small = |number: &Number| u32::try_from(number.value).ok().filter(|_| number.digits <= 2);
    let is_clock = |at: usize| numbers.get(at).is_none_or(|number| matches!(number.mark, Mark::Time | Mark::Hour));
    let first = numbers.first()?;
    if first.mark == Mark::Day {
        return Some((None, small(first)?, 1)).filter(|_| is_clock(1));
    }
    let second = numbers.get(1)?;
    let (from, till) = (Some(small(first)?), small(second)?);
    let parted = |number: &Number| matches!(number.mark, Mark::Month | Mark::Slash | Mark::Dot | Mark::Other);
    let ends = |number: &Number| matches!(number.mark, Mark::Day | Mark::Gap | Mark::End);
    match numbers.get(2..) {
        // 3月5日-7日
        Some([day, ..]) if first.mark == Mark::Month && day.mark == Mark::Day => {
            Some((from, small(day)?, 3)).filter(|_| is_clock(3))
        }
        // 3月5日-3月7日, 3.5-3.7
        Some([month, day, ..])
            if parted(first)
                && month.mark == first.mark
                && ends(day)
                && (second.mark == Mark::Day || second.mark == Mark::Other && first.mark != Mark::Other) =>
        {
            Some((Some(small(month)?), small(day)?, 4)).filter(|_| is_clock(4))
        }
        _ => Some((from, till, 2)).filter(|_| parted(first) && ends(second) && is_clock(2)),
    }
}

/// The likeliest birth day of someone who was `age` years old on day `reference`: the middle of the year in question.
pub fn age_to_birth(age: u32, reference: i32) -> i32 {
    let (year, month, day) = civil_from_days(reference);
    let year = year - age.min(200) as i32;
    let day = day.min(days_in_month(year, month));
    days_from_civil(year, month, day) - 182
}

/// `2022-03-20 08:30` or `2022-03-20 08:30:00`: what systems write. Anything else is left to the scanner.
fn plain_time(bytes: &[u8]) -> Option<(i32, i64, BirthPrecision)> {
    if !matches!(bytes.len(), 16 | 19) || bytes[4] != b'-' || bytes[7] != b'-' || bytes[10] != b' ' || bytes[13] != b':'
    {
        return None;
    }
    let two = |at: usize| match [bytes[at], bytes[at + 1]] {
        [a @ b'0'..=b'9', b @ b'0'..=b'9'] => Some(u32::from(a - b'0') * 10 + u32::from(b - b'0')),
        _ => None,
    };
    let (hour, minute) = (two(11)?, two(14)?);
    let second = if bytes.len() == 19 { Some(bytes[16]).filter(|&b| b == b':').and_then(|_| two(17))? } else { 0 };
    if hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let (days, precision) = day_of((two(0)? * 100 + two(2)?) as i32, two(5)?, two(8)?)?;
    Some((days, i64::from(hour * 3600 + minute * 60 + second), precision))
}

/// Days, seconds of the day (which may reach into the next day by a time zone), precision; `choose` is asked where numbers may
/// stand in several orders.
fn parse(text: &str, choose: &mut dyn FnMut(Readings) -> Option<Found>) -> Option<(i32, i64, BirthPrecision)> {
    let bytes = text.as_bytes();
    // By far the most usual notation needs no scanner.
    if let [a, b, c, d, b'-', e, f, b'-', g, h] = bytes
        && [a, b, c, d, e, f, g, h].iter().all(|b| b.is_ascii_digit())
    {
        let n = |b: &u8| u32::from(b - b'0');
        let year = (n(a) * 1000 + n(b) * 100 + n(c) * 10 + n(d)) as i32;
        return day_of(year, n(e) * 10 + n(f), n(g) * 10 + n(h)).map(|(days, p)| (days, 0, p));
    }
    if let Some(told) = plain_time(bytes) {
        return Some(told);
    }
    let scan = Scan::of(text)?.last_of_two();
    let (days, used, precision) = date_of(&scan, choose)?;
    match used {
        Used::Numbers(used) => {
            let (days, used) = till(&scan, used, days)?;
            Some((days, time_of(&scan, used)?, precision))
        }
        Used::WithTime(secs) => Some((days, secs, precision)),
    }
}

/// The last day of 2022年3月5日-7日 and 2022年3月5日-4月7日, whose first took that many numbers; any other date as it is.
fn till(scan: &Scan, used: usize, days: i32) -> Option<(i32, usize)> {
    let (year, month, _) = civil_from_days(days);
    let small = |number: &Number| u32::try_from(number.value).unwrap_or(u32::MAX);
    let (found, used) = match scan.numbers().get(used..) {
        Some([day, ..]) if day.mark == Mark::Day => (day_of(year, month, small(day)), used + 1),
        Some([month, day, ..]) if month.mark == Mark::Month => (day_of(year, small(month), small(day)), used + 2),
        _ => return Some((days, used)),
    };
    found.map(|(days, _)| (days, used))
}

enum Used {
    /// The date took this many numbers; the time of day follows.
    Numbers(usize),
    /// The time of day was part of the number.
    WithTime(i64),
}

/// A day, or a month or year where day or month are zero.
fn day_of(year: i32, month: u32, day: u32) -> Option<(i32, BirthPrecision)> {
    if !(1800..2200).contains(&year) {
        return None;
    }
    match (month, day) {
        (0, 0) => Some((days_from_civil(year, 1, 1), BirthPrecision::Year)),
        (1..=12, 0) => Some((days_from_civil(year, month, 1), BirthPrecision::Month)),
        _ if is_real(year, month, day) => Some((days_from_civil(year, month, day), BirthPrecision::Day)),
        _ => None,
    }
}

fn full_year(year: i64, digits: u8) -> i32 {
    match (year, digits) {
        (0..=29, 0..=2) => 2000 + year as i32,
        (30..=99, 0..=2) => 1900 + year as i32,
        _ => year.clamp(0, 9999) as i32,
    }
}

fn date_of(scan: &Scan, choose: &mut dyn FnMut(Readings) -> Option<Found>) -> Option<(i32, Used, BirthPrecision)> {
    let numbers = scan.numbers();
    let first = *numbers.first()?;
    if scan.lunar {
        let [year, month, day, ..] = numbers else { return None };
        let (month, day) = (u32::try_from(month.value).ok()?, u32::try_from(day.value).ok()?);
        let days = lunar_to_days(full_year(year.value, year.digits), month, day, scan.leap)?;
        return Some((days, Used::Numbers(3), BirthPrecision::Lunar));
    }
    // A float: the fraction of a whole number is nothing, that of a serial is the time of day.
    if first.mark == Mark::Dot && numbers.len() == 2 && first.digits >= 5 {
        let fraction = numbers[1].value as f64 / 10f64.powi(i32::from(numbers[1].digits));
        let (days, used, precision) = whole_number(first.value, first.digits)?;
        let serial = first.digits == 5;
        let used = if serial { Used::WithTime((fraction * DAY_SECS as f64).round() as i64) } else { used };
        return Some((days, used, precision));
    }
    if numbers.len() == 1 {
        if first.mark == Mark::Year {
            let days = days_from_civil(full_year(first.value, first.digits), 1, 1);
            return (first.value < 2200).then_some((days, Used::Numbers(1), BirthPrecision::Year));
        }
        return whole_number(first.value, first.digits);
    }
    // 19900105 10:20:30
    if first.digits == 8 && matches!(first.mark, Mark::Gap | Mark::Time) {
        let (days, _, precision) = whole_number(first.value, 8)?;
        return Some((days, Used::Numbers(1), precision));
    }
    if matches!(first.mark, Mark::Time | Mark::Hour) {
        return None;
    }
    let second = numbers[1];
    let year_first = first.digits >= 3 || first.mark == Mark::Year;
    // 3月8日10时, 3/8 10:30: the third number is no year.
    if !year_first && numbers.get(2).is_some_and(|third| third.digits <= 2) && without_year(numbers).is_some() {
        return None;
    }
    let third = numbers.get(2).copied().filter(|_| !matches!(second.mark, Mark::Time | Mark::Hour));
    let Some(third) = third.filter(|_| second.mark != Mark::Gap || scan.words || numbers.len() == 3) else {
        // 1990-01, 1990年1月, 01/1990
        let (year, month) = if year_first { (first, second) } else { (second, first) };
        if year.digits < 3 && first.mark != Mark::Year {
            return None;
        }
        let year = full_year(year.value, year.digits);
        let (days, precision) = day_of(year, u32::try_from(month.value).ok().filter(|m| *m <= 12)?, 0)?;
        return Some((days, Used::Numbers(2), precision));
    };
    let small = |value: i64| u32::try_from(value).unwrap_or(u32::MAX);
    let month_told = [first, second].iter().any(|number| number.mark == Mark::Month);
    let found = if year_first {
        let year = full_year(first.value, first.digits);
        // 1990-13-05 is the fifth of no month, but 1990-25-12 can only be year, day, month.
        day_of(year, small(second.value), small(third.value)).or_else(|| {
            (second.value > 12 && first.digits == 4).then(|| day_of(year, small(third.value), small(second.value)))?
        })
    } else if second.name || first.name || month_told && third.mark != Mark::Day {
        // 5-Jan-1990, Jan 5, 1990; 05-1月 -90, as Oracle writes it in Chinese; 3月5日2022年
        let month_leads = first.name || first.mark == Mark::Month;
        if first.mark == Mark::Month && third.digits <= 2 && third.mark != Mark::Year {
            return None;
        }
        let (month, day) = if month_leads { (first, second) } else { (second, first) };
        day_of(full_year(third.value, third.digits), small(month.value), small(day.value))
    } else {
        choose(Readings::of(first, second, third))
    };
    let (days, precision) = found?;
    Some((days, Used::Numbers(3), precision))
}

/// A date written as one number.
fn whole_number(value: i64, digits: u8) -> Option<(i32, Used, BirthPrecision)> {
    let day = |value: i64| day_of((value / 10_000) as i32, (value / 100 % 100) as u32, (value % 100) as u32);
    let time = |value: i64, scale: i64| {
        let (hour, minute, second) = (value / scale, value / (scale / 100).max(1) % 100, value % 100);
        let (minute, second) = match scale {
            1 => (0, 0),
            100 => (value % 100, 0),
            _ => (minute, second),
        };
        (hour < 24 && minute < 60 && second < 60).then_some(hour * 3600 + minute * 60 + second)
    };
    let plain = |found: Option<(i32, BirthPrecision)>| found.map(|(days, p)| (days, Used::Numbers(1), p));
    match digits {
        4 => plain(day_of(value as i32, 0, 0)),
        5 => (10_000..80_000).contains(&value).then(|| {
            let days = EXCEL_EPOCH + value as i32;
            (days, Used::Numbers(1), BirthPrecision::Day)
        }),
        6 => {
            let year_month = (1900..2100).contains(&(value / 100)) && (1..=12).contains(&(value % 100));
            if year_month {
                return plain(day_of((value / 100) as i32, (value % 100) as u32, 0));
            }
            let year = full_year(value / 10_000, 2);
            let found = day_of(year, (value / 100 % 100) as u32, (value % 100) as u32);
            plain(found.filter(|found| found.1 == BirthPrecision::Day))
        }
        8 => plain(day(value).or_else(|| {
            // 05011990
            let year = (value % 10_000) as i32;
            let (a, b) = ((value / 1_000_000) as u32, (value / 10_000 % 100) as u32);
            let found = day_of(year, b, a).or_else(|| day_of(year, a, b));
            found.filter(|found| (1900..2100).contains(&year) && found.1 == BirthPrecision::Day)
        })),
        10 | 12 | 14 => {
            let scale = 10i64.pow(u32::from(digits) - 8);
            let compact = day(value / scale).and_then(|(days, p)| Some((days, time(value % scale, scale / 100)?, p)));
            match compact.filter(|_| (1900..2200).contains(&(value / scale / 10_000))) {
                Some((days, secs, p)) => Some((days, Used::WithTime(secs), p)),
                None if digits == 10 => epoch(value),
                None if digits == 12 => epoch(value / 1000),
                None => None,
            }
        }
        9 => epoch(value),
        13 => epoch(value / 1000),
        _ => None,
    }
}

/// Seconds since 1970 in UTC.
fn epoch(secs: i64) -> Option<(i32, Used, BirthPrecision)> {
    let local = secs + LOCAL_SECS;
    let days = i32::try_from(local.div_euclid(DAY_SECS)).ok().filter(|days| (-62_000..84_000).contains(days))?;
    Some((days, Used::WithTime(local.rem_euclid(DAY_SECS)), BirthPrecision::Day))
}

/// Seconds of the day from the numbers behind the date; `None` for no time of day.
fn time_of(scan: &Scan, used: usize) -> Option<i64> {
    let clock = scan.numbers().get(used..).unwrap_or(&[]);
    let part = |i: usize| clock.get(i).map_or(0, |n| n.value);
    let (mut hour, minute, second) = (part(0), part(1), part(2));
    if clock.first().is_some_and(|n| n.digits > 2) {
        // 2022-03-20 140533
        let n = clock[0];
        let packed = if n.digits <= 4 { n.value * 100 } else { n.value };
        return (packed < 240_000).then_some(packed / 10_000 * 3600 + packed / 100 % 100 * 60 + packed % 100);
    }
    if scan.afternoon && hour < 12 {
        hour += 12;
    } else if scan.morning && hour == 12 {
        hour = 0;
    }
    if hour > 24 || minute > 59 || second > 60 {
        return None;
    }
    let shift = scan.utc_offset_minutes.map_or(0, |offset| LOCAL_SECS - i64::from(offset) * 60);
    Some(hour * 3600 + minute * 60 + second + shift)
}

#[cfg(test)]
mod tests;
