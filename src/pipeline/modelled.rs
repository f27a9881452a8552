//! The night's model: fitted from the night's own pairs or pinned by the pipeline, held against expectation and
//! maximization and against the night before.

use super::watch::Watch;
use crate::config::Linkage;
use crate::error::{Error, Exit, Result};
use crate::link::{self, BlockingSettings, Blocks, Features, Profiles, Rosters};
use crate::message::Message;
use crate::model::{self, Drift, Em, Fit, Stored};
use crate::store::files;
use crate::tables::Records;
use serde_json::{Value, json};

/// Drifting levels told in a warning.
const DRIFT_TOLD: usize = 5;

/// The model that the night links by, and what is known of it.
#[derive(Clone, Debug)]
pub(super) struct Modelled {
    /// The weights in use.
    pub(super) fit: Fit,
    /// What the night's own fit is, to be kept for the next night.
    pub(super) stored: Stored,
    /// The same by expectation and maximization.
    em: Em,
    /// Whether the weights in use are pinned.
    pinned: bool,
    /// The threshold that is pinned with them.
    pub(super) match_weight_min: Option<f32>,
    /// Levels that moved since the night before.
    drift: Vec<Drift>,
}

/// Fits the model, or takes the pinned one. `before` is the model that the night before left.
pub(super) fn model(
    (records, profiles, features, blocks): (&Records, &Profiles, &Features, &mut Blocks),
    settings: BlockingSettings,
    sample_bits: u32,
    linkage: &Linkage,
    before: Option<&str>,
    watch: &mut Watch<'_>,
) -> Result<Modelled> {
    let mut count = |rosters| link::count_patterns(features, blocks, settings, sample_bits, rosters);
    let (by_numbers, by_chance) = rayon::join(|| count(None), || link::chance(features, None));
    // Where ID numbers label next to nothing, sources that list each person once teach what differs between persons.
    let rosters = (!model::has_silver(&by_numbers)).then(|| Rosters::find(records, profiles, features));
    let (counts, chance) = match &rosters {
        Some(rosters) => (count(Some(rosters)), link::chance(features, Some(rosters))),
        None => (by_numbers, by_chance),
    };
    let fitted = model::fit(&counts, &chance);
    let em = model::em(&counts, &fitted);
    let stored = Stored::of(&fitted);
    let drift = before.and_then(Stored::parse).map_or_else(Vec::new, |before| model::drift(&before, &stored));
    if !drift.is_empty() {
        let told = drift.iter().take(DRIFT_TOLD).map(|moved| {
            format!("{} {} {:+.1} → {:+.1}", moved.field, level_name(moved), moved.bits_before, moved.bits_now)
        });
        watch.warn(Message::new("link.drift").with("levels", told.collect::<Vec<_>>().join(", ")));
    }
    let (fit, pinned, match_weight_min) = match &linkage.model {
        None => (fitted, false, None),
        Some(path) => {
            let shown = path.display().to_string();
            let text = files::read(path)?;
            let broken = || {
                Error::new(Exit::Config, Message::new("link.model_broken").with("path", &shown))
                    .help(Message::new("link.model_help"))
            };
            let pinned = std::str::from_utf8(&text).ok().and_then(Stored::parse).ok_or_else(broken)?;
            (pinned.fit(&shown)?, true, pinned.match_weight_min)
        }
    };
    Ok(Modelled { fit, stored, em, pinned, match_weight_min, drift })
}

/// The published name of a level of a field, or its number.
fn level_name(moved: &Drift) -> String {
    let comparison = link::levels::COMPARISONS.iter().position(|&name| name == moved.field);
    let name = comparison.and_then(|i| link::levels::level_names()[i].get(moved.level).cloned());
    name.unwrap_or_else(|| moved.level.to_string())
}

impl Modelled {
    /// What the manifest says beyond the weights' own figures.
    pub(super) fn json(&self) -> Value {
        json!({ "pinned": self.pinned, "em": self.em, "drift": self.drift })
    }
}
