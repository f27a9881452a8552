//! Decisions win: records that somebody said are one person come together, and those that somebody said are two stay
//! apart, whatever matching made of them and through however many other records they hang together.

use crate::kernels::union_find::UnionFind;
use crate::tables::Links;
use hashbrown::{HashMap, HashSet};
use std::collections::BTreeSet;
use std::fmt;

/// Decided pairs as rows of tonight's records, the latest decision first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pairs {
    /// One person each.
    pub same: Vec<(u32, u32)>,
    /// Two persons each.
    pub different: Vec<(u32, u32)>,
}

/// What decisions did to the clusters.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// Clusters that there are now, numbered without gaps.
    pub clusters: usize,
    /// Pairs that are one person by decision and were followed.
    pub joined: Vec<(u32, u32)>,
    /// Pairs that were not: later ones, or those that keep records apart, say otherwise.
    pub contradicting: u64,
    /// Rows of the clusters that were taken apart, in order.
    pub taken_apart: Vec<u32>,
}

/// What a person has once, so that two records can hardly be of one: a valid number, or a row of a source.
#[derive(Clone, Copy)]
pub struct Once<'a> {
    /// The value of a record; 0: it says nothing.
    pub value: &'a dyn Fn(u32) -> u64,
    /// Whether two records of one person have the same value (a number), or never (a source).
    pub is_shared: bool,
}

impl fmt::Debug for Once<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Once").field("is_shared", &self.is_shared).finish_non_exhaustive()
    }
}

/// Records of persons that a decision brings together are held against each other up to so many.
const HELD_MAX: usize = 300;

/// Follows the decisions: changes `cluster_of_record`, which names `clusters` clusters.
///
/// What keeps two records apart always holds. Pairs of one person are followed from the latest to the earliest, but for
/// those that would bring together what is kept apart. A cluster that holds two records of two persons is grown anew from
/// its records: by decisions, by `sheets` (pairs that filled-in sheets say), and by `links` from the heaviest on, each unless
/// it would bring the two together again.
///
/// So is one in which decisions bring persons together who cannot be one by `once`: somebody said of two records that they are
/// one person's, not of all that hangs on them, so the record that hung with less moves. Where the two records themselves
/// have two numbers, they were meant to be one.
pub fn apply(
    pairs: &Pairs,
    (sheets, links): (&[(u32, u32)], &Links),
    once: Option<Once<'_>>,
    cluster_of_record: &mut [u32],
    clusters: usize,
) -> Outcome {
    let mut outcome = Outcome { clusters, ..Outcome::default() };
    let decided: BTreeSet<u32> = pairs.same.iter().chain(&pairs.different).flat_map(|&(a, b)| [a, b]).collect();
    let mut sets = Sets::new(decided.into_iter().collect(), &pairs.different);
    for &(a, b) in &pairs.same {
        if sets.join(a, b) {
            outcome.joined.push((a, b));
        } else {
            outcome.contradicting += 1;
        }
    }

    let mut whole = UnionFind::new(clusters);
    for &(a, b) in &outcome.joined {
        whole.join(cluster_of_record[a as usize], cluster_of_record[b as usize]);
    }
    let root: Vec<u32> = (0..clusters as u32).map(|cluster| whole.find(cluster)).collect();
    let mut apart = pairs.different.clone();
    if let Some(once) = once {
        apart.extend(contradicting(&outcome.joined, once, cluster_of_record, &root));
    }
    cluster_of_record.iter_mut().for_each(|cluster| *cluster = root[*cluster as usize]);

    let of = |row: u32| cluster_of_record[row as usize];
    let wrong: BTreeSet<u32> = apart.iter().filter(|&&(a, b)| of(a) == of(b)).map(|&(a, _)| of(a)).collect();
    if !wrong.is_empty() {
        outcome.taken_apart = (0..cluster_of_record.len() as u32).filter(|&row| wrong.contains(&of(row))).collect();
        let mut sets = Sets::new(outcome.taken_apart.clone(), &apart);
        let within = |&(a, b): &(u32, u32)| of(a) == of(b) && wrong.contains(&of(a));
        for (a, b) in outcome.joined.iter().chain(sheets).copied().filter(within) {
            sets.join(a, b);
        }
        let ends = |pair: usize| (links.left[pair], links.right[pair]);
        let mut heaviest: Vec<usize> = (0..links.len()).filter(|&pair| within(&ends(pair))).collect();
        heaviest.sort_by(|&x, &y| {
            links.match_weight[y].total_cmp(&links.match_weight[x]).then_with(|| ends(x).cmp(&ends(y)))
        });
        for pair in heaviest {
            let (a, b) = ends(pair);
            sets.join(a, b);
        }
        // The part with a cluster's first record keeps its number, the others come behind.
        let mut number_of: HashMap<u32, u32> = HashMap::new();
        let (mut kept, mut next) = (BTreeSet::new(), clusters as u32);
        for &row in &outcome.taken_apart {
            let number = number_of.entry(sets.find_row(row)).or_insert_with(|| {
                let cluster = cluster_of_record[row as usize];
                if kept.insert(cluster) {
                    return cluster;
                }
                next += 1;
                next - 1
            });
            cluster_of_record[row as usize] = *number;
        }
        outcome.clusters = next as usize;
    }
    outcome.clusters = without_gaps(cluster_of_record, outcome.clusters);
    // One person cannot be two: of decisions that together say so, what was taken apart again was not followed.
    let decided = outcome.joined.len();
    outcome.joined.retain(|&(a, b)| cluster_of_record[a as usize] == cluster_of_record[b as usize]);
    outcome.contradicting += (decided - outcome.joined.len()) as u64;
    outcome
}

/// Pairs of records that decisions bring together by way of the persons whom they hung with before, and that cannot be of one.
fn contradicting(joined: &[(u32, u32)], once: Once<'_>, cluster_of_record: &[u32], root: &[u32]) -> Vec<(u32, u32)> {
    let contradict = |a: u32, b: u32| {
        let (x, y) = ((once.value)(a), (once.value)(b));
        x != 0 && y != 0 && (x == y) != once.is_shared
    };
    let values = |a: u32, b: u32| ((once.value)(a).min((once.value)(b)), (once.value)(a).max((once.value)(b)));
    let meant: HashSet<(u64, u64)> =
        joined.iter().filter(|&&(a, b)| once.is_shared && contradict(a, b)).map(|&(a, b)| values(a, b)).collect();
    let said: HashSet<(u32, u32)> = joined.iter().map(|&(a, b)| (a.min(b), a.max(b))).collect();
    let united: HashSet<u32> = joined.iter().map(|&(a, _)| root[cluster_of_record[a as usize] as usize]).collect();
    let mut rows_of: HashMap<u32, Vec<u32>> = HashMap::new();
    for (row, &cluster) in (0..).zip(cluster_of_record) {
        if united.contains(&root[cluster as usize]) {
            rows_of.entry(root[cluster as usize]).or_default().push(row);
        }
    }
    let mut found = Vec::new();
    for rows in rows_of.values().filter(|rows| rows.len() <= HELD_MAX) {
        for (i, &a) in rows.iter().enumerate() {
            // What matching brought together stays as it is; rows ascend, so `a` is the smaller one.
            let others = rows[i + 1..].iter().copied();
            found.extend(others.map(|b| (a, b)).filter(|&(a, b)| {
                cluster_of_record[a as usize] != cluster_of_record[b as usize]
                    && contradict(a, b)
                    && !meant.contains(&values(a, b))
                    && !said.contains(&(a, b))
            }));
        }
    }
    found.sort_unstable();
    found
}

/// Numbers clusters without gaps, in their order. Gives how many there are.
fn without_gaps(cluster_of_record: &mut [u32], below: usize) -> usize {
    let mut number = vec![u32::MAX; below];
    cluster_of_record.iter().for_each(|&cluster| number[cluster as usize] = 0);
    let mut next = 0;
    for number in number.iter_mut().filter(|number| **number == 0) {
        *number = next;
        next += 1;
    }
    cluster_of_record.iter_mut().for_each(|cluster| *cluster = number[*cluster as usize]);
    next as usize
}

/// Sets of rows of which some must never come together.
struct Sets {
    /// Rows, ascending; sets are of their places.
    rows: Vec<u32>,
    sets: UnionFind,
    /// By a set's root, places that must not come into it.
    foes: HashMap<u32, Vec<u32>>,
}

impl Sets {
    /// Each of `rows` (ascending) alone; `apart` are pairs that stay apart, those of other rows are left out.
    fn new(rows: Vec<u32>, apart: &[(u32, u32)]) -> Self {
        let mut foes: HashMap<u32, Vec<u32>> = HashMap::new();
        let place = |row: &u32| rows.binary_search(row).ok().map(|place| place as u32);
        for (a, b) in apart.iter().filter_map(|(a, b)| Some((place(a)?, place(b)?))) {
            foes.entry(a).or_default().push(b);
            foes.entry(b).or_default().push(a);
        }
        Self { sets: UnionFind::new(rows.len()), rows, foes }
    }

    fn place(&self, row: u32) -> Option<u32> {
        self.rows.binary_search(&row).ok().map(|place| place as u32)
    }

    /// A number that all rows of the set of `row`, which is one of [`Sets::rows`], share.
    fn find_row(&mut self, row: u32) -> u32 {
        self.place(row).map_or(u32::MAX, |place| self.sets.find(place))
    }

    /// Brings the sets of two rows together; `false` if they must stay apart.
    fn join(&mut self, a: u32, b: u32) -> bool {
        let (Some(a), Some(b)) = (self.place(a), self.place(b)) else { return false };
        let (a, b) = (self.sets.find(a), self.sets.find(b));
        if a == b {
            return true;
        }
        let foes_of_a = self.foes.get(&a).cloned().unwrap_or_default();
        if foes_of_a.iter().any(|&foe| self.sets.find(foe) == b) {
            return false;
        }
        self.sets.join(a, b);
        let (root, foes_of_b) = (self.sets.find(a), self.foes.remove(&b).unwrap_or_default());
        self.foes.remove(&a);
        if !foes_of_a.is_empty() || !foes_of_b.is_empty() {
            self.foes.insert(root, [foes_of_a, foes_of_b].concat());
        }
        true
    }
}
