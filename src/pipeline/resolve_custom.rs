//! Link and cluster by a pipeline's own comparisons: the same result as with the preset, from other evidence. Fitted twice:
//! the first clusters tell how frequent a value is among persons instead of records, which the second fit goes by.

use super::resolve::{Model, Resolved};
use super::told;
use super::watch::Watch;
use crate::cluster::{self, Clusters, Whole};
use crate::config::Linkage;
use crate::error::Result;
use crate::link::custom::{self, CustomCounts, CustomFeatures, LevelPattern, Plan};
use crate::message::Message;
use crate::model::{self, BORN_ALIKE_SHARE, CustomFit};
use crate::tables::{Edge, Links, Records};
use serde_json::{Value, json};

/// Bits below the match band from which on a person decides.
const REVIEW_BITS: f32 = 6.0;
/// Bits between which the threshold is chosen by the estimated error.
const THRESHOLD_BOUNDS: (f32, f32) = (-3.0, 3.0);
/// So many times the bits by which a pair is above the threshold, and at most so many bits, the clusters that it joins may
/// stay below it on average.
const BELOW_SHARE: f32 = 0.5;
const BELOW_BITS_MAX: f32 = 3.0;

/// Pairs scored and joined.
struct Joined {
    edges: Vec<Edge>,
    patterns: Vec<LevelPattern>,
    clusters: Clusters,
    match_weight_min: f32,
}

/// Resolves the records of a night.
pub(super) fn resolve(records: &Records, linkage: &Linkage, watch: &mut Watch<'_>) -> Result<Resolved> {
    let read = |_: &mut Watch<'_>| Ok(CustomFeatures::new(records, Plan::new(linkage)));
    let mut features =
        watch.step("features", read, |features| Message::new("run.step.features").with("profiles", features.len()))?;
    let fit = |_: &mut Watch<'_>| {
        let mut counts = custom::count_custom(&features);
        let first = model::fit_custom(&features.plan().comparisons, &counts, None);
        let joined = join(&features, &first, linkage);
        let persons = &joined.clusters.of_profile[..];
        features.count_values(Some(persons));
        counts.random = custom::draw_random(&features, Some(persons));
        let fit = model::fit_custom(&features.plan().comparisons, &counts, Some(&first));
        Ok((counts, fit))
    };
    let (counts, fit) = watch.step("fit", fit, |_| Message::new("run.step.fit_custom"))?;
    watch.warn_all(doubts(&counts, fit.matches, linkage.one_per_source, features.sources()));
    watch.warn_all(born_apart(features.plan(), &fit));
    for (rule, name) in counts.rules.iter().zip(&features.plan().rule_names) {
        if rule.pairs == 0 && rule.pairs_left_out == 0 {
            watch.warn(Message::new("run.custom_rule_empty").with("rule", name));
        }
    }
    let joined = watch.step(
        "link",
        |_| Ok(join(&features, &fit, linkage)),
        |joined| Message::new("run.step.link_custom").with("kept", joined.edges.len()),
    )?;
    let put_together = |_: &mut Watch<'_>| {
        let (links, review) = pairs(&features, &joined);
        Ok(Resolved {
            clusters: joined.clusters.count,
            match_weight: joined.clusters.weight.clone(),
            joined_by: joined.clusters.joined_by.clone(),
            links,
            review,
            refused: empty_links(&features),
            decisions: Vec::new(),
            model: Model::Custom {
                figures: figures(&features, &counts, &fit, &joined, linkage),
                candidate_pairs: counts.rules.iter().map(|rule| rule.pairs).sum(),
            },
            profiles: records.len(),
            match_weight_min: joined.match_weight_min,
            review_weight_min: review_weight_min(linkage, joined.match_weight_min),
            cluster_of_record: joined.clusters.of_profile,
        })
    };
    watch.step("cluster", put_together, told::resolved)
}

/// What makes the result doubtful and shows before anybody is matched.
fn doubts(counts: &CustomCounts, matches: f64, one_per_source: bool, source_of: &[u16]) -> Vec<Message> {
    let mut doubts = Vec::new();
    let compared: u64 = counts.rules.iter().map(|rule| rule.pairs).sum();
    let left_out: u64 = counts.rules.iter().map(|rule| rule.pairs_left_out).sum();
    if compared == 0 && source_of.len() > 1 {
        doubts.push(Message::new("run.custom_no_pairs"));
    } else if left_out > compared {
        doubts.push(Message::new("run.custom_left_out").with("left_out", left_out).with("compared", compared));
    }
    if one_per_source {
        let possible = most_matches(source_of);
        if possible == 0 && source_of.len() > 1 {
            doubts.push(Message::new("run.custom_one_source"));
        } else if matches > possible as f64 * (1.0 + IMPOSSIBLE_SHARE) {
            let doubt = Message::new("run.custom_too_many").with("matches", matches.round() as u64);
            doubts.push(doubt.with("possible", possible));
        }
    }
    doubts
}

/// Fewer matches say nothing of how many are born alike.
const BORN_ALIKE_MATCHES: f64 = 20.0;

/// Birth dates in which what the fit takes for one person hardly agrees.
fn born_apart(plan: &Plan, fit: &CustomFit) -> Vec<Message> {
    let dates = plan.comparisons.iter().zip(&fit.m).filter(|(of, _)| of.is_date());
    let apart = dates.filter(|(_, m)| fit.matches >= BORN_ALIKE_MATCHES && m[1] < BORN_ALIKE_SHARE);
    let told = |(of, m): (&custom::ComparisonPlan, &Vec<f64>)| {
        let told = Message::new("run.custom_born_apart").with("field", &of.name);
        told.with("share", format!("{:.0}", m[1] * 100.0))
    };
    apart.map(told).collect()
}

/// An estimate may exceed what is possible by this share; beyond it two comparisons tell the same thing, or a household.
const IMPOSSIBLE_SHARE: f64 = 0.05;

/// The most pairs of one person that there can be where every source lists each once: of any two sources as many as the
/// smaller has rows.
fn most_matches(source_of: &[u16]) -> u64 {
    let mut rows: Vec<u64> = vec![0; source_of.iter().max().map_or(0, |&most| usize::from(most) + 1)];
    source_of.iter().for_each(|&source| rows[usize::from(source)] += 1);
    rows.sort_unstable();
    // Of sources in ascending order each is the smaller one to all behind it.
    let count = rows.len() as u64;
    (1..).zip(&rows).map(|(place, rows)| rows * (count - place)).sum()
}

fn review_weight_min(linkage: &Linkage, match_weight_min: f32) -> f32 {
    linkage.review_weight_min.map_or(match_weight_min - REVIEW_BITS, |bits| bits as f32).min(match_weight_min)
}

fn join(features: &CustomFeatures, fit: &CustomFit, linkage: &Linkage) -> Joined {
    let set = linkage.match_weight_min.map(|bits| bits as f32);
    let lightest = review_weight_min(linkage, set.unwrap_or(THRESHOLD_BOUNDS.0));
    let (mut edges, patterns) = custom::score_custom(features, &fit.weights, lightest);
    let match_weight_min = set.unwrap_or_else(|| model::best_threshold(&edges, THRESHOLD_BOUNDS));
    let review_from = review_weight_min(linkage, match_weight_min);
    edges.truncate(edges.partition_point(|edge| edge.weight >= review_from));
    let weight = |a: u32, b: u32| features.weight(a, b, features.pattern(a, b), &fit.weights);
    let whole = Whole {
        one_of_source: linkage.one_per_source.then(|| features.sources()),
        weight_min: match_weight_min,
        below_share: BELOW_SHARE,
        below_max: BELOW_BITS_MAX,
        weight: &weight,
    };
    let clusters = cluster::grow_whole(features.len(), &edges, &whole);
    Joined { edges, patterns, clusters, match_weight_min }
}

/// No pairs, in the columns of the pipeline's comparisons.
fn empty_links(features: &CustomFeatures) -> Links {
    let comparisons = &features.plan().comparisons;
    Links {
        comparisons: comparisons.iter().map(|comparison| comparison.name.clone()).collect(),
        levels: comparisons.iter().map(|comparison| comparison.levels.clone()).collect(),
        ..Links::default()
    }
}

/// Accepted pairs, and uncertain ones, the most informative first.
fn pairs(features: &CustomFeatures, joined: &Joined) -> (Links, Links) {
    let comparisons = &features.plan().comparisons;
    let empty = || empty_links(features);
    let push = |links: &mut Links, edge: &Edge| {
        links.left.push(edge.a);
        links.right.push(edge.b);
        links.match_weight.push(edge.weight);
        let pattern = joined.patterns[edge.pattern() as usize];
        links.level.extend((0..comparisons.len()).map(|c| pattern.level(c) as u8));
    };
    let (mut links, mut review) = (empty(), empty());
    let of = &joined.clusters.of_profile;
    let mut refused = joined.clusters.refused.iter().peekable();
    let mut uncertain: Vec<(f32, &Edge, &'static str)> = Vec::new();
    for (place, edge) in joined.edges.iter().enumerate() {
        let why = refused.next_if(|(at, _)| *at as usize == place).map_or("", |(_, why)| why.as_str());
        if of[edge.a as usize] != of[edge.b as usize] {
            uncertain.push(((edge.weight - joined.match_weight_min).abs(), edge, why));
        } else if edge.weight >= joined.match_weight_min {
            push(&mut links, edge);
        }
    }
    uncertain.sort_by(|x, y| x.0.total_cmp(&y.0));
    for (_, edge, why) in uncertain {
        push(&mut review, edge);
        review.why.push(why);
    }
    (links, review)
}

fn figures(
    features: &CustomFeatures,
    counts: &CustomCounts,
    fit: &CustomFit,
    joined: &Joined,
    linkage: &Linkage,
) -> Value {
    let plan = features.plan();
    let rule = |(name, of): (&String, &custom::RuleStats)| {
        let figures = json!({
            "pairs": of.pairs,
            "blocks_split": of.blocks_split,
            "pairs_left_out": of.pairs_left_out,
            "block_rows_max": of.block_rows_max,
        });
        (name.clone(), figures)
    };
    let blocking: serde_json::Map<String, Value> = plan.rule_names.iter().zip(&counts.rules).map(rule).collect();
    let mut figures = fit.figures(&plan.comparisons);
    figures["match_weight_min"] = json!(joined.match_weight_min);
    figures["review_weight_min"] = json!(review_weight_min(linkage, joined.match_weight_min));
    figures["blocking"] = Value::Object(blocking);
    figures
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::link::custom::RuleStats;

    #[test]
    fn what_cannot_be_is_doubted() {
        let counts = |pairs: u64, pairs_left_out: u64| CustomCounts {
            rules: vec![RuleStats { pairs, pairs_left_out, ..RuleStats::default() }],
            ..CustomCounts::default()
        };
        let told = |counts: CustomCounts, matches: f64, sources: &[u16]| {
            doubts(&counts, matches, true, sources).iter().map(Message::key).collect::<Vec<_>>()
        };
        let two = [0, 0, 0, 1, 1];
        assert!(told(counts(9, 3), 2.0, &two).is_empty());
        assert_eq!(told(counts(9, 3), 3.0, &two), ["run.custom_too_many"]);
        assert_eq!(told(counts(9, 10), 2.0, &two), ["run.custom_left_out"]);
        assert_eq!(told(counts(0, 0), 0.0, &two), ["run.custom_no_pairs"]);
        assert_eq!(told(counts(9, 0), 2.0, &[0, 0, 0]), ["run.custom_one_source"]);
        assert_eq!((most_matches(&[0, 0, 1, 2, 2, 2]), most_matches(&[])), (1 + 1 + 2, 0));
    }
}
