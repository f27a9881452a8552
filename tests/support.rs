//! What the tests of whole nights share: a city, the program, a published set and its files.

use arrow::array::{Array, RecordBatch};
use arrow::util::display::{ArrayFormatter, FormatOptions};
use assert_cmd::Command;
use gridlink::events::NullSink;
use gridlink::store::Set;
use gridlink::synth::{CitySettings, write_city};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Output;
use tempfile::TempDir;

/// The program, in English whatever the machine's language.
pub(crate) fn gridlink() -> Command {
    let mut command = Command::cargo_bin("gridlink").unwrap();
    command.env_remove("LC_ALL").env_remove("LC_MESSAGES").env("LANG", "C");
    command
}

/// A folder with a small city and its pipeline file.
pub(crate) struct City {
    folder: TempDir,
}

impl City {
    /// A city of so many persons.
    pub(crate) fn new(persons: u64) -> Self {
        Self::of(&CitySettings { persons, seed: 7, ..CitySettings::default() })
    }

    /// A city as `settings` say.
    pub(crate) fn of(settings: &CitySettings) -> Self {
        let folder = tempfile::tempdir().unwrap();
        write_city(folder.path(), settings, &NullSink).unwrap();
        Self { folder }
    }

    /// A path in the city's folder.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Runs a night; `arguments` are further ones.
    pub(crate) fn run(&self, arguments: &[&str]) -> Output {
        gridlink().arg("run").arg(self.path("pipeline.toml")).args(arguments).output().unwrap()
    }

    /// Runs a night that must succeed into the folder `out`, with its own store, and gives the published set.
    pub(crate) fn publish(&self, out: &str, arguments: &[&str]) -> PathBuf {
        let sets = [format!("run.output={out}"), format!("run.store={out}-store")];
        let mut all = vec!["--set", &sets[0], "--set", &sets[1]];
        all.extend(arguments);
        succeeded(&self.run(&all));
        self.path(out).join("current").canonicalize().unwrap()
    }
}

/// The exit code was 0; gives what was said.
pub(crate) fn succeeded(output: &Output) -> String {
    ended(output, 0)
}

/// The exit code was `code`, and nothing panicked; gives what was said.
pub(crate) fn ended(output: &Output, code: i32) -> String {
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(code), "{text}");
    assert!(!text.contains("panicked") && !text.contains("RUST_BACKTRACE"), "{text}");
    text
}

/// Every file under a folder by its relative path, sorted.
pub(crate) fn files(root: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(root).unwrap().to_string_lossy().into_owned();
                found.insert(name, std::fs::read(&path).unwrap());
            }
        }
    }
    found
}

/// The files that may not differ between two runs of the same input: all but the manifest and the report.
pub(crate) fn lasting_files(set: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut files = files(set);
    files.retain(|name, _| name != "manifest.json" && name != "report.html");
    files
}

/// Fails with the name of the first file that differs.
pub(crate) fn assert_same_files(a: &BTreeMap<String, Vec<u8>>, b: &BTreeMap<String, Vec<u8>>) {
    assert_eq!(a.keys().collect::<Vec<_>>(), b.keys().collect::<Vec<_>>());
    for (name, bytes) in a {
        assert!(b[name] == *bytes, "{name} differs");
    }
}

/// A table of a set as texts, row by row, with only these columns.
pub(crate) fn rows(set: &Path, table: &str, columns: &[&str]) -> Vec<Vec<String>> {
    let batches = Set::open(set).unwrap().read_table(table).unwrap();
    batches.iter().flat_map(|batch| rows_of(batch, columns)).collect()
}

fn rows_of(batch: &RecordBatch, columns: &[&str]) -> Vec<Vec<String>> {
    let options = FormatOptions::default();
    let arrays: Vec<&dyn Array> = columns
        .iter()
        .map(|name| batch.column_by_name(name).unwrap_or_else(|| panic!("no column {name}")).as_ref())
        .collect();
    let texts: Vec<_> = arrays.iter().map(|array| ArrayFormatter::try_new(*array, &options).unwrap()).collect();
    (0..batch.num_rows()).map(|row| texts.iter().map(|text| text.value(row).to_string()).collect()).collect()
}

/// The manifest of a set.
pub(crate) fn manifest(set: &Path) -> serde_json::Value {
    serde_json::from_slice(&std::fs::read(set.join("manifest.json")).unwrap()).unwrap()
}
