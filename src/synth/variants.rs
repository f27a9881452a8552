//! Tables behind damaged names: homophones among the characters of names, look-alikes, traditional and variant forms.

use super::name_lists as lists;
use pinyin::ToPinyin;
use std::collections::HashMap;

/// What a character may be written as by mistake.
#[derive(Debug, Default)]
pub(crate) struct Variants {
    homophones: HashMap<char, Vec<char>>,
    look_alikes: HashMap<char, Vec<char>>,
    traditional: HashMap<char, char>,
}

impl Variants {
    /// The tables.
    pub(crate) fn new() -> Self {
        let mut all: Vec<char> = lists::MALE.iter().chain(&lists::FEMALE).flat_map(|s| s.chars()).collect();
        all.extend(lists::SURNAMES.chars().filter(|c| !c.is_ascii() && !c.is_whitespace()));
        all.extend(
            "智志治致芝之知义艺毅易怡宜仪英瑛莹营盈颖影婷庭亭廷玲凌灵龄伶静婧敬竞景晶京丽莉利立力历俐慧惠会辉晖徽翡菲飞非妃\
             佳嘉加家珈燕艳雁砚彦言严研岩延娜那楠南男芳方舫洪红宏鸿虹泓弘健建剑键见伟炜玮维唯威微薇卫为未魏峰锋丰风枫凤奉\
             军君均俊峻骏郡珺钧明鸣铭茗名波博勃渤斌彬宾滨冰兵丙超朝潮潇晓小笑肖萧晨辰尘臣陈成城诚程承澄俞于余宇雨羽玉裕煜钰"
                .chars()
                .filter(|c| !c.is_whitespace()),
        );
        all.sort_unstable();
        all.dedup();
        let mut by_sound: HashMap<&'static str, Vec<char>> = HashMap::new();
        for &c in &all {
            if let Some(sound) = c.to_pinyin() {
                by_sound.entry(sound.plain()).or_default().push(c);
            }
        }
        let mut homophones = HashMap::new();
        for &c in &all {
            let Some(group) = c.to_pinyin().and_then(|sound| by_sound.get(sound.plain())) else { continue };
            let others: Vec<char> = group.iter().copied().filter(|o| *o != c).collect();
            if !others.is_empty() {
                homophones.insert(c, others);
            }
        }
        let mut look_alikes: HashMap<char, Vec<char>> = HashMap::new();
        for pair in pairs(lists::LOOK_ALIKE) {
            look_alikes.entry(pair.0).or_default().push(pair.1);
            look_alikes.entry(pair.1).or_default().push(pair.0);
        }
        Self { homophones, look_alikes, traditional: pairs(lists::TRADITIONAL).collect() }
    }

    /// Characters that sound the same.
    pub(crate) fn homophones(&self, c: char) -> &[char] {
        self.homophones.get(&c).map_or(&[], Vec::as_slice)
    }

    /// Characters that look alike.
    pub(crate) fn look_alikes(&self, c: char) -> &[char] {
        self.look_alikes.get(&c).map_or(&[], Vec::as_slice)
    }

    /// The traditional or variant form.
    pub(crate) fn traditional(&self, c: char) -> char {
        self.traditional.get(&c).copied().unwrap_or(c)
    }
}

/// How a character is typed where the character itself cannot be.
pub(crate) fn pinyin_of(c: char) -> Option<&'static str> {
    c.to_pinyin().map(pinyin::Pinyin::plain)
}

fn pairs(list: &str) -> impl Iterator<Item = (char, char)> + '_ {
    list.split_whitespace().filter_map(|pair| {
        let mut chars = pair.chars();
        Some((chars.next()?, chars.next()?)).filter(|(a, b)| a != b)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tables_know_common_characters() {
        let v = Variants::new();
        assert!(v.homophones('伟').contains(&'玮'));
        assert!(v.look_alikes('晶').contains(&'品'));
        assert_eq!((v.traditional('张'), v.traditional('王')), ('張', '王'));
        assert_eq!(pinyin_of('王'), Some("wang"));
    }
}
