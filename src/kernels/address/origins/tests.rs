use super::*;
use proptest::prelude::*;

/// The codes of a text, joined.
fn codes(text: &str) -> String {
    division_codes(text).join(" ")
}

#[test]
fn places_are_found_by_whatever_name() {
    for (text, expected) in [
        ("汉口", "420100"),
        ("武昌", "420106"),
        ("武汉站", "420100"),
        ("长春西", "220100"),
        ("松江南", "310000"),
        ("上海虹桥", "310000"),
        ("虹桥机场", "310000"),
        ("浦东机场", "310000"),
        ("武汉天河", "420100"),
        ("武汉天河机场", "420100"),
        ("长春龙嘉", "220100"),
        ("PVG", "310000"),
        ("sha", "310000"),
        ("WUH", "420100"),
        ("ＣＧＱ", "220100"),
        ("沪", "310000"),
        ("浦东新区", "310115"),
        ("上海市浦东新区", "310000"),
        ("武汉洪山", "420100"),
        ("昆山", "320583"),
        ("苏州昆山", "320500"),
        ("江苏昆山", "320583"),
        ("延边", "222400"),
        ("吉林延边州", "222400"),
        ("310115", "310115"),
        ("310115.0", "310115"),
        ("420100", "420100"),
        ("310115103012", "310115103012"),
        ("吉林", "220200"),
        ("吉林省", "220000"),
        ("吉林北站", "220200"),
        ("吉林省吉林", "220200"),
        ("吉林吉林", "220200"),
        ("长沙县", "430121"),
        ("利津县", "370522"),
        ("五常", "230184"),
        ("五常市", "230184"),
        ("黑龙江省五常市", "230184"),
        ("哈尔滨市香坊区", "230100"),
        ("香坊", "230110"),
        ("从尚志返", "230183"),
        ("农安县", "220122"),
        ("滕州市", "370481"),
        ("西安咸阳国际机场", "610100"),
        ("中国上海", "310000"),
        ("辽宁朝阳", "211300"),
        ("海南", "460000"),
        ("呼市", "150100"),
        ("从乌市返", "650100"),
        ("锡盟", "152500"),
        ("Xi'an", "610100"),
        ("Hong Kong", "810000"),
        ("Suzhou", "320500"),
        ("BJS", "110000"),
    ] {
        assert_eq!(codes(text), expected, "{text}");
    }
}

#[test]
fn places_are_found_in_sentences() {
    for (text, expected) in [
        ("从上海返株", "310000"),
        ("从上海返东营", "370500 310000"),
        ("上海返回东营市", "370500 310000"),
        ("在上海打工", "310000"),
        ("途经上海", "310000"),
        ("3月20日自上海驾车回来", "310000"),
        ("来自上海市静安区", "310000"),
        ("从静安区来", "310106"),
        ("苏州、上海", "320500 310000"),
        ("上海，苏州", "310000 320500"),
        ("上海→南京→东营", "310000 320100 370500"),
        ("从沪返", "310000"),
        ("长春、沪", "220100 310000"),
        ("返沪", "310000"),
        ("从上海路过", "310000"),
        ("湖北的武汉", "420100"),
        ("从长春到上海", "220100 310000"),
        ("从东营回长春", "370500 220100"),
        ("上海南京路", "310000"),
        ("天津河北区", "120000"),
        ("长春市朝阳区", "220100"),
        ("西安、西宁", "610100 630100"),
        ("上海SHA-T2", "310000"),
        ("上　海", "310000"),
        ("上 海 虹 桥", "310000"),
        ("哈 尔 滨 站", "230100"),
        ("吉林 长春 上海", "220100 310000"),
        ("SHANGHAI", "310000"),
        ("Shanghai Hongqiao - ChangChun", "310000 220100"),
        ("Chongqing", "500000"),
        ("没有离开过上海", "310000"),
        ("14天内有没有去过上海：有", "310000"),
        ("去没去过上海：去过", "310000"),
        ("有无上海旅居史：有", "310000"),
        ("未到过长春，从上海返回", "310000"),
        ("无核酸证明从上海返回", "310000"),
        ("无锡、上海", "320200 310000"),
    ] {
        assert_eq!(codes(text), expected, "{text}");
    }
    for text in ["苏州、上海", "从上海返东营", "在上海打工"] {
        assert_eq!(division_code(text).as_deref(), Some("310000"), "the last origin is the newest: {text}");
    }
}

#[test]
fn a_place_where_nobody_was_is_none() {
    for text in
        ["没有去过上海", "否（未到过上海）", "从未前往上海、吉林", "无上海旅居史", "没有上海市的旅居史", "未途经上海"]
    {
        assert_eq!(codes(text), "", "{text}");
    }
}

#[test]
fn what_is_called_after_a_city_is_none() {
    for text in [
        "上海路",
        "武汉路",
        "长春街",
        "南京东路12号",
        "北京西路",
        "济南二路",
        "武汉大道",
        "上海花园小区",
        "北京饭店",
        "汉口路",
        "珠江西岸",
        "黄河南岸",
        "太湖南侧",
        "京沪高速",
        "朝阳区",
        "朝阳街",
        "东方红商场",
        "中山医院",
        "京东物流",
        "火星",
        "",
        "否",
        "202203",
        "12345678901",
        "G1234",
        "ABCD",
        "和平区",
        "东城区",
        "老城区",
        "友好医院",
        "公安",
        "五常街",
        "尚志大街12号",
        "990000",
        "2022-03-20 10:00",
    ] {
        assert_eq!(codes(text), "", "{text}");
    }
    assert_eq!(codes("朝阳、东方"), "211300 469007", "as places of their own");
    assert_eq!(codes("东方市"), "469007");
    assert_eq!(codes("吉林市场"), "220000");
}

#[test]
fn names_that_many_places_have_are_those_of_the_city() {
    let (dongying, shenyang) = (Origins::of(Some(3705)), Origins::of(Some(2101)));
    let codes = |origins: &Origins, text: &str| origins.codes(text).join(" ");
    for (origins, text, expected) in [
        (&dongying, "本市", "370500"),
        (&dongying, "市内", "370500"),
        (&dongying, "河口区", "370503"),
        (&dongying, "河口", "370503"),
        (&dongying, "广饶", "370523"),
        (&dongying, "东营市河口区", "370500"),
        (&dongying, "和平区", ""),
        (&dongying, "从上海返东营区", "370502 310000"),
        (&dongying, "河口街", ""),
        (&shenyang, "和平区", "210102"),
        (&shenyang, "沈阳市和平区", "210100"),
        (&shenyang, "天津市和平区", "120000"),
        (&shenyang, "天津和平区", "120000"),
        (&Origins::of(Some(3101)), "本市", "310000"),
        (&Origins::of(Some(1101)), "朝阳区", "110105"),
        (&Origins::default(), "本市", ""),
    ] {
        assert_eq!(codes(origins, text), expected, "{text}");
    }
}

#[test]
fn a_county_that_is_a_key_region_is_told_from_its_city() {
    let regions = ["440306", "110105", "320583", "150781", "310115", "4201"].map(String::from);
    let origins = Origins::of(Some(3705)).with_key_regions(&regions);
    for (text, expected) in [
        ("宝安区", "440306"),
        ("深圳市宝安区", "440306"),
        ("广东省深圳市宝安区福永街道", "440306"),
        ("深圳宝安", "440306"),
        ("深圳市南山区", "440300"),
        ("深圳", "440300"),
        ("深圳宝安机场", "440300"),
        ("深圳宝安国际机场", "440300"),
        ("北京市朝阳区", "110105"),
        ("北京 朝阳", "110105"),
        ("北京朝阳路12号", "110000"),
        ("长春市朝阳区", "220100"),
        ("苏州昆山", "320583"),
        ("江苏省苏州市昆山市", "320583"),
        ("内蒙古呼伦贝尔市满洲里市", "150781"),
        ("内蒙古满洲里市", "150781"),
        ("上海浦东", "310115"),
        ("上海市浦东新区川沙", "310115"),
        ("浦东机场", "310000"),
        ("上海浦东机场", "310000"),
        ("武汉市江岸区", "420100"),
        ("从深圳市宝安区返东营", "370502 440306"),
        ("深圳市、深圳市宝安区", "440300 440306"),
        ("没有去过深圳市宝安区", ""),
    ] {
        assert_eq!(origins.codes(text).join(" "), expected, "{text}");
    }
}

#[test]
fn a_municipality_is_all_of_its_province() {
    assert_eq!(["310000", "310100", "500100", "370500"].map(city_prefix), ["31", "31", "50", "3705"]);
    let own = |city: u16, code: &str| Origins::of(Some(city)).is_own(code);
    assert!(own(3101, "310000") && own(3100, "310115") && own(3705, "370523"));
    assert!(!own(3101, "320500") && !own(3705, "370100") && !Origins::default().is_own("370500"));
}

#[test]
fn every_landmark_is_found_alone() {
    for (code, names) in LANDMARKS.iter().chain(super::super::landmarks::AIRPORTS).chain(LETTERS) {
        for name in names.split(' ') {
            let expected = if *code == 0 { String::new() } else { code.to_string() };
            assert_eq!(codes(name), expected, "{name}");
            assert!(*code == 0 || division_name(&code.to_string()).is_some(), "{name}");
        }
    }
    for (code, name) in DIVISIONS {
        assert_eq!(codes(name), code.to_string(), "{name}");
    }
}

proptest! {
    #[test]
    fn any_text_is_harmless(text in ".{0,40}") {
        division_codes(&text);
    }

    #[test]
    fn any_words_are_harmless(text in "[从返上海武汉路市区吉林省沪朝阳东南、 0-9A-Z]{0,24}") {
        let all = division_codes(&text);
        prop_assert_eq!(division_code(&text), all.last().cloned());
    }
}

#[test]
fn a_county_of_a_key_region_is_known_by_its_name_whatever_follows() {
    let regions = ["500243", "330481", "330783", "3522", "4452", "350322", "350582", "510100", "441900"];
    let regions = regions.map(str::to_owned);
    let of = |city: u16, text: &str| Origins::of(Some(city)).with_key_regions(&regions).codes(text).join(" ");
    for (text, expected) in [
        ("彭水", "500243"),
        ("彭水县", "500243"),
        ("彭水站", "500243"),
        ("重庆彭水", "500243"),
        ("重庆市彭水县汉葭街道", "500243"),
        ("彭水苗族土家族自治县", "500243"),
        ("海宁盐官", "330481"),
        ("从海宁许村来", "330481"),
        ("东阳横店", "330783"),
        ("金华东阳横店", "330783"),
        ("普宁里湖", "445281"),
        ("仙游度尾", "350322"),
        ("晋江陈埭", "350582"),
        ("晋江机场", "350500"),
        ("海宁路5号", ""),
        ("上海市普宁小区", "310000"),
        ("返蓉", "510100"),
        ("虎门", "441900"),
        ("大朗", "441900"),
        ("枫亭", "350322"),
        ("从枫亭返", "350322"),
        ("莆田枫亭镇霞街", "350322"),
        ("枫亭路5号", ""),
        ("枫亭花园", ""),
        ("阳澄湖", ""),
        ("二连", "152501"),
    ] {
        assert_eq!(of(3707, text), expected, "{text}");
    }
}

#[test]
fn counties_are_known_by_the_names_of_today_and_before() {
    for (text, expected) in [
        ("即墨区", "370215"),
        ("即墨市", "370215"),
        ("云州区", "140215"),
        ("大同县", "140215"),
        ("莱芜市", "370116"),
        ("莱芜", "370116"),
        ("湖北神农架", "429021"),
        ("重庆梁平县", "500000"),
        ("梁平县", "500155"),
        ("长安区", ""),
        ("秀山县", "500241"),
        ("前郭县", "220721"),
        ("沈阳铁西区", "210100"),
        ("铁西区", ""),
        ("香港九龙", "810000"),
        ("HK", "810000"),
    ] {
        assert_eq!(codes(text), expected, "{text}");
    }
    let of_beijing = |text: &str| Origins::of(Some(1101)).codes(text).join(" ");
    assert_eq!(of_beijing("朝阳"), "110105");
    assert_eq!(of_beijing("朝阳站"), "211300");
    assert_eq!(of_beijing("广州本田4S店"), "");
}
