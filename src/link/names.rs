//! Names as fixed lanes of small integers: every distinct name is read once, and a comparison touches no text.

use super::levels::name as level;
use crate::kernels::pinyin::{self, Syllable};
use crate::kernels::shape;
use crate::kernels::text::{DOT, NameFlags, UNREADABLE_CHAR, is_child_title, is_relation_title};
use crate::tables::{Pool, Sym};
use rayon::prelude::*;

/// Characters of a name that are compared; what stands behind them is not.
const UNITS: usize = 10;
/// Code of a unit whose character is not known but whose sound is (pinyin).
const SPELT: u16 = 0;
/// Code of a unit that cannot be read.
const UNREADABLE: u16 = 1;

/// The surname's length of a title that means a child: it has none.
const CHILD: u8 = u8::MAX;

/// A name as units: a character's code, its reading and a second reading. One cache line.
#[derive(Clone, Copy, Debug)]
#[repr(align(64))]
pub(super) struct Name {
    chars: [u16; UNITS],
    sounds: [Syllable; UNITS],
    others: [Syllable; UNITS],
    len: u8,
    surname: u8,
    flags: NameFlags,
    /// 1 (very common) to 9 (borne by one or two); see [`level::EXACT`].
    pub(super) rarity: u8,
}

impl Name {
    /// Whether it can be compared at all.
    pub(super) fn is_missing(&self) -> bool {
        self.len == 0
    }

    /// Whether it means the child of whoever is named (王伟之子). It may have a name of its own by now, but it is no grown-up with a
    /// whole name, and least of all the mother, who has the same phone and flat.
    pub(super) fn is_child(&self) -> bool {
        self.len == 0 && self.surname == CHILD
    }

    /// Whether a title stands instead of the name.
    pub(super) fn is_title(&self) -> bool {
        self.flags.is_title()
    }

    /// Whether it is a whole name: no title, nothing unreadable, nothing spelt.
    pub(super) fn is_whole(&self) -> bool {
        const DAMAGED: u8 = NameFlags::TITLE | NameFlags::UNREADABLE | NameFlags::LATIN | NameFlags::SHORT;
        self.len >= 2 && !self.flags.has(DAMAGED)
    }

    /// A value equal for names whose whole sound is the same but for readings that are often confused; 0 if unknown.
    pub(super) fn sound_key(&self) -> u64 {
        let sounds = &self.sounds[..self.len as usize];
        if sounds.is_empty() || sounds.contains(&0) || self.is_title() {
            return 0;
        }
        sounds.iter().fold(1_u64, |key, &sound| key.wrapping_mul(512).wrapping_add(u64::from(pinyin::fold(sound))))
    }

    /// The code of the first character: that of the surname, or of its beginning.
    pub(super) fn first_char(&self) -> u16 {
        self.chars[0]
    }

    /// The folded sound of the first character; 0 if unknown.
    pub(super) fn first_sound(&self) -> u64 {
        u64::from(pinyin::fold(self.sounds[0]))
    }

    /// The folded sounds of up to two different characters of the given name; 0 where there is none to be told.
    pub(super) fn given_sounds(&self) -> [u64; 2] {
        let given = &self.sounds[usize::from(self.surname).min(self.len as usize)..self.len as usize];
        let mut sounds = given.iter().map(|&sound| u64::from(pinyin::fold(sound))).filter(|&sound| sound != 0);
        let first = sounds.next().unwrap_or(0);
        [first, sounds.find(|&sound| sound != first).unwrap_or(0)]
    }

    /// Readable characters.
    pub(super) fn readable(&self) -> usize {
        self.chars[..self.len as usize].iter().filter(|&&c| c != UNREADABLE).count()
    }
}

/// Reads the names of `syms`, in parallel; `weights` counts how often each is borne among `total`.
pub(super) fn read_names(pool: &Pool, syms: &[Sym], flags: &[u8], weights: &[u32], total: u64) -> Vec<Name> {
    (0..syms.len())
        .into_par_iter()
        .map_init(Vec::new, |buffer, i| {
            let mut name = read_name(pool.get(syms[i]), NameFlags(flags[i]), buffer);
            name.rarity = rarity(u64::from(weights[i]), total);
            name
        })
        .collect()
}

/// Nine classes of frequency, each three to four times rarer than the one before.
fn rarity(borne: u64, total: u64) -> u8 {
    const LIMITS_BITS: [f64; 8] = [9.5, 11.5, 13.5, 15.0, 16.5, 18.0, 19.5, 21.0];
    let bits = (total.max(1) as f64 / borne.max(1) as f64).log2();
    1 + LIMITS_BITS.iter().filter(|&&limit| bits > limit).count() as u8
}

pub(super) fn read_name(text: &str, flags: NameFlags, sounds: &mut Vec<Syllable>) -> Name {
    let mut name =
        Name { chars: [0; UNITS], sounds: [0; UNITS], others: [0; UNITS], len: 0, surname: 0, flags, rarity: 5 };
    let mut lead = [UNREADABLE_CHAR; 3];
    let mut lead_len = 0;
    for c in text.chars().take(3) {
        lead[lead_len] = c;
        lead_len += 1;
    }
    name.surname = pinyin::surname_len(&lead[..lead_len]).max(1) as u8;
    let mut push = |char: u16, sound: Syllable, other: Syllable| {
        let at = name.len as usize;
        if at < UNITS {
            (name.chars[at], name.sounds[at], name.others[at]) = (char, sound, other);
            name.len += 1;
        }
    };
    if flags.is_title() && is_relation_title(text) {
        // 王伟家属 says nothing of the bearer's own name.
        name.surname = if is_child_title(text) { CHILD } else { name.surname };
        return name;
    }
    if is_foreign(text, sounds) {
        // Words change places from list to list; each has its share of the units, so that none of them hides the others.
        let mut words: Vec<&str> = text.split(' ').filter(|word| !word.is_empty()).collect();
        words.sort_unstable();
        let mut units = UNITS;
        for (i, word) in words.iter().enumerate() {
            let share = units.div_ceil(words.len() - i).min(word.len());
            word.bytes().take(share).for_each(|byte| push(u16::from(byte), 0, 0));
            units -= share;
        }
        return name;
    }
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        if c.is_ascii_alphabetic() {
            let end = rest.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(rest.len());
            sounds.clear();
            if pinyin::segment(&rest[..end], sounds) {
                sounds.iter().for_each(|&sound| push(SPELT, sound, sound));
            } else {
                rest[..end].bytes().for_each(|byte| push(u16::from(byte.to_ascii_uppercase()), 0, 0));
            }
            rest = &rest[end..];
            continue;
        }
        rest = &rest[c.len_utf8()..];
        match c {
            DOT | ' ' => {}
            UNREADABLE_CHAR => push(UNREADABLE, 0, 0),
            c => {
                let readings = pinyin::syllables(c);
                let first = readings.first().copied().unwrap_or(0);
                push(code(c), first, readings.get(1).copied().unwrap_or(first));
            }
        }
    }
    if !flags.is_latin() {
        for i in 0..(name.surname as usize).min(lead_len) {
            if let Some(sound) = pinyin::surname_syllable(&lead[..lead_len], i) {
                name.others[i] = name.sounds[i];
                name.sounds[i] = sound;
            }
        }
    }
    name
}

/// Whether it is a name in Latin letters that is not spelt Chinese throughout. Such names are in capitals.
fn is_foreign(text: &str, sounds: &mut Vec<Syllable>) -> bool {
    let mut spelt = |word: &str| {
        sounds.clear();
        pinyin::segment(word, sounds)
    };
    text.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b' ') && text.split(' ').any(|word| !spelt(word))
}

/// A character as 16 bits: rare ones beyond the basic plane are folded into its private use area, which no normalized name
/// uses.
fn code(c: char) -> u16 {
    u16::try_from(c as u32).unwrap_or(0xe000 | (c as u32 & 0x0fff) as u16)
}

/// The level of two different names (equal ones are seen by their symbols), of grown-ups. Symmetric.
pub(super) fn compare(a: &Name, b: &Name) -> u8 {
    if a.is_child() != b.is_child() && a.is_whole() != b.is_whole() {
        return level::DIFFERENT;
    }
    if a.is_missing() || b.is_missing() {
        return level::MISSING;
    }
    // A letter is no surname, nor is that a sound is all that is known.
    let is_surname = a.chars[0] == UNREADABLE || a.chars[0] > u16::from(b'z');
    let same_surname = same_sound(a, 0, b, 0) || a.chars[0] == b.chars[0] && is_surname;
    if a.is_title() || b.is_title() {
        return if same_surname { level::TITLE_SURNAME } else { level::DIFFERENT };
    }
    let surname = if same_surname { level::SURNAME_ONLY } else { level::DIFFERENT };
    if a.len == b.len { compare_same_length(a, b, surname) } else { compare_lengths(a, b, surname) }
}

/// Whether two different names can hardly be one person's.
pub(super) fn apart(a: &Name, b: &Name) -> bool {
    matches!(compare(a, b), level::DIFFERENT | level::SURNAME_ONLY | level::ONE_DIFFERS | level::SURNAME_DIFFERS)
}

fn compare_same_length(a: &Name, b: &Name, otherwise: u8) -> u8 {
    let len = a.len as usize;
    let (mut differing, mut heard, mut nearly, mut unreadable, mut spelt) = (0_u32, 0_u32, 0_u32, 0_u32, 0_u32);
    for i in 0..len {
        let (x, y) = (a.chars[i], b.chars[i]);
        let bit = 1 << i;
        if x == UNREADABLE || y == UNREADABLE {
            unreadable |= bit;
        } else if x == SPELT || y == SPELT {
            if same_sound(a, i, b, i) { spelt |= bit } else { differing |= bit }
        } else if x != y {
            differing |= bit;
        }
        if differing & bit != 0 {
            heard |= bit * u32::from(same_sound(a, i, b, i));
            nearly |= bit * u32::from(near_sound(a, i, b, i));
        }
    }
    if differing == 0 {
        return match len - unreadable.count_ones() as usize {
            readable if readable < len && readable >= 2 => level::UNREADABLE,
            readable if readable < len => level::UNREADABLE_WEAK,
            _ if spelt != 0 => level::PINYIN,
            // Equal units under different symbols: the dot or the spaces differ.
            _ => level::EXACT + a.rarity.max(b.rarity) - 1,
        };
    }
    if unreadable != 0 {
        return otherwise;
    }
    let short = len <= 2;
    if heard == differing {
        return if short { level::HOMOPHONE_SHORT } else { level::HOMOPHONE };
    }
    let at = differing.trailing_zeros() as usize;
    if differing.count_ones() == 1 && len >= 2 && shape::look_alike(a.chars[at], b.chars[at]) {
        return if short { level::LOOK_ALIKE_SHORT } else { level::LOOK_ALIKE };
    }
    if nearly == differing && differing.count_ones() < len as u32 {
        return level::NEAR_HOMOPHONE;
    }
    if differing.count_ones() >= 2 && same_characters(a, b) {
        return level::REORDERED;
    }
    if len >= 5 && differing.count_ones() <= 2 {
        return level::LONG_NEAR;
    }
    if len >= 3 && differing.count_ones() == 1 {
        return if differing == 1 { level::SURNAME_DIFFERS } else { level::ONE_DIFFERS };
    }
    otherwise
}

fn compare_lengths(a: &Name, b: &Name, otherwise: u8) -> u8 {
    let (short, long) = if a.len < b.len { (a, b) } else { (b, a) };
    let (s, l) = (short.len as usize, long.len as usize);
    let alike = |i: usize, j: usize| short.chars[i] == long.chars[j] || same_sound(short, i, long, j);
    let prefix = (0..s).take_while(|&i| alike(i, i)).count();
    if l >= 5 || long.flags.is_dotted() {
        if prefix == s && s >= 2 {
            return level::LONG_NEAR;
        }
        let suffix = (0..s).take_while(|&i| alike(s - 1 - i, l - 1 - i)).count();
        return if l >= 5 && l - s <= 2 && prefix + suffix >= s { level::LONG_NEAR } else { otherwise };
    }
    if l - s == 1 && s >= 2 {
        let suffix = (0..s - prefix).take_while(|&i| alike(s - 1 - i, l - 1 - i)).count();
        if prefix + suffix == s && prefix >= 1 {
            return level::ONE_MISSING;
        }
    }
    otherwise
}

fn same_sound(a: &Name, i: usize, b: &Name, j: usize) -> bool {
    let (x, y) = (a.sounds[i], b.sounds[j]);
    x != 0 && y != 0 && (x == y || a.others[i] == y || b.others[j] == x)
}

fn near_sound(a: &Name, i: usize, b: &Name, j: usize) -> bool {
    let (x, y) = (a.sounds[i], b.sounds[j]);
    x != 0 && y != 0 && (pinyin::fold(x) == pinyin::fold(y) || same_sound(a, i, b, j))
}

fn same_characters(a: &Name, b: &Name) -> bool {
    let (mut x, mut y) = (a.chars, b.chars);
    x[..a.len as usize].sort_unstable();
    y[..b.len as usize].sort_unstable();
    x == y
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernels::text::normalize_name;

    fn of(a: &str, b: &str) -> u8 {
        let read = |raw: &str| {
            let mut text = String::new();
            let flags = normalize_name(raw, &mut text);
            read_name(&text, flags, &mut Vec::new())
        };
        let (a, b) = (read(a), read(b));
        assert_eq!(compare(&a, &b), compare(&b, &a));
        compare(&a, &b)
    }

    #[test]
    fn every_level_is_reached() {
        for (a, b, expected) in [
            ("王小伟", "王□伟", level::UNREADABLE),
            ("董芳琴", "邱斌之女", level::DIFFERENT),
            ("邱斌", "邱斌之子", level::DIFFERENT),
            ("邱斌之子", "邱斌儿子", level::MISSING),
            ("董芳琴", "邱斌家属", level::MISSING),
            ("王伟", "王*", level::UNREADABLE_WEAK),
            ("王晓伟", "王小伟", level::HOMOPHONE),
            ("王伟", "王玮", level::HOMOPHONE_SHORT),
            ("单田芳", "善田芳", level::HOMOPHONE),
            ("林志玲", "宁志玲", level::NEAR_HOMOPHONE),
            ("王晴雨", "王睛雨", level::LOOK_ALIKE),
            ("王治国", "王冶国", level::LOOK_ALIKE),
            ("王未", "王末", level::LOOK_ALIKE_SHORT),
            ("王伟强", "王强伟", level::REORDERED),
            ("王伟强", "王伟", level::ONE_MISSING),
            ("王伟强", "王强", level::ONE_MISSING),
            ("王建国", "王建军", level::ONE_DIFFERS),
            ("王建国", "李建国", level::SURNAME_DIFFERS),
            ("王大爷", "王建国", level::TITLE_SURNAME),
            ("王wei", "王伟", level::PINYIN),
            ("阿卜杜拉·买买提", "阿卜杜拉买买", level::LONG_NEAR),
            ("王建国", "王淑芬", level::SURNAME_ONLY),
            ("王建国", "李淑芬", level::DIFFERENT),
            ("", "李淑芬", level::MISSING),
            ("DUBOIS CLAIRE", "Claire Dubois", level::EXACT + 4),
            ("KUZNETSOVA ALEXANDRA", "KUZNETSOVA ANNA", level::DIFFERENT),
            ("KUZNETSOVA ALEXANDRA", "KOWALSKA ALEXANDRA", level::DIFFERENT),
            ("MULLER ANNA", "MILLER ANNA", level::LONG_NEAR),
            ("MULLER ANNA", "MARTIN JEAN", level::DIFFERENT),
            ("Wang Wei", "王伟", level::PINYIN),
        ] {
            assert_eq!(of(a, b), expected, "{a} {b}");
        }
    }

    #[test]
    fn rarity_falls_with_frequency() {
        let classes: Vec<u8> = [5000, 500, 120, 30, 1].iter().map(|&borne| rarity(borne, 1_000_000)).collect();
        assert_eq!(classes, [1, 2, 3, 5, 8]);
    }
}
