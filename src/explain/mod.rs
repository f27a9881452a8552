//! Why a record is in its person, and why two records are (not) one: from a published set alone. Weights are taken apart by
//! the set's table of patterns; nothing is compared again, and no value of a person is read but the masked name of its
//! golden record, if asked for.

mod read;
mod tree;

use crate::error::{Error, Exit, Result};
use crate::message::Message;
use crate::publish::mask;
use crate::store::Set;
use crate::tables::PersonId;
use read::{Members, PairRow, Patterns};
use serde::Serialize;
use std::path::Path;

/// Uncertain and refused pairs shown of a person.
const OPEN_MAX: usize = 20;

/// A term of a match weight.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Term {
    /// `prior`, a comparison, or `rest`.
    pub name: String,
    /// The level of a comparison; `None` for prior and rest.
    pub level: Option<String>,
    /// Bits. The terms of a pair add up to its match weight.
    pub bits: f64,
}

/// A pair of records as the set knows it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Pair {
    /// One record, `source:record_id`.
    pub left: String,
    /// The other.
    pub right: String,
    /// Table that holds the pair: `links`, `review` or `refused`.
    pub table: &'static str,
    /// Why it was refused.
    pub why: Option<String>,
    /// Match weight in bits.
    pub match_weight: f64,
    /// What it is made of; empty if the set says nothing of it.
    pub terms: Vec<Term>,
}

/// A record of a person and how it hangs together with the others.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Member {
    /// `source:record_id`
    pub record: String,
    /// `id`, `model`, `review` or `single`.
    pub joined_by: String,
    /// Strongest weight that joins it; `None` if it is alone.
    pub match_weight: Option<f64>,
    /// Steps from the first member of the list along the strongest links.
    pub depth: usize,
    /// The strongest link on that way: from the member before, which is nearer to the first. `None` for the first.
    pub through: Option<Pair>,
}

/// A person of the set.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Person {
    /// Its key.
    pub person_id: String,
    /// Masked name of the golden record, if asked for and known.
    pub name: Option<String>,
    /// Its records, as a tree of strongest links: each stands behind the one that it is joined to.
    pub members: Vec<Member>,
}

/// A pair with a record of another person.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Open {
    /// The pair.
    pub pair: Pair,
    /// The other person.
    pub other_person: String,
}

/// The answer.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Answer {
    /// About one record, or a person.
    Record {
        /// The record; `None` if a person was asked for.
        record: Option<String>,
        /// Its person.
        person: Person,
        /// Refused and uncertain pairs with records of other persons, refused first, then heaviest first.
        open: Vec<Open>,
        /// How many more there are.
        open_left_out: usize,
    },
    /// About two records.
    Two {
        /// The first.
        a: String,
        /// The second.
        b: String,
        /// Person of the first.
        person_a: String,
        /// Person of the second.
        person_b: String,
        /// The pair itself, if the set has it.
        pair: Option<Pair>,
        /// In one person: the strongest way from the first to the second.
        path: Vec<Pair>,
        /// In two: refused and uncertain pairs between the two persons.
        between: Vec<Pair>,
    },
}

/// What explains one record or two.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Explanation {
    /// Bits from which on a pair is a match.
    pub match_weight_min: Option<f64>,
    /// Bits from which on a pair is reviewed.
    pub review_weight_min: Option<f64>,
    /// The answer.
    #[serde(flatten)]
    pub answer: Answer,
}

/// Explains record (or person) `a`, or the pair `a` and `b`, of the set at `path`. Records are named `source:record_id`.
/// `names` asks for the masked names of golden records.
///
/// # Errors
/// [`Exit::NoInput`] if there is no set or no such record, [`Exit::Usage`] if a name has no colon, [`Exit::Data`] if the
/// set is damaged.
pub fn explain(path: &Path, a: &str, b: Option<&str>, names: bool) -> Result<Explanation> {
    let set = Set::open(path)?;
    let model = set.manifest()?.model;
    let bits = |key: &str| model.get(key).and_then(serde_json::Value::as_f64);
    let answer = match b {
        None => about_one(&set, a, names)?,
        Some(b) => about_two(&set, a, b)?,
    };
    Ok(Explanation { match_weight_min: bits("match_weight_min"), review_weight_min: bits("review_weight_min"), answer })
}

/// `source` and `record_id` of a record's name.
fn named(record: &str) -> Result<(&str, &str)> {
    record.split_once(':').ok_or_else(|| Error::new(Exit::Usage, Message::new("explain.name")))
}

fn person_of(set: &Set, record: &str) -> Result<String> {
    let (source, id) = named(record)?;
    read::person_of(set, source, id)?.ok_or_else(|| {
        Error::new(Exit::NoInput, Message::new("explain.no_record").with("source", source))
            .help(Message::new("explain.no_record.help"))
    })
}

fn about_one(set: &Set, asked: &str, names: bool) -> Result<Answer> {
    let is_person = PersonId::parse(asked).is_some();
    let person_id = if is_person { asked.to_owned() } else { person_of(set, asked)? };
    let members = read::members(set, &[&person_id])?;
    if members.is_empty() {
        return Err(Error::new(Exit::NoInput, Message::new("explain.no_person")));
    }
    let patterns = Patterns::read(set)?;
    let first = if is_person { None } else { members.find(asked) };
    let links = read::pairs(set, "links", &members)?;
    let person = Person {
        name: if names { read::name(set, &person_id)?.map(|name| mask::name(&name)) } else { None },
        members: tree::members(&members, &links, &patterns, first),
        person_id: person_id.clone(),
    };
    let mut rows = read::pairs(set, "refused", &members)?;
    rows.extend(read::pairs(set, "review", &members)?);
    // A refused pair may stand in the review as well; it is told once, with its reason.
    rows.sort_by(|x, y| x.rank().cmp(&y.rank()).then(y.match_weight.total_cmp(&x.match_weight)));
    let mut open: Vec<Open> = Vec::new();
    let outside: Vec<String> = rows.iter().flat_map(|row| [row.left.clone(), row.right.clone()]).collect();
    let persons = read::persons_of(set, &outside)?;
    for row in rows {
        let known = open.iter().any(|o| o.pair.left == row.left && o.pair.right == row.right);
        let other = [&row.left, &row.right].into_iter().filter_map(|side| persons.get(side)).find(|p| **p != person_id);
        if let (false, Some(other)) = (known, other) {
            let other_person = other.clone();
            open.push(Open { pair: patterns.pair(row), other_person });
        }
    }
    let open_left_out = open.len().saturating_sub(OPEN_MAX);
    open.truncate(OPEN_MAX);
    Ok(Answer::Record { record: (!is_person).then(|| asked.to_owned()), person, open, open_left_out })
}

fn about_two(set: &Set, a: &str, b: &str) -> Result<Answer> {
    let (person_a, person_b) = (person_of(set, a)?, person_of(set, b)?);
    let members = read::members(set, &[&person_a, &person_b])?;
    let patterns = Patterns::read(set)?;
    let links = read::pairs(set, "links", &members)?;
    let mut open = read::pairs(set, "refused", &members)?;
    open.extend(read::pairs(set, "review", &members)?);
    let is = |row: &PairRow, x: &str, y: &str| row.left == x && row.right == y || row.left == y && row.right == x;
    let direct = links.iter().chain(&open).find(|row| is(row, a, b)).cloned();
    let path = if person_a == person_b { tree::path(&members, &links, a, b) } else { Vec::new() };
    let mut between: Vec<PairRow> = Vec::new();
    if person_a != person_b {
        let sides = |row: &PairRow| (members.person(&row.left), members.person(&row.right));
        for row in open {
            let (Some(x), Some(y)) = sides(&row) else { continue };
            if x != y && !is(&row, a, b) && !between.iter().any(|other| is(other, &row.left, &row.right)) {
                between.push(row);
            }
        }
        between.sort_by(|x, y| y.match_weight.total_cmp(&x.match_weight));
        between.truncate(OPEN_MAX);
    }
    Ok(Answer::Two {
        a: a.to_owned(),
        b: b.to_owned(),
        person_a,
        person_b,
        pair: direct.map(|row| patterns.pair(row)),
        path: path.into_iter().map(|row| patterns.pair(row)).collect(),
        between: between.into_iter().map(|row| patterns.pair(row)).collect(),
    })
}

/// Whether a list of members is empty, and other questions to it.
impl Members {
    fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    fn find(&self, record: &str) -> Option<usize> {
        self.rows.iter().position(|row| row.record == record)
    }

    fn person(&self, record: &str) -> Option<&str> {
        self.find(record).map(|at| self.rows[at].person.as_str())
    }
}

#[cfg(test)]
mod tests;
