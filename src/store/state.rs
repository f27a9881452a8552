//! The state that a published set leaves for the next night: which person each record was, the follow-up items and the
//! fitted model. It changes only together with the set.

use super::run::names_in;
use super::{files, table_file};
use crate::error::{Error, Exit, Result};
use crate::message::Message;
use crate::tables::batches::Batches;
use crate::tables::{PersonId, Pool, Sym};
use arrow::array::{Array, AsArray, RecordBatch, StringViewArray};
use arrow::datatypes::SchemaRef;
use std::path::{Path, PathBuf};

/// Folder of the person index.
const INDEX: &str = "persons_index";
/// Folder of what persons were known by.
const PERSONS: &str = "persons_told";
/// Columns of the persons table that say it.
const PERSONS_COLUMNS: [&str; 4] = ["person_id", "id_number", "name", "phones"];
/// File of the rows without a key of their own.
const CARRIED: &str = "carried.parquet";
/// Columns of the members table that the person index needs: source, record_id, person_id.
const INDEX_COLUMNS: [usize; 3] = [0, 1, 2];

/// A folder of state, of the last published set or of the run at work.
#[derive(Clone, Debug)]
pub struct State {
    folder: PathBuf,
}

/// Which person each record of the last published set was, in the order of its members.
#[derive(Clone, Debug, Default)]
pub struct PersonsIndex {
    /// Names of the sources that have a record, in order of first appearance.
    pub source_names: Vec<String>,
    /// Place of the record's source in `source_names`.
    pub source: Vec<u16>,
    /// Texts of the record keys. Not interned: equal texts may have different symbols.
    pub pool: Pool,
    /// Key of the record.
    pub record_id: Vec<Sym>,
    /// Its person.
    pub person: Vec<PersonId>,
}

impl PersonsIndex {
    /// Number of records.
    pub fn len(&self) -> usize {
        self.source.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.source.is_empty()
    }
}

impl State {
    pub(super) fn at(folder: PathBuf) -> Self {
        Self { folder }
    }

    /// Whether it holds what a night leaves; `None`: only a part of that, so something was taken away.
    pub fn is_there(&self) -> Option<bool> {
        let index = self.path(INDEX).exists() || self.path("persons_index.parquet").exists();
        match (index, self.path("items.parquet").exists()) {
            (true, true) => Some(true),
            (false, false) => Some(false),
            _ => None,
        }
    }

    /// Gives what nights carry on from another place beside this one; the files are the same.
    ///
    /// # Errors
    /// [`Exit::Output`] or [`Exit::Io`] if the folder cannot be made.
    pub(super) fn keep_in(&self, folder: &Path) -> Result<()> {
        files::create_folder(folder)?;
        for name in ["items.parquet", "model.json", "persons_index.parquet", CARRIED] {
            if self.path(name).is_file() {
                files::link_or_copy(&self.path(name), &folder.join(name))?;
            }
        }
        for part in [INDEX, PERSONS].into_iter().filter(|part| self.path(part).is_dir()) {
            let (from, to) = (self.path(part), folder.join(part));
            files::create_folder(&to)?;
            for name in names_in(&from)? {
                files::link_or_copy(&from.join(&name), &to.join(&name))?;
            }
        }
        Ok(())
    }

    /// Writes the person index from the members table, for a night that publishes no tables.
    ///
    /// # Errors
    /// [`Exit::Output`] or [`Exit::Io`] if writing fails.
    pub fn write_persons_index(&self, members: &Batches<'_>) -> Result<()> {
        let schema = members.schema().project(&INDEX_COLUMNS).expect("members begin with these columns");
        let batches = members.iter().map(|batch| batch.project(&INDEX_COLUMNS).expect("as the schema"));
        let folder = self.path(INDEX);
        files::create_folder(&folder)?;
        table_file::write(&folder.join("part-00000.parquet"), &schema.into(), batches).map(drop)
    }

    /// Makes the files of the published members table, in their order, the person index: they hold all that it needs, and
    /// a second name costs nothing. Where the store lies on another file system they are copied.
    ///
    /// # Errors
    /// [`Exit::Output`] or [`Exit::Io`] if neither can be done.
    pub fn keep_persons_index(&self, members: &[PathBuf]) -> Result<()> {
        self.keep(INDEX, members)
    }

    /// Makes the files of the published persons table what the next night knows of persons.
    ///
    /// # Errors
    /// [`Exit::Output`] or [`Exit::Io`] if that cannot be done.
    pub fn keep_persons(&self, persons: &[PathBuf]) -> Result<()> {
        self.keep(PERSONS, persons)
    }

    /// Writes what the next night needs to know of persons, for a night that publishes no tables.
    ///
    /// # Errors
    /// [`Exit::Output`] or [`Exit::Io`] if writing fails.
    pub fn write_persons(&self, persons: &Batches<'_>) -> Result<()> {
        let places = PERSONS_COLUMNS.map(|name| persons.schema().index_of(name).expect("persons have these columns"));
        let schema = persons.schema().project(&places).expect("places of its own columns");
        let folder = self.path(PERSONS);
        files::create_folder(&folder)?;
        let batches = (0..persons.count()).map(|i| persons.get_columns(i, &places));
        table_file::write(&folder.join("part-00000.parquet"), &schema.into(), batches).map(drop)
    }

    /// Reads what the set before said of its persons: columns person_id, id_number, name and phones. `None` where that was not
    /// kept.
    ///
    /// # Errors
    /// [`Exit::Data`] if it is damaged.
    pub fn read_persons(&self) -> Result<Option<Vec<RecordBatch>>> {
        let folder = self.path(PERSONS);
        if !folder.exists() {
            return Ok(None);
        }
        let mut batches = Vec::new();
        for name in names_in(&folder)? {
            let read = table_file::read_columns(&folder.join(name), &PERSONS_COLUMNS);
            batches.extend(read.map_err(|error| error.help(Message::new("store.broken_state.help")))?);
        }
        Ok(Some(batches))
    }

    fn keep(&self, part: &str, tables: &[PathBuf]) -> Result<()> {
        let folder = self.path(part);
        files::create_folder(&folder)?;
        for (i, file) in tables.iter().enumerate() {
            files::link_or_copy(file, &folder.join(format!("part-{i:05}.parquet")))?;
        }
        Ok(())
    }

    /// Reads the person index; `None` on the first night.
    ///
    /// # Errors
    /// [`Exit::Data`] if it is damaged.
    pub fn read_persons_index(&self) -> Result<Option<PersonsIndex>> {
        let (folder, one_file) = (self.path(INDEX), self.path("persons_index.parquet"));
        let mut parts: Vec<PathBuf> = if folder.exists() {
            let entries = std::fs::read_dir(&folder).map_err(|error| files::read_error(&folder, error))?;
            entries.filter_map(|entry| Some(entry.ok()?.path())).collect()
        } else if one_file.exists() {
            // Written by an earlier build: its persons keep their keys.
            vec![one_file]
        } else {
            return Ok(None);
        };
        parts.sort_unstable();
        let mut index = PersonsIndex::default();
        for path in parts {
            let batches = table_file::read_columns(&path, &["source", "record_id", "person_id"]);
            for batch in batches.map_err(|error| error.help(Message::new("store.broken_state.help")))? {
                add(&mut index, &batch).ok_or_else(|| broken(&path))?;
            }
        }
        Ok(Some(index))
    }

    /// Writes the follow-up items with their states; the columns are the caller's own.
    ///
    /// # Errors
    /// [`Exit::Output`] or [`Exit::Io`] if writing fails.
    pub fn write_items(&self, schema: &SchemaRef, items: &[RecordBatch]) -> Result<()> {
        table_file::write(&self.path("items.parquet"), schema, items.iter().cloned()).map(drop)
    }

    /// Reads the follow-up items; `None` on the first night.
    ///
    /// # Errors
    /// [`Exit::Data`] if they are damaged.
    pub fn read_items(&self) -> Result<Option<Vec<RecordBatch>>> {
        let path = self.path("items.parquet");
        if !path.exists() {
            return Ok(None);
        }
        self.read_file(&path).map(Some)
    }

    /// Writes who the rows without a key of their own were; the columns are the caller's own.
    ///
    /// # Errors
    /// [`Exit::Output`] or [`Exit::Io`] if writing fails.
    pub fn write_carried(&self, rows: RecordBatch) -> Result<()> {
        table_file::write(&self.path(CARRIED), &rows.schema(), std::iter::once(rows)).map(drop)
    }

    /// Reads them; `None` if there were none.
    ///
    /// # Errors
    /// [`Exit::Data`] if they are damaged.
    pub fn read_carried(&self) -> Result<Option<Vec<RecordBatch>>> {
        let path = self.path(CARRIED);
        if !path.exists() {
            return Ok(None);
        }
        self.read_file(&path).map(Some)
    }

    /// Writes the fitted model.
    ///
    /// # Errors
    /// [`Exit::Output`] or [`Exit::Io`] if writing fails.
    pub fn write_model(&self, json: &str) -> Result<()> {
        files::write(&self.path("model.json"), json.as_bytes())
    }

    /// Reads the fitted model; `None` if there is none yet.
    ///
    /// # Errors
    /// [`Exit::Data`] if it is not text, [`Exit::Io`] if it cannot be read.
    pub fn read_model(&self) -> Result<Option<String>> {
        let path = self.path("model.json");
        if !path.exists() {
            return Ok(None);
        }
        String::from_utf8(files::read(&path)?).map(Some).map_err(|_| broken(&path))
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    fn read_file(&self, path: &Path) -> Result<Vec<RecordBatch>> {
        table_file::read(path).map_err(|error| error.help(Message::new("store.broken_state.help")))
    }
}

/// Adds a batch to the index; `None` if it is not of the expected form.
fn add(index: &mut PersonsIndex, batch: &RecordBatch) -> Option<()> {
    let text = |name| batch.column_by_name(name)?.as_string_view_opt().filter(|column| column.null_count() == 0);
    let (source, record_id, person): (&StringViewArray, _, _) =
        (text("source")?, text("record_id")?, text("person_id")?);
    for row in 0..batch.num_rows() {
        let name = source.value(row);
        // Sources are few and come in long stretches, so the last one is nearly always the right one.
        let last = index.source.last().copied().filter(|&last| index.source_names[last as usize] == name);
        let number = match last {
            Some(number) => number,
            None => match index.source_names.iter().position(|other| other == name) {
                Some(number) => number as u16,
                None => {
                    index.source_names.push(name.to_owned());
                    u16::try_from(index.source_names.len() - 1).ok()?
                }
            },
        };
        index.source.push(number);
        index.record_id.push(index.pool.push(record_id.value(row)));
        index.person.push(PersonId::parse(person.value(row))?);
    }
    Some(())
}

fn broken(path: &Path) -> Error {
    Error::new(Exit::Data, Message::new("store.broken_file").with("path", path.display()))
        .help(Message::new("store.broken_state.help"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tables::published::{MEMBERS, schema};
    use crate::tables::{JoinedBy, Members, Persons, Records, batches};

    fn state() -> (tempfile::TempDir, State) {
        let dir = tempfile::tempdir().unwrap();
        let state = State::at(dir.path().to_owned());
        (dir, state)
    }

    #[test]
    fn the_person_index_reads_back() {
        let (_dir, state) = state();
        assert!(state.read_persons_index().unwrap().is_none(), "the first night has none");
        let mut records = Records { source: vec![1, 1, 0, 1].into(), ..Records::default() };
        records.record_id =
            ["a", "b", "a", "a key longer than twelve"].map(|key| records.keys.push(key)).to_vec().into();
        let members =
            Members { person: vec![1, 0, 1, 2], match_weight: vec![f32::NAN; 4], joined_by: vec![JoinedBy::Single; 4] };
        let persons = Persons { id: [7, 8, u64::MAX].map(PersonId).to_vec(), ..Persons::default() };
        let names = ["police".to_owned(), "community".to_owned()];
        state.write_persons_index(&batches::members(&records, &members, &persons, &names)).unwrap();
        let index = state.read_persons_index().unwrap().unwrap();
        assert_eq!((index.len(), index.is_empty()), (4, false));
        let read = (0..4).map(|row| {
            let source = index.source_names[index.source[row] as usize].as_str();
            (source, index.pool.get(index.record_id[row]), index.person[row].0)
        });
        let expected = [
            ("community", "a", 8),
            ("community", "b", 7),
            ("police", "a", 8),
            ("community", "a key longer than twelve", u64::MAX),
        ];
        assert_eq!(read.collect::<Vec<_>>(), expected);

        // The published table itself serves as well, under a second name.
        let (other_dir, other) = self::state();
        let table = other_dir.path().join("members.parquet");
        let members = batches::members(&records, &members, &persons, &names);
        table_file::write(&table, members.schema(), members.iter()).unwrap();
        table_file::write(&other.path("persons_index.parquet"), members.schema(), members.iter()).unwrap();
        assert_eq!(other.read_persons_index().unwrap().unwrap().person, index.person, "an earlier build's one file");
        other.keep_persons_index(&[table]).unwrap();
        let kept = other.read_persons_index().unwrap().unwrap();
        assert_eq!((kept.source_names, kept.source, kept.person), (index.source_names, index.source, index.person));
    }

    #[test]
    fn items_and_model_read_back() {
        let (_dir, state) = state();
        assert!(state.read_items().unwrap().is_none());
        assert!(state.read_model().unwrap().is_none());
        let empty = RecordBatch::new_empty(schema(MEMBERS));
        state.write_items(&schema(MEMBERS), &[empty]).unwrap();
        state.write_model("{}").unwrap();
        assert_eq!(state.read_items().unwrap().unwrap().iter().map(RecordBatch::num_rows).sum::<usize>(), 0);
        assert_eq!(state.read_model().unwrap().as_deref(), Some("{}"));
    }

    #[test]
    fn damage_is_told_with_the_next_step() {
        let (_dir, state) = state();
        let folder = state.path(INDEX);
        files::create_folder(&folder).unwrap();
        files::write(&folder.join("part-00000.parquet"), b"PAR1 half a file").unwrap();
        let error = state.read_persons_index().unwrap_err();
        assert_eq!((error.exit, error.what.key()), (Exit::Data, "store.broken_file"));
        assert!(error.help.is_some());
    }
}
