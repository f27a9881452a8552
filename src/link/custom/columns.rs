//! Columns of distinct values: each record holds a small number, each number a value that is made comparable once.

use super::swapped::{self, Alike};
use super::values::{self, DateOrder};
use crate::config::{KeyExpression, KeyFunction};
use crate::kernels::similarity::Comparable;
use crate::tables::{Pool, Records, Sym};
use rayon::prelude::*;
use std::collections::HashMap;

/// One compared column. Value 0 is the missing one.
#[derive(Debug)]
pub(super) struct Column {
    /// Value of each record.
    pub(super) ids: Vec<u32>,
    /// The values, ready to be compared.
    pub(super) values: Vec<Value>,
    /// log2 of the share of persons that bear each value.
    pub(super) frequency_bits: Vec<f32>,
    /// log2 of the chance that two persons bear the same value.
    pub(super) chance_bits: f32,
    /// log2 of how rare the values of two persons are on average that are near by chance; `None` if too few are.
    pub(super) near_bits: Option<f32>,
}

/// A distinct value.
#[derive(Debug)]
pub(super) struct Value {
    pub(super) text: Comparable,
    pub(super) chars: usize,
    /// Its consonants as they sound; empty where it has too few of them to tell anything.
    pub(super) sound: String,
    pub(super) tokens: Box<[Comparable]>,
    pub(super) number: Option<f64>,
}

/// What a column is read as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ReadAs {
    Text,
    Date,
    Tokens,
    Number,
    Array,
}

/// Fewer consonants than this say nothing of what a word is.
const CONSONANTS_MIN: usize = 3;
/// Fewer near values than this, by chance, say nothing about how rare such are.
const NEAR_MIN: u32 = 16;
/// Bits that the rareness of near values tells at most, either way.
const NEAR_BITS_MAX: f32 = 8.0;

/// What separates the elements of an array.
const ELEMENTS: [char; 5] = [',', ';', '|', '、', '；'];

/// The text of a field's every distinct symbol, cleaned, for each record: a cache over the pool.
fn field<'a>(records: &'a Records, name: &str) -> &'a [Sym] {
    records.extra.iter().find(|(known, _)| known == name).map_or(&[], |(_, column)| column)
}

/// The value of `expression` for each record, as texts of a pool.
pub(super) fn evaluate(records: &Records, expression: &KeyExpression, dates: bool) -> (Pool, Vec<Sym>) {
    let dates = dates || matches!(expression.function, KeyFunction::Year | KeyFunction::MonthDay);
    let fields: Vec<&[Sym]> = expression.fields.iter().map(|name| field(records, name)).collect();
    let mut orders = vec![DateOrder::default(); usize::from(u16::MAX) + 1];
    let (mut text, mut made) = (String::new(), String::new());
    let symbol = |column: &[Sym], row: usize| column.get(row).copied().unwrap_or(Pool::NONE);
    if dates {
        for row in 0..records.len() {
            values::clean(records.pool.get(symbol(fields[0], row)), &mut text);
            orders[records.source[row] as usize].see(&text);
        }
    }
    let mut pool = Pool::default();
    // The same symbols of the same source give the same value; records of one value are read once.
    let mut known: HashMap<(u16, Vec<Sym>), Sym> = HashMap::new();
    let ids = (0..records.len())
        .map(|row| {
            let source = if dates { records.source[row] } else { 0 };
            let key: Vec<Sym> = fields.iter().map(|column| symbol(column, row)).collect();
            *known.entry((source, key)).or_insert_with_key(|(source, key)| {
                let raw = |sym: &Sym| records.pool.get(*sym);
                match expression.function {
                    KeyFunction::Sorted => {
                        let mut words: Vec<String> = Vec::new();
                        for sym in key {
                            values::clean(raw(sym), &mut text);
                            // HARPER, Ronald is Harper Ronald.
                            let bare = text.split(' ').map(|word| word.trim_matches(|c: char| !c.is_alphanumeric()));
                            words.extend(bare.filter(|word| !word.is_empty()).map(str::to_owned));
                        }
                        words.sort_unstable();
                        made = words.join(" ");
                    }
                    KeyFunction::Soundex => {
                        values::clean(raw(&key[0]), &mut text);
                        values::soundex(&text, &mut made);
                    }
                    _ => {
                        values::clean(raw(&key[0]), &mut text);
                        if dates {
                            values::date(&text, orders[*source as usize], &mut made);
                        } else {
                            made.clone_from(&text);
                        }
                        let date_part = made.len() == 8 && made.is_ascii();
                        match expression.function {
                            KeyFunction::Year if date_part => made.truncate(4),
                            KeyFunction::MonthDay if date_part => drop(made.drain(..4)),
                            KeyFunction::Year | KeyFunction::MonthDay => made.clear(),
                            _ => {}
                        }
                    }
                }
                if expression.from > 0 || expression.to < usize::MAX {
                    made = made.chars().take(expression.to).skip(expression.from).collect();
                }
                pool.intern(&made)
            })
        })
        .collect();
    (pool, ids)
}

impl Column {
    pub(super) fn new(records: &Records, expression: &KeyExpression, read_as: ReadAs) -> Self {
        let (pool, ids) = evaluate(records, expression, read_as == ReadAs::Date);
        let value = |sym: usize| {
            let text = pool.get(sym as Sym);
            let tokens = match read_as {
                ReadAs::Tokens => words(text, |c| !c.is_alphanumeric()),
                ReadAs::Array => words(text, |c| ELEMENTS.contains(&c)),
                _ => Box::default(),
            };
            let number = if read_as == ReadAs::Number { values::number(text) } else { None };
            Value { tokens, number, ..Value::of_text(text) }
        };
        let values = (0..pool.len()).into_par_iter().map(value).collect();
        Self { ids, values, frequency_bits: Vec::new(), chance_bits: 0.0, near_bits: None }
    }

    /// Counts how many persons bear each value; without persons, every record is one.
    pub(super) fn count(&mut self, person_of: Option<&[u32]>) {
        let mut borne: Vec<(u32, u32)> = self
            .ids
            .iter()
            .enumerate()
            .filter(|(_, id)| **id != 0)
            .map(|(row, &id)| (id, person_of.map_or(row as u32, |of| of[row])))
            .collect();
        borne.par_sort_unstable();
        borne.dedup();
        let mut counts = vec![0_u32; self.values.len()];
        borne.iter().for_each(|&(id, _)| counts[id as usize] += 1);
        let all = (borne.len() as f64).max(1.0);
        self.frequency_bits = counts.iter().map(|&n| (f64::from(n.max(1)) / all).log2() as f32).collect();
        let chance: f64 = counts.iter().map(|&n| (f64::from(n) / all).powi(2)).sum();
        self.chance_bits = chance.max(1e-12).log2() as f32;
    }

    /// The value of a record, or `None`.
    #[inline]
    pub(super) fn get(&self, row: u32) -> Option<&Value> {
        let id = self.ids[row as usize];
        (id != 0).then(|| &self.values[id as usize])
    }

    /// Counts how rare values are that are near by chance, from the values of pairs drawn at random.
    pub(super) fn count_near(&mut self, pairs: impl Iterator<Item = (u32, u32)>) {
        let (mut sum, mut near) = (0.0, 0_u32);
        for (a, b) in pairs {
            let (x, y) = (self.ids[a as usize], self.ids[b as usize]);
            let value = |id: u32| (id != 0).then(|| &self.values[id as usize]);
            if x != y && swapped::alike(value(x), value(y)) == Alike::Near {
                sum += self.rareness(x, y);
                near += 1;
            }
        }
        self.near_bits = (near >= NEAR_MIN).then(|| (sum / f64::from(near)).log2() as f32);
    }

    /// How rare two values are that may be one, misspelled: the odds for that lie with the rarer of them.
    fn rareness(&self, x: u32, y: u32) -> f64 {
        let rare = |id: u32| f64::from(-self.frequency_bits[id as usize]).exp2();
        f64::midpoint(rare(x), rare(y))
    }

    /// Bits by which near values of two records tell more (one of them rare, as slips are) or less (both frequent).
    #[inline]
    pub(super) fn near_rarity_bits(&self, a: u32, b: u32) -> f32 {
        let Some(usual) = self.near_bits else { return 0.0 };
        let bits = self.rareness(self.ids[a as usize], self.ids[b as usize]).log2() as f32 - usual;
        bits.clamp(-NEAR_BITS_MAX, NEAR_BITS_MAX)
    }

    /// Bits by which agreement on the value of `row` tells more (rare) or less (frequent) than agreement in general.
    #[inline]
    pub(super) fn rarity_bits(&self, row: u32) -> f32 {
        self.chance_bits - self.frequency_bits[self.ids[row as usize] as usize]
    }
}

impl Value {
    /// A value that is only a text.
    pub(super) fn of_text(text: &str) -> Self {
        let mut sound = String::new();
        values::consonants(text, &mut sound);
        if sound.chars().count() < CONSONANTS_MIN {
            sound.clear();
        }
        Self { text: Comparable::new(text), chars: text.chars().count(), sound, tokens: Box::default(), number: None }
    }
}

fn words(text: &str, between: impl Fn(char) -> bool) -> Box<[Comparable]> {
    let mut words: Vec<&str> = text.split(between).map(str::trim).filter(|word| !word.is_empty()).collect();
    words.sort_unstable();
    words.dedup();
    words.into_iter().map(Comparable::new).collect()
}
