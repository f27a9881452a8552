//! A reader on a thread of its own, for libraries that walk a whole file in one call. A few blocks at most wait between
//! the two, and a panic of such a library over a broken file costs that file and not the night.

use super::Work;
use super::report::Log;
use crate::tables::Reason;
use std::ops::ControlFlow;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::JoinHandle;

/// Blocks that may wait for the reader.
const WAITING_MAX: usize = 4;

/// Takes blocks from the thread that reads.
pub(super) struct Outlet(SyncSender<Work>);

impl Outlet {
    /// Hands a block on; breaks if nobody wants any more.
    pub(super) fn send(&self, work: Work) -> ControlFlow<()> {
        match self.0.send(work) {
            Ok(()) => ControlFlow::Continue(()),
            Err(_) => ControlFlow::Break(()),
        }
    }
}

/// A reader at work.
pub(super) struct Background {
    blocks: Receiver<Work>,
    thread: JoinHandle<Log>,
    /// What is reported if the thread is lost.
    spare: Log,
}

impl Background {
    /// Starts a reader, which reports to the log.
    pub(super) fn start(log: Log, read: impl FnOnce(&mut Log, &Outlet) + Send + 'static) -> Self {
        let (sender, blocks) = sync_channel(WAITING_MAX);
        let spare = log.clone();
        let thread = std::thread::spawn(move || {
            let mut log = log;
            read(&mut log, &Outlet(sender));
            log
        });
        Self { blocks, thread, spare }
    }

    /// The next block.
    pub(super) fn next(&mut self) -> Option<Work> {
        self.blocks.recv().ok()
    }

    /// The report, at the end or before it.
    pub(super) fn finish(self) -> Log {
        drop(self.blocks);
        let mut spare = self.spare;
        self.thread.join().unwrap_or_else(|_| {
            let problem = spare.message("ingest.reader_failed");
            spare.refuse(Reason::Unreadable, problem);
            spare
        })
    }
}
