//! Key expressions of a pipeline's own linkage: `field`, `field[from:to]`, `soundex(field)`, `sorted(field other)`,
//! `year(field)`, also with a range behind: `sorted(given surname)[0:4]`. They are read here and worked out by the step
//! that links.

/// A key expression.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct KeyExpression {
    /// What is made of the fields.
    pub function: KeyFunction,
    /// The fields, at least one.
    pub fields: Vec<String>,
    /// First character that counts.
    pub from: usize,
    /// Character before which the key ends.
    pub to: usize,
}

/// What a key expression makes of its fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum KeyFunction {
    /// The value as it stands.
    Value,
    /// American Soundex, of any letters.
    Soundex,
    /// The words of all fields in alphabetical order: the same whichever column each stands in.
    Sorted,
    /// The year of a date.
    Year,
    /// Month and day of a date.
    MonthDay,
}

const FUNCTIONS: &[(&str, KeyFunction)] = &[
    ("soundex", KeyFunction::Soundex),
    ("sorted", KeyFunction::Sorted),
    ("year", KeyFunction::Year),
    ("month_day", KeyFunction::MonthDay),
];

impl KeyExpression {
    /// Reads an expression; `None` if it is none.
    pub fn parse(text: &str) -> Option<Self> {
        let (body, range) = match text.strip_suffix(']') {
            Some(front) => front.rsplit_once('[').map(|(body, range)| (body, Some(range)))?,
            None => (text, None),
        };
        let bound = |text: &str, other: usize| if text.is_empty() { Some(other) } else { text.parse::<usize>().ok() };
        let (from, to) = match range {
            Some(range) => {
                let (from, to) = range.split_once(':')?;
                (bound(from, 0)?, bound(to, usize::MAX)?)
            }
            None => (0, usize::MAX),
        };
        let (function, fields) = match body.strip_suffix(')') {
            Some(front) => {
                let (name, fields) = front.split_once('(')?;
                (FUNCTIONS.iter().find(|(known, _)| *known == name)?.1, fields)
            }
            None => (KeyFunction::Value, body),
        };
        let fields: Vec<String> = match function {
            KeyFunction::Value => vec![fields.to_owned()],
            _ => fields.split_whitespace().map(str::to_owned).collect(),
        };
        let plain = |field: &String| {
            !field.is_empty() && !field.contains(|c: char| c.is_whitespace() || "[]()=<>'\"".contains(c))
        };
        let several = function == KeyFunction::Sorted || fields.len() == 1;
        (from < to && several && !fields.is_empty() && fields.iter().all(plain)).then_some(Self {
            function,
            fields,
            from,
            to,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expressions_are_read() {
        let read = |text| KeyExpression::parse(text).unwrap();
        assert_eq!(read("surname").function, KeyFunction::Value);
        assert_eq!((read("postcode[1:4]").from, read("postcode[1:4]").to), (1, 4));
        assert_eq!(read("sorted(given surname)[:3]").fields, ["given", "surname"]);
        assert_eq!(read("soundex(姓)").fields, ["姓"]);
        for wrong in ["", "a b", "a[3:1]", "a[1]", "f(a)", "soundex(a b)", "soundex()", "a]", "year(a", "a=b"] {
            assert_eq!(KeyExpression::parse(wrong), None, "{wrong}");
        }
    }
}
