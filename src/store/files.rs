//! Files and folders as this program makes them: readable by the owner and the group alone, and errors that say what
//! to do. Everything that is written goes through here.

use crate::error::{Error, Exit, Result};
use crate::message::Message;
use parquet::errors::ParquetError;
use std::fs::{self, DirBuilder, File, OpenOptions, Permissions};
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::Path;

/// Mode of every folder: owner writes, group reads.
pub const FOLDER_MODE: u32 = 0o750;
/// Mode of every file.
pub const FILE_MODE: u32 = 0o640;

/// Creates a folder with all that stand above it; nothing happens where it is there already.
///
/// # Errors
/// [`Exit::Output`] if it cannot be created.
pub fn create_folder(path: &Path) -> Result<()> {
    if path.is_dir() {
        return Ok(());
    }
    if let Some(above) = path.parent().filter(|above| !above.as_os_str().is_empty()) {
        create_folder(above)?;
    }
    // The mode is set once more because the process's umask took its share of the first.
    match DirBuilder::new().mode(FOLDER_MODE).create(path) {
        Ok(()) => fs::set_permissions(path, Permissions::from_mode(FOLDER_MODE)).map_err(|e| create_error(path, e)),
        Err(_) if path.is_dir() => Ok(()), // another thread was faster
        Err(error) => Err(create_error(path, error)),
    }
}

/// Creates or empties a file.
///
/// # Errors
/// [`Exit::Output`] if it cannot be created, [`Exit::Io`] if the disk is full.
pub fn create_file(path: &Path) -> Result<File> {
    let open = || {
        let file = OpenOptions::new().write(true).create(true).truncate(true).mode(FILE_MODE).open(path)?;
        file.set_permissions(Permissions::from_mode(FILE_MODE))?;
        Ok(file)
    };
    open().map_err(|error| create_error(path, error))
}

/// Writes a whole file. It is on the disk for certain only after [`sync_all_under`].
///
/// # Errors
/// [`Exit::Output`] if it cannot be created, [`Exit::Io`] if writing fails.
pub fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    create_file(path)?.write_all(bytes).map_err(|error| write_error(path, error))
}

/// Gives the file `from` a second name; where that cannot be done, a copy.
///
/// # Errors
/// [`Exit::Output`] or [`Exit::Io`] if it cannot be copied either.
pub fn link_or_copy(from: &Path, to: &Path) -> Result<()> {
    if fs::hard_link(from, to).is_ok() {
        return Ok(());
    }
    let mut source = File::open(from).map_err(|error| read_error(from, error))?;
    io::copy(&mut source, &mut create_file(to)?).map(drop).map_err(|error| write_error(to, error))
}

/// Replaces a file by temporary file, sync and rename: a reader or a crash sees the old or the new one, never half.
///
/// # Errors
/// As [`write()`].
pub fn replace(path: &Path, bytes: &[u8]) -> Result<()> {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".tmp");
    let temporary = path.with_file_name(name);
    let mut file = create_file(&temporary)?;
    let done = file.write_all(bytes).and_then(|()| file.sync_all()).and_then(|()| fs::rename(&temporary, path));
    done.map_err(|error| write_error(path, error))?;
    sync_folder(path.parent().unwrap_or(Path::new(".")))
}

/// Makes the names in a folder durable.
///
/// # Errors
/// [`Exit::Io`] if the disk refuses.
pub fn sync_folder(path: &Path) -> Result<()> {
    File::open(path).and_then(|folder| folder.sync_all()).map_err(|error| write_error(path, error))
}

/// Makes everything under a folder durable. One sync of its file system stands for thousands of files, each of which
/// would cost a wait for the disk of its own.
///
/// # Errors
/// [`Exit::Io`] if the disk refuses.
pub fn sync_all_under(path: &Path) -> Result<()> {
    let folder = File::open(path).map_err(|error| write_error(path, error))?;
    rustix::fs::syncfs(&folder).map_err(|error| write_error(path, io::Error::from(error)))
}

/// The bytes of a file.
///
/// # Errors
/// [`Exit::NoInput`] if there is none, [`Exit::Io`] if it cannot be read.
pub fn read(path: &Path) -> Result<Vec<u8>> {
    fs::read(path).map_err(|error| read_error(path, error))
}

/// Removes a folder with all that is in it; nothing happens where there is none.
///
/// # Errors
/// [`Exit::Io`] if it cannot be removed.
pub fn remove_folder(path: &Path) -> Result<()> {
    match fs::remove_dir_all(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(write_error(path, error)),
        _ => Ok(()),
    }
}

/// Moves a file or folder within one file system.
///
/// # Errors
/// [`Exit::Io`] if that fails.
pub fn rename(from: &Path, to: &Path) -> Result<()> {
    fs::rename(from, to).map_err(|error| write_error(to, error))
}

/// The error of a failed read.
pub fn read_error(path: &Path, error: io::Error) -> Error {
    let exit = if error.kind() == ErrorKind::NotFound { Exit::NoInput } else { Exit::Io };
    Error::new(exit, Message::new("store.cannot_read").with("path", path.display())).caused_by(error)
}

/// The error of a failed write: a full disk is told apart from the rest.
pub fn write_error(path: &Path, error: io::Error) -> Error {
    if is_full(&error) {
        return Error::new(Exit::Io, Message::new("store.disk_full").with("path", path.display()))
            .caused_by(error)
            .help(Message::new("store.disk_full.help"));
    }
    Error::new(Exit::Io, Message::new("store.cannot_write").with("path", path.display())).caused_by(error)
}

/// The error of a failed write of a Parquet file.
pub fn parquet_write_error(path: &Path, error: ParquetError) -> Error {
    match error {
        ParquetError::External(inner) => match inner.downcast::<io::Error>() {
            Ok(inner) => write_error(path, *inner),
            Err(inner) => cannot_write(path).caused_by(inner),
        },
        other => cannot_write(path).caused_by(other),
    }
}

fn cannot_write(path: &Path) -> Error {
    Error::new(Exit::Io, Message::new("store.cannot_write").with("path", path.display()))
}

fn create_error(path: &Path, error: io::Error) -> Error {
    if is_full(&error) {
        return write_error(path, error);
    }
    Error::new(Exit::Output, Message::new("store.cannot_create").with("path", path.display()))
        .caused_by(error)
        .help(Message::new("store.cannot_create.help"))
}

fn is_full(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::StorageFull | ErrorKind::QuotaExceeded | ErrorKind::FileTooLarge)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn files_and_folders_are_closed_to_others() {
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path().join("a/b");
        create_folder(&folder).unwrap();
        write(&folder.join("x"), b"1").unwrap();
        replace(&folder.join("y"), b"2").unwrap();
        assert_eq!((mode(&dir.path().join("a")), mode(&folder)), (0o750, 0o750));
        assert_eq!((mode(&folder.join("x")), mode(&folder.join("y"))), (0o640, 0o640));
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 2, "no temporary file is left");
        sync_all_under(&folder).unwrap();
    }

    #[test]
    fn a_full_disk_says_so() {
        let full = Path::new("/dev/full");
        let error = File::options().write(true).open(full).and_then(|mut file| file.write_all(b"1"));
        let error = write_error(full, error.unwrap_err());
        assert_eq!((error.exit, error.what.key()), (Exit::Io, "store.disk_full"));
        assert!(error.help.is_some());
    }

    #[test]
    fn a_full_disk_says_so_from_below_parquet_too() {
        let full = ParquetError::from(io::Error::from(ErrorKind::StorageFull));
        assert_eq!(parquet_write_error(Path::new("x"), full).what.key(), "store.disk_full");
        let other = parquet_write_error(Path::new("x"), ParquetError::General("odd".to_owned()));
        assert_eq!((other.exit, other.what.key()), (Exit::Io, "store.cannot_write"));
    }

    #[test]
    fn what_cannot_be_created_exits_73() {
        let dir = tempfile::tempdir().unwrap();
        write(&dir.path().join("file"), b"").unwrap();
        let error = create_folder(&dir.path().join("file/below")).unwrap_err();
        assert_eq!(error.exit, Exit::Output);
    }
}
