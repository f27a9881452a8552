//! Whose ID number is hidden: of persons with a number, drawn by it, one record each loses it, the likelier the more often
//! records of its source have none tonight. It is then damaged like one of those (its number masked, wrong or gone, a title
//! instead of the name, no phone), so that the hidden records are like the night's own without numbers, each among the
//! other records of its person as they are.

use crate::kernels::hash;
use crate::link::{Damage, EVIDENCE, Features, Profiles};
use crate::tables::Records;

/// Profiles with a number of the persons drawn, about.
const SAMPLE_PROFILES: f64 = 30_000.0;
/// Share of the profiles with a number that is drawn at most: the others must be what they are.
const SHARE_MAX: f64 = 0.5;
/// A source that nearly always has numbers, or nearly never, hides as many as one between these.
const HIDDEN_SHARES: (f64, f64) = (0.01, 0.9);
/// So often a record to be like is drawn until one fits.
const DRAWS: u64 = 12;
/// A kind of record that is seldom hidden counts at most so many times.
const WEIGHT_MAX: f64 = 10.0;

/// One profile of a sampled person.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sampled {
    /// The person's ID number.
    pub(super) number: u64,
    /// The profile.
    pub(super) profile: u32,
    /// What becomes of it; `None`: nothing.
    pub(super) damage: Option<Damage>,
    /// How many of the night's records without a number it stands for, but for a factor; 0 if nothing becomes of it.
    pub(super) weight: f64,
}

/// The sample.
#[derive(Debug, Default)]
pub(super) struct Sample {
    /// By person, then by profile.
    pub(super) of: Vec<Sampled>,
    /// Share of the night's records without a number that are like some hidden one.
    pub(super) represented: f64,
}

impl Sample {
    /// The persons, one after the other.
    pub(super) fn persons(&self) -> impl Iterator<Item = &[Sampled]> {
        self.of.chunk_by(|a, b| a.number == b.number)
    }

    /// Profiles that lose their number, ascending.
    pub(super) fn damages(&self) -> Vec<Damage> {
        let mut damages: Vec<Damage> = self.of.iter().filter_map(|of| of.damage).collect();
        damages.sort_unstable_by_key(|damage| damage.profile);
        damages
    }
}

/// How often records of each source have no number, and which profiles those are.
pub(super) struct Gaps {
    share: Vec<f64>,
    without: Vec<Vec<u32>>,
}

impl Gaps {
    /// Counts; `labels` are the trusted numbers of profiles, 0 for none.
    pub(super) fn of(records: &Records, profiles: &Profiles, labels: &[u64], sources: usize) -> Self {
        let (mut all, mut none) = (vec![0_u32; sources], vec![0_u32; sources]);
        let mut without = vec![Vec::new(); sources];
        for (p, &label) in labels.iter().enumerate() {
            for &row in profiles.members(p) {
                let source = usize::from(records.source[row as usize]);
                all[source] += 1;
                none[source] += u32::from(label == 0);
            }
            if label == 0 {
                without[usize::from(records.source[profiles.first(p)])].push(p as u32);
            }
        }
        let share = |(all, none): (&u32, &u32)| {
            (f64::from(*none) / f64::from((*all).max(1))).clamp(HIDDEN_SHARES.0, HIDDEN_SHARES.1)
        };
        Self { share: all.iter().zip(&none).map(share).collect(), without }
    }
}

/// A number from 0 to below 1.
fn uniform(keys: &[u64]) -> f64 {
    (hash::key(0x6869_6465, keys) >> 11) as f64 / (1_u64 << 53) as f64
}

/// Draws persons and what is hidden of each. `persons_of` says whose each profile is, as far as known: a number, or 0.
pub(super) fn sample(
    records: &Records,
    profiles: &Profiles,
    features: &Features,
    persons_of: &[u64],
    gaps: &Gaps,
) -> Sample {
    let trusted = (0..features.len()).filter(|&p| features.trusted_id(p) != 0).count() as f64;
    let drawn = (SAMPLE_PROFILES / trusted.max(1.0)).min(SHARE_MAX);
    let limit = (drawn * 2_f64.powi(64)) as u64;
    let source = |p: u32| usize::from(records.source[profiles.first(p as usize)]);
    let mut of: Vec<Sampled> = persons_of
        .iter()
        .enumerate()
        .filter(|&(_, &number)| number != 0 && hash::key(0x5a_3b1e, &[number]) < limit)
        .map(|(p, &number)| Sampled { number, profile: p as u32, damage: None, weight: 0.0 })
        .collect();
    of.sort_unstable_by_key(|of| (of.number, of.profile));
    for person in of.chunk_by_mut(|a, b| a.number == b.number) {
        let number = person[0].number;
        let has_number = |of: &Sampled| features.trusted_id(of.profile as usize) == number;
        let share = |of: &Sampled| if has_number(of) { gaps.share[source(of.profile)] } else { 0.0 };
        let shares: f64 = person.iter().map(share).sum();
        let mut left = uniform(&[number]) * shares;
        let chosen = person.iter().position(|of| {
            left -= share(of);
            left < 0.0
        });
        let Some(chosen) = chosen.and_then(|at| person.get_mut(at)) else { continue };
        let profile = chosen.profile;
        let draw = |again: u64| hash::key(0x6c_6566, &[number, again]);
        let like = &gaps.without[source(profile)];
        let other = |again: u64| like.get((draw(again) % like.len().max(1) as u64) as usize).copied();
        // One that states nothing that this record has not; as a last resort any.
        let fits = |other: u32| features.states_as_much(profile as usize, other as usize);
        let fitting = (0..DRAWS).filter_map(other).find(|&other| fits(other));
        chosen.damage = Some(Damage { profile, like: fitting.or_else(|| other(0)), draw: draw(DRAWS) });
        chosen.weight = shares;
    }
    Sample { of, represented: 1.0 }
}

/// Gives damaged records the weight that makes kinds of evidence as frequent among them as among the night's records without
/// a number (`labels` 0). `features` are those while the sample is damaged.
pub(super) fn weigh(sample: &mut Sample, profiles: &Profiles, features: &Features, labels: &[u64]) {
    let (mut night, mut hidden) = ([0.0; EVIDENCE], [0.0; EVIDENCE]);
    let rows = |p: usize| profiles.members(p).len() as f64;
    for p in (0..labels.len()).filter(|&p| labels[p] == 0) {
        night[features.evidence_class(p)] += rows(p);
    }
    for of in sample.of.iter().filter(|of| of.damage.is_some()) {
        hidden[features.evidence_class(of.profile as usize)] += of.weight * rows(of.profile as usize);
    }
    let (all_night, all_hidden): (f64, f64) = (night.iter().sum(), hidden.iter().sum());
    if all_night == 0.0 || all_hidden == 0.0 {
        return;
    }
    sample.represented = night.iter().zip(&hidden).filter(|(_, n)| **n > 0.0).map(|(n, _)| n).sum::<f64>() / all_night;
    let mut sum = 0.0;
    for of in sample.of.iter_mut().filter(|of| of.damage.is_some()) {
        let class = features.evidence_class(of.profile as usize);
        of.weight *= (night[class] / all_night * all_hidden / hidden[class]).min(WEIGHT_MAX);
        sum += of.weight;
    }
    // On average a pair stands for one, so that sums are about numbers of pairs.
    let mean = sum / sample.of.iter().filter(|of| of.damage.is_some()).count().max(1) as f64;
    sample.of.iter_mut().for_each(|of| of.weight /= mean.max(f64::MIN_POSITIVE));
}
