//! Places in Latin letters: airports' codes, and names as they are spelled.

use super::divisions::DIVISIONS;
use super::landmarks::AIRPORTS;
use super::origins::{is_province, same_province};
use super::places::{province_short, short};
use crate::kernels::pinyin::{spelling, syllables};
use hashbrown::HashMap;
use std::sync::LazyLock;

/// The place of an airport's code (SHA), or whose name is written in Latin letters (SHANGHAI).
pub(super) fn latin(word: &[char]) -> Option<u32> {
    let letters = word.iter().filter(|c| c.is_ascii_alphanumeric());
    let word: String = letters.map(char::to_ascii_uppercase).collect();
    let airport = AIRPORTS.iter().find(|(_, own)| own.split(' ').any(|own| own == word)).map(|row| row.0);
    airport.or_else(|| SPELLED.get(&word).copied().flatten())
}

/// Provinces and cities as they are spelled; `None` where several are spelled alike.
static SPELLED: LazyLock<HashMap<String, Option<u32>>> = LazyLock::new(|| {
    let mut spelled: HashMap<String, Option<u32>> = HashMap::new();
    for &(code, own) in &DIVISIONS {
        let said = if is_province(code) { province_short(own) } else { short(own) };
        let mut ways = vec![String::new()];
        for c in said.chars() {
            let readings = syllables(c).iter().map(|&syllable| spelling(syllable).to_uppercase());
            let readings: Vec<String> = readings.collect();
            ways = ways.iter().flat_map(|way| readings.iter().map(move |next| format!("{way}{next}"))).collect();
        }
        for way in ways.into_iter().filter(|way| way.len() >= SPELLED_MIN) {
            // A province of one city's name (吉林) is as good as that city.
            let is_same = |&known: &Option<u32>| known.is_some_and(|known| same_province(known, code));
            let place = spelled.entry(way).or_insert(Some(code));
            *place = place.filter(|_| is_same(place));
        }
    }
    spelled.extend(SPELLED_OTHERWISE.map(|(word, code)| (word.to_owned(), Some(code))));
    spelled
});

/// Shorter words may be anything.
const SPELLED_MIN: usize = 4;
/// Names in Latin letters that are not those of the characters' sounds.
const SPELLED_OTHERWISE: [(&str, u32); 13] = [
    ("HARBIN", 230_100),
    ("URUMQI", 650_100),
    ("HOHHOT", 150_100),
    ("LHASA", 540_100),
    ("HONGKONG", 810_000),
    ("MACAU", 820_000),
    ("HK", 810_000),
    ("TAIWAN", 710_000),
    ("TAIPEI", 710_000),
    // The greater of two that are spelled alike, and two that are no names of prefectures.
    ("SUZHOU", 320_500),
    ("KUNSHAN", 320_583),
    ("YIWU", 330_782),
    ("BJS", 110_000),
];
