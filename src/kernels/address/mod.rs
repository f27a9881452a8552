//! Addresses taken apart: what stands before the road (province to community) is set aside, the rest becomes road, door
//! number, estate, building, unit and room in one notation, so that the same flat is the same whoever wrote it. No
//! list of roads or estates is needed; what cannot be told stays in the text alone.

mod counties;
mod denied;
mod divisions;
mod flat;
mod former;
mod landmarks;
mod latin;
mod line;
mod marks;
mod numbers;
mod origins;
mod places;
mod prefix;
mod tail;
mod towns;
mod verbs;

pub use numbers::roman_as_digit;
pub use origins::{Origins, division_code, division_codes};
pub use places::{city_prefix, county_short, county_stem, division_name, short_names};
pub use tail::{is_stem, push_estate};

use super::text::{fold, is_han, is_invisible, is_missing, is_quote, is_space};
use line::Line;
use numbers::{number_at, starts_estate};
use places::{MUNICIPALITIES, apart_from};
use prefix::Area;

/// A longer address is cut here.
const CHARS_MAX: usize = 120;

/// The parts of one address. Made to be used again: [`Address::parse`] clears it first.
#[derive(Clone, Debug, Default)]
pub struct Address {
    /// The text as shown: one width, no spaces or invisible characters.
    pub display: String,
    /// Estate, village or compound, without 小区 at its end.
    pub estate: String,
    /// Building; a group or team of a village with its word (3组).
    pub building: String,
    /// Unit (entrance).
    pub unit: String,
    /// Room.
    pub room: String,
    /// Road.
    pub road: String,
    /// Door number on the road or in the village.
    pub number: String,
    /// Working copy of the text.
    line: Line,
    /// What stands at the front: province, city, district, street and community.
    area: Area,
}

impl Address {
    /// Takes `raw` apart. A missing address leaves everything empty.
    pub fn parse(&mut self, raw: &str) {
        self.clear();
        if is_missing(raw) {
            return;
        }
        self.read_chars(raw);
        verbs::drop_verb(self.line.chars_mut());
        drop_committee(self.line.chars_mut());
        self.line.read_kinds();
        self.area = prefix::area(&self.line);
        tail::parse(self);
        if is_village(&self.estate) && self.number.is_empty() && self.unit.is_empty() {
            // A village has houses, not buildings: 西曹道口村315 is 西曹道口村315号.
            let house = |part: &String| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
            if house(&self.building) && self.room.is_empty() {
                std::mem::swap(&mut self.number, &mut self.building);
            } else if house(&self.room) && (self.building.is_empty() || self.building.ends_with(['组', '队', '社']))
            {
                std::mem::swap(&mut self.number, &mut self.room);
            }
        }
    }

    /// Empties every part.
    pub fn clear(&mut self) {
        for part in [
            &mut self.display,
            &mut self.estate,
            &mut self.building,
            &mut self.unit,
            &mut self.room,
            &mut self.road,
            &mut self.number,
        ] {
            part.clear();
        }
        self.line.chars_mut().clear();
        self.area = Area::default();
    }

    /// Whether the text starts with a place of the city or with its name, not with that of another one or of a province alone.
    /// `city` is what the city's division code begins with, four digits, where that is known.
    pub fn is_in(&self, city: Option<u16>) -> bool {
        let division = self.area.division;
        let names_it = |city: u16| {
            let is_city = !division.is_multiple_of(100) || MUNICIPALITIES.contains(&(division / 100));
            is_city && apart_from(division, city).is_none()
        };
        let is_other = city.is_some_and(|city| self.is_elsewhere(city));
        !self.line.is_empty() && !is_other && (!prefix::names_city(&self.line) || city.is_some_and(names_it))
    }

    /// Whether the text names another province or city than the one whose division code begins with the four digits `city`.
    pub fn is_elsewhere(&self, city: u16) -> bool {
        self.area.division != 0 && apart_from(self.area.division, city).is_some()
    }

    /// Sets the estate and the road of an address elsewhere apart from those of `city` that are called the same, by the name of
    /// its province or city before theirs: every city has a 阳光花园 and a 人民路.
    pub fn set_apart_from(&mut self, city: u16) {
        if self.area.division != 0
            && let Some(name) = apart_from(self.area.division, city)
        {
            for part in [&mut self.estate, &mut self.road].into_iter().filter(|part| !part.is_empty()) {
                part.insert_str(0, name);
            }
        }
    }

    /// The part of the text that names province, city, district, street and community; may be empty.
    pub fn area(&self) -> String {
        self.line[..self.area.length].iter().filter(|&&c| c != ' ').collect()
    }

    /// Hash of the dwelling: estate (or road and number), building, unit, room. 0 unless the parts name one dwelling: a room,
    /// or a door number of a village or of a road without an estate.
    pub fn flat_key(&self) -> u64 {
        flat_key(&self.estate, &self.road, &self.number, &self.building, &self.unit, &self.room)
    }

    #[allow(clippy::collapsible_match)] // a guard would hand the space on to a later arm
    /// Cleans the text into `display` and the working characters. Remarks in brackets go, estates in brackets stay.
    fn read_chars(&mut self, raw: &str) {
        let chars = self.line.chars_mut();
        let (mut open, mut is_clean, mut group) = (None, true, false);
        for c in raw.chars() {
            // 市北村（3）北浜15号: the third group.
            if std::mem::take(&mut group) && !matches!(c, '组' | '队' | '社' | '小') {
                chars.push('组');
            }
            if chars.len() >= CHARS_MAX {
                is_clean = false;
                break;
            }
            // Nearly every character is one of these, and nothing below concerns them.
            if c.is_ascii_digit() || ('\u{4e00}'..='\u{9fff}').contains(&c) {
                let folded = fold(c);
                is_clean &= folded == c;
                chars.push(folded);
                continue;
            }
            is_clean = false;
            let c = match fold(roman_as_digit(c)) {
                c if is_invisible(c) || is_quote(c) => continue,
                c if is_space(c) => ' ',
                '—' | '–' | '−' | '‐' | '~' | '_' | '﹣' | '―' => '-',
                ',' | '、' | ';' | '|' | '。' | ':' => ' ',
                '＃' | '♯' | '№' => '#',
                c if c.is_ascii_lowercase() => c.to_ascii_uppercase(),
                c => c,
            };
            match c {
                '(' | '[' | '【' | '<' | '〔' | '{' => open = Some(chars.len()),
                ')' | ']' | '】' | '>' | '〕' | '}' => {
                    if let Some(at) = open.take() {
                        group = chars[..at].last() == Some(&'村')
                            && (1..=2).contains(&(chars.len() - at))
                            && chars[at..].iter().all(char::is_ascii_digit);
                        let names_it = |i: usize| starts_estate(chars, i) || number_at(chars, i, true).is_some();
                        let is_part = matches!(chars[at..], ['东' | '西' | '南' | '北' | '中', '区' | '院' | '苑']);
                        let is_part = is_part || behind_door(&chars[..at]) && is_garden(&chars[at..]);
                        let keep = is_part || !has_long_number(&chars[at..]) && (at..chars.len()).any(names_it);
                        if !keep {
                            chars.truncate(at);
                        } else if !chars.get(at).is_some_and(char::is_ascii_digit) {
                            chars.push(' ');
                        }
                    }
                    continue;
                }
                ' ' => {
                    // A space parts numbers; between characters it says nothing.
                    if chars.last().is_none_or(|&last| last == ' ') {
                        continue;
                    }
                }
                _ => {}
            }
            if !matches!(c, '(' | '[' | '【' | '<' | '〔' | '{') {
                chars.push(c);
            }
        }
        if group {
            chars.push('组');
        }
        if is_clean {
            self.display.push_str(raw);
            return;
        }
        while chars.last() == Some(&' ') {
            chars.pop();
        }
        if !chars.contains(&' ') {
            self.display.extend(&*chars);
            return;
        }
        let is_word = |c: Option<&char>| c.is_some_and(char::is_ascii_alphanumeric);
        for (i, &c) in chars.iter().enumerate() {
            if c != ' ' || (is_word(chars[..i].last()) && is_word(chars.get(i + 1))) {
                self.display.push(c);
            }
        }
        // Between two Chinese characters a space is nothing.
        let mut kept = 0;
        for i in 0..chars.len() {
            let c = chars[i];
            let han = |c: Option<&char>| c.is_some_and(|&c| is_han(c));
            if c == ' ' && han(chars[..kept].last()) && han(chars.get(i + 1)) {
                continue;
            }
            chars[kept] = c;
            kept += 1;
        }
        chars.truncate(kept);
    }
}

/// Whether the text ends behind the door number of a road: what follows in brackets tells what stands there.
fn behind_door(chars: &[char]) -> bool {
    let number = chars.strip_suffix(&['号']).unwrap_or(chars);
    let digits = number.iter().rev().take_while(|c| c.is_ascii_digit()).count();
    digits > 0 && matches!(number[..number.len() - digits], [.., '路' | '街' | '道' | '巷'])
}

/// Whether the characters are the name of an estate that is called after a garden, a court or the like: 金桂园.
fn is_garden(chars: &[char]) -> bool {
    let ends_so = matches!(chars.last(), Some('园' | '庭' | '府' | '轩' | '阁' | '邸' | '湾' | '郡'));
    let is_other = chars.ends_with(&['公', '园']) || chars.ends_with(&['儿', '园']) || chars.ends_with(&['政', '府']);
    ends_so && !is_other && (3..=6).contains(&chars.len()) && chars.iter().all(|&c| is_han(c))
}

/// Whether seven digits or more stand together, or ten with at most one sign between two of them: a phone or an ID number, no door.
fn has_long_number(chars: &[char]) -> bool {
    let (mut together, mut all, mut parted) = (0, 0, false);
    chars.iter().any(|c| {
        (together, all, parted) = match c {
            c if c.is_ascii_digit() => (together + 1, all + 1, false),
            '-' | ' ' if !parted => (0, all, true),
            _ => (0, 0, false),
        };
        together >= 7 || all >= 10
    })
}

/// Hash of a dwelling by its parts, as [`Address::flat_key`].
pub fn flat_key(estate: &str, road: &str, number: &str, building: &str, unit: &str, room: &str) -> u64 {
    let place = if estate.is_empty() { (road, number) } else { (estate, if is_village(estate) { number } else { "" }) };
    let named = if !room.is_empty() {
        !place.0.is_empty() && (!building.is_empty() || !place.1.is_empty() || !unit.is_empty())
    } else {
        !place.0.is_empty() && !place.1.is_empty() && unit.is_empty() && (building.is_empty() || is_village(estate))
    };
    if !named {
        return 0;
    }
    // 113号2单元102室 and 113号2-102 are one flat behind one door: what parts it is called by either name.
    let (building, unit) = if estate.is_empty() && building.is_empty() { (unit, "") } else { (building, unit) };
    let mut hash = 0xcbf2_9ce4_8422_2325u64;
    for part in [place.0, place.1, building, unit, room] {
        for &byte in part.as_bytes() {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
        hash = (hash ^ 0xff).wrapping_mul(0x0000_0100_0000_01b3);
    }
    // FNV-1a leaves the high bits weak.
    hash ^= hash >> 32;
    hash = hash.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    (hash ^ hash >> 29).max(1)
}

fn is_village(estate: &str) -> bool {
    const ENDS: [char; 16] =
        ['村', '庄', '屯', '寨', '营', '堡', '沟', '店', '集', '湾', '坪', '岭', '洼', '峪', '委', '连'];
    let ends_so = estate.ends_with(ENDS) && !["山庄", "新村", "花园"].iter().any(|end| estate.ends_with(end));
    ends_so || is_hamlet(estate)
}

/// Whether the estate is a village with a hamlet behind its name: 大鹤立村八方地.
fn is_hamlet(estate: &str) -> bool {
    const OTHERS: [char; 24] = [
        '区', '园', '苑', '院', '寓', '厦', '厂', '场', '城', '府', '馆', '邸', '期', '里', '校', '学', '局', '司',
        '部', '站', '楼', '所', '组', '队',
    ];
    let Some((village, hamlet)) = estate.split_once('村') else { return false };
    let is_name = (2..=4).contains(&hamlet.chars().count()) && hamlet.chars().all(is_han);
    !village.is_empty() && !village.ends_with('新') && is_name && !hamlet.ends_with(OTHERS)
}

/// Whether `raw` stands for the registered address instead of naming one: 同户籍地址, 与户籍地址一致, 户籍地.
pub fn is_as_registered(raw: &str) -> bool {
    let raw = raw.trim();
    if matches!(raw, "一致" | "相同" | "同左" | "同右" | "同前") {
        return true;
    }
    // Hardly any cell goes on from here.
    let Some(rest) = ["同", "与", "和", "户"].iter().find_map(|first| raw.strip_prefix(first)) else {
        return false;
    };
    let named = if raw.starts_with('户') { raw } else { rest };
    let named = ["一致", "相同", "相符"].iter().find_map(|end| named.strip_suffix(end)).unwrap_or(named);
    const REGISTERED: [&str; 13] = [
        "户籍",
        "户籍地",
        "户籍地址",
        "户籍所在地",
        "户籍所在地址",
        "户口",
        "户口地址",
        "户口所在地",
        "户口本",
        "户口本地址",
        "身份证",
        "身份证地址",
        "身份证住址",
    ];
    REGISTERED.contains(&named)
}

/// Writes the name of an estate into `out` (cleared first) as [`Address::estate`] has it.
pub fn estate_name(raw: &str, out: &mut String) {
    out.clear();
    let mut address = Address::default();
    if is_missing(raw) {
        return;
    }
    address.read_chars(raw);
    drop_committee(address.line.chars_mut());
    // 株洲市醴陵市锦绣花园: the estate of a place that a list has.
    let mut area = 0;
    if raw.contains(['省', '市', '县']) {
        address.line.read_kinds();
        let named = prefix::area(&address.line);
        area = if named.division == 0 || named.length + 2 > address.line.len() { 0 } else { named.length };
    }
    tail::push_estate(&address.line[area..], out);
}

/// Building, unit and room of a cell of rooms that holds more than a room: 3-2-501, 2单元501, 3楼301. `None` where it does not;
/// of two numbers the first, which is a building by itself, is the unit where another column has the building.
pub fn flat_parts(raw: &str) -> Option<[String; 3]> {
    let parts = |c: char| matches!(c, '-' | '－' | '—' | '/' | '.' | '#' | '栋' | '幢' | '座' | '楼' | '单' | '层');
    if !raw.contains(parts) || raw.bytes().filter(u8::is_ascii_digit).count() == raw.trim_end_matches(".0").len() {
        return None;
    }
    let mut address = Address::default();
    address.parse(&format!("甲小区{raw}"));
    let Address { building, unit, room, .. } = address;
    let is_room = room.is_empty() || building.is_empty() && unit.is_empty();
    // 501-2 is a part of 501.
    let is_part = unit.is_empty() && building.len() >= 3 && room.len() <= 2 && raw.contains(['-', '－', '—']);
    if is_room || is_part {
        return None;
    }
    // 3楼301: the floor.
    let is_floor =
        unit.is_empty() && raw.contains('楼') && !raw.contains(['号', '#', '栋']) && room.starts_with(&*building);
    Some([if is_floor { String::new() } else { building }, unit, room])
}

/// Writes a building, unit or room that stands in a column of its own into `out` (cleared first): `3` for 三栋, 3号楼, 03.
pub fn part(raw: &str, out: &mut String) {
    out.clear();
    if is_missing(raw) {
        return;
    }
    let mut address = Address::default();
    address.read_chars(raw);
    let chars = &*address.line;
    let mut i = 0;
    while i < chars.len() {
        if let Some(end) = number_at(chars, i, true) {
            numbers::push_number(&chars[i..end], out);
            // 10-1号楼
            if chars.get(end) == Some(&'-')
                && let Some(end) = number_at(chars, end + 1, true)
            {
                let _ = end;
                out.push('-');
                let start = i + chars[i..].iter().position(|&c| c == '-').map_or(0, |at| at + 1);
                numbers::push_number(&chars[start..end], out);
            }
            return;
        }
        i += 1;
    }
    out.extend(chars.iter().filter(|&&c| c != ' '));
    for word in ["单元", "号楼", "户", "室", "楼", "栋", "幢"] {
        if out.len() > word.len() && out.ends_with(word) {
            out.truncate(out.len() - word.len());
            break;
        }
    }
}

/// 西曹道口村村民委员会315号 is number 315 of 西曹道口村: the committee stands for its village.
fn drop_committee(chars: &mut Vec<char>) {
    if !chars.contains(&'委') {
        return;
    }
    for word in ["村民委员会", "村委会"] {
        let len = word.chars().count();
        let Some(at) = (1..chars.len()).find(|&at| numbers::starts_with(chars, at, word)) else { continue };
        // The first character of the word is the village's own, unless that stands before it already.
        let keep = usize::from(chars[at - 1] != '村');
        chars.drain(at + keep..at + len);
    }
}

#[cfg(test)]
mod tests;
