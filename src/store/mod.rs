//! What stays on the disk from night to night: the lock, the folders of the runs, the swap that publishes a set whole
//! or not at all, the state that belongs to the published set, and reading a set back. What the tables mean is no
//! business of this module.

pub mod files;
pub mod journal;
mod lock;
mod manifest;
mod run;
mod set;
mod spill;
mod state;
pub mod table_file;

pub use lock::Lock;
pub use manifest::{Balance, Balances, Input, Manifest, Repair, StepTime};
pub use run::{Removed, RunFolder, Store};
pub use set::{Set, encode as path_component};
pub use spill::Spill;
pub use state::{PersonsIndex, State};
