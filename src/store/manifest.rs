//! `manifest.json`: what went in, what came out, how it was made, and the sums that must agree. Together with
//! `report.html` the only file of a set that may hold times.

use super::files;
use crate::error::{Error, Exit, Result};
use crate::message::Message;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::Path;

/// The manifest of a published set.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Manifest {
    /// Version of gridlink.
    pub version: String,
    /// Name of the run.
    pub run_id: String,
    /// Name of the night job.
    pub name: String,
    /// SHA-256 of the pipeline file, hex.
    pub pipeline_sha256: String,
    /// The run's date, ISO.
    pub as_of: String,
    /// Local time at which the run began, ISO.
    pub started_at: String,
    /// Wall time of the run in milliseconds.
    pub elapsed_ms: u64,
    /// Threads used.
    pub threads: u64,
    /// Peak memory in bytes.
    pub memory_peak_bytes: u64,
    /// The dumps, in the order read.
    pub inputs: Vec<Input>,
    /// What was repaired, per source and kind.
    pub repairs: Vec<Repair>,
    /// Counts by name: records, persons, links, items, ….
    pub counts: BTreeMap<String, u64>,
    /// The sums that must agree.
    pub balances: Balances,
    /// Settings of the linkage.
    pub linkage: serde_json::Value,
    /// Other settings that the set was made with, whatever the pipeline file says: what is published and how it is masked, and
    /// hashes of the rules and of the grid directory.
    #[serde(default)]
    pub settings: serde_json::Value,
    /// Figures of the fitted model.
    pub model: serde_json::Value,
    /// Time of each step, in order.
    pub steps: Vec<StepTime>,
    /// Warnings, in the pipeline's language.
    pub warnings: Vec<String>,
}

/// One dump.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Input {
    /// Name of the source.
    pub source: String,
    /// Path relative to the pipeline file.
    pub path: String,
    /// SHA-256, hex.
    pub sha256: String,
    /// Size in bytes.
    pub bytes: u64,
    /// Rows read.
    pub rows: u64,
    /// Rows that became records.
    pub records: u64,
    /// Rows not accepted.
    pub quarantined: u64,
    /// Format and encoding found, and anything odd about them.
    pub notes: Vec<String>,
}

/// How often one kind of damage was repaired in one source.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Repair {
    /// Name of the source.
    pub source: String,
    /// Kind of repair.
    pub kind: String,
    /// Values repaired.
    pub count: u64,
}

/// Time of one step.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct StepTime {
    /// Name of the step.
    pub step: String,
    /// Wall time in milliseconds.
    pub elapsed_ms: u64,
    /// Time of all processors in milliseconds, that of the system for it included.
    pub cpu_ms: u64,
    /// Peak memory of the process up to the end of the step, in bytes.
    pub memory_peak_bytes: u64,
}

/// Two sums that must agree.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Balance {
    /// What is balanced, e.g. `rows read = records + quarantined: police.csv`.
    pub name: String,
    /// Left sum.
    pub left: u64,
    /// Right sum.
    pub right: u64,
    /// Whether they agree.
    pub holds: bool,
}

/// All balances of a run.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Balances(pub Vec<Balance>);

impl Balances {
    /// Adds a balance.
    pub fn add(&mut self, name: impl Into<String>, left: u64, right: u64) {
        self.0.push(Balance { name: name.into(), left, right, holds: left == right });
    }

    /// Checks them all before publication.
    ///
    /// # Errors
    /// [`Exit::Data`] with every balance that does not hold.
    pub fn check(&self) -> Result<()> {
        let broken: Vec<Message> = self
            .0
            .iter()
            .filter(|balance| balance.left != balance.right)
            .map(|balance| {
                let fault = Message::new("store.balance").with("name", &balance.name);
                fault.with("left", balance.left).with("right", balance.right)
            })
            .collect();
        if broken.is_empty() {
            return Ok(());
        }
        let what = Message::new("store.unbalanced").with("count", broken.len());
        Err(Error::new(Exit::Data, what).faults(broken).help(Message::new("store.unbalanced.help")))
    }
}

impl Manifest {
    /// Writes the manifest into the folder of a set.
    ///
    /// # Errors
    /// [`Exit::Output`] or [`Exit::Io`] if writing fails.
    pub fn write(&self, folder: &Path) -> Result<()> {
        let mut json = serde_json::to_string_pretty(self).expect("keys are strings and no value is refused");
        json.push('\n');
        files::write(&folder.join("manifest.json"), json.as_bytes())
    }

    /// Reads the manifest of a set.
    ///
    /// # Errors
    /// [`Exit::NoInput`] if there is none, [`Exit::Data`] if it is damaged.
    pub fn read(folder: &Path) -> Result<Self> {
        let path = folder.join("manifest.json");
        serde_json::from_slice(&files::read(&path)?).map_err(|error| {
            Error::new(Exit::Data, Message::new("store.broken_file").with("path", path.display())).caused_by(error)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::Lang;

    #[test]
    fn what_does_not_balance_is_listed() {
        let mut balances = Balances::default();
        balances.add("rows read = records + quarantined: a.csv", 10, 10);
        balances.check().unwrap();
        balances.add("records = members of persons", 10, 9);
        balances.add("items = per grid + unassigned", 3, 4);
        let error = balances.check().unwrap_err();
        assert_eq!(error.exit, Exit::Data);
        insta::assert_snapshot!(error.render(Lang::En), @r#"
        2 balance(s) do not hold; nothing was published
          - records = members of persons: 10 against 9
          - items = per grid + unassigned: 3 against 4
        The set before is untouched. This is a fault of the program or of the store: keep the dumps and the log, and report it.
        "#);
    }

    #[test]
    fn a_manifest_reads_back() {
        let dir = tempfile::tempdir().unwrap();
        let mut manifest = Manifest { run_id: "20220327T021500-01".to_owned(), ..Manifest::default() };
        manifest.counts.insert("records".to_owned(), 5);
        manifest.linkage = serde_json::json!({ "preset": "person-cn" });
        manifest.balances.add("a = b", 1, 1);
        manifest.write(dir.path()).unwrap();
        assert_eq!(Manifest::read(dir.path()).unwrap(), manifest);
        assert_eq!(Manifest::read(&dir.path().join("none")).unwrap_err().exit, Exit::NoInput);
    }
}
