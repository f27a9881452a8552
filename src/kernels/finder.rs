//! Which of many words stand in a text: asked for every address, of all names of areas at once.

use hashbrown::HashMap;

/// Bytes of a word by which it is looked up: two Chinese characters.
const HEAD_BYTES: usize = 6;
/// Bits of the hash of a head that tell whether any word begins so.
const HEAD_BITS: u32 = 18;

/// Words to be found, numbered by their places in a list.
#[derive(Clone, Debug, Default)]
pub struct Finder {
    words: Vec<String>,
    /// The words of each head.
    by_head: HashMap<[u8; HEAD_BYTES], Vec<u32>>,
    /// One bit for each hash of a head: nearly every place in a text is turned down by it, and it stays in the cache.
    heads: Vec<u64>,
    /// Words that are shorter than a head.
    short: Vec<u32>,
}

impl Finder {
    /// Takes the words; an empty one is never found.
    pub fn new(words: Vec<String>) -> Self {
        let mut finder = Self { heads: vec![0; 1 << (HEAD_BITS - 6)], ..Self::default() };
        for (number, word) in (0..).zip(&words).filter(|(_, word)| !word.is_empty()) {
            match word.as_bytes().first_chunk() {
                Some(head) => {
                    let hash = hash(*head);
                    finder.heads[hash / 64] |= 1 << (hash % 64);
                    finder.by_head.entry(*head).or_default().push(number);
                }
                None => finder.short.push(number),
            }
        }
        finder.words = words;
        finder
    }

    /// Calls `found` with the number of each word that stands in `text`, once for each place where it does; a short one
    /// once. O(characters), and no more for many words than for few.
    pub fn find(&self, text: &str, mut found: impl FnMut(u32)) {
        if !self.by_head.is_empty() {
            let bytes = text.as_bytes();
            for (at, window) in bytes.windows(HEAD_BYTES).enumerate() {
                // No word begins within a character.
                if window[0] & 0xc0 == 0x80 {
                    continue;
                }
                let Some(head) = window.first_chunk() else { continue };
                let hash = hash(*head);
                if self.heads[hash / 64] >> (hash % 64) & 1 == 0 {
                    continue;
                }
                let words = self.by_head.get(head).into_iter().flatten();
                words
                    .filter(|&&word| bytes[at..].starts_with(self.words[word as usize].as_bytes()))
                    .for_each(|&w| found(w));
            }
        }
        self.short.iter().filter(|&&word| text.contains(&self.words[word as usize])).for_each(|&word| found(word));
    }
}

fn hash(head: [u8; HEAD_BYTES]) -> usize {
    let [a, b, c, d, e, f] = head.map(u64::from);
    let value = a | b << 8 | c << 16 | d << 24 | e << 32 | f << 40;
    (value.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> (u64::BITS - HEAD_BITS)) as usize
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn found(words: &[&str], text: &str) -> Vec<u32> {
        let mut numbers = Vec::new();
        Finder::new(words.iter().map(|&word| word.to_owned()).collect()).find(text, |word| numbers.push(word));
        numbers.sort_unstable();
        numbers.dedup();
        numbers
    }

    #[test]
    fn words_within_words_and_short_ones() {
        assert_eq!(found(&["东街", "大东街社区", "街", "西街", "A区", ""], "市大东街社区3号楼"), [0, 1, 2]);
        assert_eq!(found(&["A区", "B1"], "幸福小区A区B1"), [0, 1]);
        assert!(found(&[], "幸福小区").is_empty() && found(&["幸福小区"], "幸福").is_empty());
    }

    proptest! {
        #[test]
        fn finds_what_stands_there(words in proptest::collection::vec("[东西街区a]{0,4}", 0..12), text in "[东西街区a3]{0,12}") {
            let words: Vec<&str> = words.iter().map(String::as_str).collect();
            let expected = (0..).zip(&words).filter(|(_, word)| !word.is_empty() && text.contains(**word));
            prop_assert_eq!(found(&words, &text), expected.map(|(number, _)| number).collect::<Vec<u32>>());
        }
    }
}
