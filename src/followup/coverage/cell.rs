//! The estates, villages and roads that a cell names, each with the numbers behind it.

use super::lanes;
use super::list::{self, Reading, group_name, unit_at};
use super::marks::{EVEN, EXCEPT, ODD, REMARK, TO, WHOLE, cell_text, is_bound, named_parts};
use super::{Coverage, is_group, place_key};
use crate::kernels::address::is_stem;

/// An estate or a road as a directory's cell names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::followup) struct Place {
    /// As it is looked up.
    pub key: String,
    /// Buildings or door numbers behind the name; `None` where it stands alone.
    pub numbers: Option<Coverage>,
    /// A road by its name, with door numbers (1-99号), not buildings.
    pub is_road: bool,
    /// Perhaps a road: 青云里 or 常青胡同, which addresses write either way, and a road whose numbers are not said to be doors.
    pub is_lane: bool,
}

/// What a cell names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::followup) struct Cell {
    pub places: Vec<Place>,
    /// How many parts of it cannot be understood.
    pub unread: usize,
}

/// A place whose numbers are being gathered.
struct Named {
    key: String,
    list: Option<String>,
    is_unread: bool,
    are_doors: bool,
    has_groups: bool,
}

impl Named {
    fn of(name: &str) -> Self {
        Self { key: place_key(along(name)), list: None, is_unread: false, are_doors: false, has_groups: false }
    }

    fn add(&mut self, part: &str, reading: &Reading) {
        let list = self.list.get_or_insert_default();
        list.push('、');
        list.push_str(part);
        self.are_doors |= reading.are_doors;
        self.has_groups |= reading.are_groups;
    }

    fn is_village(&self) -> bool {
        self.has_groups || self.key.ends_with(['村', '庄', '屯', '寨'])
    }
}

/// The estates or roads named in a directory's cell, each with the numbers that stand behind it. Numbers between the
/// separators belong to the name before them: `锦绣花园1、3号楼、府苑小区` are two estates. Groups without a name before
/// them are those of the `village`, if there is one.
pub(in crate::followup) fn places(text: &str, village: Option<&str>) -> Cell {
    let text = cell_text(text).replace(['(', ')', ':'], " ");
    let pieces = text.split(['、', ',', ';', '|']).flat_map(str::split_whitespace);
    let pieces = lanes::each(pieces.map(name_first).collect(), village);
    let parts: Vec<&str> = pieces.iter().map(String::as_str).collect();
    let mut cell = Cell::default();
    let bounds = parts.iter().any(|part| is_bound(part));
    let parts: Vec<&str> = parts.into_iter().flat_map(named_parts).collect();
    // A grid that is described by its bounds alone covers no address that can be looked up.
    cell.unread += usize::from(bounds && parts.is_empty());
    let mut places: Vec<Named> = Vec::new();
    for (i, part) in parts.iter().enumerate() {
        if let Some(reading) = numbers(part).or_else(|| group(part, places.last(), village)) {
            let is_whole = reading.coverage == Coverage { all: true, ..Coverage::default() };
            let are_groups = reading.are_groups || behind(&parts[i..]);
            let is_elsewhere = |last: &Named| are_groups && village.is_some() && !last.is_village();
            if places.last().is_none_or(is_elsewhere) {
                // 1-100号 of a village that the community names.
                let are_houses =
                    reading.are_doors || reading.coverage.names_parts() && !reading.coverage.names_buildings();
                match village.filter(|_| are_groups || is_whole || are_houses) {
                    Some(village) => places.push(Named::of(village)),
                    None => {
                        cell.unread += 1;
                        continue;
                    }
                }
            }
            if let Some(last) = places.last_mut() {
                last.add(part, &reading);
            }
            continue;
        }
        if let Some((village, group)) = group_of_village(part, village) {
            if places.last().is_none_or(|last| last.key != place_key(village)) {
                places.push(Named::of(village));
            }
            if let Some(last) = places.last_mut() {
                last.add(&group, &list::read(&group));
            }
            continue;
        }
        let follow = parts.get(i + 1).is_some_and(|next| numbers(next).is_some());
        let (name, own) = split_name(part, follow);
        let unread = if own.is_none() { unread(part) } else { None };
        cell.unread += usize::from(unread.is_some());
        let mut place = Named::of(unread.unwrap_or(name));
        if !place.key.is_empty() {
            place.is_unread = unread.is_some();
            if let Some((list, reading)) = own {
                place.add(list, &reading);
            }
            places.push(place);
        }
    }
    for place in places {
        let read = place.list.map(|list| list::read(&list).settled());
        cell.unread += read.as_ref().map_or(0, |(_, faults)| *faults);
        let mut numbers = read.map(|(coverage, _)| coverage);
        if place.is_unread {
            let known = numbers.map(|known| Coverage { unread: true, ..known });
            numbers = Some(known.unwrap_or_else(Coverage::unknown));
        }
        let is_road = place.are_doors && place.key.ends_with(ROAD_ENDINGS);
        // 建设路1-99 and 建设路全段 name doors unless they name buildings, and a lane alone may be a road whose doors are all meant.
        let of_buildings = numbers.as_ref().is_some_and(Coverage::names_buildings);
        let is_lane = match LANE_ENDINGS.iter().any(|end| place.key.ends_with(end)) {
            true => !of_buildings,
            false => numbers.is_some() && !of_buildings && place.key.ends_with(ROAD_ENDINGS),
        };
        cell.places.push(Place { key: place.key, numbers, is_road, is_lane });
    }
    cell
}

/// A piece with the name before what is said of it: 整个锦绣花园, 除8栋外锦绣花园.
fn name_first(piece: &str) -> String {
    let is_name = |name: &&str| name.chars().count() >= 2 && numbers(name).is_none();
    if let Some(name) = piece.strip_prefix("整个").filter(is_name) {
        return name.to_owned();
    }
    let except = piece.strip_prefix(EXCEPT).and_then(|rest| rest.split_once(EXCEPT));
    let except = except.map(|(numbers, name)| (numbers, name.trim_start_matches(['的', '之'])));
    match except.filter(|(_, name)| is_name(name)) {
        Some((numbers, name)) => format!("{name}{EXCEPT}{numbers}{EXCEPT}"),
        None => piece.to_owned(),
    }
}

/// Whether the first of those parts is numbers, and the word behind the last of them says that they are groups: 一、二组.
fn behind(parts: &[&str]) -> bool {
    let is_bare = |part: &str| part.chars().all(|c| c.is_ascii_digit() || TO.contains(&c));
    let bare = parts.iter().take_while(|part| is_bare(part)).count();
    bare > 0 && parts.get(bare).and_then(|part| numbers(part)).is_some_and(|reading| reading.are_groups)
}

/// What the name of a road ends with.
pub(in crate::followup) const ROAD_ENDINGS: [char; 5] = ['路', '街', '道', '巷', '弄'];

/// What the name of a lane ends with that may be an estate's as well.
const LANE_ENDINGS: [&str; 4] = ["里", "胡同", "条", "坊"];

/// Behind the name of a road: where along it the doors are.
const ALONG: [&str; 8] = ["东侧", "西侧", "南侧", "北侧", "两侧", "沿线", "沿街", "全线"];

/// A road without the words that say where along it.
fn along(name: &str) -> &str {
    let road = ALONG.iter().find_map(|word| name.strip_suffix(word));
    road.filter(|road| road.ends_with(ROAD_ENDINGS) && road.chars().count() >= 2).unwrap_or(name)
}

/// A named group (油铺组) whose village stands before it or in another column.
fn group(part: &str, last: Option<&Named>, village: Option<&str>) -> Option<Reading> {
    let is_name = is_group(part) && part.chars().all(char::is_alphabetic) && part.chars().count() <= GROUP_CHARS_MAX;
    let of_last = last.is_some_and(Named::is_village);
    // 采油队 is nobody's group where no village has groups.
    let counts = part.ends_with('组') && village.is_some() || of_last && !is_society(part);
    (is_name && counts && !part.contains('村')).then(|| list::read(part))
}

/// 合作社 and the like are no groups.
fn is_society(part: &str) -> bool {
    ["合作社", "供销社", "信用社"].iter().any(|end| part.ends_with(end))
}

/// The longest name of a group.
const GROUP_CHARS_MAX: usize = 8;

/// The village and the group of 清水村樟树组.
fn group_of_village<'a>(part: &'a str, village: Option<&str>) -> Option<(&'a str, String)> {
    if !is_group(part) || is_society(part) || !part.chars().all(char::is_alphabetic) {
        return None;
    }
    let known = village.filter(|village| part.starts_with(village)).map(str::len);
    let first = || part.char_indices().skip(1).find(|(_, c)| *c == '村').map(|(at, c)| at + c.len_utf8());
    let (village, group) = part.split_at(known.or_else(first)?);
    (is_group(group) && group.chars().count() <= GROUP_CHARS_MAX).then(|| (village, group_name(group)))
}

/// The name in front of `part` and the numbers behind it. A number alone may belong to the name (阳光100); it counts where
/// more `follow`. The last number of a span that cannot be read (B3-B1) begins nothing.
fn split_name(part: &str, follow: bool) -> (&str, Option<(&str, Reading)>) {
    let is_word = |c: char| c.is_ascii_digit() || c.is_ascii_uppercase();
    let begins = |at: usize, c: char| {
        let before = part[..at].chars().next_back();
        let is_number = is_word(c) && before.is_some_and(|before| !is_word(before) && !TO.contains(&before));
        let is_stemmed = at > 0 && is_stem(c) && part[at + c.len_utf8()..].starts_with(|c: char| c.is_ascii_digit());
        is_number || is_stemmed || at > 0 && matches!(c, ODD | EVEN | WHOLE | EXCEPT | REMARK)
    };
    if let Some(split) = court(part) {
        return split;
    }
    let starts = part.char_indices().filter(|&(at, c)| begins(at, c)).map(|(at, _)| at);
    let alone = |rest: &str| rest.chars().all(is_word);
    let mut splits = starts.filter(|&at| follow || !alone(&part[at..]));
    splits
        .find_map(|at| {
            let reading = numbers(&part[at..])?;
            let name = part[..at].trim_end_matches(['第', '-']);
            // N小区东侧1-3号楼
            let whole = ["东侧", "西侧", "南侧", "北侧", "中间"].iter().find_map(|side| name.strip_suffix(side));
            Some((whole.filter(|name| name.chars().count() >= 2).unwrap_or(name), Some((&part[at..], reading))))
        })
        .unwrap_or((part, None))
}

/// 纺织局128号院1-3栋: where no road is named, the door belongs to the name of the place.
fn court(part: &str) -> Option<(&str, Option<(&str, Reading)>)> {
    let at = part.find("号院").map(|at| at + "号院".len())?;
    let (name, list) = part.split_at(at);
    let is_road = name.trim_end_matches("号院").trim_end_matches(|c: char| c.is_ascii_digit()).ends_with(ROAD_ENDINGS);
    let reading = numbers(list).filter(|_| !is_road)?;
    Some((name, Some((list, reading))))
}

/// `text` if it is nothing but buildings, door numbers or numbered groups.
fn numbers(text: &str) -> Option<Reading> {
    let begins =
        |c: char| c.is_ascii_alphanumeric() || matches!(c, EXCEPT | REMARK | '单' | '双' | '第' | '附') || is_stem(c);
    if !text.starts_with(begins) {
        return None;
    }
    // 附32号 stands beside the door that is named before it.
    let reading = if text.starts_with('附') { list::read(&format!("1号{text}")) } else { list::read(text) };
    reading.is_strict.then_some(reading)
}

/// Endings of names of places that numbers may stand in (胜利301医院家属院).
const NAME_ENDINGS: [char; 24] = [
    '区', '园', '苑', '院', '寓', '厦', '厂', '村', '庄', '城', '府', '馆', '邸', '期', '里', '场', '校', '学', '店',
    '局', '司', '部', '站', '路',
];

/// The name before numbers that are meant as such (栋, 5-1) and cannot be read.
fn unread(part: &str) -> Option<&str> {
    if part.ends_with(NAME_ENDINGS) {
        return None;
    }
    let chars: Vec<char> = part.chars().collect();
    let is_digit = |at: usize| chars.get(at).is_some_and(char::is_ascii_digit);
    let is_meant = |at: usize| {
        let c = chars[at];
        let span = TO.contains(&c) && (is_digit(at + 1) || chars.get(at + 1).is_some_and(char::is_ascii_uppercase));
        let unit = unit_at(&chars, at).is_some_and(|(_, len)| {
            // 8号公馆 is a name.
            len > 1 || c != '号' || chars.len() == at + 1
        });
        span || unit || matches!(c, ODD | EVEN)
    };
    let first = (1..chars.len()).find(|&at| is_digit(at - 1) && is_meant(at))?;
    let word = |c: &char| c.is_ascii_alphanumeric();
    let name =
        chars[..first].iter().rposition(|c| !word(c)).map(|at| chars[..=at].iter().map(|c| c.len_utf8()).sum())?;
    let name = part[..name].trim_end_matches(['第', '-']);
    (!place_key(name).is_empty()).then_some(name)
}
