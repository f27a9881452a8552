//! What a grid covers, as directories write it: `1-5、8` of an estate's buildings, `1-99单` of a road's door numbers, in a
//! column of its own or behind the name: `锦绣花园1-5、8号楼，府前大街1-99号`.

/// Which numbers of a span count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Parity {
    All,
    Odd,
    Even,
}

/// A set of buildings or door numbers. The empty text covers everything.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Coverage {
    /// First and last number, which of them.
    spans: Vec<(u32, u32, Parity)>,
    /// What has no number: `A`, `3A`, `东`.
    words: Vec<String>,
    /// Named as a whole (全部), or not named at all.
    all: bool,
}

impl Coverage {
    /// Reads a list such as `1-5、8号楼,A-C`. Parts that cannot be understood are counted, and cover nothing.
    pub(super) fn parse(text: &str) -> (Self, usize) {
        let text = address_text(text);
        let (mut coverage, mut faults) = (Self::default(), 0);
        let parts = text.split(['、', ',', ';', '|', '/', '和', '及', '。']).flat_map(str::split_whitespace);
        for part in parts {
            if !coverage.add(part) {
                faults += 1;
            }
        }
        coverage.all |= coverage.spans.is_empty() && coverage.words.is_empty() && faults == 0;
        (coverage, faults)
    }

    /// Covers what `more` covers as well.
    fn join(&mut self, more: Self) {
        self.spans.extend(more.spans);
        self.words.extend(more.words);
        self.all |= more.all;
    }

    /// Whether everything is covered without naming it: a coverage that names its numbers goes before it.
    pub(super) fn is_all(&self) -> bool {
        self.all
    }

    /// Whether it covers `text`: a building (`3`, `A`, `3A`) or a door number (`45`, `45-1`).
    pub(super) fn contains(&self, text: &str) -> bool {
        if self.all {
            return true;
        }
        if self.words.iter().any(|word| word.eq_ignore_ascii_case(text)) {
            return true;
        }
        let Some(number) = leading_number(text) else { return false };
        self.spans.iter().any(|&(first, last, parity)| {
            (first..=last).contains(&number)
                && match parity {
                    Parity::All => true,
                    Parity::Odd => number % 2 == 1,
                    Parity::Even => number % 2 == 0,
                }
        })
    }

    /// Adds one part; `false` if it cannot be understood.
    fn add(&mut self, part: &str) -> bool {
        if matches!(part, "全部" | "所有" | "全部楼栋" | "整个小区" | "全") {
            self.all = true;
            return true;
        }
        let (part, parity) = parity_of(part);
        let bounds = part.split_once(TO);
        let (first, last) = bounds.unwrap_or((part, part));
        // `1--5` and `1——5` are written too.
        let (first, last) = (bare(first), bare(last.trim_start_matches(['-', '~', '—', '–'])));
        match (number(first), number(last)) {
            (Some(first), Some(last)) if first <= last => self.spans.push((first, last, parity)),
            (Some(_), Some(_)) => return false,
            _ if bounds.is_none() && !first.is_empty() => match first.strip_suffix("以上").map(bare).and_then(number)
            {
                Some(from) => self.spans.push((from, u32::MAX, parity)),
                None => self.words.push(first.to_owned()),
            },
            _ => match words_from(first, last) {
                Some(words) => self.words.extend(words),
                None => return false,
            },
        }
        true
    }
}

/// Full-width forms as ASCII, upper case.
fn address_text(text: &str) -> String {
    let narrow = |c: char| match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
        '\u{3000}' => ' ',
        c => c,
    };
    text.chars().map(|c| narrow(c).to_ascii_uppercase()).collect()
}

fn parity_of(part: &str) -> (&str, Parity) {
    for (mark, parity) in [("单号", Parity::Odd), ("双号", Parity::Even), ("单", Parity::Odd), ("双", Parity::Even)]
    {
        if let Some(rest) = part.strip_suffix(mark).or_else(|| part.strip_prefix(mark)) {
            return (rest.trim_matches(['(', ')']), parity);
        }
        if let Some(rest) = part.strip_suffix(')').and_then(|rest| rest.strip_suffix(mark)) {
            return (rest.trim_end_matches('('), parity);
        }
    }
    (part, Parity::All)
}

/// Without the words that say what is counted.
fn bare(text: &str) -> &str {
    let mut text = text.trim().strip_prefix('第').unwrap_or(text.trim());
    for unit in ["号楼", "栋楼", "住宅楼", "栋", "幢", "座", "楼", "号院", "号", "#", "弄", "排", "组", "队"]
    {
        if let Some(rest) = text.strip_suffix(unit).filter(|rest| !rest.is_empty()) {
            text = rest;
            break;
        }
    }
    text
}

fn number(text: &str) -> Option<u32> {
    text.bytes().all(|b| b.is_ascii_digit()).then(|| text.parse().ok()).flatten()
}

fn leading_number(text: &str) -> Option<u32> {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    text[..end].parse().ok()
}

/// The words of a span with letters: A-C, B1-B3, B1-3.
fn words_from(first: &str, last: &str) -> Option<Vec<String>> {
    if let (Some(first), Some(last)) = (letter(first), letter(last)) {
        return (first <= last).then(|| (first..=last).map(|c| char::from(c).to_string()).collect());
    }
    let (wing, from) = lettered(first)?;
    let to = number(last).or_else(|| lettered(last).filter(|(other, _)| *other == wing).map(|(_, to)| to))?;
    let is_span = from <= to && to - from < LETTERED_SPAN_MAX;
    is_span.then(|| (from..=to).map(|number| format!("{wing}{number}")).collect())
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

/// Endings that half the lists leave out.
const ENDINGS: [&str; 12] = [
    "住宅小区",
    "居民小区",
    "家属小区",
    "生活小区",
    "小区",
    "社区",
    "住宅区",
    "居民区",
    "村民委员会",
    "居民委员会",
    "村委会",
    "居委会",
];

/// An estate or a road as it is looked up: narrow forms, no spaces or marks, 二期 as 2期, without an ending that half the
/// lists leave out. What is normalized already stays as it is.
pub(super) fn place_key(text: &str) -> String {
    let text = address_text(text);
    let mut key = String::with_capacity(text.len());
    let mut chars = text.chars().filter(|c| !c.is_whitespace() && !matches!(c, '-' | '.' | '/')).peekable();
    while let Some(c) = chars.next() {
        let digit = "一二三四五六七八九".chars().position(|numeral| numeral == c);
        match digit.filter(|_| matches!(chars.peek(), Some('期' | '区'))) {
            Some(digit) if !key.ends_with(['十', '二', '三']) => key.push_str(&(digit + 1).to_string()),
            _ => key.push(c),
        }
    }
    if let Some(ending) = ENDINGS.iter().find(|ending| key.ends_with(*ending)) {
        let rest = key.len() - ending.len();
        if key[..rest].chars().count() >= 2 {
            key.truncate(rest);
        }
    }
    key
}

/// An estate or a road as a directory's cell names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Place {
    /// As it is looked up.
    pub key: String,
    /// Buildings or door numbers behind the name; `None` where it stands alone.
    pub numbers: Option<Coverage>,
    /// A road by its name, with door numbers (1-99号), not buildings.
    pub is_road: bool,
}

/// The estates or roads named in a directory's cell, each with the numbers that stand behind it. Numbers between the
/// separators belong to the name before them: `锦绣花园1、3号楼、府苑小区` are two estates.
pub(super) fn places(text: &str) -> Vec<Place> {
    let text = address_text(text).replace(['(', ')'], " ");
    let parts: Vec<&str> = text.split(['、', ',', ';', '|']).flat_map(str::split_whitespace).collect();
    let mut places: Vec<Place> = Vec::new();
    for (i, part) in parts.iter().enumerate() {
        if let Some((more, are_doors)) = numbers(part)
            && let Some(place) = places.last_mut()
        {
            place.numbers.get_or_insert_default().join(more);
            place.is_road |= are_doors && place.key.ends_with(ROAD_ENDINGS);
            continue;
        }
        let followed = parts.get(i + 1).is_some_and(|next| numbers(next).is_some());
        let (name, own) = split_name(part, followed);
        let key = place_key(name);
        if !key.is_empty() {
            let is_road = own.as_ref().is_some_and(|(_, are_doors)| *are_doors) && key.ends_with(ROAD_ENDINGS);
            places.push(Place { key, numbers: own.map(|(numbers, _)| numbers), is_road });
        }
    }
    places
}

/// What the name of a road ends with.
const ROAD_ENDINGS: [char; 5] = ['路', '街', '道', '巷', '弄'];

/// What stands between the first and the last number of a span.
const TO: [char; 8] = ['-', '~', '—', '–', '至', '到', '－', '～'];

/// The name in front of `part` and the numbers behind it. A number alone may belong to the name (阳光100); it counts where
/// more `follow`. The last number of a span that cannot be read (B3-B1) begins nothing.
fn split_name(part: &str, follow: bool) -> (&str, Option<(Coverage, bool)>) {
    let begins = |at: usize, c: char| {
        let before = part[..at].chars().next_back();
        c.is_ascii_alphanumeric()
            && before.is_some_and(|before| !before.is_ascii_alphanumeric() && !TO.contains(&before))
    };
    let starts = part.char_indices().filter(|&(at, c)| begins(at, c)).map(|(at, _)| at);
    let alone = |rest: &str| rest.bytes().all(|b| b.is_ascii_alphanumeric());
    let mut splits = starts.filter(|&at| follow || !alone(&part[at..]));
    splits
        .find_map(|at| numbers(&part[at..]).map(|own| (part[..at].trim_end_matches(['第', '-']), Some(own))))
        .unwrap_or((part, None))
}

/// `text` if it is nothing but buildings or door numbers, and whether these are door numbers.
fn numbers(text: &str) -> Option<(Coverage, bool)> {
    if !text.trim_start_matches('第').starts_with(|c: char| c.is_ascii_alphanumeric()) {
        return None;
    }
    let (coverage, faults) = Coverage::parse(text);
    let is_short = |word: &String| word.len() <= 3 && word.bytes().all(|b| b.is_ascii_alphanumeric());
    let is_all = faults == 0 && !coverage.all && coverage.words.iter().all(is_short);
    let are_doors = text.ends_with(['号', '单', '双']);
    is_all.then_some((coverage, are_doors))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn covered(text: &str) -> Vec<u32> {
        let (coverage, faults) = Coverage::parse(text);
        assert_eq!(faults, 0, "{text}");
        (0..=120).filter(|n| coverage.contains(&n.to_string())).collect()
    }

    #[test]
    fn buildings_are_read_as_they_are_written() {
        for text in
            ["1-5、8", "1~5号楼，8号楼", "１－５、８", "第1栋至第5栋 8#", "1,2,3,4,5,8", "1—3；4到5/8", "1-5组、8队"]
        {
            assert_eq!(covered(text), [1, 2, 3, 4, 5, 8], "{text}");
        }
        let (letters, faults) = Coverage::parse("a、C-E座,3A、东");
        assert_eq!(faults, 0);
        let named = |t: &str| letters.contains(t);
        assert!(["A", "a", "C", "D", "E", "3A", "东"].into_iter().all(named));
        assert!(!["B", "F", "3", "西", ""].into_iter().any(named));
        for text in ["B1-B3栋、B12", "B1至B3号楼,B12座", "B1-3、b12"] {
            let (letters, faults) = Coverage::parse(text);
            let named = ["B1", "b2", "B3", "B12"].into_iter().all(|text| letters.contains(text));
            let others = ["B", "B4", "A1", "1", "12"].into_iter().any(|text| letters.contains(text));
            assert_eq!((named, others, faults), (true, false, 0), "{text}");
        }
    }

    #[test]
    fn door_numbers_have_sides_of_the_road() {
        assert_eq!(covered("1-9单"), [1, 3, 5, 7, 9]);
        assert_eq!(covered("2-8双、15号"), [2, 4, 6, 8, 15]);
        assert_eq!(covered("单号1-5"), [1, 3, 5]);
        assert_eq!(covered("1-5号(单号)"), [1, 3, 5]);
        assert_eq!(covered("118号以上"), [118, 119, 120]);
        let (coverage, _) = Coverage::parse("1-50");
        assert!(coverage.contains("45-1") && !coverage.contains("51-1"));
    }

    #[test]
    fn nothing_named_is_everything_and_nonsense_is_nothing() {
        for text in ["", "  ", "全部"] {
            let (coverage, faults) = Coverage::parse(text);
            assert!(coverage.is_all() && coverage.contains("7") && coverage.contains("A") && faults == 0);
        }
        let (coverage, faults) = Coverage::parse("5-1、1-A、B3-B1、A1-B3、B1-B999、B-3");
        assert!(!coverage.is_all() && !coverage.contains("3") && !coverage.contains("B2") && faults == 6);
    }

    #[test]
    fn places_of_a_cell() {
        let names = |text: &str| places(text).into_iter().map(|place| place.key).collect::<Vec<String>>();
        assert_eq!(names("阳光花园小区、 金色 家园,安居小区|小区；"), ["阳光花园", "金色", "家园", "安居", "小区"]);
        assert_eq!(place_key("胜 利－花园二期"), "胜利花园2期");
        assert_eq!(place_key("胜利花园2期"), "胜利花园2期");
        assert_ne!(place_key("幸福村"), place_key("幸福小区"));
    }

    #[test]
    fn numbers_stand_behind_the_names_of_places_too() {
        let told = |text: &str| {
            let of = |numbers: Coverage| (0..=120).filter(|n| numbers.contains(&n.to_string())).collect::<Vec<u32>>();
            places(text).into_iter().map(|p| (p.key, p.numbers.map(of), p.is_road)).collect::<Vec<_>>()
        };
        let estate = |name: &str, numbers: &[u32]| (name.to_owned(), Some(numbers.to_vec()), false);
        let whole = |name: &str| (name.to_owned(), None, false);
        for text in [
            "锦绣花园1-3、8号楼、府苑小区",
            "锦绣花园小区（1-3号楼，8号楼），府苑",
            "锦绣花园 1、2、3、8栋；府苑",
            "锦绣花园第1栋至3栋和8栋|府苑",
        ] {
            assert_eq!(told(text), [estate("锦绣花园", &[1, 2, 3, 8]), whole("府苑")], "{text}");
        }
        assert_eq!(told("锦绣花园二期3-5号楼"), [estate("锦绣花园2期", &[3, 4, 5])]);
        assert_eq!(told("锦绣花园2期3-5号楼"), [estate("锦绣花园2期", &[3, 4, 5])]);
        assert_eq!(told("前李村1-2组、3组"), [estate("前李村", &[1, 2, 3])]);
        assert_eq!(told("阳光100、8号公馆、文汇3区"), [whole("阳光100"), whole("8号公馆"), whole("文汇3区")]);
        assert_eq!(told("府前大街1-5单号"), [("府前大街".to_owned(), Some(vec![1, 3, 5]), true)]);
        assert_eq!(
            told("府前大街1-3号、锦绣花园"),
            [("府前大街".to_owned(), Some(vec![1, 2, 3]), true), whole("锦绣花园")]
        );
        assert_eq!(told("锦绣花园B3-B1栋")[0].1, None, "no part of what cannot be read is a name");
        let lettered = places("锦绣花园B1-B3栋、A座，府苑");
        let covers = |text: &str| lettered[0].numbers.as_ref().is_some_and(|numbers| numbers.contains(text));
        assert_eq!((lettered.len(), &lettered[0].key[..]), (2, "锦绣花园"));
        assert_eq!(["A", "B1", "B2", "B3", "B4", "2"].map(covers), [true, true, true, true, false, false]);
        assert_eq!(told("1-5号楼")[0].1, None, "numbers without a name are of no estate");
        assert_eq!(told("步行街1-2号楼"), [estate("步行街", &[1, 2])]);
        assert_eq!(told("府前大街1、3、5号"), [("府前大街".to_owned(), Some(vec![1, 3, 5]), true)]);
        let towers = places("万达广场A、C-D座");
        let covers = |building: &str| towers[0].numbers.as_ref().unwrap().contains(building);
        assert!(["A", "C", "D"].into_iter().all(covers) && !covers("B") && towers.len() == 1);
    }

    proptest! {
        #[test]
        fn spans_agree_with_counting(a in 0_u32..60, b in 0_u32..60, c in 0_u32..120, side in 0..3) {
            let mark = ["", "单", "双"][side as usize];
            let (coverage, _) = Coverage::parse(&format!("{a}-{b}{mark}、{c}"));
            for n in 0..=120 {
                let side = match mark { "单" => n % 2 == 1, "双" => n % 2 == 0, _ => true };
                let slow = a <= n && n <= b && side || n == c;
                prop_assert_eq!(coverage.contains(&n.to_string()), slow, "{}", n);
            }
        }

        #[test]
        fn a_key_stays_a_key(text in "[阳光一二十期区小村Ａb3 ./-]{0,10}") {
            let key = place_key(&text);
            prop_assume!(!ENDINGS.iter().any(|ending| key.ends_with(ending)));
            prop_assert_eq!(place_key(&key), key);
        }

        #[test]
        fn no_text_panics(text in "\\PC{0,20}") {
            let _ = Coverage::parse(&text);
            let _ = places(&text).len();
        }
    }
}
