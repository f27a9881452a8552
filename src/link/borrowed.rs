//! ID numbers of relatives: a row that carries a parent's or a spouse's number is the person whom its name says, not the one
//! whose number it is. Nothing in the row itself need contradict; its household gives it away.

use super::features::{Features, ID_DOUBTFUL, ID_TRUSTED, Packed};
use super::levels::name as level;
use super::signature::CHUNK_BITS;
use super::{identity, names};
use crate::kernels::pieces::Pieces;
use hashbrown::{HashMap, HashSet};
use rayon::prelude::*;

/// Trusts each number that nothing but the sex in its own row contradicts, where another row of the same name and number
/// confirms it: the sex is a slip, and the number nobody else's.
pub(super) fn clear(packed: &mut Pieces<Packed>) {
    let doubtful = |packed: &Packed| packed.has(ID_DOUBTFUL) && identity::birth_does_not_contradict(packed);
    let doubtful: Vec<(u32, u64, u32)> = bearers(packed, doubtful).collect();
    let doubted: HashSet<u64> = doubtful.iter().map(|&(_, number, _)| number).collect();
    let sure = |packed: &Packed| {
        packed.has(ID_TRUSTED) && doubted.contains(&packed.id.digits) && identity::confirms_its_number(packed)
    };
    let sure: HashSet<(u64, u32)> = bearers(packed, sure).map(|(_, number, name)| (number, name)).collect();
    for (p, ..) in doubtful.into_iter().filter(|&(_, number, name)| sure.contains(&(number, name))) {
        packed[p as usize].bits = ID_TRUSTED;
    }
}

/// Profiles with a name and a valid ID number that are as `wanted`, with number and name.
fn bearers(
    packed: &Pieces<Packed>,
    wanted: impl Fn(&Packed) -> bool + Send + Sync,
) -> impl ParallelIterator<Item = (u32, u64, u32)> {
    packed.par_chunks(CHUNK_BITS).flat_map_iter(move |(first, chunk)| {
        let rows = (first as u32..).zip(chunk);
        let bears = rows.filter(|(_, packed)| packed.name != 0 && packed.id.valid() && wanted(packed));
        bears.map(|(p, packed)| (p, packed.id.digits, packed.name)).collect::<Vec<_>>()
    })
}

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

#[cfg(test)]
mod tests {
    use crate::kernels::date::days_from_civil;
    use crate::kernels::id_number::IdNumber;
    use crate::link::{features, profiles};
    use crate::tables::{BirthPrecision, NO_DATE, Records, Sex};

    #[test]
    fn a_wrong_sex_does_not_make_a_number_somebody_elses() {
        let (birth, far) = (days_from_civil(1975, 1, 5), days_from_civil(2009, 3, 1));
        let mut records = Records::default();
        let rows = [
            ("王伟", birth, Sex::Male),
            ("王伟", NO_DATE, Sex::Female),
            ("李娜", NO_DATE, Sex::Female),
            // A child with the father's number: a row that says nothing more confirms nothing.
            ("王小宝", NO_DATE, Sex::Unknown),
            ("王小宝", NO_DATE, Sex::Female),
            ("王伟", far, Sex::Male),
        ];
        for (at, (name, birth_stated, sex)) in rows.into_iter().enumerate() {
            records.copy_blank();
            records.name[at] = records.pool.intern(name);
            records.id[at] = IdNumber::from_parts(370_502, birth, 5);
            records.sex[at] = sex;
            records.birth_precision[at] = BirthPrecision::Day;
            records.phones[at][0] = 13_900_000_000 + at as u64;
            records.birth[at] = birth_stated;
        }
        // A blank row clears the births before it.
        rows.iter().enumerate().for_each(|(at, row)| records.birth[at] = row.1);
        let features = features(&records, &profiles(&records));
        let trusted: Vec<bool> = (0..rows.len()).map(|p| features.trusted_id(p) != 0).collect();
        assert_eq!(trusted, [true, true, false, true, false, false]);
    }
}
