//! Reads what follows the area: road and door number, estate, building, unit, room.

use super::Address;
use super::flat::flat;
use super::line::{Line, ROAD};
use super::marks::{Mark, mark_at, sided};
use super::numbers::{number_at, push_number, starts_with};
use crate::kernels::text::is_han;

/// Fills the parts of `address` from its characters behind the area.
pub(super) fn parse(address: &mut Address) {
    let chars = std::mem::take(&mut address.line);
    let mut at = road(address, &chars, address.area.length);
    at = side(&chars, at);
    at += usize::from(!address.road.is_empty() && is_low_floor(&chars, at));
    let end = estate_end(&chars, at);
    // 第3栋 is 3栋.
    let name_end = end - usize::from(end > at && end < chars.len() && chars[end - 1] == '第');
    let name = &chars[after_village(&chars, at, name_end)..name_end];
    let name =
        [&['门', '牌', '号'][..], &['门', '牌']].iter().find_map(|word| name.strip_suffix(*word)).unwrap_or(name);
    if !name.is_empty() {
        push_estate(name, &mut address.estate);
    }
    flat(address, &chars, end);
    address.line = chars;
}

/// Whether 吊 or 负 before a storey stands at `at`, behind a door: 24号吊一楼3号.
fn is_low_floor(chars: &Line, at: usize) -> bool {
    let floor = || chars.number_at(at + 1).is_some_and(|end| matches!(chars.get(end), Some('楼' | '层')));
    matches!(chars.get(at), Some('吊' | '负')) && floor()
}

/// Reads a road and its door number at `at`, if there are any; where they end.
fn road(address: &mut Address, chars: &Line, at: usize) -> usize {
    let Some(end) = road_end(chars, at) else { return at };
    address.road.extend(chars[at..end].iter().filter(|&&c| c != ' '));
    let mut next = skip(chars, end);
    // 甲45号
    let prefix = chars.get(next).copied().filter(|&c| is_stem(c) || c == '附');
    let number = next + usize::from(prefix.is_some());
    let Some(mut stop) = chars.number_at(number) else { return crossing(chars, end) };
    let first = number..stop;
    let mut second = None;
    if matches!(chars.get(stop), Some('-' | '之'))
        && let Some(end) = chars.number_at(stop + 1).filter(|&end| chars.get(end) == Some(&'号'))
    {
        second = Some(stop + 1..end);
        stop = end;
    }
    let word = match chars.get(stop) {
        Some('号') if is_building_word(chars, stop + 1) => return end,
        Some('号' | '弄') => 1,
        Some('#') if !starts_with(chars, stop + 1, "楼") && number_at(chars, stop + 1, false).is_none() => 1,
        // A bare number at the very end, or before an estate.
        None if chars[first.clone()].iter().all(char::is_ascii_digit) => 0,
        Some(c) if is_han(*c) && chars[first.start].is_ascii_digit() && !is_mark(chars, stop) && first.len() <= 4 => 0,
        _ => return end,
    };
    push_number(&chars[first], &mut address.number);
    next = stop + word;
    if chars.get(stop) == Some(&'弄')
        && let Some(end) = chars.number_at(next).filter(|&end| starts_with(chars, end, "支弄"))
    {
        // 588弄5支弄3号: a lane within a lane.
        address.number.push('-');
        push_number(&chars[next..end], &mut address.number);
        next = end + "支弄".chars().count();
    }
    if let Some(second) = second {
        address.number.push('-');
        push_number(&chars[second], &mut address.number);
    } else if matches!(chars.get(next), Some('之'))
        && let Some(end) = chars.number_at(next + 1)
    {
        address.number.push('-');
        push_number(&chars[next + 1..end], &mut address.number);
        next = end;
    } else if matches!(chars.get(next), Some('附'))
        && let Some(end) = chars.number_at(next + 1)
        && (end == chars.len() || chars[end] == '号' && !is_building_word(chars, end + 1))
    {
        // 8号附4号
        address.number.push('-');
        push_number(&chars[next + 1..end], &mut address.number);
        next = end + usize::from(end < chars.len());
    }
    if let Some(prefix) = prefix.or_else(|| chars.get(next).copied().filter(|&c| is_stem(c))) {
        address.number.push(prefix);
        next += usize::from(chars.get(next) == Some(&prefix));
    }
    // 45号院, 45号大院
    for word in ["大院", "院内", "院"] {
        if word.chars().last().is_some() && starts_with(chars, next, word) {
            next += word.chars().count();
            break;
        }
    }
    skip(chars, next)
}

/// Whether `c` tells doors and buildings of one number apart: 甲45号 stands beside 45号.
pub fn is_stem(c: char) -> bool {
    matches!(c, '甲' | '乙' | '丙' | '丁' | '戊')
}

/// Where the name of a road that begins at `at` ends.
fn road_end(chars: &Line, at: usize) -> Option<usize> {
    for i in at..chars.len().min(at + 12) {
        let c = chars[i];
        let of_lane = || matches!(chars[i..].iter().find(|c| !c.is_ascii_digit()), Some('巷' | '横' | '直' | '支'));
        if !(is_han(c) || c.is_ascii_alphanumeric() && (i < at + 4 || of_lane())) {
            return None;
        }
        if i == at || !chars.is(i, ROAD) {
            continue;
        }
        let end = match c {
            '路' | '街' | '巷' => i + 1,
            '道' if chars[i - 1] == '大'
                || chars[i - 1] == '国'
                || chars[i - 1] == '省'
                || followed_by_number(chars, i + 1) =>
            {
                i + 1
            }
            '同' if chars[i - 1] == '胡' => i + 1,
            '线' | '条' | '弄' if followed_by_number(chars, i + 1) => i + 1,
            '里' if is_door(chars, i + 1) => i + 1,
            // 翠湖花园路5号
            '花' | '小' | '公'
                if matches!(chars.get(i + 2), Some('路' | '街' | '巷')) && followed_by_number(chars, i + 3) =>
            {
                continue;
            }
            '花' | '小' | '公' if chars.starts_estate(i) => return None,
            '村' if followed_by_number(chars, i + 1) && !is_lane(chars, i + 1) => return None,
            _ => continue,
        };
        if c == '路' && chars[i - 1] == '公' && i == at + 1 {
            continue;
        }
        // 铁路小区, 步行街商城: the word belongs to the estate.
        if chars.starts_estate(end)
            || matches!(chars.get(end), Some('口' | '段')) && !followed_by_number(chars, end + 1)
        {
            // 新街口小区 is an estate.
            if matches!(chars.get(end), Some('口' | '段')) && !chars.starts_estate(end + 1) {
                return Some(whole_road(chars, end));
            }
            return None;
        }
        return Some(whole_road(chars, end));
    }
    None
}

/// Where the name of a road ends whose first such word ends at `end`: 中山路北街, 解放路一巷, 新街口北大街, 学田路正街 are one road each, if a
/// door's number stands behind. What a crossing says (建设路与人民路口) or an estate is called is no part of it.
fn whole_road(chars: &Line, mut end: usize) -> usize {
    // From word to word, so that a cell of nothing but such words takes no longer than another.
    let mut at = end;
    while let Some(next) = next_road_word(chars, at) {
        if followed_by_number(chars, next) || next == chars.len() && next - at <= 3 {
            end = next;
        }
        at = next;
    }
    end
}

/// How many characters may stand between two such words of one road.
const ROAD_PART_MAX: usize = 4;

/// Where the next such word behind `from` ends, if what stands between may be a part of the road's name.
fn next_road_word(chars: &Line, from: usize) -> Option<usize> {
    let mut at = from;
    if let Some(end) = chars.number_at(from) {
        // 解放路2巷, 建设路二支路; 人民路3号 and 幸福路5弄 have a door there.
        let is_lane = ["巷", "支", "横", "胡同", "条"].iter().any(|word| starts_with(chars, end, word));
        if !is_lane {
            return None;
        }
        at = end;
    }
    for i in at..chars.len().min(at + ROAD_PART_MAX + 1) {
        let c = chars[i];
        if !is_han(c) || "与和、向往交到至对处米内外旁附".contains(c) || chars.starts_estate(i) {
            return None;
        }
        match c {
            '街' if chars.get(i + 1) == Some(&'道') => return None,
            '路' | '街' | '巷' => return Some(i + 1),
            '同' if i > from && chars[i - 1] == '胡' => return Some(i + 1),
            '道' if i > from && chars[i - 1] == '大' => return Some(i + 1),
            '条' if at > from => return Some(i + 1),
            _ => {}
        }
    }
    None
}

fn followed_by_number(chars: &Line, at: usize) -> bool {
    chars.number_at(skip(chars, at)).is_some_and(|end| {
        chars[skip(chars, at)].is_ascii_digit() || matches!(chars.get(end), Some('号' | '弄' | '组' | '队' | '社'))
    })
}

/// Whether the number of a lane stands at `at`: 江贝村3巷5号.
fn is_lane(chars: &Line, at: usize) -> bool {
    chars.number_at(at).is_some_and(|end| chars.get(end) == Some(&'巷'))
}

/// Whether a door number and nothing else stands at `at`: 太平里5号 is a lane, 新兴里5号楼 and 新兴里5-2-501 are an estate.
fn is_door(chars: &Line, at: usize) -> bool {
    let Some(end) = chars.number_at(skip(chars, at)) else { return false };
    let rest = chars.get(end..).unwrap_or_default();
    matches!(rest, ['号'] | ['号', '院'] | ['号', '院', '内'])
}

/// Skips 与西二路交叉口 behind a road.
fn crossing(chars: &Line, at: usize) -> usize {
    if !matches!(chars.get(at), Some('与' | '和' | '、' | '口' | '段')) {
        return at;
    }
    for i in at..chars.len().min(at + 18) {
        if matches!(chars[i], '口' | '处' | '米' | '段')
            && !matches!(chars.get(i + 1), Some('东' | '西' | '南' | '北' | '向' | '往' | '处'))
        {
            return i + 1;
        }
    }
    at + 1
}

/// Skips 路北, 东侧, 对面 before an estate.
fn side(chars: &Line, at: usize) -> usize {
    let at = skip(chars, at);
    if !matches!(chars.get(at), Some('东' | '西' | '南' | '北' | '路' | '对' | '附' | '旁')) {
        return at;
    }
    for word in ["东侧", "西侧", "南侧", "北侧", "路东", "路西", "路南", "路北", "对面", "附近", "旁"]
    {
        if starts_with(chars, at, word) {
            return skip(chars, at + word.chars().count());
        }
    }
    at
}

fn skip(chars: &Line, mut at: usize) -> usize {
    while matches!(chars.get(at), Some(' ' | '-' | '/' | '.')) {
        at += 1;
    }
    at
}

/// Where the name of an estate that begins at `at` ends: at the first number that names a building, unit, room or house.
fn estate_end(chars: &Line, at: usize) -> usize {
    let mut i = at;
    while i < chars.len() {
        if let Some(end) = chars.number_at(i) {
            let ascii = chars[i].is_ascii_alphanumeric();
            let named = named_by_number(chars, end)
                .or_else(|| is_numbered_name(&chars[at..i], &chars[i..end], &chars[end..]).then_some(end + 1))
                .or_else(|| village_by_number(&chars[end..]).filter(|_| i == at && !ascii).map(|len| end + len));
            if let Some(named) = named.filter(|_| !(i == at && ascii && chars.get(end) == Some(&'区'))) {
                i = named;
                continue;
            }
            let mark = mark_at(chars, end).0;
            if mark != Mark::Bare && (ascii || chars.get(end) != Some(&'门')) {
                let is_house = matches!(mark, Mark::Building | Mark::Number);
                return i - usize::from(is_house && i > at && ascii && is_stem(chars[i - 1]));
            }
            if ascii && (i > at || end == chars.len()) && chars[i..end].iter().any(char::is_ascii_digit) {
                return i;
            }
            i = end;
            continue;
        }
        if i > at && sided(chars, i).is_some() {
            return i;
        }
        i += 1;
    }
    chars.len()
}

/// Where the name goes on that a number belongs to whose end is `end`: 二期, 3区, A区, 八里庄, 二十一户村, 九号公馆, 阳光100小区, 绿地21城,
/// 60年代.
fn named_by_number(chars: &Line, end: usize) -> Option<usize> {
    match chars.get(end)? {
        '村' if mark_at(chars, end).0 != Mark::Bare => None,
        '期' | '区' | '村' | '里' | '街' | '坊' | '庄' | '片' => Some(end + 1),
        '组' if chars.get(end + 1) == Some(&'团') => Some(end + 2),
        '户' if matches!(chars.get(end + 1), Some('村' | '庄')) => Some(end + 2),
        '城' => Some(end + 1),
        // 33团5连; 5连排 are houses in a row.
        '连' if !matches!(chars.get(end + 1), Some('排' | '体' | '廊')) => Some(end + 1),
        '团' if chars.get(end + 1) != Some(&'结') => Some(end + 1),
        '分' if chars.get(end + 1) == Some(&'场') => Some(end + 2),
        '年' if chars.get(end + 1) == Some(&'代') => Some(end + 2),
        '号' if is_mansion(&chars[end + 1..]) => Some(end + 3),
        _ => chars.starts_estate(end).then_some(end + 1),
    }
}

/// Whether a number belongs to the name before which it stands: 七号公馆.
fn is_mansion(behind_number: &[char]) -> bool {
    [['公', '馆'], ['官', '邸'], ['庄', '园']].iter().any(|word| behind_number.starts_with(word))
}

/// Whether a number in words and 号 behind it are a name, alone or with `before`: 滨江壹号3-2-501, 壹号院3栋, 九号院3-2-501. Behind a
/// word for estates, villages and their parts it is a door or a building, and so it is where no building follows.
fn is_numbered_name(before: &[char], number: &[char], behind: &[char]) -> bool {
    const PARTS: &str = "村里组队社弄巷号院栋楼街路庄屯寨湾园苑区城寓舍府居庭坊座幢期";
    let Some((_, behind)) = behind.split_first().filter(|_| behind[0] == '号' && !number[0].is_ascii()) else {
        return false;
    };
    let (is_yard, building) = match behind {
        ['院', building @ ..] => (true, building),
        _ => (false, behind),
    };
    let digits = |chars: &[char]| chars.iter().take_while(|c| c.is_ascii_digit()).count();
    let first = digits(building);
    let is_building = match &building[first..] {
        ['栋' | '幢' | '座' | '#', ..] | ['号', '楼', ..] => first > 0,
        ['-', rest @ ..] => first > 0 && rest.get(digits(rest)) == Some(&'-'),
        _ => building.is_empty() && (number == ['壹'] || !is_yard || before.is_empty()),
    };
    let is_name = before.len() >= 2 && !before.iter().any(|c| !is_han(*c));
    let names = is_name && !PARTS.contains(before[before.len() - 1]);
    is_building && (is_yard || names || number == ['壹'] && !before.is_empty())
}

/// Length of the rest of a village's name that begins with a number and looks like a group: 五社村, 三组湾村.
fn village_by_number(behind: &[char]) -> Option<usize> {
    match behind {
        ['社' | '组' | '队', '村', ..] => Some(2),
        ['社' | '组' | '队', c, '村', ..] if is_han(*c) => Some(3),
        _ => None,
    }
}

/// Skips a village's name before the name of an estate in it.
fn after_village(chars: &Line, at: usize, end: usize) -> usize {
    for i in at + 1..end.saturating_sub(2) {
        if chars[i] == '村'
            && chars[i - 1] != '新'
            && !chars.starts_estate(i + 1)
            && !matches!(chars[i + 1], '东' | '西' | '南' | '北')
        {
            let estate = (i + 2..end).any(|j| chars.starts_estate(j));
            if estate {
                return i + 1;
            }
        }
    }
    at
}

/// Writes the name of an estate: numbers before 期, 区 and 号公馆 in digits (II期 too), 小区 and the like at the end left away.
pub fn push_estate(name: &[char], out: &mut String) {
    let mut i = 0;
    while i < name.len() {
        let c = name[i];
        let names = |end: usize| match name.get(end) {
            Some('期' | '区') => true,
            Some('号') => is_mansion(&name[end + 1..]),
            _ => false,
        };
        if let Some(end) = number_at(name, i, true).filter(|&end| names(end)) {
            match &name[i..end] {
                roman if roman.iter().all(|&c| c == 'I') => out.push_str(["1", "2", "3"][roman.len().min(3) - 1]),
                number => push_number(number, out),
            }
            i = end;
            continue;
        }
        if c != ' ' && c != '-' && c != '.' && c != '/' {
            out.push(c);
        }
        i += 1;
    }
    for word in ["住宅小区", "居民小区", "家属小区", "生活小区", "小区", "社区", "住宅区", "居民区", "村委会"]
    {
        if let Some(rest) = out.strip_suffix(word).filter(|rest| rest.chars().count() >= 2) {
            let len = rest.len();
            out.truncate(len);
            break;
        }
    }
}

fn is_building_word(chars: &Line, at: usize) -> bool {
    matches!(chars.get(at), Some('楼' | '栋' | '幢' | '座')) && !starts_with(chars, at, "楼村")
}

fn is_mark(chars: &Line, at: usize) -> bool {
    mark_at(chars, at).0 != Mark::Bare
}
