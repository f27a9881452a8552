use super::*;
use jiff::civil::date;

fn sample() -> BulletinFigures {
    let items = ItemFigures { open: 1200, new: 300, done: 800, overdue: 12, withdrawn: 5 };
    BulletinFigures {
        name: "示例市".to_owned(),
        as_of: date(2022, 3, 27),
        persons: 1_000_000,
        records: vec![("police_population".to_owned(), 900_000), ("community".to_owned(), 800_000)],
        persons_by_sources: vec![(1, 300_000), (2, 700_000)],
        households: Some((240_000, 212_280)),
        vacant: 4_800,
        knocked: Some(231_000),
        persons_visited: Some(910_000),
        visits: Some(4_070_279),
        grids: Some(([4_010, 2_088, 0], 6_100)),
        helpers: Some(40_000),
        arrived: Some([41_950, 8_050, 900, 100]),
        arrivals: vec![("重点地区来返人员".to_owned(), 41_950)],
        declarations: Some((170_437, 168_255)),
        declared: Some(171_002),
        tests: None,
        isolation: Some((40, 9)),
        isolated_households: 31,
        persons_unassigned: 1_234,
        warnings: Vec::new(),
        items,
        reopened: 17,
        areas: vec![
            AreaFigures {
                county: "东营区".to_owned(),
                street: "文汇|街道".to_owned(),
                items: ItemFigures { open: 1100, new: 290, done: 790, overdue: 10, withdrawn: 5 },
                shown: [Shown::Count; 4],
            },
            AreaFigures {
                county: String::new(),
                street: String::new(),
                items: ItemFigures { open: 100, new: 10, done: 10, overdue: 2, withdrawn: 0 },
                shown: [Shown::Count; 4],
            },
        ],
        trend: Vec::new(),
        suppress_under: None,
        yesterday: Some(Yesterday {
            as_of: date(2022, 3, 26),
            persons: 1_000_500,
            persons_unassigned: 1_200,
            items: ItemFigures { open: 1000, ..items },
        }),
        hours: 1,
    }
}

#[test]
fn the_page_in_chinese() {
    insta::assert_snapshot!(render(&sample(), Lang::Zh), @r#"
    # 示例市核查日报（2022-03-27）

    ## 人员

    - 数据记录：1,700,000 条 = police_population 900,000 + community 800,000
    - 归并人员：1,000,000 人 = 1 个来源 300,000 + 2 个来源 700,000
    - 未分配网格：无网格人员 / 归并人员 = 1,234 / 1,000,000 = 0.12 %

    ## 工作进展

    - 网格：6,098 个 = 基础网格 4,010 + 专属网格 2,088 + 未注明类型 0；网格员：6,100 人
    - 网格协助人员（1+N）：40,000 人
    - 敲门率：已敲门户数 / 总户数 = 231,000 / 240,000 = 96.25 %
    - 入户率：见到人户数 / 总户数 = 212,280 / 240,000 = 88.45 %
    - 空置率：最近一次入户为空置的户数 / 总户数 = 4,800 / 240,000 = 2.00 %
    - 走访率：已走访人员 / 归并人员 = 910,000 / 1,000,000 = 91.00 %
    - 走访人次：4,070,279（同一人多次走访重复计）
    - 来返人员（按最近一次）：51,000 人 = 省外 41,950 + 省内市外 8,050 + 市内 900 + 来源地不明 100
    - 列入名单·重点地区来返人员：41,950 人
    - 自主申报：171,002 件（同一人多次申报重复计）
    - 申报核实率：已核实的申报人员 / 申报人员 = 168,255 / 170,437 = 98.72 %
    - 检测：无数据来源
    - 在隔离：40 人，涉及已知住户 31 户；已解除：9 人

    ## 核查任务

    - 任务：2,005 = 未完成 1,200 + 已完成 800 + 已撤销 5；其中新增 300
    - 上一期已完成或已撤销、本期重新列为未完成：17
    - 超期率：已超期 / 未完成 = 12 / 1,200 = 1.00 %
    - 完成率：已完成 /（未完成 + 已完成）= 800 / 2,000 = 40.00 %

    | 县区 | 街道（镇） | 未完成 | 新增 | 已完成 | 已超期 |
    |---|---|--:|--:|--:|--:|
    | 东营区 | 文汇\|街道 | 1,100 | 290 | 790 | 10 |
    | 未分配 | — | 100 | 10 | 10 | 2 |
    | 合计 |  | 1,200 | 300 | 800 | 12 |

    ## 与上一批次比较

    - 归并人员：1,000,000 − 1,000,500（2022-03-26）= −500
    - 无网格人员：1,234 − 1,200（2022-03-26）= +34
    - 未完成：1,200 − 1,000（2022-03-26）= +200
    - 已完成：800 − 800（2022-03-26）= +0
    - 已超期：12 − 12（2022-03-26）= +0
    - 本次用时不到 1 小时，不超过一昼夜时限的 4.17 %；精确用时见 manifest.json。
    "#);
}

#[test]
fn the_page_in_english() {
    let mut figures = sample();
    figures.yesterday = None;
    figures.hours = 7;
    insta::assert_snapshot!(render(&figures, Lang::En), @r#"
    # 示例市: bulletin of 2022-03-27

    ## Persons

    - Records: 1,700,000 = police_population 900,000 + community 800,000
    - Persons: 1,000,000 = in 1 source(s) 300,000 + in 2 source(s) 700,000
    - Unassigned: persons without a grid / persons = 1,234 / 1,000,000 = 0.12 %

    ## Work done

    - Grids: 6,098 = base 4,010 + dedicated 2,088 + of no stated kind 0; grid workers: 6,100
    - Helpers of the grid workers (1+N): 40,000
    - Doors knocked: doors with a visit on record / households = 231,000 / 240,000 = 96.25 %
    - Reach rate: households where somebody was met / households = 212,280 / 240,000 = 88.45 %
    - Vacant: households that the latest visit found vacant / households = 4,800 / 240,000 = 2.00 %
    - Visit rate: persons visited / persons = 910,000 / 1,000,000 = 91.00 %
    - Person-visits: 4,070,279, repeated visits counted each time
    - Arrivals, by the latest: 51,000 persons = from other provinces 41,950 + elsewhere in the province 8,050 + within the city 900 + not told 100
    - Listed, 重点地区来返人员: 41,950 persons
    - Declarations: 171,002, repeated ones counted each time
    - Verification rate: persons who declared and are verified / persons who declared = 168,255 / 170,437 = 98.72 %
    - Tests: no source tells
    - In isolation: 40 persons in 31 known households; released: 9

    ## Follow-up items

    - Items: 2,005 = open 1,200 + done 800 + withdrawn 5; of them new 300
    - Open again, having been done or withdrawn the night before: 17
    - Overdue rate: overdue / open = 12 / 1,200 = 1.00 %
    - Completion rate: done / (open + done) = 800 / 2,000 = 40.00 %

    | County | Street | Open | New | Done | Overdue |
    |---|---|--:|--:|--:|--:|
    | 东营区 | 文汇\|街道 | 1,100 | 290 | 790 | 10 |
    | Unassigned | — | 100 | 10 | 10 | 2 |
    | Total |  | 1,200 | 300 | 800 | 12 |

    ## Against the set before

    - There is no set before.
    - The night took less than 7 h, at most 29.17 % of the one-day target; to the second in manifest.json.
    "#);
}

#[test]
fn small_counts_are_not_told_on_request() {
    let mut figures = BulletinFigures { suppress_under: Some(10), ..sample() };
    (figures.areas[0].shown[3], figures.areas[1].shown[3]) = (Shown::Covered, Shown::Small);
    let page = render(&figures, Lang::En);
    assert!(page.contains("released: <10"), "{page}");
    assert!(page.contains("| 100 | 10 | 10 | <10 |") && page.contains("| 1,100 | 290 | 790 | — |"), "{page}");
    assert!(page.contains("Items: — = open 1,200"), "{page}");
    assert!(!page.contains("withdrawn 5"), "{page}");
    // The sum of what is open and what is done tells the one by the other.
    let items = ItemFigures { open: 213, done: 2, ..figures.items };
    let page = render(&BulletinFigures { items, ..figures.clone() }, Lang::En);
    assert!(page.contains("done / (open + done) = <10 / — = —") && !page.contains("215"), "{page}");
    // 372 of 378 tell of six.
    let rest = BulletinFigures { households: Some((378, 372)), ..figures };
    let page = render(&rest, Lang::En);
    assert!(page.contains("met / households = — / 378 = —") && !page.contains("372"), "{page}");
}

#[test]
fn the_page_prints_as_html() {
    let trend = vec![Yesterday { as_of: date(2022, 3, 26), persons: 7, ..Yesterday::default() }];
    let page = html(&render(&BulletinFigures { trend, ..sample() }, Lang::Zh), Lang::Zh);
    assert!(page.starts_with("<!doctype html>\n<html lang=\"zh-CN\">"));
    assert!(page.contains("<td>文汇|街道</td>") && page.contains("<tr><td>2022-03-26</td><td class=\"figure\">7</td>"));
    for tag in ["ul", "table", "tr", "td", "th", "li", "h2"] {
        let count = |mark: String| page.matches(&mark).count();
        assert_eq!(count(format!("<{tag}>")) + count(format!("<{tag} ")), count(format!("</{tag}>")), "{tag}");
    }
    assert_eq!(escaped("<b>&\""), "&lt;b&gt;&amp;&quot;");
}

#[test]
fn rates_are_rounded_and_never_divide_by_nothing() {
    assert_eq!(percent(168_255, 170_437), "98.72 %");
    assert_eq!((percent(0, 0), percent(1, 1), percent(1, 3)), ("—".into(), "100.00 %".into(), "33.33 %".into()));
    assert_eq!(percent(u64::MAX, u64::MAX), "100.00 %");
    assert_eq!(
        (grouped(0), grouped(999), grouped(1000), grouped(1234567)),
        ("0".into(), "999".into(), "1,000".into(), "1,234,567".into())
    );
}
