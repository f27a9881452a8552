use super::*;
use proptest::prelude::*;

fn date(text: &str) -> Option<(String, BirthPrecision)> {
    parse_date(text).map(|(days, precision)| {
        let (y, m, d) = civil_from_days(days);
        (format!("{y:04}-{m:02}-{d:02}"), precision)
    })
}

#[test]
fn every_notation_is_the_same_day() {
    for text in [
        "1990-01-05",
        "1990/1/5",
        "19900105",
        "1990.1.5",
        "1990.01.05",
        "1990年1月5日",
        "1990年01月05日",
        "90-1-5",
        "05/01/1990",
        "32878",
        "32878.0",
        "32878.58",
        "1990-01-05 00:00:00",
        "1990-01-05T08:30:00",
        "1990/1/5 0:00",
        "19900105.0",
        "900105",
        "一九九〇年一月五日",
        "一九九零年元月五日",
        "１９９０－０１－０５",
        " 1990 - 01 - 05 ",
        "1990 01 05",
        "1990-1-5(公历)",
        "1990年1月5日出生",
        "5-Jan-1990",
        "Jan 5, 1990",
        "5-Jan-90",
        "1990\\1\\5",
        "'1990-01-05",
        "1990、1、5",
        "1990-01-05 星期五",
        "Fri Jan 5 1990",
        "1/5/90",
        "1990年1月5号",
        "阳历1990.1.5",
    ] {
        assert_eq!(date(text), Some(("1990-01-05".into(), BirthPrecision::Day)), "{text}");
    }
}

#[test]
fn partial_and_lunar_dates() {
    use BirthPrecision::*;
    for (text, day, precision) in [
        ("1990", "1990-01-01", Year),
        ("1990年", "1990-01-01", Year),
        ("1990.0", "1990-01-01", Year),
        ("1990-01-01", "1990-01-01", Year),
        ("1990-00-00", "1990-01-01", Year),
        ("19900000", "1990-01-01", Year),
        ("1990-05", "1990-05-01", Month),
        ("1990年5月", "1990-05-01", Month),
        ("199005", "1990-05-01", Month),
        ("1990.5", "1990-05-01", Month),
        ("05/1990", "1990-05-01", Month),
        ("1990-05-00", "1990-05-01", Month),
        ("25/12/1990", "1990-12-25", Day),
        ("12/25/1990", "1990-12-25", Day),
        ("二〇二二年三月二十日", "2022-03-20", Day),
        ("二零二二年十二月三十一日", "2022-12-31", Day),
        ("农历1990年正月初五", "1990-01-31", Lunar),
        ("1990年腊月廿三", "1991-02-07", Lunar),
        ("农历1990年12月23", "1991-02-07", Lunar),
        ("1990-01-05（农历）", "1990-01-31", Lunar),
        ("阴历1950.8.15", "1950-09-26", Lunar),
        ("农历一九五五年闰三月初一", "1955-04-22", Lunar),
        ("2033年冬月十五", "2033-12-06", Lunar),
    ] {
        assert_eq!(date(text), Some((day.into(), precision)), "{text}");
    }
}

#[test]
fn impossible_dates_are_none() {
    for text in [
        "",
        "无",
        "1990-02-30",
        "1990-13-32",
        "0000-00-00",
        "9999-12-31",
        "19901301",
        "abc",
        "32岁",
        "1990-01-05-12-9-9-9-9-9-9-9-9",
        "99999999999999999999",
        "农历1990年13月1日",
        "138",
        "12:30",
        "不详",
    ] {
        assert_eq!(date(text), None, "{text}");
    }
}

#[test]
fn times_are_read() {
    let at = |h: i64, m: i64, s: i64| Some(i64::from(days_from_civil(2022, 3, 20)) * 86_400 + h * 3600 + m * 60 + s);
    for (text, expected) in [
        ("2022-03-20 14:05:33", at(14, 5, 33)),
        ("2022-03-20T14:05:33", at(14, 5, 33)),
        ("2022-03-20T14:05:33.123+08:00", at(14, 5, 33)),
        ("2022-03-20T06:05:33Z", at(14, 5, 33)),
        ("2022-03-20T06:05:33.5Z", at(14, 5, 33)),
        ("2022/3/20 14:05", at(14, 5, 0)),
        ("2022年3月20日14时05分33秒", at(14, 5, 33)),
        ("2022年3月20日 下午2点05分", at(14, 5, 0)),
        ("2022年3月20日下午2点半", at(14, 30, 0)),
        ("2022年3月20日上午九点三刻", at(9, 45, 0)),
        ("2022-03-20 傍晚6点一刻", at(18, 15, 0)),
        ("2022/3/20 2:05:33 PM", at(14, 5, 33)),
        ("2022-03-20 上午9:00", at(9, 0, 0)),
        ("20220320140533", at(14, 5, 33)),
        ("202203201405", at(14, 5, 0)),
        ("20220320 14:05:33", at(14, 5, 33)),
        ("20220320", at(0, 0, 0)),
        ("1647756333", at(14, 5, 33)),
        ("1647756333000", at(14, 5, 33)),
        ("44640.5", at(12, 0, 0)),
        ("44640", at(0, 0, 0)),
        ("2022-03-20 12:00 AM", at(0, 0, 0)),
        ("2022-03-20 25:00:00", None),
    ] {
        assert_eq!(parse_datetime(text), expected, "{text}");
    }
}

#[test]
fn a_date_without_a_year_is_the_nearest() {
    let near = |text: &str, (year, month, day)| parse_datetime_near(text, days_from_civil(year, month, day), || None);
    let at = |year, month, day, hour: i64, minute: i64| {
        Some(i64::from(days_from_civil(year, month, day)) * DAY_SECS + hour * 3600 + minute * 60)
    };
    let night = (2022, 3, 10);
    for (text, expected) in [
        ("3月8日 10:00", at(2022, 3, 8, 10, 0)),
        ("3月8日10时", at(2022, 3, 8, 10, 0)),
        ("3月8日下午2点30分", at(2022, 3, 8, 14, 30)),
        ("3月8日上午10点半", at(2022, 3, 8, 10, 30)),
        ("三月八日", at(2022, 3, 8, 0, 0)),
        ("3月8号", at(2022, 3, 8, 0, 0)),
        ("3月8", at(2022, 3, 8, 0, 0)),
        ("3/8", at(2022, 3, 8, 0, 0)),
        ("3.8", at(2022, 3, 8, 0, 0)),
        ("03-08", at(2022, 3, 8, 0, 0)),
        ("03-08 10:30:05", at(2022, 3, 8, 10, 30).map(|secs| secs + 5)),
        ("3/8 10时", at(2022, 3, 8, 10, 0)),
        ("8日", at(2022, 3, 8, 0, 0)),
        ("28日15时", at(2022, 2, 28, 15, 0)),
        ("12月30日", at(2021, 12, 30, 0, 0)),
        ("2022-03-08 10:30", at(2022, 3, 8, 10, 30)),
        ("21年3月8日", at(2021, 3, 8, 0, 0)),
        ("2月30日", None),
        ("3月8日 25:00", None),
        ("3月8日半", None),
        ("半", None),
        ("3月8日 9点九刻", None),
        ("13/8", None),
        ("不详", None),
        ("10:30", None),
    ] {
        assert_eq!(near(text, night), expected, "{text}");
    }
    assert_eq!(near("12-31 23:00", (2022, 1, 2)), at(2021, 12, 31, 23, 0));
    assert_eq!(near("1月2日", (2021, 12, 31)), at(2022, 1, 2, 0, 0));
    // Without a day to go by it is no date, least of all one of 2003.
    for text in ["3月8日 10:00", "3月8日10时", "3/8 10时", "3月8日", "03-08 10:30"] {
        assert_eq!((parse_datetime(text), parse_date(text)), (None, None), "{text}");
    }
}

#[test]
fn of_a_time_from_one_day_to_another_the_last_counts() {
    for (text, (month, day)) in [
        ("3月5日-3月7日", (3, 7)),
        ("3月10日、3月12日", (3, 12)),
        ("3月5日-7日", (3, 7)),
        ("3.5-3.7", (3, 7)),
        ("3/5-3/7", (3, 7)),
        ("2022.3.5-2022.3.7", (3, 7)),
        ("2022-03-05 ~ 2022-03-07", (3, 7)),
        ("2022年2月28日-3月2日", (3, 2)),
        ("2022年3月5日-7日", (3, 7)),
        ("3月5日至7日", (3, 7)),
        ("3月5日到3月7日止", (3, 7)),
        ("2022年3月5日至2022年3月7日", (3, 7)),
        ("2022-03-05至2022-03-07", (3, 7)),
        ("3月7日至今", (3, 7)),
        ("2022-03-07 至今", (3, 7)),
        ("3月7日到达", (3, 7)),
        ("3月7日抵返", (3, 7)),
        ("3月7日起", (3, 7)),
    ] {
        let expected = Some(i64::from(days_from_civil(2022, month, day)) * DAY_SECS);
        assert_eq!(parse_datetime_near(text, days_from_civil(2022, 3, 18), || None), expected, "{text}");
    }
    assert_eq!(parse_datetime_near("2022年3月5日-32日", days_from_civil(2022, 3, 18), || None), None);
}

#[test]
fn the_order_of_numbers_is_that_of_neighbours_or_the_nearest() {
    let day = |year, month, day| Some(i64::from(days_from_civil(year, month, day)) * DAY_SECS);
    let night = days_from_civil(2022, 4, 12);
    let near = |text: &str, order| parse_datetime_near(text, night, || order);
    // 10 April is as near as can be; 4 October is not yet.
    assert_eq!(near("4/10/2022", None), day(2022, 4, 10));
    assert_eq!(near("4/1/2022", Some(Order::MonthFirst)), day(2022, 4, 1));
    assert_eq!(near("4/1/2022", Some(Order::DayFirst)), day(2022, 1, 4));
    assert_eq!(near("3/5/22", None), day(2022, 3, 5));
    assert_eq!(near("3/5/22 8:05", Some(Order::MonthFirst)), day(2022, 3, 5).map(|at| at + 8 * 3600 + 300));
    assert_eq!(near("22/3/5", None), day(2022, 3, 5));
    assert_eq!(near("20-3月 -22", None), day(2022, 3, 20));
    let clock = 8 * 3600 + 5 * 60;
    assert_eq!(near("05-3月 -22 08.05.00.000000 上午", None), day(2022, 3, 5).map(|at| at + clock));
    assert_eq!(near("22-3月5日", None), day(2022, 3, 5));
    assert_eq!(near("3月5日2022年", None), day(2022, 3, 5));
    // The order of the others does not make a day of what is none.
    assert_eq!(near("3/20/2022", Some(Order::DayFirst)), day(2022, 3, 20));

    let born = |text: &str, order| parse_date_in(text, || order).map(|(days, _)| civil_from_days(days));
    assert_eq!(born("4/1/1980", None), Some((1980, 1, 4)));
    assert_eq!(born("4/1/1980", Some(Order::MonthFirst)), Some((1980, 4, 1)));
    assert_eq!(born("05-1月 -12", None), Some((2012, 1, 5)));

    for (text, order) in [
        ("3/20/2022", Some(Order::MonthFirst)),
        ("20/3/2022 10:30", Some(Order::DayFirst)),
        ("3/20/22", Some(Order::MonthFirst)),
        ("90-1-25", Some(Order::YearFirst)),
        ("3/4/2022", None),
        ("2022/3/20", None),
        ("20220320", None),
        ("3月20日22年", None),
        ("", None),
    ] {
        assert_eq!(order_told(text), order, "{text}");
    }
}

#[test]
fn an_age_is_the_middle_of_its_year() {
    let reference = days_from_civil(2022, 3, 27);
    let (y, m, _) = civil_from_days(age_to_birth(30, reference));
    assert_eq!((y, m), (1991, 9));
    age_to_birth(u32::MAX, reference);
}

proptest! {
    #[test]
    fn days_round_trip_against_jiff(days in -60_000i32..80_000) {
        let (y, m, d) = civil_from_days(days);
        prop_assert_eq!(days_from_civil(y, m, d), days);
        let civil = jiff::civil::date(1970, 1, 1).checked_add(jiff::Span::new().days(days)).unwrap();
        prop_assert_eq!((y, m, d), (i32::from(civil.year()), civil.month() as u32, civil.day() as u32));
    }

    #[test]
    fn notations_agree(days in -25_566i32..45_000) {
        let (y, m, d) = civil_from_days(days);
        prop_assume!((m, d) != (1, 1));
        for text in [format!("{y}-{m:02}-{d:02}"), format!("{y}{m:02}{d:02}"), format!("{y}年{m}月{d}日"), format!("{y}/{m}/{d}"),
                     format!("{d:02}/{m:02}/{y}"), format!("{y}.{m}.{d}"), format!("{y}-{m}-{d} 13:45")] {
            prop_assert_eq!(parse_date(&text), Some((days, BirthPrecision::Day)), "{}", text);
        }
    }

    #[test]
    fn the_usual_time_is_read_as_the_scanner_reads_it(y in 1890u32..2110, m in 0u32..14, d in 0u32..33, h in 0u32..26, n in 0u32..62, s in 0u32..62) {
        for text in [format!("{y}-{m:02}-{d:02} {h:02}:{n:02}"), format!("{y}-{m:02}-{d:02} {h:02}:{n:02}:{s:02}")] {
            // A leading space leaves the text to the scanner.
            prop_assert_eq!(parse_datetime(&text), parse_datetime(&format!(" {text}")), "{}", text);
        }
    }

    #[test]
    fn any_text_is_harmless(text in ".{0,30}") {
        parse_date(&text);
        parse_datetime(&text);
    }

    #[test]
    fn digits_are_harmless(text in "[0-9年月日:./点半刻 -]{0,24}", reference in -60_000i32..80_000) {
        parse_datetime_near(&text, reference, || None);
        order_told(&text);
    }

    #[test]
    fn lunar_days_follow_each_other(year in 1900i32..2100, month in 1u32..=12) {
        let first = lunar_to_days(year, month, 1, false).unwrap();
        let next = if month == 12 { lunar_to_days(year + 1, 1, 1, false) } else { lunar_to_days(year, month + 1, 1, false) };
        let length = next.unwrap() - first;
        prop_assert!([29, 30, 58, 59, 60].contains(&length));
    }
}
