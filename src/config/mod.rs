//! A pipeline file read into checked settings. Every fault is reported at once, each with its key path, what was found,
//! what is allowed and the nearest name. See [`Pipeline`].

mod types;

pub use types::*;
