//! The committed sample city is what the generator makes today. After a wanted change, write it anew with
//! `cargo test --test main write_the_sample -- --ignored` and look at the difference.

use gridlink::events::NullSink;
use gridlink::synth::{CitySettings, PipelinePaths, pipeline_text, write_city};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

fn settings() -> CitySettings {
    CitySettings { persons: 2_500, seed: 20_220_327, ..CitySettings::default() }
}

fn paths() -> PipelinePaths {
    PipelinePaths {
        name: "sample-city".to_owned(),
        dumps: "../sample_data/dumps".to_owned(),
        output: "../out/sample".to_owned(),
        store: "../store/sample".to_owned(),
        rules: "rules".to_owned(),
    }
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn files(root: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.strip_prefix(root).unwrap().to_string_lossy().into_owned();
            if path.is_dir() {
                folders.push(path);
            } else if !name.starts_with('.')
                && name != "pipeline.toml"
                && name != "README.md"
                && !name.starts_with("rules/")
            {
                found.insert(name, std::fs::read(&path).unwrap());
            }
        }
    }
    found
}

#[test]
fn the_sample_is_what_the_generator_makes() {
    let made = tempfile::tempdir().unwrap();
    write_city(made.path(), &settings(), &NullSink).unwrap();
    let (made, committed) = (files(made.path()), files(&root().join("sample_data")));
    assert_eq!(made.keys().collect::<Vec<_>>(), committed.keys().collect::<Vec<_>>());
    for (name, bytes) in &made {
        assert!(committed[name] == *bytes, "sample_data/{name} differs");
    }
    let pipeline = std::fs::read_to_string(root().join("pipelines/sample.toml")).unwrap();
    assert_eq!(pipeline, pipeline_text(&settings(), &paths()));
    assert!(committed.values().map(Vec::len).sum::<usize>() < 3_000_000);
}

#[test]
#[ignore = "writes the sample anew"]
fn write_the_sample() {
    let sample = root().join("sample_data");
    for folder in ["dumps", "expected", "rules"] {
        if sample.join(folder).exists() {
            std::fs::remove_dir_all(sample.join(folder)).unwrap();
        }
    }
    write_city(&sample, &settings(), &NullSink).unwrap();
    std::fs::remove_file(sample.join("pipeline.toml")).unwrap();
    std::fs::remove_dir_all(sample.join("rules")).unwrap(); // the shipped ones stand in pipelines/
    std::fs::create_dir_all(root().join("pipelines")).unwrap();
    std::fs::write(root().join("pipelines/sample.toml"), pipeline_text(&settings(), &paths())).unwrap();
}
