//! What each step costs a record: a city of 5,000 persons (or as many as `PERSONS` says), every step alone on one thread,
//! tables into nothing. `cargo bench --bench stages`. Prints the median of five runs in nanoseconds a record and in milliseconds, beside that of the
//! last release (`last-release.tsv`).

#![allow(clippy::print_stdout, reason = "a bench prints what it measured")]

use gridlink::config::{self, Overrides, Pipeline};
use gridlink::events::NullSink;
use gridlink::ingest::{self, Dump};
use gridlink::kernels::id_number::IdNumber;
use gridlink::link::{BlockingSettings, Blocks, Features, levels};
use gridlink::normalize::Normalizer;
use gridlink::tables::{Edges, Links, RawChunk, RecordRows, Records, batches};
use gridlink::{link, model, synth};
use std::time::{Duration, Instant, SystemTime};

const PERSONS: u64 = 5_000;
const RUNS: usize = 5;
/// Lines of `stage NAME`, a tab and nanoseconds a record, among others.
const LAST: &str = include_str!("last-release.tsv");

fn main() -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    // `cargo test --benches` only asks whether it runs.
    let runs = if std::env::args().any(|arg| arg == "--test") { 1 } else { RUNS };
    let folder = tempfile::tempdir()?;
    let persons = std::env::var("PERSONS").ok().and_then(|persons| persons.parse().ok()).unwrap_or(PERSONS);
    let settings = synth::CitySettings { persons, ..synth::CitySettings::default() };
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
        let mut rows = RecordRows::default();
        parts.iter().for_each(|part| rows.append(part));
        rows
    };
    let rows_read = appended();
    // By name and birth date, as the night orders them: far from each other in the dumps.
    let mut order: Vec<u32> = (0..rows_read.len() as u32).collect();
    let as_read = rows_read.clone().in_order(&order, || ());
    order.sort_by_cached_key(|&row| {
        let (name, birth) = (as_read.pool.get(as_read.name[row as usize]), as_read.birth[row as usize]);
        (name.to_owned(), birth, row)
    });
    drop(as_read);
    let copies: std::cell::RefCell<Vec<RecordRows>> = std::cell::RefCell::new(vec![rows_read.clone(); runs]);
    let records = rows_read.in_order(&order, || ());
    let profiles = link::profiles(&records);
    let names: Vec<String> = pipeline.sources.iter().map(|source| source.name.clone()).collect();
    let links = neighbours(records.len());

    println!("{rows} rows, {} records, one thread, median of {runs}", records.len());
    println!("{:>12} {:>12} {:>10} {:>12}", "stage", "ns/record", "ms", "last release");
    let report = |stage: &str, work: &dyn Fn()| -> Duration {
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
        median
    };
    report("ingest", &|| dumps.iter().for_each(|dump| drop(read(pipeline, dump))));
    let books: Vec<&Dump> = dumps.iter().filter(|dump| dump.label.ends_with(".xlsx")).collect();
    let rows: usize = books.iter().flat_map(|dump| read(pipeline, dump)).map(|chunk| chunk.len()).sum();
    let took = report("workbooks", &|| books.iter().for_each(|dump| drop(read(pipeline, dump))));
    println!("{:>12} {rows} rows of workbooks, {:.2} million a second", "", rows as f64 / took.as_secs_f64() / 1e6);
    report("normalize", &|| drop(normalized()));
    report("append", &|| drop(appended()));
    report("reorder", &|| drop(copies.borrow_mut().pop().map(|copy| copy.in_order(&order, || ()))));
    report("profile", &|| drop(link::profiles(&records)));
    report("features", &|| drop(link::features(&records, &profiles)));
    scoring(&link::features(&records, &profiles), "", &report);
    // Where nobody has a number, nothing tells a pair apart before it is compared.
    let mut without = records.clone();
    without.id.fill(IdNumber::default());
    let profiles = link::profiles(&without);
    scoring(&link::features(&without, &profiles), " no ID", &report);
    report("links", &|| batches::links(&records, &links, &names).iter().for_each(drop));
    Ok(())
}

/// Scores all candidate pairs as the night does, by weights fitted as the night fits them; says how many a second.
fn scoring(features: &Features, whose: &str, report: &dyn Fn(&str, &dyn Fn()) -> Duration) {
    let settings = BlockingSettings { block_rows_max: 2000 };
    let blocks = Blocks::new(features);
    let counts = link::count_patterns(features, &mut blocks.clone(), settings, 0, None);
    let fit = model::fit(&counts, &link::chance(features, None));
    report(&format!("blocks{whose}"), &|| drop(Blocks::new(features)));
    let pairs = std::cell::Cell::new(0);
    let blocks = std::cell::RefCell::new(vec![blocks; RUNS]);
    let took = report(&format!("score{whose}"), &|| {
        let blocks = blocks.borrow_mut().pop().expect("as many as runs");
        let (edges, stats) = link::score(features, blocks, &fit.weights, settings, -6.0);
        drop(Edges::sorted(&edges));
        pairs.set(stats.pairs.iter().sum());
    });
    let a_second = pairs.get() as f64 / took.as_secs_f64() / 1e6;
    println!("{:>12} {} candidate pairs, {a_second:.1} million a second, rows sorted and edges too", "", pairs.get());
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
