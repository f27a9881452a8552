//! The leader's page: every figure with the numbers that it is made of. It only prints; the figures are counted by
//! those who have the tables.

use super::suppression::{Shown, shown};
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
    /// Flats with a person on record, and those of them where somebody was met.
    pub households: Option<(u64, u64)>,
    /// Those of them that the latest visit found vacant.
    pub vacant: u64,
    /// Those of them at whose door somebody was, whoever opened.
    pub knocked: Option<u64>,
    /// Persons with a visit on record.
    pub persons_visited: Option<u64>,
    /// Visits.
    pub visits: Option<u64>,
    /// Grids by kind (base, dedicated, of no stated kind) and the people who work in them; `None`: no directory.
    pub grids: Option<([u64; 3], u64)>,
    /// Helpers of those people (1+N), where the directory tells.
    pub helpers: Option<u64>,
    /// Persons with an arrival on record, by where the latest was from: other provinces, elsewhere in the province, within
    /// the city, not told. `None` too where the pipeline does not say which city it is.
    pub arrived: Option<[u64; 4]>,
    /// Arrivals by class: title and persons.
    pub arrivals: Vec<(String, u64)>,
    /// Persons who declared themselves, and those of them who were verified.
    pub declarations: Option<(u64, u64)>,
    /// Declarations, repeated ones counted each time.
    pub declared: Option<u64>,
    /// Tests, and the persons tested.
    pub tests: Option<(u64, u64)>,
    /// Persons in isolation, and those released by the date.
    pub isolation: Option<(u64, u64)>,
    /// Flats, as far as known, in which persons are in isolation.
    pub isolated_households: u64,
    /// Persons without a grid.
    pub persons_unassigned: u64,
    /// What the leader must know of the persons' quality, e.g. that matching is poor tonight.
    pub warnings: Vec<Message>,
    /// Items of the whole city, unassigned ones included.
    pub items: ItemFigures,
    /// Items that were done or withdrawn in the set before and are open again.
    pub reopened: u64,
    /// Items per county and street, in the order to print; the unassigned have both names empty.
    pub areas: Vec<AreaFigures>,
    /// The set before.
    pub yesterday: Option<Yesterday>,
    /// Figures of the last sets, oldest first, the set before last.
    pub trend: Vec<Yesterday>,
    /// Counts from 1 to this number (exclusive) are not told.
    pub suppress_under: Option<u32>,
    /// Hours that the run took, begun ones counted whole: finer, the page of one and the same night would be another one
    /// each time.
    pub hours: u64,
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
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AreaFigures {
    /// County; empty: unassigned.
    pub county: String,
    /// Street; empty: unassigned.
    pub street: String,
    /// Its items.
    pub items: ItemFigures,
    /// How its open, new, done and overdue items are shown.
    pub shown: [Shown; 4],
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
    let share = percent(figures.hours, 24);
    page.line(&Message::new("publish.bulletin.elapsed").with("hours", figures.hours).with("share", share));
    page.text
}

/// What stands for a number that is not told.
const HIDDEN: &str = "—";

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
        let counts = self.covered(figures.records.iter().map(|(_, count)| *count));
        let parts =
            sum(figures.records.iter().zip(counts).map(|((name, _), count)| format!("{} {count}", plain(name))));
        self.line(&Message::new("publish.bulletin.records").with("count", self.count(records)).with("parts", parts));
        let counts = self.covered(figures.persons_by_sources.iter().map(|(_, count)| *count));
        let parts = figures.persons_by_sources.iter().zip(counts).map(|((sources, _), count)| {
            let part = Message::new("publish.bulletin.by_sources").with("sources", sources).with("count", count);
            part.render(self.lang)
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
        if let Some(([base, dedicated, other], workers)) = figures.grids {
            // The directory is public: nothing to hide.
            let line = Message::new("publish.bulletin.grids").with("count", grouped(base + dedicated + other));
            let line = line.with("base", grouped(base)).with("dedicated", grouped(dedicated));
            self.line(&line.with("other", grouped(other)).with("workers", grouped(workers)));
            match figures.helpers {
                Some(helpers) => self.line(&Message::new("publish.bulletin.helpers").with("count", grouped(helpers))),
                None => self.unknown("publish.bulletin.name.helpers"),
            }
        }
        match figures.households.zip(figures.knocked) {
            Some(((all, _), knocked)) => self.rate("publish.bulletin.knocked", knocked, all),
            None => self.unknown("publish.bulletin.name.knocked"),
        }
        match figures.households {
            Some((all, reached)) => {
                self.rate("publish.bulletin.households", reached, all);
                self.rate("publish.bulletin.vacant", figures.vacant, all);
            }
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
        match figures.arrived {
            Some(from) => {
                let parts = self.covered(from.into_iter());
                let line = Message::new("publish.bulletin.arrived").with("count", self.count(from.iter().sum()));
                let keys = ["provinces", "province", "city", "unknown"];
                self.line(&keys.into_iter().zip(parts).fold(line, |line, (key, part)| line.with(key, part)));
            }
            None => self.unknown("publish.bulletin.name.arrived"),
        }
        for (title, count) in &figures.arrivals {
            let line = Message::new("publish.bulletin.arrivals").with("title", plain(title));
            self.line(&line.with("count", self.count(*count)));
        }
        if let Some(declared) = figures.declared {
            self.line(&Message::new("publish.bulletin.declared").with("count", self.count(declared)));
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
                    .with("households", self.count(figures.isolated_households))
                    .with("released", self.count(released)),
            ),
            None => self.unknown("publish.bulletin.name.isolation"),
        }
    }

    fn items(&mut self, figures: &BulletinFigures) {
        self.title("publish.bulletin.items_title");
        let items = figures.items;
        let parts = [items.open, items.done, items.withdrawn];
        // One hidden part is what is left of the sum.
        let alone = parts.iter().filter(|&&part| self.hidden(part)).count() == 1;
        let total = if alone { HIDDEN.to_owned() } else { self.count(parts.iter().sum()) };
        self.line(
            &Message::new("publish.bulletin.items")
                .with("total", total)
                .with("open", self.count(items.open))
                .with("done", self.count(items.done))
                .with("withdrawn", self.count(items.withdrawn))
                .with("new", self.count(items.new)),
        );
        if figures.reopened > 0 {
            self.line(&Message::new("publish.bulletin.reopened").with("count", self.count(figures.reopened)));
        }
        self.rate("publish.bulletin.overdue", items.overdue, items.open);
        // What is open is told above, so the sum would tell what is done.
        if self.hidden(items.done) || self.hidden(items.open) {
            let line = Message::new("publish.bulletin.done").with("part", self.count(items.done));
            self.line(&line.with("whole", HIDDEN).with("rate", HIDDEN));
        } else {
            self.rate("publish.bulletin.done", items.done, items.open + items.done);
        }
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
        let columns: [fn(&ItemFigures) -> u64; 4] =
            [|items| items.open, |items| items.new, |items| items.done, |items| items.overdue];
        for area in &figures.areas {
            let county = if area.county.is_empty() { &nowhere } else { &area.county };
            let street = if area.street.is_empty() { "—" } else { &area.street };
            let counts = columns.iter().zip(area.shown).map(|(of, shown)| self.text_of(of(&area.items), shown));
            let counts = counts.collect::<Vec<_>>().join(" | ");
            let _ = writeln!(self.text, "| {} | {} | {counts} |", plain(county), plain(street));
        }
        let total = columns.map(|of| self.count(figures.areas.iter().map(|area| of(&area.items)).sum())).join(" | ");
        let _ = writeln!(self.text, "| {} |  | {total} |", self.say("publish.bulletin.total"));
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

    /// Counts whose sum is told.
    fn covered(&self, counts: impl Iterator<Item = u64>) -> Vec<String> {
        let counts: Vec<u64> = counts.collect();
        let shown = shown(&counts, self.suppress_under);
        counts.iter().zip(shown).map(|(&count, shown)| self.text_of(count, shown)).collect()
    }

    fn text_of(&self, count: u64, shown: Shown) -> String {
        if shown == Shown::Covered { HIDDEN.to_owned() } else { self.count(count) }
    }

    fn hidden(&self, count: u64) -> bool {
        (1..self.suppress_under).contains(&count)
    }

    /// A line that prints a rate with its two numbers.
    fn rate(&mut self, key: &'static str, part: u64, whole: u64) {
        // What is left of the whole is a number too, and a rate would give the numbers away that it is made of.
        let rest_hidden = self.hidden(whole.saturating_sub(part));
        let shown = if rest_hidden { HIDDEN.to_owned() } else { self.count(part) };
        let line = Message::new(key).with("part", shown).with("whole", self.count(whole));
        let told = !self.hidden(part) && !self.hidden(whole) && !rest_hidden;
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
        width:100%;margin:6px 0}th,td{border:1px solid #999;padding:1px 6px;text-align:left}\
        th{background:#ddebf7}td.figure{text-align:right}tr{break-inside:avoid}";
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
    let cells = text.split('|').map(|text| {
        let text = text.trim();
        // Figures stand right, so that their digits are below each other; a date is none.
        let figure = text.starts_with(|c: char| c.is_ascii_digit()) && !text.contains('-');
        let class = if figure { " class=\"figure\"" } else { "" };
        format!("<{cell}{class}>{}</{cell}>", escaped(&text.replace('\u{0}', "|")))
    });
    format!("<tr>{}</tr>", cells.collect::<String>())
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// Two decimals, rounded half up; a dash for a rate of nothing.
pub fn percent(part: u64, whole: u64) -> String {
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
mod tests;
