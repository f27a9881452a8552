//! Other names under which places of the directory are looked up: firms by their dormitories, parts of a village with its name
//! or without.

use super::super::coverage;
use crate::kernels::address::Address;

/// What the names of dormitories end with, behind that of whose they are.
pub(super) const DORMITORIES: [&str; 20] = [
    "学生公寓",
    "学生宿舍",
    "男生宿舍",
    "女生宿舍",
    "教师宿舍",
    "教工宿舍",
    "男工宿舍",
    "女工宿舍",
    "职工宿舍",
    "员工宿舍",
    "职工公寓",
    "教师公寓",
    "教学楼",
    "男工公寓",
    "女工公寓",
    "员工公寓",
    "集体宿舍",
    "宿舍楼",
    "宿舍区",
    "宿舍",
];

/// The name of a firm without the words for its kind and its premises, if it has any: 真爱毛纺 of 真爱毛纺有限公司宿舍.
pub(super) fn firm(key: &str) -> Option<&str> {
    let shorter = |name: &'_ str| {
        let end = DORMITORIES.iter().chain(&PREMISES).find(|end| name.ends_with(**end))?;
        Some(name.len() - end.len()).filter(|&len| name[..len].chars().count() >= 2)
    };
    let mut len = shorter(key)?;
    while let Some(shorter) = shorter(&key[..len]) {
        len = shorter;
    }
    Some(&key[..len])
}

/// What the names of firms and of their premises end with.
const PREMISES: [&str; 9] = ["股份有限公司", "有限责任公司", "有限公司", "公司", "集团", "厂区", "园区", "厂", "及"];
/// An estate whose name begins with that of its city or county (东营市人民医院), as an address with that name is read: without it.
pub(super) fn as_read(key: &str) -> Option<String> {
    let mut address = Address::default();
    address.parse(key);
    let rest = [&address.building, &address.unit, &address.room, &address.road, &address.number];
    let estate = coverage::place_key(&address.estate);
    let is_name = rest.iter().all(|part| part.is_empty()) && estate.chars().count() >= AS_READ_CHARS_MIN;
    (is_name && estate != key && key.ends_with(&estate)).then_some(estate)
}

/// 寺前村新村 is 寺前新村, and in 寺前村 the 新村 as well.
pub(super) fn part_of_village(key: &str, village: Option<&str>) -> Option<String> {
    let village = village?;
    let stem = village.strip_suffix('村').filter(|stem| stem.chars().count() >= 2)?;
    if PARTS.contains(&key) {
        return Some(format!("{stem}{key}"));
    }
    let part = key.strip_prefix(stem).filter(|part| PARTS.contains(part))?;
    Some(format!("{village}{part}"))
}

/// The quarter of an estate that is called like its community, as it is read behind the community's name: 4区 of 鼓楼4区 in 鼓楼社区.
pub(super) fn quarter(key: &str, community: &str) -> Option<String> {
    let part = key.strip_prefix(community.strip_suffix("社区")?)?;
    let which = part.strip_suffix('区')?;
    (!which.is_empty() && which.chars().all(|c| c.is_ascii_alphanumeric())).then(|| part.to_owned())
}

/// Parts that many villages have.
const PARTS: [&str; 7] = ["新村", "老村", "东片", "西片", "南片", "北片", "中片"];

/// So short a name (医院, 一中) is no name without its city.
const AS_READ_CHARS_MIN: usize = 4;
