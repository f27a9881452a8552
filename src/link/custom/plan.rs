//! The comparisons of a pipeline made ready: kinds, thresholds, names of levels, and what is assumed of a level before
//! anything is counted.

use super::columns::ReadAs;
use crate::config::{Comparison, KeyExpression, Linkage};

/// How two values are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Exact,
    Edit,
    JaroWinkler,
    Tokens,
    Date,
    Number,
    Array,
    Swapped,
}

/// One comparison.
#[derive(Clone, Debug)]
pub struct ComparisonPlan {
    /// Name, which becomes a column of `links`.
    pub name: String,
    /// Names of the levels: missing, equal, …, different.
    pub levels: Vec<String>,
    pub(super) kind: Kind,
    pub(super) thresholds: Vec<f64>,
    pub(super) term_frequency: bool,
    pub(super) expressions: Vec<KeyExpression>,
}

/// What is compared and which pairs.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The comparisons in their order.
    pub comparisons: Vec<ComparisonPlan>,
    /// The blocking rules in their order: a pair belongs to the first whose key it shares.
    pub rules: Vec<Vec<KeyExpression>>,
    /// How the rules are written.
    pub rule_names: Vec<String>,
    /// Only records of different sources are compared.
    pub across_sources: bool,
    /// A block with more rows is split by the compared columns.
    pub block_rows_max: usize,
}

/// Levels of `date` between equal and the thresholds in days.
pub(super) const DATE_LEVELS: [&str; 3] = ["one_edit", "day_month_swapped", "two_parts"];
/// Levels of `swapped` between equal and different.
pub(super) const SWAPPED_LEVELS: [&str; 11] = [
    "equal_swapped",
    "first_equal_second_similar",
    "first_similar_second_equal",
    "both_similar",
    "similar_swapped",
    "first_equal_second_missing",
    "first_missing_second_equal",
    "first_equal",
    "second_equal",
    "one_crossed",
    "one_similar",
];

impl Plan {
    /// The plan of a pipeline's own linkage, whose expressions are known to be right.
    pub fn new(linkage: &Linkage) -> Self {
        let parse = |texts: &Vec<String>| texts.iter().filter_map(|text| KeyExpression::parse(text)).collect();
        Self {
            comparisons: linkage.comparisons.iter().map(ComparisonPlan::new).collect(),
            rules: linkage.blocking.iter().map(parse).collect(),
            rule_names: linkage.blocking.iter().map(|rule| rule.join(", ")).collect(),
            across_sources: linkage.one_per_source,
            block_rows_max: linkage.block_rows_max.max(2),
        }
    }
}

impl ComparisonPlan {
    fn new(comparison: &Comparison) -> Self {
        let (kind, usual): (Kind, &[f64]) = match comparison.kind.as_str() {
            "exact" => (Kind::Exact, &[]),
            "edit" => (Kind::Edit, &[1.0, 2.0]),
            "jaro_winkler" => (Kind::JaroWinkler, &[0.92, 0.85, 0.75]),
            "tokens" => (Kind::Tokens, &[0.99, 0.6, 0.3]),
            "date" => (Kind::Date, &[]),
            "number" => (Kind::Number, &[1.0]),
            "array" => (Kind::Array, &[1.0]),
            _ => (Kind::Swapped, &[]),
        };
        let thresholds = if comparison.levels.is_empty() { usual.to_vec() } else { comparison.levels.clone() };
        let mut levels: Vec<String> = vec!["missing".to_owned(), "equal".to_owned()];
        let at = |sign: &'static str| move |threshold: &f64| format!("{sign}{threshold}");
        match kind {
            Kind::Exact => {}
            Kind::Edit | Kind::Number => levels.extend(thresholds.iter().map(at("≤"))),
            Kind::JaroWinkler => {
                levels.extend(thresholds.iter().map(at("≥")));
                levels.push("begins".to_owned());
            }
            Kind::Tokens | Kind::Array => levels.extend(thresholds.iter().map(at("≥"))),
            Kind::Date => {
                levels.extend(DATE_LEVELS.map(str::to_owned));
                levels.extend(thresholds.iter().map(|days| format!("≤{days}d")));
                levels.extend(["two_edits".to_owned(), "year".to_owned()]);
            }
            Kind::Swapped => levels.extend(SWAPPED_LEVELS.map(str::to_owned)),
        }
        levels.push("different".to_owned());
        Self {
            name: comparison.name.clone(),
            levels,
            kind,
            thresholds,
            term_frequency: comparison.term_frequency,
            expressions: comparison.fields.iter().filter_map(|field| KeyExpression::parse(field)).collect(),
        }
    }

    /// What is assumed of the levels of matches before anything is counted: mostly equal, sometimes near, seldom different.
    pub fn starting_m(&self) -> Vec<f64> {
        let last = self.levels.len() - 1;
        let between = (last - 2).max(1) as f64;
        (0..=last)
            .map(|level| match level {
                0 => 0.0,
                1 => 0.8,
                level if level == last => 0.08,
                // The nearer, the likelier.
                level => 0.12 * 2.0 * (between - (level as f64 - 2.0)) / (between * (between + 1.0)),
            })
            .collect()
    }

    pub(super) fn read_as(&self) -> ReadAs {
        match self.kind {
            Kind::Date => ReadAs::Date,
            Kind::Tokens => ReadAs::Tokens,
            Kind::Number => ReadAs::Number,
            Kind::Array => ReadAs::Array,
            _ => ReadAs::Text,
        }
    }
}
