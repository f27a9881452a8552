//! `report.html`: gathers what the page of the night draws.

use super::accuracy::Accuracy;
use super::resolve::Model;
use super::summary::NightTables;
use crate::error::Result;
use crate::link::RULES;
use crate::report::{self, Report, RuleFigures};
use crate::store::{Manifest, files};
use std::path::Path;

/// Writes the page into the folder of a set.
pub(super) fn write(folder: &Path, night: &NightTables<'_>, manifest: &Manifest) -> Result<()> {
    let resolved = night.resolved;
    let report = Report {
        manifest,
        accuracy: night.accuracy().map(Accuracy::lines).unwrap_or_default(),
        rules: rules(night),
        weights: report::weight_classes(&resolved.links.match_weight, &resolved.review.match_weight),
        blocking: blocking(&resolved.model),
    };
    let page = report::html(&report, night.pipeline.run.locale)?;
    files::write(&folder.join("report.html"), page.as_bytes())
}

/// Items of each rule in the whole city, those without a grid included.
fn rules(night: &NightTables<'_>) -> Vec<RuleFigures> {
    let figures = |rule: &crate::config::Followup| {
        let mut figures = RuleFigures { title: rule.title.clone(), ..RuleFigures::default() };
        for row in night.settled.rollup.iter().filter(|row| row.level == "city" && row.rule == rule.name) {
            figures.open += row.counts.open.unsigned_abs();
            figures.overdue += row.counts.overdue.unsigned_abs();
            figures.new += row.counts.new.unsigned_abs();
            figures.done += row.counts.done.unsigned_abs();
        }
        figures
    };
    night.pipeline.followups.iter().map(figures).collect()
}

fn blocking(model: &Model) -> Vec<(String, u64, u64)> {
    let Model::PersonCn(model) = model else { return Vec::new() };
    let of = &model.blocking;
    let rules = RULES.iter().enumerate();
    rules.map(|(i, rule)| (rule.name.to_owned(), of.pairs[i], of.pairs_left_out[i])).collect()
}
