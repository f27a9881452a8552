//! Ingest and normalize, fused: while one batch of blocks is read, the batch before is parsed and normalized on all threads
//! and the one before that is put behind the records, always in the order of the dumps.

use super::watch::Watch;
use crate::config::Pipeline;
use crate::error::Result;
use crate::events::Event;
use crate::followup::{self, Directory};
use crate::ingest::{self, Block, Dump, DumpReader, DumpReport};
use crate::message::Message;
use crate::normalize::{Normalized, Normalizer, Repairs};
use crate::tables::{QuarantinedRow, Records};
use rayon::prelude::*;
use std::time::SystemTime;

/// Blocks in flight for each thread: enough to keep it busy, few enough to bound memory.
const BLOCKS_A_THREAD: usize = 2;

/// Everything that was read.
#[derive(Debug, Default)]
pub(super) struct Read {
    /// Accepted records.
    pub(super) records: Records,
    /// Rows not accepted, in the order of dumps and lines.
    pub(super) quarantined: Vec<QuarantinedRow>,
    /// Repairs of each source.
    pub(super) repairs: Vec<Repairs>,
    /// The dumps, in order.
    pub(super) dumps: Vec<Dump>,
    /// What was found out about each dump.
    pub(super) reports: Vec<DumpReport>,
    /// Label of each dump.
    pub(super) labels: Vec<String>,
    /// Bytes of all dumps as stored.
    pub(super) bytes: u64,
}

/// Reads every dump of the pipeline.
pub(super) fn read(pipeline: &Pipeline, now: SystemTime, watch: &mut Watch<'_>) -> Result<Read> {
    let (dumps, warnings) = ingest::find_dumps(pipeline, now)?;
    watch.warn_all(warnings);
    let mut read = Read {
        repairs: vec![Repairs::default(); pipeline.sources.len()],
        labels: dumps.iter().map(|dump| dump.label.clone()).collect(),
        bytes: dumps.iter().map(|dump| dump.bytes).sum(),
        ..Read::default()
    };
    watch.sink.send(Event::StepStarted { step: "ingest", total: Some(read.bytes), unit: "bytes" });
    let mut bytes_done = 0;
    for dump in &dumps {
        let source = &pipeline.sources[dump.source as usize];
        let normalizer = Normalizer::new(source, dump.source, pipeline.run.as_of);
        let mut reader = ingest::open(dump, &source.columns, &source.read);
        read_dump(&mut reader, &normalizer, dump, &mut read);
        let report = reader.finish();
        watch.warn_all(report.problems.clone());
        read.reports.push(report);
        bytes_done += dump.bytes;
        watch.sink.send(Event::Progress { step: "ingest", done: bytes_done });
    }
    read.dumps = dumps;
    Ok(read)
}

fn read_dump(reader: &mut DumpReader, normalizer: &Normalizer, dump: &Dump, read: &mut Read) {
    let batch_blocks = BLOCKS_A_THREAD * rayon::current_num_threads();
    let mut next_batch = || -> Vec<Block> { std::iter::from_fn(|| reader.next_block()).take(batch_blocks).collect() };
    let mut batch = next_batch();
    let mut done: Vec<Done> = Vec::new();
    while !batch.is_empty() || !done.is_empty() {
        let current = std::mem::take(&mut batch);
        let finished = std::mem::take(&mut done);
        let (next, (now_done, ())) = rayon::join(&mut next_batch, || {
            rayon::join(
                || current.into_par_iter().map(|block| normalize_block(block, normalizer, &dump.label)).collect(),
                || finished.into_iter().for_each(|part| put(part, dump, read)),
            )
        });
        (batch, done) = (next, now_done);
    }
}

/// A block after both steps.
struct Done {
    unread: Vec<QuarantinedRow>,
    normalized: Normalized,
}

fn normalize_block(block: Block, normalizer: &Normalizer, label: &str) -> Done {
    let parsed = block.parse();
    Done { normalized: normalizer.normalize(&parsed.rows, label), unread: parsed.quarantined }
}

fn put(part: Done, dump: &Dump, read: &mut Read) {
    read.records.append(&part.normalized.records);
    read.repairs[dump.source as usize].merge(&part.normalized.repairs);
    let from = read.quarantined.len();
    read.quarantined.extend(part.unread);
    read.quarantined.extend(part.normalized.quarantined);
    read.quarantined[from..].sort_by_key(|row| (row.line, row.byte));
}

/// The grid directory, if the pipeline names one.
pub(super) fn directory(pipeline: &Pipeline, watch: &mut Watch<'_>) -> Result<Option<Directory>> {
    let Some(grids) = &pipeline.grids else {
        watch.warn(Message::new("run.no_directory"));
        return Ok(None);
    };
    let (chunks, report) = ingest::read_table(&grids.path, followup::grids_columns(grids), &grids.read)?;
    watch.warn_all(report.problems);
    let (directory, warnings) = Directory::build(grids, &chunks);
    watch.warn_all(warnings);
    Ok(Some(directory))
}
