//! `report.html`: one night for those who look after it, as one page that needs nothing but itself: what went in and how
//! well it was read, how it was matched and how sure that is, what is to be done, and where the time went. It holds counts,
//! names of sources and dumps, and times; no value of a person. It draws what others have counted.

mod names;
mod sections;

use crate::error::{Error, Exit, Result};
use crate::message::{Lang, Message};
use crate::store::Manifest;
use minijinja::value::{Serde, Value};
use minijinja::{AutoEscape, Environment, context};
use sections::Section;

/// What the page tells beside the manifest.
#[derive(Debug)]
pub struct Report<'a> {
    /// The manifest of the set, but for the report itself complete.
    pub manifest: &'a Manifest,
    /// What the night says of its own accuracy; empty where it cannot tell.
    pub accuracy: Vec<Message>,
    /// Items of each rule, in the order of the pipeline file.
    pub rules: Vec<RuleFigures>,
    /// Accepted and uncertain pairs by match weight, lightest first.
    pub weights: Vec<WeightClass>,
    /// Pairs that each blocking rule found, and those that it left out in oversized blocks.
    pub blocking: Vec<(String, u64, u64)>,
}

/// Items of one rule.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RuleFigures {
    /// Its title.
    pub title: String,
    /// Open, overdue ones included.
    pub open: u64,
    /// Open and past their deadline.
    pub overdue: u64,
    /// Not there in the set before.
    pub new: u64,
    /// Done.
    pub done: u64,
}

/// Pairs of about one match weight.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct WeightClass {
    /// Least weight, in bits; a class reaches up to the next one.
    pub from: i32,
    /// Accepted pairs.
    pub accepted: u64,
    /// Pairs that a person must settle.
    pub review: u64,
}

/// Width of a class of weights in bits.
const CLASS_BITS: i32 = 4;
/// The first and the last class, in which lighter and heavier pairs stand too.
const CLASSES: (i32, i32) = (-5, 15);

/// Counts pairs by weight. Classes without pairs at both ends are left out.
pub fn weight_classes(accepted: &[f32], review: &[f32]) -> Vec<WeightClass> {
    let count = |weights: &[f32]| {
        let mut counts = [0_u64; (CLASSES.1 - CLASSES.0 + 1) as usize];
        for &weight in weights {
            let class = (weight as i32).div_euclid(CLASS_BITS).clamp(CLASSES.0, CLASSES.1);
            counts[(class - CLASSES.0) as usize] += 1;
        }
        counts
    };
    let (accepted, review) = rayon::join(|| count(accepted), || count(review));
    let class = |(class, (accepted, review))| WeightClass { from: class * CLASS_BITS, accepted, review };
    let mut classes: Vec<WeightClass> = (CLASSES.0..).zip(accepted.into_iter().zip(review)).map(class).collect();
    let empty = |class: &WeightClass| class.accepted + class.review == 0;
    classes.truncate(classes.iter().rposition(|class| !empty(class)).map_or(0, |last| last + 1));
    classes.drain(..classes.iter().take_while(|class| empty(class)).count());
    classes
}

/// The page.
///
/// # Errors
/// [`Exit::Bug`] if the page cannot be made.
pub fn html(report: &Report<'_>, lang: Lang) -> Result<String> {
    let manifest = report.manifest;
    let title = Message::new("report.title").with("name", &manifest.name).with("as_of", &manifest.as_of).render(lang);
    let sections: Vec<Section> = sections::all(report, lang);
    let mut pages = Environment::new();
    pages.set_auto_escape_callback(|_| AutoEscape::Html);
    let lang = if lang == Lang::Zh { "zh-CN" } else { "en" };
    let page = pages.template_from_str(include_str!("page.html"));
    let page = page.and_then(|page| page.render(context! { lang, title, sections => Value::from(Serde(sections)) }));
    page.map_err(|e| Error::new(Exit::Bug, Message::new("report.page")).caused_by(e))
}

#[cfg(test)]
mod tests;
