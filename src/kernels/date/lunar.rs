//! From a date of the Chinese lunar calendar to the day, for 1900 to 2100.

use super::days_from_civil;
use super::lunar_years::LUNAR_YEARS;

/// Days since 1970-01-01 of the first day of the lunar year 1900 (1900-01-31).
const FIRST_DAY: i32 = days_from_civil(1900, 1, 31);

/// The day of a lunar date; `leap` names the leap month of that number. `None` outside 1900 to 2100 and for days that
/// the year did not have; day 30 of a month of 29 is taken as the 29th, as people born then keep it.
pub fn lunar_to_days(year: i32, month: u32, day: u32, leap: bool) -> Option<i32> {
    if !(1..=12).contains(&month) || !(1..=30).contains(&day) {
        return None;
    }
    let index = usize::try_from(year - 1900).ok()?;
    let info = *LUNAR_YEARS.get(index)?;
    let mut days: i32 = LUNAR_YEARS[..index].iter().map(|&info| year_days(info)).sum();
    let leap_month = info & 15;
    for m in 1..month {
        days += month_days(info, m);
        if m == leap_month {
            days += leap_days(info);
        }
    }
    let length = if leap {
        if leap_month != month {
            return None;
        }
        days += month_days(info, month);
        leap_days(info)
    } else {
        month_days(info, month)
    };
    Some(FIRST_DAY + days + (day as i32).min(length) - 1)
}

fn month_days(info: u32, month: u32) -> i32 {
    if info >> (16 - month) & 1 == 1 { 30 } else { 29 }
}

fn leap_days(info: u32) -> i32 {
    match (info & 15, info >> 16 & 1) {
        (0, _) => 0,
        (_, 1) => 30,
        _ => 29,
    }
}

fn year_days(info: u32) -> i32 {
    (1..=12).map(|m| month_days(info, m)).sum::<i32>() + leap_days(info)
}
