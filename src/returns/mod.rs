//! Filled-in sheets that come back. Rows of a sheet become answers or rejected rows ([`read`]), which the store keeps, one
//! file a sheet ([`journal`]), and every night each answer becomes a record with a visit beside the records of its person
//! ([`apply`]). The same sheet twice changes nothing; a row that cannot be applied stands in quarantine with its reason.
//!
//! The step opens no workbook and does not know how one is drawn: it is given rows, and the [`Form`] that they follow.

mod apply;
mod correction;
pub mod journal;
mod read;

pub use apply::{Applied, Person, ReturnsNight, apply, join};
pub use read::{Form, Outcome, read};

use serde::{Deserialize, Serialize};

/// A row of a sheet that a worker filled in.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// Hash of what it says: a row that comes back twice has one key.
    pub key: String,
    /// Items that the visit answers.
    pub items: Vec<String>,
    /// Date of the list.
    pub revision: String,
    /// Result, in Chinese as the lists have it.
    pub result: String,
    /// Where the person went, or the grid that takes over.
    pub destination: String,
    /// When, in seconds local time; `None`: not said, so after the list was drawn.
    pub visited_at: Option<i64>,
    /// The latest time since when one of the row's rules held, in seconds local time: a visit without a time was after it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<i64>,
    /// Of who is called at a dead number, the numbers that the list showed.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub phones: String,
    /// The name that the list showed, perhaps masked.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// Corrected ID number, phones or address.
    pub correction: String,
    /// Free text.
    pub note: String,
    /// Name of the sheet's file.
    pub sheet: String,
    /// Row in it.
    pub line: u64,
    /// Why it cannot be applied; `None`: it can.
    pub rejected: Option<crate::tables::Reason>,
}

#[cfg(test)]
mod tests;
