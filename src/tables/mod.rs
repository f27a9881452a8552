//! The tables that steps hand to each other. Inside the night records are plain columns of small integers over one pool
//! of strings, so that a comparison touches no text; what is published is an Arrow table whose column names stand here
//! once.

pub mod batches;
mod column;
mod edges;
mod events;
mod keys;
mod lists;
mod members;
mod persons;
mod pool;
pub mod published;
mod quarantine;
mod raw;
mod records;
mod rows;
mod stack;
mod word_index;

pub use column::{Column, Keeper, Lender};
pub use edges::{Edge, Edges, sort_edges};
pub use events::EventRows;
pub use lists::{GridList, ListRow};
pub use members::{JoinedBy, Links, Members};
pub use persons::{GridBy, KeyText, NO_ROW, PersonId, Persons, Residence, conflict};
pub use pool::{Pool, Sym, distinct};
pub use quarantine::{QuarantinedRow, Reason};
pub use raw::{RawChunk, in_sheet, sheet_and_line};
pub use records::{BirthPrecision, NO_DATE, NO_TIME, Records, Sex};
pub use rows::RecordRows;
