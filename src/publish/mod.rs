//! The last step: the tables as Parquet, one workbook per grid, the leader's page. It writes into a folder that it is
//! given and decides nothing about persons; making that folder appear is the store's work.

pub mod bulletin;
pub mod lists;
pub mod mask;
pub mod suppression;
mod tables;
pub mod tabular;

pub use crate::store::{Balance, Balances, Input, Manifest, Repair, StepTime};
pub use bulletin::{AreaFigures, BulletinFigures, ItemFigures, Yesterday};
pub use lists::{ListOptions, ListWriter};
pub use tables::{Partition, partitions};

use crate::error::Result;
use crate::events::EventSink;
use crate::message::Lang;
use crate::store::files;
use crate::tables::GridList;
use crate::tables::batches::Batches;
use std::path::Path;

/// Folder of the lists in a set.
pub const LISTS: &str = "lists";

/// Everything that a set holds but the manifest and the report, which come last.
#[derive(Default)]
pub struct SetTables<'a> {
    /// Tables that are one folder each: its name and its rows. A table without rows is written with its columns.
    pub tables: Vec<(&'a str, Batches<'a>)>,
    /// Follow-up items by county and street; `None`: no rule is configured.
    pub followups: Option<Vec<Partition>>,
    /// Lists, one workbook each, and how to draw them; `None`: no workbooks.
    pub lists: Option<(&'a [GridList], ListOptions)>,
    /// The figures of the leader's page and its language.
    pub bulletin: Option<(&'a BulletinFigures, Lang)>,
    /// Whether the tables are wanted at all.
    pub parquet: bool,
}

/// What was written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Written {
    /// Parquet files.
    pub table_files: u64,
    /// Workbooks.
    pub list_files: u64,
}

/// Writes a whole set into `folder`, on all threads. The bytes do not depend on their number.
///
/// # Errors
/// [`crate::error::Exit::Output`] if a file cannot be created, [`crate::error::Exit::Io`] if the disk is full or fails.
pub fn write(folder: &Path, set: &SetTables<'_>, sink: &dyn EventSink) -> Result<Written> {
    let mut written = Written::default();
    if set.parquet {
        written.table_files = tables::write(folder, set, sink)?;
    }
    if let Some((lists, options)) = &set.lists {
        let mut writer = ListWriter::new(&folder.join(LISTS), options, sink);
        writer.write(lists)?;
        written.list_files = writer.written();
    }
    if let Some((figures, lang)) = set.bulletin {
        let page = bulletin::render(figures, lang);
        files::write(&folder.join("bulletin.md"), page.as_bytes())?;
        files::write(&folder.join("bulletin.html"), bulletin::html(&page, lang).as_bytes())?;
    }
    Ok(written)
}

#[cfg(test)]
mod tests;
