//! The output folder with its runs, and the store beside it. A run is written into a hidden folder and appears by two
//! renames: first the folder, then the link `current`. The state for the next night is written beside the old one and
//! takes its place after that; a crash between the two is finished or undone at the next start.

mod removal;

pub use removal::Removed;

use super::files;
use super::lock::Lock;
use super::state::State;
use crate::error::{Error, Exit, Result};
use crate::message::Message;
use jiff::civil::{Date, DateTime};
use std::ffi::OsString;
use std::fs;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};

/// File in a state folder that names the output folder whose set it belongs to.
const PUBLISHED_TO: &str = "published_to";
/// File in a state folder with the date of its night.
const DATE: &str = "as_of";
/// Folder in a state folder with the state of the night before: where a night that is run again begins.
const BEFORE: &str = "before";

/// An output folder and a store folder, both locked by this process.
#[derive(Debug)]
pub struct Store {
    output: PathBuf,
    store: PathBuf,
    _locks: Vec<Lock>,
}

impl Store {
    /// Creates both folders where they are missing, locks them, and finishes or undoes what a killed run left.
    /// `since` is told to a second run that finds the lock taken.
    ///
    /// # Errors
    /// [`Exit::Locked`] if another run is at work, [`Exit::Output`] if the folders cannot be written.
    pub fn open(output: &Path, store: &Path, since: &str) -> Result<Self> {
        files::create_folder(&output.join("runs"))?;
        files::create_folder(store)?;
        let whole = |path: &Path| path.canonicalize().map_err(|error| files::read_error(path, error));
        let (output, store) = (whole(output)?, whole(store)?);
        let mut locks = vec![Lock::take(&store, since)?];
        if output != store {
            locks.push(Lock::take(&output, since)?);
        }
        let this = Self { output, store, _locks: locks };
        this.probe()?;
        this.recover()?;
        Ok(this)
    }

    /// The output folder.
    pub fn output(&self) -> &Path {
        &self.output
    }

    /// The state that the last published set left.
    pub fn state(&self) -> State {
        State::at(self.store.join("state"))
    }

    /// The state that the night of `as_of` carries on from: that of the last published set, or, if that set is of the same
    /// night, the one that it began with itself.
    pub fn state_before(&self, as_of: Date) -> State {
        let state = self.store.join("state");
        let again = fs::read_to_string(state.join(DATE)).is_ok_and(|date| date == as_of.to_string());
        let before = state.join(BEFORE);
        State::at(if again && before.is_dir() { before } else { state })
    }

    /// Folder of what a run puts aside while it is at work: files without a name, gone with the process.
    pub fn scratch(&self) -> PathBuf {
        self.store.join("scratch")
    }

    /// Name of the published run, if there is one.
    pub fn current(&self) -> Option<String> {
        current_of(&self.output)
    }

    /// A name for a run that began at `at`: the time and the first number that is free.
    pub fn new_run_id(&self, at: DateTime) -> String {
        let time = at.strftime("%Y%m%dT%H%M%S").to_string();
        (1_u32..)
            .map(|number| format!("{time}-{number:02}"))
            .find(|run_id| !self.runs().join(run_id).exists())
            .expect("a folder holds fewer than 2^32 runs")
    }

    /// Checks that about `bytes` can still be written.
    ///
    /// # Errors
    /// [`Exit::Output`] if they cannot.
    pub fn check_space(&self, bytes: u64) -> Result<()> {
        for path in [&self.output, &self.store] {
            let free = fs4::available_space(path).map_err(|error| files::read_error(path, error))?;
            if free < bytes {
                let what = Message::new("store.little_space").with("path", path.display());
                let what = what.with("free", free >> 20).with("needed", bytes.div_ceil(1 << 20));
                return Err(Error::new(Exit::Output, what).help(Message::new("store.little_space.help")));
            }
        }
        Ok(())
    }

    /// Begins a run of the night of `as_of`: two folders, an empty one for the set and one for the state that it leaves, which
    /// holds no more than the state before. Both vanish with the returned value unless it is committed.
    ///
    /// # Errors
    /// [`Exit::Output`] if there is such a run or the folders cannot be created.
    pub fn begin_run(&self, run_id: &str, as_of: Date) -> Result<RunFolder<'_>> {
        let done = self.runs().join(run_id);
        if done.exists() {
            let what = Message::new("store.run_exists").with("run_id", run_id).with("path", self.runs().display());
            return Err(Error::new(Exit::Output, what));
        }
        let run = RunFolder {
            store: self,
            run_id: run_id.to_owned(),
            partial: self.runs().join(format!(".{run_id}.partial")),
            next: self.store.join(format!("next-{run_id}")),
        };
        for folder in [&run.partial, &run.next] {
            files::remove_folder(folder)?;
            files::create_folder(folder)?;
        }
        files::write(&run.next.join(PUBLISHED_TO), self.output.as_os_str().as_bytes())?;
        files::write(&run.next.join(DATE), as_of.to_string().as_bytes())?;
        self.state_before(as_of).keep_in(&run.next.join(BEFORE))?;
        Ok(run)
    }

    fn runs(&self) -> PathBuf {
        self.output.join("runs")
    }

    /// Finds out before the long work whether its result can be put down.
    fn probe(&self) -> Result<()> {
        for folder in [&self.runs(), &self.store] {
            let path = folder.join(".probe");
            files::write(&path, b"")?;
            fs::remove_file(&path).map_err(|error| files::write_error(&path, error))?;
        }
        let current = self.output.join("current");
        if current.symlink_metadata().is_ok_and(|meta| !meta.is_symlink()) {
            let what = Message::new("store.current_taken").with("path", current.display());
            return Err(Error::new(Exit::Output, what).help(Message::new("store.current_taken.help")));
        }
        Ok(())
    }

    fn recover(&self) -> Result<()> {
        for name in names_in(&self.runs())? {
            if name.starts_with('.') && name.ends_with(".partial") {
                files::remove_folder(&self.runs().join(name))?;
            }
        }
        for name in names_in(&self.store)? {
            let Some(run_id) = name.strip_prefix("next-") else { continue };
            let next = self.store.join(&name);
            // The store may serve several output folders, and the killed run may have been of another.
            let output = fs::read(next.join(PUBLISHED_TO)).ok().map(|path| PathBuf::from(OsString::from_vec(path)));
            match output {
                Some(output) if current_of(&output).as_deref() == Some(run_id) => self.finish_state(&next)?,
                output => {
                    // Renamed but never linked: it was not published, and its name must be free again.
                    if let Some(output) = output {
                        files::remove_folder(&output.join("runs").join(run_id))?;
                    }
                    files::remove_folder(&next)?;
                }
            }
        }
        files::remove_folder(&self.store.join("state.old"))
    }

    /// Puts the state `next` in the place of the old one. Whatever step this is killed at, doing it again finishes it.
    fn finish_state(&self, next: &Path) -> Result<()> {
        let (state, old) = (self.store.join("state"), self.store.join("state.old"));
        if state.exists() {
            files::remove_folder(&old)?;
            files::rename(&state, &old)?;
        }
        files::rename(next, &state)?;
        files::sync_folder(&self.store)?;
        files::remove_folder(&old)
    }
}

/// A run at work. Dropping it without [`RunFolder::commit`] removes all that it wrote.
#[derive(Debug)]
pub struct RunFolder<'a> {
    store: &'a Store,
    run_id: String,
    partial: PathBuf,
    next: PathBuf,
}

impl RunFolder<'_> {
    /// Where the set is written.
    pub fn path(&self) -> &Path {
        &self.partial
    }

    /// Name of the run.
    pub fn run_id(&self) -> &str {
        &self.run_id
    }

    /// The state that this run leaves, to be written. What it does not write stays as it was.
    pub fn next_state(&self) -> State {
        State::at(self.next.clone())
    }

    /// Publishes the set: everything is made durable, then the set appears, then its state takes the old one's place.
    /// Returns the set's folder.
    ///
    /// # Errors
    /// [`Exit::Io`] if the disk refuses; the set before stays as it was.
    pub fn commit(self) -> Result<PathBuf> {
        self.make_durable()?;
        let done = self.appear()?;
        self.link()?;
        // From the link on the set is published, whatever happens.
        let finished = self.store.finish_state(&self.next);
        finished.map_err(|error| error.help(Message::new("store.published.help")))?;
        Ok(done)
    }

    fn make_durable(&self) -> Result<()> {
        let state = self.store.store.join("state");
        if state.is_dir() {
            for name in names_in(&state)? {
                let (from, to) = (state.join(&name), self.next.join(&name));
                if !to.exists() {
                    fs::hard_link(&from, &to)
                        .or_else(|_| fs::copy(&from, &to).map(drop))
                        .map_err(|error| files::write_error(&to, error))?;
                }
            }
        }
        files::sync_all_under(&self.partial)?;
        files::sync_all_under(&self.next)
    }

    fn appear(&self) -> Result<PathBuf> {
        let done = self.store.runs().join(&self.run_id);
        files::rename(&self.partial, &done)?;
        files::sync_folder(&self.store.runs())?;
        Ok(done)
    }

    fn link(&self) -> Result<()> {
        let (current, new) = (self.store.output.join("current"), self.store.output.join("current.tmp"));
        let _ = fs::remove_file(&new); // of a killed run
        let target = Path::new("runs").join(&self.run_id);
        std::os::unix::fs::symlink(target, &new).map_err(|error| files::write_error(&new, error))?;
        files::rename(&new, &current)?;
        files::sync_folder(&self.store.output)
    }
}

impl Drop for RunFolder<'_> {
    fn drop(&mut self) {
        // After a commit neither is there; after a failure nothing better can be done than to try.
        let _ = fs::remove_dir_all(&self.partial);
        if self.store.current().as_deref() != Some(&self.run_id) {
            let _ = fs::remove_dir_all(&self.next);
            let _ = fs::remove_dir_all(self.store.runs().join(&self.run_id));
        }
    }
}

/// Name of the run that `output`/current leads to.
fn current_of(output: &Path) -> Option<String> {
    let target = fs::read_link(output.join("current")).ok()?;
    Some(target.file_name()?.to_str()?.to_owned())
}

/// Names in a folder, sorted.
pub(super) fn names_in(folder: &Path) -> Result<Vec<String>> {
    let entries = fs::read_dir(folder).map_err(|error| files::read_error(folder, error))?;
    let mut names = Vec::new();
    for entry in entries {
        let name = entry.map_err(|error| files::read_error(folder, error))?.file_name();
        names.extend(name.into_string()); // a name that is not UTF-8 is none of ours
    }
    names.sort_unstable();
    Ok(names)
}

#[cfg(test)]
mod tests;
