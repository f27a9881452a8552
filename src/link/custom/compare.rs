//! The levels of a pair, comparison by comparison.

use super::LevelPattern;
use super::LevelWeights;
use super::columns::{Column, Value};
use super::pairs;
use super::plan::{ComparisonPlan, Kind, Plan};
use super::swapped::{self, Alike};
use crate::kernels::date::days_from_civil;
use crate::tables::Records;
use rayon::prelude::*;

/// A word at least this long may differ by one edit and still be the same.
const EDITED_WORD_MIN: usize = 4;

/// What is compared of each record.
#[derive(Debug)]
pub struct CustomFeatures {
    pub(super) plan: Plan,
    /// For each comparison one column, or two.
    pub(super) columns: Vec<Vec<Column>>,
    /// For each rule the key of each record; 0: none.
    pub(super) keys: Vec<Vec<u64>>,
    pub(super) source: Vec<u16>,
}

impl CustomFeatures {
    /// Reads what `plan` compares.
    pub fn new(records: &Records, plan: Plan) -> Self {
        let columns = plan
            .comparisons
            .par_iter()
            .map(|comparison| {
                let column = |expression| Column::new(records, expression, comparison.read_as());
                comparison.expressions.iter().map(column).collect()
            })
            .collect();
        let keys = plan.rules.par_iter().enumerate().map(|(i, rule)| super::blocking::keys(records, i, rule)).collect();
        let mut features = Self { plan, columns, keys, source: records.source.to_vec() };
        features.count_values(None);
        features
    }

    /// Number of records.
    pub fn len(&self) -> usize {
        self.source.len()
    }

    /// Whether there is no record.
    pub fn is_empty(&self) -> bool {
        self.source.is_empty()
    }

    /// The plan.
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// Source of each record.
    pub fn sources(&self) -> &[u16] {
        &self.source
    }

    /// Counts how frequent each value is among persons; without persons, every record is one.
    pub fn count_values(&mut self, person_of: Option<&[u32]>) {
        self.columns.par_iter_mut().flatten().for_each(|column| column.count(person_of));
        let (plan, source) = (&self.plan, &self.source);
        for (comparison, columns) in plan.comparisons.iter().zip(&mut self.columns) {
            if comparison.term_frequency && comparison.kind == Kind::Swapped {
                columns.par_iter_mut().for_each(|column| column.count_near(pairs::drawn(plan, source, person_of)));
            }
        }
    }

    /// The levels of two records.
    pub fn pattern(&self, a: u32, b: u32) -> LevelPattern {
        let mut pattern = LevelPattern::default();
        for (c, (comparison, columns)) in self.plan.comparisons.iter().zip(&self.columns).enumerate() {
            pattern = pattern.with(c, level(comparison, columns, a, b));
        }
        pattern
    }

    /// Bits that two records are one person.
    pub fn weight(&self, a: u32, b: u32, pattern: LevelPattern, weights: &LevelWeights) -> f32 {
        let mut evidence = weights.evidence(pattern);
        for (c, (comparison, columns)) in self.plan.comparisons.iter().zip(&self.columns).enumerate() {
            if comparison.term_frequency {
                let level = pattern.level(c);
                for (part, column) in columns.iter().enumerate() {
                    let rarity = match comparison.agreement(level, part) {
                        Some(Alike::Equal) => column.rarity_bits(a.min(b)),
                        Some(Alike::Near) => column.near_rarity_bits(a, b),
                        _ => continue,
                    };
                    weights.add_rarity(&mut evidence, c, level, part, f64::from(rarity));
                }
            }
        }
        evidence.bits() as f32
    }
}

fn level(plan: &ComparisonPlan, columns: &[Column], a: u32, b: u32) -> u8 {
    if plan.kind == Kind::Swapped {
        return swapped::level(&columns[0], &columns[1], a, b);
    }
    let column = &columns[0];
    let (x, y) = (column.ids[a as usize], column.ids[b as usize]);
    if x == 0 || y == 0 {
        return 0;
    }
    if x == y {
        return 1;
    }
    let (x, y) = (&column.values[x as usize], &column.values[y as usize]);
    let last = plan.levels.len() as u8 - 1;
    let first = |holds: &dyn Fn(f64) -> bool| {
        plan.thresholds.iter().position(|&threshold| holds(threshold)).map(|i| i as u8 + 2)
    };
    match plan.kind {
        Kind::Exact | Kind::Swapped => last,
        Kind::Edit => {
            let distance = f64::from(x.text.edit_distance(&y.text));
            first(&|max| distance <= max).unwrap_or(last)
        }
        Kind::JaroWinkler => {
            let alike = x.text.jaro_winkler(&y.text);
            let begins = swapped::begins(x, y);
            first(&|min| alike >= min).unwrap_or(if begins { last - 1 } else { last })
        }
        Kind::Tokens => {
            let alike = tokens_alike(x, y);
            first(&|min| alike >= min).unwrap_or(last)
        }
        Kind::Array => {
            let common =
                x.tokens.iter().filter(|word| y.tokens.iter().any(|other| other.text() == word.text())).count();
            first(&|min| common as f64 >= min).unwrap_or(last)
        }
        Kind::Number => match (x.number, y.number) {
            (Some(x), Some(y)) => first(&|max| (x - y).abs() <= max).unwrap_or(last),
            _ => last,
        },
        Kind::Date => date(plan, x, y).unwrap_or(last),
    }
}

/// Share of words in common (Jaccard), where long words may differ by one edit.
fn tokens_alike(x: &Value, y: &Value) -> f64 {
    let mut taken = 0_u64;
    let mut common = 0;
    for word in &x.tokens {
        let same = |other: &crate::kernels::similarity::Comparable| {
            word.text() == other.text()
                || word.text().len().min(other.text().len()) >= EDITED_WORD_MIN && word.edit_distance(other) <= 1
        };
        let found = y.tokens.iter().take(64).enumerate().position(|(i, other)| taken >> i & 1 == 0 && same(other));
        if let Some(i) = found {
            taken |= 1 << i;
            common += 1;
        }
    }
    let all = x.tokens.len() + y.tokens.len() - common;
    if all == 0 { 0.0 } else { common as f64 / all as f64 }
}

fn date(plan: &ComparisonPlan, x: &Value, y: &Value) -> Option<u8> {
    let edits = x.text.edit_distance(&y.text);
    let (p, q) = (x.text.text().as_bytes(), y.text.text().as_bytes());
    if edits <= 1 {
        return Some(if digits_swapped(p, q) { 2 } else { 3 });
    }
    let days = plan.thresholds.len() as u8;
    if p.len() == 8 && q.len() == 8 {
        let (year, month, day) = (p[..4] == q[..4], p[4..6] == q[4..6], p[6..] == q[6..]);
        if year && p[4..6] == q[6..] && p[6..] == q[4..6] {
            return Some(4);
        }
        if u8::from(year) + u8::from(month) + u8::from(day) == 2 {
            return Some(5);
        }
        if let (Some(p), Some(q)) = (day_number(p), day_number(q))
            && let Some(i) = plan.thresholds.iter().position(|&max| f64::from((p - q).abs()) <= max)
        {
            return Some(6 + i as u8);
        }
        if edits > 2 && year {
            return Some(7 + days);
        }
    }
    (edits <= 2).then_some(6 + days)
}

/// Whether two texts that are an edit apart differ by neighbours that changed places.
fn digits_swapped(p: &[u8], q: &[u8]) -> bool {
    p.len() == q.len() && p.iter().zip(q).filter(|(p, q)| p != q).count() == 2
}

fn day_number(date: &[u8]) -> Option<i32> {
    let number = |part: &[u8]| std::str::from_utf8(part).ok()?.parse::<u32>().ok();
    let (year, month, day) = (number(&date[..4])?, number(&date[4..6])?, number(&date[6..])?);
    ((1..=12).contains(&month) && (1..=31).contains(&day)).then(|| days_from_civil(year as i32, month, day))
}
