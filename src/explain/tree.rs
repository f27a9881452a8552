//! The strongest links that hold a person together: the spanning tree whose weakest link on any way is as strong as can be.

use super::Member;
use super::read::{Members, PairRow, Patterns};
use crate::kernels::union_find::UnionFind;

/// Ends and place in `links` of the links of the tree, heaviest first. `links` must be sorted so.
fn spanning(members: &Members, links: &[PairRow]) -> Vec<(usize, usize, usize)> {
    let mut sets = UnionFind::new(members.rows.len());
    let mut tree = Vec::new();
    for (place, link) in links.iter().enumerate() {
        if let (Some(a), Some(b)) = (members.find(&link.left), members.find(&link.right))
            && sets.join(a as u32, b as u32).is_some()
        {
            tree.push((a, b, place));
        }
    }
    tree
}

/// For each member the one before it and the link between; and the order in which members are met.
type Tree = (Vec<Option<(usize, usize)>>, Vec<(usize, usize)>);

/// For each member the one before it on the way to `root` with the link between; and the order in which they are met.
fn rooted(count: usize, tree: &[(usize, usize, usize)], root: usize) -> Tree {
    let mut before = vec![None; count];
    let mut order = Vec::new();
    let mut seen = vec![false; count];
    let mut stack = vec![(root, 0)];
    while let Some((at, depth)) = stack.pop() {
        seen[at] = true;
        order.push((at, depth));
        // The tree is heaviest first; what is pushed last is met first.
        for &(a, b, place) in tree.iter().rev() {
            let next = if a == at {
                b
            } else if b == at {
                a
            } else {
                continue;
            };
            if !seen[next] {
                before[next] = Some((at, place));
                stack.push((next, depth + 1));
            }
        }
    }
    (before, order)
}

/// The members as a tree from `first` (or the one whose name is first), each behind the one that it is joined to.
pub(super) fn members(members: &Members, links: &[PairRow], patterns: &Patterns, first: Option<usize>) -> Vec<Member> {
    let tree = spanning(members, links);
    let (before, mut order) = rooted(members.rows.len(), &tree, first.unwrap_or(0));
    let met: Vec<usize> = order.iter().map(|row| row.0).collect();
    order.extend((0..members.rows.len()).filter(|at| !met.contains(at)).map(|at| (at, 0)));
    order
        .into_iter()
        .map(|(at, depth)| {
            let row = &members.rows[at];
            Member {
                record: row.record.clone(),
                joined_by: row.joined_by.clone(),
                match_weight: row.match_weight,
                depth,
                through: before[at].map(|(_, place)| patterns.pair(links[place].clone())),
            }
        })
        .collect()
}

/// The links of the strongest way from record `a` to record `b`.
pub(super) fn path(members: &Members, links: &[PairRow], a: &str, b: &str) -> Vec<PairRow> {
    let (Some(a), Some(b)) = (members.find(a), members.find(b)) else { return Vec::new() };
    let tree = spanning(members, links);
    let (before, _) = rooted(members.rows.len(), &tree, b);
    let mut path = Vec::new();
    let mut at = a;
    while let Some((next, place)) = before[at] {
        path.push(links[place].clone());
        at = next;
    }
    path
}
