//! Persons from pairs: clusters grow by descending weight, and a pair that would bring contradicting members together is
//! refused, however it came about. It scores nothing; every refused pair leaves with its reason.

mod joint;
mod places;

pub use joint::{Whole, grow_whole};
pub use places::Places;

use crate::kernels::union_find::UnionFind;
use crate::tables::{Edge, JoinedBy, NO_DATE, Sex};

/// What may contradict, of each profile.
#[derive(Clone, Debug, Default)]
pub struct Evidence {
    /// Trusted valid ID number as a value equal only for equal numbers; 0: none.
    pub id: Vec<u64>,
    /// Birth date known to the day, in days since 1970-01-01; [`NO_DATE`]: unknown.
    pub birth: Vec<i32>,
    /// Sex.
    pub sex: Vec<Sex>,
    /// Number of the whole name, equal for equal names; 0: none, a title or a damaged one.
    pub name: Vec<u32>,
    /// Sources of the profile, one bit each.
    pub sources: Vec<u64>,
    /// Those of them with more than one record.
    pub repeated: Vec<u64>,
    /// Head of the household as a value equal for equal heads, and the place under that head; zeros: unknown.
    pub role: Vec<(u32, u8)>,
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
    evidence: Evidence,
    /// Sources that state the name of the set's root, one bit each.
    stated_by: Vec<u64>,
    /// The next profile of the same set, round and round.
    next: Vec<u32>,
    names_apart: &'a F,
}

impl<F: Fn(u32, u32) -> bool> Growing<'_, F> {
    /// Why the sets of roots `a` and `b` must not meet, whatever joins them.
    fn contradiction(&self, a: usize, b: usize) -> Option<Refusal> {
        let of = &self.evidence;
        if of.id[a] != 0 && of.id[b] != 0 {
            // Two trusted numbers settle births, sexes and names as well.
            return (of.id[a] != of.id[b]).then_some(Refusal::TwoIds);
        }
        if self.births_apart(a, b) && self.sexes_differ(a, b) {
            return Some(Refusal::BirthAndSex);
        }
        let twice = [a, b].iter().all(|&root| self.stated_by[root].count_ones() >= NAME_SOURCES_MIN);
        (twice && (self.names_apart)(of.name[a], of.name[b])).then_some(Refusal::TwoNames)
    }

    fn births_apart(&self, a: usize, b: usize) -> bool {
        let of = &self.evidence;
        of.birth[a] != NO_DATE && of.birth[b] != NO_DATE && (of.birth[a] - of.birth[b]).abs() > BIRTHS_APART_DAYS
    }

    fn sexes_differ(&self, a: usize, b: usize) -> bool {
        let of = &self.evidence;
        of.sex[a] != Sex::Unknown && of.sex[b] != Sex::Unknown && of.sex[a] != of.sex[b]
    }

    /// What sources and places in the household of the sets of roots `a` and `b` add to a pair's weight.
    fn place_bits(&self, a: usize, b: usize) -> f32 {
        let of = &self.evidence;
        self.places.bits(of.sources[a], of.sources[b]) + self.places.role_bits(of.role[a], of.role[b])
    }

    fn refusal(
        &mut self,
        (a, b): (usize, usize),
        edge: &Edge,
        edges: &[Edge],
        neighbours: &Neighbours,
        weight_min: f32,
    ) -> Option<Refusal> {
        let settled = self.evidence.id[a] != 0 && self.evidence.id[a] == self.evidence.id[b];
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
        if self.evidence.id[p as usize] != 0 || self.sets.size(p) > 1 {
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
            let of = &mut self.evidence;
            // A trusted number brings its birth and sex along.
            if of.id[kept] == 0 && (of.id[lost] != 0 || of.birth[kept] == NO_DATE) {
                of.birth[kept] = if of.birth[lost] == NO_DATE { of.birth[kept] } else { of.birth[lost] };
            }
            if of.sex[kept] == Sex::Unknown || of.id[kept] == 0 && of.id[lost] != 0 {
                of.sex[kept] = if of.sex[lost] == Sex::Unknown { of.sex[kept] } else { of.sex[lost] };
            }
            if of.id[kept] == 0 {
                of.id[kept] = of.id[lost];
            }
            if of.role[kept].0 == 0 {
                of.role[kept] = of.role[lost];
            } else if of.role[kept].0 == of.role[lost].0 {
                self.roles[usize::from(places::roles_differ(of.role[kept], of.role[lost]))] += 1;
            }
            of.repeated[kept] |= of.repeated[lost] | of.sources[kept] & of.sources[lost];
            of.sources[kept] |= of.sources[lost];
            if of.name[kept] == of.name[lost] {
                self.stated_by[kept] |= self.stated_by[lost];
            } else if self.stated_by[lost].count_ones() > self.stated_by[kept].count_ones() {
                (of.name[kept], self.stated_by[kept]) = (of.name[lost], self.stated_by[lost]);
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
pub fn grow(evidence: Evidence, edges: &[Edge], weight_min: f32, names_apart: &impl Fn(u32, u32) -> bool) -> Clusters {
    grow_with(evidence, edges, weight_min, names_apart, None)
}

/// [`grow`] with what another night, or the whole of it, says of its sources.
pub fn grow_with(
    evidence: Evidence,
    edges: &[Edge],
    weight_min: f32,
    names_apart: &impl Fn(u32, u32) -> bool,
    places: Option<&Places>,
) -> Clusters {
    let profiles = evidence.id.len();
    let stated_by =
        evidence.name.iter().zip(&evidence.sources).map(|(&name, &mask)| if name == 0 { 0 } else { mask }).collect();
    let mut strong = places.is_none();
    let places = places.cloned().unwrap_or_default();
    let (sets, next) = (UnionFind::new(profiles), (0..profiles as u32).collect());
    let mut growing = Growing { sets, places, roles: [0, 0], evidence, stated_by, next, names_apart };
    let neighbours = Neighbours::new(profiles, edges);
    let mut clusters = Clusters {
        weight: vec![f32::NAN; profiles],
        joined_by: vec![JoinedBy::Single; profiles],
        ..Clusters::default()
    };
    for (place, edge) in edges.iter().enumerate().take_while(|(_, edge)| edge.weight >= weight_min - places::MOST_BITS)
    {
        if strong && edge.weight < weight_min + places::LEAST_BITS {
            growing.places = Places::of(&mut growing.sets, &growing.evidence, growing.roles);
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
    let alone: Vec<u32> = (0..growing.evidence.id.len() as u32)
        .filter(|&p| {
            let (i, of) = (p as usize, &growing.evidence);
            of.id[i] == 0 && of.name[i] == 0 && of.sex[i] != Sex::Unknown && clusters.weight[i].is_nan()
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

    fn unknown(n: usize) -> Evidence {
        Evidence {
            id: vec![0; n],
            birth: vec![NO_DATE; n],
            sex: vec![Sex::Unknown; n],
            name: vec![0; n],
            sources: vec![1; n],
            repeated: vec![0; n],
            role: vec![(0, 0); n],
        }
    }

    #[test]
    fn two_ids_never_meet_through_a_chain() {
        let mut evidence = unknown(4);
        (evidence.id[0], evidence.id[3]) = (7, 8);
        let edges = [edge(0, 1, 20.0), edge(2, 3, 18.0), edge(1, 2, 15.0)];
        let clusters = grow(evidence, &edges, 0.0, &apart);
        assert_eq!(clusters.of_profile, [0, 0, 1, 1]);
        assert_eq!(clusters.refused, [(2, Refusal::TwoIds)]);
        assert_eq!(clusters.weight, [20.0, 20.0, 18.0, 18.0]);
    }

    #[test]
    fn the_best_evidence_wins_and_light_pairs_join_nothing() {
        let mut evidence = unknown(4);
        (evidence.id[0], evidence.id[2]) = (7, 8);
        let edges = [edge(0, 1, 20.0), edge(1, 2, 16.0), edge(0, 3, 1.0)];
        let clusters = grow(evidence, &edges, 2.0, &apart);
        assert_eq!(clusters.of_profile, [0, 0, 1, 2]);
        assert!(clusters.weight[2].is_nan() && clusters.joined_by[2] == JoinedBy::Single);
    }

    #[test]
    fn births_far_apart_need_strong_evidence() {
        for (weight, expected) in [(8.0, 2), (16.0, 1)] {
            let mut evidence = unknown(2);
            evidence.birth = vec![0, 9000];
            assert_eq!(grow(evidence, &[edge(0, 1, weight)], 0.0, &apart).count, expected);
        }
    }

    #[test]
    fn a_record_that_fits_two_persons_joins_neither() {
        for (rival, expected) in [(9.5, 3), (5.0, 2)] {
            let mut evidence = unknown(3);
            (evidence.id[0], evidence.id[1]) = (7, 8);
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
        evidence.name = vec![1, 1, 2, 2];
        evidence.sources = vec![1, 2, 1, 2];
        let edges = [edge(0, 1, 30.0), edge(2, 3, 29.0), edge(1, 2, 20.0)];
        let clusters = grow(evidence, &edges, 0.0, &apart);
        assert_eq!(clusters.of_profile, [0, 0, 1, 1]);
        assert_eq!(clusters.refused, [(2, Refusal::TwoNames)]);
    }

    #[test]
    fn a_title_joins_its_only_candidate() {
        for (second, expected) in [(None, 2), (Some(edge(2, 4, -0.5)), 3)] {
            let mut evidence = unknown(5);
            (evidence.id[0], evidence.id[2]) = (7, 8);
            evidence.name = vec![1, 1, 2, 2, 0];
            evidence.sex[4] = Sex::Male;
            let edges: Vec<Edge> =
                [edge(0, 1, 20.0), edge(2, 3, 19.0), edge(0, 4, 0.5)].into_iter().chain(second).collect();
            assert_eq!(grow(evidence, &edges, 3.0, &apart).count, expected);
        }
    }
}
