//! Words that stand instead of a name or behind one.

use super::{DOT, UNREADABLE_CHAR, is_han};
use crate::kernels::id_number::Sex;
use crate::kernels::pinyin::{is_surname, surname_len};
use std::sync::LazyLock;

/// Someone's relation: the row is not the person whose name is written. Always a title.
const RELATIONS: &[&str] = &[
    "家属",
    "之子",
    "之女",
    "之妻",
    "之夫",
    "之父",
    "之母",
    "之婴",
    "妻子",
    "丈夫",
    "儿子",
    "女儿",
    "母亲",
    "父亲",
    "爱人",
    "老婆",
    "老公",
    "媳妇",
    "儿媳",
    "女婿",
    "孙子",
    "孙女",
    "外孙",
    "爸爸",
    "妈妈",
    "奶奶家",
    "家人",
    "亲戚",
    "邻居",
    "朋友",
    "房东",
    "租户",
    "租客",
    "保姆",
    "婴儿",
    "新生儿",
    "小孩",
    "孩子",
    "宝宝",
    "老伴",
    "对象",
    "家老大",
    "家老二",
    "家孩子",
    "户主",
];

/// Polite endings: a title after a bare surname, nothing after a whole name.
const POLITE: &[&str] = &[
    "先生",
    "女士",
    "小姐",
    "大爷",
    "大妈",
    "大娘",
    "大叔",
    "大婶",
    "大哥",
    "大姐",
    "大嫂",
    "阿姨",
    "叔叔",
    "奶奶",
    "爷爷",
    "老师",
    "师傅",
    "医生",
    "大夫",
    "老板",
    "同志",
    "太太",
    "夫人",
    "老人",
    "老汉",
    "老太",
    "老太太",
    "老头",
    "伯伯",
    "婆婆",
    "公公",
    "姑娘",
    "小伙",
    "总",
    "经理",
    "主任",
    "书记",
    "队长",
    "某某某",
    "某某",
    "某人",
    "某",
];

/// One-character endings that make a title of a bare surname.
const SHORT_ENDINGS: &[char] = &['姐', '哥', '叔', '婶', '嫂', '姨', '爷', '奶', '妈', '婆', '总', '氏', '家', '某'];

/// For every character of the basic plane the number of its list in [`Endings::words`], 0 for most: few names end with one.
static ENDINGS: LazyLock<Endings> = LazyLock::new(|| {
    let mut endings = Endings { list_of: vec![0; 0x1_0000].into_boxed_slice(), words: vec![Vec::new()] };
    for word in RELATIONS.iter().chain(POLITE) {
        let Some(list) = word.chars().next_back().and_then(|c| endings.list_of.get_mut(c as usize)) else { continue };
        if *list == 0 {
            *list = endings.words.len() as u8;
            endings.words.push(Vec::new());
        }
        endings.words[usize::from(*list)].push(*word);
    }
    endings
});

/// Relations and polite endings by their last character.
struct Endings {
    list_of: Box<[u8]>,
    words: Vec<Vec<&'static str>>,
}

/// Whether `name`, whose last character is `last`, ends with a relation or a polite ending.
fn ends_with_title(name: &str, last: char) -> bool {
    let list = ENDINGS.list_of.get(last as usize).copied().unwrap_or(0);
    ENDINGS.words[usize::from(list)].iter().any(|word| name.ends_with(word))
}

/// Whether a clean name of two or three characters needs a closer look.
pub(super) fn may_be_title(name: &str) -> bool {
    let mut chars = name.chars();
    let first = chars.next();
    let last = chars.next_back();
    matches!(first, Some('老' | '小' | '阿' | '户' | '无' | '不' | '未'))
        || name.chars().any(|c| c == '的')
        || last.is_some_and(|c| SHORT_ENDINGS.contains(&c) || ends_with_title(name, c))
}

/// Whether `name` is a title instead of a name. Cuts a polite ending off a whole name.
pub(super) fn strip(name: &mut String) -> bool {
    if !name.chars().any(is_han) {
        return false;
    }
    if is_relation(name) {
        return true;
    }
    // The longest ending first: 老太太 before 太太.
    if let Some(word) = POLITE.iter().filter(|word| name.ends_with(*word)).max_by_key(|word| word.len()) {
        let mut before = [UNREADABLE_CHAR; 4];
        let mut len = 0;
        for c in name[..name.len() - word.len()].chars().filter(|&c| c != DOT).take(4) {
            before[len] = c;
            len += 1;
        }
        if word.chars().count() > 1
            && !word.starts_with('某')
            && len >= 2
            && surname_len(&before[..len]) < len
            && len <= 4
        {
            name.truncate(name.len() - word.len());
            return false;
        }
        // 张总 and 李某 are titles; 张志总 is a name.
        return word.chars().count() > 1 || len <= 1 || surname_len(&before[..len]) == len;
    }
    let mut chars = [UNREADABLE_CHAR; 4];
    let mut len = 0;
    for c in name.chars().take(4) {
        chars[len] = c;
        len += 1;
    }
    match (&chars[..len], len) {
        ([a, b], 2) => (matches!(a, '老' | '小' | '阿') && is_han(*b)) || (SHORT_ENDINGS.contains(b) && is_surname(*a)),
        // 张王氏: both families'; 耿军氏 is a name misheard.
        ([a, b, '氏'], 3) => is_surname(*a) && is_surname(*b),
        ([a @ ('老' | '小'), b, c], 3) => {
            is_surname(*b) && (b == c || (*a == '老' && matches!(c, '头' | '汉' | '太')))
        }
        _ => false,
    }
}

/// Endings that only men have.
const MALE: &[&str] =
    &["先生", "大爷", "大叔", "大哥", "叔叔", "爷爷", "老汉", "老头", "伯伯", "公公", "小伙", "哥", "叔", "爷"];
/// Endings that only women have.
const FEMALE: &[&str] = &[
    "女士", "小姐", "大妈", "大娘", "大婶", "大姐", "大嫂", "阿姨", "奶奶", "太太", "夫人", "老太", "婆婆", "姑娘",
    "姐", "婶", "嫂", "姨", "奶", "妈", "婆", "氏",
];

/// The sex that a title tells, if it is its bearer's own: 王大爷 is a man, 王伟家属 may be anybody.
pub(super) fn sex(title: &str) -> Sex {
    if is_relation(title) {
        return Sex::Unknown;
    }
    match (MALE.iter().any(|word| title.ends_with(word)), FEMALE.iter().any(|word| title.ends_with(word))) {
        (true, false) => Sex::Male,
        (false, true) => Sex::Female,
        _ => Sex::Unknown,
    }
}

/// Titles of [`RELATIONS`] that mean the child of whoever is named.
const CHILDREN: &[&str] =
    &["之子", "之女", "之婴", "儿子", "女儿", "婴儿", "新生儿", "小孩", "孩子", "宝宝", "家老大", "家老二", "家孩子"];

/// Whether a title means the child of whoever is named: 王伟之子.
pub(super) fn is_child(title: &str) -> bool {
    CHILDREN.iter().any(|word| title.ends_with(word))
}

/// Whether a title names somebody by another person's name.
pub(super) fn is_relation(title: &str) -> bool {
    RELATIONS.iter().any(|word| title.ends_with(word)) || title.contains('的')
}
