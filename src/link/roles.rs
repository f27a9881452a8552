//! Places in a household as a row states them: head, husband or wife, child, parent, grandchild. Two rows under one head
//! with two places are two persons, whatever their names and phones share.

use crate::tables::{Pool, Records, Sym, distinct};
use hashbrown::HashMap;
use rayon::prelude::*;

/// The place is not stated, or says nothing of others.
pub(super) const UNKNOWN: u8 = 0;
/// The head.
pub(super) const HEAD: u8 = 1;
const SPOUSE: u8 = 2;
const CHILD: u8 = 3;
const PARENT: u8 = 4;
const GRANDCHILD: u8 = 5;

const WORDS: [(u8, &[&str]); 5] = [
    (HEAD, &["户主", "戶主", "本人", "户主本人"]),
    (SPOUSE, &["配偶", "夫", "妻", "妻子", "丈夫", "爱人", "老婆", "老公", "夫妻"]),
    (
        CHILD,
        &[
            "子",
            "女",
            "儿子",
            "女儿",
            "长子",
            "次子",
            "二子",
            "三子",
            "四子",
            "长女",
            "次女",
            "二女",
            "三女",
            "四女",
            "独生子",
            "独生女",
            "独子",
            "独女",
            "养子",
            "养女",
            "继子",
            "继女",
            "大儿子",
            "小儿子",
            "大女儿",
            "小女儿",
            "子女",
            "孩子",
        ],
    ),
    (PARENT, &["父", "母", "父亲", "母亲", "爸爸", "妈妈", "公公", "婆婆", "岳父", "岳母", "父母"]),
    (GRANDCHILD, &["孙子", "孙女", "外孙", "外孙女", "孙", "孙子女"]),
];

fn role(text: &str) -> u8 {
    let text = text.trim();
    WORDS.iter().find(|(_, words)| words.contains(&text)).map_or(UNKNOWN, |(role, _)| *role)
}

/// Of each profile the number of the head's name and the place under that head; zeros where one of them is unknown.
pub(super) fn roles(records: &Records, firsts: &[u32]) -> Vec<(u32, u8)> {
    let relations = distinct(&records.relation).into_iter().filter(|&relation| relation != Pool::NONE);
    let known: HashMap<Sym, u8> = relations.map(|relation| (relation, role(records.pool.get(relation)))).collect();
    let (heads, relations): (&[Sym], &[Sym]) = (&records.household_head, &records.relation);
    let of_row = |&row: &u32| {
        let row = row as usize;
        let place = if heads[row] == Pool::NONE { None } else { known.get(&relations[row]) };
        place.filter(|&&place| place != UNKNOWN).map_or((0, UNKNOWN), |&place| (heads[row], place))
    };
    firsts.par_iter().map(of_row).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_one_place_are_one_place() {
        for (word, expected) in [("户主", HEAD), ("妻", SPOUSE), ("配偶", SPOUSE), ("次女", CHILD), ("儿子", CHILD)]
        {
            assert_eq!(role(word), expected, "{word}");
        }
        for word in ["合租", "其他", "儿媳", "兄弟", ""] {
            assert_eq!(role(word), UNKNOWN, "{word}");
        }
    }
}
