//! Clusters of one part of the profiles, grown by its pairs, heaviest first.

use super::parts::{Part, PartEdge};
use super::places::{self, Counts, Places};
use super::{Joined, Refusal, Side};
use crate::kernels::union_find::UnionFind;
use crate::tables::{JoinedBy, NO_DATE, Sex};

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

/// What is the same for all parts.
pub(super) struct Night<'a, S, F> {
    /// Says what may contradict, of a profile.
    pub(super) side: &'a S,
    /// Bits from which on a pair joins.
    pub(super) weight_min: f32,
    /// Says of two whole names, by number, whether they can hardly be one person's.
    pub(super) names_apart: &'a F,
}

/// The clusters of a part while they grow; profiles and edges by their places in the part.
pub(super) struct Growing<'a, S, F> {
    night: &'a Night<'a, S, F>,
    part: Part<'a>,
    neighbours: &'a Neighbours,
    sets: UnionFind,
    /// What it says that both sides, or one of them, have a record of a source, or a place in the household.
    places: Places,
    /// How often places in one household were the same where sets were joined, and how often not.
    roles: [u32; 2],
    /// Valid at the root of each set.
    sides: Vec<Side>,
    /// The next profile of the same set, round and round.
    next: Vec<u32>,
    /// Weight of the strongest edge by which each profile is joined, NaN while it is alone, and how.
    joined: Vec<(f32, JoinedBy)>,
    /// Both ends of refused pairs, in the order of `grown.refused`.
    apart: Vec<(u32, u32)>,
    grown: Grown,
}

/// What became of a part; edges by their places in the edges of the night.
#[derive(Debug, Default)]
pub(super) struct Grown {
    /// Pairs refused, and why.
    pub(super) refused: Vec<(u32, Refusal)>,
    /// Pairs that joined though they are lighter than a match.
    pub(super) lighter: Vec<u32>,
}

impl<'a, S: Fn(u32) -> Side, F: Fn(u32, u32) -> bool> Growing<'a, S, F> {
    /// Every profile of the part alone.
    pub(super) fn new(night: &'a Night<'a, S, F>, part: Part<'a>, neighbours: &'a Neighbours) -> Self {
        let side = |&p: &u32| {
            let side = (night.side)(p);
            Side { stated_by: if side.name == 0 { 0 } else { side.sources }, ..side }
        };
        let sides: Vec<Side> = part.members.iter().map(side).collect();
        let profiles = sides.len();
        Self {
            night,
            part,
            neighbours,
            sets: UnionFind::new(profiles),
            places: Places::default(),
            roles: [0, 0],
            sides,
            next: (0..profiles as u32).collect(),
            joined: vec![(f32::NAN, JoinedBy::Single); profiles],
            apart: Vec::new(),
            grown: Grown::default(),
        }
    }

    /// Lets pairs down to `least` bits join, from the place on that is given; returns the place of the first lighter one.
    pub(super) fn grow(&mut self, from: usize, least: f32) -> usize {
        let part = self.part;
        let coming = part.edges[from..].iter().take_while(|edge| edge.weight >= least);
        from + coming.map(|edge| self.take(edge)).count()
    }

    fn take(&mut self, edge: &PartEdge) {
        let weight_min = self.night.weight_min;
        let (a, b) = (self.sets.find(edge.a), self.sets.find(edge.b));
        if a != b {
            let sets = (a as usize, b as usize);
            if edge.weight < weight_min && edge.weight + self.place_bits(sets.0, sets.1) < weight_min {
                return;
            }
            if let Some(refusal) = self.refusal(sets, edge) {
                self.grown.refused.push((edge.place(), refusal));
                self.apart.push((edge.a, edge.b));
                return;
            }
            self.join(a, b);
            if edge.weight < weight_min {
                self.grown.lighter.push(edge.place());
            }
        } else if edge.weight < weight_min {
            return;
        }
        for p in [edge.a as usize, edge.b as usize] {
            // Edges come heaviest first: the first one that holds is the strongest.
            if self.joined[p].0.is_nan() {
                self.joined[p] = (edge.weight, if edge.by_id() { JoinedBy::Id } else { JoinedBy::Model });
            }
        }
    }

    /// Says from now on what the sources of both sides of a pair say.
    pub(super) fn set_places(&mut self, places: &Places) {
        self.places.clone_from(places);
    }

    /// Counts the sets as they are.
    pub(super) fn count(&mut self, counts: &mut Counts) {
        counts.add_roles(self.roles);
        for row in 0..self.sides.len() as u32 {
            if self.sets.find(row) == row {
                counts.add(&self.sides[row as usize]);
            }
        }
    }

    /// What became of the part. `joined` takes of each of its profiles, in their order, which cluster it is in and how.
    pub(super) fn finish(mut self, joined: &mut [Joined]) -> Grown {
        // What was refused and came to one person by another way is no refusal.
        let mut apart = self.apart.iter().map(|&(a, b)| self.sets.find(a) != self.sets.find(b));
        self.grown.refused.retain(|_| apart.next() == Some(true));
        let (set, count) = self.sets.numbered();
        let mut first = vec![u32::MAX; count];
        for (at, slot) in joined.iter_mut().enumerate() {
            // Profiles of a part are in ascending order: the first one of a set is its smallest.
            let first = &mut first[set[at] as usize];
            *first = (*first).min(self.part.members[at]);
            let (weight, joined_by) = self.joined[at];
            *slot = Joined { first: *first, weight, joined_by };
        }
        self.grown
    }

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
        (twice && (self.night.names_apart)(x.name, y.name)).then_some(Refusal::TwoNames)
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

    fn refusal(&mut self, (a, b): (usize, usize), edge: &PartEdge) -> Option<Refusal> {
        let weight_min = self.night.weight_min;
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
        if weight < weight_min + FEW_PAIRS_BITS && self.few_pairs_agree(a, b) {
            return Some(Refusal::Rest);
        }
        let rivals = [(edge.a, b), (edge.b, a)].into_iter().any(|(p, root)| self.has_rival(p, root, edge));
        rivals.then_some(Refusal::Rivals)
    }

    /// Whether two persons of several profiles each would be joined by few pairs of the many there are: namesakes of whom one
    /// record of each happens to agree.
    fn few_pairs_agree(&mut self, a: usize, b: usize) -> bool {
        let (neighbours, part, weight_min) = (self.neighbours, self.part, self.night.weight_min);
        let [size_a, size_b] = [a, b].map(|root| self.sets.size(root as u32) as usize);
        let (small, large) = if size_a <= size_b { (a as u32, b as u32) } else { (b as u32, a as u32) };
        if size_a.min(size_b) < 2 || size_a.max(size_b) > ASKED_MAX {
            return false;
        }
        let (mut agreeing, mut p) = (0_usize, small);
        loop {
            let near = neighbours.of(p).iter().map(|&place| &part.edges[place as usize]);
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
    fn has_rival(&mut self, p: u32, root: usize, edge: &PartEdge) -> bool {
        if self.sides[p as usize].id != 0 || self.sets.size(p) > 1 {
            return false;
        }
        let weight = edge.weight + self.place_bits(p as usize, root);
        let (neighbours, part) = (self.neighbours, self.part);
        neighbours
            .of(p)
            .iter()
            .map(|&place| &part.edges[place as usize])
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

    /// Records with next to no identity (a title and a sex, no ID number) that are still alone join the one person whom
    /// their household leaves, if there is just one, though the pair alone would be too light.
    pub(super) fn join_only_candidates(&mut self) {
        // Decided before any of them joins, so that their order says nothing.
        let chosen: Vec<(u32, u32, u32)> =
            (0..self.sides.len() as u32).filter_map(|p| self.only_candidate(p)).collect();
        for (p, place, root) in chosen {
            let edge = self.part.edges[place as usize];
            let (a, b) = (self.sets.find(p), self.sets.find(root));
            let (x, y) = (a as usize, b as usize);
            if a != b && self.contradiction(x, y).is_none() && !self.sexes_differ(x, y) {
                self.join(a, b);
                self.grown.lighter.push(edge.place());
                self.joined[p as usize] = (edge.weight, JoinedBy::Model);
            }
        }
    }

    /// A profile that may join its only candidate, the pair, and the candidate.
    fn only_candidate(&mut self, p: u32) -> Option<(u32, u32, u32)> {
        let side = &self.sides[p as usize];
        let alone = side.id == 0 && side.name == 0 && side.sex != Sex::Unknown && self.joined[p as usize].0.is_nan();
        let least = self.night.weight_min - ONLY_CANDIDATE_BITS;
        let mut candidate: Option<(u32, u32)> = None;
        let (neighbours, part) = (self.neighbours, self.part);
        for &place in neighbours.of(p).iter().take_while(|_| alone) {
            let edge = &part.edges[place as usize];
            if edge.weight < least - places::MOST_BITS {
                break;
            }
            let root = self.sets.find(if edge.a == p { edge.b } else { edge.a });
            let weight = edge.weight + self.place_bits(p as usize, root as usize);
            if weight < least || self.sets.size(root) < 2 {
                continue;
            }
            match candidate {
                None => candidate = Some((place, root)),
                Some((_, other)) if other != root => return None,
                Some(_) => {}
            }
        }
        candidate.map(|(place, root)| (p, place, root))
    }
}

/// Edges of each profile of a part, heaviest first.
pub(super) struct Neighbours {
    starts: Vec<u32>,
    places: Vec<u32>,
}

impl Neighbours {
    pub(super) fn new(Part { members, edges }: Part<'_>) -> Self {
        let profiles = members.len();
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
