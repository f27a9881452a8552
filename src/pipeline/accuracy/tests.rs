//! What is hidden of an invented city, and that it comes back.

use super::*;
use crate::config::{self, Overrides};
use crate::events::NullSink;
use crate::link::EVIDENCE;
use crate::pipeline::{order, read, watch::Watch};
use crate::synth::{CitySettings, write_city};
use std::time::SystemTime;

#[test]
fn hidden_records_are_like_those_without_a_number() {
    let dir = tempfile::tempdir().unwrap();
    write_city(dir.path(), &CitySettings { persons: 5_000, seed: 11, ..CitySettings::default() }, &NullSink).unwrap();
    let pipeline = config::load(&dir.path().join("pipeline.toml"), &Overrides::default()).unwrap();
    let mut read = read::read(&pipeline, None, SystemTime::now(), &mut Watch::new(&NullSink)).unwrap();
    order::canonical(&mut read, || ());
    let records = &read.records;
    let profiles = link::profiles(records);
    let mut features = link::features(records, &profiles);
    let numbers: Vec<u64> = (0..features.len()).map(|p| features.trusted_id(p)).collect();
    let gaps = Gaps::of(records, &profiles, &numbers, pipeline.sources.len());
    let mut sample = sample::sample(records, &profiles, &features, &numbers, &gaps);
    let damages = sample.damages();
    assert!(sample.persons().count() > 1000);
    for person in sample.persons() {
        assert_eq!(person.iter().filter(|of| of.damage.is_some()).count(), 1, "one record a person");
    }
    features.with_damage(&damages, |features| {
        sample::weigh(&mut sample, &profiles, features, &numbers);
        let (mut night, mut hidden) = ([0.0; EVIDENCE], [0.0; EVIDENCE]);
        for p in (0..features.len()).filter(|&p| numbers[p] == 0) {
            night[features.evidence_class(p)] += profiles.members(p).len() as f64;
        }
        for of in sample.of.iter().filter(|of| of.damage.is_some()) {
            let p = of.profile as usize;
            assert!(features.trusted_id(p) == 0 && of.weight >= 0.0);
            hidden[features.evidence_class(p)] += of.weight * profiles.members(p).len() as f64;
        }
        let [all_night, all_hidden] = [night, hidden].map(|of| of.iter().sum::<f64>());
        for (night, hidden) in night.iter().zip(hidden).filter(|(night, _)| **night > 0.02 * all_night) {
            let (night, hidden) = (night / all_night, hidden / all_hidden);
            assert!((night - hidden).abs() < 0.02, "{night} {hidden}");
        }
    });
    assert!(sample.represented > 0.95);
    let after: Vec<u64> = (0..features.len()).map(|p| features.trusted_id(p)).collect();
    assert_eq!(numbers, after, "the numbers are back");
}
