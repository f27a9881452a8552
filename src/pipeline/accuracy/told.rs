//! What the night says of its accuracy: for the manifest, the summary and as a warning.

use super::reach::Reach;
use super::{Accuracy, Said};
use crate::link::RULES;
use crate::message::Message;
use serde_json::{Value, json};

/// F1 of the night below which it is worth a warning.
const F1_LOW: f64 = 0.9;

impl Accuracy {
    /// The estimate for the manifest.
    pub(in super::super) fn json(&self, names: &[String]) -> Value {
        let name = |source: usize| names.get(source).cloned().unwrap_or_default();
        let said = |said: &Said| json!({ "night": said.night, "without_two_numbers": said.without });
        let pairs = self.source_pairs.iter().map(|(left, right, of)| {
            let mut pair = said(of);
            (pair["left"], pair["right"]) = (name(*left).into(), name(*right).into());
            pair
        });
        let thresholds = self.tried.iter().map(|(bits, missed, wrong)| {
            json!({ "bits": bits, "pairs_missed": missed.round(), "pairs_wrong": wrong.round() })
        });
        json!({
            "persons": self.persons,
            "hidden": self.hidden,
            "represented": self.represented,
            "match_weight_min": self.match_weight_min,
            "thresholds": thresholds.collect::<Vec<_>>(),
            "night": self.all.night,
            "without_two_numbers": self.all.without,
            "source_pairs": pairs.collect::<Vec<_>>(),
        })
    }

    /// What blocking reached, for the manifest.
    pub(in super::super) fn reach_json(&self, names: &[String]) -> Value {
        let name = |source: usize| names.get(source).cloned().unwrap_or_default();
        let rules = |counts: &[u64; RULES.len()]| -> Value {
            let named = RULES.iter().zip(counts).filter(|(rule, _)| !rule.reads_id);
            named.map(|(rule, &n)| (rule.name.to_owned(), n.into())).collect::<serde_json::Map<_, _>>().into()
        };
        let one = |reach: &Reach| {
            json!({
                "left": name(reach.sources.0),
                "right": name(reach.sources.1),
                "pairs": reach.pairs,
                "reached": reach.share,
                "never_compared": reach.never_compared.round(),
                "by_rule": rules(&reach.by_rule),
                "by_rule_alone": rules(&reach.by_rule_alone),
            })
        };
        self.reach.iter().map(one).collect::<Vec<_>>().into()
    }

    /// One line each for the summary.
    pub(in super::super) fn lines(&self) -> Vec<Message> {
        let percent = |rate: f64| format!("{:.2}", rate * 100.0);
        let all = &self.all.night;
        let accuracy = Message::new("link.accuracy")
            .with("persons", self.persons)
            .with("precision", percent(all.precision.rate))
            .with("precision_low", percent(all.precision.low))
            .with("precision_high", percent(all.precision.high))
            .with("recall", percent(all.recall.rate))
            .with("recall_low", percent(all.recall.low))
            .with("recall_high", percent(all.recall.high))
            .with("f1", format!("{:.4}", all.f1.rate));
        let pairs: u64 = self.reach.iter().map(|reach| reach.pairs).sum();
        let reached: f64 = self.reach.iter().map(|reach| reach.share.rate * reach.pairs as f64).sum();
        let lost: f64 = self.reach.iter().map(|reach| reach.never_compared).sum();
        let blocking = Message::new("link.blocking")
            .with("pairs", pairs)
            .with("share", percent(reached / pairs.max(1) as f64))
            .with("lost", lost.round());
        // Of no pairs there is nothing to tell.
        if pairs == 0 { vec![accuracy] } else { vec![accuracy, blocking] }
    }

    /// A warning if even the upper end is low.
    pub(in super::super) fn warning(&self) -> Option<Message> {
        let f1 = self.all.night.f1;
        (f1.high < F1_LOW).then(|| {
            Message::new("link.accuracy_low")
                .with("f1", format!("{:.3}", f1.rate))
                .with("high", format!("{:.3}", f1.high))
                .with("limit", F1_LOW)
        })
    }
}
