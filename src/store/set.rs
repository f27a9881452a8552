//! A published set as it lies on the disk: its tables, its manifest.

use super::manifest::Manifest;
use super::run::names_in;
use super::table_file;
use crate::error::{Error, Exit, Result};
use crate::message::Message;
use arrow::array::{ArrayRef, RecordBatch, StringViewBuilder};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use std::hash::BuildHasher;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What stands in a path for a missing partition value.
const NULL_PARTITION: &str = "__HIVE_DEFAULT_PARTITION__";

/// A published set.
#[derive(Clone, Debug)]
pub struct Set {
    folder: PathBuf,
}

impl Set {
    /// Opens a published set, or the `current` set of an output folder.
    ///
    /// # Errors
    /// [`Exit::NoInput`] if there is neither.
    pub fn open(path: &Path) -> Result<Self> {
        [path.to_owned(), path.join("current")]
            .into_iter()
            .find(|folder| folder.join("manifest.json").is_file())
            // The link may move on while the set is read, so it is followed once and here.
            .and_then(|folder| folder.canonicalize().ok())
            .map(|folder| Self { folder })
            .ok_or_else(|| {
                Error::new(Exit::NoInput, Message::new("store.no_set").with("path", path.display()))
                    .help(Message::new("store.no_set.help"))
            })
    }

    /// The set's folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The manifest.
    ///
    /// # Errors
    /// [`Exit::Data`] if it is damaged.
    pub fn manifest(&self) -> Result<Manifest> {
        Manifest::read(&self.folder)
    }

    /// Names of the tables, sorted.
    ///
    /// # Errors
    /// [`Exit::Io`] if the folder cannot be read.
    pub fn tables(&self) -> Result<Vec<String>> {
        let mut tables = Vec::new();
        for name in names_in(&self.folder)? {
            let folder = self.folder.join(&name);
            if folder.is_dir() && !parquet_files(&folder)?.is_empty() {
                tables.push(name);
            }
        }
        Ok(tables)
    }

    /// The Parquet files of a table, sorted by path; none if there is no such table.
    ///
    /// # Errors
    /// [`Exit::Io`] if a folder cannot be read.
    pub fn files(&self, table: &str) -> Result<Vec<PathBuf>> {
        Self::files_of(&self.folder, table)
    }

    /// As [`Set::files`], of a set that is not published yet.
    ///
    /// # Errors
    /// As [`Set::files`].
    pub fn files_of(set: &Path, table: &str) -> Result<Vec<PathBuf>> {
        let folder = set.join(table);
        if folder.is_dir() { parquet_files(&folder) } else { Ok(Vec::new()) }
    }

    /// Reads a whole table, with a column for each partition of its path (`county`, `street`).
    ///
    /// # Errors
    /// [`Exit::NoInput`] if there is no such table, [`Exit::Data`] if a file is damaged.
    pub fn read_table(&self, table: &str) -> Result<Vec<RecordBatch>> {
        let files = self.files(table)?;
        if files.is_empty() {
            let what = Message::new("store.no_table").with("path", self.folder.display()).with("table", table);
            return Err(Error::new(Exit::NoInput, what.with("tables", self.tables()?.join(", "))));
        }
        let mut all = Vec::new();
        for file in files {
            let partitions = partitions(file.strip_prefix(&self.folder).unwrap_or(&file));
            let (schema, mut batches) = table_file::read_with_schema(&file)?;
            if batches.is_empty() {
                batches.push(RecordBatch::new_empty(schema));
            }
            for batch in batches {
                all.push(with_partitions(&batch, &partitions).ok_or_else(|| table_file::broken(&file))?);
            }
        }
        // An empty batch only carries the schema where there is nothing else.
        if all.iter().any(|batch| batch.num_rows() > 0) {
            all.retain(|batch| batch.num_rows() > 0);
        } else {
            all.truncate(1);
        }
        Ok(all)
    }
}

fn parquet_files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for name in names_in(folder)? {
        let path = folder.join(&name);
        if path.is_dir() {
            found.extend(parquet_files(&path)?);
        } else if name.ends_with(".parquet") {
            found.push(path);
        }
    }
    Ok(found)
}

/// `key=value` components of a path, values decoded.
fn partitions(path: &Path) -> Vec<(String, Option<String>)> {
    let parts = path.components().filter_map(|part| part.as_os_str().to_str()?.split_once('='));
    parts.map(|(key, value)| (key.to_owned(), (value != NULL_PARTITION).then(|| decode(value)))).collect()
}

fn with_partitions(batch: &RecordBatch, partitions: &[(String, Option<String>)]) -> Option<RecordBatch> {
    if partitions.is_empty() {
        return Some(batch.clone());
    }
    let mut fields: Vec<Arc<Field>> = batch.schema().fields().iter().cloned().collect();
    let mut columns: Vec<ArrayRef> = batch.columns().to_vec();
    for (key, value) in partitions {
        let mut column = StringViewBuilder::with_capacity(batch.num_rows()).with_deduplicate_strings();
        for _ in 0..batch.num_rows() {
            column.append_option(value.as_deref());
        }
        fields.push(Arc::new(Field::new(key, DataType::Utf8View, true)));
        columns.push(Arc::new(column.finish()));
    }
    let schema: SchemaRef = Arc::new(Schema::new(fields));
    RecordBatch::try_new(schema, columns).ok()
}

/// A value as one component of a path that every file system and every reader of hive partitions takes: what they
/// treat as special becomes `%` and two hex digits. An empty value becomes the name that stands for null.
pub fn encode(value: &str) -> String {
    if value.is_empty() {
        return NULL_PARTITION.to_owned();
    }
    let mut text = String::with_capacity(value.len());
    for (i, c) in value.char_indices() {
        let special = c.is_control()
            || matches!(
                c,
                '"' | '#' | '%' | '\'' | '*' | '/' | ':' | '=' | '?' | '\\' | '{' | '[' | ']' | '^' | '+' | '&'
            )
            || matches!(c, '<' | '>' | '|' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
            || (c == '.' && i == 0)
            || (c.is_whitespace() && (i == 0 || i + c.len_utf8() == value.len()));
        if special {
            let mut bytes = [0; 4];
            for byte in c.encode_utf8(&mut bytes).bytes() {
                text.push_str(&format!("%{byte:02X}"));
            }
        } else {
            text.push(c);
        }
        if text.len() > 160 {
            // File names end at 255 bytes. No real name is as long; two that begin alike stay two by their hash.
            let hash = foldhash::quality::FixedState::with_seed(0).hash_one(value);
            text.push_str(&format!("~{hash:016x}"));
            break;
        }
    }
    text
}

/// The value of an encoded path component.
fn decode(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        let hex = (first == b'%').then(|| after.get(..2)).flatten();
        let byte = hex.and_then(|hex| u8::from_str_radix(std::str::from_utf8(hex).ok()?, 16).ok());
        bytes.push(byte.unwrap_or(first));
        rest = if byte.is_some() { &after[2..] } else { after };
    }
    String::from_utf8(bytes).unwrap_or_else(|_| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_path_component_is_safe() {
        assert_eq!(encode("东营区"), "东营区");
        assert_eq!(encode("../a/b=c"), "%2E./a/b=c".replace('/', "%2F").replace('=', "%3D"));
        assert_eq!(encode(""), NULL_PARTITION);
        assert!(encode(&"街".repeat(300)).len() < 200);
        assert_ne!(encode(&("街".repeat(300) + "a")), encode(&("街".repeat(300) + "b")));
    }

    #[test]
    fn a_set_is_found_by_itself_or_by_its_output_folder() {
        let dir = tempfile::tempdir().unwrap();
        let error = Set::open(dir.path()).unwrap_err();
        assert_eq!((error.exit, error.what.key()), (Exit::NoInput, "store.no_set"));
        let store = crate::store::Store::open(dir.path(), &dir.path().join("store"), "now").unwrap();
        let run = store.begin_run("one", jiff::civil::date(2022, 3, 27)).unwrap();
        Manifest::default().write(run.path()).unwrap();
        let folder = run.commit().unwrap();
        assert_eq!(Set::open(dir.path()).unwrap().folder(), folder);
        assert_eq!(Set::open(&folder).unwrap().folder(), folder);
        assert_eq!(Set::open(&folder).unwrap().manifest().unwrap(), Manifest::default());
        assert!(Set::open(&folder).unwrap().tables().unwrap().is_empty());
    }

    proptest! {
        #[test]
        fn encoding_is_undone(value in "[\\PC/\n.=% ]{1,25}") {
            let text = encode(&value);
            prop_assert!(!text.contains('/') && !text.starts_with('.') && !text.contains('\0'));
            prop_assert_eq!(decode(&text), value);
        }
    }
}
