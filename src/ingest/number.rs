//! Numbers of spreadsheets, Parquet and JSON, and dates of spreadsheets, as the text that people see in a cell.

use calamine::ExcelDateTime;
use std::fmt::Write;

/// Numbers of 18 digits, as ID numbers are.
const LONG: std::ops::Range<f64> = 1e17..1e18;

/// A float as text: whole ones without a point or an exponent (an ID number that a spreadsheet took for a number shows its
/// zeros), others with 15 digits as a spreadsheet shows them. A float of 18 digits that does not end in 000 is
/// `4.302111981121638E+17`: it knows 15 digits or 16, and the others must not be taken for what was typed.
pub(super) fn float(value: f64) -> String {
    if !value.is_finite() {
        return String::new();
    }
    let short = value.to_string();
    if LONG.contains(&value) && !short.ends_with("000") {
        return format!("{value:E}").replace('E', "E+");
    }
    if value.fract() == 0.0 || short.len() <= 15 {
        return if value == 0.0 { "0".to_owned() } else { short };
    }
    format!("{value:.14e}").parse::<f64>().map_or(short, |rounded| rounded.to_string())
}

/// A date, a time or both; a number in a cell of dates that is none stays a number.
pub(super) fn date(text: &mut String, date: ExcelDateTime) {
    let serial = date.as_f64();
    if !(0.0..2_958_466.0).contains(&serial) {
        text.push_str(&float(serial));
        return;
    }
    let (year, month, day, hour, minute, second, _) = date.to_ymd_hms_milli();
    let written = if date.is_duration() {
        let seconds = (serial * 86_400.0).round() as u64;
        write!(text, "{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60)
    } else if serial < 1.0 {
        write!(text, "{hour:02}:{minute:02}:{second:02}")
    } else if (hour, minute, second) == (0, 0, 0) {
        write!(text, "{year:04}-{month:02}-{day:02}")
    } else {
        write!(text, "{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}")
    };
    debug_assert!(written.is_ok(), "text takes everything");
}

#[cfg(test)]
mod tests {
    use super::float;

    #[test]
    fn floats_as_people_see_them() {
        assert_eq!(float(3.0), "3");
        assert_eq!(float(-0.0), "0");
        assert_eq!(float(3.70502199001011e17), "370502199001011000");
        assert_eq!(float(430_211_198_112_163_812.0), "4.3021119811216384E+17");
        assert_eq!(float(430_211_198_112_163_800.0), "4.302111981121638E+17");
        assert_eq!(float(430_211_198_112_163_000.0), "430211198112163000");
        assert_eq!((&*float(1e17), &*float(1e18)), ("100000000000000000", "1000000000000000000"));
        assert_eq!(float(43_021_119_811_216_384.0).len(), 17);
        assert_eq!(float(13_800_138_000.0), "13800138000");
        assert_eq!(float(0.1 + 0.2), "0.3");
        assert_eq!(float(1.5), "1.5");
        assert_eq!(float(f64::NAN), "");
    }
}
