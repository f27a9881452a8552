//! Chinese surnames: which characters begin a name as its surname, and how they are read there.

use super::{Syllable, syllable, syllable_of};
use std::sync::LazyLock;

/// Surnames of one character, the frequent ones and those of the old list of a hundred families.
const SINGLE: &str = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩邓冯曹彭曾萧肖田董潘袁蔡蒋余于杜叶程魏苏吕丁任卢姚沈\
    钟姜崔谭陆范汪廖石金韦贾夏付傅方邹熊白孟秦邱侯江尹薛闫阎段雷龙黎史陶贺毛郝顾龚邵万覃武钱戴严莫孔向常汤康易乔赖文樊兰殷施洪\
    翟安颜倪牛温芦季俞章鲁葛伍申尤毕聂柴焦庞樊管齐梅庄辛管祝左涂谷祁时舒耿牟卜路詹关苗凌费纪靳盛童欧甄项曲成游阳裴席卫查屈鲍位\
    覃霍翁隋植甘景薄单包司柏宁柯阮桂闵解强丛华车冉房边辜吉饶刁瞿戚丘古米池滕晋苑邬臧畅宫来嵺苟全褚廉简娄盖符奚木穆党燕郎邸冀谈\
    姬屠连郜晏栾郁商蒙计喻揭窦迟宇敖糜鄢冷卓花仇艾蓝都巩稽井练仲乐虞卞封竺冼原官衣楚佟栗匡宗应台巫鞠僧桑荆谌银扬明沙薄伏岑习胥\
    保和蔺水云昌凤酆俞柳岳皮元平禹狄贝臧成计伏茅熊纪舒屈项祝梁杜阮蓝席麻强危刁骆樊胡支昝裘缪干应宣邓单洪诸左崔钮程嵇邢滑裴荣翁荀\
    羊於惠甄曲封芮羿储靳汲邴糜松井富乌焦巴弓牧隗山侯宓蓬郗班仰秋仲伊暴甘钭厉戎祖符景詹束幸韶黎蓟溥印宿怀蒲邰从鄂索咸籍卓蔺屠池阴\
    郁能苍双闻莘翟贡劳逄扶堵宰郦雍却璩濮寿通扈郏浦尚农别晏充慕茹宦鱼容慎戈庾终暨居衡步耿满弘匡国寇广禄阙东殴殳沃利蔚越夔隆师厍晁\
    勾敖融訾辛阚那空毋沙乜养须丰巢蒯相后红游权逯益桓公仉督岳帅缑亢况郈琴归海墨哈谯笪年爱佟言福肇展战初由代苟谯冶撒喇拜者黑达者勒\
    区朴繁员折种尉";

/// Surnames of two characters.
const COMPOUND: [&str; 60] = [
    "欧阳", "司马", "诸葛", "上官", "司徒", "夏侯", "皇甫", "尉迟", "公孙", "慕容", "令狐", "长孙", "宇文", "东方",
    "独孤", "南宫", "西门", "轩辕", "端木", "百里", "呼延", "万俟", "闻人", "澹台", "公冶", "宗政", "濮阳", "淳于",
    "单于", "太叔", "申屠", "仲孙", "钟离", "鲜于", "闾丘", "司空", "亓官", "司寇", "子车", "颛孙", "巫马", "公西",
    "漆雕", "乐正", "壤驷", "公良", "拓跋", "夹谷", "宰父", "谷梁", "段干", "东郭", "南门", "羊舌", "微生", "梁丘",
    "左丘", "东门", "第五", "完颜",
];

/// How a character is read as a surname where that is not its usual reading.
const READINGS: &[(char, &str)] = &[
    ('单', "shan"),
    ('仇', "qiu"),
    ('查', "zha"),
    ('曾', "zeng"),
    ('区', "ou"),
    ('解', "xie"),
    ('任', "ren"),
    ('华', "hua"),
    ('朴', "piao"),
    ('盖', "ge"),
    ('翟', "zhai"),
    ('乐', "yue"),
    ('员', "yun"),
    ('尉', "wei"),
    ('覃', "qin"),
    ('缪', "miao"),
    ('宓', "mi"),
    ('冼', "xian"),
    ('折', "she"),
    ('种', "chong"),
    ('繁', "po"),
    ('秘', "bi"),
    ('逄', "pang"),
    ('隗', "wei"),
    ('郗', "xi"),
    ('晁', "chao"),
    ('谌', "chen"),
    ('卜', "bu"),
    ('纪', "ji"),
    ('宁', "ning"),
    ('召', "shao"),
    ('佴', "nai"),
    ('阚', "kan"),
    ('乜', "nie"),
    ('訾', "zi"),
    ('厍', "she"),
    ('仉', "zhang"),
    ('逯', "lu"),
    ('钭', "tou"),
    ('句', "gou"),
    ('应', "ying"),
    ('曲', "qu"),
    ('燕', "yan"),
    ('冯', "feng"),
    ('贾', "jia"),
    ('石', "shi"),
    ('沈', "shen"),
    ('葛', "ge"),
    ('薄', "bo"),
    ('那', "na"),
    ('牟', "mu"),
    ('尹', "yin"),
    ('车', "che"),
    ('洗', "xian"),
    ('呙', "guo"),
    ('幺', "yao"),
    ('黑', "he"),
    ('撒', "sa"),
    ('盛', "sheng"),
    ('哈', "ha"),
    ('过', "guo"),
    ('令', "ling"),
    ('祭', "zhai"),
    ('相', "xiang"),
    ('干', "gan"),
    ('不', "fou"),
    ('揭', "jie"),
    ('臧', "zang"),
    ('柏', "bai"),
    ('阿', "a"),
    ('洪', "hong"),
    ('长', "chang"),
    ('俞', "yu"),
    ('都', "du"),
    ('哲', "zhe"),
    ('行', "xing"),
    ('夏', "xia"),
    ('晟', "cheng"),
    ('行', "xing"),
];

/// Readings within surnames of two characters.
const COMPOUND_READINGS: &[(&str, [&str; 2])] = &[
    ("尉迟", ["yu", "chi"]),
    ("万俟", ["mo", "qi"]),
    ("长孙", ["zhang", "sun"]),
    ("单于", ["chan", "yu"]),
    ("澹台", ["tan", "tai"]),
    ("令狐", ["ling", "hu"]),
    ("亓官", ["qi", "guan"]),
    ("子车", ["zi", "ju"]),
    ("乐正", ["yue", "zheng"]),
    ("夏侯", ["xia", "hou"]),
    ("宰父", ["zai", "fu"]),
    ("谷梁", ["gu", "liang"]),
    ("闾丘", ["lv", "qiu"]),
];

static SURNAMES: LazyLock<Vec<char>> = LazyLock::new(|| {
    let mut all: Vec<char> = SINGLE.chars().filter(|c| !c.is_whitespace()).collect();
    all.sort_unstable();
    all.dedup();
    all
});

/// [`COMPOUND`] by its characters, sorted: names are looked up by the million.
static PAIRS: LazyLock<Vec<[char; 2]>> = LazyLock::new(|| {
    let mut all: Vec<[char; 2]> = COMPOUND.iter().filter_map(|pair| both(pair)).collect();
    all.sort_unstable();
    all
});

/// [`READINGS`] as syllables, sorted.
static SINGLE_SYLLABLES: LazyLock<Vec<(char, Syllable)>> = LazyLock::new(|| {
    let mut all: Vec<_> = READINGS.iter().map(|(surname, reading)| (*surname, syllable_of(reading))).collect();
    all.sort_by_key(|(surname, _)| *surname);
    all.dedup_by_key(|(surname, _)| *surname);
    all
});

/// [`COMPOUND_READINGS`] as syllables.
static PAIR_SYLLABLES: LazyLock<Vec<([char; 2], [Syllable; 2])>> = LazyLock::new(|| {
    let of = |(pair, readings): &(&str, [&str; 2])| Some((both(pair)?, readings.map(syllable_of)));
    COMPOUND_READINGS.iter().filter_map(of).collect()
});

/// The two characters of a text that has no more.
fn both(pair: &str) -> Option<[char; 2]> {
    pair.chars().collect::<Vec<char>>().try_into().ok()
}

/// Whether a character is a known surname.
pub fn is_surname(c: char) -> bool {
    SURNAMES.binary_search(&c).is_ok()
}

fn is_compound(a: char, b: char) -> bool {
    PAIRS.binary_search(&[a, b]).is_ok()
}

/// Length in characters of the surname that a name begins with: 2 for compound surnames with something behind or nothing
/// else to be, 1 for any other Chinese character, 0 for none.
pub fn surname_len(name: &[char]) -> usize {
    match name {
        [a, b, ..] if is_compound(*a, *b) => 2,
        [a, ..] if crate::kernels::text::is_han(*a) => 1,
        _ => 0,
    }
}

/// The reading of character `at` of the surname of `name` (its first characters).
pub fn surname_syllable(name: &[char], at: usize) -> Option<Syllable> {
    let c = *name.get(at)?;
    if surname_len(name) == 2 {
        let known = PAIR_SYLLABLES.iter().find(|(pair, _)| pair[..] == name[..2]);
        return Some(known.map_or_else(|| syllable(c), |(_, readings)| readings[at.min(1)]));
    }
    let own = SINGLE_SYLLABLES.binary_search_by_key(&c, |(surname, _)| *surname);
    Some(own.map_or_else(|_| syllable(c), |place| SINGLE_SYLLABLES[place].1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_listed_surname_is_found_with_its_reading() {
        for pair in COMPOUND {
            let name: Vec<char> = pair.chars().chain(['明']).collect();
            assert_eq!(surname_len(&name), 2, "{pair}");
            let known = COMPOUND_READINGS.iter().find(|(known, _)| *known == pair);
            for at in 0..2 {
                let expected = known.map_or_else(|| syllable(name[at]), |(_, readings)| syllable_of(readings[at]));
                assert_eq!(surname_syllable(&name, at), Some(expected), "{pair} {at}");
            }
        }
        for (surname, _) in READINGS {
            let first = READINGS.iter().find(|(known, _)| known == surname).map(|(_, reading)| syllable_of(reading));
            assert_eq!(surname_syllable(&[*surname, '明'], 0), first, "{surname}");
        }
        assert_eq!(surname_len(&['王', '伟']), 1);
        assert_eq!((surname_len(&['A', 'b']), surname_syllable(&[], 0)), (0, None));
    }
}
