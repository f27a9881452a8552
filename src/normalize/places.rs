//! Places of what happened: what is no answer to where somebody was, and the codes of what is.

use crate::kernels::address::{self, Origins};
use crate::kernels::text::is_missing;
use crate::tables::{Pool, Sym};
use hashbrown::HashMap;

/// Whether an answer to the question of where somebody was says that it was nowhere, or nothing; one that names any place but
/// the city itself does not (未离开本市，3月1日从上海返).
pub(super) fn names_no_place(text: &str, origins: &Origins) -> bool {
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
    let text = text.trim_end_matches(['。', '.', '！', '!', ' ']);
    // Hardly any place begins as they do.
    if !text.starts_with(BEGINNINGS) && !text.starts_with("长期") {
        return is_missing(text);
    }
    let said = |words: &[&str]| words.iter().any(|word| text.contains(word));
    let stayed = || said(&STAYED) || said(&NOT) && said(&LEFT);
    is_missing(text)
        || NOWHERE.iter().any(|word| text.eq_ignore_ascii_case(word))
        || stayed() && origins.codes(text).iter().all(|code| origins.is_own(code))
}

/// What answers begin with that may say that somebody was nowhere.
const BEGINNINGS: [char; 16] =
    ['否', '没', '未', '无', 'n', 'N', '一', '从', '近', '在', '居', '足', '不', '本', '1', '2'];
const STAYED: [&str; 5] = ["一直在家", "一直在本", "一直居家", "长期在家", "足不出户"];
/// 未离开本市, 没有去过外地, 近14天无外出: one word of each.
const NOT: [&str; 5] = ["没", "未", "无", "不曾", "从不"];
const LEFT: [&str; 8] = ["离开", "离", "外出", "外地", "出市", "出省", "出过", "出行"];

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
