//! ID numbers of relatives: a row that carries a parent's or a spouse's number is the person whom its name says, not the one
//! whose number it is. Nothing in the row itself need contradict; its household gives it away.

use super::features::{Features, ID_DOUBTFUL, ID_TRUSTED};
use super::levels::name as level;
use super::names;
use hashbrown::HashMap;
use rayon::prelude::*;

/// Marks as doubtful each trusted number that other records give to somebody with a quite different name, where the name in
/// the row is borne in the same household (flat or phone) by somebody with another number.
pub(super) fn mark(features: &mut Features) {
    let suspects = suspects(features);
    if suspects.is_empty() {
        return;
    }
    let mut households = [vec![false; features.flat_level.len()], vec![false; features.phone_level.len()]];
    suspects
        .iter()
        .flat_map(|&p| places(features, p))
        .for_each(|(kind, n)| households[kind as usize][n as usize] = true);
    let of_household = |p: u32| {
        let near = places(features, p).filter(|&(kind, number)| households[kind as usize][number as usize]);
        near.map(move |place| (place, p)).collect::<Vec<_>>()
    };
    let near: Vec<((u8, u32), u32)> = (0..features.len() as u32).into_par_iter().flat_map_iter(of_household).collect();
    let mut neighbours: HashMap<(u8, u32), Vec<u32>> = HashMap::new();
    near.into_iter().for_each(|(place, p)| neighbours.entry(place).or_default().push(p));
    let borrowed: Vec<u32> = suspects
        .into_par_iter()
        .filter(|&p| {
            places(features, p).any(|place| {
                neighbours.get(&place).is_some_and(|near| near.iter().any(|&other| bears_the_name(features, p, other)))
            })
        })
        .collect();
    for p in borrowed {
        let bits = &mut features.packed[p as usize].bits;
        *bits = *bits & !ID_TRUSTED | ID_DOUBTFUL;
    }
}

/// Flats and phones of a profile.
fn places(features: &Features, p: u32) -> impl Iterator<Item = (u8, u32)> + use<> {
    let packed = &features.packed[p as usize];
    [(0, packed.flat), (0, packed.registered_flat), (1, packed.phones[0]), (1, packed.phones[1])]
        .into_iter()
        .filter(|&(_, number)| number != 0)
}

/// Profiles whose name is quite another than the one most often borne with their number.
fn suspects(features: &Features) -> Vec<u32> {
    let of_number = |group: &[u32]| -> Vec<u32> {
        let name = |p: &u32| features.packed[*p as usize].name;
        if group.iter().all(|p| name(p) == name(&group[0])) {
            return Vec::new();
        }
        let group: Vec<u32> = group.iter().copied().filter(|&p| has_name(features, p)).collect();
        let agreeing = |p: u32| group.iter().filter(|&&other| !apart(features, p, other)).count();
        let most = group.iter().map(|&p| agreeing(p)).max().unwrap_or(0);
        let differs = |p: u32| group.iter().any(|&other| apart(features, p, other));
        // Where two names are borne equally often either may be the borrower.
        let is_suspect = |&p: &u32| {
            let own = agreeing(p);
            (own < most || 2 * own <= group.len()) && differs(p)
        };
        group.iter().copied().filter(is_suspect).collect()
    };
    features.same_number.par_iter().flat_map_iter(of_number).collect()
}

fn has_name(features: &Features, p: u32) -> bool {
    let name = &features.names[features.packed[p as usize].name as usize];
    features.packed[p as usize].name != 0 && !name.is_title() && !name.is_missing()
}

/// Whether two names can hardly be one person's.
fn apart(features: &Features, a: u32, b: u32) -> bool {
    let (x, y) = (features.packed[a as usize].name, features.packed[b as usize].name);
    x != y && names::apart(&features.names[x as usize], &features.names[y as usize])
}

/// Whether `other` bears the name of `p`, under another number.
fn bears_the_name(features: &Features, p: u32, other: u32) -> bool {
    let (x, y) = (features.packed[p as usize].name, features.packed[other as usize].name);
    let number = features.trusted_id(other as usize);
    number != features.trusted_id(p as usize)
        && number != 0
        && (x == y
            || matches!(
                names::compare(&features.names[x as usize], &features.names[y as usize]),
                level::HOMOPHONE | level::LOOK_ALIKE | level::UNREADABLE
            ))
}
