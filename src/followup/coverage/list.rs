//! Reads a list of buildings, door numbers or groups, in the notation of [`super::marks`].

use super::lanes;
use super::marks::{EVEN, EXCEPT, ODD, REMARK, TO, WHOLE, is_separator};
use super::{Counted, Coverage, Divided, Parity, Span, is_group, number};
use crate::kernels::address::is_stem;
use std::borrow::Cow;

/// What the word behind a number says that it counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unit {
    Buildings,
    Doors,
    /// 号院: a door with buildings behind it.
    Court,
    Groups,
    /// 单元: a part of the building before it.
    Units,
}

/// Words behind a number, the longer first.
const UNITS: [(&str, Unit); 25] = [
    ("村民小组", Unit::Groups),
    ("村民组", Unit::Groups),
    ("小组", Unit::Groups),
    ("号住宅楼", Unit::Buildings),
    ("住宅楼", Unit::Buildings),
    ("号楼", Unit::Buildings),
    ("号栋", Unit::Buildings),
    ("号幢", Unit::Buildings),
    ("号大院", Unit::Court),
    ("号院", Unit::Court),
    ("栋楼", Unit::Buildings),
    ("#楼", Unit::Buildings),
    ("#栋", Unit::Buildings),
    ("单元", Unit::Units),
    ("栋", Unit::Buildings),
    ("幢", Unit::Buildings),
    ("座", Unit::Buildings),
    ("楼", Unit::Buildings),
    ("号", Unit::Doors),
    ("#", Unit::Buildings),
    ("弄", Unit::Doors),
    ("排", Unit::Buildings),
    ("组", Unit::Groups),
    ("队", Unit::Groups),
    ("社", Unit::Groups),
];

/// The word behind a number at `at`, and its length.
pub(super) fn unit_at(chars: &[char], at: usize) -> Option<(Unit, usize)> {
    let rest = chars.get(at..)?;
    let stands = |word: &str| {
        let is_word = rest.len() >= word.chars().count() && word.chars().zip(rest).all(|(a, b)| a == *b);
        // 第一社区 is no group, and 3组团 none.
        is_word && (word != "社" || rest.get(1) != Some(&'区')) && (word != "组" || rest.get(1) != Some(&'团'))
    };
    UNITS.iter().find(|(word, _)| stands(word)).map(|(word, unit)| (*unit, word.chars().count()))
}

/// A list that was read.
pub(super) struct Reading {
    pub coverage: Coverage,
    /// Parts that cannot be understood, and that cover nothing.
    pub faults: usize,
    /// What is said beside numbers and cannot be followed.
    pub remarks: usize,
    /// Whether it is numbers, short letters and nothing else.
    pub is_strict: bool,
    /// Whether door numbers are named, and whether groups.
    pub are_doors: bool,
    pub are_groups: bool,
    /// Whether only parts of a building are named, and no building.
    units_alone: bool,
}

enum Token {
    Item(Item),
    /// A side of the road; whether its numbers stand behind it.
    Side(Parity, bool),
    Whole,
    Except,
    Remark,
    Word(String),
    /// Lanes within a lane, by their door numbers.
    Lanes(Vec<String>),
    Fault,
}

struct Item {
    first: String,
    last: Option<String>,
    unit: Option<Unit>,
    /// 以上 and 以下.
    open: Option<bool>,
    /// Directly behind another.
    joined: bool,
}

/// Words of any list that has no number (东, 综合楼) are no longer than this.
const WORD_CHARS_MAX: usize = 4;
/// Words of a list whose numbers stand behind a name are no longer than this.
const STRICT_CHARS_MAX: usize = 3;

/// Reads a list in one notation. Nothing named is not yet everything: see [`Reading::settled`].
pub(super) fn read(text: &str) -> Reading {
    let mut tokens = tokens(&lanes_as_courts(text));
    fill_units(&mut tokens);
    Builder::default().build(tokens)
}

/// 153弄1-40号 are houses of a lane and no doors of its road: they are read like 153号院1-40栋, and its odd houses like those of 153号院.
fn lanes_as_courts(text: &str) -> Cow<'_, str> {
    let is_lane = |at: usize| {
        let behind = &text[at + "弄".len()..];
        let numbers = behind.trim_start_matches(|c: char| c.is_ascii_digit() || TO.contains(&c));
        behind.starts_with(|c: char| c.is_ascii_digit() || matches!(c, ODD | EVEN)) && !numbers.starts_with("支弄")
    };
    if !text.match_indices('弄').any(|(at, _)| is_lane(at)) {
        return text.into();
    }
    let (mut out, mut in_lane) = (String::new(), false);
    for (at, c) in text.char_indices() {
        match c {
            '弄' if is_lane(at) => {
                in_lane = true;
                out.push_str("号院");
            }
            '号' if in_lane => out.push('栋'),
            ODD | EVEN if in_lane && out.ends_with(|c: char| c.is_ascii_digit()) => out.extend(['栋', c]),
            _ => out.push(c),
        }
        in_lane &= !is_separator(c);
    }
    out.into()
}

/// The tokens of a list, each with the number of its part.
fn tokens(text: &str) -> Vec<(usize, Token)> {
    let chars: Vec<char> = text.chars().collect();
    let (mut tokens, mut at, mut part, mut joined) = (Vec::new(), 0, 0, false);
    let (mut lane, mut door) = (None, None);
    while let Some(&c) = chars.get(at) {
        if is_separator(c) {
            (at, part, joined) = (at + 1, part + 1, false);
            continue;
        }
        if let Some((within, end)) = lanes::within(&chars, at, &mut lane) {
            // Which houses of a lane within a lane are covered, no address is asked.
            let goes_on = chars.get(end).is_some_and(char::is_ascii_digit);
            tokens.push((part, if goes_on { Token::Fault } else { Token::Lanes(within) }));
            (at, joined) = (end, true);
            continue;
        }
        if let Some((doors, end)) = lanes::beside(&chars, at, &mut door) {
            tokens.push((part, Token::Lanes(doors)));
            (at, joined) = (end, true);
            continue;
        }
        let side = match c {
            ODD => Some(Parity::Odd),
            EVEN => Some(Parity::Even),
            '单' if chars.get(at + 1) != Some(&'元') => Some(Parity::Odd),
            '双' => Some(Parity::Even),
            _ => None,
        };
        let (token, next) = match (c, side) {
            (_, Some(side)) => {
                let from = at + 1 + usize::from(chars.get(at + 1) == Some(&'('));
                (Token::Side(side, item(&chars, from, false).is_some()), at + 1)
            }
            (WHOLE, _) => (Token::Whole, at + 1),
            (EXCEPT, _) => {
                part += 1;
                (Token::Except, at + 1)
            }
            (REMARK, _) => (Token::Remark, at + 1),
            _ => match item(&chars, at, joined) {
                Some((token, next)) => (token, next),
                None => word(&chars, at, joined),
            },
        };
        joined = matches!(token, Token::Item(_) | Token::Word(_) | Token::Fault);
        tokens.push((part, token));
        at = next;
    }
    tokens
}

/// A number or a span of them at `at`, and where it ends.
fn item(chars: &[char], at: usize, joined: bool) -> Option<(Token, usize)> {
    let number_at = |at: usize| {
        let stem = chars.get(at).filter(|c| is_stem(**c) && chars.get(at + 1).is_some_and(char::is_ascii_digit));
        let start = at + usize::from(stem.is_some() || chars.get(at) == Some(&'第'));
        let is_part = |c: &&char| c.is_ascii_digit() || c.is_ascii_uppercase();
        let len = chars.get(start..)?.iter().take_while(is_part).count();
        // 甲45号, as addresses have it.
        let number = || chars[start..start + len].iter().chain(stem).collect::<String>();
        (len > 0).then(|| (number(), start + len))
    };
    let (first, mut at) = number_at(at)?;
    let mut item = Item { first, last: None, unit: None, open: None, joined };
    let unit = |at: &mut usize, item: &mut Item| {
        if let Some((unit, len)) = unit_at(chars, *at) {
            (item.unit, *at) = (Some(unit), *at + len);
        }
    };
    unit(&mut at, &mut item);
    let dashes = chars[at..].iter().take_while(|c| TO.contains(c)).count();
    if dashes > 0 {
        // `1--5` and `1——5` are written too.
        let Some((last, end)) = number_at(at + dashes) else { return Some((Token::Fault, at + dashes)) };
        item.last = Some(last);
        at = end;
        unit(&mut at, &mut item);
    }
    if chars.get(at) == Some(&'以')
        && let Some(side) = chars.get(at + 1).filter(|c| matches!(c, '上' | '后' | '下' | '前' | '内'))
    {
        item.open = Some(matches!(side, '上' | '后'));
        at += 2;
    }
    Some((Token::Item(item), at))
}

/// What is no number: a building's name (东, 综合楼), a named group, or nothing that is understood.
fn word(chars: &[char], at: usize, joined: bool) -> (Token, usize) {
    let ends = |c: &char| is_separator(*c) || matches!(*c, ODD | EVEN | WHOLE | EXCEPT | REMARK);
    let end = at + chars[at..].iter().take_while(|c| !ends(c)).count().max(1);
    let text: String = chars[at..end].iter().collect();
    if joined {
        // 3号楼东单元, 1-5栋居民楼
        let is_nothing = matches!(&*text, "住户" | "住宅" | "居民" | "居民楼" | "居民住宅" | "楼房");
        let is_entrance = text.ends_with("单元") && text.chars().count() == 3;
        let token = if is_nothing || is_entrance { Token::Word(String::new()) } else { Token::Fault };
        return (token, end);
    }
    if is_group(&text) {
        return (Token::Word(group_name(&text)), end);
    }
    let name = ["号楼", "住宅楼", "栋", "幢", "座", "楼"].iter().find_map(|unit| text.strip_suffix(unit));
    let name = name.filter(|name| !name.is_empty()).unwrap_or(&text);
    let is_name = name.chars().count() <= WORD_CHARS_MAX
        && name.chars().all(|c| c.is_alphanumeric() && !c.is_ascii_digit() && !TO.contains(&c));
    (if is_name { Token::Word(name.to_owned()) } else { Token::Fault }, end)
}

/// 樟树村民小组 is 樟树组.
pub(super) fn group_name(text: &str) -> String {
    for word in ["村民小组", "村民组", "小组"] {
        if let Some(name) = text.strip_suffix(word) {
            return format!("{name}组");
        }
    }
    text.to_owned()
}

/// Numbers without a word are what the next ones are: 1、2、3号楼.
fn fill_units(tokens: &mut [(usize, Token)]) {
    let mut behind = None;
    for (_, token) in tokens.iter_mut().rev() {
        match token {
            Token::Item(item) => {
                item.unit = item.unit.or(behind);
                behind = item.unit;
            }
            _ => behind = None,
        }
    }
}

/// Whether a side of a road or a lane stands there, all of it.
fn is_side(token: Option<&(usize, Token)>) -> bool {
    matches!(token, Some((_, Token::Side(_, false))))
}

/// Puts the coverage together.
#[derive(Default)]
struct Builder {
    coverage: Coverage,
    except: Coverage,
    /// The door whose buildings are being named.
    court: Option<(String, Coverage)>,
    /// The buildings whose units are being named, and whether they have begun.
    divided: Option<(Divided, bool)>,
    /// The side whose numbers follow, and whether the first of them was read.
    side: Option<(Parity, bool)>,
    /// The first span behind the last side.
    marked_from: usize,
    in_except: bool,
    has_building: bool,
}

impl Builder {
    fn build(mut self, tokens: Vec<(usize, Token)>) -> Reading {
        let mut faulty: Vec<usize> = tokens.iter().filter(|(_, t)| matches!(t, Token::Fault)).map(|t| t.0).collect();
        let mut reading = Reading {
            coverage: Coverage::default(),
            faults: 0,
            remarks: 0,
            is_strict: !tokens.is_empty(),
            are_doors: false,
            are_groups: false,
            units_alone: false,
        };
        let mut tokens = tokens.into_iter().peekable();
        while let Some((part, token)) = tokens.next() {
            if faulty.contains(&part) {
                continue;
            }
            match token {
                Token::Item(item) => {
                    let next = tokens.peek().and_then(|(_, next)| match next {
                        Token::Item(next) => Some(next),
                        _ => None,
                    });
                    let buildings = next.is_some_and(|next| next.joined && next.unit == Some(Unit::Buildings));
                    let units = next.is_some_and(|next| next.unit == Some(Unit::Units));
                    let side = item.unit == Some(Unit::Court) && is_side(tokens.peek());
                    let leads = matches!(item.unit, Some(Unit::Court | Unit::Doors))
                        && item.last.is_none()
                        && (buildings || side);
                    reading.are_doors |= matches!(item.unit, Some(Unit::Doors | Unit::Court));
                    reading.are_groups |= item.unit == Some(Unit::Groups);
                    reading.units_alone |= item.unit == Some(Unit::Units) && !self.has_building;
                    reading.is_strict &=
                        item.first.trim_end_matches(is_stem).len() <= STRICT_CHARS_MAX || number(&item.first).is_some();
                    if item.unit != Some(Unit::Units) {
                        self.end_divided();
                    }
                    if leads {
                        self.end_court();
                        self.court = Some((item.first, Coverage::default()));
                    } else if !self.add(&item, units) {
                        faulty.push(part);
                    }
                }
                Token::Side(parity, false) if self.court.as_ref().is_some_and(|(_, of)| of.spans.is_empty()) => {
                    let span = Span { first: 0, last: u32::MAX, parity, counted: Counted::Buildings };
                    self.target().spans.push(span);
                }
                Token::Side(parity, false) if self.court.is_some() => {
                    if let Some(span) = self.target().spans.last_mut() {
                        span.parity = parity;
                    }
                }
                Token::Side(side, before) => {
                    self.end_court();
                    reading.are_doors = true;
                    self.mark(side, before);
                }
                Token::Lanes(doors) => {
                    self.end_court();
                    reading.are_doors = true;
                    self.target().words.extend(doors);
                }
                Token::Whole => self.coverage.all = true,
                Token::Except => {
                    self.end_divided();
                    self.in_except = !self.in_except;
                }
                Token::Remark => reading.remarks += 1,
                Token::Word(word) if word.is_empty() => {}
                Token::Word(word) => {
                    self.end_divided();
                    reading.are_groups |= is_group(&word);
                    reading.is_strict = false;
                    self.target().words.push(word);
                }
                Token::Fault => {}
            }
        }
        self.end_court();
        faulty.dedup();
        reading.faults = faulty.len();
        reading.is_strict &= faulty.is_empty();
        // 128号院全部 is all of that, not of the road.
        let coverage = &mut self.coverage;
        coverage.all &= !coverage.names_parts() && coverage.courts.is_empty();
        if self.except != Coverage::default() {
            self.coverage.except = Some(Box::new(self.except));
        }
        self.coverage.unread = reading.faults > 0;
        reading.coverage = self.coverage;
        reading
    }

    fn target(&mut self) -> &mut Coverage {
        match (&mut self.divided, &mut self.court) {
            (Some((divided, true)), _) => &mut divided.units,
            (Some((divided, false)), _) => &mut divided.buildings,
            _ if self.in_except => &mut self.except,
            (_, Some((_, buildings))) => buildings,
            _ => &mut self.coverage,
        }
    }

    fn end_divided(&mut self) {
        if let Some((divided, _)) = self.divided.take() {
            self.target().divided.push(divided);
        }
    }

    fn end_court(&mut self) {
        self.end_divided();
        self.coverage.courts.extend(self.court.take());
    }

    /// Adds numbers, of buildings of which only the units that follow are meant; `false` if they make no sense.
    fn add(&mut self, item: &Item, units_follow: bool) -> bool {
        let counted = match item.unit {
            Some(Unit::Units) => match &mut self.divided {
                Some((_, has_begun)) => {
                    *has_begun = true;
                    Counted::Any
                }
                None => return true,
            },
            Some(Unit::Buildings) => Counted::Buildings,
            Some(Unit::Doors | Unit::Court) => Counted::Doors,
            Some(Unit::Groups) => Counted::Groups,
            None => Counted::Any,
        };
        self.has_building |= matches!(counted, Counted::Buildings | Counted::Any);
        if matches!(counted, Counted::Doors | Counted::Groups) {
            self.end_court();
        }
        if units_follow && item.unit != Some(Unit::Units) {
            self.divided = Some((Divided::default(), false));
        }
        let last = item.last.as_deref().unwrap_or(&item.first);
        let (first, last) = match (number(&item.first), number(last), item.open) {
            (Some(first), Some(_), Some(true)) => (first, u32::MAX),
            (Some(first), Some(_), Some(false)) => (0, first),
            (Some(first), Some(last), None) if first <= last => (first, last),
            (Some(_), Some(_), _) => return false,
            _ if item.last.is_none() => {
                self.target().words.push(item.first.clone());
                return true;
            }
            _ => match words_from(&item.first, last) {
                Some(words) => {
                    self.target().words.extend(words);
                    return true;
                }
                None => return false,
            },
        };
        let mut span = Span { first, last, parity: Parity::All, counted };
        // 单号1-99号、101-199号: further numbers are of that side if both ends of them are.
        if let Some((side, was_first)) = &mut self.side
            && !self.in_except
            && (!std::mem::replace(was_first, true) || span.ends_are(*side))
        {
            span.parity = *side;
        }
        self.target().spans.push(span);
        true
    }

    /// A side of the road: of the numbers before or behind it, or all of it.
    fn mark(&mut self, side: Parity, before: bool) {
        if before {
            self.side = Some((side, false));
        } else {
            self.side = None;
            let marked = &mut self.coverage.spans[self.marked_from..];
            match marked.split_last_mut() {
                Some((last, others)) => {
                    last.parity = side;
                    // 1-99、101-199单: both are.
                    others.iter_mut().filter(|span| span.ends_are(side)).for_each(|span| span.parity = side);
                }
                None => {
                    self.coverage.spans.push(Span { first: 0, last: u32::MAX, parity: side, counted: Counted::Doors });
                }
            }
        }
        self.marked_from = self.coverage.spans.len();
    }
}

impl Reading {
    /// What is covered: everything, if nothing was named and nothing remained unread.
    pub(super) fn settled(mut self) -> (Coverage, usize) {
        let coverage = &mut self.coverage;
        let is_named = coverage.names_parts() || !coverage.courts.is_empty();
        if self.units_alone && !is_named {
            (coverage.unread, self.faults) = (true, self.faults + 1);
        }
        coverage.all |= !is_named && !coverage.unread;
        (self.coverage, self.faults + self.remarks)
    }
}

/// The words of a span with letters: A-C, B1-B3, B1-3.
fn words_from(first: &str, last: &str) -> Option<Vec<String>> {
    if let (Some(first), Some(last)) = (letter(first), letter(last)) {
        return (first <= last).then(|| (first..=last).map(|c| char::from(c).to_string()).collect());
    }
    if let Some((stem, from, to)) = stemmed(first, last) {
        return Some((from..=to).map(|number| format!("{number}{stem}")).collect());
    }
    let (wing, from) = lettered(first)?;
    let to = number(last).or_else(|| lettered(last).filter(|(other, _)| *other == wing).map(|(_, to)| to))?;
    let is_span = from <= to && to - from < LETTERED_SPAN_MAX;
    is_span.then(|| (from..=to).map(|number| format!("{wing}{number}")).collect())
}

/// 甲1-甲5号: the stem and the numbers before it.
fn stemmed(first: &str, last: &str) -> Option<(char, u32, u32)> {
    let stem = first.chars().next_back().filter(|c| is_stem(*c))?;
    let [from, to] = [first, last].map(|text| number(text.trim_end_matches(stem)));
    let (from, to) = (from?, to?);
    (from <= to && to - from < LETTERED_SPAN_MAX).then_some((stem, from, to))
}

/// More buildings than these under one letter are no span of them.
const LETTERED_SPAN_MAX: u32 = 200;

/// A letter and the number behind it.
fn lettered(text: &str) -> Option<(&str, u32)> {
    let (wing, rest) = text.split_at_checked(1)?;
    letter(wing)?;
    Some((wing, number(rest).filter(|_| !rest.is_empty())?))
}

fn letter(text: &str) -> Option<u8> {
    match text.as_bytes() {
        [c @ b'A'..=b'Z'] => Some(*c),
        _ => None,
    }
}
