//! Numbers of spreadsheets, Parquet and JSON as the text that people see in a cell.

/// A float as text: whole ones without a point and never with an exponent (an ID number that a spreadsheet took for a
/// number shows its zeros), others with 15 digits as a spreadsheet shows them.
pub(super) fn float(value: f64) -> String {
    if !value.is_finite() {
        return String::new();
    }
    let short = value.to_string();
    if value.fract() == 0.0 || short.len() <= 15 {
        return if value == 0.0 { "0".to_owned() } else { short };
    }
    format!("{value:.14e}").parse::<f64>().map_or(short, |rounded| rounded.to_string())
}

#[cfg(test)]
mod tests {
    use super::float;

    #[test]
    fn floats_as_people_see_them() {
        assert_eq!(float(3.0), "3");
        assert_eq!(float(-0.0), "0");
        assert_eq!(float(3.70502199001011e17), "370502199001011000");
        assert_eq!(float(13_800_138_000.0), "13800138000");
        assert_eq!(float(0.1 + 0.2), "0.3");
        assert_eq!(float(1.5), "1.5");
        assert_eq!(float(f64::NAN), "");
    }
}
