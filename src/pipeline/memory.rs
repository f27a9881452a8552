//! The memory of one night. What a step frees the next one takes again: pages that went back to the system in between
//! are cleared once more when they return, and where a machine is a guest, its host clears them, too. So freed memory
//! goes back where the night would hold more than two or three times its records, or more than two thirds of the machine's
//! memory, and what would not fit into that beside the rest is kept in files: what matching does not read, and the tables of
//! rules. Where a limit is set, or the machine has not enough for what was read, all records are. A guard takes pages of
//! what is kept back whenever the limit comes near.

use super::RunOptions;
use super::machine::{machine_bytes, memory_peak_bytes, resident_bytes};
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
/// The allocator rests so long before it is asked again: it walks everything that is free.
const COLLECT_EVERY: Duration = Duration::from_millis(500);

/// How a guard works.
#[derive(Clone, Copy, Debug)]
struct Pace {
    /// How often it looks what the process holds.
    look_every: Duration,
    /// Freed memory goes back after so long.
    collect_at_latest: Duration,
}

/// Where there is a limit: a thread brings in some tens of MB of pages between two looks, and what lies free drives out pages
/// that are read.
const OFTEN: Pace = Pace { look_every: Duration::from_millis(5), collect_at_latest: Duration::from_millis(1_500) };
/// Where there is none: a look takes tens of microseconds, and nothing depends on the last MB.
const SELDOM: Pace = Pace { look_every: Duration::from_millis(50), collect_at_latest: Duration::MAX };

/// Holds the limit of a night.
#[derive(Debug)]
pub(super) struct Memory {
    /// What the night may hold, where somebody said so or the machine has not enough.
    limit: Option<u64>,
    /// Whether somebody said so.
    said: bool,
    /// What the machine has.
    machine: u64,
    spill: Arc<Spill>,
    give_back: fn(),
    /// Bytes from which on memory is given back.
    near: Arc<AtomicU64>,
    guard: Option<Guard>,
}

impl Memory {
    /// Watches over the night from now on.
    ///
    /// # Errors
    /// [`crate::error::Exit::Output`] if the store's folder takes no files.
    pub(super) fn new(options: RunOptions, store: &Store) -> Result<Self> {
        Self::on(machine_bytes(), options, store)
    }

    /// As [`Self::new`], on a machine with so many bytes.
    fn on(machine: u64, options: RunOptions, store: &Store) -> Result<Self> {
        let give_back = options.give_back.unwrap_or(|| ());
        let spill = Arc::new(Spill::new(&store.scratch())?);
        let limit = options.memory_limit;
        let near = Arc::new(AtomicU64::new(near(limit.unwrap_or_else(|| share(machine)))));
        let pace = if limit.is_some() { OFTEN } else { SELDOM };
        let guard = Guard::start(near.clone(), spill.clone(), give_back, pace);
        Ok(Self { limit, said: limit.is_some(), machine, spill, give_back, near, guard })
    }

    /// What was read stands in memory. If the machine has not enough for what comes, its share is the limit from now on.
    pub(super) fn rows_are_read(&mut self) {
        if self.limit.is_none() && too_much(resident_bytes(), self.machine) {
            let limit = share(self.machine);
            self.limit = Some(limit);
            self.near.store(near(limit), Ordering::Relaxed);
            self.guard = Guard::start(self.near.clone(), self.spill.clone(), self.give_back, OFTEN);
        }
    }

    /// From now on the night may keep so many times as much as all its `records` take. What reading them freed, matching
    /// takes at once.
    pub(super) fn records_are_read(&self, records: &Records) {
        if self.limit.is_none() {
            self.near.store(kept(records.bytes() as u64).min(self.most()), Ordering::Relaxed);
        }
    }

    /// Gives freed memory back to the system, where a limit leaves none to keep or the night holds as much as it may: the next
    /// step would bring in more before a guard has seen it.
    pub(super) fn give_back(&self) {
        if self.limit.is_some() || resident_bytes() > self.near.load(Ordering::Relaxed) {
            (self.give_back)();
        }
    }

    /// Whether the night held more than it should.
    pub(super) fn warning(&self) -> Option<Message> {
        let (limit, peak) = (self.limit.filter(|_| self.said)?, memory_peak_bytes());
        let mib = |bytes: u64| bytes >> 20;
        (peak > limit).then(|| Message::new("run.memory_above").with("peak", mib(peak)).with("limit", mib(limit)))
    }

    /// Leaves `bytes` of the disk to what is published: columns that would need them stay in memory.
    pub(super) fn leave(&self, bytes: u64) {
        self.spill.leave(bytes);
    }

    /// Where records go, if a limit leaves no room for them and what is made of them.
    pub(super) fn spill(&self) -> Option<&Spill> {
        let limit = self.limit?;
        (resident_bytes() > limit / PEAK_OF_RECORDS).then_some(&self.spill)
    }

    /// Where what matching does not read of `records` goes, if they and what matching makes take all that a night without a
    /// limit may hold.
    pub(super) fn spill_aside(&self, records: &Records) -> Option<&Spill> {
        let needed = records.bytes() as u64 / 4 * 9;
        (self.limit.is_none() && needed > self.most()).then_some(&self.spill)
    }

    /// Where the tables of rules go: they and what rules make of them take as much as the night holds before. What is free
    /// goes back first, for they come faster than a guard looks.
    pub(super) fn spill_tables(&self) -> Option<&Spill> {
        if self.limit.is_some() {
            return self.spill();
        }
        let many = resident_bytes() > self.most() / 2;
        if many {
            (self.give_back)();
        }
        many.then_some(&self.spill)
    }

    /// Bytes from which on a night without a limit gives back whatever it can.
    fn most(&self) -> u64 {
        near(share(self.machine))
    }
}

/// Bytes that a night without a limit may hold before it gives back what it freed, by what its `records` take: matching and
/// follow-up take about as much beside them, and there is some room to move.
fn kept(records: u64) -> u64 {
    (records / 2 * 5).max(GIVE_BACK_BYTES_MIN)
}

/// What a night without a limit may hold of a machine's `bytes` before it gives back what it freed; the others are for files
/// that are read and written and for whatever else runs there.
fn share(bytes: u64) -> u64 {
    if bytes == 0 { u64::MAX } else { bytes / 3 * 2 }
}

/// Whether a machine's `bytes` leave too little beside `read` bytes: matching takes nearly as much again.
fn too_much(read: u64, bytes: u64) -> bool {
    bytes > 0 && read > bytes / 16 * 7
}

/// What a night may bring in while the guard does its work.
const HEADROOM: u64 = 5 << 28;

/// Bytes from which on the guard takes pages back: some headroom below the limit, of which a small one has little. Pages
/// that are taken back too early cost as much as those that are taken back too late.
fn near(limit: u64) -> u64 {
    (limit / 8 * 5).max(limit.saturating_sub(HEADROOM))
}

/// A thread that gives back pages of kept columns when the process holds nearly as much as it may, and one that asks the
/// allocator for what it holds in spare: that may take a second, in which somebody must look after the pages.
#[derive(Debug)]
struct Guard {
    stop: Sender<()>,
    threads: Vec<JoinHandle<()>>,
}

impl Guard {
    /// `None` where the system grants no thread: then nothing is given back, and the night needs what it needs.
    fn start(near: Arc<AtomicU64>, spill: Arc<Spill>, give_back: fn(), pace: Pace) -> Option<Self> {
        let (stop, stopped) = mpsc::channel();
        let (collect, wanted) = mpsc::sync_channel::<()>(0);
        let watch = move || {
            let mut floor = 0;
            while let Err(RecvTimeoutError::Timeout) = stopped.recv_timeout(pace.look_every) {
                // What cannot be given back is no reason to take away, again and again, the little that can.
                let (near, resident) = (near.load(Ordering::Relaxed), resident_bytes());
                floor = floor.min(resident);
                if resident < near.max(floor + near / 32) {
                    continue;
                }
                spill.release();
                floor = resident_bytes();
                if floor >= near {
                    // Nobody waits: it is at work already.
                    let _ = collect.try_send(());
                }
            }
        };
        let collector = move || {
            while !matches!(wanted.recv_timeout(pace.collect_at_latest), Err(RecvTimeoutError::Disconnected)) {
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
    fn a_machine_lends_a_share_of_its_memory_and_is_too_small_where_matching_finds_no_room() {
        const GIB: u64 = 1 << 30;
        assert_eq!((share(24 * GIB), share(0)), (16 * GIB, u64::MAX));
        assert_eq!([16, 24, 0].map(|machine| too_much(9 * GIB, machine * GIB)), [true, false, false]);
    }

    #[test]
    fn a_small_machine_has_everything_in_files_and_a_large_one_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&folder.path().join("out"), &folder.path().join("store"), "now").unwrap();
        let kept = [1 << 20, 1 << 40].map(|machine| {
            let mut memory = Memory::on(machine, RunOptions::default(), &store).unwrap();
            assert!(memory.spill().is_none(), "before anything was read");
            memory.rows_are_read();
            memory.records_are_read(&Records::default());
            assert!(memory.warning().is_none(), "nobody set a limit");
            (memory.spill().is_some(), memory.spill_tables().is_some())
        });
        assert_eq!(kept, [(true, true), (false, false)]);
    }

    #[test]
    fn headroom_is_a_share_of_small_limits_and_a_size_for_large_ones() {
        const GIB: u64 = 1 << 30;
        assert_eq!(near(2 * GIB), 5 * GIB / 4);
        assert_eq!(near(16 * GIB), 16 * GIB - HEADROOM);
        assert!((1..64).all(|limit| near(limit * GIB) < limit * GIB));
    }
}
