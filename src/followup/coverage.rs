//! What a grid covers, as directories write it: `1-5、8` of an estate's buildings, `1-99单` of a road's door numbers, in a
//! column of its own or behind the name: `锦绣花园1-5、8号楼，府前大街1-99号`; the groups of a village (`清水村1-4组、樟树组`);
//! everything but something (`明珠花园除5栋外`).
//!
//! A cell is brought to one notation (`wording`, `marks`), its names are parted from their numbers (`cell`), and those are read (`list`).

mod cell;
mod lanes;
mod list;
mod marks;
mod wording;

pub(super) use cell::{ROAD_ENDINGS, places};

use crate::kernels::address;

/// Which numbers of a span count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Parity {
    All,
    Odd,
    Even,
}

/// What the numbers of a span count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Counted {
    /// The directory does not say.
    Any,
    Buildings,
    Doors,
    /// Groups of a village.
    Groups,
}

/// Numbers in a row.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Span {
    first: u32,
    last: u32,
    parity: Parity,
    counted: Counted,
}

impl Span {
    fn contains(&self, number: u32) -> bool {
        (self.first..=self.last).contains(&number) && self.parity.has(number)
    }

    /// Whether it goes from one number of that side to another.
    fn ends_are(&self, side: Parity) -> bool {
        self.first < self.last && side.has(self.first) && side.has(self.last)
    }

    /// Whether its numbers are of the kind of that part.
    fn counts(&self, part: Part<'_>) -> bool {
        match (self.counted, part) {
            (Counted::Groups, Part::House(_)) => false,
            (Counted::Buildings | Counted::Doors, Part::Building(text) | Part::Unit { building: text, .. }) => {
                !is_group(text)
            }
            _ => true,
        }
    }
}

impl Parity {
    fn has(self, number: u32) -> bool {
        match self {
            Self::All => true,
            Self::Odd => number % 2 == 1,
            Self::Even => number.is_multiple_of(2),
        }
    }
}

/// A part of an estate, of a village or of a road.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part<'a> {
    /// A building (`3`, `A`, `3A`), a group of a village (`3组`, `樟树组`), or the door number of a road (`45`, `45-1`).
    Building(&'a str),
    /// A unit (单元) of a building: large buildings are divided by them.
    Unit { building: &'a str, unit: &'a str },
    /// A house of a village, by its number: the third house is not the third group.
    House(&'a str),
}

impl<'a> Part<'a> {
    pub(super) fn text(self) -> &'a str {
        match self {
            Self::Building(text) | Self::House(text) | Self::Unit { building: text, .. } => text,
        }
    }

    fn unit(self) -> Option<Self> {
        match self {
            Self::Unit { unit, .. } => Some(Self::House(unit)),
            Self::Building(_) | Self::House(_) => None,
        }
    }
}

/// A set of buildings or door numbers. The empty text covers everything.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Coverage {
    spans: Vec<Span>,
    /// What has no number: `A`, `3A`, `东`, `樟树组`.
    words: Vec<String>,
    /// Named as a whole (全部), or not named at all.
    all: bool,
    /// What is not covered all the same.
    except: Option<Box<Coverage>>,
    /// The buildings behind a road's door number: `128号院1-3栋`.
    courts: Vec<(String, Coverage)>,
    /// Buildings of which some units are covered: `4幢1-2单元`.
    divided: Vec<Divided>,
    /// Whether something could not be read, so that more may be covered than is known.
    unread: bool,
}

/// Buildings, and those of their units that are covered.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Divided {
    buildings: Coverage,
    units: Coverage,
}

impl Divided {
    /// Whether it covers that part. A building without its unit may be in any grid that has one of its units.
    fn contains(&self, part: Part<'_>) -> bool {
        self.buildings.contains(part) && part.unit().is_none_or(|unit| self.units.contains(unit))
    }
}

impl Coverage {
    /// Reads a list such as `1-5、8号楼,A-C`. Parts that cannot be understood are counted, and cover nothing.
    pub(super) fn parse(text: &str) -> (Self, usize) {
        list::read(&marks::cell_text(text)).settled()
    }

    /// A coverage of which nothing can be read.
    fn unknown() -> Self {
        Self { unread: true, ..Self::default() }
    }

    /// Whether everything is covered without naming it: a coverage that names its numbers goes before it.
    pub(super) fn is_all(&self) -> bool {
        self.all
    }

    /// Whether it covers that part.
    pub(super) fn contains(&self, part: Part<'_>) -> bool {
        let text = part.text();
        if self.except.as_ref().is_some_and(|except| except.contains(part)) {
            return false;
        }
        if self.all || self.words.iter().any(|word| is_called(word, text)) {
            return true;
        }
        if self.divided.iter().any(|divided| divided.contains(part)) {
            return true;
        }
        let Some(number) = leading_number(text) else { return false };
        self.spans.iter().any(|span| span.counts(part) && span.contains(number))
    }

    /// Whether it names that part itself, not a span of numbers in which it lies.
    pub(super) fn names(&self, part: Part<'_>) -> bool {
        let text = part.text();
        let is_word = || self.words.iter().any(|word| is_called(word, text));
        let is_span = |span: &Span| span.first == span.last && span.counts(part) && number(text) == Some(span.first);
        self.contains(part) && (is_word() || self.spans.iter().any(is_span))
    }

    /// Whether it says which parts of the kind of `part` are covered, so that one that is not named is another's.
    pub(super) fn tells(&self, part: Part<'_>) -> bool {
        let text = part.text();
        if !is_group(text) && !text.contains(|c: char| c.is_ascii_alphanumeric()) {
            return false;
        }
        let is_house = matches!(part, Part::House(_));
        self.unread
            || self.except.is_some()
            || self.divided.iter().any(|divided| divided.buildings.tells(part))
            || self.spans.iter().any(|span| span.counts(part))
            || self.words.iter().any(|word| !is_house || !is_group(word))
    }

    /// The buildings behind door numbers.
    pub(super) fn courts(&self) -> &[(String, Coverage)] {
        &self.courts
    }

    /// Whether nothing but buildings behind door numbers is covered.
    pub(super) fn is_courts_alone(&self) -> bool {
        !self.courts.is_empty() && !self.all && !self.names_parts()
    }

    /// Whether anything of the place itself is named, and not what stands behind a door.
    pub(super) fn names_parts(&self) -> bool {
        !(self.spans.is_empty() && self.words.is_empty() && self.divided.is_empty())
    }

    /// Whether a building is divided by its units.
    pub(super) fn has_units(&self) -> bool {
        !self.divided.is_empty() || self.courts.iter().any(|(_, buildings)| buildings.has_units())
    }

    /// Whether its numbers are said to be of buildings.
    pub(super) fn names_buildings(&self) -> bool {
        self.spans.iter().any(|span| span.counted == Counted::Buildings)
            || self.divided.iter().any(|divided| divided.buildings.names_buildings())
    }

    /// Whether groups of a village are covered.
    pub(super) fn names_groups(&self) -> bool {
        self.spans.iter().any(|span| span.counted == Counted::Groups) || self.words.iter().any(|word| is_group(word))
    }
}

/// Whether two names of a part are one: 廖家湾社 is 廖家湾组.
fn is_called(word: &str, text: &str) -> bool {
    let group = |name: &str| is_group(name).then(|| name.len() - '组'.len_utf8());
    let same_group = || group(word).zip(group(text)).is_some_and(|(own, other)| word[..own] == text[..other]);
    word.eq_ignore_ascii_case(text) || same_group()
}

/// Whether `text` is a group or team of a village, numbered or named.
pub(super) fn is_group(text: &str) -> bool {
    text.ends_with(['组', '队', '社']) && text.chars().nth(1).is_some()
}

/// The village and its group in the key of an estate such as 清水村樟树组, for every place where the village's name may end,
/// the longer first.
pub(super) fn village_and_group(key: &str) -> impl Iterator<Item = (&str, String)> {
    let ends = if is_group(key) { key } else { "" };
    ends.char_indices().rev().filter_map(move |(at, _)| {
        let (village, group) = key.split_at(at);
        (is_group(group) && village.chars().count() >= 2).then(|| (village, list::group_name(group)))
    })
}

/// Whether a road is the second lane of a village or the like, as every other village has one: 新围二巷.
pub(super) fn is_numbered_lane(road: &str) -> bool {
    road.ends_with('巷') && place_key(road).trim_end_matches('巷').ends_with(|c: char| c.is_ascii_digit())
}

/// How the key of an estate is called that is the buildings behind a road's door number.
pub(super) fn court_key(road: &str, number: &str) -> String {
    format!("{}{number}号院", place_key(road))
}

fn number(text: &str) -> Option<u32> {
    text.bytes().all(|b| b.is_ascii_digit()).then(|| text.parse().ok()).flatten()
}

fn leading_number(text: &str) -> Option<u32> {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    text[..end].parse().ok()
}

/// A community by the name of its committee.
const COMMITTEES: [&str; 2] = ["居民委员会", "居委会"];

/// An estate or a road as it is looked up: narrow forms, no spaces or marks, 二期 as 2期, 七号公馆 as 7号公馆 and 二路 as 2路, without an
/// ending that half the lists leave out. What is normalized already stays as it is.
pub(super) fn place_key(text: &str) -> String {
    let text = marks::village_of_committee(&marks::address_text(text));
    let text = one_name(text);
    let is_part = |c: &char| !c.is_whitespace() && !matches!(c, '-' | '.' | '/' | '·' | '•' | '・' | '‧');
    let chars: Vec<char> = text.chars().filter(is_part).collect();
    let mut key = String::with_capacity(text.len());
    address::push_estate(&chars, &mut key);
    if let Some(rest) = COMMITTEES.iter().find_map(|ending| key.strip_suffix(ending))
        && rest.chars().count() >= 2
    {
        key.truncate(rest.len());
    }
    lanes::in_digits(key)
}

/// One name for what is called in several ways: 鼓楼小区四区 is 鼓楼四区, 秦塘小区别墅区 秦塘别墅, 东片区 东片, 旧村 老村, 原稽亭村 稽亭村.
fn one_name(mut text: String) -> String {
    for word in ["小区", "社区"] {
        let part = text.find(word).filter(|&at| at >= 2 * '区'.len_utf8() && is_quarter(&text[at + word.len()..]));
        if let Some(at) = part {
            text.replace_range(at..at + word.len(), "");
        }
    }
    for (said, meant) in [("别墅区", "别墅"), ("片区", "片"), ("旧村", "老村"), ("公租房", ""), ("廉租房", "")]
    {
        if let Some(at) = text.find(said).filter(|&at| at > 0 || !meant.is_empty()) {
            text.replace_range(at..at + said.len(), meant);
        }
    }
    match text.strip_prefix('原').filter(|rest| rest.ends_with('村') && rest.chars().count() >= 3) {
        Some(now) => now.to_owned(),
        None => text,
    }
}

/// Whether a part of an estate follows its name: 四区, A区, 东区, 二期, 3组团, 别墅.
fn is_quarter(text: &str) -> bool {
    let mut chars = text.trim_start_matches('第').chars();
    let which = chars.next().is_some_and(|c| c.is_ascii_alphanumeric() || "一二三四五六七八九十东西南北中".contains(c));
    let word = chars.as_str().trim_start_matches(|c: char| c.is_ascii_digit() || "一二三四五六七八九十".contains(c));
    which && ["区", "期", "组团", "片"].iter().any(|end| word.starts_with(end)) || text.starts_with("别墅")
}

#[cfg(test)]
mod tests;
