//! The levels of a pair, comparison by comparison.

use super::LevelPattern;
use super::LevelWeights;
use super::columns::{Column, Value};
use super::pairs;
use super::plan::{ComparisonPlan, Kind, Plan};
use super::swapped::{self, Alike};
use super::values;
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
        let keys = plan
            .rules
            .par_iter()
            .enumerate()
            .map(|(i, rule)| super::blocking::keys(records, i, rule, |of| plan.is_date(of)))
            .collect();
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
                        Some(Alike::Equal) => self.rarity(c, part, a.min(b), pattern, weights),
                        Some(Alike::Near) => column.near_rarity_bits(a, b),
                        _ => continue,
                    };
                    weights.add_rarity(&mut evidence, c, level, part, f64::from(rarity));
                }
            }
        }
        evidence.bits() as f32
    }

    /// Bits by which agreement on a record's value tells more or less than agreement in general. Where another comparison
    /// that tells the same agrees as well, the rarer of the two values counts, and once.
    #[inline]
    fn rarity(&self, c: usize, part: usize, row: u32, pattern: LevelPattern, weights: &LevelWeights) -> f32 {
        let own = self.columns[c][part].rarity_bits(row);
        match weights.tied(c).filter(|&of| pattern.level(of) == 1 && self.plan.comparisons[of].term_frequency) {
            Some(of) => (own - self.columns[of].iter().map(|column| column.rarity_bits(row)).sum::<f32>()).max(0.0),
            None => own,
        }
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
            // What is no number says nothing of one.
            _ => 0,
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
    if (p.len() != 8 || q.len() != 8)
        && let Some(level) = known_in_part(x.text.text(), y.text.text())
    {
        // Year and month are two parts of three.
        return level.map(|digits| if digits == 6 { 5 } else { 7 + days });
    }
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

/// Of two dates of which one is known in part: how many digits say the same, if they do; `None` if both are known, or neither.
fn known_in_part(x: &str, y: &str) -> Option<Option<usize>> {
    let whole =
        |text: &str| (text.len() == 8 && text.bytes().all(|byte| byte.is_ascii_digit())).then(|| text.to_owned());
    let digits = |text: &str| values::part_of_date(text).or_else(|| whole(text));
    let (p, q) = (digits(x)?, digits(y)?);
    let (short, long) = if p.len() < q.len() { (p, q) } else { (q, p) };
    (short.len() < long.len()).then(|| long.starts_with(&short).then_some(short.len()))
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Comparison;
    use crate::link::custom::columns::Value;

    #[test]
    fn dates_known_in_part_agree_as_far_as_they_go() {
        let plan = ComparisonPlan::new(&Comparison {
            name: "born".to_owned(),
            fields: vec!["born".to_owned()],
            kind: "date".to_owned(),
            levels: Vec::new(),
            term_frequency: false,
            shared: false,
        });
        let level = |x: &str, y: &str| {
            let level = date(&plan, &Value::of_text(x), &Value::of_text(y));
            level.map_or("different", |level| plan.levels[usize::from(level)].as_str()).to_owned()
        };
        let cases = [
            ("1980", "19800512", "year"),
            ("1980-05", "19800512", "two_parts"),
            ("1980-05", "1980", "year"),
            ("1979", "19800512", "different"),
            ("1980-06", "19800512", "different"),
            ("980512", "19980512", "two_edits"),
            ("19800512", "19801205", "day_month_swapped"),
            ("19800512", "19800521", "digits_swapped"),
        ];
        for (x, y, expected) in cases {
            assert_eq!((level(x, y), level(y, x)), (expected.to_owned(), expected.to_owned()), "{x} {y}");
        }
    }
}
