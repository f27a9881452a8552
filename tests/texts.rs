//! What a person reads: every text of the catalogue, and what the commands say of the sample, in both languages. A text
//! that changes shows here, beside the change that caused it.

use crate::sample_night::{root, set};
use crate::support::gridlink;
use calamine::{Reader, Xlsx};
use gridlink::message::rows;
use insta::assert_snapshot;
use std::fmt::Write;

/// What the program says to these arguments: exit code, output, errors; without what differs from run to run.
fn said(lang: &str, arguments: &[&str]) -> String {
    let output = gridlink().current_dir(root()).args(["--lang", lang]).args(arguments).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    let (code, out, err) = (output.status.code().unwrap(), text(output.stdout), text(output.stderr));
    let all = format!("$ gridlink {}\nexit {code}\n--- out\n{out}--- err\n{err}", arguments.join(" "));
    // Innermost folder first: the target folder, and so the set, may lie inside the project.
    let all = all.replace(set().to_str().unwrap(), "SET").replace(env!("CARGO_TARGET_TMPDIR"), "TMP");
    all.replace(root().to_str().unwrap(), "ROOT").lines().fold(String::new(), |mut lines, line| {
        let _ = writeln!(lines, "{}", without_times(line).trim_end());
        lines
    })
}

/// A line without its times and sizes of memory: numbers before these units become `#`.
fn without_times(line: &str) -> String {
    let mut words: Vec<String> = line.split(' ').map(str::to_owned).collect();
    for i in 1..words.len() {
        let unit: String = words[i].chars().take_while(|c| c.is_alphabetic()).collect();
        if ["s", "ms", "MiB", "秒", "seconds"].contains(&unit.as_str()) {
            let before = words[i - 1].trim_end_matches(|c: char| c.is_ascii_digit() || c == '.').len();
            if before < words[i - 1].len() {
                words[i - 1].replace_range(before.., "#");
            }
        }
    }
    words.join(" ")
}

/// Both languages, one below the other.
fn both(arguments: &[&str]) -> String {
    format!("{}\n{}", said("en", arguments), said("zh", arguments))
}

#[test]
fn the_catalogue() {
    let catalogue = rows().fold(String::new(), |mut text, (key, en, zh)| {
        let _ = writeln!(text, "{key}\n  {en}\n  {zh}");
        text
    });
    assert_snapshot!("catalogue", catalogue);
}

#[test]
fn check_says_how_rows_will_be_read() {
    assert_snapshot!("check", both(&["check", "pipelines/sample.toml"]));
}

#[test]
fn a_night_says_what_it_does() {
    let output = format!("run.output={}", concat!(env!("CARGO_TARGET_TMPDIR"), "/texts_night/out"));
    let store = format!("run.store={}", concat!(env!("CARGO_TARGET_TMPDIR"), "/texts_night/store"));
    for lang in ["en", "zh"] {
        let arguments = ["run", "pipelines/sample.toml", "--set", &output, "--set", &store, "--dry-run"];
        assert_snapshot!(format!("run_{lang}"), said(lang, &arguments));
    }
}

#[test]
fn eval_says_how_good_the_set_is() {
    let set = set().to_str().unwrap();
    assert_snapshot!("eval", both(&["eval", set, "--truth", "sample_data/truth.csv"]));
}

#[test]
fn query_and_explain_answer_in_a_terminal() {
    let set = set().to_str().unwrap();
    let sql = "SELECT source, COUNT(*) AS records FROM members GROUP BY source ORDER BY source";
    assert_snapshot!("query", said("en", &["query", set, sql]));
    assert_snapshot!("query_fault", both(&["query", set, "SELECT nothing FROM nowhere"]));
    let members = crate::support::rows(set.as_ref(), "members", &["source", "record_id", "person_id"]);
    // The first record that shares its person with a record of another source.
    let of = |row: &Vec<String>| members.iter().find(|other| other[2] == row[2] && other[0] != row[0]);
    let (row, other) = members.iter().find_map(|row| Some((row, of(row)?))).unwrap();
    let (left, right) = (format!("{}:{}", row[0], row[1]), format!("{}:{}", other[0], other[1]));
    assert_snapshot!("explain_record", both(&["explain", set, &left]));
    assert_snapshot!("explain_pair", both(&["explain", set, &left, &right]));
}

#[test]
fn inputs_that_are_not_there_are_named() {
    assert_snapshot!(
        "missing",
        [
            both(&["run", "nowhere.toml"]),
            both(&["eval", "nowhere", "--truth", "sample_data/truth.csv"]),
            both(&["query", "nowhere", "SELECT 1"]),
            both(&["run", "pipelines/sample.toml", "--set", "run.nme=x"]),
        ]
        .join("\n")
    );
}

#[test]
fn the_leaders_page_and_a_list() {
    let page = std::fs::read_to_string(set().join("bulletin.md")).unwrap();
    assert_snapshot!("bulletin", page);
    let lists = crate::support::files(&set().join("lists"));
    let (name, bytes) = lists.into_iter().find(|(name, _)| name != "unassigned.xlsx").unwrap();
    let mut book = Xlsx::new(std::io::Cursor::new(bytes)).unwrap();
    let mut text = format!("{name}\n");
    for sheet in book.sheet_names() {
        let _ = writeln!(text, "== {sheet}");
        for row in book.worksheet_range(&sheet).unwrap().rows() {
            let cells: Vec<String> = row.iter().map(ToString::to_string).collect();
            let _ = writeln!(text, "{}", cells.join(" | ").trim_end_matches([' ', '|']));
        }
    }
    assert_snapshot!("list", text);
}
