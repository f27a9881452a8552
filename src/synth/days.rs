//! Calendar arithmetic of the generator on days since 1970-01-01, the Chinese lunar calendar of 1900 to 2029, and the
//! notations that dates have in dumps. It is apart from the kernel that reads dates, so that each tests the other.

use super::rng::Rng;

/// Days since 1970-01-01 of a Gregorian date (Hinnant's days_from_civil).
pub(crate) fn day(year: i32, month: i32, dom: i32) -> i32 {
    let y = if month <= 2 { year - 1 } else { year };
    let era = y.div_euclid(400);
    let yoe = y - era * 400;
    let doy = (153 * (month + if month > 2 { -3 } else { 9 }) + 2) / 5 + dom - 1;
    era * 146_097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719_468
}

/// Year, month, day of month.
pub(crate) fn civil(day: i32) -> (i32, i32, i32) {
    let z = day + 719_468;
    let era = z.div_euclid(146_097);
    let doe = z - era * 146_097;
    let yoe = (doe - doe / 1460 + doe / 36_524 - doe / 146_096) / 365;
    let doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    let mp = (5 * doy + 2) / 153;
    let month = if mp < 10 { mp + 3 } else { mp - 9 };
    (yoe + era * 400 + i32::from(month <= 2), month, doy - (153 * mp + 2) / 5 + 1)
}

/// Whole years between two days.
pub(crate) fn age(birth: i32, on: i32) -> i32 {
    let ((by, bm, bd), (y, m, d)) = (civil(birth), civil(on));
    y - by - i32::from((m, d) < (bm, bd))
}

// One entry a lunar year from 1900: bits 15 to 4 the long months, bits 3 to 0 the leap month, bit 16 whether that is long.
const LUNAR: [u32; 130] = [
    0x04bd8, 0x04ae0, 0x0a570, 0x054d5, 0x0d260, 0x0d950, 0x16554, 0x056a0, 0x09ad0, 0x055d2, 0x04ae0, 0x0a5b6,
    0x0a4d0, 0x0d250, 0x1d255, 0x0b540, 0x0d6a0, 0x0ada2, 0x095b0, 0x14977, 0x04970, 0x0a4b0, 0x0b4b5, 0x06a50,
    0x06d40, 0x1ab54, 0x02b60, 0x09570, 0x052f2, 0x04970, 0x06566, 0x0d4a0, 0x0ea50, 0x06e95, 0x05ad0, 0x02b60,
    0x186e3, 0x092e0, 0x1c8d7, 0x0c950, 0x0d4a0, 0x1d8a6, 0x0b550, 0x056a0, 0x1a5b4, 0x025d0, 0x092d0, 0x0d2b2,
    0x0a950, 0x0b557, 0x06ca0, 0x0b550, 0x15355, 0x04da0, 0x0a5b0, 0x14573, 0x052b0, 0x0a9a8, 0x0e950, 0x06aa0,
    0x0aea6, 0x0ab50, 0x04b60, 0x0aae4, 0x0a570, 0x05260, 0x0f263, 0x0d950, 0x05b57, 0x056a0, 0x096d0, 0x04dd5,
    0x04ad0, 0x0a4d0, 0x0d4d4, 0x0d250, 0x0d558, 0x0b540, 0x0b6a0, 0x195a6, 0x095b0, 0x049b0, 0x0a974, 0x0a4b0,
    0x0b27a, 0x06a50, 0x06d40, 0x0af46, 0x0ab60, 0x09570, 0x04af5, 0x04970, 0x064b0, 0x074a3, 0x0ea50, 0x06b58,
    0x055c0, 0x0ab60, 0x096d5, 0x092e0, 0x0c960, 0x0d954, 0x0d4a0, 0x0da50, 0x07552, 0x056a0, 0x0abb7, 0x025d0,
    0x092d0, 0x0cab5, 0x0a950, 0x0b4a0, 0x0baa4, 0x0ad50, 0x055d9, 0x04ba0, 0x0a5b0, 0x15176, 0x052b0, 0x0a930,
    0x07954, 0x06aa0, 0x0ad50, 0x05b52, 0x04b60, 0x0a6e6, 0x0a4e0, 0x0d260, 0x0ea65, 0x0d530,
];

/// Lunar year, month, day, and whether the month is a leap month; `None` outside 1900-01-31 to 2030-02-02.
pub(crate) fn lunar(on: i32) -> Option<(i32, i32, i32, bool)> {
    let mut rest = on - day(1900, 1, 31);
    if rest < 0 {
        return None;
    }
    for (year, &info) in (1900..).zip(&LUNAR) {
        let leap = (info & 15) as i32;
        for month in 1..=12 {
            let length = 29 + i32::from(info & (0x10000 >> month) != 0);
            if rest < length {
                return Some((year, month, rest + 1, false));
            }
            rest -= length;
            if month == leap {
                let length = 29 + i32::from(info & 0x10000 != 0);
                if rest < length {
                    return Some((year, month, rest + 1, true));
                }
                rest -= length;
            }
        }
    }
    None
}

const DIGITS: [&str; 10] = ["〇", "一", "二", "三", "四", "五", "六", "七", "八", "九"];

/// A number from 1 to 99 in Chinese.
pub(crate) fn chinese(n: u32) -> String {
    let (tens, ones) = ((n / 10) as usize, (n % 10) as usize);
    match (tens, ones) {
        (0, _) => DIGITS[ones].to_owned(),
        (1, 0) => "十".to_owned(),
        (1, _) => format!("十{}", DIGITS[ones]),
        (_, 0) => format!("{}十", DIGITS[tens % 10]),
        _ => format!("{}十{}", DIGITS[tens % 10], DIGITS[ones]),
    }
}

/// 1990-01-05
pub(crate) fn iso(on: i32) -> String {
    let (y, m, d) = civil(on);
    format!("{y}-{m:02}-{d:02}")
}

/// The serial number that a spreadsheet has for the day.
pub(crate) fn serial(on: i32) -> i32 {
    on + 25_569
}

/// One of the notations of a date; 0 is ISO.
pub(crate) fn notation(on: i32, style: usize) -> String {
    let (y, m, d) = civil(on);
    match style {
        1 => format!("{y}/{m}/{d}"),
        2 => format!("{y}{m:02}{d:02}"),
        3 => format!("{y}.{m}.{d}"),
        4 => format!("{y}年{m}月{d}日"),
        5 => serial(on).to_string(),
        6 => format!("{y}-{m:02}-{d:02} 00:00:00"),
        7 => format!("{y}-{m}-{d}"),
        8 => format!("{y}/{m:02}/{d:02}"),
        9 => format!("{y}年{m:02}月{d:02}日"),
        _ => iso(on),
    }
}

/// The lunar birthday as a roster has it; `None` where the calendar does not reach.
pub(crate) fn lunar_text(on: i32, rng: &mut Rng) -> Option<String> {
    let (y, m, d, leap) = lunar(on)?;
    let leap = if leap { "闰" } else { "" };
    let month = match m {
        1 => "正".to_owned(),
        12 => "腊".to_owned(),
        _ => chinese(m as u32),
    };
    let dom = match d {
        1..=10 => format!("初{}", chinese(d as u32)),
        21..=29 => format!("廿{}", DIGITS[(d - 20) as usize]),
        _ => chinese(d as u32),
    };
    Some(match rng.below(3) {
        0 => format!("农历{y}年{leap}{month}月{dom}"),
        1 => format!("{y}年{leap}{month}月{dom}"),
        _ => format!("农历{y}年{leap}{m}月{d}日"),
    })
}

/// Local time of a day as dumps write it.
pub(crate) fn at(on: i32, minute: i32, style: usize) -> String {
    let (y, m, d) = civil(on);
    let (hour, minute) = (minute / 60, minute % 60);
    match style {
        1 => format!("{y}/{m}/{d} {hour}:{minute:02}"),
        2 => format!("{y}{m:02}{d:02}{hour:02}{minute:02}00"),
        _ => format!("{y}-{m:02}-{d:02} {hour:02}:{minute:02}:00"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_go_round() {
        for on in (-40_000..30_000).step_by(17) {
            let (y, m, d) = civil(on);
            assert_eq!(day(y, m, d), on);
        }
        assert_eq!(day(1970, 1, 1), 0);
        assert_eq!(age(day(1990, 3, 28), day(2022, 3, 27)), 31);
    }

    #[test]
    fn lunar_new_years() {
        for (y, m, d) in [(1955, 1, 24), (1984, 2, 2), (1990, 1, 27), (2000, 2, 5), (2020, 1, 25), (2022, 2, 1)] {
            assert_eq!(lunar(day(y, m, d)), Some((y, 1, 1, false)), "{y}");
        }
        assert_eq!(lunar(day(2020, 6, 1)), Some((2020, 4, 10, true)));
        assert_eq!(lunar(day(1899, 1, 1)), None);
    }

    #[test]
    fn chinese_numbers() {
        assert_eq!([1, 10, 12, 20, 56].map(chinese), ["一", "十", "十二", "二十", "五十六"].map(str::to_owned));
    }
}
