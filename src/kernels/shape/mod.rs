//! Characters that look alike, so that one is read or written for the other: 未 and 末, 晴 and 睛, 治 and 冶. The table stands
//! in `look_alikes.txt`, which names its source and licence; `src/kernels/shape/look_alikes.py` derives it. How often a pair of names
//! agrees by it, and what that is worth, is for the model to find.

use std::sync::LazyLock;

/// Every pair once, `smaller << 16 | larger`, in an open table of a power of two slots; 0 is a free slot.
static PAIRS: LazyLock<Box<[u32]>> = LazyLock::new(|| {
    let mut pairs = vec![0_u32; SLOTS];
    for line in include_str!("look_alikes.txt").lines().filter(|line| !line.starts_with('#')) {
        let mut units = line.chars().filter_map(|c| u16::try_from(c as u32).ok());
        let Some(first) = units.next() else { continue };
        for other in units {
            let pair = key(first, other);
            let mut slot = start(pair);
            while pairs[slot] != 0 && pairs[slot] != pair {
                slot = (slot + 1) % SLOTS;
            }
            pairs[slot] = pair;
        }
    }
    pairs.into_boxed_slice()
});

const SLOTS: usize = 1 << 16;

fn key(a: u16, b: u16) -> u32 {
    u32::from(a.min(b)) << 16 | u32::from(a.max(b))
}

fn start(pair: u32) -> usize {
    (pair.wrapping_mul(0x9e37_79b1) >> 16) as usize
}

/// Whether two different characters of the basic plane are taken for each other on paper. O(1).
pub fn look_alike(a: u16, b: u16) -> bool {
    let (pair, pairs) = (key(a, b), &*PAIRS);
    let mut slot = start(pair);
    loop {
        match pairs[slot] {
            0 => return false,
            found if found == pair => return true,
            _ => slot = (slot + 1) % SLOTS,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    fn alike(a: char, b: char) -> bool {
        look_alike(a as u16, b as u16)
    }

    #[test]
    fn characters_that_are_taken_for_each_other() {
        for pair in [
            "未末", "己已", "已巳", "己巳", "千干", "土士", "日曰", "晴睛", "治冶", "大太", "人入", "王玉", "田由",
            "甲申", "杨扬", "洋样", "清情",
        ] {
            let (a, b) = (pair.chars().next().unwrap(), pair.chars().last().unwrap());
            assert!(alike(a, b) && alike(b, a), "{pair}");
        }
    }

    #[test]
    fn characters_that_nobody_confuses() {
        for (a, b) in
            [('王', '李'), ('张', '章'), ('伟', '玮'), ('敏', '梅'), ('国', '军'), ('王', '\u{1}'), ('\0', '\0')]
        {
            assert!(!alike(a, b), "{a}{b}");
        }
    }

    #[test]
    fn every_pair_of_the_table_and_no_other_is_found() {
        let text = include_str!("look_alikes.txt");
        let mut pairs = BTreeSet::new();
        let mut characters = BTreeSet::new();
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            let units: Vec<char> = line.chars().collect();
            assert!(units[1..].iter().all(|&other| other > units[0]), "{line}");
            pairs.extend(units[1..].iter().map(|&other| (units[0], other)));
            characters.extend(units);
        }
        assert!(pairs.len() < SLOTS / 2, "the table is never more than half full");
        assert!(pairs.iter().all(|&(a, b)| alike(a, b)));
        let some: Vec<char> = characters.into_iter().step_by(17).collect();
        let found = some.iter().flat_map(|&a| some.iter().map(move |&b| (a, b))).filter(|&(a, b)| a < b && alike(a, b));
        assert!(found.into_iter().all(|pair| pairs.contains(&pair)));
    }
}
