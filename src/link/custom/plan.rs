//! The comparisons of a pipeline made ready: kinds, thresholds, names of levels, and what is assumed of a level before
//! anything is counted.

use super::columns::ReadAs;
use super::swapped::{self, Alike};
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
    /// Whether members of a household have it in common; of two parts, the second.
    pub(super) shared: bool,
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
pub(super) const DATE_LEVELS: [&str; 4] = ["digits_swapped", "one_edit", "day_month_swapped", "two_parts"];
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

    /// Whether an expression is a whole field that is compared as a date.
    pub(super) fn is_date(&self, expression: &KeyExpression) -> bool {
        let dates = self.comparisons.iter().filter(|of| of.is_date());
        dates.flat_map(|of| &of.expressions).any(|of| of == expression)
    }
}

impl ComparisonPlan {
    /// A comparison of a pipeline, made ready.
    pub fn new(comparison: &Comparison) -> Self {
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
            Kind::Swapped => levels.extend(swapped::level_names()),
        }
        levels.push("different".to_owned());
        Self {
            name: comparison.name.clone(),
            levels,
            kind,
            thresholds,
            term_frequency: comparison.term_frequency,
            shared: comparison.shared,
            expressions: comparison.fields.iter().filter_map(|field| KeyExpression::parse(field)).collect(),
        }
    }

    /// Whether members of a household have it in common.
    pub fn is_shared(&self) -> bool {
        self.shared
    }

    /// Whether it compares dates.
    pub fn is_date(&self) -> bool {
        self.kind == Kind::Date
    }

    /// Whether part `part` is equal or near at `level`.
    #[inline]
    pub(super) fn agreement(&self, level: usize, part: usize) -> Option<Alike> {
        let alike = match (self.kind, level) {
            (Kind::Swapped, _) => swapped::parts(level).map(|of| if part == 0 { of.0 } else { of.1 })?,
            (_, 1) => Alike::Equal,
            _ => return None,
        };
        matches!(alike, Alike::Equal | Alike::Near).then_some(alike)
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
