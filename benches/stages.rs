//! What each step costs a record: a city of 5,000 persons, every step alone on one thread, tables into nothing.
//! `cargo bench --bench stages`. Prints the median of five runs in nanoseconds a record and in milliseconds, beside that of the
//! last release (`last-release.tsv`).

#![allow(clippy::print_stdout, reason = "a bench prints what it measured")]

use gridlink::config::{self, Overrides, Pipeline};
use gridlink::events::NullSink;
use gridlink::ingest::{self, Dump};
use gridlink::link::levels;
use gridlink::normalize::Normalizer;
use gridlink::tables::{Links, RawChunk, Records, batches};
use gridlink::{link, synth};
use std::time::{Duration, Instant, SystemTime};

const PERSONS: u64 = 5_000;
const RUNS: usize = 5;
/// Lines of `stage NAME`, a tab and nanoseconds a record, among others.
const LAST: &str = include_str!("last-release.tsv");

fn main() -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    // `cargo test --benches` only asks whether it runs.
    let runs = if std::env::args().any(|arg| arg == "--test") { 1 } else { RUNS };
    let folder = tempfile::tempdir()?;
    let settings = synth::CitySettings { persons: PERSONS, ..synth::CitySettings::default() };
    synth::write_city(folder.path(), &settings, &NullSink)?;
    let pipeline = config::load(&folder.path().join("pipeline.toml"), &Overrides::default())?;
    let one = rayon::ThreadPoolBuilder::new().num_threads(1).build()?;
    one.install(|| stages(&pipeline, runs))
}

fn stages(pipeline: &Pipeline, runs: usize) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let (dumps, _) = ingest::find_dumps(pipeline, SystemTime::now())?;
    let chunks: Vec<Vec<RawChunk>> = dumps.iter().map(|dump| read(pipeline, dump)).collect();
    let rows: usize = chunks.iter().flatten().map(RawChunk::len).sum();
    let normalized = || -> Vec<Records> {
        let of_dump = |(dump, chunks): (&Dump, &Vec<RawChunk>)| {
            let source = &pipeline.sources[dump.source as usize];
            let normalizer = Normalizer::new(source, dump.source, pipeline.run.as_of);
            chunks.iter().map(|chunk| normalizer.normalize(chunk, &dump.label).records).collect::<Vec<_>>()
        };
        dumps.iter().zip(&chunks).flat_map(of_dump).collect()
    };
    let parts = normalized();
    let appended = || {
        let mut records = Records::default();
        parts.iter().for_each(|part| records.append(part));
        records
    };
    let records = appended();
    let backwards: Vec<u32> = (0..records.len() as u32).rev().collect();
    let copies: std::cell::RefCell<Vec<Records>> = std::cell::RefCell::new(vec![records.clone(); runs]);
    let profiles = link::profiles(&records);
    let names: Vec<String> = pipeline.sources.iter().map(|source| source.name.clone()).collect();
    let links = neighbours(records.len());

    println!("{rows} rows, {} records, one thread, median of {runs}", records.len());
    println!("{:>12} {:>12} {:>10} {:>12}", "stage", "ns/record", "ms", "last release");
    let report = |stage: &str, work: &dyn Fn()| {
        let mut times: Vec<Duration> = (0..runs)
            .map(|_| {
                let began = Instant::now();
                work();
                began.elapsed()
            })
            .collect();
        times.sort_unstable();
        let median = times[runs / 2];
        let each = median.as_nanos() / records.len().max(1) as u128;
        let key = format!("stage {stage}");
        let last = LAST.lines().filter_map(|line| line.split_once('\t')).find(|(what, _)| *what == key);
        println!("{stage:>12} {each:>12} {:>10.1} {:>12}", median.as_secs_f64() * 1e3, last.map_or("-", |(_, ns)| ns));
    };
    report("ingest", &|| dumps.iter().for_each(|dump| drop(read(pipeline, dump))));
    report("normalize", &|| drop(normalized()));
    report("append", &|| drop(appended()));
    report("reorder", &|| drop(copies.borrow_mut().pop().map(|copy| copy.reordered(&backwards))));
    report("profile", &|| drop(link::profiles(&records)));
    report("features", &|| drop(link::features(&records, &profiles)));
    report("links", &|| batches::links(&records, &links, &names).iter().for_each(drop));
    Ok(())
}

/// As many pairs as records, each of two neighbours: what the table of pairs costs does not depend on who they are.
fn neighbours(records: usize) -> Links {
    let pairs = records.saturating_sub(1) as u32;
    Links {
        left: (0..pairs).collect(),
        right: (1..=pairs).collect(),
        match_weight: vec![1.0; pairs as usize].into(),
        level: vec![0; pairs as usize * levels::COMPARISONS.len()].into(),
        comparisons: levels::COMPARISONS.map(str::to_owned).to_vec(),
        levels: levels::level_names().to_vec(),
        ..Links::default()
    }
}

fn read(pipeline: &Pipeline, dump: &Dump) -> Vec<RawChunk> {
    let source = &pipeline.sources[dump.source as usize];
    let mut reader = ingest::open(dump, &source.columns, &source.read);
    let blocks = std::iter::from_fn(|| reader.next_block());
    let chunks = blocks.map(|block| block.parse().rows).collect();
    reader.finish();
    chunks
}
