//! Uncertain pairs as a sheet for a reviewer: the two persons beside each other, field by field, and a cell for the
//! decision. Weights are not shown: they would decide instead of the reviewer.

use super::{Key, Verdict};
use crate::cluster::Refusal;
use crate::message::{Lang, Message};
use crate::publish::tabular::{Cell, Table};

/// An uncertain pair as a reviewer sees it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pair {
    /// One record.
    pub left: Key,
    /// The other one.
    pub right: Key,
    /// Why the pair stands there where that is not its weight alone; may be empty.
    pub why: String,
    /// What the set says of the two, for each of the sheet's fields.
    pub values: Vec<[String; 2]>,
}

/// What a sheet shows of each of two, with the width of its column in characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    /// Name of the column in the set.
    pub name: String,
    /// Heading.
    pub heading: String,
    /// Width.
    pub width: u8,
}

/// What a sheet shows of persons.
pub fn of_persons(lang: Lang) -> Vec<Shown> {
    let shown = |(name, heading, width): (&str, &'static str, u8)| Shown {
        name: name.to_owned(),
        heading: Message::new(heading).render(lang),
        width,
    };
    FIELDS.map(shown).into()
}

/// Columns of `persons` that are shown, with their headings and widths in characters.
const FIELDS: [(&str, &str, u8); 8] = [
    ("name", "publish.field.name", 9),
    ("sex", "publish.field.sex", 6),
    ("id_number", "publish.field.id_number", 21),
    ("birth_date", "publish.field.birth_date", 12),
    ("phones", "publish.field.phone", 13),
    ("address", "publish.field.address", 30),
    ("registered_address", "publish.field.registered_address", 24),
    ("sources", "review.sources", 20),
];

/// Headings of the columns that come back: the two records, then decision, who decided and note.
pub fn headings(lang: Lang) -> [String; 7] {
    let [decision, by, note] =
        ["review.decision", "review.by", "publish.list.note"].map(|key| Message::new(key).render(lang));
    ["left_source", "left_record_id", "right_source", "right_record_id"]
        .map(str::to_owned)
        .into_iter()
        .chain([decision, by, note])
        .collect::<Vec<_>>()
        .try_into()
        .unwrap_or_default()
}

/// The words for each decision in a language, those that a sheet offers first.
pub fn verdicts(lang: Lang) -> [(String, Verdict); 3] {
    [("review.same", Verdict::Same), ("review.different", Verdict::Different), ("review.open", Verdict::Open)]
        .map(|(key, verdict)| (Message::new(key).render(lang), verdict))
}

/// The sheet: what is to be filled in first, then what is shown of the two, then the keys by which a row is known again.
pub fn sheet(pairs: &[Pair], fields: &[Shown], lang: Lang) -> Table {
    let say = |key: &'static str| Message::new(key).render(lang);
    let [keys @ .., decision, by, note] = headings(lang);
    let mut columns = vec![(decision, 12), (by, 10), (note, 18), (say("publish.answer.why"), 34)];
    for field in fields {
        for person in ["review.one", "review.other"] {
            columns.push((Message::new(person).with("field", &field.heading).render(lang), field.width));
        }
    }
    columns.extend(keys.map(|key| (key, 16)));
    let row = |pair: &Pair| {
        let why = match pair.why.as_str() {
            "returned_wrong_identity" => say("review.why.returned"),
            why => Refusal::in_words(why).map_or_else(|| why.to_owned(), |words| words.render(lang)),
        };
        let filled_in = [String::new(), String::new(), String::new(), why];
        let keys = [&pair.left, &pair.right].map(|key| [key.source.clone(), key.record_id.clone()]);
        let values = pair.values.iter().flatten().map(|value| match value.as_str() {
            "male" => say("publish.list.male"),
            "female" => say("publish.list.female"),
            _ => value.clone(),
        });
        let texts = filled_in.into_iter().chain(values).chain(keys.into_iter().flatten());
        texts.map(Cell::Text).collect()
    };
    Table {
        name: say("review.sheet"),
        title: Message::new("review.title").with("pairs", pairs.len()).render(lang),
        headings: columns,
        rows: pairs.iter().map(row).collect(),
        choices: vec![(0, verdicts(lang).map(|(word, _)| word).to_vec())],
    }
}
