//! The lock that keeps two runs out of one folder. It is the kernel's own and ends with the process, however that ends;
//! the text in the file only tells who holds it.

use super::files;
use crate::error::{Error, Exit, Result};
use crate::message::Message;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

/// A held lock; dropping it releases it.
#[derive(Debug)]
pub struct Lock {
    _file: File,
}

impl Lock {
    /// Takes the lock `folder`/lock. `since` is what another run is told: when this one began.
    ///
    /// # Errors
    /// [`Exit::Locked`] with the holder if another process has it, [`Exit::Output`] if it cannot be created.
    pub fn take(folder: &Path, since: &str) -> Result<Self> {
        let path = folder.join("lock");
        let open =
            OpenOptions::new().read(true).write(true).create(true).truncate(false).mode(files::FILE_MODE).open(&path);
        let cannot = |error| {
            Error::new(Exit::Output, Message::new("store.cannot_create").with("path", path.display()))
                .caused_by(error)
                .help(Message::new("store.cannot_create.help"))
        };
        let mut file = open.map_err(cannot)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(held(&path, &mut file)),
            Err(TryLockError::Error(error)) => return Err(cannot(error)),
        }
        let note = format!("{}\n{since}\n", std::process::id());
        let noted = file.set_len(0).and_then(|()| file.write_all(note.as_bytes()));
        noted.map_err(|error| files::write_error(&path, error))?;
        Ok(Self { _file: file })
    }
}

fn held(path: &Path, file: &mut File) -> Error {
    let mut note = String::new();
    // The note is only for people: where it cannot be read the lock still holds.
    let _ = file.take(200).read_to_string(&mut note);
    let mut lines = note.lines();
    let mut next = || lines.next().filter(|line| !line.is_empty()).unwrap_or("?").to_owned();
    let (pid, since) = (next(), next());
    Error::new(
        Exit::Locked,
        Message::new("store.locked").with("pid", pid).with("since", since).with("path", path.display()),
    )
    .help(Message::new("store.locked.help"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_lock_fails_and_names_the_first() {
        let dir = tempfile::tempdir().unwrap();
        let first = Lock::take(dir.path(), "2022-03-27T01:00:00").unwrap();
        let error = Lock::take(dir.path(), "2022-03-27T02:00:00").unwrap_err();
        assert_eq!(error.exit, Exit::Locked);
        let text = error.to_string();
        assert!(text.contains(&format!("process {}, since 2022-03-27T01:00:00", std::process::id())), "{text}");
        drop(first);
        Lock::take(dir.path(), "2022-03-27T03:00:00").unwrap();
    }
}
