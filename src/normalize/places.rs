//! Places of what happened: what is no answer to where somebody was, and the codes of what is.

use crate::kernels::address::{self, Origins};
use crate::kernels::text::is_missing;
use crate::tables::{Pool, Sym};
use hashbrown::HashMap;

/// What a cell says to the question of where somebody was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Answer {
    /// A place, in whatever words.
    Place,
    /// Nothing.
    Missing,
    /// That it was nowhere: 在家, 未离开本市, 没有去过上海.
    Nowhere,
}

/// The answer that a cell gives; one that names any place but the city itself, and does not deny it, gives a place
/// (未离开本市，3月1日从上海返).
pub(super) fn answer(text: &str, origins: &Origins) -> Answer {
    const NOWHERE: [&str; 22] = [
        "在家",
        "居家",
        "足不出户",
        "否",
        "没",
        "没去过",
        "没有去过",
        "没外出",
        "没有外出",
        "未去过",
        "未外出",
        "未离开",
        "未出市",
        "未出行",
        "无外出",
        "无外出史",
        "无旅居史",
        "无旅居",
        "无出行",
        "无此情况",
        "no",
        "n",
    ];
    if is_missing(text) {
        return Answer::Missing;
    }
    let text = text.trim_end_matches(['。', '.', '！', '!', ' ']);
    let said = |words: &[&str]| words.iter().any(|word| text.contains(word));
    let left = || said(&LEFT) || text.match_indices('出').any(|(at, _)| text[at..].chars().nth(1).is_some_and(is_area));
    let stayed = || said(&STAYED) || said(&NOT) && (left() || text.contains('哪'));
    // Hardly any place begins as they do, and what begins with a place has another clause.
    if !text.starts_with(BEGINNINGS)
        && !text.starts_with("长期")
        && !text.contains(['，', ',', '、', '。', '；', ';', ' ', '直', '哪'])
    {
        return Answer::Place;
    }
    let is_nowhere = NOWHERE.iter().any(|word| text.eq_ignore_ascii_case(word))
        || stayed() && origins.stays(text).iter().all(|code| origins.is_own(code))
        || origins.denies_all(text);
    if is_nowhere { Answer::Nowhere } else { Answer::Place }
}

/// What behind 出 is where nobody left from: 未出京, 未出市, 没出门.
fn is_area(c: char) -> bool {
    "市省县区村门境国京津沪渝川".contains(c)
}

/// What answers begin with that may say that somebody was nowhere.
const BEGINNINGS: [char; 16] =
    ['否', '没', '未', '无', 'n', 'N', '一', '从', '近', '在', '居', '足', '不', '本', '1', '2'];
const STAYED: [&str; 6] = ["一直在", "一直居", "一直住", "长期在家", "足不出户", "常住"];
/// 未离开本市, 没有去过外地, 近14天无外出: one word of each.
const NOT: [&str; 5] = ["没", "未", "无", "不曾", "从不"];
const LEFT: [&str; 7] = ["离", "外出", "外地", "出过", "出行", "出去", "风险地区"];

/// What is known of a place: the codes of all that its name says, at least one symbol, and the name.
pub(super) type Known = (Vec<Sym>, Sym);

/// Codes and names of places, each pair found out once a chunk: they repeat a lot.
#[derive(Default)]
pub(super) struct Places {
    known: HashMap<(Sym, Sym, bool), Known>,
}

impl Places {
    /// The codes and the name of a place of which one may be missing.
    pub(super) fn look_up(
        &mut self,
        code: Sym,
        place: Sym,
        code_given: bool,
        origins: &Origins,
        pool: &mut Pool,
    ) -> &Known {
        self.known.entry((code, place, code_given)).or_insert_with(|| {
            let mut name = (place != Pool::NONE).then_some(place);
            if name.is_none() && code_given {
                let found = address::division_name(pool.get(code));
                name = found.map(|found| pool.intern(&found));
            }
            let mut codes = if code_given { vec![code] } else { Vec::new() };
            if !code_given && place != Pool::NONE {
                let found = origins.codes(pool.get(place));
                codes.extend(found.iter().map(|found| pool.intern(found)));
            }
            if codes.is_empty() {
                codes.push(Pool::NONE);
            }
            (codes, name.unwrap_or(Pool::NONE))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_that_say_nowhere_are_no_places() {
        let of = |city| Origins::of(Some(city));
        for (city, text, expected) in [
            (3707, "", Answer::Missing),
            (3707, "无", Answer::Missing),
            (3707, "上海", Answer::Place),
            (3707, "在家", Answer::Nowhere),
            (3707, "未离开潍坊", Answer::Nowhere),
            (1101, "未离京", Answer::Nowhere),
            (1101, "近14天未出京", Answer::Nowhere),
            (1101, "近14天未出京，3月1日从上海返", Answer::Place),
            (5001, "没出渝", Answer::Nowhere),
            (3707, "未去过上海", Answer::Nowhere),
            (3707, "未到过成都、上海", Answer::Nowhere),
            (3707, "未去过上海，去过吉林", Answer::Place),
            (3307, "上海户口，常住义乌未外出", Answer::Nowhere),
            (3505, "香港籍，一直居住石狮未出境", Answer::Nowhere),
            (3505, "未外出，家人在香港", Answer::Nowhere),
            (3505, "上海户口，从上海来", Answer::Place),
            (3307, "上海户籍一直在义乌", Answer::Nowhere),
            (3307, "上海人一直在义乌没出去", Answer::Nowhere),
            (3307, "一直在上海", Answer::Place),
            (3307, "哪儿都没去", Answer::Nowhere),
            (3307, "无（未去过中高风险地区）", Answer::Nowhere),
            (3505, "出差上海，未去其他地方", Answer::Place),
        ] {
            assert_eq!(answer(text, &of(city)), expected, "{text}");
        }
    }
}
