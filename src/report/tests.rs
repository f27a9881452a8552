//! The page as it is read.

use super::*;
use crate::store::{Input, Repair, StepTime};

fn manifest() -> Manifest {
    let input = |source: &str, path: &str, records: u64| Input {
        source: source.into(),
        path: path.into(),
        rows: records + 2,
        records,
        quarantined: 2,
        notes: vec!["csv, GB18030".into()],
        ..Input::default()
    };
    let mut manifest = Manifest {
        version: "0.1.0".into(),
        run_id: "20220327T010203-01".into(),
        name: "示例<市>".into(),
        as_of: "2022-03-27".into(),
        started_at: "2022-03-27T01:02:03".into(),
        elapsed_ms: 12_345,
        threads: 2,
        memory_peak_bytes: 3 << 30,
        inputs: vec![input("police", "a.csv", 1000), input("police", "b.csv", 1000), input("community", "c.xlsx", 500)],
        repairs: vec![Repair { source: "police".into(), kind: "phone: float".into(), count: 7 }],
        steps: vec![StepTime { step: "ingest".into(), elapsed_ms: 9_000, cpu_ms: 17_000, memory_peak_bytes: 2 << 30 }],
        warnings: vec!["a & b".into()],
        ..Manifest::default()
    };
    let counts = [("records", 2500), ("persons", 1200), ("quarantined", 6), ("candidate_pairs", 1_234_567)];
    manifest.counts = counts.map(|(name, count)| (name.to_owned(), count)).into();
    manifest.balances.add("rows", 1, 1);
    manifest
}

fn report(manifest: &Manifest) -> Report<'_> {
    Report {
        manifest,
        accuracy: Vec::new(),
        rules: vec![RuleFigures { title: "重点地区来返人员".into(), open: 40, overdue: 3, new: 5, done: 9 }],
        weights: weight_classes(&[30.5, 31.9, 12.0], &[-2.5]),
        blocking: vec![("phone".into(), 400, 0), ("flat".into(), 100, 9)],
    }
}

#[test]
fn the_page_tells_the_night_and_is_whole() {
    let manifest = manifest();
    let page = html(&report(&manifest), Lang::En).unwrap();
    assert!(page.starts_with("<!doctype html>\n<html lang=\"en\">") && page.ends_with("</html>"), "{page}");
    assert!(page.contains("示例&lt;市&gt;") && page.contains("<li>a &amp; b</li>"), "texts are escaped: {page}");
    let cell = |text: &str| format!("<td class=\"figure\">{text}");
    for text in ["2,004", "2,000<div class=\"bar\" style=\"width:100%\">", "500<div class=\"bar\" style=\"width:25%\">"]
    {
        assert!(page.contains(&cell(text)), "{text}: {page}");
    }
    assert!(
        page.contains("1,234,567") && page.contains(&cell("9.0<div")) && page.contains(&cell("17.0</td>")),
        "{page}"
    );
    for tag in ["table", "tr", "td", "th", "ul", "li", "h2", "details", "div"] {
        let count = |mark: String| page.matches(&mark).count();
        assert_eq!(count(format!("<{tag}>")) + count(format!("<{tag} ")), count(format!("</{tag}>")), "{tag}");
    }
    assert!(!page.contains("http"), "the page needs nothing but itself");
    let chinese = html(&report(&manifest), Lang::Zh).unwrap();
    assert!(chinese.contains("<html lang=\"zh-CN\">") && chinese.contains("重点地区来返人员"));
    assert!(chinese.contains("<td>电话</td>") && chinese.contains("<td>读入与规整</td>"), "{chinese}");
    assert!(chinese.contains("phone: float"), "what has no text keeps its name");
}

#[test]
fn every_blocking_rule_has_a_text() {
    let nameless = crate::link::RULES.iter().filter(|rule| names::key_of(names::RULES, rule.name).is_none());
    assert_eq!(nameless.map(|rule| rule.name).collect::<Vec<_>>(), [""; 0]);
}

#[test]
fn a_part_without_anything_is_left_out() {
    let empty = Manifest::default();
    let report = Report { rules: Vec::new(), weights: Vec::new(), blocking: Vec::new(), ..report(&empty) };
    let page = html(&report, Lang::En).unwrap();
    assert!(!page.contains("<table>") && !page.contains("<details>"), "{page}");
}

#[test]
fn pairs_are_counted_by_weight() {
    let class = |from, accepted, review| WeightClass { from, accepted, review };
    let classes = weight_classes(&[12.0, 15.9, 19.0], &[8.0, 7.9]);
    assert_eq!(classes, [class(4, 0, 1), class(8, 0, 1), class(12, 2, 0), class(16, 1, 0)]);
    assert_eq!(weight_classes(&[-1e9, 1e9, f32::NAN], &[]).len(), 21, "the ends take what lies beyond");
    assert!(weight_classes(&[], &[]).is_empty());
}
