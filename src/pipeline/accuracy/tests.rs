//! An invented city: what the night says of itself without labels holds against the truth.

use super::*;
use crate::config::{self, Overrides};
use crate::evaluate::evaluate;
use crate::events::NullSink;
use crate::model;
use crate::pipeline::resolve::{evidence, sources_of};
use crate::pipeline::{order, read, watch::Watch};
use crate::synth::{CitySettings, write_city};
use crate::tables::Sym;
use arrow::array::{ArrayRef, RecordBatch, StringViewArray};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::SystemTime;

#[test]
fn the_truth_lies_within_the_interval() {
    let dir = tempfile::tempdir().unwrap();
    write_city(dir.path(), &CitySettings { persons: 5_000, seed: 11, ..CitySettings::default() }, &NullSink).unwrap();
    let pipeline = config::load(&dir.path().join("pipeline.toml"), &Overrides::default()).unwrap();
    let mut watch = Watch::new(&NullSink);
    let mut read = read::read(&pipeline, SystemTime::now(), &mut watch).unwrap();
    order::canonical(&mut read);
    let records = &read.records;
    let settings = BlockingSettings { block_rows_max: pipeline.linkage.block_rows_max };
    let profiles = link::profiles(records);
    let mut features = link::features(records, &profiles);
    let fit = model::fit(
        &link::count_patterns(&features, &link::Blocks::new(&features), settings, 0, None),
        &link::chance(&features, None),
    );
    let match_weight_min = 3.0;
    let (edges, _) = link::score(&features, link::Blocks::new(&features), &fit.weights, settings, match_weight_min);
    let clusters = {
        let apart = |a, b| features.names_apart(a, b);
        cluster::grow(evidence(&features, sources_of(records, &profiles)), &edges, match_weight_min, &apart)
    };
    let (edges, clusters) = (&edges[..], &clusters);
    let night = Night { records, profiles: &profiles, fit: &fit, settings, edges, clusters, match_weight_min };
    let before: Vec<u64> = (0..features.len()).map(|p| features.trusted_id(p)).collect();
    let said = night.accuracy(&mut features, false).unwrap();
    assert_eq!(before, (0..features.len()).map(|p| features.trusted_id(p)).collect::<Vec<_>>());

    // The truth: every number hidden, everything linked and clustered, the records that had one held against the truth.
    let numbered: Vec<u32> = (0..features.len() as u32).filter(|&p| before[p as usize] != 0).collect();
    let of_profile = features.with_ids_hidden(&numbered, |features| {
        let (edges, _) = link::score(features, link::Blocks::new(features), &fit.weights, settings, match_weight_min);
        let apart = |a, b| features.names_apart(a, b);
        cluster::grow(evidence(features, sources_of(records, &profiles)), &edges, match_weight_min, &apart).of_profile
    });
    let names: Vec<String> = pipeline.sources.iter().map(|source| source.name.clone()).collect();
    let (mut source, mut id, mut person) = (Vec::new(), Vec::new(), Vec::new());
    for &p in &numbered {
        for &row in profiles.members(p as usize) {
            let key: Sym = records.record_id[row as usize];
            source.push(names[usize::from(records.source[row as usize])].clone());
            id.push(records.pool.get(key).to_owned());
            person.push(of_profile[p as usize].to_string());
        }
    }
    let kept: BTreeSet<(String, String)> = source.iter().cloned().zip(id.iter().cloned()).collect();
    let column = |values: &[String]| Arc::new(StringViewArray::from_iter_values(values)) as ArrayRef;
    let columns = [("source", column(&source)), ("record_id", column(&id)), ("person_id", column(&person))];
    let members = RecordBatch::try_from_iter(columns).unwrap();
    // Only records that had a number: the others are no part of what the sample can say.
    let text = std::fs::read_to_string(dir.path().join("truth.csv")).unwrap();
    let mut lines = text.lines();
    let mut truth = format!("{}\n", lines.next().unwrap());
    for line in lines {
        let mut cells = line.split(',');
        let key = (cells.next().unwrap().to_owned(), cells.next().unwrap().to_owned());
        if kept.contains(&key) {
            truth.push_str(line);
            truth.push('\n');
        }
    }
    let path = dir.path().join("numbered.csv");
    std::fs::write(&path, truth).unwrap();
    let report = evaluate(&[members], &path).unwrap();
    let all = said.all;
    for (name, rate, truth) in [
        ("precision", all.precision, report.precision),
        ("recall", all.recall, report.recall),
        ("f1", all.f1, report.f1),
    ] {
        assert!((rate.low..=rate.high).contains(&truth), "{name}: {rate:?} against {truth}");
    }
    let pairs: u64 = said.source_pairs.iter().map(|row| row.2.pairs).sum();
    assert_eq!(pairs, all.pairs);
    assert!(said.reach.iter().all(|reach| reach.share.rate > 0.9 && reach.by_rule.iter().all(|&n| n <= reach.pairs)));
}
