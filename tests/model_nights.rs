//! The model from night to night: kept, pinned, drifting; and where true pairs were lost.

use crate::support::{City, gridlink, manifest, rows, succeeded};
use std::collections::BTreeMap;
use std::path::Path;

const PERSONS: u64 = 900;

fn linked(set: &Path) -> Vec<Vec<String>> {
    let mut links = rows(
        set,
        "links",
        &[
            "match_weight",
            "left_source",
            "left_record_id",
            "right_source",
            "right_record_id",
            "identity",
            "name",
            "phone",
            "address",
        ],
    );
    links.sort();
    links
}

/// A pinned model gives the night's own weights and threshold again, whatever the dumps have become.
#[test]
fn a_pinned_model_weighs_as_it_did() {
    let city = City::new(PERSONS);
    let fitted = city.publish("fitted", &[]);
    let model = city.path("fitted-store/state/model.json");
    let pinned_to = city.path("model.json");
    std::fs::copy(&model, &pinned_to).unwrap();
    let pin = format!("linkage.model={}", pinned_to.display());
    let pinned = city.publish("pinned", &["--set", &pin]);
    assert_eq!(linked(&fitted), linked(&pinned));
    let [before, now] = [&fitted, &pinned].map(|set| manifest(set)["model"].clone());
    assert_eq!(before["match_weight_min"], now["match_weight_min"]);
    let is_pinned = |model: &serde_json::Value| model["fitting"]["pinned"].as_bool();
    assert_eq!((is_pinned(&before), is_pinned(&now)), (Some(false), Some(true)));

    // Half of a source is gone, and the weights stay: every pair of equal levels weighs what it did.
    let dump = city.path("dumps/police_population.csv");
    let bytes = std::fs::read(&dump).unwrap();
    let lines: Vec<&[u8]> = bytes.split_inclusive(|&byte| byte == b'\n').collect();
    std::fs::write(&dump, lines[..lines.len() / 2].concat()).unwrap();
    let smaller = city.publish("smaller", &["--set", &pin]);
    let weights = |set: &Path| -> BTreeMap<Vec<String>, String> {
        linked(set).into_iter().map(|row| (row[1..].to_vec(), row[0].clone())).collect()
    };
    let (before, now) = (weights(&fitted), weights(&smaller));
    let both: Vec<_> = now.iter().filter_map(|(pair, weight)| Some((before.get(pair)?, weight))).collect();
    assert!(both.len() > 500, "{}", both.len());
    assert!(both.iter().all(|(before, now)| before == now));
}

#[test]
fn a_model_that_moved_is_told_of() {
    let city = City::new(PERSONS);
    city.publish("out", &[]);
    let model = city.path("out-store/state/model.json");
    let quiet = manifest(&city.publish("out", &["--as-of", "2022-03-28"]));
    assert_eq!(quiet["model"]["fitting"]["drift"].as_array().map(Vec::len), Some(0), "one night is like the other");

    // As if phones had agreed far less the night before.
    let mut stored: serde_json::Value = serde_json::from_slice(&std::fs::read(&model).unwrap()).unwrap();
    let fields = stored["fields"].as_array_mut().unwrap();
    let phone = fields.iter_mut().find(|field| field[0] == "phone").unwrap();
    phone[1][1] = (phone[1][1].as_f64().unwrap() / 16.0).into();
    stored["silver_matches"] = 1e6.into();
    std::fs::write(&model, stored.to_string()).unwrap();
    let sets = ["--set", "run.output=out", "--set", "run.store=out-store", "--as-of", "2022-03-29"];
    let told = succeeded(&city.run(&sets));
    assert!(told.contains("the model moved") && told.contains("phone same"), "{told}");
    let drift = manifest(&city.path("out/current"))["model"]["fitting"]["drift"].clone();
    assert_eq!((&drift[0]["field"], &drift[0]["level"]), (&"phone".into(), &1.into()), "{drift}");
}

#[test]
fn lost_pairs_are_told_by_where_they_were_lost() {
    let city = City::new(PERSONS);
    let set = city.publish("out", &[]);
    let eval = |arguments: &[&str]| {
        let output = gridlink()
            .arg("eval")
            .arg(&set)
            .arg("--truth")
            .arg(city.path("truth.csv"))
            .args(arguments)
            .output()
            .unwrap();
        succeeded(&output);
        serde_json::from_slice::<serde_json::Value>(&output.stdout).unwrap()
    };
    let report = eval(&["--json"]);
    let missed = report["pairs_true"].as_u64().unwrap() - report["pairs_correct"].as_u64().unwrap();
    let pipeline = city.path("pipeline.toml");
    let lost = eval(&["--lost", "--json", "--pipeline", pipeline.to_str().unwrap()]);
    assert_eq!(lost["lost"].as_u64(), Some(missed), "every missed pair is somewhere");
    let mut places = BTreeMap::<&str, u64>::new();
    for sources in lost["source_pairs"].as_array().unwrap() {
        for (place, n) in sources["lost"].as_object().unwrap() {
            *places.entry(place).or_default() += n.as_u64().unwrap();
        }
    }
    assert_eq!(places.values().sum::<u64>(), missed);
    assert!(!places.contains_key("neither"), "the dumps tell what was compared: {places:?}");
}
