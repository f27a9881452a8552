//! Cells as cities write them, and near ones that must not be taken for them.

use super::cell::Place;
use super::*;
use proptest::prelude::*;

fn holds(coverage: &Coverage, text: &str) -> bool {
    coverage.contains(Part::Building(text))
}

/// The places of a cell without a village beside it.
fn places(text: &str) -> Vec<Place> {
    cell::places(text, None).places
}

fn covered(text: &str) -> Vec<u32> {
    let (coverage, faults) = Coverage::parse(text);
    assert_eq!(faults, 0, "{text}");
    (0..=120).filter(|n| holds(&coverage, &n.to_string())).collect()
}

#[test]
fn buildings_are_read_as_they_are_written() {
    for text in
        ["1-5、8", "1~5号楼，8号楼", "１－５、８", "第1栋至第5栋 8#", "1,2,3,4,5,8", "1—3；4到5/8", "1-5组、8队"]
    {
        assert_eq!(covered(text), [1, 2, 3, 4, 5, 8], "{text}");
    }
    let (letters, faults) = Coverage::parse("a、C-E座,3A、东");
    assert_eq!(faults, 0);
    let named = |t: &str| holds(&letters, t);
    assert!(["A", "a", "C", "D", "E", "3A", "东"].into_iter().all(named));
    assert!(!["B", "F", "3", "西", ""].into_iter().any(named));
    for text in ["B1-B3栋、B12", "B1至B3号楼,B12座", "B1-3、b12"] {
        let (letters, faults) = Coverage::parse(text);
        let named = ["B1", "b2", "B3", "B12"].into_iter().all(|text| holds(&letters, text));
        let others = ["B", "B4", "A1", "1", "12"].into_iter().any(|text| holds(&letters, text));
        assert_eq!((named, others, faults), (true, false, 0), "{text}");
    }
}

#[test]
fn door_numbers_have_sides_of_the_road() {
    assert_eq!(covered("1-9单"), [1, 3, 5, 7, 9]);
    assert_eq!(covered("2-8双、15号"), [2, 4, 6, 8, 15]);
    assert_eq!(covered("单号1-5"), [1, 3, 5]);
    assert_eq!(covered("1-5号(单号)"), [1, 3, 5]);
    assert_eq!(covered("118号以上"), [118, 119, 120]);
    let (coverage, _) = Coverage::parse("1-50");
    assert!(holds(&coverage, "45-1") && !holds(&coverage, "51-1"));
}

#[test]
fn nothing_named_is_everything_and_nonsense_is_nothing() {
    for text in ["", "  ", "全部"] {
        let (coverage, faults) = Coverage::parse(text);
        assert!(coverage.is_all() && holds(&coverage, "7") && holds(&coverage, "A") && faults == 0);
    }
    let (coverage, faults) = Coverage::parse("5-1、1-A、B3-B1、A1-B3、B1-B999、B-3");
    assert!(!coverage.is_all() && !holds(&coverage, "3") && !holds(&coverage, "B2") && faults == 6);
}

#[test]
fn places_of_a_cell() {
    let names = |text: &str| places(text).into_iter().map(|place| place.key).collect::<Vec<String>>();
    assert_eq!(names("阳光花园小区、 金色 家园,安居小区|小区；"), ["阳光花园", "金色", "家园", "安居", "小区"]);
    assert_eq!(place_key("胜 利－花园二期"), "胜利花园2期");
    assert_eq!((place_key("锦绣花园Ⅲ期"), place_key("锦绣花园十二期")), ("锦绣花园3期".into(), "锦绣花园12期".into()));
    assert_eq!((place_key("中海九号公馆"), place_key("八一路")), ("中海9号公馆".into(), "81路".into()));
    assert_eq!(place_key("胜利花园2期"), "胜利花园2期");
    assert_ne!(place_key("幸福村"), place_key("幸福小区"));
}

#[test]
fn numbers_stand_behind_the_names_of_places_too() {
    let told = |text: &str| {
        let of = |numbers: Coverage| (0..=120).filter(|n| holds(&numbers, &n.to_string())).collect::<Vec<u32>>();
        places(text).into_iter().map(|p| (p.key, p.numbers.map(of), p.is_road)).collect::<Vec<_>>()
    };
    let estate = |name: &str, numbers: &[u32]| (name.to_owned(), Some(numbers.to_vec()), false);
    let whole = |name: &str| (name.to_owned(), None, false);
    for text in [
        "锦绣花园1-3、8号楼、府苑小区",
        "锦绣花园小区（1-3号楼，8号楼），府苑",
        "锦绣花园 1、2、3、8栋；府苑",
        "锦绣花园第1栋至3栋和8栋|府苑",
    ] {
        assert_eq!(told(text), [estate("锦绣花园", &[1, 2, 3, 8]), whole("府苑")], "{text}");
    }
    assert_eq!(told("锦绣花园二期3-5号楼"), [estate("锦绣花园2期", &[3, 4, 5])]);
    assert_eq!(told("锦绣花园2期3-5号楼"), [estate("锦绣花园2期", &[3, 4, 5])]);
    assert_eq!(told("前李村1-2组、3组"), [estate("前李村", &[1, 2, 3])]);
    assert_eq!(told("阳光100、8号公馆、文汇3区"), [whole("阳光100"), whole("8号公馆"), whole("文汇3区")]);
    assert_eq!(told("府前大街1-5单号"), [("府前大街".to_owned(), Some(vec![1, 3, 5]), true)]);
    assert_eq!(
        told("府前大街1-3号、锦绣花园"),
        [("府前大街".to_owned(), Some(vec![1, 2, 3]), true), whole("锦绣花园")]
    );
    assert_eq!(told("锦绣花园B3-B1栋"), [estate("锦绣花园", &[])], "no part of what cannot be read is a name");
    let lettered = places("锦绣花园B1-B3栋、A座，府苑");
    let covers = |text: &str| lettered[0].numbers.as_ref().is_some_and(|numbers| holds(numbers, text));
    assert_eq!((lettered.len(), &lettered[0].key[..]), (2, "锦绣花园"));
    assert_eq!(["A", "B1", "B2", "B3", "B4", "2"].map(covers), [true, true, true, true, false, false]);
    assert_eq!(told("1-5号楼"), [], "numbers without a name are of no estate");
    assert_eq!(told("步行街1-2号楼"), [estate("步行街", &[1, 2])]);
    assert_eq!(told("府前大街1、3、5号"), [("府前大街".to_owned(), Some(vec![1, 3, 5]), true)]);
    let towers = places("万达广场A、C-D座");
    let covers = |building: &str| towers[0].numbers.as_ref().unwrap().contains(Part::Building(building));
    assert!(["A", "C", "D"].into_iter().all(covers) && !covers("B") && towers.len() == 1);
}

proptest! {
    #[test]
    fn spans_agree_with_counting(a in 0_u32..60, b in 0_u32..60, c in 0_u32..120, side in 0..3) {
        let mark = ["", "单", "双"][side as usize];
        let (coverage, _) = Coverage::parse(&format!("{a}-{b}{mark}、{c}"));
        for n in 0..=120 {
            let side = match mark { "单" => n % 2 == 1, "双" => n % 2 == 0, _ => true };
            let slow = a <= n && n <= b && side || n == c;
            prop_assert_eq!(holds(&coverage, &n.to_string()), slow, "{}", n);
        }
    }

    #[test]
    fn a_key_stays_a_key(text in "[阳光一二十期区小村巷弄路团Ａb3 ./-]{0,10}") {
        let key = place_key(&text);
        prop_assume!(!key.ends_with("小区"));
        prop_assert_eq!(place_key(&key), key);
    }

    #[test]
    fn no_text_panics(text in "\\PC{0,20}") {
        let _ = Coverage::parse(&text);
        let _ = places(&text).len();
    }
}

#[test]
fn what_is_said_behind_a_name_is_no_part_of_it() {
    for (cell, key) in [
        ("锦绣家园等", "锦绣家园"),
        ("康乐家园一期等", "康乐家园1期"),
        ("香樟苑等小区", "香樟苑"),
        ("锦绣花园全域", "锦绣花园"),
        ("碧水湾辖区", "碧水湾"),
        ("金色家园约300户", "金色家园"),
        ("清水行政村1-3组", "清水村"),
        ("李家湾自然村", "李家湾"),
        ("平等", "平等"),
    ] {
        let places = cell::places(cell, None).places;
        assert_eq!(places.iter().map(|place| &*place.key).collect::<Vec<_>>(), [key], "{cell}");
    }
    let may_be_road = |cell: &str| cell::places(cell, None).places.iter().all(|place| place.is_road || place.is_lane);
    for cell in ["中山里", "福寿胡同", "建设路全段", "解放路1-99", "中山里1-9号"] {
        assert!(may_be_road(cell), "{cell}");
    }
    assert!(!may_be_road("解放路1-9栋") && !may_be_road("中山里1-9栋") && !may_be_road("锦绣花园"));
}

/// Key, buildings to 12 that are covered (`None`: no numbers stand behind the name), and whether it is a road.
fn told(text: &str, village: Option<&str>) -> Vec<(String, Option<Vec<u32>>, bool)> {
    let of = |numbers: Coverage| (1..=12).filter(|n| holds(&numbers, &n.to_string())).collect::<Vec<u32>>();
    cell::places(text, village).places.into_iter().map(|p| (p.key, p.numbers.map(of), p.is_road)).collect()
}

#[test]
fn every_notation_of_groups_is_read() {
    for text in [
        "清水村1-4组",
        "清水村一组至四组",
        "清水村一、二、三、四组",
        "清水村第1至4村民小组",
        "清水村1-4村民小组",
        "清水村第1组、第2组、第3组、第4组",
        "清水村1组-4组",
        "清水村1～4组",
        "清水村1至4组",
        "清水村1到4组",
        "清水村（1-4组）",
        "清水村:1-4组",
        "清水村第一至第四小组",
        "清水村村委会1-4组",
        "清水村委会1-4队",
        "1-4组",
        "一、二组、第三组、四组",
    ] {
        let expected = ("清水村".to_owned(), Some(vec![1, 2, 3, 4]), false);
        assert_eq!(told(text, Some("清水村")), [expected], "{text}");
    }
    let near = cell::places("1-4组", None);
    assert_eq!((near.places.len(), near.unread), (0, 1), "nobody says of which village");
    assert_eq!(cell::places("1-4栋", Some("清水村")).unread, 1, "buildings are of no village");
    let two = told("府苑小区1栋、1-2组", Some("清水村"));
    assert_eq!(two[1], ("清水村".to_owned(), Some(vec![1, 2]), false), "groups are of no estate");
}

#[test]
fn every_named_group_of_a_village_counts() {
    for text in [
        "清水村樟树组、油铺组、大屋组",
        "清水村樟树组，油铺村民小组；大屋组",
        "樟树组、油铺组、大屋组",
        "清水村委会樟树组、清水村油铺组、大屋小组",
        "清水村：樟树组、油铺组、大屋组",
    ] {
        let cell = cell::places(text, Some("清水村"));
        assert_eq!(cell.unread, 0, "{text}");
        let covers = |group: &str| {
            let holds = |place: &Place| place.numbers.as_ref().is_some_and(|numbers| holds(numbers, group));
            cell.places.iter().any(|place| place.key == "清水村" && holds(place))
        };
        assert!(["樟树组", "油铺组", "大屋组"].into_iter().all(covers), "{text}: {:?}", cell.places);
        assert!(!covers("老屋组") && !covers("3组"), "{text}");
    }
    let mixed = cell::places("清水村樟树组、1-2组、府苑小区", None).places;
    assert!(mixed.len() == 2 && holds(mixed[0].numbers.as_ref().unwrap(), "2组"));
    let names = |text| places(text).into_iter().map(|place| place.key).collect::<Vec<_>>();
    assert_eq!(names("府苑小区、采油队"), ["府苑", "采油队"], "a team that is nobody's group");
}

#[test]
fn a_house_is_no_group() {
    let (groups, _) = Coverage::parse("1-4组");
    assert!(holds(&groups, "3组") && holds(&groups, "3") && !groups.contains(Part::House("3")));
    let (any, _) = Coverage::parse("1-4");
    assert!(holds(&any, "3组") && any.contains(Part::House("3")));
    let (buildings, _) = Coverage::parse("1-4栋");
    assert!(holds(&buildings, "3") && !holds(&buildings, "3组"));
    assert!(groups.tells(Part::Building("9组")) && !groups.tells(Part::House("9")));
    assert!(buildings.tells(Part::Building("9")) && !buildings.tells(Part::Building("平房")));
}

#[test]
fn sides_of_a_road_are_told_in_many_words() {
    let (odd, even) = ([1, 3, 5, 7, 9], [2, 4, 6, 8, 10]);
    for text in [
        "1-9号（单号）",
        "1-9（单）",
        "单号1-9号",
        "单号（1-9号）",
        "1-9单号",
        "1-9号单侧",
        "奇数1-9号",
        "1-9号(奇数)",
        "单号：1-9号",
        "单号 1-9",
        "1-5号、7-9号（单号）",
        "单号1-5号、7-9号",
    ] {
        assert_eq!(covered(text), odd, "{text}");
        let road = &places(&format!("府前大街{text}"))[0];
        let doors: Vec<u32> = (0..=120).filter(|n| holds(road.numbers.as_ref().unwrap(), &n.to_string())).collect();
        assert_eq!((&*road.key, &doors[..], road.is_road), ("府前大街", &odd[..], true), "{text}");
    }
    for text in ["2-10号（双号）", "1-10（双）", "双号2-10号", "双号（2-10号）", "2-10号双侧", "偶数2-10"]
    {
        assert_eq!(covered(text), even, "{text}");
    }
    assert_eq!(covered("1-4、5-9单"), [1, 2, 3, 4, 5, 7, 9], "what has an even end is not of the odd side");
    assert_eq!(covered("单号1-3、双号2-4"), [1, 2, 3, 4]);
    let side = &places("府前大街单号、北一路（双号）、双拥路")[..];
    let has = |nth: usize, n: &str| side[nth].numbers.as_ref().is_some_and(|numbers| holds(numbers, n));
    assert!(has(0, "7") && !has(0, "8") && has(1, "8") && !has(1, "7") && side[2].numbers.is_none());
}

#[test]
fn every_second_building_is_told_in_many_words() {
    for text in ["单号楼1-9号楼", "1-9号楼（单号楼）", "单号栋1-9栋", "1-9单数楼", "单号楼"] {
        let estate = cell::places(&format!("锦绣花园{text}"), None);
        let place = &estate.places[0];
        let tells = |n: &str| place.numbers.as_ref().is_some_and(|numbers| numbers.tells(Part::Building(n)));
        let told = ["1", "2", "9", "10"].map(|n| tells(n) && holds(place.numbers.as_ref().unwrap(), n));
        assert_eq!((&*place.key, told, estate.unread), ("锦绣花园", [true, false, true, false], 0), "{text}");
    }
}

#[test]
fn what_is_said_of_an_estate_may_stand_before_its_name() {
    for (text, told) in [
        ("整个甲四小区", [true, true]),
        ("整个锦绣花园", [true, true]),
        ("除8栋外甲三小区", [true, false]),
        ("甲三小区除8栋外", [true, false]),
    ] {
        let cell = cell::places(text, None);
        let place = &cell.places[0];
        let holds_it = |n: &str| place.numbers.as_ref().is_none_or(|numbers| holds(numbers, n));
        assert_eq!((["3", "8"].map(holds_it), cell.unread, cell.places.len()), (told, 0, 1), "{text} {cell:?}");
        assert!(!place.key.starts_with("整") && !place.key.contains('!'), "{text} {cell:?}");
    }
}

#[test]
fn buildings_of_every_notation() {
    let some = |numbers: &[u32]| vec![("锦绣花园".to_owned(), Some(numbers.to_vec()), false)];
    for (text, numbers) in [
        ("1#2#3#", &[1, 2, 3][..]),
        ("1.2.3栋", &[1, 2, 3]),
        ("1#-8#楼", &[1, 2, 3, 4, 5, 6, 7, 8]),
        ("1、2、3号楼", &[1, 2, 3]),
        ("1栋2栋3栋", &[1, 2, 3]),
        ("3栋1-2单元", &[3]),
        ("3栋1、2单元、5栋", &[3, 5]),
        ("3号楼东单元", &[3]),
        ("1栋至5栋", &[1, 2, 3, 4, 5]),
        ("一号楼、三栋", &[1, 3]),
        ("1-12栋（不含5栋）", &[1, 2, 3, 4, 6, 7, 8, 9, 10, 11, 12]),
    ] {
        assert_eq!(told(&format!("锦绣花园{text}"), None), some(numbers), "{text}");
        let (column, faults) = Coverage::parse(text);
        let covered: Vec<u32> = (1..=12).filter(|n| holds(&column, &n.to_string())).collect();
        assert_eq!((&covered[..], faults), (numbers, 0), "{text}");
    }
    let court = &places("建设路128号院1-3栋、5栋、130号")[0];
    let numbers = court.numbers.as_ref().unwrap();
    assert_eq!((&*court.key, numbers.courts()[0].0.as_str()), ("建设路", "128"));
    let buildings = &numbers.courts()[0].1;
    assert!(holds(buildings, "3") && holds(buildings, "5") && !holds(buildings, "4") && !holds(buildings, "130"));
    assert!(holds(numbers, "130") && !holds(numbers, "128") && !holds(numbers, "3"));
    let lane = &places("青龙路153弄1-40号")[0];
    let numbers = lane.numbers.as_ref().unwrap();
    assert_eq!((&*lane.key, numbers.courts()[0].0.as_str()), ("青龙路", "153"));
    assert!(holds(&numbers.courts()[0].1, "40") && !holds(numbers, "23"), "houses of the lane, no doors of the road");
    assert!(holds(places("青龙路153弄")[0].numbers.as_ref().unwrap(), "153"));
    assert_eq!(told("纺织局128号院1-3栋", None), [("纺织局128号院".to_owned(), Some(vec![1, 2, 3]), false)]);
}

#[test]
fn a_whole_estate_is_said_in_many_words_and_but_for_something() {
    let all: Vec<u32> = (1..=12).collect();
    let but_5: Vec<u32> = (1..=12).filter(|&n| n != 5).collect();
    let mut texts: Vec<(&str, &[u32])> = Vec::new();
    for text in ["整个小区", "小区全部", "全部楼栋", "（全部）", "所有楼栋", "、全部", "所有"]
    {
        texts.push((text, &all));
    }
    for text in ["除5栋外", "（不含5栋）", "除5栋以外", "（5栋除外）", "5栋除外", "（除5号楼之外）", "除五栋外全部"]
    {
        texts.push((text, &but_5));
    }
    for (text, numbers) in texts {
        let cell = cell::places(&format!("明珠花园{text}、府苑"), None);
        assert_eq!(cell.unread, 0, "{text}");
        let expected = ("明珠花园".to_owned(), Some(numbers.to_vec()), false);
        assert_eq!(
            told(&format!("明珠花园{text}、府苑"), None),
            [expected, ("府苑".to_owned(), None, false)],
            "{text}"
        );
    }
    assert_eq!(told("八一巷全段、安全村", None)[0], ("81巷".to_owned(), Some(all.clone()), false));
    assert_eq!(told("全村", Some("清水村")), [("清水村".to_owned(), Some(all), false)]);
    assert_eq!(told("建设路8号院全部", None), [("建设路".to_owned(), Some(vec![8]), true)], "not the whole road");
    let but_two = &told("明珠花园除5、6栋外", None)[0].1.clone().unwrap();
    assert_eq!(but_two[..], [1, 2, 3, 4, 7, 8, 9, 10, 11, 12]);
    let remark = cell::places("明珠花园（不含商铺）", None);
    assert!(
        remark.unread == 1 && remark.places[0].numbers.as_ref().unwrap().is_all(),
        "nothing to leave out, but told"
    );
}

#[test]
fn what_cannot_be_read_is_counted_and_leaves_the_name() {
    for text in ["明珠花园5-1栋", "明珠花园3栋旁平房", "明珠花园1-3单元", "明珠花园B3-B1、府苑"]
    {
        let cell = cell::places(text, None);
        let place = &cell.places[0];
        assert_eq!((cell.unread, &*place.key), (1, "明珠花园"), "{text}");
        let numbers = place.numbers.as_ref().unwrap();
        assert!(numbers.tells(Part::Building("2")) && !holds(numbers, "2"), "{text}");
    }
    for name in ["8号公馆", "阳光100", "文汇3区", "胜利301医院家属院", "1号院小区", "3号井小区", "九号公馆", "双河村"]
    {
        let cell = cell::places(name, None);
        assert_eq!((cell.unread, cell.places.len()), (0, 1), "{name}");
        assert_eq!((&*cell.places[0].key, &cell.places[0].numbers), (&*place_key(name), &None), "{name}");
    }
    assert_eq!(Coverage::parse("详见附件清单").1, 1);
    assert_eq!(Coverage::parse("综合楼、东").1, 0);
}

#[test]
fn words_around_what_is_covered_are_no_part_of_it() {
    let told = |text: &str| {
        let cell = cell::places(text, None);
        let numbers = |place: &Place| match &place.numbers {
            None => "*".to_owned(),
            Some(coverage) if coverage.is_all() => "all".to_owned(),
            Some(coverage) => {
                let covered: Vec<String> = (0..=20).map(|n| n.to_string()).filter(|n| holds(coverage, n)).collect();
                covered.join(",")
            }
        };
        let places: Vec<String> = cell.places.iter().map(|place| format!("{}:{}", place.key, numbers(place))).collect();
        format!("{} {}", places.join(" "), cell.unread)
    };
    for (text, expected) in [
        ("东至铁西街，西至光明路，含御湖湾A区8号楼,9号楼", "御湖湾A区:8,9 0"),
        ("东至铁西街西至光明路含御湖湾A区8号楼", "御湖湾A区:8 0"),
        ("东靠山屯", "东靠山屯:* 0"),
        ("含春甲A小区1号楼", "春甲A:1 0"),
        ("辖春甲小区", "春甲:* 0"),
        ("包括春甲小区1-3号楼", "春甲:1,2,3 0"),
        ("含光路", "含光路:* 0"),
        ("G小区1-3号楼及H小区1号楼", "G小区:1,2,3 H小区:1 0"),
        ("S小区和T小区", "S小区:* T小区:* 0"),
        ("和平小区和谐苑", "和平小区和谐苑:* 0"),
        ("锦绣1号楼和2号楼", "锦绣:1,2 0"),
        ("N小区东侧1-3号楼", "N小区:1,2,3 0"),
        ("龙鼎1-3号楼等", "龙鼎:1,2,3 0"),
        ("龙鼎1-2号楼120户", "龙鼎:1,2 0"),
        ("龙鼎1-4栋及沿街门市", "龙鼎:1,2,3,4 0"),
        ("龙鼎1-4栋及沿街商铺、凤鼎2栋", "龙鼎:1,2,3,4 凤鼎:2 0"),
        ("五一村老道店全屯", "五一村老道店:all 0"),
        ("东至铁西街，西至光明路，南至黄河路，北至新华路", " 1"),
    ] {
        assert_eq!(told(text), expected, "{text}");
    }
}
