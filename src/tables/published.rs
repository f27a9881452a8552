//! Columns of the published tables, every name once. The tables themselves are Arrow record batches whose strings are
//! `Utf8View`, which Polars reads without copying.

use arrow::datatypes::{DataType, Field, Schema, SchemaRef, TimeUnit};
use std::collections::HashMap;
use std::sync::Arc;

/// A published column: its name, type, whether it may be null, and its description for the file's metadata.
#[derive(Clone, Debug)]
pub struct Column {
    /// Name in Parquet and SQL.
    pub name: &'static str,
    /// Arrow type.
    pub kind: Kind,
    /// Whether it may be null.
    pub nullable: bool,
    /// What it holds, with unit and meaning of null.
    pub about: &'static str,
}

/// The types that published columns have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// UTF-8 text.
    Text,
    /// 32-bit float.
    Float,
    /// 64-bit signed integer.
    Int,
    /// Calendar day.
    Date,
    /// Local date and time, in seconds.
    Time,
    /// List of texts.
    Texts,
    /// True or false.
    Bool,
}

impl Kind {
    /// The Arrow type.
    pub fn data_type(self) -> DataType {
        match self {
            Self::Text => DataType::Utf8View,
            Self::Float => DataType::Float32,
            Self::Int => DataType::Int64,
            Self::Date => DataType::Date32,
            Self::Time => DataType::Timestamp(TimeUnit::Millisecond, None),
            Self::Texts => DataType::List(Arc::new(Field::new("item", DataType::Utf8View, true))),
            Self::Bool => DataType::Boolean,
        }
    }
}

const fn column(name: &'static str, kind: Kind, about: &'static str) -> Column {
    Column { name, kind, nullable: false, about }
}

const fn maybe(name: &'static str, kind: Kind, about: &'static str) -> Column {
    Column { name, kind, nullable: true, about }
}

use Kind::{Bool, Date, Float, Int, Text, Texts, Time};

/// `members/`: one row is an accepted record.
pub const MEMBERS: &[Column] = &[
    column("source", Text, "Name of the source."),
    column("record_id", Text, "The source's own key of the record; file and line where it has none."),
    column("person_id", Text, "The person whom the record belongs to."),
    maybe(
        "match_weight",
        Float,
        "Strongest match weight that joins the record to its person, in bits; null for a record alone and for one that nothing \
         but a decision or a returned list joins.",
    ),
    column("joined_by", Text, "How it was joined: id, model, review or single."),
];

/// `persons/`: one row is a person.
pub const PERSONS: &[Column] = &[
    column("person_id", Text, "Stable key of the person."),
    maybe("name", Text, "Best name; null if no record states one."),
    maybe("sex", Text, "male or female; null if unknown."),
    maybe("id_number", Text, "Best resident ID number, 18 characters; null if none is valid."),
    maybe(
        "document",
        Text,
        "Best number of a passport or travel permit of a person without a valid ID number; null if there is none.",
    ),
    maybe("birth_date", Date, "Best birth date; null if unknown."),
    column("phones", Texts, "Phone numbers, best first; empty if none."),
    maybe("address", Text, "Best address of residence; null if unknown."),
    maybe("registered_address", Text, "Registered address; null if unknown."),
    maybe("ethnicity", Text, "Ethnicity; null if unknown."),
    maybe("grid_code", Text, "Grid of residence; null: unassigned."),
    maybe(
        "grid_by",
        Text,
        "How the grid was found: grid_code, flat, road, estate, household or registered; null: unassigned.",
    ),
    maybe(
        "dedicated_grid_code",
        Text,
        "Dedicated grid (a school, a hospital, a hotel, a firm) where a code or an address puts the person, beside \
         grid_code; the same as grid_code where no base grid is known; null: none.",
    ),
    column("sources", Texts, "Names of the sources that know the person, sorted."),
    column(
        "agencies",
        Texts,
        "Agencies of those sources, sorted: community, health, police, self. A list that came back is none.",
    ),
    column("records", Int, "Number of records of the person."),
    column("conflicts", Texts, "Fields in which the records contradict each other, sorted; empty if none."),
    maybe("name_source", Text, "Source of the name."),
    maybe("sex_source", Text, "Source of the sex; `id_number` if the ID implies it."),
    maybe("id_number_source", Text, "Source of the ID number, or of the document."),
    maybe("birth_date_source", Text, "Source of the birth date; `id_number` if the ID implies it."),
    maybe("phones_source", Text, "Source of the first phone."),
    maybe("address_source", Text, "Source of the address."),
    maybe("household", Text, "Key of the flat of the address; null where the address names no one flat."),
    maybe(
        "lives_elsewhere",
        Bool,
        "Whether the person lives in another flat than registered (人户分离); null where one of the two is not known.",
    ),
];

/// `events/`: one row is an event of a person.
pub const EVENTS: &[Column] = &[
    column("person_id", Text, "The person."),
    column("source", Text, "Source of the record that says so."),
    column("record_id", Text, "Record that says so."),
    column(
        "type",
        Text,
        "arrival, test, dose, visit, declaration, isolation, contact, temperature or a word of the pipeline.",
    ),
    maybe("at", Time, "Local time of the event; null if unknown."),
    maybe("place_code", Text, "Code of the place."),
    maybe("place", Text, "Name of the place."),
    maybe("detail", Text, "Further columns of the event as one JSON object of strings."),
];

/// Leading columns of `links/` and `review/`; the level of each comparison follows, one text column each.
pub const LINKS: &[Column] = &[
    column("left_source", Text, "Source of the left record."),
    column("left_record_id", Text, "Key of the left record."),
    column("right_source", Text, "Source of the right record."),
    column("right_record_id", Text, "Key of the right record."),
    column("match_weight", Float, "Sum of the match weights of all comparisons and the prior, in bits."),
];

/// `followups/`: one row is a follow-up item. `county` and `street` are partition columns and stand in the path.
pub const FOLLOWUPS: &[Column] = &[
    column("item_id", Text, "Stable key of the item: rule and person."),
    column("rule", Text, "Name of the rule."),
    column("person_id", Text, "Whom to visit."),
    maybe("grid_code", Text, "Grid that visits; null: unassigned."),
    maybe("since", Time, "Since when the rule holds for the person."),
    maybe("due_at", Time, "When the visit is due."),
    column("state", Text, "open, handed_over, overdue, done or withdrawn."),
    maybe("reason", Text, "Why, as the rule says."),
    column("evidence", Texts, "Records behind it, as source:record_id."),
    column("tries", Int, "Visits since the last that met somebody, at which nobody was home."),
];

/// `rollup/`: one row is a grid, community, street, county or the city, for one rule (or all rules, `*`).
pub const ROLLUP: &[Column] = &[
    column("level", Text, "grid, community, street, county or city."),
    maybe("code", Text, "Code or name of the area; null: unassigned."),
    column("rule", Text, "Name of the rule; * over all rules."),
    column("open", Int, "Items open, overdue ones included."),
    column("done", Int, "Items done."),
    column("overdue", Int, "Open items past their deadline."),
    column("new", Int, "Items that were not there in the set before."),
    column("cleared", Int, "Items done or withdrawn since the set before."),
    column("persons", Int, "Persons who live there."),
    column("households", Int, "Flats known there."),
    column("knocked", Int, "Flats at whose door somebody was on record, met anybody or not."),
    column("reached", Int, "Flats of which somebody was met."),
    column("vacant", Int, "Flats that the latest visit to a person there found vacant."),
    column("visited", Int, "Persons with a visit on record."),
    column("verified", Int, "Persons with a verified visit or declaration on record."),
];

/// `changes/`: one row is a difference from the set before.
pub const CHANGES: &[Column] = &[
    column("subject", Text, "person or item."),
    column("kind", Text, "new, merged, split, moved, handed_over, cleared or gone."),
    maybe("old_id", Text, "Key in the set before; null for something new."),
    maybe("new_id", Text, "Key in this set; null for something gone."),
    maybe("detail", Text, "What moved, e.g. from grid to grid."),
];

/// `quarantine/`: one row is a row that was not accepted.
pub const QUARANTINE: &[Column] = &[
    column("source", Text, "Name of the source."),
    column("file", Text, "Path of the dump, relative to the pipeline file."),
    column("line", Int, "1-based line or row number; 0: the file as a whole."),
    column("byte", Int, "0-based offset in the decompressed file; 0 where the format has none."),
    column("reason", Text, "Why the row was not accepted."),
    column("raw", Text, "The row as far as it can be read, cut at 4 KiB."),
];

/// `grids` in SQL: one row is a grid of the directory.
pub const GRIDS: &[Column] = &[
    column("grid_code", Text, "Code of the grid."),
    maybe("name", Text, "Name."),
    maybe("kind", Text, "base or dedicated."),
    maybe("community", Text, "Community."),
    maybe("street", Text, "Street or township."),
    maybe("county_code", Text, "Division code of the county."),
    maybe("county", Text, "County."),
    maybe("worker", Text, "Name of the grid worker."),
    maybe("worker_phone", Text, "Phone of the grid worker."),
];

/// The Arrow schema of `columns`, descriptions in each field's metadata under `description`.
pub fn schema(columns: &[Column]) -> SchemaRef {
    let fields: Vec<Field> = columns
        .iter()
        .map(|c| {
            Field::new(c.name, c.kind.data_type(), c.nullable)
                .with_metadata(HashMap::from([("description".to_owned(), c.about.to_owned())]))
        })
        .collect();
    Arc::new(Schema::new(fields))
}
