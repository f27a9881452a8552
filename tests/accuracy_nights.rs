//! What a night says of its own accuracy without labels, held against the truth of invented cities.

use crate::support::{City, gridlink, manifest, succeeded};
use gridlink::synth::CitySettings;
use serde_json::Value;

const PERSONS: u64 = 5_000;
/// Pairs between two sources that make a rate worth comparing.
const PAIRS_MIN: u64 = 200;

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_else(|| panic!("{value} is no number"))
}

/// Whether the truth lies within the interval of `rate`.
fn holds(rate: &Value, truth: &Value) -> bool {
    let [low, middle, high] = ["low", "rate", "high"].map(|end| number(&rate[end]));
    assert!(0.0 <= low && low <= middle && middle <= high && high <= 1.0, "{rate}");
    // What is printed has as many digits as it has.
    (low - 1e-9..=high + 1e-9).contains(&number(truth))
}

/// The night's estimate and the report against the truth.
fn judged(settings: &CitySettings) -> [Value; 2] {
    let city = City::of(settings);
    let set = city.publish("out", &["--set", "publish.xlsx=false"]);
    let mut eval = gridlink();
    eval.arg("eval").arg(&set).arg("--truth").arg(city.path("truth.csv")).arg("--json");
    let output = eval.output().unwrap();
    succeeded(&output);
    [manifest(&set)["model"]["accuracy"].clone(), serde_json::from_slice(&output.stdout).unwrap()]
}

#[test]
fn the_truth_lies_within_the_interval() {
    let usual = CitySettings { persons: PERSONS, ..CitySettings::default() };
    let cities = [21, 22, 23].map(|seed| CitySettings { seed, ..usual.clone() });
    let (mut pairs, mut held, mut outside) = (0, 0, Vec::new());
    for settings in cities {
        let [said, truth] = judged(&settings);
        for name in ["precision", "recall", "f1"] {
            if !holds(&said["night"][name], &truth[name]) {
                outside.push(format!("{name}: {} against {}", said["night"][name], truth[name]));
            }
        }
        // No interval that says nothing.
        assert!(number(&said["night"]["f1"]["high"]) - number(&said["night"]["f1"]["low"]) < 0.01);
        assert!(number(&said["represented"]) > 0.95, "{}", said["represented"]);
        for pair in truth["source_pairs"].as_array().unwrap() {
            let named = |said: &&Value| {
                let mut names = [&said["left"], &said["right"]].map(|name| name.as_str().unwrap().to_owned());
                names.sort();
                [pair["left"].as_str(), pair["right"].as_str()] == [Some(&names[0][..]), Some(&names[1][..])]
            };
            let own = said["source_pairs"].as_array().unwrap().iter().find(named);
            if let Some(own) = own.filter(|_| pair["pairs_true"].as_u64().unwrap() >= PAIRS_MIN) {
                pairs += 2;
                held +=
                    ["precision", "recall"].into_iter().filter(|name| holds(&own["night"][name], &pair[name])).count();
            }
        }
    }
    // Intervals of 95 %: of nine rates one may lie outside.
    assert!(outside.len() <= 1, "{outside:#?}");
    assert!(pairs > 60 && held * 100 >= pairs * 90, "{held} of {pairs} rates of source pairs");
}
