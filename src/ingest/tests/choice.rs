//! Which files are read for which source.

use crate::config::{Agency, Linkage, Mask, Pipeline, Preset, Publish, ReadSettings, Run, Source};
use crate::ingest::find_dumps;
use crate::message::Lang;
use std::path::Path;
use std::time::{Duration, SystemTime};

fn source(name: &str, folder: &Path, globs: &[&str], required: bool) -> Source {
    Source {
        name: name.to_owned(),
        agency: Agency::Own,
        paths: globs.iter().map(|glob| folder.join(glob).to_string_lossy().into_owned()).collect(),
        required,
        max_age_hours: None,
        read: ReadSettings::default(),
        columns: Vec::new(),
        map: Vec::new(),
        events: Vec::new(),
        directive: false,
    }
}

fn pipeline(folder: &Path, sources: Vec<Source>) -> Pipeline {
    Pipeline {
        path: folder.join("p.toml"),
        sha256: String::new(),
        run: Run {
            name: String::new(),
            as_of: jiff::civil::date(2026, 11, 21),
            output: folder.to_owned(),
            store: folder.to_owned(),
            locale: Lang::En,
            city_code: None,
            key_regions: Vec::new(),
            keep_sets: None,
        },
        grids: None,
        sources,
        linkage: Linkage {
            match_weight_min: None,
            review_weight_min: None,
            preset: Preset::PersonCn,
            block_rows_max: 1,
            model: None,
            one_per_source: false,
            comparisons: Vec::new(),
            blocking: Vec::new(),
        },
        followups: Vec::new(),
        publish: Publish { parquet: true, xlsx: true, mask: Mask::Standard, suppress_under: None },
        schedules: Vec::new(),
        returns: None,
    }
}

#[test]
fn files_in_order_each_once() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    std::fs::create_dir(at.join("d")).unwrap();
    for name in ["d/b.csv", "d/a.csv", "d/a[1].csv", "c.csv"] {
        std::fs::write(at.join(name), "x").unwrap();
    }
    let sources = vec![
        source("one", at, &["d/b*", "d/a.*", "d/*.csv"], true),
        source("two", at, &["c.csv", "d/a[1].csv"], true),
        source("none", at, &["none*"], false),
    ];
    let (dumps, warnings) = find_dumps(&pipeline(at, sources), SystemTime::now()).unwrap();
    let got: Vec<_> = dumps.iter().map(|d| (d.source, d.file, d.label.as_str(), d.bytes)).collect();
    assert_eq!(got, [(0, 0, "d/a.csv", 1), (0, 1, "d/a[1].csv", 1), (0, 2, "d/b.csv", 1), (1, 3, "c.csv", 1)]);
    let keys: Vec<_> = warnings.iter().map(crate::message::Message::key).collect();
    assert_eq!(keys, ["ingest.file_twice", "ingest.no_dump"]);
}

#[test]
fn missing_and_stale_dumps_are_named_all_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    std::fs::write(at.join("a.csv"), "x").unwrap();
    let stale = Source { max_age_hours: Some(30), ..source("old", at, &["a.csv"], true) };
    let pipeline_of = |required| {
        let old = Source { required, ..stale.clone() };
        pipeline(at, vec![source("one", at, &["x*.csv"], required), old, source("two", at, &["y.csv"], required)])
    };
    let later = SystemTime::now() + Duration::from_secs(31 * 3600);
    let error = find_dumps(&pipeline_of(true), later).unwrap_err();
    assert_eq!((error.exit, error.faults.len()), (crate::error::Exit::NoInput, 3));
    let text = error.to_string();
    assert!(text.contains("`one`") && text.contains("x*.csv") && text.contains("31 hours") && text.contains("`two`"));
    let (dumps, warnings) = find_dumps(&pipeline_of(false), later).unwrap();
    assert_eq!((dumps.len(), warnings.len()), (1, 3));
    let fresh = Source { ..stale };
    assert!(find_dumps(&pipeline(at, vec![fresh]), SystemTime::now()).unwrap().1.is_empty());
}

#[test]
fn every_key_is_in_the_catalogue() {
    let known: Vec<_> = crate::message::rows().map(|row| row.0).collect();
    for file in std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/src/ingest")).unwrap() {
        let Ok(text) = std::fs::read_to_string(file.unwrap().path()) else { continue };
        for key in text.split('"').filter(|part| part.starts_with("ingest.")) {
            assert!(known.contains(&key), "{key}");
        }
    }
}
