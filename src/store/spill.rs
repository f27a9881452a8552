//! Columns in files instead of memory: each is copied into a file without a name and read through a map of it. The
//! system may take such pages at any time and brings them back when they are read; [`Spill::release`] gives all of them
//! back at once. A file without a name is gone with the process, however that ends.

#![allow(unsafe_code, reason = "a map of a file is a slice only by the word of whoever keeps others from that file")]

use super::files;
use crate::error::Result;
use crate::tables::{Keeper, Lender};
use memmap2::{Mmap, UncheckedAdvice};
use std::fs::File;
use std::io;
use std::marker::PhantomData;
use std::os::fd::AsRawFd;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};

/// Columns smaller than a page stay in memory.
const BYTES_MIN: usize = 4096;

/// Where columns are kept.
#[derive(Debug)]
pub struct Spill {
    folder: PathBuf,
    /// Bytes of the disk that are not taken.
    left: AtomicU64,
    maps: Mutex<Vec<Weak<Mmap>>>,
}

impl Spill {
    /// Keeps columns in files in `folder`, which is created.
    ///
    /// # Errors
    /// [`crate::error::Exit::Output`] if no file can be made there.
    pub fn new(folder: &Path) -> Result<Self> {
        files::create_folder(folder)?;
        tempfile::tempfile_in(folder).map_err(|error| files::write_error(folder, error))?;
        Ok(Self { folder: folder.to_owned(), left: AtomicU64::new(0), maps: Mutex::default() })
    }

    /// From now on columns stay in memory where they would leave less than `bytes` free on the disk.
    pub fn leave(&self, bytes: u64) {
        self.left.store(bytes, Ordering::Relaxed);
    }

    /// Gives back every page of memory that holds a kept column. Nothing is lost: who reads on brings pages back.
    pub fn release(&self) {
        let mut maps = self.maps.lock().unwrap_or_else(PoisonError::into_inner);
        maps.retain(|map| match map.upgrade() {
            Some(map) => {
                give_back(&map);
                true
            }
            None => false,
        });
    }

    /// Writes `bytes` bytes from `from` into a file without a name and gives the map of it.
    ///
    /// # Safety
    /// So many bytes must be readable there.
    unsafe fn written(&self, from: *const u8, bytes: usize) -> io::Result<Arc<Mmap>> {
        if fs4::available_space(&self.folder)? < (bytes as u64).saturating_add(self.left.load(Ordering::Relaxed)) {
            return Err(io::ErrorKind::StorageFull.into());
        }
        let file: File = tempfile::tempfile_in(&self.folder)?;
        // Written, not copied through a map: that would bring every page in empty first, and a full disk, which is an error
        // here, would be the end of the process there.
        let mut at = 0;
        while at < bytes {
            // SAFETY: the caller answers for `from`, and at most what is left of it is read. Not a slice of bytes, since
            // values may have bytes between their fields that were never written.
            let written = unsafe { libc::pwrite(file.as_raw_fd(), from.add(at).cast(), bytes - at, at as libc::off_t) };
            match usize::try_from(written) {
                Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
                Ok(written) => at += written,
                Err(_) => {
                    let error = io::Error::last_os_error();
                    if error.kind() != io::ErrorKind::Interrupted {
                        return Err(error);
                    }
                }
            }
        }
        // SAFETY: the file has no name and no other handle, so nobody cuts or changes it while it is mapped.
        let map = Arc::new(unsafe { Mmap::map(&file)? });
        self.maps.lock().unwrap_or_else(PoisonError::into_inner).push(Arc::downgrade(&map));
        Ok(map)
    }
}

fn give_back(map: &Mmap) {
    // SAFETY: the map is shared with its file and read only; its pages are read from the file again.
    // A system that does not take the advice keeps the pages, which is no fault.
    let _ = unsafe { map.unchecked_advise(UncheckedAdvice::DontNeed) };
}

/// Values of one type in a map.
struct Values<T> {
    map: Arc<Mmap>,
    count: usize,
    of: PhantomData<T>,
}

impl<T: Send + Sync> Lender<[T]> for Values<T> {
    fn lend(&self) -> &[T] {
        // SAFETY: `count` values of T were copied to the beginning of the map, which is aligned to a page and never
        // written again.
        unsafe { std::slice::from_raw_parts(self.map.as_ptr().cast(), self.count) }
    }
}

/// A text in a map.
struct Text(Arc<Mmap>);

impl Lender<str> for Text {
    fn lend(&self) -> &str {
        // SAFETY: the bytes were copied from a `str` and are never written again.
        unsafe { std::str::from_utf8_unchecked(&self.0) }
    }
}

impl Keeper for Spill {
    fn keep<T: Copy + Send + Sync + 'static>(&self, values: &[T]) -> Option<Arc<dyn Lender<[T]>>> {
        const { assert!(align_of::<T>() <= 4096, "a map begins at a page") };
        let bytes = size_of_val(values);
        if bytes < BYTES_MIN {
            return None;
        }
        // SAFETY: the values are so many bytes.
        let map = unsafe { self.written(values.as_ptr().cast(), bytes) }.ok()?;
        Some(Arc::new(Values { map, count: values.len(), of: PhantomData }))
    }

    fn keep_text(&self, text: &str) -> Option<Arc<dyn Lender<str>>> {
        if text.len() < BYTES_MIN {
            return None;
        }
        // SAFETY: as above.
        let map = unsafe { self.written(text.as_ptr(), text.len()) }.ok()?;
        Some(Arc::new(Text(map)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernels::id_number::IdNumber;
    use crate::tables::Column;

    #[test]
    fn kept_columns_read_as_they_were_before_and_after_their_pages_went_back() {
        let folder = tempfile::tempdir().unwrap();
        let spill = Spill::new(folder.path()).unwrap();
        let numbers: Vec<u64> = (0..100_000).map(|i| i * i).collect();
        let ids: Vec<IdNumber> =
            (0..10_000).map(|i| IdNumber { digits: i, length: 18, ..IdNumber::default() }).collect();
        let (mut kept, mut kept_ids) = (Column::from(numbers.clone()), Column::from(ids.clone()));
        kept.keep(&spill);
        kept_ids.keep(&spill);
        assert!(matches!((&kept, &kept_ids), (Column::Lent(_), Column::Lent(_))));
        for _ in 0..2 {
            assert_eq!((&kept[..], &kept_ids[..]), (&numbers[..], &ids[..]));
            spill.release();
        }
        assert_eq!(folder.path().read_dir().unwrap().count(), 0, "files have no name");
    }

    #[test]
    fn columns_stay_where_the_disk_has_no_room_for_them_and_what_follows() {
        let folder = tempfile::tempdir().unwrap();
        let spill = Spill::new(folder.path()).unwrap();
        let mut column = Column::from(vec![7_u64; 10_000]);
        spill.leave(u64::MAX);
        column.keep(&spill);
        assert!(matches!(&column, Column::Own(_)));
        spill.leave(0);
        column.keep(&spill);
        assert!(matches!(&column, Column::Lent(_)));
        assert_eq!(&column[..], &[7; 10_000]);
    }

    #[test]
    fn a_text_is_kept_and_small_things_stay() {
        let folder = tempfile::tempdir().unwrap();
        let spill = Spill::new(folder.path()).unwrap();
        let text = "府前大街45号".repeat(10_000);
        let kept = spill.keep_text(&text).unwrap();
        spill.release();
        assert_eq!(kept.lend(), text);
        assert!(spill.keep(&[1_u8, 2]).is_none() && spill.keep_text("短").is_none());
        drop(kept);
        spill.release();
        assert_eq!(spill.maps.lock().unwrap().len(), 0);
    }

    #[test]
    fn a_folder_that_cannot_be_is_named() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let error = Spill::new(&file.path().join("scratch")).unwrap_err();
        assert_eq!(error.exit, crate::error::Exit::Output);
    }
}
