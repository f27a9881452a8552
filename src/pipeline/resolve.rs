//! Link and cluster: from records to the cluster of each record, with the pairs that say so.

use super::accuracy::{self, Accuracy, Night};
use super::modelled::{self, Modelled};
use super::reasons;
use super::told;
use super::watch::Watch;
use crate::cluster::{self, Clusters, Connected, LIGHTER_BITS, Parts, Side};
use crate::config::{Linkage, Preset};
use crate::error::Result;
use crate::kernels::prefetch::{AHEAD, prefetch};
use crate::link::{self, BlockingSettings, BlockingStats, Blocks, Features, Pattern, Profiles, levels};
use crate::message::Message;
use crate::model::Fit;
use crate::tables::{Edge, Edges, JoinedBy, Links, Records};
use rayon::prelude::*;
use std::ops::Range;

/// Pairs are counted for fitting in about this many profiles' blocks.
const FIT_PROFILES: usize = 1 << 17;
/// Bits from which on a pair is a match where nothing says, and silver labels stand behind the weights: two right ones for
/// one wrong.
const MATCH_WEIGHT_MIN: f32 = 1.0;
/// The same where the weights come from nothing but the preset: dependent evidence makes them too heavy.
const UNFITTED_WEIGHT_MIN: f32 = 3.0;
/// Bits below the match band from which on a person decides.
const REVIEW_BITS: f32 = 6.0;

/// Who is one person, and why.
#[derive(Debug)]
pub(super) struct Resolved {
    /// Cluster of each record.
    pub(super) cluster_of_record: Vec<u32>,
    /// Number of clusters.
    pub(super) clusters: usize,
    /// Strongest weight that joins each record; NaN alone.
    pub(super) match_weight: Vec<f32>,
    /// How each record was joined.
    pub(super) joined_by: Vec<JoinedBy>,
    /// Accepted pairs.
    pub(super) links: Links,
    /// Uncertain pairs, most informative first.
    pub(super) review: Links,
    /// Every refused join with its reason.
    pub(super) refused: Links,
    /// The model in use and what blocking did.
    pub(super) model: Model,
    /// Number of profiles.
    pub(super) profiles: usize,
    /// Bits from which on a pair is a match.
    pub(super) match_weight_min: f32,
    /// Bits from which on a pair is reviewed.
    pub(super) review_weight_min: f32,
    /// Decisions by what they said, and those that could not be followed; empty where nobody decided anything.
    pub(super) decisions: Vec<(&'static str, u64)>,
}

/// A fitted model and what blocking did.
#[derive(Debug)]
pub(super) enum Model {
    /// Of the preset `person-cn`.
    PersonCn(Box<PersonCn>),
    /// Of a pipeline's own comparisons.
    Custom {
        /// Everything as figures.
        figures: serde_json::Value,
        /// Candidate pairs of all rules.
        candidate_pairs: u64,
    },
}

/// The model of the preset `person-cn`.
#[derive(Debug)]
pub(super) struct PersonCn {
    /// The weights, and how they came about.
    pub(super) modelled: Modelled,
    /// What each blocking rule did.
    pub(super) blocking: BlockingStats,
    /// The night's estimate of its own accuracy.
    pub(super) accuracy: Option<Accuracy>,
}

impl Model {
    /// That of the preset, if it is in use.
    pub(super) fn person_cn(&self) -> Option<&PersonCn> {
        match self {
            Self::PersonCn(model) => Some(model),
            Self::Custom { .. } => None,
        }
    }
}

/// Resolves the records of a night.
pub(super) fn resolve(
    records: &Records,
    linkage: &Linkage,
    model_before: Option<&str>,
    watch: &mut Watch<'_>,
) -> Result<Resolved> {
    match linkage.preset {
        Preset::PersonCn => resolve_person_cn(records, linkage, model_before, watch),
        Preset::Custom => super::resolve_custom::resolve(records, linkage, watch),
    }
}

fn resolve_person_cn(
    records: &Records,
    linkage: &Linkage,
    model_before: Option<&str>,
    watch: &mut Watch<'_>,
) -> Result<Resolved> {
    let settings = BlockingSettings { block_rows_max: linkage.block_rows_max };
    let profiles = watch.step("profile", |_| Ok(link::profiles(records)), told::profiles)?;
    let read = |_: &mut Watch<'_>| {
        let features = link::features(records, &profiles);
        let blocks = Blocks::new(&features);
        Ok((features, blocks))
    };
    let (mut features, mut blocks) = watch.step("features", read, |(features, _)| told::features(features))?;
    let fit = |watch: &mut Watch<'_>| {
        let sample_bits = (profiles.len() / FIT_PROFILES).max(1).ilog2();
        modelled::model(
            (records, &profiles, &features, &mut blocks),
            settings,
            sample_bits,
            linkage,
            model_before,
            watch,
        )
    };
    let mut modelled = watch.step("fit", fit, |modelled| told::fit(&modelled.fit))?;
    let fit = &modelled.fit;
    let set = linkage.match_weight_min.map(|bits| bits as f32).or(modelled.match_weight_min);
    // Chosen by the error of a sample with hidden ID numbers, unless it is set or nobody has a number.
    let usual = if fit.is_fitted() { MATCH_WEIGHT_MIN } else { UNFITTED_WEIGHT_MIN };
    let (start, choose) = (set.unwrap_or(usual), set.is_none() && fit.is_fitted());
    let least = if choose { accuracy::THRESHOLD_MIN.min(start) } else { start };
    let kept_min = linkage.review_weight_min.map_or(least - REVIEW_BITS, |bits| bits as f32).min(least - LIGHTER_BITS);
    let score = |_: &mut Watch<'_>| {
        let (scored, blocking) = link::score(&features, blocks, &fit.weights, settings, kept_min);
        // While neighbours stand beside each other.
        let connected = Connected::by(profiles.len(), &scored);
        let edges = Edges::sorted(&scored);
        drop(scored);
        let parts = Parts::of(&connected, &edges);
        Ok((edges, parts, blocking))
    };
    let (edges, parts, blocking) =
        watch.step("link", score, |(edges, _, blocking)| told::scored(edges.len(), blocking))?;
    let clusters_from = |features: &Features, parts: &Parts, match_weight_min: f32| {
        let side = |p: u32| side(features, p as usize, sources_of_rows(records, profiles.members(p as usize)));
        let apart = |a, b| features.names_apart(a, b);
        cluster::grow((&side, &edges, parts), match_weight_min, &apart, None)
    };
    let estimate = |watch: &mut Watch<'_>| {
        let clusters = clusters_from(&features, &parts, start);
        let (edges, fit) = (&edges, &modelled.fit);
        let night =
            Night { records, profiles: &profiles, fit, settings, edges, clusters: &clusters, match_weight_min: start };
        let accuracy = night.accuracy(&mut features, choose);
        watch.warn_all(accuracy.iter().filter_map(Accuracy::warning).collect());
        Ok((clusters, accuracy))
    };
    let (first, accuracy) = watch.step("accuracy", estimate, |_| Message::new("run.step.accuracy"))?;
    let match_weight_min = accuracy.as_ref().map_or(start, |accuracy| accuracy.match_weight_min);
    let review_weight_min =
        linkage.review_weight_min.map_or(match_weight_min - REVIEW_BITS, |bits| bits as f32).min(match_weight_min);
    let grow = |_: &mut Watch<'_>| {
        let clusters =
            if match_weight_min == start { first } else { clusters_from(&features, &parts, match_weight_min) };
        // Pairs take its room.
        drop(parts);
        let bounds = (match_weight_min, review_weight_min);
        let of_records = || {
            let mut cluster_of_record = vec![0; records.len()];
            for p in 0..profiles.len() {
                profiles.members(p).iter().for_each(|&row| cluster_of_record[row as usize] = clusters.of_profile[p]);
            }
            (join_of_records(records, &profiles, &features, fit, &clusters), cluster_of_record)
        };
        let (((match_weight, joined_by), cluster_of_record), (links, review)) =
            rayon::join(of_records, || pairs(&profiles, &features, fit, &edges, &clusters, bounds));
        let refused = reasons::refused(&profiles, &edges, &clusters, empty_links());
        let resolved = Resolved {
            cluster_of_record,
            clusters: clusters.count,
            match_weight,
            joined_by,
            links,
            review,
            profiles: profiles.len(),
            match_weight_min,
            review_weight_min,
            refused,
            decisions: Vec::new(),
            model: Model::Custom { figures: serde_json::Value::Null, candidate_pairs: 0 },
        };
        Ok(resolved)
    };
    let mut resolved = watch.step("cluster", grow, told::resolved)?;
    modelled.stored.match_weight_min = Some(match_weight_min);
    resolved.model = Model::PersonCn(Box::new(PersonCn { modelled, blocking, accuracy }));
    Ok(resolved)
}

/// What may contradict, of a profile; `sources` are those of its records, and those of more than one of them.
pub(super) fn side(features: &Features, p: usize, (sources, repeated): (u64, u64)) -> Side {
    let (birth, sex) = features.birth_day_and_sex(p);
    Side {
        id: features.trusted_id(p),
        sources,
        repeated,
        birth,
        name: features.whole_name(p),
        role: features.role(p),
        sex,
        ..Side::default()
    }
}

/// The sources of some records, one bit each, and those of more than one of them.
pub(super) fn sources_of_rows(records: &Records, rows: &[u32]) -> (u64, u64) {
    let bit = |&row: &u32| 1_u64 << (records.source[row as usize] % 64);
    rows.iter().map(bit).fold((0, 0), |(one, more), bit| (one | bit, more | one & bit))
}

/// The weight and manner by which each record is joined: that of its profile, or, where the profile is alone, that of its
/// equal records.
fn join_of_records(
    records: &Records,
    profiles: &Profiles,
    features: &Features,
    fit: &Fit,
    clusters: &Clusters,
) -> (Vec<f32>, Vec<JoinedBy>) {
    let mut weight = vec![f32::NAN; records.len()];
    let mut joined_by = vec![JoinedBy::Single; records.len()];
    for p in 0..profiles.len() {
        let members = profiles.members(p);
        let (mut bits, mut by) = (clusters.weight[p], clusters.joined_by[p]);
        if members.len() > 1 {
            let equal = fit.weights.of_pattern[features.pattern(p as u32, p as u32).0 as usize];
            if bits.is_nan() || equal > bits {
                bits = equal;
                by = if features.trusted_id(p) != 0 { JoinedBy::Id } else { JoinedBy::Model };
            }
        }
        for &row in members {
            (weight[row as usize], joined_by[row as usize]) = (bits, by);
        }
    }
    (weight, joined_by)
}

/// Rows that one task takes.
const CHUNK_ROWS: usize = 1 << 17;
/// Tasks of each thread by which pairs are made before they are put together.
const TASKS_A_THREAD: usize = 8;

/// Accepted pairs by record, and uncertain ones.
fn pairs(
    profiles: &Profiles,
    features: &Features,
    fit: &Fit,
    edges: &Edges,
    clusters: &Clusters,
    bounds: (f32, f32),
) -> (Links, Links) {
    let mut links = empty_links();
    links.reserve(profiles.rows.len() - profiles.len() + edges.len());
    let equal = |from: usize| equal_records(profiles, features, fit, from..profiles.len().min(from + CHUNK_ROWS));
    let chunks: Vec<usize> = (0..profiles.len()).step_by(CHUNK_ROWS).collect();
    // A few tasks at a time: what all of them make takes as much memory as the pairs do.
    let at_once = TASKS_A_THREAD * rayon::current_num_threads();
    for chunks in chunks.chunks(at_once) {
        let made: Vec<Links> = chunks.par_iter().map(|&from| equal(from)).collect();
        made.iter().for_each(|more| links.append(more));
    }
    let mut uncertain: Vec<Uncertain<'_>> = Vec::new();
    for slices in edges.slices().chunks(at_once) {
        let made: Vec<_> = slices.par_iter().map(|&slice| decided(profiles, slice, clusters, bounds)).collect();
        for (more, more_uncertain) in made {
            links.append(&more);
            uncertain.extend(more_uncertain);
        }
    }
    // The closer to the threshold, the more a decision tells; ties keep the order of weights and rows.
    uncertain.sort_by(|x, y| x.0.total_cmp(&y.0));
    let mut review = empty_links();
    for (_, edge, why) in uncertain {
        push(&mut review, row_of(profiles, edge.a), row_of(profiles, edge.b), edge.weight, Pattern(edge.pattern()));
        review.why.push(why);
    }
    (links, review)
}

/// Each record of a profile with the first one.
fn equal_records(profiles: &Profiles, features: &Features, fit: &Fit, of: Range<usize>) -> Links {
    let mut links = empty_links();
    for p in of.filter(|&p| profiles.members(p).len() > 1) {
        let pattern = features.pattern(p as u32, p as u32);
        let weight = fit.weights.of_pattern[pattern.0 as usize];
        for &row in &profiles.members(p)[1..] {
            push(&mut links, profiles.members(p)[0], row, weight, pattern);
        }
    }
    links
}

/// Bits between a pair and the threshold, the pair, and why it is uncertain where that is not its weight alone.
type Uncertain<'a> = (f32, &'a Edge, &'static str);

/// The pairs of a slice of edges that hold, and those that a person is to look at; the first edge of the slice has the place
/// `first`.
fn decided<'a>(
    profiles: &Profiles,
    (first, edges): (usize, &'a [Edge]),
    clusters: &Clusters,
    (match_weight_min, review_weight_min): (f32, f32),
) -> (Links, Vec<Uncertain<'a>>) {
    let (mut links, mut uncertain) = (empty_links(), Vec::new());
    let from = first as u32;
    let mut refused = clusters.refused[clusters.refused.partition_point(|(at, _)| *at < from)..].iter().peekable();
    let mut lighter = clusters.lighter[clusters.lighter.partition_point(|at| *at < from)..].iter().peekable();
    for (at, edge) in edges.iter().enumerate() {
        if let Some(later) = edges.get(at + 2 * AHEAD) {
            for p in [later.a as usize, later.b as usize] {
                prefetch(&clusters.of_profile, p);
                prefetch(&profiles.starts, p);
            }
        }
        if let Some(soon) = edges.get(at + AHEAD) {
            [soon.a, soon.b].iter().for_each(|&p| prefetch(&profiles.rows, profiles.starts[p as usize] as usize));
        }
        let refusal = refused.next_if(|(place, _)| *place as usize == first + at);
        let joined = lighter.next_if(|place| **place as usize == first + at).is_some();
        let same = clusters.of_profile[edge.a as usize] == clusters.of_profile[edge.b as usize];
        if let Some((_, why)) = refusal {
            // Two valid numbers settle it; every other refused pair is for a person to look at.
            if *why != cluster::Refusal::TwoIds {
                uncertain.push(((edge.weight - match_weight_min).abs(), edge, why.as_str()));
            }
        } else if joined || edge.weight >= match_weight_min {
            if same {
                let (left, right) = (row_of(profiles, edge.a), row_of(profiles, edge.b));
                push(&mut links, left, right, edge.weight, Pattern(edge.pattern()));
            }
        } else if !same && edge.weight >= review_weight_min {
            uncertain.push(((edge.weight - match_weight_min).abs(), edge, ""));
        }
    }
    (links, uncertain)
}

fn row_of(profiles: &Profiles, p: u32) -> u32 {
    profiles.first(p as usize) as u32
}

fn empty_links() -> Links {
    Links {
        comparisons: levels::COMPARISONS.map(str::to_owned).to_vec(),
        levels: levels::level_names().to_vec(),
        ..Links::default()
    }
}

fn push(links: &mut Links, left: u32, right: u32, weight: f32, pattern: Pattern) {
    links.left.push(left);
    links.right.push(right);
    links.match_weight.push(weight);
    links.level.extend(pattern.levels());
}
