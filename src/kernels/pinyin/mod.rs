//! How names sound: toneless syllables as small integers. A character may have several readings; as a surname it has
//! one of its own (单 shan, 仇 qiu), and pinyin typed for a rare character sounds as it is spelt.

mod spelling;
mod surnames;

pub use surnames::{is_surname, surname_len, surname_syllable};

use crate::kernels::text::{DOT, UNREADABLE_CHAR, is_han, simplify};
use pinyin::ToPinyinMulti;
use spelling::SPELLINGS;
use std::sync::LazyLock;

/// A toneless syllable: its place in the fixed list of spellings, from 1. 0 is no or an unknown syllable.
pub type Syllable = u16;

/// One more than the largest syllable.
pub const SYLLABLES: usize = SPELLINGS.len() + 1;

struct Readings {
    /// Readings of all characters, one after the other.
    flat: Vec<Syllable>,
    /// Where the readings of each character of the basic plane begin; those of `c` end where those of `c + 1` begin.
    starts: Vec<u32>,
    /// Characters beyond the basic plane, sorted, with begin and end.
    beyond: Vec<(char, u32, u32)>,
}

static READINGS: LazyLock<Readings> = LazyLock::new(|| {
    let mut readings = Readings { flat: Vec::new(), starts: Vec::with_capacity(0x1_0001), beyond: Vec::new() };
    for code in 0..0x3_2000u32 {
        let begin = readings.flat.len() as u32;
        if code <= 0x1_0000 {
            readings.starts.push(begin);
        }
        let Some(c) = char::from_u32(code).filter(|&c| is_han(c)) else { continue };
        for reading in c.to_pinyin_multi().into_iter().flatten() {
            let id = of_reading(reading.plain());
            if id != 0 && !readings.flat[begin as usize..].contains(&id) {
                readings.flat.push(id);
            }
        }
        let end = readings.flat.len() as u32;
        if code > 0xffff && end > begin {
            readings.beyond.push((c, begin, end));
        }
    }
    readings
});

fn of_reading(plain: &str) -> Syllable {
    if plain.contains('ü') { syllable_of(&plain.replace('ü', "v")) } else { syllable_of(plain) }
}

/// The syllable spelt `spelling` (lower case, ü as v); 0 if there is none.
pub fn syllable_of(spelling: &str) -> Syllable {
    SPELLINGS.binary_search(&spelling).map_or(0, |i| i as Syllable + 1)
}

/// How a syllable is spelt; empty for 0.
pub fn spelling(syllable: Syllable) -> &'static str {
    (syllable as usize).checked_sub(1).and_then(|i| SPELLINGS.get(i)).copied().unwrap_or("")
}

/// All readings of a character, the usual one first; empty if it has none.
#[inline]
pub fn syllables(c: char) -> &'static [Syllable] {
    let readings = &*READINGS;
    let code = c as usize;
    if code < 0x1_0000 {
        return &readings.flat[readings.starts[code] as usize..readings.starts[code + 1] as usize];
    }
    match readings.beyond.binary_search_by_key(&c, |entry| entry.0) {
        Ok(i) => &readings.flat[readings.beyond[i].1 as usize..readings.beyond[i].2 as usize],
        Err(_) => &[],
    }
}

/// The usual reading of a character; 0 if it has none.
#[inline]
pub fn syllable(c: char) -> Syllable {
    syllables(c).first().copied().unwrap_or(0)
}

static FOLDED: LazyLock<[Syllable; SYLLABLES]> = LazyLock::new(|| {
    let folded: Vec<String> = SPELLINGS.iter().map(|s| folded_spelling(s)).collect();
    let mut table = [0; SYLLABLES];
    for (i, spelling) in folded.iter().enumerate() {
        let first = folded.iter().position(|other| other == spelling).unwrap_or(i);
        table[i + 1] = first as Syllable + 1;
    }
    table
});

fn folded_spelling(spelling: &str) -> String {
    let mut folded = match spelling.as_bytes() {
        [b'z' | b'c' | b's', b'h', ..] => format!("{}{}", &spelling[..1], &spelling[2..]),
        [b'n', _, ..] if spelling != "ng" => format!("l{}", &spelling[1..]),
        _ => spelling.to_owned(),
    };
    if folded.len() > 2 && ["ang", "eng", "ing"].iter().any(|end| folded.ends_with(end)) {
        folded.pop();
    }
    folded
}

/// One syllable for those that many speakers do not tell apart: zh and z, ch and c, sh and s, n and l, an and ang, en and
/// eng, in and ing.
#[inline]
pub fn fold(syllable: Syllable) -> Syllable {
    FOLDED.get(syllable as usize).copied().unwrap_or(0)
}

/// Adds the syllables of the pinyin in `latin` (letters without spaces, any case) to `out`. Fewest syllables win, then the
/// longest first one. Adds nothing and gives `false` if it is no pinyin.
pub fn segment(latin: &str, out: &mut Vec<Syllable>) -> bool {
    const LETTERS_MAX: usize = 32;
    let mut buffer = [0u8; LETTERS_MAX];
    let bytes = latin.as_bytes();
    if bytes.is_empty() || bytes.len() > LETTERS_MAX || !bytes.iter().all(u8::is_ascii_alphabetic) {
        return false;
    }
    for (to, from) in buffer.iter_mut().zip(bytes) {
        *to = from.to_ascii_lowercase();
    }
    let text = std::str::from_utf8(&buffer[..bytes.len()]).unwrap_or("");
    // best[i]: fewest syllables from i to the end, and the length of the first of them.
    let mut best = [(u8::MAX, 0u8); LETTERS_MAX + 1];
    best[text.len()] = (0, 0);
    for i in (0..text.len()).rev() {
        for len in (1..=6.min(text.len() - i)).rev() {
            let rest = best[i + len].0;
            let vowel = text.as_bytes()[i..i + len].iter().any(|b| b"aeiouv".contains(b));
            if rest != u8::MAX && vowel && rest + 1 < best[i].0 && syllable_of(&text[i..i + len]) != 0 {
                best[i] = (rest + 1, len as u8);
            }
        }
    }
    if best[0].0 == u8::MAX {
        return false;
    }
    let mut i = 0;
    while i < text.len() {
        let len = best[i].1 as usize;
        out.push(syllable_of(&text[i..i + len]));
        i += len;
    }
    true
}

/// Writes the syllables of a normalized name into `out` (cleared first): one for each character, surnames as surnames are
/// read, pinyin as it is spelt, 0 for what cannot be read. Dots and spaces have none.
pub fn name_syllables(name: &str, out: &mut Vec<Syllable>) {
    out.clear();
    let mut lead = [UNREADABLE_CHAR; 3];
    let mut lead_len = 0;
    for c in name.chars().take(3) {
        lead[lead_len] = c;
        lead_len += 1;
    }
    let lead = &lead[..lead_len];
    let surname = surname_len(lead);
    for (i, c) in name.chars().enumerate().take(surname) {
        out.push(surname_syllable(lead, i).unwrap_or_else(|| syllable(c)));
    }
    let mut rest = name;
    for _ in 0..surname {
        rest = rest.get(rest.chars().next().map_or(0, char::len_utf8)..).unwrap_or("");
    }
    while let Some(c) = rest.chars().next() {
        if c == DOT || c == ' ' {
            rest = &rest[c.len_utf8()..];
        } else if c.is_ascii_alphabetic() {
            let end = rest.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(rest.len());
            if !segment(&rest[..end], out) {
                out.push(0);
            }
            rest = &rest[end..];
        } else {
            out.push(syllable(simplify(c)));
            rest = &rest[c.len_utf8()..];
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(name: &str) -> String {
        let mut out = Vec::new();
        name_syllables(name, &mut out);
        out.iter().map(|&s| spelling(s)).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn names_are_read_aloud() {
        for (name, sound) in [
            ("王伟", "wang wei"),
            ("单田芳", "shan tian fang"),
            ("仇英", "qiu ying"),
            ("查良镛", "zha liang yong"),
            ("曾国藩", "zeng guo fan"),
            ("区大任", "ou da ren"),
            ("解晓东", "xie xiao dong"),
            ("任伟华", "ren wei hua"),
            ("尉迟恭", "yu chi gong"),
            ("万俟卨", "mo qi xie"),
            ("万里", "wan li"),
            ("欧阳修", "ou yang xiu"),
            ("翟志刚", "zhai zhi gang"),
            ("王wei", "wang wei"),
            ("WANG XIAOMING", "wang xiao ming"),
            ("王□伟", "wang  wei"),
            ("吕布", "lv bu"),
        ] {
            assert_eq!(read(name), sound, "{name}");
        }
    }

    #[test]
    fn readings_and_ids_are_stable() {
        assert_eq!((syllable_of("a"), spelling(1), syllable_of("zuo") as usize), (1, "a", SYLLABLES - 1));
        assert!(syllables('乐').contains(&syllable_of("yue")) && syllable('乐') == syllable_of("le"));
        assert!(syllables('a').is_empty() && syllable('□') == 0);
    }

    #[test]
    fn near_syllables_fold_together() {
        for (a, b) in
            [("zhang", "zan"), ("chen", "ceng"), ("shi", "si"), ("lin", "ning"), ("nan", "lang"), ("xin", "xing")]
        {
            assert_eq!(fold(syllable_of(a)), fold(syllable_of(b)), "{a} {b}");
        }
        for (a, b) in [("wang", "huang"), ("li", "lv"), ("zhang", "chang"), ("fan", "fen")] {
            assert_ne!(fold(syllable_of(a)), fold(syllable_of(b)), "{a} {b}");
        }
        assert_eq!(fold(0), 0);
    }

    proptest! {
        #[test]
        fn a_spelt_name_sounds_as_written(ids in proptest::collection::vec(1..SYLLABLES as u16, 1..4)) {
            // With a separator between them every syllable is found again.
            let name = ids.iter().map(|&s| spelling(s).to_uppercase()).collect::<Vec<_>>().join(" ");
            let mut out = Vec::new();
            name_syllables(&name, &mut out);
            if ids.iter().all(|&s| spelling(s).contains(['a', 'e', 'i', 'o', 'u', 'v'])) {
                prop_assert_eq!(out, ids);
            }
        }

        #[test]
        fn folding_twice_is_folding_once(id in 0..SYLLABLES as u16) {
            prop_assert_eq!(fold(fold(id)), fold(id));
        }
    }
}
