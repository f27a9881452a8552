//! Reads what follows the name of an estate: building, unit and room.

use super::Address;
use super::line::Line;
use super::marks::{Mark, mark_at, sided};
use super::numbers::{numeral, push_number};
use super::tail::is_stem;

/// Most numbers behind the name of an estate.
const TOKENS_MAX: usize = 8;

/// Reads building, unit and room from `at` on.
#[allow(clippy::collapsible_match)] // a guard would hand the case on to a later arm
pub(super) fn flat(address: &mut Address, chars: &Line, at: usize) {
    let mut tokens: [(usize, usize, Mark); TOKENS_MAX] = [(0, 0, Mark::Bare); TOKENS_MAX];
    let mut len = 0;
    let mut i = at;
    while i < chars.len() && len < TOKENS_MAX {
        if let Some(end) = chars.number_at(i) {
            let (mark, word) = mark_at(chars, end);
            tokens[len] = (i, end, mark);
            len += 1;
            i = end + word;
        } else if let Some((_, mark, word)) = sided(chars, i) {
            tokens[len] = (i, i + 1, mark);
            len += 1;
            i += word;
        } else {
            i += 1;
        }
    }
    let tokens = &tokens[..len];
    let stem =
        |from: usize| from.checked_sub(1).filter(|&before| before >= at).map(|at| chars[at]).filter(|&c| is_stem(c));
    let mut pending: [Option<usize>; TOKENS_MAX] = [None; TOKENS_MAX];
    let mut waiting = 0;
    let mut floor = None;
    for (k, &(from, to, mark)) in tokens.iter().enumerate() {
        let number = &chars[from..to];
        let last = k + 1 == len;
        match mark {
            Mark::Building | Mark::Hash | Mark::Row if address.building.is_empty() => {
                // 10-1号楼
                for &earlier in pending[..waiting].iter().flatten() {
                    push_number(&chars[tokens[earlier].0..tokens[earlier].1], &mut address.building);
                    address.building.push('-');
                }
                waiting = 0;
                push_number(number, &mut address.building);
                address.building.extend(stem(from));
                if mark == Mark::Row {
                    address.building.push('排');
                }
            }
            Mark::Building | Mark::Floor if mark == Mark::Floor || chars.get(to) == Some(&'楼') => {
                floor = floor.or(Some(k));
            }
            Mark::Building | Mark::Unit if address.unit.is_empty() => push_part(number, &mut address.unit),
            Mark::Room | Mark::Hash if address.room.is_empty() => push_part(number, &mut address.room),
            Mark::Group(word) if address.building.is_empty() => {
                push_number(number, &mut address.building);
                address.building.push(word);
            }
            Mark::Number if address.building.ends_with(['组', '队', '社']) && address.number.is_empty() => {
                push_number(number, &mut address.number);
            }
            Mark::Number if !address.building.is_empty() || !address.unit.is_empty() => {
                if address.room.is_empty() {
                    push_number(number, &mut address.room);
                }
            }
            Mark::Number
                if last && waiting == 0 && super::is_village(&address.estate)
                    || address.estate.is_empty() && address.number.is_empty() && address.road.is_empty() =>
            {
                push_number(number, &mut address.number);
                address.number.extend(stem(from));
            }
            Mark::Number if last && waiting == 0 && address.estate.is_empty() => push_number(number, &mut address.room),
            Mark::Number if last && waiting > 0 => {
                if address.room.is_empty() {
                    push_number(number, &mut address.room);
                }
            }
            Mark::Number => {
                push_number(number, &mut address.building);
                address.building.extend(stem(from));
            }
            Mark::Joined | Mark::Bare => {
                pending[waiting] = Some(k);
                waiting += 1;
            }
            _ => {}
        }
    }
    place_pending(address, chars, tokens, &pending[..waiting]);
    if let Some((from, to, _)) = floor.map(|k| tokens[k]) {
        join_floor(address, &chars[from..to]);
    }
}

/// Gives the numbers without a word the places that are left, in the order in which flats are written.
fn place_pending(address: &mut Address, chars: &Line, tokens: &[(usize, usize, Mark)], pending: &[Option<usize>]) {
    let number = |k: Option<usize>| k.map_or(&chars[..0], |k| &chars[tokens[k].0..tokens[k].1]);
    let digits = |k: Option<usize>| number(k).iter().filter(|c| c.is_ascii_digit() || numeral(**c).is_some()).count();
    let free = (address.building.is_empty(), address.unit.is_empty(), address.room.is_empty());
    let pending = if pending.len() > 3 { &pending[pending.len() - 3..] } else { pending };
    let (building, unit, room) = match (free, pending) {
        ((true, true, true), [b, u, r]) => (*b, *u, *r),
        // 3-501 and 3-2: the second is a room if it is long enough for a storey and a door.
        ((true, true, true), [b, r]) if digits(*r) >= 3 => (*b, None, *r),
        ((true, true, true), [b, u]) => (*b, *u, None),
        ((true, true, true), [r]) if digits(*r) >= 3 => (None, None, *r),
        ((true, true, true), [b]) => (*b, None, None),
        ((false, true, true), [.., u, r]) => (None, *u, *r),
        ((false, false, true) | (false, true, true), [r, ..]) => (None, None, *r),
        // 3单元12-4: a storey and a door, for no building stands behind its unit.
        ((true, false, true), [Some(floor), Some(door)]) if tokens[..*floor].iter().any(|t| t.2 == Mark::Unit) => {
            push_number(number(Some(*floor)), &mut address.room);
            address.room.push('-');
            (None, None, Some(*door))
        }
        ((true, false, true), [b, r, ..]) => (*b, None, *r),
        ((true, false, true), [r]) if tokens.last().is_some_and(|t| Some(t.0) == r.map(|k| tokens[k].0)) => {
            (None, None, *r)
        }
        ((true, _, _), [b, u]) if free.1 => (*b, *u, None),
        ((true, _, _), [b, ..]) => (*b, None, None),
        ((false, true, false), [u, ..]) => (None, *u, None),
        _ => (None, None, None),
    };
    push_number(number(building), &mut address.building);
    push_number(number(unit), &mut address.unit);
    push_number(number(room), &mut address.room);
}

fn push_part(number: &[char], out: &mut String) {
    push_number(number, out);
}

/// 5楼东户 is the room 5东, 5层01室 the room 501.
fn join_floor(address: &mut Address, floor: &[char]) {
    let short = address.room.chars().count() <= 2;
    if address.room.is_empty() || !short {
        return;
    }
    let mut room = String::new();
    push_number(floor, &mut room);
    if address.room.len() == 1 {
        room.push('0');
    }
    room.push_str(&address.room);
    address.room = room;
}
