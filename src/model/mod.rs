//! Fitting of the match weights without labels (Fellegi and Sunter 1969), from the night's own pairs: *silver* pairs, whose
//! trusted ID numbers are equal (or different) while the ID is hidden from the comparison, tell how often each level occurs
//! among matches (m); profiles of surely different persons tell how often by chance (u). Where levels do not occur
//! independently (a household shares phone, flat and surname), the counted patterns correct the product. What the night
//! cannot tell is taken from the starting weights of the preset.

mod custom;
mod em;
mod fit;
mod households;
mod ids;
mod preset;
mod stored;
mod ties;

pub use custom::{CustomFit, best_threshold, fit_custom};
pub use em::{Em, em};
pub use fit::{Fit, fit, has_silver};
pub use households::BORN_ALIKE_SHARE;
pub use stored::{Drift, Stored, Terms, drift, terms};
