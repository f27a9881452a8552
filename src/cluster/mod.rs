//! Persons from pairs: clusters grow by descending weight, and a pair that would bring contradicting members together is
//! refused, however it came about. It scores nothing; every refused pair leaves with its reason.

mod growing;
mod joint;
mod parts;
mod places;

pub use growing::LIGHTER_BITS;
pub use joint::{Whole, grow_whole};
pub use parts::{Connected, Parts};
pub use places::Places;

use crate::kernels::prefetch::{AHEAD, prefetch};
use crate::message::Message;
use crate::tables::{Edges, JoinedBy, NO_DATE, Sex};
use growing::{Growing, Grown, Neighbours, Night};
use parts::Part;
use places::Counts;
use rayon::prelude::*;

/// What may contradict, of one profile, in one cache line; while clusters grow, of all profiles of a set at its root.
#[derive(Clone, Copy, Debug)]
#[repr(align(64))]
pub struct Side {
    /// Trusted valid ID number as a value equal only for equal numbers; 0: none.
    pub id: u64,
    /// Sources of the profile, one bit each.
    pub sources: u64,
    /// Those of them with more than one record.
    pub repeated: u64,
    /// Sources that state the name, one bit each; counted while clusters grow.
    pub stated_by: u64,
    /// Birth date known to the day, in days since 1970-01-01; [`NO_DATE`]: unknown.
    pub birth: i32,
    /// Number of the whole name, equal for equal names; 0: none, a title or a damaged one.
    pub name: u32,
    /// Head of the household as a value equal for equal heads, and the place under that head; zeros: unknown.
    pub role: (u32, u8),
    /// Sex.
    pub sex: Sex,
}

impl Default for Side {
    /// Of whom nothing is known.
    fn default() -> Self {
        let (birth, sex) = (NO_DATE, Sex::Unknown);
        Self { id: 0, sources: 0, repeated: 0, stated_by: 0, birth, name: 0, role: (0, 0), sex }
    }
}

/// Why a pair was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Refusal {
    /// The two sides hold two different valid ID numbers.
    TwoIds,
    /// Births far apart, and the pair's own weight is not strong enough to doubt them.
    TwoBirths,
    /// Both birth and sex differ.
    BirthAndSex,
    /// Several sources give each side a name of its own, and the two can hardly be one person's: twins, not a slip.
    TwoNames,
    /// A record with little identity fits another person nearly as well.
    Rivals,
    /// Both sides hold a record of one source that lists each person once.
    OneSource,
    /// The pair agrees, the rest of the two sides does not.
    Rest,
}

impl Refusal {
    /// The published name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::TwoIds => "two_ids",
            Self::TwoBirths => "two_births",
            Self::BirthAndSex => "birth_and_sex",
            Self::TwoNames => "two_names",
            Self::Rivals => "rivals",
            Self::OneSource => "one_source",
            Self::Rest => "rest_differs",
        }
    }

    /// The reason in words; `None` for a name that is no refusal's.
    pub fn in_words(name: &str) -> Option<Message> {
        let key = match name {
            "two_ids" => "cluster.why.two_ids",
            "two_births" => "cluster.why.two_births",
            "birth_and_sex" => "cluster.why.birth_and_sex",
            "two_names" => "cluster.why.two_names",
            "rivals" => "cluster.why.rivals",
            "one_source" => "cluster.why.one_source",
            "rest_differs" => "cluster.why.rest_differs",
            _ => return None,
        };
        Some(Message::new(key))
    }
}

/// Which profiles are one person.
#[derive(Clone, Debug, Default)]
pub struct Clusters {
    /// Number of the cluster of each profile, counted up by first profile.
    pub of_profile: Vec<u32>,
    /// Number of clusters.
    pub count: usize,
    /// Strongest weight that joins the profile to another of its cluster; NaN if it is alone.
    pub weight: Vec<f32>,
    /// How the profile was joined.
    pub joined_by: Vec<JoinedBy>,
    /// Pairs refused, as (place in the edges, why), in the order of edges.
    pub refused: Vec<(u32, Refusal)>,
    /// Places in the edges of pairs that joined though they are lighter than a match, ascending.
    pub lighter: Vec<u32>,
    /// What the sources of both sides of a pair say.
    pub places: Places,
}

/// How one profile is joined.
#[derive(Clone, Copy, Debug)]
struct Joined {
    /// The first profile of its cluster.
    first: u32,
    /// As in [`Clusters`].
    weight: f32,
    /// As in [`Clusters`].
    joined_by: JoinedBy,
}

/// Grows clusters by `edges`, of which `parts` were made, down to `weight_min` bits. `side` says what may contradict of each
/// profile; it is asked whenever a part begins to grow, since all of them together would be as large as the profiles are.
/// `names_apart` says of two whole names, by number, whether they can hardly be one person's; `places` is what another night,
/// or the whole of it, says of its sources, else they are counted here.
pub fn grow(
    (side, edges, parts): (&(impl Fn(u32) -> Side + Sync), &Edges, &Parts),
    weight_min: f32,
    names_apart: &(impl Fn(u32, u32) -> bool + Sync),
    places: Option<&Places>,
) -> Clusters {
    let night = Night { side, weight_min, names_apart };
    let all: Vec<Part<'_>> = parts.iter().collect();
    let strong_min = weight_min + places::LEAST_BITS;
    // What sources say is counted once strong pairs have joined, where there are others.
    let counts = places.is_none() && edges.count_from(strong_min) < edges.count_from(weight_min - places::MOST_BITS);
    let places = match places {
        Some(places) => places.clone(),
        None if counts => {
            let count = |mut counts: Counts, part: &Part<'_>| {
                let neighbours = Neighbours::new(*part);
                let mut growing = Growing::new(&night, *part, &neighbours);
                growing.grow(0, strong_min);
                growing.count(&mut counts);
                counts
            };
            all.par_iter().fold(Counts::default, count).reduce(Counts::default, |all, more| all.and(&more)).places()
        }
        None => Places::default(),
    };
    let mut joined = vec![Joined { first: 0, weight: f32::NAN, joined_by: JoinedBy::Single }; parts.place_of.len()];
    let mut rest = &mut joined[..];
    let mut tasks: Vec<(Part<'_>, &mut [Joined])> = Vec::with_capacity(all.len());
    for part in all {
        let (own, after) = rest.split_at_mut(part.members.len());
        tasks.push((part, own));
        rest = after;
    }
    let grow_part = |(part, joined): (Part<'_>, &mut [Joined])| {
        let neighbours = Neighbours::new(part);
        let mut growing = Growing::new(&night, part, &neighbours);
        // Strong pairs join once more where sets were counted: to keep all parts as they were then would take more memory than
        // the profiles do.
        let from = if counts { growing.grow(0, strong_min) } else { 0 };
        growing.set_places(&places);
        growing.grow(from, weight_min - places::MOST_BITS);
        growing.join_only_candidates();
        growing.finish(joined)
    };
    let grown: Vec<Grown> = tasks.into_par_iter().map(grow_part).collect();
    let mut clusters = Clusters { places, ..Clusters::default() };
    for mut part in grown {
        clusters.refused.append(&mut part.refused);
        clusters.lighter.append(&mut part.lighter);
    }
    clusters.refused.sort_unstable_by_key(|refused| refused.0);
    clusters.lighter.sort_unstable();
    number(parts, &joined, &mut clusters);
    clusters
}

/// Numbers the clusters by their first profiles, and brings what was found into the order of profiles.
fn number(parts: &Parts, joined: &[Joined], clusters: &mut Clusters) {
    let place_of = &parts.place_of[..];
    let of_profile = |p: usize| {
        if let Some(&soon) = place_of.get(p + AHEAD) {
            prefetch(joined, soon as usize);
        }
        joined[place_of[p] as usize]
    };
    let of_profiles: Vec<Joined> = (0..joined.len()).into_par_iter().map(of_profile).collect();
    let mut numbers = vec![0; joined.len()];
    for (p, _) in of_profiles.iter().enumerate().filter(|(p, joined)| joined.first as usize == *p) {
        numbers[p] = clusters.count as u32;
        clusters.count += 1;
    }
    clusters.of_profile = of_profiles.par_iter().map(|joined| numbers[joined.first as usize]).collect();
    clusters.weight = of_profiles.par_iter().map(|joined| joined.weight).collect();
    clusters.joined_by = of_profiles.par_iter().map(|joined| joined.joined_by).collect();
}

#[cfg(test)]
mod tests {
    use super::*;

    use crate::tables::Edge;
    use proptest::prelude::*;

    fn grow(sides: &[Side], edges: &[Edge], weight_min: f32, apart: &(impl Fn(u32, u32) -> bool + Sync)) -> Clusters {
        let connected = Connected::by(sides.len(), &[edges.to_vec()]);
        let edges = Edges::sorted(&[edges.to_vec()]);
        super::grow((&|p| sides[p as usize], &edges, &Parts::of(&connected, &edges)), weight_min, apart, None)
    }

    fn edge(a: u32, b: u32, weight: f32) -> Edge {
        Edge::new(a, b, weight, 0, false)
    }

    fn apart(a: u32, b: u32) -> bool {
        a != b
    }

    fn unknown(n: usize) -> Vec<Side> {
        vec![Side { sources: 1, ..Side::default() }; n]
    }

    fn set<T, const N: usize>(sides: &mut [Side], of: impl Fn(&mut Side) -> &mut T, values: [T; N]) {
        sides.iter_mut().zip(values).for_each(|(side, value)| *of(side) = value);
    }

    #[test]
    fn two_ids_never_meet_through_a_chain() {
        let mut evidence = unknown(4);
        (evidence[0].id, evidence[3].id) = (7, 8);
        let edges = [edge(0, 1, 20.0), edge(2, 3, 18.0), edge(1, 2, 15.0)];
        let clusters = grow(&evidence, &edges, 0.0, &apart);
        assert_eq!(clusters.of_profile, [0, 0, 1, 1]);
        assert_eq!(clusters.refused, [(2, Refusal::TwoIds)]);
        assert_eq!(clusters.weight, [20.0, 20.0, 18.0, 18.0]);
    }

    #[test]
    fn the_best_evidence_wins_and_light_pairs_join_nothing() {
        let mut evidence = unknown(4);
        (evidence[0].id, evidence[2].id) = (7, 8);
        let edges = [edge(0, 1, 20.0), edge(1, 2, 16.0), edge(0, 3, 1.0)];
        let clusters = grow(&evidence, &edges, 2.0, &apart);
        assert_eq!(clusters.of_profile, [0, 0, 1, 2]);
        assert!(clusters.weight[2].is_nan() && clusters.joined_by[2] == JoinedBy::Single);
    }

    #[test]
    fn births_far_apart_need_strong_evidence() {
        for (weight, expected) in [(8.0, 2), (16.0, 1)] {
            let mut evidence = unknown(2);
            set(&mut evidence, |side| &mut side.birth, [0, 9000]);
            assert_eq!(grow(&evidence, &[edge(0, 1, weight)], 0.0, &apart).count, expected);
        }
    }

    #[test]
    fn a_record_that_fits_two_persons_joins_neither() {
        for (rival, expected) in [(9.5, 3), (5.0, 2)] {
            let mut evidence = unknown(3);
            (evidence[0].id, evidence[1].id) = (7, 8);
            let clusters = grow(&evidence, &[edge(0, 2, 10.0), edge(1, 2, rival)], 0.0, &apart);
            assert_eq!(clusters.count, expected, "{rival}");
        }
    }

    #[test]
    fn two_persons_are_not_joined_by_one_pair_of_many() {
        for (others, bridge, expected) in [(0, 4.0, 2), (1, 4.0, 1), (0, 14.0, 1)] {
            let mut edges = vec![edge(0, 1, 20.0), edge(2, 3, 19.0), edge(1, 2, bridge)];
            edges.extend([edge(0, 2, -2.0)].into_iter().take(others));
            let clusters = grow(&unknown(4), &edges, 0.0, &apart);
            assert_eq!(clusters.count, expected, "{others} {bridge}");
        }
        let one = [edge(0, 1, 20.0), edge(1, 2, 1.0)];
        assert_eq!(grow(&unknown(3), &one, 0.0, &apart).count, 1, "a single profile joins by one pair");
    }

    #[test]
    fn twins_keep_their_names() {
        let mut evidence = unknown(4);
        set(&mut evidence, |side| &mut side.name, [1, 1, 2, 2]);
        set(&mut evidence, |side| &mut side.sources, [1, 2, 1, 2]);
        let edges = [edge(0, 1, 30.0), edge(2, 3, 29.0), edge(1, 2, 20.0)];
        let clusters = grow(&evidence, &edges, 0.0, &apart);
        assert_eq!(clusters.of_profile, [0, 0, 1, 1]);
        assert_eq!(clusters.refused, [(2, Refusal::TwoNames)]);
    }

    #[test]
    fn a_title_joins_its_only_candidate() {
        for (second, expected) in [(None, 2), (Some(edge(2, 4, -0.5)), 3)] {
            let mut evidence = unknown(5);
            (evidence[0].id, evidence[2].id) = (7, 8);
            set(&mut evidence, |side| &mut side.name, [1, 1, 2, 2, 0]);
            evidence[4].sex = Sex::Male;
            let edges: Vec<Edge> =
                [edge(0, 1, 20.0), edge(2, 3, 19.0), edge(0, 4, 0.5)].into_iter().chain(second).collect();
            assert_eq!(grow(&evidence, &edges, 3.0, &apart).count, expected);
        }
    }

    /// Enough for what sources say of double rows to count.
    const PROFILES: u32 = 500;

    /// Profiles that contradict each other often, and pairs of all weights.
    fn any_night() -> impl Strategy<Value = (Vec<Side>, Edges)> {
        let side = (0_u64..4, 1_u64..8, 0_u64..2, -800_i32..800, 0_u32..3, 0_u32..3, 0_u8..3, 0_usize..3);
        let side = side.prop_map(|(id, sources, repeated, birth, name, head, place, sex)| Side {
            id: id.saturating_sub(1),
            sources,
            repeated: repeated & sources,
            birth: if birth < -400 { NO_DATE } else { birth },
            name,
            role: if head == 0 { (0, 0) } else { (head, place) },
            sex: [Sex::Unknown, Sex::Male, Sex::Female][sex],
            ..Side::default()
        });
        let pairs = proptest::collection::vec((0..PROFILES, 0..PROFILES, -90_i32..300, any::<bool>()), 0..700);
        (proptest::collection::vec(side, PROFILES as usize), pairs).prop_map(|(sides, pairs)| {
            let edges: Vec<Edge> = (pairs.into_iter().filter(|(a, b, ..)| a != b))
                .map(|(a, b, weight, by_id)| Edge::new(a.min(b), a.max(b), weight as f32 / 10.0, 0, by_id))
                .collect();
            (sides, Edges::sorted(&[edges]))
        })
    }

    proptest! {
        #[test]
        fn parts_know_nothing_of_each_other((sides, edges) in any_night(), bits in 0_u32..7) {
            let connected = Connected::by(sides.len(), &[edges.clone().into_vec()]);
            let of = |bits: u32| {
                let parts = Parts::of_size(&connected, &edges, bits);
                let clusters = super::grow((&|p| sides[p as usize], &edges, &parts), 1.0, &apart, None);
                let weight: Vec<u32> = clusters.weight.iter().map(|bits| bits.to_bits()).collect();
                let places = clusters.places.bits(0b010, 0b010);
                (clusters.of_profile, weight, clusters.joined_by, clusters.refused, clusters.lighter, places.to_bits())
            };
            prop_assert_eq!(of(bits), of(31));
        }
    }
}
