//! The memory of one night. What a step frees the next one takes again: pages that went back to the system in between
//! are cleared once more when they return, and where a machine is a guest, its host clears them, too. So freed memory
//! goes back where the night would hold more than two or three times its records; and where a limit is set, records are
//! kept in files and a guard takes their pages back whenever the limit comes near.

use super::RunOptions;
use super::watch::{memory_peak_bytes, resident_bytes};
use crate::error::Result;
use crate::message::Message;
use crate::store::{Spill, Store};
use crate::tables::Records;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread::JoinHandle;
use std::time::Duration;

/// A night that holds less keeps what it freed.
const GIVE_BACK_BYTES_MIN: u64 = 1 << 30;
/// Matching takes about as much again as the records, and rules over all of them once more.
const PEAK_OF_RECORDS: u64 = 3;
/// How often the guard of a limit looks; a thread brings in some tens of MB of pages in that time.
const LOOK_EVERY: Duration = Duration::from_millis(5);
/// How often it looks where nobody set a limit: a look takes tens of microseconds, and nothing depends on the last MB.
const LOOK_SELDOM: Duration = Duration::from_millis(50);
/// The allocator rests so long before it is asked again: it walks everything that is free.
const COLLECT_EVERY: Duration = Duration::from_millis(500);
/// Where there is a limit, freed memory goes back after so long.
const COLLECT_AT_LATEST: Duration = Duration::from_millis(1_500);

/// Holds the limit of a night.
#[derive(Debug)]
pub(super) struct Memory {
    limit: Option<u64>,
    spill: Arc<Spill>,
    give_back: fn(),
    /// Bytes from which on memory is given back.
    near: Arc<AtomicU64>,
    _guard: Option<Guard>,
}

impl Memory {
    /// Watches over the night from now on.
    ///
    /// # Errors
    /// [`crate::error::Exit::Output`] if the store's folder takes no files.
    pub(super) fn new(options: RunOptions, store: &Store) -> Result<Self> {
        let give_back = options.give_back.unwrap_or(|| ());
        let spill = Arc::new(Spill::new(&store.scratch())?);
        let near = Arc::new(AtomicU64::new(options.memory_limit.map_or(u64::MAX, near)));
        let _guard = Guard::start(near.clone(), options.memory_limit.map(|_| spill.clone()), give_back);
        Ok(Self { limit: options.memory_limit, spill, give_back, near, _guard })
    }

    /// From now on the night may keep so many times as much as all its `records` take. What reading them freed, matching
    /// takes at once.
    pub(super) fn records_are_read(&self, records: &Records) {
        if self.limit.is_none() {
            self.near.store(kept(records.bytes() as u64), Ordering::Relaxed);
        }
    }

    /// Gives freed memory back to the system, where a limit leaves none to keep.
    pub(super) fn give_back(&self) {
        if self.limit.is_some() {
            (self.give_back)();
        }
    }

    /// Whether the night held more than it should.
    pub(super) fn warning(&self) -> Option<Message> {
        let (limit, peak) = (self.limit?, memory_peak_bytes());
        let mib = |bytes: u64| bytes >> 20;
        (peak > limit).then(|| Message::new("run.memory_above").with("peak", mib(peak)).with("limit", mib(limit)))
    }

    /// Leaves `bytes` of the disk to what is published: columns that would need them stay in memory.
    pub(super) fn leave(&self, bytes: u64) {
        self.spill.leave(bytes);
    }

    /// Where large tables go, if the limit leaves no room for them and what is made of them.
    pub(super) fn spill(&self) -> Option<&Spill> {
        let limit = self.limit?;
        (resident_bytes() > limit / PEAK_OF_RECORDS).then_some(&self.spill)
    }
}

/// Bytes that a night without a limit may hold before it gives back what it freed, by what its `records` take: matching and
/// follow-up take about as much beside them, and there is some room to move.
fn kept(records: u64) -> u64 {
    (records / 2 * 5).max(GIVE_BACK_BYTES_MIN)
}

/// What a night may bring in while the guard does its work.
const HEADROOM: u64 = 5 << 28;

/// Bytes from which on the guard takes pages back: some headroom below the limit, of which a small one has little. Pages
/// that are taken back too early cost as much as those that are taken back too late.
fn near(limit: u64) -> u64 {
    (limit / 8 * 5).max(limit.saturating_sub(HEADROOM))
}

/// A thread that gives back pages of kept columns, where there is a limit, when the process holds nearly as much as it
/// may, and one that asks the allocator for what it holds in spare: that may take a second, in which somebody must look
/// after the pages.
#[derive(Debug)]
struct Guard {
    stop: Sender<()>,
    threads: Vec<JoinHandle<()>>,
}

impl Guard {
    /// `None` where the system grants no thread: then nothing is given back, and the night needs what it needs.
    fn start(near: Arc<AtomicU64>, spill: Option<Arc<Spill>>, give_back: fn()) -> Option<Self> {
        let (stop, stopped) = mpsc::channel();
        let (collect, wanted) = mpsc::sync_channel::<()>(0);
        // Below a limit, what lies free drives out pages that are read.
        let at_latest = if spill.is_some() { COLLECT_AT_LATEST } else { Duration::MAX };
        let look_every = if spill.is_some() { LOOK_EVERY } else { LOOK_SELDOM };
        let watch = move || {
            let mut floor = 0;
            while let Err(RecvTimeoutError::Timeout) = stopped.recv_timeout(look_every) {
                // What cannot be given back is no reason to take away, again and again, the little that can.
                let (near, resident) = (near.load(Ordering::Relaxed), resident_bytes());
                floor = floor.min(resident);
                if resident < near.max(floor + near / 32) {
                    continue;
                }
                if let Some(spill) = &spill {
                    spill.release();
                }
                floor = resident_bytes();
                if floor >= near {
                    // Nobody waits: it is at work already.
                    let _ = collect.try_send(());
                }
            }
        };
        let collector = move || {
            while !matches!(wanted.recv_timeout(at_latest), Err(RecvTimeoutError::Disconnected)) {
                give_back();
                std::thread::sleep(COLLECT_EVERY);
            }
        };
        let named = |name: &str| std::thread::Builder::new().name(name.into());
        let threads = vec![named("memory").spawn(watch).ok()?, named("collect").spawn(collector).ok()?];
        Some(Self { stop, threads })
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        let _ = self.stop.send(());
        for thread in self.threads.drain(..) {
            let _ = thread.join();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_small_night_keeps_what_it_freed_and_a_large_one_a_few_times_its_records() {
        assert_eq!(kept(0), GIVE_BACK_BYTES_MIN);
        assert_eq!(kept(4 << 30), 10 << 30);
    }

    #[test]
    fn headroom_is_a_share_of_small_limits_and_a_size_for_large_ones() {
        const GIB: u64 = 1 << 30;
        assert_eq!(near(2 * GIB), 5 * GIB / 4);
        assert_eq!(near(16 * GIB), 16 * GIB - HEADROOM);
        assert!((1..64).all(|limit| near(limit * GIB) < limit * GIB));
    }
}
