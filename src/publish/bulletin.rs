//! The leader's page: every figure with the numbers that it is made of. It only prints; the figures are counted by
//! those who have the tables.

use crate::message::{Lang, Message};
use jiff::civil::Date;
use std::fmt::Write;

/// The figures of the page. A figure that a city has no source for is `None` and is said to be unknown, never zero.
#[derive(Clone, Debug, Default)]
pub struct BulletinFigures {
    /// Name of the night job.
    pub name: String,
    /// The run's date.
    pub as_of: Date,
    /// Persons.
    pub persons: u64,
    /// Records of each source, in the order of the pipeline file.
    pub records: Vec<(String, u64)>,
    /// Persons known to exactly so many sources, ascending.
    pub persons_by_sources: Vec<(u32, u64)>,
    /// Flats with a person on record, and those of them with a visit.
    pub households: Option<(u64, u64)>,
    /// Persons with a visit on record.
    pub persons_visited: Option<u64>,
    /// Visits.
    pub visits: Option<u64>,
    /// Arrivals by class: title and persons.
    pub arrivals: Vec<(String, u64)>,
    /// Persons who declared themselves, and those of them who were verified.
    pub declarations: Option<(u64, u64)>,
    /// Tests, and the persons tested.
    pub tests: Option<(u64, u64)>,
    /// Persons in isolation, and those released by the date.
    pub isolation: Option<(u64, u64)>,
    /// Persons without a grid.
    pub persons_unassigned: u64,
    /// What the leader must know of the persons' quality, e.g. that matching is poor tonight.
    pub warnings: Vec<Message>,
    /// Items of the whole city, unassigned ones included.
    pub items: ItemFigures,
    /// Items per county and street, in the order to print; the unassigned have both names empty.
    pub areas: Vec<AreaFigures>,
    /// The set before.
    pub yesterday: Option<Yesterday>,
    /// Figures of the last sets, oldest first, the set before last.
    pub trend: Vec<Yesterday>,
    /// Counts from 1 to this number (exclusive) are not told.
    pub suppress_under: Option<u32>,
    /// How long the run took. A set whose bytes shall depend on its input alone leaves this out.
    pub elapsed_ms: Option<u64>,
}

/// Counts of follow-up items.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ItemFigures {
    /// Open, overdue ones included.
    pub open: u64,
    /// Not there in the set before.
    pub new: u64,
    /// Done.
    pub done: u64,
    /// Open and past their deadline.
    pub overdue: u64,
    /// Withdrawn: the reason is gone.
    pub withdrawn: u64,
}

/// Items of one street.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AreaFigures {
    /// County; empty: unassigned.
    pub county: String,
    /// Street; empty: unassigned.
    pub street: String,
    /// Its items.
    pub items: ItemFigures,
}

/// Figures of the set before.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Yesterday {
    /// Its date.
    pub as_of: Date,
    /// Persons.
    pub persons: u64,
    /// Persons without a grid.
    pub persons_unassigned: u64,
    /// Items.
    pub items: ItemFigures,
}

/// The page in Markdown.
pub fn render(figures: &BulletinFigures, lang: Lang) -> String {
    let mut page = Page { text: String::new(), lang, suppress_under: u64::from(figures.suppress_under.unwrap_or(0)) };
    page.heading(figures);
    page.persons(figures);
    page.work(figures);
    page.items(figures);
    page.areas(figures);
    page.yesterday(figures);
    page.trend(figures);
    match figures.elapsed_ms {
        Some(ms) => page.line(
            &Message::new("publish.bulletin.elapsed")
                .with("minutes", format!("{}.{}", ms / 60_000, ms % 60_000 / 6_000))
                .with("share", percent(ms, 86_400_000)),
        ),
        None => page.line(&Message::new("publish.bulletin.elapsed_elsewhere")),
    }
    page.text
}

struct Page {
    text: String,
    lang: Lang,
    suppress_under: u64,
}

impl Page {
    fn line(&mut self, message: &Message) {
        self.text.push_str("- ");
        self.text.push_str(&message.render(self.lang));
        self.text.push('\n');
    }

    fn title(&mut self, key: &'static str) {
        let _ = write!(self.text, "\n## {}\n\n", Message::new(key).render(self.lang));
    }

    fn say(&self, key: &'static str) -> String {
        Message::new(key).render(self.lang)
    }

    fn heading(&mut self, figures: &BulletinFigures) {
        let title = Message::new("publish.bulletin.title").with("name", plain(&figures.name));
        let _ = writeln!(self.text, "# {}", title.with("as_of", figures.as_of).render(self.lang));
    }

    fn persons(&mut self, figures: &BulletinFigures) {
        self.title("publish.bulletin.persons_title");
        let records: u64 = figures.records.iter().map(|(_, count)| count).sum();
        let parts = figures.records.iter().map(|(name, count)| format!("{} {}", plain(name), self.count(*count)));
        let parts = sum(parts);
        self.line(&Message::new("publish.bulletin.records").with("count", self.count(records)).with("parts", parts));
        let by = figures.persons_by_sources.iter();
        let parts = by.map(|(sources, count)| {
            Message::new("publish.bulletin.by_sources")
                .with("sources", sources)
                .with("count", self.count(*count))
                .render(self.lang)
        });
        let parts = sum(parts);
        self.line(
            &Message::new("publish.bulletin.persons").with("count", self.count(figures.persons)).with("parts", parts),
        );
        let (left, all) = (figures.persons_unassigned, figures.persons);
        self.rate("publish.bulletin.unassigned", left, all);
        figures.warnings.iter().for_each(|warning| self.line(warning));
    }

    fn work(&mut self, figures: &BulletinFigures) {
        self.title("publish.bulletin.work_title");
        match figures.households {
            Some((all, reached)) => self.rate("publish.bulletin.households", reached, all),
            None => self.unknown("publish.bulletin.name.households"),
        }
        match figures.persons_visited {
            Some(visited) => self.rate("publish.bulletin.visited", visited, figures.persons),
            None => self.unknown("publish.bulletin.name.visited"),
        }
        match figures.visits {
            Some(visits) => self.line(&Message::new("publish.bulletin.visits").with("count", self.count(visits))),
            None => self.unknown("publish.bulletin.name.visits"),
        }
        for (title, count) in &figures.arrivals {
            let line = Message::new("publish.bulletin.arrivals").with("title", plain(title));
            self.line(&line.with("count", self.count(*count)));
        }
        match figures.declarations {
            Some((declared, verified)) => self.rate("publish.bulletin.declarations", verified, declared),
            None => self.unknown("publish.bulletin.name.declarations"),
        }
        match figures.tests {
            Some((tests, persons)) => self.line(
                &Message::new("publish.bulletin.tests")
                    .with("tests", self.count(tests))
                    .with("persons", self.count(persons)),
            ),
            None => self.unknown("publish.bulletin.name.tests"),
        }
        match figures.isolation {
            Some((isolated, released)) => self.line(
                &Message::new("publish.bulletin.isolation")
                    .with("isolated", self.count(isolated))
                    .with("released", self.count(released)),
            ),
            None => self.unknown("publish.bulletin.name.isolation"),
        }
    }

    fn items(&mut self, figures: &BulletinFigures) {
        self.title("publish.bulletin.items_title");
        let items = figures.items;
        self.line(
            &Message::new("publish.bulletin.items")
                .with("total", self.count(items.open + items.done + items.withdrawn))
                .with("open", self.count(items.open))
                .with("done", self.count(items.done))
                .with("withdrawn", self.count(items.withdrawn))
                .with("new", self.count(items.new)),
        );
        self.rate("publish.bulletin.overdue", items.overdue, items.open);
        self.rate("publish.bulletin.done", items.done, items.open + items.done);
    }

    fn areas(&mut self, figures: &BulletinFigures) {
        if figures.areas.is_empty() {
            return;
        }
        let heads = ["county", "street", "open", "new", "done", "overdue"].map(|head| match head {
            "county" => self.say("publish.bulletin.county"),
            "street" => self.say("publish.bulletin.street"),
            "open" => self.say("publish.bulletin.open"),
            "new" => self.say("publish.bulletin.new"),
            "done" => self.say("publish.bulletin.done_column"),
            _ => self.say("publish.bulletin.overdue_column"),
        });
        let _ = write!(self.text, "\n| {} |\n|---|---|--:|--:|--:|--:|\n", heads.join(" | "));
        let nowhere = self.say("publish.bulletin.nowhere");
        let mut sum = ItemFigures::default();
        for area in &figures.areas {
            let county = if area.county.is_empty() { &nowhere } else { &area.county };
            let street = if area.street.is_empty() { "—" } else { &area.street };
            self.row(&plain(county), &plain(street), area.items);
            sum.open += area.items.open;
            sum.new += area.items.new;
            sum.done += area.items.done;
            sum.overdue += area.items.overdue;
        }
        let total = self.say("publish.bulletin.total");
        self.row(&total, "", sum);
    }

    fn row(&mut self, county: &str, street: &str, items: ItemFigures) {
        let counts = [items.open, items.new, items.done, items.overdue].map(|count| self.count(count)).join(" | ");
        let _ = writeln!(self.text, "| {county} | {street} | {counts} |");
    }

    fn yesterday(&mut self, figures: &BulletinFigures) {
        self.title("publish.bulletin.yesterday_title");
        let Some(before) = figures.yesterday else {
            self.line(&Message::new("publish.bulletin.first_night"));
            return;
        };
        let pairs = [
            ("publish.bulletin.name.persons", figures.persons, before.persons),
            ("publish.bulletin.name.unassigned", figures.persons_unassigned, before.persons_unassigned),
            ("publish.bulletin.open", figures.items.open, before.items.open),
            ("publish.bulletin.done_column", figures.items.done, before.items.done),
            ("publish.bulletin.overdue_column", figures.items.overdue, before.items.overdue),
        ];
        for (key, now, then) in pairs {
            let sign = if now < then { "−" } else { "+" };
            let hidden = self.hidden(now) || self.hidden(then);
            self.line(
                &Message::new("publish.bulletin.against")
                    .with("what", self.say(key))
                    .with("as_of", before.as_of)
                    .with("now", self.count(now))
                    .with("then", self.count(then))
                    .with(
                        "change",
                        if hidden { "—".to_owned() } else { format!("{sign}{}", grouped(now.abs_diff(then))) },
                    ),
            );
        }
    }

    /// Figures of the last sets and of tonight, one row each.
    fn trend(&mut self, figures: &BulletinFigures) {
        if figures.trend.is_empty() {
            return;
        }
        self.title("publish.bulletin.trend_title");
        let heads = ["date", "persons", "unassigned", "open", "new", "done", "overdue"].map(|head| match head {
            "date" => self.say("publish.bulletin.date"),
            "persons" => self.say("publish.bulletin.name.persons"),
            "unassigned" => self.say("publish.bulletin.name.unassigned"),
            "open" => self.say("publish.bulletin.open"),
            "new" => self.say("publish.bulletin.new"),
            "done" => self.say("publish.bulletin.done_column"),
            _ => self.say("publish.bulletin.overdue_column"),
        });
        let _ = write!(self.text, "| {} |\n|---|--:|--:|--:|--:|--:|--:|\n", heads.join(" | "));
        let tonight = Yesterday {
            as_of: figures.as_of,
            persons: figures.persons,
            persons_unassigned: figures.persons_unassigned,
            items: figures.items,
        };
        for set in figures.trend.iter().chain([&tonight]) {
            let items = set.items;
            let counts = [set.persons, set.persons_unassigned, items.open, items.new, items.done, items.overdue];
            let counts = counts.map(|count| self.count(count)).join(" | ");
            let _ = writeln!(self.text, "| {} | {counts} |", set.as_of);
        }
    }

    /// A count, unless it is so small that it might tell of somebody.
    fn count(&self, count: u64) -> String {
        if self.hidden(count) { format!("<{}", self.suppress_under) } else { grouped(count) }
    }

    fn hidden(&self, count: u64) -> bool {
        (1..self.suppress_under).contains(&count)
    }

    /// A line that prints a rate with its two numbers.
    fn rate(&mut self, key: &'static str, part: u64, whole: u64) {
        let line = Message::new(key).with("part", self.count(part)).with("whole", self.count(whole));
        // A rate would give the number away that it is made of.
        let told = !self.hidden(part) && !self.hidden(whole) && !self.hidden(whole.saturating_sub(part));
        self.line(&line.with("rate", if told { percent(part, whole) } else { "—".to_owned() }));
    }

    fn unknown(&mut self, key: &'static str) {
        self.line(&Message::new("publish.bulletin.unknown").with("what", self.say(key)));
    }
}

/// The page of Markdown that [`render`] makes as one page of HTML to print: headings, lines and tables, nothing else.
pub fn html(markdown: &str, lang: Lang) -> String {
    const STYLE: &str = "@page{size:A4;margin:14mm}body{font:13px/1.5 'Noto Sans CJK SC','Microsoft YaHei',sans-serif;\
        max-width:180mm;margin:auto;color:#111}h1{font-size:20px;text-align:center}h2{font-size:15px;\
        border-bottom:1px solid #888;margin:14px 0 4px}ul{margin:0;padding-left:18px}table{border-collapse:collapse;\
        width:100%;margin:6px 0}th,td{border:1px solid #999;padding:1px 6px;text-align:right}\
        th{background:#ddebf7}td:first-child,th:first-child{text-align:left}tr{break-inside:avoid}";
    let language = if lang == Lang::Zh { "zh-CN" } else { "en" };
    let title = markdown.lines().next().map_or("", |line| line.trim_start_matches("# "));
    let mut page = format!(
        "<!doctype html>\n<html lang=\"{language}\">\n<meta charset=\"utf-8\">\n<title>{}</title>\n\
         <style>{STYLE}</style>\n",
        escaped(title)
    );
    let mut open = "";
    for line in markdown.lines() {
        let (tag, row) = match line {
            _ if line.starts_with("- ") => ("ul", format!("<li>{}</li>", escaped(&line[2..]))),
            _ if line.starts_with("|--") => continue,
            _ if line.starts_with('|') => ("table", table_row(line, open != "table")),
            _ if line.starts_with("## ") => ("", format!("<h2>{}</h2>", escaped(&line[3..]))),
            _ if line.starts_with("# ") => ("", format!("<h1>{}</h1>", escaped(&line[2..]))),
            _ => ("", escaped(line)),
        };
        if tag != open {
            if !open.is_empty() {
                let _ = writeln!(page, "</{open}>");
            }
            if !tag.is_empty() {
                let _ = writeln!(page, "<{tag}>");
            }
            open = tag;
        }
        if !row.is_empty() {
            page.push_str(&row);
            page.push('\n');
        }
    }
    if !open.is_empty() {
        let _ = writeln!(page, "</{open}>");
    }
    page.push_str("</html>\n");
    page
}

fn table_row(line: &str, heading: bool) -> String {
    let cell = if heading { "th" } else { "td" };
    // A bar within a name is escaped in Markdown.
    let text = line.trim().trim_start_matches('|').trim_end_matches('|').replace("\\|", "\u{0}");
    let cells = text.split('|').map(|text| format!("<{cell}>{}</{cell}>", escaped(&text.trim().replace('\u{0}', "|"))));
    format!("<tr>{}</tr>", cells.collect::<String>())
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// Two decimals, rounded half up; a dash for a rate of nothing.
fn percent(part: u64, whole: u64) -> String {
    if whole == 0 {
        return "—".to_owned();
    }
    let hundredths = (u128::from(part) * 20_000 + u128::from(whole)) / (u128::from(whole) * 2);
    format!("{}.{:02} %", hundredths / 100, hundredths % 100)
}

/// Digits in groups of three.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() * 4 / 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Terms of a sum; 0 where there is none.
fn sum(terms: impl Iterator<Item = String>) -> String {
    let text = terms.collect::<Vec<_>>().join(" + ");
    if text.is_empty() { "0".to_owned() } else { text }
}

/// A name that cannot end a table cell or a line.
fn plain(name: &str) -> String {
    name.replace(['\n', '\r'], " ").replace('|', "\\|")
}

#[cfg(test)]
mod tests {
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
            persons_visited: Some(910_000),
            visits: Some(4_070_279),
            arrivals: vec![("重点地区来返人员".to_owned(), 41_950)],
            declarations: Some((170_437, 168_255)),
            tests: None,
            isolation: Some((40, 9)),
            persons_unassigned: 1_234,
            warnings: Vec::new(),
            items,
            areas: vec![
                AreaFigures {
                    county: "东营区".to_owned(),
                    street: "文汇|街道".to_owned(),
                    items: ItemFigures { open: 1100, new: 290, done: 790, overdue: 10, withdrawn: 5 },
                },
                AreaFigures {
                    items: ItemFigures { open: 100, new: 10, done: 10, overdue: 2, withdrawn: 0 },
                    ..AreaFigures::default()
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
            elapsed_ms: None,
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

        - 入户率：已入户 / 总户数 = 212,280 / 240,000 = 88.45 %
        - 走访率：已走访人员 / 归并人员 = 910,000 / 1,000,000 = 91.00 %
        - 走访人次：4,070,279（同一人多次走访重复计）
        - 列入名单·重点地区来返人员：41,950 人
        - 申报核实率：已核实申报 / 全部申报 = 168,255 / 170,437 = 98.72 %
        - 检测：无数据来源
        - 在隔离：40 人；已解除：9 人

        ## 核查任务

        - 任务：2,005 = 未完成 1,200 + 已完成 800 + 已撤销 5；其中新增 300
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
        - 本次用时见 manifest.json。
        "#);
    }

    #[test]
    fn the_page_in_english() {
        let mut figures = sample();
        figures.yesterday = None;
        figures.elapsed_ms = Some(372_000);
        insta::assert_snapshot!(render(&figures, Lang::En), @r#"
        # 示例市: bulletin of 2022-03-27

        ## Persons

        - Records: 1,700,000 = police_population 900,000 + community 800,000
        - Persons: 1,000,000 = in 1 source(s) 300,000 + in 2 source(s) 700,000
        - Unassigned: persons without a grid / persons = 1,234 / 1,000,000 = 0.12 %

        ## Work done

        - Reach rate: households visited / households = 212,280 / 240,000 = 88.45 %
        - Visit rate: persons visited / persons = 910,000 / 1,000,000 = 91.00 %
        - Person-visits: 4,070,279, repeated visits counted each time
        - Listed, 重点地区来返人员: 41,950 persons
        - Verification rate: declarations verified / declarations = 168,255 / 170,437 = 98.72 %
        - Tests: no source tells
        - In isolation: 40; released: 9

        ## Follow-up items

        - Items: 2,005 = open 1,200 + done 800 + withdrawn 5; of them new 300
        - Overdue rate: overdue / open = 12 / 1,200 = 1.00 %
        - Completion rate: done / (open + done) = 800 / 2,000 = 40.00 %

        | County | Street | Open | New | Done | Overdue |
        |---|---|--:|--:|--:|--:|
        | 东营区 | 文汇\|街道 | 1,100 | 290 | 790 | 10 |
        | Unassigned | — | 100 | 10 | 10 | 2 |
        | Total |  | 1,200 | 300 | 800 | 12 |

        ## Against the set before

        - There is no set before.
        - The night took 6.2 minutes = 0.43 % of the one-day target.
        "#);
    }

    #[test]
    fn small_counts_are_not_told_on_request() {
        let figures = BulletinFigures { suppress_under: Some(10), ..sample() };
        let page = render(&figures, Lang::En);
        assert!(page.contains("released: <10"), "{page}");
        assert!(page.contains("| 100 | 10 | 10 | <10 |"), "{page}");
        assert!(!page.contains("withdrawn 5"), "{page}");
    }

    #[test]
    fn the_page_prints_as_html() {
        let trend = vec![Yesterday { as_of: date(2022, 3, 26), persons: 7, ..Yesterday::default() }];
        let page = html(&render(&BulletinFigures { trend, ..sample() }, Lang::Zh), Lang::Zh);
        assert!(page.starts_with("<!doctype html>\n<html lang=\"zh-CN\">"));
        assert!(page.contains("<td>文汇|街道</td>") && page.contains("<tr><td>2022-03-26</td><td>7</td>"));
        for tag in ["ul", "table", "tr", "td", "th", "li", "h2"] {
            let count = |mark: String| page.matches(&mark).count();
            assert_eq!(count(format!("<{tag}>")), count(format!("</{tag}>")), "{tag}");
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
}
