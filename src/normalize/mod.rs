//! Turns raw rows into records: each canonical field is read in whatever notation it has, repaired where that is certain,
//! and every repair is counted. A row without a person, or that is a total or a caption, goes to quarantine; nothing else
//! is judged here, and no two rows are compared.

mod addresses;
mod cells;
mod flats;
mod json;
mod orders;
mod phones;
mod places;
mod repairs;
mod row;

pub use repairs::Repairs;

use crate::config::{EventMapping, PersonField, Source};
use crate::kernels::address::Origins;
use crate::kernels::date::days_from_civil;
use crate::tables::{Column, Pool, QuarantinedRow, RawChunk, Records};
use jiff::civil::Date;

/// Room is made for about this many distinct strings a row.
const STRINGS_A_ROW: usize = 3;
/// About as many bytes has one.
const STRING_BYTES: usize = 24;

/// About as many bytes has the key of a record.
const KEY_BYTES: usize = 16;

/// What a chunk of raw rows became.
#[derive(Clone, Debug, Default)]
pub struct Normalized {
    /// Accepted rows, in their order, with a pool of their own.
    pub records: Records,
    /// Rows that were not accepted, in their order.
    pub quarantined: Vec<QuarantinedRow>,
    /// What was repaired or dropped, counted.
    pub repairs: Repairs,
}

/// Reads the rows of one source.
#[derive(Clone, Debug)]
pub struct Normalizer {
    map: Vec<(PersonField, crate::config::Mapping)>,
    events: Vec<EventMapping>,
    /// Headings of the columns, trimmed.
    headings: Vec<String>,
    source: u16,
    as_of_days: i32,
    /// First four digits of the city's division code.
    city: Option<u16>,
    origins: Origins,
}

impl Normalizer {
    /// A reader for `source`, the `source_number`th of the pipeline, on the night of `as_of`.
    pub fn new(source: &Source, source_number: u16, as_of: Date) -> Self {
        let as_of_days = days_from_civil(i32::from(as_of.year()), as_of.month() as u32, as_of.day() as u32);
        Self {
            map: source.map.clone(),
            events: source.events.clone(),
            headings: source.columns.iter().map(|heading| heading.trim().to_owned()).collect(),
            source: source_number,
            as_of_days,
            city: None,
            origins: Origins::default(),
        }
    }

    /// The same for the city whose division code begins with these four digits: estates and roads of other cities are none of
    /// its own.
    #[must_use]
    pub fn in_city(self, city: Option<u16>) -> Self {
        Self { city, origins: Origins::of(city), ..self }
    }

    /// The same where `regions` are key regions (what their codes begin with): to be called after [`Self::in_city`].
    #[must_use]
    pub fn with_key_regions(self, regions: &[String]) -> Self {
        Self { origins: self.origins.with_key_regions(regions), ..self }
    }

    /// The records in `rows`. A record without an id of its own gets `dump_label:line`, or `dump_label[sheet]:line` where
    /// rows name their sheet. Rows of one chunk are read alone, so chunks may be read in any order and in parallel.
    pub fn normalize(&self, rows: &RawChunk, dump_label: &str) -> Normalized {
        let mut out = Normalized::default();
        for (field, _) in &self.map {
            if let PersonField::Other(name) = field
                && !out.records.extra.iter().any(|(known, _)| known == name)
            {
                out.records.extra.push((name.clone(), Column::default()));
            }
        }
        out.records.reserve(rows.len());
        out.records.pool.reserve(rows.len() * STRINGS_A_ROW, rows.len() * STRINGS_A_ROW * STRING_BYTES);
        out.records.keys.make_room(rows.len(), rows.len() * KEY_BYTES);
        let mut reader = row::Reader::new(self, rows, dump_label);
        for at in 0..rows.len() {
            reader.read(at, &mut out);
        }
        debug_assert_eq!(out.records.len() + out.quarantined.len(), rows.len());
        debug_assert_eq!(Pool::NONE, 0);
        out
    }
}

#[cfg(test)]
mod tests;
