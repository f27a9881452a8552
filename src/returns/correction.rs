//! What a worker wrote as corrected: an ID number, phones, an address, a name, each known by its form or by the words before it.
//! Whatever else is said is kept as it stands.

use crate::kernels::address::Address;
use crate::kernels::id_number::{self, IdKind};
use crate::kernels::phone;
use crate::kernels::text::{NameFlags, is_missing, normalize_name};

/// Words before a name. 姓名不对 tells none.
const NAMES: [&str; 3] = ["姓名", "名字", "真名"];
/// Words before a number; of two that begin alike the longer comes first.
const NUMBERS: [&str; 14] = [
    "身份证号码",
    "身份证号",
    "身份证",
    "证件号码",
    "证件号",
    "联系电话",
    "联系方式",
    "电话号码",
    "电话",
    "手机号码",
    "手机号",
    "手机",
    "新号码",
    "号码",
];
/// Words before an address.
const ADDRESSES: [&str; 14] = [
    "实际居住地址",
    "实际居住地",
    "现居住地址",
    "现居住地",
    "居住地址",
    "居住地",
    "家庭住址",
    "家庭地址",
    "实际住址",
    "现住址",
    "新住址",
    "新地址",
    "住址",
    "地址",
];
/// Words for going or living somewhere; of two that begin alike the longer comes first.
const VERBS: [&str; 27] = [
    "搬家到",
    "迁往",
    "应住在",
    "应住",
    "现居住于",
    "现居住在",
    "居住于",
    "居住在",
    "租住于",
    "租住在",
    "租住",
    "暂住",
    "借住",
    "已搬到",
    "已搬至",
    "搬到",
    "搬至",
    "搬去",
    "搬往",
    "迁到",
    "迁至",
    "现住在",
    "现住",
    "实际住在",
    "实际住",
    "住在",
    "去了",
];
/// Words between what something is called and what it is.
const IS: [&str; 12] =
    ["更正为", "应更正为", "应该是", "应该为", "应改为", "应为", "应是", "已改为", "改为", "改成", "变更为", "换成"];
/// The same, right behind what it is called: 为民小区 begins like it.
const IS_SHORT: [&str; 2] = ["为", "是"];
const BETWEEN: [char; 3] = ['：', ':', ' '];
/// Words that say which of several is meant, before what it is called: 新手机号, 正确地址.
const WHICH: [&str; 9] = ["已核实", "现在", "目前", "最新", "正确", "本人", "更正", "新", "现"];
/// Words for what is not, or no longer, or somebody else's: such a piece corrects nothing by itself.
const DENIALS: [&str; 50] = [
    "不",
    "非",
    "没",
    "错",
    "有误",
    "停机",
    "停用",
    "空号",
    "注销",
    "查无",
    "无此",
    "无人",
    "打不通",
    "旧电话",
    "旧手机",
    "旧号",
    "旧址",
    "旧地址",
    "旧住址",
    "原住",
    "原址",
    "原地址",
    "原电话",
    "原手机",
    "原号",
    "原先",
    "原来",
    "原在",
    "之前",
    "以前",
    "曾住",
    "曾在",
    "户口",
    "搬来",
    "搬走",
    "搬离",
    "迁出",
    "父母",
    "父亲",
    "母亲",
    "儿子",
    "女儿",
    "老婆",
    "老公",
    "丈夫",
    "妻子",
    "爱人",
    "房东",
    "亲戚",
    "朋友",
];
/// What begins what it is called behind a space, where no other sign parts it from what was said before.
const CALLED: [&str; 9] = ["联系电话", "电话", "手机", "身份证", "证件号", "现住址", "住址", "地址", "姓名"];
/// What an address without a word before it has: a sentence with a number in it is none.
const MARKS: [&str; 24] = [
    "栋",
    "幢",
    "号楼",
    "单元",
    "座",
    "室",
    "号",
    "弄",
    "巷",
    "路",
    "街",
    "大道",
    "村",
    "庄",
    "组",
    "小区",
    "社区",
    "苑",
    "园",
    "公寓",
    "家属院",
    "镇",
    "乡",
    "#",
];
/// What is no address whatever it has: the number of a car, where somebody works, how old or how many they are. A place may have
/// such a word in its name, and does not begin with it.
const OTHER: [&str; 18] = [
    "车牌", "微信", "QQ", "qq", "邮箱", "单位", "工作", "职业", "上班", "在读", "就读", "出生", "生日", "年龄", "民族",
    "性别", "体温", "户籍",
];

/// What a worker wrote as corrected.
#[derive(Default)]
pub(super) struct Correction {
    pub(super) id: Option<id_number::IdNumber>,
    pub(super) phones: Vec<u64>,
    pub(super) address: Option<Address>,
    pub(super) name: Option<(String, NameFlags)>,
    /// A piece has the form of a number and is none.
    pub(super) unreadable: bool,
    /// What is none of these.
    pub(super) rest: String,
}

/// Whether a correction has the form of a number and is none, so that its row cannot be applied.
pub(super) fn is_unreadable(correction: &str) -> bool {
    Correction::read(correction, None).unreadable
}

impl Correction {
    /// Reads what was written, piece by piece; addresses are set apart from those of `city` where they are elsewhere.
    pub(super) fn read(text: &str, city: Option<u16>) -> Self {
        let mut correction = Self::default();
        let mut text = text.to_owned();
        for word in CALLED {
            text = text.replace(&format!(" {word}"), &format!("；{word}"));
        }
        for piece in text.split(['；', ';', '，', ',', '。', '\n']) {
            let piece = piece.trim();
            if !is_missing(piece) {
                correction.take(piece, city);
            }
        }
        correction
    }

    fn take(&mut self, piece: &str, city: Option<u16>) {
        // 新手机号 is a 手机号, and 新区 a place.
        let is_called =
            |rest: &&str| [&NAMES[..], &NUMBERS, &ADDRESSES, &VERBS].iter().any(|words| after(rest, words).is_some());
        let whole = after(piece, &WHICH).filter(is_called).unwrap_or(piece);
        if let Some(rest) = after(whole, &NAMES) {
            let mut name = String::new();
            let flags = normalize_name(value(rest).unwrap_or_default(), &mut name);
            match name.chars().count() < 2 || flags.is_title() || flags.is_unreadable() {
                true => self.add_rest(whole),
                false => self.name = Some((name, flags)),
            }
            return;
        }
        if DENIALS.iter().any(|word| piece.contains(word)) {
            return self.add_rest(piece);
        }
        let place = after(whole, &ADDRESSES).map(|rest| value(rest).unwrap_or(rest));
        let place = place.or_else(|| after(whole, &VERBS).map(|rest| rest.trim_start_matches(BETWEEN)));
        let number = after(whole, &NUMBERS).map(|rest| value(rest).unwrap_or(rest));
        let said = place.or(number).or_else(|| after(whole, &IS)).unwrap_or(whole).trim_start_matches(BETWEEN);
        if said.is_empty() {
            return;
        }
        let compact: String = said.chars().filter(|c| !matches!(c, ' ' | '-' | '+')).collect();
        let is_number = compact.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'x' | b'X'));
        if is_number && place.is_none() {
            return self.take_number(said, &compact);
        }
        if number.is_some() {
            // Two phones and a word between them.
            let before = self.phones.len();
            phone::parse_all(said, &mut self.phones);
            if self.phones.len() > before {
                return;
            }
        }
        let is_place = |said: &str| {
            let is_other = after(whole, &OTHER).is_some();
            place.is_some() || !is_other && (MARKS.iter().any(|mark| said.contains(mark)) || said.contains('-'))
        };
        let address = Some(said).filter(|said| !is_number && number.is_none() && is_place(said));
        match address.and_then(|said| address_of(said, city)).filter(names_a_place) {
            Some(address) => self.address = Some(address),
            None => self.add_rest(whole),
        }
    }

    fn take_number(&mut self, said: &str, compact: &str) {
        let id = id_number::parse(compact).id;
        if matches!(id.kind, IdKind::Valid | IdKind::Valid15) {
            self.id = Some(id);
            return;
        }
        let mut phones = Vec::new();
        phone::parse_all(said, &mut phones);
        if phones.is_empty() {
            phone::parse_all(compact, &mut phones);
        }
        self.unreadable |= phones.is_empty();
        self.phones.append(&mut phones);
    }

    fn add_rest(&mut self, piece: &str) {
        if !self.rest.is_empty() {
            self.rest.push('；');
        }
        self.rest.push_str(piece);
    }
}

/// What stands behind one of `words` at the beginning of `text`.
fn after<'a>(text: &'a str, words: &[&str]) -> Option<&'a str> {
    words.iter().find_map(|word| text.strip_prefix(word))
}

/// What `text`, which stands behind what something is called, says that it is: behind a word or a colon.
fn value(text: &str) -> Option<&str> {
    let trimmed = text.trim_start_matches(BETWEEN);
    match after(trimmed, &IS).or_else(|| after(text, &IS_SHORT)) {
        Some(value) => Some(value.trim_start_matches(BETWEEN)),
        None => text.starts_with(['：', ':']).then_some(trimmed),
    }
}

/// Whether an address names a door, a road or a place that is called one. A building alone is one of any estate.
fn names_a_place(address: &Address) -> bool {
    let parts = [&address.building, &address.unit, &address.room, &address.road, &address.number];
    let called = |end: &&str| address.display.ends_with(*end);
    let is_anywhere = address.estate.is_empty() && address.road.is_empty();
    !is_anywhere && parts.iter().any(|part| !part.is_empty())
        || ["村", "庄", "小区", "社区", "苑", "园"].iter().any(called)
}

/// Where somebody went, without the word for going: 搬到甲小区1号楼.
pub(super) fn without_verb(text: &str) -> &str {
    let text = text.trim();
    after(text, &VERBS).unwrap_or(text).trim_start_matches(BETWEEN)
}

/// The address in `text`, if it is one; set apart from those of `city` where it is elsewhere.
pub(super) fn address_of(text: &str, city: Option<u16>) -> Option<Address> {
    let mut address = Address::default();
    address.parse(text);
    if let Some(city) = city {
        address.set_apart_from(city);
    }
    (!address.display.is_empty()).then_some(address)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Phones, address and rest of a correction.
    fn read(text: &str) -> (Vec<String>, String, String) {
        let correction = Correction::read(text, None);
        assert!(!correction.unreadable, "{text}");
        let phones = correction.phones.iter().map(|&phone| phone::format(phone)).collect();
        (phones, correction.address.map(|address| address.display).unwrap_or_default(), correction.rest)
    }

    #[test]
    fn an_address_is_known_by_words_before_it_or_by_what_it_has() {
        for (text, address) in [
            ("地址应为锦绣花园8栋2单元308", "锦绣花园8栋2单元308"),
            ("地址应为锦绣花园3-2-301", "锦绣花园3-2-301"),
            ("应为锦绣花园8栋2单元308", "锦绣花园8栋2单元308"),
            ("改为锦绣花园8栋", "锦绣花园8栋"),
            ("搬到锦绣花园8栋", "锦绣花园8栋"),
            ("现居住地址更正为：锦绣花园8栋", "锦绣花园8栋"),
            ("现住址：府前大街45号", "府前大街45号"),
            ("为民小区3号楼", "为民小区3号楼"),
            ("地址：为民小区3号楼", "为民小区3号楼"),
            ("地址是锦绣花园8栋", "锦绣花园8栋"),
            ("育才学校家属院2号楼", "育才学校家属院2号楼"),
            ("锦绣花园8栋2单元308", "锦绣花园8栋2单元308"),
            ("应住锦绣花园8栋", "锦绣花园8栋"),
            ("已核实地址为锦绣花园8栋", "锦绣花园8栋"),
            ("现居住于府前大街45号", "府前大街45号"),
            ("正确地址：锦绣花园8栋", "锦绣花园8栋"),
            ("新区锦绣花园8栋", "新区锦绣花园8栋"),
        ] {
            assert_eq!(read(text), (vec![], address.to_owned(), String::new()), "{text}");
        }
    }

    #[test]
    fn a_phone_is_known_however_it_is_written() {
        for text in [
            "13812345678",
            "电话号码应为13812345678",
            "+8613812345678",
            "138 1234 5678",
            "138-1234-5678",
            "联系电话:138 1234 5678",
            "电话应为138 1234 5678",
            "新号码是13812345678",
            "新手机号是13812345678",
            "新电话13812345678",
            "本人电话：13812345678",
            "正确电话13812345678",
        ] {
            assert_eq!(read(text), (vec!["13812345678".to_owned()], String::new(), String::new()), "{text}");
        }
        let both = read("电话：13812345678和13900001111，地址应为锦绣花园8栋");
        let phones = ["13812345678", "13900001111"].map(str::to_owned).to_vec();
        assert_eq!(both, (phones, "锦绣花园8栋".into(), String::new()));
        let parted = read("联系电话：13812345678 地址：锦绣花园8栋");
        assert_eq!(parted, (vec!["13812345678".into()], "锦绣花园8栋".into(), String::new()));
        let changed = read("旧电话13812345678，新电话13900001111");
        assert_eq!(changed, (vec!["13900001111".into()], String::new(), "旧电话13812345678".into()));
    }

    #[test]
    fn whatever_else_is_said_is_kept_and_is_no_address() {
        for text in [
            "出生日期应为1952-01-11",
            "年龄应为30岁",
            "家里有3口人",
            "车牌鲁E12345",
            "微信abc_123",
            "工作单位：府前大街45号",
            "养了2条狗",
            "地址不对",
            "号码没变",
            "已不在锦绣花园8栋2单元308",
            "不住锦绣花园8栋",
            "原住锦绣花园8栋2单元308",
            "户口在锦绣花园8栋",
            "从锦绣花园8栋搬来",
            "父母住锦绣花园8栋",
            "锦绣花园8栋查无此人",
            "地址锦绣花园8栋错误",
            "电话13812345678错误",
            "电话13812345678停机",
            "13812345678是空号",
            "电话不是13812345678",
            "旧电话13812345678",
            "13812345678是他老婆的",
            "9栋1单元103",
            "应为4栋2单元301室",
            "姓名不对",
        ] {
            assert_eq!(read(text), (vec![], String::new(), text.to_owned()), "{text}");
        }
    }

    #[test]
    fn surnames_and_places_deny_nothing() {
        let name = Correction::read("姓名应为曾小明", None).name.map(|(name, _)| name);
        assert_eq!(name.as_deref(), Some("曾小明"));
        assert_eq!(read("地址应为曾都区旧街锦绣花园8栋").1, "曾都区旧街锦绣花园8栋");
    }

    #[test]
    fn a_number_that_is_none_is_unreadable() {
        for text in ["110105194912310021", "身份证：11010519491231002", "1381234567", "138 1234 567"] {
            assert!(is_unreadable(text), "{text}");
        }
    }
}
