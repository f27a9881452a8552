//! Persons from pairs: clusters grow by descending weight, and a pair that would bring contradicting members together is
//! refused, however it came about. It scores nothing; every refused pair leaves with its reason.

mod joint;
mod places;

pub use joint::{Whole, grow_whole};
pub use places::Places;

use crate::kernels::prefetch::{AHEAD, prefetch};
use crate::kernels::union_find::UnionFind;
use crate::tables::{Edge, JoinedBy, NO_DATE, Sex};

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

/// Days by which two births must differ to contradict.
const BIRTHS_APART_DAYS: i32 = 2 * 366;
/// A pair of this weight or more doubts a birth date rather than itself.
const DOUBTS_BIRTH_BITS: f32 = 14.0;

/// A rival's weight may be this much less and still leave the choice open.
const RIVAL_BITS: f32 = 2.0;
/// So many sources must state a name on each side for it to be a second name rather than a slip.
const NAME_SOURCES_MIN: u32 = 2;

/// A record with next to no identity may join its only candidate by a pair this much lighter than a match.
const ONLY_CANDIDATE_BITS: f32 = 4.0;

/// A pair may be this much lighter than a match and still join two sides: those who grow clusters give such pairs as well.
pub const LIGHTER_BITS: f32 = ONLY_CANDIDATE_BITS + places::MOST_BITS;

/// A pair heavier than a match by this many bits joins two persons of several profiles each, whatever the other pairs say.
const FEW_PAIRS_BITS: f32 = 12.0;
/// Persons of more profiles are not asked.
const ASKED_MAX: usize = 64;
/// Pairs lighter than a match by at most so many bits agree.
const AGREEING_BELOW_BITS: f32 = 4.0;
/// Share of the pairs between two such persons that must agree.
const AGREEING_SHARE: f32 = 0.5;

struct Growing<'a, F> {
    sets: UnionFind,
    /// What it says that both sides, or one of them, have a record of a source, or a place in the household.
    places: Places,
    /// How often places in one household were the same where sets were joined, and how often not.
    roles: [u32; 2],
    /// Valid at the root of each set.
    sides: Vec<Side>,
    /// The next profile of the same set, round and round.
    next: Vec<u32>,
    names_apart: &'a F,
}

impl<F: Fn(u32, u32) -> bool> Growing<'_, F> {
    /// Why the sets of roots `a` and `b` must not meet, whatever joins them.
    fn contradiction(&self, a: usize, b: usize) -> Option<Refusal> {
        let (x, y) = (&self.sides[a], &self.sides[b]);
        if x.id != 0 && y.id != 0 {
            // Two trusted numbers settle births, sexes and names as well.
            return (x.id != y.id).then_some(Refusal::TwoIds);
        }
        if self.births_apart(a, b) && self.sexes_differ(a, b) {
            return Some(Refusal::BirthAndSex);
        }
        let twice = [x, y].iter().all(|side| side.stated_by.count_ones() >= NAME_SOURCES_MIN);
        (twice && (self.names_apart)(x.name, y.name)).then_some(Refusal::TwoNames)
    }

    fn births_apart(&self, a: usize, b: usize) -> bool {
        let (x, y) = (self.sides[a].birth, self.sides[b].birth);
        x != NO_DATE && y != NO_DATE && (x - y).abs() > BIRTHS_APART_DAYS
    }

    fn sexes_differ(&self, a: usize, b: usize) -> bool {
        let (x, y) = (self.sides[a].sex, self.sides[b].sex);
        x != Sex::Unknown && y != Sex::Unknown && x != y
    }

    /// What sources and places in the household of the sets of roots `a` and `b` add to a pair's weight.
    fn place_bits(&self, a: usize, b: usize) -> f32 {
        let (x, y) = (&self.sides[a], &self.sides[b]);
        self.places.bits(x.sources, y.sources) + self.places.role_bits(x.role, y.role)
    }

    fn refusal(
        &mut self,
        (a, b): (usize, usize),
        edge: &Edge,
        edges: &[Edge],
        neighbours: &Neighbours,
        weight_min: f32,
    ) -> Option<Refusal> {
        let settled = self.sides[a].id != 0 && self.sides[a].id == self.sides[b].id;
        if settled {
            return None;
        }
        if let Some(refusal) = self.contradiction(a, b) {
            return Some(refusal);
        }
        if edge.weight < DOUBTS_BIRTH_BITS && self.births_apart(a, b) {
            return Some(Refusal::TwoBirths);
        }
        let weight = edge.weight + self.place_bits(a, b);
        if weight < weight_min {
            return Some(Refusal::OneSource);
        }
        if weight < weight_min + FEW_PAIRS_BITS && self.few_pairs_agree(a, b, edges, neighbours, weight_min) {
            return Some(Refusal::Rest);
        }
        let rivals =
            [(edge.a, b), (edge.b, a)].into_iter().any(|(p, root)| self.has_rival(p, root, edge, edges, neighbours));
        rivals.then_some(Refusal::Rivals)
    }

    /// Whether two persons of several profiles each would be joined by few pairs of the many there are: namesakes of whom one
    /// record of each happens to agree.
    fn few_pairs_agree(
        &mut self,
        a: usize,
        b: usize,
        edges: &[Edge],
        neighbours: &Neighbours,
        weight_min: f32,
    ) -> bool {
        let [size_a, size_b] = [a, b].map(|root| self.sets.size(root as u32) as usize);
        let (small, large) = if size_a <= size_b { (a as u32, b as u32) } else { (b as u32, a as u32) };
        if size_a.min(size_b) < 2 || size_a.max(size_b) > ASKED_MAX {
            return false;
        }
        let (mut agreeing, mut p) = (0_usize, small);
        loop {
            let near = neighbours.of(p).iter().map(|&place| &edges[place as usize]);
            for edge in near.take_while(|edge| edge.weight >= weight_min - AGREEING_BELOW_BITS) {
                let other = if edge.a == p { edge.b } else { edge.a };
                agreeing += usize::from(self.sets.find(other) == large);
            }
            p = self.next[p as usize];
            if p == small {
                break;
            }
        }
        (agreeing as f32) < AGREEING_SHARE * (size_a * size_b) as f32
    }

    /// Whether profile `p`, alone so far and without an ID number, fits a person who contradicts the set of `root` nearly as
    /// well as that set.
    fn has_rival(&mut self, p: u32, root: usize, edge: &Edge, edges: &[Edge], neighbours: &Neighbours) -> bool {
        if self.sides[p as usize].id != 0 || self.sets.size(p) > 1 {
            return false;
        }
        let weight = edge.weight + self.place_bits(p as usize, root);
        neighbours
            .of(p)
            .iter()
            .map(|&place| &edges[place as usize])
            .take_while(|other| other.weight >= weight - RIVAL_BITS - places::MOST_BITS)
            .any(|other| {
                let rival = self.sets.find(if other.a == p { other.b } else { other.a }) as usize;
                rival != root
                    && other.weight + self.place_bits(p as usize, rival) >= weight - RIVAL_BITS
                    && self.contradiction(rival, root).is_some()
            })
    }

    fn join(&mut self, a: u32, b: u32) {
        if let Some((kept, lost)) = self.sets.join(a, b) {
            let (kept, lost) = (kept as usize, lost as usize);
            self.next.swap(kept, lost);
            let from = self.sides[lost];
            let into = &mut self.sides[kept];
            // A trusted number brings its birth and sex along.
            if into.id == 0 && (from.id != 0 || into.birth == NO_DATE) {
                into.birth = if from.birth == NO_DATE { into.birth } else { from.birth };
            }
            if into.sex == Sex::Unknown || into.id == 0 && from.id != 0 {
                into.sex = if from.sex == Sex::Unknown { into.sex } else { from.sex };
            }
            if into.id == 0 {
                into.id = from.id;
            }
            if into.role.0 == 0 {
                into.role = from.role;
            } else if into.role.0 == from.role.0 {
                self.roles[usize::from(places::roles_differ(into.role, from.role))] += 1;
            }
            into.repeated |= from.repeated | into.sources & from.sources;
            into.sources |= from.sources;
            if into.name == from.name {
                into.stated_by |= from.stated_by;
            } else if from.stated_by.count_ones() > into.stated_by.count_ones() {
                (into.name, into.stated_by) = (from.name, from.stated_by);
            }
        }
    }

    /// Asks for the memory of the pairs that come: of the sets of those far off, of the sides of those that are near.
    fn ask_ahead(&self, edges: &[Edge], place: usize, weight: &[f32]) {
        if let Some(edge) = edges.get(place + 2 * AHEAD) {
            [edge.a, edge.b].into_iter().for_each(|p| self.sets.prefetch(p));
        }
        if let Some(edge) = edges.get(place + AHEAD) {
            for p in [edge.a, edge.b] {
                prefetch(&self.sides, self.sets.above(p) as usize);
                prefetch(weight, p as usize);
            }
        }
    }
}

/// Edges of each profile, heaviest first.
struct Neighbours {
    starts: Vec<u32>,
    places: Vec<u32>,
}

impl Neighbours {
    fn new(profiles: usize, edges: &[Edge]) -> Self {
        let mut starts = vec![0_u32; profiles + 1];
        edges.iter().flat_map(|edge| [edge.a, edge.b]).for_each(|p| starts[p as usize + 1] += 1);
        (1..starts.len()).for_each(|p| starts[p] += starts[p - 1]);
        let mut next = starts.clone();
        let mut places = vec![0; 2 * edges.len()];
        for (place, edge) in edges.iter().enumerate() {
            for p in [edge.a as usize, edge.b as usize] {
                places[next[p] as usize] = place as u32;
                next[p] += 1;
            }
        }
        Self { starts, places }
    }

    fn of(&self, p: u32) -> &[u32] {
        &self.places[self.starts[p as usize] as usize..self.starts[p as usize + 1] as usize]
    }
}

/// Grows clusters by `edges`, which must be sorted by [`crate::tables::sort_edges`], down to `weight_min` bits.
/// `names_apart` says of two whole names, by number, whether they can hardly be one person's.
pub fn grow(sides: Vec<Side>, edges: &[Edge], weight_min: f32, names_apart: &impl Fn(u32, u32) -> bool) -> Clusters {
    grow_with(sides, edges, weight_min, names_apart, None)
}

/// [`grow`] with what another night, or the whole of it, says of its sources.
pub fn grow_with(
    mut sides: Vec<Side>,
    edges: &[Edge],
    weight_min: f32,
    names_apart: &impl Fn(u32, u32) -> bool,
    places: Option<&Places>,
) -> Clusters {
    let profiles = sides.len();
    sides.iter_mut().for_each(|side| side.stated_by = if side.name == 0 { 0 } else { side.sources });
    let mut strong = places.is_none();
    let places = places.cloned().unwrap_or_default();
    let (sets, next) = (UnionFind::new(profiles), (0..profiles as u32).collect());
    let mut growing = Growing { sets, places, roles: [0, 0], sides, next, names_apart };
    let neighbours = Neighbours::new(profiles, edges);
    let mut clusters = Clusters {
        weight: vec![f32::NAN; profiles],
        joined_by: vec![JoinedBy::Single; profiles],
        ..Clusters::default()
    };
    for (place, edge) in edges.iter().enumerate().take_while(|(_, edge)| edge.weight >= weight_min - places::MOST_BITS)
    {
        growing.ask_ahead(edges, place, &clusters.weight);
        if strong && edge.weight < weight_min + places::LEAST_BITS {
            growing.places = Places::of(&mut growing.sets, &growing.sides, growing.roles);
            strong = false;
        }
        let (a, b) = (growing.sets.find(edge.a), growing.sets.find(edge.b));
        if a != b {
            if edge.weight < weight_min && edge.weight + growing.place_bits(a as usize, b as usize) < weight_min {
                continue;
            }
            if let Some(refusal) = growing.refusal((a as usize, b as usize), edge, edges, &neighbours, weight_min) {
                clusters.refused.push((place as u32, refusal));
                continue;
            }
            growing.join(a, b);
            if edge.weight < weight_min {
                clusters.lighter.push(place as u32);
            }
        } else if edge.weight < weight_min {
            continue;
        }
        for p in [edge.a as usize, edge.b as usize] {
            // Edges come heaviest first: the first one that holds is the strongest.
            if clusters.weight[p].is_nan() {
                clusters.weight[p] = edge.weight;
                clusters.joined_by[p] = if edge.by_id { JoinedBy::Id } else { JoinedBy::Model };
            }
        }
    }
    join_only_candidates(&mut growing, edges, weight_min, &neighbours, &mut clusters);
    clusters.lighter.sort_unstable();
    (clusters.of_profile, clusters.count) = growing.sets.numbered();
    clusters.places = growing.places;
    clusters
}

/// Records with next to no identity (a title and a sex, no ID number) that are still alone join the one person whom their
/// household leaves, if there is just one, though the pair alone would be too light.
fn join_only_candidates<F: Fn(u32, u32) -> bool>(
    growing: &mut Growing<'_, F>,
    edges: &[Edge],
    weight_min: f32,
    neighbours: &Neighbours,
    clusters: &mut Clusters,
) {
    let alone: Vec<u32> = (0..growing.sides.len() as u32)
        .filter(|&p| {
            let side = &growing.sides[p as usize];
            side.id == 0 && side.name == 0 && side.sex != Sex::Unknown && clusters.weight[p as usize].is_nan()
        })
        .collect();
    // Decided before any of them joins, so that their order says nothing.
    let mut chosen: Vec<(u32, u32, u32)> = Vec::new();
    for p in alone {
        let mut candidate = None;
        let mut several = false;
        for &place in neighbours.of(p) {
            let edge = &edges[place as usize];
            if edge.weight < weight_min - ONLY_CANDIDATE_BITS - places::MOST_BITS {
                break;
            }
            let root = growing.sets.find(if edge.a == p { edge.b } else { edge.a });
            let weight = edge.weight + growing.place_bits(p as usize, root as usize);
            if weight < weight_min - ONLY_CANDIDATE_BITS || growing.sets.size(root) < 2 {
                continue;
            }
            match candidate {
                None => candidate = Some((place, root)),
                Some((_, other)) => several |= other != root,
            }
        }
        if let (Some((place, root)), false) = (candidate, several) {
            chosen.push((p, place, root));
        }
    }
    for (p, place, root) in chosen {
        let edge = &edges[place as usize];
        let (a, b) = (growing.sets.find(p), growing.sets.find(root));
        if a != b
            && growing.contradiction(a as usize, b as usize).is_none()
            && !growing.sexes_differ(a as usize, b as usize)
        {
            growing.join(a, b);
            clusters.lighter.push(place);
            clusters.weight[p as usize] = edge.weight;
            clusters.joined_by[p as usize] = JoinedBy::Model;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edge(a: u32, b: u32, weight: f32) -> Edge {
        Edge { a, b, weight, pattern: 0, by_id: false }
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
        let clusters = grow(evidence, &edges, 0.0, &apart);
        assert_eq!(clusters.of_profile, [0, 0, 1, 1]);
        assert_eq!(clusters.refused, [(2, Refusal::TwoIds)]);
        assert_eq!(clusters.weight, [20.0, 20.0, 18.0, 18.0]);
    }

    #[test]
    fn the_best_evidence_wins_and_light_pairs_join_nothing() {
        let mut evidence = unknown(4);
        (evidence[0].id, evidence[2].id) = (7, 8);
        let edges = [edge(0, 1, 20.0), edge(1, 2, 16.0), edge(0, 3, 1.0)];
        let clusters = grow(evidence, &edges, 2.0, &apart);
        assert_eq!(clusters.of_profile, [0, 0, 1, 2]);
        assert!(clusters.weight[2].is_nan() && clusters.joined_by[2] == JoinedBy::Single);
    }

    #[test]
    fn births_far_apart_need_strong_evidence() {
        for (weight, expected) in [(8.0, 2), (16.0, 1)] {
            let mut evidence = unknown(2);
            set(&mut evidence, |side| &mut side.birth, [0, 9000]);
            assert_eq!(grow(evidence, &[edge(0, 1, weight)], 0.0, &apart).count, expected);
        }
    }

    #[test]
    fn a_record_that_fits_two_persons_joins_neither() {
        for (rival, expected) in [(9.5, 3), (5.0, 2)] {
            let mut evidence = unknown(3);
            (evidence[0].id, evidence[1].id) = (7, 8);
            let clusters = grow(evidence, &[edge(0, 2, 10.0), edge(1, 2, rival)], 0.0, &apart);
            assert_eq!(clusters.count, expected, "{rival}");
        }
    }

    #[test]
    fn two_persons_are_not_joined_by_one_pair_of_many() {
        for (others, bridge, expected) in [(0, 4.0, 2), (1, 4.0, 1), (0, 14.0, 1)] {
            let mut edges = vec![edge(0, 1, 20.0), edge(2, 3, 19.0), edge(1, 2, bridge)];
            edges.extend([edge(0, 2, -2.0)].into_iter().take(others));
            let clusters = grow(unknown(4), &edges, 0.0, &apart);
            assert_eq!(clusters.count, expected, "{others} {bridge}");
        }
        let one = [edge(0, 1, 20.0), edge(1, 2, 1.0)];
        assert_eq!(grow(unknown(3), &one, 0.0, &apart).count, 1, "a single profile joins by one pair");
    }

    #[test]
    fn twins_keep_their_names() {
        let mut evidence = unknown(4);
        set(&mut evidence, |side| &mut side.name, [1, 1, 2, 2]);
        set(&mut evidence, |side| &mut side.sources, [1, 2, 1, 2]);
        let edges = [edge(0, 1, 30.0), edge(2, 3, 29.0), edge(1, 2, 20.0)];
        let clusters = grow(evidence, &edges, 0.0, &apart);
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
            assert_eq!(grow(evidence, &edges, 3.0, &apart).count, expected);
        }
    }
}
